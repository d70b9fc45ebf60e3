"""Do the intervals keep their word? Bias, coverage and width of the estimators where the truth is known.

``python benchmarks/simulation.py [--draws 1000] [--markdown]`` prints one row an estimator and size. Nominal level 90 %; a
row is sound between 87 and 93 %. Everything is seeded: two runs print the same table.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from aftermath.measures.latency_curves import bootstrap_band
from aftermath.measures.recovery.coverage import crossing
from aftermath.measures.recovery.exponential import exponential_recovery
from aftermath.measures.recovery.local_level import local_level
from aftermath.measures.recovery.ordinal import proportional_odds
from aftermath.measures.recovery.segmented import segmented_regression
from aftermath.measures.recovery.series import SeriesError
from aftermath.measures.result import NothingToMeasure
from aftermath.measures.survival import turnbull

LEVEL = 0.90
SLOPE, THRESHOLDS, LEVELS = 0.6, np.array([-1.5, 1.0, 3.5]), np.array([-2.0, -1.0, 0.0, 1.0])
LEVEL_CHANGE, HALF_LIFE_SHARE, CORRELATION, NOISE = -0.30, 0.2, 0.3, 0.1


@dataclass(frozen=True)
class Draw:
    """One simulated estimate: its error in units of the truth's scale, its width, and whether it held the truth."""

    error: float
    width: float
    held: bool


def coverage_texts(n: int, seed: int) -> Draw | None:
    """The half-life from n coded texts: proportional odds on log time, two coders who agree on nine texts of ten."""
    generator = np.random.default_rng([seed, n])
    days = np.expm1(generator.uniform(0, math.log1p(400), n))
    first, second = (_codes(days, generator) for _ in range(2))
    second = np.where(generator.random(n) < 0.9, first, second)
    publishers = generator.integers(int(1.2 * n), size=n)
    truth = _true_half_life()
    try:
        model = proportional_odds(np.concatenate([first, second]), np.tile(np.log1p(days), 2), np.tile(publishers, 2))
    except NothingToMeasure:
        return None
    found = crossing(model, 0.5, float(days.min()), float(days.max()), LEVEL)
    if found.why:
        return None
    held = found.lower <= truth <= found.upper
    return Draw(math.log(max(min(found.value, days.max()), 1e-3) / truth), math.log1p(min(found.upper, days.max())) - math.log1p(found.lower), held)


