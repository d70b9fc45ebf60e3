"""Exponential recovery: a drop at the event that decays towards the level before it.

``value = baseline - depth · exp(-(t - at) / scale)`` from the event on, ``baseline`` before it, by least squares. For a given
scale the model is linear, so the scale is profiled over a grid; its interval holds every scale that does not fit worse than
the estimate by an F test, the p-value being averaged over what the errors may be (see ``correlation``). Under some errors
another scale than that of least squares fits best: it and all between are then as good as the estimate, which
therefore always lies within its interval. An interval that reaches the end of the grid is open: the series does not bound it.

References
----------
Bates, D. M., and Watts, D. G. (1988). Nonlinear regression analysis and its applications, chapter 6. Wiley.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from aftermath.statistics.correlation import (
    Autoregressive,
    CorrelatedErrors,
    Wandering,
    correlated_errors,
)
from aftermath.statistics.result import Result
from aftermath.statistics.series import (
    EventTime,
    Series,
    SeriesError,
    check_level,
    check_strays,
    decimals,
    read_series,
    units,
)
from aftermath.wording import counted, interval, number

GRID = 400
NEGLIGIBLE = 1e-6  # a share of all processes that moves no interval
NO_DROP = "so the series did not fall at the event and there is no half-life; change the sign of the values if the harm is a rise"


@dataclass(frozen=True)
class ExponentialRecovery(Result):
    """A fitted exponential recovery.

    Parameters
    ----------
    half_life, half_life_lower, half_life_upper
        In units of time; infinite where the series shows no return, or does not bound it; NaN where it shows no drop.
    depth, depth_lower, depth_upper
        How far the value fell below the baseline at the event; **not positive where it did not fall**.
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
    def fell(self) -> bool:
        """Whether the series shows a drop at all."""
        return self.depth > 0

    @property
    def text(self) -> str:
        digits = decimals(self.depth_upper - self.depth_lower)
        depth = f"{number(self.depth, digits)} {interval(self.depth_lower, self.depth_upper, digits)}"
        return (
            f"Exponential recovery (least squares, profile interval averaged over the correlation of the errors): depth {depth}, "
            f"{self._half_life if self.fell else NO_DROP} "
            f"({self.level:.0%} intervals, n = {counted(self.n_before, 'observation')} before the event and {self.n_after} from it on).{self._exact}"
        )

    @property
    def _exact(self) -> str:
        value, fitted = self.course["value"].to_numpy(), self.course["fitted"].to_numpy()
        if np.std(value - fitted) > 1e-6 * np.std(value):
            return ""
        return " The values lie exactly on the fitted course, so nothing shows how far observations stray, and the intervals say nothing."

    @property
    def _half_life(self) -> str:
        digits = decimals(*(value / 10 for value in (self.half_life, self.half_life_lower, self.half_life_upper)))
        lower, value, upper = (
            number(end, digits) for end in (self.half_life_lower, self.half_life, self.half_life_upper)
        )
        half_life = f"{value} {units(self.unit, self.half_life)}"
        if math.isinf(self.half_life):
            half_life = "longer than the series can tell"
        return f"half-life {half_life} [{lower} {f'to {upper}' if math.isfinite(self.half_life_upper) else 'with no upper bound'}]"


