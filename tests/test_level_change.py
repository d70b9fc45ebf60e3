"""The level change whose course may bend: truths held, straight lines that say so, and memory that is one of time."""

from __future__ import annotations

import numpy as np
import pytest

from aftermath.statistics.level_change import level_change
from aftermath.statistics.segmented import segmented_regression
from aftermath.statistics.series import SeriesError
from dense import dense, drop, noise

AT = 20


@pytest.mark.parametrize("seed", range(3))
def test_a_drop_that_decays_is_held_where_straight_lines_warn(seed: int) -> None:
    series = drop(n=60, seed=seed)
    found, straight = level_change(series, AT), segmented_regression(series, AT)
    assert found.lower < -4 < found.upper < -2
    assert straight["level change"]["lower"] > -4
    assert "the course seems to bend" in straight.text and "level_change" in straight.text


def test_a_step_is_held_too_and_straight_lines_do_not_warn() -> None:
    series = dense(np.where(np.arange(40) >= AT, -3.0, 0.0) + noise(40, 1, 0.3))
    found = level_change(series, AT)
    assert found.lower < -3 < found.upper < 0
    assert "bend" not in segmented_regression(series, AT).warning
    assert found.table.row(0)[1:] == (found.change, found.lower, found.upper)


def test_too_few_from_the_event_on_are_refused() -> None:
    with pytest.raises(SeriesError, match="cannot bear a course that bends: at least 4 from it on"):
        level_change(dense(noise(23)), AT)


@pytest.mark.parametrize("value", [np.where(np.arange(40) >= AT, 20.0, 10.0), np.arange(40.0) / 3])
def test_a_perfect_fit_is_refused(value: np.ndarray) -> None:
    with pytest.raises(SeriesError, match="exactly on the fitted course, so nothing shows how far observations stray"):
        level_change(dense(value), AT)


@pytest.mark.parametrize("level", [0.01, 1e-4])
@pytest.mark.parametrize("seed", range(4))
def test_every_level_holds_its_estimate(level: float, seed: int) -> None:
    skewed = np.concatenate([noise(AT, seed), np.random.default_rng(seed).exponential(3, 20)])
    found = level_change(dense(skewed), AT, level=level)
    assert found.lower <= found.change <= found.upper


def test_one_observation_a_minute_after_another_does_not_undo_the_memory_of_all() -> None:
    days = np.arange(40.0)
    value = np.convolve(noise(49, 3), 0.8 ** np.arange(10), "valid")
    one = segmented_regression(dense(value, days), AT)["level change"]
    times, values = np.insert(days, 4, 3 + 1 / 1440), np.insert(value, 4, value[3] + 0.1)
    other = segmented_regression(dense(values, times), AT)["level change"]
    assert other["upper"] - other["lower"] > 0.7 * (one["upper"] - one["lower"])


def test_a_random_walk_is_seen_and_named() -> None:
    walk = np.cumsum(noise(200, 1, 0.05)) + noise(200, 2, 0.1)
    assert "local_level" in segmented_regression(dense(walk), 100).warning
