"""How the negative share in an archive of posts came back, by every estimator for dense series.

Each estimator is tried; one that the evidence does not allow leaves its reason in its place. Shares are weighted by the
posts behind them where the estimator takes weights. What counts as usual is a mean over the **days** before clock zero, with its
uncertainty, not over their posts: days differ of themselves, however many posts they have.

The bin that holds clock zero counts as after it, as everywhere (``times.ended_before``). As most of its posts may be from before,
this errs towards no change; the level change is given with that bin left out, too, and said where it turns the answer.

A share cannot fall by more than it was, nor rise by more than was left. So the interval of a level change is cut at what was
possible, given the intervals of the shares before clock zero: cutting at their ends, and not at the shares themselves, leaves
the truth inside where everything or nothing is negative afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

import polars as pl

from aftermath.archives.series import FEW
from aftermath.measures.archive_estimates import (
    METHODS,
    WORDS,
    EstimateLine,
    bending_words,
    level_change_row,
    points,
    returned_words,
)
from aftermath.statistics.change_points import ChangePoints, change_points
from aftermath.statistics.exponential import ExponentialRecovery, exponential_recovery
from aftermath.statistics.intervals import count_interval
from aftermath.statistics.level_change import LevelChange, level_change
from aftermath.statistics.local_level import LocalLevel, local_level
from aftermath.statistics.resilience import ResilienceLoss, resilience_loss
from aftermath.statistics.segmented import Segmented, segmented_regression
from aftermath.statistics.series import FEW_BEFORE, SeriesError
from aftermath.statistics.time_to_return import TimeToReturn, time_to_return
from aftermath.wording import counted, in_words, number

_Fit = TypeVar("_Fit")


@dataclass(frozen=True)
class ArchiveRecovery:
    """Fits of the negative share; None where the evidence does not allow one.

    Parameters
    ----------
    change, segmented, local, exponential, returned, loss, breaks
        Results of ``aftermath.statistics``. Of ``exponential`` and ``loss`` the value is the share that is **not**
        negative, because both measure a fall.
    why_not
        Name of a fit to why it is None.
    n_before, n_after
        Bins before clock zero, and from it on.
    without
        Name of a fit to its like with the bin of clock zero left out; empty where that bin holds no post.
    possible
        The furthest that the share can have fallen (negative) and risen.
    bin
        ``day`` or ``hour``.
    asked
        Names of the fits that were asked for; the others are None.
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
    without: dict[str, LevelChange | Segmented | LocalLevel]
    possible: tuple[float, float]
    bin: str
    asked: tuple[str, ...] = tuple(METHODS)

    @property
    def estimates(self) -> tuple[EstimateLine, ...]:
        """One line a quantity, or a method that gave none."""
        lines = []
        for name in self.asked:
            method = METHODS[name]
            if getattr(self, name) is None:
                lines.append(EstimateLine(method, "", "not estimated", self.why_not[name]))
            else:
                lines += [EstimateLine(method, *numbers) for numbers in WORDS[name](getattr(self, name))]
            if name in self.without:
                quantity = f"level change, the {self.bin} of clock zero left out"
                lines.append(EstimateLine(method, quantity, *points(level_change_row(self.without[name]))))
        return tuple(lines)

    @property
    def text(self) -> str:
        """The level change, where the bin of clock zero turns it, and the return, with what they rest on; **else the estimates asked for**."""
        if len(self.asked) < len(METHODS):
            parts = (
                f"{line.method}: {' '.join(filter(None, (line.quantity, line.text, line.spread)))}."
                for line in self.estimates
            )
            return " ".join(parts)
        return " ".join(filter(None, (self._change, self._turned, self._back)))

    @property
    def _change(self) -> str:
        if self.change is None:
            return f"No level change is estimated: {self.why_not['change']}."
        ((_, text, spread),) = bending_words(self.change)
        few = f": fewer than {in_words(FEW_BEFORE)} before, so no trend before it is fitted"
        trend = "" if self.change.pre_trend else few
        n = counted(self.n_before, self.change.unit)
        warning = f" {self.change.warning}" if self.change.warning else ""
        return (
            f"At clock zero the level moved by {text} {spread} (regression whose course after it may bend, weighted by posts; "
            f"n = {n} before and {self.n_after} from it on{trend}{self._cut(self.change)}).{warning}"
        )

    def _cut(self, change: LevelChange) -> str:
        """A word on an interval that ends where a share can move no further."""
        row, (least, most) = level_change_row(change), self.possible
        if row["lower"] > least and row["upper"] < most:
            return ""
        return f"; the interval is cut where a share that was {number(100 * (1 - most))} to {number(-100 * least)} % can move no further"

    @property
    def _turned(self) -> str:
        """What the other convention gives where it alone, or it alone not, leaves no change out."""
        turned = []
        for name, other in self.without.items():
            with_it, without = level_change_row(getattr(self, name)), level_change_row(other)
            if _holds_zero(with_it) != _holds_zero(without):
                own, its = (" ".join(points(row)) for row in (without, with_it))
                turned.append(f"{own} by {METHODS[name].lower()}, against {its} with it")
        if not turned:
            return ""
        return f"The {self.bin} of clock zero counts as after it, which turns the answer; left out, the move is {'; '.join(turned)}."

    @property
    def _back(self) -> str:
        if self.returned is None:
            return f"No return is timed: {self.why_not['returned']}."
        ((_, text, spread),) = returned_words(self.returned)
        usual, top, limit = (
            number(100 * (self.returned.baseline + more))
            for more in (0, self.returned.departure, self.returned.tolerance)
        )
        sure = "" if self.returned.away or self.returned.at_once else "; that the share was away at all is not certain"
        return (
            f"Back at what was usual ({usual} %), which is an expected share of at most {limit} %, a tenth of the way up to the "
            f"greatest expected one ({top} %): {text} {spread}{sure}."
        )


