"""Exports beside those of ``exported``: what pages and scrapers keep as JSON, and what happened to tables on their way."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import read

POSTS = range(1, 10)
WORDS = "the company said sorry for flight {} and the long wait"
UNIX = 1709542800  # 4 March 2024, 9 o'clock
HEADER = "id,created_at,text,lang,likes,shares"


def at(minute: int) -> datetime:
    return datetime(2024, 3, 4, 9, minute, tzinfo=UTC)


def of_instagram(n: int) -> dict[str, Any]:
    caption = {"edges": [{"node": {"text": WORDS.format(n)}}]}
    counts = {"edge_media_preview_like": {"count": n}, "edge_media_to_comment": {"count": 2}}
    post = {"id": f"33{n}", "shortcode": f"Cx{n}", "taken_at_timestamp": UNIX + 60 * n, "owner": {"username": f"f{n}"}}
    return {"node": post | counts | {"edge_media_to_caption": caption}, "instaloader": {"node_type": "Post"}}


def under_instagram(n: int) -> dict[str, Any]:
    comment = {"id": 1800 + n, "created_at": UNIX + 60 * n, "text": WORDS.format(n), "likes_count": n}
    return comment | {"owner": {"id": "9", "username": f"f{n}"}, "answers": []}


def of_facebook(n: int) -> dict[str, Any]:
    post = {"post_id": f"10{n}", "text": WORDS.format(n), "post_text": WORDS.format(n), "shared_text": ""}
    when = {"time": f"2024-03-04 10:0{n}:00", "timestamp": UNIX + 60 * n}
    return post | when | {"likes": n, "comments": 2, "shares": 3, "username": f"f{n}", "user_id": "9", "post_url": "u"}


def under_tiktok(n: int, **more: Any) -> dict[str, Any]:
    comment = {"cid": f"73{n}", "text": WORDS.format(n), "create_time": UNIX + 60 * n, "aweme_id": "70"}
    return comment | {"digg_count": n, "reply_comment_total": 2, "user": {"unique_id": f"f{n}"}} | more


def of_rednote(n: int) -> dict[str, Any]:
    counts = {"liked_count": str(n), "comment_count": "2", "share_count": "3"}
    note = {"title": "", "desc": WORDS.format(n), "time": (UNIX + 60 * n) * 1000, "user": {"nickname": f"f{n}"}}
    return {"id": f"65a{n}", "model_type": "note", "note_card": note | {"interact_info": counts}}


def of_vk(n: int, **more: Any) -> dict[str, Any]:
    post = {
        "id": n,
        "owner_id": -1,
        "from_id": -7,
        "date": UNIX + 60 * n,
        "text": WORDS.format(n),
        "likes": {"count": n},
    }
    return post | more


def of_weibo(n: int, **more: Any) -> dict[str, Any]:
    counts = {"reposts_count": 3, "comments_count": 2, "attitudes_count": n}
    post = {"_id": f"500{n}", "mblogid": f"Nx{n}", "created_at": f"2024-03-04 17:0{n}:00", "content": WORDS.format(n)}
    return post | counts | {"user": {"_id": "9", "nick_name": f"f{n}"}, "crawl_time": 1714521600} | more


def under_weibo(n: int) -> dict[str, Any]:
    comment = {"_id": f"500{n}", "created_at": f"2024-03-04 17:0{n}:00", "content": WORDS.format(n), "like_counts": n}
    return comment | {"comment_user": {"_id": "9", "nick_name": f"f{n}"}, "crawl_time": 1714521600}


ADDED = {"comments": {"count": 2}, "reposts": {"count": 3}}
# of each: the format, its content, and of a post its id, kind, engagement beside the likes, and author
AS_JSON: dict[str, tuple[str, Any, str, str, int, str | None]] = {
    "Instaloader, posts": ("instagram", [of_instagram(n) for n in POSTS], "Cx{}", "original", 2, "f{}"),
    "Instaloader, comments": ("instagram", [under_instagram(n) for n in POSTS], "180{}", "reply", 0, "f{}"),
    "facebook-scraper": ("facebook-scraper", [of_facebook(n) for n in POSTS], "10{}", "original", 5, "f{}"),
    "answers of TikTok": ("tiktok", {"comments": [under_tiktok(n) for n in POSTS]}, "73{}", "reply", 2, "f{}"),
    "answers of Douyin": (
        "douyin",
        {"comments": [under_tiktok(n, ip_label="上海", reply_comment=None) for n in POSTS]},
        "73{}",
        "reply",
        2,
        "f{}",
    ),
    "comments that hold their replies": (
        "tiktok",
        {"comments": [under_tiktok(1, reply_comment=[under_tiktok(n) for n in POSTS[1:]])]},
        "73{}",
        "reply",
        2,
        "f{}",
    ),
    "answers of RedNote": (
        "rednote",
        {"data": {"items": [of_rednote(n) for n in POSTS]}},
        "65a{}",
        "original",
        5,
        "f{}",
    ),
    "answers of VK": ("vk", {"response": {"items": [of_vk(n, **ADDED) for n in POSTS]}}, "-1_{}", "original", 5, "-7"),
    "answers of VK, comments": (
        "vk",
        {"response": {"items": [of_vk(n, post_id=4, thread={"count": 2}) for n in POSTS]}},
        "-1_{}",
        "reply",
        2,
        "-7",
    ),
    "WeiboSpider, posts": ("weibo", [of_weibo(n) for n in POSTS], "500{}", "original", 5, "f{}"),
    "WeiboSpider, comments": ("weibo", [under_weibo(n) for n in POSTS], "500{}", "reply", 0, "f{}"),
}


@pytest.mark.parametrize("name", AS_JSON)
@pytest.mark.parametrize("lines", [False, True])
def test_what_pages_and_scrapers_keep_as_json(tmp_path, name, lines):
    format, content, number, kind, more, author = AS_JSON[name]
    values = content if lines and isinstance(content, list) else [content]
    file = tmp_path / "export.json"
    file.write_text("".join(f"{json.dumps(value)}\n" for value in values), encoding="utf-8")
    reading = read(file, zone="Asia/Shanghai")
    found = {post["post_id"]: post for batch in reading for post in batch.posts.to_dicts()}
    assert reading.formats == {"export.json": format}
    assert len(found) == len(POSTS)
    for n in POSTS:
        post = found[number.format(n)]
        assert (post["time"], post["text"], post["kind"]) == (at(n), WORDS.format(n), kind)
        assert (post["engagement"], post["author"]) == (n + more, author.format(n) if author else None)


def test_a_post_that_facebook_scraper_has_of_another_is_a_repost_or_a_quote(tmp_path):
    shared = [of_facebook(1) | {"shared_post_id": "4"}, of_facebook(2) | {"shared_post_id": "4", "post_text": ""}]
    file = tmp_path / "posts.json"
    file.write_text(json.dumps([*shared, of_facebook(3)]), encoding="utf-8")
    posts = pl.concat([batch.posts for batch in read(file)])
    assert posts["kind"].to_list() == ["quote", "repost", "original"]
    assert posts["engagement"].to_list() == [6, None, 8]


def table(tmp_path: Path, header: str = HEADER, **change: Callable[[int], str]) -> Path:
    """A table of two dozen posts, in which columns have other values."""
    plain: dict[str, Callable[[int], str]] = {
        "id": lambda n: str(1764612345678900000 + n * 977),
        "created_at": lambda n: f"2024-03-04 09:{n:02}:00",
        "text": WORDS.format,
        "lang": lambda n: "en",
        "likes": str,
        "shares": lambda n: "3",
    }
    columns = plain | change
    rows = [",".join(f'"{columns[name](n)}"' for name in HEADER.split(",")) for n in range(1, 25)]
    file = tmp_path / "posts.csv"
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return file


def result(file: Path, **settings: Any) -> tuple[pl.DataFrame, str]:
    reading = read(file, **{"zone": "UTC"} | settings)
    posts = pl.concat([batch.posts for batch in reading])
    return posts, "\n".join(reading.remarks).replace("\u00a0", " ")


@pytest.mark.parametrize(
    "gone",
    [
        "[removed]", "[deleted by user]", "[ Removed by Reddit ]", "[removed by moderator]", "[unavailable]",
        "[ Removed by reddit in response to a copyright notice. ]", "This comment has been removed",
        "This comment was deleted by its author.", "This post is no longer available", "该微博已被删除",
        "抱歉，此微博已被作者删除。查看帮助：http://t.cn/Rfd3rQV", "抱歉，作者已设置仅展示半年内微博，此微博已不可见。",
        "该微博因被多人投诉，根据《微博社区公约》，已被删除。", "此评论已删除", "None", "null",
    ],
)  # fmt: skip
def test_what_stands_where_a_text_was_is_no_text(tmp_path, gone):
    posts, _ = result(table(tmp_path, text=lambda n: gone if n < 4 else WORDS.format(n)))
    assert posts["text"].to_list() == ["", "", "", *map(WORDS.format, range(4, 25))]


@pytest.mark.parametrize(
    "stays",
    [
        "None of this is true",
        "[removed] they say",
        "This comment is rude",
        "抱歉，航班已被取消",
        "nullify it",
        "none",
        "Null",
    ],
)
def test_what_only_begins_so_is_a_text(tmp_path, stays):
    posts, _ = result(table(tmp_path, text=lambda n: stays if n < 4 else WORDS.format(n)))
    assert posts["text"].to_list()[:3] == [stays] * 3


def test_errors_of_spreadsheets_are_no_texts_and_told(tmp_path):
    posts, said = result(table(tmp_path, text=lambda n: "#NAME?" if n < 4 else WORDS.format(n)))
    assert posts["text"].to_list()[:4] == ["", "", "", WORDS.format(4)]
    assert "3 texts are an error of a spreadsheet" in said


@pytest.mark.parametrize(
    ("written", "language"),
    [("['en']", "en"), ('[""en""]', "en"), ("{en}", "en"), ("['en', 'de']", None), ("en;de", None)],
)
def test_a_list_of_one_language_is_that_language(tmp_path, written, language):
    posts, _ = result(table(tmp_path, lang=lambda n: written if n > 1 else "fr"))
    assert posts["language"].to_list()[1:] == [language] * 23


def test_a_whole_text_comes_before_the_cut_one_unless_the_column_is_named(tmp_path):
    file = table(
        tmp_path, HEADER.replace("shares", "extended_tweet.full_text"), shares=lambda n: "" if n % 2 else f"whole {n}"
    )
    assert result(file)[0]["text"].to_list()[:2] == [WORDS.format(1), "whole 2"]
    assert result(file, columns={"text": "text"})[0]["text"].to_list()[:2] == [WORDS.format(1), WORDS.format(2)]
    reading = read(file, zone="UTC")
    first = pl.concat([batch.posts for batch in reading])
    assert result(file, columns=reading.columns)[0].equals(first)


@pytest.mark.parametrize("name", ["Date (UTC)", "created_utc", "time_utc", "date_gmt", "Date [UTC]"])
def test_a_column_that_names_its_zone_is_read_by_it(tmp_path, name):
    file = table(tmp_path, HEADER.replace("created_at", name))
    columns = {"time": name}
    assert result(file, zone=None, columns=columns)[0]["time"].to_list() == [at(n) for n in range(1, 25)]
    assert result(file, columns=columns)[0]["time"].to_list() == [at(n) for n in range(1, 25)]
    with pytest.raises(ArchiveError, match=r"column '.*' has times in (UTC|GMT), --zone says Europe/Riga"):
        result(file, zone="Europe/Riga", columns=columns)


def test_eastern_time_is_that_of_new_york(tmp_path):
    file = table(tmp_path, HEADER.replace("created_at", "Timestamp (ET)"))
    assert result(file, zone=None)[0]["time"][0].hour == 14
    assert result(file, zone="America/New_York")[0]["time"][0].hour == 14
    with pytest.raises(ArchiveError, match="--zone says UTC"):
        result(file)
    standard = table(tmp_path, HEADER.replace("created_at", "date_est"))
    with pytest.raises(ArchiveError, match="has no zone"):
        result(standard, zone=None)
    assert result(standard, zone="America/New_York")[0]["time"][0].hour == 14


def test_a_zone_in_the_time_itself_comes_before_that_of_the_column(tmp_path):
    file = table(
        tmp_path, HEADER.replace("created_at", "date_utc"), created_at=lambda n: f"2024-03-04T11:{n:02}:00+02:00"
    )
    assert result(file, zone="Europe/Riga")[0]["time"][0] == at(1)


@pytest.mark.parametrize("mark", [",", "."])
def test_ids_with_marks_between_thousands_lose_no_digit(tmp_path, mark):
    posts, _ = result(table(tmp_path, id=lambda n: f"{1764612345678900000 + n * 977:,}".replace(",", mark)))
    assert posts["post_id"].to_list() == [str(1764612345678900000 + n * 977) for n in range(1, 25)]


def test_counts_that_are_thousands_or_decimals_are_told(tmp_path):
    posts, said = result(table(tmp_path, likes=lambda n: f"{n}.000"))
    assert posts["engagement"][0] == 1003
    assert "All 24 counts with a point in column 'likes' end in .000 and were read as thousands" in said
    assert "end in .000" not in result(table(tmp_path, likes=lambda n: f"{n}.{n:03}"))[1]


def test_pictures_in_html_are_no_words(tmp_path):
    posts, _ = result(table(tmp_path, text=lambda n: f"{WORDS.format(n)}<img alt='sad' src='a.png'/>"))
    assert posts["text"].to_list() == [WORDS.format(n) for n in range(1, 25)]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"text": lambda n: f"RT @you: {WORDS.format(n)[:30]}…"}, "24 end in an ellipsis"),
        ({"text": lambda n: f"{WORDS.format(n)[:30]}… https://t.co/a{n}"}, "24 end in an ellipsis"),
        ({"text": lambda n: (WORDS.format(n) * 9)[:255]}, "24 are of just 255 characters"),
        ({"created_at": lambda n: "2024-03-04 09:00:00"}, "All posts bear the same time"),
    ],
)
def test_what_was_lost_on_the_way_is_told(tmp_path, change, told):
    assert told not in result(table(tmp_path))[1]
    assert told in result(table(tmp_path, **change))[1]


def test_a_parquet_file_in_which_posts_name_their_languages_is_read(tmp_path):
    file = tmp_path / "posts.parquet"
    languages = [["en"] if n % 3 else ["en", "de"] for n in POSTS]
    pl.DataFrame(
        {
            "uri": [f"at://a/{n}" for n in POSTS],
            "created_at": [at(n) for n in POSTS],
            "text": [WORDS.format(n) for n in POSTS],
        }
        | {"langs": languages, "tags": [["a", "b"]] * 9, "facets": [[{"index": 1}]] * 9}
    ).write_parquet(file)
    posts, _ = result(file)
    assert posts["language"].to_list() == ["en" if n % 3 else None for n in POSTS]


@pytest.mark.parametrize("values", [[["one", "two"]] * 9, [[{"text": "one"}]] * 9])
def test_a_parquet_file_with_several_texts_a_post_is_refused(tmp_path, values):
    file = tmp_path / "posts.parquet"
    pl.DataFrame({"id": [*POSTS], "created_at": [at(n) for n in POSTS], "text": values}).write_parquet(file)
    with pytest.raises(ArchiveError, match="column 'text' holds several values in each row"):
        result(file)
