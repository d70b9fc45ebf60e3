"""A dense series around an event: read, checked, and refused where it cannot bear an estimate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import polars as pl

from aftermath.problems import AftermathError

DAY = 86400.0
FEW_BEFORE = 8


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
        The event on the same scale as ``time``: **the first time that is after the change**.
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


def read_series(series: pl.DataFrame, at: object, *, varies: bool = True) -> Series:
    """Check a series and the place of the event in it.

    Parameters
    ----------
    series
        Columns ``time`` (numbers, dates or instants, ascending), ``value``, and optionally ``n`` (observations
        behind each value), ``variance`` and ``exposure``.
    at
        The first time after the change, **inclusive**, of the same kind as ``time``.
    varies
        Whether a series whose values are all equal is refused.

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
    missing = [name for name in ("time", "value") if name not in series.columns]
    if missing:
        raise SeriesError(f"the series has no column {missing[0]!r}: give it the columns time and value")
    if series.height < 3:
        raise SeriesError(
            f"the series has {series.height} rows: at least 3 are needed, some before the event and some after"
        )
    time, event, unit = _clock(series["time"], at)
    value = _numbers(series, "value")
    _check_times(time)
    if varies and np.ptp(value) == 0:
        raise SeriesError(
            f"all {series.height} values are {value[0]:g}: a series that never moves shows neither loss nor recovery"
        )
    if not (time < event).any() or not (time >= event).any():
        raise SeriesError(
            f"the event at {at} leaves nothing {'before' if not (time < event).any() else 'after'} it: choose a time inside the series"
        )
    return Series(
        time, value, event, _positive(series, "n", np.ones(series.height)), _positive(series, "exposure", None), unit
    )


def _clock(times: pl.Series, at: object) -> tuple[np.ndarray, float, str]:
    if times.null_count():
        raise SeriesError(
            f"row {times.is_null().arg_true()[0] + 1} of the series has no time: remove it or give its time"
        )
    if times.dtype.is_numeric():
        if not isinstance(at, int | float) or isinstance(at, bool) or not math.isfinite(at):
            raise SeriesError(f"times are numbers but the event is {at!r}: give it as a number too")
        return times.cast(pl.Float64).to_numpy(), float(at), "step"
    if not times.dtype.is_temporal() or times.dtype in (pl.Duration, pl.Time):
        raise SeriesError(f"times are of type {times.dtype}: give numbers, dates or instants")
    return _days(times, at)


def _days(times: pl.Series, at: object) -> tuple[np.ndarray, float, str]:
    if not isinstance(at, date):
        raise SeriesError(f"times are {times.dtype} but the event is {at!r}: give a date or an instant")
    zone = getattr(times.dtype, "time_zone", None)
    if isinstance(at, datetime) and (at.tzinfo is None) != (zone is None):
        raise SeriesError("either the times or the event have a time zone, but not both: give both one")
    instants = times.cast(pl.Datetime("us", zone))
    event = pl.Series([at]).cast(pl.Datetime("us", zone) if zone else pl.Datetime("us"))
    microseconds = instants.to_physical().to_numpy().astype(float)
    start = microseconds[0]
    return (microseconds - start) / 1e6 / DAY, (float(event.to_physical()[0]) - start) / 1e6 / DAY, "day"


def _numbers(series: pl.DataFrame, name: str) -> np.ndarray:
    if not series.schema[name].is_numeric():
        raise SeriesError(f"the column {name!r} is of type {series.schema[name]}: give numbers")
    values = series[name].cast(pl.Float64).fill_null(math.nan).to_numpy()
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        raise SeriesError(f"row {bad[0] + 1} of the series has no finite {name}: remove the row; a gap is no zero")
    return values


def _positive(series: pl.DataFrame, name: str, default: np.ndarray | None) -> np.ndarray | None:
    if name not in series.columns:
        return default
    values = _numbers(series, name)
    bad = np.flatnonzero(values <= 0)
    if bad.size:
        raise SeriesError(
            f"row {bad[0] + 1} of the series has {name} = {values[bad[0]]:g}: it must be positive; leave out empty bins"
        )
    return values


def _check_times(time: np.ndarray) -> None:
    if not np.isfinite(time).all():
        raise SeriesError("a time is not a finite number: remove the row or correct it")
    steps = np.diff(time)
    if (steps < 0).any():
        raise SeriesError(f"times are not in order after row {int(np.argmax(steps < 0)) + 1}: sort the series by time")
    if (steps == 0).any():
        raise SeriesError(
            f"a time stands twice, in rows {int(np.argmax(steps == 0)) + 1} and the next: combine them into one"
        )


def evenly_spaced(time: np.ndarray) -> tuple[float, np.ndarray]:
    """The step of a series and the place of each time on its grid.

    Parameters
    ----------
    time
        Ascending, shape ``(n,)``.

    Returns
    -------
    tuple
        The smallest step, and whole-number places from 0, shape ``(n,)``.

    Raises
    ------
    SeriesError
        If the times are not multiples of one step, or the grid would be far longer than the series.
    """
    step = float(np.diff(time).min())
    places = np.round((time - time[0]) / step).astype(int)
    if np.abs(time[0] + step * places - time).max() > 0.01 * step:
        raise SeriesError("the times are not multiples of one step: bring the series to days, weeks or months first")
    if places[-1] > 20 * len(time):
        raise SeriesError("most of the steps between the first and the last time are missing: use a coarser step")
    return step, places
