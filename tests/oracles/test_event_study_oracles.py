"""Oracles 12 and 13: event studies of one share.

Origin of 12: the workbooks ``export.xlsx`` and ``my_file.xlsx`` that the package ``eventstudy`` (J.-B. Lemaire)
prints for its daily returns of AAPL and SPY; cells are copied here as they stand in the sheets. Its conventions:
market model on 300 days that end 30 days before the window, variance of the residuals over n, no forecast
error, cumulative returns from the first day of the window, p one-sided from t with n - 1 degrees of freedom. The
tolerance is the rounding of 64-bit sums: 1e-12.

Origin of 13: abnormal returns of our own cases, computed once and independently, printed to two digits of a
percent. They are reproduced to every printed digit by log returns of adjusted closes, 240 days of estimation on
days -250 to -11, residual variance over n - 2 and **no forecast error** in t. The two days of United are days 1
and 5 of the study of its clock zero, 10 April 2017. With forecast error, our default, t is smaller by less than 0.02.

The returns of 12 and the whole price archives of 13 are not part of the repository: set ``AFTERMATH_ARCHIVES`` to the
folder that holds them. The stretch that 13 needs is in the cases themselves.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from aftermath.case_files.case import load_case
from aftermath.statistics.event_study import EventStudy, daily_returns, event_study

ROUNDING = 1e-12

# day: AR, CAR, t of CAR, p of CAR, as the sheets have them
EXPORT = {
    -5: (0.05301769106828425, 0.05301769106828425, 2.387548082952926, 0.008791089714677014),
    -4: (-0.01088867037713601, 0.04212902069114824, 1.34152163945289, 0.0903845740395568),
    0: (0.07984640105844917, 0.1398996703828377, 2.572008399183502, 0.005296951015433038),
    1: (0.04041956369414265, 0.1803192340769804, 3.069194069964061, 0.001171606452634477),
    20: (0.01887174613608885, -0.001129345102335155, -0.009974044814669044, 0.4960243235385289),
}
MY_FILE = {
    -10: (-0.003935650435941625, -0.003935650435941625, -0.3118196591099094, 0.3776974515317684),
    0: (0.000899859998840269, 0.004072387906190416, 0.09728363091826903, 0.4612831664763337),
    2: (-0.01616381859091522, -0.02204370693072761, -0.4843953074283416, 0.3142299889832101),
    10: (0.0006937044841925427, -0.008380877714481261, -0.1448994815198182, 0.4424439297763026),
}
WORKBOOKS = {
    "export.xlsx": (date(2007, 1, 9), (-5, 20), 0.0004931026847936934, EXPORT),
    "my_file.xlsx": (date(2010, 10, 27), (-10, 10), 0.0001593037686820239, MY_FILE),
}

# case, share, day studied, day read, abnormal return in percent and t as printed
OWN_CASES = [
    ("gm-ignition-recall", "GM", date(2014, 3, 11), date(2014, 3, 11), "-4.59", "-3.9"),
    ("gm-ignition-recall", "GM", date(2014, 2, 13), date(2014, 2, 13), "-1.87", "-1.64"),
    ("united-3411", "UAL", date(2017, 4, 10), date(2017, 4, 11), "-0.82", "-0.43"),
    ("united-3411", "UAL", date(2017, 4, 10), date(2017, 4, 18), "-3.74", "-1.94"),
    ("kitchenaid-tweet", "WHR", date(2012, 10, 4), date(2012, 10, 4), "-1.02", "-0.46"),
]


@pytest.fixture(scope="module")
def archives() -> Path:
    folder = os.environ.get("AFTERMATH_ARCHIVES")
    if not folder:
        pytest.skip(
            "AFTERMATH_ARCHIVES does not name the folder of the price archives, which are not in the repository"
        )
    return Path(folder)


def index(archives: Path) -> pl.DataFrame:
    closes = pl.read_csv(archives / "sp500-daily-arch" / "sp500.csv.gz")
    return closes.select(pl.col("Date").str.to_date("%m/%d/%Y").alias("date"), pl.col("Close").alias("market_close"))


def archived(archives: Path, share: str) -> pl.DataFrame:
    closes = pl.read_csv(archives / "prices-daily-yahoo" / f"{share}.csv.gz", try_parse_dates=True)
    named = closes.select(
        pl.col("Date").alias("date"), pl.col("Close").alias("close"), pl.col("Adj Close").alias("adjusted_close")
    )
    return named.join(index(archives), on="date").sort("date")


def study_of(closes: pl.DataFrame, day: date, **options: object) -> EventStudy:
    share, market = (daily_returns(closes.select("date", value=name)) for name in ("adjusted_close", "market_close"))
    return event_study(share, market, day, **options)


def assert_printed(study: EventStudy, day: date, abnormal: str, t: str) -> None:
    assert f"{100 * study[day].value:.2f}" == abnormal
    digits = len(t.partition(".")[2])
    assert f"{study[day].t:.{digits}f}" == t


@pytest.mark.parametrize(("case_id", "share", "studied", "day", "abnormal", "t"), OWN_CASES)
def test_13_from_the_closes_of_the_case(
    case_id: str, share: str, studied: date, day: date, abnormal: str, t: str
) -> None:
    assert_printed(study_of(load_case(case_id).prices, studied, forecast_error=False), day, abnormal, t)


@pytest.mark.parametrize(("case_id", "share", "studied", "day", "abnormal", "t"), OWN_CASES)
def test_13_from_the_archives(
    archives: Path, case_id: str, share: str, studied: date, day: date, abnormal: str, t: str
) -> None:
    assert_printed(study_of(archived(archives, share), studied, forecast_error=False), day, abnormal, t)


@pytest.mark.parametrize(("case_id", "share", "studied", "day", "abnormal", "t"), OWN_CASES)
def test_13_forecast_error_moves_t_a_little_and_the_return_not_at_all(
    case_id: str, share: str, studied: date, day: date, abnormal: str, t: str
) -> None:
    prices = load_case(case_id).prices
    with_error, without = (study_of(prices, studied, forecast_error=counted)[day] for counted in (True, False))
    assert with_error.value == without.value
    assert 0 < abs(without.t) - abs(with_error.t) < 0.02


@pytest.mark.parametrize(("case_id", "share"), sorted({(row[0], row[1]) for row in OWN_CASES}))
def test_the_closes_of_a_case_are_those_of_the_archive(archives: Path, case_id: str, share: str) -> None:
    ours = load_case(case_id).prices
    theirs = archived(archives, share).filter(pl.col("date").is_between(ours["date"][0], ours["date"][-1]))
    assert ours["date"].to_list() == theirs["date"].to_list()
    for name, digits in (("close", 2), ("adjusted_close", 6), ("market_close", 2)):
        # cents and hundredths are how closes are quoted; the archive holds them as 32-bit numbers
        assert (ours[name] - theirs[name]).abs().max() <= 0.5 * 10**-digits + 1e-6


def apple_and_index(archives: Path) -> list[pl.DataFrame]:
    returns = pl.read_csv(archives / "famafrench-daily-eventstudy" / "returns_small.csv.gz", infer_schema=False)
    dated = returns.with_columns(pl.col("date").str.to_date())
    numbers = dated.with_columns(pl.col("AAPL", "SPY").str.strip_chars().cast(pl.Float64, strict=False)).drop_nulls(
        ["AAPL", "SPY"]
    )
    return [numbers.select("date", value=name) for name in ("AAPL", "SPY")]


@pytest.mark.parametrize("workbook", WORKBOOKS)
def test_12_cells_of_the_workbook(archives: Path, workbook: str) -> None:
    day, window, variance, cells = WORKBOOKS[workbook]
    conventions = {
        "estimation": 300,
        "gap": 30 - window[0],
        "forecast_error": False,
        "variance": "population",
        "sides": 1,
    }
    study = event_study(*apple_and_index(archives), day, window=window, **conventions)
    assert study.model.sigma**2 == pytest.approx(variance, abs=ROUNDING)
    assert study.table.height == window[1] - window[0] + 1
    rows = {row["day"]: row for row in study.table.iter_rows(named=True)}
    for number, expected in cells.items():
        ours = [rows[number][name] for name in ("abnormal", "cumulative", "cumulative_t", "cumulative_p")]
        assert ours == pytest.approx(expected, abs=ROUNDING)
