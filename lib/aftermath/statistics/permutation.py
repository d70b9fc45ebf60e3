"""Exact tests by permutation: what chance alone would do with these very numbers.

With few cases an exact test has a floor: no arrangement can be rarer than one of all, so the smallest p that could
have come out stands beside every p. All arrangements are gone through where they are few; else a seeded sample
is, and the error of the sample is given.

References
----------
Fisher, R. A. (1935). The design of experiments. Oliver and Boyd.
Kendall, M. G. (1938). A new measure of rank correlation. Biometrika 30, 81-93.
Knight, W. R. (1966). A computer method for calculating Kendall's tau with ungrouped data. Journal of the American Statistical
Association 61, 436-439.
Phipson, B., and Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical Applications in
Genetics and Molecular Biology 9, article 39.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from aftermath.problems import AftermathError
from aftermath.wording import counted, number, probability

MOST_ARRANGEMENTS = 400_000
DRAWS = 20_000
DRAWS_AT_ONCE = 500  # with many cases all at once would fill the memory
AT_ONCE = 400_000  # comparisons, so that they stay in the processor's cache, and memory is bounded
_CLOSE = 1e-12
_NO_PAIRS = np.zeros((), dtype=np.int64)  # what a sum over pairs begins with


class TooFew(AftermathError):
    """Too few numbers, or numbers that are all the same: no arrangement can be told from another."""


@dataclass(frozen=True)
class Permutation:
    """The outcome of a permutation test.

    Parameters
    ----------
    statistic
        What was observed.
    p
        Share of arrangements that are at least as far from zero, two-sided.
    smallest_p
        The smallest p that these numbers could have given, whatever their arrangement.
    arrangements
        How many were gone through.
    exact
        Whether these are all; else a seeded sample that counts the observed arrangement.
    """

    statistic: float
    p: float
    smallest_p: float
    arrangements: int
    exact: bool

    @property
    def error(self) -> float:
        """Standard error of p; 0 where all arrangements were gone through."""
        return 0.0 if self.exact else math.sqrt(self.p * (1 - self.p) / self.arrangements)

    @property
    def text(self) -> str:
        """p with its floor, and how it was found."""
        how = "all" if self.exact else "a sample of"
        error = "" if self.exact else f" ± {number(self.error, 4)}"
        floor = f"the smallest that could come out is {probability(self.smallest_p)}"
        return f"p = {probability(self.p)}{error} over {how} {number(self.arrangements)} arrangements; {floor}"


def sign_flips(differences: Sequence[float]) -> Permutation:
    """Whether paired differences are centred at zero: every sign may flip.

    Parameters
    ----------
    differences
        One number a pair, at most 18 of them.

    Returns
    -------
    Permutation
        Of the mean difference.

    Raises
    ------
    TooFew
        If there is no difference, or all are zero.

    Examples
    --------
    >>> round(sign_flips([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]).p, 6)
    0.052673
    """
    values = _finite(differences)
    if not values.size or not values.any() or len(values) > 18:
        raise TooFew(f"{len(values)} differences: between 1 and 18 are needed, not all of them zero")
    signs = 1 - 2 * ((np.arange(2 ** len(values))[:, None] >> np.arange(len(values))) & 1)
    return _outcome(signs @ values / len(values), float(values.mean()))


def two_groups(first: Sequence[float], second: Sequence[float], *, seed: int = 0) -> Permutation:
    """Whether two groups differ in their mean: every split into groups of these sizes may come out.

    Parameters
    ----------
    first, second
        One number a case.
    seed
        Of the sample, where there are too many splits to go through.

    Returns
    -------
    Permutation
        Of the mean of the first less that of the second.

    Raises
    ------
    TooFew
        If a group is empty, or all numbers are equal.

    Examples
    --------
    >>> two_groups([1, 2, 3], [4, 5, 6]).p
    0.1
    """
    left, right = _finite(first), _finite(second)
    values = np.concatenate([left, right])
    if not left.size or not right.size or np.ptp(values) == 0:
        raise TooFew(f"groups of {left.size} and {right.size}: both need a number, and not all numbers may be equal")
    members = splits(len(values), len(left), seed)
    sums = np.take(values, members).sum(axis=1)
    statistics = sums / len(left) - (values.sum() - sums) / len(right)
    exact = len(members) == math.comb(len(values), len(left))
    return _outcome(statistics, float(left.mean() - right.mean()), exact=exact)


def kendall(first: ArrayLike, second: ArrayLike, *, seed: int = 0) -> Permutation:
    """Whether two orders go together: Kendall's tau-b, every order of the second being as likely.

    Parameters
    ----------
    first, second
        One number a case each; ties are allowed, infinity is the largest number.
    seed
        Of the sample, where there are too many orders to go through (**more than nine cases**).

    Returns
    -------
    Permutation
        Of tau-b.

    Raises
    ------
    TooFew
        If there are fewer than three cases, or one of the two does not vary.

    Examples
    --------
    >>> kendall([1, 2, 3, 4], [1, 2, 3, 4]).statistic
    1.0
    """
    left, right = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    observed, best = tau_b(left, right), tau_b(np.sort(left), np.sort(right))
    orders = _orders(len(left), seed)
    statistics = concordance_of_orders(left, right, orders) / _scale(left, right)
    return _outcome(statistics, observed, exact=orders.shape[1] == math.factorial(len(left)), largest=abs(best))


def tau_b(first: np.ndarray, second: np.ndarray) -> float:
    """Kendall's tau-b, which corrects for ties.

    Raises
    ------
    TooFew
        If there are fewer than three cases, or one of the two does not vary.
    """
    tau = float(taus(first, second))
    if math.isnan(tau):
        raise TooFew(f"{counted(len(first), 'case')}: a rank correlation needs three, and both numbers have to vary")
    return tau


def taus(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Kendall's tau-b of many pairs of columns at once.

    Parameters
    ----------
    first, second
        **One row a case**, one column a pair, shape ``(n, pairs)`` or ``(n,)``; one of the two may be the same for all pairs,
        shape ``(n, 1)``.

    Returns
    -------
    numpy.ndarray
        Shape ``(pairs,)`` or ``()``; NaN where there are fewer than three cases, or one of the two does not vary.
    """
    scale = np.asarray(_scale(first, second) if len(first) >= 3 else np.zeros(np.shape(first)[1:]))
    # pairs of rows in the same order in both, less those in opposite orders
    concordance = sum(((left * right).sum(axis=0) for left, right in _signs(first, second)), start=_NO_PAIRS)
    return np.divide(concordance, scale, out=np.full(scale.shape, math.nan), where=scale > 0)


