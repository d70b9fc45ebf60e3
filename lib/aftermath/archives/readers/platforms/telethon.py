"""Messages on Telegram as Telethon has them and 4CAT keeps them.

Layout: ``datasources/telegram/search_telegram.py`` of 4CAT 1.56 (August 2026), whose ids are taken; the type ``Message`` of
Telegram's interface, which leaves out what there is none of.
"""

from __future__ import annotations

from typing import Any

from aftermath.archives.readers.platforms.fields import dig, first, list_at, object_at, require, sum_of_all, text_at
from aftermath.archives.readers.platforms.platform import Platform, Post

_NAMES = "_type", "_"
_PEER = "channel_id", "chat_id", "user_id"


def _post(item: dict[str, Any]) -> Post | None:
    if any(dig(item, name) == "MessageService" for name in _NAMES):
        return None
    require(item, "message")
    chat, number = _chat(item), first(item, "id")
    is_forwarded = bool(object_at(item, "fwd_from"))
    return Post(
        f"{chat}-{number}" if chat and number else None,
        first(item, "date"),
        text_at(item, "message"),
        kind="repost" if is_forwarded else "reply" if _answers(item) else "original",
        author=first(item, "_sender.id", *(f"from_id.{peer}" for peer in _PEER)),
        engagement=None if is_forwarded else _engagement(item),
        url=f"https://t.me/{chat}/{number}" if first(item, "_chat.username") and number else None,
    )


def _chat(item: dict[str, Any]) -> str | None:
    """The chat's name in addresses, or its number: messages are numbered in their chat."""
    peers = (f"{where}.{peer}" for where in ("_chat_peer", "peer_id") for peer in _PEER)
    return first(item, "_chat.username", "_chat.id", *peers)


def _answers(item: dict[str, Any]) -> bool:
    """Whether a message answers another; one in a topic names the topic's first message in the same place."""
    reply = object_at(item, "reply_to")
    in_topic = dig(reply, "forum_topic") is True and first(reply, "reply_to_top_id") is None
    return first(reply, "reply_to_msg_id") is not None and not in_topic


def _engagement(item: dict[str, Any]) -> int | None:
    """Forwards, which are counted in channels alone, reactions, and comments."""
    reactions = (dig(reaction, "count") for reaction in list_at(item, "reactions", "results"))
    replies = dig(object_at(item, "replies"), "replies")
    return sum_of_all(dig(item, "forwards"), 0 if replies is None else replies, *reactions)


def _is_item(item: dict[str, Any]) -> bool:
    named = any(item.get(name) in ("Message", "MessageService") for name in _NAMES)
    return named and "date" in item and bool({"peer_id", "_chat", "_chat_peer"} & set(item))


PLATFORM = Platform("telethon", "Telegram: messages as Telethon and 4CAT have them", ("telethon",), _is_item, _post)
