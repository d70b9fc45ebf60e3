"""Speed of cases whose events sources relate to each other: held against a hidden truth, and against the clock alone."""

from __future__ import annotations

import math

import pytest

hypothesis = pytest.importorskip("hypothesis", reason="property tests need hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from aftermath.case_files.case import Case  # noqa: E402
from aftermath.case_files.relations import BELIEVED  # noqa: E402
from aftermath.measures.speed import speed  # noqa: E402
from aftermath.pages.head import acts  # noqa: E402
from aftermath.times import Latency  # noqa: E402
from aftermath.vocabulary import CERTAINTIES, RELATION_RULES  # noqa: E402
from aftermath.wording import NO_BREAK  # noqa: E402
from factories import case, event, relation  # noqa: E402

WIDENED = {  # each believes less than the one before
    "all": ("without disputed", "without vague words"),
    "without disputed": ("documented only",),
    "documented only": ("none",),
    "without vague words": ("none",),
}
slack = st.integers(0, 300)


@st.composite
def recorded(draw: st.DrawFn) -> tuple[Case, Case, float]:
    """A case with relations that are true, the same without them, and how long after clock zero its apology truly came."""
    truth = draw(st.lists(st.integers(301, 900), min_size=2, max_size=5))
    zero, apology = 300, min(truth)
    times = [zero, *sorted(truth)]
    acts = ["exposure", "apology", *["milestone"] * (len(times) - 2)]
    records = [
        event(
            act,
            at - draw(slack),
            at + draw(slack),
            actor="media" if act == "exposure" else "organisation",
            event_id=f"e{place:02}",
        )
        for place, (act, at) in enumerate(zip(acts, times, strict=True), start=1)
    ]
    at = {f"e{place:02}": time for place, time in enumerate(times, start=1)}
    pairs = st.tuples(*[st.sampled_from(sorted(at))] * 2).filter(lambda pair: pair[0] != pair[1])
    keys = st.tuples(pairs, st.sampled_from(sorted(RELATION_RULES)))
    rows = []
    for (one, other), rule in draw(st.lists(keys, min_size=1, max_size=8, unique=True)):
        least, most = at[other] - at[one] - draw(slack), at[other] - at[one] + draw(slack)
        ends = draw(st.sampled_from([(least, most), (least, None), (None, most)]))
        rows.append(relation(one, other, *ends, rule=rule, certainty=draw(st.sampled_from(sorted(CERTAINTIES)))))
    return case(records, relations=rows, clock_zero="e01"), case(records, clock_zero="e01"), apology - zero


@settings(max_examples=150, deadline=None)
@given(recorded())
@pytest.mark.slow
def test_a_latency_holds_the_truth_and_is_never_narrower_where_less_is_believed(made: tuple[Case, Case, float]) -> None:
    related, _, truth = made
    measured = {believed: speed(related, relations=believed) for believed in BELIEVED}
    for believed in BELIEVED:
        assert measured[believed]["apology"].latency.lower <= truth <= measured[believed]["apology"].latency.upper
    for tighter, others in WIDENED.items():
        for wider in others:
            for one, other in zip(measured[tighter].steps, measured[wider].steps, strict=True):
                assert other.latency.lower <= one.latency.lower and one.latency.upper <= other.latency.upper


@settings(max_examples=150, deadline=None)
@given(recorded())
@pytest.mark.slow
def test_believing_no_relation_is_having_none(made: tuple[Case, Case, float]) -> None:
    """Also of what was not seen: how long the record was watched is counted from clock zero, which relations move."""
    related, alone, _ = made
    assert speed(related, relations="none") == speed(alone)
    assert [step.by_clock or step.latency for step in speed(related).steps] == [
        step.latency for step in speed(alone).steps
    ]


def test_an_answer_that_a_relation_puts_before_clock_zero_is_told_with_the_relation() -> None:
    before = relation("e02", "e01", 1, rule="order")
    records = [event("exposure", 0, 100, actor="media"), event("apology", 0, 100), event("apology", 1000)]
    later = speed(case(records, relations=[before]))["apology"]
    assert (later.latency, later.by_clock, later.event_ids) == (Latency(900, 999), Latency(0, 100), ("e03",))
    assert list(later.relations) == [2]
    alone = case(records[:2], relations=[before])
    unseen = speed(alone)["apology"]
    assert (unseen.latency, unseen.by_clock, unseen.event_ids) == (Latency(0, math.inf), Latency(0, 100), ())
    assert unseen.text.replace(NO_BREAK, " ") == (
        "first apology not seen in the 0 s of the record (within 2 min by clock times alone, sharpened by “told one after the "
        "other”, read as at least 1 s (relations.csv:2))"
    )
    shown = acts(unseen, speed(alone), alone).replace(NO_BREAK, " ")
    assert (
        f"Not seen in the 0 s of the record after clock zero ({unseen.difference}): not".replace(NO_BREAK, " ") in shown
    )


def test_a_latency_known_to_the_second_is_written_once() -> None:
    records = [event("exposure", 0, 100, actor="media"), event("apology", 535)]
    apology = speed(case(records, relations=[relation("e01", "e02", 535, 535)]))["apology"]
    assert ", exactly 8 min 55 s (e02" in apology.text.replace(NO_BREAK, " ")
