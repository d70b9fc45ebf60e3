"""Ids that a program kept as floats: below 2^53 nothing is lost, above it digits may be."""

from __future__ import annotations

import pytest

from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import read


def file_of(tmp_path, ids: list[str]):
    rows = [f"{number},2024-03-04T09:{row:02}:00Z,sorry {row},en" for row, number in enumerate(ids)]
    file = tmp_path / "posts.csv"
    file.write_text("\n".join(["id,created_at,text,lang", *rows, ""]), encoding="utf-8")
    return file


@pytest.mark.parametrize("first", [1709542800123, 123456789012345, 5008000000000117, 9006999999990000])
def test_below_two_to_the_power_of_53_the_ids_are_whole(tmp_path, first):
    ids = [first + 79 * row for row in range(40)]
    found = [
        number
        for batch in read(file_of(tmp_path, [f"{number}.0" for number in ids]))
        for number in batch.posts["post_id"]
    ]
    assert found == list(map(str, ids))


@pytest.mark.bad_input("damaged ids")
@pytest.mark.parametrize("number", [9007199254740993, 9900000000000001, 12345678901234567, 1764576514667446272])
def test_above_it_they_are_refused(tmp_path, number):
    with pytest.raises(ArchiveError, match="was damaged"):
        list(read(file_of(tmp_path, [f"{number + row}.0" for row in range(3)])))


@pytest.mark.bad_input("damaged ids")
@pytest.mark.parametrize("first", [5008000000000117, 8008000000000117])
def test_a_spreadsheets_zeros_are_seen_behind_the_point_too(tmp_path, first):
    ids = [f"{str(first + 7919 * row)[:15]}0.0" for row in range(40)]
    with pytest.raises(ArchiveError, match="lost digits"):
        list(read(file_of(tmp_path, ids)))
