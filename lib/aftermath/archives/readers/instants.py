"""Times as exports write them, and what is done about a zone that is not given.

A time without zone could be hours off, which is the whole of many a response: it is refused, not guessed. So is the order
of day and month in 03/04/2024, unless a day over 12 in the archive proves it. **How one time is read never depends on where
the archive is cut into chunks.**
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers.counted_times import from_digits
from aftermath.archives.readers.date_forms import plain, taken_apart, why_unreadable
from aftermath.archives.readers.opening import printable
from aftermath.archives.readers.zones import ABBREVIATIONS, SeveralClocks, clock_of, place_of, zone_in_name
from aftermath.times import tweet_time
from aftermath.wording import counted, number

INSTANT = pl.Datetime("us", "UTC")
LineOf = Callable[[int], str]

_DAY = "%Y-%m-%d"
# Forms of whole archives, each its own: no time is in two of them, and ``date_forms`` reads the same in each
_QUICK = (
    "%+",  # ISO 8601 with seconds and a zone
    "%a %b %d %H:%M:%S %z %Y",  # Twitter, Weibo
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S UTC",
    "%Y-%m-%d %H:%M",
    _DAY,
    "%a, %d %b %Y %H:%M:%S %z",  # RSS
    "%a, %d %b %Y %H:%M:%S GMT",
)
_EARLIEST, _LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_ORDER_OPEN = r"\d{1,2}[/-]\d{1,2}[/-]\d{4}"
_ABBREVIATED = rf"\b((?:UTC|GMT) ?[+-]\d{{1,2}}(?::?\d{{2}})?|{'|'.join(ABBREVIATIONS)})\b"
_EPOCH_OF_POSTS = tweet_time(1 << 40)  # snowflake ids count milliseconds from here, after 22 lower bits
_FIRST_WITH_TIME = 29_700_859_248


class OpenOrder(ArchiveError):
    """The order of day and month is open so far: **survey the whole archive, then read again**."""


@dataclass
class Clock:
    """Reads the times of one archive; it remembers what they prove.

    Parameters
    ----------
    zone
        IANA name of the zone of times that carry none. It also settles abbreviations of several meanings, such as CST.
    form
        Form of the times where it is none of the usual ones, e.g. ``%m/%d/%Y %H:%M``. A zone that ``%Z`` stands for is read.

    column
        Where the times are in a table: its name may say their zone, and **must not contradict the one that is given**.

    Attributes
    ----------
    ambiguous
        Times in an hour that passes twice, since the clocks are set back; **the earlier was taken**.
    days
        Times without a time of day, which stand at the first moment of their day.
    """

    zone: str | None = None
    form: str | None = None
    column: str = ""
    ambiguous: int = field(default=0, init=False)
    days: int = field(default=0, init=False)
    _timed: int = field(default=0, init=False)
    _ambiguous_first: str = field(default="", init=False)
    _last: str = field(default=_QUICK[0], init=False)
    _seen: dict[str, tuple[str, str]] = field(default_factory=dict, init=False)
    _faults: dict[int, str] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        if self.zone is not None:
            _check_zone(self.zone)

    def instants(self, times: pl.Series, line_of: LineOf) -> pl.Series:
        """Instants in UTC, null where a time cannot be read.

        Parameters
        ----------
        times
            Text, or what a typed file holds.
        line_of
            From a row to its file and line, for messages.

        Raises
        ------
        OpenOrder
            If 03/04/2024 may be in March or in April, as far as has been read.
        ArchiveError
            If times carry no zone and none was given, or an abbreviation of several meanings; if times contradict each other.

        Examples
        --------
        >>> clock = Clock("America/New_York")
        >>> times = pl.Series(["2024-03-04 04:00:00 EST", "4 March 2024", "2024-03-10 02:30", "yesterday"])
        >>> clock.instants(times, str).dt.to_string("%F %R").to_list()
        ['2024-03-04 09:00', '2024-03-04 05:00', None, None]
        >>> for row, why in clock.faults().items():
        ...     print(row, why)
        2 which does not exist in New York: the clocks were set forward over it
        3 which says how long before the export it was and not when
        """
        self._faults = {}
        if times.dtype == pl.Date or (isinstance(times.dtype, pl.Datetime) and times.dtype.time_zone is None):
            rows = pl.Series(range(len(times)), dtype=pl.UInt32)
            read = self._in_zone(times.cast(pl.Datetime("us")), rows, times, line_of)
        elif isinstance(times.dtype, pl.Datetime):
            read = times.cast(INSTANT)
        else:
            read = self._of_text(times.cast(pl.String), line_of)
        return pl.select(pl.when(read.is_between(_EARLIEST, _LATEST, closed="left")).then(read)).to_series()

    def faults(self) -> dict[int, str]:
        """Why times of the series that was read last cannot be read, by row, where more is known than that: ``which ...``."""
        return self._faults

    def survey(self, times: pl.Series, line_of: LineOf) -> None:
        """Look for days over 12, which prove the order of day and month, without reading the times.

        Parameters
        ----------
        times, line_of
            As for ``instants``.

        Raises
        ------
        ArchiveError
            If times prove both orders.
        """
        if times.dtype != pl.String or self.form:
            return
        rows = times.str.contains(_ORDER_OPEN).fill_null(False).arg_true()
        if len(rows):
            self._weigh_order(taken_apart(plain(times[rows])), rows, times, line_of)

    def remarks(self) -> list[str]:
        """What should be known of the times that were read; a sentence each."""
        sentences: list[str] = []
        if self.ambiguous:
            are = "is" if self.ambiguous == 1 else "are"
            sentences.append(
                f"{counted(self.ambiguous, 'time')} {are} in the hour that passes twice when the clocks in {_place(self.zone)} are "
                f"set back, the first in {self._ambiguous_first}: which of the two is not known, and the earlier was taken."
            )
        if self.days and self._timed:
            sentences.append(
                f"{number(self.days)} of {number(self.days + self._timed)} times are a day without a time of day; "
                "they stand at the first moment of that day."
            )
        return sentences

    def _of_text(self, times: pl.Series, line_of: LineOf) -> pl.Series:
        text = times.str.strip_chars()
        if self.form:
            return self._by_form(self.form, text, times, line_of)
        read = pl.Series(times.name, [None] * len(times), dtype=INSTANT)
        if (text.head(1).str.contains(r"^[0-9.]+$")).any():  # a column of numbers: no other form is tried in vain
            read = self._numbers(read, text, times, line_of)
        for form in (self._last, *(form for form in _QUICK if form != self._last)):
            rows = (text.is_not_null() & read.is_null()).arg_true()
            if not len(rows):
                return read
            instants = self._quickly(form, text if len(rows) == len(text) else text[rows], rows, times, line_of)
            found = len(instants) - instants.null_count()
            if found:
                self._last = form
                self._timed += 0 if form == _DAY else found
                self.days += found if form == _DAY else 0
                read = instants if found == len(text) else self._merged(read, rows, instants)
        return self._slowly(self._numbers(read, text, times, line_of), text, times, line_of)

    def _quickly(self, form: str, text: pl.Series, rows: pl.Series, written: pl.Series, line_of: LineOf) -> pl.Series:
        read = text.str.to_datetime(form, strict=False, time_unit="us")
        if isinstance(read.dtype, pl.Datetime) and read.dtype.time_zone is not None:
            return read.cast(INSTANT)
        return (
            read.dt.replace_time_zone("UTC")
            if form.endswith(("UTC", "GMT"))
            else self._in_zone(read, rows, written, line_of)
        )

    def _numbers(self, read: pl.Series, text: pl.Series, times: pl.Series, line_of: LineOf) -> pl.Series:
        """What is a number: a count since 1970, or a day and a time run together."""
        rows = (read.is_null() & text.str.contains("^[0-9]")).arg_true()
        numbers = from_digits(text[rows])
        for kind, at in numbers.kinds.items():
            self._remember(kind, line_of(rows[at]), times[rows[at]])
        self._timed += len(rows) - numbers.since_1970.null_count()
        read = self._merged(read, rows, numbers.since_1970)
        nowhere = pl.Series([None] * len(rows), dtype=pl.String)
        return self._merged(read, rows, self._placed(numbers.local, numbers.timed, nowhere, rows, times, line_of))

    def _slowly(self, read: pl.Series, text: pl.Series, times: pl.Series, line_of: LineOf) -> pl.Series:
        """What is in none of the quick forms and no number: ``date_forms`` takes it apart."""
        rows = (text.is_not_null() & read.is_null() & (text != "")).arg_true()
        written = plain(text[rows])
        parts = taken_apart(written)
        local = self._ordered(parts, rows, times, line_of)
        read = self._merged(read, rows, self._placed(local, parts["timed"], parts["zone"], rows, times, line_of))
        unread = read[rows].is_null()
        for row, why in zip(rows.filter(unread), why_unreadable(written.filter(unread)), strict=True):
            if why is not None:
                self._faults.setdefault(row, why)
        return read

    @staticmethod
    def _merged(read: pl.Series, rows: pl.Series, more: pl.Series) -> pl.Series:
        known = more.is_not_null()
        return read.scatter(rows.filter(known), more.filter(known)) if known.any() else read

    def _ordered(self, parts: pl.DataFrame, rows: pl.Series, times: pl.Series, line_of: LineOf) -> pl.Series:
        """Local times, in the order of day and month that the archive proves."""
        if not parts["open"].any():
            return parts["local"]
        self._weigh_order(parts, rows, times, line_of)
        local, other = parts["local"], parts["month_first"]
        both = (local.is_not_null() & other.is_not_null() & (local != other)).fill_null(False)
        if both.any() and not {"day first", "month first"} & set(self._seen):
            row = rows[both.arg_max() or 0]
            first, second = (
                f"{moment.day} {moment:%B}" for moment in (local[both.arg_max() or 0], other[both.arg_max() or 0])
            )
            raise OpenOrder(
                f"{line_of(row)}: the time {times[row].strip()[:40]!r} may be {first} or {second}, and no day over 12 in the archive "
                "tells which. Say its form, e.g. --column 'time_format=%d/%m/%Y %H:%M' or --column 'time_format=%m/%d/%Y %H:%M'."
            )
        month_first = other.is_not_null() & (local.is_null() | ("month first" in self._seen))
        return pl.select(pl.when(month_first).then(other).otherwise(local)).to_series()

    def _weigh_order(self, parts: pl.DataFrame, rows: pl.Series, times: pl.Series, line_of: LineOf) -> None:
        """Remember what proves the order of day and month."""
        local, other = parts["local"], parts["month_first"]
        for kind, proof in (
            ("day first", local.is_not_null() & other.is_null() & parts["open"]),
            ("month first", local.is_null() & other.is_not_null()),
        ):
            if proof.any():
                row = rows[proof.arg_max() or 0]
                self._remember(kind, line_of(row), times[row])

    def _remember(self, kind: str, line: str, text: str) -> None:
        """Keep what a time proves, and refuse an archive whose times prove what excludes each other."""
        seen = self._seen
        seen.setdefault(kind, (line, text.strip()[:40]))
        for one, other in (("day first", "month first"), ("year, month, day, hour", "seconds since 1970")):
            if one in seen and other in seen:
                (first, here), (second, there) = seen[one], seen[other]
                raise ArchiveError(
                    f"times contradict each other: {here!r} in {first} is written as {one}, {there!r} in {second} as {other}. "
                    "Add files of different forms one by one, each with its --column time_format=FORM."
                )

    def _placed(
        self,
        local: pl.Series,
        timed: pl.Series,
        zones: pl.Series,
        rows: pl.Series,
        times: pl.Series,
        line_of: LineOf,
    ) -> pl.Series:
        """Local times as instants, each by the zone that it carries, or else the one that was given."""
        instants = pl.Series([None] * len(local), dtype=INSTANT)
        known = local.is_not_null()
        for name in zones.filter(known).unique().sort():
            at = (known & zones.eq_missing(name)).arg_true()
            here = local[at]
            if name is None:
                read = self._in_zone(here, rows[at], times, line_of)
            elif (clock := self._clock(name, rows[at[0]], times, line_of)) is None:
                why = f"whose zone {name.upper()[:20]} is not known"
                self._faults.update(dict.fromkeys(rows[at], why))
                continue
            elif isinstance(clock, ZoneInfo):
                read = self._in_zone(here, rows[at], times, line_of, clock.key)
            else:
                read = (here - clock).dt.replace_time_zone("UTC")
            instants = instants.scatter(at, read)
        self.days += int((instants.is_not_null() & ~timed).sum())
        self._timed += int((instants.is_not_null() & timed).sum())
        return instants

    def _clock(self, name: str, row: int, times: pl.Series, line_of: LineOf) -> timedelta | ZoneInfo | None:
        try:
            return clock_of(name, self.zone)
        except SeveralClocks:
            where = f", and {self.zone} does not settle it" if self.zone else ""
            raise ArchiveError(
                f"{line_of(row)}: the time {times[row].strip()[:40]!r} ends in {name.upper()}, which is the name of several "
                f"clocks{where}. Say where its clock stands, e.g. --zone America/Chicago or --zone Asia/Shanghai."
            ) from None

    def _by_form(self, form: str, text: pl.Series, written: pl.Series, line_of: LineOf) -> pl.Series:
        text = text.str.replace_all(r"[\u00a0\u202f\u2009]", " ")
        zones = pl.Series([None] * len(text), dtype=pl.String)
        if "%Z" in form:  # which the parser would pass over
            zones = text.str.extract(_ABBREVIATED)
            text = text.str.replace(_ABBREVIATED, "").str.strip_chars()
            unknown = (zones.is_null() & text.is_not_null() & (text != "")).arg_true()
            self._faults.update(dict.fromkeys(unknown, "in which there is no zone that is known"))
            text = text.set(zones.is_null(), None)
            form = form.replace("%Z", "").strip()
        try:
            read = text.str.to_datetime(form, strict=False, time_unit="us")
        except pl.exceptions.PolarsError as error:
            raise ArchiveError(f"{form!r} is not a form of times ({error}); write e.g. %m/%d/%Y %H:%M") from None
        if isinstance(read.dtype, pl.Datetime) and read.dtype.time_zone is not None:
            return read.cast(INSTANT)
        timed = pl.Series([True] * len(read), dtype=pl.Boolean)
        return self._placed(read, timed, zones, pl.Series(range(len(read)), dtype=pl.UInt32), written, line_of)

    def _in_zone(
        self, local: pl.Series, rows: pl.Series, written: pl.Series, line_of: LineOf, zone: str | None = None
    ) -> pl.Series:
        """Local times as instants: **the earlier one where the clocks are set back**, null where they skip it."""
        if local.null_count() == len(local):
            return local.dt.replace_time_zone("UTC")
        zone = zone or self._given(rows[local.is_not_null().arg_max() or 0], line_of)
        if zone is None:
            row = rows[local.is_not_null().arg_max() or 0]
            raise ArchiveError(
                f"{line_of(row)}: the time {str(written[row]).strip()[:40]!r} has no zone, so it could be hours off. Say where its "
                "clock stands, e.g. --zone America/New_York, or --zone UTC if the export says so."
            )
        read = local.dt.replace_time_zone(zone, ambiguous="null", non_existent="null").cast(INSTANT)
        changed = (local.is_not_null() & read.is_null()).arg_true()
        if len(changed):
            moments = [self._at_a_change(local[at], zone, rows[at], line_of) for at in changed]
            read = read.scatter(changed, pl.Series(moments, dtype=INSTANT))
        return read

    def _given(self, row: int, line_of: LineOf) -> str | None:
        """The zone of times that carry none: as it is given, or as the name of their column says."""
        said = zone_in_name(self.column)
        try:
            return place_of(said, self.zone) if said else self.zone
        except ValueError:
            raise ArchiveError(
                f"{line_of(row)}: by its name, column {printable(self.column, 40)!r} has times in {said}, --zone says {self.zone}. Leave "
                "--zone out or give the one that is meant; if the name is wrong, give the column another."
            ) from None

    def _at_a_change(self, local: datetime, zone: str, row: int, line_of: LineOf) -> datetime | None:
        """A time at which the clocks are changed. **Midnight, where they skip it, is the first moment of its day.**"""
        moment = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        if shown == local:
            if local.time() != datetime.min.time():
                self._ambiguous_first = self._ambiguous_first or line_of(row)
                self.ambiguous += 1
            return moment
        if local.time() == datetime.min.time() and shown.date() == local.date():
            return moment
        self._faults[row] = f"which does not exist in {_place(zone)}: the clocks were set forward over it"
        return None


def times_of_posts(ids: pl.Series) -> pl.Series:
    """When posts on Twitter were made, from their ids; null for ids that carry no time.

    Examples
    --------
    >>> times_of_posts(pl.Series(["253673520700198914", "12345", "x"])).dt.to_string("iso").to_list()
    ['2012-10-04 01:50:55.018000+00:00', None, None]
    """
    numbers = ids.cast(pl.Int64, strict=False)
    milliseconds = (numbers // (1 << 22)) - ((1 << 40) >> 22) + round(_EPOCH_OF_POSTS.timestamp() * 1000)
    known = pl.select(pl.when(numbers >= _FIRST_WITH_TIME).then(milliseconds)).to_series()
    return known.cast(pl.Datetime("ms", "UTC")).cast(INSTANT)


def _place(zone: str | None) -> str:
    """A zone as people call it."""
    return (zone or "").rsplit("/")[-1].replace("_", " ")


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, LookupError):
        raise ArchiveError(f"{zone[:60]!r} is not a time zone; write one such as Europe/London or UTC") from None
