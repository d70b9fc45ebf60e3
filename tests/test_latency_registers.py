"""Registers of dates as latencies, cases as a table of them, and periods; the notebook that uses them."""

from __future__ import annotations

import math
import os
from pathlib import Path

import polars as pl
import pytest

import aftermath as am
from aftermath.measures.latencies import LatenciesError
from aftermath.problems import AftermathError
from aftermath.statistics.result import NothingToMeasure
from aftermath.times import DAY, YEAR
from aftermath.wording import NO_BREAK

DATES = ("from", "to", "answered")
BREACHES = Path(os.environ.get("AFTERMATH_ARCHIVES", "none"), "breach-disclosures", "disclosures.csv")
with_breaches = pytest.mark.skipif(not BREACHES.is_file(), reason="needs the archive of breaches")


def register(tmp_path, *rows: str):
    path = tmp_path / "register.csv"
    path.write_text("\n".join(["kind,from,to,answered", *rows, ""]), encoding="utf-8")
    return path


def test_a_latency_is_as_wide_as_the_event_and_a_day_wider_at_either_end(tmp_path):
    found = am.latencies_between(
        register(
            tmp_path,
            "hack,2020-01-01,2020-01-05,2020-01-20",  # by hand: 15 days after the end, 19 after the beginning
            "loss,2020-01-01,,2020-01-01",  # one day, and the answer on it
            "hack,2020-02,2020-02,2020-03-10",  # 29 days, of which the last is 10 days before
            "hack,2019,2020-01-15,2021",  # 2021 begins 352 days after the end, and ends 1,095 after the first day of 2019
            "loss,2020-05-01,2020-06-01,2020-05-20",  # while it went on
            "loss,2020-05-01,2020-06-01,",
        ),
        *DATES,
    )
    assert [(row[1] / DAY, row[2] / DAY) for row in found.rows.select("row", "earliest", "latest").iter_rows()] == [
        (14, 20),
        (0, 1),
        (9, 39),
        (351, 1096),
        (0, 20),
        (0, math.inf),
    ]
    assert found.across_zero == (6,)
    assert found.groups("kind") == ["hack", "loss", "hack", "hack", "loss", "loss"]


def test_swapped_ends_and_answers_from_before_are_named_and_set_aside(tmp_path):
    found = am.latencies_between(
        register(
            tmp_path,
            "hack,2020-01-05,2020-01-01,2020-02-01",
            "hack,2020-01-05,2020-01-06,2020-01-04",
            "loss,2020-01-05,2020-01-01,2019-01-01",
            "loss,2020-01-05,2020-01-06,2020-01-05",
        ),
        *DATES,
    )
    assert found.rows["row"].to_list() == [5]
    words = found.text.replace(NO_BREAK, " ")
    assert "Set aside, because the end came before the beginning: rows 2 and 4." in words
    assert "Set aside, because the answer came before zero: row 3." in words
    with pytest.raises(NothingToMeasure, match="holds no latency that could be used"):
        am.latencies_between(register(tmp_path, "hack,2020-01-05,2020-01-01,2020-02-01"), *DATES)


def test_what_is_no_date_is_refused_with_its_row_and_column(tmp_path):
    rows = ("hack,2020-02-30,2020-01-01,soon", "hack,,2020-01-02,2020-01-03", "hack,01/02/2020,,2020-13")
    with pytest.raises(LatenciesError) as refused:
        am.latencies_between(register(tmp_path, *rows), *DATES)
    assert [(one.row, one.column) for one in refused.value.problems] == [
        (2, "answered"),
        (2, "from"),
        (4, "answered"),
        (4, "from"),
    ]
    assert "'2020-02-30' is no date" in str(refused.value) and "write it as 2018-07-01, 2018-07 or 2018" in str(
        refused.value
    )
    with pytest.raises(LatenciesError, match=r"register\.csv:3:from +is empty"):
        am.latencies_between(register(tmp_path, "hack,2020,2020,2021", rows[1]), *DATES)
    with pytest.raises(LatenciesError, match="has no such column  name one that is there: kind, from, to and answered"):
        am.latencies_between(register(tmp_path, rows[1]), "from", "until", "answered")
    with pytest.raises(LatenciesError, match=r"nowhere\.csv"):
        am.latencies_between(tmp_path / "nowhere.csv", *DATES)


def test_a_column_that_is_called_row_is_kept_under_another_name(tmp_path):
    path = tmp_path / "numbered.csv"
    path.write_text("row,earliest,latest\n17,1,2\n18,2,3\n", encoding="utf-8")
    assert am.load_latencies(path).rows.select("row", "row_in_file").rows() == [(2, "17"), (3, "18")]


def test_latencies_of_centuries_are_asked_about():
    seconds = am.load_latencies(pl.DataFrame({"earliest": [1, 2], "latest": [86400, 90000]}), name="Delays")
    assert seconds.rows["latest"].max() > 100 * YEAR
    assert seconds.text.endswith("are they in days?")
    assert "are they in" not in am.load_latencies(pl.DataFrame({"earliest": [1], "latest": [9000]})).text


