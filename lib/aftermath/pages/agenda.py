"""What one more fact would be worth, in words: how the table is read, and what the notes of a case say of an event."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from aftermath.comparison.worth_finding import ENDS
from aftermath.measures.steps import STEPS
from aftermath.pages.notes import read_notes
from aftermath.pages.references import References
from aftermath.wording import counted, number, sentences

if TYPE_CHECKING:
    from aftermath.case_files.case import Case
    from aftermath.comparison.scoreboard import Comparison
    from aftermath.comparison.worth_finding import Fact, WorthFinding

__all__ = ["ENDS", "MOST_FACTS", "PAIRS_SHOWN", "SHOWN", "notes_on", "pairs", "references", "words"]

SHOWN, MOST_FACTS, PAIRS_SHOWN = 12, 512, 500


def words(agenda: WorthFinding) -> str:
    """How many pairs a single fact could settle, and how the table is read."""
    pairs, unsettled = agenda.pairs.height, agenda.pairs["share"].null_count()
    return (
        f"{STEPS[agenda.step][0]}: {counted(pairs, 'pair')} of cases that were timed cannot be told apart; in {number(pairs - unsettled)} of them a single "
        f"bound on one event could, in {number(unsettled)} none. A bound is worth the more, the sharper it is. Pairs settled: how many are to be "
        "expected if it may fall at any moment that is open today, one as likely as another, and how many if it fell at the best. Relations between "
        "events carry a bound on. Whether such a source exists, nothing here says."
    )


def references(comparison: Comparison) -> dict[str, References]:
    """Case id to links to the rows of its page."""
    return {case.id: References(case, f"cases/{quote(case.id)}.html") for case in comparison.cases}


def pairs(agenda: WorthFinding) -> list[dict]:
    """The pairs that are shown, with the fact that would settle each: the surest first, those that none could settle last."""
    ordered = agenda.pairs.sort("share", descending=True, nulls_last=True, maintain_order=True)
    return ordered.head(PAIRS_SHOWN).to_dicts()


def notes_on(fact: Fact, case: Case) -> tuple[str, bool]:
    """The sentences of the notes that name the event of a fact, and whether the notes say more."""
    headings = sorted((note.heading for note in read_notes(case.notes)), key=len, reverse=True)
    whole = re.sub(rf"(?<!#)#{{1,6}} ({'|'.join(map(re.escape, headings))}) ", r"\1: ", fact.notes)
    whole = re.sub(r"(^|(?<=[.;:!?)]) )[-*] |\*\*|`", r"\1", whole)  # no marks of Markdown
    naming = " ".join(part for part in sentences(whole) if fact.event_id in part)
    return naming, naming != whole
