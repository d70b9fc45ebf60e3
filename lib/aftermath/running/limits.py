"""What running notebooks may take: how long a cell may run, how many files may be open, how much memory and room there has to be."""

from __future__ import annotations

import errno
import os
import tempfile

from aftermath.problems import AftermathError
from aftermath.wording import counted

CELL_SECONDS = "AFTERMATH_CELL_SECONDS"
GENEROUS = 3600
FILES_OF_A_KERNEL = 24  # sockets and their like that this process has open for a kernel
FILES_BESIDE = 12  # for what is read and written meanwhile
ROOM_OF_A_KERNEL = 1 << 20  # bytes of its temporary files

_MEMORY = {
    "RLIMIT_AS": ("ulimit -v", 2_000_000_000),
    "RLIMIT_DATA": ("ulimit -d", 1_000_000_000),
}  # bytes of one process


class LimitError(AftermathError):
    """A limit cannot be read, or is too low for what is to be run."""


def cell_seconds() -> float:
    """How many seconds a cell may run: ``AFTERMATH_CELL_SECONDS``, or an hour.

    Raises
    ------
    LimitError
        If the setting is no number of seconds above 0.
    """
    text = os.environ.get(CELL_SECONDS, "").strip()
    try:
        seconds = float(text or GENEROUS)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise LimitError(
            f"{CELL_SECONDS}={text}: is no number of seconds above 0. Write e.g. {CELL_SECONDS}={GENEROUS}, or leave it out."
        )
    return seconds


def require_files(kernels: int = 1, beside: int = FILES_BESIDE) -> None:
    """See that the system lets this process open the files that kernels need, before the first is missing.

    A library below may end the whole process where it cannot open another, so this has to be known beforehand.

    Parameters
    ----------
    kernels
        How many will run side by side.
    beside
        How many files are open beside those.

    Raises
    ------
    LimitError
        If they would be too many; the error says what would mend it.
    """
    needed, opened = FILES_OF_A_KERNEL * kernels + beside, []
    try:
        for _ in range(needed):
            opened.append(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        if error.errno not in (errno.EMFILE, errno.ENFILE):
            raise
        raise LimitError(
            f"too many open files: the system allows this process {len(opened)} more, and to run {counted(kernels, 'notebook')} "
            f"at a time takes {needed}. Allow more (ulimit -n 1024), or run the command with --workers 1."
        ) from error
    finally:
        for file in opened:
            os.close(file)


def require_memory() -> None:
    """See that no limit of this process is below what it takes: **polars ends a process that it cannot have memory for**.

    Raises
    ------
    LimitError
        If one is; the error says what would mend it.
    """
    try:
        import resource
    except ImportError:  # Windows
        return
    for name, (command, needed) in _MEMORY.items():
        limit = resource.getrlimit(getattr(resource, name))[0]
        if limit != resource.RLIM_INFINITY and limit < needed:
            raise LimitError(
                f"too little memory: the system allows this process {limit / 1e9:.1f} GB, and a page takes {needed / 1e9:.0f} GB. "
                f"Allow more ({command} unlimited), then run the command again."
            )


def require_room() -> None:
    """See that there is room for a kernel's temporary files: **half a file says less clearly what is the matter**.

    Raises
    ------
    LimitError
        If there is not; the error says what would mend it.
    """
    try:
        with tempfile.TemporaryFile(prefix="aftermath-") as file:
            file.write(bytes(ROOM_OF_A_KERNEL))
            file.flush()
    except OSError as error:
        where = (
            "" if error.errno == errno.ENOENT else f" in {tempfile.gettempdir()}"
        )  # else the error names the folders
        raise LimitError(
            f"no room for temporary files{where} ({error.strerror or error}). "
            "Free space, or name another folder (TMPDIR), then run the command again."
        ) from error
