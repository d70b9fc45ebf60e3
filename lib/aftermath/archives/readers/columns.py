"""Which column of a table holds what: as the manifest says, or under one of the usual names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers.opening import printable
from aftermath.archives.readers.rows import RAW

LINE = "\x00line"
_NOT = ("", "0", "0.0", "no", "false", "none", "null", "nan", "n/a")

USUAL = {
    "post_id": "post_id tweet_id id_str status_id aweme_id note_id mid id",
    "time": "unix_timestamp created_at timestamp time datetime date_time create_time posted_at published_at date",
    "text": "text full_text body content tweet message caption desc description review",
    "language": "language lang language_guess",
    "kind": "kind",
    "author": "author username user_name screen_name author_username author_nickname author_id user_id author_ref user",
    "url": "url link post_url tiktok_url permalink",
    "repost_of": "repost_of retweet_of is_retweet retweeted_status_id retweet_id",
    "quote_of": "quote_of is_quote_tweet is_quote quoted_status_id",
    "reply_to": "reply_to is_reply in_reply_to_status_id in_response_to_tweet_id in_reply_to_tweet_id in_reply_to_id",
}
_COUNTS = (
    "retweet_count favorite_count like_count reply_count reposts_count attitudes_count comments_count likes shares "
    "comments digg_count comment_count share_count"
).split()
FIELDS = (*USUAL, "engagement", "where", "time_format")
_NEEDED = {"post_id": "ids", "time": "times", "text": "texts"}


@dataclass(frozen=True)
class Columns:
    """Where a table keeps what a post needs.

    Parameters
    ----------
    of_field
        Field of the post table, or ``repost_of``, ``quote_of``, ``reply_to``, to column. A post is a repost where the column
        of ``repost_of`` holds anything but nothing, 0, no or false.
    counts
        Columns that add up to the engagement.
    where
        Column and the value that a row must have in it; None for all rows.
    name
        The file, for messages.
    """

    of_field: Mapping[str, str]
    counts: tuple[str, ...]
    where: tuple[str, str] | None
    name: str

    @classmethod
    def of(cls, header: Sequence[str], given: Mapping[str, str], name: str) -> Columns:
        """The columns of a table.

        Parameters
        ----------
        header
            Names of its columns.
        given
            What is known of them: any of ``FIELDS`` to a column; ``engagement`` to several, joined by ``+``; ``where`` to
            ``column=value``; **a field given as empty is left out**, as is the guess for it.
        name
            The file, for messages.

        Raises
        ------
        ArchiveError
            If a named column is not there, or there is none for ids, times or texts.
        """
        unknown = sorted(set(given) - set(FIELDS))
        if unknown:
            raise ArchiveError(
                f"{unknown[0][:60]!r} is no field of a post; those that columns can be given for: {', '.join(FIELDS)}"
            )
        by_name = {_plain(column): column for column in reversed(header)}
        columns_of = {
            field: given.get(field, next((by_name[name] for name in names.split() if name in by_name), ""))
            for field, names in USUAL.items()
        }
        counts = tuple(by_name[count] for count in _COUNTS if count in by_name)
        if "engagement" in given:
            counts = tuple(filter(None, given["engagement"].split("+")))
        where = _condition(given.get("where", ""))
        columns = cls({field: column for field, column in columns_of.items() if column}, counts, where, name)
        columns._refuse_absent(header)
        return columns

    @property
    def used(self) -> list[str]:
        """The columns that are read, each once."""
        return list(dict.fromkeys([*self.of_field.values(), *self.counts, *(self.where or ())[:1]]))

    def as_given(self, given: Mapping[str, str]) -> dict[str, str]:
        """The map with its guesses, so that the file is read the same way again."""
        engagement = {"engagement": "+".join(self.counts)} if self.counts else {}
        kept = {field: value for field, value in given.items() if field not in self.of_field and field != "engagement"}
        return {**self.of_field, **engagement, **kept}

    @property
    def of_twitter(self) -> bool:
        """Whether ids are called as Twitter's are: they carry times, and a repost bears the counts of its original."""
        column = _plain(self.of_field["post_id"])
        return "tweet" in column or "status" in column

    def _refuse_absent(self, header: Sequence[str]) -> None:
        absent = [column for column in self.used if column not in header]
        shown = ", ".join(printable(column, 40) for column in header[:40])
        if absent:
            raise ArchiveError(f"{self.name} has no column {absent[0][:60]!r}. Its columns: {shown}")
        for field, what in _NEEDED.items():
            if field not in self.of_field and not (field == "time" and "post_id" in self.of_field and self.of_twitter):
                raise ArchiveError(
                    f"{self.name}: no column with {what} was found. Say which one it is, e.g. --column {field}=COLUMN. "
                    f"Its columns: {shown}"
                )

    def raw(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Rows of the file in the columns that all readers give.

        Parameters
        ----------
        frame
            The columns ``used``, and the number of each row as ``LINE``.
        """
        if self.where:
            column, value = self.where
            frame = frame.filter(pl.col(column).cast(pl.String) == value)
        try:
            return self._raw(frame)
        except pl.exceptions.PolarsError as error:
            raise ArchiveError(f"{self.name}: a column does not hold what it should ({str(error)[:200]})") from None

    def _raw(self, frame: pl.DataFrame) -> pl.DataFrame:
        ids = _as_ids(frame[self.of_field["post_id"]], self.name)
        time = (
            frame[self.of_field["time"]]
            if "time" in self.of_field
            else pl.Series([None] * frame.height, dtype=pl.String)
        )
        if time.dtype not in (pl.Date, pl.Datetime):
            text = time.cast(pl.String)
            time = pl.select(pl.when(text.str.strip_chars() != "").then(text)).to_series()
        kind = self._kind()
        counts = self._engagement()
        return frame.select(
            pl.col(LINE).alias("line"),
            ids.alias("post_id"),
            time.alias("time"),
            self._text("text"),
            self._text("language"),
            kind.alias("kind"),
            self._text("author"),
            (pl.when(kind != "repost").then(counts) if self.of_twitter else counts).alias("engagement"),
            self._text("url"),
        ).select(*RAW)

    def _text(self, field: str) -> pl.Expr:
        column = self.of_field.get(field)
        return (pl.col(column).cast(pl.String) if column else pl.lit(None, pl.String)).alias(field)

    def _kind(self) -> pl.Expr:
        kind = pl.coalesce(self._text("kind"), pl.lit("original"))
        for field, name in (("reply_to", "reply"), ("quote_of", "quote"), ("repost_of", "repost")):
            if field in self.of_field:
                said = pl.col(self.of_field[field]).cast(pl.String).str.strip_chars().str.to_lowercase()
                kind = (
                    pl.when((said.is_not_null() & ~said.is_in(_NOT)).fill_null(False))
                    .then(pl.lit(name))
                    .otherwise(kind)
                )
        return kind

    def _engagement(self) -> pl.Expr:
        numbers = [pl.col(column).cast(pl.Float64, strict=False) for column in self.counts]
        if not numbers:
            return pl.lit(None, pl.Int64)
        known = pl.any_horizontal(number.is_not_null() for number in numbers)
        return pl.when(known).then(pl.sum_horizontal(numbers)).cast(pl.Int64, strict=False)


def _plain(column: str) -> str:
    return column.strip().lower().replace(" ", "_").replace("-", "_")


def _condition(text: str) -> tuple[str, str] | None:
    column, equals, value = text.partition("=")
    if text and not (column and equals):
        raise ArchiveError(f"{text[:60]!r} is no condition; write where=column=value")
    return (column, value) if text else None


def _as_ids(ids: pl.Series, name: str) -> pl.Series:
    """Ids as text; **numbers with a decimal point are refused** where they have lost digits."""
    if ids.dtype.is_float():
        if not (ids.drop_nulls().abs() < 2**53).all():
            raise ArchiveError(
                f"{name}: the ids in column {ids.name!r} were damaged by a spreadsheet or a program: they are numbers with a "
                "decimal point and have lost their last digits. Export the posts anew with ids as text."
            )
        return ids.cast(pl.Int64).cast(pl.String)
    return ids.cast(pl.String)
