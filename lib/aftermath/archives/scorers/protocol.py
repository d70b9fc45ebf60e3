"""What a scorer of sentiment is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from aftermath.archives.posts import ArchiveError

LABELS = ("negative", "neutral", "positive")
DECIMALS = 4  # of a score: sums of so many ten-thousandths are exact, in whatever order they are added


class ScorerError(ArchiveError):
    """A scorer cannot be had; the text says what is missing, and the cure."""


class Scorer(Protocol):
    """Scores the words of texts; it does not know who is meant, nor why.

    Attributes
    ----------
    id
        Name and version, e.g. ``vader 3.3.2``: stored with every score.
    language
        Two letters, e.g. ``en``.
    negative, positive
        A score **at or below** ``negative`` counts as negative, one at or above ``positive`` as positive.
    """

    id: str
    language: str
    negative: float
    positive: float

    def score(self, texts: Sequence[str]) -> list[float]:
        """Scores from -1 (hostile) to 1 (friendly), one a text; **NaN where it cannot read a text**."""
        ...


def labels(scores: Sequence[float], scorer: Scorer) -> list[str]:
    """What a scorer calls texts, by its own thresholds.

    Parameters
    ----------
    scores
        From ``scorer.score``.
    scorer
        Whose thresholds count.

    Returns
    -------
    list of str
        ``negative``, ``neutral`` or ``positive``; what cannot be read is neutral.
    """
    return [LABELS[1 + (score >= scorer.positive) - (score <= scorer.negative)] for score in scores]


def rounded(scores: np.ndarray) -> np.ndarray:
    """Scores to four decimals, each as ``round`` gives it, which NumPy's own does not always.

    Parameters
    ----------
    scores
        Between -1 and 1, or NaN.

    Examples
    --------
    >>> rounded(np.array([0.12345, 0.00015, -0.00025])).tolist(), round(0.12345, 4), round(0.00015, 4), round(-0.00025, 4)
    ([0.1235, 0.0001, -0.0003], 0.1235, 0.0001, -0.0003)
    """
    shifted = scores * 10.0**DECIMALS
    whole = np.rint(shifted) / 10.0**DECIMALS
    middle = np.flatnonzero(np.abs(shifted - np.floor(shifted) - 0.5) < 1e-6)  # the digits behind decide
    whole[middle] = [round(score, DECIMALS) for score in scores[middle].tolist()]
    return whole
