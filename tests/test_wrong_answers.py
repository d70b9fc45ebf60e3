"""Typical wrong answers, from the table beside each lesson: each loses its own points and gets the hint for its idea."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from contextlib import redirect_stdout
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from aftermath.course.grading import grade
from aftermath.course.lesson import BLANK_ANSWER, Lesson, lessons, release
from aftermath.course.submission import grading, is_answer, is_test
from aftermath.workspace import Workspace
from classroom import hand_in

ROOT = Path(__file__).resolve().parent.parent
LESSONS = {lesson.name: lesson for lesson in lessons(Workspace(ROOT))}
every_lesson = pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)


@dataclass(frozen=True)
class WrongAnswer:
    """One row of ``<lesson>.answers.csv``: what replaces a part of the solution, and what must come of it."""

    exercise: str
    points: float
    idea: str
    answer: str
    hint: str


def wrong_answers(lesson: Lesson) -> dict[str, list[WrongAnswer]]:
    """The table beside a lesson, exercise by exercise."""
    found: dict[str, list[WrongAnswer]] = defaultdict(list)
    with lesson.path.with_suffix(".answers.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["exercise"]].append(WrongAnswer(**row | {"points": float(row["points"])}))
    return found


def answers(notebook: NotebookNode) -> dict[str, str]:
    """The answer cells that have tests, by exercise: ``answer-zone`` belongs to ``test-zone``."""
    return {each.id.removeprefix("answer-"): each.source for each in notebook.cells if each.id.startswith("answer-")}


def spoilt(lesson: Lesson, wrong: list[WrongAnswer]) -> dict[str, str]:
    """Cells of a submission that is right but for some answers."""
    solved = answers(lesson.notebook)
    return {f"answer_{each.exercise.replace('-', '_')}": f"{solved[each.exercise]}\n{each.answer}" for each in wrong}


@every_lesson
def test_the_table_has_two_wrong_answers_for_each_exercise(lesson):
    cells, table = lesson.notebook.cells, wrong_answers(lesson)
    tests = {each.id.removeprefix("test-"): each for each in cells if is_test(each)}
    assert list(tests) == [
        each.id.removeprefix("answer-") for each in cells if is_answer(each) and each.cell_type == "code"
    ]
    assert list(table) == list(tests)
    for exercise, rows in table.items():
        assert len({row.hint for row in rows}) >= 2, exercise
        assert len({row.answer for row in rows}) == len(rows)
        assert {row.points for row in rows} == {grading(tests[exercise])["points"]}
        assert all(row.idea and row.hint in tests[exercise].source for row in rows)


@every_lesson
def test_each_wrong_answer_gets_the_hint_for_its_idea(lesson, tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERMATH_ROOT", str(ROOT))
    monkeypatch.chdir(tmp_path)
    table, state = wrong_answers(lesson), {}
    for each in lesson.notebook.cells:
        if is_test(each):
            for wrong in table[each.id.removeprefix("test-")]:
                mistaken = dict(state)
                exec(wrong.answer, mistaken)  # noqa: S102 (our own table)
                with pytest.raises(AssertionError) as failed:
                    exec(each.source, mistaken)  # noqa: S102
                assert wrong.hint in str(failed.value), wrong
        if each.cell_type == "code":
            with redirect_stdout(io.StringIO()):
                exec(each.source, state)  # noqa: S102 (our own lesson)


@pytest.mark.slow
@every_lesson
def test_a_wrong_answer_loses_its_points_and_no_others(lesson, tmp_path):
    table = wrong_answers(lesson)
    points = sum(float(grading(cell)["points"]) for cell in lesson.notebook.cells if is_test(cell))
    turns = 1 + max(map(len, table.values()))
    for turn in range(turns):  # in each, other exercises are right, so that those beside show that they are not touched
        places = {name: (turn + place) % turns for place, name in enumerate(table)}
        wrong = [rows[places[name]] for name, rows in table.items() if places[name] < len(rows)]
        marked = grade(hand_in(tmp_path, deepcopy(lesson.notebook), **spoilt(lesson, wrong)), Workspace(ROOT))
        assert marked.reached == points - sum(answer.points for answer in wrong)
        assert set(marked.hints) == {f"test-{answer.exercise}" for answer in wrong}
        assert all(answer.hint in marked.hints[f"test-{answer.exercise}"] for answer in wrong)


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    pytest.importorskip("nbgrader")
    folder = tmp_path_factory.mktemp("course")
    release(Workspace(ROOT), folder)
    return folder


@pytest.mark.slow
@every_lesson
def test_the_solution_gets_full_marks(lesson, written):
    marked = grade(written / "solution" / lesson.path.name, Workspace(ROOT))
    assert marked.hints == {}
    assert marked.reached == marked.maximum > 15
    assert marked.by_hand > 0


@pytest.mark.slow
@every_lesson
def test_the_blank_release_gets_nothing(lesson, written):
    marked = grade(written / "release" / lesson.path.name, Workspace(ROOT))
    assert marked.reached == 0 < marked.maximum
    assert all("fill in the cell before this test" in hint for hint in marked.hints.values())
    by_hand = [mark for mark in marked.marks if mark.reached is None]
    assert {(mark.hint, mark.answer) for mark in by_hand} == {("left blank", "")}


@every_lesson
def test_the_release_holds_nothing_of_the_table(lesson, written):
    released = [path for path in (written / "release").rglob("*") if path.is_file()]
    assert {path.suffix for path in released} == {".ipynb"}
    told = (written / "release" / lesson.path.name).read_text(encoding="utf-8")
    assert BLANK_ANSWER in told
    assert [row.idea for rows in wrong_answers(lesson).values() for row in rows if row.idea in told] == []


def as_numpy(value: Any) -> Any:
    """The same number as NumPy has it, where NumPy has one."""
    kinds = {bool: np.bool_, int: np.int64, float: np.float64}
    return kinds[type(value)](value) if type(value) in kinds else value


@every_lesson
def test_numbers_of_numpy_are_as_good_as_others(lesson, tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERMATH_ROOT", str(ROOT))
    monkeypatch.chdir(tmp_path)
    state, before, converted = {}, set(), 0
    for each in lesson.notebook.cells:
        if is_answer(each):
            before = set(state)
        if is_test(each):
            new = {name: as_numpy(state[name]) for name in state.keys() - before}
            converted += sum(isinstance(value, np.generic) for value in new.values())
            state |= new
        if each.cell_type == "code":
            with redirect_stdout(io.StringIO()):
                exec(each.source, state)  # noqa: S102 (our own lesson)
    assert converted > 3


@pytest.mark.slow
@every_lesson
def test_warnings_and_copied_cells_change_no_points(lesson, tmp_path):
    notebook = deepcopy(lesson.notebook)
    noise = "import sys, warnings\nwarnings.warn('old')\nprint('noise', file=sys.stderr)\n"
    for place, each in reversed(list(enumerate(notebook.cells))):
        if is_answer(each) and each.cell_type == "code":
            each.source = noise + each.source
        if is_test(each) or is_answer(each):
            notebook.cells.insert(place + 1, deepcopy(each))  # as JupyterLab copies a cell: with its metadata
    marked = grade(hand_in(tmp_path, notebook), Workspace(ROOT))
    assert marked.hints == {}
    assert marked.reached == marked.maximum


@pytest.mark.slow
@every_lesson
def test_run_all_goes_on_past_tests_that_fail(lesson, written):
    """As nbclient, papermill and JupyterLab decide: an error stops the run unless the cell is tagged."""
    released = nbformat.read(written / "release" / lesson.path.name, as_version=4)
    NotebookClient(released, timeout=120, resources={"metadata": {"path": str(ROOT)}}).execute()
    code = [each for each in released.cells if each.cell_type == "code"]
    assert all(each.execution_count for each in code)
    failed = [each.id for each in code if any(output.output_type == "error" for output in each.outputs)]
    assert {each.id for each in code if is_test(each)} <= set(failed)
