"""What is wrong with the rows of a workbook in which some cells cannot be read: whatever does not rest on those cells."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from aftermath.case_files.columns import file_columns
from aftermath.case_files.file_problems import FileProblems
from aftermath.case_files.reading import check_rows
from aftermath.case_files.tables import ALL_SCHEMAS
from aftermath.problems import Problem
from aftermath.workbooks.contents import Contents
from aftermath.workbooks.merging import time_order
from aftermath.workbooks.sheets import Row, Sheet


def row_problems(sheets: Iterable[Sheet], read: Contents, file: str) -> list[Problem]:
    """What the schemas of the tables find, **so that one round names as much as can be known**.

    Parameters
    ----------
    sheets
        What the workbook should hold.
    read
        What could be read of it. Rows in which all could be read are held against each other too; of the others each field that
        could be read is judged by itself.
    file
        The name of the workbook.
    """
    found: list[Problem] = []
    for sheet in (sheet for sheet in sheets if sheet.name in read.rows):
        schema, place = ALL_SCHEMAS[sheet.name], f"{file}:{sheet.name}"
        whole, fields = FileProblems(place), FileProblems(place)
        places = read.places[sheet.name]
        coded = [(places[key], row) for key, row in read.rows[sheet.name].items() if not sheet.is_blank(row)]
        in_time = [coded[at] for at in time_order(sheet.name, [row for _, row in coded])]
        known = {number: row.keys() for number, row in read.faulty[sheet.name]}
        check_rows(_numbered(sheet, in_time), schema, whole)
        check_rows(_numbered(sheet, read.faulty[sheet.name]), schema, fields, fields_only=True)
        found += [*whole, *(problem for problem in fields if problem.column in known.get(problem.row, ()))]
    return found


def _numbered(sheet: Sheet, rows: Iterable[tuple[int, Row]]) -> pl.DataFrame:
    """Rows with all columns of their table, each with its number in the sheet; null where a field is empty."""
    columns = file_columns(ALL_SCHEMAS[sheet.name])
    records = [(number, *((row | dict(sheet.fixed)).get(name) or None for name in columns)) for number, row in rows]
    return pl.DataFrame(records, schema={"row": pl.UInt32} | dict.fromkeys(columns, pl.String), orient="row")
