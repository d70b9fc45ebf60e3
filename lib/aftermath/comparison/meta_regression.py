"""Random-effects meta-regression on one covariate: outcomes with errors of their own, and a rest that no error explains.

``outcome = intercept + slope·covariate + u + e``, with u of variance τ² over cases and e of the case's own error. τ² is that of the greatest
restricted likelihood, by Fisher's scoring; the interval of the slope is that of Hartung, Knapp and Sidik, which estimates the
scale of its error from the residuals and has n - 2 degrees of freedom. Without errors this is least squares with its interval of t.

What is known of a case within bounds only is imputed many times. Inside the bounds every value of the case's list of candidates is as likely
beforehand; a draw then takes one with a chance that follows the model itself, its parameters drawn anew each time (Bartlett et
al. 2015). Draws that knew nothing of the outcome would pull the slope towards zero. The estimates are pooled by Rubin's rules.

References
----------
Barnard, J., and Rubin, D. B. (1999). Small-sample degrees of freedom with multiple imputation. Biometrika 86, 948-955.
Bartlett, J. W., Seaman, S. R., White, I. R., and Carpenter, J. R. (2015). Multiple imputation of covariates by fully conditional
specification: accommodating the substantive model. Statistical Methods in Medical Research 24, 462-487.
Knapp, G., and Hartung, J. (2003). Improved tests for a random effects meta-regression with a single covariate. Statistics in Medicine
22, 2693-2710.
Rubin, D. B. (1987). Multiple imputation for nonresponse in surveys. Wiley.
Viechtbauer, W. (2005). Bias and efficiency of meta-analytic variance estimators in the random-effects model. Journal of Educational and
Behavioral Statistics 30, 261-293.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aftermath.measures.intervals import t_quantile
from aftermath.problems import AftermathError

IMPUTATIONS, ROUNDS = 50, 4
LEAST = 3  # cases: a slope and its error need as many
_STEPS, _NEAR, _STARTS = 200, 1e-8, (0.0, 1e-4, 1e-3, 0.01, 0.03, 0.1, 0.3, 1.0)  # starts as shares of the outcome's variance
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


def meta_regression(
    outcomes: Sequence[float], errors: Sequence[float], covariate: Sequence[float], *, level: float = 0.95
) -> Slope:
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
    (0.144, -0.002, 0.291)
    """
    table = [np.asarray(values, dtype=float)[:, None] for values in (outcomes, covariate)]
    return imputed_regression(*table, errors, level=level)


def imputed_regression(
    outcomes: np.ndarray,
    covariate: np.ndarray,
    errors: Sequence[float],
    *,
    level: float = 0.95,
    draws: int = IMPUTATIONS,
    seed: int = 0,
) -> Slope:
    """Regress outcomes on a covariate where either is known within bounds only.

    Parameters
    ----------
    outcomes, covariate
        Candidates, one row a case, shape ``(n, candidates)``: **values that are equally likely beforehand**, the two of a column going
        together; the same throughout where a value is known, or shape ``(n, 1)``.
    errors
        Standard errors of the outcomes, shape ``(n,)``.
    level
        Of the interval.
    draws, seed
        Imputations, and the seed of their random numbers. Where all is known there is nothing to impute.

    Returns
    -------
    Slope

    Raises
    ------
    NoSlope
        If there are fewer than three cases, or one of outcomes and covariate does not vary.
    """
    y, x = np.broadcast_arrays(np.asarray(outcomes, dtype=float), np.asarray(covariate, dtype=float))
    if len(y) < LEAST or any((values == values[:1]).all() for values in (x, y)):
        raise NoSlope(f"{len(y)} cases: a slope needs three, and both numbers have to vary")
    variances = np.asarray(errors, dtype=float) ** 2
    known = (np.ptp(x, axis=1) == 0).all() and (np.ptp(y, axis=1) == 0).all()
    fits = _Fits.of(y[:, 0][None], x[:, 0][None], variances) if known else _imputed(y, x, variances, draws, seed)
    value, freedom, variance = _pooled(fits.slope, fits.slope_variance, len(y) - 2)
    error = float(np.sqrt(variance))
    reach = t_quantile(level, freedom) * error
    intercept, between = float(np.mean(fits.intercept)), float(np.mean(fits.between))
    return Slope(value, value - reach, value + reach, error, freedom, intercept, between, level, len(y))


