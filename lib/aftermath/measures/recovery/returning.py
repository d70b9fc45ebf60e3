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

from aftermath.measures.recovery.correlation import (
    Autoregressive,
    autoregressions,
    mixture_ends,
    posterior,
    restricted_likelihood,
)
from aftermath.measures.recovery.series import Series, SeriesError, check_level, decimals, read_series, spell, units
from aftermath.measures.result import Result
from aftermath.wording import counted, interval, number

FEW_TO_REMEMBER = 15  # observations before the event that hardly show how strongly neighbours are correlated


@dataclass(frozen=True)
class ResilienceLoss(Result):
    """The area between the baseline and the series from the event on.

    Parameters
    ----------
    loss, lower, upper
        In units of the value times units of time; positive where the series lay below its baseline. The ends are NaN where
        there is no interval.
    baseline
        Level that counts as whole.
    n_before, n_after
        Observations on either side.
    level
        Of the interval.
    given
        Whether the baseline was given rather than estimated.
    unit
        Of time.
    why_no_interval
        Why there is no interval; empty where there is one.

    The text warns where fewer than 15 observations precede the event.
    """

    loss: float
    lower: float
    upper: float
    baseline: float
    n_before: int
    n_after: int
    level: float
    given: bool
    unit: str
    why_no_interval: str

    @property
    def table(self) -> pl.DataFrame:
        """One row: ``term``, ``estimate``, ``lower``, ``upper`` (null without an interval)."""
        ends = {"lower": [self.lower], "upper": [self.upper]}
        return pl.DataFrame({"term": ["resilience loss"], "estimate": [self.loss]} | ends).fill_nan(None)

    @property
    def text(self) -> str:
        digits = decimals(max(self.upper - self.lower, abs(self.loss) / 1000))
        spread, kind = f" {interval(self.lower, self.upper, digits)}", f"{self.level:.0%} interval"
        if self.why_no_interval:
            digits = decimals(self.loss / 10)
            spread, kind = "", f"no interval, because {self.why_no_interval}"
        origin = "given" if self.given else "the mean before the event"
        return (
            f"Resilience loss {number(self.loss, digits)}{spread} (value times {units(self.unit, 2)}): the area below a baseline of "
            f"{number(self.baseline, decimals(self.baseline / 10))} ({origin}), by trapezoids "
            f"({kind}, n = {counted(self.n_before, 'observation')} before the event and {self.n_after} from it on).{self._few}"
        )

    @property
    def _few(self) -> str:
        if self.why_no_interval or self.n_before >= FEW_TO_REMEMBER:
            return ""
        return (
            f" Fewer than {FEW_TO_REMEMBER} observations before the event hardly show how strongly neighbours are correlated: "
            "where they are very strongly, the interval is too narrow."
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
        The first time after the change, **inclusive**: the area begins with the first observation from it on.
    baseline
        The level that counts as whole; the mean before the event if not given.
    level
        Of the interval, which holds the noise seen before the event and the uncertainty of an estimated baseline;
        neighbours are taken as correlated as they were before the event, averaged over every correlation. **Without noise before the event, or with fewer
        than three observations there, there is no interval**, and the result says so.

    Returns
    -------
    ResilienceLoss

    Raises
    ------
    SeriesError
        If the series cannot bear it.
    """
    check_level(level)
    data = read_series(series, at)
    if data.after_count < 2:
        raise SeriesError("one observation from the event on spans no area: at least 2 are needed")
    before, whole = data.value[~data.after], _baseline(data, baseline)
    weights = _trapezoids(data.time[data.after])
    loss = float(weights @ (whole - data.value[data.after]))
    why_not = _why_no_interval(before)
    spread = math.nan if why_not else _spread(data, weights, baseline is None, level)
    return ResilienceLoss(
        loss,
        loss - spread,
        loss + spread,
        whole,
        data.before_count,
        data.after_count,
        level,
        baseline is not None,
        data.unit,
        why_not,
    )


@dataclass(frozen=True)
class TimeToReturn(Result):
    """When a series was back at its baseline.

    Parameters
    ----------
    lower, upper
        Time since the event: back **after** ``lower`` and **not later than** ``upper``, the last observation still away and the
        first back; ``upper`` is infinite where it was not back by the end (right-censored).
    end
        Time from the event to the last observation.
    away
        Observations from the event on that were away from the baseline.
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
    end: float
    away: int
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
    def at_once(self) -> bool:
        """Whether it was never away before it was back: then the time is 0, by definition. It may have left later."""
        return self.upper == 0

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
        digits = decimals(self.tolerance or self.baseline / 10)
        return (
            f"The series was {self._when}. Back is {counted(self.persistence, 'observation')} in a row within {number(self.tolerance, digits)} of "
            f"{number(self.baseline, digits)}, or beyond it on the good side (n = {counted(self.n_before, 'observation')} before the event and {self.n_after} "
            f"from it on, {self.away} of them away)."
        )

    @property
    def _when(self) -> str:
        lower = spell(self.lower, self.unit)
        if not self.returned:
            end = spell(self.end, self.unit)
            return f"not back by its end, {end} after the event (right-censored; last seen away after {lower})"
        if self.at_once:
            return "not away when the event came: by definition it was back after 0 " + units(self.unit, 0)
        return f"back more than {lower} and at most {spell(self.upper, self.unit)} after the event"


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
        **Right-censored** where it was not back by the end; never extrapolated. **0 by definition** where it was not away
        when the event came: the first ``persistence`` observations are back.

    Raises
    ------
    SeriesError
        If the series cannot bear it.
    """
    data = read_series(series, at)
    _check_return(data, persistence, tolerance)
    whole = _baseline(data, baseline)
    near = float(data.value[~data.after].std(ddof=1)) if tolerance is None else float(tolerance)
    since, away = data.time[data.after] - data.at, (whole - data.value[data.after]) * (1 if fell else -1) > near
    return TimeToReturn(
        *_return(since, away, persistence),
        float(since[-1]),
        int(away.sum()),
        whole,
        near,
        persistence,
        data.before_count,
        data.after_count,
        data.unit,
    )


def _baseline(data: Series, given: float | None) -> float:
    whole = float(data.value[~data.after].mean()) if given is None else float(given)
    if not math.isfinite(whole):
        raise SeriesError(f"baseline = {given} must be a finite number, or left out")
    return whole


def _check_return(data: Series, persistence: int, tolerance: float | None) -> None:
    before = data.value[~data.after]
    if not 1 <= persistence <= data.after_count:
        raise SeriesError(
            f"persistence = {persistence} must lie between 1 and the number of observations from the event on ({data.after_count})"
        )
    if tolerance is None and np.ptp(before) == 0:
        raise SeriesError(
            f"{counted(len(before), 'observation')} before the event, without any spread, cannot say how near is back: give a tolerance"
        )
    if tolerance is not None and not 0 <= tolerance < math.inf:
        raise SeriesError(f"tolerance = {tolerance} must not be negative, nor infinite")


def _return(since: np.ndarray, away: np.ndarray, persistence: int) -> tuple[float, float]:
    """Time of the last observation before the first run that is back, and of the first in it."""
    runs = np.lib.stride_tricks.sliding_window_view(away, persistence).any(axis=1)
    if runs.all():
        return float(since[np.flatnonzero(away)[-1]]), math.inf
    first = int(np.argmin(runs))
    return (float(since[first - 1]), float(since[first])) if first else (0.0, 0.0)


def _trapezoids(time: np.ndarray) -> np.ndarray:
    """Weights whose product with values is the integral by trapezoids."""
    steps = np.diff(time)
    return np.concatenate([steps, [0]]) / 2 + np.concatenate([[0], steps]) / 2


def _why_no_interval(before: np.ndarray) -> str:
    if len(before) < 3:
        return f"{counted(len(before), 'observation')} before the event cannot show the noise"
    return "the observations before the event do not vary" if np.ptp(before) == 0 else ""


def _spread(data: Series, weights: np.ndarray, estimated: bool, level: float) -> float:
    """Half of the interval of the area: a mixture over how the observations before the event are correlated.

    A few days hardly show it and the area adds up many, so that all correlations are held for equally likely beforehand.
    """
    early = data.before_count
    shared = weights.sum() / early if estimated else 0.0
    loads = np.concatenate([np.full(early, shared), -weights])[None, :]
    processes, _ = autoregressions(data.time, np.ones(len(data.time)))
    columns = np.column_stack([np.ones(early), data.value[:early]])
    seen = [Autoregressive(process.neighbours[: early - 1], process.noise[:early]) for process in processes]
    logs, residuals = np.array([restricted_likelihood(*process.whiten(columns)) for process in seen]).T
    spreads = np.array([process.spread(loads)[0, 0] for process in processes]) * residuals / (early - 1)
    shares = posterior(logs, np.ones(len(logs)))
    lower, upper = mixture_ends(shares, np.zeros(len(spreads)), np.sqrt(spreads), early - 1, level)
    return (upper - lower) / 2
