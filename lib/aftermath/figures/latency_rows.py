"""What both latency ladders are drawn from: named sections with intervals, and a column for what was not seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aftermath.figures.bars import Bar, outline, outlines, painted, sensitive
from aftermath.figures.theme import LIGHT, TEXT, TICK, Drawing, View, blank, note, safe, scatter_trace, text_width
from aftermath.figures.time_axis import TimeAxis
from aftermath.times import MINUTE, Latency
from aftermath.wording import counted, latency_text

BAR, LINE = 9, 2  # px: how high the bar of the case itself is, and the line of another
RIGHT = 78  # px right of the drawing for the words "not seen"
NOT_SEEN = "not seen"
_VALUE_GAP = 5
_PALE = 0.25


@dataclass(frozen=True)
class LatencyRow:
    """One latency.

    Parameters
    ----------
    latency
        In seconds.
    hover
        Its text, made safe.
    target
        What a click leads to.
    certainty
        How certain it is.
    own
        Whether it is drawn in colour and with its value.
    own_clock
        Whether it is drawn pale and dashed, because the organisation or a regulator set the clock.
    middle
        Its place down the figure in px.
    """

    latency: Latency
    hover: str
    target: str | None
    certainty: str = "documented"
    own: bool = True
    own_clock: bool = False
    middle: float = 0.0

    def drawn(self, axis: TimeAxis, pixels: float) -> Bar:
        """The interval as drawn."""
        ends = axis.bar(self.latency.lower, self.latency.upper, pixels)
        return Bar(*ends, self.middle, BAR if self.own else LINE, self.certainty)


@dataclass(frozen=True)
class Section:
    """A stretch of a ladder.

    Parameters
    ----------
    name
        One or more lines, made safe.
    top, bottom
        In px.
    header
        Height of the name above the rows in px; 0 where it stands left of them.
    rows
        With their places.
    others_unseen
        How many other cases show no such answer.
    """

    name: str
    top: float
    bottom: float
    header: float
    rows: tuple[LatencyRow, ...]
    others_unseen: int = 0


def axis_for(latencies: list[Latency]) -> TimeAxis:
    """An axis in minutes that reaches to the last end of an interval or of a record."""
    return TimeAxis.reaching(MINUTE, max(latency.upper if latency.seen else latency.lower for latency in latencies))


def draw(sections: list[Section], axis: TimeAxis, view: View, left: float) -> Drawing:
    """The figure for one width.

    Parameters
    ----------
    sections
        From the top down.
    axis
        Long enough for every latency.
    view
        The width.
    left
        Room for the names in px.
    """
    pixels, bottom = view.least - left - RIGHT, sections[-1].bottom
    margin = {"l": left, "r": RIGHT, "t": 24, "b": 4}
    figure = blank(
        bottom + margin["t"] + margin["b"],
        margin=margin,
        xaxis=axis.layout(pixels, side="top"),
        yaxis={"range": [bottom, 0], "visible": False},
        shapes=list(_rules(sections, left)),
        annotations=[*_names(sections, left), *_values(sections, axis, view, left), *_unseen(sections)],
    )
    return figure.add(_traces(sections, axis, pixels))


def _traces(sections: list[Section], axis: TimeAxis, pixels: float) -> list[dict]:
    rows = [row for section in sections for row in section.rows]
    seen = [row for row in rows if row.latency.seen]
    bars = [row.drawn(axis, pixels) for row in seen]
    drawn = list(zip(seen, bars, strict=True))
    plain = [bar for row, bar in drawn if row.own and not row.own_clock]
    own_clock = [bar for row, bar in drawn if row.own and row.own_clock]
    return [
        painted([bar for row, bar in drawn if not row.own], LIGHT["oth"], "other cases", 0.75),
        painted(plain, LIGHT["me"], "this case"),
        *outlines(plain),
        painted(own_clock, LIGHT["me"], "own clock", _PALE),
        outline(own_clock, LIGHT["me"], "3px,2px", "own clock"),
        *_pending([row for row in rows if not row.latency.seen], axis),
        sensitive(bars, [row.hover for row in seen], [row.target for row in seen]),
    ]


def _pending(rows: list[LatencyRow], axis: TimeAxis) -> list[dict]:
    """Dashed lines from the end of the record, and their arrowheads."""
    wall = axis.limits[1]
    # where the record of a case ends, left of the wall by enough to see a dash
    ends = [min(axis.position(row.latency.lower), wall - 0.06 * axis.length) for row in rows]
    lines = {
        "x": [x for end in ends for x in (end, wall, None)],
        "y": [y for row in rows for y in (row.middle, row.middle, None)],
    }
    heads = {"x": [wall for _ in rows], "y": [row.middle for row in rows]}
    dashed = {"color": LIGHT["me"], "width": 1.5, "dash": "3px,3px"}
    arrow = {"symbol": "arrow", "angle": 90, "size": 8, "color": LIGHT["me"]}
    common = {"name": NOT_SEEN, "meta": {"role": NOT_SEEN}, "showlegend": False}
    hovers = {"hovertext": [row.hover for row in rows], "hoverinfo": "text"}
    targets = {"customdata": [row.target for row in rows], "cliponaxis": False}
    return [
        scatter_trace(**lines, **common, mode="lines", line=dashed, hoverinfo="skip"),
        scatter_trace(**heads, **common, **hovers, **targets, mode="markers", marker=arrow),
    ]


def _rules(sections: list[Section], left: float) -> Iterator[dict]:
    line = {"type": "line", "xref": "paper", "line": {"color": LIGHT["rule"], "width": 1}, "layer": "below"}
    for section in sections:
        level = {"y0": section.top, "y1": section.top}
        yield line | level | {"x0": 0, "x1": 1}
        yield line | level | {"xsizemode": "pixel", "xanchor": 0, "x0": -left, "x1": 0}
        yield line | level | {"xsizemode": "pixel", "xanchor": 1, "x0": 0, "x1": RIGHT}
    wall = {"x0": 1, "x1": 1, "yref": "paper", "y0": 0, "y1": 1}
    yield line | wall | {"line": {"color": LIGHT["rule2"], "width": 1}}


def _names(sections: list[Section], left: float) -> Iterator[dict]:
    for section in sections:
        middle = section.top + section.header / 2 + 2 if section.header else (section.top + section.bottom) / 2
        text = "<br>".join(f"<b>{line}</b>" for line in section.name.split("<br>"))
        position = {"xref": "paper", "x": 0, "xshift": -left, "xanchor": "left", "y": middle, "yanchor": "middle"}
        yield note(text, name="section", align="left", font={"color": LIGHT["ink"]}, **position)


def _values(sections: list[Section], axis: TimeAxis, view: View, left: float) -> Iterator[dict]:
    for section in sections:
        for row in section.rows:
            if row.own and row.latency.seen:
                yield _value(row, axis, view, left)


def side(row: LatencyRow, axis: TimeAxis, view: View, left: float) -> str:
    """Where the words of a bar have room: ``right`` of it, ``left`` of it, else ``above``."""
    pixels = view.least - left - RIGHT
    bar = row.drawn(axis, pixels)
    before, after = (bar.start - axis.limits[0]) * axis.scale(pixels), (axis.limits[1] - bar.end) * axis.scale(pixels)
    width = text_width(_words(row), bold=True) + _VALUE_GAP
    return "right" if width <= after else "left" if width <= before else "above"


def _words(row: LatencyRow) -> str:
    return latency_text(row.latency) + (" · own clock" if row.own_clock else "")


def _value(row: LatencyRow, axis: TimeAxis, view: View, left: float) -> dict:
    bar = row.drawn(axis, view.least - left - RIGHT)
    level = {"y": row.middle, "yanchor": "middle"}
    sides = {
        "right": level | {"x": bar.end, "xanchor": "left", "xshift": _VALUE_GAP},
        "left": level | {"x": bar.start, "xanchor": "right", "xshift": -_VALUE_GAP},
        "above": {"xref": "paper", "x": 0, "xanchor": "left", "y": row.middle - BAR / 2 - 1, "yanchor": "bottom"},
    }
    text = f"<b>{safe(_words(row))}</b>"
    return note(text, name="value", font={"color": LIGHT["me"]}, **sides[side(row, axis, view, left)])


def _unseen(sections: list[Section]) -> Iterator[dict]:
    position = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 6}
    for section in sections:
        own = [row for row in section.rows if row.own and not row.latency.seen]
        for row in own:
            words = f"<b>{NOT_SEEN}</b>"
            yield note(words, name=NOT_SEEN, y=row.middle, yanchor="middle", font={"color": LIGHT["me"]}, **position)
        if section.others_unseen:
            font = {"size": TICK, "color": LIGHT["ink3"]}
            text = f"{'+ ' if own else ''}{counted(section.others_unseen, 'other')}"
            level = own[0].middle + 1.3 * TEXT if own else (section.top + section.bottom) / 2
            yield note(text, name="others", y=level, yanchor="middle", font=font, **position)
    if any(section.others_unseen for section in sections):
        font = {"size": TICK, "color": LIGHT["ink3"]}
        yield note(NOT_SEEN, name="column", yref="paper", y=1, yanchor="bottom", yshift=1, font=font, **position)
