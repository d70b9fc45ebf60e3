"""The multiverse: one question, every defensible way to ask it.

The question is whether longer delay goes with less favourable coverage later on, or with less openness. Each choice that an
analyst could defend is named; every combination is computed; all results are shown, sorted, with the choices below. No
single one of them is the answer.

References
----------
Steegen, S., Tuerlinckx, F., Gelman, A., and Vanpaemel, W. (2016). Increasing transparency through a multiverse analysis.
Perspectives on Psychological Science 11, 702-712.
Simonsohn, U., Simmons, J. P., and Nelson, L. D. (2020). Specification curve analysis. Nature Human Behaviour 4, 1208-1214.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from aftermath import vocabulary
from aftermath.cases.case import Case
from aftermath.comparison.permutation import taus
from aftermath.measures.recovery.ordinal import ProportionalOdds, proportional_odds
from aftermath.measures.result import NothingToMeasure, Result
from aftermath.measures.speed import Speed, speed
from aftermath.measures.tone import coded_texts, imbalance
from aftermath.measures.transparency import agreement_of, coded_items
from aftermath.times import local_day
from aftermath.wording import counted, number

CHOICES: dict[str, tuple[str, ...]] = {
    "coder": ("a", "b", "mean"),
    "clock": ("exposure", "first coverage"),
    "latency": ("response", "acknowledgement", "apology", "named_apology"),
    "outcome": ("transparency", "reliable transparency", "mean favourability", "imbalance", "modelled favourability"),
    "window": ("none", "7 days", "30 days", "90 days", "365 days"),
    "cases": ("all", "without series and own clocks"),
}
UNRELIABLE_BELOW = 0.667
OPENNESS = ("transparency", "reliable transparency")  # these are scored once, whatever the window


@dataclass(frozen=True)
class Specification:
    """One way to ask the question.

    Parameters
    ----------
    choices
        Name of a choice to what was chosen.
    tau
        Kendall's tau-b between delay and outcome; NaN where it could not be computed.
    n
        Cases that had both.
    """

    choices: Mapping[str, str]
    tau: float
    n: int


@dataclass(frozen=True)
class Multiverse(Result):
    """All specifications.

    Parameters
    ----------
    specifications
        Sorted by tau-b; those that could not be computed last.
    """

    specifications: tuple[Specification, ...]

    @cached_property
    def computed(self) -> tuple[Specification, ...]:
        """Those that could be computed."""
        return tuple(each for each in self.specifications if not math.isnan(each.tau))

    @cached_property
    def table(self) -> pl.DataFrame:
        """One row a specification: the choices, tau-b (null where not computed) and n."""
        rows = [
            {**each.choices, "tau_b": None if math.isnan(each.tau) else each.tau, "n": each.n}
            for each in self.specifications
        ]
        return pl.DataFrame(rows, schema_overrides={"tau_b": pl.Float64})

    @property
    def text(self) -> str:
        if not self.computed:
            return f"None of {counted(len(self.specifications), 'specification')} could be computed: there are too few cases."
        taus = np.array([each.tau for each in self.computed])
        low, middle, high = (number(value, 2, sign=True) for value in (taus.min(), float(np.median(taus)), taus.max()))
        same = max(float(np.mean(taus > 0)), float(np.mean(taus < 0)))
        sizes = f"{min(each.n for each in self.computed)} to {max(each.n for each in self.computed)}"
        failed = len(self.specifications) - len(self.computed)
        rest = f" {counted(failed, 'further one', 'further ones')} could not be computed." if failed else ""
        return (
            f"Over {counted(len(self.computed), 'specification')} (n = {sizes} cases each) Kendall's τ-b between delay and the outcome runs from {low} to {high}, "
            f"median {middle}; {number(100 * same)} % have the same sign. {self._spread} The specifications share their cases: their number is no sample size.{rest}"
        )

    @property
    def _spread(self) -> str:
        """Which choice moves the result most."""
        moves = {name: self._range_of_medians(name) for name in CHOICES}
        name = max(sorted(moves), key=moves.get)
        return f"The choice of {name} moves the median most (by {number(moves[name], 2)})."

    def _range_of_medians(self, name: str) -> float:
        medians = [
            float(np.median(taus))
            for value in CHOICES[name]
            if (taus := [each.tau for each in self.computed if each.choices[name] == value])
        ]
        return max(medians) - min(medians) if medians else 0.0


def multiverse(cases: Iterable[Case], choices: Mapping[str, Sequence[str]] | None = None) -> Multiverse:
    """Compute every combination of choices.

    Parameters
    ----------
    cases
        Cases; those without a crisis on record are left out.
    choices
        A part of ``CHOICES``; all of them if not given.

    Returns
    -------
    Multiverse

    Raises
    ------
    ValueError
        If a choice or a value is unknown.
    """
    chosen = CHOICES | dict(choices or {})
    unknown = [
        (name, value) for name, values in chosen.items() for value in values if value not in CHOICES.get(name, ())
    ]
    if unknown:
        raise ValueError(f"{unknown[0][0]} = {unknown[0][1]!r} is no choice; the choices are {CHOICES}")
    bench = _Bench([case for case in sorted(cases, key=lambda case: case.id) if case.zero is not None])
    asked = (dict(zip(chosen, values, strict=True)) for values in itertools.product(*chosen.values()))
    found = [bench.specification(each) for each in asked if (each["outcome"] in OPENNESS) == (each["window"] == "none")]
    return Multiverse(
        tuple(sorted(found, key=lambda each: (math.isnan(each.tau), each.tau, tuple(each.choices.values()))))
    )


class _Bench:
    """What is measured once and used by many specifications."""

    def __init__(self, cases: list[Case]) -> None:
        self.cases = cases
        self.speeds = {case.id: speed(case) for case in cases}
        self.items = {case.id: coded_items(case) for case in cases}
        self.texts = {case.id: _texts(case) for case in cases}
        self.first_coverage = {case.id: _first_coverage(case) for case in cases}
        self.delays = {
            (step, clock): {case.id: self._delay(case, step, clock) for case in cases}
            for step, clock in itertools.product(CHOICES["latency"], CHOICES["clock"])
        }
        self.outcomes: dict[tuple, dict[str, float]] = {}
        self.taus: dict[tuple, tuple[dict[tuple, float], int]] = {}
        self.models: dict[tuple[str, str], ProportionalOdds | None] = {}

    def specification(self, choices: Mapping[str, str]) -> Specification:
        """One specification; NaN where there are too few cases."""
        by_delay, n = self._taus(*(choices[name] for name in ("outcome", "coder", "window", "cases")))
        return Specification(choices, by_delay[choices["latency"], choices["clock"]], n)

    def _taus(self, outcome: str, coder: str, window: str, which: str) -> tuple[dict[tuple, float], int]:
        """Tau-b of one outcome with every delay, all at once, and n."""
        key = (outcome, coder, window, which)
        if key not in self.taus:
            outcomes = self._outcomes(outcome, coder, window)
            kept = [case.id for case in self.cases if case.id in outcomes and self._is_in(case.id, which)]
            delays = np.array([[delays[each] for delays in self.delays.values()] for each in kept])
            found = taus(delays.reshape(-1, len(self.delays)), np.array([[outcomes[each]] for each in kept]))
            self.taus[key] = dict(zip(self.delays, found.tolist(), strict=True)), len(kept)
        return self.taus[key]

    def _is_in(self, case_id: str, which: str) -> bool:
        found: Speed = self.speeds[case_id]
        return which == "all" or not (found.series or found.own_clock)

    def _delay(self, case: Case, step: str, clock: str) -> float:
        """The middle of the latency in seconds, infinite where not seen; from the first coverage where that is the clock."""
        found = self.speeds[case.id][step].latency
        if not found.seen:
            return math.inf
        middle = (found.lower + found.upper) / 2
        return middle if clock == "exposure" else max(0.0, middle - self.first_coverage[case.id])

    def _outcomes(self, outcome: str, coder: str, window: str) -> dict[str, float]:
        key = (outcome, coder, window)
        if key not in self.outcomes:
            values = {case.id: self._outcome(case, outcome, coder, window) for case in self.cases}
            self.outcomes[key] = {case_id: value for case_id, value in values.items() if not math.isnan(value)}
        return self.outcomes[key]

    def _outcome(self, case: Case, outcome: str, coder: str, window: str) -> float:
        if outcome in OPENNESS:
            return self._openness(case, coder, outcome != "transparency")
        days = int(window.split()[0])
        if outcome == "modelled favourability":
            model = self._model(case, coder)
            return math.nan if model is None else float(model.expected(np.log1p([days]))[0])
        texts = self.texts[case.id]
        values = texts[coder][(texts["day"] >= 0) & (texts["day"] < days) & ~np.isnan(texts[coder])]
        if not values.size:
            return math.nan
        return float(values.mean()) if outcome == "mean favourability" else float(imbalance(values))

    def _model(self, case: Case, coder: str) -> ProportionalOdds | None:
        """The recovery model of one coder's codes, or of both as repeated measures; None where there is none."""
        if (case.id, coder) not in self.models:
            texts = self.texts[case.id]
            coders = tuple(vocabulary.CODERS) if coder == "mean" else (coder,)
            codes = np.concatenate([texts[each] for each in coders])
            kept = np.tile(texts["latest_seconds"] >= 0, len(coders)) & ~np.isnan(codes)
            days, publishers = (np.tile(texts[column], len(coders))[kept] for column in ("day", "publisher"))
            try:
                model = proportional_odds(codes[kept], np.log1p(np.maximum(days, 0)), publishers)
            except NothingToMeasure:
                model = None
            self.models[case.id, coder] = model
        return self.models[case.id, coder]

    def _openness(self, case: Case, coder: str, reliable: bool) -> float:
        kept = vocabulary.TRANSPARENCY_ITEMS.keys() - (self.unreliable if reliable else set())
        scores = [
            sum(numbers) / len(numbers)
            for item in self.items[case.id]
            if item.item in kept and (numbers := _scores(item.scores, coder))
        ]
        return 50 * sum(scores) / len(scores) if scores else math.nan

    @cached_property
    def unreliable(self) -> set[str]:
        """Items on which the coders of all cases agree less than is customary."""
        by_item: dict[str, list] = {}
        for item in itertools.chain.from_iterable(self.items.values()):
            by_item.setdefault(item.item, []).append(item)
        alphas = {name: agreement_of(tuple(items)).alpha for name, items in by_item.items()}
        return {name for name, alpha in alphas.items() if alpha < UNRELIABLE_BELOW}


def _texts(case: Case) -> dict[str, np.ndarray]:
    """Columns of the coded texts; NaN where a coder gave no code."""
    texts = coded_texts(case, "favourability").with_columns(pl.col(*vocabulary.CODERS).cast(pl.Float64))
    columns = ("day", "latest_seconds", "publisher", *vocabulary.CODERS, "mean")
    return {column: texts[column].to_numpy() for column in columns}


def _first_coverage(case: Case) -> float:
    """Seconds from clock zero to the first text after it; 0 where there is none."""
    starts = [case.since_zero(local_day(text, case.about.timezone)) for text in case.coverage["published"]]
    return min((max(0.0, each.lower) for each in starts if each.upper >= 0), default=0.0)


def _scores(scores: Mapping[str, str], coder: str) -> list[int]:
    """The numeric scores of one coder, or of all for the mean."""
    return [int(score) for who, score in scores.items() if score.isdigit() and coder in (who, "mean")]
