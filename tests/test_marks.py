"""Small marks: a bar is an interval, a hollow dot has none, and nothing is drawn where nothing is known."""

from __future__ import annotations

import math
import re

import pytest

from aftermath.figures import inline_svg
from aftermath.measures.stances import Estimate
from aftermath.statistics.agreement import Agreement
from aftermath.times import Latency


def _bar(mark: str) -> tuple[float, float]:
    found = re.search(r'class="me" x="([\d.]+)" y="4.5" width="([\d.]+)"', mark)
    return float(found.group(1)), float(found.group(2))


def test_a_latency_is_a_bar_between_its_ends():
    start, wide = _bar(inline_svg.latency_bar(Latency(60, 3600)))
    assert start == pytest.approx(11)
    assert start + wide == pytest.approx(69, abs=1)  # where the axis has its hour
    assert _bar(inline_svg.latency_bar(Latency(0, 60))) == pytest.approx((1, 10))
    assert _bar(inline_svg.latency_bar(Latency(500, 501)))[1] == pytest.approx(4)  # as narrow as can be seen


def test_a_latency_never_leaves_its_axis():
    for latency in (Latency(0, 1e12), Latency(1e11, 1e12), Latency(0, 1)):
        start, wide = _bar(inline_svg.latency_bar(latency, 170))
        assert start >= 1
        assert start + wide <= 168.1


@pytest.mark.parametrize("latency", [Latency(0, 0, by_construction=True), Latency(0, 0), Latency(-60, 0)])
def test_what_came_with_clock_zero_is_hollow(latency):
    mark = inline_svg.latency_bar(latency)
    assert "hollow" in mark and 'class="me"' not in mark


def test_specimens_of_what_relations_do_are_drawn_below_their_bars():
    narrowed = inline_svg.event_bar("apology", narrowed=True)
    assert narrowed.index('class="clk"') < narrowed.index('class="b apo"')
    assert 'class="clk"' not in inline_svg.event_bar("apology")
    assert inline_svg.linked_bars().count('class="b oth"') == 2 and 'class="rel"' in inline_svg.linked_bars()


def test_not_seen_is_an_arrow_from_the_end_of_the_record():
    mark = inline_svg.latency_bar(Latency(86_400, math.inf))
    assert 'class="me"' not in mark
    assert 100 < float(re.search(r"M([\d.]+) 9H", mark).group(1)) < 120


def test_marks_without_a_value_draw_none():
    nothing = math.nan
    assert 'class="me"' not in inline_svg.index_bar(nothing, nothing, nothing)
    assert 'class="me"' not in inline_svg.alpha_bar(Agreement(nothing, nothing, nothing, 0, 0))
    assert "circle" not in inline_svg.tone_mark(
        Estimate(nothing, nothing, nothing), Estimate(nothing, nothing, nothing)
    )


def test_few_texts_make_a_hollow_dot_without_a_line():
    mark = inline_svg.tone_mark(Estimate(0.5, math.nan, math.nan), Estimate(1.0, 0.5, 1.5))
    assert mark.count("few") == 1
    assert "ci0" not in mark
    assert "ci1" in mark


def test_scores_have_a_shape_and_a_word():
    shapes = {score: inline_svg.score_square(score) for score in ("0", "1", "2", "na", "unknown", "not coded")}
    assert len(set(shapes.values())) == 6
    assert "n/a" in shapes["na"]
    assert "not coded" in shapes["not coded"]
