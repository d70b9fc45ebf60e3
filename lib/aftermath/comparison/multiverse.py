"""The multiverse: one question, every defensible way to ask it.

The question is whether longer delay goes with less favourable coverage later on, or with less openness. Each choice that an
analyst could defend is named; every combination is computed; all results are shown, sorted, with the choices below. No
single one of them is the answer.

Two things are no choice. An answer that came with clock zero says nothing about speed and is never the fastest: it has no delay. And a model says
nothing of a day beyond the last text of its case: that case has no modelled outcome there.

References
----------
Steegen, S., Tuerlinckx, F., Gelman, A., and Vanpaemel, W. (2016). Increasing transparency through a multiverse analysis.
Perspectives on Psychological Science 11, 702-712.
Simonsohn, U., Simmons, J. P., and Nelson, L. D. (2020). Specification curve analysis. Nature Human Behaviour 4, 1208-1214.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl

from aftermath.case_files.case import Case
from aftermath.case_files.cases import complete
from aftermath.case_files.coders import CODED_TABLES
from aftermath.comparison.choices import CHOICES, NONE, PLACES, asked, choices_with
from aftermath.comparison.specifications import Columns, MeasuredCases, Specification
from aftermath.kept import kept
from aftermath.statistics.result import Result
from aftermath.wording import counted, number

FEWEST = 3  # cases between which tau-b means something


@dataclass(frozen=True)
class Move:
    """How far a choice moves the median.

    Parameters
    ----------
    distance
        Between the least and the greatest median of its values; 0 where there is but one.
    specifications
        How many took one of these two values.
    """

    distance: float
    specifications: int


@dataclass(frozen=True)
class Multiverse(Result):
    """All specifications.

    Parameters
    ----------
    specifications
        Sorted by tau-b; those that could not be computed last.
    columns
        What they rest on, in their order; **None where only their results are there**.
    """

    specifications: tuple[Specification, ...]
    columns: Columns | None = field(default=None, compare=False, repr=False)

    @cached_property
    def computed(self) -> tuple[Specification, ...]:
        """Those that could be computed."""
        return tuple(way for way in self.specifications if not math.isnan(way.tau))

    @property
    def table(self) -> pl.DataFrame:
        """One row a specification: the choices, tau-b (null where not computed) and n."""
        return self._table

    @cached_property
    def _table(self) -> pl.DataFrame:  # of many thousand rows
        rows = [
            {**way.choices, "tau_b": None if math.isnan(way.tau) else way.tau, "n": way.n}
            for way in self.specifications
        ]
        return pl.DataFrame(rows, schema_overrides={"tau_b": pl.Float64})

    @property
    def text(self) -> str:
        if not self.computed:
            return f"None of {counted(len(self.specifications), 'specification')} could be computed: there are too few cases."
        taus = np.array([way.tau for way in self.computed])
        low, middle, high = (number(value, 2, sign=True) for value in (taus.min(), float(np.median(taus)), taus.max()))
        same = max(float(np.mean(taus > 0)), float(np.mean(taus < 0)))
        sizes = " to ".join(dict.fromkeys(str(end(way.n for way in self.computed)) for end in (min, max)))
        failed = len(self.specifications) - len(self.computed)
        rest = f" {counted(failed, 'further one', 'further ones')} could not be computed." if failed else ""
        return (
            f"Over {counted(len(self.computed), 'specification')} (n = {sizes} cases each) Kendall's τ-b between delay and the outcome runs from {low} to {high}, "
            f"median {middle}; {number(100 * same)} % have the same sign. {self._spread} The specifications share their cases: their number is no sample size.{rest}"
        )

    @property
    def _spread(self) -> str:
        """Which choice moves the result most."""
        name = self.farthest
        return (
            f"The choice of {name.replace('_', ' ')} moves the median most (by {number(self.moves[name].distance, 2)})."
        )

    @property
    def farthest(self) -> str:
        """The choice that moves the median most, the first by name of several."""
        return max(sorted(self.moves), key=lambda name: self.moves[name].distance)

    @cached_property
    def moves(self) -> dict[str, Move]:
        """How far each choice moves the median; that it means nothing for some is no value of it."""
        found = {}
        for name, medians in self.medians.items():
            own = sorted((median, value) for value, median in medians.items() if value != NONE)
            ends = {own[0][1], own[-1][1]} if own else set()
            took = sum(way.choices[name] in ends for way in self.computed)
            found[name] = Move(own[-1][0] - own[0][0] if own else 0.0, took)
        return found

    @cached_property
    def choices(self) -> dict[str, tuple[str, ...]]:
        """Every choice with its values: those of ``CHOICES``, and the further coders that a specification took."""
        taken = {way.choices["coder"] for way in self.specifications}
        last = max((place for place, name in enumerate(PLACES, start=1) if name in taken), default=0)
        return choices_with(last)

    @cached_property
    def medians(self) -> dict[str, dict[str, float]]:
        """Choice to the median tau-b of each of its values that any specification took."""
        values = np.array([way.tau for way in self.computed])
        taken = {name: np.array([way.choices[name] for way in self.computed]) for name in CHOICES}
        return {
            name: {value: float(np.median(values[own])) for value in known if (own := taken[name] == value).any()}
            for name, known in self.choices.items()
        }


def multiverse(cases: Iterable[Case | str], choices: Mapping[str, Sequence[str]] | None = None) -> Multiverse:
    """Compute every combination of choices.

    Parameters
    ----------
    cases
        Cases or their ids; those without a crisis on record are left out.
    choices
        A part of ``CHOICES``; all of them if not given. **Where three cases have more than two coders**, ``third`` and so on
        are choices too.

    Returns
    -------
    Multiverse

    Raises
    ------
    ValueError
        If a choice or a value is unknown.
    """
    with_clock = [case for case in sorted(complete(cases), key=lambda case: case.id) if case.about.clock_zero]
    coders = sorted(max(len(case.coders_of(table)) for table in CODED_TABLES) for case in with_clock)
    known = choices_with(coders[-FEWEST] if len(coders) >= FEWEST else 0)
    chosen = known | {name: tuple(values) for name, values in dict(choices or {}).items()}
    unknown = [(name, value) for name, values in chosen.items() for value in values if value not in known.get(name, ())]
    if unknown:
        raise ValueError(f"{unknown[0][0]} = {unknown[0][1]!r} is no choice; the choices are {known}")
    measured = MeasuredCases(with_clock)
    return kept("multiverse", lambda: (chosen, measured.cases), lambda: _computed(measured, chosen))


def _computed(measured: MeasuredCases, chosen: Mapping[str, Sequence[str]]) -> Multiverse:
    ways = tuple(sorted(map(measured.specification, asked(chosen)), key=_order))
    return Multiverse(ways, measured.columns(ways))


def _order(specification: Specification) -> tuple[bool, float, tuple[str, ...]]:
    return math.isnan(specification.tau), specification.tau, tuple(specification.choices.values())
