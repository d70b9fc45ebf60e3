"""What every reader of numbers over time hands on, and what is told of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import polars as pl

from aftermath.downloads.sheet import Cell, Faults
from aftermath.wording import counted

SCHEMA = {
    "row": pl.UInt32,
    "signal": pl.String,
    "time": pl.String,
    "value": pl.Float64,
    "unit": pl.String,
    "scope": pl.String,
}
_LISTED = 5


@dataclass(frozen=True)
class Series:
    """Numbers over time as a source gave them out.

    Parameters
    ----------
    label
        What the file is, after "is".
    table
        ``row`` in the file, and the columns of ``signals.csv`` that a file can fill: ``signal``, ``time``, ``value``, ``unit`` and
        ``scope``; by scope and time.
    left_out
        Fields that hold no number.
    remarks
        What whoever uses them must know.
    """

    label: str
    table: pl.DataFrame
    left_out: int
    remarks: tuple[str, ...]


def month_or_days(cells: Sequence[Cell], days: Sequence[date]) -> str:
    """What stands between two rows: ``month``, ``week`` or ``day``."""
    if all(len(cell.text) == len("2017-04") for cell in cells):
        return "month"
    apart = [(after - before).days for before, after in pairwise(sorted(set(days)))]
    return "week" if apart and not any(distance % 7 for distance in apart) else "day"


def next_step(day: date, step: str) -> date:
    """The begin of the next month, week or day."""
    if step == "month":
        return date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return day + timedelta(days=7 if step == "week" else 1)


def gaps(days: Sequence[date], step: str) -> Iterator[str]:
    """Steps that have no row, in a sentence."""
    missing = []
    for before, after in pairwise(sorted(set(days))):
        day = next_step(before, step)
        while day < after:
            missing.append(day)
            day = next_step(day, step)
    if missing:
        yield f"No row for {counted(len(missing), step)} between the first and the last: {some(missing)}. That is not zero."


def twice(cells: Sequence[Cell], times: Sequence[object], name: str, faults: Faults) -> None:
    """No time has two rows."""
    first: dict[object, int] = {}
    for cell, time in zip(cells, times, strict=True):
        if time is not None and first.setdefault(time, cell.row) != cell.row:
            faults.add(f"{time} stands in row {first[time]} already", "keep one of the two", cell.row, name)


def some(values: Iterable[object]) -> str:
    """The first of several, and how many more there are.

    Examples
    --------
    >>> some(range(7))
    '0, 1, 2, 3, 4 and 2 more'
    """
    named = [str(value) for value in values]
    more = f" and {len(named) - _LISTED} more" if len(named) > _LISTED else ""
    return f"{', '.join(named[:_LISTED])}{more}"
