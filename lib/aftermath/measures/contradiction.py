"""Times of a case that cannot all be true, also where the case does not load because of them.

Every bound on how far apart two events were says of one of them that it happened at the latest so long after the other. Statements
that contradict each other lead round a cycle: followed one after the other from the latest moment of its first event, they put the
last one earlier than it can have been.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from aftermath.case_files.case import read_case
from aftermath.case_files.relations import (
    EPOCH,
    EVENTS_FILE,
    RELATIONS_FILE,
    file_and_row,
    read_times,
    temporal_network,
    weakest,
)
from aftermath.problems import CaseError
from aftermath.statistics.result import Result
from aftermath.statistics.temporal_network import ORIGIN, Contradiction, Difference
from aftermath.wording import counted, exact_duration, listed
from aftermath.workspace import Workspace, find_workspace


@dataclass(frozen=True)
class Statement:
    """One row on the cycle.

    Parameters
    ----------
    difference
        What the row states.
    says
        What follows from it on the cycle, in words.
    reason
        Why, in the words of the row: its reason, or the label of the event.
    """

    difference: Difference
    says: str
    reason: str

    @property
    def between(self) -> bool:
        """Whether it relates two events; clock times are of one alone."""
        return ORIGIN not in (self.difference.start, self.difference.end)


@dataclass(frozen=True)
class Stop:
    """An event on the cycle; times in seconds from **the latest moment of the first event by its clock time**.

    Parameters
    ----------
    event_id, label, certainty
        Of the event.
    earliest, latest
        By its clock time.
    at_latest
        What the statements say that lead from the first event to it.
    """

    event_id: str
    label: str
    certainty: str
    earliest: int
    latest: int
    at_latest: int


@dataclass(frozen=True)
class ContradictoryTimes(Result):
    """Statements of a case that cannot all be true; none where nothing contradicts.

    Parameters
    ----------
    case_id
        The case.
    statements
        In the order of the cycle.
    stops
        The events that they lead to; **the last lies** ``seconds`` **before the earliest moment that it can have been**.
    seconds
        By how much they miss each other.
    least_certain
        File and row of the relation that is least certain; empty where nothing contradicts.
    """

    case_id: str
    statements: tuple[Statement, ...] = ()
    stops: tuple[Stop, ...] = ()
    seconds: int = 0
    least_certain: str = ""

    @property
    def table(self) -> pl.DataFrame:
        """One row a statement: where it stands, from which event to which, bounds (null for clock times), certainty, what it says."""
        rows = [_cells(statement) for statement in self.statements]
        seconds = dict.fromkeys(("at_least_seconds", "at_most_seconds"), pl.Int64)
        texts = dict.fromkeys(("certainty", "says", "reason"), pl.String)
        schema = {"file": pl.String, "row": pl.Int64, "from_event": pl.String, "to_event": pl.String}
        return pl.DataFrame(rows, schema=schema | seconds | texts, orient="row")

    @property
    def text(self) -> str:
        if not self.statements:
            return f"Nothing in the times of {self.case_id} contradicts anything else."
        rows = listed([statement.difference.where for statement in self.statements])
        certainty = next(
            row.difference.certainty for row in self.statements if row.difference.where == self.least_certain
        )
        return (
            f"{counted(len(self.statements), 'row')} of {self.case_id} cannot all be true: {rows}. Followed one after the other they "
            f"put {self.stops[-1].event_id} {exact_duration(self.seconds)} before {self.bound}. The least certain of the relations is "
            f"{self.least_certain} ({certainty})."
        )

    @property
    def between(self) -> tuple[Statement, ...]:
        """The statements that lead from one stop to the next: all but the clock times."""
        return tuple(statement for statement in self.statements if statement.between)

    @property
    def bound(self) -> str:
        """What the last stop has to come up to: where no clock time is on the cycle, this is the first stop, which is the same event."""
        by_clock = len(self.between) < len(self.statements)
        return "the earliest moment at which it can have been" if by_clock else "itself"


def contradiction(case_id: str, workspace: Workspace | None = None) -> ContradictoryTimes:
    """Look at what contradicts what in the times of a case, **which need not load**.

    ``figures.contradictory_statements`` draws it.

    Parameters
    ----------
    case_id
        Name of a folder in ``casestudies/``.
    workspace
        Where to look; the workspace in force if not given.

    Returns
    -------
    ContradictoryTimes
        One contradiction; where there are several, mend it and look again.

    Raises
    ------
    CaseError
        If there is no such case, or its events or relations cannot be read.

    Examples
    --------
    >>> contradiction("kitchenaid-tweet").text
    'Nothing in the times of kitchenaid-tweet contradicts anything else.'
    """
    workspace = workspace or find_workspace()
    folder = workspace.case_folder(case_id)
    case, problems = read_case(folder, workspace)
    if case is not None:
        return ContradictoryTimes(case_id)
    if not (folder / "relations.csv").exists():
        raise CaseError(problems)
    events, relations = read_times(folder, workspace)
    if not {*relations["from_event"], *relations["to_event"]} <= {*events["event_id"]}:
        raise CaseError(problems)
    cycle = temporal_network(events, relations).contradiction
    return _followed(case_id, cycle, events, relations) if cycle else ContradictoryTimes(case_id)


def _followed(case_id: str, cycle: Contradiction, events: pl.DataFrame, relations: pl.DataFrame) -> ContradictoryTimes:
    """The cycle from the clock on, or from the event with the first id where it has no clock time."""
    first = min(range(len(cycle.steps)), key=lambda step: cycle.steps[step][0])
    rows = cycle.differences[first:] + cycle.differences[:first]
    steps = cycle.steps[first:] + cycle.steps[:first]
    reasons = {(EVENTS_FILE, row): label for row, label in events.select("row", "label").iter_rows()}
    reasons |= {(RELATIONS_FILE, row): reason for row, reason in relations.select("row", "reason").iter_rows()}
    statements = [
        Statement(row, _says(*step), reasons[file_and_row(row)]) for row, step in zip(rows, steps, strict=True)
    ]
    by_id = {event["event_id"]: event for event in events.iter_rows(named=True)}
    between = [step for step in steps if ORIGIN not in step]
    origin, at, stops = by_id[between[0][0]]["latest"], 0, []
    for event_id, after in [(between[0][0], 0), *((end, most) for _, end, most in between)]:
        event, at = by_id[event_id], at + after
        earliest, latest = (int((event[end] - origin).total_seconds()) for end in ("earliest", "latest"))
        stops.append(Stop(event_id, event["label"], event["certainty"], earliest, latest, at))
    return ContradictoryTimes(case_id, tuple(statements), tuple(stops), cycle.seconds, weakest(cycle).where)


def _says(start: str, end: str, most: int) -> str:
    if start == ORIGIN:
        return f"{end} by {EPOCH + timedelta(seconds=most):%Y-%m-%d %H:%M:%S} UTC"
    if end == ORIGIN:
        return f"{start} not before {EPOCH - timedelta(seconds=most):%Y-%m-%d %H:%M:%S} UTC"
    if most > 0:
        return f"{end} at most {exact_duration(most)} after {start}"
    return f"{end} at least {exact_duration(-most)} before {start}" if most else f"{end} not after {start}"


def _cells(statement: Statement) -> tuple:
    row = statement.difference
    bounds = (row.at_least, row.at_most) if statement.between else (None, None)
    events = (name or "clock" for name in (row.start, row.end))
    return (*file_and_row(row), *events, *bounds, row.certainty, statement.says, statement.reason)
