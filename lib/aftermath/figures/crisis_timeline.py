"""The timeline: every event of a case as a bar from its earliest to its latest moment, in lanes by actor."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import plotly.graph_objects as go

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.case_files.cases import takes_id
from aftermath.case_files.options import require_event
from aftermath.figures.bars import Bar, outline, outlines, painted, sensitive
from aftermath.figures.links import Link, by_clock, link_traces, links_of
from aftermath.figures.packing import LABEL_GAP, Mark, Place, pack
from aftermath.figures.theme import (
    CERTAINTY,
    FAMILY_COLOURS,
    ID,
    LIGHT,
    NARROW,
    TEXT,
    TICK,
    WIDE,
    Drawing,
    View,
    blank,
    note,
    responsive,
    safe,
    text_width,
    wrapped,
)
from aftermath.figures.time_axis import TimeAxis, first_tick
from aftermath.figures.timeline_events import LANES, Event, events_of
from aftermath.measures.clock import clock_zero, require_clock
from aftermath.statistics.result import NothingToMeasure
from aftermath.times import Latency
from aftermath.wording import listed, precision, span_text

_BAR, _PITCH, _PAD, _HEADER, _KEY, _KEY_OF_LINKS = 11, 19, 6, 20, 75, 38  # px
_HOVER_LINE, _HOVER_FRAME = 17, 14  # px: plotly leaves out a hover text that is higher than its figure
_NAMES = {"wide": 124, "medium": 116, "narrow": 12}  # px left of the drawing for the names of the lanes
# rows that a lane may open for labels which are not a must
_LABEL_ROWS = {"wide": 12, "medium": 10, "narrow": 0}
_LABEL_ROWS_OF_OTHERS = 5
# certainty -> how it is drawn, for the key
_CERTAINTIES = {
    "documented": "documented: full colour",
    "inferred": "inferred: paler, with an edge",
    "disputed": "disputed: palest, dashed edge",
}
_DIRECTION = "time since clock zero (log) →"


@dataclass(frozen=True)
class _Lane:
    """A lane with its events placed; ``top`` and ``height`` in px."""

    name: str
    events: tuple[Event, ...]
    places: tuple[Place, ...]
    top: float
    header: float

    @property
    def height(self) -> float:
        return self.header + 2 * _PAD + _PITCH * (1 + max(slot.row for slot in self.places))

    def middle(self, row: int) -> float:
        return self.top + self.header + _PAD + _PITCH * (row + 0.5)


@takes_id
def timeline(
    case: Case, *, clock_zero: str | None = None, lanes: str | Collection[str] | None = None, marked: str | None = None
) -> go.Figure:
    """Draw every event of a case from clock zero, in lanes by actor.

    Each bar runs from the earliest to the latest moment that the record allows, **at least 5 px wide**. Where relations between
    events made it shorter, a thin line runs on to the ends that clock times alone give; **of what lasted, the bar is then the
    begin and the line how far it may have reached**. Related events are linked. Only acts of the organisation are coloured.
    ``customdata`` holds the event ids, of a link those of both its ends.

    Parameters
    ----------
    case
        A case, or its id, with a documented crisis.
    clock_zero
        Id of the event at which the clock starts; that of the case if not given.
    lanes
        Keys of ``LANES`` that are drawn, e.g. ``("Organisation", "Media")``, or one; all if not given. The axis stays what it is with all.
    marked
        Id of an event to draw an edge around.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths.

    Raises
    ------
    NothingToMeasure
        If no crisis is on record: then there is no clock. Or if no event lies in these lanes.
    OptionError
        If the case has no such event.
    ValueError
        If there is no such lane.

    Examples
    --------
    >>> import aftermath as am
    >>> figure = timeline(am.load_case("kitchenaid-tweet"))
    >>> len(figure.data[-1].customdata)
    21
    """
    require_clock(case, "timeline")
    lanes = [lanes] if isinstance(lanes, str) else lanes
    if unknown := set(lanes or ()) - LANES.keys():
        raise ValueError(f"{sorted(unknown)[0]!r} is no lane; the lanes are {', '.join(map(repr, LANES))}")
    case = case.with_clock(clock_zero)
    if marked is not None:
        require_event(case, marked)
    zero, events = require_clock(case, "timeline"), events_of(case)
    axis = TimeAxis.reaching(
        first_tick(zero.seconds),
        max(event.whole.upper for event in events),
        -min(event.whole.lower for event in events),
    )
    drawn = tuple(replace(event, marked=event.id == marked) for event in events if lanes is None or event.lane in lanes)
    if not drawn:
        where = (
            f"no event lies in {listed(list(lanes), 'or')}" if lanes else "no lane is chosen, and at least one is drawn"
        )
        raise NothingToMeasure(f"{case.id}: {where}.")
    shown = {event.id for event in drawn}
    links = tuple(link for link in links_of(case) if {link.start, link.end} <= shown)
    return responsive(lambda view: _draw(case, drawn, links, axis, view))


def _draw(case: Case, events: tuple[Event, ...], links: tuple[Link, ...], axis: TimeAxis, view: View) -> Drawing:
    left, related = _NAMES[view.name], not case.relations.is_empty()
    pixels = view.least - left - 2
    lanes = _lanes(events, axis, view, pixels)
    heading = _heading(case, axis, pixels)
    bottom = lanes[-1].top + lanes[-1].height
    top = 26 + 16 * len(heading)
    highest = _HOVER_FRAME + _HOVER_LINE * max(1 + event.hover.count("<br>") for event in events)
    margin = {"l": left, "r": 2, "t": top, "b": max(4, highest - top - bottom)}
    figure = blank(
        bottom + margin["t"] + margin["b"],
        margin=margin,
        xaxis=axis.layout(pixels, side="top"),
        yaxis={"range": [bottom, 0], "visible": False},
        shapes=[*_lane_shapes(lanes, bottom, left), *_zero_shapes(axis, bottom)],
        annotations=[*_names(lanes, view, left), *_labels(lanes, axis, pixels), *_titles(heading, axis, pixels)],
    )
    return figure.add(
        _traces(lanes, links, axis, pixels, related=related),
        **_key(view, figure.layout, _KEY + (_KEY_OF_LINKS if related else 0)),
    )


def _key(view: View, layout: dict, room: float) -> dict:
    """Room for the key below the drawing in the laboratory; pages write their own above it instead."""
    if view is not WIDE:
        return {}
    margin = layout["margin"] | {"b": layout["margin"]["b"] + room}
    return {
        "showlegend": True,
        "height": layout["height"] + room,
        "margin": margin,
        "meta": {"key": room, "direction": _DIRECTION},
    }


def _lanes(events: tuple[Event, ...], axis: TimeAxis, view: View, pixels: float) -> list[_Lane]:
    lanes: list[_Lane] = []
    most = _LABEL_ROWS[view.name]
    for name in LANES:
        own = tuple(event for event in events if event.lane == name)
        if own:
            marks = [_mark(event, axis, view, pixels) for event in own]
            label_rows = most if name == next(iter(LANES)) else min(most, _LABEL_ROWS_OF_OTHERS)
            places = tuple(pack(marks, pixels, label_rows, -axis.limits[0] * axis.scale(pixels)))
            top = lanes[-1].top + lanes[-1].height if lanes else 0.0
            lanes.append(_Lane(name, own, places, top, _HEADER if view is NARROW else 0))
    return lanes


def _mark(event: Event, axis: TimeAxis, view: View, pixels: float) -> Mark:
    start, end = _ends(event, axis, pixels)
    label = 0.0 if view.narrow and not event.key else text_width(event.label, bold=event.key)
    scale, low = axis.scale(pixels), axis.limits[0]
    return Mark((start - low) * scale, (end - low) * scale, label, event.key, text_width(event.id, ID))


def _placed(lanes: list[_Lane]) -> Iterator[tuple[Event, Place, float]]:
    for lane in lanes:
        for event, slot in zip(lane.events, lane.places, strict=True):
            yield event, slot, lane.middle(slot.row)


def _ends(event: Event, axis: TimeAxis, pixels: float) -> tuple[float, float]:
    return axis.bar(event.whole.lower, event.whole.upper, pixels)


def _traces(lanes: list[_Lane], links: tuple[Link, ...], axis: TimeAxis, pixels: float, *, related: bool) -> list[dict]:
    events, middles = zip(*((event, middle) for event, _, middle in _placed(lanes)), strict=True)
    whole = [_bar(event, event.whole, axis, pixels, middle) for event, middle in zip(events, middles, strict=True)]
    bars = [
        _bar(event, event.bounds, axis, pixels, outer.middle).within(outer)
        for event, outer in zip(events, whole, strict=True)
    ]
    placed = list(zip(events, bars, strict=True))
    likeliest = [
        (event, _bar(event, event.best, axis, pixels, middle, _BAR - 4))
        for event, _, middle in _placed(lanes)
        if event.best
    ]
    return [
        *(link_traces(links, {event.id: bar for event, bar in zip(events, bars, strict=True)}) if links else ()),
        # also where the events that times of these lanes were narrowed by lie in others
        *([by_clock(bars, whole, 1 / axis.scale(pixels))] if related else ()),
        *(_stripes(placed, family) for family in FAMILY_COLOURS),
        *(_likeliest(likeliest, family) for family in FAMILY_COLOURS),
        *_certainties(bars),
        *(_edge(bar) for event, bar in placed if event.marked),
        sensitive(
            whole,
            [event.hover for event in events],
            [event.id for event in events],
            meta={"role": "mark", "labels": [safe(event.label) for event in events]},
        ),
    ]


def _certainties(bars: list[Bar]) -> Iterator[dict]:
    """The edges of bars that are not documented, and what they and the strength of a fill mean, for the key."""
    plain = painted([], LIGHT["oth"], "documented")
    for certainty, trace in zip(CERTAINTY, (plain, *outlines(bars)), strict=True):
        meta = {"role": "certainty", "strength": CERTAINTY[certainty][0]}
        shown = any(bar.certainty == certainty for bar in bars)
        yield trace | {"name": _CERTAINTIES[certainty], "meta": meta, "showlegend": shown}


def _bar(event: Event, bounds: Latency, axis: TimeAxis, pixels: float, middle: float, height: float = _BAR) -> Bar:
    return Bar(*axis.bar(bounds.lower, bounds.upper, pixels), middle, height, event.certainty)


def _edge(bar: Bar) -> dict:
    around = replace(bar, height=bar.height + 4)
    return outline([around], LIGHT["focus"], "solid", "marked") | {"line": {"color": LIGHT["focus"], "width": 2.5}}


def _stripes(placed: list[tuple[Event, Bar]], family: str) -> dict:
    stripes = [
        bar.part(event.families.index(family), len(event.families)) for event, bar in placed if family in event.families
    ]
    label = vocabulary.ACT_FAMILY_LABELS[family]
    return painted(stripes, FAMILY_COLOURS[family], label, meta={"role": "paint"}, showlegend=bool(stripes))


def _likeliest(placed: list[tuple[Event, Bar]], family: str) -> dict:
    bars = [bar for event, bar in placed if event.families[0] == family]
    name = f"{vocabulary.ACT_FAMILY_LABELS[family]}: likeliest reading"
    return painted(bars, FAMILY_COLOURS[family], name, 0.8, meta={"role": "best"}, showlegend=False)


def _lane_shapes(lanes: list[_Lane], bottom: float, left: float) -> Iterator[dict]:
    for lane in lanes[::2]:
        wash = {
            "type": "rect",
            "yref": "y",
            "y0": lane.top,
            "y1": min(bottom, lane.top + lane.height),
            "fillcolor": LIGHT["lane"],
            "line": {"width": 0},
            "layer": "below",
        }
        yield wash | {"xref": "paper", "x0": 0, "x1": 1}
        # under the names, which stand left of the drawing
        yield wash | {"xref": "paper", "xsizemode": "pixel", "xanchor": 0, "x0": -left, "x1": 0}


def _zero_shapes(axis: TimeAxis, bottom: float) -> list[dict]:
    low = axis.limits[0]
    before = {"type": "rect", "x0": low, "x1": 0, "y0": 0, "y1": bottom, "layer": "below"}
    line = {"type": "line", "x0": 0, "x1": 0, "yref": "paper", "y0": 0, "y1": 1}
    return [
        before | {"fillcolor": LIGHT["ink"], "opacity": 0.05, "line": {"width": 0}},
        line | {"line": {"color": LIGHT["ink"], "width": 1.6}},
    ]


def _names(lanes: list[_Lane], view: View, left: float) -> Iterator[dict]:
    # in a narrow place they stand over the lane, clear of the line at clock zero
    position = {"x": 0, "xshift": 5} if view.narrow else {"xref": "paper", "x": 0, "xshift": 8 - left}
    for lane in lanes:
        middle = lane.top + _HEADER / 2 + 2 if lane.header else lane.middle(0)
        font = {"color": LIGHT["ink"]}
        yield note(
            f"<b>{lane.name}</b>", name="lane", xanchor="left", y=middle, yanchor="middle", font=font, **position
        )


def _labels(lanes: list[_Lane], axis: TimeAxis, pixels: float) -> Iterator[dict]:
    for event, slot, middle in _placed(lanes):
        start, end = _ends(event, axis, pixels)
        sides = {
            "right": {"x": end, "xanchor": "left", "xshift": LABEL_GAP, "y": middle},
            "left": {"x": start, "xanchor": "right", "xshift": -LABEL_GAP, "y": middle},
            "above": {"x": axis.limits[0] + slot.text / axis.scale(pixels), "xanchor": "left", "y": middle - _PITCH},
        }
        if slot.side:
            yield _label(event, sides[slot.side])


def _label(event: Event, position: dict) -> dict:
    text = safe(event.label)
    if event.key:
        return note(f"<b>{text}</b>", name="major", font={"color": LIGHT["ink"]}, yanchor="middle", **position)
    return note(text, name="minor", yanchor="middle", **position)


def _heading(case: Case, axis: TimeAxis, pixels: float) -> list[str]:
    """What clock zero is and how exactly it is known, in as many lines as it takes."""
    zero = clock_zero(case)
    when, how = f"Clock zero: {span_text(zero, case.about.timezone)}", f"({precision(zero)})"
    room = axis.limits[1] * axis.scale(pixels) - 5
    if text_width(f"{when} {how}", bold=True) <= room:
        return [f"{when} {how}"]
    return [line for part in (when, how) for line in wrapped(part, int(room / (0.6 * TEXT))).split("<br>")]


def _titles(heading: list[str], axis: TimeAxis, pixels: float) -> Iterator[dict]:
    position = {"yref": "paper", "y": 1, "yanchor": "bottom", "yshift": 22}
    lines = "<br>".join(f"<b>{line}</b>" for line in heading)
    yield note(
        lines, name="zero", x=0, xanchor="left", xshift=5, align="left", font={"color": LIGHT["ink"]}, **position
    )
    taken = -axis.limits[0] * axis.scale(pixels) + text_width(heading[0], bold=True) + text_width(_DIRECTION, TICK)
    if len(heading) == 1 and taken + 20 < pixels:
        font = {"size": TICK, "color": LIGHT["ink3"]}
        yield note(_DIRECTION, name="direction", xref="paper", x=1, xanchor="right", font=font, **position)
