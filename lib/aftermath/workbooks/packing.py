"""The file of a workbook: written with the same bytes for the same contents, and opened with care."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries

from aftermath.workbooks.errors import WorkbookError, refused

MOMENT = (2000, 1, 1, 0, 0, 0)  # of everything in a workbook: no clock is read
LARGEST = 30_000_000  # bytes of the file
LARGEST_UNPACKED = 100_000_000  # bytes of all its parts
MOST_PARTS = 2_000
LARGEST_RANGE = 100_000  # cells that are merged, or one link
# What stands in opened workbooks for an underscore that was escaped, for nothing, and for a control character: no text has these signs.
UNDERSCORE, NOTHING, CONTROL = "\ufdd0", "\ufdd1", "\ufdd2"
_ESCAPED = re.compile(rb"_x([0-9A-Fa-f]{4})_|x005F(?=_)")
_SAVE_AS = "open it and save it as .xlsx (Excel Workbook), without a password"
_KINDS = {
    b"\xd0\xcf\x11\xe0": ("is an .xls workbook", _SAVE_AS),
    b"%PDF": ("is a PDF", "name the .xlsx file"),
    b"\x1f\x8b": ("is a packed file", "unpack it, and name the .xlsx file in it"),
}
_DECLARED = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
_MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_SPREAD = re.compile(rb"<(?:\w+:)?(?:mergeCell|hyperlink)\s[^>]*?ref=[\"']([A-Za-z0-9:$]+)[\"']")


def packed(workbook: Workbook) -> bytes:
    """The file of a workbook; **no time of writing is in it**."""
    written = io.BytesIO()
    workbook.save(written)
    again = io.BytesIO()
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as file:
        for name in parts.namelist():
            content = parts.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z", content)
            part = zipfile.ZipInfo(name, MOMENT)
            part.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(part, content)
    return again.getvalue()


def is_as_written(path: Path) -> bool:
    """Whether a file is as ``packed`` made it: whatever saves it again gives its parts another moment.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "x.xlsx")
    ...     _, written = path.write_bytes(packed(Workbook())), is_as_written(path)
    ...     load_workbook(path).save(path)
    ...     written, is_as_written(path)
    (True, False)
    """
    try:
        with zipfile.ZipFile(path) as parts:
            return {part.date_time for part in parts.infolist()} == {MOMENT}
    except (OSError, ValueError, zipfile.BadZipFile):
        return False


def opened(path: Path) -> Workbook:
    """A workbook as a spreadsheet program saved it.

    Raises
    ------
    WorkbookError
        If there is none, if it is of another kind, locked, damaged, has macros, or unpacks to more than can be meant.
    """
    try:
        content = path.read_bytes() if path.is_file() and path.stat().st_size <= LARGEST else None
    except OSError as error:
        raise refused(path.name, f"cannot be read ({error.strerror})", "make it a readable file") from error
    if content is None:
        raise _no_workbook(path)
    if content.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in content:
        raise refused(path.name, "is locked by a password", _SAVE_AS)
    for begins, (what, mend) in _KINDS.items():
        if content.startswith(begins):
            raise refused(path.name, what, mend)
    if not content.startswith(b"PK"):
        raise refused(path.name, "is no workbook", "name a file that `aftermath workbook` wrote, saved as .xlsx")
    try:
        _check_parts(path.name, content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what would be lost on saving: nothing is saved
            return load_workbook(io.BytesIO(_unescaped(content)))
    except WorkbookError:
        raise
    except Exception as error:  # what the readers of a damaged file raise is listed nowhere
        what = f"is damaged ({type(error).__name__}: {str(error)[:100] or 'no more is known'})"
        mend = "open it in a spreadsheet program, let it repair the file, and save it as .xlsx"
        raise refused(path.name, what, mend) from error


def _unescaped(content: bytes) -> bytes:
    """The file with the signs that its texts stand for in place of the format's own escapes.

    ``openpyxl`` reads ``_x0041_`` and ``_x005F_x0041_`` alike, of which the one is the letter A and the other that word itself.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        parts = {entry.filename: file.read(entry) for entry in file.infolist()}
    texts = {name: part for name, part in parts.items() if name.startswith("xl/") and _ESCAPED.search(part)}
    if not texts:
        return content
    again = io.BytesIO()
    with zipfile.ZipFile(again, "w") as file:
        for name, part in parts.items():
            file.writestr(name, _ESCAPED.sub(_sign, part) if name in texts else part)
    return again.getvalue()


def _sign(match: re.Match[bytes]) -> bytes:
    if match.group(1) is None:
        return f"x00{NOTHING}5F".encode()  # no escape: the underscore before it is missing
    code = int(match.group(1), 16)
    if code == ord("_"):
        return UNDERSCORE.encode()
    if chr(code) in "<>&\"'":
        return f"&#{code};".encode()
    is_sign = chr(code) in "\t\n" or (32 <= code < 0xD800 and code != 127) or 0xE000 <= code < 0xFFFE
    return chr(code).encode() if is_sign else {13: b"\n"}.get(code, CONTROL.encode())


def _no_workbook(path: Path) -> WorkbookError:
    if path.is_file():
        return refused(path.name, f"has more than {LARGEST:,} bytes", "keep codings in it, and nothing else")
    if path.is_dir():
        return refused(path.name, "is a folder", "name the .xlsx file in it")
    return refused(path.name, "there is no such file", "name a file that `aftermath workbook` wrote")


def _check_parts(name: str, content: bytes) -> None:
    """Refuse what is no plain XLSX, and what would unpack, or spread over cells, without end."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        entries = file.infolist()
        names = {entry.filename for entry in entries}
        if len(entries) > MOST_PARTS or sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
            what = f"unpacks to more than {LARGEST_UNPACKED:,} bytes or {MOST_PARTS:,} parts"
            raise refused(name, what, "copy the sheets into a new workbook, without what is not coded")
        if any(entry.flag_bits & 1 for entry in entries):
            raise refused(name, "is locked by a password", _SAVE_AS)
        if "mimetype" in names and b"opendocument" in file.read("mimetype"):
            raise refused(name, "is an OpenDocument spreadsheet (.ods)", _SAVE_AS)
        if "xl/workbook.bin" in names:
            raise refused(name, "is a binary workbook (.xlsb)", _SAVE_AS)
        if any(part.endswith("vbaProject.bin") for part in names):
            raise refused(name, "has macros (.xlsm)", _SAVE_AS)
        if "[Content_Types].xml" not in names:
            raise refused(name, "is a packed file and no workbook", "name the .xlsx file")
        if "xl/workbook.xml" in names and b"purl.oclc.org/ooxml" in file.read("xl/workbook.xml"):
            raise refused(name, "is a Strict Open XML Spreadsheet", _SAVE_AS)
        for entry in entries:
            if entry.filename.endswith((".xml", ".rels", ".vml")):
                _check_xml(name, file.read(entry))


def _check_xml(name: str, content: bytes) -> None:
    if any(mark in content for mark in _DECLARED):
        raise refused(name, "declares words of its own in its XML, as no spreadsheet program does", _SAVE_AS)
    for match in _SPREAD.finditer(content):
        left, top, right, bottom = (edge or 0 for edge in range_boundaries(match.group(1).decode()))
        whole = not (right and bottom)  # columns or rows from end to end
        if whole or (right - left + 1) * (bottom - top + 1) > LARGEST_RANGE:
            raise refused(name, f"merges or links the cells {match.group(1).decode()}", "undo that")
