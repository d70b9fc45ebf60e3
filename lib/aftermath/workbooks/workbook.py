"""A coding workbook of a case: ``<id>.xlsx``, with a sheet a table."""

from __future__ import annotations

import re
from pathlib import Path

from openpyxl import Workbook

from aftermath import vocabulary
from aftermath.case_files.about import About, read_about
from aftermath.case_files.case import LARGEST_YAML, read_case
from aftermath.case_files.check import check
from aftermath.case_files.coders import CODED_TABLES, CODER_ID, RESERVED_CODERS
from aftermath.case_files.file_problems import FileProblems, read_text
from aftermath.case_files.writing import table_checksum
from aftermath.files import write_whole
from aftermath.problems import CaseError, Problem
from aftermath.workbooks.adjudication import TABLE, adjudication_workbook
from aftermath.workbooks.definitions import definitions
from aftermath.workbooks.errors import refused
from aftermath.workbooks.marks import Marks, row_marks, write_marks
from aftermath.workbooks.packing import is_as_written, packed
from aftermath.workbooks.sheets import Sheet, case_sheets, coder_sheets, file_rows
from aftermath.workbooks.writing import READ_ME, write_lines, write_problems, write_sheet
from aftermath.workspace import Workspace, find_workspace

_CELLS = (
    "One row a row of the table, and the note at a heading says what belongs there. Yellow is what must be filled in.",
    "All cells are text: write moments as 2012-10-03T21:45:00-04:00, days as 2012-10-03, lists with ; between.",
)
_CODES = {
    "stances": "stances: from -2 to 2 in each column; stance_response stays empty where the text does not mention the response.",
    "rubric": "rubric: the score, why in one sentence, and the ids of the events that it rests on with ; between, e.g. e07;e08.",
}
_HOW = (
    "Sheets may be sorted, filtered and reordered, columns moved and hidden. Do not rename or merge anything; for notes of your own "
    "add a column or a sheet whose name begins with 'notes', which is not read back.",
    "Save it as .xlsx. Then: aftermath workbook --read FILE",
    "Everything is checked first. If anything is wrong, it is listed by sheet, row and column, and nothing is changed.",
)


def workbook(
    case_id: str,
    path: Path | str | None = None,
    coder: str | None = None,
    *,
    seed: int = 0,
    again: bool = False,
    adjudicate: bool = False,
    workspace: Workspace | None = None,
) -> Path:
    """Write the coding workbook of a case, or that of its disagreements.

    Parameters
    ----------
    case_id
        The case; **it may be unfinished**, as ``aftermath new`` leaves it.
    path
        The file; ``<id>.xlsx``, ``<id>-<coder>.xlsx`` or ``<id>-adjudication.xlsx`` in the working directory if not given.
    coder
        Whose codes it is for, e.g. ``b``. Such a workbook is blind: it has events and abstracts in a random order, and nothing that
        anybody else decided: no codes and reasons of others, no acts, strategies, frames or certainties, no sources. The whole case
        if not given.
    seed
        Of that order.
    again
        Replace a file that is there.
    adjudicate
        Write what coders differ on instead, with the reasons of each and room for what they agree on.
    workspace
        Where to look; the workspace in force if not given.

    Returns
    -------
    Path
        The file. The same case gives the same bytes.

    Raises
    ------
    CaseError
        If a table cannot be laid out in rows and columns; for a coder, and for disagreements, if the case has any problem.
    WorkbookError
        If the coder is none of the case, coders differ on nothing, there is such a file, its name does not end in ``.xlsx``, or a
        text does not fit into a cell.
    """
    workspace = workspace or find_workspace()
    folder = workspace.case_folder(case_id)
    if not folder.is_dir():
        raise CaseError(check([case_id], workspace).problems)
    kind = TABLE if adjudicate else coder
    path = Path(path or f"{case_id}{f'-{kind}' if kind else ''}.xlsx")
    if path.suffix.lower() != ".xlsx":
        raise refused(path.name, "is no name of a workbook", f"name it {path.stem or case_id}.xlsx")
    if path.exists() and not again and not (adjudicate and is_as_written(path)):
        mend = "read it first (--read) if it holds codes, then name another file or replace it with --again"
        raise refused(path.name, "there is such a file already", mend)
    if adjudicate:
        content = _of_disagreements(folder, workspace)
    else:
        content = _of_coder(folder, workspace, coder, seed) if coder else _of_case(folder, workspace)
    return write_whole(path, packed(content))


