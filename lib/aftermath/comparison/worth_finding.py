"""What one more fact would be worth: which bound, once sharpened, would tell most cases apart.

Many pairs of cases cannot be ordered because their intervals overlap. A source that says when one event had happened by, or had
not happened before, can end that: the earlier the one, or the later the other, the more pairs it settles. Each pair has a moment up to
which, or from which, such a bound would tell it apart. Supposing that the bound is as likely to fall at any moment that is open
today, the share of these moments is the chance that the fact settles the pair, and their sum over pairs is what the fact is worth: the
expected number of pairs told apart. **Nothing is said of whether such a source exists.**

References
----------
Raiffa, H., and Schlaifer, R. (1961). Applied statistical decision theory. Harvard University: the expected value of sample
information.
Dechter, R., Meiri, I., and Pearl, J. (1991). Temporal constraint networks. Artificial Intelligence 49, 61-95.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import overload

import numpy as np
import polars as pl

from aftermath.case_files.case import Case
from aftermath.case_files.cases import cases as all_cases
from aftermath.case_files.cases import complete
from aftermath.kept import kept
from aftermath.measures.clock import clock_event
from aftermath.measures.steps import STEPS, answers_of, first_act
from aftermath.statistics.result import Result
from aftermath.statistics.temporal_network import ORIGIN
from aftermath.times import Latency
from aftermath.wording import counted, duration, number

ENDS = {"latest": "had happened by", "earliest": "had not happened before"}
NAMED = 3  # facts in the words of a result


class Shares(Mapping[str, float]):
    """A share of some cases, as little as it can be: of a thousand cases, each of the facts about one may concern all others.

    Parameters
    ----------
    case_ids
        The cases that may have one, sorted; the facts of a case share them.
    shares
        Theirs, in the same order; **zero for those that have none**.
    """

    def __init__(self, case_ids: tuple[str, ...], shares: np.ndarray) -> None:
        self.case_ids, self.shares = case_ids, shares

    def __getitem__(self, case_id: str) -> float:
        place = bisect_left(self.case_ids, case_id)
        if self.case_ids[place : place + 1] != (case_id,) or not self.shares[place]:
            raise KeyError(case_id)
        return float(self.shares[place])

    def __iter__(self) -> Iterator[str]:
        return itertools.compress(self.case_ids, self.shares)

    def __len__(self) -> int:
        return int(np.count_nonzero(self.shares))


class Pairs(Sequence[tuple[str, str]]):
    """Pairs of cases, as little as they can be: of a thousand cases there are some hundred thousand.

    Parameters
    ----------
    case_ids
        Cases, sorted.
    places
        Those of the two cases of each pair, in order, shape ``(pairs, 2)``.
    """

    def __init__(self, case_ids: tuple[str, ...], places: np.ndarray) -> None:
        self.case_ids, self.places = case_ids, places.astype(np.int32)

    @overload
    def __getitem__(self, key: int) -> tuple[str, str]: ...
    @overload
    def __getitem__(self, key: slice) -> Pairs: ...
    def __getitem__(self, key: int | slice) -> tuple[str, str] | Pairs:
        if isinstance(key, slice):
            return Pairs(self.case_ids, self.places[key])
        one, other = self.places[key].tolist()
        return self.case_ids[one], self.case_ids[other]

    def __len__(self) -> int:
        return len(self.places)


@dataclass(frozen=True)
class Fact:
    """One bound that a source might give.

    Parameters
    ----------
    case_id, event_id, label
        The event.
    end
        ``latest`` or ``earliest``, a key of ``ENDS``.
    open_seconds
        How wide the interval of the event is today.
    settles
        Pairs of cases that the fact is expected to tell apart: the sum of ``pairs``.
    most
        Pairs that it would tell apart if it fell at the best moment.
    pairs
        Id of the other case to the share of the open moments at which the fact would tell the pair apart.
    notes
        What the notes of the case say about the event.
    """

    case_id: str
    event_id: str
    label: str
    end: str
    open_seconds: float
    settles: float
    most: int
    pairs: Shares
    notes: str


@dataclass(frozen=True)
class WorthFinding(Result):
    """A research agenda, computed from the record.

    Parameters
    ----------
    step
        Key from ``measures.speed.STEPS``.
    facts
        Those that could settle anything, the most valuable first.
    overlapping
        Pairs of cases that were timed and cannot be told apart today.
    """

    step: str
    facts: tuple[Fact, ...]
    overlapping: Pairs

    @property
    def table(self) -> pl.DataFrame:
        """One row a fact: case, event, end, how wide it is open, pairs it would settle in the mean and at most, notes."""
        return self._table(self.facts)

    @cached_property
    def best(self) -> tuple[Fact, ...]:
        """The most valuable fact of each case, sorted by case."""
        return tuple(facts[0] for _, facts in sorted(self._by_case.items()))

    @cached_property
    def by_case(self) -> pl.DataFrame:
        """One row a case: its most valuable fact, as in ``table``."""
        return self._table(self.best)

    @staticmethod
    def _table(facts: Iterable[Fact]) -> pl.DataFrame:
        schema = {
            **dict.fromkeys(("case_id", "event_id", "label", "end"), pl.String),
            **dict.fromkeys(("open_seconds", "settles"), pl.Float64),
            "most": pl.Int64,
            "notes": pl.String,
        }
        return pl.DataFrame([{name: getattr(fact, name) for name in schema} for fact in facts], schema=schema)

    @cached_property
    def pairs(self) -> pl.DataFrame:
        """One row a pair that cannot be told apart: the one bound that would settle it most often, and how often; null for none."""
        ids, (first, second) = self.overlapping.case_ids, self.overlapping.places.T
        place = {case_id: number for number, case_id in enumerate(ids)}
        rank = {id(fact): number for number, fact in enumerate(self.facts)}
        # row i and column j: the greatest share that a fact about case i has of the moments that tell it from case j, and which fact
        share, which = np.zeros((len(ids), len(ids))), np.zeros((len(ids), len(ids)), dtype=np.int32)
        for case_id, facts in self._by_case.items():
            row, columns = place[case_id], [place[other] for other in facts[0].pairs.case_ids]
            shares = np.array([fact.pairs.shares for fact in facts])
            share[row, columns] = shares.max(axis=0)
            which[row, columns] = np.array([rank[id(fact)] for fact in facts])[shares.argmax(axis=0)]
        turned = share[second, first] > share[first, second]
        rows, columns = np.where(turned, second, first), np.where(turned, first, second)
        best = pl.DataFrame({"fact": which[rows, columns], "share": share[rows, columns]})
        settling = best.select(pl.when(pl.col("share") > 0).then(pl.all()))
        names, stated = pl.Series(ids, dtype=pl.String), self.table.select("case_id", "event_id", "end")
        return pl.DataFrame(
            [
                names.gather(first).alias("one"),
                names.gather(second).alias("other"),
                *stated.select(pl.all().gather(settling["fact"])),
                settling["share"],
            ]
        )

    @cached_property
    def _by_case(self) -> dict[str, list[Fact]]:
        facts: dict[str, list[Fact]] = {}
        for fact in self.facts:
            facts.setdefault(fact.case_id, []).append(fact)
        return facts

    @property
    def text(self) -> str:
        label = STEPS[self.step][0].lower()
        if not self.overlapping:
            return f"No two cases that were timed overlap in the {label}: there is nothing to find."
        pairs = counted(len(self.overlapping), "pair")
        open_pairs = f"{pairs} of cases that were timed cannot be told apart by the {label}"
        if not self.facts:
            return f"{open_pairs}; no single bound would change that."
        first = [
            f"{fact.case_id}: a source by which {fact.event_id} {ENDS[fact.end]} some moment of the {duration(fact.open_seconds)} that are open "
            f"would settle {number(fact.settles, 1)} in the mean, {number(fact.most)} at most"
            for fact in self.facts[:NAMED]
        ]
        return f"{open_pairs}. {'; '.join(first)}. Whether such sources exist, nothing here says."


def worth_finding(cases: Iterable[Case | str] | None = None, step: str = "response") -> WorthFinding:
    """Which single bound on one event would tell most cases apart.

    Parameters
    ----------
    cases
        Cases or their ids; **all of the workspace if not given**. Those without a clock, and those in which the step was not seen or says nothing
        about speed, have no part.
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
    >>> agenda = worth_finding([am.load_case(case_id) for case_id in ("kfc-chicken-shortage", "douyin-martyrs-ad")])
    >>> list(agenda.overlapping)
    [('douyin-martyrs-ad', 'kfc-chicken-shortage')]
    """
    if step not in STEPS:
        raise ValueError(f"{step!r} is not a step; use one of: {', '.join(STEPS)}")
    given = complete(all_cases() if cases is None else cases)
    clocked = {case.id: case for case in sorted(given, key=lambda case: case.id) if case.about.clock_zero}
    waits = {case_id: _kept_waits(case, step) for case_id, case in clocked.items()}
    timed = {case_id: own.latency for case_id, own in waits.items() if own.latency.timed}
    ids, ends = tuple(timed), np.array([(latency.lower, latency.upper) for latency in timed.values()]).reshape(-1, 2)
    # row i and column j: whether the intervals of two cases meet
    meeting = (ends[:, :1] <= ends[:, 1]) & (ends[:, 0] <= ends[:, 1:]) & ~np.eye(len(ids), dtype=bool)
    overlapping = Pairs(ids, np.argwhere(np.triu(meeting)))
    facts = [
        fact
        for case_id, own in zip(ids, meeting, strict=True)
        for fact in _facts(case_id, waits[case_id], tuple(itertools.compress(ids, own)), *ends[own].T)
    ]
    ranked = sorted(facts, key=lambda fact: (-fact.settles, -fact.most, fact.case_id, fact.event_id, fact.end))
    return WorthFinding(step, tuple(ranked), overlapping)


@dataclass(frozen=True)
class _Waits:
    """The waits from clock zero to the answers of one case, and what one more bound on an event does to them.

    One more bound is one more arc between the origin and the event. It changes a shortest path only where the path now runs through
    it: the way to its tail, the arc, the way on.

    Parameters
    ----------
    latency
        How long the answer took.
    zero, answers
        The events at clock zero, and those that may have been the answer.
    clock
        Event to its earliest and latest second since 1970.
    least
        Answer to its earliest second since clock zero.
    after
        Event on which a bound may change something to the waits from it to clock zero and the answers.
    labels, notes
        The same events to their labels, and to what the notes say about them.
    """

    latency: Latency
    zero: str
    answers: tuple[str, ...]
    clock: Mapping[str, tuple[int, int]]
    least: Mapping[str, int]
    after: Mapping[str, Mapping[str, tuple[int, int]]]
    labels: Mapping[str, str]
    notes: Mapping[str, str]

    def settling_moments(self, event_id: str, end: str, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
        """The moments **before which**, for a latest end, or after which a bound on an event tells this case from overlapping ones.

        The bound tells two apart if the first answer then certainly came sooner than the other's, or if every answer certainly came
        later. Either holds the more, the sharper the bound is, so that the better of the two moments decides.

        Parameters
        ----------
        event_id
            The event, a key of ``after``.
        end
            Of the bound.
        lower, upper
            Ends of the latencies of the other cases.
        """
        clock, zero, after = self.clock, self.zero, self.after[event_id]
        if end == "latest":
            sooner = lower + (clock[zero][0] - min(after[answer][1] for answer in self.answers))
            later = self._first_not_later(upper, {answer: clock[answer][0] for answer in self.answers})
            return np.maximum(sooner, later - after[zero][1] - upper)
        sooner = min(clock[answer][1] for answer in self.answers) - after[zero][0] - lower
        later = self._first_not_later(upper, {answer: after[answer][0] for answer in self.answers})
        return np.minimum(sooner, upper + clock[zero][1] - later)

    def _first_not_later(self, upper: np.ndarray, moments: Mapping[str, int]) -> np.ndarray:
        """The first moment of those answers that may have come no later than each of the others."""
        by_least = sorted(moments, key=self.least.__getitem__)
        first = np.minimum.accumulate([np.inf, *(moments[answer] for answer in by_least)])
        return first[np.searchsorted([self.least[answer] for answer in by_least], upper, side="right")]


def _kept_waits(case: Case, step: str) -> _Waits:
    return kept(
        f"waits for {step} of {case.id}",
        lambda: case.origin,
        lambda: _waits(replace(case), step),  # its times need not stay
    )


def _waits(case: Case, step: str) -> _Waits:
    """The waits of a case, from all events that set a bound between clock zero and an answer: a bound on another changes nothing."""
    _, acts, named = STEPS[step]
    network, zero, answers = case.times().network, clock_event(case), answers_of(case, step)
    clock, since_zero = _closed(network.after(ORIGIN)), _closed(network.after(zero))
    paths = [path for answer in answers for path in network.reasons(zero, answer)]
    bounding = {name for path in paths for row in path for name in (row.start, row.end)}
    events = [name for name in sorted((bounding | {zero, *answers}) - {ORIGIN}) if clock[name][0] < clock[name][1]]
    after = {event_id: _closed(network.after(event_id)) for event_id in events}
    labels = dict(case.events.select("event_id", "label").iter_rows())
    return _Waits(
        latency=first_act(case, acts, named=named).latency,
        zero=zero,
        answers=answers,
        clock={name: clock[name] for name in (zero, *answers, *events)},
        least={answer: since_zero[answer][0] for answer in answers},
        after={event_id: {name: own[name] for name in (zero, *answers)} for event_id, own in after.items()},
        labels={event_id: labels[event_id] for event_id in events},
        notes={event_id: case.notes_on(event_id) for event_id in events},
    )


def _closed(waits: Mapping[str, tuple[int | None, int | None]]) -> dict[str, tuple[int, int]]:
    """Waits between events of a case, **each of which lies in a span**: so no end is open."""
    closed = {}
    for event_id, (least, most) in waits.items():
        assert least is not None and most is not None  # see above
        closed[event_id] = least, most
    return closed


def _facts(
    case_id: str, waits: _Waits, others: tuple[str, ...], lower: np.ndarray, upper: np.ndarray
) -> Iterator[Fact]:
    """The facts about a case that would tell it from others, whose latencies have these ends."""
    for event_id, end in itertools.product(waits.after if others else (), ENDS):
        first, last = waits.clock[event_id]
        moments = waits.settling_moments(event_id, end, lower, upper)
        sharp = moments - first if end == "latest" else last - moments
        shares = np.clip(sharp / (last - first), 0.0, 1.0)
        if shares.any():
            yield Fact(
                case_id=case_id,
                event_id=event_id,
                label=waits.labels[event_id],
                end=end,
                open_seconds=float(last - first),
                settles=sum(shares.tolist()),
                most=int(np.count_nonzero(shares)),
                pairs=Shares(others, shares),
                notes=waits.notes[event_id],
            )
