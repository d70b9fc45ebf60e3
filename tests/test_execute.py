"""Running notebooks: which one, in what kernel, what is left behind, and what happens when it fails."""

from __future__ import annotations

import asyncio
import errno
import os
import sys
from pathlib import Path

import nbformat
import pytest

from aftermath import files
from aftermath.files import WriteError
from aftermath.pages.run import run_case, run_comparison
from aftermath.problems import CaseError
from aftermath.running import execute as module
from aftermath.running import kernels
from aftermath.running.execute import CellError, execute
from aftermath.running.kernels import KernelError
from aftermath.running.parameters import ParameterError
from aftermath.workspace import Workspace
from tiny import REPORT, SHOW, make_workspace, write_notebook

CASE = "red-cross-tweet"


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return make_workspace(tmp_path, (CASE, "weishi-data-fabrication"))


@pytest.fixture
def no_kernel(monkeypatch):
    """Fail where a kernel would be started."""

    def refuse(*_, **__):
        raise AssertionError("a kernel was started")

    monkeypatch.setattr(module, "_attempt", refuse)


def cells(workspace: Workspace, case_id: str = CASE) -> list[nbformat.NotebookNode]:
    return nbformat.read(workspace.build / "notebooks" / f"{case_id}.ipynb", as_version=4).cells


def report(workspace: Workspace, *sources: str, kernel: str = "python3") -> Path:
    return write_notebook(workspace.notebooks / "case_report.ipynb", REPORT, *sources, kernel=kernel)


def test_a_case_becomes_a_page_and_a_download_the_same_bytes_every_time(workspace):
    page = run_case(CASE, {"seed": 3}, workspace)
    assert page == workspace.site / "cases" / f"{CASE}.html"
    assert f"<p>{CASE} 3 [7, 30] {workspace.root}</p>" in page.read_text(encoding="utf-8")
    assert (workspace.build / "logs" / f"{CASE}.log").read_text(encoding="utf-8").endswith("done\n")
    files = (path for path in workspace.build.rglob("*") if path.is_file() and path.suffix != ".log")
    made = {path: path.read_bytes() for path in files}
    assert {path.relative_to(workspace.build).as_posix() for path in made} == {
        f"notebooks/{CASE}.ipynb",
        f"site/notebooks/{CASE}.ipynb",
        f"site/cases/{CASE}.html",
        *(f"site/cite/{CASE}{suffix}" for suffix in (".bib", ".json", ".ris")),
    }
    run_case(CASE, {"seed": 3}, workspace)
    assert {path: path.read_bytes() for path in made} == made
    text = (workspace.build / "notebooks" / f"{CASE}.ipynb").read_text(encoding="utf-8")
    assert "papermill" not in text
    assert "iopub" not in text
    assert '"version": "' not in text


def test_the_notebook_itself_is_not_changed(workspace):
    before = (workspace.notebooks / "case_report.ipynb").read_bytes()
    run_case(CASE, None, workspace)
    assert (workspace.notebooks / "case_report.ipynb").read_bytes() == before


def test_a_case_without_a_record_has_its_own_notebook_which_need_not_know_every_parameter(workspace):
    run_case("weishi-data-fabrication", {"seed": 3}, workspace)
    last = cells(workspace, "weishi-data-fabrication")[-1]
    assert last.outputs[0].text == "weishi-data-fabrication\n"


def test_the_comparison_is_run_the_same_way(workspace):
    page = run_comparison({"seed": 5}, workspace)
    assert page == workspace.site / "comparison.html"
    assert f"5 ['{CASE}', 'weishi-data-fabrication']" in page.read_text(encoding="utf-8").replace("&#39;", "'")


def test_the_kernel_is_the_interpreter_in_use_and_hash_seeds_and_threads_are_fixed(workspace):
    report(workspace, "import os, sys\nprint(sys.executable, hash('a'), os.environ['POLARS_MAX_THREADS'], os.getcwd())")
    run_case(CASE, None, workspace)
    executable, number, threads, folder = cells(workspace)[-1].outputs[0].text.split()
    assert executable == sys.executable
    assert threads == "1"
    assert Path(folder) == workspace.root
    run_case(CASE, None, workspace)
    assert cells(workspace)[-1].outputs[0].text.split()[1] == number


