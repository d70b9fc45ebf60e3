"""Telegram: result.json of Telegram Desktop, and messages that 4CAT keeps."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

import exports
from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import detect, read
from platform_items import telegram_chat, telegram_message, telethon

MOMENT = datetime(2017, 4, 10, 10, 22, 4, tzinfo=UTC)
BOLD = ["We ", {"type": "bold", "text": "apologize"}, "", {"type": "link", "text": "!"}]


def posts(path: Path, **settings: object) -> list[dict]:
    return pl.concat([batch.posts for batch in read(path, **settings)]).to_dicts()


def written(file: Path, document: dict) -> Path:
    file.write_text(json.dumps(document, indent=1, ensure_ascii=False))
    return file


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "result.json"


def test_messages_are_posts_and_what_happened_in_the_chat_is_none(file):
    service = {
        "id": 3,
        "type": "service",
        "date": "2017-04-10T12:22:04",
        "actor": "Flyer",
        "action": "pin_message",
        "text": "",
    }
    messages = telegram_message(1), telegram_message(2, BOLD), service, {"id": 4, "type": "unsupported"}
    reading = read(written(file, telegram_chat(*messages)))
    known = {"time": MOMENT, "language": None, "kind": "original", "author": "user7", "engagement": None, "url": None}
    assert pl.concat([batch.posts for batch in reading]).to_dicts() == [
        known | {"post_id": "900-1", "text": "We apologize"},
        known | {"post_id": "900-2", "text": "We apologize!"},
    ]
    assert (detect(file), reading.bad) == ("telegram", 0)


def test_all_chats_of_an_account_number_their_messages_alike_and_none_is_lost(file):
    account = {
        "about": "Here is the data you requested.",
        "personal_information": {"user_id": 7},
        "chats": {"about": "x", "list": [telegram_chat(telegram_message(1), number=900), telegram_chat(telegram_message(1), number=901)]},
        "left_chats": {"about": "x", "list": [telegram_chat(telegram_message(1), number=902)]},
    }  # fmt: skip
    assert [each["post_id"] for each in posts(written(file, account))] == ["900-1", "901-1", "902-1"]
    assert detect(file) == "telegram"


def test_what_was_forwarded_is_a_repost_and_bears_no_reactions(file):
    reactions = [{"type": "emoji", "count": 3, "emoji": "x"}]
    messages = (
        telegram_message(1, forwarded_from="Airline", reactions=reactions),
        telegram_message(2, forwarded_from=None, forwarded_from_id="user8"),
        telegram_message(3, reply_to_message_id=1, reactions=reactions),
    )
    assert [(each["kind"], each["engagement"]) for each in posts(written(file, telegram_chat(*messages)))] == [
        ("repost", None),
        ("repost", None),
        ("reply", 3),
    ]


def test_reactions_are_engagement_where_the_file_has_any(file):
    reactions = [{"type": "emoji", "count": 3, "emoji": "x"}, {"type": "custom_emoji", "count": 2, "document_id": "y"}]
    odd = telegram_message(3, reactions=[{"type": "emoji", "count": None}])
    chat = telegram_chat(telegram_message(1, reactions=reactions), telegram_message(2), odd)
    assert [each["engagement"] for each in posts(written(file, chat))] == [5, 0, None]
    assert posts(written(file, telegram_chat(telegram_message(2))))[0]["engagement"] is None


def test_a_message_in_a_topic_answers_nobody(file):
    topic = {
        "id": 5,
        "type": "service",
        "date": "2017-04-10T12:22:04",
        "action": "topic_created",
        "title": "x",
        "text": "",
    }
    chat = telegram_chat(topic, telegram_message(6, reply_to_message_id=5), telegram_message(7, reply_to_message_id=6))
    assert [each["kind"] for each in posts(written(file, chat))] == ["original", "reply"]


def test_times_of_older_exports_are_local_and_need_a_zone(file):
    message = telegram_message(1)
    del message["date_unixtime"]
    written(file, telegram_chat(message))
    with pytest.raises(ArchiveError, match=r"has no zone.*--zone"):
        posts(file)
    assert posts(file, zone="Europe/Berlin")[0]["time"] == MOMENT


def test_an_account_that_is_gone_is_known_by_its_number_only(file):
    chat = telegram_chat(telegram_message(1, **{"from": None}), telegram_message(2, **{"from": None, "from_id": None}))
    assert [each["author"] for each in posts(written(file, chat))] == ["user7", None]


def test_messages_without_their_chat_are_refused_with_what_would_mend_it(file):
    exports.write(file, telegram_message(1), telegram_message(2))
    assert detect(file) == "telegram"
    with pytest.raises(ArchiveError, match=r"without its chat.*add result\.json as it is"):
        posts(file)
    exports.write(file, *(telegram_message(number, chat_id=900) for number in (1, 2)))
    assert [each["post_id"] for each in posts(file)] == ["900-1", "900-2"]


@pytest.mark.parametrize("text", [None, 5, {"a": "b"}, ["x", 5], ["x", {"type": "bold"}], [["x"]]])
def test_a_text_that_is_none_is_told_and_not_read_as_empty(file, text):
    chat = telegram_chat(*(telegram_message(number) for number in range(1, 150)), telegram_message(900, text))
    reading = read(written(file, chat))
    assert (sum(batch.posts.height for batch in reading), reading.bad) == (149, 1)
    assert "is no text" in reading.bad_lines[0].why


# Telethon and 4CAT


def test_messages_of_4cat(file):
    exports.write(file, telethon(), {"_type": "MessageService", "id": 2, "date": 1.0, "peer_id": {"channel_id": 900}})
    assert detect(file) == "telethon"
    assert posts(file) == [
        {
            "post_id": "flying-1", "time": MOMENT, "text": "We apologize", "language": None, "kind": "original",
            "author": "7", "engagement": 6, "url": "https://t.me/flying/1",
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "kind", "engagement"),
    [
        ({"fwd_from": {"_type": "MessageFwdHeader", "date": 1.0}}, "repost", None),
        ({"reply_to": {"reply_to_msg_id": 5}}, "reply", 6),
        ({"reply_to": {"reply_to_msg_id": 5, "forum_topic": True}}, "original", 6),
        ({"reply_to": {"reply_to_msg_id": 6, "forum_topic": True, "reply_to_top_id": 5}}, "reply", 6),
        ({"forwards": None}, "original", None),
        ({"reactions": None, "replies": None}, "original", 2),
        ({"reactions": {"results": [{"count": "many"}]}}, "original", None),
    ],
)
def test_kinds_and_counts_of_4cat(file, more, kind, engagement):
    exports.write(file, telethon(**more))
    (found,) = posts(file)
    assert (found["kind"], found["engagement"]) == (kind, engagement)


def test_chats_without_a_name_are_known_by_their_number(file):
    for more in (
        {"_chat": {"id": 900, "username": None}},
        {"_chat": None},
        {"_chat": None, "_chat_peer": {"channel_id": 900}},
    ):
        exports.write(file, telethon(**more))
        assert (posts(file)[0]["post_id"], posts(file)[0]["url"]) == ("900-1", None)
