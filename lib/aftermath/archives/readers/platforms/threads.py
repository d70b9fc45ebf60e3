"""Posts on Threads, as its pages load them.

Layout: 4CAT 1.56 (August 2026), ``datasources/threads``; Zeeschuimer 1.14 (June 2026), ``modules/threads.js``.
"""

from __future__ import annotations

from typing import Any

from aftermath.archives.readers.platforms.fields import dig, first, require, words
from aftermath.archives.readers.platforms.platform import Platform, Post
from aftermath.archives.readers.rows import total


def _post(item: dict[str, Any]) -> Post:
    require(item, "taken_at")
    code, name, more = first(item, "code"), first(item, "user.username", "user.id"), dig(item, "text_post_app_info")
    kind = _kind(more)
    counts = dig(item, "like_count"), dig(more, "repost_count"), dig(more, "direct_reply_count")
    return Post(
        code,
        first(item, "taken_at"),
        words(item, "caption.text"),
        kind=kind,
        author=name,
        engagement=None if kind == "repost" else total(*counts),
        url=f"https://www.threads.com/@{name}/post/{code}" if name and code else None,
    )


def _kind(more: Any) -> str:
    if isinstance(dig(more, "share_info", "reposted_post"), dict):
        return "repost"
    if isinstance(dig(more, "share_info", "quoted_post"), dict):
        return "quote"
    return "reply" if dig(more, "is_reply") is True or dig(more, "reply_to_author") else "original"


def _is_item(item: dict[str, Any]) -> bool:
    return {"code", "taken_at", "text_post_app_info"} <= set(item)


PLATFORM = Platform("threads", "Threads: posts as its pages load them", ("threads",), _is_item, _post)
