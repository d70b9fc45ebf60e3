"""Writing files whole, and knowing them by their contents."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from aftermath.problems import AftermathError


class WriteError(AftermathError):
    """A file could not be written; what stood there before is untouched."""


def write_whole(path: Path, content: str | bytes, *, durable: bool = True) -> Path:
    """Write a file so that a reader sees the old content or the new, **never a part**.

    The content is written beside its place, flushed to the disk and renamed.

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
    beside = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            beside = Path(file.name)
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        beside.chmod(0o644)  # temporary files are born private; a site is meant to be served
        beside.replace(path)
    except OSError as error:
        raise WriteError(
            f"{path}: could not be written ({error.strerror or error}). "
            "Free space or make the folder writable, then run the command again; earlier results are intact."
        ) from error
    finally:
        if beside is not None:
            beside.unlink(missing_ok=True)
    return path


def fingerprint(root: Path, paths: Iterable[Path]) -> str:
    """SHA-256 over the names (from ``root``) and contents of files; **a missing file counts as such**."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        content = path.read_bytes() if path.is_file() else b"\0missing"
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


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
        content = path.read_bytes()
        digest.update(f"{path.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
