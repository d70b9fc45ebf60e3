"""Putting coded rows into the tables of a case: all of them or none, checked first, and with the previous files kept.

What programs change here, people have typed: rows are text from end to end, so that what was not changed keeps every character.
"""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import polars as pl

from aftermath.case_files.case import read_case
from aftermath.case_files.columns import columns_in, file_columns
from aftermath.case_files.tables import ALL_SCHEMAS
from aftermath.files import WriteError, take_lock, write_whole
from aftermath.problems import AftermathError, CaseError, Problem
from aftermath.wording import listed
from aftermath.workspace import Workspace

PREVIOUS = ".previous"  # a hidden folder is no case
_MOMENT, _PATIENCE = 0.02, 500  # seconds between looks at a lock, and how many
_HELD = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)


class ChangedOnDisk(AftermathError):
    """A table is not what it was when it was read; nothing was written.

    Attributes
    ----------
    tables
        The names of the tables that changed.
    """

    def __init__(self, folder: str, tables: tuple[str, ...]) -> None:
        self.folder, self.tables = folder, tables
        super().__init__(
            f"{folder}: {listed([f'{table}.csv' for table in tables])} changed since it was read. Nothing was written: read the "
            "case again, then make the change once more."
        )

    def __reduce__(self) -> tuple:
        return ChangedOnDisk, (self.folder, self.tables)


def read_texts(path: Path) -> pl.DataFrame:
    """The fields of a table exactly as they stand in its file.

    Parameters
    ----------
    path
        A CSV file that ``check`` finds no fault with.

    Returns
    -------
    polars.DataFrame
        One row a row, all columns text, the empty text where a field is empty; blank rows are left out.

    Examples
    --------
    >>> from aftermath.workspace import find_workspace
    >>> read_texts(find_workspace().cases / "kitchenaid-tweet" / "stances.csv").row(0)
    ('d01', 'a', '0', '-1', '1')
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file, strict=True)
    return pl.DataFrame([row for row in rows if any(row)], schema=dict.fromkeys(header, pl.String), orient="row")


def header_of(path: Path) -> tuple[str, ...]:
    """The names in the first row of a table's file; none where there is no file."""
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8-sig", newline="") as file:
        return tuple(name.strip() for name in next(csv.reader(file), ()))


def table_checksum(path: Path) -> str:
    """SHA-256 of a file's contents; that of nothing where there is no file."""
    if not path.is_file():
        return hashlib.sha256().hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def csv_text(table: str, rows: pl.DataFrame) -> str:
    """A table as its file holds it: columns in the order of the schema, quotation marks where they must be.

    Parameters
    ----------
    table
        Its name, e.g. ``events``.
    rows
        All columns of the table as text, in any order; null and the empty text are an empty field, and a line ends with ``\\n``
        in whatever way it ended. **An optional column in which nothing stands is left out.**

    Examples
    --------
    >>> csv_text("stances", pl.DataFrame({"doc_id": ["d01"], "coder": ["a"], "favourability": ["-1"],
    ...     "stance_org": ["0"], "stance_response": [None]}))
    'doc_id,coder,favourability,stance_org,stance_response\\nd01,a,-1,0,\\n'
    """
    columns = columns_in(ALL_SCHEMAS[table], (name for name in rows.columns if rows[name].fill_null("").ne("").any()))
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows.select(pl.col(columns).fill_null("").str.replace_all("\r\n?", "\n")).iter_rows())
    return file.getvalue()


