"""What is to be seen in each figure, in one sentence that follows the numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

import aftermath as am
from aftermath.comparison.gathering import gather
from aftermath.comparison.scoreboard import compare
from aftermath.measures.alarm import alarm
from aftermath.pages import leads
from aftermath.times import DAY, Latency, Span
from factories import case, event, scored
from pages import Page, comparison_html, figures, real_page

HOUR = 3600
HOSTILE = '<script>alert`x`</script>"onmouseover="y\'&amp;' * 9
REAL = ("kitchenaid-tweet", "gm-ignition-recall", "united-3411", "kuaishou-underage-mothers")


@pytest.mark.parametrize("name", REAL)
def test_every_figure_begins_with_a_sentence_and_its_words_are_complete_in_the_alternative(name):
    found = list(figures(real_page(name)))
    assert len(found) >= 5
    for title, lead, label, words in found:
        assert 20 < len(lead) <= leads.LONGEST
        assert lead.endswith((".", "…"))
        assert len(words) > len(lead) / 2
        assert label == f"{title}. {lead} {words}"


@pytest.mark.slow
def test_every_figure_of_the_real_comparison_and_of_the_methods_has_a_lead_of_its_own():
    gathered = gather()
    comparison = compare(gathered.cases)
    found = list(figures(Page(comparison_html(comparison, gathered))))
    assert len(found) == 10
    assert all(20 < len(lead) <= leads.LONGEST for _, lead, _, _ in found)
    study = am.simulation_study()
    kept = study.table["verdict"].to_list().count("keeps its word")
    assert len(leads.simulation_study(study)) <= leads.LONGEST
    assert kept >= int(re.search(r"In (\d+) of", leads.simulation_study(study))[1]) > 0


@pytest.mark.parametrize(("seconds", "words"), [(300, "5 min"), (7 * HOUR, "7 h"), (9 * DAY, "9 days")])
def test_the_lead_of_speed_follows_the_numbers(seconds, words):
    answered = am.speed(case([event("exposure"), event("apology", seconds, seconds, speaker="Ann")]))
    lead = leads.speed(answered).replace("\u00a0", " ")
    assert f"came {words} after clock zero" in lead
    within = sum(step.latency.upper <= DAY for step in answered.steps)
    assert f"{within} certainly came within a day" in lead
    unseen = sum(not step.latency.seen for step in answered.steps)
    assert f"{unseen} were not seen at all" in lead
    assert unseen == 4


def test_the_lead_of_speed_says_what_was_not_seen_and_what_was_known():
    silent = case([event("exposure"), event("milestone", 40 * DAY, actor="public")])
    assert "is not seen in the" in leads.speed(am.speed(silent))
    known = [event("internal_knowledge", -400 * DAY), event("exposure;acknowledgement")]
    lead = leads.speed(am.speed(case(known, exposed_by="organisation")))
    assert lead.startswith("Known inside 13\u00a0months before the public knew; the first public response came with")


def test_what_may_have_come_before_clock_zero_did_not_certainly_come_within_a_day():
    early = am.speed(case([event("exposure"), event("apology", -300, 300)]))
    assert early.doubtful
    assert "0 certainly came within a day" in leads.speed(early)


def test_the_lead_of_the_rubric_counts_what_its_squares_show():
    full = am.transparency(case(scores=scored(("2", "2"), ("2", "2"), ("0", "0"), ("1", "2"))))
    lead = leads.transparency(full).replace("\u00a0", " ")
    assert "2 of 4 items that apply have the full score of every coder, 1 the lowest; they differ on 1." in lead
    index = full.transparency
    assert lead.startswith(f"Transparency {index.value:.0f} [{index.lower:.0f}–{index.upper:.0f}] of 100")
    half = am.transparency(
        case(scores=scored(("2", "2"), ("2", "")))
    )  # what a coder has not scored has no score of every coder
    assert "1 of 2" in leads.transparency(half).replace("\u00a0", " ")
    alone = am.transparency(case(scores=scored(("0",), ("0",), ("2",))))
    assert "have the full score of the coder, 2 the lowest." in leads.transparency(alone)


def test_the_lead_of_the_timeline_counts_what_was_certainly_on_the_first_day():
    acts = [event("exposure"), event("apology", 300, 400), event("update", HOUR, 2 * DAY), event("update", -300, 300)]
    lead = leads.timeline(case([*acts, event("milestone", 500, actor="public")]))
    assert lead.replace("\u00a0", " ").startswith("Of 5 events, 4 are acts of the organisation, 2 of them certainly")


@pytest.mark.parametrize(("crisis", "words"), [([90, 60], "would have fired 12 h"), ([9, 11], "would not have fired")])
def test_the_lead_of_the_alarm_follows_the_counts(crisis, words):
    quiet = [8, 12, 10, 9, 11, 10, 10, 12, 8, 9, 11, 10, 12, 8, 10, 9, 11, 10, 9, 12, 11]
    days = [date(2020, 1, 1) + timedelta(days=place) for place in range(len(quiet + crisis))]
    zero = datetime(2020, 1, 1, 12, tzinfo=UTC) + timedelta(days=len(quiet))
    series = pl.DataFrame({"time": days, "value": quiet + crisis})
    lead = leads.alarm(alarm(series, Span(zero, zero), Latency(HOUR, HOUR))).replace("\u00a0", " ")
    assert f"A monitor of the volume {words}" in lead
    assert "0 false alarms in 2.0 weeks" in lead and lead.endswith(
        "the first public response came 60 min after clock zero."
    )


def test_the_lead_of_the_topics_over_time_names_the_one_that_moved_most():
    found = am.topics([am.load_case(name) for name in ("gm-ignition-recall", "united-3411")])
    moved = {
        topic.number: found.phases.filter((pl.col("topic") == topic.number) & (pl.col("phase") != "before clock zero"))[
            "share"
        ]
        for topic in found.topics
    }
    most = max(found.topics, key=lambda topic: abs(moved[topic.number][-1] - moved[topic.number][0]))
    assert leads.topics_by_phase(found).startswith(f"“{most.name}” moved most: from ")
    one = replace(found, phases=found.phases.filter(pl.col("phase") == "first week"))
    assert 0 < len(leads.topics_by_phase(one)) <= leads.LONGEST


def test_a_lead_stays_short_and_text_whatever_a_case_is_called():
    united = am.load_case("united-3411")
    market = replace(am.market_reaction(united), company=HOSTILE)
    lead = leads.market(market)
    assert len(lead) <= leads.LONGEST
    shown = am.report(united).show(market, figure=am.figures.market_reaction).html
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in re.search(r'<p class="seen">(.*?)</p>', shown)[1]


def test_a_figure_without_a_lead_of_its_own_begins_with_its_first_words():
    assert leads.first("Two answered at 5 p.m. on day 2. Three did not.").startswith("Two answered")
    assert len(leads.first("long " * 99)) <= leads.LONGEST
