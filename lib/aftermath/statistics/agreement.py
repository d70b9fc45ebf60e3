"""How far coders agree: Krippendorff's alpha and, beside it, Gwet's coefficient, both with an interval."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from aftermath.wording import counted, interval, number

LEVEL = 0.95
DRAWS = 2000
CUSTOMARY_FLOOR = 0.667
WEIGHTS = ("identity", "linear", "quadratic")
MEASUREMENTS = ("nominal", "ordinal", "interval")
Distances = Callable[[np.ndarray], np.ndarray]
LEAN = 0.75  # of the unit that is added: how much of it differs at the lower end, and is alike at the upper


@dataclass(frozen=True)
class Agreement:
    """How far coders agree, by two coefficients, and how sure they are.

    Alpha compares disagreement with what the codes in use would give by chance, so that it is harsh, and very unsure, where
    nearly all codes are alike. Gwet's coefficient expects little chance agreement there.

    Parameters
    ----------
    alpha
        Krippendorff's alpha, for ordinal codes unless asked otherwise: 1 is perfect agreement, 0 what chance would give; NaN where it is not defined.
    lower, upper
        Its 95 % interval; NaN where there is none.
    units
        Units that at least two coders coded.
    same
        Units on which all of them gave the same code.
    ac
        Gwet's coefficient: AC1 with identity weights, AC2 with others; NaN with fewer than two units.
    ac_lower, ac_upper
        Its 95 % interval; NaN where there is none.
    ac_error
        Gwet's standard error over units, as other programs print it: **0 where nothing differs and nothing is missing**.
    observed
        Weighted share of agreement before chance is taken off, 0 to 1.
    weights
        Of Gwet's coefficient.
    """

    alpha: float
    lower: float
    upper: float
    units: int
    same: int
    ac: float = math.nan
    ac_lower: float = math.nan
    ac_upper: float = math.nan
    ac_error: float = math.nan
    observed: float = math.nan
    weights: str = "linear"

    @property
    def defined(self) -> bool:
        """Whether alpha is: not with fewer than two units, nor where every code is the same."""
        return not math.isnan(self.alpha)

    @property
    def ac_name(self) -> str:
        """``AC1`` or ``AC2``."""
        return "AC1" if self.weights == "identity" else "AC2"

    @property
    def alpha_text(self) -> str:
        """Alpha with its interval, or that it is not defined, and why."""
        if self.defined:
            return f"α = {_estimate(self.alpha, self.lower, self.upper)}"
        why = "no two codes differ" if self.units > 1 else "fewer than two units"
        return f"α not defined ({why})"

    @property
    def ac_text(self) -> str:
        """Gwet's coefficient with its interval; empty with fewer than two units."""
        if math.isnan(self.ac):
            return ""
        return f"{self.ac_name} = {_estimate(self.ac, self.ac_lower, self.ac_upper)}"

    @property
    def extent(self) -> str:
        """How many units there are and on how many all agree; where on all, how many may still differ."""
        extent = f"n = {counted(self.units, 'unit')}, same score on {self.same}"
        if not self.units or self.same < self.units:
            return extent
        share = 1 - (1 - LEVEL) ** (1 / self.units)  # exact: none of n would be seen in one of twenty such samples
        return f"{extent}: that allows for up to {number(100 * share, 0 if share >= 0.01 else 1)} % that differ"

    @property
    def text(self) -> str:
        """Both coefficients with their intervals and n; that nothing is known where there is no unit."""
        if not self.units:
            return "agreement not defined (nothing to compare)"
        return ", ".join(filter(None, (self.alpha_text, self.ac_text, self.extent)))


