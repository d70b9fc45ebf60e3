"""Dense series: what is read from them, and that whatever cannot be used is refused in words that help."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

hypothesis = pytest.importorskip("hypothesis", reason="property tests need hypothesis")
from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from aftermath.problems import AftermathError  # noqa: E402
from aftermath.statistics.series import (  # noqa: E402  # noqa: E402
    FEW_BEFORE,
    SeriesError,
    check_level,
    check_strays,
    decimals,
    evenly_spaced,
    read_series,
    spell,
    units,
)
from dense import ESTIMATORS, START, WITH_EVENT, dense, drop, instants, noise  # noqa: E402

NAN, INF = float("nan"), float("inf")
N = 24
GOOD = noise(N).tolist()
EVENT = 12


def with_value(place: int, value: float | None) -> list[float | None]:
    """Good values but for one."""
    return [*GOOD[:place], value, *GOOD[place + 1 :]]


def with_time(place: int, value: float | None) -> pl.DataFrame:
    """A good series but for one time."""
    times = [float(number) for number in range(N)]
    return dense(GOOD, [*times[:place], value, *times[place + 1 :]])


# --- what cannot be used ------------------------------------------------------------------------------------------

BAD = {
    "no frame": ({"time": [1], "value": [2]}, r"the series is a dict: give a polars DataFrame"),
    "no time": (pl.DataFrame({"day": range(N), "value": GOOD}), r"no column 'time': give it the columns time and value"),
    "no value": (pl.DataFrame({"time": range(N), "score": GOOD}), r"no column 'value'"),
    "empty": (dense([]), r"has 0.rows: at least 3 are needed"),
    "one row": (dense([1.0]), r"has 1.row: at least 3 are needed"),
    "two rows": (dense([1.0, 2.0]), r"has 2.rows"),
    "all equal": (dense([2.5] * N), r"all 24 values are 2\.5: a series that never moves"),
    "equal but for rounding": (dense([0.1 + 0.2, 0.3] * (N // 2)), r"all 24 values are, but for rounding, 0\.3"),
    "not a number": (dense(with_value(4, NAN)), r"row 5 of the series has no finite value: remove the row"),
    "infinite": (dense(with_value(0, INF)), r"row 1 of the series has no finite value"),
    "missing value": (dense(with_value(N - 1, None)), r"row 24 of the series has no finite value"),
    "too large to square": (dense(with_value(3, 1e200)), r"'value' has numbers beyond 1e\+100: give it in a larger unit"),
    "values as text": (dense([str(value) for value in GOOD]), r"'value' is of type String: give numbers"),
    "values as truth": (dense([True, False] * (N // 2)), r"'value' is of type Boolean: give numbers"),
    "missing time": (with_time(2, None), r"row 3 of the series has no time"),
    "time not a number": (with_time(2, NAN), r"the time in row 3 is nan"),
    "infinite time": (with_time(N - 1, INF), r"the time in row 24 is inf"),
    "duplicate times": (with_time(6, 5.0), r"a time stands twice, in rows 6 and the next: combine them"),
    "unsorted": (with_time(6, 0.5), r"times are not in order after row 6: sort the series by time"),
    "times as text": (dense(GOOD, [str(place) for place in range(N)]), r"times are of type String: give numbers, dates"),
    "times of day": (dense(GOOD, [time(place) for place in range(N)]), r"times are of type Time: give numbers, dates"),
    "durations": (dense(GOOD, [timedelta(place) for place in range(N)]), r"times are of type Duration"),
    "negative n": (dense(GOOD, n=[3] * 7 + [-1] + [3] * (N - 8)), r"row 8 of the series has n = -1: it must be positive"),
    "no observations": (dense(GOOD, n=[0] + [3] * (N - 1)), r"row 1 .* n = 0: it must be positive; leave out empty bins"),
    "missing n": (dense(GOOD, n=[None] + [3] * (N - 1)), r"row 1 of the series has no finite n"),
    "no exposure": (dense(GOOD, exposure=[2.0] * (N - 1) + [0.0]), r"row 24 .* exposure = 0: it must be positive"),
}  # fmt: skip


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("fault", BAD)
def test_a_bad_series_is_refused_by_every_estimator(fault: str, estimator: str) -> None:
    series, words = BAD[fault]
    with pytest.raises(SeriesError, match=words) as refusal:
        ESTIMATORS[estimator](series, EVENT)
    assert isinstance(refusal.value, AftermathError)
    assert "statsmodels" not in str(refusal.traceback[-1].path)


BAD_EVENTS = {
    "before the series": (dense(GOOD), -1, r"the event at -1 leaves no observation before it: choose a time after"),
    "at its first time": (dense(GOOD), 0, r"leaves no observation before it"),
    "after the series": (dense(GOOD), N, r"the event at 24 leaves no observation after it"),
    "none": (dense(GOOD), None, r"times are numbers but the event is None: give it as a finite number"),
    "a date among numbers": (dense(GOOD), date(2020, 1, 9), r"times are numbers but the event is datetime\.date"),
    "truth": (dense(GOOD), True, r"times are numbers but the event is True"),
    "not a number": (dense(GOOD), NAN, r"times are numbers but the event is nan"),
    "infinite": (dense(GOOD), INF, r"times are numbers but the event is inf"),
    "a number among dates": (dense(GOOD, instants(N)), 12, r"times are Datetime.* but the event is 12: give a date"),
    "text among dates": (dense(GOOD, instants(N)), "2020-01-09", r"but the event is '2020-01-09': give a date"),
    "without a zone": (dense(GOOD, instants(N)), datetime(2020, 1, 9), r"have a time zone, but not both: give both one"),
    "with a zone": (
        dense(GOOD, [moment.replace(tzinfo=None) for moment in instants(N)]),
        datetime(2020, 1, 9, tzinfo=UTC),
        r"have a time zone, but not both",
    ),
    "a year early": (dense(GOOD, instants(N)), date(2019, 1, 9), r"the event at 2019-01-09 leaves no observation before"),
}  # fmt: skip
# without an event a local level has no intervention, which is no fault
REFUSALS = sorted({(fault, name) for fault in BAD_EVENTS for name in WITH_EVENT} - {("none", "local_level")})


@pytest.mark.parametrize(("fault", "estimator"), REFUSALS)
def test_a_bad_event_is_refused_by_every_estimator(fault: str, estimator: str) -> None:
    series, at, words = BAD_EVENTS[fault]
    with pytest.raises(SeriesError, match=words):
        ESTIMATORS[estimator](series, at)


@pytest.mark.parametrize("level", [0, 1, 1.5, -0.1, NAN, 95, "0.95"])
@pytest.mark.parametrize(
    "estimator", ["segmented_regression", "local_level", "exponential_recovery", "resilience_loss"]
)
def test_a_level_that_is_no_share_is_refused(estimator: str, level: float) -> None:
    with pytest.raises(SeriesError, match=r"must lie between 0 and 1, e\.g\. 0\.95"):
        ESTIMATORS[estimator](drop(), 20, level=level)
    assert check_level(0.9) is None


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_good_series_has_all_faces(estimator: str) -> None:
    result = ESTIMATORS[estimator](drop(), 20)
    assert result.table.height
    assert result.text.endswith(".")
    assert "nan" not in result.text
    assert "<p>" in result._repr_html_() and "dataframe" not in result._repr_html_()


# --- times --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt16, pl.Int64, pl.Float32, pl.Float64, pl.Decimal(10, 2)])
@pytest.mark.parametrize("at", [12, 12.0, np.int64(12), np.float32(12), Decimal(12), Fraction(12)])
def test_any_number_is_a_time(dtype: pl.DataType, at: object) -> None:
    read = read_series(dense(GOOD).with_columns(pl.col("time").cast(dtype)), at)
    assert (read.unit, read.at, read.before_count, read.after_count) == ("step", 12, 12, 12)
    assert read.time.tolist() == list(range(N))


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Shanghai"])
@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_instants_are_read_in_days_whatever_their_zone(zone: str, unit: str) -> None:
    series = dense(GOOD, instants(N)).with_columns(pl.col("time").dt.convert_time_zone(zone).dt.cast_time_unit(unit))
    for at in (START + timedelta(days=12), (START + timedelta(days=12)).astimezone(timezone(timedelta(hours=-4)))):
        read = read_series(series, at)
        assert (read.unit, read.at, read.before_count) == ("day", 12, 12)
        assert read.time.tolist() == list(range(N))


def test_a_date_among_instants_is_its_midnight_there() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    hours = instants(48, timedelta(hours=1), datetime(2020, 1, 1, tzinfo=zone))
    series = dense(noise(48), pl.Series(hours).dt.convert_time_zone("Asia/Shanghai"))
    assert read_series(series, date(2020, 1, 2)).before_count == 24


@pytest.mark.parametrize("at", [date(2020, 1, 13), datetime(2020, 1, 13), datetime(2020, 1, 12, 15)])
def test_dates_and_naive_instants_go_together(at: date) -> None:
    dates = [START.date() + timedelta(place) for place in range(N)]
    for times in (dates, [datetime(2020, 1, 1 + place) for place in range(N)]):
        read = read_series(dense(GOOD, times), at)
        assert (read.before_count, read.after_count, read.unit) == (12, 12, "day")


@pytest.mark.parametrize("columns", [{}, {"n": [Decimal(2)] * N, "exposure": [Decimal("2.5")] * N}])
def test_decimal_columns_are_numbers(columns: dict) -> None:
    series = dense([Decimal(f"{value:.4f}") for value in GOOD], **columns)
    read = read_series(series, EVENT)
    assert read.value == pytest.approx(GOOD, abs=1e-4)
    assert read.weights.tolist() == [2.0 if columns else 1.0] * N


def test_the_event_is_the_first_time_after_the_change() -> None:
    exact, between = read_series(dense(GOOD), EVENT), read_series(dense(GOOD), EVENT - 0.5)
    assert exact.after.tolist() == between.after.tolist() == [False] * 12 + [True] * 12


def test_fewer_than_eight_before_the_event_are_short() -> None:
    assert FEW_BEFORE == 8
    assert read_series(dense(GOOD), 7).short
    assert not read_series(dense(GOOD), 8).short


def test_without_an_event_everything_is_before() -> None:
    read = read_series(dense(GOOD), event=False)
    assert (read.before_count, read.after_count) == (N, 0)


@given(st.integers(0, 10**5), st.sampled_from([timedelta(minutes=1), timedelta(hours=1), timedelta(days=7)]))
def test_days_are_counted_from_the_first_time_wherever_that_is(hours: int, step: timedelta) -> None:
    start = START + timedelta(hours=hours)
    read = read_series(dense(GOOD, instants(N, step, start)), start + 12 * step)
    assert read.time == pytest.approx(np.arange(N) * (step / timedelta(days=1)), abs=1e-9)
    assert read.at == pytest.approx(12 * step / timedelta(days=1), abs=1e-9)
    assert read.before_count == 12


# --- even grids ---------------------------------------------------------------------------------------------------


def test_gaps_keep_their_places() -> None:
    step, places = evenly_spaced(np.array([0.0, 0.5, 1.5, 4.0]))
    assert (step, places.tolist()) == (0.5, [0, 1, 3, 8])


def test_months_and_years_are_even() -> None:
    months = pl.date_range(date(2012, 1, 1), date(2019, 12, 1), "1mo", eager=True)
    read = read_series(dense(noise(len(months)), months), date(2015, 2, 1))
    step, places = evenly_spaced(read.time)
    assert places.tolist() == list(range(96))
    assert step == pytest.approx(30.44, abs=0.02)


def test_days_on_which_clocks_are_changed_are_even() -> None:
    zone = ZoneInfo("America/New_York")
    days = [datetime(2021, 3, 1, tzinfo=zone) + timedelta(days=place) for place in range(300)]
    series = dense(noise(300), pl.Series(days).dt.convert_time_zone("America/New_York"))
    read = read_series(series, date(2021, 6, 1))
    assert set(np.round(np.diff(read.time) * 24)) == {23, 24, 25}
    assert evenly_spaced(read.time)[1].tolist() == list(range(300))


def test_uneven_times_are_no_grid() -> None:
    with pytest.raises(SeriesError, match="not multiples of one step: bring the series to days"):
        evenly_spaced(np.array([0.0, 1.0, 2.4, 3.1, 5.0]))
    with pytest.raises(SeriesError, match=r"most of the steps .* are missing: use a coarser step"):
        evenly_spaced(np.array([0.0, 1.0, 2.0, 1e12]))


# --- perfect fits ---


@pytest.mark.parametrize("size", [1e-30, 1e-3, 1.0, 1e30])
def test_only_rounding_counts_as_lying_on_the_course(size: float) -> None:
    value, weights = size * np.array(GOOD), np.linspace(1, 2, N)
    for place in (0.0, 100 * size):
        with pytest.raises(SeriesError, match=r"exactly on the fitted course, .*: give values as they were observed"):
            check_strays(place + value, place + value * (1 + 1e-8), weights)
        check_strays(place + value, place + value * (1 + 1e-5), weights)


# --- words --------------------------------------------------------------------------------------------------------


def test_units_have_a_plural_and_whole_amounts_no_decimals() -> None:
    assert [units("day", amount) for amount in (0, 1, 1.5, INF)] == ["days", "day", "days", "days"]
    assert [spell(amount, "step") for amount in (0, 1, 2.5, 0.125)] == ["0 steps", "1 step", "2.5 steps", "0.125 steps"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [((114.2,), 0), ((0.3,), 2), ((9.99,), 1), ((0.0004, 2.0), 5), ((0.0,), 2), ((NAN, INF), 2), ((1e-30,), 12)],
)
def test_two_figures_of_the_smallest_are_shown(values: tuple, expected: int) -> None:
    assert decimals(*values) == expected
