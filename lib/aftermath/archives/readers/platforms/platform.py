"""What a platform's items have in common: how one is known, and how its fields are reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from aftermath.archives.readers.encoding import Unreadable

_NO_LANGUAGE = {"", "un", "und", "unk", "unknown", "zxx"}


class Post(NamedTuple):
    """An item as a post: the columns of ``rows.RAW`` without the line.

    Parameters
    ----------
    post_id
        Its own number, never that of what it stands under.
    time
        As the platform writes it, or a count since 1970.
    text
        None where there is none.
    language
        None where the item says nothing, or that it is not known.
    kind
        One of ``posts.KINDS``; a comment is a reply.
    author
        None where the account is gone.
    engagement
        From ``rows.total``; None for a repost.
    url
        Where it stood.
    cut
        Whether it is a repost whose original, and so its whole text, the item does not hold.
    """

    post_id: str | None
    time: str | None
    text: str | None
    language: str | None = None
    kind: str = "original"
    author: str | None = None
    engagement: int | None = None
    url: str | None = None
    cut: bool = False


def _nothing_inside(document: dict[str, Any]) -> Iterable[Any] | None:
    return None


@dataclass(frozen=True)
class Platform:
    """A platform, or a tool's layout of its items.

    Parameters
    ----------
    format
        Key of ``detection.FORMATS``.
    label
        What it is called there, and what of it is read.
    addresses
        Words by which envelopes name it, e.g. ``("tiktok", "tiktok-comments")`` for ``www.tiktok.com``.
    is_item
        Whether an item without an envelope is one of its posts: **fields that it requires, together**.
    post
        From an item to a post; None for what is no post (a like, a deletion). It may raise ``Unreadable``.
    inside
        The items that a document holds, where it is a container of them; None where it is none.
    """

    format: str
    label: str
    addresses: tuple[str, ...]
    is_item: Callable[[dict[str, Any]], bool]
    post: Callable[[dict[str, Any]], Post | None]
    inside: Callable[[dict[str, Any]], Iterable[Any] | None] = _nothing_inside


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
    """The language that an item says, and None where it says that it does not know.

    Examples
    --------
    >>> language_of({"textLanguage": "un"}, "textLanguage"), language_of({"lang": "lv"}, "lang")
    (None, 'lv')
    """
    language = first(item, *paths)
    return None if language is None or language.lower() in _NO_LANGUAGE else language


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
