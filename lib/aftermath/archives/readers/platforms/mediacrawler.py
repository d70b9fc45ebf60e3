"""Posts and comments as MediaCrawler keeps them, from Bilibili, Douyin, Kuaishou, Tieba, Weibo, Xiaohongshu and Zhihu.

Layout: NanmiCoder/MediaCrawler, ``store/<platform>/__init__.py`` and ``model/``, commit d6f7c5b (August 2026). Every item
has ``last_modify_ts``, the time of collection. An account is known by ``creator_hash``; earlier versions have its name.
Likes of comments on Kuaishou and of posts on Tieba are not kept: their engagement is not known.
"""

from __future__ import annotations

from typing import Any

from aftermath.archives.readers.encoding import Unreadable
from aftermath.archives.readers.platforms.fields import dig, first, joined, words
from aftermath.archives.readers.platforms.platform import Platform, Post
from aftermath.archives.readers.rows import total

_POSTS = ("aweme_id", "note_id", "video_id", "content_id", "dynamic_id")
_TIMES = ("create_time", "time", "publish_time", "created_time", "pub_ts")
_AUTHORS = ("creator_hash", "nickname", "user_nickname", "user_name", "user_id")
_LIKES = ("liked_count", "voteup_count", "total_liked", "comment_like_count", "like_count")
_ANSWERS = (
    "comment_count", "comments_count", "video_comment", "total_comments", "total_replay_num", "sub_comment_count",
)  # fmt: skip
_SHARES = ("share_count", "shared_count", "video_share_count", "total_forwards")


def _post(item: dict[str, Any]) -> Post:
    is_comment = "comment_id" in item
    if not is_comment and not any(name in item for name in _POSTS):
        raise Unreadable("is no post: it has no id of one")
    body = words(item, "content", "content_text", "text", "desc")
    likes = _given(item, _LIKES)
    counts = [likes, _given(item, _ANSWERS), *([] if is_comment else [_given(item, _SHARES)])]
    return Post(
        first(item, "comment_id") if is_comment else first(item, *_POSTS),
        first(item, *_TIMES),
        body if is_comment else joined(words(item, "title"), body),
        kind="reply" if is_comment else "original",
        author=first(item, *_AUTHORS),
        engagement=None if likes is None else total(*counts),
        url=None if is_comment else first(item, "note_url", "aweme_url", "content_url", "video_url"),
    )


def _given(item: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((dig(item, name) for name in names if name in item), None)


def _is_item(item: dict[str, Any]) -> bool:
    fields = set(item)
    known = {"comment_id", "content"} <= fields or bool(fields & set(_POSTS))
    return "last_modify_ts" in fields and known and bool(fields & set(_TIMES))


PLATFORM = Platform(
    "mediacrawler",
    "MediaCrawler: posts and comments from Bilibili, Douyin, Kuaishou, Tieba, Weibo, Xiaohongshu, Zhihu",
    ("mediacrawler",),
    _is_item,
    _post,
)
