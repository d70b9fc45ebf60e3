"""Notes in Markdown: their sections are Markdown's own headings, and HTML in them is text."""

from __future__ import annotations

import re
from types import SimpleNamespace

import polars as pl
import pytest

import aftermath as am
from aftermath.case_files.notes import read_notes
from aftermath.pages.notes import markdown
from aftermath.pages.references import References
from pages import Page

REFERENCES = References(
    SimpleNamespace(
        events=pl.DataFrame({"event_id": ["e01"]}),
        coverage=pl.DataFrame({"doc_id": ["d01"]}),
        sources=pl.DataFrame({"source_id": ["a"], "publisher": ["b"]}),
    )
)
NO_HEADINGS = {
    "a fence": "```\n## Not found\n```",
    "a fence of tildes that ends with the text": "~~~~ text\n## Not found\n~~~",
    "code that is set in": "    ## Not found",
    "a list": "- item\n\n  ## Not found",
    "a quotation": "> ## Not found",
    "HTML": "<!--\n## Not found\n-->",
    "a word": "##Not found",
    "too many signs": "####### Not found",
}


@pytest.mark.parametrize("text", NO_HEADINGS.values(), ids=NO_HEADINGS)
def test_what_only_looks_like_a_heading_is_text_of_the_section(text):
    (note,) = read_notes(f"# Notes\n\n## Kept\n\n{text}\n")
    assert (note.heading, note.text.strip("\n")) == ("Kept", text)


@pytest.mark.parametrize("heading", ["## Not found", "   ### Not found ###", "##\tNot found  ", "###### Not found ##"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_heading_is_one_however_it_is_written(heading, end):
    notes = read_notes(end.join(["# Notes", "Opening.", heading, "Text.", "## Empty", "## C#", "More"]))
    assert [(note.heading, note.text.strip()) for note in notes] == [
        ("", "Opening."),
        ("Not found", "Text."),
        ("C#", "More"),
    ]


def test_a_text_without_title_begins_with_its_first_line():
    assert [note.text for note in read_notes("Text.\n\n# Late\nMore.")] == ["Text.\n\n# Late\nMore."]
    assert read_notes("") == read_notes("# Notes\n") == ()


@pytest.mark.parametrize("case_id", am.case_ids())
def test_our_notes_have_the_sections_that_their_lines_show(case_id):
    case = am.load_case(case_id)
    lines = [line.lstrip("# ").strip() for line in case.notes.splitlines() if re.match("#{2,6} ", line)]
    assert [note.heading for note in read_notes(case.notes) if note.heading] == lines


@pytest.mark.bad_input("hostile text on pages")
@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)> in a line",
        "<div>\n<style>*{display:none}</style>\n</div>",
        "[link](javascript:alert(1))",
        "![picture](https://example.org/x.png)",
        "[a]: https://example.org\n\n[a]",
        "<https://example.org>",
        "`<b>`",
        "```\n<b>\n```",
        "# <b>",
        "- <svg onload=alert(1)>",
        "&lt;script&gt; &#60;b&#62;",
    ],
)
def test_html_of_notes_is_shown_and_no_address_is_followed(text):
    page = Page(str(markdown(text, REFERENCES)))
    assert {tag for tag, _ in page.elements} <= {"p", "b", "code", "pre", "ul", "li", "em", "strong"}
    assert [attributes for _, attributes in page.elements if attributes] == []
