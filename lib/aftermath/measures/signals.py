"""Signals: the numbers that were published over time, as levels with their sources.

A series is what one definition covers: **the same signal, unit and scope**. Nothing is spliced across
definitions, and no line is drawn between them. What was published once a month for two years or more,
without a gap, gets a segmented regression with a season of twelve months. The month of clock zero counts as after it, as
everywhere (``times.ended_before``), although part of it lies before: this errs towards no change. The regression is made without
that month, too, and said where it turns the answer. Everything else is shown as it was published.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from aftermath.case_files.case import Case
from aftermath.case_files.cases import takes_id
from aftermath.case_files.options import options_text
from aftermath.kept import kept
from aftermath.statistics.result import NothingToMeasure, Result
from aftermath.statistics.segmented import Segmented, segmented_regression
from aftermath.statistics.series import SeriesError
from aftermath.times import first_day, local_day
from aftermath.wording import counted, day_text, in_words, interval, listed, number

FEWEST_MONTHS = 24
YEAR, HARMONICS = 12, 2
SPELT_OUT = 6
DEFINITION = ("signal", "unit", "scope")


@dataclass(frozen=True)
class SignalSeries:
    """What one definition covers.

    Parameters
    ----------
    signal, unit, scope
        The definition.
    points
        One row a value, in order: ``day`` (local), ``value``, ``source_id``, ``row`` in the file, and ``number``: its place
        among all signals of the case by signal, time and row, from 1.
    change
        The segmented regression; None where the series does not bear one.
    without
        The same with the month of clock zero left out; None where there is none.
    """

    signal: str
    unit: str
    scope: str
    points: pl.DataFrame
    change: Segmented | None = None
    without: Segmented | None = None

    @property
    def n(self) -> int:
        """Values."""
        return self.points.height

    @property
    def label(self) -> str:
        """The signal in words."""
        return self.signal.replace("_", " ")

    @property
    def definition(self) -> str:
        """Signal, unit and scope."""
        return f"{self.label} ({self.unit}; {self.scope})"

    @property
    def change_text(self) -> str:
        """The regression in a few sentences; empty where there is none."""
        if self.change is None:
            return ""
        warning = f" {self.change.warning}" if self.change.warning else ""
        seasons = f"{HARMONICS} harmonics of {YEAR} months"
        return (
            f"For {self.definition}: after clock zero the level changed {self._amount(self.change, 'level change')} and the trend of a "
            f"month {self._amount(self.change, 'slope change')} ({self.change.level:.0%} intervals; {self.change.family} "
            f"regression, {self.change.errors}, season by {seasons}; n = {self.change.n_before} months before and "
            f"{self.change.n_after} from that of clock zero on).{self._turned}{warning} With no comparison series, prices, models and the "
            "market's own course are in it: a change after is not a change because of."
        )

    @property
    def _turned(self) -> str:
        """What leaving the month of clock zero out gives where it alone, or it alone not, shows a change."""
        if self.change is None or self.without is None:
            return ""
        turned = [
            f"{name} changed {self._amount(self.without, term)}"
            for term, name in {"level change": "the level", "slope change": "the trend of a month"}.items()
            if _shows_change(self.change, term) != _shows_change(self.without, term)
        ]
        if not turned:
            return ""
        return f" The month of clock zero counts as after it, which turns the answer; left out, {listed(turned)}."

    @staticmethod
    def _amount(fit: Segmented, term: str) -> str:
        row = fit[term]
        digits, kind = (3, "by a factor of ") if fit.family != "gaussian" else (2, "by ")
        return f"{kind}{number(row['estimate'], digits)} {interval(row['lower'], row['upper'], digits)}"


@dataclass(frozen=True)
class Signals(Result):
    """All signals of a case.

    Parameters
    ----------
    case_id
        The case.
    series
        One for each definition, by signal, then first day, unit and scope.
    zero
        The first day after clock zero, see ``times.first_day``; None where no crisis is on record.
    options
        Options that the case was seen under, in words; empty where all is as in its files.
    """

    case_id: str
    series: tuple[SignalSeries, ...]
    zero: date | None
    options: tuple[str, ...] = ()

    @property
    def table(self) -> pl.DataFrame:
        """One row a value: signal, day, value, unit, scope, source, and how many values share its definition."""
        return pl.concat(
            series.points.select(
                pl.lit(series.signal).alias("signal"),
                "day",
                "value",
                pl.lit(series.unit).alias("unit"),
                pl.lit(series.scope).alias("scope"),
                "source_id",
                pl.lit(series.n, pl.Int64).alias("n_of_definition"),
            )
            for series in self.series
        )

    @property
    def repeated(self) -> tuple[SignalSeries, ...]:
        """Those with at least two values: only they show a course."""
        return tuple(series for series in self.series if series.n > 1)

    @property
    def changes(self) -> tuple[SignalSeries, ...]:
        """Those that bear a segmented regression."""
        return tuple(series for series in self.series if series.change is not None)

    @property
    def text(self) -> str:
        values = sum(series.n for series in self.series)
        names = dict.fromkeys(series.signal for series in self.series)
        head = (
            f"n = {counted(values, 'value')} of {counted(len(names), 'signal')} in {counted(len(self.series), 'definition')}, shown as "
            "published: they come without intervals, and values of different units or scopes are not joined."
        )
        courses = [
            _course(series) for series in sorted(self.repeated, key=lambda series: -series.n) if series.change is None
        ]
        more = f"; {in_words(len(courses) - SPELT_OUT)} more stand in the table" if len(courses) > SPELT_OUT else ""
        shown = f" Published more than once: {'; '.join(courses[:SPELT_OUT])}{more}." if courses else ""
        changes = " ".join(series.change_text for series in self.changes)
        return f"{head}{shown} {changes or self._no_change_text}{options_text(self.options)}"

    @property
    def _no_change_text(self) -> str:
        months = f"every month for {FEWEST_MONTHS} months or more"
        if any(_monthly(series.points["day"]) for series in self.series):
            return f"What was published {months} bears no estimate of a change at clock zero."
        return f"None was published {months}, so no change at clock zero is estimated."


@takes_id
def signals(case: Case, *, clock_zero: str | None = None, level: float = 0.95) -> Signals:
    """Gather the signals of a case, and estimate a change at clock zero where a series bears it.

    Counts (whole numbers of at least 0) are fitted by quasi-Poisson regression and change by a factor, other values by least
    squares; the errors of both are averaged over what they may remember.

    Parameters
    ----------
    case
        A case, or its id; one without a crisis on record shows its levels only.
    clock_zero
        Id of the event at which the clock starts; that of the case if not given.
    level
        Of the intervals.

    Returns
    -------
    Signals

    Raises
    ------
    NothingToMeasure
        If the case has no signals, or a clock is to be moved and no crisis is on record.
    OptionError
        If the case has no such event.

    Examples
    --------
    >>> import aftermath as am
    >>> found = am.signals(am.load_case("gm-ignition-recall"))
    >>> [(series.signal, series.n) for series in found.changes]
    [('us_sales_units', 36)]
    """
    if case.signals.is_empty():
        raise NothingToMeasure(f"{case.id}: no signals are on record (signals.csv has no rows).")
    case = case.with_clock(clock_zero)
    zero = first_day(case.zero, case.about.timezone) if case.zero else None
    return kept(
        f"signals of {case.id}",
        lambda: (case.signals.rows(), case.about.timezone, zero, level, *case.options),
        lambda: _measured(case, zero, level),
    )


def _measured(case: Case, zero: date | None, level: float) -> Signals:
    groups = _dated(case).partition_by(*DEFINITION, maintain_order=True)
    measured = [_series(group, zero, level) for group in groups]
    ordered = sorted(measured, key=lambda series: (series.signal, series.points["day"][0], series.unit, series.scope))
    return Signals(case.id, tuple(ordered), zero, case.options)


def _dated(case: Case) -> pl.DataFrame:
    zone = ZoneInfo(case.about.timezone)
    numbered = case.signals.sort("signal", "time", "row").with_row_index("number", 1)
    starts = [local_day(text, zone.key).earliest for text in numbered["time"]]
    days = pl.Series("day", [start.astimezone(zone).date() for start in starts], dtype=pl.Date)
    order = pl.Series("start", starts)
    return numbered.with_columns(days, order).sort("start", "row").drop("start")


def _series(group: pl.DataFrame, zero: date | None, level: float) -> SignalSeries:
    definition = group.row(0, named=True)
    series = SignalSeries(
        signal=definition["signal"],
        unit=definition["unit"],
        scope=definition["scope"],
        points=group.select("day", "value", "source_id", "row", "number"),
    )
    if zero is None or not _monthly(series.points["day"]):
        return series
    return _with_change(series, zero, level)


def _months(days: pl.Series) -> np.ndarray:
    return (days.dt.year() * YEAR + days.dt.month().cast(pl.Int32)).to_numpy()


def _monthly(days: pl.Series) -> bool:
    """Whether there are at least 24 values, one for every month from the first to the last."""
    return len(days) >= FEWEST_MONTHS and bool(np.all(np.diff(_months(days)) == 1))


def _with_change(series: SignalSeries, zero: date, level: float) -> SignalSeries:
    """The series with its regression, or as it is where clock zero leaves too little on a side."""
    months, zero_month = _months(series.points["day"]), zero.year * YEAR + zero.month
    values = series.points["value"]
    counts = bool(((values >= 0) & (values == values.round())).all())
    frame = pl.DataFrame({"time": months.astype(float), "value": values})
    fit = partial(
        segmented_regression,
        family="quasipoisson" if counts else "gaussian",
        harmonics=HARMONICS,
        period=YEAR,
        level=level,
    )
    change = _borne(fit, frame, float(zero_month))
    if change is None:
        return series
    rest = frame.filter(pl.col("time") != zero_month)
    without = _borne(fit, rest, float(zero_month + 1)) if rest.height < frame.height else None
    return replace(series, change=change, without=without)


def _borne(fit: Callable[..., Segmented], frame: pl.DataFrame, at: float) -> Segmented | None:
    """A regression with a trend before the event; None where clock zero leaves too little on a side."""
    try:
        change = fit(frame, at)
    except SeriesError:
        return None
    return change if change.pre_trend else None


def _shows_change(fit: Segmented, term: str) -> bool:
    none = 0 if fit.family == "gaussian" else 1
    return not fit[term]["lower"] <= none <= fit[term]["upper"]


def _course(series: SignalSeries) -> str:
    first, last = series.points.row(0, named=True), series.points.row(-1, named=True)
    digits = 0 if first["value"] % 1 == last["value"] % 1 == 0 else 2
    ends = ", then ".join(f"{number(point['value'], digits)} on {day_text(point['day'])}" for point in (first, last))
    return f"{series.label} {ends} ({series.unit}; {series.scope}; n = {series.n})"
