"""What one more fact would be worth: which bound, once sharpened, would tell most cases apart.

Many pairs of cases cannot be ordered because their intervals overlap. A source that says when one event had happened by, or had
not happened before, can end that. For each such bound it is asked what it would settle if it fell anywhere in the interval
that is open today, one place being as likely as another: the mean number of pairs that would then be told apart is what the fact
is worth. Nothing is said of whether such a source exists.

References
----------
Raiffa, H., and Schlaifer, R. (1961). Applied statistical decision theory. Harvard University: the expected value of sample
information.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from aftermath.cases.case import Case
from aftermath.cases.network import ORIGIN, TemporalNetwork
from aftermath.measures.result import Result
from aftermath.measures.speed import speed
from aftermath.measures.steps import STEPS, answers_of
from aftermath.times import Latency
from aftermath.wording import counted, duration, number

PLACES = 9  # in the open interval, evenly
ENDS = {"latest": "had happened by", "earliest": "had not happened before"}
SHOWN = 3


@dataclass(frozen=True)
class Fact:
    """One bound that a source might give.

    Parameters
    ----------
    case_id, event_id
        The event.
    end
        ``latest`` or ``earliest``.
    open_seconds
        How wide the interval of the event is today.
    settles
        Pairs of cases that the fact would tell apart: the mean over the places at which it may fall.
    most
        The same, at the best of these places.
    pairs
        Case id of the other case to the share of places at which that pair would be told apart.
    notes
        What the notes of the case say about the event.
    """

    case_id: str
    event_id: str
    end: str
    open_seconds: float
    settles: float
    most: int
    pairs: Mapping[str, float]
    notes: str


@dataclass(frozen=True)
class WorthFinding(Result):
    """A research agenda, computed from the record.

    Parameters
    ----------
    step
        Key from ``measures.speed.STEPS``.
    facts
        Those that would settle anything, the most valuable first.
    overlapping
        Pairs of cases that were timed and cannot be told apart today.
    """

    step: str
    facts: tuple[Fact, ...]
    overlapping: tuple[tuple[str, str], ...]

    @cached_property
    def table(self) -> pl.DataFrame:
        """One row a fact: case, event, end, how wide it is open, pairs it would settle in the mean and at most, notes."""
        schema = {
            **dict.fromkeys(("case_id", "event_id", "end"), pl.String),
            **dict.fromkeys(("open_seconds", "settles"), pl.Float64),
            "most": pl.Int64,
            "notes": pl.String,
        }
        return pl.DataFrame([{name: getattr(fact, name) for name in schema} for fact in self.facts], schema=schema)

    @cached_property
    def pairs(self) -> pl.DataFrame:
        """One row a pair that cannot be told apart: the one bound that would settle it most often, and how often; null for none."""
        schema = dict.fromkeys(("one", "other", "case_id", "event_id", "end"), pl.String) | {"share": pl.Float64}
        return pl.DataFrame([self._best(*pair) for pair in self.overlapping], schema=schema, orient="row")

    def _best(self, one: str, other: str) -> tuple:
        shares = [
            (fact.pairs.get(rest, 0.0), fact)
            for case_id, rest in ((one, other), (other, one))
            for fact in self.facts
            if fact.case_id == case_id
        ]
        share, fact = max(shares, key=lambda found: found[0], default=(0.0, None))
        return (
            (one, other, fact.case_id, fact.event_id, fact.end, share)
            if share
            else (one, other, None, None, None, None)
        )

    @property
    def text(self) -> str:
        label = STEPS[self.step][0].lower()
        open_pairs = (
            f"{counted(len(self.overlapping), 'pair')} of cases that were timed cannot be told apart by the {label}"
        )
        if not self.facts:
            return f"{open_pairs}; no single bound would change that."
        first = [
            f"{fact.case_id}: a source by which {fact.event_id} {ENDS[fact.end]} some moment of the {duration(fact.open_seconds)} that are open "
            f"would settle {number(fact.settles, 1)} in the mean, {number(fact.most)} at most"
            for fact in self.facts[:SHOWN]
        ]
        return f"{open_pairs}. {'; '.join(first)}. Whether such sources exist, nothing here says."


def worth_finding(cases: Iterable[Case], step: str = "response") -> WorthFinding:
    """Which single bound on one event would tell most cases apart.

    Parameters
    ----------
    cases
        Cases; those without a clock, and those in which the step was not seen or says nothing about speed, have no part.
    step
        Key from ``measures.speed.STEPS``.

    Returns
    -------
    WorthFinding

    Raises
    ------
    ValueError
        If there is no such step.

    Examples
    --------
    >>> import aftermath as am
    >>> agenda = worth_finding([am.load_case(case_id) for case_id in ("kfc-chicken-shortage", "gm-ignition-recall")], "apology")
    >>> agenda.step
    'apology'
    """
    if step not in STEPS:
        raise ValueError(f"{step!r} is not a step; use one of: {', '.join(STEPS)}")
    clocked = [case for case in sorted(cases, key=lambda case: case.id) if case.zero is not None]
    latencies = {case.id: speed(case)[step].latency for case in clocked}
    timed = {case_id: found for case_id, found in latencies.items() if found.timed}
    overlapping = [
        pair
        for pair in itertools.combinations(timed, 2)
        if not any(timed[one].certainly_before(timed[other]) for one, other in (pair, pair[::-1]))
    ]
    facts = [fact for case in clocked if case.id in timed for fact in _facts(case, step, timed, overlapping)]
    ranked = sorted(facts, key=lambda fact: (-fact.settles, -fact.most, fact.case_id, fact.event_id, fact.end))
    return WorthFinding(step, tuple(ranked), tuple(overlapping))


def _facts(
    case: Case, step: str, timed: Mapping[str, Latency], overlapping: Sequence[tuple[str, str]]
) -> Iterator[Fact]:
    others = [rest for pair in overlapping if case.id in pair for rest in pair if rest != case.id]
    network, zero, answers = case.times().network, case.about.clock_zero, answers_of(case, step)
    for event_id in _candidates(network, zero, answers):
        span = case.span(event_id)
        if not span.seconds:
            continue
        places = span.earliest.timestamp() + span.seconds * (np.arange(PLACES) + 0.5) / PLACES
        for end in ENDS:
            lower, upper = _sharpened(network, zero, answers, event_id, end, places)
            settled = {rest: (upper < timed[rest].lower) | (lower > timed[rest].upper) for rest in others}
            counts = np.sum(list(settled.values()), axis=0) if settled else np.zeros(PLACES)
            if counts.any():
                shares = {rest: float(places.mean()) for rest, places in settled.items() if places.any()}
                yield Fact(
                    case.id,
                    event_id,
                    end,
                    span.seconds,
                    float(counts.mean()),
                    int(counts.max()),
                    shares,
                    case.notes_on(event_id),
                )


def _candidates(network: TemporalNetwork, zero: str, answers: Sequence[str]) -> list[str]:
    """Clock zero, the answers, and all events that set a bound between them."""
    named = {
        name
        for answer in answers
        for path in network.reasons(zero, answer)
        for statement in path
        for name in (statement.start, statement.end)
    }
    return sorted((named | {zero, *answers}) - {ORIGIN})


def _sharpened(
    network: TemporalNetwork, zero: str, answers: Sequence[str], event_id: str, end: str, places: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The latency of the first answer if one bound of one event lay at each of some places, in seconds since 1970.

    One further arc changes a shortest path only if the path runs through it: the way to its tail, the arc, the way on.
    """
    from_event, from_origin, from_zero = (network.after(name) for name in (event_id, ORIGIN, zero))
    lower, upper = np.full(len(places), np.inf), np.full(len(places), np.inf)
    for answer in answers:
        ways = []
        for start, stop in ((zero, answer), (answer, zero)):
            known = from_zero[answer][1] if start == zero else -from_zero[answer][0]
            if end == "latest":  # the arc runs from the origin to the event
                through = -from_origin[start][0] + places + from_event[stop][1]
            else:  # from the event to the origin
                through = -from_event[start][0] - places + from_origin[stop][1]
            ways.append(np.minimum(known, through))
        lower, upper = np.minimum(lower, np.maximum(-ways[1], 0.0)), np.minimum(upper, ways[0])
    return lower, upper
