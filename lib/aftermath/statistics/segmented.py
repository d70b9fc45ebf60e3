"""Segmented regression of an interrupted time series.

``value = intercept + trend·t + level·after + slope·(t - at)·after + harmonics``, with t counted from the
first observation. Counts are fitted by Poisson or quasi-Poisson regression with a log link, and reported as rate ratios. The
errors of means, and those of the working response of counts with its weights (generalised estimating equations), are
averaged over what they may remember (see ``correlation``); where lags are given they are heteroskedasticity and
autocorrelation consistent (Newey-West, Bartlett kernel, small-sample correction n / (n - k)).

From the event on the course is a straight line, and the level change its beginning. Where the course bends, as that of a
recovery does, this is not the level change at the event: the text says so once a course that bends fits three times as
well, and ``level_change`` answers.

References
----------
Wagner, A. K., et al. (2002). Segmented regression analysis of interrupted time series studies. Journal of
Clinical Pharmacy and Therapeutics 27, 299-309.
Newey, W. K., and West, K. D. (1987). A simple, positive semi-definite, heteroskedasticity and autocorrelation
consistent covariance matrix. Econometrica 55, 703-708.
Bernal, J. L., Cummins, S., and Gasparrini, A. (2017). Interrupted time series regression for the evaluation
of public health interventions: a tutorial. International Journal of Epidemiology 46, 348-355.
Liang, K.-Y., and Zeger, S. L. (1986). Longitudinal data analysis using generalized linear models. Biometrika 73, 13-22.
Correia, S., Guimarães, P., and Zylkin, T. (2019). Verifying the existence of maximum likelihood estimates for generalized
linear models. arXiv:1903.01633.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from aftermath.statistics.correlation import (
    CorrelatedErrors,
    correlated_errors,
    doubts,
    newey_west,
    overdispersed,
    too_short,
)
from aftermath.statistics.intervals import t_quantile
from aftermath.statistics.level_change import FEWEST_AFTER, bending_gain, bends
from aftermath.statistics.result import Result
from aftermath.statistics.series import (
    ROUNDING,
    EventTime,
    Series,
    SeriesError,
    check_level,
    check_strays,
    decimals,
    read_series,
)
from aftermath.wording import counted, interval, number

if TYPE_CHECKING:
    from statsmodels.genmod.generalized_linear_model import GLMResultsWrapper

FAMILIES = ("gaussian", "poisson", "quasipoisson")
BENDS = 3.0  # how many times as well a course that bends must fit
LARGEST_RATIO = 1e6  # an end of a rate ratio beyond it, or beyond its inverse, is no bound


@dataclass(frozen=True)
class Segmented(Result):
    """A fitted segmented regression.

    Parameters
    ----------
    terms
        One row a term: ``term``, ``estimate``, ``lower``, ``upper`` and ``standard_error``. For counts estimates are
        ratios (of rates, or of rates from one time unit to the next), their standard errors are those of the logarithm.
    fitted
        One row an observation: ``time``, ``value``, ``fitted``, ``counterfactual`` (what the earlier course would have
        given; null without a trend before).
    family, errors
        The model in words.
    warning
        Why the level change or its interval may be wrong, in sentences; empty where nothing was seen.
    n_before, n_after
        Observations on either side.
    level
        Of the intervals.
    pre_trend
        Whether a trend before the event was fitted.
    unit
        Of time.
    """

    terms: pl.DataFrame
    fitted: pl.DataFrame
    family: str
    errors: str
    warning: str
    n_before: int
    n_after: int
    level: float
    pre_trend: bool
    unit: str

    @property
    def table(self) -> pl.DataFrame:
        """``terms``."""
        return self.terms

    def __getitem__(self, term: str) -> dict[str, float]:
        """A term's row by its name."""
        return self.terms.row(by_predicate=pl.col("term") == term, named=True)

    @property
    def text(self) -> str:
        ratio = "" if self.family == "gaussian" else "rate ratio "
        change = self["level change"]
        digits = decimals(change["upper"] - change["lower"])
        if ratio:  # the lower end of a wide interval would be rounded to 0
            digits = max(digits, decimals(10 * change["lower"]))
        trend = (
            ""
            if self.pre_trend
            else f" Fewer than eight observations precede the event ({self.n_before}), so no trend before it was fitted."
        )
        return (
            f"Segmented regression ({self.family}; {self.errors}): at the event the level changed by {ratio}"
            f"{number(change['estimate'], digits)} {interval(change['lower'], change['upper'], digits)} "
            f"({self.level:.0%} interval, n = {counted(self.n_before, 'observation')} before and {self.n_after} from the event on).{trend} "
            f"{self.warning}{' ' if self.warning else ''}A change at the event is not a change because of it."
        )


