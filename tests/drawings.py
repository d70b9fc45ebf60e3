"""Figures of the real cases, and ways to read what a figure shows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import pytest

from aftermath import figures, vocabulary
from aftermath.case_files.case import Case, case_ids, load_case
from aftermath.figures import theme
from aftermath.figures.time_axis import TimeAxis, first_tick
from aftermath.measures.recovery import CoverageRecovery, recovery
from aftermath.measures.speed import Speed, speed
from aftermath.measures.tone import Tone, tone
from aftermath.measures.transparency import Transparency, transparency
from aftermath.statistics.agreement import krippendorff_alpha
from aftermath.statistics.result import NothingToMeasure

KITCHENAID, GM, DOUYIN = "kitchenaid-tweet", "gm-ignition-recall", "douyin-minor-tipping"
WITHOUT_RECORD = "weishi-data-fabrication"
DOCUMENTED = [case_id for case_id in case_ids() if case_id != WITHOUT_RECORD]

case_of = cache(load_case)


@contextmanager
def few_draws() -> Iterator[None]:
    """No figure shows how often alpha was resampled, and resampling it for every case takes most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(krippendorff_alpha.__kwdefaults__, "draws", 20)
        yield


@cache
def speed_of(case_id: str) -> Speed:
    return speed(case_of(case_id))


@cache
def transparency_of(case_id: str) -> Transparency:
    with few_draws():
        return transparency(case_of(case_id))


@cache
def tone_of(case_id: str, variable: str = "favourability") -> Tone:
    with few_draws():
        return tone(case_of(case_id), variable)


@cache
def recovery_of(case_id: str, variable: str = "favourability") -> CoverageRecovery:
    with few_draws():
        return recovery(case_of(case_id), variable)


@cache
def speeds() -> tuple[Speed, ...]:
    return tuple(map(speed_of, DOCUMENTED))


def point_of(case_id: str) -> figures.Point:
    index = transparency_of(case_id).transparency
    measured = speed_of(case_id)
    return figures.Point(
        case_id, case_id, measured["response"].latency, index.value, index.lower, index.upper, measured.own_clock
    )


def as_json(figure) -> dict:
    return json.loads(figure.to_json())


def views(figure) -> list[dict]:
    """The figure as the page script lays it out for each width, with the least width of each."""
    drawn = as_json(figure)
    whole = [{"least": theme.WIDE.least, "data": drawn["data"], "layout": drawn["layout"]}]
    for view, change in zip(theme.VIEWS[1:], drawn["layout"]["meta"]["views"], strict=True):
        data = [old | new for old, new in zip(drawn["data"], change["data"], strict=True)]
        whole.append({"least": view.least, "data": data, "layout": drawn["layout"] | change["layout"]})
    return whole


@cache
def timeline_of(case_id: str) -> list[dict]:
    return views(figures.timeline(case_of(case_id)))


@cache
def grid_of(case_id: str) -> list[dict]:
    return views(figures.rubric_grid(transparency_of(case_id)))


@cache
def dots_of(case_id: str) -> list[dict]:
    return views(figures.tone_over_time(tone_of(case_id)))


@cache
def course_of(case_id: str) -> list[dict]:
    return views(figures.tone_over_time(recovery_of(case_id)))


@cache
def plane_of_all() -> list[dict]:
    return views(figures.speed_and_transparency(list(map(point_of, DOCUMENTED))))


def of_role(view: dict, role: str) -> list[dict]:
    return [trace for trace in view["data"] if trace.get("meta", {}).get("role") == role]


def colours(value: object) -> set[str]:
    """Every colour in a figure; texts that people read are left out."""
    if isinstance(value, dict):
        return set().union(
            *(colours(v) for k, v in value.items() if k not in ("text", "hovertext", "customdata")), set()
        )
    if isinstance(value, list):
        return set().union(*map(colours, value), set())
    looks = isinstance(value, str) and re.fullmatch(
        r"#\w+|rgba?\(.*\)|[a-z]*(red|green|blue|black|white|gr[ae]y)", value
    )
    return {value} if looks else set()


def every_figure(case_id: str) -> list:
    case = case_of(case_id)
    drawn = [
        figures.timeline(case),
        figures.latency_ladder(speed_of(case_id), speeds()),
        figures.rubric_grid(transparency_of(case_id)),
    ]
    tones = []
    for variable in vocabulary.STANCES:
        try:
            tones.append(tone_of(case_id, variable))
        except NothingToMeasure:
            continue
    return [*drawn, figures.tone_over_time(*tones), figures.tone_over_time(recovery_of(case_id))]


figures_of = cache(every_figure)


def length(view: dict) -> float:
    low, high = view["layout"]["xaxis"]["range"]
    return high - low


def drawing(view: dict) -> float:
    margin = view["layout"]["margin"]
    return view["least"] - margin["l"] - margin["r"]


def notes(view: dict, name: str) -> list[dict]:
    return [note for note in view["layout"].get("annotations", ()) if note.get("name") == name]


def pixel(view: dict, position: float) -> float:
    low = view["layout"]["xaxis"]["range"][0]
    return (position - low) * drawing(view) / length(view)


def text_box(view: dict, note: dict, start: float) -> tuple:
    plain = re.sub("</?b>", "", note["text"])
    width = theme.text_width(plain, note["font"]["size"], bold="<b>" in note["text"]) * 0.97  # the estimate is generous
    left = start + note.get("xshift", 0) - (width if note["xanchor"] == "right" else 0)
    middle = note["y"] - (6 if note.get("yanchor") == "bottom" else 0)
    return left, left + width, middle - 5, middle + 5


def overlap(one: tuple, other: tuple) -> bool:
    return min(one[1], other[1]) > max(one[0], other[0]) and min(one[3], other[3]) > max(one[2], other[2])


def axis_of(case: Case) -> TimeAxis:
    """The axis that the timeline of a case must have."""
    bounds = [whole_of(case, event_id) for event_id in case.events["event_id"]]
    before = -min(lower for lower, _ in bounds)
    return TimeAxis.reaching(first_tick(case.zero.seconds), max(upper for _, upper in bounds), before)


def whole_of(case: Case, event_id: str) -> tuple[float, float]:
    """What clock times alone give, on to what a relation puts before clock zero."""
    lower, upper = by_clock_of(case, event_id)
    since = case.times().since_zero[event_id]
    return min(lower, since.lower) if since.upper <= 0 else lower, upper


def by_clock_of(case: Case, event_id: str) -> tuple[float, float]:
    """Worked out anew from the rows and the codebook's rule for a difference of two spans."""
    times = {row["event_id"]: (row["earliest"], row["latest"]) for row in case.events.iter_rows(named=True)}
    (earliest, latest), zero = times[event_id], times[case.about.clock_zero]
    if event_id == case.about.clock_zero:
        return 0.0, (latest - earliest).total_seconds()
    lower, upper = (earliest - zero[1]).total_seconds(), (latest - zero[0]).total_seconds()
    return (max(0.0, lower) if earliest >= zero[0] else lower), upper
