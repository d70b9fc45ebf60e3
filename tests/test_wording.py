"""One hand for numbers and times: what a reader sees, never finer than it is known."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta

import pytest

hypothesis = pytest.importorskip("hypothesis", reason="property tests need hypothesis")
from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from aftermath.times import DAY, HOUR, Latency, Span, local_day, parse_instant  # noqa: E402
from aftermath.wording import (  # noqa: E402
    DASH,
    MINUS,
    NO_BREAK,
    counted,
    day_text,
    duration,
    exact_duration,
    in_words,
    interval,
    latency_text,
    listed,
    moment,
    number,
    precision,
    probability,
    span_text,
)

NEW_YORK = "America/New_York"


def plain(text: str) -> str:
    """Text with ordinary spaces, for reading in a test."""
    return text.replace(NO_BREAK, " ")


# --- numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "digits", "sign", "shown"),
    [
        (0, 0, False, "0"),
        (1234567, 0, False, "1,234,567"),
        (-3, 0, False, "−3"),
        (0.083, 2, True, "+0.08"),
        (-0.001, 2, True, "0.00"),
        (0.001, 2, True, "0.00"),
        (-0.4, 0, False, "0"),
        (57.5, 1, False, "57.5"),
    ],
)
def test_numbers(value: float, digits: int, sign: bool, shown: str) -> None:
    assert number(value, digits, sign=sign) == shown


@given(st.floats(-1e9, 1e9), st.integers(0, 3), st.booleans())
def test_a_number_can_be_read_back_and_has_a_true_minus(value: float, digits: int, sign: bool) -> None:
    shown = number(value, digits, sign=sign)
    assert "-" not in shown
    read = float(shown.replace(",", "").replace(MINUS, "-"))
    assert read == pytest.approx(value, abs=0.5000001 * 10**-digits)


def test_intervals_take_a_dash_or_a_word() -> None:
    assert interval(67, 72) == f"[67{DASH}72]"
    assert interval(-1, 2) == "[−1 to 2]"
    assert interval(0.1, 0.2, 2, sign=True) == "[+0.10 to +0.20]"


@pytest.mark.parametrize(("n", "shown"), [(0, "0 texts"), (1, "1 text"), (2, "2 texts"), (1200, "1,200 texts")])
def test_counts_agree_with_their_noun(n: int, shown: str) -> None:
    assert plain(counted(n, "text")) == shown


def test_counts_take_an_irregular_plural() -> None:
    assert plain(counted(3, "inquiry", "inquiries")) == "3 inquiries"


def test_small_counts_are_words() -> None:
    assert [in_words(n) for n in (0, 1, 12, 16, 17)] == ["no", "one", "twelve", "sixteen", "17"]


@pytest.mark.parametrize(
    ("parts", "shown"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_read_as_in_a_sentence(parts: list[str], shown: str) -> None:
    assert listed(parts) == shown
    assert listed(parts, "or") == shown.replace(" and ", " or ")


# --- durations ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"),
        (1, "1 s"),
        (59, "59 s"),
        (89, "89 s"),
        (476, "8 min"),
        (535, "9 min"),
        (90 * 60, "90 min"),
        (91 * 60, "1 h 31 min"),
        (2 * 3600, "2 h"),
        (8848, "2 h 27 min"),
        (10 * 3600, "10 h"),
        (26 * 3600, "26 h"),
        (2 * 86400, "2 days"),
        (12 * 86400, "12 days"),
        (70 * 86400, "2 months"),
        (4 * 365 * 86400, "4 years"),
    ],
)
def test_durations(seconds: float, shown: str) -> None:
    assert plain(duration(seconds)) == shown


_UNITS = {"s": 1, "min": 60, "h": 3600, "day": DAY, "month": 30.4375 * DAY, "year": 365.25 * DAY}


def seconds_of(shown: str) -> float:
    """The seconds that a shown duration stands for."""
    return sum(
        float(n.replace(",", "")) * _UNITS[unit] for n, unit in re.findall(r"([\d,]+) (s|min|h|day|month|year)", shown)
    )


@given(st.floats(0, 1e9))
def test_a_duration_is_rounded_but_never_misleading(seconds: float) -> None:
    shown = plain(duration(seconds))
    # to the nearest whole unit: 90 s are "2 min", a third more, and nothing is further off
    assert seconds_of(shown) == pytest.approx(seconds, rel=0.334, abs=0.5)


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_a_longer_duration_is_never_shown_as_clearly_shorter(one: float, other: float) -> None:
    shorter, longer = sorted((one, other))
    assert seconds_of(plain(duration(shorter))) <= seconds_of(plain(duration(longer))) * 1.02 + 1


@given(st.integers(0, 10**8))
def test_an_exact_duration_is_exact(seconds: int) -> None:
    assert seconds_of(plain(exact_duration(seconds))) == seconds


@pytest.mark.parametrize(("n", "unit"), [(1, "day"), (2, "days")])
def test_an_exact_duration_agrees_with_its_number_of_days(n: int, unit: str) -> None:
    assert plain(exact_duration(n * DAY)) == f"{n} {unit}"


# --- latencies ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latency", "shown"),
    [
        (Latency(476, 535), "8–9 min"),
        (Latency(0, 86399), "within 24 h"),
        (Latency(1, 86400), "within 24 h"),
        (Latency(0, 0), "with clock zero"),
        (Latency(30, 5400), "30 s – 90 min"),
        (Latency(3600, 7200), "60 min – 2 h"),
        (Latency(2 * DAY, 3 * DAY), "2–3 days"),
        (Latency(1 * DAY + 12 * HOUR, 3 * DAY), "36 h – 3 days"),
        (Latency(8848, 8848), "2 h 27 min"),
        (Latency(5e6, math.inf), "not seen"),
        (Latency(0, 0, by_construction=True), "0 by construction"),
        (Latency(-180, 59), "3 min before – 59 s after"),
        (Latency(-7200, -3600), "60 min – 2 h before"),
        (Latency(-3600, 0), "within 60 min before"),
    ],
)
def test_latencies(latency: Latency, shown: str) -> None:
    assert plain(latency_text(latency)) == shown


@given(st.floats(0, 1e8), st.floats(0, 1e8))
def test_a_latency_never_shows_its_ends_in_the_wrong_order(one: float, other: float) -> None:
    lower, upper = sorted((one, other))
    shown = plain(latency_text(Latency(lower, upper)))
    ends = re.fullmatch(rf"(\d+){DASH}(\d+) \w+", shown)
    assert ends is None or int(ends[1]) < int(ends[2])
    assert "-" not in shown


# --- moments and spans --------------------------------------------------------------------------------------------


def test_a_moment_is_local() -> None:
    instant = parse_instant("2012-10-04T01:42:00+00:00")
    assert moment(instant, NEW_YORK) == "3 Oct 2012, 21:42"
    assert moment(instant, NEW_YORK, clock=False) == "3 Oct 2012"
    assert day_text(date(2012, 10, 3)) == "3 Oct 2012"


@pytest.mark.parametrize(
    ("earliest", "latest", "shown"),
    [
        ("2012-10-03T21:42:00-04:00", "2012-10-03T21:42:59-04:00", "3 Oct 2012, 21:42"),
        ("2012-10-03T21:42:00-04:00", "2012-10-03T22:10:00-04:00", "3 Oct 2012, 21:42–22:10"),
        ("2012-10-03T00:00:00-04:00", "2012-10-03T23:59:59-04:00", "3 Oct 2012"),
        ("2012-10-03T00:00:00-04:00", "2012-10-05T23:59:59-04:00", "3 Oct – 5 Oct 2012"),
        ("2012-12-31T00:00:00-05:00", "2013-01-02T23:59:59-05:00", "31 Dec 2012 – 2 Jan 2013"),
        ("2012-10-03T21:42:00-04:00", "2012-10-04T00:09:00-04:00", "3 Oct, 21:42 – 4 Oct 2012, 00:09"),
    ],
)
def test_a_span_is_written_no_longer_than_it_must_be(earliest: str, latest: str, shown: str) -> None:
    assert plain(span_text(Span(parse_instant(earliest), parse_instant(latest)), NEW_YORK)) == shown


def test_precision_says_how_exactly_a_moment_is_known() -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC)
    known = [plain(precision(Span(start, start + timedelta(seconds=s)))) for s in (0, 59, 86399, 7200, 30 * DAY)]
    assert known == [
        "known to the minute",
        "known to the minute",
        "known to the day",
        "known within 2 h",
        "known within 30 days",
    ]


@pytest.mark.parametrize("day", ["2014-03-09", "2014-11-02"])
def test_a_day_on_which_the_clocks_change_is_still_a_day(day: str) -> None:
    span = local_day(day, NEW_YORK)
    assert plain(span_text(span, NEW_YORK)).endswith("2014")
    assert precision(span) == "known to the day"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1.000"),
        (0.3247, "0.325"),
        (0.001, "0.001"),
        (0.00096, "0.001"),
        (0.00095, "0.0009"),
        (1 / 20_000, "0.00005"),
        (1 / 184_756, "0.000005"),
        (9.6e-7, "0.000001"),
        (4.8e-14, "5 × 10⁻¹⁴"),
        (0, "0.000"),
    ],
)
def test_a_probability_is_never_rounded_to_nothing(value, text):
    assert plain(probability(value)) == text


@given(st.floats(1e-300, 1))
def test_a_probability_shows_its_first_figure(value):
    text = plain(probability(value)).translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")).replace(" × 10", "e")
    assert float(text) == pytest.approx(value, rel=0.5)
