"""The faces of a replay beside the page: what a terminal and a notebook take, and how their clocks run."""

from __future__ import annotations

import asyncio
import html
import io
import json
import re
import sys

import ipywidgets as widgets
import pytest
from rich.console import Console
from typer.testing import CliRunner

import aftermath as am
from aftermath import cli
from aftermath.pages.replay import table_of
from aftermath.replaying import terminal
from aftermath.replaying.notebook import Replay
from aftermath.replaying.script import Script, script_of
from aftermath.vocabulary import RESPONSES
from factories import case, event
from moments import moment_shown, rows, told_too_early

HOUR = 3600
EIGHT = [event("exposure"), *(event("update", hour * HOUR) for hour in range(1, 8))]


def entered(case_id: str, words: str, *options: str, columns: int = 200) -> str:
    run = CliRunner().invoke(cli.app, ["replay", case_id, *options], input=words, env={"COLUMNS": str(columns)})
    assert run.exit_code == 0, run.output
    return run.output


def test_the_terminal_takes_numbers_statements_steps_back_and_an_end():
    out = entered("kitchenaid-tweet", "\n\n99\n2 4\nWe are sorry.\nb\n\n\nq\n")
    assert "Write numbers from 1 to 12" in out
    assert "You: Apologise; Correct it" in out
    assert "“We are sorry.”" in out
    assert "Decided here: Apologise; Correct it" in out
    assert out.rstrip().endswith("Ended here.")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "(5\u00a0minutes; who says nothing waits)"),
        (("--minutes", "1"), "(1\u00a0minute; who says nothing waits)"),
        (("--minutes", "10"), "(10\u00a0minutes; who says nothing waits)"),
        (("--minutes", "0"), ""),
    ],
)
def test_what_the_lecturer_chooses_holds_for_every_decision(options, said):
    out = entered("kitchenaid-tweet", "\n" * 60, *options)
    asked = re.findall(r"(?:What do you do, and what do you write|What do you do now)\?(?: (\([^)]*\)))?", out)
    assert asked == [said.replace("\u00a0", " ")] * 2
    widget, _ = widget_at_a_decision(**({"minutes": int(options[1])} if options else {}))
    assert widget.timer.value == (f"{said[1:].split(';')[0]}; who has not chosen by then waits" if said else "")


def test_a_long_question_is_whole_on_a_narrow_terminal():
    run = CliRunner().invoke(cli.app, ["replay", "united-3411"], input="\n\n", env={"COLUMNS": "60"})
    said = " ".join(run.output.replace("│", " ").split())
    assert (
        "a station asks a passenger what happened. What do you do tonight? (5 minutes; who says nothing waits)" in said
    )


@pytest.mark.parametrize("case_id", ["kitchenaid-tweet", "gm-ignition-recall", "kuaishou-underage-mothers"])
def test_number_and_time_of_a_moment_are_whole_at_80_columns(case_id):
    shown, script = entered(case_id, "\n" * 200, columns=80), script_of(case_id)
    lines = [line.rstrip(" ─") for line in shown.splitlines()]
    for number, moment in enumerate(script.moments, start=1):
        head = f"{moment.clock}  {moment.day}  ({number} of {len(script.moments)})"
        (place,) = [place for place, line in enumerate(lines) if line.endswith(head)]
        assert lines[place + 1] == moment.since.replace("\u00a0", " ")
    assert "…" not in shown
    assert "…" not in entered(case_id, "", "--notes", columns=80)


def test_a_slip_of_the_hand_reveals_nothing():
    out = entered("kitchenaid-tweet", "back\np\n\nq\n")
    assert out.count(terminal.HELP) == 4  # before the first moment, after each slip, and at the first moment
    assert "The first debate" in out
    assert "A joke about the death" not in out


def test_an_enter_too_many_is_no_wait():
    pexpect = pytest.importorskip("pexpect", reason="pexpect is not installed: it comes with IPython but on Windows")
    if not hasattr(pexpect, "spawn"):
        pytest.skip("no pseudo-terminals here")
    command = [sys.executable, "-m", "aftermath", "replay", "kitchenaid-tweet"]
    child = pexpect.spawn(command[0], command[1:], encoding="utf-8", dimensions=(40, 100), timeout=60)
    child.expect_exact("> ")
    child.send("\r")
    child.expect_exact("> ")
    child.send("\r\r\r")  # to the decision, and twice too often
    child.expect_exact("Your choice >")
    child.send("2\r")
    child.expect_exact("Your statement")
    child.send("\r")
    child.expect_exact("You: Apologise")
    child.expect_exact("> ")
    child.send("q\r")
    child.expect_exact("Ended here.")
    child.expect(pexpect.EOF)


