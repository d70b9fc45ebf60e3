"""A figure as a page holds it: laid out for a wide place, what changes in narrower ones, and how high it is in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from aftermath.figures.theme import VIEWS
from aftermath.pages.script import script_json

_Json = dict[str, Any]  # a figure, or a part of it, as plotly writes it
_DIGITS = 7  # of a fraction; where a figure is a thousand px wide, far less than can be seen
_LARGE = 1e4  # from here on, so many digits may be too few
_SHARED = ("width", "opacity")  # what plotly takes for each mark, or once for all


@dataclass(frozen=True)
class PageDrawing:
    """What a page needs to draw a figure.

    Parameters
    ----------
    script
        JSON for ``assets/figures.js``: ``shown``, the data and layout for a wide place; and ``views``, widest first, each with
        the ``change`` from the one before that makes the figure fit ``below`` a width in px. A list of objects, which are
        mostly alike, stands as a ``$series``: the first, then what changes from one to the next.
    heights
        Name of a view to the height in px that the figure has in it, so that its place can be kept before it is drawn; **empty
        where plotly chooses the height**.
    """

    script: Markup
    heights: Mapping[str, int]


def page_drawing(figure: Mapping[str, Any]) -> PageDrawing:
    """A figure made light for a page; **what is drawn stays the same**.

    Parameters
    ----------
    figure
        As plotly writes it to JSON. Its ``layout.meta`` is that of ``figures.theme.responsive``, if it has any.

    Examples
    --------
    >>> import json, aftermath as am
    >>> figure = json.loads(am.figures.latency_ladder(am.speed("kitchenaid-tweet")).to_json())
    >>> drawing = page_drawing(figure)
    >>> list(drawing.heights), len(drawing.script) < len(json.dumps(figure))
    (['wide', 'medium', 'narrow'], True)
    """
    shown = _shown(figure)
    widths = [view["below"] for view in (figure["layout"].get("meta") or {}).get("views", ())]
    changes = [{"below": below, "change": _change(*pair)} for below, pair in zip(widths, pairwise(shown), strict=True)]
    heights = {
        view.name: drawn["layout"]["height"]
        for view, drawn in zip(VIEWS, shown, strict=False)
        if "height" in drawn["layout"]
    }
    page = {"shown": _packed(shown[0]), "views": [_packed(change) for change in changes]}
    return PageDrawing(script_json(page), heights)


def _shown(figure: Mapping[str, Any]) -> list[_Json]:
    """Data and layout in each view, widest first; the wide one without the room for plotly's own key, as pages write theirs."""
    layout = dict(figure["layout"])
    meta = layout.pop("meta", None) or {}
    whole = [
        {
            "data": [trace | change for trace, change in zip(figure["data"], view["data"], strict=True)],
            "layout": layout | view["layout"],
        }
        for view in meta.get("views", ())
    ]
    if key := meta.get("key"):
        margin = layout["margin"] | {"b": layout["margin"]["b"] - key}
        layout |= {"height": layout["height"] - key, "margin": margin}
    return [_rounded(view) for view in ({"data": figure["data"], "layout": layout}, *whole)]


def _rounded(value: Any) -> Any:
    """With shorter fractions, and one number where all marks of a trace share it."""
    if isinstance(value, dict):
        return {key: _rounded(part[0] if key in _SHARED and _alike(part) else part) for key, part in value.items()}
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    if not isinstance(value, float) or abs(value) >= _LARGE:
        return value
    return int(value) if value.is_integer() else float(f"{value:.{_DIGITS}g}")


def _alike(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 1 and all(part == value[0] for part in value)


def _packed(value: Any) -> Any:
    """The same with every list of objects as a series."""
    if isinstance(value, dict):
        return {key: _packed(part) for key, part in value.items()}
    if isinstance(value, list) and len(value) > 1 and all(isinstance(part, dict) for part in value):
        return {"$series": [_packed(value[0]), *(_packed(_change(*pair)) for pair in pairwise(value))]}
    return value


def _change(value: Any, other: Any) -> Any:
    """What makes one value another: of an object the keys, of a list of objects the places, that differ; else the other itself.

    A key that is gone is null, as in a JSON Merge Patch (RFC 7396), which knows no places; ``length`` stands where a list becomes shorter.
    """
    if isinstance(value, dict) and isinstance(other, dict):
        return {
            key: _change(value.get(key), other.get(key))
            for key in {**value, **other}
            if value.get(key) != other.get(key)
        }
    if isinstance(value, list) and isinstance(other, list) and any(isinstance(part, dict) for part in other):
        places = {str(place): part for place, part in enumerate(other)}
        known = {str(place): part for place, part in enumerate(value)}
        change = {key: _change(known.get(key), part) for key, part in places.items() if known.get(key) != part}
        return change | ({"length": len(other)} if len(other) < len(value) else {})
    return other
