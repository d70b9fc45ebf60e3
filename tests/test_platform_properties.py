"""Items of platforms in any order, cut anywhere, and with anything in any field: the same posts, or a fault that is told."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import polars as pl
import pytest

import platform_items as items
from aftermath.archives.posts import MOST_BAD, ArchiveError
from aftermath.archives.readers import opening, read
from aftermath.archives.readers.platforms import PLATFORMS
from aftermath.archives.schemas import Posts

hypothesis = pytest.importorskip("hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

# from a number to an item that stands on a line of its own
ITEMS: dict[str, Callable[[int], dict]] = {
    "comments on Reddit": lambda n: items.reddit_comment(f"k{n}"),
    "submissions on Reddit": lambda n: items.reddit_submission(f"a{n}", crosspost_parent=None),
    "events of Bluesky": lambda n: items.jetstream(str(n), items.bluesky_record(embed={"record": {"uri": "x"}}, reply={})),
    "posts on Bluesky": lambda n: items.bluesky_view(str(n)),
    "posts on Bluesky in 4CAT": lambda n: items.bluesky_of_4cat(str(n)),
    "statuses on Mastodon": lambda n: items.mastodon(str(n), quote={"state": "accepted"}),
    "posts on Truth Social": lambda n: items.truth(str(n)),
    "messages on Telegram": lambda n: items.telegram_message(n, ["We ", {"type": "bold", "text": "apologize"}], chat_id=9, reactions=[{"count": 1}]),
    "messages on Telegram in 4CAT": lambda n: items.telethon(n, reply_to={"reply_to_msg_id": 9, "forum_topic": True}),
    "comments on YouTube": lambda n: items.youtube_comment(f"U{n}", parentId="U"),
    "videos on YouTube": lambda n: items.youtube_video(f"v{n}", statistics={"likeCount": "1", "commentCount": "2"}),
}  # fmt: skip
PAGES: dict[str, Callable[[list[dict]], dict]] = {
    "comments on Reddit": lambda some: items.listing(*(("t1", each) for each in some)),
    "submissions on Reddit": lambda some: {"data": some},
    "posts on Bluesky": lambda some: {"posts": some, "hitsTotal": len(some)},
    "statuses on Mastodon": lambda some: {"accounts": [], "statuses": some, "hashtags": []},
    "messages on Telegram": lambda some: items.telegram_chat(*some, number=9),
    "comments on YouTube": lambda some: items.youtube_page(*some, kind="comment"),
    "videos on YouTube": lambda some: items.youtube_page(*some, kind="video"),
}
WRONG = [
    None,
    True,
    0,
    -1,
    2**70,
    1.5e300,
    "",
    "\x00",
    "\ud83d",
    [],
    {},
    [[]],
    [None],
    {"": {}},
    {"text": []},
    [{"count": []}],
]
ENOUGH = 1 + round(1 / MOST_BAD)


def lines(values: list[Any]) -> bytes:
    return "\n".join(map(json.dumps, values)).encode()


def posts_of(*contents: bytes) -> list[dict]:
    """Posts of some files, by their ids; whatever is bad is an error."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"part{number}" for number in range(len(contents))]
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content)
        reading = read(paths)
        found = pl.concat([Posts.validate(batch.posts) for batch in reading])
    assert not reading.bad
    return found.sort("post_id").to_dicts()


def test_all_new_platforms_are_tried_here():
    made = [name(1) for name in ITEMS.values()]
    known = {platform.format for platform in PLATFORMS if any(platform.is_item(item) for item in made)}
    assert known >= set(items.EACH)


@pytest.mark.parametrize("name", ITEMS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_shuffled_and_cut_anywhere_they_are_the_same_posts(name, data):
    values = [ITEMS[name](number) for number in range(1, 8)]
    expected = posts_of(lines(values))
    assert len(expected) == 7
    shuffled = data.draw(st.permutations(values))
    cut = data.draw(st.integers(1, 6))
    assert posts_of(lines(shuffled[:cut]), lines(shuffled[cut:])) == expected
    with patch.object(opening, "CHUNK", data.draw(st.integers(1, 300))):
        assert posts_of(lines(shuffled)) == expected


@pytest.mark.parametrize("name", PAGES)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_in_pages_cut_anywhere_they_are_the_same_posts(name, data):
    values = [ITEMS[name](number) for number in range(1, 8)]
    expected = posts_of(lines([PAGES[name](values)]))
    assert len(expected) == 7
    shuffled = data.draw(st.permutations(values))
    cut = data.draw(st.integers(1, 6))
    pages = [PAGES[name](shuffled[:cut]), PAGES[name](shuffled[cut:])]
    assert posts_of(lines(pages)) == expected
    assert posts_of(*(json.dumps(page, indent=1).encode() for page in pages)) == expected


def places(value: Any, *above: Any) -> list[tuple]:
    """All ways into a value."""
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    return [place for key in keys for place in [(*above, key), *places(value[key], *above, key)]]


def bent(value: Any, place: tuple, wrong: Any) -> Any:
    """A value that holds something else in one place."""
    copy = value.copy()
    copy[place[0]] = bent(value[place[0]], place[1:], wrong) if place[1:] else wrong
    return copy


@pytest.mark.bad_input("damaged exports")
@pytest.mark.parametrize("name", ITEMS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_anything_in_any_field_is_read_or_told_and_takes_no_other_post_with_it(name, data):
    sound = [ITEMS[name](number) for number in range(1, ENOUGH)]
    item = ITEMS[name](9000)
    odd = bent(item, data.draw(st.sampled_from(places(item))), data.draw(st.sampled_from(WRONG)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(lines([*sound, odd]))
        reading = read(path)
        try:
            found = pl.concat([Posts.validate(batch.posts) for batch in reading])
        except ArchiveError as error:
            assert re.search(r"file:101: the id '1\.5e\+300' was damaged", str(error))
            return
    assert found.height + reading.bad == ENOUGH
    assert found.height >= ENOUGH - 1


@pytest.mark.bad_input("damaged exports")
@pytest.mark.parametrize("name", PAGES)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_anything_in_any_place_of_a_page_is_read_or_told(name, data):
    page = PAGES[name]([ITEMS[name](number) for number in range(1, 4)])
    odd = bent(page, data.draw(st.sampled_from(places(page))), data.draw(st.sampled_from(WRONG)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(lines([odd]))
        try:
            for batch in read(path):
                Posts.validate(batch.posts)
        except ArchiveError as error:
            assert "apologize" not in str(error)


@pytest.mark.bad_input("damaged exports")
@pytest.mark.parametrize(
    "nest",
    [
        lambda inner: items.listing(("t1", items.reddit_comment() | {"replies": inner})),
        lambda inner: {"posts": [items.bluesky_view() | {"posts": [inner]}]},
        lambda inner: {"thread": {"post": items.bluesky_view(), "replies": [inner]}},
        lambda inner: items.telegram_chat(inner),
        lambda inner: items.youtube_page(inner),
    ],
)
@pytest.mark.parametrize("depth", [10, 200, 2000])
def test_containers_in_containers_are_read_or_told(tmp_path, nest, depth):
    mark, whole = '"inside"', json.dumps(nest("inside"))
    begins, _, ends = whole.partition(mark)
    (tmp_path / "file").write_text(begins * depth + '"x"' + ends * depth)
    try:
        for batch in read(tmp_path / "file"):
            Posts.validate(batch.posts)
    except ArchiveError as error:
        assert "apologize" not in str(error)
