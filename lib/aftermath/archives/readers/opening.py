"""From a file as it was exported to bytes: gzip, Zstandard and zip are unpacked on the way, never onto the disk.

A packed file can do harm: a member of a zip may bear a name that leads elsewhere, and a few kilobytes may unpack to
terabytes. Both are refused here, before anything else looks at the content.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from aftermath.archives.posts import ArchiveError, NoExport
from aftermath.archives.readers.zstandard_frames import MAGIC, DamagedFrame, ZstandardFile

CHUNK = 1 << 20
HEAD = 1 << 16
MOST_RATIO = 250  # exports of posts pack to a tenth, reposts to a fiftieth; a bomb to a thousandth
ALWAYS_ALLOWED = 64 << 20  # bytes that may come out of any file, however small it is
MOST_UNPACKED = 512 << 30

_SIGNATURES = {
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ\x00": "an xz file",
    b"\x28\xb5\x2f\xfd": "a Zstandard file inside another",
    b"7z\xbc\xaf": "a 7-Zip file",
    b"Rar!": "a RAR file",
    b"SQLite format 3": "a database",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\xd0\xcf\x11\xe0": "an office file of the old kind (.xls, .doc) or one locked by a password",
}
_OFFICE = {
    "word/document.xml": "a text document (.docx)",
    "ppt/presentation.xml": "slides (.pptx)",
    "xl/workbook.bin": "a binary spreadsheet (.xlsb)",
}
_NO_POSTS = "there are no posts in it that can be read."
_CURES = {
    b"\xd0\xcf\x11\xe0": "save the table as XLSX without a password, or export CSV or JSON at the source.",
    **dict.fromkeys((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8"), _NO_POSTS),
}
_MIME = "mimetype"  # the first member of a document of LibreOffice, and what it holds
ODS = b"application/vnd.oasis.opendocument.spreadsheet"
XLSX = "xl/workbook.xml"
_IGNORED = re.compile(r"(^|/)(__MACOSX/|\.|Thumbs\.db$|desktop\.ini$)")
_LEADS_OUT = re.compile(r"^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)|\x00")


def printable(text: str, limit: int = 80) -> str:
    """Text of unknown origin for a message: one line, not too long, nothing in it that steers a terminal.

    Examples
    --------
    >>> printable("a" + chr(27) + "[31mb" + chr(10)), printable("abc", 2)
    ('a\\\\x1b[31mb\\\\n', 'ab…')
    """
    shown = "".join(character if character.isprintable() else repr(character)[1:-1] for character in text[: limit + 1])
    return shown if len(text) <= limit else shown[:limit] + "…"


class CutShort(ArchiveError):
    """A packed file ends before its content does; what came before it can be read."""


@dataclass(frozen=True)
class Member:
    """A stream of bytes that can be read more than once: a file, or a member of a zip.

    Parameters
    ----------
    name
        As problems name it: ``posts.json.gz``, or ``export.zip!posts.json``.
    path
        The file on the disk.
    inside
        Name of the member of a zip; None for a file of its own.
    packed
        Bytes it takes on the disk.
    zip
        The zip it is in, open as long as one of its members is in use: thousands of members share its table of contents.
    """

    name: str
    path: Path
    inside: str | None
    packed: int
    zip: zipfile.ZipFile | None = field(default=None, repr=False, compare=False)

    def chunks(self) -> Iterator[bytes]:
        """The content, unpacked, at most a megabyte at a time.

        Raises
        ------
        CutShort
            If a packed file ends early.
        ArchiveError
            If it is damaged, unpacks to suspiciously much, or is packed in another way than gzip, Zstandard or zip.
        """
        with contextlib.ExitStack() as opened, _plainly(self.name):
            stream = self._stream(opened)
            # one piece at a time, so that what comes before a break in the file is not lost with it
            yield from self._within_limits(iter(lambda: stream.read1(CHUNK), b""))

    def head(self) -> bytes:
        """The beginning of the content: some ten thousand bytes where there are so many."""
        begins = b""
        with contextlib.suppress(CutShort):
            for chunk in self.chunks():
                begins += chunk
                if len(begins) >= HEAD:
                    break
        return begins

    def _stream(
        self, opened: contextlib.ExitStack
    ) -> io.BufferedReader | zipfile.ZipExtFile | gzip.GzipFile | ZstandardFile:
        stream = opened.enter_context(
            self.zip.open(self.inside) if self.zip is not None and self.inside is not None else self.path.open("rb")
        )
        if not isinstance(stream, io.BufferedReader | zipfile.ZipExtFile):
            raise TypeError(f"{self.name} opens as {type(stream).__name__}, of which nothing can be seen in advance")
        begins = stream.peek(4)[:4]
        if MAGIC.match(begins):
            return ZstandardFile(stream)
        return opened.enter_context(gzip.GzipFile(fileobj=stream)) if begins[:2] == b"\x1f\x8b" else stream

    def _within_limits(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        most = min(max(ALWAYS_ALLOWED, MOST_RATIO * self.packed), MOST_UNPACKED)
        size = 0
        for chunk in chunks:
            if not size:
                _refuse_foreign(chunk, self.name)
            size += len(chunk)
            if size > most:
                raise _bomb(self.name, self.packed)
            yield chunk


def members(path: Path) -> tuple[Member, ...]:
    """What there is to read in a file: itself, or the members of a zip in their order.

    Parameters
    ----------
    path
        A file as it was exported. Folders, hidden files and empty members of a zip are passed over.

    Raises
    ------
    ArchiveError
        If there is no such file, or a zip is damaged, locked, or has a member that leads out of it.
    """
    if path.is_dir():
        raise ArchiveError(f"{path.name} is a folder: name the files in it, e.g. {path.name}/*.json")
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            begins = file.read(4)
    except (OSError, ValueError) as error:
        raise ArchiveError(f"{path.name}: cannot be read ({getattr(error, 'strerror', None) or error})") from error
    return _zip_members(path) if begins[:2] == b"PK" else (Member(path.name, path, None, size),)


def _zip_members(path: Path) -> tuple[Member, ...]:
    with _plainly(path.name):
        packed = zipfile.ZipFile(path)  # closes itself when its last member is gone
        if office_format(packed, path.name):
            packed.close()
            return (Member(path.name, path, None, path.stat().st_size),)
        entries = check_zip(packed, path.name, path.stat().st_size)
    return tuple(
        Member(f"{path.name}!{printable(entry.filename)}", path, entry.filename, max(entry.compress_size, 1), packed)
        for entry in entries
        if entry.file_size and not _IGNORED.search(entry.filename)
    )


def office_format(packed: zipfile.ZipFile, name: str) -> str | None:
    """Whether a zip is a spreadsheet.

    Parameters
    ----------
    packed
        The zip.
    name
        As problems name it.

    Returns
    -------
    str or None
        ``xlsx``, ``ods``, or None where it is no office document.

    Raises
    ------
    NoExport
        If it is an office document of another kind.
    """
    names = set(packed.namelist())
    for part, kind in _OFFICE.items():
        if part in names:
            raise _no_spreadsheet(name, kind)
    if XLSX in names:
        return "xlsx"
    if _MIME in names and packed.getinfo(_MIME).file_size < 200 and b"opendocument" in (mime := packed.read(_MIME)):
        if not mime.startswith(ODS):
            raise _no_spreadsheet(name, "a document of LibreOffice, but no spreadsheet")
        return "ods"
    if "[Content_Types].xml" in names:
        raise _no_spreadsheet(name, "an office document")
    return None


def _no_spreadsheet(name: str, kind: str) -> NoExport:
    return NoExport(
        f"{name} is {kind}; of office documents XLSX and ODS are read. A spreadsheet damages long ids and times: export CSV or "
        "JSON at the source, or save the table as XLSX."
    )


def check_zip(packed: zipfile.ZipFile, name: str, size: int) -> list[zipfile.ZipInfo]:
    """The entries of a zip, if nothing is wrong with them.

    Parameters
    ----------
    packed
        The zip.
    name
        As problems name it.
    size
        Its bytes.

    Raises
    ------
    ArchiveError
        If a member leads out of it, is locked, or stands twice, or if it unpacks to suspiciously much.
    """
    entries = packed.infolist()
    for entry in entries:
        if _LEADS_OUT.search(entry.orig_filename) or stat.S_ISLNK(entry.external_attr >> 16):
            raise ArchiveError(
                f"{name}: the member {entry.orig_filename[:80]!r} leads out of the zip (an absolute name, .. or a "
                "link). Such a file is not safe to use: get it anew from its producer, or pack the posts again."
            )
        if entry.flag_bits & 1:
            raise ArchiveError(f"{name}: {entry.filename[:80]!r} is locked by a password. Unpack it yourself first.")
    names = [entry.filename for entry in entries]
    if len(names) > len(set(names)):
        raise ArchiveError(f"{name}: two members have the same name, so it is not clear which is meant. Pack it again.")
    if sum(entry.file_size for entry in entries) > max(ALWAYS_ALLOWED, MOST_RATIO * size):
        raise _bomb(name, size)
    return entries


def _refuse_foreign(begins: bytes, name: str) -> None:
    for signature, kind in _SIGNATURES.items():
        if begins.startswith(signature):
            cure = _CURES.get(signature, "gzip, Zstandard, zip and plain files are read. Unpack it yourself first.")
            raise NoExport(f"{name} is {kind}; {cure}")
    if begins[257:262] == b"ustar":
        raise ArchiveError(f"{name} is a tar file. Unpack it (tar -xf), and name the files that come out.")


def _bomb(name: str, packed: int) -> ArchiveError:
    return ArchiveError(
        f"{name}: its {packed:,} bytes unpack to more than {MOST_RATIO} times as much, as files made to fill a disk do "
        "(a zip bomb). If it comes from someone you trust, unpack it yourself and add what comes out."
    )


@contextlib.contextmanager
def _plainly(name: str) -> Iterator[None]:
    """What the unpackers raise, in words."""
    try:
        yield
    except EOFError as error:
        raise CutShort(
            f"{name}: the file ends in the middle; it was cut short when it was copied or downloaded"
        ) from error
    except (gzip.BadGzipFile, zlib.error, zipfile.BadZipFile, zipfile.LargeZipFile, DamagedFrame) as error:
        raise CutShort(f"{name}: the packed file is damaged ({error})") from error
    except (OSError, NotImplementedError, RuntimeError, ValueError, KeyError, OverflowError) as error:
        raise ArchiveError(f"{name}: cannot be unpacked ({error})") from error
