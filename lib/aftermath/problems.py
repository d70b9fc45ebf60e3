"""Readable problems: what was wrong, where, and what would mend it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftermath.display import Display
from aftermath.wording import counted

if TYPE_CHECKING:
    import polars as pl


class AftermathError(Exception):
    """The base of every error that Aftermath raises on purpose. Its text is meant for a person."""

    def _render_traceback_(self) -> list[str]:
        """What a laboratory shows where it was raised: the text, without its course through the library."""
        return [f"{type(self).__name__}: {self}"]


@dataclass(frozen=True, order=True)
class Problem:
    """One fault in one place.

    Parameters
    ----------
    file
        Path of the file, relative to the workspace, with ``/`` on every system.
    row
        Row as a spreadsheet shows it (**the header is row 1**), or line of a text file; 0 for a whole file.
    column
        Column or field; in text that is not well formed the character of the line. Empty for a whole row or file.
    what, mend
        What is wrong, and what would mend it.

    Examples
    --------
    >>> print(Problem("casestudies/x/events.csv", 14, "earliest", "'soon' is not a date", "write a date"))
    casestudies/x/events.csv:14:earliest  'soon' is not a date  write a date
    """

    file: str
    row: int
    column: str
    what: str
    mend: str

    @property
    def where(self) -> str:
        """File, row and column, as far as there are such, with colons between."""
        return ":".join(map(str, filter(None, (self.file, self.row, self.column))))

    def __str__(self) -> str:
        return f"{self.where}  {self.what}  {self.mend}"


def problem_table(problems: Iterable[Problem]) -> pl.DataFrame:
    """Problems as rows, a column for each of their fields; a whole file has no line."""
    import polars as pl  # what only says a problem stays quick

    rows = [(one.file, one.row or None, one.column, one.what, one.mend) for one in problems]
    words = dict.fromkeys(("file", "line", "column", "problem", "what would mend it"), pl.String)
    return pl.DataFrame(rows, schema=words | {"line": pl.Int64}, orient="row")


class CaseError(AftermathError):
    """A case folder has problems; nothing of it was loaded.

    Attributes
    ----------
    problems
        Every problem found, sorted by file, row and column.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))

    @property
    def display(self) -> Display:
        """A table of the problems."""
        return Display(counted(len(self.problems), "problem"), tables={"": problem_table(self.problems)})

    def _repr_html_(self) -> str:
        return str(self.display.html())

    def __reduce__(self) -> tuple:
        return CaseError, (self.problems,)  # so that it can come back from a worker process


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


def near_miss(name: str, known: Sequence[str]) -> str:
    """What somebody may have meant who wrote a name that nothing known has, in words.

    Examples
    --------
    >>> near_miss("KitchenAid twet", ["kitchenaid-tweet", "united-3411"]), near_miss("united", ["kitchenaid-tweet", "united-3411"])
    ('did you mean kitchenaid-tweet?', 'did you mean united-3411?')
    >>> near_miss("pepsi", ["kitchenaid-tweet", "united-3411"])
    'choose one of: kitchenaid-tweet, united-3411'
    """
    plain = {re.sub(r"\W|_", "", other.lower()): other for other in known}
    meant = re.sub(r"\W|_", "", name.lower())
    begun = [other for other in plain if meant and other.startswith(meant)]
    near = difflib.get_close_matches(meant, plain, n=1) or begun
    return f"did you mean {plain[near[0]]}?" if near else f"choose one of: {', '.join(known) or 'none yet'}"
