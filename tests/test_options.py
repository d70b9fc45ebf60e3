"""Another clock, one coder, a window: measured is what a case would give whose files say so."""

from __future__ import annotations

import dataclasses

import pytest

import aftermath as am
from aftermath.case_files.options import OptionError
from aftermath.statistics.result import NothingToMeasure
from factories import DAY, case, event, score, text

EVENTS = [
    event("exposure", 0, 600, actor="public"),
    event("amplification", 4000, 5000, actor="media"),
    event("denial", 3000),
    event("apology", 9000, 9600, speaker="Ann Example"),
    event("recall", 20 * DAY, actor="regulator"),
]
TEXTS = [text(f"2020-01-{day:02}", a, b) for day, a, b in ((2, -2, -1), (2, -1, -1), (3, -1, 0), (5, 0, 1), (8, 1, 1))]
TEXTS += [text(f"2020-02-{day:02}", 1, b) for day, b in ((1, 0), (3, 2), (9, 1), (11, 2))]
SCORES = [
    score("T1", "2", "1"),
    score("T2", "0", "2"),
    score("T3", "1", "1"),
    *(score(f"T{n}", "1", "0") for n in range(4, 9)),
]


@pytest.fixture
def small():
    return case(EVENTS, TEXTS, SCORES)


def without_options(result):
    """A result as it would be without a word on its options."""
    plain = dataclasses.replace(result, options=())
    return dataclasses.replace(plain, moved=False) if hasattr(plain, "moved") else plain


@pytest.mark.parametrize("event_id", ["e01", "e02", "e04", "e05"])
def test_a_moved_clock_is_that_of_a_case_which_starts_there(small, event_id):
    there = case(EVENTS, TEXTS, SCORES, clock_zero=event_id)
    moved = am.speed(small, clock_zero=event_id)
    assert moved.table.equals(am.speed(there).table)
    assert without_options(am.tone(small, clock_zero=event_id)).text == am.tone(there).text
    assert am.recovery(small, clock_zero=event_id).table.equals(am.recovery(there).table)
    shown, wanted = am.figures.timeline(small, clock_zero=event_id), am.figures.timeline(there)
    assert shown.to_json() == wanted.to_json()


def test_signals_change_at_the_clock_that_is_given():
    usual = am.load_case("gm-ignition-recall")
    there = dataclasses.replace(usual, about=dataclasses.replace(usual.about, clock_zero="e20"))
    moved = am.signals(usual, clock_zero="e20")
    assert moved.zero != am.signals(usual).zero
    assert moved.changes[0].change.table.equals(am.signals(there).changes[0].change.table)
    assert "clock zero at e20" in moved.text


@pytest.mark.parametrize("coder", ["a", "b"])
def test_one_coder_is_a_case_that_only_this_coder_coded(small, coder):
    alone = case(
        EVENTS,
        [{**row, "a": row["a"] if coder == "a" else "", "b": row["b"] if coder == "b" else ""} for row in TEXTS],
        [score(item["item"], item["a"] if coder == "a" else None, item["b"] if coder == "b" else "") for item in SCORES]
        if coder == "a"
        else [{**item, "a": ""} for item in SCORES],
    )
    assert am.tone(small, coder=coder).table.equals(am.tone(alone).table)
    assert am.recovery(small, coder=coder).table.equals(am.recovery(alone).table)
    index, other = am.transparency(small, coder=coder).transparency, am.transparency(alone).transparency
    assert (index.value, index.lower, index.upper) == (other.value, other.lower, other.upper)
    assert index.value == am.transparency(small).transparency.by_coder[coder]


def test_a_window_is_a_case_whose_later_texts_were_never_found(small):
    early = case(EVENTS, [row for row in TEXTS if row["published"] < "2020-01-31"], SCORES)
    assert am.tone(small, window=30).table.equals(am.tone(early).table)
    assert am.recovery(small, window=30).table.equals(am.recovery(early).table)
    with pytest.raises(ValueError, match="window = 0"):
        am.tone(small, window=0)
    with pytest.raises(NothingToMeasure, match="none of its coded texts is from the first 1"):
        am.tone(case(EVENTS, [text("2020-03-01")]), window=1)


