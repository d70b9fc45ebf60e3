"""Every format, from a small export to the one post table."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

import exports
import platform_items
import tool_items
import workbooks
from aftermath.archives.posts import BATCH_POSTS, KINDS, ArchiveError
from aftermath.archives.readers import FORMATS, detect, read
from aftermath.archives.schemas import Posts
from aftermath.times import tweet_time

MOMENT = datetime(2017, 4, 10, 10, 22, 4, tzinfo=UTC)


def posts(path: Path, **settings: object) -> list[dict]:
    frames = [Posts.validate(batch.posts) for batch in read(path, **settings)]
    return pl.concat(frames).to_dicts()


def post(**known: object) -> dict:
    usual = {"time": MOMENT, "text": "We apologize", "language": "en", "kind": "original", "author": "flyer"}
    return usual | {"engagement": None, "url": None} | known


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "export"


EACH = {
    "twitter-v1": (exports.v1(),),
    "twitter-v2": ({"data": [exports.v2()], "meta": {"result_count": 1}},),
    "zeeschuimer": (exports.zeeschuimer("douyin.com", exports.on_douyin()),),
    "x": (exports.on_x(),),
    "tiktok": (exports.on_tiktok(),),
    "douyin": (exports.on_douyin(),),
    "weibo": (exports.on_weibo(),),
    "4cat": exports.fourcat(),
    "nhtsa": (exports.nhtsa(),),
    "gdelt": (exports.gdelt(),),
    "csv": ("id;created_at;text", "1;2017-04-10T10:22:04Z;sorry"),
    **platform_items.EACH,
    **{format: (item,) for format, item in tool_items.ITEMS.items()},
}


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_found_by_its_content_and_gives_the_same_when_it_is_named(file, format):
    if format == "parquet":
        pl.DataFrame({"id": ["1"], "time": [MOMENT], "text": ["sorry"]}).write_parquet(file)
    elif format == "spreadsheet":
        workbooks.xlsx(file, {"posts": [["id", "created_at", "text"], ["1", "2017-04-10T10:22:04Z", "sorry"]]})
    else:
        exports.write(file, *EACH[format])
    assert detect(file) == format
    assert posts(file) == posts(file, format=format) != []


@pytest.mark.bad_input("exports of other kinds")
def test_what_is_no_export_is_said_so_with_the_formats_there_are(file):
    exports.write(file, "A letter", "to the editor")
    with pytest.raises(ArchiveError, match="format is not known") as error:
        detect(file)
    assert all(format in str(error.value) for format in FORMATS)
    with pytest.raises(ArchiveError, match="'word' is no format"):
        read(file, format="word").__next__()


# Twitter's first interface


def test_a_post_of_the_first_interface(file):
    exports.write(file, exports.v1())
    number = str(exports.SNOWFLAKE)
    address = f"https://twitter.com/flyer/status/{number}"
    assert posts(file) == [post(post_id=number, engagement=5, url=address)]


def test_search_replies_hold_many_posts_on_one_line_or_spread_over_lines(file):
    reply = {"statuses": [exports.v1(n) for n in (1, 2, 3)], "search_metadata": {"count": 100}}
    exports.write(file, reply)
    on_one_line = posts(file)
    file.write_text(json.dumps(reply, indent=2))
    assert posts(file) == on_one_line
    file.write_text(json.dumps(reply["statuses"], indent=1))
    assert posts(file) == on_one_line
    assert [each["post_id"] for each in on_one_line] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({}, "original"),
        ({"in_reply_to_status_id_str": "9"}, "reply"),
        ({"in_reply_to_status_id": 9}, "reply"),
        ({"in_reply_to_user_id_str": "7"}, "reply"),
        ({"in_reply_to_screen_name": "united", "in_reply_to_status_id": None}, "reply"),
        ({"quoted_status": exports.v1(2)}, "quote"),
        ({"is_quote_status": True, "in_reply_to_status_id_str": "9"}, "quote"),
        ({"retweeted_status": exports.v1(2), "is_quote_status": True}, "repost"),
        ({"quoted_status": None, "retweeted_status": None, "in_reply_to_status_id_str": None}, "original"),
    ],
)
def test_kinds_of_the_first_interface(file, more, kind):
    exports.write(file, exports.v1(**more))
    (found,) = posts(file)
    assert found["kind"] == kind in KINDS


@pytest.mark.parametrize(
    "more",
    [
        {"full_text": "a long text &amp; its end"},
        {"text": "a long t…", "truncated": True, "extended_tweet": {"full_text": "a long text &amp; its end"}},
    ],
)
def test_texts_are_whole_whether_extended_or_compatible(file, more):
    exports.write(file, exports.v1(**more))
    assert posts(file)[0]["text"] == "a long text & its end"


def test_a_repost_has_the_whole_text_of_its_original_and_no_engagement_of_its_own(file):
    original = exports.v1(2, "cut…", extended_tweet={"full_text": "not cut at all"}, user={"screen_name": "united"})
    exports.write(file, exports.v1(3, "RT @united: cu…", retweeted_status=original))
    (found,) = posts(file)
    assert (found["text"], found["engagement"]) == ("RT @united: not cut at all", None)


def test_streams_have_notices_that_are_no_posts_and_deletions_that_are_kept_as_missing(file):
    notices = ({"limit": {"track": 5}}, {"delete": {"status": {"id": 4, "id_str": "4"}}}, {"warning": {"code": "x"}})
    file.write_text("\n\n".join(map(json.dumps, [exports.v1(), *notices])))
    reading = read(file)
    assert sum(batch.posts.height for batch in reading) == 1
    assert (reading.bad, reading.missing) == (0, ("4",))


def test_a_missing_time_is_read_from_the_id(file):
    exports.write(file, exports.v1(created_at=None))
    assert posts(file)[0]["time"] == tweet_time(exports.SNOWFLAKE) == MOMENT


def test_one_bad_post_of_a_reply_does_not_take_the_others_with_it(file):
    statuses = [exports.v1(n) for n in range(1, 200)] + [{"id_str": "900", "created_at": 5}]
    exports.write(file, {"statuses": statuses})
    reading = read(file)
    assert sum(batch.posts.height for batch in reading) == 199
    assert (reading.bad, reading.lines) == (1, 200)


def test_halves_of_characters_left_where_a_text_was_cut_do_not_lose_the_post(file):
    file.write_text(json.dumps(exports.v1(text="so long \ud83d")))
    assert posts(file)[0]["text"] == "so long ?"


# Twitter's second interface


def test_pages_of_the_second_interface_expand_authors_and_originals(file):
    original = exports.v2("1", "the whole text of it", author_id="8")
    repost = exports.v2("2", "RT @united: the who…", referenced_tweets=[{"type": "retweeted", "id": "1"}])
    users = [{"id": "7", "username": "flyer"}, {"id": "8", "username": "united"}]
    exports.write(file, {"data": [exports.v2("3"), repost], "includes": {"users": users, "tweets": [original]}})
    assert posts(file) == [
        post(post_id="3", engagement=6, url="https://twitter.com/flyer/status/3"),
        post(
            post_id="2",
            kind="repost",
            text="RT @united: the whole text of it",
            url="https://twitter.com/flyer/status/2",
        ),
    ]


@pytest.mark.parametrize(
    ("references", "kind"),
    [
        (["replied_to"], "reply"),
        (["replied_to", "quoted"], "quote"),
        (["quoted", "retweeted"], "repost"),
        ([], "original"),
    ],
)
def test_kinds_of_the_second_interface(file, references, kind):
    exports.write(file, exports.v2("2", referenced_tweets=[{"type": each, "id": "1"} for each in references]))
    assert posts(file)[0]["kind"] == kind


def test_posts_one_a_line_as_twarc_and_4cat_flatten_them(file):
    flat = exports.v2("2", note_tweet={"text": "the long form"}, author={"id": "7", "username": "flyer"})
    exports.write(file, flat, exports.v2("3", author_user={"username": "other"}))
    assert [(each["text"], each["author"]) for each in posts(file)] == [
        ("the long form", "flyer"),
        ("We apologize", "other"),
    ]


def test_errors_of_a_page_are_missing_posts_and_a_page_of_errors_alone_is_a_bad_line(file):
    gone = {
        "value": "77",
        "resource_type": "tweet",
        "title": "Not Found Error",
        "type": "https://example.org/not-found",
    }
    author = {"value": "5", "resource_type": "user", "title": "Forbidden"}
    empty = {"meta": {"result_count": 0}}
    pages = [{"data": [exports.v2(str(n))], "errors": [gone, author]} for n in range(150)]
    exports.write(file, *pages, empty, {"errors": [{"title": "Rate limit", "detail": "slow down"}]})
    reading = read(file)
    assert sum(batch.posts.height for batch in reading) == 150
    assert reading.missing == ("77",)
    assert [str(line) for line in reading.bad_lines] == ["export:152  holds an error in place of posts: Rate limit"]


# Platforms


def test_items_of_x(file):
    exports.write(file, exports.zeeschuimer("x.com", exports.on_x()))
    assert posts(file) == [post(post_id="5", engagement=6, url="https://x.com/flyer/status/5")]


def test_reposts_quotes_and_replies_on_x(file):
    repost = exports.on_x("6", "RT @united: cut…", retweeted_status_result={"result": exports.on_x("5", "whole")})
    nested = exports.on_x("7", "RT …", retweeted_status_result={"result": {"tweet": exports.on_x("5", "whole")}})
    quote = exports.on_x("8") | {"quoted_status_result": {"result": exports.on_x("5")}}
    reply = exports.on_x("9", in_reply_to_status_id_str="5")
    exports.write(file, *(exports.zeeschuimer("twitter.com", each) for each in (repost, nested, quote, reply)))
    assert [(each["kind"], each["text"]) for each in posts(file)] == [
        ("repost", "RT @flyer: whole"),
        ("repost", "RT @flyer: whole"),
        ("quote", "We apologize"),
        ("reply", "We apologize"),
    ]


def test_items_of_tiktok_and_comments_on_them(file):
    comment = {"cid": "1", "text": "shame", "create_time": 1491819724, "user": {"unique_id": "other"}, "digg_count": 4}
    duet = exports.on_tiktok(id="7003", duetInfo={"duetFromId": "7001"})
    exports.write(file, *(exports.zeeschuimer("tiktok.com", each) for each in (exports.on_tiktok(), duet, comment)))
    address = "https://www.tiktok.com/@flyer/video/"
    assert posts(file) == [
        post(post_id="7001", text="no more flights", engagement=8, url=f"{address}7001"),
        post(post_id="7003", text="no more flights", engagement=8, url=f"{address}7003", kind="quote"),
        post(post_id="1", text="shame", engagement=4, kind="reply", author="other", language=None),
    ]


def test_items_of_douyin_as_the_interface_and_as_the_page_have_them(file):
    page = {"awemeId": "8", "desc": "道歉", "createTime": 1491819724, "authorInfo": {"nickname": "旅客"}}
    page |= {"stats": {"diggCount": 1}, "music": "$undefined"}
    stream = {"aweme_id": "9", "rawdata": json.dumps({"title": "直播", "create_time": 1491819724, "owner": {}})}
    items = exports.on_douyin(), page, stream
    exports.write(file, *(exports.zeeschuimer("douyin.com", item) for item in items))
    address = "https://www.douyin.com/video/"
    known = {"author": "旅客", "language": "zh"}
    assert posts(file, language="zh") == [
        post(post_id="7002", text="道歉来得太晚了", engagement=8, url=f"{address}7002", **known),
        post(post_id="8", text="道歉", engagement=1, url=f"{address}8", **known),
        post(post_id="9", text="直播", url=f"{address}9", author=None, language="zh"),
    ]


def test_items_of_weibo(file):
    original = exports.on_weibo(idstr="1")
    items = (
        exports.on_weibo(),
        exports.on_weibo(idstr="2", text_raw="转发微博", retweeted_status=original),
        exports.on_weibo(idstr="3", text_raw="太晚了//@旅客:道歉", retweeted_status=original),
        {
            key: value
            for key, value in exports.on_weibo(idstr="4", text="<a>#晚#</a>了&gt;").items()
            if key != "text_raw"
        },
    )
    exports.write(file, *(exports.zeeschuimer("weibo.com", item) for item in items))
    found = posts(file)
    assert found[0] == post(
        post_id="4607741009594608", text="道歉来得太晚了", engagement=12_003, author="旅客", language=None,
        url="https://weibo.com/7/K3fnuEfZK",
    )  # fmt: skip
    assert [(each["kind"], each["text"]) for each in found[1:]] == [
        ("repost", "转发微博"),
        ("quote", "太晚了//@旅客:道歉"),
        ("original", "#晚#了>"),
    ]


def test_bare_items_and_those_of_4cat_are_read_as_those_of_zeeschuimer(file):
    exports.write(file, exports.zeeschuimer("weibo.com", exports.on_weibo()))
    expected = posts(file)
    exports.write(file, exports.on_weibo())
    assert (detect(file), posts(file)) == ("weibo", expected)
    exports.write(file, exports.on_weibo() | {"__import_meta": {"source_platform": "weibo.com"}})
    assert (detect(file), posts(file)) == ("4cat", expected)
    exports.write(file, {"statuses": [exports.on_weibo()], "total_number": 1})
    assert posts(file) == expected


@pytest.mark.bad_input("exports of other kinds")
def test_a_platform_that_is_not_read_is_named(file):
    exports.write(file, exports.zeeschuimer("example.org", {"id": "1"}))
    with pytest.raises(ArchiveError, match=r"'example\.org', which is not read"):
        posts(file)
    exports.write(file, exports.zeeschuimer("linkedin.com", {"id": "1"}))
    with pytest.raises(ArchiveError, match="how long ago they were posted, not when"):
        posts(file)


# Tables


def test_a_csv_of_4cat(file):
    exports.write(file, *exports.fourcat())
    found = posts(file)
    assert found[0] == post(post_id="5", text="We, apologize", engagement=6, url="https://x.com/flyer/status/5")
    assert [each["kind"] for each in found] == ["original", "reply", "repost"]


def test_complaints_of_nhtsa_are_dated_by_the_day_in_washington_and_kept_once(file):
    records = exports.nhtsa(1), exports.nhtsa(1, "again"), exports.nhtsa(2, received=""), exports.nhtsa(3, fields=20)
    file.write_bytes("\r\n".join(records).encode("latin-1"))
    reading = read(file)
    found = pl.concat([batch.posts for batch in reading])
    assert found["post_id"].to_list() == ["1", "2", "3"]
    assert found["text"][0] == "THE BRAKES FAILED"
    assert found["time"].dt.to_string("%F %R").to_list() == ["2014-03-01 05:00", "2014-03-05 05:00", "2014-03-01 05:00"]
    assert reading.duplicates == 1


def test_pages_of_gdelt_have_their_title_for_a_text(file):
    exports.write(file, exports.gdelt(), exports.gdelt(2, None), exports.gdelt(3, "Désolé", "srclc:fra;eng:x"))
    found = posts(file)
    half_past = datetime(2017, 4, 10, 10, 30, tzinfo=UTC)
    known = {"post_id": "20170410103000-1", "time": half_past, "author": "example.org", "url": "https://example.org/1"}
    assert found[0] == post(**known, text='Airline says "sorry"')
    assert [(each["text"], each["language"]) for each in found[1:]] == [("", "en"), ("Désolé", "fr")]


MAP = {"post_id": "tweet_id", "time": "created_at", "text": "message", "engagement": "likes+answers", "reply_to": "to"}


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_a_column_map_says_what_is_what(file, delimiter):
    rows = (
        ["tweet_id", "created_at", "message", "likes", "answers", "to", "kind"],
        ["1", "2017-04-10T10:22:04Z", '"a ""quoted""\nword"', "2", "", "", "search"],
        ["2", "2017-04-10T10:22:04Z", "", "", "", "1", "search"],
        ["3", "2017-04-10T10:22:04Z", "x", "2.0", "1", "0", "embedded"],
    )
    exports.write(file, *(delimiter.join(row) for row in rows))
    found = posts(file, columns=MAP | {"where": "kind=search"})
    assert [(each["kind"], each["engagement"], each["text"]) for each in found] == [
        ("original", None, 'a "quoted"\nword'),  # how many answered is not known
        ("reply", None, ""),
    ]


def test_parquet_is_read_as_the_same_table_in_csv(file):
    frame = pl.DataFrame(
        {
            "tweet_id": [1, 2],
            "created_at": [MOMENT, MOMENT],
            "message": ["a", None],
            "likes": [1, 2],
            "answers": [None, 1],
        }
        | {"to": [None, 1]}
    )
    frame.write_parquet(file)
    from_parquet = posts(file, columns=MAP)
    frame.with_columns(pl.col("created_at").dt.to_string("%FT%TZ")).write_csv(file)
    assert posts(file, columns=MAP) == from_parquet
    assert [(each["kind"], each["engagement"]) for each in from_parquet] == [("original", None), ("reply", 3)]


@pytest.mark.parametrize("format", ["csv", "json", "parquet"])
def test_batches_are_never_larger_than_the_limit_and_keep_the_order(file, format):
    count = 2 * BATCH_POSTS + 5
    frame = pl.DataFrame({"id": pl.int_range(count, eager=True).cast(pl.String)})
    frame = frame.with_columns(time=pl.lit("2017-04-10T10:22:04Z"), text=pl.lit("x"))
    if format == "json":
        file.write_text("\n".join(json.dumps(exports.v1(n, user=None)) for n in range(1, count + 1)))
    else:
        frame.write_csv(file) if format == "csv" else frame.write_parquet(file)
    heights, ids = [], []
    for batch in read(file):
        heights.append(batch.posts.height)
        ids.extend(batch.posts["post_id"])
    assert max(heights) <= BATCH_POSTS
    assert len(ids) == sum(heights) == count
    assert ids == sorted(ids, key=int)
