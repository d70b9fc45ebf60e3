"""The multiverse: every combination of choices, the same every time, and quick."""

from __future__ import annotations

import math
import time

import pytest

import aftermath as am
from aftermath.case_files.relations import BELIEVED
from aftermath.comparison.choices import CHOICES, NONE, OPENNESS, RELATIONS, SCALES
from aftermath.comparison.multiverse import multiverse
from aftermath.comparison.variables import SEEN_ONLY


@pytest.fixture(scope="module")
def cases():
    return am.cases()


@pytest.fixture(scope="module")
def timed(cases):
    start = time.perf_counter()
    return multiverse(cases), time.perf_counter() - start


@pytest.fixture(scope="module")
def found(timed):
    return timed[0]


@pytest.mark.slow
def test_at_least_five_hundred_specifications_in_well_under_a_minute(timed):
    found, seconds = timed
    assert len(found.computed) >= 500
    assert seconds < 30


def test_every_specification_is_asked_once_and_sorted(found):
    asked = [tuple(each.choices.items()) for each in found.specifications]
    assert len(set(asked)) == len(asked)
    taus = [each.tau for each in found.computed]
    assert taus == sorted(taus)
    assert all(-1 <= tau <= 1 for tau in taus)
    assert {name: {each.choices[name] for each in found.computed} for name in CHOICES} == {
        name: set(values) for name, values in CHOICES.items()
    }


def test_openness_has_no_window_and_everything_else_has_one(found):
    assert all((each.choices["outcome"] in OPENNESS) == (each.choices["window"] == "none") for each in found.computed)


def test_the_order_of_cases_does_not_matter_and_nothing_is_drawn(cases, found):
    again = multiverse(reversed(cases))
    assert again.table.equals(found.table)
    assert again.text == found.text


def test_a_choice_is_none_exactly_where_it_means_nothing(found):
    for each in found.specifications:
        outcome = each.choices["outcome"]
        assert (each.choices["shared_items"] == NONE) == (outcome not in OPENNESS)
        assert (each.choices["coefficient"] == NONE) == (outcome != "reliable transparency")
        assert (each.choices["scale"] == NONE) == (outcome != "modelled favourability")
        assert (each.choices["unseen"] == NONE) == (each.choices["latency"] == "response")


def test_an_answer_that_came_with_clock_zero_is_in_no_specification(cases, found):
    announced = [case.id for case in cases if case.zero and am.speed(case)["response"].latency.with_zero]
    assert announced == ["gm-ignition-recall", "tiktok-data-transparency"]
    others = multiverse(
        [case for case in cases if case.id not in announced], {"latency": ["response"], "relations": ["all"]}
    )
    taus = {tuple(each.choices.items()): each for each in found.specifications}
    openness = [each for each in others.specifications if each.choices["outcome"] == "transparency"]
    assert openness
    assert all(
        (taus[tuple(each.choices.items())].tau, taus[tuple(each.choices.items())].n) == (each.tau, each.n)
        for each in openness
    )


def test_no_model_is_asked_about_a_day_beyond_its_record(cases, found):
    last = {case.id: am.tone(case).texts["day"].max() for case in cases if case.zero is not None}
    for days in (7, 365):
        most = sum(end >= days for end in last.values())
        sizes = {
            each.n
            for each in found.specifications
            if each.choices["outcome"] == "modelled favourability"
            and each.choices["window"] == f"{days} days"
            and each.choices["latency"] == "acknowledgement"
            and each.choices["unseen"] == "not seen counts as latest"
            and each.choices["cases"] == "all"
        }
        assert max(sizes) <= most
    assert most < len(last)


def test_the_scale_of_time_is_in_what_the_model_expects(cases, found):
    assert len(SCALES) >= 2
    wanted = {"outcome": "modelled favourability", "window": "7 days", "coder": "mean", "latency": "named_apology"}
    chosen = [each for each in found.computed if wanted.items() <= dict(each.choices).items()]
    assert len({(each.choices["scale"], each.tau) for each in chosen}) > len(SCALES)


def test_the_coefficients_leave_out_items_of_their_own(cases, found):
    taus = {
        name: sorted(each.tau for each in found.computed if each.choices["coefficient"] == name)
        for name in ("alpha", "AC2")
    }
    assert taus["alpha"] != taus["AC2"]


def test_leaving_cases_out_makes_n_smaller(found):
    sizes = {
        which: max(each.n for each in found.computed if each.choices["cases"] == which) for which in CHOICES["cases"]
    }
    assert sizes == {"all": 16, "without series and own clocks": 13}


@pytest.mark.parametrize("relations", RELATIONS)
@pytest.mark.parametrize("step, unseen", [("response", NONE), ("acknowledgement", SEEN_ONLY)])
def test_one_specification_is_that_of_scipy(cases, found, relations, step, unseen):
    stats = pytest.importorskip("scipy.stats")
    wanted = {
        "coder": "mean",
        "clock": "exposure",
        "latency": step,
        "relations": relations,
        "unseen": unseen,
        "outcome": "transparency",
        "shared_items": "in",
        "coefficient": "none",
        "window": "none",
        "scale": "none",
        "cases": "all",
    }
    (one,) = [each for each in found.specifications if dict(each.choices) == wanted]
    clocked = [case for case in cases if case.zero]
    ends = {case.id: am.speed(case, relations=RELATIONS[relations])[step].latency for case in clocked}
    timed = [case for case in clocked if ends[case.id].timed]
    delays = [(ends[case.id].lower + ends[case.id].upper) / 2 for case in timed]
    values = [am.transparency(case).transparency.value for case in timed]
    assert one.n == len(timed)
    assert one.tau == pytest.approx(stats.kendalltau(delays, values).statistic)


def test_relations_enter_the_delays_alone(found):
    """Where all relations give the same delays of a step, they give the same results; clock times alone give others."""
    taus = {}
    for each in found.computed:
        rest = tuple(value for name, value in each.choices.items() if name != "relations")
        taus.setdefault((each.choices["latency"], rest), {})[each.choices["relations"]] = (each.tau, each.n)
    assert all(len(values) == len(RELATIONS) for values in taus.values())
    differing = {step for (step, _), values in taus.items() if len(set(values.values())) > 1}
    assert "response" in differing
    assert any(
        values["all"][1] == values["clock times alone"][1] - 1
        for (step, _), values in taus.items()
        if step == "response"
    )  # an answer that relations put at clock zero has a delay by clock times alone


def test_no_belief_is_called_as_what_means_nothing():
    assert NONE not in CHOICES["relations"]
    assert list(RELATIONS.values()) == list(BELIEVED)


def test_a_part_of_the_choices_gives_the_same_results(cases, found):
    part = multiverse(cases, {"coder": ["mean"], "latency": ["response"]})
    assert len(part.specifications) == 680
    whole = {tuple(each.choices.items()): each.tau for each in found.specifications}
    assert all(whole[tuple(each.choices.items())] == each.tau for each in part.specifications)


@pytest.mark.parametrize("choices", [{"coder": ["c"]}, {"mood": ["good"]}])
def test_an_unknown_choice_is_refused_with_the_known_ones(cases, choices):
    with pytest.raises(ValueError, match="is no choice; the choices are"):
        multiverse(cases[:3], choices)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_too_few_cases_are_said_and_not_computed(cases, n):
    found = multiverse(cases[:n])
    assert not found.computed
    assert all(math.isnan(each.tau) for each in found.specifications)
    assert "too few cases" in found.text
    assert found.table["tau_b"].null_count() == found.table.height > 500