def about_case(folder: Path) -> About | None:
    """What ``case.yaml`` says, as far as it can be read; fields with a problem are None."""
    text = read_text(folder / "case.yaml", FileProblems("case.yaml"), largest=LARGEST_YAML)
    return None if text is None else read_about(text, FileProblems("case.yaml"))


def _of_disagreements(folder: Path, workspace: Workspace) -> Workbook:
    case, problems = read_case(folder, workspace)
    if case is None:
        raise CaseError(problems)
    made = adjudication_workbook(case, workspace)
    if made is None:
        mend = f"let a second coder code it: `aftermath workbook {folder.name} --coder b`, or am.desk"
        raise refused(folder.name, "no two coders differ on anything that both have coded", mend)
    return made


def _of_case(folder: Path, workspace: Workspace) -> Workbook:
    sheets = case_sheets(folder, workspace)
    about = about_case(folder)
    title = (about.title if about else None) or folder.name
    checksums = {sheet.name: table_checksum(folder / f"{sheet.name}.csv") for sheet in sheets}
    lines = (
        title,
        f"The coding workbook of {folder.name}: all its tables. case.yaml and NOTES.md are not in it.",
        "",
        *_CELLS,
        *_HOW,
    )
    made = _filled(sheets, lines, workspace)
    report = check([folder.name], workspace)
    cells = _Cells(folder, sheets, workspace)
    found = [(problem, cells.of(problem)) for problem in report.problems + report.warnings]
    write_problems(made, found)
    write_marks(made, Marks("case", folder.name, checksums=checksums, rows=row_marks(sheets)))
    return made


def _of_coder(folder: Path, workspace: Workspace, coder: str, seed: int) -> Workbook:
    tables = _tables_of(folder, coder)
    sheets = coder_sheets(folder, workspace, coder, tables, seed, definitions(workspace))
    checksums = {table: table_checksum(folder / f"{table}.csv") for table in ("events", "coverage", *tables)}
    scores = [f"{score}: {meaning}" for score, meaning in vocabulary.SCORES.items() if not score.isdigit()]
    lines = (
        f"{folder.name}: coder {coder}, blind",
        "Code from the events and the abstracts of this workbook alone. They stand in a random order, and what others decided is left out.",
        "Grey columns are there to be read. A row that is left empty is not coded, which is not the same as any code.",
        "",
        "The note at a heading says what belongs there. Yellow is what must be filled in.",
        *(_CODES[table] for table in tables),
        *(scores if "rubric" in tables else ()),
        *_HOW,
    )
    made = _filled(sheets, lines, workspace)
    write_marks(made, Marks("coder", folder.name, coder, seed, checksums, row_marks(sheets)))
    return made


def _tables_of(folder: Path, coder: str) -> tuple[str, ...]:
    """What a coder codes, as ``case.yaml`` says."""
    about = about_case(folder)
    named = {one.id: one.codes for one in about.coders} if about else {}
    if not re.fullmatch(CODER_ID, coder) or coder in RESERVED_CODERS:
        raise refused(
            f"{folder.name}/case.yaml", f"{coder[:40]!r} cannot be the id of a coder", "write a letter, e.g. b"
        )
    if named and coder not in named:
        mend = f"use one of: {', '.join(named)}, or say in case.yaml who it is"
        raise refused(f"{folder.name}/case.yaml", f"{coder!r} is no coder of this case", mend)
    return named.get(coder, CODED_TABLES)


def _filled(sheets: list[Sheet], lines: tuple[str, ...], workspace: Workspace) -> Workbook:
    made = Workbook()
    made.remove(made.worksheets[0])
    made.properties.creator = "aftermath"
    write_lines(made, READ_ME, lines)
    defined = definitions(workspace)
    for sheet in sheets:
        write_sheet(made, sheet, defined)
    return made


class _Cells:
    """Where the rows of files stand in the workbook: blank rows of a file are not in it."""

    def __init__(self, folder: Path, sheets: list[Sheet], workspace: Workspace) -> None:
        self._sheets = {workspace.relative(folder / f"{sheet.name}.csv"): sheet for sheet in sheets}
        self._rows = {
            sheet.name: {row: place for place, row in enumerate(file_rows(folder, sheet.name, workspace), start=2)}
            for sheet in sheets
        }

    def of(self, problem: Problem) -> tuple[str, int, int] | None:
        """Sheet, row and column of a problem; None where it is of no single row."""
        sheet = self._sheets.get(problem.file)
        row = self._rows[sheet.name].get(problem.row) if sheet else None
        if sheet is None or row is None:
            return None
        return sheet.name, row, sheet.columns.index(problem.column) + 1 if problem.column in sheet.columns else 1