def krippendorff_alpha(
    codes: Mapping[str, Sequence[float | None]] | Sequence[Sequence[float | None]],
    levels: Sequence[float],
    *,
    measurement: str = "ordinal",
    weights: str = "linear",
    draws: int = DRAWS,
    seed: int = 0,
) -> Agreement:
    """Krippendorff's alpha and Gwet's coefficient, for any number of coders, with intervals.

    The intervals are those of a Bayesian bootstrap over units, to which one unit is added before anything is drawn: without
    it there is no width where nothing varies. It is spread evenly over all levels where it agrees, and over all pairs of
    levels where it differs. For the lower end three quarters of it differ, for the upper end three quarters agree. For a
    plain share of units that differ this lies halfway between Jeffreys's interval, one half each, and that of Clopper and
    Pearson, the whole.

    Parameters
    ----------
    codes
        Coder to codes, one code a unit; or one row a coder, shape ``(coders, units)``. NaN or None where a coder gave no code.
    levels
        All values that a code can take, ascending.
    measurement
        What a difference costs alpha: ``nominal`` all or nothing, ``ordinal`` the square of how many codes lie between,
        ``interval`` the square of the difference.
    weights
        What a difference costs Gwet's coefficient: ``identity`` all or nothing, ``linear`` its share of the scale,
        ``quadratic`` the square of that share.
    draws
        Of the bootstrap, 0 for no interval.
    seed
        Of the random numbers.

    Returns
    -------
    Agreement
        Neither coefficient with fewer than two units that can be compared. An interval **always holds its estimate**.

    Raises
    ------
    ValueError
        If rows look like units and not like coders, coders have unlike numbers of codes, a code is none of the levels, the
        levels do not ascend, or the measurement or the weights are unknown.

    References
    ----------
    Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability.

    Gwet, K. L. (2008). Computing inter-rater reliability and its variance in the presence of high agreement. British
    Journal of Mathematical and Statistical Psychology 61, 29-48. With weights: Gwet (2014), Handbook of Inter-Rater Reliability.

    Rubin, D. B. (1981). The Bayesian bootstrap. Annals of Statistics 9, 130-134.

    Examples
    --------
    >>> agreement = krippendorff_alpha({"ann": [2, 2, 1, 0], "ben": [2, 2, 2, 0]}, levels=(0, 1, 2))
    >>> agreement.same, round(agreement.alpha, 2), round(agreement.ac, 2)
    (3, 0.75, 0.78)
    """
    if measurement not in MEASUREMENTS:
        raise ValueError(f"measurement {measurement!r} is unknown; use one of: {', '.join(MEASUREMENTS)}")
    worth = _worth(levels, weights)
    given = _given(_table(codes, levels), levels)
    rated = given.sum(axis=1)
    comparable = given[rated >= 2]
    units, same = len(comparable), int(np.sum(comparable.max(axis=1, initial=0) == comparable.sum(axis=1)))
    if units < 2:
        return Agreement(math.nan, math.nan, math.nan, units, same, weights=weights)
    distances = partial(_distances, np.array(levels, dtype=float), measurement)
    alpha = float(_alphas(np.ones((1, units)), comparable, distances, of_sample=True)[0])
    ac, error, observed = _gwet(given[rated >= 1], worth)
    ends = (
        _intervals(given[rated >= 1], worth, distances, (alpha, ac), draws, seed)
        if draws
        else ((math.nan, math.nan),) * 2
    )
    return Agreement(alpha, *ends[0], units, same, ac, *ends[1], error, observed, weights)


