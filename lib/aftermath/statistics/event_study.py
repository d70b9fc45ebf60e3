"""Event study of one share: what it returned around a day beyond what the market explains.

The abnormal return of a day is its return less what the market model expects; the cumulative abnormal
return is the sum from a given day on. **One firm and one event**: the interval speaks of the noise of
ordinary days, and whatever else happened on the day is in it.

References
----------
MacKinlay, A. C. (1997). Event studies in economics and finance. Journal of Economic Literature 35, 13-39.
Campbell, J. Y., Lo, A. W., and MacKinlay, A. C. (1997). The Econometrics of Financial Markets, chapter 4.
Gelbach, J. B., Helland, E., and Klick, J. (2013). Valid inference in single-firm, single-event studies.
American Law and Economics Review 15, 495-541 (for the rank among ordinary days).
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import polars as pl

from aftermath.statistics.market_model import AbnormalReturn, Convention, MarketModel, fit_market_model
from aftermath.statistics.result import Result
from aftermath.statistics.series import SeriesError
from aftermath.wording import MINUS, counted, day_text, number

RETURN_KINDS = ("log", "simple")


@dataclass(frozen=True)
class EventStudy(Result):
    """The abnormal returns of one share around one day.

    Parameters
    ----------
    event_day
        Day 0.
    model
        The market model that says what was expected, and its convention.
    days
        One row a day of the window: ``day`` (0 is the event day), ``date``, ``return``, ``market``, ``expected``,
        ``abnormal``; returns as fractions.
    """

    event_day: date
    model: MarketModel
    days: pl.DataFrame

    @property
    def convention(self) -> Convention:
        """What was agreed before anything was computed."""
        return self.model.convention

    def __getitem__(self, day: int | date) -> AbnormalReturn:
        """The abnormal return of a day of the window, by its number or its date."""
        number_of = day if isinstance(day, int) else self.day_of(day)
        return self.cumulative(number_of, number_of)

    def day_of(self, day: date) -> int:
        """The number of a date in the window.

        Raises
        ------
        SeriesError
            If the date is no trading day of the window.
        """
        days = self.days.filter(pl.col("date") == day)
        if days.is_empty():
            raise SeriesError(
                f"{day} is no trading day of the window, {self.days['date'][0]} to {self.days['date'][-1]}"
            )
        return days["day"][0]

    def cumulative(self, first: int, last: int) -> AbnormalReturn:
        """The sum of abnormal returns from one day of the window to another, **both inclusive**.

        Raises
        ------
        SeriesError
            If the window does not hold them.
        """
        begin, length = first - self.convention.window[0], last - first + 1
        stretch = self.days.slice(max(begin, 0), max(length, 0))
        if begin < 0 or length < 1 or stretch.height < length:
            raise SeriesError(f"days {first} to {last} do not lie in the window {self.convention.window}")
        return self.model.judge(float(stretch["abnormal"].sum()), stretch["market"].to_numpy())

    def as_large(self, day: int = 0) -> int:
        """Ordinary days (of the estimation window) whose residual is at least as large in size as that of a day."""
        return int(np.sum(np.abs(self.model.residuals) >= abs(self[day].value)))

    def rank(self, day: int = 0) -> int:
        """Place of a day among itself and the n estimation days, from the lowest: 1 is the lowest of n + 1."""
        return 1 + int(np.sum(np.asarray(self.model.residuals) < self[day].value))

    @property
    def table(self) -> pl.DataFrame:
        """One row a day: what was returned and expected, the abnormal return with its interval, t and p, and the
        cumulative one the same (``cumulative_lower``, ...; null before the day it begins on)."""
        singles = [self[day] for day in self.days["day"]]
        start = self.convention.cumulate_from
        sums = [self.cumulative(start, day) if day >= start else None for day in self.days["day"]]
        return self.days.drop("abnormal").with_columns(
            *_columns("abnormal", "", singles), *_columns("cumulative", "cumulative_", sums)
        )

    @property
    def text(self) -> str:
        zero, last, level = (
            self.days.row(-self.convention.window[0], named=True),
            self.days["day"][-1],
            self.convention.level,
        )
        start = self.convention.cumulate_from
        return (
            f"On {day_text(self.event_day)} the share returned {_percent(zero['return'])} where the market model expected "
            f"{_percent(zero['expected'])}: an abnormal return of {self[0].text} ({level:.0%} interval), {self.rank_text()}. "
            f"From day {_signed(start)} to day {_signed(last)} ({day_text(self.days['date'][-1])}) the abnormal returns add up to "
            f"{self.cumulative(start, last).text}. {self.model_text} {CAVEAT}"
        )

    def rank_text(self, day: int = 0) -> str:
        """How unusual a day was: on how many days of estimation the residual was as large, without a full stop."""
        large = self.as_large(day)
        return f"matched in size on {number(large) if large else 'none'} of {counted(self.model.n, 'ordinary day')}"

    @property
    def model_text(self) -> str:
        """The model in a sentence."""
        model = self.model
        return (
            f"Market model by least squares on n = {counted(model.n, 'trading day')}, {day_text(model.first)} to {day_text(model.last)}: "
            f"slope {number(model.slope, 2)}, daily noise {number(100 * model.sigma, 2)} %; {self.convention.text}."
        )


CAVEAT = (
    "This is one firm and one event: the interval speaks of the noise of ordinary days, assumes that noise to be normal "
    "(the rank does not), and cannot tell this news from other news of the same days."
)


def event_study(
    returns: pl.DataFrame,
    market: pl.DataFrame,
    event_day: date,
    *,
    estimation: int = 240,
    gap: int = 10,
    window: tuple[int, int] = (-5, 20),
    cumulate_from: int | None = None,
    forecast_error: bool = True,
    variance: str = "unbiased",
    sides: int = 2,
    level: float = 0.95,
) -> EventStudy:
    """Study the returns of one share around one day.

    Counted in trading days from the event day, day 0, the market model is estimated on days
    ``-(gap + estimation)`` to ``-(gap + 1)``, **both inclusive**: 240 days from -250 to -11 unless told otherwise.

    Parameters
    ----------
    returns, market
        Daily returns of the share and of the market, as fractions: columns ``date`` and ``value``, in order, of the
        same kind (both simple or both logarithmic); see ``daily_returns``.
    event_day
        The first trading day on which the news could move the price.
    estimation, gap, window, forecast_error, variance, sides, level
        See ``Convention``. With ``forecast_error`` the variance of a day's abnormal return is
        ``s² (1 + 1/n + (m - mean)² / sum of squares)`` (MacKinlay 1997, equation 8); without it, ``s²``.
    cumulate_from
        The day on which the cumulative abnormal return begins; the first of the window if not given.

    Returns
    -------
    EventStudy

    Raises
    ------
    SeriesError
        If the days of the two do not match, repeat or are out of order, a return is missing, the event day is no
        trading day, the estimation or the window does not fit into the series, or the market stands still.

    Examples
    --------
    >>> from datetime import timedelta
    >>> days = [date(2020, 1, 1) + timedelta(day) for day in range(90)]
    >>> market = pl.DataFrame({"date": days, "value": [0.01 * (-1) ** day for day in range(90)]})
    >>> noise = [0.001 * (-1) ** (day // 2) for day in range(90)]
    >>> share = market.with_columns(value=pl.col("value") + pl.Series(noise))
    >>> study = event_study(share, market, days[60], estimation=40)
    >>> study.model.n, round(study[0].value, 4), study.event_day == days[60]
    (40, 0.001, True)
    """
    start = window[0] if cumulate_from is None else cumulate_from
    convention = Convention(estimation, gap, (window[0], window[1]), start, forecast_error, variance, sides, level)
    joint = _joint(returns, market)
    dates, zero = joint["date"].to_list(), _place(joint["date"].to_list(), event_day)
    _require_room(dates, zero, convention)
    before = joint[zero - gap - estimation : zero - gap]
    model = fit_market_model(
        before["date"].to_list(), before["return"].to_numpy(), before["market"].to_numpy(), convention
    )
    around = joint[zero + window[0] : zero + window[1] + 1]
    expected = model.intercept + model.slope * pl.col("market")
    days = around.select(
        pl.int_range(window[0], window[1] + 1, dtype=pl.Int64).alias("day"),
        "date",
        "return",
        "market",
        expected.alias("expected"),
        (pl.col("return") - expected).alias("abnormal"),
    )
    return EventStudy(dates[zero], model, days)


def daily_returns(closes: pl.DataFrame, kind: str = "log") -> pl.DataFrame:
    """Turn closing values into daily returns.

    Parameters
    ----------
    closes
        Columns ``date`` and ``value``, positive, in order.
    kind
        ``log``: the logarithm of the ratio of one close to the one before; ``simple``: the ratio less 1.

    Returns
    -------
    polars.DataFrame
        ``date`` and ``value``, **one row less**: the first close has none before it.

    Raises
    ------
    SeriesError
        If a close is missing or not positive, days repeat or are out of order, or ``kind`` is unknown.

    Examples
    --------
    >>> closes = pl.DataFrame({"date": [date(2020, 1, 1), date(2020, 1, 2)], "value": [100.0, 101.0]})
    >>> round(daily_returns(closes, "simple")["value"][0], 4), round(daily_returns(closes)["value"][0], 4)
    (0.01, 0.01)
    """
    if kind not in RETURN_KINDS:
        raise SeriesError(f"{kind!r} is no kind of return: use one of {', '.join(RETURN_KINDS)}")
    checked = _checked(closes, "closes")
    if (checked["value"] <= 0).any():
        row = (checked["value"] <= 0).arg_true()[0] + 1
        raise SeriesError(f"row {row} of the closes is {checked['value'][row - 1]:g}: a closing value must be positive")
    ratio = pl.col("value") / pl.col("value").shift()
    return checked.with_columns(value=ratio.log() if kind == "log" else ratio - 1)[1:]


def _checked(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """``date`` and ``value`` of a frame, sound; ``name`` is used in errors."""
    missing = [column for column in ("date", "value") if column not in frame.columns]
    if missing:
        raise SeriesError(f"the {name} have no column {missing[0]!r}: give them the columns date and value")
    if frame.is_empty():
        raise SeriesError(f"the {name} have no rows: give one row a trading day")
    if frame.schema["date"] != pl.Date:
        raise SeriesError(f"the dates of the {name} are of type {frame.schema['date']}: cast them to polars' Date")
    if not frame.schema["value"].is_numeric():
        raise SeriesError(f"the values of the {name} are of type {frame.schema['value']}: give numbers")
    sound = frame.select("date", pl.col("value").cast(pl.Float64))
    _check_rows(sound, name)
    return sound


def _check_rows(frame: pl.DataFrame, name: str) -> None:
    bad = (frame["date"].is_null() | ~frame["value"].is_finite().fill_null(False)).arg_true()
    if len(bad):
        raise SeriesError(
            f"row {bad[0] + 1} of the {name} has no date or no finite value: remove the row or fill it in"
        )
    steps = frame["date"].diff().dt.total_days()
    for wrong, fault in (
        (steps < 0, "is out of order: sort by date"),
        (steps == 0, "stands twice: keep one row a day"),
    ):
        if wrong.any():
            row = wrong.arg_true()[0]
            raise SeriesError(f"{frame['date'][row]} in row {row + 1} of the {name} {fault}")


def _joint(returns: pl.DataFrame, market: pl.DataFrame) -> pl.DataFrame:
    """Both on the days of the share, which must be those of the market between its first and last."""
    share, whole = _checked(returns, "returns"), _checked(market, "market returns")
    between = whole.filter(pl.col("date").is_between(share["date"][0], share["date"][-1]))
    for days, others, whose in ((share, between, "the market has"), (between, share, "the share has")):
        alone = days.join(others, on="date", how="anti")
        if not alone.is_empty():
            raise SeriesError(
                f"{whose} no return on {alone['date'].min()} ({counted(alone.height, 'such day')}): "
                "compute both returns from closes on the same trading days"
            )
    return share.join(between.rename({"value": "market"}), on="date").sort("date").rename({"value": "return"})


def _place(dates: list[date], event_day: date) -> int:
    if not isinstance(event_day, date) or isinstance(event_day, datetime):
        raise SeriesError(f"the event day is {event_day!r}: give a date, e.g. date(2014, 3, 11)")
    if not dates[0] <= event_day <= dates[-1]:
        raise SeriesError(f"{event_day} lies outside the returns, which run from {dates[0]} to {dates[-1]}")
    position = bisect.bisect_left(dates, event_day)
    if dates[position] != event_day:
        raise SeriesError(f"{event_day} is no trading day: the next one is {dates[position]}, give that")
    return position


def _require_room(dates: list[date], position: int, convention: Convention) -> None:
    needed, (_, last) = convention.estimation + convention.gap, convention.window
    if position < needed:
        raise SeriesError(
            f"only {position} trading days precede {dates[position]} and {needed} are needed ({convention.estimation} of estimation "
            f"and a gap of {convention.gap}): give earlier returns, or a shorter estimation"
        )
    if position + last >= len(dates):
        raise SeriesError(
            f"only {len(dates) - 1 - position} trading days follow {dates[position]} and the window wants {last}: "
            "give later returns, or a shorter window"
        )


def _columns(name: str, prefix: str, abnormal: Sequence[AbnormalReturn | None]) -> list[pl.Series]:
    parts = {name: "value"} | {prefix + part: part for part in ("lower", "upper", "t", "p")}
    return [
        pl.Series(column, [getattr(day, part, None) for day in abnormal], dtype=pl.Float64)
        for column, part in parts.items()
    ]


def _percent(value: float) -> str:
    return f"{number(100 * value, 2, sign=True)} %"


def _signed(day: int) -> str:
    return f"{day:+d}".replace("-", MINUS) if day else "0"
