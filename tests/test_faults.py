"""Builds in bad places and under bad luck: the message is right, nothing is lost, nobody is left, and the next build is right."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from aftermath.files import fingerprint
from aftermath.workspace import Workspace
from tiny import ROOT, make_workspace, touch_evidence, write_notebook

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="limits and signals of Linux")]

CASE = "digiorno-whyistayed"
TASTES = """import locale, os, shutil, sys, time, warnings
import plotly.io, polars, rich
from IPython.display import display
print(polars.DataFrame({"number": [1 / 3] * 30, "word": ["some " * 30] * 30}))
print(shutil.get_terminal_size(), locale.getpreferredencoding(), sys.flags, time.localtime(0), plotly.io.renderers.default)
print(sorted(name for name in globals() if name.startswith("taste")), time.strftime("%A %x"[:2], time.gmtime(0)))
rich.print({"key": [1, 2, 3]})
warnings.warn_explicit("one", UserWarning, "a file", 1)
assert len(case_id) > 0
display({"application/vnd.aftermath.page+html": f"<p>{case_id} ä</p>"}, raw=True)"""
REPORT = 'case_id: str = "x"'


@dataclass
class Ended:
    """What a build left: its status, what it said, and whether anybody of it is still there."""

    status: int
    said: str
    survivors: list[str]


@pytest.fixture(scope="session")
def template(tmp_path_factory) -> Path:
    """A workspace of one case, built once."""
    folder = tmp_path_factory.mktemp("built")
    workspace = make_workspace(folder, (CASE,))
    write_notebook(workspace.notebooks / "case_report.ipynb", REPORT, TASTES)
    write_notebook(workspace.notebooks / "comparison.ipynb", "seed: int = 0", "print(seed)")
    assert build(folder).status == 0
    return folder


@pytest.fixture
def folder(template, tmp_path) -> Path:
    """A copy of the built workspace, in which one case has changed: its page and the index are due."""
    return changed(template, tmp_path / "cases of ours")


def changed(template: Path, folder: Path) -> Path:
    shutil.copytree(template, folder)
    touch_evidence(Workspace(folder), CASE)
    return folder


@pytest.fixture(scope="session")
def right(template, tmp_path_factory) -> dict[str, str]:
    """What an ordinary build makes of the changed case."""
    folder = changed(template, tmp_path_factory.mktemp("right") / "ws")
    assert build(folder).status == 0
    return pages(folder)


def pages(folder: Path) -> dict[str, str]:
    files = [path for path in (folder / "build" / "site").rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): fingerprint(folder, [path]) for path in files}


def build(
    folder: Path,
    *options: str,
    environment: Mapping[str, str | None] | None = None,
    around: str = "{}",
    during: Callable[[psutil.Process], None] | None = None,
    cwd: Path | None = None,
) -> Ended:
    """Build one case; ``around`` is the command around it, with ``{}`` in its place."""
    variables = {**os.environ, "AFTERMATH_ROOT": str(folder), "PYTHONPATH": str(ROOT / "lib"), **(environment or {})}
    variables = {name: value for name, value in variables.items() if value is not None}
    command = f"'{sys.executable}' -m aftermath build --case {CASE} --workers 2 {' '.join(options)}"
    started = time.time()
    process = subprocess.Popen(
        ["bash", "-c", around.format(command)],
        cwd=cwd or folder,
        env=variables,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        if during:
            during(psutil.Process(process.pid))
        said = process.communicate(timeout=100)[0]
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    return Ended(process.returncode, said, left_behind(folder, started))


def left_behind(folder: Path, started: float, patience: float = 10) -> list[str]:
    """Processes of a build that are still there after a while."""
    end, found = time.monotonic() + patience, ["unknown"]
    while found and time.monotonic() < end:
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                ours = process.environ().get("AFTERMATH_ROOT") == str(folder) and process.create_time() >= started - 1
                if ours and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(" ".join(process.cmdline()))
        time.sleep(0.05)
    return found


def evidence(folder: Path) -> str:
    return fingerprint(folder, (path for path in (folder / "casestudies").rglob("*") if path.is_file()))


# Where a build is done, and by whose habits, is no matter

MILD = {
    "a terminal's habits": (
        {
            "COLUMNS": "40", "LINES": "9", "FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "POLARS_VERBOSE": "1",
            "POLARS_FMT_MAX_ROWS": "3", "POLARS_FMT_STR_LEN": "5", "POLARS_FMT_TABLE_FORMATTING": "NOTHING", "POLARS_MAX_THREADS": "2",
            "PLOTLY_RENDERER": "browser", "MPLBACKEND": "TkAgg", "PYTHONSTARTUP": "taste.py", "PYTHONHASHSEED": "7",
        },
        "{}",
    ),
    "a developer's habits": (
        {
            "NO_COLOR": "1", "PYTHONWARNINGS": "error", "PYTHONOPTIMIZE": "2", "PYTHONUTF8": "0", "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONIOENCODING": "latin-1", "PYTHONINSPECT": None, "PYTHONUNBUFFERED": "1", "PYTHONNODEBUGRANGES": "1",
        },
        "{}",
    ),
    "C, Kathmandu, no home, no input": (
        {"LC_ALL": "C", "LANG": "C", "PYTHONCOERCECLOCALE": "0", "TZ": "Asia/Kathmandu", "HOME": None, "TMPDIR": "/proc"},
        "{} <&-",
    ),
    "POSIX, an odd zone, a home that is not there, no errors heard": (
        {"LC_ALL": "POSIX", "TZ": "XYZ-13:37ABC", "HOME": "/nowhere/at/all", "TMPDIR": "/nowhere/either"},
        "{} 2>&-",
    ),
    "tr_TR, no zone, no input and no output": (
        {"LC_ALL": "tr_TR.UTF-8", "TZ": "No/Such_Zone", "TMP": "/dev/null", "XDG_RUNTIME_DIR": "/nowhere"},
        "{} <&- >&-",
    ),
}  # fmt: skip


@pytest.mark.fault("settings of terminals, libraries, languages and time zones")
@pytest.mark.parametrize("what", MILD)
def test_habits_and_places_change_no_byte(folder, right, what, record_property):
    environment, shell = MILD[what]
    (folder / "taste.py").write_text("taste = 1\n")
    record_property("trials", len(environment) + shell.count("&-"))
    done = build(folder, environment=environment, around=shell)
    assert (done.status, done.survivors) == (0, []), done.said
    assert pages(folder) == right
    assert "Traceback" not in done.said


@pytest.mark.fault("paths, links and clocks")
@pytest.mark.parametrize("where", ["ä é 漢字 'quoted' & $HOME; %s", "long " * 40, "linked"])
def test_paths_links_and_clocks_change_no_byte(template, right, tmp_path, where, record_property):
    record_property("trials", 2)
    folder = changed(template, tmp_path / where)
    if where == "linked":
        (tmp_path / "link").symlink_to(folder, target_is_directory=True)
        for path in (folder / "casestudies").rglob("*"):
            os.utime(path, (4e9, 4e9))  # files of the year 2096
        done = build(tmp_path / "link", cwd=Path("/"))
    else:
        back = tmp_path / "back"
        back.mkdir()
        (back / "sitecustomize.py").write_text("import time\nnow = time.time\ntime.time = lambda: now() - 1e9\n")
        done = build(folder, environment={"PYTHONPATH": f"{back}{os.pathsep}{ROOT / 'lib'}"}, cwd=tmp_path)
    assert (done.status, done.survivors) == (0, []), done.said
    assert pages(folder) == right


# What ends a build, is said; the next one is right

FULL = "unshare -m bash -c 'mount -t tmpfs -o size=4k none \"$AFTERMATH_ROOT/build/notebooks\" && {}'"
IN_WRITING = {
    "a full disk": (FULL, "could not be written (No space left on device)"),
    "files that may not grow": ("ulimit -f 2; {}", "no room for temporary files"),
    "output to a full disk": ("{} > /dev/full", "the output of the command cannot be written"),
}
FULL_FOR_A_WHILE = "mkdir t; TMPDIR=$PWD/t unshare -m bash -c 'mount -t tmpfs -o size=64k none t; {}'; status=$?; rmdir t; exit $status"
BEFOREHAND = {
    "ulimit -n 24; {}": "too many open files: the system allows",
    "ulimit -n 56; {}": "too many open files: the system allows",
    "ulimit -v 1000000; {}": "too little memory: the system allows this process 1.0 GB",
    "ulimit -d 100000; {}": "too little memory: the system allows this process 0.1 GB",
    "AFTERMATH_CELL_SECONDS=soon {} --workers 1": "is no number of seconds above 0",
    "mv casestudies cs; {}; status=$?; mv cs casestudies; exit $status": "no folder casestudies/ in AFTERMATH_ROOT=",
    "mv build b; echo > build; {}; status=$?; rm build; mv b build; exit $status": "is a file where a folder is needed",
}


def may_mount() -> bool:
    return not subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode


@pytest.mark.fault("full disks and missing rights")
@pytest.mark.parametrize("what", IN_WRITING)
def test_a_disk_that_is_full_is_said_and_the_next_build_is_right(folder, right, what):
    shell, message = IN_WRITING[what]
    if "unshare" in shell and not may_mount():
        pytest.skip("this user may mount nothing")
    before, ours = pages(folder), evidence(folder)
    refused(build(folder, around=shell), message)
    assert evidence(folder) == ours
    whole(folder, before, right)
    again(folder, right)


@pytest.mark.fault("too few files, too little memory, folders that are not there")
def test_what_is_short_is_said_before_it_is_missed(folder, right, record_property):
    before, ours = pages(folder), evidence(folder)
    short = BEFOREHAND | ({FULL_FOR_A_WHILE: "no room for temporary files in"} if may_mount() else {})
    for shell, message in short.items():
        refused(build(folder, around=shell), message)
    assert evidence(folder) == ours
    whole(folder, before, right)
    again(folder, right)
    record_property("trials", len(short))


def refused(done: Ended, message: str) -> None:
    """A build that says why it could not be done, and leaves nobody behind."""
    assert (done.status, done.survivors) == (1, []), done.said
    assert message in done.said
    assert "Traceback" not in done.said


def whole(folder: Path, before: Mapping[str, str], right: Mapping[str, str]) -> None:
    """Every file of the site is as it was, or as it is to be."""
    left = pages(folder)
    assert [name for name in before if left.get(name) not in (before[name], right[name])] == []


def again(folder: Path, right: Mapping[str, str]) -> None:
    """An ordinary build, whose pages are the right ones."""
    done = build(folder)
    assert (done.status, done.survivors) == (0, []), done.said
    assert pages(folder) == right


def at_work(process: psutil.Process) -> None:
    """Wait until something is being made: on a slow machine a page may be done before several processes are seen at once."""
    end = time.monotonic() + 60
    while len(process.children(recursive=True)) < 2:
        assert process.is_running(), "it has ended"
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.mark.fault("interruptions")
def test_a_signal_ends_all_and_leaves_all(folder, right, record_property):
    before, ours = pages(folder), evidence(folder)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):

        def stop(process: psutil.Process, number: int = number) -> None:
            at_work(process)
            process.send_signal(number)

        done = build(folder, "--force", around="exec {}", during=stop)
        assert (done.status, done.survivors) == (130, []), done.said
        assert "Interrupted. What was finished is kept" in done.said
        whole(folder, before, right)
    assert evidence(folder) == ours

    def hang_up(process: psutil.Process) -> None:
        at_work(process)
        process.send_signal(signal.SIGHUP)

    done = build(folder, around="trap '' HUP; exec {}", during=hang_up)  # as nohup does
    assert (done.status, done.survivors) == (0, []), done.said
    assert pages(folder) == right
    record_property("trials", 4)


@pytest.mark.fault("changes by others meanwhile")
def test_what_happens_to_a_case_during_a_build_is_seen_by_the_next(folder, right, record_property):
    events = folder / "casestudies" / CASE / "events.csv"
    sound, said = events.read_bytes(), []
    accidents = {
        "edited": lambda: touch_evidence(Workspace(folder), CASE),
        "broken": lambda: events.write_bytes(b"nothing\n"),
        "removed": lambda: shutil.move(events.parent, folder / "away"),
        "another build": lambda: said.append(build(folder).said),
    }
    for what, accident in accidents.items():

        def meanwhile(process: psutil.Process, accident: Callable = accident) -> None:
            at_work(process)
            accident()

        done = build(folder, "--force", around="exec {}", during=meanwhile)
        assert done.status in (0, 1), (what, done.said)
        assert done.survivors == [], what
        assert "Traceback" not in done.said, what
        if what == "removed":
            shutil.move(folder / "away", events.parent)
        events.write_bytes(sound)
    assert "another build is at work here (process" in said[0]
    again(folder, right)
    record_property("trials", len(accidents))


@pytest.mark.fault("files of others in the build folder")
def test_who_may_not_write_is_told_and_who_may_needs_no_root(folder, right, tmp_path):
    if os.geteuid() or not shutil.which("setpriv"):
        pytest.skip("only root can become somebody else")
    nobody = "setpriv --reuid 65534 --regid 65534 --clear-groups {}"
    starts_itself = tmp_path / "starts_itself.py"
    starts_itself.write_text("import subprocess, sys; subprocess.run([sys.executable, '-c', '1'], check=True)")
    for parent in (tmp_path, *tmp_path.parents):
        if parent != Path("/tmp") and "pytest" in parent.name:  # noqa: S108 - where pytest works
            parent.chmod(0o755)
    if subprocess.run(
        nobody.format(f"{sys.executable} {starts_itself}").split(), check=False, capture_output=True
    ).returncode:
        pytest.skip("somebody else may not run this Python")
    done = build(folder, environment={"HOME": "/nowhere"}, around=nobody)
    assert (done.status, done.survivors) == (1, []), done.said
    assert "cannot be used (Permission denied)" in done.said
    assert "Traceback" not in done.said
    subprocess.run(["chown", "-R", "65534:65534", str(folder)], check=True)
    done = build(folder, environment={"HOME": "/nowhere"}, around=nobody)
    assert (done.status, done.survivors) == (0, []), done.said
    assert pages(folder) == right
