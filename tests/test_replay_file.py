"""``replay.yaml``: what is wrong in it is named with its line, and what it says moves the replay and nothing else."""

from __future__ import annotations

import shutil

import pytest

import aftermath as am
from aftermath.building.jobs import evidence
from aftermath.case_files.case import load_case
from aftermath.case_files.check import check
from aftermath.problems import CaseError
from aftermath.replaying.moments import stops
from aftermath.replaying.script import script_of
from aftermath.workspace import INSTALLED_FROM, Workspace
from factories import case_folder, event

HOUR = 3600
EIGHT = [event("exposure"), *(event("update", hour * HOUR) for hour in range(1, 8))]
STAGED = ("gm-ignition-recall", "kitchenaid-tweet", "kuaishou-underage-mothers", "united-3411")


@pytest.fixture
def folder(tmp_path):
    return case_folder(tmp_path, events=[*EIGHT, event("internal_knowledge", 30, channel="email")])


def problems(folder, text: str) -> list[str]:
    (folder / "replay.yaml").write_text(text, encoding="utf-8")
    return [str(problem) for problem in check([folder.name], Workspace(folder.parent.parent)).problems]


def test_a_case_needs_none_and_loads_with_one(folder):
    assert problems(folder, "opening: You speak for us.\nend: e05\n") == []
    case = load_case(folder.name, Workspace(folder.parent.parent))
    assert script_of(case, Workspace(folder.parent.parent)).opening == "You speak for us."
    assert len(stops(case)) == 4


@pytest.mark.bad_input("damaged tables of a case")
@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("end: e05\nbegin: e77\n", "2:begin", "'e77' is not in events.csv"),
        ("stops:\n- e03\n- e99\n", "3:stops[2]", "'e99' is not in events.csv"),
        ("words:\n  e03: Fine.\n  e98: Who?\n", "3:words.e98", "'e98' is not in events.csv"),
        ("public:\n  e02: e97\n", "2:public.e02", "'e97' is not in events.csv"),
        ("decisions:\n- at: e03\n- question: Now?\n  at: e96\n", "4:decisions[2].at", "'e96' is not in events.csv"),
        ("decisions:\n- at: e09\n", "2:decisions[1].at", "e09 is at the end or after it"),
        ("end: e05\ndecisions:\n- at: e06\n", "3:decisions[1].at", "e06 is at the end or after it"),
        ("begin: e05\ndecisions:\n- at: e03\n", "3:decisions[1].at", "e03 comes before the first moment"),
        ("begin: e05\nend: e03\n", "2:end", "nothing comes after e05"),
        ("begin: e05\nstops: [e03]\n", "2:stops[1]", "e03 comes before the first moment or after the last"),
        ("decisions:\n- at: e03\n- at: e03\n", "3:decisions[2].at", "decisions[1] is at the same moment"),
        ("decisions:\n- at: e02\n", "2:decisions[1].at", "e02 has no moment"),
        ("decisions:\n- at: e03\n  options: [wait, cry]\n", "3:decisions[1].options", "['wait', 'cry'] is not what"),
        ("decisions:\n- at: e03\n  minutes: 90\n", "3:decisions[1].minutes", "'90' is not what belongs here"),
        ("decisions:\n- question: Well?\n", "2:decisions[1].at", "this field is missing"),
        ("decisions:\n- at: e03\n  colour: red\n", "3:decisions[1].colour", "is not a field of this file"),
        ("decisions: []\n", "1:decisions", "is empty"),
        ("decisions:\n- e03\n", "2:decisions[1]", "'e03' is not what belongs here"),
        ("words: [e03]\n", "1:words", "['e03'] is not what"),
        ("opening: ''\n", "1:opening", "is empty"),
        ("opening: a: b\n", "1", "is not well-formed YAML"),
        ("- e03\n", "", "holds no fields"),
        ("opening: Hello.\nend: e05\nopening: Twice.\n", "3", "the key 'opening' stands twice"),
    ],
)
def test_a_fault_is_named_with_its_file_and_line(folder, text, place, what):
    found = problems(folder, text)
    assert len(found) == 1, found
    assert found[0].startswith("casestudies/small-case/replay.yaml" + (f":{place}" if place else ""))
    assert what in found[0]


def test_a_faulty_one_keeps_the_case_from_loading(folder):
    problems(folder, "begin: e77\n")
    with pytest.raises(CaseError, match=r"replay\.yaml:1:begin  'e77' is not in events\.csv"):
        am.replay(folder.name, Workspace(folder.parent.parent))


def test_a_case_without_a_record_cannot_be_staged(tmp_path):
    shutil.copytree(
        INSTALLED_FROM / "casestudies" / "weishi-data-fabrication", tmp_path / "casestudies" / "weishi-data-fabrication"
    )
    (found,) = problems(tmp_path / "casestudies" / "weishi-data-fabrication", "begin: e01\n")
    assert "no crisis is on record, so there is nothing to replay" in found


@pytest.mark.bad_input("damaged tables of a case")
def test_a_link_that_leads_out_of_the_folder_is_refused(folder, tmp_path):
    (tmp_path / "elsewhere.yaml").write_text("end: e05\n", encoding="utf-8")
    (folder / "replay.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    (found,) = check([folder.name], Workspace(folder.parent.parent)).problems
    assert "is a link that leads out of the case folder" in found.what


def test_it_makes_pages_stale_and_is_no_evidence(folder):
    workspace = Workspace(folder.parent.parent)
    before, checksum = evidence(workspace, folder.name), load_case(folder.name, workspace).checksum
    assert problems(folder, "end: e05\n") == []
    assert evidence(workspace, folder.name) != before
    assert load_case(folder.name, workspace).checksum == checksum
    assert "replay.yaml" not in load_case(folder.name, workspace).files


def test_what_became_public_with_another_event_waits_for_it(folder):
    workspace = Workspace(folder.parent.parent)
    assert problems(folder, "public: {e02: e05}\n") == []
    assert {name: stop.at.hour for stop in stops(load_case(folder.name, workspace)) for name in stop.events}[
        "e02"
    ] == 15
    assert problems(folder, "public: {e02: e02}\n") == []
    assert stops(load_case(folder.name, workspace))[1].events == ("e02",)


def test_stops_decisions_and_options_are_as_said(folder):
    text = "stops: [e04]\ndecisions:\n- {at: e03, options: [deny, hub], minutes: 7, question: Well, note: Wait.}\n"
    assert problems(folder, text) == []
    script = script_of(load_case(folder.name, Workspace(folder.parent.parent)), Workspace(folder.parent.parent))
    assert [moment.at.hour for moment in script.moments] == [12, 13, 14, 19]
    decision = script.moments[1].decision
    assert (decision.options, decision.minutes, decision.question, decision.note) == (
        ("deny", "hub"),
        7,
        "Well",
        "Wait.",
    )
    assert script.decisions == (1,)


@pytest.mark.parametrize("case_id", STAGED)
def test_the_staged_cases_have_words_for_what_their_decisions_show(case_id):
    case = load_case(case_id)
    script = script_of(case)
    assert case.staging.opening
    assert len(script.decisions) == len(case.staging.decisions) >= 3
    for place in script.decisions:
        for event_shown in script.moments[place].events:
            assert event_shown.event_id in case.staging.words or len(event_shown.words) <= 34
