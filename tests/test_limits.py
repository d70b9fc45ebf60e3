"""Cells that run too long, kernels that lose an answer, and too few files: said, and never waited for."""

from __future__ import annotations

import os
import time
from pathlib import Path

import nbformat
import pytest

from aftermath.pages.run import run_case
from aftermath.running import cells as running_cells
from aftermath.running.execute import CellError
from aftermath.running.limits import LimitError, cell_seconds, require_files, require_room
from aftermath.workspace import Workspace
from tiny import REPORT, make_workspace, write_notebook

resource = pytest.importorskip("resource")

CASE = "red-cross-tweet"
SLEEP = "import os, pathlib, time\npathlib.Path('pid').write_text(str(os.getpid()))\nprint('begun', flush=True)\ntime.sleep(600)"
NO_ANSWER = """shell = get_ipython().kernel
send = shell.session.send
def lose(stream, kind, *rest, **options):
    return None if kind == "execute_reply" else send(stream, kind, *rest, **options)
shell.session.send = lose"""
NO_OUTPUTS = NO_ANSWER.replace('kind == "execute_reply"', 'kind in ("status", "stream")')


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return make_workspace(tmp_path, (CASE,))


def report(workspace: Workspace, *sources: str) -> None:
    write_notebook(workspace.notebooks / "case_report.ipynb", REPORT, *sources)


@pytest.mark.fault("kernels that run too long or lose an answer")
def test_a_cell_that_runs_too_long_is_ended_and_said_with_what_would_allow_more(workspace, monkeypatch):
    report(workspace, "print(1)", SLEEP, "print(2)")
    monkeypatch.setenv("AFTERMATH_CELL_SECONDS", "2")
    with pytest.raises(CellError) as caught:
        run_case(CASE, None, workspace)
    assert str(caught.value) == (
        f"build/notebooks/{CASE}.ipynb, cell 5 (id c2): TooLongError: the cell ran longer than 2 seconds. "
        "Let it do less, or allow more: AFTERMATH_CELL_SECONDS=4"
    )
    with pytest.raises(ProcessLookupError):
        os.kill(int((workspace.root / "pid").read_text()), 0)
    kept = nbformat.read(workspace.build / "notebooks" / f"{CASE}.ipynb", as_version=4).cells
    assert [kept[4].outputs[0].text, kept[4].outputs[-1].ename] == ["begun\n", "TooLongError"]
    assert "ran longer than 2 seconds" in (workspace.build / "logs" / f"{CASE}.log").read_text(encoding="utf-8")


@pytest.mark.fault("settings of terminals, libraries, languages and time zones")
@pytest.mark.parametrize("text", ["0", "-3", "an hour", "nan", "inf", "1e999"])
def test_a_limit_that_is_none_is_refused_before_a_kernel_starts(workspace, monkeypatch, text):
    monkeypatch.setenv("AFTERMATH_CELL_SECONDS", text)
    with pytest.raises(LimitError, match=r"^AFTERMATH_CELL_SECONDS=.*Write e\.g\. AFTERMATH_CELL_SECONDS=3600"):
        run_case(CASE, None, workspace)
    assert not (workspace.build / "notebooks").exists()


def test_without_a_setting_a_cell_has_an_hour(monkeypatch):
    for text, seconds in ((None, 3600), ("", 3600), (" 90 ", 90), ("0.5", 0.5)):
        monkeypatch.delenv("AFTERMATH_CELL_SECONDS", raising=False)
        if text is not None:
            monkeypatch.setenv("AFTERMATH_CELL_SECONDS", text)
        assert cell_seconds() == seconds


@pytest.mark.fault("kernels that run too long or lose an answer")
@pytest.mark.parametrize(("lose", "what"), [(NO_ANSWER, "answer"), (NO_OUTPUTS, "outputs")])
def test_an_answer_that_is_lost_is_not_waited_for(workspace, monkeypatch, lose, what):
    report(workspace, lose, "print('done')", "print('never')")
    monkeypatch.setattr(running_cells, "ANSWER_SECONDS", 1)
    start = time.monotonic()
    with pytest.raises(
        CellError, match=rf"NoAnswerError: the kernel ran the cell, and its {what} did not come.*memory"
    ):
        run_case(CASE, None, workspace)
    assert time.monotonic() - start < 60


@pytest.mark.fault("processes that are killed or end")
@pytest.mark.parametrize("how", ["os.kill(os.getpid(), 9)", "os._exit(0)", "os.abort()", "os.kill(os.getpid(), 15)"])
def test_a_kernel_that_ends_in_a_cell_is_said_with_the_likely_cause(workspace, how):
    report(workspace, f"import os, time\n{how}\ntime.sleep(600)", "print('never')")
    with pytest.raises(CellError, match=r"cell 4 \(id c1\): DeadKernelError: the kernel ended in .* memory ran out"):
        run_case(CASE, None, workspace)


@pytest.mark.fault("too few files, too little memory, folders that are not there")
def test_too_few_files_are_said_before_a_kernel_starts():
    before, limits = len(os.listdir("/proc/self/fd")), resource.getrlimit(resource.RLIMIT_NOFILE)  # noqa: PTH208
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before + 40, limits[1]))
        require_files()
        with pytest.raises(LimitError, match=r"^too many open files: .* 4.notebooks at a time takes 108\. .*ulimit"):
            require_files(4)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


@pytest.mark.fault("too few files, too little memory, folders that are not there")
def test_a_temporary_folder_without_room_is_said_before_a_kernel_starts(tmp_path, monkeypatch):
    require_room()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    with pytest.raises(LimitError, match=r"^no room for temporary files.*No such file or directory.*TMPDIR"):
        require_room()


def test_a_cell_that_fails_is_still_its_own_error(workspace):
    report(workspace, "1 / 0")
    with pytest.raises(CellError, match="ZeroDivisionError: division by zero"):
        run_case(CASE, None, workspace)
    assert Path(workspace.build, "logs", f"{CASE}.log").is_file()
