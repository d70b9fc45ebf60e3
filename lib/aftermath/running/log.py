"""The log of one notebook: what was set, where the seconds went, and the course of an error."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from aftermath.running.parameters import Values

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass
class Course:
    """When what began.

    Parameters
    ----------
    marks
        Name of a step (``kernel``, or the number of a cell counted from 1) and the moment when it began.
    """

    marks: list[tuple[str, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.begin("kernel")

    def begin(self, step: str) -> None:
        """A step begins, and the one before it ends."""
        self.marks.append((step, time.monotonic()))

    def steps(self) -> Iterator[tuple[str, float]]:
        """Every step that ended, with its seconds."""
        for (step, start), (_, end) in zip(self.marks, self.marks[1:], strict=False):
            yield step, end - start


def course_text(
    notebook: str,
    values: Values,
    executed: NotebookNode,
    course: Course,
    failed: tuple[int, NotebookNode] | None,
) -> str:
    """A log.

    Parameters
    ----------
    notebook
        How the notebook is called.
    values
        Its parameters.
    executed
        The executed notebook.
    course
        Where the seconds went.
    failed
        Index of the cell that failed, and its error; None where all is well.

    Returns
    -------
    str
        Lines; **the seconds differ from run to run**, which is why logs lie outside the site.
    """
    lines = [f"notebook    {notebook}", f"parameters  {json.dumps(dict(values), sort_keys=True, ensure_ascii=False)}"]
    for step, seconds in course.steps():
        named = step
        if step.isdigit():
            named = f"cell {step} ({executed.cells[int(step) - 1].get('id', 'without id')})"
        lines.append(f"{seconds:8.2f} s  {named}")
    lines += _failure(executed, *failed) if failed else ["done"]
    return "\n".join(lines) + "\n"


def _failure(executed: NotebookNode, index: int, error: NotebookNode) -> list[str]:
    """Which cell, what it says, and what came of it."""
    cell = executed.cells[index]
    course = _COLOURS.sub("", "\n".join(error.traceback)) or f"{error.ename}: {error.evalue}"
    name = f"cell {index + 1} (id {cell.get('id', 'none')})"
    return [f"failed in {name}:", "", *(f"    {line}" for line in cell.source.split("\n")), "", course]
