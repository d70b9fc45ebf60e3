"""Two versions of a table made into one, whatever was changed on either side."""

from __future__ import annotations

import pytest

from aftermath.workbooks.merging import FOLDER, WORKBOOK, Merged, merged
from aftermath.workbooks.sheets import Row, Sheet

hypothesis = pytest.importorskip("hypothesis")
strategies = pytest.importorskip("hypothesis.strategies")

COLUMNS = ("doc_id", "source_id", "published", "frames", "abstract")
SHEET = Sheet("coverage", COLUMNS, [])
versions = strategies.dictionaries(
    strategies.sampled_from([f"d{number}" for number in range(8)]), strategies.sampled_from("xyz"), max_size=8
)


def table(version: dict[str, str]) -> list[Row]:
    return [dict.fromkeys(COLUMNS, "") | {"doc_id": doc_id, "abstract": text} for doc_id, text in version.items()]


def digests(version: dict[str, str]) -> dict[tuple[str, ...], str]:
    return {(row["doc_id"],): SHEET.digest(row) for row in table(version)}


def merge(
    base: dict[str, str],
    folder: dict[str, str],
    workbook: dict[str, str],
    keep: str = "",
    written: dict[str, str] | None = None,
) -> Merged:
    """``base`` is what the workbook said when it was last read, or, where it was not, when it was ``written``."""
    first = digests(base if written is None else written)
    return merged(SHEET, {(row["doc_id"],): row for row in table(workbook)}, table(folder), digests(base), first, keep)


def version(rows: list[Row]) -> dict[str, str]:
    assert len({row["doc_id"] for row in rows}) == len(rows)
    return {row["doc_id"]: row["abstract"] for row in rows}


@hypothesis.given(base=versions, other=versions)
def test_what_only_one_side_changed_is_taken_as_it_is(base: dict[str, str], other: dict[str, str]) -> None:
    by_workbook = merge(base, base, other)
    assert by_workbook.rows == table(other)  # with its order
    assert not by_workbook.conflicts
    by_folder = merge(base, other, base)
    assert version(by_folder.rows) == other
    assert not by_folder.conflicts


@hypothesis.given(base=versions, folder=versions, workbook=versions)
def test_each_row_is_that_of_the_side_that_changed_it(
    base: dict[str, str], folder: dict[str, str], workbook: dict[str, str]
) -> None:
    expected, both = {}, set()
    for doc_id in {*base, *folder, *workbook}:
        before, here, there = base.get(doc_id), workbook.get(doc_id), folder.get(doc_id)
        if here != before and there != before and here != there:
            both.add((doc_id,))
        chosen = {WORKBOOK: here, FOLDER: there, "": there if there != before else here}
        expected[doc_id] = {keep: value if (doc_id,) in both else chosen[""] for keep, value in chosen.items()}
    assert set(merge(base, folder, workbook).conflicts) == both
    for keep in (WORKBOOK, FOLDER):
        result = merge(base, folder, workbook, keep)
        assert version(result.rows) == {
            name: value[keep] for name, value in expected.items() if value[keep] is not None
        }
        assert not result.conflicts


def test_new_rows_stand_below_those_that_they_follow() -> None:
    base = {"d1": "x", "d3": "x", "d5": "x"}
    folder = {"d1": "x", "d2": "y", "d3": "x", "d5": "x"}
    workbook = {"d1": "x", "d3": "x", "d4": "z", "d5": "x", "d6": "z"}
    assert list(version(merge(base, folder, workbook).rows)) == ["d1", "d2", "d3", "d4", "d5", "d6"]


def test_another_copy_of_a_workbook_does_not_undo_what_was_read_from_the_first() -> None:
    written = {"d1": "x", "d2": "x", "d3": "x"}
    first = {"d1": "y", "d3": "x", "d4": "z"}  # one row changed, one removed, one new: this was read
    other = {"d1": "x", "d2": "x", "d3": "z"}  # of somebody else, who changed d3
    made = merge(first, first, other, written=written)
    assert set(made.conflicts) == set(made.back) == {("d1",), ("d2",), ("d4",)}
    assert version(made.rows) == {"d1": "y", "d3": "z", "d4": "z"}
    assert version(merge(first, first, other, FOLDER, written).rows) == {"d1": "y", "d3": "z", "d4": "z"}
    assert version(merge(first, first, other, WORKBOOK, written).rows) == other
