"""What is wrong with ids, times and lines, and what is said of it."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import exports
from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import Reading, read
from aftermath.archives.readers import duplicates as duplicating
from aftermath.archives.readers.duplicates import Seen
from aftermath.archives.readers.instants import times_of_posts
from aftermath.times import tweet_time

UTC_TIME = "2017-04-10T10:22:04Z"


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "posts.csv"


def table(file: Path, *rows: str) -> Path:
    return exports.write(file, "id,created_at,text", *rows)


def done(*arguments: object, **settings: object) -> tuple[Reading, pl.DataFrame]:
    reading = read(*arguments, **settings)
    return reading, pl.concat([batch.posts for batch in reading])


def good(count: int, first: int = 1) -> list[str]:
    return [f"{number},{UTC_TIME},x" for number in range(first, first + count)]


# Ids


@pytest.mark.bad_input("damaged ids")
@pytest.mark.parametrize("number", ["5.7E+17", "5,70306E+17", "5.70306e17", "570306133677760513.0"])
def test_ids_that_a_spreadsheet_damaged_are_refused_with_the_cure(file, number):
    table(file, *good(500), f'"{number}",{UTC_TIME},x')
    message = (
        rf"posts\.csv:502: the id '{re.escape(number)}' was damaged by a spreadsheet.*export the posts anew.*as text"
    )
    with pytest.raises(ArchiveError, match=message):
        done(file)


@pytest.mark.bad_input("damaged ids")
def test_ids_of_which_a_spreadsheet_kept_fifteen_digits_are_refused(file):
    table(file, *(f"{570306133677000 + n}000,{UTC_TIME},x" for n in range(30)))
    with pytest.raises(ArchiveError, match=r"30 of 30 ids of 18 digits .*spreadsheet keeps 15 digits"):
        done(file)
    table(file, *(f"{570306133677000 + n}00{n % 10},{UTC_TIME},x" for n in range(30)))
    assert done(file)[1].height == 30


def test_ids_that_are_numbers_with_a_decimal_point_in_parquet_are_refused_only_if_digits_are_lost(file):
    frame = pl.DataFrame({"id": [5.70306e17, None], "time": [UTC_TIME] * 2, "text": ["x", "y"]})
    frame.write_parquet(file)
    with pytest.raises(ArchiveError, match="have lost their last digits"):
        done(file)
    frame.with_columns(id=pl.Series([12.0, 13.0])).write_parquet(file)
    assert done(file)[1]["post_id"].to_list() == ["12", "13"]


def test_ids_stay_text(file):
    table(file, f"007,{UTC_TIME},x", f'"=""0012""",{UTC_TIME},x', f"'9,{UTC_TIME},x")
    assert done(file)[1]["post_id"].to_list() == ["007", "0012", "9"]


@pytest.mark.bad_input("damaged ids")
@pytest.mark.parametrize(
    ("written", "id"),
    [
        ("１２３", "123"), ("١٢٣", "123"), ("१२३", "123"), ("123\u00a0", "123"), ("\ufeff123", "123"), ("12\u200b3", "123"), ("‘123", "123"),
        ("ｔ１＿ａｂ", "t1_ab"), ("abc–d", "abc-d"), ("1 764 576 514 667", "1764576514667"), ("1\u202f764\u202f576\u202f514\u202f667", "1764576514667"),
        ("1'764'576'514'667", "1764576514667"), ("1’764’576’514’667", "1764576514667"), ("道123", "道123"), ("①", "①"), ("１\u00b2", "１\u00b2"),
    ],
)  # fmt: skip
def test_one_id_has_one_form_however_it_is_typed(file, written, id):
    table(file, f"{id},{UTC_TIME},x", f'"{written}",{UTC_TIME},x', f"9,{UTC_TIME},y")
    reading, posts = done(file)
    assert (posts["post_id"].to_list(), reading.duplicates) == ([id, "9"], 1)


@pytest.mark.bad_input("damaged ids")
@pytest.mark.parametrize("written", ["nan", "NaN", "None", "null", "NULL", "#N/A", "#REF!", "<NA>", "undefined"])
def test_what_stands_for_no_id_makes_no_two_posts_one(file, written):
    table(file, *good(500), f"{written},{UTC_TIME},first", f"{written},{UTC_TIME},second")
    reading, _ = done(file)
    assert (reading.posts, reading.duplicates, reading.bad) == (500, 0, 2)
    assert str(reading.bad_lines[1]) == "posts.csv:503  has no id"


