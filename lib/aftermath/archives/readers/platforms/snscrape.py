"""Posts on Twitter as snscrape wrote them (``--jsonl``), until Twitter shut it out in 2023.

Layout: JustAnotherArchivist/snscrape, ``snscrape/modules/twitter.py``, version 0.7.0 (June 2023); until 2022 the text was called
``content``. What it wrote of other platforms is refused.
"""

from __future__ import annotations

from typing import Any

from aftermath.archives.readers.encoding import Unreadable
from aftermath.archives.readers.platforms.fields import dig, first, language_of, words
from aftermath.archives.readers.platforms.platform import Platform, Post
from aftermath.archives.readers.reposts import is_repost
from aftermath.archives.readers.rows import total

_TEXTS = ("rawContent", "content", "renderedContent")


def _post(item: dict[str, Any]) -> Post:
    if (first(item, "_type") or "").rpartition(".")[2] != "Tweet":
        raise Unreadable("is none of the posts on Twitter that snscrape wrote")
    text, original = words(item, *_TEXTS), dig(item, "retweetedTweet")
    whole = words(original, *_TEXTS) if isinstance(original, dict) else None
    if whole is not None:
        text = f"RT @{first(original, 'user.username') or 'i'}: {whole}"
    kind = "original"
    if original or is_repost(text):
        kind = "repost"
    elif dig(item, "quotedTweet"):
        kind = "quote"
    elif first(item, "inReplyToTweetId"):
        kind = "reply"
    return Post(
        first(item, "id"),
        first(item, "date"),
        text,
        language=language_of(item, "lang"),
        kind=kind,
        author=first(item, "user.username", "username", "user.id"),
        engagement=None
        if kind == "repost"
        else total(*(dig(item, f"{what}Count") for what in ("retweet", "like", "reply"))),
        url=first(item, "url"),
        cut=kind == "repost" and whole is None,
    )


PLATFORM = Platform(
    "snscrape",
    "snscrape: posts on Twitter, a post a line",
    ("snscrape",),
    lambda item: (first(item, "_type") or "").startswith("snscrape.modules."),
    _post,
)
