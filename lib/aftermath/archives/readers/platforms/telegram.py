"""Messages from Telegram Desktop's ``result.json``: of one chat, or of a whole account.

Layout: ``Telegram/SourceFiles/export/output/export_output_json.cpp`` of telegramdesktop/tdesktop 6.1 (August 2025); since June 2022
it has times as counts since 1970, since October 2024 reactions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from aftermath.archives.readers.encoding import Unreadable
from aftermath.archives.readers.platforms.fields import (
    dig,
    first,
    list_at,
    of_first,
    require,
    sum_of_all,
    text_at,
    text_of,
)
from aftermath.archives.readers.platforms.platform import Platform, Post

_CHAT, _COUNTED = "chat_id", "reactions_are_counted"  # what is put beside the fields of a message


def _post(item: dict[str, Any]) -> Post | None:
    if item.get("type") in ("service", "unsupported"):
        return None  # who joined, what was pinned; and what this version of Telegram could not show
    if item.get("type") != "message":
        raise Unreadable("is no message of a kind that is known")
    chat, number = first(item, _CHAT), first(item, "id")
    if chat is None:
        raise Unreadable("is a message without its chat, and chats number theirs alike: add result.json as it is")
    require(item, "text")
    is_forwarded = "forwarded_from" in item  # null where that account is gone
    reply = first(item, "reply_to_message_id")
    return Post(
        f"{chat}-{number}" if number else None,
        first(item, "date_unixtime" if "date_unixtime" in item else "date"),
        _text(item["text"]),
        kind="repost" if is_forwarded else "reply" if reply else "original",
        author=text_at(item, "from_id") or text_at(item, "from"),
        engagement=None if is_forwarded else _reactions(item),
    )


def _text(value: Any) -> str:
    """A text, or its pieces, those with a form of their own as objects."""
    pieces = value if isinstance(value, list) else [value]
    texts = [text_at(piece, "text") if isinstance(piece, dict) else piece for piece in pieces]
    plain = [text for text in texts if isinstance(text, str)]
    if len(plain) < len(texts):
        raise Unreadable("is no such post: its text is no text")
    return "".join(plain)


def _reactions(item: dict[str, Any]) -> int | None:
    """Reactions; none of them is no 0 where a file has no reactions at all, as it may be of an older version."""
    if "reactions" not in item:
        return 0 if item.get(_COUNTED) is True else None
    return sum_of_all(*(dig(reaction, "count") for reaction in list_at(item, "reactions")))


def _is_item(item: dict[str, Any]) -> bool:
    if not {"id", "type"} <= set(item):
        return False
    of_chat = _CHAT in item and item["type"] in ("message", "service", "unsupported")
    return of_chat or {"date", "date_unixtime", "text"} <= set(item)


def _is_chat(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("messages"), list) and {"type", "id"} <= set(value)


def _inside(document: dict[str, Any]) -> Iterable[Any] | None:
    if _is_chat(document):
        return _messages(document)
    if not {"chats", "left_chats"} & set(document):
        return None
    lists = [dig(document, name, "list") for name in ("chats", "left_chats")]
    return _of_account(lists) if any(_is_chat(of_first(chats)) for chats in lists) else None


def _of_account(lists: list[Any]) -> Iterator[Any]:
    for chat in (chat for chats in lists if isinstance(chats, list) for chat in chats):
        if _is_chat(chat):
            yield from _messages(chat)
        else:
            yield chat


def _messages(chat: dict[str, Any]) -> Iterator[Any]:
    """Messages with their chat; one that answers nothing but the opening of a topic stands in it and is no reply."""
    messages = chat["messages"]
    topics = [text_of(dig(message, "id")) for message in messages if dig(message, "action") == "topic_created"]
    more = {
        _CHAT: text_of(chat["id"]),
        _COUNTED: any("reactions" in message for message in messages if isinstance(message, dict)),
    }
    for message in messages:
        if not isinstance(message, dict):
            yield message
        elif first(message, "reply_to_message_id") in topics:
            yield message | more | {"reply_to_message_id": None}
        else:
            yield message | more


PLATFORM = Platform("telegram", "Telegram Desktop: result.json", ("telegram",), _is_item, _post, _inside)
