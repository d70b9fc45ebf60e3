"""From rows as a format gives them to posts: ids, times, duplicates, and what is wrong with a line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from aftermath.archives.posts import KINDS, SCHEMA, ArchiveError, BadLine, Batch
from aftermath.archives.readers.duplicates import Seen
from aftermath.archives.readers.instants import Clock, times_of_posts
from aftermath.archives.readers.opening import printable
from aftermath.archives.readers.rows import Chunk

_SCIENTIFIC = r"^\s*\d(?:[.,]\d+)?[eE]\+?\d+\s*$"
_FLOATING = r"^\s*\d{16,}[.,]0+\s*$"
_WHY = 200  # characters of a reason
_LONG = r"^\d{17,}$"
_ENOUGH_LONG = 20  # ids; all of them ending in 000 by accident has a probability of one in 10 to the 60
_CURE = (
    "The digits that are lost cannot be brought back: export the posts anew and never open the file in a spreadsheet, or "
    "import that column as text."
)


@dataclass
class Checker:
    """What is asked of every post of an archive, and what was counted on the way.

    Parameters
    ----------
    clock
        Reads times.
    retrieved
        The last moment at which a post can have been collected; None where that is not known.
    since, until
        The window: posts before ``since``, or **at or after** ``until``, are left out.
    language
        Of posts that carry none.
    """

    clock: Clock
    retrieved: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    language: str | None = None
    duplicates: int = 0
    outside: int = 0
    _seen: Seen = field(default_factory=Seen)

    def batch(self, chunk: Chunk, file: str, *, snowflakes: bool) -> Batch:
        """The sound posts of a chunk, and all of its bad lines.

        Parameters
        ----------
        chunk
            From the reader of a format.
        file
            Its name in messages.
        snowflakes
            Whether posts are Twitter's, so that ids give the time where it is missing.

        Raises
        ------
        ArchiveError
            If a spreadsheet damaged the ids, or times carry no zone.
        """
        rows = chunk.rows.with_columns(chunk.rows["post_id"].str.strip_chars(" \t\r\n'\"="))
        lines = rows["line"]
        _refuse_damaged(rows["post_id"], lines, file)
        if snowflakes:  # Twitter hands out these three as HTML
            rows = rows.with_columns(pl.col("text").str.replace_many(["&lt;", "&gt;", "&amp;"], ["<", ">", "&"]))
        rows = self._with_times(rows, lambda row: f"{file}:{lines[row]}", snowflakes)
        faults = rows.select(_fault(self.retrieved)).to_series()
        bad = rows.select("line", why=faults).filter(faults.is_not_null())
        posts = self._kept(rows.filter(faults.is_null()))
        listed = [(bad_line.line, bad_line.why) for bad_line in chunk.bad] + bad.rows()
        lines_left_out = (BadLine(file, line, printable(why, _WHY)) for line, why in sorted(listed))
        return Batch(posts, tuple(lines_left_out), chunk.lines)

    def _with_times(self, rows: pl.DataFrame, line_of: Callable[[int], str], snowflakes: bool) -> pl.DataFrame:
        instants = self.clock.instants(rows["time"], line_of).alias("instant")
        if snowflakes and instants.null_count():
            missing = rows["time"].is_null()
            by_id = times_of_posts(rows["post_id"])
            instants = pl.select(pl.when(missing & instants.is_null()).then(by_id).otherwise(instants)).to_series()
        return rows.with_columns(instants.alias("instant"))

    def _kept(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Posts in the window that were not seen before, in the columns of the post table."""
        within = rows.filter(_within(self.since, self.until))
        self.outside += rows.height - within.height
        fresh = within.filter(self._seen.fresh(within["post_id"])) if within.height else within
        self.duplicates += within.height - fresh.height
        language = pl.col("language").str.strip_chars()
        return fresh.select(
            "post_id",
            pl.col("instant").alias("time"),
            pl.col("text").fill_null(""),
            pl.when(~language.is_in(["", "und", "zxx"]))
            .then(language)
            .fill_null(pl.lit(self.language, pl.String))
            .alias("language"),
            pl.when(pl.col("kind").is_in(KINDS)).then("kind").otherwise(pl.lit("original")).alias("kind"),
            pl.when(pl.col("author") != "").then("author").alias("author"),
            "engagement",
            pl.when(pl.col("url") != "").then("url").alias("url"),
        ).cast(SCHEMA)


def _fault(retrieved: datetime | None) -> pl.Expr:
    """Why a line is left out; null where it is not."""
    time = pl.coalesce(pl.col("time").cast(pl.String).str.slice(0, 40), pl.lit(""))
    later = pl.col("instant") > retrieved if retrieved else pl.lit(False)
    return (
        pl.when(pl.col("post_id").is_null() | (pl.col("post_id") == ""))
        .then(pl.lit("has no id"))
        .when(pl.col("instant").is_null() & (time == ""))
        .then(pl.lit("has no time"))
        .when(pl.col("instant").is_null())
        .then(pl.format("has the time '{}', which cannot be read", time))
        .when(later)
        .then(pl.format("has the time '{}', after the posts were collected (see --retrieved)", time))
    )


def _within(since: datetime | None, until: datetime | None) -> pl.Expr:
    begun = pl.col("instant") >= since if since else pl.lit(True)
    return begun & (pl.col("instant") < until if until else pl.lit(True))


def _refuse_damaged(ids: pl.Series, lines: pl.Series, file: str) -> None:
    damaged = (ids.str.contains(_SCIENTIFIC) | ids.str.contains(_FLOATING)).fill_null(False)
    if (row := next(iter(damaged.arg_true()), None)) is not None:
        raise ArchiveError(f"{file}:{lines[row]}: the id {ids[row][:40]!r} was damaged by a spreadsheet. {_CURE}")
    long = ids.filter(ids.str.contains(_LONG).fill_null(False))
    if len(long) >= _ENOUGH_LONG and long.str.ends_with("000").all():
        raise ArchiveError(
            f"{file}: all {len(long)} long ids end in 000, e.g. {long[0][:40]!r}: a spreadsheet kept 15 digits of each. {_CURE}"
        )
