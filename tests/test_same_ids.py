"""Posts under one id: an edited one keeps its time; one at another time may be another post, and that is said."""

from __future__ import annotations

import pytest

import exports
from aftermath.archives.readers import read
from aftermath.archives.readers.rows import chunked

HEADER = "id,created_at,text,lang"


def remarks_of(paths) -> tuple[int, str]:
    reading = read(paths)
    for _ in reading:
        pass
    return reading.duplicates, "\n".join(reading.remarks).replace("\u00a0", " ")


def test_an_edited_post_is_a_duplicate_like_any_other(tmp_path):
    files = []
    for number, text in enumerate(("sorry", "sorry again")):
        files.append(tmp_path / f"{number}.csv")
        files[-1].write_text(f"{HEADER}\n1,2024-03-04T09:00:00Z,{text},en\n", encoding="utf-8")
    assert remarks_of(files) == (1, "")


def test_another_time_under_the_same_id_is_told(tmp_path):
    files = []
    for number in range(2):
        files.append(tmp_path / f"{number}.csv")
        rows = [f"{100 + row},2024-03-0{4 + number}T09:00:{row}0Z,sorry {number},en" for row in range(3)]
        files[-1].write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    duplicates, said = remarks_of(files)
    assert duplicates == 3
    assert "3 of the posts that came again under the same id bear another time than the first" in said
    assert "sorry" not in said


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_it_is_told_wherever_the_archive_is_cut(tmp_path, monkeypatch, size):
    posts = [exports.v2(str(number % 5), created_at=f"2024-03-04T09:00:0{number}.000Z") for number in range(9)]
    file = exports.write(tmp_path / "posts.jsonl", *posts, posts[0])
    whole = remarks_of(file)
    monkeypatch.setattr(chunked, "__defaults__", (size,))
    assert remarks_of(file) == whole
    assert whole[0] == 5
    assert "4 of the posts that came again" in whole[1]
