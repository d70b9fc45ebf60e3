"""Times from the numbers of posts, against posts whose time is public."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftermath.post_times import PLATFORMS, post_of, post_time
from aftermath.times import tweet_time

# platform, id, time as printed, and by how much the printed time may come after the id was made
PUBLIC = (
    # KitchenAid's apology, see tests/oracles/test_times_oracles.py
    ("twitter", 253673520700198914, "2012-10-04T01:50:55.018+00:00", 0),
    # the example of Discord's developer documentation
    ("discord", 175928847299117063, "2016-04-30T11:18:25.796+00:00", 0),
    # the example of a status in Mastodon's documentation: created_at is set while the status is saved
    ("mastodon", 103270115826048975, "2019-12-08T03:48:33.901+00:00", 1),
    # the example of @atcute/tid, with 1724171495793000 microseconds
    ("bluesky", "3l25zusnsfctk", "2024-08-20T16:31:35.793+00:00", 0),
    # Benson (2020): createTime 1595988377 of a public video
    ("tiktok", 6854717870488702214, "2020-07-29T02:06:17+00:00", 60),
    # an answer of Weibo's interface that several clients quote: created_at "Mon Oct 29 17:35:23 +0800 2018"
    ("weibo", 4300513258079151, "2018-10-29T17:35:23+08:00", 0),
)


@pytest.mark.parametrize(("platform", "post_id", "printed", "later"), PUBLIC)
def test_the_time_of_a_public_post(platform, post_id, printed, later) -> None:
    span, when = post_time(platform, post_id), datetime.fromisoformat(printed)
    assert span.earliest - timedelta(milliseconds=1) < when <= span.latest + timedelta(seconds=later)
    assert span.seconds < 1
    assert post_time(platform, str(post_id)) == span


def test_a_weibo_id_may_stand_in_an_address_in_base_62() -> None:
    # seven digits at a time: 43 0051325 8079151 are H, 0db1z... by the table of digits; back again they are the same number
    alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

    def written(number: int) -> str:
        text = ""
        while number:
            number, rest = divmod(number, 62)
            text = alphabet[rest] + text
        return text

    parts = (43, 51325, 8079151)
    base_62 = written(parts[0]) + "".join(written(part).zfill(4) for part in parts[1:])
    assert len(base_62) == 9
    assert post_time("weibo", base_62) == post_time("weibo", 4300513258079151)


@pytest.mark.bad_input("damaged ids")
@pytest.mark.parametrize(
    ("platform", "post_id", "words"),
    [
        ("friendster", 1, "is no platform whose ids carry their time; use one of: twitter"),
        ("twitter", "abc", "is no id of a post on twitter"),
        ("twitter", 20, "too small"),
        ("twitter", 6854717870488702214, "would be of 2062-.* look whether the id is of another platform"),
        ("tiktok", 253673520700198914, "would be of 1971-"),
        ("discord", 1 << 62, "would be of 20"),
        ("bluesky", "zzzzzzzzzzzzz", "is no id of a post on bluesky"),
        ("weibo", "430051325807915", "is no id of a post on weibo"),
        ("mastodon", 9_999_999_999_999_999_999, "look whether the id is of another platform"),
        ("mastodon", -5, "is no id of a post on mastodon"),
    ],
)
def test_what_is_no_id_of_the_platform_is_refused(platform, post_id, words) -> None:
    with pytest.raises(ValueError, match=words):
        post_time(platform, post_id)


@pytest.mark.bad_input("damaged ids")
@given(st.sampled_from(sorted(PLATFORMS)), st.text(max_size=30) | st.integers(-5, 2**70))
def test_anything_is_a_time_within_the_life_of_the_platform_or_refused(platform, post_id) -> None:
    try:
        span = post_time(platform, post_id)
    except ValueError:
        return
    assert PLATFORMS[platform].since <= span.earliest <= span.latest < datetime(2041, 1, 1, tzinfo=UTC)


@given(st.integers(2**40, 2**58))
def test_twitter_is_what_it_was(post_id) -> None:
    assert post_time("twitter", post_id).earliest == tweet_time(post_id)


@pytest.mark.parametrize(
    ("address", "post"),
    [
        ("https://twitter.com/united/status/851471781827420160", ("twitter", "851471781827420160")),
        ("https://x.com/united/status/851471781827420160?s=20", ("twitter", "851471781827420160")),
        ("https://www.tiktok.com/@billnye/video/6854717870488702214", ("tiktok", "6854717870488702214")),
        ("https://m.weibo.cn/detail/4300513258079151", ("weibo", "4300513258079151")),
        ("https://weibo.com/1642634100/H0dn5AbcD", ("weibo", "H0dn5AbcD")),
        ("https://bsky.app/profile/example.com/post/3l25zusnsfctk", ("bluesky", "3l25zusnsfctk")),
        ("https://mastodon.social/@Gargron/103270115826048975", ("mastodon", "103270115826048975")),
        ("https://discord.com/channels/1/2/175928847299117063", ("discord", "175928847299117063")),
        ("https://www.nytimes.com/2017/04/11/business/united.html", None),
    ],
)
def test_a_post_is_known_by_its_address(address, post) -> None:
    assert post_of(address) == post
