"""Where the small marks of cards and tables begin and end: pixels from measures. How they look stands in ``templates/marks.html.j2``."""

from __future__ import annotations

import math
from dataclasses import dataclass

from aftermath.measures.stances import Estimate
from aftermath.times import DAY, HOUR, MINUTE, MONTH, Latency

_TICKS = ((HOUR, "1 h"), (DAY, "1 day"), (MONTH, "1 mo"))

_LONGEST = 688 * DAY  # the right end of the axis; what is longer ends there
_MINUTE_AT = 11.0  # linear up to a minute, logarithmic beyond
_NARROWEST = 4.0


@dataclass(frozen=True)
class Bar:
    """A bar on a horizontal axis: where it begins, and how wide it is, in pixels."""

    x: float
    width: float


@dataclass(frozen=True)
class Tick:
    """An upright line on a horizontal axis: where it stands, in pixels, and its label."""

    x: float
    label: str


@dataclass(frozen=True)
class RangeBar:
    """A coefficient inside its bounds: the bar between them, where the value stands, and whether the bar is cut off at the left."""

    bar: Bar
    value: float
    cut: bool


@dataclass(frozen=True)
class MeanLine:
    """A mean with its interval: three positions in pixels; without an interval only the middle one counts."""

    lower: float
    value: float
    upper: float


def latency_ticks(width: int) -> list[Tick]:
    """An hour, a day and a month on the axis of latencies, which is ``width`` pixels wide."""
    return [Tick(_on_axis(seconds, width), label) for seconds, label in _TICKS]


def latency_extent(latency: Latency, width: int) -> Bar:
    """A latency that was seen, from its lower to its upper end; never narrower than can be seen."""
    start, end = _on_axis(latency.lower, width), _on_axis(latency.upper, width)
    wide = max(_NARROWEST, end - start)
    return Bar(min(start, width - 2 - wide), wide)


def watched_until(latency: Latency, width: int) -> float:
    """Where the record of a latency that was not seen ends; the arrow from there keeps its length."""
    return min(_on_axis(latency.lower, width), width - 30)


def _on_axis(seconds: float, width: int) -> float:
    """Where a moment lies on the axis of latencies, in pixels."""
    if seconds <= MINUTE:
        return 1 + (_MINUTE_AT - 1) * max(0.0, seconds) / MINUTE
    share = math.log(min(seconds, _LONGEST) / MINUTE) / math.log(_LONGEST / MINUTE)
    return _MINUTE_AT + (width - 2 - _MINUTE_AT) * share


def range_bar(value: float, lower: float, upper: float, width: int) -> RangeBar | None:
    """A share from 0 to 1 inside its bounds; None where it is not defined, and no wider than itself where only the bounds are not."""
    if math.isnan(value):
        return None
    lower, upper = (value, value) if math.isnan(lower) else (lower, upper)
    start, middle, end = (share_at(min(1.0, max(0.0, share)), width) for share in (lower, value, upper))
    return RangeBar(Bar(start, max(2.0, end - start)), middle, cut=lower < 0)


def share_at(share: float, width: int) -> float:
    """Where a share from 0 to 1 lies on an axis, in pixels."""
    return 1 + (width - 2) * share


def mean_line(estimate: Estimate, width: int) -> MeanLine | None:
    """A mean code from -2 to 2 with its interval; None where there is no mean."""
    if math.isnan(estimate.value):
        return None
    middle = width / 2
    return MeanLine(*(middle + (middle - 4) * code / 2 for code in (estimate.lower, estimate.value, estimate.upper)))
