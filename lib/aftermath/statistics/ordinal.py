"""A proportional-odds model of ordinal codes on one covariate, with cluster-robust errors.

``P(code <= level_k | x) = logistic(threshold_k - slope·x)`` (McCullagh 1980), fitted by maximum likelihood. In slope and
thresholds the logarithm of the likelihood is concave (Pratt 1981), so that Newton's steps, shortened where they would
lead down, end at its one maximum. What is reported is the expected code at x, its standard error by the delta method.

Near an end of the scale, and where a covariate parts the codes, the likelihood alone is surer than its data: the
estimate runs to the end and its errors to nothing. ``smoothed_odds`` therefore adds ``PRIOR`` of a text, spread evenly over
all levels and over both ends of the covariate, takes the errors that follow from leaving out one cluster after the other, and never
lets them fall below those of independent texts.

References
----------
McCullagh, P. (1980). Regression models for ordinal data. Journal of the Royal Statistical Society B 42, 109-142.
Pratt, J. W. (1981). Concavity of the log likelihood. Journal of the American Statistical Association 76, 103-106.
Liang, K.-Y., and Zeger, S. L. (1986). Longitudinal data analysis using generalized linear models. Biometrika 73, 13-22.
Bell, R. M., and McCaffrey, D. F. (2002). Bias reduction in standard errors for linear regression with multi-stage samples.
Survey Methodology 28, 169-181.
Clogg, C. C., et al. (1991). Multiple imputation of industry and occupation codes in census public-use samples using Bayesian
logistic regression. Journal of the American Statistical Association 86, 68-78.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from aftermath.statistics.intervals import t_quantile
from aftermath.statistics.result import NothingToMeasure

PRIOR = 0.5  # of a text

_STEPS = 100  # of Newton's method, and halvings of one of them; a handful is enough where there is a maximum
_NO_MAXIMUM = "the likelihood has no clear maximum"
_NEAR = 1e-9  # squared distance to the maximum in standard errors: one more step squares it


@dataclass(frozen=True)
class ProportionalOdds:
    """A fitted model.

    Parameters
    ----------
    levels
        The codes, ascending, shape ``(k,)``.
    parameters
        Slope, first threshold, and logarithms of the further steps between thresholds, shape ``(k,)``.
    covariance
        Cluster-robust, shape ``(k, k)``.
    clusters
        Number of clusters.
    independent
        Covariance if all texts were independent, shape ``(k, k)``: **no variance is smaller**. None where it has no say.
    log_likelihood
        At the maximum.
    """

    levels: np.ndarray
    parameters: np.ndarray
    covariance: np.ndarray
    clusters: int
    independent: np.ndarray | None = None
    log_likelihood: float = np.nan

    @property
    def slope(self) -> float:
        """Log-odds of a higher code for one unit of the covariate."""
        return float(self.parameters[0])

    @cached_property
    def thresholds(self) -> np.ndarray:
        """Where the levels part, ascending, shape ``(k - 1,)``."""
        return np.cumsum([self.parameters[1], *np.exp(self.parameters[2:])])

    def expected(self, x: np.ndarray) -> np.ndarray:
        """The expected code at each value of the covariate."""
        return self.levels[-1] - np.diff(self.levels) @ self._at_most(x)

    def gradient(self, x: np.ndarray) -> np.ndarray:
        """How the expected code at each of m values of the covariate moves with the parameters, shape ``(k, m)``."""
        at_most = self._at_most(x)
        return self._by_parameter(-np.diff(self.levels)[:, None] * at_most * (1 - at_most), x)

    def logit(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The logit of the expected code's place between the ends of the scale, and how it moves with the parameters.

        Both are computed from logarithms: **far from the middle the code itself is the end of the scale** to as many digits as there are.

        Parameters
        ----------
        x
            Values of the covariate, shape ``(m,)``.

        Returns
        -------
        tuple of numpy.ndarray
            Shapes ``(m,)`` and ``(k, m)``.
        """
        odds, gaps = (
            self.thresholds[:, None] - self.parameters[0] * np.asarray(x),
            np.log(np.diff(self.levels))[:, None],
        )
        at_most, more = -np.logaddexp(0, -odds), -np.logaddexp(0, odds)
        below, above = (np.logaddexp.reduce(gaps + part, axis=0) for part in (at_most, more))
        whole = np.log(self.levels[-1] - self.levels[0])
        return above - below, self._by_parameter(-np.exp(gaps + at_most + more + whole - above - below), x)

    def _by_parameter(self, by_threshold: np.ndarray, x: np.ndarray) -> np.ndarray:
        """How something moves with the parameters that moves so with each threshold."""
        by_step = np.cumsum(by_threshold[::-1], axis=0)[::-1]  # a step moves its threshold and all above it
        steps = np.exp(self.parameters[2:, None])
        return np.concatenate([-np.asarray(x) * by_step[:1], by_step[:1], steps * by_step[1:]])

    def standard_error(self, gradient: np.ndarray) -> np.ndarray:
        """Standard errors of m quantities by the delta method, from how they move with the parameters, shape ``(k, m)``."""
        covariances = [self.covariance] if self.independent is None else [self.covariance, self.independent]
        variances = [np.sum(gradient * (covariance @ gradient), axis=0) for covariance in covariances]
        return np.sqrt(np.maximum(np.max(variances, axis=0), 0))

    def quantile(self, level: float) -> float:
        """Student's t for an interval, with one degree of freedom less than there are clusters."""
        return t_quantile(level, self.clusters - 1)

    def _at_most(self, x: np.ndarray) -> np.ndarray:
        """The probability of at most each level but the last, shape ``(k - 1, m)``."""
        return 1 / (1 + np.exp(np.clip(self.parameters[0] * np.asarray(x) - self.thresholds[:, None], -500, 500)))


