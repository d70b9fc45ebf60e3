"""Posts on Facebook as the Python library facebook-scraper had them.

Layout: kevinzg/facebook-scraper, ``extractors.py`` (2022), the dictionaries of ``get_posts`` kept as JSON. ``time`` is a clock
without a zone, ``timestamp`` seconds since 1970, where the page had them; ``text`` holds the words of what is shared, too.
"""

from __future__ import annotations

from typing import Any

from aftermath.archives.readers.platforms.fields import dig, first, words
from aftermath.archives.readers.platforms.platform import Platform, Post
from aftermath.archives.readers.rows import total


def _post(item: dict[str, Any]) -> Post:
    own, shared = words(item, "post_text"), first(item, "shared_post_id", "shared_user_id")
    kind = "original" if not shared else "quote" if own else "repost"
    likes = dig(item, "reaction_count")
    counts = (dig(item, "likes") if likes is None else likes, dig(item, "comments"), dig(item, "shares"))
    return Post(
        first(item, "post_id"),
        first(item, "timestamp", "time"),
        words(item, "text", "post_text"),
        kind=kind,
        author=first(item, "username", "user_id"),
        engagement=None if kind == "repost" else total(*counts),
        url=first(item, "post_url"),
    )


def _is_item(item: dict[str, Any]) -> bool:
    return {"post_id", "post_text", "shared_text", "comments", "shares"} <= set(item)


PLATFORM = Platform(
    "facebook-scraper", "facebook-scraper: posts on Facebook, until 2022", ("facebook-scraper",), _is_item, _post
)
