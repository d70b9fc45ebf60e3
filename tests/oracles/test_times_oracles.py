"""Oracle 18: the moment that a post id carries.

Origin: the layout of snowflake ids as Twitter published it (2010), ``(id >> 22) + 1288834974657``
milliseconds since 1970, by which the stored pages of the KitchenAid case date two posts. The tolerance
is nothing: ids are counted in whole milliseconds, and so is the answer.
"""

from __future__ import annotations

import pytest

from aftermath.times import parse_instant, tweet_time


@pytest.mark.parametrize(
    ("post_id", "instant", "milliseconds"),
    [
        (253673520700198914, "2012-10-03T21:50:55-04:00", 18),
        (253708391124459520, "2012-10-04T00:09:28-04:00", 775),
    ],
)
def test_posts_of_the_kitchenaid_case(post_id: int, instant: str, milliseconds: int) -> None:
    moment = tweet_time(post_id)
    assert moment.replace(microsecond=0) == parse_instant(instant)
    assert moment.microsecond == milliseconds * 1000
