"""Reading what a source answered, without trusting it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

import polars as pl

from aftermath.problems import AftermathError
from aftermath.public.source import SCHEMA
from aftermath.wording import counted


class ShapeError(AftermathError):
    """An answer is not of the documented shape; the text says where it differs."""


def loaded(body: bytes) -> Any:
    """What a JSON text says, in the strict sense: UTF-8, no ``NaN``, not nested without end.

    Raises
    ------
    ShapeError
        If it is not JSON, or is cut off.
    """
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        what = "is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ShapeError(f"not JSON, or cut off: {what}") from None


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is not a number")


def inside(document: Any, *path: str) -> Any:
    """What stands under these names, one inside the other."""
    for k, name in enumerate(path):
        if not isinstance(document, dict) or name not in document:
            raise ShapeError(f"there is no {'.'.join(path[: k + 1])!r}")
        document = document[name]
    return document


def rows(document: Any, *path: str) -> list[dict]:
    """The list of objects under these names."""
    records = inside(document, *path)
    if not isinstance(records, list) or not all(isinstance(row, dict) for row in records):
        raise ShapeError(f"{'.'.join(path)!r} is not a list of objects")
    return records


def figure(row: dict, name: str, *, least: float = 0) -> float:
    """A number of at least ``least``; true and false are not numbers here."""
    value = inside(row, name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ShapeError(f"{name!r} is {shown(value)}, not a number")
    value = _as_float(value)
    if not math.isfinite(value) or value < least:
        raise ShapeError(f"{name!r} is {value:g}, which it cannot be")
    return value


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def words(row: dict, name: str) -> str:
    """A text; null counts as an empty one."""
    value = inside(row, name)
    if value is not None and not isinstance(value, str):
        raise ShapeError(f"{name!r} is {shown(value)}, not text")
    return (value or "").strip()


def instant(text: str, form: str) -> datetime:
    """A time in exactly the documented form, in UTC.

    Parameters
    ----------
    text
        As the source wrote it.
    form
        Form for ``strptime``. **Only ASCII digits are read.**

    Examples
    --------
    >>> instant("2015100100", "%Y%m%d%H").isoformat()
    '2015-10-01T00:00:00+00:00'
    """
    try:
        read = datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        read = None
    if read is None or not text.isascii() or read.strftime(form) != text or read.year < 1900:
        raise ShapeError(f"{shown(text)} is not a time of the form {form}")
    return read


def midnight(moment: date) -> datetime:
    """The day as the table writes it: its first moment in UTC. **It stands for the day, not for a moment.**"""
    return datetime.combine(moment, time(), UTC)


def shown(value: Any) -> str:
    """A value as an error may name it: **of what may be a text only how long it is**.

    Examples
    --------
    >>> shown("03/28/2014"), shown("They dragged him")
    ("'03/28/2014'", 'a text of 16\xa0letters')
    """
    if isinstance(value, str) and any(letter.isalpha() for letter in value):
        return f"a text of {counted(len(value), 'letter')}"
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    return repr(value)[:60]


def tidy(values: Iterable[tuple[str, datetime, float, str, str]]) -> pl.DataFrame:
    """Rows as the table of every source: signal, time, value, unit, scope; sorted, each value once.

    Raises
    ------
    ShapeError
        If a signal has two values at one time.
    """
    table = pl.DataFrame(list(values), schema=SCHEMA, orient="row").unique().sort("signal", "scope", "time", "value")
    doubled = table.filter(pl.struct("signal", "scope", "time").is_duplicated())
    if doubled.height:
        first = doubled.row(0, named=True)
        raise ShapeError(f"two values of {first['signal']} at {first['time'].isoformat()}")
    return table