def _table(codes: Mapping | Sequence, levels: Sequence[float]) -> np.ndarray:
    """One row a coder, one column a unit, NaN for no code; refuses what cannot be meant."""
    named = isinstance(codes, Mapping)
    coders = [f"coder {name!r}" for name in codes] if named else [f"row {row}" for row in range(1, len(codes) + 1)]
    rows = [list(row) for row in (codes.values() if named else codes)]
    lengths = dict(zip(coders, map(len, rows), strict=True))
    if len(set(lengths.values())) > 1:
        raise ValueError(
            f"the coders have unlike numbers of codes ({lengths}): give every coder one for each unit, None for no code"
        )
    table = np.array(rows, dtype=float).reshape(len(rows), max(lengths.values(), default=0))
    if not named and len(rows) > max(2, table.shape[1]):
        raise ValueError(
            f"codes has {len(rows)} rows of {table.shape[1]}, which would be more coders than units: a row is a coder and a "
            "column a unit, so transpose it; if there are that many coders, give a mapping of each coder to its codes"
        )
    for coder, unit in np.argwhere(~np.isnan(table) & ~np.isin(table, list(levels))):
        raise ValueError(
            f"{coders[coder]}, unit {unit + 1}: the code {table[coder, unit]:g} is none of the levels "
            f"{', '.join(f'{level:g}' for level in levels)}; correct it, or give None for no code"
        )
    return table


