"""Regression of interval-censored latencies on covariates: proportional odds or proportional hazards.

Accelerated failure time models, ``log T = intercept + slopes · x + scale · W``, by maximum likelihood. Where W is logistic, each
covariate multiplies the odds of having answered, at every moment alike, by ``exp(-slope / scale)``; where it has the extreme value
distribution (a Weibull latency), it multiplies the hazard of answering so. These are R's ``survreg`` with ``dist="loglogistic"`` and
``"weibull"``.

References
----------
Kalbfleisch, J. D., and Prentice, R. L. (2002). The statistical analysis of failure time data, 2nd ed. Wiley. Chapter 3.
Bennett, S. (1983). Log-logistic regression models for survival data. Applied Statistics 32, 165-171.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from aftermath.statistics.result import NothingToMeasure
from aftermath.wording import counted

PER_PARAMETER = 5  # latencies with an upper end that each parameter needs at least
_FARTHEST = 300.0  # beyond it, an exponential is taken for infinite
_STEP = 1e-5  # of the derivative of the slope
_FLAT, _UNEVEN = 1e-6, 1e-5  # curvature that is none, and slope of a latency that is one
_TINY = 1e-300


@dataclass(frozen=True)
class IntervalRegression:
    """A fitted model.

    Parameters
    ----------
    coefficients
        Intercept and slopes on the logarithm of the latency, and the logarithm of the scale, shape ``(k + 2,)``.
    covariance
        Of the coefficients, from the observed information, shape ``(k + 2, k + 2)``.
    log_likelihood
        At the maximum; of exact latencies the density of the latency itself.
    n
        How many latencies there were.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    log_likelihood: float
    n: int

    @property
    def scale(self) -> float:
        """The scale."""
        return float(np.exp(self.coefficients[-1]))

    @property
    def log_ratios(self) -> tuple[np.ndarray, np.ndarray]:
        """Logarithms of the ratios of odds, or of hazards, of each covariate, and their standard errors by the delta method.

        **Above 0: the answer comes sooner** where the covariate is larger.
        """
        slopes, scale = self.coefficients[1:-1], self.scale
        # the derivative after its own slope is -1 / scale, after the logarithm of the scale slope / scale
        own, shared = np.diag(self.covariance)[1:-1], self.covariance[1:-1, -1]
        variances = (own - 2 * slopes * shared + slopes**2 * self.covariance[-1, -1]) / scale**2
        return -slopes / scale, np.sqrt(variances)


def proportional_odds(left: ArrayLike, right: ArrayLike, covariates: ArrayLike) -> IntervalRegression:
    """Fit a log-logistic model, in which covariates multiply the odds of having answered.

    Parameters
    ----------
    left, right
        Ends of the intervals, shape ``(n,)``, in any one unit: ``left`` at least 0, ``right`` infinite where no answer was seen. Where both
        are the same, the latency is exact.
    covariates
        Shape ``(n, k)``; without a column for the intercept.

    Returns
    -------
    IntervalRegression

    Raises
    ------
    NothingToMeasure
        If too few latencies have an upper end, the covariates repeat one another, or the likelihood has no maximum, as where a
        covariate parts the early from the late.
    ValueError
        If an interval is none, a latency is exactly 0, or a covariate is no number.

    Examples
    --------
    >>> left, right = np.arange(1.0, 13), np.arange(1.0, 13) + 1
    >>> slow = np.array([0, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 1])
    >>> ratios, errors = proportional_odds(left, right, slow[:, None]).log_ratios
    >>> ratios.round(2), errors.round(2)
    (array([-1.85]), array([1.12]))
    """
    return _fitted(left, right, covariates, _LOGISTIC)


def proportional_hazards(left: ArrayLike, right: ArrayLike, covariates: ArrayLike) -> IntervalRegression:
    """Fit a Weibull model, in which covariates multiply the hazard of answering; **else as** ``proportional_odds``.

    Parameters
    ----------
    left, right, covariates
        As of ``proportional_odds``, with its errors.
    """
    return _fitted(left, right, covariates, _EXTREME)


@dataclass(frozen=True)
class _Distribution:
    """Of W: the chance of more than z, the density, and the derivative of its logarithm."""

    more_than: Callable[[np.ndarray], np.ndarray]
    density: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]


def _logistic(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(np.clip(z, -_FARTHEST, _FARTHEST)))


def _cumulated_hazard(z: np.ndarray) -> np.ndarray:
    return np.exp(np.clip(z, -_FARTHEST, _FARTHEST))


_LOGISTIC = _Distribution(_logistic, lambda z: _logistic(z) * _logistic(-z), lambda z: _logistic(z) - _logistic(-z))
_EXTREME = _Distribution(
    lambda z: np.exp(-_cumulated_hazard(z)),
    lambda z: _cumulated_hazard(z) * np.exp(-_cumulated_hazard(z)),
    lambda z: 1 - _cumulated_hazard(z),
)


