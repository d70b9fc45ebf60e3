"""A section of one's own takes four things: a measure, a figure, a template and a cell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

import aftermath as am
from aftermath.building.jobs import case_job
from aftermath.pages.page import render
from aftermath.pages.templating import TemplateError
from aftermath.workspace import INSTALLED_FROM, Workspace
from factories import case_folder, event
from pages import Page, run_here

HOSTILE = "<script>alert(1)</script>{{ 7 * 7 }}"

MEASURE_AND_FIGURE = """
from dataclasses import dataclass

import plotly.graph_objects as go
import polars as pl

from aftermath.case_files.case import Case
from aftermath.statistics.result import NothingToMeasure, Result


@dataclass(frozen=True)
class SummaryLength(Result):
    case_id: str
    summaries: pl.DataFrame

    @property
    def table(self) -> pl.DataFrame:
        return self.summaries

    @property
    def text(self) -> str:
        longest = self.summaries.sort("letters")[-1]
        return f"The longest summary is that of {longest['event_id'].item()}: {longest['summary'].item()}"


def summary_length(case: Case) -> SummaryLength:
    if case.events.height < 2:
        raise NothingToMeasure(f"{case.id}: one event alone has nothing to be compared with.")
    letters = case.events["summary"].str.len_chars().alias("letters")
    return SummaryLength(case.id, case.events.select("event_id", "summary").with_columns(letters))


def summary_lengths(result: SummaryLength) -> go.Figure:
    return go.Figure(go.Bar(x=result.table["letters"].to_list(), y=result.table["event_id"].to_list(), orientation="h"))
"""

TEMPLATE = """
{% extends "figure.html.j2" %}
{% set title = "How much was written of " ~ case.title %}
{% set how = "A bar is a summary." %}
{% set rows = result.table.height | counted("summary", "summaries") %}
{% block after %}<p class="how">Measured in {{ unit }}.</p>{% endblock %}
"""

CELL = """
from made_up import summary_length, summary_lengths

lengths = report.attempt(summary_length, case)
report.show(lengths, figure=summary_lengths, unit="<letters>")
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with a notebook that has a section more, the template of that section, and a module with the rest."""
    notebook = json.loads((INSTALLED_FROM / "notebooks" / "case_report.ipynb").read_text(encoding="utf-8"))
    before = next(place for place, cell in enumerate(notebook["cells"]) if cell["id"] == "coverage")
    heading = new_markdown_cell("## How much was written", id="lengths")
    notebook["cells"][before:before] = [heading, new_code_cell(CELL, id="figure-lengths")]
    templates = tmp_path / "notebooks" / "templates"
    templates.mkdir(parents=True)
    (templates.parent / "case_report.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    (templates / "summary_length.html.j2").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "made_up.py").write_text(MEASURE_AND_FIGURE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def made(root: Path) -> Page:
    node = run_here(root / "notebooks" / "case_report.ipynb", "small-case", root)
    return Page(render(node, root="../", title="t", kind="case"))


def test_the_page_has_the_section_and_what_it_shows_is_escaped(root: Path) -> None:
    case_folder(root, events=[event("exposure"), event("apology", 600, summary=f"So it said after e01: {HOSTILE}")])
    page = made(root)
    section = page.section("lengths")
    assert "How much was written" in section
    assert f"The longest summary is that of e02: So it said after e01: {HOSTILE}" in page.text
    assert "<script>alert" not in page.html
    assert section.count('<a class="ev-l" href="#e01">e01</a>') >= 2  # in the words and in the table
    assert "2 summaries" in section.replace("\u00a0", " ")
    assert "Measured in &lt;letters&gt;." in section


def test_its_figure_is_numbered_where_it_stands(root: Path) -> None:
    case_folder(root, events=[event("exposure"), event("apology", 600)])
    page = made(root)
    numbers = [attributes["data-figure"] for _, attributes in page.elements if "data-figure" in attributes]
    assert 'id="f3"' in page.section("lengths")  # after the timeline and the latencies; the rubric is not coded
    assert numbers == [f"f{number}" for number in range(1, len(numbers) + 1)]


def test_where_there_is_nothing_to_measure_the_section_says_why(root: Path) -> None:
    case_folder(root, events=[event("exposure")])
    section = made(root).section("lengths")
    assert "One event alone has nothing to be compared with." in section
    assert "<figure" not in section


def test_a_template_of_the_workspace_comes_before_that_of_the_library(root: Path) -> None:
    case_folder(root, events=[event("exposure"), event("apology", 600)])
    own = root / "notebooks" / "templates" / "summary.html.j2"
    own.write_text("<p>{{ case.id }}, in short</p>", encoding="utf-8")
    assert "<p>small-case, in short</p>" in made(root).section("timeline")


def test_a_result_without_a_template_is_refused_with_the_place_where_to_write_it(root: Path) -> None:
    case_folder(root, events=[event("exposure"), event("apology", 600)])
    (root / "notebooks" / "templates" / "summary_length.html.j2").unlink()
    with pytest.raises(TemplateError, match=r"no template 'summary_length\.html\.j2' in notebooks/templates/"):
        made(root)


def test_a_page_is_out_of_date_when_its_template_is(root: Path) -> None:
    case_folder(root, events=[event("exposure"), event("apology", 600)])
    before = case_job(Workspace(root), "small-case", {}).made.inputs
    (root / "notebooks" / "templates" / "summary_length.html.j2").write_text(f"{TEMPLATE}\n", encoding="utf-8")
    after = case_job(Workspace(root), "small-case", {}).made.inputs
    assert {name for name in after if after[name] != before[name]} == {"notebook", "notebook: summary_length.html.j2"}


def test_a_figure_that_is_shown_again_keeps_its_number() -> None:
    case = am.load_case("kitchenaid-tweet")
    report = am.report(case)
    speed, transparency = am.speed(case), am.transparency(case)
    shown = [
        report.show(speed, figure=am.figures.latency_ladder),
        report.show(transparency, figure=am.figures.rubric_grid),
        report.show(speed, figure=am.figures.latency_ladder),
    ]
    assert [f'<figure id="f{number}"' in block.html for number, block in zip((1, 2, 1), shown, strict=True)] == [
        True
    ] * 3
