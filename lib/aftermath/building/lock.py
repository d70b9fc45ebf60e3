"""One build at a time in one folder."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from aftermath.problems import AftermathError

_FAR = 1 << 30  # Windows locks bytes against reading, too: one far behind the text stays out of the way


class BusyError(AftermathError):
    """Another build is at work in the folder."""


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