@pytest.mark.bad_input("parameters and settings")
def test_hostile_parameter_text_stays_text(workspace):
    words = "\"); import os; os.environ['X'] = 'y' #\n'''"
    write_notebook(workspace.notebooks / "comparison.ipynb", 'word: str = ""', "print(repr(word))")
    run_comparison({"word": words}, workspace)
    assert cells(workspace, "comparison")[-1].outputs[0].text == f"{words!r}\n"


@pytest.mark.fault("failing pages and points")
def test_a_failing_cell_is_named_kept_and_not_tried_again(workspace):
    page = run_case(CASE, None, workspace)
    before = page.read_bytes()
    report(workspace, "open('tries', 'a').write('x')", "raise ValueError('first\\nlast words')", "print('never')")
    with pytest.raises(CellError) as caught:
        run_case(CASE, None, workspace)
    error = caught.value
    assert str(error) == f"build/notebooks/{CASE}.ipynb, cell 5 (id c2): ValueError: last words"
    assert (error.notebook, error.cell, error.cell_id) == (f"build/notebooks/{CASE}.ipynb", 5, "c2")
    kept = cells(workspace)
    assert kept[error.cell - 1].id == "c2"
    assert kept[error.cell - 1].outputs[0].ename == "ValueError"
    assert "An Exception was encountered" not in str(kept)
    assert kept[-1].outputs == []
    assert page.read_bytes() == before
    assert (workspace.root / "tries").read_text() == "x"


@pytest.mark.fault("processes that are killed or end")
def test_a_kernel_that_dies_in_a_cell_is_that_cells_error(workspace):
    report(workspace, "print(1)", "import os\nos._exit(3)", "print(2)")
    with pytest.raises(CellError, match=r"cell 5 \(id c2\): DeadKernelError"):
        run_case(CASE, None, workspace)
    assert cells(workspace)[4].outputs[-1].ename == "DeadKernelError"
    assert cells(workspace)[3].outputs[0].text == "1\n"


def test_errors_come_back_from_another_process_whole():
    import pickle

    error = pickle.loads(pickle.dumps(CellError("a.ipynb", 5, "c2", "ValueError: x")))  # noqa: S301
    assert (str(error), error.cell) == ("a.ipynb, cell 5 (id c2): ValueError: x", 5)


@pytest.mark.fault("processes that are killed or end")
def test_a_kernel_that_does_not_start_is_tried_three_times_and_then_named(workspace, monkeypatch):
    tries = []

    async def die(self, cmd, **settings):
        tries.append(cmd)
        raise RuntimeError("Kernel died before replying to kernel_info")

    monkeypatch.setattr(kernels.LocalProvisioner, "launch_kernel", die)
    monkeypatch.setattr(kernels, "can_fork", lambda: False)
    with pytest.raises(KernelError, match=r"case_report\.ipynb: the kernel did not start in 3 attempts: Kernel died"):
        run_case(CASE, None, workspace)
    assert len(tries) == 3
    assert not (workspace.build / "notebooks").exists()


@pytest.mark.fault("processes that are killed or end")
def test_a_kernel_that_starts_at_the_third_attempt_is_good_enough(workspace, monkeypatch):
    tries, launch = [], kernels.ForkedProvisioner.launch_kernel

    async def hesitate(self, cmd, **settings):
        tries.append(cmd)
        if len(tries) < 3:
            raise OSError(errno.EADDRINUSE, "Address already in use")
        return await launch(self, cmd, **settings)

    monkeypatch.setattr(kernels.ForkedProvisioner, "launch_kernel", hesitate)
    assert run_case(CASE, None, workspace).is_file()
    assert len(tries) == 3


@pytest.mark.fault("processes that are killed or end")
@pytest.mark.slow
def test_a_kernel_that_ends_at_once_is_reported_with_its_last_words(workspace, monkeypatch):
    monkeypatch.setattr(kernels, "can_fork", lambda: False)
    monkeypatch.setenv("PYTHONPATH", str(workspace.root))
    (workspace.root / "ipykernel_launcher.py").write_text("import sys\nsys.exit('no kernel today')\n")
    with pytest.raises(KernelError, match="no kernel today"):
        run_case(CASE, None, workspace)


