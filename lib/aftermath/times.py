"""Uncertain instants, and the latencies between them.

An instant is never a point here: it is a span from the earliest to the latest moment that the record
allows. The difference of two spans is an interval too, and stays one all the way to the statistic.
"""

from __future__ import annotations

import math
import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

SECOND, MINUTE, HOUR, DAY = 1.0, 60.0, 3600.0, 86400.0
MONTH, YEAR = 30.4375 * DAY, 365.25 * DAY  # in the mean

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}([+-]\d{2}:\d{2}|Z)")
_TWITTER_EPOCH = 1288834974657
_LAST_COUNTED_ID = 29_700_859_247  # 4 November 2010: until then posts were simply counted


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 instant with seconds and **an offset**.

    Parameters
    ----------
    text
        For example ``2012-10-03T21:45:00-04:00``.

    Returns
    -------
    datetime
        In UTC.

    Raises
    ------
    ValueError
        If the text has no offset, is not in this form, or names a moment that does not exist.

    Examples
    --------
    >>> parse_instant("2012-10-03T21:45:00-04:00").isoformat()
    '2012-10-04T01:45:00+00:00'
    """
    if not _INSTANT.fullmatch(text):
        looks_local = re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?", text)
        raise ValueError("has no offset from UTC" if looks_local else "is not a date")
    try:
        return _in(UTC, datetime.fromisoformat(text))
    except ValueError:
        raise ValueError("is not a date") from None


def _in(zone: tzinfo, moment: datetime) -> datetime:
    """A moment in another zone, where its year may be none that the calendar has."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        raise ValueError("lies outside the years from 1 to 9999") from None


