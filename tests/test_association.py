"""Rank correlations over cases, with the doubt of the record carried through."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aftermath as am
from aftermath.comparison import permutation
from aftermath.comparison.association import Variable, associate, associations, change_of_tone, delay, openness
from aftermath.comparison.permutation import TooFew, kendall, sign_flips, tau_b, taus, two_groups

values = st.lists(st.integers(-20, 20), min_size=4, max_size=7).filter(lambda found: len(set(found)) > 1)


def points(name, numbers):
    return Variable(name, {f"case-{place}": (value, value, value) for place, value in enumerate(numbers)})


@pytest.fixture(scope="module")
def comparison():
    return am.compare(am.cases())


def test_points_have_no_spread():
    found = associate(points("a", [1, 2, 3, 4, 5]), points("b", [2, 1, 4, 3, 5]), draws=50)
    assert found.lower == found.upper == found.test.statistic == pytest.approx(0.6)


def test_an_interval_that_decides_the_order_either_way_widens_the_spread():
    wide = Variable("b", points("b", [2, 1, 4, 3, 5]).values | {"case-0": (0, 3, 6)})
    narrow = associate(points("a", [1, 2, 3, 4, 5]), points("b", [2, 1, 4, 3, 5]), draws=200)
    found = associate(points("a", [1, 2, 3, 4, 5]), wide, draws=200)
    assert found.lower < narrow.lower <= narrow.upper <= found.upper


def test_what_was_not_seen_is_the_longest_delay():
    unseen = Variable("a", points("a", [1, 2, 3, 4]).values | {"case-3": (2.5, math.inf, math.inf)})
    assert associate(unseen, points("b", [1, 2, 3, 4])).test.statistic == 1


def test_only_cases_that_have_both_count():
    found = associate(points("a", [1, 2, 3, 4, 5]), points("b", [1, 2, 3]))
    assert found.case_ids == ("case-0", "case-1", "case-2")


def test_two_cases_are_refused_in_words():
    found = associate(points("a", [1, 2]), points("b", [1, 2]))
    assert found.test is None
    assert "three" in found.text


def test_a_case_can_be_left_out_and_is_named():
    variables = [points("a", [1, 2, 3, 9]), points("b", [1, 2, 3, 0])]
    found = associations(variables, left_out={"case-3": "own clock"})
    assert found.pairs[0].test.statistic == 1
    assert "case-3 (own clock)" in found.text


def test_the_most_influential_case_is_the_outlier():
    found = associate(points("a", [1, 2, 3, 4, 5]), points("b", [5, 1, 2, 3, 4]))
    assert found.most_influential == "case-0"
    assert found.without["case-0"] == 1


def test_real_cases_give_every_variable(comparison):
    entries = comparison.entries
    variables = [delay(entries), openness(entries), openness(entries, "empathy"), change_of_tone(entries)]
    found = associations(variables, draws=50)
    assert len(found.pairs) == 6
    assert all(len(pair.case_ids) == 16 for pair in found.pairs)
    assert all(lower <= best <= upper for each in variables for lower, best, upper in each.values.values())
    assert found.table["smallest_p"].max() < 0.01


def test_the_text_makes_no_claim_of_cause(comparison):
    text = associate(delay(comparison.entries), openness(comparison.entries), draws=50).text
    assert "n = 16" in text
    assert "smallest that could come out" in text


@given(values)
@settings(max_examples=40)
def test_tau_does_not_depend_on_the_order_of_cases_or_on_units(numbers):
    other = list(range(len(numbers)))
    found = kendall(numbers, other)
    assert kendall([3 * value + 1 for value in numbers], other).p == found.p
    assert kendall(numbers[::-1], other[::-1]).statistic == pytest.approx(found.statistic)
    assert found.smallest_p <= found.p <= 1


@given(values, values)
@settings(max_examples=40)
def test_groups_may_be_swapped(first, second):
    one, other = two_groups(first, second), two_groups(second, first)
    assert one.p == pytest.approx(other.p)
    assert one.statistic == pytest.approx(-other.statistic)


def test_a_sample_of_orders_counts_the_observed_one_and_gives_its_error():
    found = kendall(range(12), range(12))
    assert not found.exact
    assert 0 < found.p < 0.001
    assert found.error < 0.001
    assert kendall(range(12), range(12)) == found


def test_many_pairs_at_once_are_each_pair_alone_and_nan_where_one_does_not_vary():
    one, other = np.random.default_rng(2).integers(5, size=(2, 25, 40)).astype(float)
    one[:, 3], other[4, :] = 1.0, math.inf
    found = taus(one, other)
    assert np.flatnonzero(np.isnan(found)).tolist() == [3]
    assert [found[place] for place in range(40) if place != 3] == [
        tau_b(one[:, place], other[:, place]) for place in range(40) if place != 3
    ]
    assert np.isnan(taus(one[:2], other[:2])).all()
    assert taus(one, other[:, 5:6]).tolist() == pytest.approx(taus(one, other[:, [5] * 40]).tolist(), nan_ok=True)
    assert taus(one[:, :0], other[:, :0]).shape == (0,)


@pytest.mark.parametrize("n", [23, 24])
def test_more_pairs_of_cases_than_are_compared_at_a_time(n, monkeypatch):
    stats = pytest.importorskip("scipy.stats")
    monkeypatch.setattr(permutation, "AT_ONCE", 23 * 22 // 2)
    one, other = np.random.default_rng(n).integers(9, size=(2, n))
    assert tau_b(one, other) == pytest.approx(stats.kendalltau(one, other).statistic, abs=1e-12)


@pytest.mark.parametrize("numbers", [[], [0, 0], [1, math.nan], [1.0] * 19])
def test_differences_that_bear_nothing_are_refused(numbers):
    with pytest.raises(TooFew):
        sign_flips(numbers)


@pytest.mark.parametrize(("first", "second"), [([], [1]), ([2, 2], [2]), ([1], [math.inf])])
def test_groups_that_bear_nothing_are_refused(first, second):
    with pytest.raises(TooFew):
        two_groups(first, second)


def test_many_splits_are_sampled_and_stay_near_the_exact_value():
    generator = np.random.default_rng(0)
    one, other = generator.normal(0, 1, 12), generator.normal(0.8, 1, 12)
    found = two_groups(one, other)
    assert not found.exact
    assert found.p == pytest.approx(two_groups(one, other, seed=9).p, abs=6 * found.error)
