"""Errors that remember: a regression whose noise is correlated from one observation to the next.

Short series do not tell how their noise is correlated, and Newey-West errors, which are right for long ones, are far too
small for 14 or 60 days (``benchmarks/simulation.py`` shows by how much). Here the process of the errors is not estimated
but averaged over: each counts by its restricted likelihood times its prior, and the interval is that of the mixture of
Student's t distributions. Two kinds are held for equally likely beforehand:

- a first-order autoregression, r from 0 to 0.95, with a prior of (1 - r)², which holds mild correlation for likelier;
- noise on top of a level that wanders (a random walk), its variance in a step from 10⁻⁵ to 10 times that of the noise,
  all orders of magnitude alike.

The memory of an autoregression is a property of time: over a gap d the correlation is ``exp(-d / theta) = r^(d / step)``.
Where times are uneven no one step is the right one, so both quartiles of the gaps are taken for it in turn; and because what was
measured twice within a minute still has two errors of measurement, memory that fades from one observation to the next,
whatever lies between them, is held for as likely. With even times all of these are one and the same.

References
----------
Harvey, A. C. (1989). Forecasting, structural time series models and the Kalman filter. Cambridge University Press.
Harville, D. A. (1977). Maximum likelihood approaches to variance component estimation and to related problems.
Journal of the American Statistical Association 72, 320-338.
Jones, R. H. (1985). Time series analysis with unequally spaced data. Handbook of Statistics 5, 157-177. North-Holland.
Zellner, A., and Tiao, G. C. (1964). Bayesian analysis of the regression model with autocorrelated errors. Journal of
the American Statistical Association 59, 763-778.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aftermath.statistics.intervals import t_quantile
from aftermath.wording import counted, number

CORRELATIONS = np.linspace(0.0, 0.95, 39)
PRIOR = (1 - CORRELATIONS) ** 2 / np.sum((1 - CORRELATIONS) ** 2)
DRIFTS = np.geomspace(1e-5, 10.0, 19)  # variance of the level's move in a step over that of the noise
EVEN = 0.1  # gaps that differ by less, as those of months do, count as even
FEW_OBSERVATIONS = 60  # observations that hardly show how strongly neighbours are correlated
STRONG = 0.3  # average correlation
WANDERS = 0.9  # how likely it must be that the level wanders
CLOSEST = 1 - 1e-9  # a minute apart under a memory of weeks is all but one observation


@dataclass(frozen=True)
class Autoregressive:
    """Errors each of which remembers the one before it.

    Parameters
    ----------
    neighbours
        Correlation of each error with the one before it, shape ``(n - 1,)``.
    noise
        Relative variance of each error, shape ``(n,)``.
    """

    neighbours: np.ndarray
    noise: np.ndarray

    def whiten(self, columns: np.ndarray) -> tuple[np.ndarray, float]:
        """Columns as they are once errors are independent with variance 1, and the logarithm of the determinant.

        Parameters
        ----------
        columns
            Shape ``(n, k)``.
        """
        alike = columns / np.sqrt(self.noise)[:, None]
        fresh = 1 - self.neighbours**2
        freed = (alike[1:] - self.neighbours[:, None] * alike[:-1]) / np.sqrt(fresh)[:, None]
        return np.vstack([alike[:1], freed]), float(np.log(fresh).sum() + np.log(self.noise).sum())

    def spread(self, loads: np.ndarray) -> np.ndarray:
        """Covariance of sums of the errors with these loads.

        Parameters
        ----------
        loads
            One row a sum, shape ``(k, n)``.

        Examples
        --------
        >>> Autoregressive(np.array([0.5]), np.ones(2)).spread(np.array([[1.0, 1.0]]))
        array([[3.]])
        """
        from scipy.linalg import solve_banded

        free = 1 / np.sqrt(1 - self.neighbours**2)
        bands = np.array([[0.0, *(-self.neighbours * free)], [1.0, *free]])
        fresh = solve_banded((0, 1), bands, loads.T * np.sqrt(self.noise)[:, None])
        return fresh.T @ fresh


@dataclass(frozen=True)
class Wandering:
    """Independent noise on top of a random walk that starts from 0.

    Parameters
    ----------
    moves
        Variance of the walk's move from each observation to the next, shape ``(n - 1,)``.
    noise
        Variance of the noise, shape ``(n,)``.
    """

    moves: np.ndarray
    noise: np.ndarray

    def whiten(self, columns: np.ndarray) -> tuple[np.ndarray, float]:
        """As ``Autoregressive.whiten``: differences of neighbours are correlated with the next alone."""
        from scipy.linalg import cholesky_banded, solve_banded

        differences = np.vstack([columns[:1], np.diff(columns, axis=0)])
        variances = np.concatenate([self.noise[:1], self.noise[1:] + self.noise[:-1] + self.moves])
        root = cholesky_banded(np.array([variances, np.append(-self.noise[:-1], 0.0)]), lower=True)
        return solve_banded((1, 0), root, differences), 2 * float(np.log(root[0]).sum())

    def spread(self, loads: np.ndarray) -> np.ndarray:
        """As ``Autoregressive.spread``.

        Examples
        --------
        >>> Wandering(np.array([0.5]), np.ones(2)).spread(np.array([[1.0, 1.0]]))
        array([[2.5]])
        """
        later = np.cumsum(loads[:, :0:-1], axis=1)[:, ::-1]  # a move stays in all that comes after it
        return (loads * self.noise) @ loads.T + (later * self.moves) @ later.T


@dataclass(frozen=True)
class CorrelatedErrors:
    """The covariance of least-squares coefficients under every process of the errors.

    Parameters
    ----------
    processes
        What the errors may be, m of them.
    weights
        Share of each process, adding up to 1, shape ``(m,)``.
    covariances
        Of the coefficients, shape ``(m, k, k)``.
    freedom
        Degrees of freedom, n - k.
    """

    processes: tuple[Autoregressive | Wandering, ...]
    weights: np.ndarray
    covariances: np.ndarray
    freedom: int

    @property
    def covariance(self) -> np.ndarray:
        """The average covariance, shape ``(k, k)``."""
        return np.tensordot(self.weights, self.covariances, axes=1)

    @property
    def wandering(self) -> float:
        """How likely it is, given the series, that the level wanders."""
        return wandering_share(self.processes, self.weights)

    @property
    def correlation(self) -> float:
        """The average correlation of neighbours an ordinary gap apart, if the errors are autoregressive."""
        return mean_correlation(self.processes, self.weights)

    def half_width(self, contrast: np.ndarray, level: float) -> float:
        """Half of the interval of a contrast of the coefficients: a quantile of the mixture of t distributions."""
        spreads = np.sqrt(np.einsum("i,rij,j->r", contrast, self.covariances, contrast))
        lower, upper = mixture_ends(self.weights, np.zeros(len(spreads)), spreads, self.freedom, level)
        return (upper - lower) / 2


def wandering_share(processes: Sequence[Autoregressive | Wandering], weights: np.ndarray) -> float:
    """How likely it is that the level wanders, the processes having these shares."""
    return float(
        sum(weight for weight, process in zip(weights, processes, strict=True) if isinstance(process, Wandering))
    )


def mean_correlation(processes: Sequence[Autoregressive | Wandering], weights: np.ndarray) -> float:
    """The average correlation of neighbours an ordinary gap apart, over the autoregressions among the processes."""
    pairs = [
        (weight, float(np.median(process.neighbours)))
        for weight, process in zip(weights, processes, strict=True)
        if isinstance(process, Autoregressive)
    ]
    shares, correlations = np.array(pairs).T
    return float(shares @ correlations / max(shares.sum(), np.finfo(float).tiny))


def doubts(n: int, processes: Sequence[Autoregressive | Wandering], weights: np.ndarray) -> tuple[str, ...]:
    """What makes an interval doubtful although it is averaged over what the errors may be, in sentences.

    Parameters
    ----------
    n
        Observations.
    processes, weights
        What the errors may be, and their shares.
    """
    strong = mean_correlation(processes, weights) > STRONG and n < FEW_OBSERVATIONS
    wanders = wandering_share(processes, weights) > WANDERS
    few = (
        f"Neighbours seem to be strongly correlated, and {counted(n, 'observation')} hardly show how strongly: the interval may "
        "be too narrow."
    )
    level = "The level seems to wander of itself: local_level tells a change at the event from its drift."
    return (*[few] * strong, *[level] * wanders)


def mixture_ends(
    weights: np.ndarray, means: np.ndarray, errors: np.ndarray, freedom: int, level: float
) -> tuple[float, float]:
    """Where the distribution function of a mixture of Student's t distributions passes its two tails.

    Parameters
    ----------
    weights, means, errors
        Share, centre and standard error of each part, shape ``(m,)``.
    freedom
        Degrees of freedom of every part.
    level
        Of the interval.

    Examples
    --------
    >>> lower, upper = mixture_ends(np.array([1.0]), np.array([1.0]), np.array([2.0]), 8, 0.95)
    >>> round(lower, 3), round(upper, 3)
    (-3.612, 5.612)
    """
    from scipy.optimize import brentq
    from scipy.special import stdtr

    errors = np.maximum(errors, np.finfo(float).tiny)
    reach = t_quantile(level, freedom) * errors * (1 + 1e-9) + 1e-12 * np.abs(means)

    def excess(x: float, share: float) -> float:
        return float(weights @ stdtr(freedom, (x - means) / errors)) - share

    inside = float((means - reach).min()), float((means + reach).max())

    def end(share: float) -> float:
        root = brentq(excess, *inside, args=(share,))
        assert isinstance(root, float)  # more than the root comes only where the full output is asked for
        return root

    return end((1 - level) / 2), end((1 + level) / 2)


def autoregressions(time: np.ndarray, weights: np.ndarray) -> tuple[list[Autoregressive], np.ndarray]:
    """Every autoregression that the errors may be, and its prior.

    Parameters
    ----------
    time, weights
        Ascending times, and the observations behind each value, shape ``(n,)``.

    Examples
    --------
    >>> len(autoregressions(np.arange(5.0), np.ones(5))[0])
    39
    >>> len(autoregressions(np.array([0.0, 1.0, 1.001, 2.0, 3.0]), np.ones(5))[0])  # by time, and from one to the next
    78
    """
    gaps = np.diff(time)
    clocks = [np.ones(len(gaps))]
    for step in np.quantile(gaps, [0.25, 0.75], method="nearest"):
        apart = gaps / step
        if not any(np.allclose(apart, clock, rtol=EVEN, atol=0) for clock in clocks):
            clocks.append(apart)
    noise = weights.mean() / weights
    processes = [Autoregressive(np.minimum(r**clock, CLOSEST), noise) for clock in clocks for r in CORRELATIONS]
    return processes, np.tile(PRIOR / len(clocks), len(clocks))


def error_processes(time: np.ndarray, weights: np.ndarray) -> tuple[list[Autoregressive | Wandering], np.ndarray]:
    """Everything that the errors may be, and its prior: autoregressions, and a level that wanders, one as likely as the other.

    Parameters
    ----------
    time, weights
        Ascending times, and the observations behind each value, shape ``(n,)``.
    """
    processes, prior = autoregressions(time, weights)
    gaps, noise = np.diff(time), weights.mean() / weights
    walks = [Wandering(drift * gaps / np.median(gaps), noise) for drift in DRIFTS]
    return [*processes, *walks], np.concatenate([prior / 2, np.full(len(walks), 0.5 / len(walks))])


def correlated_errors(
    time: np.ndarray,
    value: np.ndarray,
    design: np.ndarray,
    weights: np.ndarray,
    *,
    wandering: bool = True,
    least: float = 0.0,
) -> CorrelatedErrors:
    """The covariance of coefficients of weighted least squares when errors are correlated.

    Parameters
    ----------
    time
        Ascending, shape ``(n,)``.
    value
        Shape ``(n,)``.
    design
        Shape ``(n, k)``; **its columns span a constant**, from which a wandering level is counted.
    weights
        Observations behind each value, shape ``(n,)``.
    wandering
        Whether the level may wander.
    least
        What the variance of an error of ordinary weight is at the least.

    Returns
    -------
    CorrelatedErrors
    """
    n, k = design.shape
    processes, prior = (error_processes if wandering else autoregressions)(time, weights)
    root, columns = np.sqrt(weights), np.column_stack([design, value])
    # coefficients are projection @ value, so what they vary by is the spread of the errors under its rows
    projection = np.linalg.pinv(design * root[:, None]) * root
    fits = [restricted_likelihood(*process.whiten(columns)) for process in processes]
    logs, residuals = np.array(fits).T
    spreads = np.array([process.spread(projection) for process in processes])
    variances = np.maximum(residuals / (n - k), least)
    return CorrelatedErrors(tuple(processes), posterior(logs, prior), spreads * variances[:, None, None], n - k)


def posterior(log_likelihoods: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Shares, adding up to 1, by likelihood times prior."""
    shares = prior * np.exp(log_likelihoods - log_likelihoods.max())
    return shares / shares.sum()


