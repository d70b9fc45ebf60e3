"""Captures in files of web archives: WARC (ISO 28500, version 1.1) and WACZ (1.1.1), read and held against their own digests.

https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/, https://specs.webrecorder.net/wacz/1.1.1/
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedIOBase
from pathlib import Path, PurePosixPath

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers.opening import ALWAYS_ALLOWED, MOST_RATIO, check_zip
from aftermath.captures.examining import state_of
from aftermath.case_files.file_problems import short
from aftermath.problems import AftermathError
from aftermath.public.visiting import Visit

PACKAGE, PACKAGE_DIGEST = "datapackage.json", "datapackage-digest.json"
LARGEST_PACKAGE = 20 << 20
LARGEST_CONTENT = 1 << 30
_CHUNK = 1 << 20
_MANDATORY = ("WARC-Record-ID", "Content-Length", "WARC-Date", "WARC-Type")  # section 5 of WARC 1.1


class WebArchiveError(AftermathError):
    """A file is no web archive, or is damaged; nothing was taken from it."""


@dataclass(frozen=True)
class Capture:
    """A capture of a page in a file.

    Parameters
    ----------
    url
        Of the page.
    time
        When it was captured.
    sha256
        Of what came, transfer and content encodings undone.
    fault
        Why it counts for nothing; empty where it is sound.
    """

    url: str
    time: datetime
    sha256: str
    fault: str = ""


@dataclass(frozen=True)
class WebArchive:
    """What a file holds.

    Parameters
    ----------
    kind
        ``warc`` or ``wacz``.
    captures
        The pages in it, as far as it could be read.
    remarks
        Where it is cut off, or not what its manifest says.
    """

    kind: str
    captures: tuple[Capture, ...]
    remarks: tuple[str, ...]


def read_web_archive(path: Path | str) -> WebArchive:
    """Read a WARC, compressed or not, or a WACZ.

    Parameters
    ----------
    path
        The file; what it is is told by its first bytes.

    Raises
    ------
    WebArchiveError
        If it is neither, a WACZ has no manifest, or a WARC in it is not the one that the manifest names. **A WARC that is cut off
        is read as far as it goes**, and the result says so.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            begins = file.read(4)
            file.seek(0)
            if begins == b"PK\x03\x04":
                return _wacz(path)
            if begins[:2] != b"\x1f\x8b" and begins != b"WARC":
                raise WebArchiveError(f"{path.name} is no web archive: name a .warc, .warc.gz or .wacz file")
            captures, fault = _warc(file, path.stat().st_size, path.name)
    except OSError as error:
        raise WebArchiveError(f"{path} cannot be read ({error.strerror or error}): name a file that can be") from error
    return WebArchive("warc", tuple(captures), (f"{path.name} {fault}",) if fault else ())


