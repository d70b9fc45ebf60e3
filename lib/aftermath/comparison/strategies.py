"""Which response strategies were used when, and whether they are those that theory recommends.

Situational crisis communication theory sorts crises by how much responsibility people attribute to the
organisation, and recommends: for a victim crisis information alone, for an accident strategies that diminish, for a
preventable crisis strategies that rebuild. Denial is never recommended where the organisation is responsible.

References
----------
Coombs, W. T. (2007). Protecting organization reputations during a crisis: the development and application of
situational crisis communication theory. Corporate Reputation Review 10, 163-176.
Benoit, W. L. (1997). Image repair discourse and crisis communication. Public Relations Review 23, 177-186.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

import polars as pl

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.case_files.cases import complete
from aftermath.kept import kept_each
from aftermath.statistics.result import Result
from aftermath.times import DAY
from aftermath.wording import counted, latency_text, listed

CLUSTERS = {
    "deny": ("denial", "attack_accuser", "scapegoat"),
    "diminish": ("excuse", "justification"),
    "rebuild": ("apology", "compensation"),
    "bolster": ("reminder", "ingratiation", "victimage"),
    "inform": ("instructing_information", "adjusting_information", "corrective_action"),
    "other": ("humour", "silence"),
}
RECOMMENDED = {"victim": "inform", "accidental": "diminish", "preventable": "rebuild"}
WINDOW_DAYS = 30


@dataclass(frozen=True)
class Use:
    """One strategy in one event.

    Parameters
    ----------
    strategy, cluster
        The strategy, and the cluster of the theory that it belongs to.
    event_id
        Where it was used.
    when
        After clock zero, in words.
    days
        Days from clock zero to the earliest and to the latest moment of the event.
    """

    strategy: str
    cluster: str
    event_id: str
    when: str
    days: tuple[float, float]


@dataclass(frozen=True)
class Strategies(Result):
    """The strategies of one case.

    Parameters
    ----------
    case_id
        The case.
    crisis_type
        Its cluster of responsibility.
    uses
        In order of time.
    """

    case_id: str
    crisis_type: str
    uses: tuple[Use, ...]

    @property
    def recommended(self) -> str:
        """The cluster that the theory recommends."""
        return RECOMMENDED[self.crisis_type]

    @property
    def early(self) -> tuple[Use, ...]:
        """Uses that can have come within 30 days."""
        return tuple(use for use in self.uses if use.days[0] <= WINDOW_DAYS)

    @property
    def clusters(self) -> tuple[str, ...]:
        """Clusters used within 30 days, in order of first use."""
        return tuple(dict.fromkeys(use.cluster for use in self.early))

    @property
    def match(self) -> str:
        """``as recommended``, ``mixed`` (with denial beside it) or ``not as recommended``."""
        if self.recommended not in self.clusters:
            return "not as recommended"
        return "mixed" if "deny" in self.clusters else "as recommended"

    @property
    def table(self) -> pl.DataFrame:
        """One row a use."""
        rows = [
            (self.case_id, vocabulary.STRATEGIES[use.strategy], use.cluster, use.when, use.event_id)
            for use in self.uses
        ]
        return pl.DataFrame(
            rows,
            schema=dict.fromkeys(("case", "strategy", "cluster", "after_clock_zero", "event"), pl.String),
            orient="row",
        )

    @property
    def text(self) -> str:
        if not self.early:
            return f"No response strategy is on record within {WINDOW_DAYS} days."
        first = self.early[0]
        return (
            f"{counted(len(self.early), 'use')} of strategies within {WINDOW_DAYS} days, first {vocabulary.STRATEGIES[first.strategy]} ({first.when}, {first.event_id}); "
            f"clusters {listed(self.clusters)}. For a crisis held to be {self.crisis_type} the theory recommends to {self.recommended}: {self.match}."
        )


@dataclass(frozen=True)
class StrategyComparison(Result):
    """The strategies of all cases.

    Parameters
    ----------
    cases
        Sorted by case id.
    """

    cases: tuple[Strategies, ...]

    @property
    def table(self) -> pl.DataFrame:
        """One row a case: crisis type, clusters in order of first use, recommended cluster, match."""
        rows = [
            (case.case_id, case.crisis_type, ", ".join(case.clusters), case.recommended, case.match)
            for case in self.cases
        ]
        return pl.DataFrame(
            rows,
            schema=dict.fromkeys(("case", "crisis_type", "clusters", "recommended", "match"), pl.String),
            orient="row",
        )

    @property
    def text(self) -> str:
        by_type = [self._of(crisis_type) for crisis_type in RECOMMENDED]
        return (
            " ".join(filter(None, by_type))
            + " The crisis type is coded from the record, not from what people thought at the time."
        )

    def _of(self, crisis_type: str) -> str:
        cases = [case for case in self.cases if case.crisis_type == crisis_type]
        if not cases:
            return ""
        matches = [
            sum(case.match == match for case in cases) for match in ("as recommended", "mixed", "not as recommended")
        ]
        crises = counted(len(cases), f"{crisis_type} crisis", f"{crisis_type} crises")
        return (
            f"{crises}, for which the theory recommends to {RECOMMENDED[crisis_type]}: {matches[0]} did so, "
            f"{matches[1]} did so and denied as well, {matches[2]} did not."
        )


def case_strategies(case: Case) -> Strategies | None:
    """The strategies of a case in order of time; None where no crisis is on record."""
    crisis_type = case.about.crisis_type
    if not case.about.clock_zero or crisis_type is None:  # what has a clock has a type
        return None
    times, used = case.times(), case.events.filter(pl.col("strategies").list.len() > 0).iter_rows(named=True)
    since_zero = [event for event in used if times.since_zero[event["event_id"]].upper >= 0]
    own = sorted(since_zero, key=lambda event: times.spans[event["event_id"]].earliest)
    return Strategies(case.id, crisis_type, tuple(use for event in own for use in _uses(case, event)))


def strategies(cases: Iterable[Case | str]) -> StrategyComparison:
    """The strategies of many cases; those without a crisis on record are left out."""
    ordered = sorted(complete(cases), key=lambda case: case.id)
    # a case may be given twice, as two saw it
    numbered = {f"{number} {case.id}": case for number, case in enumerate(ordered)}
    own = kept_each(
        "strategies",
        {name: partial(getattr, case, "origin") for name, case in numbered.items()},
        lambda name: case_strategies(replace(numbered[name])),  # its times need not stay
    )
    return StrategyComparison(tuple(strategies for strategies in own.values() if strategies is not None))


def _uses(case: Case, event: dict) -> list[Use]:
    since = case.times().since_zero[event["event_id"]]
    days = max(0.0, since.lower) / DAY, since.upper / DAY
    when = "at clock zero" if event["event_id"] == case.about.clock_zero else latency_text(since)
    clusters = {word: cluster for cluster, words in CLUSTERS.items() for word in words}
    return [Use(word, clusters[word], event["event_id"], when, days) for word in event["strategies"]]
