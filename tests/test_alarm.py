"""The alarm: when it fires, what it is measured against, and what it refuses."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from factories import BASE, DAY, case, event, text

hypothesis = pytest.importorskip("hypothesis", reason="property tests need hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from aftermath.case_files.cases import cases  # noqa: E402
from aftermath.measures.alarm import Alarm, alarm, alarm_from_coverage  # noqa: E402
from aftermath.statistics.ears import ears_c1, turning_share  # noqa: E402
from aftermath.statistics.result import NothingToMeasure  # noqa: E402
from aftermath.statistics.series import SeriesError  # noqa: E402
from aftermath.times import Latency, Span  # noqa: E402

START = date(2020, 1, 1)
QUIET = [8, 12, 10, 9, 11, 10, 10, 12, 8, 9, 11, 10, 12, 8, 10, 9, 11, 10, 9, 12, 11]  # three weeks
CRISIS = [90, 60, 30, 20, 15]
HOURS = 3600.0


def series(values: list[int] | None = None, **columns: list[int]) -> pl.DataFrame:
    values = QUIET + CRISIS if values is None else values
    days = [START + timedelta(days=place) for place in range(len(values))]
    return pl.DataFrame({"time": days, "value": values} | columns)


def zero(day: int = len(QUIET), hour: int = 12) -> Span:
    instant = datetime.combine(START + timedelta(days=day), datetime.min.time(), UTC) + timedelta(hours=hour)
    return Span(instant, instant)


# EARS C1


def test_the_bin_itself_is_not_in_its_baseline() -> None:
    judged = ears_c1([1, 1, 1, 1, 1, 1, 2, 100, 100])
    assert judged["mean"].to_list()[:7] == [None] * 7
    assert judged["mean"][7] == pytest.approx(8 / 7)
    assert judged["mean"][8] == pytest.approx(107 / 7)


def test_at_the_limit_is_not_above_it() -> None:
    """The baseline 4, 6, 4, 6 has the mean 5 and the variance 4 / 3; three standard deviations are 3.464."""
    limit = 5 + 3 * math.sqrt(4 / 3)
    judged = ears_c1([4, 6, 4, 6, 8, 9], baseline=4)
    assert judged["limit"][4] == pytest.approx(limit)
    assert judged["alarm"].to_list()[4:] == [False, False]
    assert ears_c1([4, 6, 4, 6, 9], baseline=4)["alarm"][-1]
    assert not ears_c1([0, 2, 4, 2, 8], baseline=3, threshold=3)["alarm"][3]
    assert not ears_c1([1, 2, 3, 5], baseline=3)["alarm"][-1]  # 2 + 3 · 1 exactly


def test_a_baseline_that_never_moved() -> None:
    judged = ears_c1([5] * 7 + [6, 5, 4])
    assert judged["alarm"][7]
    assert judged["score"][7] == math.inf
    assert ears_c1([5] * 7 + [5])["score"][-1] == 0
    assert ears_c1([5] * 7 + [4])["score"][-1] == -math.inf


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        ([], "leave nothing to judge"),
        ([3], "leave nothing to judge"),
        ([1, 2, 3, 4, 5, 6, 7], "leave nothing to judge"),
        ([1, 2, 3, 4, 5, 6, -7, 8], "bin 7 of the counts is -7"),
        ([1, 2, 3, math.nan, 5, 6, 7, 8], "bin 4 of the counts is nan"),
        ([1, 2, 3, None, 5, 6, 7, 8], "bin 4 of the counts"),
        ([1, 2, 3, math.inf, 5, 6, 7, 8], "bin 4 of the counts is inf"),
        ([1, 2, 3, 4.5, 5, 6, 7, 8], "whole number"),
        (["1"] * 8, "give whole numbers"),
    ],
)
def test_counts_that_are_none(counts: list, says: str) -> None:
    with pytest.raises(SeriesError, match=says):
        ears_c1(counts)


@pytest.mark.parametrize("options", [{"baseline": 1}, {"threshold": 0}, {"threshold": math.nan}])
def test_options_of_ears_that_are_none(options: dict) -> None:
    with pytest.raises(SeriesError, match="at least 2 bins"):
        ears_c1([1] * 10, **options)


@settings(max_examples=50)
@given(counts=st.lists(st.integers(0, 1000), min_size=8, max_size=30), factor=st.integers(1, 50))
def test_the_score_does_not_depend_on_the_unit(counts: list[int], factor: int) -> None:
    plain, scaled = ears_c1(counts), ears_c1([factor * count for count in counts])
    assert scaled["score"].to_list()[7:] == pytest.approx(plain["score"].to_list()[7:], rel=1e-6, abs=1e-6)


@settings(max_examples=50)
@given(counts=st.lists(st.integers(0, 1000), min_size=8, max_size=30), more=st.integers(1, 500))
def test_more_posts_never_silence_an_alarm(counts: list[int], more: int) -> None:
    if ears_c1(counts)["alarm"][-1]:
        assert ears_c1([*counts[:-1], counts[-1] + more])["alarm"][-1]


# The turning share


def test_the_share_turns_where_its_bound_is_above_the_days_before() -> None:
    judged = turning_share([2] * 7 + [3, 9], [10] * 9)
    assert judged["share_before"].to_list()[7:] == pytest.approx([0.2, 15 / 70])
    assert judged["turned"].to_list()[7:] == [False, True]
    assert judged["turned"].to_list()[:7] == [None] * 7


def test_nothing_judged_is_nothing_to_compare() -> None:
    assert turning_share([0] * 8, [0] * 7 + [5])["turned"][-1] is None
    assert turning_share([1] * 7 + [0], [5] * 7 + [0])["turned"][-1] is None


def test_a_single_bin_of_the_baseline_shows_no_differences() -> None:
    alone = turning_share([0] * 6 + [2, 9], [0] * 6 + [10, 10])
    assert alone["difference_lower"][-1] > 0 and alone["turned"][-1] is None
    assert turning_share([0] * 5 + [2, 2, 99], [0] * 5 + [10, 10, 100])["turned"][-1] is not None


def test_bins_that_differ_of_themselves_raise_what_counts_as_a_turn() -> None:
    even, uneven = [300] * 7, [240, 360, 270, 330, 210, 390, 300]
    today = [390]
    assert turning_share(even + today, [1000] * 8)["turned"][-1]
    assert not turning_share(uneven + today, [1000] * 8)["turned"][-1]
    assert turning_share([*uneven, 600], [1000] * 8)["turned"][-1]


@pytest.mark.parametrize(("posts", "swing"), [(30, 0.05), (300, 0.02), (3000, 0.0), (3000, 0.02), (3000, 0.05)])
@pytest.mark.slow
def test_quiet_bins_turn_as_rarely_as_the_level_says(posts: int, swing: float) -> None:
    """5 % of 3,000 quiet bins, each after seven others; two standard errors of that are 0.8 %."""
    generator = np.random.default_rng(12)
    shares = 0.25 + generator.normal(0, swing, 8 * 3000)
    judged = turning_share(generator.binomial(posts, shares), [posts] * len(shares))["turned"].to_list()[7::8]
    assert np.mean(judged) <= 0.058


def test_more_negative_posts_than_posts() -> None:
    with pytest.raises(SeriesError, match="more negative posts than posts"):
        turning_share([1] * 8, [2] * 7 + [0])
    with pytest.raises(SeriesError, match="between 0 and 1"):
        turning_share([1] * 8, [2] * 8, level=5)


# The alarm


def test_an_alarm_is_known_when_its_day_is_over() -> None:
    found = alarm(series(), zero(hour=12))
    assert found["volume"].latency == Latency(12 * HOURS - 1, 12 * HOURS - 1)
    assert found["volume"].false_alarms.count == 0
    assert found["volume"].false_alarms.bins == 14
    assert found["volume"].false_alarms.weeks == pytest.approx(2)


def test_an_uncertain_clock_gives_an_uncertain_latency() -> None:
    span = Span(zero(hour=6).earliest, zero(hour=18).latest)
    assert alarm(series(), span)["volume"].latency == Latency(6 * HOURS - 1, 18 * HOURS - 1)


def test_false_alarms_are_counted_on_quiet_days_only() -> None:
    """One in 14 days is half an alarm a week; the exact Poisson interval of 1 is .0253 to 5.572 (Garwood 1936)."""
    spiked = [*QUIET]
    spiked[15] = 40
    false = alarm(series(spiked + CRISIS), zero())["volume"].false_alarms
    assert (false.count, false.rate) == (1, pytest.approx(0.5))
    assert (false.lower * 2, false.upper * 2) == pytest.approx((0.0253, 5.572), abs=5e-4)


def test_no_quiet_stretch_is_no_rate() -> None:
    found = alarm(series(), zero(day=3))
    assert found["volume"].false_alarms.bins == 0
    assert "no quiet stretch precedes clock zero" in found.text
    assert found.table["false_alarms_per_week"][0] is None


def test_an_alarm_that_never_fired_is_censored_at_the_end_of_the_series() -> None:
    found = alarm(series([*QUIET, 10, 9, 11]), zero())
    assert not found["volume"].latency.seen
    assert found["volume"].latency.lower == pytest.approx(2.5 * DAY - 1)
    assert "not fired by the end of the series" in found.text
    assert found.table["upper_seconds"][0] is None


@pytest.mark.parametrize(
    ("answered", "order"),
    [
        (Latency(HOURS, 2 * HOURS), "after the organisation had answered"),
        (Latency(20 * HOURS, 30 * HOURS), "before the organisation answered"),
        (Latency(HOURS, 30 * HOURS), "no telling whether before"),
        (None, ""),
    ],
)
def test_against_the_answer(answered: Latency | None, order: str) -> None:
    found = alarm(series(), zero(), answered)
    assert found.table["against_the_answer"][0].startswith(order)
    assert order in found.text


def test_the_negative_share_fires_only_while_volume_rises() -> None:
    negative = [2] * len(QUIET) + [60, 40, 20, 14, 10]
    found = alarm(series(negative=negative), zero())
    fired = found.bins.filter(pl.col("turning"))
    assert fired["value"].to_list()[0] == 90
    assert (fired["value"] > fired["mean"]).all()
    falling = alarm(series([*QUIET, 7, 7, 7], negative=[1] * len(QUIET) + [7, 7, 7]), zero())
    assert not falling["turning"].latency.seen
    assert alarm(series(), zero()).fired == alarm(series(negative=negative), zero()).fired[:1]


def test_hours_work_like_days() -> None:
    hours = [datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=place) for place in range(len(QUIET) + len(CRISIS))]
    instant = hours[len(QUIET)] + timedelta(minutes=30)
    found = alarm(series().with_columns(time=pl.Series(hours)), Span(instant, instant))
    assert found["volume"].latency == Latency(1800, 1800)
    assert found["volume"].false_alarms.weeks == pytest.approx(14 / 168)


def test_days_are_local() -> None:
    found = alarm(series(), zero(hour=12), zone="America/New_York")
    assert found["volume"].latency.lower == 17 * HOURS - 1


@settings(max_examples=20)
@given(weeks=st.integers(-500, 500))
def test_a_shift_in_time_changes_no_judgement(weeks: int) -> None:
    def shifted(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(pl.col("time") + timedelta(weeks=weeks))

    moved = Span(*(end + timedelta(weeks=weeks) for end in (zero().earliest, zero().latest)))
    assert alarm(shifted(series()), moved).fired == alarm(series(), zero()).fired


@given(names=st.permutations(["time", "value", "negative", "note"]))
def test_the_order_of_columns_does_not_matter(names: list[str]) -> None:
    frame = series(negative=[2] * 26).with_columns(note=pl.lit("x"))
    assert alarm(frame.select(names), zero()).table.equals(alarm(frame, zero()).table)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda frame: frame.clear(), "has 0.rows"),
        (lambda frame: frame[:1], "has 1.row"),
        (lambda frame: frame[19:], "leave nothing to judge"),
        (lambda frame: frame.drop("value"), "no column 'value'"),
        (lambda frame: frame.drop("time"), "no column 'time'"),
        (lambda frame: frame.with_columns(time=pl.lit(None, pl.Date)), "row 1 of the series has no time"),
        (lambda frame: frame.with_columns(pl.col("time").cast(pl.Datetime)), "instants with a time zone"),
        (lambda frame: frame.with_columns(time=pl.int_range(pl.len())), "give dates, or instants"),
        (lambda frame: frame.reverse(), "not regular"),
        (lambda frame: frame.remove(pl.col("value") == 90), "write 0 for an empty one"),
        (lambda frame: pl.concat([frame, frame]).sort("time"), "give each once"),
        (lambda frame: frame.with_columns(value=pl.lit(5)), "never moves is a cap or a constant"),
        (lambda frame: frame.with_columns(-pl.col("value")), "bin 1 of the values is -8"),
        (lambda frame: frame.with_columns(value=pl.col("value") / 7), "whole number"),
        (lambda frame: frame.with_columns(negative=pl.lit(100)), "more negative posts than posts"),
    ],
)
def test_series_that_bear_no_alarm(change: Callable, says: str) -> None:
    with pytest.raises(SeriesError, match=says):
        alarm(change(series()), zero())


@pytest.mark.parametrize("day", [-1, 40])
def test_clock_zero_outside_the_series(day: int) -> None:
    with pytest.raises(SeriesError, match="clock zero lies outside the series"):
        alarm(series(), zero(day))


# The coverage of a case


def covered(quiet: int = 8) -> Alarm:
    """So many texts in the weeks before clock zero, a rush of critical ones on its day, and an answer two days later."""
    before = [text(str((BASE - timedelta(days=3 + 6 * place)).date()), "0") for place in range(quiet)]
    rush = [text(str(BASE.date()), "-2") for _ in range(9)]
    return alarm_from_coverage(case([event("exposure"), event("apology", 2 * DAY)], before + rush))


def test_coverage_with_ordinary_days_serves_as_volume() -> None:
    found = covered()
    assert found["volume"].latency == Latency(12 * HOURS - 1, 12 * HOURS - 1)
    assert not found["turning"].latency.seen, "one day with a text in the week before cannot show how days differ"
    assert "it is not judged" in found.text
    assert found.answered == Latency(2 * DAY, 2 * DAY)
    assert found.table["against_the_answer"].to_list() == ["before the organisation answered", ""]
    assert found.bins["value"].sum() == 17
    assert found["volume"].false_alarms.count > 0  # a lone text after a silent week


def test_coverage_without_ordinary_days_is_refused_kindly() -> None:
    with pytest.raises(NothingToMeasure, match="include only four from the eight weeks before") as refusal:
        covered(quiet=4)
    assert "attach an archive of posts" in str(refusal.value)


def test_no_crisis_no_alarm() -> None:
    made = case([event("milestone")], record="none_found", exposed_by=None, crisis_type=None, cause=None)
    with pytest.raises(NothingToMeasure, match="no clock"):
        alarm_from_coverage(made)


@pytest.mark.slow
def test_every_case_has_an_alarm_or_a_reason() -> None:
    refused = 0
    for each in cases():
        try:
            assert alarm_from_coverage(each).text
        except NothingToMeasure as reason:
            refused += each.id in str(reason)
    assert refused == len(cases())  # none of them was sampled before its crisis


def test_results_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        alarm(series(), zero()).level = 0.5
