"""Leave one out: how many pairs of cases are told apart only because of a single relation between events.

A relation comes from one sentence of a source, often with words for a number. Each is left out in turn, and it is seen which pairs of
cases that are told apart with all relations are not told apart without it. Beside that stands how many pairs are told apart with
some of the relations only, e.g. without vague words.

References
----------
Dechter, R., Meiri, I., and Pearl, J. (1991). Temporal constraint networks. Artificial Intelligence 49, 61-95.
Saltelli, A., Tarantola, S., Campolongo, F., and Ratto, M. (2004). Sensitivity analysis in practice. Wiley: one factor at a time.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.case_files.cases import cases as all_cases
from aftermath.case_files.cases import complete
from aftermath.case_files.relations import BELIEVED
from aftermath.case_files.tables import CaseTables
from aftermath.comparison.pairwise import separable
from aftermath.kept import kept
from aftermath.measures.clock import clock_event
from aftermath.measures.steps import STEPS, answers_of, first_act
from aftermath.statistics.result import Result
from aftermath.times import Latency
from aftermath.wording import counted, listed, number, relation_words


@dataclass(frozen=True)
class LeftOut:
    """A relation, and the pairs of cases that hang on it.

    Parameters
    ----------
    case_id, row
        The case, and the row of its ``relations.csv``.
    from_event, to_event, at_least_seconds, at_most_seconds, rule, certainty, reason
        What stands there.
    pairs
        Pairs of cases that are told apart with all relations, and are not without this one: the ids of both, sorted.
    """

    case_id: str
    row: int
    from_event: str
    to_event: str
    at_least_seconds: int | None
    at_most_seconds: int | None
    rule: str
    certainty: str
    reason: str
    pairs: tuple[tuple[str, str], ...]

    @property
    def vague(self) -> bool:
        """Whether a rule turned vague words into its seconds."""
        return self.rule in vocabulary.VAGUE_RULES

    @property
    def words(self) -> str:
        """The words behind it, and how they were read: ``“a few hours”, read as 90 min – 12 h``."""
        return relation_words(self.rule, self.at_least_seconds, self.at_most_seconds)


@dataclass(frozen=True)
class LeaveOneOut(Result):
    """How far an order of cases rests on single relations.

    Parameters
    ----------
    step
        Key from ``measures.speed.STEPS``.
    pairs
        All pairs of cases.
    told_apart
        Which relations are believed, a key of ``case_files.relations.BELIEVED``, to the pairs that are then told apart.
    rows
        The relations on which any pair hangs, those with most pairs first.
    at_zero
        Cases that clock times alone time, and of which relations say that the answer came with clock zero: they stand apart.
    told_at_zero
        Pairs with such a case that clock times alone tell apart.
    """

    step: str
    pairs: int
    told_apart: Mapping[str, int]
    rows: tuple[LeftOut, ...]
    at_zero: tuple[str, ...]
    told_at_zero: int

    @cached_property
    def hanging(self) -> tuple[tuple[str, str], ...]:
        """The pairs that hang on a single relation, sorted."""
        return _pairs_of(self.rows)

    @cached_property
    def hanging_on_vague_words(self) -> tuple[tuple[str, str], ...]:
        """Those of them that hang on one with vague words, sorted."""
        return _pairs_of(row for row in self.rows if row.vague)

    @property
    def table(self) -> pl.DataFrame:
        """One row a relation: case, row, events, rule, the words behind it and how they were read, certainty, and the pairs that hang on it."""
        text = dict.fromkeys(("from_event", "to_event", "rule", "words", "certainty"), pl.String)
        schema = {"case_id": pl.String, "row": pl.Int64, **text, "n": pl.Int64, "pairs": pl.String}
        rows = [
            {name: getattr(row, name) for name in ("case_id", "row", *text)}
            | {"n": len(row.pairs), "pairs": "; ".join(" / ".join(pair) for pair in row.pairs)}
            for row in self.rows
        ]
        return pl.DataFrame(rows, schema=schema)

    @property
    def by_belief(self) -> pl.DataFrame:
        """One row for each way to believe relations: pairs told apart, and all pairs."""
        rows = [(which, n, self.pairs) for which, n in self.told_apart.items()]
        return pl.DataFrame(
            rows, schema={"relations": pl.String, "told_apart": pl.Int64, "pairs": pl.Int64}, orient="row"
        )

    @property
    def text(self) -> str:
        told_apart = f"{number(self.told_apart['all'])} of {counted(self.pairs, 'pair')}"
        return f"{STEPS[self.step][0]}: {told_apart} of cases can be told apart. {self.basis}"

    @property
    def basis(self) -> str:
        """What the pairs that are told apart rest on."""
        zero = f" ({number(self.told_at_zero)} of them with {listed(self.at_zero)}, which relations put at clock zero)"
        alone = f"{number(self.told_apart['none'])}{zero if self.told_at_zero else ''}"
        return (
            f"Clock times alone tell {alone}, with documented relations {number(self.told_apart['documented only'])}, with relations "
            f"that have no vague words {number(self.told_apart['without vague words'])}. {self._on_single_rows}"
        )

    @property
    def _on_single_rows(self) -> str:
        if not self.hanging:
            return "No pair hangs on a single relation."
        vague = len(self.hanging_on_vague_words)
        words = sorted({row.words for row in self.rows if row.vague})
        verb = "hangs" if len(self.hanging) == 1 else "hang"
        on_vague = f", {number(vague)} of them on vague words ({'; '.join(words)})" if vague else ""
        return f"{counted(len(self.hanging), 'pair')} {verb} on a single relation{on_vague}."


def _pairs_of(rows: Iterable[LeftOut]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted({pair for row in rows for pair in row.pairs}))


def leave_one_out(cases: Iterable[Case | str] | None = None, step: str = "response") -> LeaveOneOut:
    """Which pairs of cases are told apart only because of a single relation.

    Parameters
    ----------
    cases
        Cases or their ids; **all of the workspace if not given**. Those without a clock have no part.
    step
        Key from ``measures.speed.STEPS``.

    Returns
    -------
    LeaveOneOut

    Raises
    ------
    ValueError
        If there is no such step.

    Examples
    --------
    >>> import aftermath as am
    >>> pair = [am.load_case(case_id) for case_id in ("kitchenaid-tweet", "red-cross-tweet")]
    >>> dict(leave_one_out(pair).told_apart)["none"]
    1
    """
    if step not in STEPS:
        raise ValueError(f"{step!r} is not a step; use one of: {', '.join(STEPS)}")
    given = complete(all_cases() if cases is None else cases)
    clocked = [case for case in sorted(given, key=lambda case: case.id) if case.about.clock_zero]
    latencies = {case.id: _kept_latencies(case, step) for case in clocked}
    by_belief = {which: {case_id: own.by_belief[which] for case_id, own in latencies.items()} for which in BELIEVED}
    told_apart = {which: separable(latencies.values()) for which, latencies in by_belief.items()}
    rows = [row for case in clocked for row in _rows(case, latencies[case.id].without, by_belief["all"])]
    by_clock = by_belief["none"]
    at_zero = tuple(
        case_id for case_id, latency in by_belief["all"].items() if latency.with_zero and by_clock[case_id].timed
    )
    others = [latency for case_id, latency in by_clock.items() if case_id not in at_zero]
    return LeaveOneOut(
        step=step,
        pairs=math.comb(len(clocked), 2),
        told_apart=told_apart,
        rows=tuple(sorted(rows, key=lambda row: (-len(row.pairs), row.case_id, row.row))),
        at_zero=at_zero,
        told_at_zero=told_apart["none"] - separable(others),
    )


@dataclass(frozen=True)
class _Latencies:
    """The latencies of one case, by the relations that are believed, and without each that sets the one of all by its row."""

    by_belief: Mapping[str, Latency]
    without: Mapping[int, Latency]


def _kept_latencies(case: Case, step: str) -> _Latencies:
    return kept(
        f"latencies of {step} of {case.id}",
        lambda: case.origin,
        lambda: _latencies(dataclasses.replace(case), step),  # its times by other relations need not stay
    )


def _latencies(case: Case, step: str) -> _Latencies:
    if not case.relations.height:  # then it is no matter which are believed
        return _Latencies(dict.fromkeys(BELIEVED, _latency(case, step, "none")), {})
    by_belief = {which: _latency(case, step, which) for which in BELIEVED}
    without = {}
    for row in _setting(case, step) if by_belief["all"].timed else ():
        rest = case.relations.filter(pl.col("row") != row).lazy()
        tables = CaseTables.cast(case.tables.to_dict() | {"relations": rest})
        without[row] = _latency(dataclasses.replace(case, tables=tables), step)
    return _Latencies(by_belief, without)


def _latency(case: Case, step: str, relations: str = "all") -> Latency:
    _, acts, named = STEPS[step]
    return first_act(case, acts, named=named, relations=relations).latency


def _rows(case: Case, left_out: Mapping[int, Latency], latencies: Mapping[str, Latency]) -> Iterator[LeftOut]:
    """The relations of a case on which any pair hangs."""
    own = latencies[case.id]
    for number_of_row, without in left_out.items():
        others = () if without == own else latencies.items()
        hanging = [
            other for other, latency in others if own.separable_from(latency) and not without.separable_from(latency)
        ]
        if hanging:
            (stated,) = case.relations.filter(pl.col("row") == number_of_row).iter_rows(named=True)
            fields = {field.name: stated[field.name] for field in dataclasses.fields(LeftOut) if field.name in stated}
            pairs = tuple(sorted((min(case.id, other), max(case.id, other)) for other in hanging))
            yield LeftOut(case_id=case.id, pairs=pairs, **fields)


def _setting(case: Case, step: str) -> Sequence[int]:
    """The rows on a shortest path between clock zero and any answer: without another one, each of these paths is still there."""
    network, zero = case.times().network, clock_event(case)
    paths = [path for answer in answers_of(case, step, "none") for path in network.reasons(zero, answer)]
    places = {statement.where for path in paths for statement in path}
    return [row for row in case.relations["row"] if f"relations.csv:{row}" in places]
