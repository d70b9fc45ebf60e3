"""Notes on RedNote (Xiaohongshu) and comments on them, as its pages load them.

Layout: 4CAT 1.56 (August 2026), ``datasources/xiaohongshu`` and ``xiaohongshu_comments``; Zeeschuimer 1.14 (June 2026),
``modules/rednote.js`` and ``rednote-comments.js``. Overviews name no time, so that their notes cannot be read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aftermath.archives.readers.encoding import Unreadable
from aftermath.archives.readers.platforms.fields import begins_with, dig, first, joined, words
from aftermath.archives.readers.platforms.platform import Platform, Post
from aftermath.archives.readers.rows import total

_COUNTS = (("liked_count", "likedCount"), ("comment_count", "commentCount"), ("share_count", "shareCount"))


def _post(item: dict[str, Any]) -> Post:
    if "content" in item:
        return _comment(item)
    inner = dig(item, "note_card") or dig(item, "note")
    note = inner if isinstance(inner, dict) else item
    time = first(note, "time", "create_time", "createTime")
    if time is None:
        raise Unreadable("is a note of an overview, which RedNote loads without a time; open the notes themselves")
    number = first(item, "id", "note_id") or first(note, "note_id", "noteId")
    interactions = dig(note, "interact_info") or dig(note, "interactInfo") or {}
    counts = [dig(interactions, name) for names in _COUNTS for name in names if name in interactions]
    return Post(
        number,
        time,
        joined(words(note, "title", "display_title", "displayTitle"), words(note, "desc")),
        author=first(note, "user.nickname", "user.nick_name", "user.user_id", "user.userId"),
        engagement=total(*counts),
        url=f"https://www.xiaohongshu.com/explore/{number}" if number else None,
    )


def _comment(item: dict[str, Any]) -> Post:
    note = first(item, "note_id")
    return Post(
        first(item, "id"),
        first(item, "create_time"),
        words(item, "content"),
        kind="reply",
        author=first(item, "user_info.nickname", "user_info.user_id"),
        engagement=total(dig(item, "like_count"), dig(item, "sub_comment_count")),
        url=f"https://www.xiaohongshu.com/explore/{note}" if note else None,
    )


def _is_item(item: dict[str, Any]) -> bool:
    fields = set(item)
    embedded = isinstance(dig(item, "note"), dict) and bool({"interactInfo", "interact_info"} & set(item["note"]))
    return embedded or "note_card" in fields or {"note_id", "content", "create_time", "user_info"} <= fields


def _inside(document: dict[str, Any]) -> Iterable[Any] | None:
    items = dig(document, "data", "items")
    return items if begins_with(items, _is_item) else None


PLATFORM = Platform(
    "rednote", "RedNote (Xiaohongshu): notes and comments as its pages load them", ("rednote", "xiaohongshu", "xhs"), _is_item, _post, _inside
)  # fmt: skip
