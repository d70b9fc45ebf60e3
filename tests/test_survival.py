"""Turnbull's estimate: truths, its certificate, ends of intervals, invariances, and what remains possible without it."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
import scipy.optimize

hypothesis = pytest.importorskip("hypothesis", reason="property tests need hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from aftermath.statistics.result import NothingToMeasure  # noqa: E402
from aftermath.statistics.turnbull import Masses, _curvature, _least_squares, identification_region, turnbull  # noqa: E402

INF = math.inf
ends = st.integers(0, 12)
widths = st.one_of(st.integers(0, 6).map(float), st.just(INF))
intervals = st.lists(st.tuples(ends, widths), min_size=1, max_size=20).map(
    lambda pairs: (np.array([left for left, _ in pairs], float), np.array([left + width for left, width in pairs], float))
)  # fmt: skip
TIMES = np.arange(-0.5, 20, 0.25)


def mean_log_likelihood(masses: Masses, left: np.ndarray, right: np.ndarray) -> float:
    inside = (masses.left >= left[:, None]) & (masses.right <= right[:, None])
    return float(np.log(inside @ masses.mass).mean())


# --- truths -------------------------------------------------------------------------------------------------------


def test_exact_times_give_their_empirical_distribution() -> None:
    masses = turnbull([1, 2, 2, 5], [1, 2, 2, 5])
    assert masses.left.tolist() == masses.right.tolist() == [1, 2, 5]
    assert masses.mass == pytest.approx([0.25, 0.5, 0.25])
    assert [ends.tolist() for ends in masses.survival([0, 1, 1.5, 2, 5])] == [
        pytest.approx([1, 0.75, 0.75, 0.25, 0])
    ] * 2


def test_right_censored_times_give_kaplan_and_meiers_curve() -> None:
    # by hand: 1 of 5 at 1, 1 of the 3 still watched at 3, the last at 4; who was watched until 3 answered after it
    masses = turnbull([1, 2, 3, 3, 4], [1, INF, 3, INF, 4], left_open=True)
    lower, upper = masses.survival([1, 3, 4])
    assert lower == pytest.approx([0.8, 0.8 * 2 / 3, 0], abs=1e-6)
    assert upper == pytest.approx(lower, abs=1e-6)


def test_a_case_that_was_never_seen_keeps_its_mass_beyond_the_record() -> None:
    masses = turnbull([1, 10], [1, INF])
    assert masses.survival([9.5]) == (pytest.approx([0.5]), pytest.approx([0.5]))
    lower, upper = masses.survival([1e9])
    assert (lower, upper) == (pytest.approx([0.0]), pytest.approx([0.5]))


def test_inside_an_innermost_interval_the_curve_is_not_known() -> None:
    lower, upper = turnbull([0, 2], [4, 6]).survival([1, 3, 5])
    assert lower.tolist() == pytest.approx([1, 0, 0])
    assert upper.tolist() == pytest.approx([1, 1, 0])


def test_what_decides_the_masses_is_solved_once_and_nobody_can_change_it_for_others() -> None:
    one, other = turnbull([0, 3, 5], [4, 6, 9]), turnbull([0, 30, 50], [40, 60, 90])
    assert one.mass is other.mass
    with pytest.raises(ValueError, match="read-only"):
        one.mass[0] = 1


def test_least_squares_without_negative_numbers_are_those_of_scipy_whichever_way_they_are_found(monkeypatch) -> None:
    reference, asked = scipy.optimize.nnls, []
    monkeypatch.setattr(scipy.optimize, "nnls", lambda *problem: asked.append(1) or reference(*problem))
    random, count = np.random.default_rng(0), 300
    for _ in range(count):
        columns = random.integers(2, 7)
        rows, sums = random.normal(size=(columns + 3, columns)), random.normal(size=columns + 3)
        assert _least_squares(rows.T @ rows, rows.T @ sums) == pytest.approx(reference(rows, sums)[0], abs=1e-9)
    assert 0 < len(asked) < count, "both ways are to be tried"


def test_weights_count_like_copies() -> None:
    left, right, weights = [0, 3, 5, 1], [4, 6, 9, INF], [2, 1, 3, 4]
    copies = turnbull(np.repeat(left, weights), np.repeat(right, weights))
    assert turnbull(left, right, weights=weights).mass == pytest.approx(copies.mass, abs=1e-6)


def test_an_exact_time_cannot_be_open() -> None:
    assert turnbull([2], [2], left_open=True).left_open.tolist() == [False]


# --- the maximum --------------------------------------------------------------------------------------------------


@given(intervals)
def test_masses_are_the_maximum(pair: tuple) -> None:
    """Gentleman and Geyer's certificate, and no likelihood nearby is greater."""
    masses = turnbull(*pair)
    assert masses.mass.sum() == pytest.approx(1)
    assert (masses.mass >= 0).all()
    inside = (masses.left >= pair[0][:, None]) & (masses.right <= pair[1][:, None])
    gain = (1 / (inside @ masses.mass)) @ inside / len(pair[0])
    assert gain.max() < 1 + 1e-8
    best, generator = mean_log_likelihood(masses, *pair), np.random.default_rng(0)
    for _ in range(5):
        other = 0.9 * masses.mass + 0.1 * generator.dirichlet(np.ones(len(masses.mass)))
        assert mean_log_likelihood(Masses(masses.left, masses.right, other, masses.left_open), *pair) <= best + 1e-9


