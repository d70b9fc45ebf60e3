"""The one time axis of all figures: linear up to its first tick, logarithmic beyond, mirrored before zero."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from aftermath.figures.theme import LIGHT, THINNEST, TICK, Property, text_width
from aftermath.times import DAY, HOUR, MINUTE, MONTH, YEAR

TICKS = {
    MINUTE: "1 min",
    10 * MINUTE: "10 min",
    HOUR: "1 h",
    6 * HOUR: "6 h",
    DAY: "1 day",
    7 * DAY: "1 week",
    MONTH: "1 month",
    6 * MONTH: "6 months",
    YEAR: "1 year",
    10 * YEAR: "10 years",
}

LINEAR = 0.2  # the stretch from 0 to the first tick, in decades
BEFORE_SHARE = 0.28  # the most that what came before takes up, of what came after
PADDING = 0.015  # of the whole, at either end
TICK_GAP = 10  # px between two tick labels


@dataclass(frozen=True)
class TimeAxis:
    """From seconds since clock zero to a position along the axis, in decades.

    What came before clock zero is mirrored, and drawn smaller where it would take up too much.

    Parameters
    ----------
    first
        The first tick in seconds: linear from 0 up to here, logarithmic beyond.
    end
        Seconds from clock zero to the last thing to be shown.
    before
        Seconds from the first thing to be shown to clock zero; 0 where nothing came before.

    Examples
    --------
    >>> axis = TimeAxis(first=60, end=6000)
    >>> axis.position(0), axis.position(30), axis.position(60), axis.position(6000)
    (0.0, 0.1, 0.2, 2.2)
    """

    first: float
    end: float
    before: float = 0.0

    @classmethod
    def reaching(cls, first: float, end: float, before: float = 0.0) -> TimeAxis:
        """An axis that is long enough to be read: **at least two ticks after clock zero**."""
        following = next((seconds for seconds in TICKS if seconds > first), first)
        return cls(first, max(end, following), max(0.0, before))

    def position(self, seconds: float) -> float:
        """Where a moment lies, in decades from clock zero; negative before it."""
        if seconds < 0:
            return -self._shrink * self._distance(-seconds)
        return self._distance(seconds)

    def _distance(self, seconds: float) -> float:
        if seconds <= self.first:
            return LINEAR * seconds / self.first
        return LINEAR + math.log10(seconds / self.first)

    @cached_property
    def _shrink(self) -> float:
        if not self.before:
            return 1.0
        return min(1.0, BEFORE_SHARE * self._distance(self.end) / self._distance(self.before))

    @cached_property
    def limits(self) -> tuple[float, float]:
        """Both ends of the axis."""
        low, high = self.position(-self.before), self.position(self.end)
        return low - PADDING * (high - low), high + PADDING * (high - low)

    @property
    def length(self) -> float:
        """From one end to the other."""
        low, high = self.limits
        return high - low

    def scale(self, pixels: float) -> float:
        """Pixels to a decade where the whole axis is ``pixels`` long."""
        return pixels / self.length

    def bar(self, lower: float, upper: float, pixels: float) -> tuple[float, float]:
        """Both ends of an interval, **never narrower than can be seen**, nor across clock zero for it.

        Parameters
        ----------
        lower, upper
            Seconds since clock zero; an infinite ``upper`` is the end of the axis.
        pixels
            How long the whole axis is at least.
        """
        least = THINNEST / self.scale(pixels)
        ends = self.position(lower), self.limits[1] if math.isinf(upper) else self.position(upper)
        if ends[1] - ends[0] >= least:
            return ends
        start = (ends[0] + ends[1] - least) / 2
        if lower >= 0:
            start = max(start, 0.0)
        elif upper <= 0:
            start = min(start, -least)
        return start, start + least

    def ticks(self, pixels: float) -> dict[float, str]:
        """Positions and labels of as many ticks as have room, in order.

        Parameters
        ----------
        pixels
            How long the whole axis is at least.
        """
        shown = {seconds: label for seconds, label in TICKS.items() if seconds >= self.first}
        after = {self.position(s): label for s, label in shown.items() if s <= self.end}
        before = {self.position(-s): f"−{label}" for s, label in shown.items() if s <= self.before}
        kept: dict[float, str] = {}
        for position, label in (after | before).items():
            apart = (
                abs(position - other) * self.scale(pixels)
                >= (text_width(label, TICK) + text_width(other_label, TICK)) / 2 + TICK_GAP
                for other, other_label in kept.items()
            )
            if all(apart):
                kept[position] = label
        return dict(sorted(kept.items()))

    def layout(self, pixels: float, **more: Property) -> dict:
        """The plotly axis.

        Parameters
        ----------
        pixels
            How long the axis is at least.
        more
            Further properties.
        """
        ticks = self.ticks(pixels)
        return {
            "range": list(self.limits),
            "tickmode": "array",
            "tickvals": list(ticks),
            "ticktext": list(ticks.values()),
            "tickangle": 0,
            "showgrid": True,
            "gridcolor": LIGHT["rule"],
            "automargin": False,
        } | more


def first_tick(uncertainty: float) -> float:
    """The first tick for a clock zero that is known to within some seconds: a minute, an hour or a day.

    Examples
    --------
    >>> first_tick(59), first_tick(2700), first_tick(86399)
    (60.0, 3600.0, 86400.0)
    """
    return min((MINUTE, HOUR, DAY), key=lambda tick: abs(math.log(max(uncertainty, MINUTE) / tick)))
