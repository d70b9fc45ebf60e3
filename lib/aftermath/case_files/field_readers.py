"""How the fields of a table are read from their text: strictly, because a guess would go unnoticed."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime

import dataframely as dy

from aftermath.case_files.columns import metadata_of
from aftermath.case_files.file_problems import short
from aftermath.times import parse_instant

# Days outside these years cannot be shifted between time zones.
_YEARS = range(2, 9999)
_MOST_DIGITS = 18  # of a number that fits its type: longer ones are out of every range


Field = str | list[str] | int | float | date | datetime


def reader_of(column: dy.Column) -> Callable[[str], Field]:
    """How to read a field of this column from its text.

    Parameters
    ----------
    column
        A column of a schema; ``metadata["format"]`` names the format where the type does not settle it.

    Returns
    -------
    callable
        From text to value. **Raises ValueError**, whose text completes the sentence that begins with the field.

    Examples
    --------
    >>> reader_of(dy.Int8())("-1"), reader_of(dy.List(dy.String()))("apology; removal")
    (-1, ['apology', 'removal'])
    """
    for kind, read in _READERS.items():
        if isinstance(column, kind):
            return read
    return _FORMATS.get(metadata_of(column).get("format", ""), str)


def listed_words(text: str) -> list[str]:
    """The words of a field that holds several, with ``;`` between."""
    return [word.strip() for word in text.split(";")]


def _listed_once(text: str) -> list[str]:
    words = listed_words(text)
    for word, count in Counter(words).items():
        if count > 1:
            raise ValueError(f"names '{short(word)}' more than once")
    return words


def _instant(text: str) -> datetime:
    instant = parse_instant(text)
    if instant.year not in _YEARS:
        raise ValueError("is not a date")
    return instant


def _whole_number(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise ValueError("is not a whole number")
    sign, digits = (-1 if text.startswith("-") else 1), text.lstrip("+-0")
    return sign * int(digits[:_MOST_DIGITS] or "0")  # what is out of range stays so, and fits the type


def _short_number(text: str) -> int:
    return max(-99, min(99, _whole_number(text)))


def _plain_number(text: str) -> float:
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", text):
        raise ValueError("is not a number")
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("is too large a number")
    return value


def _day(text: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("is not a date")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError("is not a date") from None
    if day.year not in _YEARS:
        raise ValueError("is not a date")
    return day


def _day_or_instant(text: str) -> str:
    _ = _instant(text) if "T" in text else _day(text)
    return text


def partial_date(text: str) -> str:
    """A day, a month or a year as it is written.

    Raises
    ------
    ValueError
        If it is none.

    Examples
    --------
    >>> partial_date("2012-10")
    '2012-10'
    """
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", text):
        raise ValueError("is not a date")
    _day(text + "-01-01"[len(text) - 4 :])
    return text


_FORMATS: dict[str, Callable[[str], Field]] = {"day_or_instant": _day_or_instant, "partial_date": partial_date}
_READERS: dict[type[dy.Column], Callable[[str], Field]] = {
    dy.List: _listed_once,
    dy.Datetime: _instant,
    dy.Int8: _short_number,
    dy.Int64: _whole_number,
    dy.Float64: _plain_number,
    dy.Date: _day,
}
