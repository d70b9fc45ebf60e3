"""Posts on Weibo and comments on them, as its pages load them.

Layout: the answers of weibo.com and m.weibo.cn (``mblog``); 4CAT and Zeeschuimer wrote such items until 2026. The JSON of
dataabc/weibo-crawler (2025: ``{"user": ..., "weibo": [...]}``) has nearly the same, that of nghuyong/WeiboSpider (``common.py``) calls the text
``content`` and says of no post whether it is a repost; the times of both are those of a clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aftermath.archives.readers.markup import words_of
from aftermath.archives.readers.platforms.fields import begins_with, dig, first, require, words
from aftermath.archives.readers.platforms.platform import Platform, Post
from aftermath.archives.readers.rows import total

_EMPTY_REPOSTS = ("", "转发微博", "轉發微博", "Repost", "repost")


def _post(item: dict[str, Any]) -> Post:
    card = item.get("mblog")
    item = card if isinstance(card, dict) else item
    require(item, "text_raw", "text", "content")
    if _is_comment(item):
        return _comment(item)
    number = first(item, "idstr", "mid", "_id", "id")
    text = _text(item)
    user, page = first(item, "user.idstr", "user.id", "user._id", "user_id"), first(item, "mblogid", "bid") or number
    return Post(
        number,
        first(item, "created_at"),
        text,
        kind=_kind(item, text),
        author=first(item, "user.screen_name", "user.nick_name", "screen_name") or user,
        engagement=total(*(dig(item, f"{what}_count") for what in ("reposts", "comments", "attitudes"))),
        url=f"https://weibo.com/{user}/{page}" if user and page else None,
    )


def _comment(item: dict[str, Any]) -> Post:
    return Post(
        first(item, "idstr", "mid", "_id", "id"),
        first(item, "created_at"),
        _text(item),
        kind="reply",
        author=first(item, "user.screen_name", "user.idstr", "user.id", "comment_user.nick_name", "comment_user._id"),
        engagement=total(_either(item, "like_counts", "like_count"), dig(item, "total_number")),
    )


def _either(item: dict[str, Any], *names: str) -> Any:
    return next((dig(item, name) for name in names if name in item), None)


def _text(item: dict[str, Any]) -> str | None:
    plain = words(item, "longText.longTextContent", "text_raw")
    marked = words(item, "text", "content")
    return words_of(marked) if plain is None and marked is not None else plain


def _kind(item: dict[str, Any], text: str | None) -> str:
    """A repost with words of one's own before the chain of names is a quote."""
    if not isinstance(dig(item, "retweeted_status") or dig(item, "retweet"), dict):
        return "original"
    own = (text or "").split("//@")[0].strip()
    return "repost" if own in _EMPTY_REPOSTS else "quote"


def _is_comment(item: dict[str, Any]) -> bool:
    fields = set(item)
    return ({"rootid", "text", "user"} <= fields and "mblogid" not in fields) or {
        "_id",
        "like_counts",
        "content",
    } <= fields


def _is_item(item: dict[str, Any]) -> bool:
    card = item.get("mblog")
    item = card if isinstance(card, dict) else item
    fields = set(item)
    of_page = bool({"mblogid", "text_raw"} & fields) or {"idstr", "mid", "text"} <= fields
    return of_page or _is_comment(item) or {"bid", "text", "reposts_count"} <= fields


def _inside(document: dict[str, Any]) -> Iterable[Any] | None:
    data = document.get("data")
    places = (
        document.get("statuses"),
        document.get("weibo"),
        data,
        dig(data, "list"),
        dig(data, "statuses"),
        dig(data, "cards"),
    )
    return next((items for items in places if begins_with(items, _is_known)), None)


def _is_known(item: dict[str, Any]) -> bool:
    return _is_item(item) or "idstr" in item


PLATFORM = Platform("weibo", "Weibo: posts and comments as its pages load them", ("weibo",), _is_item, _post, _inside)
