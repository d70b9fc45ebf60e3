"""Where the problems of a file are put down, and how its text is read in the first place."""

from __future__ import annotations

import csv
import io
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from aftermath.problems import Problem

# Characters that no text of a case has a use for: they would travel unseen into pages and tables.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass
class Desk:
    """Where the problems of one file are put down, at most one for a field.

    Parameters
    ----------
    file
        The file's path as problems name it.
    problems
        Place to problem.
    rows
        Field to the row it stands in, for files whose fields do not come in columns.
    """

    file: str
    problems: dict[tuple[int, str], Problem] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    def put(self, what: str, mend: str, row: int = 0, column: str = "") -> None:
        """Put down a problem, unless the field has one already: the first is the cause."""
        row = row or self.rows.get(column) or self.rows.get(column.rpartition(".")[0], 0)
        place = row, short(column)
        self.problems.setdefault(place, Problem(one_line(self.file), *place, one_line(what), one_line(mend)))

    def faulty(self, *columns: str) -> bool:
        """Whether any of these columns or fields has a problem."""
        return any(problem.column in columns for problem in self.problems.values())


def one_line(text: str) -> str:
    """Text with its control characters made visible, so that it fills one line and hides nothing."""
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


def read_text(path: Path, desk: Desk, *, largest: int = 50_000_000) -> str | None:
    """The text of a file of a case, in UTF-8 with or without byte order mark.

    Parameters
    ----------
    path
        The file. **A link that leads out of the case folder is refused**, and so is what is no plain file.
    desk
        Takes the problem.
    largest
        Bytes that the file may have.

    Returns
    -------
    str or None
        None where a problem was put down.
    """
    data = _read_bytes(path, desk, largest)
    if data is None:
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8")
        desk.put("is not UTF-8 text", "save the file as UTF-8", _row_at_end(before, path))
        return None
    hidden = UNPRINTABLE.search(text)
    if hidden:
        desk.put(
            f"holds the control character {hidden.group()!r}",
            "remove it, or save the file again as plain UTF-8 text",
            _row_at_end(text[: hidden.start()], path),
        )
        return None
    return text


def _read_bytes(path: Path, desk: Desk, largest: int) -> bytes | None:
    """The content of a plain file in the case folder; everything else is put down, nothing is waited for."""
    if not os.path.lexists(path):
        desk.put("is missing", "restore the file; `aftermath new` shows what a case folder holds")
    elif not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(path.parent)):
        desk.put("is a link that leads out of the case folder", "put the file itself in its place")
    elif not path.is_file():
        desk.put("is not a file", "put a readable file in its place")
    elif path.stat().st_size > largest:
        desk.put(f"has more than {largest:,} bytes", "keep the codings here and put raw data elsewhere")
    else:
        return _content(path, desk)
    return None


def _content(path: Path, desk: Desk) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError as error:
        desk.put(f"cannot be read ({error.strerror})", "make it a readable file")
        return None


def _row_at_end(text: str, path: Path) -> int:
    """The row that text ends in: the line, or in a table the record, whose fields may hold line breaks."""
    if path.suffix != ".csv":
        return text.count("\n") + 1
    try:
        return sum(1 for _ in csv.reader(io.StringIO(text + "x", newline="")))
    except csv.Error:
        return text.count("\n") + 1
