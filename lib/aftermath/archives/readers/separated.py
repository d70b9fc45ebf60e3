"""Tables as text: CSV and its relatives."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import polars as pl

from aftermath.archives.posts import BATCH_POSTS, ArchiveError, BadLine
from aftermath.archives.readers.columns import LINE, Columns
from aftermath.archives.readers.encoding import Source, Unreadable
from aftermath.archives.readers.options import Options
from aftermath.archives.readers.rows import Chunk

DELIMITERS = ",\t;|"
_LONGEST_FIELD = 1 << 20


def read_csv(source: Source, options: Options) -> Iterator[Chunk]:
    """Posts of a CSV file with a header, its columns separated by commas, tabs, semicolons or bars.

    Parameters
    ----------
    source
        The file.
    options
        The column map; what it does not name is looked for under usual names.

    Raises
    ------
    ArchiveError
        If there is no header, or columns cannot be found.
    """
    table = _Table(source)
    columns = Columns.of(table.header, options.columns, source.name)
    options.used, options.of_twitter = columns.as_given(options.columns), columns.of_twitter
    places = [table.header.index(name) for name in columns.used]
    for lines, records, bad in table.blocks():
        fields = list(zip(*records, strict=True)) or [()] * len(table.header)
        series = [
            pl.Series(name, fields[index], dtype=pl.String) for name, index in zip(columns.used, places, strict=True)
        ]
        frame = pl.DataFrame([pl.Series(LINE, lines, dtype=pl.Int64), *series])
        yield Chunk(columns.raw(frame), tuple(bad), len(records) + len(bad))


class _Table:
    """The records of a CSV file; bad ones are put down with their lines."""

    def __init__(self, source: Source) -> None:
        self.name = source.name
        self._source = source
        self._undecoded: dict[int, str] = {}
        self._number = 0
        try:
            head = source.text(b"".join(source.first_lines(1)))
        except Unreadable as fault:
            raise ArchiveError(f"{source.name}: the header {fault}") from None
        self._delimiter = max(DELIMITERS, key=head.count)
        self.header = self._header()

    def _reader(self) -> Iterator[list[str]]:
        self._undecoded.clear()
        self._number = 0
        # strict: a quotation mark in the middle of a quoted field would otherwise join two records unseen
        return csv.reader(self._texts(), delimiter=self._delimiter, strict=True)

    def _texts(self) -> Iterator[str]:
        """Lines as text. One in another encoding stays in its place, so that quotation marks still find each other."""
        for number, line in self._source.lines():
            self._number = number
            try:
                text = self._source.text(line)
                yield (text.replace("\r", " ") if "\r" in text else text) + "\n"  # one in the middle ends no line here
            except Unreadable as fault:
                self._undecoded[number] = str(fault)
                yield line.decode("latin-1") + "\n"

    def _header(self) -> list[str]:
        for record in self._guarded(self._reader()):
            if isinstance(record, list) and any(record):
                return [name.strip() for name in record]
        raise ArchiveError(f"{self.name} is empty: there is not even a header. Export it again.")

    def _guarded(self, reader: Iterator[list[str]]) -> Iterator[list[str] | csv.Error]:
        csv.field_size_limit(_LONGEST_FIELD)
        while True:
            try:
                yield next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield error

    def blocks(self) -> Iterator[tuple[list[int], list[list[str]], list[BadLine]]]:
        """Lines, records and bad lines, some thousands at a time."""
        lines: list[int] = []
        records: list[list[str]] = []
        bad: list[BadLine] = []
        try:
            for record in self._records():
                if isinstance(record, BadLine):
                    bad.append(record)
                else:
                    lines.append(record[0])
                    records.append(record[1])
                if len(records) + len(bad) >= BATCH_POSTS:
                    yield lines, records, bad
                    lines, records, bad = [], [], []
        except ArchiveError:
            yield lines, records, bad  # what came before the file broke off
            raise
        if records or bad:
            yield lines, records, bad

    def _records(self) -> Iterator[tuple[int, list[str]] | BadLine]:
        width, begun, headed = len(self.header), 1, False
        for record in self._guarded(self._reader()):
            first, begun = begun, self._number + 1
            if isinstance(record, csv.Error):
                yield from self._lost(first, f"cannot be laid out in columns ({record})")
            elif not headed:
                headed = any(record)
            elif len(record) != width:
                if record:  # an empty line is none
                    yield from self._lost(first, f"has {len(record)} fields, the header {width}")
            elif self._undecoded:
                yield from self._lost(first, next(iter(self._undecoded.values())))
            else:
                yield first, record

    def _lost(self, first: int, why: str) -> Iterator[BadLine]:
        """Every line that a bad record took with it, as a quotation mark does that is never closed."""
        self._undecoded.clear()
        for number in range(first, max(self._number, first) + 1):
            yield BadLine(self.name, number, why if number == first else f"is inside the record of line {first}: {why}")
