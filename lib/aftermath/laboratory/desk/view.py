"""The desk as widgets: they show a session, and hand what is typed and pressed on to its moves.

A single key works in a text field alone: anywhere else in a notebook JupyterLab takes it for a command of its own, which
``desk.js`` prevents where a button or a level has the focus. It also says where the kernel does not answer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import ipywidgets as widgets
from IPython.display import Javascript, display

from aftermath.case_files.case import Case
from aftermath.case_files.levels import Scale
from aftermath.display import without_maths
from aftermath.laboratory.desk import session as moves
from aftermath.laboratory.desk.begin import session_of
from aftermath.laboratory.desk.entry import NotYet, chosen, keys_for
from aftermath.laboratory.desk.html import evidence, head, level_label, message, rule
from aftermath.laboratory.desk.session import Session
from aftermath.workspace import Workspace

_SCRIPTS = (Path(__file__).parents[1] / "unanswered.js", Path(__file__).with_name("desk.js"))


class Desk(widgets.VBox):
    """The coding desk of one coder.

    Parameters
    ----------
    session
        Where the coder is; **the desk's own** ``session`` **is where they are now**.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._alone = threading.RLock()  # JupyterLab lets two threads of the kernel hand on what is typed
        self._drawing = False
        self.head, self.evidence, self.message = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.answer = widgets.HTML(layout={"display": "none"}).add_class("am-desk-answer")
        self._answers = 0
        self.codes, self.events, self.reason = tuple(
            _Field(name, self._alone, self._typed) for name in ("codes", "events", "reason")
        )
        self.scales = tuple(_Levels(lambda level, place=place: self._choose(place, level)) for place in range(3))
        self.save = self._button("Save", moves.save, "primary")
        self.skip = self._button("Skip", moves.skipped)
        self.undo = self._button("Take back the last", moves.undone)
        self.theirs = self._button("Keep what is there", moves.take_theirs)
        self.mine = self._button("Write mine over it", moves.write_mine)
        of_row = widgets.HBox([self.codes, self.events]).add_class("am-desk-fields")
        buttons = widgets.HBox([self.save, self.skip, self.undo, self.theirs, self.mine]).add_class("am-desk-buttons")
        self.rules = widgets.HBox([levels.box for levels in self.scales]).add_class("am-desk-scales")
        super().__init__(
            [self.head, self.evidence, of_row, self.reason, buttons, self.message, self.rules, self.answer]
        )
        self.add_class("am-desk")
        self._draw()

    def __repr__(self) -> str:
        session = self.session
        return f"Desk({session.case.id!r}, {session.coder.label}: {session.done} of {session.total} coded)"

    def _ipython_display_(self) -> None:
        display(Javascript("\n".join(script.read_text(encoding="utf-8") for script in _SCRIPTS)))
        display(self._repr_mimebundle_(), raw=True)

    def _button(self, label: str, move: Callable[[Session], Session], style: str = "") -> widgets.Button:
        button = widgets.Button(description=label, button_style=style)
        button.on_click(lambda _: self._press(move))
        return button

    def _press(self, move: Callable[[Session], Session]) -> None:
        with self._alone:
            self._moved(move(self.session))

    def _typed(self, name: str, text: str) -> bool:
        """Hand on what is typed; whether another step came on the desk."""
        before = self.session
        self.session = moves.typed(before, name, text)
        self._draw()
        moved = self.session.queue != before.queue
        if moved:
            self.codes.focus()
        return moved

    def _choose(self, place: int, level: str) -> None:
        """A level chosen with the mouse; the other codes stay."""
        with self._alone:
            step = self.session.step
            if self._drawing or step is None:
                return
            try:
                codes = chosen(step.scales, self.session.entry.given)
            except NotYet:
                codes = {}
            codes[step.scales[place].name] = level
            self._moved(moves.typed(self.session, "codes", keys_for(step.scales, codes)))

    def _moved(self, session: Session) -> None:
        self.session = session
        self._draw()
        self.codes.focus()

    def _draw(self) -> None:
        session, self._drawing = self.session, True
        step, fault, codes = session.step, "", {}
        try:
            codes = chosen(step.scales, session.entry.given) if step else {}
        except NotYet as error:
            fault = str(error)
        self.head.value, self.evidence.value = map(without_maths, (head(session), evidence(session)))
        self.message.value = without_maths(message(session, fault))
        self.codes.show(session.entry.codes)
        self.events.show(session.entry.events)
        self.reason.show(session.entry.reason)
        if step:
            self.codes.description, self.codes.placeholder = _HINTS[step.table]
        for place, levels in enumerate(self.scales):
            shown = step is not None and place < len(step.scales)
            levels.show(step.scales[place] if step and shown else None, codes)
        self._show_what_is_of_use()
        self._answers += 1
        self.answer.value = str(self._answers)  # by which the page knows that the kernel answers
        self._drawing = False

    def _show_what_is_of_use(self) -> None:
        session, step = self.session, self.session.step
        of_item = step is not None and step.table == "rubric"
        for widget, of_use in (
            (self.codes, step is not None),
            (self.rules, step is not None),
            (self.events, of_item),
            (self.reason, of_item),
            (self.save, step is not None and session.theirs is None),
            (self.skip, len(session.queue) > 1 and session.theirs is None),
            (self.undo, bool(session.saved) and session.theirs is None),
            (self.theirs, session.theirs is not None),
            (self.mine, session.theirs is not None),
        ):
            widget.layout.display = None if of_use else "none"