def write_tables(
    folder: Path, tables: Mapping[str, pl.DataFrame], workspace: Workspace, *, seen: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Put tables in place of those of a case, **all of them or none**.

    The case as it would be is checked before anything is touched, and the files that give way are kept in
    ``casestudies/.previous/<id>/<number>/``. A table whose rows stay the same keeps its bytes.

    Parameters
    ----------
    folder
        The case folder.
    tables
        Name of a table to its rows, as ``csv_text`` takes them.
    workspace
        Problems name files by their path in it.
    seen
        Name of a table to its ``table_checksum`` when it was read: what changed since is not written over.

    Returns
    -------
    tuple
        The names of the tables that changed.

    Raises
    ------
    ChangedOnDisk
        If a table is not what ``seen`` says.
    CaseError
        If a table to be written would have a problem, or any other file one that it does not have now.
    WriteError
        If a file cannot be written; what was there is put back.

    Examples
    --------
    >>> from aftermath.workspace import find_workspace
    >>> workspace = find_workspace()
    >>> folder = workspace.case_folder("kitchenaid-tweet")
    >>> write_tables(folder, {"stances": read_texts(folder / "stances.csv")}, workspace)
    ()
    """
    with _one_writer(folder):
        return _written(folder, tables, workspace, seen or {})


def _written(
    folder: Path, tables: Mapping[str, pl.DataFrame], workspace: Workspace, seen: Mapping[str, str]
) -> tuple[str, ...]:
    paths = {table: folder / f"{table}.csv" for table in tables}
    moved = tuple(table for table, mark in seen.items() if table_checksum(folder / f"{table}.csv") != mark)
    if moved:
        raise ChangedOnDisk(workspace.relative(folder), moved)
    changed = {table: csv_text(table, rows) for table, rows in tables.items() if not _same(paths[table], table, rows)}
    if not changed:
        return ()
    problems = _problems_with(folder, changed, workspace)
    if problems:
        raise CaseError(problems)
    _keep_previous(folder, tuple(changed))
    _replace({paths[table]: text for table, text in changed.items()})
    return tuple(changed)


@contextmanager
def _one_writer(folder: Path) -> Iterator[None]:
    """What is compared is what is written over: whoever else writes tables of the case waits."""
    with ExitStack() as held:
        if (folder / "case.yaml").is_file():  # it is there to be held: nothing is written in its place here
            file = held.enter_context((folder / "case.yaml").open("rb"))
            for attempt in range(_PATIENCE):
                try:
                    take_lock(file)
                    break
                except OSError as error:
                    if error.errno not in _HELD:  # this disk knows no locks: then the checksums alone guard it
                        break
                    if attempt == _PATIENCE - 1:
                        what = "another program writes this case. Nothing was changed: wait until it has ended, then try again."
                        raise WriteError(f"{folder}: {what}") from error
                    time.sleep(_MOMENT)
        yield


def _same(path: Path, table: str, rows: pl.DataFrame) -> bool:
    """Whether a file says what the rows say: how it is quoted, and where its columns stand, is left as it is."""
    if not path.is_file():
        return False
    try:
        there = read_texts(path)
    except (ValueError, csv.Error, pl.exceptions.PolarsError):
        return False  # it is no table as it stands, and is told of by the check
    columns = list(file_columns(ALL_SCHEMAS[table]))
    if not set(there.columns) <= set(columns):
        return False  # a column that is none gives way
    ours, theirs = (
        frame.select(
            pl.col(name).cast(pl.String).fill_null("") if name in frame.columns else pl.lit("").alias(name)
            for name in columns
        )
        for frame in (rows, there)
    )
    return ours.equals(theirs)


def _problems_with(folder: Path, texts: Mapping[str, str], workspace: Workspace) -> list[Problem]:
    """What would be wrong with the tables, and what would go wrong elsewhere because of them."""
    try:
        with tempfile.TemporaryDirectory() as temporary:
            trial = Workspace(Path(temporary))
            copy = trial.cases / folder.name
            shutil.copytree(folder, copy, symlinks=True)
            _, before = read_case(folder, workspace)
            for table, text in texts.items():
                path = copy / f"{table}.csv"
                path.unlink(missing_ok=True)  # where it is a link, the link gives way and not what it leads to
                path.write_text(text, encoding="utf-8", newline="")
            _, after = read_case(copy, trial)
    except OSError as error:
        why = error.strerror or "not all files of the case could be copied"
        raise WriteError(
            f"{workspace.relative(folder)}: what is to be written cannot be checked in the temporary folder ({why}). "
            "Nothing was changed: free space, or name another folder (TMPDIR), then try again."
        ) from error
    written = {f"{trial.relative(copy)}/{table}.csv" for table in texts}
    return [problem for problem in after if problem.file in written or problem not in before]


def _keep_previous(folder: Path, tables: tuple[str, ...]) -> None:
    """Copy the files that are about to change to a folder with the next free number."""
    kept = folder.parent / PREVIOUS / folder.name
    try:
        kept.mkdir(parents=True, exist_ok=True)
        numbers = [int(path.name) for path in kept.iterdir() if path.name.isdigit()]
        place = kept / f"{max(numbers, default=0) + 1:04d}"
        place.mkdir()
        for table in tables:
            if (folder / f"{table}.csv").is_file():
                shutil.copyfile(folder / f"{table}.csv", place / f"{table}.csv")
    except OSError as error:
        raise WriteError(
            f"{kept}: the previous files could not be kept there ({error.strerror or error}), so nothing was changed. Make the "
            "folder writable or free space, then try again."
        ) from error


def _replace(texts: Mapping[Path, str]) -> None:
    """Write every file, or put back those that were written before one failed."""
    with ExitStack() as undo:
        for path, text in texts.items():
            before = path.read_bytes() if path.is_file() else None
            write_whole(path, text)
            if before is None:
                undo.callback(path.unlink)
            else:
                undo.callback(write_whole, path, before)
        undo.pop_all()
