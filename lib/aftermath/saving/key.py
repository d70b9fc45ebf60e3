"""The key of a figure on paper, below the drawing: what its colours, hatchings and lines stand for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from aftermath.figures.theme import HATCHES, LIGHT, PRINT, note, text_width
from aftermath.saving.hatching import WIDTH, lines

_ROW, _EDGE = 19, 8  # px: the height of an entry, and room around the key
_SWATCH, _LINE, _MARK = 12, 20, 28  # px: the square of a colour, a line, and where the text begins
_PALEST = 0.4
_RANK = 1000  # plotly's own for a trace that has none

_Json = dict[str, Any]


def printed(strength: float) -> float:
    """How strong a fill is printed: what is less certain is paler, but never too pale for its hatching."""
    return _PALEST + (1 - _PALEST) * strength


def with_key(figure: _Json, *, in_print: bool) -> _Json:
    """A figure with a key in place of plotly's, and room for it.

    Parameters
    ----------
    figure
        Its layout says how wide it is. **Traces with** ``showlegend`` **have an entry**, in the order of their ``legendrank``.
    in_print
        Whether colours are those of print, hatched.
    """
    layout = figure["layout"]
    shown = [trace for trace in figure["data"] if trace.get("showlegend") is True]
    if not shown or not layout.get("showlegend"):
        return figure
    shown.sort(key=lambda trace: trace.get("legendrank", _RANK))
    column_width = _MARK + 2 * _EDGE + max(text_width(trace["name"]) for trace in shown)
    rows = math.ceil(len(shown) / max(1, int((layout["width"] - _EDGE) // column_width)))
    margin, room = layout["margin"], _ROW * rows + 2 * _EDGE
    shapes, notes = [], []
    for number, trace in enumerate(shown):
        column, row = divmod(number, rows)
        left, middle = _EDGE + column * column_width - margin["l"], -margin["b"] - _EDGE - (row + 0.5) * _ROW
        shapes += [_PLACED | shape for shape in _swatch(trace, left, middle, in_print=in_print)]
        at = {"xref": "paper", "yref": "paper", "x": 0, "y": 0, "xanchor": "left", "yanchor": "middle"}
        notes.append(note(trace["name"], name="key", xshift=left + _MARK, yshift=middle, **at))
    return figure | {
        "layout": layout
        | {"showlegend": False, "height": layout["height"] + room, "margin": margin | {"b": margin["b"] + room}}
        | {"shapes": [*(layout.get("shapes") or ()), *shapes]}
        | {"annotations": [*(layout.get("annotations") or ()), *notes]}
    }


_PLACED = {
    "xref": "paper", "yref": "paper", "xsizemode": "pixel", "ysizemode": "pixel", "xanchor": 0, "yanchor": 0,
}  # fmt: skip


def _swatch(trace: _Json, left: float, middle: float, *, in_print: bool) -> Iterator[_Json]:
    """A line as it is drawn, or a square of the colour of bars."""
    if strength := (trace.get("meta") or {}).get("strength"):
        colour = PRINT[LIGHT["oth"]] if in_print else LIGHT["oth"]
        box = {"x0": left, "x1": left + _SWATCH, "y0": middle - _SWATCH / 2, "y1": middle + _SWATCH / 2, "type": "rect"}
        yield box | {"fillcolor": colour, "opacity": printed(strength) if in_print else strength, "line": {"width": 0}}
        yield box | {"line": trace.get("line", {"width": 0})}
        return
    if trace.get("type") != "bar":
        ends = {"x0": left - _EDGE / 2, "x1": left - _EDGE / 2 + _LINE, "y0": middle, "y1": middle}
        yield {"type": "line", **ends, "line": trace["line"], "opacity": trace.get("opacity", 1)}
        return
    colour = trace["marker"]["color"]
    box = (left, left + _SWATCH, middle - _SWATCH / 2, middle + _SWATCH / 2)
    ends = {"x0": box[0], "x1": box[1], "y0": box[2], "y1": box[3]}
    fill = PRINT.get(colour, colour) if in_print else colour
    yield {"type": "rect", **ends, "fillcolor": fill, "line": {"width": 0}}
    if in_print and colour in HATCHES:
        shape, ink = HATCHES[colour]
        for (x0, y0), (x1, y1) in lines(shape, box, upwards=True):
            yield {"type": "line", "x0": x0, "x1": x1, "y0": y0, "y1": y1, "line": {"color": ink, "width": WIDTH}}
