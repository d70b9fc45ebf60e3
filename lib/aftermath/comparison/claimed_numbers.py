"""What our cases give for a numeric claim: one function for each kind of measure, from a comparison to an estimate with its interval.

- *latency*: Turnbull's curve (``measures.latency_curves``) gives shares, and medians where curve and band fall below one half. A mean has
  the sums of all lower and of all upper ends; its interval comes from resampling cases, and **has no end where one answer was never seen**.
- *rise*: the difference of means, with the wider of the intervals of permutations and of Welch (``statistics.shift``).
- *pair*: Pearson's r of the best readings, with Fisher's interval; what is unsure within a case is not in it.
- *return*: the mean over cases with a share price, with Student's interval.

References
----------
Fisher, R. A. (1921). On the "probable error" of a coefficient of correlation deduced from a small sample. Metron 1, 3-32.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from aftermath.case_files.case import Case
from aftermath.case_files.numeric_claims import MEASURES
from aftermath.comparison.entry import Entry
from aftermath.comparison.numeric_claims import Estimate, NumericClaim
from aftermath.comparison.strategies import RECOMMENDED
from aftermath.comparison.variables import delay, openness, recovery
from aftermath.kept import kept
from aftermath.measures.latency_curves import FEWEST_CASES, latency_curves, left_out_words
from aftermath.measures.market import market_reaction
from aftermath.measures.speed import Speed
from aftermath.statistics.intervals import t_quantile
from aftermath.statistics.permutation import TooFew
from aftermath.statistics.result import NothingToMeasure
from aftermath.statistics.series import SeriesError
from aftermath.statistics.shift import shift
from aftermath.statistics.turnbull import DRAWS
from aftermath.times import HOUR
from aftermath.wording import counted, listed

if TYPE_CHECKING:
    from aftermath.comparison.scoreboard import Comparison

_FEWEST_PAIRS = 4  # below which Fisher's interval has no width


def estimate(claim: NumericClaim, comparison: Comparison) -> Estimate:
    """What the cases of a comparison give for a claim.

    Parameters
    ----------
    claim
        A claim that one of our measures may answer.
    comparison
        Any comparison; its ``level`` and ``seed`` are those of the intervals. **Of a claim that names cases, these alone.**

    Returns
    -------
    Estimate

    Raises
    ------
    NothingToMeasure
        If the cases do not bear it; the text says why.
    """
    kind, _ = MEASURES[claim.measure]
    if missing := sorted(set(claim.case_ids) - {entry.case_id for entry in comparison.entries}):
        raise NothingToMeasure(f"The claim speaks of {listed(missing)}, which is not in the comparison.")
    entries = [entry for entry in comparison.entries if not claim.case_ids or entry.case_id in claim.case_ids]
    return _KINDS[kind](claim, sorted(entries, key=lambda entry: entry.case_id), comparison)


def _latency(claim: NumericClaim, entries: Sequence[Entry], comparison: Comparison) -> Estimate:
    speeds = [entry.speed for entry in entries if entry.speed]
    if claim.statistic == "one_case":
        return _one_case(claim, entries[0])
    if claim.statistic == "mean":
        return _mean_latency(claim, speeds, comparison)
    curve = latency_curves(speeds, claim.measure, level=comparison.level, seed=comparison.seed).curves[0]
    curves = curve.not_yet_lower, curve.not_yet_upper, curve.band_lower, curve.band_upper
    if claim.statistic == "median":
        least, greatest, lower, upper = (_falls_below(curve.seconds, own) for own in curves)
        return Estimate(least, greatest, lower, upper, curve.case_ids)
    assert claim.within_hours is not None  # of a share the schema asks for it
    place = int(np.searchsorted(curve.seconds, claim.within_hours * HOUR, side="right")) - 1
    least, greatest, lower, upper = (100 * (1 - float(curves[which][place])) for which in (1, 0, 3, 2))
    return Estimate(least, greatest, lower, upper, curve.case_ids)


def _one_case(claim: NumericClaim, entry: Entry) -> Estimate:
    if entry.speed is None:
        raise NothingToMeasure(f"{entry.case_id}: no crisis is on record.")
    latency = entry.speed[claim.measure].latency
    if latency.with_zero:
        raise NothingToMeasure(f"{entry.case_id}: the answer came with clock zero, which says nothing about speed.")
    return Estimate(latency.lower, latency.upper, latency.lower, latency.upper, (entry.case_id,))


def _mean_latency(claim: NumericClaim, speeds: Sequence[Speed], comparison: Comparison) -> Estimate:
    timed = [speed for speed in speeds if not speed[claim.measure].latency.with_zero]
    if len(timed) < FEWEST_CASES:
        with_zero = left_out_words([speed.case_id for speed in speeds if speed not in timed])
        raise NothingToMeasure(f"{counted(len(timed), 'case')}: a mean needs {FEWEST_CASES}. {with_zero}".rstrip())
    ends = np.array([(speed[claim.measure].latency.lower, speed[claim.measure].latency.upper) for speed in timed])
    drawn = np.random.default_rng(comparison.seed).integers(len(timed), size=(DRAWS, len(timed)))
    means, tail = ends[drawn].mean(axis=1), (1 - comparison.level) / 2
    # a quantile between two infinite means is none: one of those drawn is taken
    lower, upper = (
        float(np.quantile(means[:, end], share, method="inverted_cdf")) for end, share in ((0, tail), (1, 1 - tail))
    )
    least, greatest = (float(end) for end in ends.mean(axis=0))
    return Estimate(least, greatest, min(lower, least), max(upper, greatest), tuple(speed.case_id for speed in timed))


def _falls_below(seconds: np.ndarray, not_yet: np.ndarray) -> float:
    """When half have answered; infinite where the curve stays above."""
    below = np.flatnonzero(not_yet <= 0.5)
    return float(seconds[below[0]]) if below.size else math.inf


def _rise(claim: NumericClaim, entries: Sequence[Entry], comparison: Comparison) -> Estimate:
    strategy = claim.measure.removeprefix("rise_with_")
    used = {case.case_id: strategy in {use.strategy for use in case.early} for case in comparison.strategies.cases}
    rises = {entry.case_id: entry.rise for entry in entries if entry.rise is not None and entry.case_id in used}
    with_it, without = ([rise for case_id, rise in rises.items() if used[case_id] is way] for way in (True, False))
    few = f"{counted(len(with_it), 'case')} with it and {len(without)} without are too few to rule out any difference."
    try:
        difference = kept(
            f"difference under {claim.measure}",
            lambda: (with_it, without, comparison.level, comparison.seed),
            lambda: shift(with_it, without, level=comparison.level, alike=False, seed=comparison.seed),
        )
    except TooFew as reason:
        raise NothingToMeasure(few) from reason
    if not difference.bounded:
        raise NothingToMeasure(few)
    mean = difference.statistic
    return Estimate(mean, mean, difference.lower, difference.upper, tuple(rises))


def _pair(claim: NumericClaim, entries: Sequence[Entry], comparison: Comparison) -> Estimate:
    first, second = _PAIRS[claim.measure](entries, comparison)
    case_ids = tuple(sorted(set(first) & set(second)))
    values = np.array([(first[case_id], second[case_id]) for case_id in case_ids]).reshape(-1, 2)
    if len(case_ids) < _FEWEST_PAIRS or not np.ptp(values, axis=0).all():
        raise NothingToMeasure(
            f"{counted(len(case_ids), 'case')}: a correlation needs {_FEWEST_PAIRS}, and both numbers have to vary."
        )
    r = float(np.corrcoef(values.T)[0, 1])
    reach = t_quantile(comparison.level, math.inf) / math.sqrt(len(case_ids) - 3)
    bent = math.atanh(min(max(r, -1 + 1e-12), 1 - 1e-12))
    return Estimate(r, r, math.tanh(bent - reach), math.tanh(bent + reach), case_ids)


Numbers = Mapping[str, float]


def _delay_and_recovery(entries: Sequence[Entry], comparison: Comparison) -> tuple[Numbers, Numbers]:
    late = delay(entries)
    logarithms = {case_id: float(late.scaled(np.array(ends[1]))) for case_id, ends in late.values.items()}
    return logarithms, _best(recovery(entries, comparison.level).values)


def _transparency_and_recovery(entries: Sequence[Entry], comparison: Comparison) -> tuple[Numbers, Numbers]:
    return _best(openness(entries).values), _best(recovery(entries, comparison.level).values)


def _match_and_rise(entries: Sequence[Entry], comparison: Comparison) -> tuple[Numbers, Numbers]:
    """1 where the strategies are as recommended, without denial beside them, else 0."""
    matches = {case.case_id: float(case.match == "as recommended") for case in comparison.strategies.cases}
    return matches, {entry.case_id: entry.rise for entry in entries if entry.rise is not None}


def _responsibility(entries: Sequence[Entry], comparison: Comparison) -> tuple[Numbers, Numbers]:
    """From 0 for a victim crisis to 2 for a preventable one, as the theory orders them."""
    levels = {kind: float(level) for level, kind in enumerate(RECOMMENDED)}
    types = {case.case_id: levels[case.crisis_type] for case in comparison.strategies.cases}
    first = {entry.case_id: entry.first_phase for entry in entries}
    return types, {case_id: phase.mean.value for case_id, phase in first.items() if phase is not None and phase.n}


def _best(values: Mapping[str, tuple[float, float, float]]) -> Numbers:
    return {case_id: best for case_id, (_, best, _) in values.items()}


_PAIRS: dict[str, Callable[[Sequence[Entry], Comparison], tuple[Numbers, Numbers]]] = {
    "delay_and_recovery": _delay_and_recovery,
    "transparency_and_recovery": _transparency_and_recovery,
    "match_and_rise": _match_and_rise,
    "responsibility_and_favourability": _responsibility,
}


def _return(claim: NumericClaim, entries: Sequence[Entry], comparison: Comparison) -> Estimate:
    wanted = {entry.case_id for entry in entries if _answered(entry, claim)}
    found = {case.id: _abnormal(case, claim) for case in comparison.cases if case.id in wanted}
    returns = {case_id: 100 * value for case_id, value in found.items() if value is not None}
    if len(returns) < FEWEST_CASES:
        had = counted(len(returns), "case") if returns else "No case"
        raise NothingToMeasure(f"{had} with a share price and such an answer; a mean needs {FEWEST_CASES}.")
    values = np.array(list(returns.values()))
    reach = t_quantile(comparison.level, len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values))
    mean = float(values.mean())
    return Estimate(mean, mean, mean - reach, mean + reach, tuple(returns))


def _answered(entry: Entry, claim: NumericClaim) -> bool:
    """Whether the first public response certainly came within the limits of the claim; true where it has none."""
    if claim.within_hours is None and claim.after_hours is None:
        return True
    latency = entry.speed["response"].latency if entry.speed else None
    if latency is None or latency.with_zero:
        return False
    within = math.inf if claim.within_hours is None else claim.within_hours * HOUR
    return latency.upper <= within and latency.lower >= (claim.after_hours or 0.0) * HOUR


def _abnormal(case: Case, claim: NumericClaim) -> float | None:
    """An abnormal return as a fraction; None where there is none."""
    if case.prices.is_empty():
        return None
    try:
        reaction = kept(
            f"market reaction {case.id}",
            lambda: case.origin,
            lambda: market_reaction(case),
        )
    except (NothingToMeasure, SeriesError):
        return None
    wanted = "clock zero" if claim.measure == "abnormal_return" else "first apology"
    reading = next((reading for reading in reaction.readings if wanted in reading.key.labels), None)
    if reading is None:
        return None
    if claim.measure == "abnormal_return":
        return reading.study.cumulative(reading.day, reading.study.convention.window[1]).value
    return reading.study[reading.day].value


_KINDS: dict[str, Callable[[NumericClaim, Sequence[Entry], Comparison], Estimate]] = {
    "latency": _latency,
    "rise": _rise,
    "pair": _pair,
    "return": _return,
}
