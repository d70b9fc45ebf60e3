"""How much each choice of the multiverse matters: the variance of its results, shared out by choice.

As in specr: a random intercept for every value of every choice, and the share that each choice has in the sum of the components.
The values are taken for a sample of those that could have been chosen, so a choice of two values counts for more than their
distance alone. A choice that means nothing for a part of the specifications counts for the others, by how far its own values differ.

Specifications are no sample, so a share has no sampling error of them. The cases were chosen, and few: beside each share stands
the least and the greatest that come out with one case left out.

References
----------
Masur, P. K., and Scharkow, M. (2020). specr: Conducting and visualizing specification curve analyses. R package.
Simonsohn, U., Simmons, J. P., and Nelson, L. D. (2020). Specification curve analysis. Nature Human Behaviour 4, 1208-1214.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from aftermath.comparison.choices import CHOICES, NONE
from aftermath.comparison.multiverse import Move, Multiverse
from aftermath.kept import kept
from aftermath.statistics.result import NothingToMeasure, Result
from aftermath.statistics.variance_components import variance_components
from aftermath.wording import counted, listed, number

REST = "choices together"  # no result is drawn, so what no choice explains alone is how they act together
SMALL = 0.05  # shares that the text names together


@dataclass(frozen=True)
class Share:
    """What one choice has in the variance of the results.

    Parameters
    ----------
    choice
        A name of ``CHOICES``, or ``REST``.
    value
        Between 0 and 1.
    lower, upper
        The least and the greatest with one case left out; **NaN where none was left out**.
    specifications
        For how many the choice means something.
    """

    choice: str
    value: float
    lower: float
    upper: float
    specifications: int

    @property
    def words(self) -> str:
        """``21 % (14 to 30 %)``."""
        own = number(100 * self.value)
        if math.isnan(self.lower):
            return f"{own} %"
        return f"{own} % ({' to '.join(dict.fromkeys(number(100 * end) for end in (self.lower, self.upper)))} %)"


@dataclass(frozen=True)
class VarianceByChoice(Result):
    """The variance of tau-b over the specifications, shared out.

    Parameters
    ----------
    shares
        Of the choices that were made at all, the greatest first; they and ``rest`` add up to 1.
    rest
        What no choice explains alone.
    computed, not_computed
        Specifications with and without a result.
    left_out
        Cases that were left out in turn.
    moves
        Choice to how far it moves the median, which need not go with its share.
    """

    shares: tuple[Share, ...]
    rest: Share
    computed: int
    not_computed: int
    left_out: int
    moves: Mapping[str, Move]

    @property
    def table(self) -> pl.DataFrame:
        """One row a choice, the greatest share first, and ``choices together`` last: share, its least and greatest with one case left out, and
        the specifications for which the choice means something.
        """
        return self._table

    @cached_property
    def _table(self) -> pl.DataFrame:
        names = ("choice", "share", "lower", "upper", "specifications")
        rows = [(one.choice, one.value, one.lower, one.upper, one.specifications) for one in (*self.shares, self.rest)]
        return pl.DataFrame(rows, schema=list(names), orient="row").with_columns(
            pl.col("share", "lower", "upper").cast(pl.Float64).fill_nan(None)
        )

    @property
    def text(self) -> str:
        large = [f"{one.words} goes with {_named(one)}" for one in self.shares if one.value >= SMALL]
        small = [one for one in self.shares if one.value < SMALL]
        most = number(100 * max((one.value for one in small), default=0.0))
        others = f"; {listed(list(map(_named, small)))}: {most} % or less each" if small else ""
        left_out = (
            f"In brackets: the least and the greatest share with one of {counted(self.left_out, 'case')} left out. "
        )
        lost = f" {counted(self.not_computed, 'specification')} without a result are left out, so the choices are not balanced."
        return (
            f"Of the variance of τ-b over {counted(self.computed, 'specification')}, {listed(large) or 'no choice alone has much'}{others}. "
            f"{self.rest.words} is left over: what choices do together and none alone. {left_out if self.left_out else ''}"
            f"A random intercept for every value of a choice, by restricted maximum likelihood.{lost if self.not_computed else ''}"
        )


def _named(share: Share) -> str:
    return share.choice.replace("_", " ")


def variance_by_choice(multiverse: Multiverse) -> VarianceByChoice:
    """Share out the variance of the results of a multiverse by choice.

    Parameters
    ----------
    multiverse
        From ``aftermath.multiverse``.

    Returns
    -------
    VarianceByChoice

    Raises
    ------
    NothingToMeasure
        If fewer than four specifications were computed, their results are all the same, or nothing is left over.

    Examples
    --------
    >>> import aftermath as am
    >>> asked = {"outcome": ["transparency"], "relations": ["all"], "coder": ["first", "second"]}
    >>> found = am.variance_by_choice(am.multiverse(am.cases(), asked))
    >>> sorted(share.choice for share in found.shares)
    ['cases', 'clock', 'coder', 'latency', 'shared_items', 'unseen']
    """
    ways = multiverse.computed
    places = {
        name: {value: place for place, value in enumerate(values)} | {NONE: -1}
        for name, values in multiverse.choices.items()
    }
    groups = np.array([[own[way.choices[name]] for name, own in places.items()] for way in ways]).reshape(
        len(ways), len(CHOICES)
    )
    taus = np.array([(way.tau, *way.without) for way in ways]) if ways else np.empty((0, 1))
    parts = kept(
        f"variance by choice of {', '.join(sorted({way.choices['outcome'] for way in ways}))}",
        lambda: [hashlib.sha256(table.tobytes()).hexdigest() for table in (groups, taus)],
        lambda: np.array([_shares(taus[:, 0], groups), *_left_out(taus[:, 1:], groups)]),
    )
    ends = (parts.min(axis=0), parts.max(axis=0)) if len(parts) > 1 else (np.full(parts.shape[1], math.nan),) * 2
    means_something = [*(groups >= 0).sum(axis=0).tolist(), len(ways)]
    rows = zip([*CHOICES, REST], parts[0].tolist(), *(end.tolist() for end in ends), means_something, strict=True)
    *shares, rest = (Share(*row) for row in rows)
    made = [one for one, column in zip(shares, groups.T, strict=True) if len(np.unique(column[column >= 0])) > 1]
    return VarianceByChoice(
        shares=tuple(sorted(made, key=lambda one: (-one.value, one.choice))),
        rest=rest,
        computed=len(ways),
        not_computed=len(multiverse.specifications) - len(ways),
        left_out=len(parts) - 1,
        moves=multiverse.moves,
    )


def _shares(taus: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Of each choice and, last, of the rest; they add up to 1."""
    components = variance_components(taus, groups)
    components[:-1] *= (groups >= 0).mean(axis=0)  # what a choice adds to those for which it means something
    return components / components.sum()


def _left_out(without: np.ndarray, groups: np.ndarray) -> Iterator[np.ndarray]:
    """The shares without each case, where there are any."""
    for taus in without.T:
        known = ~np.isnan(taus)
        try:
            yield _shares(taus[known], groups[known])
        except NothingToMeasure:
            continue
