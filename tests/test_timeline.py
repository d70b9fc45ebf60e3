"""The timeline, the axis that all figures share, and how labels find a place."""

from __future__ import annotations

import itertools
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aftermath import figures, vocabulary
from aftermath.case_files.case import Case, read_case
from aftermath.case_files.options import OptionError
from aftermath.figures import theme
from aftermath.figures.packing import APART, Mark, Place, pack
from aftermath.figures.time_axis import TICKS, TimeAxis, first_tick
from aftermath.figures.timeline_events import KEY_STEPS, event_bounds
from aftermath.statistics.result import NothingToMeasure
from aftermath.times import DAY, HOUR, MINUTE
from aftermath.workspace import Workspace, find_workspace
from drawings import (
    DOCUMENTED,
    GM,
    KITCHENAID,
    WITHOUT_RECORD,
    axis_of,
    by_clock_of,
    case_of,
    drawing,
    notes,
    of_role,
    overlap,
    pixel,
    speed_of,
    text_box,
    timeline_of,
    views,
    whole_of,
)


def _mark(start: int, width: int, label: float, must: bool) -> Mark:
    return Mark(start, min(300, start + width), label, must)


def _stretch(mark: Mark, place: Place) -> tuple[float, float]:
    """What a bar takes of its row, with a label beside it."""
    ends = {"right": (mark.start, place.text + mark.label), "left": (place.text - mark.label, mark.end)}
    return ends.get(place.side, (mark.start, mark.end))


def _collides(taken: list[tuple[int, float, float]], row: int, start: float, end: float) -> bool:
    return any(row == other and start < right + APART and left < end + APART for other, left, right in taken)


@given(st.lists(st.builds(_mark, st.integers(0, 290), st.integers(5, 200), st.just(0.0), st.just(False)), max_size=25))
def test_a_mark_without_a_label_keeps_room_for_its_id(marks):
    places = pack([Mark(mark.start, mark.end, short=16) for mark in marks], 300, 0)
    taken = [
        (place.row, mark.start, mark.end + 20)
        if mark.end + 20 <= 300
        else (place.row, max(0, mark.start - 20), mark.end)
        for mark, place in zip(marks, places, strict=True)
    ]
    assert not any(_collides(taken[:at], *own) for at, own in enumerate(taken))
    assert {place.side for place in places} <= {""}


