"""A proportional-odds model of ordinal codes on one covariate, with cluster-robust errors.

``P(code <= level_k | x) = logistic(threshold_k - slope·x)`` (McCullagh 1980), fitted by maximum likelihood. In slope and
thresholds the logarithm of the likelihood is concave (Pratt 1981), so that Newton's steps, shortened where they would
lead down, end at its one maximum. What is reported is the expected code at x, its standard error by the delta method.

References
----------
McCullagh, P. (1980). Regression models for ordinal data. Journal of the Royal Statistical Society B 42, 109-142.
Pratt, J. W. (1981). Concavity of the log likelihood. Journal of the American Statistical Association 76, 103-106.
Liang, K.-Y., and Zeger, S. L. (1986). Longitudinal data analysis using generalized linear models. Biometrika 73, 13-22.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from aftermath.measures.intervals import t_quantile
from aftermath.measures.result import NothingToMeasure

_STEPS = 100  # of Newton's method, and halvings of one of them; a handful is enough where there is a maximum
_NEAR = 1e-9  # squared distance to the maximum in standard errors: one more step squares it


@dataclass(frozen=True)
class ProportionalOdds:
    """A fitted model.

    Parameters
    ----------
    levels
        The codes that occur, ascending, shape ``(k,)``.
    parameters
        Slope, first threshold, and logarithms of the further steps between thresholds, shape ``(k,)``.
    covariance
        Cluster-robust, shape ``(k, k)``.
    clusters
        Number of clusters.
    """

    levels: np.ndarray
    parameters: np.ndarray
    covariance: np.ndarray
    clusters: int

    @property
    def slope(self) -> float:
        """Log-odds of a higher code for one unit of the covariate."""
        return float(self.parameters[0])

    def expected(self, x: np.ndarray, parameters: np.ndarray | None = None) -> np.ndarray:
        """The expected code at each value of the covariate."""
        parameters = self.parameters if parameters is None else parameters
        thresholds = np.cumsum([parameters[1], *np.exp(parameters[2:])])
        at_most = 1 / (1 + np.exp(np.clip(parameters[0] * np.asarray(x)[:, None] - thresholds, -500, 500)))
        return self.levels[-1] - at_most @ np.diff(self.levels)

    def standard_error(self, function: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """Standard errors of a function of the parameters, by the delta method with central differences."""
        steps = 1e-5 * np.maximum(1.0, np.abs(self.parameters))
        moves = np.diag(steps)
        gradient = np.array([function(self.parameters + move) - function(self.parameters - move) for move in moves])
        gradient /= 2 * steps[:, None]
        return np.sqrt(np.maximum(np.einsum("ij,ik,kj->j", gradient, self.covariance, gradient), 0))

    def quantile(self, level: float) -> float:
        """Student's t for an interval, with one degree of freedom less than there are clusters."""
        return t_quantile(level, self.clusters - 1)


def proportional_odds(codes: np.ndarray, x: np.ndarray, clusters: np.ndarray) -> ProportionalOdds:
    """Fit the model.

    Parameters
    ----------
    codes
        Ordinal codes, shape ``(n,)``.
    x
        The covariate, shape ``(n,)``.
    clusters
        Label of each row's cluster, shape ``(n,)``.

    Returns
    -------
    ProportionalOdds

    Raises
    ------
    NothingToMeasure
        If only one code occurs, the covariate does not vary, there are fewer than three clusters, or the codes are
        separated by the covariate, so that no finite estimate exists; if each code occurs once; or if the likelihood has
        no clear maximum.

    Examples
    --------
    >>> codes, days = np.array([-1, -1, 0, -1, 0, 1, 0, 1, 1]), np.arange(9.0)
    >>> model = proportional_odds(codes, days, clusters=np.arange(9))
    >>> model.expected(np.array([0.0, 8.0])).round(1).tolist()
    [-1.0, 1.0]
    """
    levels, ranks = np.unique(codes, return_inverse=True)
    labels = np.unique(clusters, return_inverse=True)[1]
    if len(levels) < 2:
        raise NothingToMeasure("only one level was coded")
    if np.ptp(x) == 0:
        raise NothingToMeasure("all texts are from one time")
    if labels.max() < 2:
        raise NothingToMeasure("fewer than three publishers")
    if _separated(ranks, x):
        raise NothingToMeasure("the codes are separated by time, so that no finite estimate exists")
    if len(ranks) == len(levels):
        raise NothingToMeasure("no level was coded twice")
    likelihood = _Likelihood(ranks, np.asarray(x, dtype=float))
    try:
        place = _maximum(likelihood)
        parameters, covariance = _in_log_steps(place, _clustered(*likelihood.derivatives(place), labels))
    except np.linalg.LinAlgError:
        raise NothingToMeasure("the likelihood has no clear maximum") from None
    return ProportionalOdds(levels.astype(float), parameters, covariance, int(labels.max()) + 1)


