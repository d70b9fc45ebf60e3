"""Exponential recovery: a drop at the event that decays towards the level before it.

``value = baseline - depth · exp(-(t - at) / scale)`` from the event on, ``baseline`` before it. For a given scale the model is
linear, so the scale is profiled over a grid; its interval holds every scale that an F test does not reject. An
interval that reaches the end of the grid is open: the series does not bound it.

References
----------
Bates, D. M., and Watts, D. G. (1988). Nonlinear regression analysis and its applications, chapter 6. Wiley.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from aftermath.measures.recovery.series import Series, SeriesError, read_series
from aftermath.measures.result import Result
from aftermath.wording import counted, interval, number

GRID = 400


@dataclass(frozen=True)
class ExponentialRecovery(Result):
    """A fitted exponential recovery.

    Parameters
    ----------
    half_life, half_life_lower, half_life_upper
        In units of time; infinite where the series shows no return, or does not bound it.
    depth, depth_lower, depth_upper
        How far the value fell below the baseline at the event.
    baseline
        Level before the event, and that to which it returns.
    course
        One row an observation: ``time``, ``value``, ``fitted``.
    n_before, n_after
        Observations on either side.
    level
        Of the intervals.
    unit
        Of time.
    """

    half_life: float
    half_life_lower: float
    half_life_upper: float
    depth: float
    depth_lower: float
    depth_upper: float
    baseline: float
    course: pl.DataFrame
    n_before: int
    n_after: int
    level: float
    unit: str

    @property
    def table(self) -> pl.DataFrame:
        """One row a quantity: ``term``, ``estimate``, ``lower``, ``upper``; an open end is null."""
        rows = [
            ("half-life", self.half_life, self.half_life_lower, self.half_life_upper),
            ("depth", self.depth, self.depth_lower, self.depth_upper),
            ("baseline", self.baseline, None, None),
        ]
        frame = pl.DataFrame(rows, schema=["term", "estimate", "lower", "upper"], orient="row")
        return frame.with_columns(pl.when(pl.col(pl.Float64).is_finite()).then(pl.col(pl.Float64)))

    @property
    def text(self) -> str:
        units = self.unit if self.unit != "day" else "days"
        upper = (
            f"to {number(self.half_life_upper, 1)}" if math.isfinite(self.half_life_upper) else "with no upper bound"
        )
        half = (
            f"{number(self.half_life, 1)} {units}"
            if math.isfinite(self.half_life)
            else "longer than the series can tell"
        )
        return (
            f"Exponential recovery (least squares, profile interval): depth {number(self.depth, 2)} "
            f"{interval(self.depth_lower, self.depth_upper, 2)}, half-life {half} [{number(self.half_life_lower, 1)} {upper}] "
            f"({self.level:.0%} intervals, n = {counted(self.n_before, 'observation')} before the event and {self.n_after} from it on)."
        )


def exponential_recovery(series: pl.DataFrame, at: object, *, level: float = 0.95) -> ExponentialRecovery:
    """Fit an exponential recovery.

    Parameters
    ----------
    series
        ``time``, ``value``, and optionally ``n`` (weights).
    at
        The first time after the change, **inclusive**.
    level
        Of the intervals.

    Returns
    -------
    ExponentialRecovery

    Raises
    ------
    SeriesError
        If there are fewer than two observations before the event, or fewer than four from it on.
    """
    data = read_series(series, at)
    if data.before_count < 2 or data.after_count < 4:
        raise SeriesError(
            f"{data.before_count} observations before the event and {data.after_count} from it on are too few: 2 and 4 are needed"
        )
    scales = _scales(data)
    sums = np.array([_least_squares(data, scale)[1] for scale in scales])
    best = scales[int(np.argmin(sums))]
    coefficients, smallest, covariance = _least_squares(data, best)
    freedom = len(data.time) - 3
    half_life = [_half_life(scale, scales) for scale in _profile(scales, sums, freedom, level)]
    depth, spread = coefficients[1], _quantile(level, freedom) * math.sqrt(covariance[1, 1] * smallest / freedom)
    fitted = _design(data, best) @ coefficients
    return ExponentialRecovery(
        _half_life(best, scales),
        *half_life,
        *(float(-each) for each in (depth, depth + spread, depth - spread)),
        float(coefficients[0]),
        pl.DataFrame({"time": data.time, "value": data.value, "fitted": fitted}),
        data.before_count,
        data.after_count,
        level,
        data.unit,
    )


def _scales(data: Series) -> np.ndarray:
    """From a fifth of the first step to thirty times the stretch after the event: beyond, a decay is a step."""
    after = data.time[data.after]
    shortest = 0.2 * float(np.diff(data.time).min())
    return np.geomspace(shortest, 30 * max(after[-1] - data.at, shortest), GRID)


def _design(data: Series, scale: float) -> np.ndarray:
    decay = np.where(data.after, np.exp(-np.maximum(data.time - data.at, 0) / scale), 0.0)
    return np.column_stack([np.ones(len(data.time)), decay])


def _least_squares(data: Series, scale: float) -> tuple[np.ndarray, float, np.ndarray]:
    design, root = _design(data, scale), np.sqrt(data.weights / data.weights.mean())
    weighted, value = design * root[:, None], data.value * root
    coefficients = np.linalg.lstsq(weighted, value, rcond=None)[0]
    return coefficients, float(np.sum((value - weighted @ coefficients) ** 2)), np.linalg.pinv(weighted.T @ weighted)


def _profile(scales: np.ndarray, sums: np.ndarray, freedom: int, level: float) -> tuple[float, float]:
    from scipy import stats

    allowed = sums <= sums.min() * (1 + stats.f.ppf(level, 1, freedom) / freedom)
    inside = scales[allowed]
    return float(inside[0]) if not allowed[0] else 0.0, float(inside[-1])


def _half_life(scale: float, scales: np.ndarray) -> float:
    return math.inf if scale >= scales[-1] else scale * math.log(2)


def _quantile(level: float, freedom: int) -> float:
    from scipy import stats

    return float(stats.t.ppf((1 + level) / 2, freedom))
