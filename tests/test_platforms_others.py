"""X and its archives, RedNote, Weibo, and the smaller platforms of 4CAT and Zeeschuimer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import exports
import tool_items as items
from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import detect, read
from test_platforms_tiktok import MOMENT, facts, posts


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "export"


# X


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", ["tweets.part0", "tweets.part12", "tweet.part0", "deleted_tweets.part0"])
@pytest.mark.parametrize("end", ["", ";", ";\n"])
def test_an_archive_of_ones_own_account_on_x(file, indent, name, end):
    tweets = [
        items.in_x_archive(),
        items.in_x_archive(id_str="2", full_text="RT @united: We &amp; …"),
        items.in_x_archive(id_str="3", in_reply_to_status_id_str="9"),
        items.in_x_archive(id_str="5", in_reply_to_screen_name="united", in_reply_to_user_id_str="7"),
        items.in_x_archive(id_str="4", entities={"urls": [{"expanded_url": "https://twitter.com/united/status/9"}]}),
    ]
    file.write_text(f"window.YTD.{name} = {json.dumps(tweets, indent=indent)}{end}")
    assert detect(file) == "x-archive"
    assert facts(file) == [
        ("8513", "original", None, 5, items.TEXT),
        ("2", "repost", None, None, "RT @united: We & …"),
        ("3", "reply", None, 5, items.TEXT),
        ("5", "reply", None, 5, items.TEXT),
        ("4", "quote", None, 5, items.TEXT),
    ]
    assert {each["time"] for each in posts(file)} == {MOMENT}
    reading = read(file)
    list(reading)
    assert any("of 1\u00a0repost are cut" in remark for remark in reading.remarks)


def test_an_archive_of_x_from_before_2020_has_bare_posts(file):
    file.write_text("window.YTD.tweet.part0 = " + json.dumps([items.in_x_archive()["tweet"]], indent=2))
    assert facts(file) == [("8513", "original", None, 5, items.TEXT)]


@pytest.mark.bad_input("exports of other kinds")
@pytest.mark.parametrize("part", ["like", "follower", "direct_messages", "account", "note_tweet"])
def test_other_parts_of_an_archive_of_x_hold_no_posts(file, part):
    file.write_text(f'window.YTD.{part}.part0 = [ {{\n  "{part}" : {{ "tweetId" : "1", "fullText" : "x" }}\n}} ]')
    with pytest.raises(ArchiveError, match=f"the part '{part}' of an archive from X"):
        posts(file)


def test_posts_whose_audience_is_limited_and_those_of_old_searches_on_x(file):
    limited = {"__typename": "TweetWithVisibilityResults", "tweet": exports.on_x()}
    old = {"type": "adaptive", "legacy": exports.on_x("6")["legacy"], "user": {"screen_name": "flyer"}}
    exports.write(file, exports.zeeschuimer("twitter.com", limited), exports.zeeschuimer("twitter.com", old), limited)
    assert facts(file) == [("5", "original", "flyer", 6, items.TEXT), ("6", "original", "flyer", 6, items.TEXT)]


def test_a_name_of_x_may_stand_in_the_inner_core(file):
    item = exports.on_x() | {"core": {"user_results": {"result": {"core": {"screen_name": "flyer"}}}}}
    exports.write(file, item)
    assert facts(file) == [("5", "original", "flyer", 6, items.TEXT)]


@pytest.mark.parametrize(
    ("make", "more", "kind", "text"),
    [
        (items.by_snscrape, {}, "original", items.TEXT),
        (items.by_snscrape, {"inReplyToTweetId": 9}, "reply", items.TEXT),
        (items.by_snscrape, {"quotedTweet": {"id": 9}}, "quote", items.TEXT),
        (
            items.by_snscrape,
            {"retweetedTweet": {"rawContent": "whole", "user": {"username": "united"}}},
            "repost",
            "RT @united: whole",
        ),
        (items.by_twint, {}, "original", items.TEXT),
        (items.by_twint, {"reply_to": [{"screen_name": "united"}]}, "reply", items.TEXT),
        (items.by_twint, {"quote_url": "https://twitter.com/united/status/9"}, "quote", items.TEXT),
        (items.by_twint, {"retweet": True, "tweet": "RT @united: whole"}, "repost", "RT @united: whole"),
    ],
)
def test_what_scrapers_wrote_of_twitter(file, make, more, kind, text):
    exports.write(file, make(**more))
    assert facts(file) == [("8513", kind, "flyer", None if kind == "repost" else 6, text)]
    assert posts(file)[0]["time"] == MOMENT


@pytest.mark.bad_input("exports of other kinds")
def test_other_platforms_of_snscrape_are_refused(file):
    exports.write(file, {"_type": "snscrape.modules.telegram.TelegramPost", "content": "x", "date": items.ISO})
    with pytest.raises(ArchiveError, match="none of the posts on Twitter that snscrape wrote"):
        posts(file)


# RedNote and Weibo


@pytest.mark.parametrize("platform", ["xiaohongshu.com", "www.xiaohongshu.com", "xiaohongshu", "rednote"])
def test_notes_on_rednote(file, platform):
    embedded = {"time": items.SECONDS * 1000, "title": "新壶", "desc": "晚了", "user": {"nickname": "旅客"}}
    page = {"id": "65d2", "note": embedded | {"interactInfo": {"likedCount": "1.2万"}}}
    exports.write(file, exports.zeeschuimer(platform, items.on_rednote()), exports.zeeschuimer(platform, page))
    assert facts(file) == [
        ("65d1", "original", "旅客", 8, items.TEXT),
        ("65d2", "original", "旅客", 12_000, "新壶\n晚了"),
    ]
    assert {each["time"] for each in posts(file)} == {MOMENT}


@pytest.mark.parametrize("platform", ["xiaohongshu-comments", "rednote-comments"])
def test_comments_on_rednote(file, platform):
    exports.write(file, exports.zeeschuimer(platform, items.comment_on_rednote()), items.comment_on_rednote(id="65e1"))
    assert facts(file) == [("65e0", "reply", "旅客", 7, items.TEXT), ("65e1", "reply", "旅客", 7, items.TEXT)]


def test_notes_of_an_overview_have_no_time_and_are_told(file):
    exports.write(file, exports.zeeschuimer("xiaohongshu.com", items.on_rednote(time=None)))
    with pytest.raises(ArchiveError, match="RedNote loads without a time"):
        posts(file)


def test_cards_lists_and_comments_of_weibo(file):
    card = {"card_type": 9, "mblog": exports.on_weibo(idstr="1")}
    comment = {"id": 51, "idstr": "51", "rootid": 51, "text": "晚<b>了</b>", "user": {"screen_name": "甲"}}
    comment |= {"created_at": "Mon Apr 10 18:22:04 +0800 2017", "like_counts": 3, "total_number": 1}
    exports.write(
        file,
        card,
        {"ok": 1, "data": {"list": [exports.on_weibo(idstr="2")], "total": 1}},
        {"ok": 1, "data": {"cards": [card | {"mblog": exports.on_weibo(idstr="3")}]}},
        {"ok": 1, "data": [comment], "max_id": 0},
    )
    assert [each[0] for each in facts(file)[:3]] == ["1", "2", "3"]
    assert facts(file)[3] == ("51", "reply", "甲", 4, "晚了")
    assert {each["time"] for each in posts(file)} == {MOMENT}


def test_json_of_weibo_crawler(file):
    post = {
        "user_id": 7,
        "screen_name": "甲",
        "id": 460,
        "bid": "K3",
        "text": "道歉",
        "created_at": "2017-04-10T18:22:04",
    }
    post |= {"reposts_count": 1, "comments_count": 2, "attitudes_count": 3}
    repost = post | {"id": 461, "text": "转发微博", "retweet": post}
    file.write_text(json.dumps({"user": {"id": "7"}, "weibo": [post, repost]}, indent=4, ensure_ascii=False))
    found = posts(file, zone="Asia/Shanghai")
    assert [(each["post_id"], each["kind"], each["author"], each["engagement"], each["time"]) for each in found] == [
        ("460", "original", "甲", 6, MOMENT),
        ("461", "repost", "甲", 6, MOMENT),
    ]


# Smaller ones


@pytest.mark.parametrize(
    ("platform", "item", "expected"),
    [
        ("gab.com", items.on_gab(), ("12", "original", "flyer", None, items.TEXT)),
        (
            "gab.com",
            {"id": "13", "content": "x", "created_at": items.ISO, "account": {"username": "a"}}
            | {"favourites_count": 5, "replies_count": 2, "reblogs_count": 1},
            ("13", "original", "a", 8, "x"),
        ),
        ("imgur.com", items.on_imgur(), ("im1", "original", "7", 7, items.TEXT)),
        ("9gag.com", items.on_9gag(), ("ga1", "original", "flyer", 7, items.TEXT)),
        ("ninegag", items.on_9gag(creator=None), ("ga1", "original", None, 7, items.TEXT)),
        ("vk", items.on_vk(), ("-7_21", "original", "-7", 8, items.TEXT)),
        ("vk", items.on_vk(post_id=9), ("-7_21", "reply", "-7", 8, items.TEXT)),
        ("vk", items.on_vk(copy_history=[{"text": "x"}]), ("-7_21", "quote", "-7", 8, items.TEXT)),
        ("vk", items.on_vk(text="", copy_history=[{"text": "x"}]), ("-7_21", "repost", "-7", None, "x")),
        ("tumblr", items.on_tumblr(), ("61", "original", "flyer", 8, items.TEXT)),
        (
            "tumblr",
            items.on_tumblr(trail=[{"content": [{"text": "x"}]}]),
            ("61", "quote", "flyer", None, items.TEXT),
        ),
        (
            "tumblr",
            items.on_tumblr(content=[], trail=[{"content": [{"text": "x"}]}]),
            ("61", "repost", "flyer", None, "x"),
        ),
        ("pinterest.com", items.on_pinterest(), ("41", "original", "flyer", None, items.TEXT)),
    ],
)
def test_smaller_platforms(file, platform, item, expected):
    exports.write(file, exports.zeeschuimer(platform, item))
    assert facts(file) == [expected]
    assert posts(file)[0]["time"] == MOMENT
    exports.write(file, item | {"__import_meta": {"source_platform": platform}})
    assert (detect(file), facts(file)) == ("4cat", [expected])


def test_pins_without_a_time_are_told(file):
    exports.write(file, exports.zeeschuimer("pinterest.com", items.on_pinterest(created_at=None)))
    with pytest.raises(ArchiveError, match="is a pin without a time"):
        posts(file)
