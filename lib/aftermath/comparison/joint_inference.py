"""Whether the multiverse as a whole could have come out so if delay and outcome had nothing to do with each other.

Its specifications share their cases, so that no test of one of them, and no count of many, tells. Here cases keep all their delays
and all their outcomes, and which delays stand beside which outcomes is dealt out anew, again and again: each time all
specifications are computed, and their curve is set beside the one that was observed.

References
----------
Simonsohn, U., Simmons, J. P., and Nelson, L. D. (2020). Specification curve analysis. Nature Human Behaviour 4, 1208-1214.
Phipson, B., and Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical Applications in Genetics and Molecular
Biology 9, article 39.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from aftermath.comparison.multiverse import Multiverse
from aftermath.kept import kept
from aftermath.statistics.permuted_curves import permuted_curves
from aftermath.statistics.result import NothingToMeasure, Result
from aftermath.wording import counted, number, probability

DRAWS = 999
FEWEST_CASES = 5  # of four there are 24 arrangements, none of them rare
MOST_CASES = 100  # time grows with their pairs
_PAIRS = 120_000  # of cases, in all draws together, of which fewer are made where there are more than 16 cases
_FEWEST_DRAWS = 99
_MIDDLE = (0.025, 0.5, 0.975)
_CLOSE = 1e-6
_WORDS = {
    "median": "median as far from zero as {}",
    "same sign": "share of one sign as large as {}",
    "mean z": "mean z as far from zero as {}",
}

Statistic = Literal["median", "same sign", "mean z"]


@dataclass(frozen=True)
class CurveStatistic:
    """One number of the whole curve, beside what it is where delays and outcomes are dealt out anew.

    Parameters
    ----------
    name
        ``median`` of τ-b; ``same sign``, the share of specifications that have the commoner one; ``mean z``, of τ-b over its standard
        error without ties, in which specifications of more cases count for more.
    observed
        Of the multiverse.
    p
        Share of arrangements, the observed one among them, with a number at least as extreme: as far from zero to either side, or of
        ``same sign`` as large.
    error
        Standard error of p; 0 where all arrangements were gone through.
    lower, upper
        Between which the middle 95 % of arrangements have it.
    """

    name: Statistic
    observed: float
    p: float
    error: float
    lower: float
    upper: float

    @property
    def words(self) -> str:
        """``−0.31``, or ``98 %``."""
        return self._worded(self.observed)

    @property
    def middle(self) -> str:
        """``−0.27 to +0.25``: the middle 95 % of arrangements."""
        return f"{self._worded(self.lower)} to {self._worded(self.upper)}"

    @property
    def sentence(self) -> str:
        """What came up how often, with the error of p and the middle of the arrangements."""
        error = f" ± {number(self.error, 3)}" if self.error else ""
        return f"a {_WORDS[self.name].format(self.words)} has p = {probability(self.p)}{error} (middle 95 %: {self.middle})"

    def _worded(self, value: float) -> str:
        return f"{number(100 * value)} %" if self.name == "same sign" else number(value, 2, sign=True)


@dataclass(frozen=True, eq=False)
class JointInference(Result):
    """The curve of all specifications among those that come up where delays and outcomes are dealt out anew.

    Parameters
    ----------
    statistics
        ``median``, ``same sign`` and ``mean z``.
    observed, lower, middle, upper
        The sorted τ-b from the least to the greatest at equal steps, shape ``(points,)``: as observed, and between which the middle
        95 % of arrangements have it at that step, with the median.
    arrangements
        How many there were, the observed one among them.
    exact
        Whether these are all there are.
    cases
        How many were dealt out.
    specifications
        How many were computed.
    """

    statistics: tuple[CurveStatistic, ...]
    observed: np.ndarray
    lower: np.ndarray
    middle: np.ndarray
    upper: np.ndarray
    arrangements: int
    exact: bool
    cases: int
    specifications: int

    @property
    def table(self) -> pl.DataFrame:
        """One row a number of the curve: as observed, p with its error, the middle of arrangements, how many these are, and n."""
        rows = [
            (one.name, one.observed, one.p, one.error, one.lower, one.upper, self.arrangements, self.cases)
            for one in self.statistics
        ]
        schema = ["statistic", "observed", "p", "p_error", "lower", "upper", "arrangements", "n"]
        return pl.DataFrame(rows, schema=schema, orient="row")

    @property
    def text(self) -> str:
        how = (
            f"in all {number(self.arrangements)} ways"
            if self.exact
            else f"at random, {number(self.arrangements - 1)} times"
        )
        said = "; ".join(one.sentence for one in self.statistics)
        return (
            f"Dealing the delays of {counted(self.cases, 'case')} out anew over their outcomes, {how}, and computing {counted(self.specifications, 'specification')} each time: {said}. "
            f"The smallest p that could come out is {probability(1 / self.arrangements)}. Whole cases are exchanged, so that specifications keep what they share. This supposes "
            "that any delay could have come with any outcome. Cases that differ in kind, and were chosen because they are well known, do not ensure that. "
            "A p says nothing of how much, and nothing of why."
        )


def joint_inference(multiverse: Multiverse, *, draws: int = DRAWS, seed: int = 0) -> JointInference:
    """Set a multiverse as a whole beside what comes up where delays and outcomes have nothing to do with each other.

    Parameters
    ----------
    multiverse
        From ``aftermath.multiverse``.
    draws, seed
        Of the arrangements; **fewer are drawn of more than 16 cases**, and all gone through where there are no more.

    Returns
    -------
    JointInference

    Raises
    ------
    NothingToMeasure
        If there are fewer than 5 cases or more than 100, or nothing was computed.
    ValueError
        If nothing is to be drawn, or the multiverse holds results alone.

    Examples
    --------
    >>> import aftermath as am
    >>> asked = {"outcome": ["transparency"], "relations": ["all"], "coder": ["mean"]}
    >>> found = am.joint_inference(am.multiverse(am.cases(), asked), draws=99)
    >>> [one.name for one in found.statistics], found.arrangements
    (['median', 'same sign', 'mean z'], 100)
    """
    if draws < 1 or multiverse.columns is None:
        raise ValueError(f"draws = {draws} must be at least 1, and the multiverse that of aftermath.multiverse")
    columns = multiverse.columns
    takes_part = ~np.isnan(columns.delays).all(axis=1) & ~np.isnan(columns.outcomes).all(axis=1)
    cases, computed = int(takes_part.sum()), len(multiverse.computed)
    if not computed or not FEWEST_CASES <= cases <= MOST_CASES:
        raise NothingToMeasure(
            f"{counted(cases, 'case')} and {counted(computed, 'specification')} with a result: the curve as a whole is set beside others for {FEWEST_CASES} to {MOST_CASES} cases."
        )
    tables = columns.delays[takes_part], columns.outcomes[takes_part], columns.pairs
    drawn = min(draws, max(_FEWEST_DRAWS, _PAIRS // math.comb(cases, 2)))
    return kept(
        f"joint inference over {', '.join(sorted({way.choices['outcome'] for way in multiverse.computed}))}",
        lambda: (drawn, seed, [hashlib.sha256(np.ascontiguousarray(one).tobytes()).hexdigest() for one in tables]),
        lambda: _inferred(*tables, drawn, seed, computed),
    )


def _inferred(
    delays: np.ndarray, outcomes: np.ndarray, pairs: np.ndarray, draws: int, seed: int, computed: int
) -> JointInference:
    found = permuted_curves(delays, outcomes, pairs, draws=draws, seed=seed)
    known = ~np.isnan(found.medians)
    values: dict[Statistic, np.ndarray] = {
        "median": found.medians[known],
        "same sign": found.same_sign[known],
        "mean z": found.mean_z[known],
    }
    lower, middle, upper = np.quantile(found.curves[known], _MIDDLE, axis=0)
    statistics = tuple(_statistic(name, own, found.exact) for name, own in values.items())
    return JointInference(
        statistics,
        found.curves[0],
        lower,
        middle,
        upper,
        arrangements=len(found.medians),
        exact=found.exact,
        cases=len(delays),
        specifications=computed,
    )


def _statistic(name: Statistic, values: np.ndarray, exact: bool) -> CurveStatistic:
    """Of the observed arrangement, which comes first, among all."""
    p = float(np.mean(abs(values) >= abs(values[0]) - _CLOSE))
    error = 0.0 if exact else math.sqrt(p * (1 - p) / len(values))
    lower, _, upper = np.quantile(values, _MIDDLE)
    return CurveStatistic(name, float(values[0]), p, error, float(lower), float(upper))
