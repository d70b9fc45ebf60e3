"""The exact interval of a shift: it is that of the very test, not of another one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from aftermath.problems import AftermathError
from aftermath.statistics.permutation import TooFew, two_groups
from aftermath.statistics.shift import shift

LEVELS = (0.6, 0.8, 0.9, 0.95)
numbers = st.lists(st.integers(-9, 9), min_size=1, max_size=6)
levels = st.sampled_from(LEVELS)


def holds(first, second, moved, level, seed=0) -> bool:
    """Whether the test of two groups lets a shift stand."""
    try:
        found = two_groups([value - moved for value in first], second, seed=seed)
    except TooFew:  # all numbers are equal: nothing could speak for the shift more
        return True
    return found.p > 1 - level + 1e-9


def vary(first, second) -> bool:
    return len({*first, *second}) > 1


@given(numbers, numbers, levels, st.integers(-400, 400))
@settings(max_examples=150, deadline=None)
def test_a_shift_is_in_the_interval_where_the_test_lets_it_stand(first, second, level, tenths):
    assume(vary(first, second))
    found, moved = shift(first, second, level=level), tenths / 10 + 0.01
    assert (found.lower <= moved <= found.upper) == holds(first, second, moved, level)


@given(numbers, numbers, levels)
@settings(max_examples=150, deadline=None)
def test_the_ends_belong_to_it_and_what_is_just_beyond_does_not(first, second, level):
    assume(vary(first, second))
    found = shift(first, second, level=level)
    assume(found.bounded)
    for end, beyond in ((found.lower, -1e-6), (found.upper, 1e-6)):
        assert holds(first, second, end, level)
        assert not holds(first, second, end + beyond, level)


def searched(first, second, level, way) -> float:
    """An end by halving, which knows the test only."""
    inside, outside = np.mean(first) - np.mean(second), way * 1000.0
    for _ in range(60):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if holds(first, second, middle, level) else (inside, middle)
    return inside


@pytest.mark.parametrize(("sizes", "level"), [((4, 5), 0.95), ((7, 3), 0.9), ((2, 8), 0.8), ((5, 5), 0.95)])
def test_a_search_over_the_test_finds_the_same_ends(sizes, level):
    generator = np.random.default_rng(sum(sizes))
    first, second = generator.gumbel(0.5, 1, sizes[0]), generator.normal(0, 2, sizes[1])
    found = shift(first, second, level=level)
    assert [found.lower, found.upper] == pytest.approx([searched(first, second, level, way) for way in (-1, 1)])


@given(numbers, numbers, levels, st.integers(-50, 50), st.sampled_from([0.5, 2, 8]))
@settings(max_examples=80, deadline=None)
def test_it_moves_with_the_numbers_and_turns_with_the_groups(first, second, level, added, times):
    assume(vary(first, second))
    found = shift(first, second, level=level)
    ends = np.array([found.lower, found.upper])
    moved = shift([times * value + added for value in first], [times * value for value in second], level=level)
    assert [moved.lower, moved.upper] == pytest.approx(times * ends + added)
    turned = shift(second, first, level=level)
    assert [-turned.upper, -turned.lower] == pytest.approx(ends)
    assert found.lower <= found.statistic <= found.upper


@pytest.mark.parametrize("one", range(1, 8))
@pytest.mark.parametrize("other", range(1, 8))
def test_it_has_both_ends_or_none_and_the_sizes_decide(one, other):
    generator = np.random.default_rng(10 * one + other)
    found = shift(generator.normal(0, 1, one), generator.normal(5, 1, other))
    rejecting = 1 + (one == other)  # the observed split, and its mirror where there is one
    assert found.bounded == (rejecting / math.comb(one + other, one) <= 0.05)
    assert math.isinf(found.lower) == math.isinf(found.upper) == (not found.bounded)


def test_a_higher_level_is_no_narrower():
    ends = [shift([1, 4, 4, 7], [2, 2, 3, 9, 11], level=level) for level in LEVELS]
    assert [each.lower for each in ends] == sorted((each.lower for each in ends), reverse=True)
    assert [each.upper for each in ends] == sorted(each.upper for each in ends)


def test_groups_that_do_not_vary_leave_one_shift():
    found = shift([5] * 5, [3] * 5)
    assert [found.lower, found.statistic, found.upper] == pytest.approx([2, 2, 2])


def test_it_holds_the_truth_as_often_as_it_says():
    generator = np.random.default_rng(1)
    found = [shift(generator.exponential(1, 5) + 0.7, generator.exponential(1, 4)) for _ in range(400)]
    share = np.mean([each.lower <= 0.7 <= each.upper for each in found])
    assert 0.93 <= share < 1  # 120 of 126 splits: 95.2 %, and no more for a lack of splits


def test_many_splits_are_sampled_and_the_interval_is_that_of_the_sample():
    generator = np.random.default_rng(0)
    first, second = generator.normal(0, 1, 12), generator.normal(0.8, 1, 12)
    found = shift(first, second, seed=3)
    assert not found.exact
    assert "95\xa0% interval over a sample of 20,000 splits" in found.text
    assert "exact" not in found.text
    assert shift(first, second, seed=3) == found
    for moved in (found.lower - 0.01, found.lower + 0.01, found.upper - 0.01, found.upper + 0.01):
        assert (found.lower <= moved <= found.upper) == holds(first, second, moved, 0.95, seed=3)


def test_the_words_say_interval_splits_p_and_floor():
    found = shift([19, 22, 25, 26], [23, 33, 40])  # p is 4 of 35; only 26, 33, 40 are further from the others
    assert found.text == (
        "−9.00 [−21.00 to +3.00], exact 95\xa0% interval over all 35 splits, if both groups spread alike; p\xa0=\xa00.114, smallest possible 0.029"
    )
    assert "without an end" in shift([1, 2, 3], [4, 5, 6]).text
    assert "[" not in shift([1, 2, 3], [4, 5, 6]).text


WELCH = (19, 22, 25, 26), (23, 33, 40)


def test_where_groups_need_not_spread_alike_a_shift_is_ruled_out_only_by_both_tests():
    alike, free = shift(*WELCH), shift(*WELCH, alike=False)
    # R 4.2.2, print(t.test(c(19, 22, 25, 26), c(23, 33, 40)), digits = 8)
    assert [free.lower, free.upper] == pytest.approx([-27.9913162, 9.9913162], abs=1e-6)
    assert free.p == pytest.approx(0.20241, abs=1e-5)
    assert free.p > alike.p
    assert "the wider of Welch’s and of that over all 35 splits; the larger p" in free.text


@given(numbers, numbers, levels)
@settings(max_examples=80, deadline=None)
def test_it_is_never_narrower_and_ends_where_the_exact_one_ends(first, second, level):
    assume(vary(first, second))
    alike, free = shift(first, second, level=level), shift(first, second, level=level, alike=False)
    assert free.lower <= alike.lower and free.upper >= alike.upper
    assert free.bounded == (alike.bounded and min(len(first), len(second)) > 1)
    assert math.isinf(free.lower) == math.isinf(free.upper)
    assert alike.p <= free.p <= 1


def test_it_keeps_its_word_where_a_small_group_spreads_more():
    generator = np.random.default_rng(3)
    held = [0, 0]
    for _ in range(300):
        one, other = generator.normal(0, 3, 3), generator.normal(0, 1, 13)
        for place, alike in enumerate((True, False)):
            found = shift(one, other, alike=alike)
            held[place] += found.lower <= 0 <= found.upper
    assert held[0] < 0.8 * 300 and held[1] >= 0.88 * 300


@pytest.mark.parametrize(("first", "second"), [([], [1]), ([2, 2], [2]), ([1], [math.inf])])
def test_groups_that_bear_nothing_are_refused(first, second):
    with pytest.raises(TooFew):
        shift(first, second)


@pytest.mark.parametrize("level", [0, 1, 95, math.nan])
def test_a_level_that_is_none_is_refused(level):
    with pytest.raises(AftermathError, match="between 0 and 1"):
        shift([1, 2], [3, 4], level=level)
