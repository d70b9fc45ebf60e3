"""What was public when: from which moment on each event and each text was certainly known.

What was done in the open is known once it has certainly happened. What was not, by its act (``internal_knowledge``) or its channel
(a letter, a telephone call; an app, where it is a deed that nobody has exposed yet), is known once a source that its row rests on
was certainly out. An answer of the organisation is
public whatever its channel, as the codebook has it, and so is the exposure.
"""

from __future__ import annotations

import calendar
from datetime import datetime
from typing import TYPE_CHECKING

from aftermath import vocabulary
from aftermath.times import local_day

if TYPE_CHECKING:
    from aftermath.case_files.case import Case

CLOSED_CHANNELS = ("email", "phone", "letter", "filing", "court", "other")  # nobody else sees what goes through them


def events_public(case: Case) -> dict[str, datetime | None]:
    """From when on each event was certainly public.

    The clock times of ``events.csv`` count, not what relations make of them: of a stretch of time a relation speaks of the begin, and
    only what is over is certain. ``replay.yaml`` may say with which other event one became public.

    Parameters
    ----------
    case
        A case with a documented crisis.

    Returns
    -------
    dict
        Event id to the moment, in UTC; **None where the record does not tell**.
    """
    published = dict(case.sources.select("source_id", "published").iter_rows())
    zone = case.about.timezone
    out = {source_id: _out(text, zone) for source_id, text in published.items() if text}
    public: dict[str, datetime | None] = {}
    for event in case.events.iter_rows(named=True):
        reported = [out[source_id] for source_id in event["source_ids"] if source_id in out]
        latest = event["latest"]
        public[event["event_id"]] = (
            latest if _in_the_open(event, case) else max(latest, min(reported)) if reported else None
        )
    given = case.staging.public if case.staging else {}
    ends = dict(case.events.select("event_id", "latest").iter_rows())
    public |= {event_id: ends[event_id] for event_id, other in given.items() if other == event_id}
    revealed = {event_id: public[other] for event_id, other in given.items()}
    return public | {event_id: max(ends[event_id], at) if at else None for event_id, at in revealed.items()}


def texts_public(case: Case) -> dict[str, datetime]:
    """From when on each text was certainly out: its moment, or the end of its day where the case was."""
    published = case.coverage.select("doc_id", "published").iter_rows()
    return {doc_id: local_day(text, case.about.timezone).latest for doc_id, text in published}


def _in_the_open(event: dict, case: Case) -> bool:
    if event["event_id"] == case.about.clock_zero:
        return True
    if "internal_knowledge" in event["acts"]:
        return False
    answers = event["actor"] == "organisation" and not set(vocabulary.ANSWERS).isdisjoint(event["acts"])
    if answers and case.zero is not None and event["latest"] >= case.zero.earliest:
        return True
    # a deed within an app, as a child's tips, is seen by those two alone until somebody tells of it
    closed = {*CLOSED_CHANNELS, "app"} if "trigger" in event["acts"] else set(CLOSED_CHANNELS)
    return not set(event["channel"]) <= closed


def _out(text: str, zone: str) -> datetime:
    """The end of a day, a month or a year."""
    year, month, day = (*map(int, text.split("-")), 0, 0)[:3]
    month = month or 12
    day = day or calendar.monthrange(year, month)[1]
    return local_day(f"{year:04}-{month:02}-{day:02}", zone).latest
