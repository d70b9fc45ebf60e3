"""Lessons: what students get, what the teacher keeps, and the points of what comes back.

A lesson is a notebook in ``notebooks/course/`` whose cells carry nbgrader's metadata. The student
release and the solution are made from it by nbgrader's own preprocessors, without its database: the
same lesson always gives the same files, and they work with nbgrader's other tools.
"""

from __future__ import annotations

import copy
import logging
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import nbformat
from nbformat import NotebookNode, v4

from aftermath.course.grade import Grade, Mark
from aftermath.course.sitting import TIMED_OUT, Outcome, sit
from aftermath.course.submission import (
    Submission,
    SubmissionError,
    answered,
    grading,
    is_answer,
    is_test,
    read_submission,
)
from aftermath.files import write_whole
from aftermath.problems import AftermathError
from aftermath.workspace import Workspace, find_workspace

SECONDS_PER_CELL = 60
BLANK_ANSWER = "YOUR ANSWER HERE"

# Run before each test cell: it must fail. Where it does not, failing tests would look like passed ones.
_MUST_FAIL = "assert False, 'a test that cannot pass'"
_TAMPERED = "Tests no longer fail in this notebook: one of its cells replaces how cells are run. Take that cell out."


class LessonError(AftermathError):
    """A lesson cannot be released, or there is none of that name."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """One lesson with its solutions and hidden tests.

    Parameters
    ----------
    path
        The notebook.
    notebook
        Its content.
    """

    path: Path
    notebook: NotebookNode

    @property
    def name(self) -> str:
        """The file's name without its ending, e.g. ``02_how_fast``."""
        return self.path.stem


def lessons(workspace: Workspace | None = None) -> tuple[Lesson, ...]:
    """All lessons of a workspace, sorted by name.

    Parameters
    ----------
    workspace
        Where to look; the workspace in force if not given.

    Raises
    ------
    LessonError
        If there is no lesson, or one is not a notebook.
    """
    folder = (workspace or find_workspace()).notebooks / "course"
    paths = sorted(path for path in folder.glob("*.ipynb") if not path.name.startswith("."))
    if not paths:
        raise LessonError(f"{folder}: no lesson there. A lesson is a notebook in notebooks/course/.")
    return tuple(_read(path) for path in paths)


def release(workspace: Workspace | None = None, into: Path | None = None) -> list[Path]:
    """Write the student release and the solution of every lesson.

    In the release solutions are replaced by stubs, hidden tests are gone, and cells that are not for
    students to change are locked. The solution is the lesson itself without outputs: what nbgrader calls
    the source. **Nothing is written unless every lesson is sound.**

    Parameters
    ----------
    workspace
        Whose lessons; the workspace in force if not given.
    into
        Folder for ``release/`` and ``solution/``; ``build/course/`` if not given.

    Returns
    -------
    list of Path
        The files, release before solution, lesson by lesson.

    Raises
    ------
    LessonError
        If nbgrader is not installed, there is no lesson, or nbgrader refuses one.
    """
    workspace = workspace or find_workspace()
    folder = into or workspace.build / "course"
    versions = {}
    for lesson in lessons(workspace):
        versions[folder / "release" / lesson.path.name] = student_version(lesson)
        versions[folder / "solution" / lesson.path.name] = solution_version(lesson)
    return [write_whole(path, as_text(notebook)) for path, notebook in versions.items()]


def student_version(lesson: Lesson) -> NotebookNode:
    """The lesson as students get it.

    Parameters
    ----------
    lesson
        Is not changed.

    Raises
    ------
    LessonError
        If nbgrader is not installed or refuses the lesson.
    """
    made = _nbgrader()
    steps = [
        made.LockCells(),
        made.ClearSolutions(text_stub=BLANK_ANSWER),
        made.ClearOutput(),
        made.ClearHiddenTests(),
        made.ClearMarkScheme(),
        made.ComputeChecksums(),  # over what students see: nbgrader knows an untouched answer by it
        made.CheckCellMetadata(),
    ]
    return _through(lesson, steps)


def solution_version(lesson: Lesson) -> NotebookNode:
    """The lesson with solutions and hidden tests, without outputs.

    Raises
    ------
    LessonError
        If nbgrader is not installed or refuses the lesson.
    """
    made = _nbgrader()
    return _through(lesson, [made.ClearOutput(), made.CheckCellMetadata()])


