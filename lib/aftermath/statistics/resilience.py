"""How much was lost: the area between the baseline and the series.

References
----------
Bruneau, M., et al. (2003). A framework to quantitatively assess and enhance the seismic resilience of communities.
Earthquake Spectra 19, 733-752.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from aftermath.statistics.correlation import (
    Autoregressive,
    autoregressions,
    mixture_ends,
    posterior,
    restricted_likelihood,
)
from aftermath.statistics.result import Result
from aftermath.statistics.series import (
    ROUNDING,
    EventTime,
    Series,
    SeriesError,
    check_baseline,
    check_level,
    decimals,
    read_series,
    units,
)
from aftermath.wording import counted, interval, number

FEW_TO_REMEMBER = 20  # observations before the event that hardly show how strongly neighbours are correlated


@dataclass(frozen=True)
class ResilienceLoss(Result):
    """The area between the baseline and the series from the event on.

    Parameters
    ----------
    loss, lower, upper
        In units of the value times units of time; positive where the series lay below its baseline. The ends are NaN where
        there is no interval.
    baseline
        Level that counts as whole.
    n_before, n_after
        Observations on either side.
    level
        Of the interval.
    given
        Whether the baseline was given rather than estimated.
    unit
        Of time.
    why_no_interval
        Why there is no interval; empty where there is one.

    The text warns where fewer than 20 observations precede the event.
    """

    loss: float
    lower: float
    upper: float
    baseline: float
    n_before: int
    n_after: int
    level: float
    given: bool
    unit: str
    why_no_interval: str

    @property
    def table(self) -> pl.DataFrame:
        """One row: ``term``, ``estimate``, ``lower``, ``upper`` (null without an interval)."""
        ends = {"lower": [self.lower], "upper": [self.upper]}
        return pl.DataFrame({"term": ["resilience loss"], "estimate": [self.loss]} | ends).fill_nan(None)

    @property
    def text(self) -> str:
        digits = decimals(self.upper - self.lower)
        spread, kind = f" {interval(self.lower, self.upper, digits)}", f"{self.level:.0%} interval"
        if self.why_no_interval:
            digits = decimals(self.loss / 10)
            spread, kind = "", f"no interval, because {self.why_no_interval}"
        origin = "given" if self.given else "the mean before the event"
        return (
            f"Resilience loss {number(self.loss, digits)}{spread} (value times {units(self.unit, 2)}): the area below a baseline of "
            f"{number(self.baseline, decimals(self.baseline / 10))} ({origin}), by trapezoids "
            f"({kind}, n = {counted(self.n_before, 'observation')} before the event and {self.n_after} from it on).{self._few}"
        )

    @property
    def _few(self) -> str:
        if self.why_no_interval or self.n_before >= FEW_TO_REMEMBER:
            return ""
        return (
            f" Fewer than {FEW_TO_REMEMBER} observations before the event hardly show how strongly neighbours are correlated: "
            "where they are very strongly, the interval is too narrow."
        )


def resilience_loss(
    series: pl.DataFrame, at: EventTime, *, baseline: float | None = None, level: float = 0.95
) -> ResilienceLoss:
    """Measure the area between the baseline and the series, from the event to the end of the series.

    Parameters
    ----------
    series
        ``time`` and ``value``.
    at
        The first time after the change, **inclusive**: the area begins with the first observation from it on.
    baseline
        The level that counts as whole; the mean before the event if not given.
    level
        Of the interval, which holds the noise seen before the event and the uncertainty of an estimated baseline;
        neighbours are taken as correlated as they were before the event, averaged over every correlation. **Without noise before the event, or with fewer
        than three observations there, there is no interval**, and the result says so.

    Returns
    -------
    ResilienceLoss

    Raises
    ------
    SeriesError
        If the series cannot bear it.
    """
    check_level(level)
    data = read_series(series, at)
    if data.after_count < 2:
        raise SeriesError("one observation from the event on spans no area: at least 2 are needed")
    before = data.value[~data.after]
    whole = float(before.mean()) if baseline is None else float(baseline)
    check_baseline(whole)
    steps = np.diff(data.time[data.after])
    weights = np.concatenate([steps, [0]]) / 2 + np.concatenate([[0], steps]) / 2  # the integral by trapezoids
    loss = float(weights @ (whole - data.value[data.after]))
    why_not = _why_no_interval(before)
    spread = math.nan if why_not else _spread(data, weights, baseline is None, level)
    return ResilienceLoss(
        loss,
        loss - spread,
        loss + spread,
        whole,
        data.before_count,
        data.after_count,
        level,
        baseline is not None,
        data.unit,
        why_not,
    )


def _why_no_interval(before: np.ndarray) -> str:
    if len(before) < 3:
        return f"{counted(len(before), 'observation')} before the event cannot show the noise"
    same = np.ptp(before) <= ROUNDING * np.abs(before).max()
    return "the observations before the event do not vary" if same else ""


def _spread(data: Series, weights: np.ndarray, estimated: bool, level: float) -> float:
    """Half of the interval of the area: a mixture over how the observations before the event are correlated.

    A few days hardly show it and the area adds up many, so that all correlations are held for equally likely beforehand.
    """
    early = data.before_count
    shared = weights.sum() / early if estimated else 0.0
    loads = np.concatenate([np.full(early, shared), -weights])[None, :]
    processes, _ = autoregressions(data.time, np.ones(len(data.time)))
    columns = np.column_stack([np.ones(early), data.value[:early]])
    seen = [Autoregressive(process.neighbours[: early - 1], process.noise[:early]) for process in processes]
    logs, residuals = np.array([restricted_likelihood(*process.whiten(columns)) for process in seen]).T
    spreads = np.array([process.spread(loads)[0, 0] for process in processes]) * residuals / (early - 1)
    shares = posterior(logs, np.ones(len(logs)))
    lower, upper = mixture_ends(shares, np.zeros(len(spreads)), np.sqrt(spreads), early - 1, level)
    return (upper - lower) / 2
