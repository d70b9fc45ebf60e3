"""A proportional-odds model of ordinal codes on one covariate, with cluster-robust errors.

``P(code <= level_k | x) = logistic(threshold_k - slope·x)`` (McCullagh 1980), fitted by maximum likelihood
with statsmodels. What is reported is the expected code at x, its standard error by the delta method.

References
----------
McCullagh, P. (1980). Regression models for ordinal data. Journal of the Royal Statistical Society B 42, 109-142.
Liang, K.-Y., and Zeger, S. L. (1986). Longitudinal data analysis using generalized linear models. Biometrika 73, 13-22.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from aftermath.measures.result import NothingToMeasure


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
        from scipy import stats

        return float(stats.t.ppf((1 + level) / 2, self.clusters - 1))


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
        separated by the covariate, so that no finite estimate exists; or if the likelihood has no clear maximum.
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
    fit = _fit(ranks, np.asarray(x, dtype=float), labels)
    if fit is None:
        raise NothingToMeasure("the likelihood has no clear maximum")
    return ProportionalOdds(
        levels.astype(float), np.asarray(fit.params), np.asarray(fit.cov_params()), int(labels.max()) + 1
    )


def _separated(ranks: np.ndarray, x: np.ndarray) -> bool:
    """Whether the covariate parts the codes at every level in one direction: then the slope runs to infinity."""
    cuts = [(x[ranks <= cut], x[ranks > cut]) for cut in range(ranks.max())]
    rising = all(below.max() <= above.min() for below, above in cuts)
    return rising or all(below.min() >= above.max() for below, above in cuts)


def _fit(ranks: np.ndarray, x: np.ndarray, labels: np.ndarray) -> object | None:
    """The maximum likelihood fit, or None where the likelihood has no inner maximum."""
    from statsmodels.tools.sm_exceptions import ModelWarning

    with warnings.catch_warnings():
        warnings.simplefilter("error", ModelWarning)
        warnings.simplefilter("error", RuntimeWarning)
        try:
            fit = _model()(ranks, x[:, None], distr="logit").fit(
                method="bfgs", disp=0, maxiter=500, cov_type="cluster", cov_kwds={"groups": labels}
            )
        except (ModelWarning, RuntimeWarning, np.linalg.LinAlgError, ValueError):
            return None
    return fit if np.isfinite(fit.cov_params()).all() else None


@cache
def _model() -> type:
    """The model of statsmodels, which differentiates by small steps, with the exact derivatives of its likelihood."""
    from scipy.special import expit
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    class Exact(OrderedModel):
        def cdf(self, bounds: np.ndarray) -> np.ndarray:
            return expit(bounds)

        def score(self, parameters: np.ndarray) -> np.ndarray:
            return self.score_obs(parameters).sum(axis=0)

        def score_obs(self, parameters: np.ndarray) -> np.ndarray:
            (lower, low, _), (upper, high, _) = self._ends(parameters)
            return high[:, None] * upper - low[:, None] * lower

        def hessian(self, parameters: np.ndarray) -> np.ndarray:
            (lower, _, low), (upper, _, high) = self._ends(parameters)
            scores = self.score_obs(parameters)
            bend = np.diag([0, 0, *scores.sum(axis=0)[2:]])  # exp is its own derivative
            return (upper.T * high) @ upper - (lower.T * low) @ lower - scores.T @ scores + bend

        def _ends(self, parameters: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
            """Of either end of each row's interval: its derivatives, and density and slope there over the row's probability."""
            below = [expit(bounds) for bounds in self._bounds(parameters)]
            probability = below[1] - below[0] + 1e-20  # as in the likelihood
            thresholds = np.zeros((self.k_levels + 1, len(parameters)))
            thresholds[1:-1, 1:] = np.tri(self.k_levels - 1) * [1, *np.exp(parameters[2:])]
            for end, share in enumerate(below):
                moves, density = thresholds[self.endog + end], share * (1 - share)
                moves[:, :1] = -self.exog
                yield moves, density / probability, density * (1 - 2 * share) / probability

    return Exact
