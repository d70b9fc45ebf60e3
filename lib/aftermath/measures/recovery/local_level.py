"""A local level with an intervention: a random walk seen through noise, moved at the event.

The interval of the change does not take the ratio of the two variances for known: it is averaged over every ratio of
standard deviations from 0 to 1.5 (level to noise), weighted by the likelihood.

References
----------
Harvey, A. C. (1989). Forecasting, structural time series models and the Kalman filter. Cambridge University Press.
Durbin, J., and Koopman, S. J. (2012). Time series analysis by state space methods, 2nd edition. Oxford University Press.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
import polars as pl

from aftermath.measures.recovery.series import SeriesError, evenly_spaced, read_series
from aftermath.measures.result import Result
from aftermath.wording import counted, interval, number

RATIOS = np.linspace(0.0, 1.5, 31)


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
        With an approximately diffuse initial level.
    n_before, n_after
        Observations on either side of the event.
    level
        Of the intervals.
    """

    terms: pl.DataFrame
    course: pl.DataFrame
    log_likelihood: float
    n_before: int
    n_after: int
    level: float

    @property
    def table(self) -> pl.DataFrame:
        """``terms``."""
        return self.terms

    @property
    def text(self) -> str:
        noise, drift, *change = self.terms.rows(named=True)
        shift = "No intervention was fitted."
        if change:
            ends = interval(change[0]["lower"], change[0]["upper"], 2)
            shift = f"At the event the level moved by {number(change[0]['estimate'], 2)} {ends} ({self.level:.0%} interval)."
        return (
            f"{shift} Local level (state space, maximum likelihood), n = {counted(self.n_before, 'observation')} before the event and "
            f"{self.n_after} from it on; variance of the noise {number(noise['estimate'], 4)}, of the daily move of the level {number(drift['estimate'], 4)}."
        )


def local_level(series: pl.DataFrame, at: object = None, *, level: float = 0.95) -> LocalLevel:
    """Fit a local level, with a step at the event.

    Parameters
    ----------
    series
        ``time`` and ``value``; times are multiples of one step. Missing steps are bridged by the Kalman filter.
    at
        The first time after the change, **inclusive**; None for no intervention.
    level
        Of the intervals.

    Returns
    -------
    LocalLevel
        Terms ``noise variance``, ``level variance`` and, with an event, ``level change``. Estimated by Nelder-Mead,
        because the default optimiser stops short of the maximum.

    Raises
    ------
    SeriesError
        If the series cannot bear the model.
    """
    inside = series["time"][series.height // 2] if at is None and "time" in series.columns and series.height else at
    data = read_series(series, inside)
    if len(data.time) < 8:
        raise SeriesError(f"{len(data.time)} observations cannot bear a local level: at least 8 are needed")
    step, places = evenly_spaced(data.time)
    values = np.full(places[-1] + 1, np.nan)
    values[places] = data.value
    after = (data.time[0] + step * np.arange(len(values)) >= data.at - step * 1e-6).astype(float)
    fit = _fit(values, None if at is None else after)
    return LocalLevel(
        terms=_terms(fit, level, len(data.time), at is not None),
        course=_course(fit, data.time, data.value, places, after if at is not None else 0 * after, level),
        log_likelihood=float(fit.llf),
        n_before=data.before_count if at is not None else len(data.time),
        n_after=data.after_count if at is not None else 0,
        level=level,
    )


def _fit(values: np.ndarray, after: np.ndarray | None) -> object:
    from statsmodels.tools.sm_exceptions import ConvergenceWarning
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    # the change belongs to the state, where it is solved for exactly: the search over the variances alone then finds its maximum
    model = UnobservedComponents(values, "llevel", exog=after, mle_regression=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            return model.fit(method="nm", maxiter=5000, disp=0)
        except (ConvergenceWarning, np.linalg.LinAlgError) as error:
            raise SeriesError("the likelihood of the local level has no clear maximum: give a longer series") from error


def _terms(fit: object, level: float, n: int, shifted: bool) -> pl.DataFrame:

    rows = [
        (name, float(fit.params[place]), None, None, None)
        for place, name in enumerate(("noise variance", "level variance"))
    ]
    if shifted:
        rows.append(("level change", *_change(fit, n - 2, level)))
    schema = {"term": pl.String} | dict.fromkeys(("estimate", "lower", "upper", "standard_error"), pl.Float64)
    return pl.DataFrame(rows, schema=schema, orient="row")


def _change(fit: object, freedom: int, level: float) -> tuple[float, float, float, float]:
    """The change with its interval and standard error, averaged over the ratio of the variances."""
    from scipy import optimize, stats

    weights, places, spreads = _over_ratios(fit.model, freedom)
    mean = float(weights @ places)

    def quantile(share: float) -> float:
        ends = places.min() - 50 * spreads.max(), places.max() + 50 * spreads.max()
        return optimize.brentq(lambda x: weights @ stats.t.cdf((x - places) / spreads, freedom) - share, *ends)

    error = math.sqrt(weights @ (spreads**2 + (places - mean) ** 2))
    return float(fit.smoothed_state[1, -1]), quantile((1 - level) / 2), quantile((1 + level) / 2), error


def _over_ratios(model: object, freedom: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weight, estimate and standard error of the change under every ratio, the scale profiled out."""
    logs, places, spreads = [], [], []
    for ratio in RATIOS:
        known = model.filter([1.0, ratio**2])
        used = slice(known.loglikelihood_burn, None)
        errors, variances = known.forecasts_error[0, used], known.forecasts_error_cov[0, 0, used]
        seen = np.isfinite(errors)
        scale = float(np.sum(errors[seen] ** 2 / variances[seen])) / freedom
        logs.append(-0.5 * (np.log(variances[seen]).sum() + freedom * math.log(scale)))
        places.append(known.filtered_state[1, -1])
        spreads.append(math.sqrt(scale * known.filtered_state_cov[1, 1, -1]))
    weights = np.exp(np.array(logs) - max(logs))
    return weights / weights.sum(), np.array(places), np.array(spreads)


def _course(
    fit: object, time: np.ndarray, value: np.ndarray, places: np.ndarray, after: np.ndarray, level: float
) -> pl.DataFrame:
    from scipy import stats

    shown = np.vstack([np.ones(len(after)), after])[: len(fit.smoothed_state)]
    smooth = np.einsum("it,it->t", shown, fit.smoothed_state)
    variance = np.einsum("it,ijt,jt->t", shown, fit.smoothed_state_cov, shown)
    spread = stats.norm.ppf((1 + level) / 2) * np.sqrt(np.maximum(variance, 0))
    columns = {"level": smooth, "lower": smooth - spread, "upper": smooth + spread}
    return pl.DataFrame({"time": time, "value": value} | {name: column[places] for name, column in columns.items()})
