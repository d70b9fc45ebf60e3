"""The form for points that a person gives: a CSV table to fill in, which is read back and never loses what was written."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from aftermath.course.grade import Mark, points_text
from aftermath.formula_cells import defused, restored
from aftermath.problems import AftermathError, Problem

COLUMNS = ("file", "lesson", "exercise", "cell", "answer", "maximum", "points", "comment")
BYTE_ORDER_MARK = "\ufeff"  # by which spreadsheets know UTF-8


class FormError(AftermathError):
    """The form cannot be read back; the text names every cell that is at fault, and nothing was changed."""


@dataclass(frozen=True)
class ByHand:
    """What a person gave for one answer, as it stands in the form.

    Parameters
    ----------
    row
        The row of the form, column to text.
    points
        The points; None where the cell is still empty.
    """

    row: Mapping[str, str]
    points: float | None

    @property
    def comment(self) -> str:
        """A word to the student."""
        return self.row["comment"]


Form = dict[tuple[str, str], ByHand]  # file and cell to what was given


def read_form(path: Path) -> Form:
    """Read the form as a spreadsheet may have saved it.

    Parameters
    ----------
    path
        Comma, semicolon or tab between cells; UTF-8 or the Windows code page of western Europe; points with a decimal point or
        comma.

    Returns
    -------
    dict
        Empty where there is no form yet.

    Raises
    ------
    FormError
        If a column is missing, or points are no number from 0 to the maximum of their row.
    """
    if not path.is_file():
        return {}
    rows = _rows(path)
    problems, form = [], {}
    for place, row in enumerate(rows, start=2):
        given = row["points"].strip().replace(",", ".")
        try:
            points = float(given) if given else None
            most = float(row["maximum"].replace(",", "."))
        except ValueError:
            points, most = -1.0, 0.0
        if points is not None and not 0 <= points <= most:
            what = f"{row['points']!r} is not a number of points from 0 to {row['maximum']}"
            problems.append(Problem(path.name, place, "points", what, "correct it, or leave it empty"))
        form[PurePosixPath(row["file"]).as_posix(), row["cell"]] = ByHand(row, points)
    if problems:
        raise FormError("\n".join(map(str, problems)))
    return form


def _rows(path: Path) -> list[dict[str, str]]:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    header = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count))
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        mend = "put the column back, or move the form away: a new one is then written"
        raise FormError(str(Problem(path.name, 1, missing[0], "this column is missing", mend)))
    return [{column: restored(row[column] or "") for column in COLUMNS} for row in reader if any(row.values())]


def form_text(waiting: list[tuple[str, str, Mark]], form: Form) -> str:
    """The form anew: a row an answer, with what was given already.

    Parameters
    ----------
    waiting
        File, lesson and mark of every answer that a person has to read.
    form
        As it was read back. **Rows of files that are no longer there stay**, below the others.
    """
    rows: dict[tuple[str, str], Mapping[str, str]] = {}
    for file, lesson, mark in waiting:
        given = form[file, mark.cell].row if (file, mark.cell) in form else {}
        rows[file, mark.cell] = {
            "file": file,
            "lesson": lesson,
            "exercise": mark.exercise,
            "cell": mark.cell,
            "answer": mark.hint,
            "maximum": points_text(mark.points),
            "points": given.get("points", ""),
            "comment": given.get("comment", ""),
        }
    left = {key: given.row for key, given in form.items() if key not in rows}
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\r\n")  # so that either sign in a cell is quoted
    writer.writerow(COLUMNS)
    writer.writerows([defused(row[column]) for column in COLUMNS] for row in (rows | left).values())
    return BYTE_ORDER_MARK + table.getvalue()
