"""How much each choice of the multiverse matters: a bar a choice, and what no choice explains alone."""

from __future__ import annotations

import math

import plotly.graph_objects as go

from aftermath.comparison.variance_by_choice import Share, VarianceByChoice
from aftermath.figures.bars import Bar, painted, sensitive
from aftermath.figures.panels import round_steps
from aftermath.figures.rows import label, segments
from aftermath.figures.theme import LIGHT, TICK, Drawing, View, blank, hover, note, responsive
from aftermath.wording import counted, number

_ROW, _BAR, _RANGE = 22, 10, 8  # px: a choice, its bar, and from the middle of the bar to the line of its range
_LEFT, _RIGHT, _TOP, _BOTTOM = 118, 16, 40, 4


def variance_by_choice(shares: VarianceByChoice) -> go.Figure:
    """Draw the share that each choice has in the variance of the results, the greatest first, and what is left over in grey.

    Parameters
    ----------
    shares
        From ``aftermath.variance_by_choice``.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths. The line below a bar runs from the least to the greatest share with one case left out.
    """
    return responsive(lambda view: _draw([*shares.shares, shares.rest], view))


def _draw(rows: list[Share], view: View) -> Drawing:
    most = 100 * max(row.value if math.isnan(row.upper) else row.upper for row in rows)
    height = _ROW * len(rows)
    steps = [step for step in round_steps(0, most, 4 if view.narrow else 8) if step >= 0]
    figure = blank(
        height + _TOP + _BOTTOM,
        margin={"l": _LEFT, "r": _RIGHT, "t": _TOP, "b": _BOTTOM},
        xaxis={
            "range": [0, most],
            "side": "top",
            "tickmode": "array",
            "tickvals": steps,
            "ticktext": [f"{number(step)} %" for step in steps],
            "showgrid": True,
        },
        yaxis={"range": [height, 0], "visible": False},
        annotations=[_title(), *(label(_name(row), _middle(place), _LEFT - 12) for place, row in enumerate(rows))],
    )
    bars = [Bar(0, 100 * row.value, _middle(place), _BAR) for place, row in enumerate(rows)]
    ranges = [
        [(100 * end, _middle(place) + _RANGE) for end in (row.lower, row.upper)]
        for place, row in enumerate(rows)
        if not math.isnan(row.lower)
    ]
    return figure.add(
        [
            painted(bars[:-1], LIGHT["me"], "choices", meta={"role": "share"}),
            painted(bars[-1:], LIGHT["oth"], rows[-1].choice, meta={"role": "rest"}),
            segments(ranges, LIGHT["ink"], 1.5, "with one case left out", meta={"role": "range"}),
            sensitive(bars, [hover(_name(row), [_tells(row)]) for row in rows], [None] * len(rows)),
        ]
    )


def _middle(place: int) -> float:
    return _ROW * place + _ROW / 2 - 2


def _name(row: Share) -> str:
    return row.choice.replace("_", " ")


def _tells(row: Share) -> str:
    return f"{row.words} of the variance; means something for {counted(row.specifications, 'specification')}"


def _title() -> dict:
    position = {"xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": 1, "yanchor": "bottom", "yshift": 22}
    return note("Share of the variance of τ-b", name="title", font={"size": TICK, "color": LIGHT["ink3"]}, **position)
