"""A course of one small lesson, and what students hand in, for tests."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, v4

from aftermath.course.lesson import as_text
from aftermath.workspace import Workspace


def cell(name: str, source: str, *, code: bool = True, **marks: object) -> NotebookNode:
    metadata = {"grade": False, "locked": False, "solution": False, "task": False, "schema_version": 3}
    make = v4.new_code_cell if code else v4.new_markdown_cell
    return make(source, id=name, metadata={"nbgrader": metadata | {"grade_id": name} | marks})


def small_lesson() -> NotebookNode:
    cells = [
        cell("given", "base = 40", locked=True),
        cell("answer-sum", "# total = ...\n### BEGIN SOLUTION\ntotal = base + 2\n### END SOLUTION", solution=True),
        cell(
            "test-sum",
            "assert total > 40, 'Add two.'\n### BEGIN HIDDEN TESTS\nassert total == 42, 'Two, not more.'\n### END HIDDEN TESTS",
            grade=True,
            locked=True,
            points=2,
        ),
        cell("answer-word", "### BEGIN SOLUTION\nword = 'late'\n### END SOLUTION", solution=True),
        cell("test-word", "assert word == 'late', 'Early or late?'", grade=True, locked=True, points=3),
        cell("essay", "A model answer.", code=False, grade=True, solution=True, points=5),
    ]
    return v4.new_notebook(cells=cells, metadata={"aftermath": {"lesson": "small"}})


def hand_in(folder: Path, notebook: NotebookNode, **changed: str) -> Path:
    """Write a submission, with the text of some cells (by id, ``_`` for ``-``) replaced."""
    for each in notebook.cells:
        each.source = changed.get(each.id.replace("-", "_"), each.source)
    path = folder / "handed_in.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def between(source: str, what: str) -> list[str]:
    """The lines of a region, stripped; the markers are not in it."""
    regions = re.findall(rf"### BEGIN {what}\n(.*?)### END {what}", source, flags=re.DOTALL)
    return [line.strip() for region in regions for line in region.splitlines() if line.strip()]


def found_school(folder: Path) -> Workspace:
    """Make a workspace whose course is the small lesson."""
    (folder / "casestudies").mkdir()
    course = folder / "notebooks" / "course"
    course.mkdir(parents=True)
    (course / "small.ipynb").write_text(as_text(small_lesson()), encoding="utf-8")
    return Workspace(folder)


def worked_through(notebook: NotebookNode) -> dict[str, Any]:
    """The names that a lesson leaves behind when it is run with its solutions; what it prints is thrown away."""
    state: dict[str, Any] = {}
    with redirect_stdout(io.StringIO()):
        for each in notebook.cells:
            if each.cell_type == "code":
                exec(each.source, state)  # noqa: S102 (our own lesson)
    return state
