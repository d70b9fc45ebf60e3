"""What comes back from a student, and what of it is taken up.

A submission is never run as it stands. The lesson is taken afresh, hidden tests and all, and only the
answers are lifted out of the submission, together with the code cells that the student added. A test
cell that was changed, moved, copied or deleted therefore changes nothing.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, v4

from aftermath.problems import AftermathError

LARGEST = 50 * 1024**2  # bytes


class SubmissionError(AftermathError):
    """A file cannot be graded at all; a wrong answer is never an error."""


@dataclass(frozen=True)
class HandedIn:
    """One cell of a submission.

    Parameters
    ----------
    grade_id
        Which cell of the lesson it claims to be; empty where it claims nothing.
    is_code
        Whether it is a code cell.
    source
        Its text.
    """

    grade_id: str
    is_code: bool
    source: str


@dataclass(frozen=True)
class Submission:
    """A notebook that was handed in.

    Parameters
    ----------
    file
        Its name, for messages.
    lesson
        The lesson that it says it answers: from its metadata, or else the file's name.
    cells
        Its cells, in order.
    """

    file: str
    lesson: str
    cells: tuple[HandedIn, ...]


def read_submission(path: Path) -> Submission:
    """Read a notebook that was handed in, trusting nothing in it.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Submission

    Raises
    ------
    SubmissionError
        If the file is not there, or is not a notebook of format 4.
    """
    content = _content(path)
    metadata = _mapping(_mapping(content.get("metadata")).get("aftermath"))
    cells = tuple(_handed_in(cell) for cell in content["cells"] if isinstance(cell, dict))
    return Submission(readable(path.name), readable(str(metadata.get("lesson") or path.stem)), cells)


def readable(text: str) -> str:
    """A text that can be written as UTF-8: halves of characters, and bytes of a file name that are none, are spelt out.

    Examples
    --------
    >>> readable("caf\\udce9.ipynb")
    'caf\\\\udce9.ipynb'
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def grading(cell: NotebookNode) -> dict:
    """The nbgrader metadata of a cell; empty where it has none."""
    return _mapping(cell.get("metadata", {}).get("nbgrader"))


def is_answer(cell: NotebookNode) -> bool:
    """Whether a cell of a lesson is for the student to fill in."""
    return bool(grading(cell).get("solution"))


def is_test(cell: NotebookNode) -> bool:
    """Whether a cell of a lesson gives points by itself."""
    return bool(grading(cell).get("grade")) and not is_answer(cell)


def answered(lesson: NotebookNode, submission: Submission) -> NotebookNode:
    """The lesson with a student's answers in it.

    Parameters
    ----------
    lesson
        The lesson with solutions and hidden tests.
    submission
        What was handed in. Of several cells with one id **the first is the answer**; a copy counts as a
        cell that the student added, and added code runs behind the lesson's cell that it followed.

    Returns
    -------
    NotebookNode
        A new notebook in the order of the lesson. An answer that is missing is empty.
    """
    answers, added = _sorted_out(lesson, submission)
    paper = copy.deepcopy(lesson)
    paper.cells = [*_code_cells(added.get("", []))]
    for cell in copy.deepcopy(lesson.cells):
        name = grading(cell).get("grade_id", "")
        if is_answer(cell):
            cell.source = answers.get(name, "")
        paper.cells += [cell, *_code_cells(added.get(name, []))]
    return paper


def _sorted_out(lesson: NotebookNode, submission: Submission) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Answers by cell, and added code by the lesson's cell that it follows."""
    wanted = {grading(cell)["grade_id"]: is_answer(cell) for cell in lesson.cells if grading(cell).get("grade_id")}
    answers: dict[str, str] = {}
    added: dict[str, list[str]] = {}
    grade_id = ""
    for cell in submission.cells:
        if cell.grade_id in wanted and cell.grade_id not in answers:
            grade_id = cell.grade_id
            if wanted[grade_id]:
                answers[grade_id] = cell.source
        elif cell.is_code:
            added.setdefault(grade_id, []).append(cell.source)
    return answers, added


def _code_cells(sources: list[str]) -> Iterator[NotebookNode]:
    return (v4.new_code_cell(source) for source in sources)


def must_be_small(path: Path) -> None:
    """Refuse a file that nobody should read into memory.

    Raises
    ------
    SubmissionError
        With what would mend it.
    """
    if path.stat().st_size > LARGEST:
        raise SubmissionError(f"{path}: is larger than {LARGEST // 1024**2} MB. Ask for it without outputs.")


def _content(path: Path) -> dict:
    try:
        must_be_small(path)
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SubmissionError(
            f"{path}: cannot be read ({error.strerror or error}). Name a notebook that a student handed in; am.grade_all takes a folder."
        ) from error
    except (ValueError, RecursionError) as error:
        raise SubmissionError(
            f"{path}: is not a notebook. Ask for the .ipynb file itself, not a print, an archive or a link."
        ) from error
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise SubmissionError(
            f"{path}: has no list of cells. Open it in JupyterLab, save it as a notebook of format 4 and hand it in again."
        )
    return content


def _handed_in(cell: dict) -> HandedIn:
    metadata = _mapping(_mapping(cell.get("metadata")).get("nbgrader"))
    source = cell.get("source", "")
    lines = source if isinstance(source, list) else [source]
    name = metadata.get("grade_id")
    return HandedIn(
        grade_id=readable(name) if isinstance(name, str) else "",
        is_code=cell.get("cell_type") == "code",
        source=readable("".join(line for line in lines if isinstance(line, str))),
    )


def _mapping(value: Any) -> dict:
    return value if isinstance(value, dict) else {}
