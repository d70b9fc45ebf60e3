"""Estimates among their placebos: a row an estimate, each on a scale of its own that holds zero."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go

from aftermath.figures.rows import headline, segments
from aftermath.figures.theme import LIGHT, TICK, Drawing, View, blank, hover, note, responsive, safe, scatter_trace
from aftermath.measures.placebos import PlaceboChecks
from aftermath.measures.placebos.publishers import WithoutEach
from aftermath.statistics.placebos import Placebos
from aftermath.wording import counted, probability

_ROW, _HEAD, _LINE = 66, 12, 34  # px: an estimate, the middle of its name, and its line
_MARGIN = {"l": 34, "r": 34, "t": 4, "b": 4}
_HOVERS = 80  # marks of a row that have a text each: of more nobody finds the one he looks for


@dataclass(frozen=True)
class _Row:
    """One estimate: what is drawn, and where on the scale from 0 to 1."""

    check: Placebos | WithoutEach
    top: float

    @property
    def others(self) -> list[tuple[str, float]]:
        """Name and value of each mark: placebos that count, or estimates without one."""
        frame = self.check.placebos.filter("counts") if isinstance(self.check, Placebos) else self.check.rows
        return list(frame.select("what", "estimate").iter_rows())

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the greatest value that the row shows beside zero."""
        check = self.check
        shown = (
            check.placebos["estimate"].to_list()
            if isinstance(check, Placebos)
            else [*check.rows["estimate"], check.lower, check.upper]
        )
        values = [0.0, check.estimate, *shown]
        return min(values), max(values)

    @property
    def line(self) -> float:
        return self.top + _LINE

    @property
    def aside(self) -> str:
        if isinstance(self.check, Placebos):
            return f"p = {probability(self.check.p)}, {counted(self.check.n, self.check.kind)}"
        return f"without each of {counted(self.check.rows.height, self.check.kind)}"

    def place(self, value: float) -> float:
        least, greatest = self.ends
        return round((value - least) / (greatest - least), 4)


def among_placebos(checks: PlaceboChecks) -> go.Figure:
    """Draw each estimate as a diamond among its placebos, or among what it is without each publisher.

    Upright marks are the placebos that count, **the line runs over all of them**, those that overlap included; without each
    publisher it is the interval with all.

    Parameters
    ----------
    checks
        From ``aftermath.placebos``.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths.
    """
    rows = [_Row(check, _ROW * place) for place, check in enumerate(checks.checks)]
    return responsive(lambda view: _draw(rows, view))


def _draw(rows: list[_Row], view: View) -> Drawing:
    height = _ROW * len(rows)
    room = view.least - 16
    names = [
        headline(row.check.name, "" if view.narrow else row.aside, row.top + _HEAD, room, xshift=-_MARGIN["l"] + 4)
        for row in rows
    ]
    figure = blank(
        height + _MARGIN["t"] + _MARGIN["b"],
        margin=_MARGIN,
        xaxis={"range": [0, 1], "visible": False},
        yaxis={"range": [height, 0], "visible": False},
        annotations=[*names, *(_number(row, value) for row in rows for value in _numbered(row))],
    )
    return figure.add(_traces(rows))


def _numbered(row: _Row) -> list[float]:
    """The values that stand below a line: its estimate, and of zero and the ends what is not too near to another."""
    chosen: list[float] = []
    for value in (row.check.estimate, 0.0, *row.ends):
        if all(abs(row.place(value) - row.place(other)) > 0.2 for other in chosen):
            chosen.append(value)
    return chosen


def _number(row: _Row, value: float) -> dict:
    own = value == row.check.estimate
    text = row.check.shown(value) if value else "0"
    font = {"size": TICK, "color": LIGHT["me" if own else "ink3"]}
    place = {"x": row.place(value), "y": row.line, "yshift": -8, "xanchor": "center", "yanchor": "top"}
    return note(safe(text), name="label", font=font, **place)


def _traces(rows: list[_Row]) -> list[dict]:
    lines, zeros, marks, texts = [], [], [], []
    for row in rows:
        check, others = row.check, row.others
        values = check.placebos["estimate"].to_list() if isinstance(check, Placebos) else [check.lower, check.upper]
        lines.append([(row.place(min(values)), row.line), (row.place(max(values)), row.line)])
        zeros.append([(row.place(0.0), row.line - 11), (row.place(0.0), row.line + 8)])
        marks += [(row.place(value), row.line) for _, value in others]
        few = len(others) <= _HOVERS
        texts += [hover(what, [check.shown(value)]) if few else "" for what, value in others]
    ticks = {"symbol": "line-ns", "size": 11, "line": {"width": 1, "color": LIGHT["ink2"]}}
    own = {"symbol": "diamond", "size": 10, "color": LIGHT["me"], "line": {"width": 0}}
    estimates = [(row.place(row.check.estimate), row.line) for row in rows]
    hovers = [hover(row.check.name, [row.check.shown(row.check.estimate), row.aside]) for row in rows]
    return [
        segments(lines, LIGHT["rule2"], 3, "all placebos", meta={"role": "range"}),
        segments(zeros, LIGHT["ink3"], 1, "zero", dash="3px,2px"),
        _points(marks, ticks, "placebos", texts),
        _points(estimates, own, "estimate", hovers) | {"meta": {"role": "mark"}},
    ]


def _points(points: list[tuple[float, float]], marker: dict, name: str, texts: list[str]) -> dict:
    x, y = ([point[axis] for point in points] for axis in (0, 1))
    return scatter_trace(
        x=x, y=y, mode="markers", marker=marker, name=name, hovertext=texts, hoverinfo="text", cliponaxis=False
    )
