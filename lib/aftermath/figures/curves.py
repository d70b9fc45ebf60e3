"""Latency curves: the share of cases that had answered by each moment, over all cases and by groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import plotly.graph_objects as go

from aftermath.figures.panels import Grid, add_panel, heading
from aftermath.figures.theme import LIGHT, Drawing, Property, View, blank, hover, responsive, scatter_trace
from aftermath.figures.time_axis import TimeAxis
from aftermath.measures.latency_curves import LatencyCurve, LatencyCurves
from aftermath.times import MINUTE
from aftermath.wording import counted, duration

_HEIGHT, _FIRST = 150, 230  # px: of a panel, and of the first, which is as wide as the figure
_MOMENTS = 48  # that a panel of a group draws; the first, three times as wide, three times as many
_BY_MOMENT = (
    *("seconds", "not_yet_lower", "not_yet_upper", "possible_lower", "possible_upper", "band_lower", "band_upper"),
)
_COLUMNS = {"wide": 4, "medium": 2, "narrow": 1}


@dataclass(frozen=True)
class _Panels(Grid):
    """A panel across the whole width, and the others in a grid below it."""

    def _tall(self, view: View) -> float:
        return super().total(view) - self.top - self.bottom if self.count else -self.between

    def total(self, view: View) -> float:
        return _FIRST + self.between + self._tall(view) + self.top + self.bottom

    def domains(self, panel: int, view: View) -> tuple[list[float], list[float]]:
        whole = _FIRST + self.between + self._tall(view)
        if not panel:
            return [0.0, 1.0], [1 - _FIRST / whole, 1.0]
        below = Grid(self.count, self.columns, self.height, self.left, self.between, self.right, self.top, self.bottom)
        across, up = below.domains(panel - 1, view)
        return across, [end * self._tall(view) / whole for end in up]


@dataclass(frozen=True)
class _Panel:
    """A curve with its place and its name; a group's stands before the curve of all cases."""

    number: int
    curve: LatencyCurve
    title: str
    level: float
    behind: LatencyCurve | None


def latency_curves(whole: LatencyCurves, *grouped: LatencyCurves) -> go.Figure:
    """Draw the share of cases that had answered by each moment.

    The line is Turnbull's estimate; where the intervals of the cases do not say how it runs, it is an area between the
    least and the greatest share that they allow. The pale band comes from resampling cases. Groups have a panel each, with
    all cases as a grey line behind them.

    Parameters
    ----------
    whole
        From ``aftermath.latency_curves``, one curve over all cases.
    grouped
        The same by groups, e.g. by cause; their curves follow in this order.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths, on **one time axis** for all panels.

    Raises
    ------
    ValueError
        If ``whole`` holds several groups.
    """
    if len(whole.curves) != 1:
        raise ValueError("the first result must hold one curve over all cases: measure it without groups")
    (every,) = whole.curves
    pairs = [(group, curve) for group in grouped for curve in group.curves]
    panels = [_Panel(0, every, f"All {whole.noun[1]}", whole.level, None)] + [
        _Panel(number, curve, f"{group.by}: {curve.group}" if group.by else curve.group, group.level, every)
        for number, (group, curve) in enumerate(pairs, start=1)
    ]
    axis = TimeAxis.reaching(MINUTE, max(float(panel.curve.seconds[-1]) for panel in panels))
    coarse = _thinned(every, axis, _MOMENTS)
    panels = [
        replace(
            panel,
            curve=_thinned(panel.curve, axis, _MOMENTS * (1 if panel.behind else 3)),
            behind=panel.behind and coarse,
        )
        for panel in panels
    ]
    grid = _Panels(len(pairs), _COLUMNS, _HEIGHT, left=46, between=58)
    drawn = [(panel, _traces(panel, axis)) for panel in panels]
    return responsive(lambda view: _draw(drawn, grid, axis, view))


def _thinned(curve: LatencyCurve, axis: TimeAxis, most: int) -> LatencyCurve:
    """A curve as it can be seen: of more moments than so many the first, and the last in each of so many equal parts of the axis."""
    if len(curve.seconds) <= most:
        return curve
    parts = np.array([int(most * axis.position(second) / axis.limits[1]) for second in curve.seconds])
    kept = np.append(np.diff(parts) > 0, True)
    kept[0] = True
    return replace(curve, **{name: getattr(curve, name)[kept] for name in _BY_MOMENT})


