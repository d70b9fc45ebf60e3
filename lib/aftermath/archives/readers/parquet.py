"""Parquet files, read a slice at a time."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from aftermath.archives.posts import BATCH_POSTS, ArchiveError
from aftermath.archives.readers.columns import LINE, SAMPLE, Columns
from aftermath.archives.readers.opening import Member, printable
from aftermath.archives.readers.options import Options
from aftermath.archives.readers.rows import Chunk
from aftermath.archives.readers.tables.shape import refuse_repeated

SIGNATURE = b"PAR1"
_SLICE = 3 * BATCH_POSTS
_AND = ";"  # between the languages of a post


def read_parquet(member: Member, options: Options) -> Iterator[Chunk]:
    """Posts of a Parquet file; one inside a zip or gzip is unpacked into a temporary file first.

    Parameters
    ----------
    member
        The file.
    options
        The column map; what it does not name is looked for under usual names.

    Raises
    ------
    ArchiveError
        If the file is damaged, or columns cannot be found.
    """
    with _on_disk(member) as path, _plainly(member.name):
        table = pl.scan_parquet(path, glob=False)
        sample = table.head(SAMPLE).collect()
        columns = Columns.of(sample.columns, options.columns, member.name, _as_text(sample))
        languages = columns.of_field.get("language", "")
        if languages in sample.columns and sample[languages].dtype == pl.List(pl.String):
            table = table.with_columns(pl.col(languages).list.join(_AND))
            sample = sample.with_columns(pl.col(languages).list.join(_AND))
        _refuse_nested(columns, sample, member.name)
        refuse_repeated(sample.columns, columns.used, options.columns, member.name)
        options.use(columns.as_given(options.columns), of_twitter=columns.of_twitter)
        rows = table.select(pl.len()).collect().item()
        # slices of a plan: polars' own batches are read so far ahead that memory grows with the file
        for first in range(0, rows, _SLICE):
            part = table.select(columns.used).slice(first, _SLICE).collect()
            numbered = part.insert_column(0, pl.int_range(first + 1, first + part.height + 1, eager=True).alias(LINE))
            for slice in numbered.iter_slices(BATCH_POSTS):
                yield Chunk(columns.raw(slice), (), slice.height)
        columns.tell(options)


def _as_text(sample: pl.DataFrame) -> pl.DataFrame:
    """Rows in which columns are judged; of what holds several values it is only seen whether it is filled."""
    nested = [name for name, dtype in sample.schema.items() if dtype.is_nested()]
    lists = [name for name in nested if sample.schema[name] == pl.List(pl.String)]
    return sample.with_columns(
        *(pl.col(name).list.join(_AND) for name in lists),
        *(
            pl.when(pl.col(name).is_not_null()).then(pl.lit("[...]")).alias(name)
            for name in nested
            if name not in lists
        ),
    )


def _refuse_nested(columns: Columns, sample: pl.DataFrame, name: str) -> None:
    """Refuse columns that hold several values in each row: as one text they would be words that nobody wrote."""
    nested = [column for column in columns.used if sample[column].dtype.is_nested()]
    if nested:
        raise ArchiveError(
            f"{name}: column {printable(nested[0], 40)!r} holds several values in each row ({sample[nested[0]].dtype.base_type().__name__}), "
            "and one is needed. Export the value that is meant as a column of its own, or leave the column out with --column."
        )


@contextlib.contextmanager
def _on_disk(member: Member) -> Iterator[Path]:
    with member.path.open("rb") as file:
        if member.inside is None and file.read(4) == SIGNATURE:
            yield member.path
            return
    with tempfile.TemporaryDirectory(prefix="aftermath-") as folder:
        path = Path(folder) / "posts.parquet"
        with path.open("wb") as file:
            file.writelines(member.chunks())
        yield path


@contextlib.contextmanager
def _plainly(name: str) -> Iterator[None]:
    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError) as error:
        raise ArchiveError(
            f"{name} is no sound Parquet file ({type(error).__name__}). Copy or export it again."
        ) from None