def segmented_regression(
    series: pl.DataFrame,
    at: EventTime,
    *,
    slope: bool = True,
    family: str = "gaussian",
    hac_lags: int | None = None,
    independent: bool = False,
    harmonics: int = 0,
    period: float | None = None,
    level: float = 0.95,
) -> Segmented:
    """Fit a segmented regression.

    Parameters
    ----------
    series
        ``time``, ``value``, and optionally ``n`` (weights of means) and ``exposure`` (counts: its logarithm is the offset).
    at
        The first time after the change, **inclusive**.
    slope
        Whether the slope may change at the event; without it the underlying trend stays in.
    family
        ``gaussian`` for means and shares, ``poisson`` or ``quasipoisson`` for counts. Their dispersion is estimated; that
        of ``poisson`` is at least 1.
    hac_lags
        Lags of Newey-West errors, which are **too small for short series**. Where not given, errors are averaged over what they
        may remember.
    independent
        Errors of the model as it is printed in textbooks, **too small wherever neighbours are correlated**: independent, and
        the dispersion of ``poisson`` 1.
    harmonics, period
        Pairs of sine and cosine, and the period in units of time, for a season.
    level
        Of the intervals: from t with n - k degrees of freedom; normal for counts with independent or Newey-West errors.

    Returns
    -------
    Segmented
        Terms ``intercept``, ``trend``, ``level change``, ``slope change``, ``trend after`` as far as they were fitted. With
        **fewer than eight observations before the event no trend before it is fitted**.

    Raises
    ------
    SeriesError
        If the series cannot bear the model, lies exactly on the fitted course, or cannot bound a rate ratio, or the family
        does not fit the values.
    """
    data = read_series(series, at)
    _check(data, family, harmonics, period, level)
    if hac_lags is not None and (independent or not 0 <= hac_lags < len(data.time)):
        raise SeriesError(
            f"hac_lags = {hac_lags} must lie between 0 and the number of observations, and goes without independent=True"
        )
    design = _design(data, slope, harmonics, period)
    if len(data.time) <= design.width + 1:
        raise SeriesError(
            f"{len(data.time)} observations cannot bear {design.width} terms: lengthen the series, or leave out slope or harmonics"
        )
    try:
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            fit = _fit(data, design, family, hac_lags, independent, level)
            terms = _terms(fit, design, family != "gaussian")
            fitted = _fitted(data, design, fit, family)
            bent = _bent(data, design, fit)
    except (FloatingPointError, np.linalg.LinAlgError) as error:
        raise SeriesError(
            f"the values or their times lie too far apart for the {family} fit of these terms: check the largest ones, or use "
            "wider bins or fewer terms"
        ) from error
    return Segmented(
        terms=terms,
        fitted=fitted,
        family=family,
        errors=fit.errors,
        warning=" ".join([*bent, *fit.warnings]),
        n_before=data.before_count,
        n_after=data.after_count,
        level=level,
        pre_trend="trend" in design,
        unit=data.unit,
    )


def _check(data: Series, family: str, harmonics: int, period: float | None, level: float) -> None:
    if family not in FAMILIES:
        raise SeriesError(f"{family!r} is no family: use one of {', '.join(FAMILIES)}")
    counts = np.all(data.value >= 0) and np.all(data.value == np.round(data.value))
    if family != "gaussian" and not counts:
        raise SeriesError(f"the values are not counts, so {family} does not fit them: use family='gaussian'")
    check_level(level)
    if harmonics < 0 or (harmonics and not (period and period > 0)):
        raise SeriesError("harmonics need a positive period in units of time, e.g. harmonics=2, period=12 for months")


