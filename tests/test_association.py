"""Rank correlations over cases, with the doubt of the record carried through."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aftermath as am
from aftermath.comparison.association import associate, associate_pairs
from aftermath.comparison.variables import LATEST, Variable, delay, openness, recovery
from aftermath.statistics import permutation
from aftermath.statistics.permutation import TooFew, kendall, sign_flips, tau_b, taus, two_groups

values = st.lists(st.integers(-20, 20), min_size=4, max_size=7).filter(lambda found: len(set(found)) > 1)


def points(name, numbers):
    return Variable(name, {f"case-{place}": (value, value, value) for place, value in enumerate(numbers)})


@pytest.fixture(scope="module")
def comparison():
    return am.compare(am.cases())


def test_points_have_one_tau_and_the_slope_of_least_squares():
    found = associate(points("a", [1, 2, 3, 4, 5]), points("b", [2, 1, 4, 3, 5]))
    assert [found.least, found.greatest, found.test.statistic] == pytest.approx([0.6] * 3)
    assert found.slope.value == pytest.approx(np.polyfit([1, 2, 3, 4, 5], [2, 1, 4, 3, 5], 1)[0])


def test_an_interval_that_decides_the_order_either_way_widens_what_tau_may_be_and_the_slope():
    wide = Variable("b", points("b", [2, 1, 4, 3, 5]).values | {"case-0": (0, 2, 6)})
    narrow = associate(points("a", [1, 2, 3, 4, 5]), points("b", [2, 1, 4, 3, 5]))
    found = associate(points("a", [1, 2, 3, 4, 5]), wide)
    assert found.least < narrow.least <= narrow.greatest < found.greatest
    assert found.slope.error > narrow.slope.error


def test_what_was_not_seen_is_the_longest_delay():
    unseen = Variable(
        "a", points("a", [100, 200, 300, 400]).values | {"case-3": (250, math.inf, math.inf)}, logarithmic=True
    )
    found = associate(unseen, points("b", [1, 2, 3, 4]))
    assert found.test.statistic == found.greatest == found.least == 1
    assert math.isfinite(found.slope.upper)


readings = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), min_size=4, max_size=6)


@given(readings, readings, st.integers(0, 2**31))
@settings(max_examples=40, deadline=None)
def test_no_reading_inside_the_ends_passes_the_limits_of_tau(first, second, seed):
    n = min(len(first), len(second))
    one, other = (
        Variable(
            name, {f"case-{place}": (low, low + width / 2, low + width) for place, (low, width) in enumerate(given[:n])}
        )
        for name, given in (("a", first), ("b", second))
    )
    found = associate(one, other)
    if not found.computed:
        return
    generator = np.random.default_rng(seed)
    assert found.least - 1e-9 <= found.test.statistic <= found.greatest + 1e-9
    for whole in (False, True):  # whole numbers are tied now and then
        drawn = [
            low + generator.random((200, n)) * (high - low)
            for low, _, high in (one.ends(found.case_ids).T, other.ends(found.case_ids).T)
        ]
        found_taus = taus(*(np.round(each).T if whole else each.T for each in drawn))
        assert np.all(
            np.isnan(found_taus) | ((found.least - 1e-9 <= found_taus) & (found_taus <= found.greatest + 1e-9))
        )


def test_only_cases_that_have_both_count():
    found = associate(points("a", [1, 2, 3, 4, 5]), points("b", [1, 3, 2]))
    assert found.case_ids == ("case-0", "case-1", "case-2")


@pytest.mark.parametrize(
    ("first", "second"), [([1, 2], [1, 2]), ([], []), ([1, 2, 3], [4, 4, 4]), ([7, 7, 7, 7], [1, 2, 3, 4])]
)
def test_what_bears_nothing_is_refused_in_words(first, second):
    found = associate(points("a", first), points("b", second))
    assert found.test is None and found.slope is None
    assert "three" in found.text
    assert "nan" not in found.text
    assert found.table["slope"].null_count() == 1


def test_a_case_can_be_left_out_and_is_named():
    variables = [points("a", [1, 2, 3, 9]), points("b", [1, 2, 3, 0])]
    found = associate_pairs([variables], left_out={"case-3": "own clock"})
    assert found.pairs[0].test.statistic == 1
    assert "case-3 (own clock)" in found.text


def test_the_most_influential_case_is_the_outlier():
    found = associate(points("a", [1, 2, 3, 4, 5]), points("b", [5, 1, 2, 3, 4]))
    assert found.most_influential == "case-0"
    assert found.without["case-0"] == 1


def test_tau_without_a_case_is_tau_of_the_others():
    one, other = np.random.default_rng(5).integers(5, size=(2, 9))
    found = associate(points("a", one), points("b", other))
    for place in range(9):
        kept = np.arange(9) != place
        assert found.without[f"case-{place}"] == pytest.approx(tau_b(one[kept], other[kept]))


def test_perfect_order_keeps_the_numbers_and_their_errors():
    outcome = Variable(
        "b", points("b", [4, 1, 3, 2, 5, 0]).values, {f"case-{place}": 0.1 * (place + 1) for place in range(6)}
    )
    found = associate(points("a", range(6)), outcome)
    assert not found.slope.leaves_zero_out
    assert found.can_tell
    in_order = associate(
        points("a", range(6)),
        Variable(
            "b", points("b", range(6)).values, {f"case-{n}": 0.1 * ([4, 1, 3, 2, 5, 0].index(n) + 1) for n in range(6)}
        ),
    )
    assert found.in_order == in_order.slope


def test_real_cases_give_every_variable(comparison):
    entries = comparison.entries
    late, open_, kind, recovered = delay(entries), openness(entries), openness(entries, "empathy"), recovery(entries)
    found = associate_pairs(
        [(late, open_), (late, kind), (late, recovered), (open_, kind), (open_, recovered), (kind, recovered)]
    )
    assert [len(pair.case_ids) for pair in found.pairs] == [14, 14, 14, 16, 16, 16]
    assert all(
        lower <= best <= upper for each in (late, open_, kind, recovered) for lower, best, upper in each.values.values()
    )
    assert found.table["smallest_p"].max() < 0.01


def test_an_answer_that_came_with_clock_zero_has_no_delay_and_one_that_was_not_seen_has_one_only_on_request(comparison):
    assert "gm-ignition-recall" not in delay(comparison.entries).values
    assert "tiktok-data-transparency" not in delay(comparison.entries).values  # it was asked before the report came out
    assert len(delay(comparison.entries, "named_apology").values) == 8
    latest = delay(comparison.entries, "named_apology", unseen=LATEST).values
    assert len(latest) == 16
    assert sum(math.isinf(upper) for _, _, upper in latest.values()) == 8


def test_shared_items_and_what_was_not_seen_make_the_difference_that_the_page_names(comparison):
    def tau(look, first, second):
        pairs = comparison.associations.looks[look].pairs
        (found,) = [pair for pair in pairs if first in pair.first.name and pair.second.name == second]
        return round(found.test.statistic, 2), len(found.case_ids)

    assert tau("with shared items", "apology", "empathy") == (-0.04, 8)
    assert tau("all cases", "apology", "empathy") == (0.07, 8)
    assert tau("not seen counts as latest", "apology", "empathy") == (-0.21, 16)


def test_the_index_without_items_is_that_of_the_others(comparison):
    entry = comparison["kitchenaid-tweet"]
    whole, part = (openness([entry], without=items).values[entry.case_id] for items in ((), ("T1",)))
    index = entry.transparency.transparency
    assert whole == (index.lower, index.value, index.upper)
    scored = [
        np.mean(item.numbers)
        for item in entry.transparency.items
        if item.item[0] == "T" and item.item != "T1" and item.numbers
    ]
    assert part[1] == pytest.approx(50 * np.mean(scored))


def test_recovery_is_the_slope_of_the_ordinal_model_with_its_clustered_error(comparison):
    case_id = "united-3411"
    found = comparison[case_id].recovery
    variable = recovery(comparison.entries)
    assert variable.values[case_id][1] == pytest.approx(math.log(found.odds_ratio))
    assert variable.values[case_id][0] == pytest.approx(math.log(found.odds_lower))
    assert variable.errors[case_id] == found.slope_error > 0


def test_the_text_makes_no_claim_of_cause(comparison):
    text = associate(delay(comparison.entries), openness(comparison.entries)).text
    assert "n = 14" in text
    assert "smallest that could come out" in text
    assert "in perfect order" in text


def test_orders_count_the_same_by_bits_as_pair_by_pair():
    generator = np.random.default_rng(1)
    for n in (3, 9, 40, 63, 64, 65, 150):
        for levels in (2, 5, 1000):
            one, other = generator.integers(levels, size=(2, n)).astype(float)
            one[:2], other[-2:], other[0] = math.inf, math.inf, -1
            orders = np.argsort(generator.random((30, n)), axis=1).T.astype(np.uint16)
            wanted = taus(one[:, None], other[orders]) * math.sqrt(_untied(one) * _untied(other))
            assert permutation.concordance_of_orders(one, other, orders).tolist() == pytest.approx(wanted.tolist())


def _untied(values):
    return sum(one != other for place, one in enumerate(values) for other in values[:place])


@pytest.mark.slow
def test_many_cases_do_not_take_their_square():
    def seconds(n):
        numbers = np.random.default_rng(n).normal(size=(2, n))
        kendall(*numbers)  # the orders are kept
        start = time.process_time()
        kendall(*numbers)
        return time.process_time() - start

    assert min(seconds(600) for _ in range(3)) < 9 * min(seconds(150) for _ in range(3))  # all pairs: 16 times as many


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


@pytest.mark.parametrize("n", [3, 23, 64, 1000])
@pytest.mark.parametrize("values", [2, 9, 10_000])
def test_tau_b_is_that_of_scipy_with_few_cases_and_with_many(n, values):
    stats = pytest.importorskip("scipy.stats")
    one, other = np.random.default_rng(n + values).integers(values, size=(2, n)).astype(float)
    one[:2], other[-2:], other[0] = (0, 1), (math.inf, 1), 0
    assert tau_b(one, other) == pytest.approx(stats.kendalltau(one, other).statistic, abs=1e-12)


def test_of_many_numbers_fewer_arrangements_are_drawn_and_the_error_says_so():
    one, other = np.random.default_rng(0).random((2, 1000))
    assert kendall(one, other).arrangements == permutation.PLACES // 1000 < kendall(one[:200], other[:200]).arrangements
    assert two_groups(one, other).error > two_groups(one[:50], other[:50]).error > 0


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
