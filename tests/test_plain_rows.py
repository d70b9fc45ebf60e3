"""Rows that are beyond doubt are read as columns, and exactly as the csv module reads them."""

from __future__ import annotations

import csv
import io
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aftermath.archives.readers.plain_rows import plain_rows

PIECES = [*'",\n" 1', "é", "a", '""', '","', ',"', '",', '"\n', '\n"', "😡", "NULL", "#", "  "]
SOUP = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
CELLS = st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"]), max_size=8) | SOUP
TABLES = st.integers(2, 4).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1))


def by_csv(data: bytes, delimiter: str = ",") -> tuple[list[tuple[str, ...]], list[int]]:
    reader = csv.reader(io.StringIO(data.decode(), newline=""), delimiter=delimiter, strict=True)
    ends = [(tuple(row), reader.line_num) for row in reader]
    return [row for row, _ in ends], [0, *(line for _, line in ends)][:-1]


@pytest.mark.bad_input("damaged exports")
@given(SOUP, st.integers(2, 3))
@example('a,"b"" ,c"\n', 2)
@example('"a","b"\nc"d,e\n', 2)
@example('1,"a\n2,b\n3",c\n', 2)
@example("1,\n\n2,3\n", 2)
@example('"a"\n,"b"\n', 2)
def test_what_is_read_is_what_the_csv_module_reads(text, width):
    data = text.encode()
    found = plain_rows(data, ",", width)
    if found is not None:
        assert data[found.size - 1 : found.size] == b"\n"
        assert (found.fields.rows(), found.lines.tolist()) == by_csv(data[: found.size])


@given(TABLES, st.sampled_from(",;\t|"), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_tables_as_programs_write_them_are_read_at_once(table, delimiter, quoting):
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows(table)
    data = written.getvalue().encode()
    found = plain_rows(data, delimiter, len(table[0]))
    assert found is not None and found.size == len(data)
    assert found.fields.rows() == list(map(tuple, table))
    assert found.lines.tolist() == by_csv(data, delimiter)[1]
    cut = plain_rows(data[:-1], delimiter, len(table[0]))
    assert (cut.fields.rows() if cut else []) == list(map(tuple, table[:-1]))


@pytest.mark.bad_input("damaged exports")
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"1,2",
        b"1,2\r\n",
        b"1,\0\n",
        b"1\n",
        b"1,2,3\n",
        b"1,2\n3\n4,5,6\n",
        b"1,\xff\n",
        b'1,"a" b\n',
        b'1,a"b"\n',
    ],
)
def test_what_is_not_plain_is_left_alone(data):
    assert plain_rows(data, ",", 2) is None
    assert plain_rows(b"1\n", ",", 1) is None
    assert plain_rows(b"1," + b"a" * (1 << 20) + b"\n", ",", 2) is None


def test_lines_inside_a_row_that_may_be_rows_are_asked_about():
    data = b'1,"a, b\nc, d, x\ne",f\n2,"g\nh",i\n'
    asked: list[bytes] = []
    assert plain_rows(data, ",", 3, lambda line: asked.append(line) is not None) is not None
    assert asked == [b"c, d, x"]
    assert plain_rows(data, ",", 3, lambda line: line == b"c, d, x") is None


@pytest.mark.parametrize("size", [40, 100, 1000])
def test_pieces_of_any_size_give_the_same_rows(size):
    rows = [(str(place), "x" * (place % 7), 'so, "sorry"\nagain' * (place % 3)) for place in range(200)]
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    data, read, lines, at, step = written.getvalue().encode(), [], [], 0, size
    while at < len(data):
        found = plain_rows(data[at : at + step], ",", 3)
        if found is None:
            step *= 2
            continue
        read += found.fields.rows()
        lines += (found.lines + data[:at].count(b"\n")).tolist()
        at, step = at + found.size, size
    assert read == rows and lines == by_csv(data)[1]
    assert all(first < second for first, second in pairwise(lines))
