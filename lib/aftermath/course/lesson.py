"""Lessons: what students get, and what the teacher keeps.

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
from nbformat import NotebookNode

from aftermath.course.submission import is_answer, is_test
from aftermath.files import refuse_links, write_whole
from aftermath.problems import AftermathError
from aftermath.workspace import Workspace, find_workspace

BLANK_ANSWER = "YOUR ANSWER HERE"
BLANK_CODE = (
    "# YOUR CODE HERE"  # alone: what is written below nbgrader's own `raise NotImplementedError()` is never run
)


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
    folder = (workspace or find_workspace()).notebook("course")
    paths = sorted(path for path in folder.glob("*.ipynb") if not path.name.startswith("."))
    if not paths:
        raise LessonError(f"{folder}: no lesson there. A lesson is a notebook in notebooks/course/.")
    return tuple(_read(path) for path in paths)


def release(workspace: Workspace | None = None, into: Path | None = None) -> list[Path]:
    """Write the student release and the solution of every lesson.

    In the release solutions are replaced by stubs, hidden tests are gone, cells that are not for
    students to change are locked, and **Run All goes on past a test that fails**. The solution is the lesson itself without outputs: what nbgrader calls
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
    LinkError
        If a folder to write into is a link.
    """
    workspace = workspace or find_workspace(to_write=True)
    folder = into or workspace.build / "course"
    versions = {}
    for lesson in lessons(workspace):
        versions[folder / "release" / lesson.path.name] = student_version(lesson)
        versions[folder / "solution" / lesson.path.name] = solution_version(lesson)
    for path in versions:
        refuse_links(path.parent, into or workspace.root)
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
        made.ClearSolutions(text_stub=BLANK_ANSWER, code_stub={"python": BLANK_CODE}),
        made.ClearOutput(),
        made.ClearHiddenTests(),
        made.ClearMarkScheme(),
        made.ComputeChecksums(),  # over what students see: nbgrader knows an untouched answer by it
        made.CheckCellMetadata(),
    ]
    notebook = _through(lesson, steps)
    graded = [index for index, cell in enumerate(notebook.cells) if is_answer(cell) or is_test(cell)]
    for cell in notebook.cells[min(graded, default=0) :]:
        if cell.cell_type == "code":  # JupyterLab and nbclient run on past an error only where it is expected
            cell.metadata.tags = [*cell.metadata.get("tags", []), "raises-exception"]
    return notebook


def solution_version(lesson: Lesson) -> NotebookNode:
    """The lesson with solutions and hidden tests, without outputs.

    Raises
    ------
    LessonError
        If nbgrader is not installed or refuses the lesson.
    """
    made = _nbgrader()
    return _through(lesson, [made.ClearOutput(), made.CheckCellMetadata()])


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
