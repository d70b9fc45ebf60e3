"""The points of one submission, test cell by test cell."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from aftermath.statistics.result import Result
from aftermath.wording import counted, listed, number


@dataclass(frozen=True)
class Mark:
    """The points of one cell.

    Parameters
    ----------
    cell
        The cell's ``grade_id``.
    points
        What it can give.
    reached
        What it gave; None where a person has still to read the answer.
    hint
        For a test that failed: what would mend it. For an answer to be read: whether there is one.
    exercise
        As the lesson announces it, e.g. ``Exercise 4``; empty where it does not.
    answer
        For an answer to be read: its text.
    """

    cell: str
    points: float
    reached: float | None
    hint: str = ""
    exercise: str = ""
    answer: str = ""

    @property
    def failed(self) -> bool:
        """Whether the tests took points away."""
        return self.reached is not None and self.reached < self.points


@dataclass(frozen=True)
class Grade(Result):
    """The points of one submission.

    Parameters
    ----------
    lesson
        The lesson it was graded against.
    file
        The file that was handed in.
    marks
        One for each cell that gives points, in the order of the lesson.
    """

    lesson: str
    file: str
    marks: tuple[Mark, ...]

    @property
    def read_by_hand(self) -> tuple[Mark, ...]:
        """The answers that a person has still to read."""
        return tuple(mark for mark in self.marks if mark.reached is None)

    @property
    def maximum(self) -> float:
        """The points that the tests can give; **without those that a person gives**."""
        return sum(mark.points for mark in self.marks if mark.reached is not None)

    @property
    def reached(self) -> float:
        """The points that the tests gave."""
        return sum(mark.reached for mark in self.marks if mark.reached is not None)

    @property
    def by_hand(self) -> float:
        """The points that a person has still to give."""
        return sum(mark.points for mark in self.read_by_hand)

    @property
    def hints(self) -> dict[str, str]:
        """Failed test cell to its hint."""
        return {mark.cell: mark.hint for mark in self.marks if mark.failed}

    @property
    def table(self) -> pl.DataFrame:
        """One row a cell that gives points; ``reached`` is null where a person has still to read it."""
        schema = {"cell": pl.String, "points": pl.Float64, "reached": pl.Float64, "hint": pl.String}
        rows = [(mark.cell, mark.points, mark.reached, mark.hint) for mark in self.marks]
        return pl.DataFrame(rows, schema=schema, orient="row")

    @property
    def text(self) -> str:
        hints = [f"{cell}: {hint}" for cell, hint in self.hints.items()]
        return " ".join(filter(None, (self._tests_text, self._by_hand_text, *hints)))

    @property
    def _tests_text(self) -> str:
        tests = [mark for mark in self.marks if mark.reached is not None]
        passed = sum(not mark.failed for mark in tests)
        return (
            f"{self.file}: {points_text(self.reached)} of {_with_noun(self.maximum)} from the tests of {self.lesson} "
            f"({passed} of {counted(len(tests), 'test cell')} passed)."
        )

    @property
    def _by_hand_text(self) -> str:
        if not self.read_by_hand:
            return ""
        answers = listed([f"{mark.cell}, {mark.hint}" for mark in self.read_by_hand])
        return f"{_with_noun(self.by_hand)} to be given by hand ({answers})."


def _with_noun(points: float) -> str:
    return f"{points_text(points)} {'point' if points == 1 else 'points'}"


def points_text(points: float) -> str:
    """Points with no more decimals than they have, one at most."""
    return number(points, 0 if float(points).is_integer() else 1)
