"""How far two groups are shifted against each other: the exact interval that goes with the test of two groups.

The interval holds every shift that the permutation test of two groups does not reject, once it is taken off the first group.
No grid is searched. Let T be the observed difference of means and T_s that of a split s which draws k of its m cases from the first
group, of m, and the others from the second, of n. With d taken off the first group these become T - d and T_s - c d, where
c = k / m - (m - k) / n is never beyond -1 and 1. So a split is as far from zero as the observed one for every d between
(T - T_s) / (1 - c) and (T + T_s) / (1 + c), and for no other. p at d is the share of splits whose stretch holds d; all of them hold T,
so p falls on both sides of it and the interval ends at order statistics of the ends of the stretches.

That interval supposes that both groups spread alike. Where a small group spreads more than a large one, it holds the truth far too seldom
(3 cases against 13, with three times their spread: 72 times in 100). ``alike=False`` therefore takes the wider end either way of it and of
Welch's interval, and the larger p: **a shift is ruled out only where both rule it out**.

References
----------
Ernst, M. D. (2004). Permutation methods: a basis for exact inference. Statistical Science 19, 676-685.
Garthwaite, P. H. (1996). Confidence intervals from randomization tests. Biometrics 52, 1387-1393.
Welch, B. L. (1947). The generalization of Student's problem when several different population variances are involved. Biometrika 34,
28-35.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from aftermath.problems import AftermathError
from aftermath.statistics.intervals import t_quantile
from aftermath.statistics.permutation import Permutation, splits, two_groups
from aftermath.wording import NO_BREAK, interval, number, probability


@dataclass(frozen=True)
class Shift(Permutation):
    """A difference of two means with its permutation test and the interval of that very test.

    Parameters
    ----------
    lower, upper
        Ends of the interval, which belong to it. **Both infinite where so few cases can reject no shift; never only one.**
    level
        Of the interval.
    alike
        Whether both groups are supposed to spread alike; else interval and p are the wider and the larger of this test and Welch's.
    """

    lower: float
    upper: float
    level: float
    alike: bool

    @property
    def bounded(self) -> bool:
        """Whether the cases are enough to rule out any shift."""
        return math.isfinite(self.lower)

    @property
    def size(self) -> str:
        """The difference with its interval."""
        ends = f" {interval(self.lower, self.upper, 2, sign=True)}" if self.bounded else ""
        return f"{number(self.statistic, 2, sign=True)}{ends}"

    @property
    def how(self) -> str:
        """Which interval it is, over how many splits, and p with its floor."""
        exact, over = ("exact ", "all") if self.exact else ("", "a sample of")
        error = "" if self.exact else f" ± {number(self.error, 4)}"
        end = "" if self.bounded else " without an end"
        floor = f"p{NO_BREAK}={NO_BREAK}{probability(self.p)}{error}, smallest possible {probability(self.smallest_p)}"
        share, over_splits = (
            f"{100 * self.level:g}{NO_BREAK}% interval",
            f"{over} {number(self.arrangements)} splits{end}",
        )
        if self.alike:
            return f"{exact}{share} over {over_splits}, if both groups spread alike; {floor}"
        return f"{share}, the wider of Welch’s and of that over {over_splits}; the larger {floor}"

    @property
    def text(self) -> str:
        """The difference with its interval, how that was found, and p with its floor."""
        return f"{self.size}, {self.how}"


def shift(
    first: Sequence[float], second: Sequence[float], *, level: float = 0.95, alike: bool = True, seed: int = 0
) -> Shift:
    """How far the first group lies above the second, were every one of its numbers shifted alike.

    Parameters
    ----------
    first, second
        One number a case.
    level
        Of the interval, between 0 and 1.
    alike
        Whether to suppose that both groups spread alike. If not, **a group of one case leaves the interval without an end**, as one
        number shows no spread.
    seed
        Of the sample, where there are too many splits to go through; **the interval is then that of the sample**.

    Returns
    -------
    Shift

    Raises
    ------
    TooFew
        If a group is empty, or all numbers are equal.
    AftermathError
        If ``level`` is no level.

    Examples
    --------
    >>> found = shift([19, 22, 25, 26], [23, 33, 40])
    >>> [round(end, 9) for end in (found.statistic, found.lower, found.upper)]
    [-9.0, -21.0, 3.0]
    """
    if not 0 < level < 1:
        raise AftermathError(f"level = {level} must lie between 0 and 1, e.g. 0.95")
    test = two_groups(first, second, seed=seed)
    left, right = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    lower, upper = _stretches(left, right, splits(len(left) + len(right), len(left), seed))
    last = min(math.floor(round((1 - level) * len(lower), 6)), len(lower) - 1)  # so many splits alone would reject
    ends, known = (float(np.sort(lower)[last]), float(np.sort(upper)[-1 - last])), asdict(test)
    if not alike:
        *welch, p = _welch(left, right, level)
        ends = (min(ends[0], welch[0]), max(ends[1], welch[1])) if math.isfinite(ends[0]) else ends
        known["p"] = max(test.p, p)
    return Shift(**known, lower=ends[0], upper=ends[1], level=level, alike=alike)


def _welch(left: np.ndarray, right: np.ndarray, level: float) -> tuple[float, float, float]:
    """Welch's interval and p for the difference of means, each group with a spread of its own."""
    from scipy.special import stdtr

    if min(len(left), len(right)) < 2:
        return -math.inf, math.inf, 1.0
    shares = [float(np.var(group, ddof=1)) / len(group) for group in (left, right)]
    error, apart = math.sqrt(sum(shares)), float(left.mean() - right.mean())
    if error == 0:
        return apart, apart, 0.0
    freedom = sum(shares) ** 2 / sum(
        share**2 / (len(group) - 1) for share, group in zip(shares, (left, right), strict=True)
    )
    reach = t_quantile(level, freedom) * error
    return apart - reach, apart + reach, float(2 * stdtr(freedom, -abs(apart) / error))


def _stretches(left: np.ndarray, right: np.ndarray, members: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Between which shifts each split is as far from zero as the observed one; that one and its mirror are for every shift."""
    values = np.concatenate([left, right])
    sums, own = values[members].sum(axis=1), (members < len(left)).sum(axis=1)
    statistics = sums / len(left) - (values.sum() - sums) / len(right)
    slopes = own / len(left) - (len(left) - own) / len(right)
    crossing = np.abs(slopes) < 1
    observed, apart, slope = left.mean() - right.mean(), statistics[crossing], slopes[crossing]
    ends = (observed - apart) / (1 - slope), (observed + apart) / (1 + slope)
    lower, upper = np.full(len(slopes), -math.inf), np.full(len(slopes), math.inf)
    lower[crossing], upper[crossing] = np.minimum(*ends), np.maximum(*ends)
    return lower, upper
