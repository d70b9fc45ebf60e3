"""Latencies, each known between two looks at the record."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from aftermath.statistics.turnbull import bootstrap_band, turnbull
from studies import Draw, Study

LEVEL = 0.90
# hours
WEIBULL_SHAPE, WEIBULL_SCALE, BAND_DRAWS = 0.7, 24.0, 200


def studies() -> Iterator[Study]:
    """The rows of latency curves."""
    for n in (8, 16, 40):
        yield Study("latency curve at the median", n, "1 to 11 looks a case", partial(latency_share, n), LEVEL)


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
