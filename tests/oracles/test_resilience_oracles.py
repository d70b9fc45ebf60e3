"""Oracle 11: resilience loss where the area is known.

Origin: closed forms. A linear recovery from a depth of 0.4 in 8 units of time loses 0.4 x 8 / 2 = 1.6, and trapezoids find
that exactly, up to the rounding of sums. An exponential one with a half-life of 3 loses
0.4 x 3 / log 2 x (1 - 2^(-10 / 3)) = 1.5594738771 over [0, 10]; trapezoids of width h lie above by h²/12 of the difference of
the end slopes, at most 0.8e-8 for h = 0.001: the tolerance is 1e-8.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from aftermath.statistics.exponential import exponential_recovery
from aftermath.statistics.resilience import resilience_loss
from aftermath.statistics.time_to_return import time_to_return

EXPONENTIAL = 1.5594738771


def recovery(course: Callable[[np.ndarray], np.ndarray], end: float, step: float) -> pl.DataFrame:
    """Ten units of time at 1, then the course from 0 to the end."""
    places = np.arange(-round(10 / step), round(end / step) + 1)
    time = places * step
    return pl.DataFrame({"time": time, "value": np.where(places < 0, 1.0, 1 - course(time))})


def linear(time: np.ndarray) -> np.ndarray:
    return 0.4 * np.clip(1 - time / 8, 0, 1)


def exponential(time: np.ndarray) -> np.ndarray:
    return 0.4 * 0.5 ** (time / 3)


@pytest.mark.parametrize("step", [0.5, 1.0, 2.0])
def test_11_linear_recovery(step: float) -> None:
    assert resilience_loss(recovery(linear, 10, step), 0).loss == pytest.approx(1.6, abs=1e-12)


def test_11_exponential_recovery() -> None:
    assert pytest.approx(0.4 * 3 / math.log(2) * (1 - 2 ** (-10 / 3)), abs=5e-11) == EXPONENTIAL
    assert resilience_loss(recovery(exponential, 10, 0.001), 0).loss == pytest.approx(EXPONENTIAL, abs=1e-8)


def test_11_trapezoids_come_nearer_with_the_square_of_the_step() -> None:
    coarse, fine = (resilience_loss(recovery(exponential, 10, step), 0).loss - EXPONENTIAL for step in (0.5, 0.25))
    assert coarse / fine == pytest.approx(4, rel=0.01)


def test_11_the_same_series_give_back_depth_half_life_and_end() -> None:
    found = exponential_recovery(recovery(exponential, 10, 0.25), 0)
    assert (found.depth, found.half_life) == pytest.approx((0.4, 3), rel=1e-6)
    back = time_to_return(recovery(linear, 12, 0.25), 0, tolerance=1e-9)
    assert (back.lower, back.upper) == (7.75, 8)
