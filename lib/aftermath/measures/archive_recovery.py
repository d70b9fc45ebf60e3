"""How the negative share in an archive of posts came back, by every estimator for dense series.

Each estimator is tried; one that the evidence does not allow leaves its reason in its place. Shares are weighted by the
posts behind them where the estimator takes weights. What counts as usual is the share of **all posts before clock zero,
pooled**: a mean over days would give a day of five posts the weight of a day of five hundred.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from aftermath.archives.series import FEW, wilson
from aftermath.measures.recovery.bending import LevelChange, level_change
from aftermath.measures.recovery.change_points import ChangePoints, change_points
from aftermath.measures.recovery.exponential import ExponentialRecovery, exponential_recovery
from aftermath.measures.recovery.local_level import LocalLevel, local_level
from aftermath.measures.recovery.returning import ResilienceLoss, TimeToReturn, resilience_loss, time_to_return
from aftermath.measures.recovery.segmented import Segmented, segmented_regression
from aftermath.measures.recovery.series import FEW_BEFORE, SeriesError, units
from aftermath.wording import DASH, counted, in_words, interval, number

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
class Estimate:
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


@dataclass(frozen=True)
class ArchiveRecovery:
    """Fits of the negative share; None where the evidence does not allow one.

    Parameters
    ----------
    change, segmented, local, exponential, returned, loss, breaks
        Results of ``aftermath.measures.recovery``. Of ``exponential`` and ``loss`` the value is the share that is **not**
        negative, because both measure a fall.
    why_not
        Name of a fit to why it is None.
    n_before, n_after
        Bins before clock zero, and from it on.
    """

    change: LevelChange | None
    segmented: Segmented | None
    local: LocalLevel | None
    exponential: ExponentialRecovery | None
    returned: TimeToReturn | None
    loss: ResilienceLoss | None
    breaks: ChangePoints | None
    why_not: dict[str, str]
    n_before: int
    n_after: int

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """One line a quantity, or a method that gave none."""
        lines = []
        for name, method in METHODS.items():
            if getattr(self, name) is None:
                lines.append(Estimate(method, "", "not estimated", self.why_not[name]))
            else:
                lines += [Estimate(method, *told) for told in _TOLD[name](getattr(self, name))]
        return tuple(lines)

    @property
    def text(self) -> str:
        """The level change and the return, with what they rest on."""
        return " ".join(filter(None, (self._change, self._back)))

    @property
    def _change(self) -> str:
        if self.change is None:
            return f"No level change is estimated: {self.why_not['change']}."
        ((_, text, spread),) = _change(self.change)
        few = f": fewer than {in_words(FEW_BEFORE)} before, so no trend before it is fitted"
        trend = "" if self.change.pre_trend else few
        n = counted(self.n_before, self.change.unit)
        warning = f" {self.change.warning}" if self.change.warning else ""
        return (
            f"At clock zero the level moved by {text} {spread} (regression whose course after it may bend, weighted by posts; "
            f"n = {n} before and {self.n_after} from it on{trend}).{warning}"
        )

    @property
    def _back(self) -> str:
        if self.returned is None:
            return f"No return is timed: {self.why_not['returned']}."
        ((_, text, _),) = _returned(self.returned)
        limit = number(100 * (self.returned.baseline + self.returned.tolerance))
        days = f"{in_words(self.returned.persistence)} {units(self.returned.unit, self.returned.persistence)}"
        return (
            f"Back at what was usual, which is {days} in a row at no more than {limit} % (the upper end of the interval "
            f"before): {text}."
        )


def archive_recovery(days: pl.DataFrame, at: date | datetime, *, level: float = 0.95) -> ArchiveRecovery:
    """Fit the recovery of the negative share.

    Parameters
    ----------
    days
        ``time``, ``n``, ``negative`` and ``share_negative``, one row a bin, in order, **without empty bins**.
    at
        The bin of clock zero: the first that counts as after.
    level
        Of the intervals.

    Returns
    -------
    ArchiveRecovery
    """
    negative = days.select("time", "n", value="share_negative")
    unharmed = days.select("time", "n", value=1 - pl.col("share_negative"))
    before = days.filter(pl.col("time") < at)
    fits = {
        "change": lambda: level_change(negative, at, level=level),
        "segmented": lambda: segmented_regression(negative, at, level=level),
        "local": lambda: local_level(negative, at, level=level),
        "exponential": lambda: exponential_recovery(unharmed, at, level=level),
        "returned": lambda: _return(negative, at, *usual(before)),
        "loss": lambda: resilience_loss(unharmed, at, baseline=1 - usual(before)[0], level=level),
        "breaks": lambda: change_points(negative),
    }
    why_not: dict[str, str] = {}
    made = {name: _attempt(fit, name, why_not) for name, fit in fits.items()}
    return ArchiveRecovery(**made, why_not=why_not, n_before=before.height, n_after=days.height - before.height)


def usual(before: pl.DataFrame) -> tuple[float, float]:
    """The share of negative posts before clock zero, all of them pooled, and the upper end of its interval.

    Raises
    ------
    SeriesError
        If they are too few for an interval.
    """
    negative, n = int(before["negative"].sum()), int(before["n"].sum())
    if n < FEW:
        raise SeriesError(f"{counted(n, 'post')} before clock zero cannot say what is usual: at least {FEW} are needed")
    return negative / n, wilson(negative, n)[1]


def _attempt(fit: Callable, name: str, why_not: dict[str, str]) -> object:
    try:
        return fit()
    except SeriesError as error:
        why_not[name] = str(error).rstrip(".")
        return None


def _return(negative: pl.DataFrame, at: date | datetime, share: float, upper: float) -> TimeToReturn:
    return time_to_return(negative, at, baseline=share, tolerance=upper - share, fell=False)


# Each fit in words: quantity, estimate, interval or why there is none


def _points(row: dict, per: str = "") -> tuple[str, str]:
    value, lower, upper = (100 * row[name] for name in ("estimate", "lower", "upper"))
    digits = 1 if per else 0
    return f"{number(value, digits, sign=True)} points{per}", interval(lower, upper, digits, sign=True)


def _change(fit: LevelChange) -> list[tuple[str, str, str]]:
    return [("level change at clock zero", *_points(fit.table.row(0, named=True)))]


def _segmented(fit: Segmented) -> list[tuple[str, str, str]]:
    bends = " (the course bends)" if "bend" in fit.warning else ""
    return [
        (f"level change at clock zero{bends}", *_points(fit["level change"])),
        ("trend from clock zero on", *_points(fit["trend after"], f" a {fit.unit}")),
    ]


def _local(fit: LocalLevel) -> list[tuple[str, str, str]]:
    row = fit.terms.row(by_predicate=pl.col("term") == "level change", named=True)
    return [("level change at clock zero", *_points(row))]


def _exponential(fit: ExponentialRecovery) -> list[tuple[str, str, str]]:
    quantity = "half-life of the way back"
    if not fit.fell or not math.isfinite(fit.half_life):
        return [(quantity, "none", "the share does not decay towards where it was before")]
    upper = f"{DASH}{number(fit.half_life_upper, 1)}]" if math.isfinite(fit.half_life_upper) else ", no upper bound]"
    return [(quantity, f"{number(fit.half_life, 1)} {units(fit.unit, 2)}", f"[{number(fit.half_life_lower, 1)}{upper}")]


def _returned(fit: TimeToReturn) -> list[tuple[str, str, str]]:
    if not fit.returned:
        text = f"not by the end, {counted(round(fit.end), fit.unit)} after clock zero"
        return [("back at the usual share", text, "right-censored")]
    if fit.at_once:
        return [("back at the usual share", "never away when the event came", "0 by definition")]
    text = f"after more than {number(fit.lower)} and at most {counted(round(fit.upper), fit.unit)}"
    return [("back at the usual share", text, "between two observations")]


def _loss(fit: ResilienceLoss) -> list[tuple[str, str, str]]:
    ends = (
        interval(100 * fit.lower, 100 * fit.upper) if not fit.why_no_interval else f"no interval: {fit.why_no_interval}"
    )
    return [("area above the usual share", f"{number(100 * fit.loss)} points times {units(fit.unit, 2)}", ends)]


def _breaks(fit: ChangePoints) -> list[tuple[str, str, str]]:
    found = fit.steadiest
    where = ", ".join(str(place) for place in found["at"])
    text = counted(found["breaks"], "break") + (f", from {where} on" if where else "")
    return [
        ("breaks of the mean", text, f"no interval; penalty {number(found['from'], 1)} to {number(found['to'], 1)}")
    ]


_TOLD = {
    "change": _change,
    "segmented": _segmented,
    "local": _local,
    "exponential": _exponential,
    "returned": _returned,
    "loss": _loss,
    "breaks": _breaks,
}
