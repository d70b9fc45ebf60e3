"""What a case report rests on: every measure of one case, made when it is first asked for, and once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TypeVar

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.measures.alarm import Alarm, alarm_from_coverage
from aftermath.measures.archive_sentiment import ArchiveSentiment, archive_sentiment
from aftermath.measures.market import MarketReaction, market_reaction
from aftermath.measures.recovery import CoverageRecovery, recovery
from aftermath.measures.signals import Signals, signals
from aftermath.measures.speed import Speed, speed
from aftermath.measures.tone import PHASE_DAYS
from aftermath.measures.transparency import Transparency, transparency
from aftermath.pages.passages import numbers, unmeasured
from aftermath.statistics.result import NothingToMeasure
from aftermath.statistics.series import SeriesError

_Made = TypeVar("_Made")

CODED = ("favourability", "stance_response", "stance_org")
FIXED_FIGURES = 4  # timeline, speed, rubric and tone; the figures that follow are numbered as they come


@dataclass(frozen=True, eq=False)
class Measured:
    """The measures of a case. Asking for one that the evidence cannot bear raises ``NothingToMeasure``.

    Parameters
    ----------
    case
        The case.
    seed
        Of every bootstrap.
    phase_days
        Days after clock zero at which a phase of the coverage ends.
    level
        Of the intervals that come from a model: recovery, market, signals and alarm.
    """

    case: Case
    seed: int = 0
    phase_days: tuple[int, ...] = PHASE_DAYS
    level: float = 0.95

    @cached_property
    def speed(self) -> Speed:
        """How fast it answered."""
        return speed(self.case)

    @cached_property
    def transparency(self) -> Transparency:
        """How open it was."""
        return transparency(self.case, seed=self.seed)

    @cached_property
    def market(self) -> MarketReaction:
        """What the share returned beyond the market."""
        return market_reaction(self.case, level=self.level)

    @cached_property
    def signals(self) -> Signals:
        """The numbers on record."""
        return signals(self.case, level=self.level)

    @cached_property
    def alarm(self) -> Alarm:
        """When a monitor of the coverage would have fired."""
        return alarm_from_coverage(self.case, level=self.level)

    @cached_property
    def posts(self) -> ArchiveSentiment:
        """What people posted, in an attached archive."""
        return archive_sentiment(self.case, level=self.level)

    def recovery(self, variable: str) -> CoverageRecovery:
        """How one coded variable moved."""
        outcome = self._recoveries[variable]
        if isinstance(outcome, NothingToMeasure):
            raise outcome
        return outcome

    @property
    def recoveries(self) -> tuple[CoverageRecovery, ...]:
        """Every variable that was coded, favourability first; empty where no text was."""
        return tuple(each for each in self._recoveries.values() if isinstance(each, CoverageRecovery))

    @cached_property
    def _recoveries(self) -> dict[str, CoverageRecovery | NothingToMeasure]:
        return {variable: self._recovered(variable) for variable in CODED}

    def _recovered(self, variable: str) -> CoverageRecovery | NothingToMeasure:
        options = {"level": self.level, "phase_days": self.phase_days, "seed": self.seed}
        try:
            return recovery(self.case, variable, **options)
        except NothingToMeasure as nothing:
            return nothing

    def unless_nothing(self, make: Callable[[], _Made], instead: Callable[[str], _Made]) -> _Made:
        """What ``make`` gives, or what ``instead`` makes of the sentence that says why the evidence cannot bear it."""
        try:
            return make()
        except (NothingToMeasure, SeriesError) as nothing:
            reason = str(nothing).removeprefix(f"{self.case.id}: ")
            return instead(reason[0].upper() + reason[1:])

    @cached_property
    def figures(self) -> dict[str, str]:
        """The figures after the fixed ones, as far as the evidence bears them: name to id, in the order of the page."""
        bears = {
            "posts": lambda: bool(self.posts),
            "market": lambda: bool(self.market),
            "numbers": lambda: numbers.has_courses(self.signals),
            "alarm": lambda: bool(self.alarm),
        }
        drawn = [name for name, there in bears.items() if self.unless_nothing(there, lambda reason: False)]
        return {name: f"f{place}" for place, name in enumerate(drawn, start=FIXED_FIGURES + 1)}

    @property
    def reasons(self) -> dict[str, str]:
        """Every measure that was not made, in words, to the reason why."""
        why = {
            "Speed": self._why_not(lambda: self.speed),
            "Transparency": self._why_not(lambda: self.transparency),
            **{_course(name): self._why_not(partial(self.recovery, name), unmeasured.no_model) for name in CODED},
            "Market reaction": self._why_not(lambda: self.market),
            "Change of a published number at clock zero": self._why_not(lambda: self.signals, unmeasured.no_change),
            "Alarm of a monitor": self._why_not(lambda: self.alarm),
            unmeasured.DENSE: self._why_not(lambda: self.posts),
        }
        return {name: reason for name, reason in why.items() if reason}

    def _why_not(self, make: Callable[[], _Made], lack: Callable[[_Made], str] = lambda made: "") -> str:
        """Why a measure was not made, or what it lacks although it was; empty where nothing is missing."""
        return self.unless_nothing(lambda: lack(make()), str)


def _course(variable: str) -> str:
    label = vocabulary.STANCES[variable]
    return f"Course over time of {label[0].lower()}{label[1:]}"
