"""How much was lost, and when it was back: resilience loss and time to return.

References
----------
Bruneau, M., et al. (2003). A framework to quantitatively assess and enhance the seismic resilience of communities.
Earthquake Spectra 19, 733-752.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from aftermath.measures.recovery.series import SeriesError, read_series
from aftermath.measures.result import Result
from aftermath.wording import counted, interval, number


@dataclass(frozen=True)
class ResilienceLoss(Result):
    """The area between the baseline and the series from the event on.

    Parameters
    ----------
    loss, lower, upper
        In units of the value times units of time; positive where the series lay below its baseline. The ends are NaN where
        the noise could not be estimated.
    baseline
        Level that counts as whole.
    n_before, n_after
        Observations on either side.
    level
        Of the interval.
    given
        Whether the baseline was given rather than estimated.
    """

    loss: float
    lower: float
    upper: float
    baseline: float
    n_before: int
    n_after: int
    level: float
    given: bool

    @property
    def table(self) -> pl.DataFrame:
        """One row: ``term``, ``estimate``, ``lower``, ``upper``."""
        return pl.DataFrame(
            {"term": ["resilience loss"], "estimate": [self.loss], "lower": [self.lower], "upper": [self.upper]}
        )

    @property
    def text(self) -> str:
        spread = (
            f" {interval(self.lower, self.upper, 2)}"
            if math.isfinite(self.lower)
            else " (too few observations before the event for an interval)"
        )
        origin = "given" if self.given else "the mean before the event"
        return (
            f"Resilience loss {number(self.loss, 2)}{spread}: the area below a baseline of {number(self.baseline, 2)} ({origin}), by trapezoids "
            f"({self.level:.0%} interval, n = {counted(self.n_before, 'observation')} before the event and {self.n_after} from it on)."
        )


def resilience_loss(
    series: pl.DataFrame, at: object, *, baseline: float | None = None, level: float = 0.95
) -> ResilienceLoss:
    """Measure the area between the baseline and the series, from the event to the end of the series.

    Parameters
    ----------
    series
        ``time`` and ``value``.
    at
        The first time after the change, **inclusive**: the area begins there.
    baseline
        The level that counts as whole; the mean before the event if not given.
    level
        Of the interval, which holds the noise seen before the event and the uncertainty of the baseline; neighbours are
        taken as correlated as they were before the event.

    Returns
    -------
    ResilienceLoss

    Raises
    ------
    SeriesError
        If the series cannot bear it.
    """
    data = read_series(series, at)
    before, after = data.value[~data.after], data.after
    if data.after_count < 2:
        raise SeriesError("one observation from the event on spans no area: at least 2 are needed")
    whole = float(before.mean()) if baseline is None else float(baseline)
    weights = _trapezoids(data.time[after])
    loss = float(weights @ (whole - data.value[after]))
    spread = _spread(before, weights, baseline is None, level)
    return ResilienceLoss(
        loss, loss - spread, loss + spread, whole, data.before_count, data.after_count, level, baseline is not None
    )


@dataclass(frozen=True)
class TimeToReturn(Result):
    """When a series was back at its baseline.

    Parameters
    ----------
    lower, upper
        Time since the event: back **after** ``lower`` and **not later than** ``upper``, the last observation still away and the first back;
        ``upper`` is infinite where it was not back by the end (right-censored).
    baseline, tolerance
        Back is within this distance of the baseline, or beyond it on the good side.
    persistence
        Observations in a row that must be back.
    n_before, n_after
        Observations on either side.
    unit
        Of time.
    """

    lower: float
    upper: float
    baseline: float
    tolerance: float
    persistence: int
    n_before: int
    n_after: int
    unit: str

    @property
    def returned(self) -> bool:
        """Whether it was back by the end of the series."""
        return math.isfinite(self.upper)

    @property
    def table(self) -> pl.DataFrame:
        """One row: ``term``, ``lower``, ``upper`` (null where censored), ``returned``."""
        upper = self.upper if self.returned else None
        return pl.DataFrame(
            {"term": ["time to return"], "lower": [self.lower], "upper": [upper], "returned": [self.returned]},
            schema_overrides={"upper": pl.Float64},
        )

    @property
    def text(self) -> str:
        units = "days" if self.unit == "day" else "steps"
        when = f"back {number(self.lower, 1)} to {number(self.upper, 1)} {units} after the event"
        if not self.returned:
            when = (
                f"not back by the end of the series, {number(self.lower, 1)} {units} after the event (right-censored)"
            )
        return (
            f"The series was {when}: {counted(self.persistence, 'observation')} in a row within {number(self.tolerance, 2)} of {number(self.baseline, 2)} or above "
            f"(n = {counted(self.n_before, 'observation')} before and {self.n_after} from the event on)."
        )


def time_to_return(
    series: pl.DataFrame,
    at: object,
    *,
    baseline: float | None = None,
    tolerance: float | None = None,
    persistence: int = 3,
    fell: bool = True,
) -> TimeToReturn:
    """Find when a series was back at its baseline, as an interval.

    Parameters
    ----------
    series
        ``time`` and ``value``.
    at
        The first time after the change, **inclusive**.
    baseline
        The level to return to; the mean before the event if not given.
    tolerance
        How near is back; one standard deviation of the observations before the event if not given.
    persistence
        Observations in a row that must be back, so that one lucky day is no recovery.
    fell
        Whether the event made the series fall; False where it rose.

    Returns
    -------
    TimeToReturn
        **Right-censored** where it was not back by the end; never extrapolated.

    Raises
    ------
    SeriesError
        If the series cannot bear it.
    """
    data = read_series(series, at)
    if persistence < 1:
        raise SeriesError(f"persistence = {persistence} must be at least 1")
    if data.before_count < 2 and (baseline is None or tolerance is None):
        raise SeriesError("one observation before the event shows no ordinary spread: give a baseline and a tolerance")
    whole = float(data.value[~data.after].mean()) if baseline is None else float(baseline)
    near = float(data.value[~data.after].std(ddof=1)) if tolerance is None else float(tolerance)
    away = (whole - data.value[data.after]) * (1 if fell else -1) > near
    lower, upper = _return(data.time[data.after] - data.at, away, persistence)
    return TimeToReturn(lower, upper, whole, near, persistence, data.before_count, data.after_count, data.unit)


def _return(since: np.ndarray, away: np.ndarray, persistence: int) -> tuple[float, float]:
    for first in range(len(since) - persistence + 1):
        if not away[first : first + persistence].any():
            return (float(since[first - 1]) if first else 0.0), float(since[first])
    return float(since[-1]), math.inf


def _trapezoids(time: np.ndarray) -> np.ndarray:
    """Weights whose product with values is the integral by trapezoids."""
    steps = np.diff(time)
    return np.concatenate([steps, [0]]) / 2 + np.concatenate([[0], steps]) / 2


def _spread(before: np.ndarray, weights: np.ndarray, estimated: bool, level: float) -> float:
    from scipy import stats

    n = len(before)
    if n < 3 or np.ptp(before) == 0:
        return math.nan
    deviations = before - before.mean()
    correlation = float(np.clip(deviations[1:] @ deviations[:-1] / (deviations @ deviations), 0, 0.9))
    lags = np.abs(np.subtract.outer(np.arange(len(weights)), np.arange(len(weights))))
    noise = weights @ correlation**lags @ weights
    baseline = weights.sum() ** 2 * (1 + correlation) / (1 - correlation) / n if estimated else 0.0
    return float(stats.t.ppf((1 + level) / 2, n - 1) * before.std(ddof=1) * math.sqrt(noise + baseline))
