"""Exact permutation tests against printed numbers.

No. 15: Darwin's maize, 15 differences in eighths of an inch, as Fisher (1935, sections 17 and 21) analyses them: 1726 of the 32768 sign
patterns are as extreme, and Student's t is 2.148. No. 16: the floor of a two-sided exact test of two groups, by arithmetic.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from aftermath.statistics.permutation import kendall, sign_flips, tau_b, two_groups

MAIZE = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]


def test_darwins_maize_is_counted_exactly():
    found = sign_flips(MAIZE)
    assert found.p == 1726 / 32768  # a count: nothing to tolerate
    assert found.arrangements == 32768


def test_students_t_of_darwins_maize():
    assert stats.ttest_1samp(MAIZE, 0).statistic == pytest.approx(2.14799, abs=5e-6)  # printed to five places


@pytest.mark.parametrize(("first", "second", "floor"), [(3, 3, 0.100), (3, 4, 0.057), (4, 4, 0.029)])
def test_the_floor_of_two_small_groups(first, second, floor):
    apart = two_groups(range(first), range(first, first + second))
    assert apart.p == apart.smallest_p == pytest.approx(floor, abs=5e-4)  # printed to three places


def test_tau_b_agrees_with_scipy_with_and_without_ties():
    generator = np.random.default_rng(1)
    for levels in (4, 9, 1000):
        one, other = generator.integers(levels, size=(2, 14))
        assert tau_b(one, other) == pytest.approx(stats.kendalltau(one, other).statistic, abs=1e-12)


def test_the_exact_p_of_tau_agrees_with_scipy():
    one, other = [1, 2, 3, 4, 5, 6, 7], [2, 1, 4, 3, 7, 5, 6]
    assert kendall(one, other).p == pytest.approx(stats.kendalltau(one, other, method="exact").pvalue, abs=1e-12)
