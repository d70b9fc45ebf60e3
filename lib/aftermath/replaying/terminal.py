"""The replay in a terminal, large enough for a projector: one screen a moment, and nothing on it that is still to come."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from itertools import groupby

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from aftermath.replaying.debriefing import (
    ADVICE,
    ANSWERS,
    CODERS,
    DECISIONS,
    KINDS,
    NO_CAUSE,
    RECORD,
    RECORD_TIMES,
    GivenAdvice,
    pieces,
)
from aftermath.replaying.play import Play
from aftermath.replaying.script import HOW, Decision, Moment, Script, ShownEvent
from aftermath.vocabulary import RESPONSES
from aftermath.wording import NO_BREAK, counted

SHOWN_TEXTS = 4
HELP = "Enter: go on   b: one step back   a: what is ahead (for the lecturer)   q: end"
HELP_DECIDING = "Numbers with spaces: choose   Enter: wait   p: pause   b: one step back   a: what is ahead   q: end"
_COLOURS = {
    "apology": "magenta",
    "denial": "red",
    "action": "green",
    "information": "yellow",
    "acknowledgement": "blue",
    "removal": "bold",
}


def play_in_terminal(
    script: Script,
    console: Console,
    *,
    minutes: int | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Play:
    """Play a replay until the debriefing, or until the lecturer ends it.

    Parameters
    ----------
    script
        What is played.
    console
        Where to write and to ask. On a terminal every moment has the screen to itself.
    minutes
        How long a class may take for every decision; 0 for no limit, None for what each is staged with.
    clock
        Gives seconds.

    Returns
    -------
    Play
        Where it ended, with what was chosen.
    """
    play = Play(script)
    try:
        while not play.over:
            _show(console, _screen(play, minutes))
            if not (_decided(play, console, minutes, clock) if play.awaited else _stepped(play, console)):
                console.print("Ended here.", highlight=False)
                return play
        _debrief(play, console)
    except (EOFError, KeyboardInterrupt):
        console.print("\nEnded here.", highlight=False)
        return play
    return play


def _debrief(play: Play, console: Console) -> None:
    """The debriefing, a part a screen where there is one: what has run off the top of a projector is read by nobody."""
    parts = debriefing(play)
    for number, part in enumerate(parts, start=1):
        _show(console, part)
        if console.is_terminal and number < len(parts):
            _asked(console, f"\nEnter: go on ({number} of {len(parts)}) >")


def _show(console: Console, shown: RenderableType) -> None:
    if console.is_terminal:
        console.clear()
    console.print(shown, highlight=False)


def _asked(console: Console, words: str) -> str:
    return console.input(Text(f"{words} ", style="bold")).strip()


def _forget_typed() -> None:
    """Forget what was typed before a question stood there: of two Enters in haste the second would be a wait, for good."""
    if sys.platform != "win32" and sys.stdin.isatty():
        import termios  # Windows has none

        termios.tcflush(sys.stdin, termios.TCIFLUSH)


def _stepped(play: Play, console: Console) -> bool:
    """Take a step; False where the lecturer ends the replay. **Only Enter goes on**: a slip of the hand must reveal nothing."""
    while (answer := _asked(console, "\n>").lower()) not in ("", "a", "t", "b", "q"):
        console.print(HELP, highlight=False)
    if answer in ("a", "t"):
        _show(console, _aside(answer, play))
        _asked(console, "\nEnter: back to the class >")
    elif answer == "b":
        play.back()
    elif not answer:
        play.forward()
    return answer != "q"


def _decided(play: Play, console: Console, minutes: int | None, clock: Callable[[], float]) -> bool:
    """Let the class decide; False where the lecturer ends the replay."""
    decision = play.moment.decision if play.moment else None
    assert decision is not None  # it is awaited
    limit, began, chosen = decision.limit(minutes) * 60, clock(), None
    _forget_typed()
    while chosen is None:
        answer = _asked(console, "\nYour choice >").lower()
        if answer == "p":
            paused = clock()
            _asked(console, "The clock stands still. Enter: go on >")
            began += clock() - paused
        elif answer in ("a", "t"):
            console.print(_aside(answer, play), highlight=False)
        elif answer in ("b", "q"):
            if answer == "b":
                play.back()
            return answer == "b"
        else:
            chosen = _chosen(answer, decision)
            if chosen is None:
                console.print(f"Write numbers from 1 to {len(decision.options)}, or nothing to wait.", highlight=False)
    statement = _asked(console, "Your statement (Enter for none) >") if chosen else ""
    seconds = clock() - began
    play.choose(chosen, statement, seconds=seconds, late=0 < limit < seconds)
    return True


def _chosen(answer: str, decision: Decision) -> tuple[str, ...] | None:
    """The options that numbers name; None where one names none."""
    words = answer.replace(",", " ").split()
    if not all(word.isdecimal() and 1 <= int(word[:9]) <= len(decision.options) for word in words):
        return None
    return tuple(dict.fromkeys(decision.options[int(word) - 1] for word in words))


def _aside(answer: str, play: Play) -> RenderableType:
    """What is asked for beside the course of the replay: what is ahead, or all texts of the moment."""
    if answer == "a":
        return ahead(play)
    return Group(*_texts(play.moment, len(play.moment.texts))) if play.moment else ""


# What is shown


def _plain(text: str, style: str = "") -> Text:
    return Text(text.replace(NO_BREAK, " "), style=style)


def _table(*headings: str, title: str = "") -> Table:
    table = Table(title=_plain(title, "bold") if title else None, title_justify="left", box=box.SIMPLE)
    for heading in headings:
        table.add_column(_plain(heading))
    return table


def _screen(play: Play, minutes: int | None) -> RenderableType:
    moment = play.moment
    if moment is None:
        title = f"Replay: {play.script.organisation}"
        return Group(
            Panel(_plain(f"{play.script.opening}\n\n{HOW}"), title=_plain(title, "bold"), padding=(1, 2)),
            _plain(HELP, "dim"),
        )
    return Group(*_moment(moment, play), *_asking(moment, play, minutes))


def _moment(moment: Moment, play: Play) -> list[RenderableType]:
    place = f"{play.place + 1} of {len(play.script.moments)}"
    head = f"{moment.clock}  {moment.day}  ({place})"  # short enough for a rule of 80 columns, which cuts a longer one
    parts: list[RenderableType] = [Rule(_plain(head, "bold"), align="left"), _plain(moment.since, "bold")]
    if play.revealed:
        said = [f"You: {play.revealed.text}", *([f"“{play.revealed.statement}”"] if play.revealed.statement else [])]
        did = "" if moment.own else f"\n{play.script.nothing_new}"
        parts.append(Panel(_plain("\n".join(said) + did), title="Your decision", title_align="left"))
    parts += [_event(event) for event in moment.events]
    return [*parts, *_texts(moment, SHOWN_TEXTS)]


def _texts(moment: Moment, most: int) -> list[RenderableType]:
    """What was published, as many texts as a screen has room for."""
    if not moment.texts:
        return []
    more = f", {most} of them shown (t: all)" if len(moment.texts) > most else ""
    said: list[RenderableType] = [_plain(f"\nPublished by now: {counted(len(moment.texts), 'new text')}{more}", "bold")]
    for text in moment.texts[:most]:
        judged = f" ({text.judges})" if text.judges else ""
        said.append(Padding(_plain(f"{text.publisher}, {text.when}: {text.abstract}{judged}"), (0, 0, 0, 2)))
    return said


def _event(event: ShownEvent) -> RenderableType:
    style = f"bold {_COLOURS.get(event.family, '')}" if event.own else "bold"
    when = " – ".join((event.when, *event.remarks))
    return Padding(Group(_plain(when, "dim"), _plain(event.words, style), _plain(event.who)), (1, 0, 0, 2))


def _asking(moment: Moment, play: Play, minutes: int | None) -> list[RenderableType]:
    decision = moment.decision
    if decision is None:
        return [_plain(f"\n{HELP}", "dim")]
    if not play.awaited:
        return [_plain(f"\nDecided here: {play.choices[play.place].text}", "bold"), _plain(HELP, "dim")]
    limit = decision.limit(minutes)
    within = f" ({counted(limit, 'minute')}; who says nothing waits)" if limit else ""
    options = Table.grid(padding=(0, 3))
    cells = [_plain(f"{number:>2}  {RESPONSES[name][0]}") for number, name in enumerate(decision.options, start=1)]
    for row in range(0, len(cells), 2):
        options.add_row(*cells[row : row + 2])
    return [
        Panel(Group(_plain(f"{decision.question}{within}\n", "bold"), options)),
        _plain(HELP_DECIDING, "dim"),
    ]


def ahead(play: Play) -> RenderableType:
    """What is ahead, for the lecturer: when, how much is new, and where the class decides. **It tells nothing of what happens.**"""
    table = _table("", "when", "new", "", title="Ahead")
    for number, moment in enumerate(play.script.moments, start=1):
        if number - 1 > play.place:
            new = f"{counted(len(moment.events), 'event')}, {counted(len(moment.texts), 'text')}"
            table.add_row(
                str(number), _plain(f"{moment.day}, {moment.clock}"), _plain(new), "decision" if moment.decision else ""
            )
    return table


def debriefing(play: Play) -> tuple[RenderableType, ...]:
    """The class beside the record, its decisions, the advice of each text, and what is not known: a screen each."""
    found = play.script.debriefing
    compared = _table(*KINDS, title=ANSWERS)
    for row in play.compared:
        compared.add_row(*map(_plain, (row.label, row.own, row.record, row.standing)))
    advised = [
        Group(Rule(ADVICE, align="left"), _advice(play, title, list(given)))
        for title, given in groupby(found.advice, key=lambda advice: advice.text)
    ]
    coders = ((CODERS, found.coders),) if found.coders else ()
    left_open: list[RenderableType] = []
    for heading, lines in (*found.sections, *coders):
        left_open += [Rule(heading, align="left"), *(_plain(f"• {line}") for line in lines)]
    return (
        Group(_plain(play.script.title, "bold"), compared, _plain(found.meaning)),
        _decisions(play),
        *advised,
        Group(*left_open, _plain(f"\n{NO_CAUSE}", "bold")),
    )


def _advice(play: Play, title: str, given: list[GivenAdvice]) -> RenderableType:
    advice = _table("Advice", play.script.organisation, "You", title=f"{title}: {pieces(len(given))}")
    for answer in given:
        advice.add_row(*map(_plain, (answer.advice, f"{answer.state}: {answer.why}", play.advice(answer))))
    return advice


def _decisions(play: Play) -> RenderableType:
    when, chose, _, did = play.script.decided
    table = _table(when, chose, did, title=DECISIONS)
    for row in play.decided:
        said = f"{row.chosen}\n“{row.statement}”" if row.statement else row.chosen
        table.add_row(*map(_plain, (row.when, said, row.did)))
    return table


def notes(script: Script) -> RenderableType:
    """Notes for the lecturer, to print: **all that is to come**."""
    parts: list[RenderableType] = [_plain(f"Notes for the lecturer: {script.title}", "bold"), Rule()]
    for number, moment in enumerate(script.moments, start=1):
        parts.append(_plain(f"\n{number}. {moment.day}, {moment.clock}   {moment.since}", "bold"))
        parts += [
            Padding(_plain(f"{event.when}: {event.words} – {event.who}"), (0, 0, 0, 3)) for event in moment.events
        ]
        parts += (
            [_plain(f"   {counted(len(moment.texts), 'text')}: {', '.join(text.publisher for text in moment.texts)}")]
            if moment.texts
            else []
        )
        if moment.decision:
            parts.append(_plain(f"   Decision: {moment.decision.question} {moment.decision.note}", "bold"))
    parts += [Rule(RECORD, align="left"), _plain(RECORD_TIMES)]
    parts += [
        _plain(f"{row.event_id}  {row.when}  {row.label}. {row.summary} {row.known}") for row in script.debriefing.rows
    ]
    return Group(*parts)
