"""Exponential recovery: half-lives given back, scaled with the unit of time, and not invented where nothing fell."""

from __future__ import annotations

import math
from datetime import timedelta

import numpy as np
import pytest

hypothesis = pytest.importorskip("hypothesis", reason="property tests need hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from aftermath.statistics.exponential import exponential_recovery  # noqa: E402
from aftermath.statistics.series import SeriesError  # noqa: E402
from aftermath.wording import NO_BREAK  # noqa: E402
from dense import START, dense, drop, instants, noise  # noqa: E402

AT = 20


# --- truths -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("half_life", [0.5, 3.0, 12.0])
@pytest.mark.parametrize("depth", [0.2, 4.0])
def test_a_series_almost_without_noise_gives_back_depth_and_half_life(depth: float, half_life: float) -> None:
    found = exponential_recovery(drop(n=60, depth=depth, half_life=half_life, deviation=depth / 1e4), AT)
    assert (found.depth, found.half_life, found.baseline) == pytest.approx((depth, half_life, 10), rel=1e-3)
    assert found.half_life_lower <= half_life <= found.half_life_upper
    assert found.course["fitted"].to_list() == pytest.approx(found.course["value"].to_list(), abs=depth / 1e3)


STEP = np.where(np.arange(40) >= AT, 1.0, 0.0)
ONE_DAY = np.where(np.arange(40) == AT, 1.0, 0.0)


@pytest.mark.parametrize("value", [STEP, ONE_DAY, 1e9 - STEP], ids=["step", "day", "far"])
def test_a_perfect_step_or_day_is_refused_whichever_way_it_went(value: np.ndarray) -> None:
    for sign in (1, -1):
        with pytest.raises(
            SeriesError, match="exactly on the fitted course, so nothing shows how far observations stray"
        ):
            exponential_recovery(dense(sign * value), AT)


def test_a_perfect_decay_says_that_its_intervals_say_nothing() -> None:
    words = "exactly on the fitted course, so nothing shows how far observations stray, and the intervals say nothing"
    assert words in exponential_recovery(drop(deviation=0), AT).text
    assert words not in exponential_recovery(drop(deviation=0.01), AT).text


@pytest.mark.parametrize("seed", range(6))
def test_in_noise_the_intervals_hold_the_truth(seed: int) -> None:
    found = exponential_recovery(drop(n=80, seed=seed), AT, level=0.99)
    assert found.half_life_lower < 3 < found.half_life_upper
    assert found.depth_lower < 4 < found.depth_upper
    assert found.half_life_lower <= found.half_life <= found.half_life_upper


def test_a_step_that_stays_has_no_half_life_within_reach() -> None:
    value = np.where(np.arange(40) >= AT, -3.0, 0.0) + noise(40, 1, 0.1)
    found = exponential_recovery(dense(value), AT)
    assert math.isinf(found.half_life_upper)
    assert found.half_life_lower > 20
    assert "with no upper bound" in found.text
    assert found.table.row(0)[3] is None


def test_one_bad_day_is_shorter_than_a_step() -> None:
    value = noise(40, 1, 0.05)
    value[AT] -= 5
    found = exponential_recovery(dense(value), AT)
    assert found.half_life < 1
    assert found.half_life_lower == 0


def test_a_wider_level_gives_wider_intervals() -> None:
    narrow, wide = (exponential_recovery(drop(), AT, level=level) for level in (0.5, 0.99))
    assert (narrow.half_life, narrow.depth) == (wide.half_life, wide.depth)
    assert wide.half_life_lower < narrow.half_life_lower <= narrow.half_life_upper < wide.half_life_upper
    assert wide.depth_lower < narrow.depth_lower < narrow.depth_upper < wide.depth_upper


@pytest.mark.parametrize("level", [1e-8, 0.01, 0.05, 0.999])
def test_every_level_holds_its_estimate(level: float) -> None:
    for seed in range(4):
        found = exponential_recovery(drop(seed=seed, deviation=2), AT, level=level)
        assert found.half_life_lower <= found.half_life <= found.half_life_upper


def test_no_interval_ends_at_its_estimate_but_where_the_search_ends() -> None:
    for seed in range(12):
        found = exponential_recovery(drop(seed=seed, deviation=2), AT, level=0.9)
        if found.fell:
            assert found.half_life_lower < found.half_life
            assert found.half_life < found.half_life_upper or math.isinf(found.half_life_upper)


def test_observations_count_by_their_weights() -> None:
    series = drop(n=60, deviation=0)
    broken = dense([*series["value"][:59], -50.0], n=[1000.0] * 59 + [1e-6])
    assert exponential_recovery(broken, AT).half_life == pytest.approx(3, rel=1e-3)


# --- no drop ------------------------------------------------------------------------------------------------------


def test_where_nothing_fell_there_is_no_half_life_and_the_text_says_why() -> None:
    rise = drop().with_columns(value=-drop()["value"])
    found = exponential_recovery(rise, AT)
    assert not found.fell
    assert found.depth < 0
    assert all(math.isnan(value) for value in (found.half_life, found.half_life_lower, found.half_life_upper))
    assert "so the series did not fall at the event and there is no half-life" in found.text
    assert "change the sign of the values if the harm is a rise" in found.text
    assert "nan" not in found.text
    assert found.table.row(0) == ("half-life", None, None, None)


def test_the_sign_of_the_values_is_all_that_parts_a_rise_from_a_fall() -> None:
    fall = drop(seed=4)
    turned = exponential_recovery(fall.with_columns(value=-fall["value"]), AT)
    straight = exponential_recovery(fall, AT)
    assert turned.depth == pytest.approx(-straight.depth)
    assert turned.depth_lower == pytest.approx(-straight.depth_upper)


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "at"), [(20, 1), (20, 17), (5, 2)])
def test_too_few_on_a_side_are_refused(n: int, at: int) -> None:
    words = f"{at}.observations? before the event and {n - at} from it on are too few: 2 and 4 are needed"
    with pytest.raises(SeriesError, match=words):
        exponential_recovery(dense(noise(n)), at)


