"""Posts of spreadsheets: the first sheet of an XLSX or ODS that holds a table of posts."""

from __future__ import annotations

import contextlib
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers.opening import Member, check_zip, office_format, printable
from aftermath.archives.readers.options import Options
from aftermath.archives.readers.tables.shape import Block, Fault, Record, find_shape, tell_layout, without_remarks
from aftermath.archives.readers.tables.workbook import Sheet, Workbook, plainly

_SAMPLE = 400  # rows
_BLOCK = 5_000  # rows at a time
_SIGNATURE = b"PK"
_IN_MEMORY = 1 << 24  # bytes; what is larger goes onto the disk


def is_spreadsheet(member: Member) -> bool:
    """Whether a member is an XLSX or ODS.

    Raises
    ------
    NoExport
        If it is an office document of another kind, or a zip in a zip.
    """
    if not member.head().startswith(_SIGNATURE):
        return False
    with _unpacked(member) as (_, format):
        return format is not None


@contextlib.contextmanager
def open_workbook(member: Member) -> Iterator[Workbook]:
    """A spreadsheet, open as long as it is read.

    Raises
    ------
    ArchiveError
        If it is damaged, locked, or made to do harm.
    """
    with _unpacked(member) as (packed, format):
        if format is None:
            raise ArchiveError(f"{member.name} is no spreadsheet. Leave --format out, and its format is found.")
        yield Workbook(packed, format, member.name)


@contextlib.contextmanager
def _unpacked(member: Member) -> Iterator[tuple[zipfile.ZipFile, str | None]]:
    """A zip and what spreadsheet it is; one inside a zip or gzip goes through a temporary file."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file, contextlib.ExitStack() as opened:
        with plainly(member.name):
            if member.inside is None and zipfile.is_zipfile(member.path):
                packed = opened.enter_context(zipfile.ZipFile(member.path))
                size = member.packed
            else:
                size = sum(map(file.write, member.chunks()))
                packed = opened.enter_context(zipfile.ZipFile(file))
            check_zip(packed, member.name, size)
            format = office_format(packed, member.name)
        yield packed, format


class SheetTable:
    """A table in a sheet of a workbook; rows are numbered as the sheet numbers them.

    Parameters
    ----------
    workbook, sheet
        Where it is.
    options
        Columns that are known to be there; it is told what is passed over.

    Raises
    ------
    ArchiveError
        If the sheet is empty or has no header.
    """

    def __init__(self, workbook: Workbook, sheet: Sheet, options: Options) -> None:
        self.name = f"{workbook.name}!{printable(sheet.name, 40)}"
        self._workbook, self._sheet, self._options = workbook, sheet, options
        first = list(islice((row for row in workbook.rows(sheet) if row.cells), _SAMPLE))
        filled = max(first, key=lambda row: sum(map(bool, row.cells)), default=None)
        width = len(filled.cells) if filled else 0
        records = [Record(row.number, row.number, row.cells + [""] * (width - len(row.cells))) for row in first]
        shape = find_shape(records, options.named, self.name)
        named = len(shape.header) - next((n for n, name in enumerate(reversed(shape.header)) if name), 0)
        self.shape = replace(shape, header=shape.header[:named], telling=tuple(n for n in shape.telling if n < named))
        self.sample = [record.fields for record in records if record.line >= self.shape.body]

    def blocks(self) -> Iterator[Block]:
        """The rows, and those that have more cells than the header."""
        tell_layout(self.shape, 0, self.name, self._options)
        held: Block | None = None
        for block in self._blocks():
            if held is not None:
                yield held
            held = block
        if held is not None:
            yield without_remarks(held, self.name, self._options)[0]

    def _blocks(self) -> Iterator[Block]:
        shape = self.shape
        block = Block(shape, [], [], [], [])
        for number, cells, unsolved in self._workbook.rows(self._sheet):
            if number < self.shape.body:
                continue
            width = len(shape.header)
            if shape.heads(cells + [""] * (width - len(cells))):
                yield block
                shape = shape.under(cells, number)
                self._options.remark(
                    f"{self.name}: the header comes again in row {number}; rows are read by the one above them."
                )
                block = Block(shape, [], [], [], [])
            elif any(map(str.strip, cells[width:])):
                block.faults.append(Fault(number, f"has {len(cells)} cells, the header {width}", cells))
            elif any(map(str.strip, cells)):
                block.lines.append(number)
                block.rows.append(cells[:width] + [""] * (width - len(cells)))
                block.unsolved.extend((number, place) for place in unsolved)
            elif unsolved:
                formulas = ["=" if place in unsolved else "" for place in range(width)]
                why = "holds nothing but formulas, whose results are not in the file"
                block.faults.append(Fault(number, why, formulas))
            if len(block.rows) + len(block.faults) >= _BLOCK:
                yield block
                block = Block(shape, [], [], [], [])
        yield block
