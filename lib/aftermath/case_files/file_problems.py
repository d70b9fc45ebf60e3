"""The problems of a file as they are found, and how its text is read in the first place."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from aftermath.files import ReadError, TooLargeError, read_plain
from aftermath.problems import Problem, one_line, short
from aftermath.wording import NO_BREAK, counted

LARGEST = 50_000_000  # bytes of a file
LISTED = 100  # problems of one file that are put into words

# Characters that no text of a case has a use for: they would travel unseen into pages and tables.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass
class FileProblems:
    """The problems of one file, at most one for a field: **the first hundred by row, and how many there are beyond.**

    Parameters
    ----------
    file
        The file's path as problems name it.
    rows
        Field to the row it stands in, for files whose fields do not come in columns.
    """

    file: str
    rows: dict[str, int] = field(default_factory=dict)
    _listed: dict[tuple[int, str], Problem] = field(default_factory=dict, init=False)
    _places: dict[str, set[int]] = field(default_factory=dict, init=False)  # column to its rows
    _count: int = field(default=0, init=False)
    _last: tuple[int, str] | None = field(default=None, init=False)  # of a list that is full

    def __iter__(self) -> Iterator[Problem]:
        beyond = len(self) - len(self._listed)
        if beyond:
            what = f"has {counted(beyond, 'further problem').replace(NO_BREAK, ' ')} beside the first {LISTED}"
            yield Problem(one_line(self.file), 0, "", what, "mend those first, and check again")
        yield from self._listed.values()

    def __len__(self) -> int:
        return self._count

    @property
    def columns(self) -> Collection[str]:
        """The columns or fields that have a problem; empty text where it is one of a row or of the file."""
        return self._places.keys()

    def add(self, what: str, mend: str, row: int = 0, column: str = "") -> None:
        """Add a problem, unless the field has one already: the first is the cause."""
        row = row or self.rows.get(column) or self.rows.get(column.rpartition(".")[0], 0)
        column = short(column)
        if not self.beyond(row, column):
            self._note(row, column)
            self._listed[row, column] = Problem(one_line(self.file), row, column, one_line(what), one_line(mend))
            if len(self._listed) > LISTED:
                del self._listed[max(self._listed)]
                self._last = max(self._listed)

    def beyond(self, row: int, column: str) -> bool:
        """Whether a problem there would not be listed, as there is one or too many come before; **then it is counted**.

        Who finds very many asks first, and puts into words what will be read.
        """
        if row in self._places.get(column, ()):
            return True
        if self._last is None or (row, column) < self._last:
            return False
        self._note(row, column)
        return True

    def _note(self, row: int, column: str) -> None:
        self._places.setdefault(column, set()).add(row)
        self._count += 1

    def faulty(self, *columns: str) -> bool:
        """Whether any of these columns or fields has a problem."""
        return any(column in self._places for column in columns)


def read_text(path: Path, problems: FileProblems, *, largest: int = LARGEST) -> str | None:
    """The text of a file of a case, in UTF-8 with or without byte order mark.

    Parameters
    ----------
    path
        The file. **A link that leads out of the case folder is refused**, and so is what is no plain file.
    problems
        Takes the problem.
    largest
        Bytes that the file may have.

    Returns
    -------
    str or None
        None where a problem was found.
    """
    data = _read_bytes(path, problems, largest)
    if data is None:
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8")
        problems.add("is not UTF-8 text", "save the file as UTF-8", _row_at_end(before, path))
        return None
    hidden = UNPRINTABLE.search(text)
    if hidden:
        problems.add(
            f"holds the control character {hidden.group()!r}",
            "remove it, or save the file again as plain UTF-8 text",
            _row_at_end(text[: hidden.start()], path),
        )
        return None
    return text


def _read_bytes(path: Path, problems: FileProblems, largest: int) -> bytes | None:
    """The content of a plain file in the case folder; everything else is a problem, nothing is waited for."""
    try:
        return read_plain(path, largest, folder="the case folder")
    except TooLargeError as error:
        problems.add(error.what, "keep the codings here and put raw data elsewhere")
    except FileNotFoundError:
        problems.add("is missing", "restore the file; `aftermath new` shows what a case folder holds")
    except ReadError as error:
        problems.add(error.what, error.mend)
    return None


def _row_at_end(text: str, path: Path) -> int:
    """The row that text ends in: the line, or in a table the record, whose fields may hold line breaks."""
    if path.suffix != ".csv":
        return text.count("\n") + 1
    try:
        return sum(1 for _ in csv.reader(io.StringIO(text + "x", newline="")))
    except csv.Error:
        return text.count("\n") + 1