class TestTimeline:
    @pytest.mark.parametrize("case_id", DOCUMENTED)
    def test_every_event_has_exactly_one_bar_with_its_bounds(self, case_id):
        case = case_of(case_id)
        axis = axis_of(case)
        for view in timeline_of(case.id):
            (marks,) = of_role(view, "mark")
            assert sorted(marks["customdata"]) == sorted(case.events["event_id"])
            for event_id, start, length in zip(marks["customdata"], marks["base"], marks["x"], strict=True):
                lower, upper = whole_of(case, event_id)
                # a bar is never narrower than can be seen; otherwise its ends are those of the record
                assert start <= axis.position(lower) + 1e-9 and start + length >= axis.position(upper) - 1e-9
                least = theme.THINNEST * axis.length / drawing(view)
                assert length == pytest.approx(max(least, axis.position(upper) - axis.position(lower)))

    @pytest.mark.parametrize("case_id", DOCUMENTED)
    def test_only_acts_of_the_organisation_are_coloured(self, case_id):
        case = case_of(case_id)
        actors = dict(case.events.select("event_id", "actor").iter_rows())
        view = timeline_of(case.id)[0]
        coloured = {event for event, colour in _painted(view) if colour != theme.LIGHT["oth"]}
        assert coloured
        assert {actors[event] for event in coloured} == {"organisation"}

    def test_stripes_show_the_families_of_the_acts(self):
        view = timeline_of(KITCHENAID)[0]
        stripes = {(event, colour) for event, colour in _painted(view) if event == "e08"}
        assert {colour for _, colour in stripes} == {theme.LIGHT[token] for token in ("apo", "say", "act")}

    def test_certainty_is_strength_of_the_fill(self):
        case = case_of(KITCHENAID)
        certainty = dict(case.events.select("event_id", "certainty").iter_rows())
        view = timeline_of(case.id)[0]
        marks = dict(_by_place(view))
        seen = set()
        for trace in of_role(view, "paint"):
            for place, strength in zip(_places(trace), trace["marker"]["opacity"], strict=True):
                event = _event_at(place, marks)
                assert strength == {"documented": 1, "inferred": 0.45, "disputed": 0.22}[certainty[event]]
                seen.add(certainty[event])
        assert seen == set(vocabulary.CERTAINTIES)

    def test_the_likeliest_reading_is_a_bar_inside(self):
        cases = [case for case in map(case_of, DOCUMENTED) if case.events["best_earliest"].count()]
        for case in cases:
            view = timeline_of(case.id)[0]
            inner = [place for trace in of_role(view, "best") for place in _places(trace)]
            assert len(inner) == case.events["best_earliest"].count()
            marks = _by_place(view)
            assert all(any(_inside(place, outer) for outer, _ in marks) for place in inner)
        assert cases or all(not trace["x"] for trace in of_role(timeline_of(GM)[0], "best"))

    @pytest.mark.parametrize("case_id", DOCUMENTED)
    def test_key_marks_are_labelled_at_every_width_and_bold(self, case_id):
        case, measured = case_of(case_id), speed_of(case_id)
        labels = dict(case.events.select("event_id", "label").iter_rows())
        keys = {theme.safe(labels[event]) for name in KEY_STEPS for event in measured[name].event_ids}
        assert keys
        for view in timeline_of(case.id):
            bold = [note["text"] for note in notes(view, "major")]
            assert sorted(bold) == sorted(f"<b>{label}</b>" for label in keys)

    @pytest.mark.parametrize("case_id", DOCUMENTED)
    def test_nothing_collides_at_any_width(self, case_id):
        for view in timeline_of(case_id):
            boxes = [*_bar_boxes(view), *_label_boxes(view)]
            for place, box in enumerate(boxes):
                assert not any(overlap(box, other) for other in boxes[place + 1 :]), (box, view["least"])

    def test_narrow_places_have_key_labels_only(self):
        wide, _, narrow = timeline_of(GM)
        assert len(notes(wide, "minor")) > 20
        assert not notes(narrow, "minor")

    def test_lanes_are_those_that_have_events(self):
        lanes = [note["text"] for note in notes(timeline_of(KITCHENAID)[0], "lane")]
        assert lanes == ["<b>Organisation</b>", "<b>Affected, public</b>", "<b>Media</b>"]

    @pytest.mark.parametrize(("case_id", "words"), [(KITCHENAID, "known to the minute"), (GM, "known to the day")])
    def test_says_how_exactly_clock_zero_is_known(self, case_id, words):
        for view in timeline_of(case_id):
            (title,) = notes(view, "zero")
            assert words in title["text"] and "Clock zero" in title["text"]

    def test_refuses_a_case_without_a_clock(self):
        with pytest.raises(NothingToMeasure, match="no crisis is on record"):
            figures.timeline(case_of(WITHOUT_RECORD))

    def test_an_event_to_mark_that_there_is_not_is_refused(self):
        with pytest.raises(OptionError, match="kitchenaid-tweet has no event 'e99'; its events are e01"):
            figures.timeline("kitchenaid-tweet", marked="e99")

    def test_one_lane_may_be_named_alone_and_none_is_said(self):
        alone, listed = (figures.timeline("kitchenaid-tweet", lanes=lanes) for lanes in ("Media", ["Media"]))
        assert alone == listed
        with pytest.raises(NothingToMeasure, match="no lane is chosen"):
            figures.timeline("kitchenaid-tweet", lanes=())
        with pytest.raises(ValueError, match="'medium' is no lane; the lanes are 'Organisation', 'Affected, public'"):
            figures.timeline("kitchenaid-tweet", lanes="medium")

    def test_text_of_a_case_cannot_act(self, tmp_path):
        case = _case_with(tmp_path, "Unsigned apology", "<a href='x'>Hit</a><i>&")
        for view in views(figures.timeline(case)):
            texts = [note["text"] for note in view["layout"]["annotations"]]
            texts += [text for trace in view["data"] for text in trace.get("hovertext", ())]
            assert sum("&lt;a href" in text for text in texts) == 2  # the label, and the hover text
            assert not any("<" in re.sub("</?b>|<br>", "", text) for text in texts)