class _Counted:
    """A file as warcio reads it, which ends quietly where one is cut off: how much was read is counted, and why it ended is kept.

    **A file that unpacks to more than an archive of pages would is refused**, as those are that are made to fill a disk.
    """

    def __init__(self, file: BufferedIOBase, packed: int, name: str) -> None:
        self._file, self.length, self.cut = file, 0, ""
        self._name, self._most = name, max(ALWAYS_ALLOWED, MOST_RATIO * packed)

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes; none at the end, and none where the file is cut off."""
        try:
            piece = self._file.read1(size)  # what was unpacked before the end is handed out, too
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self.cut, piece = str(error), b""
        self.length += len(piece)
        if self.length > self._most:
            raise WebArchiveError(
                f"{self._name} unpacks to more than {MOST_RATIO} times its size, as files made to fill a disk do (a bomb). "
                "If it comes from someone you trust, unpack it yourself."
            )
        return piece


def _warc(file: BufferedIOBase, size: int, name: str) -> tuple[list[Capture], str]:
    """Its captures, and where it is cut off or damaged."""
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    counted = _Counted(gzip.GzipFile(fileobj=file) if packed else file, size, name)
    records, captures, rest = ArchiveIterator(counted, check_digests=True), list[Capture](), 0
    try:
        for record in records:
            if lacking := [name for name in _MANDATORY if not record.rec_headers.get_header(name)]:
                raise ArchiveLoadFailed(f"a record has no {lacking[0]}")
            found = list(_captures(record))
            rest = getattr(record.raw_stream, "limit", 0)
            captures += found if not rest else ()
        cut = counted.cut or (f"{rest} bytes of its last record are missing" if rest else "")
        if not cut and records.offset != counted.length:
            cut = f"{counted.length - records.offset} bytes at its end are no record"
    except (ArchiveLoadFailed, ValueError, AttributeError) as error:
        cut = counted.cut or str(error)
    return captures, f"is cut off or damaged behind {len(captures)} captures: {cut}" if cut else ""


def _captures(record: ArcWarcRecord) -> Iterator[Capture]:
    """The capture in a record, none where it is of another kind; its content is read to the end either way."""
    url, moment = record.rec_headers.get_header("WARC-Target-URI"), record.rec_headers.get_header("WARC-Date")
    is_page = record.rec_type in ("response", "resource") and bool(url) and bool(moment)
    digest, length, kept = hashlib.sha256(), 0, bytearray()
    stream = record.content_stream()
    while piece := stream.read(_CHUNK):
        digest.update(piece)
        length += len(piece)
        if length > LARGEST_CONTENT:
            raise WebArchiveError(
                f"{short(url or 'a record')} unpacks to more than {LARGEST_CONTENT >> 20} MB, as no page does"
            )
        kept += piece[: max(0, _CHUNK - len(kept))]
    while record.raw_stream.read(_CHUNK):
        pass
    if not is_page:
        return
    headers = {name.lower(): value for name, value in record.http_headers.headers} if record.http_headers else {}
    status = int(record.http_headers.get_statuscode() or 0) if record.http_headers else 200
    headers.pop("content-encoding", None)  # it is undone
    checker, faults = record.digest_checker, []
    if checker is not None and checker.passed is False:
        faults.append(f"is damaged: {checker.problems[-1]}")
    state, said = state_of(Visit(url, status, headers, bytes(kept), whole=True), url)
    if state != "alive":
        faults.append(said)
    time = datetime.fromisoformat(re.sub(r"Z$", "+00:00", moment)).astimezone(UTC).replace(microsecond=0)
    yield Capture(url.strip("<>"), time, digest.hexdigest(), "; ".join(faults))


def _wacz(path: Path) -> WebArchive:
    try:
        with zipfile.ZipFile(path) as packed:
            check_zip(packed, path.name, path.stat().st_size)
            remarks = _checked(packed, path.name)
            captures: list[Capture] = []
            for name in sorted(packed.namelist()):
                if PurePosixPath(name).parts[:1] == ("archive",) and name.endswith((".warc", ".warc.gz")):
                    with packed.open(name) as member:
                        found, fault = _warc(member, packed.getinfo(name).file_size, short(name))  # pyright: ignore[reportArgumentType]
                    captures += found
                    remarks += [f"{path.name}: {name} {fault}"] if fault else []
    except ArchiveError as error:
        raise WebArchiveError(str(error)) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise WebArchiveError(f"{path.name} is no whole WACZ ({error}): export it again") from error
    return WebArchive("wacz", tuple(captures), tuple(remarks))


def _checked(packed: zipfile.ZipFile, name: str) -> list[str]:
    """Hold every file against the manifest, and the manifest against its own digest; returns what neither names."""
    text = _member(packed, PACKAGE, name)
    try:
        resources = {
            resource["path"]: (resource["hash"], resource["bytes"]) for resource in json.loads(text)["resources"]
        }
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise WebArchiveError(f"{name}: {PACKAGE} is no manifest of a WACZ ({error}): export it again") from error
    if PACKAGE_DIGEST in packed.namelist():
        _hold(hashlib.sha256(text).hexdigest(), _digest_of_package(packed, name), f"{name}: {PACKAGE}")
    for path, (digest, size) in sorted(resources.items()):
        if path not in packed.namelist():
            raise WebArchiveError(f"{name}: {short(path)} is missing, which {PACKAGE} names: export it again")
        if packed.getinfo(path).file_size != size:
            raise WebArchiveError(
                f"{name}: {short(path)} has {packed.getinfo(path).file_size} bytes, and {PACKAGE} says {size}"
            )
        with packed.open(path) as member:
            _hold(hashlib.file_digest(member, "sha256").hexdigest(), digest, f"{name}: {short(path)}")  # pyright: ignore[reportArgumentType]
    unnamed = [
        path for path in packed.namelist() if path not in {*resources, PACKAGE, PACKAGE_DIGEST} and path[-1:] != "/"
    ]
    if any(PurePosixPath(path).parts[:1] == ("archive",) for path in unnamed):
        raise WebArchiveError(
            f"{name}: {', '.join(map(short, unnamed))} is not in {PACKAGE}: nothing says that it is as it was saved"
        )
    return [f"{name}: {PACKAGE} does not name {short(path)}" for path in unnamed]


def _digest_of_package(packed: zipfile.ZipFile, name: str) -> str:
    try:
        return str(json.loads(_member(packed, PACKAGE_DIGEST, name))["hash"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise WebArchiveError(f"{name}: {PACKAGE_DIGEST} is not as WACZ has it ({error}): export it again") from error


def _member(packed: zipfile.ZipFile, member: str, name: str) -> bytes:
    if member not in packed.namelist():
        raise WebArchiveError(f"{name} has no {member}, so it is no WACZ: export it again")
    if packed.getinfo(member).file_size > LARGEST_PACKAGE:
        raise WebArchiveError(f"{name}: {member} has more than {LARGEST_PACKAGE:,} bytes")
    return packed.read(member)


def _hold(actual: str, said: str, what: str) -> None:
    algorithm, _, digest = said.partition(":")
    if algorithm != "sha256":
        raise WebArchiveError(f"{what}: its digest is {short(said)}, and sha256 is what can be checked")
    if digest.lower() != actual:
        raise WebArchiveError(f"{what} has another digest than its manifest says: sha256 {actual}, not {short(digest)}")
