"""From a notebook to a page: what is kept, what is refused, and the small pieces of text."""

from __future__ import annotations

import re
from html import unescape

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import aftermath as am
from aftermath.pages.block import PAGE_TYPE
from aftermath.pages.head import lead
from aftermath.pages.notes import read_notes
from aftermath.pages.page import PageError, Section, compose, render
from aftermath.workspace import INSTALLED_FROM
from pages import Page, run_here

# from a notebook


def _notebook(*cells) -> nbformat.NotebookNode:
    return new_notebook(cells=list(cells))


def test_a_failed_cell_refuses_to_become_a_page():
    failed = new_code_cell(
        "1/0",
        id="speed",
        outputs=[new_output("error", ename="ZeroDivisionError", evalue="division by zero", traceback=[])],
    )
    with pytest.raises(PageError, match=r"cell 1 \(speed\) failed with ZeroDivisionError: division by zero"):
        render(_notebook(failed), root="", title="t", kind="case")


def test_two_sections_with_one_id_are_refused():
    twins = _notebook(new_markdown_cell("## One", id="same"), new_markdown_cell("## Two"))
    twins.cells[1].id = "same"
    with pytest.raises(PageError, match="'same'"):
        render(twins, root="", title="t", kind="case")


def test_only_our_outputs_and_prose_reach_the_page():
    outputs = [new_output("stream", text="printed"), new_output("display_data", {"text/html": "<b>other</b>"})]
    ours = new_output("display_data", {PAGE_TYPE: "<p>finished</p>", "text/plain": "unfinished"})
    cells = [
        new_markdown_cell(
            "## A *heading* & more\n\nSome **prose** <script>x</script>.", id="first", metadata={"short": "First"}
        ),
        new_code_cell("secret()", outputs=[*outputs, ours]),
        new_markdown_cell("left out", metadata={"tags": ["laboratory"]}),
    ]
    page = Page(render(_notebook(*cells), root="", title="<t>", kind="case"))
    assert "<p>finished</p>" in page.html
    assert "<strong>prose</strong>" in page.html
    assert "&lt;script&gt;x" in page.html
    assert "<title>&lt;t&gt; · Aftermath</title>" in page.html
    for absent in ("printed", "other", "unfinished", "secret", "left out"):
        assert absent not in page.text


def test_scripts_for_drawing_come_only_where_something_is_drawn():
    drawn = compose('<div data-figure="f1"></div>', [], root="", title="t", kind="idx")
    assert "plotly-basic.min.js" in drawn
    assert "plotly-basic.min.js" not in compose("<p>prose</p>", [], root="", title="t", kind="idx")


def test_pages_know_their_way_to_the_root():
    page = Page(compose("", [Section("a", "A", "")], root="../", title="t", kind="case", current="marks.html"))
    assert {"../index.html", "../comparison.html", "../marks.html"} <= set(page.links)
    assert [attributes["href"] for tag, attributes in page.elements if attributes.get("aria-current")] == [
        "../marks.html"
    ]


def test_run_here_runs_the_notebook_as_it_stands():
    node = run_here(INSTALLED_FROM / "notebooks/case_without_record.ipynb", "weishi-data-fabrication", INSTALLED_FROM)
    assert sum(bool(cell.get("outputs")) for cell in node.cells) == 12


# pieces


@pytest.mark.parametrize(
    ("summary", "first"),
    [
        ("One thing. Another thing.", "One thing."),
        ("On 9 April U.S. police came. Then left.", "On 9 April U.S. police came."),
        ("It cost $2.29 a share. It fell.", "It cost $2.29 a share."),
        ("He said “no.” She left.", "He said “no.”"),
        ("道歉。然后。", "道歉。"),
        ("No stop at all", "No stop at all"),
    ],
)
def test_the_lead_is_the_first_sentence(summary, first):
    assert lead(summary) == first


def test_notes_of_every_case_have_limits():
    for case_id in am.case_ids():
        headings = [note.heading for note in read_notes(am.load_case(case_id).notes)]
        assert any("conclude" in heading for heading in headings), case_id


def test_notes_without_headings_are_one_note():
    assert [note.heading for note in read_notes("# T\n\nonly text\n")] == [""]


def test_the_laboratory_is_shown_the_figure_between_what_stands_above_and_below_it():
    case = am.load_case("kitchenaid-tweet")
    above, drawing, below = am.report(case).show(am.speed(case), figure=am.figures.latency_ladder).outputs
    assert [output[PAGE_TYPE].count("<figure") for output in (above, drawing, below)] == [
        1,
        0,
        0,
    ]  # the page has it once
    assert "Figure 1" in above["text/html"]
    assert drawing["application/vnd.plotly.v1+json"]["data"]
    assert "In words" in below["text/html"]
    assert "Table view" in below["text/html"]
    assert "<script" not in above["text/html"] + below["text/html"]


def test_the_laboratory_is_shown_no_link_that_leads_nowhere_there():
    case = am.load_case("kitchenaid-tweet")
    (output,) = am.report(case).show(case, "sources").outputs
    assert 'href="#' in output[PAGE_TYPE]
    links = re.findall(r'href="([^"]*)"', output["text/html"])
    assert links and all(link.startswith("http") for link in links)


def test_what_needs_the_scripts_of_a_page_is_a_table_in_the_laboratory():
    comparison = am.compare(am.cases()[:4])
    (output,) = am.report(comparison).show(comparison, "scoreboard").outputs
    assert "<select" in output[PAGE_TYPE]
    seen = unescape(output["text/html"])
    assert "<select" not in seen and "<button" not in seen
    assert all(name in seen for name in comparison.names.values())
    assert "rogue post" in seen
