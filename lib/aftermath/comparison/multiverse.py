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
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from aftermath import vocabulary
from aftermath.cases.case import Case
from aftermath.comparison.permutation import taus
from aftermath.kept import kept
from aftermath.measures.recovery.ordinal import ProportionalOdds, proportional_odds
from aftermath.measures.result import NothingToMeasure, Result
from aftermath.measures.speed import Speed, speed
from aftermath.measures.tone import coded_texts, imbalance
from aftermath.measures.transparency import Item, agreement_of, coded_items
from aftermath.times import Latency, local_day
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
DELAYS = tuple(itertools.product(CHOICES["latency"], CHOICES["clock"]))
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
    return kept("multiverse", lambda: (chosen, bench.cases), lambda: _specified(chosen, bench))


def _specified(chosen: Mapping[str, Sequence[str]], bench: _Bench) -> Multiverse:
    asked = (dict(zip(chosen, values, strict=True)) for values in itertools.product(*chosen.values()))
    found = [bench.specification(each) for each in asked if (each["outcome"] in OPENNESS) == (each["window"] == "none")]
    return Multiverse(
        tuple(sorted(found, key=lambda each: (math.isnan(each.tau), each.tau, tuple(each.choices.values()))))
    )


@dataclass(frozen=True)
class _Measured:
    """What is measured of a case once, and used by many specifications.

    Parameters
    ----------
    like_clock
        Whether its clock means what that of others means: neither a series nor a clock of its own.
    items
        Of the rubric.
    delays
        Step and clock to the middle of the latency in seconds, infinite where not seen.
    favourability
        Outcome, coder and window to a value, NaN where there is none.
    """

    like_clock: bool
    items: tuple[Item, ...]
    delays: Mapping[tuple[str, str], float]
    favourability: Mapping[tuple[str, str, str], float]

    def openness(self, coder: str, left_out: Collection[str]) -> float:
        """The index of one coder or of both, without some items; NaN where nothing is coded."""
        scores = [
            sum(numbers) / len(numbers)
            for item in self.items
            if item.item in vocabulary.TRANSPARENCY_ITEMS
            and item.item not in left_out
            and (numbers := _scores(item.scores, coder))
        ]
        return 50 * sum(scores) / len(scores) if scores else math.nan


class _Bench:
    """The cases, measured."""

    def __init__(self, cases: Iterable[Case]) -> None:
        self.cases = {case.id: _measured(case) for case in cases}
        self.taus: dict[tuple, tuple[dict[tuple, float], int]] = {}

    def specification(self, choices: Mapping[str, str]) -> Specification:
        """One specification; NaN where there are too few cases."""
        by_delay, n = self._taus(*(choices[name] for name in ("outcome", "coder", "window", "cases")))
        return Specification(choices, by_delay[choices["latency"], choices["clock"]], n)

    def _taus(self, outcome: str, coder: str, window: str, which: str) -> tuple[dict[tuple, float], int]:
        """Tau-b of one outcome with every delay, all at once, and n."""
        key = (outcome, coder, window, which)
        if key not in self.taus:
            cases = [case for case in self.cases.values() if which == "all" or case.like_clock]
            found = [(case, self._outcome(case, outcome, coder, window)) for case in cases]
            used = [(case, value) for case, value in found if not math.isnan(value)]
            delays = np.array([[case.delays[each] for each in DELAYS] for case, _ in used]).reshape(-1, len(DELAYS))
            tau = taus(delays, np.array([[value] for _, value in used]))
            self.taus[key] = dict(zip(DELAYS, tau.tolist(), strict=True)), len(used)
        return self.taus[key]

    def _outcome(self, case: _Measured, outcome: str, coder: str, window: str) -> float:
        if outcome in OPENNESS:
            return case.openness(coder, self.unreliable if outcome != "transparency" else ())
        return case.favourability[outcome, coder, window]

    @cached_property
    def unreliable(self) -> set[str]:
        """Items on which the coders of all cases agree less than is customary."""
        by_item: dict[str, list] = {}
        for item in itertools.chain.from_iterable(case.items for case in self.cases.values()):
            by_item.setdefault(item.item, []).append(item)
        alphas = {name: agreement_of(tuple(items), draws=0).alpha for name, items in by_item.items()}
        return {name for name, alpha in alphas.items() if alpha < UNRELIABLE_BELOW}


