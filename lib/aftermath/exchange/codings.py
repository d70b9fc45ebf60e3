"""Codings from a table of coder, unit, item and value into ``stances.csv`` and ``rubric.csv`` of a case."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from aftermath import vocabulary
from aftermath.case_files.case import LARGEST_YAML
from aftermath.case_files.coders import CODED_TABLES
from aftermath.case_files.columns import file_columns
from aftermath.case_files.file_problems import FileProblems, read_text, short
from aftermath.case_files.reading import read_table
from aftermath.case_files.tables import ALL_SCHEMAS
from aftermath.case_files.writing import read_texts, table_checksum, write_tables
from aftermath.case_files.yaml_files import load_yaml
from aftermath.exchange.annotations import CODINGS
from aftermath.exchange.reference import ExchangeError
from aftermath.exchange.references import file_text
from aftermath.problems import AftermathError, CaseError, Problem, near_miss
from aftermath.statistics.result import Result
from aftermath.wording import counted, listed
from aftermath.workspace import Workspace, find_workspace

COLUMNS = ("coder", "unit", "item", "value")
OPTIONAL = ("reason", "events")
LEVELS = ("-2", "-1", "0", "1", "2")
_KEYS = {"stances": "doc_id", "rubric": "item"}
_DEMANDED = {"stances": ("favourability", "stance_org"), "rubric": ("rationale",)}

_Rows = dict[tuple[str, str], dict[str, str]]  # unit or item, and coder -> row of the table


@dataclass(frozen=True, eq=False)
class NewCodings(Result):
    """The coded tables of a case as they would be; nothing is written yet.

    Parameters
    ----------
    case_id
        The case.
    tables
        ``stances`` and ``rubric``, all text.
    added
        The codings that it did not have: coder, unit, item, value.
    remarks
        What whoever uses them must know.
    workspace
        Where the case is.
    seen
        Checksums of the tables as they were read.
    """

    case_id: str
    tables: Mapping[str, pl.DataFrame]
    added: tuple[tuple[str, str, str, str], ...]
    remarks: tuple[str, ...]
    workspace: Workspace
    seen: Mapping[str, str] = field(repr=False)

    @property
    def table(self) -> pl.DataFrame:
        """The codings that the case did not have."""
        return pl.DataFrame(self.added, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")

    @property
    def text(self) -> str:
        scored = sum(item in vocabulary.RUBRIC_ITEMS for _, _, item, _ in self.added)
        counts = {"rubric": scored, "stances": len(self.added) - scored}
        new = [f"{counted(n, 'coding')} of {table}.csv" for table, n in counts.items()]
        return "\n".join(
            [f"{self.case_id}: {listed(new)} {'is' if len(self.added) == 1 else 'are'} new.", *self.remarks]
        )

    def write(self) -> tuple[str, ...]:
        """Put the tables in place of those of the case, both or none.

        Returns
        -------
        tuple
            The names of the tables that changed.

        Raises
        ------
        CaseError, ChangedOnDisk, WriteError
            As ``write_tables`` raises them; nothing is written then.
        """
        return write_tables(self.workspace.case_folder(self.case_id), self.tables, self.workspace, seen=self.seen)


def codings_from(
    codings: Path | str | pl.DataFrame,
    case_id: str,
    workspace: Workspace | None = None,
    *,
    coders: Mapping[str, str] | None = None,
    again: bool = False,
) -> NewCodings:
    """Take codings into a case.

    Parameters
    ----------
    codings
        One row a coding, in a CSV file or a table: ``coder``; ``unit``, a text of ``coverage.csv``, or the case's id for the rubric;
        ``item``, ``favourability``, ``stance_org``, ``stance_response`` or an item of the rubric; ``value``. There may be ``reason``
        and ``events``, which the rubric has. ``read_annotations`` makes such a table out of exports of annotation tools.
    case_id
        The case. **It need not be whole.**
    workspace
        Where the case is; the workspace in force if not given.
    coders
        What a coder is called there to their id in ``case.yaml``, where the two differ.
    again
        Whether a coding that is there already gives way to another.

    Returns
    -------
    NewCodings
        What ``write`` puts in place.

    Raises
    ------
    ExchangeError
        If a coder, unit, item or value is not known, or a coding is there already with another value; every problem with its row.
    """
    workspace = workspace or find_workspace(to_write=True)
    folder = workspace.case_folder(case_id)
    seen = {table: table_checksum(folder / f"{table}.csv") for table in CODED_TABLES}
    tables = {table: _texts(table, case_id, workspace) for table in (*CODED_TABLES, "coverage")}
    frame = codings if isinstance(codings, pl.DataFrame) else _read(Path(codings))
    taking = _Taking(
        case_id,
        {
            table: {(row[_KEYS[table]], row["coder"]): row for row in tables[table].iter_rows(named=True)}
            for table in CODED_TABLES
        },
        units=set(tables["coverage"]["doc_id"]),
        coders=_coders(folder, tables),
        again=again,
    )
    for number, row in enumerate(_completed(frame).iter_rows(named=True), start=2):
        coding = {name: str(value or "").strip() for name, value in row.items() if name not in ("row", "value")}
        coding["value"] = "" if row["value"] is None else str(row["value"]).strip().replace("\N{MINUS SIGN}", "-")
        coding["coder"] = (coders or {}).get(coding["coder"], coding["coder"])
        taking.take(coding, row["row"] or number)
    problems = [*taking.problems, *taking.lacking()]
    if problems:
        raise ExchangeError(problems)
    whole = {table: _framed(taking.rows[table], tables[table]) for table in CODED_TABLES}
    left = f"{counted(taking.without_place, 'reason')} of stances left out: stances.csv has no column for them."
    return NewCodings(case_id, whole, tuple(taking.added), (left,) if taking.without_place else (), workspace, seen)


@dataclass
class _Taking:
    """Codings being taken into the rows of the coded tables."""

    case_id: str
    rows: dict[str, _Rows]
    units: set[str]
    coders: tuple[str, ...]
    again: bool
    problems: list[Problem] = field(default_factory=list)
    added: list[tuple[str, str, str, str]] = field(default_factory=list)
    without_place: int = 0
    _new: set[tuple[str, tuple[str, str]]] = field(default_factory=set)
    _given: dict[tuple[str, str, str, str], tuple[str, int]] = field(default_factory=dict)
    _touched: dict[tuple[str, tuple[str, str]], tuple[str, int]] = field(default_factory=dict)

    def take(self, coding: Mapping[str, str], row: int) -> None:
        """Take one coding, or tell why not."""
        table = "rubric" if coding["item"] in vocabulary.RUBRIC_ITEMS else "stances"
        fault = self._fault(coding, table)
        if fault:
            column, what, mend = fault
            self.problems.append(Problem(coding["file"], row, column, what, mend))
            return
        key = (coding["item"] if table == "rubric" else coding["unit"], coding["coder"])
        column = "score" if table == "rubric" else coding["item"]
        there = self.rows[table].get(key) or self._begun(table, key)
        before, above = self._given.setdefault((table, *key, column), (coding["value"], row))
        if before != coding["value"]:
            self._conflict(coding, row, f"row {above} says '{before}'", "keep one of the two")
            return
        coded = there[column] or (column == "stance_response" and (table, key) not in self._new)
        if coded and there[column] != coding["value"] and not self.again:
            self._conflict(
                coding, row, f"{table}.csv says '{there[column]}'", "keep one of the two; --again takes the new one"
            )
            return
        if there[column] != coding["value"]:
            self.added.append((coding["coder"], coding["unit"], coding["item"], coding["value"]))
        there[column] = coding["value"]
        self._touched.setdefault((table, key), (coding["file"], row))
        if table == "rubric":
            there["rationale"] = coding["reason"] or there["rationale"]
            there["event_ids"] = coding["events"] or there["event_ids"]
        else:
            self.without_place += bool(coding["reason"])

    def _begun(self, table: str, key: tuple[str, str]) -> dict[str, str]:
        """A row that the table did not have."""
        self._new.add((table, key))
        empty = dict.fromkeys(file_columns(ALL_SCHEMAS[table]), "")
        return self.rows[table].setdefault(key, empty | {_KEYS[table]: key[0], "coder": key[1]})

    def _conflict(self, coding: Mapping[str, str], row: int, stands: str, mend: str) -> None:
        whose = f"{coding['item']} of {coding['unit'] or self.case_id} by {coding['coder']}"
        self.problems.append(Problem(coding["file"], row, "value", f"{whose}: '{coding['value']}', but {stands}", mend))

    def _fault(self, coding: Mapping[str, str], table: str) -> tuple[str, str, str] | None:
        """The first thing about a coding that is not known: column, what, and what mends it."""
        items = (*vocabulary.STANCES, *vocabulary.RUBRIC_ITEMS)
        values = tuple(vocabulary.SCORES) if table == "rubric" else LEVELS
        empty_is_code = coding["item"] == "stance_response"
        units = (self.case_id, "") if table == "rubric" else self.units
        named = {name: f"'{short(coding[name])}'" for name in COLUMNS}
        if coding["coder"] not in self.coders:
            known = ", ".join(self.coders) or "nobody yet"
            return (
                "coder",
                f"{named['coder']} is no coder of {self.case_id}",
                f"name one that case.yaml has ({known}), or add them there",
            )
        if coding["item"] not in items:
            return "item", f"{named['item']} is no item of the codebook", f"use one of: {', '.join(items)}"
        if coding["unit"] not in units:
            mend = f"write {self.case_id}" if table == "rubric" else "name a doc_id that stands in coverage.csv"
            return "unit", f"{named['unit']} is no unit that {coding['item']} is coded of", mend
        if coding["value"] not in values and not (empty_is_code and not coding["value"]):
            return "value", f"{named['value']} is no value of {coding['item']}", f"use one of: {', '.join(values)}"
        return None

    def lacking(self) -> list[Problem]:
        """What rows that were touched still lack."""
        return [
            Problem(
                file, row, name, f"{key[1]} gives no {name} of {key[0]}", f"{table}.csv needs it: add it to the codings"
            )
            for (table, key), (file, row) in self._touched.items()
            for name in _DEMANDED[table]
            if not self.rows[table][key][name]
        ]


def _read(path: Path) -> pl.DataFrame:
    """The table of a CSV file, as text, with the row at which each coding stands."""
    problems = FileProblems(path.name)
    text = file_text(path, problems) or ""
    try:
        records = [[value.strip() for value in row] for row in csv.reader(io.StringIO(text, newline=""), strict=True)]
    except csv.Error as error:
        problems.add(f"is not a well-formed CSV file ({error})", "save it again as CSV")
        raise ExchangeError(problems) from error
    header, *rows = records or [[]]
    for column in COLUMNS:
        if column not in header and not problems:
            mend = f"add it; the columns are {', '.join((*COLUMNS, *OPTIONAL))}"
            problems.add("does not name the columns of codings" if not header else f"has no column {column}", mend, 1)
    for column in header:
        if column not in (*COLUMNS, *OPTIONAL) or header.count(column) > 1:
            problems.add("is not a column of codings, or stands twice", "remove or rename it", 1, column or "(no name)")
    numbered = [(row, record) for row, record in enumerate(rows, start=2) if any(record)]
    for row, record in numbered:
        if len(record) != len(header):
            problems.add(f"has {len(record)} fields where the header has {len(header)}", "make them as many", row)
    if problems:
        raise ExchangeError(problems)
    schema = {"file": pl.String, "row": pl.UInt32} | dict.fromkeys(header, pl.String)
    return pl.DataFrame([(path.name, row, *record) for row, record in numbered], schema=schema, orient="row")


def _completed(frame: pl.DataFrame) -> pl.DataFrame:
    """With all columns that a coding may have."""
    missing = [column for column in COLUMNS if column not in frame.columns]
    if missing:
        raise AftermathError(f"the table has no column {listed(missing)}: codings have {', '.join(COLUMNS)}")
    known = CODINGS | {"events": pl.String, "file": pl.String}
    added = {name: pl.lit(None, dtype) for name, dtype in known.items() if name not in frame.columns}
    return frame.with_columns(**added).with_columns(pl.col("file").fill_null("codings")).select(known.keys())


def _texts(table: str, case_id: str, workspace: Workspace) -> pl.DataFrame:
    """A table of the case as it stands; refused where it is no table."""
    path = workspace.case_folder(case_id) / f"{table}.csv"
    if not path.parent.is_dir():
        raise AftermathError(f"there is no case {case_id!r}: {near_miss(case_id, workspace.case_ids())}")
    problems = FileProblems(workspace.relative(path))
    if not read_table(path, ALL_SCHEMAS[table], problems).complete:
        raise CaseError(problems)
    return read_texts(path)


def _coders(folder: Path, tables: Mapping[str, pl.DataFrame]) -> tuple[str, ...]:
    """Who codes the case: those of ``case.yaml``, or else those whose codes are there."""
    text = read_text(folder / "case.yaml", FileProblems("case.yaml"), largest=LARGEST_YAML)
    named = (load_yaml(text or "", FileProblems("case.yaml")) or {}).get("coders")
    found = sorted({coder for table in CODED_TABLES for coder in tables[table]["coder"]})
    return tuple(named) if isinstance(named, dict) and named else tuple(found)


def _framed(rows: _Rows, there: pl.DataFrame) -> pl.DataFrame:
    """The rows with those that are new below, by coder."""
    known = {key: number for number, key in enumerate(rows)}
    height = there.height
    ordered = sorted(known, key=lambda key: (known[key], "") if known[key] < height else (height, key[1]))
    return pl.DataFrame([rows[key] for key in ordered], schema=there.schema, orient="row")
