"""Which sheets a workbook has, what stands in them, and what of it belongs to which table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from aftermath import vocabulary
from aftermath.case_files.case import read_case
from aftermath.case_files.coders import CODED_TABLES
from aftermath.case_files.columns import columns_in, file_columns
from aftermath.case_files.file_problems import FileProblems
from aftermath.case_files.reading import read_table
from aftermath.case_files.tables import ALL_SCHEMAS, SCHEMAS
from aftermath.case_files.writing import header_of, read_texts
from aftermath.problems import CaseError
from aftermath.workbooks.definitions import Definitions
from aftermath.workspace import Workspace

Row = dict[str, str]
Key = tuple[str, ...]

# What every coder sees of an event: what was decided in coding it (acts, strategies, certainty, the likeliest reading) stays away, and so
# do sources, since who codes blind codes from events and abstracts alone.
EVIDENCE_OF_EVENTS = ("event_id", "label", "earliest", "latest", "actor", "channel", "speaker", "role", "summary")
_KEYS: dict[str, Key] = {"signals": ("signal", "time", "scope", "source_id")}


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook.

    Parameters
    ----------
    name
        Of the sheet; that of the table where it has one.
    columns
        In the order in which they are written.
    rows
        The rows as they are written, text from end to end.
    evidence
        Columns that are there to be read: **what is written in them is not taken over**.
    codes
        Columns that a coder fills: a row in which all are empty is not coded. None where every row counts.
    fixed
        Columns of the table that the sheet leaves out, with what they hold in each row.
    units
        Items and texts in their order, for a sheet whose own order means nothing.
    """

    name: str
    columns: tuple[str, ...]
    rows: list[Row]
    evidence: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    fixed: Mapping[str, str] = field(default_factory=dict)
    units: tuple[str, ...] = ()

    @property
    def is_read(self) -> bool:
        """Whether anything of it is taken over."""
        return len(self.evidence) < len(self.columns)

    @property
    def own(self) -> tuple[str, ...]:
        """Its columns that are columns of the table."""
        return tuple(column for column in self.columns if column not in self.evidence)

    @property
    def keys(self) -> Key:
        """The columns that tell one row from another."""
        return key_columns(self.name)

    def key(self, row: Row) -> Key:
        """What tells a row from the others."""
        return tuple(self.fixed.get(column) or row.get(column, "") for column in self.keys)

    def place(self, key: Key) -> int:
        """Where a row belongs among the others, by its item or text."""
        return self.units.index(key[0]) if key[0] in self.units else len(self.units)

    def is_blank(self, row: Row | None) -> bool:
        """Whether a row is not coded, so that it need not be in the table."""
        return bool(self.codes) and self.digest(row) == self.digest(None)

    def digest(self, row: Row | None) -> str:
        """What a row says, in few characters; a row that is missing says what an empty one says."""
        counted = self.codes or self.own
        values = [plain(row.get(column, "")) for column in counted] if row else [""] * len(counted)
        return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]


def key_columns(table: str) -> Key:
    """The columns that tell one row of a table from another."""
    return _KEYS.get(table) or tuple(ALL_SCHEMAS[table].primary_key())


