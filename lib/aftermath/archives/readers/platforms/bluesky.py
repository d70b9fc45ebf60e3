"""Posts and reposts on Bluesky: recordings of Jetstream, replies of its interface, and 4CAT's items.

Layouts: events of bluesky-social/jetstream (August 2026, and the letters that it wrote in 2024); ``app.bsky.feed.defs`` and
``com.atproto.repo.listRecords`` of bluesky-social/atproto (August 2026) as getPosts, searchPosts, getAuthorFeed, getPostThread
and others reply with them; ``datasources/bsky/search_bsky.py`` of 4CAT 1.56 (August 2026), which writes names in snake case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from aftermath.archives.readers.encoding import Unreadable
from aftermath.archives.readers.platforms.fields import (
    dig,
    first,
    language_of,
    list_at,
    object_at,
    of_first,
    require,
    sum_of_all,
    text_at,
)
from aftermath.archives.readers.platforms.platform import Platform, Post

_POST, _REPOST = "app.bsky.feed.post", "app.bsky.feed.repost"
_WRITTEN, _DELETED = ("create", "update", "c", "u"), ("delete", "d")
_IN_A_ZONE = re.compile(r"(?:Z|[+-]\d\d:?\d\d)$")
_LISTS = ("posts", "feed", "records")


def _post(item: dict[str, Any]) -> Post | None:
    if "time_us" in item:
        return _of_event(item)
    view = object_at(item, "post") or item
    if {"notFound", "blocked", "not_found"} & set(view):
        return None  # a post that is gone, or whose author shows it to some alone
    require(view, "record", "value")
    author, reason = object_at(view, "author"), object_at(item, "reason")
    uri = text_at(view, "uri")
    post = _of_record(
        uri,
        object_at(view, "record") or object_at(view, "value"),
        first(view, "indexedAt", "indexed_at"),
        _name(author) or _parts(uri)[2],
        sum_of_all(*(_count(view, what) for what in ("repost", "like", "reply"))),
    )
    by = object_at(reason, "by")
    if post is None or not by:
        return post
    own = text_at(reason, "uri") or (f"{uri}#reposted-by-{text_at(by, 'did')}" if text_at(by, "did") else None)
    time = first(reason, "indexedAt", "indexed_at")
    return post._replace(post_id=own, time=time, kind="repost", author=_name(by), engagement=None)


def _count(view: dict[str, Any], what: str) -> Any:
    count = dig(view, f"{what}Count")
    return dig(view, f"{what}_count") if count is None else count


def _of_event(item: dict[str, Any]) -> Post | None:
    """What an account wrote; deletions, likes, follows and news of accounts are no posts."""
    if "commit" not in item and text_at(item, "kind") != "commit":
        return None
    commit, did = object_at(item, "commit"), text_at(item, "did")
    operation = text_at(commit, "operation") or text_at(commit, "type")
    collection, key = text_at(commit, "collection"), text_at(commit, "rkey")
    if operation not in _WRITTEN + _DELETED or "." not in (collection or "") or not (did and key):
        raise Unreadable("is no such event: it has no operation, collection, did or rkey")
    if operation in _DELETED or collection not in (_POST, _REPOST):
        return None
    uri = f"at://{did}/{collection}/{key}"
    return _of_record(uri, object_at(commit, "record"), first(item, "time_us"), did, None)


def _of_record(
    uri: str | None, record: dict[str, Any], seen: str | None, author: str | None, engagement: int | None
) -> Post | None:
    """A record as a post; of a repost, it holds the address of the original alone."""
    _, _, account, collection, key = _parts(uri)
    if collection == _REPOST:
        require(record, "subject")
        return Post(uri, _time(record, seen), None, kind="repost", author=author)
    if collection != _POST:
        return None
    require(record, "text")
    languages = {language_of({"langs": language}, "langs") for language in list_at(record, "langs")}
    kind = "reply" if object_at(record, "reply") else "original"
    return Post(
        uri,
        _time(record, seen),
        text_at(record, "text"),
        language=languages.pop() if len(languages) == 1 else None,
        kind="quote" if _quotes(record) else kind,
        author=author,
        engagement=engagement,
        url=f"https://bsky.app/profile/{account}/post/{key}",
    )


def _time(record: dict[str, Any], seen: str | None) -> str | None:
    """When a post was made by its author's clock; where that names no zone, when it was first seen."""
    made = text_at(record, "createdAt") or text_at(record, "created_at")
    return made if made and _IN_A_ZONE.search(made) else seen


def _quotes(record: dict[str, Any]) -> bool:
    """Whether a post shows another; lists, feeds and starter packs are shown in the same way."""
    shown = object_at(record, "embed", "record")
    return _parts(text_at(shown, "uri") or text_at(shown, "record", "uri"))[3] == _POST


def _name(account: dict[str, Any]) -> str | None:
    handle = text_at(account, "handle")
    return text_at(account, "did") if handle in (None, "", "handle.invalid") else handle


def _parts(uri: str | None) -> list[str | None]:
    """``at://account/collection/key`` in five parts, nothing in them where an address is another."""
    parts: list[str | None] = [*(uri or "").split("/")]
    return parts if len(parts) == 5 and parts[0] == "at:" else [None] * 5


def _is_item(item: dict[str, Any]) -> bool:
    if "time_us" in item and "did" in item and {"kind", "type", "commit"} & set(item):
        return True
    view = item["post"] if isinstance(item.get("post"), dict) else item
    uri = view.get("uri")
    known = {"record", "value", "notFound", "blocked", "not_found"} & set(view)
    return bool(known) and isinstance(uri, str) and uri.startswith("at://")


def _inside(document: dict[str, Any]) -> Iterable[Any] | None:
    for name in _LISTS:
        values = document.get(name)
        if isinstance(values, list) and (_is_item(of_first(values)) or (not values and "hitsTotal" in document)):
            return values
    thread = document.get("thread")
    return _thread(thread) if isinstance(thread, dict) and _is_item(thread) else None


def _thread(node: Any) -> Iterator[Any]:
    """The posts of a thread, those above it and those below it."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        replies = dig(node, "replies")
        yield (
            {key: value for key, value in node.items() if key not in ("parent", "replies")}
            if isinstance(node, dict)
            else node
        )
        below = replies[::-1] if isinstance(replies, list) else [replies]
        waiting += [other for other in (dig(node, "parent"), *below) if other is not None]


PLATFORM = Platform(
    "bluesky", "Bluesky: Jetstream, replies of its interface", ("bsky", "bluesky"), _is_item, _post, _inside
)
