"""The multiverse: one question, every defensible way to ask it.

The question is whether longer delay goes with less favourable coverage later on, or with less openness. Each choice that an
analyst could defend is named; every combination is computed; all results are shown, sorted, with the choices below. No
single one of them is the answer.

Two things are no choice. An answer that came with clock zero says nothing about speed and is never the fastest: it has no delay. And a model says
nothing of a day beyond the last text of its case: that case has no modelled outcome there.

References
----------
Steegen, S., Tuerlinckx, F., Gelman, A., and Vanpaemel, W. (2016). Increasing transparency through a multiverse analysis.
Perspectives on Psychological Science 11, 702-712.
Simonsohn, U., Simmons, J. P., and Nelson, L. D. (2020). Specification curve analysis. Nature Human Behaviour 4, 1208-1214.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.comparison.choices import AVERAGED, CHOICES, CODERS, NONE, OPENNESS, RELATIONS, SCALES, asked
from aftermath.comparison.variables import SEEN_ONLY, SHARED_ITEMS
from aftermath.kept import kept
from aftermath.measures.clock import clock_event
from aftermath.measures.rubric import Item, enough_coded, rubric_items
from aftermath.measures.stances import STANCE_LEVELS, imbalance
from aftermath.measures.steps import STEPS, first_act
from aftermath.measures.tone import coded_texts
from aftermath.measures.transparency import agreement_of
from aftermath.statistics.averaged import AveragedOdds, averaged_odds
from aftermath.statistics.permutation import taus
from aftermath.statistics.result import NothingToMeasure, Result
from aftermath.times import difference, local_day
from aftermath.wording import counted, number

UNRELIABLE_BELOW = 0.667
LEVEL = 0.95  # of intervals that are not used here


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
        return tuple(way for way in self.specifications if not math.isnan(way.tau))

    @property
    def table(self) -> pl.DataFrame:
        """One row a specification: the choices, tau-b (null where not computed) and n."""
        return self._table

    @cached_property
    def _table(self) -> pl.DataFrame:  # of many thousand rows
        rows = [
            {**way.choices, "tau_b": None if math.isnan(way.tau) else way.tau, "n": way.n}
            for way in self.specifications
        ]
        return pl.DataFrame(rows, schema_overrides={"tau_b": pl.Float64})

    @property
    def text(self) -> str:
        if not self.computed:
            return f"None of {counted(len(self.specifications), 'specification')} could be computed: there are too few cases."
        taus = np.array([way.tau for way in self.computed])
        low, middle, high = (number(value, 2, sign=True) for value in (taus.min(), float(np.median(taus)), taus.max()))
        same = max(float(np.mean(taus > 0)), float(np.mean(taus < 0)))
        sizes = " to ".join(dict.fromkeys(str(end(way.n for way in self.computed)) for end in (min, max)))
        failed = len(self.specifications) - len(self.computed)
        rest = f" {counted(failed, 'further one', 'further ones')} could not be computed." if failed else ""
        return (
            f"Over {counted(len(self.computed), 'specification')} (n = {sizes} cases each) Kendall's τ-b between delay and the outcome runs from {low} to {high}, "
            f"median {middle}; {number(100 * same)} % have the same sign. {self._spread} The specifications share their cases: their number is no sample size.{rest}"
        )

    @property
    def _spread(self) -> str:
        """Which choice moves the result most."""
        medians = {name: [median for value, median in self.medians[name].items() if value != NONE] for name in CHOICES}
        moves = {name: max(own) - min(own) if own else 0.0 for name, own in medians.items()}
        name = max(sorted(moves), key=lambda name: moves[name])
        return f"The choice of {name.replace('_', ' ')} moves the median most (by {number(moves[name], 2)})."

    @cached_property
    def medians(self) -> dict[str, dict[str, float]]:
        """Choice to the median tau-b of each of its values that any specification took."""
        values = np.array([way.tau for way in self.computed])
        taken = {name: np.array([way.choices[name] for way in self.computed]) for name in CHOICES}
        return {
            name: {
                value: float(np.median(values[own])) for value in CHOICES[name] if (own := taken[name] == value).any()
            }
            for name in CHOICES
        }


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
    chosen = CHOICES | {name: tuple(values) for name, values in dict(choices or {}).items()}
    unknown = [
        (name, value) for name, values in chosen.items() for value in values if value not in CHOICES.get(name, ())
    ]
    if unknown:
        raise ValueError(f"{unknown[0][0]} = {unknown[0][1]!r} is no choice; the choices are {CHOICES}")
    measured = _MeasuredCases([case for case in sorted(cases, key=lambda case: case.id) if case.zero is not None])
    return kept(
        "multiverse",
        lambda: (chosen, measured.cases),
        lambda: Multiverse(tuple(sorted(map(measured.specification, asked(chosen)), key=_order))),
    )


def _order(specification: Specification) -> tuple[bool, float, tuple[str, ...]]:
    return math.isnan(specification.tau), specification.tau, tuple(specification.choices.values())


@dataclass(frozen=True)
class _Measured:
    """What is measured of a case once, and used by many specifications.

    Parameters
    ----------
    like_clock
        Whether its clock means what that of others means: neither a series nor a clock of its own.
    coders
        Who codes the rubric, in order.
    items
        Of the rubric, coded or not.
    delays
        Step, clock and which relations are believed to the middle of the latency in seconds: infinite where not seen, **NaN where the
        answer came with clock zero**.
    favourability
        Outcome, coder, window and scale to a value, NaN where there is none.
    """

    like_clock: bool
    coders: tuple[str, ...]
    items: tuple[Item, ...]
    delays: Mapping[tuple[str, str, str], float]
    favourability: Mapping[tuple[str, str, str, str], float]

    def openness(self, coder: str, left_out: Collection[str]) -> float:
        """The index of one coder or of all, without some items; NaN where too little is coded."""
        items = [
            item for item in self.items if item.item in vocabulary.TRANSPARENCY_ITEMS and item.item not in left_out
        ]
        whose = self.coders if coder == "mean" else self.coders[CODERS.index(coder) :][:1]
        given = [[int(item.scores[name]) for name in whose if item.scores[name].isdigit()] for item in items]
        scores = [sum(numbers) / len(numbers) for numbers in given if numbers]
        return 50 * sum(scores) / len(scores) if scores and enough_coded(items) else math.nan


class _MeasuredCases:
    """The cases, measured."""

    def __init__(self, cases: Iterable[Case]) -> None:
        self.cases = {case.id: _measured(case) for case in cases}
        self.outcomes: dict[tuple[str, ...], np.ndarray] = {}
        self.taus: dict[tuple[str, ...], tuple[np.ndarray, np.ndarray]] = {}
        self.like_clock = np.array([case.like_clock for case in self.cases.values()], dtype=bool)

    def specification(self, choices: Mapping[str, str]) -> Specification:
        """One specification; NaN where there are too few cases."""
        tau, n = self._taus(choices)
        clock, relations = (CHOICES[name].index(choices[name]) for name in ("clock", "relations"))
        return Specification(choices, float(tau[clock, relations]), int(n[relations]))

    def _taus(self, choices: Mapping[str, str]) -> tuple[np.ndarray, np.ndarray]:
        """Tau-b of one outcome with a delay by either clock and all relations, at once, shape ``(2, 5)``, and n for all relations."""
        key = tuple(value for name, value in choices.items() if name not in ("clock", "relations"))
        if key not in self.taus:
            outcome, delays = self._outcome(choices), self.delays[choices["latency"]]
            tau, n = np.empty(delays.shape[1:]), np.empty(delays.shape[2], dtype=int)
            for alike in self.alike[choices["latency"]]:
                own = delays[:, :, alike]
                used = ~np.isnan(outcome) & ~np.isnan(own[:, 0, 0])
                if choices["cases"] != "all":
                    used &= self.like_clock
                if choices["unseen"] == SEEN_ONLY:
                    used &= np.isfinite(own[:, 0, 0])
                one_column_each = own[used].reshape(used.sum(), math.prod(own.shape[1:]))
                tau[:, alike] = taus(one_column_each, outcome[used, None]).reshape(own.shape[1:])
                n[alike] = used.sum()
            self.taus[key] = tau, n
        return self.taus[key]

    @cached_property
    def delays(self) -> dict[str, np.ndarray]:
        """Step to the delays of all cases by either clock and all relations, shape ``(n, 2, 5)``."""
        shape = (-1, len(CHOICES["clock"]), len(RELATIONS))
        pairs = list(itertools.product(CHOICES["clock"], RELATIONS))
        rows = {
            step: [case.delays[step, *pair] for case in self.cases.values() for pair in pairs]
            for step in CHOICES["latency"]
        }
        return {step: np.array(values, dtype=float).reshape(shape) for step, values in rows.items()}

    @cached_property
    def alike(self) -> dict[str, list[list[int]]]:
        """Step to the relations by which the same cases have a delay, and the same were not seen."""
        groups: dict[str, dict[bytes, list[int]]] = {}
        for step, delays in self.delays.items():
            for relations in range(len(RELATIONS)):
                missing = np.isnan(delays[:, 0, relations]), np.isinf(delays[:, 0, relations])
                groups.setdefault(step, {}).setdefault(np.array(missing).tobytes(), []).append(relations)
        return {step: list(alike.values()) for step, alike in groups.items()}

    def _outcome(self, choices: Mapping[str, str]) -> np.ndarray:
        """An outcome of all cases, NaN where a case has none."""
        outcome, coder = choices["outcome"], choices["coder"]
        shared = SHARED_ITEMS[choices["latency"]] if choices["shared_items"] == "left out" else ()
        key = (outcome, coder, choices["coefficient"], choices["window"], choices["scale"], *shared)
        if key not in self.outcomes:
            left_out = {*shared, *self.unreliable.get(choices["coefficient"], ())}
            values = (
                [case.openness(coder, left_out) for case in self.cases.values()]
                if outcome in OPENNESS
                else [
                    case.favourability[outcome, coder, choices["window"], choices["scale"]]
                    for case in self.cases.values()
                ]
            )
            self.outcomes[key] = np.array(values, dtype=float)
        return self.outcomes[key]

    @cached_property
    def unreliable(self) -> dict[str, set[str]]:
        """Coefficient to the items on which the coders of all cases agree less than is customary by it."""
        by_item: dict[str, list[Item]] = {}
        for item in itertools.chain.from_iterable(case.items for case in self.cases.values()):
            by_item.setdefault(item.item, []).append(item)
        return {
            name: {item for item, scored in by_item.items() if coefficient(tuple(scored)) < UNRELIABLE_BELOW}
            for name, coefficient in COEFFICIENTS.items()
        }


COEFFICIENTS: dict[str, Callable[[tuple[Item, ...]], float]] = {
    "alpha": lambda items: agreement_of(items, draws=0).alpha,
    "AC2": lambda items: agreement_of(items, draws=0).ac,
}


def _measured(case: Case) -> _Measured:
    return kept(
        f"specifications {case.id}",
        lambda: case.as_read and (str(case.folder), case.checksum),
        lambda: _measure(case),
    )


def _measure(case: Case) -> _Measured:
    texts = _texts(case)
    return _Measured(
        like_clock=case.about.kind != "series" and case.about.exposed_by not in vocabulary.OWN_CLOCK,
        coders=tuple(coder.id for coder in case.coders_of("rubric")),
        items=rubric_items(case),
        delays=dict(_delays(case)),
        favourability=dict(_coded(texts)) | dict(_modelled(texts)),
    )


def _delays(case: Case) -> Iterator[tuple[tuple[str, str, str], float]]:
    """The delays by step, clock and relations, see ``_Measured``."""
    for relations, believed in RELATIONS.items():
        # the second clock starts with the first text after clock zero, as some relations leave that
        clock_zero = case.times(believed).spans[clock_event(case)]
        starts = [difference(local_day(text, case.about.timezone), clock_zero) for text in case.coverage["published"]]
        first_text = min((max(0.0, start.lower) for start in starts if start.upper >= 0), default=0.0)
        zeros = dict(zip(CHOICES["clock"], (0.0, first_text), strict=True))
        for step in CHOICES["latency"]:
            _, acts, named = STEPS[step]
            latency = first_act(case, acts, named=named, relations=believed).latency
            for clock, zero in zeros.items():
                middle = max(0.0, (latency.lower + latency.upper) / 2 - zero)  # infinite where not seen
                yield (step, clock, relations), math.nan if latency.with_zero else middle


def _coded(texts: Mapping[str, np.ndarray]) -> Iterator[tuple[tuple[str, str, str, str], float]]:
    """Mean and imbalance of the texts of so many days, by coder and window; NaN where there is none."""
    for coder, window in itertools.product(CHOICES["coder"], CHOICES["window"][1:]):
        inside = (texts["latest_seconds"] >= 0) & (texts["day"] < _days(window)) & ~np.isnan(texts[coder])
        values = texts[coder][inside]
        yield ("mean favourability", coder, window, NONE), float(values.mean()) if values.size else math.nan
        yield ("imbalance", coder, window, NONE), float(imbalance(values)) if values.size else math.nan


def _modelled(texts: Mapping[str, np.ndarray]) -> Iterator[tuple[tuple[str, str, str, str], float]]:
    """What the model expects on a day of the record, by coder, window and scale of time; NaN beyond the record, or without a model."""
    windows = CHOICES["window"][1:]
    days = np.array([_days(window) for window in windows])
    for coder in CODERS:
        model, last = _model(texts, coder)
        for scale in SCALES:
            expected = np.full(len(days), math.nan)
            if model is not None:
                expected = (model if scale == AVERAGED else model.alone(scale)).expected(days, LEVEL)[0]
            for window, day, value in zip(windows, days, expected, strict=True):
                yield ("modelled favourability", coder, window, scale), float(value) if day <= last else math.nan


def _days(window: str) -> float:
    return float(window.split()[0])


def _model(texts: Mapping[str, np.ndarray], coder: str) -> tuple[AveragedOdds | None, float]:
    """The recovery model of one coder's codes, or of all as repeated measures, and the last day it rests on; None where there is none."""
    columns = [name for name in texts if name.startswith("coder ")]
    columns = columns if coder == "mean" else columns[CODERS.index(coder) :][:1]
    if not columns:
        return None, math.nan
    codes = np.stack([texts[column] for column in columns])
    used = (texts["latest_seconds"] >= 0) & ~np.isnan(codes)
    shares = 1 / np.maximum(1, used.sum(axis=0))
    days, publishers, weights = (
        np.broadcast_to(column, codes.shape)[used]
        for column in (np.maximum(texts["day"], 0.0), texts["publisher"], shares)
    )
    try:
        return averaged_odds(codes[used], days, publishers, weights, STANCE_LEVELS), float(days.max())
    except NothingToMeasure:
        return None, math.nan


def _texts(case: Case) -> dict[str, np.ndarray]:
    """Columns of the coded texts, ``first`` and ``second`` coder and ``mean`` among them; NaN where a coder gave no code."""
    texts = coded_texts(case, "favourability")
    columns = {name: texts[name].to_numpy() for name in ("day", "latest_seconds", "publisher", "mean")}
    own = [texts[coder.id].cast(pl.Float64).to_numpy() for coder in case.coders_of("stances")]
    nobody = np.full(texts.height, math.nan)
    columns |= {f"coder {number}": codes for number, codes in enumerate(own)}
    return columns | {name: own[coder] if coder < len(own) else nobody for coder, name in enumerate(CODERS[:2])}