def plain(text: str) -> str:
    """A field as the check of a case reads it: without blanks around it, and with one kind of line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def table_rows(folder: Path, table: str, workspace: Workspace) -> list[Row]:
    """The rows of a table as they stand in its file; none where there is no such file.

    Raises
    ------
    CaseError
        If the file cannot be laid out in rows and columns.
    """
    path = folder / f"{table}.csv"
    if table not in SCHEMAS and not path.exists():
        return []
    problems = FileProblems(workspace.relative(path))
    if not read_table(path, ALL_SCHEMAS[table], problems).complete:
        raise CaseError(problems)
    return [row for row in read_texts(path).rename(str.strip).iter_rows(named=True) if any(map(plain, row.values()))]


def file_rows(folder: Path, table: str, workspace: Workspace) -> list[int]:
    """The row of the file in which each row of a table stands, the header being row 1."""
    path = folder / f"{table}.csv"
    return read_table(path, ALL_SCHEMAS[table], FileProblems(workspace.relative(path))).frame["row"].to_list()


def frame(table: str, rows: Sequence[Row]) -> pl.DataFrame:
    """Rows as a table whose fields are text."""
    columns = list(file_columns(ALL_SCHEMAS[table]))
    values = [[row.get(column, "") for column in columns] for row in rows]
    return pl.DataFrame(values, schema=dict.fromkeys(columns, pl.String), orient="row")


def case_sheets(folder: Path, workspace: Workspace) -> list[Sheet]:
    """The sheets of the whole case: one a table that it has, all columns that its file has, and all rows."""
    tables = [table for table in ALL_SCHEMAS if table in SCHEMAS or (folder / f"{table}.csv").exists()]
    return [
        Sheet(
            table,
            columns_in(ALL_SCHEMAS[table], header_of(folder / f"{table}.csv")),
            _plain_rows(table_rows(folder, table, workspace)),
        )
        for table in tables
    ]


def coder_sheets(
    folder: Path, workspace: Workspace, coder: str, tables: Iterable[str], seed: int, defined: Definitions
) -> list[Sheet]:
    """The sheets of one coder: events and abstracts shuffled, and the codes of this coder alone."""
    case, problems = read_case(folder, workspace)
    if case is None:
        raise CaseError(problems)
    read = {table: _plain_rows(table_rows(folder, table, workspace)) for table in ("events", "coverage", *CODED_TABLES)}
    own = {
        table: {row[key_columns(table)[0]]: row for row in read[table] if row["coder"] == coder}
        for table in CODED_TABLES
    }
    events = [{column: row[column] for column in EVIDENCE_OF_EVENTS} for row in read["events"]]
    sheets = [Sheet("events", EVIDENCE_OF_EVENTS, shuffled(events, "event_id", seed, coder), EVIDENCE_OF_EVENTS)]
    if "stances" in tables:
        texts = [
            {"doc_id": row["doc_id"], "published": row["published"], "abstract": row["abstract"]}
            | _codes(own["stances"].get(row["doc_id"]), tuple(vocabulary.STANCES))
            for row in shuffled(read["coverage"], "doc_id", seed, coder)
        ]
        columns = ("doc_id", "published", "abstract", *vocabulary.STANCES)
        evidence, units = ("published", "abstract"), tuple(row["doc_id"] for row in read["coverage"])
        sheets.append(Sheet("stances", columns, texts, evidence, tuple(vocabulary.STANCES), {"coder": coder}, units))
    if "rubric" in tables:
        scored = ("score", "event_ids", "rationale")
        items = [
            {"item": item, "question": label, "levels": levels(item, defined)} | _codes(own["rubric"].get(item), scored)
            for item, label in vocabulary.RUBRIC_ITEMS.items()
        ]
        columns = ("item", "question", "levels", *scored)
        evidence, units = ("question", "levels"), tuple(vocabulary.RUBRIC_ITEMS)
        sheets.append(Sheet("rubric", columns, items, evidence, scored, {"coder": coder}, units))
    return sheets


def levels(item: str, defined: Definitions) -> str:
    """What the scores of an item stand for, one a line."""
    return "\n".join(f"{score}: {meaning}" for score, meaning in enumerate(defined.items.get(item, ())))


def shuffled(rows: Iterable[Row], key: str, seed: int, coder: str) -> list[Row]:
    """Rows in an order that has nothing to do with theirs; **the same for the same seed and coder**, whatever else is there."""

    def place(row: Row) -> str:
        return hashlib.sha256(f"{seed}\0{coder}\0{row[key]}".encode()).hexdigest()

    return sorted(rows, key=place)


def _codes(row: Row | None, columns: tuple[str, ...]) -> Row:
    return {column: row[column] if row else "" for column in columns}


def _plain_rows(rows: Iterable[Row]) -> list[Row]:
    return [{column: plain(text) for column, text in row.items()} for row in rows]
