"""Replays: nothing is told too early, whatever the face; decisions, choices and the debriefing stand to the record."""

from __future__ import annotations

import dataclasses
import html
import re
from datetime import datetime, timedelta

import pytest
from ipywidgets.embed import dependency_state
from typer.testing import CliRunner

import aftermath as am
from aftermath import cli
from aftermath.case_files.replay_file import StagedDecision, Staging
from aftermath.pages.replay import table_of
from aftermath.replaying.moments import ReplayError, stops
from aftermath.replaying.play import EARLY, Play
from aftermath.replaying.script import script_of
from aftermath.vocabulary import RESPONSES
from factories import DAY, case, event, instant, relation, text
from moments import items, moment_shown, rows, told_too_early

PLAYABLE = [name for name in am.case_ids() if name != "weishi-data-fabrication"]
HOUR = 3600


# Nothing is told too early


def in_the_terminal(case_id: str) -> list[str]:
    """What a terminal has shown by each moment, the first and the debriefing left out."""
    run = CliRunner().invoke(cli.app, ["replay", case_id], input="\n" * 200, env={"COLUMNS": "500"})
    assert run.exit_code == 0, run.output
    whole = run.output.partition("What the texts advise")[0]
    heads = [found.start() for found in re.finditer(r"[^\n]*\(\d+ of \d+\)", whole)]
    ends = [*heads[1:], whole.rindex(">")]
    return [whole[:end] for end in ends]


def in_the_widget(case_id: str) -> list[str]:
    """What a notebook's page holds at each moment: the whole state of its widgets, and what is shown last."""
    widget, shown = am.replay(case_id), []
    widget.next.click()
    while not widget.play.over:
        values = [value for held in dependency_state(widget).values() for value in held["state"].values()]
        words = [value for value in values if isinstance(value, str)]
        assert widget.next.description in words
        shown.append(html.unescape(re.sub(r"<[^>]*>", " ", " ".join([*words, widget.shown.value]))))
        (widget.wait if widget.play.awaited else widget.next).click()
    return shown


@pytest.mark.parametrize("case_id", PLAYABLE)
@pytest.mark.parametrize("face", [in_the_terminal, in_the_widget])
def test_nothing_dated_after_the_moment_is_shown(face, case_id):
    shown = face(case_id)
    assert len(shown) == len(script_of(case_id).moments) > 1
    for text_of_moment in shown:
        at = moment_shown(text_of_moment, case_id)
        assert told_too_early(text_of_moment, case_id, at) == []


def test_what_is_told_too_early_would_be_seen():
    shown = in_the_widget("kitchenaid-tweet")
    late = next(
        words for words in (item.words for item in items("kitchenaid-tweet")) if words.startswith("An unsigned apology")
    )
    at = moment_shown(shown[1], "kitchenaid-tweet")
    assert told_too_early(f"{shown[1]} {late}", "kitchenaid-tweet", at) == [late]
    assert told_too_early(shown[2], "kitchenaid-tweet", at) != []


@pytest.mark.parametrize("case_id", PLAYABLE)
def test_what_is_public_by_the_last_moment_is_shown_once(case_id):
    script = script_of(case_id)
    shown = [event.event_id for moment in script.moments for event in moment.events]
    assert len(shown) == len(set(shown))
    texts = [text.doc_id for moment in script.moments for text in moment.texts]
    end = script.moments[-1].at
    out = [row["doc_id"] for row in rows(case_id, "coverage") if row["published"] < f"{end:%Y-%m-%d}"]
    assert set(out) <= set(texts)
    assert len(texts) == len(set(texts))
    assert [moment.at for moment in script.moments] == sorted({moment.at for moment in script.moments})


def test_internal_knowledge_is_shown_when_a_source_has_told_it():
    script = script_of("gm-ignition-recall")
    by_event = {event.event_id: moment for moment in script.moments for event in moment.events}
    assert f"{by_event['e02'].at:%Y-%m-%d}" == "2014-04-02"  # the end of 1 April in Detroit, in UTC
    assert (
        "known to the public only now"
        in next(each for each in by_event["e02"].events if each.event_id == "e02").remarks
    )
    assert "e04" not in by_event  # its sources have no date
    assert any("e04" in sentence for sentence in script.debriefing.unknown)


