"""Any instant, in any form and any zone, comes back; wherever the archive is cut, in whatever order its rows stand."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers.instants import Clock

ZONES = (
    "UTC",
    "America/New_York",
    "Asia/Shanghai",
    "Asia/Kolkata",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "Europe/Moscow",
)
MONTHS = (
    "янв фев мар апр мая июн июл авг сен окт ноя дек",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
)
LOCAL = {
    "iso": "%Y-%m-%dT%H:%M:%S",
    "space": "%Y-%m-%d %H:%M:%S",
    "stroke": "%Y/%m/%d %H:%M:%S",
    "points": "%d.%m.%Y %H:%M:%S",
    "oracle": "%d-%b-%Y %I:%M:%S%p",
    "american": "%B %d, %Y %I:%M:%S %p",
    "british": "%d %B %Y %H:%M:%S",
    "ctime": "%a %b %d %H:%M:%S %Y",
    "compact": "%Y%m%d%H%M%S",
    "chinese": "%Y年%m月%d日 %H:%M:%S",
}
ZONED = {
    "offset": "%Y-%m-%dT%H:%M:%S%z",
    "twitter": "%a %b %d %H:%M:%S %z %Y",
    "rss": "%a, %d %b %Y %H:%M:%S %z",
    "basic": "%Y%m%dT%H%M%S%z",
    "export": "%d-%b-%Y %I:%M:%S %p %z",
}
moments = st.datetimes(datetime(1995, 1, 1), datetime(2035, 12, 31)).map(
    lambda each: each.replace(microsecond=0, tzinfo=UTC)
)


def write(moment: datetime, style: str, zone: str) -> str:
    here = moment.astimezone(ZoneInfo(zone))
    if style in LOCAL or style in ZONED:
        return here.strftime({**LOCAL, **ZONED}[style])
    if style in ("russian", "french"):
        return f"{here.day} {MONTHS[style == 'french'].split()[here.month - 1]} {here:%Y %H:%M:%S}"
    digits = {"s": 0, "ms": 3, "us": 6, "ns": 9}[style]
    return str(round(moment.timestamp())) + "0" * digits


@given(
    moment=moments,
    style=st.sampled_from([*LOCAL, *ZONED, "russian", "french", "s", "ms", "us", "ns"]),
    zone=st.sampled_from(ZONES),
)
def test_any_instant_in_any_form_comes_back(moment, style, zone):
    clock = Clock(zone)
    (found,) = clock.instants(pl.Series([write(moment, style, zone)]), str).to_list()
    here = moment.astimezone(ZoneInfo(zone))
    if here.fold and style in (*LOCAL, "russian", "french"):
        assert found == here.replace(fold=0).astimezone(UTC)
        assert clock.ambiguous == (here.time() != datetime.min.time())
    else:
        assert found == moment


@given(
    rows=st.lists(
        st.one_of(
            st.tuples(moments, st.sampled_from([*LOCAL, *ZONED, "russian", "s", "ms"])),
            st.sampled_from(
                ["", "2h", "45355", "13/04/2024", "03/04/2024", "04/13/2024", "2024-11-03 01:30:00", "2024030409"]
            ),
        ),
        min_size=1,
        max_size=20,
    ),
    cuts=st.lists(st.integers(0, 20), max_size=5),
    seed=st.randoms(use_true_random=False),
)
def test_chunks_cut_anywhere_and_rows_in_any_order_give_the_same(rows, cuts, seed):
    times = [each if isinstance(each, str) else write(each[0], each[1], "America/New_York") for each in rows]
    times = [time or None for time in times]
    order = list(range(len(times)))
    seed.shuffle(order)

    def whole(values: list[str | None], at: tuple[int, ...]) -> list[datetime | None] | None:
        clock, found = Clock("America/New_York"), []
        pieces = [
            values[a:b]
            for a, b in itertools.pairwise(sorted({0, len(values), *(cut % (len(values) + 1) for cut in at)}))
        ]
        try:
            for piece in pieces:
                clock.survey(pl.Series(piece, dtype=pl.String), str)
            for piece in pieces:
                found += clock.instants(pl.Series(piece, dtype=pl.String), str).to_list()
        except ArchiveError:
            return None
        return found

    expected = whole(times, ())
    assert whole(times, tuple(cuts)) == expected
    shuffled = whole([times[at] for at in order], tuple(cuts))
    assert shuffled == (None if expected is None else [expected[at] for at in order])
