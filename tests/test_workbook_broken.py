"""Workbooks that cannot be meant, as spreadsheet programs and hands leave them: each is refused by name, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

import pytest
from openpyxl import Workbook

from aftermath import vocabulary
from aftermath.problems import AftermathError
from aftermath.workbooks.reading import read_workbook
from aftermath.workbooks.workbook import workbook
from aftermath.workspace import Workspace
from coding import changed, copied, headings, refused_unchanged

CASE = "red-cross-tweet"  # its events are of 2011, in the time of New York


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("broken")
    return {
        kind: workbook(CASE, folder / f"{kind}.xlsx", coder).read_bytes()
        for kind, coder in (("case", None), ("b", "b"))
    }


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return copied(tmp_path_factory.mktemp("workspace"), CASE)


Change = Callable[[Workbook], object]


def put(sheet: str, row: int, column: str, value: object, style: str = "") -> Change:
    """A value in a cell, whatever type it has."""

    def change(book: Workbook) -> None:
        page = book[sheet]
        cell = page.cell(row, headings(page)[column])
        cell.value = value
        if style:
            cell.number_format = style

    return change


def rename(old: str, new: str) -> Change:
    return lambda book: setattr(book[old], "title", new)


def retitle(sheet: str, column: str, new: str | None) -> Change:
    return put(sheet, 1, column, new)


def merge(sheet: str, area: str) -> Change:
    return lambda book: book[sheet].merge_cells(area)


def mark(name: str, value: str) -> Change:
    """Another value in the hidden sheet."""

    def change(book: Workbook) -> None:
        for row in book["aftermath"].iter_rows():
            if row[0].value == name:
                row[3].value = value

    return change


def far(book: Workbook) -> None:
    book["events"].cell(60_000, 3, "x")


def double_row(book: Workbook) -> None:
    page = book["sources"]
    for cell in page[3]:
        page.cell(page.max_row + (cell.column == 1), cell.column, cell.value)


CELLS: dict[str, tuple[Change, str]] = {
    "a moment as a date of Excel": (
        put("events", 2, "earliest", datetime(2011, 2, 15, 23, 24)),
        r"case.xlsx:events:2:earliest  is 2011-02-15 23:24:00, a time without offset  write 2011-02-15T23:24:00-05:00 as text",
    ),
    "a moment as text without offset": (
        put("events", 2, "latest", "2011-07-15 23:24"),
        r":events:2:latest  '2011-07-15 23:24' is a time without offset  write 2011-07-15T23:24:00-04:00 as text",
    ),
    "a moment that a clock shows twice": (
        put("events", 2, "latest", "2011-11-06T01:30:00"),
        r"write 2011-11-06T01:30:00-04:00 or 2011-11-06T01:30:00-05:00 as text",
    ),
    "a moment that no clock shows": (
        put("events", 2, "latest", "2011-03-13T02:30"),
        r"that time was skipped in America/New_York",
    ),
    "a moment as a number": (
        put("events", 2, "earliest", 40589.975),
        r":events:2:earliest  is 40590, a date as Excel counts days  write 2011-02-15T23:24:00 and the offset as text",
    ),
    "a time without a day": (put("events", 2, "earliest", time(23, 24)), r"is 23:24:00, a time of Excel without a day"),
    "a day as a number": (
        put("sources", 2, "read_on", 46347),
        r":sources:2:read_on  is 46347, a date as Excel counts days  write 2026-11-21 as text",
    ),
    "a day as Americans write it": (
        put("sources", 2, "published", "2/3/2011"),
        r":sources:2:published  '2/3/2011' leaves open which number is the day and which the month  write YYYY-MM-DD",
    ),
    "a day that has a time": (
        put("sources", 2, "read_on", datetime(2026, 11, 21, 9, 30)),
        r":sources:2:read_on  is 2026-11-21 09:30:00, a date of Excel",
    ),
    "a date for a label": (
        put("events", 2, "label", date(2011, 2, 15)),
        r":events:2:label  is 2011-02-15 00:00:00, a date of Excel",
    ),
    "an id as a number": (
        put("events", 2, "event_id", 7),
        r":events:2:event_id  is the number 7, and text is asked for  format .* write e and at least two digits",
    ),
    "a number for a list of ids": (
        put("rubric", 2, "event_ids", 5),
        r":rubric:2:event_ids  is the number 5, and text is asked for",
    ),
    "a number for a title": (
        put("sources", 2, "title", 1984),
        r":sources:2:title  is the number 1984, and text is asked for",
    ),
    "half a point": (
        put("rubric", 2, "score", 1.5),
        r":rubric:2:score  is the number 1.5  use one of: 0, 1, 2, na, unknown",
    ),
    "half a stance": (put("stances", 2, "favourability", 0.5), r":stances:2:favourability  is the number 0.5"),
    "a percentage": (
        put("signals", 2, "value", 0.25, "0%"),
        r":signals:2:value  is shown as a percentage and is 0.25",
    ),
    "a truth value": (
        put("sources", 2, "link", True),
        r":sources:2:link  is the truth value TRUE  type it as text; use one of: yes, no",
    ),
    "an error": (put("events", 2, "summary", "#N/A"), r":events:2:summary  holds the error #N/A"),
    "a formula": (
        put("events", 3, "source_ids", "=CONCATENATE(A1,A2)"),
        r":events:3:source_ids  holds a formula, '=CONCATENATE\(A1,A2\)'  copy the cell and paste its value",
    ),
    "typographic quotes": (
        put("events", 2, "acts", "\u201ctrigger\u201d;exposure"),
        r":events:2:acts  .* has typographic quotation marks  write trigger;exposure without them",
    ),
    "a dash for a hyphen": (
        put("coverage", 2, "source_id", "mashable\u20132011-02-16"),
        r":coverage:2:source_id  .* has a dash in place of a hyphen  write mashable-2011-02-16",
    ),
    "a minus sign of typographers": (
        put("stances", 2, "favourability", "\u22121"),
        r":stances:2:favourability  .*  write -1",
    ),
    "a word that is none": (
        put("events", 2, "actor", "company"),
        r"case.xlsx:events:2:actor  'company' is not a word of the vocabulary",
    ),
    "a stance out of range": (
        put("stances", 3, "stance_org", "3"),
        r"case.xlsx:stances:3:stance_org  '3' is not between -2 and 2",
    ),
    "a source that is not there": (
        put("events", 2, "source_ids", "nobody-2011"),
        r"case.xlsx:events:2:source_ids  'nobody-2011' is not in",
    ),
    "a label that is too long": (
        put("events", 3, "label", "x" * 35),
        r"case.xlsx:events:3:label  .* is 35 characters long",
    ),
    "a blank that must be filled": (put("events", 2, "summary", "\u00a0 "), r"case.xlsx:events:2:summary  is empty"),
    "a second exposure": (
        put("events", 4, "acts", "exposure"),
        r"case.xlsx:events:4:acts  e03 is a second exposure beside",
    ),
    "a score without a reason": (put("rubric", 2, "rationale", None), r"case.xlsx:rubric:2:rationale  is empty"),
    "events that are not in order": (
        put("events", 2, "earliest", "2013-01-01T00:00:00Z"),
        r"case.xlsx:events:2:earliest  '2013-01-01T00:00:00Z' is after latest",
    ),
    "a row without an id": (put("coverage", 2, "doc_id", None), r":coverage:2:doc_id  is empty"),
    "a control character": (put("events", 2, "speaker", "_x0007_"), r":events:2:speaker  holds a control character"),
    "a coder that is none": (
        put("stances", 2, "coder", "z"),
        r"case.xlsx:stances:2:coder  'z' is no coder of this table",
    ),
}
SHEETS: dict[str, tuple[Change, str]] = {
    "merged cells": (
        merge("events", "B2:B4"),
        r":events:2:B  the cells B2:B4 are merged, and only the first of them has a text",
    ),
    "a row twice": (double_row, r":sources:\d+:source_id  \S+ stands in row 3 already  keep one of the two rows"),
    "a renamed sheet": (
        rename("events", "Ereignisse"),
        r":Ereignisse  is no sheet of this workbook[\s\S]*:events  this sheet is missing",
    ),
    "a missing sheet": (lambda book: book.remove(book["rubric"]), r"case.xlsx:rubric  this sheet is missing"),
    "a sheet that was copied": (
        lambda book: book.copy_worksheet(book["events"]),
        r":events Copy  is no sheet of this workbook  .* begin its name with 'notes'",
    ),
    "a second sheet of one name": (rename("problems", " Events "), r": Events   is a second sheet 'events'"),
    "a renamed column": (
        retitle("events", "acts", "actions"),
        r":events:1:H  'actions' is no column of this sheet[\s\S]*:events:1:acts  this column is missing",
    ),
    "a column without heading": (retitle("events", "acts", None), r":events:2:H  has no heading"),
    "an added column": (
        lambda book: book["events"].cell(1, 16, "my view"),
        r":events:1:P  'my view' is no column of this sheet  .* begin the heading with 'notes'",
    ),
    "a column twice": (retitle("events", "role", "speaker"), r":events:1:K  is a second column 'speaker'"),
    "a cell far away": (far, r":events  reaches to O60000  delete the rows and columns beyond the table"),
    "of another case": (mark("case", "united-3411"), r"is a workbook of united-3411, which is no case here"),
    "of an older version": (
        mark("version", "0"),
        r"case.xlsx  is of version 0, and version 1 is read  write a new one",
    ),
    "no version": (mark("version", ""), r"is of version unknown"),
    "a changed hidden sheet": (mark("seed", "x"), r"its hidden sheet 'aftermath' was changed"),
    "a case id that leads out": (mark("case", "../other"), r"its hidden sheet 'aftermath' was changed"),
    "no hidden sheet": (
        lambda book: book.remove(book["aftermath"]),
        r"is no coding workbook: its hidden sheet 'aftermath' is missing",
    ),
}
CODES: dict[str, tuple[Change, str]] = {
    "a text that is not asked for": (
        put("stances", 2, "doc_id", "d99"),
        r":stances:2:doc_id  'd99' is nothing that this workbook asks for",
    ),
    "a row that was deleted": (lambda book: book["rubric"].delete_rows(4), r":rubric:item  the row of T3 is missing"),
    "half a coding": (put("stances", 2, "stance_org", None), r"b.xlsx:stances:2:stance_org  is empty"),
    "an event that is not there": (put("rubric", 2, "event_ids", "e99"), r"b.xlsx:rubric:2:event_ids  'e99' is not in"),
    "a score of words": (
        put("rubric", 2, "score", "two"),
        r"b.xlsx:rubric:2:score  'two' is not a word of the vocabulary",
    ),
    "another coder": (mark("coder", "A b"), r"its hidden sheet 'aftermath' was changed"),
}


@pytest.mark.bad_input("damaged workbooks")
@pytest.mark.parametrize("name", CELLS | SHEETS)
def test_a_broken_workbook_is_refused(
    name: str, written: dict[str, bytes], workspace: Workspace, tmp_path: Path
) -> None:
    change, message = (CELLS | SHEETS)[name]
    path = tmp_path / "case.xlsx"
    path.write_bytes(written["case"])
    refused_unchanged(changed(path, change), workspace, CASE, message)


@pytest.mark.bad_input("damaged workbooks")
@pytest.mark.parametrize("name", CODES)
def test_a_broken_blind_workbook_is_refused(
    name: str, written: dict[str, bytes], workspace: Workspace, tmp_path: Path
) -> None:
    change, message = CODES[name]
    path = tmp_path / "b.xlsx"
    path.write_bytes(written["b"])
    refused_unchanged(changed(path, change), workspace, CASE, message)


@pytest.mark.bad_input("damaged workbooks")
def test_every_fault_is_listed_at_once(written: dict[str, bytes], workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "case.xlsx"
    path.write_bytes(written["case"])
    for change, _ in (
        CELLS["an id as a number"],
        CELLS["a day as a number"],
        CELLS["a formula"],
        SHEETS["an added column"],
    ):
        changed(path, change)
    with pytest.raises(AftermathError) as error:
        read_workbook(path, workspace=workspace)
    places = [line.split("  ")[0] for line in str(error.value).splitlines()]
    assert places == [
        "case.xlsx:events:1:P",
        "case.xlsx:sources:2:read_on",
    ]  # without its headings a sheet is not read further


def faults_of(path: Path, workspace: Workspace, changes: dict[str, Change]) -> list[str]:
    for change in changes.values():
        changed(path, change)
    with pytest.raises(AftermathError) as error:
        read_workbook(path, workspace=workspace)
    return ["  ".join(line.split("  ")[:2]) for line in str(error.value).splitlines()]


@pytest.mark.bad_input("damaged workbooks")
def test_faults_of_cells_and_of_the_table_are_named_in_one_round(
    written: dict[str, bytes], workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "case.xlsx"
    path.write_bytes(written["case"])
    changes = {
        "a cell, and a label beside it": put("events", 2, "earliest", datetime(2011, 2, 15, 23, 24)),
        "its label": put("events", 2, "label", "x" * 39),
        "a label elsewhere": put("events", 5, "label", "y" * 39),
        "the other end of an interval": put("events", 3, "best_latest", "15.2.2011"),
        "a field that must be filled": put("coverage", 3, "abstract", "Too short."),
        "a swapped interval": put("events", 4, "latest", "2010-01-01T00:00:00Z"),
        "an id that others name": put("sources", 2, "source_id", 7),
    }
    assert faults_of(path, workspace, changes) == [
        "case.xlsx:coverage:3:abstract  'Too short.' has 2 words",
        "case.xlsx:events:2:earliest  is 2011-02-15 23:24:00, a time without offset",
        f"case.xlsx:events:2:label  '{'x' * 39}' is 39 characters long",
        "case.xlsx:events:3:best_latest  '15.2.2011' leaves open which number is the day and which the month",
        "case.xlsx:events:4:earliest  '2011-02-15T23:24:00-05:00' is after latest",
        f"case.xlsx:events:5:label  '{'y' * 39}' is 39 characters long",
        "case.xlsx:sources:2:source_id  is the number 7, and text is asked for",
    ]


@pytest.mark.bad_input("damaged workbooks")
def test_a_fault_in_a_sheet_of_codes_hides_no_other_and_makes_none(
    written: dict[str, bytes], workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(written["b"])
    changes = {
        "a cell": put("rubric", 2, "score", 1.5),
        "a key": put("rubric", 3, "item", True),
        "a word": put("rubric", 4, "score", "two"),
        "half a coding": put("stances", 2, "stance_org", None),
        "no coding at all": lambda book: [put("stances", 3, name, None)(book) for name in vocabulary.STANCES],
    }
    assert faults_of(path, workspace, changes) == [
        "b.xlsx:rubric:2:score  is the number 1.5",
        "b.xlsx:rubric:3:item  is the truth value TRUE",
        "b.xlsx:rubric:4:score  'two' is not a word of the vocabulary",
        "b.xlsx:stances:2:stance_org  is empty",
    ]


@pytest.mark.parametrize("name", CELLS)
def test_a_faulty_cell_raises_no_false_alarm(
    name: str, written: dict[str, bytes], workspace: Workspace, tmp_path: Path
) -> None:
    """Whatever else is named beside a cell that cannot be read is named without it, too."""
    path = tmp_path / "case.xlsx"
    path.write_bytes(written["case"])
    change, _ = CELLS[name]
    faults = faults_of(path, workspace, {"": change})
    assert len({fault.split("  ")[0] for fault in faults}) == 1


def test_there_are_many_of_them() -> None:
    assert len(CELLS | SHEETS | CODES) >= 40