class TestTimeAxis:
    def test_is_linear_up_to_the_first_tick_and_logarithmic_beyond(self):
        axis = TimeAxis(MINUTE, DAY)
        assert axis.position(30) == pytest.approx(axis.position(60) / 2)
        assert axis.position(6000) - axis.position(600) == pytest.approx(axis.position(600) - axis.position(60))
        assert axis.position(60 + 1e-6) == pytest.approx(axis.position(60))

    @pytest.mark.parametrize("before", [0.0, 60.0, 1e5, 4e8])
    def test_keeps_the_order_of_moments(self, before):
        axis = TimeAxis(HOUR, 1e7, before)
        moments = [-before, -before / 2, 0, 1, 3599, 3600, 3601, 1e5, 1e7]
        positions = [axis.position(moment) for moment in moments]
        assert positions == sorted(positions)
        assert axis.limits[0] < positions[0] and positions[-1] < axis.limits[1]

    def test_what_came_before_is_mirrored_and_never_takes_over(self):
        assert TimeAxis(60, 6000, 60).position(-60) == -TimeAxis(60, 6000, 60).position(60)
        axis = TimeAxis(DAY, 30 * DAY, 4000 * DAY)
        assert -axis.position(-4000 * DAY) < axis.position(30 * DAY) / 3

    @pytest.mark.parametrize("pixels", [150, 280, 500, 900])
    def test_ticks_thin_out_and_never_touch(self, pixels):
        axis = TimeAxis(MINUTE, 5e8, 1e6)
        ticks = list(axis.ticks(pixels).items())
        assert len(ticks) >= 3
        for (left, label), (right, next_label) in itertools.pairwise(ticks):
            half = (theme.text_width(label, 11.5) + theme.text_width(next_label, 11.5)) / 2
            assert (right - left) * axis.scale(pixels) > half

    def test_every_tick_is_shown_where_there_is_room(self):
        assert list(TimeAxis(MINUTE, 4e8).ticks(2000).values()) == list(TICKS.values())

    def test_a_bar_is_wide_enough_and_stays_on_its_side_of_clock_zero(self):
        axis = TimeAxis(MINUTE, 1e7, 1e4)
        for lower, upper in [(0, 0), (1, 1), (1e6, 1e6), (-5, -5), (-1e3, -1e3)]:
            start, end = axis.bar(lower, upper, 300)
            assert (end - start) * axis.scale(300) == pytest.approx(theme.THINNEST)
            assert start >= 0 if lower >= 0 else end <= 1e-12
        assert axis.bar(0, 1e7, 300) == (0, axis.position(1e7))

    @pytest.mark.parametrize(("seconds", "tick"), [(0, MINUTE), (59, MINUTE), (2700, HOUR), (4140, HOUR), (86399, DAY)])
    def test_the_first_tick_is_no_finer_than_clock_zero(self, seconds, tick):
        assert first_tick(seconds) == tick


