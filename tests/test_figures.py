"""The figures: what they show, never how they are written down."""

from __future__ import annotations

import itertools
import json
import math
import re
import subprocess
import sys
from pathlib import Path

import plotly.graph_objects as go
import pytest

from aftermath import figures, vocabulary
from aftermath.figures import theme
from aftermath.figures.time_axis import TimeAxis
from aftermath.measures.latency_curves import latency_curves
from aftermath.measures.stances import FEW
from aftermath.measures.tone import Tone
from aftermath.statistics.result import NothingToMeasure
from aftermath.times import HOUR, Latency
from drawings import (
    DOCUMENTED,
    DOUYIN,
    GM,
    KITCHENAID,
    as_json,
    colours,
    dots_of,
    every_figure,
    figures_of,
    grid_of,
    notes,
    of_role,
    plane_of_all,
    point_of,
    speed_of,
    speeds,
    timeline_of,
    tone_of,
    transparency_of,
    views,
)

SCRIPT = Path(figures.__file__).parents[1] / "pages" / "assets" / "figures.js"


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

    def test_plotly_knows_every_word_of_every_width(self):
        comparison = [
            figures.speed_and_transparency(list(map(point_of, DOCUMENTED))),
            figures.latency_ladders(speeds()),
            figures.latency_curves(latency_curves(speeds(), draws=2)),
        ]
        for figure in [*comparison, *figures_of(KITCHENAID)]:
            for view in views(figure):
                go.Figure(view["data"], view["layout"])

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


class TestRubricGrid:
    @pytest.mark.parametrize("case_id", DOCUMENTED)
    def test_every_score_of_every_coder_is_there(self, case_id):
        result = transparency_of(case_id)
        scores = [item.scores[coder] for item in result.items for coder in item.scores]
        for view in grid_of(case_id):
            (marks,) = of_role(view, "mark")
            assert sorted(marks["text"]) == sorted(scores)
            squares = [shape["name"] for shape in view["layout"]["shapes"] if shape.get("name") in vocabulary.SCORES]
            assert {score: squares.count(score) for score in "02"} == {score: scores.count(score) for score in "02"}
            assert squares.count("1") == 2 * scores.count("1")  # the square, and the half that fills it
            digits = [note["text"] for note in notes(view, "score")]
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

    @pytest.mark.parametrize("case_id", DOCUMENTED)
    def test_headings_of_coders_begin_on_one_line_and_stay_over_their_marks(self, case_id):
        for view in grid_of(case_id):
            (marks,) = of_role(view, "mark")
            heads = notes(view, "coder")
            assert len({note["text"].count("<br>") for note in heads}) == 2  # only some coders are blind
            assert {note["yanchor"] for note in heads} == {"top"}
            for _, own in itertools.groupby(heads, key=lambda note: note["y"]):
                assert len([*own]) >= 2
            high = 2 * 1.3 * theme.TICK
            assert all(
                note["y"] >= 0 and note["y"] + high <= min(y for y in marks["y"] if y > note["y"]) for note in heads
            )

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
    def test_dots_lie_inside_their_day(self, case_id):
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
        assert any("not drawn: &lt;i&gt;Unscored" in note["text"] for note in notes(view, "title"))
        with pytest.raises(NothingToMeasure, match="No case has both"):
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
        assert any("Silent: not seen" in note["text"] for note in notes(view, "major"))
        (caps,) = of_role(view, "cap")
        assert len(caps["x"]) == 3

    def test_labels_do_not_collide(self):
        for view in plane_of_all()[:2]:
            assert len(notes(view, "major")) == len(DOCUMENTED)
        one = [figures.Point(f"Case number {n}", f"c{n:02}", Latency(0, 86399), 50, 40, 60) for n in range(40)]
        for view in views(figures.speed_and_transparency(one)):
            offsets = [note.get("ay", 0) for note in notes(view, "major")]
            assert len(set(offsets)) == len(offsets) > 5


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


def _tone_axis(result: Tone) -> TimeAxis:
    days = result.texts
    starts = [max(0, e) if day >= 0 else e for e, day in days.select("earliest_seconds", "day").iter_rows()]
    return TimeAxis.reaching(HOUR, days["latest_seconds"].max(), -min(starts))


def _contrast(one: str, other: str) -> float:
    """The contrast ratio of the Web Content Accessibility Guidelines 2.1."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
