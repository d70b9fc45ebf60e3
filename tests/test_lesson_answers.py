"""What lessons teach is what the record says and the library measures."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import aftermath as am
from aftermath.case_files.case import Case
from aftermath.course.lesson import lessons
from aftermath.statistics.agreement import CUSTOMARY_FLOOR
from aftermath.times import difference
from aftermath.workspace import Workspace
from classroom import worked_through

ROOT = Path(__file__).resolve().parent.parent
LESSONS = {lesson.name: lesson for lesson in lessons(Workspace(ROOT))}


def answers(name: str) -> dict[str, Any]:
    return worked_through(LESSONS[name].notebook)


def event(case: Case, event_id: str) -> dict[str, Any]:
    return case.events.row(by_predicate=pl.col("event_id") == event_id, named=True)


def certainly(case: Case, first: str, second: str) -> str:
    return "certainly" if case.span(first).latest <= case.span(second).earliest else "open"


def test_reading_teaches_what_the_record_says():
    given, case = answers("01_reading"), am.load_case("united-3411")
    assert given["clock_zero"] == case.about.clock_zero
    assert "trigger" in event(case, given["trigger"])["acts"]
    assert given["made_public_by"] == event(case, case.about.clock_zero)["actor"]
    named = {
        "red_cross": "red-cross-tweet",
        "general_motors": "gm-ignition-recall",
        "kuaishou": "kuaishou-underage-mothers",
    }
    assert {name: given[name] for name in named} == {name: am.load_case(named[name]).about.exposed_by for name in named}
    assert given["e03_minutes"] == case.span("e03").seconds // 60
    assert given["exact"] == {each for each in ("e02", "e03", "e06", "e07", "e11") if case.span(each).seconds == 0}
    pairs = {
        "email_then_reply": ("e03", "e08"),
        "reddit_then_munoz": ("e06", "e11"),
        "letter_then_horrific": ("e12", "e15"),
        "guerin_then_horrific": ("e13", "e15"),
    }
    assert {name: given[name] for name in pairs} == {name: certainly(case, *pair) for name, pair in pairs.items()}
    assert given["station"] == event(case, "e04")["certainty"]
    assert given["film"] == event(am.load_case("pepsi-jenner-ad"), "e01")["certainty"]
    assert given["leave"] == event(case, "e07")["certainty"]


def test_reading_teaches_the_sources_and_the_row_of_the_record():
    given, case = answers("01_reading"), am.load_case("united-3411")
    behind = case.sources.filter(pl.col("source_id").is_in(list(event(case, "e11")["source_ids"])))
    assert given["sources_e11"] == len(behind)
    assert [given["own_words"]] == behind.filter(pl.col("kind") == "company")["source_id"].to_list()
    assert given["read_whole"] == len(behind.filter(pl.col("read") == "full"))
    span, row = case.span("e21"), event(case, "e21")
    assert (datetime.fromisoformat(given["earliest"]), datetime.fromisoformat(given["latest"])) == (
        span.earliest,
        span.latest,
    )
    assert [given["act"]] == list(row["acts"])
    assert given["how_known"] == row["certainty"]
    assert (
        certainly(case, "e03", "e11") == certainly(case, "e08", "e11") == "certainly"
    )  # so nobody was silent until e11
    assert certainly(case, "e07", "e11") == certainly(case, "e11", "e07") == "open"


def test_how_open_teaches_what_the_coders_gave():
    given, measured = answers("03_how_open"), am.transparency(am.load_case("red-cross-tweet"))
    agreement = measured.agreement
    assert (given["both_numbers"], given["same_number"]) == (agreement.units, agreement.same)
    mixed = [item.item for item in measured.items if item.differs and len(item.numbers) == 1]
    assert [given["words_and_numbers"]] == mixed
    read = (agreement.alpha, agreement.lower, agreement.upper)
    assert tuple(given[name] for name in ("alpha", "alpha_from", "alpha_to")) == pytest.approx(read, abs=0.005)
    assert agreement.lower < CUSTOMARY_FLOOR < agreement.upper
    assert given["reaches_the_floor"] == "open"
    index = measured.empathy
    taught = tuple(given[name] for name in ("empathy_lower", "empathy", "empathy_upper"))
    assert taught == pytest.approx((index.lower, index.value, index.upper))
    forced = {item.item: set(item.given) for item in measured.items if item.item in ("T6", "T9")}
    assert forced == {name: {str(given["scores"][name])} for name in forced}


def test_how_open_teaches_lopsided_items():
    given, measured = answers("03_how_open"), am.transparency(am.load_case("dominos-video"))
    both = [item for item in measured.items if len(item.numbers) == 2]
    assert len(both) == measured.agreement.units == 14
    assert given["same_dominos"] == measured.agreement.same
    assert given["ones_a"] == sum(item.scores["a"] == "1" for item in both)
    assert measured.agreement.alpha < CUSTOMARY_FLOOR < measured.agreement.ac
    assert given["harsher"] == "alpha"


def test_how_open_prints_indices_as_they_are_measured():
    prose = "\n".join(each.source for each in LESSONS["03_how_open"].notebook.cells)
    for case_id, named in (("red-cross-tweet", "{} to {}, and"), ("united-3411", "and {} to {}.")):
        index = am.transparency(am.load_case(case_id)).transparency
        assert f"{round(index.value)}" in prose
        assert named.format(round(index.lower), round(index.upper)) in prose


def test_the_scores_that_are_not_numbers_are_those_of_the_record():
    given = answers("03_how_open")
    taught = {("dominos-video", "T9"): "redress_dominos", ("kfc-chicken-shortage", "T10"): "open_record_kfc"}
    taught[("kitchenaid-tweet", "T11")] = "follow_up_kitchenaid"
    for (case_id, wanted), name in taught.items():
        (item,) = (each for each in am.transparency(am.load_case(case_id)).items if each.item == wanted)
        assert set(item.given) == {str(given[name])}


def test_fact_check_teaches_what_the_ledger_says():
    given = answers("04_fact_check")
    ledger = {name: am.claims(am.load_case(name)).claims for name in given["names"]}
    verdicts = [claim.verdict for claims in ledger.values() for claim in claims]
    assert len(verdicts) == 13
    assert given["borne_out"] == verdicts.count("supported")
    assert "contradicted" not in verdicts
    deck = [claim for claims in ledger.values() for claim in claims if claim.origin == "short-video-crisis-deck"]
    assert given["deck_unsupported"] == sum(claim.verdict == "unsupported" for claim in deck)
    douyin, weishi = ledger["douyin-minor-tipping"], ledger["weishi-data-fabrication"]
    taught = [given[name] for name in ("promptly", "apologised", "understanding")]
    assert taught == [douyin[place].verdict for place in (0, 2, 3)]
    assert [given["was_exposed"], given["too_late"]] == [claim.verdict for claim in weishi[:2]]


def test_fact_check_teaches_what_the_record_says():
    given, case = answers("04_fact_check"), am.load_case("kuaishou-underage-mothers")
    apart = difference(case.span(given["apology_row"]), case.span("e04"))
    assert given["shortest_hours"] * 3600 == pytest.approx(apart.lower)
    assert apart.lower < 24 * 3600 < apart.upper
    assert given["within_a_day"] == "open"
    assert given["apology_row"] == am.speed(case)["apology"].event_ids[0]
    assert "5,000" in event(case, given["review_row"])["summary"]
    refunds = am.load_case("douyin-minor-tipping").events.filter(pl.col("acts").list.contains("compensation"))
    assert given["first_refund"] == refunds["event_id"][0]
    elsewhere = am.load_case("douyin-martyrs-ad")
    assert given["apology_elsewhere"] in am.speed(elsewhere)["apology"].event_ids
    assert given["apology_year"] == elsewhere.span(given["apology_elsewhere"]).earliest.year


def test_fact_check_counts_the_cases_as_they_are_measured():
    given, hours = answers("04_fact_check"), 21
    first = [am.speed(case)["response"].latency for case in given["collection"] if case.about.clock_zero]
    assert given["faster"] == sum(each.upper < hours * 3600 for each in first)
    assert given["slower"] == sum(each.lower > hours * 3600 for each in first)
    assert given["cannot_tell"] == len(first) - given["faster"] - given["slower"]
    assert min(each.upper - hours * 3600 for each in first if each.upper > hours * 3600) == 60  # "by a single minute"
