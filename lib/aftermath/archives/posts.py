"""The one post table to which every reader brings its export."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from aftermath.problems import AftermathError

KINDS = ("original", "reply", "repost", "quote")
BATCH_POSTS = 16_000  # posts in memory at a time, whatever the archive's size
MOST_BAD = 0.01  # of the lines, beyond which an archive is refused


class ArchiveError(AftermathError):
    """An archive cannot be used; the text names file and line, and what would mend it."""


class NoExport(ArchiveError):
    """A file holds no posts that could be read, such as a README or a table of accounts beside the posts."""


SCHEMA = pl.Schema(
    {
        "post_id": pl.String,
        "time": pl.Datetime("us", "UTC"),
        "text": pl.String,
        "language": pl.String,
        "kind": pl.Enum(KINDS),
        "author": pl.String,
        "engagement": pl.Int64,
        "url": pl.String,
    }
)


@dataclass(frozen=True)
class BadLine:
    """A line that could not be read.

    Parameters
    ----------
    file
        Name of the file (inside a zip: ``archive.zip!member``).
    line
        Counted from 1; 0 for a whole file.
    why
        What is wrong with it.
    """

    file: str
    line: int
    why: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line or ''}  {self.why}"


@dataclass(frozen=True)
class Batch:
    """Some posts of an archive, and the lines that could not be read on the way.

    Parameters
    ----------
    posts
        Valid under ``Posts``, **at most** ``BATCH_POSTS`` rows.
    bad
        Lines left out.
    lines
        Lines read, bad ones included.
    """

    posts: pl.DataFrame
    bad: tuple[BadLine, ...]
    lines: int
