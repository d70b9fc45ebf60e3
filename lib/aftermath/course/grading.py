"""Grading one notebook that was handed in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from aftermath.course.grade import Grade, Mark
from aftermath.course.hints import Ran, hint
from aftermath.course.lesson import BLANK_ANSWER, Lesson, lessons
from aftermath.course.paper import to_answer, to_test
from aftermath.course.sitting import Outcome, sit
from aftermath.course.submission import (
    Submission,
    SubmissionError,
    answered,
    grading,
    is_answer,
    is_test,
    read_submission,
)
from aftermath.workspace import Workspace, find_workspace

SECONDS_PER_CELL = 60

_ANNOUNCED = re.compile(r"\*\*(Exercise \d+) \(")


def grade(notebook: Path | str, workspace: Workspace | None = None, *, seconds: int = SECONDS_PER_CELL) -> Grade:
    """Grade a notebook that was handed in.

    The lesson is taken afresh, the answers are put into it, and it is run in a kernel of its own **without its tests**. What the
    answers came to goes to a second kernel as plain values: there the tests are run, and nothing that a student wrote.

    Parameters
    ----------
    notebook
        The file. It may have been renamed: the lesson's name stands in its metadata.
    workspace
        Whose lessons; the workspace in force if not given.
    seconds
        A cell that takes longer is interrupted and counts as failed.

    Returns
    -------
    Grade
        Points and hints. A cell that fails costs points; it is no error.

    Raises
    ------
    SubmissionError
        If the file is not a notebook, or belongs to no lesson.

    Examples
    --------
    >>> from aftermath.course.grading import grade
    >>> grade("build/course/solution/02_how_fast.ipynb").reached  # doctest: +SKIP
    20.0
    """
    workspace = workspace or find_workspace()
    submission = read_submission(Path(notebook))
    lesson = _lesson_of(submission, lessons(workspace))
    paper = answered(lesson.notebook, submission)
    ended = sit(to_answer(paper, lesson.notebook), workspace.root, seconds=seconds)
    answers = {index: outcome.answers for index, outcome in ended.items()}
    tested = sit(to_test(paper, answers), workspace.root, seconds=seconds)
    marks = tuple(_marks(paper, ended, tested))
    return Grade(lesson.name, submission.file, marks)


def _lesson_of(submission: Submission, known: tuple[Lesson, ...]) -> Lesson:
    for lesson in known:
        if lesson.name == submission.lesson:
            return lesson
    names = ", ".join(lesson.name for lesson in known)
    raise SubmissionError(
        f"{submission.file}: answers {submission.lesson[:60]!r}, which is no lesson here. "
        f"Hand in a copy of one of these: {names}; or give the file that name."
    )


def _marks(paper: NotebookNode, ended: dict[int, Outcome], tested: dict[int, Outcome]) -> Iterator[Mark]:
    exercise, before = "", list[Ran]()
    for index, cell in enumerate(paper.cells):
        if cell.cell_type == "markdown" and not is_answer(cell) and (announced := _ANNOUNCED.search(cell.source)):
            exercise = announced[1]
        if cell.cell_type == "code" and grading(cell) and not is_test(cell):
            before.append((cell, ended.get(index, Outcome())))  # an empty cell is not run
        if grading(cell).get("grade"):
            name, points = grading(cell)["grade_id"], float(grading(cell)["points"])
            if is_answer(cell):
                blank = cell.source.strip() in ("", BLANK_ANSWER)
                answer = "" if blank else cell.source
                yield Mark(name, points, None, "left blank" if blank else "answered", exercise, answer)
            else:
                message = hint(ended.get(index), tested.get(index), before)
                yield Mark(name, points, 0.0 if message else points, message, exercise)
