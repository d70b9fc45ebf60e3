"""Alarm: when a monitor would have fired, against when the organisation answered.

Two rules, each on one bin of a regular series (a day, an hour) against the seven bins before it:

- **volume**: EARS C1, the count exceeds the baseline's mean by more than three standard deviations;
- **turning**: the volume is above the baseline's mean, and the negative share is above what the baseline lets expect of
  a bin like its own: the one-sided lower bound of their difference is above zero. It allows for the chance of the posts
  (Newcombe's hybrid score interval) and for what the baseline's bins differ beyond it. Posts of one bin are else taken as
  independent, which copies of one post are not.

An alarm is known **when its bin is over**. What fires in a bin that is over before clock zero is a false
alarm; their rate on quiet days is part of the result.

References
----------
Hutwagner et al. (2003), Newcombe (1998) and Kleinman (1973), see ``aftermath.statistics.ears``.
Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28, 437-442.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import polars as pl

from aftermath.case_files.case import Case
from aftermath.case_files.cases import takes_id
from aftermath.case_files.options import options_text
from aftermath.measures.clock import require_clock
from aftermath.measures.speed import speed
from aftermath.statistics.ears import BASELINE, THRESHOLD, ears_c1, read_counts, turning_share
from aftermath.statistics.result import NothingToMeasure, Result
from aftermath.statistics.series import SeriesError
from aftermath.times import DAY, Latency, Span, first_day, latency, local_day
from aftermath.wording import counted, day_text, in_words, interval, latency_text, number

WEEK = 7 * DAY
QUIET_DAYS, FEWEST_QUIET_TEXTS, WATCHED_DAYS = 56, 5, 60
RULES = {"volume": "volume (EARS C1)", "turning": "negative share turning while volume rises"}


@dataclass(frozen=True)
class FalseAlarms:
    """How often a rule fired while nothing had happened.

    Parameters
    ----------
    count
        Bins that fired.
    bins
        Quiet bins that could be judged.
    weeks
        How long they are together.
    rate, lower, upper
        False alarms per quiet week, with an exact Poisson interval; NaN where no quiet bin could be judged.
    """

    count: int
    bins: int
    weeks: float
    rate: float
    lower: float
    upper: float

    @property
    def text(self) -> str:
        """The rate with its interval and n."""
        if not self.bins:
            return "false alarms unknown: no quiet stretch precedes clock zero"
        return (
            f"{counted(self.count, 'false alarm')} in {number(self.weeks, 1)} quiet weeks, "
            f"{number(self.rate, 2)} a week {interval(self.lower, self.upper, 2)}"
        )


@dataclass(frozen=True)
class Fired:
    """What one rule did.

    Parameters
    ----------
    rule
        A key of ``RULES``.
    latency
        Seconds from clock zero to the end of the first bin that fired; not seen where none did.
    false_alarms
        Before clock zero.
    """

    rule: str
    latency: Latency
    false_alarms: FalseAlarms


@dataclass(frozen=True)
class Alarm(Result):
    """When a monitor would have fired.

    Parameters
    ----------
    bins
        One row a bin: ``time``, ``value``, ``mean``, ``sd``, ``score``, ``limit``, ``volume`` (fired), and with negative
        posts ``share``, ``share_before``, ``difference``, ``difference_lower``, ``turning`` (fired); ``quiet``: over before
        clock zero.
    fired
        One for each rule.
    zero
        Clock zero.
    answered
        When the organisation answered; None where that is not known.
    zone
        Time zone in which dates are days.
    level
        Of the interval of the rate of false alarms.
    baseline
        Bins in a baseline.
    options
        Options that the case was seen under, in words; empty where all is as in its files.
    """

    bins: pl.DataFrame
    fired: tuple[Fired, ...]
    zero: Span
    answered: Latency | None
    zone: str
    level: float
    baseline: int
    options: tuple[str, ...] = ()

    def __getitem__(self, rule: str) -> Fired:
        """What a rule did, by its name."""
        return self._by_rule[rule]

    @cached_property
    def _by_rule(self) -> dict[str, Fired]:
        return {fired.rule: fired for fired in self.fired}

    @property
    def table(self) -> pl.DataFrame:
        """One row a rule: when it fired, what that is against the answer, and its false alarms."""
        return pl.DataFrame([self._row(fired) for fired in self.fired])

    def _row(self, fired: Fired) -> dict[str, str | float | None]:
        quiet = fired.false_alarms
        return {
            "rule": RULES[fired.rule],
            "fired": latency_text(fired.latency),
            "lower_seconds": fired.latency.lower,
            "upper_seconds": fired.latency.upper if fired.latency.seen else None,
            "against_the_answer": _order(fired.latency, self.answered),
            "false_alarms": quiet.count,
            "quiet_weeks": quiet.weeks,
            "false_alarms_per_week": quiet.rate if quiet.bins else None,
            "rate_lower": quiet.lower if quiet.bins else None,
            "rate_upper": quiet.upper if quiet.bins else None,
        }

    @property
    def text(self) -> str:
        rules = "; ".join(self._rule_text(fired) for fired in self.fired)
        answer = "" if self.answered is None else f" The first public response: {latency_text(self.answered)}."
        turns = _TURNS if any(fired.rule == "turning" for fired in self.fired) else ""
        return (
            f"Alarm by {rules}.{answer}{turns} n = {counted(self.bins.height, 'bin')}, each judged against the "
            f"{in_words(self.baseline)} before it and known when it is over; intervals of false alarms are "
            f"exact Poisson at {self.level:.0%}. An alarm says that the volume was unusual, not why."
            f"{options_text(self.options)}"
        )

    def _rule_text(self, fired: Fired) -> str:
        order = _order(fired.latency, self.answered)
        when = (
            f"{latency_text(fired.latency)} after clock zero"
            if fired.latency.seen
            else "not fired by the end of the series"
        )
        return f"{RULES[fired.rule]}: {when}{f', {order}' if order else ''} ({fired.false_alarms.text})"


_TURNS = (
    " A share turns where it is above what those before it, and how they differ among themselves, let expect; where fewer than "
    "two of them have texts it is not judged."
)


def alarm(
    series: pl.DataFrame,
    zero: Span,
    answered: Latency | None = None,
    *,
    zone: str = "UTC",
    baseline: int = BASELINE,
    threshold: float = THRESHOLD,
    level: float = 0.95,
) -> Alarm:
    """Find when a monitor of this series would have fired.

    Parameters
    ----------
    series
        A regular series without gaps: ``time`` (the start of each bin: dates, or instants with a time zone),
        ``value`` (posts), and optionally ``negative`` (negative posts) and ``n`` (posts judged; all of them if not given).
    zero
        Clock zero.
    answered
        The latency of the first public response.
    zone
        Time zone in which dates are days.
    baseline, threshold
        See ``aftermath.statistics.ears.ears_c1``.
    level
        Of the one-sided bound of the turning rule and of the interval of the rate of false alarms.

    Returns
    -------
    Alarm

    Raises
    ------
    SeriesError
        If the series is too short, irregular, out of order, never moves or is no count, or clock zero lies outside it.

    Examples
    --------
    >>> from aftermath.times import parse_instant
    >>> days = pl.date_range(date(2020, 1, 1), date(2020, 1, 20), eager=True)
    >>> posts = pl.DataFrame({"time": days, "value": [4, 5, 6, 5, 4] * 3 + [5, 60, 80, 40, 20]})
    >>> noon = parse_instant("2020-01-17T12:00:00+00:00")
    >>> found = alarm(posts, Span(noon, noon))
    >>> found["volume"].latency, found["volume"].false_alarms.count
    (Latency(lower=43199.0, upper=43199.0, by_construction=False), 0)
    """
    spans = _spans(series, zone)
    counts = read_counts(series["value"], "values")
    if counts.min() == counts.max():
        raise SeriesError(
            f"all {len(counts)} values are {counts[0]:g}: a volume that never moves is a cap or a constant"
        )
    if not spans[0].earliest <= zero.earliest <= zero.latest <= spans[-1].latest:
        raise SeriesError(f"clock zero lies outside the series, {spans[0].earliest} to {spans[-1].latest}: lengthen it")
    # a bin reaches to where the next begins, so one that ends with the beginning of clock zero is from before it
    quiet = pl.Series("quiet", [span.latest <= zero.earliest for span in spans])
    bins = series.select("time").hstack(ears_c1(series["value"], baseline=baseline, threshold=threshold))
    bins = bins.rename({"alarm": "volume"}).with_columns(quiet, *_turning(series, bins, baseline, level))
    rules = [rule for rule in RULES if rule in bins.columns]
    fired = tuple(_fired(rule, bins, spans, zero, level) for rule in rules)
    return Alarm(bins, fired, zero, answered, zone, level, baseline)


@takes_id
def alarm_from_coverage(
    case: Case,
    *,
    clock_zero: str | None = None,
    coder: str | None = None,
    baseline: int = BASELINE,
    threshold: float = THRESHOLD,
    level: float = 0.95,
) -> Alarm:
    """The alarm on the case's own coverage: coded texts per local day, negative where the coders' mean favourability is below 0.

    Coverage is gathered because of a crisis, so it rarely holds the ordinary days that an alarm needs: **at least five
    texts** must date from the eight weeks before clock zero.

    Parameters
    ----------
    case
        A case, or its id, with a documented crisis.
    clock_zero
        Id of the event at which the clock starts; that of the case if not given.
    coder
        Id of the one coder whose codes count, e.g. ``"a"``; all coders if not given.
    baseline, threshold, level
        See ``alarm``.

    Returns
    -------
    Alarm

    Raises
    ------
    NothingToMeasure
        If no crisis is on record, or too little coverage precedes it.
    OptionError
        If the case has no such event or coder.
    """
    require_clock(case, "alarm")
    case = case.with_clock(clock_zero).coded_by(coder)
    starts, zone = require_clock(case, "alarm"), case.about.timezone
    texts = _dated(case)
    zero = first_day(starts, zone)
    first = zero - timedelta(days=QUIET_DAYS)
    early = texts.filter(pl.col("day").is_between(first, zero, closed="left")).height
    if early < FEWEST_QUIET_TEXTS:
        raise NothingToMeasure(
            f"{case.id}: its {counted(texts.height, 'coded text')} include {f'only {in_words(early)}' if early else 'none'} from the "
            f"eight weeks before clock zero ({day_text(zero)}), too few ordinary days to set an alarm against: attach an archive of "
            "posts, or counts per day, to see when a monitor would have fired."
        )
    last = min(
        max(texts.select(pl.col("day").max()).item(), zero + timedelta(days=baseline)),
        zero + timedelta(days=WATCHED_DAYS),
    )
    days = pl.DataFrame({"day": pl.date_range(first, last, eager=True)})
    counts = texts.group_by("day").agg(
        value=pl.len(), n=pl.col("favourability").count(), negative=(pl.col("favourability") < 0).sum()
    )
    series = days.join(counts, on="day", how="left", maintain_order="left").fill_null(0).rename({"day": "time"})
    answered = speed(case)["response"].latency
    found = alarm(series, starts, answered, zone=zone, baseline=baseline, threshold=threshold, level=level)
    return replace(found, options=case.options)


def _dated(case: Case) -> pl.DataFrame:
    """One row a text: its local day, and the coders' mean favourability."""
    zone = ZoneInfo(case.about.timezone)
    days = [local_day(text, zone.key).earliest.astimezone(zone).date() for text in case.coverage["published"]]
    means = case.stances.group_by("doc_id").agg(pl.col("favourability").mean())
    texts = case.coverage.select("doc_id").with_columns(day=pl.Series(days, dtype=pl.Date))
    return texts.join(means, on="doc_id", how="left")


