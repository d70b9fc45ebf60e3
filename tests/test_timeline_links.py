"""What relations add to the timeline: narrower bars inside those by clock times alone, and links between bars."""

from __future__ import annotations

from pathlib import Path

import pytest

from aftermath import figures
from aftermath.case_files.case import Case, load_case, read_case
from aftermath.figures import theme
from aftermath.figures.bars import Bar
from aftermath.figures.links import link_traces, links_of
from aftermath.measures.speed import speed
from aftermath.pages.events import how_read, timeline_words
from aftermath.pages.report import report
from aftermath.wording import NO_BREAK
from aftermath.workspace import Workspace
from breaking import Break, cell, copy, rows_of
from drawings import (
    DOCUMENTED,
    GM,
    KITCHENAID,
    axis_of,
    case_of,
    drawing,
    length,
    of_role,
    pixel,
    speed_of,
    timeline_of,
    views,
)

ROLES = ("related", "link", "by clock")


def _legend(case: Case) -> str:
    block = report(case).show(case, "timeline", figure=figures.timeline, speed=speed(case))
    return block.html[block.html.index("<ul") : block.html.rindex("</ul>")]


def _with(folder: Path, broken: Break, case_id: str = KITCHENAID) -> Case:
    place = copy(folder, case_id)
    broken(place)
    case, problems = read_case(place, Workspace(folder))
    assert case is not None, problems
    return case


def _without_relations(folder: Path, case_id: str) -> Case:
    return _with(folder, lambda place: (place / "relations.csv").unlink(), case_id)


def _ends(trace: dict) -> list[tuple[float, float, float]]:
    """Left, right and middle of every bar of a trace."""
    return [(start, start + long, y) for start, long, y in zip(trace["base"], trace["x"], trace["y"], strict=True)]


def _lines(trace: dict) -> list[list[tuple[float, float]]]:
    lines, line = [], []
    for point in zip(trace["x"], trace["y"], strict=True):
        if point[0] is None:
            lines.append(line)
            line = []
        else:
            line.append(point)
    return lines


@pytest.mark.parametrize("case_id", DOCUMENTED)
def test_every_pair_that_is_related_has_one_link_with_the_ids_of_both_ends(case_id):
    pairs = sorted(case_of(case_id).relations.select("from_event", "to_event").unique().rows())
    for view in timeline_of(case_id):
        (dots,), (lines,) = of_role(view, "link"), of_role(view, "related")
        assert dots["customdata"] == [list(pair) for pair in pairs]
        assert len(_lines(lines)) == len(dots["x"]) == len(dots["hovertext"]) == len(pairs)


@pytest.mark.parametrize("case_id", DOCUMENTED)
def test_a_link_leads_from_the_bar_of_one_event_to_that_of_the_other(case_id):
    for view in timeline_of(case_id):
        (marks,), (dots,), (lines,) = (of_role(view, role) for role in ("mark", "link", "related"))
        bars = dict(zip(marks["customdata"], _ends(marks), strict=True))
        for pair, line in zip(dots["customdata"], _lines(lines), strict=True):
            for x, y in (line[0], line[-1]):
                assert any(
                    left - 1e-9 <= x <= right + 1e-9 and abs(y - middle) < 6
                    for left, right, middle in map(bars.__getitem__, pair)
                )


def test_the_statements_of_a_pair_stand_in_the_hover_text():
    links = {(link.start, link.end): link.hover.replace(NO_BREAK, " ") for link in links_of(case_of(KITCHENAID))}
    text = links["e03", "e07"].replace("<br>", " ")
    assert text.startswith("<b>e03 → e07</b> “a duration to the minute”, read as 7–9 min · documented")
    assert "“it cannot be otherwise” · inferred" in text
    assert "An answer cannot precede what it answers." in text


