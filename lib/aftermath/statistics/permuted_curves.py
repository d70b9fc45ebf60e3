"""Many rank correlations of the same few rows, and all of them again under permutations of the rows of one side.

Correlations that share their rows stand or fall together, so that their number is no sample size. What they would be together if the
two sides had nothing to do with each other follows from dealing the rows of one side out anew, **whole rows at a time**: whatever
the columns of one side share, they keep.

References
----------
Simonsohn, U., Simmons, J. P., and Nelson, L. D. (2020). Specification curve analysis. Nature Human Behaviour 4, 1208-1214.
Kendall, M. G. (1938). A new measure of rank correlation. Biometrika 30, 81-93.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class PermutedCurves:
    """Sorted correlations, as observed and in each other order of the rows.

    Parameters
    ----------
    medians
        Of all correlations that could be computed, shape ``(orders,)``; **the observed order is the first**. NaN where none could.
    same_sign
        Share of those that have the commoner sign, shape ``(orders,)``.
    mean_z
        Mean of τ-b over its standard error without ties, shape ``(orders,)``.
    curves
        The sorted correlations at ``points`` equal steps from the least to the greatest, shape ``(orders, points)``.
    exact
        Whether these are all orders there are.
    """

    medians: np.ndarray
    same_sign: np.ndarray
    mean_z: np.ndarray
    curves: np.ndarray
    exact: bool


def permuted_curves(
    first: np.ndarray, second: np.ndarray, pairs: np.ndarray, *, draws: int, points: int = 41, seed: int = 0
) -> PermutedCurves:
    """Kendall's τ-b of many pairs of columns, in the observed order of rows and in others of the second.

    Parameters
    ----------
    first, second
        One row a case, shapes ``(n, p)`` and ``(n, q)``; **NaN where a case has no part in a column**, infinity is the largest number.
        **Memory grows with** ``n²``.
    pairs
        Which columns go together, shape ``(2, k)``; a pair may come up more than once, and counts as often.
    draws
        Orders beside the observed one; all there are, where these are no more.
    points
        At how many places the sorted correlations are given.
    seed
        Of the orders that are drawn.

    Returns
    -------
    PermutedCurves

    Examples
    --------
    >>> column = np.arange(4.0)[:, None]
    >>> found = permuted_curves(column, column, np.array([[0], [0]]), draws=100)
    >>> float(found.medians[0]), len(found.medians), found.exact
    (1.0, 24, True)
    """
    orders = list(_orders(len(first), draws, seed))
    found = [_summary(taus, z, points) for taus, z in _in_each(first, second, pairs, orders)]
    medians, same_sign, mean_z, curves = zip(*found, strict=True)
    exact = len(orders) == math.factorial(len(first))
    return PermutedCurves(np.array(medians), np.array(same_sign), np.array(mean_z), np.array(curves), exact)


def _orders(n: int, draws: int, seed: int) -> Iterator[np.ndarray]:
    """The observed order, then all others, or as many as are drawn."""
    if math.factorial(n) <= draws + 1:
        yield from map(np.array, itertools.permutations(range(n)))
        return
    yield np.arange(n)
    generator = np.random.default_rng(seed)
    yield from (generator.permutation(n) for _ in range(draws))


def _in_each(
    first: np.ndarray, second: np.ndarray, pairs: np.ndarray, orders: list[np.ndarray]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """τ-b of every pair of columns, and over its standard error, in each order; NaN where fewer than three rows are left or one does not vary."""
    n, columns = second.shape
    before, behind = np.triu_indices(n, 1)
    signs, known = (table[:, before, behind] for table in _pairs_of_rows(first))
    untied, others = abs(signs), np.concatenate(_pairs_of_rows(second)).reshape(2 * columns, n * n)
    others = np.ascontiguousarray(np.concatenate([others, abs(others[:columns])]).T)
    # τ-b over its standard error, by how many pairs of rows there are
    rows = (1 + np.sqrt(1 + 8.0 * np.arange(len(before) + 1))) / 2
    per_error = np.sqrt(9 * rows * (rows - 1) / (2 * (2 * rows + 5)))
    place = np.ravel_multi_index(tuple(pairs), (first.shape[1], columns))
    for order in orders:
        dealt = others[order[before] * n + order[behind]]
        concordance = signs @ dealt[:, :columns]
        untied_first = untied @ dealt[:, columns : 2 * columns]
        both, untied_second = np.split(known @ dealt[:, columns:], 2, axis=1)
        scale = untied_first * untied_second
        usable = (untied_first > 1) & (untied_second > 1)  # two rows alone are one pair
        tau = np.divide(concordance, np.sqrt(scale), out=np.full(scale.shape, np.nan, np.float32), where=usable)
        yield tau.ravel()[place], (tau * per_error.astype(np.float32)[both.astype(np.intp)]).ravel()[place]


def _pairs_of_rows(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """In each column, of each two rows, which is larger, and whether both are known: two arrays of shape ``(columns, n, n)``."""
    columns = values.T
    larger = columns[:, :, None] > columns[:, None, :]
    known = ~np.isnan(columns)
    both = (known[:, :, None] & known[:, None, :]).astype(np.float32)
    # small whole numbers are exact as float32, of which products are quick
    return larger.astype(np.float32) - larger.swapaxes(1, 2).astype(np.float32), both


def _summary(taus: np.ndarray, z: np.ndarray, points: int) -> tuple[float, float, float, np.ndarray]:
    """Median, share of the commoner sign, mean z, and the sorted correlations at some places."""
    ordered = np.sort(taus)  # what is not known comes last
    known = int(np.searchsorted(ordered, np.nan))
    if not known:
        return math.nan, math.nan, math.nan, np.full(points, math.nan)
    below, not_above = (int(np.searchsorted(ordered[:known], 0, side=side)) for side in ("left", "right"))
    median = (float(ordered[(known - 1) // 2]) + float(ordered[known // 2])) / 2
    places = np.linspace(0, known - 1, points).round().astype(int)
    return (
        median,
        max(below, known - not_above) / known,
        float(np.nanmean(z, dtype=float)),
        ordered[places].astype(float),
    )
