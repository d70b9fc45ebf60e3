"""A series beside what its controls let expect: regression on them before an event, and what it predicts after.

``value = intercept + controls · slopes + errors`` is fitted to what came before the event alone. What came after enters
with an effect of its own at every time, so that it tells nothing of the slopes. The errors may remember or wander and are
averaged over (see ``correlation``): where they wander this is a local level with regression, the model of CausalImpact, with
priors on its variances in place of one on its drift and of one that chooses among controls.

References
----------
Abadie, A., Diamond, A., and Hainmueller, J. (2010). Synthetic control methods for comparative case studies. Journal of
the American Statistical Association 105, 493-505.
Brodersen, K. H., Gallusser, F., Koehler, J., Remy, N., and Scott, S. L. (2015). Inferring causal impact using Bayesian
structural time-series models. Annals of Applied Statistics 9, 247-274.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from aftermath.statistics.correlation import (
    Autoregressive,
    Wandering,
    doubts,
    error_processes,
    mixture_ends,
    posterior,
)
from aftermath.statistics.difference_in_differences import NOT_BECAUSE
from aftermath.statistics.result import Result
from aftermath.statistics.series import EventTime, SeriesError, check_level, check_strays, decimals
from aftermath.statistics.units import Unit, Units, read_units
from aftermath.wording import counted, interval, number

FEWEST_MORE = 6  # observations before the event, beyond the controls
MOST = 1000  # observations: every one after the event has a column


@dataclass(frozen=True)
class RegressionOnControls(Result):
    """What a series was from an event on, less what its controls let expect.

    Parameters
    ----------
    units
        The series and its controls, with what makes the controls doubtful.
    effect, lower, upper
        The mean of the differences from the event on, in units of the value.
    course
        One row an observation: ``time`` (from the event), ``value``, ``expected``, ``lower``, ``upper``: **the ends are null
        before the event**, where the course is fitted.
    explained
        Share of the variance before the event that the controls account for.
    level
        Of the intervals.
    warning
        Why the interval may be too narrow, in sentences; empty where nothing was seen.
    """

    units: Units
    effect: float
    lower: float
    upper: float
    course: pl.DataFrame
    explained: float
    level: float
    warning: str

    @property
    def table(self) -> pl.DataFrame:
        """``course``, with the ``difference`` of value and expectation."""
        return self.course.with_columns(difference=pl.col("value") - pl.col("expected"))

    @property
    def text(self) -> str:
        digits = decimals(self.upper - self.lower)
        explained = (
            f"Before the event the controls account for {number(100 * self.explained)} % of how the series varied: the less, the "
            "less they stand for its course."
        )
        alone = (
            "There is one control only: no test by permutation is possible, and what happened to it alone is taken for the course of all."
            if len(self.units.controls) == 1
            else ""
        )
        parts = (
            f"From the event on the series was {number(self.effect, digits, sign=True)} "
            f"{interval(self.lower, self.upper, digits, sign=True)} off what its controls let expect (mean of all times; regression on "
            f"them before the event, averaged over what the errors remember; {self.level:.0%} interval; {self.units.text}).",
            explained,
            alone,
            self.warning,
            *self.units.doubts,
            NOT_BECAUSE,
        )
        return " ".join(filter(None, parts))


def regression_on_controls(
    series: pl.DataFrame,
    controls: pl.DataFrame | None,
    at: EventTime,
    *,
    own_events: Mapping[str, EventTime] | None = None,
    level: float = 0.95,
) -> RegressionOnControls:
    """Predict a series from its controls, and compare it with that from the event on.

    Parameters
    ----------
    series, controls, at, own_events
        See ``aftermath.statistics.units.read_units``; **one treated unit, and a value of every control at each of its times**.
    level
        Of the intervals, which are of the prediction: what the slopes are not known by counts, too.

    Returns
    -------
    RegressionOnControls

    Raises
    ------
    SeriesError
        If there is no control, or units cannot be compared; there are several treated units, more than 1,000 observations, fewer
        than seven before the event more than there are controls, or a control without a value at a time of the series; or the
        controls follow from each other, or the series from them.

    Examples
    --------
    >>> time = np.arange(40)
    >>> control = pl.DataFrame({"time": time, "value": np.sin(time)})
    >>> ours = control.with_columns(value=2 * pl.col("value") + 0.1 * np.cos(7 * time) + np.where(time >= 30, 5.0, 0.0))
    >>> found = regression_on_controls(ours, control, 30)
    >>> found.lower < 5 < found.upper
    True
    """
    check_level(level)
    units = read_units(series, controls, at, own_events)
    unit, design = _design(units)
    fit = _Predictions.of(unit, design)
    expected, ends = fit.expected, [fit.ends(column, level) for column in range(len(fit.means.T))]
    check_strays(unit.value[~unit.after], expected[~unit.after], unit.weights[~unit.after])
    effect = float(fit.weights @ fit.means[:, 0])
    after = unit.value[unit.after]
    before = np.full(unit.counts[0], np.nan)
    lower, upper = (
        np.append(before, after - np.array(side)) for side in zip(*((b, a) for a, b in ends[1:]), strict=True)
    )
    course = pl.DataFrame(
        {"time": unit.time, "value": unit.value, "expected": expected, "lower": lower, "upper": upper}
    )
    left, spread = (np.average(part**2, weights=unit.weights[~unit.after]) for part in _strays(unit, expected))
    return RegressionOnControls(
        units=units,
        effect=effect,
        lower=min(ends[0][0], effect),  # a mixture's middle may lie beside its mean
        upper=max(ends[0][1], effect),
        course=course.with_columns(pl.col("lower", "upper").fill_nan(None)),
        explained=max(0.0, 1 - left / spread),
        level=level,
        warning=" ".join(doubts(unit.counts[0], fit.processes, fit.weights)),
    )


def _design(units: Units) -> tuple[Unit, np.ndarray]:
    """The treated unit, and intercept and controls at its times."""
    if len(units.treated) > 1:
        raise SeriesError(
            f"{counted(len(units.treated), 'unit')} are treated, and a regression is of one: give one, or take the difference in "
            "differences"
        )
    unit, k = next(iter(units.treated)), len(units.controls)
    before = unit.counts[0]
    if before <= k + FEWEST_MORE or len(unit.time) > MOST:
        raise SeriesError(
            f"{counted(before, 'observation')} before the event and {len(unit.time)} in all cannot bear a regression on "
            f"{counted(k, 'control')}: at least {k + FEWEST_MORE + 1} before it are needed, and at most {number(MOST)} in all"
        )
    columns = [np.ones(len(unit.time)), *(_at_times(control, unit) for control in units.controls)]
    design = np.column_stack(columns)
    fitted = design[: unit.counts[0]]
    if np.linalg.matrix_rank(fitted / np.maximum(np.abs(fitted).max(axis=0), np.finfo(float).tiny), 1e-9) <= k:
        raise SeriesError("before the event one of the controls follows from the others, or never moves: leave it out")
    return unit, design


def _at_times(control: Unit, unit: Unit) -> np.ndarray:
    missing = ~np.isin(unit.time, control.time)
    if missing.any():
        raise SeriesError(
            f"{control.name} has no value at {unit.times[int(np.argmax(missing))]}: a regression needs one of every control at each time "
            "of the series; bring both to the same times"
        )
    return control.value[np.searchsorted(control.time, unit.time)]


def _strays(unit: Unit, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What is left of the series before the event, and how it strays from its mean there."""
    value, before = unit.value[~unit.after], unit.weights[~unit.after]
    return value - expected[~unit.after], value - np.average(value, weights=before)


