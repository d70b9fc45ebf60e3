"""How some texts stand: their mean and their imbalance, each with an interval.

The intervals come from a Bayesian bootstrap over texts (Rubin 1981) to which half a text more is added: for the lower end
at the lowest level, for the upper end at the highest. What did not occur among few texts may still occur among others, so that
texts that all stand alike have an interval too. With a whole text in place of the half these are the bounds of Gaffke (2005),
which hold for every distribution on the scale, and are wider than they need be.

References
----------
Janis, I. L., and Fadner, R. H. (1943). A coefficient of imbalance for content analysis. Psychometrika 8, 105-119.
Rubin, D. B. (1981). The Bayesian bootstrap. Annals of Statistics 9, 130-134.
Gaffke, N. (2005). Three test statistics for a nonparametric one-sided hypothesis on the mean of a nonnegative variable.
Mathematical Methods of Statistics 14, 451-467.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from aftermath.statistics.agreement import DRAWS, LEVEL
from aftermath.statistics.intervals import FEW
from aftermath.wording import interval, number

STANCE_LEVELS = (-2, -1, 0, 1, 2)
ADDED = 0.5  # of a text, at an end of the scale


@dataclass(frozen=True)
class Estimate:
    """A number with its interval.

    Parameters
    ----------
    value
        NaN where there is nothing to estimate from.
    lower, upper
        NaN where there is too little for an interval.
    """

    value: float
    lower: float
    upper: float

    @property
    def has_interval(self) -> bool:
        """Whether there was enough for an interval."""
        return not math.isnan(self.lower)

    def text(self, digits: int = 2) -> str:
        """The signed number with its interval where there is one."""
        spread = f" {interval(self.lower, self.upper, digits, sign=True)}" if self.has_interval else ""
        return number(self.value, digits, sign=True) + spread


def imbalance(stances: np.ndarray) -> np.ndarray | float:
    """The Janis-Fadner coefficient of imbalance, from -1 (all unfavourable) to 1 (all favourable).

    With f favourable and u unfavourable of n texts: ``(f² - fu) / n²`` where f > u, ``(fu - u²) / n²`` where
    u > f, and 0 where they balance. Texts at exactly 0 are neutral.

    Parameters
    ----------
    stances
        One number a text along the last axis; further axes are samples.

    Examples
    --------
    >>> imbalance(np.array([1, 1, 0, -1]))
    np.float64(0.125)
    """
    if not stances.shape[-1]:
        return math.nan
    return _coefficient(np.mean(stances > 0, axis=-1), np.mean(stances < 0, axis=-1))


def _coefficient(favourable: np.ndarray, unfavourable: np.ndarray) -> np.ndarray:
    """The coefficient of imbalance from the shares of favourable and unfavourable texts."""
    return np.maximum(favourable, unfavourable) * (favourable - unfavourable)


def mean_and_imbalance(stances: np.ndarray, *, draws: int = DRAWS, seed: int = 0) -> tuple[Estimate, Estimate]:
    """The mean stance and the imbalance of some texts with their intervals.

    Parameters
    ----------
    stances
        One number a text, from -2 to 2.
    draws, seed
        Of the Bayesian bootstrap.

    Returns
    -------
    tuple of Estimate
        **Without intervals under eight texts**; NaN where there are none.

    Examples
    --------
    >>> mean, balance = mean_and_imbalance(np.full(20, -1))
    >>> mean.text(1), balance.text(1)
    ('−1.0 [−1.1 to −0.6]', '−1.0 [−1.0 to −0.7]')
    """
    if not len(stances):
        nothing = Estimate(math.nan, math.nan, math.nan)
        return nothing, nothing
    mean, balance = float(np.mean(stances)), float(imbalance(stances))
    if len(stances) < FEW:
        return Estimate(mean, math.nan, math.nan), Estimate(balance, math.nan, math.nan)
    levels, counts = np.unique(stances, return_counts=True)
    levels = np.array([STANCE_LEVELS[0], *levels, STANCE_LEVELS[-1]])
    shares = np.random.default_rng(seed).standard_gamma([ADDED, *counts, ADDED], (draws, len(levels)))
    lower, upper = (
        [float(np.quantile(of, share)) for of in _of_shares(levels[end], shares[:, end])]
        for end, share in ((slice(None, -1), (1 - LEVEL) / 2), (slice(1, None), (1 + LEVEL) / 2))
    )
    return Estimate(mean, lower[0], upper[0]), Estimate(balance, lower[1], upper[1])


def _of_shares(levels: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and imbalance where the levels have shares, in proportion, shape ``(draws, levels)``."""
    shares = shares / shares.sum(axis=1, keepdims=True)
    return shares @ levels, _coefficient(shares @ (levels > 0), shares @ (levels < 0))
