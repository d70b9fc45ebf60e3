"""Items of platforms, one small module each: bare, in Zeeschuimer's envelope, or as 4CAT keeps them.

A module says by which fields an item is known, and where it keeps what a post needs; the field names are those of the
platforms' own documents and of 4CAT's mappings. To add one: a module with a ``PLATFORM``, a line below, a line in
``data/README.md``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import msgspec

from aftermath.archives.posts import BadLine
from aftermath.archives.readers.encoding import Source, Unreadable
from aftermath.archives.readers.json_lines import decode, records
from aftermath.archives.readers.options import Options
from aftermath.archives.readers.platforms import (
    apify,
    bluesky,
    crowdtangle,
    douyin,
    facebook,
    facebook_scraper,
    gab,
    imgur,
    instagram,
    mastodon,
    mediacrawler,
    meta,
    ninegag,
    pinterest,
    reddit,
    rednote,
    snscrape,
    telegram,
    telethon,
    threads,
    tiktok,
    tiktok_research,
    truth,
    tumblr,
    twint,
    vk,
    weibo,
    x,
    x_archive,
    youtube,
)
from aftermath.archives.readers.platforms.fields import dig
from aftermath.archives.readers.platforms.platform import Platform
from aftermath.archives.readers.reposts import Reposts
from aftermath.archives.readers.rows import Chunk, Row, chunked

# in the order in which they are asked; the first whose fields an item has takes it
PLATFORMS: tuple[Platform, ...] = (
    mediacrawler.PLATFORM,
    apify.PLATFORM,
    tiktok_research.PLATFORM,
    meta.PLATFORM,
    crowdtangle.PLATFORM,
    x_archive.PLATFORM,
    snscrape.PLATFORM,
    twint.PLATFORM,
    tumblr.PLATFORM,
    vk.PLATFORM,
    douyin.PLATFORM,
    tiktok.PLATFORM,
    x.PLATFORM,
    weibo.PLATFORM,
    bluesky.PLATFORM,
    reddit.PLATFORM,
    telegram.PLATFORM,
    telethon.PLATFORM,
    youtube.PLATFORM,
    truth.PLATFORM,  # before Mastodon, whose layout it has
    mastodon.PLATFORM,
    threads.PLATFORM,
    instagram.PLATFORM,
    rednote.PLATFORM,
    facebook.PLATFORM,
    facebook_scraper.PLATFORM,
    gab.PLATFORM,
    imgur.PLATFORM,
    ninegag.PLATFORM,
    pinterest.PLATFORM,
)
# platforms of 4CAT and Zeeschuimer whose items cannot become posts, and why
_NOT_READ = {
    "linkedin": "its items say how long ago they were posted, not when",
    "parler": "it has been closed, and its items are not read",
}
_any = msgspec.json.Decoder()
_DEEPEST = 3  # answers inside pages inside a list of pages
_WORDS = re.compile(r"[./:_-]+")


def read_platforms(source: Source, options: Options) -> Iterator[Chunk]:
    """Items of platforms, one a line or many in a document. **One that cannot be read does not take the others with it.**

    Parameters
    ----------
    source
        The file.
    options
        Told of a last line that is cut, and of reposts whose text is.
    """

    reposts = Reposts()

    def rows_of(line: int, value: bytes) -> Iterator[Row | BadLine]:
        for item in _items(decode(_any, value)):
            try:
                if (row := _row(line, item, reposts)) is not None:
                    yield row
            except Unreadable as fault:
                yield BadLine(source.name, line, str(fault))

    return chunked(reposts.told(records(source, options, rows_of), source.name, options))


def platform_of(item: Any) -> Platform | None:
    """The platform of an item or of a document that holds items; None where none of its fields tell.

    Parameters
    ----------
    item
        A JSON value, in its envelope or bare.

    Examples
    --------
    >>> platform_of({"text_raw": "hello", "mblogid": "x"}).format
    'weibo'
    """
    if not isinstance(item, dict):
        return None
    said, data = unwrapped(item)
    if said is not None:
        return _named(said)
    holder, _ = _inside(item)
    return holder or next((platform for platform in PLATFORMS if platform.is_item(data)), None)


@lru_cache(maxsize=100)
def _named(said: str) -> Platform | None:
    """The platform that an address or the name of a module names, e.g. ``www.tiktok.com`` or ``tiktok-comments``."""
    words = {said, *_WORDS.split(said.lower())}
    return next((platform for platform in PLATFORMS if words & set(platform.addresses)), None)


def unwrapped(item: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """What an envelope says of where an item is from, and the item without it.

    Parameters
    ----------
    item
        A JSON object.

    Examples
    --------
    >>> unwrapped({"source_platform": "www.douyin.com", "data": {"aweme_id": "1"}})
    ('www.douyin.com', {'aweme_id': '1'})
    """
    said = dig(item, "source_platform") or dig(item, "__import_meta", "source_platform")
    data = item.get("data") if "source_platform" in item else item
    return (said if isinstance(said, str) else None), data if isinstance(data, dict) else {}


def _inside(document: dict[str, Any]) -> tuple[Platform | None, Iterable[Any]]:
    """The platform whose container a document is, and what it holds."""
    if "source_platform" in document or "__import_meta" in document:
        return None, ()
    for platform in PLATFORMS:
        if (items := platform.inside(document)) is not None:
            return platform, items
    return None, ()


def _items(document: Any, depth: int = 0) -> Iterator[Any]:
    """The items of a document, which may hold others that hold items themselves."""
    holder, items = _inside(document) if isinstance(document, dict) and depth < _DEEPEST else (None, ())
    if holder is None:
        yield document
    else:
        for item in items:
            yield from _items(item, depth + 1)


def _row(line: int, item: Any, reposts: Reposts) -> Row | None:
    platform = platform_of(item)
    if platform is None:
        said = unwrapped(item)[0] if isinstance(item, dict) else None
        why = next((why for name, why in _NOT_READ.items() if said and name in said.lower()), None)
        if said and why:
            raise Unreadable(f"is an item of {said[:40]!r}: {why}")
        raise Unreadable(
            f"is an item of {said[:40]!r}, which is not read (`aftermath archive formats` lists what is)"
            if said
            else "is no item of a platform that is read here"
        )
    post = platform.post(unwrapped(item)[1])
    if post is None:
        return None
    number, time, text, language, kind, author, engagement, url, cut = post
    if kind == "repost":
        reposts.note(text, has_original=not cut)
    return (line, number, time, text, language, kind, author, engagement, url)
