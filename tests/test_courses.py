"""The course of the coverage and the latency curves as drawn: every line is that of its result."""

from __future__ import annotations

import math
from functools import cache

import pytest

from aftermath import figures
from aftermath.figures import theme
from aftermath.figures.time_axis import TimeAxis
from aftermath.measures.latency_curves import LatencyCurve, LatencyCurves, latency_curves
from aftermath.times import DAY, HOUR, MINUTE
from drawings import DOUYIN, GM, KITCHENAID, as_json, colours, course_of, of_role, recovery_of, speeds, tone_of, views


class TestCourse:
    @pytest.mark.parametrize("case_id", [KITCHENAID, GM, DOUYIN])
    def test_the_line_is_the_expected_code_inside_its_band(self, case_id):
        recovery = recovery_of(case_id)
        axis = _axis(case_id)
        rows = {round(axis.position(row["day"] * DAY), 9): row for row in recovery.course.iter_rows(named=True)}
        for view in course_of(case_id):
            (line,), (band,) = of_role(view, "course"), of_role(view, "band")
            n = len(line["x"])
            assert n > 30
            for place, (x, y) in enumerate(zip(line["x"], line["y"], strict=True)):
                row = rows[round(x, 9)]
                assert y == row["expected"]
                assert (band["y"][place], band["y"][-1 - place]) == (row["upper"], row["lower"])
                assert band["x"][place] == band["x"][-1 - place] == x

    def test_the_course_ends_where_the_record_ends(self):
        recovery, axis = recovery_of(GM), _axis(GM)
        (line,) = of_role(course_of(GM)[0], "course")
        first, last = (axis.position(recovery.course["day"][place] * DAY) for place in (0, -1))
        assert (line["x"][0], line["x"][-1]) == (pytest.approx(first), pytest.approx(last))
        assert line["x"] == sorted(line["x"])

    def test_the_pointer_reads_the_level_of_the_band(self):
        (line,) = of_role(course_of(KITCHENAID)[0], "course")
        assert len(line["hovertext"]) == len(line["x"])
        assert all("expected code" in text and "95% interval" in text for text in line["hovertext"])

    def test_the_course_takes_the_place_of_the_phases_and_leaves_the_texts(self):
        modelled, plain = course_of(KITCHENAID)[0], views(figures.tone_over_time(tone_of(KITCHENAID)))[0]
        assert not of_role(modelled, "mean") and of_role(plain, "mean")
        assert of_role(modelled, "mark")[0]["x"] == of_role(plain, "mark")[0]["x"]

    def test_without_a_model_the_phases_stay(self):
        recovery = recovery_of(DOUYIN, "stance_org")
        assert not recovery.modelled
        drawn, plain = (figures.tone_over_time(each) for each in (recovery, recovery.tone))
        assert drawn.to_json() == plain.to_json()


@cache
def curves() -> tuple[LatencyCurves, LatencyCurves]:
    return (
        latency_curves(speeds(), draws=40),
        latency_curves(speeds(), group=lambda speed: speed.exposed_by, by="Exposed by", draws=40),
    )


@cache
def drawn() -> list[dict]:
    return views(figures.latency_curves(*curves()))


def each_curve() -> list[tuple[int, LatencyCurve]]:
    whole, grouped = curves()
    return list(enumerate([*whole.curves, *grouped.curves]))


def of_panel(view: dict, panel: int, name: str) -> dict:
    suffix = "" if panel == 0 else str(panel + 1)
    (trace,) = (trace for trace in view["data"] if trace["name"] == name and trace.get("xaxis", "x") == f"x{suffix}")
    return trace


