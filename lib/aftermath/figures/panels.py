"""Several small drawings in one figure: where each stands, in as many columns as there is room for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sized
from dataclasses import dataclass

from aftermath.figures.theme import LIGHT, Drawing, View, note, safe, shortened, text_width, whole_parts
from aftermath.wording import number


@dataclass(frozen=True)
class Grid:
    """Panels in rows and columns, first across, then down.

    Parameters
    ----------
    count
        How many panels.
    columns
        View to columns.
    height
        Of a panel, in px.
    left, between, right
        Px left of each panel for its labels, between two rows, and right of the last column.
    """

    count: int
    columns: dict[str, int]
    height: int
    left: int = 56
    between: int = 62
    right: int = 12
    top: int = 30
    bottom: int = 34

    def rows(self, view: View) -> int:
        """How many rows a view has."""
        return math.ceil(self.count / self.columns[view.name])

    def total(self, view: View) -> float:
        """Height of the figure in px, margins included."""
        rows = self.rows(view)
        return rows * self.height + (rows - 1) * self.between + self.top + self.bottom

    @property
    def margin(self) -> dict[str, int]:
        """The figure's margins; each panel's own labels stand in its left part."""
        return {"l": self.left, "r": self.right, "t": self.top, "b": self.bottom}

    def width(self, view: View) -> float:
        """Width of a panel in px at the view's narrowest."""
        columns = self.columns[view.name]
        return (view.least - self.right - columns * self.left) / columns

    def domains(self, panel: int, view: View) -> tuple[list[float], list[float]]:
        """Where a panel stands, as shares of the drawing: across, and up."""
        row, column = divmod(panel, self.columns[view.name])
        drawing = view.least - self.left - self.right
        start = column * (self.width(view) + self.left) / drawing
        tall = self.total(view) - self.top - self.bottom
        upper = 1 - row * (self.height + self.between) / tall
        across = [start, min(1.0, start + self.width(view) / drawing)]
        return across, [max(0.0, upper - self.height / tall), upper]


def axes(panel: int) -> tuple[str, str]:
    """The names of a panel's axes as traces refer to them.

    Examples
    --------
    >>> axes(0), axes(2)
    (('x', 'y'), ('x3', 'y3'))
    """
    suffix = "" if panel == 0 else str(panel + 1)
    return f"x{suffix}", f"y{suffix}"


def layout_names(panel: int) -> tuple[str, str]:
    """The names of a panel's axes in the layout."""
    x, y = axes(panel)
    return f"xaxis{x[1:]}", f"yaxis{y[1:]}"


def heading(grid: Grid, panel: int, view: View, title: str, below: str = "") -> list[dict]:
    """A panel's title over its left edge, cut to its width, with a second part in plain type."""
    across, up = grid.domains(panel, view)
    room = grid.width(view) + grid.left - 8
    bold = shortened(title, room, bold=True)
    rest = whole_parts(below, max(0.0, room - text_width(f"{title}  ", bold=True))) if bold == title else ""
    text = f"<b>{safe(bold)}</b>" + (f"  {safe(rest)}" if rest else "")
    position = {"xref": "paper", "yref": "paper", "x": across[0], "y": up[1], "xanchor": "left", "yanchor": "bottom"}
    return [note(text, name="panel", xshift=-grid.left + 4, yshift=7, font={"color": LIGHT["ink"]}, **position)]


def add_panel(
    figure: Drawing,
    position: tuple[Grid, int, View],
    x: dict,
    y: dict,
    traces: Iterable[dict],
    annotations: Iterable[dict],
    shapes: Iterable[dict] = (),
) -> None:
    """Draw a panel in its place.

    Parameters
    ----------
    figure
        Takes it in.
    place
        The grid, the number of the panel, and the view.
    x, y
        Its axes, without their domains.
    traces, annotations, shapes
        What it shows; traces need not name their axes.
    """
    grid, panel, view = position
    (across, up), (x_name, y_name), (x_axis, y_axis) = grid.domains(panel, view), layout_names(panel), axes(panel)
    own = {x_name: x | {"domain": across, "anchor": y_axis}, y_name: y | {"domain": up, "anchor": x_axis}}
    figure.add([trace | {"xaxis": x_axis, "yaxis": y_axis} for trace in traces], annotations, shapes, **own)


def ticks(values: Sized, room: float, width: float) -> list[int]:
    """Indices of as many values, evenly spread and with the first, as have ``width`` px in ``room`` px.

    Examples
    --------
    >>> ticks(range(26), 300, 50)
    [0, 5, 10, 15, 20, 25]
    """
    most = max(2, int(room // width))
    step = max(1, math.ceil((len(values) - 1) / (most - 1)))
    return list(range(0, len(values), step))


def round_steps(lower: float, upper: float, most: int = 4) -> list[float]:
    """Round numbers between two ends, at most so many, in steps of 1, 2 or 5 times a power of ten.

    Examples
    --------
    >>> round_steps(-7, 4), round_steps(100e6, 1.4e9)
    ([-5.0, 0.0], [500000000.0, 1000000000.0])
    """
    raw = max(upper - lower, 1e-12) / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw)
    return [count * step for count in range(math.ceil(lower / step), math.floor(upper / step) + 1)]


def brief(value: float) -> str:
    """A number for an axis: thousands, millions and billions by a letter or a word.

    Examples
    --------
    >>> [brief(value) for value in (0, -20, 0.5, 250_000, 1_500_000, 2e9)]
    ['0', '−20', '0.5', '250k', '1.5m', '2bn']
    """
    for size, word in ((1e9, "bn"), (1e6, "m"), (1e4, "k")):
        if abs(value) >= size:
            return f"{_plain(value / (1e3 if word == 'k' else size))}{word}"
    return _plain(value)


def _plain(value: float) -> str:
    return number(value, 0 if value == round(value) else 1 if round(value, 1) == round(value, 6) else 2)
