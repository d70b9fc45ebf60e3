"""Agreement: two coders whose codes have a known joint distribution, most texts at one level."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from aftermath.measures.stances import STANCE_LEVELS
from aftermath.statistics.agreement import krippendorff_alpha
from studies import Draw, Study

SHARES, UNITS = (0.95, 0.90, 0.80), (6, 11, 22, 50)
SAME_MIND = 0.8  # how often the second coder gives the first one's code; else a code drawn anew
DRAWS = 500


def studies() -> Iterator[Study]:
    """The rows of agreement: alpha and AC2 of the same data sets."""
    for share in SHARES:
        for name, coefficient in (("Krippendorff's alpha", "alpha"), ("Gwet's AC2", "ac")):
            for n in UNITS:
                yield Study(
                    name, n, f"{share:.0%} of texts at one level", partial(_draw, coefficient, n, share), unit=1
                )


def _draw(name: str, n: int, share: float, generator: np.random.Generator) -> Draw | None:
    """One coefficient from n texts; none where it is not defined."""
    joint = _joint(share)
    first, second = np.divmod(generator.choice(joint.size, n, p=joint.ravel()), len(joint))
    codes = {"a": np.take(STANCE_LEVELS, first), "b": np.take(STANCE_LEVELS, second)}
    agreement = krippendorff_alpha(codes, STANCE_LEVELS, draws=DRAWS)
    true_alpha, true_ac = _truth(joint)
    if name == "ac":
        return Draw(agreement.ac, agreement.ac_lower, agreement.ac_upper, true_ac)
    return None if math.isnan(agreement.alpha) else Draw(agreement.alpha, agreement.lower, agreement.upper, true_alpha)


def _joint(share: float) -> np.ndarray:
    """How often each pair of codes occurs."""
    levels = len(STANCE_LEVELS)
    margin = np.full(levels, (1 - share) / (levels - 1))
    margin[levels // 2] = share
    return SAME_MIND * np.diag(margin) + (1 - SAME_MIND) * np.outer(margin, margin)


def _truth(joint: np.ndarray) -> tuple[float, float]:
    """Alpha (ordinal) and AC2 (linear weights) of all texts, by their definitions."""
    margin, levels = joint.sum(axis=0), len(joint)
    middle = np.cumsum(margin) - margin / 2
    distance = (middle[:, None] - middle) ** 2
    alpha = 1 - np.sum(joint * distance) / np.sum(np.outer(margin, margin) * distance)
    worth = 1 - np.abs(np.subtract.outer(np.arange(levels), np.arange(levels))) / (levels - 1)
    chance = worth.sum() / (levels * (levels - 1)) * np.sum(margin * (1 - margin))
    return float(alpha), float((np.sum(joint * worth) - chance) / (1 - chance))
