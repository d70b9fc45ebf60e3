"""Dense series that bend, wander or are uneven, counts whose errors remember, and losses from few days before."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np
import polars as pl

from aftermath.statistics.level_change import level_change
from aftermath.statistics.local_level import local_level
from aftermath.statistics.resilience import resilience_loss
from aftermath.statistics.segmented import segmented_regression
from studies import Draw, Study

DROP, HALF_LIFE, NOISE = 3.0, 3.0, 0.3
MINUTE, HOUR = 1 / 1440, 1 / 24
RATE, RATIO, SPREAD, SIZE = 300.0, -0.3, 0.15, 5
AFTER = 15


def studies() -> Iterator[Study]:
    """The rows of series that do not behave."""
    for n in (30, 60):
        yield Study("level change, course may bend", n, "drop with a half-life of 3 days", partial(bent_change, n))
        yield Study("level change, segmented", n, "drop with a half-life of 3 days", partial(straight_change, n))
    for name, times in {"one pair a minute apart": one_pair, "pairs an hour apart": pairs}.items():
        draw = partial(uneven_change, times(30))
        yield Study("level change, segmented, uneven", 30, f"{name}, correlated 0.6 a day", draw, unit=NOISE)
    for correlation in (0.3, 0.6, 0.8):
        draw = partial(count_change, 36, correlation)
        yield Study("rate ratio, quasi-Poisson", 36, f"months correlated {correlation:g}", draw)
    yield Study("rate ratio, Poisson", 36, "negative binomial counts", partial(overdispersed_change, 36))
    for n in (4, 8, 15):
        for correlation in (0.6, 0.8):
            draw = partial(loss, n, correlation)
            yield Study("resilience loss, days before", n, f"noise correlated {correlation:g}", draw)
    yield Study(
        "level change, segmented, wandering", 200, "random walk seen through noise", partial(wandering_change, 200)
    )
    yield Study("level change, local level, tiny steps", 500, "daily drift 0.002", partial(tiny_steps, 500))


def remembering(time: np.ndarray, correlation: float, generator: np.random.Generator) -> np.ndarray:
    """Noise of variance 1 whose correlation falls with time: so much from one day to the next."""
    noise = generator.normal(size=len(time))
    for place, gap in enumerate(np.diff(time), start=1):
        kept = correlation**gap
        noise[place] = kept * noise[place - 1] + math.sqrt(1 - kept**2) * noise[place]
    return noise


def _days(n: int) -> np.ndarray:
    return np.arange(n) - n // 2.0


def _drop(time: np.ndarray) -> np.ndarray:
    return np.where(time >= 0, -DROP * 0.5 ** (np.maximum(time, 0.0) / HALF_LIFE), 0.0)


def one_pair(n: int) -> np.ndarray:
    """Days, two of which are a minute apart."""
    time = _days(n)
    return np.sort(np.append(time[1:], time[3] + MINUTE))


def pairs(n: int) -> np.ndarray:
    """Two times a day, an hour apart."""
    day = np.repeat(np.arange(n // 2) - n // 4, 2)
    return day + np.tile([0.0, HOUR], n // 2)


def bent_change(n: int, generator: np.random.Generator) -> Draw:
    """The level change of a model that may bend."""
    time = _days(n)
    found = level_change(pl.DataFrame({"time": time, "value": _drop(time) + generator.normal(0, NOISE, n)}), 0.0)
    return Draw(found.change, found.lower, found.upper, -DROP, warned=bool(found.warning))


def _segmented(time: np.ndarray, value: np.ndarray, truth: float, family: str = "gaussian") -> Draw:
    found = segmented_regression(pl.DataFrame({"time": time, "value": value}), 0.0, family=family)
    ends = [found["level change"][name] for name in ("estimate", "lower", "upper")]
    if family != "gaussian":
        ends = [math.log(end) for end in ends]
    return Draw(*ends, truth, warned=bool(found.warning))


def straight_change(n: int, generator: np.random.Generator) -> Draw:
    """The level change of straight lines through a course that bends."""
    time = _days(n)
    return _segmented(time, _drop(time) + generator.normal(0, NOISE, n), -DROP)


def uneven_change(time: np.ndarray, generator: np.random.Generator) -> Draw:
    """The level change over uneven times; there is none."""
    return _segmented(time, NOISE * remembering(time, 0.6, generator), 0.0)


def count_change(n: int, correlation: float, generator: np.random.Generator) -> Draw:
    """The logarithm of the rate ratio of counts whose rate remembers."""
    time = _days(n)
    rate = RATE * np.exp(SPREAD * remembering(time, correlation, generator) + RATIO * (time >= 0))
    return _segmented(time, generator.poisson(rate), RATIO, "quasipoisson")


def overdispersed_change(n: int, generator: np.random.Generator) -> Draw:
    """The logarithm of the rate ratio of counts that vary more than Poisson's."""
    time, mean = _days(n), 30 * np.exp(RATIO * (_days(n) >= 0))
    return _segmented(time, generator.negative_binomial(SIZE, SIZE / (SIZE + mean)), RATIO, "poisson")


def loss(before: int, correlation: float, generator: np.random.Generator) -> Draw:
    """The resilience loss of a drop that decays."""
    time = np.arange(-before, AFTER, dtype=float)
    series = pl.DataFrame({"time": time, "value": _drop(time) + NOISE * remembering(time, correlation, generator)})
    found = resilience_loss(series, 0.0)
    truth = -float(np.trapezoid(_drop(time[before:])))
    return Draw(found.loss, found.lower, found.upper, truth, warned="hardly show" in found.text)


def wandering_change(n: int, generator: np.random.Generator) -> Draw:
    """The level change of a segmented regression on a random walk seen through noise."""
    time = _days(n)
    walk = np.cumsum(generator.normal(0, 0.02, n)) + generator.normal(0, 0.1, n)
    return _segmented(time, walk - NOISE * (time >= 0), -NOISE)


def tiny_steps(n: int, generator: np.random.Generator) -> Draw:
    """The level change of a local level that hardly moves of itself."""
    time = _days(n)
    walk = np.cumsum(generator.normal(0, 0.002, n)) + generator.normal(0, 0.1, n)
    found = local_level(pl.DataFrame({"time": time, "value": walk - NOISE * (time >= 0)}), 0.0)
    row = found.terms.row(by_predicate=pl.col("term") == "level change", named=True)
    return Draw(row["estimate"], row["lower"], row["upper"], -NOISE)
