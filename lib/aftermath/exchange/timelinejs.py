"""A case for TimelineJS, which newsrooms draw timelines with. **The format has points and stretches of time, and no uncertainty.**

So that nothing is shown as more certain than it is, what the record leaves open is said in words: in the title slide, and in the
text of every event whose moment is not known to the second.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import escape

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.exchange.citing import cite
from aftermath.times import Span, edtf
from aftermath.wording import NO_BREAK, counted, precision, span_text


def timelinejs(case: Case) -> str:
    """The events of a case as a timeline.

    Parameters
    ----------
    case
        Any case.

    Returns
    -------
    str
        JSON with a title slide, one slide an event, and one group an actor. Times are local to the case; a bar runs from the
        earliest to the latest moment that the record allows. Texts are HTML there, so what a case says is escaped.

    References
    ----------
    Knight Lab, TimelineJS 3, JSON format, https://timeline.knightlab.com/docs/json-format.html.
    """
    zone, spans = case.about.timezone, case.times().spans
    events = [_slide(event, spans[event["event_id"]], zone) for event in case.events.iter_rows(named=True)]
    uncertain = sum("end_date" in event for event in events)
    lost = (
        f"Of {counted(len(events), 'event')} the record leaves the moment of {uncertain} open. A timeline of this kind has no room "
        "for that: such a bar runs from the earliest to the latest moment that the record allows, and does not say how long "
        f"something lasted; each of them says so. Times are those of {zone}."
    )
    title = {
        "unique_id": case.id,
        "text": {"headline": _html(case.title), "text": _html(f"{case.about.summary} {lost} {cite(case).text}")},
    }
    return json.dumps({"title": title, "events": events, "scale": "human"}, ensure_ascii=False, indent=2) + "\n"


def _slide(event: dict[str, Any], span: Span, zone: str) -> dict[str, Any]:
    shown, exact = span_text(span, zone), span.earliest == span.latest
    words = f" When exactly is not on record: {shown}, {precision(span)}, in EDTF {edtf(span, zone)}."
    slide = {
        "unique_id": event["event_id"],
        "group": vocabulary.ACTORS[event["actor"]],
        "display_date": _html(shown),
        "start_date": _date(span.earliest, zone),
        "end_date": _date(span.latest, zone),
        "text": {"headline": _html(event["label"]), "text": _html(event["summary"] + ("" if exact else words))},
    }
    return {name: value for name, value in slide.items() if not (exact and name == "end_date")}


def _date(moment: datetime, zone: str) -> dict[str, int]:
    local = moment.astimezone(ZoneInfo(zone))
    return {name: getattr(local, name) for name in ("year", "month", "day", "hour", "minute", "second")}


def _html(text: str) -> str:
    """A text in one line such that TimelineJS shows it as it stands."""
    return str(escape(" ".join(text.replace(NO_BREAK, " ").split())))