def _draw(drawn: Sequence[tuple[_Panel, list[dict]]], grid: _Panels, axis: TimeAxis, view: View) -> Drawing:
    figure = blank(grid.total(view), margin=grid.margin)
    for panel, traces in drawn:
        across, _ = grid.domains(panel.number, view)
        pixels = (across[1] - across[0]) * (view.least - grid.left - grid.right)
        title = heading(grid, panel.number, view, panel.title, f"n = {len(panel.curve.case_ids)}")
        add_panel(figure, (grid, panel.number, view), axis.layout(pixels), _SHARES, traces, title)
    return figure


_SHARES = {
    "range": [-4, 104],
    "tickvals": [0, 50, 100],
    "ticktext": ["0 %", "50 %", "100 %"],
    "showgrid": True,
}


def _traces(panel: _Panel, axis: TimeAxis) -> list[dict]:
    curve = panel.curve
    least, most = 100 * (1 - curve.not_yet_upper), 100 * (1 - curve.not_yet_lower)
    # the least and the greatest share that the intervals allow, whatever the moments inside them
    possible = 100 * (1 - curve.possible_upper), 100 * (1 - curve.possible_lower)
    x = [axis.position(second) for second in curve.seconds]
    end = axis.limits[1]
    behind = [_line(panel.behind, axis, "all cases", color=LIGHT["oth"], width=1.2)] if panel.behind else []
    return [
        _area(x, 100 * (1 - curve.band_upper), 100 * (1 - curve.band_lower), end, 0.13, "band"),
        *behind,
        _area(x, least, most, end, 0.34, "not identified"),
        _stepped(x, possible, end, "possible", {"color": LIGHT["ink3"], "width": 1, "dash": "2px,2px"}),
        _line(curve, axis, "estimate", color=LIGHT["me"], width=1.8 if panel.behind else 2.4),
        _pointer(panel, x),
    ]


def _area(x: Sequence[float], lower: np.ndarray, upper: np.ndarray, end: float, opacity: float, name: str) -> dict:
    over, under = _steps(x, upper, end), _steps(x, lower, end)
    return scatter_trace(
        x=[at for at, _ in (*over, *reversed(under))],
        y=[share for _, share in (*over, *reversed(under))],
        fill="toself",
        fillcolor=LIGHT["me"],
        opacity=opacity,
        mode="lines",
        line={"width": 0},
        name=name,
        meta={"role": name},
        hoverinfo="skip",
    )


def _steps(x: Sequence[float], shares: np.ndarray, end: float) -> list[tuple[float, float]]:
    """The corners of a curve that keeps each share until the next moment, and the last to the end of the axis."""
    corners = []
    for at, share, until in zip(x, map(float, shares), (*x[1:], end), strict=True):
        corners += [(at, share), (until, share)]
    return corners


def _line(curve: LatencyCurve, axis: TimeAxis, name: str, **look: Property) -> dict:
    """Both ends of the estimate, which are one line where it is unique."""
    x = [axis.position(second) for second in curve.seconds]
    return _stepped(x, (100 * (1 - curve.not_yet_upper), 100 * (1 - curve.not_yet_lower)), axis.limits[1], name, look)


def _stepped(
    x: Sequence[float], shares: tuple[np.ndarray, np.ndarray], end: float, name: str, look: dict[str, Property]
) -> dict:
    least, most = (_steps(x, share, end) for share in shares)
    return scatter_trace(
        x=[*(at for at, _ in least), None, *(at for at, _ in most)],
        y=[*(share for _, share in least), None, *(share for _, share in most)],
        mode="lines",
        line=look,
        name=name,
        meta={"role": name},
        hoverinfo="skip",
    )


def _pointer(panel: _Panel, x: Sequence[float]) -> dict:
    """Nothing to be seen, but what the pointer reads at each moment where the curve may move."""
    curve = panel.curve
    middle = 100 * (1 - (curve.not_yet_lower + curve.not_yet_upper) / 2)
    level = f"{panel.level:.0%} band, {counted(len(curve.case_ids), 'case')}"
    texts = [
        hover(f"Answered within {duration(float(second))}", [curve.share_by(float(second)), level])
        for second in curve.seconds
    ]
    return scatter_trace(
        x=list(x),
        y=middle.tolist(),
        mode="markers",
        marker={"size": 12, "color": LIGHT["me"], "opacity": 0},
        name="moments",
        hovertext=texts,
        hoverinfo="text",
    )
