"""Tables in the layouts of tools: each column is taken for what the tool means by it, or the table is refused by name.

``tables_of_tools`` holds the layouts, with invented content. Of each: ``row``, columns and their values; ``is``, for each field of
a post the column that it comes from, or the value itself; ``but``, what differs in a row, and what of it in the post; ``zone``;
``told``, what must be said of it, or ``refused``, what the refusal must say. In values ``$n`` is the number of the row, and
``$words`` a text; the other names with a dollar are forms of its time, 9 o'clock and ``$n`` minutes. ``?`` is unknown.
"""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Template
from typing import Any

import polars as pl
import pytest

from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import read
from conftest import ROOT

LAYOUTS = ROOT / "tests" / "tables_of_tools"
_ROWS = 9
_FIELDS = r"(id|text|author|engagement|kind|language|time)="


def layouts() -> list[Any]:
    """Name and lines of each layout."""
    found = []
    for file in sorted(LAYOUTS.glob("*.txt")):
        for block in file.read_text(encoding="utf-8").split("# ")[1:]:
            name, *lines = block.strip().split("\n")
            found.append(pytest.param([line.split(": ", 1) for line in lines if ": " in line], id=name))
    return found


def values(number: int) -> dict[str, str]:
    """What stands for the names with a dollar in a row."""
    time = datetime(2024, 3, 4, 9, number, tzinfo=UTC)
    in_china = time + timedelta(hours=8)
    return {
        "n": str(number),
        "words": f"the company said sorry for flight {number} and the long wait at the airport",
        "iso": f"{time:%Y-%m-%dT%H:%M:%SZ}",
        "iso3": f"{time:%Y-%m-%dT%H:%M:%S.000Z}",
        "fb": f"{time:%Y-%m-%dT%H:%M:%S+0000}",
        "sp": f"{time:%Y-%m-%d %H:%M:%S}",
        "hm": f"{time:%Y-%m-%d %H:%M}",
        "est": f"{time - timedelta(hours=5):%Y-%m-%d %H:%M:%S}",
        "eu": f"{time:%d/%m/%Y %H:%M:%S}",
        "tw": f"{time:%a %b %d %H:%M:%S +0000 %Y}",
        "unix": f"{time.timestamp():.0f}",
        "ms": f"{time.timestamp():.0f}000",
        "cn": f"{in_china:%Y-%m-%d %H:%M:%S}",
        "cnm": f"{in_china:%Y-%m-%d %H:%M}",
    }


def cells(text: str) -> dict[str, str]:
    """Columns and values of a row."""
    return dict(cell.strip().split("=", 1) for cell in re.split(r" \|(?: |$)", text) if cell)


def fields(text: str) -> dict[str, str]:
    """Fields of a post, and where they come from."""
    parts = re.split(_FIELDS, text)
    return {field: source.strip() for field, source in zip(parts[1::2], parts[2::2], strict=True)}


def rows(layout: list[list[str]]) -> list[tuple[dict[str, str], dict[str, str]]]:
    """Rows of the table, and what their posts must be: three as they are, those that differ, and again as they are."""
    told = dict(layout)
    plain = (cells(told["row"]), fields(told.get("is", "")))
    found = [plain] * 3
    for key, line in layout:
        if key == "but":
            differs, _, means = line.partition("-> ")
            found.append(({**plain[0], **cells(differs.strip())}, {**plain[1], **fields(means)}))
    found += [plain] * (_ROWS - len(found))
    return [
        ({column: Template(value).substitute(values(number)) for column, value in row.items()}, post)
        for number, (row, post) in enumerate(found, start=1)
    ]


def right(field: str, source: str, row: dict[str, str], number: int) -> Any:
    """What a field must be: what its columns hold."""
    if field == "engagement":
        return None if source == "?" else sum(int(row.get(column, column)) for column in source.split("+"))
    if field == "kind":
        return source
    return row.get(source, Template(source).substitute(values(number))) or None


@pytest.mark.parametrize("layout", layouts())
def test_a_table_of_a_tool_is_read_as_the_tool_means_it(layout, tmp_path):
    said, expected = dict(layout), rows(layout)
    file = tmp_path / "posts.csv"
    write(file, [row for row, _ in expected])
    if "refused" in said:
        with pytest.raises(ArchiveError, match=said["refused"]):
            list(read([file], zone=said.get("zone")))
        return
    reading = read([file], zone=said.get("zone"))
    posts = pl.concat([batch.posts for batch in reading]).to_dicts()
    assert len(posts) == len(expected)
    for number, (post, (row, sources)) in enumerate(zip(posts, expected, strict=True), start=1):
        found = {**post, "id": post["post_id"], "text": " ".join(post["text"].split())}
        must = {field: right(field, source, row, number) for field, source in sources.items() if field != "time"}
        assert {field: found[field] for field in must} == must, f"row {number}"
        if "time" not in sources:
            assert post["time"] == datetime(2024, 3, 4, 9, number, tzinfo=UTC), f"row {number}"
    assert re.search(said.get("told", ""), "\n".join([*reading.facts, *reading.remarks]))
    again = read([file], zone=said.get("zone"), columns=reading.columns)
    assert pl.concat([batch.posts for batch in again]).to_dicts() == posts


def write(file: Path, table: list[dict[str, str]]) -> None:
    """A table as CSV."""
    with file.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