def _given(table: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """How many coders gave each level, shape ``(units, levels)``."""
    return np.stack([np.sum(table == level, axis=0, dtype=float) for level in levels], axis=1)


def _worth(levels: Sequence[float], weights: str) -> np.ndarray:
    """The weight of each pair of levels: 1 for the same, less for others."""
    scale = np.array(levels, dtype=float)
    if len(scale) < 2 or not np.all(np.diff(scale) > 0):
        raise ValueError(f"levels {list(levels)} must be at least two different numbers, ascending")
    distance = np.abs(scale[:, None] - scale) / (scale[-1] - scale[0])
    if weights not in WEIGHTS:
        raise ValueError(f"weights {weights!r} are unknown; use one of: {', '.join(WEIGHTS)}")
    return 1 - {"identity": distance > 0, "linear": distance, "quadratic": distance**2}[weights]


def _distances(levels: np.ndarray, measurement: str, n: np.ndarray) -> np.ndarray:
    """What a difference between two levels costs alpha, shape ``(rows, levels, levels)`` for rows of how often each was given.

    How many codes lie between two levels, each level counted by half, is the distance of their mid-ranks.
    """
    if measurement == "nominal":
        return 1 - np.eye(len(levels))[None]
    places = np.cumsum(n, axis=1) - n / 2 if measurement == "ordinal" else levels[None]
    return (places[:, :, None] - places[:, None, :]) ** 2


def _alphas(times: np.ndarray, given: np.ndarray, distances: Distances, *, of_sample: bool = False) -> np.ndarray:
    """Krippendorff's coefficient for rows of ``times`` that each unit counts, NaN where every code is the same.

    Of the codes of a sample two different ones are drawn to see what chance gives, of those of a population any two.
    """
    together = given[:, :, None] * given[:, None, :] / (given.sum(axis=1) - 1)[:, None, None]
    n = times @ given
    costs = distances(n)
    observed = np.sum(np.tensordot(times, together, axes=1) * costs, axis=(1, 2))
    expected = np.sum(n[:, :, None] * n[:, None, :] * costs, axis=(1, 2))
    codes = n.sum(axis=1) - of_sample
    return 1 - codes * np.divide(observed, expected, out=np.full(len(n), math.nan), where=expected > 0)


def _gwet(given: np.ndarray, worth: np.ndarray) -> tuple[float, float, float]:
    """Gwet's coefficient with its standard error over units, and the observed agreement.

    A unit with one code says which levels are in use, though not whether coders agree.
    """
    once = np.ones((1, len(given)))
    ac, observed, chance = (float(value[0]) for value in _gwet_of(once, given, worth))
    comparable = given.sum(axis=1) >= 2
    n, rated = len(given), given.sum(axis=1, keepdims=True)
    shares = given / rated
    leaning = shares @ (1 - shares.mean(axis=0)) * _chance_factor(worth)
    own = (n / comparable.sum()) * np.where(comparable, _agreeing(given, worth) - chance, 0) / (1 - chance)
    influence = own - 2 * (1 - ac) * (leaning - chance) / (1 - chance) - ac
    return ac, math.sqrt(np.sum(influence**2) / (n * (n - 1))), observed


def _gwet_of(times: np.ndarray, given: np.ndarray, worth: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gwet's coefficient, observed and chance agreement, for rows of ``times`` that each unit counts."""
    comparable = given.sum(axis=1) >= 2
    observed = times[:, comparable] @ _agreeing(given, worth)[comparable] / times[:, comparable].sum(axis=1)
    shares = times @ (given / given.sum(axis=1, keepdims=True)) / times.sum(axis=1, keepdims=True)
    chance = _chance_factor(worth) * np.sum(shares * (1 - shares), axis=1)
    return (observed - chance) / (1 - chance), observed, chance


def _chance_factor(worth: np.ndarray) -> float:
    levels = len(worth)
    return float(worth.sum()) / (levels * (levels - 1))


def _agreeing(given: np.ndarray, worth: np.ndarray) -> np.ndarray:
    """The weighted share of a unit's pairs of codes that agree; of no meaning with one code."""
    rated = given.sum(axis=1)
    return np.sum(given * (given @ worth - 1), axis=1) / np.maximum(rated * (rated - 1), 1)


def _intervals(
    given: np.ndarray,
    worth: np.ndarray,
    distances: Distances,
    estimates: tuple[float, float],
    draws: int,
    seed: int,
) -> list[tuple[float, float]]:
    """The intervals of alpha and of Gwet's coefficient, each around its estimate."""
    tail = (1 - LEVEL) / 2
    lower, upper = (
        _quantiles(given, worth, distances, leaning, level, draws, seed)
        for leaning, level in ((LEAN, tail), (1 - LEAN, 1 - tail))
    )
    if np.all(given.max(axis=1) == given.sum(axis=1)):  # nothing speaks against 1 where no unit differs
        upper = [1.0, 1.0]
    return [
        (math.nan, math.nan) if math.isnan(value) else (min(low, value), max(high, value))
        for value, low, high in zip(estimates, lower, upper, strict=True)
    ]


def _quantiles(
    given: np.ndarray, worth: np.ndarray, distances: Distances, leaning: float, level: float, draws: int, seed: int
) -> list[float]:
    """A quantile of alpha and of Gwet's coefficient over draws, with one more unit of which a share differs."""
    units, counts = _with_one_more(given, leaning)
    times = np.random.default_rng(seed).standard_gamma(counts[:, None], (len(units), draws)).T
    comparable = units.sum(axis=1) >= 2
    drawn = _alphas(times[:, comparable], units[comparable], distances), _gwet_of(times, units, worth)[0]
    return [float(np.nanquantile(values, level)) for values in drawn]


def _with_one_more(given: np.ndarray, leaning: float) -> tuple[np.ndarray, np.ndarray]:
    """The kinds of units, those with one code last, and how many there are of each, with one more unit spread over kinds.

    The one more has as many codes as is usual, on one level or half of them on each of two. Units of a kind share one draw:
    gamma variables add up, so that the time does not grow with the units.
    """
    rated = given.sum(axis=1)
    half = np.eye(given.shape[1]) * rated[rated >= 2].mean() / 2
    like, unlike = 2 * half, [first + second for first, second in itertools.combinations(half, 2)]
    more = np.repeat([(1 - leaning) / len(like), leaning / len(unlike)], [len(like), len(unlike)])
    kinds, kind = np.unique(np.concatenate([given, like, unlike]), axis=0, return_inverse=True)
    counts = np.bincount(kind.ravel(), weights=np.concatenate([np.ones(len(given)), more]))
    order = np.argsort(kinds.sum(axis=1) < 2, kind="stable")
    return kinds[order], counts[order]


def _estimate(value: float, lower: float, upper: float) -> str:
    digits = 2 if upper - lower >= 0.01 or math.isnan(lower) else 4  # an end that is not one is not printed as one
    ends = "" if math.isnan(lower) else f" {interval(lower, upper, digits)}"
    return number(value, digits) + ends
