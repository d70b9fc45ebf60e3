"""When a post was made, from its number: many platforms put the time into the ids of their posts.

References
----------
Twitter: its published generator of ids, "snowflake" (2010): 41 bits of milliseconds above 22 others.
Discord: Discord developer documentation, "Snowflakes".
Mastodon: its source, ``lib/mastodon/snowflake.rb``: 48 bits of milliseconds above 16 others.
Bluesky: AT Protocol specification, "Timestamp Identifiers (TIDs)": 53 bits of microseconds above 10 others, base 32.
TikTok: Benson, R. (2020). Tinkering with TikTok timestamps. DFIR Review. Steel, B., Schirmer, M., Ruths, D., and Pfeffer, J. (2025).
Just another hour on TikTok. arXiv:2504.13279.
Weibo: seconds above 22 other bits, counted from 1986; used by several open clients and checked against public posts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aftermath.times import Span, tweet_time

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2040, 1, 1, tzinfo=UTC)  # ids of another platform often read as decades ahead
_BASE_32 = "234567abcdefghijklmnopqrstuvwxyz"
_BASE_62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Platform:
    """How a platform's ids carry their time.

    Parameters
    ----------
    time
        From an id to microseconds since 1970.
    resolution
        Microseconds that the id does not tell.
    since
        First day on which ids were made so.
    address
        Where an id stands in the address of a post.
    form
        What an id looks like.
    """

    time: Callable[[str], int]
    resolution: int
    since: datetime
    address: str
    form: str = r"[0-9]{1,19}"


def _digits(text: str, alphabet: str) -> int:
    number = 0
    for character in text:
        number = number * len(alphabet) + alphabet.index(character)
    return number


def _weibo(text: str) -> int:
    """An id as a number of 16 digits, or as addresses write it: in base 62, each seven digits by themselves."""
    if not text.isdigit():
        parts = [text[max(0, end - 4) : end] for end in range(len(text), 0, -4)][::-1]
        text = "".join(str(_digits(part, _BASE_62)).zfill(7) for part in parts)
    return ((int(text) >> 22) + 515_483_463) * 1_000_000


PLATFORMS = {
    "twitter": Platform(
        lambda text: (tweet_time(int(text)) - _EPOCH) // timedelta(microseconds=1),
        1000,
        datetime(2010, 11, 4, tzinfo=UTC),
        r"(?:twitter|x)\.com/[^/]+/status(?:es)?/([0-9]+)",
    ),
    "weibo": Platform(
        _weibo,
        1_000_000,
        datetime(2009, 8, 14, tzinfo=UTC),
        r"(?:m\.weibo\.cn/(?:status|detail|[0-9]+)/([0-9]{16})|weibo\.com/[0-9]+/([0-9A-Za-z]{9}))",
        r"[0-9]{16}|[0-9A-Za-z]{9}",
    ),
    "tiktok": Platform(
        lambda text: (int(text) >> 32) * 1_000_000,
        1_000_000,
        datetime(2016, 9, 20, tzinfo=UTC),
        r"(?:tiktok\.com/@[^/]+|douyin\.com)/video/([0-9]+)",
    ),
    "bluesky": Platform(
        lambda text: _digits(text, _BASE_32) >> 10,
        1,
        datetime(2022, 11, 1, tzinfo=UTC),
        r"bsky\.app/profile/[^/]+/post/([2-7a-z]{13})",
        r"[2-7a-j][2-7a-z]{12}",
    ),
    "mastodon": Platform(
        lambda text: (int(text) >> 16) * 1000,
        1000,
        datetime(2016, 3, 16, tzinfo=UTC),
        r"/@[^/]+/([0-9]{17,19})(?:$|[?#])",
    ),
    "discord": Platform(
        lambda text: ((int(text) >> 22) + 1_420_070_400_000) * 1000,
        1000,
        datetime(2015, 1, 1, tzinfo=UTC),
        r"discord(?:app)?\.com/channels/[^/]+/[0-9]+/([0-9]+)",
    ),
}


def post_time(platform: str, post_id: int | str) -> Span:
    """When a post was made, from its id.

    Parameters
    ----------
    platform
        ``twitter``, ``weibo``, ``tiktok`` (and Douyin), ``bluesky``, ``mastodon`` or ``discord``.
    post_id
        As it stands in the address of the post; a number may be given as such.

    Returns
    -------
    Span
        In UTC, as wide as what the id leaves open: a second on Weibo and TikTok, a millisecond on most, a microsecond on Bluesky.
        **It is the time at which the id was made**: a video on TikTok gets its id when it is uploaded, some seconds before others
        see it, and on Bluesky and Mastodon a client or a server may give an id of its own choice.

    Raises
    ------
    ValueError
        If the platform is not known, the id is not of its form, or its time lies outside the life of the platform.

    Examples
    --------
    >>> post_time("discord", 175928847299117063).earliest.isoformat(timespec="milliseconds")
    '2016-04-30T11:18:25.796+00:00'
    >>> post_time("weibo", "4300513258079151").earliest.isoformat()
    '2018-10-29T09:35:23+00:00'
    """
    if platform not in PLATFORMS:
        raise ValueError(f"{platform!r} is no platform whose ids carry their time; use one of: {', '.join(PLATFORMS)}")
    known, text = PLATFORMS[platform], str(post_id)
    if not re.fullmatch(known.form, text):
        raise ValueError(f"{text[:40]!r} is no id of a post on {platform}")
    try:
        earliest = _EPOCH + timedelta(microseconds=known.time(text))
    except OverflowError:
        earliest = _LATEST
    if not known.since <= earliest < _LATEST:
        raise ValueError(
            f"{text!r} would be of {earliest.date()}, which no post on {platform} is: look whether the id is of another platform"
        )
    return Span(earliest, earliest + timedelta(microseconds=known.resolution - 1))


def post_of(address: str) -> tuple[str, str] | None:
    """Platform and id of the post that an address leads to; None where it leads to none whose id carries its time.

    Examples
    --------
    >>> post_of("https://twitter.com/united/status/851471781827420160")
    ('twitter', '851471781827420160')
    """
    for name, platform in PLATFORMS.items():
        match = re.search(platform.address, address)
        if match:
            return name, next(filter(None, match.groups()))
    return None
