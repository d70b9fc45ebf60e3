"""Counts as people and platforms write them: read rightly or unknown, never another number."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers.numbers import Counts, NotACount, count
from aftermath.archives.readers.rows import total

LARGEST = 1 << 53


def line_of(row: int) -> str:
    return f"posts.csv:{row + 2}"


def summed(values: Sequence[str], cuts: Sequence[int] = ()) -> tuple[list[int | None], list[str]]:
    """Sums of a column that comes in pieces, and the remarks."""
    counts, read = Counts(("likes",)), []
    edges = sorted({0, len(values), *(cut % (len(values) + 1) for cut in cuts)})
    for begin, end in itertools.pairwise(edges):
        frame = pl.DataFrame({"likes": pl.Series(values[begin:end], dtype=pl.String)})
        read += counts.sum(frame, lambda row, begin=begin: line_of(begin + row)).to_list()
    return read, counts.remarks()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1,234", 1234), ("1.234", 1234), ("1 234", 1234), ("1\u00a0234", 1234), ("1\u202f234", 1234), ("1'234", 1234),
        ("1’234", 1234), ("12,345,678", 12_345_678), ("1,23,456", 123_456), ("12,34,56,789", 123_456_789), ("0", 0),
        ("007", 7), (" 12 ", 12), ("12.0", 12), ("12,0", 12), ("1,234.0", 1234), ("1.234,00", 1234), ("1.2e3", 1200),
        ("1.2E+3", 1200), ("1.2K", 1200), ("1.2k", 1200), ("12 K", 12_000), ("2.5M", 2_500_000), ("3B", 3_000_000_000),
        ("1,2 Mio.", 1_200_000), ("1,2\u00a0Tsd.", 1200), ("1,2 млн", 1_200_000), ("1,2 тыс.", 1200), ("12 mil", 12_000),
        ("1,2 tūkst.", 1200), ("1,2 Mrd.", 1_200_000_000), ("1.2万", 12_000), ("1.2萬", 12_000), ("1.2亿", 120_000_000),
        ("10万+", 100_000), ("1.2w", 12_000), ("1.2W+", 12_000), ("3千", 3000), ("1.2만", 12_000), ("2 lakh", 200_000),
        ("１２３４", 1234), ("１，２３４", 1234), ("１.２Ｋ", 1200), ("١٢٣", 123), ("١٬٢٣٤", 1234), ("१२३", 123),
        (12, 12), (12.0, 12), (0, 0), (LARGEST, LARGEST), (str(LARGEST), LARGEST),
        (None, None), (-1, None), (-1.0, None), ("-1", None), ("", None), ("  ", None), ("-", None), ("–", None),
        ("—", None), ("hidden", None), ("Hidden", None), ("N/A", None), ("null", None), ("None", None),
    ],
)  # fmt: skip
def test_a_count_in_each_way_of_writing(written, meant):
    assert count(written) == meant
    if isinstance(written, str):
        assert summed([written])[0] == [meant]


@pytest.mark.bad_input("times and counts that are none")
@pytest.mark.parametrize(
    "written",
    ["1.2", "12.5", "1,2", "12,34", "1,2345", "1,234.5", "0,123", "01,234", "1.234.56", "1,234,56", "1 2 3", "many", "1.2.3", "-5",
     "-0.5", "nan", "inf", "Infinity", "1e400", "1.2345K", "1,234K", "3 B", "1,2 B", "1,2 Bn", "1.2X", "12%", "<1", "1/2", "10²", "½",
     "①", "1_000", "0x10", "12 likes", "1万2千", str(LARGEST + 1), "9" * 60, "1" + "0" * 5000, "1e99", "true", "12.", ".5", "K", "1.234e3x"],
)  # fmt: skip
def test_what_is_no_count_or_could_be_two_is_told(written):
    with pytest.raises(NotACount):
        count(written)
    sums, remarks = summed(["3", written])
    assert sums == [3, None]
    assert remarks == [
        "1\xa0count in column 'likes' cannot be read, the first in posts.csv:3; the engagement of such a post is unknown."
    ]


@pytest.mark.bad_input("times and counts that are none")
@pytest.mark.parametrize(
    "value", [True, False, -2, 1.5, math.nan, math.inf, -0.5, LARGEST + 1, 1e300, [], {}, ["1"], b"1"]
)
def test_values_of_json_that_are_no_counts(value):
    with pytest.raises(NotACount):
        count(value)


def test_a_total_is_unknown_where_one_part_is_and_absent_fields_are_passed_over():
    assert total(1, None, 2) == 3
    assert total(None, None) is None
    assert total() is None
    for unknown in ("-", -1, "", "many", "1.2", True, math.nan):
        assert total(1, unknown, 2) is None
    assert total("1.2w", 3.0, "1,234") == 12_000 + 3 + 1234


def test_engagement_is_null_where_one_part_is_unknown_and_this_is_counted():
    frame = pl.DataFrame(
        {
            "likes": ["1,234", "1.2万", "-1", "5", "x", "x", None],
            "shares": pl.Series([56.0, 300.0, 1.0, 1.5, 2.0, 3.0, 4.0]),
            "comments": pl.Series([0, 1, 2, 3, 4, 5, 6]),
        }
    )
    counts = Counts(("likes", "shares", "comments"))
    assert counts.sum(frame, line_of).to_list() == [1290, 12_301, None, None, None, None, None]
    assert [remark.replace("\xa0", " ") for remark in counts.remarks()] == [
        "2 counts in column 'likes' cannot be read, the first in posts.csv:6; the engagement of such a post is unknown.",
        "2 posts have no count in column 'likes'; the engagement of such a post is unknown.",
        "1 count in column 'shares' cannot be read, the first in posts.csv:5; the engagement of such a post is unknown.",
    ]
    assert Counts(()).sum(frame, line_of).to_list() == [None] * 7


@pytest.mark.parametrize(
    ("values", "read"),
    [
        (pl.Series([1, None, -1, -2]), [1, None, None, None]),
        (pl.Series([1.0, math.nan, math.inf, 2.5]), [1, None, None, None]),
        (pl.Series(["1", "2"], dtype=pl.Categorical), [1, 2]),
        (pl.Series([True, None]), [None, None]),
        (pl.Series([None, None]), [None, None]),
        (pl.Series(["12.00", "3.50"]).cast(pl.Decimal(10, 2)), [12, None]),
        (pl.Series([[1], [2]]), [None, None]),
        (pl.Series([1 << 63, 5], dtype=pl.UInt64), [None, 5]),
    ],
)
def test_columns_of_typed_files(values, read):
    assert Counts(("n",)).sum(values.alias("n").to_frame(), line_of).to_list() == read


@pytest.mark.bad_input("times and counts that are none")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.234", "12.5"), ("1.234", "3.0"), ("1,234", "12,5"), ("1.234", "1,234.5"), ("1.234", "1.2K"), ("1,234", "1.234"),
        ("1.234", "0.123"), ("1.234", "1234.000"), ("1,234", "1,2 Mio."), ("1.234.567", "1,234,567"), ("1,23,456", "12,0"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("between", [0, 3])
@pytest.mark.parametrize("cuts", [[], [1], [2, 3], [1, 2, 3, 4]])
def test_a_column_whose_values_contradict_each_other_is_refused_wherever_it_is_cut(one, other, between, cuts):
    for first, second in ((one, other), (other, one)):
        values = [first, *["7"] * between, second]
        with pytest.raises(ArchiveError) as error:
            summed(values, cuts)
        assert all(word in str(error.value) for word in ("'likes'", first, second, line_of(0), line_of(between + 1)))


def test_a_contradiction_is_told_in_the_order_of_the_lines_with_its_cures():
    message = (
        "column 'likes' has '1.234' in {} and '12.5' in {}: what the mark means in one, it cannot mean in the other. Write the "
        "counts as whole numbers, or leave the column out with --column engagement=COLUMNS."
    )
    with pytest.raises(ArchiveError) as error:
        summed(["1.234", "12.5"], [])
    assert str(error.value) == message.format(line_of(0), line_of(1))
    with pytest.raises(ArchiveError) as error:  # the tenth line stands before the ninth in no order of texts
        summed([*["7"] * 7, "1.234", "12.5"], [])
    assert str(error.value) == message.format(line_of(7), line_of(8))
    with pytest.raises(ArchiveError, match=r"has '12\.5' in .* and '1\.234' in"):
        summed(["12.5", "1.234"], [1])


def test_what_is_unknown_is_counted_by_column_and_in_the_right_number():
    counts = Counts(("likes", "shares"))
    frame = pl.DataFrame({"likes": ["-", "many", "few"], "shares": ["1", "-", "-"]})
    assert counts.sum(frame, line_of).to_list() == [None, None, None]
    first, *rest = (remark.replace("\u00a0", " ") for remark in counts.remarks())
    unknown = "the engagement of such a post is unknown."
    assert first == f"2 counts in column 'likes' cannot be read, the first in {line_of(1)}; {unknown}"
    assert rest == [
        f"1 post has no count in column 'likes'; {unknown}",
        f"2 posts have no count in column 'shares'; {unknown}",
    ]


def test_a_name_with_a_bar_is_a_column_where_the_table_has_it_and_two_where_not():
    both = pl.DataFrame({"a": ["1"], "b": ["5"], "a|b": ["7"]})
    assert Counts(("a|b",), both.columns).sum(both, line_of).to_list() == [7]
    assert Counts(("a|b",), ["a", "b"]).sum(both, line_of).to_list() == [5]
    without = Counts(()).sum(both, line_of)
    assert (without.name, without.dtype, without.to_list()) == ("engagement", pl.Int64, [None])


def test_what_does_not_contradict_is_read():
    assert summed(["1,234", "12.0", "1.2K"])[0] == [1234, 12, 1200]
    assert summed(["1.234", "12,0", "1,2 Mio."])[0] == [1234, 12, 1_200_000]
    assert summed(["1 234", "12,0", "12.0"])[0] == [1234, 12, 12]


def grouped(n: int, mark: str) -> str:
    return f"{n:,}".replace(",", mark)


STYLES = {
    "plain": str,
    "float": lambda n: f"{n}.0",
    "comma": lambda n: grouped(n, ","),
    "point": lambda n: grouped(n, "."),
    "space": lambda n: grouped(n, " "),
    "narrow": lambda n: grouped(n, "\u202f"),
    "apostrophe": lambda n: grouped(n, "’"),
    "both": lambda n: grouped(n, ",") + ".0",
    "german": lambda n: grouped(n, ".") + ",00",
    "wide": lambda n: str(n).translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)}),
    "arabic": lambda n: str(n).translate({ord(str(d)): chr(0x660 + d) for d in range(10)}),
    "repr": lambda n: repr(float(n)),
    "at least": lambda n: f"{n}+",
    "thousands": lambda n: f"{n / 1000:.3f}".rstrip("0").rstrip(".") + "K",
    "ten thousands": lambda n: f"{n / 10_000:.4f}".rstrip("0").rstrip(".") + "万",
}


@given(n=st.integers(0, 10**9), style=st.sampled_from(sorted(STYLES)))
@example(n=1234, style="thousands")
@example(n=1000, style="point")
def test_any_count_in_any_style_comes_back_or_is_unknown(n, style):
    written = STYLES[style](n)
    try:
        assert count(written) == n
    except NotACount:
        assert style in ("thousands", "ten thousands")
        assert len(written.partition(".")[2].rstrip("K万")) == 3
    (read,), _ = summed([written])
    assert read in (n, None)


@given(
    numbers=st.lists(
        st.one_of(st.integers(0, 10**7), st.sampled_from(["", "-", "x", "12.x"])), min_size=1, max_size=30
    ),
    style=st.sampled_from(sorted(STYLES)),
    cuts=st.lists(st.integers(0, 30), max_size=6),
)
def test_chunks_cut_anywhere_give_the_same_and_the_column_agrees_with_single_values(numbers, style, cuts):
    values = [each if isinstance(each, str) else STYLES[style](each) for each in numbers]
    try:
        whole = summed(values)
    except ArchiveError:  # 1.234K beside 12.5K is refused, in pieces too
        with pytest.raises(ArchiveError):
            summed(values, cuts)
        return
    assert summed(values, cuts) == whole
    for value, read in zip(values, whole[0], strict=True):
        try:
            assert count(value) == read
        except NotACount:
            assert read is None


@pytest.mark.bad_input("times and counts that are none")
@given(written=st.text(alphabet="0123456789.,' +-eEkKmMwW万亿\u202f", max_size=12))
def test_anything_in_these_characters_is_a_whole_number_hidden_or_told(written):
    try:
        read = count(written)
    except NotACount:
        return
    if read is None:
        assert not any(c.isdecimal() for c in written) or written.strip(" \u202f").startswith("-1")
    else:
        digits = [c for c in written if c.isdecimal()]
        assert 0 <= read <= LARGEST
        if any(d != "0" for d in digits):
            assert any(d in str(read) for d in digits)
