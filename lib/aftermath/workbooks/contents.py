"""What stands in the sheets of a workbook: every row as text, or every fault by sheet, row and column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from aftermath.case_files.columns import file_columns
from aftermath.case_files.file_problems import one_line, short
from aftermath.case_files.tables import ALL_SCHEMAS
from aftermath.problems import Problem
from aftermath.wording import listed
from aftermath.workbooks.cells import Refused, stored, text_of
from aftermath.workbooks.marks import SHEET
from aftermath.workbooks.sheets import Key, Row, Sheet, plain
from aftermath.workbooks.writing import FURNITURE

MOST_ROWS, MOST_COLUMNS = 50_000, 200
NOTES = "notes"  # how names of sheets and columns begin that are the coder's own
_SHOWN = 6


@dataclass(frozen=True)
class Contents:
    """What stands in a workbook, as far as it can be read as it is meant.

    Parameters
    ----------
    rows
        Table to its rows by their keys, in the order of the sheet.
    places
        Table to the row of the sheet in which each stands.
    remarks
        What was passed over or read in an unusual place.
    faulty
        Table to the other rows, with their places in the sheet and **without the cells that have a problem**.
    problems
        What cannot be read as it is meant.
    """

    rows: dict[str, dict[Key, Row]]
    places: dict[str, dict[Key, int]]
    remarks: tuple[str, ...]
    faulty: dict[str, list[tuple[int, Row]]]
    problems: tuple[Problem, ...]


@dataclass
class _Found:
    """Faults and remarks as they are found."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, sheet: str, row: int, column: str, what: str, mend: str) -> None:
        place = one_line(f"{self.file}:{sheet}" if sheet else self.file)
        self.problems.append(Problem(place, row, one_line(column), one_line(what), one_line(mend)))


def contents(workbook: Workbook, sheets: list[Sheet], file: str, zone: str | None) -> Contents:
    """Read the sheets of a workbook.

    Parameters
    ----------
    workbook
        As it was opened.
    sheets
        What it should hold; of their rows only that the evidence is the same is held against it.
    file
        Its name, for problems.
    zone
        IANA name of the time zone of the case, or None.
    """
    found = _Found(file)
    pages = _pages(workbook, [sheet.name for sheet in sheets], found)
    rows: dict[str, dict[Key, Row]] = {}
    places: dict[str, dict[Key, int]] = {}
    faulty: dict[str, list[tuple[int, Row]]] = {}
    for sheet in (sheet for sheet in sheets if sheet.is_read and sheet.name in pages):
        page = pages[sheet.name]
        columns = _columns(page, sheet, found)
        if columns is not None:
            _tell_hidden(page, sheet.name, columns, found)
            _refuse_merged(page, sheet.name, found)
            rows[sheet.name], places[sheet.name], faulty[sheet.name] = _rows(page, sheet, columns, zone, found)
    return Contents(rows, places, tuple(found.remarks), faulty, tuple(found.problems))


def _pages(workbook: Workbook, names: list[str], found: _Found) -> dict[str, Worksheet]:
    """The sheets by the names of their tables; sheets that are missing, double or unknown are faults."""
    pages: dict[str, Worksheet] = {}
    own = {name.casefold(): name for name in (*names, *FURNITURE, SHEET)}
    for title in workbook.sheetnames:
        name, page = own.get(plain(title).casefold()), workbook[title]
        if name is None and plain(title).casefold().startswith(NOTES):
            found.remarks.append(f"The sheet '{short(title)}' holds notes and was not read.")
        elif name is None:
            mend = f"give it back its name if it is one of {', '.join(names)}, or begin its name with '{NOTES}' so that it is passed over"
            found.add(title, 0, "", "is no sheet of this workbook", mend)
        elif name in pages:
            found.add(title, 0, "", f"is a second sheet '{name}'", "keep one of the two")
        elif isinstance(page, Worksheet):
            pages[name] = page
    for name in names:
        if name not in pages:
            found.add(
                name, 0, "", "this sheet is missing", "give the sheet its name back, or copy it from a new workbook"
            )
    return pages


def _columns(page: Worksheet, sheet: Sheet, found: _Found) -> dict[str, int] | None:
    """Where each column stands; None where a table cannot be read by its headings."""
    if page.max_row > MOST_ROWS or page.max_column > MOST_COLUMNS:
        what = f"reaches to {get_column_letter(page.max_column)}{page.max_row}"
        found.add(sheet.name, 0, "", what, "delete the rows and columns beyond the table")
        return None
    before, places = len(found.problems), {}
    for place, value in enumerate(next(page.iter_rows(max_row=1, values_only=True)), start=1):
        name, letter = stored(value), get_column_letter(place)
        if name in sheet.columns and name not in places:
            places[name] = place
        elif name in sheet.columns:
            found.add(sheet.name, 1, letter, f"is a second column '{name}'", "keep one of the two")
        elif name.casefold().startswith(NOTES):
            found.remarks.append(f"{sheet.name}: the column '{short(name)}' holds notes and was not read.")
        elif filled := _first_filled(page, place, 1 if name else 2):
            what = f"'{short(name)}' is no column of this sheet" if name else "has no heading"
            mend = f"the columns are {', '.join(sheet.columns)}; begin the heading with '{NOTES}' if it is your own"
            found.add(sheet.name, filled if not name else 1, letter, what, mend)
    for name in sheet.own:
        if name not in places:
            mend = f"write it into row 1 above its column; the columns are {', '.join(sheet.columns)}"
            found.add(sheet.name, 1, name, "this column is missing", mend)
    return places if len(found.problems) == before else None


