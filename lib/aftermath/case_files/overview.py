"""A case at a glance: one row among others, and what it shows of itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl

from aftermath import vocabulary
from aftermath.case_files.coders import coded_by
from aftermath.display import Display
from aftermath.times import Span
from aftermath.wording import counted, span_text

if TYPE_CHECKING:
    from aftermath.case_files.case import Case

_ROW = {
    "case_id": pl.String,
    "title": pl.String,
    "year": pl.Int64,
    "country": pl.String,
    "cause": pl.String,
    "clock_zero": pl.String,
    "events": pl.Int64,
    "texts": pl.Int64,
    "sources": pl.Int64,
}


def overview(cases: Sequence[Case]) -> pl.DataFrame:
    """One row a case: its title, year, country and cause, its clock zero in local time, and how many rows it has.

    **Without a crisis on record there is no clock, no year and no cause.**
    """
    return pl.DataFrame([_row(case) for case in cases], schema=_ROW, orient="row")


def _row(case: Case) -> tuple:
    about, zero = case.about, case.zero
    return (
        case.id,
        case.title,
        zero.earliest.astimezone(ZoneInfo(about.timezone)).year if zero else None,
        vocabulary.country_name(about.country),
        vocabulary.CAUSES[about.cause] if about.cause else None,
        span_text(zero, about.timezone) if zero else None,
        case.events.height,
        case.coverage.height,
        case.sources.height,
    )


def display_of(case: Case) -> Display:
    """What a case shows of itself: what it is, in words, and its events, texts and sources, folded."""
    ((_, title, _, country, cause, zero, *_),) = overview([case]).iter_rows()
    about = case.about
    coders = coded_by(case.coders)
    facts = [
        f"{about.organisation}, {country}; {cause or 'no crisis on record'}.",
        f"Clock zero: {zero} ({about.timezone})." if zero else "",
        f"{coders[:1].upper()}{coders[1:]}." if coders else "",
    ]
    events = f"{counted(case.events.height, 'event')}, in local time"
    tables = {
        events: _events(case),
        counted(case.coverage.height, "text"): case.coverage.select("doc_id", "published", "source_id", "abstract"),
        counted(case.sources.height, "source"): case.sources.select(
            "source_id", "publisher", "title", "published", "url"
        ),
    }
    words = [about.summary, " ".join(filter(None, facts))]
    return Display(f"{title} ({case.id})", "\n\n".join(" ".join(part.split()) for part in words), tables, folded=True)


def _events(case: Case) -> pl.DataFrame:
    rows = [
        {
            "event_id": row["event_id"],
            "when": span_text(Span(row["earliest"], row["latest"]), case.about.timezone),
            "certainty": vocabulary.CERTAINTIES[row["certainty"]],
            "who": vocabulary.ACTORS[row["actor"]],
            "what": ", ".join(vocabulary.ACTS[act] for act in row["acts"]),
            "label": row["label"],
            "summary": row["summary"],
        }
        for row in case.events.iter_rows(named=True)
    ]
    return pl.DataFrame(
        rows, schema=dict.fromkeys(("event_id", "when", "certainty", "who", "what", "label", "summary"), pl.String)
    )
