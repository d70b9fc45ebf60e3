"""Agreement of coders: the coefficient, its bounds, and where nothing can be told."""

from __future__ import annotations

import math

import numpy as np
import pytest

hypothesis = pytest.importorskip("hypothesis", reason="property tests need hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from aftermath.measures.reliability import _alpha, _resampled, krippendorff_alpha  # noqa: E402
from aftermath.wording import NO_BREAK  # noqa: E402

LEVELS = (0, 1, 2)
GAP = math.nan
scores = st.sampled_from([0.0, 1.0, 2.0, GAP])
tables = st.lists(st.tuples(scores, scores), min_size=2, max_size=16).map(lambda units: list(zip(*units, strict=True)))


def same(one: float, other: float) -> bool:
    return (math.isnan(one) and math.isnan(other)) or one == pytest.approx(other, abs=1e-9)


def test_perfect_agreement_is_one_with_an_interval_of_one() -> None:
    agreement = krippendorff_alpha([[0, 1, 2, 1, 0, 2]] * 2, LEVELS)
    assert (agreement.alpha, agreement.lower, agreement.upper) == (1, 1, 1)
    assert (agreement.units, agreement.same) == (6, 6)


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


def test_two_units_have_no_interval() -> None:
    agreement = krippendorff_alpha([[0, 2], [1, 2]], LEVELS)
    assert agreement.defined
    assert math.isnan(agreement.lower)
    assert "[" not in agreement.text


def test_the_text_gives_interval_and_n() -> None:
    agreement = krippendorff_alpha([[2, 2, 1, 0, 1], [2, 2, 2, 0, 0]], LEVELS)
    assert agreement.text.replace(NO_BREAK, " ").endswith("n = 5 units, same score on 3")
    assert agreement.text.startswith("α = 0.")
    assert "[" in agreement.text


@given(tables)
@settings(max_examples=60)
def test_swapping_the_coders_changes_nothing(table: list) -> None:
    one, other = krippendorff_alpha(table, LEVELS, draws=20), krippendorff_alpha(table[::-1], LEVELS, draws=20)
    for name in ("alpha", "lower", "upper"):
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


@given(tables)
@settings(max_examples=60)
def test_alpha_never_exceeds_one_and_the_interval_is_in_order(table: list) -> None:
    agreement = krippendorff_alpha(table, LEVELS, draws=20)
    if agreement.defined:
        assert agreement.alpha <= 1 + 1e-12
    if not math.isnan(agreement.lower):
        assert agreement.lower <= agreement.upper <= 1 + 1e-12
    assert 0 <= agreement.same <= agreement.units


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


@given(tables, st.integers(0, 1000))
@settings(max_examples=60)
def test_many_samples_at_once_give_what_the_package_gives_for_each(table: list, seed: int) -> None:
    codes = np.array(table)
    codes = codes[:, np.sum(~np.isnan(codes), axis=0) >= 2]
    hypothesis.assume(codes.shape[1] >= 2)
    drawn = np.random.default_rng(seed).integers(codes.shape[1], size=(8, codes.shape[1]))
    together = _resampled(codes, LEVELS, drawn)
    assert all(same(one, _alpha(codes[:, sample], LEVELS)) for one, sample in zip(together, drawn, strict=True))


def test_without_draws_there_is_the_same_alpha_and_no_interval():
    codes = [[2, 2, 1, 0], [2, 2, 2, 0]]
    plain, drawn = (krippendorff_alpha(codes, levels=(0, 1, 2), draws=draws) for draws in (0, 100))
    assert plain.alpha == drawn.alpha
    assert math.isnan(plain.lower)
    assert math.isnan(plain.upper)
    assert not math.isnan(drawn.lower)
