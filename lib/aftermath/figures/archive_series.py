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
from aftermath.statistics.level_change import LevelChange
from aftermath.wording import day_text, interval, moment, number

_HEIGHT = 210
_COLUMNS = {"wide": 2, "medium": 2, "narrow": 1}
_TICK_ROOM = 52  # px for the label of a day
_MARGIN = timedelta(hours=14)
_LARGE, _SMALL = 9.0, 4.0  # px: markers of the most posts, and of the fewest
_TITLES = {"original": "Originals", "reply": "Replies", "repost": "Reposts", "quote": "Quotes"}


def posts_over_time(sentiment: ArchiveSentiment) -> go.Figure:
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
    panels = _panels(sentiment)
    grid = Grid(len(panels), _COLUMNS, _HEIGHT)
    return responsive(lambda view: _draw(sentiment, panels, grid, view))


def _panels(sentiment: ArchiveSentiment) -> dict[str, pl.DataFrame]:
    """Title to rows; kinds that never had enough posts for an interval are left out."""
    rows = sentiment.table.filter(pl.col("n") > 0)
    kinds = {_TITLES[kind]: rows.filter(pl.col("kind") == kind) for kind in KINDS}
    return {"All posts": sentiment.days} | {
        title: part for title, part in kinds.items() if (part["n"] >= FEW).sum() > 1
    }


def _draw(sentiment: ArchiveSentiment, panels: dict[str, pl.DataFrame], grid: Grid, view: View) -> Drawing:
    figure = blank(grid.total(view), margin=grid.margin)
    for panel, (title, rows) in enumerate(panels.items()):
        labels = [*heading(grid, panel, view, title, "negative, %, 95 % interval"), *_labels(sentiment, panel)]
        times, top = _time_axis(sentiment, grid.width(view)), _top(panels)
        shares = {"range": [-4, top], "tickvals": [0, 25, 50, 75, 100], "showgrid": True}
        add_panel(figure, (grid, panel, view), times, shares, _traces(sentiment, rows, panel, top), labels)
    return figure


def _traces(sentiment: ArchiveSentiment, rows: pl.DataFrame, panel: int, top: float) -> Iterator[dict]:
    yield _marks(sentiment, top)
    if panel == 0 and sentiment.recovery.change is not None:
        yield _fit(sentiment, sentiment.recovery.change)
    yield _shares(sentiment, rows)


def _local(when: date | datetime, sentiment: ArchiveSentiment) -> str:
    """A bin or an instant on the local clock, as the axis wants it."""
    if isinstance(when, datetime):
        return when.astimezone(ZoneInfo(sentiment.zone)).replace(tzinfo=None).isoformat()
    return datetime.combine(when, time(12)).isoformat()  # a day stands at its noon


def _time_axis(sentiment: ArchiveSentiment, pixels: float) -> dict:
    """Days at their noon; as many carry their date as have room."""
    first, last = (datetime.fromisoformat(_local(sentiment.days["time"][row], sentiment)) for row in (0, -1))
    days = pl.date_range(first.date(), last.date(), eager=True)
    shown = [days[number] for number in ticks(days, pixels, _TICK_ROOM)]
    return {
        "type": "date",
        "range": [(first - _MARGIN).isoformat(), (last + _MARGIN).isoformat()],
        "tickvals": [_local(day, sentiment) for day in shown],
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


def _shares(sentiment: ArchiveSentiment, rows: pl.DataFrame) -> dict:
    records, most = rows.to_dicts(), rows["n"].max()
    ends = [_ends(row) for row in records]
    return scatter_trace(
        x=[_local(row["time"], sentiment) for row in records],
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
            "color": [_colour(row, sentiment) for row in records],
            "line": {"color": LIGHT["me"], "width": 1.4},
            "opacity": 1,
        },
        name="negative share",
        hovertext=[_hover(row, sentiment) for row in records],
        hoverinfo="text",
    )


def _colour(row: dict, sentiment: ArchiveSentiment) -> str:
    if row["n"] < FEW:
        return LIGHT["paper"]
    return LIGHT["den"] if _fired(row, sentiment) else LIGHT["me"]


