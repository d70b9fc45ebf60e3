"""Posts on Truth Social, as Zeeschuimer collects them, 4CAT keeps them and Truthbrush writes them.

Layout: Mastodon's, with a few fields of its own; ``datasources/truth/search_truth.py`` of 4CAT 1.56 (August 2026) and
``modules/truth.js`` of Zeeschuimer (June 2026). That module takes the tags away itself, other tools leave them.
"""

from __future__ import annotations

from typing import Any

from aftermath.archives.readers.markup import words_of
from aftermath.archives.readers.platforms.fields import first
from aftermath.archives.readers.platforms.mastodon import is_status, post_of
from aftermath.archives.readers.platforms.platform import Platform, Post

_HOME = "https://truthsocial.com/"


def _post(item: dict[str, Any]) -> Post:
    return post_of(item, _words)


def _words(content: str) -> str:
    """Content with tags begins with one; without tags, what looks like markup was written by the author."""
    return words_of(content) if content.lstrip().startswith("<p") else content.strip()


def _is_item(item: dict[str, Any]) -> bool:
    places = first(item, "url"), first(item, "uri"), first(item, "account.url")
    return is_status(item) and any(place is not None and place.startswith(_HOME) for place in places)


PLATFORM = Platform("truth", "Truth Social: posts", ("truthsocial", "truth"), _is_item, _post)
