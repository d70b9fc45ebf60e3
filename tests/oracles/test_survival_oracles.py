"""Oracles 1 to 4: Turnbull's estimate for closed and for half-open intervals; and lifelines, interval by interval.

Origin of 1 and 2: the tests of lifelines, which print the masses and compare them to a relative 1e-4; ours are exact to
1e-9 of the likelihood, so the tolerance is theirs. Origin of 3 and 4: arithmetic; the tolerance is that of the estimate.

**lifelines reads intervals as closed.** It agrees with 3, where touching ends do no harm, and puts all mass of 4 on the point
that the two intervals do not share. The .4545 that stands beside 3 is what leaving out right ends gives: 5 / 11.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from aftermath.statistics.turnbull import Masses, turnbull

INF = np.inf
PRINTED = 1e-4
EXACT = 1e-6

LEFT_1 = [1, 8, 8, 7, 7, 17, 37, 46, 46, 45]
RIGHT_1 = [7, 8, 10, 16, 14, INF, 44, INF, INF, INF]


def places(masses: Masses) -> list[tuple[float, float]]:
    """Innermost intervals that hold mass."""
    return [
        (left, right) for left, right, mass in zip(masses.left, masses.right, masses.mass, strict=True) if mass > EXACT
    ]


def test_1_closed_intervals() -> None:
    masses = turnbull(LEFT_1, RIGHT_1)
    assert places(masses) == [(7, 7), (8, 8), (37, 44), (46, INF)]
    assert masses.mass == pytest.approx([0.16667016, 0.33332984, 0.125, 0.375], rel=PRINTED)


def test_2_lung_tumours_of_mice() -> None:
    datasets = pytest.importorskip("lifelines.datasets", reason="the data of oracle 2 come with lifelines")
    mice = datasets.load_mice()
    assert len(mice) == 144
    masses = turnbull(mice["l"], mice["u"])
    assert masses.mass[[0, -1]] == pytest.approx([0.142857, 0.166667], rel=PRINTED)
    assert (places(masses)[0], places(masses)[-1]) == ((371, 381), (986, 1008))


def test_3_half_open_intervals_leave_out_their_left_end() -> None:
    left, right = [2.0] + [3.0] * 5 + [1.0] * 5, [2.0] + [3.0] * 10
    masses = turnbull(left, right, left_open=[False] * 6 + [True] * 5)
    assert places(masses) == [(2, 2), (3, 3)]
    assert masses.mass == pytest.approx([1 / 6, 5 / 6], abs=EXACT)
    assert masses.survival([2.5]) == (pytest.approx(5 / 6, abs=EXACT), pytest.approx(5 / 6, abs=EXACT))


def test_3_leaving_out_right_ends_instead_gives_the_wrong_half() -> None:
    # just before 3: an interval that leaves out its right end
    masses = turnbull([2.0] + [3.0] * 5 + [1.0] * 5, [2.0] + [3.0] * 5 + [2.999] * 5)
    assert masses.survival([2.5])[0] == pytest.approx(0.4545, abs=5e-5)


def test_4_half_open_intervals_that_touch_share_nothing() -> None:
    masses = turnbull([0, 5], [5, 10], left_open=True)
    assert places(masses) == [(0, 5), (5, 10)]
    assert masses.left_open.all()
    assert masses.mass == pytest.approx([0.5, 0.5], abs=EXACT)


def test_4_read_as_closed_they_collapse_into_their_common_point() -> None:
    masses = turnbull([0, 5], [5, 10])
    assert places(masses) == [(5, 5)]
    assert masses.mass == pytest.approx([1.0], abs=EXACT)


def random_intervals(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Closed intervals with many ties, a fifth of them right-censored."""
    generator = np.random.default_rng(seed)
    n = int(generator.integers(5, 25))
    left = generator.integers(0, 15, n).astype(float)
    right = left + generator.integers(0, 8, n)
    return left, np.where(generator.random(n) < 0.2, INF, right)


@pytest.mark.parametrize("seed", range(12))
def test_lifelines_finds_the_same_masses(seed: int) -> None:
    npmle = pytest.importorskip("lifelines.fitters.npmle", reason="compares with lifelines").npmle
    left, right = random_intervals(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # its line search takes logarithms of masses of 0 and 1
        theirs, intervals = npmle(left, right, tol=1e-12)
    ours = turnbull(left, right)
    assert list(zip(ours.left, ours.right, strict=True)) == [tuple(interval) for interval in intervals]
    # where a mass is 0 or hardly told, theirs stops while it still moves: masses to 1e-3, the likelihood to 1e-6
    assert ours.mass == pytest.approx(theirs, abs=1e-3)
    inside = (ours.left >= left[:, None]) & (ours.right <= right[:, None])
    assert np.log(inside @ ours.mass).sum() >= np.log(inside @ theirs).sum() - 1e-6
