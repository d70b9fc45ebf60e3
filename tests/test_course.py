"""Lessons: what students get, what the teacher keeps, and full marks for the solution alone."""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path

import nbformat
import pytest

import aftermath as am
from aftermath.course.grade import Grade, Mark
from aftermath.course.grading import grade
from aftermath.course.lesson import LessonError, as_text, lessons, release
from aftermath.course.submission import grading, is_answer, is_test
from aftermath.files import LinkError
from aftermath.times import latency
from aftermath.workspace import Workspace
from classroom import between, found_school, hand_in, small_lesson

ROOT = Path(__file__).resolve().parent.parent
HOW_FAST = "02_how_fast"
LESSONS = {lesson.name: lesson for lesson in lessons(Workspace(ROOT))}
every_lesson = pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)


@pytest.fixture
def school(tmp_path) -> Workspace:
    return found_school(tmp_path)


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> dict[str, dict[str, Path]]:
    """Every lesson of the project as released: ``release`` or ``solution`` to name to file."""
    pytest.importorskip("nbgrader")
    folder = tmp_path_factory.mktemp("course")
    paths = release(Workspace(ROOT), folder)
    assert sorted(paths) == sorted(folder.rglob("*.ipynb"))
    return {kind: {path.stem: path for path in (folder / kind).iterdir()} for kind in ("release", "solution")}


# What is released


@every_lesson
def test_every_cell_has_metadata_that_nbgrader_accepts(lesson):
    validator = pytest.importorskip("nbgrader.nbgraderformat").MetadataValidator()
    validator.validate_nb(lesson.notebook)
    for each in lesson.notebook.cells:
        assert grading(each)["grade_id"] == each.id
        assert grading(each)["schema_version"] == 3


@every_lesson
def test_the_release_holds_no_solution_and_no_hidden_test(lesson, written):
    told = written["release"][lesson.name].read_text(encoding="utf-8")
    told = [line.strip() for each in json.loads(told)["cells"] for line in "".join(each["source"]).splitlines()]
    secret = [line for each in lesson.notebook.cells for line in between(each.source, "SOLUTION")]
    secret += [line for each in lesson.notebook.cells for line in between(each.source, "HIDDEN TESTS")]
    essays = [each for each in lesson.notebook.cells if grading(each).get("grade") and is_answer(each)]
    secret += [line.strip() for essay in essays for line in essay.source.splitlines() if line.strip()]
    assert len(secret) > 10
    assert not set(secret) & set(told)
    assert not any("SOLUTION" in line or "HIDDEN" in line for line in told)


@every_lesson
def test_the_release_locks_what_is_not_for_students_to_change(lesson, written):
    released = nbformat.read(written["release"][lesson.name], as_version=4)
    nbformat.validate(released)
    assert [each.id for each in released.cells] == [each.id for each in lesson.notebook.cells]
    for each in released.cells:
        assert each.metadata.deletable is False
        assert is_answer(each) or each.metadata.editable is False


@every_lesson
def test_the_solution_is_the_lesson_itself(lesson, written):
    solution = nbformat.read(written["solution"][lesson.name], as_version=4)
    assert [each.source for each in solution.cells] == [each.source for each in lesson.notebook.cells]


def test_releasing_twice_gives_the_same_bytes(written, tmp_path):
    for path in release(Workspace(ROOT), tmp_path):
        assert path.read_bytes() == written[path.parent.name][path.stem].read_bytes()


@pytest.mark.fault("links in a build folder")
@pytest.mark.parametrize("place", ["build", "build/course", "build/course/release", "build/course/solution"])
def test_lessons_are_not_released_through_a_link(school, tmp_path, place):
    pytest.importorskip("nbgrader")
    (elsewhere := tmp_path / "elsewhere").mkdir()
    (owned := elsewhere / "small.ipynb").write_text("the teacher's")
    (school.root / place).parent.mkdir(parents=True, exist_ok=True)
    (school.root / place).symlink_to(elsewhere)
    with pytest.raises(LinkError, match=f"{place}: is a link, to .*elsewhere.*Remove the link"):
        release(school)
    assert list(elsewhere.rglob("*")) == [owned]
    assert owned.read_text() == "the teacher's"


@pytest.mark.fault("links in a build folder")
def test_the_folder_that_is_named_for_lessons_may_be_a_link_and_what_lies_there_stays(school, tmp_path):
    pytest.importorskip("nbgrader")
    (own := tmp_path / "own").mkdir()
    (tmp_path / "named").symlink_to(own)
    (mine := own / "notes.txt").write_text("the teacher's")
    release(school, tmp_path / "named")
    assert sorted(path.name for path in own.rglob("*") if path.is_file()) == ["notes.txt", "small.ipynb", "small.ipynb"]
    assert mine.read_text() == "the teacher's"


def test_a_release_goes_to_the_build_folder_unless_told_otherwise(school):
    pytest.importorskip("nbgrader")
    assert release(school) == [school.build / "course" / kind / "small.ipynb" for kind in ("release", "solution")]


def test_without_nbgrader_the_error_says_what_to_install(school, monkeypatch):
    monkeypatch.setitem(sys.modules, "nbgrader", None)
    with pytest.raises(LessonError, match=r"extra `course`: run `make course`.*python -m aftermath course"):
        release(school)
    assert not school.build.exists()


