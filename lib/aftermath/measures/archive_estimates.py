"""What the estimators say of an archive of posts, each in a line: quantity, estimate, interval or why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

from aftermath.statistics.change_points import ChangePoints
from aftermath.statistics.exponential import ExponentialRecovery
from aftermath.statistics.level_change import LevelChange
from aftermath.statistics.local_level import LocalLevel
from aftermath.statistics.resilience import ResilienceLoss
from aftermath.statistics.segmented import Segmented
from aftermath.statistics.series import spell, units
from aftermath.statistics.time_to_return import TimeToReturn
from aftermath.wording import DASH, counted, interval, number

METHODS = {
    "change": "Level change, the course may bend",
    "segmented": "Segmented regression",
    "local": "Local level",
    "exponential": "Exponential recovery",
    "returned": "Time to return",
    "loss": "Resilience loss",
    "breaks": "Change points",
}


@dataclass(frozen=True)
class EstimateLine:
    """One line of the table of estimates.

    Parameters
    ----------
    method
        A value of ``METHODS``.
    quantity
        What is estimated.
    text
        The estimate, with its unit.
    spread
        Its interval, or a word why there is none.
    """

    method: str
    quantity: str
    text: str
    spread: str


def level_change_row(fit: LevelChange | Segmented | LocalLevel) -> dict[str, float]:
    """The row of a fit's table that has its level change."""
    return fit.table.row(by_predicate=pl.col("term") == "level change", named=True)


def points(row: dict, per: str = "") -> tuple[str, str]:
    """An estimate of a share in percentage points, and its interval."""
    value, lower, upper = (100 * row[name] for name in ("estimate", "lower", "upper"))
    digits = 1 if per else 0
    return f"{number(value, digits, sign=True)} points{per}", interval(lower, upper, digits, sign=True)


def bending_words(fit: LevelChange) -> list[tuple[str, str, str]]:
    """The level change of a course that may bend: quantity, estimate and interval."""
    return [("level change at clock zero", *points(level_change_row(fit)))]


def _segmented(fit: Segmented) -> list[tuple[str, str, str]]:
    bends = " (the course bends)" if "bend" in fit.warning else ""
    return [
        (f"level change at clock zero{bends}", *points(level_change_row(fit))),
        ("trend from clock zero on", *points(fit["trend after"], f" a {fit.unit}")),
    ]


def _local(fit: LocalLevel) -> list[tuple[str, str, str]]:
    return [("level change at clock zero", *points(level_change_row(fit)))]


def _exponential(fit: ExponentialRecovery) -> list[tuple[str, str, str]]:
    quantity = "half-life of the way back"
    if not fit.fell or not math.isfinite(fit.half_life):
        return [(quantity, "none", "the share does not decay towards where it was before")]
    upper = f"{DASH}{number(fit.half_life_upper, 1)}]" if math.isfinite(fit.half_life_upper) else ", no upper bound]"
    return [(quantity, f"{number(fit.half_life, 1)} {units(fit.unit, 2)}", f"[{number(fit.half_life_lower, 1)}{upper}")]


def returned_words(fit: TimeToReturn) -> list[tuple[str, str, str]]:
    """When the share was back: quantity, estimate and interval."""
    quantity, lower, end = "back at the usual share", spell(fit.lower, fit.unit), spell(fit.end, fit.unit)
    if not fit.returned:
        return [(quantity, f"not by the end, {end} after clock zero", f"[more than {lower}, right-censored]")]
    upper = "no upper end" if math.isinf(fit.upper) else f"at most {spell(fit.upper, fit.unit)}"
    text = "never away when the event came" if fit.at_once else f"after {spell(fit.time, fit.unit)}"
    return [(quantity, text, f"[more than {lower}, {upper}]" if fit.upper else "0 by definition")]


def _loss(fit: ResilienceLoss) -> list[tuple[str, str, str]]:
    ends = (
        interval(100 * fit.lower, 100 * fit.upper) if not fit.why_no_interval else f"no interval: {fit.why_no_interval}"
    )
    return [("area above the usual share", f"{number(100 * fit.loss)} points times {units(fit.unit, 2)}", ends)]


def _breaks(fit: ChangePoints) -> list[tuple[str, str, str]]:
    steadiest = fit.steadiest
    where = ", ".join(str(first) for first in steadiest["at"])
    text = counted(steadiest["breaks"], "break") + (f", from {where} on" if where else "")
    return [
        (
            "breaks of the mean",
            text,
            f"no interval; penalty {number(steadiest['from'], 1)} to {number(steadiest['to'], 1)}",
        )
    ]


# name of a fit -> its lines
WORDS = {
    "change": bending_words,
    "segmented": _segmented,
    "local": _local,
    "exponential": _exponential,
    "returned": returned_words,
    "loss": _loss,
    "breaks": _breaks,
}
