"""How many had answered by when, over all cases and by groups of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from aftermath import vocabulary
from aftermath.comparison.entry import Entry
from aftermath.measures.latency_curves import LatencyCurves, latency_curves
from aftermath.statistics.result import NothingToMeasure

if TYPE_CHECKING:
    from aftermath.comparison.scoreboard import Comparison

GROUPINGS: dict[str, Callable[[Entry], str]] = {
    "Cause": lambda entry: vocabulary.CAUSES[entry.about.cause or ""],
    "Country": lambda entry: vocabulary.country_name(entry.about.country),
    "Exposed by": lambda entry: vocabulary.EXPOSED_BY[entry.about.exposed_by or ""].removeprefix("exposed by "),
}


def latency_groups(comparison: Comparison, step: str = "response") -> tuple[LatencyCurves, ...]:
    """The curve over all cases, then those of every grouping that has a group of three cases.

    Parameters
    ----------
    comparison
        Any comparison; its ``level`` and ``seed`` are those of the bands.
    step
        Which answer, a key of ``measures.steps.STEPS``.

    Returns
    -------
    tuple of LatencyCurves
        One group of all cases says nothing new and is left out.

    Raises
    ------
    NothingToMeasure
        If there are too few cases for any curve.
    """
    whole = latency_curves(comparison.speeds, step, level=comparison.level, seed=comparison.seed)
    return whole, *_grouped(comparison, step)


def _grouped(comparison: Comparison, step: str) -> Iterator[LatencyCurves]:
    for by, name in GROUPINGS.items():
        try:
            grouped = latency_curves(
                comparison.speeds,
                step,
                group=lambda speed, name=name: name(comparison[speed.case_id]),
                by=by,
                level=comparison.level,
                seed=comparison.seed,
            )
        except NothingToMeasure:
            continue
        if len(grouped.curves[0].case_ids) < len(comparison.speeds) - len(grouped.with_zero):
            yield grouped
