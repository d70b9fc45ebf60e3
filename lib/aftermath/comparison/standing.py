"""Standing: which cases were certainly faster than which, and which cannot be told apart.

One latency is certainly shorter than another only where its interval ends before the other begins.
Nothing here is a rank: where intervals overlap, the record does not order them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

import polars as pl

from aftermath.measures.latency_curves import probability_before
from aftermath.measures.result import Result
from aftermath.measures.speed import STEPS, Speed
from aftermath.times import Latency
from aftermath.wording import counted, listed, number


@dataclass(frozen=True)
class Standing:
    """How one case stands among the others in one step; the four counts add up to the others.

    Parameters
    ----------
    case_id
        The case.
    comparable
        False where the step was not seen in this case, or is zero by construction: then it can be told
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
class Standings(Result):
    """How all cases stand in one step.

    Parameters
    ----------
    step
        Key from ``measures.speed.STEPS``.
    rows
        One ``Standing`` a case, in the order given.
    separable
        Pairs of cases of which one was certainly faster.
    pairs
        All pairs of cases.
    seen_pairs
        Pairs in which the step was seen in both cases.
    """

    step: str
    rows: tuple[Standing, ...]
    separable: int
    pairs: int
    seen_pairs: int

    def __getitem__(self, case_id: str) -> Standing:
        """The standing of one case."""
        return self._by_case[case_id]

    @cached_property
    def _by_case(self) -> dict[str, Standing]:
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
        told = f"{self.label}: {number(self.separable)} of {counted(self.pairs, 'pair')} of cases can be told apart"
        return f"{told}{self._rest}."

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


def standing(speeds: Sequence[Speed], step: str = "response") -> Standings:
    """Compare the cases pair by pair in one step.

    Parameters
    ----------
    speeds
        One result of ``aftermath.speed`` for each case.
    step
        Key from ``measures.speed.STEPS``, e.g. ``response`` or ``named_apology``.

    Returns
    -------
    Standings

    Raises
    ------
    ValueError
        If there is no such step.

    Examples
    --------
    >>> import aftermath as am
    >>> pair = [am.speed(am.load_case(case_id)) for case_id in ("kitchenaid-tweet", "red-cross-tweet")]
    >>> standing(pair, "response")["kitchenaid-tweet"].slower
    1
    """
    if step not in STEPS:
        raise ValueError(f"{step!r} is not a step; use one of: {', '.join(STEPS)}")
    latencies = {speed.case_id: speed[step].latency for speed in speeds}
    pairs = list(itertools.combinations(latencies.values(), 2))
    return Standings(
        step=step,
        rows=tuple(_standing(case_id, latencies) for case_id in latencies),
        separable=sum(certainly_faster(a, b) or certainly_faster(b, a) for a, b in pairs),
        pairs=len(pairs),
        seen_pairs=sum(a.seen and b.seen for a, b in pairs),
    )


def certainly_faster(one: Latency, other: Latency) -> bool:
    """Whether one latency is certainly shorter than another, and that says something about speed.

    **False where either was not seen or is zero by construction.**

    Examples
    --------
    >>> certainly_faster(Latency(0, 60), Latency(61, 90)), certainly_faster(Latency(0, 60), Latency(60, 90))
    (True, False)
    """
    return _comparable(one) and _comparable(other) and one.certainly_before(other)


def _comparable(latency: Latency) -> bool:
    return latency.seen and not latency.by_construction


def _standing(case_id: str, latencies: dict[str, Latency]) -> Standing:
    own = latencies[case_id]
    others = [latency for other, latency in latencies.items() if other != case_id]
    faster = sum(certainly_faster(other, own) for other in others)
    slower = sum(certainly_faster(own, other) for other in others)
    never_seen = sum(not other.seen for other in others)
    bounds = _first(own, others)
    return Standing(
        case_id=case_id,
        comparable=_comparable(own),
        faster=faster,
        slower=slower,
        not_separable=len(others) - faster - slower - never_seen,
        never_seen=never_seen,
        first=_mean([lower for lower, _ in bounds]),
        first_upper=_mean([upper for _, upper in bounds]),
        others=len(bounds),
    )


def _first(own: Latency, others: Sequence[Latency]) -> list[tuple[float, float]]:
    """Bounds on the probability of having been first against each other case that can be compared."""
    return [probability_before(own, other) for other in others if _comparable(own) and _comparable(other)]


def _mean(shares: Sequence[float]) -> float:
    return sum(shares) / len(shares) if shares else math.nan
