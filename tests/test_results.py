"""What a notebook hands on: back as it was, never on a page, and the same numbers as the measures."""

from __future__ import annotations

import json
import math

import nbformat
import polars as pl
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import aftermath as am
from aftermath.pages.page import render
from aftermath.running.results import RESULTS_TYPE, Results, ResultsError, hands_on, read_results, results
from pages import blocks
from sweeping import handed_on

HOSTILE = "</script><b onclick='x'>|, \"\n\u202e"


# To and fro


@pytest.mark.parametrize(
    "table",
    [
        pl.DataFrame({"n": [1, 2], "mean": [0.1, None], "a": [True, False], "words": [HOSTILE, None]}),
        pl.DataFrame({"z": [2**63 - 1], "a": [5e-324], "nothing": [None]}),
        pl.DataFrame({"z": [1], "a": ["x"]}).clear(),
        pl.DataFrame(),
    ],
    ids=["kinds", "extremes", "no row", "no column"],
)
def test_results_come_back_as_they_were_with_their_columns_in_order(table):
    found = read_results(handed_on(table), "x").table
    assert found.equals(table)
    assert list(found.schema.items()) == list(table.schema.items())


def test_other_kinds_become_texts_and_what_is_no_number_is_missing():
    table = pl.DataFrame({"mean": [math.inf, math.nan], "texts": [["a", "b"], []], "days": [[1, 2], None]})
    table = table.with_columns(day=pl.lit("2020-01-02").str.to_date(), small=pl.lit(1, pl.UInt8))
    found = read_results(handed_on(table), "x").table
    assert found.rows() == [(None, "a b", "1 2", "2020-01-02", 1), (None, "", None, "2020-01-02", 1)]


def test_a_result_hands_on_its_table():
    measured = am.speed(am.load_case("kitchenaid-tweet"))
    assert results(measured).table.equals(measured.table)


@pytest.mark.parametrize(
    ("cells", "n"),
    [
        ([], 0),
        ([new_code_cell("1", metadata={"tags": ["results"]}, outputs=[new_output("stream", text="1")])], 0),
        (handed_on(pl.DataFrame({"n": [1]}))["cells"] * 2, 2),
        (handed_on(pl.DataFrame({"n": [1]}), tags=["other"])["cells"], 0),
    ],
    ids=["no cell", "nothing shown", "two cells", "no tag"],
)
def test_a_notebook_that_does_not_hand_on_one_table_is_told_how(cells, n):
    with pytest.raises(ResultsError, match=rf"x\.ipynb: {n} results .*one cell tagged `results`.*am\.results"):
        read_results({"cells": cells}, "x.ipynb")


@pytest.mark.parametrize(
    "handed",
    [
        {},
        [],
        "columns",
        {"columns": None},
        {"columns": [{"name": "n"}]},
        {"columns": [{"name": "n", "kind": "Object", "values": [1]}]},
        {"columns": [{"name": "n", "kind": "Int64", "values": ["x"]}]},
        {"columns": [{"name": "n", "kind": "Int64", "values": [2**70]}]},
        {"columns": [{"name": 1, "kind": "Int64", "values": [1]}]},
        {"columns": [{"name": each, "kind": "Int64", "values": [1]} for each in "nn"]},
        {"columns": [{"name": each, "kind": "Int64", "values": [1] * len(each)} for each in ("n", "mm")]},
    ],
    ids=str,
)
def test_results_that_somebody_else_wrote_are_refused_and_not_obeyed(handed):
    with pytest.raises(ResultsError, match=r"x\.ipynb: its results cannot be read .*am\.results"):
        Results.from_json(handed, "x.ipynb")


def test_a_column_that_repeats_a_parameter_is_left_out_and_one_that_differs_is_refused():
    table = pl.DataFrame({"seed": [3, 3], "n": [1, 2]})
    assert results(table).beside({"seed": 3, "days": [1]}, "x").table.columns == ["n"]
    assert results(table.clear()).beside({"seed": 4}, "x").table.columns == ["n"]
    for values, name in (({"seed": 4}, "'seed'"), ({"n": 1}, "'n'")):
        with pytest.raises(ResultsError, match=f"x: its results have a column {name}, a name that is taken"):
            results(table).beside(values, "x")
    with pytest.raises(ResultsError, match="'point'"):
        results(table.rename({"n": "point"})).beside({}, "x")


# Where they are seen


