"""The multiverse: every combination of choices, the same every time, and quick."""

from __future__ import annotations

import math
import time

import pytest

import aftermath as am
from aftermath.comparison.multiverse import CHOICES, OPENNESS, multiverse


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


def test_leaving_cases_out_makes_n_smaller(found):
    sizes = {
        which: max(each.n for each in found.computed if each.choices["cases"] == which) for which in CHOICES["cases"]
    }
    assert sizes == {"all": 16, "without series and own clocks": 13}


def test_one_specification_is_that_of_scipy(cases, found):
    stats = pytest.importorskip("scipy.stats")
    wanted = {
        "coder": "mean",
        "clock": "exposure",
        "latency": "response",
        "outcome": "transparency",
        "window": "none",
        "cases": "all",
    }
    (one,) = [each for each in found.specifications if dict(each.choices) == wanted]
    entries = [entry for entry in am.compare(cases).entries if entry.speed]
    ends = [entry.speed["response"].latency for entry in entries]
    delays = [(end.lower + min(end.upper, 1e12)) / 2 for end in ends]
    values = [entry.transparency.transparency.value for entry in entries]
    assert one.tau == pytest.approx(stats.kendalltau(delays, values).statistic)


def test_a_part_of_the_choices_gives_the_same_results(cases, found):
    part = multiverse(cases, {"coder": ["mean"], "latency": ["response"]})
    assert 0 < len(part.specifications) == len(found.specifications) / 12
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