def _scale(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.sqrt(_untied(first) * _untied(second))


def _untied(values: np.ndarray) -> np.ndarray:
    """How many pairs of rows are not the same."""
    return sum(((signs != 0).sum(axis=0) for (signs,) in _signs(values)), start=_NO_PAIRS)


def _signs(*several: np.ndarray) -> Iterator[list[np.ndarray]]:
    """For every pair of rows whether the second is larger (1), smaller (-1) or the same (0), some pairs at a time."""
    rows, columns = np.triu_indices(len(several[0]), 1)
    at_once = max(1, AT_ONCE // max(1, *(values[:1].size for values in several)))
    for start in range(0, len(rows), at_once):
        part = slice(start, start + at_once)
        pairs = [(values[rows[part]], values[columns[part]]) for values in several]
        yield [(later > earlier).view(np.int8) - (later < earlier).view(np.int8) for earlier, later in pairs]


def concordance_of_orders(first: np.ndarray, second: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """How many pairs of rows stand in the same order in one and in the other, less those in opposite orders, in many orders of the other.

    Rows are taken in the order of one, as Knight (1966) does; those before a row that are larger in the other stand in
    opposite order to it. Which are before it is kept as a set of bits for each column, so that a row costs a look at a few words.
    """
    levels, ranks = (np.unique(values, return_inverse=True)[1] for values in (first, second))
    ascending, counts = np.argsort(levels, kind="stable"), np.bincount(ranks)
    ends = np.cumsum(counts)[ranks].astype(orders.dtype)  # behind the places that rows of this rank take
    starts, places = ends - counts[ranks].astype(orders.dtype), np.argsort(np.argsort(ranks, kind="stable"))
    places, untied = places.astype(orders.dtype), counts.max() == 1
    seen, total = _Seen(len(first), orders.shape[1]), np.zeros(orders.shape[1], dtype=np.int64)
    for tied in np.split(ascending, np.flatnonzero(np.diff(levels[ascending])) + 1):
        for row in tied:
            larger = seen.from_place(ends[orders[row]]).astype(np.int64)
            total += seen.size - larger - (larger if untied else seen.from_place(starts[orders[row]]))
        for row in tied:
            seen.add(places[orders[row]])
    return total


class _Seen:
    """A set of places in each of many columns, as bits of words of 64 with a count of what is in the words behind each."""

    def __init__(self, n: int, columns: int) -> None:
        words = n // 64 + 1
        self.size = 0
        self._bits = np.zeros((words, columns), dtype=np.uint64)
        self._behind = np.zeros((words, columns), dtype=np.min_scalar_type(n))
        self._columns, self._words = np.arange(columns), np.arange(words)[:, None]

    def from_place(self, places: np.ndarray) -> np.ndarray:
        """How many places of each column's set are not below the one given for it."""
        words, bits = places >> 6, (places & 63).astype(np.uint64)
        return self._behind[words, self._columns] + np.bitwise_count(self._bits[words, self._columns] >> bits)

    def add(self, places: np.ndarray) -> None:
        """Put one place into each column's set."""
        words, bits = places >> 6, (places & 63).astype(np.uint64)
        self._bits[words, self._columns] |= np.uint64(1) << bits
        self._behind += self._words < words
        self.size += 1


@lru_cache(maxsize=1)  # several measures of the same cases come one after another
def _orders(n: int, seed: int) -> np.ndarray:
    """Orders of n places, one a column: all where they are few, else a seeded sample with the observed one at its head."""
    if math.factorial(n) <= MOST_ARRANGEMENTS:
        places = itertools.chain.from_iterable(itertools.permutations(range(n)))
        return _fixed(np.fromiter(places, dtype=np.uint16).reshape(-1, n).T)
    drawn = np.argsort(np.random.default_rng(seed).random((DRAWS - 1, n)), axis=1)
    return _fixed(np.vstack([np.arange(n), drawn]).T.astype(np.uint32 if n > 2**16 else np.uint16))


@lru_cache(maxsize=1)  # a test and its interval go through the same ones
def splits(n: int, size: int, seed: int) -> np.ndarray:
    """Ways to choose the first group: all where they are few, else a seeded sample with the observed one at its head.

    Parameters
    ----------
    n, size
        Numbers in all, and in the first group.
    seed
        Of the sample.

    Returns
    -------
    numpy.ndarray
        Places of the first group, shape ``(splits, size)``, read-only.
    """
    if math.comb(n, size) <= MOST_ARRANGEMENTS:
        places = itertools.chain.from_iterable(itertools.combinations(range(n), size))
        return _fixed(np.fromiter(places, dtype=np.intp).reshape(-1, size))
    generator, places = np.random.default_rng(seed), np.empty((DRAWS, size), dtype=np.intp)
    places[0] = np.arange(size)
    for start in range(1, DRAWS, DRAWS_AT_ONCE):
        part = places[start : start + DRAWS_AT_ONCE]
        part[:] = np.argpartition(generator.random((len(part), n)), size - 1, axis=1)[:, :size]
    return _fixed(places)


def _fixed(places: np.ndarray) -> np.ndarray:
    """Places in one block of memory that nobody can change, as they are handed out again."""
    block = np.ascontiguousarray(places)
    block.flags.writeable = False
    return block


def _outcome(
    statistics: np.ndarray, observed: float, *, exact: bool = True, largest: float | None = None
) -> Permutation:
    distance = np.abs(statistics)
    p = float(np.mean(distance >= abs(observed) - _CLOSE))
    top = distance.max() if largest is None else max(largest, distance.max())
    smallest = float(np.mean(distance >= top - _CLOSE)) or 1 / len(statistics)
    return Permutation(observed, p, smallest, len(statistics), exact)


def _finite(values: Sequence[float]) -> np.ndarray:
    array = np.asarray(values, dtype=float)
    if not np.isfinite(array).all():
        raise TooFew("a number is missing or infinite: leave that case out, and say so")
    return array
