"""Posts and comments from the Meta Content Library: Facebook, Instagram, Threads.

Layout: "Data dictionary" of the Meta Content Library and API (developers.facebook.com, version 6, 2026). Where reactions are
counted together (``reaction_count``), kinds of them are not added again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aftermath.archives.readers.platforms.fields import begins_with, dig, first, language_of, require, words
from aftermath.archives.readers.platforms.platform import Platform, Post
from aftermath.archives.readers.rows import total

_REACTIONS = tuple(f"{what}_count" for what in ("like", "love", "care", "haha", "wow", "sad", "angry"))
_ANSWERS = ("comment_count", "reply_count")
_SHARES = ("share_count", "repost_count")
_OF_COMMENTS = {"parent_comment_id", "parent_id", "parent", "reply_to_id", "post_id"}


def _post(item: dict[str, Any]) -> Post:
    require(item, "creation_time")
    statistics = dig(item, "statistics")
    counts = statistics if isinstance(statistics, dict) else {}
    reactions = ("reaction_count",) if counts.get("reaction_count") is not None else _REACTIONS
    given = [counts[name] for name in (*reactions, *_ANSWERS, *_SHARES) if name in counts]
    owners = first(item, "post_owner.username", "post_owner.name", "post_owner.id", "owner.username", "owner.name")
    is_comment = first(item, "content_type") in ("comment", "comments") or bool(_OF_COMMENTS & set(item))
    return Post(
        first(item, "id"),
        first(item, "creation_time"),
        words(item, "text", "message", "caption"),
        language=language_of(item, "lang"),
        kind="reply" if is_comment else "original",
        author=owners,
        engagement=total(*given),
        url=first(item, "mcl_url", "url"),
    )


def _is_item(item: dict[str, Any]) -> bool:
    return {"id", "creation_time"} <= set(item) and bool(
        {"text", "statistics", "post_owner", "content_type"} & set(item)
    )


def _inside(document: dict[str, Any]) -> Iterable[Any] | None:
    items = document.get("data")
    return items if begins_with(items, _is_item) else None


PLATFORM = Platform(
    "meta-content-library",
    "Meta Content Library: posts and comments on Facebook, Instagram, Threads",
    ("meta-content-library",),
    _is_item,
    _post,
    _inside,
)
