"""Do groups answer equally fast, and what goes with a sooner answer? Tests and models of tables of latencies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from aftermath.measures.latencies import Latencies
from aftermath.statistics import log_rank as ranks
from aftermath.statistics.interval_regression import proportional_hazards, proportional_odds
from aftermath.statistics.intervals import t_quantile
from aftermath.statistics.result import NothingToMeasure, Result
from aftermath.wording import counted, interval, listed, number, probability

MODELS = {
    "odds": ("odds of having answered", proportional_odds),
    "hazard": ("hazard of answering", proportional_hazards),
}
FEWEST_ROWS = 3  # of a group, for a test or a model


@dataclass(frozen=True)
class LogRankTest(Result):
    """Whether groups of a table of latencies answer equally fast.

    Parameters
    ----------
    name
        What the latencies are called.
    by
        The column of the groups.
    test
        From ``statistics.log_rank``.
    left_out
        Groups that are too small, with how many rows each has.
    """

    name: str
    by: str
    test: ranks.LogRank
    left_out: tuple[tuple[str, int], ...] = ()

    @property
    def table(self) -> pl.DataFrame:
        """One row a group: n, and answers less those that were to be expected if all groups were alike."""
        return pl.DataFrame({"group": self.test.groups, "n": self.test.sizes, "sooner_than_expected": self.test.sums})

    @property
    def text(self) -> str:
        sizes = listed(
            [f"{group} (n = {number(n)})" for group, n in zip(self.test.groups, self.test.sizes, strict=True)]
        )
        fastest, slowest = (self.test.groups[int(place(self.test.sums))] for place in (np.argmax, np.argmin))
        left_out = listed([f"{group} ({number(n)})" for group, n in self.left_out])
        return (
            f"{self.name} by {self.by}, {sizes}: χ² = {number(self.test.statistic, 2)} on {len(self.test.groups) - 1} df, p = {probability(self.test.p)} "
            f"by {number(self.test.draws)} permutations. More answers than expected came early in {fastest}, fewer in {slowest}. "
            "Log-rank test for interval-censored latencies (Sun's scores); it holds where the width of intervals has nothing to do with the group."
            f"{f' Too few for the test: {left_out}.' if left_out else ''}"
        )


def log_rank(latencies: Latencies, by: str, *, draws: int = ranks.DRAWS, seed: int = 0) -> LogRankTest:
    """Test whether groups of a table of latencies answer equally fast.

    Parameters
    ----------
    latencies
        From ``load_latencies``.
    by
        The column of the groups; those of fewer than three rows are left out and named.
    draws, seed
        Of the permutations.

    Returns
    -------
    LogRankTest

    Raises
    ------
    AftermathError
        If there is no such column.
    NothingToMeasure
        If fewer than two groups are large enough.

    Examples
    --------
    >>> from aftermath.measures.latencies import load_latencies
    >>> rows = {"earliest": [0, 1, 2, 9, 14, 12], "latest": [1, 2, 4, 15, 20, None], "kind": list("aaabbb")}
    >>> log_rank(load_latencies(pl.DataFrame(rows)), "kind", draws=99).table["n"].to_list()
    [3, 3]
    """
    groups = np.array(latencies.groups(by))
    names, sizes = np.unique(groups, return_counts=True)
    small = {str(name): int(n) for name, n in zip(names, sizes, strict=True) if n < FEWEST_ROWS}
    used = ~np.isin(groups, list(small))
    if len(names) - len(small) < 2:
        raise NothingToMeasure(f"{latencies.name}: a test needs two groups of at least {FEWEST_ROWS} latencies each.")
    left, right = latencies.ends
    test = ranks.log_rank(left[used], right[used], groups[used].tolist(), draws=draws, seed=seed)
    return LogRankTest(latencies.name, by, test, tuple(sorted(small.items())))


@dataclass(frozen=True)
class Ratio:
    """What a value of a column goes with, against another.

    Parameters
    ----------
    column, value, against
        E.g. ``breach_type``, ``INSD``, ``HACK``; of a column of numbers ``value`` is one more, and ``against`` empty.
    n
        Rows that have the value.
    ratio, lower, upper
        Of the odds, or of the hazard, with its Wald interval: **above 1, answers come sooner.**
    """

    column: str
    value: str
    against: str
    n: int
    ratio: float
    lower: float
    upper: float


@dataclass(frozen=True)
class LatencyModel(Result):
    """What goes with a sooner answer in a table of latencies.

    Parameters
    ----------
    name
        What the latencies are called.
    model
        A key of ``MODELS``.
    ratios
        One a column of numbers, or a value beside the commonest.
    n
        Rows used.
    level
        Of the intervals.
    log_likelihood
        At the maximum.
    left_out
        Rows with an empty field in a column, or with a value that fewer than three rows have.
    """

    name: str
    model: str
    ratios: tuple[Ratio, ...]
    n: int
    level: float
    log_likelihood: float
    left_out: int

    @property
    def table(self) -> pl.DataFrame:
        """One row a ratio."""
        rows = [(one.column, one.value, one.against, one.n, one.ratio, one.lower, one.upper) for one in self.ratios]
        return pl.DataFrame(rows, schema=["column", "value", "against", "n", "ratio", "lower", "upper"], orient="row")

    @property
    def text(self) -> str:
        what, _ = MODELS[self.model]
        left_out = f" Left out: {counted(self.left_out, 'row')} with an empty field, or with a value that fewer than {FEWEST_ROWS} rows have."
        said = [
            f"{one.column} {one.value}{f' against {one.against}' if one.against else ''}: "
            f"{number(one.ratio, 2)} {interval(one.lower, one.upper, 2)} times the {what}"
            for one in self.ratios
        ]
        return (
            f"{self.name}, n = {number(self.n)}. {'; '.join(said)}. Intervals of {number(100 * self.level)} %. Above 1, answers come sooner. "
            "A model of interval-censored latencies that supposes one ratio at every moment; what goes together need not be a cause."
            f"{left_out if self.left_out else ''}"
        )


def latency_model(
    latencies: Latencies, columns: Sequence[str], model: Literal["odds", "hazard"] = "odds", *, level: float = 0.95
) -> LatencyModel:
    """Fit what goes with a sooner answer.

    Parameters
    ----------
    latencies
        From ``load_latencies``. An answer that may have come at 0 counts as coming after it.
    columns
        Columns of the file. Where all values are numbers, the ratio is that of one more; else each value stands against the commonest.
    model
        ``odds``: one ratio of odds at every moment (log-logistic). ``hazard``: one ratio of hazards (Weibull).
    level
        Of the intervals.

    Returns
    -------
    LatencyModel

    Raises
    ------
    AftermathError
        If there is no such column.
    NothingToMeasure
        As ``statistics.interval_regression`` raises it.
    ValueError
        If the model is unknown, no column is given, or a latency is exactly 0.
    """
    if model not in MODELS or not columns:
        raise ValueError(
            f"{model!r} of {listed(list(columns)) or 'no column'}: use one of {', '.join(MODELS)}, and a column at least"
        )
    values = {column: np.array(latencies.groups(column)) for column in columns}
    used = np.ones(latencies.rows.height, dtype=bool)
    for own in values.values():
        names, which, counts = np.unique(own, return_inverse=True, return_counts=True)
        numeric = all(map(_is_number, names[names != "not coded"]))
        used &= (own != "not coded") & (numeric | (counts[which] >= FEWEST_ROWS))
    terms = [term for column, own in values.items() for term in _terms(column, own[used])]
    left, right = latencies.ends
    fitted = MODELS[model][1](left[used], right[used], np.column_stack([column for *_, column in terms]))
    logs, errors = fitted.log_ratios
    reach = t_quantile(level, np.inf) * errors
    ratios = tuple(
        Ratio(column, value, against, n, *np.exp([log, log - far, log + far]).tolist())
        for (column, value, against, n, _), log, far in zip(terms, logs, reach, strict=True)
    )
    return LatencyModel(latencies.name, model, ratios, fitted.n, level, fitted.log_likelihood, int((~used).sum()))


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def _terms(column: str, values: np.ndarray) -> list[tuple[str, str, str, int, np.ndarray]]:
    """Covariates of a column: name, value, what it stands against, how many rows have it, and its numbers."""
    names, counts = np.unique(values, return_counts=True)
    if all(map(_is_number, names)):
        return [(column, "one more", "", len(values), values.astype(float))]
    commonest = str(names[counts.argmax()])
    return [
        (column, str(name), commonest, int(n), (values == name).astype(float))
        for name, n in zip(names, counts, strict=True)
        if name != commonest
    ]
