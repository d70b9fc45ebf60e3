"""Text that a spreadsheet would run as a formula: every file for spreadsheets defuses it, and reading it back gives it as it was."""

from __future__ import annotations

import csv
import io
import re
from types import SimpleNamespace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftermath import formula_cells
from aftermath.archives.sentiment import _measured
from aftermath.archives.validation import SCHEMA, Validation
from aftermath.course.form import form_text, read_form
from aftermath.course.grade import Mark
from aftermath.formula_cells import csv_for_spreadsheets, defused, restored, restored_texts
from aftermath.pages.site import ASSETS, write_data

pytestmark = pytest.mark.bad_input("formula cells in exports")
HOSTILE = [
    '=HYPERLINK("http://example.org")',
    "+1+cmd|' /C calc'!A0",
    "-x",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "'=1",
    "''-x",
]
HARMLESS = ["-1.5", "+3", "1e-6", ".5", "it's", "'quoted'", "a=b", "", "−2", "2 - 1"]
texts = st.lists(
    st.text(st.one_of(st.sampled_from("=+-@'\t\r\n＝1.e"), st.characters(exclude_categories=["Cs"]))), min_size=1
)


def runs(text: str) -> bool:
    """Whether a spreadsheet may take a cell for a formula: it begins like one and is no number."""
    try:
        float(text)
        number = not re.search("[a-df-zA-DF-Z_]", text)
    except ValueError:
        number = False
    return text[:1] in tuple("=+-@\t\r\n＝＋－＠") and not number


def test_formulas_get_an_apostrophe_and_nothing_else_does():
    assert [defused(text) for text in HOSTILE] == [f"'{text}" for text in HOSTILE]
    assert [defused(text) for text in HARMLESS] == HARMLESS


@given(texts)
def test_nothing_runs_and_reading_back_gives_the_text(values):
    written = [defused(text) for text in values]
    assert not any(map(runs, written))
    assert [restored(text) for text in written] == values


@given(texts)
def test_a_table_is_defused_as_its_texts_are(values):
    table = pl.DataFrame({"text": values, "=n": range(len(values))})
    heading, *rows = csv.reader(io.StringIO(csv_for_spreadsheets(table), newline=""))
    assert heading == ["text", "'=n"]
    assert [row[0] for row in rows] == [defused(text) for text in values]
    assert [int(row[1]) for row in rows] == list(range(len(values)))
    assert restored_texts(pl.DataFrame({"text": [row[0] for row in rows]}))["text"].to_list() == values


def test_enumerations_and_names_of_columns_are_defused_and_numbers_are_not():
    table = pl.DataFrame({"-word": pl.Series(["=a", None], dtype=pl.Enum(["=a"])), "n": [-1.5, None]})
    assert csv_for_spreadsheets(table) == "'-word,n\n'=a,-1.5\n,\n"


def test_the_data_of_the_site(tmp_path):
    table = pl.DataFrame({"text": HOSTILE, "n": range(len(HOSTILE))})
    comparison = SimpleNamespace(table=table, multiverse=SimpleNamespace(table=table))
    written = write_data(tmp_path, comparison, SimpleNamespace(table=table, answers=table))
    files = [path for path in written if path.suffix == ".csv"]
    assert {path.name for path in files} == {"scoreboard.csv", "multiverse.csv", "advice.csv", "answers.csv"}
    for path in files:
        rows = list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))[1:]
        assert [row[0] for row in rows] == [f"'{text}" for text in HOSTILE], path.name


def test_measurements_of_scorers_come_back_as_they_were(tmp_path):
    row = {name: "=1+1" if kind == pl.String else 1 for name, kind in SCHEMA.items()}
    table = pl.DataFrame([row], schema=SCHEMA)
    path = Validation(table).write(tmp_path / "measured.csv")
    assert "'=1+1" in path.read_text(encoding="utf-8")
    assert _measured(path).equals(table)


def test_the_form_of_a_class_comes_back_as_it_was(tmp_path):
    marks = [Mark(f"cell{place}", 1, None, text, exercise="-1 = ?") for place, text in enumerate(HOSTILE)]
    path = tmp_path / "by_hand.csv"
    path.write_bytes(form_text([("=1.ipynb", "lesson", mark) for mark in marks], {}).encode())
    for row in csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")):
        assert not any(map(runs, row))
    form = read_form(path)
    assert [form["=1.ipynb", mark.cell].row["answer"] for mark in marks] == HOSTILE


def test_the_script_of_the_pages_has_the_same_rule():
    script = (ASSETS / "tables.js").read_text(encoding="utf-8")
    assert formula_cells._FORMULA in script
    assert formula_cells._NUMBER in script
    others = [
        path.name
        for path in ASSETS.glob("*.js")
        if "min" not in path.name and "text/csv" in path.read_text(encoding="utf-8")
    ]
    assert sorted(others) == ["multiverse.js", "tables.js"]
    assert "window.aftermathCell(value)" in (ASSETS / "multiverse.js").read_text(encoding="utf-8")
