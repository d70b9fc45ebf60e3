"""Rows of a table that is text: CSV and its relatives. Every line of the file becomes part of a row, or is told."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import polars as pl

from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers.encoding import Source, Unreadable
from aftermath.archives.readers.opening import CutShort
from aftermath.archives.readers.options import Options
from aftermath.archives.readers.plain_rows import plain_rows
from aftermath.archives.readers.tables.dialect import (
    LONGEST_FIELD,
    UNCLOSED,
    Dialect,
    announced,
    find_dialect,
    sample_records,
)
from aftermath.archives.readers.tables.shape import (
    USUAL_NAMES,
    Block,
    Fault,
    Shape,
    find_shape,
    tell_layout,
    without_remarks,
)
from aftermath.wording import counted

_SAMPLE = 400  # lines
_LINE_END = re.compile(rb"\r\r{0,2}\n")  # the fixed first byte is what the engine looks for


class TextTable:
    """A table as text, its dialect and shape found in its first lines.

    Parameters
    ----------
    source
        The file.
    options
        ``quoting``, and columns that are known to be there; it is told what is passed over.

    Attributes
    ----------
    dialect, shape
        How lines become fields, and where the rows are.
    passed
        Lines below the header that are no rows and no faults: totals and notes at the end, headers that come again.
    sample
        The first rows, for finding out what their columns hold.

    Raises
    ------
    ArchiveError
        If there is no header, or it is in another encoding than the rest of the file.
    """

    def __init__(self, source: Source, options: Options) -> None:
        self.name = source.name
        self._source = source
        self._options = options
        self._nul: list[int] = []
        self.passed: list[int] = []
        lines, undecoded = self._first_lines()
        self.dialect = find_dialect(lines, options.quoting)
        skipped = 1 if lines and announced(lines[0]) else 0
        records = list(sample_records(self.dialect, lines[skipped:], 1 + skipped))
        self.shape = find_shape(records, options.named, self.name)
        if self.shape.line in undecoded:
            raise ArchiveError(f"{self.name}: the header {undecoded[self.shape.line]}")
        self.sample = [
            record.fields
            for record in records
            if record.line >= self.shape.body and len(record.fields) == len(self.shape.header)
        ]
        tell_layout(self.shape, skipped, self.name, options)

    def blocks(self) -> Iterator[Block]:
        """The rows and the lines that are none, in the order of the file."""
        self._nul.clear()
        self.passed.clear()
        state = _State(self.shape)
        rest = b""
        for number, data, final in self._pieces():
            data, number = rest + data, number - rest.count(b"\n")
            if (plain := self._plain(data, number, state)) is not None and not (final and plain.size < len(data)):
                rest = data[plain.size :]
                yield self._ended(plain.block) if final else plain.block
                continue
            lines, undecoded = self._decoded(data, number)
            piece = _Piece(self.dialect, state, lines, number, undecoded, final)
            for block in piece.blocks():
                yield self._ended(block) if final and piece.left == piece.end else block
            rest = b"".join(data.splitlines(keepends=True)[piece.left :]) if piece.left < piece.end else b""
        self._tell(state)

    def _ended(self, block: Block) -> Block:
        """The last rows, without what stands below them."""
        if block.fields is not None:
            block = block._replace(rows=list(map(list, block.fields.iter_rows())), fields=None)
        block, passed = without_remarks(block, self.name, self._options)
        self.passed += passed
        return block

    def _plain(self, data: bytes, number: int, state: _State) -> _Plain | None:
        """The rows of lines of which every one is beyond doubt: nearly always, and ten times as fast."""
        shape = state.shape
        if (
            max(shape.body, state.doubtful) > number
            or self.dialect.quoting != "doubled"
            or not self._source.is_utf8(data)
        ):
            return None
        found = plain_rows(
            data,
            self.dialect.delimiter,
            len(shape.header),
            lambda line: _alone(line.decode(), shape, self.dialect, spared=0) is not None,
        )
        if found is None:
            return None
        firsts = found.fields.to_series(0)
        again = firsts.is_in([*shape.header, *USUAL_NAMES]).any()
        if again or not found.fields.filter(firsts == "").select(pl.any_horizontal(pl.all() != "")).to_series().all():
            return None
        return _Plain(Block(shape, (found.lines + number).tolist(), [], [], [], found.fields), found.size)

    def _first_lines(self) -> tuple[list[str], dict[int, str]]:
        lines: list[str] = []
        undecoded: dict[int, str] = {}
        try:
            for number, data, _ in self._pieces():
                some, faults = self._decoded(data, number)
                lines += some
                undecoded |= faults
                if len(lines) >= _SAMPLE:
                    break
        except CutShort:
            if not lines:
                raise
        return lines[:_SAMPLE], undecoded

    def _pieces(self) -> Iterator[tuple[int, bytes, bool]]:
        """Number of the first line, lines with their ends, whether they are the last."""
        number, held = 1, None
        for block in self._source.blocks():
            if b"\r" in block:
                alone = b"\n" if self._source.encoding.newline == b"\r" else b" "
                block = _LINE_END.sub(b"\n", block).replace(b"\r", alone)
            if held is not None:
                yield number, held, False
                number += held.count(b"\n")
            held = block
        if held is not None:
            yield number, held if held.endswith(b"\n") else held + b"\n", True

    def _decoded(self, block: bytes, number: int) -> tuple[list[str], dict[int, str]]:
        """Lines as text. One in another encoding stays in its place, so that quotation marks still find each other."""
        undecoded: dict[int, str] = {}
        try:
            lines = io.StringIO(self._source.block(block), newline="\n").readlines()
        except Unreadable:
            lines = []
            for line in block.removesuffix(b"\n").split(b"\n"):
                try:
                    lines.append(self._source.text(line) + "\n")
                except Unreadable as fault:
                    undecoded[number + len(lines)] = str(fault)
                    lines.append(line.decode("latin-1") + "\n")
        if b"\0" in block:
            self._nul += [at for at, line in enumerate(lines, number) if "\0" in line]
            lines = [line.replace("\0", "") for line in lines]
        return lines, undecoded

    def _tell(self, state: _State) -> None:
        self.passed += state.headers
        if self._nul:
            self._options.remark(
                f"{self.name}: {counted(len(self._nul), 'line')} held zero bytes (line {self._nul[0]} is the first); they are read "
                "without them."
            )
        if state.literal:
            self._options.remark(
                f"{self.name}: in {counted(len(state.literal), 'line')} a quotation mark stands alone or inside (line "
                f"{state.literal[0]} is the first); each is read as a row of its own, the mark as a letter. If the file has no "
                "quoted fields at all, say --quoting none."
            )
        if state.headers:
            self._options.remark(
                f"{self.name}: the header comes again in {counted(len(state.headers), 'line')} (line {state.headers[0]} is the "
                "first), as where files were joined; rows are read by the header above them."
            )


class _Plain(NamedTuple):
    """Rows, and how many bytes they take."""

    block: Block
    size: int


@dataclass
class _State:
    """What one piece of a file has to know of those before it."""

    shape: Shape
    doubtful: int = 0  # lines before this one lie inside a record that failed
    cause: str = ""
    literal: list[int] = field(default_factory=list)
    headers: list[int] = field(default_factory=list)


@dataclass
class _Piece:
    """Some lines of a file, made into rows.

    A quotation mark that stands alone joins lines until the next one. So a record over several lines is believed only if none
    of them is a row by itself; one that is not believed costs its first line, and reading goes on with the second.
    """

    dialect: Dialect
    state: _State
    lines: list[str]
    first: int  # number of the first line
    undecoded: dict[int, str]
    final: bool
    left: int = 0  # place of the first line that was not used yet
    rows: list[list[str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def end(self) -> int:
        """Place after the last line."""
        return len(self.lines)

    def blocks(self) -> Iterator[Block]:
        """Rows of these lines; more than one block where a header comes again."""
        self.left = min(max(0, self.state.shape.body - self.first), self.end)
        while self.left < self.end:
            end, found = self.dialect.record(self.lines, self.left)
            if isinstance(found, list) and self._is_header(found):
                yield self._block()
                line = self.first + self.left
                self.state.headers.append(line)
                self.state.shape = self.state.shape.under(found, line)
                self.left = end
            elif not self._take(end, found):
                break
        yield self._block()

    def _block(self) -> Block:
        block = Block(self.state.shape, self.numbers, self.rows, self.faults, [])
        self.numbers, self.rows, self.faults = [], [], []
        return block

    def _is_header(self, fields: list[str]) -> bool:
        return bool(fields) and self.left >= 0 and self.state.shape.heads(fields)

    def _take(self, end: int, found: list[str] | str) -> bool:
        """Put down what begins with the next line; False where more lines are needed to know."""
        shape, at, number = self.state.shape, self.left, self.first + self.left
        if isinstance(found, list):
            if not any(cell.strip() for cell in found):
                self.left = end
                return True
            if self.undecoded and (
                why := next((self.undecoded[n] for n in range(number, self.first + end) if n in self.undecoded), "")
            ):
                self._lose(end, why)
                return True
            right = len(found) == len(shape.header)
            if right and not self._swallows(at, end) and (number >= self.state.doubtful or shape.fits(found)):
                self.rows.append(found)
                self.numbers.append(number)
                self.left = end
                return True
            why = (
                "joins rows by a quotation mark"
                if right
                else f"has {len(found)} fields, the header {len(shape.header)}"
            )
        else:
            if found == UNCLOSED and not self.final and sum(map(len, self.lines[at:])) < LONGEST_FIELD:
                return False
            why = f"cannot be laid out in columns ({found})"
        return self._doubt(end, found, why)

    def _doubt(self, end: int, found: list[str] | str, why: str) -> bool:
        """Read a line by itself where that is beyond doubt, or put it down as a fault."""
        at, number, last = self.left, self.first + self.left, self.left + 1 == self.end
        single = isinstance(found, list) and end == at + 1
        if last and not single and not self.final:
            return False
        alone = self._alone(at)
        if alone is not None and (single or (not last and self._alone(at + 1) is not None)):
            self.rows.append(alone)
            self.numbers.append(number)
            self.state.literal.append(number)
        else:
            inside = number < self.state.doubtful
            fields = found if single and not inside and isinstance(found, list) else ()
            self.faults.append(Fault(number, f"is inside the record of {self.state.cause}" if inside else why, fields))
            if not inside:
                self.state.cause = f"line {number}: {why}"
        self.state.doubtful = max(self.state.doubtful, self.first + end)
        self.left = at + 1
        return True

    def _lose(self, end: int, why: str) -> None:
        number = self.first + self.left
        self.faults.append(Fault(number, why))
        for inside in range(number + 1, self.first + end):
            self.faults.append(Fault(inside, f"is inside the record of line {number}: {why}"))
        self.left = end

    def _swallows(self, at: int, end: int) -> bool:
        """Whether one of the lines that a record took after its first is a row by itself.

        Where a text stands in the first column, the end of one over several lines looks like a row, with all that follows it.
        """
        first, shape = self.lines[at], self.state.shape
        in_first = first.startswith('"') and not shape.fits(first.rsplit(self.dialect.delimiter, len(shape.header) - 1))
        return any(self._alone(inside, spared=0) is not None for inside in range(at + 1, end - in_first))

    def _alone(self, at: int, *, spared: int = 1) -> list[str] | None:
        """The fields of a line that is a row by itself, however quotation marks are meant in it."""
        if self.first + at in self.undecoded:
            return None
        return _alone(self.lines[at], self.state.shape, self.dialect, spared=spared)


def _alone(line: str, shape: Shape, dialect: Dialect, *, spared: int) -> list[str] | None:
    if line.count(dialect.delimiter) < len(shape.header) - 1:
        return None
    for quoting in ("doubled", "backslash", "none"):
        fields = Dialect(dialect.delimiter, quoting).alone(line)
        if fields is not None and shape.fits(fields, spared=spared):
            return fields
    return None
