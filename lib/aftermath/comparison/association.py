"""Do faster and more open answers go with better recovery? Rank correlations, as far as the cases bear them.

Every variable of a case is an interval. The correlation is that of the best readings (of a latency the middle of its interval),
and its spread comes from drawing every case anew inside its intervals; what was not seen is larger than all that was.
Nothing here is a causal claim: the cases were chosen, and they are few.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from aftermath.comparison.entry import Entry
from aftermath.comparison.permutation import Permutation, TooFew, kendall, taus
from aftermath.kept import kept
from aftermath.measures.result import Result
from aftermath.wording import counted, interval, listed, number

DRAWS = 1000
LEVEL = 0.90


@dataclass(frozen=True)
class Variable:
    """One number a case, with its interval.

    Parameters
    ----------
    name
        In words, so that a correlation can be read: ``delay of the first response``.
    values
        Case id to lower end, best reading and upper end; cases that could not be measured are not in it. An upper end may be infinite.
    """

    name: str
    values: Mapping[str, tuple[float, float, float]]


@dataclass(frozen=True)
class Association(Result):
    """A rank correlation between two variables over cases.

    Parameters
    ----------
    first, second
        The variables.
    case_ids
        Cases that have both, sorted.
    test
        Kendall's tau-b of the best readings, with its permutation test; None where there are too few cases.
    lower, upper
        Central 90 % of tau-b over draws inside the intervals; NaN without a test.
    without
        Case id to tau-b when that case is left out.
    why_not
        Why there is no test; empty where there is one.
    """

    first: str
    second: str
    case_ids: tuple[str, ...]
    test: Permutation | None
    lower: float
    upper: float
    without: Mapping[str, float]
    why_not: str = ""

    @property
    def table(self) -> pl.DataFrame:
        """One row: tau-b, spread, p, floor, n."""
        test = self.test
        return pl.DataFrame(
            {
                "first": [self.first],
                "second": [self.second],
                "tau_b": [test.statistic if test else None],
                "lower": [self.lower if test else None],
                "upper": [self.upper if test else None],
                "p": [test.p if test else None],
                "smallest_p": [test.smallest_p if test else None],
                "n": [len(self.case_ids)],
                "most_influential": [self.most_influential],
            },
            schema_overrides={"most_influential": pl.String}
            | dict.fromkeys(("tau_b", "lower", "upper", "p", "smallest_p"), pl.Float64),
        )

    @property
    def most_influential(self) -> str | None:
        """The case without which tau-b changes most."""
        if self.test is None or not self.without:
            return None
        return max(sorted(self.without), key=lambda case_id: abs(self.without[case_id] - self.test.statistic))

    @property
    def text(self) -> str:
        name = f"{_capital(self.first)} and {self.second}"
        if self.test is None:
            return f"{name}: not computed ({self.why_not})."
        spread = f"{interval(self.lower, self.upper, 2, sign=True)} in {100 * LEVEL:g} % of draws within the intervals"
        influence = self.most_influential
        moved = f" Without {influence}: {number(self.without[influence], 2, sign=True)}." if influence else ""
        claim = "" if self.lower <= 0 <= self.upper else " The spread leaves zero out; that is no proof, and no cause."
        return (
            f"{name}: Kendall's τ-b {number(self.test.statistic, 2, sign=True)} ({spread}; n = {counted(len(self.case_ids), 'case')}; "
            f"{self.test.text}).{moved}{claim}"
        )


@dataclass(frozen=True)
class Associations(Result):
    """Rank correlations between every two of some variables.

    Parameters
    ----------
    pairs
        In the order of the variables.
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


def associate(first: Variable, second: Variable, *, draws: int = DRAWS, seed: int = 0) -> Association:
    """Correlate two variables over the cases that have both.

    Parameters
    ----------
    first, second
        The variables.
    draws
        Of every case inside its intervals, uniformly; **where all intervals are points the spread is the value itself**.
    seed
        Of draws and permutations.

    Returns
    -------
    Association
    """
    shared = tuple(sorted(set(first.values) & set(second.values)))
    one, other = (
        np.array([variable.values[case_id] for case_id in shared]).reshape(-1, 3) for variable in (first, second)
    )
    return kept(
        f"association of {first.name} and {second.name} over {len(shared)}",
        lambda: (shared, one.tolist(), other.tolist(), draws, seed),
        lambda: _associated((first.name, second.name), shared, one, other, draws, seed),
    )


