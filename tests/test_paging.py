"""Long tables: what the page holds, and what stands beside it."""

from __future__ import annotations

import itertools
import json

import pytest
from markupsafe import Markup

from aftermath.figures.spreading import MOST, spread
from aftermath.pages.block import PAGE_TYPE, Block
from aftermath.pages.long_tables import SHOWN, SPARE
from aftermath.pages.page import Section
from aftermath.pages.paging import paged
from aftermath.pages.templating import macro

HOSTILE = '</tr><tr><td></tbody></table><script>alert(1)</script><tbody data-further="x">'


def section(count: int, name: str = "board", words: str = "") -> Section:
    rows = "\n".join(
        macro("tables", "row")(["Case", "n"], [f"case {number} {words}", number]) for number in range(count)
    )
    table = f'<table><thead></thead><tbody data-further="{name}">\n{rows}\n</tbody></table>'
    return Section("all", "All", f"<p>before</p>{table}<p>after</p>")


def beside(script: str) -> dict[str, list[str]]:
    return json.loads(script.removeprefix("window.AFTERMATH_ROWS=").removesuffix(";\n"))


@pytest.mark.parametrize("count", [0, 1, SHOWN, SHOWN + SPARE])
def test_a_table_that_is_not_long_stays_as_it_is(count):
    (kept,), script = paged([section(count)], "comparison.html")
    assert kept.html == section(count).html.replace(' data-further="board"', "")
    assert beside(script) == {}


def test_every_row_of_a_long_table_is_on_the_page_or_beside_it_once_and_in_order():
    count = SHOWN + SPARE + 1
    sections, script = paged([section(count), section(count, "other")], "comparison.html")
    for kept, name in zip(sections, ("board", "other"), strict=True):
        assert kept.html.startswith("<p>before</p><table>") and kept.html.endswith("<p>after</p>")
        assert kept.html.count("<tr>") == SHOWN and "data-further" not in kept.html
        further = beside(script)[name]
        assert [f">case {number} <" in row for number, row in enumerate(further, SHOWN)] == [True] * (SPARE + 1)
        assert f'data-of="{count}" data-name="{name}" data-rows="assets/comparison-rows.js"' in kept.html
        assert f"The first {SHOWN} of {count} rows." in kept.html and "&lt;" not in kept.html


@pytest.mark.bad_input("hostile text on pages")
def test_text_of_a_case_neither_ends_a_row_nor_a_script():
    (kept,), script = paged([section(SHOWN + SPARE + 1, words=HOSTILE)], "comparison.html")
    assert kept.html.count("<tr>") == SHOWN and "<script>" not in kept.html
    assert list(beside(script)) == ["board"] and len(beside(script)["board"]) == SPARE + 1
    assert "<" not in script and not any("<script>" in row for row in beside(script)["board"])


def test_a_notebook_holds_the_rows_of_a_long_table_once():
    (output,) = Block(Markup(section(SHOWN + SPARE + 1).html)).outputs  # noqa: S704 - of this test
    assert output[PAGE_TYPE].count("<tr>") == SHOWN + SPARE + 1
    assert output["text/html"].count("<tr>") == SHOWN
    assert f"<p>The first {SHOWN} of {SHOWN + SPARE + 1} rows; the page has all.</p><p>after</p>" in output["text/html"]


def test_the_same_tables_give_the_same_bytes():
    assert paged([section(200)], "index.html") == paged([section(200)], "index.html")


def test_of_many_cases_a_figure_draws_an_even_part_with_both_ends():
    drawn = spread(range(1000))
    assert len(set(drawn)) == MOST and (drawn[0], drawn[-1]) == (0, 999)
    assert {after - before for before, after in itertools.pairwise(drawn)} <= {25, 26}
    assert spread(range(MOST)) == range(MOST)
    assert isinstance(macro("tables", "further")("board", 50, 100), Markup)
