"""Building: only what is out of date, in parallel, and nothing that goes wrong spoils the rest."""

from __future__ import annotations

import errno
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from aftermath.building.build import build
from aftermath.building.folder import BusyError, alone, case_files, prepared, remove_gone, unbuilt
from aftermath.building.jobs import page_jobs, read_settings, site_job
from aftermath.building.outcome import Done, Failure, Progress, failure_of
from aftermath.building.stale import plan
from aftermath.building.written import remember
from aftermath.files import WriteError
from aftermath.problems import CaseError, Problem
from aftermath.wording import NO_BREAK
from aftermath.workspace import Workspace
from pages import Page
from tiny import CASES, REPORT, ROOT, SHOW, make_workspace, touch_evidence, write_notebook

DIGIORNO, RED_CROSS, WEISHI = CASES


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return make_workspace(tmp_path)


# The folder


@pytest.mark.fault("processes that are killed or end")
def test_two_builds_at_once_are_refused_and_a_dead_one_holds_no_lock(tmp_path):
    lock = tmp_path / ".lock"
    code = (
        f"import pathlib, time\nfrom aftermath.building.folder import alone\nwith alone(pathlib.Path({str(lock)!r})):\n"
    )
    code += "    print('held', flush=True)\n    time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(BusyError, match=rf"process {other.pid}"), alone(lock):
            pass
        other.kill()
        other.wait()
    with alone(lock):
        assert lock.read_text() == str(os.getpid())


@pytest.mark.fault("full disks and missing rights")
@pytest.mark.parametrize("place", ["build", "build/.lock/x"])
def test_a_build_folder_that_cannot_be_is_an_error_with_a_cure(workspace, place):
    path = workspace.root / place
    if place == "build":
        path.write_text("a file")
    else:
        path.mkdir(parents=True)
    with pytest.raises(WriteError, match=r"build.*(Move it away|Free space).*then run the command again"):
        build(workspace=workspace)


@pytest.mark.fault("full disks and missing rights")
def test_a_build_folder_that_may_not_be_written_is_an_error_with_a_cure(workspace, monkeypatch):
    def refuse(self, *_, **__):
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(WriteError, match=r"build: cannot be used \(Permission denied\)"), prepared(workspace):
        pass


@pytest.mark.fault("processes that are killed or end")
def test_half_written_files_are_swept(workspace):
    half = workspace.site / "cases" / ".a.html.x1y2.half"
    half.parent.mkdir(parents=True)
    half.write_text("half")
    whole = workspace.site / "cases" / f"{RED_CROSS}.html"
    whole.write_text("whole")
    with prepared(workspace):
        assert not half.exists()
        assert whole.exists()


def test_pages_of_cases_that_are_gone_are_removed(workspace):
    written = [path for case_id in (RED_CROSS, DIGIORNO) for path in case_files(workspace, case_id)]
    for path in written:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("page")
    remember(workspace, written)
    shutil.rmtree(workspace.cases / RED_CROSS)
    assert remove_gone(workspace) == (RED_CROSS,)
    assert [path for path in workspace.build.rglob("*") if path.is_file() and RED_CROSS in path.name] == []
    assert all(path.is_file() for path in case_files(workspace, DIGIORNO))
    assert remove_gone(workspace) == ()


# Words


def test_a_case_with_problems_is_named_with_all_of_them(workspace):
    problems = [Problem("casestudies/x/events.csv", row, "acts", "is wrong", "mend it") for row in (2, 3)]
    failure = failure_of(RED_CROSS, CaseError(problems), "", workspace)
    assert failure.problems
    assert str(failure).split("\n    ") == [f"{RED_CROSS}:", *map(str, problems)]


@pytest.mark.fault("failing pages and points")
def test_an_error_that_nobody_meant_leaves_its_course_in_a_file(workspace):
    failure = failure_of(RED_CROSS, ZeroDivisionError("division by zero"), "the course", workspace)
    assert str(failure).startswith(f"{RED_CROSS}:\n    ZeroDivisionError: division by zero\n")
    assert (workspace.root / failure.log).read_text() == "the course"


