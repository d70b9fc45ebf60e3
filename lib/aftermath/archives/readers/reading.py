"""An archive read from its files: batches in order, and the count of what was left out."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from aftermath.archives.languages import settled
from aftermath.archives.posts import MOST_BAD, ArchiveError, BadLine, Batch, NoExport
from aftermath.archives.readers.checking import Checker
from aftermath.archives.readers.detection import ZONES, detect_format, is_parquet, reader_of, source_of
from aftermath.archives.readers.instants import Clock, OpenOrder
from aftermath.archives.readers.opening import CutShort, Member, members
from aftermath.archives.readers.options import Options
from aftermath.archives.readers.parquet import read_parquet
from aftermath.archives.readers.rows import Chunk
from aftermath.archives.readers.separated import read_spreadsheet
from aftermath.archives.readers.tables.dialect import QUOTING
from aftermath.archives.readers.tables.spreadsheet import is_spreadsheet
from aftermath.archives.readers.tally import Tally
from aftermath.wording import counted, number

_LISTED = 20
_FEW, _ONE_IN = 3, 10  # as many bad lines are no reason to refuse a small archive, if there is no more than one in ten
_BESIDE = "Not read, beside the posts: "
_SAME = 20  # posts, of which not all are of one moment
_ONE_TIME = "All posts bear the same time. If that is when they were collected, say where the posts' own times are: --column time=COLUMN."
_WHY = 200  # characters of why a member of a zip is not read
_HOPELESS = 20_000  # lines after which a file that is bad for the most part is not read further
_ANYWHERE = timedelta(hours=36)  # a day, until it has ended everywhere on earth
_WITH_SNOWFLAKES = ("twitter-v1", "twitter-v2")


class Reading(Iterator[Batch]):
    """The batches of an archive, and what was counted so far. **It is used up once it was iterated over.**

    Attributes
    ----------
    tally
        Counts over the posts given: kinds, languages, what they lack.
    posts, lines, duplicates, outside
        Posts given; lines or records read; posts left out because their id came before, or because they are outside the window.
    bad, bad_lines
        How many lines were bad, and the first of them.
    first, last
        Times of the earliest and the latest post.
    formats, encodings
        File to what was found.
    missing
        Ids that the export says are gone.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        format: str | None,
        checker: Checker,
        options: Options,
        max_bad: float | None = None,
    ) -> None:
        self.tally = Tally()
        self.lines = self.bad = self._sound = 0
        self.bad_lines: list[BadLine] = []
        self.formats: dict[str, str] = {}
        self.encodings: dict[str, str] = {}
        self._asked = format
        self._checker = checker
        self._options = options
        self._max_bad = max_bad
        self._surveyed = False
        self._members = [member for path in paths for member in _members(path)]
        self._batches = settled(self._read(), options.remark)

    @property
    def posts(self) -> int:
        """Posts given."""
        return self.tally.posts

    @property
    def first(self) -> datetime | None:
        """Time of the earliest post."""
        return self.tally.first

    @property
    def last(self) -> datetime | None:
        """Time of the latest post."""
        return self.tally.last

    @property
    def duplicates(self) -> int:
        """Posts whose id came before."""
        return self._checker.duplicates

    @property
    def outside(self) -> int:
        """Posts outside the window."""
        return self._checker.outside

    @property
    def columns(self) -> dict[str, str]:
        """For tables: field of a post to the column that it was read from, guesses included."""
        return dict(self._options.used)

    @property
    def facts(self) -> tuple[str, ...]:
        """What the archive holds and what was left out, a sentence each."""
        left_out = []
        if self.duplicates:
            left_out.append(
                f"{counted(self.duplicates, 'post')} came again under the same id; the first of each is kept, even where a "
                "later one was edited."
            )
        if self.outside:
            left_out.append(
                f"{counted(self.outside, 'post')} outside the window {'was' if self.outside == 1 else 'were'} left out."
            )
        if self.bad:
            left_out.append(f"{counted(self.bad, 'line')} of {number(self.lines)} could not be read.")
        return (*self.tally.facts, *left_out)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What else should be known of the archive, a sentence each."""
        same = self.posts >= _SAME and self.first == self.last and bool(self._options.time_column)
        return (*self._options.remarks, *self._checker.remarks(), *((_ONE_TIME,) if same else ()))

    @property
    def missing(self) -> tuple[str, ...]:
        """Ids that the export says are gone."""
        return tuple(self._options.missing)

    def __next__(self) -> Batch:
        batch = next(self._batches, None)
        if batch is None:
            self._refuse_empty()
            raise StopIteration
        self.tally.add(batch.posts)
        return batch

    def _read(self) -> Iterator[Batch]:
        refused: NoExport | None = None
        self._members = self._of_the_export(self._members)
        for member in self._members:
            try:
                yield from self._of_member(member)
            except NoExport as error:
                if member.inside is None:
                    raise
                refused = refused or error  # a README or a picture beside the posts, in a zip
                self._options.remark(_BESIDE + _short(error))
            except CutShort as error:
                raise ArchiveError(
                    f"{error}. {counted(self._sound, 'post')} before that {'was' if self._sound == 1 else 'were'} whole. "
                    "Get the file anew; half an archive is not used, because nobody could tell which half is missing."
                ) from None
        if refused and not self.formats:
            raise refused
        self._checker.ended()
        self._judge(final=True)

    def _refuse_empty(self) -> None:
        if not self.posts:
            raise ArchiveError(self._nothing())
        if not self.tally.words:
            raise ArchiveError(
                f"{self._names}: none of {counted(self.posts, 'post')} has any words, so the texts were looked for in the wrong "
                f"place, or this is another kind of export. For tables, say where they are: --column text=COLUMN.{self._noticed}"
            )

    def _of_the_export(self, files: Sequence[Member]) -> Sequence[Member]:
        """The members without those beside the posts, where a format that is given would be tried on them too."""
        if self._asked is None:
            return files
        beside = {member: why for member in files if member.inside is not None and (why := _foreign(member))}
        if len(beside) == len(files):
            return files
        for why in beside.values():
            self._options.remark(_BESIDE + why)
        return [member for member in files if member not in beside]

    def _of_member(self, member: Member) -> Iterator[Batch]:
        format, chunks = self._opened(member)
        column: str | None = None
        for chunk in chunks:
            self.formats[member.name] = format
            column = self._options.time_column if column is None else column  # before other members are looked into
            self._checker.clock.column = column
            batch = self._checked(chunk, member.name, self._has_snowflakes(format))
            self._count(batch)
            yield batch
            self._judge(final=False)
        self.formats[member.name] = format  # also where it holds nothing

    def _checked(self, chunk: Chunk, file: str, snowflakes: bool) -> Batch:
        try:
            return self._checker.batch(chunk, file, snowflakes=snowflakes)
        except OpenOrder:
            if self._surveyed:
                raise
        self._surveyed = True
        for member in self._members:  # a day over 12 further on tells the order of day and month
            with contextlib.suppress(NoExport):  # is told when its turn comes
                for further in self._opened(member)[1]:
                    lines = further.rows["line"]
                    self._checker.clock.survey(
                        further.rows["time"], lambda row, name=member.name, at=lines: f"{name}:{at[row]}"
                    )
        return self._checker.batch(chunk, file, snowflakes=snowflakes)

    def _opened(self, member: Member) -> tuple[str, Iterator[Chunk]]:
        self._options.time_column = ""
        if is_parquet(member):
            return "parquet", read_parquet(member, self._options)
        if is_spreadsheet(member):
            return "spreadsheet", read_spreadsheet(member, self._options)
        source = source_of(member)
        format = self._asked or detect_format(member, source)
        if format in ("parquet", "spreadsheet"):
            raise ArchiveError(f"{member.name} is no {format} file. Leave --format out, and its format is found.")
        self.encodings[member.name] = source.encoding.name
        self._set_zone(format)
        return format, reader_of(format, source)(source, self._options)

    def _set_zone(self, format: str) -> None:
        if format in ZONES and self._checker.clock.zone is None:
            self._checker.clock = Clock(ZONES[format])

    def _has_snowflakes(self, format: str) -> bool:
        return format in _WITH_SNOWFLAKES or self._options.of_twitter

    def _count(self, batch: Batch) -> None:
        self._sound += batch.posts.height
        self.lines += batch.lines
        self.bad += len(batch.bad)
        self.bad_lines += batch.bad[: _LISTED - len(self.bad_lines)]

    def _judge(self, *, final: bool) -> None:
        """Refuse an archive of which too much cannot be read."""
        share = MOST_BAD if self._max_bad is None else self._max_bad
        few = min(_FEW, self.lines / _ONE_IN) if self._max_bad is None else 0
        hopeless = self.lines >= _HOPELESS and self.bad > max(share, 0.5) * self.lines
        if not hopeless and not (final and self.bad > max(share * self.lines, few)):
            return
        listed = "\n".join(f"  {line}" for line in self.bad_lines)
        more = f"\n  and {number(self.bad - len(self.bad_lines))} more" if self.bad > len(self.bad_lines) else ""
        raise ArchiveError(
            f"{counted(self.bad, 'line')} of {number(self.lines)} could not be read, more than {_percent(share)}:\n{listed}{more}\n"
            "Look at these lines; if the format or the encoding was not recognised, say --format; if the archive is right "
            f"without them, say which share may be bad, e.g. --max-bad 0.05.{self._noticed}"
        )

    @property
    def _noticed(self) -> str:
        """What may be why an archive is refused."""
        return "".join(f"\n{remark}" for remark in self._options.remarks)

    @property
    def _names(self) -> str:
        return ", ".join(list(self.formats)[:5]) or "the files"

    def _nothing(self) -> str:
        window = self._checker
        if self.outside:
            return (
                f"{self._names}: none of {counted(self.outside, 'post')} is in the window from {_shown(window.since, 'the beginning')} "
                f"to {_shown(window.until, 'the end')}. Choose another window."
            )
        return f"{self._names}: there is no post in it. Look whether the export is the right one."


def read(
    path: Path | str | Sequence[Path | str],
    *,
    format: str | None = None,
    columns: Mapping[str, str] | None = None,
    zone: str | None = None,
    name: str | None = None,
    retrieved: date | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    language: str | None = None,
    quoting: str | None = None,
    max_bad: float | None = None,
) -> Reading:
    """Read posts from raw exports, whatever their size, in memory that hardly grows.

    Parameters
    ----------
    path
        A file, or several that make up one archive; gzip, Zstandard and zip are unpacked on the way.
    format
        A key of ``FORMATS``; found in the content if not given. Encodings are always found.
    columns
        For tables: field of a post to column, e.g. ``{"post_id": "tweet_id", "engagement": "likes+replies"}``. Further
        fields: ``repost_of``, ``quote_of``, ``reply_to`` (columns that are filled for such posts), ``where``
        (``"column=value"``: other rows are passed over), ``time_format``.
    zone
        IANA name of the zone of times that carry none. **Without it such times are refused.**
    name
        What the archive is called in messages about all of it.
    retrieved
        Day on which the posts were collected; later times are faults.
    since, until
        Only posts from ``since`` on and before ``until``, both with zone.
    language
        Of posts that carry none.
    quoting
        For tables as text: ``doubled``, ``backslash`` or ``none``, where the file does not show which.
    max_bad
        The share of lines that may be bad. If not given, one in a hundred, and in small archives as many as three lines if
        that is no more than one in ten.

    Returns
    -------
    Reading
        An iterator of batches. Posts whose id came before are left out and counted.

    Raises
    ------
    ArchiveError
        At once, or while iterating: if files are damaged, unsafe or of no known format, ids or times are unusable, too
        many lines are bad, or no post is left.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "posts.csv"
    ...     _ = file.write_text("id,created_at,text\\n1,2017-04-10T10:22:04Z,sorry\\n1,2017-04-10T10:22:04Z,sorry\\n")
    ...     reading = read(file)
    ...     [batch.posts["text"].to_list() for batch in reading], reading.duplicates
    ([['sorry']], 1)
    """
    paths = [Path(file) for file in ([path] if isinstance(path, str | Path) else path)]
    if not paths:
        raise ArchiveError(f"{name or 'the archive'}: no file is named. Name the files that were exported.")
    if quoting and quoting not in QUOTING:
        raise ArchiveError(f"--quoting {quoting[:40]!r}: it is one of {', '.join(QUOTING)}")
    if max_bad is not None and not 0 <= max_bad <= 1:
        raise ArchiveError(f"--max-bad {max_bad}: write a share between 0 and 1, such as 0.05")
    given = dict(columns or {})
    checker = Checker(
        Clock(zone, given.get("time_format") or None),
        retrieved=datetime.combine(retrieved, time(), UTC) + _ANYWHERE if retrieved else None,
        since=since,
        until=until,
        language=language,
    )
    return Reading(paths, format, checker, Options(given, quoting=quoting or ""), max_bad)


def _members(path: Path) -> tuple[Member, ...]:
    files = members(path)
    if not files:
        raise ArchiveError(f"{path.name} is empty: there is nothing to read in it. Copy or export it again.")
    return files


def _foreign(member: Member) -> str:
    """Why a member is in no format that is known; empty where it is in one."""
    try:
        detect_format(member, None)
    except NoExport as error:
        return _short(error)
    except ArchiveError:
        pass  # whoever reads it says so
    return ""


def _short(error: NoExport) -> str:
    return str(error).splitlines()[0][:_WHY]


def _percent(share: float) -> str:
    return f"{share * 100:.3g}%"


def _shown(moment: datetime | None, otherwise: str) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else otherwise
