"""What decides in the multiverse: the variance of its results by choice, and how it moves with single cases."""

from __future__ import annotations

import itertools
import math

import numpy as np
import polars as pl
import pytest

import aftermath as am
from aftermath import figures
from aftermath.comparison import specifications
from aftermath.comparison.choices import CHOICES, DECIDES, asked
from aftermath.comparison.multiverse import Multiverse
from aftermath.comparison.specifications import Specification
from aftermath.comparison.variance_by_choice import REST, variance_by_choice
from aftermath.statistics.permutation import taus, taus_without_each
from aftermath.statistics.result import NothingToMeasure
from drawings import of_role, views


@pytest.fixture(scope="module")
def multiverse():
    return am.multiverse(am.cases())


@pytest.fixture(scope="module")
def found(multiverse):
    return variance_by_choice(multiverse)


def made(result, chosen=None, without=()):
    """A multiverse whose results follow from the choices."""
    ways = asked(CHOICES | (chosen or {}))
    return Multiverse(tuple(Specification(choices, result(choices), 9, without) for choices in ways))


def jitter(choices):
    """Small, the same every time, and of no choice alone."""
    return 0.01 * math.sin(sum(map(ord, "".join(choices.values()))) ** 2)


def test_every_choice_has_a_share_and_all_is_shared_out(multiverse, found):
    table = found.table
    assert set(table["choice"]) == {*CHOICES, REST}
    assert table["choice"][-1] == REST
    assert table["share"].sum() == pytest.approx(1)
    assert table["share"].min() >= 0
    assert table["share"][:-1].is_sorted(descending=True)
    means_something = {name: multiverse.table.filter(pl.col(name) != "none").height for name in CHOICES}
    assert dict(table.select("choice", "specifications").iter_rows()) == means_something | {
        REST: len(multiverse.computed)
    }
    assert table.filter((pl.col("lower") > pl.col("share")) | (pl.col("upper") < pl.col("share"))).is_empty()


def test_the_words_name_large_shares_with_their_range_and_what_is_left_over(found):
    words = found.text.replace("\u00a0", " ")
    first = found.shares[0]
    assert (
        f"{100 * first.value:.0f} % ({100 * first.lower:.0f} to {100 * first.upper:.0f} %) goes with {first.choice}"
        in words
    )
    assert f"{100 * found.rest.value:.0f} % (" in words
    assert "with one of 16 cases left out" in words
    assert "14,280 specifications" in words


def test_what_each_choice_decides_is_said():
    assert set(DECIDES) == set(CHOICES)


def test_results_without_a_case_are_those_of_the_other_cases(multiverse):
    clocked = sorted((case for case in am.cases() if case.zero), key=lambda case: case.id)
    chosen = {"outcome": ["transparency", "imbalance"], "relations": ["all", "clock times alone"]}
    for left_out in (0, 7):
        others = am.multiverse([case for case in clocked if case is not clocked[left_out]], chosen)
        wanted = {tuple(way.choices.items()): way.tau for way in others.specifications}
        own = {tuple(way.choices.items()): way.without[left_out] for way in multiverse.specifications}
        assert all(own[choices] == pytest.approx(tau, nan_ok=True) for choices, tau in wanted.items())


def test_tau_without_each_row_is_tau_of_the_others():
    generator = np.random.default_rng(4)
    first, second = generator.integers(0, 4, (7, 20)).astype(float), generator.integers(0, 3, (7, 1)).astype(float)
    first[2] = math.inf
    found = taus_without_each(first, second)
    for row, own in enumerate(found):
        others = np.arange(7) != row
        assert own == pytest.approx(taus(first[others], np.broadcast_to(second, first.shape)[others]), nan_ok=True)
    assert np.isnan(taus_without_each(first[:3], second[:3])).all()


def test_of_many_cases_none_is_left_out(monkeypatch):
    monkeypatch.setattr(specifications, "MOST_LEFT_OUT", 15)
    found = variance_by_choice(am.multiverse(am.cases(), {"relations": ["all"], "coder": ["mean"]}))
    assert found.left_out == 0
    assert found.table["lower"].null_count() == found.table.height
    assert "left out" not in found.text


def test_the_only_choice_that_moves_results_has_nearly_all_of_their_variance():
    effects = dict(zip(CHOICES["window"], (0, -0.5, -0.1, 0.2, 0.4), strict=True))
    chosen = {"outcome": ["imbalance"]}
    found = variance_by_choice(made(lambda choices: effects[choices["window"]] + jitter(choices), chosen))
    assert found.shares[0].choice == "window"
    assert found.shares[0].value > 0.99
    assert "outcome" not in [share.choice for share in found.shares]  # it was not chosen among


def test_a_choice_does_not_stand_for_what_it_depends_on():
    """The coefficient means something for one outcome alone: that this outcome is another is no matter of the coefficient."""
    effect = {"reliable transparency": 0.5, "transparency": -0.1}
    found = variance_by_choice(made(lambda choices: effect.get(choices["outcome"], 0.0) + jitter(choices)))
    shares = {share.choice: share.value for share in found.shares}
    assert shares["outcome"] > 0.99
    assert max(value for name, value in shares.items() if name != "outcome") < 0.001


def test_specifications_without_a_result_are_named():
    lost = itertools.cycle([math.nan, *[0.0] * 6])
    found = variance_by_choice(made(lambda choices: jitter(choices) + next(lost), {"outcome": ["imbalance"]}))
    assert found.not_computed == 240
    assert "240\u00a0specifications without a result are left out, so the choices are not balanced." in found.text


@pytest.mark.parametrize("result", [lambda _: 0.5, lambda _: math.nan])
def test_results_that_do_not_vary_are_refused(result):
    with pytest.raises(NothingToMeasure, match="spread"):
        variance_by_choice(made(result, {"outcome": ["transparency"]}))


def test_the_figure_has_a_bar_a_choice_and_its_range(found):
    rows = [*found.shares, found.rest]
    for view in views(figures.variance_by_choice(found)):
        (shares,), (rest,), (ranges,) = (of_role(view, role) for role in ("share", "rest", "range"))
        assert [*shares["x"], *rest["x"]] == pytest.approx([100 * row.value for row in rows])
        assert ranges["x"][::3] == pytest.approx([100 * row.lower for row in rows])
        assert ranges["x"][1::3] == pytest.approx([100 * row.upper for row in rows])
