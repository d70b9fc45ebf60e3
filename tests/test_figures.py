"""The figures: what they show, never how they are written down."""

from __future__ import annotations

import itertools
import json
import math
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from aftermath import figures, vocabulary
from aftermath.cases.case import Case, case_ids, load_case, read_case
from aftermath.figures import theme
from aftermath.figures.crisis_timeline import KEY_STEPS, event_bounds
from aftermath.figures.packing import Mark, pack
from aftermath.figures.time_axis import TICKS, TimeAxis, first_tick
from aftermath.measures.reliability import krippendorff_alpha
from aftermath.measures.result import NothingToMeasure
from aftermath.measures.speed import STEPS, Speed, speed
from aftermath.measures.tone import FEW, Tone, tone
from aftermath.measures.transparency import Transparency, transparency
from aftermath.times import DAY, HOUR, MINUTE, Latency, Span
from aftermath.workspace import Workspace, find_workspace

KITCHENAID, GM, DOUYIN = "kitchenaid-tweet", "gm-ignition-recall", "douyin-minor-tipping"
WITHOUT_RECORD = "weishi-data-fabrication"
DOCUMENTED = [case_id for case_id in case_ids() if case_id != WITHOUT_RECORD]
SCRIPT = Path(figures.__file__).parents[1] / "reports" / "assets" / "figures.js"

case_of = cache(load_case)