def _associated(
    names: tuple[str, str], shared: tuple[str, ...], one: np.ndarray, other: np.ndarray, draws: int, seed: int
) -> Association:
    """The correlation of two variables whose ends and middles stand in the rows of two tables."""
    try:
        test = kendall(one[:, 1], other[:, 1], seed=seed)
    except TooFew as reason:
        return Association(*names, shared, None, math.nan, math.nan, {}, str(reason))
    lower, upper = np.quantile(_drawn(one, other, draws, seed), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Association(*names, shared, test, float(lower), float(upper), _without(shared, one[:, 1], other[:, 1]))


def associations(
    variables: Sequence[Variable], *, left_out: Mapping[str, str] | None = None, draws: int = DRAWS, seed: int = 0
) -> Associations:
    """Correlate every two of some variables.

    Parameters
    ----------
    variables
        At least two.
    left_out
        Case id to the reason for keeping it out.
    draws, seed
        See ``associate``.
    """
    out = dict(left_out or {})
    kept = [
        Variable(each.name, {case_id: ends for case_id, ends in each.values.items() if case_id not in out})
        for each in variables
    ]
    pairs = [
        associate(one, other, draws=draws, seed=seed) for place, one in enumerate(kept) for other in kept[place + 1 :]
    ]
    return Associations(tuple(pairs), out)


def delay(entries: Iterable[Entry], step: str = "response") -> Variable:
    """How long an answer took, in seconds: every moment of its interval being as likely; not seen is infinite."""
    latencies = {entry.case_id: entry.speed[step].latency for entry in entries if entry.speed}
    label = next((entry.speed[step].label for entry in entries if entry.speed), step)
    name = f"delay of the {label[0].lower()}{label[1:]}"
    return Variable(name, {case_id: _ends(each.lower, each.upper) for case_id, each in latencies.items()})


def openness(entries: Iterable[Entry], which: str = "transparency") -> Variable:
    """``transparency`` or ``empathy``: the index inside its bounds."""
    indices = {entry.case_id: getattr(entry.transparency, which) for entry in entries if entry.transparency}
    return Variable(
        which, {case_id: (each.lower, each.value, each.upper) for case_id, each in indices.items() if each.defined}
    )


def change_of_tone(entries: Iterable[Entry]) -> Variable:
    """How favourability moved from the first to the last phase, with the ends of both intervals; phases without one leave the case out."""
    values = {}
    for entry in entries:
        first, last = entry.first_phase, entry.last_phase
        if first is None or last is None or first is last or not first.n or not last.n:
            continue
        low, high = _reach(last), _reach(first)
        values[entry.case_id] = (low[0] - high[1], last.mean.value - first.mean.value, low[1] - high[0])
    return Variable("rise of favourability", values)


def _reach(phase: object) -> tuple[float, float]:
    """The interval of a phase's mean; all that a code can be where the texts are too few for one."""
    return (phase.mean.lower, phase.mean.upper) if phase.mean.has_interval else (-2.0, 2.0)


def _ends(lower: float, upper: float) -> tuple[float, float, float]:
    if math.isinf(upper):
        return lower, math.inf, math.inf
    return lower, (lower + upper) / 2, upper


def _drawn(one: np.ndarray, other: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Tau-b of draws inside the intervals; a draw in which one variable does not vary is drawn out."""
    generator = np.random.default_rng(seed)
    found = taus(_inside(one, draws, generator).T, _inside(other, draws, generator).T)
    kept = found[~np.isnan(found)]
    return kept if kept.size else np.array([math.nan])


def _inside(ends: np.ndarray, draws: int, generator: np.random.Generator) -> np.ndarray:
    """Uniform draws between lower and upper ends, shape ``(draws, n)``; what was not seen stays infinite."""
    lower, upper = ends[:, 0], ends[:, 2]
    width = np.where(np.isfinite(upper), upper - lower, 0.0)
    drawn = lower + generator.random((draws, len(ends))) * width
    return np.where(np.isfinite(upper), drawn, math.inf)


def _without(case_ids: tuple[str, ...], one: np.ndarray, other: np.ndarray) -> dict[str, float]:
    """Tau-b without each case, where it can be computed."""
    kept = np.array([np.delete(np.arange(len(one)), place) for place in range(len(one))]).T
    found = zip(case_ids, taus(one[kept], other[kept]), strict=True)
    return {case_id: float(tau) for case_id, tau in found if not math.isnan(tau)}


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
