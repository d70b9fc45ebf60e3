"""Posts on Twitter as twint wrote them (``--json``), until it was given up in 2022.

Layout: twintproject/twint, ``twint/tweet.py`` and ``twint/storage/write_meta.py``, version 2.1.21. ``timezone`` is the offset of
``date`` and ``time``; ``created_at`` is not read, because it ends in an abbreviation.
"""

from __future__ import annotations

from typing import Any

from aftermath.archives.readers.platforms.fields import dig, first, language_of, require, words
from aftermath.archives.readers.platforms.platform import Platform, Post
from aftermath.archives.readers.reposts import is_repost
from aftermath.archives.readers.rows import total


def _post(item: dict[str, Any]) -> Post:
    require(item, "tweet")
    text = words(item, "tweet")
    parts = [first(item, part) for part in ("date", "time", "timezone")]
    kind = "original"
    if dig(item, "retweet") is True or is_repost(text):
        kind = "repost"
    elif dig(item, "quote_url"):
        kind = "quote"
    elif dig(item, "reply_to"):
        kind = "reply"
    counts = (dig(item, f"{what}_count") for what in ("retweets", "likes", "replies"))
    return Post(
        first(item, "id"),
        " ".join(part for part in parts if part) or None,
        text,
        language=language_of(item, "language"),
        kind=kind,
        author=first(item, "username", "user_id"),
        engagement=None if kind == "repost" else total(*counts),
        url=first(item, "link"),
        cut=kind == "repost",
    )


def _is_item(item: dict[str, Any]) -> bool:
    return {"id", "tweet", "date", "time", "username", "retweets_count"} <= set(item)


PLATFORM = Platform("twint", "twint: posts on Twitter, a post a line", ("twint",), _is_item, _post)
