"""Comments and videos on YouTube, as its Data API gives them out.

Layout: resources of YouTube Data API v3 (``commentThreads``, ``comments``, ``videos``, ``search``, ``playlistItems``), alone or
in the pages of a list; https://developers.google.com/youtube/v3/docs. **A comment under a video is an original, one under a
comment a reply**, as in the tables that YouTube Data Tools makes of the same resources.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from aftermath.archives.entities import unescaped
from aftermath.archives.readers.encoding import Unreadable
from aftermath.archives.readers.markup import words_of
from aftermath.archives.readers.platforms.fields import dig, first, language_of, object_at, require, sum_of_all, text_at
from aftermath.archives.readers.platforms.platform import Platform, Post

_REPLIES = "totalReplyCount"  # of a thread; it is put beside the fields of its first comment
_UNSEEN = ("Private video", "Deleted video")


def _post(item: dict[str, Any]) -> Post | None:
    kind = text_at(item, "kind") or ""
    if kind == "youtube#comment":
        return _comment(item)
    if kind == "youtube#video":
        return _video(item, first(item, "id"))
    if kind == "youtube#searchResult" and first(item, "id.videoId"):
        return _video(item, first(item, "id.videoId"))
    if kind == "youtube#playlistItem":
        return _of_playlist(item)
    if not kind.startswith("youtube#") or kind.endswith("Response"):
        raise Unreadable("is no such page or item: it has no items, or no kind")
    return None  # a channel, a list of videos, a caption


def _comment(item: dict[str, Any]) -> Post:
    snippet = object_at(item, "snippet")
    require(snippet, "textOriginal", "textDisplay")
    original, shown = text_at(snippet, "textOriginal"), text_at(snippet, "textDisplay")
    number, video = first(item, "id"), first(snippet, "videoId")
    is_reply, likes = first(snippet, "parentId") is not None, dig(snippet, "likeCount")
    return Post(
        number,
        first(snippet, "publishedAt"),
        words_of(shown) if original is None and shown is not None else original,
        kind="reply" if is_reply else "original",
        author=text_at(snippet, "authorDisplayName") or text_at(snippet, "authorChannelId", "value"),
        engagement=sum_of_all(likes) if is_reply else sum_of_all(likes, item.get(_REPLIES)),
        url=f"https://www.youtube.com/watch?v={video}&lc={number}" if video and number else None,
    )


def _video(item: dict[str, Any], number: str | None) -> Post:
    """A video; searches give out its title as HTML. Likes that are hidden and comments that are closed are not 0."""
    snippet, counts = object_at(item, "snippet"), object_at(item, "statistics")
    require(snippet, "title")
    text = "\n\n".join(words for words in (text_at(snippet, "title"), text_at(snippet, "description")) if words)
    return Post(
        number,
        first(snippet, "publishedAt"),
        unescaped(text) if dig(item, "kind") == "youtube#searchResult" else text,
        language=language_of(snippet, "defaultLanguage") or language_of(snippet, "defaultAudioLanguage"),
        author=text_at(snippet, "channelTitle") or text_at(snippet, "channelId"),
        engagement=sum_of_all(dig(counts, "likeCount"), dig(counts, "commentCount")),
        url=f"https://www.youtube.com/watch?v={number}" if number else None,
    )


def _of_playlist(item: dict[str, Any]) -> Post | None:
    """A video in a list, which says when and by whom it was put there, too."""
    snippet = object_at(item, "snippet")
    if text_at(snippet, "title") in _UNSEEN and not text_at(snippet, "videoOwnerChannelId"):
        return None
    post = _video(item, first(item, "contentDetails.videoId", "snippet.resourceId.videoId"))
    owner = text_at(snippet, "videoOwnerChannelTitle") or text_at(snippet, "videoOwnerChannelId")
    return post._replace(time=first(item, "contentDetails.videoPublishedAt"), author=owner)


def _is_item(item: dict[str, Any]) -> bool:
    kind = item.get("kind")
    return isinstance(kind, str) and kind.startswith("youtube#")


def _inside(document: dict[str, Any]) -> Iterable[Any] | None:
    if not _is_item(document):
        return None
    if document["kind"] == "youtube#commentThread":
        return _thread(document)
    items = document.get("items")
    return items if isinstance(items, list) and document["kind"].endswith("Response") else None


def _thread(thread: dict[str, Any]) -> Iterator[Any]:
    begins, replies = dig(thread, "snippet", "topLevelComment"), dig(thread, "replies")
    comments = dig(replies, "comments")
    yield begins | {_REPLIES: dig(thread, "snippet", _REPLIES)} if isinstance(begins, dict) else begins
    if replies is not None:
        yield from comments if isinstance(comments, list) else [replies]


PLATFORM = Platform("youtube", "YouTube: comments and videos of its Data API", ("youtube",), _is_item, _post, _inside)
