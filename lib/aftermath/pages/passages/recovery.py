"""One row of the table of recoveries, as pages other than those of cases still show it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from aftermath.measures.coverage_recovery import CoverageRecovery
from aftermath.pages.coverage import extent
from aftermath.pages.html import escape
from aftermath.wording import interval, number

HEADINGS = ("What was coded", "First day", "Last day", "Odds ratio", "Half of the way to neutral", "Neutral", "n")


def cells(recovery: CoverageRecovery) -> list[str]:
    """One row of the table, as finished HTML."""
    label, n = escape(recovery.tone.label), escape(extent(recovery))
    if not recovery.modelled:
        return [label, *["–"] * 3, f'<span class="mut">no model: {escape(recovery.why_not)}</span>', "–", n]
    ends = [(recovery.course.row(place)[1:], True) for place in (0, -1)]
    odds = ((recovery.odds_ratio, recovery.odds_lower, recovery.odds_upper), False)
    days = (escape(each.text) for each in (recovery.half_life, recovery.time_to_neutral))
    return [label, *(_estimate(*each) for each in (*ends, odds)), *days, n]


def _estimate(numbers: Sequence[float], sign: bool) -> str:
    value, lower, upper = numbers
    if math.isinf(value):
        return "no bound"
    ends = interval(lower, upper, 2, sign=sign) if math.isfinite(upper) else f"[{number(lower, 2)} to no bound]"
    return f'<span class="nw">{number(value, 2, sign=sign)}</span> <span class="nw">{ends}</span>'