def archive_recovery(
    days: pl.DataFrame, at: date | datetime, *, level: float = 0.95, estimators: Collection[str] | None = None
) -> ArchiveRecovery:
    """Fit the recovery of the negative share.

    Parameters
    ----------
    days
        ``time``, ``n``, ``negative`` and ``share_negative``, one row a bin, in order, **without empty bins**.
    at
        The bin of clock zero: the first that counts as after.
    level
        Of the intervals.
    estimators
        Keys of ``METHODS`` that are fitted; all if not given.

    Returns
    -------
    ArchiveRecovery

    Raises
    ------
    ValueError
        If there is no such estimator.
    """
    asked = tuple(METHODS) if estimators is None else tuple(estimators)
    if unknown := set(asked) - METHODS.keys():
        raise ValueError(f"{sorted(unknown)[0]!r} is no estimator; use some of: {', '.join(METHODS)}")
    negative = days.select("time", "n", value="share_negative")
    unharmed = days.select("time", "n", value=1 - pl.col("share_negative"))
    before = days.filter(pl.col("time") < at)
    possible = furthest(before)
    why_not: dict[str, str] = {}

    def attempt(name: str, fit: Callable[[], _Fit]) -> _Fit | None:
        """What a fit gives, where it is asked for; None where the evidence does not allow it, and the reason goes under its name."""
        try:
            return fit() if name in asked else None
        except SeriesError as error:
            why_not[name] = str(error).rstrip(".")
            return None

    change = attempt("change", lambda: level_change(negative, at, level=level))
    segmented = attempt("segmented", lambda: segmented_regression(negative, at, level=level))
    local = attempt("local", lambda: local_level(negative, at, level=level))
    changes = [name for name, fit in (("change", change), ("segmented", segmented), ("local", local)) if fit]
    return ArchiveRecovery(
        change=None if change is None else _bounded(change, possible),
        segmented=None if segmented is None else _bounded(segmented, possible),
        local=None if local is None else _bounded(local, possible),
        exponential=attempt("exponential", lambda: exponential_recovery(unharmed, at, level=level)),
        returned=attempt("returned", lambda: share_returned(days, at, level=level)),
        loss=attempt("loss", lambda: area_above_usual(days, at, level=level)),
        breaks=attempt("breaks", lambda: change_points(negative)),
        why_not=why_not,
        n_before=before.height,
        n_after=days.height - before.height,
        without=_without(negative, at, changes, possible, level),
        possible=possible,
        bin="hour" if isinstance(at, datetime) else "day",
        asked=asked,
    )


_Change = TypeVar("_Change", bound=LevelChange | Segmented | LocalLevel)
_LEVEL_CHANGES: dict[str, Callable[..., LevelChange | Segmented | LocalLevel]] = {
    "change": level_change,
    "segmented": segmented_regression,
    "local": local_level,
}


