"""Random-effects meta-regression on one covariate: outcomes with errors of their own, and a rest that no error explains.

``outcome = intercept + slope·covariate + u + e``, with u of variance τ² over cases and e of the case's own error. τ² is that of the greatest
restricted likelihood, by Fisher's scoring; the interval of the slope is that of Hartung, Knapp and Sidik, which estimates the
scale of its error from the residuals and has n - 2 degrees of freedom. Without errors this is least squares with its interval of t.

What is known of a case within bounds only is imputed many times, each value between the bounds being as likely, and the slopes are pooled by
Rubin's rules. The draws know nothing of the outcome, which pulls the slope towards zero and leaves the interval too wide rather than too
narrow; docs/simulation.md has the figures.

References
----------
Barnard, J., and Rubin, D. B. (1999). Small-sample degrees of freedom with multiple imputation. Biometrika 86, 948-955.
Knapp, G., and Hartung, J. (2003). Improved tests for a random effects meta-regression with a single covariate. Statistics in Medicine
22, 2693-2710.
Rubin, D. B. (1987). Multiple imputation for nonresponse in surveys. Wiley.
Viechtbauer, W. (2005). Bias and efficiency of meta-analytic variance estimators in the random-effects model. Journal of Educational and
Behavioral Statistics 30, 261-293.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from aftermath.problems import AftermathError
from aftermath.statistics.intervals import t_quantile

IMPUTATIONS = 100
LEAST = 3  # cases: a slope and its error need as many
_STEPS, _NEAR, _STARTS = (
    200,
    1e-8,
    (0.0, 1e-4, 1e-3, 0.01, 0.03, 0.1, 0.3, 1.0),
)  # starts as shares of the outcome's variance
_FLOOR = 1e-9  # of the outcome's variance: what τ² is at least, where an outcome has no error of its own


class NoSlope(AftermathError):
    """The cases bear no slope; the text says why."""


@dataclass(frozen=True)
class Slope:
    """The slope of a meta-regression.

    Parameters
    ----------
    value, lower, upper
        Of the outcome for one unit of the covariate.
    error
        Its standard error; **the interval is that of Student's t, not two of these**.
    freedom
        Degrees of freedom of the interval.
    intercept
        The outcome where the covariate is zero.
    between
        τ², the variance over cases that neither covariate nor errors explain.
    level, n
        Of the interval, and cases.
    """

    value: float
    lower: float
    upper: float
    error: float
    freedom: float
    intercept: float
    between: float
    level: float
    n: int

    @property
    def leaves_zero_out(self) -> bool:
        """Whether the interval holds one sign only."""
        return self.lower > 0 or self.upper < 0


def meta_regression(outcomes: ArrayLike, errors: ArrayLike, covariate: ArrayLike, *, level: float = 0.95) -> Slope:
    """Regress outcomes on a covariate.

    Parameters
    ----------
    outcomes, errors, covariate
        One number a case each; errors are standard errors, **0 where an outcome is known**.
    level
        Of the interval.

    Returns
    -------
    Slope

    Raises
    ------
    NoSlope
        If there are fewer than three cases, or one of outcomes and covariate does not vary.

    Examples
    --------
    >>> found = meta_regression([0.2, 0.1, 0.5, 0.9, 0.7], [0.1, 0.2, 0.1, 0.3, 0.2], [1, 2, 3, 4, 5])
    >>> round(found.value, 3), round(found.lower, 3), round(found.upper, 3)
    (0.151, 0.015, 0.287)
    """
    y, x = (np.asarray(values, dtype=float)[None] for values in (outcomes, covariate))
    return pooled_regression(y, x, errors, level=level)


def pooled_regression(outcomes: np.ndarray, covariate: np.ndarray, errors: ArrayLike, *, level: float = 0.95) -> Slope:
    """Regress outcomes on a covariate in each of many imputed tables, and pool the slopes.

    Parameters
    ----------
    outcomes, covariate
        One row a table, one column a case, shape ``(tables, n)``.
    errors
        Standard errors of the outcomes, shape ``(n,)``.
    level
        Of the interval.

    Returns
    -------
    Slope

    Raises
    ------
    NoSlope
        If there are fewer than three cases, or in a table one of outcomes and covariate does not vary.
    """
    n = outcomes.shape[1]
    if n < LEAST or any((np.ptp(values, axis=1) == 0).any() for values in (outcomes, covariate)):
        raise NoSlope(f"{n} cases: a slope needs three, and both numbers have to vary")
    if not np.ptp(outcomes, axis=0).any() and not np.ptp(covariate, axis=0).any():
        outcomes, covariate = outcomes[:1], covariate[:1]  # all is known: the tables are one
    variances = np.asarray(errors, dtype=float) ** 2
    between = _between(outcomes, covariate, variances)
    _, middle, height, spread, slopes, residuals, weights = _weighted(outcomes, covariate, variances, between)
    scale = np.sum(weights * residuals**2, axis=1) / (n - 2)
    value, freedom, variance = _pooled(slopes, scale / spread, n - 2)
    error, intercept = math.sqrt(variance), float(np.mean(height - slopes * middle))
    reach = t_quantile(level, freedom) * error
    return Slope(value, value - reach, value + reach, error, freedom, intercept, float(np.mean(between)), level, n)


def _weighted(y: np.ndarray, x: np.ndarray, variances: np.ndarray, between: np.ndarray) -> tuple[np.ndarray, ...]:
    """Least squares weighted by the inverse of all variances: sum of weights, means, spread, slope, what is left, weights."""
    weights = 1 / (variances + between[:, None])
    total = weights.sum(axis=1)
    middle, level = (np.sum(weights * values, axis=1) / total for values in (x, y))
    away, apart = x - middle[:, None], y - level[:, None]
    spread = np.sum(weights * away**2, axis=1)
    slope = np.sum(weights * away * apart, axis=1) / spread
    return total, middle, level, spread, slope, apart - slope[:, None] * away, weights


def _between(y: np.ndarray, x: np.ndarray, variances: np.ndarray) -> np.ndarray:
    """τ² of the greatest restricted likelihood of each table, shape ``(tables,)``.

    Where all errors are alike it is what least squares leaves, less them. Else it is found by Fisher's scoring, which starts at the best
    of a few values, as there may be more than one maximum; a step that leads down is halved.
    """
    scale = np.var(y, axis=1)
    floor = _FLOOR * scale * (variances.min() == 0)
    if np.ptp(variances) == 0:
        residuals = _weighted(y, x, variances, np.maximum(scale, floor))[5]
        return np.maximum(np.sum(residuals**2, axis=1) / (y.shape[1] - 2) - variances[0], floor)
    starts = np.maximum(np.outer(_STARTS, scale), floor)
    all_y, all_x = (np.repeat(values[None], len(starts), axis=0).reshape(-1, y.shape[1]) for values in (y, x))
    heights = _scored(all_y, all_x, variances, starts.ravel())[0].reshape(starts.shape)
    between = starts[heights.argmax(axis=0), np.arange(len(y))]
    height, step = _scored(y, x, variances, between)
    for _ in range(_STEPS):
        there = np.maximum(between + step, floor)
        if (np.abs(there - between) <= _NEAR * (scale + between)).all():
            break
        height_there, step_there = _scored(y, x, variances, there)
        up = height_there >= height
        between, height = np.where(up, there, between), np.where(up, height_there, height)
        step = np.where(up, step_there, (there - between) / 2)
    return between


def _scored(y: np.ndarray, x: np.ndarray, variances: np.ndarray, between: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The logarithm of the restricted likelihood, and Fisher's step from there (Viechtbauer 2005)."""
    total, middle, _, spread, _, residuals, weights = _weighted(y, x, variances, between)
    away = x - middle[:, None]
    leverage = weights / total[:, None], weights * away**2 / spread[:, None]
    crossed = weights * away / np.sqrt(total * spread)[:, None]
    trace = np.sum(weights * (1 - sum(leverage)), axis=1)
    squares = np.sum(weights**2 * (1 - 2 * sum(leverage)), axis=1)
    squares += sum(np.sum(weights * term, axis=1) ** 2 for term in (*leverage, crossed, crossed))
    misfit = np.sum(weights * residuals**2, axis=1)
    height = (np.sum(np.log(weights), axis=1) - np.log(total) - np.log(spread) - misfit) / 2
    return height, (np.sum((weights * residuals) ** 2, axis=1) - trace) / squares


def _pooled(values: np.ndarray, variances: np.ndarray, freedom: int) -> tuple[float, float, float]:
    """Rubin's rules: the mean, its degrees of freedom (Barnard and Rubin 1999; no fewer than one) and its variance."""
    draws, within = len(values), float(np.mean(variances))
    extra = float(np.var(values, ddof=1)) * (1 + 1 / draws) if draws > 1 else 0.0
    total = within + extra
    share = extra / total if total else 0.0
    observed = (freedom + 1) / (freedom + 3) * freedom * (1 - share)
    pooled = observed / (1 + observed * share**2 / (draws - 1)) if extra else float(freedom)
    return float(np.mean(values)), max(1.0, pooled), total
