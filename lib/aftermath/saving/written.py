"""What a writer of tables hands back."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import polars as pl

from aftermath.wording import counted


@dataclass(frozen=True)
class Written:
    """A file in the making.

    Parameters
    ----------
    content
        Its bytes: the same for the same table.
    remarks
        What the reader of the file would not expect.
    beside
        Further files: how their names end in place of the suffix, and their bytes.
    """

    content: bytes
    remarks: tuple[str, ...] = ()
    beside: tuple[tuple[str, bytes], ...] = ()


def without_infinite(frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The same with NaN and infinite numbers left empty, and a remark on each column that had infinite ones."""
    floats = [name for name, kind in frame.schema.items() if kind.is_float()]
    counts = {name: int(frame[name].is_infinite().sum()) for name in floats}
    finite = frame.with_columns(pl.when(pl.col(floats).is_finite()).then(pl.col(floats)))
    return finite, tuple(f"{name}: infinite in {counted(n, 'row')}, left empty here" for name, n in counts.items() if n)


def undated(archive: bytes, edit: Callable[[str, bytes], bytes] = lambda name, content: content) -> bytes:
    """A zip archive written anew with one date for all its members, and each as ``edit`` makes it."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(archive)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            dated = zipfile.ZipInfo(member.filename, (2000, 1, 1, 0, 0, 0))
            dated.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(dated, edit(member.filename, old.read(member)))
    return made.getvalue()
