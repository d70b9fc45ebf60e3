"""Tables as workbooks: text that stays text, days that are days, and a second sheet that says what the columns are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO

import polars as pl
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from aftermath.saving.described import AUTHOR, Described, in_utc, without_control, zoned
from aftermath.saving.problems import SaveError
from aftermath.saving.written import Written, undated, without_infinite

ABOUT = "About"

_MOST_ROWS, _LONGEST_TEXT = 1_048_576, 32_767  # of a sheet, and of a cell
_EXACT = 10**15  # a spreadsheet keeps fifteen digits of a number
_FIRST_DAY = date(1900, 3, 1)  # earlier days are miscounted by a spreadsheet
_WIDEST = 60  # characters of a column
_SAVED_AT = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")

_Cell = str | float | date | datetime | None


def as_workbook(table: Described, name: str) -> Written:
    """A workbook of two sheets: the table under the names of its columns, and ``About``, with labels and the citation.

    Moments are in UTC. Numbers of more than fifteen digits, and days that a spreadsheet cannot count, are text.
    """
    frame, remarks = without_infinite(without_control(in_utc(table.frame)))
    if frame.height >= _MOST_ROWS:
        raise SaveError(f"A sheet holds {_MOST_ROWS:,} rows, and the table has more. Save it as .csv or .parquet.")
    book = Workbook()
    sheet, about = book.worksheets[0], book.create_sheet(ABOUT)
    sheet.title = "Table"
    _fill(sheet, frame)
    _describe(about, table)
    book.properties.creator, book.properties.title = AUTHOR, table.caption
    made = BytesIO()
    book.save(made)
    return Written(undated(made.getvalue(), _dated_alike), remarks)


def _dated_alike(name: str, content: bytes) -> bytes:
    return _SAVED_AT.sub(rb"\g<1>2000-01-01T00:00:00Z", content) if name == "docProps/core.xml" else content


def _fill(sheet: Worksheet, frame: pl.DataFrame) -> None:
    for number, name in enumerate(frame.columns, start=1):
        heading = _put(sheet, 1, number, name)
        heading.font = Font(bold=True)
        values = frame[name].to_list()
        for row, value in enumerate(values, start=2):
            if value is not None:
                _put(sheet, row, number, _fit(value, name, row))
        widest = max([len(name), *(len(str(value)) for value in values if value is not None)])
        sheet.column_dimensions[get_column_letter(number)].width = min(widest, _WIDEST) + 2
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


def _put(sheet: Worksheet, row: int, column: int, value: _Cell):
    """A cell; **text is text, whatever it begins with**."""
    cell = sheet.cell(row, column, value)
    if isinstance(value, str):
        cell.data_type = "s"
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd hh:mm:ss" if isinstance(value, datetime) else "yyyy-mm-dd"
    return cell


def _fit(value: _Cell, name: str, row: int) -> _Cell:
    """A value as a cell can hold it."""
    if isinstance(value, str):
        if len(value) > _LONGEST_TEXT:
            raise SaveError(
                f"Row {row} of {name}: a cell holds {_LONGEST_TEXT:,} characters, and this text has {len(value):,}. "
                "Save the table as .csv or .parquet."
            )
        return value
    if isinstance(value, int) and abs(value) >= _EXACT:
        return str(value)
    if isinstance(value, date) and (value.date() if isinstance(value, datetime) else value) < _FIRST_DAY:
        return value.isoformat()
    return value


def _describe(sheet: Worksheet, table: Described) -> None:
    utc = zoned(table.frame)
    labels = {name: label + (" (UTC)" if name in utc else "") for name, label in table.labels.items()}
    rows: list[Sequence[str]] = [
        (table.caption,),
        (table.note,),
        (table.citation,),
        (),
        ("Column", "Label", "What it holds"),
    ]
    rows += [(name, label, table.meanings.get(name, "")) for name, label in labels.items()]
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate(row, start=1):
            cell = _put(sheet, number, column, _fit(text, "the note", number))
            cell.alignment = Alignment(wrap_text=column > 1, vertical="top")
            cell.font = Font(bold=number in (1, 5))
    for letter, width in zip("ABC", (34, 50, 70), strict=True):
        sheet.column_dimensions[letter].width = width