def _spans(series: pl.DataFrame, zone: str) -> list[Span]:
    """From the start to the end of each bin, checked."""
    missing = [name for name in ("time", "value") if name not in series.columns]
    if missing:
        raise SeriesError(f"the series has no column {missing[0]!r}: give it the columns time and value")
    times = series["time"]
    if len(times) < 2:
        raise SeriesError(
            f"the series has {counted(len(times), 'row')}: give one row a bin, those before clock zero too"
        )
    if times.null_count():
        raise SeriesError(
            f"row {times.is_null().arg_true()[0] + 1} of the series has no time: give the start of each bin"
        )
    if times.dtype != pl.Date and getattr(times.dtype, "time_zone", None) is None:
        raise SeriesError(f"times are of type {times.dtype}: give dates, or instants with a time zone")
    steps = times.diff()[1:].unique()
    if len(steps) > 1 or steps[0] <= timedelta(0):
        raise SeriesError("the bins are not regular: sort them, give each once, and write 0 for an empty one")
    return [_span(start, steps[0], zone) for start in times]


def _span(start: date | datetime, step: timedelta, zone: str) -> Span:
    if isinstance(start, datetime):
        return Span(start, start + step)
    last = start + step - timedelta(days=1)
    return Span(local_day(start.isoformat(), zone).earliest, local_day(last.isoformat(), zone).latest)


