"""Datasets of Apify's scrapers of TikTok, Instagram, X and Facebook, as JSON or JSON lines.

Layout: the actors ``clockworks/tiktok-scraper`` and ``tiktok-comments-scraper``, ``apify/instagram-scraper`` (posts and
comments), ``apidojo/tweet-scraper``, ``apify/facebook-posts-scraper``, as their documentation had them in 2026.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from aftermath.archives.readers.encoding import Unreadable
from aftermath.archives.readers.platforms.fields import begins_with, dig, first, joined, language_of, words
from aftermath.archives.readers.platforms.platform import Platform, Post
from aftermath.archives.readers.rows import total


def _video(item: dict[str, Any]) -> Post:
    return Post(
        first(item, "id"),
        first(item, "createTimeISO", "createTime"),
        words(item, "text"),
        language=language_of(item, "textLanguage"),
        author=first(item, "authorMeta.name", "authorMeta.id"),
        engagement=total(*(dig(item, f"{what}Count") for what in ("digg", "share", "comment"))),
        url=first(item, "webVideoUrl"),
    )


def _comment_on_video(item: dict[str, Any]) -> Post:
    return Post(
        first(item, "cid"),
        first(item, "createTimeISO", "createTime"),
        words(item, "text"),
        kind="reply",
        author=first(item, "uniqueId", "uid"),
        engagement=total(dig(item, "diggCount"), dig(item, "replyCommentTotal")),
        url=first(item, "videoWebUrl"),
    )


def _picture(item: dict[str, Any]) -> Post:
    likes = dig(item, "likesCount")
    return Post(
        first(item, "shortCode"),
        first(item, "timestamp"),
        words(item, "caption"),
        author=first(item, "ownerUsername", "ownerId"),
        engagement=None if likes in (None, -1) else total(likes, dig(item, "commentsCount")),  # -1: hidden
        url=first(item, "url"),
    )


def _comment_on_picture(item: dict[str, Any]) -> Post:
    return Post(
        first(item, "id"),
        first(item, "timestamp"),
        words(item, "text"),
        kind="reply",
        author=first(item, "ownerUsername", "ownerId"),
        engagement=total(dig(item, "likesCount"), dig(item, "repliesCount")),
        url=first(item, "commentUrl", "postUrl"),
    )


def _tweet(item: dict[str, Any]) -> Post:
    repost = dig(item, "isRetweet") is True
    kinds = {"quote": dig(item, "isQuote"), "reply": dig(item, "isReply")}
    return Post(
        first(item, "id"),
        first(item, "createdAt"),
        words(item, "fullText", "text"),
        language=language_of(item, "lang"),
        kind="repost" if repost else next((kind for kind, is_one in kinds.items() if is_one is True), "original"),
        author=first(item, "author.userName", "author.id"),
        engagement=None if repost else total(*(dig(item, f"{what}Count") for what in ("retweet", "like", "reply"))),
        url=first(item, "url", "twitterUrl"),
        cut=repost,
    )


def _page_post(item: dict[str, Any]) -> Post:
    return Post(
        first(item, "postId"),
        first(item, "time", "timestamp"),
        joined(words(item, "title"), words(item, "text")),
        author=first(item, "user.name", "pageName", "user.id"),
        engagement=total(*(dig(item, what) for what in ("likes", "comments", "shares"))),
        url=first(item, "url"),
    )


# the fields that an item of each has, together
_LAYOUTS: tuple[tuple[set[str], Callable[[dict[str, Any]], Post]], ...] = (
    ({"authorMeta", "text", "createTimeISO"}, _video),
    ({"cid", "text", "createTimeISO"}, _comment_on_video),
    ({"shortCode", "timestamp", "ownerUsername"}, _picture),
    ({"id", "text", "timestamp", "ownerUsername"}, _comment_on_picture),
    ({"id", "createdAt", "text", "likeCount", "retweetCount", "author"}, _tweet),
    ({"postId", "time", "facebookUrl"}, _page_post),
)


def _layout(item: dict[str, Any]) -> Callable[[dict[str, Any]], Post] | None:
    fields = set(item)
    return next((read for required, read in _LAYOUTS if required <= fields), None)


def _post(item: dict[str, Any]) -> Post:
    if (read := _layout(item)) is None:
        raise Unreadable("is none of the items of Apify that are read here")
    return read(item)


def _inside(item: dict[str, Any]) -> Iterable[Any] | None:
    """A comment and the answers that its item holds, which are comments like itself."""
    replies = item.get("replies")
    if not (
        isinstance(replies, list) and begins_with(replies, lambda reply: _layout(reply) is not None) and _layout(item)
    ):
        return None
    return [{name: value for name, value in item.items() if name != "replies"}, *replies]


PLATFORM = Platform(
    "apify",
    "Apify: datasets of its scrapers of TikTok, Instagram, X, Facebook",
    ("apify",),
    lambda item: _layout(item) is not None,
    _post,
    _inside,
)
