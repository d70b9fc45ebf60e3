"""Which column of a table holds what: as the manifest says, or under one of the usual names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import names
from aftermath.archives.readers.date_forms import joined
from aftermath.archives.readers.identity import id_column, refuse_shared
from aftermath.archives.readers.markup import plain_texts
from aftermath.archives.readers.names import plain
from aftermath.archives.readers.numbers import Counts
from aftermath.archives.readers.opening import printable
from aftermath.archives.readers.options import Options
from aftermath.archives.readers.rows import RAW

LINE = "\x00line"
SAMPLE = 2_000  # rows by which it is judged which column holds what
FIELDS = (*names.USUAL, "engagement", "where", "time_format")
_NEEDED = {"post_id": "ids", "time": "times", "text": "texts"}
_CLOCK = r"^\s*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*([AaPp]\.?[Mm]\.?)?\s*$"
_NUMBER = r"^[\d.,eE+]{1,30}$"  # as a spreadsheet leaves it, too


@dataclass(frozen=True)
class Columns:
    """Where a table keeps what a post needs.

    Parameters
    ----------
    of_field
        Field of the post table, or ``repost_of``, ``quote_of``, ``reply_to``, to column. A post is a repost where the column
        of ``repost_of`` holds anything but nothing, 0, no or false. A time may stand in two columns, joined by ``+``.
    counts
        Columns that add up to the engagement.
    where
        Column and the value that a row must have in it; None for all rows.
    name
        The file, for messages.
    header
        All columns of the table.
    counter
        Adds the counts up, and remembers what of them it could not read.
    of_twitter
        Whether ids are Twitter's, which carry times.
    of_comments
        Whether all posts are comments: each stands under something else.
    remarks
        What whoever adds the archive should know.
    """

    of_field: Mapping[str, str]
    counts: tuple[str, ...]
    where: tuple[str, str] | None
    name: str
    header: tuple[str, ...]
    counter: Counts
    of_twitter: bool = False
    of_comments: bool = False
    remarks: tuple[str, ...] = ()

    @classmethod
    def of(cls, header: Sequence[str], given: Mapping[str, str], name: str, sample: pl.DataFrame) -> Columns:
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
        sample
            All columns of the first ``SAMPLE`` rows: what is not given is judged by what stands in them.

        Raises
        ------
        ArchiveError
            If a named column is not there, there is none for ids, times or texts, or ids name something else than posts.
        """
        unknown = sorted(set(given) - set(FIELDS))
        if unknown:
            raise ArchiveError(
                f"{unknown[0][:60]!r} is no field of a post; those that columns can be given for: {', '.join(FIELDS)}"
            )
        sample = sample.cast(pl.String)
        candidates = _candidates(header)
        of_field = {**{field: columns[0] for field, columns in candidates.items() if columns}, **given}
        if "post_id" not in given and candidates["post_id"]:
            text = of_field.get("text")
            of_field["post_id"] = id_column(candidates["post_id"], sample, text if text in header else None) or ""
        of_field = {field: column for field, column in of_field.items() if column and field in names.USUAL}
        if "time" not in given:
            _join_day_and_clock(of_field, header, sample)
        remarks: list[str] = []
        if of_field.get("kind") in header and not _are_kinds(sample[of_field["kind"]]):
            column = printable(of_field.pop("kind"), 40)  # so is called what a collector noted for himself, too
            remarks.append(
                f"Column {column!r} was not read for the kinds of posts: most of its words are none that are known."
            )
        counts = tuple(column for column in _first_of_each(header, names.ENGAGEMENT) if not _is_blank(sample[column]))
        if "engagement" in given:
            counts = tuple(filter(None, given["engagement"].split("+")))
        where = _condition(given.get("where", ""))
        columns = cls(
            of_field,
            counts,
            where,
            name,
            tuple(header),
            Counts(counts),
            of_twitter=_of_twitter(of_field, sample),
            of_comments=_stand_under(of_field.get("post_id", ""), sample),
            remarks=tuple(remarks),
        )
        columns._refuse_absent()
        refuse_shared(of_field["post_id"], sample, of_field["text"], name)
        return columns

    @property
    def used(self) -> list[str]:
        """The columns that are read, each once."""
        times = self._times if "time" in self.of_field else []
        others = [column for field, column in self.of_field.items() if field != "time"]
        return list(dict.fromkeys([*others, *times, *self.counts, *(self.where or ())[:1]]))

    @property
    def _times(self) -> list[str]:
        """The column of the time, or those of day and time of day."""
        column = self.of_field["time"]
        return [column] if column in self.header else column.split("+")

    def as_given(self, given: Mapping[str, str]) -> dict[str, str]:
        """The map with its guesses, so that the file is read the same way again."""
        engagement = {"engagement": "+".join(self.counts)} if self.counts else {}
        kept = {field: value for field, value in given.items() if field not in self.of_field and field != "engagement"}
        return {**self.of_field, **engagement, **kept}

    def tell(self, options: Options) -> None:
        """Say what was noticed, once all rows are read.

        Parameters
        ----------
        options
            Takes the remarks.
        """
        for remark in (*self.remarks, *self.counter.remarks()):
            options.remark(remark)

    def _refuse_absent(self) -> None:
        absent = [column for column in self.used if column not in self.header]
        shown = ", ".join(printable(column, 40) for column in self.header[:40])
        if absent:
            raise ArchiveError(f"{self.name} has no column {absent[0][:60]!r}. Its columns: {shown}")
        for field, what in _NEEDED.items():
            if field not in self.of_field and not (field == "time" and self.of_twitter):
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
        text = self._text("text")
        kind = self._kind(text)
        lines = frame[LINE]
        counts = self.counter.sum(frame, lambda row: f"{self.name}:{lines[row]}")
        return frame.select(
            pl.col(LINE).alias("line"),
            ids.alias("post_id"),
            self._time(frame).alias("time"),
            plain_texts(frame.select(text).to_series()),
            self._text("language"),
            kind.alias("kind"),
            self._text("author"),
            (counts if self._counts_reposts else pl.when((kind != "repost").fill_null(True)).then(counts)).alias(
                "engagement"
            ),
            self._text("url"),
        ).select(*RAW)

    @property
    def _counts_reposts(self) -> bool:
        """Whether the counts of a repost are its own."""
        return any(plain(column) in names.OF_WEIBO for column in self.header)

    def _time(self, frame: pl.DataFrame) -> pl.Series:
        """The time as the table has it, typed or as text; blank is none."""
        if "time" not in self.of_field:
            return pl.Series([None] * frame.height, dtype=pl.String)
        time = frame[self._times[0]]
        if len(self._times) > 1:
            time = joined(*(frame[column] for column in self._times[:3]))
        if time.dtype in (pl.Date, pl.Datetime):
            return time
        written = time.cast(pl.String)
        return pl.select(pl.when(written.str.strip_chars() != "").then(written)).to_series()

    def _text(self, field: str) -> pl.Expr:
        column = self.of_field.get(field)
        return (pl.col(column).cast(pl.String) if column else pl.lit(None, pl.String)).alias(field)

    def _kind(self, text: pl.Expr) -> pl.Expr:
        """The kind as the table says it: **null for a word that is not known**, for it may mean a repost."""
        kind = pl.lit("reply" if self.of_comments and "reply_to" not in self.of_field else "original")
        if "kind" in self.of_field:
            word = _as_words(pl.col(self.of_field["kind"]).cast(pl.String))
            known = word.replace_strict(names.KINDS_BY_WORD, default=None)
            kind = pl.when(word.is_null() | (word == "")).then(kind).otherwise(known)
        for field, name in (("reply_to", "reply"), ("quote_of", "quote"), ("repost_of", "repost")):
            if field in self.of_field:
                written = pl.col(self.of_field[field]).cast(pl.String).str.strip_chars().str.to_lowercase()
                kind = pl.when((~written.is_in(names.NOTHING)).fill_null(False)).then(pl.lit(name)).otherwise(kind)
        if not {"kind", "repost_of"} & set(self.of_field):
            kind = pl.when(text.str.contains(r"^RT @\w+")).then(pl.lit("repost")).otherwise(kind)
        return kind