def _without(
    negative: pl.DataFrame, at: date | datetime, names: Collection[str], possible: tuple[float, float], level: float
) -> dict[str, LevelChange | Segmented | LocalLevel]:
    """The level changes with the bin of clock zero left out, as far as they can be fitted."""
    rest = negative.filter(pl.col("time") != at)
    after = rest.filter(pl.col("time") > at)["time"]
    if rest.height == negative.height or after.is_empty():
        return {}
    fits: dict[str, LevelChange | Segmented | LocalLevel] = {}
    for name in names:
        with suppress(SeriesError):
            fits[name] = _bounded(_LEVEL_CHANGES[name](rest, after[0], level=level), possible)
    return fits


def furthest(before: pl.DataFrame) -> tuple[float, float]:
    """How far the share of negative posts can have fallen, and risen, from what it was before clock zero.

    Parameters
    ----------
    before
        ``n`` and ``negative`` of the bins before it.

    Returns
    -------
    tuple
        From -1 to 0, and from 0 to 1: less the highest, and one less the lowest end of the intervals of all bins that have one and of all
        posts together. **-1 and 1 where none has.**

    Examples
    --------
    >>> least, most = furthest(pl.DataFrame({"n": [100, 5], "negative": [20, 0]}))
    >>> round(least, 3), round(most, 3)
    (-0.289, 0.873)
    """
    counts = [*before.select("negative", "n").iter_rows(), (before["negative"].sum(), before["n"].sum())]
    intervals = [count_interval(negative, n) for negative, n in counts if n >= FEW]
    if not intervals:
        return -1.0, 1.0
    return -max(upper for _, upper in intervals), 1 - min(lower for lower, _ in intervals)


def _bounded(fit: _Change, possible: tuple[float, float]) -> _Change:
    """The fit with its level change kept to what is possible."""
    if isinstance(fit, LevelChange):
        change, lower, upper = (min(max(end, possible[0]), possible[1]) for end in (fit.change, fit.lower, fit.upper))
        return replace(fit, change=change, lower=lower, upper=upper)
    change, ends = pl.col("term") == "level change", ("estimate", "lower", "upper")
    kept = [pl.when(change).then(pl.col(name).clip(*possible)).otherwise(name).alias(name) for name in ends]
    return replace(fit, terms=fit.terms.with_columns(kept))


def _holds_zero(row: dict[str, float]) -> bool:
    return row["lower"] <= 0 <= row["upper"]


def share_returned(days: pl.DataFrame, at: date | datetime, *, level: float = 0.95) -> TimeToReturn:
    """Find when the negative share was back at its level before clock zero.

    Days differ of themselves, however many posts they have: of what a share strays, only what its posts account for is taken
    from them (as of Agresti and Coull's share, which is never 0 or 1); the rest is estimated from the days.

    Parameters
    ----------
    days, at, level
        See ``archive_recovery``.

    Returns
    -------
    TimeToReturn

    Raises
    ------
    SeriesError
        If there are fewer than eight posts before clock zero, or too few days on either side.

    References
    ----------
    Agresti, A., and Coull, B. A. (1998). Approximate is better than "exact" for interval estimation of binomial proportions.
    American Statistician 52, 119-126.
    """
    _check_usual(days, at)
    share, n = (pl.col("negative") + 2) / (pl.col("n") + 4), pl.col("n")
    shares = days.select("time", value="share_negative", variance=share * (1 - share) / n)
    return time_to_return(shares, at, fell=False, level=level)


def area_above_usual(days: pl.DataFrame, at: date | datetime, *, level: float = 0.95) -> ResilienceLoss:
    """Measure the area of the negative share above the mean of the days before clock zero.

    Every day counts alike in that mean: a pooled share would be taken as certain, and days differ however many posts they have.

    Parameters
    ----------
    days, at, level
        See ``archive_recovery``.

    Returns
    -------
    ResilienceLoss
        Of the share that is **not** negative.

    Raises
    ------
    SeriesError
        If there are fewer than eight posts before clock zero, or too few days on either side.
    """
    _check_usual(days, at)
    return resilience_loss(days.select("time", value=1 - pl.col("share_negative")), at, level=level)


def _check_usual(days: pl.DataFrame, at: date | datetime) -> None:
    n = int(days.filter(pl.col("time") < at)["n"].sum())
    if n < FEW:
        raise SeriesError(f"{counted(n, 'post')} before clock zero cannot say what is usual: at least {FEW} are needed")