@pytest.fixture(scope="module", autouse=True)
def few_draws():
    """No figure shows how often alpha was resampled, and resampling it for every case takes most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(krippendorff_alpha.__kwdefaults__, "draws", 20)
        yield


@cache
def speed_of(case_id: str) -> Speed:
    return speed(case_of(case_id))


@cache
def transparency_of(case_id: str) -> Transparency:
    return transparency(case_of(case_id))


@cache
def tone_of(case_id: str, variable: str = "favourability") -> Tone:
    return tone(case_of(case_id), variable)


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
    return [*drawn, figures.tone_over_time(*tones)]


figures_of = cache(every_figure)


class TestEveryFigure:
    @pytest.mark.parametrize("case_id", DOCUMENTED)
    def test_has_only_the_colours_of_the_house(self, case_id):
        ladder = views(figures.latency_ladder(speed_of(case_id), speeds()))
        for figure in (timeline_of(case_id), grid_of(case_id), dots_of(case_id), ladder):
            found = colours(figure)
            assert len(found) > 3
            assert found <= {*theme.LIGHT.values(), theme.CLEAR}

    def test_the_comparison_has_only_the_colours_of_the_house(self):
        plane, ladders = (
            figures.speed_and_transparency(list(map(point_of, DOCUMENTED))),
            figures.latency_ladders(speeds()),
        )
        assert colours([as_json(plane), as_json(ladders)]) <= {*theme.LIGHT.values(), theme.CLEAR}

    @pytest.mark.parametrize("draw", [every_figure, lambda case_id: [figures.latency_ladders(speeds())]])
    def test_is_the_same_twice(self, draw):
        once, again = draw(KITCHENAID), draw(KITCHENAID)
        assert [figure.to_json() for figure in once] == [figure.to_json() for figure in again]

    @pytest.mark.parametrize("case_id", [KITCHENAID, GM, DOUYIN])
    def test_is_laid_out_for_every_width_with_the_same_traces(self, case_id):
        for figure in figures_of(case_id):
            wide, medium, narrow = views(figure)
            assert wide["least"] > medium["least"] > narrow["least"]
            assert narrow["layout"] != wide["layout"]
            for view in (wide, medium, narrow):
                assert all(len(trace["x"]) == len(trace["y"]) for trace in view["data"] if trace.get("x"))

    def test_no_text_is_smaller_than_eleven_pixels(self):
        for figure in figures_of(GM):
            for view in views(figure):
                sizes = [note["font"]["size"] for note in view["layout"].get("annotations", ())]
                assert sizes and min(sizes) >= 11

    def test_no_title_and_no_second_axis(self):
        for figure in figures_of(GM):
            layout = as_json(figure)["layout"]
            assert "title" not in layout
            assert not any("overlaying" in axis for name, axis in layout.items() if name.startswith("yaxis"))


class TestTimeline:
    @pytest.mark.parametrize("case_id", DOCUMENTED)
    def test_every_event_has_exactly_one_bar_with_its_bounds(self, case_id):
        case = case_of(case_id)
        axis = _axis_of(case)
        for view in timeline_of(case.id):
            (marks,) = of_role(view, "mark")
            assert sorted(marks["customdata"]) == sorted(case.events["event_id"])
            for event_id, start, length in zip(marks["customdata"], marks["base"], marks["x"], strict=True):
                lower, upper = _bounds_of(case, event_id)
                # a bar is never narrower than can be seen; otherwise its ends are those of the record
                assert start <= axis.position(lower) + 1e-9 and start + length >= axis.position(upper) - 1e-9
                least = theme.THINNEST * axis.length / _drawing(view)
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
            bold = [note["text"] for note in _notes(view, "major")]
            assert sorted(bold) == sorted(f"<b>{label}</b>" for label in keys)

    @pytest.mark.parametrize("case_id", DOCUMENTED)
    def test_nothing_collides_at_any_width(self, case_id):
        for view in timeline_of(case_id):
            boxes = [*_bar_boxes(view), *_label_boxes(view)]
            for place, box in enumerate(boxes):
                assert not any(_overlap(box, other) for other in boxes[place + 1 :]), (box, view["least"])

    def test_narrow_places_have_key_labels_only(self):
        wide, _, narrow = timeline_of(GM)
        assert len(_notes(wide, "minor")) > 20
        assert not _notes(narrow, "minor")

    def test_lanes_are_those_that_have_events(self):
        lanes = [note["text"] for note in _notes(timeline_of(KITCHENAID)[0], "lane")]
        assert lanes == ["<b>Organisation</b>", "<b>Affected, public</b>", "<b>Media</b>"]

    @pytest.mark.parametrize(("case_id", "words"), [(KITCHENAID, "known to the minute"), (GM, "known to the day")])
    def test_says_how_exactly_clock_zero_is_known(self, case_id, words):
        for view in timeline_of(case_id):
            (title,) = _notes(view, "zero")
            assert words in title["text"] and "Clock zero" in title["text"]

    def test_refuses_a_case_without_a_clock(self):
        with pytest.raises(NothingToMeasure, match="no crisis is on record"):
            figures.timeline(case_of(WITHOUT_RECORD))

    def test_text_of_a_case_cannot_act(self, tmp_path):
        case = _case_with(tmp_path, "Unsigned apology", "<a href='x'>Hit</a><b>&")
        drawn = figures.timeline(case).to_json()
        assert "&lt;a href" in drawn
        assert "<a " not in drawn and "<b>&<" not in drawn


class TestLatencyLadder:
    @pytest.mark.parametrize("case_id", DOCUMENTED)
    def test_a_bar_for_each_step_seen_and_none_for_the_others(self, case_id):
        measured = speed_of(case_id)
        axis = _ladder_axis([measured])
        for view in views(figures.latency_ladder(measured)):
            (marks,) = of_role(view, "mark")
            seen = [step for step in measured.steps if step.latency.seen]
            assert marks["customdata"] == [step.event_ids[0] for step in seen]
            pixels = _drawing(view)
            expected = [axis.bar(step.latency.lower, step.latency.upper, pixels) for step in seen]
            assert marks["base"] == pytest.approx([start for start, _ in expected])
            assert marks["x"] == pytest.approx([end - start for start, end in expected])
            words = [note["text"] for note in _notes(view, "not seen")]
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
        thin = theme.THINNEST * _length(view) / _drawing(view)
        assert all(later >= sooner - thin for sooner, later in itertools.pairwise(first_section))

    def test_the_case_itself_is_not_among_the_others(self):
        alone = figures.latency_ladder(speed_of(GM), [speed_of(GM)])
        assert alone.to_json() == figures.latency_ladder(speed_of(GM)).to_json()

    def test_others_that_show_no_such_answer_are_counted(self):
        view = views(figures.latency_ladder(speed_of(KITCHENAID), speeds()))[0]
        unseen = [sum(not one[name].latency.seen for one in speeds() if one.case_id != KITCHENAID) for name in STEPS]
        counted = [int(re.search(r"\d+", note["text"])[0]) for note in _notes(view, "others")]
        assert counted == [count for count in unseen if count]


class TestLatencyLadders:
    @pytest.mark.parametrize("step", STEPS)
    def test_one_row_a_case_in_order_and_never_seen_last(self, step):
        view = views(figures.latency_ladders(speeds(), step=step))[0]
        rows = [note["text"].removeprefix("<b>").removesuffix("</b>") for note in _notes(view, "section")]
        assert sorted(rows) == sorted(DOCUMENTED)
        ends = [speed_of(case_id)[step].latency.upper for case_id in rows]
        assert ends == sorted(ends)
        (marks,) = of_role(view, "mark")
        assert len(marks["x"]) == sum(math.isfinite(end) for end in ends)

    def test_by_construction_and_own_clock_are_said_in_words(self):
        view = views(figures.latency_ladders(speeds()))[0]
        values = [note["text"] for note in _notes(view, "value")]
        assert any("0 by construction" in text for text in values)
        flagged = sum("own clock" in text for text in values)
        assert flagged == sum(one.own_clock and one["response"].latency.seen for one in speeds()) > 0

    def test_no_words_lie_on_words_at_any_width(self):
        for view in views(figures.latency_ladders(speeds(), "named_apology")):
            boxes = [*_value_boxes(view), *_section_boxes(view)]
            assert not any(_overlap(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])

    def test_refuses_what_it_does_not_know(self):
        with pytest.raises(ValueError, match="use one of: response"):
            figures.latency_ladders(speeds(), "applause")
        with pytest.raises(ValueError, match="at least one"):
            figures.latency_ladders([])


class TestRubricGrid:
    @pytest.mark.parametrize("case_id", DOCUMENTED)
    def test_every_score_of_every_coder_is_there(self, case_id):
        result = transparency_of(case_id)
        scores = [item.scores[coder] for item in result.items for coder in vocabulary.CODERS if coder in item.scores]
        for view in grid_of(case_id):
            (marks,) = of_role(view, "mark")
            assert sorted(marks["text"]) == sorted(scores)
            squares = [shape["name"] for shape in view["layout"]["shapes"] if shape.get("name") in vocabulary.SCORES]
            assert {score: squares.count(score) for score in "02"} == {score: scores.count(score) for score in "02"}
            assert squares.count("1") == 2 * scores.count("1")  # the square, and the half that fills it
            digits = [note["text"] for note in _notes(view, "score")]
            assert len(digits) == len(scores)

    @pytest.mark.parametrize("case_id", DOCUMENTED)
    def test_items_on_which_coders_differ_carry_an_edge_and_words(self, case_id):
        result = transparency_of(case_id)
        differing = sum(item.differs for item in result.items)
        for view in grid_of(case_id):
            edges = [shape for shape in view["layout"]["shapes"] if shape.get("name") == "differs"]
            assert len(edges) == differing
            assert all(edge["line"]["color"] == theme.LIGHT["focus"] for edge in edges)
            texts = [note["text"] for note in view["layout"]["annotations"]]
            assert texts.count("coders differ") == differing

    def test_unknown_is_dashed_and_what_cannot_apply_is_a_dash(self):
        shapes = grid_of(DOUYIN)[0]["layout"]["shapes"]
        unknown = [shape for shape in shapes if shape.get("name") == "unknown"]
        dashes = [shape for shape in shapes if shape.get("name") == "na"]
        assert unknown and all(shape["type"] == "rect" and "px" in shape["line"]["dash"] for shape in unknown)
        assert dashes and all(shape["type"] == "line" for shape in dashes)


class TestToneOverTime:
    @pytest.mark.parametrize("case_id", DOCUMENTED)
    def test_every_dot_is_a_text_at_the_mean_of_its_coders(self, case_id):
        result = tone_of(case_id)
        means = dict(result.texts.select("doc_id", "mean").iter_rows())
        for view in dots_of(result.case_id):
            (marks,) = of_role(view, "mark")
            assert sorted(marks["customdata"]) == sorted(means)
            for doc_id, y in zip(marks["customdata"], marks["y"], strict=True):
                # dots of one day and level may be stacked, by less than would reach the next half level
                assert abs(y - means[doc_id]) < 0.27

    def test_a_text_alone_on_its_day_lies_exactly_at_its_mean(self):
        result = tone_of(KITCHENAID)
        (marks,) = of_role(dots_of(result.case_id)[0], "mark")
        assert dict(zip(marks["customdata"], marks["y"], strict=True))["d49"] == 2.0

    @pytest.mark.parametrize("case_id", DOCUMENTED)
    def test_dots_lie_inside_their_day_and_two_are_never_spread_at_random(self, case_id):
        result = tone_of(case_id)
        days = {row["doc_id"]: row for row in result.texts.iter_rows(named=True)}
        axis = _tone_axis(result)
        for view in dots_of(result.case_id):
            (marks,) = of_role(view, "mark")
            for doc_id, x in zip(marks["customdata"], marks["x"], strict=True):
                row = days[doc_id]
                start = max(0, row["earliest_seconds"]) if row["day"] >= 0 else row["earliest_seconds"]
                assert axis.position(start) - 1e-9 <= x <= axis.position(row["latest_seconds"]) + 1e-9

    def test_stems_only_where_coders_differ(self):
        result = tone_of(GM)
        differing = result.texts.filter(result.texts["a"] != result.texts["b"]).height
        (stems,) = of_role(dots_of(result.case_id)[0], "stem")
        assert differing and len(stems["x"]) == 3 * differing

    @pytest.mark.parametrize("case_id", [KITCHENAID, GM, DOUYIN])
    def test_phase_means_have_a_band_only_where_there_are_enough_texts(self, case_id):
        result = tone_of(case_id)
        view = dots_of(result.case_id)[0]
        (band,) = of_role(view, "band")
        enough = [phase for phase in result.phases if phase.n >= FEW]
        few = [phase for phase in result.phases if 0 < phase.n < FEW]
        assert band["base"] == pytest.approx([phase.mean.lower for phase in enough])
        assert band["y"] == pytest.approx([phase.mean.upper - phase.mean.lower for phase in enough])
        solid, hollow, inside = of_role(view, "mean")
        assert solid["y"][::3] == pytest.approx([phase.mean.value for phase in enough])
        assert hollow["y"][::3] == inside["y"][::3] == pytest.approx([phase.mean.value for phase in few])
        assert inside["line"]["color"] == theme.LIGHT["paper"]

    def test_panels_stand_side_by_side_where_there_is_room_and_are_stacked_elsewhere(self):
        wide, medium, narrow = views(figures.tone_over_time(tone_of(GM), tone_of(GM, "stance_response")))
        assert wide["layout"]["xaxis"]["domain"][1] < wide["layout"]["xaxis2"]["domain"][0]
        for view in (medium, narrow):
            assert view["layout"]["xaxis"]["domain"] == view["layout"]["xaxis2"]["domain"]
            assert view["layout"]["yaxis2"]["domain"][1] < view["layout"]["yaxis"]["domain"][0]

    def test_refuses_nothing(self):
        with pytest.raises(ValueError, match="at least one"):
            figures.tone_over_time()


class TestPlane:
    def test_every_case_is_a_box_of_its_intervals(self):
        points = list(map(point_of, DOCUMENTED))
        view = views(figures.speed_and_transparency(points))[0]
        (marks,) = of_role(view, "mark")
        by_page = {f"cases/{point.case_id}.html": point for point in points}
        assert sorted(marks["customdata"]) == sorted(by_page)
        for place, page in enumerate(marks["customdata"]):
            point = by_page[page]
            tall = marks["width"][place]
            assert marks["y"][place] == pytest.approx((point.lower + point.upper) / 2)
            assert tall == pytest.approx(max(point.upper - point.lower, tall if tall < 1 else 0))
        lines = sorted(y for trace in of_role(view, "index") for y in trace["y"][::3])
        assert lines == pytest.approx(sorted(point.value for point in points))

    def test_small_boxes_are_dark_and_wide_ones_pale(self):
        view = plane_of_all()[0]
        fill = view["data"][0]
        strengths = sorted(zip(fill["x"], fill["marker"]["opacity"], strict=True))
        assert [strength for _, strength in strengths] == sorted(fill["marker"]["opacity"], reverse=True)
        assert strengths[0][1] > 5 * strengths[-1][1]

    def test_the_index_axis_is_always_0_to_100(self):
        one = figures.Point("One", "one", Latency(60, 120), 70, 68, 72)
        assert views(figures.speed_and_transparency([one]))[0]["layout"]["yaxis"]["range"] == [0, 100]

    def test_own_clock_is_dashed(self):
        points = [figures.Point(name, name, Latency(60, 120), 50, 40, 60, name == "own") for name in ("own", "other")]
        plain, dashed = of_role(views(figures.speed_and_transparency(points))[0], "index")
        assert len(plain["x"]) == len(dashed["x"]) == 3
        assert plain["line"]["dash"] == "solid" and "px" in dashed["line"]["dash"]

    def test_a_case_without_an_index_is_named_and_not_drawn(self):
        points = [
            figures.Point("Scored", "scored", Latency(60, 120), 50, 40, 60),
            figures.Point("<i>Unscored", "unscored", Latency(60, 120), math.nan, math.nan, math.nan),
        ]
        view = views(figures.speed_and_transparency(points))[0]
        assert of_role(view, "mark")[0]["customdata"] == ["cases/scored.html"]
        assert any("not drawn: &lt;i&gt;Unscored" in note["text"] for note in _notes(view, "title"))
        with pytest.raises(ValueError, match="no case has"):
            figures.speed_and_transparency(points[1:])

    def test_an_answer_that_was_not_seen_reaches_to_the_end_and_is_said(self):
        points = [
            figures.Point("Silent", "silent", Latency(1e6, math.inf), 20, 10, 30),
            figures.Point("Quick", "quick", Latency(60, 120), 50, 40, 60),
        ]
        view = views(figures.speed_and_transparency(points))[0]
        (marks,) = of_role(view, "mark")
        silent = marks["customdata"].index("cases/silent.html")
        end = marks["base"][silent] + marks["x"][silent]
        assert end == pytest.approx(view["layout"]["xaxis"]["range"][1])
        assert any("Silent: not seen" in note["text"] for note in _notes(view, "major"))
        (caps,) = of_role(view, "cap")
        assert len(caps["x"]) == 3

    def test_labels_do_not_collide(self):
        for view in plane_of_all()[:2]:
            assert len(_notes(view, "major")) == len(DOCUMENTED)
        one = [figures.Point(f"Case number {n}", f"c{n:02}", Latency(0, 86399), 50, 40, 60) for n in range(40)]
        for view in views(figures.speed_and_transparency(one)):
            offsets = [note.get("ay", 0) for note in _notes(view, "major")]
            assert len(set(offsets)) == len(offsets) > 5


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


class TestTheme:
    def test_the_script_of_the_pages_has_the_same_table_of_colours(self):
        table = re.search(r"var DARK = (\{.*?\});", SCRIPT.read_text(encoding="utf-8"), re.S)[1]
        assert json.loads(table) == theme.DARK

    def test_colours_are_written_as_the_script_reads_them(self):
        for pair in theme.TOKENS.values():
            assert all(re.fullmatch(r"#[0-9a-f]{6}", colour) for colour in pair)

    @pytest.mark.parametrize("theme_of_page", [0, 1])
    def test_marks_can_be_seen_and_texts_read_on_the_page(self, theme_of_page):
        page = theme.TOKENS["paper"][theme_of_page]
        for token in ("ink", "ink2", "ink3", "me"):
            assert _contrast(theme.TOKENS[token][theme_of_page], page) >= 4.5
        for colour in (*theme.FAMILY_COLOURS.values(), *theme.STANCE_COLOURS):
            assert _contrast(theme.DARK[colour] if theme_of_page else colour, page) >= 3

    def test_plotly_is_not_imported_before_a_figure_is_drawn(self):
        code = "import sys, aftermath, aftermath.figures; dir(aftermath.figures); print('plotly' in sys.modules)"
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert ran.stdout.strip() == "False"

    def test_an_unknown_figure_is_refused_with_the_known_ones(self):
        with pytest.raises(AttributeError, match=r"it offers .*timeline"):
            _ = figures.pie


def _axis_of(case: Case) -> TimeAxis:
    bounds = [_bounds_of(case, event_id) for event_id in case.events["event_id"]]
    before = -min(lower for lower, _ in bounds)
    return TimeAxis.reaching(first_tick(case.zero.seconds), max(upper for _, upper in bounds), before)


def _bounds_of(case: Case, event_id: str) -> tuple[float, float]:
    """Worked out anew from the codebook's rule for a difference of two spans."""
    span, zero = case.span(event_id), case.zero
    if event_id == case.about.clock_zero:
        return 0.0, zero.seconds
    lower = (span.earliest - zero.latest).total_seconds()
    upper = (span.latest - zero.earliest).total_seconds()
    return (max(0.0, lower) if span.earliest >= zero.earliest else lower), upper


