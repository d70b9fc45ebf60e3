"""From rows as a format gives them to posts: ids, times, duplicates, and what is wrong with a line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from aftermath.archives.languages import codes
from aftermath.archives.posts import KINDS, SCHEMA, BadLine, Batch
from aftermath.archives.readers.damaged_ids import DamagedIds, refuse_floats
from aftermath.archives.readers.damaged_texts import DamagedTexts
from aftermath.archives.readers.duplicates import Seen
from aftermath.archives.readers.id_forms import SHEET_ERRORS, plain_ids
from aftermath.archives.readers.instants import Clock, times_of_posts
from aftermath.archives.readers.opening import printable
from aftermath.archives.readers.rows import Chunk
from aftermath.archives.readers.showing import time_shown
from aftermath.wording import counted, number

# what platforms write where a text was, and programs for one that is none
_GONE = (
    r"(?i)^\s*(?:"
    r"\[\s*(?:(?:removed|deleted)(?:\s+(?:by|in response to)\s[^\]]{0,200})?|unavailable)\s*\]"
    r"|this (?:comment|tweet|post|reply|video|message) (?:(?:has been|was) (?:removed|deleted)|is (?:unavailable|no longer available))"
    r"(?: (?:by|because|as|since|for)\s[^.]{0,200})?\.?"
    r"|抱歉，[^。]{0,40}(?:被(?:作者)?删除|不可见|无法查看)。?(?:查看帮助[:：]?)?\s*(?:https?://\S+)?"
    r"|该微博(?:因[^。]{0,60})?已?被?(?:作者)?删除[。.]?"
    r"|[该此](?:条)?评论已(?:经)?被?(?:作者|用户)?删除[。.]?"
    r"|(?-i:None|null|NULL)"  # as programs write it; people write "none"
    r")\s*$"
)
_WHY = 200  # characters of a reason


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

    Attributes
    ----------
    duplicates, outside
        Posts left out because their id came before, or because they are outside the window.
    broken
        Texts that are an error of a spreadsheet.
    at_another_time
        Of the first, how many bear another time: **an edited post keeps its time, so these may be other posts**.
    """

    clock: Clock
    retrieved: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    language: str | None = None
    duplicates: int = 0
    outside: int = 0
    at_another_time: int = 0
    broken: int = 0
    _seen: Seen = field(default_factory=Seen)
    _seen_then: Seen = field(default_factory=Seen)
    _ids: DamagedIds = field(default_factory=DamagedIds)
    _texts: DamagedTexts = field(default_factory=DamagedTexts)

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
            If a spreadsheet or another program damaged the ids, or times carry no zone.
        """
        ids = plain_ids(chunk.rows["post_id"])
        rows, lines = chunk.rows.with_columns(ids), chunk.rows["line"]
        refuse_floats(ids, lines, file)
        if snowflakes:  # Twitter hands out these three as HTML
            rows = rows.with_columns(pl.col("text").str.replace_many(["&lt;", "&gt;", "&amp;"], ["<", ">", "&"]))
        rows = self._with_times(rows, lambda row: f"{file}:{lines[row]}", snowflakes)
        self._ids.take(ids, rows["instant"], file)
        sound = rows.select(_is_sound(self.retrieved)).to_series()
        bad = rows.filter(~sound).select("line", why=_fault())
        posts = self._kept(rows.filter(sound), file)
        listed = [(bad_line.line, bad_line.why) for bad_line in chunk.bad] + bad.rows()
        lines_left_out = (BadLine(file, line, printable(why, _WHY)) for line, why in sorted(listed))
        return Batch(posts, tuple(lines_left_out), chunk.lines)

    def ended(self) -> None:
        """Judge what only the whole archive tells.

        Raises
        ------
        ArchiveError
            If some of the ids lost digits.
        """
        self._ids.judge()

    def remarks(self) -> list[str]:
        """What should be known of the ids and the times that were read; a sentence each."""
        sentences = [*self._ids.remarks(), *self.clock.remarks(), *self._texts.remarks()]
        if self.broken:
            sentences.append(
                f"{counted(self.broken, 'text')} {'is' if self.broken == 1 else 'are'} an error of a spreadsheet, such as #NAME?, which took "
                "the words for a formula: these posts have no words. Export the posts anew with texts as text."
            )
        if self.at_another_time:
            sentences.append(
                f"{number(self.at_another_time)} of the posts that came again under the same id bear another time than the first: "
                "these may be other posts, whose ids lost digits, or come from several servers, accounts or tools. Look at them "
                "before the archive is used."
            )
        return sentences

    def _with_times(self, rows: pl.DataFrame, line_of: Callable[[int], str], snowflakes: bool) -> pl.DataFrame:
        instants = self.clock.instants(rows["time"], line_of).alias("instant")
        if snowflakes and instants.null_count():
            missing = rows["time"].is_null()
            by_id = times_of_posts(rows["post_id"])
            instants = pl.select(pl.when(missing & instants.is_null()).then(by_id).otherwise(instants)).to_series()
        faults = self.clock.faults()
        why = pl.Series("why_no_time", [None] * rows.height, dtype=pl.String).scatter(
            list(faults), list(faults.values())
        )
        return rows.with_columns(instants.alias("instant"), why)

    def _kept(self, rows: pl.DataFrame, file: str) -> pl.DataFrame:
        """Posts in the window that were not seen before, in the columns of the post table."""
        within = rows.filter(_within(self.since, self.until))
        self.outside += rows.height - within.height
        is_fresh = self._seen.fresh(within["post_id"])
        then = self._seen_then.fresh(within["post_id"].hash(1) ^ within["instant"].hash(2))
        self.at_another_time += int((then & ~is_fresh).sum())
        fresh = within.filter(is_fresh)
        self.duplicates += within.height - fresh.height
        broken = fresh["text"].is_in(SHEET_ERRORS)
        self.broken += int(broken.sum())
        gone = pl.col("text").str.contains(_GONE) | broken
        self._texts.take(fresh["text"].fill_null(""), file)
        return fresh.select(
            "post_id",
            pl.col("instant").alias("time"),
            pl.when(~gone).then("text").fill_null("").alias("text"),
            pl.lit(codes(fresh["language"])).fill_null(pl.lit(self.language, pl.String)).alias("language"),
            pl.when(pl.col("kind").is_in(KINDS)).then("kind").otherwise(pl.lit("original")).alias("kind"),
            pl.when(~pl.col("author").is_in(["", "[deleted]", "[removed]"])).then("author").alias("author"),
            "engagement",
            pl.when(pl.col("url") != "").then("url").alias("url"),
        ).cast(SCHEMA)


def _is_sound(retrieved: datetime | None) -> pl.Expr:
    named = (pl.col("post_id") != "").fill_null(False)
    in_time = pl.col("instant") <= retrieved if retrieved else pl.lit(True)
    return named & pl.col("instant").is_not_null() & pl.col("kind").is_not_null() & in_time.fill_null(True)


def _fault() -> pl.Expr:
    """Why a line is left out that is not sound."""
    time = pl.coalesce(pl.col("time").cast(pl.String), pl.lit(""))
    return (
        pl.when(pl.col("post_id").is_null() | (pl.col("post_id") == ""))
        .then(pl.lit("has no id"))
        .when(pl.col("instant").is_null() & (time == ""))
        .then(pl.lit("has no time"))
        .when(pl.col("instant").is_null())
        .then(pl.format("has {}, {}", time_shown(time), pl.col("why_no_time").fill_null("which cannot be read")))
        .when(pl.col("kind").is_null())
        .then(pl.lit("has a word for its kind that is not known (leave the column out with --column kind=)"))
        .otherwise(pl.format("has {}, after the posts were collected (see --retrieved)", time_shown(time)))
    )


def _within(since: datetime | None, until: datetime | None) -> pl.Expr:
    begun = pl.col("instant") >= since if since else pl.lit(True)
    return begun & (pl.col("instant") < until if until else pl.lit(True))
