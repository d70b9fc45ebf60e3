"""What the market made of a crisis: event studies at the key trading days of a case.

Which days are studied is a rule, not a choice: clock zero; the first public response, apology and
corrective action; and the first act of each authority that can punish (regulator, prosecutor, court,
police) within 60 days. Each counts **if it is known to the day**.

News counts on the first trading day on which it could move the close: the same day, or the next where
it came after the exchange had closed. A key day within five trading days of the day studied before it
is read from that study: both lie in the same stretch of news, with the same estimation before it.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, partial
from zoneinfo import ZoneInfo

import polars as pl

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.case_files.cases import takes_id
from aftermath.case_files.options import options_text
from aftermath.measures.clock import clock_event, clock_zero, require_clock
from aftermath.measures.speed import speed
from aftermath.statistics.event_study import CAVEAT, EventStudy, daily_returns, event_study
from aftermath.statistics.market_model import Convention
from aftermath.statistics.result import NothingToMeasure, Result
from aftermath.times import DAY, Span
from aftermath.wording import counted, day_text, in_words, listed

STEPS = ("response", "apology", "corrective_action")
PUNISHING = ("regulator", "prosecutor", "court", "police")
WITHIN = timedelta(days=60)
SAME_NEWS = 5  # trading days
WINDOW = (-5, 20)


@dataclass(frozen=True)
class KeyDay:
    """A trading day on which news of the crisis could move the close.

    Parameters
    ----------
    date
        The trading day.
    or_later
        The last trading day that it may have been, where the moment is not known well enough; else ``date``.
    labels
        What happened, by the rule that picked the day.
    event_ids
        The events.
    """

    date: date
    or_later: date
    labels: tuple[str, ...]
    event_ids: tuple[str, ...]

    @property
    def sure(self) -> bool:
        """Whether the news certainly came before that day's close, and after the one before."""
        return self.date == self.or_later

    @property
    def text(self) -> str:
        """The day and what happened on it."""
        return f"{day_text(self.date)} ({'; '.join(self.labels)}; {' '.join(self.event_ids)})"


@dataclass(frozen=True)
class Reading:
    """A key day with the study that it is read from, and its number in it."""

    key: KeyDay
    study: EventStudy
    day: int


@dataclass(frozen=True)
class MarketReaction(Result):
    """The event studies of a case.

    Parameters
    ----------
    case_id
        The case.
    company
        Whose share it is: the parent where the case has one.
    readings
        One for each key day, in order.
    left_out
        Key days that the prices do not cover, in words.
    source_ids
        Where the prices come from.
    options
        Options that the case was seen under, in words; empty where all is as in its files.
    """

    case_id: str
    company: str
    readings: tuple[Reading, ...]
    left_out: tuple[str, ...]
    source_ids: tuple[str, ...]
    options: tuple[str, ...] = ()

    @cached_property
    def studies(self) -> tuple[EventStudy, ...]:
        """The event studies, each once; the first is that of clock zero."""
        return tuple({reading.study.event_day: reading.study for reading in self.readings}.values())

    @property
    def table(self) -> pl.DataFrame:
        """One row a key day: its abnormal return, how many ordinary days were as large, and the same with the day after."""
        return pl.DataFrame([_row(reading) for reading in self.readings])

    @property
    def text(self) -> str:
        first = self.studies[0]
        days = "; ".join(
            f"{reading.key.text} {reading.study[reading.day].text}, {reading.study.rank_text(reading.day)}"
            for reading in self.readings
        )
        last = first.convention.window[1]
        parts = (
            f"Abnormal returns of {self.company} against the market, with {first.convention.level:.0%} intervals: {days}.",
            f"From {day_text(first.event_day)} to {day_text(first.days['date'][-1])} ({counted(last + 1, 'trading day')}) "
            f"they add up to {first.cumulative(0, last).text}.",
            self._unsure_text,
            self._looks_text,
            first.model_text,
            CAVEAT,
            f"Not covered by the prices: {'; '.join(self.left_out)}." if self.left_out else "",
        )
        return " ".join(filter(None, parts)) + options_text(self.options)

    @property
    def _unsure_text(self) -> str:
        unsure = [reading for reading in self.readings if not reading.key.sure]
        if not unsure:
            return ""
        which = "this day" if len(self.readings) == 1 else f"{in_words(len(unsure))} of these days"
        return (
            f"For {which} the record does not show whether the news came before the close; after it, the reaction lies "
            "in the next day, so the table also gives both days together."
        )

    @property
    def _looks_text(self) -> str:
        looks = len(self.readings)
        if looks == 1:
            return "n = 1 day looked at."
        return (
            f"n = {looks} days are looked at, so one of them stands out by chance more easily than a single day would."
        )


