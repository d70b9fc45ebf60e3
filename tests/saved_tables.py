"""A made-up table with a column of every kind, and what another program has to find in its files."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl

LONG = "Long text – with a dash, α and 中文." * 80  # beyond what Stata keeps in a plain string

EVERY_KIND = pl.DataFrame(
    {
        "event_id": ["e01", "e02", "e03"],
        "acts": [["recall", "apology"], [], ["denial"]],
        "lower_seconds": [476.0, None, 1 / 3],
        "n": [1, None, -3],
        "coders_differ": [True, False, None],
        "kind": pl.Series(["reply", "all", None], dtype=pl.Enum(["all", "original", "reply"])),
        "earliest": pl.Series(
            [datetime(2012, 10, 4, 1, 42, 7, tzinfo=UTC), None, datetime(1999, 12, 31, 23, 0, tzinfo=UTC)]
        ).dt.convert_time_zone("America/New_York"),
        "read_on": [date(2012, 10, 4), None, date(1899, 12, 30)],
        "gap": [timedelta(minutes=1.5), None, timedelta(days=-1)],
        "favourability": pl.Series([-2, 0, None], dtype=pl.Int8),
        "summary": ["=1+1", "@brand – “quoted”", None],
        "abstract": [LONG, "short", None],
    }
)
