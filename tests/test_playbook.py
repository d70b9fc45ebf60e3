"""Advice under test, and strategies against theory."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

import aftermath as am
from aftermath.case_files.tables import CaseTables
from aftermath.comparison.playbook import Advice, Playbook, playbook_from, read_advice
from aftermath.comparison.playbook import Tested as Answered  # pytest collects what is called Test
from aftermath.comparison.rules import FOLLOWED, NOT_ASKED, NOT_FOLLOWED, NOT_KNOWN, Answer
from aftermath.comparison.strategies import RECOMMENDED, case_strategies, strategies
from aftermath.problems import CaseError
from aftermath.statistics.shift import shift
from aftermath.times import DAY, Span, difference
from aftermath.workspace import Workspace, find_workspace
from factories import case, event, relation

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def cases():
    return am.cases()


@pytest.fixture(scope="module")
def entries(cases):
    return am.compare(cases).entries


def answers(cases, entries, rule):
    return playbook_from(cases, entries, [Advice("a1", "text", "do it", "", rule)]).tested[0].answers


def test_all_advice_is_read_and_answered_for_every_crisis(cases, entries):
    advice = read_advice(find_workspace())
    tested = playbook_from(cases, entries, advice)
    assert len(tested.tested) == 49
    assert all(len(each.answers) == 16 for each in tested.tested)
    assert "weishi-data-fabrication" not in tested.tested[0].answers
    assert tested.table.height == 49


@pytest.mark.parametrize(
    ("case_id", "state"),
    [
        ("kitchenaid-tweet", FOLLOWED),  # 8 to 9 minutes
        ("douyin-minor-tipping", NOT_FOLLOWED),  # 55 days at the earliest
        ("kuaishou-underage-mothers", NOT_FOLLOWED),  # 3 to 30 hours
        ("gm-ignition-recall", NOT_KNOWN),  # zero by construction
        ("tiktok-data-transparency", NOT_KNOWN),  # asked before the report came out
    ],
)
def test_a_threshold_against_an_interval(cases, entries, case_id, state):
    assert answers(cases, entries, "latency response 60 min")[case_id].state == state


def consistent(*events, relations=()):
    one = case(events, relations=relations, case_id="one")
    return answers([one], am.compare([one]).entries, "consistent")["one"]


@pytest.mark.parametrize(
    ("relations", "state"),
    [
        ((), NOT_KNOWN),  # both of one day
        ([relation("e02", "e03", 60)], NOT_FOLLOWED),
        ([relation("e03", "e02", 60)], FOLLOWED),  # denied first, and acknowledged then
    ],
)
def test_the_order_of_denial_and_acknowledgement_goes_by_relations(relations, state):
    events = event("exposure"), event("acknowledgement", 60, 86_400), event("denial", 120, 86_400)
    assert consistent(*events, relations=relations).state == state


def test_a_denial_that_moves_with_the_acknowledgement_follows_it():
    """Both spans overlap, but the two stand ten minutes apart."""
    events = event("exposure"), event("acknowledgement", 60, 80_000), event("denial", 660, 80_600)
    answer = consistent(*events, relations=[relation("e02", "e03", 600, 600)])
    assert (answer.state, answer.evidence) == (NOT_FOLLOWED, ("e03",))


def without_relations(one):
    tables = one.tables.to_dict()
    return dataclasses.replace(
        one, tables=CaseTables.cast({name: frame for name, frame in tables.items() if name != "relations"})
    )


def test_without_relations_strategies_and_rules_are_those_of_the_clock_times(cases):
    for one in map(without_relations, cases):
        if one.zero is None:
            continue
        rows = {row["event_id"]: row for row in one.events.iter_rows(named=True)}
        zero = Span(rows[one.about.clock_zero]["earliest"], rows[one.about.clock_zero]["latest"])
        wanted = [
            (word, row["event_id"], difference(Span(row["earliest"], row["latest"]), zero))
            for row in rows.values()
            for word in row["strategies"]
            if row["latest"] >= zero.earliest
        ]
        uses = case_strategies(one).uses
        assert [(use.strategy, use.event_id) for use in uses] == [(word, event_id) for word, event_id, _ in wanted]
        for use, (_, event_id, since) in zip(uses, wanted, strict=True):
            if event_id != one.about.clock_zero:
                assert use.days == (max(0.0, since.lower) / DAY, since.upper / DAY)


def test_strategies_go_by_the_network():
    events = [
        event("exposure", 0, 7200),
        event("apology", 0, 7200, strategies="apology"),
        event("denial", 60, 7200, strategies="denial"),
    ]
    one = case(events, relations=[relation("e01", "e02", 600, 900), relation("e03", "e01", 60)], case_id="one")
    (use,) = case_strategies(one).uses  # the denial came before the matter was public
    assert (use.event_id, use.days) == ("e02", (600 / DAY, 900 / DAY))
    assert use.when.replace("\xa0", " ") == "10–15 min"


def test_a_straddled_threshold_is_not_known_and_a_later_one_is(cases, entries):
    assert answers(cases, entries, "latency response 24 h")["red-cross-tweet"].state == FOLLOWED
    assert answers(cases, entries, "latency response 60 min")["red-cross-tweet"].state == NOT_FOLLOWED


def test_the_second_between_two_days_is_no_delay():
    # on one day, and on the day after the next: from one second past a whole day
    made = case([event("exposure", 0, DAY - 1), event("acknowledgement", 2 * DAY, 3 * DAY - 1)])
    found = answers([made], am.compare([made]).entries, "latency acknowledgement 24 h")[made.id]
    assert found.why.replace("\xa0", " ").startswith("24 h – 3 days, against 24 h")
    assert found.state == NOT_KNOWN


def test_a_reason_tells_where_the_clock_means_something_else(cases, entries):
    found = answers(cases, entries, "latency acknowledgement 24 h")
    assert {case_id for case_id, answer in found.items() if answer.why.endswith("own clock")} == {
        "bytedance-neihan-duanzi",
        "gm-ignition-recall",
    }


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
    tested = playbook_from(cases, entries, [Advice("a1", "text", "do it", "", "unobservable")]).tested[0]
    assert tested.difference is None
    assert "Too few to tell" in tested.text


def made(followed, not_followed, *, without=0, rule="consistent", **options):
    """Advice with the rises of those that followed it and those that did not, and some that followed without a rise."""
    groups = {FOLLOWED: followed, NOT_FOLLOWED: not_followed}
    named = [(f"{state}-{place}", state, rise) for state, rises in groups.items() for place, rise in enumerate(rises)]
    answers = {case_id: Answer(state, "") for case_id, state, _ in named}
    answers |= {f"unknown-{place}": Answer(FOLLOWED, "") for place in range(without)}
    rises = {case_id: rise for case_id, _, rise in named}
    return Answered(Advice(f"a-{rule}", "text", "Do it", "", rule), answers, rises, **options)


def test_a_difference_carries_means_interval_p_floor_and_n():
    tested = made([1.0, 0.5, 0.75, 1.5], [0.0, -0.25, 0.5], without=2)
    expected = shift([1.0, 0.5, 0.75, 1.5], [0.0, -0.25, 0.5], alike=False)
    assert tested.difference == expected
    row = Playbook((tested,)).table.row(0, named=True)
    assert (row["followed"], row["rises_followed"], row["rises_not_followed"]) == (6, 4, 3)
    assert (row["mean_followed"], row["mean_not_followed"]) == (0.9375, pytest.approx(1 / 12))
    assert (row["difference"], row["lower"], row["upper"]) == (expected.statistic, expected.lower, expected.upper)
    assert (row["splits"], row["p"], row["smallest_p"]) == (35, expected.p, expected.smallest_p)
    words = tested.text.replace("\xa0", " ")
    assert "Mean rise of favourability +0.94 where followed (n = 4 of 6), +0.08 where not (n = 3)" in words
    assert "95 % interval, the wider of Welch’s and of that over all 35 splits" in words
    assert "no cause" in words


def test_where_no_split_could_be_rejected_there_are_too_few_to_tell_but_the_means_stay():
    tested = made([1.0, 2.0, 3.0], [-3.0, -2.0, -1.0])
    assert tested.difference is None
    assert tested.fared.replace("\xa0", " ") == "Too few to tell: n = 3 where followed, n = 3 where not."
    row = Playbook((tested,)).table.row(0, named=True)
    assert (row["mean_followed"], row["difference"], row["lower"], row["p"]) == (2.0, None, None, None)
    assert "too few to tell" in Playbook((tested,)).text
    assert made([1.0, 2.0, 3.0], [-3.0, -2.0, -1.0], level=0.85).difference.bounded  # 2 of 20 splits


def test_advice_of_one_rule_is_one_comparison():
    twice, other = made(range(5), range(4, 9)), made(range(5), range(5), rule="rubric E1")
    found = Playbook((twice, twice, other, made([1], [2], rule="rubric E2")))
    assert (len(found.answered), found.compared) == (3, (twice, other))
    assert found.rarest is twice
    assert "2\xa0comparisons. Intervals that leave zero out: 1 of 2" in found.text


def test_the_level_is_that_of_the_comparison(cases):
    few = am.compare(cases, level=0.8)
    assert {each.difference.level for each in am.playbook(few).answered} == {0.8}


def test_the_real_playbook_claims_nothing(cases):
    text = " ".join(each.fared for each in am.playbook(am.compare(cases)).tested)
    assert "Too few to tell" in text
    assert "the wider of Welch’s and of that over all" in text
    assert not any(word in text.lower() for word in ("significant", "*", "because", "caused", "effect"))


def test_evidence_names_events_of_the_case(cases, entries):
    known = {case.id: set(case.events["event_id"]) for case in cases}
    for each in playbook_from(cases, entries, read_advice(find_workspace())).tested:
        for case_id, answer in each.answers.items():
            assert set(answer.evidence) <= known[case_id]


def test_strategies_come_in_order_of_time_and_are_held_against_theory(cases):
    found = strategies(cases)
    assert len(found.cases) == 16
    for each in found.cases:
        assert each.recommended == RECOMMENDED[each.crisis_type]
        assert (each.match == "not as recommended") == (each.recommended not in each.clusters)
        starts = [use.days[0] for use in each.uses]
        assert starts == sorted(starts)


def test_united_first_excused_and_denied_before_it_apologised(cases):
    found = next(each for each in strategies(cases).cases if each.case_id == "united-3411")
    assert found.clusters[:2] == ("diminish", "deny")
    assert found.match == "mixed"


def test_a_case_without_a_record_has_no_strategies():
    assert case_strategies(am.load_case("weishi-data-fabrication")) is None


def test_advice_that_changes_while_a_process_runs_is_read_again(tmp_path):
    workspace = Workspace(tmp_path)
    path = workspace.cases / "playbook.csv"
    path.parent.mkdir()
    content = (ROOT / "casestudies" / "playbook.csv").read_text(encoding="utf-8")
    path.write_text(content, encoding="utf-8")
    before = read_advice(workspace)
    assert read_advice(workspace) == before
    path.write_text(content[: content.rstrip("\n").rindex("\n") + 1], encoding="utf-8")
    assert read_advice(workspace) == before[:-1]
    path.write_text("advice_id\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(CaseError):
            read_advice(workspace)
    path.unlink()
    with pytest.raises(CaseError, match="is missing"):
        read_advice(workspace)
    (workspace.cases / "elsewhere.csv").write_text(content, encoding="utf-8")
    path.symlink_to(workspace.cases / "elsewhere.csv")
    assert read_advice(workspace) == before
