"""How far coders agree: Krippendorff's alpha with a bootstrap interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aftermath.wording import counted, interval, number

LEVEL = 0.95
DRAWS = 2000
CUSTOMARY_FLOOR = 0.667
MACHINE_ASSISTED = (
    "Both codings were machine-assisted: their agreement shows how clear the rules are and overstates the "
    "agreement that two people would reach."
)


@dataclass(frozen=True)
class Agreement:
    """Krippendorff's alpha for ordinal codes, and how sure it is.

    Parameters
    ----------
    alpha
        1 is perfect agreement, 0 what chance would give; NaN where it is not defined.
    lower, upper
        Percentile bootstrap interval over units; NaN where there is none.
    units
        Units that at least two coders scored.
    same
        Units on which all of them gave the same score.
    """

    alpha: float
    lower: float
    upper: float
    units: int
    same: int

    @property
    def defined(self) -> bool:
        """False with fewer than two units, or where every score is the same: then nothing can be told."""
        return not math.isnan(self.alpha)

    @property
    def text(self) -> str:
        """The coefficient with its interval and n."""
        n = counted(self.units, "unit")
        if not self.defined:
            return f"α not defined (n = {n}, same score on {self.same}: without variation, agreement cannot be told from a habit)"
        spread = "" if math.isnan(self.lower) else f" {interval(self.lower, self.upper, 2)}"
        return f"α = {number(self.alpha, 2)}{spread}, n = {n}, same score on {self.same}"


def krippendorff_alpha(
    codes: Sequence[Sequence[float]], levels: Sequence[float], *, draws: int = DRAWS, seed: int = 0
) -> Agreement:
    """Krippendorff's alpha (ordinal) with a seeded percentile bootstrap over units.

    Parameters
    ----------
    codes
        One row a coder, one column a unit, shape ``(coders, units)``; NaN where a coder gave no score.
    levels
        All values that a code can take, in order.
    draws
        Bootstrap samples, 0 for no interval. Units are drawn with replacement; samples without variation, for which
        alpha is not defined, are left out.
    seed
        Of the random numbers.

    Returns
    -------
    Agreement
        With a 95 % interval; without one where fewer than three units can be compared.

    References
    ----------
    Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability.

    Examples
    --------
    >>> krippendorff_alpha([[2, 2, 1, 0], [2, 2, 2, 0]], levels=(0, 1, 2)).same
    3
    """
    table = np.asarray(codes, dtype=float)
    comparable = table[:, np.sum(~np.isnan(table), axis=0) >= 2] if table.size else np.empty((0, 0))
    units = comparable.shape[1]
    spread = np.nanmax(comparable, axis=0) - np.nanmin(comparable, axis=0) if units else np.array([])
    alpha = _alpha(comparable, levels)
    lower = upper = math.nan
    if units >= 3 and not math.isnan(alpha):
        generator = np.random.default_rng(seed)
        drawn = generator.integers(units, size=(draws, units))
        values = _resampled(comparable, levels, drawn)
        varied = values[~np.isnan(values)]
        if varied.size:
            lower, upper = np.quantile(varied, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Agreement(alpha, float(lower), float(upper), units, int(np.sum(spread == 0)))


def _alpha(table: np.ndarray, levels: Sequence[float]) -> float:
    """The coefficient, NaN where it is not defined."""
    import krippendorff

    values = table[~np.isnan(table)]
    if table.shape[1] < 2 or len(np.unique(values)) < 2:
        return math.nan
    return float(krippendorff.alpha(reliability_data=table, level_of_measurement="ordinal", value_domain=list(levels)))


def _resampled(table: np.ndarray, levels: Sequence[float], drawn: np.ndarray) -> np.ndarray:
    """The coefficient of every sample of units at once, NaN where it is not defined.

    The package computes one coefficient a call; a bootstrap needs thousands. A test holds the two together.
    """
    places = np.arange(len(drawn))[:, None] * drawn.shape[1] + drawn
    times = np.bincount(places.ravel(), minlength=drawn.size).reshape(drawn.shape)
    given = np.stack([np.sum(table == level, axis=0) for level in levels], axis=1).astype(float)
    pairs = given[:, :, None] * given[:, None, :] - given[:, :, None] * np.eye(len(levels))
    pairs /= (given.sum(axis=1) - 1)[:, None, None]
    observed, n = np.tensordot(times, pairs, axes=(1, 0)), times @ given
    middle = np.cumsum(n, axis=1) - n / 2  # the ordinal distance of two levels is that of their mid-ranks
    distance = (middle[:, :, None] - middle[:, None, :]) ** 2
    expected = np.sum(n[:, :, None] * n[:, None, :] * distance, axis=(1, 2))
    disagreement = (n.sum(axis=1) - 1) * np.sum(observed * distance, axis=(1, 2))
    return 1 - np.divide(disagreement, expected, out=np.full(len(expected), math.nan), where=expected > 0)