def test_without_a_terminal_progress_is_one_plain_line_a_page():
    console = Console(file=io.StringIO(), width=20)
    with Progress(console, 12).shown() as progress:
        progress.finished(RED_CROSS, Done(1.25))
        progress.finished(RED_CROSS, Done(1.25, ValueError()))
    assert console.file.getvalue() == f" 1/12    1.2 s  {RED_CROSS}\n 2/12   failed  {RED_CROSS}\n"


def test_on_a_terminal_there_is_a_bar_beside_the_lines():
    console = Console(file=io.StringIO(), width=80, force_terminal=True)
    with Progress(console, 2).shown() as progress:
        progress.finished(RED_CROSS, Done(1.25))
    assert RED_CROSS in console.file.getvalue()
    assert "1/2" in console.file.getvalue()


def test_cases_without_a_page_are_told_to_the_index_with_the_reason(workspace):
    failures = [Failure(RED_CROSS, "cell 5 failed"), Failure(WEISHI, "problems", problems=True)]
    assert unbuilt(workspace, failed=failures) == {
        DIGIORNO: "",
        RED_CROSS: "cell 5 failed",
    }


# The whole, with kernels


def run_build(workspace: Workspace, *options: str, **settings) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "aftermath", "build", *options]
    return subprocess.run(command, cwd=workspace.root, capture_output=True, text=True, timeout=300, check=False)


def contents(workspace: Workspace) -> dict[str, bytes]:
    folders = workspace.site, workspace.build / "notebooks"
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(workspace.root).as_posix(): path.read_bytes() for path in files}


def times(workspace: Workspace) -> dict[str, int]:
    return {name: (workspace.root / name).stat().st_mtime_ns for name in contents(workspace)}


@pytest.mark.slow
def test_the_life_of_a_site(workspace):
    first = build(workspace=workspace)
    assert sorted(first.made) == sorted([*CASES, "comparison", "index", "methods", "trial"])
    assert first.failures == ()
    jobs = *page_jobs(workspace, (), read_settings(workspace, ())), site_job(workspace, {})
    products = {path.relative_to(workspace.root).as_posix() for job in jobs for path in job.products}
    assert set(contents(workspace)) == products
    before = contents(workspace)

    again = build(workspace=workspace)
    assert (again.made, again.unchanged) == ((), 7)
    assert "Nothing to do: 7 pages up to date" in again.text

    touch_evidence(workspace, RED_CROSS)
    assert sorted(build(workspace=workspace).made) == ["comparison", "index", RED_CROSS, "trial"]

    assert sorted(build(workspace=workspace, settings=["phase_days=1,2"]).made) == list(CASES)
    assert b"[1, 2]" in contents(workspace)[f"build/site/cases/{DIGIORNO}.html"]

    shutil.copytree(ROOT / "casestudies" / "us-airways-tweet", workspace.cases / "us-airways-tweet")
    shutil.rmtree(workspace.cases / DIGIORNO)
    grown = build(workspace=workspace, settings=["phase_days=1,2"])
    assert sorted(grown.made) == ["comparison", "index", "trial", "us-airways-tweet"]
    assert grown.removed == (DIGIORNO,)

    shutil.rmtree(workspace.root / "casestudies")
    shutil.rmtree(workspace.build)
    make_workspace(workspace.root)
    assert build(workspace=workspace, workers=1).failures == ()
    assert contents(workspace) == before


@pytest.mark.slow
def test_one_case_alone_leaves_no_link_that_leads_nowhere_and_calls_nothing_failed(workspace):
    build([DIGIORNO], workspace=workspace)
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in workspace.site.rglob("*.html")}
    targets = {(path, link.partition("#")[0]) for path, page in pages.items() for link in page.links}
    within = [(path, link) for path, link in targets if link and not re.match(r"\w+:", link)]
    assert len(within) > 10
    assert [(path.name, link) for path, link in within if not (path.parent / link).is_file()] == []
    index = pages[workspace.site / "index.html"]
    assert "2 cases not built yet" in index.text.replace(NO_BREAK, " ")
    assert "failed" not in index.text
    assert "Not built yet: make reports builds this page." in pages[workspace.site / "comparison.html"].text
    assert "comparison" in [title for title, _ in plan(workspace=workspace).due]
    assert "comparison" in build(workspace=workspace).made
    assert "Not built yet" not in (workspace.site / "comparison.html").read_text(encoding="utf-8")


