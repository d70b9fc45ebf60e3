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

from aftermath.measures.recovery import SeriesError, resilience_loss, time_to_return  # noqa: E402
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


def returned(*values: float, **options: object) -> tuple[float, float]:
    found = time_to_return(after(*values), AT, **options)
    return found.lower, found.upper


def test_the_time_is_the_interval_from_the_last_away_to_the_first_back() -> None:
    assert returned(-4, -4, -4, 0, 0, 0) == (2, 3)
    assert returned(-4, 0, 0, -4, 0, 0, 0) == (3, 4)
    assert returned(-4, 0, 0, -4, 0, 0, 0, persistence=2) == (0, 1)
    assert returned(-4, -1, -1, -1) == (0, 1)
    assert returned(-4, -1, -1, -1, tolerance=0.5) == (3, math.inf)


def test_beyond_the_baseline_on_the_good_side_is_back() -> None:
    assert returned(-4, 9, 9, 9) == (0, 1)
    assert returned(4, -9, -9, -9, fell=False) == (0, 1)
    assert returned(4, 9, 9, 9, fell=False) == (3, math.inf)


def test_not_back_by_the_end_is_censored_after_the_last_time_away() -> None:
    found = time_to_return(after(-4, -4, -4, 0, 0), AT)
    assert (found.lower, found.upper, found.end) == (2, math.inf, 4)
    assert not found.returned
    assert found.table.row(0) == ("time to return", 2.0, None, False)
    assert "not back by its end, 4 steps after the event (right-censored; last seen away after 2 steps)" in found.text


def test_a_series_that_was_not_away_is_back_at_once_by_definition() -> None:
    found = time_to_return(after(0, -1, 1, 0), AT)
    assert (found.lower, found.upper, found.away) == (0, 0, 0)
    assert found.returned and found.at_once
    assert "not away when the event came: by definition it was back after 0 steps" in found.text


def test_a_series_that_leaves_later_is_back_at_once_and_the_text_counts_what_was_away() -> None:
    found = time_to_return(after(0, 0, 0, -4, -4), AT)
    assert found.at_once
    assert "from it on, 2 of them away)" in found.text


def test_units_are_named_as_they_are_counted() -> None:
    value = [*BEFORE, -4.0, 0.0, 0.0, 0.0]
    in_days = time_to_return(dense(value, instants(14)), instants(14)[AT])
    assert "back more than 0 days and at most 1 day after the event" in in_days.text
    assert "at most 1 step after" in time_to_return(dense(value), AT).text


@pytest.mark.parametrize(
    ("series", "options", "words"),
    [
        (after(-4, 0, 0), {"persistence": 0}, r"persistence = 0 must lie between 1 and .* \(3\)"),
        (after(-4, 0), {}, r"persistence = 3 must lie between 1 and the number of observations from the event on \(2\)"),
        (after(-4, 0, 0), {"tolerance": -1}, r"tolerance = -1 must not be negative"),
        (after(-4, 0, 0), {"tolerance": math.nan}, r"tolerance = nan must not be negative"),
        (dense([1.0] * AT + [0.0, 1.0, 1.0]), {}, r"10.observations before the event, without any spread, .*: give a tolerance"),
    ],
)  # fmt: skip
def test_what_has_no_answer_is_refused(series: pl.DataFrame, options: dict, words: str) -> None:
    with pytest.raises(SeriesError, match=words):
        time_to_return(series, AT, **options)


def test_one_observation_before_needs_a_tolerance() -> None:
    series = dense([0.0, -3.0, -3.0, 0.0, 0.0, 0.0])
    with pytest.raises(SeriesError, match=r"1.observation before the event, without any spread, .* give a tolerance"):
        time_to_return(series, 1)
    assert time_to_return(series, 1, tolerance=0.5).upper == 2


@given(seeds, st.sampled_from([24.0, 1 / 8]), st.integers(-100, 100), st.sampled_from([0.125, 64.0]))
@settings(max_examples=30)
def test_time_to_return_has_the_unit_of_time_alone(seed: int, unit: float, shift: int, factor: float) -> None:
    series = drop(seed=seed)
    other = dense(factor * series["value"], unit * (series["time"] + shift))
    plain, scaled = time_to_return(series, 20), time_to_return(other, unit * (20 + shift))
    assert (scaled.lower, scaled.upper) == (unit * plain.lower, unit * plain.upper)


@given(seeds, st.integers(1, 5), st.floats(0.1, 2), st.floats(1, 3))
def test_a_stricter_definition_never_gives_an_earlier_return(
    seed: int, persistence: int, tolerance: float, wider: float
) -> None:
    series = dense(np.concatenate([noise(10, seed), noise(20, seed + 1) - 1]))
    loose = time_to_return(series, 10, tolerance=tolerance * wider, persistence=persistence)
    strict = time_to_return(series, 10, tolerance=tolerance, persistence=persistence + 1)
    assert strict.upper >= loose.upper
    assert strict.lower >= loose.lower or not loose.returned


def test_the_texts_name_n() -> None:
    for measure in (resilience_loss, time_to_return):
        assert "n = 10 observations before the event and 4 from it on" in measure(after(-4, 0, 0, 0), AT).text.replace(
            NO_BREAK, " "
        )