class TestPacking:
    def test_first_right_then_left_then_none(self):
        marks = [Mark(0, 10, 50), Mark(200, 210, 50), Mark(255, 260, 50), Mark(265, 270, 50)]
        sides = [place.side for place in pack(marks, 300, 1)]
        assert sides == ["right", "right", "", ""] or sides[:3] == ["right", "right", "left"]

    def test_a_must_is_labelled_even_where_there_is_no_room_beside_it(self):
        (place,) = pack([Mark(0, 100, 60, must=True)], 100, 0)
        assert place.side == "above" and place.row == 1

    def test_no_label_crosses_the_wall_unless_it_must(self):
        assert pack([Mark(40, 45, 50)], 300, 5, wall=60)[0].side == ""
        assert pack([Mark(40, 45, 50, must=True)], 300, 5, wall=60)[0].side == "right"

    @example(
        [Mark(36, 36), Mark(0, 0, 30), Mark(0, 267, 30, must=True), Mark(0, 0)]
    )  # a label that has to move leaves nothing
    @given(
        st.lists(st.builds(_mark, *[st.integers(0, 280)] * 2, st.sampled_from([0, 30, 90]), st.booleans()), max_size=30)
    )
    def test_nothing_collides_and_every_bar_is_in_the_first_row_that_has_room(self, marks):
        taken: list[tuple[int, float, float]] = []
        for mark, place in zip(marks, pack(marks, 300, 4), strict=True):
            start, end = _stretch(mark, place)
            with_room = (row for row in itertools.count() if not _collides(taken, row, start, end))
            assert not _collides(taken, place.row, start, end)
            assert place.side == "above" or place.row == next(with_room)
            taken.append((place.row, start, end))
            if place.side == "above":
                label = (place.row - 1, place.text, place.text + mark.label)
                assert not _collides(taken, *label)
                taken.append(label)


def test_bounds_follow_the_rule_for_latencies():
    case = case_of(KITCHENAID)
    spans = case.times("none").spans
    for event_id in ("e02", "e07", "e08"):
        drawn = event_bounds(spans[event_id], spans["e03"])
        assert (drawn.lower, drawn.upper) == by_clock_of(case, event_id)
    assert event_bounds(spans["e03"], spans["e03"]).lower == 0


def _places(trace: dict) -> list[tuple[float, float, float, float]]:
    """Left, right, top and bottom of every bar of a trace."""
    bars = zip(trace["base"], trace["x"], trace["y"], trace["width"], strict=True)
    return [(start, start + length, y - height / 2, y + height / 2) for start, length, y, height in bars]


def _by_place(view: dict) -> list[tuple[tuple, str]]:
    (marks,) = of_role(view, "mark")
    return list(zip(_places(marks), marks["customdata"], strict=True))


def _inside(inner: tuple, outer: tuple) -> bool:
    left, right, top, bottom = outer
    margin = 0.05  # a likeliest reading may itself be widened to be seen
    return left - margin <= inner[0] and inner[1] <= right + margin and top <= inner[2] and inner[3] <= bottom


def _event_at(stripe: tuple, marks: dict) -> str:
    (event,) = [
        event for place, event in marks.items() if _inside(stripe, (*place[:2], place[2] - 1e-6, place[3] + 1e-6))
    ]
    return event


def _painted(view: dict) -> list[tuple[str, str]]:
    """Event and colour of every stripe."""
    marks = dict(_by_place(view))
    return [
        (_event_at(place, marks), trace["marker"]["color"])
        for trace in of_role(view, "paint")
        for place in _places(trace)
    ]


def _bar_boxes(view: dict) -> list[tuple]:
    return [(pixel(view, left), pixel(view, right), top, bottom) for (left, right, top, bottom), _ in _by_place(view)]


def _label_boxes(view: dict) -> list[tuple]:
    labels = [*notes(view, "major"), *notes(view, "minor")]
    return [text_box(view, note, pixel(view, note["x"])) for note in labels]


def _case_with(folder: Path, old: str, new: str) -> Case:
    """A copy of KitchenAid's case with a text replaced in its events."""
    copy = folder / "casestudies" / KITCHENAID
    shutil.copytree(find_workspace().case_folder(KITCHENAID), copy)
    events = copy / "events.csv"
    text = events.read_text(encoding="utf-8")
    assert old in text
    events.write_text(text.replace(f",{old},", f",{new},"), encoding="utf-8")
    case, problems = read_case(copy, Workspace(folder))
    assert case is not None, problems
    return case
