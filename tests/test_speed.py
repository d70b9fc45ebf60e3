"""Speed: what the known cases show, and what no shift, order or doubt may change."""

from __future__ import annotations

import math

import polars as pl
import pytest

hypothesis = pytest.importorskip("hypothesis", reason="property tests need hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from aftermath.case_files.case import load_case  # noqa: E402
from aftermath.measures.speed import speed  # noqa: E402
from aftermath.measures.steps import STEPS  # noqa: E402
from aftermath.statistics.result import NothingToMeasure  # noqa: E402
from aftermath.times import Latency  # noqa: E402
from aftermath.vocabulary import ANSWERS, CLOCK_MEANINGS, EXPOSED_BY  # noqa: E402
from aftermath.wording import NO_BREAK  # noqa: E402
from aftermath.workspace import INSTALLED_FROM, Workspace  # noqa: E402
from factories import DAY, case, event, text  # noqa: E402

HOUR = 3600


def known(case_id: str):
    return speed(load_case(case_id, Workspace(INSTALLED_FROM)))


# --- the known cases ----------------------------------------------------------------------------------------------


def test_kitchenaid_apologised_within_eight_to_nine_minutes() -> None:
    apology = known("kitchenaid-tweet")["apology"]
    assert apology.latency == Latency(476, 535)
    assert apology.event_ids == ("e07",)
    assert apology.latency.lower <= 8 * 60 + 30 <= apology.latency.upper
    assert "8–9 min, exactly 7 min 56 s to 8 min 55 s (e07, inferred)" in apology.text.replace(NO_BREAK, " ")


def test_kitchenaids_named_apology_is_disputed_and_came_by_2_h_27_min() -> None:
    named = known("kitchenaid-tweet")["named_apology"]
    assert named.latency.upper == 8848
    assert (named.event_ids, named.certainty) == (("e08",), "disputed")
    assert "2 h 27 min" in named.text.replace(NO_BREAK, " ")


def test_kitchenaid_had_no_information_hub_for_the_length_of_the_record() -> None:
    hub = known("kitchenaid-tweet")["information_hub"]
    assert not hub.latency.seen
    assert hub.event_ids == ()
    assert hub.latency.lower > 365 * DAY
    assert "information hub not seen in the 4 years of the record" in hub.text.replace(NO_BREAK, " ")


def test_gms_first_response_is_zero_by_construction_and_the_result_says_why() -> None:
    gm = known("gm-ignition-recall")
    assert gm["response"].latency == Latency(0, 0, by_construction=True)
    assert gm["response"].event_ids == ("e13",)
    assert gm.own_clock
    assert "the organisation's own announcement" in gm.meaning
    assert "zero by construction" in gm.meaning
    assert 9 * 365 * DAY < gm.knowledge_lag.lower < gm.knowledge_lag.upper < 10 * 365 * DAY


def test_kuaishou_apologised_within_hours_and_its_founder_on_day_three() -> None:
    kuaishou = known("kuaishou-underage-mothers")
    assert kuaishou["apology"].latency.upper <= 30 * HOUR
    named = kuaishou["named_apology"].latency
    assert 2 * DAY <= named.lower <= named.upper <= 3.5 * DAY
    assert "2–3 days" in kuaishou["named_apology"].text.replace(NO_BREAK, " ")


@pytest.mark.parametrize("case_id", Workspace(INSTALLED_FROM).case_ids())
def test_every_case_gives_sound_latencies_or_says_why_not(case_id: str) -> None:
    read = load_case(case_id, Workspace(INSTALLED_FROM))
    if read.zero is None:
        with pytest.raises(NothingToMeasure, match="no crisis is on record, so there is no clock and no speed"):
            speed(read)
        return
    measured = speed(read)
    assert [step.name for step in measured.steps] == list(STEPS)
    for step in measured.steps:
        assert 0 <= step.latency.lower <= step.latency.upper
        assert step.latency.seen == bool(step.event_ids) == bool(step.certainty)
        assert set(step.event_ids) <= set(read.events["event_id"])
    assert measured["response"].latency.lower <= measured["apology"].latency.lower
    assert measured["apology"].latency.upper <= measured["named_apology"].latency.upper
    assert measured.table.height == len(STEPS)


# --- what counts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ANSWERS)
def test_every_answer_is_a_response(act: str) -> None:
    assert speed(case([event(), event(act, 60, 90)]))["response"].latency == Latency(60, 90)


@pytest.mark.parametrize(
    "act", ["removal", "no_response", "milestone", "internal_knowledge", "service_suspension", "investigation"]
)
def test_what_says_nothing_is_no_response(act: str) -> None:
    assert not speed(case([event(), event(act, 60)]))["response"].latency.seen


@pytest.mark.parametrize("actor", ["employee", "media", "public", "regulator", "partner"])
def test_only_the_organisation_responds(actor: str) -> None:
    assert not speed(case([event(), event("apology", 60, actor=actor)]))["response"].latency.seen


def test_what_ended_before_clock_zero_is_no_response() -> None:
    before = event("apology", -120, -1)
    assert not speed(case([event(), before]))["response"].latency.seen
    assert speed(case([event(), event("apology", -120, 0)]))["response"].latency == Latency(0, 0)


def test_a_named_apology_needs_a_name() -> None:
    measured = speed(case([event(), event("apology", 60), event("apology", 7200, speaker="Ann Example")]))
    assert measured["apology"].latency == Latency(60, 60)
    assert measured["named_apology"].latency == Latency(7200, 7200)


def test_the_first_lies_between_the_smallest_ends_of_all_candidates() -> None:
    measured = speed(case([event(), event("apology", 60, 5000), event("apology", 600, 700), event("apology", 6000)]))
    apology = measured["apology"]
    assert apology.latency == Latency(60, 700)
    assert apology.event_ids == ("e02", "e03")
    assert apology.candidates == 3


def test_the_weakest_certainty_is_shown() -> None:
    apology = speed(
        case(
            [
                event(),
                event("apology", 60, 5000, certainty="disputed"),
                event("apology", 600, 700, certainty="inferred"),
            ]
        )
    )["apology"]
    assert apology.certainty == "disputed"


def test_an_exposure_that_is_an_answer_itself_is_zero_by_construction() -> None:
    measured = speed(case([event("exposure;recall", 0, DAY - 1), event("apology", DAY)], exposed_by="organisation"))
    assert measured["response"].latency == Latency(0, 0, by_construction=True)
    assert measured["response"].event_ids == ("e01",)
    assert measured["apology"].latency == Latency(1, DAY)
    assert measured.coverage_before.certainly == measured.coverage_before.possibly == 0


def test_what_was_never_seen_is_watched_to_the_end_of_the_record() -> None:
    measured = speed(case([event("exposure", 0, 59), event("milestone", 3 * DAY, 9 * DAY, actor="media")]))
    assert measured["apology"].latency == Latency(3 * DAY - 59, math.inf)
    assert measured.table["upper_seconds"].null_count() == len(STEPS)


def test_coverage_out_before_the_response_is_a_share_with_its_doubt() -> None:
    texts = [
        text("2020-01-01T13:00:00+00:00"),
        text("2020-01-01"),
        text("2020-01-03"),
        text("2020-01-01T12:00:00+00:00"),
    ]
    share = speed(case([event(), event("apology", 2 * HOUR)], texts)).coverage_before
    assert (share.certainly, share.possibly, share.n) == (2, 3, 4)
    assert share.text.replace(NO_BREAK, " ") == "2 to 3 of 4 coded texts from clock zero on"


# The counts that an independent reading of the record gave, and the texts from before clock zero.
OUT_BEFORE = {
    "bytedance-neihan-duanzi": (0, 1, 19, ("d01", "d02", "d03")),
    "kuaishou-underage-mothers": (0, 0, 38, ("d01",)),
    "huoshan-vulgar-content": (0, 1, 15, ("d01",)),
    "douyin-martyrs-ad": (0, 1, 11, ()),
    "pepsi-jenner-ad": (0, 0, 22, ()),
    "digiorno-whyistayed": (0, 0, 16, ()),
    "united-3411": (0, 0, 40, ()),
    "kfc-chicken-shortage": (0, 0, 26, ()),
    "tiktok-copyright-audio": (0, 0, 21, ()),
    "dominos-video": (0, 0, 21, ()),
    "gm-ignition-recall": (0, 0, 116, ("d01", "d02", "d03")),
}


@pytest.mark.parametrize("case_id", OUT_BEFORE)
def test_what_was_out_before_the_response_in_the_known_cases(case_id: str) -> None:
    measured = known(case_id)
    share = measured.coverage_before
    assert (share.certainly, share.possibly, share.n, share.earlier) == OUT_BEFORE[case_id]
    assert all(doc_id in measured.context for doc_id in share.earlier)


def test_texts_from_before_clock_zero_do_not_count_and_are_named() -> None:
    texts = [text("2019-12-31"), text("2020-01-01T11:59:59+00:00"), text("2020-01-01T12:30:00+00:00")]
    measured = speed(case([event(), event("apology", HOUR)], texts))
    share = measured.coverage_before
    assert (share.certainly, share.possibly, share.n, share.earlier) == (1, 1, 1, ("d01", "d02"))
    said = measured.context.replace(NO_BREAK, " ")
    assert "Out before the first response: 1 of 1 coded text from clock zero on; d01 and d02 are from before" in said
    only = speed(case([event(), event("apology", HOUR)], texts[:1]))
    assert only.coverage_before.text == "no text from clock zero on is coded"
    assert "d01 is from before clock zero and not counted" in only.context


@given(st.integers(0, 3 * DAY), st.integers(0, DAY), st.integers(1, 5))
@settings(max_examples=30)
def test_how_wide_clock_zero_is_has_no_say_in_what_was_out_before(later: int, width: int, day: int) -> None:
    answer, texts = event("apology", 3 * DAY, 3 * DAY + width), [text(f"2020-01-{day:02}")]
    exact, wide = (case([event("exposure", 0, end), answer], texts) for end in (0, later))
    assert speed(exact).coverage_before == speed(wide).coverage_before


@given(st.integers(0, 4 * DAY), st.integers(0, DAY), st.integers(0, DAY), st.lists(st.integers(1, 6), max_size=5))
@settings(max_examples=30)
def test_a_wider_response_never_narrows_what_was_out_before(start: int, earlier: int, later: int, days: list) -> None:
    texts = [text(f"2020-01-{day:02}") for day in days]
    exact = speed(case([event(), event("apology", start)], texts)).coverage_before
    wide = speed(case([event(), event("apology", max(0, start - earlier), start + later)], texts)).coverage_before
    assert wide.certainly <= exact.certainly <= exact.possibly <= wide.possibly <= wide.n


def test_without_texts_or_response_there_is_no_share() -> None:
    assert speed(case([event(), event("apology", 60)])).coverage_before.text == "no text is coded"
    assert speed(case([event()], [text()])).coverage_before is None


def test_earlier_knowledge_is_measured_to_exposure() -> None:
    measured = speed(case([event("internal_knowledge", -10 * DAY, -9 * DAY), event("exposure", 0, 59)]))
    assert measured.knowledge_lag == Latency(9 * DAY, 10 * DAY + 59)
    assert measured.knowledge_event_ids == ("e01",)
    assert "From its first internal knowledge to exposure: 9–10 days (e01)." in measured.text.replace(NO_BREAK, " ")


def test_what_the_public_knew_is_no_knowledge_of_the_organisation() -> None:
    known = event("internal_knowledge", -10 * DAY, -9 * DAY, actor="public")
    assert speed(case([known, event("exposure", 0, 59)])).knowledge_lag is None


def test_knowledge_rests_on_whatever_bounds_it() -> None:
    wide, late = event("internal_knowledge", -10 * DAY, -2 * DAY), event("internal_knowledge", -9 * DAY, -5 * DAY)
    measured = speed(case([wide, late, event("exposure", 0, 59)]))
    assert measured.knowledge_lag == Latency(5 * DAY, 10 * DAY + 59)
    assert measured.knowledge_event_ids == ("e01", "e02")


def test_knowledge_that_came_later_is_said_to_have_come_later() -> None:
    measured = speed(case([event("exposure", 0, 59), event("internal_knowledge", 600, 900)]))
    assert measured.knowledge_lag == Latency(0, 0)
    assert "did not know before the public did (e02)" in measured.text


@pytest.mark.parametrize("exposed_by", EXPOSED_BY)
def test_the_result_says_what_its_clock_means(exposed_by: str) -> None:
    measured = speed(case(exposed_by=exposed_by))
    assert measured.meaning == CLOCK_MEANINGS[exposed_by]
    assert measured.own_clock == (exposed_by in ("organisation", "regulator"))
    assert speed(case(exposed_by=exposed_by, kind="series")).meaning.endswith("the clock is that of the first.")


# --- properties ---------------------------------------------------------------------------------------------------

acts = st.sampled_from([*ANSWERS, "removal", "milestone", "internal_knowledge"])
speakers = st.sampled_from(["", "Ann Example"])
starts, widths = st.integers(0, 40 * DAY), st.integers(0, 20 * DAY)
given_events = st.lists(st.tuples(acts, starts, widths, speakers), max_size=5)
given_days = st.lists(st.integers(1, 28), max_size=4)


def build(answers: list, days: list[int], shift: int = 0, zero: tuple[int, int] = (0, 59)):
    events = [event("exposure", shift + zero[0], shift + zero[1])]
    events += [event(act, shift + start, shift + start + width, speaker=who) for act, start, width, who in answers]
    month = 1 + shift // (31 * DAY)
    return case(events, [text(f"2020-{month:02}-{day:02}") for day in days])


def latencies(measured) -> list[Latency]:
    return [step.latency for step in measured.steps]


@given(given_events, given_days)
@settings(max_examples=40)
def test_shifting_all_times_of_a_case_changes_no_latency(answers: list, days: list[int]) -> None:
    here, later = speed(build(answers, days)), speed(build(answers, days, shift=31 * DAY))
    assert latencies(here) == latencies(later)
    assert here.coverage_before == later.coverage_before
    assert here.knowledge_lag == later.knowledge_lag


@given(given_events, given_days, st.integers(0, 4), st.integers(0, DAY), st.integers(0, DAY))
@settings(max_examples=40)
def test_widening_an_interval_never_narrows_a_latency(
    answers: list, days: list[int], which: int, earlier: int, later: int
) -> None:
    wider = list(answers)
    if answers:
        act, start, width, who = answers[which % len(answers)]
        wider[which % len(answers)] = (act, max(0, start - earlier), width + later + min(start, earlier), who)
    narrow = speed(build(answers, days))
    for wide in (speed(build(wider, days)), speed(build(answers, days, zero=(-earlier, 59 + later)))):
        for one, other in zip(latencies(narrow), latencies(wide), strict=True):
            assert other.upper >= one.upper
            assert other.lower <= one.lower


@given(given_events, given_days, st.randoms())
@settings(max_examples=40)
def test_the_order_of_rows_does_not_matter(answers: list, days: list[int], chance) -> None:
    made = build(answers, days)
    shuffled = build(chance.sample(answers, len(answers)), chance.sample(days, len(days)))
    assert latencies(speed(made)) == latencies(speed(shuffled))
    assert speed(made).coverage_before == speed(shuffled).coverage_before


@given(given_events, given_days)
@settings(max_examples=40)
def test_steps_rest_on_events_that_bound_them(answers: list, days: list[int]) -> None:
    made = build(answers, days)
    for step in speed(made).steps:
        if step.event_ids:
            resting = [made.since_zero(made.span(event_id)) for event_id in step.event_ids]
            assert step.latency.upper == min(each.upper for each in resting)
            assert step.latency.lower == min(max(0, each.lower) for each in resting)
            assert step.sources == 1
        assert len(step.event_ids) <= 2
    assert speed(made).table.select(pl.col("lower_seconds").min()).item() >= 0
