"""What tables of posts and of features must be like: schemas that a test or a reader of results validates by.

They are apart from the tables themselves, and loaded when first asked for: to import dataframely takes as long, and half as
much memory, as all that a worker process needs.
"""

from __future__ import annotations

import dataframely as dy

from aftermath.archives.posts import KINDS
from aftermath.archives.scoring import TONES


class Posts(dy.Schema):
    """Posts, one row each.

    ``engagement`` is the sum of reposts, likes and replies as counted at collection; null where unknown. Empty texts are
    kept: a picture without words is a post too.
    """

    post_id = dy.String(min_length=1)
    time = dy.Datetime(time_zone="UTC", time_unit="us")
    text = dy.String()
    language = dy.String(nullable=True)
    kind = dy.Enum(KINDS)
    author = dy.String(nullable=True)
    engagement = dy.Int64(nullable=True)
    url = dy.String(nullable=True)


class Features(dy.Schema):
    """What is kept of posts, one row each: **no text, no name, no address**.

    ``post`` is the place among the posts as they were read, from 0: **who has the archive can go back to the post, nobody else can**.
    ``author`` is a keyed hash. ``sentiment`` is between -1 and 1, to four decimals; it, ``tone`` and ``scorer`` are null where
    nothing could be scored: no words, or no scorer for the language. ``embedding`` and ``topic`` stay null until they are made.
    """

    post = dy.UInt32()
    time = dy.Datetime(time_zone="UTC", time_unit="us")
    language = dy.String(nullable=True)
    kind = dy.Enum(KINDS)
    author = dy.String(nullable=True, regex=r"^[0-9a-f]{16}$")
    engagement = dy.Int64(nullable=True)
    sentiment = dy.Float64(nullable=True, min=-1, max=1)
    tone = dy.Enum(TONES, nullable=True)
    scorer = dy.String(nullable=True)
    embedding = dy.List(dy.Float32(), nullable=True)
    topic = dy.Int32(nullable=True)
