"""What ``sources.csv`` says of archived copies, counted by sources and by the facts that measures rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from aftermath.case_files.case import Case
from aftermath.measures.speed import speed
from aftermath.statistics.result import NothingToMeasure
from aftermath.wording import counted


@dataclass(frozen=True)
class Archived:
    """What is archived of a case, by its files alone.

    Parameters
    ----------
    source_ids
        The sources that name an archived copy.
    sources
        How many there are.
    key_facts
        Fact that measures rest on to the sources that document it.
    """

    source_ids: frozenset[str]
    sources: int
    key_facts: Mapping[str, tuple[str, ...]]

    @property
    def key_facts_archived(self) -> tuple[str, ...]:
        """The key facts that at least one archived source documents."""
        return tuple(fact for fact, source_ids in self.key_facts.items() if self.source_ids & {*source_ids})

    @property
    def text(self) -> str:
        """Both counts, each of how many."""
        if not self.source_ids:
            return f"None of {counted(self.sources, 'source')} names an archived copy."
        n, facts = len(self.source_ids), counted(len(self.key_facts), "key fact")
        verb = "names" if n == 1 else "name"
        rest = (
            f"{len(self.key_facts_archived)} of {facts} can be read in one"
            if self.key_facts
            else "no measure rests on any fact"
        )
        return f"{n} of {counted(self.sources, 'source')} {verb} an archived copy; {rest}."


def archived(case: Case) -> Archived:
    """Count what is archived of a case.

    Parameters
    ----------
    case
        The case.

    Examples
    --------
    >>> from aftermath.case_files.case import load_case
    >>> list(archived(load_case("kitchenaid-tweet")).key_facts)[:2]
    ['e03', 'e07']
    """
    there = case.sources.filter(pl.col("archived_at").is_not_null())["source_id"]
    return Archived(frozenset(there), case.sources.height, key_facts(case))


def key_facts(case: Case) -> dict[str, tuple[str, ...]]:
    """What measures rest on, and the sources of each: clock zero, the events of each latency, and the documented claims.

    Parameters
    ----------
    case
        The case.
    """
    try:
        measured = speed(case)
        event_ids = {case.about.clock_zero, *measured.knowledge_event_ids}
        event_ids |= {event_id for step in measured.steps for event_id in step.event_ids}
    except NothingToMeasure:
        event_ids = set()
    events = {
        event_id: tuple(source_ids)
        for event_id, source_ids in case.events.select("event_id", "source_ids").iter_rows()
        if event_id in event_ids
    }
    claims = enumerate(case.about.documented_claims, start=1)
    return events | {f"claim {number}": tuple(claim.source_ids) for number, claim in claims}
