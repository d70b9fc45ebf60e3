"""The market's reaction to a case: which days are studied, and what the prices must be like."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from aftermath.case_files.case import Case, load_case, read_case
from aftermath.case_files.tables import CaseTables
from aftermath.measures.market import market_reaction
from aftermath.statistics.result import NothingToMeasure
from factories import BASE, DAY, case, case_folder, event, workspace

HOUR = 3600
ZERO = BASE.date()  # a Wednesday; noon UTC is 7 in the morning in New York


def closes(before: int = 270, after: int = 60) -> pl.DataFrame:
    """Weekdays around clock zero with closes that wander."""
    span = pl.date_range(ZERO - timedelta(days=2 * before), ZERO + timedelta(days=2 * after), eager=True)
    days = span.filter(span.dt.weekday() <= 5)
    days = pl.concat([days.filter(days < ZERO)[-before:], days.filter(days >= ZERO)[: after + 1]])
    random = np.random.default_rng(4)
    market = random.normal(0, 0.01, len(days))
    share = 1.2 * market + random.normal(0, 0.01, len(days))
    walk = [100 * np.exp(np.cumsum(steps)) for steps in (share, market)]
    return pl.DataFrame({"date": days, "close": walk[0], "adjusted_close": walk[0], "market_close": walk[1]})


def with_prices(made: Case, prices: pl.DataFrame | None = None) -> Case:
    frame = closes() if prices is None else prices
    rows = frame.with_row_index("row", 2).with_columns(pl.col("row").cast(pl.UInt32), source_ids=pl.lit(["paper-2020"]))
    return dataclasses.replace(made, tables=CaseTables.cast(made.tables.to_dict() | {"prices": rows.lazy()}))


def trading_days(*events: dict) -> list[date]:
    reaction = market_reaction(with_prices(case([event("exposure"), *events])))
    return [reading.key.date for reading in reaction.readings]


# Which days


def test_clock_zero_before_the_close_counts_on_its_own_day() -> None:
    reaction = market_reaction(with_prices(case([event("exposure")])))
    (reading,) = reaction.readings
    assert (reading.key.date, reading.day, reading.key.labels) == (ZERO, 0, ("clock zero",))
    assert reading.key.sure


@pytest.mark.parametrize(
    ("seconds", "day"),
    [
        (9 * HOUR - 1, ZERO),  # a second before 16:00 in New York
        (9 * HOUR, ZERO + timedelta(days=1)),  # at the close: too late for it
        (3 * DAY, ZERO + timedelta(days=5)),  # a Saturday
    ],
)
def test_news_counts_on_the_first_close_that_it_could_move(seconds: int, day: date) -> None:
    assert trading_days(event("apology", seconds)) == sorted({ZERO, day})


def test_one_day_for_what_happened_on_it() -> None:
    (reading,) = market_reaction(with_prices(case([event("exposure"), event("apology;recall", HOUR)]))).readings
    assert reading.key.labels == ("clock zero", "first public response", "first apology", "first corrective action")
    assert reading.key.event_ids == ("e01", "e02")


def test_only_the_first_act_of_a_punishing_authority_within_sixty_days() -> None:
    acts = [
        event("investigation", days * DAY, actor=actor)
        for days, actor in ((7, "legislature"), (9, "regulator"), (20, "regulator"), (27, "prosecutor"), (70, "court"))
    ]
    assert trading_days(*acts) == [ZERO, ZERO + timedelta(days=9), ZERO + timedelta(days=27)]


def test_what_is_not_known_to_the_day_is_passed_over() -> None:
    assert trading_days(event("apology", 10 * DAY, 12 * DAY)) == [ZERO]


def test_a_day_soon_after_is_read_from_the_same_study() -> None:
    near = market_reaction(with_prices(case([event("exposure"), event("apology", 5 * DAY)])))
    far = market_reaction(with_prices(case([event("exposure"), event("apology", 9 * DAY)])))
    assert [len(each.studies) for each in (near, far)] == [1, 2]
    assert [(reading.day, reading.study.event_day) for reading in near.readings] == [(0, ZERO), (3, ZERO)]
    assert [reading.day for reading in far.readings] == [0, 0]


def test_a_day_that_may_have_been_the_next_says_so() -> None:
    start = -7 * HOUR  # midnight in New York is five hours ahead of UTC midnight
    reaction = market_reaction(with_prices(case([event("exposure", start, start + DAY - 1)])))
    assert not reaction.readings[0].key.sure
    assert "whether the news came before the close" in reaction.text
    row = reaction.table.row(0, named=True)
    assert row["with_next_day"] == pytest.approx(reaction.studies[0].cumulative(0, 1).value)


def test_days_beyond_the_prices_are_named() -> None:
    reaction = market_reaction(with_prices(case([event("exposure"), event("apology", 60 * DAY)])))
    assert [reading.key.date for reading in reaction.readings] == [ZERO]
    assert "Not covered by the prices: first public response (e02); first apology (e02)." in reaction.text


def test_a_name_for_the_share() -> None:
    assert market_reaction(with_prices(case([event("exposure")], parent="Parent Inc"))).company == "Parent Inc"


# The cases


@pytest.mark.parametrize(
    ("case_id", "days", "company"),
    [
        ("gm-ignition-recall", ["2014-02-13", "2014-02-25", "2014-02-26", "2014-03-11"], "General Motors"),
        ("united-3411", ["2017-04-10", "2017-04-11"], "United Continental Holdings"),
        ("kitchenaid-tweet", ["2012-10-04"], "Whirlpool Corporation"),
    ],
)
def test_key_days_of_our_cases(case_id: str, days: list[str], company: str) -> None:
    reaction = market_reaction(load_case(case_id))
    assert [str(reading.key.date) for reading in reaction.readings] == days
    assert reaction.company == company
    assert reaction.table.height == len(days)
    assert "one firm and one event" in reaction.text


@pytest.mark.parametrize(
    ("case_id", "day", "close"),
    [
        ("gm-ignition-recall", date(2014, 3, 11), 35.18),
        ("gm-ignition-recall", date(2014, 4, 24), 34.17),
        ("united-3411", date(2017, 4, 10), 71.52),
        ("united-3411", date(2017, 4, 21), 69.56),
        ("kitchenaid-tweet", date(2012, 10, 4), 85.00),
    ],
)
def test_closes_are_those_that_were_reported(case_id: str, day: date, close: float) -> None:
    assert load_case(case_id).prices.filter(pl.col("date") == day)["close"].item() == close


# What it refuses


def test_a_case_without_prices() -> None:
    with pytest.raises(NothingToMeasure, match="no share prices are on record"):
        market_reaction(case([event("exposure")]))


def test_a_case_without_a_crisis() -> None:
    made = case([event("milestone")], record="none_found", exposed_by=None, crisis_type=None, cause=None)
    with pytest.raises(NothingToMeasure, match="no clock"):
        market_reaction(with_prices(made))


@pytest.mark.parametrize("reach", [(100, 60), (270, 10)])
def test_prices_that_reach_too_short(reach: tuple[int, int]) -> None:
    with pytest.raises(NothingToMeasure, match=r"too few trading days around every key day \(clock zero \(e01\)\)"):
        market_reaction(with_prices(case([event("exposure")]), closes(*reach)))


# The table


HEADER = "date,close,adjusted_close,market_close,source_ids\n"


def problems(root: Path, *rows: str) -> list[str]:
    folder = case_folder(root)
    (folder / "prices.csv").write_text(HEADER + "".join(f"{row}\n" for row in rows))
    return [f"{problem.row}:{problem.column} {problem.what}" for problem in read_case(folder, workspace(root))[1]]


def test_prices_are_an_optional_file(tmp_path: Path) -> None:
    folder = case_folder(tmp_path)
    without = load_case("small-case", workspace(tmp_path))
    assert without.prices.is_empty()
    assert "prices.csv" not in without.files
    (folder / "prices.csv").write_text(HEADER + "2020-01-01,10,10,100,paper-2020\n")
    loaded = load_case("small-case", workspace(tmp_path))
    assert loaded.prices["close"].to_list() == [10.0]
    assert loaded.files[-1] == "prices.csv"
    assert loaded.checksum != without.checksum


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["2020-01-01,0,10,100,paper-2020"], ["2:close '0' is not above 0"]),
        (["2020-01-01,10,,100,paper-2020"], ["2:adjusted_close is empty"]),
        (["2020-01-01,10,10,100,other-2020"], ["2:source_ids 'other-2020' is not in sources.csv"]),
        (["soon,10,10,100,paper-2020"], ["2:date 'soon' is not a date"]),
        (
            ["2020-01-02,10,10,100,paper-2020", "2020-01-01,10,10,100,paper-2020"],
            ["3:date '2020-01-01' comes before the row above"],
        ),
        (
            ["2020-01-01,10,10,100,paper-2020", "2020-01-01,11,11,100,paper-2020"],
            ["2:date '2020-01-01' stands more than once", "3:date '2020-01-01' stands more than once"],
        ),
    ],
)
def test_prices_with_a_problem(tmp_path: Path, rows: list[str], expected: list[str]) -> None:
    assert problems(tmp_path, *rows) == expected
