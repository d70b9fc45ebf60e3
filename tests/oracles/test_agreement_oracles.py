"""Oracle 7: Cohen's kappa, as the tour of the method checks shows it beside Krippendorff's alpha.

Origin: the SAS output that statsmodels keeps in its own tests, printed to four digits, so half a unit of the fourth is the
tolerance. Aftermath reports Krippendorff's alpha (oracles 5 and 6), which takes gaps and more than two coders; kappa is
not computed anywhere else. The table is small enough to see how far the two coefficients part.
"""

from __future__ import annotations

import numpy as np
import pytest

from aftermath.statistics.agreement import krippendorff_alpha

TOLERANCE = 5e-5
TABLE = np.array([[0, 4, 1], [0, 8, 0], [0, 1, 5]])


@pytest.fixture(scope="module")
def cohens_kappa():
    from statsmodels.stats.inter_rater import cohens_kappa

    return cohens_kappa


def test_7_kappa_with_its_standard_error_and_interval(cohens_kappa) -> None:
    kappa = cohens_kappa(TABLE)
    assert kappa.kappa == pytest.approx(0.4842, abs=TOLERANCE)
    assert kappa.std_kappa == pytest.approx(0.1380, abs=TOLERANCE)
    assert (kappa.kappa_low, kappa.kappa_upp) == pytest.approx((0.2137, 0.7547), abs=TOLERANCE)


def test_7_kappa_with_linear_weights(cohens_kappa) -> None:
    kappa = cohens_kappa(TABLE, wt="linear")
    assert kappa.kappa == pytest.approx(0.4701, abs=TOLERANCE)
    assert kappa.std_kappa == pytest.approx(0.1457, abs=TOLERANCE)


def test_7_alpha_of_the_same_table_lies_near(cohens_kappa) -> None:
    pairs = [(row, column) for (row, column), count in np.ndenumerate(TABLE) for _ in range(count)]
    alpha = krippendorff_alpha(list(zip(*pairs, strict=True)), levels=(0, 1, 2))
    assert alpha.units == TABLE.sum() == 19
    assert alpha.same == np.trace(TABLE)
    # the ordinal alpha forgives a neighbouring code, as linear weights do
    assert alpha.alpha == pytest.approx(cohens_kappa(TABLE, wt="linear").kappa, abs=0.1)
