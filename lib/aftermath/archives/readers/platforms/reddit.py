"""Comments and submissions on Reddit, as dumps and its interface have them.

Layouts: dumps of Pushshift (to March 2023) and Arctic Shift (from April 2023; ``file_content_explanations.md`` and
``schemas/`` of ArthurHeitmann/arctic_shift, February 2026): an object a line. Listings of the interface itself (``kind`` and
``data``), and replies of Arctic Shift's and PullPush's interfaces, which hold the same objects under ``data``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from aftermath.archives.readers.encoding import Unreadable
from aftermath.archives.readers.platforms.fields import dig, first, of_first, sum_of_all, text_at
from aftermath.archives.readers.platforms.platform import Platform, Post

# what Reddit puts in the place of a text or a title: [removed], [deleted by user], [ Removed by Reddit ]
_GONE = re.compile(r"\[\s*(?:removed|deleted)(?:\s+by\s.{0,200})?\s*\]", re.IGNORECASE | re.DOTALL)
_NOBODY = ("[deleted]", "[removed]", "")
_KINDS = ("t1", "t3")  # comments, submissions; others are accounts, communities, and "more"


def _post(item: dict[str, Any]) -> Post | None:
    if "kind" in item and "data" in item:
        return None  # an account, a community, or comments that were not loaded
    is_comment = "body" in item
    author, place = text_at(item, "author"), text_at(item, "permalink")
    return Post(
        first(item, "id"),
        first(item, "created_utc"),
        _words(item, "body") if is_comment else _submission(item),
        kind=_kind(item, is_comment=is_comment),
        author=None if author in _NOBODY else author,
        engagement=_engagement(item, is_comment=is_comment),
        url=f"https://www.reddit.com{place}" if place and place.startswith("/") else None,
    )


def _submission(item: dict[str, Any]) -> str | None:
    """Title and text; the title of a submission stands even where its text was removed."""
    if "title" not in item:
        raise Unreadable("is no such post: it has no body or title")
    return "\n\n".join(words for words in (_words(item, "title"), _words(item, "selftext")) if words) or None


def _words(item: dict[str, Any], key: str) -> str | None:
    text = text_at(item, key)
    return None if text is None or _GONE.fullmatch(text.strip()) else text


def _kind(item: dict[str, Any], *, is_comment: bool) -> str:
    """A submission that shows another in a second community has a title, votes and comments of its own: a quote."""
    if is_comment:
        return "reply"
    return "quote" if first(item, "crosspost_parent") else "original"


def _engagement(item: dict[str, Any], *, is_comment: bool) -> int | None:
    """Votes for less votes against, as Reddit tells no more, and comments; a comment's are not counted there."""
    if dig(item, "score_hidden") is True or dig(item, "hide_score") is True:
        return None
    score = dig(item, "score")
    return sum_of_all(score) if is_comment else sum_of_all(score, dig(item, "num_comments"))


def _is_item(item: dict[str, Any]) -> bool:
    if "created_utc" not in item or not {"subreddit", "subreddit_id", "link_id", "permalink"} & set(item):
        return False
    return {"body", "link_id"} <= set(item) or ("title" in item and bool({"selftext", "num_comments"} & set(item)))


def _inside(document: dict[str, Any]) -> Iterable[Any] | None:
    if _is_listing(document) or _is_wrapped(document):
        return _unwrapped(document)
    data = document.get("data")
    return data if "kind" not in document and isinstance(data, list) and _is_item(of_first(data)) else None


def _is_listing(value: Any) -> bool:
    return dig(value, "kind") == "Listing" and isinstance(dig(value, "data", "children"), list)


def _is_wrapped(value: Any) -> bool:
    return dig(value, "kind") in _KINDS and dig(value, "data", "created_utc") is not None


def _unwrapped(page: dict[str, Any]) -> Iterator[Any]:
    """Comments and submissions of a page, each before the comments under it."""
    waiting: list[Any] = [page]
    while waiting:
        value = waiting.pop()
        if _is_listing(value):
            waiting += reversed(value["data"]["children"])
        elif _is_wrapped(value):
            replies = value["data"].get("replies")
            waiting += [] if replies in ("", None) else [replies]
            yield {key: field for key, field in value["data"].items() if key != "replies"}
        else:
            yield value


def _is_reddit(item: dict[str, Any]) -> bool:
    """Whether an item is of Reddit; wrapped ones that are no posts belong here, too, and are passed over."""
    wrapped = isinstance(item.get("data"), dict) and item.get("kind") in ("t2", "t4", "t5", "t6", "more")
    return wrapped or _is_item(item)


PLATFORM = Platform(
    "reddit", "Reddit: comments and submissions of dumps and listings", ("reddit",), _is_reddit, _post, _inside
)
