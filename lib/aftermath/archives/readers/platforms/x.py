"""Posts on X, as its pages load them.

Layout: 4CAT 1.56 (August 2026), ``datasources/twitter-import``; Zeeschuimer 1.14 (June 2026), ``modules/twitter.js``.
"""

from __future__ import annotations

from typing import Any

from aftermath.archives.readers.encoding import Unreadable
from aftermath.archives.readers.platforms.fields import ANSWERED, dig, first, language_of, words
from aftermath.archives.readers.platforms.platform import Platform, Post
from aftermath.archives.readers.rows import total

_COUNTS = ("retweet_count", "favorite_count", "reply_count")


def _post(item: dict[str, Any]) -> Post:
    inner = item.get("tweet")  # where who may see or answer it is limited
    item = inner if isinstance(inner, dict) and "legacy" not in item else item
    legacy = dig(item, "legacy")
    if not isinstance(legacy, dict):
        raise Unreadable("is no such post: it has no legacy")
    number, name = first(item, "rest_id") or first(legacy, "id_str"), _name(item)
    repost = dig(legacy, "retweeted_status_result", "result") or dig(item, "retweeted_status_result", "result")
    text, whole = _text(item), None
    if isinstance(repost, dict):
        original = dig(repost, "tweet") or repost
        whole = _text(original)
        text = f"RT @{_name(original)}: {whole}" if whole is not None else text
    kind = "original"
    if repost:
        kind = "repost"
    elif dig(legacy, "is_quote_status") is True or dig(item, "quoted_status_result"):
        kind = "quote"
    elif first(legacy, *ANSWERED):
        kind = "reply"
    return Post(
        number,
        first(legacy, "created_at"),
        text,
        language=language_of(legacy, "lang"),
        kind=kind,
        author=name,
        engagement=None if repost else total(*(dig(legacy, count) for count in _COUNTS)),
        url=f"https://x.com/{name or 'i'}/status/{number}" if number else None,
        cut=kind == "repost" and whole is None,
    )


def _name(item: Any) -> str | None:
    user = "core.user_results.result"
    names = first(item, f"{user}.legacy.screen_name", f"{user}.core.screen_name", "user.screen_name")
    return names or first(item, "legacy.user_id_str")


def _text(item: Any) -> str | None:
    text = words(item, "note_tweet.note_tweet_results.result.text", "legacy.full_text")
    return text and text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _is_item(item: dict[str, Any]) -> bool:
    inner = item.get("tweet")
    return ("legacy" in item and ("rest_id" in item or item.get("type") == "adaptive")) or (
        isinstance(inner, dict) and {"rest_id", "legacy"} <= set(inner)
    )


PLATFORM = Platform("x", "X: posts as its pages load them", ("x", "twitter"), _is_item, _post)