@dataclass(frozen=True)
class _Predictions:
    """Under every process of the errors: the mean difference from the event on, then the difference at each time of it.

    ``means`` and ``errors`` have shape (processes, 1 + times from the event on).
    """

    processes: list[Autoregressive | Wandering]
    weights: np.ndarray
    means: np.ndarray
    errors: np.ndarray
    expected: np.ndarray
    freedom: int

    @classmethod
    def of(cls, unit: Unit, design: np.ndarray) -> _Predictions:
        before, after = unit.counts
        processes, prior = error_processes(unit.time, unit.weights)
        own = np.eye(len(unit.time))[:, before:]  # an effect at every time from the event on
        columns, freedom = np.column_stack([own, design, unit.value]), before - design.shape[1]
        pick = np.vstack([np.full(after, 1 / after), np.eye(after)])
        fits = [_given_process(*process.whiten(columns), pick) for process in processes]
        logs, means, errors, slopes = (np.array(part) for part in zip(*fits, strict=True))
        weights = posterior(logs, prior)
        expected = np.append(design[:before] @ (weights @ slopes), unit.value[before:] - (weights @ means)[1:])
        return cls(processes, weights, means, errors, expected, freedom)

    def ends(self, column: int, level: float) -> tuple[float, float]:
        return mixture_ends(self.weights, self.means[:, column], self.errors[:, column], self.freedom, level)


def _given_process(
    whitened: np.ndarray, determinant: float, pick: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """Restricted log-likelihood, differences, their standard errors, and intercept with slopes, by least squares."""
    n, k = whitened.shape[0], whitened.shape[1] - 1
    _, triangle = np.linalg.qr(whitened)
    inverse = np.linalg.inv(triangle[:k, :k])
    coefficients = inverse @ triangle[:k, k]
    residual = max(float(triangle[k, k] ** 2), np.finfo(float).tiny)
    log = determinant + 2 * np.log(np.abs(np.diag(triangle)[:k])).sum() + (n - k) * np.log(residual)
    after = pick.shape[1]
    errors = np.sqrt(np.sum((pick @ inverse[:after]) ** 2, axis=1) * residual / (n - k))
    return -0.5 * log, pick @ coefficients[:after], errors, coefficients[after:]
