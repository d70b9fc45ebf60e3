"""What a platform's items have in common: how one is known, and how its fields are reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple


class Post(NamedTuple):
    """An item as a post: the columns of ``rows.RAW`` without the line.

    Parameters
    ----------
    post_id
        Its own number, never that of what it stands under.
    time
        As the platform writes it, or a count since 1970.
    text
        None where there is none.
    language
        None where the item says nothing, or that it is not known.
    kind
        One of ``posts.KINDS``; a comment is a reply.
    author
        None where the account is gone.
    engagement
        From ``rows.total``; None for a repost.
    url
        Where it stood.
    cut
        Whether it is a repost whose original, and so its whole text, the item does not hold.
    """

    post_id: str | None
    time: str | None
    text: str | None
    language: str | None = None
    kind: str = "original"
    author: str | None = None
    engagement: int | None = None
    url: str | None = None
    cut: bool = False


def _nothing_inside(document: dict[str, Any]) -> Iterable[Any] | None:
    return None


@dataclass(frozen=True)
class Platform:
    """A platform, or a tool's layout of its items.

    Parameters
    ----------
    format
        Key of ``detection.FORMATS``.
    label
        What it is called there, and what of it is read.
    addresses
        Words by which envelopes name it, e.g. ``("tiktok", "tiktok-comments")`` for ``www.tiktok.com``.
    is_item
        Whether an item without an envelope is one of its posts: **fields that it requires, together**.
    post
        From an item to a post; None for what is no post (a like, a deletion). It may raise ``Unreadable``.
    inside
        The items that a document holds, where it is a container of them; None where it is none.
    """

    format: str
    label: str
    addresses: tuple[str, ...]
    is_item: Callable[[dict[str, Any]], bool]
    post: Callable[[dict[str, Any]], Post | None]
    inside: Callable[[dict[str, Any]], Iterable[Any] | None] = _nothing_inside
