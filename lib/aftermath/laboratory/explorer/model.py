"""What follows from a state: results, figures, words and code. Plain Python, without a widget; nothing is read or measured twice."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import plotly.graph_objects as go
import polars as pl
from plotly.io.json import to_json_plotly

from aftermath import vocabulary
from aftermath.case_files.case import Case, read_case
from aftermath.figures.theme import NARROW, WIDE, Drawing, View, sketch
from aftermath.laboratory.explorer.calls import AMONG_OTHERS, FIGURES, Call, calls, code
from aftermath.laboratory.explorer.state import State, StateError
from aftermath.problems import AftermathError, Problem
from aftermath.statistics.result import Result
from aftermath.times import Span
from aftermath.wording import latency_text, span_text
from aftermath.workspace import Workspace

_REMEMBERED = 512  # answers, which covers going back and forth
_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Answer:
    """What a call gave.

    Parameters
    ----------
    result
        None where the evidence cannot bear it.
    why_not
        The reason; empty where there is a result.
    """

    result: Any
    why_not: str = ""


@dataclass(frozen=True)
class Source:
    """A source as it is listed: its address is empty where it is not linked."""

    title: str
    publisher: str
    published: str
    address: str


@dataclass(frozen=True)
class EventDetails:
    """An event in words.

    Parameters
    ----------
    id, label, summary
        As the table has them.
    when, since
        Local time, and time since clock zero; the latter is empty where there is no clock.
    who, acts, certainty
        In words.
    sources
        Those that it rests on.
    """

    id: str
    label: str
    summary: str
    when: str
    since: str
    who: str
    acts: tuple[str, ...]
    certainty: str
    sources: tuple[Source, ...]


class Model:
    """Cases, and the answers to what was asked of them.

    Parameters
    ----------
    cases
        Those that load.
    problems
        What keeps others from loading.
    """

    def __init__(self, cases: Iterable[Case], problems: Sequence[Problem] = ()) -> None:
        self.cases = {case.id: case for case in cases}
        self.problems = tuple(problems)
        self._made: OrderedDict[tuple, Any] = OrderedDict()

    @classmethod
    def of(cls, workspace: Workspace) -> Model:
        """All cases of a workspace; those that do not load leave their problems."""
        read = [read_case(workspace.case_folder(case_id), workspace) for case_id in workspace.case_ids()]
        return cls([case for case, _ in read if case], [problem for _, of_case in read for problem in of_case])

    def check(self, state: State) -> None:
        """Refuse a state that names a case or an event that there is not.

        Raises
        ------
        StateError
            If it does.
        """
        for case_id in state.cases:
            if case_id not in self.cases:
                raise StateError(f"there is no case {case_id!r} here; choose from: {', '.join(self.cases)}")
        named = [*state.clocks.items(), *([(state.focus, state.marked)] if state.marked else [])]
        for case_id, event_id in named:
            if event_id not in self.cases[case_id].events["event_id"]:
                raise StateError(f"{case_id} has no event {event_id!r}")

    def choices(self, **wanted: str) -> tuple[str, ...]:
        """Ids of the cases of which ``case.yaml`` says this, e.g. ``country="US"``; what is wanted empty is not asked."""
        asked = {name: value for name, value in wanted.items() if value}
        return tuple(
            case_id
            for case_id, case in self.cases.items()
            if all(getattr(case.about, name) == value for name, value in asked.items())
        )

    def answer(self, state: State, case_id: str, name: str) -> Answer:
        """What the call of a name gives for a case of a state; see ``calls.calls``.

        Returns
        -------
        Answer
            Of ``timeline`` a drawing, else a result.
        """
        return self._answer(case_id, calls(state, case_id)[name], _view(state))

    def figure(self, state: State, case_id: str, name: str) -> Answer:
        """The figure of a call as JSON, where it has one: an answer may be there although it cannot be drawn."""
        call, view = calls(state, case_id)[name], _view(state)
        beside = tuple((other, calls(state, other)[name]) for other in self._beside(state, case_id, name))
        return self._once(("figure", case_id, call, view, beside), lambda: self._drawn(case_id, call, view, beside))

    def _beside(self, state: State, case_id: str, name: str) -> tuple[str, ...]:
        """The other cases that are drawn in the figure of one, for an axis that all of them have."""
        if calls(state, case_id)[name].function not in AMONG_OTHERS:
            return ()
        return tuple(other for other in state.cases if other != case_id and self.answer(state, other, name).result)

    def _drawn(self, case_id: str, call: Call, view: View, beside: tuple[tuple[str, Call], ...]) -> Answer:
        answer = self._answer(case_id, call, view)
        drawing = answer.result
        if isinstance(drawing, Result):
            draw: Callable[..., go.Figure] | None = FIGURES.get(call.function)
            if draw is None:
                return Answer(None)
            try:
                others = [self._answer(*other, view).result for other in beside]
                drawing = sketch(lambda: draw(answer.result, *([others] if others else ())), view)
            except AftermathError as error:
                return Answer(None, str(error))
        if not isinstance(drawing, Drawing):
            return answer
        return Answer(str(to_json_plotly({"data": drawing.traces, "layout": drawing.layout})))

    def _answer(self, case_id: str, call: Call, view: View) -> Answer:
        key = (case_id, call, view if call.function == "timeline" else None)
        return self._once(key, lambda: _called(self.cases[case_id], call, view))

    def _once(self, key: tuple, make: Callable[[], _Made]) -> _Made:
        """What was made under a key, made where it was not; what has not been asked for long is forgotten."""
        if key not in self._made:
            self._made[key] = make()
            if len(self._made) > _REMEMBERED:
                self._made.popitem(last=False)
        self._made.move_to_end(key)
        return self._made[key]

    def code(self, state: State) -> str:
        """The code that gives the same."""
        names = [(case_id, name) for case_id in state.cases for name in calls(state, case_id)]
        unmeasured = {key: why for key in names if (why := self.answer(state, *key).why_not)}
        undrawn = {key: why for key in names if key not in unmeasured and (why := self.figure(state, *key).why_not)}
        return code(state, unmeasured, undrawn)

    def event(self, state: State) -> EventDetails | None:
        """The event that is marked; None where none is."""
        if state.marked is None:
            return None
        case = self.cases[state.focus].with_clock(state.clocks.get(state.focus))
        row = case.events.row(by_predicate=pl.col("event_id") == state.marked, named=True)
        sources = case.sources.filter(case.sources["source_id"].is_in(row["source_ids"])).iter_rows(named=True)
        return EventDetails(
            id=row["event_id"],
            label=row["label"],
            summary=row["summary"],
            when=span_text(Span(row["earliest"], row["latest"]), case.about.timezone),
            since=_since(case, row["event_id"]),
            who=f"{row['speaker']} ({vocabulary.ACTORS[row['actor']]})"
            if row["speaker"]
            else vocabulary.ACTORS[row["actor"]],
            acts=tuple(vocabulary.ACTS[act] for act in row["acts"]),
            certainty=vocabulary.CERTAINTIES[row["certainty"]],
            sources=tuple(_source(source) for source in sources),
        )


def _view(state: State) -> View:
    """Which layout fits: one case has the whole width, several stand beside each other."""
    return WIDE if len(state.cases) == 1 else NARROW


def _called(case: Case, call: Call, view: View) -> Answer:
    try:
        if call.function == "timeline":
            return Answer(sketch(lambda: call.draw(case), view))
        return Answer(call(case))
    except AftermathError as error:
        return Answer(None, str(error))


def _since(case: Case, event_id: str) -> str:
    if case.about.clock_zero is None:
        return ""
    if case.about.clock_zero == event_id:
        return "clock zero"
    words = latency_text(case.times().since_zero[event_id])
    if words.endswith("clock zero"):
        return words
    return f"{words} clock zero" if words.endswith(("before", "after")) else f"{words} after clock zero"


def _source(row: dict) -> Source:
    address = row["url"] if row["link"] == "yes" and row["url"] else ""
    return Source(row["title"] or row["url"] or row["source_id"], row["publisher"], row["published"] or "", address)
