"""A figure as a page holds it: what is drawn at each width is what the figure says, and the library in the page can draw it."""

from __future__ import annotations

import json
import re
from typing import Any

import plotly.graph_objects as go
import pytest
from plotly.offline import get_plotlyjs_version

from aftermath.figures import theme
from aftermath.pages.drawing import page_drawing
from aftermath.pages.site import ASSETS
from drawings import as_json, every_figure, views

LIBRARY = ASSETS / "plotly-basic.min.js"
DRAWN = {"scatter", "bar", "pie"}  # what plotly.js's basic bundle draws
CASES = ("gm-ignition-recall", "kitchenaid-tweet")


def changed(value: Any, change: Any) -> Any:
    """A JSON Merge Patch (RFC 7396), in which an object may also name places of a list."""
    if isinstance(change, dict) and isinstance(value, list):
        length = change.get("length", max([len(value), *(int(key) + 1 for key in change if key != "length")]))
        known = {str(place): part for place, part in enumerate(value)}
        return [
            changed(known.get(key), change[key]) if key in change else known[key] for key in map(str, range(length))
        ]
    if not isinstance(change, dict) or not isinstance(value, dict):
        return change
    merged = value | {key: changed(value.get(key), part) for key, part in change.items()}
    return {key: part for key, part in merged.items() if change.get(key, part) is not None}


def unpacked(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "$series" not in value:
        return {key: unpacked(part) for key, part in value.items()}
    listed: list[Any] = []
    for part in value["$series"]:
        listed.append(changed(listed[-1], unpacked(part)) if listed else unpacked(part))
    return listed


def shown(figure: go.Figure) -> list[dict]:
    """What a page draws, widest first."""
    page = json.loads(page_drawing(as_json(figure)).script)
    drawn = [unpacked(page["shown"])]
    for view in page["views"]:
        drawn.append(changed(drawn[-1], unpacked(view)["change"]))
    return drawn


def one_number(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 1 and len(set(value)) == 1


def plain(value: Any) -> Any:
    """Without what plotly takes for the default, and without what nobody can see."""
    if isinstance(value, dict):
        once = {key: part[0] for key, part in value.items() if key in ("width", "opacity") and one_number(part)}
        return {key: plain(part) for key, part in (value | once).items() if part is not None}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return pytest.approx(value, rel=1e-6) if isinstance(value, float) else value


@pytest.mark.parametrize("case_id", CASES)
def test_a_page_draws_what_the_figure_says_at_every_width(case_id):
    for figure in every_figure(case_id):
        for view, drawn in zip(views(figure), shown(figure), strict=True):
            layout = {key: value for key, value in view["layout"].items() if key != "meta"}
            key = (view["layout"].get("meta") or {}).get("key")
            if key and view["least"] == theme.WIDE.least:
                margin = layout["margin"] | {"b": layout["margin"]["b"] - key}
                layout |= {"height": layout["height"] - key, "margin": margin}
            assert drawn == plain({"data": view["data"], "layout": layout})


@pytest.mark.parametrize("case_id", CASES)
def test_a_page_holds_little_more_than_the_widest_view(case_id):
    for figure in every_figure(case_id):
        whole = as_json(figure)
        meta = whole["layout"].pop("meta", {})
        widest = len(json.dumps(whole, separators=(",", ":")))
        assert len(page_drawing(whole | {"layout": whole["layout"] | {"meta": meta}}).script) < 1.25 * widest


@pytest.mark.parametrize("case_id", CASES)
def test_the_place_of_a_figure_is_as_high_as_its_drawing(case_id):
    for figure in every_figure(case_id):
        heights = page_drawing(as_json(figure)).heights
        assert list(heights) == [view.name for view in theme.VIEWS]
        assert list(heights.values()) == [drawn["layout"]["height"] for drawn in shown(figure)]


def test_a_figure_of_ones_own_needs_no_views_and_no_height():
    drawing = page_drawing(as_json(go.Figure(go.Bar(x=[0.123456789], y=[1e9]))))
    assert drawing.heights == {}
    page = json.loads(drawing.script)
    assert (page["shown"]["data"][0]["x"], page["shown"]["data"][0]["y"], page["views"]) == ([0.1234568], [1e9], [])


def test_lists_grow_shrink_and_lose_keys():
    wide = {"annotations": [{"text": "a", "x": 1}, {"text": "b", "name": "minor"}, {"text": "c"}]}
    narrow = {"annotations": [{"text": "a", "x": 2}, {"text": "b"}]}
    for one, other in ((wide, narrow), (narrow, wide)):
        meta = {"views": [{"below": 600, "data": [], "layout": other}]}
        page = json.loads(page_drawing({"data": [], "layout": one | {"meta": meta}}).script)
        first = unpacked(page["shown"])
        assert first["layout"] == one
        assert changed(first, unpacked(page["views"][0])["change"])["layout"] == other


def test_the_library_of_pages_is_the_version_that_draws_in_the_laboratory():
    head = LIBRARY.read_text(encoding="utf-8")[:200]
    assert f"plotly.js (basic - minified) v{get_plotlyjs_version()}\n" in head
    assert "Permission is hereby granted" in (ASSETS / "plotly-basic.LICENSE.txt").read_text(encoding="utf-8")


def test_no_figure_is_of_a_type_that_the_library_of_pages_cannot_draw(root):
    sources = [path.read_text(encoding="utf-8") for path in (root / "lib/aftermath/figures").glob("*.py")]
    made = {found for source in sources for found in re.findall(r"\b(\w+)_trace\(|go\.([A-Z]\w+)\(", source)}
    assert {trace or graph for trace, graph in made} == {"scatter", "bar", "Figure"}
    drawn = {
        trace["type"] for case_id in CASES for figure in every_figure(case_id) for trace in as_json(figure)["data"]
    }
    assert drawn
    assert drawn <= DRAWN
