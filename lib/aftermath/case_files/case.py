"""A case, loaded whole or not at all."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import polars as pl

from aftermath.case_files.about import About, read_about
from aftermath.case_files.coders import CODED_TABLES, Coder
from aftermath.case_files.consistency import check_together
from aftermath.case_files.evidence import EVIDENCE_FILES, Evidence, contents, evidence_files
from aftermath.case_files.file_problems import FileProblems, one_line, read_text
from aftermath.case_files.lengths import check_notes
from aftermath.case_files.options import options_of, under_options
from aftermath.case_files.overview import display_of
from aftermath.case_files.reading import read_table
from aftermath.case_files.relations import CaseTimes, case_times, temporal_network
from aftermath.case_files.replay_file import REPLAY_FILE, Staging, check_staging, read_staging
from aftermath.case_files.tables import (
    ALL_SCHEMAS,
    OPTIONAL_SCHEMAS,
    Adjudication,
    CaseTables,
    Prices,
    Relations,
)
from aftermath.display import Display, Displayed
from aftermath.files import checksum
from aftermath.kept import kept
from aftermath.problems import CaseError, Problem, near_miss
from aftermath.times import Latency, Span, difference
from aftermath.workspace import Workspace, find_workspace

LARGEST_YAML = 500_000  # bytes: the reader of YAML is slow
_ATTEMPTS = 5


@dataclass(frozen=True, eq=False)
class Case(Displayed):
    """One documented crisis.

    Parameters
    ----------
    folder
        Where its files lie.
    about
        What ``case.yaml`` says.
    tables
        The six tables, and prices, relations and adjudication where the case has them, checked.
    notes
        The text of ``NOTES.md``.
    lines
        Field of ``case.yaml`` to the line it stands in.
    evidence
        What its files said when they were read; None for a case made otherwise.
    original, coder
        Of a case under other options: the case as its files say, and the only coder who counts; else None.
    staging
        What ``replay.yaml`` says of how the case is replayed; None where it has none. **It is no evidence.**
    """

    folder: Path
    about: About
    tables: CaseTables
    notes: str
    lines: Mapping[str, int] = field(default_factory=dict)
    evidence: Evidence | None = None
    original: Case | None = None
    coder: str | None = None
    staging: Staging | None = None

    def __repr__(self) -> str:
        return f"Case({self.id!r}: {self.events.height} events, {self.coverage.height} texts, {self.sources.height} sources)"

    @property
    def display(self) -> Display:
        """What it is about, in words, and its events, texts and sources."""
        return display_of(self)

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
        return Prices.no_rows() if self.tables.prices is None else self.tables.prices

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

    @property
    def adjudication(self) -> pl.DataFrame:
        """What coders agreed on where they differ, which no measure uses; **no rows where the case has no** ``adjudication.csv``."""
        return Adjudication.no_rows() if self.tables.adjudication is None else self.tables.adjudication

    @cached_property
    def relations(self) -> pl.DataFrame:
        """How long after one event another happened; **no rows where the case has no** ``relations.csv``."""
        return Relations.no_rows() if self.tables.relations is None else self.tables.relations

    @property
    def files(self) -> tuple[str, ...]:
        """The names of its evidence files: those that every case has, then the optional ones that it has."""
        optional = (f"{table}.csv" for table in OPTIONAL_SCHEMAS if getattr(self.tables, table) is not None)
        return (*EVIDENCE_FILES, *optional)

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

    def with_clock(self, event_id: str | None) -> Case:
        """The case with its clock starting at another of its events; as it is if None.

        Raises
        ------
        NothingToMeasure
            If no crisis is on record.
        OptionError
            If it has no such event.
        """
        return self if event_id is None else self._under(event_id, self.coder)

    def coded_by(self, coder: str | None) -> Case:
        """The case as one coder coded it, rubric and texts; as it is if None.

        Raises
        ------
        OptionError
            If nobody of that name codes it.

        Examples
        --------
        >>> load_case("kitchenaid-tweet").coded_by("a").options
        ('coder a alone',)
        """
        return self if coder is None else self._under(self.about.clock_zero, coder)

    def _under(self, clock_zero: str | None, coder: str | None) -> Case:
        """This case under options, made once."""
        whole = self.original or self
        if (clock_zero, coder) not in whole._seen:
            whole._seen[clock_zero, coder] = under_options(whole, clock_zero, coder)
        return whole._seen[clock_zero, coder]

    @cached_property
    def _seen(self) -> dict[tuple[str | None, str | None], Case]:
        return {}

    @property
    def options(self) -> tuple[str, ...]:
        """In what it differs from what its files say, in words; empty for a case as it was read."""
        return options_of(self)

    def notes_on(self, *names: str) -> str:
        """The paragraphs and items of the notes that name an event or source, or all of several, in one line."""
        if not all(name in self.notes for name in names):
            return ""  # which is mostly so, and quickly seen
        named = (
            item
            for item in re.split(r"\n\s*\n|\n(?=\s*[-*#])", self.notes)
            if all(name in item and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", item) for name in names)
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

    @property
    def as_read(self) -> bool:
        """Whether it is what its files say; **False for a case made otherwise**, e.g. changed by ``dataclasses.replace``."""
        read = self.evidence
        return (
            read is not None
            and read.folder == self.folder
            and read.about is self.about
            and read.tables is self.tables
            and read.notes is self.notes
        )

    @property
    def origin(self) -> tuple[str, ...]:
        """What tells the evidence that it was read from, for what a build keeps of it; **empty for a case made otherwise**."""
        return (str(self.folder), self.checksum) if self.as_read else ()

    @cached_property
    def checksum(self) -> str:
        """SHA-256 over the evidence files, **as they were when the case was read**."""
        return self.evidence.checksum if self.evidence else checksum(self.folder / name for name in self.files)


def read_case(folder: Path, workspace: Workspace) -> tuple[Case | None, tuple[Problem, ...]]:
    """Read a case folder, and list everything that is wrong with it; **in a build, what was read of the same files before**.

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
        what, mend = "there is no such case", near_miss(folder.name, workspace.case_ids())
        if folder.name in workspace.case_ids():  # which is how a name is printed that cannot be
            what, mend = "the name of the folder is not UTF-8 text", "rename it: lower-case words with hyphens"
        return None, (Problem(one_line(workspace.relative(folder)), 0, "", what, mend),)
    return kept(
        f"case {folder.name}",
        lambda: (files := contents(folder)) and (str(folder), files),
        lambda: _of_one_moment(folder, workspace),
    )


