"""Tone over time: every coded text as a dot on its day, and the fitted course or the mean of each phase."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import plotly.graph_objects as go
import polars as pl

from aftermath import vocabulary
from aftermath.figures.theme import (
    LIGHT,
    NARROW,
    STANCE_COLOURS,
    WIDE,
    Drawing,
    View,
    bar_trace,
    blank,
    hover,
    note,
    responsive,
    scatter_trace,
)
from aftermath.figures.time_axis import TimeAxis
from aftermath.measures.recovery import CoverageRecovery
from aftermath.measures.stances import STANCE_LEVELS
from aftermath.measures.tone import Phase, Tone
from aftermath.times import DAY, HOUR
from aftermath.wording import counted, interval, number

LEVEL_LABELS = {
    "favourability": ("damaging", "unfavourable", "balanced", "favourable", "praise"),
    "stance_org": ("hostile", "critical", "factual", "sympathetic", "praising"),
    "stance_response": ("condemned", "faulted", "reported", "credited", "a model"),
}

_DOT, _STEP = 8, 9  # px: a dot, and the distance between two of the same day and level
_TIER, _TIERS = 0.13, 2  # rows of dots above and below a level, in levels
_LEFT, _RIGHT, _TOP, _BETWEEN, _HEIGHT = 92, 8, 26, 58, 236  # px
_SHORTEST = 14  # px: the line of a phase that lasts a day
_KNOTS = 100  # of a fitted course along the whole axis: it bends slowly


@dataclass(frozen=True)
class _Dot:
    """A text with its place: along the time axis, and up the levels."""

    x: float
    y: float
    text: dict


@dataclass(frozen=True)
class _Panel:
    """One variable; with its recovery where that was modelled."""

    tone: Tone
    recovery: CoverageRecovery | None
    number: int

    @classmethod
    def of(cls, measured: Tone | CoverageRecovery, number: int) -> _Panel:
        if isinstance(measured, Tone):
            return cls(measured, None, number)
        return cls(measured.tone, measured if measured.modelled else None, number)

    @property
    def axes(self) -> tuple[str, str]:
        suffix = "" if self.number == 0 else str(self.number + 1)
        return f"x{suffix}", f"y{suffix}"


def tone_over_time(*measured: Tone | CoverageRecovery) -> go.Figure:
    """Draw how the coded texts stood, and their course.

    A dot is a text at the **mean of its coders**, with a stem where they differ, at the middle of its day of
    publication; texts of one day and level are spread inside that day. The course is the expected code of a
    ``CoverageRecovery`` inside its band. Where there is no model, a bar is the mean of a phase in its interval; under
    eight texts it is hollow and has none.

    Parameters
    ----------
    told
        From ``aftermath.recovery`` or ``aftermath.tone``; one panel each, in this order, stacked where there is no room
        beside each other.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths. ``customdata`` holds the ids of the texts.

    Raises
    ------
    ValueError
        If nothing is given.
    """
    if not measured:
        raise ValueError("there is nothing to draw; give at least one tone or recovery")
    panels = [_Panel.of(own, number) for number, own in enumerate(measured)]
    days = [_day(text) for panel in panels for text in panel.tone.texts.iter_rows(named=True)]
    axis = TimeAxis.reaching(HOUR, max(end for _, end in days), -min(start for start, _ in days))
    return responsive(lambda view: _draw(panels, axis, view))


def _day(text: dict) -> tuple[float, float]:
    """When a text came out, in seconds since clock zero. **On the day of clock zero itself: not before it.**"""
    if text["day"] >= 0:
        return max(0.0, text["earliest_seconds"]), max(0.0, text["latest_seconds"])
    return text["earliest_seconds"], min(0.0, text["latest_seconds"])


def _draw(panels: list[_Panel], axis: TimeAxis, view: View) -> Drawing:
    columns = len(panels) if view is WIDE else 1
    rows = math.ceil(len(panels) / columns)
    drawing = view.least - _LEFT - _RIGHT
    pixels = (drawing - (columns - 1) * (_LEFT + 12)) / columns
    height = rows * _HEIGHT + (rows - 1) * _BETWEEN
    margin = {"l": _LEFT, "r": _RIGHT, "t": _TOP, "b": 26}
    figure = blank(height + margin["t"] + margin["b"], margin=margin)
    for panel in panels:
        column, row = (panel.number, 0) if columns > 1 else (0, panel.number)
        left = column * (pixels + _LEFT + 12) / drawing
        top = 1 - row * (_HEIGHT + _BETWEEN) / height
        domains = (left, left + pixels / drawing), (max(0.0, top - _HEIGHT / height), top)
        _add_panel(figure, panel, axis, view, pixels, domains)
    return figure


def _add_panel(
    figure: Drawing, panel: _Panel, axis: TimeAxis, view: View, pixels: float, domains: tuple[tuple, tuple]
) -> None:
    across, up = (f"{axis_name[0]}axis{axis_name[1:]}" for axis_name in panel.axes)
    labels = LEVEL_LABELS[panel.tone.variable]
    levels = {"range": [-2.35, 2.35], "tickvals": list(STANCE_LEVELS), "ticktext": list(labels), "showgrid": True}
    days = {"domain": list(domains[0]), "anchor": panel.axes[1], "showgrid": False, "ticks": "outside", "ticklen": 4}
    own = {
        across: axis.layout(pixels, **days, tickcolor=LIGHT["rule2"]),
        up: levels | {"domain": list(domains[1]), "anchor": panel.axes[0], "gridcolor": LIGHT["rule"]},
    }
    course = _course_traces(panel.recovery, axis) if panel.recovery else _phase_traces(panel.tone, axis, pixels)
    names = {"xaxis": panel.axes[0], "yaxis": panel.axes[1]}
    traces = [trace | names for trace in [*course, *_text_traces(panel.tone, axis, pixels)]]
    figure.add(traces, _titles(panel, domains, view), _zero(panel, axis), **own)


def _titles(panel: _Panel, domains: tuple[tuple, tuple], view: View) -> Iterator[dict]:
    position = {"xref": "paper", "yref": "paper", "x": domains[0][0], "y": domains[1][1], "xanchor": "left"}
    text = f"<b>{vocabulary.STANCES[panel.tone.variable]}</b>  n = {counted(panel.tone.texts.height, 'text')}"
    shift = -_LEFT if view is NARROW else 0
    font = {"size": 13, "color": LIGHT["ink"]}
    yield note(text, name="panel", yanchor="bottom", yshift=6, xshift=shift, font=font, **position)


def _zero(panel: _Panel, axis: TimeAxis) -> Iterator[dict]:
    if axis.before:
        position = {"xref": panel.axes[0], "yref": f"{panel.axes[1]} domain", "y0": 0, "y1": 1}
        wash = {"fillcolor": LIGHT["ink"], "opacity": 0.05, "line": {"width": 0}, "layer": "below"}
        yield position | {"type": "rect", "x0": axis.limits[0], "x1": 0} | wash
        yield position | {"type": "line", "x0": 0, "x1": 0, "line": {"color": LIGHT["ink"], "width": 1.6}}


def _course_traces(recovery: CoverageRecovery, axis: TimeAxis) -> list[dict]:
    """The expected code as a line inside its band."""
    # as many days as can be told apart along the axis, the last among them
    placed = recovery.course.with_columns(x=pl.Series([axis.position(day * DAY) for day in recovery.course["day"]]))
    apart = (pl.col("x") * (_KNOTS / axis.length)).floor()
    course = pl.concat([placed[:-1].unique(apart, keep="first", maintain_order=True), placed[-1:]])
    x = course["x"].to_list()
    level = f"{recovery.level:.0%} interval"
    return [
        scatter_trace(
            x=[*x, *reversed(x)],
            y=[*course["upper"], *course["lower"].reverse()],
            fill="toself",
            fillcolor=LIGHT["me"],
            opacity=0.15,
            mode="lines",
            line={"width": 0},
            name=level,
            meta={"role": "band"},
            hoverinfo="skip",
        ),
        scatter_trace(
            x=x,
            y=course["expected"].to_list(),
            mode="lines",
            line={"color": LIGHT["me"], "width": 2.4, "simplify": False},
            name="expected code",
            meta={"role": "course"},
            hovertext=[_course_hover(row, level) for row in course.iter_rows(named=True)],
            hoverinfo="text",
        ),
    ]


def _course_hover(row: dict, level: str) -> str:
    day = number(row["day"], 0 if row["day"] >= 10 else 1)
    spread = interval(row["lower"], row["upper"], 2, sign=True)
    return hover(f"Day {day}", [f"expected code {number(row['expected'], 2, sign=True)} {spread}", level])


def _phase_traces(tone: Tone, axis: TimeAxis, pixels: float) -> list[dict]:
    phases = [(phase, _stretch(phase, tone, axis, pixels)) for phase in tone.phases if phase.n]
    solid = [(phase, ends) for phase, ends in phases if phase.mean.has_interval]
    hollow = [(phase, ends) for phase, ends in phases if not phase.mean.has_interval]
    return [
        _bands(solid),
        _means(solid, LIGHT["me"], 3, "phase mean", hovering=True),
        _means(hollow, LIGHT["me"], 6, "phase mean, under eight texts", hovering=True),
        _means(hollow, LIGHT["paper"], 3, "hollow"),
    ]


def _stretch(phase: Phase, tone: Tone, axis: TimeAxis, pixels: float) -> tuple[float, float]:
    """From the first to the last text of a phase along the axis, long enough to be seen."""
    days = [_day(text) for text in tone.texts.filter(pl.col("doc_id").is_in(phase.doc_ids)).iter_rows(named=True)]
    start, end = axis.position(min(day[0] for day in days)), axis.position(max(day[1] for day in days))
    lack = max(0.0, _SHORTEST / axis.scale(pixels) - (end - start)) / 2
    return start - lack, end + lack


def _bands(phases: list[tuple[Phase, tuple[float, float]]]) -> dict:
    return bar_trace(
        x=[(start + end) / 2 for _, (start, end) in phases],
        width=[end - start for _, (start, end) in phases],
        base=[phase.mean.lower for phase, _ in phases],
        y=[phase.mean.upper - phase.mean.lower for phase, _ in phases],
        marker={"color": LIGHT["me"], "opacity": 0.15, "line": {"width": 0}},
        name="interval",
        meta={"role": "band"},
        hoverinfo="skip",
    )


def _means(
    phases: list[tuple[Phase, tuple[float, float]]], colour: str, width: float, name: str, *, hovering: bool = False
) -> dict:
    texts = [hover(phase.label, [phase.text]) for phase, _ in phases]
    return scatter_trace(
        x=[x for _, ends in phases for x in (*ends, None)],
        y=[y for phase, _ in phases for y in (phase.mean.value, phase.mean.value, None)],
        mode="lines",
        line={"color": colour, "width": width},
        name=name,
        meta={"role": "mean"},
        **(
            {"hovertext": [text for text in texts for _ in range(3)], "hoverinfo": "text"}
            if hovering
            else {"hoverinfo": "skip"}
        ),
    )


def _text_traces(tone: Tone, axis: TimeAxis, pixels: float) -> list[dict]:
    dots = _spread(tone, axis, pixels)
    codes = [[dot.text[coder.id] for coder in tone.coders if dot.text[coder.id] is not None] for dot in dots]
    stems = [(dot.x, min(own), max(own)) for dot, own in zip(dots, codes, strict=True) if len(set(own)) > 1]
    means = [dot.text["mean"] for dot in dots]
    # the colour of a mean: the nearest level, and of two the one nearer to balance
    levels = [int(math.copysign(math.ceil(abs(mean) - 0.5), mean)) for mean in means]
    colours = [STANCE_COLOURS[level - STANCE_LEVELS[0]] for level in levels]
    return [
        scatter_trace(
            x=[x for at, _, _ in stems for x in (at, at, None)],
            y=[y for _, low, high in stems for y in (low, high, None)],
            mode="lines",
            line={"color": LIGHT["ink3"], "width": 1.1},
            name="coders differ",
            meta={"role": "stem"},
            hoverinfo="skip",
        ),
        scatter_trace(
            x=[dot.x for dot in dots],
            y=[dot.y for dot in dots],
            mode="markers",
            marker={"size": _DOT, "color": colours, "line": {"color": LIGHT["paper"], "width": 0.8}},
            customdata=[dot.text["doc_id"] for dot in dots],
            hovertext=[_hover(dot.text, tone) for dot in dots],
            hoverinfo="text",
            name="texts",
            meta={"role": "mark"},
            cliponaxis=False,
        ),
    ]


def _hover(text: dict, tone: Tone) -> str:
    labels = LEVEL_LABELS[tone.variable]
    codes = [
        f"{coder.label}: {number(text[coder.id], sign=True)} {labels[text[coder.id] - STANCE_LEVELS[0]]}"
        for coder in tone.coders
        if text[coder.id] is not None
    ]
    return hover(text["publisher"], [f"{text['doc_id']} · {text['published']}", *codes])


def _spread(tone: Tone, axis: TimeAxis, pixels: float) -> list[_Dot]:
    """Every text at the middle of its day, those of one day and level side by side, then in tiers."""
    groups = defaultdict(list)
    for text in tone.texts.sort("day", "doc_id").iter_rows(named=True):
        groups[_day(text), text["mean"]].append(text)
    return [dot for (day, _), texts in groups.items() for dot in _side_by_side(texts, day, axis, pixels)]


def _side_by_side(texts: list[dict], day: tuple[float, float], axis: TimeAxis, pixels: float) -> Iterator[_Dot]:
    left, middle, right = (axis.position(moment) for moment in (day[0], sum(day) / 2, day[1]))
    step = _STEP / axis.scale(pixels)
    room = 1 + 2 * int(min(middle - left, right - middle) / step)
    tiers = min(math.ceil(len(texts) / room), 2 * _TIERS + 1)
    across = math.ceil(len(texts) / tiers)
    step = min(step, (room - 1) * step / max(1, across - 1)) if across > room else step
    for index, text in enumerate(texts):
        tier, column = divmod(index, across)
        in_tier = min(across, len(texts) - tier * across)
        rise = _TIER * math.ceil(tier / 2) * (1 if tier % 2 else -1)
        yield _Dot(middle + (column - (in_tier - 1) / 2) * step, text["mean"] + rise, text)
