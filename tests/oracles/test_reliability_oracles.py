"""Oracles 5 and 6: Krippendorff's alpha for ordinal codes.

Origin of 5: the table of four coders and twelve units in Krippendorff, K. (2011), Computing Krippendorff's
alpha-reliability. Origin of 6: the example of three coders and fifteen units in the encyclopaedia article on
the coefficient. Both have gaps; units with a single code cannot be compared and do not count. The expected
numbers are printed to six digits, so half a unit of the sixth digit is the tolerance.
"""

from __future__ import annotations

import math

import pytest

from aftermath.measures.reliability import krippendorff_alpha

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