def _first_filled(page: Worksheet, column: int, first: int) -> int:
    """The first row of a column in which anything stands; 0 where nothing does."""
    return next((row for row in range(first, page.max_row + 1) if page.cell(row, column).value is not None), 0)


def _tell_hidden(page: Worksheet, name: str, columns: Mapping[str, int], found: _Found) -> None:
    """What cannot be seen is read all the same, and that is said."""
    rows = [row for row, shape in sorted(page.row_dimensions.items()) if shape.hidden and 1 < row <= page.max_row]
    # columns that are alike are described together, by the first of them
    hidden = [range(shape.min or 0, (shape.max or 0) + 1) for shape in page.column_dimensions.values() if shape.hidden]
    unseen = [column for column, place in columns.items() if any(place in span for span in hidden)]
    if rows:
        filtered = " by a filter" if page.auto_filter.ref else ""
        more = [f"{len(rows) - _SHOWN} more"] if len(rows) > _SHOWN else []
        shown = listed([*map(str, rows[:_SHOWN]), *more])
        found.remarks.append(f"{name}: row{'s' if len(rows) > 1 else ''} {shown} hidden{filtered}, and read.")
    if unseen:
        found.remarks.append(f"{name}: column{'s' if len(unseen) > 1 else ''} {listed(unseen)} hidden, and read.")
    if page.sheet_state != "visible":
        found.remarks.append(f"{name}: the sheet is hidden, and read.")


def _refuse_merged(page: Worksheet, name: str, found: _Found) -> None:
    for area in sorted(page.merged_cells.ranges, key=lambda area: (area.min_row, area.min_col)):
        what = f"the cells {area.coord} are merged, and only the first of them has a text"
        found.add(name, area.min_row, get_column_letter(area.min_col), what, "unmerge them and fill in each")


def _rows(
    page: Worksheet, sheet: Sheet, columns: Mapping[str, int], zone: str | None, found: _Found
) -> tuple[dict[Key, Row], dict[Key, int], list[tuple[int, Row]]]:
    """The rows by their keys, their places, and the rows with a fault; a key that is empty or stands twice is one."""
    rows: dict[Key, Row] = {}
    places: dict[Key, int] = {}
    faulty: list[tuple[int, Row]] = []
    above, gaps = 1, []
    for number, row, complete in _read_rows(page, sheet, columns, zone, found):
        if number > above + 1:
            gaps.append((above + 1, number - 1))
        above, key = number, sheet.key(row)
        empty = next((column for column in sheet.keys if not key[sheet.keys.index(column)]), None)
        if empty and complete:
            found.add(sheet.name, number, empty, "is empty", "fill it in, or clear the whole row")
        elif key in rows and complete:
            what = f"{' '.join(filter(None, key))} stands in row {places[key]} already"
            found.add(sheet.name, number, sheet.keys[0], what, "keep one of the two rows")
        elif complete:
            rows[key], places[key] = row, number
        if places.get(key) != number:
            faulty.append(
                (number, {name: text for name, text in row.items() if name not in sheet.keys or not complete})
            )
    for first, last in gaps:
        empty_rows = f"row {first} is" if first == last else f"rows {first} to {last} are"
        found.remarks.append(f"{sheet.name}: {empty_rows} empty; what stands below was read.")
    return rows, places, faulty


def _read_rows(
    page: Worksheet, sheet: Sheet, columns: Mapping[str, int], zone: str | None, found: _Found
) -> Iterator[tuple[int, Row, bool]]:
    """Number and texts of every row in which anything stands, and whether all of it could be read."""
    schema = file_columns(ALL_SCHEMAS[sheet.name])
    for cells in page.iter_rows(min_row=2):
        row, complete, number = {}, True, cells[0].row or 0
        for name in sheet.columns:
            cell = cells[columns[name] - 1] if name in columns else None
            if name in sheet.evidence:
                row[name] = stored(cell.value) if cell is not None else ""
                continue
            try:
                row[name] = text_of(cell, schema[name], zone) if isinstance(cell, Cell) else ""
            except Refused as fault:
                complete = False
                found.add(sheet.name, number, name, fault.what, fault.mend)
        if any(row.values()) or not complete:
            yield number, row, complete
