"""What follows and what does not: each result picks its sentence, and none claims more than its numbers."""

from __future__ import annotations

import math

import pytest

import aftermath as am
from aftermath.comparison import playbook as played
from aftermath.comparison.association import associate
from aftermath.comparison.conclusions import of_multiverse, of_pair, of_playbook
from aftermath.comparison.multiverse import Multiverse, Specification
from aftermath.comparison.playbook import Advice, Playbook
from aftermath.comparison.rules import FOLLOWED, NOT_FOLLOWED, Answer
from aftermath.comparison.variables import Variable, delay, recovery

WANTED = ("delay of it", "transparency")


@pytest.fixture(scope="module")
def comparison():
    return am.compare(am.cases())


def pair(first, second, width=0.0, error=0.0):
    variables = [
        Variable(
            name, {f"case-{place:02}": (value - width, value, value + width) for place, value in enumerate(values)}
        )
        for name, values in zip(WANTED, (first, second), strict=True)
    ]
    errors = dict.fromkeys(variables[1].values, error) if error else {}
    return associate(variables[0], Variable(WANTED[1], variables[1].values, errors))


def answer(first, second, width=0.0, error=0.0):
    found = pair(first, second, width, error)
    return of_pair("Did it?", found, found)


def test_few_cases_cannot_be_told():
    found = answer([1, 2], [2, 1])
    assert found.answer == "cannot be told"
    assert "three" in found.words


def test_the_same_cases_in_perfect_order_and_in_none_pick_other_sentences():
    numbers, none = list(range(12)), [5, 1, 9, 3, 7, 11, 0, 8, 4, 2, 10, 6]
    for error in (0.0, 1.0):
        assert answer(numbers, numbers, error=error).answer == "went together"
        assert answer(numbers, numbers[::-1], error=error).answer == "went together"
        found = answer(numbers, none, error=error)
        assert found.answer == "no direction holds"
        assert "could have shown one" in found.words


def test_where_even_perfect_order_holds_zero_the_cases_cannot_tell():
    for order in ([1, 2, 3, 4], [4, 3, 2, 1], [2, 4, 1, 3]):
        found = answer([1, 2, 3, 4], order, width=9)
        assert found.answer == "these cases cannot tell"
        assert "even in perfect order" in found.words
        assert "No direction" not in found.words


@pytest.mark.slow
def test_real_cases_recoded_into_perfect_order_and_into_none_pick_other_sentences(comparison):
    late, recovered = delay(comparison.entries), recovery(comparison.entries)
    cases = sorted(set(late.values) & set(recovered.values), key=lambda case_id: late.values[case_id][1])
    outcomes = sorted(cases, key=lambda case_id: recovered.values[case_id][1])

    def recoded(order):
        taken = dict(zip(cases, (outcomes[place] for place in order), strict=True))
        values = {case_id: recovered.values[source] for case_id, source in taken.items()}
        errors = {case_id: recovered.errors[source] for case_id, source in taken.items()}
        found = associate(late, Variable(recovered.name, values, errors))
        return of_pair("Did it?", found, found).answer

    n = len(cases)
    assert recoded(range(n)) == recoded(range(n)[::-1]) == "went together"
    step = next(step for step in (7, 5) if n % step)
    assert recoded([step * place % n for place in range(n)]) == "no direction holds"


def test_a_direction_that_other_clocks_make_does_not_hold():
    whole, like_clocks = pair(range(8), range(8)), pair([1, 2, 3, 4], [1, 2, 3, 4], width=9)
    found = of_pair("Did it?", whole, like_clocks)
    assert found.answer == "these cases cannot tell"
    assert "once cases with other clocks are left out" in found.words
    assert "n = 4" in found.words  # the numbers are those that left it open
    found = of_pair("Did it?", whole, pair(range(8), [4, 1, 7, 2, 6, 0, 5, 3]))
    assert found.answer == "no direction holds"


def test_one_case_that_makes_the_direction_is_named():
    found = answer([1, 2, 3, 50], [2, 3, 1, 50])
    assert found.answer == "hangs on one case"
    assert "case-03" in found.words


def test_a_slope_that_the_order_contradicts_hangs_on_how_it_is_counted():
    found = answer([1, 2, 3, 4, 5, 6, 90], [6, 5, 4, 3, 2, 1, 90])
    assert found.answer == "hangs on how it is counted"


def test_a_leaning_that_chance_gives_as_well_is_called_so():
    found = answer([1, 2, 3, 4, 5, 6, 50, 60], [6, 1, 4, 5, 2, 3, 50, 60])
    assert found.answer == "no more than chance gives"
    assert "too few cases to tell" in found.words


def test_what_went_together_is_said_with_its_direction_and_without_a_cause():
    found = answer(range(9), list(range(9))[::-1])
    assert found.answer == "went together"
    assert "longer delay of it went with lower transparency" in found.words
    assert "does not say" in found.words


def made(taus):
    choices = {"outcome": "transparency"}
    return Multiverse(tuple(Specification(choices, tau, 9) for tau in sorted(taus)))


def test_a_multiverse_holds_its_direction_or_turns():
    assert of_multiverse(made([-0.3] * 95 + [0.1] * 5)).answer == "holds its direction"
    assert of_multiverse(made([-0.3] * 60 + [0.1] * 40)).answer == "turns with the choices"
    assert of_multiverse(made([math.nan])).answer == "cannot be told"


def advised(place, rises, followed):
    states = {case_id: Answer(FOLLOWED if case_id in followed else NOT_FOLLOWED, "") for case_id in rises}
    return played.Tested(
        Advice(f"a{place:02}", "text", f"Do {place}", "", f"latency response {place} h"), states, rises
    )


def test_advice_stands_out_only_where_so_many_comparisons_would_not_show_it():
    rises = {f"case-{place:02}": float(place) for place in range(12)}
    top = set(sorted(rises)[6:])
    one = advised(1, rises, top)
    assert of_playbook(Playbook((one,))).answer == "one stands out"
    many = tuple(advised(place, rises, top) for place in range(60))
    found = of_playbook(Playbook(many))
    assert found.answer == "none stands out"
    assert "60\xa0comparisons" in found.words
    alone = {"case-00": 1.0}
    assert of_playbook(Playbook((advised(1, alone, alone),))).answer == "cannot be told"


@pytest.mark.slow
def test_the_real_cases_pick_sentences_without_stars_and_causes(comparison):
    found = am.conclusions(comparison, am.playbook(comparison))
    assert len(found) == 6
    words = " ".join(each.words for each in found)
    assert "n = 16" in words
    assert "where perfect order of the same numbers would give" in words
    assert not any(bad in words.lower() for bad in ("significant", "*", "caused", "because", "proves"))


@pytest.mark.parametrize("n", [0, 1, 2])
@pytest.mark.slow
def test_with_few_cases_every_question_is_answered_by_why_not(n):
    few = am.compare(am.cases()[:n])
    found = am.conclusions(few, am.playbook(few))
    assert len(found) == 6
    assert {each.answer for each in found} == {"cannot be told"}
