"""Rank correlations: tau-b as a line inside its spread, with what leaving one case out would do."""

from __future__ import annotations

from collections.abc import Iterable

import plotly.graph_objects as go

from aftermath.comparison.association import Association
from aftermath.comparison.together import ALL, LIKE_CLOCKS, Together
from aftermath.figures.bars import Bar, outline, painted, sensitive
from aftermath.figures.rows import headline, segments
from aftermath.figures.theme import LIGHT, Drawing, View, blank, hover, responsive
from aftermath.wording import counted, interval, number

_ROW, _FIRST, _SECOND, _TALL = 62, 29, 47, 13  # px: a pair, the middles of its two bands, and their height
_MARGIN = {"l": 12, "r": 12, "t": 6, "b": 36}
_NARROW = {"the first public response": "response", "the first apology by a named person": "named apology"}
_STEPS = (-1.0, -0.5, 0.0, 0.5, 1.0)


def associations(together: Together) -> go.Figure:
    """Draw one row for every pair of measures.

    Upper band: all cases. Lower band, dashed: without own clocks and series. In each, the upright line is tau-b, the band its
    spread, and the thin line with ticks runs over the values that come out when one case is left out.

    Parameters
    ----------
    together
        From ``aftermath.associations``.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths.

    Raises
    ------
    ValueError
        If nothing could be computed.
    """
    if not together.computed:
        raise ValueError("no correlation could be computed: there are too few cases to draw")
    return responsive(lambda view: _draw(together, view))


def _draw(together: Together, view: View) -> Drawing:
    room = view.least - _MARGIN["l"] - _MARGIN["r"]
    total = len(together.rows) * _ROW
    figure = blank(
        total + _MARGIN["t"] + _MARGIN["b"],
        margin=_MARGIN,
        xaxis={
            "range": [-1.04, 1.04],
            "tickvals": list(_STEPS),
            "ticktext": [number(step, 1, sign=True) if step else "0" for step in _STEPS],
            "showgrid": True,
        },
        yaxis={"range": [total, 0], "visible": False},
        annotations=[headline(*_names(row, view), place * _ROW + 11, room) for place, row in enumerate(together.rows)],
    )
    return figure.add(_traces(together, total))


def _names(row: tuple[Association, Association], view: View) -> tuple[str, str]:
    whole, like_clocks = row
    sizes = f"n = {len(whole.case_ids)}" + (f", {len(like_clocks.case_ids)} below" if like_clocks.test else "")
    name = f"{whole.first[0].upper()}{whole.first[1:]} × {whole.second}"
    for long, short in _NARROW.items() if view.narrow else ():
        name = name.replace(long, short)
    return name, sizes


def _traces(together: Together, total: float) -> list[dict]:
    upper = list(_drawn(together, 0, _FIRST))
    lower = list(_drawn(together, 1, _SECOND))
    upper_bars, lower_bars = ([_bar(*each) for each in some] for some in (upper, lower))
    both = upper + lower
    texts = [_hover(pair, which) for some, which in ((upper, ALL), (lower, LIKE_CLOCKS)) for pair, _ in some]
    return [
        segments([[(0.0, 0.0), (0.0, total)]], LIGHT["rule2"], 1.5, "zero"),
        painted(upper_bars, LIGHT["me"], "spread", opacity=0.3, meta={"role": "spread"}),
        painted(lower_bars, LIGHT["me"], "spread, like clocks", opacity=0.1, meta={"role": "spread"}),
        outline(lower_bars, LIGHT["me"], "3px,3px", "like clocks"),
        segments(_left_out(both), LIGHT["ink2"], 1, "one case left out", meta={"role": "left out"}),
        segments(_taus(both), LIGHT["me"], 3, "tau-b", meta={"role": "tau"}),
        sensitive([*upper_bars, *lower_bars], texts, [None] * len(texts)),
    ]


def _drawn(together: Together, which: int, middle: float) -> Iterable[tuple[Association, float]]:
    for place, row in enumerate(together.rows):
        if row[which].test is not None:
            yield row[which], place * _ROW + middle


def _bar(pair: Association, middle: float) -> Bar:
    least = max(0.0, 0.012 - (pair.upper - pair.lower)) / 2  # a spread of one point is still to be seen
    return Bar(pair.lower - least, pair.upper + least, middle, _TALL)


def _taus(drawn: Iterable[tuple[Association, float]]) -> Iterable[list[tuple[float, float]]]:
    for pair, middle in drawn:
        tau = pair.test.statistic
        yield [(tau, middle - _TALL / 2 - 1), (tau, middle + _TALL / 2 + 1)]


def _left_out(drawn: Iterable[tuple[Association, float]]) -> Iterable[list[tuple[float, float]]]:
    for pair, middle in drawn:
        if pair.without:
            low, high = min(pair.without.values()), max(pair.without.values())
            yield [(low, middle), (high, middle)]
            yield from ([(end, middle - 4), (end, middle + 4)] for end in (low, high))


def _hover(pair: Association, which: str) -> str:
    tau = f"tau-b {number(pair.test.statistic, 2, sign=True)}, spread {interval(pair.lower, pair.upper, 2, sign=True)}"
    left = sorted(pair.without.values())
    out = f"one case left out: {number(left[0], 2, sign=True)} to {number(left[-1], 2, sign=True)}" if left else ""
    return hover(f"{pair.first} × {pair.second}", [f"{which}, {counted(len(pair.case_ids), 'case')}", tau, out])
