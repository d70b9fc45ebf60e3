"""Topics: how large each is and of which cases its texts are, and its share from phase to phase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
import polars as pl

from aftermath.figures.panels import Grid, add_panel, heading, round_steps
from aftermath.figures.theme import (
    LIGHT,
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
from aftermath.statistics.result import NothingToMeasure
from aftermath.topic_modelling.topic_result import Topic, Topics
from aftermath.topic_modelling.topic_shares import FEW, Share
from aftermath.wording import DASH, counted, number

_ROW, _BAR, _BELOW = 52, 14, 11  # px: a topic with its name above its bar, the bar, and from its middle to its interval
_LEFT, _RIGHT = 12, 24
_COLUMNS = {"wide": 3, "medium": 2, "narrow": 1}
_WIDTH = 0.56  # of a phase
_SHORT = {"before clock zero": "before", "first week": "week 1"}


def topic_sizes(topics: Topics, names: Mapping[str, str] | None = None) -> go.Figure:
    """Draw how many texts each topic has, and of which cases they are.

    A row is a topic, named by its terms. Its bar is cut into cases, the one with most texts first and darkest. The line
    below is the interval of the topic's share. Without a model the bars are frequent words.

    Parameters
    ----------
    topics
        From ``aftermath.topics``.
    names
        Case to the name that is shown; the id where not given.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths.

    Raises
    ------
    NothingToMeasure
        If there is neither a topic nor a word that stands in two texts.
    """
    if not topics.topics and topics.words.is_empty():
        raise NothingToMeasure(topics.text)
    return responsive(lambda view: _sizes(topics, names or {}, view) if topics.topics else _words(topics, view))


def topics_by_phase(topics: Topics) -> go.Figure:
    """Draw the share of each topic before clock zero and in the phases after it.

    A box is the 95 % interval, the line in it the share among the texts of the phase. A phase **under eight texts** has
    no interval, and its share is hollow.

    Parameters
    ----------
    topics
        From ``aftermath.topics``.

    Returns
    -------
    plotly.graph_objects.Figure
        One panel a topic, with layouts for three widths.

    Raises
    ------
    NothingToMeasure
        If there is no topic, or no text has a clock.
    """
    if topics.phases.is_empty():
        raise NothingToMeasure("There are no topics in phases to draw: too few texts, or no crisis on record.")
    grid = Grid(len(topics.topics), _COLUMNS, 130, left=44, between=84, bottom=44)
    most = max(max(row["upper"] or 0, row["share"]) for row in topics.phases.iter_rows(named=True))
    return responsive(lambda view: _phases(topics, grid, 100 * most, view))


# Sizes


def _sizes(topics: Topics, names: Mapping[str, str], view: View) -> Drawing:
    n = topics.n
    most = 100 * max(topic.share.upper or topic.share.value for topic in topics.topics)
    figure = _rows_figure(len(topics.topics), most)
    labels = [
        _label(
            row,
            f"{topic.number}  {', '.join(topic.terms)}",
            f"{number(100 * topic.share.value)} %, {counted(topic.share.count, 'text')}",
            view,
        )
        for row, topic in enumerate(topics.topics)
    ]
    return figure.add(
        [_segments(topics.topics, n, names), _intervals([topic.share for topic in topics.topics])], labels
    )


def _words(topics: Topics, view: View) -> Drawing:
    rows = topics.words.rows(named=True)
    figure = _rows_figure(len(rows), 100 * rows[0]["share"])
    labels = [
        _label(row_number, row["term"], counted(row["texts"], "text"), view) for row_number, row in enumerate(rows)
    ]
    bars = {"y": _middles(len(rows)), "x": [100 * row["share"] for row in rows], "base": [0.0] * len(rows)}
    texts = [hover(row["term"], [f"in {number(row['texts'])} of {counted(topics.n, 'text')}"]) for row in rows]
    return figure.add([_bar(bars, [LIGHT["me"]] * len(rows), [0.55] * len(rows), texts, "words")], labels)


def _rows_figure(rows: int, most: float) -> Drawing:
    steps = [0.0, *(step for step in round_steps(0, most, 5) if step > 0)]
    return blank(
        rows * _ROW + 40,
        margin={"l": _LEFT, "r": _RIGHT, "t": 6, "b": 34},
        xaxis={
            "range": [0, most * 1.04],
            "tickvals": steps,
            "ticktext": [f"{number(step)} %" for step in steps],
            "showgrid": True,
        },
        yaxis={"range": [rows * _ROW, 0], "visible": False},
    )


def _middles(rows: int) -> list[float]:
    return [row * _ROW + 34 for row in range(rows)]


def _label(row: int, name: str, numbers: str, view: View) -> dict:
    room = view.least - _LEFT - _RIGHT
    text = shortened(f"{name}  {numbers}", room, bold=True) if view.narrow else f"{name}  {numbers}"
    kept = text.removeprefix(name)
    bold = name if kept != text else text
    rest = kept if kept != text else ""
    position = {"x": 0, "y": row * _ROW + 16, "xanchor": "left", "yanchor": "middle", "name": "major"}
    return note(f"<b>{safe(bold)}</b>{safe(rest)}", font={"color": LIGHT["ink"]}, **position)


def _segments(topics: Sequence[Topic], n: int, names: Mapping[str, str]) -> dict:
    """One piece of a bar for each topic and case."""
    y, x, base, strengths, texts = [], [], [], [], []
    for middle, topic in zip(_middles(len(topics)), topics, strict=True):
        before = 0
        for case_id, count in topic.cases:
            y.append(middle)
            base.append(100 * before / n)
            x.append(100 * count / n)
            strengths.append(0.85 if not before else 0.4)
            share = f"{number(count)} of the {counted(topic.n, 'text')} of topic {topic.number} ({number(100 * count / topic.n)} %)"
            texts.append(hover(names.get(case_id, case_id), [share, topic.name]))
            before += count
    return _bar({"y": y, "x": x, "base": base}, [LIGHT["me"]] * len(y), strengths, texts, "cases")


def _bar(
    places: dict[str, list[float]], colours: list[str], strengths: list[float], texts: list[str], name: str
) -> dict:
    return bar_trace(
        **places,
        orientation="h",
        width=_BAR,
        marker={"color": colours, "opacity": strengths, "line": {"color": LIGHT["paper"], "width": 1}},
        name=name,
        hovertext=texts,
        hoverinfo="text",
    )


def _intervals(shares: Sequence[Share]) -> dict:
    drawn = [
        (middle, *share.ends)
        for middle, share in zip(_middles(len(shares)), shares, strict=True)
        if share.lower is not None
    ]
    return scatter_trace(
        x=[x for _, lower, upper in drawn for x in (100 * lower, 100 * upper, None)],
        y=[y for middle, _, _ in drawn for y in (middle + _BELOW, middle + _BELOW, None)],
        mode="lines",
        line={"color": LIGHT["ink"], "width": 2},
        name="interval",
        hoverinfo="skip",
    )


# Phases


@dataclass(frozen=True)
class _Box:
    """A topic in a phase; ``phase_number`` counts the phases from the left."""

    phase_number: int
    phase: str
    share: Share

    @property
    def text(self) -> str:
        return hover(self.phase, [self.share.text])


def _phases(topics: Topics, grid: Grid, most: float, view: View) -> Drawing:
    figure = blank(grid.total(view), margin=grid.margin)
    labels = topics.phases["phase"].unique(maintain_order=True).to_list()
    steps = [0.0, *(step for step in round_steps(0, most, 3) if step > 0)]
    ticks = [f"{number(step)} %" for step in steps]
    shares = {"range": [0, most * 1.05], "tickvals": steps, "ticktext": ticks, "showgrid": True}
    for panel, topic in enumerate(topics.topics):
        boxes, title = _boxes(topics, topic, labels), heading(grid, panel, view, f"{topic.number}  {topic.name}")
        add_panel(figure, (grid, panel, view), _phase_axis(boxes), shares, _box_traces(boxes), title)
    return figure


def _boxes(topics: Topics, topic: Topic, labels: Sequence[str]) -> list[_Box]:
    rows = topics.phases.filter(pl.col("topic") == topic.number).iter_rows(named=True)
    return [
        _Box(labels.index(row["phase"]), row["phase"], Share(row["n"], row["of"], row["lower"], row["upper"]))
        for row in rows
    ]


def _phase_axis(boxes: Sequence[_Box]) -> dict:
    words = [
        f"{safe(_SHORT.get(box.phase, box.phase).replace(' to ', DASH))}<br>n = {number(box.share.n)}" for box in boxes
    ]
    return {
        "range": [-0.6, len(boxes) - 0.4],
        "tickvals": [box.phase_number for box in boxes],
        "ticktext": words,
        "tickangle": 0,
    }


def _box_traces(boxes: Sequence[_Box]) -> list[dict]:
    known = [box for box in boxes if box.share.lower is not None]
    few = [box for box in boxes if box.share.lower is None]
    ends = [box.share.ends for box in known]
    return [
        bar_trace(
            x=[box.phase_number for box in known],
            base=[100 * lower for lower, _ in ends],
            y=[100 * (upper - lower) for lower, upper in ends],
            width=_WIDTH,
            marker={"color": LIGHT["me"], "opacity": 0.3, "line": {"width": 0}},
            name="interval",
            hovertext=[box.text for box in known],
            hoverinfo="text",
        ),
        scatter_trace(
            x=[x for box in known for x in (box.phase_number - _WIDTH / 2, box.phase_number + _WIDTH / 2, None)],
            y=[y for box in known for y in (100 * box.share.value, 100 * box.share.value, None)],
            mode="lines",
            line={"color": LIGHT["me"], "width": 3},
            name="share",
            hoverinfo="skip",
        ),
        scatter_trace(
            x=[box.phase_number for box in few],
            y=[100 * box.share.value for box in few],
            mode="markers",
            marker={"size": 9, "color": LIGHT["paper"], "line": {"color": LIGHT["me"], "width": 1.6}},
            cliponaxis=False,
            name=f"under {FEW} texts",
            hovertext=[box.text for box in few],
            hoverinfo="text",
        ),
    ]
