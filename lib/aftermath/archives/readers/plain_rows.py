"""Rows of a table as columns at once, where every quotation mark of it is beyond doubt: nearly always."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import polars as pl

_QUOTE, _NEWLINE = b'"\n'
_LONGEST = 1 << 20  # bytes of a row


class PlainRows(NamedTuple):
    """Some rows of a table.

    Parameters
    ----------
    fields
        A column of texts for each column, named by its place from 0; blank where a field is empty.
    lines
        Number of the first line of each row, from 0.
    size
        Bytes that these rows take.
    """

    fields: pl.DataFrame
    lines: np.ndarray
    size: int


def plain_rows(
    data: bytes, delimiter: str, width: int, is_row: Callable[[bytes], bool] | None = None
) -> PlainRows | None:
    """The rows at the beginning of some data, as the ``csv`` module reads them in five times the time.

    Rows are plain if they are UTF-8 of at most a megabyte, lines end in a line feed alone, each row has as many fields as it
    should, quotation marks stand around whole fields and are doubled inside, and no line that belongs to the row above is a row
    by itself.

    Parameters
    ----------
    data
        From the beginning of a row on. What comes after the last whole row is left.
    delimiter
        One ASCII character.
    width
        Fields of a row, two or more.
    is_row
        Whether a line is a row by itself; asked of lines inside a row that have enough delimiters. **A quotation mark that is
        never closed takes rows into a field.** None where that is not to be asked.

    Returns
    -------
    PlainRows or None
        None where a row is not plain, or there is none: then **every single line has to be looked at**.

    Examples
    --------
    >>> rows = plain_rows(b'1,"so, ""sorry""\\nagain"\\n2,fine\\n3,"cut', ",", 2)
    >>> rows.fields["1"].to_list(), rows.lines.tolist(), rows.size
    (['so, "sorry"\\nagain', 'fine'], [0, 2], 31)
    >>> plain_rows(b'1,a "b" c\\n', ",", 2) is None
    True
    """
    if width < 2 or b"\r" in data or b"\0" in data:
        return None
    signs = np.frombuffer(data, np.uint8)
    quotes, newlines, delimiters = (np.flatnonzero(signs == sign) for sign in (_QUOTE, _NEWLINE, ord(delimiter)))
    ends = newlines[_outside(newlines, quotes)]
    if not len(ends):
        return None
    size = int(ends[-1]) + 1
    quotes, newlines, delimiters = (
        places[: np.searchsorted(places, size)] for places in (quotes, newlines, delimiters)
    )
    if not _are_around_fields(quotes, signs[:size], ord(delimiter)):
        return None
    starts = np.concatenate([[0], ends[:-1] + 1])
    between = delimiters[_outside(delimiters, quotes)]
    if len(between) != len(ends) * (width - 1):
        return None
    between = between.reshape(len(ends), width - 1)
    if (between[:, 0] < starts).any() or (between[:, -1] > ends).any() or (ends - starts).max() > _LONGEST:
        return None
    if is_row and any(is_row(data[start:end]) for start, end in _wide_inside(newlines, ends, delimiters, width)):
        return None
    try:
        fields = pl.read_csv(
            data[:size],
            has_header=False,
            separator=delimiter,
            infer_schema=False,
            empty_string_is_null=False,
        )
    except pl.exceptions.ComputeError:  # not UTF-8
        return None
    lines = np.searchsorted(newlines, starts)
    return PlainRows(fields.rename(dict(zip(fields.columns, map(str, range(width)), strict=True))), lines, size)


def _outside(places: np.ndarray, quotes: np.ndarray) -> np.ndarray:
    """Which places are outside of quotation marks."""
    return np.searchsorted(quotes, places) % 2 == 0


def _are_around_fields(quotes: np.ndarray, signs: np.ndarray, delimiter: int) -> bool:
    """Whether each quotation mark begins a field, ends one, or is one of two inside."""
    opening, closing = quotes[::2], quotes[1::2]
    doubled = opening[1:] == closing[: len(opening) - 1] + 1
    before, after = signs[opening - 1], signs[closing + 1]  # the last sign of all is a line feed
    begins = (before == delimiter) | (before == _NEWLINE)
    ends = (after == delimiter) | (after == _NEWLINE)
    begins[1:] |= doubled
    ends[: len(doubled)] |= doubled
    return bool(begins.all() and ends.all())


def _wide_inside(newlines: np.ndarray, ends: np.ndarray, delimiters: np.ndarray, width: int) -> list[list[int]]:
    """Where lines begin and end that belong to the row above and have as many delimiters as a row."""
    inside = np.flatnonzero(~np.isin(newlines, ends, assume_unique=True))
    starts, stops = newlines[inside], newlines[inside + 1]
    wide = np.searchsorted(delimiters, stops) - np.searchsorted(delimiters, starts) >= width - 1
    return np.column_stack([starts[wide] + 1, stops[wide]]).tolist()