@pytest.mark.parametrize("case_id", DOCUMENTED)
def test_a_narrowed_bar_lies_inside_the_one_by_clock_times_alone(case_id):
    for view in timeline_of(case_id):
        (marks,) = of_role(view, "mark")
        outer = _ends(marks)
        for trace in of_role(view, "paint"):
            for left, right, y in _ends(trace):
                assert any(
                    start - 1e-9 <= left and right <= end + 1e-9 and abs(y - middle) < 6 for start, end, middle in outer
                )


@pytest.mark.parametrize("case_id", DOCUMENTED)
def test_bars_are_painted_from_end_to_end_of_what_the_network_gives(case_id):
    case, view = case_of(case_id), timeline_of(case_id)[0]
    axis, narrowed = axis_of(case), 0
    least = theme.THINNEST * length(view) / drawing(view)
    (marks,) = of_role(view, "mark")
    painted = [bar for trace in of_role(view, "paint") for bar in _ends(trace)]
    for event_id, (start, end, middle) in zip(marks["customdata"], _ends(marks), strict=True):
        since = case.times().since_zero[event_id]
        own = [(left, right) for left, right, y in painted if abs(y - middle) < 6 and start - 1e-9 <= left < end]
        (left,), (right,) = ({round(edge, 9) for edge in edges} for edges in zip(*own, strict=True))
        wanted = min(max(axis.position(since.lower), start), end), axis.position(since.upper)
        if event_id != case.about.clock_zero and wanted[1] - wanted[0] >= least:
            assert (left, right) == pytest.approx(wanted)
            narrowed += (left, right) != pytest.approx((start, end))
    assert narrowed or case_id not in (KITCHENAID, "digiorno-whyistayed", "red-cross-tweet")


def test_the_end_of_what_lasted_stays_to_be_seen():
    # threats of boycott (e06) began within the hour and went on for the whole of the row, to the night of the next day
    case = case_of(KITCHENAID)
    network, alone = (case.times(name).since_zero["e06"] for name in ("all", "none"))
    assert network.upper == 3600 < alone.upper
    for view in timeline_of(KITCHENAID):
        (marks,), (beyond,) = of_role(view, "mark"), of_role(view, "by clock")
        start, end, middle = dict(zip(marks["customdata"], _ends(marks), strict=True))["e06"]
        (line,) = [line for line in _lines(beyond) if line[0][1] == middle]
        assert start < line[0][0] < line[1][0] == pytest.approx(end)
        (hover,) = [text for text, name in zip(marks["hovertext"], marks["customdata"], strict=True) if name == "e06"]
        assert "within 26 h by clock times alone" in hover.replace(NO_BREAK, " ").replace("<br>", " ")


def test_what_clock_times_give_more_is_drawn_only_where_it_can_be_seen():
    for view in timeline_of(GM):
        for line in _lines(*of_role(view, "by clock")):
            assert pixel(view, line[1][0]) - pixel(view, line[0][0]) >= 1 - 1e-9


def test_what_a_source_puts_before_clock_zero_is_drawn_before_it():
    case, view = case_of("dominos-video"), timeline_of("dominos-video")[0]
    assert case.times().since_zero["e03"].upper == 0
    (marks,) = of_role(view, "mark")
    start, _, middle = dict(zip(marks["customdata"], _ends(marks), strict=True))["e03"]
    own = [bar for trace in of_role(view, "paint") for bar in _ends(trace) if bar[2] == middle and bar[0] == start]
    assert own and all(right == pytest.approx(0) for _, right, _ in own)


def test_links_and_lines_lie_below_the_bars():
    for trace in timeline_of(GM)[0]["data"]:
        role = trace.get("meta", {}).get("role")
        assert (trace.get("zorder", 0) < 0) == (role in ROLES)


def test_a_line_by_clock_times_stays_where_other_lanes_are_switched_off():
    whole, alone = timeline_of(KITCHENAID), views(figures.timeline(KITCHENAID, lanes=("Affected, public",)))
    for view, part in zip(whole, alone, strict=True):
        (marks,), (few,) = of_role(view, "mark"), of_role(part, "mark")
        shift = dict(zip(marks["customdata"], marks["y"], strict=True))
        kept = {shift[event] for event in few["customdata"]}
        ends = [[x for x, _ in line] for line in _lines(of_role(view, "by clock")[0]) if line[0][1] in kept]
        assert ends and sorted(ends) == sorted([x for x, _ in line] for line in _lines(of_role(part, "by clock")[0]))


