"""Change points: where a series breaks, along a path of penalties.

References
----------
Truong, C., Oudre, L., and Vayatis, N. (2020). Selective review of offline change point detection methods.
Signal Processing 167, 107299.
Killick, R., Fearnhead, P., and Eckley, I. A. (2012). Optimal detection of changepoints with a linear computational cost.
Journal of the American Statistical Association 107, 1590-1598.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, TypedDict

import numpy as np
import polars as pl

from aftermath.statistics.result import Result
from aftermath.statistics.series import SeriesError, read_series
from aftermath.wording import counted, listed, number

if TYPE_CHECKING:
    from ruptures import Pelt

PENALTIES = (0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0)
REMEMBERED = 1_000_000  # costs of stretches


@dataclass(frozen=True)
class _Cost:
    """A cost: what is held constant, its customary penalty in units of log n, and the shortest stretch it can judge.

    The customary penalty is that of Schwarz's criterion, with the noise of first differences as unit: 2 log n for a mean,
    3 log n for a mean and a variance. For the two others it is log n by trial. The variance of a few neighbours may be
    nearly nothing by chance, which that cost would take for a stretch of its own.
    """

    constant: str
    unit: float
    smallest: int


_COSTS = {
    "l2": _Cost("the mean", 2, 2),
    "l1": _Cost("the median", 1, 2),
    "rbf": _Cost("the distribution", 1, 2),
    "normal": _Cost("mean and variance", 3, 8),
}
COSTS = tuple(_COSTS)

Steadiest = TypedDict(
    "Steadiest",
    {"breaks": int, "after_observation": list[int], "at": list[float | date | datetime], "from": float, "to": float},
)
"""A count of breaks with its places, as in the path, and ``from`` and ``to``, the penalties between which it holds."""


@dataclass(frozen=True)
class ChangePoints(Result):
    """Breaks along a path of penalties.

    Parameters
    ----------
    path
        One row a penalty, ascending: ``penalty`` (in units of the customary one), ``breaks``, ``after_observation`` (a list: **the last
        observation before each break**, counted from 1) and ``at`` (the first time after each break).
    cost
        What is held constant between breaks.
    n
        Observations.
    """

    path: pl.DataFrame
    cost: str
    n: int

    @property
    def table(self) -> pl.DataFrame:
        """The path."""
        return self.path

    def with_breaks(self, count: int) -> list[int]:
        """The last observations before each break, for the smallest penalty that leaves this many breaks.

        Raises
        ------
        SeriesError
            If no penalty of the path does.
        """
        rows = self.path.filter(pl.col("breaks") == count)
        if rows.is_empty():
            raise SeriesError(
                f"no penalty of the path leaves {counted(count, 'break')}: it has {listed([str(k) for k in self.path['breaks'].unique()], 'or')}"
            )
        return rows["after_observation"][0].to_list()

    @property
    def text(self) -> str:
        counts = listed([f"{row['breaks']} at {number(row['penalty'], 1)}" for row in self.path.iter_rows(named=True)])
        stable = self.steadiest
        places = stable["after_observation"]
        where = f", after observation {listed([str(after) for after in places])}" if places else ""
        return (
            f"Breaks of {_COSTS[self.cost].constant} by penalty (PELT, in units of the customary penalty, n = {counted(self.n, 'observation')}): {counts}. "
            f"The count that holds over the widest range of penalties, {number(stable['from'], 1)} to {number(stable['to'], 1)}: "
            f"{counted(len(places), 'break')}{where}. A break says when, not why; its place carries no interval."
        )

    @property
    def steadiest(self) -> Steadiest:
        """The count of breaks that holds over the widest range of penalties (by ratio; **of equals, fewer breaks**).

        Returns
        -------
        Steadiest
        """
        runs = self.path.group_by(run=pl.col("breaks").rle_id(), maintain_order=True).agg(
            pl.col("penalty").first().alias("from"),
            pl.col("penalty").last().alias("to"),
            pl.col("breaks", "after_observation", "at").first(),
        )
        widest = runs.sort(pl.col("to") / pl.col("from"), "breaks", descending=[True, False]).drop("run")
        return Steadiest(**widest.row(0, named=True))


def change_points(
    series: pl.DataFrame, *, cost: str = "l2", penalties: tuple[float, ...] = PENALTIES, smallest: int | None = None
) -> ChangePoints:
    """Find change points by PELT (every observation may be one), along a path of penalties.

    Parameters
    ----------
    series
        ``time`` and ``value``.
    cost
        ``l2`` (mean), ``l1`` (median), ``rbf`` (distribution) or ``normal`` (mean and variance).
    penalties
        In units of the customary penalty: ``2 σ² log n`` for l2, ``σ log n`` for l1, ``log n`` for rbf and ``3 log n`` for
        normal, with σ the robust standard deviation of first differences.
    smallest
        Shortest stretch between breaks; if not given, 8 observations for normal and 2 for the others.

    Returns
    -------
    ChangePoints

    Raises
    ------
    SeriesError
        If the series is too short or the cost is unknown.
    """
    if cost not in COSTS:
        raise SeriesError(f"{cost!r} is no cost: use one of {', '.join(COSTS)}")
    smallest = _COSTS[cost].smallest if smallest is None else smallest
    _check(penalties, smallest)
    data = read_series(series, event=False)
    n, times = len(data.time), series["time"]
    if n < 2 * smallest + 1:
        raise SeriesError(
            f"{counted(n, 'observation')} cannot show a break between stretches of at least {smallest}: at least {2 * smallest + 1} are needed"
        )
    # robust, of the noise, from first differences; of the values where most of them do not move
    differences = np.diff(data.value)
    deviation = float(np.median(np.abs(differences - np.median(differences))))
    spread = deviation * 1.4826 / math.sqrt(2) or float(data.value.std())
    search = _search(data.value / spread, cost, smallest)
    customary = _COSTS[cost].unit * math.log(n)
    breaks_by_penalty = {penalty: search.predict(pen=penalty * customary)[:-1] for penalty in sorted(penalties)}
    path = [
        (penalty, len(breaks), breaks, [times[number] for number in breaks])
        for penalty, breaks in breaks_by_penalty.items()
    ]
    lists = {"after_observation": pl.List(pl.Int64), "at": pl.List(times.dtype)}
    schema = {"penalty": pl.Float64, "breaks": pl.Int64} | lists
    return ChangePoints(pl.DataFrame(path, schema=schema, orient="row"), cost, n)


def _check(penalties: tuple[float, ...], smallest: int) -> None:
    if not penalties or not all(0 < penalty < math.inf for penalty in penalties):
        raise SeriesError("penalties must be positive numbers, at least one of them")
    if smallest < 1:
        raise SeriesError(f"smallest = {smallest} must be at least 1 observation")


def _search(values: np.ndarray, cost: str, smallest: int) -> Pelt:
    import ruptures

    with warnings.catch_warnings():
        # ruptures warns that it adds 1e-6 to a variance so that a constant stretch has one, which is what we want
        warnings.simplefilter("ignore", UserWarning)
        # its own default looks at every fifth observation only
        search = ruptures.Pelt(model=cost, min_size=smallest, jump=1).fit(values - np.median(values))
    # the penalties of the path ask for the same stretches again and again
    search.cost.error = lru_cache(REMEMBERED)(search.cost.error)
    return search
