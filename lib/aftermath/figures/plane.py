"""Speed against openness: every case as a box, as large as what is not known about it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from aftermath.figures.bars import Bar, outline, painted, sensitive
from aftermath.figures.spreading import spread
from aftermath.figures.theme import (
    LIGHT,
    TICK,
    Drawing,
    View,
    blank,
    hover,
    note,
    responsive,
    safe,
    scatter_trace,
    shortened,
    text_width,
)
from aftermath.figures.time_axis import TimeAxis
from aftermath.statistics.result import NothingToMeasure
from aftermath.times import MINUTE, Latency
from aftermath.wording import interval, latency_text, listed, number

if TYPE_CHECKING:
    from aftermath.comparison.scoreboard import Comparison

_HEIGHTS = {"wide": 480, "medium": 460, "narrow": 440}
_MARGIN = {"l": 34, "r": 10, "t": 28, "b": 46}
_FLATTEST = 3  # px: the height of a box whose bounds meet
_LINE, _GAP = 14, 5  # px: the height of a label, and its distance from its box
_LONGEST = {"wide": 200, "medium": 160, "narrow": 100}
_FARTHEST = {"wide": 9, "medium": 9, "narrow": 6}  # lines that a label may move up or down
_STRONG, _PALE = 0.5, 0.025


@dataclass(frozen=True)
class Point:
    """One case in the plane.

    Parameters
    ----------
    name
        As shown; cut where it is too long.
    case_id
        Names the page that a click leads to.
    latency
        Of the first public response.
    value, lower, upper
        The transparency index with its bounds, 0 to 100; NaN where no item could be scored.
    own_clock
        Whether the organisation or a regulator set the clock.
    """

    name: str
    case_id: str
    latency: Latency
    value: float
    lower: float
    upper: float
    own_clock: bool = False

    @property
    def hover(self) -> str:
        """What the pointer shows, made safe."""
        index = f"transparency index {number(self.value)} {interval(self.lower, self.upper)} of 100"
        flag = "own clock: the organisation or a regulator set it" if self.own_clock else ""
        return hover(self.name, [f"first response {latency_text(self.latency)}", index, flag])


@dataclass(frozen=True)
class _Label:
    """A label with its box in px from the top left corner of the drawing.

    It stands ``aside`` px from the position ``x`` on the time axis, ``shift`` px below its index.
    """

    point: Point
    text: str
    left: float
    right: float
    middle: float
    x: float
    aside: float
    shift: float

    def meets(self, other: _Label) -> bool:
        apart = self.right + 4 <= other.left or other.right + 4 <= self.left
        return not apart and abs(self.middle - other.middle) < _LINE


def points(comparison: Comparison) -> list[Point]:
    """The cases of a comparison that have both a first response and a coded rubric."""
    return [
        Point(
            name=entry.name,
            case_id=entry.case_id,
            latency=entry.speed["response"].latency,
            value=entry.transparency.transparency.value,
            lower=entry.transparency.transparency.lower,
            upper=entry.transparency.transparency.upper,
            own_clock=entry.own_clock,
        )
        for entry in comparison.entries
        if entry.speed and entry.transparency
    ]


def speed_and_transparency(points: Sequence[Point]) -> go.Figure:
    """Draw every case as a box: as wide as its first response is uncertain, as tall as the bounds of its index.

    The index is a line in its box. Small boxes are dark and wide ones pale, so that ink follows what is
    known. Dashed: the organisation or a regulator set the clock.

    Parameters
    ----------
    points
        One a case. Cases without an index cannot be drawn and are named below the axis; of more than ``spreading.MOST`` others so many are
        drawn, evenly from the order given.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths. ``customdata`` holds the addresses of the case pages.

    Raises
    ------
    NothingToMeasure
        If no case has an index.
    """
    drawn = sorted(spread([point for point in points if not math.isnan(point.value)]), key=_by_width)
    missing = sorted(point.name for point in points if math.isnan(point.value))
    if not drawn:
        raise NothingToMeasure("No case has both a time and a coded rubric, so there is nothing to set side by side.")
    ends = [point.latency.upper if point.latency.seen else point.latency.lower for point in drawn]
    axis = TimeAxis.reaching(MINUTE, max(ends))
    return responsive(lambda view: _draw(drawn, missing, axis, view))


def _by_width(point: Point) -> tuple[float, str]:
    """Widest first, so that small boxes lie on top and answer to the pointer."""
    return -(math.log1p(point.latency.upper) - math.log1p(point.latency.lower)), point.case_id


def _draw(points: list[Point], missing: list[str], axis: TimeAxis, view: View) -> Drawing:
    pixels = view.least - _MARGIN["l"] - _MARGIN["r"]
    height = _HEIGHTS[view.name]
    figure = blank(
        height + _MARGIN["t"] + _MARGIN["b"],
        margin=_MARGIN,
        xaxis=axis.layout(pixels),
        yaxis={"range": [0, 100], "tickvals": [0, 25, 50, 75, 100], "showgrid": True},
        annotations=[*_titles(missing), *_labels(points, axis, view, pixels, height)],
    )
    return figure.add(_traces(points, axis, pixels, height))


def _traces(points: list[Point], axis: TimeAxis, pixels: float, height: float) -> list[dict]:
    boxes = [_box(point, axis, pixels, height) for point in points]
    pairs = list(zip(points, boxes, strict=True))
    # dark where little is unknown, pale where much is
    strengths = [_PALE + (_STRONG - _PALE) * (1 - (box.end - box.start) / axis.length) ** 4 for box in boxes]
    fill = painted(boxes, LIGHT["me"], "cases")
    return [
        fill | {"marker": fill["marker"] | {"opacity": strengths}},
        *(_edges(pairs, own_clock) for own_clock in (False, True)),
        *(_indices(pairs, own_clock) for own_clock in (False, True)),
        _caps(pairs, height),
        sensitive(boxes, [point.hover for point in points], [f"cases/{point.case_id}.html" for point in points]),
    ]


def _box(point: Point, axis: TimeAxis, pixels: float, height: float) -> Bar:
    start, end = axis.bar(point.latency.lower, point.latency.upper, pixels)
    tall = max(point.upper - point.lower, _FLATTEST * 100 / height)
    return Bar(start, end, (point.lower + point.upper) / 2, tall)


def _edges(pairs: list[tuple[Point, Bar]], own_clock: bool) -> dict:
    boxes = [box for point, box in pairs if point.own_clock is own_clock]
    dash, name = ("3px,3px", "own clock") if own_clock else ("solid", "cases")
    return outline(boxes, LIGHT["me"], dash, name, opacity=0.75 if own_clock else 0.4)


def _indices(pairs: list[tuple[Point, Bar]], own_clock: bool) -> dict:
    own = [(point, box) for point, box in pairs if point.own_clock is own_clock]
    return scatter_trace(
        x=[x for _, box in own for x in (box.start, box.end, None)],
        y=[y for point, _ in own for y in (point.value, point.value, None)],
        mode="lines",
        line={"color": LIGHT["me"], "width": 1.5, "dash": "4px,3px" if own_clock else "solid"},
        name="index, own clock" if own_clock else "index",
        meta={"role": "index"},
        hoverinfo="skip",
    )


def _caps(pairs: list[tuple[Point, Bar]], height: float) -> dict:
    """A short upright stroke where the latest possible response meets the index."""
    half = 4 * 100 / height
    pairs = [(point, box) for point, box in pairs if point.latency.seen]
    return scatter_trace(
        x=[x for _, box in pairs for x in (box.end, box.end, None)],
        y=[y for point, _ in pairs for y in (point.value - half, point.value + half, None)],
        mode="lines",
        line={"color": LIGHT["me"], "width": 3},
        name="latest",
        meta={"role": "cap"},
        hoverinfo="skip",
    )


def _titles(missing: list[str]) -> Iterator[dict]:
    font = {"size": TICK, "color": LIGHT["ink3"]}
    corner = {"xref": "paper", "yref": "paper", "x": 0, "xanchor": "left", "font": font}
    shift = {"xshift": -_MARGIN["l"]}
    yield note("↑ Transparency index, 0 to 100", name="title", y=1, yanchor="bottom", yshift=10, **corner, **shift)
    yield note("First public response after clock zero (log) →", name="title", y=0, yanchor="top", yshift=-24, **corner)
    if missing:
        words = f"No index, not drawn: {safe(listed(missing))}"
        yield note(words, name="title", y=0, yanchor="bottom", yshift=4, xshift=4, **corner)


def _labels(points: list[Point], axis: TimeAxis, view: View, pixels: float, height: float) -> Iterator[dict]:
    placed: list[_Label] = []
    for point in sorted(points, key=lambda point: (-point.value, point.case_id)):
        choices = _choices(point, axis, view, pixels, height)
        free = (choice for choice in choices if not any(choice.meets(other) for other in placed))
        placed.extend(itertools.islice(free, 1))  # where there is no room at all the name is in the hover text
    for label in placed:
        yield _annotation(label)


def _choices(point: Point, axis: TimeAxis, view: View, pixels: float, height: float) -> Iterator[_Label]:
    """Places for a label, best first: level with its index, then ever further up and down; right before left."""
    name = point.name if point.latency.seen else f"{point.name}: not seen"
    text = shortened(name, _LONGEST[view.name], bold=True)
    width, scale, low = text_width(text, bold=True), axis.scale(pixels), axis.limits[0]
    box, level = _box(point, axis, pixels, height), height * (1 - point.value / 100)
    right, left = (box.end - low) * scale + _GAP, (box.start - low) * scale - _GAP
    lines = range(-_FARTHEST[view.name], _FARTHEST[view.name] + 1)
    for line in sorted(lines, key=lambda line: (abs(line), line)):
        shift = _LINE * line
        middle = level + shift
        if _LINE / 2 <= middle <= height - _LINE / 2:
            if right + width <= pixels:
                yield _Label(point, text, right, right + width, middle, box.end, _GAP, shift)
            elif left >= width:
                yield _Label(point, text, left - width, left, middle, box.start, -_GAP, shift)
            elif shift:  # no room beside the box: above or below its end, as far right as there is room
                aside = pixels - width / 2 - (right - _GAP)
                yield _Label(point, text, pixels - width, pixels, middle, box.end, aside, shift)


def _annotation(label: _Label) -> dict:
    """The label, with a thin line to its index where it had to move."""
    anchors: dict[float, str] = {_GAP: "left", -_GAP: "right"}
    anchor = anchors.get(label.aside, "center")
    look = {"font": {"color": LIGHT["ink"]}, "bgcolor": LIGHT["paper"], "yanchor": "middle", "xanchor": anchor}
    text = note(f"<b>{safe(label.text)}</b>", name="major", x=label.x, y=label.point.value, **look)
    if not label.shift:
        return text | {"xshift": label.aside}
    line = {"arrowhead": 0, "arrowwidth": 1, "arrowcolor": LIGHT["oth"]}
    aside = label.aside if anchor == "center" else 3 * label.aside
    return text | {"showarrow": True, "ax": aside, "ay": label.shift, **line}