def test_duplicates_are_counted_and_left_out_within_and_across_files(file, tmp_path):
    other = tmp_path / "other.csv"
    table(file, *good(3), f"2,{UTC_TIME},a second time")
    table(other, *good(3, first=3))
    reading, posts = done([file, other])
    assert posts["post_id"].to_list() == ["1", "2", "3", "4", "5"]
    assert (reading.duplicates, reading.posts, reading.lines, reading.bad) == (2, 5, 7, 0)
    assert set(posts["text"]) == {"x"}


def test_seen_agrees_with_a_set_whatever_is_merged_when(monkeypatch):
    monkeypatch.setattr(duplicating, "_RECENT", 300)
    seen, known, generator = Seen(), set(), np.random.default_rng(1)
    for _ in range(60):
        ids = pl.Series(generator.integers(0, 4000, 100)).cast(pl.String)
        expected = []
        for each in ids:
            expected.append(each not in known)
            known.add(each)
        assert seen.fresh(ids).to_list() == expected
    assert len(seen) == len(known)


# Times


@pytest.mark.parametrize(
    "written",
    [
        "2017-04-10T10:22:04Z",
        "2017-04-10T10:22:04.000Z",
        "2017-04-10 10:22:04+00:00",
        "2017-04-10 10:22:04 UTC",
        "2017-04-10 06:22:04 -0400",
        "2017-04-10T18:22:04+0800",
        "Mon Apr 10 10:22:04 +0000 2017",
        "Mon, 10 Apr 2017 10:22:04 +0000",
        "1491819724",
        "1491819724.0",
        "1491819724000",
        "1491819724000000",
    ],
)
def test_times_with_a_zone_in_the_forms_that_exports_have(file, written):
    table(file, f'1,"{written}",x')
    assert done(file)[1]["time"].to_list() == [datetime(2017, 4, 10, 10, 22, 4, tzinfo=UTC)]


@pytest.mark.bad_input("times and counts that are none")
@pytest.mark.parametrize(
    "written",
    ["2017-04-10 06:22:04", "2017-04-10T06:22:04", "2017-04-10 06:22", "2017/04/10 06:22:04", "2017-04-10", "20170410"],
)
def test_times_without_zone_are_refused_unless_one_is_given(file, written):
    table(file, f"1,{written},x")
    with pytest.raises(ArchiveError, match=rf"posts\.csv:2: the time '{written}' has no zone.*--zone") as error:
        done(file)
    assert "America/New_York" in str(error.value)
    (time,) = done(file, zone="America/New_York")[1]["time"]
    assert time.date() == date(2017, 4, 10)
    assert time.hour == (10 if "6:22" in written else 4)


def test_one_form_after_another_in_the_same_file(file):
    table(file, f"1,{UTC_TIME},x", "2,1491819724,x", "3,2017-04-10 12:22:04,x", "4,Mon Apr 10 10:22:04 +0000 2017,x")
    times = done(file, zone="Europe/Berlin")[1]["time"].to_list()
    assert times == [datetime(2017, 4, 10, 10, 22, 4, tzinfo=UTC)] * 4


def test_a_form_of_times_can_be_given(file):
    table(file, "1,4/10/2017 6:22,x")
    settings = {"zone": "America/New_York", "columns": {"time_format": "%m/%d/%Y %H:%M"}}
    assert done(file, **settings)[1]["time"].to_list() == [datetime(2017, 4, 10, 10, 22, tzinfo=UTC)]
    with pytest.raises(ArchiveError, match="is not a form of times"):
        done(file, zone="UTC", columns={"time_format": "%H"})


def test_clocks_that_change_give_the_earlier_time_and_none_where_they_skip(file):
    rows = (f"{number},2017-03-12 12:00:00,x" for number in range(200))
    table(file, *rows, "300,2017-11-05 01:30:00,x", "301,2017-03-12 02:30:00,x")
    reading, posts = done(file, zone="America/New_York")
    assert posts["time"].max() == datetime(2017, 11, 5, 5, 30, tzinfo=UTC)
    assert [line.line for line in reading.bad_lines] == [203]


