"""The times of a case as one network: clock times of its events, and what sources say of how far apart they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from aftermath import vocabulary
from aftermath.case_files.desk import Desk
from aftermath.case_files.reading import read_table
from aftermath.problems import CaseError
from aftermath.statistics.temporal_network import ORIGIN, Contradiction, Difference, TemporalNetwork
from aftermath.times import Latency, Span
from aftermath.wording import NO_BREAK, exact_duration, listed
from aftermath.workspace import Workspace

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# which relations are believed: certainties, and whether vague words count
BELIEVED = {
    "all": (tuple(vocabulary.CERTAINTIES), True),
    "without vague words": (tuple(vocabulary.CERTAINTIES), False),
    "without disputed": (("documented", "inferred"), True),
    "documented only": (("documented",), True),
    "none": ((), True),
}


def temporal_network(events: pl.DataFrame, relations: pl.DataFrame, believed: str = "all") -> TemporalNetwork:
    """Clock times and relations of one case as a simple temporal network, in seconds since 1970.

    Parameters
    ----------
    events, relations
        Tables of a case.
    believed
        Which relations count, a key of ``BELIEVED``; clock times always do.

    Returns
    -------
    TemporalNetwork

    Raises
    ------
    ValueError
        If ``believed`` is no such key.

    Examples
    --------
    >>> import aftermath as am
    >>> case = am.load_case("kitchenaid-tweet")
    >>> temporal_network(case.events, case.relations).between("e03", "e07")
    (476, 535)
    """
    if believed not in BELIEVED:
        raise ValueError(f"relations = {believed!r} is no choice; use one of: {', '.join(BELIEVED)}")
    return TemporalNetwork([*_clock_times(events), *_related(relations, believed)])


def _clock_times(events: pl.DataFrame) -> Iterator[Difference]:
    columns = ("row", "event_id", "earliest", "latest", "certainty")
    for row, event_id, earliest, latest, certainty in events.select(columns).iter_rows():
        at_least, at_most = (int((end - EPOCH).total_seconds()) for end in (earliest, latest))
        yield Difference(ORIGIN, event_id, at_least, at_most, f"events.csv:{row}", certainty)


def _related(relations: pl.DataFrame, believed: str) -> Iterator[Difference]:
    certainties, vague = BELIEVED[believed]
    columns = ("row", "from_event", "to_event", "at_least_seconds", "at_most_seconds", "certainty", "rule")
    for row, start, end, at_least, at_most, certainty, rule in relations.select(columns).iter_rows():
        if certainty in certainties and (vague or rule not in vocabulary.VAGUE_RULES):
            yield Difference(start, end, at_least, at_most, f"relations.csv:{row}", certainty)


@dataclass(frozen=True)
class CaseTimes:
    """When the events of a case happened.

    Parameters
    ----------
    network
        Of all that is believed.
    spans
        Event id to when it happened. **The end of a stretch of time is not in it**: of such an event it is the begin that a
        relation speaks of, so that what stands in ``events.csv`` may reach further.
    since_zero
        Event id to signed seconds after clock zero, straight from the network: two times that move together are nearer to each
        other than the difference of their spans. Empty where there is no clock.
    """

    network: TemporalNetwork
    spans: Mapping[str, Span]
    since_zero: Mapping[str, Latency]


def case_times(network: TemporalNetwork, clock_zero: str | None) -> CaseTimes:
    """When events happened, from a network without contradiction in which every event has a clock time."""
    since_origin = network.after() if network.events else {}  # a case without events has no origin either
    spans = {
        event_id: Span(*(EPOCH + timedelta(seconds=second) for second in ends))
        for event_id, ends in since_origin.items()
        if event_id != ORIGIN
    }
    offsets = network.after(clock_zero) if clock_zero else {}
    return CaseTimes(
        network, spans, {event_id: Latency(*map(float, offsets[event_id])) for event_id in spans if event_id in offsets}
    )


def weakest(contradiction: Contradiction) -> Difference:
    """The least certain of the relations that contradict each other or the clock; of several the first on the cycle.

    Parameters
    ----------
    contradiction
        Of a network of ``temporal_network``; clock times alone cannot contradict each other.
    """
    doubt = list(vocabulary.CERTAINTIES).index
    related = [row for row in contradiction.differences if row.where.startswith("relations.csv")]
    return max(related, key=lambda row: doubt(row.certainty))


def contradictory_row(contradiction: Contradiction, case_id: str) -> tuple[str, str, int, str]:
    """What is wrong, what mends it, and where: a contradiction is put down at the least certain of its relations."""
    least = weakest(contradiction)
    others = {row.where: row for row in contradiction.differences if row.where != least.where}
    named = [f"{where} ({others[where].certainty})" for where in sorted(others, key=_place)]
    beside = f" beside {listed(named)}" if named else ""
    what = f"cannot hold{beside}: together they miss by {exact_duration(contradiction.seconds).replace(NO_BREAK, ' ')}"
    mend = f"correct or remove the least certain of these rows; am.contradiction({case_id!r}) shows them together"
    return what, mend, _place(least.where)[1], "from_event"


def _place(where: str) -> tuple[str, int]:
    """File and row of a statement, so that row 9 sorts before row 10."""
    file, _, row = where.partition(":")
    return file, int(row)


def read_times(folder: Path, workspace: Workspace) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Events and relations of a case folder, **also of a case that does not load**.

    Parameters
    ----------
    folder
        The case folder.
    workspace
        Problems name files by their path in it.

    Raises
    ------
    CaseError
        If one of the two files cannot be read for what it is.
    """
    frames, problems = [], []
    for table in ("events", "relations"):
        path = folder / f"{table}.csv"
        desk = Desk(workspace.relative(path))
        frames.append(read_table(path, table, desk).frame)
        problems += desk.problems.values()
    if problems:
        raise CaseError(problems)
    return frames[0], frames[1]
