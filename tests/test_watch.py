"""A watched workspace is built at once and after every change, and errors end nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from aftermath.building import watch as watch_module
from aftermath.building.folder import BusyError
from aftermath.building.watch import LibraryChanged, changes, watch
from aftermath.building.work import Interrupted
from aftermath.problems import AftermathError
from aftermath.workspace import Workspace
from tiny import CASES, make_workspace, touch_evidence

DIGIORNO, RED_CROSS, _ = CASES


class Clock:
    """Time that passes as it is waited for: at each pause the next thing happens, and in the end the user has enough."""

    def __init__(self, *happenings: Callable[[], object] | None) -> None:
        self.happenings = iter(happenings)

    def __call__(self, seconds: float) -> None:
        try:
            happening = next(self.happenings)
        except StopIteration:
            raise KeyboardInterrupt from None
        if happening:
            happening()


def builds(folder: Path, *happenings: Callable[[], object] | None) -> int:
    """How often a folder was found changed, the first look included."""
    found = 0
    with pytest.raises(KeyboardInterrupt):
        for _ in changes([folder / "cases", folder / "not-there"], Clock(*happenings)):
            found += 1
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cases" / "inner").mkdir(parents=True)
    (tmp_path / "cases" / "inner" / "a.csv").write_text("a", encoding="utf-8")
    return tmp_path


def test_the_first_look_counts_and_rest_does_not(folder):
    assert builds(folder, *[None] * 9) == 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda inner: (inner / "a.csv").write_text("longer", encoding="utf-8"), 2),
        (lambda inner: os.utime(inner / "a.csv", (1, 1)), 2),
        (lambda inner: (inner / "b.csv").touch(), 2),
        (lambda inner: (inner / "a.csv").unlink(), 2),
        (lambda inner: (inner / ".a.csv.swp").touch(), 1),
        (lambda inner: (inner.parent.parent / "elsewhere").touch(), 1),
    ],
)
def test_what_is_saved_added_or_removed_is_a_change(folder, change, expected):
    assert builds(folder, *[None] * 3, lambda: change(folder / "cases" / "inner"), *[None] * 5) == expected


def test_several_files_saved_one_after_another_are_one_change(folder):
    save = [lambda number=number: (folder / "cases" / f"{number}").touch() for number in range(5)]
    assert builds(folder, *[None] * 3, *save, *[None] * 5) == 2


@pytest.mark.fault("changes by others meanwhile")
def test_a_change_during_a_build_is_not_lost(folder):
    found = 0
    with pytest.raises(KeyboardInterrupt):
        for _ in changes([folder / "cases"], Clock(*[None] * 9)):
            found += 1
            if found == 1:
                (folder / "cases" / "late").touch()
    assert found == 2


@pytest.fixture
def library(monkeypatch) -> list[str]:
    """What the library on the disk is like; that which is loaded is the first."""
    lies = ["loaded"]
    monkeypatch.setattr(watch_module, "preload", lambda pages: None)
    monkeypatch.setattr(watch_module, "library", lambda: "loaded")
    monkeypatch.setattr(watch_module, "library_now", lambda: lies[-1])
    return lies


@pytest.mark.fault("changes by others meanwhile")
@pytest.mark.usefixtures("library")
def test_errors_are_told_and_end_nothing_but_what_the_user_ends(tmp_path):
    workspace = make_workspace(tmp_path, (RED_CROSS,))
    outcomes, told = iter([AftermathError("broken"), None, Interrupted("enough")]), []

    def build() -> None:
        if outcome := next(outcomes):
            raise outcome

    def save() -> None:
        touch_evidence(workspace, RED_CROSS)

    with pytest.raises(Interrupted, match="enough"):
        watch(build, told.append, workspace=workspace, pause=Clock(None, None, save, None, None, save, None, None))
    assert [str(error) for error in told] == ["broken"]
    assert next(outcomes, "none left") == "none left"


@pytest.mark.fault("changes by others meanwhile")
@pytest.mark.usefixtures("library")
def test_another_build_is_waited_for_and_told_of_once(tmp_path):
    workspace = make_workspace(tmp_path, (RED_CROSS,))
    outcomes, told, waited = iter([BusyError("another"), BusyError("another"), None]), [], []

    def build() -> None:
        if outcome := next(outcomes):
            raise outcome

    clock = Clock(*[None] * 4)
    watch(build, told.append, workspace=workspace, pause=lambda seconds: (waited.append(seconds), clock(seconds)))
    assert [str(error) for error in told] == ["another"]
    assert waited.count(watch_module.BUSY) == 2
    assert next(outcomes, "none left") == "none left"


def test_a_changed_library_is_not_taken_for_the_one_that_is_loaded(tmp_path, library):
    workspace, built = make_workspace(tmp_path, (RED_CROSS,)), []
    watch(lambda: built.append(1), print, workspace=workspace, pause=Clock(None))
    assert built
    library.append("other")
    with pytest.raises(LibraryChanged, match="Run the command again"):
        watch(lambda: built.append(1), print, workspace=workspace, pause=Clock(None))
    assert len(built) == 1


def _said(process: subprocess.Popen) -> str:
    """The last line of a build."""
    return next(line for line in process.stdout if "index.html" in line)


def _beside(workspace: Workspace, command: list[str], environment: dict[str, str]) -> None:
    """Somebody else builds at the moment at which a case changes: one of the two makes its pages, and neither fails."""
    before = (workspace.site / "cases" / f"{RED_CROSS}.html").read_bytes()
    touch_evidence(workspace, RED_CROSS)
    other = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert other.returncode == 0 or "another build is at work here" in other.stderr + other.stdout
    assert "Traceback" not in other.stderr
    end = time.monotonic() + 60
    while (again := subprocess.run(command, env=environment, capture_output=True, text=True, check=False)).returncode:
        assert "another build is at work here" in again.stderr + again.stdout
        assert time.monotonic() < end
    assert again.stdout.startswith("Nothing to do")
    assert (workspace.site / "cases" / f"{RED_CROSS}.html").read_bytes() != before


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to a process there")
@pytest.mark.slow
@pytest.mark.fault("changes by others meanwhile")
def test_the_command_builds_what_changed_until_it_is_stopped(tmp_path):
    workspace: Workspace = make_workspace(tmp_path, (DIGIORNO, RED_CROSS))
    command = [sys.executable, "-m", "aftermath", "build", "--watch", "--force"]
    environment = {**os.environ, "AFTERMATH_ROOT": str(workspace.root), "PYTHONPATH": os.pathsep.join(sys.path)}
    # whoever runs the tests in the background has its programs pass over Ctrl-C
    hears = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, preexec_fn=hears) as process:
        try:
            assert _said(process).startswith("6 pages made")
            touch_evidence(workspace, RED_CROSS)
            assert _said(process).startswith("4 pages made"), "what is forced is forced once"
            _beside(workspace, command[:-2], environment)
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
        finally:
            process.kill()
