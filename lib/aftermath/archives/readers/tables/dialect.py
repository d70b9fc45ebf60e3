"""What separates the fields of a table as text, and how quotation marks are written in it: by evidence."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aftermath.archives.readers.tables.shape import Record

DELIMITERS = ",\t;|"
QUOTING = ("doubled", "backslash", "none")
LONGEST_FIELD = 1 << 24  # characters: no post has as many, and each takes four bytes while its record is read
UNCLOSED = "unexpected end of data"
_SEP = re.compile(r'"?sep=([,;|\t])"?\s*', re.IGNORECASE)
_ESCAPED = re.compile(r'(?<!\\)((?:\\\\)*)\\"')


@dataclass(frozen=True)
class Dialect:
    """How lines become fields.

    Parameters
    ----------
    delimiter
        What stands between two fields.
    quoting
        ``doubled`` as in RFC 4180, ``backslash`` where a quotation mark inside a quoted field is written as ``\\"``, ``none``
        where quotation marks are letters like any other.
    """

    delimiter: str
    quoting: str = "doubled"

    def reader(self, lines: Iterator[str]) -> Iterator[list[str]]:
        """Records of lines. **Its errors are ``csv.Error``.**"""
        csv.field_size_limit(LONGEST_FIELD)
        if self.quoting == "none":
            return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE, strict=True)
        if self.quoting == "backslash":
            lines = (_ESCAPED.sub(r'\1""', line) if '\\"' in line else line for line in lines)
        # strict: a quotation mark in the middle of a quoted field would otherwise join two records unseen
        return csv.reader(lines, delimiter=self.delimiter, strict=True)

    def record(self, lines: Sequence[str], at: int) -> tuple[int, list[str] | str]:
        """The record that begins with a line: the place of the line after it, and its fields or what is wrong with it."""
        reader = self.reader(map(lines.__getitem__, range(at, len(lines))))
        fields: list[str] | str = ""
        try:
            fields = next(reader)
        except csv.Error as error:
            fields = str(error)
        return at + max(1, reader.line_num), fields  # pyright: ignore[reportAttributeAccessIssue]

    def alone(self, line: str) -> list[str] | None:
        """The fields of a line that is a record on its own; None where it is none."""
        _, fields = self.record([line], 0)
        return fields if isinstance(fields, list) else None


def announced(line: str) -> str | None:
    """The delimiter that a first line such as ``sep=;`` announces, as Excel writes and reads it."""
    found = _SEP.fullmatch(line.strip("\ufeff\r\n"))
    return found[1] if found else None


def find_dialect(lines: Sequence[str], quoting: str) -> Dialect:
    """The dialect in which most of the first lines are rows of one width.

    Parameters
    ----------
    lines
        From the beginning of the file, with their ends.
    quoting
        One of ``QUOTING``, or empty where it is to be found.
    """
    said = announced(lines[0]) if lines else None
    delimiters = said or [delimiter for delimiter in DELIMITERS if any(delimiter in line for line in lines)] or ","
    ways = [quoting] if quoting else ["doubled", *(["backslash"] if any('\\"' in line for line in lines) else [])]
    return max((Dialect(delimiter, way) for delimiter in delimiters for way in ways), key=lambda it: _rows(it, lines))


def sample_records(dialect: Dialect, lines: Sequence[str], first: int = 1) -> Iterator[Record]:
    """Records of the first lines; a line that is none is passed over here, and the last one if it is cut."""
    at = 0
    while at < len(lines):
        end, fields = dialect.record(lines, at)
        if isinstance(fields, list):
            if any(cell.strip() for cell in fields):
                yield Record(first + at, first + end - 1, fields)
            at = end
        else:
            at += 1


def _rows(dialect: Dialect, lines: Sequence[str]) -> tuple[float, int]:
    """Which share of the lines is of the commonest width, and that width."""
    widths: Counter[int] = Counter()
    for record in sample_records(dialect, lines):
        widths[len(record.fields)] += record.end - record.line + 1
    wide = {width: count for width, count in widths.items() if width > 1}
    if not wide:
        return 0, 0
    usual = max(wide, key=lambda width: (wide[width] * width, width))
    return wide[usual] / sum(bool(line.strip()) for line in lines), usual
