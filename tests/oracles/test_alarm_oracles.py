"""Oracle 17: EARS C1.

Origin: arithmetic. The baseline 1 to 7 has the mean 4 and the standard deviation sqrt(28 / 6) = 2.160 (divisor
n - 1); today's 12 lies 8 above the mean, 3.703 standard deviations. Printed to three digits, so half a unit of
the third is the tolerance.
"""

from __future__ import annotations

import pytest

from aftermath.statistics.ears import ears_c1, turning_share

TOLERANCE = 5e-4


def test_17_today_against_seven_days() -> None:
    today = ears_c1([1, 2, 3, 4, 5, 6, 7, 12]).row(-1, named=True)
    assert today["mean"] == 4
    assert today["sd"] == pytest.approx(2.160, abs=TOLERANCE)
    assert today["score"] == pytest.approx(3.703, abs=TOLERANCE)
    assert today["limit"] == pytest.approx(4 + 3 * 2.160, abs=3 * TOLERANCE)
    assert today["alarm"]


def test_the_bound_of_a_difference_of_shares() -> None:
    """Newcombe (1998), table II, method 10: 56/70 against 48/80 has the 95 % interval .0524 to .3339, printed to four
    digits; its lower end is the one-sided bound at 97.5 %."""
    today = turning_share([0] * 6 + [48, 56], [0] * 6 + [80, 70], level=0.975).row(-1, named=True)
    assert today["difference"] == pytest.approx(0.2, abs=1e-12)
    assert today["difference_lower"] == pytest.approx(0.0524, abs=5e-5)
