"""Latency curves: Turnbull's estimate for interval-censored latencies, with bootstrap bands.

Every latency is known only up to an interval, and some were never seen. The nonparametric maximum
likelihood estimate puts mass on the innermost intervals (Turnbull 1976); inside one of them the curve
is not identified, so it is reported as a lower and an upper curve.

References
----------
Turnbull, B. W. (1976). The empirical distribution function with arbitrarily grouped, censored and
truncated data. Journal of the Royal Statistical Society B 38, 290-295.
Gentleman, R., and Geyer, C. J. (1994). Maximum likelihood for interval censored data. Biometrika 81, 618-623.
Wang, Y. (2007). On fast computation of the non-parametric maximum likelihood estimate of a mixing distribution. Journal
of the Royal Statistical Society B 69, 185-198.
Dax, A. (1990). The smallest point of a polytope. Journal of Optimization Theory and Applications 64, 429-432.
"""

from __future__ import annotations

import functools
import itertools
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from aftermath.statistics.result import NothingToMeasure

_TOLERANCE = 1e-9
_STEPS = 1000
_ROUNDING, _SLACK = 1e-14, 1e-12
_HALVES = tuple(0.5**halvings for halvings in range(40))


@dataclass(frozen=True)
class Masses:
    """Where the estimate puts probability.

    Parameters
    ----------
    left, right
        Ends of the innermost intervals, ascending, shape ``(m,)``; ``right`` may be infinite.
    mass
        Probability in each, shape ``(m,)``, adding up to 1.
    left_open
        Whether each left end is excluded.
    """

    left: np.ndarray
    right: np.ndarray
    mass: np.ndarray
    left_open: np.ndarray

    def survival(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper curve: the probability that the event comes **after** each time.

        The two differ only inside an innermost interval, where the estimate does not say how its mass lies.
        """
        times = np.asarray(times, dtype=float)[:, None]
        certainly_after = np.where(self.left_open, self.left >= times, self.left > times)
        possibly_after = self.right > times
        return certainly_after @ self.mass, possibly_after @ self.mass


def turnbull(
    left: ArrayLike,
    right: ArrayLike,
    *,
    left_open: ArrayLike = False,
    weights: ArrayLike | None = None,
) -> Masses:
    """Turnbull's nonparametric maximum likelihood estimate.

    Parameters
    ----------
    left, right
        Ends of the observed intervals, ``left <= right``; an infinite right end is a right-censored
        latency. Any one unit.
    left_open
        Whether left ends are excluded: ``(left, right]`` instead of ``[left, right]``. **Right ends are
        always included.** An exact time cannot be open. A routine that treats half-open intervals as closed
        lets neighbours that only touch share a point, and collapses them.
    weights
        How often each interval counts; once if not given.

    Returns
    -------
    Masses
        Iterated until no mass could be moved to gain more than one part in 10⁹ of likelihood.

    Raises
    ------
    NothingToMeasure
        If there is no interval.
    ValueError
        If an interval ends before it begins or is not a number, or a weight is not positive.

    Examples
    --------
    >>> turnbull([0, 5], [5, 10], left_open=True).mass
    array([0.5, 0.5])
    """
    begins, ends, opens, counts = _intervals(left, right, left_open, weights)
    inner_left, inner_right, inner_open = _innermost(begins, ends, opens)
    # where both begin at one point, the inner one may not take in a point that the outer one leaves out
    after = (inner_left > begins[:, None]) | ((inner_left == begins[:, None]) & (inner_open >= opens[:, None]))
    inside = after & (inner_right <= ends[:, None])
    return Masses(inner_left, inner_right, _maximise(*_alike(inside, counts)), inner_open)


def identification_region(left: ArrayLike, right: ArrayLike, times: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest share whose event comes **after** each time, whatever the moments inside the intervals.

    Turnbull's estimate is one of the answers inside this region: it supposes that the width of an interval has nothing to
    do with the moment in it. The region supposes nothing, and **never narrows when an interval is widened**.

    Parameters
    ----------
    left, right
        Ends of the observed intervals, **both included**; an infinite right end is a right-censored latency.
    times
        Shape ``(t,)``.

    Returns
    -------
    tuple
        Lower and upper end, each of shape ``(t,)``.

    Raises
    ------
    NothingToMeasure
        If there is no interval.
    ValueError
        If an interval ends before it begins, or is not a number.

    References
    ----------
    Manski, C. F. (2003). Partial identification of probability distributions. Springer.

    Examples
    --------
    >>> [ends.tolist() for ends in identification_region([0, 4], [2, 9], [3, 5])]
    [[0.5, 0.0], [0.5, 0.5]]
    """
    begins, ends, *_ = _intervals(left, right, False, None)
    at = np.asarray(times, dtype=float)[:, None]
    return np.mean(begins > at, axis=1), np.mean(ends > at, axis=1)


def _intervals(
    left: ArrayLike, right: ArrayLike, left_open: ArrayLike, weights: ArrayLike | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The same as arrays: both ends, whether the left one is excluded, and how often each counts."""
    begins, ends = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
    if begins.shape != ends.shape:
        raise ValueError(f"{begins.size} left ends and {ends.size} right ends: give one of each for every latency")
    if not begins.size:
        raise NothingToMeasure("there is no latency to draw a curve from.")
    if not (np.isfinite(begins) & (begins <= ends)).all():  # nothing is before or after what is not a number
        raise ValueError(
            "every latency needs a finite left end and a right end that is not before it (infinite where never seen)"
        )
    counts = np.ones(begins.size) if weights is None else np.asarray(weights, dtype=float)
    if counts.shape != begins.shape or not (np.isfinite(counts) & (counts > 0)).all():
        raise ValueError("weights must be positive numbers, one for each latency")
    return begins, ends, np.broadcast_to(left_open, begins.shape) & (begins < ends), counts


def _innermost(left: np.ndarray, right: np.ndarray, left_open: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Intervals that begin at a left end and end at the next right end with no left end between.

    At one point the order is: closed left ends, right ends, open left ends.
    """
    ends = sorted(
        {(value, 2 if is_open else 0) for value, is_open in zip(left, left_open, strict=True)}
        | {(value, 1) for value in right}
    )
    pairs = [(begin, end) for begin, end in itertools.pairwise(ends) if begin[1] != 1 and end[1] == 1]
    return (
        np.array([begin[0] for begin, _ in pairs]),
        np.array([end[0] for _, end in pairs]),
        np.array([begin[1] == 2 for begin, _ in pairs]),
    )


def _alike(inside: np.ndarray, weights: np.ndarray) -> tuple[tuple[bytes, ...], tuple[float, ...]]:
    """The different sets of innermost intervals that observations hold, sorted, and the weight of each."""
    counts: defaultdict[bytes, float] = defaultdict(float)
    for row, weight in zip(inside, weights.tolist(), strict=True):
        counts[row.tobytes()] += weight
    held = sorted(counts)
    return tuple(held), tuple(counts[row] for row in held)


@functools.lru_cache(maxsize=1024)  # what a bootstrap draws differs far more often than what decides the masses
def _maximise(held: tuple[bytes, ...], counts: tuple[float, ...]) -> np.ndarray:
    """The masses of the greatest likelihood, by constrained Newton steps (Wang 2007); always unique for intervals."""
    inside = np.array([np.frombuffer(row, dtype=bool) for row in held], dtype=float)
    weights = np.array(counts) / sum(counts)
    mass = np.full(inside.shape[1], 1 / inside.shape[1])
    for _ in range(_STEPS):
        share = inside / (inside @ mass)[:, None]
        gain = weights @ share
        # no mass can gain more than the largest derivative: Gentleman and Geyer's certificate
        if gain.max() - 1 < _TOLERANCE:
            break
        mass = _step(inside, weights, mass, _newton_target(share, weights) - mass, gain)
    mass.setflags(write=False)  # others get the same
    return mass


def _newton_target(share: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Where the quadratic approximation of the likelihood is greatest, among masses that are not negative and add up to 1.

    The row of ones makes a sum of 1 part of the least squares problem, exactly so after the division (Dax 1990).
    """
    rows, sums = np.ones((len(weights) + 1, share.shape[1])), np.zeros(len(weights) + 1)
    rows[:-1], sums[-1] = np.sqrt(weights)[:, None] * (share - 2), 1
    target = _least_squares(rows, sums)
    return target / target.sum()


def _least_squares(rows: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """Least squares without negative numbers: leave out what would be negative until nothing is.

    That need not be the answer. Where a number that was left out would lessen the squares (Karush, Kuhn and Tucker), the
    general method is asked; it hardly ever is, and to import it takes longer than all of a bootstrap.
    """
    products, aims, free = rows.T @ rows, rows.T @ sums, np.ones(rows.shape[1], dtype=bool)
    while True:
        target = np.zeros(len(aims))
        target[free] = np.linalg.lstsq(products[np.ix_(free, free)], aims[free], rcond=None)[0]
        if target.min() >= 0:
            break
        free &= target > 0
    if (aims - products @ target).max() <= _SLACK:
        return target
    from scipy.optimize import nnls

    return nnls(rows, sums)[0]


def _step(inside: np.ndarray, weights: np.ndarray, mass: np.ndarray, move: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """The whole move, or the first half of a half of it that raises the likelihood as much as its slope promises."""
    before, slope = weights @ np.log(inside @ mass), gain @ move
    part = 1.0
    for part in _HALVES:
        moved = inside @ (mass + part * move)
        # a move may not take all mass out of an observation
        if moved.min() > 0 and weights @ np.log(moved) >= before + part * slope / 3 - _ROUNDING:
            break
    mass = np.maximum(mass + part * move, 0)
    return mass / mass.sum()
