"""The state of the sources of a case: archived or not, looked up or not, alive or gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from aftermath.captures.archived import Archived, archived
from aftermath.captures.copies import page_address
from aftermath.captures.kept import PAGE, LookedUp, kept_folder, looked_up, visits
from aftermath.captures.look_up import NO_ADDRESS, NONE, NOT_YET
from aftermath.case_files.case import Case
from aftermath.case_files.cases import takes_id
from aftermath.statistics.result import Result
from aftermath.wording import counted

ARCHIVED, NOT_ENTERED, NOT_VISITED = "archived", "a copy is known and not entered", "not visited yet"
_MOMENT = pl.Datetime("us", "UTC")
_SCHEMA = pl.Schema(
    {
        "source_id": pl.String,
        "archived": pl.String,
        "archived_at": _MOMENT,
        "archived_url": pl.String,
        "page": pl.String,
        "key": pl.Boolean,
        "looked_up": _MOMENT,
        "visited": _MOMENT,
    }
)


@dataclass(frozen=True)
class SourceStates(Result):
    """What is archived of a case, and how its pages answer.

    Parameters
    ----------
    case_id
        The case.
    rows
        One row a source.
    archived
        What is archived by its files, with the facts that measures rest on.
    """

    case_id: str
    rows: pl.DataFrame
    archived: Archived

    @property
    def table(self) -> pl.DataFrame:
        """One row a source: ``archived`` and ``page`` are its states in words, ``key`` whether a key fact rests on it."""
        return self.rows

    @property
    def text(self) -> str:
        others = self.rows.filter(pl.col("archived") != ARCHIVED)["archived"].value_counts().sort("archived").rows()
        pages = self.rows.filter(pl.col("page") != NOT_VISITED)["page"].value_counts().sort("page").rows()
        said = ", ".join(f"{n} {state}" for state, n in others)
        visited = ", ".join(f"{n} {state}" for state, n in pages)
        seen = (
            f"Of {counted(sum(n for _, n in pages), 'page')} visited: {visited}."
            if pages
            else "No page was visited yet."
        )
        return " ".join([self.archived.text, *([f"Without a copy: {said}."] if said else []), seen])


@takes_id
def sources(case: Case) -> SourceStates:
    """Tell what is archived of the sources of a case, and of the facts that its measures rest on.

    Nothing is asked: what is said comes from ``sources.csv``, and from what ``look_up_sources`` and ``verify_sources`` have kept.

    Parameters
    ----------
    case
        A case, or its id.

    Returns
    -------
    SourceStates

    Raises
    ------
    PullError
        If a kept answer was changed.

    Examples
    --------
    >>> states = sources("kitchenaid-tweet")
    >>> states.table["source_id"].n_unique() == states.archived.sources
    True
    """
    folder, there = kept_folder(case), archived(case)
    key = {source_id for source_ids in there.key_facts.values() for source_id in source_ids}
    rows = []
    for source in case.sources.iter_rows(named=True):
        source_id = source["source_id"]
        known = looked_up(folder, source_id)
        page = next((one for one in reversed(visits(folder, source_id)) if one.what == PAGE), None)
        rows.append(
            {
                "source_id": source_id,
                "archived": _state(source, known),
                "archived_at": source["archived_at"],
                "archived_url": source["archived_url"],
                "page": page.state if page else NOT_VISITED,
                "key": source_id in key,
                "looked_up": known.at if known else None,
                "visited": page.at if page else None,
            }
        )
    return SourceStates(case.id, pl.DataFrame(rows, schema=_SCHEMA, orient="row"), there)


def _state(source: Mapping[str, Any], known: LookedUp | None) -> str:
    if source["archived_at"] is not None:
        return ARCHIVED
    if known is not None:
        return NOT_ENTERED if any(memento.status in ("200", "") for memento in known.mementos) else NONE
    return NOT_YET if page_address(source["url"]) else NO_ADDRESS
