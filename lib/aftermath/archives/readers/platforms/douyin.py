"""Videos and live streams on Douyin and comments on them, as its interface and its pages have them.

Layout: 4CAT 1.56 (August 2026), ``datasources/douyin``; Zeeschuimer 1.14 (June 2026), ``modules/douyin.js``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from aftermath.archives.readers.json_lines import decode
from aftermath.archives.readers.platforms.fields import begins_with, dig, first, require, words
from aftermath.archives.readers.platforms.platform import Platform, Post
from aftermath.archives.readers.platforms.tiktok import comment, comments_in
from aftermath.archives.readers.rows import total

_any = msgspec.json.Decoder()
_AUTHOR = "author.uid", "author.id", "authorInfo.uid", "author_user_id", "authorUserId"


def _post(item: dict[str, Any]) -> Post:
    if "cid" in item:
        return comment(item)
    require(item, "aweme_id", "awemeId")
    stream = _stream(item)
    number = first(item, "aweme_id", "awemeId")
    names = first(item, "author.nickname", "authorInfo.nickname", *_AUTHOR)
    return Post(
        number,
        first(stream, "create_time", "createtime") or first(item, "create_time", "createTime"),
        words(item, "desc") or words(stream, "title"),
        author=names or first(stream, "owner.nickname"),
        engagement=total(*(_of_either(item, what) for what in ("digg", "share", "comment"))),
        url=f"https://www.douyin.com/video/{number}",
    )


def _of_either(item: dict[str, Any], what: str) -> Any:
    """A count under the name of the interface, or that of the page."""
    count = dig(item, "statistics", f"{what}_count")
    return dig(item, "stats", f"{what}Count") if count is None else count


def _stream(item: dict[str, Any]) -> Any:
    """What a live stream says of itself, which Douyin keeps as JSON inside the JSON."""
    raw = dig(item, "rawdata") or dig(item, "cell_room", "rawdata") or dig(item, "cellRoom", "rawdata")
    return decode(_any, raw.encode("utf-8", "replace")) if isinstance(raw, str) else raw


def _is_item(item: dict[str, Any]) -> bool:
    return "desc" in item and bool({"aweme_id", "awemeId"} & set(item))


def _inside(document: dict[str, Any]) -> Iterator[Any] | None:
    """Comments of an answer; on TikTok they do not say from which province they are."""
    comments = document.get("comments")
    return comments_in(document) if begins_with(comments, lambda comment: "ip_label" in comment) else None


PLATFORM = Platform("douyin", "Douyin: videos, live streams and comments", ("douyin",), _is_item, _post, _inside)
