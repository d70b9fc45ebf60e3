"""A series beside its controls: the parallel-trend check to look at, or what the controls let expect."""

from __future__ import annotations

from collections.abc import Iterator

import plotly.graph_objects as go

from aftermath.figures.panels import Grid, add_panel, brief, heading, round_steps
from aftermath.figures.rows import segments
from aftermath.figures.theme import LIGHT, Drawing, View, blank, hover, responsive, safe, scatter_trace
from aftermath.statistics.difference_in_differences import DifferenceInDifferences
from aftermath.statistics.regression_on_controls import RegressionOnControls
from aftermath.statistics.units import Unit
from aftermath.wording import number

_HEIGHT = 260
_GRID = Grid(1, {"wide": 1, "medium": 1, "narrow": 1}, _HEIGHT, right=16)
_DASHES = ("solid", "8px,3px", "3px,3px", "9px,3px,2px,3px")


def beside_controls(found: DifferenceInDifferences | RegressionOnControls) -> go.Figure:
    """Draw treated units and controls over time, or a series with what its controls let expect.

    The treated are red, controls grey, each with a dash of its own; the upright line is the event. **Before it, lines should run in
    parallel**. Of a regression, dots are the series and the line what is expected, after the event within its interval.

    Parameters
    ----------
    found
        From ``aftermath.recovery`` with controls.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths.
    """
    if isinstance(found, RegressionOnControls):
        traces, title = list(_expected(found)), "What the controls let expect"
        words = f"{found.units.unit}s from the event; {found.level:.0%} interval"
    else:
        traces, title, words = list(_units(found)), "Beside its controls", f"{found.units.unit}s from the event"
    return responsive(lambda view: _draw(traces, title, words, view))


def _draw(traces: list[dict], title: str, words: str, view: View) -> Drawing:
    y = [value for trace in traces for value in trace["y"] if value is not None]
    x = [value for trace in traces for value in trace["x"] if value is not None]
    margin = 0.06 * (max(y) - min(y))
    limits = (min(y) - margin, max(y) + margin)
    steps, days = round_steps(limits[0], limits[1], 5), round_steps(min(x), max(x), 4 if view.narrow else 8)
    figure = blank(_GRID.total(view), margin=_GRID.margin, showlegend=False)
    across = {
        "range": [min(x), max(x)],
        "tickvals": days,
        "ticktext": [number(day, sign=True) if day else "event" for day in days],
    }
    up = {"range": list(limits), "tickvals": steps, "ticktext": [brief(step) for step in steps], "showgrid": True}
    event = segments([[(0, limits[0]), (0, limits[1])]], LIGHT["ink3"], 1, "event", dash="3px,2px")
    add_panel(figure, (_GRID, 0, view), across, up, [event, *traces], heading(_GRID, 0, view, title, words))
    return figure


def _units(found: DifferenceInDifferences) -> Iterator[dict]:
    for group, colour in ((found.units.controls, LIGHT["oth"]), (found.units.treated, LIGHT["me"])):
        for place, unit in enumerate(group):
            yield _line(unit, colour, _DASHES[place % len(_DASHES)])


def _line(unit: Unit, colour: str, dash: str) -> dict:
    return scatter_trace(
        x=unit.time.tolist(),
        y=unit.value.tolist(),
        mode="lines+markers",
        line={"color": colour, "width": 1.6, "dash": dash},
        marker={"color": colour, "size": 4},
        name=safe(unit.name),
        hovertext=[
            hover(unit.name, [f"{number(day, 1)}: {value:.4g}"])
            for day, value in zip(unit.time, unit.value, strict=True)
        ],
        hoverinfo="text",
    )


def _expected(found: RegressionOnControls) -> Iterator[dict]:
    course = found.course
    time, after = course["time"].to_list(), course.drop_nulls()
    band = [*after["time"], *after["time"].reverse()], [*after["upper"], *after["lower"].reverse()]
    fill = {"fill": "toself", "fillcolor": LIGHT["me"], "opacity": 0.15, "line": {"width": 0}}
    yield scatter_trace(
        x=band[0], y=band[1], mode="lines", name="interval", hoverinfo="skip", meta={"role": "band"}, **fill
    )
    line = {"color": LIGHT["oth"], "width": 1.8}
    yield scatter_trace(
        x=time, y=course["expected"].to_list(), mode="lines", line=line, name="expected", hoverinfo="skip"
    )
    yield scatter_trace(
        x=time,
        y=course["value"].to_list(),
        mode="markers",
        marker={"color": LIGHT["me"], "size": 4},
        name=safe(found.units.treated[0].name),
        hovertext=[
            hover(f"{number(day, 1)}", [f"{value:.4g}, expected {expected:.4g}"])
            for day, value, expected in course.select("time", "value", "expected").iter_rows()
        ],
        hoverinfo="text",
    )
