"""The rubric as a grid: what both coders scored, item by item."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import plotly.graph_objects as go

from aftermath import vocabulary
from aftermath.figures.theme import (
    CLEAR,
    LIGHT,
    MEDIUM,
    TICK,
    WIDE,
    Drawing,
    View,
    blank,
    hover,
    note,
    responsive,
    safe,
    scatter_trace,
)
from aftermath.measures.transparency import Item, Transparency

_ROW, _HEAD = 34, 46  # px
_CODE, _NAME, _FIRST, _APART = 10, 40, 206, 50  # px from the left edge of a block
_HALF = 6.5  # px: half the side of a square
_WORDS = {"na": "n/a", "unknown": "?"}


@dataclass(frozen=True)
class _Block:
    """Items under one heading, with the place of its top left corner in px."""

    heading: str
    items: tuple[Item, ...]
    left: float
    top: float

    @property
    def bottom(self) -> float:
        return self.top + _HEAD + _ROW * len(self.items)


@dataclass(frozen=True)
class _Cell:
    """One coder's score with the middle of its square in px."""

    item: Item
    coder: str
    x: float
    y: float

    @property
    def score(self) -> str:
        return self.item.scores[self.coder]


def rubric_grid(transparency: Transparency) -> go.Figure:
    """Draw the scores of both coders as empty, half and full squares with the digit.

    A dashed square applies but is not known, a dash does not apply. Items on which the coders differ carry
    an orange edge and the words.

    Parameters
    ----------
    transparency
        The result for one case.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths. ``customdata`` holds the first event that a score rests on.
    """
    return responsive(lambda view: _draw(_blocks(transparency.items, view), view))


def _blocks(items: tuple[Item, ...], view: View) -> list[_Block]:
    """Three columns in a wide place, two in a medium one, one below the other in a narrow one."""
    openness = tuple(item for item in items if item.item in vocabulary.TRANSPARENCY_ITEMS)
    empathy = tuple(item for item in items if item.item in vocabulary.EMPATHY_ITEMS)
    half = math.ceil(len(openness) / 2)
    parts = [("Transparency", openness), ("Empathy", empathy)]
    if view is WIDE:
        parts = [("Transparency", openness[:half]), ("", openness[half:]), parts[1]]
    parts = [part for part in parts if part[1]]
    if view is WIDE or view is MEDIUM:
        return [_Block(*part, column * view.least / len(parts), 0.0) for column, part in enumerate(parts)]
    blocks: list[_Block] = []
    for part in parts:
        blocks.append(_Block(*part, 0.0, blocks[-1].bottom + 10 if blocks else 0.0))
    return blocks


def _draw(blocks: list[_Block], view: View) -> Drawing:
    bottom = max(block.bottom for block in blocks) + 4
    cells = [cell for block in blocks for cell in _cells(block)]
    return blank(
        bottom,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        xaxis={"range": [0, view.least], "visible": False},
        yaxis={"range": [bottom, 0], "visible": False},
        shapes=[*_rules(blocks, view), *(shape for cell in cells for shape in _square(cell))],
        annotations=[*(text for block in blocks for text in _texts(block)), *map(_digit, cells)],
    ).add([_marks(cells)])


def _row(block: _Block, place: int) -> float:
    return block.top + _HEAD + _ROW * (place + 0.5)


def _cells(block: _Block) -> Iterator[_Cell]:
    for place, item in enumerate(block.items):
        for column, coder in enumerate(vocabulary.CODERS):
            if coder in item.scores:
                yield _Cell(item, coder, block.left + _FIRST + column * _APART, _row(block, place))


def _marks(cells: list[_Cell]) -> dict:
    resting = [cell.item.event_ids[cell.coder] for cell in cells]
    return scatter_trace(
        x=[cell.x for cell in cells],
        y=[cell.y for cell in cells],
        mode="markers",
        marker={"symbol": "square", "size": 20, "color": CLEAR, "line": {"width": 0}},
        text=[cell.score for cell in cells],
        hovertext=[_hover(cell) for cell in cells],
        hoverinfo="text",
        customdata=[events[0] if events else None for events in resting],
        name="scores",
        meta={"role": "mark"},
    )


