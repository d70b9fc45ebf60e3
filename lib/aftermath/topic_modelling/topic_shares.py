"""Shares of texts with intervals that know that texts of one case are alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aftermath.statistics.intervals import FEW, count_interval
from aftermath.wording import counted, interval, number

DRAWS = 1000


@dataclass(frozen=True)
class Share:
    """A share of texts.

    Parameters
    ----------
    count, n
        Texts that count, of how many.
    lower, upper
        Of the 95 % interval; None **under eight texts**.
    """

    count: int
    n: int
    lower: float | None
    upper: float | None

    @property
    def value(self) -> float:
        """The share."""
        return self.count / self.n

    @property
    def ends(self) -> tuple[float, float]:
        """The interval **of a share that has one**."""
        assert self.lower is not None and self.upper is not None  # they come together
        return self.lower, self.upper

    @property
    def text(self) -> str:
        """The share with its interval and n."""
        spread = "too few for an interval"
        if self.lower is not None:
            lower, upper = self.ends
            spread = interval(100 * lower, 100 * upper)
        return f"{number(100 * self.value)} % {spread}, {number(self.count)} of {counted(self.n, 'text')}"


def share_by_case(cases: Sequence[str], inside: np.ndarray, *, draws: int = DRAWS, seed: int = 0) -> Share:
    """The share of texts that are inside, with a percentile bootstrap interval **over cases**.

    Whole cases are drawn, because texts of one case are not independent. With fewer than eight cases that cannot be
    done, and Wilson's interval takes the texts as independent.

    Parameters
    ----------
    cases
        The case of each text, at least one.
    inside
        Whether each text counts.
    draws, seed
        Of the bootstrap.

    Examples
    --------
    >>> share_by_case(["a"] * 10, np.arange(10) < 3).text.replace("\\u00a0", " ")
    '30 % [11–60], 3 of 10 texts'
    """
    names, rows = np.unique(np.asarray(cases), return_inverse=True)
    count, n = int(np.sum(inside)), len(inside)
    if n < FEW:
        return Share(count, n, None, None)
    if len(names) < FEW:
        return Share(count, n, *count_interval(count, n))
    sizes, hits = np.bincount(rows), np.bincount(rows, weights=inside)
    drawn = np.random.default_rng(seed).integers(len(names), size=(draws, len(names)))
    shares = hits[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    return Share(count, n, *map(float, np.quantile(shares, [0.025, 0.975])))
