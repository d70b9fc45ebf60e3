"""Reading a workbook back into the files of its case: all of it, or nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from openpyxl import Workbook

from aftermath import vocabulary
from aftermath.case_files.case import Case, read_case
from aftermath.case_files.columns import columns_in
from aftermath.case_files.file_problems import short
from aftermath.case_files.tables import ALL_SCHEMAS
from aftermath.case_files.writing import PREVIOUS, table_checksum, write_tables
from aftermath.comparison.agreement import Reliability, reliability
from aftermath.display import Display
from aftermath.files import WriteError, write_whole
from aftermath.measures.disagreements import Disagreements, disagreements
from aftermath.problems import CaseError, Problem
from aftermath.statistics.result import Result
from aftermath.wording import counted, listed
from aftermath.workbooks.adjudication import TABLE, adjudication_sheet, adjudication_workbook, still_open
from aftermath.workbooks.cells import stored
from aftermath.workbooks.checking import row_problems
from aftermath.workbooks.contents import Contents, contents
from aftermath.workbooks.definitions import definitions
from aftermath.workbooks.errors import WorkbookError, refused
from aftermath.workbooks.marks import Marks, read_marks
from aftermath.workbooks.merging import (
    FOLDER,
    WORKBOOK,
    Merged,
    in_time,
    merged,
    row_key,
    said_of_back,
    said_of_both,
)
from aftermath.workbooks.packing import is_as_written, opened, packed
from aftermath.workbooks.sheets import Key, Row, Sheet, coder_sheets, frame, plain, table_rows
from aftermath.workbooks.workbook import about_case
from aftermath.workspace import Workspace, find_workspace

_SHOWN = 8  # names in one remark


class ChangedInBoth(WorkbookError):
    """Rows were changed in the workbook and in the folder, each in another way; nothing was written."""


@dataclass(frozen=True)
class WorkbookRead(Result):
    """What came of reading a workbook.

    Parameters
    ----------
    case_id
        The case.
    coder
        Whose codes it took; empty where it took the whole case, or what was agreed on.
    changed
        The tables that changed; what they were is kept in ``casestudies/.previous/``.
    remarks
        What was passed over, or read in an unusual place, or changed in the folder meanwhile.
    agreement
        How far the coders of the case agree now; None with fewer than two, or where the case does not load.
    differing
        Where they differ; None likewise.
    adjudication
        The workbook of disagreements that was written; None where there are none, or all are settled.
    """

    case_id: str
    coder: str
    changed: tuple[str, ...]
    remarks: tuple[str, ...]
    agreement: Reliability | None
    differing: Disagreements | None
    adjudication: Path | None

    @property
    def table(self) -> pl.DataFrame:
        """One row a part of the rubric or variable of texts: both coefficients with their intervals, units, same codes."""
        return self.agreement.table if self.agreement else pl.DataFrame({"part": []}, schema={"part": pl.String})

    @property
    def display(self) -> Display:
        """The text, and the table of agreement where there is one."""
        return Display(text=self.text, tables={"": self.table} if self.agreement else {})

    @property
    def text(self) -> str:
        """What changed, what must be known of it, and how far coders agree, one a line."""
        files = listed([f"{table}.csv" for table in self.changed])
        whose = f"coder {self.coder} of {self.case_id}" if self.coder else self.case_id
        said = f"{whose}: {files} written; what was there is kept." if files else f"{whose}: nothing to change."
        lines = [f"{said[0].upper()}{said[1:]}" if self.coder else said, *self.remarks]
        if self.agreement:
            parts = [part for part in self.agreement.parts if part.split()[0] not in vocabulary.RUBRIC_ITEMS]
            lines += [f"{part}: {self.agreement.parts[part].text}" for part in parts]
        if self.differing:
            lines.append(self.differing.text)
        if self.adjudication:
            lines.append(f"{self.adjudication}: every disagreement, with the reasons of each.")
        return "\n".join(lines)


def read_workbook(
    path: Path | str, case_id: str | None = None, *, keep: str | None = None, workspace: Workspace | None = None
) -> WorkbookRead:
    """Read a coding workbook, or one of disagreements, back into its case.

    Everything is checked first; **nothing changes unless all of it is valid**. The files that give way are kept in
    ``casestudies/.previous/<id>/``. Where coders differ on anything that is not settled, ``<id>-adjudication.xlsx`` is written beside the
    workbook; with a number where somebody has saved the one that is there.

    Parameters
    ----------
    path
        The workbook, as it was saved.
    case_id
        The case that it should be of; whatever it says itself if not given.
    keep
        ``workbook`` or ``folder``: which of the two holds where both changed a row since the workbook was written or last read.
    workspace
        Where the case is; the workspace in force if not given.

    Returns
    -------
    WorkbookRead

    Raises
    ------
    WorkbookError
        If anything in the file cannot be read as it is meant, or would be a problem of the case; it names every place by sheet, row and
        column, and what would mend it. Where cells cannot be read, what holds between tables is looked at once they can be.
    ChangedInBoth
        If rows were changed in the workbook and in the folder, and ``keep`` does not say which holds.
    CaseError
        If a table of the folder cannot be laid out in rows and columns; for a coder, if the case has any problem.
    WriteError
        If the disk is full or the folder cannot be written; the files are then as they were.
    """
    path, workspace = Path(path), workspace or find_workspace()
    if keep not in (None, WORKBOOK, FOLDER):
        raise refused(path.name, f"{keep!r} is nothing to keep", f"say {WORKBOOK} or {FOLDER}")
    book = opened(path)
    marks = read_marks(book, path.name)
    folder = _folder(path, marks, case_id, workspace)
    seen = {table: table_checksum(folder / f"{table}.csv") for table in marks.rows}
    about = about_case(folder)
    sheets = _sheets(book, marks, folder, workspace)
    read = contents(book, sheets, path.name, about.timezone if about else None)
    faults = [*read.problems, *_other_units(sheets, read, marks, path.name)]
    if faults:
        raise WorkbookError([*faults, *row_problems(sheets, read, path.name)])
    now = {sheet.name: table_rows(folder, sheet.name, workspace) for sheet in sheets if sheet.name in marks.rows}
    pair = _Pair(path.name, marks, folder, sheets, read, now, seen)
    tables = _merged(pair, keep or "")
    changed = {name: frame(name, table.rows) for name, table in tables.items() if table.rows != pair.now[name]}
    try:
        written = write_tables(folder, changed, workspace, seen=seen)
    except CaseError as error:
        raise WorkbookError(_in_sheets(error.problems, tables, read, path.name)) from error
    remarks = (*read.remarks, *_sorted(tables), *_moved(tables), *_other_evidence(sheets, read), *_remember(pair))
    return _result(path, pair, workspace, written, remarks)


@dataclass(frozen=True)
class _Pair:
    """A workbook and the folder that it is to be read into.

    Parameters
    ----------
    file, marks, sheets, read
        The name of the workbook, what it knows of itself, which sheets it has, and what stands in them.
    folder, now, seen
        The case folder, the rows of its tables, and the checksums of their files.
    """

    file: str
    marks: Marks
    folder: Path
    sheets: list[Sheet]
    read: Contents
    now: dict[str, list[Row]]
    seen: dict[str, str]


def _folder(path: Path, marks: Marks, case_id: str | None, workspace: Workspace) -> Path:
    if case_id is not None and marks.case_id != case_id:
        raise refused(
            path.name, f"is a workbook of {marks.case_id}, not of {short(case_id)}", "name the other, or none"
        )
    folder = workspace.case_folder(marks.case_id)
    if not folder.is_dir():
        known = ", ".join(workspace.case_ids()) or "none yet"
        raise refused(path.name, f"is a workbook of {marks.case_id}, which is no case here", f"the cases are: {known}")
    return folder


def _sheets(book: Workbook, marks: Marks, folder: Path, workspace: Workspace) -> list[Sheet]:
    """The sheets that a workbook of this kind has, with the rows that it would have if it were written now."""
    if marks.kind == "case":
        pages = {plain(page.title).casefold(): page for page in book.worksheets}
        headings = {
            name: map(stored, next(page.iter_rows(max_row=1, values_only=True), ())) for name, page in pages.items()
        }
        return [
            Sheet(table, columns_in(ALL_SCHEMAS[table], headings.get(table, ())), [])
            for table in marks.rows
            if table in ALL_SCHEMAS
        ]
    if marks.kind == "coder":
        return coder_sheets(folder, workspace, marks.coder, tuple(marks.rows), marks.seed, definitions(workspace))
    case, problems = read_case(folder, workspace)
    if case is None:
        raise CaseError(problems)
    return [adjudication_sheet(case, workspace)]


def _other_units(sheets: list[Sheet], read: Contents, marks: Marks, file: str) -> list[Problem]:
    """A sheet of codes has the rows that were written into it, and no others."""
    problems = []
    for sheet in (sheet for sheet in sheets if sheet.codes and sheet.name in read.rows):
        known, there = set(map(sheet.key, sheet.rows)) | set(marks.rows[sheet.name]), read.rows[sheet.name]
        faulty = [sheet.key(row) for _, row in read.faulty[sheet.name]]
        for key in there:
            if key not in known:
                what = f"'{short(key[0])}' is nothing that this workbook asks for"
                row = read.places[sheet.name][key]
                problems.append(Problem(f"{file}:{sheet.name}", row, sheet.keys[0], what, "remove the row"))
        for key in marks.rows[sheet.name]:
            if key not in there and key not in faulty and all(map(all, faulty)):
                what = f"the row of {short(key[0])} is missing"
                mend = "put it back, and leave its codes empty where it is not coded"
                problems.append(Problem(f"{file}:{sheet.name}", 0, sheet.keys[0], what, mend))
    return problems


def _merged(pair: _Pair, keep: str) -> dict[str, Merged]:
    """The tables as they would be; refused where both the workbook and the folder changed a row."""
    base = _last_read(pair.folder, pair.marks)
    tables, problems = {}, []
    for sheet in (sheet for sheet in pair.sheets if sheet.is_read):
        name, now, theirs = sheet.name, pair.now[sheet.name], pair.read.rows[sheet.name]
        there = {row_key(name, row): row for row in now}
        if len(there) < len(now) and pair.seen[name] != pair.marks.checksums.get(name):
            mend = "`aftermath check` names them: mend them first"
            raise refused(
                f"{pair.folder.name}/{name}.csv", "changed since the workbook was written, and has rows twice", mend
            )
        tables[name] = in_time(name, merged(sheet, theirs, now, base[name], pair.marks.rows[name], keep), now)
        for key in tables[name].conflicts:
            place = pair.read.places[name].get(key, 0)
            said = said_of_back if key in tables[name].back else said_of_both
            what = f"{_names([key])} {said(sheet, theirs.get(key), there.get(key))}"
            mend = f"read it again and keep one of the two: --keep {WORKBOOK}, or --keep {FOLDER}"
            problems.append(Problem(f"{pair.file}:{name}", place, sheet.keys[0], what, mend))
    if problems:
        raise ChangedInBoth(problems)
    return tables


def _in_sheets(problems: tuple[Problem, ...], tables: Mapping[str, Merged], read: Contents, file: str) -> list[Problem]:
    """Problems of the files as they would be, by the cells that they come from."""
    found = []
    for problem in problems:
        name = Path(problem.file).stem
        origins = tables[name].origins if problem.file.endswith(f"{name}.csv") and name in tables else []
        key = origins[problem.row - 2] if 2 <= problem.row < len(origins) + 2 else None
        place = read.places[name].get(key) if key is not None else None
        if place:
            found.append(Problem(f"{file}:{name}", place, problem.column, problem.what, problem.mend))
        else:
            found.append(problem)
    return found


def _sorted(tables: Mapping[str, Merged]) -> list[str]:
    return [
        f"{name}: the rows were sorted by {table.sorted_by}; ids stay as they are."
        for name, table in tables.items()
        if table.sorted_by
    ]


def _moved(tables: Mapping[str, Merged]) -> list[str]:
    return [
        f"{name}.csv changed since the workbook was written, in other rows, which stay as they are: {_names(table.moved)}."
        for name, table in tables.items()
        if table.moved
    ]


def _other_evidence(sheets: list[Sheet], read: Contents) -> list[str]:
    """What was coded from evidence that is not that of the folder."""
    added = []
    for sheet in (sheet for sheet in sheets if sheet.codes):
        now = {sheet.key(row): row for row in sheet.rows}
        other = [
            key
            for key, row in read.rows[sheet.name].items()
            if key in now and any(row.get(name, "") != now[key][name] for name in sheet.evidence)
        ]
        if other:
            added.append(
                f"{sheet.name}: what was coded is not what the folder says now, or was changed in the sheet: {_names(other)}."
            )
    return added


def _names(keys: tuple[Key, ...] | list[Key]) -> str:
    names = [short(" ".join(filter(None, key))) for key in keys]
    more = [f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else []
    return listed([*names[:_SHOWN], *more])


def _memory(folder: Path, marks: Marks) -> Path:
    """Where it is kept what a workbook said when it was last read, so that it can be read again."""
    return folder.parent / PREVIOUS / folder.name / f"workbook-{marks.identity}.json"


def _last_read(folder: Path, marks: Marks) -> Mapping[str, Mapping[Key, str]]:
    """What the rows of the workbook said when it was last read, or when it was written."""
    try:
        said = json.loads(_memory(folder, marks).read_text(encoding="utf-8"))
        return {table: {tuple(key): digest for key, digest in said[table]} for table in marks.rows}
    except (OSError, ValueError, KeyError, TypeError):
        return marks.rows


def _remember(pair: _Pair) -> list[str]:
    """Keep what the workbook says now; what could not be kept is told, as the tables are written already."""
    said = {
        sheet.name: [[list(key), sheet.digest(row)] for key, row in pair.read.rows[sheet.name].items()]
        for sheet in pair.sheets
        if sheet.is_read
    }
    before = {
        name: [[list(key), mark] for key, mark in rows.items()]
        for name, rows in _last_read(pair.folder, pair.marks).items()
    }
    if said == before:
        return []
    try:
        write_whole(_memory(pair.folder, pair.marks), json.dumps(said))
    except WriteError as error:
        return [f"When this workbook is read again, rows that it changed count as changed in the folder, too: {error}"]
    return []


def _result(
    path: Path, pair: _Pair, workspace: Workspace, written: tuple[str, ...], remarks: tuple[str, ...]
) -> WorkbookRead:
    marks, folder = pair.marks, pair.folder
    case, problems = read_case(folder, workspace)
    if case is None:
        more = f"{counted(len(problems), 'problem')} of {folder.name} are left: `aftermath check {folder.name}` names them."
        return WorkbookRead(marks.case_id, marks.coder, written, (*remarks, more), None, None, None)
    coders = {*case.rubric["coder"], *case.stances["coder"]}
    if len(coders) < 2 or not case.about.documented:
        return WorkbookRead(marks.case_id, marks.coder, written, remarks, None, None, None)
    sheet, added = _adjudication(path, case, workspace) if marks.kind != "adjudication" else (None, ())
    found = reliability([case]), disagreements(case)
    return WorkbookRead(marks.case_id, marks.coder, written, (*remarks, *added), *found, sheet)


def _adjudication(path: Path, case: Case, workspace: Workspace) -> tuple[Path | None, tuple[str, ...]]:
    """The workbook of disagreements beside the one that was read; one into which anybody may have written stays."""
    made = adjudication_workbook(case, workspace)
    if made is None:
        return None, ()
    if not still_open(case):
        return None, ("Whatever the coders differ on is settled in adjudication.csv.",)
    for number in range(1, 1000):
        place = path.with_name(f"{case.id}-{TABLE}{f'-{number}' if number > 1 else ''}.xlsx")
        if not place.exists() or is_as_written(place):
            try:
                return write_whole(place, packed(made)), ()
            except WriteError as error:
                return None, (f"The disagreements: {error}",)
    return None, ("There are 999 workbooks of disagreements beside this one already: remove some.",)
