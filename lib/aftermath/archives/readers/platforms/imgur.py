"""Posts on Imgur, as its pages load them.

Layout: 4CAT 1.56 (August 2026), ``datasources/imgur``; Zeeschuimer 1.14 (June 2026), ``modules/imgur.js``.
"""

from __future__ import annotations

from typing import Any

from aftermath.archives.readers.platforms.fields import dig, first, joined, require, words
from aftermath.archives.readers.platforms.platform import Platform, Post
from aftermath.archives.readers.rows import total


def _post(item: dict[str, Any]) -> Post:
    require(item, "created_at")
    return Post(
        first(item, "id"),
        first(item, "created_at"),
        joined(words(item, "title"), words(item, "description")),
        author=first(item, "account.username", "account_id"),
        engagement=total(dig(item, "upvote_count"), dig(item, "comment_count")),
        url=first(item, "url"),
    )


def _is_item(item: dict[str, Any]) -> bool:
    return {"id", "created_at", "account_id", "upvote_count", "image_count"} <= set(item)


PLATFORM = Platform("imgur", "Imgur: posts as its pages load them", ("imgur",), _is_item, _post)
