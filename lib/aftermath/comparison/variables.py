"""What is set against each other over the cases of a comparison: delays, indices of openness and recovery, with what is unsure about each."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from aftermath import vocabulary
from aftermath.comparison.entry import Entry
from aftermath.measures.transparency import ends_without
from aftermath.statistics.intervals import t_quantile
from aftermath.times import MINUTE

SEEN_ONLY, LATEST = "seen only", "not seen counts as latest"

# items of the rubric that score the very act whose delay is measured
SHARED_ITEMS = {
    "response": ("T1",),
    "acknowledgement": ("T1",),
    "apology": ("E1",),
    "named_apology": ("T5", "E1"),
}


@dataclass(frozen=True)
class Variable:
    """One number a case, with what is unsure about it.

    Parameters
    ----------
    name
        In words, so that an association can be read: ``delay of the first response``.
    values
        Case id to lower end, best reading and upper end; cases that could not be measured are not in it. An upper end may be infinite.
    errors
        Case id to the standard error of its best reading; **without one, every value between the ends is as likely**.
    logarithmic
        Whether its logarithm to base ten is what counts in a regression, for seconds: a minute at least. Where the upper end is infinite,
        it is taken to lie up to ten times as far as the lower.
    step, step_name
        What a regression counts by where this is the covariate, e.g. 10 and ``10 points``.
    unit
        Of it as an outcome.
    """

    name: str
    values: Mapping[str, tuple[float, float, float]]
    errors: Mapping[str, float] = field(default_factory=dict)
    logarithmic: bool = False
    step: float = 1.0
    step_name: str = "one more"
    unit: str = ""

    def ends(self, case_ids: Sequence[str]) -> np.ndarray:
        """Lower end, best reading and upper end, shape ``(n, 3)``."""
        return np.array([self.values[case_id] for case_id in case_ids], dtype=float).reshape(-1, 3)

    def scaled(self, values: np.ndarray) -> np.ndarray:
        """Values as a regression takes them."""
        return np.log10(np.maximum(values, MINUTE)) if self.logarithmic else values

    def drawn(self, case_ids: Sequence[str], draws: int, generator: np.random.Generator) -> np.ndarray:
        """Values between the ends, as a regression takes them, shape ``(draws, n)``; those with an error are their best readings."""
        lower, best, upper = self.ends(case_ids).T
        shares, seen = generator.random((draws, len(case_ids))), np.isfinite(upper)
        width = np.where(seen, upper, lower) - lower
        sure = np.array([case_id in self.errors for case_id in case_ids], dtype=bool)
        between = self.scaled(np.where(sure, best, lower + shares * width))
        return np.where(seen, between, between + shares)


def delay(entries: Iterable[Entry], step: str = "response", *, unseen: str = SEEN_ONLY) -> Variable:
    """How long an answer took, in seconds.

    Parameters
    ----------
    entries
        Cases. **One whose answer came with clock zero has no delay**: it announced the matter itself, or nobody waited.
    step
        Of speed.
    unseen
        ``SEEN_ONLY``: an answer that the record does not show has no delay either. ``LATEST``: it is later than all that was seen.
    """
    steps = {entry.case_id: entry.speed[step] for entry in entries if entry.speed}
    label = next((own.label for own in steps.values()), step)
    latencies = {case_id: own.latency for case_id, own in steps.items()}
    values = {
        case_id: (latency.lower, (latency.lower + latency.upper) / 2, latency.upper)  # the middle may be infinite, too
        for case_id, latency in latencies.items()
        if not latency.with_zero and (latency.seen or unseen == LATEST)
    }
    name = f"delay of the {label[0].lower()}{label[1:]}"
    return Variable(name, values, logarithmic=True, step_name="a tenfold delay", unit="powers of ten")


def openness(entries: Iterable[Entry], which: str = "transparency", *, without: Collection[str] = ()) -> Variable:
    """``transparency`` or ``empathy``: the index inside its bounds, without some items."""
    measured = {entry.case_id: entry.transparency for entry in entries if entry.transparency}
    keys = {"transparency": vocabulary.TRANSPARENCY_ITEMS, "empathy": vocabulary.EMPATHY_ITEMS}[which]
    if keys.keys() & without:
        ends = {case_id: ends_without(own.items, which, without) for case_id, own in measured.items()}
    else:  # then it is the index as it was measured
        indices = {case_id: getattr(own, which) for case_id, own in measured.items()}
        ends = {case_id: (index.lower, index.value, index.upper) for case_id, index in indices.items()}
    values = {case_id: own for case_id, own in ends.items() if not math.isnan(own[1])}
    return Variable(which, values, step=10.0, step_name=f"10 points of {which}", unit="points")


def recovery(entries: Iterable[Entry], level: float = 0.95) -> Variable:
    """How favourability moved: the log odds of a higher code for a tenfold of time, with its clustered standard error.

    Parameters
    ----------
    entries
        Cases; those whose texts bear no model are left out.
    level
        Of the intervals that set the limits of tau-b.
    """
    fitted = {
        entry.case_id: entry.recovery for entry in entries if entry.recovery and math.isfinite(entry.recovery.slope)
    }
    errors = {case_id: own.slope_error for case_id, own in fitted.items()}
    reach = {case_id: t_quantile(level, own.publishers - 1) * own.slope_error for case_id, own in fitted.items()}
    values = {
        case_id: (own.slope - reach[case_id], own.slope, own.slope + reach[case_id]) for case_id, own in fitted.items()
    }
    return Variable("recovery of favourability", values, errors, step_name="one more in log odds", unit="in log odds")
