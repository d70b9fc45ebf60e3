"""Random-effects meta-regression: what must hold whatever the numbers; R's own numbers are in the oracles."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aftermath.statistics.meta_regression import NoSlope, meta_regression, pooled_regression

tables = st.integers(0, 2**31).map(
    lambda seed: (
        lambda generator, n: (generator.normal(0, 2, n), generator.gamma(1, 1, n) + 0.05, generator.normal(0, 3, n))
    )(np.random.default_rng(seed), 4 + seed % 9)
)


def likelihood(outcomes, errors, covariate, between):
    """Restricted, written with matrices."""
    design = np.column_stack([np.ones(len(covariate)), covariate])
    inverse = np.diag(1 / (errors**2 + between))
    bread = design.T @ inverse @ design
    residuals = outcomes - design @ np.linalg.solve(bread, design.T @ inverse @ outcomes)
    logs = np.linalg.slogdet(inverse)[1] - np.linalg.slogdet(bread)[1]
    return (logs - residuals @ inverse @ residuals) / 2


@given(tables)
@settings(max_examples=60, deadline=None)
def test_no_other_variance_between_cases_is_likelier(table):
    found = meta_regression(*table)
    best = likelihood(*table, found.between)
    for other in (0.0, *np.geomspace(1e-4, 100, 60)):
        assert likelihood(*table, other) <= best + 1e-6


def test_without_errors_it_is_least_squares_with_its_interval():
    stats = pytest.importorskip("scipy.stats")
    x, y = np.random.default_rng(4).normal(size=(2, 9))
    found, wanted = meta_regression(y, np.zeros(9), x, level=0.9), stats.linregress(x, y)
    assert [found.value, found.error, found.intercept] == pytest.approx([wanted.slope, wanted.stderr, wanted.intercept])
    assert found.upper - found.value == pytest.approx(wanted.stderr * stats.t.ppf(0.95, 7))


@given(tables, st.floats(-5, 5), st.floats(0.1, 10))
@settings(max_examples=40, deadline=None)
def test_units_and_origins_carry_through(table, added, times):
    outcomes, errors, covariate = table
    found, moved = meta_regression(*table), meta_regression(times * outcomes + added, times * errors, covariate + added)
    assert [moved.value, moved.lower, moved.upper] == pytest.approx(
        [times * found.value, times * found.lower, times * found.upper], rel=1e-3, abs=1e-4 * times
    )


def test_tables_that_differ_widen_the_interval_by_rubins_rules():
    y, x = np.array([1.0, 2, 3, 5, 4]), np.array([1.0, 2, 3, 4, 5])
    tables = y + np.random.default_rng(0).normal(0, 0.5, (30, 5))
    alone = [meta_regression(row, np.zeros(5), x) for row in tables]
    found = pooled_regression(tables, np.repeat(x[None], 30, axis=0), np.zeros(5))
    within, extra = np.mean([each.error**2 for each in alone]), np.var([each.value for each in alone], ddof=1)
    assert found.value == pytest.approx(np.mean([each.value for each in alone]))
    assert found.error == pytest.approx(math.sqrt(within + extra * 31 / 30))
    assert found.freedom < 3


@pytest.mark.parametrize(
    ("outcomes", "covariate"), [([1, 2], [1, 2]), ([], []), ([1, 1, 1], [1, 2, 3]), ([1, 2, 3], [4, 4, 4])]
)
def test_what_bears_no_slope_is_refused(outcomes, covariate):
    with pytest.raises(NoSlope, match="three"):
        meta_regression(outcomes, [0.1] * len(outcomes), covariate)


def test_a_perfect_line_is_no_fault():
    found = meta_regression([1, 2, 3, 4], [0, 0, 0, 0], [1, 2, 3, 4])
    assert found.value == pytest.approx(1)
    assert found.error < 1e-3


def test_a_known_outcome_among_unsure_ones_is_no_fault():
    assert math.isfinite(meta_regression([1, 2.5, 3, 4.2], [0, 0.1, 0.2, 0], [1, 2, 3, 4]).upper)
