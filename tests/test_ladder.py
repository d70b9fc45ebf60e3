"""The latency ladders."""

from __future__ import annotations

import itertools
import math
import re

import pytest

from aftermath import figures
from aftermath.figures import theme
from aftermath.figures.time_axis import TimeAxis
from aftermath.measures.speed import Speed
from aftermath.measures.steps import STEPS
from aftermath.statistics.result import NothingToMeasure
from aftermath.times import MINUTE
from drawings import (
    DOCUMENTED,
    DOUYIN,
    GM,
    KITCHENAID,
    drawing,
    length,
    notes,
    of_role,
    overlap,
    pixel,
    speed_of,
    speeds,
    text_box,
    views,
)


class TestLatencyLadder:
    @pytest.mark.parametrize("case_id", DOCUMENTED)
    def test_a_bar_for_each_step_seen_and_none_for_the_others(self, case_id):
        measured = speed_of(case_id)
        axis = _ladder_axis([measured])
        for view in views(figures.latency_ladder(measured)):
            (marks,) = of_role(view, "mark")
            seen = [step for step in measured.steps if step.latency.seen]
            assert marks["customdata"] == [step.event_ids[0] for step in seen]
            pixels = drawing(view)
            expected = [axis.bar(step.latency.lower, step.latency.upper, pixels) for step in seen]
            assert marks["base"] == pytest.approx([start for start, _ in expected])
            assert marks["x"] == pytest.approx([end - start for start, end in expected])
            words = [note["text"] for note in notes(view, "not seen")]
            assert words == ["<b>not seen</b>"] * (len(STEPS) - len(seen))

    def test_what_was_not_seen_leads_from_the_end_of_the_record_to_an_arrow(self):
        measured = speed_of(DOUYIN)
        line, heads = of_role(views(figures.latency_ladder(measured, speeds()))[0], "not seen")
        unseen = [step for step in measured.steps if not step.latency.seen]
        assert len(heads["x"]) == len(unseen) == 4
        assert len(line["x"]) == 3 * len(unseen)
        assert all(line["x"][place] < heads["x"][0] for place in range(0, len(line["x"]), 3))
        assert "dash" in line["line"]

    def test_the_others_are_lines_in_order_of_their_upper_end(self):
        view = views(figures.latency_ladder(speed_of(KITCHENAID), speeds()))[0]
        (others,) = [trace for trace in view["data"] if trace["name"] == "other cases"]
        seen = [one[name].latency.seen for one in speeds() if one.case_id != KITCHENAID for name in STEPS]
        assert len(others["x"]) == sum(seen) > 50
        rungs = sorted(zip(others["y"], others["base"], others["x"], strict=True))
        first_section = [start + length for y, start, length in rungs if y < _separators(view)[1]]
        thin = theme.THINNEST * length(view) / drawing(view)
        assert all(later >= sooner - thin for sooner, later in itertools.pairwise(first_section))

    def test_the_case_itself_is_not_among_the_others(self):
        alone = figures.latency_ladder(speed_of(GM), [speed_of(GM)])
        assert alone.to_json() == figures.latency_ladder(speed_of(GM)).to_json()

    def test_others_that_show_no_such_answer_are_counted(self):
        view = views(figures.latency_ladder(speed_of(KITCHENAID), speeds()))[0]
        unseen = [sum(not one[name].latency.seen for one in speeds() if one.case_id != KITCHENAID) for name in STEPS]
        counted = [int(re.search(r"\d+", note["text"])[0]) for note in notes(view, "others")]
        assert counted == [count for count in unseen if count]


class TestLatencyLadders:
    @pytest.mark.parametrize("step", STEPS)
    def test_one_row_a_case_in_order_and_never_seen_last(self, step):
        view = views(figures.latency_ladders(speeds(), step=step))[0]
        rows = [note["text"].removeprefix("<b>").removesuffix("</b>") for note in notes(view, "section")]
        assert sorted(rows) == sorted(DOCUMENTED)
        ends = [speed_of(case_id)[step].latency.upper for case_id in rows]
        assert ends == sorted(ends)
        (marks,) = of_role(view, "mark")
        assert len(marks["x"]) == sum(math.isfinite(end) for end in ends)

    def test_by_construction_and_own_clock_are_said_in_words(self):
        view = views(figures.latency_ladders(speeds()))[0]
        values = [note["text"] for note in notes(view, "value")]
        assert any("0 by construction" in text for text in values)
        flagged = sum("own clock" in text for text in values)
        assert flagged == sum(one.own_clock and one["response"].latency.seen for one in speeds()) > 0

    def test_no_words_lie_on_words_at_any_width(self):
        for view in views(figures.latency_ladders(speeds(), "named_apology")):
            boxes = [*_value_boxes(view), *_section_boxes(view)]
            assert not any(overlap(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])

    def test_refuses_what_it_does_not_know(self):
        with pytest.raises(ValueError, match="use one of: response"):
            figures.latency_ladders(speeds(), "applause")
        with pytest.raises(NothingToMeasure, match="No case could be timed"):
            figures.latency_ladders([])


def _ladder_axis(measured: list[Speed]) -> TimeAxis:
    latencies = [step.latency for one in measured for step in one.steps]
    return TimeAxis.reaching(MINUTE, max(each.upper if each.seen else each.lower for each in latencies))


def _separators(view: dict) -> list[float]:
    return sorted({shape["y0"] for shape in view["layout"]["shapes"] if shape["y0"] == shape["y1"]})


def _value_boxes(view: dict) -> list[tuple]:
    values = notes(view, "value")
    return [text_box(view, note, 0 if note.get("xref") == "paper" else pixel(view, note["x"])) for note in values]


def _section_boxes(view: dict) -> list[tuple]:
    return [text_box(view, note, 0) for note in notes(view, "section")]
