"""Readable problems: what was wrong, where, and what would mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class AftermathError(Exception):
    """The base of every error that Aftermath raises on purpose. Its text is meant for a person."""


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
        Column or field; empty for a whole row or file.
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

    def __str__(self) -> str:
        where = self.file
        if self.row or self.column:
            where += f":{self.row or ''}"
        if self.column:
            where += f":{self.column}"
        return f"{where}  {self.what}  {self.mend}"


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

    def __reduce__(self) -> tuple:
        return CaseError, (self.problems,)  # so that it can come back from a worker process
