"""What was not measured, and why: every measure that the evidence cannot bear, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from aftermath.measures.recovery import CoverageRecovery
from aftermath.measures.signals import FEWEST_MONTHS, Signals
from aftermath.pages.nothing import Nothing
from aftermath.statistics.result import Result
from aftermath.wording import counted


@dataclass(frozen=True)
class Unmeasured(Result):
    """What was not measured.

    Parameters
    ----------
    reasons
        Measure, in words, to the reason why it was not made.
    """

    reasons: Mapping[str, str]

    @property
    def table(self) -> pl.DataFrame:
        """One row a measure: measure, why."""
        return pl.DataFrame({"measure": [*self.reasons], "why": [*self.reasons.values()]})

    @property
    def text(self) -> str:
        return " ".join(f"{measure}: {reason}" for measure, reason in self.reasons.items())


def unmeasured(outcomes: Mapping[str, Result | Nothing]) -> Unmeasured:
    """Gather what could not be measured, and what lacks its model although it was.

    Parameters
    ----------
    outcomes
        Measure, in words, to what ``report.attempt`` gave.

    Examples
    --------
    >>> unmeasured({"Speed": Nothing("No crisis is on record.")}).reasons
    {'Speed': 'No crisis is on record.'}
    """
    reasons = {measure: _lack(outcome) for measure, outcome in outcomes.items()}
    return Unmeasured({measure: reason for measure, reason in reasons.items() if reason})


def _lack(outcome: Result | Nothing) -> str:
    """Why there is no result, or what it lacks; empty where nothing is missing."""
    if isinstance(outcome, Nothing):
        return outcome.reason
    if isinstance(outcome, CoverageRecovery) and not outcome.modelled:
        why = f"{outcome.why_not[0].upper()}{outcome.why_not[1:]}"
        return f"{why} (n = {counted(outcome.after, 'text')} from after clock zero); the means of its phases stand in its place."
    if isinstance(outcome, Signals) and not outcome.changes:
        return f"No number was published every month for {FEWEST_MONTHS} months or more, on both sides of clock zero."
    return ""
