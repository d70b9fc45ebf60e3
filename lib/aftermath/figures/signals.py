"""Signals as small multiples: every value as published, and no line from one definition to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import plotly.graph_objects as go

from aftermath.figures.panels import Grid, add_panel, axes, brief, heading, round_steps
from aftermath.figures.theme import LIGHT, TICK, Drawing, View, blank, hover, note, responsive, safe, scatter_trace
from aftermath.measures.signals import Signals, SignalSeries
from aftermath.statistics.result import NothingToMeasure
from aftermath.statistics.segmented import Segmented
from aftermath.wording import day_text, number

_HEIGHT = 108
_COLUMNS = {"wide": 3, "medium": 2, "narrow": 1}
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star", "pentagon")
_LINE_FROM = 3  # values of one definition that are joined
_EMPTY_MONTHS = 0.06  # of the axis, at either end


@dataclass(frozen=True)
class _Panel:
    """All definitions of one signal."""

    name: str
    series: tuple[SignalSeries, ...]

    @property
    def days(self) -> list[date]:
        return [day for series in self.series for day in series.points["day"]]


def signal_levels(signals: Signals, only: Sequence[str] | None = None) -> go.Figure:
    """Draw signals as levels, one panel each.

    A mark is a value as it was published; marks of another shape have another unit or scope. Only values of **one**
    definition are joined, and only where there are three of them. Where a change was estimated, the dark line is the
    fitted course. The dashed line is clock zero.

    Parameters
    ----------
    signals
        From ``aftermath.signals``.
    only
        Names of the signals to draw; those with at least two values, on two days, if not given.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths. ``customdata`` holds the number of each value in the list of signals, e.g. ``n7``.

    Raises
    ------
    ValueError
        If there is no such signal.
    NothingToMeasure
        If none was published on two days.
    """
    panels = _panels(signals, only)
    if not panels:
        raise NothingToMeasure("no signal was published on two days; the table of the signals holds the single values")
    grid = Grid(len(panels), _COLUMNS, _HEIGHT, left=52, between=66)
    return responsive(lambda view: _draw(panels, signals.zero, grid, view))


def _panels(signals: Signals, only: Sequence[str] | None) -> list[_Panel]:
    names = dict.fromkeys(series.signal for series in signals.series)
    unknown = [name for name in only or () if name not in names]
    if unknown:
        raise ValueError(f"there is no signal {unknown[0]!r}; there are {', '.join(names)}")
    drawn = [_Panel(name, tuple(series for series in signals.series if series.signal == name)) for name in names]
    if only is not None:
        return [panel for panel in drawn if panel.name in only]
    return [panel for panel in drawn if len(set(panel.days)) > 1]


def _draw(panels: list[_Panel], zero: date | None, grid: Grid, view: View) -> Drawing:
    figure = blank(grid.total(view), margin=grid.margin)
    for index, panel in enumerate(panels):
        units = list(dict.fromkeys(series.unit for series in panel.series))
        unit = units[0] if len(units) == 1 else f"{len(panel.series)} definitions"
        title = heading(grid, index, view, panel.name.replace("_", " "), unit)
        first, last = _reach(panel)
        lines = [_zero_line(zero, *axes(index))] if zero is not None and first <= zero <= last else []
        labels = [*title, *_ends(panel, index)]
        add_panel(figure, (grid, index, view), _days_axis(panel), _levels_axis(panel), _traces(panel), labels, lines)
    return figure


def _days_axis(panel: _Panel) -> dict:
    first, last = _reach(panel)
    days = (last - first).days
    return {
        "type": "date",
        "range": [first.isoformat(), last.isoformat()],
        "nticks": 4,
        "tickangle": 0,
        "tickformat": "%Y" if days > 730 else "%b %Y" if days > 90 else "%-d %b",
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": LIGHT["rule2"],
    }


def _levels_axis(panel: _Panel) -> dict:
    values = [value for series in panel.series for value in series.points["value"]]
    lower, upper = min(values), max(values)
    slack = (upper - lower) or abs(upper) or 1.0
    limits = lower - 0.15 * slack, upper + 0.3 * slack
    steps = round_steps(*limits)
    return {"range": list(limits), "tickvals": steps, "ticktext": [brief(step) for step in steps], "showgrid": True}


def _zero_line(zero: date, x_axis: str, y_axis: str) -> dict:
    day = zero.isoformat()
    line = {"color": LIGHT["ink"], "width": 1, "dash": "2px,2px"}
    return {"type": "line", "x0": day, "x1": day, "y0": 0, "y1": 1, "line": line, "layer": "below"} | {
        "xref": x_axis,
        "yref": f"{y_axis} domain",
    }


def _reach(panel: _Panel) -> tuple[date, date]:
    first, last = min(panel.days), max(panel.days)
    empty = timedelta(days=max(1, round((last - first).days * 2 * _EMPTY_MONTHS)))
    return first - empty, last + empty


def _ends(panel: _Panel, index: int) -> list[dict]:
    """The first and the last value as labels; those between are read from the pointer and the table."""
    x_axis, y_axis = axes(index)
    points = sorted(
        (row for series in panel.series for row in series.points.iter_rows(named=True)),
        key=lambda row: (row["day"], row["row"]),
    )
    labels = []
    for row, anchor in ((points[0], "left"), (points[-1], "right")):
        value = row["value"]
        text = brief(value) if abs(value) >= 1e8 else number(value, 0 if value == round(value) else 2)
        at = {"xref": x_axis, "yref": y_axis, "x": row["day"].isoformat(), "y": value, "xanchor": anchor}
        font = {"size": TICK, "color": LIGHT["ink"]}
        labels.append(note(safe(text), name="major", yanchor="bottom", yshift=6, font=font, **at))
    return labels


def _traces(panel: _Panel) -> list[dict]:
    traces = []
    for index, series in enumerate(panel.series):
        traces.append(_marks(series, _SYMBOLS[index % len(_SYMBOLS)]))
        if series.change is not None:
            traces.append(_fitted(series, series.change))
    return traces


def _marks(series: SignalSeries, symbol: str) -> dict:
    rows = series.points.to_dicts()
    exact = [number(row["value"], 0 if row["value"] == round(row["value"]) else 2) for row in rows]
    return scatter_trace(
        x=[row["day"].isoformat() for row in rows],
        y=[row["value"] for row in rows],
        mode="lines+markers" if series.n >= _LINE_FROM else "markers",
        line={"color": LIGHT["rule2"], "width": 1},
        marker={"color": LIGHT["oth"], "size": 7, "symbol": symbol},
        name=safe(series.definition),
        hovertext=[
            hover(f"{value} {series.unit}", [day_text(row["day"]), series.scope, f"source: {row['source_id']}"])
            for row, value in zip(rows, exact, strict=True)
        ],
        hoverinfo="text",
        customdata=[f"n{row['number']}" for row in rows],
        meta={"role": "mark"},
    )


def _fitted(series: SignalSeries, change: Segmented) -> dict:
    """The fitted course, broken before the month of clock zero."""
    x = [day.isoformat() for day in series.points["day"]]
    y = change.fitted["fitted"].to_list()
    broken = change.n_before
    return scatter_trace(
        x=[*x[:broken], None, *x[broken:]],
        y=[*y[:broken], None, *y[broken:]],
        mode="lines",
        line={"color": LIGHT["me"], "width": 2},
        name="fitted",
        hoverinfo="skip",
    )
