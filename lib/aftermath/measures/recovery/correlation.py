"""Errors that remember: a regression whose noise is a first-order autoregressive process.

Short series do not tell how strongly neighbours are correlated, and Newey-West errors, which are right for long ones,
are far too small for 14 or 60 days (``benchmarks/simulation.py`` shows by how much). Here the correlation is not
estimated but averaged over: every value r from 0 to 0.95 counts by its restricted likelihood times (1 - r)², which
holds mild correlation for likelier than strong; the interval is that of the mixture of Student's t distributions.

References
----------
Harville, D. A. (1977). Maximum likelihood approaches to variance component estimation and to related problems.
Journal of the American Statistical Association 72, 320-338.
Zellner, A., and Tiao, G. C. (1964). Bayesian analysis of the regression model with autocorrelated errors. Journal of
the American Statistical Association 59, 763-778.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aftermath.measures.intervals import t_quantile

CORRELATIONS = np.linspace(0.0, 0.95, 39)
LOG_PRIOR = 2 * np.log1p(-CORRELATIONS)


@dataclass(frozen=True)
class CorrelatedErrors:
    """The covariance of least-squares coefficients under every correlation.

    Parameters
    ----------
    weights
        Share of each of ``CORRELATIONS``, adding up to 1, shape ``(r,)``.
    covariances
        Of the coefficients, shape ``(r, k, k)``.
    freedom
        Degrees of freedom, n - k.
    """

    weights: np.ndarray
    covariances: np.ndarray
    freedom: int

    @property
    def covariance(self) -> np.ndarray:
        """The average covariance, shape ``(k, k)``."""
        return np.tensordot(self.weights, self.covariances, axes=1)

    @property
    def correlation(self) -> float:
        """The average correlation of neighbours one step apart."""
        return float(self.weights @ CORRELATIONS)

    def half_width(self, contrast: np.ndarray, level: float) -> float:
        """Half of the interval of a contrast of the coefficients: a quantile of the mixture of t distributions."""
        from scipy.optimize import brentq
        from scipy.special import stdtr

        spreads = np.sqrt(np.einsum("i,rij,j->r", contrast, self.covariances, contrast))
        largest = spreads.max() * t_quantile(level, self.freedom)

        def excess(width: float) -> float:
            return float(self.weights @ stdtr(self.freedom, width / spreads)) - (1 + level) / 2

        return float(brentq(excess, 0.0, largest * 1.001))


def correlated_errors(time: np.ndarray, value: np.ndarray, design: np.ndarray) -> CorrelatedErrors:
    """The covariance of least-squares coefficients when neighbouring errors are correlated.

    Parameters
    ----------
    time
        Ascending, shape ``(n,)``; the correlation of two neighbours falls with the steps between them.
    value
        Shape ``(n,)``.
    design
        Shape ``(n, k)``.

    Returns
    -------
    CorrelatedErrors
    """
    n, k = design.shape
    steps = np.diff(time) / np.diff(time).min()
    projection = np.linalg.pinv(design)
    logs, covariances = [], []
    for correlation, prior in zip(CORRELATIONS, LOG_PRIOR, strict=True):
        log_likelihood, residual = restricted_likelihood(design, value, correlation**steps)
        logs.append(log_likelihood + prior)
        covariances.append(projection @ correlations(time, correlation) @ projection.T * residual / (n - k))
    weights = np.exp(np.array(logs) - max(logs))
    return CorrelatedErrors(weights / weights.sum(), np.array(covariances), n - k)


def restricted_likelihood(design: np.ndarray, value: np.ndarray, neighbours: np.ndarray) -> tuple[float, float]:
    """Logarithm of the restricted likelihood, the variance profiled out, and the residual sum of squares.

    Parameters
    ----------
    design, value
        Shapes ``(n, k)`` and ``(n,)``.
    neighbours
        Correlation of each row with the row before it, shape ``(n - 1,)``.
    """
    n, k = design.shape
    whitened = whiten(np.column_stack([design, value]), neighbours)
    factor, residual = whitened[:, :k], _residual(whitened)
    determinants = np.log1p(-(neighbours**2)).sum() + np.linalg.slogdet(factor.T @ factor)[1]
    return -0.5 * (determinants + (n - k) * np.log(residual)), residual


def whiten(columns: np.ndarray, neighbours: np.ndarray) -> np.ndarray:
    """Columns of which each row is freed from the row before it.

    Parameters
    ----------
    columns
        Shape ``(n, k)``.
    neighbours
        Correlation of each row with the row before it, shape ``(n - 1,)``.
    """
    freed = (columns[1:] - neighbours[:, None] * columns[:-1]) / np.sqrt(1 - neighbours[:, None] ** 2)
    return np.vstack([columns[:1], freed])


def correlations(time: np.ndarray, correlation: float) -> np.ndarray:
    """The correlation of every two observations, shape ``(n, n)``."""
    steps = np.abs(np.subtract.outer(time, time)) / np.diff(time).min()
    return correlation**steps


def _residual(whitened: np.ndarray) -> float:
    """Sum of squares of the last column about the others."""
    design, value = whitened[:, :-1], whitened[:, -1]
    rest = value - design @ np.linalg.lstsq(design, value, rcond=None)[0]
    return max(float(rest @ rest), np.finfo(float).tiny)