@takes_id
def market_reaction(
    case: Case,
    *,
    zone: str = "America/New_York",
    closes_at: time = time(16),
    estimation: int = 240,
    window: tuple[int, int] = WINDOW,
    clock_zero: str | None = None,
    level: float = 0.95,
) -> MarketReaction:
    """Study the share of the organisation, or of its parent, at the key trading days of a case.

    Log returns of closes adjusted for splits and dividends, against the market index of ``prices.csv``;
    cumulative returns begin on the day studied.

    Parameters
    ----------
    case
        A case, or its id, with ``prices.csv``.
    zone, closes_at
        Time zone of the exchange, and its local closing time; news **at or after it** counts on the next trading day.
    estimation, level
        See ``aftermath.statistics.event_study.event_study``.
    window
        First and last trading day around a day studied, **both inclusive**: from day 0 or earlier to day 6 or later, because a key
        day up to five days on is read from the same study, with the day after it.
    clock_zero
        Id of the event at which the clock starts; that of the case if not given.

    Returns
    -------
    MarketReaction

    Raises
    ------
    NothingToMeasure
        If no crisis is on record, the case has no prices, or none of its key days can be studied with them.
    OptionError
        If the case has no such event.
    ValueError
        If the window is too short.

    Examples
    --------
    >>> import aftermath as am
    >>> reaction = am.market_reaction(am.load_case("gm-ignition-recall"))
    >>> [str(reading.key.date) for reading in reaction.readings]
    ['2014-02-13', '2014-02-25', '2014-02-26', '2014-03-11']
    """
    require_clock(case, "market reaction")
    if window[0] > 0 or window[1] <= SAME_NEWS:
        raise ValueError(
            f"window = {window} must run from day 0 or earlier to day {SAME_NEWS + 1} or later, e.g. {WINDOW}"
        )
    case = case.with_clock(clock_zero)
    if case.prices.is_empty():
        raise NothingToMeasure(
            f"{case.id}: no share prices are on record (prices.csv), so no market reaction is measured."
        )
    closes = ("adjusted_close", "market_close")
    share, market = (daily_returns(case.prices.select("date", value=close)) for close in closes)
    calendar = _Calendar(tuple(share["date"]), zone, closes_at, window[1])
    keys, left_out = _key_days(case, calendar, estimation)
    if not keys:
        raise NothingToMeasure(
            f"{case.id}: prices.csv has too few trading days around every key day ({listed(left_out)}): add earlier and later closes."
        )
    study = partial(event_study, share, market, estimation=estimation, window=window, cumulate_from=0, level=level)
    return MarketReaction(
        case_id=case.id,
        company=case.about.parent or case.about.organisation,
        readings=tuple(_readings(keys, calendar, study)),
        left_out=tuple(left_out),
        source_ids=tuple(case.prices["source_ids"].explode().unique().sort()),
        options=case.options,
    )


