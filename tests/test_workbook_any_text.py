"""Any text that a table may hold comes back from a workbook as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from aftermath.case_files.columns import file_columns
from aftermath.case_files.tables import ALL_SCHEMAS
from aftermath.workbooks.contents import contents
from aftermath.workbooks.definitions import definitions
from aftermath.workbooks.errors import WorkbookError
from aftermath.workbooks.packing import opened, packed
from aftermath.workbooks.sheets import Sheet
from aftermath.workbooks.writing import write_sheet
from coding import REPOSITORY

hypothesis = pytest.importorskip("hypothesis")
strategies = pytest.importorskip("hypothesis.strategies")

DEFINED = definitions(REPOSITORY)
COLUMNS = tuple(file_columns(ALL_SCHEMAS["sources"]))
signs = strategies.one_of(
    strategies.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufdd0\ufdd1\ufdd2\ufffe\uffff"),
    strategies.sampled_from(
        ["\n", "_", "x", "_x0041_", "x005F_", "_x005F_", "_xD800_", "=", "'", '"', "<", "&", ";", ","]
    ),
)
texts = strategies.lists(signs, max_size=12).map("".join).map(str.strip)


def through(titles: list[str], path: Path) -> list[str]:
    """Texts as they come out of a workbook that they were written into."""
    rows = [
        dict.fromkeys(COLUMNS, "") | {"source_id": f"s{number}", "title": title} for number, title in enumerate(titles)
    ]
    book = Workbook()
    book.remove(book.worksheets[0])
    write_sheet(book, Sheet("sources", COLUMNS, rows), DEFINED)
    path.write_bytes(packed(book))
    read = contents(opened(path), [Sheet("sources", COLUMNS, [])], path.name, None)
    return [row["title"] for row in read.rows["sources"].values()]


@pytest.mark.bad_input("damaged workbooks")
@hypothesis.given(titles=strategies.lists(texts, min_size=20, max_size=20))
@hypothesis.settings(max_examples=25)
def test_a_text_comes_back_as_it_was(titles: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    assert through(titles, tmp_path_factory.mktemp("any") / "x.xlsx") == titles


def test_the_longest_text_fits_and_a_longer_one_is_refused(tmp_path: Path) -> None:
    longest = "x" * 32_767
    assert through([longest], tmp_path / "x.xlsx") == [longest]
    for text in (longest + "x", "_x0041_" * 4_600):
        with pytest.raises(WorkbookError, match=r"sources:2:B  has 3\d,\d{3} characters, and a cell holds 32,767"):
            through([text], tmp_path / "y.xlsx")
    with pytest.raises(WorkbookError, match=r"holds a sign that is no character"):
        through(["\ufdd0"], tmp_path / "y.xlsx")
