"""A local level with an intervention: a random walk seen through noise, moved at the event.

The two variances are those of the greatest likelihood, given that the level, and the change at the event, may be
anything (restricted likelihood). Short series hardly tell how much of what varies is noise and how much is drift of the
level, so the change and the course are averaged over every share of drift from 0 to 1, each counting by its restricted
likelihood; intervals are those of the mixture of Student's t distributions.

References
----------
Harvey, A. C. (1989). Forecasting, structural time series models and the Kalman filter. Cambridge University Press.
Durbin, J., and Koopman, S. J. (2012). Time series analysis by state space methods, 2nd edition. Oxford University Press.
Tunnicliffe Wilson, G. (1989). On the use of marginal likelihood in time series model estimation. Journal of the Royal
Statistical Society B 51, 15-27.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from aftermath.statistics.correlation import mixture_ends, posterior
from aftermath.statistics.intervals import t_quantile
from aftermath.statistics.result import Result
from aftermath.statistics.series import (
    EventTime,
    SeriesError,
    check_level,
    check_strays,
    decimals,
    evenly_spaced,
    read_series,
    spell,
)
from aftermath.wording import counted, interval, number

if TYPE_CHECKING:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

SMALLEST = 8
SHARES = np.linspace(0.0, 1.0, 41) ** 3  # fine where a small drift already moves a long series
PRIOR = np.convolve(np.diff(SHARES), [0.5, 0.5])  # all shares alike, by trapezoids
DIFFUSE = 1e8  # variance of what nothing is known of, in units of the variance of the series


@dataclass(frozen=True)
class LocalLevel(Result):
    """A fitted local level.

    Parameters
    ----------
    terms
        One row a quantity: ``term``, ``estimate``, ``lower``, ``upper``, ``standard_error``. Variances carry no interval.
    course
        One row an observation: ``time``, ``value``, ``level``, ``lower``, ``upper`` of the smoothed level.
    log_likelihood
        Restricted: with approximately diffuse initial level and, where an event was given, level change.
    n_before, n_after
        Observations on either side of the event.
    level
        Of the intervals.
    unit
        Of time.
    step
        Units of time from one place of the grid to the next.
    """

    terms: pl.DataFrame
    course: pl.DataFrame
    log_likelihood: float
    n_before: int
    n_after: int
    level: float
    unit: str
    step: float

    @property
    def table(self) -> pl.DataFrame:
        """``terms``."""
        return self.terms

    @property
    def text(self) -> str:
        noise, drift, *change = self.terms.rows(named=True)
        n = counted(self.n_before, "observation")
        shift, where = f"No intervention was fitted (n = {n}).", ""
        if change:
            (row,) = change
            digits = decimals(row["upper"] - row["lower"])
            shift = (
                f"At the event the level moved by {number(row['estimate'], digits)} "
                f"{interval(row['lower'], row['upper'], digits)} ({self.level:.0%} interval, n = {n} before the event and {self.n_after} from it on)."
            )
            where = " A move at the event is not a move because of it."
        digits = decimals(max(noise["estimate"], drift["estimate"]))
        return (
            f"{shift} Local level (state space, restricted likelihood): variance of the noise {number(noise['estimate'], digits)}, "
            f"of the level's move in {spell(self.step, self.unit)} {number(drift['estimate'], digits)}.{where}"
        )


def local_level(
    series: pl.DataFrame, at: EventTime | None = None, *, level: float = 0.95, initial_variance: float | None = None
) -> LocalLevel:
    """Fit a local level, with a step at the event.

    Parameters
    ----------
    series
        ``time`` and ``value``; times are multiples of one step. Missing steps are bridged by the Kalman filter.
    at
        The first time after the change, **inclusive**; None for no intervention.
    level
        Of the intervals.
    initial_variance
        Of the level before the first observation, in squared units of the value, for variances and likelihood. Where
        not given, so large that the likelihood is that of everything after the first observation, in any unit; programs
        that print a likelihood often take 10⁶.

    Returns
    -------
    LocalLevel
        Terms ``noise variance``, ``level variance`` (of one step of the grid) and, with an event, ``level change``.
        Variances are found by Nelder-Mead, because the default optimiser stops short of the maximum.

    Raises
    ------
    SeriesError
        If the series has **fewer than eight observations**, is exactly a step at the event, or cannot bear the model.
    """
    check_level(level)
    if initial_variance is not None and not 0 < initial_variance < math.inf:
        raise SeriesError(f"initial_variance = {initial_variance} must be positive and finite, or left out")
    data = read_series(series, at, event=at is not None)
    if len(data.time) < SMALLEST:
        raise SeriesError(
            f"{counted(len(data.time), 'observation')} cannot bear a local level: at least {SMALLEST} are needed"
        )
    if at is not None:
        # the one course that a local level follows without noise or drift
        means = np.where(data.after, data.value[data.after].mean(), data.value[~data.after].mean())
        check_strays(data.value, means, np.ones(len(data.time)))
    step, places = evenly_spaced(data.time)
    grid = _Grid.of(data.value, places, data.after)
    noise, drift, log_likelihood = _variances(grid, initial_variance)
    mixture = _Mixture.of(grid)
    return LocalLevel(
        terms=_terms(noise, drift, mixture, at is not None, level),
        course=_course(data.time, data.value, mixture, level),
        log_likelihood=log_likelihood,
        n_before=data.before_count,
        n_after=data.after_count,
        level=level,
        unit=data.unit,
        step=step,
    )


@dataclass(frozen=True)
class _Grid:
    """Values on an even grid, NaN where there is none, brought to one scale: the search for variances needs it."""

    values: np.ndarray
    after: np.ndarray | None
    places: np.ndarray
    scale: float
    centre: float

    @classmethod
    def of(cls, value: np.ndarray, places: np.ndarray, after: np.ndarray) -> _Grid:
        scale, centre = float(value.std()), float(np.median(value))
        values = np.full(places[-1] + 1, np.nan)
        values[places] = (value - centre) / scale
        step = np.arange(len(values)) >= places[np.argmax(after)] if after.any() else None
        return cls(values, step, places, scale, centre)

    def contrasts(self) -> tuple[np.ndarray, np.ndarray]:
        """What to add up of level and change for every estimate, and where each estimate is centred."""
        ones, centre = np.ones(len(self.places)), np.full(len(self.places), self.centre)
        if self.after is None:
            return ones[:, None], centre
        both = np.column_stack([ones, self.after[self.places]])
        return np.vstack([both, [0.0, 1.0]]), np.append(centre, 0.0)

    def model(self, initial_variance: float = DIFFUSE) -> UnobservedComponents:
        from statsmodels.tsa.statespace.structural import UnobservedComponents

        return UnobservedComponents(
            self.values,
            level=True,
            stochastic_level=True,
            irregular=True,
            exog=None if self.after is None else self.after.astype(float),
            mle_regression=False,
            initial_variance=initial_variance,
        )


def _variances(grid: _Grid, initial_variance: float | None) -> tuple[float, float, float]:
    """Variances of the noise and of the drift, and the logarithm of the likelihood."""
    from statsmodels.base.wrapper import ResultsWrapper
    from statsmodels.tools.sm_exceptions import ConvergenceWarning

    model = grid.model(DIFFUSE if initial_variance is None else initial_variance / grid.scale**2)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            fit = model.fit(method="nm", maxiter=5000, disp=0)
        except (ConvergenceWarning, np.linalg.LinAlgError) as error:
            raise SeriesError("the likelihood of the local level has no clear maximum: give a longer series") from error
    assert isinstance(fit, ResultsWrapper)  # bare parameters come only where they are asked for
    counting = np.isfinite(grid.values[model.loglikelihood_burn :]).sum()
    noise, drift = (float(variance) * grid.scale**2 for variance in fit.params)
    return noise, drift, float(fit.llf) - float(counting) * math.log(grid.scale)


@dataclass(frozen=True)
class _Mixture:
    """Estimates and standard errors under every share of drift, each of shape (shares, estimates).

    The estimates are the level at every observation and, with an event, the change in the last column.
    """

    weights: np.ndarray
    means: np.ndarray
    errors: np.ndarray
    freedom: int

    @classmethod
    def of(cls, grid: _Grid) -> _Mixture:
        model, freedom = grid.model(), len(grid.places) - 1 - (grid.after is not None)
        logs, means, errors = zip(*(_given_share(model, share, grid, freedom) for share in SHARES), strict=True)
        return cls(posterior(np.array(logs), PRIOR), np.array(means), np.array(errors), freedom)

    @property
    def mean(self) -> np.ndarray:
        return self.weights @ self.means

    @property
    def standard_error(self) -> np.ndarray:
        return np.sqrt(self.weights @ (self.errors**2 + (self.means - self.mean) ** 2))

    def quantile(self, level: float) -> float:
        return t_quantile(level, self.freedom)

    def ends(self, column: int, level: float) -> tuple[float, float]:
        """Where the mixture's distribution function of one estimate passes its two tails, or the estimate if it lies beyond."""
        lower, upper = mixture_ends(self.weights, self.means[:, column], self.errors[:, column], self.freedom, level)
        return min(lower, self.mean[column]), max(upper, self.mean[column])


