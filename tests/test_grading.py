"""Grading: whatever is handed in, points are given for answers and for nothing else."""

from __future__ import annotations

import json
import re

import nbformat
import pytest
from nbformat import v4

from aftermath.course.grading import grade
from aftermath.course.sitting import SittingError
from aftermath.course.submission import SubmissionError, answered, grading, read_submission
from aftermath.workspace import Workspace
from classroom import cell, found_school, hand_in, small_lesson


@pytest.fixture
def school(tmp_path) -> Workspace:
    return found_school(tmp_path)


def test_hidden_tests_count(school):
    path = hand_in(school.root, small_lesson(), answer_sum="total = 41", answer_word="word = 'late'")
    marked = grade(path, school)
    assert (marked.reached, marked.hints) == (3, {"test-sum": "Two, not more."})


def test_a_cell_that_fails_costs_its_points_and_no_others(school):
    path = hand_in(school.root, small_lesson(), answer_sum="total = 1 / 0", answer_word="import sys\nword = 'late'")
    assert grade(path, school).reached == 3


@pytest.mark.bad_input("cheats and harm in notebooks")
@pytest.mark.slow
def test_an_endless_cell_is_interrupted(school):
    path = hand_in(school.root, small_lesson(), answer_sum="while True:\n    pass")
    assert grade(path, school, seconds=2).reached == 3


@pytest.mark.bad_input("cheats and harm in notebooks")
@pytest.mark.parametrize("source", ["exit()", "import os\nos._exit(0)"], ids=["leaves the session", "ends the process"])
def test_a_session_that_ends_early_keeps_the_points_before_it(school, source):
    marked = grade(hand_in(school.root, small_lesson(), answer_word=source), school)
    assert marked.reached == 2
    assert "Not reached" in marked.hints["test-word"]


@pytest.mark.bad_input("cheats and harm in notebooks")
def test_replacing_how_cells_are_run_gains_nothing(school):
    tampering = "get_ipython().input_transformers_post.append(lambda lines: [])"
    marked = grade(hand_in(school.root, small_lesson(), answer_sum=tampering, answer_word=""), school)
    assert marked.reached == 0
    assert "does not say what it answers" in marked.hints["test-sum"]


def test_tests_count_where_python_leaves_them_out(school, monkeypatch):
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    assert grade(hand_in(school.root, small_lesson(), answer_sum="total = 0"), school).reached == 3


def test_a_kernel_that_does_not_start_is_told_as_such(school, monkeypatch):
    monkeypatch.setattr("aftermath.course.sitting.KERNEL", "this")  # prints a poem and ends
    with pytest.raises(SittingError, match="could not be run"):
        grade(hand_in(school.root, small_lesson()), school)


# Submissions are taken apart, not run


def paper_of(school: Workspace, notebook: object) -> nbformat.NotebookNode:
    path = school.root / "handed_in.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return answered(small_lesson(), read_submission(path))


def sources(notebook: nbformat.NotebookNode) -> dict[str, str]:
    return {each.id: each.source for each in notebook.cells}


@pytest.mark.bad_input("cheats and harm in notebooks")
def test_only_answers_are_lifted_out(school):
    notebook = small_lesson()
    for each in notebook.cells:
        each.source = f"mine: {each.id}"
        each.metadata.nbgrader.points = 1000
    paper = paper_of(school, notebook)
    wanted = sources(small_lesson()) | {name: f"mine: {name}" for name in ("answer-sum", "answer-word", "essay")}
    assert sources(paper) == wanted
    assert [grading(each).get("points") for each in paper.cells] == [None, None, 2, None, 3, 5]


@pytest.mark.bad_input("cheats and harm in notebooks")
def test_order_and_deletion_change_nothing(school):
    notebook = small_lesson()
    notebook.cells = [each for each in reversed(notebook.cells) if each.id != "test-sum"]
    assert sources(paper_of(school, notebook)) == sources(small_lesson())


def test_an_answer_that_was_deleted_is_empty(school):
    notebook = small_lesson()
    notebook.cells = [each for each in notebook.cells if each.id != "answer-sum"]
    assert sources(paper_of(school, notebook))["answer-sum"] == ""


def test_the_first_of_two_answers_counts_and_added_code_keeps_its_place(school):
    notebook = small_lesson()
    copy = cell("answer-sum", "total = 7", solution=True)
    note = v4.new_markdown_cell("a note to myself", id="note")
    before = v4.new_code_cell("import math", id="first")
    notebook.cells = [before, *notebook.cells[:2], copy, note, *notebook.cells[2:]]
    paper = [each.source for each in paper_of(school, notebook).cells]
    lesson = [each.source for each in small_lesson().cells]
    assert paper == ["import math", *lesson[:2], "total = 7", *lesson[2:]]


@pytest.mark.bad_input("broken submissions")
@pytest.mark.parametrize(
    "odd",
    [
        None,
        {"cell_type": "code"},
        {"cell_type": "code", "source": 7, "metadata": {"nbgrader": {"grade_id": ["answer-sum"]}}},
        {"cell_type": "code", "source": ["x", None], "metadata": []},
        {"cell_type": "code", "source": "", "metadata": {"nbgrader": {"grade_id": "not-in-the-lesson"}}},
    ],
)
def test_odd_cells_do_no_harm(school, odd):
    cells = [odd, *json.loads(json.dumps(small_lesson()))["cells"]]
    paper = paper_of(school, {"cells": cells, "metadata": None})
    assert sources(small_lesson()).items() <= sources(paper).items()


@pytest.mark.bad_input("broken submissions")
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not a notebook"),
        (b"%PDF-1.7 \xff", "is not a notebook"),
        (b"[" * 100_000, "is not a notebook"),
        (b"[]", "no list of cells"),
        (b'{"worksheets": []}', "no list of cells"),
        (b'{"cells": [], "metadata": {"aftermath": {"lesson": "../../small"}}}', "no lesson here"),
        (b'{"cells": []}', "answers 'handed_in', which is no lesson here. Hand in a copy of one of these: small"),
    ],
)
def test_what_cannot_be_graded_is_refused_in_words(school, content, said):
    path = school.root / "handed_in.ipynb"
    path.write_bytes(content)
    with pytest.raises(SubmissionError, match=re.escape(said)):
        grade(path, school)


def test_a_file_that_is_not_there_is_refused_in_words(school):
    with pytest.raises(SubmissionError, match=r"absent\.ipynb: cannot be read"):
        grade(school.root / "absent.ipynb", school)


def test_a_renamed_file_is_known_by_its_metadata(school):
    path = hand_in(school.root, small_lesson())
    assert read_submission(path.rename(path.with_name("small (3) final.ipynb"))).lesson == "small"
