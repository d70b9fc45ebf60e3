"""Meta-regression against R 4.2.2 with metafor 3.8.1.

    rma(yi = yi, sei = sei, mods = ~ x, method = "REML", test = "knha", control = list(threshold = 1e-12, maxiter = 1000))

printed with nine places: tau2, the coefficients, their standard errors, the ends of their 95 % intervals. BCG are the log risk ratios
of ``escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)`` on absolute latitude, the example of Berkey et al. (1995);
with metafor's own threshold of 1e-5 τ² is .076355. The others are made up; in one of them τ² is zero, and the scale of Knapp and Hartung below one.
"""

from __future__ import annotations

import pytest

from aftermath.statistics.meta_regression import meta_regression

BCG_ROWS = [  # log risk ratio, standard error, absolute latitude
    (-0.8893113339, 0.5706003549, 44),
    (-1.5853886572, 0.4411135017, 55),
    (-1.3480731483, 0.6444904696, 42),
    (-1.4415511900, 0.1414568199, 52),
    (-0.2175473222, 0.2262966464, 13),
    (-0.7861155858, 0.0831000509, 44),
    (-1.6208982236, 0.4722470197, 19),
    (0.0119523335, 0.0629410780, 13),
    (-0.4694176487, 0.2375588568, 27),
    (-1.3713448035, 0.2702310005, 42),
    (-0.3393588283, 0.1114101161, 18),
    (0.4459134006, 0.7297299810, 33),
    (-0.0173139482, 0.2672165034, 33),
]
BCG = tuple(zip(*BCG_ROWS, strict=True))
ALIKE = [0.2, 0.1, 0.5, 0.9, 0.7, -0.3, 1.4], [0.1, 0.2, 0.1, 0.3, 0.2, 0.5, 0.4], [1, 2, 3, 4, 5, 2.5, 4.5]
UNLIKE = (
    [-0.4, 1.9, 0.3, 2.8, 1.1, 3.9, 0.2, 2.2],
    [0.3, 0.5, 0.35, 0.6, 0.2, 0.8, 0.4, 0.45],
    [0.1, 0.4, 1.3, 1.9, 2.2, 3.1, 3.3, 4.8],
)


@pytest.mark.parametrize(
    ("table", "between", "intercept", "slope", "error", "ends"),
    [
        (BCG, 0.076347964, 0.251468210, -0.029101725, 0.008201417, (-0.047152923, -0.011050527)),
        (ALIKE, 0.0, -0.015107870, 0.169791479, 0.055883039, (0.026139554, 0.313443404)),
        (UNLIKE, 1.654046104, 0.628580461, 0.365189542, 0.335364262, (-0.455417246, 1.185796330)),
    ],
)
def test_the_slope_is_that_of_metafor(table, between, intercept, slope, error, ends):
    found = meta_regression(*table)
    assert [found.between, found.intercept, found.value, found.error] == pytest.approx(
        [between, intercept, slope, error], abs=1e-6
    )
    assert [found.lower, found.upper] == pytest.approx(ends, abs=1e-6)
    assert found.freedom == len(table[0]) - 2
