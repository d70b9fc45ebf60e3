"""Posts in the archive of one's own account on X: ``data/tweets.js`` and its parts, ``deleted-tweets.js``, ``tweet.js``.

Layout: the archive as X hands it out (``window.YTD.tweets.part0 = [{"tweet": {...}}]``; until 2021 ``tweet.js``, until 2019
without the inner ``tweet``). It does not name the author in each post. Reposts are known by their text alone, which is cut at
140 characters; what a quote says of its original is a link.
"""

from __future__ import annotations

import re
from typing import Any

from aftermath.archives.readers.encoding import Unreadable
from aftermath.archives.readers.platforms.fields import ANSWERED, dig, first, language_of, words
from aftermath.archives.readers.platforms.platform import Platform, Post
from aftermath.archives.readers.reposts import is_repost
from aftermath.archives.readers.rows import total

SCRIPTS = ("tweets", "tweet", "deleted_tweets", "deleted_tweet", "community_tweet", "community_tweets")
_STATUS = re.compile(r"https?://(?:mobile\.|www\.)?(?:x|twitter)\.com/\w{1,50}/status/\d+")


def _post(item: dict[str, Any]) -> Post:
    tweet = _tweet(item)
    if tweet is None:
        raise Unreadable("is no post of an archive from X")
    text = words(tweet, "full_text") or ""
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    number, kind = first(tweet, "id_str", "id"), _kind(tweet, text)
    return Post(
        number,
        first(tweet, "created_at"),
        text,
        language=language_of(tweet, "lang"),
        kind=kind,
        engagement=None if kind == "repost" else total(dig(tweet, "retweet_count"), dig(tweet, "favorite_count")),
        url=f"https://x.com/i/status/{number}" if number else None,
        cut=kind == "repost",
    )


def _kind(tweet: dict[str, Any], text: str) -> str:
    if is_repost(text):
        return "repost"
    links = dig(tweet, "entities", "urls")
    for link in links if isinstance(links, list) else ():
        if _STATUS.match(first(link, "expanded_url") or ""):
            return "quote"
    return "reply" if first(tweet, *ANSWERED) else "original"


def _tweet(item: dict[str, Any]) -> dict[str, Any] | None:
    tweet = item.get("tweet", item)
    if not isinstance(tweet, dict) or "user" in tweet:
        return None
    return (
        tweet
        if {"id_str", "full_text", "created_at"} <= set(tweet) and (tweet is not item or "retweeted" in item)
        else None
    )


PLATFORM = Platform(
    "x-archive",
    "X: the archive of one's own account (tweets.js)",
    ("x-archive",),
    lambda item: _tweet(item) is not None,
    _post,
)
