"""Uncertain instants: strict reading, interval arithmetic that never narrows, and no negative response."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

hypothesis = pytest.importorskip("hypothesis", reason="property tests need hypothesis")
from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from aftermath.times import (  # noqa: E402
    Latency,
    Span,
    difference,
    edtf,
    ended_before,
    first_day,
    first_of,
    latency,
    local_day,
    parse_instant,
    tweet_time,
)

BASE = datetime(2014, 2, 13, 12, tzinfo=UTC)
seconds = st.integers(-(10**7), 10**7)
widths = st.integers(0, 10**6)


def span(start: float, width: float = 0) -> Span:
    return Span(BASE + timedelta(seconds=start), BASE + timedelta(seconds=start + width))


spans = st.builds(span, seconds, widths)


# --- reading ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2012-10-03T21:45:00-04:00", "2012-10-04T01:45:00+00:00"),
        ("2012-10-03T21:45:00Z", "2012-10-03T21:45:00+00:00"),
        ("2024-02-29T00:00:00+05:30", "2024-02-28T18:30:00+00:00"),
    ],
)
def test_an_instant_is_read_into_utc(text: str, utc: str) -> None:
    assert parse_instant(text).isoformat() == utc


@pytest.mark.bad_input("times and counts that are none")
@pytest.mark.parametrize("text", ["2012-10-03T21:45:00", "2012-10-03T21:45"])
def test_an_instant_needs_its_offset(text: str) -> None:
    with pytest.raises(ValueError, match=r"^has no offset from UTC$"):
        parse_instant(text)


@pytest.mark.bad_input("times and counts that are none")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "2014-02-30",
        "2014-02-30T00:00:00-05:00",
        "2012-10-03",
        "2012-10-03 21:45:00-04:00",
        "2012-10-03T25:00:00-04:00",
        "2012-10-03T21:45:60-04:00",
        "2012-10-03T21:45:00-4",
        "2012-10-03T21:45:00+99:00",
        "2012-10-03T21:45:00.5-04:00",
        "0000-01-01T00:00:00+00:00",
        "9999-12-31T23:59:59-23:00",
        "٢٠١٢-10-03T21:45:00-04:00",
        "soon",
        "2012-10-03T21:45:00-04:00\n",
    ],
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^is not a date$"):
        parse_instant(text)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_an_instant_comes_back_as_it_was_written(moment: datetime, offset: int) -> None:
    zone = timedelta(minutes=offset)
    written = moment.replace(microsecond=0)
    sign = "-" if offset < 0 else "+"
    text = f"{written.isoformat()}{sign}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
    assert parse_instant(text) == written.replace(tzinfo=UTC) - zone


def test_a_bare_day_is_the_whole_local_day() -> None:
    day = local_day("2014-03-10", "America/New_York")
    assert (day.earliest.isoformat(), day.latest.isoformat()) == (
        "2014-03-10T04:00:00+00:00",
        "2014-03-11T03:59:59+00:00",
    )


@pytest.mark.bad_input("times and counts that are none")
@pytest.mark.parametrize(("day", "zone"), [("0001-01-01", "Asia/Shanghai"), ("9999-12-31", "America/New_York")])
def test_a_day_of_which_a_part_lies_outside_the_calendar_is_refused(day: str, zone: str) -> None:
    with pytest.raises(ValueError, match="lies outside the years from 1 to 9999"):
        local_day(day, zone)
    assert local_day(day, "UTC").seconds == 86_399
    with pytest.raises(ValueError, match="lies outside the years from 1 to 9999"):
        edtf(local_day(day, "UTC"), "America/New_York" if day < "2" else "Asia/Shanghai")


@pytest.mark.parametrize(("day", "hours"), [("2014-03-09", 23), ("2014-11-02", 25), ("2014-06-01", 24)])
def test_a_day_on_which_the_clocks_change_has_its_own_length(day: str, hours: int) -> None:
    assert local_day(day, "America/New_York").seconds == hours * 3600 - 1


NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    ("earliest", "latest", "zone", "text"),
    [
        ("2012-10-03T21:50:55-04:00", "2012-10-03T21:50:55-04:00", NEW_YORK, "2012-10-03T21:50:55-04:00"),
        ("2012-10-03T21:50:55-04:00", "2012-10-03T21:50:55-04:00", "UTC", "2012-10-04T01:50:55Z"),
        ("1880-01-01T12:00:00+00:00", "1880-01-01T12:00:00+00:00", NEW_YORK, "1880-01-01T12:00:00Z"),  # local mean time
        ("2012-10-03T18:00:00-04:00", "2012-10-03T19:59:59-04:00", NEW_YORK, "2012-10-03"),
        ("2012-10-03T18:00:00-04:00", "2012-10-03T19:59:59-04:00", "Asia/Shanghai", "2012-10-04"),
        ("2012-10-03T22:00:00-04:00", "2012-10-04T01:00:00-04:00", NEW_YORK, "[2012-10-03..2012-10-04]"),
        ("2012-10-01T00:00:00-04:00", "2012-10-31T23:59:59-04:00", NEW_YORK, "2012-10"),
        ("2012-02-01T00:00:00-05:00", "2012-02-29T23:59:59-05:00", NEW_YORK, "2012-02"),
        ("2012-02-01T00:00:00-05:00", "2012-02-28T23:59:59-05:00", NEW_YORK, "[2012-02-01..2012-02-28]"),
        ("2012-10-01T01:00:00-04:00", "2012-10-31T23:59:59-04:00", NEW_YORK, "[2012-10-01..2012-10-31]"),
        ("2012-10-01T00:00:00-04:00", "2012-10-31T22:59:59-04:00", NEW_YORK, "[2012-10-01..2012-10-31]"),
        ("2012-10-02T00:00:00-04:00", "2012-10-31T23:59:59-04:00", NEW_YORK, "[2012-10-02..2012-10-31]"),
        ("2012-10-01T00:00:00-04:00", "2012-10-30T23:59:59-04:00", NEW_YORK, "[2012-10-01..2012-10-30]"),
        ("2012-09-01T00:00:00-04:00", "2012-10-31T23:59:59-04:00", NEW_YORK, "[2012-09..2012-10]"),
        ("2012-01-01T00:00:00-05:00", "2012-12-31T23:59:59-05:00", NEW_YORK, "2012"),
        ("2012-01-01T00:00:00-05:00", "2013-12-31T23:59:59-05:00", NEW_YORK, "[2012..2013]"),
        ("2012-01-01T00:00:00-05:00", "2012-11-30T23:59:59-05:00", NEW_YORK, "[2012-01..2012-11]"),
        ("2012-02-01T00:00:00-05:00", "2012-12-31T23:59:59-05:00", NEW_YORK, "[2012-02..2012-12]"),
    ],
)
def test_edtf_keeps_as_many_digits_as_the_span_fills(earliest: str, latest: str, zone: str, text: str) -> None:
    assert edtf(Span(parse_instant(earliest), parse_instant(latest)), zone) == text


@pytest.mark.parametrize(
    ("post_id", "moment"),  # of posts whose time others printed, and of the last millisecond of a second
    [
        (253673520700198914, datetime(2012, 10, 4, 1, 50, 55, 18000, tzinfo=UTC)),
        (851379746108342272, datetime(2017, 4, 10, 10, 22, 4, tzinfo=UTC)),
        ((1491819724999 - 1288834974657) << 22, datetime(2017, 4, 10, 10, 22, 4, 999000, tzinfo=UTC)),
    ],
)
def test_the_time_of_an_id_is_exact_to_the_millisecond_and_in_utc(post_id: int, moment: datetime) -> None:
    assert tweet_time(post_id) == moment
    assert tweet_time(post_id).utcoffset() == timedelta()


def test_whatever_the_clock_of_the_machine_moments_are_in_utc() -> None:
    day = local_day("2014-03-10", "Asia/Shanghai")
    assert {parse_instant("2014-03-10T08:00:00+08:00").tzinfo, day.earliest.tzinfo, day.latest.tzinfo} == {UTC}


def test_a_timestamp_of_publication_is_a_moment() -> None:
    moment = local_day("2014-03-10T08:00:00+08:00", "America/New_York")
    assert moment.seconds == 0
    assert moment.earliest.isoformat() == "2014-03-10T00:00:00+00:00"


# --- post ids -----------------------------------------------------------------------------------------------------


@pytest.mark.bad_input("damaged ids")
@pytest.mark.parametrize("post_id", [-1, 0, 20, 2**22, 20_000_000_000, 29_700_859_247])
def test_an_id_that_carries_no_time_is_refused(post_id: int) -> None:
    with pytest.raises(ValueError, match="too small for a post id that carries its time"):
        tweet_time(post_id)


@given(st.integers(2**35, 2**62), st.integers(0, 2**22 - 1))
def test_only_the_upper_bits_of_an_id_tell_the_time(post_id: int, machine: int) -> None:
    assert tweet_time(post_id) == tweet_time((post_id >> 22 << 22) | machine)


@given(st.integers(2**13, 2**40))
def test_ids_grow_with_time_to_the_millisecond(ticks: int) -> None:
    assert tweet_time((ticks + 1) << 22) - tweet_time(ticks << 22) == timedelta(milliseconds=1)


# --- spans and latencies ------------------------------------------------------------------------------------------


def test_a_span_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="is after latest"):
        Span(BASE, BASE - timedelta(seconds=1))


def test_a_latency_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        Latency(2, 1)
    with pytest.raises(ValueError, match="ends before it begins"):
        Latency(math.nan, 1)


def test_the_latency_of_the_codebook() -> None:
    zero, apology = span(0, 59), span(535)
    assert latency(apology, zero) == Latency(476, 535)


def test_a_response_cannot_precede_clock_zero() -> None:
    assert latency(span(-100, 150), span(0, 59)) == Latency(0, 50)
    assert difference(span(-100, 150), span(0, 59)) == Latency(-159, 50)


def test_what_was_not_seen_is_open_to_the_right() -> None:
    assert not Latency(10, math.inf).seen
    assert Latency(10, 10).seen


@given(spans, spans, seconds)
def test_shifting_all_times_changes_no_latency(act: Span, zero: Span, shift: int) -> None:
    moved = [
        Span(each.earliest + timedelta(seconds=shift), each.latest + timedelta(seconds=shift)) for each in (act, zero)
    ]
    assert difference(*moved) == difference(act, zero)


@given(spans, spans, widths, widths)
def test_widening_a_span_never_narrows_a_latency(act: Span, zero: Span, before: int, after: int) -> None:
    wider = Span(act.earliest - timedelta(seconds=before), act.latest + timedelta(seconds=after))
    wider_zero = Span(zero.earliest - timedelta(seconds=before), zero.latest + timedelta(seconds=after))
    plain = difference(act, zero)
    for other in (difference(wider, zero), difference(act, wider_zero)):
        assert other.lower <= plain.lower
        assert other.upper >= plain.upper
    if plain.upper >= 0:
        assert latency(wider, zero).lower <= latency(act, zero).lower <= latency(act, zero).upper


@given(spans, spans, st.floats(0, 1), st.floats(0, 1))
def test_every_reading_of_two_spans_lies_in_their_difference(
    act: Span, zero: Span, first: float, second: float
) -> None:
    reading = (act.earliest + first * (act.latest - act.earliest)) - (
        zero.earliest + second * (zero.latest - zero.earliest)
    )
    between = difference(act, zero)
    assert between.lower - 1e-5 <= reading.total_seconds() <= between.upper + 1e-5  # microseconds are the finest


@given(spans, spans)
def test_a_difference_turned_round_is_its_negative(one: Span, other: Span) -> None:
    there, back = difference(one, other), difference(other, one)
    assert (there.lower, there.upper) == (-back.upper, -back.lower)


latencies = st.builds(lambda lower, width: Latency(lower, lower + width), st.integers(0, 10**6), widths)


@given(st.lists(latencies, min_size=1, max_size=6), st.randoms())
def test_the_first_of_several_does_not_depend_on_their_order(given_ones: list[Latency], chance) -> None:
    shuffled = chance.sample(given_ones, len(given_ones))
    assert first_of(shuffled) == first_of(given_ones)
    assert all(first_of(given_ones).upper <= each.upper for each in given_ones)


@given(st.lists(latencies, min_size=1, max_size=6), latencies)
def test_one_more_candidate_never_makes_the_first_later(given_ones: list[Latency], another: Latency) -> None:
    before, after = first_of(given_ones), first_of([*given_ones, another])
    assert (after.lower, after.upper) <= (before.lower, before.upper)


def test_what_is_zero_by_construction_comes_first() -> None:
    assert first_of([Latency(0, 10), Latency(0, 0, by_construction=True)]) == Latency(0, 0, by_construction=True)


@given(latencies, latencies)
def test_one_answer_is_certainly_before_another_or_not(one: Latency, other: Latency) -> None:
    assert not (one.certainly_before(other) and other.certainly_before(one))
    assert not one.certainly_before(one)
    assert one.certainly_before(other) == (one.upper < other.lower)


# --- the day of clock zero ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Shanghai"])
@given(zero=spans, days=st.integers(-3, 3))
def test_the_day_of_clock_zero_is_the_first_after_it_in_every_zone(zone: str, zero: Span, days: int) -> None:
    day = first_day(zero, zone)
    assert ended_before(local_day((day + timedelta(days=days)).isoformat(), zone), zero) == (days < 0)


@given(spans, spans)
def test_what_ended_before_clock_zero_has_no_latency_that_may_be_positive(one: Span, zero: Span) -> None:
    assert ended_before(one, zero) == (difference(one, zero).upper < 0)