def test_without_relations_there_is_nothing_of_them(tmp_path):
    case = _without_relations(tmp_path, KITCHENAID)
    figure = figures.timeline(case)
    assert not [trace for view in views(figure) for role in ROLES for trace in of_role(view, role)]
    (marks,) = of_role(views(figure)[0], "mark")
    assert not any("clock times" in text for text in marks["hovertext"])
    for words in (_legend(case), how_read(case), timeline_words(case, speed_of(KITCHENAID))):
        assert not any(word in words for word in ("relate", "clock times", "Links"))


def test_a_relation_that_changes_no_time_changes_no_bar(tmp_path):
    # the debate began at most 94 minutes before the post: the clock says so already
    related = _with(tmp_path / "related", rows_of("relations", lambda rows: rows.__delitem__(slice(2, None))))
    bare = _without_relations(tmp_path / "bare", KITCHENAID)
    assert [(link.start, link.end) for link in links_of(related)] == [("e01", "e03")]
    for with_link, without in zip(views(figures.timeline(related)), views(figures.timeline(bare)), strict=True):
        for role in ("paint", "best", "mark"):
            assert of_role(with_link, role) == of_role(without, role)
        assert with_link["layout"]["annotations"] == without["layout"]["annotations"]
        assert not _lines(*of_role(with_link, "by clock"))


def test_hostile_reasons_are_escaped(tmp_path):
    hostile = "<a href='javascript:x'>Hit</a><script>&"
    case = _with(tmp_path, cell("relations", 3, "reason", hostile))
    for view in views(figures.timeline(case)):
        (dots,) = of_role(view, "link")
        (text,) = [text for text in dots["hovertext"] if "javascript" in text]
        assert "&lt;a" in text and "<a" not in text and "<script" not in text


def test_the_timeline_is_drawn_alike_every_time_and_in_whatever_order_relations_stand(tmp_path):
    turned = _with(tmp_path, rows_of("relations", lambda rows: rows.__setitem__(slice(1, None), rows[:0:-1])))
    first, again = (figures.timeline(load_case(KITCHENAID)).to_json() for _ in range(2))
    assert first == again
    (lines,) = of_role(views(figures.timeline(turned))[0], "related")
    assert lines == of_role(timeline_of(KITCHENAID)[0], "related")[0]


def test_a_link_is_upright_between_bars_that_overlap_and_dips_between_bars_of_one_row():
    links = [type("L", (), {"start": "a", "end": end, "hover": ""}) for end in ("b", "c", "d")]
    bars = {"a": Bar(0, 4, 10, 11), "b": Bar(2, 9, 48, 11), "c": Bar(6, 7, 10, 11), "d": Bar(8, 9, 48, 11)}
    upright, dipping, slanted = _lines(link_traces(links, bars)[0])
    assert [x for x, _ in upright] == [3, 3, 3] and [y for _, y in upright] == [15.5, 29, 42.5]
    assert dipping == [(4, 15.5), (5, 19.5), (6, 15.5)]
    assert (slanted[0], slanted[-1]) == ((4, 15.5), (8, 42.5))


def test_the_page_says_in_words_what_relations_do():
    case = case_of(KITCHENAID)
    assert "a source relates the two" in _legend(case) and "by clock times alone" in _legend(case)
    assert "a thin line runs on" in how_read(case)
    words = timeline_words(case, speed_of(KITCHENAID)).replace(NO_BREAK, " ")
    # of e02, e05 and e06 the upper end came nearer, of e04 the lower one
    network, alone = (case.times(believed).since_zero for believed in ("all", "none"))
    assert [name for name in network if network[name] != alone[name]] == ["e02", "e04", "e05", "e06"]
    assert "Sources relate 13 pairs of events, which times 4 events more narrowly." in words
