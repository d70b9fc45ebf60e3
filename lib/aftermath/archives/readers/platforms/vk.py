"""Posts and comments on VK, as its interface gives them and 4CAT keeps them.

Layout: 4CAT 1.56 (August 2026), ``datasources/vk``; "Wall post" of VK's interface (version 5.131). A post is counted by the wall
on which it stands, so that its number is that of the wall and its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aftermath.archives.readers.platforms.fields import begins_with, dig, first, require, words
from aftermath.archives.readers.platforms.platform import Platform, Post
from aftermath.archives.readers.rows import total


def _post(item: dict[str, Any]) -> Post:
    require(item, "text")
    wall, number = first(item, "owner_id"), first(item, "id")
    is_comment = first(item, "4cat_item_type") == "comment" or "post_id" in item
    text, copied = words(item, "text"), dig(item, "copy_history")
    kind = "reply" if is_comment else "original"
    if isinstance(copied, list) and copied:
        kind = "quote" if text else "repost"
        text = text or words(copied[0], "text")
    counts = (dig(item, what, "count") for what in ("likes", "comments", "thread", "reposts"))  # a comment has a thread
    return Post(
        f"{wall}_{number}" if wall and number else number,
        first(item, "date"),
        text,
        kind=kind,
        author=first(item, "author_profile.screen_name", "from_id"),
        engagement=None if kind == "repost" else total(*counts),
        url=f"https://vk.com/wall{wall}_{number}" if wall and number else None,
    )


def _is_item(item: dict[str, Any]) -> bool:
    return {"id", "owner_id", "from_id", "date", "text"} <= set(item)


def _inside(document: dict[str, Any]) -> Iterable[Any] | None:
    items = dig(document, "response", "items")
    return items if begins_with(items, _is_item) else None


PLATFORM = Platform("vk", "VK: posts and comments", ("vk",), _is_item, _post, _inside)
