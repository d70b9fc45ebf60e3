"""The rows of a downloaded table, whatever separates its fields, and what is wrong with it."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from aftermath.problems import AftermathError, Problem
from aftermath.wording import counted

LARGEST = 50_000_000  # bytes
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SHOWN = 20  # problems of a file in one message
_SAVE_AS_CSV = "save the table as CSV in UTF-8, and name that file"
_KINDS = {  # what a file begins with -> what it is, what mends it
    b"PK\x03\x04": ("is a packed file or a spreadsheet", _SAVE_AS_CSV),
    b"\xd0\xcf\x11\xe0": ("is a spreadsheet of the old kind", _SAVE_AS_CSV),
    b"\x1f\x8b": ("is a packed file", "unpack it, and name the table in it"),
    b"%PDF": ("is a PDF", "download the numbers as CSV"),
}
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class DownloadError(AftermathError):
    """A download cannot be made into a table; nothing of it was taken.

    Attributes
    ----------
    problems
        What is wrong, by row.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        lines = [str(problem) for problem in self.problems[:_SHOWN]]
        if len(self.problems) > _SHOWN:
            lines.append(f"and {counted(len(self.problems) - _SHOWN, 'more problem')}")
        super().__init__("\n".join(lines))


class Cell(NamedTuple):
    """A field of a table.

    Parameters
    ----------
    row
        As a spreadsheet shows it.
    text
        Without white space around it.
    """

    row: int
    text: str


@dataclass
class Faults:
    """The problems of one file as they are found, at most one for a field.

    Parameters
    ----------
    file
        As problems name it.
    """

    file: str
    _by_field: dict[tuple[int, str], Problem] = field(default_factory=dict, init=False)

    def add(self, what: str, mend: str, row: int = 0, column: str = "") -> None:
        """Add a problem, unless the field has one already: the first is the cause."""
        name = shown(column)[1:-1]
        self._by_field.setdefault((row, name), Problem(self.file, row, name, what, mend))

    def settle(self) -> None:
        """Refuse the file if anything is wrong with it.

        Raises
        ------
        DownloadError
            With everything that was added.
        """
        if self._by_field:
            raise DownloadError(self._by_field.values())


@dataclass(frozen=True)
class Sheet:
    """The rows of a table that hold anything.

    Parameters
    ----------
    file
        As problems name it.
    separator
        What stands between fields.
    rows
        Number as a spreadsheet shows it, and fields without white space around them.
    """

    file: str
    separator: str
    rows: list[tuple[int, list[str]]]

    def column(self, place: int, after: int) -> list[Cell]:
        """One column of the rows from a place in ``rows`` on; empty where a row does not reach that far."""
        return [Cell(row, fields[place] if place < len(fields) else "") for row, fields in self.rows[after:]]

    def check_widths(self, heading: Sequence[str], after: int, faults: Faults) -> None:
        """Every row has as many fields as the heading; empty ones at the end are no matter."""
        width = len(_without_empty_end(heading))
        for row, fields in self.rows[after:]:
            filled = len(_without_empty_end(fields))
            if filled > width or len(fields) < width:
                faults.add(
                    f"has {counted(len(fields), 'field')} where the heading has {width}",
                    f"mend the row: a {SEPARATORS[self.separator]} stands between fields, and a field that has one in it between "
                    "quotation marks",
                    row,
                )


def _without_empty_end(fields: Sequence[str]) -> Sequence[str]:
    filled = [place for place, text in enumerate(fields) if text]
    return fields[: filled[-1] + 1] if filled else []


def shown(text: str, limit: int = 60) -> str:
    """Text as a problem quotes it: between quotation marks, in one line, not too long.

    Examples
    --------
    >>> shown("<1")
    "'<1'"
    """
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")


def text_of(path: Path, *, names: bool) -> str:
    """The text of a download: UTF-8, or UTF-16 with its mark; Windows-1252 where it is neither.

    Parameters
    ----------
    path
        The file.
    names
        Whether names in it come into a table, such as search terms. Then the last is refused: it is a guess, which does not matter where
        only numbers and headings that are known are used.

    Raises
    ------
    DownloadError
        If it is no text, or cannot be read.
    """
    faults = Faults(path.name)
    data = _content(path, faults)
    faults.settle()
    for begin, (what, mend) in _KINDS.items():
        if data.startswith(begin):
            faults.add(what, mend)
    faults.settle()
    text = _decoded(data)
    if text is None and names:
        faults.add("is not UTF-8 text", "save it again as UTF-8, or download it again")
    faults.settle()
    text = data.decode("cp1252", "replace") if text is None else text
    if _UNPRINTABLE.search(text):
        faults.add("is no plain text", _SAVE_AS_CSV)
    elif not text.strip():
        faults.add("is empty", "download it again")
    elif re.match(r"\s*<(!doctype|html|\?xml)", text, re.IGNORECASE):
        faults.add("is a web page and not its numbers", "download the numbers as CSV")
    faults.settle()
    return text


def _decoded(data: bytes) -> str | None:
    """Bytes as text, by their mark, or as UTF-8; None where they are neither."""
    name = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None


def _content(path: Path, faults: Faults) -> bytes:
    try:
        if not path.is_file():
            faults.add(
                "is not there" if not os.path.lexists(path) else "is not a file", "name the file that was downloaded"
            )
        elif path.stat().st_size > LARGEST:
            faults.add(f"has more than {LARGEST:,} bytes", "download the days that are needed alone")
        else:
            return path.read_bytes()
    except OSError as error:
        faults.add(f"cannot be read ({error.strerror})", "make it a readable file")
    return b""


def sheets(file: str, text: str) -> Iterator[Sheet]:
    """The rows of a text by each separator that it may have, for the reader to take the one that it knows.

    Parameters
    ----------
    file
        As problems name it.
    text
        Its content.
    """
    for separator in SEPARATORS:
        with contextlib.suppress(csv.Error):
            rows = _rows(text, separator) if separator in text else []
            if rows:
                yield Sheet(file, separator, rows)


def _rows(text: str, separator: str) -> list[tuple[int, list[str]]]:
    records = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    stripped = ((row, [value.strip() for value in record]) for row, record in enumerate(records, start=1))
    return [(row, record) for row, record in stripped if any(record)]