def _candidates(header: Sequence[str]) -> dict[str, list[str]]:
    """For each field the columns that bear one of its usual names, the likeliest first."""
    by_name = {plain(column): column for column in reversed(header)}
    return {field: [by_name[name] for name in usual.split() if name in by_name] for field, usual in names.USUAL.items()}


def _first_of_each(header: Sequence[str], usual: Mapping[str, str]) -> tuple[str, ...]:
    by_name = {plain(column): column for column in reversed(header)}
    firsts = (next((by_name[name] for name in listed.split() if name in by_name), None) for listed in usual.values())
    return tuple(column for column in firsts if column)


def _join_day_and_clock(of_field: dict[str, str], header: Sequence[str], sample: pl.DataFrame) -> None:
    """Join two columns where the day stands in one and the time of day in the other."""
    by_name = {plain(column): column for column in reversed(header)}
    clocks = [by_name[name] for name in names.CLOCKS.split() if name in by_name]
    days = [by_name[name] for name in names.DAYS.split() if name in by_name]
    clocks = [column for column in clocks if _all_like(sample[column], _CLOCK)]
    if (
        clocks
        and days
        and of_field.get("time") in (*clocks, *days)
        and not sample[days[0]].str.contains(r"\d:\d\d").any()
    ):
        of_field["time"] = f"{days[0]}+{clocks[0]}"


def _all_like(values: pl.Series, pattern: str) -> bool:
    written = values.drop_nulls().str.strip_chars()
    written = written.filter(written != "")
    return len(written) > 0 and bool(written.str.contains(pattern).all())


def _is_blank(values: pl.Series) -> bool:
    """Whether a column stays empty, as those of things do that a tool did not ask for."""
    return len(values) > 0 and not (values.str.strip_chars() != "").any()


def _as_words(values: pl.Expr) -> pl.Expr:
    return values.str.strip_chars().str.to_lowercase().str.replace_all(r"[\s\-]+", "_")


def _are_kinds(values: pl.Series) -> bool:
    """Whether most of what stands in a column are words for kinds of posts."""
    written = pl.select(_as_words(pl.lit(values))).to_series().drop_nulls()
    written = written.filter(written != "")
    return bool(written.is_in([*names.KINDS_BY_WORD]).sum() * 2 > len(written))


def _stand_under(ids: str, sample: pl.DataFrame) -> bool:
    """Whether a column beside the ids names, for each row, what it stands under."""
    parents = [column for column in sample.columns if plain(column) in names.PARENTS and column != ids]
    if ids not in sample.columns or sample.is_empty():
        return False
    return any(
        bool(((sample[column] != "") & (sample[column] != sample[ids])).fill_null(False).all()) for column in parents
    )


def _of_twitter(of_field: Mapping[str, str], sample: pl.DataFrame) -> bool:
    """Whether the table is of posts on Twitter: its ids are called so, and look so."""
    column = of_field.get("post_id", "")
    name = plain(column)
    if column not in sample.columns or not ("tweet" in name or name == "status_id"):
        return False
    return sample.is_empty() or _all_like(sample[column].str.strip_chars(" \t\r\n'\"="), _NUMBER)


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
