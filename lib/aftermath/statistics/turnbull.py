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
Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the American
Statistical Association 22, 209-212.
Dax, A. (1990). The smallest point of a polytope. Journal of Optimization Theory and Applications 64, 429-432.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from aftermath.statistics.intervals import t_quantile, wilson
from aftermath.statistics.result import NothingToMeasure

DRAWS = 500  # of a bootstrap
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

    def held_by(self, left: np.ndarray, right: np.ndarray, left_open: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The places of the first and the last innermost interval that each observed interval holds: it holds all between."""
        # Where both begin at one point, the inner one may not take in a point that the outer one leaves out: open comes after
        # closed, as complex numbers are in order.
        first = np.searchsorted(self.left + 1j * self.left_open, left + 1j * left_open)
        return first, np.searchsorted(self.right, right, side="right") - 1


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
    masses = Masses(inner_left, inner_right, np.empty(len(inner_left)), inner_open)
    pairs, weight = _alike(*masses.held_by(begins, ends, opens), counts)
    return replace(masses, mass=_maximise(pairs, weight, len(inner_left)))


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


def bootstrap_band(
    left: np.ndarray, right: np.ndarray, seconds: np.ndarray, *, level: float = 0.95, draws: int = DRAWS, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Pointwise percentile band of Turnbull's curve, resampling intervals; at least as wide as a score interval.

    Parameters
    ----------
    left, right
        Ends of the intervals, shape ``(n,)``.
    seconds
        Times at which the band is wanted, shape ``(t,)``.
    level, draws, seed
        Of the bootstrap.

    Returns
    -------
    tuple
        Lower and upper end, each of shape ``(t,)``. **No share is surer than one of n latencies that are known exactly**: where
        all agree, it still has the score interval of n of n.

    Examples
    --------
    >>> agreeing = np.array([1.0, 2.0, 3.0])
    >>> [end.round(2).tolist() for end in bootstrap_band(agreeing, agreeing, np.array([0.0, 9.0]), draws=20)]
    [[0.44, 0.0], [1.0, 0.56]]
    """
    generator = np.random.default_rng(seed)
    samples = np.sort(generator.integers(len(left), size=(draws, len(left))), axis=1)
    distinct, which = np.unique(samples, axis=0, return_inverse=True)  # few intervals are often drawn alike
    curves = np.array([turnbull(left[sample], right[sample]).survival(seconds) for sample in distinct])[which]
    lower, upper = turnbull(left, right).survival(seconds)
    z = t_quantile(level, np.inf)
    ends = (
        np.minimum(np.quantile(curves[:, 0], (1 - level) / 2, axis=0), wilson(np.clip(lower, 0, 1), len(left), z)[0]),
        np.maximum(np.quantile(curves[:, 1], (1 + level) / 2, axis=0), wilson(np.clip(upper, 0, 1), len(left), z)[1]),
    )
    return np.clip(ends[0], 0, 1), np.clip(ends[1], 0, 1)


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
    values, kinds = np.concatenate([left, right]), np.concatenate([np.where(left_open, 2, 0), np.ones(len(right), int)])
    order = np.lexsort((kinds, values))
    values, kinds = values[order], kinds[order]
    begins = np.flatnonzero((kinds[:-1] != 1) & (kinds[1:] == 1))
    return values[begins], values[begins + 1], kinds[begins] == 2


def _alike(first: np.ndarray, last: np.ndarray, counts: np.ndarray) -> tuple[bytes, bytes]:
    """The different pairs of first and last innermost interval that observations hold, shape ``(2, k)``, and the weight of each."""
    pairs, which = np.unique(np.array([first, last]), axis=1, return_inverse=True)
    return pairs.tobytes(), np.bincount(which.ravel(), counts).tobytes()


@functools.lru_cache(maxsize=1024)  # what a bootstrap draws differs far more often than what decides the masses
def _maximise(pairs: bytes, counts: bytes, size: int) -> np.ndarray:
    """The masses of the greatest likelihood, by constrained Newton steps (Wang 2007); always unique for intervals.

    Few innermost intervals have mass in the end. Each step looks at those that have some, and at those between two of them, and
    at either end, where more mass would gain most: what a step costs grows with how many these are, and hardly with ``size``.
    """
    first, last = np.frombuffer(pairs, dtype=int).reshape(2, -1)
    weights = np.frombuffer(counts) / np.frombuffer(counts).sum()
    support = _piercing(first, last)
    mass = np.bincount(np.searchsorted(support, first), weights, len(support))
    for _ in range(_STEPS):
        ratio = weights / _chance(mass, *_held(first, last, support))
        gain = np.cumsum(np.bincount(first, ratio, size) - np.bincount(last + 1, ratio, size + 1)[:size])
        # no mass can gain more than the largest derivative: Gentleman and Geyer's certificate
        if gain.max() - 1 < _TOLERANCE:
            break
        between = np.searchsorted(support, np.arange(size), side="right")
        order = np.lexsort((-gain, between))
        best = order[np.diff(between[order], prepend=-1) > 0]
        tried = np.union1d(support, best[gain[best] > 1])
        held, start = _held(first, last, tried), np.zeros(len(tried))
        start[np.searchsorted(tried, support)] = mass
        target = _newton_target(gain[tried], _curvature(ratio**2 / weights, *held, len(tried)))
        mass = _step(held, weights, start, target - start, gain[tried])
        support, mass = tried[mass > 0], mass[mass > 0]
    whole = np.zeros(size)
    whole[support] = mass
    whole.setflags(write=False)  # others get the same
    return whole


def _piercing(first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """As few places as there can be, ascending, of which every observation holds one."""
    places = [-1]
    for begin, end in sorted(zip(first.tolist(), last.tolist(), strict=True), key=lambda pair: pair[1]):
        if begin > places[-1]:
            places.append(end)
    return np.array(places[1:])


def _held(first: np.ndarray, last: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which of some places each observation holds: the first of them, and the one behind the last."""
    return np.searchsorted(places, first), np.searchsorted(places, last, side="right")


def _chance(mass: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The mass in the places that each observation holds."""
    sums = np.append(0.0, mass.cumsum())
    return sums[end] - sums[begin]


def _curvature(numbers: np.ndarray, begin: np.ndarray, end: np.ndarray, size: int) -> np.ndarray:
    """Of each pair of places the sum of a number over the observations that hold both, shape ``(size, size)``.

    Who holds two places holds all between: it begins at or before the one and ends behind the other.
    """
    corners = np.bincount(begin * size + end - 1, numbers, size * size).reshape(size, size)
    upper = np.triu(corners.cumsum(axis=0)[:, ::-1].cumsum(axis=1)[:, ::-1])
    return upper + np.triu(upper, 1).T


def _newton_target(gain: np.ndarray, curvature: np.ndarray) -> np.ndarray:
    """Where the quadratic approximation of the likelihood is greatest, among masses that are not negative and add up to 1.

    With the squares of each observation's share less 2, that of a sum less 1 makes it a problem of least squares, whose answer
    adds up to 1 after division (Dax 1990).
    """
    target = _least_squares(curvature - 2 * (gain + gain[:, None]) + 5, np.ones(len(gain)))
    return target / target.sum()


def _least_squares(products: np.ndarray, aims: np.ndarray) -> np.ndarray:
    """Least squares without negative numbers, by their normal equations: leave out what would be negative until nothing is.

    That need not be the answer. Where a number that was left out would lessen the squares (Karush, Kuhn and Tucker), the
    general method is asked; it hardly ever is, and to import it takes longer than all of a bootstrap.
    """
    free = np.ones(len(aims), dtype=bool)
    while True:
        target = np.zeros(len(aims))
        target[free] = _solved(products[np.ix_(free, free)], aims[free])
        if target.min() >= 0:
            break
        free &= target > 0
    if (aims - products @ target).max() <= _SLACK:
        return target
    from scipy.optimize import nnls

    values, vectors = np.linalg.eigh(products)
    known = values > values[-1] * _ROUNDING
    roots = np.sqrt(values[known])
    return nnls(roots[:, None] * vectors[:, known].T, vectors[:, known].T @ aims / roots)[0]


def _solved(products: np.ndarray, aims: np.ndarray) -> np.ndarray:
    try:
        return np.linalg.solve(products, aims)
    except np.linalg.LinAlgError:  # two columns are alike
        return np.linalg.lstsq(products, aims, rcond=None)[0]


def _step(
    held: tuple[np.ndarray, np.ndarray], weights: np.ndarray, mass: np.ndarray, move: np.ndarray, gain: np.ndarray
) -> np.ndarray:
    """The whole move, or the first half of a half of it that raises the likelihood as much as its slope promises."""
    chance, change, slope = _chance(mass, *held), _chance(move, *held), gain @ move
    before, part = weights @ np.log(chance), 1.0
    for part in _HALVES:
        moved = chance + part * change
        # a move may not take all mass out of an observation
        if moved.min() > 0 and weights @ np.log(moved) >= before + part * slope / 3 - _ROUNDING:
            break
    mass = np.maximum(mass + part * move, 0)
    return mass / mass.sum()