@given(intervals, st.booleans())
def test_innermost_intervals_are_apart_and_ascend(pair: tuple, left_open: bool) -> None:
    masses = turnbull(*pair, left_open=left_open)
    assert (masses.left <= masses.right).all()
    begins = list(zip(masses.left, masses.left_open, strict=True))
    assert begins == sorted(set(begins))
    assert (masses.left[1:] >= masses.right[:-1]).all()


@given(intervals)
def test_curves_fall_from_one_and_the_lower_is_never_above(pair: tuple) -> None:
    lower, upper = turnbull(*pair).survival(TIMES)
    assert lower[0] == upper[0] == pytest.approx(1)
    assert (lower <= upper + 1e-12).all()
    for curve in (lower, upper):
        assert (np.diff(curve) <= 1e-12).all()


def test_it_is_quick_enough_for_a_bootstrap() -> None:
    """150 wide intervals, where sharing out masses again and again takes seconds a sample."""
    import time

    generator = np.random.default_rng(0)
    left = generator.exponential(1, 150)
    right = left + generator.exponential(1, 150)
    turnbull(left, right)  # loads scipy
    begin = time.process_time()
    for _ in range(10):
        turnbull(left, right)
    assert time.process_time() - begin < 2


# --- invariances --------------------------------------------------------------------------------------------------


@given(intervals, st.integers(-50, 50), st.sampled_from([60.0, 0.25]))
def test_another_origin_or_unit_of_time_moves_no_mass(pair: tuple, shift: int, unit: float) -> None:
    plain, moved = turnbull(*pair), turnbull(*(unit * (end + shift) for end in pair))
    assert moved.mass == pytest.approx(plain.mass, abs=1e-6)
    assert moved.right.tolist() == (unit * (plain.right + shift)).tolist()


@given(intervals, st.randoms())
def test_the_order_of_cases_does_not_matter(pair: tuple, chance) -> None:
    order = chance.sample(range(len(pair[0])), len(pair[0]))
    one, other = turnbull(*pair), turnbull(pair[0][order], pair[1][order])
    assert one.left.tolist() == other.left.tolist()
    assert one.mass == pytest.approx(other.mass, abs=1e-6)


# --- what remains possible ----------------------------------------------------------------------------------------


@given(intervals)
def test_the_estimate_lies_in_what_remains_possible(pair: tuple) -> None:
    least, most = identification_region(*pair, TIMES)
    lower, upper = turnbull(*pair).survival(TIMES)
    assert (least - 1e-6 <= lower).all() and (upper <= most + 1e-6).all()


