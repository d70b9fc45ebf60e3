"""An archive read from its files: batches in order, and the count of what was left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from aftermath.archives.posts import MOST_BAD, ArchiveError, BadLine, Batch
from aftermath.archives.readers.checking import Checker
from aftermath.archives.readers.detection import ZONES, detect_format, is_parquet, reader_of, source_of
from aftermath.archives.readers.instants import Clock
from aftermath.archives.readers.opening import CutShort, Member, members
from aftermath.archives.readers.options import Options
from aftermath.archives.readers.parquet import read_parquet
from aftermath.archives.readers.rows import Chunk
from aftermath.wording import counted, number

_LISTED = 20
_HOPELESS = 20_000  # lines after which a file that is bad for the most part is not read further
_ANYWHERE = timedelta(hours=36)  # a day, until it has ended everywhere on earth
_WITH_SNOWFLAKES = ("twitter-v1", "twitter-v2")


class Reading(Iterator[Batch]):
    """The batches of an archive, and what was counted so far. **It is used up once it was iterated over.**

    Attributes
    ----------
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

    def __init__(self, paths: Sequence[Path], format: str | None, checker: Checker, options: Options) -> None:
        self.posts = self.lines = self.bad = 0
        self.bad_lines: list[BadLine] = []
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.formats: dict[str, str] = {}
        self.encodings: dict[str, str] = {}
        self._asked = format
        self._checker = checker
        self._options = options
        self._batches = self._read([member for path in paths for member in _members(path)])

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
    def missing(self) -> tuple[str, ...]:
        """Ids that the export says are gone."""
        return tuple(self._options.missing)

    def __next__(self) -> Batch:
        return next(self._batches)

    def _read(self, files: Sequence[Member]) -> Iterator[Batch]:
        for member in files:
            try:
                yield from self._of_member(member)
            except CutShort as error:
                raise ArchiveError(
                    f"{error}. {counted(self.posts, 'post')} before that {'was' if self.posts == 1 else 'were'} whole. "
                    "Get the file anew; half an archive is not used, because nobody could tell which half is missing."
                ) from None
        self._judge(final=True)
        if not self.posts:
            raise ArchiveError(self._nothing())

    def _of_member(self, member: Member) -> Iterator[Batch]:
        format, chunks = self._opened(member)
        self.formats[member.name] = format
        for chunk in chunks:
            batch = self._checker.batch(chunk, member.name, snowflakes=self._has_snowflakes(format))
            self._count(batch)
            yield batch
            self._judge(final=False)

    def _opened(self, member: Member) -> tuple[str, Iterator[Chunk]]:
        source = None if is_parquet(member) else source_of(member)
        if source is None:
            return "parquet", read_parquet(member, self._options)
        self.encodings[member.name] = source.encoding.name
        format = self._asked or detect_format(member, source)
        if format == "parquet":
            raise ArchiveError(f"{member.name} is no Parquet file. Leave --format out, and its format is found.")
        self._set_zone(format)
        return format, reader_of(format, source)(source, self._options)

    def _set_zone(self, format: str) -> None:
        if format in ZONES and self._checker.clock.zone is None:
            self._checker.clock = Clock(ZONES[format])

    def _has_snowflakes(self, format: str) -> bool:
        return format in _WITH_SNOWFLAKES or self._options.of_twitter

    def _count(self, batch: Batch) -> None:
        self.posts += batch.posts.height
        self.lines += batch.lines
        self.bad += len(batch.bad)
        self.bad_lines += batch.bad[: _LISTED - len(self.bad_lines)]
        first, last = batch.posts["time"].min(), batch.posts["time"].max()
        if isinstance(first, datetime) and isinstance(last, datetime):
            self.first = min(self.first or first, first)
            self.last = max(self.last or last, last)

    def _judge(self, *, final: bool) -> None:
        """Refuse an archive of which too much cannot be read."""
        hopeless = self.lines >= _HOPELESS and self.bad * 2 > self.lines
        if not hopeless and not (final and self.bad > MOST_BAD * self.lines):
            return
        listed = "\n".join(f"  {line}" for line in self.bad_lines)
        more = f"\n  and {number(self.bad - len(self.bad_lines))} more" if self.bad > len(self.bad_lines) else ""
        raise ArchiveError(
            f"{counted(self.bad, 'line')} of {number(self.lines)} could not be read, more than {MOST_BAD:.0%}:\n{listed}{more}\n"
            "Look at these lines; if the format or the encoding was not recognised, say --format."
        )

    def _nothing(self) -> str:
        names = ", ".join(list(self.formats)[:5]) or "the files"
        window = self._checker
        if self.outside:
            return (
                f"{names}: none of {counted(self.outside, 'post')} is in the window from {_shown(window.since, 'the beginning')} "
                f"to {_shown(window.until, 'the end')}. Choose another window."
            )
        return f"{names}: there is no post in it. Look whether the export is the right one."


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
) -> Reading:
    """Read posts from raw exports, whatever their size, in memory that hardly grows.

    Parameters
    ----------
    path
        A file, or several that make up one archive; gzip and zip are unpacked on the way.
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

    Returns
    -------
    Reading
        An iterator of batches. Posts whose id came before are left out and counted.

    Raises
    ------
    ArchiveError
        At once, or while iterating: if files are damaged, unsafe or of no known format, ids or times are unusable, more than
        1 % of the lines are bad, or no post is left.

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
    given = dict(columns or {})
    checker = Checker(
        Clock(zone, given.get("time_format") or None),
        retrieved=datetime.combine(retrieved, time(), UTC) + _ANYWHERE if retrieved else None,
        since=since,
        until=until,
        language=language,
    )
    return Reading(paths, format, checker, Options(given))


def _members(path: Path) -> tuple[Member, ...]:
    files = members(path)
    if not files:
        raise ArchiveError(f"{path.name} is empty: there is nothing to read in it. Copy or export it again.")
    return files


def _shown(moment: datetime | None, otherwise: str) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else otherwise