def test_bounds_follow_the_rule_for_latencies():
    case = case_of(KITCHENAID)
    for event_id in ("e01", "e02", "e07", "e08"):
        drawn = event_bounds(case, case.span(event_id))
        assert (drawn.lower, drawn.upper) == _bounds_of(case, event_id)
    assert event_bounds(case, Span(case.zero.earliest, case.zero.latest)).lower == 0


def _ladder_axis(measured: list[Speed]) -> TimeAxis:
    latencies = [step.latency for one in measured for step in one.steps]
    return TimeAxis.reaching(MINUTE, max(each.upper if each.seen else each.lower for each in latencies))


def _tone_axis(result: Tone) -> TimeAxis:
    days = result.texts
    starts = [max(0, e) if day >= 0 else e for e, day in days.select("earliest_seconds", "day").iter_rows()]
    return TimeAxis.reaching(HOUR, days["latest_seconds"].max(), -min(starts))


def _length(view: dict) -> float:
    low, high = view["layout"]["xaxis"]["range"]
    return high - low


def _drawing(view: dict) -> float:
    margin = view["layout"]["margin"]
    return view["least"] - margin["l"] - margin["r"]


def _notes(view: dict, name: str) -> list[dict]:
    return [note for note in view["layout"].get("annotations", ()) if note.get("name") == name]


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
        event
        for place, event in marks.items()
        if stripe[:2] == pytest.approx(place[:2]) and place[2] - 1e-6 <= stripe[2] and stripe[3] <= place[3] + 1e-6
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


