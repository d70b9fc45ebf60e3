"""Reddit: comments and submissions from dumps, listings and replies of other interfaces."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

import exports
from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import detect, read
from platform_items import SECONDS, listing, reddit_comment, reddit_submission


def posts(path: Path, **settings: object) -> list[dict]:
    return pl.concat([batch.posts for batch in read(path, **settings)]).to_dicts()


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "RC_2017-04"


def test_comments_are_replies_with_ids_of_their_own(file):
    exports.write(file, reddit_comment(), reddit_comment("kt2", permalink="/r/flying/comments/abc/x/kt2/"))
    assert detect(file) == "reddit"
    first, second = posts(file)
    assert first == {
        "post_id": "kt1", "time": datetime(2017, 4, 10, 10, 22, 4, tzinfo=UTC), "text": "We apologize", "language": None,
        "kind": "reply", "author": "flyer", "engagement": 5, "url": None,
    }  # fmt: skip
    assert second["url"] == "https://www.reddit.com/r/flying/comments/abc/x/kt2/"


def test_submissions_have_a_title_a_text_and_comments(file):
    crosspost = reddit_submission("abd", selftext="", crosspost_parent="t3_abc")
    exports.write(file, reddit_submission(), crosspost)
    assert [(each["post_id"], each["text"], each["kind"], each["engagement"]) for each in posts(file)] == [
        ("abc", "No more flights\n\nNever again", "original", 42),
        ("abd", "No more flights", "quote", 42),
    ]


@pytest.mark.parametrize(
    "gone",
    [
        "[removed]",
        "[deleted]",
        " [deleted] ",
        "[deleted by user]",
        "[ Removed by Reddit ]",
        "[removed by moderator]",
        "[ Removed by Reddit on account of violating the [content policy](/help/contentpolicy). ]",
    ],
)
def test_what_was_taken_away_is_no_text_and_its_author_is_nobody(file, gone):
    exports.write(
        file,
        reddit_comment("a", gone, author="[deleted]"),
        reddit_submission("b", "The kettle", selftext=gone),
        reddit_submission("c", gone, selftext=gone, author="[deleted]"),
    )
    assert [(each["text"], each["author"]) for each in posts(file)] == [("", None), ("The kettle", "flyer"), ("", None)]


@pytest.mark.parametrize(
    "said", ["they [removed] my comment", "[deleted scenes] are great [sic]", "removed", "[removed]!"]
)
def test_what_speaks_of_it_is_text(file, said):
    exports.write(file, reddit_comment("a", said))
    assert posts(file)[0]["text"] == said


@pytest.mark.parametrize(
    "more",
    [{"score_hidden": True}, {"score": None}, {"score": -4}, {"score": "many"}, {"score": [1]}],
)
def test_a_score_that_is_hidden_or_less_than_nothing_is_no_engagement(file, more):
    exports.write(file, reddit_comment("a", **more), reddit_submission("b", hide_score=True), reddit_comment("c"))
    assert [each["engagement"] for each in posts(file)] == [None, None, 5]


def test_a_count_that_is_missing_is_not_taken_for_0(file):
    exports.write(file, reddit_submission("a", num_comments=None), reddit_submission("b", score=0, num_comments=0))
    assert [each["engagement"] for each in posts(file)] == [None, 0]


def test_times_are_seconds_as_numbers_or_as_text(file):
    exports.write(
        file, *(reddit_comment(str(n), created_utc=at) for n, at in enumerate((SECONDS, str(SECONDS), SECONDS + 0.0)))
    )
    assert {each["time"] for each in posts(file)} == {datetime(2017, 4, 10, 10, 22, 4, tzinfo=UTC)}


def test_listings_hold_submissions_and_threads_and_accounts_are_passed_over(file):
    answer = reddit_comment("kt2") | {"replies": ""}
    comment = reddit_comment("kt1") | {"replies": listing(("t1", answer), ("more", {"count": 3, "children": ["x"]}))}
    exports.write(
        file, [listing(("t3", reddit_submission())), listing(("t1", comment), ("t5", {"id": "2q", "title": "x"}))]
    )
    reading = read(file)
    found = pl.concat([batch.posts for batch in reading])
    assert (found["post_id"].to_list(), reading.bad) == (["abc", "kt1", "kt2"], 0)


def test_replies_of_archives_hold_items_under_data(file):
    exports.write(file, {"data": [reddit_comment("a"), reddit_comment("b")], "error": None})
    assert (detect(file), [each["post_id"] for each in posts(file)]) == ("reddit", ["a", "b"])


def test_accounts_and_communities_are_no_posts(file):
    exports.write(file, *({"kind": "t5", "data": {"id": str(n), "created_utc": 1, "title": "x"}} for n in range(3)))
    with pytest.raises(ArchiveError, match="no post in it"):
        posts(file)
