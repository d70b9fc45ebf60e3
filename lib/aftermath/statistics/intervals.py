"""How many standard errors an interval reaches either way."""

from __future__ import annotations


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