def test_a_debriefing_is_a_part_a_screen_on_a_terminal(monkeypatch):
    asked = []
    monkeypatch.setattr("builtins.input", lambda *_: asked.append("") or "")
    console = Console(file=io.StringIO(), force_terminal=True, width=120, record=True)
    play = terminal.play_in_terminal(script_of("kitchenaid-tweet"), console)
    parts = terminal.debriefing(play)
    assert play.over and len(parts) == 3 + 5  # answers, decisions, the advice of five texts, what is left open
    moments = len(play.script.moments)
    assert len(asked) == 1 + moments + len(parts) - 1
    shown = console.export_text()
    assert f"(1 of {len(parts)})" in shown
    assert shown.index("Your answers") < shown.index("Your decisions") < shown.index("What is not known")


def test_the_terminal_ends_where_nothing_more_is_entered():
    assert entered("kitchenaid-tweet", "\n").rstrip().endswith("Ended here.")


def test_the_list_of_what_is_ahead_tells_when_and_not_what():
    out = entered("kitchenaid-tweet", "\na\n\nq\n")
    assert "Thursday 31 January 2013, end of the day" in out
    assert (
        told_too_early(out, "kitchenaid-tweet", moment_shown("21:00 Wednesday 3 October 2012", "kitchenaid-tweet"))
        == []
    )


def test_the_lecturers_notes_hold_everything():
    out = " ".join(entered("kitchenaid-tweet", "", "--notes").split())
    for row in rows("kitchenaid-tweet", "events"):
        assert row["label"] in out
    assert "Decision: The post is on your account" in out


def test_a_limit_that_runs_out_is_a_wait_in_the_terminal(monkeypatch):
    lines, ticks = iter(["", "", "1", "Late.", "q"]), iter(range(0, 10**6, 400))
    monkeypatch.setattr("builtins.input", lambda *_: next(lines))
    play = terminal.play_in_terminal(
        script_of("kitchenaid-tweet"), Console(quiet=True), clock=lambda: float(next(ticks))
    )
    (choice,) = play.choices.values()
    assert (choice.late, choice.options, choice.statement) == (True, (), "Late.")


def test_a_pause_in_the_terminal_stops_the_clock(monkeypatch):
    lines, ticks = iter(["", "", "p", "", "1", "In time.", "q"]), iter([0.0, 1.0, 4000.0, 4002.0])
    monkeypatch.setattr("builtins.input", lambda *_: next(lines))
    play = terminal.play_in_terminal(script_of("kitchenaid-tweet"), Console(quiet=True), clock=lambda: next(ticks))
    (choice,) = play.choices.values()
    assert (choice.late, choice.options, choice.seconds) == (False, ("acknowledge",), 3.0)


def widget_at_a_decision(**given):
    now = [0.0]
    widget = am.replay("kitchenaid-tweet", **given)
    widget._clock = lambda: now[0]
    while not widget.play.awaited:
        widget.next.click()
    widget._restart()
    return widget, now


def test_the_widget_asks_and_reveals():
    widget, _ = widget_at_a_decision()
    assert widget.next.layout.display == "none"
    names = list(RESPONSES)
    widget.options[names.index("apologise")].value = True
    widget.statement.value = "<b>We are sorry.</b>"
    widget.decide.click()
    assert "You: <b>Apologise</b>" in widget.shown.value
    assert "&lt;b&gt;We are sorry.&lt;/b&gt;" in widget.shown.value
    assert (widget.statement.value, widget.options[names.index("apologise")].value) == ("", False)
    widget.back.click()
    assert "Decided: Apologise." in widget.shown.value


