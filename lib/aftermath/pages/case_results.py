"""The numbers of a case report in one table, one row a number, for a sweep to gather."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import polars as pl

from aftermath.measures.recovery import CoverageRecovery
from aftermath.measures.speed import Speed
from aftermath.measures.stances import FEW
from aftermath.measures.steps import Step
from aftermath.measures.tone import Phase
from aftermath.measures.transparency import Transparency
from aftermath.pages.nothing import Nothing
from aftermath.running.results import Results
from aftermath.statistics.agreement import LEVEL
from aftermath.wording import NO_BREAK, duration

_Row = tuple[str | float | None, ...]
_CODED = ("favourability", "stance_response", "stance_org")
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


def case_results(
    speed: Speed | Nothing, transparency: Transparency | Nothing, coverage: Sequence[CoverageRecovery | Nothing]
) -> Results:
    """Latencies, openness, coverage by phase and recovery of a case, as they stand on its page.

    Parameters
    ----------
    speed, transparency
        As measured, or why not.
    coverage
        How favourability, the stance toward the response and that toward the organisation moved, in this order.

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
    missing = isinstance(speed, Nothing)
    latencies = [_nothing("latency", None, speed)] if missing else [_latency(step) for step in speed.steps]
    rows = [*latencies, *_openness(transparency)]
    for variable, recovery in zip(_CODED, coverage, strict=True):
        if isinstance(recovery, Nothing):
            rows.append(_nothing("mean", variable, recovery))
        else:
            rows += [row for phase in recovery.tone.phases for row in _phase(variable, phase)]
            rows += _recovery(recovery)
    return Results(pl.DataFrame(rows, schema=_SCHEMA, orient="row"))


def _row(
    measure: str,
    of: str | None,
    part: str | None,
    ends: Sequence[float | None],
    n: int,
    unit: str | None,
    level: float | None,
    note: str,
) -> _Row:
    """One number; what is infinite or none is missing."""
    value, low, high = (end if end is not None and math.isfinite(end) else None for end in ends)
    bounded = low is not None or high is not None
    return measure, of, part, value, low, high, n, unit, level if bounded else None, note.replace(NO_BREAK, " ") or None


def _nothing(measure: str, of: str | None, nothing: Nothing) -> _Row:
    return _row(measure, of, None, (None, None, None), 0, None, None, nothing.reason)


def _latency(step: Step) -> _Row:
    ends = (None, step.latency.lower, step.latency.upper)
    note = "clock zero itself" if step.latency.by_construction else "with clock zero" if step.latency.with_zero else ""
    if not step.latency.seen:
        note = f"not seen in the {duration(step.latency.lower)} of the record"
    return _row("latency", step.name, None, ends, step.candidates, "seconds", None, note)


def _openness(transparency: Transparency | Nothing) -> list[_Row]:
    if isinstance(transparency, Nothing):
        return [_nothing("index", name, transparency) for name in ("transparency", "empathy")]
    rows = []
    for name, index in (("transparency", transparency.transparency), ("empathy", transparency.empathy)):
        ends = (index.value, index.lower, index.upper)
        rows.append(_row("index", name, None, ends, index.applicable, "of 100", None, index.why_not or index.open))
    return rows


def _phase(variable: str, phase: Phase) -> Iterator[_Row]:
    few = "no text" if not phase.n else "too few texts for an interval" if phase.n < FEW else ""
    for measure, of, unit in (("mean", phase.mean, "code"), ("imbalance", phase.imbalance, "coefficient")):
        yield _row(measure, variable, phase.label, (of.value, of.lower, of.upper), phase.n, unit, LEVEL, few)


def _recovery(recovery: CoverageRecovery) -> Iterator[_Row]:
    days = {"half-life": recovery.half_life, "time to neutral": recovery.time_to_neutral}
    for quantity, *ends, unit in recovery.table.iter_rows():
        measure, _, part = quantity.partition(" on ")
        reached = days.get(quantity)
        note = ""
        if recovery.why_not:
            note = f"no model: {recovery.why_not}"
        elif reached and not all(map(math.isfinite, (reached.value, reached.lower, reached.upper))):
            note = reached.text
        part = part.replace(NO_BREAK, " ") or None
        yield _row(measure, recovery.variable, part, ends, recovery.after, unit, recovery.level, note)