def restricted_likelihood(whitened: np.ndarray, determinant: float) -> tuple[float, float]:
    """Logarithm of the restricted likelihood, the variance profiled out, and the residual sum of squares.

    Parameters
    ----------
    whitened
        Design and, in the last column, value, freed from correlation, shape ``(n, k + 1)``.
    determinant
        Logarithm of the determinant of the relative covariance.
    """
    n, k = whitened.shape[0], whitened.shape[1] - 1
    factor, value = whitened[:, :k], whitened[:, k]
    rest = value - factor @ np.linalg.lstsq(factor, value, rcond=None)[0]
    residual = max(float(rest @ rest), np.finfo(float).tiny)
    determinant += np.linalg.slogdet(factor.T @ factor)[1]
    return -0.5 * (determinant + (n - k) * np.log(residual)), residual


def newey_west(hac_lags: int | None) -> tuple[dict, str]:
    """Options of statsmodels' fit for Newey-West errors, and their name; nothing where no lags were given."""
    if hac_lags is None:
        return {}, ""
    options = {"cov_type": "HAC", "cov_kwds": {"maxlags": hac_lags, "use_correction": True}}
    return options, f"Newey-West errors, Bartlett kernel, {counted(hac_lags, 'lag')}, small-sample correction"


def too_short(robust: dict, n: int) -> list[str]:
    """That Newey-West errors, where these options ask for them, are made for series longer than n observations."""
    if not robust or n >= FEW_OBSERVATIONS:
        return []
    return [
        f"Newey-West errors are too small in a series as short as this, of {counted(n, 'observation')}: leave hac_lags out."
    ]


def overdispersed(value: np.ndarray, fitted: np.ndarray, freedom: int) -> tuple[str, ...]:
    """That counts vary more than Poisson's law allows, where chance would show it once in twenty times."""
    from scipy.special import chdtrc

    pearson = float(np.sum((value - fitted) ** 2 / fitted))
    if chdtrc(freedom, pearson) > 0.05:
        return ()
    times = number(pearson / freedom, 1)
    return (
        f"These counts vary {times} times as much as Poisson's law allows, so the interval is too narrow: leave independent out.",
    )
