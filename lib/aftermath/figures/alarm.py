"""The alarm: volume against its limit, the negative share against the days before, and when either fired."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import plotly.graph_objects as go

from aftermath.figures.panels import Grid, add_panel, axes, heading
from aftermath.figures.theme import LIGHT, Drawing, View, bar_trace, blank, hover, note, responsive, scatter_trace
from aftermath.measures.alarm import Alarm
from aftermath.wording import moment, number

_HEIGHT = 190
_COLUMNS = {"wide": 1, "medium": 1, "narrow": 1}
_TITLES = {
    "volume": ("Volume", "posts a bin; line: the limit of EARS C1"),
    "turning": ("Negative share", "line: the bins before, pooled"),
}
_LEVELS = {
    "volume": {"showgrid": True, "nticks": 4, "rangemode": "tozero", "tickformat": ",d"},
    "turning": {"showgrid": True, "nticks": 4, "rangemode": "tozero", "tickformat": ".0%"},
}


def volume_alarm(found: Alarm) -> go.Figure:
    """Draw when a monitor would have fired.

    Grey bars are bins as usual, dark ones those that fired before clock zero (false alarms), blue ones those that
    fired from then on; the line is the limit. A second panel shows the negative share where it was counted.

    Parameters
    ----------
    found
        From ``aftermath.alarm``.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths.
    """
    rules = [each.rule for each in found.fired]
    grid = Grid(len(rules), _COLUMNS, _HEIGHT)
    return responsive(lambda view: _draw(found, rules, grid, view))


def _draw(found: Alarm, rules: list[str], grid: Grid, view: View) -> Drawing:
    figure = blank(grid.total(view), margin=grid.margin)
    for place, rule in enumerate(rules):
        traces = [_bars(found, rule), _limit(found, rule)]
        labels = [*heading(grid, place, view, *_TITLES[rule]), *(() if place else _zero_label(found, place))]
        shapes = _moments(found, place)
        add_panel(figure, (grid, place, view), _time_axis(found), _LEVELS[rule], traces, labels, shapes)
    return figure


def _time_axis(found: Alarm) -> dict:
    days = _width(_starts(found)) >= timedelta(days=1)
    return {
        "type": "date",
        "nticks": 5,
        "tickformat": "%-d %b" if days else "%-d %b, %H:%M",
        "tickangle": 0,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": LIGHT["rule2"],
    }


def _starts(found: Alarm) -> list[datetime]:
    """The start of each bin on the local clock, without an offset: the axis knows none."""
    zone = ZoneInfo(found.zone)
    return [
        each.astimezone(zone).replace(tzinfo=None) if isinstance(each, datetime) else datetime.combine(each, time())
        for each in found.bins["time"]
    ]


def _width(starts: list[datetime]) -> timedelta:
    return (starts[-1] - starts[0]) / (len(starts) - 1)


def _bars(found: Alarm, rule: str) -> dict:
    rows, starts = found.bins.to_dicts(), _starts(found)
    value = "value" if rule == "volume" else "share"
    return bar_trace(
        x=[start.isoformat() for start in starts],
        y=[row[value] for row in rows],
        offset=0,
        width=_width(starts).total_seconds() * 900,  # milliseconds, less a tenth between two bars
        marker={"color": [_colour(row, rule) for row in rows], "line": {"width": 0}},
        name=rule,
        hovertext=[_hover(row, start, rule) for row, start in zip(rows, starts, strict=True)],
        hoverinfo="text",
    )


def _colour(row: dict, rule: str) -> str:
    if not row[rule]:
        return LIGHT["oth"]
    return LIGHT["rem"] if row["quiet"] else LIGHT["me"]


def _limit(found: Alarm, rule: str) -> dict:
    name = "limit" if rule == "volume" else "share_before"
    return scatter_trace(
        x=[start.isoformat() for start in _starts(found)],
        y=found.bins[name].to_list(),
        mode="lines",
        line={"color": LIGHT["ink2"], "width": 1.4, "shape": "hv", "dash": "3px,2px"},
        name=name.replace("_", " "),
        hoverinfo="skip",
    )


def _hover(row: dict, start: datetime, rule: str) -> str:
    heading = f"{start.day} {start:%b %Y}" + (f", {start:%H:%M}" if start.time() != time() else "")
    outcome = ("false alarm" if row["quiet"] else "alarm") if row[rule] else ""
    if rule == "volume":
        judged = (
            "no baseline yet"
            if row["limit"] is None
            else f"baseline mean {number(row['mean'], 1)}, limit {number(row['limit'], 1)}"
        )
        return hover(heading, [f"{number(row['value'])} posts", judged, outcome])
    if row["share"] is None:
        return hover(heading, ["nothing to compare"])
    bound = f"difference at least {number(100 * row['difference_lower'], 0, sign=True)} points"
    shares = f"{number(100 * row['share'])} % negative, before {number(100 * row['share_before'])} %"
    return hover(heading, [shares, bound, outcome])


def _local(instant: datetime, found: Alarm) -> str:
    """An instant on the local clock, as the axis wants it."""
    return instant.astimezone(ZoneInfo(found.zone)).replace(tzinfo=None).isoformat()


def _moments(found: Alarm, place: int) -> Iterator[dict]:
    """Clock zero as a line, and the stretch in which the organisation answered as a pale band."""
    x_axis, y_axis = axes(place)
    across = {"xref": x_axis, "yref": f"{y_axis} domain", "y0": 0, "y1": 1}
    zero = _local(found.zero.earliest, found)
    yield across | {"type": "line", "x0": zero, "x1": zero, "line": {"color": LIGHT["ink"], "width": 1.6}}
    if found.answered is not None and found.answered.seen:
        first = found.zero.latest + timedelta(seconds=found.answered.lower)
        last = max(first, found.zero.earliest + timedelta(seconds=found.answered.upper))
        fill = {"fillcolor": LIGHT["say"], "opacity": 0.25, "line": {"width": 0}, "layer": "below"}
        yield across | {"type": "rect", "x0": _local(first, found), "x1": _local(last, found)} | fill


def _zero_label(found: Alarm, place: int) -> list[dict]:
    x_axis, y_axis = axes(place)
    at = {"xref": x_axis, "yref": f"{y_axis} domain", "x": _local(found.zero.earliest, found), "y": 1}
    text = f"clock zero, {moment(found.zero.earliest, found.zone)}"
    return [note(text, name="major", xshift=-4, xanchor="right", yanchor="top", **at)]