@pytest.mark.parametrize("case_id", PLAYABLE)
def test_the_record_with_hindsight_has_the_times_of_the_moments(case_id):
    script = script_of(case_id)
    at_moments = {event.event_id: event.when for moment in script.moments for event in moment.events}
    assert {row.event_id: row.when for row in script.debriefing.rows if row.event_id in at_moments} == at_moments


@pytest.mark.parametrize("case_id", PLAYABLE)
def test_how_far_clock_zero_is_is_told_once_clock_zero_is_past(case_id):
    about = am.load_case(case_id).about
    (zero,) = [row for row in rows(case_id, "events") if row["event_id"] == about.clock_zero]
    past = datetime.fromisoformat(zero["latest"])
    moments = script_of(case_id).moments
    assert [bool(moment.since) for moment in moments] == [moment.at >= past for moment in moments]
    assert not [moment.since for moment in moments if "before" in moment.since]


def test_a_deed_within_an_app_is_shown_when_a_source_has_told_it():
    at = {shown.event_id: moment.day for moment in script_of("douyin-minor-tipping").moments for shown in moment.events}
    assert at["e02"] == at["e05"] == "Thursday 31 January 2019"  # a girl's tips, and the newspaper that told of them
    assert at["e08"] == at["e11"]
    assert at["e14"] == at["e15"]


def test_who_took_a_post_down_is_not_told_with_it():
    shown = {each.event_id: each for moment in script_of("red-cross-tweet").moments for each in moment.events}
    assert shown["e03"].words == "The post is gone from the account."
    assert shown["e03"].who == "American Red Cross: removal · twitter"
    assert shown["e04"].who == "Employee: acknowledgement, explanation · twitter"


# Moments


EIGHT = [event("exposure"), *(event("update", hour * HOUR) for hour in range(1, 8))]


def test_a_case_with_too_few_events_says_how_many_it_has():
    with pytest.raises(ReplayError, match="has 7\u00a0dated events; a replay needs at least 8"):
        stops(case(EIGHT[:7]))
    assert len(stops(case(EIGHT))) == 8


def test_a_case_without_a_record_has_no_replay():
    with pytest.raises(ReplayError, match="no crisis is on record"):
        script_of("weishi-data-fabrication")
    run = CliRunner().invoke(cli.app, ["replay", "weishi-data-fabrication"])
    assert isinstance(run.exception, ReplayError)


def test_a_record_of_one_moment_has_nothing_to_step_through():
    with pytest.raises(ReplayError, match="became so at one moment"):
        stops(case([event("exposure"), *(event("update") for _ in range(8))]))


def test_two_events_at_one_instant_are_one_moment():
    made = case([*EIGHT, event("denial", 2 * HOUR, actor="media")])
    (stop,) = [stop for stop in stops(made) if len(stop.events) == 2]
    assert stop.events == ("e03", "e04")
    assert len(stops(made)) == 8


def test_an_interval_that_straddles_a_moment_is_shown_when_it_is_past_and_marked():
    made = case([*EIGHT, event("apology", HOUR / 2, 2.5 * HOUR)])
    moments = script_of(made).moments
    (shown,) = [
        (place, each) for place, moment in enumerate(moments) for each in moment.events if each.event_id == "e02"
    ]
    place, straddling = shown
    assert moments[place].at == moments[0].at + timedelta(hours=2.5)
    assert straddling.remarks == ("some time before now",)
    assert [each.remarks for each in moments[1].events] == [()]


def test_a_relation_does_not_make_an_interval_end_earlier():
    wide = event("amplification", HOUR / 2, 4.5 * HOUR, actor="media")
    made = case([*EIGHT, wide], relations=[relation("e01", "e02", 0, HOUR)])
    at = {name: stop.at for stop in stops(made) for name in stop.events}
    assert at["e02"] == at["e01"] + timedelta(hours=4.5)