@dataclass(frozen=True)
class _Calendar:
    """The trading days that have a return, and the exchange's clock."""

    days: tuple[date, ...]
    zone: str
    closes_at: time
    last: int  # trading day of a window

    def first_after(self, instant: datetime) -> date | None:
        """The first trading day whose close comes after an instant; None beyond the last."""
        local = instant.astimezone(ZoneInfo(self.zone))
        day = local.date() + timedelta(days=local.time() >= self.closes_at)
        position = bisect.bisect_left(self.days, day)
        return self.days[position] if position < len(self.days) else None

    def has_room(self, day: date, estimation: int) -> bool:
        """Whether the returns hold the whole estimation before a day, and the whole window after it."""
        position = self.days.index(day)
        return position >= estimation + Convention().gap and position + self.last < len(self.days)


@dataclass(frozen=True)
class _News:
    label: str
    event_ids: tuple[str, ...]
    span: Span


def _news(case: Case) -> Iterator[_News]:
    """What the rule looks at, whether known to the day or not."""
    yield _News("clock zero", (clock_event(case),), clock_zero(case))
    measured = speed(case)
    for step in (measured[name] for name in STEPS):
        if step.latency.timed:
            spans = [case.span(event_id) for event_id in step.event_ids]
            first = Span(min(span.earliest for span in spans), min(span.latest for span in spans))
            yield _News(step.label[0].lower() + step.label[1:], step.event_ids, first)
    for actor in PUNISHING:
        yield from _first_act(case, actor)


def _first_act(case: Case, actor: str) -> Iterator[_News]:
    """The first act of an authority from clock zero on, if it came within 60 days."""
    since_zero = case.times().since_zero
    for event_id in case.events.filter(pl.col("actor") == actor)["event_id"]:
        wait = since_zero[event_id]
        if event_id != case.about.clock_zero and wait.upper >= 0 and wait.lower <= WITHIN.total_seconds():
            yield _News(f"first act of a {vocabulary.ACTORS[actor]}", (event_id,), case.span(event_id))
            return


def _key_days(case: Case, calendar: _Calendar, estimation: int) -> tuple[list[KeyDay], list[str]]:
    """The key days in order, one for each trading day, and in words what the prices do not cover."""
    keys_by_day: dict[date, list[KeyDay]] = {}
    left_out = []
    for news in _news(case):
        if news.span.seconds >= DAY:
            continue
        day, later = (calendar.first_after(end) for end in (news.span.earliest, news.span.latest))
        if day is None or later is None or not calendar.has_room(day, estimation):
            left_out.append(f"{news.label} ({' '.join(news.event_ids)})")
        else:
            keys_by_day.setdefault(day, []).append(KeyDay(day, later, (news.label,), news.event_ids))
    return [_merged(keys) for _, keys in sorted(keys_by_day.items())], left_out


def _merged(keys: list[KeyDay]) -> KeyDay:
    labels = tuple(label for key in keys for label in key.labels)
    event_ids = tuple(sorted({event_id for key in keys for event_id in key.event_ids}))
    return KeyDay(keys[0].date, max(key.or_later for key in keys), labels, event_ids)


def _readings(keys: list[KeyDay], calendar: _Calendar, study: Callable[[date], EventStudy]) -> Iterator[Reading]:
    current = study(keys[0].date)
    for key in keys:
        if calendar.days.index(key.date) - calendar.days.index(current.event_day) > SAME_NEWS:
            current = study(key.date)
        yield Reading(key, current, current.day_of(key.date))


def _row(reading: Reading) -> dict[str, str | float | date]:
    study, day = reading.study, reading.day
    alone, both = study[day], study.cumulative(day, day + 1)
    return {
        "date": reading.key.date,
        "what": "; ".join(reading.key.labels),
        "events": " ".join(reading.key.event_ids),
        "day_of_study": day,
        "study_of": study.event_day,
        "abnormal": alone.value,
        "lower": alone.lower,
        "upper": alone.upper,
        "t": alone.t,
        "days_as_large": study.as_large(day),
        "days_of_estimation": study.model.n,
        "with_next_day": both.value,
        "with_next_day_lower": both.lower,
        "with_next_day_upper": both.upper,
        "moment_sure": reading.key.sure,
    }
