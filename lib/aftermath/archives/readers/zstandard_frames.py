"""Zstandard as dumps of Reddit are packed: one frame or many, with windows of up to two gigabytes."""

from __future__ import annotations

import re
from typing import Protocol

MAGIC = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")  # of a frame, and of one to be passed over
_WINDOW = 1 << 31  # dumps of Reddit are made with `zstd --long=31`
_BITE = 1 << 10  # bytes unpacked at a time: at most 256 blocks, which is 32 MB even in a file that is made to do harm


class DamagedFrame(Exception):
    """A frame that cannot be unpacked, or something else where one should begin."""


class Stream(Protocol):
    """What packed bytes come from."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""
        ...


class ZstandardFile:
    """The content of a Zstandard file, frame after frame.

    The library's own stream ends without a word where a file was cut short, so frames are counted off here.

    Parameters
    ----------
    stream
        The packed bytes.

    Examples
    --------
    >>> import io, zstandard
    >>> packed = zstandard.compress(b"so ") + zstandard.compress(b"sorry")
    >>> ZstandardFile(io.BytesIO(packed)).read1(100), ZstandardFile(io.BytesIO(packed)).read1(2)
    (b'so sorry', b'so')
    """

    def __init__(self, stream: Stream) -> None:
        import zstandard  # a twentieth of a second, for those who have such files

        self._unpacker = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
        self._error = zstandard.ZstdError
        self._stream = stream
        self._frame = None
        self._packed = self._content = b""

    def read1(self, size: int) -> bytes:
        """Some of the content, at most so many bytes; none at its end.

        Parameters
        ----------
        size
            In bytes.

        Raises
        ------
        EOFError
            If the file ends inside a frame.
        DamagedFrame
            If it is damaged, or holds something else after a frame.
        """
        parts, gathered = [self._content], len(self._content)
        self._content = b""
        while gathered < size:
            try:
                part = self._next()
            except (EOFError, DamagedFrame):
                if not gathered:
                    raise
                break  # it is raised again when what came before is used up
            if part is None:
                break
            parts.append(part)
            gathered += len(part)
        content = b"".join(parts)
        self._content = content[size:]
        return content[:size]

    def _next(self) -> bytes | None:
        """The content of the next bite of the file, often nothing; None at the end."""
        bite = self._packed or self._stream.read(_BITE)
        if not bite:
            if self._frame is not None:
                raise EOFError("the file ends inside a frame")
            return None
        self._packed = bite
        frame = self._frame or self._unpacker.decompressobj()
        try:
            content = frame.decompress(bite)
        except self._error as error:
            raise DamagedFrame(str(error)) from error
        self._packed = frame.unused_data if frame.eof else b""
        self._frame = None if frame.eof else frame
        return content
