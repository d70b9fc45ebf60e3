"""The event study of one share: what it says, what it refuses, and what must not matter to it."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

hypothesis = pytest.importorskip("hypothesis", reason="property tests need hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from aftermath.statistics.event_study import EventStudy, daily_returns, event_study  # noqa: E402
from aftermath.statistics.series import SeriesError  # noqa: E402

DAYS = 120
EVENT = 80  # row of the event day
SMALL = {"estimation": 60, "gap": 10, "window": (-5, 20)}


def weekdays(count: int, start: date = date(2020, 1, 6)) -> list[date]:
    return [start + timedelta(days=7 * (place // 5) + place % 5) for place in range(count)]


def returns(shock: float = 0.0, seed: int = 1, days: int = DAYS) -> tuple[pl.DataFrame, pl.DataFrame, date]:
    """A share with intercept .0005 and slope 1.2 on its market, and a shock on the event day."""
    random = np.random.default_rng(seed)
    market = random.normal(0, 0.01, days)
    share = 0.0005 + 1.2 * market + random.normal(0, 0.015, days)
    share[EVENT] += shock
    dates = weekdays(days)
    return pl.DataFrame({"date": dates, "value": share}), pl.DataFrame({"date": dates, "value": market}), dates[EVENT]


def study(shock: float = 0.0, seed: int = 1, **options: object) -> EventStudy:
    return event_study(*returns(shock, seed), **(SMALL | options))


# What it says


def test_a_shock_of_the_day_is_found_on_the_day_and_stays_in_the_sum() -> None:
    plain, shocked = study(), study(-0.10)
    assert shocked[0].value - plain[0].value == pytest.approx(-0.10)
    assert shocked[1].value == pytest.approx(plain[1].value)
    assert shocked.cumulative(0, 20).value - plain.cumulative(0, 20).value == pytest.approx(-0.10)
    assert shocked[0].upper < 0 < plain[0].upper
    assert shocked.as_large() == 0
    assert shocked.rank() == 1


def test_least_squares_as_another_program_has_it() -> None:
    import statsmodels.api as sm

    share, market, day = returns()
    window = slice(EVENT - 70, EVENT - 10)
    x, y = (frame["value"].to_numpy()[window] for frame in (market, share))
    fit = sm.OLS(y, sm.add_constant(x)).fit()
    ours = event_study(share, market, day, **SMALL)
    assert (ours.model.intercept, ours.model.slope) == pytest.approx(tuple(fit.params))
    forecast = fit.get_prediction([[1, market["value"][EVENT]]]).summary_frame(alpha=0.05)
    expected = share["value"][EVENT] - forecast[["obs_ci_upper", "obs_ci_lower"]].to_numpy()[0]
    assert (ours[0].lower, ours[0].upper) == pytest.approx(tuple(expected))


def test_the_sum_counts_the_shared_error_of_the_model_once_for_all_days() -> None:
    """Campbell, Lo and MacKinlay, equation 4.4.11: sigma² (L + i'X (X'X)^-1 X'i) over the L days of the sum."""
    found = study()
    estimation, around = returns()[1]["value"].to_numpy()[EVENT - 70 : EVENT - 10], found.days["market"].to_numpy()
    before, sums = (np.column_stack([np.ones(len(x)), x]) for x in (estimation, around))
    total = sums.sum(axis=0)
    variance = found.model.sigma**2 * (len(around) + total @ np.linalg.inv(before.T @ before) @ total)
    whole = found.cumulative(-5, 20)
    assert whole.value / whole.t == pytest.approx(math.sqrt(variance))


def test_the_table_has_a_row_a_day_and_the_sum_begins_where_it_should() -> None:
    table = study(cumulate_from=0).table
    assert table["day"].to_list() == list(range(-5, 21))
    assert table["cumulative"].is_null().to_list() == [True] * 5 + [False] * 21
    from_zero = table.filter(pl.col("day") >= 0)
    assert from_zero["cumulative"].to_list() == pytest.approx(from_zero["abnormal"].cum_sum().to_list())
    assert ((table["lower"] < table["abnormal"]) & (table["abnormal"] < table["upper"])).all()
    assert (from_zero["cumulative_lower"] < from_zero["cumulative"]).all()


