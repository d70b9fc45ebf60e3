"""The controls of an exploration and what they show: widgets over a ``Model``, which knows nothing of them.

Figures are sent as JSON and drawn in place by ``explorer.js``, which comes with the cell: JupyterLab's own renderer of plotly
draws a figure once and leaves it, whatever it is updated to.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import jinja2
from IPython.display import Javascript, display
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from aftermath import vocabulary
from aftermath.case_files.case import Case, load_case
from aftermath.display import without_maths
from aftermath.figures.theme import DARK
from aftermath.figures.timeline_events import LANES
from aftermath.laboratory.explorer.model import Model
from aftermath.laboratory.explorer.state import OUTCOMES, State, StateError
from aftermath.pages.script import script_json
from aftermath.pages.templating import ENVIRONMENT
from aftermath.problems import AftermathError
from aftermath.wording import counted, listed, moment
from aftermath.workspace import Workspace, find_workspace

HERE = Path(__file__).parent
TEMPLATES = ENVIRONMENT.overlay(loader=jinja2.FileSystemLoader(HERE / "templates"))
FILTERS = {"cause": "Cause", "country": "Country", "crisis_type": "Crisis type"}
AS_USUAL = ""  # in menus, where None would mean that nothing is chosen
ROWS = ("heading", "timeline", "chosen", "speed", "openness", "outcome")


def explore(case_ids: Case | str | Iterable[Case | str] | None = None, workspace: Workspace | None = None) -> Explorer:
    """Explore cases by hand: in a notebook, this shows menus, figures that follow them, and the code that gives the same.

    Parameters
    ----------
    case_ids
        The case, or the cases side by side, that are shown first, or their ids; the first one with a crisis on record if not
        given. All others can be chosen in the menu. **Cases are read from the workspace**, whatever was changed in them since.
    workspace
        Where the cases are; the workspace in force if not given.

    Returns
    -------
    Explorer
        Shows itself as the last line of a cell.

    Raises
    ------
    CaseError
        If a case that is named does not load. Others that do not load are said in the explorer.
    AftermathError
        If no case loads.

    Examples
    --------
    >>> explorer = explore("kitchenaid-tweet")
    >>> explorer.state = explorer.state.with_clock("e05")
    >>> print(explorer.code.splitlines()[4])
    speed = am.speed(case, clock_zero="e05")
    """
    workspace = workspace or find_workspace()
    model = Model.of(workspace)
    chosen = (case_ids,) if isinstance(case_ids, Case | str) else case_ids or ()
    named = tuple(case.id if isinstance(case, Case) else case for case in chosen)
    for case_id in named:
        if case_id not in model.cases:
            load_case(case_id, workspace)  # which says what is wrong with it
    if not model.cases:
        raise AftermathError(
            f"no case in {workspace.relative(workspace.cases)} can be loaded: `aftermath check` lists why."
        )
    documented = (case.id for case in model.cases.values() if case.zero is not None)
    return Explorer(model, State(named or (next(documented, next(iter(model.cases))),)))


class Explorer:
    """An exploration with its controls.

    Parameters
    ----------
    model
        Cases and answers.
    state
        What is shown first.
    """

    def __init__(self, model: Model, state: State) -> None:
        self.model = model
        self._state = state
        self._alone = threading.RLock()  # JupyterLab lets two threads of the kernel hand on what controls ask
        self._settling = False
        self._answers = 0
        self.controls = _controls(model)
        self.rows = {name: widgets.Box() for name in ROWS}
        self._event, self._code, self._notice = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self._code.add_class("aftermath-answer")
        self.root = self._arranged()
        for name, control in self.controls.items():
            if isinstance(control, widgets.Button):
                control.on_click(lambda _: self._moved("here", None))
            else:
                control.observe(lambda change, name=name: self._moved(name, change["new"]), "value")
        model.check(state)
        self._show()

    @property
    def state(self) -> State:
        """What is asked; set it to ask something else."""
        return self._state

    @state.setter
    def state(self, state: State) -> None:
        """Ask something else; a state that names what there is not is refused, and nothing changes."""
        self.model.check(state)
        self._state = state
        self._show()

    @property
    def code(self) -> str:
        """The code that gives what is shown."""
        return self.model.code(self.state)

    def __repr__(self) -> str:
        return f"Explorer({self.state})"

    def _ipython_display_(self) -> None:
        waiting, drawing = (
            path.read_text(encoding="utf-8") for path in (HERE.parent / "unanswered.js", HERE / "explorer.js")
        )
        script = waiting + drawing.replace("/* theme */ {}", script_json(DARK))
        # what draws is handed to the page once, and not kept in the notebook
        shown = display(Javascript(f"{get_plotlyjs()};window.Plotly=window.Plotly||Plotly;{script}"), display_id=True)
        display(self.root)
        if shown is not None:
            shown.update(Javascript(script))

    # What a control asks for

    def _moved(self, name: str, value: Any) -> None:
        """A control was moved by hand: the state follows, or it is said why it cannot."""
        with self._alone:
            if self._settling:
                return
            try:
                if name in FILTERS:
                    self._show()
                else:
                    self.state = self._asked(name, value)
            except StateError as error:
                self._show(str(error))

    def _asked(self, name: str, value: Any) -> State:
        """The state that a control asks for."""
        state = self.state
        match name:
            case "case":
                return state.of_cases((value, *(other for other in state.cases[1:] if other != value)))
            case "beside":
                return state.of_cases((state.cases[0], *(other for other in value if other != state.cases[0])))
            case "clock_zero":
                return state.with_clock(value or None)
            case "here":
                own = self.model.cases[state.focus].about.clock_zero
                return state.with_clock(state.marked if state.marked != own else None)
            case "events":
                focus, marked = value or (state.focus, None)
                return replace(state, focus=focus, marked=marked)
            case "outcome":
                return state.of_outcome(value)
            case "phase_days":
                return replace(state, phase_days=_days(value))
            case lane if lane in LANES:
                shown = {*state.lanes, lane} if value else {*state.lanes} - {lane}
                return replace(state, lanes=tuple(name for name in LANES if name in shown))
        return replace(state, **{name: None if value == AS_USUAL else value})

    # What is shown of a state

    def _show(self, notice: str = "") -> None:
        self._settling = True
        try:
            self._show_rows()
            self._event.value = _rendered("event", event=self.model.event(self.state))
            self._settle()
            self._answers += 1
            self._code.value = _rendered("code", code=self.code, answer=self._answers)
            self._notice.value = _rendered("notice", notice=notice or self._filtered, problems=self.model.problems)
        finally:
            self._settling = False

    @property
    def _fitting(self) -> tuple[str, ...]:
        return self.model.choices(**{name: self.controls[name].value for name in FILTERS})

    @property
    def _filtered(self) -> str:
        """How many cases fit the filters, where any is set: **what is shown stays, and in the menu, though it may be none of them**."""
        if not any(self.controls[name].value for name in FILTERS):
            return ""
        fitting = self._fitting
        other = [self.model.cases[case_id].title for case_id in self.state.cases if case_id not in fitting]
        found = f"{counted(len(fitting), 'case') if fitting else 'No case'} {'fits' if len(fitting) < 2 else 'fit'} the filters."
        return f"{found} Still shown, though not by them: {listed(other)}." if other else found

    def _show_rows(self) -> None:
        for name in ("heading", "timeline", "speed", "openness", "outcome"):
            row, state = self.rows[name], self.state
            if len(row.children) != len(state.cases):
                (row.add_class if len(state.cases) > 1 else row.remove_class)("several")
                row.children = [widgets.HTML() for _ in state.cases]
                for child in row.children:
                    child.add_class("aftermath-figure")
            for child, case_id in zip(row.children, state.cases, strict=True):
                child.value = self._cell(name, case_id)

    def _cell(self, name: str, case_id: str) -> Markup:
        """What a row shows of a case."""
        state, case = self.state, self.model.cases[case_id]
        if name == "heading":
            moved = state.clocks.get(case_id)
            event = self.model.event(replace(state, focus=case_id, marked=moved)) if moved else None
            return _rendered("heading", case=case, moved=event)
        answer = self.model.answer(state, case_id, name)
        if name == "openness":
            return _rendered("openness", result=answer.result, why_not=answer.why_not)
        beside = "; in grey, what is beside it" if len(state.cases) > 1 else ""
        title = {"timeline": "", "speed": f"How fast{beside}", "outcome": state.asked.label}[name]
        drawn = self.model.figure(state, case_id, name)
        figure = (drawn.result or "").replace("<", "\\u003c")
        return _rendered(
            "figure",
            title=title,
            figure=Markup(figure),  # noqa: S704 - no angle bracket is left
            label=f"{title or 'Timeline'}: {case.title}",
            prefix=self._prefix(case_id),
            why_not=answer.why_not or drawn.why_not,
            text="" if name == "timeline" or answer.result is None else answer.result.text,
        )

    def _prefix(self, case_id: str) -> str:
        """What stands before the events of a case in the list; nothing where there is only one case."""
        state = self.state
        return f"{state.cases.index(case_id) + 1} · " if len(state.cases) > 1 else ""

    def _settle(self) -> None:
        """Let every control say what the state says, and offer what there is."""
        state, asked, controls = self.state, self.state.asked, self.controls
        for name, (options, value) in self._menus().items():
            _offer(controls[name], options, value)
        controls["outcome"].value = state.outcome
        controls["phase_days"].value = ", ".join(map(str, state.phase_days))
        for name in LANES:
            controls[name].value = name in state.lanes
        used = {
            "estimator": len(asked.estimators) > 1,
            "window": bool(asked.windows),
            "baseline": bool(asked.baselines),
            "phase_days": asked.phases,
            "here": state.marked is not None and self.model.cases[state.focus].zero is not None,
        }
        for name, use in used.items():
            controls[name].disabled = not use

    def _menus(self) -> dict[str, tuple[list[tuple[str, Any]], Any]]:
        """Menu to what it offers, words and value, and what is chosen."""
        state, model, asked = self.state, self.model, self.state.asked
        offered = {*self._fitting, *state.cases}
        cases = [(case.title, case_id) for case_id, case in model.cases.items() if case_id in offered]
        shown = [model.cases[case_id] for case_id in state.cases]
        own, events = model.cases[state.focus].about.clock_zero, _events(model.cases[state.focus])
        clock = f"as coded ({own})" if own else "none on record"
        coders = dict.fromkeys([*(coder.id for case in shown for coder in case.coders), *filter(None, [state.coder])])
        gone_through = [
            (self._prefix(case.id) + words, (case.id, name)) for case in shown for words, name in _events(case)
        ]
        return {
            "case": (cases, state.cases[0]),
            "beside": ([case for case in cases if case[1] != state.cases[0]], state.cases[1:]),
            "clock_zero": (
                [(clock, AS_USUAL), *(event for event in events if own and event[1] != own)],
                state.clocks.get(state.focus),
            ),
            "coder": ([("all coders", AS_USUAL), *((f"coder {coder} alone", coder) for coder in coders)], state.coder),
            "events": (gone_through, (state.focus, state.marked) if state.marked else None),
            "estimator": ([(words, key) for key, words in asked.estimators.items()], state.estimator),
            "window": ([("all days", AS_USUAL), *((f"to day {days}", days) for days in asked.windows)], state.window),
            "baseline": ([("as usual", AS_USUAL), *((f"{n} days", n) for n in asked.baselines)], state.baseline),
        }

    def _arranged(self) -> widgets.VBox:
        controls = self.controls
        lanes = widgets.HBox([widgets.Label("Lanes:"), *(controls[name] for name in LANES)])
        lanes.add_class("aftermath-lanes")
        for name in ("case", "beside"):
            controls[name].add_class("aftermath-case")
        names = "case beside clock_zero coder outcome estimator phase_days window baseline".split()
        menu = widgets.Box([*(controls[name] for name in (*FILTERS, *names)), lanes])
        menu.add_class("aftermath-controls")
        chosen = widgets.Box([widgets.VBox([controls["events"], controls["here"]]), self._event])
        chosen.add_class("aftermath-chosen")
        chosen.children[0].add_class("aftermath-events")
        self.rows["chosen"] = chosen
        for name in ROWS:
            if name != "chosen":
                self.rows[name].add_class("aftermath-row")
        style = (HERE / "explorer.css").read_text(encoding="utf-8")
        sheet = widgets.HTML(f"<style>{style}</style>", layout={"display": "none"})
        root = widgets.VBox([sheet, menu, self._notice, *(self.rows[name] for name in ROWS), self._code])
        root.add_class("aftermath-explorer")
        return root


def _controls(model: Model) -> dict[str, Any]:
    """Every control by its name, each with a label."""
    style = {"description_width": "5.8rem"}

    def menu(label: str, kind: type = widgets.Dropdown, **options: Any) -> Any:
        return kind(description=label, style=style, **options)

    abouts = [case.about for case in model.cases.values()]
    said = {name: sorted({getattr(about, name) for about in abouts} - {None}) for name in FILTERS}
    words = {"cause": vocabulary.CAUSES.get, "country": vocabulary.country_name, "crisis_type": str}
    filters = {
        name: menu(label, options=[("any", ""), *((words[name](value), value) for value in said[name])])
        for name, label in FILTERS.items()
    }
    lanes = {name: widgets.Checkbox(True, description=name, indent=False) for name in LANES}
    return (
        filters
        | lanes
        | {
            "case": menu("Case"),
            "beside": menu("Beside it", widgets.SelectMultiple, rows=6),
            "clock_zero": menu("Clock zero"),
            "coder": menu("Coder"),
            "outcome": menu("Outcome", options=[(outcome.label, key) for key, outcome in OUTCOMES.items()]),
            "estimator": menu("Estimator"),
            "phase_days": menu("Phases end", widgets.Text, continuous_update=False),
            "window": menu("Window"),
            "baseline": menu("Baseline"),
            "events": menu("Events", widgets.Select, rows=9),
            "here": widgets.Button(description="Start the clock at this event"),
        }
    )


def _offer(control: Any, options: Sequence[tuple[str, Any]], value: Any) -> None:
    """Options of a menu, sent only where they are others, and its value."""
    if tuple(control.options) != tuple(options):
        control.options = options
    if isinstance(control, widgets.Dropdown) and value is None:
        value = AS_USUAL
    if control.value != value:
        control.value = value


def _events(case: Case) -> list[tuple[str, str]]:
    """Words and id of every event, in order of time."""
    rows, zone = case.events.select("event_id", "earliest", "label").iter_rows(), case.about.timezone
    return [(f"{event_id} · {moment(start, zone, clock=False)} · {label}", event_id) for event_id, start, label in rows]


def _days(text: str) -> tuple[int, ...]:
    parts = re.split(r"[\s,;]+", text.strip())
    if not all(part.isdecimal() and len(part) < 6 for part in parts):
        raise StateError(f"{text!r} are no days: write numbers in ascending order, e.g. 7, 30")
    return tuple(map(int, parts))


def _rendered(name: str, **words: Any) -> Markup:
    return without_maths(TEMPLATES.get_template(f"{name}.html.j2").render(**words))