@pytest.mark.bad_input("times and counts that are none")
def test_a_zone_that_does_not_exist_is_refused(file):
    table(file, *good(1))
    for zone in ("Mars/Olympus", "../etc", "", "\x00"):
        with pytest.raises(ArchiveError, match="is not a time zone"):
            done(file, zone=zone)


@pytest.mark.bad_input("times and counts that are none")
def test_times_after_the_posts_were_collected_are_bad_lines(file):
    table(file, *good(199), "900,2031-01-01T00:00:00Z,x")
    assert done(file)[0].bad == 0
    reading, _ = done(file, retrieved=date(2017, 4, 10))
    assert [str(line) for line in reading.bad_lines] == [
        "posts.csv:201  has the time '2031-01-01T00:00:00Z', after the posts were collected (see --retrieved)"
    ]


@pytest.mark.bad_input("times and counts that are none")
@pytest.mark.parametrize("written", ["soon", "", "0", "99999999999999999999", "2017-02-30T00:00:00Z", "1.5e300"])
def test_times_that_are_none_are_bad_lines(file, written):
    table(file, *good(199), f"900,{written},x")
    reading, posts = done(file)
    assert (posts.height, reading.bad, reading.bad_lines[0].line) == (199, 1, 201)


def test_twitters_ids_give_times_only_where_they_are_twitters(file):
    exports.write(file, "tweet_id,text", f"{exports.SNOWFLAKE},x")
    assert done(file)[1]["time"].to_list() == [tweet_time(exports.SNOWFLAKE)]
    exports.write(file, "id,created_at,text", f"{exports.SNOWFLAKE},,x")
    with pytest.raises(ArchiveError, match="has no time"):
        done(file)


@pytest.mark.parametrize("number", [29_700_859_248, 1 << 40, 253673520700198914, (1 << 62) + 5])
def test_times_of_ids_agree_with_those_of_single_ids(number):
    found = times_of_posts(pl.Series([str(number)]))[0]
    assert found == tweet_time(number)


# Lines


@pytest.mark.bad_input("damaged exports")
def test_a_bad_line_in_a_hundred_is_counted_and_in_small_archives_three(file):
    table(file, *good(99), "too,many,fields,here")
    reading, posts = done(file)
    assert (posts.height, reading.bad, reading.lines) == (99, 1, 100)
    assert str(reading.bad_lines[0]) == "posts.csv:101  has 4 fields, the header 3"
    table(file, *good(99), *["too,many,fields,here"] * 3, *good(1, 900))
    assert done(file)[0].bad == 3
    table(file, *good(99), *["too,many,fields,here"] * 4, *good(1, 900))
    with pytest.raises(ArchiveError, match=r"4\slines of 104 could not be read, more than 1%") as error:
        done(file)
    assert "posts.csv:101" in str(error.value)
    assert "posts.csv:104" in str(error.value)


@pytest.mark.bad_input("damaged exports")
@pytest.mark.parametrize(("rows", "accepted"), [(10, True), (9, False)])
def test_of_very_few_lines_no_more_than_one_in_ten_may_be_bad(file, rows, accepted):
    table(file, *good(rows - 2), "too,many,fields,here", *good(1, 900))
    if accepted:
        assert done(file)[0].bad == 1
    else:
        with pytest.raises(ArchiveError, match=r"1\sline of 9 could not be read, more than 1%"):
            done(file)


def test_the_share_of_bad_lines_can_be_set(file):
    table(file, *good(80), *["too,many,fields,here"] * 10, *good(10, 900))
    with pytest.raises(ArchiveError, match=r"--max-bad 0\.05"):
        done(file)
    with pytest.raises(ArchiveError, match=r"more than 9%"):
        done(file, max_bad=0.09)
    assert done(file, max_bad=0.1)[0].bad == 10
    table(file, *good(80), "too,many,fields,here", *good(10, 900))
    with pytest.raises(ArchiveError, match=r"more than 0%"):
        done(file, max_bad=0)
    with pytest.raises(ArchiveError, match="share between 0 and 1"):
        done(file, max_bad=5)


@pytest.mark.bad_input("damaged exports")
def test_a_quotation_mark_that_is_never_closed_costs_no_line_that_is_a_row_by_itself(file):
    table(file, *good(1000), f'5000,{UTC_TIME},"open', *good(3, 6000))
    reading, posts = done(file)
    assert (posts.height, reading.bad, reading.lines) == (1004, 0, 1004)
    assert posts["text"].to_list()[1000:1002] == ['"open', posts["text"][0]]
    assert "line 1002 is the first" in reading.remarks[0]


