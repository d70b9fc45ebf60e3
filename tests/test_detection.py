"""Formats are recognised by required fields together; what is no post is refused by what it is."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import exports
from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import detect, read

USER = {"id": "14000000", "username": "flyer", "name": "A flyer", "created_at": "2010-05-01T08:00:00.000Z"}
USER |= {"public_metrics": {"followers_count": 10, "tweet_count": 100}, "description": "x"}
OLD_USER = {"id": 7, "id_str": "7", "screen_name": "flyer", "followers_count": 3, "created_at": exports.TIME}
LIST = {"id": "13", "name": "x", "owner_id": "7", "private": False, "created_at": "2021-01-28T14:45:48.000Z"}
COUNT = {"start": "2024-03-04T09:00:00.000Z", "end": "2024-03-04T10:00:00.000Z", "tweet_count": 5}
GONE = {"id": "13", "action": "delete", "created_at": "2019-09-06T17:25:54.667Z", "reason": "deactivated"}


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "export"


@pytest.mark.bad_input("damaged exports")
@pytest.mark.parametrize(
    ("value", "what"),
    [
        ({"data": [USER], "meta": {"result_count": 1}, "includes": {"tweets": [exports.v2()]}}, "accounts"),
        ({"data": USER}, "accounts"),
        (USER, "accounts"),
        (OLD_USER, "accounts"),
        ([OLD_USER, OLD_USER], "accounts"),
        ({"users": [OLD_USER], "next_cursor": 0}, "accounts"),
        ({"ids": [7, 8], "next_cursor": 0}, "ids of accounts"),
        ({"data": [LIST], "meta": {"result_count": 1}}, "lists of accounts"),
        ({"lists": [{"slug": "x", "member_count": 3}]}, "lists of accounts"),
        ({"data": [COUNT], "meta": {"total_tweet_count": 5}}, "counts of posts"),
        (COUNT, "counts of posts"),
        (GONE, "notices of a compliance job"),
        ({"data": [{"id": "1", "value": "kettle", "tag": ""}], "meta": {"sent": "x"}}, "rules of a stream"),
    ],
)
def test_what_is_no_post_is_refused_by_what_it_is(file, value, what):
    exports.write(file, value)
    with pytest.raises(ArchiveError, match=what):
        list(read(file))


@pytest.mark.bad_input("damaged exports")
@pytest.mark.parametrize(
    ("value", "format"), [({"data": [USER]}, "twitter-v2"), (USER, "twitter-v2"), (OLD_USER, "twitter-v1")]
)
def test_accounts_are_no_posts_either_where_the_format_is_named(file, value, format):
    exports.write(file, value)
    with pytest.raises(ArchiveError, match="none of posts but of accounts"):
        list(read(file, format=format))


@pytest.mark.bad_input("damaged exports")
def test_accounts_among_posts_are_bad_lines_that_say_so(file):
    exports.write(file, *({"data": [exports.v2(str(n))], "meta": {}} for n in range(150)), {"data": [USER]})
    reading = read(file)
    assert sum(batch.posts.height for batch in reading) == 150
    assert [line.why for line in reading.bad_lines] == [
        "is none of posts but of accounts (users, followers or members of a list)"
    ]


@pytest.mark.parametrize(
    "value",
    [
        {"id": "1764576514667446272", "text": "x"},
        {"id": "1764576514667446272", "text": "x", "created_at": "2024-03-04T09:00:00Z"},
        {"id_str": "1764576514667446272", "created_at": exports.TIME},
        {"data": [{"id": "1", "text": "x", "creation": "2024-03-04"}]},
        {"data": [{"id": "1", "name": "x"}], "paging": {}},
        {"data": {"x": 1}},
        {"delete": True},
        {"errors": ["x"]},
        {"meta": {}},
    ],
)
def test_one_field_of_twitters_is_no_proof(file, value):
    exports.write(file, value)
    with pytest.raises(ArchiveError, match="format is not known"):
        detect(file)


@pytest.mark.parametrize(
    ("value", "format"),
    [
        (exports.v1(), "twitter-v1"),
        ({key: value for key, value in exports.v1().items() if key != "id_str"}, "twitter-v1"),
        ({"statuses": [], "search_metadata": {"count": 0}}, "twitter-v1"),
        ({"delete": {"status": {"id_str": "4"}}}, "twitter-v1"),
        (exports.v2(), "twitter-v2"),
        ({"data": [{"id": "1", "text": "x"}], "meta": {"newest_id": "1"}}, "twitter-v2"),
        ({"data": exports.v2(), "matching_rules": [{"id": "1"}]}, "twitter-v2"),
        ({"errors": [{"title": "Not Found Error", "resource_id": "1"}]}, "twitter-v2"),
        ({"meta": {"result_count": 0}}, "twitter-v2"),
    ],
)
def test_proof_of_twitters_interfaces(file, value, format):
    exports.write(file, value)
    assert detect(file) == format


def test_a_time_is_computed_from_an_id_only_where_the_post_is_proven_to_be_twitters(file):
    bare = {"id": "851379746108342272", "text": "x"}
    exports.write(file, bare | {"edit_history_tweet_ids": ["851379746108342272"]})
    (batch,) = read(file)
    assert batch.posts["time"].dt.to_string("%F %T").to_list() == ["2017-04-10 10:22:04"]
    exports.write(file, {"data": [bare], "meta": {"newest_id": bare["id"], "result_count": 1}})
    assert [batch.posts.height for batch in read(file)] == [1]
    exports.write(file, bare)
    with pytest.raises(ArchiveError, match="its id gives no time"):
        list(read(file, format="twitter-v2"))
    exports.write(file, {"id_str": bare["id"], "text": "x"})
    with pytest.raises(ArchiveError, match="its id gives no time"):
        list(read(file, format="twitter-v1"))


@pytest.mark.parametrize(("number", "retrieved"), [("29700859247", None), ("851379746108342272", date(2017, 4, 1))])
def test_a_time_from_an_id_is_neither_before_there_were_such_ids_nor_after_collection(file, number, retrieved):
    exports.write(file, exports.v2(number, created_at=None))
    with pytest.raises(ArchiveError, match=r"has no time|after the posts were collected"):
        list(read(file, retrieved=retrieved))


def test_a_record_of_the_second_interface_with_an_id_and_no_text_is_no_post(file):
    exports.write(file, *(exports.v2(str(n)) for n in range(1, 150)), {"id": "900", "author_id": "7"})
    reading = read(file)
    assert sum(batch.posts.height for batch in reading) == 149
    assert [line.why for line in reading.bad_lines] == ["is not a post: it has no text"]


@pytest.mark.bad_input("damaged exports")
@pytest.mark.parametrize("name", ["statuses", "data", "videos", "weibo", "mblog", "tweet", "users", "delete", "note"])
@pytest.mark.parametrize("depth", [300, 900, 3_000])
def test_whatever_is_nested_deeply_is_refused_in_words(file, name, depth):
    file.write_text("".join(f'{{"{name}":[' for _ in range(depth)) + "1" + "]}" * depth + "\n")
    with pytest.raises(ArchiveError):
        list(read(file))
    file.write_text("".join(f'{{"{name}":' for _ in range(depth)) + "{}" + "}" * depth + "\n")
    with pytest.raises(ArchiveError):
        list(read(file))


# Reposts


def test_reposts_of_the_second_interface_without_references_are_known_by_their_text(file):
    exports.write(file, exports.v2("1", "RT @united: We apologize"), exports.v2("2", "so RT @united: We apologize"))
    (batch,) = read(file)
    assert batch.posts["kind"].to_list() == ["repost", "original"]
    assert batch.posts["engagement"].to_list() == [None, 6]


def test_reposts_of_the_first_interface_are_known_by_their_text_where_other_fields_were_left_away(file):
    whole = {"truncated": False, "retweeted": False, "is_quote_status": False}
    text = "RT @united: We apologize"
    exports.write(file, exports.v1(1, text), exports.v1(2, text, **whole))
    (batch,) = read(file)
    assert batch.posts["kind"].to_list() == ["repost", "original"]  # the second was written by hand
    assert batch.posts["engagement"].to_list() == [None, 5]


@pytest.mark.parametrize("version", [1, 2])
def test_how_many_reposts_have_cut_texts_is_told(file, version):
    cut, whole = "RT @united: We apol…", "RT @united: We apologize"
    make = (lambda n, text: exports.v1(n, text)) if version == 1 else (lambda n, text: exports.v2(str(n), text))
    exports.write(file, make(1, cut), make(2, whole), make(3, cut), make(4, "so…"))
    reading = read(file)
    assert sum(batch.posts.height for batch in reading) == 4
    assert [remark.replace("\u00a0", " ") for remark in reading.remarks] == [
        "export: the texts of 2 of 3 reposts are cut, because the export does not hold their originals."
    ]


def test_a_repost_whose_original_is_there_is_not_cut(file):
    original = exports.v2("1", "to be continued…")
    repost = exports.v2("2", "RT @united: to be contin…", referenced_tweets=[{"type": "retweeted", "id": "1"}])
    exports.write(file, {"data": [repost], "includes": {"tweets": [original]}})
    reading = read(file)
    assert pl.concat([batch.posts for batch in reading])["text"].to_list() == ["RT @united: to be continued…"]
    assert reading.remarks == ()


@pytest.mark.parametrize("counts", [{"retweet_count": "1.2K"}, {"like_count": 12.0}, {"reply_count": None}])
def test_counts_of_the_second_interface_may_be_words_or_floats(file, counts):
    exports.write(file, exports.v2(public_metrics=counts, author_id=7))
    (batch,) = read(file)
    assert batch.posts["author"].to_list() == ["7"]


def test_messages_about_what_is_refused_hold_no_name_of_an_account(file):
    exports.write(file, json.dumps({"data": [USER | {"username": "somebody", "name": "Some Body"}]}))
    with pytest.raises(ArchiveError) as error:
        list(read(file))
    assert "somebody" not in str(error.value).lower()
    assert "some body" not in str(error.value).lower()
