"""The figures of the market, the signals and the alarm: they show every number of the result, and nothing else."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache

import plotly.graph_objects as go
import polars as pl
import pytest

from aftermath import figures
from aftermath.case_files.case import load_case
from aftermath.figures import panels, theme
from aftermath.measures.alarm import Alarm, alarm
from aftermath.measures.market import MarketReaction, market_reaction
from aftermath.measures.signals import Signals, signals
from aftermath.times import Latency, Span, parse_instant
from factories import case, event, signal

GM = "gm-ignition-recall"
HEX = re.compile(r"#[0-9a-f]{6}|rgba\([^)]*\)")


@cache
def reaction() -> MarketReaction:
    return market_reaction(load_case(GM))


@cache
def levels() -> Signals:
    return signals(load_case(GM))


@cache
def fired() -> Alarm:
    days = pl.date_range(date(2020, 1, 1), date(2020, 1, 26), eager=True)
    counts = [8, 12, 10, 9, 11, 10, 10, 12, 8, 9, 11, 10, 12, 8, 40, 9, 11, 10, 9, 12, 11, 90, 60, 30, 20, 15]
    posts = pl.DataFrame({"time": days, "value": counts, "negative": [2] * 21 + [60, 40, 20, 14, 10]})
    noon = parse_instant("2020-01-22T12:00:00+00:00")
    return alarm(posts, Span(noon, noon), Latency(3600, 7200))


@cache
def drawn() -> dict[str, go.Figure]:
    return {
        "market": figures.market_reaction(reaction()),
        "study": figures.abnormal_returns(reaction().studies[0]),
        "signals": figures.signal_levels(levels()),
        "alarm": figures.volume_alarm(fired()),
    }


def named(figure: go.Figure, name: str) -> list:
    return [trace for trace in figure.data if trace.name == name]


NAMES = ["market", "study", "signals", "alarm"]


@pytest.mark.parametrize("name", NAMES)
def test_colours_are_those_of_the_house(name: str) -> None:
    found = set(HEX.findall(re.sub(r'"(text|hovertext|customdata)": ?"[^"]*"', "", drawn()[name].to_json())))
    assert len(found) > 3
    assert found <= {*theme.LIGHT.values(), theme.CLEAR}


@pytest.mark.parametrize("name", NAMES)
def test_three_widths_have_the_same_traces(name: str) -> None:
    figure = drawn()[name]
    views = figure.layout.meta["views"]
    assert [view["below"] for view in views] == [900, 600]
    assert all(len(view["data"]) == len(figure.data) for view in views)


@pytest.mark.parametrize("name", NAMES)
def test_panels_stand_inside_the_figure_and_do_not_overlap(name: str) -> None:
    layout = json.loads(drawn()[name].to_json())["layout"]
    axes = sorted(key for key in layout if key.startswith("yaxis"))
    boxes = [(*layout[axis.replace("y", "x", 1)]["domain"], *layout[axis]["domain"]) for axis in axes]
    assert boxes
    for left, right, low, high in boxes:
        assert 0 <= left < right <= 1
        assert 0 <= low < high <= 1 + 1e-9
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            assert one[1] <= other[0] or other[1] <= one[0] or one[3] <= other[2] or other[3] <= one[2]


def test_every_abnormal_return_is_a_bar_in_its_interval() -> None:
    figure = drawn()["market"]
    bars = named(figure, "abnormal return")
    bands = [trace for trace in named(figure, "interval") if len(trace.x) == 26]
    assert len(bars) == len(bands) == len(reaction().studies) == 3
    for study, bar, band in zip(reaction().studies, bars, bands, strict=True):
        assert list(bar.y) == pytest.approx((100 * study.table["abnormal"]).to_list())
        assert list(band.base) == pytest.approx((100 * study.table["lower"]).to_list())
        tops = [base + height for base, height in zip(band.base, band.y, strict=True)]
        assert tops == pytest.approx((100 * study.table["upper"]).to_list())


def test_key_days_lead_to_their_events_and_are_coloured() -> None:
    bars = named(drawn()["market"], "abnormal return")
    assert [[target for target in bar.customdata if target] for bar in bars] == [["e13"], ["e20", "e21"], ["e28"]]
    for bar in bars:
        coloured = [colour == theme.LIGHT["me"] for colour in bar.marker.color]
        assert coloured == [target is not None for target in bar.customdata]


def test_the_sum_begins_on_the_day_studied() -> None:
    for trace in named(drawn()["market"], "cumulative abnormal return"):
        assert list(trace.x) == list(range(21))


def test_a_study_alone_has_no_key_days() -> None:
    (bar,) = named(drawn()["study"], "abnormal return")
    assert set(bar.customdata) == {None}


def test_no_line_runs_from_one_definition_to_another() -> None:
    figure = drawn()["signals"]
    marks = [trace for trace in figure.data if (trace.meta or {}).get("role") == "mark"]
    shown = [
        each
        for each in levels().series
        if len({d for s in levels().series if s.signal == each.signal for d in s.points["day"]}) > 1
    ]
    assert len(marks) == len(shown) > 20
    for trace, series in zip(marks, sorted(shown, key=lambda each: each.signal), strict=True):
        assert trace.name == theme.safe(series.definition)
        assert len(trace.x) == series.n
        assert ("lines" in trace.mode) == (series.n >= 3)


def test_a_value_leads_to_its_row_on_the_page() -> None:
    from aftermath.pages.passages.references import ordered_signals

    rows = ordered_signals(load_case(GM))
    checked = 0
    for trace in drawn()["signals"].data:
        for target, value in zip(trace.customdata if trace.customdata is not None else (), trace.y, strict=False):
            assert rows["value"][int(target[1:]) - 1] == value
            checked += 1
    assert checked > 90


def test_the_fitted_course_breaks_before_the_month_of_clock_zero() -> None:
    (fitted,) = named(drawn()["signals"], "fitted")
    assert fitted.x[13] is None
    assert (fitted.x[12], fitted.x[14]) == ("2014-01-31", "2014-02-28")


def test_chosen_signals_only() -> None:
    figure = figures.signal_levels(levels(), ["brand_buzz"])
    assert {trace.xaxis for trace in figure.data} == {"x"}
    with pytest.raises(ValueError, match="there is no signal 'sales'"):
        figures.signal_levels(levels(), ["sales"])


def test_single_values_are_no_figure() -> None:
    with pytest.raises(ValueError, match="on two days"):
        figures.signal_levels(signals(case([event("exposure")], signals=[signal(1)])))


def test_text_of_a_case_cannot_write_markup() -> None:
    nasty = [
        signal(value, f"2020-01-0{value}", unit="<b>x</b>", scope="<a href='javascript:1'>y</a>") for value in (1, 2)
    ]
    drawing = figures.signal_levels(signals(case([event("exposure")], signals=nasty))).to_json()
    assert "\\u003cb\\u003ex" not in drawing and "<b>x" not in drawing
    assert "href" not in drawing.replace("&lt;a href", "")


def test_alarms_and_false_alarms_are_told_apart() -> None:
    (bars,) = named(drawn()["alarm"], "volume")
    colours = dict(zip(bars.x, bars.marker.color, strict=True))
    assert colours["2020-01-15T00:00:00"] == theme.LIGHT["rem"]  # the lone peak before clock zero
    assert colours["2020-01-22T00:00:00"] == theme.LIGHT["me"]
    assert colours["2020-01-10T00:00:00"] == theme.LIGHT["oth"]
    assert list(bars.y) == fired().bins["value"].to_list()


def test_clock_zero_and_the_answer_are_marked() -> None:
    shapes = drawn()["alarm"].layout.shapes
    assert [shape.type for shape in shapes] == ["line", "rect"] * 2
    assert shapes[0].x0 == "2020-01-22T12:00:00"
    assert (shapes[1].x0, shapes[1].x1) == ("2020-01-22T13:00:00", "2020-01-22T14:00:00")


@pytest.mark.parametrize(
    ("ends", "steps"),
    [((-7, 4), [-5, 0]), ((0, 10), [0, 5, 10]), ((34, 36), [34, 34.5, 35, 35.5, 36]), ((5, 5), None)],
)
def test_round_steps(ends: tuple[float, float], steps: list[float] | None) -> None:
    found = panels.round_steps(*ends)
    assert len(found) <= 5
    if steps is not None:
        assert found == pytest.approx(steps)
