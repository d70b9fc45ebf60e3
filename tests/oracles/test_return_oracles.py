"""Oracle: time to return by monotone regression, and the bound of the turning rule where days differ of themselves.

Origin: R 4.2.2. The return is written anew there in a dozen lines from ``-isoreg(-y)$yf``, with ``optimize`` for the
threshold in place of a grid, ``s2 <- (sum((b - mean(b))^2) + sum((a - f)^2)) / df``, ``df <- 9 + 24 - 1.5 * 11 blocks`` and the limit
``.6 * qt(.975, df)^2``. It printed: noise 0.709396, df 16.5, baseline 0.08, departure 8.17, tolerance 0.817, back at place 12,
and the ratios below; those at places 10 to 15 stay below the limit.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from aftermath.statistics.ears import turning_share
from aftermath.statistics.monotone import decline, falling
from aftermath.statistics.time_to_return import time_to_return

BEFORE = [0.4, -0.9, 0.3, 1.1, -0.2, -0.8, 0.6, -0.5, 0.1, 0.7]
AFTER = [
    *(7.9, 8.6, 6.1, 6.6, 4.2, 4.9, 3.1, 3.8, 2.2, 2.9, 1.2, 1.6),
    *(0.4, 1.3, 0.2, -0.7, 0.9, -0.1, 0.5, -0.6, 0.3, -0.4, 0.8, 0.0),
]  # fmt: skip
LIMIT_LEVELS = {9: 7.261, 10: 0.858, 15: 0.889, 16: 2.757, 20: 5.779}  # place: R's ratio
FREEDOM = 16.5


def test_time_to_return_against_isoreg() -> None:
    back = time_to_return(pl.DataFrame({"time": range(-10, 24), "value": BEFORE + AFTER}), 0, fell=False)
    assert (back.time, back.lower, back.upper) == (12, 9, 15)
    assert (back.baseline, back.departure, back.tolerance) == pytest.approx((0.08, 8.17, 0.817), abs=1e-12)
    assert back.noise == pytest.approx(0.709396, abs=5e-7)


@pytest.mark.parametrize(("place", "ratio"), LIMIT_LEVELS.items())
def test_a_place_is_held_from_the_level_on_that_its_ratio_gives(place: int, ratio: float) -> None:
    """The level at which ``0.6 t²`` equals R's ratio, a hundredth to either side."""
    from scipy.special import stdtr

    before, after = np.array(BEFORE), np.array(AFTER)
    course = decline(before, after, 0 * before, 0 * after)
    assert course.freedom == FREEDOM
    threshold, variance = 0.08 + 0.817, course.noise**2 * (0.9**2 / 10 + 0.1**2 / 2)
    held = [
        bool(course.passes(threshold, variance, 2 * float(stdtr(FREEDOM, math.sqrt(ratio * factor / 0.6))) - 1)[place])
        for factor in (0.98, 1.02)
    ]
    assert held == [False, True]


def test_a_fit_that_never_rises_against_isoreg() -> None:
    """``-isoreg(-c(5, 1, 3, 2, 4, 0))$yf`` prints 5.0 2.5 2.5 2.5 2.5 0.0."""
    assert falling(np.array([5.0, 1, 3, 2, 4, 0]), np.ones(6)).tolist() == [5, 2.5, 2.5, 2.5, 2.5, 0]


def test_where_posts_are_beyond_counting_the_bound_is_that_of_a_new_day() -> None:
    """Seven shares and an eighth: the one-sided prediction bound ``mean + qt(.95, 6) sd sqrt(1 + 1/7)``, qt = 1.943180."""
    shares, posts = np.array([0.21, 0.25, 0.19, 0.28, 0.22, 0.24, 0.20]), 10**9
    judged = turning_share([*np.round(shares * posts), 0.3 * posts], [posts] * 8).row(-1, named=True)
    margin = 1.943180 * shares.std(ddof=1) * math.sqrt(1 + 1 / 7)
    assert judged["difference_lower"] == pytest.approx(0.3 - shares.mean() - margin, abs=1e-5)