def test_a_disputed_time_is_said_to_be():
    made = case([*EIGHT, event("apology", HOUR / 2, 2.5 * HOUR, certainty="disputed")])
    remarks = [each.remarks for moment in script_of(made).moments for each in moment.events if each.event_id == "e02"]
    assert remarks == [("some time before now", "sources disagree, the widest reading")]


def test_a_text_of_a_day_is_out_when_the_day_is_over_where_the_case_was():
    made = case(
        [*EIGHT[:7], event("update", 2 * DAY)], [text("2020-01-01"), text(instant(HOUR))], timezone="Asia/Shanghai"
    )
    out = {name: stop.at.isoformat() for stop in stops(made) for name in stop.texts}
    assert out["d01"] == instant(4 * HOUR)  # noon UTC is 20:00 in Shanghai, and the day ends at 15:59:59 UTC
    assert out["d02"] == instant(HOUR)


def test_who_was_at_the_keys_is_not_told_with_the_post():
    moment = next(
        each for each in script_of("kitchenaid-tweet").moments if each.since == "within 59\u00a0s of clock zero"
    )
    (post,) = (each for each in moment.events if each.event_id == "e03")
    assert post.who == "An account of KitchenAid · twitter"


def test_a_long_record_is_thinned_and_loses_nothing():
    long = case(
        [
            event("exposure"),
            *(event("amplification", n * HOUR, actor="media") for n in range(1, 60)),
            event("apology", 30.5 * HOUR),
        ]
    )
    stopped = stops(long)
    assert len(stopped) == 24
    assert sum(len(stop.events) for stop in stopped) == 61
    assert stopped[0].at < stopped[-1].at == stopped[0].at + timedelta(hours=59)


# Decisions


def test_the_class_decides_before_each_new_kind_of_answer():
    answers = {2: "apology", 4: "apology", 6: "information_hub;apology"}
    made = case(
        [
            event("exposure", actor="media"),
            *(
                event(answers.get(n, "amplification"), n * HOUR, actor="organisation" if n in answers else "media")
                for n in range(1, 9)
            ),
        ]
    )
    script = script_of(made)
    assert [script.moments[place].at.hour - 12 for place in script.decisions] == [0, 1, 5]
    assert script.moments[0].decision.options == tuple(RESPONSES)


def test_how_a_choice_stands_to_the_record():
    script = script_of("kitchenaid-tweet")
    play = Play(script)
    while not play.awaited:
        play.forward()
    place = play.place
    play.forward()
    assert play.place == place, "who has not chosen stays"
    play.choose(["apologise", "leader"], "Sorry.", seconds=12)
    while not play.over:
        play.choose([]) if play.awaited else play.forward()
    compared = {row.label: row for row in play.compared}
    assert compared["First apology"].standing == "earlier than the record"
    assert compared["First apology"].own.startswith("within 59\u00a0s of clock zero")
    assert compared["First apology"].record.startswith(
        am.speed(am.load_case("kitchenaid-tweet"))["apology"].text.split()[2][:3]
    )
    assert compared["First apology by a named person"].own == compared["First apology"].own
    assert compared["Information hub"] == dataclasses.replace(compared["Information hub"], own="not given", standing="")
    advice = {each.advice_id: each for each in script.debriefing.advice}
    assert play.advice(advice["a37"]) == "followed"  # the first statement within minutes
    assert play.advice(advice["a12"]) == "not given"  # nobody was answered directly
    assert play.decided[0].statement == "Sorry."
    assert "unsigned apology" in play.decided[0].did


