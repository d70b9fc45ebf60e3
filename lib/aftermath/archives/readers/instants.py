"""Times as exports write them, and what is done about a zone that is not given.

A time without zone could be hours off, which is the whole of many a response: it is refused, not guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import polars as pl

from aftermath.archives.posts import ArchiveError
from aftermath.times import tweet_time

INSTANT = pl.Datetime("us", "UTC")

_WITH_ZONE = (
    "%a %b %d %H:%M:%S %z %Y",  # Twitter, Weibo
    "%+",  # ISO 8601 with seconds
    "%Y-%m-%d %H:%M:%S%.f %#z",
    "%Y-%m-%dT%H:%M%#z",
    "%Y-%m-%d %H:%M %#z",
    "%a, %d %b %Y %H:%M:%S %z",
)
_WITHOUT_ZONE = (
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y%m%d%H%M%S",
    "%Y-%m-%d",
    "%Y%m%d",
    "%Y/%m/%d",
)
_EARLIEST, _LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
# a count since 1970 by its digits: seconds, milliseconds, microseconds
_SINCE_1970 = {r"^[1-9]\d{8,9}(\.\d+)?$": 1_000_000, r"^[1-9]\d{11,12}$": 1_000, r"^[1-9]\d{14,15}$": 1}
_EPOCH_OF_POSTS = tweet_time(1 << 40)  # snowflake ids count milliseconds from here, after 22 lower bits
_FIRST_WITH_TIME = 29_700_859_248


@dataclass
class Clock:
    """Reads the times of one archive; it remembers which form its times have.

    Parameters
    ----------
    zone
        IANA name of the zone of times that carry none.
    form
        Form of the times where it is none of the usual ones, e.g. ``%m/%d/%Y %H:%M``.
    """

    zone: str | None = None
    form: str | None = None
    _last: str | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        if self.zone is not None:
            _check_zone(self.zone)

    def instants(self, times: pl.Series, line_of: Callable[[int], str]) -> pl.Series:
        """Instants in UTC, null where a time cannot be read.

        Parameters
        ----------
        times
            Text, or what a typed file holds.
        line_of
            From a row to its file and line, for messages.

        Raises
        ------
        ArchiveError
            If times carry no zone and none was given.
        """
        if times.dtype == pl.Date or (isinstance(times.dtype, pl.Datetime) and times.dtype.time_zone is None):
            read = self._in_zone(times.cast(pl.Datetime("us")), times, line_of)
        elif isinstance(times.dtype, pl.Datetime):
            read = times.cast(INSTANT)
        else:
            read = self._of_text(times.cast(pl.String), line_of)
        return pl.select(pl.when(read.is_between(_EARLIEST, _LATEST, closed="left")).then(read)).to_series()

    def _of_text(self, times: pl.Series, line_of: Callable[[int], str]) -> pl.Series:
        text = times.str.strip_chars().str.replace(r" ?\b(UTC|GMT)$", "Z")
        read = pl.Series(times.name, [None] * len(times), dtype=INSTANT)
        for form in self._forms():
            unread = text.is_not_null() & read.is_null()
            if not unread.any():
                break
            instants = self._by(form, text.filter(unread), times.filter(unread), unread, line_of)
            if instants.null_count() < len(instants):
                self._last = form
                read = read.scatter(unread.arg_true(), instants)
        return read

    def _forms(self) -> list[str]:
        forms = [self.form] if self.form else [*_WITH_ZONE, *_SINCE_1970, *_WITHOUT_ZONE]
        return [self._last, *(form for form in forms if form != self._last)] if self._last else forms

    def _by(
        self, form: str, text: pl.Series, written: pl.Series, rows: pl.Series, line_of: Callable[[int], str]
    ) -> pl.Series:
        if form in _SINCE_1970:
            return _since_1970(text, form)
        try:
            read = text.str.to_datetime(form, strict=False, time_unit="us")
        except pl.exceptions.PolarsError as error:
            raise ArchiveError(f"{form!r} is not a form of times ({error}); write e.g. %m/%d/%Y %H:%M") from None
        zoned = isinstance(read.dtype, pl.Datetime) and read.dtype.time_zone is not None
        if zoned or read.null_count() == len(read):
            return read.cast(INSTANT) if zoned else read.dt.replace_time_zone("UTC")
        which = rows.arg_true()
        return self._in_zone(read, written, lambda row: line_of(which[row]))

    def _in_zone(self, local: pl.Series, written: pl.Series, line_of: Callable[[int], str]) -> pl.Series:
        """Local times as instants: **the earlier one where the clocks are set back**, null where they skip it."""
        if self.zone is None:
            row = local.is_not_null().arg_max() or 0
            raise ArchiveError(
                f"{line_of(row)}: the time {str(written[row])[:40]!r} has no zone, so it could be hours off. Say where its clock "
                "stands, e.g. --zone America/New_York, or --zone UTC if the export says so."
            )
        zoned = local.dt.replace_time_zone(self.zone, ambiguous="earliest", non_existent="null")
        return zoned.cast(INSTANT)


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


def _since_1970(text: pl.Series, form: str) -> pl.Series:
    fitting = pl.select(pl.when(text.str.contains(form)).then(text)).to_series()
    return (fitting.cast(pl.Float64, strict=False) * _SINCE_1970[form]).round().cast(pl.Int64).cast(INSTANT)


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, LookupError):
        raise ArchiveError(f"{zone[:60]!r} is not a time zone; write one such as Europe/London or UTC") from None
