"""The rubric as a grid: what every coder scored, item by item."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import plotly.graph_objects as go

from aftermath import vocabulary
from aftermath.case_files.coders import Coder
from aftermath.figures.theme import (
    CLEAR,
    LIGHT,
    MEDIUM,
    TICK,
    WIDE,
    Drawing,
    Property,
    View,
    blank,
    hover,
    note,
    responsive,
    safe,
    scatter_trace,
    shortened,
)
from aftermath.measures.rubric import Item
from aftermath.measures.transparency import Transparency

_ROW, _HEAD = 34, 46  # px
_CODE, _NAME, _FIRST = 10, 40, 206  # px from the left edge of a block
_MARKS = 100  # px: the room beside the name of an item
_ABREAST = 3  # coders; further ones stand in lines below
_LINE = 22  # px: what a further line of marks, or of headings, adds
_TEXT_LINE = 1.3 * TICK  # px: a line of a heading, as plotly sets it
_HALF = 6.5  # px: half the side of a square
_WORDS = {"na": "n/a", "unknown": "?"}


@dataclass(frozen=True)
class _Block:
    """Items under one heading, with the place of its top left corner in px."""

    heading: str
    items: tuple[Item, ...]
    coders: tuple[Coder, ...]
    left: float
    top: float

    @property
    def further(self) -> float:
        return _LINE * ((len(self.coders) - 1) // _ABREAST)

    @property
    def bottom(self) -> float:
        return self.row(len(self.items))

    def row(self, number: int) -> float:
        """The top of a row; that of the first is where the head ends."""
        return self.top + _HEAD + self.further + (_ROW + self.further) * number

    def mark(self, column: int) -> tuple[float, float]:
        """Where a coder's mark stands: px from the left edge, and from the middle of the first line."""
        line, number = divmod(column, _ABREAST)
        return _FIRST + number * _MARKS / max(2, min(len(self.coders), _ABREAST)), line * _LINE


@dataclass(frozen=True)
class _Cell:
    """One coder's score with the middle of its square in px."""

    item: Item
    coder: Coder
    x: float
    y: float

    @property
    def score(self) -> str:
        return self.item.scores[self.coder.id]

    @property
    def event_ids(self) -> tuple[str, ...]:
        return self.item.event_ids.get(self.coder.id, ())


def rubric_grid(transparency: Transparency) -> go.Figure:
    """Draw the scores of every coder as empty, half and full squares with the digit.

    A dashed square applies but is not known, a dash does not apply, a cross is not coded. Items on which the coders
    differ carry an orange edge and the words.

    Parameters
    ----------
    transparency
        The result for one case.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths. ``customdata`` holds the first event that a score rests on.
    """
    return responsive(lambda view: _draw(_blocks(transparency, view), view))


def _blocks(transparency: Transparency, view: View) -> list[_Block]:
    """Three columns in a wide place, two in a medium one, one below the other in a narrow one."""
    items, coders = transparency.items, transparency.coders
    openness = tuple(item for item in items if item.item in vocabulary.TRANSPARENCY_ITEMS)
    empathy = tuple(item for item in items if item.item in vocabulary.EMPATHY_ITEMS)
    half = math.ceil(len(openness) / 2)
    parts = [("Transparency", openness), ("Empathy", empathy)]
    if view is WIDE:
        parts = [("Transparency", openness[:half]), ("", openness[half:]), parts[1]]
    if view is WIDE or view is MEDIUM:
        return [_Block(*part, coders, column * view.least / len(parts), 0.0) for column, part in enumerate(parts)]
    blocks: list[_Block] = []
    for part in parts:
        blocks.append(_Block(*part, coders, 0.0, blocks[-1].bottom + 10 if blocks else 0.0))
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
        annotations=[
            *(text for block in blocks for text in _texts(block)),
            *(_digit(cell) for cell in cells if cell.score != vocabulary.NOT_CODED),
        ],
    ).add([_marks(cells)])


def _cells(block: _Block) -> Iterator[_Cell]:
    for number, item in enumerate(block.items):
        for column, coder in enumerate(block.coders):
            aside, below = block.mark(column)
            yield _Cell(item, coder, block.left + aside, block.row(number) + _ROW / 2 + below)


def _marks(cells: list[_Cell]) -> dict:
    resting = [cell.event_ids for cell in cells]
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
    score = f"{cell.coder.label}: {vocabulary.SCORES.get(cell.score, cell.score)}"
    return hover(heading, [score, cell.item.rationales.get(cell.coder.id, ""), " ".join(cell.event_ids)])


