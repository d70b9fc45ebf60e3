"""The build folder: made, held by one build at a time, and swept."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from aftermath.building.jobs import products, results_folder
from aftermath.building.outcome import Failure
from aftermath.files import WriteError
from aftermath.problems import AftermathError
from aftermath.workspace import Workspace

_FAR = 1 << 30  # Windows locks bytes against reading, too: one far behind the text stays out of the way


class BusyError(AftermathError):
    """Another build is at work in the folder."""


@contextlib.contextmanager
def prepared(workspace: Workspace) -> Iterator[None]:
    """The build folder, made, cleared of half-written files, and ours alone."""
    folder = workspace.build
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder / ".lock"):
            _remove_halves(workspace)
            for former in (folder, folder / "points"):
                shutil.rmtree(former / ".engine", ignore_errors=True)  # records of versions that needed them
            yield
    except FileExistsError as error:
        raise WriteError(
            f"{error.filename or folder}: is a file where a folder is needed. Move it away, then run the command again."
        ) from error
    except OSError as error:
        raise WriteError(
            f"{error.filename or folder}: cannot be used ({error.strerror or error}). "
            "Free space or set its permissions, then run the command again; earlier results are intact."
        ) from error


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock of a build folder.

    The system lets go of the lock when its process ends, **however it ends**: a lock is never stale.

    Parameters
    ----------
    path
        The lock file; its folder exists. It holds the number of the process at work.

    Raises
    ------
    BusyError
        If another process holds the lock.
    """
    with path.open("ab+") as file:
        try:
            _take(file)
        except OSError as error:
            file.seek(0)
            raise BusyError(
                f"{path.parent}: another build is at work here (process {file.read().decode() or 'unknown'}). "
                "Wait until it has ended, or stop it, then run the command again."
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        yield


def _take(file: BinaryIO) -> None:
    """Lock the file or raise ``OSError``; closing the file lets go."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove_halves(workspace: Workspace) -> None:
    """Remove what a build that was killed left behind in the middle of writing: hidden files beside the pages."""
    for folder in (
        "notebooks",
        "site",
        "site/cases",
        "site/notebooks",
        "site/assets",
        "site/data",
        "logs",
        "points",
        "sweeps/*",
    ):
        for path in workspace.build.glob(f"{folder}/.*"):
            if path.is_file():
                path.unlink()


def forget(workspace: Workspace, *, everything: bool) -> None:
    """Remove results that were kept by another library or other packages, or all of them."""
    current = results_folder(workspace)
    for folder in current.parent.glob("*"):
        if everything or folder != current:
            shutil.rmtree(folder, ignore_errors=True)


def remove_gone(workspace: Workspace) -> tuple[str, ...]:
    """Remove the pages of cases that are no longer there."""
    present = set(workspace.case_ids())
    gone = sorted(path.stem for path in (workspace.site / "cases").glob("*.html") if path.stem not in present)
    for case_id in gone:
        log = workspace.build / "logs" / f"{case_id}.log"
        for path in (*products(workspace, case_id, f"cases/{case_id}.html"), log):
            path.unlink(missing_ok=True)
    return tuple(gone)


def unbuilt(workspace: Workspace, coming: Iterable[str] = (), failed: Iterable[Failure] = ()) -> dict[str, str]:
    """Cases without a page, with the reason; those with problems are left to the site, which lists them itself."""
    expected = set(coming)
    reasons = {failure.title: failure.reason for failure in failed}
    broken = {failure.title for failure in failed if failure.problems}
    return {
        case_id: reasons.get(case_id, "Its page was not built yet.")
        for case_id in workspace.case_ids()
        if case_id not in expected | broken and not (workspace.site / "cases" / f"{case_id}.html").is_file()
    }