@pytest.mark.bad_input("damaged exports")
def test_a_text_that_is_never_closed_is_a_bad_line_with_all_of_its_lines(file):
    table(file, *good(1000), f'5000,{UTC_TIME},"open', "and no more", *good(3, 6000))
    reading, posts = done(file)
    assert (posts.height, reading.bad, reading.lines) == (1003, 2, 1005)
    assert [line.line for line in reading.bad_lines] == [1002, 1003]


@pytest.mark.bad_input("damaged exports")
def test_two_records_joined_by_a_quotation_mark_are_not_taken_for_one(file):
    table(file, *good(1000), f'5000,{UTC_TIME},"open', f'5001,{UTC_TIME},"next"')
    reading, posts = done(file)
    assert (posts.height, reading.bad) == (1002, 0)
    assert posts["text"].to_list()[1000:] == ['"open', "next"]


@pytest.mark.bad_input("damaged exports")
def test_a_file_in_another_format_is_given_up_before_it_is_read_to_its_end(file):
    with file.open("w") as out:
        out.writelines(json.dumps({"id": number}) + "\n" for number in range(200_000))
    reading = read(file, format="twitter-v1")
    with pytest.raises(ArchiveError, match="could not be read") as error:
        list(reading)
    assert reading.lines <= 40_000
    assert len(str(error.value).splitlines()) < 30


@pytest.mark.parametrize("format", ["json", "csv"])
def test_empty_texts_are_kept(file, format):
    if format == "csv":
        table(file, f"1,{UTC_TIME},", f'2,{UTC_TIME},""', f"3,{UTC_TIME},sorry")
    else:
        exports.write(file, exports.v1(1, text=""), exports.v1(2, text=None), exports.v1(3, text="sorry"))
    assert done(file)[1]["text"].to_list() == ["", "", "sorry"]


@pytest.mark.bad_input("control characters in names")
def test_nothing_in_a_message_steers_a_terminal(file):
    table(file, *good(199), "900,\x1b[31msoon,x")
    assert str(done(file)[0].bad_lines[0]) == "posts.csv:201  has a time of 9 characters, which cannot be read"
    exports.write(file, "\x1b[31mnr,text", "1,x")
    with pytest.raises(ArchiveError) as error:
        done(file)
    assert "\x1b" not in str(error.value)


@pytest.mark.bad_input("lines and JSON without end")
def test_a_deeply_nested_line_is_a_bad_line(file):
    file.write_text("\n".join([*(json.dumps(exports.v1(n)) for n in range(1, 150)), '{"a":' + "[" * 200_000]))
    reading, posts = done(file)
    assert (posts.height, reading.bad) == (149, 1)


# No post at all


def test_an_archive_without_a_post_in_the_window_is_told_from_an_empty_one(file):
    table(file, *good(5))
    window = {"since": datetime(2018, 1, 1, tzinfo=UTC), "until": datetime(2018, 2, 1, tzinfo=UTC)}
    with pytest.raises(
        ArchiveError, match=r"none of 5\sposts is in the window from 2018-01-01 00:00 UTC to 2018-02-01"
    ):
        done(file, **window)
    table(file)
    with pytest.raises(ArchiveError, match="there is no post in it"):
        done(file)


def test_the_window_begins_with_its_first_moment_and_ends_before_its_last(file):
    table(file, f"1,{UTC_TIME},x", "2,2017-04-10T10:22:05Z,x", "3,2017-04-10T10:22:06Z,x")
    start, end = (datetime(2017, 4, 10, 10, 22, second, tzinfo=UTC) for second in (4, 6))
    reading, posts = done(file, since=start, until=end)
    assert posts["post_id"].to_list() == ["1", "2"]
    assert reading.outside == 1


@pytest.mark.bad_input("exports of other kinds")
@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_empty_files_are_said_to_be_empty(file, content):
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ArchiveError, match="empty"):
        done(file)


@pytest.mark.bad_input("exports of other kinds")
def test_files_that_are_none(tmp_path):
    with pytest.raises(ArchiveError, match="No such file"):
        done(tmp_path / "nowhere.csv")
    with pytest.raises(ArchiveError, match="is a folder: name the files in it"):
        done(tmp_path)
    with pytest.raises(ArchiveError, match="no file is named"):
        read([])
