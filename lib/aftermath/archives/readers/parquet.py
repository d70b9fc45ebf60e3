"""Parquet files, read a slice at a time."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from aftermath.archives.posts import BATCH_POSTS, ArchiveError
from aftermath.archives.readers.columns import LINE, Columns
from aftermath.archives.readers.opening import Member
from aftermath.archives.readers.options import Options
from aftermath.archives.readers.rows import Chunk

SIGNATURE = b"PAR1"


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
        columns = Columns.of(table.collect_schema().names(), options.columns, member.name)
        options.found, options.of_twitter = columns.as_given(options.columns), columns.of_twitter
        first = 1
        for batch in table.select(columns.used).collect_batches(chunk_size=BATCH_POSTS, maintain_order=True):
            for part in batch.iter_slices(BATCH_POSTS):
                numbered = part.insert_column(0, pl.int_range(first, first + part.height, eager=True).alias(LINE))
                first += part.height
                yield Chunk(columns.raw(numbered), (), part.height)


@contextlib.contextmanager
def _on_disk(member: Member) -> Iterator[Path]:
    with member.path.open("rb") as file:
        if member.inside is None and file.read(4) == SIGNATURE:
            yield member.path
            return
    with tempfile.NamedTemporaryFile(prefix="aftermath-", suffix=".parquet") as file:
        for chunk in member.chunks():
            file.write(chunk)
        file.flush()
        yield Path(file.name)


@contextlib.contextmanager
def _plainly(name: str) -> Iterator[None]:
    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError) as error:
        raise ArchiveError(f"{name} is no sound Parquet file ({str(error)[:200]}). Copy or export it again.") from None
