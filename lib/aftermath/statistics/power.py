"""How many cases a correlation needs before a test would find it: the power of the t test of Pearson's r.

For two normal variables with correlation ρ, t = r·√(n - 2) / √(1 - r²) follows, given the first variable, a noncentral t with n - 2
degrees of freedom and noncentrality ρ / √(1 - ρ²) · √S, where S, the sum of squares of the first variable in units of its variance, has a
chi-squared distribution with n - 1 degrees of freedom. Power is the mean over S of the probability beyond the critical value on either side.

References
----------
Cohen, J. (1988). Statistical power analysis for the behavioral sciences, 2nd edition. Lawrence Erlbaum, chapter 3.
"""

from __future__ import annotations

import math

import numpy as np

from aftermath.statistics.intervals import t_quantile

POWER = 0.8  # what studies are customarily planned for
LEVEL = 0.95
_NODES = 64
_MOST = 10_000_000  # cases


def correlation_power(r: float, n: int, *, level: float = LEVEL) -> float:
    """The probability that the two-sided test of a correlation rejects zero.

    Parameters
    ----------
    r
        The true correlation, between -1 and 1.
    n
        Cases, at least 3.
    level
        One less the error of the first kind.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        If the correlation or the level is none, or there are fewer than three cases.

    Examples
    --------
    >>> round(correlation_power(0.23, 16), 2), round(correlation_power(0, 16), 2)
    (0.14, 0.05)
    """
    from scipy.special import chdtri, nctdtr  # behind scipy.stats, which takes longer to import

    if not (-1 < r < 1 and 0 < level < 1 and n >= 3):
        raise ValueError(
            f"r = {r} must lie between -1 and 1, level = {level} between 0 and 1, and n = {n} must be at least 3"
        )
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    squares = chdtri(n - 1, (1 - nodes) / 2)  # a quantile of S for each node
    critical, shift = t_quantile(level, n - 2), abs(r) / math.sqrt(1 - r * r) * np.sqrt(squares)
    # far below its centre SciPy gives NaN for what is as good as zero
    short_of, below = (np.nan_to_num(nctdtr(n - 2, shift, end)) for end in (critical, -critical))
    beyond = 1 - short_of + below
    return float(np.sum(weights * beyond) / 2)


def cases_needed(r: float, *, power: float = POWER, level: float = LEVEL) -> int:
    """The fewest cases with which a test would find a correlation of this size so often.

    Parameters
    ----------
    r
        The true correlation, between -1 and 1 and not 0.
    power
        How often the test should reject zero, between 0 and 1.
    level
        One less the error of the first kind.

    Returns
    -------
    int
        Cases.

    Raises
    ------
    ValueError
        If a number is outside its range, or more than ten million cases would not be enough.

    Examples
    --------
    >>> cases_needed(0.23), cases_needed(-0.54)
    (146, 24)
    """
    if not 0 < power < 1:
        raise ValueError(f"power = {power} must lie between 0 and 1, e.g. 0.8")
    few, many = 2, 4  # so few are not enough, so many are
    while correlation_power(r, many, level=level) < power:
        few, many = many, many * 2
        if many > _MOST:
            raise ValueError(f"a correlation of {r} would need more than {_MOST:,} cases")
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if correlation_power(r, middle, level=level) >= power else (middle, many)
    return many