def test_a_day_is_named_by_its_number_or_its_date() -> None:
    found = study(-0.05)
    assert found[found.event_day] == found[0]
    assert found[found.days["date"][8]] == found[3]
    with pytest.raises(SeriesError, match="no trading day of the window"):
        found[date(2031, 1, 1)]
    with pytest.raises(SeriesError, match="do not lie in the window"):
        found.cumulative(0, 99)


def test_the_text_names_model_n_and_the_limits_of_one_event() -> None:
    text = study(-0.10).text.replace("\u00a0", " ")
    for part in (
        "n = 60 trading days",
        "95% interval",
        "with forecast error",
        "two-sided",
        "one firm and one event",
        "none of 60",
    ):
        assert part in text


def test_forecast_error_and_level_widen_the_interval() -> None:
    def width(**options: object) -> float:
        day = study(**options)[0]
        return day.upper - day.lower

    assert width(forecast_error=True) > width(forecast_error=False)
    assert width(level=0.99) > width(level=0.95) > width(level=0.9)
    assert width(variance="unbiased") > width(variance="population")


def test_p_has_as_many_sides_as_it_says() -> None:
    assert study(sides=2)[0].p == pytest.approx(2 * study(sides=1)[0].p)


@pytest.mark.slow
def test_the_interval_covers_as_often_as_it_says_where_nothing_happened() -> None:
    """Nominal 90 % and 1,000 draws: a share between 87 % and 93 % lies within three standard errors."""
    found = [study(seed=seed, level=0.9) for seed in range(1000)]
    for reading in (lambda each: each[0], lambda each: each.cumulative(-5, 20)):
        covered = np.mean([reading(each).lower <= 0 <= reading(each).upper for each in found])
        assert 0.87 <= covered <= 0.93


# What must not matter


@settings(max_examples=20)
@given(weeks=st.integers(-2000, 2000), seed=st.integers(0, 50))
def test_a_shift_in_time_changes_nothing_but_dates(weeks: int, seed: int) -> None:
    share, market, day = returns(seed=seed)
    shift = timedelta(weeks=weeks)
    moved = [frame.with_columns(pl.col("date") + shift) for frame in (share, market)]
    before, after = event_study(share, market, day, **SMALL), event_study(*moved, day + shift, **SMALL)
    assert after.table.drop("date").equals(before.table.drop("date"))
    assert (after.table["date"] - before.table["date"]).unique().to_list() == [shift]


@settings(max_examples=20)
@given(unit=st.floats(1e-3, 1e3), seed=st.integers(0, 50))
def test_t_and_p_do_not_depend_on_the_unit_of_returns(unit: float, seed: int) -> None:
    share, market, day = returns(seed=seed)
    scaled = [frame.with_columns(pl.col("value") * unit) for frame in (share, market)]
    before, after = event_study(share, market, day, **SMALL).table, event_study(*scaled, day, **SMALL).table
    for name in ("t", "p", "cumulative_t"):
        assert after[name].to_list() == pytest.approx(before[name].to_list(), rel=1e-6, abs=1e-9)
    assert after["abnormal"].to_list() == pytest.approx((before["abnormal"] * unit).to_list(), rel=1e-6, abs=1e-12)


@given(names=st.permutations(["date", "value", "note"]))
def test_the_order_of_columns_and_further_columns_do_not_matter(names: list[str]) -> None:
    share, market, day = returns()
    frames = [frame.with_columns(note=pl.lit("x")).select(names) for frame in (share, market)]
    assert event_study(*frames, day, **SMALL).table.equals(event_study(share, market, day, **SMALL).table)


def test_the_market_may_be_longer_than_the_share() -> None:
    share, market, day = returns()
    assert event_study(share[3:], market, day, **SMALL).table.equals(event_study(share, market, day, **SMALL).table)


@settings(max_examples=20)
@given(factor=st.floats(0.01, 100))
def test_returns_do_not_depend_on_the_currency(factor: float) -> None:
    closes = pl.DataFrame({"date": weekdays(4), "value": [100.0, 110.0, 99.0, 99.0]})
    plain, scaled = daily_returns(closes), daily_returns(closes.with_columns(pl.col("value") * factor))
    assert scaled["value"].to_list() == pytest.approx(plain["value"].to_list(), abs=1e-12)
    assert plain["value"].to_list() == pytest.approx([math.log(1.1), math.log(0.9), 0])