def test_the_laboratory_shows_the_table_and_writes_no_markup_of_its_texts():
    bundle = results(pl.DataFrame({HOSTILE: [HOSTILE]}))._repr_mimebundle_()
    assert bundle.keys() == {RESULTS_TYPE, "text/html", "text/plain"}
    assert "<td>" in bundle["text/html"]
    assert "<b onclick" not in bundle["text/html"]


def test_a_page_is_the_same_with_results_and_without():
    words = new_markdown_cell("## Words", id="words")
    (cell,) = handed_on(pl.DataFrame({"n": [12345]}))["cells"]
    pages = [
        render(nbformat.from_dict(new_notebook(cells=cells)), root="", title="t", kind="case")
        for cells in ([words], [words, nbformat.from_dict(cell)])
    ]
    assert pages[0] == pages[1]
    assert "12345" not in pages[0]


def test_the_report_hands_on_results_in_a_cell_that_no_page_shows(root):
    notebook = json.loads((root / "notebooks" / "case_report.ipynb").read_text(encoding="utf-8"))
    assert hands_on(notebook)
    (cell,) = [cell for cell in notebook["cells"] if cell["id"] == "results"]
    assert "laboratory" in cell["metadata"]["tags"]
    assert not hands_on(json.loads((root / "notebooks" / "comparison.ipynb").read_text(encoding="utf-8")))


# The table of a case


@pytest.fixture(scope="module")
def kitchenaid():
    return am.load_case("kitchenaid-tweet")


@pytest.fixture(scope="module")
def table(kitchenaid):
    return blocks(kitchenaid, seed=1, phase_days=[14, 60], interval_level=0.9)["results"].table


def test_latencies_are_those_of_speed(kitchenaid, table):
    speed = am.speed(kitchenaid)
    rows = table.filter(measure="latency")
    assert rows["of"].to_list() == [step.name for step in speed.steps]
    assert rows["low"].to_list() == speed.table["lower_seconds"].to_list()
    assert rows["high"].to_list() == speed.table["upper_seconds"].to_list()
    assert rows.filter(pl.col("high").is_null())["note"].str.starts_with("not seen in the").all()
    assert rows.select("value", "level").null_count().row(0) == (rows.height, rows.height)


@pytest.mark.parametrize("variable", ["favourability", "stance_response", "stance_org"])
def test_the_coverage_by_phase_is_that_of_tone(kitchenaid, table, variable):
    phases = am.tone(kitchenaid, variable, phase_days=(14, 60), seed=1).table
    for measure in ("mean", "imbalance"):
        rows = table.filter(measure=measure, of=variable)
        wanted = phases.select("phase", "n", measure, f"{measure}_lower", f"{measure}_upper")
        assert rows.select("part", "n", "value", "low", "high").rows() == wanted.rows()
        assert rows["level"].drop_nulls().unique().to_list() == [0.95]
        assert rows.filter(pl.col("low").is_null())["note"].null_count() == 0


def test_the_recovery_is_that_of_the_model_at_the_level_asked_for(kitchenaid, table):
    found = am.recovery(kitchenaid, "stance_org", level=0.9, phase_days=(14, 60), seed=1)
    rows = table.filter(pl.col("of") == "stance_org", ~pl.col("measure").is_in(["mean", "imbalance"]))
    assert rows.select("value", "low", "high").rows() == found.table.select("estimate", "lower", "upper").rows()
    assert rows["level"].drop_nulls().unique().to_list() == [0.9]
    assert set(rows["n"]) == {found.after}
    assert "beyond day" in rows.filter(measure="time to neutral")["note"].item()


def test_the_indices_have_their_bounds_and_the_items_that_apply(kitchenaid, table):
    found = am.transparency(kitchenaid)
    row = table.filter(measure="index", of="transparency").row(0, named=True)
    wanted = found.transparency
    assert (row["value"], row["low"], row["high"], row["n"]) == (
        wanted.value,
        wanted.lower,
        wanted.upper,
        wanted.applicable,
    )


@pytest.mark.parametrize("case_id", ["gm-ignition-recall", "digiorno-whyistayed", "weishi-data-fabrication"])
def test_every_number_has_its_interval_or_a_word_why_not(case_id):
    found = blocks(am.load_case(case_id))["results"].table
    assert found.height >= 4
    bare = found.filter(pl.any_horizontal(pl.col("low", "high").is_null()), pl.col("note").is_null())
    assert bare.rows() == []
    assert found["n"].null_count() == 0
