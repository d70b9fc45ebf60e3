"""Which column of a table holds what: as the manifest says, or under one of the usual names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import names
from aftermath.archives.readers.date_forms import joined
from aftermath.archives.readers.engagement import count_columns, is_blank, written
from aftermath.archives.readers.identity import MOST_SHARED, address_column, id_column, refuse_shared, shared
from aftermath.archives.readers.kinds import OF_KINDS, are_comments, kind_columns, kind_of, refused_kind, unread_kinds
from aftermath.archives.readers.markup import plain_texts
from aftermath.archives.readers.names import listed, plain
from aftermath.archives.readers.numbers import Counts
from aftermath.archives.readers.opening import printable
from aftermath.archives.readers.options import Options
from aftermath.archives.readers.rows import RAW
from aftermath.archives.readers.showing import names_shown

LINE = "\x00line"
SAMPLE = 2_000  # rows by which it is judged which column holds what
FIELDS = (*names.USUAL, "engagement", "where", "time_format")
_NEEDED = {"post_id": "ids", "time": "times", "text": "texts"}
_CLOCK = r"^\s*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*([AaPp]\.?[Mm]\.?)?\s*$"
_BEGINNING = 40  # letters by which it is seen that a text begins with its title
_NAMES = "username screen_name screenName userName uniqueId unique_id handle acct login name nickname id".split()
_COMMENT = ("comment", "评论")
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
        of_field, remarks = _fields(header, given, sample)
        of_comments = are_comments(of_field, sample)
        remarks += [] if of_comments else unread_kinds(of_field, sample)
        if "text" not in given:
            _join_title(of_field, header, sample, of_comments=of_comments)
        counts = tuple(filter(None, given.get("engagement", "").split("+")))
        if "engagement" not in given:
            others = [column for column in header if column not in of_field.get("text", "").split("+")]
            counts, notes = count_columns(others, sample, of_comments=of_comments)
            remarks += notes
        where = _condition(given.get("where", ""))
        columns = cls(
            of_field,
            counts,
            where,
            name,
            tuple(header),
            Counts(counts, header),
            of_twitter=_of_twitter(of_field, sample),
            of_comments=of_comments,
            remarks=tuple(remarks),
        )
        columns._refuse_absent()
        if "time" not in given:
            _refuse_approximate(header, name)
        refuse_shared(of_field["post_id"], sample, columns._parts("text")[-1], name)
        return columns

    @property
    def used(self) -> list[str]:
        """The columns that are read, each once."""
        fields = [column for field in self.of_field for column in self._parts(field)]
        return list(dict.fromkeys([*fields, *self.counter.columns, *(self.where or ())[:1]]))

    def _parts(self, field: str) -> list[str]:
        """The column of a field, or those that make it up: day and time of day, title and text."""
        column = self.of_field.get(field, "")
        joined = field in ("time", "text") and column not in self.header
        return column.split("+") if joined and column else [column] if column else []

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
        shown = names_shown(self.header, [column for column in self.of_field.values() if column in self.header])
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
        except pl.exceptions.PolarsError:  # whose words may hold a text
            types = ", ".join(f"{printable(column, 40)} holds {frame[column].dtype}" for column in self.used)
            raise ArchiveError(
                f"{self.name}: a column does not hold what it should ({types}). Export it as text, or name another with --column."
            ) from None

    def _raw(self, frame: pl.DataFrame) -> pl.DataFrame:
        ids = _as_ids(frame[self.of_field["post_id"]], self.name)
        words = self._words()
        text, kind = frame.select(words, kind=kind_of(self.of_field, words, of_comments=self.of_comments))
        lines = frame[LINE]
        counts = self.counter.sum(frame, lambda row: f"{self.name}:{lines[row]}")
        return frame.select(
            pl.col(LINE).alias("line"),
            ids.alias("post_id"),
            self._time(frame).alias("time"),
            plain_texts(text),
            self._text("language"),
            kind,
            _account(self._text("author")).alias("author"),
            pl.when(self._counted(pl.lit(kind))).then(counts).alias("engagement"),
            self._text("url"),
        ).select(*RAW)

    def _counted(self, kind: pl.Expr) -> pl.Expr:
        """Whether the counts of a post are its own, and shown: of a repost they are, on Weibo."""
        own = pl.lit(any(plain(column) in listed(" ".join(names.OF_WEIBO)) for column in self.header))
        counted = own | (kind != "repost").fill_null(True)
        if "hidden" in self.of_field:
            hidden = pl.col(self.of_field["hidden"]).cast(pl.String).str.strip_chars().str.to_lowercase()
            counted &= hidden.is_in(names.NOTHING).fill_null(True)
        return counted

    def _words(self) -> pl.Expr:
        """The text; below its title where both stand, and the one does not begin with the other."""
        *titles, last = self._parts("text")
        text = _without_nothing(pl.col(last))
        if "whole" in self.of_field:
            whole = _without_nothing(pl.col(self.of_field["whole"]))
            text = pl.when((whole != "").fill_null(False)).then(whole).otherwise(text)
        for column in reversed(titles):
            title = _without_nothing(pl.col(column)).str.strip_chars()
            stands = (title != "").fill_null(False)
            gone = text.str.strip_chars().is_in(["", "[removed]", "[deleted]"]).fill_null(True)
            begun = text.str.slice(0, _BEGINNING) == title.str.slice(0, _BEGINNING)
            text = (
                pl.when(stands & gone)
                .then(title)
                .when(stands & ~begun.fill_null(False))
                .then(pl.concat_str(title, pl.lit("\n\n"), text))
                .otherwise(text)
            )
        return text.alias("text")

    def _time(self, frame: pl.DataFrame) -> pl.Series:
        """The time as the table has it, typed or as text; blank is none."""
        if "time" not in self.of_field:
            return pl.Series([None] * frame.height, dtype=pl.String)
        times = self._parts("time")
        time = joined(*(frame[column] for column in times[:3])) if len(times) > 1 else frame[times[0]]
        if time.dtype in (pl.Date, pl.Datetime):
            return time
        written = time.cast(pl.String)
        return pl.select(pl.when(written.str.strip_chars() != "").then(written)).to_series()

    def _text(self, field: str) -> pl.Expr:
        column = self.of_field.get(field)
        return (_without_nothing(pl.col(column)) if column else pl.lit(None, pl.String)).alias(field)


def _fields(header: Sequence[str], given: Mapping[str, str], sample: pl.DataFrame) -> tuple[dict[str, str], list[str]]:
    """The column of each field: as given, else the likeliest; and what should be known of that choice."""
    candidates = _candidates(header, sample)
    kinds = kind_columns(candidates, header, sample)
    found = {field: columns[0] for field, columns in candidates.items() if columns and field not in OF_KINDS}
    if "text" in given:
        found.pop("whole", None)  # who says where the texts are means those
    of_field = {**found, **kinds, **given}
    remarks: list[str] = []
    if "post_id" not in given:
        text = of_field.get("text")
        _choose_ids(of_field, candidates["post_id"], sample, text if text in header else None, remarks)
    of_field = {field: column for field, column in of_field.items() if column and field in names.USUAL}
    if "time" not in given:
        _join_day_and_clock(of_field, header, sample)
        if of_field.get("time") is None and _of_twitter(of_field, sample):
            remarks.append("No column with times was found: they come from the ids, which on Twitter hold them.")
    if of_field.get("kind") in header and (why := refused_kind(of_field["kind"], sample)):
        del of_field["kind"]
        remarks.append(why)
    return of_field, remarks


def _candidates(header: Sequence[str], sample: pl.DataFrame) -> dict[str, list[str]]:
    """For each field the columns that bear one of its usual names, the likeliest first."""
    by_name = {plain(column): column for column in reversed(header)}
    found = {
        field: [by_name[name] for name in listed(usual) if name in by_name] for field, usual in names.USUAL.items()
    }
    found["text"] += [by_name[name] for name in listed(names.TITLES) if name in by_name]
    if any(name in by_name for name in listed("comment_id cid 评论id")):  # beside them, what is a post's may stand, too
        found = {
            field: sorted(columns, key=lambda column: not plain(column).startswith(_COMMENT))
            for field, columns in found.items()
        }
    if not found["kind"]:
        for field, usual in names.ACCOUNTS.items():
            found[field] = found[field] or [by_name[name] for name in listed(usual) if name in by_name]
    found = {field: [column for column in columns if _has_form(column, sample)] for field, columns in found.items()}
    texts = found["text"]
    wordy = [column for column in texts if not (is_blank(sample[column]) or _only_says_whether(sample[column]))]
    return {**found, "text": wordy or texts}


def _has_form(column: str, sample: pl.DataFrame) -> bool:
    """Whether the values of a column that could mean anything have the form of what a post answers."""
    form = {plain(name): form for name, form in names.FORMS.items()}.get(plain(column))
    if form is None:
        return True
    values = sample[column].filter(written(sample[column]))
    return len(values) > 0 and bool(values.str.contains(form).all())


def _choose_ids(
    of_field: dict[str, str], candidates: Sequence[str], sample: pl.DataFrame, text: str | None, remarks: list[str]
) -> None:
    """Take for the ids the column that names posts, or the address of each where there are no ids."""
    ids = id_column(candidates, sample, text)
    if ids is None and (ids := address_column(sample)):
        remarks.append(
            f"There is no column with ids: posts are known by their addresses, in column {printable(ids, 40)!r}."
        )
    of_field["post_id"] = ids or ""


def _join_title(of_field: dict[str, str], header: Sequence[str], sample: pl.DataFrame, *, of_comments: bool) -> None:
    """Put a title above the words of posts that have one of their own; of comments it is that of what they stand under."""
    by_name = {plain(column): column for column in reversed(header)}
    titles = [by_name[name] for name in listed(names.TITLES) if name in by_name]
    text = of_field.get("text")
    titles = [column for column in titles if column != text]
    if not of_comments and titles and text in sample.columns:
        filled = sample.filter(pl.col(titles[0]).str.strip_chars() != "")
        if filled.is_empty() or shared(filled[titles[0]], filled[text]) <= MOST_SHARED:
            others = (
                [by_name["selftext"]] if text == by_name.get("body") and "selftext" in by_name else []
            )  # both of Reddit's
            of_field["text"] = "+".join([titles[0], *others, text])


def _refuse_approximate(header: Sequence[str], name: str) -> None:
    """Refuse times that were worked out from how long ago a page said a post was."""
    if "timestampago" in map(plain, header):
        raise ArchiveError(
            f"{name}: the times are worked out from how long ago the page said a post was (LinkedIn tells no more), to the day, the "
            "week or the year. If that will do, say so: --column time=COLUMN."
        )


def _without_nothing(values: pl.Expr) -> pl.Expr:
    """Text without what R and pandas write for a value that is not there."""
    text = values.cast(pl.String)
    return pl.when(~text.is_in(["NA", "nan", "NaN", "<NA>"])).then(text)


def _account(author: pl.Expr) -> pl.Expr:
    """An author's name, also where a notebook kept all that is known of the account."""
    of_key = [author.str.extract(f"['\"]{key}['\"]\\s*:\\s*['\"]([^'\"]+)['\"]") for key in _NAMES]
    return pl.when(author.str.starts_with("{")).then(pl.coalesce(of_key)).otherwise(author)


