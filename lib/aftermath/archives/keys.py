"""Names of authors, replaced by keyed hashes.

A plain hash of an account's name is no protection: whoever has a list of names can hash them all. A keyed hash
(HMAC-SHA256) can be repeated only with the key, which stays with the owner of the archive.

References
----------
Krawczyk, H., Bellare, M., and Canetti, R. (1997). HMAC: keyed-hashing for message authentication. RFC 2104.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import polars as pl

from aftermath.archives.posts import ArchiveError
from aftermath.workspace import WorkspaceError, find_workspace

KEY_VARIABLE, FILE_VARIABLE = "AFTERMATH_AUTHOR_KEY", "AFTERMATH_AUTHOR_KEY_FILE"
SHORTEST_KEY = 16  # bytes
DIGITS = 16
_BLOCK = 64  # bytes that SHA-256 takes at once
_SEED = 2104  # of the hash by which authors that come again are found, 64 bits long

_CURE = (
    "Make one, once, in a file outside the workspace: "
    '`python -c "import secrets; print(secrets.token_hex(32))" > ~/aftermath-author-key`, let nobody else read it (`chmod 600 ~/aftermath-author-key`), then set '
    f"{FILE_VARIABLE}=~/aftermath-author-key (or {KEY_VARIABLE} to the key itself). With another key the same author gets another hash."
)


def author_key(file: Path | None = None) -> bytes:
    """The key that authors are hashed with. It is **read, never written**, and appears in no message.

    Parameters
    ----------
    file
        A file outside the workspace that holds it. Where not given: the variable ``AFTERMATH_AUTHOR_KEY`` holds the key, or
        ``AFTERMATH_AUTHOR_KEY_FILE`` names the file.

    Returns
    -------
    bytes
        At least 16.

    Raises
    ------
    ArchiveError
        If there is none, it is too short, others can read its file, or the file lies inside the workspace, from where it would be shared.
    """
    if file is None and os.environ.get(KEY_VARIABLE):
        return _long_enough(os.environ[KEY_VARIABLE].encode(), KEY_VARIABLE)
    named = file or os.environ.get(FILE_VARIABLE)
    if not named:
        raise ArchiveError(f"authors cannot be hashed: there is no key. {_CURE}")
    return _read_key(Path(named).expanduser())


def keyed_hashes(values: pl.Series, key: bytes) -> pl.Series:
    """HMAC-SHA256 of each value, cut to 16 hexadecimal digits; null stays null.

    Parameters
    ----------
    values
        Text.
    key
        From ``author_key``.

    Examples
    --------
    >>> keyed_hashes(pl.Series("author", ["someone", None]), b"sixteen bytes...").to_list()
    ['f2d909bc13b2dd11', None]
    """
    _, first, place = np.unique(values.hash(_SEED).to_numpy(), return_index=True, return_inverse=True)
    digests = pl.Series(values.name, _digests(values.gather(first).cast(pl.Binary), key), dtype=pl.Binary)
    return digests.bin.head(DIGITS // 2).bin.encode("hex").gather(place)


def _digests(values: pl.Series, key: bytes) -> list[bytes | None]:
    """HMAC by its definition, so that what depends on the key alone is computed once: a third of the time."""
    padded = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in padded)) for pad in (0x36, 0x5C))
    digests: list[bytes | None] = []
    for value in values.to_list():
        if value is None:
            digests.append(None)
            continue
        inside, outside = inner.copy(), outer.copy()
        inside.update(value)
        outside.update(inside.digest())
        digests.append(outside.digest())
    return digests


def _read_key(file: Path) -> bytes:
    _refuse_inside(file)
    try:
        if os.name == "posix" and file.stat().st_mode & 0o077:
            raise ArchiveError(
                f"{file}: others on this machine can read the key for authors. Run `chmod 600 {file}`; if they may have read it, make "
                "a new one and write the features anew."
            )
        content = file.read_bytes().strip()
    except OSError as error:
        raise ArchiveError(
            f"{file}: the key for authors could not be read ({error.strerror or error}). {_CURE}"
        ) from error
    return _long_enough(content, file.name)


def _refuse_inside(file: Path) -> None:
    try:
        root = find_workspace().root
    except WorkspaceError:
        return
    if file.resolve().is_relative_to(root):
        raise ArchiveError(
            f"{file.name}: the key for authors lies inside the workspace, from where it would be shared with the hashes. "
            f"Move it outside of the workspace and set {FILE_VARIABLE} to its new place."
        )


def _long_enough(key: bytes, origin: str) -> bytes:
    if len(key) < SHORTEST_KEY:
        raise ArchiveError(
            f"{origin}: the key for authors has {len(key)} bytes, which can be guessed: at least {SHORTEST_KEY} are needed. {_CURE}"
        )
    return key