def test_an_error_that_is_neither_is_not_hidden_behind_the_kernel(workspace, monkeypatch):
    monkeypatch.setattr(kernels, "require_kernel", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run_case(CASE, None, workspace)


def test_a_notebook_is_run_from_a_notebook_whose_loop_is_at_work(workspace):
    async def cell() -> Path:
        return run_case(CASE, None, workspace)

    assert asyncio.run(cell()).is_file()


def test_outputs_of_an_earlier_run_are_not_taken_for_this_ones(workspace):
    notebook = nbformat.read(report(workspace, "raise ValueError", "print(2)"), as_version=4)
    notebook.cells[-1].outputs = [nbformat.v4.new_output("stream", text="earlier")]
    nbformat.write(notebook, workspace.notebooks / "case_report.ipynb")
    with pytest.raises(CellError):
        run_case(CASE, None, workspace)
    assert cells(workspace)[-1].outputs == []


@pytest.mark.fault("processes that are killed or end")
def test_a_missing_kernel_is_named_with_the_cure(workspace):
    report(workspace, SHOW, kernel="no-such-kernel")
    with pytest.raises(
        KernelError, match=r"notebooks/case_report\.ipynb: asks for the kernel 'no-such-kernel'.*Change"
    ):
        run_case(CASE, None, workspace)


@pytest.mark.fault("processes that are killed or end")
def test_a_missing_kernel_package_is_named_with_the_cure(workspace, monkeypatch):
    monkeypatch.setattr(kernels.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(KernelError, match=r"ipykernel.*not installed"):
        run_case(CASE, None, workspace)


def test_no_kernel_starts_for_parameters_that_are_wrong(workspace, no_kernel):
    with pytest.raises(ParameterError, match=r"'sede'.*seed: int = 0"):
        run_case(CASE, {"sede": 3}, workspace)
    with pytest.raises(ParameterError, match="seed must be int"):
        run_case(CASE, {"seed": "3"}, workspace)
    with pytest.raises(ParameterError, match="'case_id'"):
        run_comparison({"case_id": CASE}, workspace)


def test_no_kernel_starts_for_a_case_with_problems(workspace, no_kernel):
    (workspace.cases / CASE / "events.csv").write_text("nothing\n")
    with pytest.raises(CaseError, match=r"casestudies/red-cross-tweet/events\.csv"):
        run_case(CASE, None, workspace)
    with pytest.raises(CaseError, match="no such case"):
        run_case("no-such-case", None, workspace)


def test_problems_come_back_from_another_process_whole(workspace):
    import pickle

    (workspace.cases / CASE / "events.csv").write_text("nothing\n")
    with pytest.raises(CaseError) as caught:
        run_case(CASE, None, workspace)
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert (str(copy), copy.problems) == (str(caught.value), caught.value.problems)


@pytest.mark.fault("full disks and missing rights")
def test_a_full_disk_leaves_earlier_pages_as_they_were(workspace, monkeypatch):
    page = run_case(CASE, None, workspace)
    before = {path: path.read_bytes() for path in workspace.build.rglob("*") if path.is_file()}

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(WriteError, match="No space left"):
        run_case(CASE, {"seed": 9}, workspace)
    assert {path: path.read_bytes() for path in workspace.build.rglob("*") if path.is_file()} == before
    monkeypatch.undo()
    run_case(CASE, {"seed": 9}, workspace)
    assert f"{CASE} 9" in page.read_text(encoding="utf-8")


def test_a_notebook_can_be_executed_to_any_place(workspace, tmp_path):
    notebook = write_notebook(tmp_path / "own.ipynb", "n: int = 1", "print(n + 1)")
    target = tmp_path / "out" / "own.ipynb"
    executed = execute(notebook, target, {"n": 4}, workspace)
    assert executed.cells[-1].outputs[0].text == "5\n"
    assert nbformat.read(target, as_version=4).cells[-1].outputs[0].text == "5\n"
