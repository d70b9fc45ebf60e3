"""Times that cannot all be true, looked at in a case that does not load because of them."""

from __future__ import annotations

from pathlib import Path

import pytest

import aftermath as am
from aftermath import figures
from aftermath.figures import theme
from aftermath.measures.contradiction import ContradictoryTimes, contradiction
from aftermath.problems import CaseError
from aftermath.statistics.result import NothingToMeasure
from aftermath.statistics.temporal_network import ORIGIN, Difference, TemporalNetwork
from aftermath.wording import NO_BREAK
from aftermath.workspace import Workspace, WorkspaceError
from breaking import KITCHEN, Break, append, both, cell, copy, drop_column, records, rows_of, store
from drawings import GM, drawing, length, notes, of_role, views

# the post is of 21:42 (e03, to 21:42:59), the apology of 21:50:55 (e07): 476 s at least
AGAINST_THE_CLOCK = cell("relations", 6, "at_most_seconds", "470")
HOSTILE = "<a href='x'>Hit</a>&"
AGAINST_EACH_OTHER = append("relations.csv", f"e08,e07,1,,disputed,prdaily-2012-10-04,order,{HOSTILE}\n")


def looked_at(folder: Path, broken: Break, case_id: str = KITCHEN) -> ContradictoryTimes:
    place = copy(folder, case_id)
    broken(place)
    with pytest.raises(CaseError):
        am.load_case(case_id, Workspace(folder))
    return contradiction(case_id, Workspace(folder))


def cycle_of_30(folder: Path) -> None:
    """GM's events all within the same ten years, and thirty of them in a row, each at least a second after the one before."""
    events = records(folder / "events.csv")
    for name, time in (("earliest", "2005-01-01T00:00:00Z"), ("latest", "2015-01-01T00:00:00Z")):
        for row in events[1:]:
            row[events[0].index(name)] = time
    store(folder / "events.csv", events)
    header, first, *_ = records(folder / "relations.csv")
    named = dict(zip(header, first, strict=True)) | {"at_least_seconds": "1", "at_most_seconds": "", "rule": "logic"}
    pairs = [(f"e{place:02}", f"e{place % 30 + 1:02}") for place in range(1, 31)]
    rows = [list((named | {"from_event": start, "to_event": end}).values()) for start, end in pairs]
    store(folder / "relations.csv", [header, *rows])


def test_the_rows_that_contradict_each_other_are_told_in_the_order_of_the_cycle(tmp_path):
    found = looked_at(tmp_path, AGAINST_THE_CLOCK)
    assert [(row["file"], row["row"]) for row in found.table.to_dicts()] == [
        ("events.csv", 4),
        ("relations.csv", 6),
        ("events.csv", 8),
    ]
    first, related, last = found.table.to_dicts()
    assert (first["from_event"], first["to_event"], first["at_least_seconds"]) == ("clock", "e03", None)
    assert (related["from_event"], related["to_event"]) == ("e03", "e07")
    assert (related["at_least_seconds"], related["at_most_seconds"], related["certainty"]) == (420, 470, "documented")
    assert [row["says"].replace(NO_BREAK, " ") for row in (first, related, last)] == [
        "e03 by 2012-10-04 01:42:59 UTC",
        "e07 at most 7 min 50 s after e03",
        "e07 not before 2012-10-04 01:50:55 UTC",
    ]
    assert (found.seconds, found.least_certain) == (6, "relations.csv:6")


def test_the_text_says_by_how_much_they_miss_and_which_is_least_certain(tmp_path):
    found = looked_at(tmp_path, AGAINST_EACH_OTHER)
    text = found.text.replace(NO_BREAK, " ")
    assert text.startswith("2 rows of kitchenaid-tweet cannot all be true: relations.csv:17 and relations.csv:7.")
    assert "they put e07 1 s before itself" in text
    assert text.endswith("The least certain of the relations is relations.csv:17 (disputed).")


def test_the_stops_lead_from_the_latest_moment_of_the_first_to_where_it_misses(tmp_path):
    first, last = looked_at(tmp_path, AGAINST_THE_CLOCK).stops
    assert (first.event_id, first.earliest, first.latest, first.at_latest) == ("e03", -59, 0, 0)
    assert (last.event_id, last.earliest, last.at_latest) == ("e07", 476, 470)


def test_a_cycle_of_thirty_rows_misses_by_the_sum_of_them(tmp_path):
    found = looked_at(tmp_path, cycle_of_30, GM)
    assert found.table.height == 30 and found.seconds == 30
    assert [stop.at_latest for stop in found.stops] == list(range(0, -31, -1))
    assert found.stops[0].event_id == found.stops[-1].event_id == "e01"


def test_the_error_says_how_to_look_at_it(tmp_path):
    AGAINST_THE_CLOCK(copy(tmp_path, KITCHEN))
    with pytest.raises(CaseError, match=r"am\.contradiction\('kitchenaid-tweet'\) shows them together"):
        am.load_case(KITCHEN, Workspace(tmp_path))


def test_where_nothing_contradicts_this_is_said_and_nothing_is_drawn():
    found = am.contradiction(KITCHEN)
    assert found.text == "Nothing in the times of kitchenaid-tweet contradicts anything else."
    assert found.table.is_empty() and not found.stops
    with pytest.raises(NothingToMeasure, match="nothing contradicts"):
        figures.contradictory_statements(found)


