"""How often intervals held the truth in the simulation: one mark a row, against what they promise."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import plotly.graph_objects as go
import polars as pl

from aftermath.figures.theme import (
    LIGHT,
    Drawing,
    View,
    blank,
    hover,
    note,
    responsive,
    safe,
    scatter_trace,
    wrapped,
)
from aftermath.statistics.checks.simulated import COMPARISON, HOLDS, KEEPS, SimulationStudy
from aftermath.wording import DASH, interval, number

_ROW, _GAP = 18, 14  # px: the height of a row, and the space between groups
_LINE = 17  # px: the height of a line of a heading
_MARGINS = {
    "wide": {"l": 345, "r": 195, "t": 26, "b": 30},
    "medium": {"l": 345, "r": 62, "t": 26, "b": 30},
    "narrow": {"l": 58, "r": 62, "t": 26, "b": 30},
}
_TICKS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_KINDS = ("ours", "outside", COMPARISON)


@dataclass(frozen=True)
class _Row:
    """A row of the table with its place from the top in px."""

    cells: dict
    y: float

    @property
    def kind(self) -> str:
        if self.cells["estimator"].startswith(COMPARISON):
            return COMPARISON
        return "ours" if self.cells["verdict"] == KEEPS else "outside"

    @property
    def hover(self) -> str:
        cells = self.cells
        ends = interval(100 * cells["coverage_lower"], 100 * cells["coverage_upper"], 1)
        return hover(
            cells["estimator"],
            [
                f"n = {cells['n']}, {cells['truth']}, {cells['level']:.0%} intervals",
                f"{number(100 * cells['coverage'], 1)} % {ends} of {number(cells['estimates'])} intervals held the truth: {cells['verdict']}",
            ],
        )


def interval_coverage(study: SimulationStudy) -> go.Figure:
    """Draw how often intervals held the truth.

    Each mark is the share of simulated data sets whose interval held the truth, in a bar for what chance alone leaves open
    (95 %). On the shaded stretch an interval of its level keeps its word. Grey: what is there for comparison.

    Parameters
    ----------
    study
        From ``simulation_study``.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths.
    """
    return responsive(lambda view: _draw(study.table, view))


def _draw(table: pl.DataFrame, view: View) -> Drawing:
    groups = _groups(table, view)
    rows = list(itertools.chain.from_iterable(groups))
    height, margin = rows[-1].y + _ROW, _MARGINS[view.name]
    lowest = min(0.5, table.select(pl.col("coverage_lower").min()).item() - 0.02)
    figure = blank(
        height + margin["t"] + margin["b"],
        margin=margin,
        xaxis={"range": [lowest, 1.0], "tickvals": _TICKS, "tickformat": ".0%", "showgrid": True},
        yaxis={"range": [height, 0], "visible": False},
        shapes=[*itertools.chain.from_iterable(map(_promise, groups))],
        annotations=[*_labels(groups, view), *_verdicts(rows, view)],
    )
    return figure.add([trace for kind in _KINDS for trace in _marks(rows, kind)])


def _groups(table: pl.DataFrame, view: View) -> list[list[_Row]]:
    """Rows of one estimator and truth stand together."""
    y, groups = _ROW / 2, []
    for _, cells in itertools.groupby(table.to_dicts(), lambda row: (row["estimator"], row["truth"], row["level"])):
        rows = list(cells)
        lines = _LINE * len(_heading(rows[0], view).split("<br>"))
        y += lines if view.narrow else 0  # above its rows where there is no room beside them
        groups.append([_Row(row, y + _ROW * number) for number, row in enumerate(rows)])
        y += _GAP + (_ROW * len(rows) if view.narrow else max(_ROW * len(rows), lines))
    return groups


def _promise(group: list[_Row]) -> Iterator[dict]:
    """Where the intervals of a group keep their word, and the level that they promise."""
    level = group[0].cells["level"]
    position = {"xref": "x", "yref": "y", "y0": group[0].y - _ROW / 2, "y1": group[-1].y + _ROW / 2, "layer": "below"}
    low, high = HOLDS[level]
    yield position | {"type": "rect", "x0": low, "x1": high, "fillcolor": LIGHT["wash"], "line": {"width": 0}}
    yield position | {
        "type": "line",
        "x0": level,
        "x1": level,
        "line": {"color": LIGHT["ink3"], "width": 1, "dash": "dot"},
    }


def _marks(rows: list[_Row], kind: str) -> Iterator[dict]:
    """Bars of chance, and the shares in them."""
    colour = {"ours": LIGHT["me"], "outside": LIGHT["focus"], COMPARISON: LIGHT["oth"]}[kind]
    own = [row for row in rows if row.kind == kind and row.cells["coverage"] is not None]
    yield scatter_trace(
        x=[x for row in own for x in (row.cells["coverage_lower"], row.cells["coverage_upper"], None)],
        y=[y for row in own for y in (row.y, row.y, None)],
        mode="lines",
        line={"color": colour, "width": 7},
        opacity=0.35,
        name=f"chance, {kind}",
        meta={"role": "interval"},
        hoverinfo="skip",
    )
    yield scatter_trace(
        x=[row.cells["coverage"] for row in own],
        y=[row.y for row in own],
        mode="markers",
        marker={"symbol": "line-ns", "size": 13, "color": colour, "line": {"color": colour, "width": 3}},
        name=f"coverage, {kind}",
        meta={"role": "coverage"},
        hovertext=[row.hover for row in own],
        hoverinfo="text",
    )


def _labels(groups: list[list[_Row]], view: View) -> Iterator[dict]:
    edge = {"xref": "paper", "x": 0, "yref": "y"}
    for group in groups:
        first = group[0]
        position = {"yanchor": "bottom", "yshift": _ROW / 2} if view.narrow else {"yanchor": "top", "yshift": 9}
        position |= {"xanchor": "left", "xshift": -_MARGINS[view.name]["l"], "align": "left"}
        yield note(_heading(first.cells, view), y=first.y, name="major", **edge, **position)
        for row in group:
            yield note(f"n = {row.cells['n']}", y=row.y, xanchor="right", xshift=-8, name="major", **edge)


def _heading(cells: dict, view: View) -> str:
    """The estimator, and below it the truth and the level in as many lines as they take."""
    setting = wrapped(f"{cells['truth']}; {cells['level']:.0%}", 36 if view.narrow else 44)
    estimator = cells["estimator"]
    return f"<b>{safe(estimator[0].upper() + estimator[1:])}</b><br>{setting}"


def _verdicts(rows: list[_Row], view: View) -> Iterator[dict]:
    """The share in figures, and, where there is room, in words if it is not what was promised."""
    for row in rows:
        coverage = row.cells["coverage"]
        share = DASH if coverage is None else f"{number(100 * coverage, 1)} %"
        words = share if row.kind == "ours" or view.name != "wide" else f"{share}, {row.cells['verdict']}"
        strong = f"<b>{words}</b>" if row.kind == "outside" else words
        yield note(strong, xref="paper", x=1, xanchor="left", xshift=8, yref="y", y=row.y, name="major")
