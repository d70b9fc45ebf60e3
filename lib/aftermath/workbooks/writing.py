"""How the sheets of a workbook look: lists to choose from, notes at the headings, marks where something must be filled in."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from unicodedata import east_asian_width

import dataframely as dy
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from aftermath.case_files.columns import file_columns, metadata_of
from aftermath.case_files.tables import ALL_SCHEMAS, REFERENCES, STANCE_CODES
from aftermath.problems import Problem
from aftermath.workbooks.cells import LONGEST_CELL, escaped
from aftermath.workbooks.definitions import Definitions
from aftermath.workbooks.errors import WorkbookError
from aftermath.workbooks.packing import CONTROL, NOTHING, UNDERSCORE
from aftermath.workbooks.sheets import Sheet

READ_ME, PROBLEMS = "Read me", "problems"
FURNITURE = (READ_ME, PROBLEMS)  # sheets that are not read back
SPARE = 300  # rows below those that are there, with lists and marks of their own
_LONGEST_PROMPT = 250
_TEXT = "@"  # the format that keeps ids, days and numbers as they are typed
_FONT = "Calibri"
_LINE, _TALLEST = 15, 300  # points
_HEADING = PatternFill("solid", fgColor="FF1F3A4D")
_EVIDENCE = PatternFill("solid", fgColor="FFF0F0F0")
_BLANK = PatternFill("solid", bgColor="FFFFE08A")
_WIDE = {
    "summary": 60,
    "abstract": 70,
    "rationale": 60,
    "reason": 60,
    "title": 45,
    "url": 40,
    "levels": 60,
    "what": 70,
    "mend": 50,
}
_WIDTH = 26  # characters: a moment with its offset
_EVIDENCE_MEANS = {
    "question": "What is asked.",
    "levels": "What the codes stand for.",
    "evidence": "What was coded.",
}


def write_sheet(workbook: Workbook, sheet: Sheet, defined: Definitions) -> None:
    """Put a sheet of a table into a workbook.

    Parameters
    ----------
    workbook
        Takes the sheet at its end.
    sheet
        What stands in it.
    defined
        What the codebook says of its columns.

    Raises
    ------
    WorkbookError
        If a text is longer than a cell can be.
    """
    page: Worksheet = workbook.create_sheet(sheet.name)
    columns = {column: file_columns(ALL_SCHEMAS[sheet.name]).get(column) for column in sheet.columns}
    for place, (name, column) in enumerate(columns.items(), start=1):
        note = _note(sheet, name, column, defined)
        _write_heading(page, place, name, note)
        page.column_dimensions[get_column_letter(place)].number_format = _TEXT
    for number, row in enumerate(sheet.rows, start=2):
        for place, name in enumerate(sheet.columns, start=1):
            _write_text(page, number, place, row.get(name, ""), evidence=name in sheet.evidence)
        _make_room(page, number, {row.get(name, ""): _WIDE.get(name, _WIDTH) for name in sheet.columns})
    last = len(sheet.rows) + 1 + (0 if sheet.codes or not sheet.is_read else SPARE)
    for place, (name, column) in enumerate(columns.items(), start=1):
        if column is not None and name not in sheet.evidence:
            cells = f"{get_column_letter(place)}2:{get_column_letter(place)}{max(last, 2)}"
            _offer(workbook, page, sheet.name, name, column, cells)
            _mark_blanks(page, sheet, name, column, cells)
    page.freeze_panes = "B2"


def _make_room(page: Worksheet, row: int, widths: Mapping[str, int]) -> None:
    """Make a row as high as its texts need in columns of these widths: not every program does when it opens a file."""
    lines = [
        sum(max(1, math.ceil(_length(line) / (width - 2))) for line in text.split("\n"))
        for text, width in widths.items()
    ]
    page.row_dimensions[row].height = min(_TALLEST, _LINE * max(lines, default=1))


def _length(line: str) -> int:
    """How many characters wide a line is; those of Chinese take the room of two."""
    return len(line) + sum(east_asian_width(sign) in "WF" for sign in line)


def _write_heading(page: Worksheet, place: int, name: str, note: str) -> None:
    _write_text(page, 1, place, name)
    cell = page.cell(1, place)
    cell.font, cell.fill = Font(_FONT, 11, bold=True, color="FFFFFFFF"), _HEADING
    if note:
        cell.comment = Comment(escaped(note), "codebook", width=420, height=min(600, 60 + 18 * (len(note) // 55)))
    page.column_dimensions[get_column_letter(place)].width = _WIDE.get(name, _WIDTH)


def _write_text(page: Worksheet, row: int, column: int, text: str, *, evidence: bool = False) -> None:
    """Text and nothing else, whatever it begins with: no formula, no number, no error."""
    kept = escaped(text)
    fault = f"has {len(text):,} characters, and a cell holds {LONGEST_CELL:,}" if len(kept) > LONGEST_CELL else ""
    if any(sign in text for sign in (UNDERSCORE, NOTHING, CONTROL)):
        fault = "holds a sign that is no character"
    if fault:
        mend = "shorten or mend the text in its file"
        raise WorkbookError([Problem(page.title, row, get_column_letter(column), fault, mend)])
    cell = page.cell(row, column, kept or None)
    if text:
        cell.data_type = "s"
    cell.number_format = _TEXT
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if evidence:
        cell.fill = _EVIDENCE


def _note(sheet: Sheet, name: str, column: dy.Column | None, defined: Definitions) -> str:
    """What a column is, as schema and codebook have it, and what to write there."""
    if name in _EVIDENCE_MEANS or column is None:
        said = [_EVIDENCE_MEANS.get(name, "")]
    else:
        meaning, short = defined.columns[sheet.name, name], column.description or name
        said = [
            f"{short[0].upper()}{short[1:]}",
            meaning if meaning != short else "",
            f"To write: {metadata_of(column)['mend']}",
        ]
    if name in sheet.evidence:
        said = [said[0], "To be read; what is written here is not taken over."]
    return "\n\n".join(text if text.endswith((".", "?")) else f"{text}." for text in said if text)


def _offer(workbook: Workbook, page: Worksheet, table: str, name: str, column: dy.Column, cells: str) -> None:
    """A list to choose from, or what is allowed in words. **It warns and does not forbid**: reading the workbook checks everything."""
    words = STANCE_CODES if isinstance(column, dy.Int8) else metadata_of(column).get("words", ())
    if isinstance(column, dy.List):
        rule = DataValidation(showInputMessage=True, allow_blank=True)
        rule.prompt = "One or more, with ; between." + (" The note at the heading lists the words." if words else "")
    elif words:
        rule = DataValidation("list", formula1=f'"{",".join(words)}"', allow_blank=True)
    elif (table, name) in REFERENCES and REFERENCES[table, name][0] in workbook.sheetnames:
        target, key = REFERENCES[table, name]
        place = get_column_letter(list(file_columns(ALL_SCHEMAS[target])).index(key) + 1)
        rows = workbook[target].max_row + SPARE
        rule = DataValidation("list", formula1=f"{target}!${place}$2:${place}${rows}", allow_blank=True)
    else:
        return
    rule.errorStyle, rule.showErrorMessage, rule.errorTitle = "warning", True, name
    rule.error = metadata_of(column)["mend"][:_LONGEST_PROMPT]
    rule.sqref = cells
    page.add_data_validation(rule)


def _mark_blanks(page: Worksheet, sheet: Sheet, name: str, column: dy.Column, cells: str) -> None:
    """Colour a cell that is empty and must not be, as soon as anything stands in its row."""
    needed = (isinstance(column, dy.List) and bool(column.min_length)) or not (
        isinstance(column, dy.List) or column.nullable
    )
    own = f"LEN(TRIM({cells.partition(':')[0]}))=0"
    filled = f"SUMPRODUCT(--(LEN($A2:${get_column_letter(len(sheet.columns))}2)>0))>0"
    if needed or name == "score":  # a score that is empty is not coded yet
        page.conditional_formatting.add(cells, FormulaRule([f"AND({own},{filled})"], fill=_BLANK))
    elif name == "rationale":
        score = f"${get_column_letter(sheet.columns.index('score') + 1)}2"
        page.conditional_formatting.add(cells, FormulaRule([f"AND({own},LEN({score})>0)"], fill=_BLANK))


def write_lines(workbook: Workbook, name: str, lines: Sequence[str]) -> None:
    """A sheet of plain text, one line a row."""
    page: Worksheet = workbook.create_sheet(name)
    page.column_dimensions["A"].width = 110
    for row, line in enumerate(lines, start=1):
        _write_text(page, row, 1, line)
        _make_room(page, row, {line: 110})
    page.cell(1, 1).font = Font(_FONT, 14, bold=True)


def write_problems(workbook: Workbook, found: Sequence[tuple[Problem, tuple[str, int, int] | None]]) -> None:
    """A sheet of problems and warnings, each linked to its cell.

    Parameters
    ----------
    workbook
        Takes the sheet.
    found
        Each with the sheet, row and column of its cell, as far as it has one.
    """
    page: Worksheet = workbook.create_sheet(PROBLEMS)
    for place, heading in enumerate(("where", "row", "column", "what", "mend"), start=1):
        _write_heading(page, place, heading, "")
    for row, (problem, cell) in enumerate(found, start=2):
        sheet, at, place = cell or (problem.file, problem.row, 0)
        for column, text in enumerate((sheet, str(at or ""), problem.column, problem.what, problem.mend), start=1):
            _write_text(page, row, column, text)
        _make_room(page, row, {problem.what: _WIDE["what"], problem.mend: _WIDE["mend"]})
        if cell:
            target = f"{sheet}!{get_column_letter(place)}{at}"
            page.cell(row, 1).hyperlink = Hyperlink(ref=f"A{row}", location=target, display=sheet)
            page.cell(row, 1).font = Font(_FONT, 11, underline="single", color="FF0B5394")
    page.freeze_panes = "A2"