def _design(data: Series, slope: bool, harmonics: int, period: float | None) -> pl.DataFrame:
    since = data.time - data.time[0]
    after = data.after.astype(float)
    columns = {"intercept": np.ones(len(since))}
    if not data.short:
        columns["trend"] = since
    columns["level change"] = after
    if slope:
        columns["slope change"] = (data.time - data.at) * after
    for order in range(1, harmonics + 1):
        angle = 2 * math.pi * order * since / period
        columns |= {f"sine {order}": np.sin(angle), f"cosine {order}": np.cos(angle)}
    design = pl.DataFrame(columns)
    if np.linalg.matrix_rank(design.to_numpy()) < design.width:
        raise SeriesError(
            "the terms cannot be told apart: observe more times on either side of the event, or set slope=False"
        )
    return design


@dataclass(frozen=True)
class _Fit:
    """What a fit gives, whatever its family and errors; ``response`` and ``weights`` are those of its last least squares."""

    parameters: np.ndarray
    response: np.ndarray
    weights: np.ndarray
    fitted: np.ndarray
    covariance: np.ndarray
    half_width: Callable[[np.ndarray], float]
    errors: str
    warnings: tuple[str, ...]


def _fit(
    data: Series, design: pl.DataFrame, family: str, hac_lags: int | None, independent: bool, level: float
) -> _Fit:
    from scipy.special import ndtri
    from statsmodels.regression.linear_model import WLS

    robust, errors = newey_west(hac_lags)
    columns, freedom = design.to_numpy(), len(data.time) - design.width
    if family == "gaussian":
        # the checker takes the type of weights from their default, which is the number 1
        weighted = WLS(data.value, columns, weights=data.weights)  # pyright: ignore[reportArgumentType]
        fit = weighted.fit(**robust)
        check_strays(data.value, np.asarray(fit.fittedvalues), data.weights)
        response, weights, quantile, dispersed = data.value, data.weights, t_quantile(level, freedom), ()
    else:
        fit = _fit_counts(data, columns, "X2" if family == "quasipoisson" else 1.0, robust)
        weights, quantile = np.asarray(fit.fittedvalues), float(ndtri((1 + level) / 2))
        response = columns @ fit.params + (data.value - weights) / weights
        dispersed = overdispersed(data.value, weights, freedom) if family == "poisson" else ()
    parameters, fitted = np.asarray(fit.params), np.asarray(fit.fittedvalues)
    if robust or independent:
        scaled = ", scaled by Pearson's dispersion" if family == "quasipoisson" else ""
        covariance, name = np.asarray(fit.cov_params()), errors or f"independent errors of the model{scaled}"
        width = partial(_half_width, covariance, quantile)
        doubtful = (*dispersed, *too_short(robust, len(data.time)))
        return _Fit(parameters, response, weights, fitted, covariance, width, name, doubtful)
    least = 1 / weights.mean() if family == "poisson" else 0.0
    remembered = correlated_errors(data.time, response, columns, weights, least=least)
    width = partial(remembered.half_width, level=level)
    doubtful = doubts(len(data.time), remembered.processes, remembered.weights)
    name, covariance = _remembered(remembered), remembered.covariance
    return _Fit(parameters, response, weights, fitted, covariance, width, name, doubtful)


def _half_width(covariance: np.ndarray, quantile: float, contrast: np.ndarray) -> float:
    return quantile * math.sqrt(max(contrast @ covariance @ contrast, 0.0))


def _remembered(errors: CorrelatedErrors) -> str:
    return (
        f"autoregressive errors, averaged over their correlation, {number(errors.correlation, 2)} in the mean, and over noise "
        f"on a level that wanders, {errors.wandering:.0%} likely"
    )


