"""Oracle 8: segmented regression with Newey-West errors, cigarette sales in California.

Origin: statsmodels' OLS with ``cov_type="HAC"``, one lag and the small-sample correction, on packs sold a head in
California, 1970 to 2000, with the tax of 1989 as the break. Numbers are printed to six digits, so half a unit of
the sixth is the tolerance. R's ``vcovHAC`` with automatic bandwidth gives 5.585 for the level: kernel, lags and
correction must be named, and ours are.

The file is not part of the repository: set ``AFTERMATH_ARCHIVES`` to the folder that holds it.
"""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

from aftermath.statistics.segmented import Segmented, segmented_regression

TOLERANCE = 5e-7

# estimate and standard error, as printed
PRINTED = {
    "intercept": (132.225789, 4.253054),
    "trend": (-1.779474, 0.383419),
    "level change": (-20.058097, 4.724395),
    "slope change": (-1.494652, 0.436820),
    "trend after": (-3.274126, 0.268804),
}


@pytest.fixture(scope="module")
def california() -> pl.DataFrame:
    folder = os.environ.get("AFTERMATH_ARCHIVES")
    if not folder:
        pytest.skip("AFTERMATH_ARCHIVES does not name the folder of the sales, which are not in the repository")
    sales = pl.read_csv(Path(folder) / "quasi-experiment-data-causalpy" / "california_prop99.csv")
    return sales.select(time="Year", value="California")


@pytest.fixture(scope="module")
def fitted(california: pl.DataFrame) -> Segmented:
    return segmented_regression(california, 1989, hac_lags=1)


def test_8_reads_all_years(california: pl.DataFrame) -> None:
    assert (california.height, california["time"].min(), california["time"].max()) == (31, 1970, 2000)


@pytest.mark.parametrize("term", PRINTED)
def test_8_estimates_and_standard_errors(fitted: Segmented, term: str) -> None:
    estimate, error = PRINTED[term]
    assert fitted[term]["estimate"] == pytest.approx(estimate, abs=TOLERANCE)
    assert fitted[term]["standard_error"] == pytest.approx(error, abs=TOLERANCE)


def test_8_the_errors_are_named(fitted: Segmented) -> None:
    for part in ("Newey-West", "Bartlett kernel", "1\N{NO-BREAK SPACE}lag", "small-sample correction"):
        assert part in fitted.text


def test_8_estimates_do_not_depend_on_how_errors_are_reckoned(california: pl.DataFrame, fitted: Segmented) -> None:
    """Autoregressive errors, our default, move the intervals and not the estimates."""
    ours = segmented_regression(california, 1989)
    assert ours.terms["estimate"].to_list() == pytest.approx(fitted.terms["estimate"].to_list(), abs=TOLERANCE)
    assert ours["level change"]["standard_error"] > fitted["level change"]["standard_error"]