def test_kinds_of_return() -> None:
    closes = pl.DataFrame({"date": weekdays(3), "value": [100.0, 110.0, 99.0]})
    assert daily_returns(closes, "simple")["value"].to_list() == pytest.approx([0.10, -0.10])
    assert daily_returns(closes)["date"].to_list() == weekdays(3)[1:]


# What it refuses


def broken(change: Callable[[pl.DataFrame], pl.DataFrame], *, market: bool = False) -> EventStudy:
    share, index, day = returns()
    frames = (share, change(index)) if market else (change(share), index)
    return event_study(*frames, day, **SMALL)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda frame: frame.clear(), "have no rows"),
        (lambda frame: frame.drop("value"), "no column 'value'"),
        (lambda frame: frame.with_columns(pl.col("date").cast(pl.Datetime)), "cast them to polars' Date"),
        (lambda frame: frame.with_columns(pl.col("value").cast(pl.String)), "give numbers"),
        (lambda frame: frame.with_columns(value=pl.lit(math.nan)), "no finite value"),
        (lambda frame: frame.with_columns(value=pl.lit(math.inf)), "no finite value"),
        (lambda frame: frame.with_columns(value=pl.lit(None, pl.Float64)), "no finite value"),
        (lambda frame: frame.with_columns(date=pl.lit(None, pl.Date)), "has no date"),
        (lambda frame: frame.reverse(), "out of order"),
        (lambda frame: pl.concat([frame, frame]).sort("date"), "stands twice"),
        (lambda frame: frame.remove(pl.col("date") == weekdays(DAYS)[7]), "has no return on 2020-01-15"),
    ],
)
@pytest.mark.parametrize("market", [False, True])
def test_returns_that_bear_no_study(change: Callable, says: str, market: bool) -> None:
    with pytest.raises(SeriesError, match=says):
        broken(change, market=market)


def test_a_market_that_stands_still() -> None:
    with pytest.raises(SeriesError, match="market that moves"):
        broken(lambda frame: frame.with_columns(value=pl.lit(0.01)), market=True)


def test_a_share_without_noise_of_its_own() -> None:
    share, market, day = returns()
    with pytest.raises(SeriesError, match="no noise of their own"):
        event_study(market.with_columns(pl.col("value") * 1.5), market, day, **SMALL)
    with pytest.raises(SeriesError, match="no noise of their own"):
        event_study(share.with_columns(value=pl.lit(0.0)), market, day, **SMALL)


@pytest.mark.parametrize(
    ("day", "says"),
    [
        (date(2020, 4, 25), "no trading day: the next one is 2020-04-27"),
        (date(2019, 1, 1), "lies outside the returns"),
        (date(2031, 1, 1), "lies outside the returns"),
        (datetime(2020, 4, 27), "give a date"),
        ("2020-04-27", "give a date"),
        (weekdays(DAYS)[40], "only 40 trading days precede 2020-03-02 and 70 are needed"),
        (weekdays(DAYS)[110], "only 9 trading days follow 2020-06-08 and the window wants 20"),
    ],
)
def test_days_that_cannot_be_studied(day: object, says: str) -> None:
    share, market, _ = returns()
    with pytest.raises(SeriesError, match=says):
        event_study(share, market, day, **SMALL)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"estimation": 10}, "too few for a market model"),
        ({"window": (1, 5)}, "does not hold day 0"),
        ({"gap": 3}, "would reach into the event window"),
        ({"cumulate_from": 30}, "lies outside the window"),
        ({"variance": "robust"}, "use one of unbiased, population"),
        ({"sides": 3}, "must be 1 or 2"),
        ({"level": 95}, "between 0 and 1"),
    ],
)
def test_conventions_that_are_none(options: dict, says: str) -> None:
    with pytest.raises(SeriesError, match=says):
        study(**options)


@pytest.mark.parametrize(
    ("value", "says"), [(0.0, "must be positive"), (-1.0, "must be positive"), (None, "no finite value")]
)
def test_closes_that_are_none(value: float | None, says: str) -> None:
    with pytest.raises(SeriesError, match=says):
        daily_returns(pl.DataFrame({"date": weekdays(3), "value": [1.0, value, 2.0]}))


def test_an_unknown_kind_of_return() -> None:
    with pytest.raises(SeriesError, match="use one of log, simple"):
        daily_returns(pl.DataFrame({"date": weekdays(2), "value": [1.0, 2.0]}), "gross")