def _turning(series: pl.DataFrame, bins: pl.DataFrame, baseline: int, level: float) -> Iterable[pl.Series]:
    """The columns of the turning rule; none where negative posts were not counted."""
    if "negative" not in series.columns:
        return []
    judged = series["n"] if "n" in series.columns else series["value"]
    shares = turning_share(series["negative"], judged, baseline=baseline, level=level)
    rising = bins["value"] > bins["mean"]
    return [*shares.drop("turned"), (shares["turned"] & rising).alias("turning")]


def _fired(rule: str, bins: pl.DataFrame, spans: list[Span], zero: Span, level: float) -> Fired:
    hits = [bin for bin, hit in enumerate(bins[rule]) if hit]
    first = next((bin for bin in hits if not bins["quiet"][bin]), None)
    watched = max(0.0, (spans[-1].latest - zero.latest).total_seconds())
    end = None if first is None else spans[first].latest
    when = Latency(watched, math.inf) if end is None else latency(Span(end, end), zero)
    judged = bins.filter(pl.col("quiet") & pl.col(rule).is_not_null()).height
    step = (bins["time"][-1] - bins["time"][0]).total_seconds() / (bins.height - 1)
    return Fired(
        rule, when, _false_alarms(sum(bins["quiet"][bin] for bin in hits), judged, judged * step / WEEK, level)
    )


def _false_alarms(count: int, bins: int, weeks: float, level: float) -> FalseAlarms:
    from scipy.special import gammaincinv

    if not bins:
        return FalseAlarms(0, 0, 0.0, math.nan, math.nan, math.nan)
    tail = (1 - level) / 2
    lower = float(gammaincinv(count, tail)) if count else 0.0
    upper = float(gammaincinv(count + 1, 1 - tail))
    return FalseAlarms(count, bins, weeks, count / weeks, lower / weeks, upper / weeks)


def _order(fired: Latency, answered: Latency | None) -> str:
    """What the record says about the order of alarm and answer."""
    if answered is None or not fired.seen:
        return ""
    if fired.certainly_before(answered):
        return "before the organisation answered"
    if answered.certainly_before(fired):
        return "after the organisation had answered"
    return "no telling whether before the organisation answered"
