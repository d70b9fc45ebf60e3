"""The log-rank test for interval-censored latencies: do groups answer equally fast?

Each latency has a score, how much sooner or later it came than the estimate over all groups lets expect (Sun 1996; with exact and
right-censored latencies the log-rank scores of Peto and Peto). Scores of a group that answers slowly have a negative
sum. What such sums are by chance follows from dealing the scores out to groups anew. **That is right only where how wide the
intervals are has nothing to do with the group.**

References
----------
Peto, R., and Peto, J. (1972). Asymptotically efficient rank invariant test procedures. Journal of the Royal Statistical Society A
135, 185-207.
Sun, J. (1996). A non-parametric test for interval-censored failure time data with application to AIDS studies. Statistics in
Medicine 15, 1387-1395.
Fay, M. P., and Shaw, P. A. (2010). Exact and asymptotic weighted logrank tests for interval censored data: the interval R package.
Journal of Statistical Software 36(2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from aftermath.statistics.result import NothingToMeasure
from aftermath.statistics.turnbull import turnbull
from aftermath.wording import counted

DRAWS = 20_000
_AT_ONCE = 500  # permutations, so that memory is bounded
_CLOSE = 1e-9


@dataclass(frozen=True)
class LogRank:
    """Outcome of a log-rank test.

    Parameters
    ----------
    groups
        Names, sorted.
    sizes
        How many latencies each group has.
    sums
        Sum of the scores of each group, which add up to 0: **positive where answers came sooner** than over all groups, as
        observed less expected.
    statistic
        Chi-squared on ``len(groups) - 1`` degrees of freedom, in its permutation form.
    p_asymptotic
        By that distribution, for large groups.
    p
        Share of permutations, the observed one among them, whose statistic is at least as large.
    draws
        How many permutations there were, the observed one not counted.
    """

    groups: tuple[str, ...]
    sizes: tuple[int, ...]
    sums: tuple[float, ...]
    statistic: float
    p_asymptotic: float
    p: float
    draws: int


def log_rank(
    left: ArrayLike,
    right: ArrayLike,
    groups: Sequence[str],
    *,
    left_open: ArrayLike = False,
    draws: int = DRAWS,
    seed: int = 0,
) -> LogRank:
    """Test whether groups of interval-censored latencies have one distribution.

    Parameters
    ----------
    left, right, left_open
        The intervals, as of ``turnbull``.
    groups
        The group of each.
    draws, seed
        Of the permutations.

    Returns
    -------
    LogRank

    Raises
    ------
    NothingToMeasure
        If there are fewer than two groups, or all scores are alike.
    ValueError
        As of ``turnbull``, or if there are not as many groups as latencies.

    Examples
    --------
    >>> found = log_rank([1, 2, 3, 7, 8, 9], [1, 2, 3, 7, 8, 9], list("aaabbb"), draws=999)
    >>> round(found.statistic, 2), found.sums[0] > 0
    (3.21, True)
    """
    scores = log_rank_scores(left, right, left_open=left_open)
    names, place, sizes = np.unique(np.asarray(groups, dtype=str), return_inverse=True, return_counts=True)
    if len(place) != len(scores):
        raise ValueError(f"{counted(len(scores), 'latency', 'latencies')} and {len(place)} groups: give each its group")
    if len(names) < 2 or np.ptp(scores) < _CLOSE:
        raise NothingToMeasure(
            f"{counted(len(scores), 'latency', 'latencies')} in {counted(len(names), 'group')}: a test needs two groups, and latencies that can be told apart."
        )
    variance = scores.var(ddof=1)
    generator, more = np.random.default_rng(seed), 0
    observed = float(_statistics(scores[None], place, sizes, variance)[0])
    for start in range(0, draws, _AT_ONCE):
        dealt = generator.permuted(np.tile(scores, (min(_AT_ONCE, draws - start), 1)), axis=1)
        more += int((_statistics(dealt, place, sizes, variance) >= observed * (1 - _CLOSE)).sum())
    from scipy.stats import chi2

    return LogRank(
        groups=tuple(names.tolist()),
        sizes=tuple(sizes.tolist()),
        sums=tuple(np.bincount(place, scores).tolist()),
        statistic=observed,
        p_asymptotic=float(chi2.sf(observed, len(names) - 1)),
        p=(1 + more) / (1 + draws),
        draws=draws,
    )


def log_rank_scores(left: ArrayLike, right: ArrayLike, *, left_open: ArrayLike = False) -> np.ndarray:
    """The score of each latency, shape ``(n,)``; they add up to 0.

    Parameters
    ----------
    left, right, left_open
        The intervals, as of ``turnbull``, which raises what is wrong with them.
    """
    masses = turnbull(left, right, left_open=left_open)
    begins, ends = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
    first, last = masses.held_by(begins, ends, np.broadcast_to(left_open, begins.shape) & (begins < ends))
    before = np.append(masses.mass[::-1].cumsum()[::-1], 0.0)  # the share that is left before each innermost interval
    hazard = np.divide(masses.mass, before[:-1], out=np.ones(len(masses.mass)), where=before[:-1] > _CLOSE)
    weighted = before * np.append(0.0, hazard.cumsum())
    return (weighted[last + 1] - weighted[first]) / (before[first] - before[last + 1])


def _statistics(scores: np.ndarray, place: np.ndarray, sizes: np.ndarray, variance: float) -> np.ndarray:
    """Chi-squared of each row of scores, which add up to 0."""
    sums = np.stack([scores[:, place == group].sum(axis=1) for group in range(len(sizes))], axis=1)
    return (sums**2 / sizes).sum(axis=1) / variance
