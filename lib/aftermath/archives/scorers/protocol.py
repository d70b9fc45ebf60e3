"""What a scorer of sentiment is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from aftermath.archives.posts import ArchiveError

LABELS = ("negative", "neutral", "positive")


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