def tweet_time(post_id: int) -> datetime:
    """When a post on Twitter was made, from its id.

    Snowflake ids carry their time: ``(id >> 22) + 1288834974657`` milliseconds since 1970.

    Parameters
    ----------
    post_id
        The number in a post's address. Ids from before November 2010 carry no time.

    Returns
    -------
    datetime
        In UTC, to the millisecond.

    Raises
    ------
    ValueError
        If the id is too small to be a snowflake.

    Examples
    --------
    >>> tweet_time(253673520700198914).isoformat(timespec="milliseconds")
    '2012-10-04T01:50:55.018+00:00'
    """
    if post_id <= _LAST_COUNTED_ID:
        raise ValueError(f"{post_id} is too small for a post id that carries its time")
    milliseconds = (post_id >> 22) + _TWITTER_EPOCH
    return datetime.fromtimestamp(milliseconds // 1000, UTC) + timedelta(milliseconds=milliseconds % 1000)


@dataclass(frozen=True)
class Span:
    """The moments between which something happened, **both inclusive**.

    Parameters
    ----------
    earliest, latest
        Instants with a time zone, ``earliest <= latest``.
    """

    earliest: datetime
    latest: datetime

    def __post_init__(self) -> None:
        if self.earliest > self.latest:
            raise ValueError(f"earliest {self.earliest.isoformat()} is after latest {self.latest.isoformat()}")

    @property
    def seconds(self) -> float:
        """The width in seconds: 0 where the moment is known to the second."""
        return (self.latest - self.earliest).total_seconds()


def local_day(text: str, zone: str) -> Span:
    """The span of a publication date: a whole local day, or the moment itself for a timestamp.

    Parameters
    ----------
    text
        ``YYYY-MM-DD`` or an instant with offset.
    zone
        IANA name of the time zone in which a bare day is meant.

    Raises
    ------
    ValueError
        If the text is in neither form, or its span leaves the years from 1 to 9999 in UTC.

    Examples
    --------
    >>> local_day("2012-10-04", "America/New_York").earliest.isoformat()
    '2012-10-04T04:00:00+00:00'
    """
    if "T" in text:
        instant = parse_instant(text)
        return Span(instant, instant)
    day, tz = date.fromisoformat(text), ZoneInfo(zone)
    ends = (_in(UTC, datetime.combine(day, clock, tz)) for clock in (time(0, 0, 0), time(23, 59, 59)))
    return Span(*ends)


def edtf(span: Span, zone: str) -> str:
    """A span in the Extended Date/Time Format: **one moment within it, not all of it**.

    A moment that is known to the second is written with its time and offset (level 0); what happened some time on one day, in
    one month or in one year as that day, month or year (level 0); what happened between two days as one of the days from the
    first to the second (level 2), because ``2014-02-13/2014-02-15`` would mean something that lasted. The format has no bounds
    within a day, so that **days, not hours, are what it keeps of a span that has a width**.

    Parameters
    ----------
    span
        The span.
    zone
        IANA name of the time zone whose days are meant; the format itself has none for days.

    Raises
    ------
    ValueError
        If the span leaves the years from 1 to 9999 in that zone.

    References
    ----------
    Library of Congress, Extended Date/Time Format (EDTF) Specification, 2019, https://www.loc.gov/standards/datetime/.

    Examples
    --------
    >>> def between(earliest: str, latest: str) -> str:
    ...     return edtf(Span(parse_instant(earliest), parse_instant(latest)), "America/New_York")
    >>> between("2012-10-03T21:50:55-04:00", "2012-10-03T21:50:55-04:00")
    '2012-10-03T21:50:55-04:00'
    >>> between("2012-10-03T18:00:00-04:00", "2012-10-03T19:59:59-04:00")
    '2012-10-03'
    >>> between("2012-10-01T00:00:00-04:00", "2012-10-31T23:59:59-04:00")
    '2012-10'
    >>> between("2012-10-03T18:00:00-04:00", "2012-10-05T23:59:59-04:00")
    '[2012-10-03..2012-10-05]'
    """
    start, end = (_in(ZoneInfo(zone), moment) for moment in (span.earliest, span.latest))
    if start == end:
        odd = (start.utcoffset() or timedelta()).seconds % 60  # local mean time: the format has minutes
        return (start.astimezone(UTC) if odd else start).isoformat(timespec="seconds").replace("+00:00", "Z")
    first, last = start.date(), end.date()
    whole = (start.time(), end.time().replace(microsecond=0)) == (time(0, 0, 0), time(23, 59, 59))
    length = 10  # digits of a day, of a month or of a year
    if whole and first.day == 1 and last.day == monthrange(last.year, last.month)[1]:
        length = 4 if (first.month, last.month) == (1, 12) else 7
    begin, close = (day.isoformat()[:length] for day in (first, last))
    return begin if begin == close else f"[{begin}..{close}]"


def ended_before(span: Span, zero: Span) -> bool:
    """Whether something is from before clock zero: it had **ended before clock zero begins**.

    This is the one convention for what lies on the day of clock zero. What may be from after it counts as after: a text that is
    dated to that day, a bin of a series (day, hour or month) that holds it, an act whose interval reaches into it. So the
    local calendar day on which clock zero begins is the first day after it, day 1.

    Examples
    --------
    >>> noon = parse_instant("2012-10-04T12:00:00-04:00")
    >>> [ended_before(local_day(day, "America/New_York"), Span(noon, noon)) for day in ("2012-10-03", "2012-10-04")]
    [True, False]
    """
    return span.latest < zero.earliest


def first_day(zero: Span, zone: str) -> date:
    """The first day after clock zero: the local calendar day on which it begins, see ``ended_before``.

    Examples
    --------
    >>> late = parse_instant("2012-10-04T01:42:00+00:00")
    >>> first_day(Span(late, late), "America/New_York").isoformat()
    '2012-10-03'
    """
    return zero.earliest.astimezone(ZoneInfo(zone)).date()


@dataclass(frozen=True)
class Latency:
    """How long after clock zero something happened: an interval in seconds, **both ends inclusive**.

    Parameters
    ----------
    lower, upper
        Seconds. ``upper`` is infinite where the event was not seen: then ``lower`` is how long the
        record was watched (right-censored).
    by_construction
        True where the event is clock zero itself, so that the latency is zero by definition.
    """

    lower: float
    upper: float
    by_construction: bool = False

    def __post_init__(self) -> None:
        if not self.lower <= self.upper:
            raise ValueError(f"a latency from {self.lower} to {self.upper} seconds ends before it begins")

    @property
    def seen(self) -> bool:
        """False where the event was not seen by the end of the record."""
        return math.isfinite(self.upper)

    @property
    def with_zero(self) -> bool:
        """True where the act came with clock zero: it is clock zero, or was given with the exposure or before it.

        Either way nobody waited for it, and **it says nothing about speed**.
        """
        return self.by_construction or self.upper <= 0

    @property
    def timed(self) -> bool:
        """Whether it says how long anybody waited: the act was seen, and did not come with clock zero."""
        return self.seen and not self.with_zero

    def certainly_before(self, other: Latency) -> bool:
        """Whether every reading of this latency is shorter than every reading of the other."""
        return self.upper < other.lower

    def separable_from(self, other: Latency) -> bool:
        """Whether the record tells which of two latencies was shorter; never where one says nothing about speed."""
        return self.timed and other.timed and (self.certainly_before(other) or other.certainly_before(self))


def latency(act: Span, zero: Span) -> Latency:
    """The latency of a response: never negative, because a response cannot precede clock zero.

    ``lower = max(0, act.earliest - zero.latest)``, ``upper = act.latest - zero.earliest``.

    Parameters
    ----------
    act
        When the response came. **It must not end before clock zero begins.**
    zero
        When the public learned of the matter.

    Examples
    --------
    >>> zero = Span(parse_instant("2012-10-03T21:42:00-04:00"), parse_instant("2012-10-03T21:42:59-04:00"))
    >>> apology = parse_instant("2012-10-03T21:50:55-04:00")
    >>> latency(Span(apology, apology), zero)
    Latency(lower=476.0, upper=535.0, by_construction=False)
    """
    offset = difference(act, zero)
    return Latency(max(0.0, offset.lower), offset.upper)


def difference(later: Span, earlier: Span) -> Latency:
    """The signed difference of two spans in seconds; negative where ``later`` came first after all."""
    lower = (later.earliest - earlier.latest).total_seconds()
    upper = (later.latest - earlier.earliest).total_seconds()
    return Latency(lower, upper)


def first_of(latencies: list[Latency]) -> Latency:
    """The latency of whichever came first: the minimum of each end.

    Examples
    --------
    >>> first_of([Latency(0, 90), Latency(30, 40)])
    Latency(lower=0, upper=40, by_construction=False)
    """
    if any(latency.by_construction for latency in latencies):
        return Latency(0.0, 0.0, by_construction=True)
    return Latency(min(latency.lower for latency in latencies), min(latency.upper for latency in latencies))
