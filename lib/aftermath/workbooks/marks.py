"""What a workbook knows of itself: whose it is, and what stood in the folder when it was written."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from aftermath.case_files.about import is_case_id
from aftermath.case_files.coders import CODED_TABLES, CODER_ID
from aftermath.case_files.tables import ALL_SCHEMAS
from aftermath.workbooks.cells import escaped, stored
from aftermath.workbooks.errors import refused
from aftermath.workbooks.sheets import Key, Sheet

SHEET = "aftermath"  # hidden: spreadsheet programs keep it, and nobody types into it
VERSION = "1"
_MOST_RECORDS = 500_000
_AGAIN = "write a new one with `aftermath workbook`, and copy your rows into it"


@dataclass(frozen=True)
class Marks:
    """What a workbook knows of itself.

    Parameters
    ----------
    kind
        ``case``: all its tables; ``coder``: the codes of one; ``adjudication``: what coders agreed on where they differ.
    case_id
        The case.
    coder
        Whose codes it takes; empty unless the kind is ``coder``.
    seed
        Of the order of events and texts.
    checksums
        Table to the checksum of its file when the workbook was written.
    rows
        Table to its rows by their keys, each as the ``digest`` of its sheet.
    """

    kind: str
    case_id: str
    coder: str = ""
    seed: int = 0
    checksums: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, Mapping[Key, str]] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """The same for the same workbook, whatever was typed into it."""
        return hashlib.sha256(json.dumps(list(self._records())).encode()).hexdigest()[:32]

    def _records(self) -> list[tuple[str, str, str, str]]:
        of_file = [("checksum", table, "", mark) for table, mark in self.checksums.items()]
        of_rows = [
            record
            for table, marks in self.rows.items()
            for record in (
                ("table", table, "", ""),
                *(("row", table, json.dumps(key), digest) for key, digest in marks.items()),
            )
        ]
        said = {
            "version": VERSION,
            "kind": self.kind,
            "case": self.case_id,
            "coder": self.coder,
            "seed": str(self.seed),
        }
        return [*((name, "", "", value) for name, value in said.items()), *of_file, *of_rows]


def row_marks(sheets: list[Sheet]) -> dict[str, dict[Key, str]]:
    """The rows of sheets as ``Marks`` keep them."""
    return {sheet.name: {sheet.key(row): sheet.digest(row) for row in sheet.rows} for sheet in sheets if sheet.is_read}


def write_marks(workbook: Workbook, marks: Marks) -> None:
    """Put what a workbook knows of itself into a hidden sheet."""
    sheet: Worksheet = workbook.create_sheet(SHEET)
    for record in marks._records():
        sheet.append([escaped(text) for text in record])
    sheet.sheet_state = "veryHidden"


def read_marks(workbook: Workbook, file: str) -> Marks:
    """What a workbook knows of itself.

    Raises
    ------
    WorkbookError
        If it does not say it, or was written by another version.
    """
    if SHEET not in workbook.sheetnames:
        raise refused(file, f"is no coding workbook: its hidden sheet '{SHEET}' is missing", _AGAIN)
    records = [
        tuple(map(stored, (*row, *[None] * 4)[:4]))
        for row in workbook[SHEET].iter_rows(
            values_only=True, max_row=min(workbook[SHEET].max_row, _MOST_RECORDS), max_col=4
        )
    ]
    said = {name: value for name, table, _, value in records if not table}
    version = said.get("version", "")
    if version != VERSION:
        raise refused(file, f"is of version {version[:20] or 'unknown'}, and version {VERSION} is read", _AGAIN)
    rows: dict[str, dict[Key, str]] = {}
    try:
        for name, table, key, digest in records:
            if name == "table" and table in ALL_SCHEMAS:
                rows[table] = {}
            elif name == "row":
                rows[table][tuple(map(str, json.loads(key)))] = digest
        seed = int(said["seed"])
    except (ValueError, KeyError, TypeError) as error:
        raise refused(file, f"its hidden sheet '{SHEET}' was changed", _AGAIN) from error
    checksums = {table: mark for name, table, _, mark in records if name == "checksum"}
    marks = Marks(said.get("kind", ""), said.get("case", ""), said.get("coder", ""), seed, checksums, rows)
    allowed = {"case": ALL_SCHEMAS, "coder": CODED_TABLES, "adjudication": ("adjudication",)}.get(marks.kind, ())
    whose = re.fullmatch(CODER_ID if marks.kind == "coder" else "", marks.coder)
    if not (is_case_id(marks.case_id) and whose and rows.keys() <= set(allowed)):
        raise refused(file, f"its hidden sheet '{SHEET}' was changed", _AGAIN)
    return marks
