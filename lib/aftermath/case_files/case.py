"""A case, loaded whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import polars as pl

from aftermath.case_files.about import About, read_about
from aftermath.case_files.coders import CODED_TABLES, Coder
from aftermath.case_files.consistency import check_together
from aftermath.case_files.desk import Desk, one_line, read_text
from aftermath.case_files.reading import read_table
from aftermath.case_files.relations import CaseTimes, case_times, temporal_network
from aftermath.case_files.tables import OPTIONAL_SCHEMAS, SCHEMAS, CaseTables, Prices, Relations
from aftermath.files import checksum, fingerprint
from aftermath.problems import CaseError, Problem
from aftermath.times import Latency, Span, difference
from aftermath.workspace import Workspace, find_workspace

LARGEST_YAML = 500_000  # bytes: the reader of YAML is slow
EVIDENCE_FILES = ("case.yaml", *(f"{table}.csv" for table in SCHEMAS), "NOTES.md")
_ATTEMPTS = 5
OPTIONAL_FILES = tuple(f"{table}.csv" for table in OPTIONAL_SCHEMAS)


@dataclass(frozen=True, eq=False)
class Case:
    """One documented crisis.

    Parameters
    ----------
    folder
        Where its files lie.
    about
        What ``case.yaml`` says.
    tables
        The six tables, and prices and relations where the case has them, checked.
    notes
        The text of ``NOTES.md``.
    lines
        Field of ``case.yaml`` to the line it stands in.

    Attributes
    ----------
    as_read
        Whether it is what its files say; **False for a case made otherwise**, e.g. changed by ``dataclasses.replace``.
    """

    folder: Path
    about: About
    tables: CaseTables
    notes: str
    lines: Mapping[str, int] = field(default_factory=dict)
    as_read: bool = field(default=False, init=False)

    def __repr__(self) -> str:
        return f"Case({self.id!r}: {self.events.height} events, {self.coverage.height} texts, {self.sources.height} sources)"

    @property
    def id(self) -> str:
        """The name of the folder."""
        return self.about.id

    @property
    def title(self) -> str:
        """The title of the case."""
        return self.about.title

    @property
    def sources(self) -> pl.DataFrame:
        """What was read: one row a source."""
        return self.tables.sources

    @property
    def events(self) -> pl.DataFrame:
        """Who did what, and when: one row an event, in order of ``earliest``; times in UTC."""
        return self.tables.events

    @property
    def coverage(self) -> pl.DataFrame:
        """What was published: one row a text."""
        return self.tables.coverage

    @property
    def stances(self) -> pl.DataFrame:
        """How each text stands: one row a text and coder."""
        return self.tables.stances

    @property
    def signals(self) -> pl.DataFrame:
        """Numbers over time."""
        return self.tables.signals

    @property
    def rubric(self) -> pl.DataFrame:
        """Transparency and empathy: one row an item and coder who scored it. **A row without a score is not coded.**"""
        return self.tables.rubric.filter(pl.col("score").is_not_null())

    @property
    def prices(self) -> pl.DataFrame:
        """Closing prices, one row a trading day; **no rows where the case has no** ``prices.csv``."""
        return Prices.create_empty() if self.tables.prices is None else self.tables.prices

    @cached_property
    def coders(self) -> tuple[Coder, ...]:
        """Who codes, as ``case.yaml`` says; where it does not, those whose codes are there, of whom nothing is stated."""
        ids = {coder: None for table in CODED_TABLES for coder in getattr(self, table)["coder"]}
        return self.about.coders or tuple(map(Coder, sorted(ids)))

    def coders_of(self, table: str) -> tuple[Coder, ...]:
        """Who codes ``rubric`` or ``stances``: **a row of theirs that is missing is not coded**.

        Where ``case.yaml`` does not name the coders, those who have a row in the table.
        """
        if self.about.coders:
            return tuple(coder for coder in self.about.coders if table in coder.codes)
        return tuple(map(Coder, getattr(self, table)["coder"].unique().sort()))

    @cached_property
    def relations(self) -> pl.DataFrame:
        """How long after one event another happened; **no rows where the case has no** ``relations.csv``."""
        return Relations.create_empty() if self.tables.relations is None else self.tables.relations

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The names of its evidence files: those that every case has, then the optional ones that it has."""
        return evidence_files(self.folder)

    @cached_property
    def zero(self) -> Span | None:
        """Clock zero: when the public learned of it; None where no crisis is on record."""
        return self.span(self.about.clock_zero) if self.about.clock_zero else None

    def span(self, event_id: str) -> Span:
        """When an event happened, as far as clock times and relations together tell.

        Raises
        ------
        KeyError
            If the case has no such event.
        """
        try:
            return self.times().spans[event_id]
        except KeyError:
            raise KeyError(f"{self.id} has no event {event_id}") from None

    def times(self, relations: str = "all") -> CaseTimes:
        """When all events happened, and how long after clock zero.

        Parameters
        ----------
        relations
            Which relations are believed, a key of ``case_files.relations.BELIEVED``.
        """
        if relations not in self._times:
            network = temporal_network(self.events, self.relations, relations)
            self._times[relations] = case_times(network, self.about.clock_zero)
        return self._times[relations]

    @cached_property
    def _times(self) -> dict[str, CaseTimes]:
        return {}

    def notes_on(self, *names: str) -> str:
        """The paragraphs and items of the notes that name an event or source, or all of several, in one line."""
        items = re.split(r"\n\s*\n|\n(?=\s*[-*#])", self.notes)
        named = (
            item for item in items if all(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", item) for name in names)
        )
        return " ".join(" ".join(item.split()) for item in named)

    def since_zero(self, span: Span) -> Latency:
        """Signed seconds from clock zero to a span; negative before it, exactly zero for the event itself.

        Raises
        ------
        ValueError
            If no crisis is on record: then there is no clock.
        """
        if self.zero is None:
            raise ValueError(f"{self.id} has no clock zero: no crisis is on record")
        return difference(span, self.zero)

    @cached_property
    def checksum(self) -> str:
        """SHA-256 over the evidence files, **as they were when the case was read**."""
        return checksum(self.folder / name for name in self.files)


def evidence_files(folder: Path) -> tuple[str, ...]:
    """The names of the evidence files of a case folder: those that every case has, then the optional ones it has."""
    return (*EVIDENCE_FILES, *(name for name in OPTIONAL_FILES if os.path.lexists(folder / name)))


def read_case(folder: Path, workspace: Workspace) -> tuple[Case | None, tuple[Problem, ...]]:
    """Read a case folder, and list everything that is wrong with it.

    Parameters
    ----------
    folder
        The case folder.
    workspace
        Problems name files by their path in it.

    Returns
    -------
    tuple
        The case (None where there is any problem) and the problems, sorted.
    """
    if not folder.is_dir():
        known = ", ".join(workspace.case_ids()) or "none yet"
        missing = Problem(
            one_line(workspace.relative(folder)), 0, "", "there is no such case", f"choose one of: {known}"
        )
        return None, (missing,)
    for _ in range(_ATTEMPTS):  # what is being saved is read again: a case is of one moment
        before = _contents(folder)
        case, problems = _read(folder, workspace)
        if _contents(folder) == before:
            break
    return case, problems


def _contents(folder: Path) -> str:
    """Checksum of the evidence files as they lie there; empty where one cannot be read, which is told elsewhere."""
    try:
        return fingerprint(folder, map(folder.joinpath, evidence_files(folder)))
    except OSError:
        return ""


def _read(folder: Path, workspace: Workspace) -> tuple[Case | None, tuple[Problem, ...]]:
    desks = {name: Desk(workspace.relative(folder / name)) for name in evidence_files(folder)}
    text = read_text(folder / "case.yaml", desks["case.yaml"], largest=LARGEST_YAML)
    about = read_about(text, desks["case.yaml"]) if text is not None else None
    notes = read_text(folder / "NOTES.md", desks["NOTES.md"])
    names = [table for table in (*SCHEMAS, *OPTIONAL_SCHEMAS) if f"{table}.csv" in desks]
    tables = {table: read_table(folder / f"{table}.csv", table, desks[f"{table}.csv"]) for table in names}
    check_together(folder.name, tables, about, desks)
    problems = tuple(sorted(problem for desk in desks.values() for problem in desk.problems.values()))
    if problems or about is None or notes is None:
        return None, problems
    frames = {table: reading.frame for table, reading in tables.items()}
    # each table was held against its schema as it was read
    case = Case(folder, about, CaseTables.cast(frames), notes, desks["case.yaml"].rows)
    object.__setattr__(case, "as_read", bool(case.checksum))  # which is taken now: later the files may be others
    return case, ()


def load_case(case_id: str, workspace: Workspace | None = None) -> Case:
    """Load a case by its id.

    Parameters
    ----------
    case_id
        Name of a folder in ``casestudies/``.
    workspace
        Where to look; the workspace in force if not given.

    Returns
    -------
    Case

    Raises
    ------
    CaseError
        If the case has any problem; the error lists all of them.

    Examples
    --------
    >>> load_case("kitchenaid-tweet").about.organisation
    'KitchenAid'
    """
    workspace = workspace or find_workspace()
    case, problems = read_case(workspace.case_folder(case_id), workspace)
    if case is None:
        raise CaseError(problems)
    return case


def case_ids(workspace: Workspace | None = None) -> tuple[str, ...]:
    """The ids of all case folders, sorted, whether they load or not."""
    return (workspace or find_workspace()).case_ids()


def cases(workspace: Workspace | None = None) -> tuple[Case, ...]:
    """All cases of the workspace, sorted by id.

    Raises
    ------
    CaseError
        If any case has a problem; the error lists the problems of all cases.
    """
    workspace = workspace or find_workspace()
    read = [read_case(workspace.case_folder(case_id), workspace) for case_id in workspace.case_ids()]
    problems = [problem for _, found in read for problem in found]
    if problems:
        raise CaseError(problems)
    return tuple(case for case, _ in read if case is not None)
