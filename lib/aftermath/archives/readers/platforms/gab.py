"""Posts on Gab, as its pages load them: with short names of fields in timelines, with long ones in searches.

Layout: 4CAT 1.56 (August 2026), ``datasources/gab``; Zeeschuimer 1.14 (June 2026), ``modules/gab.js``. In the short layout one
name may stand for replies or for reactions, and what a post answers is not said: engagement and replies are not known there.
"""

from __future__ import annotations

from typing import Any

from aftermath.archives.readers.markup import words_of
from aftermath.archives.readers.platforms.fields import dig, first, language_of, require, words
from aftermath.archives.readers.platforms.platform import Platform, Post
from aftermath.archives.readers.rows import total


def _post(item: dict[str, Any]) -> Post:
    require(item, "c", "content")
    repost = isinstance(dig(item, "reblog"), dict)
    is_reply = bool(dig(item, "in_reply_to_id"))
    quote = bool(dig(item, "quote_of_id") or dig(item, "quote"))
    counts = (dig(item, f"{what}_count") for what in ("favourites", "replies", "reblogs"))
    return Post(
        first(item, "i", "id"),
        first(item, "ca", "created_at"),
        words_of(words(item, "c", "content") or ""),
        language=language_of(item, "language"),
        kind="repost" if repost else "quote" if quote else "reply" if is_reply else "original",
        author=first(item, "author_info.un", "account.username", "account.un", "ai"),
        engagement=None if repost else total(*counts),
        url=first(item, "ul", "url"),
    )


def _is_item(item: dict[str, Any]) -> bool:
    return {"i", "c", "ca", "ai"} <= set(item)


PLATFORM = Platform("gab", "Gab: posts as its pages load them", ("gab",), _is_item, _post)
