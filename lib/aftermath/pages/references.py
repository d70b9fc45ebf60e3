"""What ties a page together: links to rows, numbers of sources, and the way back from a source."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import polars as pl
from markupsafe import Markup, escape

from aftermath.case_files.case import Case
from aftermath.wording import counted

_ROW_ID = re.compile(r"\b([ed]\d{2,})\b")
_ROW = Markup('<a class="ev-l" href="{}#{}">{}</a>')
_SOURCE = Markup('<a href="{}#s{}" aria-label="Source {}: {}">{}</a>')
_CITED = Markup('<sup class="fn"><span class="sr">, sources </span>{}</sup>')
_NOTHING = Markup("")


@dataclass(frozen=True, eq=False)
class References:
    """The references of one case page.

    Sources are numbered in the order of ``sources.csv``: ``s1``, ``s2``, ... Events and texts keep their ids,
    claims are ``c1``, ..., numbers on record ``n1``, ...

    Parameters
    ----------
    case
        The case.
    page
        Where rows and sources are: empty on the case's own page, else its address.
    """

    case: Case
    page: str = ""

    def row(self, row_id: str) -> Markup | str:
        """A link to the row of an event or a text; the id itself where there is no such row."""
        if row_id not in self._row_ids:
            return row_id
        if row_id not in self._rows:
            self._rows[row_id] = _ROW.format(self.page, row_id, row_id)
        return self._rows[row_id]

    @cached_property
    def _row_ids(self) -> frozenset[str]:
        return frozenset((*self.case.events["event_id"], *self.case.coverage["doc_id"]))

    @cached_property
    def _rows(self) -> dict[str, Markup]:
        return {}  # filled as they are asked for: of a thousand cases a page links to few rows

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Source id to its number on the page, **from 1**."""
        return {source_id: number for number, source_id in enumerate(self.case.sources["source_id"], start=1)}

    @cached_property
    def sources(self) -> dict[str, Markup]:
        """Source id to its number as a link to it."""
        publishers = self.case.sources["publisher"]
        return {
            source_id: _SOURCE.format(self.page, number, number, publisher, number)
            for (source_id, number), publisher in zip(self.numbers.items(), publishers, strict=True)
        }

    @cached_property
    def uses(self) -> dict[str, list[tuple[str, str]]]:
        """Source id to the anchor and the label of everything that rests on it."""
        uses: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for event_id, source_ids in self.case.events.select("event_id", "source_ids").iter_rows():
            for source_id in source_ids:
                uses[source_id].append((event_id, event_id))
        for doc_id, source_id in self.case.coverage.select("doc_id", "source_id").iter_rows():
            uses[source_id].append((doc_id, doc_id))
        for number, claim in enumerate(self.case.about.documented_claims, start=1):
            for source_id in claim.source_ids:
                uses[source_id].append((f"c{number}", f"claim {number}"))
        for source_id, numbers in self._numbers_on_record.items():
            uses[source_id].append((f"n{numbers[0]}", counted(len(numbers), "number")))
        for source_id in self.case.prices["source_ids"].explode().unique().drop_nulls().sort():
            uses[source_id].append(("provenance", "prices.csv"))
        return uses

    @property
    def _numbers_on_record(self) -> dict[str, list[int]]:
        """Source id to the numbers on record that it gives."""
        numbers: dict[str, list[int]] = defaultdict(list)
        for number, source_id in enumerate(ordered_signals(self.case)["source_id"], start=1):
            numbers[source_id].append(number)
        return numbers


def ordered_signals(case: Case) -> pl.DataFrame:
    """The numbers on record as the page shows them: by signal, then time."""
    return case.signals.sort("signal", "time", "row")


def linked(text: str, references: References | None = None) -> Markup:
    """Text with every id of a row in it made a link; where nothing can be linked to, the escaped text."""
    if references is None:
        return escape(text)
    parts: list[str | Markup] = list(_ROW_ID.split(text))
    parts[1::2] = map(references.row, parts[1::2])  # every other one is an id
    return _NOTHING.join(parts)


def links(row_ids: Iterable[str], references: References) -> Markup:
    """Links to rows with spaces between; the plain id where there is no such row."""
    return Markup(" ").join(map(references.row, row_ids))


def cited(source_ids: Iterable[str], references: References) -> Markup:
    """Superscript numbers that link to sources."""
    return _CITED.format(Markup(" ").join(map(references.sources.__getitem__, source_ids)))
