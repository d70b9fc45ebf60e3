"""Fields of items that must be what they are: anything else there is told, and makes no empty text and no 0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aftermath.archives.readers.encoding import Unreadable
from aftermath.archives.readers.rows import total

_LARGEST = 1 << 53
_NO_LANGUAGE = ("", "un", "und", "unk", "unknown", "mul", "zxx")


# of a post on Twitter: the post that it answers, or, as of one that begins with a name, the account alone
ANSWERED = (
    "in_reply_to_status_id_str",
    "in_reply_to_status_id",
    "in_reply_to_user_id_str",
    "in_reply_to_user_id",
    "in_reply_to_screen_name",
)


def dig(item: Any, *keys: str) -> Any:
    """What stands under keys, one inside the other; None where one is missing."""
    for key in keys:
        if not isinstance(item, dict):
            return None
        item = item.get(key)
    return None if item == "$undefined" else item


def text_of(value: Any) -> str | None:
    """Text or a number as text; None for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def first(item: Any, *paths: str) -> str | None:
    """What stands at the first of some dotted paths that leads to text or a number."""
    texts = (text_of(dig(item, *path.split("."))) for path in paths)
    return next((text for text in texts if text), None)


def words(item: Any, *paths: str) -> str | None:
    """The text at the first of some dotted paths that leads to anything; None where none does.

    Raises
    ------
    Unreadable
        If something else than text stands there.

    Examples
    --------
    >>> words({"caption": {"text": "sorry"}}, "title", "caption.text"), words({"desc": ""}, "desc"), words({}, "desc")
    ('sorry', '', None)
    """
    values = ((path, dig(item, *path.split("."))) for path in paths)
    path, value = next(((path, value) for path, value in values if value is not None), ("", None))
    text = text_of(value)
    if value is not None and text is None:
        raise Unreadable(f"has a {path} that is no text")
    return text


def language_of(item: Any, *paths: str) -> str | None:
    """The language at the first of some dotted paths, by its first part; None where an item says that it does not know.

    Parameters
    ----------
    item
        A JSON object.
    paths
        The ways to the language.

    Examples
    --------
    >>> language_of({"textLanguage": "un"}, "textLanguage"), language_of({"lang": "en-GB"}, "language", "lang")
    (None, 'en')
    """
    language = (first(item, *paths) or "").strip().lower().replace("_", "-").partition("-")[0]
    return None if language in _NO_LANGUAGE else language


def joined(*parts: str | None) -> str | None:
    """Title and body as one text; a title that the body begins with is not said twice.

    Examples
    --------
    >>> joined("Sorry", "We apologize"), joined("We", "We apologize"), joined(None, None) is None
    ('Sorry\\nWe apologize', 'We apologize', True)
    """
    given = [part for part in parts if part]
    kept = [
        part for number, part in enumerate(given) if not any(later.startswith(part) for later in given[number + 1 :])
    ]
    return "\n".join(kept) if kept else next((part for part in parts if part is not None), None)


def begins_with(items: Any, is_item: Callable[[dict[str, Any]], bool]) -> bool:
    """Whether something is a list whose first element is an item."""
    return isinstance(items, list) and bool(items) and isinstance(items[0], dict) and is_item(items[0])


def require(item: dict[str, Any], *keys: str) -> None:
    """Raise ``Unreadable`` if an item has none of some keys."""
    if not any(key in item for key in keys):
        raise Unreadable(f"is no such post: it has no {' or '.join(keys)}")


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
