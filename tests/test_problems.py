"""A problem is one line that says where, what and how to mend it; errors carry all of theirs."""

from __future__ import annotations

import pickle

import pytest

from aftermath.problems import AftermathError, CaseError, Problem
from aftermath.workspace import WorkspaceError


@pytest.mark.parametrize(
    ("row", "column", "place"),
    [(0, "", "x.csv"), (14, "", "x.csv:14"), (14, "earliest", "x.csv:14:earliest"), (0, "title", "x.csv:title")],
)
def test_a_problem_names_its_place(row: int, column: str, place: str) -> None:
    assert str(Problem("x.csv", row, column, "is wrong", "write it right")) == f"{place}  is wrong  write it right"


def test_an_error_lists_its_problems_sorted_by_file_row_and_column() -> None:
    given = [
        Problem("b.csv", 2, "x", "w", "m"),
        Problem("a.csv", 10, "x", "w", "m"),
        Problem("a.csv", 9, "y", "w", "m"),
        Problem("a.csv", 9, "x", "w", "m"),
    ]
    error = CaseError(given)
    assert error.problems == tuple(reversed(given))
    assert [line.split("  ")[0] for line in str(error).splitlines()] == [
        "a.csv:9:x",
        "a.csv:9:y",
        "a.csv:10:x",
        "b.csv:2:x",
    ]


def test_every_error_meant_for_a_person_has_one_base() -> None:
    assert issubclass(CaseError, AftermathError)
    assert issubclass(WorkspaceError, AftermathError)


def test_an_error_survives_the_way_back_from_a_worker() -> None:
    error = CaseError([Problem("a.csv", 2, "x", "is wrong", "write it right")])
    back = pickle.loads(pickle.dumps(error))  # noqa: S301 (our own)
    assert (back.problems, str(back)) == (error.problems, str(error))
