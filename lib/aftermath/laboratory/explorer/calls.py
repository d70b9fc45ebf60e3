"""What is called to answer a state: the same calls give the results, and stand below them to be copied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from aftermath.case_files.case import Case
from aftermath.figures.alarm import volume_alarm
from aftermath.figures.archive_series import posts_over_time
from aftermath.figures.crisis_timeline import timeline
from aftermath.figures.ladder import latency_ladder
from aftermath.figures.market import market_reaction as market_figure
from aftermath.figures.signals import signal_levels
from aftermath.figures.timeline_events import LANES
from aftermath.figures.tone import tone_over_time
from aftermath.laboratory.explorer.state import ALL, State
from aftermath.measures.alarm import alarm_from_coverage
from aftermath.measures.archive_sentiment import archive_sentiment
from aftermath.measures.market import WINDOW, market_reaction
from aftermath.measures.recovery import recovery
from aftermath.measures.signals import signals
from aftermath.measures.speed import speed
from aftermath.measures.tone import PHASE_DAYS, tone
from aftermath.measures.transparency import transparency
from aftermath.statistics.result import Result

MEASURES = {
    measure.__name__: measure
    for measure in (
        speed,
        transparency,
        tone,
        recovery,
        archive_sentiment,
        market_reaction,
        signals,
        alarm_from_coverage,
    )
}
FIGURES = {
    "speed": latency_ladder,
    "tone": tone_over_time,
    "recovery": tone_over_time,
    "archive_sentiment": posts_over_time,
    "market_reaction": market_figure,
    "signals": signal_levels,
    "alarm_from_coverage": volume_alarm,
}
AMONG_OTHERS = ("speed",)  # whose figure takes the results of other cases, and gives all of them one axis
Value = str | int | None | tuple[str, ...] | tuple[int, ...]


@dataclass(frozen=True)
class Call:
    """A call of a measure, or of the timeline, of a case.

    Parameters
    ----------
    function
        Key of ``MEASURES``, or ``timeline``.
    positional
        What follows the case.
    options
        By name; **those that are as usual are left out**.
    """

    function: str
    positional: tuple[str, ...] = ()
    options: tuple[tuple[str, Value], ...] = ()

    def __call__(self, case: Case) -> Result:
        """What a measure gives."""
        measure: Any = MEASURES[self.function]
        return measure(case, *self.positional, **dict(self.options))

    def draw(self, case: Case) -> go.Figure:
        """The timeline."""
        options: Any = dict(self.options)
        return timeline(case, **options)

    def code(self, case: str) -> str:
        """The call as it is written, given the name of the case's variable."""
        arguments = [case, *map(_written, self.positional)]
        arguments += [f"{name}={_written(value)}" for name, value in self.options]
        module = "am.figures" if self.function == "timeline" else "am"
        return f"{module}.{self.function}({', '.join(arguments)})"


def _written(value: Value) -> str:
    """A value as Python writes it, with the quotes of the house."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, tuple):
        return f"({', '.join(map(_written, value))}{',' if len(value) == 1 else ''})"
    return str(value)


def calls(state: State, case_id: str) -> dict[str, Call]:
    """The calls that a state asks of one of its cases.

    Returns
    -------
    dict
        Of ``timeline``, ``speed``, ``openness`` and ``outcome``.
    """
    clock, coder = state.clocks.get(case_id), state.coder
    lanes = None if state.lanes == tuple(LANES) else state.lanes
    marked = state.marked if case_id == state.focus else None
    return {
        "timeline": _call("timeline", clock_zero=clock, lanes=lanes, marked=marked),
        "speed": _call("speed", clock_zero=clock),
        "openness": _call("transparency", coder=coder),
        "outcome": _outcome(state, clock),
    }


def _outcome(state: State, clock: str | None) -> Call:
    match state.outcome:
        case "posts":
            estimators = None if state.estimator == ALL else (state.estimator,)
            return _call("archive_sentiment", clock_zero=clock, estimators=estimators)
        case "prices":
            window = None if state.window is None else (WINDOW[0], state.window)
            return _call("market_reaction", estimation=state.baseline, window=window, clock_zero=clock)
        case "signals":
            return _call("signals", clock_zero=clock)
        case "alarm":
            return _call("alarm_from_coverage", baseline=state.baseline, clock_zero=clock, coder=state.coder)
    measure = "recovery" if state.estimator == "model" else "tone"
    phases = None if state.phase_days == PHASE_DAYS else state.phase_days
    options = {"phase_days": phases, "window": state.window, "clock_zero": clock, "coder": state.coder}
    return _call(measure, state.outcome, **options)


def _call(function: str, *positional: str, **options: Value) -> Call:
    return Call(function, positional, tuple((name, value) for name, value in options.items() if value is not None))


def code(
    state: State, unmeasured: Mapping[tuple[str, str], str], undrawn: Mapping[tuple[str, str], str] | None = None
) -> str:
    """The code that gives what a state shows.

    Parameters
    ----------
    state
        What is asked.
    unmeasured, undrawn
        Case id and name of a call to why it gives nothing, or nothing to draw: it is left out, and the reason is said.
    """
    lines, figures = ["import aftermath as am"], []
    for number, case_id in enumerate(state.cases, start=1):
        end = "" if number == 1 else f"_{number}"
        lines += ["", f'case{end} = am.load_case("{case_id}")']
        texts = []
        for name, call in calls(state, case_id).items():
            if reason := unmeasured.get((case_id, name)):
                lines.append(f"# no {name} of {case_id}: {' '.join(reason.removeprefix(f'{case_id}: ').split())}")
                continue
            lines.append(f"{name}{end} = {call.code(f'case{end}')}")
            if name == "timeline":
                figures.append(f"{name}{end}")
                continue
            texts.append(f"{name}{end}.text")
            if reason := (undrawn or {}).get((case_id, name)):
                figures.append(f"# no figure of {name}{end}: {' '.join(reason.removeprefix(f'{case_id}: ').split())}")
            elif drawn := FIGURES.get(call.function):
                others = [
                    f"{name}{'' if at == 1 else f'_{at}'}"
                    for at, other in enumerate(state.cases, start=1)
                    if call.function in AMONG_OTHERS and other != case_id and (other, name) not in unmeasured
                ]
                among = f", [{', '.join(others)}]" if others else ""
                figures.append(f"am.figures.{drawn.__name__}({name}{end}{among})")
        if texts:
            lines.append(f'print({", ".join(texts)}, sep="\\n\\n")')
    lines += ["", *(line if line.startswith("#") else f"{line}.show()" for line in figures)]
    return "\n".join(lines).rstrip() + "\n"
