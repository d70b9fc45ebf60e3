"""What is measured of each case once, and every specification that it enters.

A specification is one set of choices; see ``comparison.choices``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.comparison.choices import AVERAGED, CHOICES, MEAN, NONE, OPENNESS, PLACES, RELATIONS
from aftermath.comparison.variables import SEEN_ONLY, SHARED_ITEMS
from aftermath.kept import kept
from aftermath.measures.clock import clock_event
from aftermath.measures.rubric import Item, enough_coded, rubric_items
from aftermath.measures.stances import STANCE_LEVELS, imbalance
from aftermath.measures.steps import STEPS, first_act
from aftermath.measures.tone import TEXT_COLUMNS, coded_texts
from aftermath.measures.transparency import agreement_of
from aftermath.statistics.averaged import AveragedOdds, averaged_odds
from aftermath.statistics.permutation import taus, taus_without_each
from aftermath.statistics.result import NothingToMeasure
from aftermath.times import difference, local_day

UNRELIABLE_BELOW = 0.667
LEVEL = 0.95  # of intervals that are not used here
MOST_LEFT_OUT = (
    50  # cases that are left out in turn: of more, one alone moves little, at a cost that grows with their pairs
)


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
    without
        Tau-b without each case in turn, in the order of their ids; **empty where there are more than** ``MOST_LEFT_OUT``. Which items of
        the rubric count as unreliable stays as it is with all cases.
    """

    choices: Mapping[str, str]
    tau: float
    n: int
    without: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class Columns:
    """The numbers that specifications set against one another.

    Parameters
    ----------
    delays, outcomes
        The different columns, **one row a case**, in the order of their ids: shapes ``(n, p)`` and ``(n, q)``. NaN where a case has no
        part in a column, infinite where an answer was not seen.
    pairs
        The delay and the outcome of each specification, shape ``(2, specifications)``.
    """

    delays: np.ndarray
    outcomes: np.ndarray
    pairs: np.ndarray


@dataclass(frozen=True)
class _Measured:
    """What is measured of a case once, and used by many specifications.

    Parameters
    ----------
    like_clock
        Whether its clock means what that of others means: neither a series nor a clock of its own.
    items
        Coder to the items of the rubric, coded or not; of ``mean`` those of all who code. **Their scores alone.**
    delays
        Step, clock and which relations are believed to the middle of the latency in seconds: infinite where not seen, **NaN where the
        answer came with clock zero**.
    favourability
        Outcome, coder, window and scale to a value, NaN where there is none; no coder that the case has not.
    """

    like_clock: bool
    items: Mapping[str, tuple[Item, ...]]
    delays: Mapping[tuple[str, str, str], float]
    favourability: Mapping[tuple[str, str, str, str], float]

    def openness(self, coder: str, left_out: Collection[str]) -> float:
        """The index of one coder or of all, without some items; NaN where too little is coded."""
        wanted = vocabulary.TRANSPARENCY_ITEMS.keys() - left_out
        items = [item for item in self.items.get(coder, ()) if item.item in wanted]
        scores = [sum(item.numbers) / len(item.numbers) for item in items if item.numbers]
        return 50 * sum(scores) / len(scores) if scores and enough_coded(items) else math.nan


