"""Resilience loss and time to return: areas, censoring, the definition at its edges, and reasons for what is missing."""

from __future__ import annotations

import math
import re

import numpy as np
import polars as pl
import pytest

hypothesis = pytest.importorskip("hypothesis", reason="property tests need hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from aftermath.statistics.resilience import resilience_loss  # noqa: E402
from aftermath.statistics.series import SeriesError  # noqa: E402
from aftermath.statistics.time_to_return import time_to_return  # noqa: E402
from aftermath.wording import NO_BREAK  # noqa: E402
from dense import dense, drop, instants, noise  # noqa: E402

AT = 10
BEFORE = [1.0, -1.0] * (AT // 2)  # mean 0, standard deviation 1.05


def after(*values: float) -> pl.DataFrame:
    """Ten observations around 0, then these from the event on."""
    return dense([*BEFORE, *values])


# --- resilience loss ----------------------------------------------------------------------------------------------


def test_the_loss_is_the_area_below_the_baseline() -> None:
    assert resilience_loss(after(-4, -4, -4), AT).loss == 8
    assert resilience_loss(after(-4, -2, 0, 0), AT).loss == 4
    assert resilience_loss(after(-4, 4), AT).loss == 0
    assert resilience_loss(after(3, 3), AT).loss == -3


def test_a_given_baseline_moves_the_area() -> None:
    found = resilience_loss(after(-4, -4, -4), AT, baseline=1)
    assert (found.loss, found.baseline, found.given) == (10, 1, True)
    assert "a baseline of 1.00 (given)" in found.text


def test_an_interval_far_narrower_than_the_area_is_shown_with_its_width() -> None:
    series = dense(np.concatenate([10 + noise(20, 1, 1e-9), [8.0] * 21]))
    found = resilience_loss(series, 20, baseline=10)
    lower, upper = found.text.split("[")[1].split("]")[0].split("–")
    assert float(lower) < 40 < float(upper)


def test_rounding_before_the_event_is_no_noise() -> None:
    found = resilience_loss(dense([0.1 + 0.2, 0.3] * 5 + [0.1, 0.2, 0.3]), AT)
    assert found.why_no_interval == "the observations before the event do not vary"
    assert "[" not in found.text


def test_uneven_times_have_their_width() -> None:
    series = dense([0.0, 1.0, -1.0, -2.0, -2.0, -2.0], [0.0, 1.0, 2.0, 3.0, 3.5, 13.5])
    assert resilience_loss(series, 3, baseline=0).loss == 21


def test_the_interval_holds_the_area_and_a_given_baseline_narrows_it() -> None:
    series = drop(n=60, seed=2)
    truth = np.trapezoid(4 * 0.5 ** (np.arange(40) / 3), dx=1)
    estimated, given_ = resilience_loss(series, 20), resilience_loss(series, 20, baseline=10)
    assert estimated.lower < truth < estimated.upper
    assert given_.lower < truth < given_.upper
    assert given_.upper - given_.lower < estimated.upper - estimated.lower


def test_noise_that_remembers_widens_the_interval() -> None:
    smooth, rough = [-1.5, -1, -0.5, 0, 0.5, 1, 1.5] * 2, [-1.5, 1, -0.5, 0, 0.5, -1, 1.5] * 2
    widths = [
        (found := resilience_loss(dense([*before, *[-4] * 20]), 14)).upper - found.lower
        for before in (np.sort(smooth).tolist(), rough)
    ]
    assert widths[0] > 1.5 * widths[1]


@pytest.mark.parametrize(
    ("before", "why"),
    [
        ([0.5], r"no interval, because 1.observation before the event cannot show the noise"),
        ([0.5, 0.7], r"no interval, because 2.observations before the event cannot show the noise"),
        ([0.5] * 9, r"no interval, because the observations before the event do not vary"),
    ],
)
@pytest.mark.parametrize("baseline", [None, 0.5])
def test_without_noise_before_there_is_no_interval_and_the_text_says_why(before: list, why: str, baseline) -> None:
    found = resilience_loss(dense([*before, -1.0, -2.0, -1.0]), len(before), baseline=baseline)
    assert math.isnan(found.lower) and math.isnan(found.upper)
    assert found.table.row(0)[2:] == (None, None)
    assert "nan" not in found.text
    assert found.text.count("interval") == 1
    assert not resilience_loss(after(-1, -2), AT).why_no_interval
    assert re.search(why, found.text)


@pytest.mark.parametrize("baseline", [math.nan, math.inf])
def test_a_baseline_must_be_a_number(baseline: float) -> None:
    for measure in (resilience_loss, time_to_return):
        with pytest.raises(SeriesError, match="must be a finite number, or left out"):
            measure(after(-4, -4, 0), AT, baseline=baseline)


def test_one_observation_spans_no_area() -> None:
    with pytest.raises(SeriesError, match="one observation from the event on spans no area: at least 2"):
        resilience_loss(after(-4), AT)


seeds = st.integers(0, 10**6)


@given(seeds, st.sampled_from([24.0, 1 / 7]), st.integers(-100, 100), st.sampled_from([0.01, 50.0]), st.floats(-50, 50))
@settings(max_examples=30)
def test_loss_has_the_units_of_value_and_time(
    seed: int, unit: float, shift: int, factor: float, constant: float
) -> None:
    series = drop(seed=seed)
    other = dense(factor * (series["value"] + constant), unit * (series["time"] + shift))
    plain, scaled = resilience_loss(series, 20), resilience_loss(other, unit * (20 + shift))
    for key in ("loss", "lower", "upper"):
        assert getattr(scaled, key) == pytest.approx(unit * factor * getattr(plain, key), rel=1e-6, abs=1e-7 * factor)


# --- time to return -----------------------------------------------------------------------------------------------


def returned(*values: float, **options: object) -> tuple[float, float, float]:
    found = time_to_return(after(*values), AT, **options)
    return found.time, found.lower, found.upper


def without_noise(*values: float, **options: object) -> tuple[float, float, float]:
    found = time_to_return(dense([0.0] * AT + list(values)), AT, tolerance=0.5, **options)
    return found.time, found.lower, found.upper


def test_without_noise_the_time_lies_between_the_last_away_and_the_first_back() -> None:
    assert without_noise(-4, -4, -4, 0, 0, 0) == (3, 2, 3)
    assert without_noise(-4, -1, -0.4, 0) == (2, 1, 2)
    assert without_noise(-4, -4, -4) == (math.inf, 2, math.inf)


def test_a_relapse_moves_the_return_behind_it() -> None:
    assert without_noise(-4, 0, 0, -4, 0, 0, 0)[0] == 4


def test_beyond_the_baseline_on_the_good_side_is_back() -> None:
    assert without_noise(-4, 9, 9, 9) == (1, 0, 1)
    assert without_noise(4, -9, -9, -9, fell=False) == (1, 0, 1)
    assert without_noise(4, 9, 9, 9, fell=False)[0] == math.inf


def test_a_given_baseline_is_the_level_to_return_to() -> None:
    assert without_noise(-4, -4, -2, -2, 0, 0, baseline=-2)[0] == 2
    assert without_noise(4, 4, 2, 2, 0, 0, baseline=2, fell=False)[0] == 2


def test_back_is_a_tenth_of_the_departure_unless_said_otherwise() -> None:
    half_life = 3.0
    value = np.concatenate([noise(30, 1, 0.001), -4 * 0.5 ** (np.arange(30) / half_life) + noise(30, 2, 0.001)])
    for left in (0.1, 0.2):
        found = time_to_return(dense(value), 30, left=left)
        assert found.time == math.ceil(half_life * math.log2(1 / left))
        assert found.tolerance == pytest.approx(left * 4, rel=0.01)


def test_what_counts_as_back_does_not_move_with_precision() -> None:
    course = np.concatenate([np.zeros(30), -4 * 0.5 ** (np.arange(30) / 3)])
    found = [time_to_return(dense(course + noise(60, 5, deviation)), 30) for deviation in (0.3, 0.03, 0.003)]
    assert [each.tolerance for each in found] == pytest.approx([0.4, 0.4, 0.4], rel=0.1)
    widths = [each.upper - each.lower for each in found]
    assert widths == sorted(widths, reverse=True) and widths[0] > 3 * widths[2]
    assert all(each.lower < 10 <= each.upper for each in found)


def test_days_that_differ_of_themselves_are_not_taken_for_many_posts_that_agree() -> None:
    course = np.concatenate([np.zeros(20), -np.clip(1 - np.arange(30) / 10, 0, 1)])
    swinging = dense(course + noise(50, 3, 0.2), variance=[1e-6] * 50)
    found = time_to_return(swinging, 20)
    assert found.noise == pytest.approx(0.2, rel=0.3)
    assert found.upper - found.lower > 3


def test_the_known_error_of_each_value_is_no_noise_of_days() -> None:
    course = np.concatenate([np.zeros(20), -np.clip(1 - np.arange(30) / 10, 0, 1)])
    series = [dense(course + noise(50, seed, 0.05), variance=[0.05**2] * 50) for seed in range(20)]
    assert np.median([time_to_return(each, 20).noise for each in series]) < 0.02


def test_not_back_by_the_end_is_censored() -> None:
    found = time_to_return(after(-4, -4, -4, -4.2, -3.9), AT)
    assert (found.time, found.upper, found.end) == (math.inf, math.inf, 4)
    assert not found.returned
    assert found.table.row(0) == ("time to return", None, found.lower, None, False)
    assert "not back by its end, 4 steps after the event (right-censored; back after more than 4 steps)" in found.text


def test_a_series_that_was_not_away_is_back_at_once_by_definition() -> None:
    found = time_to_return(after(0.5, 0.2, 1, 0, -0.4, 1), AT, baseline=0)
    assert (found.time, found.lower, found.away) == (0, 0, False)
    assert found.returned and found.at_once
    assert "not away when the event came: by definition it was back after 0 steps" in found.text


def test_a_departure_that_may_be_none_is_said() -> None:
    found = time_to_return(after(-1.5, 0.5, -0.2, 0.4, -0.6, 0.3), AT)
    assert not found.away and "That it was away at all is not certain." in found.text
    assert "not certain" not in time_to_return(after(-9, -9, -9, 0, 0, 0), AT).text


def test_units_are_named_as_they_are_counted() -> None:
    value = [0.0] * AT + [-4.0, 0.0, 0.0, 0.0]
    in_days = time_to_return(dense(value, instants(14)), instants(14)[AT], tolerance=0.5)
    assert "back 1 day after the event [more than 0 days, at most 1 day]" in in_days.text
    assert "at most 1 step]" in time_to_return(dense(value), AT, tolerance=0.5).text


@pytest.mark.parametrize(
    ("series", "options", "words"),
    [
        (after(-4, 0, 0), {"left": 0}, r"left = 0 must lie between 0 and 1"),
        (after(-4, 0, 0), {"left": 1}, r"left = 1 must lie between 0 and 1"),
        (after(-4, 0, 0), {"level": 95}, r"level = 95 must lie between 0 and 1"),
        (after(-4, 0, 0), {"tolerance": -1}, r"tolerance = -1 must not be negative"),
        (after(-4, 0, 0), {"tolerance": math.nan}, r"tolerance = nan must not be negative"),
        (dense([1.0] * AT + [0.0, 1.0, 1.0]), {}, r"10.observations before the event, without any spread, .*: give a tolerance"),
        (dense([0.0, -3.0, -2.0, -1.0]), {"tolerance": 1.0}, r"1.observation before the event and 3 from it on cannot show how far"),
        (dense([0.0, 1.0, -3.0, -2.0], variance=[1.0, None, 1.0, 1.0]), {}, r"row 2 of the series has variance = nan"),
        (dense([0.0, 1.0, -3.0, -2.0], variance=[1.0, 1.0, -1.0, 1.0]), {}, r"row 3 of the series has variance = -1"),
    ],
)  # fmt: skip
def test_what_has_no_answer_is_refused(series: pl.DataFrame, options: dict, words: str) -> None:
    at = series["time"][-1] - 2 if series.height < AT else AT
    with pytest.raises(SeriesError, match=words):
        time_to_return(series, at, **options)


def test_one_observation_before_needs_a_tolerance() -> None:
    series = dense([0.0, -3.0, -3.0, 0.0, 0.0, 0.0])
    with pytest.raises(SeriesError, match=r"1.observation before the event, without any spread, .* give a tolerance"):
        time_to_return(series, 1)
    assert time_to_return(series, 1, tolerance=0.5).upper == 2


@given(seeds, st.sampled_from([24.0, 1 / 8]), st.integers(-100, 100), st.sampled_from([0.125, 64.0]))
@settings(max_examples=30, deadline=None)
def test_time_to_return_has_the_unit_of_time_alone(seed: int, unit: float, shift: int, factor: float) -> None:
    series = drop(seed=seed)
    other = dense(factor * series["value"], unit * (series["time"] + shift))
    plain, scaled = time_to_return(series, 20), time_to_return(other, unit * (20 + shift))
    assert scaled.time == unit * plain.time
    assert (scaled.lower, scaled.upper) == (unit * plain.lower, unit * plain.upper)


@given(seeds, st.floats(0.1, 2), st.floats(1, 3))
@settings(max_examples=30, deadline=None)
def test_a_stricter_definition_never_gives_an_earlier_return(seed: int, tolerance: float, wider: float) -> None:
    series = dense(np.concatenate([noise(10, seed), noise(20, seed + 1) - 1]))
    loose = time_to_return(series, 10, tolerance=tolerance * wider)
    strict = time_to_return(series, 10, tolerance=tolerance)
    assert strict.time >= loose.time


@given(seeds, st.integers(1, 30), st.integers(2, 30), st.booleans())
@settings(max_examples=40, deadline=None)
def test_the_best_reading_lies_in_its_interval(seed: int, late: int, early: int, fell: bool) -> None:
    series = dense(np.concatenate([noise(early, seed), noise(late + 3, seed + 1) - 2]))
    found = time_to_return(series, early, fell=fell)
    assert found.lower <= found.time <= found.upper
    assert found.at_once or found.lower < found.time
    assert "nan" not in found.text and "inf" not in found.text


def test_a_year_without_observations_is_no_hindrance() -> None:
    times = [*range(10), *range(375, 395)]
    value = np.concatenate([noise(10, 1, 0.1), noise(20, 2, 0.1) - np.where(np.arange(20) < 8, 3, 0)])
    found = time_to_return(dense(value, times), 375)
    assert (found.time, found.lower) == (8, 7)


def test_the_texts_name_n() -> None:
    for measure in (resilience_loss, time_to_return):
        assert "n = 10 observations before the event and 4 from it on" in measure(after(-4, 0, 0, 0), AT).text.replace(
            NO_BREAK, " "
        )
