"""Advice under test, in words: by which text it was given, and what may leave nothing to show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aftermath.comparison.advice import rule_in_words, titles_of_texts
from aftermath.comparison.playbook import FILE
from aftermath.comparison.rules import FOLLOWED, NOT_FOLLOWED, NOT_KNOWN, UNOBSERVABLE
from aftermath.measures.stances import FEW
from aftermath.wording import counted, in_words, number

if TYPE_CHECKING:
    from aftermath.comparison.playbook import Playbook, Tested
    from aftermath.comparison.scoreboard import Comparison
    from aftermath.workspace import Workspace

MOST_NAMED, OF_MORE = (
    20,
    8,
)  # cases that a page names of one answer, and of more than these; all are in the file of all answers

__all__ = [
    "FOLLOWED",
    "NOT_FOLLOWED",
    "NOT_KNOWN",
    "UNOBSERVABLE",
    "by_text",
    "few_texts",
    "named",
    "not_asked",
    "rule_in_words",
    "why_nothing",
]


def named(case_ids: Sequence[str]) -> Sequence[str]:
    """The cases that a page names of one answer: all where they are few.

    Examples
    --------
    >>> len(named(["case"] * 20)), len(named(["case"] * 21))
    (20, 8)
    """
    return case_ids if len(case_ids) <= MOST_NAMED else case_ids[:OF_MORE]


def why_nothing(playbook: Playbook, workspace: Workspace) -> str:
    """Why no advice is shown; empty where some is."""
    if not (workspace.cases / FILE).is_file():
        return f"This workspace has no {FILE} beside its cases, so no advice is put to the test."
    if not playbook.tested or not playbook.tested[0].answers:
        return "There is no advice, or no case with a crisis on record, so nothing can be put to the test."
    return ""


def by_text(playbook: Playbook, workspace: Workspace) -> dict[str, list[Tested]]:
    """Title of a text to the advice that it gives, in the order of the file."""
    titles = titles_of_texts(workspace)
    texts: dict[str, list[Tested]] = {}
    for tested in playbook.tested:
        texts.setdefault(titles.get(tested.advice.text_id, tested.advice.text_id), []).append(tested)
    return texts


def not_asked(tested: Tested) -> int:
    """How many cases a piece of advice does not concern."""
    return len(tested.answers) - sum(len(tested.cases(state)) for state in (FOLLOWED, NOT_FOLLOWED, NOT_KNOWN))


def few_texts(comparison: Comparison) -> str:
    """In how many cases the rise rests on few texts; nothing where no case has one."""
    smaller = [
        min(entry.first_phase.n, entry.last_phase.n)
        for entry in comparison.entries
        if entry.first_phase and entry.last_phase and entry.rise is not None
    ]
    if not smaller:
        return ""
    return (
        f"In {number(sum(n < FEW for n in smaller))} of {counted(len(smaller), 'case')} that have one, a phase has fewer than "
        f"{in_words(FEW)} texts; what that leaves unsure is not in the interval."
    )
