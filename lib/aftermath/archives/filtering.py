"""The posts of an archive that speak of what is meant: searches bring others along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import polars as pl

from aftermath.archives.posts import ArchiveError, Batch


def only(batches: Iterable[Batch], words: str) -> Iterator[Batch]:
    """Batches with the posts alone whose text matches; empty batches stay, for what they say of bad lines.

    Parameters
    ----------
    batches
        Of an archive.
    words
        A regular expression that a text must match somewhere, e.g. ``(?i)united|3411``.

    Raises
    ------
    ArchiveError
        At once, if ``words`` is no regular expression.
    """
    try:
        pl.Series([""]).str.contains(words)
    except pl.exceptions.ComputeError as error:
        raise ArchiveError(f"{words!r} is no regular expression: {str(error)[:200]}") from error
    matching = pl.col("text").str.contains(words)
    return (replace(batch, posts=batch.posts.filter(matching)) for batch in batches)
