"""What one more fact would be worth: against networks in which the fact is really added."""

from __future__ import annotations

import dataclasses
import time

import pytest

import aftermath as am
from aftermath.comparison.worth_finding import ENDS, worth_finding
from aftermath.measures.steps import answers_of
from aftermath.statistics.temporal_network import ORIGIN, Difference, TemporalNetwork
from aftermath.times import HOUR, Latency
from factories import DAY, case, event, relation

CASES = (
    "kitchenaid-tweet",
    "digiorno-whyistayed",
    "dominos-video",
    "pepsi-jenner-ad",
    "united-3411",
    "huoshan-vulgar-content",
)


@pytest.fixture(scope="module")
def cases():
    return [am.load_case(case_id) for case_id in CASES]


def with_fact(case, event_id: str, end: str, second: float) -> Latency:
    """The latency of the first response in the network to which the fact is added."""
    bound = (None, second) if end == "latest" else (second, None)
    network = TemporalNetwork([*case.times().network.differences, Difference(ORIGIN, event_id, *bound)])
    waits = [network.between(case.about.clock_zero, name) for name in answers_of(case, "response")]
    return Latency(max(0, min(low for low, _ in waits)), min(high for _, high in waits))


def test_a_fact_settles_what_a_network_with_the_fact_settles(cases):
    """At seconds all over the open time, and on both sides of where a pair is just not told apart any more."""
    agenda = worth_finding(cases)
    latencies = {case.id: am.speed(case)["response"].latency for case in cases}
    by_id = {case.id: case for case in cases}
    assert agenda.facts
    for fact in agenda.facts:
        own_case = by_id[fact.case_id]
        span = own_case.span(fact.event_id)
        first, last = (int(moment.timestamp()) for moment in (span.earliest, span.latest))
        turns = {
            other: first + share * (last - first) if fact.end == "latest" else last - share * (last - first)
            for other, share in fact.pairs.items()
        }
        beside = {round(turn) + step for turn in turns.values() for step in (-1, 0, 1)}
        for second in sorted({*range(first + 1, last, (last - first) // 7), *beside} & {*range(first + 1, last)}):
            own = with_fact(own_case, fact.event_id, fact.end, second)
            for pair in agenda.overlapping:
                if fact.case_id not in pair:
                    continue
                other = latencies[pair[pair[0] == fact.case_id]]
                turn = turns.get(pair[pair[0] == fact.case_id])
                settled = own.certainly_before(other) or other.certainly_before(own)
                expected = turn is not None and (second < turn - 1e-3 if fact.end == "latest" else second > turn + 1e-3)
                assert settled == expected, (fact, pair, second)
        assert fact.settles == pytest.approx(sum(fact.pairs.values()))
        assert fact.most == len(fact.pairs)
        assert fact.end in ENDS


def test_a_pair_with_a_fact_in_neither_case_is_settled_by_no_bound(cases):
    agenda = worth_finding(cases)
    named = {frozenset((fact.case_id, other)) for fact in agenda.facts for other in fact.pairs}
    nulls = agenda.pairs.filter(agenda.pairs["share"].is_null())
    assert {frozenset(row) for row in nulls.select("one", "other").iter_rows()} == {
        frozenset(pair) for pair in agenda.overlapping
    } - named


@pytest.mark.slow
def test_without_cases_all_of_the_workspace_are_asked(cases):
    agenda = worth_finding(step="apology")
    assert agenda.table.equals(worth_finding(am.cases(), "apology").table)
    assert agenda.step == "apology"


def test_the_best_fact_of_each_case(cases):
    agenda = worth_finding(cases)
    best = {fact.case_id: fact for fact in reversed(agenda.facts)}
    assert agenda.by_case["case_id"].to_list() == sorted(best)
    for row in agenda.by_case.iter_rows(named=True):
        assert row["settles"] == max(fact.settles for fact in agenda.facts if fact.case_id == row["case_id"])
        assert row["label"] == best[row["case_id"]].label


def test_seventeen_cases_take_under_a_second():
    cases = am.cases()
    start = time.process_time()
    worth_finding(cases)
    assert time.process_time() - start < 1


def test_the_most_valuable_fact_comes_first_and_every_fact_settles_something(cases):
    table = worth_finding(cases).table
    assert table["settles"].is_sorted(descending=True)
    assert (table["most"] >= 1).all()
    assert (table["settles"] <= table["most"]).all()


def test_each_pair_names_the_bound_that_settles_it_most_often(cases):
    agenda = worth_finding(cases)
    assert agenda.pairs.height == len(agenda.overlapping)
    for row in agenda.pairs.drop_nulls().iter_rows(named=True):
        rest = row["other"] if row["case_id"] == row["one"] else row["one"]
        shares = [fact.pairs.get(rest, 0) for fact in agenda.facts if fact.case_id == row["case_id"]]
        assert row["share"] == max(shares) > 0


def test_two_cases_by_hand():
    # A: clock zero to the second, answer between 1 and 9 h; B: answer at 6 h. A source by which A had answered before 6 h would settle
    # the pair, as would one by which it had not before 6 h: that are five and three of the eight hours that are open
    one = case([event("exposure"), event("apology", HOUR, 9 * HOUR)], case_id="one")
    other = case([event("exposure"), event("apology", 6 * HOUR)], case_id="other")
    agenda = worth_finding([one, other])
    facts = {(fact.case_id, fact.end): fact for fact in agenda.facts}
    assert list(agenda.overlapping) == [("one", "other")]
    assert facts["one", "latest"].settles == pytest.approx(5 / 8)
    assert facts["one", "earliest"].settles == pytest.approx(3 / 8)
    assert facts["one", "latest"].open_seconds == 8 * HOUR


def test_a_relation_carries_a_fact_on_from_another_event_by_hand():
    """The answer came 1 to 2 h after a report that is open from 0 to 10 h, and clock zero is known: what bounds the report bounds the answer."""
    events = [event("exposure"), event("milestone", 0, 10 * HOUR, actor="media"), event("apology", 0, 24 * HOUR)]
    one = case(events, relations=[relation("e02", "e03", 3600, 7200)], case_id="one")
    other = case([event("exposure"), event("apology", 6 * HOUR)], case_id="other")
    facts = {(fact.event_id, fact.end): fact for fact in worth_finding([one, other]).facts}
    # the answer is between 1 and 12 h, the report between 0 and 10 h; the report by t: answer before t + 2 h, which must be under 6 h
    assert facts["e02", "latest"].settles == pytest.approx(4 / 10)
    # the report not before t: answer not before t + 1 h, which must be over 6 h
    assert facts["e02", "earliest"].settles == pytest.approx(5 / 10)
    assert facts["e03", "latest"].settles == pytest.approx(5 / 11)
    assert facts["e03", "earliest"].settles == pytest.approx(6 / 11)


def test_nothing_to_find_is_said():
    near = [case([event("exposure"), event("apology", HOUR)], case_id=name) for name in ("one", "other")]
    assert "no single bound would change that" in worth_finding(near).text
    assert worth_finding([]).facts == ()
    assert "nothing to find" in worth_finding([]).text
    assert worth_finding(near).table.is_empty()
    assert worth_finding(near).pairs["share"].to_list() == [None]


def test_cases_that_say_nothing_about_speed_have_no_part():
    silent = case([event("exposure"), event("milestone", DAY)], case_id="silent")
    own = case([event("exposure;apology")], case_id="own")
    timed = case([event("exposure"), event("apology", HOUR, 9 * HOUR)], case_id="timed")
    assert not worth_finding([silent, own, timed]).overlapping


def test_notes_on_the_event_are_handed_on(cases):
    kfc = am.load_case("kfc-chicken-shortage")
    noted = dataclasses.replace(kfc, notes="## Sources\n- The till of e04 may be\n  on record.\n- Nothing else.\n")
    (fact, *_) = [
        fact for fact in worth_finding([*cases, noted]).facts if fact.case_id == kfc.id and fact.event_id == "e04"
    ]
    assert fact.notes == "- The till of e04 may be on record."


def test_an_unknown_step_is_refused(cases):
    with pytest.raises(ValueError, match="'shrug' is not a step"):
        worth_finding(cases, "shrug")
