"""Difference in differences with few units: what the treated changed by, less what the controls did.

Every unit counts once, with its mean from the event on less its mean before it: days of one firm are no independent
evidence (Bertrand, Duflo, Mullainathan 2004). The interval is that of two small samples of such changes, Student's t with
two degrees of freedom less than there are units (Donald and Lang 2007); it rests on changes that are normal and vary
alike in both groups, which so few units cannot show. The permutation test needs neither: it goes through all ways in which as many
units could have been the treated, and says the smallest p that could have come out.

Standard errors clustered by unit are far too small with few units, and the wild cluster bootstrap cannot mend this with two
treated: it hardly ever rejects, or far too often, with whether the null is imposed (MacKinnon and Webb 2017). Neither is offered.

References
----------
Bertrand, M., Duflo, E., and Mullainathan, S. (2004). How much should we trust differences-in-differences estimates?
Quarterly Journal of Economics 119, 249-275.
Donald, S. G., and Lang, K. (2007). Inference with difference-in-differences and other panel data. Review of Economics and
Statistics 89, 221-233.
MacKinnon, J. G., and Webb, M. D. (2017). Wild bootstrap inference for wildly different cluster sizes. Journal of Applied
Econometrics 32, 233-254.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from aftermath.statistics.intervals import t_quantile
from aftermath.statistics.permutation import Permutation, two_groups
from aftermath.statistics.result import Result
from aftermath.statistics.series import EventTime, check_level, decimals
from aftermath.statistics.units import Unit, Units, read_units
from aftermath.wording import counted, in_words, interval, listed, number

FEWEST_OF_TREND = 3  # observations before the event that a trend needs
NOT_BECAUSE = "A difference beside controls is not a difference because of the event."


@dataclass(frozen=True)
class Contrast:
    """A quantity of the treated less that of the controls, every unit counting once.

    Parameters
    ----------
    value, lower, upper
        The difference of the means; **the ends are NaN where there is no interval**.
    why_not
        Why there is no interval, without a full stop; empty where there is one.
    """

    value: float
    lower: float
    upper: float
    why_not: str = ""

    @property
    def text(self) -> str:
        """The difference and its interval, or why there is none."""
        if self.why_not:
            return f"{number(self.value, decimals(self.value), sign=True)} (no interval: {self.why_not})"
        digits = decimals(self.upper - self.lower)
        return f"{number(self.value, digits, sign=True)} {interval(self.lower, self.upper, digits, sign=True)}"


@dataclass(frozen=True)
class DifferenceInDifferences(Result):
    """What treated units changed by at an event, less what controls did.

    Parameters
    ----------
    units
        All units, with what makes the controls doubtful.
    change
        The difference of the changes.
    trend
        The parallel-trend check: the difference of the slopes before the event, a unit of time.
    permutation
        Over which units could have been the treated; None with one control.
    placebo_dates
        One row a time before the event at which it could have been set: ``time`` (from the event), ``estimate``.
    level
        Of the intervals.
    """

    units: Units
    change: Contrast
    trend: Contrast
    permutation: Permutation | None
    placebo_dates: pl.DataFrame
    level: float

    @property
    def table(self) -> pl.DataFrame:
        """One row a unit: ``unit``, ``treated``, ``before``, ``after`` (means), ``change``, ``n_before``, ``n_after``."""
        rows = []
        for unit in self.units.both:
            n_before, n_after = unit.counts
            before = float(np.average(unit.value[~unit.after], weights=unit.weights[~unit.after]))
            change = unit.change()
            rows.append((unit.name, unit in self.units.treated, before, before + change, change, n_before, n_after))
        names = ["unit", "treated", "before", "after", "change", "n_before", "n_after"]
        return pl.DataFrame(rows, schema=names, orient="row")

    @property
    def text(self) -> str:
        parts = (
            f"The treated changed by {self.change.text} more than the controls (means from the event on less means before it, "
            f"every unit counting once; {self.level:.0%} interval; {self.units.text}).",
            self._chance,
            self._dates,
            self._trends,
            *self.units.doubts,
            NOT_BECAUSE,
        )
        return " ".join(filter(None, parts))

    @property
    def _chance(self) -> str:
        if self.permutation is None:
            return (
                "There is one control only, so nothing shows by how much controls differ among themselves, and no test by permutation "
                "is possible."
            )
        here = f"with {len(self.units.treated)} + {len(self.units.controls)} units"
        return (
            f"By permutation of the units {self.permutation.text} {here}. The interval takes changes of units for normal and "
            "equally varied, which so few cannot show; errors clustered by unit would be too small."
        )

    @property
    def _dates(self) -> str:
        if self.placebo_dates.is_empty():
            return "No date before the event leaves every unit an observation on both sides, so no placebo date could be tried."
        large = self.placebo_dates.filter(pl.col("estimate").abs() >= abs(self.change.value)).height
        n = self.placebo_dates.height
        return (
            f"Set at each of {counted(n, 'earlier date')} in turn, with the event and what came after left out, the difference "
            f"is as large at {number(large) if large else 'none'}; these share their days and count as far fewer."
        )

    @property
    def _trends(self) -> str:
        if math.isnan(self.trend.value):
            return f"Whether the groups ran in parallel before the event cannot be told: {self.trend.why_not}."
        apart = not self.trend.why_not and not self.trend.lower <= 0 <= self.trend.upper
        said = (
            "they did not run in parallel, and the difference may be their going on"
            if apart
            else "which does not show that they ran in parallel, only that no more can be said"
        )
        return f"Before the event the slopes of the groups differ by {self.trend.text} a {self.units.unit}: {said}."


def difference_in_differences(
    series: pl.DataFrame,
    controls: pl.DataFrame | None,
    at: EventTime,
    *,
    own_events: Mapping[str, EventTime] | None = None,
    level: float = 0.95,
) -> DifferenceInDifferences:
    """Compare the change of treated units with that of controls.

    Parameters
    ----------
    series, controls, at, own_events
        See ``aftermath.statistics.units.read_units``.
    level
        Of the intervals.

    Returns
    -------
    DifferenceInDifferences
        **With one control without interval and test**, and with a word why.

    Raises
    ------
    SeriesError
        If there is no control, or units cannot be compared; see ``read_units``.

    Examples
    --------
    >>> made = {name: [0.0, 1, 0, 1, *after] for name, after in dict(a=[5, 4], b=[4, 5], c=[1, 0], d=[0, 2]).items()}
    >>> rows = [(name, time, value) for name, values in made.items() for time, value in enumerate(values)]
    >>> panel = pl.DataFrame(rows, schema=["unit", "time", "value"], orient="row")
    >>> treated = pl.col("unit").is_in(["a", "b"])
    >>> found = difference_in_differences(panel.filter(treated), panel.filter(~treated), 4)
    >>> found.change.value, round(found.permutation.smallest_p, 3)
    (3.75, 0.333)
    """
    check_level(level)
    units = read_units(series, controls, at, own_events)
    treated, others = ([unit.change() for unit in group] for group in (units.treated, units.controls))
    enough = len(others) > 1 and np.ptp([*treated, *others]) > 0
    return DifferenceInDifferences(
        units=units,
        change=_contrast(treated, others, level),
        trend=_trend(units, level),
        permutation=two_groups(treated, others) if enough else None,
        placebo_dates=_placebo_dates(units),
        level=level,
    )


def _contrast(treated: list[float], controls: list[float], level: float) -> Contrast:
    """Two samples of equal variance; the treated may be one, the controls not."""
    value = float(np.mean(treated) - np.mean(controls))
    if len(controls) < 2:
        return Contrast(value, math.nan, math.nan, "one control does not show how controls differ")
    freedom = len(treated) + len(controls) - 2
    squares = sum(np.sum((np.array(group) - np.mean(group)) ** 2) for group in (treated, controls))
    if squares <= 0:
        return Contrast(value, math.nan, math.nan, "the units of a group are all the same")
    error = math.sqrt(squares / freedom * (1 / len(treated) + 1 / len(controls)))
    reach = t_quantile(level, freedom) * error
    return Contrast(value, value - reach, value + reach)


def _trend(units: Units, level: float) -> Contrast:
    short = [unit for unit in units.both if unit.counts[0] < FEWEST_OF_TREND]
    if short:
        have = listed([f"{unit.name} has {counted(unit.counts[0], 'observation')}" for unit in short])
        why = f"{have} before it, and a trend needs {in_words(FEWEST_OF_TREND)}"
        return Contrast(math.nan, math.nan, math.nan, why)
    treated, controls = ([_slope(unit) for unit in group] for group in (units.treated, units.controls))
    return _contrast(treated, controls, level)


def _slope(unit: Unit) -> float:
    before = ~unit.after
    return float(np.polyfit(unit.time[before], unit.value[before], 1, w=np.sqrt(unit.weights[before]))[0])


def _placebo_dates(units: Units) -> pl.DataFrame:
    times = np.unique(np.concatenate([unit.time[~unit.after] for unit in units.both]))
    changes = np.array([[unit.change(time, 0.0) for unit in units.both] for time in times])
    n = len(units.treated)
    estimates = changes[:, :n].mean(axis=1) - changes[:, n:].mean(axis=1)  # NaN where a unit has none on a side
    found = pl.DataFrame({"time": times, "estimate": estimates})
    return found.filter(pl.col("estimate").is_not_nan())