def grade(notebook: Path | str, workspace: Workspace | None = None, *, seconds: int = SECONDS_PER_CELL) -> Grade:
    """Grade a notebook that was handed in.

    The lesson is taken afresh with its hidden tests, the answers are put into it, and it is run in a
    kernel of its own. **The student's code is run**: grade as a user, or in a container, that may lose nothing.

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
    >>> from aftermath.course.lesson import grade
    >>> grade("build/course/solution/02_how_fast.ipynb").reached  # doctest: +SKIP
    20.0
    """
    workspace = workspace or find_workspace()
    submission = read_submission(Path(notebook))
    lesson = _lesson_of(submission, lessons(workspace))
    paper = answered(lesson.notebook, submission)
    guarded = ([v4.new_code_cell(_MUST_FAIL), cell] if is_test(cell) else [cell] for cell in paper.cells)
    paper.cells = [cell for group in guarded for cell in group]
    outcomes = sit(paper, workspace.root, seconds=seconds)
    marks = tuple(_mark(paper, index, outcomes) for index, cell in enumerate(paper.cells) if grading(cell).get("grade"))
    return Grade(lesson.name, submission.file, marks)


def as_text(notebook: NotebookNode) -> str:
    """A notebook as it is stored: sorted keys, one space of indent, one line end at the end."""
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def _read(path: Path) -> Lesson:
    try:
        notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
        nbformat.validate(notebook)
    except Exception as error:  # nbformat raises whatever it stumbles over
        raise LessonError(f"{path}: is not a notebook. Open it in JupyterLab and save it again.") from error
    return Lesson(path, notebook)


def _nbgrader() -> ModuleType:
    try:
        from nbgrader import preprocessors
    except ImportError as error:
        raise LessonError(
            "Lessons are released with nbgrader, which is not installed. It belongs to the extra `course`: "
            "run `make course`, or `python -m pip install -e '.[course]'` in the project's folder and then `python -m aftermath course`."
        ) from error
    return preprocessors


def _through(lesson: Lesson, steps: list) -> NotebookNode:
    notebook, resources = copy.deepcopy(lesson.notebook), {}
    try:
        for step in steps:
            step.log = logging.getLogger(__name__)  # traitlets would print a second copy of each fault
            notebook, resources = step.preprocess(notebook, resources)
    except Exception as error:  # nbgrader raises RuntimeError, ValueError and validation errors of two kinds
        reason = str(error).partition("\n")[0].rstrip(".") or type(error).__name__
        raise LessonError(
            f"{lesson.path}: nbgrader refuses this lesson: {reason}. "
            "Mend the cell, or set its type in nbgrader's panel Create Assignment in JupyterLab."
        ) from error
    return notebook


def _lesson_of(submission: Submission, known: tuple[Lesson, ...]) -> Lesson:
    for lesson in known:
        if lesson.name == submission.lesson:
            return lesson
    names = ", ".join(lesson.name for lesson in known)
    raise SubmissionError(
        f"{submission.file}: answers {submission.lesson[:60]!r}, which is no lesson here. "
        f"Hand in a copy of one of these: {names}; or give the file that name."
    )


def _mark(paper: NotebookNode, index: int, outcomes: dict[int, Outcome]) -> Mark:
    cell = paper.cells[index]
    name, points = grading(cell)["grade_id"], float(grading(cell)["points"])
    if is_answer(cell):
        blank = cell.source.strip() in ("", BLANK_ANSWER)
        return Mark(name, points, None, "left blank" if blank else "answered")
    hint = _hint(outcomes.get(index - 1), outcomes.get(index))
    return Mark(name, points, 0.0 if hint else points, hint)


def _hint(guard: Outcome | None, test: Outcome | None) -> str:
    """Why a test cell gives no points; empty where it passed."""
    if guard is None or test is None:
        return "Not reached: an earlier cell ended the session, or took too long and could not be stopped. Mend that cell first."
    if guard.passed:
        return _TAMPERED
    if test.passed:
        return ""
    if test.error == "AssertionError":
        return test.message or "The test failed without a word."
    if test.error == "NameError":
        return f"{test.message}: fill in the cell before this test, and run it."
    if test.error == TIMED_OUT:
        return f"The test {test.message}."
    return f"The test could not run: {test.error}: {test.message}"