def test_the_clock_of_the_widget_stands_still_while_the_lecturer_looks_ahead():
    widget, now = widget_at_a_decision()
    now[0] = 100.0
    widget.lecturer.click()
    assert widget.pause.description == "Go on"
    now[0] = 4000.0
    widget.lecturer.click()
    widget.pause.click()
    now[0] = 4003.0
    widget.decide.click()
    assert widget.play.revealed.seconds == 103.0
    assert not widget.play.revealed.late


def test_the_widget_shows_what_is_ahead_only_while_asked():
    widget, _ = widget_at_a_decision()
    widget.lecturer.click()
    assert "unsigned apology" in widget.ahead.value
    widget.lecturer.click()
    assert widget.ahead.value == ""
    widget.lecturer.click()
    widget.wait.click()
    assert widget.ahead.value == ""


def test_the_widgets_clock_can_be_paused_and_runs_out():
    widget, now = widget_at_a_decision(minutes=1)
    limit = 60
    widget.pause.click()
    now[0] += 10 * limit
    widget.pause.click()
    now[0] += limit - 1
    assert widget._seconds == limit - 1
    now[0] += 2
    widget.options[0].value = True
    widget.decide.click()
    (choice,) = widget.play.choices.values()
    assert (choice.late, choice.options) == (True, ())


def test_what_was_being_written_when_the_time_ran_out_is_kept():
    widget, now = widget_at_a_decision()
    now[0] += 10_000
    widget.decide.click()
    widget.statement.value = "Half a sen"  # as the browser hands it over when the field is left
    (choice,) = widget.play.choices.values()
    assert (choice.late, choice.statement, widget.statement.value) == (True, "Half a sen", "")
    assert "Half a sen" in widget.shown.value


def test_the_countdown_of_a_kernel_ends_in_a_wait():
    async def seen() -> tuple[str, bool]:
        widget, now = widget_at_a_decision()
        await asyncio.sleep(0)
        face = widget.timer.value
        now[0] += 10_000
        await asyncio.sleep(0.9)
        (choice,) = widget.play.choices.values()
        return face, choice.late

    assert asyncio.run(seen()) == ("5:00 left", True)


def test_all_faces_say_the_same_in_the_same_words():
    script = script_of("kitchenaid-tweet")
    terminal_said = " ".join(entered("kitchenaid-tweet", "\n" * 60, columns=500).replace("│", " ").split())
    widget = am.replay("kitchenaid-tweet")
    widget_said = widget.shown.value
    while not widget.play.over:
        (widget.wait if widget.play.awaited else widget.next).click()
        widget_said += widget.shown.value
    table = table_of(script)
    page_said = json.dumps([table["words"], table["debriefing"]], ensure_ascii=False)
    for words in (
        "You will be asked what to do, and may write what you would say",
        "By now the record shows nothing new from KitchenAid.",
        "Your answers and the record’s",
        "Kind of answer",
        "Which came first",
        "What KitchenAid had done by the next moment",
        "not asked",
    ):
        assert words in terminal_said
        assert words in html.unescape(widget_said)
        assert words in page_said
    assert "<h3>What the texts advise</h3>" in widget.shown.value
    assert "end of the day" in terminal_said
    assert widget.statement.description == "Your statement"


def test_the_focus_is_never_on_what_is_gone(monkeypatch):
    focused = []
    monkeypatch.setattr(widgets.DOMWidget, "focus", lambda each: focused.append(each))
    widget = am.replay("kitchenaid-tweet")
    while not widget.play.over:
        (widget.wait if widget.play.awaited else widget.next).click()
        assert focused[-1].layout.display != "none"
        assert (focused[-1] in widget.options) == widget.play.awaited
    assert focused[-1] is widget.back, "after the debriefing there is no next"


def test_text_of_a_case_is_text_in_every_face(monkeypatch):
    hostile = "<img src=x onerror=alert(1)> [red]x[/red]"
    made = case([*EIGHT, event("apology", 2.5 * HOUR, speaker=hostile)], organisation=hostile, title=hostile)
    script: Script = script_of(made)
    widget = Replay(script)
    while not widget.play.over:
        assert "<img" not in widget.shown.value
        (widget.wait if widget.play.awaited else widget.next).click()
    assert "<img" not in widget.shown.value
    assert "&lt;img" in widget.shown.value
    monkeypatch.setattr("aftermath.replaying.script.script_of", lambda _: script)
    assert hostile in entered("any", "\n" * 40).replace("\n", " ")
