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


def volume_alarm(alarm: Alarm) -> go.Figure:
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
    rules = [fired.rule for fired in alarm.fired]
    grid = Grid(len(rules), _COLUMNS, _HEIGHT)
    return responsive(lambda view: _draw(alarm, rules, grid, view))


def _draw(alarm: Alarm, rules: list[str], grid: Grid, view: View) -> Drawing:
    figure = blank(grid.total(view), margin=grid.margin)
    for panel, rule in enumerate(rules):
        traces = [_bars(alarm, rule), _limit(alarm, rule)]
        labels = [*heading(grid, panel, view, *_TITLES[rule]), *(() if panel else _zero_label(alarm, panel))]
        shapes = _moments(alarm, panel)
        add_panel(figure, (grid, panel, view), _time_axis(alarm), _LEVELS[rule], traces, labels, shapes)
    return figure


def _time_axis(alarm: Alarm) -> dict:
    days = _width(_starts(alarm)) >= timedelta(days=1)
    return {
        "type": "date",
        "nticks": 5,
        "tickformat": "%-d %b" if days else "%-d %b, %H:%M",
        "tickangle": 0,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": LIGHT["rule2"],
    }


def _starts(alarm: Alarm) -> list[datetime]:
    """The start of each bin on the local clock, without an offset: the axis knows none."""
    zone = ZoneInfo(alarm.zone)
    return [
        start.astimezone(zone).replace(tzinfo=None) if isinstance(start, datetime) else datetime.combine(start, time())
        for start in alarm.bins["time"]
    ]


def _width(starts: list[datetime]) -> timedelta:
    return (starts[-1] - starts[0]) / (len(starts) - 1)


def _bars(alarm: Alarm, rule: str) -> dict:
    rows, starts = alarm.bins.to_dicts(), _starts(alarm)
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


def _limit(alarm: Alarm, rule: str) -> dict:
    name = "limit" if rule == "volume" else "share_before"
    return scatter_trace(
        x=[start.isoformat() for start in _starts(alarm)],
        y=alarm.bins[name].to_list(),
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


def _local(instant: datetime, alarm: Alarm) -> str:
    """An instant on the local clock, as the axis wants it."""
    return instant.astimezone(ZoneInfo(alarm.zone)).replace(tzinfo=None).isoformat()


def _moments(alarm: Alarm, panel: int) -> Iterator[dict]:
    """Clock zero as a line, and the stretch in which the organisation answered as a pale band."""
    x_axis, y_axis = axes(panel)
    across = {"xref": x_axis, "yref": f"{y_axis} domain", "y0": 0, "y1": 1}
    zero = _local(alarm.zero.earliest, alarm)
    yield across | {"type": "line", "x0": zero, "x1": zero, "line": {"color": LIGHT["ink"], "width": 1.6}}
    if alarm.answered is not None and alarm.answered.seen:
        first = alarm.zero.latest + timedelta(seconds=alarm.answered.lower)
        last = max(first, alarm.zero.earliest + timedelta(seconds=alarm.answered.upper))
        fill = {"fillcolor": LIGHT["say"], "opacity": 0.25, "line": {"width": 0}, "layer": "below"}
        yield across | {"type": "rect", "x0": _local(first, alarm), "x1": _local(last, alarm)} | fill


def _zero_label(alarm: Alarm, panel: int) -> list[dict]:
    x_axis, y_axis = axes(panel)
    at = {"xref": x_axis, "yref": f"{y_axis} domain", "x": _local(alarm.zero.earliest, alarm), "y": 1}
    text = f"clock zero, {moment(alarm.zero.earliest, alarm.zone)}"
    return [note(text, name="major", xshift=-4, xanchor="right", yanchor="top", **at)]