@given(intervals, st.lists(st.tuples(st.integers(0, 5), widths), min_size=20, max_size=20))
@settings(max_examples=60)
def test_widening_an_interval_never_narrows_what_remains_possible(pair: tuple, more: list) -> None:
    left, right = pair
    earlier = left - np.array([early for early, _ in more[: len(left)]])
    later = right + np.array([late for _, late in more[: len(left)]])
    least, most = identification_region(left, right, TIMES)
    wider_least, wider_most = identification_region(earlier, later, TIMES)
    assert (wider_least <= least).all() and (wider_most >= most).all()


def test_turnbulls_curve_itself_may_narrow_which_is_why_the_region_is_there() -> None:
    """Widened towards another interval, the second shares its mass with it and leaves its own place empty."""
    narrow, wide = turnbull([0, 2, 5], [1, 3, 6]), turnbull([0, 0.5, 5], [1, 3, 6])
    widths = [np.subtract(*masses.survival([2.5])[::-1])[0] for masses in (narrow, wide)]
    assert widths == pytest.approx([1 / 3, 0])


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "options", "words"),
    [
        ([2], [1], {}, "a right end that is not before it"),
        ([math.nan], [1], {}, "every latency needs a finite left end"),
        ([0], [math.nan], {}, "every latency needs a finite left end"),
        ([INF], [INF], {}, "every latency needs a finite left end"),
        ([-INF], [1], {}, "every latency needs a finite left end"),
        ([0, 1], [1], {}, "2 left ends and 1 right ends: give one of each"),
        ([0, 1], [1, 2], {"weights": [1]}, "weights must be positive numbers, one for each latency"),
        ([0, 1], [1, 2], {"weights": [1, 0]}, "weights must be positive"),
        ([0, 1], [1, 2], {"weights": [1, math.nan]}, "weights must be positive"),
    ],
)
def test_what_is_no_interval_is_refused(left: list, right: list, options: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        turnbull(left, right, **options)
    if not options:
        with pytest.raises(ValueError, match=words):
            identification_region(left, right, [0])


def test_without_a_latency_there_is_nothing_to_measure() -> None:
    for measure in (turnbull, lambda left, right: identification_region(left, right, [0])):
        with pytest.raises(NothingToMeasure, match="there is no latency to draw a curve from"):
            measure([], [])


def test_thousands_of_latencies_take_a_moment_and_no_likelihood_is_higher() -> None:
    generator, taken = np.random.default_rng(3), []
    for n in (500, 5000):
        moment, looks = generator.exponential(10, size=n), generator.exponential(3, size=(2, n))
        left, right = np.maximum(0, moment - looks[0]), np.where(generator.random(n) < 0.2, INF, moment + looks[1])
        begun = time.process_time()
        masses = turnbull(left, right)
        taken.append(time.process_time() - begun)
        inside = (masses.left >= left[:, None]) & (masses.right <= right[:, None])
        gain = (inside / (inside @ masses.mass)[:, None]).mean(axis=0)
        assert gain.max() < 1 + 1e-8  # no mass could be moved to gain more: Gentleman and Geyer (1994)
    assert taken[1] < max(1.0, 10**1.5 * 2 * taken[0])


def test_intervals_that_are_alike_by_the_hundred_count_as_weights_and_cost_as_few() -> None:
    left, right = np.array([0.0, 3, 5, 1, 8]), np.array([4.0, 6, 9, INF, 8])
    copies = np.repeat(np.arange(5), [300, 200, 400, 100, 500])
    many = turnbull(left[copies], right[copies])
    few = turnbull(left, right, weights=[3, 2, 4, 1, 5])
    assert many.left.tolist() == few.left.tolist()
    assert many.mass == pytest.approx(few.mass, abs=1e-9)
    alike = turnbull([2.0] * 700, [5.0] * 700)
    assert (alike.left.tolist(), alike.right.tolist(), alike.mass.tolist()) == ([2], [5], [1])


def test_steps_know_how_many_hold_two_places_at_once() -> None:
    generator = np.random.default_rng(8)
    begin = generator.integers(0, 6, size=40)
    end = begin + 1 + generator.integers(0, 6 - begin)
    numbers = generator.random(40)
    held = ((begin[:, None] <= np.arange(6)) & (np.arange(6) < end[:, None])).astype(float)
    assert _curvature(numbers, begin, end, 6) == pytest.approx(held.T @ (numbers[:, None] * held))
