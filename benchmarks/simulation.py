"""Do the intervals keep their word? Bias, coverage and width of the estimators where the truth is known.

``python benchmarks/simulation.py`` draws a thousand data sets for every estimator, size and truth and prints a table;
``--output docs/simulation.md`` writes it into the page of methods too (``make simulation`` does both), ``--draws`` and
``--only`` make it quicker. Nominal level 90 %: a row keeps its word between 87 and 93 %. Everything is seeded: two runs
print the same table, on any number of processors.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from aftermath.files import write_whole
from aftermath.measures.latency_curves import bootstrap_band
from aftermath.measures.recovery.coverage import crossing
from aftermath.measures.recovery.exponential import exponential_recovery
from aftermath.measures.recovery.local_level import local_level
from aftermath.measures.recovery.ordinal import proportional_odds
from aftermath.measures.recovery.segmented import segmented_regression
from aftermath.measures.result import NothingToMeasure
from aftermath.measures.simulated import COMPARISON, LEVEL, simulation_markdown
from aftermath.measures.survival import turnbull
from aftermath.problems import AftermathError

# coded coverage
SLOPE, THRESHOLDS, CODES = 0.6, np.array([-1.5, 1.0, 3.5]), np.array([-2.0, -1.0, 0.0, 1.0])
SAME_CODE, PUBLISHERS_PER_TEXT, DAYS = 0.9, 1.2, 400
# dense series: the noise stands for one day, the event in the middle
NOISE, CHANGE, HALF_LIFE_SHARE = 0.1, -0.30, 0.2
# latencies in hours
WEIBULL_SHAPE, WEIBULL_SCALE, BAND_DRAWS = 0.7, 24.0, 200


@dataclass(frozen=True)
class Draw:
    """What one simulated data set gave, and the truth behind it; an interval without an upper end is infinite."""

    estimate: float
    lower: float
    upper: float
    truth: float


@dataclass(frozen=True)
class Study:
    """One row of the table.

    Parameters
    ----------
    estimator
        What is estimated, and by which estimator.
    n
        Texts, bins or cases.
    truth
        What is particular about the data sets.
    draw
        From a seeded generator of random numbers to a draw, or None where the estimator gives no estimate.
    """

    estimator: str
    n: int
    truth: str
    draw: Callable[[np.random.Generator], Draw | None]


# Coded coverage


def coverage_half_life(n: int, generator: np.random.Generator) -> Draw | None:
    """The half-life from n coded texts: proportional odds on log time, two coders who agree on nine texts of ten."""
    days = np.expm1(generator.uniform(0, math.log1p(DAYS), n))
    first, second = (_codes(days, generator) for _ in range(2))
    second = np.where(generator.random(n) < SAME_CODE, first, second)
    publishers = np.tile(generator.integers(int(PUBLISHERS_PER_TEXT * n), size=n), 2)
    try:
        model = proportional_odds(np.concatenate([first, second]), np.tile(np.log1p(days), 2), publishers)
    except NothingToMeasure:
        return None
    found = crossing(model, 0.5, float(days.min()), float(days.max()), LEVEL)
    return None if found.why else Draw(found.value, found.lower, found.upper, _true_half_life())


def _codes(days: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    latent = SLOPE * np.log1p(days) + generator.logistic(size=len(days))
    return CODES[np.searchsorted(THRESHOLDS, latent)]


def _expected(day: float) -> float:
    at_most = 1 / (1 + np.exp(SLOPE * math.log1p(day) - THRESHOLDS))
    return float(CODES[-1] - at_most @ np.diff(CODES))


def _true_half_life() -> float:
    low, high = 0.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if _expected(middle) < _expected(0) / 2 else (low, middle)
    return low


# Dense series


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


# Latencies


def latency_share(n: int, generator: np.random.Generator) -> Draw | None:
    """The share of n cases that had answered by the true median, each looked at a few times only."""
    latency = WEIBULL_SCALE * generator.weibull(WEIBULL_SHAPE, n)
    left, right = np.array([_seen_between(value, generator) for value in latency]).T
    when = np.array([WEIBULL_SCALE * math.log(2) ** (1 / WEIBULL_SHAPE)])
    lower, upper = (float(curve[0]) for curve in turnbull(left, right).survival(when))
    seed = int(generator.integers(2**32))
    lowest, highest = bootstrap_band(left, right, when, level=LEVEL, draws=BAND_DRAWS, seed=seed)
    return Draw((lower + upper) / 2, min(lower, float(lowest[0])), max(upper, float(highest[0])), 0.5)


def _seen_between(latency: float, generator: np.random.Generator) -> tuple[float, float]:
    """The last look before the answer and the first after it; infinite where no look came after."""
    looks = np.sort(generator.exponential(WEIBULL_SCALE, generator.integers(1, 12)))
    edges = np.concatenate([[0.0], looks, [math.inf]])
    place = int(np.searchsorted(edges, latency))
    return float(edges[place - 1]), float(edges[place])


# The table


def studies() -> Iterator[Study]:
    """All rows, in the order of the table."""
    for n in (40, 150):
        yield Study("half-life, coded coverage", n, "two coders", partial(coverage_half_life, n))
    bins, correlations = (14, 60, 200), (0.3, 0.0, 0.6)
    for correlation in correlations:
        for n in bins:
            draw = partial(segmented_change, n, correlation, None)
            yield Study("level change, segmented regression", n, _correlated(correlation), draw)
    for correlation in correlations:
        # to fit an exponential takes as long as all else: with other correlations at one size only
        for n in bins if correlation == correlations[0] else (60,):
            draw = partial(exponential_half_life, n, correlation)
            yield Study("half-life, exponential recovery", n, _correlated(correlation), draw)
    for drift in (0.02, 0.0):
        for n in bins:
            yield Study("level change, local level", n, f"daily drift {drift:g}", partial(local_change, n, drift))
    for n in (8, 16, 40):
        yield Study("latency curve at the median", n, "1 to 11 looks a case", partial(latency_share, n))
    for correlation in correlations:
        for n in bins:
            draw = partial(segmented_change, n, correlation, automatic_lags(n))
            yield Study(f"{COMPARISON}: level change, Newey-West", n, _correlated(correlation), draw)


def _correlated(correlation: float) -> str:
    return f"noise correlated {correlation:g}"


def simulate(study: Study, seeds: Iterable[int]) -> list[Draw]:
    """The draws that gave an estimate. Rows of one size and truth share their data, so that they can be compared."""
    data = list(study.truth.encode())
    draws = (study.draw(np.random.default_rng([seed, study.n, *data])) for seed in seeds)
    return [draw for draw in draws if draw is not None]


def summary(study: Study, draws: list[Draw], asked: int) -> dict[str, object]:
    """One row of the table; bias and width are medians, in units of the truth."""
    estimates, lower, upper, truth = np.array([[d.estimate, d.lower, d.upper, d.truth] for d in draws]).T
    return {
        "estimator": study.estimator,
        "n": study.n,
        "truth": study.truth,
        "draws": asked,
        "estimates": len(draws),
        "bias": float(np.median(estimates / truth) - 1),
        "coverage": float(np.mean((lower <= truth) & (truth <= upper))),
        "width": float(np.median((upper - lower) / np.abs(truth))),
        "open": float(np.mean(np.isinf(upper))),
    }


def run(draws: int = 1000, *, workers: int | None = None, only: str = "") -> pl.DataFrame:
    """Bias, coverage and width of every estimator, size and truth.

    Parameters
    ----------
    draws
        Simulated data sets for each row.
    workers
        Processes; one a processor if not given; 1 does without further processes.
    only
        Part of an estimator's name, to study that one alone.

    Returns
    -------
    polars.DataFrame
        As ``aftermath.measures.simulated.SimulationStudy.table`` says, but for the verdict.
    """
    chosen = [study for study in studies() if only in study.estimator]
    if not chosen:
        raise SystemExit(f"no estimator is called {only!r}: leave --only out to see all names")
    if workers == 1:
        return pl.DataFrame([summary(study, simulate(study, range(draws)), draws) for study in chosen])
    with ProcessPoolExecutor(workers) as pool:
        return pl.DataFrame([_told(summary(study, _in_parallel(pool, study, draws), draws)) for study in chosen])


def _told(row: dict[str, object]) -> dict[str, object]:
    """A row that is done, said aside: the whole takes minutes."""
    print("{estimator}, n = {n}, {truth}: {coverage:.1%}".format(**row), file=sys.stderr, flush=True)
    return row


def _in_parallel(pool: ProcessPoolExecutor, study: Study, draws: int) -> list[Draw]:
    parts = [range(start, min(start + 25, draws)) for start in range(0, draws, 25)]
    return [draw for part in pool.map(partial(simulate, study), parts) for draw in part]


def main() -> None:
    """Print the table, and write it where that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=1000, help="data sets a row (1000)")
    parser.add_argument("--only", default="", help="part of an estimator's name")
    parser.add_argument("--workers", type=int, help="processes; one a processor if not given")
    parser.add_argument("--output", type=Path, help="a Markdown file that takes the table")
    arguments = parser.parse_args()
    if arguments.output and arguments.only:
        parser.error("--output takes the whole table: leave --only out")
    text = simulation_markdown(run(arguments.draws, workers=arguments.workers, only=arguments.only))
    print(text)
    if arguments.output:
        write_whole(arguments.output, text)


if __name__ == "__main__":
    main()
