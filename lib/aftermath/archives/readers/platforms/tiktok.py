"""Videos on TikTok and comments on them, as its pages load them.

Layout: 4CAT 1.56 (August 2026), ``datasources/tiktok`` and ``datasources/tiktok_comments``; Zeeschuimer 1.14 (June 2026),
``modules/tiktok.js`` and ``modules/tiktok-comments.js``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aftermath.archives.readers.platforms.fields import begins_with, dig, first, language_of, require, words
from aftermath.archives.readers.platforms.platform import Platform, Post
from aftermath.archives.readers.rows import total

_COMMENT = {"cid", "text", "create_time"}


def _post(item: dict[str, Any]) -> Post:
    if "cid" in item:
        return comment(item)
    require(item, "desc")
    require(item, "createTime")
    number, name = first(item, "id"), first(item, "author.uniqueId", "author", "author.id")
    stats = dig(item, "stats") or dig(item, "statsV2") or {}
    duet = first(item, "duetInfo.duetFromId") not in (None, "0")
    return Post(
        number,
        first(item, "createTime"),
        words(item, "desc"),
        language=language_of(item, "textLanguage"),
        kind="quote" if duet else "original",
        author=name,
        engagement=total(*(dig(stats, f"{what}Count") for what in ("digg", "share", "comment"))),
        url=f"https://www.tiktok.com/@{name}/video/{number}" if name and number else None,
    )


def comment(item: dict[str, Any]) -> Post:
    """A comment on TikTok or Douyin, which the two write alike: it stands under ``aweme_id``, its own number is ``cid``.

    Parameters
    ----------
    item
        As the page loads it.
    """
    require(item, "text")
    return Post(
        first(item, "cid"),
        first(item, "create_time"),
        words(item, "text"),
        language=language_of(item, "comment_language"),
        kind="reply",
        author=first(item, "user.unique_id", "user.nickname", "user.uid"),
        engagement=total(dig(item, "digg_count"), dig(item, "reply_comment_total")),
    )


def _is_item(item: dict[str, Any]) -> bool:
    return {"desc", "createTime"} <= set(item) or set(item) >= _COMMENT


def comments_in(document: dict[str, Any]) -> Iterator[Any] | None:
    """The comments of an answer on TikTok or Douyin, each before the replies that it holds; None where it is none.

    Parameters
    ----------
    document
        ``{"comments": [...], "has_more": 0}``.
    """
    comments = document.get("comments")
    if not isinstance(comments, list) or not begins_with(comments, lambda comment: set(comment) >= _COMMENT):
        return None
    return (found for comment in comments for found in (comment, *_replies(comment)))


def _replies(comment: Any) -> list[Any]:
    replies = dig(comment, "reply_comment")
    return replies if isinstance(replies, list) else []


def _inside(document: dict[str, Any]) -> Iterator[Any] | None:
    return comments_in(document)


PLATFORM = Platform(
    "tiktok", "TikTok: videos and comments as its pages load them", ("tiktok",), _is_item, _post, _inside
)
