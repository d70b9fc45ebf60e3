"""What Twitter's interfaces and the tools around them hand out besides posts, so that it is refused by its name."""

from __future__ import annotations

from typing import Any

# fields that are there together, and what they are the fields of (Twitter's data dictionaries, as of 2023)
_OTHERS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"start", "end", "tweet_count"}), "counts of posts an hour or a day"),
    (frozenset({"owner_id", "private"}), "lists of accounts"),
    (frozenset({"member_count", "slug"}), "lists of accounts"),
    (frozenset({"member_count", "follower_count"}), "lists of accounts"),
    (frozenset({"username", "name"}), "accounts (users, followers or members of a list)"),
    (frozenset({"screen_name", "followers_count"}), "accounts (users, followers or members of a list)"),
    (frozenset({"screen_name", "statuses_count"}), "accounts (users, followers or members of a list)"),
    (frozenset({"action", "reason", "created_at"}), "notices of a compliance job about what is gone"),
    (frozenset({"ids", "next_cursor"}), "ids of accounts"),
    (frozenset({"trends", "as_of"}), "trends"),
    (frozenset({"host_ids", "state"}), "Spaces"),
    (frozenset({"value", "tag"}), "rules of a stream"),
    (frozenset({"media_key", "type"}), "media"),
)
_TEXTS = {"text", "full_text", "note_tweet"}


def other_than_posts(value: Any) -> str | None:
    """What a record or a page of records holds where it is something of Twitter's but no post.

    Parameters
    ----------
    value
        A JSON value.

    Returns
    -------
    str or None
        In words; None for posts, and for what is not known.

    Examples
    --------
    >>> other_than_posts({"data": [{"id": "7", "username": "flyer", "name": "A flyer"}]})
    'accounts (users, followers or members of a list)'
    >>> other_than_posts({"id": "7", "text": "sorry", "name": "x", "username": "y"}) is None
    True
    """
    if not isinstance(value, dict):
        return None
    inside = value.get("data") or value.get("users") or value.get("lists") or value
    record = inside[0] if isinstance(inside, list) and inside else inside
    if not isinstance(record, dict) or _TEXTS & set(record):
        return None
    return next((what for fields, what in _OTHERS if fields <= set(record)), None)
