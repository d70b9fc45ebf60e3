"""Which response strategies were used when: a lane for each cluster of strategies, cases below each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import plotly.graph_objects as go

from aftermath import vocabulary
from aftermath.comparison.strategies import CLUSTERS, WINDOW_DAYS, Strategies, StrategyComparison, Use
from aftermath.figures.bars import Bar, painted, sensitive
from aftermath.figures.rows import headline, label, segments
from aftermath.figures.spreading import spread
from aftermath.figures.theme import LIGHT, NARROW, TICK, Drawing, View, blank, hover, note, responsive
from aftermath.figures.time_axis import TimeAxis
from aftermath.statistics.result import NothingToMeasure
from aftermath.times import DAY, HOUR
from aftermath.wording import DASH

COLOURS = {
    "deny": LIGHT["den"],
    "diminish": LIGHT["inf"],
    "rebuild": LIGHT["apo"],
    "bolster": LIGHT["say"],
    "inform": LIGHT["act"],
    "other": LIGHT["oth"],
}
_NAME, _LANE, _BAR, _AFTER = 22, 14, 9, 10  # px: the name of a case, a lane, a bar in it, and the room below a case
_MARGIN = {"l": 66, "r": 10, "t": 6, "b": 46}


@dataclass(frozen=True)
class _Lane:
    """A cluster of one case, with the px from the top to its middle."""

    case: Strategies
    cluster: str
    middle: float


def strategy_sequence(comparison: StrategyComparison, names: Mapping[str, str] | None = None) -> go.Figure:
    """Draw when each cluster of strategies was used, a case below the other.

    A bar runs over the time in which the event lies. **The lane of the cluster that the theory recommends is there even where
    it is empty**, and its name is bold. Of more than ``spreading.MOST`` cases so many are drawn, evenly from their order. The dashed line is day 30, up to which a match counts.

    Parameters
    ----------
    found
        From ``aftermath.strategies``.
    names
        Case to the name that is shown; the id where not given.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths. ``customdata`` holds the addresses of the events.

    Raises
    ------
    NothingToMeasure
        If there is no case.
    """
    if not comparison.cases:
        raise NothingToMeasure("No case has a crisis on record, so there is no strategy to set against theory.")
    ends = [use.days[1] for case in comparison.cases for use in case.uses]
    axis = TimeAxis.reaching(HOUR, DAY * max([2.0 * WINDOW_DAYS, *ends]))
    return responsive(lambda view: _draw(comparison, names or {}, axis, view))


def _draw(comparison: StrategyComparison, names: Mapping[str, str], axis: TimeAxis, view: View) -> Drawing:
    pixels = view.least - _MARGIN["l"] - _MARGIN["r"]
    lanes, heads, total = _placed(comparison)
    position = {"xref": "paper", "yref": "paper", "x": 0, "y": 0, "xanchor": "left", "yanchor": "top", "yshift": -24}
    title = note("After clock zero (log) →", name="title", font={"size": TICK, "color": LIGHT["ink3"]}, **position)
    headings = [
        headline(
            names.get(case.case_id, case.case_id),
            case.match if view.narrow else f"{case.crisis_type}: {case.match}",
            top,
            view.least - 16,
            xshift=-_MARGIN["l"] + 4,
        )
        for case, top in heads
    ]
    figure = blank(
        total + _MARGIN["t"] + _MARGIN["b"],
        margin=_MARGIN,
        xaxis=axis.layout(pixels),
        yaxis={"range": [total, 0], "visible": False},
        annotations=[*headings, *(_label(lane) for lane in lanes), title],
    )
    return figure.add(_traces(lanes, names, axis, total))


def _placed(comparison: StrategyComparison) -> tuple[list[_Lane], list[tuple[Strategies, float]], float]:
    lanes, heads, top = [], [], 0.0
    for case in spread(comparison.cases):
        heads.append((case, top + _NAME / 2))
        used = {use.cluster for use in case.uses} | {case.recommended}
        own = [cluster for cluster in CLUSTERS if cluster in used]
        lanes += [_Lane(case, cluster, top + _NAME + (number + 0.5) * _LANE) for number, cluster in enumerate(own)]
        top += _NAME + len(own) * _LANE + _AFTER
    return lanes, heads, top


def _label(lane: _Lane) -> dict:
    made = label(lane.cluster, lane.middle, _MARGIN["l"] - 10, font={"color": COLOURS[lane.cluster]})
    return made | {"text": f"<b>{made['text']}</b>"} if lane.cluster == lane.case.recommended else made


def _traces(lanes: list[_Lane], names: Mapping[str, str], axis: TimeAxis, total: float) -> list[dict]:
    month = axis.position(WINDOW_DAYS * DAY)
    low, high = axis.limits
    # one use for each event: an event may hold several strategies of one cluster
    merged = [{use.event_id: use for use in lane.case.uses if use.cluster == lane.cluster} for lane in lanes]
    pairs = [(lane, use) for lane, uses in zip(lanes, merged, strict=True) for use in uses.values()]
    pixels = NARROW.least - _MARGIN["l"] - _MARGIN["r"]
    bars = [Bar(*axis.bar(use.days[0] * DAY, use.days[1] * DAY, pixels), lane.middle, _BAR) for lane, use in pairs]
    targets = [f"cases/{lane.case.case_id}.html#{use.event_id}" for lane, use in pairs]
    own = {
        cluster: [bar for (lane, _), bar in zip(pairs, bars, strict=True) if lane.cluster == cluster]
        for cluster in CLUSTERS
    }
    return [
        painted([Bar(low, high, lane.middle, 1) for lane in lanes], LIGHT["rule"], "lanes", opacity=1.0),
        segments([[(month, 0.0), (month, total)]], LIGHT["rule2"], 1.5, "day 30", dash="4px,3px"),
        *(
            painted(some, COLOURS[cluster], cluster, opacity=0.65, meta={"role": "cluster"})
            for cluster, some in own.items()
        ),
        sensitive(bars, [_hover(*pair, names) for pair in pairs], targets),
    ]


def _hover(lane: _Lane, use: Use, names: Mapping[str, str]) -> str:
    words = [vocabulary.STRATEGIES[other.strategy] for other in lane.case.uses if other.event_id == use.event_id]
    name = names.get(lane.case.case_id, lane.case.case_id)
    return hover(f"{name} {use.event_id}", [f"{lane.cluster} {DASH} {', '.join(dict.fromkeys(words))}", use.when])
