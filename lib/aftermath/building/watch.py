"""``aftermath build --watch``: build again whenever evidence, a notebook or archived data changes."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from aftermath.building.folder import BusyError
from aftermath.building.jobs import library, library_now
from aftermath.building.work import Interrupted
from aftermath.pages.preloaded import MANY, preload
from aftermath.problems import AftermathError
from aftermath.workspace import Workspace, find_workspace

INTERVAL = 0.1  # seconds between looks: a look at hundreds of files takes a few thousandths
BUSY = 1.0  # seconds between attempts while another build is at work


class LibraryChanged(AftermathError):
    """What is loaded is no longer what lies on the disk: pages would be made by the old, and said to be made by the new."""


def watch(
    build: Callable[[], Any],
    tell: Callable[[AftermathError], Any],
    *,
    workspace: Workspace | None = None,
    pause: Callable[[float], Any] = time.sleep,
) -> None:
    """Build at once, and again after every change, **until the user stops it with Ctrl-C**.

    The process that pages are forked from stays, so that a build need not wait for imports.

    Parameters
    ----------
    build
        Makes what is out of date.
    tell
        Takes the errors of a build; **they end nothing**, as the next change may mend them. While another build is at
        work, it is waited for.
    workspace
        Whose files; those of the workspace in force if not given.
    pause
        Waits for some seconds.

    Raises
    ------
    LibraryChanged
        If a file of the library itself changed.
    Interrupted
        If the user stopped it in the middle of a build.
    """
    workspace = workspace or find_workspace(to_write=True)
    folders = (workspace.cases, workspace.notebooks, workspace.root / "data")
    preload(MANY)  # there is time until the first change
    with contextlib.suppress(KeyboardInterrupt):
        for _ in changes(folders, pause):
            if library_now() != library():
                raise LibraryChanged("The library itself changed. Run the command again, so that pages are made by it.")
            _built(build, tell, pause)


def _built(build: Callable[[], Any], tell: Callable[[AftermathError], Any], pause: Callable[[float], Any]) -> None:
    """Build, after whoever else builds here: they may have begun before the change."""
    patient = False
    while True:
        try:
            build()
        except Interrupted:
            raise
        except BusyError as error:
            if not patient:
                tell(error)
            patient = True
            pause(BUSY)
            continue
        except AftermathError as error:
            tell(error)
        return


def changes(folders: Iterable[Path], pause: Callable[[float], Any] = time.sleep) -> Iterator[None]:
    """Yield at once, and then each time that files have changed and come to rest.

    Parameters
    ----------
    folders
        Where to look, at every depth; hidden files and folders are passed over.
    pause
        Waits for some seconds.
    """
    folders, known = tuple(folders), None
    while True:
        seen = _look(folders)
        if seen != known:
            pause(INTERVAL)
            while seen != (seen := _look(folders)):  # several files are being saved
                pause(INTERVAL)
            known = seen
            yield
        pause(INTERVAL)


def _look(folders: Iterable[Path]) -> frozenset[tuple[str, int, int]]:
    """Path, time of change and size of every file."""
    return frozenset(found for folder in folders for found in _files(folder))


def _files(folder: Path) -> Iterator[tuple[str, int, int]]:
    for parent, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if not name.startswith(".")]
        for path in (Path(parent, name) for name in names if not name.startswith(".")):
            with contextlib.suppress(OSError):  # it is gone by now
                state = path.stat()
                yield str(path), state.st_mtime_ns, state.st_size
