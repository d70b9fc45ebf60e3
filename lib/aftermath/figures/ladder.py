"""Latency ladders: how long each kind of answer took, as intervals, among the other cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import plotly.graph_objects as go

from aftermath.figures.latency_rows import NOT_SEEN, LatencyRow, Section, axis_for, draw, side
from aftermath.figures.spreading import spread
from aftermath.figures.theme import View, hover, responsive, safe, shortened, text_width, wrapped
from aftermath.figures.time_axis import TimeAxis
from aftermath.measures.speed import Speed
from aftermath.measures.steps import STEPS, Step
from aftermath.statistics.result import NothingToMeasure
from aftermath.times import Latency
from aftermath.wording import duration, latency_text, listed

_OWN, _OTHER, _HEADER, _WORDS = 17, 3.2, 20, 15  # px
_ROW = {"wide": 26, "medium": 26, "narrow": 20}
_STEP_NAMES = {"wide": 168, "medium": 132, "narrow": 12}  # px left of the drawing
_LONGEST_NAME = {"wide": 260, "medium": 190, "narrow": 300}


def latency_ladder(speed: Speed, others: Sequence[Speed] = (), names: Mapping[str, str] | None = None) -> go.Figure:
    """Draw how long each kind of answer took in one case, among others.

    The case is coloured, the others are thin grey lines **in order of their latest possible time**. What
    was not seen has no bar: a dashed line leads from the end of the record to the words.

    Parameters
    ----------
    speed
        The case.
    others
        The speeds of other cases; the case itself is left out where it is among them.
    names
        Case id to name, for the hover texts of the others; their ids where not given.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths. ``customdata`` holds event ids, and for other cases their pages.
    """
    others = sorted((other for other in others if other.case_id != speed.case_id), key=lambda other: other.case_id)
    axis = axis_for([step.latency for measured in (speed, *others) for step in measured.steps])
    return responsive(
        lambda view: draw(_steps(speed, others, names or {}, axis, view), axis, view, _STEP_NAMES[view.name])
    )


def latency_ladders(
    speeds: Sequence[Speed], step: str = "response", names: Mapping[str, str] | None = None
) -> go.Figure:
    """Draw how long one kind of answer took in every case, a row each.

    Rows stand in order of their latest possible time, those where nothing was seen last; of more than ``spreading.MOST`` cases so many are
    drawn, evenly from that order. A pale, dashed bar
    is a case whose clock the organisation or a regulator set.

    Parameters
    ----------
    speeds
        The cases.
    step
        A name from ``aftermath.measures.speed.STEPS``.
    names
        Case id to name; the ids where not given.

    Returns
    -------
    plotly.graph_objects.Figure
        With layouts for three widths. ``customdata`` holds the addresses of the case pages.

    Raises
    ------
    ValueError
        If there is no such step.
    NothingToMeasure
        If there is no case.
    """
    if step not in STEPS:
        raise ValueError(f"{step!r} is not a step of an answer; use one of: {', '.join(STEPS)}")
    if not speeds:
        raise NothingToMeasure("No case could be timed, so there is no ladder to draw.")
    called = {speed.case_id: (names or {}).get(speed.case_id, speed.case_id) for speed in speeds}
    ordered = spread(
        sorted(speeds, key=lambda speed: (*_order(speed[step].latency), called[speed.case_id], speed.case_id))
    )
    axis = axis_for([speed[step].latency for speed in ordered])
    return responsive(
        lambda view: draw(_cases(ordered, step, called, axis, view), axis, view, _name_column(called, view))
    )


def _name_column(names: Mapping[str, str], view: View) -> float:
    if view.narrow:
        return _STEP_NAMES[view.name]
    return min(_LONGEST_NAME[view.name], 12 + max(text_width(name, bold=True) for name in names.values()))


def _order(latency: Latency) -> tuple[float, float]:
    return latency.upper, latency.lower


def _steps(
    speed: Speed, others: Sequence[Speed], names: Mapping[str, str], axis: TimeAxis, view: View
) -> list[Section]:
    sections: list[Section] = []
    for step in speed.steps:
        seen = [other for other in others if other[step.name].latency.seen]
        text = hover(step.label, [_words(step.latency), _rests_on(step)])
        target = step.event_ids[0] if step.event_ids else None
        own = LatencyRow(step.latency, text, target, step.certainty or "documented")
        rows = [*(_other_row(other, step.name, names) for other in seen), own]
        rows.sort(key=lambda row: _order(row.latency))
        top = sections[-1].bottom if sections else 0.0
        sections.append(_step_section(step, rows, top, len(others) - len(seen), axis, view))
    return sections


def _step_section(step: Step, rows: list[LatencyRow], top: float, unseen: int, axis: TimeAxis, view: View) -> Section:
    header = _HEADER if view.narrow else 0
    spaces = [_space(row, unseen, axis, view) for row in rows]
    used = sum(above + below for above, below in spaces)
    height = max(used + 10, 30 if view.narrow else 44)
    at, placed = top + header + (height - used) / 2, []
    for row, (above, below) in zip(rows, spaces, strict=True):
        placed.append(replace(row, middle=at + above))
        at += above + below
    name = safe(step.label) if view.narrow else wrapped(step.label, 22)
    return Section(name, top, top + header + height, header, tuple(placed), unseen)


def _space(row: LatencyRow, unseen: int, axis: TimeAxis, view: View) -> tuple[float, float]:
    """Room above and below the middle of a row, in px."""
    if not row.own:
        return _OTHER / 2, _OTHER / 2
    if not row.latency.seen:
        return _OWN / 2, _OWN / 2 + (_WORDS if unseen else 0)
    above = _WORDS if side(row, axis, view, _STEP_NAMES[view.name]) == "above" else 0
    return _OWN / 2 + above, _OWN / 2


def _other_row(other: Speed, name: str, names: Mapping[str, str]) -> LatencyRow:
    step = other[name]
    lines = [f"{step.label}: {latency_text(step.latency)}", _own_clock(other)]
    text = hover(names.get(other.case_id, other.case_id), lines)
    return LatencyRow(step.latency, text, f"{other.case_id}.html", own=False)


def _words(latency: Latency) -> str:
    return latency_text(latency) if latency.seen else f"{NOT_SEEN} in the {duration(latency.lower)} of the record"


def _rests_on(step: Step) -> str:
    return f"{listed(step.event_ids)} · {step.certainty}" if step.event_ids else ""


def _own_clock(speed: Speed) -> str:
    return "own clock: the organisation or a regulator set it" if speed.own_clock else ""


def _cases(speeds: Sequence[Speed], step: str, names: Mapping[str, str], axis: TimeAxis, view: View) -> list[Section]:
    header = _HEADER - 4 if view.narrow else 0
    sections: list[Section] = []
    for speed in speeds:
        top = sections[-1].bottom if sections else 0.0
        row = _case_row(speed, step, names)
        seen = row.latency.seen
        words = _WORDS if seen and side(row, axis, view, _name_column(names, view)) == "above" else 0
        height = header + words + _ROW[view.name]
        placed = replace(row, middle=top + height - _ROW[view.name] / 2)
        name = safe(shortened(names[speed.case_id], _LONGEST_NAME[view.name] - 12, bold=True))
        sections.append(Section(name, top, top + height, header, (placed,)))
    return sections


def _case_row(speed: Speed, name: str, names: Mapping[str, str]) -> LatencyRow:
    step = speed[name]
    lines = [f"{step.label}: {_words(step.latency)}", _rests_on(step), _own_clock(speed)]
    text, target = hover(names[speed.case_id], lines), f"cases/{speed.case_id}.html"
    return LatencyRow(step.latency, text, target, own_clock=speed.own_clock)
