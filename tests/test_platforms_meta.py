"""Facebook, Instagram and Threads: the Meta Content Library, CrowdTangle, and pages."""

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


def test_posts_of_the_content_library_are_dated_by_their_creation_and_never_by_their_id(file):
    page = {"data": [items.in_content_library(), items.in_content_library(id="1764576514667446272")], "paging": {}}
    file.write_text(json.dumps(page, indent=1))
    assert detect(file) == "meta-content-library"
    assert [each["time"] for each in posts(file)] == [MOMENT, MOMENT]
    assert facts(file)[0] == ("1040", "original", "flyer", 9, items.TEXT)
    exports.write(file, {"id": "1764576514667446272", "text": "x"})
    with pytest.raises(ArchiveError, match="its id gives no time"):
        posts(file, format="twitter-v2")


def test_reactions_that_are_counted_together_are_not_added_again(file):
    statistics = {"reaction_count": 6, "like_count": 5, "love_count": 1, "share_count": 1, "comment_count": 2}
    exports.write(file, items.in_content_library(statistics=statistics))
    assert facts(file)[0][3] == 9


def test_comments_of_the_content_library_are_replies(file):
    exports.write(
        file, items.in_content_library(id="5", content_type="comments"), items.in_content_library(id="6", post_id="5")
    )
    assert [each["kind"] for each in posts(file)] == ["reply", "reply"]


def test_answers_of_crowdtangle_are_in_utc(file):
    shared = items.in_crowdtangle(platformId="70_81", message="", title="A recall", description="Kettles")
    instagram = items.in_crowdtangle(platformId="9_1", statistics={"actual": {"favoriteCount": 5, "commentCount": 2}})
    exports.write(
        file, {"status": 200, "result": {"posts": [items.in_crowdtangle(), shared, instagram], "pagination": {}}}
    )
    assert detect(file) == "crowdtangle"
    assert facts(file) == [
        ("70_80", "original", "flyer", 9, items.TEXT),
        ("70_81", "original", "flyer", 9, "A recall\nKettles"),
        ("9_1", "original", "flyer", 7, items.TEXT),
    ]
    assert {each["time"] for each in posts(file)} == {MOMENT}


def test_posts_on_instagram_in_both_layouts(file):
    exports.write(
        file,
        *(
            exports.zeeschuimer("instagram.com", item)
            for item in (items.on_instagram(), items.in_graph(shortcode="Cx2"))
        ),
    )
    assert facts(file) == [("Cx1", "original", "flyer", 7, items.TEXT), ("Cx2", "original", "flyer", 7, items.TEXT)]
    assert {each["time"] for each in posts(file)} == {MOMENT}


def test_hidden_likes_and_pictures_without_words(file):
    hidden = items.on_instagram(like_and_view_counts_disabled=True, like_count=3)
    exports.write(file, hidden, items.on_instagram(code="Cx2", caption=None))
    assert [(each["engagement"], each["text"]) for each in posts(file)] == [(None, items.TEXT), (7, "")]


def test_items_of_overviews_have_no_time_and_are_told(file):
    partial = {"code": "Cx9", "__typename": "XIGPolarisVideoMedia", "_zs_partial": True, "user": {"id": "7"}}
    whole = [items.on_instagram(code=f"C{n}") for n in range(120)]
    exports.write(file, *(exports.zeeschuimer("instagram.com", item) for item in [*whole, partial]))
    reading = read(file)
    assert sum(batch.posts.height for batch in reading) == 120
    assert [line.why for line in reading.bad_lines] == [
        "is an item of an overview, which Instagram loads without a time; open the posts themselves"
    ]


@pytest.mark.parametrize(
    ("about", "kind", "engagement"),
    [
        ({}, "original", 8),
        ({"is_reply": True}, "reply", 8),
        ({"share_info": {"quoted_post": {"code": "x"}}}, "quote", 8),
        ({"share_info": {"reposted_post": {"code": "x"}, "quoted_post": None}}, "repost", None),
    ],
)
@pytest.mark.parametrize("platform", ["threads.net", "www.threads.com", "threads"])
def test_posts_on_threads(file, about, kind, engagement, platform):
    exports.write(file, exports.zeeschuimer(platform, items.on_threads(**about)))
    assert facts(file) == [("Dy2", kind, "flyer", engagement, items.TEXT)]


def test_posts_on_facebook(file):
    exports.write(
        file, exports.zeeschuimer("facebook.com", items.on_facebook()), items.on_facebook(post_id="81", message=None)
    )
    assert facts(file) == [("80", "original", "flyer", None, items.TEXT), ("81", "original", "flyer", None, "")]
    assert {each["time"] for each in posts(file)} == {MOMENT}
