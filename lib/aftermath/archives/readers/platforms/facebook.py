"""Posts on Facebook, as its pages load them.

Layout: 4CAT 1.56 (August 2026), ``datasources/facebook``. Counts are read where a post carries them; many do not.
"""

from __future__ import annotations

from typing import Any

from aftermath.archives.readers.encoding import Unreadable
from aftermath.archives.readers.platforms.fields import dig, first, words
from aftermath.archives.readers.platforms.platform import Platform, Post
from aftermath.archives.readers.rows import total

_COUNTS = ("reaction_count", "share_count", "total_comment_count")


def _post(item: dict[str, Any]) -> Post:
    story = dig(item, "comet_sections", "content", "story")
    if not isinstance(story, dict):
        raise Unreadable("is no such post: it has no story")
    actors, feedback = dig(story, "actors"), dig(item, "feedback")
    given = [dig(feedback, name) for name in _COUNTS] if isinstance(feedback, dict) else []
    return Post(
        first(story, "post_id") or first(item, "post_id"),
        _time(item),
        words(story, "message.text"),
        author=first(actors[0], "name", "id") if isinstance(actors, list) and actors else None,
        engagement=total(*(dig(count, "count") if isinstance(count, dict) else count for count in given)),
        url=first(story, "wwwURL", "url"),
    )


def _time(item: dict[str, Any]) -> str | None:
    parts = dig(item, "comet_sections", "context_layout", "story", "comet_sections", "metadata")
    times = (first(part, "story.creation_time") for part in (parts if isinstance(parts, list) else ()))
    return next((time for time in times if time), None) or first(item, "creation_time")


def _is_item(item: dict[str, Any]) -> bool:
    return isinstance(dig(item, "comet_sections", "content"), dict)


PLATFORM = Platform("facebook", "Facebook: posts as its pages load them", ("facebook",), _is_item, _post)
