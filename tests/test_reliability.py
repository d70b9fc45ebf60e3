"""Agreement of coders: the coefficient, its bounds, and where nothing can be told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import krippendorff
import numpy as np
import pytest

hypothesis = pytest.importorskip("hypothesis", reason="property tests need hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from aftermath.statistics.agreement import (  # noqa: E402
    MEASUREMENTS,
    WEIGHTS,
    _alphas,
    _distances,
    _given,
    krippendorff_alpha,
)
from aftermath.wording import NO_BREAK  # noqa: E402

LEVELS = (0, 1, 2)
GAP = math.nan
scores = st.sampled_from([0.0, 1.0, 2.0, GAP])
tables = st.lists(st.tuples(scores, scores), min_size=2, max_size=16).map(lambda units: list(zip(*units, strict=True)))


def same(one: float, other: float) -> bool:
    return (math.isnan(one) and math.isnan(other)) or one == pytest.approx(other, abs=1e-9)


@pytest.mark.parametrize(("units", "may_differ"), [(6, "39 %"), (11, "24 %"), (22, "13 %"), (40, "7 %")])
def test_perfect_agreement_on_few_units_is_not_certain(units: int, may_differ: str) -> None:
    codes = [unit % 3 for unit in range(units)]
    agreement = krippendorff_alpha([codes] * 2, LEVELS, weights="identity")
    assert (agreement.alpha, agreement.upper, agreement.ac, agreement.ac_upper) == (1, 1, 1, 1)
    assert agreement.lower < 1
    # an exact limit lets so many differ; with three levels in even use each of them costs AC1 half as much again
    unseen = 1 - 0.05 ** (1 / units)
    assert agreement.ac_lower == pytest.approx(1 - 1.5 * unseen, abs=0.05)
    assert may_differ in agreement.text
    assert (agreement.units, agreement.same) == (units, units)


def test_the_more_units_agree_the_surer_it_is() -> None:
    lower = [krippendorff_alpha([[1, 2] * n] * 2, LEVELS) for n in (2, 5, 20, 100)]
    assert [each.lower for each in lower] == sorted(each.lower for each in lower)
    assert [each.ac_lower for each in lower] == sorted(each.ac_lower for each in lower)
    assert lower[-1].ac_lower > 0.95


def test_where_all_codes_are_alike_alpha_is_not_defined_and_ac2_is() -> None:
    agreement = krippendorff_alpha([[2] * 11] * 2, LEVELS)
    assert not agreement.defined
    assert agreement.ac == agreement.ac_upper == 1
    assert 0.6 < agreement.ac_lower < 0.9
    assert agreement.text.replace(NO_BREAK, " ").startswith("α not defined (no two codes differ), AC2 = 1.00 [0.")
    assert "up to 24 %" in agreement.text


def test_perfect_disagreement_is_below_chance() -> None:
    assert krippendorff_alpha([[0, 2, 0, 2], [2, 0, 2, 0]], LEVELS).alpha < 0


@pytest.mark.parametrize(
    ("codes", "units", "agreeing"),
    [
        ([], 0, 0),
        ([[], []], 0, 0),
        ([[1], [1]], 1, 1),
        ([[1], [2]], 1, 0),
        ([[1, 1, 1], [1, 1, 1]], 3, 3),
        ([[1, GAP], [GAP, 2]], 0, 0),
        ([[GAP, GAP], [GAP, GAP]], 0, 0),
    ],
)
def test_without_units_or_variation_nothing_can_be_told(codes: list, units: int, agreeing: int) -> None:
    agreement = krippendorff_alpha(codes, LEVELS)
    assert not agreement.defined
    assert (agreement.units, agreement.same) == (units, agreeing)
    assert "not defined" in agreement.text
    assert math.isnan(agreement.lower) and math.isnan(agreement.upper)


def test_two_units_have_an_interval_that_says_how_little_is_known() -> None:
    agreement = krippendorff_alpha([[0, 2], [1, 2]], LEVELS)
    assert agreement.lower < 0 < agreement.alpha < agreement.upper
    assert agreement.ac_lower < 0 < agreement.ac < agreement.ac_upper


def test_the_text_gives_interval_and_n() -> None:
    agreement = krippendorff_alpha([[2, 2, 1, 0, 1], [2, 2, 2, 0, 0]], LEVELS)
    assert agreement.text.replace(NO_BREAK, " ").endswith("n = 5 units, same score on 3")
    assert agreement.text.startswith("α = 0.")
    assert "[" in agreement.text


@given(tables)
@settings(max_examples=60)
def test_swapping_the_coders_changes_nothing(table: list) -> None:
    one, other = krippendorff_alpha(table, LEVELS, draws=20), krippendorff_alpha(table[::-1], LEVELS, draws=20)
    for name in ("alpha", "lower", "upper", "ac", "ac_lower", "ac_upper", "ac_error"):
        assert same(getattr(one, name), getattr(other, name)), name
    assert (one.units, one.same) == (other.units, other.same)


@given(tables, st.randoms())
@settings(max_examples=60)
def test_the_order_of_units_does_not_matter(table: list, chance) -> None:
    units = list(zip(*table, strict=True))
    shuffled = list(zip(*chance.sample(units, len(units)), strict=True))
    assert same(krippendorff_alpha(table, LEVELS, draws=1).alpha, krippendorff_alpha(shuffled, LEVELS, draws=1).alpha)


@given(tables)
@settings(max_examples=60)
def test_reversing_the_scale_changes_nothing(table: list) -> None:
    turned = [[2 - score for score in coder] for coder in table]
    assert same(krippendorff_alpha(table, LEVELS, draws=1).alpha, krippendorff_alpha(turned, LEVELS, draws=1).alpha)


@given(tables, st.sampled_from(WEIGHTS))
@settings(max_examples=60)
def test_no_coefficient_exceeds_one_and_every_interval_holds_its_estimate(table: list, weights: str) -> None:
    agreement = krippendorff_alpha(table, LEVELS, weights=weights, draws=20)
    for value, lower, upper in (
        (agreement.alpha, agreement.lower, agreement.upper),
        (agreement.ac, agreement.ac_lower, agreement.ac_upper),
    ):
        assert math.isnan(value) == math.isnan(lower) == math.isnan(upper)
        if not math.isnan(value):
            assert lower <= value <= upper <= 1 + 1e-9
    assert math.isnan(agreement.ac) == (agreement.units < 2)
    assert 0 <= agreement.same <= agreement.units
    assert "nan" not in agreement.text


@given(tables)
@settings(max_examples=40)
def test_a_unit_that_one_coder_scored_changes_nothing(table: list) -> None:
    more = [[*table[0], 2.0], [*table[1], GAP]]
    one, other = krippendorff_alpha(table, LEVELS, draws=20), krippendorff_alpha(more, LEVELS, draws=20)
    assert same(one.alpha, other.alpha)
    assert same(one.lower, other.lower)
    assert one.units == other.units


def test_the_bootstrap_is_seeded() -> None:
    codes = [[0, 1, 2, 1, 0, 2, 1, 1], [0, 1, 1, 1, 0, 2, 2, 0]]
    first, again, other = (krippendorff_alpha(codes, LEVELS, draws=200, seed=seed) for seed in (0, 0, 7))
    assert first == again
    assert (first.lower, first.upper) != (other.lower, other.upper)
    assert first.alpha == other.alpha


def alpha_of_the_package(codes: np.ndarray, levels: Sequence[float], measurement: str) -> float:
    """Alpha by the package krippendorff; NaN where it refuses, or divides nothing by nothing."""
    compared = codes[:, np.sum(~np.isnan(codes), axis=0) >= 2]
    if compared.shape[1] < 2 or len(np.unique(compared[~np.isnan(compared)])) < 2:
        return math.nan
    return float(krippendorff.alpha(codes, value_domain=list(levels), level_of_measurement=measurement))


@given(
    many=st.integers(2, 5).flatmap(
        lambda coders: st.lists(
            st.lists(st.sampled_from([-2.0, 0.0, 1.0, 5.0, GAP]), min_size=coders, max_size=coders),
            min_size=2,
            max_size=12,
        )
    ),
    measurement=st.sampled_from(MEASUREMENTS),
)
@settings(max_examples=100)
def test_alpha_is_that_of_the_package_for_any_coders_gaps_and_measurement(many: list, measurement: str) -> None:
    codes, levels = np.array(many).T, (-2, 0, 1, 5)
    named = {str(coder): row for coder, row in enumerate(codes)}
    ours = krippendorff_alpha(named, levels, measurement=measurement, draws=0).alpha
    expected = alpha_of_the_package(codes, levels, measurement)
    assert (math.isnan(ours) and math.isnan(expected)) or ours == pytest.approx(expected, rel=1e-13, abs=1e-14)


@given(tables, st.integers(0, 1000), st.sampled_from(MEASUREMENTS))
@settings(max_examples=60)
def test_many_samples_at_once_give_what_the_package_gives_for_each(table: list, seed: int, measurement: str) -> None:
    codes = np.array(table, dtype=float)
    codes = codes[:, ~np.isnan(codes).any(axis=0)]
    units = codes.shape[1]
    hypothesis.assume(units >= 2)
    drawn = np.random.default_rng(seed).integers(units, size=(8, units))
    times = np.array([np.bincount(sample, minlength=units) for sample in drawn])
    distances = partial(_distances, np.array(LEVELS, dtype=float), measurement)
    n = 2 * units  # the package corrects for a sample of so many codes
    for one, sample in zip(_alphas(times, _given(codes, LEVELS), distances), drawn, strict=True):
        assert same(1 - (1 - one) * (n - 1) / n, alpha_of_the_package(codes[:, sample], LEVELS, measurement))


def test_the_interval_does_not_depend_on_how_units_are_ordered() -> None:
    one, other = (
        krippendorff_alpha([[0, 1, 2, 2], [0, 2, 2, 2]], LEVELS),
        krippendorff_alpha([[2, 2, 1, 0], [2, 2, 2, 0]], LEVELS),
    )
    assert one == other


def test_three_coders_with_gaps_are_compared_pair_by_pair() -> None:
    coders = {"ann": [0, 1, 2, None, 2, 0], "ben": [0, 1, None, None, 2, 1], "cy": [0, 2, 2, 1, None, 0]}
    agreement = krippendorff_alpha(coders, LEVELS)
    assert (agreement.units, agreement.same) == (5, 3)
    assert -1 < agreement.lower < agreement.alpha < agreement.upper < 1
    assert agreement.ac_lower < agreement.ac < agreement.ac_upper


def test_a_coder_with_one_row_adds_one_unit() -> None:
    assert krippendorff_alpha({"a": [0, 1, 2], "b": [0, 1, None], "c": [None, None, 2]}, LEVELS).units == 3


@pytest.mark.parametrize(
    ("codes", "levels", "options", "sentence"),
    [
        ([[0, 0], [1, 1], [2, 1]], LEVELS, {}, "3 rows of 2, which would be more coders than units"),
        (np.zeros((12, 4)), LEVELS, {}, "12 rows of 4.*transpose it"),
        ({"ann": [0, 1], "ben": [0]}, LEVELS, {}, "unlike numbers of codes.*'ann'.*2.*'ben'.*1"),
        ({"ann": [0, 1], "ben": [0, 7]}, LEVELS, {}, "coder 'ben', unit 2: the code 7 is none of the levels 0, 1, 2"),
        ([[0, 1], [0, math.inf]], LEVELS, {}, "row 2, unit 2: the code inf is none of the levels"),
        ([[0, 1], [0, 1]], (0, 1, math.nan), {}, "levels .* ascending"),
        ([[0, 1], [0, 1]], (0, 1, None), {}, "levels .* ascending"),
        ([[0, 1], [0, 1]], (2, 1, 0), {}, "levels .* ascending"),
        ([[0, 0], [0, 0]], (0,), {}, "at least two"),
        (
            [[0, 1], [0, 1]],
            LEVELS,
            {"weights": "cubic"},
            "'cubic' are unknown; use one of: identity, linear, quadratic",
        ),
        (
            [[0, 1], [0, 1]],
            LEVELS,
            {"measurement": "ratio"},
            "measurement 'ratio' is unknown; use one of: nominal, ordinal, interval",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_sentence(codes, levels, options: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        krippendorff_alpha(codes, levels, **options)


def test_more_coders_than_units_are_fine_where_they_are_named() -> None:
    assert krippendorff_alpha({name: [1, 2] for name in "abcd"}, LEVELS).units == 2


def test_without_draws_there_is_the_same_alpha_and_no_interval():
    codes = [[2, 2, 1, 0], [2, 2, 2, 0]]
    plain, drawn = (krippendorff_alpha(codes, levels=(0, 1, 2), draws=draws) for draws in (0, 100))
    assert plain.alpha == drawn.alpha
    assert math.isnan(plain.lower)
    assert math.isnan(plain.upper)
    assert not math.isnan(drawn.lower)
