"""Posts on Tumblr, as its interface gives them in its "Neue Post Format" and 4CAT keeps them.

Layout: 4CAT 1.56 (August 2026), ``datasources/tumblr``. What a reblog adds is its text; where it adds nothing, it is a repost and
has the text of what it repeats. Reblogs share the notes of their original, so that engagement is that of originals alone.
"""

from __future__ import annotations

from typing import Any

from aftermath.archives.readers.platforms.fields import begins_with, dig, first, require, words
from aftermath.archives.readers.platforms.platform import Platform, Post
from aftermath.archives.readers.rows import total


def _post(item: dict[str, Any]) -> Post:
    require(item, "content")
    own, trail = _text(item), dig(item, "trail")
    is_reblog = bool(first(item, "parent_post_url", "reblogged_from_id")) or bool(trail)
    counts = (dig(item, f"{what}_count") for what in ("reblog", "like", "reply"))
    repeated = _text(trail[-1]) if isinstance(trail, list) and begins_with(trail[-1:], lambda part: True) else None
    kind = "original"
    if is_reblog:
        kind = "quote" if own else "repost"
    return Post(
        first(item, "id_string", "id"),
        first(item, "timestamp"),
        own or repeated or "",
        kind=kind,
        author=first(item, "blog_name"),
        engagement=None if is_reblog else total(*counts),
        url=first(item, "post_url"),
    )


def _text(item: dict[str, Any]) -> str:
    blocks = dig(item, "content")
    texts = (words(block, "text") for block in (blocks if isinstance(blocks, list) else ()))
    return "\n".join(text for text in texts if text)


def _is_item(item: dict[str, Any]) -> bool:
    return {"blog_name", "reblog_key", "content", "timestamp"} <= set(item) and isinstance(item["content"], list)


PLATFORM = Platform("tumblr", "Tumblr: posts", ("tumblr",), _is_item, _post)