class TestLatencyCurves:
    def test_there_are_groups_to_draw(self):
        assert len(each_curve()) >= 4

    @pytest.mark.parametrize("name", ["estimate", "possible"])
    def test_lines_are_the_shares_at_every_moment(self, name):
        axis = _axis_of_curves()
        for panel, curve in each_curve():
            trace = of_panel(drawn()[0], panel, name)
            gap = trace["x"].index(None)
            lower, upper = _shares(curve, name)
            for part, expected in ((slice(0, gap), lower), (slice(gap + 1, None), upper)):
                steps = list(zip(trace["x"][part], trace["y"][part], strict=True))
                for second, share in zip(curve.seconds, expected, strict=True):
                    assert _at(steps, axis.position(float(second))) == pytest.approx(share)

    @pytest.mark.parametrize("name", ["band", "not identified"])
    def test_areas_lie_between_their_ends(self, name):
        for panel, curve in each_curve():
            trace = of_panel(drawn()[0], panel, name)
            half = len(trace["x"]) // 2
            over, under = trace["y"][:half], trace["y"][half:][::-1]
            lower, upper = _shares(curve, name)
            assert over[::2] == pytest.approx(list(upper))
            assert under[::2] == pytest.approx(list(lower))
            assert trace["x"][:half] == trace["x"][half:][::-1]

    def test_a_share_holds_until_the_next_moment(self):
        trace = of_panel(drawn()[0], 0, "band")
        xs, ys = trace["x"][: len(trace["x"]) // 2], trace["y"][: len(trace["y"]) // 2]
        assert all(ys[place] == ys[place + 1] for place in range(0, len(ys), 2))
        assert all(xs[place] == xs[place + 1] for place in range(1, len(xs) - 1, 2))

    def test_all_panels_share_one_time_axis_from_nothing_to_all(self):
        for view in drawn():
            axes = [axis for name, axis in view["layout"].items() if name.startswith("xaxis")]
            assert len(axes) == len(each_curve())
            assert len({tuple(axis["range"]) for axis in axes}) == 1
            shares = [axis["range"] for name, axis in view["layout"].items() if name.startswith("yaxis")]
            assert all(low < 0 and high > 100 for low, high in shares)

    def test_panels_do_not_overlap(self):
        for view in drawn():
            boxes = [
                (view["layout"][f"xaxis{suffix}"]["domain"], view["layout"][f"yaxis{suffix}"]["domain"])
                for suffix in ("", *map(str, range(2, len(each_curve()) + 1)))
            ]
            for place, (across, up) in enumerate(boxes):
                assert 0 <= across[0] < across[1] <= 1 and 0 <= up[0] < up[1] <= 1
                for other_across, other_up in boxes[:place]:
                    apart = across[0] >= other_across[1] or other_across[0] >= across[1]
                    assert apart or up[0] >= other_up[1] or other_up[0] >= up[1]

    def test_every_panel_says_whose_it_is_and_how_many_cases_it_holds(self):
        for view in drawn()[:2]:
            titles = [note["text"] for note in view["layout"]["annotations"] if note["name"] == "panel"]
            assert titles[0].startswith("<b>All cases</b>  n = ")
            for panel, curve in each_curve()[1:]:
                assert titles[panel] == f"<b>Exposed by: {curve.group}</b>  n = {len(curve.case_ids)}"

    def test_the_pointer_reads_the_share_with_its_band(self):
        whole = curves()[0].curves[0]
        texts = of_panel(drawn()[0], 0, "moments")["hovertext"]
        assert len(texts) == len(whole.seconds)
        assert all(whole.share_by(float(second)) in text for second, text in zip(whole.seconds, texts, strict=True))

    def test_it_has_only_the_colours_of_the_house(self):
        assert colours(drawn()) <= {*theme.LIGHT.values(), theme.CLEAR}

    def test_a_group_is_no_curve_over_all_cases(self):
        with pytest.raises(ValueError, match="without groups"):
            figures.latency_curves(curves()[1])

    def test_the_noun_stays_a_function_once_its_module_is_loaded(self):
        figures.latency_curves(curves()[0])
        assert callable(figures.latency_curves)
        assert len(as_json(figures.latency_curves(curves()[0]))["data"]) == 5


def _shares(curve: LatencyCurve, name: str) -> tuple:
    lower, upper = {
        "estimate": (curve.not_yet_upper, curve.not_yet_lower),
        "not identified": (curve.not_yet_upper, curve.not_yet_lower),
        "band": (curve.band_upper, curve.band_lower),
        "possible": (curve.possible_upper, curve.possible_lower),
    }[name]
    return 100 * (1 - lower), 100 * (1 - upper)


def _at(steps: list[tuple[float, float]], x: float) -> float:
    """The share just after a moment."""
    return [share for place, share in steps if place <= x + 1e-12][-1]


def _axis_of_curves() -> TimeAxis:
    return TimeAxis.reaching(MINUTE, max(float(curve.seconds[-1]) for _, curve in each_curve()))


def _axis(case_id: str) -> TimeAxis:
    texts = recovery_of(case_id).tone.texts
    starts = [max(0.0, e) if day >= 0 else e for e, day in texts.select("earliest_seconds", "day").iter_rows()]
    assert math.isfinite(min(starts))
    return TimeAxis.reaching(HOUR, texts["latest_seconds"].max(), -min(starts))
