"""YouTube: comments with their replies, and videos, as the Data API has them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

import exports
from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import detect, read
from platform_items import youtube_comment, youtube_page, youtube_thread, youtube_video


def posts(path: Path, **settings: object) -> list[dict]:
    return pl.concat([batch.posts for batch in read(path, **settings)]).to_dicts()


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "comments.json"


def test_threads_give_their_comment_and_its_replies(file):
    reply = youtube_comment("Ug1.2", "Too late", parentId="Ug1", likeCount=1, authorDisplayName="@other")
    del reply["snippet"]["videoId"]
    file.write_text(json.dumps(youtube_page(youtube_thread("Ug1", reply), youtube_thread("Ug2")), indent=2))
    assert detect(file) == "youtube"
    known = {"time": datetime(2017, 4, 10, 10, 22, 4, tzinfo=UTC), "language": None}
    address = "https://www.youtube.com/watch?v=v1&lc="
    top = known | {"text": "We apologize", "kind": "original", "author": "@flyer", "engagement": 5}
    answer = {"text": "Too late", "kind": "reply", "author": "@other", "engagement": 1, "url": None}
    assert posts(file) == [
        top | {"post_id": "Ug1", "url": f"{address}Ug1"},
        known | answer | {"post_id": "Ug1.2"},
        top | {"post_id": "Ug2", "url": f"{address}Ug2"},
    ]


def test_pages_one_a_line_and_bare_items_are_read_as_one_page_is(file):
    threads = [youtube_thread("Ug1", youtube_comment("Ug1.2", parentId="Ug1")), youtube_thread("Ug2")]
    exports.write(file, youtube_page(*threads))
    expected = posts(file)
    for lines in ([youtube_page(each) for each in threads], threads, [threads]):
        exports.write(file, *lines)
        assert posts(file) == expected


def test_comments_alone_do_not_tell_how_many_replies_they_have(file):
    replies = youtube_comment("b", parentId="a"), youtube_comment("c", parentId="a", likeCount=None)
    exports.write(file, youtube_page(youtube_comment("a"), *replies, kind="comment"))
    assert [(each["kind"], each["engagement"]) for each in posts(file)] == [
        ("original", None),
        ("reply", 3),
        ("reply", None),
    ]


def test_text_without_an_original_loses_its_markup(file):
    shown = 'sorry<br>I &lt;3 &amp; <a href="https://example.org">example.org</a>'
    exports.write(file, youtube_comment("a", textOriginal=None, textDisplay=shown), youtube_comment("b", "a <b> c"))
    assert [each["text"] for each in posts(file)] == ["sorry\nI <3 & https://example.org", "a <b> c"]


def test_videos_count_likes_and_comments_and_hidden_ones_are_not_0(file):
    counts = {"viewCount": "900", "likeCount": "12", "favoriteCount": "0", "commentCount": "3"}
    hidden = {"viewCount": "900", "commentCount": "3"}
    closed = {"viewCount": "900", "likeCount": "12"}
    videos = [youtube_video(f"v{n}", statistics=each) for n, each in enumerate((counts, hidden, closed, None))]
    videos[0]["snippet"] |= {"description": "a statement", "defaultLanguage": "en-GB", "defaultAudioLanguage": "fr"}
    exports.write(file, youtube_page(*videos, kind="video"))
    found = posts(file)
    assert [each["engagement"] for each in found] == [15, None, None, None]
    assert (found[0]["text"], found[0]["language"]) == ("We apologize\n\na statement", "en")
    assert found[0]["url"] == "https://www.youtube.com/watch?v=v0"


def test_searches_find_videos_and_channels_of_which_the_latter_are_no_posts(file):
    found = youtube_video({"kind": "youtube#video", "videoId": "v1"}, "searchResult", title="We&#39;re sorry &amp; sad")
    channel = youtube_video({"kind": "youtube#channel", "channelId": "UC7"}, "searchResult")
    exports.write(file, youtube_page(found, channel, kind="search"))
    assert [(each["post_id"], each["text"]) for each in posts(file)] == [("v1", "We're sorry & sad")]


def test_videos_in_a_list_have_the_time_of_the_video_and_not_that_of_the_list(file):
    more = {"resourceId": {"videoId": "v1"}, "videoOwnerChannelTitle": "Airline", "publishedAt": "2020-01-01T00:00:00Z"}
    item = youtube_video("x", "playlistItem", **more) | {"contentDetails": {"videoPublishedAt": "2017-04-10T10:22:04Z"}}
    gone = youtube_video("y", "playlistItem", title="Private video", resourceId={"videoId": "v2"})
    exports.write(file, youtube_page(item, gone, kind="playlistItem"))
    (found,) = posts(file)
    assert (found["post_id"], found["time"].year, found["author"]) == ("v1", 2017, "Airline")
    del item["contentDetails"]
    exports.write(file, item)
    with pytest.raises(ArchiveError, match="has no time"):
        posts(file)


def test_channels_are_no_posts(file):
    exports.write(file, youtube_page(youtube_video("UC7", "channel"), kind="channel"))
    with pytest.raises(ArchiveError, match="no post in it"):
        posts(file)


def test_a_page_without_items_is_told(file):
    exports.write(file, youtube_page(youtube_thread()) | {"items": "none"})
    with pytest.raises(ArchiveError, match="it has no items"):
        posts(file)
