"""What one more fact would be worth: against networks in which the fact is really added."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import aftermath as am
from aftermath.cases.network import ORIGIN, Difference, TemporalNetwork
from aftermath.comparison.worth_finding import ENDS, PLACES, worth_finding
from aftermath.measures.steps import answers_of
from aftermath.times import HOUR, Latency
from factories import DAY, case, event

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
    agenda = worth_finding(cases)
    latencies = {case.id: am.speed(case)["response"].latency for case in cases}
    by_id = {case.id: case for case in cases}
    assert agenda.facts
    for fact in agenda.facts:
        found, span = by_id[fact.case_id], by_id[fact.case_id].span(fact.event_id)
        places = span.earliest.timestamp() + span.seconds * (np.arange(PLACES) + 0.5) / PLACES
        others = [rest for pair in agenda.overlapping if fact.case_id in pair for rest in pair if rest != fact.case_id]
        counts = []
        for place in places:
            # a network is in whole seconds; the bound that a place gives is rounded the way that claims less
            second = int(np.ceil(place)) if fact.end == "latest" else int(np.floor(place))
            own = with_fact(found, fact.event_id, fact.end, second)
            counts.append(
                sum(own.certainly_before(latencies[rest]) or latencies[rest].certainly_before(own) for rest in others)
            )
        assert fact.settles == pytest.approx(np.mean(counts), abs=1e-9)
        assert fact.most == max(counts)
        assert fact.end in ENDS


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
    # A: clock zero to the second, answer between 1 and 9 h; B: answer at 5 h. A source by which A had answered before 5 h, or had
    # not before 5 h, would settle the pair: of nine places in between, the four before 5 h and the four after it
    one = case([event("exposure"), event("apology", HOUR, 9 * HOUR)], case_id="one")
    other = case([event("exposure"), event("apology", 5 * HOUR)], case_id="other")
    agenda = worth_finding([one, other])
    facts = {(fact.case_id, fact.end): fact for fact in agenda.facts}
    assert agenda.overlapping == (("one", "other"),)
    assert facts["one", "latest"].settles == pytest.approx(4 / 9)
    assert facts["one", "earliest"].settles == pytest.approx(4 / 9)
    assert facts["one", "latest"].open_seconds == 8 * HOUR


def test_nothing_to_find_is_said():
    near = [case([event("exposure"), event("apology", HOUR)], case_id=name) for name in ("one", "other")]
    assert "no single bound would change that" in worth_finding(near).text
    assert worth_finding([]).facts == ()
    assert worth_finding(near).table.is_empty()
    assert worth_finding(near).pairs["share"].to_list() == [None]


def test_cases_that_say_nothing_about_speed_have_no_part():
    silent = case([event("exposure"), event("milestone", DAY)], case_id="silent")
    own = case([event("exposure;apology")], case_id="own")
    timed = case([event("exposure"), event("apology", HOUR, 9 * HOUR)], case_id="timed")
    assert worth_finding([silent, own, timed]).overlapping == ()


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
