"""Components of variance against lme4 (R), which specr's decomposition takes them from, and against statsmodels."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from aftermath.statistics.result import NothingToMeasure
from aftermath.statistics.variance_components import variance_components

# Davies and Goldsmith (1972), table 6.6: zones around six samples of penicillin on each of 24 plates, in mm; in lme4 as Penicillin
ZONES = """
27 23 26 23 23 21 27 23 26 23 23 21 25 21 25 24 24 20 26 23 25 23 23 20 25 22 26 22 23 20 24 22 25 23 22 19
24 20 23 21 22 19 26 22 26 24 24 21 24 21 24 22 22 20 24 21 24 23 22 19 26 23 26 24 24 21 25 22 26 24 24 20
26 24 26 24 25 22 26 23 26 23 23 20 26 23 25 24 24 22 25 22 25 23 23 20 25 21 24 23 23 20 25 22 24 23 23 19
24 21 23 21 21 19 26 23 26 24 24 21 25 21 24 22 22 18 25 22 25 22 22 20 24 21 24 22 24 19 24 21 24 22 21 18
"""


def test_the_penicillin_assay_is_that_of_lme4():
    """``lmer(diameter ~ 1 + (1 | plate) + (1 | sample), Penicillin)``, lme4 1.1-31: 0.7169051, 3.7311320, 0.3024150."""
    diameters = np.array(ZONES.split(), dtype=float)
    plates, samples = np.divmod(np.arange(144), 6)
    found = variance_components(diameters, np.column_stack([plates, samples]))
    assert found == pytest.approx([0.7169051, 3.7311320, 0.3024150], rel=1e-4)


def made_up():
    """A table of three factors with holes, whose numbers follow from whole numbers alone."""
    kept = [(i, j, k) for i, j, k in itertools.product(range(3), range(4), range(5)) if (i + 2 * j + 3 * k) % 7]
    values = [(7 * i + 11 * j * j + 5 * k * i) % 23 + 3 * i - 4 * (j == 2) + 2 * k for i, j, k in kept]
    return np.array(values, dtype=float), np.array(kept)


def test_an_unbalanced_table_with_a_component_of_zero_is_that_of_lme4():
    """``lmer(y ~ 1 + (1 | i) + (1 | j) + (1 | k))``, lme4 1.1-31, a singular fit: 16.740886, 0, 6.268848, 49.513636."""
    values, groups = made_up()
    assert len(values) == 51
    assert variance_components(values, groups) == pytest.approx([16.740886, 0, 6.268848, 49.513636], rel=1e-4, abs=1e-6)


def test_an_unbalanced_table_is_that_of_nlme():
    """``lme(y ~ 1, random = list(one = pdBlocked(list(pdIdent(~i - 1), pdIdent(~j - 1), pdIdent(~k - 1)))))`` with ``one`` the same for all;
    R 4.2.2, nlme 3.1-162, tolerances of 1e-12: 16.214384, 31.142853, 6.335202, 51.275964.
    """
    values, groups = made_up()
    values += np.array([9.0, 0, -7, 5])[groups[:, 1]]
    assert variance_components(values, groups) == pytest.approx([16.214384, 31.142853, 6.335202, 51.275964], rel=1e-4)


def test_a_balanced_table_is_that_of_the_analysis_of_variance():
    """Where no component is negative, restricted maximum likelihood of a full table gives the classical estimates."""
    rows, columns = np.divmod(np.arange(20), 5)
    values = np.array([3, 8, 2, 9, 7, 13, 19, 12, 21, 18, 6, 12, 5, 11, 12, 9, 13, 9, 17, 14], dtype=float)
    table = values.reshape(4, 5)
    rest = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()
    mean_squares = 5 * table.mean(axis=1).var(ddof=1), 4 * table.mean(axis=0).var(ddof=1), (rest**2).sum() / 12
    wanted = [(mean_squares[0] - mean_squares[2]) / 5, (mean_squares[1] - mean_squares[2]) / 4, mean_squares[2]]
    assert min(wanted) > 0
    assert variance_components(values, np.column_stack([rows, columns])) == pytest.approx(wanted, rel=1e-5)


def test_a_factor_that_means_nothing_for_some_is_that_of_statsmodels():
    """There the deviations from the mean of its groups stand as columns of their own."""
    models = pytest.importorskip("statsmodels.regression.mixed_linear_model")
    values, groups = made_up()
    values += np.array([9.0, 0, -7, 5])[groups[:, 1]] + np.array([6.0, -2, 0, 1, 9])[groups[:, 2]] * (groups[:, 0] > 0)
    groups[groups[:, 0] == 0, 2] = -1
    names, columns, matrices = [], [], []
    for place, column in enumerate(groups.T):
        members = (column[:, None] == np.unique(column[column >= 0])).astype(float)
        deviations = members - members.any(axis=1, keepdims=True) / members.shape[1]
        names.append(str(place))
        columns.append([[f"{place}-{group}" for group in range(members.shape[1])]])
        matrices.append([deviations])
    structure = models.VCSpec(names, columns, matrices)
    fitted = models.MixedLM(values, np.ones(len(values)), np.zeros(len(values)), exog_vc=structure).fit(reml=True)
    found = variance_components(values, groups)
    assert found == pytest.approx([*fitted.vcomp, fitted.scale], rel=2e-3, abs=1e-3)
    assert found[2] > 1


def test_what_cannot_be_shared_out_is_refused():
    added = np.add.outer([0.0, 1, 2], [0, 0.5, 1, 1.5]).ravel()
    rows, columns = np.divmod(np.arange(12), 4)
    for values, groups in [
        (np.ones(9), np.zeros((9, 1), dtype=int)),
        (np.array([1.0, 2, 3]), np.array([[0], [0], [1]])),
        (added, np.column_stack([rows, columns])),  # the two add up to all of it
    ]:
        with pytest.raises(NothingToMeasure, match=r"numbers: (a spread|their groups)"):
            variance_components(values, groups)


def test_a_factor_of_one_group_has_no_component():
    values = np.array([1.0, 2, 4, 8])
    assert variance_components(values, np.zeros((4, 2), dtype=int)).tolist() == [
        0,
        0,
        pytest.approx(values.var(ddof=1)),
    ]
