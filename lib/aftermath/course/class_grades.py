"""The notebooks of a class: graded one by one, whatever is in them, into a table, a form and a page for each."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import polars as pl

from aftermath.course.feedback import feedback_page
from aftermath.course.form import BYTE_ORDER_MARK, Form, form_text, read_form
from aftermath.course.grade import Grade, Mark, points_text
from aftermath.course.grading import SECONDS_PER_CELL, grade
from aftermath.course.hints import NOT_REACHED
from aftermath.course.lesson import lessons
from aftermath.course.sitting import missing_guards
from aftermath.course.submission import SubmissionError, must_be_small, readable
from aftermath.files import LinkError, WriteError, checksum, refuse_links, write_whole
from aftermath.formula_cells import csv_for_spreadsheets
from aftermath.problems import AftermathError
from aftermath.statistics.result import Result
from aftermath.wording import counted, listed
from aftermath.workspace import Workspace, find_workspace

GRADES, KEPT = "grades", "grading"
TO_READ, LEFT_BLANK = "still to be read", "left blank"
POINTS, BY_HAND, FEEDBACK = "points.csv", "by_hand.csv", "feedback"
_SCHEMA = {
    "file": pl.String,
    "lesson": pl.String,
    "tests": pl.Float64,
    "tests_maximum": pl.Float64,
    "by_hand": pl.Float64,
    "by_hand_maximum": pl.Float64,
    "points": pl.Float64,
    "maximum": pl.Float64,
    "status": pl.String,
}


class ClassError(SubmissionError):
    """There is nothing to grade."""


@dataclass(frozen=True)
class Graded:
    """One file of a class.

    Parameters
    ----------
    file
        Its path from the folder, with ``/``.
    grade
        None where it could not be graded.
    problem
        Why not; empty where it could.
    """

    file: str
    grade: Grade | None
    problem: str = ""


@dataclass(frozen=True)
class ClassGrades(Result):
    """The points of a class.

    Parameters
    ----------
    folder
        What was graded; the grades stand in its ``grades/``.
    graded
        One a notebook, sorted by path.
    form
        The points that were given by hand.
    others
        Files that are no notebooks and were passed over.
    unwritten
        Pages that could not be written, with the reason.
    missing_guards
        What this system could not keep the notebooks from.
    """

    folder: Path
    graded: tuple[Graded, ...]
    form: Form = field(repr=False)
    others: tuple[str, ...] = ()
    unwritten: tuple[str, ...] = ()
    missing_guards: tuple[str, ...] = ()

    @property
    def table(self) -> pl.DataFrame:
        """One row a notebook: points of tests and by hand, their sums, and what is still to be done."""
        return pl.DataFrame([self._row(submission) for submission in self.graded], schema=_SCHEMA, orient="row")

    def _row(self, submission: Graded) -> tuple:
        if submission.grade is None:
            return (submission.file, "", *[None] * 6, submission.problem)
        rows = {mark: self.form.get((submission.file, mark.cell)) for mark in submission.grade.read_by_hand}
        given = [row.points for row in rows.values() if row and row.points is not None]
        waiting = [mark for mark, row in rows.items() if row is None or row.points is None]
        tests, most, by_hand = submission.grade.reached, submission.grade.maximum, submission.grade.by_hand
        read = sum(given) if given or not rows else None
        return (
            submission.file,
            submission.grade.lesson,
            tests,
            most,
            read,
            by_hand,
            tests + sum(given),
            most + by_hand,
            _status(waiting),
        )

    @property
    def marks(self) -> pl.DataFrame:
        """One row a notebook and cell that gives points, with the hint."""
        tables = [
            submission.grade.table.select(pl.lit(submission.file).alias("file"), pl.all())
            for submission in self.graded
            if submission.grade
        ]
        return pl.concat(tables) if tables else pl.DataFrame()

    @property
    def text(self) -> str:
        failed = [f"{submission.file} {submission.problem}" for submission in self.graded if submission.problem]
        waiting = sum(TO_READ in status for status in self.table["status"])
        parts = (
            f"{len(self.graded) - len(failed)} of {counted(len(self.graded), 'notebook')} graded, {waiting} of them with answers {TO_READ}.",
            *(f"Not graded: {problem}" for problem in failed),
            f"Passed over, as they are no notebooks: {listed(list(self.others))}." if self.others else "",
            *(f"Without a page: {page}" for page in self.unwritten),
            f"This system cannot keep notebooks from {listed(list(self.missing_guards))}: Python alone forbids it."
            if self.missing_guards
            else "",
        )
        return " ".join(filter(None, parts))


def grade_all(
    folder: Path | str,
    workspace: Workspace | None = None,
    *,
    seconds: int = SECONDS_PER_CELL,
    anew: bool = False,
    announce: Callable[[str], None] | None = None,
) -> ClassGrades:
    """Grade every notebook in a folder, and write ``grades/`` into it.

    There ``points.csv`` has one row a notebook, ``by_hand.csv`` is the form for the answers that a person reads, and
    ``feedback/`` holds a page for each. **Fill in the form and grade again**: what was filled in is kept, and notebooks that
    did not change are not run again, unless their session ended before its last test.

    Parameters
    ----------
    folder
        With the notebooks, in folders of their own if you like.
    workspace
        Whose lessons; the workspace in force if not given.
    seconds
        A cell that takes longer is interrupted and counts as failed.
    anew
        Run every notebook again.
    announce
        Is told of each notebook, in a line.

    Returns
    -------
    ClassGrades
        What cannot be graded is in it with the reason, and does not stop the others.

    Raises
    ------
    ClassError
        If there is no notebook in the folder.
    FormError
        If the form cannot be read back. **Nothing is run or written then**, or, where it was spoilt meanwhile, nothing written.
    LinkError
        If ``grades/`` or the folder of kept grades is a link: nothing is run or written.
    """
    folder, workspace = Path(folder), workspace or find_workspace()
    refuse_links(folder / GRADES, folder)  # which may have come with what was handed in
    refuse_links(workspace.build / KEPT, workspace.root)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and _handed_in(path.relative_to(folder))]
    notebooks = [path for path in files if path.suffix == ".ipynb"]
    if not notebooks:
        raise ClassError(f"{folder}: no notebook there. Put the .ipynb files that were handed in into this folder.")
    read_form(folder / GRADES / BY_HAND)  # one that cannot be read stops all before it begins
    state = f"{checksum(_made_from(workspace))} {seconds}"
    graded = []
    for path in notebooks:
        file = _name(path, folder)
        graded.append(_graded(path, file, workspace, seconds, state, anew))
        if announce:
            announce(_line(graded[-1]))
    others = tuple(_name(path, folder) for path in files if path.suffix != ".ipynb")
    form = read_form(folder / GRADES / BY_HAND)  # somebody may have gone on filling it in meanwhile
    result = ClassGrades(folder, tuple(graded), form, others, missing_guards=missing_guards())
    headings = {lesson.name: lesson.notebook.cells[0].source.partition("\n")[0] for lesson in lessons(workspace)}
    unwritten = _write(result, {name: heading.lstrip("# ") for name, heading in headings.items()})
    return replace(result, unwritten=unwritten)


def _status(waiting: list[Mark]) -> str:
    """What is still to be done: a blank answer is not there to be read, but has no points yet either."""
    to_read = sum(bool(mark.answer) for mark in waiting)
    blank = len(waiting) - to_read
    parts = [
        f"{n} {'answer' if n == 1 else 'answers'} {what}" for n, what in ((to_read, TO_READ), (blank, LEFT_BLANK)) if n
    ]
    return ", ".join(parts) or "complete"


def _handed_in(path: Path) -> bool:
    return path.parts[0] != GRADES and not any(part.startswith(".") for part in path.parts)


def _name(path: Path, folder: Path) -> str:
    return readable(path.relative_to(folder).as_posix())


def _made_from(workspace: Workspace) -> Iterable[Path]:
    """What a grade depends on beside the submission: lessons, cases and the library."""
    yield from (workspace.notebooks / "course").glob("*.ipynb")
    yield from (path for path in workspace.cases.rglob("*") if path.is_file())
    yield from Path(__file__).parents[1].rglob("*.py")


def _graded(path: Path, file: str, workspace: Workspace, seconds: int, state: str, anew: bool) -> Graded:
    try:
        must_be_small(path)
        content = path.read_bytes()
        name = hashlib.sha256(f"{readable(path.name)}\0{state}\0".encode() + content).hexdigest()
        remembered = workspace.build / KEPT / f"{name}.json"
        grade_known = None if anew else _remembered(remembered)
        if grade_known is not None:
            return Graded(file, grade_known)
        graded = grade(path, workspace, seconds=seconds)
    except OSError as error:
        return Graded(file, None, f"cannot be read ({error.strerror or error}).")
    except AftermathError as error:
        said = readable(str(error))
        return Graded(
            file, None, said.removeprefix(f"{readable(str(path))}: ").removeprefix(f"{readable(path.name)}: ")
        )
    # a session that ended early may have been ended by the system, where memory was short
    if all(mark.hint != NOT_REACHED for mark in graded.marks):
        with contextlib.suppress(WriteError):  # it is then run again
            write_whole(remembered, json.dumps(asdict(graded)), durable=False)
    return Graded(file, graded)


def _remembered(path: Path) -> Grade | None:
    """A grade as it was kept; None where there is none, or it is damaged."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return Grade(kept["lesson"], kept["file"], tuple(Mark(**mark) for mark in kept["marks"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _line(graded: Graded) -> str:
    if graded.grade is None:
        return f"{graded.file}: not graded, see below"
    tests = graded.grade
    return f"{graded.file}: {points_text(tests.reached)} of {points_text(tests.maximum)} points from the tests of {tests.lesson}"


def _write(result: ClassGrades, titles: dict[str, str]) -> tuple[str, ...]:
    """Write table, form and pages; a page that cannot be written does not stop the others."""
    grades = result.folder / GRADES
    write_whole(grades / POINTS, BYTE_ORDER_MARK + csv_for_spreadsheets(result.table))
    done = [(submission.file, submission.grade) for submission in result.graded if submission.grade]
    waiting = [(file, tests.lesson, mark) for file, tests in done for mark in tests.read_by_hand]
    write_whole(grades / BY_HAND, form_text(waiting, result.form))
    unwritten = []
    for file, tests in done:
        given = {cell: row for (of, cell), row in result.form.items() if of == file}
        page = feedback_page(file, titles[tests.lesson], tests, given)
        place = grades / FEEDBACK / Path(file).with_suffix(".html")
        try:
            refuse_links(place.parent, result.folder)
            write_whole(place, page, durable=False)
        except (WriteError, LinkError) as error:
            unwritten.append(str(error))
    return tuple(unwritten)
