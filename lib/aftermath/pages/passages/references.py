"""What ties a page together: numbers of sources, links to rows, and the way back from a source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from aftermath.case_files.case import Case
from aftermath.pages.html import Linker, escape
from aftermath.wording import counted


@dataclass(frozen=True, eq=False)
class References:
    """The references of one case page.

    Sources are numbered in the order of ``sources.csv``: ``s1``, ``s2``, ... Events and texts keep their ids,
    claims are ``c1``, ..., numbers on record ``n1``, ...

    Parameters
    ----------
    case
        The case.
    """

    case: Case

    @cached_property
    def linker(self) -> Linker:
        """Makes links of the ids of events and texts."""
        return Linker.of(self.case)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Source id to its number on the page, **from 1**."""
        return {source_id: number for number, source_id in enumerate(self.case.sources["source_id"], start=1)}

    @cached_property
    def _publishers(self) -> dict[str, str]:
        return dict(self.case.sources.select("source_id", "publisher").iter_rows())

    def cite(self, source_ids: Iterable[str]) -> str:
        """Superscript numbers that link to sources."""
        links = " ".join(map(self._number, source_ids))
        return f'<sup class="fn"><span class="sr">, sources </span>{links}</sup>'

    def _number(self, source_id: str) -> str:
        number, publisher = self.numbers[source_id], escape(self._publishers[source_id])
        return f'<a href="#s{number}" aria-label="Source {number}: {publisher}">{number}</a>'

    @cached_property
    def uses(self) -> dict[str, list[str]]:
        """Source id to links to everything that rests on it."""
        uses: dict[str, list[str]] = defaultdict(list)
        for event_id, source_ids in self.case.events.select("event_id", "source_ids").iter_rows():
            for source_id in source_ids:
                uses[source_id].append(self.linker.link(event_id))
        for doc_id, source_id in self.case.coverage.select("doc_id", "source_id").iter_rows():
            uses[source_id].append(self.linker.link(doc_id))
        for number, claim in enumerate(self.case.about.documented_claims, start=1):
            for source_id in claim.source_ids:
                uses[source_id].append(f'<a class="ev-l" href="#c{number}">claim {number}</a>')
        for source_id, rows in self._signal_rows.items():
            uses[source_id].append(f'<a class="ev-l" href="#n{rows[0]}">{counted(len(rows), "number")}</a>')
        for source_id in _price_sources(self.case):
            uses[source_id].append('<a class="ev-l" href="#provenance">prices.csv</a>')
        return uses

    @cached_property
    def _signal_rows(self) -> dict[str, list[int]]:
        """Source id to the numbers on record that it gives."""
        rows: dict[str, list[int]] = defaultdict(list)
        for number, source_id in enumerate(ordered_signals(self.case)["source_id"], start=1):
            rows[source_id].append(number)
        return rows


def _price_sources(case: Case) -> list[str]:
    """The sources of the closing prices, each once."""
    return case.prices["source_ids"].explode().unique().drop_nulls().sort().to_list()


def ordered_signals(case: Case) -> pl.DataFrame:
    """The numbers on record as the page shows them: by signal, then time."""
    return case.signals.sort("signal", "time", "row")
