"""What was not measured, and why: every measure that the evidence cannot bear, in one place."""

from __future__ import annotations

from collections.abc import Mapping

from aftermath.measures.recovery import CoverageRecovery
from aftermath.measures.signals import FEWEST_MONTHS, Signals
from aftermath.pages.html import escape
from aftermath.pages.passages.tables import rows_of, table
from aftermath.wording import counted, in_words

DENSE = "Level change, local level, exponential return, resilience loss, time to return and change points of sentiment"


def unmeasured_table(why: Mapping[str, str]) -> str:
    """The measures with their reasons, as finished HTML."""
    headings = ("Measure", "Why it was not made")
    rows = rows_of(((escape(measure), escape(reason)) for measure, reason in why.items()), headings)
    count = in_words(len(why))
    note = (
        f"{count[0].upper()}{count[1:]} {'kind' if len(why) == 1 else 'kinds'} of measure could not be made with the evidence "
        "of this case. Nothing stands in their place: no guess, and no zero."
    )
    return f'<div class="prose"><p>{note}</p></div><div class="ic">{table("stack unm", "What was not measured", headings, rows)}</div>'


def no_model(recovery: CoverageRecovery) -> str:
    """Why no course was fitted to a variable; empty where one was."""
    if recovery.modelled:
        return ""
    n = counted(recovery.after, "text")
    return f"{_sentence(recovery.why_not)} (n = {n} from after clock zero); the means of its phases stand in its place."


def no_change(signals: Signals) -> str:
    """Why no change of a published number was estimated; empty where one was."""
    if signals.changes:
        return ""
    return f"No number was published every month for {FEWEST_MONTHS} months or more, on both sides of clock zero."


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
