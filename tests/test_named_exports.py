"""What is known and not read is refused by its name, with what would help, and nothing of its content."""

from __future__ import annotations

import json
import re

import pytest

from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import read

TEXT, NAME = "Terrible, the lid broke", "kettlefan77"
AT = "2024-03-04T09:00:00Z"
EXPORTS = {
    "Discord": {
        "guild": {"id": "1"},
        "channel": {"id": "2"},
        "messages": [{"id": "5", "timestamp": AT, "content": TEXT, "author": {"name": NAME}}],
    },
    "Slack": [{"type": "message", "user": NAME, "text": TEXT, "ts": "1709542800.000100"}],
    "private messages": {
        "participants": [{"name": NAME}],
        "messages": [{"sender_name": NAME, "timestamp_ms": 1709542800000, "content": TEXT}],
        "thread_path": "inbox/1",
    },
    "posts on Facebook": [{"timestamp": 1709542800, "data": [{"post": TEXT}], "title": NAME}],
    "comments on Instagram": {"comments_media_comments": [{"string_map_data": {"Comment": {"value": TEXT}}}]},
    "yt-dlp": {"extractor_key": "Youtube", "webpage_url": "v", "comments": [{"id": "1", "text": TEXT}]},
    "GDELT": {"articles": [{"url": "u", "title": TEXT, "seendate": "20240304T090000Z", "domain": "e.example"}]},
    "NewsAPI": {"articles": [{"source": {}, "author": NAME, "title": TEXT, "url": "u", "publishedAt": AT}]},
    "Media Cloud": {"stories": [{"id": "a", "media_name": NAME, "title": TEXT, "publish_date": "2024-03-04"}]},
    "Graph": {"data": [{"created_time": AT, "message": TEXT, "id": "1_2"}]},
    "ActivityPub": {"type": "OrderedCollection", "orderedItems": [{"object": {"content": TEXT}}]},
    "X's own pages": {"data": {"search_by_raw_query": {"search_timeline": {"text": TEXT}}}},
    "getPostThreadV2": {"thread": [{"uri": "at://a/b/c", "depth": 0, "value": {"post": {"text": TEXT}}}]},
    "Pyrogram": {"_": "Message", "id": 1, "chat": {"username": NAME}, "date": AT, "text": TEXT},
    "ConvoKit": {
        "id": "1",
        "conversation_id": "1",
        "text": TEXT,
        "speaker": NAME,
        "reply-to": None,
        "timestamp": 1709542800,
    },
    "Misskey": {"id": "1", "createdAt": AT, "userId": "7", "text": TEXT, "renoteCount": 1, "user": {"username": NAME}},
    "comments on Lemmy": {
        "comments": [{"comment": {"content": TEXT}, "creator": {"name": NAME}, "counts": {"score": 1}}]
    },
    "posts on Lemmy": {"posts": [{"post": {"name": TEXT}, "creator": {"name": NAME}, "counts": {"score": 1}}]},
    "Gettr": {"_id": "p1", "txt": TEXT, "uid": NAME, "cdate": 1709542800000},
    "Parler": {"id": "1", "body": TEXT, "createdAt": "20240304090000", "creator": NAME, "upvotes": "1"},
    "Stocktwits": {"messages": [{"id": 1, "body": TEXT, "created_at": AT, "user": {"username": NAME}, "symbols": []}]},
    "comments on Bilibili": {"data": {"replies": [{"rpid": 1, "ctime": 1709542800, "content": {"message": TEXT}}]}},
    "Elasticsearch": {"hits": {"hits": [{"_index": "a", "_source": {"text": TEXT}}]}},
    "Bluesky without their addresses": {"$type": "app.bsky.feed.post", "createdAt": AT, "text": TEXT},
    "Telegram without their chat": {"id": 1, "date": AT, "message": TEXT, "views": 2, "forwards": 1},
    "compliance": {"data": {"delete": {"tweet": {"id": "1"}, "event_at": AT}}},
}


def refusal(tmp_path, content: str) -> str:
    file = tmp_path / "export"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ArchiveError) as error:
        list(read(file))
    return str(error.value)


@pytest.mark.bad_input("exports of other kinds")
@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize("indent", [None, 2])
def test_a_known_export_that_is_not_read_is_refused_by_its_name(tmp_path, name, indent):
    said = refusal(tmp_path, json.dumps(EXPORTS[name], indent=indent))
    assert re.search(rf"{re.escape(name)}.* not read", said)
    assert TEXT not in said
    assert NAME not in said


@pytest.mark.bad_input("exports of other kinds")
@pytest.mark.parametrize(
    "line", ["[04.03.24, 09:00:00] {}: {}", "04/03/2024, 09:00 - {}: {}", "3/4/24, 9:00 AM - {}: {}"]
)
def test_a_chat_from_whatsapp_is_refused_by_its_name(tmp_path, line):
    said = refusal(tmp_path, f"{line.format(NAME, TEXT)}\n" * 9)
    assert "WhatsApp" in said
    assert TEXT not in said
    assert NAME not in said


@pytest.mark.bad_input("exports of other kinds")
@pytest.mark.parametrize("content", ["[]", "{}", "null", '{"a": {"b": 1}}', '[[{"id": 1}]]', '{"data": [[[[[1]]]]]}'])
def test_what_is_not_known_is_told_what_would_help(tmp_path, content):
    assert "make a table of its posts" in refusal(tmp_path, content)


def test_answers_inside_a_comment_from_apify_are_comments_of_their_own(tmp_path):
    def comment(number: str, **more: object) -> dict:
        at = {"timestamp": AT, "ownerUsername": NAME, "likesCount": 2, "repliesCount": 1}
        return {"id": number, "text": f"{TEXT} {number}", "postUrl": "p"} | at | more

    items = [comment("1", replies=[comment("2", replies=[]), comment("3")]), comment("4", replies=[])]
    file = tmp_path / "comments.json"
    file.write_text(json.dumps(items), encoding="utf-8")
    posts = [post for batch in read(file) for post in batch.posts.to_dicts()]
    assert [(post["post_id"], post["kind"], post["engagement"]) for post in posts] == [
        (number, "reply", 3) for number in ("1", "2", "3", "4")
    ]