def _separators(view: dict) -> list[float]:
    return sorted({shape["y0"] for shape in view["layout"]["shapes"] if shape["y0"] == shape["y1"]})


def _pixel(view: dict, position: float) -> float:
    low = view["layout"]["xaxis"]["range"][0]
    return (position - low) * _drawing(view) / _length(view)


def _bar_boxes(view: dict) -> list[tuple]:
    return [(_pixel(view, left), _pixel(view, right), top, bottom) for (left, right, top, bottom), _ in _by_place(view)]


def _text_box(view: dict, note: dict, start: float) -> tuple:
    plain = re.sub("</?b>", "", note["text"])
    width = theme.text_width(plain, note["font"]["size"], bold="<b>" in note["text"]) * 0.97  # the estimate is generous
    left = start + note.get("xshift", 0) - (width if note["xanchor"] == "right" else 0)
    middle = note["y"] - (6 if note.get("yanchor") == "bottom" else 0)
    return left, left + width, middle - 5, middle + 5


def _label_boxes(view: dict) -> list[tuple]:
    notes = [*_notes(view, "major"), *_notes(view, "minor")]
    return [_text_box(view, note, _pixel(view, note["x"])) for note in notes]


def _value_boxes(view: dict) -> list[tuple]:
    notes = _notes(view, "value")
    return [_text_box(view, note, 0 if note.get("xref") == "paper" else _pixel(view, note["x"])) for note in notes]


def _section_boxes(view: dict) -> list[tuple]:
    return [_text_box(view, note, 0) for note in _notes(view, "section")]


def _overlap(one: tuple, other: tuple) -> bool:
    return min(one[1], other[1]) > max(one[0], other[0]) and min(one[3], other[3]) > max(one[2], other[2])


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


def _contrast(one: str, other: str) -> float:
    """The contrast ratio of the Web Content Accessibility Guidelines 2.1."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
