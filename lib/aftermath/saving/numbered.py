"""The ids of marks that a figure has no room to label, beside them, and what they are below: on paper nothing can be pointed at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from aftermath.figures.theme import ID, LIGHT, note, safe, text_width, wrapped

_ENTRY, _LINE = 10.5, 14  # px: size of an entry of the list, and the height of its lines
_GAP, _EDGE, _HALF = 3, 8, 5.5  # px: beside a mark, around the list, and half the height of an id
_INDENT = 26  # px, of an entry behind its id
_NARROWEST = 124  # px: of a column of the list

_Json = dict[str, Any]
_Box = tuple[float, float, float, float]  # px: left, right, top, bottom


@dataclass(frozen=True)
class _Mark:
    id: str
    label: str
    box: _Box

    @property
    def middle(self) -> float:
        return (self.box[2] + self.box[3]) / 2


def with_numbers(figure: _Json) -> _Json:
    """A figure with the ids of its marks without a label beside them, and a list of these below everything else.

    Parameters
    ----------
    figure
        Its layout says how wide it is. Only one with a trace whose ``meta`` has ``labels``, one for each mark, is changed;
        down such a figure, y is in px.
    """
    layout = figure["layout"]
    trace = next((trace for trace in figure["data"] if "labels" in (trace.get("meta") or {})), None)
    if trace is None:
        return figure
    low, high = layout["xaxis"]["range"]
    scale = (layout["width"] - layout["margin"]["l"] - layout["margin"]["r"]) / (high - low)
    marks = list(_marks(trace, low, scale))
    texts = [note for note in layout["annotations"] if note.get("name") in ("major", "minor")]
    unlabelled = [mark for mark in marks if not any(_says(text, mark) for text in texts)]
    if not unlabelled:
        return figure
    names = [note for note in layout["annotations"] if note.get("name") == "lane" and note.get("xref") != "paper"]
    taken = [mark.box for mark in marks] + [_box(text, low, scale) for text in [*texts, *names]]
    zero = -low * scale
    taken.append((zero - 1, zero + 1, -1e9, 1e9))
    ids = []
    for mark in sorted(unlabelled, key=lambda mark: (mark.middle, mark.box[0])):
        left, top, on = _place(mark, taken, (high - low) * scale)
        taken.append((left, left + text_width(mark.id, ID), top, top + 2 * _HALF))
        look = {"bgcolor": LIGHT["paper"]} if on else {}
        at = {"x": low + left / scale, "xanchor": "left", "y": top + _HALF, "yanchor": "middle"}
        ids.append(note(safe(mark.id), name="id", font={"size": ID, "color": LIGHT["ink"]}, **at, **look))
    listed, room = _list(sorted(unlabelled, key=lambda mark: mark.id), layout)
    return figure | {
        "layout": layout
        | {"height": layout["height"] + room, "margin": layout["margin"] | {"b": layout["margin"]["b"] + room}}
        | {"annotations": [*layout["annotations"], *ids, *listed]}
    }


def _marks(trace: _Json, low: float, scale: float) -> Iterator[_Mark]:
    bars = zip(trace["base"], trace["x"], trace["y"], trace["width"], strict=True)
    for name, label, (start, long, middle, high) in zip(
        trace["customdata"], trace["meta"]["labels"], bars, strict=True
    ):
        left = (start - low) * scale
        yield _Mark(name, unescape(label), (left, left + long * scale, middle - high / 2, middle + high / 2))


def _says(text: _Json, mark: _Mark) -> bool:
    """Whether a text is the label of a mark: beside it, or in the row above."""
    return _plain(text) == safe(mark.label) and 0 <= mark.middle - text["y"] < 2 * (mark.box[3] - mark.box[2])


def _plain(text: _Json) -> str:
    return re.sub("</?b>", "", text["text"])


def _box(text: _Json, low: float, scale: float) -> _Box:
    size, at = text["font"]["size"], (text["x"] - low) * scale + text.get("xshift", 0)
    wide = text_width(_plain(text), size, bold="<b>" in text["text"])
    left = at - wide if text["xanchor"] == "right" else at
    return left, left + wide, text["y"] - size / 2, text["y"] + size / 2


def _place(mark: _Mark, taken: list[_Box], width: float) -> tuple[float, float, bool]:
    """Left and top of an id, and whether it stands on its bar, where nothing beside, below or above it is free."""
    wide, (start, end, top, bottom) = text_width(mark.id, ID), mark.box
    middle, level = (start + end - wide) / 2, mark.middle - _HALF
    lefts = (middle, start, end - wide, end, start - wide)
    places = [(end + _GAP, level), (start - _GAP - wide, level)]
    places += [(left, above) for left in lefts for above in (bottom, top - 2 * _HALF)]
    for left, above in places:
        inside = left >= 0 and left + wide <= width
        if inside and not any(_collide((left, left + wide, above + 1, above + 2 * _HALF - 1), box) for box in taken):
            return left, above, False
    return min(max(0.0, middle), width - wide), level, True


def _collide(one: _Box, other: _Box) -> bool:
    return min(one[1], other[1]) > max(one[0], other[0]) and min(one[3], other[3]) > max(one[2], other[2])


def _list(marks: list[_Mark], layout: _Json) -> tuple[list[_Json], float]:
    """The entries in columns of equal width, and the room that they take."""
    columns = max(1, int((layout["width"] - _EDGE) // (_NARROWEST + _INDENT)))
    column_width = (layout["width"] - _EDGE) / columns
    entries = [
        (mark.id, wrapped(mark.label, int((column_width - _INDENT - _EDGE) / (0.53 * _ENTRY)))) for mark in marks
    ]
    lines = [text.count("<br>") + 1 for _, text in entries]
    longest = max(-(-sum(lines) // columns), max(lines))
    notes, column, row, most = [], 0, 0, 0
    for (name, text), count in zip(entries, lines, strict=True):
        if row + count > longest and column + 1 < columns:
            column, row = column + 1, 0
        left = _EDGE + column * column_width - layout["margin"]["l"]
        top = -layout["margin"]["b"] - _EDGE - row * _LINE
        at = {"xref": "paper", "yref": "paper", "x": 0, "y": 0, "xanchor": "left", "yanchor": "top", "align": "left"}
        font = {"size": _ENTRY, "color": LIGHT["ink2"]}
        notes.append(note(f"<b>{safe(name)}</b>", name="list", xshift=left, yshift=top, font=font, **at))
        notes.append(note(text, name="list", xshift=left + _INDENT, yshift=top, font=font, **at))
        row += count
        most = max(most, row)
    return notes, most * _LINE + 2 * _EDGE