def _join_day_and_clock(of_field: dict[str, str], header: Sequence[str], sample: pl.DataFrame) -> None:
    """Join two columns where the day stands in one and the time of day in the other."""
    by_name = {plain(column): column for column in reversed(header)}
    clocks = [by_name[name] for name in listed(names.CLOCKS) if name in by_name]
    days = [by_name[name] for name in listed(names.DAYS) if name in by_name]
    clocks = [column for column in clocks if _all_like(sample[column], _CLOCK)]
    if clocks and days and of_field.get("time") in (*clocks, *days):
        has_clock = sample[days[0]].str.contains(r"\d:\d\d").any()
        of_field["time"] = days[0] if has_clock else f"{days[0]}+{clocks[0]}"


def _only_says_whether(values: pl.Series) -> bool:
    """Whether a column answers a question, as YouTube's ``caption`` does, and holds no words."""
    words = values.str.strip_chars().str.to_lowercase().drop_nulls().unique()
    return len(words) > 0 and bool(words.is_in(["true", "false", "yes", "no", "0", "1"]).all())


def _all_like(values: pl.Series, pattern: str) -> bool:
    written = values.drop_nulls().str.strip_chars()
    written = written.filter(written != "")
    return len(written) > 0 and bool(written.str.contains(pattern).all())


def _of_twitter(of_field: Mapping[str, str], sample: pl.DataFrame) -> bool:
    """Whether the table is of posts on Twitter: its ids are called so, and look so."""
    column = of_field.get("post_id", "")
    name = plain(column)
    if column not in sample.columns or not ("tweet" in name or name == "statusid"):
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
