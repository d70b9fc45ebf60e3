"""Signals: levels kept apart by definition, and the change that a monthly series bears."""

from __future__ import annotations

import math

import pytest

from factories import BASE, case, event, signal

hypothesis = pytest.importorskip("hypothesis", reason="property tests need hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from aftermath.case_files.case import load_case  # noqa: E402
from aftermath.case_files.cases import cases  # noqa: E402
from aftermath.measures.signals import Signals, signals  # noqa: E402
from aftermath.statistics.result import NothingToMeasure  # noqa: E402

ZERO_MONTH = BASE.year * 12 + BASE.month - 1


def monthly(
    months: range, *, factor: float = 1.0, at_zero: float = 1.0, unit: float = 1.0, whole: bool = True, **columns: str
) -> list[dict]:
    """A season, a slow trend and, from the month after clock zero on, another level; one value a month, its own at clock zero."""
    rows = []
    for month in months:
        year, rest = divmod(month, 12)
        after = factor if month > ZERO_MONTH else at_zero if month == ZERO_MONTH else 1.0
        wiggle = 1 + 0.01 * math.sin(5 * month)
        value = (
            unit
            * 1000
            * after
            * wiggle
            * (1 + 0.1 * math.sin(2 * math.pi * month / 12))
            * 1.002 ** (month - ZERO_MONTH)
        )
        rows.append(signal(round(value) if whole else value, f"{year}-{rest + 1:02}-28", **columns))
    return rows


def found(rows: list[dict], **options: object) -> Signals:
    return signals(case([event("exposure")], signals=rows), **options)


TWO_YEARS = range(ZERO_MONTH - 14, ZERO_MONTH + 15)


# Levels


def test_what_differs_in_unit_or_scope_is_another_series() -> None:
    rows = [
        signal(1, "2020-01-02"),
        signal(2, "2020-01-03", scope="Europe"),
        signal(3, "2020-01-04", unit="posts (about)"),
        signal(4, "2020-01-05"),
    ]
    result = found(rows)
    assert [(each.unit, each.scope, each.n) for each in result.series] == [
        ("posts", "world", 2),
        ("posts", "Europe", 1),
        ("posts (about)", "world", 1),
    ]
    assert result.table["value"].to_list() == [1, 4, 2, 3]
    assert result.table["n_of_definition"].to_list() == [2, 2, 1, 1]
    assert set(result.table["source_id"]) == {"paper-2020"}


def test_values_are_in_order_of_their_moments() -> None:
    rows = [signal(3, "2020-01-02T20:00:00+00:00"), signal(2, "2020-01-02T09:00:00+00:00"), signal(1, "2020-01-01")]
    assert found(rows).table["value"].to_list() == [1, 2, 3]


def test_the_text_says_what_levels_are_not() -> None:
    result = found([signal(1), signal(2, "2020-01-03")]).text.replace("\u00a0", " ")
    assert "n = 2 values of 1 signal in 1 definition" in result
    assert "without intervals" in result
    assert "no change at clock zero is estimated" in result


def test_no_signals() -> None:
    with pytest.raises(NothingToMeasure, match="no signals are on record"):
        found([])


def test_no_crisis_shows_levels_only() -> None:
    nothing = {"record": "none_found", "exposed_by": None, "crisis_type": None, "cause": None}
    result = signals(case([event("milestone")], signals=monthly(TWO_YEARS), **nothing))
    assert result.table.height == len(TWO_YEARS)
    assert not result.changes
    assert result.zero is None


# A change


def test_a_change_of_level_is_found_from_the_month_of_clock_zero_on() -> None:
    (series,) = found(monthly(TWO_YEARS, factor=0.8, at_zero=0.8)).changes
    change = series.change["level change"]
    assert change["lower"] < 0.8 < change["upper"] < 1
    assert (series.change.n_before, series.change.n_after) == (14, 15)
    assert (series.without.n_before, series.without.n_after) == (14, 14)
    assert "n = 14 months before and 15 from that of clock zero on" in series.change_text
    assert "not a change because of" in series.change_text
    assert "turns the answer" not in series.change_text


def test_where_the_month_of_clock_zero_turns_the_answer_both_are_given() -> None:
    """A month as before, where clock zero came at its end, and a fall from the next on: counted as after, it hides the fall."""
    (series,) = found(monthly(TWO_YEARS, factor=0.94, at_zero=1.4)).changes
    with_it, without = (fit["level change"] for fit in (series.change, series.without))
    assert with_it["upper"] > 1 > without["upper"]
    said = series.change_text.split("The month of clock zero counts as after it, which turns the answer; left out, ")[1]
    assert said.startswith(f"the level changed by a factor of {without['estimate']:.3f} [{without['lower']:.3f}–")


def test_no_change_is_told_as_none() -> None:
    change = found(monthly(TWO_YEARS)).changes[0].change["level change"]
    assert change["lower"] < 1 < change["upper"]


def test_values_that_are_no_counts_change_by_an_amount() -> None:
    (series,) = found(monthly(TWO_YEARS, whole=False, factor=0.8)).changes
    assert series.change.family == "gaussian"
    assert series.change["level change"]["upper"] < 0


@pytest.mark.parametrize(
    "rows",
    [
        monthly(range(ZERO_MONTH - 11, ZERO_MONTH + 12)),  # 23 months
        [row for row in monthly(TWO_YEARS) if not row["time"].startswith("2020-06")],  # a gap
        [*monthly(TWO_YEARS), signal(1000, "2020-06-15")],  # twice a month
        monthly(range(ZERO_MONTH - 40, ZERO_MONTH - 5)),  # nothing after clock zero
        monthly(range(ZERO_MONTH + 2, ZERO_MONTH + 40)),  # nothing before
        monthly(range(ZERO_MONTH - 5, ZERO_MONTH + 30)),  # too little before for a trend
        [row | {"value": "1000"} for row in monthly(TWO_YEARS)],  # all equal
    ],
)
def test_series_that_bear_no_change_are_levels(rows: list[dict]) -> None:
    result = found(rows)
    assert not result.changes
    assert result.table.height == len(rows)


@pytest.mark.parametrize(("low", "high"), [(10, 20), (10.5, 20.5)])
def test_a_step_without_noise_bears_no_change_and_none_is_printed(low: float, high: float) -> None:
    rows = [row | {"value": str(high if place >= 14 else low)} for place, row in enumerate(monthly(TWO_YEARS))]
    result = found(rows)
    assert not result.changes
    assert "was published every month for 24 months or more bears no estimate of a change at clock zero" in result.text


def test_definitions_are_never_spliced_into_a_series() -> None:
    half = len(TWO_YEARS) // 2
    rows = monthly(TWO_YEARS[:half]) + monthly(TWO_YEARS[half:], scope="Europe")
    assert not found(rows).changes


@settings(max_examples=10)
@given(unit=st.integers(2, 500))
@pytest.mark.slow
def test_a_change_by_a_factor_does_not_depend_on_the_unit(unit: int) -> None:
    def ratio(rows: list[dict]) -> dict:
        return found(rows).changes[0].change["level change"]

    plain = monthly(TWO_YEARS, factor=0.8)
    scaled = [row | {"value": str(float(row["value"]) * unit)} for row in plain]
    for name in ("estimate", "lower", "upper"):
        assert ratio(scaled)[name] == pytest.approx(ratio(plain)[name], rel=1e-6)


@settings(max_examples=10)
@given(order=st.permutations(range(len(TWO_YEARS))))
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    rows = monthly(TWO_YEARS, factor=0.8)
    shuffled, plain = found([rows[place] for place in order]), found(rows)
    assert shuffled.table.equals(plain.table)
    assert shuffled.changes[0].change.table.equals(plain.changes[0].change.table)


def test_a_wider_level_is_a_wider_interval() -> None:
    def width(level: float) -> float:
        change = found(monthly(TWO_YEARS), level=level).changes[0].change["level change"]
        return change["upper"] - change["lower"]

    assert width(0.99) > width(0.95) > width(0.8)


# The cases


def test_the_monthly_sales_of_general_motors() -> None:
    """36 months from January 2013; the estimate is our own and kept here so that it does not move unnoticed."""
    result = signals(load_case("gm-ignition-recall"))
    (sales,) = result.changes
    assert (sales.signal, sales.n, sales.change.n_before, sales.change.n_after) == ("us_sales_units", 36, 13, 23)
    assert sales.without.n_after == 22
    for fit, estimate in ((sales.change, 1.097), (sales.without, 1.110)):
        change = fit["level change"]
        assert change["estimate"] == pytest.approx(estimate, abs=5e-4)
        assert change["lower"] < 1 < change["upper"]
    assert "turns the answer" not in sales.change_text


@pytest.mark.slow
def test_every_signal_of_every_case_is_shown() -> None:
    shown = 0
    for each in cases():
        if not each.signals.is_empty():
            result = signals(each)
            assert result.table.height == each.signals.height
            assert result.text
            shown += 1
    assert shown == len(cases())
