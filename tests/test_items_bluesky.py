"""Bluesky: recordings of Jetstream, replies of its interface, 4CAT's items."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

import exports
from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import detect, read
from platform_items import FLYER, TIME, bluesky_of_4cat, bluesky_record, bluesky_view, jetstream

MOMENT = datetime(2017, 4, 10, 10, 22, 4, tzinfo=UTC)
POST = "at://did:plc:flyer/app.bsky.feed.post/3k1"
PAGE = "https://bsky.app/profile/did:plc:flyer/post/3k1"
PARENT = {"root": {"uri": POST, "cid": "b"}, "parent": {"uri": POST, "cid": "b"}}
OTHER = {"did": "did:plc:other", "handle": "handle.invalid"}


def posts(path: Path, **settings: object) -> list[dict]:
    return pl.concat([batch.posts for batch in read(path, **settings)]).to_dicts()


def post(**known: object) -> dict:
    usual = {"post_id": POST, "time": MOMENT, "text": "We apologize", "language": "en", "kind": "original"}
    return usual | {"author": "flyer.example.org", "engagement": 6, "url": PAGE} | known


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "posts.jsonl"


def test_events_that_write_a_post_are_posts_and_no_others_are(file):
    exports.write(
        file,
        jetstream(),
        jetstream("3k2", operation="delete"),
        jetstream("3k3", {"subject": {"uri": POST}, "createdAt": TIME}, collection="app.bsky.feed.like"),
        jetstream("3k4", {"subject": "did:plc:x", "createdAt": TIME}, collection="app.bsky.graph.follow"),
        {"did": "did:plc:flyer", "time_us": 1, "kind": "identity", "identity": {"handle": "x"}},
        {"did": "did:plc:flyer", "time_us": 1, "kind": "account", "account": {"active": False}},
    )
    reading = read(file)
    assert pl.concat([batch.posts for batch in reading]).to_dicts() == [post(author="did:plc:flyer", engagement=None)]
    assert (detect(file), reading.bad) == ("bluesky", 0)


def test_a_repost_in_a_stream_is_a_repost_of_which_the_words_are_not_there(file):
    repost = {"$type": "app.bsky.feed.repost", "subject": {"uri": POST, "cid": "b"}, "createdAt": TIME}
    exports.write(file, jetstream("3k9", repost, collection="app.bsky.feed.repost"), jetstream())
    found = posts(file)[0]
    assert (found["post_id"], found["kind"], found["text"], found["engagement"]) == (
        "at://did:plc:flyer/app.bsky.feed.repost/3k9", "repost", "", None,
    )  # fmt: skip


def test_the_letters_of_older_recordings_are_understood(file):
    event = jetstream()
    event["commit"]["type"] = {"create": "c"}[event["commit"].pop("operation")]
    exports.write(file, event | {"type": "com"})
    assert [each["post_id"] for each in posts(file)] == [POST]


@pytest.mark.parametrize("made", [None, "2016-01-01T00:00:00", "yesterday", 5])
def test_a_time_without_zone_is_replaced_by_when_the_post_was_seen(file, made):
    events = [jetstream(str(n)) for n in range(150)]
    exports.write(file, *events, jetstream("3k1", bluesky_record(createdAt=made)))
    reading = read(file)
    found = pl.concat([batch.posts for batch in reading])
    if made == 5:
        assert (reading.bad, reading.bad_lines[0].why) == (1, "is no such post: its createdAt is no text")
    else:
        assert found["time"][-1] == MOMENT


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"reply": PARENT}, "reply"),
        ({"embed": {"$type": "app.bsky.embed.record", "record": {"uri": POST, "cid": "b"}}}, "quote"),
        ({"reply": PARENT, "embed": {"record": {"uri": POST}}}, "quote"),
        (
            {"embed": {"$type": "app.bsky.embed.recordWithMedia", "record": {"record": {"uri": POST}}, "media": {}}},
            "quote",
        ),
        ({"embed": {"record": {"uri": "at://did:plc:a/app.bsky.graph.list/3k"}}}, "original"),
        ({"embed": {"$type": "app.bsky.embed.images", "images": []}}, "original"),
        ({"embed": None, "reply": None}, "original"),
    ],
)
def test_kinds(file, more, kind):
    exports.write(file, jetstream(record=bluesky_record(**more)))
    assert posts(file)[0]["kind"] == kind


@pytest.mark.parametrize(
    ("languages", "language"),
    [(["en"], "en"), (["en-GB", "en"], "en"), (["en", "ja"], None), ([], None), (None, None), (["und"], None)],
)
def test_a_post_said_to_be_in_two_languages_is_in_neither_for_certain(file, languages, language):
    exports.write(file, jetstream(record=bluesky_record(langs=languages)))
    assert posts(file)[0]["language"] == language


def test_replies_of_the_interface_hold_posts_with_counts(file):
    view = bluesky_view()
    for reply in (
        {"posts": [view]},
        {"posts": [view], "cursor": "x", "hitsTotal": 1},
        {"feed": [{"post": view, "reply": {"root": view, "parent": view}}]},
        {"thread": {"$type": "app.bsky.feed.defs#threadViewPost", "post": view}},
    ):
        exports.write(file, reply)
        assert (detect(file), posts(file)) == ("bluesky", [post()])
    exports.write(file, view)
    assert posts(file) == [post()]
    exports.write(file, {"records": [{"uri": POST, "cid": "b", "value": bluesky_record()}]})
    assert posts(file) == [post(author="did:plc:flyer", engagement=None)]


def test_a_page_on_which_nothing_was_found_is_no_fault(file):
    exports.write(file, {"posts": [bluesky_view()], "hitsTotal": 1}, {"posts": [], "hitsTotal": 0})
    reading = read(file)
    assert (sum(batch.posts.height for batch in reading), reading.bad) == (1, 0)


def test_an_author_feed_has_reposts_beside_the_posts(file):
    reason = {"$type": "app.bsky.feed.defs#reasonRepost", "by": OTHER, "indexedAt": "2017-04-10T11:00:00Z"}
    pinned = {"$type": "app.bsky.feed.defs#reasonPin"}
    own = reason | {"uri": "at://did:plc:other/app.bsky.feed.repost/9"}
    views = (
        {"post": bluesky_view()},
        {"post": bluesky_view(), "reason": reason},
        {"post": bluesky_view(), "reason": own},
    )
    exports.write(file, {"feed": [*views, {"post": bluesky_view("3k2"), "reason": pinned}]})
    reposted = post(kind="repost", author="did:plc:other", engagement=None, time=datetime(2017, 4, 10, 11, tzinfo=UTC))
    assert posts(file) == [
        post(),
        reposted | {"post_id": f"{POST}#reposted-by-did:plc:other"},
        reposted | {"post_id": "at://did:plc:other/app.bsky.feed.repost/9"},
        post(post_id=POST.replace("3k1", "3k2"), url=PAGE.replace("3k1", "3k2")),
    ]


def test_a_thread_gives_all_its_posts_once_and_what_is_gone_is_passed_over(file):
    gone = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": POST, "notFound": True}
    blocked = {"$type": "app.bsky.feed.defs#blockedPost", "uri": POST, "blocked": True, "author": {"did": "did:plc:x"}}
    below = [{"post": bluesky_view("3"), "replies": [{"post": bluesky_view("4"), "replies": []}, gone]}, blocked]
    thread = {"post": bluesky_view("2"), "parent": {"post": bluesky_view("1"), "parent": gone}, "replies": below}
    exports.write(file, {"thread": thread})
    reading = read(file)
    found = pl.concat([batch.posts for batch in reading])
    assert (sorted(each.rsplit("/")[-1] for each in found["post_id"]), reading.bad) == (["1", "2", "3", "4"], 0)


def test_counts_that_are_not_there_make_the_sum_unknown(file):
    views = bluesky_view("1", likeCount=None), bluesky_view("2", repostCount="x"), bluesky_view("3", replyCount=0)
    exports.write(file, {"posts": list(views)})
    assert [each["engagement"] for each in posts(file)] == [None, None, 5]


def test_items_of_4cat(file):
    exports.write(file, bluesky_of_4cat())
    assert (detect(file), posts(file)) == ("bluesky", [post()])


def test_accounts_are_no_posts(file):
    exports.write(file, {"followers": [FLYER], "subject": FLYER, "cursor": "x"})
    with pytest.raises(ArchiveError, match="format is not known"):
        posts(file)