@pytest.mark.parametrize(
    ("name", "source", "said"),
    [
        ("answer-sum", "### BEGIN SOLUTION\ntotal = 42", "no end solution"),
        ("given", "### BEGIN SOLUTION\nbase = 40\n### END SOLUTION", "non-solution cell"),
        ("given", "### BEGIN HIDDEN TESTS\nassert True\n### END HIDDEN TESTS", "hidden test region"),
    ],
)
def test_a_lesson_that_is_not_sound_is_named_and_nothing_is_written(school, name, source, said):
    pytest.importorskip("nbgrader")
    faulty = small_lesson()
    next(each for each in faulty.cells if each.id == name).source = source
    (school.notebooks / "course" / "wrong.ipynb").write_text(as_text(faulty), encoding="utf-8")
    with pytest.raises(LessonError, match=rf"wrong\.ipynb: nbgrader refuses.*(?i:{said})"):
        release(school)
    assert not school.build.exists()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"cells": 3}', "\x00", '{"nbformat": 4, "cells": [{}]}'])
def test_a_lesson_that_is_no_notebook_is_named(school, content):
    (school.notebooks / "course" / "broken.ipynb").write_text(content, encoding="utf-8")
    with pytest.raises(LessonError, match=r"broken\.ipynb: is not a notebook"):
        lessons(school)


def test_a_course_without_lessons_says_where_they_belong(school):
    (school.notebooks / "course" / "small.ipynb").unlink()
    with pytest.raises(LessonError, match="notebooks/course/"):
        release(school)


# Lessons that teach


@every_lesson
def test_every_test_says_what_to_do(lesson):
    tests = [each for each in lesson.notebook.cells if is_test(each)]
    asserts = [node for each in tests for node in ast.walk(ast.parse(each.source)) if isinstance(node, ast.Assert)]
    assert len(asserts) > len(tests)
    assert [ast.unparse(node) for node in asserts if node.msg is None] == []


@every_lesson
def test_the_points_announced_are_the_points_given(lesson):
    cells = lesson.notebook.cells
    announced = [int(points) for each in cells for points in re.findall(r"\*\*Exercise \d+ \((\d+) point", each.source)]
    given = [grading(each)["points"] for each in cells if grading(each).get("grade")]
    assert announced == given
    assert given


def test_how_fast_teaches_what_the_record_says():
    lesson, case = LESSONS[HOW_FAST].notebook, am.load_case("kitchenaid-tweet")
    answers = {}
    for each in lesson.cells:
        if is_answer(each) and each.cell_type == "code":
            exec("\n".join(between(each.source, "SOLUTION")), answers)  # noqa: S102 (our own solutions)
    speed = am.speed(case)
    unsigned, signed = speed["apology"].latency, speed["named_apology"].latency
    deletion = latency(case.span("e04"), case.zero)
    assert answers["clock_zero"] == case.about.clock_zero
    assert answers["certainty_signed"] == speed["named_apology"].certainty
    assert answers["sources_unsigned"] == speed["apology"].sources
    assert (answers["unsigned_lower"], answers["unsigned_upper"]) == (unsigned.lower, unsigned.upper)
    assert (answers["signed_lower"], answers["signed_upper"]) == (signed.lower, signed.upper)
    assert (answers["deletion_lower"], answers["deletion_upper"]) == (deletion.lower, deletion.upper)
    assert answers["certainly_later"] == unsigned.certainly_before(signed)
    by_clock, related = (case.times(believed).network.between("e03", "e05") for believed in ("none", "all"))
    assert (answers["clock_lower"], answers["clock_upper"]) == by_clock
    assert (0, answers["related_upper"]) == related
    claim = am.claims(case).claims[1]
    assert "couple of minutes" in claim.claim
    assert claim.verdict == "partly"


# Points


def half_right(notebook: nbformat.NotebookNode) -> dict[str, str]:
    solved = {each.id.replace("-", "_"): each.source for each in notebook.cells if is_answer(each)}
    return solved | {
        "answer_unsigned": "unsigned_lower = 535\nunsigned_upper = 476",
        "answer_claim": solved["answer_claim"].replace('verdict_when = "contradicted"', 'verdict_when = "unsupported"'),
    }


def test_the_solution_gets_full_marks(written):
    marked = grade(written["solution"][HOW_FAST], Workspace(ROOT))
    assert (marked.reached, marked.maximum, marked.by_hand) == (23, 23, 5)
    assert marked.hints == {}
    assert "23 of 23 points" in marked.text


@pytest.mark.slow
def test_a_half_right_answer_gets_its_share_and_hints(written, tmp_path):
    notebook = nbformat.read(written["release"][HOW_FAST], as_version=4)
    path = hand_in(tmp_path, notebook, **half_right(LESSONS[HOW_FAST].notebook))
    marked = grade(path, Workspace(ROOT))
    assert marked.reached == 23 - 4 - 3
    assert set(marked.hints) == {"test-unsigned", "test-claim"}
    assert "have you swapped them?" in marked.hints["test-unsigned"]  # seen by the student
    assert "The record is not silent" in marked.hints["test-claim"]  # hidden until now
    assert marked.marks[-1].hint == "answered"


# The grade in words


def test_a_grade_tells_points_hints_and_what_is_left_to_do():
    marks = (Mark("one", 2, 2.0), Mark("two", 1, 0.0, "Count again."), Mark("essay", 5, None, "answered"))
    marked = Grade("small", "ann.ipynb", marks)
    assert marked.text.replace("\u00a0", " ") == (
        "ann.ipynb: 2 of 3 points from the tests of small (1 of 2 test cells passed). "
        "5 points to be given by hand (essay, answered). two: Count again."
    )
    assert marked.table.rows() == [
        ("one", 2.0, 2.0, ""),
        ("two", 1.0, 0.0, "Count again."),
        ("essay", 5.0, None, "answered"),
    ]
