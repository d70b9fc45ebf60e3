"""What people posted: the negative share bin by bin, with what the organisation posted itself and the fitted recovery."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
import polars as pl

from aftermath.archives.posts import KINDS
from aftermath.archives.series import FEW
from aftermath.figures.panels import Grid, add_panel, axes, heading, ticks
from aftermath.figures.theme import LIGHT, TICK, Drawing, View, blank, hover, note, responsive, scatter_trace
from aftermath.measures.archive_sentiment import ArchiveSentiment
from aftermath.wording import day_text, interval, moment, number

_HEIGHT = 210
_COLUMNS = {"wide": 2, "medium": 2, "narrow": 1}
_TICK_ROOM = 52  # px for the label of a day
_MARGIN = timedelta(hours=14)
_LARGE, _SMALL = 9.0, 4.0  # px: markers of the most posts, and of the fewest
_TITLES = {"original": "Originals", "reply": "Replies", "repost": "Reposts", "quote": "Quotes"}


def posts_over_time(told: ArchiveSentiment) -> go.Figure:
    """Draw the share of negative posts over time, all posts in the first panel and each kind in its own.

    A dot is a day (or hour) inside its interval, larger where more posts were scored, hollow where there are too few for
    an interval, red where the alarm fired. Upright lines are what the organisation posted itself; the dashed curve is the segmented regression.

    Parameters
    ----------
    told
        From ``aftermath.archive_sentiment``.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths. ``customdata`` of the marks holds event ids.
    """
    panels = _panels(told)
    grid = Grid(len(panels), _COLUMNS, _HEIGHT)
    return responsive(lambda view: _draw(told, panels, grid, view))


def _panels(told: ArchiveSentiment) -> dict[str, pl.DataFrame]:
    """Title to rows; kinds that never had enough posts for an interval are left out."""
    rows = told.table.filter(pl.col("n") > 0)
    kinds = {_TITLES[kind]: rows.filter(pl.col("kind") == kind) for kind in KINDS}
    return {"All posts": told.days} | {title: part for title, part in kinds.items() if (part["n"] >= FEW).sum() > 1}


def _draw(told: ArchiveSentiment, panels: dict[str, pl.DataFrame], grid: Grid, view: View) -> Drawing:
    figure = blank(grid.total(view), margin=grid.margin)
    for place, (title, rows) in enumerate(panels.items()):
        labels = [*heading(grid, place, view, title, "negative, %, 95 % interval"), *_labels(told, place)]
        times, shares = _time_axis(told, grid.width(view)), _share_axis(panels)
        add_panel(figure, (grid, place, view), times, shares, _traces(told, rows, place, _top(panels)), labels)
    return figure


def _traces(told: ArchiveSentiment, rows: pl.DataFrame, place: int, top: float) -> Iterator[dict]:
    yield _marks(told, top)
    if place == 0 and told.recovery.change is not None:
        yield _fit(told)
    yield _shares(told, rows)


def _local(when: date | datetime, told: ArchiveSentiment) -> str:
    """A bin or an instant on the local clock, as the axis wants it."""
    if isinstance(when, datetime):
        return when.astimezone(ZoneInfo(told.zone)).replace(tzinfo=None).isoformat()
    return datetime.combine(when, time(12)).isoformat()  # a day stands at its noon


def _time_axis(told: ArchiveSentiment, pixels: float) -> dict:
    """Days at their noon; as many carry their date as have room."""
    first, last = (datetime.fromisoformat(_local(told.days["time"][place], told)) for place in (0, -1))
    days = pl.date_range(first.date(), last.date(), eager=True)
    shown = [days[place] for place in ticks(days, pixels, _TICK_ROOM)]
    return {
        "type": "date",
        "range": [(first - _MARGIN).isoformat(), (last + _MARGIN).isoformat()],
        "tickvals": [_local(day, told) for day in shown],
        "ticktext": [f"{day.day} {day:%b}" for day in shown],
        "tickangle": 0,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": LIGHT["rule2"],
    }


def _top(panels: dict[str, pl.DataFrame]) -> float:
    """The upper end of all panels, in percent."""
    ends = [
        rows.select(pl.max_horizontal("share_negative", "share_negative_upper")).max().item()
        for rows in panels.values()
    ]
    return min(100.0, 100 * max(ends)) + 4


def _share_axis(panels: dict[str, pl.DataFrame]) -> dict:
    return {"range": [-4, _top(panels)], "tickvals": [0, 25, 50, 75, 100], "showgrid": True}


def _shares(told: ArchiveSentiment, rows: pl.DataFrame) -> dict:
    records, most = rows.to_dicts(), rows["n"].max()
    ends = [_ends(row) for row in records]
    return scatter_trace(
        x=[_local(row["time"], told) for row in records],
        y=[100 * row["share_negative"] for row in records],
        error_y={
            "array": [upper for _, upper in ends],
            "arrayminus": [lower for lower, _ in ends],
            "color": LIGHT["me"],
            "thickness": 1.4,
            "width": 0,
        },
        mode="lines+markers",
        line={"color": LIGHT["rule2"], "width": 1},
        marker={
            "size": [round(_SMALL + (_LARGE - _SMALL) * (row["n"] / most) ** 0.5, 2) for row in records],
            "color": [_colour(row, told) for row in records],
            "line": {"color": LIGHT["me"], "width": 1.4},
            "opacity": 1,
        },
        name="negative share",
        hovertext=[_hover(row, told) for row in records],
        hoverinfo="text",
    )


def _colour(row: dict, told: ArchiveSentiment) -> str:
    if row["n"] < FEW:
        return LIGHT["paper"]
    return LIGHT["den"] if _fired(row, told) else LIGHT["me"]


def _fired(row: dict, told: ArchiveSentiment) -> bool:
    """Whether the alarm fired in a bin; it judges all posts together."""
    return told.turning is not None and "kind" not in row and told.turning.time == row["time"]


def _ends(row: dict) -> tuple[float, float]:
    """How far the interval reaches below and above the share, in points; 0 where there is none."""
    if row["share_negative_lower"] is None:
        return 0.0, 0.0
    share = row["share_negative"]
    return 100 * (share - row["share_negative_lower"]), 100 * (row["share_negative_upper"] - share)


def _hover(row: dict, told: ArchiveSentiment) -> str:
    start = row["time"]
    title = moment(start, told.zone) if isinstance(start, datetime) else day_text(start)
    few = "too few for an interval"
    ends = (row["share_negative_lower"], row["share_negative_upper"])
    spread = few if ends[0] is None else interval(*(100 * end for end in ends))
    fired = "the alarm would have fired" if _fired(row, told) else ""
    lines = [
        f"{number(100 * row['share_negative'])} % negative {spread}",
        f"{number(100 * row['share_positive'])} % positive",
    ]
    return hover(title, [*lines, f"n = {number(row['n'])}, authors: {number(row['authors'] or 0)}", fired])


def _fit(told: ArchiveSentiment) -> dict:
    """The course that may bend, broken at the event."""
    fitted = told.recovery.change.fitted["fitted"].to_list()
    places = [_local(start, told) for start in told.days["time"]]
    broken = told.recovery.change.n_before
    return scatter_trace(
        x=[*places[:broken], None, *places[broken:]],
        y=[None if share is None else 100 * share for share in (*fitted[:broken], None, *fitted[broken:])],
        mode="lines",
        line={"color": LIGHT["ink2"], "width": 1.4, "dash": "3px,2px"},
        name="level change, course may bend",
        hoverinfo="skip",
    )


def _marks(told: ArchiveSentiment, top: float) -> dict:
    """Clock zero and what the organisation posted itself, as upright lines."""
    spans = {None: told.zero} | told.official
    middles = [_local(span.earliest + (span.latest - span.earliest) / 2, told) for span in spans.values()]
    names = ["clock zero", *told.official]
    return scatter_trace(
        x=middles,
        y=[top - 2] * len(middles),
        mode="markers",
        marker={
            "symbol": "triangle-down",
            "size": 8,
            "color": [LIGHT["ink"], *[LIGHT["say"]] * len(told.official)],
            "line": {"width": 0},
        },
        error_y={
            "array": [0] * len(middles),
            "arrayminus": [top + 2] * len(middles),
            "color": LIGHT["rule2"],
            "thickness": 1,
            "width": 0,
        },
        name="posts of the organisation",
        customdata=list(spans),
        hovertext=[
            hover(name, [moment(span.earliest, told.zone)]) for name, span in zip(names, spans.values(), strict=True)
        ],
        hoverinfo="text",
        meta={"role": "mark"},
    )


def _labels(told: ArchiveSentiment, place: int) -> list[dict]:
    """The names of the upright lines, in the first panel: ids of posts of the same day side by side."""
    if place:
        return []
    days: dict[date, list[str]] = {}
    for event_id, span in told.official.items():
        days.setdefault(span.earliest.astimezone(ZoneInfo(told.zone)).date(), []).append(event_id)
    x_axis, y_axis = axes(place)
    at = {"xref": x_axis, "yref": f"{y_axis} domain", "name": "major"}
    own = at | {"xanchor": "left", "yanchor": "bottom", "y": 0.02, "font": {"size": TICK, "color": LIGHT["say"]}}
    zero = at | {"xanchor": "right", "yanchor": "top", "y": 0.97, "font": {"size": TICK}}
    return [
        note("clock zero", x=_local(told.zero.earliest, told), xshift=-8, **zero),
        *(
            note(" ".join(ids), x=_local(told.official[ids[-1]].latest, told), xshift=4, yshift=12 * line, **own)
            for line, ids in enumerate(days.values())
        ),
    ]