def test_cases_are_a_table_of_latencies_with_what_to_group_them_by():
    found = am.latencies_of(am.cases())
    own = {row["case"]: row for row in found.rows.iter_rows(named=True)}
    response = am.speed("kitchenaid-tweet")["response"].latency
    assert (own["kitchenaid-tweet"]["earliest"], own["kitchenaid-tweet"]["latest"]) == (response.lower, response.upper)
    assert own["kitchenaid-tweet"]["begun"] == "2012-10-03"
    with_zero = [case.id for case in am.cases() if case.zero and am.speed(case)["response"].latency.with_zero]
    assert with_zero and not set(with_zero) & set(own)
    assert all(f"the answer of {case} came with clock zero" in found.text for case in with_zero)
    curves = am.latency_curves(found, draws=20)
    assert len(curves.curves[0].case_ids) == len(own)
    with pytest.raises(ValueError, match="'silence' is no step"):
        am.latencies_of(am.cases(), "silence")
    with pytest.raises(NothingToMeasure, match="No case has a crisis on record"):
        am.latencies_of([am.load_case("weishi-data-fabrication")])


def test_periods_are_in_order_of_time_and_leave_out_what_may_be_on_either_side():
    begun = ["2017", "2018-06-30", "2018-07-01", "2018", "2023-12", "2023-12-18", None]
    table = am.load_latencies(pl.DataFrame({"begun": begun, "earliest": [1] * 7, "latest": [2] * 7}))
    found = am.by_period(table, "begun", ["2018-07-01", "2023-12-18"]).groups("period")
    early, middle, late = "2018-06-30 or earlier", "2018-07-01 to 2023-12-17", "2023-12-18 or later"
    assert found == [early, early, middle, "not coded", "not coded", late, "not coded"]
    assert sorted((late, middle, early)) == [early, middle, late]
    for days in ([], ["2020-01-01", "2019-01-01"], ["2020-01-01", "2020-01-01"]):
        with pytest.raises(ValueError, match="at least one first day of a period, in ascending order"):
            am.by_period(table, "begun", days)
    with pytest.raises(AftermathError, match="has no column 'ended'"):
        am.by_period(table, "ended", ["2020-01-01"])
    named = am.load_latencies(pl.DataFrame({"begun": ["hack"], "earliest": [1], "latest": [2]}))
    with pytest.raises(AftermathError, match="'hack' is no date"):
        am.by_period(named, "begun", ["2020-01-01"])


# The register of 784 breaches


@pytest.fixture(scope="module")
def breaches():
    return am.latencies_between(BREACHES, "breach_date", "end_breach_date", "reported_date", name="Breaches")


@with_breaches
def test_delays_are_those_that_the_register_prints(breaches):
    """The delay in the file is reported less begun; its greatest is ours less the day that both dates leave open."""
    printed = pl.read_csv(BREACHES)
    assert printed.height == 784
    own = breaches.rows.select(pl.col("row_in_file").cast(pl.Int64), latest=pl.col("latest") / DAY - 1)
    both = own.join(printed, left_on="row_in_file", right_on="row")
    assert both["latest"].to_list() == both["disclosure_delay_days"].to_list()
    delays = printed["disclosure_delay_days"].filter(printed["disclosure_delay_days"] >= 0)
    # PROVENANCE.md prints 126.5, 57, 14 and 150 "over the rows used there", which the file does not name; over all of 0 or more:
    assert (delays.len(), round(delays.mean(), 2)) == (781, 121.23)
    assert [delays.quantile(share, "linear") for share in (0.25, 0.5, 0.75)] == [9, 55, 145]


@with_breaches
def test_seven_breaches_are_set_aside_and_named(breaches):
    assert breaches.rows.height == 777
    assert "the answer came before zero: rows 41 and 61. " in breaches.text
    assert "the end came before the beginning: rows 469, 474, 481, 610 and 628." in breaches.text
    with pytest.raises(NothingToMeasure, match="a test needs two groups"):
        am.log_rank(breaches, "organization_type")


@with_breaches
@pytest.mark.parametrize(
    ("model", "log_likelihood", "ratios"),
    [
        ("odds", -2619.793219, [0.92468204, 0.89666597, 27.14202971, 1.40418293, 2.81283871]),
        ("hazard", -2535.030377, [1.2676936, 0.9321454, 3.7481946, 1.5121122, 1.5148999]),
    ],
)
def test_what_goes_with_a_sooner_report_is_as_in_survreg(model, log_likelihood, ratios):
    # R 4.2.2, survival 3.5.3: survreg(Surv(lo, hi, type = "interval2") ~ kind + early, dist = "loglogistic" and "weibull"), of breaches
    # whose end is known to the day; a lower end of 0 days or less is NA
    days = pl.read_csv(BREACHES).filter(pl.col("end_breach_date").str.len_chars() == 10)
    own = am.latencies_between(days, "breach_date", "end_breach_date", "reported_date")
    found = am.latency_model(am.by_period(own, "breach_date", ["2018-07-01"]), ["breach_type", "period"], model)
    assert found.n == 757
    # survreg has the likelihood of the latency where it is exact; here none is
    assert found.log_likelihood == pytest.approx(log_likelihood, abs=1e-3)
    early = [
        one.ratio if one.value.endswith("earlier") else 1 / one.ratio for one in found.ratios if one.column == "period"
    ]
    assert [*(one.ratio for one in found.ratios if one.column == "breach_type"), *early] == pytest.approx(
        ratios, rel=1e-3
    )
