"""Files that are no workbook, or would do harm: each is refused by name, and changes nothing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from aftermath.problems import AftermathError
from aftermath.workbooks.reading import read_workbook
from aftermath.workbooks.workbook import workbook
from aftermath.workspace import Workspace
from coding import copied, refused_unchanged

CASE = "red-cross-tweet"
OLE = b"\xd0\xcf\x11\xe0"  # how files of older programs, and locked ones, begin


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return workbook(CASE, tmp_path_factory.mktemp("files") / "case.xlsx").read_bytes()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return copied(tmp_path_factory.mktemp("workspace"), CASE)


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """A packed file with one part more, or another in its place."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            if each != name:
                new.writestr(each, old.read(each))
        new.writestr(name, part)
    return made.getvalue()


def sheet_part(content: bytes, old: bytes, new: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        part = file.read("xl/worksheets/sheet2.xml")
    assert old in part
    return with_part(content, "xl/worksheets/sheet2.xml", part.replace(old, new, 1))


FILES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "an old .xls": (lambda _: OLE + bytes(600), r"is an .xls workbook"),
    "one with a password": (
        lambda _: OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        r"is locked by a password",
    ),
    "a strict one": (
        lambda content: with_part(
            content, "xl/workbook.xml", b'<workbook xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"/>'
        ),
        r"is a Strict Open XML Spreadsheet",
    ),
    "a PDF": (lambda _: b"%PDF-1.7", r"is a PDF"),
    "a CSV": (lambda _: b"event_id,label\n", r"is no workbook"),
    "nothing": (lambda _: b"", r"is no workbook"),
    "a gzip": (lambda _: b"\x1f\x8b" + bytes(9), r"is a packed file"),
    "cut short": (lambda content: content[: len(content) // 2], r"is damaged \(BadZipFile"),
    "a byte off": (lambda content: content[:9000] + bytes([content[9000] ^ 255]) + content[9001:], r"is damaged"),
    "with macros": (lambda content: with_part(content, "xl/vbaProject.bin", b"x"), r"has macros \(.xlsm\)"),
    "an .xlsb": (lambda content: with_part(content, "xl/workbook.bin", b"x"), r"is a binary workbook \(.xlsb\)"),
    "an .ods": (
        lambda content: with_part(content, "mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        r"is an OpenDocument spreadsheet \(.ods\)",
    ),
    "another zip": (lambda _: with_part(_empty_zip(), "x.txt", b"x"), r"is a packed file and no workbook"),
    "a bomb": (
        lambda content: with_part(content, "xl/media/x.xml", bytes(101_000_000)),
        r"unpacks to more than 100,000,000 bytes",
    ),
    "words of its own": (
        lambda content: sheet_part(content, b"<worksheet", b"<!DOCTYPE w [<!ENTITY a 'b'>]><worksheet"),
        r"declares words of its own in its XML",
    ),
    "a merge without end": (
        lambda content: sheet_part(
            content, b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
        ),
        r"merges or links the cells A1:XFD1048576",
    ),
    "a link without end": (
        lambda content: sheet_part(
            content, b"</sheetData>", b'</sheetData><hyperlinks><hyperlink ref="A1:XFD1048576"/></hyperlinks>'
        ),
        r"merges or links the cells A1:XFD1048576",
    ),
    "a sheet that is no XML": (
        lambda content: with_part(content, "xl/worksheets/sheet2.xml", b"<worksheet"),
        r"is damaged \(",
    ),
    "no workbook inside": (
        lambda content: with_part(content, "xl/workbook.xml", b"<x/>"),
        r"is no coding workbook: its hidden sheet 'aftermath' is missing",
    ),
}


def _empty_zip() -> bytes:
    made = io.BytesIO()
    zipfile.ZipFile(made, "w").close()
    return made.getvalue()


@pytest.mark.bad_input("damaged workbooks")
@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_kind_is_refused(name: str, written: bytes, workspace: Workspace, tmp_path: Path) -> None:
    make, message = FILES[name]
    path = tmp_path / "case.xlsx"
    path.write_bytes(make(written))
    refused_unchanged(path, workspace, CASE, message)


@pytest.mark.bad_input("damaged workbooks")
def test_a_file_that_is_not_there_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(AftermathError, match=r"x.xlsx  there is no such file"):
        read_workbook(tmp_path / "x.xlsx", workspace=workspace)
    with pytest.raises(AftermathError, match=r"is a folder"):
        read_workbook(tmp_path, workspace=workspace)


@pytest.mark.bad_input("damaged workbooks")
def test_the_case_that_is_named_must_be_that_of_the_file(written: bytes, workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "case.xlsx"
    path.write_bytes(written)
    with pytest.raises(AftermathError, match=rf"case.xlsx  is a workbook of {CASE}, not of united-3411"):
        read_workbook(path, "united-3411", workspace=workspace)


@pytest.mark.parametrize("name", ["case.csv", "case", "case.xls", ".xlsx"])
@pytest.mark.bad_input("damaged workbooks")
def test_a_workbook_is_written_under_a_name_of_workbooks_alone(name, tmp_path):
    with pytest.raises(AftermathError, match=rf"{name}  is no name of a workbook  name it .*\.xlsx"):
        workbook(CASE, tmp_path / name)
    assert not list(tmp_path.iterdir())
