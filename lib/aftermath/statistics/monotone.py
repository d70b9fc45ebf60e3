"""A course that only falls back, seen through noise: monotone regression, and when it passes a threshold.

The expected value is a level before the event and, from it on, **any course that never rises**: steps, straight lines and
exponentials alike. Where it passes a threshold is told by inverting a likelihood ratio test, place by place: the
least squares of all courses that pass it there against those of all courses.

References
----------
Banerjee, M., and Wellner, J. A. (2001). Likelihood ratio tests for monotone functions. Annals of Statistics 29, 1699-1731.
Meyer, M., and Woodroofe, M. (2000). On the degrees of freedom in shape-restricted regression. Annals of Statistics 28,
1083-1104.
Paule, R. C., and Mandel, J. (1982). Consensus values and weighting factors. Journal of Research of the National Bureau of
Standards 87, 377-385.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from aftermath.statistics.series import ROUNDING

# Banerjee and Wellner's limit of the ratio against a chi-square with one degree of freedom: .61 to .57 of it from the median to
# the 99 % point, by 20,000 simulated ratios
OF_CHI_SQUARE = 0.6
FREEDOM_OF_A_BLOCK = 1.5  # Meyer and Woodroofe: a monotone fit with so many blocks takes up to this many degrees each
HALVINGS, THRESHOLDS, REACH = 60, 41, 4.0  # of the search for the noise; of the thresholds tried, in standard errors


@dataclass(frozen=True)
class Decline:
    """A fitted course.

    Parameters
    ----------
    level, level_variance
        Mean before the event, weighted by precision, and its variance.
    values, weights, fitted
        From the event on: as seen, one over the variance of each, and the fit that never rises; shape ``(n,)``.
    noise
        Standard deviation of what one observation strays from its expected value, beyond its own sampling error.
    freedom
        Degrees of freedom behind ``noise``.
    """

    level: float
    level_variance: float
    values: np.ndarray
    weights: np.ndarray
    fitted: np.ndarray
    noise: float
    freedom: float

    @property
    def top(self) -> float:
        """Where the course begins."""
        return float(self.fitted[0])

    @property
    def top_variance(self) -> float:
        """Of the mean over the first block of the fit."""
        return float(1 / self.weights[self.fitted == self.fitted[0]].sum())

    def passes(self, threshold: float, variance: float, level: float) -> np.ndarray:
        """Whether the course may be at or below a threshold **first** at each place.

        Parameters
        ----------
        threshold, variance
            An estimate, and its variance.
        level
            Of the confidence set.

        Returns
        -------
        numpy.ndarray
            Shape ``(n + 1,)``; the last is for a course that stays above to the end.
        """
        from scipy.special import stdtrit

        steps = np.linspace(-REACH, REACH, THRESHOLDS)
        tried = threshold + math.sqrt(variance) * steps[:, None]
        least = float(self.weights @ (self.values - self.fitted) ** 2)
        limit = OF_CHI_SQUARE * float(stdtrit(self.freedom, (1 + level) / 2)) ** 2
        rest = [(self._left(cut, tried) + steps**2).min() for cut in range(len(self.values) + 1)]
        return np.array(rest) - least <= limit

    def _left(self, cut: int, tried: np.ndarray) -> np.ndarray:
        """Squares left by the best course above each threshold before a place, and at or below it from there on."""
        values, weights = self.values[:cut], self.weights[:cut]
        above = (values - np.maximum(falling(values, weights), tried)) ** 2 @ weights
        values, weights = self.values[cut:], self.weights[cut:]
        return above + (values - np.minimum(falling(values, weights), tried)) ** 2 @ weights


def decline(before: np.ndarray, after: np.ndarray, sampling_before: np.ndarray, sampling_after: np.ndarray) -> Decline:
    """Fit a level before the event and a course that never rises after it.

    Parameters
    ----------
    before, after
        Values on either side, large where things are bad; shapes ``(m,)`` and ``(n,)``.
    sampling_before, sampling_after
        Variance of each that is known, as of a share among so many posts; zeros where none is. **What observations stray
        beyond it is estimated** from both sides (Paule and Mandel), so that days that differ of themselves are not taken
        for many posts that agree.

    Returns
    -------
    Decline
        Its ``freedom`` is 0 where neither side shows any noise to learn from.
    """
    both = np.concatenate([before, after])
    low = max((ROUNDING * float(np.abs(both).max())) ** 2, np.finfo(float).tiny)
    high = max(low, float(((both - both.mean()) ** 2).sum()))
    for _ in range(HALVINGS):
        middle = math.sqrt(low * high)
        fit, squares = _weighted(before, after, sampling_before + middle, sampling_after + middle, middle)
        low, high = (middle, high) if squares > fit.freedom else (low, middle)
    return _weighted(before, after, sampling_before + high, sampling_after + high, high)[0]


def falling(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The least-squares fit that never rises; shape as given.

    Examples
    --------
    >>> falling(np.array([5.0, 1.0, 3.0]), np.ones(3)).tolist()
    [5.0, 2.0, 2.0]
    """
    from scipy.optimize import isotonic_regression

    return isotonic_regression(values, weights=weights, increasing=False).x if len(values) else values


def _weighted(
    before: np.ndarray, after: np.ndarray, variance_before: np.ndarray, variance_after: np.ndarray, noise: float
) -> tuple[Decline, float]:
    """The fit with given variances, and its weighted squares."""
    trust, weights = 1 / variance_before, 1 / variance_after
    level, fitted = float(np.average(before, weights=trust)), falling(after, weights)
    squares = float(trust @ (before - level) ** 2 + weights @ (after - fitted) ** 2)
    blocks = 1 + np.count_nonzero(np.diff(fitted))
    freedom = len(before) - 1 + max(0.0, len(after) - FREEDOM_OF_A_BLOCK * blocks)
    return Decline(level, float(1 / trust.sum()), after, weights, fitted, math.sqrt(noise), freedom), squares
