"""Posts on Instagram, as its pages load them: in item lists, and in the graph layout until 2025.

Layout: 4CAT 1.56 (August 2026), ``datasources/instagram``; Zeeschuimer 1.14 (June 2026), ``modules/instagram.js``; files of Instaloader 4. Items of
overviews come without a time and cannot be read. Where likes are hidden, engagement is not known.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aftermath.archives.readers.encoding import Unreadable
from aftermath.archives.readers.platforms.fields import dig, first, words
from aftermath.archives.readers.platforms.platform import Platform, Post
from aftermath.archives.readers.rows import total

_COMMENT = {"id", "created_at", "text", "owner", "likes_count"}  # of Instaloader
_COMMENTS = ("edge_media_to_parent_comment", "edge_media_to_comment", "edge_media_preview_comment")


def _post(item: dict[str, Any]) -> Post:
    if set(item) >= _COMMENT:
        return _comment(item)
    time = first(item, "taken_at", "taken_at_timestamp")
    if time is None:
        raise Unreadable("is an item of an overview, which Instagram loads without a time; open the posts themselves")
    code = first(item, "code", "shortcode")
    hidden = dig(item, "like_and_view_counts_disabled") is True
    return Post(
        code,
        time,
        words(item, "caption.text") or _caption(item),
        author=first(item, "user.username", "owner.username", "user.id", "owner.id"),
        engagement=None if hidden else total(*_counts(item)),
        url=f"https://www.instagram.com/p/{code}" if code else None,
    )


def _comment(item: dict[str, Any]) -> Post:
    return Post(
        first(item, "id"),
        first(item, "created_at"),
        words(item, "text"),
        kind="reply",
        author=first(item, "owner.username", "owner.id"),
        engagement=total(dig(item, "likes_count")),
    )


def _caption(item: dict[str, Any]) -> str | None:
    """The text in the graph layout."""
    edges = dig(item, "edge_media_to_caption", "edges")
    return words(edges[0], "node.text") if isinstance(edges, list) and edges else None


def _counts(item: dict[str, Any]) -> tuple[Any, Any]:
    if "shortcode" not in item:
        return dig(item, "like_count"), dig(item, "comment_count")
    likes = dig(item, "edge_media_preview_like", "count")
    comments = (dig(item, name, "count") for name in _COMMENTS)
    return likes, next((count for count in comments if count is not None), None)


def _is_item(item: dict[str, Any]) -> bool:
    fields = set(item)
    if fields >= _COMMENT:
        return True
    in_list = {"code", "taken_at", "user"} <= fields and "text_post_app_info" not in fields
    return in_list or {"shortcode", "taken_at_timestamp"} <= fields


def _inside(document: dict[str, Any]) -> Iterable[Any] | None:
    """What Instaloader keeps: a post beside what it says of itself, and comments that hold the answers to them."""
    node, answers = document.get("node"), document.get("answers")
    if "instaloader" in document and isinstance(node, dict):
        return [node] if _is_item(node) else []
    if set(document) >= _COMMENT and isinstance(answers, list):
        return [{name: value for name, value in document.items() if name != "answers"}, *answers]
    return None


PLATFORM = Platform(
    "instagram", "Instagram: posts as its pages load them, comments", ("instagram",), _is_item, _post, _inside
)
