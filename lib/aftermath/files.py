"""Writing files whole, and knowing them by their contents."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import stat
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO

from aftermath.problems import AftermathError

HALF = ".half"  # how the name of a file ends that is being written
_FAR = 1 << 30  # Windows locks bytes against reading, too: one far behind the text stays out of the way


class WriteError(AftermathError):
    """A file could not be written; what stood there before is untouched."""


def write_whole(path: Path, content: str | bytes, *, durable: bool = True) -> Path:
    """Write a file so that a reader sees the old content or the new, **never a part**.

    The content is written beside its place, flushed to the disk and renamed. Who may read it is what the user's umask says;
    where the place is a link, the file takes the place of the link.

    Parameters
    ----------
    path
        Where the file belongs; missing folders are made.
    content
        Text (stored as UTF-8, line ends untouched) or bytes.
    durable
        Whether to wait until the disk has it; **a power cut may damage what was not waited for**.

    Returns
    -------
    Path
        ``path``.

    Raises
    ------
    WriteError
        If the disk is full, the folder is not writable, or the place is taken by a folder.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}{HALF}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open(
            "xb"
        ) as file:  # never through a link that somebody laid; temporary files would be born private
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise WriteError(
            f"{path}: could not be written ({error.strerror or error}). "
            "Free space or make the folder writable, then run the command again; earlier results are intact."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
    return path


def write_new(path: Path, content: str | bytes, *, again: bool = False) -> Path:
    """Write a file as ``write_whole`` does, **only where there is none**.

    Parameters
    ----------
    path, content
        As ``write_whole`` takes them.
    again
        Whether a file that is there gives way.

    Raises
    ------
    WriteError
        If there is such a file, or it cannot be written.
    """
    if path.exists() and not again:
        raise WriteError(f"{path}: there is such a file already. Name another, or replace it by --again.")
    return write_whole(path, content)


class LinkError(AftermathError):
    """A folder that is to be written into is a link: what is written or removed there would be another folder's."""


def refuse_links(path: Path, within: Path) -> None:
    """Refuse a place that is a link or lies behind one.

    A file that is a link need not be refused where ``write_whole`` writes it: the new file takes the place of the link.

    Parameters
    ----------
    path
        A folder that is to be written into, or a file that is to be opened. It need not be there yet.
    within
        The folder that it lies in and that the user has named, **which may itself be a link**.

    Raises
    ------
    LinkError
        If any step from there to the place is a link, or a junction on Windows.
    """
    step = within
    for part in path.relative_to(within).parts:
        step /= part
        if step.is_symlink() or (sys.version_info >= (3, 12) and step.is_junction()):
            raise LinkError(
                f"{step.relative_to(within).as_posix()}: is a link, to {step.readlink()}. Nothing is written or removed through "
                "links. Remove the link, then run the command again: what is missing is made."
            )


class ReadError(AftermathError):
    """A file is none that is read here.

    Attributes
    ----------
    what, mend
        What is wrong, which completes a sentence that begins with its name, and what would mend it.
    """

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what}; {mend}")
        self.what, self.mend = what, mend


class TooLargeError(ReadError):
    """A file has more bytes than are read."""


def read_plain(path: Path, largest: int, *, folder: str = "its folder") -> bytes:
    """The content of a plain file that is not too large. **Nothing is waited for, and no device is opened.**

    Parameters
    ----------
    path
        The file. A link is followed within the folder that it stands in.
    largest
        Bytes that it may have.
    folder
        What the folder that it stands in is called where a link leads out of it.

    Raises
    ------
    FileNotFoundError
        If there is nothing of that name.
    TooLargeError
        If it is larger, which is asked before it is read.
    ReadError
        If it is no plain file, a link to what is elsewhere or not there, or cannot be read.
    """
    try:
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode):
            if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(path.parent)):
                raise ReadError(f"is a link that leads out of {folder}", "put the file itself in its place")
            found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise ReadError(f"is {_kind(found.st_mode)}, not a file", "put a readable file in its place")
        if found.st_size <= largest:
            with path.open("rb") as file:
                content = file.read(largest + 1)
            if len(content) <= largest:  # it may have grown meanwhile
                return content
    except FileNotFoundError:
        if path.is_symlink():
            raise ReadError("is a link to what is not there", "put the file itself in its place") from None
        raise
    except OSError as error:
        raise ReadError(f"cannot be read ({error.strerror})", "make it a readable file") from error
    raise TooLargeError(f"has more than {largest:,} bytes", "shorten it")


def _kind(mode: int) -> str:
    """What something is that is no plain file, in words."""
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a named pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return kinds.get(stat.S_IFMT(mode), "something else")


def take_lock(file: IO[bytes]) -> None:
    """Lock a file that is open, or raise ``OSError`` at once where somebody else holds it; **closing the file lets go**."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def fingerprint(root: Path, paths: Iterable[Path]) -> str:
    """SHA-256 over the names (from ``root``, of files elsewhere alone) and contents of files; **a missing file counts as such**."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        _add_file(digest.update, _name(root, path), path)
    return digest.hexdigest()


def _add_file(add: Callable[[bytes], None], name: str, path: Path) -> None:
    """Add a name, a length and a content, piece by piece: a file may be larger than the memory."""
    named = os.fsencode(name) + b"\0"  # as the system has it: not every name is UTF-8
    if not path.is_file():
        add(named + b"8\0\0missing")
        return
    with path.open("rb") as file:
        add(named + f"{os.fstat(file.fileno()).st_size}\0".encode())
        while piece := file.read(1 << 20):
            add(piece)


def fingerprints(root: Path, paths: Iterable[Path]) -> tuple[str, dict[Path, str]]:
    """The fingerprint of files together, and that of each alone; **each is read once**.

    Parameters
    ----------
    root, paths
        As ``fingerprint`` takes them.

    Returns
    -------
    tuple
        The fingerprint of all, and path to that of the file alone, sorted.
    """
    together, single = hashlib.sha256(), {}
    for path in sorted(paths):
        alone = hashlib.sha256()
        _add_file(_both(together.update, alone.update), _name(root, path), path)
        single[path] = alone.hexdigest()
    return together.hexdigest(), single


def _both(one: Callable[[bytes], None], other: Callable[[bytes], None]) -> Callable[[bytes], None]:
    def add(piece: bytes) -> None:
        one(piece)
        other(piece)

    return add


def _name(root: Path, path: Path) -> str:
    below, text = f"{root}{os.sep}", str(path)
    if text.startswith(below):  # which is mostly so, and quicker than what pathlib asks
        return text.removeprefix(below).replace(os.sep, "/")
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def checksum(paths: Iterable[Path]) -> str:
    """SHA-256 over the names and contents of files, **whatever order they are given in**.

    Parameters
    ----------
    paths
        Files to read.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for path in sorted(paths, key=lambda path: path.name):
        path.stat()  # one that is missing is an error here
        _add_file(digest.update, path.name, path)
    return digest.hexdigest()
