"""Speed over cases, in words: who was certainly faster, how many had answered by when, and speed beside openness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aftermath.comparison.names import with_names
from aftermath.measures.latency_curves import MARKS, LatencyCurve, LatencyCurves, doubtful_words, left_out_words
from aftermath.measures.steps import STEPS
from aftermath.times import DAY
from aftermath.wording import counted, duration, listed, number

if TYPE_CHECKING:
    from aftermath.comparison.entry import Entry
    from aftermath.comparison.pairwise import PairCounts, Pairwise
    from aftermath.comparison.scoreboard import Comparison

__all__ = [
    "MARKS",
    "MARK_HEADINGS",
    "STEPS",
    "clock",
    "clock_words",
    "curves_words",
    "first_bounds",
    "named_curves",
    "pairwise_words",
    "related",
    "speed_and_transparency_words",
]

MARK_HEADINGS = [f"Within {duration(mark)}" for mark in MARKS]


def pairwise_words(comparison: Comparison, pairwise: Pairwise) -> str:
    """Who was certainly faster in one step, what that rests on, and what the clocks mean."""
    basis = with_names(comparison.leave_one_out(pairwise.step).basis, comparison.names)
    return " ".join(filter(None, (pairwise.text, basis, _order_words(pairwise), clock_words(comparison))))


def _order_words(pairwise: Pairwise) -> str:
    """What the record says about who was first, for two cases drawn at random; nothing where none can be compared."""
    timed = sum(row.comparable for row in pairwise.rows)
    if timed < 2:
        return ""
    pairs = timed * (timed - 1) // 2
    return (
        f"Of the {counted(pairs, 'pair')} in which both can be compared, the record gives the order of {number(pairwise.separable)}; "
        "in the others the probability that one was first may be anything from 0 to 1, as nothing says how likely each moment "
        "inside an interval is. The table gives for each case the bounds against another, drawn at random."
    )


def first_bounds(counts: PairCounts) -> str:
    """The bounds on the probability that a case was first against another."""
    return " to ".join(dict.fromkeys(number(share, 2) for share in (counts.first, counts.first_upper)))


def clock(entry: Entry) -> str:
    """Who set the clock of a case."""
    exposed_by = (entry.about.exposed_by or "").replace("_", " ")
    return f"{exposed_by} · own clock" if entry.own_clock else exposed_by


def clock_words(comparison: Comparison) -> str:
    """Which cases answered a clock of their own, and what that means; nothing where there is none."""
    own = [entry.name for entry in comparison.documented if entry.own_clock]
    if not own:
        return ""
    return f"Own clock: in {listed(own)} the organisation or a regulator set clock zero, and the time measures something else."


def speed_and_transparency_words(comparison: Comparison) -> str:
    """Speed beside openness, and what is not known of both."""
    return (
        f"{comparison.findings[-1].text} {comparison.pairwise().text} {clock_words(comparison)} What is not known is as "
        "large as the boxes, and the cases were chosen, not sampled; rank correlations that carry this along follow below."
    )


def curves_words(comparison: Comparison, curves: Sequence[LatencyCurves]) -> str:
    """Curves in words: the one over all cases, what the intervals allow without it, and every group."""
    whole, *grouped = curves
    (every,) = whole.curves
    allowed = "; ".join(f"{every.possible_by(mark)} within {duration(mark)}" for mark in MARKS)
    parts = [
        whole.estimate,
        left_out_words([comparison.names[case_id] for case_id in whole.with_zero]),
        doubtful_words([comparison.names[case_id] for case_id in whole.doubtful]),
        f"What the intervals allow without that estimate: {allowed}.",
        *(_group_words(by_group, len(every.case_ids)) for by_group in grouped),
        "Where the cases of a group agree, resampling finds nothing to vary: the band is then the score interval of a share of as "
        "many cases.",
        clock_words(comparison),
    ]
    return " ".join(filter(None, parts))


def _group_words(grouped: LatencyCurves, cases: int) -> str:
    shares = "; ".join(
        f"{curve.group} {curve.share_by(DAY)}, allowed {curve.possible_by(DAY)} (n = {counted(len(curve.case_ids), 'case')})"
        for curve in grouped.curves
    )
    few = len(grouped.left_out)
    rest = f"; {number(few)} of {counted(cases, 'case')} in groups of one or two" if few else ""
    return f"{grouped.by}, within {duration(DAY)}: {shares}{rest}."


def named_curves(curves: Sequence[LatencyCurves]) -> dict[str, LatencyCurve]:
    """What each curve is of to the curve, the one over all cases first."""
    whole, *grouped = curves
    return {"All cases": whole.curves[0]} | {
        f"{by_group.by}: {curve.group}": curve for by_group in grouped for curve in by_group.curves
    }


def related(comparison: Comparison) -> bool:
    """Whether any source relates two events of a case to each other."""
    return any(not case.relations.is_empty() for case in comparison.cases)