def _bent(data: Series, design: pl.DataFrame, fit: _Fit) -> list[str]:
    """That the course from the event on bends, where that is seen."""
    other = design.select(pl.exclude("slope change"))
    if data.after_count < FEWEST_AFTER or len(data.time) <= other.width + 2:
        return []
    columns = design.to_numpy(), other.to_numpy(), bends(data)
    if bending_gain(data.time, fit.response, *columns, fit.weights) < math.log(BENDS):
        return []
    return [
        "From the event on the course seems to bend, and a straight line through it misses where it began: for the level change "
        "at the event use level_change, for the way back exponential_recovery."
    ]


def _fit_counts(data: Series, columns: np.ndarray, scale: str | float, robust: dict) -> GLMResultsWrapper:
    """A Poisson regression, refused where zeros would send a rate ratio to nothing or without end."""
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning, SingularMatrixWarning

    if _separated(data.value == 0, columns):
        raise SeriesError(
            "these counts have no finite rate ratio, as where all are 0 before the event or after it: use wider bins, or fewer terms"
        )
    offset = None if data.exposure is None else np.log(data.exposure)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        warnings.simplefilter("error", SingularMatrixWarning)
        try:
            fit = GLM(data.value, columns, family=Poisson(), offset=offset).fit(rtol=ROUNDING, scale=scale, **robust)
        except SingularMatrixWarning as error:
            raise np.linalg.LinAlgError(str(error)) from error
    if scale == "X2" or robust:  # else the law of Poisson tells the variance even of a perfect fit
        check_strays(data.value, np.asarray(fit.fittedvalues), data.weights)
    if not fit.converged:
        raise SeriesError("the likelihood of these counts has no clear maximum: use wider bins, or fewer terms")
    return fit


def _separated(zero: np.ndarray, columns: np.ndarray) -> bool:
    """Whether some direction lowers the rates of zero counts alone: then the likelihood rises for ever along it.

    A linear programme looks for the direction (Correia, Guimarães and Zylkin 2019).
    """
    from scipy.optimize import linprog

    columns = columns / np.abs(columns).max(axis=0)
    limits = np.concatenate([np.zeros(zero.sum()), np.ones(zero.sum())])
    programme = linprog(
        columns[zero].sum(axis=0),
        A_ub=np.vstack([columns[zero], -columns[zero]]),
        b_ub=limits,
        A_eq=columns[~zero],
        b_eq=np.zeros((~zero).sum()),
        bounds=(None, None),
    )
    return programme.fun < -1e-6


def _terms(fit: _Fit, design: pl.DataFrame, ratios: bool) -> pl.DataFrame:
    contrasts = {
        name: np.eye(design.width)[column]
        for column, name in enumerate(design.columns)
        if " " not in name or "change" in name
    }
    if "slope change" in contrasts:
        contrasts["trend after"] = contrasts["slope change"] + contrasts.get("trend", 0)
    rows = []
    for name, contrast in contrasts.items():
        estimate, width = float(contrast @ fit.parameters), fit.half_width(contrast)
        ends = np.array([estimate, estimate - width, estimate + width])
        if ratios and name == "level change" and np.abs(ends).max() > math.log(LARGEST_RATIO):
            cure = ", or set slope=False" if "slope change" in design else ""
            raise SeriesError(
                f"these counts cannot bound the rate ratio at the event: give a longer series or wider bins{cure}"
            )
        error = math.sqrt(max(contrast @ fit.covariance @ contrast, 0.0))
        rows.append((name, *(np.exp(ends) if ratios else ends), error))
    return pl.DataFrame(rows, schema=["term", "estimate", "lower", "upper", "standard_error"], orient="row")


def _fitted(data: Series, design: pl.DataFrame, fit: _Fit, family: str) -> pl.DataFrame:
    earlier = design.with_columns(pl.col("^.* change$") * 0).to_numpy() @ fit.parameters
    if family != "gaussian":
        earlier = np.exp(earlier) * (1 if data.exposure is None else data.exposure)
    course = pl.DataFrame({"time": data.time, "value": data.value, "fitted": fit.fitted})
    return course.with_columns(counterfactual=pl.Series(earlier) if "trend" in design else pl.lit(None, pl.Float64))
