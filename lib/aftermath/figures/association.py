"""Associations: slopes inside their intervals, and what perfect order of the same numbers would have told."""

from __future__ import annotations

from collections.abc import Iterable

import plotly.graph_objects as go

from aftermath.comparison.association import Association
from aftermath.comparison.associations import ALL, LIKE_CLOCKS, Associations
from aftermath.figures.bars import Bar, outline, painted, sensitive
from aftermath.figures.rows import headline, segments
from aftermath.figures.theme import LIGHT, Drawing, View, blank, hover, responsive
from aftermath.statistics.result import NothingToMeasure
from aftermath.wording import number

_ROW, _FIRST, _SECOND, _TALL = 62, 29, 47, 13  # px: a pair, the middles of its two bands, and their height
_MARGIN = {"l": 12, "r": 12, "t": 6, "b": 36}
_NARROW = {"the first public response": "response", "the first apology by a named person": "named apology"}
REACH = 2.0  # standard deviations: what is further out is cut off
_STEPS = (-2.0, -1.0, 0.0, 1.0, 2.0)


def associations(measured: Associations) -> go.Figure:
    """Draw one row for every pair of measures.

    Upper band: all cases. Lower band, dashed: without own clocks and series. In each, the upright line is the slope and the band its interval;
    the thin line with ticks is the interval that the same numbers would have given in perfect order. Slopes are in standard deviations
    over the cases, so that they can be compared. What reaches further than the axis is cut off.

    Parameters
    ----------
    measured
        From ``aftermath.associations``.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths.

    Raises
    ------
    NothingToMeasure
        If nothing could be computed.
    """
    if not measured.computed:
        raise NothingToMeasure(f"No association can be computed: {measured.whole.pairs[0].why_not}.")
    return responsive(lambda view: _draw(measured, view))


def _draw(measured: Associations, view: View) -> Drawing:
    room = view.least - _MARGIN["l"] - _MARGIN["r"]
    total = len(measured.rows) * _ROW
    figure = blank(
        total + _MARGIN["t"] + _MARGIN["b"],
        margin=_MARGIN,
        xaxis={
            "range": [-REACH - 0.05, REACH + 0.05],
            "tickvals": list(_STEPS),
            "ticktext": [number(step, 1, sign=True) if step else "0" for step in _STEPS],
            "showgrid": True,
        },
        yaxis={"range": [total, 0], "visible": False},
        annotations=[headline(*_names(row, view), index * _ROW + 11, room) for index, row in enumerate(measured.rows)],
    )
    return figure.add(_traces(measured, total))


def _names(row: tuple[Association, Association], view: View) -> tuple[str, str]:
    whole, like_clocks = row
    sizes = f"n = {len(whole.case_ids)}" + (f", {len(like_clocks.case_ids)} below" if like_clocks.computed else "")
    name = _title(whole)
    for long, short in _NARROW.items() if view.narrow else ():
        name = name.replace(long, short)
    return name, sizes


def _traces(measured: Associations, total: float) -> list[dict]:
    upper = list(_drawn(measured, 0, _FIRST))
    lower = list(_drawn(measured, 1, _SECOND))
    upper_bars, lower_bars = ([_bar(*drawn) for drawn in some] for some in (upper, lower))
    both = upper + lower
    uprights = [
        [(slope, middle - _TALL / 2 - 1), (slope, middle + _TALL / 2 + 1)]
        for pair, middle in both
        for slope in _within(pair, pair.estimates[0].value)
    ]
    texts = [
        hover(_title(pair), [which, pair.slope_text, pair.order_text, pair.tau_text])
        for some, which in ((upper, ALL), (lower, LIKE_CLOCKS))
        for pair, _ in some
    ]
    return [
        segments([[(0.0, 0.0), (0.0, total)]], LIGHT["rule2"], 1.5, "zero"),
        painted(upper_bars, LIGHT["me"], "interval", opacity=0.3, meta={"role": "interval"}),
        painted(lower_bars, LIGHT["me"], "interval, like clocks", opacity=0.1, meta={"role": "interval"}),
        outline(lower_bars, LIGHT["me"], "3px,3px", "like clocks"),
        segments(_orders(both), LIGHT["ink2"], 1, "perfect order", meta={"role": "order"}),
        segments(uprights, LIGHT["me"], 3, "slope", meta={"role": "slope"}),
        sensitive([*upper_bars, *lower_bars], texts, [None] * len(texts)),
    ]


def _drawn(measured: Associations, which: int, middle: float) -> Iterable[tuple[Association, float]]:
    for index, row in enumerate(measured.rows):
        if row[which].computed:
            yield row[which], index * _ROW + middle


def _within(pair: Association, *slopes: float) -> list[float]:
    """Slopes in standard deviations over the cases, no further out than the axis."""
    return [max(-REACH, min(REACH, slope * pair.ratio)) for slope in slopes]


def _bar(pair: Association, middle: float) -> Bar:
    slope, _, _ = pair.estimates
    start, end = _within(pair, slope.lower, slope.upper)
    return Bar(start, end, middle, _TALL)


def _orders(drawn: Iterable[tuple[Association, float]]) -> Iterable[list[tuple[float, float]]]:
    for pair, middle in drawn:
        _, in_order, _ = pair.estimates
        low, high = _within(pair, in_order.lower, in_order.upper)
        yield [(low, middle), (high, middle)]
        yield from ([(end, middle - 4), (end, middle + 4)] for end in (low, high))


def _title(pair: Association) -> str:
    return f"{pair.first.name[0].upper()}{pair.first.name[1:]} × {pair.second.name}"
