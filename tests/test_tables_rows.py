"""Tables as people have them: what stands around the rows is told, and no row is read wrongly or lost."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import Reading, read

HEADER = "id,created_at,text,author"


def rows(count: int, first: int = 8000, text: str = "sorry") -> list[str]:
    return [f"{first + n},2024-03-{1 + n % 28:02}T09:00:00Z,{text} {n},fan{n}" for n in range(count)]


def opened(path: Path, *lines: str, end: str = "\n", **settings: object) -> tuple[Reading, list[dict]]:
    path.write_bytes("".join(line + end for line in lines).encode())
    reading = read(path, **{"language": "en"} | settings)
    return reading, [post for batch in reading for post in batch.posts.to_dicts()]


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "posts.csv"


def texts(posts: list[dict]) -> list[str]:
    return [post["text"] for post in posts]


EXPECTED = [f"sorry {n}" for n in range(12)]


# Above the rows


@pytest.mark.parametrize(
    ("above", "said"),
    [
        (
            ["Report:,Bulk Mentions Download", "Brand:,Kettle Co", 'From:,"Mon Mar 04 00:00:00 UTC 2024"', "", ""],
            "3 lines",
        ),
        (["Report:,Kettle,,", "Brand:,Kettle Co,,", ",,,"], "3 lines"),
        (["Meltwater record - Explore"], "1 line "),
        (["Category: All categories", ""], "2 lines"),
        (['"a name that goes', 'over two lines"'], "2 lines"),
    ],
)
def test_lines_before_the_header_are_passed_over_and_told(file, above, said):
    reading, posts = opened(file, *above, HEADER, *rows(12))
    assert texts(posts) == EXPECTED
    assert reading.bad == 0
    (remark,) = reading.remarks
    assert f"header in line {len(above) + 1}" in remark.replace("\xa0", " ")
    if above[-1]:
        assert said in remark.replace("\xa0", " ")


@pytest.mark.parametrize("delimiter", ";,|\t")
def test_a_first_line_that_announces_the_delimiter_is_no_header(file, delimiter):
    lines = [HEADER, *rows(12, text="x; y | z")]
    reading, posts = opened(file, f"sep={delimiter}", *(line.replace(",", delimiter) for line in [HEADER, *rows(12)]))
    assert texts(posts) == EXPECTED
    assert reading.remarks == ()
    quoted = [",".join(f'"{cell}"' for cell in line.split(",")) for line in lines]
    assert texts(opened(file, '"sep=,"', *quoted)[1])[0] == "x; y | z 0"


@pytest.mark.parametrize(
    "below",
    [
        ["Post ID,When was it posted,What does it say,Who"],
        [
            '"What is the number?","When, please?","What did they\nsay?",Who',
            '"{""ImportId"":""QID1""}","{""ImportId"":""QID2_TEXT""}",x,y',
        ],
        ["Ticker,KTL,KTL,KTL", "Date,,,"],
    ],
)
def test_a_second_row_of_the_header_is_told_and_is_no_post(file, below):
    reading, posts = opened(file, HEADER, *below, *rows(12))
    assert texts(posts) == EXPECTED
    assert (reading.bad, reading.duplicates, reading.lines) == (0, 0, 12)
    assert "below the header (2" in reading.remarks[0]


def test_a_first_row_with_a_damaged_id_is_no_header(file):
    reading, posts = opened(file, HEADER, ",2024-03-01T09:00:00Z,lost,fan9", *rows(12))
    assert texts(posts) == EXPECTED
    assert (reading.bad, reading.bad_lines[0].line, reading.remarks) == (1, 2, ())


def test_columns_that_are_named_find_the_header(file):
    above = ["nr,posted on,words", "1,never,nothing"]
    named = {"post_id": "nr", "time": "day", "text": "words"}
    reading, posts = opened(file, *above, "nr,day,words,n", "17,2024-03-01T09:00:00Z,a,1", columns=named)
    assert texts(posts) == ["a"]
    assert "header in line 3" in reading.remarks[0]


@pytest.mark.bad_input("damaged exports")
def test_a_file_without_a_header_is_refused_without_a_word_of_its_posts(file):
    with pytest.raises(ArchiveError, match="no header was found") as error:
        opened(file, *rows(12, text="a secret"))
    assert "secret" not in str(error.value)


@pytest.mark.bad_input("damaged exports")
@pytest.mark.parametrize("header", ["id,created_at,text,author,text", "id,created_at,Text,author,text"])
def test_a_column_that_stands_twice_is_refused_with_both_places(file, header):
    with pytest.raises(ArchiveError, match=r"stands more than once, in the places 3, 5"):
        opened(file, header, *(row + ",the whole" for row in rows(3)))


def test_a_column_that_stands_twice_and_is_not_read_does_no_harm(file):
    assert len(opened(file, HEADER + ",tags,tags", *(row + ",a,b" for row in rows(3)))[1]) == 3
    columns = {"text": "text"}
    header = "id,created_at,Text,author,text"
    assert texts(opened(file, header, *(row + ",whole" for row in rows(3)), columns=columns)[1]) == ["whole"] * 3


@pytest.mark.parametrize("row", ["{},", '"{n}",{}'])
def test_a_column_without_a_name_at_the_end_or_of_numbers_at_the_beginning(file, row):
    lines = [row.format(line, n=n).replace("{}", line) for n, line in enumerate(rows(12), start=1)]
    assert texts(opened(file, HEADER, *lines)[1]) == EXPECTED


# Below and among the rows


@pytest.mark.parametrize(
    "below",
    [
        ["Total,,,90"],
        ["合计,,,90"],
        ["", "Source: a tool", "Exported by somebody, on a day"],
        [",,,", "Row count: many"],
    ],
)
def test_totals_and_notes_after_the_last_row_are_told(file, below):
    reading, posts = opened(file, HEADER, *rows(12), *below)
    assert texts(posts) == EXPECTED
    assert reading.bad == 0
    assert f"({', '.join(str(14 + n) for n, line in enumerate(below) if line.strip(','))})" in reading.remarks[-1]


@pytest.mark.bad_input("damaged exports")
def test_a_last_line_that_was_cut_is_no_note(file):
    reading, posts = opened(file, HEADER, *rows(12), "8012,2024-03-1")
    assert len(posts) == 12
    assert str(reading.bad_lines[0]) == "posts.csv:14  has 2 fields, the header 4"


def test_a_header_that_comes_again_is_no_post(file):
    reading, posts = opened(file, HEADER, *rows(6), HEADER, *rows(6, 8006), "\ufeff" + HEADER, *rows(1, 9000))
    assert len(posts) == 13
    assert (reading.bad, reading.lines) == (0, 13)
    assert "the header comes again in 2\xa0lines (line 8 is the first)" in reading.remarks[0]


@pytest.mark.parametrize(
    ("header", "order"),
    [
        ("author,text,id,created_at", (3, 2, 0, 1)),
        ("content,id,date,username", (2, 0, 1, 3)),
        ("content,lang,id,date,username", (2, 2, 0, 1, 3)),
    ],
)
def test_rows_below_another_header_are_read_by_it(file, header, order):
    other = [",".join(line.split(",")[place] for place in order) for line in rows(6, 9000, "glad")]
    reading, posts = opened(file, HEADER, *rows(6), header, *other, HEADER, *rows(2, 9900))
    assert [(post["post_id"], post["text"]) for post in posts[6:8]] == [("9000", "glad 0"), ("9001", "glad 1")]
    assert len(posts) == 14
    assert "line 8 is the first" in reading.remarks[-1]


@pytest.mark.bad_input("damaged exports")
def test_another_table_below_whose_columns_are_not_those_of_posts_is_refused(file):
    with pytest.raises(ArchiveError, match="another table begins in line 8"):
        opened(file, HEADER, *rows(6), "id,name,user,likes", "1,a,b,3")


def test_empty_lines_and_rows_are_none(file):
    reading, posts = opened(file, "", HEADER, "", *rows(6), ",,,", "  ", *rows(6, 8006), ",,,", ",,,", "")
    assert (len(posts), reading.bad, reading.lines) == (12, 0, 12)


# Quotation marks


@pytest.mark.bad_input("damaged exports")
def test_a_lone_quotation_mark_joins_no_lines(file):
    lines = [line.replace(",", "\t") for line in [HEADER, *rows(12)]]
    lines[3] = lines[3].replace("sorry", '"We are sorry, they wrote')
    lines[6] = lines[6].replace("sorry 5", 'mended it at last"')
    reading, posts = opened(file, *lines)
    assert len(posts) == 12
    assert texts(posts)[2] == '"We are sorry, they wrote 2'
    assert texts(posts)[5] == 'mended it at last"'
    assert "--quoting none" in reading.remarks[0]
    reading, plain = opened(file, *lines, quoting="none")
    assert (plain, reading.remarks) == (posts, ())


def test_without_quoting_every_quotation_mark_is_a_letter(file):
    lines = [line.replace(",", "\t") for line in [HEADER, *rows(6, text='"so"'), *rows(6, 9000)]]
    assert texts(opened(file, *lines, quoting="none")[1])[0] == '"so" 0'
    with pytest.raises(ArchiveError, match="doubled, backslash, none"):
        opened(file, *lines, quoting="some")


@pytest.mark.bad_input("damaged exports")
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r'"they said \"sorry\", but nothing happened"', 'they said "sorry", but nothing happened'),
        (r'"\"sorry\""', '"sorry"'),
        (r'"\"", he said', None),
    ],
)
def test_quotation_marks_with_a_backslash_are_read_or_told_but_shift_no_column(file, written, meant):
    lines = [line.replace("sorry", "ok") for line in rows(12)]
    lines[2:9] = [f"{8002 + n},2024-03-04T09:00:00Z,{written},fan" for n in range(7)]
    if meant is None:
        with pytest.raises(ArchiveError, match=r"7\slines of 12 could not be read"):
            opened(file, HEADER, *lines)
    else:
        reading, posts = opened(file, HEADER, *lines)
        assert (texts(posts)[2:9], reading.bad) == ([meant] * 7, 0)
        assert {post["author"] for post in posts[2:9]} == {"fan"}


def test_a_backslash_at_the_end_of_a_quoted_text_is_a_backslash(file):
    reading, posts = opened(file, HEADER, *rows(6), '9000,2024-03-04T09:00:00Z,"in C:\\\\",fan', *rows(6, 9100))
    assert (len(posts), texts(posts)[6], reading.bad) == (13, "in C:\\\\", 0)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_texts_keep_their_lines_whatever_ends_them(file, end):
    text = f'"one{end}two ""quoted""{end}{end}three"'
    lines = [line.replace("sorry", "ok") for line in rows(6)]
    lines[1:3] = [f"80{n},2024-03-04T09:00:00Z,{text},fan" for n in range(2)]
    reading, posts = opened(file, HEADER, *lines, end=end)
    assert texts(posts)[1:3] == ['one\ntwo "quoted"\n\nthree'] * 2
    assert (len(posts), reading.bad) == (6, 0)


def test_a_text_over_lines_that_looks_like_rows_is_told(file):
    inside = rows(1, 9500)[0]
    reading, posts = opened(file, HEADER, *rows(100), f'9000,2024-03-04T09:00:00Z,"a{chr(10)}{inside}{chr(10)}b",fan')
    assert [line.line for line in reading.bad_lines] == [102, 104]
    assert [post["post_id"] for post in posts[100:]] == ["9500"]


def test_a_text_over_lines_whose_last_line_has_as_many_commas_as_a_row_is_a_text(file):
    reading, posts = opened(
        file, HEADER, *rows(9), '9000,2024-03-04T09:00:00Z,"a\nof 1, 2, and 3",fan9', *rows(9, 9100)
    )
    assert (len(posts), reading.bad, texts(posts)[9]) == (19, 0, "a\nof 1, 2, and 3")


def test_a_text_of_more_than_a_million_characters_is_read_and_one_of_sixteen_is_told(file):
    lines = rows(120)
    lines[3] = f"8003,2024-03-04T09:00:00Z,{'long ' * 300_000},fan"
    assert len(texts(opened(file, HEADER, *lines)[1])[3]) == 1_500_000
    lines[3] = f"8003,2024-03-04T09:00:00Z,{'long ' * 3_400_000},fan"
    reading, posts = opened(file, HEADER, *lines)
    assert (len(posts), reading.bad, reading.bad_lines[0].line) == (119, 1, 5)


@pytest.mark.bad_input("damaged exports")
def test_zero_bytes_are_told(file):
    lines = rows(12)
    lines[3] = lines[3].replace("sorry", "so\0rry\0")
    reading, posts = opened(file, HEADER, *lines)
    assert texts(posts) == EXPECTED
    assert "1\xa0line held zero bytes (line 5 is the first)" in reading.remarks[0]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_tables_of_tabs_in_wide_encodings(file, encoding, end):
    lines = [line.replace(",", "\t").replace("sorry", "道歉") for line in [HEADER, *rows(12)]]
    file.write_bytes("".join(line + end for line in lines).encode(encoding))
    posts = [post for batch in read(file) for post in batch.posts.to_dicts()]
    assert texts(posts) == [f"道歉 {n}" for n in range(12)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_what_makes_rows_of_one_width(file, delimiter):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(HEADER.split(","))
    for line in rows(12):
        number, time, text, author = line.split(",")
        writer.writerow([number, time, f"{text}; a, b, c | d\te, f; g", author])
    file.write_text(out.getvalue())
    posts = [post for batch in read(file) for post in batch.posts.to_dicts()]
    assert texts(posts)[0] == "sorry 0; a, b, c | d\te, f; g"
