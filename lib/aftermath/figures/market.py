"""What the market made of it: abnormal returns day by day, and their sum from the day studied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import plotly.graph_objects as go
import polars as pl

from aftermath.figures.panels import Grid, add_panel, axes, heading, round_steps, ticks
from aftermath.figures.theme import (
    LIGHT,
    TICK,
    Drawing,
    View,
    bar_trace,
    blank,
    hover,
    note,
    responsive,
    safe,
    scatter_trace,
    shortened,
)
from aftermath.measures.market import MarketReaction, Reading
from aftermath.statistics.event_study import EventStudy
from aftermath.wording import day_text, interval, number

_HEIGHT = 190
_COLUMNS = {"wide": 2, "medium": 1, "narrow": 1}
_TICK_ROOM = 52  # px for the label of a day
_ENDS = {"abnormal": ("lower", "upper"), "cumulative": ("cumulative_lower", "cumulative_upper")}  # of the intervals
_HEADROOM = {"abnormal": 0.22, "cumulative": 0.04}  # of the axis, above the highest interval


@dataclass(frozen=True)
class _Study:
    """A study with the key days that are read from it."""

    study: EventStudy
    readings: tuple[Reading, ...]

    @property
    def keys(self) -> dict[int, Reading]:
        return {reading.day: reading for reading in self.readings}


def market_reaction(reaction: MarketReaction) -> go.Figure:
    """Draw every event study of a case: abnormal returns in one panel, their running sum in the next.

    A bar is a day's abnormal return in percent, **inside the interval** that ordinary days would give it; key days
    of the case are coloured and named. The sum begins on the day studied.

    Parameters
    ----------
    reaction
        From ``aftermath.market_reaction``.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths. ``customdata`` holds the event of a key day.
    """
    return _figure(
        [
            _Study(study, tuple(reading for reading in reaction.readings if reading.study is study))
            for study in reaction.studies
        ]
    )


def abnormal_returns(study: EventStudy) -> go.Figure:
    """Draw one event study; see ``market_reaction``.

    Parameters
    ----------
    study
        From ``aftermath.event_study``.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths.
    """
    return _figure([_Study(study, ())])


@dataclass(frozen=True)
class _Panel:
    """One drawing: its place in the grid, and what is on its axes."""

    number: int
    shown: _Study
    column: str
    title: str
    limits: tuple[float, float]

    @cached_property
    def traces(self) -> list[dict]:
        return _daily(self.shown) if self.column == "abnormal" else _summed(self.shown)


def _figure(studies: Sequence[_Study]) -> go.Figure:
    grid = Grid(2 * len(studies), _COLUMNS, _HEIGHT, right=22)  # half the date of the last day stands there
    limits = {column: _limits(studies, column) for column in _HEADROOM}
    panels = [
        _Panel(2 * number + offset, shown, column, title, limits[column])
        for number, shown in enumerate(studies)
        for offset, (column, title) in enumerate(_titles(shown.study).items())
    ]
    return responsive(lambda view: _draw(panels, grid, view))


def _titles(study: EventStudy) -> dict[str, str]:
    start = study.days["date"][study.convention.cumulate_from - study.convention.window[0]]
    return {
        "abnormal": f"Abnormal return around {day_text(study.event_day)}",
        "cumulative": f"Summed from {day_text(start)}",
    }


def _limits(studies: Sequence[_Study], column: str) -> tuple[float, float]:
    """Of the axis in percent, the same for all studies, with room on top for the names of key days."""
    first, last = _ENDS[column]
    tables = [shown.study.table for shown in studies]
    lower = 100 * min(end for table in tables for end in table[first].drop_nulls())
    upper = 100 * max(end for table in tables for end in table[last].drop_nulls())
    return lower - 0.04 * (upper - lower), upper + _HEADROOM[column] * (upper - lower)


def _draw(panels: Sequence[_Panel], grid: Grid, view: View) -> Drawing:
    figure = blank(grid.total(view), margin=grid.margin)
    for panel in panels:
        level = f"%, {panel.shown.study.convention.level:.0%} interval"
        labels = [*heading(grid, panel.number, view, panel.title, level), *_key_labels(panel, grid, view)]
        days, percent = _days_axis(panel, grid, view), _percent_axis(panel)
        add_panel(figure, (grid, panel.number, view), days, percent, panel.traces, labels)
    return figure


def _days_axis(panel: _Panel, grid: Grid, view: View) -> dict:
    """Trading days in order; the day studied and as many after it as have room carry their date."""
    days = panel.shown.study.days.filter(pl.col("day") >= 0)
    shown = days[ticks(days["day"], grid.width(view) * days.height / panel.shown.study.days.height, _TICK_ROOM)]
    first, last = panel.shown.study.convention.window
    return {
        "range": [first - 0.7, last + 0.7],
        "tickvals": shown["day"].to_list(),
        "ticktext": [f"{day.day} {day:%b}" for day in shown["date"]],
        "tickangle": 0,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": LIGHT["rule2"],
    }


def _percent_axis(panel: _Panel) -> dict:
    steps = round_steps(*panel.limits)
    return {
        "range": list(panel.limits),
        "tickvals": steps,
        "ticktext": [number(step, 0 if steps[-1] - steps[0] >= 2 else 1) for step in steps],
        "showgrid": True,
        "zeroline": True,
        "zerolinecolor": LIGHT["rule2"],
    }


def _key_labels(panel: _Panel, grid: Grid, view: View) -> list[dict]:
    """The names of the key days over their bars, a line each."""
    if panel.column != "abnormal":
        return []
    x_axis, y_axis = axes(panel.number)
    first, last = panel.shown.study.convention.window
    labels = []
    for line, (day, reading) in enumerate(panel.shown.keys.items()):
        room = grid.width(view) * (last + 0.7 - day) / (last - first + 1.4)
        text = shortened(reading.key.labels[0], room, TICK)
        position = {"xref": x_axis, "yref": f"{y_axis} domain", "x": day, "y": 1, "xanchor": "left", "yanchor": "top"}
        font = {"size": TICK, "color": LIGHT["me"]}
        labels.append(note(safe(text), name="major", yshift=-14 * line, xshift=-3, font=font, **position))
    return labels


def _daily(shown: _Study) -> list[dict]:
    rows = shown.study.table.to_dicts()
    colours = [LIGHT["me"] if row["day"] in shown.keys else LIGHT["oth"] for row in rows]
    readings = [shown.keys.get(row["day"]) for row in rows]
    return [
        _band(rows, "abnormal", 0.8),
        bar_trace(
            x=[row["day"] for row in rows],
            y=[100 * row["abnormal"] for row in rows],
            width=0.44,
            marker={"color": colours, "line": {"width": 0}},
            name="abnormal return",
            hovertext=[_hover(row, "abnormal", shown) for row in rows],
            hoverinfo="text",
            customdata=[reading.key.event_ids[0] if reading else None for reading in readings],
            meta={"role": "mark"},
        ),
    ]


def _summed(shown: _Study) -> list[dict]:
    rows = [row for row in shown.study.table.to_dicts() if row["cumulative"] is not None]
    return [
        _band(rows, "cumulative", 1),
        scatter_trace(
            x=[row["day"] for row in rows],
            y=[100 * row["cumulative"] for row in rows],
            mode="lines+markers",
            line={"color": LIGHT["me"], "width": 2},
            marker={"color": LIGHT["me"], "size": 5},
            name="cumulative abnormal return",
            hovertext=[_hover(row, "cumulative", shown) for row in rows],
            hoverinfo="text",
        ),
    ]


def _band(rows: list[dict], name: str, width: float) -> dict:
    lower, upper = _ENDS[name]
    return bar_trace(
        x=[row["day"] for row in rows],
        base=[100 * row[lower] for row in rows],
        y=[100 * (row[upper] - row[lower]) for row in rows],
        width=width,
        marker={"color": LIGHT["me"], "opacity": 0.15, "line": {"width": 0}},
        name="interval",
        meta={"role": "band"},
        hoverinfo="skip",
    )


def _hover(row: dict, name: str, shown: _Study) -> str:
    value, lower, upper = (100 * row[key] for key in (name, *_ENDS[name]))
    what = "abnormal return" if name == "abnormal" else "abnormal returns so far"
    reading = shown.keys.get(row["day"])
    return hover(
        f"{day_text(row['date'])}, day {row['day']:+d}" if row["day"] else f"{day_text(row['date'])}, the day studied",
        [
            f"{what} {number(value, 2, sign=True)} % {interval(lower, upper, 2, sign=True)}",
            f"returned {number(100 * row['return'], 2, sign=True)} %, expected {number(100 * row['expected'], 2, sign=True)} %",
            "; ".join(reading.key.labels) if reading else "",
        ],
    )
