"""Coded texts of one phase, most of which stand alike: their mean and their imbalance."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from aftermath.measures.stances import STANCE_LEVELS, mean_and_imbalance
from studies import Draw, Study

MEASURES = ("phase mean", "phase imbalance")
SAME_CODE = 0.9
SCALE, ONE_SIDED = 4.0, 1.0  # the units of both measures: from end to end, and from balance to the end


def studies() -> Iterator[Study]:
    """The rows of phases of texts; the rest of the texts stand one level nearer to balance."""
    for (place, measure), n, share in (
        (named, n, share) for named in enumerate(MEASURES) for share in (0.95, 0.9, 0.8) for n in (8, 15, 50)
    ):
        truth = f"{share:.0%} of texts unfavourable"
        yield Study(measure, n, truth, partial(phase, n, share, place), unit=(SCALE, ONE_SIDED)[place])


def phase(n: int, share: float, place: int, generator: np.random.Generator) -> Draw | None:
    """Mean (0) or imbalance (1) of n texts at the mean of two coders, who agree on nine texts of ten."""
    shares = np.array([0.0, share, 1 - share, 0.0, 0.0])
    first, second = (generator.choice(STANCE_LEVELS, n, p=shares) for _ in range(2))
    second = np.where(generator.random(n) < SAME_CODE, first, second)
    estimate = mean_and_imbalance((first + second) / 2)[place]
    if not estimate.has_interval:
        return None
    return Draw(estimate.value, estimate.lower, estimate.upper, _truth(share)[place])


def _truth(share: float) -> tuple[float, float]:
    """A text is neutral where both codes are: where the first is, and the second is the same or drawn so too."""
    neutral = (1 - share) * (SAME_CODE + (1 - SAME_CODE) * (1 - share))
    return -share, float(-((1 - neutral) ** 2))
