"""Do faster and more open answers go with better recovery? Each pair of measures over cases, as far as these bear it.

Every number of a case is unsure. A latency and an index lie within bounds, inside which every value is as likely; recovery has the
standard error that the case's own codes give. A random-effects meta-regression carries both along (``meta_regression``). Beside it
stands Kendall's tau-b of the best readings, with its permutation test and with the least and the greatest tau-b that the bounds allow,
and **what the same numbers would have told, had they stood in perfect order**: where even that leaves zero in, nothing follows.

Delay counts as its logarithm to base ten, a minute at least: between an hour and a day lies as much as between a day and a month.
Nothing here is a causal claim: the cases were chosen, and they are few.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from aftermath.comparison.variables import Variable
from aftermath.kept import kept
from aftermath.statistics.meta_regression import IMPUTATIONS, NoSlope, Slope, pooled_regression
from aftermath.statistics.permutation import Permutation, TooFew, kendall
from aftermath.statistics.result import Result
from aftermath.wording import counted, interval, listed, number

LEVEL = 0.95


@dataclass(frozen=True)
class Association(Result):
    """How two variables go together over cases.

    Parameters
    ----------
    first, second
        The variables; the first is the covariate.
    case_ids
        Cases that have both, sorted.
    slope
        Of the second for one step of the first, by meta-regression; None where there are too few cases.
    in_order
        The same, had the same values of the second stood in perfect order: rising, or falling where only that leaves zero out.
    ratio
        Standard deviation over cases of the first over that of the second, in steps of the slope, which makes slopes comparable.
    test
        Kendall's tau-b of the best readings, with its permutation test; None without a slope.
    least, greatest
        **What tau-b can be at most either way while every number stays inside its ends**; NaN without a test.
    without
        Case id to tau-b when that case is left out.
    why_not
        Why there is neither slope nor test; empty where there are both.
    """

    first: Variable
    second: Variable
    case_ids: tuple[str, ...]
    slope: Slope | None = None
    in_order: Slope | None = None
    ratio: float = math.nan
    test: Permutation | None = None
    least: float = math.nan
    greatest: float = math.nan
    without: Mapping[str, float] = field(default_factory=dict)
    why_not: str = ""

    @property
    def name(self) -> str:
        """Both variables."""
        return f"{self.first.name} and {self.second.name}"

    @property
    def computed(self) -> bool:
        """Whether there were enough cases."""
        return not self.why_not

    @property
    def estimates(self) -> tuple[Slope, Slope, Permutation]:
        """Slope, slope of perfect order and test **of a pair that was computed**."""
        assert self.slope is not None and self.in_order is not None and self.test is not None  # they come together
        return self.slope, self.in_order, self.test

    @property
    def can_tell(self) -> bool:
        """Whether cases like these, in perfect order, would have left zero out."""
        return self.computed and self.estimates[1].leaves_zero_out

    @property
    def table(self) -> pl.DataFrame:
        """One row: the slope with its interval, that of perfect order, tau-b with its limits, p and floor, n."""
        slope, order, test = self.slope, self.in_order, self.test
        numbers = {
            "slope": slope and slope.value,
            "lower": slope and slope.lower,
            "upper": slope and slope.upper,
            "between": slope and slope.between,
            "in_order_lower": order and order.lower,
            "in_order_upper": order and order.upper,
            "tau_b": test and test.statistic,
            "least_tau_b": self.least if test else None,
            "greatest_tau_b": self.greatest if test else None,
            "p": test and test.p,
            "smallest_p": test and test.smallest_p,
        }
        names = {
            "first": self.first.name,
            "second": self.second.name,
            "step": self.first.step_name,
            "unit": self.second.unit,
        }
        row = names | numbers | {"n": len(self.case_ids), "most_influential": self.most_influential}
        schema = dict.fromkeys(names, pl.String) | dict.fromkeys(numbers, pl.Float64) | {"n": pl.Int64}
        return pl.DataFrame([row], schema=schema | {"most_influential": pl.String})

    @property
    def most_influential(self) -> str | None:
        """The case without which tau-b changes most."""
        if self.test is None or not self.without:
            return None
        whole = self.test.statistic
        return max(sorted(self.without), key=lambda case_id: abs(self.without[case_id] - whole))

    @property
    def slope_text(self) -> str:
        """The slope with its interval and n, in words."""
        slope, _, _ = self.estimates
        ends = interval(slope.lower, slope.upper, 2, sign=True)
        n = counted(len(self.case_ids), "case")
        return f"{number(slope.value, 2, sign=True)} {self.second.unit} for {self.first.step_name} {ends}, n = {n}"

    @property
    def tau_text(self) -> str:
        """Tau-b with the limits that the record sets, in words."""
        _, _, test = self.estimates
        ends = f"{number(self.least, 2, sign=True)} to {number(self.greatest, 2, sign=True)}"
        return f"τ-b {number(test.statistic, 2, sign=True)}, within the record at most {ends}"

    @property
    def order_text(self) -> str:
        """What perfect order would have told, in words."""
        _, in_order, _ = self.estimates
        return f"in perfect order {interval(in_order.lower, in_order.upper, 2, sign=True)}"

    @property
    def text(self) -> str:
        name = f"{self.name[0].upper()}{self.name[1:]}"
        if not self.computed:
            return f"{name}: not computed ({self.why_not})."
        slope, _, test = self.estimates
        influence = self.most_influential
        moved = f" Without {influence} τ-b is {number(self.without[influence], 2, sign=True)}." if influence else ""
        return (
            f"{name}: {self.slope_text} ({100 * slope.level:g} %; {self.order_text}); Kendall's {self.tau_text}, "
            f"{test.text}.{moved}"
        )


@dataclass(frozen=True)
class AssociatedPairs(Result):
    """Pairs of variables over the same cases.

    Parameters
    ----------
    pairs
        In the order given; at least one.
    left_out
        Cases that were kept out, with the reason.
    """

    pairs: tuple[Association, ...]
    left_out: Mapping[str, str]

    @property
    def table(self) -> pl.DataFrame:
        """One row a pair."""
        return pl.concat([pair.table for pair in self.pairs])

    @property
    def text(self) -> str:
        kept = [f"{case_id} ({why})" for case_id, why in sorted(self.left_out.items())]
        out = f" Left out: {listed(kept)}." if kept else ""
        return " ".join(pair.text for pair in self.pairs) + out


def associate(
    first: Variable,
    second: Variable,
    *,
    without: Collection[str] = (),
    level: float = LEVEL,
    seed: int = 0,
    look: str = "",
) -> Association:
    """Set two variables against each other over the cases that have both.

    Parameters
    ----------
    first, second
        The variables; the second is the outcome.
    without
        Cases to leave out.
    level
        Of the interval of the slope.
    seed
        Of imputations and permutations.
    look
        How the same variables are counted here, where they are counted in several ways: **what a build keeps of one look gives way to
        no other**.

    Returns
    -------
    Association

    Examples
    --------
    >>> delay = Variable("delay", {"one": (60, 120, 180), "two": (3600, 3600, 3600), "three": (0, 43200, 86400)})
    >>> openness = Variable("openness", {"one": (60, 70, 80), "two": (40, 40, 40), "three": (10, 20, 30)})
    >>> pair = associate(delay, openness)
    >>> pair.test.statistic, pair.least, round(pair.greatest, 2), pair.can_tell
    (-1.0, -1.0, 0.33, False)
    """
    case_ids = tuple(sorted((set(first.values) & set(second.values)).difference(without)))
    return kept(
        f"association of {first.name} and {second.name} over {len(case_ids)} {look}",
        lambda: (case_ids, first, second, level, seed),
        lambda: _associated(first, second, case_ids, level, seed),
    )


def associate_pairs(
    pairs: Iterable[tuple[Variable, Variable]],
    *,
    left_out: Mapping[str, str] | None = None,
    level: float = LEVEL,
    seed: int = 0,
    look: str = "",
) -> AssociatedPairs:
    """Set pairs of variables against each other.

    Parameters
    ----------
    pairs
        At least one, covariate first.
    left_out
        Case id to the reason for keeping it out.
    level, seed, look
        See ``associate``.
    """
    out = dict(left_out or {})
    options = {"without": out, "level": level, "seed": seed, "look": look}
    associated = (associate(first, second, **options) for first, second in pairs)
    return AssociatedPairs(tuple(associated), out)


def _associated(first: Variable, second: Variable, case_ids: tuple[str, ...], level: float, seed: int) -> Association:
    first_ends, second_ends = first.ends(case_ids), second.ends(case_ids)
    generator = np.random.default_rng(seed)
    covariate = first.drawn(case_ids, IMPUTATIONS, generator) / first.step
    outcome = second.drawn(case_ids, IMPUTATIONS, generator)
    errors = np.array([second.errors.get(case_id, 0.0) for case_id in case_ids])
    try:
        test = kendall(first_ends[:, 1], second_ends[:, 1], seed=seed)
        slope = pooled_regression(outcome, covariate, errors, level=level)
        in_order = _in_order(outcome, covariate, errors, first_ends[:, 1], second_ends[:, 1], level)
    except (TooFew, NoSlope) as reason:
        return Association(first, second, case_ids, why_not=str(reason))
    ratio = float(np.std(covariate.mean(axis=0)) / np.std(outcome.mean(axis=0)))
    least, greatest = _limits(first_ends, second_ends)
    without = _without(case_ids, first_ends[:, 1], second_ends[:, 1])
    return Association(first, second, case_ids, slope, in_order, ratio, test, least, greatest, without)


def _in_order(
    outcome: np.ndarray,
    covariate: np.ndarray,
    errors: np.ndarray,
    best_covariate: np.ndarray,
    best_outcome: np.ndarray,
    level: float,
) -> Slope:
    """The slope if outcomes, each with its error, stood in the order of the covariate, or against it where only that would tell."""

    def ordered(best: np.ndarray) -> Slope:
        taken = np.empty(len(best), dtype=np.intp)
        taken[np.argsort(best_covariate, kind="stable")] = np.argsort(best, kind="stable")
        return pooled_regression(outcome[:, taken], covariate, errors[taken], level=level)

    rising = ordered(best_outcome)
    return rising if rising.leaves_zero_out else ordered(-best_outcome)


def _limits(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """Least and greatest tau-b while every number stays inside its ends, as bounds that no reading passes.

    Two cases are certainly in one order where their intervals do not meet. Tau-b is ``(m - 2d) / sqrt(a·b)``, with d the pairs in
    opposite orders, m those that are tied in neither, and a and b, no fewer than m, those that are not tied in the one and in the other. Its
    numerator is at most that of all pairs that are not certainly tied, less twice those that are certainly opposite; where this is positive it
    is divided by as little as these pairs themselves, else by as much as a and b can be. The least is found in the same way. Not each pair's
    best reading can be had at once: **they may be wider than need be**.
    """
    # what was never seen is one and the same, later than all that was
    later = np.where(np.isinf(first[:, 2:]), math.inf, first)
    # row i and column j of a matrix: whether case j certainly comes after case i (1), before it (-1), or at the same moment
    sure = [(ends[:, 0] > ends[:, 2:]).astype(int) - (ends[:, 2] < ends[:, :1]) for ends in (later, second)]
    same = [(ends[:, 0] == ends[:, 2:]) & (ends[:, 2] == ends[:, :1]) for ends in (later, second)]
    pairs, product = ~np.eye(len(first), dtype=bool), sure[0] * sure[1]
    untied, widest = (
        np.sum(pairs & ~same[0] & ~same[1]),
        math.sqrt(math.prod(int(np.sum(pairs & ~tied)) for tied in same)),
    )
    # against certain pairs of the same, of opposite order
    numerators = [int(untied - 2 * np.sum(product * way > 0)) for way in (1, -1)]
    least, greatest = (most / (untied if most >= 0 else widest) if untied else 0.0 for most in numerators)
    return float(-least), float(greatest)


def _without(case_ids: tuple[str, ...], first: np.ndarray, second: np.ndarray) -> dict[str, float]:
    """Tau-b without each case, where it can be computed: what its own pairs add is taken off."""
    # for every two whether the second is larger (1), smaller (-1) or the same (0), shape (n, n)
    signs = [
        (values > values[:, None]).astype(np.int8) - (values < values[:, None]).astype(np.int8)
        for values in (first, second)
    ]
    # every pair stands twice in the matrix, and those of a case are its row: half of the whole, less the row
    product = signs[0] * signs[1]
    concordance = product.sum() / 2 - product.sum(axis=1)
    untied = [np.abs(own).sum(axis=1) for own in signs]
    left = [count.sum() / 2 - count for count in untied]
    scale = np.sqrt(left[0] * left[1])
    taus = np.divide(concordance, scale, out=np.full(len(scale), math.nan), where=scale > 0)
    return {case_id: float(tau) for case_id, tau in zip(case_ids, taus, strict=True) if not math.isnan(tau)}
