"""Oracles 5 and 6: Krippendorff's alpha for ordinal codes, and Gwet's coefficients on the first of their tables.

Origin of 5: the table of four coders and twelve units in Krippendorff, K. (2011), Computing Krippendorff's
alpha-reliability. Origin of 6: the example of three coders and fifteen units in the encyclopaedia article on
the coefficient. Both have gaps; units with a single code cannot be compared and do not count. The expected
numbers are printed to six digits, so half a unit of the sixth digit is the tolerance; for other levels of measurement both
print three. Gwet's coefficients, and those of
Brennan-Prediger and of Fleiss, are as the R package irrCAC prints them for the first table, which it holds as
``cac.raw4raters`` (``gwet.ac1.raw``, ``bp.coeff.raw``, ``fleiss.kappa.raw``; weights unweighted and quadratic): five digits.

The codes of two people for 1,000 comments are not part of the repository: set ``AFTERMATH_ARCHIVES`` to the folder that
holds them. Their alphas were computed apart from this program, to four digits.
"""

from __future__ import annotations

import csv
import math
import os
from pathlib import Path

import numpy as np
import pytest

from aftermath.statistics.agreement import krippendorff_alpha

TOLERANCE = 5e-7

KRIPPENDORFF_2011 = """
    1 2 3 3 2 1 4 1 2 . . .
    1 2 3 3 2 2 4 1 2 5 . 3
    . 3 3 3 2 3 4 2 2 5 1 .
    1 2 3 3 2 4 4 1 2 5 1 .
"""
ENCYCLOPAEDIA = """
    . . . . . 3 4 1 2 1 1 3 3 . 3
    1 . 2 1 3 3 4 3 . . . . . . .
    . . 2 1 3 4 4 . 2 1 1 3 3 . 4
"""


def codes(table: str) -> list[list[float]]:
    """One row a coder; a dot is no code."""
    return [[math.nan if code == "." else float(code) for code in row.split()] for row in table.strip().splitlines()]


@pytest.mark.parametrize(
    ("table", "levels", "alpha", "units"),
    [(KRIPPENDORFF_2011, range(1, 6), 0.815388, 11), (ENCYCLOPAEDIA, range(1, 5), 0.806721, 12)],
    ids=["Krippendorff 2011", "encyclopaedia"],
)
def test_ordinal_alpha(table: str, levels: range, alpha: float, units: int) -> None:
    agreement = krippendorff_alpha(codes(table), list(levels), draws=50)
    assert agreement.alpha == pytest.approx(alpha, abs=TOLERANCE)
    assert agreement.units == units
    assert agreement.lower <= agreement.alpha <= agreement.upper


@pytest.mark.parametrize(
    ("table", "levels", "measurement", "alpha"),
    [
        (KRIPPENDORFF_2011, range(1, 6), "nominal", 0.743),
        (KRIPPENDORFF_2011, range(1, 6), "ordinal", 0.815),
        (KRIPPENDORFF_2011, range(1, 6), "interval", 0.849),
        (ENCYCLOPAEDIA, range(1, 5), "nominal", 0.691),
        (ENCYCLOPAEDIA, range(1, 5), "interval", 0.811),
    ],
)
def test_alpha_by_level_of_measurement_as_printed(table: str, levels: range, measurement: str, alpha: float) -> None:
    agreement = krippendorff_alpha(codes(table), levels, measurement=measurement, draws=50)
    assert agreement.alpha == pytest.approx(alpha, abs=5e-4)
    assert agreement.lower < agreement.alpha < agreement.upper


@pytest.mark.parametrize(
    ("weights", "name", "coefficient", "error"),
    [("identity", "AC1", 0.77544, 0.14295), ("quadratic", "AC2", 0.91400, 0.10396)],
)
def test_gwets_coefficient_and_its_standard_error(weights: str, name: str, coefficient: float, error: float) -> None:
    agreement = krippendorff_alpha(codes(KRIPPENDORFF_2011), range(1, 6), weights=weights, draws=50)
    assert agreement.ac_name == name
    assert agreement.ac == pytest.approx(coefficient, abs=5e-6)
    assert agreement.ac_error == pytest.approx(error, abs=5e-6)
    assert agreement.ac_lower <= agreement.ac <= agreement.ac_upper


def test_the_observed_agreement_gives_the_other_coefficients_with_their_own_chance() -> None:
    observed = krippendorff_alpha(codes(KRIPPENDORFF_2011), range(1, 6), weights="identity", draws=0).observed
    table = np.array(codes(KRIPPENDORFF_2011))
    shares = np.array(
        [np.mean(np.nansum(table == level, axis=0) / np.sum(~np.isnan(table), axis=0)) for level in range(1, 6)]
    )
    for chance, printed in ((1 / 5, 0.77273), (np.sum(shares**2), 0.76117)):  # Brennan and Prediger, Fleiss
        assert (observed - chance) / (1 - chance) == pytest.approx(printed, abs=5e-6)


@pytest.fixture(scope="module")
def double_coded() -> list[dict[str, str]]:
    folder = os.environ.get("AFTERMATH_ARCHIVES")
    if not folder:
        pytest.skip(
            "AFTERMATH_ARCHIVES does not name the folder of the coded comments, which are not in the repository"
        )
    path = Path(folder) / "dei-comments-2025" / "double-coded.csv"
    if not path.is_file():
        pytest.skip(f"there is no {path.relative_to(folder)} in the folder of archives")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("variable", "alpha"), [("stance", 0.7927), ("intention", 0.8095)])
def test_two_people_who_coded_a_thousand_comments(double_coded: list, variable: str, alpha: float) -> None:
    both = {coder: [float(row[f"{variable}_{coder}"]) for row in double_coded] for coder in "ab"}
    agreement = krippendorff_alpha(both, (-1, 0, 1))
    assert agreement.units == 1000
    assert agreement.alpha == pytest.approx(alpha, abs=5e-5)
    assert 0.7 < agreement.lower < alpha < agreement.upper < 0.9