def _fitted(left: ArrayLike, right: ArrayLike, covariates: ArrayLike, of: _Distribution) -> IntervalRegression:
    from scipy.optimize import minimize  # takes longer to import than a fit

    begins, ends, whole = _checked(left, right, covariates)
    with np.errstate(divide="ignore"):
        logs = np.log(begins), np.log(ends)
    # of a mean of 0 and a spread of 1, years or millions of records are as good as any covariate
    middles, spreads = whole[:, 1:].mean(axis=0), whole[:, 1:].std(axis=0)
    design = np.column_stack([whole[:, :1], (whole[:, 1:] - middles) / spreads])
    start = _start(begins, ends, design)
    with np.errstate(over="ignore", invalid="ignore"):  # of a step too far, which is taken back
        found = minimize(_cost, start, (logs, design, of), method="BFGS", jac=True, options={"gtol": 1e-7})
        steps = _STEP * np.eye(len(start))
        sides = [[_cost(found.x + side * step, logs, design, of)[1] for side in (-1, 1)] for step in steps]
    information = np.array([(after - before) / (2 * _STEP) for before, after in sides])
    information = (information + information.T) / 2
    flat = not np.isfinite(information).all() or np.linalg.eigvalsh(information).min() <= _FLAT
    if flat or np.abs(found.jac).max() > _UNEVEN * len(begins):
        raise NothingToMeasure(
            f"{counted(len(begins), 'latency', 'latencies')}: the likelihood has no clear maximum, as where a covariate parts the early from the late."
        )
    exact = begins == ends
    density = -float(found.fun) - float(logs[1][exact].sum())  # of the latency, and not of its logarithm
    back = np.diag(np.concatenate([[1.0], 1 / spreads, [1.0]]))
    back[0, 1:-1] = -middles / spreads
    return IntervalRegression(back @ found.x, back @ np.linalg.inv(information) @ back.T, density, len(begins))


def _checked(left: ArrayLike, right: ArrayLike, covariates: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both ends, and the design with its intercept."""
    begins, ends, columns = (np.asarray(values, dtype=float) for values in (left, right, covariates))
    if begins.ndim != 1 or begins.shape != ends.shape or columns.ndim != 2 or len(columns) != len(begins):
        raise ValueError(
            f"{begins.shape} left ends, {ends.shape} right ends and {columns.shape} covariates do not go together"
        )
    if not (np.isfinite(begins) & (begins >= 0) & (begins <= ends)).all() or not np.isfinite(columns).all():
        raise ValueError(
            "every latency needs a left end of at least 0 and a right end that is not before it; covariates are numbers"
        )
    if (ends == 0).any():
        raise ValueError("a latency of exactly 0 has no logarithm: give it the right end that it can have had at most")
    design = np.column_stack([np.ones(len(begins)), columns])
    needed, seen = PER_PARAMETER * design.shape[1], int(np.isfinite(ends).sum())
    if seen < needed:
        raise NothingToMeasure(
            f"{counted(seen, 'latency', 'latencies')} with an upper end {'is' if seen == 1 else 'are'} too few for {counted(columns.shape[1], 'covariate')}: at least {needed} are needed."
        )
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise NothingToMeasure("a covariate is the same for all latencies, or follows from the others: leave it out.")
    return begins, ends, design


def _start(begins: np.ndarray, ends: np.ndarray, design: np.ndarray) -> np.ndarray:
    """Least squares on one number a latency: the middle of an interval, or half as much again as it was waited at least."""
    middle = np.where(np.isfinite(ends), (begins + np.where(np.isfinite(ends), ends, 0)) / 2, 1.5 * begins)
    typical = np.log(np.maximum(middle, middle[middle > 0].min()))
    slopes = np.linalg.lstsq(design, typical, rcond=None)[0]
    return np.append(slopes, np.log(max(0.2, float(np.std(typical - design @ slopes)))))


def _cost(
    parameters: np.ndarray, logs: tuple[np.ndarray, np.ndarray], design: np.ndarray, of: _Distribution
) -> tuple[float, np.ndarray]:
    """Minus the log likelihood of the logarithms of latencies, and its slope."""
    scale = np.exp(parameters[-1])
    lower, upper = ((log - design @ parameters[:-1]) / scale for log in logs)
    exact = lower == upper
    below, above = of.density(lower), of.density(upper)
    chance = np.maximum(np.where(exact, above / scale, of.more_than(lower) - of.more_than(upper)), _TINY)
    by_middle = np.where(exact, -of.slope(upper), (below - above) / chance) / scale
    ends = (np.where(np.isfinite(z), z, 0.0) * values for z, values in ((lower, below), (upper, above)))
    by_scale = np.where(exact, -of.slope(upper) * upper - 1, np.subtract(*ends) / chance)
    return -float(np.log(chance).sum()), -np.append(by_middle @ design, by_scale.sum())
