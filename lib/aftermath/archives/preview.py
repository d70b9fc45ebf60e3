"""What an archive would hold, before anything is written down: ``aftermath archive preview``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from aftermath.archives.readers import FORMATS, Reading, read
from aftermath.archives.readers.opening import printable
from aftermath.wording import counted, number

ROWS = 10
_LONGEST = 100  # characters shown of a text
# what stands before an id's own part may name an account: a page's address, a channel on Telegram, a DID on Bluesky
_BEFORE_OWN = re.compile(r"^.*[/-](?=[^/-]+$)", re.DOTALL)
_ACCOUNT = re.compile(r"[@＠][\w.·-]+")


@dataclass(frozen=True)
class Preview:
    """What would be read of some files.

    Parameters
    ----------
    reading
        Used up: its counts are those of the whole files.
    rows
        The first posts; **authors are numbered and accounts in texts are masked**; of ids, ``text`` shows what is a post's own.
    """

    reading: Reading
    rows: pl.DataFrame

    @property
    def text(self) -> str:
        """All of it for a terminal: formats, columns, what is in the files, what was left out and why, the first rows."""
        reading = self.reading
        files = [
            f"  {name}: {format} ({FORMATS[format]}){f', {encoding}' if (encoding := reading.encodings.get(name)) else ''}"
            for name, format in reading.formats.items()
        ]
        columns = [f"  {field}: {printable(column, 80)}" for field, column in reading.columns.items()]
        bad = [f"  {line}" for line in reading.bad_lines]
        more = reading.bad - len(reading.bad_lines)
        span = [f"{reading.first:%Y-%m-%d %H:%M:%S} to {reading.last:%Y-%m-%d %H:%M:%S} UTC."] if reading.first else []
        parts = [
            *[counted(len(files), "file") + ":", *files],
            *(["Columns:", *columns] if columns else []),
            *span,
            *reading.facts,
            *reading.remarks,
            *(["Lines left out:", *bad] if bad else []),
            *([f"  and {number(more)} more"] if more > 0 else []),
            f"The first {counted(self.rows.height, 'post')}, accounts masked:",
            *(_row(row) for row in self.rows.iter_rows(named=True)),
        ]
        return "\n".join(parts)


def preview(files: Sequence[Path], **options: Any) -> Preview:
    """Read files whole, and write nothing.

    Parameters
    ----------
    files
        As they were exported.
    options
        As ``aftermath.archives.readers.read`` takes them.

    Returns
    -------
    Preview

    Raises
    ------
    ArchiveError
        As ``read`` does: what would be refused is refused here.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "posts.csv"
    ...     _ = file.write_text("id,created_at,text,author\\n1,2017-04-10T10:22:04Z,sorry @you,me\\n")
    ...     preview([file]).rows.select("author", "text").row(0)
    ('author 1', 'sorry @…')
    """
    reading = read(files, **options)
    first: list[pl.DataFrame] = []
    for batch in reading:
        if sum(frame.height for frame in first) < ROWS:
            first.append(batch.posts.head(ROWS))
    return Preview(reading, _masked(pl.concat(first).head(ROWS)))


def _masked(posts: pl.DataFrame) -> pl.DataFrame:
    names = posts["author"].drop_nulls().unique(maintain_order=True).to_list()
    numbered = {name: f"author {place}" for place, name in enumerate(names, 1)}
    texts = [_ACCOUNT.sub("@…", text) for text in posts["text"]]
    return posts.with_columns(
        pl.col("author").replace_strict(numbered, default=None, return_dtype=pl.String),
        text=pl.Series(texts, dtype=pl.String),
    ).drop("url")


def _row(row: dict[str, Any]) -> str:
    count = "engagement not known" if row["engagement"] is None else f"engagement {number(row['engagement'])}"
    about = [
        f"{row['time']:%Y-%m-%d %H:%M:%S}",
        row["kind"],
        row["language"] or "no language",
        row["author"] or "no author",
        count,
    ]
    own = _BEFORE_OWN.sub("…", row["post_id"].partition("#")[0])
    return f"  {printable(own, 40)}  {', '.join(map(str, about))}\n      {printable(row['text'], _LONGEST) or '(no words)'}"
