"""A figure laid out for paper: the layout that fits a width, its key, colours that differ in grey as well.

Pages do the same in their script, for screens (``pages/assets/figures.js``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aftermath.figures.theme import HATCHES, MEDIUM, NARROW, PRINT, TICK, note
from aftermath.saving.hatching import hatching
from aftermath.saving.key import printed, with_key
from aftermath.saving.numbered import with_numbers

PX = 25.4 / 96  # mm: a px as CSS and SVG define it, so that text of 12 px prints as 9 pt
THEMES = ("print", "screen")
FONTS = 'Arial, "Liberation Sans", Helvetica, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif'

_TITLE = 18  # px: below a drawing, for the title of its axis
_HEIGHT = 0.62  # of the width, where a figure does not say how tall it is

_Json = dict[str, Any]


def laid_out(figure: _Json, width_mm: float, theme: str) -> tuple[_Json, float]:
    """Lay a figure out for a width on paper.

    Parameters
    ----------
    figure
        As plotly writes it to JSON.
    width_mm
        Its width on paper, in mm.
    theme
        ``print`` or ``screen``.

    Returns
    -------
    tuple
        The figure with ``width`` and ``height`` in px, and how many mm a px is: where there is less room than the
        narrowest layout takes, everything becomes smaller.
    """
    width = max(width_mm / PX, float(NARROW.least))
    fitted, in_print = _fitted(figure, width), theme == "print"
    layout = fitted["layout"]
    layout |= {"width": width, "height": layout.get("height") or round(_HEIGHT * width)}
    layout["font"] = {**layout.get("font", {}), "family": FONTS}
    keyed = with_numbers(with_key(fitted, in_print=in_print))
    return _printed(keyed) if in_print else keyed, width_mm / width


def _fitted(figure: _Json, width: float) -> _Json:
    """The narrowest of a figure's layouts that is meant for a width, without room for a key."""
    data, layout = figure["data"], dict(figure["layout"])
    meta = layout.pop("meta", None)
    meta = meta if isinstance(meta, Mapping) else {}
    view = next((view for view in reversed(meta.get("views", ())) if width < view["below"]), None)
    if view:
        data = [trace | changed for trace, changed in zip(data, view["data"], strict=True)]
        layout |= view["layout"]
    elif "key" in meta:
        layout["height"] -= meta["key"]
        layout["margin"] = layout["margin"] | {"b": layout["margin"]["b"] - meta["key"]}
    if width < MEDIUM.least:
        layout["annotations"] = [item for item in layout.get("annotations") or () if item.get("name") != "minor"]
        data = [trace for trace in data if (trace.get("meta") or {}).get("role") != "minor"]
    if "key" in meta:
        layout["showlegend"] = True
    if "direction" in meta and not any(item.get("name") == "direction" for item in layout["annotations"]):
        layout["height"] += _TITLE
        layout["margin"] = layout["margin"] | {"b": layout["margin"]["b"] + _TITLE}
        at = {"xref": "paper", "yref": "paper", "x": 1, "y": 0, "xanchor": "right", "yanchor": "top", "yshift": -3}
        layout["annotations"].append(note(meta["direction"], name="direction", font={"size": TICK}, **at))
    return {"data": data, "layout": layout}


def _printed(figure: _Json) -> _Json:
    """In the colours of print, and hatched where lightness alone would not do."""
    data, lines = [], []
    for trace in figure["data"]:
        if trace.get("type") == "bar" and isinstance(trace.get("marker", {}).get("color"), str):
            lines.append(hatching(trace, figure["layout"]))
            trace = trace | {"marker": _for_print(trace["marker"])}
        data.append(trace)
    return _recoloured(figure | {"data": [*data, *filter(None, lines)]})


def _for_print(marker: _Json) -> _Json:
    """Bars in a colour of print."""
    if marker["color"] not in PRINT:
        return marker
    if isinstance(marker.get("opacity"), list):
        marker = marker | {"opacity": [printed(strength) for strength in marker["opacity"]]}
    return marker | {"color": PRINT[marker["color"]]}


def _recoloured(value: Any) -> Any:
    """Everything but type, which has to stay dark, and colours that only bars can do with, as these are hatched."""
    if isinstance(value, dict):
        return {key: item if key == "font" else _recoloured(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_recoloured(item) for item in value]
    return PRINT.get(value, value) if isinstance(value, str) and value not in HATCHES else value