def test_an_answer_before_clock_zero_is_past_is_said_to_be():
    early = [event("milestone", -3 * HOUR, actor="media"), event("exposure", -2 * HOUR, HOUR / 2, actor="media")]
    made = case([*early, *(event("apology", hour * HOUR) for hour in range(1, 8))])
    play = Play(script_of(dataclasses.replace(made, staging=Staging(decisions=(StagedDecision("e01"),)))))
    play.forward()
    play.choose(["apologise"])
    assert next(row for row in play.compared if row.label == "First apology").own.startswith(f"{EARLY} (")
    assert table_of(play.script)["words"]["early"] == EARLY


def test_an_answer_after_the_record_is_later_and_one_inside_its_interval_is_neither():
    script = script_of("kitchenaid-tweet")
    second = script.moments[script.decisions[1]].decision
    assert second.standing["apology"] == "later than the record"
    assert second.standing["named_apology"] == "the record does not tell which was first"
    assert second.standing["information_hub"] == "the record shows none"
    assert second.advice["a37"] == "not followed"


def test_who_has_not_chosen_in_time_waits_and_keeps_the_statement():
    play = Play(script_of("kitchenaid-tweet"))
    while not play.awaited:
        play.forward()
    play.choose(["deny"], "Not us.", seconds=400, late=True)
    choice = play.revealed
    assert (choice.options, choice.statement, choice.text) == ((), "Not us.", "Wait (the time had run out)")
    play.back()
    assert not play.awaited, "what was decided stays decided"


def test_advice_and_its_answers_are_those_of_the_comparison():
    comparison = am.compare([am.load_case("united-3411"), am.load_case("red-cross-tweet")])
    tested = {each.advice.advice_id: each.answers["united-3411"] for each in am.playbook(comparison).tested}
    given = {each.advice_id: (each.state, each.why) for each in script_of("united-3411").debriefing.advice}
    assert {name: state for name, (state, _) in given.items()} == {
        name: answer.state for name, answer in tested.items() if answer.state != "not asked"
    }
    assert all(why == tested[name].why for name, (_, why) in given.items() if not re.search(r"\b[TE]\d", why))
    for name, (_, why) in given.items():  # the scores of the coders, in words
        scored = re.findall(r"\b([TE]\d+) ([^;]+)", tested[name].why)
        assert [item for item, _ in scored] == re.findall(r"\(([TE]\d+)\) scored", why)
        assert not re.search(r"\b[TE]\d+ \S", why)


def test_texts_have_english_names_and_items_names():
    advice = {each.advice_id: each for each in script_of("kitchenaid-tweet").debriefing.advice}
    assert advice["a20"].text.startswith("Short video crisis deck · ")
    scored = {row["coder"]: row["score"] for row in rows("kitchenaid-tweet", "rubric") if row["item"] == "E1"}
    assert len(scored) == 2 and set(scored.values()) == {"2"}
    assert advice["a28"].why == "Apology (E1) scored 2 of 2 by every coder"
    assert advice["a09"].why == "Outside scrutiny (T12) scored “cannot apply” by every coder"


def test_what_was_chosen_stands_beside_the_advice_that_is_about_it():
    script = script_of("kitchenaid-tweet")
    play, advice = Play(script), {each.advice_id: each for each in script.debriefing.advice}
    while not play.over:
        play.choose(["apologise"]) if play.awaited else play.forward()
    assert play.advice(advice["a28"]) == "chosen: Apologise"
    assert play.advice(advice["a38"]) == "not chosen: Let a named leader speak"
    assert play.advice(advice["a07"]) == "chosen: Apologise; not chosen: Correct it"
    assert play.advice(advice["a31"]) == "not asked", "whether there was a plan"


@pytest.mark.parametrize("case_id", PLAYABLE)
def test_words_of_columns_stand_with_the_notes_of_the_coders_alone(case_id):
    found = script_of(case_id).debriefing
    assert not [line for heading, lines in found.sections[1:] for line in lines if re.search("[_=]", line)]
    assert all(re.search("[_=]", line) for line in found.coders)
    if case_id == "kitchenaid-tweet":
        assert any("internal_knowledge" in line for line in found.coders)
    assert len({each.text for each in script_of("united-3411").debriefing.advice}) == 5
