"""Posts of tables: CSV and its relatives here, spreadsheets by the same way from rows to posts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import polars as pl

from aftermath.archives.posts import BATCH_POSTS, ArchiveError, BadLine, NoExport
from aftermath.archives.readers.columns import LINE, SAMPLE, Columns
from aftermath.archives.readers.encoding import Source
from aftermath.archives.readers.names import plain
from aftermath.archives.readers.opening import Member, printable
from aftermath.archives.readers.options import Options
from aftermath.archives.readers.rows import Chunk
from aftermath.archives.readers.tables.shape import Block, Shape, refuse_repeated
from aftermath.archives.readers.tables.spreadsheet import SheetTable, open_workbook
from aftermath.archives.readers.tables.text import TextTable
from aftermath.wording import counted

_OF_PROFILES = "description"  # what an account says of itself is no post
_OF_ACCOUNTS = {"followerscount", "friendscount", "statusescount", "publicmetricsfollowerscount"}


class Table(Protocol):
    """Rows under a header, whatever the file is.

    Attributes
    ----------
    name
        The file, for messages.
    shape
        The header, and where the rows are.
    sample
        The first rows.
    """

    name: str
    shape: Shape
    sample: list[list[str]]

    def blocks(self) -> Iterator[Block]:
        """The rows, and the lines that are none."""
        ...


def read_csv(source: Source, options: Options) -> Iterator[Chunk]:
    """Posts of a CSV file with a header, its columns separated by commas, tabs, semicolons or bars.

    Lines before the header, a second row of it, totals and notes below the rows are passed over and told; a header that comes
    again holds for the rows below it.

    Parameters
    ----------
    source
        The file.
    options
        The column map; what it does not name is looked for under usual names.

    Raises
    ------
    ArchiveError
        If there is no header, columns cannot be found, or one that is read stands twice.
    """
    yield from read_table(TextTable(source, options), options)


def read_table(table: Table, options: Options) -> Iterator[Chunk]:
    """Posts of a table, some thousands at a time.

    Parameters
    ----------
    table
        Where its rows come from.
    options
        The column map.

    Raises
    ------
    NoExport
        If the columns of posts cannot be found in its header.
    """
    gathered = _Gathered(table.name, table.shape, _columns(table.shape, table.name, options, table.sample))
    try:
        for block in table.blocks():
            if block.shape is not gathered.shape:
                yield from gathered.chunks(0)
                gathered.tell(options)
                columns = _columns_again(block.shape, table.name, options, block.rows)
                gathered = _Gathered(table.name, block.shape, columns)
            gathered.add(block)
            yield from gathered.chunks(BATCH_POSTS)
    except ArchiveError:
        yield from gathered.chunks(0)  # what came before the file broke off
        raise
    yield from gathered.chunks(0)
    gathered.tell(options)


def _columns(shape: Shape, name: str, options: Options, rows: Sequence[Sequence[str]]) -> Columns:
    places = {column: place for place, column in reversed(list(enumerate(shape.header)))}
    series = [pl.Series(column, [row[place] for row in rows[:SAMPLE]], pl.String) for column, place in places.items()]
    try:
        columns = Columns.of(shape.header, options.columns, name, pl.DataFrame(series))
    except ArchiveError as error:
        raise NoExport(str(error)) from None
    refuse_repeated(shape.header, columns.used, options.columns, name)
    counts = _OF_ACCOUNTS & set(map(plain, shape.header))
    if counts and "text" not in options.columns and plain(columns.of_field.get("text", "")) == _OF_PROFILES:
        raise NoExport(
            f"{name} is a table of accounts (it has {min(counts)}), not of posts. If it does hold posts, say which column "
            "their words are in: --column text=COLUMN."
        )
    options.use(columns.as_given(options.columns), of_twitter=columns.of_twitter)
    return columns


def _columns_again(shape: Shape, name: str, options: Options, rows: Sequence[Sequence[str]]) -> Columns:
    try:
        return _columns(shape, name, options, rows)
    except NoExport as error:
        raise ArchiveError(
            f"{name}: another table begins in line {shape.line}. Make it a file of its own. {error}"
        ) from None


def read_spreadsheet(member: Member, options: Options) -> Iterator[Chunk]:
    """Posts of an XLSX or ODS: of the first sheet that holds a table of posts; the others are named.

    Parameters
    ----------
    member
        The file.
    options
        The column map; what it does not name is looked for under usual names.

    Raises
    ------
    ArchiveError
        If the file is damaged, or no sheet holds posts.
    """
    with open_workbook(member) as workbook:
        sheets = workbook.sheets()
        refused: ArchiveError | None = None
        for sheet in sheets:
            try:
                table = SheetTable(workbook, sheet, options)
                _columns(table.shape, table.name, options, table.sample)
            except ArchiveError as error:
                refused = refused or error
                continue
            others = [printable(other.name, 40) for other in sheets if other is not sheet]
            if others:
                options.remark(f"{table.name} is read; other sheets are not: {', '.join(others[:10])}")
            yield from read_table(table, options)
            return
        raise refused or NoExport(f"{member.name} has no sheet. Export it again.")


class _Gathered:
    """Rows under one header until there are enough for a chunk."""

    def __init__(self, name: str, shape: Shape, columns: Columns) -> None:
        self.shape = shape
        self._name = name
        self.columns = columns
        self._places = [shape.header.index(column) for column in columns.used]
        self._parts: list[pl.DataFrame] = []
        self._height = 0
        self._bad: list[BadLine] = []
        self._unsolved: dict[int, list[int]] = {}

    def add(self, block: Block) -> None:
        """Put down the rows and faults of a block."""
        lines = pl.Series(LINE, block.lines, dtype=pl.Int64)
        self._parts.append(pl.DataFrame([lines, *self._fields(block)]))
        self._height += len(lines)
        self._bad += [BadLine(self._name, fault.line, fault.why) for fault in block.faults]
        for line, place in block.unsolved:
            if place in self._places:
                self._unsolved.setdefault(place, []).append(line)

    def tell(self, options: Options) -> None:
        """Say what was noticed of the columns, once all rows are read."""
        self.columns.tell(options)
        for place, lines in sorted(self._unsolved.items()):
            was = "was" if len(lines) == 1 else "were"
            options.remark(
                f"{self._name}: {counted(len(lines), 'cell')} of column {printable(self.shape.header[place], 40)!r}, the first in row "
                f"{lines[0]}, {was} read as blank: the results of these formulas are not in the file. Open it in a spreadsheet program, "
                "save it there and add it again, or export the posts as CSV."
            )

    def _fields(self, block: Block) -> list[pl.Series]:
        used = zip(self.columns.used, self._places, strict=True)
        if block.fields is not None:
            return [block.fields[str(place)].alias(name) for name, place in used]
        return [pl.Series(name, [row[place] for row in block.rows], dtype=pl.String) for name, place in used]

    def chunks(self, least: int) -> Iterator[Chunk]:
        """Chunks of what was gathered, the last one only if it has enough rows."""
        while self._height + len(self._bad) > max(least - 1, 0):
            rows, bad = pl.concat(self._parts), self._bad[:BATCH_POSTS]
            self._parts, self._bad = [rows[BATCH_POSTS:]], self._bad[BATCH_POSTS:]
            self._height = self._parts[0].height
            some = rows[:BATCH_POSTS]
            yield Chunk(self.columns.raw(some), tuple(bad), some.height + len(bad))
