"""What holds for the items of every platform: the order does not matter, and what is wrong with a field is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import exports
import tool_items as items
from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import read
from aftermath.archives.readers.rows import chunked
from aftermath.archives.schemas import Posts

hypothesis = pytest.importorskip("hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

BARE = {"x": exports.on_x(), "tiktok": exports.on_tiktok(), "douyin": exports.on_douyin(), "weibo": exports.on_weibo()}
ITEMS = {**items.ITEMS, **BARE}
NUMBERS = {
    "apify": "id", "mediacrawler": "aweme_id", "crowdtangle": "platformId", "threads": "code", "instagram": "code",
    "gab": "i", "x": "rest_id", "facebook-scraper": "post_id", "douyin": "aweme_id", "weibo": "idstr",
}  # fmt: skip
WRONG = st.sampled_from(
    [None, True, False, -1, 2**70, 1.5e300, [], [1], {}, {"a": 1}, "", "$undefined", "\x00", "\ud83d"]
)


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("platforms") / "export"


def numbered(format: str, number: int) -> dict:
    """An item with a number of its own."""
    item = json.loads(json.dumps(ITEMS[format]))
    if format == "x-archive":
        item["tweet"]["id_str"] = str(number)
    elif format == "facebook":
        item["comet_sections"]["content"]["story"]["post_id"] = str(number)
    else:
        item[NUMBERS.get(format, "id")] = str(number)
    return item


def frame(path: Path, **more: Any) -> pl.DataFrame:
    return pl.concat([Posts.validate(batch.posts) for batch in read(path, **more)]).sort("post_id")


@settings(max_examples=60, deadline=None)
@given(data=st.data(), format=st.sampled_from(sorted(ITEMS)))
def test_the_order_of_items_and_how_they_are_laid_out_change_nothing(file, data, format):
    many = [numbered(format, number) for number in range(1, 6)]
    exports.write(file, *many)
    expected = frame(file)
    assert expected.height == 5
    shuffled = data.draw(st.permutations(many))
    layout = data.draw(st.sampled_from(["lines", "array", "indented array", "indented documents", "side by side"]))
    if layout == "lines":
        exports.write(file, *shuffled)
    elif layout == "array":
        file.write_text(json.dumps(shuffled))
    elif layout == "indented array":
        file.write_text(json.dumps(shuffled, indent=data.draw(st.integers(0, 4)), ensure_ascii=False))
    elif layout == "indented documents":
        file.write_text("\n".join(json.dumps(item, indent=2) for item in shuffled))
    else:
        file.write_text(" ".join(json.dumps(item) for item in shuffled))
    assert frame(file).equals(expected)


@settings(max_examples=40, deadline=None)
@given(format=st.sampled_from(sorted(ITEMS)), size=st.integers(1, 7))
def test_where_chunks_are_cut_changes_nothing(file, format, size):
    exports.write(file, *(numbered(format, number) for number in range(1, 8)))
    expected = frame(file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunked, "__defaults__", (size,))
        assert frame(file).equals(expected)


@pytest.mark.bad_input("damaged exports")
@settings(max_examples=300, deadline=None)
@given(data=st.data(), format=st.sampled_from(sorted(ITEMS)), wrong=WRONG)
def test_a_wrong_value_in_any_field_gives_a_post_or_is_told(file, data, format, wrong):
    item = numbered(format, 1)
    inside = item
    while True:
        place = data.draw(st.sampled_from(sorted(inside)))
        if not isinstance(inside[place], dict) or not inside[place] or data.draw(st.booleans()):
            break
        inside = inside[place]
    inside[place] = wrong
    exports.write(file, json.dumps(item), *(json.dumps(numbered(format, number)) for number in range(2, 150)))
    reading = read(file, format=format)
    try:
        height = sum(Posts.validate(batch.posts).height for batch in reading)
    except ArchiveError as error:  # an id or a time by which the whole archive is judged
        assert str(error).strip()
        return
    assert height + reading.bad + reading.duplicates == 149
    assert reading.bad in (0, 1)
