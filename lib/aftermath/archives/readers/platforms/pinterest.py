"""Pins on Pinterest, as its pages load them; many come without a time and cannot be read.

Layout: 4CAT 1.56 (August 2026), ``datasources/pinterest``; Zeeschuimer 1.14 (June 2026), ``modules/pinterest.js``. How often a
pin was saved is not in every layout; engagement is not read.
"""

from __future__ import annotations

from typing import Any

from aftermath.archives.readers.encoding import Unreadable
from aftermath.archives.readers.platforms.fields import first, joined, words
from aftermath.archives.readers.platforms.platform import Platform, Post


def _post(item: dict[str, Any]) -> Post:
    time = first(item, "created_at", "createdAt")
    if time is None:
        raise Unreadable("is a pin without a time, as Pinterest loads most of them")
    number = first(item, "entityId", "id")
    return Post(
        number,
        time,
        joined(words(item, "title"), words(item, "description")),
        author=first(item, "pinner.username", "pinner.id"),
        url=f"https://www.pinterest.com/pin/{number}" if number else None,
    )


def _is_item(item: dict[str, Any]) -> bool:
    return {"pinner", "board"} <= set(item) and bool({"images", "imageSpec_orig"} & set(item))


PLATFORM = Platform("pinterest", "Pinterest: pins as its pages load them", ("pinterest",), _is_item, _post)
