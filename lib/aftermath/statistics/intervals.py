"""How far an interval reaches either way: of a mean in standard errors, and of a share.

References
----------
Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the American Statistical
Association 22, 209-212.
"""

from __future__ import annotations

from typing import overload

import numpy as np

Z = 1.959963984540054  # of 95 %
FEW = 8  # texts, posts or cases below which a mean or a share has no interval


def t_quantile(level: float, freedom: float) -> float:
    """Student's t for a two-sided interval.

    Parameters
    ----------
    level
        Of the interval, between 0 and 1.
    freedom
        Degrees of freedom; **without any, the answer is NaN**.

    Examples
    --------
    >>> round(t_quantile(0.95, 8), 3)
    2.306
    """
    from scipy.special import stdtrit  # behind scipy.stats, which takes longer to import than a case to measure

    return float(stdtrit(freedom, (1 + level) / 2))


@overload
def wilson(share: float, n: float, z: float = Z) -> tuple[float, float]:
    """Of one share."""


@overload
def wilson(share: np.ndarray, n: float, z: float = Z) -> tuple[np.ndarray, np.ndarray]:
    """Of each of several."""


def wilson(share: float | np.ndarray, n: float, z: float = Z) -> tuple[float | np.ndarray, float | np.ndarray]:
    """Wilson's score interval of one share, or of each of several.

    Parameters
    ----------
    share
        Between 0 and 1.
    n
        How many it is a share of, more than 0.
    z
        Standard errors that the interval reaches either way; 95 % if not given.

    Examples
    --------
    >>> [round(float(end), 4) for end in wilson(0.1, 10)]
    [0.0179, 0.4042]
    """
    square = z * z
    middle, reach = share + square / (2 * n), z * np.sqrt(share * (1 - share) / n + square / (4 * n * n))
    return (middle - reach) / (1 + square / n), (middle + reach) / (1 + square / n)


def count_interval(count: int, n: int) -> tuple[float, float]:
    """Wilson's score interval of so many of n, at 95 %, **which begins at 0 for none and ends at 1 for all**.

    Examples
    --------
    >>> [round(end, 4) for end in count_interval(0, 10)]
    [0.0, 0.2775]
    """
    lower, upper = map(float, wilson(count / n, n))
    return (0.0 if count == 0 else lower), (1.0 if count == n else upper)
