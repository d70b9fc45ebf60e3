"""When it was back: time to return.

References
----------
Banerjee and Wellner (2001), see ``aftermath.statistics.monotone``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from aftermath.statistics.monotone import Decline, decline
from aftermath.statistics.result import Result
from aftermath.statistics.series import (
    EventTime,
    Series,
    SeriesError,
    check_baseline,
    check_level,
    decimals,
    read_series,
    spell,
    units,
)
from aftermath.wording import counted, number


@dataclass(frozen=True)
class TimeToReturn(Result):
    """When a series was back at its baseline.

    Parameters
    ----------
    time
        Time from the event to the first observation at which the expected value is back; infinite where it was not by the
        end, **0 by definition** where it was never away.
    lower, upper
        Of its interval: back **after** ``lower`` and **not later than** ``upper``, both times of observations; ``upper`` is
        infinite where the series cannot tell that it was back by the end.
    end
        Time from the event to the last observation.
    baseline
        Level to return to.
    departure
        The greatest expected distance from it on the bad side; 0 where there is none.
    away
        Whether it is certain, at ``level``, that it was away at all.
    tolerance
        How near is back.
    given
        Whether the tolerance was given rather than a part of the departure.
    noise
        Standard deviation of what observations stray from their expected values, beyond their known sampling error.
    n_before, n_after
        Observations on either side.
    level
        Of the interval.
    unit
        Of time.
    """

    time: float
    lower: float
    upper: float
    end: float
    baseline: float
    departure: float
    away: bool
    tolerance: float
    given: bool
    noise: float
    n_before: int
    n_after: int
    level: float
    unit: str

    @property
    def returned(self) -> bool:
        """Whether the best reading has it back by the end of the series."""
        return math.isfinite(self.time)

    @property
    def at_once(self) -> bool:
        """Whether the best reading never has it away: then the time is 0, by definition."""
        return self.time == 0

    @property
    def table(self) -> pl.DataFrame:
        """One row: ``term``, ``estimate``, ``lower``, ``upper`` (null where the end of the series censors them), ``returned``."""
        ends = {name: getattr(self, name) for name in ("time", "lower", "upper")}
        time, lower, upper = (value if math.isfinite(value) else None for value in ends.values())
        row = {"term": "time to return", "estimate": time, "lower": lower, "upper": upper, "returned": self.returned}
        return pl.DataFrame([row], schema_overrides=dict.fromkeys(("estimate", "lower", "upper"), pl.Float64))

    @property
    def text(self) -> str:
        digits = decimals(self.tolerance or self.baseline / 10)
        near = "given" if self.given else f"a part of the greatest departure, {number(self.departure, digits)}"
        sure = "" if self.away or self.at_once else " That it was away at all is not certain."
        return (
            f"The series was {self._when}. Back is an expected value within {number(self.tolerance, digits)} ({near}) of "
            f"{number(self.baseline, digits)}, or beyond it on the good side, on a course that only comes back; observations stray "
            f"from it by {number(self.noise, decimals(self.noise / 10))}, one independent of the next ({self.level:.0%} interval, n = "
            f"{counted(self.n_before, 'observation')} before the event and {self.n_after} from it on).{sure}"
        )

    @property
    def _when(self) -> str:
        lower, end = spell(self.lower, self.unit), spell(self.end, self.unit)
        if not self.returned:
            return f"not back by its end, {end} after the event (right-censored; back after more than {lower})"
        upper = "no upper end" if math.isinf(self.upper) else f"at most {spell(self.upper, self.unit)}"
        spread = f"[more than {lower}, {upper}]" if self.upper else "[0]"
        if self.at_once:
            return f"not away when the event came: by definition it was back after 0 {units(self.unit, 0)} {spread}"
        return f"back {spell(self.time, self.unit)} after the event {spread}"


def time_to_return(
    series: pl.DataFrame,
    at: EventTime,
    *,
    baseline: float | None = None,
    tolerance: float | None = None,
    left: float = 0.1,
    fell: bool = True,
    level: float = 0.95,
) -> TimeToReturn:
    """Find when a series was back at its baseline, with an interval.

    Back is the first observation at which **no more than a tenth of the greatest departure is left**, in expected values. So
    what counts as back is a property of the course, not of how precisely it was seen. The course may have any shape that
    only comes back; a relapse moves the return behind it.

    Parameters
    ----------
    series
        ``time``, ``value``, and optionally ``variance``: that of each value's own sampling error, where it is known (of a
        share, ``p (1 - p) / n``). What observations stray beyond it is estimated.
    at
        The first time after the change, **inclusive**.
    baseline
        The level to return to, taken as certain; the mean before the event, with its uncertainty, if not given.
    tolerance
        How near is back, in units of the value, instead of a part of the departure.
    left
        The part of the greatest departure that may be left.
    fell
        Whether the event made the series fall; False where it rose.
    level
        Of the interval, which holds every place that a likelihood ratio test of monotone courses does not reject.

    Returns
    -------
    TimeToReturn
        **Right-censored** where it was not back by the end; never extrapolated.

    Raises
    ------
    SeriesError
        If the series cannot bear it.

    Examples
    --------
    >>> days = range(-6, 12)
    >>> value = [0.2, -0.2] * 3 + [-4.1, -2.8, -2.2, -1.3, -1.1, -0.6, 0.1, -0.1, 0.2, -0.2, 0.1, 0.0]
    >>> back = time_to_return(pl.DataFrame({"time": days, "value": value}), 0)
    >>> back.time, back.lower, back.upper
    (6.0, 4.0, 8.0)
    """
    check_level(level)
    data, known = read_series(series, at), _known_variance(series)
    _check_return(data, known, tolerance, left)
    bad, after = (-1 if fell else 1) * data.value, data.after
    course = decline(bad[~after], bad[after], known[~after], known[after])
    _check_noise(data, course)
    usual, doubt = course.level, course.level_variance
    if baseline is not None:
        check_baseline(baseline)
        usual, doubt = -float(baseline) if fell else float(baseline), 0.0
    departure, part = max(0.0, course.top - usual), left if tolerance is None else 0.0
    near = part * departure if tolerance is None else float(tolerance)
    places = course.passes(usual + near, (1 - part) ** 2 * doubt + part**2 * course.top_variance, level)
    since = data.time[after] - data.at
    # from the last observation before the first place at which it may be back, to the last such place
    earliest, latest = np.flatnonzero(places)[[0, -1]].tolist()
    upper = math.inf if latest == len(since) else float(since[latest]) if latest else 0.0
    return TimeToReturn(
        _first(since, course.fitted <= usual + near),
        float(since[earliest - 1]) if earliest else 0.0,
        upper,
        float(since[-1]),
        -usual if fell else usual,
        departure,
        not places[0],
        near,
        tolerance is not None,
        course.noise,
        data.before_count,
        data.after_count,
        level,
        data.unit,
    )


def _known_variance(series: pl.DataFrame) -> np.ndarray:
    """The column ``variance``, or zeros."""
    if "variance" not in series.columns:
        return np.zeros(series.height)
    known = series["variance"].cast(pl.Float64).fill_null(math.nan).to_numpy()
    bad = np.flatnonzero(~(np.isfinite(known) & (known >= 0)))
    if bad.size:
        raise SeriesError(
            f"row {bad[0] + 1} of the series has variance = {known[bad[0]]:g}: it must be finite and not negative"
        )
    return known


def _check_return(data: Series, known: np.ndarray, tolerance: float | None, left: float) -> None:
    before = data.value[~data.after]
    if not 0 < left < 1:
        raise SeriesError(f"left = {left} must lie between 0 and 1, e.g. 0.1")
    if tolerance is None and np.ptp(before) == 0 and not known.any():
        raise SeriesError(
            f"{counted(len(before), 'observation')} before the event, without any spread, cannot show how far observations stray "
            "of themselves: give a tolerance"
        )
    if tolerance is not None and not 0 <= tolerance < math.inf:
        raise SeriesError(f"tolerance = {tolerance} must not be negative, nor infinite")


def _check_noise(data: Series, course: Decline) -> None:
    if course.freedom < 1:
        raise SeriesError(
            f"{counted(data.before_count, 'observation')} before the event and {data.after_count} from it on cannot show how far "
            "observations stray from their course: at least 2 before the event are needed, or more from it on"
        )


def _first(since: np.ndarray, back: np.ndarray) -> float:
    """Time of the first observation that is back: 0 where that is the first of all, infinite where none is."""
    if not back.any():
        return math.inf
    first = int(np.argmax(back))
    return float(since[first]) if first else 0.0