class MeasuredCases:
    """The cases, measured."""

    def __init__(self, cases: Iterable[Case]) -> None:
        self.cases = {case.id: _measured(case) for case in cases}
        self.outcomes: dict[tuple[str, ...], np.ndarray] = {}
        self.taus: dict[tuple[str, ...], tuple[np.ndarray, np.ndarray]] = {}
        self.like_clock = np.array([case.like_clock for case in self.cases.values()], dtype=bool)

    def specification(self, choices: Mapping[str, str]) -> Specification:
        """One specification; NaN where there are too few cases."""
        results, n = self._taus(choices)
        clock, relations = (CHOICES[name].index(choices[name]) for name in ("clock", "relations"))
        tau, *without = results[:, clock, relations].tolist()
        return Specification(choices, tau, int(n[relations]), tuple(without))

    def _taus(self, choices: Mapping[str, str]) -> tuple[np.ndarray, np.ndarray]:
        """Tau-b of one outcome with a delay by either clock and all relations, at once, and n for all relations.

        Tau-b has the shape ``(1 + left out, 2, 5)``: of all cases, then without each in turn.
        """
        key = tuple(value for name, value in choices.items() if name not in ("clock", "relations"))
        if key not in self.taus:
            outcome, delays = self._outcome(choices), self.delays[choices["latency"]]
            left_out = len(self.cases) if len(self.cases) <= MOST_LEFT_OUT else 0
            tau, n = np.empty((1 + left_out, *delays.shape[1:])), np.empty(delays.shape[2], dtype=int)
            for alike in self.alike[choices["latency"]]:
                own = delays[:, :, alike]
                used = ~np.isnan(outcome) & ~np.isnan(own[:, 0, 0])
                if choices["cases"] != "all":
                    used &= self.like_clock
                if choices["unseen"] == SEEN_ONLY:
                    used &= np.isfinite(own[:, 0, 0])
                one_column_each = own[used].reshape(used.sum(), math.prod(own.shape[1:]))
                whole = taus(one_column_each, outcome[used, None]).reshape(own.shape[1:])
                results = np.repeat(whole[None], 1 + left_out, axis=0)
                if left_out:  # a case that is not used changes nothing
                    without = taus_without_each(one_column_each, outcome[used, None])
                    results[1:][used] = without.reshape(used.sum(), *own.shape[1:])
                tau[:, :, alike] = results
                n[alike] = used.sum()
            self.taus[key] = tau, n
        return self.taus[key]

    def columns(self, specifications: Iterable[Specification]) -> Columns:
        """The columns that some specifications rest on."""
        delays: dict[bytes, tuple[int, np.ndarray]] = {}
        outcomes: dict[bytes, tuple[int, np.ndarray]] = {}
        pairs = [
            [
                known.setdefault(column.tobytes(), (len(known), column))[0]
                for known, column in ((delays, self._delay(one.choices)), (outcomes, self._outcome(one.choices)))
            ]
            for one in specifications
        ]
        left, right = (
            np.array([column for _, column in known.values()]).reshape(len(known), len(self.cases)).T
            for known in (delays, outcomes)
        )
        return Columns(left, right, np.array(pairs, dtype=int).reshape(-1, 2).T)

    def _delay(self, choices: Mapping[str, str]) -> np.ndarray:
        """A delay of all cases, NaN where a case has none or takes no part."""
        clock, relations = (CHOICES[name].index(choices[name]) for name in ("clock", "relations"))
        delay = self.delays[choices["latency"]][:, clock, relations].copy()
        if choices["cases"] != "all":
            delay[~self.like_clock] = math.nan
        if choices["unseen"] == SEEN_ONLY:
            delay[np.isinf(delay)] = math.nan
        return delay

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
                    case.favourability.get((outcome, coder, choices["window"], choices["scale"]), math.nan)
                    for case in self.cases.values()
                ]
            )
            self.outcomes[key] = np.array(values, dtype=float)
        return self.outcomes[key]

    @cached_property
    def unreliable(self) -> dict[str, set[str]]:
        """Coefficient to the items on which the coders of all cases agree less than is customary by it."""
        by_item: dict[str, list[Item]] = {}
        for item in itertools.chain.from_iterable(case.items[MEAN] for case in self.cases.values()):
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
        lambda: case.origin,
        lambda: _measure(replace(case)),  # what it is seen under here, e.g. by one coder, need not stay
    )


