"""Which column names the posts themselves: by what its values do, not by its name alone.

A table of comments names in ``post_id`` what they stand under, and a table that went through a database has its own row numbers
in ``id``. A column whose values come again beside other texts names no posts, whatever it is called.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers.damaged_ids import IS_FLOAT, DamagedIds
from aftermath.archives.readers.engagement import is_blank
from aftermath.archives.readers.names import ADDRESSES, listed, plain
from aftermath.archives.readers.opening import printable

MOST_SHARED = 0.5  # of rows whose id stood beside another text before: more, and the column does not name posts
_FEW = 4  # rows of which nothing can be told


def shared(ids: pl.Series, texts: pl.Series) -> float:
    """The share of rows whose id stood in an earlier row beside another text.

    Parameters
    ----------
    ids, texts
        Columns of the same rows, as text.

    Examples
    --------
    >>> shared(pl.Series(["7", "7", "8", "8"]), pl.Series(["a", "b", "c", "c"]))
    0.25
    """
    rows = pl.DataFrame({"id": ids, "text": texts}).filter(pl.col("id").is_not_null() & (pl.col("id") != ""))
    if rows.is_empty():
        return 1.0
    return (rows.n_unique() - rows["id"].n_unique()) / rows.height


def are_row_numbers(ids: pl.Series) -> bool:
    """Whether some ids only count the rows.

    Parameters
    ----------
    ids
        A column, as text.

    Examples
    --------
    >>> are_row_numbers(pl.Series(["2", "0", "1", "3"])), are_row_numbers(pl.Series(["8000", "8001", "8002"]))
    (True, False)
    """
    numbers = ids.cast(pl.Int64, strict=False)
    first, last = numbers.min(), numbers.max()
    if numbers.null_count() or not isinstance(first, int) or not isinstance(last, int):
        return False
    return first in (0, 1) and last - first < 1.1 * len(numbers) and numbers.n_unique() == len(numbers)


def _are_damaged(ids: pl.Series) -> bool:
    """Whether ids come twice because a program rounded them, of which whoever checks them knows more to say."""
    damaged = DamagedIds()
    damaged.take(ids, pl.Series(range(len(ids))), "")
    return bool(damaged.findings()) or bool(ids.str.contains(IS_FLOAT).any())


def id_column(candidates: Sequence[str], sample: pl.DataFrame, text: str | None) -> str | None:
    """The column that names posts.

    Parameters
    ----------
    candidates
        Columns that may, the likeliest first.
    sample
        The first rows of the table, as text.
    text
        Column with the texts, where it is known.

    Returns
    -------
    str or None
        The first candidate whose values name posts; the first of all where none does, for ``refuse_shared`` to say so.
    """
    if sample.height < _FEW or text is None:
        return next(iter(candidates), None)
    own = [column for column in candidates if shared(sample[column], sample[text]) <= MOST_SHARED]
    counted = [column for column in own if not are_row_numbers(sample[column])]
    return next(iter(counted or own or candidates), None)


def address_column(sample: pl.DataFrame) -> str | None:
    """The column with the address of each post, where they have no ids: no address may come twice.

    Parameters
    ----------
    sample
        The first rows of the table, as text.

    Examples
    --------
    >>> address_column(pl.DataFrame({"URL": ["https://a.example/1", "https://a.example/2"]}))
    'URL'
    """
    for name in listed(ADDRESSES):
        for column in sample.columns:
            values = sample[column]
            if (
                plain(column) == name
                and len(values)
                and values.is_unique().all()
                and values.str.contains("^https?://").all()
            ):
                return column
    return None


def refuse_shared(column: str, sample: pl.DataFrame, text: str, name: str) -> None:
    """Refuse a table whose posts would for the most part be left out as duplicates although their texts differ.

    Parameters
    ----------
    column
        That is taken for the ids.
    sample
        The first rows of the table, as text.
    text
        Column with the texts.
    name
        The file.

    Raises
    ------
    ArchiveError
        With the columns that could name posts.
    """
    if sample.height < _FEW or is_blank(sample[column]):
        return  # lines without ids are told one by one
    if shared(sample[column], sample[text]) <= MOST_SHARED or _are_damaged(sample[column]):
        return
    unique = [
        other for other in sample.columns if other not in (column, text) and sample[other].n_unique() == sample.height
    ]
    better = ", ".join(printable(other, 40) for other in unique[:8])
    raise ArchiveError(
        f"{name}: the values in column {printable(column, 60)!r} come again and again beside different texts, so they name what "
        "posts stand under, or their authors, and not the posts. Say which column has the posts' own ids, --column "
        f"post_id=COLUMN{f'; no value comes twice in: {better}' if better else ''}."
    )