def _given_share(
    model: UnobservedComponents, share: float, grid: _Grid, freedom: int
) -> tuple[float, np.ndarray, np.ndarray]:
    """Restricted log-likelihood, estimates and their standard errors when drift has this share of both variances."""
    smoothed = model.smooth([1 - share, share])
    error, variance = smoothed.forecasts_error[0], smoothed.forecasts_error_cov[0, 0]
    known = np.isfinite(error) & (variance < DIFFUSE / 10)
    rest = max(float(np.sum(error[known] ** 2 / variance[known])), np.finfo(float).tiny)
    log_likelihood = -0.5 * (np.log(variance[known]).sum() + freedom * math.log(rest))
    states, covariances = smoothed.smoothed_state.T[grid.places], smoothed.smoothed_state_cov.T[grid.places]
    contrasts, centre = grid.contrasts()
    if grid.after is not None:
        states, covariances = np.vstack([states, states[-1:]]), np.concatenate([covariances, covariances[-1:]])
    # contrast' covariance contrast, for each time
    spread = np.einsum("ti,tij,tj->t", contrasts, covariances, contrasts) * rest / freedom
    means = np.sum(contrasts * states, axis=1)
    return log_likelihood, centre + grid.scale * means, grid.scale * np.sqrt(np.maximum(spread, 0))


def _terms(noise: float, drift: float, mixture: _Mixture, shifted: bool, level: float) -> pl.DataFrame:
    rows: list[tuple[str, float, float | None, float | None, float | None]]
    rows = [("noise variance", noise, None, None, None), ("level variance", drift, None, None, None)]
    if shifted:
        rows.append(("level change", mixture.mean[-1], *mixture.ends(-1, level), mixture.standard_error[-1]))
    schema = {"term": pl.String} | dict.fromkeys(("estimate", "lower", "upper", "standard_error"), pl.Float64)
    return pl.DataFrame(rows, schema=schema, orient="row")


def _course(time: np.ndarray, value: np.ndarray, mixture: _Mixture, level: float) -> pl.DataFrame:
    smooth, error = (column[: len(time)] for column in (mixture.mean, mixture.standard_error))
    spread = mixture.quantile(level) * error
    columns = {"level": smooth, "lower": smooth - spread, "upper": smooth + spread}
    return pl.DataFrame({"time": time, "value": value} | columns)
