"""What the lessons on sentiment, recovery, topics and comparison teach is what the library measures."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import aftermath as am
from aftermath.archives.cleaning import clean, mask
from aftermath.archives.scorers.english import Vader
from aftermath.comparison.scoreboard import Comparison
from aftermath.course.lesson import lessons
from aftermath.statistics.permutation import kendall
from aftermath.topic_modelling.topic_model import topic_count
from aftermath.topic_modelling.topic_result import Topics
from aftermath.topic_modelling.topics import LEAST_TEXTS
from aftermath.workspace import Workspace
from classroom import worked_through

ROOT = Path(__file__).resolve().parent.parent
LESSONS = {lesson.name: lesson for lesson in lessons(Workspace(ROOT))}


@pytest.fixture(scope="module")
def given() -> dict[str, dict[str, Any]]:
    """The names that each lesson leaves behind, worked through once."""
    return {name: worked_through(LESSONS[name].notebook) for name in LESSONS if re.match("0[5-8]", name)}


def prose(name: str) -> str:
    return "\n".join(each.source for each in LESSONS[name].notebook.cells if each.cell_type == "markdown")


# Sentiment


def test_sentiment_teaches_what_the_scorer_gives(given):
    taught, scorer = given["05_sentiment"], Vader()
    plain = ("My bag is lost.", "The flight was late.")
    assert [taught["score_lost"], taught["score_late"]] == pytest.approx(scorer.score(plain), abs=5e-5)
    scores = pl.Series(scorer.score(taught["about_flights"]))
    assert taught["negatives"] == (scores <= scorer.negative).sum()
    assert taught["neutrals"] == scores.is_between(scorer.negative, scorer.positive, closed="none").sum()
    assert taught["negative_share"] == (scores <= scorer.negative).mean()
    assert scorer.score([taught["fooled"]])[0] >= scorer.positive


def test_sentiment_teaches_what_masking_does(given):
    taught, scorer = given["05_sentiment"], Vader()
    aliases = am.load_case("united-3411").about.aliases
    posted = taught["about_united"]
    before = pl.Series(scorer.score(posted))
    after = pl.Series(scorer.score([mask(clean(sentence), ["United", *aliases]) for sentence in posted]))
    assert taught["negative_as_posted"] == (before <= scorer.negative).sum()
    assert taught["negative_masked"] == (after <= scorer.negative).sum()
    assert taught["praise_left"] == (after >= scorer.positive).sum()
    lost = dict(zip(("United", "Delta"), scorer.score(["United lost my bag.", "Delta lost my bag."]), strict=True))
    assert taught["looks_kinder"] == max(lost, key=lambda name: lost[name])


def test_sentiment_teaches_how_often_people_agree_and_what_the_series_holds(given):
    taught = given["05_sentiment"]
    judged = taught["judged"].rows_by_key("treatment", named=True, unique=True)
    negative = {
        name: [row[f"negative_called_{label}"] for label in ("negative", "neutral", "positive")]
        for name, row in judged.items()
    }
    best = negative["cleaned and masked"]
    assert taught["found_as_posted"] == negative["as posted"][0] / sum(negative["as posted"])
    assert (taught["found_masked"], taught["called_positive"]) == (best[0] / sum(best), best[2] / sum(best))
    days = am.archive_sentiment(am.load_case("united-3411")).days
    by_day = {row["time"].day: row for row in days.iter_rows(named=True)}
    assert taught["before_n"] == by_day[7]["n"] + by_day[8]["n"]
    assert taught["peak_day"] == max(by_day, key=lambda day: by_day[day]["share_negative"])
    assert taught["apart_9_10"] == (by_day[9]["share_negative_upper"] < by_day[10]["share_negative_lower"])
    peak = by_day[taught["peak_day"]]
    assert taught["apart_10_peak"] == (by_day[10]["share_negative_upper"] < peak["share_negative_lower"])
    assert taught["lowest_after"] == pytest.approx(
        min(by_day[day]["share_negative"] for day in range(10, 20)), abs=0.005
    )
    for day, said in ((10, "54 % [50 to 57]"), (9, "23 % [15 to 34]"), (19, "[37 to 46]")):
        row = [100 * by_day[day][f"share_negative{end}"] for end in ("", "_lower", "_upper")]
        assert said in "{:.0f} % [{:.0f} to {:.0f}]".format(*row)
        assert said in prose("05_sentiment")


# Recovery


def test_recovery_teaches_phases_and_courses_as_they_are_measured(given):
    taught, united, gm = given["06_recovery"], am.load_case("united-3411"), am.load_case("gm-ignition-recall")
    tables = {case.id: am.tone(case).table for case in (united, gm)}
    rows = {name: table.rows_by_key("phase", named=True, unique=True) for name, table in tables.items()}
    early, late = rows[united.id]["first week"], rows[united.id]["days 8 to 30"]
    assert taught["united_rise"] == pytest.approx(late["mean"] - early["mean"], abs=0.005)
    assert taught["gm_first_week"] == rows[gm.id]["first week"]["n"]
    assert taught["without_interval"] == sum(table["mean_lower"].null_count() for table in tables.values())
    assert taught["apart"] == (late["mean_lower"] > rows[gm.id]["days 8 to 30"]["mean_upper"])
    course, other = am.recovery(united), am.recovery(gm)
    ends = (course.half_life.lower, course.half_life.upper)
    assert (taught["half_from"], taught["half_to"]) == pytest.approx(ends, rel=0.02)
    assert math.isinf(course.time_to_neutral.upper)
    assert "did not begin clearly below neutral" in other.half_life.why
    assert other.course["lower"][0] < 0 < other.course["upper"][0]
    before = sum(
        am.tone(case).phases[0].n for case in (united, gm) if am.tone(case).phases[0].label.startswith("before")
    )
    assert taught["texts_before"] == before
    buzz = am.signals(united).table.filter(pl.col("signal") == "brand_buzz").sort("day")["value"].to_list()
    assert [taught["points_lost"]] == [first - last for first, last in [buzz]]


def test_recovery_teaches_sales_and_shares_as_they_are_recorded(given):
    taught, united, gm = given["06_recovery"], am.load_case("united-3411"), am.load_case("gm-ignition-recall")
    sales = am.signals(gm).table.filter(pl.col("signal") == "us_sales_units")
    sold = {(row["day"].year, row["day"].month): row["value"] for row in sales.iter_rows(named=True)}
    changes = {"since_february": ((2014, 3), (2014, 2)), "the_year_before": ((2013, 3), (2013, 2))}
    changes["since_last_march"] = ((2014, 3), (2013, 3))
    for name, (new, old) in changes.items():
        assert taught[name] == pytest.approx((sold[new] / sold[old] - 1) * 100)
    (change,) = (
        series.change for series in am.signals(gm).series if series.signal == "us_sales_units" and series.change
    )
    assert "0.916" in am.signals(gm).text
    assert change is not None
    readings = pl.concat([am.market_reaction(case).table for case in (gm, united)])
    assert taught["outside_zero"] == ((readings["lower"] > 0) | (readings["upper"] < 0)).sum()
    day = readings.row(by_predicate=pl.col("date") == date(2014, 3, 11), named=True)
    assert taught["days_as_large"] == day["days_as_large"]
    assert taught["beyond"] == pytest.approx(100 * day["abnormal"], abs=0.25)  # no logarithms, and no constant
    market = am.market_reaction(united).table
    assert taught["united_sure"] == bool(((market["lower"] > 0) | (market["upper"] < 0)).any())
    assert "slope 1.43" in am.market_reaction(gm).text


def test_recovery_teaches_the_difference_of_two_courses(given):
    taught = given["06_recovery"]
    one, other = (am.recovery(am.load_case(name)) for name in ("united-3411", "gm-ignition-recall"))
    error = math.hypot(one.slope_error, other.slope_error)
    ends = [one.slope - other.slope + sign * 2 * error for sign in (0, -1, 1)]
    named = [taught[name] for name in ("difference", "difference_from", "difference_to")]
    assert named == pytest.approx(ends, abs=0.02)
    assert ends[1] > 0


# Topics


@pytest.fixture(scope="module")
def found(given) -> Topics:
    return am.topics(given["07_topics"]["cases"])


def test_topics_teaches_shares_and_what_they_lean_on(given, found):
    taught, first = given["07_topics"], found.topics[0].share
    assert (taught["largest_from"], taught["largest_to"]) == tuple(round(100 * end) for end in first.ends)
    assert taught["without_topic"] == found.assignments["topic"].null_count()
    claims = dict(found.topics[4].cases)
    assert taught["gm_of_claims"] == claims["gm-ignition-recall"] / found.topics[4].n
    assert taught["gm_of_all"] == (found.assignments["case_id"] == "gm-ignition-recall").mean()
    assert taught["leans_most"] == max(found.topics, key=lambda topic: topic.largest_case[1]).number
    terms = [set(topic.terms) for topic in found.topics]
    for listed, intruder, at in (("a", "quarter", 2), ("b", "mother", 3), ("c", "staff", 4)):
        (words,) = re.findall(rf"- list {listed}: \*(.*)\*", prose("07_topics"))
        assert set(words.split(", ")) - terms[at] == {intruder}


def test_topics_teaches_what_is_in_a_topic_and_how_firm_it_is(given, found):
    taught, apps = given["07_topics"], given["07_topics"]["apps"]
    second = found.assignments.filter(pl.col("topic") == 2)
    others = second.filter(~pl.col("case_id").is_in(apps))
    assert taught["elsewhere"] == others.height
    assert taught["elsewhere_share"] == others.height / second.height
    assert len(apps) == 8
    again = am.topics(taught["cases"], seed=2).assignments
    both = found.assignments.join(again, on=["case_id", "doc_id"], suffix="_other")
    assert taught["moved"] == (both["topic"] != both["topic_other"]).sum()
    assert taught["topics_left"] == len(taught["smaller"].topics) == topic_count(taught["smaller"].n)
    assert not any("claims" in topic.terms for topic in taught["smaller"].topics)
    assert "| abstracts | PCA 5 + KMeans | 5 | −0.18 | 0.95 | 0 % | 0.99 (0.96 at least) | 0.79 |" in (
        ROOT / "docs" / "topics.md"
    ).read_text(encoding="utf-8")


def test_topics_teaches_how_shares_moved_and_who_spoke(given, found):
    taught, late = given["07_topics"], found.assignments.filter(pl.col("phase") == "after day 30")
    rows = found.phases.rows_by_key(["phase", "topic"], named=True, unique=True)
    assert taught["sales_apart"] == (rows["first week", 4]["upper"] < rows["after day 30", 4]["lower"])
    assert taught["apology_apart"] == (rows["after day 30", 3]["upper"] < rows["first week", 3]["lower"])
    gm = pl.col("case_id") == "gm-ignition-recall"
    assert taught["gm_late"] == late.filter(gm).height / late.height
    for name, phase in (("without_gm_early", "first week"), ("without_gm_late", "after day 30")):
        others = found.assignments.filter(~gm, pl.col("phase") == phase)
        assert taught[name] == (others["topic"] == 4).mean()
    single = am.topics(am.load_case("kitchenaid-tweet"))
    assert taught["texts_needed"] == LEAST_TEXTS
    assert taught["still_missing"] == LEAST_TEXTS - single.n
    assert not single.topics


# Compare and defend


@pytest.fixture(scope="module")
def comparison(given) -> Comparison:
    return am.compare([am.load_case(name) for name in given["08_compare_and_defend"]["documented"]])


def test_comparing_teaches_orders_and_exact_tests(given, comparison):
    taught = given["08_compare_and_defend"]
    answered = {name: comparison[name].speed["response"].latency for name in taught["rogue_posts"]}
    pairs = list(itertools.combinations(answered, 2))
    certain = [
        (one, other)
        for one, other in [*pairs, *(pair[::-1] for pair in pairs)]
        if answered[one].certainly_before(answered[other])
    ]
    assert taught["certain_pairs"] == len(certain)
    firsts, lasts = Counter(first for first, _ in certain), Counter(last for _, last in certain)
    assert taught["kitchenaid_first"] == (firsts["kitchenaid-tweet"] == len(answered) - 1)
    assert len(answered) - 1 not in lasts.values()
    assert taught["slowest"] == "not known"
    assert taught["pairs_of_sixteen"] == len(comparison.documented) * (len(comparison.documented) - 1) // 2
    assert taught["tau"] == pytest.approx(kendall(taught["transparency"], taught["empathy"]).statistic)
    assert taught["smallest_four"] == pytest.approx(kendall(range(4), range(4)).smallest_p)
    assert taught["smallest_five"] == pytest.approx(kendall(range(5), range(5)).smallest_p)
    assert taught["orders_five"] == kendall(range(5), range(5)).arrangements
    needed = next(n for n in range(3, 9) if kendall(range(n), range(n)).smallest_p < 0.05)
    assert taught["cases_needed"] == needed


def test_comparing_teaches_associations_as_they_are_measured(given, comparison):
    taught, pairs = given["08_compare_and_defend"], comparison.associations.whole.pairs
    slope, _, test = pairs[0].estimates
    assert (taught["slope_from"], taught["slope_to"]) == pytest.approx((slope.lower, slope.upper), abs=0.005)
    assert taught["direction_known"] == (pairs[0].least > 0 or pairs[0].greatest < 0)
    assert len(pairs) == 9
    assert taught["p_below"] == sum(pair.estimates[2].p < 0.05 for pair in pairs)
    apart = [pair.name for pair in pairs if pair.estimates[0].lower > 0 or pair.estimates[0].upper < 0]
    assert apart == ["transparency and empathy"]
    assert taught["zero_left_out"] == len(apart)
    left_out = pairs[0].without
    assert [taught["lowest"], taught["highest"]] == pytest.approx(
        [min(left_out.values()), max(left_out.values())], abs=0.005
    )
    assert taught["hangs_on"] == min(left_out, key=lambda name: abs(left_out[name]))
    assert test.p > 0.05


def test_comparing_teaches_the_multiverse(given, comparison):
    taught, ways = given["08_compare_and_defend"], comparison.multiverse.table
    assert ways.height == 14280
    assert (taught["tau_from"], taught["tau_to"]) == pytest.approx(
        (ways["tau_b"].min(), ways["tau_b"].max()), abs=0.005
    )
    assert taught["cases_at_most"] == ways["n"].max()
    plain = ways.filter(pl.col("outcome") == "transparency")
    assert taught["transparency_below"] == pytest.approx((plain["tau_b"] < 0).mean(), abs=0.005)
    most = ways.filter(pl.col("tau_b") == ways["tau_b"].max())
    assert set(most["latency"]) == {"named_apology"}
    assert set(most["n"]) == {8}
