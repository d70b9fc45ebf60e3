"""What the readers of single formats hand over: posts as text, not yet checked.

A reader knows where its format keeps an id, a time, a text. What all formats have in common, such as the forms of
times and what is wrong with an id, is looked at afterwards, for thousands of posts at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from aftermath.archives.posts import BATCH_POSTS, BadLine
from aftermath.archives.readers.numbers import NotACount, count

# line, post_id, time, text, language, kind, author, engagement, url
Row = tuple[int, str | None, str | None, str | None, str | None, str, str | None, int | None, str | None]

RAW = {
    "line": pl.Int64,
    "post_id": pl.String,
    "time": pl.String,
    "text": pl.String,
    "language": pl.String,
    "kind": pl.String,
    "author": pl.String,
    "engagement": pl.Int64,
    "url": pl.String,
}


@dataclass(frozen=True)
class Chunk:
    """Posts of one file as they stand in it.

    Parameters
    ----------
    rows
        The columns of ``RAW``; ``time`` may hold instants already, with or without zone.
    bad
        Lines that could not be read.
    lines
        Lines or records read, bad ones included.
    """

    rows: pl.DataFrame
    bad: tuple[BadLine, ...]
    lines: int


def chunked(records: Iterable[Row | BadLine], size: int = BATCH_POSTS) -> Iterator[Chunk]:
    """Rows and bad lines in the order of the file, gathered.

    Parameters
    ----------
    records
        From the reader of a format.
    size
        Records to a chunk.
    """
    rows: list[Row] = []
    bad: list[BadLine] = []
    try:
        for record in records:
            if isinstance(record, BadLine):
                bad.append(record)
            else:
                rows.append(record)
            if len(rows) + len(bad) >= size:
                yield _chunk(rows, bad)
                rows, bad = [], []
    except Exception:
        if rows or bad:
            yield _chunk(rows, bad)  # what came before the file broke off
        raise
    if rows or bad:
        yield _chunk(rows, bad)


def _chunk(rows: list[Row], bad: list[BadLine]) -> Chunk:
    columns = zip(*rows, strict=True) if rows else ((),) * len(RAW)
    named = zip(RAW.items(), columns, strict=True)
    frame = pl.DataFrame([pl.Series(name, values, dtype=dtype) for (name, dtype), values in named])
    return Chunk(frame, tuple(bad), len(rows) + len(bad))


def total(*counts: Any) -> int | None:
    """Reposts, likes and replies together; **None where one of them is hidden or cannot be read**, or all are absent.

    Parameters
    ----------
    counts
        As JSON has them; None for a field that an item does not have, which is passed over.

    Examples
    --------
    >>> total(3, None, "12"), total("1.2万", 12.0), total(None), total(3, "-"), total(3, "many")
    (15, 12012, None, None, None)
    """
    try:
        numbers = [count(value) for value in counts if value is not None]
    except NotACount:
        return None
    known = [number for number in numbers if number is not None]
    return sum(known) if known and len(known) == len(numbers) else None
