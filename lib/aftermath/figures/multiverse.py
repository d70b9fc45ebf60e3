"""A specification curve: every result in order above, the choices that gave it below.

Many specifications do not fit into the width of a page side by side. Neighbours in the order of their results then share a column: their
results lie so near to each other that one dot stands for them, and a tick tells by its shade how many of them took a choice.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from aftermath.comparison.choices import CHOICES, NONE
from aftermath.comparison.multiverse import Multiverse
from aftermath.comparison.specifications import Specification
from aftermath.figures.rows import label, segments
from aftermath.figures.theme import LIGHT, TICK, Drawing, View, blank, hover, note, responsive, safe, scatter_trace
from aftermath.statistics.result import NothingToMeasure
from aftermath.wording import counted, number

_CURVE, _HEAD, _ROW = 190, 22, 16  # px: the curve, the name of a choice, one of its values
_TICK = 7  # drawn 1.4 times as long
COLUMNS = 480  # at most: half of the px of the widest drawing
_LEFT = {"wide": 190, "medium": 176, "narrow": 122}
_RIGHT, _TOP, _BOTTOM = 44, 26, 10
_STEPS = (1.0, 0.5, 0.0, -0.5, -1.0)
_NARROW = {
    "without series and own clocks": "like clocks only",
    "modelled favourability": "modelled favour.",
    "mean favourability": "mean favour.",
    "reliable transparency": "reliable items",
    "not seen counts as latest": "not seen is latest",
    "without vague words": "no vague words",
}


@dataclass(frozen=True)
class _Row:
    """A value of a choice, the px to its middle, the shade of its tick in each column, from 0 to 1, and the median where it was taken."""

    choice: str
    value: str
    middle: float
    shades: np.ndarray
    median: float


def specification_curve(multiverse: Multiverse) -> go.Figure:
    """Draw the specifications that could be computed, sorted by tau-b, and their choices below; one that means nothing for a specification has no mark there.

    Parameters
    ----------
    multiverse
        From ``aftermath.multiverse``.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths. **Neighbours share a column where there are more than** ``COLUMNS``. The shade of a tick is the share of
        its column that took the value, against the largest in that row. At the right, the median tau-b of each value of a choice.

    Raises
    ------
    NothingToMeasure
        If none could be computed.
    """
    if not multiverse.computed:
        raise NothingToMeasure(multiverse.text)
    # the specifications in their order, cut into columns as even as can be
    n = len(multiverse.computed)
    edges = np.linspace(0, n, min(n, COLUMNS) + 1).round().astype(int)
    columns: list[Sequence[Specification]] = [
        multiverse.computed[start:end] for start, end in itertools.pairwise(edges)
    ]
    rows = list(_rows(multiverse, columns))
    traces = _traces(multiverse, columns, rows)  # the same for every width
    return responsive(lambda view: _draw(len(columns), rows, traces, view))


def _rows(multiverse: Multiverse, columns: list[Sequence[Specification]]) -> Iterator[_Row]:
    sizes = np.array([len(column) for column in columns])
    column_of = np.repeat(np.arange(len(columns)), sizes)
    top = float(_CURVE)
    for choice in CHOICES:
        top += _HEAD
        taken = np.array([specification.choices[choice] for specification in multiverse.computed])
        for value, median in multiverse.medians[choice].items():
            if value != NONE:
                shares = np.bincount(column_of[taken == value], minlength=len(columns)) / sizes
                yield _Row(choice, value, top + _ROW / 2, shares / shares.max(), median)
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
    for index, row in enumerate(rows):
        if not index or rows[index - 1].choice != row.choice:
            yield label(row.choice, row.middle - _ROW / 2 - 8, 999, font={"color": LIGHT["ink"]}, name="major") | {
                "text": f"<b>{safe(row.choice.replace('_', ' '))}</b>"
            }
        words = (_NARROW.get(row.value, row.value) if view.narrow else row.value).replace("_", " ")
        yield label(words, row.middle, _LEFT[view.name] - 12)
        median = {"xref": "paper", "x": 1, "xshift": _RIGHT - 2, "xanchor": "right", "yanchor": "middle", "font": quiet}
        yield note(number(row.median, 2, sign=True), y=row.middle, name="median", **median)
    middle = {"xref": "paper", "x": 1, "xshift": _RIGHT - 2, "xanchor": "right", "yanchor": "middle", "font": quiet}
    yield note("median", y=_CURVE + _HEAD / 2 + 2, name="title", **middle)


def _traces(multiverse: Multiverse, columns: list[Sequence[Specification]], rows: list[_Row]) -> list[dict]:
    n, middle = len(columns), statistics.median(specification.tau for specification in multiverse.computed)
    return [
        segments([[(-1, _height(0)), (n, _height(0))]], LIGHT["ink3"], 1.5, "zero"),
        segments([[(-1, _height(middle)), (n, _height(middle))]], LIGHT["me"], 1, "median", dash="4px,3px"),
        *(_ticks([row for row in rows if row.choice == choice], choice, index) for index, choice in enumerate(CHOICES)),
        _curve(columns),
    ]


def _ticks(rows: list[_Row], choice: str, index: int) -> dict:
    marks = [(int(x), row.middle, round(float(row.shades[x]), 2)) for row in rows for x in np.flatnonzero(row.shades)]
    x, y, shades = map(list, zip(*marks, strict=True)) if marks else ([], [], [])
    line = {"width": 1.5, "color": LIGHT["ink2"] if index % 2 else LIGHT["me"]}
    return scatter_trace(
        x=x,
        y=y,
        mode="markers",
        marker={"symbol": "line-ns", "size": _TICK, "line": line, "opacity": shades},
        name=choice,
        hoverinfo="skip",
        meta={"role": "choice"},
    )


def _curve(columns: list[Sequence[Specification]]) -> dict:
    return scatter_trace(
        x=list(range(len(columns))),
        y=[_height(statistics.median(specification.tau for specification in column)) for column in columns],
        mode="markers",
        marker={"color": LIGHT["me"], "size": 4},
        name="tau-b",
        meta={"role": "tau"},
        hovertext=list(map(_hover, columns)),
        hoverinfo="text",
    )


def _hover(column: Sequence[Specification]) -> str:
    """What a column is, and the choices that all of it share."""
    taus, sizes = [specification.tau for specification in column], [specification.n for specification in column]
    ends = " to ".join(dict.fromkeys(number(end(taus), 2, sign=True) for end in (min, max)))
    cases = " to ".join(dict.fromkeys(str(end(sizes)) for end in (min, max)))
    together = "" if len(column) == 1 else f"{counted(len(column), 'specification')}, "
    shared = {name: value for name, value in column[0].choices.items() if value != NONE}
    lines = [
        f"{name}: {value}"
        for name, value in shared.items()
        if all(specification.choices[name] == value for specification in column)
    ]
    return hover(f"τ-b {ends}, {together}{cases} {'case' if cases == '1' else 'cases'}", lines)
