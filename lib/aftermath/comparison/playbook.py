"""Advice under test: what practice texts advise, which cases followed it, and how they fared.

``casestudies/playbook.csv`` ties each piece of advice to a rule that the record can answer (see ``rules``). How a case fared is its rise of
favourability, from the first phase to the last, as one number. Means of those that followed and those that did not stand with
an interval of their difference, the wider of that of permutations and of Welch's, as groups need not spread alike; **where so few cases
have a rise that the interval has no end, there are too few to tell.** What is unsure within a case is not in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from aftermath.case_files.case import Case
from aftermath.case_files.shared_tables import has_shared, read_shared
from aftermath.comparison.entry import Entry
from aftermath.comparison.rules import (
    FOLLOWED,
    NOT_ASKED,
    NOT_FOLLOWED,
    NOT_KNOWN,
    UNOBSERVABLE,
    Answer,
    rule_of,
)
from aftermath.kept import kept
from aftermath.statistics.permutation import TooFew
from aftermath.statistics.result import Result
from aftermath.statistics.shift import Shift, shift
from aftermath.wording import NO_BREAK, counted, in_words, number
from aftermath.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from aftermath.comparison.scoreboard import Comparison

FILE = "playbook.csv"
LEVEL = 0.95


@dataclass(frozen=True)
class Advice:
    """One piece of advice.

    Parameters
    ----------
    advice_id, text_id
        Its id, and the text that gives it.
    advice
        In our words.
    indicator
        What in our data can measure it, in words.
    rule
        The same as a rule that the record can answer.
    """

    advice_id: str
    text_id: str
    advice: str
    indicator: str
    rule: str


@dataclass(frozen=True)
class Group:
    """The cases that gave one answer.

    Parameters
    ----------
    asked
        How many there are.
    rises
        Rise of favourability of each that has one.
    """

    asked: int
    rises: tuple[float, ...]

    @property
    def mean(self) -> float | None:
        """Mean rise; None where no case has one."""
        return sum(self.rises) / len(self.rises) if self.rises else None

    @property
    def text(self) -> str:
        """How many cases have a rise, and of how many where some have none."""
        n = number(len(self.rises))
        return f"n{NO_BREAK}={NO_BREAK}{n}" + (f" of {number(self.asked)}" if len(self.rises) < self.asked else "")


@dataclass(frozen=True)
class Tested(Result):
    """A piece of advice with every case's answer, and how cases fared.

    Parameters
    ----------
    advice
        The advice.
    answers
        Case id to answer.
    rises
        Case id to its rise of favourability, where both phases have texts.
    level, seed
        Of the interval, and of its sample of splits where there are too many.
    """

    advice: Advice
    answers: dict[str, Answer]
    rises: dict[str, float]
    level: float = LEVEL
    seed: int = 0

    def cases(self, state: str) -> tuple[str, ...]:
        """Cases with this answer, sorted."""
        return self._by_state.get(state, ())

    @cached_property
    def _by_state(self) -> dict[str, tuple[str, ...]]:
        by_state: dict[str, list[str]] = {}
        for case_id in sorted(self.answers):
            by_state.setdefault(self.answers[case_id].state, []).append(case_id)
        return {state: tuple(case_ids) for state, case_ids in by_state.items()}

    def group(self, state: str) -> Group:
        """The cases with this answer, and how they fared."""
        cases = self.cases(state)
        return Group(len(cases), tuple(self.rises[case_id] for case_id in cases if case_id in self.rises))

    @cached_property
    def difference(self) -> Shift | None:
        """Mean rise where it was followed less that where it was not; None where there are too few to tell."""
        try:
            followed, rest = (self.group(state).rises for state in (FOLLOWED, NOT_FOLLOWED))
            difference = kept(
                f"difference under {self.advice.rule}",
                lambda: (followed, rest, self.level, self.seed),
                lambda: shift(followed, rest, level=self.level, alike=False, seed=self.seed),
            )
        except TooFew:
            return None
        return difference if difference.bounded else None

    @property
    def shift(self) -> Shift:
        """The same, **of advice for which there are enough**."""
        assert self.difference is not None  # whoever asks has looked
        return self.difference

    @property
    def table(self) -> pl.DataFrame:
        """One row a case: answer, reason, events, rise of favourability."""
        rows = [
            (case_id, answer.state, answer.why, " ".join(answer.evidence), self.rises.get(case_id))
            for case_id, answer in sorted(self.answers.items())
        ]
        schema = dict.fromkeys(("case", "answer", "why", "events"), pl.String) | {"rise_of_favourability": pl.Float64}
        return pl.DataFrame(rows, schema=schema, orient="row")

    @property
    def text(self) -> str:
        counts = ", ".join(f"{number(len(self.cases(state)))} {state}" for state in (FOLLOWED, NOT_FOLLOWED, NOT_KNOWN))
        return f"{self.advice.advice}: {counts}. {self.fared} Chosen cases, no cause shown."

    @property
    def fared(self) -> str:
        """How cases fared, or that there are too few to tell."""
        return (
            f"{self.means}: difference {self.difference.text}."
            if self.difference
            else f"Too few to tell: {self.why_not}."
        )

    @property
    def means(self) -> str:
        """Mean rise of favourability of both groups, each with its n; of groups that have one."""
        followed, not_followed = self.group(FOLLOWED), self.group(NOT_FOLLOWED)
        assert followed.mean is not None and not_followed.mean is not None  # without a rise there is no mean to name
        return (
            f"Mean rise of favourability {number(followed.mean, 2, sign=True)} where followed ({followed.text}), "
            f"{number(not_followed.mean, 2, sign=True)} where not ({not_followed.text})"
        )

    @property
    def why_not(self) -> str:
        """Why no difference is told, where none is."""
        if self.advice.rule == UNOBSERVABLE:
            return "whether it was followed cannot be seen from outside"
        followed, not_followed = (self.group(state).text for state in (FOLLOWED, NOT_FOLLOWED))
        return f"{followed} where followed, {not_followed} where not"


@dataclass(frozen=True)
class Playbook(Result):
    """All advice under test.

    Parameters
    ----------
    tested
        In the order of the file.
    """

    tested: tuple[Tested, ...]

    @property
    def answered(self) -> tuple[Tested, ...]:
        """The advice for which enough cases answer either way."""
        return tuple(tested for tested in self.tested if tested.difference is not None)

    @property
    def compared(self) -> tuple[Tested, ...]:
        """The same, the first for each rule: advice that asks the same of the record is one comparison."""
        return tuple({tested.advice.rule: tested for tested in reversed(self.answered)}.values())[::-1]

    @property
    def rarest(self) -> Tested:
        """The comparison with the smallest p, where there is any."""
        return min(self.compared, key=lambda tested: (tested.shift.p, tested.advice.advice_id))

    @property
    def table(self) -> pl.DataFrame:
        """One row a piece of advice: counts of answers and of rises, means, their difference with its interval, p and its floor."""
        counts = (FOLLOWED, "not_followed", "not_known", "not_asked", "rises_followed", "rises_not_followed", "splits")
        numbers = ("mean_followed", "mean_not_followed", "difference", "lower", "upper", "level", "p", "smallest_p")
        schema: dict[str, type[pl.DataType]] = dict.fromkeys(("advice_id", "advice", "text", "rule"), pl.String)
        schema |= dict.fromkeys(counts, pl.Int64) | dict.fromkeys(numbers, pl.Float64)
        return pl.DataFrame([_row(tested) for tested in self.tested], schema=schema)

    @property
    def answers(self) -> pl.DataFrame:
        """One row a piece of advice and case: answer, reason, events, rise of favourability."""
        tables = [
            tested.table.select(pl.lit(tested.advice.advice_id).alias("advice_id"), pl.all()) for tested in self.tested
        ]
        return pl.concat(tables) if tables else pl.DataFrame(schema={"advice_id": pl.String})

    @property
    def text(self) -> str:
        unseen = sum(tested.advice.rule == UNOBSERVABLE for tested in self.tested)
        opening = f"{counted(len(self.tested), 'piece')} of advice from practice texts; {in_words(unseen)} cannot be seen from outside."
        if not self.answered:
            return f"{opening} For none do enough cases answer either way: too few to tell."
        n = len(self.compared)
        apart = sum(not tested.shift.lower <= 0 <= tested.shift.upper for tested in self.compared)
        return (
            f"{opening} For {number(len(self.answered))} enough cases answer either way; some ask the same of the record, so this makes "
            f"{counted(n, 'comparison')}. Intervals that leave zero out: {number(apart)} of {number(n)}; were there no difference "
            f"anywhere, up to {number((1 - self.rarest.level) * n, 1)} would be expected. The rarest, picked out of so many: "
            f"“{self.rarest.advice.advice}”. {self.rarest.fared}"
        )


def _row(tested: Tested) -> dict[str, str | float | None]:
    groups = {state.replace(" ", "_"): tested.group(state) for state in (FOLLOWED, NOT_FOLLOWED)}
    difference = tested.difference
    return {
        **{name: getattr(tested.advice, name) for name in ("advice_id", "advice", "rule")},
        "text": tested.advice.text_id,
        **{
            state.replace(" ", "_"): len(tested.cases(state))
            for state in (FOLLOWED, NOT_FOLLOWED, NOT_KNOWN, NOT_ASKED)
        },
        **{f"rises_{name}": len(group.rises) for name, group in groups.items()},
        **{f"mean_{name}": group.mean for name, group in groups.items()},
        "difference": difference and difference.statistic,
        "splits": difference and difference.arrangements,
        **{name: difference and getattr(difference, name) for name in ("lower", "upper", "level", "p", "smallest_p")},
    }


def read_advice(workspace: Workspace) -> tuple[Advice, ...]:
    """Read ``casestudies/playbook.csv``.

    Raises
    ------
    CaseError
        If it is missing or has any problem; the error lists all of them.
    """
    rows = read_shared("playbook", workspace).drop("row").with_columns(pl.col("indicator").fill_null(""))
    return tuple(Advice(**row) for row in rows.iter_rows(named=True))


def playbook(comparison: Comparison, workspace: Workspace | None = None) -> Playbook:
    """Put the advice of a workspace to the test.

    Parameters
    ----------
    comparison
        Any comparison; its ``level`` is that of the intervals.
    workspace
        Holds ``casestudies/playbook.csv``; the workspace in force if not given.

    Returns
    -------
    Playbook
        **Empty where the workspace has no such file.**

    Raises
    ------
    CaseError
        If the file has any problem.
    """
    workspace = workspace or find_workspace()
    advice = read_advice(workspace) if has_shared("playbook", workspace) else ()
    return playbook_from(comparison.cases, comparison.entries, advice, level=comparison.level, seed=comparison.seed)


def playbook_from(
    cases: Iterable[Case], entries: Iterable[Entry], advice: Iterable[Advice], *, level: float = LEVEL, seed: int = 0
) -> Playbook:
    """Put advice to the test.

    Parameters
    ----------
    cases
        Cases; those without a crisis on record are not asked.
    entries
        The same cases as measured for a comparison.
    advice
        What to test.
    level, seed
        Of the intervals, and of their samples of splits where there are too many.

    Returns
    -------
    Playbook
    """
    by_case = {entry.case_id: entry for entry in entries}
    asked = [case for case in sorted(cases, key=lambda case: case.id) if case.about.clock_zero]
    rises = {case_id: entry.rise for case_id, entry in by_case.items() if entry.rise is not None}
    advice = tuple(advice)
    rules = tuple(sorted({piece.rule for piece in advice}))
    answers = {case.id: _answers(case, by_case[case.id], rules, (level, seed)) for case in asked}
    of_rule = {rule: {case_id: own[rule] for case_id, own in answers.items()} for rule in rules}
    return Playbook(tuple(Tested(piece, of_rule[piece.rule], rises, level, seed) for piece in advice))


def _answers(case: Case, entry: Entry, rules: tuple[str, ...], settings: tuple[float, int]) -> dict[str, Answer]:
    """What a case answers to each rule."""
    phases = [phase.label for phase in entry.phases]
    return kept(
        f"answers {case.id}",
        lambda: case.origin and (*case.origin, rules, settings, phases),
        lambda: {rule: rule_of(rule)(case, entry) for rule in rules},
    )