def test_a_result_says_its_options_and_a_usual_one_says_none(small):
    usual, moved = am.recovery(small), am.recovery(small, clock_zero="e02", coder="a", window=30)
    assert usual.tone.options == ()
    assert "options" not in usual.text
    assert moved.text.endswith(
        "Measured under other options: clock zero at e02 instead of e01, coder a alone, the first 30\u00a0days alone."
    )
    assert am.speed(small, clock_zero="e02").meaning.startswith("Clock zero was moved")
    assert am.speed(small, clock_zero="e01") == am.speed(small)


def test_a_case_is_seen_once_under_each_options_and_back_again(small):
    seen = small.with_clock("e02").coded_by("b")
    assert seen is small.coded_by("b").with_clock("e02")
    assert seen.with_clock("e01") is small.coded_by("b")
    assert small.with_clock(None).coded_by(None) is small
    assert not am.load_case("kitchenaid-tweet").coded_by("a").as_read


@pytest.mark.bad_input("parameters and settings")
def test_what_there_is_not_is_refused_with_what_there_is(small):
    with pytest.raises(OptionError, match="no event 'e99'; its events are e01, e02, e03, e04, e05"):
        am.speed(small, clock_zero="e99")
    with pytest.raises(OptionError, match="no coder 'z'; its coders are a and b"):
        am.transparency(small, coder="z")
    with pytest.raises(NothingToMeasure, match="no crisis is on record"):
        am.signals(am.load_case("weishi-data-fabrication"), clock_zero="e01")
    with pytest.raises(NothingToMeasure, match="no text is coded for favourability by coder b"):
        am.tone(case(EVENTS, [text(a="1", b="")], [score("T1", "1", "1")]), coder="b")
    with pytest.raises(ValueError, match="no estimator"):
        am.archive_sentiment("united-3411", estimators=("magic",))
    with pytest.raises(ValueError, match="window"):
        am.market_reaction("gm-ignition-recall", window=(-5, 5))


def test_a_longer_window_of_trading_days_holds_the_shorter_one():
    usual, longer = (am.market_reaction("gm-ignition-recall", window=window) for window in ((-5, 20), (-5, 30)))
    assert longer.studies[0].days["day"].to_list() == list(range(-5, 31))
    shared = longer.studies[0].days.filter(longer.studies[0].days["day"] <= 20)
    assert shared["abnormal"].to_list() == pytest.approx(usual.studies[0].days["abnormal"].to_list())


def test_estimators_of_an_archive_give_alone_what_they_give_together():
    together = am.archive_sentiment("united-3411").recovery
    alone = am.archive_sentiment("united-3411", estimators=("segmented", "loss")).recovery
    assert alone.segmented.table.equals(together.segmented.table)
    assert alone.loss.table.equals(together.loss.table)
    assert (alone.change, alone.local, alone.breaks) == (None, None, None)
    wanted = [line for line in together.estimates if line.method in ("Segmented regression", "Resilience loss")]
    assert list(alone.estimates) == wanted


# The timeline


def test_lanes_leave_out_events_and_keep_the_axis(small):
    whole, own = am.figures.timeline(small), am.figures.timeline(small, lanes=("Organisation",))
    ids = [set(figure.data[-1].customdata) for figure in (whole, own)]
    assert ids == [{"e01", "e02", "e03", "e04", "e05"}, {"e02", "e04"}]
    assert own.layout.xaxis.range == whole.layout.xaxis.range
    with pytest.raises(NothingToMeasure, match="no event lies in Partners, others"):
        am.figures.timeline(small, lanes=("Partners, others",))
    with pytest.raises(ValueError, match="'Press' is no lane; the lanes are 'Organisation'"):
        am.figures.timeline(small, lanes=("Press",))


def test_a_marked_event_has_an_edge_of_its_own(small):
    marked = [trace for trace in am.figures.timeline(small, marked="e04").data if trace.name == "marked outline"]
    assert len(marked) == 1
    assert not any(trace.name == "marked outline" for trace in am.figures.timeline(small).data)
