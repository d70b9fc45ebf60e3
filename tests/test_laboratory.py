"""The laboratory as a reader meets it: JupyterLab in a real browser, on a copy of the project."""

from __future__ import annotations

import json

import pytest

from browsing import copy_workspace, laboratory

pytestmark = pytest.mark.slow

# what a reader would stumble over in a block: texts on top of each other, controls and links that do nothing, faint words
UNREADABLE = """block => {
    const shown = element => element.checkVisibility() && element.getClientRects().length;
    const luminance = colour => { const [r, g, b] = colour.match(/[\\d.]+/g).map(Number); return .2126*r + .7152*g + .0722*b };
    const behind = getComputedStyle(document.querySelector('.jp-Notebook')).backgroundColor;
    const faults = [];
    for (const control of block.querySelectorAll('button, select, input'))
        if (shown(control)) faults.push(`a control: ${control.outerHTML.slice(0, 80)}`);
    for (const link of block.querySelectorAll('a[href]'))
        if (new URL(link.href).host === location.host) faults.push(`a dead link: ${link.href}`);
    for (const row of block.querySelectorAll('.facts > div, thead tr, .idx2 > div')) {
        const boxes = [...row.children].filter(shown).map(each => [each, each.getBoundingClientRect()]);
        for (const [one, a] of boxes) for (const [other, b] of boxes)
            if (one !== other && a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)
                faults.push(`on top of each other: ${one.textContent.slice(0, 30)} | ${other.textContent.slice(0, 30)}`);
        for (const [cell] of boxes) if (cell.scrollWidth > cell.clientWidth + 2 && cell.tagName !== 'svg' && cell.clientWidth)
            faults.push(`too narrow: ${cell.textContent.slice(0, 30)}`);
    }
    for (const words of block.querySelectorAll('p, td, th, dt, dd, li, h3')) {
        const difference = Math.abs(luminance(getComputedStyle(words).color) - luminance(behind));
        if (shown(words) && words.textContent.trim() && difference < 60) faults.push(`faint: ${words.textContent.slice(0, 30)}`);
    }
    return [...new Set(faults)].slice(0, 5);
}"""

CASES = ("kitchenaid-tweet", "red-cross-tweet", "weishi-data-fabrication")


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    with laboratory(copy_workspace(tmp_path_factory.mktemp("workspace"), *CASES)) as running:
        yield running


@pytest.fixture
def page(opened):
    """A page that must have nothing to complain of, and stay on this machine."""
    with opened.page() as page:
        yield page
        assert (page.complaints, page.foreign) == ([], [])


def listed(page) -> set[str]:
    """The names that the file browser shows."""
    return {name.split("\n")[0] for name in page.locator(".jp-DirListing-item").all_inner_texts()}


def test_the_printed_address_opens_the_first_notebook_and_nothing_is_asked(opened, page):
    assert opened.open(page).path == "notebooks/start_here.ipynb"
    page.wait_for_timeout(5000)  # JupyterLab would ask about news in the first seconds
    assert page.evaluate("jupyterapp.restored.then(() => 'up')") == "up"
    assert page.locator(".Toastify__toast, .jp-Dialog").all_inner_texts() == []


def test_every_cell_of_the_first_notebook_runs_and_what_it_wrote_is_in_the_file_browser(opened, page):
    notebook = opened.open(page)
    notebook.run_all()
    assert notebook.errors() == []
    assert sum(cell.get("execution_count") is not None for cell in notebook.cells) >= 10
    page.locator(".jp-BreadCrumbs-home").click()
    page.wait_for_function("document.querySelectorAll('.jp-DirListing-item[title*=build]').length > 0")
    assert {"casestudies", "notebooks", "build"} <= listed(page)
    assert (opened.folder / "build" / "start_here" / "speed.csv").is_file()


def test_a_figure_is_drawn_and_nothing_offers_to_send_it_away(opened, page):
    notebook = opened.open(page)
    notebook.run("import aftermath as am\nam.figures.timeline(am.load_case('kitchenaid-tweet'))")
    cell = notebook.cell(-1)
    cell.locator(".js-plotly-plot .main-svg").first.wait_for()
    buttons = [button.get_attribute("data-title") or "" for button in cell.locator(".modebar-btn").all()]
    assert any("Download" in title for title in buttons)
    assert not [title for title in buttons if any(word in title.lower() for word in ("share", "cloud", "studio"))]


DOLLARS = """
import ipywidgets, polars
from IPython.display import HTML, Markdown, display
from aftermath.display import Display, without_maths
from aftermath.pages.block import Block
from markupsafe import Markup
words = "worth $3 bn after $5 bn"
display(HTML(f"<p class='control'>{words}</p>"), ipywidgets.HTML(without_maths(f"<p>{words}</p>")), Block(Markup(f"<p>{words}</p>")))
display(HTML(str(Display(words, words, {words: polars.DataFrame({words: [words]})}).html())))
"""


@pytest.mark.bad_input("dollar signs in evidence")
def test_dollar_signs_of_evidence_are_no_mathematics(opened, page):
    notebook = opened.open(page)
    notebook.run(DOLLARS)
    cell = notebook.cell(-1)
    cell.locator(".control mjx-container").wait_for()  # what JupyterLab makes of any other HTML
    page.wait_for_timeout(1000)
    assert cell.locator(".mathjax_ignore").count() == 3
    assert cell.locator("mjx-container").count() == 1
    assert cell.locator(".mathjax_ignore").filter(has_text="worth $3 bn after $5 bn").count() == 3


def test_blocks_of_pages_are_fit_to_read_there(opened, page):
    """Nothing overlaps, nothing is offered that does nothing, and words stand out from what is behind them, in light and dark."""
    notebook = opened.open(page, "notebooks/case_report.ipynb")
    notebook.run_all()
    assert notebook.errors() == []
    numbers = [number for number, cell in enumerate(notebook.cells) if cell.get("outputs")]
    seen = "".join(json.dumps(notebook.cells[number]["outputs"]) for number in numbers)
    assert "vnd.aftermath.page+html" in seen
    for theme in ("Light", "Dark"):
        notebook.in_theme(theme)
        for number in numbers:
            for part in notebook.cell(number).locator(".aftermath, .aftermath-display").all():
                assert (theme, number, part.evaluate(UNREADABLE)) == (theme, number, [])


def test_the_comparison_is_fit_to_read_there(opened, page):
    notebook = opened.open(page, "notebooks/comparison.ipynb")
    notebook.run_all()
    assert notebook.errors() == []
    numbers = [number for number, cell in enumerate(notebook.cells) if cell.get("outputs")]
    assert len(numbers) > 15
    for number in numbers:
        for part in notebook.cell(number).locator(".aftermath, .aftermath-display").all():
            assert part.evaluate(UNREADABLE) == []
