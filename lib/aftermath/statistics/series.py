"""A dense series around an event: read, checked, and refused where it cannot bear an estimate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from numbers import Real
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from aftermath.problems import AftermathError
from aftermath.times import DAY
from aftermath.wording import counted, number

EventTime = float | Decimal | date  # of the kind of the times of its series; a datetime is a date too

FEW_BEFORE = 8
LARGEST = 1e100  # beyond, squares overflow
ROUNDING = 1e-12  # of a value, within which two values are one; of a sum of squares, within which a fit is perfect


class SeriesError(AftermathError):
    """A series, or an event in it, that no estimate can be made from; the text says what would mend it."""


@dataclass(frozen=True)
class Series:
    """A checked series.

    Parameters
    ----------
    time
        Ascending, without repeats, shape ``(n,)``; days since the first observation where instants were
        given, else the numbers as given.
    value
        Finite, shape ``(n,)``.
    at
        The event on the same scale as ``time``: **the first time that is after the change**; infinite for no event.
    weights
        Observations behind each value; ones where ``n`` was not given.
    exposure
        For counts: what each value is a count out of; None where not given.
    unit
        ``day`` or ``step``.
    """

    time: np.ndarray
    value: np.ndarray
    at: float
    weights: np.ndarray
    exposure: np.ndarray | None
    unit: str

    @property
    def after(self) -> np.ndarray:
        """True from ``at`` on, **inclusive**."""
        return self.time >= self.at

    @property
    def before_count(self) -> int:
        """Observations before the event."""
        return int(np.sum(~self.after))

    @property
    def after_count(self) -> int:
        """Observations from the event on."""
        return int(np.sum(self.after))

    @property
    def short(self) -> bool:
        """Whether fewer than eight observations precede the event: then no trend before it is fitted."""
        return self.before_count < FEW_BEFORE


def read_series(series: pl.DataFrame, at: EventTime | None = None, *, event: bool = True) -> Series:
    """Check a series and the place of the event in it.

    Parameters
    ----------
    series
        Columns ``time`` (numbers, dates or instants, ascending), ``value``, and optionally ``n`` (observations
        behind each value) and ``exposure``.
    at
        The first time after the change, **inclusive**, of the same kind as ``time``. A date among instants is its
        midnight in their time zone.
    event
        Whether there must be an event, with an observation before it and one from it on; if not, ``at`` may be None.

    Returns
    -------
    Series

    Raises
    ------
    SeriesError
        If columns are missing, the series has fewer than three rows, times repeat or are not in order, a value
        is not a finite number, ``n`` or ``exposure`` is not positive, all values are equal, or ``at`` leaves no
        observation before or after it.
    """
    _check_rows(series)
    clock, unit = _clock(series["time"])
    _check_times(clock)
    value = _numbers(series, "value")
    _check_spread(value)
    moment = math.inf if at is None and not event else _event(series["time"], at)
    if event:
        _check_event(clock, moment, at)
    weights = _positive(series, "n")
    weights = np.ones(series.height) if weights is None else weights
    return Series(clock, value, moment, weights, _positive(series, "exposure"), unit)


def check_level(level: float) -> None:
    """Refuse a level of intervals that is no share.

    Raises
    ------
    SeriesError
        If it is not **between** 0 and 1.
    """
    if not isinstance(level, Real) or not 0 < level < 1:
        raise SeriesError(f"level = {level} must lie between 0 and 1, e.g. 0.95")


def check_strays(value: np.ndarray, fitted: np.ndarray, weights: np.ndarray) -> None:
    """Refuse values that lie exactly on their fitted course: an interval would have no width.

    Parameters
    ----------
    value, fitted, weights
        Shape ``(n,)``.

    Raises
    ------
    SeriesError
        If what is left of the values is rounding.

    Examples
    --------
    >>> check_strays(np.arange(3.0), np.arange(3.0), np.ones(3))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    aftermath.statistics.series.SeriesError: the values lie exactly on the fitted course, ...
    """
    left, total = weights @ (value - fitted) ** 2, weights @ (value - np.average(value, weights=weights)) ** 2
    rounding = 10 * np.finfo(float).eps * np.abs(value).max()
    if left > ROUNDING * total and left > weights.sum() * rounding**2:
        return
    raise SeriesError(
        "the values lie exactly on the fitted course, so nothing shows how far observations stray: give values as they were "
        "observed, with more digits, not ones that were smoothed, filled in or reckoned from a formula"
    )


def units(unit: str, amount: float) -> str:
    """The unit of time of a series for an amount: ``day`` or ``days``, ``step`` or ``steps``."""
    return unit if amount == 1 else f"{unit}s"


def spell(amount: float, unit: str) -> str:
    """An amount of time with its unit, to three figures and without needless decimals.

    Examples
    --------
    >>> spell(1, "day"), spell(12.5, "step"), spell(0.25, "day"), spell(1216.0, "day")
    ('1 day', '12.5 steps', '0.25 days', '1,216 days')
    """
    text = number(amount, decimals(amount / 10) if amount != round(amount) else 0)
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} {units(unit, amount)}"


def decimals(*values: float) -> int:
    """Decimals that show two figures of the smallest of these numbers, zeros and infinite ones left out; 2 if none is left.

    Examples
    --------
    >>> decimals(114.2), decimals(0.3), decimals(0.0004, 2.0), decimals(0.0)
    (0, 2, 5, 2)
    """
    sizes = [abs(value) for value in values if math.isfinite(value) and value]
    return min(12, max(0, 1 - math.floor(math.log10(min(sizes))))) if sizes else 2


def _check_rows(series: pl.DataFrame) -> None:
    if not isinstance(series, pl.DataFrame):
        raise SeriesError(
            f"the series is a {type(series).__name__}: give a polars DataFrame with the columns time and value"
        )
    missing = [name for name in ("time", "value") if name not in series.columns]
    if missing:
        raise SeriesError(f"the series has no column {missing[0]!r}: give it the columns time and value")
    if series.height < 3:
        raise SeriesError(
            f"the series has {counted(series.height, 'row')}: at least 3 are needed, some before the event and some after"
        )


def _clock(times: pl.Series) -> tuple[np.ndarray, str]:
    """Numbers as they are, or days since the first time; and the unit."""
    if times.null_count():
        raise SeriesError(
            f"row {times.is_null().arg_true()[0] + 1} of the series has no time: remove it or give its time"
        )
    if times.dtype.is_numeric():
        return times.cast(pl.Float64).to_numpy(), "step"
    if not times.dtype.is_temporal() or times.dtype in (pl.Duration, pl.Time):
        raise SeriesError(f"times are of type {times.dtype}: give numbers, dates or instants")
    microseconds = _microseconds(times)
    return (microseconds - microseconds[0]) / 1e6 / DAY, "day"


def _event(times: pl.Series, at: EventTime | None) -> float:
    """The event on the scale of ``_clock``."""
    if times.dtype.is_numeric():
        if not isinstance(at, Real | Decimal) or isinstance(at, bool) or not math.isfinite(at):
            raise SeriesError(f"times are numbers but the event is {at!r}: give it as a finite number too")
        return float(at)
    if not isinstance(at, date):
        raise SeriesError(f"times are {times.dtype} but the event is {at!r}: give a date or an instant")
    zone = _zone(times)
    if not isinstance(at, datetime):
        at = datetime.combine(at, time(), ZoneInfo(zone) if zone else None)
    if (at.tzinfo is None) != (zone is None):
        raise SeriesError("either the times or the event have a time zone, but not both: give both one")
    return float(_microseconds(pl.Series([at]))[0] - _microseconds(times)[0]) / 1e6 / DAY


def _microseconds(times: pl.Series) -> np.ndarray:
    return times.cast(pl.Datetime("us", _zone(times))).to_physical().to_numpy()


def _zone(times: pl.Series) -> str | None:
    return getattr(times.dtype, "time_zone", None)


def _numbers(series: pl.DataFrame, name: str) -> np.ndarray:
    if not series.schema[name].is_numeric():
        raise SeriesError(f"the column {name!r} is of type {series.schema[name]}: give numbers")
    values = series[name].cast(pl.Float64).fill_null(math.nan).to_numpy()
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        raise SeriesError(f"row {bad[0] + 1} of the series has no finite {name}: remove the row; a gap is no zero")
    if np.abs(values).max() > LARGEST:
        raise SeriesError(f"the column {name!r} has numbers beyond {LARGEST:g}: give it in a larger unit")
    return values


def _check_spread(value: np.ndarray) -> None:
    if np.ptp(value) <= max(ROUNDING * np.abs(value).max(), 1 / LARGEST):
        same = "are" if value.min() == value.max() else "are, but for rounding,"
        raise SeriesError(
            f"all {len(value)} values {same} {value[0]:g}: a series that never moves shows neither loss nor recovery"
        )


def _positive(series: pl.DataFrame, name: str) -> np.ndarray | None:
    """A column of positive numbers; None where there is no such column."""
    if name not in series.columns:
        return None
    values = _numbers(series, name)
    bad = np.flatnonzero(values <= 0)
    if bad.size:
        raise SeriesError(
            f"row {bad[0] + 1} of the series has {name} = {values[bad[0]]:g}: it must be positive; leave out empty bins"
        )
    return values


def _check_times(time: np.ndarray) -> None:
    bad = np.flatnonzero(~(np.abs(time) <= LARGEST))
    if bad.size:
        raise SeriesError(f"the time in row {bad[0] + 1} is {time[bad[0]]:g}: remove the row or correct it")
    steps = np.diff(time)
    if (steps < 0).any():
        raise SeriesError(f"times are not in order after row {int(np.argmax(steps < 0)) + 1}: sort the series by time")
    if (steps == 0).any():
        raise SeriesError(
            f"a time stands twice, in rows {int(np.argmax(steps == 0)) + 1} and the next: combine them into one"
        )


def _check_event(time: np.ndarray, event: float, at: EventTime | None) -> None:
    if event > time[0] and event <= time[-1]:
        return
    side = "before" if event <= time[0] else "after"
    raise SeriesError(
        f"the event at {at} leaves no observation {side} it: choose a time after the first of the series and not after the last"
    )


def evenly_spaced(time: np.ndarray) -> tuple[float, np.ndarray]:
    """The step of a series and the place of each time on its grid.

    The step is the mean of those steps that are near the smallest, and a time may lie a tenth of it beside its place, so
    that **months, years and days on which clocks are changed count as even**.

    Parameters
    ----------
    time
        Ascending, shape ``(n,)``.

    Returns
    -------
    tuple
        The step, and whole-number places from 0, shape ``(n,)``.

    Raises
    ------
    SeriesError
        If the times are not multiples of one step, or the grid would be far longer than the series.
    """
    steps = np.diff(time)
    step = float(steps[steps <= 1.5 * steps.min()].mean())
    if (time[-1] - time[0]) / step > 20 * len(time):
        raise SeriesError("most of the steps between the first and the last time are missing: use a coarser step")
    places = np.round((time - time[0]) / step)
    if np.abs(time[0] + step * places - time).max() > 0.1 * step:
        raise SeriesError("the times are not multiples of one step: bring the series to days, weeks or months first")
    return step, places.astype(int)


def check_baseline(baseline: float) -> None:
    """Refuse a baseline that is no finite number.

    Raises
    ------
    SeriesError
    """
    if not math.isfinite(baseline):
        raise SeriesError(f"baseline = {baseline} must be a finite number, or left out")
