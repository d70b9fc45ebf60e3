"""Tables of latencies: what is read and refused, the log-rank test, and models of what goes with a sooner answer."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

import aftermath as am
from aftermath.measures.latencies import LatenciesError
from aftermath.problems import AftermathError
from aftermath.statistics.interval_regression import proportional_hazards, proportional_odds
from aftermath.statistics.log_rank import log_rank, log_rank_scores
from aftermath.statistics.result import NothingToMeasure
from aftermath.statistics.turnbull import turnbull
from aftermath.times import DAY
from aftermath.wording import NO_BREAK

INF = math.inf

# Breast retraction after two treatments: Finkelstein and Wolfe (1985), Biometrics 41, 933-945. (left, right] in months
RADIOTHERAPY = """45- 6-10 0-7 46- 46- 7-16 17- 7-14 37-44 0-8 4-11 15- 11-15 22- 46- 46- 25-37 46- 26-40 46- 27-34 36-44 46- 36-48 37- 40-
17-25 46- 11-18 38- 5-12 37- 0-5 18- 24- 36- 5-11 19-35 17-25 24- 32- 33- 19-26 37- 34- 36-"""
WITH_CHEMOTHERAPY = """8-12 0-22 24-31 17-27 17-23 24-30 16-24 13- 11-13 16-20 18-25 17-26 32- 23- 44-48 14-17 0-5 5-8 12-20 11- 33-40 31- 13-39 19-32
34- 13- 16-24 35- 15-22 11-17 22-32 10-35 30-34 13- 10-17 8-21 4-9 11- 14-19 4-8 34- 30-36 18-24 16-60 35-39 21- 11-20 48-"""


def ends(text: str) -> list[tuple[float, float]]:
    pairs = [pair.split("-") for pair in text.split()]
    return [(float(left), float(right or INF)) for left, right in pairs]


# --- the log-rank test --------------------------------------------------------------------------------------------


def test_the_test_of_breast_retraction_is_that_of_the_package_interval():
    # Fay and Shaw (2010), section 5.1: ictest, Sun's scores, permutation form: Z = 2.6684, p = 0.007622, scores ∓9.141846
    first, second = ends(RADIOTHERAPY), ends(WITH_CHEMOTHERAPY)
    left, right = np.array([*first, *second]).T
    found = log_rank(left, right, ["alone"] * len(first) + ["both"] * len(second), left_open=True, draws=4000)
    assert found.sizes == (46, 48)
    assert math.sqrt(found.statistic) == pytest.approx(2.6684, abs=5e-5)
    assert found.p_asymptotic == pytest.approx(0.007622, abs=5e-7)
    assert found.sums == pytest.approx((-9.141846, 9.141846), abs=5e-7)
    assert found.p == pytest.approx(found.p_asymptotic, abs=4 * math.sqrt(found.p_asymptotic / 4000))


def test_exact_and_unseen_latencies_have_the_scores_of_the_ordinary_test():
    # R 4.2.2, survival 3.5.3: survdiff(Surv(time, status) ~ x, aml): observed 7 and 11, expected 10.689335992 and 7.310664008
    maintained = "9 13 13+ 18 23 28+ 31 34 45+ 48 161+".split()
    others = "5 5 8 8 12 16+ 23 27 30 33 43 45".split()
    left = np.array([float(time.strip("+")) for time in (*maintained, *others)])
    right = np.where([time.endswith("+") for time in (*maintained, *others)], INF, left)
    scores = log_rank_scores(left, right, left_open=right == INF)  # still without an event at that time
    assert scores[:11].sum() == pytest.approx(7 - 10.689335992)
    assert scores[11:].sum() == pytest.approx(11 - 7.310664008)


def test_scores_add_up_to_nothing_whatever_the_intervals():
    generator = np.random.default_rng(4)
    for _ in range(20):
        left = generator.integers(0, 30, size=40).astype(float)
        right = np.where(generator.random(40) < 0.2, INF, left + generator.integers(0, 12, size=40))
        assert log_rank_scores(left, right).sum() == pytest.approx(0, abs=1e-6)


def test_the_test_is_kept_where_groups_are_alike_and_finds_a_difference():
    generator, rejected = np.random.default_rng(7), 0
    groups = ["a"] * 30 + ["b"] * 30
    for _ in range(200):
        left = np.floor(generator.exponential(10, size=60))
        rejected += log_rank(left, left + 2, groups, draws=199).p <= 0.05
    assert rejected <= 10 + 4 * math.sqrt(200 * 0.05 * 0.95)
    late = np.arange(60.0)  # every answer of one group before every answer of the other
    assert log_rank(late, late, groups, draws=999).p == 1 / 1000


def test_one_group_or_latencies_that_are_all_alike_are_refused():
    with pytest.raises(NothingToMeasure, match=r"3\s+latencies in 1\s+group: a test needs two groups"):
        log_rank([1, 2, 3], [1, 2, 3], ["a"] * 3)
    with pytest.raises(NothingToMeasure, match="that can be told apart"):
        log_rank([1] * 4, [2] * 4, list("aabb"))
    with pytest.raises(ValueError, match=r"3\s+latencies and 2 groups"):
        log_rank([1, 2, 3], [1, 2, 3], ["a", "b"])


def test_the_likelihood_of_breast_retraction_is_not_below_that_of_survfit():
    # R 4.2.2, survival 3.5.3: sum(log(S(left) - S(right))) with S of survfit(Surv(left, right, type = "interval2") ~ 1)
    for text, theirs in ((RADIOTHERAPY, -58.06108602), (WITH_CHEMOTHERAPY, -65.63696647)):
        left, right = np.array(ends(text)).T
        masses = turnbull(left, right, left_open=True)
        not_yet = [masses.survival(times)[0] for times in (left, np.where(np.isinf(right), 1e9, right))]
        not_yet[1][np.isinf(right)] = 0
        assert np.log(not_yet[0] - not_yet[1]).sum() == pytest.approx(theirs, abs=0.002)
        assert np.log(not_yet[0] - not_yet[1]).sum() >= theirs


# --- models -------------------------------------------------------------------------------------------------------

LEFT, RIGHT = [1, 2, 0, 5, 3, 8, 4, 10, 6, 2, 7, 12], [3, 2, 4, 9, INF, 11, 4, INF, 6, 8, 15, 12]
X = [0, 0, 0, 1, 1, 1, 0, 1, 0, 0, 1, 1]
Z = [0.5, 1, 2, 0.1, 3, 1, 2, 0.7, 1.5, 2.2, 0.3, 0.9]


@pytest.mark.parametrize(
    ("fit", "coefficients", "scale", "log_likelihood", "errors"),
    [
        (
            proportional_odds,
            (0.3788861482, 1.6127672851, 0.4936805390),
            0.1440198122,
            -10.95332812,
            (0.37365420, 0.27174704, 0.21253835, 0.33855406),
        ),
        (
            proportional_hazards,
            (0.7652373946, 1.3351914394, 0.4343375984),
            0.2864611013,
            -12.34064748,
            (0.43429988, 0.32658111, 0.27254958, 0.28649950),
        ),
    ],
)
def test_models_are_those_of_survreg(fit, coefficients, scale, log_likelihood, errors, monkeypatch):
    # R 4.2.2, survival 3.5.3: survreg(Surv(left, right, type = "interval2") ~ x + z, dist = "loglogistic" and "weibull")
    monkeypatch.setattr("aftermath.statistics.interval_regression.PER_PARAMETER", 3)
    fitted = fit(LEFT, RIGHT, np.column_stack([X, Z]))
    assert fitted.coefficients[:-1] == pytest.approx(coefficients, abs=1e-6)
    assert fitted.scale == pytest.approx(scale, abs=1e-6)
    assert fitted.log_likelihood == pytest.approx(log_likelihood, abs=1e-6)
    assert np.sqrt(np.diag(fitted.covariance)) == pytest.approx(errors, abs=1e-5)


def test_known_ratios_lie_in_their_intervals_as_often_as_they_should():
    generator, inside = np.random.default_rng(1), 0
    for _ in range(100):
        slow = generator.integers(0, 2, size=120).astype(float)
        latency = np.exp(2 + slow + 0.5 * generator.logistic(size=120))  # odds of exp(-1 / 0.5)
        (log,), (error,) = proportional_odds(np.floor(latency), np.floor(latency) + 1, slow[:, None]).log_ratios
        inside += abs(log + 2) <= 1.96 * error
    assert 88 <= inside <= 100


def test_covariates_may_have_any_size():
    plain = proportional_odds(np.arange(1.0, 41), np.arange(2.0, 42), np.tile([[0.0], [1], [2], [5]], (10, 1)))
    years = proportional_odds(np.arange(1.0, 41), np.arange(2.0, 42), 2020 + np.tile([[0.0], [1], [2], [5]], (10, 1)))
    for one, other in zip(plain.log_ratios, years.log_ratios, strict=True):
        assert one == pytest.approx(other, rel=1e-4)


def test_what_a_model_cannot_bear_is_refused():
    left, right = np.arange(1.0, 13), np.arange(2.0, 14)
    with pytest.raises(
        NothingToMeasure, match=r"12\s+latencies with an upper end are too few for 2\s+covariates: at least 15"
    ):
        proportional_odds(left, right, np.column_stack([X, Z]))
    with pytest.raises(NothingToMeasure, match="the same for all latencies, or follows from the others"):
        proportional_odds(left, right, np.ones((12, 1)))
    with pytest.raises(ValueError, match="a latency of exactly 0 has no logarithm"):
        proportional_odds([0.0, *left], [0.0, *right], np.arange(13.0)[:, None])
    with pytest.raises(ValueError, match="a right end that is not before it"):
        proportional_odds(right, left, np.arange(12.0)[:, None])


# --- tables -------------------------------------------------------------------------------------------------------


def table(tmp_path, text: str):
    path = tmp_path / "breaches.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_is_read_and_says_what_it_holds(tmp_path):
    found = am.load_latencies(
        table(tmp_path, "kind,earliest,latest\nhack,0,7\nloss,3,\nhack,-2,1\nhack,-9,-4\nloss,5,5\n,,2\n")
    )
    assert found.table.select("row", "earliest", "latest", "kind").rows() == [
        (2, 0.0, 7 * DAY, "hack"),
        (3, 3 * DAY, None, "loss"),
        (4, 0.0, DAY, "hack"),
        (6, 5 * DAY, 5 * DAY, "loss"),
        (7, 0.0, 2 * DAY, None),
    ]
    assert found.text.replace(NO_BREAK, " ") == (
        "breaches: 5 latencies, 1 known exactly, 1 without an answer that was seen and half of the intervals are at most 36 h wide. "
        "Set aside, because the answer came before zero: row 5. Counted from zero on, though the answer may have come before: row 4."
    )
    assert str(found.set_aside[0]).startswith("breaches.csv:5:latest")
    assert found.groups("kind")[-1] == "not coded"


@pytest.mark.bad_input("tables of latencies")
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("earliest,latest\n9,3\n", "breaches.csv:2:latest  3 is before the earliest, 9"),
        ("earliest,latest\n1,2\nsoon,3\n", "breaches.csv:3:earliest  'soon' is no number"),
        ("earliest,latest\n1,inf\n", "breaches.csv:2:latest  'inf' is no number"),
        ("earliest,latest\nnan,1\n", "breaches.csv:2:earliest  'nan' is no number"),
        ("earliest,end\n1,2\n", "breaches.csv:1:latest  has no such column"),
        ("earliest,latest\n1,2,3\n", "breaches.csv:2  has 3 fields where the header has 2"),
        ("earliest,latest,latest\n1,2,3\n", "breaches.csv:1  names a column twice"),
        ('earliest,latest\n"1,2\n', "breaches.csv  is not a well-formed CSV file"),
        ("earliest,latest\n1,\x00\n", "breaches.csv:2  holds the control character"),
        ("", "breaches.csv:1:earliest  has no such column"),
    ],
)
def test_what_is_no_table_of_latencies_is_refused_with_its_row(text, problem, tmp_path):
    with pytest.raises(LatenciesError) as refused:
        am.load_latencies(table(tmp_path, text))
    assert problem in str(refused.value)


def test_every_problem_is_named_at_once(tmp_path):
    with pytest.raises(LatenciesError) as refused:
        am.load_latencies(table(tmp_path, "earliest,latest\n9,3\nsoon,4\n8,1\n"))
    assert [(problem.row, problem.column) for problem in refused.value.problems] == [
        (2, "latest"),
        (3, "earliest"),
        (4, "latest"),
    ]


def test_a_table_without_a_latency_or_with_another_unit_is_refused(tmp_path):
    with pytest.raises(NothingToMeasure, match="holds no latency that could be used"):
        am.load_latencies(table(tmp_path, "earliest,latest\n-3,-2\n"))
    with pytest.raises(ValueError, match="'weeks' is no unit; use one of: seconds"):
        am.load_latencies(table(tmp_path, "earliest,latest\n1,2\n"), unit="weeks")


@pytest.fixture(scope="module")
def breaches():
    """Two kinds, of which one is disclosed in half of the time."""
    generator = np.random.default_rng(2)
    slow = generator.integers(0, 2, size=160)
    days = np.floor(np.exp(3 + 0.7 * slow + 0.6 * generator.logistic(size=160)))
    kinds = np.where(slow == 1, "hack", "loss").tolist()
    kinds[:2] = ["rare", "rare"]
    rows = {"earliest": days, "latest": days + 3, "kind": kinds, "year": generator.integers(2010, 2020, size=160)}
    return am.load_latencies(pl.DataFrame(rows), name="Breaches")


def test_curves_of_a_table_by_a_column(breaches):
    curves = am.latency_curves(breaches, by="kind", draws=30)
    assert [(curve.group, len(curve.case_ids)) for curve in curves.curves] == [
        (kind, breaches.groups("kind").count(kind)) for kind in ("hack", "loss")
    ]
    assert curves.text.startswith("Breaches: hack (n = ") and "latencies)" in curves.text and "cases" not in curves.text
    assert curves.left_out == ("row 2", "row 3")
    fast, slow = (curve.share_by(30 * DAY) for curve in reversed(curves.curves))
    assert float(fast.split()[0]) > float(slow.split()[0])
    (whole,) = am.latency_curves(breaches, draws=30).curves
    assert len(whole.case_ids) == 160
    assert am.figures.latency_curves(am.latency_curves(breaches, draws=30), curves).layout.height > 300
    with pytest.raises(AftermathError, match=r"Breaches has no column 'colour' to group by\. Columns: kind, year"):
        am.latency_curves(breaches, by="colour")


def test_a_test_of_a_table_names_groups_and_what_is_too_small(breaches):
    found = am.log_rank(breaches, "kind", draws=999)
    assert found.test.groups == ("hack", "loss") and found.test.p <= 0.01
    assert found.table["sooner_than_expected"].sum() == pytest.approx(0, abs=1e-9)
    assert "More answers than expected came early in loss, fewer in hack." in found.text
    assert "Too few for the test: rare (2)." in found.text


@pytest.mark.parametrize("model", ["odds", "hazard"])
def test_a_model_of_a_table_says_against_what(model, breaches):
    found = am.latency_model(breaches, ["kind", "year"], model)
    loss, year = found.ratios
    commonest = "hack" if found.ratios[0].value == "loss" else "loss"
    assert (loss.column, loss.against, year.value, year.against) == ("kind", commonest, "one more", "")
    assert found.n == 158 and found.left_out == 2
    sooner = loss.ratio if loss.value == "loss" else 1 / loss.ratio
    assert sooner > 1.5
    assert year.lower < year.ratio < year.upper
    assert found.table.height == 2
    assert "what goes together need not be a cause" in found.text
    with pytest.raises(ValueError, match="use one of odds, hazard"):
        am.latency_model(breaches, ["kind"], "probit")
