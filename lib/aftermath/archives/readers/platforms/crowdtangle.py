"""Posts from CrowdTangle's interface, which Meta closed in August 2024: its answers, or the posts taken out of them.

Layout: "Post" in the wiki of CrowdTangle/API on GitHub (2024). Its dates are in UTC and do not say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from aftermath.archives.readers.platforms.fields import begins_with, dig, first, joined, language_of, words
from aftermath.archives.readers.platforms.platform import Platform, Post
from aftermath.archives.readers.rows import total

_WITHOUT_ZONE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_COUNTS = tuple(
    f"{what}Count"
    for what in (
        "like", "love", "wow", "haha", "sad", "angry", "thankful", "care", "favorite", "up", "comment", "share",
    )
)  # fmt: skip


def _post(item: dict[str, Any]) -> Post:
    time, actual = first(item, "date"), dig(item, "statistics", "actual")
    counts = [dig(actual, name) for name in _COUNTS if isinstance(actual, dict) and name in actual]
    return Post(
        first(item, "platformId", "id"),
        f"{time} +00:00" if time and _WITHOUT_ZONE.fullmatch(time) else time,
        words(item, "message") or joined(words(item, "title"), words(item, "description")),
        language=language_of(item, "languageCode"),
        author=first(item, "account.handle", "account.name", "account.id"),
        engagement=total(*counts),
        url=first(item, "postUrl", "link"),
    )


def _is_item(item: dict[str, Any]) -> bool:
    return {"platformId", "date", "statistics"} <= set(item) and isinstance(dig(item, "statistics", "actual"), dict)


def _inside(document: dict[str, Any]) -> Iterable[Any] | None:
    items = dig(document, "result", "posts")
    return items if begins_with(items, _is_item) else None


PLATFORM = Platform("crowdtangle", "CrowdTangle: answers of its interface", ("crowdtangle",), _is_item, _post, _inside)