def _hover(cell: _Cell) -> str:
    heading = f"{cell.item.item} {cell.item.label}"
    score = f"{vocabulary.CODERS[cell.coder]}: {vocabulary.SCORES[cell.score]}"
    return hover(heading, [score, cell.item.rationales[cell.coder], " ".join(cell.item.event_ids[cell.coder])])


def _square(cell: _Cell) -> Iterator[dict]:
    """An empty square with what fills it; a dashed square; or a dash. In px around its middle."""
    place = {"xsizemode": "pixel", "ysizemode": "pixel", "xanchor": cell.x, "yanchor": cell.y, "name": cell.score}
    square = {"x0": -_HALF, "x1": _HALF, "y0": -_HALF, "y1": _HALF}
    if cell.score == "na":
        yield {"type": "line", "x0": -5, "x1": 5, "y0": 0, "y1": 0, "line": _line(LIGHT["ink3"])} | place
        return
    if cell.score == "1":
        corner = f"M{-_HALF} {_HALF}L{-_HALF} {-_HALF}L{_HALF} {-_HALF}Z"
        yield {"type": "path", "path": corner, "fillcolor": LIGHT["me"], "line": {"width": 0}} | place
    unknown = cell.score == "unknown"
    line = _line(LIGHT["ink3"], dash="3px,2px") if unknown else _line(LIGHT["me"])
    yield {"type": "rect", "fillcolor": LIGHT["me"] if cell.score == "2" else CLEAR, "line": line} | square | place


def _line(colour: str, **more: object) -> dict:
    return {"color": colour, "width": 1.5, **more}


def _rules(blocks: list[_Block], view: View) -> Iterator[dict]:
    columns = len({block.left for block in blocks})
    width = view.least / columns - (10 if columns > 1 else 0)
    for block in blocks:
        for place in range(len(block.items) + 1):
            y = block.top + _HEAD + place * _ROW
            line = {"color": LIGHT["rule" if place else "rule2"], "width": 1}
            yield {"type": "line", "x0": block.left, "x1": block.left + width, "y0": y, "y1": y, "line": line}
        for place, item in enumerate(block.items):
            if item.differs:
                top, line = block.top + _HEAD + place * _ROW, {"color": LIGHT["focus"], "width": 3}
                ends = {"x0": block.left + 2, "x1": block.left + 2, "y0": top, "y1": top + _ROW}
                yield {"type": "line", "name": "differs", "line": line} | ends


def _texts(block: _Block) -> Iterator[dict]:
    ink, muted = {"color": LIGHT["ink"]}, {"color": LIGHT["ink3"], "size": TICK}
    above = {"y": block.top + _HEAD - 8, "yanchor": "bottom"}
    yield note(f"<b>{block.heading}</b>", x=block.left, xanchor="left", font=ink, **above)
    for column, coder in enumerate(vocabulary.CODERS):
        text = vocabulary.CODERS[coder].replace(", ", "<br>").replace("coder", "Coder")
        start = block.left + _FIRST + column * _APART - _HALF
        yield note(text, x=start, xanchor="left", align="left", font=muted, **above)
    for place, item in enumerate(block.items):
        y = _row(block, place) - (7 if item.differs else 0)
        level = {"y": y, "yanchor": "middle", "xanchor": "left"}
        yield note(item.item, x=block.left + _CODE, font={"color": LIGHT["ink3"]}, **level)
        yield note(safe(item.label), x=block.left + _NAME, font=ink, **level)
        if item.differs:
            yield note("coders differ", x=block.left + _NAME, font=muted, **level | {"y": y + 14})


def _digit(cell: _Cell) -> dict:
    text = _WORDS.get(cell.score, f"<b>{cell.score}</b>")
    colour = LIGHT["ink3" if cell.score in _WORDS else "ink"]
    place = {"x": cell.x, "xshift": 12, "xanchor": "left", "y": cell.y, "yanchor": "middle"}
    return note(text, name="score", font={"color": colour}, **place)