def _measure(case: Case) -> _Measured:
    texts = {coder: coded_texts(seen, "favourability") for coder, seen in _by_coder(case, "stances").items()}
    return _Measured(
        like_clock=case.about.kind != "series" and case.about.exposed_by not in vocabulary.OWN_CLOCK,
        items={coder: tuple(map(_scores, rubric_items(seen))) for coder, seen in _by_coder(case, "rubric").items()},
        delays=dict(_delays(case)),
        favourability=dict(_coded(texts)) | dict(_modelled(texts)),
    )


def _scores(item: Item) -> Item:
    """An item without reasons and events: no number rests on these, and of many cases they take more than all else."""
    return replace(item, rationales={}, event_ids={})


def _by_coder(case: Case, table: str) -> dict[str, Case]:
    """The case as each who codes a table coded it, by place, and as all did."""
    own = [case.coded_by(coder.id) for coder in case.coders_of(table)]
    return dict(zip(PLACES, own, strict=False)) | {MEAN: case}


def _delays(case: Case) -> Iterator[tuple[tuple[str, str, str], float]]:
    """The delays by step, clock and relations, see ``_Measured``."""
    # where there is no relation, it is no matter which are believed
    which = RELATIONS if case.relations.height else dict.fromkeys(RELATIONS, NONE)
    middles = {believed: dict(_middles(case, believed)) for believed in dict.fromkeys(which.values())}
    for relations, believed in which.items():
        for (step, clock), middle in middles[believed].items():
            yield (step, clock, relations), middle


def _middles(case: Case, believed: str) -> Iterator[tuple[tuple[str, str], float]]:
    """The delays by step and clock where some relations are believed."""
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
            yield (step, clock), math.nan if latency.with_zero else middle


def _coded(texts: Mapping[str, pl.DataFrame]) -> Iterator[tuple[tuple[str, str, str, str], float]]:
    """Mean and imbalance of the texts of so many days, by coder and window; NaN where there is none."""
    for (coder, coded), window in itertools.product(texts.items(), CHOICES["window"][1:]):
        inside = pl.col("latest_seconds") >= 0, pl.col("day") < _days(window)
        values = coded.filter(*inside)["mean"].to_numpy()
        yield ("mean favourability", coder, window, NONE), float(values.mean()) if values.size else math.nan
        yield ("imbalance", coder, window, NONE), float(imbalance(values)) if values.size else math.nan


def _modelled(texts: Mapping[str, pl.DataFrame]) -> Iterator[tuple[tuple[str, str, str, str], float]]:
    """What the model expects on a day of the record, by coder, window and scale of time; NaN beyond the record, or without a model."""
    windows = CHOICES["window"][1:]
    days = np.array([_days(window) for window in windows])
    for coder, coded in texts.items():
        model, last = _model(coded)
        for scale in CHOICES["scale"][1:]:
            expected = np.full(len(days), math.nan)
            if model is not None:
                expected = (model if scale == AVERAGED else model.alone(scale)).expected(days, LEVEL)[0]
            for window, day, value in zip(windows, days, expected, strict=True):
                yield ("modelled favourability", coder, window, scale), float(value) if day <= last else math.nan


def _days(window: str) -> float:
    return float(window.split()[0])


def _model(texts: pl.DataFrame) -> tuple[AveragedOdds | None, float]:
    """The recovery model of codes, of several coders as repeated measures, and the last day it rests on; None where there is none."""
    after = texts.filter(pl.col("latest_seconds") >= 0)
    coders = after.drop(TEXT_COLUMNS).cast(pl.Float64)
    codes = coders.to_numpy().T
    used = ~np.isnan(codes)
    shares = 1 / np.maximum(1, used.sum(axis=0))
    day, publisher = after["day"].to_numpy(), after["publisher"].to_numpy()
    days, publishers, weights = (
        np.broadcast_to(column, codes.shape)[used] for column in (np.maximum(day, 0.0), publisher, shares)
    )
    try:
        return averaged_odds(codes[used], days, publishers, weights, STANCE_LEVELS), float(days.max())
    except NothingToMeasure:
        return None, math.nan
