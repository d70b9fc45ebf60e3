"""Relations between events: read, refused where they cannot hold, and what follows from them with the clock times."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import polars as pl
import pytest

from aftermath.case_files.case import load_case, read_case
from aftermath.case_files.cases import cases
from aftermath.case_files.relations import temporal_network
from aftermath.case_files.tables import LONGEST_RELATION
from aftermath.comparison.pairwise import pairwise
from aftermath.measures.speed import speed
from aftermath.statistics.temporal_network import ORIGIN, ContradictionError, Difference, TemporalNetwork
from aftermath.workspace import Workspace
from breaking import KITCHEN, append, assert_named, cell, copy, drop_column, fault
from factories import case_folder, event, relation

EVENT = "add that row to events.csv, or name another"

FAULTS = {
    "an event that is not there": fault(
        cell("relations", 3, "to_event", "e99"),
        f"relations.csv:3:to_event  'e99' is not in events.csv  {EVENT}",
        case_id=KITCHEN,
    ),
    "an event and itself": fault(
        cell("relations", 2, "to_event", "e01"),
        "relations.csv:2:to_event  'e01' is the event itself  name another event",
        case_id=KITCHEN,
    ),
    "ends the wrong way round": fault(
        cell("relations", 2, "at_least_seconds", "5641"),
        "relations.csv:2:at_least_seconds  '5641' is more than at_most_seconds  swap the two",
        case_id=KITCHEN,
    ),
    "no end at all": fault(
        cell("relations", 3, "at_least_seconds", ""),
        "relations.csv:3:at_least_seconds  neither end is given  give one of the two ends",
        case_id=KITCHEN,
    ),
    "beyond a hundred years": fault(
        cell("relations", 3, "at_most_seconds", str(LONGEST_RELATION + 1)),
        f"relations.csv:3:at_most_seconds  '{LONGEST_RELATION + 1}' is not between -{LONGEST_RELATION} and {LONGEST_RELATION}  write whole seconds",
        case_id=KITCHEN,
    ),
    "a number of minutes in words": fault(
        cell("relations", 3, "at_most_seconds", "22 minutes"),
        "relations.csv:3:at_most_seconds  '22 minutes' is not a whole number  write whole seconds",
        case_id=KITCHEN,
    ),
    "no source": fault(
        cell("relations", 3, "source_ids", ""),
        "relations.csv:3:source_ids  is empty  name ids with ; between",
        case_id=KITCHEN,
    ),
    "an unknown source": fault(
        cell("relations", 3, "source_ids", "nobody-2012"),
        "relations.csv:3:source_ids  'nobody-2012' is not in sources.csv  add that row to sources.csv",
        case_id=KITCHEN,
    ),
    "an unknown rule": fault(
        cell("relations", 3, "rule", "soonish"),
        "relations.csv:3:rule  'soonish' is not a word of the vocabulary  use one of: stated, bound",
        case_id=KITCHEN,
    ),
    "a statement doubled with other numbers": fault(
        append("relations.csv", "e02,e03,60,,documented,jta-2012-10-04,answer,The joke came a minute later.\n"),
        "relations.csv:3:from_event  'e02' stands more than once  name an event_id of events.csv, and each rule once for a pair",
        "relations.csv:17:from_event  'e02' stands more than once  name an event_id of events.csv, and each rule once for a pair",
        case_id=KITCHEN,
    ),
    "a column missing": fault(
        drop_column("relations", "rule"),
        "relations.csv:1:rule  this column is missing  add it; the columns are from_event, to_event",
        case_id=KITCHEN,
    ),
    "what contradicts the clock": fault(
        # the post is of 21:42 (e03), the apology of 21:50:55 (e07): 476 s at least
        cell("relations", 6, "at_most_seconds", "470"),
        "relations.csv:6:from_event  cannot hold beside events.csv:4 (documented) and events.csv:8 (inferred): together they "
        "miss by 6 s  correct or remove the least certain of these rows",
        case_id=KITCHEN,
    ),
}


@pytest.mark.bad_input("damaged tables of a case")
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_where_it_is(name: str, tmp_path: Path) -> None:
    assert_named(FAULTS[name], tmp_path)


@pytest.mark.parametrize("text", ["5640", "+5640", "0000000000000000000000005640"])
def test_a_number_is_read_whole_however_it_is_padded(tmp_path: Path, text: str) -> None:
    folder = copy(tmp_path, KITCHEN)
    cell("relations", 2, "at_most_seconds", text)(folder)
    assert read_case(folder, Workspace(tmp_path))[0].relations["at_most_seconds"][0] == 5640


@pytest.mark.bad_input("damaged tables of a case")
def test_of_a_contradiction_the_least_certain_relation_is_named(tmp_path: Path) -> None:
    folder = copy(tmp_path, KITCHEN)
    append("relations.csv", "e08,e07,1,,disputed,prdaily-2012-10-04,order,The other way round.\n")(folder)
    _, problems = read_case(folder, Workspace(tmp_path))
    (problem,) = problems
    assert (problem.row, problem.column) == (17, "from_event")
    assert "relations.csv:7 (documented)" in problem.what


@pytest.mark.bad_input("damaged tables of a case")
def test_a_cycle_of_thirty_rows_is_named_whole(tmp_path: Path) -> None:
    events = [event(), *(event("milestone", 60, 7200) for _ in range(30))]
    names = [f"e{number:02}" for number in range(2, 32)]
    rows = [relation(one, other, 1) for one, other in zip(names, [*names[1:], names[0]], strict=True)]
    folder = case_folder(tmp_path, events=events, relations=rows)
    loaded, (problem,) = read_case(folder, Workspace(tmp_path))
    assert loaded is None
    assert "together they miss by 30 s" in problem.what
    beside = [int(row) for row in re.findall(r"relations\.csv:(\d+)", problem.what)]
    assert beside == [row for row in range(2, 32) if row != problem.row]


# pairs of cases that each step of speed tells apart: with all relations, and by the clock alone
TOLD_APART = {
    "response": (30, 27),
    "acknowledgement": (46, 45),
    "apology": (32, 30),
    "named_apology": (20, 20),
    "corrective_action": (64, 64),
    "information_hub": (13, 13),
    "direct_reply": (13, 9),
}


def test_relations_tell_more_cases_apart() -> None:
    clocked = [case for case in cases() if case.zero]
    for place, believed in enumerate(("all", "none")):
        speeds = [speed(case, relations=believed) for case in clocked]
        assert {step: pairwise(speeds, step).separable for step in TOLD_APART} == {
            step: counts[place] for step, counts in TOLD_APART.items()
        }


def test_relations_are_an_optional_file(tmp_path: Path) -> None:
    folder = copy(tmp_path, KITCHEN)
    assert read_case(folder, Workspace(tmp_path))[0].relations.height == 15
    (folder / "relations.csv").unlink()
    without = read_case(folder, Workspace(tmp_path))[0]
    assert without.relations.is_empty()
    assert "relations.csv" not in without.files


def test_relations_of_a_case_without_a_clock_tighten_its_events_and_start_no_clock() -> None:
    case = load_case("weishi-data-fabrication")
    assert case.relations.height == 2
    assert temporal_network(case.events, case.relations).contradiction is None
    assert case.zero is None


def test_a_case_without_events_has_no_times(tmp_path: Path) -> None:
    nothing = dict.fromkeys(("exposed_by", "clock_zero", "crisis_type", "cause"))
    folder = case_folder(tmp_path, events=[], record="none_found", **nothing)
    times = load_case(folder.name, Workspace(tmp_path)).times()
    assert times.spans == times.since_zero == {}


def test_without_relations_there_are_the_clock_times_and_nothing_else() -> None:
    for case in cases():
        network = temporal_network(case.events, case.relations, "none")
        for event_id, earliest, latest in case.events.select("event_id", "earliest", "latest").iter_rows():
            assert network.after()[event_id] == (earliest.timestamp(), latest.timestamp())


def test_what_is_believed_only_ever_widens() -> None:
    for case in cases():
        widths = [
            [high - low for low, high in temporal_network(case.events, case.relations, name).after().values()]
            for name in ("all", "without disputed", "documented only", "none")
        ]
        for tighter, wider in itertools.pairwise(widths):
            assert all(one <= other for one, other in zip(tighter, wider, strict=True))


def test_an_unknown_choice_is_refused() -> None:
    case = load_case("kitchenaid-tweet")
    with pytest.raises(ValueError, match="relations = 'some' is no choice; use one of: all, without vague words"):
        temporal_network(case.events, case.relations, "some")


def test_vague_words_can_be_left_out() -> None:
    case = load_case("kitchenaid-tweet")
    vague = case.relations.filter(pl.col("rule").is_in(["hours", "at-once", "about-an-hour"]))
    rows = {row.where for row in temporal_network(case.events, case.relations, "without vague words").differences}
    assert vague.height == 3
    assert rows.isdisjoint({f"relations.csv:{row}" for row in vague["row"]})


# Statements that were left out because they contradict the others: case, statements, by how much they miss. A statement is
# (from, to, at least, at most), from the origin in seconds since 1970.
LEFT_OUT = (
    ("pepsi-jenner-ad", [("e02", "e07", None, 43_200)], 15_806),
    ("pepsi-jenner-ad", [("e05", "e07", 1, 3600), ("e07", "e05", 1, None)], 2),
    ("kitchenaid-tweet", [("e04", "e08", 1800, 7200), ("e03", "e08", None, 540)], 1260),
    ("kitchenaid-tweet", [("e07", "e08", 5400, 43_200), ("e03", "e08", None, 960)], 4860),
    ("dominos-video", [(ORIGIN, "e02", None, 1_239_638_399)], 1),
    ("dominos-video", [(ORIGIN, "e04", 1_239_746_400, None)], 81_240),
    ("dominos-video", [(ORIGIN, "e03", 1_239_660_000, None)], 5400),
    ("dominos-video", [(ORIGIN, "e02", 1_239_681_600, None)], 27_000),
    ("red-cross-tweet", [(ORIGIN, "e09", 1_297_852_801, None)], 18_000),
    ("united-3411", [(ORIGIN, "e02", None, 1_491_776_460)], 3785),
    ("tiktok-data-transparency", [("e06", "e08", 1, None), ("e08", "e06", 3600, 43_200)], 3601),
    ("huoshan-vulgar-content", [(ORIGIN, "e05", None, 1_522_598_399), (ORIGIN, "e05", 1_522_684_800, None)], 86_401),
    ("us-airways-tweet", [("e01", "e04", 86_400, None)], 34_200),
)


@pytest.mark.parametrize(("case_id", "statements", "seconds"), LEFT_OUT)
def test_a_statement_that_was_left_out_contradicts_the_others(case_id, statements, seconds) -> None:
    case = load_case(case_id)
    left_out = [Difference(*statement, where="left out") for statement in statements]
    known = temporal_network(case.events, case.relations)
    assert known.contradiction is None
    with pytest.raises(ContradictionError) as error:
        TemporalNetwork([*known.differences, *left_out]).after()
    assert "left out" in {row.where for row in error.value.contradiction.differences}
    assert error.value.contradiction.seconds == seconds


def test_the_report_of_the_evening_of_10_april_holds_since_the_protests_were_dated_anew() -> None:
    case = load_case("bytedance-neihan-duanzi")
    known = temporal_network(case.events, case.relations)
    statement = Difference(ORIGIN, "e07", None, 1_523_375_999)
    assert TemporalNetwork([*known.differences, statement]).contradiction is None