def _fired(row: dict, sentiment: ArchiveSentiment) -> bool:
    """Whether the alarm fired in a bin; it judges all posts together."""
    return sentiment.turning is not None and "kind" not in row and sentiment.turning.time == row["time"]


def _ends(row: dict) -> tuple[float, float]:
    """How far the interval reaches below and above the share, in points; 0 where there is none."""
    if row["share_negative_lower"] is None:
        return 0.0, 0.0
    share = row["share_negative"]
    return 100 * (share - row["share_negative_lower"]), 100 * (row["share_negative_upper"] - share)


def _hover(row: dict, sentiment: ArchiveSentiment) -> str:
    start = row["time"]
    title = moment(start, sentiment.zone) if isinstance(start, datetime) else day_text(start)
    few = "too few for an interval"
    ends = (row["share_negative_lower"], row["share_negative_upper"])
    spread = few if ends[0] is None else interval(*(100 * end for end in ends))
    fired = "the alarm would have fired" if _fired(row, sentiment) else ""
    lines = [
        f"{number(100 * row['share_negative'])} % negative {spread}",
        f"{number(100 * row['share_positive'])} % positive",
    ]
    return hover(title, [*lines, f"n = {number(row['n'])}, authors: {number(row['authors'] or 0)}", fired])


def _fit(sentiment: ArchiveSentiment, change: LevelChange) -> dict:
    """The course that may bend, broken at the event."""
    fitted = change.fitted["fitted"].to_list()
    places = [_local(start, sentiment) for start in sentiment.days["time"]]
    broken = change.n_before
    return scatter_trace(
        x=[*places[:broken], None, *places[broken:]],
        y=[None if share is None else 100 * share for share in (*fitted[:broken], None, *fitted[broken:])],
        mode="lines",
        line={"color": LIGHT["ink2"], "width": 1.4, "dash": "3px,2px"},
        name="level change, course may bend",
        hoverinfo="skip",
    )


def _marks(sentiment: ArchiveSentiment, top: float) -> dict:
    """Clock zero and what the organisation posted itself, as upright lines."""
    spans = {None: sentiment.zero} | sentiment.official
    middles = [_local(span.earliest + (span.latest - span.earliest) / 2, sentiment) for span in spans.values()]
    names = ["clock zero", *sentiment.official]
    return scatter_trace(
        x=middles,
        y=[top - 2] * len(middles),
        mode="markers",
        marker={
            "symbol": "triangle-down",
            "size": 8,
            "color": [LIGHT["ink"], *[LIGHT["say"]] * len(sentiment.official)],
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
            hover(name, [moment(span.earliest, sentiment.zone)])
            for name, span in zip(names, spans.values(), strict=True)
        ],
        hoverinfo="text",
        meta={"role": "mark"},
    )


def _labels(sentiment: ArchiveSentiment, panel: int) -> list[dict]:
    """The names of the upright lines, in the first panel: ids of posts of the same day side by side."""
    if panel:
        return []
    days: dict[date, list[str]] = {}
    for event_id, span in sentiment.official.items():
        days.setdefault(span.earliest.astimezone(ZoneInfo(sentiment.zone)).date(), []).append(event_id)
    x_axis, y_axis = axes(panel)
    at = {"xref": x_axis, "yref": f"{y_axis} domain", "name": "major"}
    own = at | {"xanchor": "left", "yanchor": "bottom", "y": 0.02, "font": {"size": TICK, "color": LIGHT["say"]}}
    zero = at | {"xanchor": "right", "yanchor": "top", "y": 0.92, "font": {"size": TICK}}
    return [
        note("clock zero", x=_local(sentiment.zero.earliest, sentiment), xshift=-8, **zero),
        *(
            note(
                " ".join(ids),
                x=_local(sentiment.official[ids[-1]].latest, sentiment),
                xshift=4,
                yshift=12 * line,
                **own,
            )
            for line, ids in enumerate(days.values())
        ),
    ]