_HINTS = {"stances": ("Codes", "e.g. -1 0 ."), "rubric": ("Score", "0, 1, 2, n or u")}


class _Levels:
    """The levels of one scale, with what each stands for; one of them may be chosen with the mouse."""

    def __init__(self, choose: Callable[[str], None]) -> None:
        self.rule, self.note = widgets.HTML(), widgets.HTML()
        self.radio = widgets.RadioButtons(options=[], layout=widgets.Layout(width="auto"))
        self.radio.observe(lambda change: choose(change["new"]) if change["new"] is not None else None, "value")
        self.box = widgets.VBox([self.rule, self.radio, self.note]).add_class("am-desk-scale")
        self.scale: Scale | None = None

    def show(self, scale: Scale | None, codes: dict[str, str]) -> None:
        """Show a scale with its code; nothing where there is none."""
        self.box.layout.display = "none" if scale is None else None
        if scale is None:
            return
        if scale != self.scale:
            self.scale = scale
            self.radio.options = [(level_label(scale, level), level) for level in scale.levels]
            self.rule.value, self.note.value = map(without_maths, rule(scale))
        self.radio.value = codes.get(scale.name)


class _Field(widgets.Textarea):
    """A field that hands on all that it holds at each key, line ends among it.

    Its own message for Enter would not do: it comes before what was typed just before it. And whoever types on while a line
    is being saved still sees that line: the browser sends both as one text, until it learns that the field was emptied.

    What another field hands on changes nothing here: of two threads one may be about to hand on what is typed in this field, and
    to write the text that the session still has would take it away under the fingers.
    """

    def __init__(self, name: str, alone: threading.RLock, typed: Callable[[str, str], bool]) -> None:
        super().__init__(description=name.capitalize(), rows=2 if name == "reason" else 1, continuous_update=True)
        self._alone, self._typed, self._name = alone, typed, name
        self._saved = ""  # begins what the browser sends as long as it has not emptied the field
        self._known = self._written = ""  # to the session, and by it
        self._shows = False
        self.observe(self._sent, "value")

    def show(self, text: str) -> None:
        """Show what is typed of a step, where that is not what the session knows of this field anyway."""
        if text == self._known:
            return
        self._known = self._written = text
        self._shows = True
        self.value = text
        self._shows = False

    def _sent(self, change: dict[str, str]) -> None:
        with self._alone:
            sent = change["new"]
            overtaken = sent != self.value and self.value != self._written  # by a later text, which is handed on, too
            if self._shows or overtaken:
                return
            self._known = self.value  # not what was sent, where the session has written since
            ahead = bool(self._saved) and sent != self._saved and sent.startswith(self._saved)
            own, name = (sent.removeprefix(self._saved), "codes") if ahead else (sent, self._name)
            if self._typed(name, own):
                self._saved = sent[: sent.rfind("\n") + 1]
            elif not ahead:
                self._saved = ""


def desk(case: Case | str, coder: str | None = None, workspace: Workspace | None = None) -> Desk:
    """Open the coding desk: what a coder of a case has still to code, one text or item of the rubric at a time.

    Codes are typed as the files hold them (``-1 0 .``: the point leaves the last one empty; items ``0``, ``1``, ``2``, ``n`` for
    na, ``u`` for unknown) and saved with Enter; ``s`` skips, ``z`` takes back what was saved last. **Each step is saved at once,
    whole or not at all**, so that a session can end at any moment: run the cell again, and it goes on.

    Nothing that another coder decided is shown. A blind coder (``blind`` in ``case.yaml``; where it says nothing, everybody but
    the first) sees abstracts and events alone, in an order of their own that is the same each time.

    Parameters
    ----------
    case
        A case or its id.
    coder
        Who codes, as ``case.yaml`` names them; its first coder if not given.
    workspace
        Where the case lies; the workspace in force if not given.

    Returns
    -------
    Desk
        A widget for JupyterLab.

    Raises
    ------
    CaseError
        If the case has a problem.
    DeskError
        If the case does not know the coder, or its folder cannot be written.

    Examples
    --------
    >>> desk("kitchenaid-tweet", "b").session.done
    65
    """
    return Desk(session_of(case, coder, workspace))
