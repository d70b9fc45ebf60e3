"""A specification curve: every result in order above, the choices that gave it below."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass

import plotly.graph_objects as go

from aftermath.comparison.choices import CHOICES, NONE
from aftermath.comparison.multiverse import Multiverse
from aftermath.figures.rows import label, segments
from aftermath.figures.theme import LIGHT, TICK, Drawing, View, blank, hover, note, responsive, safe, scatter_trace
from aftermath.wording import counted, number

_CURVE, _HEAD, _ROW = 190, 22, 16  # px: the curve, the name of a choice, one of its values
_TICK = 7  # drawn 1.4 times as long
_LEFT = {"wide": 190, "medium": 176, "narrow": 122}
_RIGHT, _TOP, _BOTTOM = 44, 26, 10
_STEPS = (1.0, 0.5, 0.0, -0.5, -1.0)
_NARROW = {
    "without series and own clocks": "like clocks only",
    "modelled favourability": "modelled favour.",
    "mean favourability": "mean favour.",
    "reliable transparency": "reliable items",
    "not seen counts as latest": "not seen is latest",
}


@dataclass(frozen=True)
class _Row:
    """A value of a choice, the px to its middle, the places of the specifications that took it, and the median there."""

    choice: str
    value: str
    middle: float
    places: tuple[int, ...]
    median: float | None


def specification_curve(multiverse: Multiverse) -> go.Figure:
    """Draw every specification that could be computed, sorted by tau-b, and its choices below; one that means nothing for a specification has no mark there.

    Parameters
    ----------
    multiverse
        From ``aftermath.multiverse``.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths. At the right, the median tau-b of each value of a choice.

    Raises
    ------
    ValueError
        If none could be computed.
    """
    if not multiverse.computed:
        raise ValueError("no specification could be computed: there are too few cases to draw")
    rows = list(_rows(multiverse))
    traces = _traces(multiverse, rows)  # the same for every width
    return responsive(lambda view: _draw(len(multiverse.computed), rows, traces, view))


def _rows(multiverse: Multiverse) -> Iterator[_Row]:
    top = float(_CURVE)
    for choice, values in CHOICES.items():
        top += _HEAD
        for value in (value for value in values if value != NONE):
            taken = [
                (place, each.tau) for place, each in enumerate(multiverse.computed) if each.choices[choice] == value
            ]
            if taken:
                places, taus = zip(*taken, strict=True)
                yield _Row(choice, value, top + _ROW / 2, places, statistics.median(taus))
                top += _ROW


def _height(tau: float) -> float:
    return (1 - tau) / 2 * (_CURVE - 16) + 8


def _draw(n: int, rows: list[_Row], traces: list[dict], view: View) -> Drawing:
    left = _LEFT[view.name]
    total = rows[-1].middle + _ROW
    figure = blank(
        total + _TOP + _BOTTOM,
        margin={"l": left, "r": _RIGHT, "t": _TOP, "b": _BOTTOM},
        xaxis={"range": [-1 - n / 100, n + n / 100], "visible": False},
        yaxis={
            "range": [total, 0],
            "tickvals": [_height(step) for step in _STEPS],
            "ticktext": [number(step, 1, sign=True) if step else "0" for step in _STEPS],
            "showgrid": True,
        },
        annotations=list(_annotations(rows, view)),
    )
    return figure.add(traces)


def _annotations(rows: list[_Row], view: View) -> Iterator[dict]:
    quiet = {"size": TICK, "color": LIGHT["ink3"]}
    corner = {
        "xref": "paper",
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
        "yshift": 6,
        "font": quiet,
        "name": "title",
    }
    yield note("↑ Kendall’s τ-b of delay and outcome", x=0, xanchor="left", xshift=-30, **corner)
    for place, row in enumerate(rows):
        if not place or rows[place - 1].choice != row.choice:
            yield label(row.choice, row.middle - _ROW / 2 - 8, 999, font={"color": LIGHT["ink"]}, name="major") | {
                "text": f"<b>{safe(row.choice.replace('_', ' '))}</b>"
            }
        words = (_NARROW.get(row.value, row.value) if view.narrow else row.value).replace("_", " ")
        yield label(words, row.middle, _LEFT[view.name] - 12)
        median = {"xref": "paper", "x": 1, "xshift": _RIGHT - 2, "xanchor": "right", "yanchor": "middle", "font": quiet}
        yield note(number(row.median, 2, sign=True), y=row.middle, name="median", **median)
    middle = {"xref": "paper", "x": 1, "xshift": _RIGHT - 2, "xanchor": "right", "yanchor": "middle", "font": quiet}
    yield note("median", y=_CURVE + _HEAD / 2 + 2, name="title", **middle)


def _traces(multiverse: Multiverse, rows: list[_Row]) -> list[dict]:
    taus = [each.tau for each in multiverse.computed]
    n, middle = len(taus), statistics.median(taus)
    return [
        segments([[(-1, _height(0)), (n, _height(0))]], LIGHT["ink3"], 1.5, "zero"),
        segments([[(-1, _height(middle)), (n, _height(middle))]], LIGHT["me"], 1, "median", dash="4px,3px"),
        *(_ticks([row for row in rows if row.choice == choice], choice, place) for place, choice in enumerate(CHOICES)),
        _curve(multiverse),
    ]


def _ticks(rows: list[_Row], choice: str, place: int) -> dict:
    line = {"width": 1, "color": LIGHT["ink2"] if place % 2 else LIGHT["me"]}
    return scatter_trace(
        x=[x for row in rows for x in row.places],
        y=[row.middle for row in rows for _ in row.places],
        mode="markers",
        marker={"symbol": "line-ns", "size": _TICK, "line": line},
        name=choice,
        hoverinfo="skip",
        meta={"role": "choice"},
        opacity=0.7,
    )


def _curve(multiverse: Multiverse) -> dict:
    computed = multiverse.computed
    return scatter_trace(
        x=list(range(len(computed))),
        y=[_height(each.tau) for each in computed],
        mode="markers",
        marker={"color": LIGHT["me"], "size": 4},
        name="tau-b",
        meta={"role": "tau"},
        hovertext=[
            hover(
                f"τ-b {number(each.tau, 2, sign=True)}, {counted(each.n, 'case')}",
                [f"{name}: {value}" for name, value in each.choices.items() if value != NONE],
            )
            for each in computed
        ],
        hoverinfo="text",
    )
