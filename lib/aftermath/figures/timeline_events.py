"""The events of a case as its timeline shows them: in a lane, with their bounds since clock zero and their words."""

from __future__ import annotations

from dataclasses import dataclass

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.figures.theme import hover
from aftermath.measures.clock import clock_event, clock_zero
from aftermath.measures.speed import speed
from aftermath.times import Latency, Span, difference
from aftermath.wording import latency_text, listed, span_text

LANES = {
    "Organisation": ("organisation", "employee"),
    "Affected, public": ("affected", "public"),
    "Media": ("media",),
    "Authorities": ("regulator", "court", "legislature", "police", "prosecutor", "administrator"),
    "Partners, others": ("partner", "investor", "competitor"),
}
KEY_STEPS = ("response", "apology", "named_apology", "corrective_action", "information_hub")
STRIPES = 3


@dataclass(frozen=True)
class Event:
    """An event as it is drawn.

    Parameters
    ----------
    id, label
        As the table has them.
    lane
        Key of ``LANES``.
    families
        Of its acts, at most ``STRIPES``; ``other`` where it is not an act of the organisation.
    certainty
        ``documented``, ``inferred`` or ``disputed``.
    bounds, by_clock, best
        Since clock zero: as far as clock times and relations tell, by clock times alone, and the likeliest reading.
    key
        Whether it is always labelled.
    hover
        What it says when it is pointed at, made safe.
    marked
        Whether an edge is drawn around it.
    """

    id: str
    label: str
    lane: str
    families: tuple[str, ...]
    certainty: str
    bounds: Latency
    by_clock: Latency
    best: Latency | None
    key: bool
    hover: str
    marked: bool = False

    @property
    def whole(self) -> Latency:
        """All that is drawn: the bounds inside those by clock times alone."""
        return Latency(min(self.bounds.lower, self.by_clock.lower), max(self.bounds.upper, self.by_clock.upper))


def event_bounds(span: Span, zero: Span) -> Latency:
    """Signed seconds from clock zero to a span, as drawn.

    What cannot have begun before clock zero does not reach to its left, however uncertain both are.

    Parameters
    ----------
    span
        When something happened.
    zero
        Clock zero.
    """
    since = difference(span, zero)
    if span.earliest >= zero.earliest:
        return Latency(max(0.0, since.lower), since.upper)
    return since


def events_of(case: Case) -> tuple[Event, ...]:
    """The events of a case with a documented crisis, in the order in which they are drawn."""
    measured = speed(case)
    keys = {event_id for name in KEY_STEPS for event_id in measured[name].event_ids}
    events = [_event(case, row, row["event_id"] in keys) for row in case.events.iter_rows(named=True)]
    return tuple(sorted(events, key=lambda event: (event.whole.lower, event.whole.upper, event.id)))


def _event(case: Case, row: dict, key: bool) -> Event:
    bounds, alone = _bounds(case, row["event_id"])
    since, since_by_clock = latency_text(bounds), latency_text(alone)
    if row["event_id"] == case.about.clock_zero:
        since = "clock zero"
    elif since != since_by_clock:
        since = f"{since}, {since_by_clock} by clock times alone"
    likeliest = row["best_earliest"] and event_bounds(Span(row["best_earliest"], row["best_latest"]), clock_zero(case))
    return Event(
        id=row["event_id"],
        label=row["label"],
        lane=next(name for name, actors in LANES.items() if row["actor"] in actors),
        families=_families(row),
        certainty=row["certainty"],
        bounds=bounds,
        by_clock=alone,
        best=likeliest or None,
        key=key,
        hover=_hover(case, row, since),
    )


def _bounds(case: Case, event_id: str) -> tuple[Latency, Latency]:
    """Of an event since clock zero, from the network and by clock times alone."""
    spans = case.times("none").spans
    zero = spans[clock_event(case)]
    if event_id == case.about.clock_zero:  # it lasts as long as it is uncertain
        return Latency(0.0, clock_zero(case).seconds), Latency(0.0, zero.seconds)
    since, by_clock = case.times().since_zero[event_id], event_bounds(spans[event_id], zero)
    if since.upper <= 0 and since.upper < by_clock.upper:  # a source puts it before clock zero
        return since, by_clock
    return Latency(max(since.lower, by_clock.lower), since.upper), by_clock


def _families(row: dict) -> tuple[str, ...]:
    if row["actor"] != "organisation":
        return ("other",)
    families = dict.fromkeys(vocabulary.act_family(act) for act in row["acts"])
    families.pop("other", None)
    return tuple(families)[:STRIPES] or ("other",)


def _hover(case: Case, row: dict, since: str) -> str:
    when = span_text(Span(row["earliest"], row["latest"]), case.about.timezone)
    who = row["speaker"] or vocabulary.ACTORS[row["actor"]]
    acts = listed([vocabulary.ACTS[act] for act in row["acts"]])
    certainty = vocabulary.CERTAINTIES[row["certainty"]]
    return hover(
        row["label"], [f"{row['event_id']} · {when} · {since}", f"{who}: {acts} · {certainty}", row["summary"]]
    )
