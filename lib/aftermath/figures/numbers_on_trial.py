"""Claims beside the record: for each what is claimed and what the cases give, on a scale of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass

import plotly.graph_objects as go

from aftermath.case_files.numeric_claims import VERDICTS
from aftermath.comparison.numeric_claims import SECONDS
from aftermath.comparison.trial import Trial, Tried
from aftermath.figures.bars import Bar, outline, painted, sensitive
from aftermath.figures.rows import headline
from aftermath.figures.spreading import spread
from aftermath.figures.theme import LIGHT, THINNEST, Drawing, View, blank, hover, note, responsive, safe, shortened
from aftermath.statistics.result import NothingToMeasure
from aftermath.times import MINUTE

_ROW, _NAME, _OURS, _LANE, _BAR = 78, 12, 30, 54, 14  # px: a claim, the middles of its two lines of words and its lane
_MARGIN = {"l": 12, "r": 12, "t": 6, "b": 6}
_BESIDE = 0.08  # of the scale left free on either side


def trial(tried: Trial) -> go.Figure:
    """Draw one row for every claim for which our cases give a number.

    Each row has a scale of its own, logarithmic for times. The framed stretch is what is claimed; the pale bar is our interval, the full one in
    it our estimate, as wide as the record leaves it open. What has no end runs to the edge.

    Parameters
    ----------
    tried
        From ``aftermath.trial``.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths.

    Raises
    ------
    NothingToMeasure
        If the cases give a number for no claim.
    """
    if not tried.measured:
        raise NothingToMeasure("For no claim do our cases give a number to set beside it.")
    rows = [_Row.of(own, place) for place, own in enumerate(spread(tried.measured))]
    return responsive(lambda view: _draw(rows, view))


@dataclass(frozen=True)
class _Row:
    """A claim and where its parts lie, from 0 to 1 across and in px down."""

    tried: Tried
    top: float
    claimed: Bar
    interval: Bar
    estimate: Bar

    @classmethod
    def of(cls, tried: Tried, place: int) -> _Row:
        claim, found = tried.claim, tried.estimate
        assert found is not None  # those without are not drawn
        scale = _logarithm if claim.unit in SECONDS else float
        ends = [*claim.stretch, found.lower, found.upper, found.least, found.greatest]
        within = [scale(end) for end in ends if math.isfinite(end)]
        low, high = min(within), max(within)
        room = (high - low) * _BESIDE or 1.0
        low, high, top = low - room, high + room, place * _ROW

        def bar(start: float, end: float, height: float) -> Bar:
            start, end = (min(1.0, max(0.0, (scale(value) - low) / (high - low))) for value in (start, end))
            return Bar(start, end, top + _LANE, height)

        return cls(
            tried,
            top,
            bar(*claim.stretch, _BAR + 6),
            bar(found.lower, found.upper, _BAR),
            bar(found.least, found.greatest, _BAR),
        )

    @property
    def names(self) -> tuple[str, str]:
        """What is claimed, and who says it with the verdict."""
        return self.tried.claim.printed, f"{self.tried.claim.attribution}, {VERDICTS[self.tried.verdict].lower()}"

    @property
    def tells(self) -> str:
        """The same and the claim itself, for the pointer."""
        claim = self.tried.claim
        lines = [
            claim.claim,
            f"claimed: {claim.printed}",
            f"{claim.what}: {self.tried.ours}",
            VERDICTS[self.tried.verdict],
        ]
        return hover(claim.attribution, lines)


def _logarithm(seconds: float) -> float:
    return math.log10(max(seconds, MINUTE)) if math.isfinite(seconds) else math.copysign(math.inf, seconds)


def _draw(rows: list[_Row], view: View) -> Drawing:
    room = view.least - _MARGIN["l"] - _MARGIN["r"]
    total = len(rows) * _ROW
    figure = blank(
        total + _MARGIN["t"] + _MARGIN["b"],
        margin=_MARGIN,
        xaxis={"range": [0, 1], "visible": False},
        yaxis={"range": [total, 0], "visible": False},
        annotations=[
            words for row in rows for words in (headline(*row.names, row.top + _NAME, room), _words(row, room))
        ],
    )
    thinnest = THINNEST / room
    claimed, intervals, estimates = (
        [_widened(bar, thinnest) for bar in bars]
        for bars in ([row.claimed for row in rows], [row.interval for row in rows], [row.estimate for row in rows])
    )
    axes = [Bar(0, 1, row.top + _LANE, 1) for row in rows]
    lanes = [Bar(0, 1, row.top + _ROW / 2, _ROW) for row in rows]
    return figure.add(
        [
            painted(axes, LIGHT["rule2"], "scale", opacity=1.0),
            painted(intervals, LIGHT["me"], "interval", opacity=0.3, meta={"role": "interval"}),
            painted(estimates, LIGHT["me"], "estimate", opacity=1.0, meta={"role": "estimate"}),
            painted(claimed, LIGHT["inf"], "claimed", opacity=0.35, meta={"role": "claimed"}),
            outline(claimed, LIGHT["inf"], "solid", "claimed"),
            sensitive(lanes, [row.tells for row in rows], [f"claim-{row.tried.claim.claim_id}" for row in rows]),
        ]
    )


def _words(row: _Row, room: float) -> dict:
    """What our cases give, below the name of the claim."""
    words = shortened(f"Ours: {row.tried.ours} ({row.tried.claim.what})", room)
    place = {"xref": "paper", "x": 0, "xanchor": "left", "y": row.top + _OURS, "yanchor": "middle"}
    return note(safe(words), name="label", **place)


def _widened(bar: Bar, thinnest: float) -> Bar:
    """The same bar, no thinner than can be seen, within the drawing."""
    more = max(0.0, thinnest - (bar.end - bar.start)) / 2
    start = min(max(0.0, bar.start - more), 1.0 - thinnest)
    return Bar(start, max(bar.end + more, start + thinnest), bar.middle, bar.height)
