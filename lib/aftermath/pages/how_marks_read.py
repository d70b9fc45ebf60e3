"""The page that explains the marks. **Its scores are invented and belong to no case.**"""

from __future__ import annotations

import math
from functools import partial

from aftermath.measures.stances import Estimate
from aftermath.pages.page import Section, compose
from aftermath.pages.templating import macro
from aftermath.statistics.agreement import Agreement
from aftermath.times import DAY, HOUR, Latency

_SEEN, _UNSEEN, _WITH_ZERO = Latency(2 * HOUR, DAY), Latency(20 * DAY, math.inf), Latency(0, 0, by_construction=True)
_AGREEMENT = Agreement(alpha=0.72, lower=0.45, upper=0.9, units=11, same=8, ac=0.85, ac_lower=0.6, ac_upper=0.96)
_EARLY, _LATE, _FEW = Estimate(-0.8, -1.2, -0.4), Estimate(0.5, 0.1, 0.9), Estimate(0.5, math.nan, math.nan)


def how_marks_read() -> str:
    """The page, finished HTML."""
    part = partial(macro, "how_marks_read")
    sections = [
        Section("intervals", "Intervals", part("intervals")()),
        Section("latencies", "Latencies in tables", part("latencies")(_SEEN, _UNSEEN, _WITH_ZERO)),
        Section("colours", "Colour by act", part("colours")()),
        Section("verdicts", "Verdicts on claims", part("verdicts")()),
        Section("scores", "Two coders", part("scores")(_AGREEMENT)),
        Section("tone", "Tone of coverage", part("tone")(_EARLY, _LATE, _FEW)),
        Section("nothing", "When there is nothing to show", part("nothing")()),
    ]
    return compose(
        part("opening")(),
        sections,
        root="",
        title="How marks read",
        kind="states",
        description="Reference for the marks used on this site.",
        current="marks.html",
    )
