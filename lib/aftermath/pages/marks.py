"""The marks of ``templates/marks.html.j2`` for passages that are not templates yet."""

from __future__ import annotations

from aftermath.measures.stances import Estimate
from aftermath.pages.templating import macro
from aftermath.statistics.agreement import Agreement
from aftermath.times import Latency

CARD_WIDTH = 208
FAMILY_CLASSES = {
    "apology": "apo",
    "denial": "den",
    "action": "act",
    "information": "inf",
    "acknowledgement": "say",
    "removal": "rem",
    "other": "oth",
}
CERTAINTY_CLASSES = {"documented": "doc", "inferred": "inf", "disputed": "dis"}


def latency_bar(latency: Latency, width: int = CARD_WIDTH) -> str:
    """A latency on the small axis."""
    return str(macro("marks", "latency_bar")(latency, width))


def latency_scale(width: int = CARD_WIDTH) -> str:
    """The labels of the small axis."""
    return str(macro("marks", "latency_scale")(width))


def index_bar(value: float, lower: float, upper: float, width: int = 240) -> str:
    """An index from 0 to 100 as a tick inside its bounds."""
    return str(macro("marks", "index_bar")(value, lower, upper, width))


def alpha_bar(agreement: Agreement, width: int = 240) -> str:
    """Krippendorff's alpha from 0 to 1 with its interval."""
    return str(macro("marks", "alpha_bar")(agreement, width))


def ac_bar(agreement: Agreement, width: int = 240) -> str:
    """Gwet's coefficient."""
    return str(macro("marks", "ac_bar")(agreement, width))


def tone_mark(first: Estimate, last: Estimate, width: int = CARD_WIDTH) -> str:
    """Two phases on the scale from -2 to 2."""
    return str(macro("marks", "tone_mark")(first, last, width))


def score_square(score: str) -> str:
    """A score of the rubric as a square with its digit."""
    return str(macro("marks", "score_square")(score))


def certainty_tag(certainty: str) -> str:
    """How a time is known, as a small frame."""
    return str(macro("marks", "certainty_tag")(certainty))