def _measured(case: Case) -> _Measured:
    return kept(
        f"specifications {case.id}",
        lambda: case.as_read and (str(case.folder), case.checksum),
        lambda: _measure(case, speed(case)),
    )


def _measure(case: Case, found: Speed) -> _Measured:
    first, texts = _first_coverage(case), _texts(case)
    models = {coder: _model(texts, coder) for coder in CHOICES["coder"]}
    windows = [window for window in CHOICES["window"] if window != "none"]
    asked = itertools.product([each for each in CHOICES["outcome"] if each not in OPENNESS], models, windows)
    return _Measured(
        like_clock=not (found.series or found.own_clock),
        items=coded_items(case),
        delays={
            (step, clock): _delay(found[step].latency, first if clock != "exposure" else 0.0) for step, clock in DELAYS
        },
        favourability={
            (outcome, coder, window): _favourability(outcome, texts, coder, models[coder], int(window.split()[0]))
            for outcome, coder, window in asked
        },
    )


def _delay(latency: Latency, zero: float) -> float:
    """The middle of a latency in seconds from another zero, infinite where not seen."""
    return max(0.0, (latency.lower + latency.upper) / 2 - zero) if latency.seen else math.inf


def _favourability(
    outcome: str, texts: Mapping[str, np.ndarray], coder: str, model: ProportionalOdds | None, days: int
) -> float:
    """Of the texts of so many days, or what the model expects after them; NaN where there is none."""
    if outcome == "modelled favourability":
        return math.nan if model is None else float(model.expected(np.log1p([days]))[0])
    values = texts[coder][(texts["day"] >= 0) & (texts["day"] < days) & ~np.isnan(texts[coder])]
    if not values.size:
        return math.nan
    return float(values.mean()) if outcome == "mean favourability" else float(imbalance(values))


def _model(texts: Mapping[str, np.ndarray], coder: str) -> ProportionalOdds | None:
    """The recovery model of one coder's codes, or of both as repeated measures; None where there is none."""
    coders = tuple(vocabulary.CODERS) if coder == "mean" else (coder,)
    codes = np.concatenate([texts[each] for each in coders])
    used = np.tile(texts["latest_seconds"] >= 0, len(coders)) & ~np.isnan(codes)
    days, publishers = (np.tile(texts[column], len(coders))[used] for column in ("day", "publisher"))
    try:
        return proportional_odds(codes[used], np.log1p(np.maximum(days, 0)), publishers)
    except NothingToMeasure:
        return None


def _texts(case: Case) -> dict[str, np.ndarray]:
    """Columns of the coded texts; NaN where a coder gave no code."""
    texts = coded_texts(case, "favourability")
    absent = [coder for coder in vocabulary.CODERS if coder not in texts.columns]
    texts = texts.with_columns(pl.lit(None).alias(coder) for coder in absent)
    texts = texts.with_columns(pl.col(*vocabulary.CODERS).cast(pl.Float64))
    columns = ("day", "latest_seconds", "publisher", *vocabulary.CODERS, "mean")
    return {column: texts[column].to_numpy() for column in columns}


def _first_coverage(case: Case) -> float:
    """Seconds from clock zero to the first text after it; 0 where there is none."""
    starts = [case.since_zero(local_day(text, case.about.timezone)) for text in case.coverage["published"]]
    return min((max(0.0, each.lower) for each in starts if each.upper >= 0), default=0.0)


def _scores(scores: Mapping[str, str], coder: str) -> list[int]:
    """The numeric scores of one coder, or of all for the mean."""
    return [int(score) for who, score in scores.items() if score.isdigit() and coder in (who, "mean")]
