"""Intervals of a shift against printed numbers.

Globulin fraction of plasma, g/l, two groups of 10 patients (Gardner and Altman 1989, p. 75): R's exactRankTests, perm.test with conf.int,
prints -8.50 and 1.25 and p = 0.1475. Both groups are as large, so that its equal tails are our distance from zero.

Wing and antennae lengths of two species of midges (Grogan and Wirth 1981), 9 and 6 specimens, as Ernst (2004) analyses them: two-sided
p = 0.0719 and 0.0022, and 95 % intervals from -0.250 to 0.010 and from 0.087 to 0.286, searched for at random with equal tails.

Recovery times, 4 and 3 patients (Ernst 2004; R's CIPerm, cint): -21 to 3.

Diastolic blood pressure, 4 and 11 persons (StatXact manual; R's exactRankTests): two-sided p = 0.1040.
"""

from __future__ import annotations

import pytest

from aftermath.statistics.permutation import two_groups
from aftermath.statistics.shift import shift

GLOBULIN = [38, 26, 29, 41, 36, 31, 32, 30, 35, 33], [45, 28, 27, 38, 40, 42, 39, 39, 34, 35]
WINGS = [1.72, 1.64, 1.74, 1.70, 1.82, 1.82, 1.90, 1.82, 2.08], [1.78, 1.86, 1.96, 2.00, 2.00, 1.96]
ANTENNAE = [1.24, 1.38, 1.36, 1.40, 1.38, 1.48, 1.38, 1.54, 1.56], [1.14, 1.20, 1.30, 1.26, 1.28, 1.18]
RECOVERY = [19, 22, 25, 26], [23, 33, 40]
PRESSURE = [94, 108, 110, 90], [80, 94, 85, 90, 90, 90, 108, 94, 78, 105, 88]


def test_the_globulin_interval_is_that_of_r():
    found = shift(*GLOBULIN)
    assert found.exact
    assert [found.lower, found.upper] == pytest.approx([-8.5, 1.25], abs=1e-9)  # both are exact quarters
    assert found.p == pytest.approx(0.1475, abs=5e-5)  # printed to four places


@pytest.mark.parametrize(("groups", "p"), [(WINGS, 0.0719), (ANTENNAE, 0.0022), (PRESSURE, 0.1040)])
def test_printed_probabilities_of_two_groups(groups, p):
    assert two_groups(*groups).p == pytest.approx(p, abs=5e-5)  # printed to four places


@pytest.mark.parametrize(("groups", "ends"), [(WINGS, (-0.250, 0.010)), (ANTENNAE, (0.087, 0.286))])
def test_the_intervals_of_the_midges_are_near_those_that_were_searched_for(groups, ends):
    found = shift(*groups)
    # printed to three places, of a random search; equal tails of groups of 9 and 6 are not quite distance from zero
    assert [found.lower, found.upper] == pytest.approx(ends, abs=0.001)


def test_the_interval_of_the_recovery_times():
    found = shift(*RECOVERY)
    assert [found.lower, found.upper] == pytest.approx([-21, 3])