@pytest.mark.parametrize("value", [[0.0] * 20 + [1.0] * 19 + [2.0], [0.0] * 39 + [1.0], np.arange(40.0), np.exp(np.arange(40.0)), [0.0, 1.0] * 20])  # fmt: skip
def test_strange_series_are_described_without_a_warning(value: list[float]) -> None:
    for sign in (1, -1):
        found = exponential_recovery(dense(sign * np.array(value)), AT)
        assert found.depth_lower <= found.depth <= found.depth_upper
        assert "nan" not in found.text


# --- invariances --------------------------------------------------------------------------------------------------

seeds = st.integers(0, 10**6)


@given(seeds, st.sampled_from([24.0, 1 / 7, 1440.0]), st.integers(-1000, 1000))
@settings(max_examples=5)
def test_another_unit_or_origin_of_time_scales_half_lives_and_leaves_depths(seed: int, unit: float, shift: int) -> None:
    days = drop(seed=seed)
    other = exponential_recovery(dense(days["value"], (days["time"] + shift) * unit), (AT + shift) * unit)
    plain = exponential_recovery(days, AT)
    ours, theirs = ([getattr(fit, f"half_life{end}") for end in ("", "_lower", "_upper")] for fit in (plain, other))
    assert theirs == pytest.approx([unit * value for value in ours], rel=1e-5)
    assert (other.depth, other.depth_lower, other.depth_upper) == pytest.approx(
        (plain.depth, plain.depth_lower, plain.depth_upper), rel=1e-5
    )


@given(seeds, st.floats(-1e3, 1e3), st.sampled_from([1e-3, 2.0, 1e3]))
@settings(max_examples=5)
def test_another_unit_of_the_value_scales_depths_and_leaves_half_lives(
    seed: int, constant: float, factor: float
) -> None:
    days = drop(seed=seed)
    plain = exponential_recovery(days, AT)
    other = exponential_recovery(dense(factor * (days["value"] + constant)), AT)
    assert other.half_life == pytest.approx(plain.half_life, rel=1e-4)
    assert (other.half_life_lower, other.half_life_upper) == (plain.half_life_lower, plain.half_life_upper)
    assert other.depth == pytest.approx(factor * plain.depth, rel=1e-5)
    assert other.baseline == pytest.approx(factor * (plain.baseline + constant), rel=1e-5, abs=1e-6 * factor)


def test_the_text_names_estimator_unit_n_and_interval() -> None:
    days = exponential_recovery(dense(drop()["value"], instants(40)), START + timedelta(days=AT))
    steps = exponential_recovery(drop(), AT)
    assert " days [" in days.text and " steps [" in steps.text
    for part in (
        "least squares, profile interval",
        "95% intervals, n = 20 observations before the event and 20 from it on",
    ):
        assert part in steps.text.replace(NO_BREAK, " ")
