"""A contradiction: what each of its rows says of the next event, and what is missing in the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import plotly.graph_objects as go

from aftermath.figures.bars import Bar, outlines, painted, sensitive
from aftermath.figures.panels import round_steps
from aftermath.figures.rows import headline, segments
from aftermath.figures.theme import (
    LIGHT,
    THINNEST,
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
    wrapped,
)
from aftermath.measures.contradiction import ContradictoryTimes, Statement
from aftermath.statistics.result import NothingToMeasure
from aftermath.times import DAY, HOUR, MINUTE
from aftermath.wording import MINUS, duration, exact_duration

_NAME, _BAR, _STATEMENT = 20, 18, 24  # px: the lines of an event and of what leads to the next
_PITCH = _NAME + _BAR + _STATEMENT
_TALL, _SIDE = 9, 8  # px
_TICK_ROOM = 90  # px


def contradictory_statements(contradiction: ContradictoryTimes) -> go.Figure:
    """Draw statements that cannot all be true, followed one after the other from top to bottom.

    Each event has its clock time as a bar and an upright mark: **the latest moment that the statements above it allow**, counted
    from the latest moment of the first event. Red: from there to the earliest moment at which the last event can have been.

    Parameters
    ----------
    contradiction
        From ``am.contradiction``.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths. ``customdata`` holds the event ids, of a statement those of both its ends.

    Raises
    ------
    NothingToMeasure
        If nothing contradicts.
    """
    if not contradiction.stops:
        raise NothingToMeasure(f"{contradiction.case_id}: nothing contradicts, so there is nothing to draw.")
    return responsive(lambda view: _draw(contradiction, view))


def _draw(shown: ContradictoryTimes, view: View) -> Drawing:
    pixels = view.least - 2 * _SIDE
    marks = [stop.at_latest for stop in shown.stops]
    marks.append(marks[-1] + shown.seconds)
    room = 0.15 * (max(marks) - min(marks))
    low, high = min(marks) - room, max(marks) + room
    title = f"Upright: the latest that the rows above allow, from the latest moment of {shown.stops[0].event_id} by its clock time"
    lines = wrapped(title, int(pixels / (0.6 * TICK)))
    height = _PITCH * len(shown.stops)
    margin = {"l": _SIDE, "r": _SIDE, "t": 26 + 16 * (1 + lines.count("<br>")), "b": 4}
    position = {"xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": 1, "yanchor": "bottom", "yshift": 22}
    figure = blank(
        height + margin["t"] + margin["b"],
        margin=margin,
        xaxis=_axis(low, high, pixels),
        yaxis={"range": [height, 0], "visible": False},
        annotations=[
            note(lines, name="title", align="left", font={"size": TICK, "color": LIGHT["ink3"]}, **position),
            *_words(shown, pixels),
            _lack(shown, (low + high) / 2),
        ],
    )
    return figure.add(_traces(shown, THINNEST * (high - low) / pixels))


def _axis(low: float, high: float, pixels: float) -> dict:
    """Durations from the latest moment of the first event, in round numbers of a unit that fits."""
    unit = next((unit for unit in (DAY, HOUR, MINUTE) if high - low > 2 * unit), 1.0)
    steps = round_steps(low / unit, high / unit, max(2, int(pixels // _TICK_ROOM)))
    ticks = [step * unit for step in steps if (step * unit).is_integer()]
    labels = [f"{MINUS if tick < 0 else '+' if tick else ''}{exact_duration(abs(tick))}" for tick in ticks]
    look = {"side": "top", "tickangle": 0, "showgrid": True, "automargin": False}
    return {"range": [low, high], "tickmode": "array", "tickvals": ticks, "ticktext": labels, **look}


def _middle(row: int) -> float:
    return _PITCH * row + _NAME + _BAR / 2


def _words(shown: ContradictoryTimes, pixels: float) -> Iterator[dict]:
    """Over each bar its event, and under it what leads on to the next one."""
    for row, stop in enumerate(shown.stops):
        yield headline(stop.event_id, stop.label, _middle(row) - (_BAR + _NAME) / 2, pixels)
    look = {"xref": "paper", "x": 0, "xanchor": "left", "yanchor": "middle", "bgcolor": LIGHT["paper"]}
    for row, statement in enumerate(shown.between):
        difference = statement.difference
        words = shortened(f"↓ {statement.says} · {difference.where} · {difference.certainty}", pixels, TICK)
        middle = _middle(row) + (_BAR + _STATEMENT) / 2 - 4
        yield note(safe(words), name="statement", y=middle, font={"size": TICK}, **look)


def _lack(shown: ContradictoryTimes, centre: float) -> dict:
    """What is missing in the end, on the side where there is room."""
    last, below = shown.stops[-1], _middle(len(shown.stops) - 1) + _TALL
    side = ("left", last.at_latest) if last.at_latest < centre else ("right", last.at_latest + shown.seconds)
    position = {"xanchor": side[0], "x": side[1], "y": below, "yanchor": "top"}
    closing = shown.statements[-1]
    up_to = "" if closing.between else f" to {closing.difference.where}"
    return note(
        f"<b>{exact_duration(shown.seconds)} missing{up_to}</b>", name="gap", font={"color": LIGHT["den"]}, **position
    )


def _traces(shown: ContradictoryTimes, least: float) -> list[dict]:
    bars, texts = [], []
    for row, stop in enumerate(shown.stops):
        long = stop.latest - stop.earliest
        lack = max(0.0, least - long) / 2
        bars.append(Bar(stop.earliest - lack, stop.latest + lack, _middle(row), _TALL, stop.certainty))
        known = f"{stop.event_id} · known within {duration(long)} by its clock time · {stop.certainty}"
        texts.append(hover(stop.label, [known]))
    last, middle = shown.stops[-1].at_latest, _middle(len(shown.stops) - 1)
    gap = Bar(last, last + max(shown.seconds, least), middle, _TALL + 4)
    marks = [(stop.at_latest, _middle(row)) for row, stop in enumerate(shown.stops)]
    uprights = [[(at, middle - _TALL), (at, middle + _TALL)] for at, middle in marks]
    return [
        segments(pairwise(marks), LIGHT["ink3"], 1, "statements", opacity=0.6, zorder=-1, meta={"role": "related"}),
        painted(bars, LIGHT["oth"], "clock times", meta={"role": "paint"}),
        *outlines(bars),
        painted([gap], LIGHT["den"], "missing", 0.8, meta={"role": "gap"}),
        segments(uprights, LIGHT["ink"], 2, "at the latest", meta={"role": "latest"}),
        sensitive(bars, texts, [stop.event_id for stop in shown.stops]),
        _dots(shown.between, list(pairwise(marks))),
    ]


def _dots(statements: Sequence[Statement], lines: list[tuple[tuple[float, float], tuple[float, float]]]) -> dict:
    middles = [tuple((start + end) / 2 for start, end in zip(*line, strict=True)) for line in lines]
    rows = [statement.difference for statement in statements]
    return scatter_trace(
        x=[x for x, _ in middles],
        y=[y for _, y in middles],
        mode="markers",
        marker={"color": LIGHT["ink3"], "size": 5},
        name="rows",
        meta={"role": "link"},
        hovertext=[
            hover(statement.says, [f"{row.where} · {row.certainty}", statement.reason])
            for statement, row in zip(statements, rows, strict=True)
        ],
        hoverinfo="text",
        customdata=[[row.start, row.end] for row in rows],
    )
