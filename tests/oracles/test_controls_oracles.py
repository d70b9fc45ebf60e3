"""Oracle 19: a series beside one control, and two small samples of changes.

The series is that of the vignette of CausalImpact, as base R generates it (R 4.2.2, five decimals):

    set.seed(1)
    x1 <- 100 + arima.sim(model = list(ar = 0.999), n = 100)
    y <- 1.2 * x1 + rnorm(100)
    y[71:100] <- y[71:100] + 10

Origin of the effect: the summary that the vignette prints of ``CausalImpact(cbind(y, x1), c(1, 70), c(71, 100))``, its sum over
30 times, because the mean is printed without decimals: 316, interval of 95 percent from 294.9 to 337. It is a sample of a
posterior under other priors: a quarter is the tolerance of level and width. A second opinion is R's own:
``arima(y[1:70], order = c(0, 1, 1), xreg = x[1:70])``, a local level with regression, predicts 10.56325 less on average;
``lm`` 10.45583, with standard error 0.2864498 of the mean of 30 predictions.

The interval of the difference in differences is R's ``t.test(c(5.1, 6.3), c(1.2, 0.4, 2.2), var.equal = TRUE)``.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from aftermath.statistics.correlation import Autoregressive
from aftermath.statistics.difference_in_differences import difference_in_differences
from aftermath.statistics.regression_on_controls import RegressionOnControls, _Predictions, regression_on_controls
from aftermath.statistics.units import read_units

PRINTED, TIMES, FROM = (316.0, 294.9, 337.0), 30, 70
Y = """
105.29499 105.89431 106.62088 106.15721 101.28118 101.44843 100.97353 102.54471 102.19610 106.81382 103.09714
101.58239 101.67356 101.84135 102.23746 100.78482 100.79948 101.46929 103.32375 102.50175 105.20297 109.52962
106.28139 107.39078 106.03485 106.48464 104.82844 102.98679 104.13045 107.58963 104.12602 106.15717 105.71940
101.83316 102.20565 101.95250 100.20114 99.96845 99.88553 100.18087 100.26867 99.63839 103.40427 104.74744
103.49840 100.19616 98.08813 100.26195 100.18012 103.35638 101.01579 102.51896 100.68799 102.55363 104.04708
103.37805 107.07192 104.46995 106.30146 109.49683 108.48528 111.01429 112.86734 111.53873 112.28441 109.68618
109.52163 106.00296 106.54308 108.55507 117.29431 116.49569 118.25327 117.97600 120.63972 117.62260 116.21526
117.14354 116.55303 115.10204 117.01749 117.97848 118.86096 117.74785 118.69019 117.01915 118.60203 118.12966
121.84024 117.28446 116.01602 118.96552 116.73102 118.20389 115.21484 114.94293 116.66940 112.58010 111.33944
114.32639
"""
X = """
88.21513 88.48415 87.87684 86.77954 84.62243 84.60650 84.36150 84.91157 84.36722 85.99122 86.56187 86.76093
85.73476 85.38564 84.02337 83.50387 83.79520 85.12710 84.97148 86.43346 88.09424 89.11964 89.18371 90.18770
88.53972 88.69317 88.03130 86.60137 87.44690 87.71606 87.04177 87.03937 86.19699 84.33861 85.09533 84.76409
83.38619 82.62143 83.25580 82.99693 84.61425 84.47979 86.00645 86.43562 85.71111 84.11497 83.61249 84.81161
85.03640 84.84390 83.74474 85.59840 84.91436 85.81291 86.63361 86.99523 88.35598 87.73061 89.14179 90.38274
90.68630 93.69154 93.80038 93.50158 93.78580 92.29206 91.10357 90.19341 90.34083 89.31448 88.86117 88.85303
89.99161 90.24623 90.96765 89.74139 88.71847 88.33545 87.89771 87.66585 88.60015 90.10961 90.40103 90.36980
90.34607 89.69123 90.64347 90.48853 91.28851 89.29017 88.66843 89.80423 88.98856 89.97625 88.23930 87.44356
86.95103 85.43364 85.65532 85.10503
"""


def column(text: str) -> pl.DataFrame:
    values = [float(number) for number in text.split()]
    return pl.DataFrame({"time": range(1, 101), "value": values})


@pytest.fixture(scope="module")
def found() -> RegressionOnControls:
    return regression_on_controls(column(Y), column(X), FROM + 1)


def test_19_level_and_width_beside_causal_impact(found: RegressionOnControls) -> None:
    effect, lower, upper = (number / TIMES for number in PRINTED)
    assert (found.units.treated[0].counts, found.level) == ((FROM, TIMES), 0.95)
    assert found.effect == pytest.approx(effect, rel=0.25)
    assert (found.lower, found.upper) == (pytest.approx(lower, rel=0.25), pytest.approx(upper, rel=0.25))
    assert found.upper - found.lower == pytest.approx(upper - lower, rel=0.25)


def test_19_level_beside_arima_of_base_r(found: RegressionOnControls) -> None:
    assert found.effect == pytest.approx(10.56325, abs=0.3)  # less than half of what the interval reaches to a side


def test_19_independent_errors_are_those_of_lm() -> None:
    units = read_units(column(Y), column(X), FROM + 1)
    fit = _Predictions.of(units.treated[0], np.column_stack([np.ones(100), units.controls[0].value]))
    (independent,) = (
        place
        for place, process in enumerate(fit.processes)
        if isinstance(process, Autoregressive) and not process.neighbours.any()
    )
    assert fit.freedom == 68
    assert fit.means[independent, 0] == pytest.approx(10.45583, abs=1e-4)  # the numbers above have five decimals
    assert fit.errors[independent, 0] == pytest.approx(0.2864498, abs=1e-4)


def test_19_two_samples_of_changes() -> None:
    changes = {"a": 5.1, "b": 6.3, "c": 1.2, "d": 0.4, "e": 2.2}
    rows = [(name, time, change * (time > 2)) for name, change in changes.items() for time in range(6)]
    panel = pl.DataFrame(rows, schema=["unit", "time", "value"], orient="row")
    treated = pl.col("unit").is_in(["a", "b"])
    change = difference_in_differences(panel.filter(treated), panel.filter(~treated), 3).change
    assert (change.lower, change.upper) == pytest.approx((1.863910751, 7.002755915), abs=1e-8)