def _imputed(y: np.ndarray, x: np.ndarray, variances: np.ndarray, draws: int, seed: int) -> _Fits:
    """Fits of that many imputed tables: each is drawn, fitted, and drawn anew by what was fitted."""
    generator = np.random.default_rng(seed)
    rows, chosen = np.arange(len(y)), generator.integers(y.shape[1], size=(draws, len(y)))
    fits = _Fits.of(y[rows, chosen], x[rows, chosen], variances)
    for _ in range(ROUNDS):
        intercept, slope, between = fits.drawn(generator)
        residuals = y - intercept - slope * x  # (draws, n, candidates)
        logs = -(residuals**2) / 2 / (variances[:, None] + between)
        chances = np.cumsum(np.exp(logs - logs.max(axis=2, keepdims=True)), axis=2)
        least = generator.random((draws, len(y), 1)) * chances[..., -1:]
        chosen = np.minimum((chances < least).sum(axis=2), y.shape[1] - 1)
        fits = _Fits.of(y[rows, chosen], x[rows, chosen], variances)
    return fits


@dataclass(frozen=True)
class _Fits:
    """Meta-regressions of many tables at once, shape ``(tables,)`` each; the level is the outcome's mean, at the covariate's mean."""

    level: np.ndarray
    level_variance: np.ndarray
    slope: np.ndarray
    slope_variance: np.ndarray
    middle: np.ndarray
    between: np.ndarray
    freedom: int

    @classmethod
    def of(cls, y: np.ndarray, x: np.ndarray, variances: np.ndarray) -> _Fits:
        """Of outcomes and covariate, shape ``(tables, n)``."""
        freedom = y.shape[1] - 2
        between = _between(y, x, variances)
        total, middle, level, spread, slope, residuals, weights = _weighted(y, x, variances, between)
        scale = np.sum(weights * residuals**2, axis=1) / freedom
        return cls(level, scale / total, slope, scale / spread, middle, between, freedom)

    @property
    def intercept(self) -> np.ndarray:
        return self.level - self.slope * self.middle

    def drawn(self, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Intercept, slope and τ² drawn around the estimates, shape ``(tables, 1, 1)``."""
        wider = self.freedom / generator.chisquare(self.freedom, size=len(self.slope))
        errors = generator.standard_normal((2, len(self.slope))) * np.sqrt(wider)
        slope = self.slope + errors[0] * np.sqrt(self.slope_variance)
        level = self.level + errors[1] * np.sqrt(self.level_variance)
        return tuple(each[:, None, None] for each in (level - slope * self.middle, slope, self.between * wider))


def _weighted(y: np.ndarray, x: np.ndarray, variances: np.ndarray, between: np.ndarray) -> tuple[np.ndarray, ...]:
    """Least squares weighted by the inverse of all variances: sums of weights, means, the slope and what it leaves."""
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
    repeated = (np.repeat(values[None], len(starts), axis=0).reshape(-1, y.shape[1]) for values in (y, x))
    heights = _scored(*repeated, variances, starts.ravel())[0].reshape(starts.shape)
    found = starts[heights.argmax(axis=0), np.arange(len(y))]
    height, step = _scored(y, x, variances, found)
    for _ in range(_STEPS):
        there = np.maximum(found + step, floor)
        if (np.abs(there - found) <= _NEAR * (scale + found)).all():
            break
        height_there, step_there = _scored(y, x, variances, there)
        up = height_there >= height
        found, height = np.where(up, there, found), np.where(up, height_there, height)
        step = np.where(up, step_there, (there - found) / 2)
    return found


def _scored(y: np.ndarray, x: np.ndarray, variances: np.ndarray, between: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The logarithm of the restricted likelihood, and Fisher's step from there (Viechtbauer 2005)."""
    total, middle, _, spread, _, residuals, weights = _weighted(y, x, variances, between)
    away = x - middle[:, None]
    leverage = weights / total[:, None], weights * away**2 / spread[:, None]
    crossed = weights * away / np.sqrt(total * spread)[:, None]
    trace = np.sum(weights * (1 - sum(leverage)), axis=1)
    squares = np.sum(weights**2 * (1 - 2 * sum(leverage)), axis=1)
    squares += sum(np.sum(weights * each, axis=1) ** 2 for each in (*leverage, crossed, crossed))
    misfit = np.sum(weights * residuals**2, axis=1)
    height = (np.sum(np.log(weights), axis=1) - np.log(total) - np.log(spread) - misfit) / 2
    return height, (np.sum((weights * residuals) ** 2, axis=1) - trace) / squares


def _pooled(values: np.ndarray, variances: np.ndarray, freedom: int) -> tuple[float, float, float]:
    """Rubin's rules: the mean, its degrees of freedom (Barnard and Rubin 1999) and its variance."""
    draws, within = len(values), float(np.mean(variances))
    extra = float(np.var(values, ddof=1)) * (1 + 1 / draws) if draws > 1 else 0.0
    total = within + extra
    share = extra / total if total else 0.0
    observed = (freedom + 1) / (freedom + 3) * freedom * (1 - share)
    pooled = 1 / (share**2 / (draws - 1) + 1 / observed) if share else float(freedom)
    return float(np.mean(values)), pooled, total
