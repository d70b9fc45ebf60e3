"""Change points: breaks found at their places, the count that holds longest, invariances, and refusals."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

hypothesis = pytest.importorskip("hypothesis", reason="property tests need hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from aftermath.statistics.change_points import COSTS, PENALTIES, ChangePoints, change_points  # noqa: E402  # noqa: E402
from aftermath.statistics.series import SeriesError  # noqa: E402
from aftermath.wording import NO_BREAK  # noqa: E402
from dense import START, dense, instants, noise  # noqa: E402

N, BREAKS = 60, [20, 45]
LEVELS = np.repeat([0.0, 3.0, -1.0], [20, 25, 15])


def path_of(*counts: int) -> ChangePoints:
    """A path with these counts of breaks, at the usual penalties."""
    schema = {
        "penalty": pl.Float64,
        "breaks": pl.Int64,
        "after_observation": pl.List(pl.Int64),
        "at": pl.List(pl.Int64),
    }
    rows = [(penalty, k, list(range(k)), list(range(k))) for penalty, k in zip(PENALTIES, counts, strict=True)]
    return ChangePoints(pl.DataFrame(rows, schema=schema, orient="row"), "l2", 100)


@pytest.mark.parametrize("cost", COSTS)
def test_breaks_are_found_after_their_last_observation(cost: str) -> None:
    found = change_points(dense(LEVELS + noise(N, 0, 0.4)), cost=cost)
    assert found.with_breaks(2) == BREAKS
    assert found.steadiest["after_observation"] == BREAKS
    assert found.steadiest["at"] == [20.0, 45.0]


@pytest.mark.parametrize("cost", COSTS)
def test_noise_has_no_break_that_holds(cost: str) -> None:
    for seed in range(3):
        assert change_points(dense(noise(N, seed)), cost=cost).steadiest["breaks"] == 0


@pytest.mark.parametrize("cost", COSTS)
def test_stretches_without_any_noise_do_no_harm(cost: str) -> None:
    found = change_points(dense(LEVELS), cost=cost)
    assert found.with_breaks(2) == BREAKS


def test_a_change_of_spread_alone_is_seen_by_the_cost_for_it_alone() -> None:
    value = noise(80, 1) * np.repeat([0.2, 3.0], 40)
    assert change_points(dense(value), cost="normal").steadiest["after_observation"] == [40]
    assert change_points(dense(value), cost="l2", penalties=(30,)).steadiest["breaks"] == 0


def test_one_bad_day_moves_the_mean_and_not_the_median() -> None:
    value = noise(N, 3, 0.3)
    value[30] += 12
    assert change_points(dense(value), cost="l1", smallest=5).steadiest["breaks"] == 0


def test_times_of_breaks_are_given_as_they_came() -> None:
    found = change_points(dense(LEVELS + noise(N, 0, 0.3), instants(N)))
    assert found.steadiest["at"] == [START + timedelta(days=20), START + timedelta(days=45)]
    dates = [moment.date() for moment in instants(N)]
    assert change_points(dense(LEVELS, dates)).steadiest["at"] == [dates[20], dates[45]]


def test_the_path_ascends_and_a_larger_penalty_never_adds_a_break() -> None:
    path = change_points(dense(noise(N, 7).cumsum()), penalties=(8, 0.2, 1, 3)).path
    assert path["penalty"].to_list() == [0.2, 1, 3, 8]
    assert path["breaks"].to_list() == sorted(path["breaks"], reverse=True)
    assert path["breaks"][0] > path["breaks"][-1]


def test_stretches_are_never_shorter_than_asked() -> None:
    path = change_points(dense(noise(N, 7)), penalties=(0.05,), smallest=7).path
    places = [0, *path["after_observation"][0], N]
    assert path["breaks"][0] > 2
    assert min(np.diff(places)) >= 7


# --- which count holds --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "breaks", "ends"),
    [
        ((9, 1, 1, 1, 1, 1, 1), 1, (1, 8)),
        ((1, 1, 1, 1, 0, 0, 0), 1, (0.5, 2)),  # 0.5 to 2 is a factor of 4, 3 to 8 one of 2.7
        ((7, 6, 5, 4, 3, 2, 1), 1, (8, 8)),  # none holds: of equals, the fewest
        ((2, 2, 1, 1, 0, 0, 0), 0, (3, 8)),
        ((0, 0, 0, 0, 0, 0, 0), 0, (0.5, 8)),
    ],
)
def test_the_count_that_holds_over_the_widest_range_is_told(counts: tuple, breaks: int, ends: tuple) -> None:
    path = path_of(*counts)
    assert path.steadiest["breaks"] == breaks
    assert (path.steadiest["from"], path.steadiest["to"]) == ends
    said = path.text.replace(NO_BREAK, " ").partition("widest range of penalties, ")[2]
    assert said.startswith(f"{ends[0]:.1f} to {ends[1]:.1f}: {breaks} break")
    assert ("after observation" in said) == (breaks > 0)


def test_a_count_that_no_penalty_leaves_is_refused_with_those_there_are() -> None:
    with pytest.raises(SeriesError, match=r"no penalty of the path leaves 3.breaks: it has 0, 1 or 2"):
        path_of(2, 2, 1, 1, 0, 0, 0).with_breaks(3)


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "options", "words"),
    [
        (N, {"cost": "mean"}, "'mean' is no cost: use one of l2, l1, rbf, normal"),
        (N, {"penalties": ()}, "penalties must be positive numbers, at least one"),
        (N, {"penalties": (1, 0)}, "penalties must be positive"),
        (N, {"penalties": (float("nan"),)}, "penalties must be positive"),
        (N, {"penalties": (float("inf"),)}, "penalties must be positive"),
        (N, {"smallest": 0}, "smallest = 0 must be at least 1 observation"),
        (4, {}, r"4.observations cannot show a break between stretches of at least 2: at least 5 are needed"),
        (16, {"cost": "normal"}, r"16.observations .* at least 8: at least 17 are needed"),
    ],
)
def test_what_cannot_be_searched_is_refused(n: int, options: dict, words: str) -> None:
    with pytest.raises(SeriesError, match=words):
        change_points(dense(noise(n)), **options)


# --- invariances --------------------------------------------------------------------------------------------------


@given(st.integers(0, 10**6), st.sampled_from(COSTS), st.sampled_from([2.0**-20, 0.5, 2.0**20]), st.booleans())
@settings(max_examples=10)
def test_another_unit_or_sign_of_the_value_moves_no_break(seed: int, cost: str, factor: float, turned: bool) -> None:
    """By powers of two, which round nothing: medians of even stretches leave ties that rounding would part."""
    value = LEVELS + noise(N, seed)
    other = change_points(dense((-factor if turned else factor) * value), cost=cost).path
    assert change_points(dense(value), cost=cost).path.equals(other)


@given(st.integers(0, 10**6), st.sampled_from(["l2", "rbf", "normal"]), st.floats(-1e3, 1e3))
@settings(max_examples=8)
def test_adding_a_constant_moves_no_break(seed: int, cost: str, constant: float) -> None:
    value = LEVELS + noise(N, seed)
    other = change_points(dense(value + constant), cost=cost).path
    assert change_points(dense(value), cost=cost).path.equals(other)


@given(st.integers(0, 10**6), st.integers(-1000, 1000))
@settings(max_examples=5)
def test_another_origin_of_time_moves_no_break(seed: int, shift: int) -> None:
    value = LEVELS + noise(N, seed)
    plain, other = change_points(dense(value)).path, change_points(dense(value, np.arange(N) + shift)).path
    assert plain["after_observation"].to_list() == other["after_observation"].to_list()


def test_the_text_says_what_is_constant_between_breaks_and_what_a_break_is_not() -> None:
    text = change_points(dense(LEVELS + noise(N, 0, 0.4)), cost="normal").text.replace(NO_BREAK, " ")
    for part in (
        "Breaks of mean and variance by penalty (PELT",
        "n = 60 observations",
        "says when, not why; its place carries no interval",
    ):
        assert part in text
