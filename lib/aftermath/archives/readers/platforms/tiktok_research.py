"""Videos and comments from TikTok's Research API: its answers, or the items taken out of them.

Layout: developers.tiktok.com, "Query Videos" and "Query Video Comments" of the Research API (version 2, seen September 2026).
What a creator says in a video (``voice_to_text``) is not read; comments come without an author.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aftermath.archives.readers.platforms.fields import begins_with, dig, first, require, words
from aftermath.archives.readers.platforms.platform import Platform, Post
from aftermath.archives.readers.rows import total


def _post(item: dict[str, Any]) -> Post:
    require(item, "create_time")
    number, name = first(item, "id"), first(item, "username")
    if "video_id" in item:
        require(item, "text")
        counts = total(dig(item, "like_count"), dig(item, "reply_count"))
        return Post(number, first(item, "create_time"), words(item, "text"), kind="reply", engagement=counts)
    return Post(
        number,
        first(item, "create_time"),
        words(item, "video_description"),
        author=name,
        engagement=total(*(dig(item, f"{what}_count") for what in ("like", "share", "comment"))),
        url=f"https://www.tiktok.com/@{name}/video/{number}" if name and number else None,
    )


def _is_item(item: dict[str, Any]) -> bool:
    fields = set(item)
    if not {"id", "create_time"} <= fields or "last_modify_ts" in fields:
        return False
    return {"video_id", "text"} <= fields or bool({"video_description", "region_code", "voice_to_text"} & fields)


def _inside(document: dict[str, Any]) -> Iterable[Any] | None:
    answer = dig(document, "data") if isinstance(document.get("data"), dict) else document
    for name in ("videos", "comments"):
        items = dig(answer, name)
        if begins_with(items, _is_item) or (items == [] and {"cursor", "has_more"} <= set(answer)):
            return items
    return None


PLATFORM = Platform(
    "tiktok-research", "TikTok's Research API: videos and comments", ("tiktok-research",), _is_item, _post, _inside
)
