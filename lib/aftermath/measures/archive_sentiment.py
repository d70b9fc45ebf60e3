"""What people posted: sentiment in an attached archive day by day, how it came back, and when it would have alarmed.

The unit is the share of posts that a scorer calls negative; ``aftermath.measures.archive_recovery`` fits its recovery.
The alarm is the turning rule of ``aftermath.statistics.ears``; volume has a say **only where collection was not capped**.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from aftermath.archives.attached import AttachedSeries, attached_series
from aftermath.archives.series import ALL_KINDS, FEW
from aftermath.case_files.case import Case
from aftermath.case_files.cases import takes_id
from aftermath.case_files.options import options_text
from aftermath.kept import kept
from aftermath.measures.alarm import alarm
from aftermath.measures.archive_recovery import ArchiveRecovery, archive_recovery
from aftermath.measures.clock import require_clock
from aftermath.measures.speed import speed
from aftermath.statistics.ears import BASELINE, turning_share
from aftermath.statistics.intervals import count_interval
from aftermath.statistics.result import NothingToMeasure, Result
from aftermath.statistics.series import SeriesError
from aftermath.times import Latency, Span, first_day, latency, local_day
from aftermath.wording import counted, day_text, in_words, interval, latency_text, listed, moment, number
from aftermath.workspace import Workspace

NETWORKS = ("twitter", "facebook", "instagram", "youtube", "tiktok", "weibo", "wechat")
FEWEST_BASELINE = 3  # bins that the turning rule is set against: fewer hardly show how bins differ


@dataclass(frozen=True)
class Turning:
    """When the negative share had turned.

    Parameters
    ----------
    latency
        From clock zero to the end of the bin that fired; not seen where none did.
    time
        The start of that bin; None where none fired.
    baseline
        Bins before each that it is set against.
    by_volume
        When the volume would have fired; None where it may not be used.
    why_no_volume
        Why not; empty where it was.
    """

    latency: Latency
    time: date | datetime | None
    baseline: int
    by_volume: Latency | None
    why_no_volume: str


@dataclass(frozen=True)
class ArchiveSentiment(Result):
    """Sentiment in an attached archive.

    Parameters
    ----------
    archive
        The series with its manifest.
    days
        Rows of all kinds together: the columns of ``aftermath.archives.series.series``; **bins without a scored post are missing**.
    at
        The bin of clock zero: the first that counts as after.
    zero
        Clock zero.
    zone
        Of the case.
    official
        Event id to span: what the organisation posted on a network itself while the archive ran.
    recovery
        How the negative share came back.
    turning
        The alarm; None where it cannot be set.
    why_no_turning
        Why not; empty where it can.
    answered
        The latency of the first public response.
    options
        Options that the case was seen under, in words; empty where all is as in its files.
    """

    archive: AttachedSeries
    days: pl.DataFrame
    at: date | datetime
    zero: Span
    zone: str
    official: dict[str, Span]
    recovery: ArchiveRecovery
    turning: Turning | None
    why_no_turning: str
    answered: Latency
    options: tuple[str, ...] = ()

    @property
    def table(self) -> pl.DataFrame:
        """One row a bin and kind, as in the series file."""
        return self.archive.series

    @property
    def n(self) -> int:
        """Posts that could be scored."""
        return int(self.days["n"].sum())

    @property
    def text(self) -> str:
        return " ".join((self._course, self.recovery.text, self._alarm, _INDEPENDENT)) + options_text(self.options)

    @property
    def _course(self) -> str:
        before = self.days.filter(pl.col("time") < self.at)
        late = self.days.filter(pl.col("time") >= self.at, pl.col("n") >= FEW).sort("share_negative", "time")
        negative, n = int(before["negative"].sum()), int(before["n"].sum())
        parts = [f"{_share_text(negative, n)} before clock zero"] if n else []
        parts += [f"{_row_text(late[-1], self.zone)} at the most"] if late.height else []
        parts.append(f"{_row_text(self.days[-1], self.zone)} in the end")
        ends = (self.days["time"][row] for row in (0, -1))
        first, last = (time.astimezone(ZoneInfo(self.zone)) if isinstance(time, datetime) else time for time in ends)
        return f"{counted(self.n, 'post')} scored, {day_text(first)} to {day_text(last)}. Share of negative ones: {listed(parts)}."

    @property
    def _alarm(self) -> str:
        turning = self.turning
        if turning is None:
            return f"No alarm can be set: {self.why_no_turning}."
        when = (
            f"{latency_text(turning.latency)} after clock zero"
            if turning.latency.seen
            else "at no time in this archive"
        )
        volume = (
            f"volume is not used: {turning.why_no_volume}"
            if turning.by_volume is None
            else f"by volume alone: {latency_text(turning.by_volume)}"
        )
        return (
            f"A monitor of the negative share would have fired {when}, each bin told when it is over and set against the "
            f"{in_words(turning.baseline)} before it ({volume}); first public response: {latency_text(self.answered)}."
        )


_INDEPENDENT = (
    "Intervals are 95 %. Those of shares speak of the posts of their days alone and take them as independent, which copies of one "
    "post are not; the return and the alarm allow for days that differ of themselves, one independent of the next: where days "
    "resemble their neighbours, they promise too much. A change after an act is not a change because of it."
)


@takes_id
def archive_sentiment(
    case: Case,
    *,
    clock_zero: str | None = None,
    level: float = 0.95,
    estimators: Collection[str] | None = None,
) -> ArchiveSentiment:
    """Measure sentiment in the archive that is attached to a case.

    Parameters
    ----------
    case
        A case, or its id, with a documented crisis; an archive belongs to it where a manifest in ``data/archives`` says so. Of
        several the first by name is taken.
    clock_zero
        Id of the event at which the clock starts; that of the case if not given.
    level
        Of the intervals of the estimates.
    estimators
        Those that are fitted, see ``archive_recovery``; all if not given, which takes longest.

    Returns
    -------
    ArchiveSentiment

    Raises
    ------
    NothingToMeasure
        If no archive is attached, or no crisis is on record.
    OptionError
        If the case has no such event.
    ValueError
        If there is no such estimator.

    Examples
    --------
    >>> import aftermath as am
    >>> am.archive_sentiment(am.load_case("united-3411")).days["volume"].null_count() > 0
    True
    """
    archives = attached_series(case.id, Workspace(case.folder.parent.parent))
    if not archives:
        raise NothingToMeasure(
            f"{case.id}: no archive of posts is attached; a course of sentiment needs scores day by day, before clock zero and after it."
        )
    require_clock(case, "sentiment before and after")
    case = case.with_clock(clock_zero)
    zero = require_clock(case, "sentiment before and after")
    archive, zone = archives[0], case.about.timezone
    days = archive.series.filter(pl.col("kind") == ALL_KINDS, pl.col("n") > 0).drop("kind")
    # the bin in which clock zero begins counts as after it: see times.ended_before
    if days.schema["time"] == pl.Date:
        at = first_day(zero, zone)
    else:
        at = zero.earliest.astimezone(ZoneInfo(zone)).replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    turning, why_not = _turned(archive, days, at, zero, zone, level)
    return ArchiveSentiment(
        archive=archive,
        days=days,
        at=at,
        zero=zero,
        zone=zone,
        official=_official(case, days, zone),
        recovery=kept(
            f"recovery in the archive of {case.id}",
            lambda: (days.rows(), at, level, estimators),
            lambda: archive_recovery(days, at, level=level, estimators=estimators),
        ),
        turning=turning,
        why_no_turning=why_not,
        answered=speed(case)["response"].latency,
        options=case.options,
    )


def _turned(
    archive: AttachedSeries, days: pl.DataFrame, at: date | datetime, zero: Span, zone: str, level: float
) -> tuple[Turning | None, str]:
    """The alarm, or why there is none."""
    try:
        return _turning(archive, days, at, zero, zone, level), ""
    except SeriesError as error:
        return None, str(error).rstrip(".")


def _turning(
    archive: AttachedSeries, days: pl.DataFrame, at: date | datetime, zero: Span, zone: str, level: float
) -> Turning:
    baseline = min(BASELINE, days.filter(pl.col("time") < at).height)
    if baseline < FEWEST_BASELINE:
        raise SeriesError(
            f"{counted(baseline, 'bin')} before clock zero hardly show how much bins differ of themselves: "
            f"at least {FEWEST_BASELINE} are needed"
        )
    shares = turning_share(days["negative"], days["n"], baseline=baseline, level=level)
    fired = days.select("time").hstack(shares).filter(pl.col("time") >= at, "turned")["time"]
    first = fired[0] if len(fired) else None
    last = _span(days["time"][-1], zone).latest
    when = Latency(max(0.0, (last - zero.latest).total_seconds()), float("inf"))
    if first is not None:
        end = _span(first, zone).latest
        when = latency(Span(end, end), zero)
    return Turning(when, first, baseline, *_by_volume(archive, days, zero, zone, level))


def _by_volume(
    archive: AttachedSeries, days: pl.DataFrame, zero: Span, zone: str, level: float
) -> tuple[Latency | None, str]:
    """When the volume fired, and why it may not say so."""
    if archive.manifest.capped:
        return None, "collection was capped"
    step = timedelta(days=1) if days.schema["time"] == pl.Date else timedelta(hours=1)
    bins = days.select("time", value="volume").upsample("time", every=step).with_columns(pl.col("value").fill_null(0))
    try:
        return alarm(bins, zero, zone=zone, level=level)["volume"].latency, ""
    except SeriesError as error:
        return None, str(error)


def _span(start: date | datetime, zone: str) -> Span:
    if isinstance(start, datetime):
        return Span(start, start + timedelta(hours=1))
    return local_day(start.isoformat(), zone)


def _official(case: Case, days: pl.DataFrame, zone: str) -> dict[str, Span]:
    """What the organisation posted on a network itself, from the first to the last bin."""
    first, last = _span(days["time"][0], zone).earliest, _span(days["time"][-1], zone).latest
    own = case.events.filter(
        pl.col("actor") == "organisation",
        pl.col("channel").list.eval(pl.element().is_in(NETWORKS)).list.any(),
    )
    spans = {event_id: case.span(event_id) for event_id in own["event_id"]}
    return {event_id: span for event_id, span in spans.items() if first <= span.earliest and span.latest <= last}


def _share_text(negative: int, n: int) -> str:
    lower, upper = count_interval(negative, n)
    return f"{number(100 * negative / n)} % {interval(100 * lower, 100 * upper)} (n = {number(n)})"


def _row_text(row: pl.DataFrame, zone: str) -> str:
    time = row["time"][0]
    when = moment(time, zone) if isinstance(time, datetime) else day_text(time)
    return f"{_share_text(row['negative'][0], row['n'][0])} on {when}"
