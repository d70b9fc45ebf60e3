"""The replay in a notebook: widgets that a keyboard works, Tab, Space and Enter alone, as JupyterLab has the letters."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import groupby

import ipywidgets as widgets
from markupsafe import Markup

from aftermath.case_files.case import Case
from aftermath.display import without_maths
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
from aftermath.replaying.script import HOW, Moment, Script, ShownEvent, script_of
from aftermath.vocabulary import RESPONSES
from aftermath.wording import counted
from aftermath.workspace import Workspace

_HEAD = Markup(
    '<p style="margin:0"><b style="font-size:2.2em">{}</b> &nbsp; {} &nbsp; {}</p><p style="margin:0;opacity:.75">{}</p>'
)
_EVENT = Markup(
    '<div style="border-left:5px solid {};padding-left:.8em;margin:.9em 0;line-height:1.4"><span style="opacity:.75">{}</span>'
    '<br><span style="font-size:1.45em;line-height:1.3">{}</span><br>{}</div>'
)
_TEXT = Markup('<li style="line-height:1.4"><b>{}</b>, {}{}: {}</li>')
_TEXTS = Markup("<details><summary>Published by now: {}</summary><ul>{}</ul></details>")
_CHOSEN = Markup('<p style="font-size:1.15em;line-height:1.4">You: <b>{}</b></p>{}')
_QUOTED = Markup('<blockquote style="font-style:italic;white-space:pre-wrap">{}</blockquote>')
_HEADING = Markup("<h3>{}</h3>")
_LINE = Markup('<p style="line-height:1.45;max-width:50em">{}</p>')
_ROW = Markup('<tr style="vertical-align:top;text-align:left">{}</tr>')
_CELL = Markup('<td style="padding:.2em .9em .2em 0;text-align:left">{}</td>')
_TABLE = Markup("<table><thead>{}</thead><tbody>{}</tbody></table>")
_FOLDED = Markup("<details><summary>{}</summary>{}</details>")
_OWN, _OTHERS = "#0a7558", "#b9c3cc"
_JOINED = Markup("")


class Replay(widgets.VBox):
    """A replay as a widget.

    Parameters
    ----------
    script
        What is played.
    minutes
        How long the class may take for every decision; 0 for no limit, None for what each is staged with.
    clock
        Gives seconds.
    """

    def __init__(self, script: Script, minutes: int | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.play, self.minutes, self._clock = Play(script), minutes, clock
        self._spent = 0.0
        self._began: float | None = None  # None while the clock stands still
        self._counting: asyncio.Task[None] | None = None
        self.shown, self.timer = widgets.HTML(), widgets.Label()
        self.options = [widgets.Checkbox(description=label, indent=False) for label, _ in RESPONSES.values()]
        self.statement = widgets.Textarea(
            description="Your statement",
            style={"description_width": "initial"},
            rows=3,
            continuous_update=False,
            layout=widgets.Layout(width="100%", max_width="50em"),
        )
        self.statement.observe(self._keep_statement, "value")
        self.decide = self._button("Decide", lambda: self._choose(late=False), "primary")
        self.wait = self._button("Wait", self._wait)
        self.back = self._button("Back", self._back)
        self.pause = self._button("Pause", self._pause)
        self.next = self._button("Begin", self._forward, "primary")
        self.lecturer = self._button("Lecturer: what is ahead", self._show_ahead)
        self.ahead = widgets.HTML()
        boxes = widgets.GridBox(
            self.options, layout=widgets.Layout(grid_template_columns="repeat(auto-fill, minmax(16em, 1fr))")
        )
        self.asking = widgets.VBox([boxes, self.statement, widgets.HBox([self.decide, self.wait, self.timer])])
        steps = widgets.HBox(
            [self.back, self.next, self.pause, self.lecturer], layout=widgets.Layout(flex_flow="row wrap")
        )
        super().__init__([self.shown, self.asking, steps, self.ahead])
        self._draw()

    def _button(self, label: str, act: Callable[[], None], style: str = "") -> widgets.Button:
        made = widgets.Button(description=label, button_style=style, layout=widgets.Layout(width="auto"))
        made.on_click(lambda _: act())
        return made

    # steps

    def _forward(self) -> None:
        self.play.forward()
        self._draw()
        self._focus()

    def _back(self) -> None:
        self.play.back()
        self._draw()

    def _wait(self) -> None:
        for box in self.options:
            box.value = False
        self._choose(late=False)

    def _choose(self, *, late: bool) -> None:
        limit, spent = self._limit, self._seconds
        names = [name for name, box in zip(RESPONSES, self.options, strict=True) if box.value]
        self.play.choose(names, self.statement.value.strip(), seconds=spent, late=late or 0 < limit < spent)
        for box in self.options:
            box.value = False
        self.statement.value = ""
        self._draw()
        self._focus()

    def _focus(self) -> None:
        """Give the focus to what comes next: what had it may be gone."""
        controls = self.options if self.play.awaited else [self.next, self.back]
        next(control for control in controls if control.layout.display != "none").focus()

    def _keep_statement(self, change: dict[str, str]) -> None:
        """Keep what was being written when the time ran out: the browser hands it over once the field is left."""
        choice = self.play.revealed
        if change["new"] and choice and choice.late and not choice.statement and not self.play.awaited:
            self.play.choices[choice.place] = replace(choice, statement=change["new"].strip())
            self.statement.value = ""
            self._draw()

    # the clock of a decision

    @property
    def _limit(self) -> float:
        decision = self.play.moment.decision if self.play.moment else None
        return 60.0 * decision.limit(self.minutes) if decision else 0.0

    @property
    def _seconds(self) -> float:
        return self._spent + (0.0 if self._began is None else self._clock() - self._began)

    def _pause(self) -> None:
        self._spent, self._began = self._seconds, self._clock() if self._began is None else None
        self.pause.description = "Go on" if self._began is None else "Pause"

    def _restart(self) -> None:
        """Start the clock of a decision that is awaited, and count down where a kernel is there to do so."""
        if self._counting:
            self._counting.cancel()
        self._spent, self._began, self._counting = 0.0, self._clock() if self.play.awaited else None, None
        self.pause.description, self.timer.value = "Pause", ""
        if self.play.awaited and self._limit:
            self.timer.value = f"{counted(round(self._limit / 60), 'minute')}; who has not chosen by then waits"
            try:
                self._counting = asyncio.get_running_loop().create_task(self._count_down(self.play.place))
            except RuntimeError:
                return  # without a kernel the limit counts when a button is pressed

    async def _count_down(self, place: int) -> None:
        while self.play.place == place and self.play.awaited:
            left = self._limit - self._seconds
            if left <= 0:
                self._counting = None
                self._choose(late=True)
                return
            self.timer.value = f"{int(left) // 60}:{int(left) % 60:02} left" + (
                ", paused" if self._began is None else ""
            )
            await asyncio.sleep(0.5)

    # what is shown

    def _draw(self) -> None:
        play, moment = self.play, self.play.moment
        awaited, self.ahead.value = play.awaited, ""
        shown = _debriefing(play) if play.over else _moment(moment, play) if moment else _opening(play.script)
        self.shown.value = without_maths(shown)
        self.asking.layout.display = "" if awaited else "none"
        offered = moment.decision.options if moment and moment.decision else ()
        for name, box in zip(RESPONSES, self.options, strict=True):
            box.layout.display = "" if name in offered else "none"
        self.pause.layout.display = "" if awaited else "none"
        self.next.layout.display = "none" if awaited or play.over else ""
        self.back.disabled = play.place < 0
        last = play.place == len(play.script.moments) - 1
        self.next.description = "Begin" if play.place < 0 else "Debriefing" if last else "Next moment"
        self._restart()

    def _show_ahead(self) -> None:
        """Show or hide what is ahead: **it tells what is to come**. The clock stands still from then on."""
        coming = enumerate(
            self.play.script.moments[max(0, self.play.place + 1) :], start=max(0, self.play.place + 1) + 1
        )
        lines = [
            _LINE.format(f"{number}. {moment.day}, {moment.clock}: {_outlined(moment)}") for number, moment in coming
        ]
        if not self.ahead.value and self._began is not None:
            self._pause()
        self.ahead.value = "" if self.ahead.value else without_maths(_JOINED.join(lines))


def replay(case: Case | str, workspace: Workspace | None = None, *, minutes: int | None = None) -> Replay:
    """Replay a documented crisis in a notebook, moment by moment, as the public saw it.

    Parameters
    ----------
    case
        A case, or its id.
    workspace
        Where to look; the workspace in force if not given.
    minutes
        How long the class may take for every decision, 0 for no limit; what each is staged with if not given.

    Returns
    -------
    Replay
        A widget; its ``play`` holds what was chosen.

    Raises
    ------
    ReplayError
        If the case cannot be replayed.
    CaseError
        If the case has problems.

    Examples
    --------
    >>> replay("kitchenaid-tweet").next.description
    'Begin'
    """
    return Replay(script_of(case, workspace), minutes)


def _opening(script: Script) -> Markup:
    return _HEADING.format(f"Replay: {script.organisation}") + _LINE.format(script.opening) + _LINE.format(HOW)


def _moment(moment: Moment, play: Play) -> Markup:
    place = f"Moment {play.place + 1} of {len(play.script.moments)}"
    parts = [_HEAD.format(moment.clock, moment.day, moment.since, place)]
    if play.revealed:
        said = _QUOTED.format(play.revealed.statement) if play.revealed.statement else ""
        parts.append(_CHOSEN.format(play.revealed.text, said))
        if not moment.own:
            parts.append(_LINE.format(play.script.nothing_new))
    parts += [_event(event) for event in moment.events]
    texts = [
        _TEXT.format(text.publisher, text.when, f", {text.judges}" if text.judges else "", text.abstract)
        for text in moment.texts
    ]
    parts += [_TEXTS.format(counted(len(texts), "text"), _JOINED.join(texts))] if texts else []
    if moment.decision:
        made = play.choices.get(play.place)
        parts += [
            _HEADING.format(moment.decision.question),
            *([_LINE.format(f"Decided: {made.text}.")] if made else []),
        ]
    return _JOINED.join(parts)


def _event(event: ShownEvent) -> Markup:
    return _EVENT.format(
        _OWN if event.own else _OTHERS, " – ".join((event.when, *event.remarks)), event.words, event.who
    )


def _outlined(moment: Moment) -> str:
    events = "; ".join(event.words for event in moment.events)
    decided = f" Decision: {moment.decision.question} {moment.decision.note}" if moment.decision else ""
    return f"{events} ({counted(len(moment.texts), 'text')}).{decided}"


def _table(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> Markup:
    def row(cells: tuple[str, ...]) -> Markup:
        return _ROW.format(_JOINED.join(_CELL.format(cell) for cell in cells))

    return _TABLE.format(
        row(tuple(Markup("<b>{}</b>").format(cell) for cell in headings)), _JOINED.join(map(row, rows))
    )


def _debriefing(play: Play) -> Markup:
    found = play.script.debriefing
    compared = [(row.label, row.own, row.record, row.standing) for row in play.compared]
    decided = [(row.when, row.chosen, row.statement, row.did) for row in play.decided]
    parts = [
        _HEADING.format(play.script.title),
        _HEADING.format(ANSWERS),
        _table(KINDS, compared),
        _LINE.format(found.meaning),
        _HEADING.format(DECISIONS),
        _table(play.script.decided, decided),
        *([_HEADING.format(ADVICE)] if found.advice else []),
        *(
            _FOLDED.format(f"{title}: {pieces(len(given))}", _advice(given, play))
            for title, given in (
                (title, list(same)) for title, same in groupby(found.advice, lambda answer: answer.text)
            )
        ),
    ]
    parts += [_HEADING.format(title) + _JOINED.join(map(_LINE.format, lines)) for title, lines in found.sections]
    parts += [_FOLDED.format(CODERS, _JOINED.join(map(_LINE.format, found.coders)))] if found.coders else []
    record = [(row.event_id, row.when, row.label, f"{row.summary} {row.known}") for row in found.rows]
    parts += [
        _FOLDED.format(RECORD, _LINE.format(RECORD_TIMES) + _table(("Event", "When", "What", "Summary"), record)),
        _LINE.format(NO_CAUSE),
    ]
    return _JOINED.join(parts)


def _advice(given: list[GivenAdvice], play: Play) -> Markup:
    rows = [
        (
            answer.advice,
            f"{answer.state}: {answer.why}",
            play.advice(answer),
        )
        for answer in given
    ]
    return _table(("Advice", play.script.organisation, "You"), rows)
