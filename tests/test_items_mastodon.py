"""Mastodon and Truth Social: statuses, searches, threads; words out of HTML."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

import exports
from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import detect, read
from aftermath.archives.readers.markup import words_of
from platform_items import mastodon, truth

MOMENT = datetime(2017, 4, 10, 10, 22, 4, tzinfo=UTC)


def posts(path: Path, **settings: object) -> list[dict]:
    return pl.concat([batch.posts for batch in read(path, **settings)]).to_dicts()


def post(**known: object) -> dict:
    usual = {"post_id": "112", "time": MOMENT, "text": "We apologize", "language": "en", "kind": "original"}
    address = {"url": "https://example.social/@flyer/112"}
    return usual | {"author": "flyer@example.social", "engagement": 6} | address | known


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "posts.json"


def test_statuses_are_read_bare_in_lists_in_searches_and_in_threads(file):
    status = mastodon()
    search = {"accounts": [{"id": "7", "acct": "flyer"}], "statuses": [status], "hashtags": [{"name": "sorry"}]}
    for document in (status, [status], search, {"ancestors": [], "descendants": [status]}):
        exports.write(file, document)
        assert (detect(file), posts(file)) == ("mastodon", [post()])
        file.write_text(json.dumps(document, indent=2))
        assert posts(file) == [post()]


def test_a_search_that_found_accounts_alone_holds_no_post(file):
    exports.write(file, {"accounts": [{"id": "7", "acct": "flyer"}], "statuses": [], "hashtags": []})
    with pytest.raises(ArchiveError, match="no post in it"):
        posts(file)


def test_a_reblog_is_a_repost_of_the_words_of_its_original_without_counts(file):
    original = mastodon("111", "<p>Sorry</p>", language="de", account={"acct": "other"})
    exports.write(file, mastodon("112", "<p>Sorry</p>", reblog=original, language=None, url=None))
    assert posts(file) == [post(kind="repost", text="Sorry", language="de", engagement=None)]


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"in_reply_to_id": "111"}, "reply"),
        ({"in_reply_to_id": None, "in_reply_to_account_id": "7"}, "reply"),
        ({"quote": {"state": "accepted", "quoted_status": mastodon("111")}}, "quote"),
        ({"quote": {"state": "revoked", "quoted_status": None}, "in_reply_to_id": "111"}, "quote"),
        ({"quote_id": "111"}, "quote"),
        ({"quote": None, "in_reply_to_id": None}, "original"),
    ],
)
def test_kinds(file, more, kind):
    exports.write(file, mastodon(**more))
    assert posts(file)[0]["kind"] == kind


@pytest.mark.parametrize("count", [None, -1, "hidden", [3]])
def test_a_count_that_is_not_known_makes_the_sum_unknown(file, count):
    exports.write(file, mastodon(favourites_count=count))
    assert posts(file)[0]["engagement"] is None


@pytest.mark.parametrize("language", [None, "und", "un", ""])
def test_a_language_that_is_not_known_is_none(file, language):
    exports.write(file, mastodon(language=language))
    assert posts(file)[0]["language"] is None


LINK = (
    '<a href="https://example.org/a/long/one"><span class="invisible">https://</span>'
    '<span class="ellipsis">example.org/a/lo</span><span class="invisible">ng/one</span></a>'
)


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<p>Horrible</p><p>Awful</p>", "Horrible\nAwful"),
        ("<p>one<br>two<br />three</p>", "one\ntwo\nthree"),
        (
            '<p><span class="h-card"><a href="x" class="u-url mention">@<span>flyer</span></a></span> hi</p>',
            "@flyer hi",
        ),
        ('<p><a href="x" rel="tag">#<span>sorry</span></a></p>', "#sorry"),
        (f"<p>see {LINK}</p>", "see https://example.org/a/long/one"),
        ("<p>1 &lt; 2 &amp;&amp; 3 &gt; 2 &#39;so&#39;</p>", "1 < 2 && 3 > 2 'so'"),
        ("I <3 you > me <shrug>", "I <3 you > me <shrug>"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("", ""),
        ("<p></p>", ""),
    ],
)
def test_words_of_html(markup, words):
    assert words_of(markup) == words


def test_tags_that_never_close_stay_as_they_are():
    assert words_of("<a " * 2_000) == ("<a " * 2_000).strip()


# Truth Social


def test_posts_on_truth_social_bare_in_envelopes_and_as_4cat_keeps_them(file):
    item = truth("113", "<p>Horrible</p><p>Awful &amp; sad</p>")
    expected = post(
        post_id="113", text="Horrible\nAwful & sad", author="flyer", url="https://truthsocial.com/@flyer/113"
    )
    exports.write(file, item)
    assert (detect(file), posts(file)) == ("truth", [expected])
    exports.write(file, exports.zeeschuimer("truthsocial.com", item))
    assert (detect(file), posts(file)) == ("zeeschuimer", [expected])
    exports.write(file, item | {"__import_meta": {"source_platform": "truthsocial.com"}})
    assert (detect(file), posts(file)) == ("4cat", [expected])


def test_where_the_tags_are_gone_already_nothing_is_taken_for_one(file):
    exports.write(file, exports.zeeschuimer("truthsocial.com", truth("113", "I <b you, and &amp; stays > so")))
    assert posts(file)[0]["text"] == "I <b you, and &amp; stays > so"


def test_kinds_on_truth_social(file):
    exports.write(
        file,
        truth("1", quote_id="9", quote=truth("9")),
        truth("2", in_reply_to_id="9", in_reply_to=truth("9")),
        truth("3", "", reblog=truth("9", "<p>Sorry</p>")),
    )
    assert [(each["kind"], each["text"], each["engagement"]) for each in posts(file)] == [
        ("quote", "We apologize", 6),
        ("reply", "We apologize", 6),
        ("repost", "Sorry", None),
    ]