def _square(cell: _Cell) -> Iterator[dict]:
    """An empty square with what fills it; a dashed square; a dash; or a cross. In px around its middle."""
    position = {"xsizemode": "pixel", "ysizemode": "pixel", "xanchor": cell.x, "yanchor": cell.y, "name": cell.score}
    square = {"x0": -_HALF, "x1": _HALF, "y0": -_HALF, "y1": _HALF}
    if cell.score == "na":
        yield {"type": "line", "x0": -5, "x1": 5, "y0": 0, "y1": 0, "line": _line(LIGHT["ink3"])} | position
        return
    if cell.score == vocabulary.NOT_CODED:
        yield {"type": "path", "path": "M-4 -4L4 4M-4 4L4 -4", "line": _line(LIGHT["ink3"])} | position
        return
    if cell.score == "1":
        corner = f"M{-_HALF} {_HALF}L{-_HALF} {-_HALF}L{_HALF} {-_HALF}Z"
        yield {"type": "path", "path": corner, "fillcolor": LIGHT["me"], "line": {"width": 0}} | position
    unknown = cell.score == "unknown"
    line = _line(LIGHT["ink3"], dash="3px,2px") if unknown else _line(LIGHT["me"])
    yield {"type": "rect", "fillcolor": LIGHT["me"] if cell.score == "2" else CLEAR, "line": line} | square | position


def _line(colour: str, **more: Property) -> dict:
    return {"color": colour, "width": 1.5, **more}


def _rules(blocks: list[_Block], view: View) -> Iterator[dict]:
    columns = len({block.left for block in blocks})
    width = view.least / columns - (10 if columns > 1 else 0)
    for block in blocks:
        for number in range(len(block.items) + 1):
            y = block.row(number)
            line = {"color": LIGHT["rule" if number else "rule2"], "width": 1}
            yield {"type": "line", "x0": block.left, "x1": block.left + width, "y0": y, "y1": y, "line": line}
        for number, item in enumerate(block.items):
            if item.differs:
                line = {"color": LIGHT["focus"], "width": 3}
                ends = {
                    "x0": block.left + 2,
                    "x1": block.left + 2,
                    "y0": block.row(number),
                    "y1": block.row(number + 1),
                }
                yield {"type": "line", "name": "differs", "line": line} | ends


def _texts(block: _Block) -> Iterator[dict]:
    ink, muted = {"color": LIGHT["ink"]}, {"color": LIGHT["ink3"], "size": TICK}
    yield note(f"<b>{block.heading}</b>", x=block.left, y=block.row(0) - 8, xanchor="left", yanchor="bottom", font=ink)
    headings = [_heading(coder, len(block.coders)) for coder in block.coders]
    top = block.row(0) - block.further - 8 - _TEXT_LINE * max(heading.count("<br>") + 1 for heading in headings)
    for column, heading in enumerate(headings):
        aside, below = block.mark(column)
        position = {"x": block.left + aside - _HALF, "y": top + below, "yanchor": "top"}
        yield note(heading, name="coder", xanchor="left", align="left", font=muted, **position)
    for number, item in enumerate(block.items):
        y = block.row(number) + _ROW / 2 - (7 if item.differs else 0)
        level = {"y": y, "yanchor": "middle", "xanchor": "left"}
        yield note(item.item, x=block.left + _CODE, font={"color": LIGHT["ink3"]}, **level)
        yield note(safe(item.label), x=block.left + _NAME, font=ink, **level)
        if item.differs:
            yield note("coders differ", x=block.left + _NAME, font=muted, **level | {"y": y + 14})


def _heading(coder: Coder, coders: int) -> str:
    """A coder over their marks: in full where there is room."""
    name = shortened(coder.id, _MARKS / min(coders, _ABREAST) - 4, TICK)
    if coders > 2:
        return name
    return f"{'Coder ' if len(coder.id) == 1 else ''}{name}{'<br>blind' if coder.blind else ''}"


def _digit(cell: _Cell) -> dict:
    text = _WORDS.get(cell.score, f"<b>{cell.score}</b>")
    colour = LIGHT["ink3" if cell.score in _WORDS else "ink"]
    position = {"x": cell.x, "xshift": 12, "xanchor": "left", "y": cell.y, "yanchor": "middle"}
    return note(text, name="score", font={"color": colour}, **position)
