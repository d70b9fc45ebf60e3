"""How much of the disk a notebook may take while it is graded: its folder, and what it holds open without a name.

The system bounds one file (``RLIMIT_FSIZE``), and no number of files. So whoever grades looks, several times a second, and ends the
notebook's kernel where it takes more. What is written between two looks is what the disk can write in that time.
"""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MOST_BYTES = 2 * 1024**3  # of all files together
MOST_FILES = 20_000  # folders among them
EVERY = 0.25  # seconds between two looks


@dataclass(frozen=True)
class Taken:
    """What is taken of a disk.

    Parameters
    ----------
    bytes
        On the disk: holes in files take nothing.
    files
        How many, folders among them.
    """

    bytes: int
    files: int

    def more_than(self, before: Taken, most_bytes: int, most_files: int) -> bool:
        """Whether so many bytes or files have come since."""
        return self.bytes - before.bytes > most_bytes or self.files - before.files > most_files


def taken(folder: Path, process: int | None = None) -> Taken:
    """What a folder takes of the disk, and what a process holds open that has no name any more.

    Parameters
    ----------
    folder
        With all that is below; links are not followed.
    process
        Its number. It counts with all that it started, **on Linux alone**: other systems do not tell.

    Returns
    -------
    Taken
        What goes while it is counted may or may not be in it.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     written = Path(folder, "a.txt").write_text("a" * 5000)
    ...     taken(Path(folder)).files
    1
    """
    found = [*_named(folder), *(_unnamed(process) if process is not None else ())]
    return Taken(sum(_on_disk(status) for status in found), len(found))


def _on_disk(status: os.stat_result) -> int:
    return status.st_blocks * 512 if sys.platform != "win32" else status.st_size


def _named(folder: Path) -> Iterator[os.stat_result]:
    unread = [os.fspath(folder)]
    while unread:
        with contextlib.suppress(OSError), os.scandir(unread.pop()) as entries:  # a folder may go meanwhile
            for entry in entries:
                with contextlib.suppress(OSError):
                    yield entry.stat(follow_symlinks=False)
                    if entry.is_dir(follow_symlinks=False):
                        unread.append(entry.path)


def _unnamed(process: int) -> Iterator[os.stat_result]:
    """Files that were removed and are still open, and files in memory: each once, however often it is open."""
    seen = set()
    for member in _family(process):
        with contextlib.suppress(OSError), os.scandir(f"/proc/{member}/fd") as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    status = entry.stat()
                    if (
                        stat.S_ISREG(status.st_mode)
                        and not status.st_nlink
                        and (file := (status.st_dev, status.st_ino)) not in seen
                    ):
                        seen.add(file)
                        yield status


def _family(process: int) -> Iterator[int]:
    """A process and all that it started, as Linux tells."""
    yield process
    for path in Path("/proc", str(process), "task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in path.read_text(encoding="ascii").split():
                yield from _family(int(child))


@contextlib.contextmanager
def bounded(folder: Path, process: int) -> Iterator[None]:
    """End a process as soon as it has taken too much of the disk since the begin of the block.

    Parameters
    ----------
    folder
        The one that it may write in.
    process
        Its number. It leads the group of what it started, which is ended with it.
    """
    before, over = taken(folder, process), threading.Event()

    def look() -> None:
        while not over.wait(EVERY):
            if taken(folder, process).more_than(before, MOST_BYTES, MOST_FILES):
                _end(process)
                break

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()


def _end(process: int) -> None:
    with contextlib.suppress(OSError):  # it may have ended by itself
        if sys.platform == "win32":
            os.kill(process, signal.SIGTERM)
        else:
            os.killpg(process, signal.SIGKILL)
