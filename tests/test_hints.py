"""What a student is told when a test could not run: the slip, not the traceback."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from aftermath.course.grading import grade
from aftermath.course.hints import Ran, hint
from aftermath.course.plain import as_text
from aftermath.course.sitting import Outcome
from aftermath.workspace import Workspace
from classroom import cell, found_school, hand_in, small_lesson
from factories import case_folder

ROOT = Path(__file__).resolve().parent.parent


def ended(source: str, state: dict[str, Any]) -> Outcome:
    """How Python itself ends a cell."""
    try:
        exec(source, state)  # noqa: S102 (our own cells)
    except Exception as error:  # whatever a student writes
        return Outcome(type(error).__name__, str(error))
    return Outcome()


def told(answer: str, test: str = "assert total > 40, 'Add.'", given: str = "base = 40") -> str:
    state: dict[str, Any] = {}
    cells = [cell("given", given, locked=True), cell("answer-sum", answer, solution=True)]
    before: list[Ran] = [(each, ended(each.source, state)) for each in cells]
    return hint(Outcome(answers=as_text({})), ended(test, state), before)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("total = '8 minutes'", "total is text in quotation marks where a number is wanted"),
        ("total = 0,76", "total has a comma, and a comma makes two numbers: write a point, like 0.76"),
        ("total = 0,05", "A comma makes two numbers: write a point, like 0.76"),
        ("total = e03", 'e03 stands without quotation marks: write "e03"'),
        ("total = 'late", "A quotation mark is missing"),
        ("total = len(7)", "TypeError: object of type 'int' has no len()"),
        (
            "total = None",
            "The test could not run: TypeError: '>' not supported between instances of 'NoneType' and 'int'",
        ),
        ("# total = ...", "name 'total' is not defined: fill in the cell before this test"),
        ("total = '8'\ntotal = 8", "Add."),
    ],
)
def test_a_slip_of_the_pen_is_named(answer, said):
    assert said in told(answer)


def test_only_what_was_assigned_last_is_named():
    assert "total" not in told("total = '8'\nword = '9'\ntotal = None").partition("The test")[0]


def test_a_given_cell_that_fails_is_not_laid_at_the_students_door():
    assert "A cell of the lesson itself failed (given): ZeroDivisionError" in told(
        "# nothing", "assert base", "base = 1 / 0"
    )
    assert "A cell of the lesson itself failed (given): ZeroDivisionError" in told(
        "total = base + 2", given="base = 1 / 0"
    )
    assert "fill in the cell before this test" in told("# nothing", given="print(total)")  # it waits for the answer


def test_a_given_cell_that_fails_is_told_of_in_a_graded_notebook(tmp_path):
    school = found_school(tmp_path)
    path = school.notebooks / "course" / "small.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("base = 40", "base = 1 / 0"), encoding="utf-8")
    told = grade(hand_in(tmp_path, small_lesson()), school).hints
    assert list(told) == ["test-sum"]
    assert "A cell of the lesson itself failed (given): ZeroDivisionError: division by zero" in told["test-sum"]


def test_an_answer_that_stops_is_told_of_at_its_own_test_alone(tmp_path):
    notebook = hand_in(tmp_path, small_lesson(), answer_sum="total = e03", answer_word="")
    told = grade(notebook, found_school(tmp_path)).hints
    assert 'e03 stands without quotation marks: write "e03"' in told["test-sum"]
    assert "name 'word' is not defined: fill in the cell before this test" in told["test-word"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["04_fact_check", "07_topics", "08_compare_and_defend"])
def test_other_cases_in_the_folder_cost_nobody_a_point(name, tmp_path):
    for part in ("casestudies", "data", "notebooks/course"):
        shutil.copytree(ROOT / part, tmp_path / part)
    case_folder(tmp_path, "acme-battery-recall")
    (tmp_path / "casestudies" / "unfinished-case").mkdir()
    (tmp_path / "casestudies" / "unfinished-case" / "case.yaml").write_text("title: ''\n", encoding="utf-8")
    marked = grade(tmp_path / "notebooks" / "course" / f"{name}.ipynb", Workspace(tmp_path))
    assert marked.hints == {}
    assert marked.reached == marked.maximum