def _of_one_moment(folder: Path, workspace: Workspace) -> tuple[Case | None, tuple[Problem, ...]]:
    """A case, read again where something was saved meanwhile."""
    before = contents(folder)
    case, problems = _read(folder, workspace)
    for _ in range(_ATTEMPTS):
        now = contents(folder)
        if now == before:
            break
        before, (case, problems) = now, _read(folder, workspace)
    return case, problems


def _read(folder: Path, workspace: Workspace) -> tuple[Case | None, tuple[Problem, ...]]:
    problems = {name: FileProblems(workspace.relative(folder / name)) for name in evidence_files(folder)}
    text = read_text(folder / "case.yaml", problems["case.yaml"], largest=LARGEST_YAML)
    about = read_about(text, problems["case.yaml"]) if text is not None else None
    notes = read_text(folder / "NOTES.md", problems["NOTES.md"])
    check_notes(notes or "", problems["NOTES.md"])
    tables = {
        table: read_table(folder / f"{table}.csv", schema, problems[f"{table}.csv"])
        for table, schema in ALL_SCHEMAS.items()
        if f"{table}.csv" in problems
    }
    check_together(folder.name, tables, about, problems)
    if any(problems.values()) or about is None or notes is None:
        return None, tuple(sorted(itertools.chain.from_iterable(problems.values())))
    # each table was held against its schema as it was read
    frames = CaseTables.as_read({table: reading.frame for table, reading in tables.items()})
    evidence = Evidence(folder, about, frames, notes, checksum(folder / name for name in problems))
    return _staged(Case(folder, about, frames, notes, problems["case.yaml"].rows, evidence), workspace)


def _staged(case: Case, workspace: Workspace) -> tuple[Case | None, tuple[Problem, ...]]:
    """A sound case with what its ``replay.yaml`` says, or what is wrong with that."""
    path = case.folder / REPLAY_FILE
    if not os.path.lexists(path):
        return case, ()
    problems = FileProblems(workspace.relative(path))
    staging = read_staging(case.folder, problems)
    if staging is not None:
        case = replace(case, staging=staging)
        check_staging(case, staging, problems)
    return (None, tuple(sorted(problems))) if problems else (case, ())


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
