"""The numbers of a case report in one table, one row a number, for a sweep to gather."""

from __future__ import annotations

import math
from collections.abc import Iterator

import polars as pl

from aftermath.measures.recovery import CoverageRecovery, Days
from aftermath.measures.stances import FEW
from aftermath.measures.steps import Step
from aftermath.measures.tone import Phase
from aftermath.measures.transparency import Index
from aftermath.pages.measured import CODED, Measured
from aftermath.running.results import Results
from aftermath.statistics.agreement import LEVEL
from aftermath.wording import NO_BREAK, duration

_INDICES = ("transparency", "empathy")
_SCHEMA = {
    "measure": pl.String,
    "of": pl.String,
    "part": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "n": pl.Int64,
    "unit": pl.String,
    "level": pl.Float64,
    "note": pl.String,
}


def case_results(measured: Measured) -> Results:
    """Latencies, openness, coverage by phase and recovery of a case, as they stand on its page.

    Parameters
    ----------
    measured
        The measures of the case.

    Returns
    -------
    Results
        ``measure`` (``latency``; ``index``; ``mean``, ``imbalance``; ``odds ratio, tenfold of time``, ``half-life``,
        ``time to neutral``, ``expected``), ``of`` (the kind of answer, the index, or the coded variable), ``part`` (the
        phase, or the day), ``value``, ``low``, ``high``, ``n`` (such acts on record; items that apply; texts), ``unit``,
        ``level`` of the interval, and ``note``. **Latencies and indices have bounds, without a level**: all that the record
        and the coding allow. What is missing has its reason in ``note``; where an answer was not seen, ``low`` is how
        long the record was watched.
    """
    rows = [*_speed(measured), *_openness(measured), *_coverage(measured)]
    return Results(pl.DataFrame(rows, schema=_SCHEMA, orient="row"))


def _row(
    measure: str, of: str, part: str | None, ends: tuple, n: int, unit: str, level: float | None, note: str
) -> tuple:
    """One number; what is infinite or none is missing."""
    value, low, high = (end if end is not None and math.isfinite(end) else None for end in ends)
    bounded = low is not None or high is not None
    return measure, of, part, value, low, high, n, unit, level if bounded else None, note.replace(NO_BREAK, " ") or None


def _speed(measured: Measured) -> list[tuple]:
    return measured.unless_nothing(
        lambda: [_latency(step) for step in measured.speed.steps], lambda reason: [_nothing("latency", None, reason)]
    )


def _nothing(measure: str, of: str | None, reason: str) -> tuple:
    return _row(measure, of, None, (None, None, None), 0, None, None, reason)


def _latency(step: Step) -> tuple:
    ends = (None, step.latency.lower, step.latency.upper)
    note = "clock zero itself" if step.latency.by_construction else "with clock zero" if step.latency.with_zero else ""
    if not step.latency.seen:
        note = f"not seen in the {duration(step.latency.lower)} of the record"
    return _row("latency", step.name, None, ends, step.candidates, "seconds", None, note)


def _openness(measured: Measured) -> list[tuple]:
    return measured.unless_nothing(
        lambda: [_index(name, getattr(measured.transparency, name)) for name in _INDICES],
        lambda reason: [_nothing("index", name, reason) for name in _INDICES],
    )


def _index(name: str, index: Index) -> tuple:
    ends = (index.value, index.lower, index.upper)
    return _row("index", name, None, ends, index.applicable, "of 100", None, index.why_not or index.open)


def _coverage(measured: Measured) -> Iterator[tuple]:
    for variable in CODED:
        yield from measured.unless_nothing(
            lambda variable=variable: _told(measured.recovery(variable)),
            lambda reason, variable=variable: [_nothing("mean", variable, reason)],
        )


def _told(found: CoverageRecovery) -> list[tuple]:
    phases = [row for phase in found.tone.phases for row in _phase(found.variable, phase)]
    return [*phases, *_recovery(found)]


def _phase(variable: str, phase: Phase) -> Iterator[tuple]:
    few = "no text" if not phase.n else "too few texts for an interval" if phase.n < FEW else ""
    for measure, of, unit in (("mean", phase.mean, "code"), ("imbalance", phase.imbalance, "coefficient")):
        yield _row(measure, variable, phase.label, (of.value, of.lower, of.upper), phase.n, unit, LEVEL, few)


def _recovery(found: CoverageRecovery) -> Iterator[tuple]:
    days = {"half-life": found.half_life, "time to neutral": found.time_to_neutral}
    for quantity, *ends, unit in found.table.iter_rows():
        measure, _, part = quantity.partition(" on ")
        note = f"no model: {found.why_not}" if found.why_not else _open(days.get(quantity))
        yield _row(
            measure, found.variable, part.replace(NO_BREAK, " ") or None, ends, found.after, unit, found.level, note
        )


def _open(days: Days | None) -> str:
    """Why a day or its end is missing; empty where nothing is."""
    return "" if days is None or all(map(math.isfinite, (days.value, days.lower, days.upper))) else days.text
