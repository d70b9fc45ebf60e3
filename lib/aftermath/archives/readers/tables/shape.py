"""The shape of a table: where its header is, how many columns it has, and which of them tell a row from anything else.

Tools put lines before the header (Brandwatch: the query; Meltwater: the name of the record), a second row below it (Qualtrics:
the questions; yfinance: the ticker), and totals or notes at the end; people put one export below another. All of that is
recognised by what the rows have in common, and told; nothing of it becomes a post.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from aftermath.archives.posts import ArchiveError, NoExport
from aftermath.archives.readers.names import USUAL, listed, plain
from aftermath.archives.readers.opening import printable
from aftermath.archives.readers.options import Options
from aftermath.wording import counted

_SEARCHED = 50  # records in which the header is looked for
_SECOND = 3  # rows below the header that may belong to it
_SHORT = 40  # characters of an id, a time, a number
_NEARLY_ALL = 0.9
_WELL_FILLED = 0.6  # of the cells that the best of the first rows has filled: a header is, a preamble is not
_OF_QUALTRICS = '{"ImportId"'  # in its third row of names
_VALUE = re.compile(r"\d{6,}|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?")
_TOTALS = frozenset(
    "total totals sum subtotal average mean count gesamt summe total général totale suma итого всего сумма kopā summa "
    "合计 总计 總計 合計 小计 平均".split()
) | {"grand total", "row count"}
USUAL_NAMES = frozenset(name for names in USUAL.values() for name in listed(names))


class Record(NamedTuple):
    """Fields between two line ends of a table, and the lines that they took, from 1."""

    line: int
    end: int
    fields: list[str]


class Fault(NamedTuple):
    """A line that is no row, and why; its fields where it could at least be split."""

    line: int
    why: str
    fields: Sequence[str] = ()


class Block(NamedTuple):
    """Some rows under one header, and the lines among them that are none.

    Where no row was in doubt, ``fields`` has them as columns named by their places, and ``rows`` is empty. ``unsolved`` are
    cells, by line and place from 0, that are blank because the results of their formulas are not in the file.
    """

    shape: Shape
    lines: list[int]
    rows: list[list[str]]
    faults: list[Fault]
    unsolved: list[tuple[int, int]]
    fields: pl.DataFrame | None = None


@dataclass(frozen=True)
class Shape:
    """What the rows of a table have in common.

    Parameters
    ----------
    header
        Names of the columns.
    line, body
        Lines of the header, and of the first row below it.
    telling
        Places of the columns that hold something short with a digit in nearly every row: ids, times, counts.
    second
        Lines below the header that belong to it.
    wordless
        Those of ``telling`` in which there is nearly never a letter.
    """

    header: tuple[str, ...]
    line: int
    body: int
    telling: tuple[int, ...] = ()
    second: tuple[int, ...] = ()
    wordless: tuple[int, ...] = ()

    def fits(self, fields: Sequence[str], *, spared: int = 1) -> bool:
        """Whether fields are a row beyond doubt: as many as the header has, with ids, times and counts in their places.

        Parameters
        ----------
        fields
            Of a line or record.
        spared
            How many of those columns may hold something else, where there are three or more.
        """
        if len(fields) != len(self.header):
            return False
        others = sum(
            not _is_short_with_digit(fields[place]) or (place in self.wordless and any(map(str.isalpha, fields[place])))
            for place in self.telling
        )
        return others <= (spared if len(self.telling) > 2 else 0)

    def heads(self, fields: Sequence[str]) -> bool:
        """Whether fields are a header again, perhaps in another order or of another table."""
        cells = names(fields)
        if cells == self.header:
            return True
        known = sum(bool(cell) and (cell in self.header or plain(cell) in USUAL_NAMES) for cell in cells)
        return known >= 2 and known * 2 >= len(cells) and not any(map(_VALUE.fullmatch, cells))

    def under(self, fields: Sequence[str], line: int) -> Shape:
        """The shape of the rows below another header."""
        header = names(fields)
        tells, wordless = ({self.header[place] for place in places} for places in (self.telling, self.wordless))
        return Shape(
            header,
            line,
            line + 1,
            tuple(place for place, name in enumerate(header) if name in tells),
            wordless=tuple(place for place, name in enumerate(header) if name in wordless),
        )

    def is_remark(self, fields: Sequence[str]) -> bool:
        """Whether fields after the last row are a total or a note: few are filled, or the first word says so."""
        filled = [cell.strip() for cell in fields if cell.strip()]
        if not filled:
            return False
        if filled[0].rstrip(":").lower() in _TOTALS and (len(filled) * 2 <= len(self.header) or not self.fits(fields)):
            return True
        tells = any(_is_short_with_digit(fields[place]) for place in self.telling if place < len(fields))
        return bool(self.telling) and not tells and len(filled) <= max(1, len(self.header) // 2)


def find_shape(records: Sequence[Record], given: Collection[str], name: str) -> Shape:
    """The header among the first records of a table, and what the rows below it have in common.

    Parameters
    ----------
    records
        From the beginning of the file.
    given
        Columns that are known to be there: a record that names them all is the header.
    name
        The file, for messages.

    Raises
    ------
    NoExport
        If no record can be a header.
    """
    if not records:
        raise ArchiveError(f"{name} is empty: there is not even a header. Export it again.")
    at = _header(records, given)
    if at is None:
        raise NoExport(
            f"{name}: no header was found; the first rows hold values, or a single column. Put a line with the names of the "
            "columns above the rows."
        )
    header, rows = names(records[at].fields), records[at + 1 :]
    header = _as_wide_as(header, rows)
    body = [row.fields for row in rows[_SECOND if len(rows) > 2 * _SECOND else -_SECOND :]]
    telling = tuple(place for place in range(len(header)) if _tells(body, place, len(header)))
    wordless = tuple(place for place in telling if _is_wordless(body, place, len(header)))
    second = 0
    while len(rows) > _SECOND and second < _SECOND and _is_second_header(rows[second].fields, telling):
        second += 1
    above = rows[second - 1] if second else records[at]
    return Shape(header, records[at].line, above.end + 1, telling, tuple(row.line for row in rows[:second]), wordless)


def names(fields: Sequence[str]) -> tuple[str, ...]:
    """Cells of a header as names."""
    return tuple(cell.strip("\ufeff \t\r\n") for cell in fields)


def refuse_repeated(header: Sequence[str], used: Collection[str], given: Mapping[str, str], name: str) -> None:
    """Refuse a table in which a column that is read stands twice.

    Raises
    ------
    ArchiveError
        With the name and both places.
    """
    exact = {part for value in given.values() for part in value.split("+")}
    for column in used:
        alike = [
            place
            for place, other in enumerate(header, start=1)
            if other == column or (column not in exact and plain(other) == plain(column))
        ]
        if len(alike) > 1:
            raise ArchiveError(
                f"{name}: the column {printable(column, 60)!r} stands more than once, in the places "
                f"{', '.join(map(str, alike))}, and which one is meant is not known. Give each a name of its own in the header, "
                "or say with --column which one to read where their names differ."
            )


def tell_layout(shape: Shape, skipped: int, name: str, options: Options) -> None:
    """Tell which lines stand before the header, and which belong to it."""
    before = shape.line - 1 - skipped
    if before:
        options.remark(
            f"{name}: {counted(before, 'line')} before the header in line {shape.line} {_are(before)} passed over."
        )
    if shape.second:
        below = ", ".join(map(str, shape.second))
        options.remark(
            f"{name}: {counted(len(shape.second), 'line')} below the header ({below}) {_belong(len(shape.second))} to it, as "
            "the texts of questions do."
        )


def without_remarks(block: Block, name: str, options: Options) -> tuple[Block, list[int]]:
    """The last rows of a table without the totals and notes below them, and the lines of these, which are told."""
    rows, lines, faults = list(block.rows), list(block.lines), list(block.faults)
    passed: list[int] = []
    while rows or faults:
        if faults and (not lines or faults[-1].line > lines[-1]):
            if not block.shape.is_remark(faults[-1].fields):
                break
            passed.append(faults.pop().line)
        elif block.shape.is_remark(rows[-1]):
            rows.pop()
            passed.append(lines.pop())
        else:
            break
    if passed:
        passed.sort()
        listed = ", ".join(map(str, passed[:5])) + (", ..." if len(passed) > 5 else "")
        what = "a total or a note" if len(passed) == 1 else "totals or notes"
        options.remark(
            f"{name}: {counted(len(passed), 'line')} after the last row ({listed}) {_are(len(passed))} {what}, no posts."
        )
    unsolved = [(line, place) for line, place in block.unsolved if line not in passed]
    return Block(block.shape, lines, rows, faults, unsolved), passed


def _belong(count: int) -> str:
    return "belongs" if count == 1 else "belong"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _header(records: Sequence[Record], given: Collection[str]) -> int | None:
    first = records[:_SEARCHED]
    asked = next((at for at, record in enumerate(first) if given and set(given) <= set(names(record.fields))), None)
    if asked is not None:
        return asked
    could = [at for at, record in enumerate(first) if _could_head(record.fields)]
    cells: Counter[int] = Counter()
    for record in records:
        cells[len(record.fields)] += len(record.fields)
    usual = max(cells, key=lambda width: (cells[width], width))
    wide = [at for at in could if len(first[at].fields) == usual] or could
    most = max((_filled(first[at].fields) for at in wide), default=0)
    return next((at for at in wide if _filled(first[at].fields) >= _WELL_FILLED * most), None)


def _filled(fields: Sequence[str]) -> int:
    return sum(map(bool, names(fields)))


def _could_head(fields: Sequence[str]) -> bool:
    return _filled(fields) > 1 and _filled(fields) * 2 >= len(fields) and not any(map(_VALUE.fullmatch, names(fields)))


def _as_wide_as(header: tuple[str, ...], rows: Sequence[Record]) -> tuple[str, ...]:
    """The header with a name for the column that every row has besides: an empty last one, or R's numbers of rows."""
    if not rows or any(len(row.fields) != len(header) + 1 for row in rows):
        return header
    if not any(row.fields[-1].strip() for row in rows):
        return (*header, "")
    numbered = [str(number) for number in range(1, len(rows) + 1)]
    return ("", *header) if [row.fields[0] for row in rows] == numbered else header


def _is_short_with_digit(cell: str) -> bool:
    return 0 < len(cell) <= _SHORT and any(map(str.isdigit, cell))


def _tells(rows: Sequence[Sequence[str]], place: int, width: int) -> bool:
    cells = [row[place] for row in rows if len(row) == width]
    others = sum(not _is_short_with_digit(cell) for cell in cells)
    return bool(cells) and others <= max((1 - _NEARLY_ALL) * len(cells), len(cells) > _SECOND)


def _is_wordless(rows: Sequence[Sequence[str]], place: int, width: int) -> bool:
    cells = [row[place] for row in rows if len(row) == width]
    return sum(any(map(str.isalpha, cell)) for cell in cells) <= (1 - _NEARLY_ALL) * len(cells)


def _is_second_header(fields: Sequence[str], telling: Sequence[int]) -> bool:
    """Words, or nothing, where every other row has ids, times and counts."""
    wrong = sum(place < len(fields) and not _is_short_with_digit(fields[place]) for place in telling)
    return wrong * 2 > len(telling) or any(cell.startswith(_OF_QUALTRICS) for cell in fields)