def _codes(days: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    latent = SLOPE * np.log1p(days) + generator.logistic(size=len(days))
    return LEVELS[np.searchsorted(THRESHOLDS, latent)]


def _expected(day: float) -> float:
    at_most = 1 / (1 + np.exp(SLOPE * math.log1p(day) - THRESHOLDS))
    return float(LEVELS[-1] - at_most @ np.diff(LEVELS))


def _true_half_life() -> float:
    low, high = 0.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if _expected(middle) < _expected(0) / 2 else (low, middle)
    return low


def _noise(n: int, generator: np.random.Generator) -> np.ndarray:
    """First-order autoregressive noise in its stationary state."""
    noise = np.empty(n)
    noise[0] = generator.normal(0, NOISE)
    for place in range(1, n):
        noise[place] = CORRELATION * noise[place - 1] + generator.normal(0, NOISE * math.sqrt(1 - CORRELATION**2))
    return noise


def _dense(n: int, after: Callable[[np.ndarray], np.ndarray], seed: int) -> pl.DataFrame:
    generator = np.random.default_rng([seed, n])
    time = np.arange(n) - n // 2
    value = np.where(time >= 0, after(np.maximum(time, 0.0)), 0.0) + _noise(n, generator)
    return pl.DataFrame({"time": time.astype(float), "value": value})


def level_change(n: int, seed: int) -> Draw:
    """The level change of a segmented regression over n daily bins, event in the middle."""
    series = _dense(n, lambda since: LEVEL_CHANGE + 0 * since, seed)
    row = segmented_regression(series, 0.0, level=LEVEL)["level change"]
    return Draw(row["estimate"] - LEVEL_CHANGE, row["upper"] - row["lower"], row["lower"] <= LEVEL_CHANGE <= row["upper"])


def level_shift(n: int, seed: int) -> Draw | None:
    """The same change seen by a local level."""
    series = _dense(n, lambda since: LEVEL_CHANGE + 0 * since, seed)
    try:
        row = local_level(series, 0.0, level=LEVEL).terms.row(2, named=True)
    except SeriesError:
        return None
    return Draw(row["estimate"] - LEVEL_CHANGE, row["upper"] - row["lower"], row["lower"] <= LEVEL_CHANGE <= row["upper"])


def half_life(n: int, seed: int) -> Draw:
    """The half-life of an exponential recovery over n daily bins, a fifth of the stretch after the event."""
    truth = HALF_LIFE_SHARE * n / 2
    series = _dense(n, lambda since: 2 * LEVEL_CHANGE * 0.5 ** (since / truth), seed)
    found = exponential_recovery(series, 0.0, level=LEVEL)
    held = found.half_life_lower <= truth <= found.half_life_upper
    longest = 30 * n / 2
    width = min(found.half_life_upper, longest) - found.half_life_lower
    return Draw((min(found.half_life, longest) - truth) / truth, width / truth, held)


def latency_curve(n: int, seed: int) -> Draw:
    """The share of n cases that had answered by the median time, from intervals of uneven width."""
    generator = np.random.default_rng([seed, n])
    latency = generator.weibull(0.7, n) * 24
    edges = [np.concatenate([[0], np.sort(generator.exponential(24, generator.integers(1, 12))), [math.inf]]) for _ in range(n)]
    places = [np.searchsorted(edge, value) for edge, value in zip(edges, latency, strict=True)]
    left = np.array([edge[place - 1] for edge, place in zip(edges, places, strict=True)])
    right = np.array([edge[place] for edge, place in zip(edges, places, strict=True)])
    when, truth = np.array([24 * math.log(2) ** (1 / 0.7)]), 0.5
    lower, upper = turnbull(left, right).survival(when)
    lowest, highest = bootstrap_band(left, right, when, level=LEVEL, draws=200, seed=seed)
    low, high = min(lowest[0], lower[0]), max(highest[0], upper[0])
    return Draw((lower[0] + upper[0]) / 2 - truth, high - low, low <= truth <= high)


STUDIES: dict[str, tuple[Callable[[int, int], Draw | None], tuple[int, ...]]] = {
    "half-life, coded coverage (log days)": (coverage_texts, (40, 150)),
    "level change, segmented regression": (level_change, (14, 60, 200)),
    "level change, local level": (level_shift, (14, 60, 200)),
    "half-life, exponential recovery": (half_life, (14, 60, 200)),
    "latency curve at the median": (latency_curve, (16, 40)),
}


def study(draws: int = 1000, workers: int | None = None, only: str = "") -> pl.DataFrame:
    """Bias, coverage and median width of every estimator and size.

    Parameters
    ----------
    draws
        Simulated data sets for each row.
    workers
        Processes; one a core if not given.
    only
        Part of an estimator's name, to study that one alone.

    Returns
    -------
    polars.DataFrame
        ``estimator``, ``n``, ``draws`` (those that gave an estimate), ``bias``, ``coverage``, ``width``.
    """
    rows = []
    with ProcessPoolExecutor(workers) as pool:
        for name, (simulate, sizes) in STUDIES.items():
            for n in sizes if only in name else ():
                found = [draw for draw in pool.map(partial(simulate, n), range(draws), chunksize=25) if draw is not None]
                errors, widths, held = (np.array([getattr(draw, key) for draw in found]) for key in ("error", "width", "held"))
                rows.append((name, n, len(found), float(np.mean(errors)), float(held.mean()), float(np.median(widths))))
    return pl.DataFrame(rows, schema=["estimator", "n", "draws", "bias", "coverage", "width"], orient="row")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    with pl.Config(tbl_formatting="ASCII_MARKDOWN", tbl_hide_column_data_types=True, tbl_hide_dataframe_shape=True, tbl_rows=100, float_precision=3, fmt_str_lengths=80):
        print(study(arguments.draws, only=arguments.only))


if __name__ == "__main__":
    main()
