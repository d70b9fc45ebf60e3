"""Fields of items that must be what they are: anything else there is told, and makes no empty text and no 0."""

from __future__ import annotations

from typing import Any

from aftermath.archives.readers.encoding import Unreadable
from aftermath.archives.readers.platforms.platform import dig
from aftermath.archives.readers.rows import total

_LARGEST = 1 << 53
_NO_LANGUAGE = ("", "un", "und", "mul", "zxx")


def text_at(item: Any, *keys: str) -> str | None:
    """The text that stands under keys, one inside the other; None where there is none.

    Parameters
    ----------
    item
        A JSON object.
    keys
        The way to the text.

    Raises
    ------
    Unreadable
        If something else than a text stands there.

    Examples
    --------
    >>> text_at({"user": {"name": "flyer"}}, "user", "name")
    'flyer'
    """
    value = dig(item, *keys)
    if value is None or isinstance(value, str):
        return value
    raise Unreadable(f"is no such post: its {'.'.join(keys)} is no text")


def object_at(item: Any, *keys: str) -> dict[str, Any]:
    """The object that stands under keys; empty where there is none.

    Parameters
    ----------
    item
        A JSON object.
    keys
        The way to the object.

    Raises
    ------
    Unreadable
        If something else than an object stands there.

    Examples
    --------
    >>> object_at({"reblog": None}, "reblog")
    {}
    """
    value = dig(item, *keys)
    if value is None or isinstance(value, dict):
        return value or {}
    raise Unreadable(f"is no such post: its {'.'.join(keys)} is no object")


def list_at(item: Any, *keys: str) -> list[Any]:
    """The list that stands under keys; empty where there is none.

    Parameters
    ----------
    item
        A JSON object.
    keys
        The way to the list.

    Raises
    ------
    Unreadable
        If something else than a list stands there.

    Examples
    --------
    >>> list_at({"langs": ["en"]}, "langs")
    ['en']
    """
    value = dig(item, *keys)
    if value is None or isinstance(value, list):
        return value or []
    raise Unreadable(f"is no such post: its {'.'.join(keys)} is no list")


def language_at(item: Any, *keys: str) -> str | None:
    """The language that stands under keys, by its first part; None where it is not known.

    Parameters
    ----------
    item
        A JSON object.
    keys
        The way to the language.

    Raises
    ------
    Unreadable
        If something else than a text stands there.

    Examples
    --------
    >>> language_at({"language": "en-GB"}, "language"), language_at({"language": "und"}, "language")
    ('en', None)
    """
    language = (text_at(item, *keys) or "").strip().lower().replace("_", "-").partition("-")[0]
    return None if language in _NO_LANGUAGE else language


def sum_of_all(*counts: Any) -> int | None:
    """The sum of counts; **None where one of them is not known**, as it could be anything.

    Parameters
    ----------
    counts
        As the platform has them.

    Examples
    --------
    >>> sum_of_all(3, "2"), sum_of_all(3, None), sum_of_all(3, -1)
    (5, None, None)
    """
    known = [number for number in map(total, counts) if number is not None and 0 <= number < _LARGEST]
    return sum(known) if len(known) == len(counts) else None


def of_first(values: Any) -> dict[str, Any]:
    """The first object of a list, by which a container of items is known; empty where there is none.

    Parameters
    ----------
    values
        What stands where a container keeps its items.

    Examples
    --------
    >>> of_first([None, {"id": "1"}]), of_first("posts")
    ({'id': '1'}, {})
    """
    return next((value for value in values if isinstance(value, dict)), {}) if isinstance(values, list) else {}
