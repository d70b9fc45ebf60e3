"""TikTok and Douyin: pages, the Research API, Apify's datasets, MediaCrawler. Every layout gives the same post."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import exports
import tool_items as items
from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import detect, read
from aftermath.archives.schemas import Posts

MOMENT = datetime(2017, 4, 10, 10, 22, 4, tzinfo=UTC)


def posts(path: Path, **settings: Any) -> list[dict]:
    return pl.concat([Posts.validate(batch.posts) for batch in read(path, **settings)]).to_dicts()


def facts(path: Path) -> list[tuple]:
    return [(each["post_id"], each["kind"], each["author"], each["engagement"], each["text"]) for each in posts(path)]


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "export"


@pytest.mark.parametrize(
    "layout",
    [
        lambda many: {
            "data": {"videos": many, "cursor": 100, "has_more": False, "search_id": "x"},
            "error": {"code": "ok"},
        },
        lambda many: {"videos": many},
        lambda many: many,
    ],
)
def test_videos_of_the_research_api_in_its_answer_and_taken_out_of_it(file, layout):
    file.write_text(json.dumps(layout([items.video(), items.video(id=7003, video_description="")]), indent=1))
    assert detect(file) == "tiktok-research"
    assert facts(file) == [("7001", "original", "flyer", 8, items.TEXT), ("7003", "original", "flyer", 8, "")]
    assert posts(file)[0]["time"] == MOMENT
    assert posts(file)[0]["url"] == "https://www.tiktok.com/@flyer/video/7001"


def test_comments_of_the_research_api_are_replies_with_numbers_of_their_own(file):
    page = {
        "data": {"comments": [items.comment_on_video(), items.comment_on_video(id=9003)], "cursor": 2, "has_more": True}
    }
    exports.write(file, page, {"data": {"comments": [], "cursor": 2, "has_more": False}})
    assert facts(file) == [("9001", "reply", None, 7, items.TEXT), ("9003", "reply", None, 7, items.TEXT)]


@pytest.mark.parametrize("platform", ["tiktok.com", "www.tiktok.com", "tiktok", "tiktok-comments", "TikTok-Comments"])
def test_comments_are_known_by_the_address_and_by_the_module_of_zeeschuimer(file, platform):
    comment = {"cid": "1", "aweme_id": "7001", "text": "shame", "create_time": items.SECONDS, "digg_count": 4}
    comment |= {"reply_comment_total": 1, "user": {"unique_id": "other"}, "comment_language": "un"}
    exports.write(file, exports.zeeschuimer(platform, comment))
    assert facts(file) == [("1", "reply", "other", 5, "shame")]
    assert [each["language"] for each in posts(file, language="en")] == ["en"]


def test_a_language_that_is_not_known_is_none(file):
    exports.write(
        file, *(exports.on_tiktok(id=str(n), textLanguage=said) for n, said in enumerate(["un", "lv", "", "und"]))
    )
    assert [each["language"] for each in posts(file)] == [None, "lv", None, None]


def test_datasets_of_apify(file):
    comment = {
        "cid": "9",
        "text": "no",
        "createTimeISO": items.ISO,
        "uniqueId": "other",
        "diggCount": 3,
        "replyCommentTotal": 0,
    }
    picture = {"shortCode": "Cx1", "timestamp": items.ISO, "ownerUsername": "flyer", "caption": "so", "likesCount": 5}
    hidden = picture | {"shortCode": "Cx2", "likesCount": -1, "commentsCount": 2}
    answer = {"id": "55", "text": "why", "timestamp": items.ISO, "ownerUsername": "other", "likesCount": 1}
    tweet = {
        "type": "tweet",
        "id": "3",
        "createdAt": exports.TIME,
        "text": "x",
        "author": {"userName": "a"},
        "lang": "en",
    }
    tweet |= {"likeCount": 3, "retweetCount": 2, "replyCount": 1, "quoteCount": 9, "isReply": True}
    page = {
        "postId": "70",
        "time": items.ISO,
        "text": "dear all",
        "facebookUrl": "x",
        "likes": 5,
        "comments": 2,
        "shares": 1,
    }
    file.write_text(
        json.dumps(
            [items.scraped_video(), comment, picture | {"commentsCount": 2}, hidden, answer, tweet, page], indent=2
        )
    )
    assert detect(file) == "apify"
    assert facts(file) == [
        ("7001", "original", "flyer", 8, items.TEXT),
        ("9", "reply", "other", 3, "no"),
        ("Cx1", "original", "flyer", 7, "so"),
        ("Cx2", "original", "flyer", None, "so"),
        ("55", "reply", "other", 1, "why"),
        ("3", "reply", "a", 6, "x"),
        ("70", "original", None, 8, "dear all"),
    ]
    assert {each["time"] for each in posts(file)} == {MOMENT}


def test_a_repost_in_a_dataset_of_apify_has_no_counts_and_its_cut_text_is_told(file):
    tweet = {
        "type": "tweet",
        "id": "3",
        "createdAt": exports.TIME,
        "text": "RT @united: We apol…",
        "author": {"userName": "a"},
    }
    exports.write(file, tweet | {"likeCount": 900, "retweetCount": 90, "replyCount": 1, "isRetweet": True})
    reading = read(file, language="en")
    (post,) = pl.concat([batch.posts for batch in reading]).to_dicts()
    assert (post["kind"], post["engagement"]) == ("repost", None)
    assert [remark.replace("\u00a0", " ") for remark in reading.remarks] == [
        "export: the texts of 1 of 1 repost are cut, because the export does not hold their originals."
    ]


def test_what_mediacrawler_keeps_of_every_platform(file):
    at = {"last_modify_ts": 1709742600000, "creator_hash": "ab12"}
    weibo = {
        "note_id": "50",
        "content": "道歉",
        "create_time": items.SECONDS,
        "create_date_time": "2017-04-10 18:22:04+08:00",
    }
    weibo |= {"liked_count": "120", "comments_count": "30", "shared_count": "8", "note_url": "https://w.example/50"}
    on_weibo = {
        "comment_id": "51",
        "note_id": "50",
        "content": "晚了",
        "create_time": items.SECONDS,
        "comment_like_count": "3",
    }
    note = {"note_id": "65d1", "type": "video", "title": "新壶", "desc": "盖子坏了", "time": items.SECONDS * 1000}
    note |= {"liked_count": "1.2万", "comment_count": "1", "share_count": "1", "collected_count": "9"}
    note |= {"video_url": "https://v.example/a.mp4", "note_url": "https://n.example/65d1"}
    bilibili = {"video_id": "80", "title": "新壶", "desc": "", "create_time": items.SECONDS, "liked_count": "5"}
    bilibili |= {"video_share_count": "1", "video_comment": "2", "video_play_count": "900", "video_danmaku": "7"}
    zhihu = {"content_id": "90", "title": "问", "content_text": "答", "created_time": items.SECONDS, "voteup_count": 5}
    kuaishou = {
        "comment_id": "61",
        "video_id": "60",
        "content": "好",
        "create_time": items.SECONDS * 1000,
        "sub_comment_count": "2",
    }
    kept = [weibo, on_weibo | {"sub_comment_count": "1"}, note, bilibili, zhihu | {"comment_count": 2}, kuaishou]
    exports.write(file, *(each | at for each in kept), items.crawled_post(), items.crawled_comment())
    assert detect(file) == "mediacrawler"
    assert facts(file) == [
        ("50", "original", "ab12", 158, "道歉"),
        ("51", "reply", "ab12", 4, "晚了"),
        ("65d1", "original", "ab12", 12_002, "新壶\n盖子坏了"),
        ("80", "original", "ab12", 8, "新壶"),
        ("90", "original", "ab12", 7, "问\n答"),
        ("61", "reply", "ab12", None, "好"),  # likes of comments on Kuaishou are not kept
        ("7002", "original", "ab12", 8, items.TEXT),
        ("9002", "reply", "cd34", 7, items.TEXT),
    ]
    assert {each["time"] for each in posts(file)} == {MOMENT}
    assert posts(file)[2]["url"] == "https://n.example/65d1"


def test_accounts_that_mediacrawler_kept_are_no_posts(file):
    exports.write(file, {"user_id": "7", "nickname": "x", "fans": "9", "last_modify_ts": 1709742600000})
    with pytest.raises(ArchiveError, match="is no item of a platform"):
        posts(file, format="mediacrawler")
    with pytest.raises(ArchiveError, match="format is not known"):
        posts(file)
