"""No text, author or account of a post in what is said of a file, whatever stands in the place of what."""

from __future__ import annotations

import polars as pl
import pytest

from aftermath.archives.posts import ArchiveError
from aftermath.archives.preview import preview
from aftermath.archives.readers import read

TEXT, NAME = "Terrible, the lid broke", "kettlefan77"
ROWS = [f'{100 + row},2024-03-04T09:{row:02}:00Z,"{TEXT} {row}",{NAME},en' for row in range(40)]
HEADER = "id,created_at,text,author,lang"


def told(tmp_path, *lines: str) -> str:
    """All that is said of a table: facts, remarks and bad lines, or the refusal."""
    file = tmp_path / "posts.csv"
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    reading = read(file)
    try:
        for _ in reading:
            pass
    except ArchiveError as error:
        return str(error)
    return "\n".join([*reading.facts, *reading.remarks, *map(str, reading.bad_lines)])


def test_a_text_or_a_name_in_the_place_of_a_time_is_told_by_its_length(tmp_path):
    said = told(tmp_path, HEADER, *ROWS, f'900,"{TEXT}",2024-03-04T09:00:00Z,{NAME},en', f"901,{NAME},x,x,en")
    assert "posts.csv:42  has a time of 23 characters, which cannot be read" in said
    assert "posts.csv:43  has a time of 11 characters, which cannot be read" in said
    assert TEXT not in said
    assert NAME not in said


@pytest.mark.parametrize(
    "time",
    [
        "3小时前",
        "2 hours ago",
        "yesterday",
        "04 Mar 24, 25:61",
        "13.13.2024",
        "2024-03-04 09:30 QQQ",
        "32 марта 2024",
        "None",
    ],
)
def test_what_looks_like_a_time_is_shown(tmp_path, time):
    assert f"has the time '{time}', wh" in told(tmp_path, HEADER, *ROWS, f'900,"{time}",x,x,en')


def test_a_name_in_the_place_of_a_language_is_not_shown(tmp_path):
    said = told(tmp_path, HEADER, *ROWS, f"900,2024-03-04T09:00:00Z,sorry,x,{NAME}").replace("\u00a0", " ")
    assert "Language: 40 en, 1 others." in said


@pytest.mark.parametrize(
    "lines",
    [
        (f"Dear Sir, we regret, deeply, that {NAME} is hurt.", "It was on Monday, the fourth, that, it happened."),
        (f"{NAME},{TEXT}", f"{NAME},{TEXT}", f"{NAME},{TEXT}"),
        (f'{{"x": "{TEXT}"}}x,{NAME},b', "a,b,c"),
        (f"id,{TEXT} and the kitchen burned and nobody answered", "1,a"),
    ],
)
def test_a_first_line_that_is_a_text_is_not_shown(tmp_path, lines):
    said = told(tmp_path, *lines)
    assert TEXT not in said
    assert NAME not in said


def test_names_of_columns_are_shown_where_one_is_known(tmp_path):
    assert "Its columns: id, my words, Kennung" in told(tmp_path, "id,my words,Kennung", "1,a,b", "2,c,d")


@pytest.mark.parametrize(
    ("post_id", "shown"),
    [
        (f"https://x.com/{NAME}/status/1764576514667446272", "…1764576514667446272"),
        (f"at://did:plc:{NAME}/app.bsky.feed.post/3kabc#reposted-by-did:plc:{NAME}", "…3kabc"),
        (f"{NAME}-12", "…12"),
        ("1764576514667446272", "1764576514667446272"),
    ],
)
def test_a_preview_shows_no_account_in_an_id(tmp_path, post_id, shown):
    file = tmp_path / "posts.csv"
    file.write_text(f"{HEADER}\n{post_id},2024-03-04T09:00:00Z,sorry,{NAME},en\n", encoding="utf-8")
    said = preview([file]).text
    assert f"\n  {shown}  2024-03-04 09:00:00" in said
    assert NAME not in said


@pytest.mark.parametrize("field", ["id", "created_at", "text", "author", "retweet_count"])
def test_a_column_of_several_values_is_refused_by_its_name(tmp_path, field):
    columns = {
        "id": ["1", "2"],
        "created_at": ["2024-03-04T09:00:00Z"] * 2,
        "text": ["a b", "b c"],
        "author": ["x", "y"],
    }
    columns["retweet_count"] = ["1", "2"]
    rows = pl.DataFrame(columns | {field: [{"words": TEXT, "who": [NAME]}] * 2})
    rows.write_parquet(tmp_path / "posts.parquet")
    with pytest.raises(ArchiveError) as error:
        list(read(tmp_path / "posts.parquet"))
    assert f"posts.parquet: column '{field}' holds several values in each row (Struct)" in str(error.value)
    assert TEXT not in str(error.value)
    assert NAME not in str(error.value)
