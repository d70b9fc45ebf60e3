"""The moments at which a replay stops, and what is new at each of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.case_files.public_record import events_public, texts_public
from aftermath.case_files.replay_file import StagedDecision, Staging
from aftermath.problems import AftermathError
from aftermath.wording import counted

FEWEST_EVENTS = 8
MOST_STOPS, MOST_DECISIONS = 24, 6  # where nobody has said where to stop: what a class can get through


class ReplayError(AftermathError):
    """A case cannot be replayed; the text says why."""


@dataclass(frozen=True)
class Stop:
    """A moment, and what was certainly public by then and not at the one before.

    Parameters
    ----------
    at
        The moment, in UTC.
    events, texts
        Ids, in the order of the record.
    decision
        What the class is asked then; None where it only looks on.
    """

    at: datetime
    events: tuple[str, ...]
    texts: tuple[str, ...]
    decision: StagedDecision | None = None


def stops(case: Case) -> tuple[Stop, ...]:
    """Where the replay of a case stops.

    Parameters
    ----------
    case
        Any case.

    Returns
    -------
    tuple of Stop
        In order of time, **at least two**.

    Raises
    ------
    ReplayError
        If no crisis is on record, the record has too few events, or all that is public became so at one moment.
    """
    if case.zero is None:
        raise ReplayError(f"{case.id}: no crisis is on record, so there is no clock and nothing to replay.")
    if case.events.height < FEWEST_EVENTS:
        have = counted(case.events.height, "dated event")
        raise ReplayError(f"{case.id}: has {have}; a replay needs at least {FEWEST_EVENTS}. Code more in events.csv.")
    staging = case.staging or Staging()
    public = {event_id: at for event_id, at in events_public(case).items() if at is not None}
    begin = public[staging.begin] if staging.begin else min(public.values())
    end = public[staging.end] if staging.end else max(public.values())
    times = sorted({max(at, begin) for at in public.values() if at <= end})
    if len(times) < 2:
        raise ReplayError(
            f"{case.id}: all that is public became so at one moment, so there is nothing to step through."
        )
    new = _sorted_in(public, times)
    staged = {public[decision.at]: decision for decision in staging.decisions}
    decisions = staged or _from_record(case, times, new)
    kept = _kept(times, new, decisions, {public[event_id] for event_id in staging.stops})
    events, texts = _sorted_in(public, kept), _sorted_in(texts_public(case), kept)
    return tuple(Stop(at, tuple(events[at]), tuple(texts[at]), decisions.get(at)) for at in kept)


def _sorted_in(public: Mapping[str, datetime], times: Sequence[datetime]) -> dict[datetime, list[str]]:
    """What is new at each of some moments; what became public after the last is left out."""
    new: dict[datetime, list[str]] = {at: [] for at in times}
    for name, at in public.items():
        stop = next((time for time in times if time >= at), None)
        if stop is not None:
            new[stop].append(name)
    return new


def _from_record(
    case: Case, times: Sequence[datetime], new: Mapping[datetime, Sequence[str]]
) -> dict[datetime, StagedDecision]:
    """A decision when the public learns, and before the organisation first answers in each of several ways."""
    events = {event["event_id"]: event for event in case.events.iter_rows(named=True)}
    zero = next((at for at in times if case.about.clock_zero in new[at]), times[-1])
    answered: set[str] = set()
    found: dict[datetime, StagedDecision] = {}
    for now, then in itertools.pairwise(at for at in times if at >= zero):
        answered |= _ways(events[name] for name in new[now])
        if (now == zero or not _ways(events[name] for name in new[then]) <= answered) and new[now]:
            found[now] = StagedDecision(new[now][-1])
    return dict(itertools.islice(found.items(), MOST_DECISIONS))


def _ways(events: Iterable[dict]) -> set[str]:
    """The ways in which the organisation answered, as the class may choose them."""
    acts = {act for event in events if event["actor"] == "organisation" for act in event["acts"]}
    return {name for name, (_, own) in vocabulary.RESPONSES.items() if not acts.isdisjoint(own)}


def _kept(
    times: Sequence[datetime],
    new: Mapping[datetime, Sequence[str]],
    decisions: Iterable[datetime],
    asked: set[datetime],
) -> tuple[datetime, ...]:
    """The moments that are stopped at: those asked for, or as many as a class gets through, the fullest first."""
    decided = [times.index(at) for at in decisions]
    needed = {times[0], times[-1], *(times[place] for place in decided)}
    if asked:
        return tuple(at for at in times if at in needed | asked)
    needed |= {times[place + 1] for place in decided}
    others = sorted((at for at in times if at not in needed), key=lambda at: (-len(new[at]), at))
    chosen = needed | set(others[: max(0, MOST_STOPS - len(needed))])
    return tuple(at for at in times if at in chosen)
