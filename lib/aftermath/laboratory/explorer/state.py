"""What is asked in an exploration, and the words in which each choice is offered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from aftermath import vocabulary
from aftermath.figures.timeline_events import LANES
from aftermath.measures.archive_estimates import METHODS
from aftermath.measures.tone import PHASE_DAYS
from aftermath.problems import AftermathError

ALL = "all"  # estimators at once


@dataclass(frozen=True)
class Outcome:
    """What the course of a crisis is read from, and the options that mean something for it.

    Parameters
    ----------
    label
        In words.
    estimators
        Key to words; the first is taken where another is not known here.
    windows
        Days that an outcome can be cut after, without "all".
    baselines
        Bins or trading days that it can be set against; the first is that of its measure.
    phases, coder
        Whether phases and the choice of a coder mean something for it.
    """

    label: str
    estimators: Mapping[str, str]
    windows: tuple[int, ...] = ()
    baselines: tuple[int, ...] = ()
    phases: bool = False
    coder: bool = False

    @property
    def kind(self) -> tuple[str, ...]:
        """The same for outcomes that share their options, as those of coverage do."""
        return tuple(self.estimators)


_COVERAGE = {"model": "Proportional odds on time", "phases": "Means of phases"}
OUTCOMES = {
    variable: Outcome(f"Coverage: {label.lower()}", _COVERAGE, (7, 30, 90, 365), phases=True, coder=True)
    for variable, label in vocabulary.STANCES.items()
} | {
    "posts": Outcome("Posts: negative share in an archive", METHODS | {ALL: "All of them"}),
    "prices": Outcome("Share price", {"market": "Market model"}, (10, 20, 40), (240, 120, 60)),
    "signals": Outcome("Published numbers", {"segmented": "Segmented regression"}),
    "alarm": Outcome("Alarm on coverage", {"ears": "EARS C1 and turning"}, (), (7, 14, 28), coder=True),
}


class StateError(AftermathError, ValueError):
    """A state asks for something that there is not; the text says what there is."""


@dataclass(frozen=True)
class State:
    """What is asked.

    Parameters
    ----------
    cases
        Ids of the cases that are shown, side by side; at least one, each once.
    clocks
        Case id to the event at which its clock starts, for those whose clock was moved.
    focus
        The case whose events are gone through; one of ``cases``.
    marked
        The event of that case that is marked; none if None.
    lanes
        Of the timeline, keys of ``LANES``.
    coder
        The only coder who counts; all if None.
    outcome
        Key of ``OUTCOMES``.
    estimator
        One of those of the outcome.
    phase_days
        Days after clock zero at which a phase ends, ascending.
    window
        Days of the outcome that count; all if None.
    baseline
        What the outcome is set against; that of its measure if None.
    left
        Kind of an outcome that was shown before to its estimator, window and baseline, for when it is shown again.

    Raises
    ------
    StateError
        If anything of it makes no sense.
    """

    cases: tuple[str, ...]
    clocks: Mapping[str, str] = field(default_factory=dict)
    focus: str = ""
    marked: str | None = None
    lanes: tuple[str, ...] = tuple(LANES)
    coder: str | None = None
    outcome: str = "favourability"
    estimator: str = "model"
    phase_days: tuple[int, ...] = PHASE_DAYS
    window: int | None = None
    baseline: int | None = None
    left: Mapping[tuple[str, ...], tuple[str, int | None, int | None]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def __post_init__(self) -> None:
        if not self.cases or len(set(self.cases)) < len(self.cases):
            raise StateError("choose at least one case, and each once")
        if not self.focus:
            object.__setattr__(self, "focus", self.cases[0])
        days = self.phase_days
        if not days or list(days) != sorted(set(days)) or days[0] < 1:
            raise StateError("phases end on days in ascending order, the first at least 1: e.g. 7, 30")
        _require(self.outcome, tuple(OUTCOMES), "an outcome")
        _require(self.focus, self.cases, "a case that is shown")
        _require(self.estimator, tuple(self.asked.estimators), f"an estimator of {self.outcome}")
        _require(self.window, (None, *self.asked.windows), f"a window of {self.outcome}")
        _require(self.baseline, (None, *self.asked.baselines), f"a baseline of {self.outcome}")
        for lane in self.lanes:
            _require(lane, tuple(LANES), "a lane")

    @property
    def asked(self) -> Outcome:
        """The outcome with its options."""
        return OUTCOMES[self.outcome]

    def of_outcome(self, outcome: str) -> State:
        """The same for another outcome, with the options that were chosen when one of its kind was last shown."""
        kind, usual = OUTCOMES[outcome].kind, (next(iter(OUTCOMES[outcome].estimators)), None, None)
        left = {**self.left, self.asked.kind: (self.estimator, self.window, self.baseline)}
        estimator, window, baseline = left.get(kind, usual)
        return replace(self, outcome=outcome, estimator=estimator, window=window, baseline=baseline, left=left)

    def of_cases(self, cases: tuple[str, ...]) -> State:
        """The same for other cases; clocks that were moved stay with those that are still shown."""
        clocks = {case: event for case, event in self.clocks.items() if case in cases}
        kept = self.focus in cases
        focus, marked = (self.focus, self.marked) if kept else (cases[0] if cases else "", None)
        return replace(self, cases=cases, clocks=clocks, focus=focus, marked=marked)

    def with_clock(self, event_id: str | None) -> State:
        """The same with the clock of the case in focus at an event; **at its own if None**."""
        clocks = {case: event for case, event in self.clocks.items() if case != self.focus}
        return replace(self, clocks=clocks | ({self.focus: event_id} if event_id else {}))


def _require(value: str | int | None, known: tuple[str | int | None, ...], what: str) -> None:
    if value not in known:
        raise StateError(f"{value!r} is not {what}; use one of: {', '.join(map(str, known))}")