def proportional_odds(codes: np.ndarray, x: np.ndarray, clusters: np.ndarray) -> ProportionalOdds:
    """Fit the model by maximum likelihood, with cluster-robust errors.

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
    labels = _cluster_labels(codes, x, clusters)
    levels, ranks = np.unique(codes, return_inverse=True)
    # parted at every level in one direction, the slope runs to infinity
    cuts = [(x[ranks <= cut], x[ranks > cut]) for cut in range(ranks.max())]
    rising = all(below.max() <= above.min() for below, above in cuts)
    if rising or all(below.min() >= above.max() for below, above in cuts):
        raise NothingToMeasure("the codes are separated by time, so that no finite estimate exists")
    if len(ranks) == len(levels):
        raise NothingToMeasure("no level was coded twice")
    likelihood = _Likelihood(ranks, np.asarray(x, dtype=float), np.ones(len(ranks)))
    try:
        point = _maximum(likelihood)
        parameters, turn = _in_log_steps(point)
        covariance = turn @ _clustered(*likelihood.derivatives(point), labels) @ turn.T
    except np.linalg.LinAlgError:
        raise NothingToMeasure(_NO_MAXIMUM) from None
    return ProportionalOdds(
        levels.astype(float),
        parameters,
        covariance,
        int(labels.max()) + 1,
        log_likelihood=likelihood.logarithm(point),
    )


def smoothed_odds(
    codes: np.ndarray,
    x: np.ndarray,
    clusters: np.ndarray,
    weights: np.ndarray,
    levels: Sequence[float],
    start: np.ndarray | None = None,
) -> ProportionalOdds:
    """Fit the model by penalised likelihood, with the errors of a cluster jackknife.

    Parameters
    ----------
    codes, x, clusters
        As for ``proportional_odds``.
    weights
        Of each row, shape ``(n,)``: with m codings of a text, each has 1/m, so that **a text counts once**.
    levels
        All codes that could have been given, ascending; every one of ``codes`` is among them.
    start
        Slope and thresholds at which to begin the search, shape ``(k,)``; **it moves no estimate**.

    Returns
    -------
    ProportionalOdds
        **Finite where the covariate separates the codes, too.** Its covariance is that of the jackknife in one Newton step
        (CV3), ``independent`` the inverse of the information.

    Raises
    ------
    NothingToMeasure
        If only one code occurs, the covariate does not vary, there are fewer than three clusters, or the likelihood has no
        clear maximum.

    Examples
    --------
    >>> codes, days = np.repeat([-2, 0], 5), np.arange(10.0)
    >>> model = smoothed_odds(codes, days, np.arange(10), np.ones(10), (-2, -1, 0, 1, 2))
    >>> model.expected(np.array([0.0, 9.0])).round(1).tolist()
    [-2.0, 0.1]
    """
    labels = _cluster_labels(codes, x, clusters)
    likelihood = _smoothed(np.searchsorted(levels, codes), np.asarray(x, dtype=float), weights, len(levels))
    try:
        point = _maximum(likelihood, start)
        parameters, turn = _in_log_steps(point)
        jackknife, independent = _left_out(likelihood, point, labels)
    except np.linalg.LinAlgError:
        raise NothingToMeasure(_NO_MAXIMUM) from None
    return ProportionalOdds(
        np.asarray(levels, dtype=float),
        parameters,
        turn @ jackknife @ turn.T,
        int(labels.max()) + 1,
        turn @ independent @ turn.T,
        likelihood.logarithm(point),
    )


def _cluster_labels(codes: np.ndarray, x: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """The number of each row's cluster, where there is something to fit a model to."""
    if len(np.unique(codes)) < 2:
        raise NothingToMeasure("only one level was coded")
    if np.ptp(x) == 0:
        raise NothingToMeasure("all texts are from one time")
    labels = np.unique(clusters, return_inverse=True)[1]
    if labels.max() < 2:
        raise NothingToMeasure("fewer than three publishers")
    return labels


