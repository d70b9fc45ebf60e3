"""The problems of a file as they are found, and how its text is read in the first place."""

from __future__ import annotations

import csv
import io
import os
import re
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from aftermath.problems import Problem
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


def one_line(text: str) -> str:
    """Text with its control characters made visible, so that it fills one line and hides nothing."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


def short(text: str, limit: int = 60) -> str:
    """Text as a problem quotes it: one line, not too long.

    Examples
    --------
    >>> short("word " * 20)[-5:], short(chr(10))
    ('word…', '\\\\n')
    """
    shown = one_line(text[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


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
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode):
            if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(path.parent)):
                problems.add("is a link that leads out of the case folder", "put the file itself in its place")
                return None
            found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            problems.add(f"is {_kind(found.st_mode)}, not a file", "put a readable file in its place")
        elif found.st_size <= largest:
            with path.open("rb") as file:
                content = file.read(largest + 1)
            if len(content) <= largest:  # it may have grown meanwhile
                return content
        if not problems:
            problems.add(f"has more than {largest:,} bytes", "keep the codings here and put raw data elsewhere")
    except FileNotFoundError:
        if path.is_symlink():
            problems.add("is a link to what is not there", "put the file itself in its place")
        else:
            problems.add("is missing", "restore the file; `aftermath new` shows what a case folder holds")
    except OSError as error:
        problems.add(f"cannot be read ({error.strerror})", "make it a readable file")
    return None


def _kind(mode: int) -> str:
    """What something is that is no plain file, in words."""
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a named pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return kinds.get(stat.S_IFMT(mode), "something else")


def _row_at_end(text: str, path: Path) -> int:
    """The row that text ends in: the line, or in a table the record, whose fields may hold line breaks."""
    if path.suffix != ".csv":
        return text.count("\n") + 1
    try:
        return sum(1 for _ in csv.reader(io.StringIO(text + "x", newline="")))
    except csv.Error:
        return text.count("\n") + 1