@pytest.mark.fault("failing pages and points")
@pytest.mark.slow
def test_a_failing_case_and_a_broken_one_do_not_stop_the_others(workspace):
    condition = f"if case_id == {RED_CROSS!r}:\n    raise ValueError('too red')"
    write_notebook(workspace.notebooks / "case_report.ipynb", REPORT, condition, SHOW)
    (workspace.cases / WEISHI / "events.csv").write_text("nothing\n")
    done = run_build(workspace)
    assert done.returncode == 1
    assert f"{RED_CROSS}: build/notebooks/{RED_CROSS}.ipynb, cell 4 (id c1): ValueError: too red" in done.stderr
    assert f"casestudies/{WEISHI}/events.csv" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert (workspace.site / "cases" / f"{DIGIORNO}.html").is_file()
    index = (workspace.site / "index.html").read_text(encoding="utf-8")
    assert "too red" in index
    assert f"cases/{RED_CROSS}.html" not in index
    shutil.copytree(ROOT / "casestudies" / WEISHI, workspace.cases / WEISHI, dirs_exist_ok=True)
    write_notebook(workspace.notebooks / "case_report.ipynb", REPORT, SHOW)
    assert run_build(workspace).returncode == 0


@pytest.mark.fault("processes that are killed or end")
@pytest.mark.slow
def test_a_missing_kernel_ends_in_a_clear_message(workspace):
    write_notebook(workspace.notebooks / "case_report.ipynb", REPORT, SHOW, kernel="no-such-kernel")
    done = run_build(workspace, "--case", RED_CROSS)
    assert done.returncode == 1
    assert "asks for the kernel 'no-such-kernel', which is not installed" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.fault("interruptions")
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "terminated"])
def test_ctrl_c_ends_kernels_and_workers_and_the_next_build_makes_the_rest(workspace, number):
    build([DIGIORNO], workspace=workspace)
    before = times(workspace)
    waiting = f"if case_id == {RED_CROSS!r} and not os.path.exists('go'):\n    pathlib.Path('here').write_text(str(os.getpid())); time.sleep(600)"
    write_notebook(workspace.notebooks / "case_report.ipynb", REPORT, "import os, pathlib, time\n" + waiting, SHOW)
    command = [sys.executable, "-m", "aftermath", "build", "--case", RED_CROSS]
    with subprocess.Popen(command, cwd=workspace.root, stderr=subprocess.PIPE, text=True) as process:
        wait_for(lambda: (workspace.root / "here").is_file() and (workspace.root / "here").read_text())
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(number)
        assert process.wait(timeout=30) == 130
        assert process.stderr.read().startswith("Interrupted. What was finished is kept")
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []
    assert int((workspace.root / "here").read_text()) in {one.pid for one in family}, "the kernel was none of them"
    assert times(workspace) | before == times(workspace)
    assert not (workspace.site / "cases" / f"{RED_CROSS}.html").exists()
    (workspace.root / "go").touch()
    done = run_build(workspace)
    assert (done.returncode, done.stderr) == (0, "")
    assert (workspace.site / "cases" / f"{RED_CROSS}.html").is_file()


@pytest.mark.fault("interruptions")
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("seconds", [0.2, 0.4])
@pytest.mark.slow
def test_ctrl_c_on_a_terminal_while_all_is_still_imported_is_answered_in_a_line_or_none(workspace, seconds):
    command = [sys.executable, "-m", "aftermath", "build", "--case", RED_CROSS]
    options = {"cwd": workspace.root, "stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    with subprocess.Popen(command, **options) as process:
        time.sleep(seconds)
        family = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: everybody in the group gets it
        said = process.stderr.read()
        process.wait(timeout=30)
    assert "Traceback" not in said
    assert psutil.wait_procs(family, timeout=10)[1] == []


def test_to_find_nothing_to_do_loads_no_tables_and_nothing_that_runs_notebooks():
    script = (
        "import sys\nimport aftermath.building.build\n"
        "print(sorted(set(sys.modules) & {'polars', 'dataframely', 'papermill', 'nbclient', 'jupyter_client', 'distributed'}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