@dataclass(frozen=True)
class _Likelihood:
    """The likelihood of weighted ranks at a place: the slope, then the thresholds.

    A code between two thresholds, ``low`` and ``high`` when measured from slope·x, has the probability
    logistic(high) - logistic(low) = logistic(high)·logistic(-low)·(1 - exp(low - high)). The product loses no digits, and
    each factor adds a concave term to the logarithm.
    """

    ranks: np.ndarray
    x: np.ndarray
    weights: np.ndarray

    def logarithm(self, point: np.ndarray) -> float:
        from scipy.special import log_expit

        if (np.diff(point[1:]) <= 0).any():
            return -np.inf
        low, high, gap = self._ends(point)
        return float(self.weights @ (log_expit(high) + log_expit(-low) + np.log(-np.expm1(-gap))))

    def derivatives(self, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The first by row, shape ``(n, k)``, and the second of the sum, shape ``(k, k)``."""
        slopes, bends = self._by_factor(point)
        by_row = np.einsum("fn,fnk->nk", slopes, self._moves)
        moves = self._moves.reshape(-1, len(point))
        return by_row, -(moves.T * bends.ravel()) @ moves

    def information(self, point: np.ndarray, rows: int) -> np.ndarray:
        """What each of the first rows takes from the second derivative, shape ``(rows, k, k)``."""
        bends, moves = self._by_factor(point)[1][:, :rows, None], self._moves[:, :rows]
        return np.einsum("fni,fnj->nij", bends * moves, moves)

    def _by_factor(self, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """First and second derivative of each row's three factors, shape ``(3, n)`` both; the second with its sign turned."""
        from scipy.special import expit

        low, high, gap = self._ends(point)
        narrow = np.exp(-gap) / -np.expm1(-gap)
        slopes = np.stack([expit(-high), -expit(low), narrow])
        bends = np.stack([expit(high) * expit(-high), expit(low) * expit(-low), narrow * (1 + narrow)])
        return slopes * self.weights, bends * self.weights

    def _ends(self, point: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        ends = np.concatenate([[-np.inf], point[1:], [np.inf]])
        low, high = ends[self.ranks], ends[self.ranks + 1]
        return low - point[0] * self.x, high - point[0] * self.x, high - low

    @cached_property
    def _moves(self) -> np.ndarray:
        """How upper end, lower end and gap of each row move with slope and thresholds; ends at infinity have no weight."""
        levels = self.ranks.max() + 1
        low, high = (np.eye(levels + 1, levels)[self.ranks + end] for end in (0, 1))
        low[:, 0] = high[:, 0] = -self.x
        return np.stack([high, low, high - low])


def _smoothed(ranks: np.ndarray, x: np.ndarray, weights: np.ndarray, levels: int) -> _Likelihood:
    """The likelihood with ``PRIOR`` of a text more, spread evenly over the levels and both ends of the covariate."""
    return _Likelihood(
        np.concatenate([ranks, np.tile(np.arange(levels), 2)]),
        np.concatenate([x, np.repeat([x.min(), x.max()], levels)]),
        np.concatenate([weights, np.full(2 * levels, PRIOR / (2 * levels))]),
    )


@np.errstate(over="ignore", invalid="ignore")  # then no step leads upwards
def _maximum(likelihood: _Likelihood, start: np.ndarray | None = None) -> np.ndarray:
    """Where the likelihood is largest, by Newton's method; if not told, from what holds if the covariate does not matter.

    Raises
    ------
    LinAlgError
        If there is no such place, as far as numbers of 16 digits tell.
    """
    counts = np.bincount(likelihood.ranks, likelihood.weights)
    shares = np.cumsum(counts)[:-1] / counts.sum()
    point = np.concatenate([[0.0], np.log(shares / (1 - shares))]) if start is None else start
    here = likelihood.logarithm(point)
    for _ in range(_STEPS):
        by_row, hessian = likelihood.derivatives(point)
        score = by_row.sum(axis=0)
        step = np.linalg.solve(-hessian, score)
        distance = score @ step
        if 0 <= distance < _NEAR and np.isfinite(hessian).all():
            return point + step
        shorter = (point + step * 0.5**halvings for halvings in range(_STEPS))
        higher = ((there, likelihood.logarithm(there)) for there in shorter)
        point, here = next((ahead for ahead in higher if ahead[1] > here), (None, here))
        if point is None:
            break
    raise np.linalg.LinAlgError("no step leads upwards, or steps do not end")


def _clustered(scores: np.ndarray, hessian: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The covariance when rows of a cluster are not independent (Liang and Zeger 1986), corrected for small samples."""
    n, k = scores.shape
    clusters = labels.max() + 1
    bread, filling = np.linalg.inv(hessian), np.array([np.bincount(labels, weights=column) for column in scores.T])
    # the sandwich: curvature, what clusters add to the score, curvature; then the correction
    return bread @ filling @ filling.T @ bread * (clusters / (clusters - 1) * (n - 1) / (n - k))


def _left_out(likelihood: _Likelihood, point: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The covariance by leaving out one cluster after the other, and that of independent rows; the prior is no cluster."""
    by_row, hessian = likelihood.derivatives(point)
    n, k, members = len(labels), len(point), np.eye(labels.max() + 1)[:, labels]
    taken = (members @ likelihood.information(point, n).reshape(n, -1)).reshape(-1, k, k)
    # one Newton step from the whole estimate: the score of the rest is less that of the cluster, its curvature likewise
    moved = np.linalg.solve(-hessian - taken, (members @ by_row[:n])[:, :, None])[:, :, 0]
    return moved.T @ moved * (1 - 1 / len(members)), np.linalg.inv(-hessian)


def _in_log_steps(point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same maximum in parameters that are free to take any value, and what turns a covariance into theirs."""
    steps, turn = np.diff(point[1:]), np.eye(len(point))
    turn[2:] = (turn[2:] - turn[1:-1]) / steps[:, None]
    return np.concatenate([point[:2], np.log(steps)]), turn