def exponential_recovery(series: pl.DataFrame, at: EventTime, *, level: float = 0.95) -> ExponentialRecovery:
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
        **Without a drop there is no half-life**, and the result says so.

    Raises
    ------
    SeriesError
        If there are fewer than two observations before the event, or fewer than four from it on, or all lie exactly on a
        step, or on a drop of one observation.
    """
    check_level(level)
    data = read_series(series, at)
    if data.before_count < 2 or data.after_count < 4:
        raise SeriesError(
            f"{data.before_count} observations before the event and {data.after_count} from it on are too few: 2 and 4 are needed"
        )
    scales = _scales(data)
    best = _best(data, scales)
    # the grid ends before a drop of one observation, and before one that stays
    for scale in (scales[0] / 1000, math.inf):
        check_strays(data.value, _design(data, scale) @ _coefficients(data, scale), data.weights)
    coefficients = _coefficients(data, best)
    design, since = _design(data, best), np.maximum(data.time - data.at, 0)
    # how the fitted values move with baseline, decay and the logarithm of the scale
    tangent = np.column_stack([design, coefficients[1] * design[:, 1] * since / best])
    errors = correlated_errors(data.time, data.value, tangent, data.weights)
    ends = _compatible(data, scales, best, errors, level)
    spread = errors.half_width(np.array([0.0, 1.0, 0.0]), level)
    half_lives = [_half_life(scale, scales) if coefficients[1] < 0 else math.nan for scale in (best, *ends)]
    depths = [float(-coefficients[1] + move) for move in (0.0, -spread, spread)]
    return ExponentialRecovery(
        half_life=half_lives[0],
        half_life_lower=half_lives[1],
        half_life_upper=half_lives[2],
        depth=depths[0],
        depth_lower=depths[1],
        depth_upper=depths[2],
        baseline=float(coefficients[0]),
        course=pl.DataFrame({"time": data.time, "value": data.value, "fitted": design @ coefficients}),
        n_before=data.before_count,
        n_after=data.after_count,
        level=level,
        unit=data.unit,
    )


def _scales(data: Series) -> np.ndarray:
    """From a fifth of an ordinary step to thirty times the stretch after the event: beyond, a decay is a step."""
    after = data.time[data.after]
    shortest = 0.2 * float(np.median(np.diff(after)))
    return np.geomspace(shortest, 30 * (after[-1] - data.at), GRID)


def _decays(data: Series, scales: np.ndarray) -> np.ndarray:
    """What is left of the drop at every observation under every scale, shape ``(n, scales)``."""
    since = np.maximum(data.time - data.at, 0)[:, None]
    return np.where(data.after[:, None], np.exp(-since / scales), 0.0)


def _design(data: Series, scale: float) -> np.ndarray:
    return np.column_stack([np.ones(len(data.time)), _decays(data, np.array([scale]))])


def _coefficients(data: Series, scale: float) -> np.ndarray:
    """Baseline and what the decay is multiplied by, of weighted least squares."""
    root = np.sqrt(data.weights)
    return np.linalg.lstsq(_design(data, scale) * root[:, None], data.value * root, rcond=None)[0]


def _sums_of_squares(data: Series, scales: np.ndarray, process: Autoregressive | Wandering) -> np.ndarray:
    """Residual sum of squares for every scale, the errors being of this process."""
    whitened, _ = process.whiten(np.column_stack([np.ones(len(data.time)), data.value, _decays(data, scales)]))
    constant, value, decays = whitened[:, 0], whitened[:, 1], whitened[:, 2:]
    # the two normal equations, solved for all scales at once
    value = value - constant * (constant @ value) / (constant @ constant)
    decays = decays - np.outer(constant, constant @ decays) / (constant @ constant)
    explained = (value @ decays) ** 2 / np.maximum(np.sum(decays**2, axis=0), np.finfo(float).tiny)
    # what is left of a perfect fit is rounding: a floor in proportion keeps ratios of such sums finite
    return np.maximum(value @ value - explained, np.finfo(float).eps * (value @ value) + np.finfo(float).tiny)


def _best(data: Series, scales: np.ndarray) -> float:
    """The scale of least squares, between two places of the grid; an end of the grid stays as it is."""
    from scipy import optimize

    independent = Autoregressive(np.zeros(len(data.time) - 1), data.weights.mean() / data.weights)
    best = int(np.argmin(_sums_of_squares(data, scales, independent)))
    if best in (0, len(scales) - 1):
        return float(scales[best])
    minimum = optimize.minimize_scalar(
        lambda log_scale: _sums_of_squares(data, np.exp([log_scale]), independent)[0],
        bounds=np.log(scales[[best - 1, best + 1]]),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return float(np.exp(minimum.x))


def _compatible(
    data: Series, scales: np.ndarray, best: float, errors: CorrelatedErrors, level: float
) -> tuple[float, float]:
    """The ends of the scales that are not rejected: 0 and infinite where the grid ends before them."""
    from scipy.special import fdtrc

    tried = np.append(scales, best)
    probability = np.zeros(len(tried))
    for weight, process in zip(errors.weights, errors.processes, strict=True):
        if weight > NEGLIGIBLE:
            sums = _sums_of_squares(data, tried, process)
            statistic = np.maximum(sums / sums[-1] - 1, 0) * errors.freedom
            probability += weight * fdtrc(1, errors.freedom, statistic)
    kept = tried[(probability >= 1 - level) | (tried == best)]
    # an end lies between two places of the grid: the outer one is taken
    shorter, longer = scales[scales < kept.min()], scales[scales > kept.max()]
    return float(shorter[-1]) if len(shorter) else 0.0, float(longer[0]) if len(longer) else math.inf


def _half_life(scale: float, scales: np.ndarray) -> float:
    return math.inf if scale >= scales[-1] else scale * math.log(2)