def test_a_case_that_is_wrong_elsewhere_is_looked_at_all_the_same(tmp_path):
    found = looked_at(tmp_path, both(AGAINST_THE_CLOCK, drop_column("signals", "value")))
    assert found.seconds == 6
    elsewhere = looked_at(tmp_path / "other", drop_column("signals", "value"))
    assert elsewhere == ContradictoryTimes(KITCHEN)


@pytest.mark.parametrize(
    ("broken", "what"),
    [
        (drop_column("relations", "rule"), "this column is missing"),
        (cell("events", 3, "earliest", "soon"), "soon"),
        (cell("relations", 3, "to_event", "e99"), "'e99' is not in events.csv"),
    ],
)
def test_times_that_cannot_be_read_are_refused_with_their_problems(broken, what, tmp_path):
    broken(copy(tmp_path, KITCHEN))
    with pytest.raises(CaseError, match=what):
        contradiction(KITCHEN, Workspace(tmp_path))


def test_a_case_that_is_not_there_is_refused(tmp_path):
    copy(tmp_path, KITCHEN)
    with pytest.raises(CaseError, match="there is no such case"):
        contradiction("nowhere", Workspace(tmp_path))
    with pytest.raises(WorkspaceError):
        contradiction("../kitchenaid-tweet", Workspace(tmp_path))


def test_a_faulty_case_without_relations_is_refused_with_its_problems(tmp_path):
    folder = copy(tmp_path, KITCHEN)
    (folder / "relations.csv").unlink()
    cell("events", 3, "earliest", "soon")(folder)
    with pytest.raises(CaseError, match="soon"):
        contradiction(KITCHEN, Workspace(tmp_path))


def test_the_order_of_rows_changes_only_their_numbers(tmp_path):
    turned = rows_of("relations", lambda rows: rows.__setitem__(slice(1, None), rows[:0:-1]))
    one = looked_at(tmp_path / "one", AGAINST_THE_CLOCK)
    other = looked_at(tmp_path / "other", both(AGAINST_THE_CLOCK, turned))
    assert one.stops == other.stops
    assert one.table.drop("row").equals(other.table.drop("row"))


def test_the_steps_of_a_cycle_join_and_add_up():
    rows = [
        Difference(ORIGIN, "a", 0, 10),
        Difference("a", "b", 5, 7),
        Difference("b", "c", None, 3),
        Difference(ORIGIN, "c", 25, 30),
    ]
    cycle = TemporalNetwork(rows).contradiction
    assert sum(most for *_, most in cycle.steps) == -cycle.seconds == -5
    for (_, end, _), (start, _, _) in zip(cycle.steps, (*cycle.steps[1:], cycle.steps[0]), strict=True):
        assert end == start


class TestFigure:
    @pytest.mark.parametrize(
        ("broken", "case_id"), [(AGAINST_THE_CLOCK, KITCHEN), (AGAINST_EACH_OTHER, KITCHEN), (cycle_of_30, GM)]
    )
    def test_every_event_has_its_interval_and_every_statement_its_link(self, broken, case_id, tmp_path):
        found = looked_at(tmp_path, broken, case_id)
        for view in views(figures.contradictory_statements(found)):
            (marks,), (dots,), (gap,) = (of_role(view, role) for role in ("mark", "link", "gap"))
            assert marks["customdata"] == [stop.event_id for stop in found.stops]
            assert dots["customdata"] == [[row.difference.start, row.difference.end] for row in found.between]
            least = theme.THINNEST * length(view) / drawing(view)
            for stop, start, long in zip(found.stops, marks["base"], marks["x"], strict=True):
                assert start <= stop.earliest and start + long >= stop.latest
                assert long == pytest.approx(max(least, stop.latest - stop.earliest))
            assert gap["base"] == [found.stops[-1].at_latest]
            assert gap["x"] == [pytest.approx(max(least, found.seconds))]

    def test_what_is_missing_is_named_with_the_row_that_it_is_missing_to(self, tmp_path):
        for view in views(figures.contradictory_statements(looked_at(tmp_path, AGAINST_THE_CLOCK))):
            (gap,) = notes(view, "gap")
            assert gap["text"].replace(NO_BREAK, " ") == "<b>6 s missing to events.csv:8</b>"

    def test_every_statement_is_written_with_its_row_and_certainty(self, tmp_path):
        view = views(figures.contradictory_statements(looked_at(tmp_path, AGAINST_THE_CLOCK)))[0]
        (words,) = notes(view, "statement")
        assert (
            words["text"].replace(NO_BREAK, " ") == "↓ e07 at most 7 min 50 s after e03 · relations.csv:6 · documented"
        )

    def test_hostile_reasons_are_escaped(self, tmp_path):
        text = figures.contradictory_statements(looked_at(tmp_path, AGAINST_EACH_OTHER)).to_json()
        assert "&lt;a href" in text.replace("\\u0026", "&").replace("\\u003c", "<") and "<a href" not in text

    def test_ticks_are_whole_seconds(self, tmp_path):
        view = views(figures.contradictory_statements(looked_at(tmp_path, AGAINST_EACH_OTHER)))[0]
        assert view["layout"]["xaxis"]["tickvals"] == [-1, 0]

    def test_is_drawn_alike_every_time(self, tmp_path):
        found = looked_at(tmp_path, AGAINST_THE_CLOCK)
        assert len({figures.contradictory_statements(found).to_json() for _ in range(2)}) == 1
