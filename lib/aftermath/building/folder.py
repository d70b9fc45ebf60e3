"""The build folder: made, held by one build at a time, and swept **of what builds wrote, and of nothing else**."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from aftermath.building.jobs import products, results_folder
from aftermath.building.outcome import Failure
from aftermath.building.written import remember, written
from aftermath.files import HALF, WriteError, refuse_links, take_lock
from aftermath.problems import AftermathError
from aftermath.workspace import Workspace

_KEPT = re.compile(r"[0-9a-f]{32}")  # a folder of kept results


class BusyError(AftermathError):
    """Another build is at work in the folder."""


@contextlib.contextmanager
def prepared(workspace: Workspace) -> Iterator[None]:
    """The build folder, made, cleared of half-written files, and ours alone.

    Raises
    ------
    LinkError
        If it, a folder in it that is not hidden, or its lock is a link.
    BusyError
        If another process is at work in it.
    WriteError
        If it cannot be written.
    """
    folder = workspace.build
    try:
        refuse_links(folder, workspace.root)
        folder.mkdir(parents=True, exist_ok=True)
        refuse_links(folder / ".lock", workspace.root)
        with alone(folder / ".lock"):
            _remove_halves(workspace)
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
    with open(path, "ab+", opener=_not_through_links) as file:
        try:
            take_lock(file)
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


def _not_through_links(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)


def _remove_halves(workspace: Workspace) -> None:
    """Remove what a build that was killed left behind in the middle of writing, and refuse links on the way."""
    for folder, folders, files in os.walk(workspace.build):
        folders[:] = [name for name in folders if not name.startswith(".") or name == ".kept"]
        for name in folders:
            refuse_links(Path(folder, name), workspace.root)
        for name in files:
            if name.startswith(".") and name.endswith(HALF):
                Path(folder, name).unlink()


def forget(workspace: Workspace, *, everything: bool) -> None:
    """Remove results that were kept by another library or other packages, or all of them."""
    current = results_folder(workspace)
    for folder in current.parent.glob("*"):
        if _KEPT.fullmatch(folder.name) and (everything or folder != current):
            shutil.rmtree(folder, ignore_errors=True)


def remove_gone(workspace: Workspace) -> tuple[str, ...]:
    """Remove what builds wrote for cases that are no longer there, and return their ids."""
    names = written(workspace) or frozenset()
    present, removed = set(workspace.case_ids()), []
    for case_id in sorted({PurePosixPath(name).stem for name in names if name.startswith("site/cases/")} - present):
        own = [path for path in case_files(workspace, case_id) if workspace.relative(path).partition("/")[2] in names]
        there = [path for path in own if path.is_file() and not path.is_symlink()]
        for path in there:
            path.unlink()
        remember(workspace, (), gone=own)
        removed += [case_id] if there else []
    return tuple(removed)


def case_files(workspace: Workspace, case_id: str) -> tuple[Path, ...]:
    """All that builds write for a case: its page and what belongs to it, its log and its replay."""
    beside = (workspace.build / "logs" / f"{case_id}.log", workspace.site / "replay" / f"{case_id}.html")
    return (*products(workspace, case_id, f"cases/{case_id}.html"), *beside)


def unbuilt(workspace: Workspace, coming: Iterable[str] = (), failed: Iterable[Failure] = ()) -> dict[str, str]:
    """Cases without a page, with the reason, empty where it was not built yet.

    Those with problems are left to the site, which lists them itself.
    """
    expected = set(coming)
    reasons = {failure.title: failure.reason for failure in failed}
    broken = {failure.title for failure in failed if failure.problems}
    return {
        case_id: reasons.get(case_id, "")
        for case_id in workspace.case_ids()
        if case_id not in expected | broken and not (workspace.site / "cases" / f"{case_id}.html").is_file()
    }
