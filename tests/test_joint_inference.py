"""The multiverse as a whole, beside what comes up where delays and outcomes are dealt out anew."""

from __future__ import annotations

import itertools
import math
import statistics

import numpy as np
import pytest
from scipy.stats import kendalltau, kstest

import aftermath as am
from aftermath import figures
from aftermath.comparison import joint_inference as joint
from aftermath.comparison.choices import NONE
from aftermath.comparison.multiverse import Multiverse
from aftermath.comparison.specifications import Columns, Specification
from aftermath.comparison.variance_by_choice import variance_by_choice
from aftermath.kept import keeping
from aftermath.pages.leads import joint_inference as lead
from aftermath.pages.multiverse import what_matters
from aftermath.statistics.permuted_curves import permuted_curves
from aftermath.statistics.result import NothingToMeasure
from drawings import of_role, views

FEW = {"outcome": ["transparency", "imbalance"], "relations": ["all"], "coder": ["mean"]}


@pytest.fixture(scope="module")
def multiverse():
    return am.multiverse(am.cases())


@pytest.fixture(scope="module")
def found(multiverse):
    return am.joint_inference(multiverse)


@pytest.fixture(scope="module")
def few():
    return am.multiverse(am.cases(), FEW)


def made(delays, outcomes) -> Multiverse:
    """Every delay against every outcome."""
    left, right = (np.array(table, dtype=float).T for table in (delays, outcomes))
    pairs = np.array(list(itertools.product(range(left.shape[1]), range(right.shape[1])))).T
    curves = permuted_curves(left, right, pairs, draws=1, points=pairs.shape[1])
    ways = tuple(Specification({"outcome": "imbalance"}, tau, len(left)) for tau in curves.curves[0])
    return Multiverse(ways, Columns(left, right, pairs))


# By hand, and by another program


def test_all_arrangements_of_five_cases_are_those_of_scipy():
    delays = [[1, 2, 3, 4, 5], [2, 1, math.inf, math.inf, 9]]
    outcomes = [[5, 3, 4, 1, 2], [2, 2, 3, 1, 0]]
    medians, same_sign = [], []
    for order in itertools.permutations(range(5)):
        taus = [
            kendalltau(
                np.argsort(np.argsort(delay)) if math.inf not in delay else [2, 1, 4, 4, 3], [outcome[i] for i in order]
            ).statistic
            for delay in delays
            for outcome in outcomes
        ]
        medians.append(statistics.median(taus))
        same_sign.append(max(np.mean(np.array(taus) > 1e-12), np.mean(np.array(taus) < -1e-12)))
    found = am.joint_inference(made(delays, outcomes))
    median, sign, _ = found.statistics
    assert (found.arrangements, found.exact, found.cases, found.specifications) == (120, True, 5, 4)
    assert median.observed == pytest.approx(medians[0])
    assert median.p == pytest.approx(np.mean(np.abs(medians) >= abs(medians[0]) - 1e-9))
    assert sign.p == pytest.approx(np.mean(np.array(same_sign) >= same_sign[0] - 1e-9))
    assert (median.error, sign.error) == (0, 0)


def test_one_correlation_of_five_cases_by_hand():
    """Of 120 orders of five one is rising, one falling, and 22 are neither: as many have 5 of 10 pairs in falling order."""
    found = am.joint_inference(made([[1, 2, 3, 4, 5]], [[9, 7, 5, 3, 1]]))
    assert [one.observed for one in found.statistics] == pytest.approx([-1, 1, -math.sqrt(9 * 5 * 4 / (2 * 15))])
    assert [one.p for one in found.statistics] == pytest.approx([2 / 120, 98 / 120, 2 / 120])


def test_the_observed_arrangement_has_the_results_of_the_multiverse(multiverse):
    columns = multiverse.columns
    points = len(multiverse.computed)
    curves = permuted_curves(columns.delays, columns.outcomes, columns.pairs, draws=1, points=points)
    assert curves.curves[0] == pytest.approx([way.tau for way in multiverse.computed], abs=1e-6)
    assert curves.medians[0] == pytest.approx(statistics.median(way.tau for way in multiverse.computed), abs=1e-6)


def test_other_arrangements_are_what_the_multiverse_gives_for_them(few):
    columns, order = few.columns, np.random.default_rng(0).permutation(16)
    curves = permuted_curves(columns.delays, columns.outcomes, columns.pairs, draws=1)
    wanted = []
    for delay, outcome in columns.pairs.T:
        own = columns.delays[:, delay], columns.outcomes[order, outcome]
        used = ~np.isnan(own[0]) & ~np.isnan(own[1])
        ranks = np.where(np.isinf(own[0]), 1e300, own[0])[used]
        wanted.append(kendalltau(ranks, own[1][used]).statistic if used.sum() > 2 else math.nan)
    assert curves.medians[1] == pytest.approx(np.nanmedian(wanted), abs=1e-6)


