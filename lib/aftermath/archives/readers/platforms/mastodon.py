"""Statuses on Mastodon and on servers that speak its language, and posts on Truth Social, which grew out of it.

Layout: the entity ``Status`` of Mastodon's documentation (mastodon/documentation, July 2026, version 4.5): bare, in lists, in
replies of a search (``accounts``, ``statuses``, ``hashtags``) and in threads (``ancestors``, ``descendants``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from aftermath.archives.readers.markup import words_of
from aftermath.archives.readers.platforms.fields import (
    dig,
    first,
    language_of,
    object_at,
    of_first,
    require,
    sum_of_all,
    text_at,
)
from aftermath.archives.readers.platforms.platform import Platform, Post

_COUNTS = ("reblogs_count", "favourites_count", "replies_count")


def post_of(item: dict[str, Any], words: Callable[[str], str] = words_of) -> Post:
    """A status as a post.

    Parameters
    ----------
    item
        A status.
    words
        From its content to its words.
    """
    require(item, "content")
    reblog, quote = object_at(item, "reblog"), object_at(item, "quote")
    shown = reblog or item
    content, account = text_at(shown, "content"), object_at(item, "account")
    kind = "original"
    if reblog:
        kind = "repost"
    elif quote or first(item, "quote_id"):
        kind = "quote"
    elif first(item, "in_reply_to_id", "in_reply_to_account_id"):  # the post may be gone, the account stays
        kind = "reply"
    return Post(
        first(item, "id"),
        first(item, "created_at"),
        None if content is None else words(content),
        language=language_of(shown, "language"),
        kind=kind,
        author=text_at(account, "acct") or text_at(account, "username") or first(account, "id"),
        engagement=None if reblog else sum_of_all(*(dig(item, count) for count in _COUNTS)),
        url=text_at(item, "url") or text_at(item, "uri"),
    )


def is_status(item: dict[str, Any]) -> bool:
    """Whether an item has what every status has."""
    return {"id", "created_at", "content", "account", "favourites_count"} <= set(item)


def statuses_in(document: dict[str, Any]) -> Iterable[Any] | None:
    """The statuses of a reply to a search, and of a thread; None where a document is neither."""
    if isinstance(document.get("statuses"), list) and {"accounts", "hashtags"} <= set(document):
        return document["statuses"]
    if isinstance(document.get("ancestors"), list) and isinstance(document.get("descendants"), list):
        both = document["ancestors"] + document["descendants"]
        return both if is_status(of_first(both)) else None
    return None


PLATFORM = Platform("mastodon", "Mastodon: statuses, searches, threads", ("mastodon",), is_status, post_of, statuses_in)
