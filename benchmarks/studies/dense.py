"""Dense series: one value a day, the event in the middle."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import polars as pl

from aftermath.problems import AftermathError
from aftermath.statistics.checks.simulated import COMPARISON
from aftermath.statistics.exponential import exponential_recovery
from aftermath.statistics.local_level import local_level
from aftermath.statistics.segmented import segmented_regression
from studies import Draw, Study

LEVEL = 0.90
# the noise stands for one day
NOISE, CHANGE, HALF_LIFE_SHARE = 0.1, -0.30, 0.2
BINS, CORRELATIONS = (14, 60, 200), (0.3, 0.0, 0.6)


def studies() -> Iterator[Study]:
    """The rows of dense series."""
    for correlation in CORRELATIONS:
        for n in BINS:
            draw = partial(segmented_change, n, correlation, None)
            yield Study("level change, segmented regression", n, _correlated(correlation), draw, LEVEL)
    for correlation in CORRELATIONS:
        # to fit an exponential takes as long as all else: with other correlations at one size only
        for n in BINS if correlation == CORRELATIONS[0] else (60,):
            draw = partial(exponential_half_life, n, correlation)
            yield Study("half-life, exponential recovery", n, _correlated(correlation), draw, LEVEL)
    for drift in (0.02, 0.0):
        for n in BINS:
            draw = partial(local_change, n, drift)
            yield Study("level change, local level", n, f"daily drift {drift:g}", draw, LEVEL)


def comparisons() -> Iterator[Study]:
    """The rows of errors that are not ours."""
    for correlation in CORRELATIONS:
        for n in BINS:
            draw = partial(segmented_change, n, correlation, automatic_lags(n))
            yield Study(f"{COMPARISON}: level change, Newey-West", n, _correlated(correlation), draw, LEVEL)


def _correlated(correlation: float) -> str:
    return f"noise correlated {correlation:g}"


def autoregressive(n: int, correlation: float, generator: np.random.Generator) -> np.ndarray:
    """First-order autoregressive noise in its stationary state."""
    noise = generator.normal(0, NOISE, n)
    for place in range(1, n):
        noise[place] = correlation * noise[place - 1] + math.sqrt(1 - correlation**2) * noise[place]
    return noise


def drifting(n: int, drift: float, generator: np.random.Generator) -> np.ndarray:
    """A random walk seen through noise: what a local level takes a series for."""
    return np.cumsum(generator.normal(0, drift, n)) + generator.normal(0, NOISE, n)


def _around(noise: np.ndarray, course: Callable[[np.ndarray], np.ndarray]) -> pl.DataFrame:
    """A series with its event at time 0, which follows the course from there on."""
    time = np.arange(len(noise)) - len(noise) // 2.0
    return pl.DataFrame({"time": time, "value": np.where(time >= 0, course(np.maximum(time, 0.0)), 0.0) + noise})


def segmented_change(n: int, correlation: float, hac_lags: int | None, generator: np.random.Generator) -> Draw | None:
    """The level change of a segmented regression over n daily bins."""
    series = _around(autoregressive(n, correlation, generator), lambda since: CHANGE + 0 * since)
    row = segmented_regression(series, 0.0, hac_lags=hac_lags, level=LEVEL)["level change"]
    return Draw(row["estimate"], row["lower"], row["upper"], CHANGE)


def local_change(n: int, drift: float, generator: np.random.Generator) -> Draw | None:
    """The level change of a local level over n daily bins, drawn from the local level's own process."""
    series = _around(drifting(n, drift, generator), lambda since: CHANGE + 0 * since)
    try:
        terms = local_level(series, 0.0, level=LEVEL).terms
    except AftermathError:
        return None
    row = terms.row(by_predicate=pl.col("term") == "level change", named=True)
    return Draw(row["estimate"], row["lower"], row["upper"], CHANGE)


def exponential_half_life(n: int, correlation: float, generator: np.random.Generator) -> Draw | None:
    """The half-life of an exponential recovery over n daily bins: a fifth of the stretch after the event."""
    truth = HALF_LIFE_SHARE * n / 2
    series = _around(autoregressive(n, correlation, generator), lambda since: 2 * CHANGE * 0.5 ** (since / truth))
    found = exponential_recovery(series, 0.0, level=LEVEL)
    if math.isnan(found.half_life):  # no drop, hence no half-life
        return None
    return Draw(found.half_life, found.half_life_lower, found.half_life_upper, truth)


def automatic_lags(n: int) -> int:
    """The usual rule for Newey-West errors: the whole part of ``4 (n / 100)^(2/9)``."""
    return math.floor(4 * (n / 100) ** (2 / 9))