@pytest.mark.slow
def test_where_delay_and_outcome_have_nothing_to_do_with_each_other_every_p_is_as_likely():
    generator, found = np.random.default_rng(11), {"median": [], "same sign": [], "mean z": []}
    for _ in range(60):
        shared = generator.normal(size=(2, 14))  # columns of one side go together, as specifications do
        delays, outcomes = (side + 0.7 * generator.normal(size=(4, 14)) for side in shared)
        delays[1, :3], outcomes[2, 5:7] = np.nan, np.nan
        for one in am.joint_inference(made(delays, outcomes), draws=99).statistics:
            found[one.name].append(one.p)
    for name in ("median", "mean z"):
        assert kstest(found[name], "uniform").pvalue > 0.01, name
    for own in found.values():  # a share of one sign is often 1, and its p then as large as can be
        assert np.mean(np.array(own) <= 0.05) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 60)


# What is said


def test_words_give_p_its_error_the_arrangements_and_the_cases(found):
    words = found.text.replace("\u00a0", " ")
    median, sign, _ = found.statistics
    assert (
        "Dealing the delays of 16 cases out anew over their outcomes, at random, 999 times, and computing 14,280 specifications"
        in words
    )
    assert f"a median as far from zero as {median.words} has p = {median.p:.3f} ± {median.error:.3f}" in words
    assert f"a share of one sign as large as {100 * sign.observed:.0f} % has p = {sign.p:.3f}" in words
    assert "The smallest p that could come out is 0.001." in words
    assert "*" not in words and "significan" not in words
    assert median.lower < 0 < median.upper
    assert found.table["n"].to_list() == [16] * 3
    assert "16 cases" in lead(found).replace("\u00a0", " ")


def test_the_same_seed_gives_the_same_and_fewer_are_drawn_of_more_cases(few):
    one, other, third = (am.joint_inference(few, draws=150, seed=seed) for seed in (1, 1, 2))
    assert one.text == other.text
    assert one.statistics != third.statistics
    generator = np.random.default_rng(0)
    assert am.joint_inference(made(generator.normal(size=(2, 30)), generator.normal(size=(2, 30)))).arrangements == 276


def test_in_a_build_it_is_computed_once(few, tmp_path, monkeypatch):
    with keeping(tmp_path):
        one = am.joint_inference(few, draws=99)
        monkeypatch.setattr(joint, "permuted_curves", None)
        assert am.joint_inference(few, draws=99).text == one.text
        with pytest.raises(TypeError):
            am.joint_inference(few, draws=98)


def test_what_cannot_be_borne_is_refused(multiverse):
    four = [[1, 2, 3, 4]]
    with pytest.raises(NothingToMeasure, match=r"4\s+cases and 1\s+specification with a result: .* for 5 to 100 cases"):
        am.joint_inference(made(four, four))
    with pytest.raises(NothingToMeasure, match=r"101\s+cases"):
        am.joint_inference(made([range(101)], [range(101)]))
    with pytest.raises(NothingToMeasure, match=r"0\s+specifications with a result"):
        am.joint_inference(am.multiverse(am.cases()[:2]))
    with pytest.raises(ValueError, match="draws = 0 must be at least 1"):
        am.joint_inference(multiverse, draws=0)
    with pytest.raises(ValueError, match=r"that of aftermath\.multiverse"):
        am.joint_inference(Multiverse(multiverse.specifications))


def test_the_figure_shows_the_curve_over_its_band(found):
    for view in views(figures.joint_inference(found)):
        (band,), (line,) = (of_role(view, role) for role in ("band", "observed"))
        assert line["y"] == [*found.observed.tolist(), None]
        assert band["y"] == [*found.lower.tolist(), *found.upper[::-1].tolist()]


# Beside the shares of variance


def test_it_is_said_why_the_median_and_the_variance_name_different_choices(multiverse):
    shares = variance_by_choice(multiverse)
    first, farthest = shares.shares[0].choice, multiverse.farthest
    assert first != farthest
    medians = {value: median for value, median in multiverse.medians[farthest].items() if value != NONE}
    ends = [min(medians, key=medians.__getitem__), max(medians, key=medians.__getitem__)]
    took = (
        multiverse.table.drop_nulls("tau_b").filter(multiverse.table.drop_nulls("tau_b")[farthest].is_in(ends)).height
    )
    words = what_matters(shares).replace("\u00a0", " ")
    distance = medians[ends[1]] - medians[ends[0]]
    assert (
        f"another choice, {farthest}: its two farthest values lie {distance:.2f} apart, and {took:,} specifications took them"
        in words
    )
    assert "the variance counts how many" in words


def test_where_both_name_the_same_choice_nothing_is_to_be_explained(multiverse):
    fixed = {"outcome": "imbalance", "latency": "apology", "cases": "all", "clock": "exposure", "relations": "all"}
    ways = (way for way in multiverse.specifications if fixed.items() <= way.choices.items())
    some = Multiverse(tuple(way for way in ways if way.choices["unseen"] == "seen only"))
    shares = variance_by_choice(some)
    assert shares.shares[0].choice == some.farthest
    assert "another choice" not in what_matters(shares)
