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
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from aftermath.problems import AftermathError
from aftermath.wording import counted, number, probability

MOST_ARRANGEMENTS = 400_000
DRAWS = 20_000
DRAWS_AT_ONCE = 500  # with many cases all at once would fill the memory
PLACES = (
    4_000_000  # of all draws together: of more than 200 numbers fewer are drawn, and the error of the sample says so
)
_CLOSE = 1e-12


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
    untied = [math.comb(len(left), 2) - int(_tied(np.sort(values)[:, None])[0]) for values in (left, right)]
    statistics = concordance_of_orders(left, right, orders) / math.sqrt(math.prod(untied))
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
    shape = np.broadcast_shapes(np.shape(first)[1:], np.shape(second)[1:])
    if len(first) < 3:
        return np.full(shape, math.nan)
    ranks = [_ranks(values.reshape(len(values), -1)) for values in (first, second)]
    keys = ranks[0] * len(first) + ranks[1]
    both = np.take_along_axis(keys, order := np.argsort(keys, axis=0, kind="stable"), axis=0)
    swaps = _inversions(np.take_along_axis(np.broadcast_to(ranks[1], keys.shape), order, axis=0))
    pairs, tied = math.comb(len(first), 2), [_tied(np.sort(own, axis=0)) for own in ranks]
    # pairs of rows in the same order in both, less those in opposite orders
    concordance = pairs - tied[0] - tied[1] + _tied(both) - 2 * swaps
    scale = np.sqrt((pairs - tied[0]) * (pairs - tied[1]))
    return np.divide(concordance, scale, out=np.full(scale.shape, math.nan), where=scale > 0).reshape(shape)


def taus_without_each(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Kendall's tau-b of many pairs of columns, without each row in turn, **for as few rows as a table of all their pairs has room for**.

    Parameters
    ----------
    first, second
        As ``taus`` takes them, of two dimensions.

    Returns
    -------
    numpy.ndarray
        Shape ``(n, pairs)``; NaN where fewer than three rows are left, or one of the two does not vary in them.

    Examples
    --------
    >>> ranks = np.array([[1.0], [2], [3], [4]])
    >>> [round(float(tau), 3) for tau in taus_without_each(ranks, ranks[[1, 0, 2, 3]])[:, 0]]
    [1.0, 1.0, 0.333, 0.333]
    """
    signs = [
        (values[:, None] > values).view(np.int8) - (values[:, None] < values).view(np.int8)
        for values in (first, second)
    ]
    # each pair of rows stands in the sums of two rows; those of a row go with it
    of_rows = [summed.sum(axis=1, dtype=np.int64) for summed in (signs[0] * signs[1], abs(signs[0]), abs(signs[1]))]
    concordance, *untied = (of_row.sum(axis=0) // 2 - of_row for of_row in of_rows)
    scale = np.sqrt(untied[0] * untied[1]) * (len(first) > 3)
    return np.divide(concordance, scale, out=np.full(concordance.shape, math.nan), where=scale > 0)


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 0 in each column, one for all that are the same."""
    order = np.argsort(values, axis=0, kind="stable")
    ordered, ranks = np.take_along_axis(values, order, axis=0), np.zeros(values.shape, dtype=np.int64)
    steps = np.cumsum(ordered[1:] != ordered[:-1], axis=0)
    np.put_along_axis(ranks, order, np.concatenate([np.zeros_like(ranks[:1]), steps]), axis=0)
    return ranks


def _tied(ordered: np.ndarray) -> np.ndarray:
    """How many pairs of rows are the same in each column, whose values are in order."""
    places = np.arange(len(ordered))[:, None]
    begins = np.concatenate([np.ones_like(ordered[:1], dtype=bool), ordered[1:] != ordered[:-1]])
    return (places - np.maximum.accumulate(np.where(begins, places, 0), axis=0)).sum(axis=0)


def _inversions(ranks: np.ndarray) -> np.ndarray:
    """How many pairs of rows stand in falling order in each column.

    Two ranks part at the highest of their bits in which they differ: bit by bit, rows that are alike in all higher ones stand together,
    in their order, and each that has a zero there has as many inversions as there are ones before it.
    """
    total = np.zeros(ranks.shape[1], dtype=np.int64)
    for bit in range(int(ranks.max(initial=0)).bit_length()):
        order = np.argsort(ranks >> (bit + 1), axis=0, kind="stable")
        ordered = np.take_along_axis(ranks, order, axis=0) >> bit
        ones = ordered & 1
        before, alike = np.cumsum(ones, axis=0) - ones, ordered >> 1
        begins = np.concatenate([np.ones_like(alike[:1], dtype=bool), alike[1:] != alike[:-1]])
        total += ((before - np.maximum.accumulate(np.where(begins, before, 0), axis=0)) * (1 - ones)).sum(axis=0)
    return total


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
    generator, orders = (
        np.random.default_rng(seed),
        np.empty((_draws(n), n), dtype=np.uint32 if n > 2**16 else np.uint16),
    )
    orders[0] = np.arange(n)
    for start in range(1, len(orders), DRAWS_AT_ONCE):
        part = orders[start : start + DRAWS_AT_ONCE]
        part[:] = np.argsort(generator.random((len(part), n)), axis=1)
    return _fixed(orders.T.copy())


def _draws(n: int) -> int:
    """How many arrangements of n numbers are drawn."""
    return max(1, min(DRAWS, PLACES // n))


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
    generator, places = np.random.default_rng(seed), np.empty((_draws(n), size), dtype=np.intp)
    places[0] = np.arange(size)
    for start in range(1, len(places), DRAWS_AT_ONCE):
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
