"""Hatching of horizontal bars, as lines of its own.

plotly can fill a bar with a pattern, but a browser that prints makes a picture of the whole page of each such bar: a figure of
a hundred bars had 23 MB as PDF. Lines stay lines, and are small.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from aftermath.figures.theme import HATCHES

_STEP, _SLANTED = 4.0, 6.4  # px between two lines, across and along for slanted ones
WIDTH = 0.8  # px of a line

Box = tuple[float, float, float, float]  # left, right, top and bottom, in px
Line = tuple[tuple[float, float], tuple[float, float]]


def hatching(trace: dict[str, Any], layout: dict[str, Any]) -> dict[str, Any] | None:
    """The lines over the bars of a trace, as a trace that is drawn above them.

    Parameters
    ----------
    trace
        Horizontal bars of one colour, in px down the figure.
    layout
        Of the figure: its width, margins and the range of its horizontal axis say how long a px is.

    Returns
    -------
    dict or None
        None where bars of this colour are not hatched.
    """
    hatched = trace["marker"]["color"] in HATCHES and trace.get("orientation") == "h"
    if not hatched or (trace.get("meta") or {}).get("role") == "best":  # which lies upon a bar that is hatched
        return None
    shape, colour = HATCHES[trace["marker"]["color"]]
    low, high = layout["xaxis"]["range"]
    px = (high - low) / (layout["width"] - layout["margin"]["l"] - layout["margin"]["r"])
    boxes = [
        (start / px, (start + long) / px, middle - high / 2, middle + high / 2)
        for start, long, middle, high in zip(trace["base"], trace["x"], trace["y"], trace["width"], strict=True)
    ]
    points = [point for box in boxes for line in lines(shape, box) for point in (*line, (None, None))]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [None if x is None else x * px for x, _ in points],
        "y": [y for _, y in points],
        "line": {"color": colour, "width": WIDTH},
        "name": f"{trace.get('name', '')}: hatching",
        "meta": {"role": "hatching", "shape": shape},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def lines(shape: str, box: Box, *, upwards: bool = False) -> Iterator[Line]:
    """The lines within a box, from end to end.

    Parameters
    ----------
    shape
        One of ``/ x | -``.
    box
        Left, right, and the two ends of its height, the lower number first.
    upwards
        Whether numbers get larger up the paper, and not down.
    """
    left, right, top, bottom = box
    if shape == "x" or (shape == "/" and not upwards):
        for total in _steps(left + top, right + bottom, _SLANTED):
            start, end = max(left, total - bottom), min(right, total - top)
            yield (start, total - start), (end, total - end)
    if shape == "x" or (shape == "/" and upwards):
        for apart in _steps(left - bottom, right - top, _SLANTED):
            start, end = max(left, apart + top), min(right, apart + bottom)
            yield (start, start - apart), (end, end - apart)
    if shape == "|":
        yield from (((x, top), (x, bottom)) for x in _steps(left, right, _STEP))
    if shape == "-":
        yield from (((left, top + y), (right, top + y)) for y in _steps(0, bottom - top, _STEP))


def _steps(start: float, end: float, step: float) -> list[float]:
    """At least one between two ends; **where two bars overlap, their lines fall together**."""
    numbers = range(math.ceil(start / step - 0.5), math.floor(end / step - 0.5) + 1)
    return [(number + 0.5) * step for number in numbers] or [(start + end) / 2]
