"""Coding in workbooks, as a person does it in a spreadsheet program: cells are filled in, and the file is saved."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from aftermath.problems import AftermathError
from aftermath.workbooks.reading import read_workbook
from aftermath.workspace import INSTALLED_FROM, Workspace

REPOSITORY = Workspace(INSTALLED_FROM)


def copied(root: Path, *case_ids: str) -> Workspace:
    """A workspace with copies of cases of the repository."""
    workspace = Workspace(root)
    for case_id in case_ids:
        shutil.copytree(REPOSITORY.case_folder(case_id), workspace.case_folder(case_id))
    for name in ("CODEBOOK.md", "CITATION.cff"):
        shutil.copy(REPOSITORY.cases / name, workspace.cases / name)
    return workspace


def contents_of(folder: Path) -> dict[str, bytes]:
    """Every file of a folder and what it holds."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def records(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, read by the standard library alone."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def headings(page: Worksheet) -> dict[str, int]:
    """Heading to the number of its column."""
    return {str(cell.value): cell.column for cell in page[1] if cell.value is not None}


def texts(page: Worksheet) -> list[dict[str, str]]:
    """The rows of a sheet by their headings."""
    names = list(headings(page))
    rows = page.iter_rows(min_row=2, max_col=len(names), values_only=True)
    return [{name: "" if value is None else str(value) for name, value in zip(names, row, strict=True)} for row in rows]


def type_rows(page: Worksheet, rows: Iterable[Mapping[str, str]], key: tuple[str, ...]) -> None:
    """Type rows into a sheet: into the row that has the key, or below all others. **As text**, which is how its cells are formatted."""
    places = headings(page)
    there = {tuple(row[name] for name in key): number for number, row in enumerate(texts(page), start=2)}
    for row in rows:
        number = there.setdefault(tuple(row[name] for name in key), page.max_row + 1)
        for name, text in row.items():
            if text:
                cell = page.cell(number, places[name], text)
                cell.data_type = "s"


def changed(path: Path, change: Callable[[Workbook], object]) -> Path:
    """Open a workbook, change it, save it."""
    book = load_workbook(path)
    change(book)
    book.save(path)
    return path


def refused_unchanged(path: Path, workspace: Workspace, case_id: str, message: str) -> None:
    """Reading a workbook fails with a message, changes nothing in the folder, and leaves nothing anywhere."""
    folder = workspace.case_folder(case_id)
    before = contents_of(folder)
    with pytest.raises(AftermathError, match=message):
        read_workbook(path, workspace=workspace)
    assert contents_of(folder) == before
    assert not (workspace.cases / ".previous").exists()
    assert [each.name for each in path.parent.iterdir()] == [path.name]
