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
from dataclasses import dataclass

import numpy as np
import polars as pl

from aftermath.measures.recovery.series import SeriesError, read_series
from aftermath.measures.result import Result
from aftermath.wording import counted, listed, number

COSTS = ("l2", "l1", "rbf", "normal")
PENALTIES = (0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0)


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
        found = self.path.filter(pl.col("breaks") == count)
        if found.is_empty():
            raise SeriesError(
                f"no penalty of the path leaves {counted(count, 'break')}: it has {listed([str(k) for k in self.path['breaks'].unique()], 'or')}"
            )
        return found["after_observation"][0].to_list()

    @property
    def text(self) -> str:
        counts = listed([f"{row['breaks']} at {number(row['penalty'], 1)}" for row in self.path.iter_rows(named=True)])
        stable = (
            self.path.group_by("breaks", maintain_order=True)
            .agg(pl.len(), pl.col("after_observation").first())
            .sort("len", descending=True, maintain_order=True)
        )
        places = stable["after_observation"][0].to_list()
        where = f"after observation {listed([str(place) for place in places])}" if places else "none"
        return (
            f"Breaks by penalty (in units of the customary one, n = {counted(self.n, 'observation')}): {counts}. "
            f"The count that holds over most of the path: {counted(len(places), 'break')}, {where}. A break says when, not why; its place carries no interval."
        )


def change_points(
    series: pl.DataFrame, *, cost: str = "l2", penalties: tuple[float, ...] = PENALTIES, smallest: int = 2
) -> ChangePoints:
    """Find change points by PELT, exactly (every observation may be one), along a path of penalties.

    Parameters
    ----------
    series
        ``time`` and ``value``.
    cost
        ``l2`` (mean), ``l1`` (median), ``rbf`` (distribution) or ``normal`` (mean and variance).
    penalties
        In units of the customary penalty: ``2 σ² log n`` for l2, ``σ log n`` for l1, ``log n`` for the others, with σ the robust standard
        deviation of first differences.
    smallest
        Shortest stretch between breaks.

    Returns
    -------
    ChangePoints

    Raises
    ------
    SeriesError
        If the series is too short or the cost is unknown.
    """
    import ruptures

    if cost not in COSTS:
        raise SeriesError(f"{cost!r} is no cost: use one of {', '.join(COSTS)}")
    if not penalties or min(penalties) <= 0 or smallest < 1:
        raise SeriesError("penalties must be positive, and the shortest stretch at least 1")
    times = series["time"] if "time" in series.columns else pl.Series([])
    data = read_series(series, times[len(times) // 2] if len(times) else 0)
    if len(data.time) < 2 * smallest + 1:
        raise SeriesError(
            f"{len(data.time)} observations are too few to look for a break: at least {2 * smallest + 1} are needed"
        )
    # ruptures' own default looks at every fifth observation only
    search = ruptures.Pelt(model=cost, min_size=smallest, jump=1).fit(data.value)
    unit = _customary(data.value, cost)
    found = {penalty: search.predict(pen=penalty * unit)[:-1] for penalty in sorted(penalties)}
    path = [(penalty, len(breaks), breaks, [times[place] for place in breaks]) for penalty, breaks in found.items()]
    schema = {
        "penalty": pl.Float64,
        "breaks": pl.Int64,
        "after_observation": pl.List(pl.Int64),
        "at": pl.List(times.dtype),
    }
    return ChangePoints(pl.DataFrame(path, schema=schema, orient="row"), cost, len(data.time))


def _customary(values: np.ndarray, cost: str) -> float:
    differences = np.diff(values)
    spread = float(np.median(np.abs(differences - np.median(differences)))) * 1.4826 / math.sqrt(2) or float(
        values.std()
    )
    log_n = math.log(len(values))
    return {"l2": 2 * spread**2 * log_n, "l1": spread * log_n}.get(cost, log_n)