def _separated(ranks: np.ndarray, x: np.ndarray) -> bool:
    """Whether the covariate parts the codes at every level in one direction: then the slope runs to infinity."""
    cuts = [(x[ranks <= cut], x[ranks > cut]) for cut in range(ranks.max())]
    rising = all(below.max() <= above.min() for below, above in cuts)
    return rising or all(below.min() >= above.max() for below, above in cuts)


@dataclass(frozen=True)
class _Likelihood:
    """The likelihood of ranks at a place: the slope, then the thresholds.

    A code between two thresholds, ``low`` and ``high`` when measured from slope·x, has the probability
    logistic(high) - logistic(low) = logistic(high)·logistic(-low)·(1 - exp(low - high)). The product loses no digits, and
    each factor adds a concave term to the logarithm.
    """

    ranks: np.ndarray
    x: np.ndarray

    def logarithm(self, place: np.ndarray) -> float:
        from scipy.special import log_expit

        if (np.diff(place[1:]) <= 0).any():
            return -np.inf
        low, high, gap = self._ends(place)
        return float(np.sum(log_expit(high) + log_expit(-low) + np.log(-np.expm1(-gap))))

    def derivatives(self, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The first by row, shape ``(n, k)``, and the second of the sum, shape ``(k, k)``."""
        from scipy.special import expit

        low, high, gap = self._ends(place)
        by_low, by_high = self._moves(0), self._moves(1)
        by_gap, narrow = by_high - by_low, np.exp(-gap) / -np.expm1(-gap)
        scores = (by_high.T * expit(-high) - by_low.T * expit(low) + by_gap.T * narrow).T
        bends = (
            (by_high, expit(high) * expit(-high)),
            (by_low, expit(low) * expit(-low)),
            (by_gap, narrow * (1 + narrow)),
        )
        return scores, -sum((moves.T * bend) @ moves for moves, bend in bends)

    def _ends(self, place: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        ends = np.concatenate([[-np.inf], place[1:], [np.inf]])
        low, high = ends[self.ranks], ends[self.ranks + 1]
        return low - place[0] * self.x, high - place[0] * self.x, high - low

    def _moves(self, end: int) -> np.ndarray:
        """How the lower (0) or upper (1) end of each row moves with slope and thresholds; those at infinity have no weight."""
        levels = self.ranks.max() + 1
        moves = np.eye(levels + 1, levels)[self.ranks + end]
        moves[:, 0] = -self.x
        return moves


@np.errstate(over="ignore", invalid="ignore")  # then no step leads upwards
def _maximum(likelihood: _Likelihood) -> np.ndarray:
    """Where the likelihood is largest, by Newton's method from what would hold if the covariate did not matter.

    Raises
    ------
    LinAlgError
        If there is no such place, as far as numbers of 16 digits tell.
    """
    shares = np.cumsum(np.bincount(likelihood.ranks))[:-1] / len(likelihood.ranks)
    place = np.concatenate([[0.0], np.log(shares / (1 - shares))])
    for _ in range(_STEPS):
        by_row, hessian = likelihood.derivatives(place)
        score = by_row.sum(axis=0)
        step = np.linalg.solve(-hessian, score)
        distance = score @ step
        if 0 <= distance < _NEAR and np.isfinite(hessian).all():
            return place + step
        here, shorter = likelihood.logarithm(place), (place + step * 0.5**halvings for halvings in range(_STEPS))
        place = next((there for there in shorter if likelihood.logarithm(there) > here), None)
        if place is None:
            break
    raise np.linalg.LinAlgError("no step leads upwards, or steps do not end")


def _clustered(scores: np.ndarray, hessian: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The covariance when rows of a cluster are not independent (Liang and Zeger 1986), corrected for small samples."""
    n, k = scores.shape
    clusters = labels.max() + 1
    bread, filling = np.linalg.inv(hessian), np.array([np.bincount(labels, weights=column) for column in scores.T])
    return bread @ filling @ filling.T @ bread * (clusters / (clusters - 1) * (n - 1) / (n - k))


def _in_log_steps(place: np.ndarray, covariance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same maximum in parameters that are free to take any value, and their covariance."""
    steps, turn = np.diff(place[1:]), np.eye(len(place))
    turn[2:] = (turn[2:] - turn[1:-1]) / steps[:, None]
    return np.concatenate([place[:2], np.log(steps)]), turn @ covariance @ turn.T
