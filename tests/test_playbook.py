"""Advice under test, and strategies against theory."""

from __future__ import annotations

import pytest

import aftermath as am
from aftermath.comparison.playbook import (
    FOLLOWED,
    NOT_ASKED,
    NOT_FOLLOWED,
    NOT_KNOWN,
    Advice,
    PlaybookError,
    playbook,
    read_advice,
)
from aftermath.comparison.strategies import RECOMMENDED, compare_strategies, strategies

HEADER = "advice_id,text_id,advice,indicator,rule\n"


@pytest.fixture(scope="module")
def cases():
    return am.cases()


@pytest.fixture(scope="module")
def entries(cases):
    return am.compare(cases).entries


def answers(cases, entries, rule):
    return playbook(cases, entries, [Advice("a1", "text", "do it", "", rule)]).tested[0].answers


def test_all_advice_is_read_and_answered_for_every_crisis(root, cases, entries):
    advice = read_advice(root / "casestudies" / "playbook.csv")
    tested = playbook(cases, entries, advice)
    assert len(tested.tested) == 49
    assert all(len(each.answers) == 16 for each in tested.tested)
    assert "weishi-data-fabrication" not in tested.tested[0].answers
    assert tested.table.height == 49


@pytest.mark.parametrize(
    ("case_id", "state"),
    [
        ("kitchenaid-tweet", FOLLOWED),  # 8 to 9 minutes
        ("douyin-minor-tipping", NOT_FOLLOWED),  # 55 days at the earliest
        ("kuaishou-underage-mothers", NOT_KNOWN),  # within 30 hours
        ("gm-ignition-recall", NOT_KNOWN),  # zero by construction
    ],
)
def test_a_threshold_against_an_interval(cases, entries, case_id, state):
    assert answers(cases, entries, "latency response 60 min")[case_id].state == state


def test_a_straddled_threshold_is_not_known_and_a_later_one_is(cases, entries):
    assert answers(cases, entries, "latency response 24 h")["red-cross-tweet"].state == FOLLOWED
    assert answers(cases, entries, "latency response 60 min")["red-cross-tweet"].state == NOT_FOLLOWED


def test_an_item_is_followed_only_with_full_scores_of_both_coders(cases, entries):
    found = answers(cases, entries, "rubric T3")
    assert found["kitchenaid-tweet"].state == NOT_KNOWN  # coder a 1, coder b 2
    assert set(found["kitchenaid-tweet"].evidence) == {"e08", "e11", "e17", "e18"}
    assert answers(cases, entries, "rubric T1")["kitchenaid-tweet"].state == FOLLOWED
    assert answers(cases, entries, "rubric T11")["kitchenaid-tweet"].state == NOT_FOLLOWED


def test_advice_for_one_cause_asks_no_other_case(cases, entries):
    found = answers(cases, entries, "cause advertising: rubric E1")
    assert {case_id for case_id, answer in found.items() if answer.state != NOT_ASKED} == {
        "douyin-martyrs-ad",
        "pepsi-jenner-ad",
    }


def test_what_cannot_be_seen_is_not_known(cases, entries):
    assert {answer.state for answer in answers(cases, entries, "unobservable").values()} == {NOT_KNOWN}


def test_too_few_to_tell_is_said(cases, entries):
    tested = playbook(cases, entries, [Advice("a1", "text", "do it", "", "unobservable")]).tested[0]
    assert tested.difference is None
    assert "Too few to tell" in tested.text


def test_a_difference_states_its_floor(cases, entries):
    tested = playbook(cases, entries, [Advice("a1", "text", "do it", "", "rubric E1")]).tested[0]
    assert tested.difference.smallest_p <= tested.difference.p
    assert "no cause" in tested.text


def test_evidence_names_events_of_the_case(cases, entries, root):
    known = {case.id: set(case.events["event_id"]) for case in cases}
    for each in playbook(cases, entries, read_advice(root / "casestudies" / "playbook.csv")).tested:
        for case_id, answer in each.answers.items():
            assert set(answer.evidence) <= known[case_id]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("a1,t,x,y,latency nothing 3 h", "not a step"),
        ("a1,t,x,y,rubric T99", "not an item"),
        ("a1,t,x,y,cause moonlight: rubric E1", "not a cause"),
        ("a1,t,x,y,together apology dancing", "not an act"),
        ("a1,t,x,y,guess", "not a rule"),
        ("a1,t,x,y,consistent\na1,t,x,y,consistent", "more than once"),
    ],
)
def test_a_bad_row_is_named_with_its_place(tmp_path, row, what):
    path = tmp_path / "playbook.csv"
    path.write_text(HEADER + row + "\n", encoding="utf-8")
    with pytest.raises(PlaybookError, match=what) as caught:
        read_advice(path)
    assert str(caught.value).startswith(f"playbook.csv:{row.count(chr(10)) + 2}:")


def test_a_missing_file_and_other_columns_are_refused(tmp_path):
    with pytest.raises(PlaybookError, match="cannot be read"):
        read_advice(tmp_path / "playbook.csv")
    (tmp_path / "playbook.csv").write_text("advice\nx\n", encoding="utf-8")
    with pytest.raises(PlaybookError, match="needs advice_id"):
        read_advice(tmp_path / "playbook.csv")


def test_strategies_come_in_order_of_time_and_are_held_against_theory(cases):
    found = compare_strategies(cases)
    assert len(found.cases) == 16
    for each in found.cases:
        assert each.recommended == RECOMMENDED[each.crisis_type]
        assert (each.match == "not as recommended") == (each.recommended not in each.clusters)
        starts = [use.days[0] for use in each.uses]
        assert starts == sorted(starts)


def test_united_first_excused_and_denied_before_it_apologised(cases):
    found = next(each for each in compare_strategies(cases).cases if each.case_id == "united-3411")
    assert found.clusters[:2] == ("diminish", "deny")
    assert found.match == "mixed"


def test_a_case_without_a_record_has_no_strategies():
    assert strategies(am.load_case("weishi-data-fabrication")) is None
