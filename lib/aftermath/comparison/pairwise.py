"""Pair by pair: which cases were certainly faster than which, and which cannot be told apart.

One latency is certainly shorter than another only where its interval ends before the other begins, both were seen and neither is
zero by construction. Nothing here is a rank: where intervals overlap, the record does not order them.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

import polars as pl

from aftermath.measures.speed import Speed
from aftermath.measures.steps import STEPS
from aftermath.statistics.result import Result
from aftermath.times import Latency
from aftermath.wording import counted, listed, number


@dataclass(frozen=True)
class PairCounts:
    """How one case stands among the others in one step; the four counts add up to the others.

    Parameters
    ----------
    case_id
        The case.
    comparable
        False where the step was not seen in this case, or came with clock zero: then it can be told
        apart from no other case.
    faster, slower
        Others that were certainly faster, or certainly slower.
    not_separable
        Others whose interval overlaps, or for which a comparison says nothing.
    never_seen
        Others in whose record the step was not seen. **They are not counted as slower**: not seen is
        not the same as never done.
    first, first_upper
        Smallest and largest probability that this case answered before another, drawn at random from those that can
        be compared; NaN where there is none.
    others
        How many those are.
    """

    case_id: str
    comparable: bool
    faster: int
    slower: int
    not_separable: int
    never_seen: int
    first: float
    first_upper: float
    others: int


@dataclass(frozen=True)
class Pairwise(Result):
    """How all cases stand in one step.

    Parameters
    ----------
    step
        Key from ``measures.speed.STEPS``.
    rows
        One ``PairCounts`` a case, in the order given.
    separable
        Pairs of cases of which one was certainly faster.
    pairs
        All pairs of cases.
    seen_pairs
        Pairs in which the step was seen in both cases.
    """

    step: str
    rows: tuple[PairCounts, ...]
    separable: int
    pairs: int
    seen_pairs: int

    def __getitem__(self, case_id: str) -> PairCounts:
        """What the pairs of one case tell."""
        return self._by_case[case_id]

    @cached_property
    def _by_case(self) -> dict[str, PairCounts]:
        return {row.case_id: row for row in self.rows}

    @property
    def label(self) -> str:
        """The step in words."""
        return STEPS[self.step][0]

    @property
    def table(self) -> pl.DataFrame:
        """One row a case: whether it can be compared, the four counts, and the bounds on having been first."""
        counts = dict.fromkeys(("faster", "slower", "not_separable", "never_seen"), pl.Int64)
        first = {"first": pl.Float64, "first_upper": pl.Float64, "others": pl.Int64}
        schema = {"case_id": pl.String, "comparable": pl.Boolean, **counts, **first}
        return pl.DataFrame([asdict(row) for row in self.rows], schema=schema)

    @property
    def text(self) -> str:
        if not self.pairs:
            return f"{self.label}: with {counted(len(self.rows), 'measured case')} there is no pair to compare."
        apart = f"{self.label}: {number(self.separable)} of {counted(self.pairs, 'pair')} of cases can be told apart"
        return f"{apart}{self._rest}."

    @property
    def _rest(self) -> str:
        """Why the other pairs cannot be told apart; nothing where all can."""
        overlapping, unseen = self.seen_pairs - self.separable, self.pairs - self.seen_pairs
        reasons = [
            f"in {number(n)} {reason}"
            for n, reason in (
                (overlapping, "the intervals overlap or a clock says nothing about speed"),
                (unseen, "the step was not seen in one case or in both"),
            )
            if n
        ]
        return f"; {listed(reasons)}" if reasons else ""


def pairwise(speeds: Sequence[Speed], step: str = "response") -> Pairwise:
    """Compare the cases pair by pair in one step.

    Parameters
    ----------
    speeds
        One result of ``aftermath.speed`` for each case.
    step
        Key from ``measures.speed.STEPS``, e.g. ``response`` or ``named_apology``.

    Returns
    -------
    Pairwise

    Raises
    ------
    ValueError
        If there is no such step.

    Examples
    --------
    >>> import aftermath as am
    >>> pair = [am.speed(am.load_case(case_id)) for case_id in ("kitchenaid-tweet", "red-cross-tweet")]
    >>> pairwise(pair, "response")["kitchenaid-tweet"].slower
    1
    """
    if step not in STEPS:
        raise ValueError(f"{step!r} is not a step; use one of: {', '.join(STEPS)}")
    latencies = {speed.case_id: speed[step].latency for speed in speeds}
    ends = _Ends.of(latencies.values())
    rows = tuple(_counts(case_id, latency, ends) for case_id, latency in latencies.items())
    return Pairwise(
        step=step,
        rows=rows,
        separable=sum(row.faster for row in rows),
        pairs=math.comb(ends.cases, 2),
        seen_pairs=math.comb(ends.cases - ends.unseen, 2),
    )


def separable(latencies: Collection[Latency]) -> int:
    """Pairs of latencies of which one is certainly shorter.

    Examples
    --------
    >>> separable([Latency(0, 60), Latency(90, 120), Latency(100, 600)])
    2
    """
    uppers = sorted(latency.upper for latency in latencies if latency.timed)
    return sum(bisect_left(uppers, latency.lower) for latency in latencies if latency.timed)


@dataclass(frozen=True)
class _Ends:
    """The ends of the latencies that can be compared, each in order, and how many cases there are in all."""

    lower: list[float]
    upper: list[float]
    cases: int
    unseen: int

    @classmethod
    def of(cls, latencies: Collection[Latency]) -> _Ends:
        comparable = [latency for latency in latencies if latency.timed]
        return cls(
            sorted(latency.lower for latency in comparable),
            sorted(latency.upper for latency in comparable),
            len(latencies),
            sum(not latency.seen for latency in latencies),
        )


def _counts(case_id: str, own: Latency, ends: _Ends) -> PairCounts:
    never_seen = ends.unseen - (not own.seen)
    rest = ends.cases - 1 - never_seen
    if not own.timed:
        return PairCounts(case_id, False, 0, 0, rest, never_seen, math.nan, math.nan, 0)
    faster = bisect_left(ends.upper, own.lower)
    slower = len(ends.lower) - bisect_right(ends.lower, own.upper)
    # whoever ended when this case began, at the latest, was not beaten by it; a moment ends when it begins, but is no other case
    unbeaten = bisect_right(ends.upper, own.lower) - (own.upper == own.lower)
    others = len(ends.lower) - 1
    first, first_upper = (slower / others, (others - unbeaten) / others) if others else (math.nan, math.nan)
    return PairCounts(case_id, True, faster, slower, rest - faster - slower, never_seen, first, first_upper, others)
