"""Posts on 9GAG, as its pages load them.

Layout: 4CAT 1.56 (August 2026), ``datasources/ninegag``; Zeeschuimer 1.14 (June 2026), ``modules/9gag.js``.
"""

from __future__ import annotations

from typing import Any

from aftermath.archives.readers.platforms.fields import dig, first, joined, require, words
from aftermath.archives.readers.platforms.platform import Platform, Post
from aftermath.archives.readers.rows import total


def _post(item: dict[str, Any]) -> Post:
    require(item, "creationTs")
    return Post(
        first(item, "id"),
        first(item, "creationTs"),
        joined(words(item, "title"), words(item, "description")),
        author=first(item, "creator.username"),  # none where it was posted without a name
        engagement=total(dig(item, "upVoteCount"), dig(item, "commentsCount")),
        url=first(item, "url"),
    )


def _is_item(item: dict[str, Any]) -> bool:
    return {"id", "creationTs", "upVoteCount"} <= set(item)


PLATFORM = Platform("9gag", "9GAG: posts as its pages load them", ("9gag", "ninegag"), _is_item, _post)
