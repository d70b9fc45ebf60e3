"""The curve of all specifications among those that come up where delays and outcomes are paired at random."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from aftermath.comparison.joint_inference import JointInference
from aftermath.figures.rows import segments
from aftermath.figures.theme import LIGHT, TICK, Drawing, blank, hover, note, responsive, scatter_trace
from aftermath.wording import counted, number

_HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 220, 40, 36, 28, 40  # px
_STEPS = (-1.0, -0.5, 0.0, 0.5, 1.0)


def joint_inference(joint: JointInference) -> go.Figure:
    """Draw the sorted specifications over the band in which they lie where delays are dealt out anew.

    Parameters
    ----------
    joint
        From ``aftermath.joint_inference``.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths. The band holds the middle 95 % of arrangements at each place in the order, and not 95 % of curves.
    """
    places = np.linspace(0, 100, len(joint.observed))
    band = scatter_trace(
        x=[*places.tolist(), *places[::-1].tolist()],
        y=[*joint.lower.tolist(), *joint.upper[::-1].tolist()],
        fill="toself",
        fillcolor=LIGHT["oth"],
        opacity=0.25,
        mode="lines",
        line={"width": 0},
        name="paired at random",
        meta={"role": "band"},
        hoverinfo="skip",
    )
    traces = [
        band,
        segments([[(0, 0), (100, 0)]], LIGHT["ink3"], 1, "zero"),
        segments(
            [_points(places, joint.middle)], LIGHT["ink3"], 1.5, "middle", dash="4px,3px", meta={"role": "middle"}
        ),
        segments([_points(places, joint.observed)], LIGHT["me"], 2.4, "observed", meta={"role": "observed"}),
        _pointer(places, joint),
    ]
    return responsive(lambda _: _draw(traces))


def _draw(traces: list[dict]) -> Drawing:
    quiet = {"size": TICK, "color": LIGHT["ink3"]}
    title = note(
        "↑ Kendall’s τ-b of delay and outcome",
        xref="paper",
        yref="paper",
        x=0,
        y=1,
        xanchor="left",
        yanchor="bottom",
        xshift=-30,
        yshift=6,
        font=quiet,
        name="title",
    )
    figure = blank(
        _HEIGHT + _TOP + _BOTTOM,
        margin={"l": _LEFT, "r": _RIGHT, "t": _TOP, "b": _BOTTOM},
        xaxis={
            "range": [-1, 101],
            "tickvals": [0, 50, 100],
            "ticktext": ["the lowest", "half of the specifications", "the highest"],
        },
        yaxis={
            "range": [-1.05, 1.05],
            "tickvals": list(_STEPS),
            "ticktext": [number(step, 1, sign=True) if step else "0" for step in _STEPS],
            "showgrid": True,
        },
        annotations=[title],
    )
    return figure.add(traces)


def _points(places: np.ndarray, taus: np.ndarray) -> list[tuple[float, float]]:
    return list(zip(places.tolist(), taus.tolist(), strict=True))


def _pointer(places: np.ndarray, joint: JointInference) -> dict:
    """Nothing to be seen, but what the pointer reads at each place."""
    texts = [
        hover(
            f"τ-b {number(tau, 2, sign=True)}, higher than {number(place)} % of {counted(joint.specifications, 'specification')}",
            [
                f"paired at random: {number(lower, 2, sign=True)} to {number(upper, 2, sign=True)}, {counted(joint.cases, 'case')}"
            ],
        )
        for place, tau, lower, upper in zip(places, joint.observed, joint.lower, joint.upper, strict=True)
    ]
    return scatter_trace(
        x=places.tolist(),
        y=joint.observed.tolist(),
        mode="markers",
        marker={"size": 12, "color": LIGHT["me"], "opacity": 0},
        name="places",
        hovertext=texts,
        hoverinfo="text",
    )
