"""Long tables as a reader meets them: first rows, more of them, and everything that is asked of all; from files, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aftermath.comparison.gathering import Gathering, gather
from aftermath.comparison.scoreboard import compare
from aftermath.pages import site
from aftermath.workspace import Workspace
from browsing import PATIENCE, browser, until, watched
from factories import case_folder, event
from pages import comparison_files

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def opened() -> Iterator[Any]:
    with browser() as found:
        yield found


def at(opened: Any, address: str, **settings: Any) -> Any:
    """A page of a browser that knows nobody, with its complaints and every address that it asked for."""
    context = opened.new_context(viewport={"width": 1280, "height": 900}, **settings)
    context.set_default_timeout(PATIENCE)
    page = watched(context.new_page())
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(address)
    return page


@pytest.fixture(scope="module")
def many(tmp_path_factory) -> Path:
    """The index and the comparison of eighty small cases, the sooner they answered the greater their number."""
    workspace = Workspace(tmp_path_factory.mktemp("many"))
    for number in range(80):
        minute = 60 * (200 - number)
        case_folder(
            workspace.root, f"small-{number:02}", events=[event("exposure"), event("apology", minute, minute + 30)]
        )
    comparison = compare(gather(workspace=workspace).cases)
    site.write_assets(workspace.site)
    site.write_index(workspace, gathered=Gathering(comparison.cases, ()), comparison=comparison)
    page, rows = comparison_files(comparison, Gathering(comparison.cases, ()))
    (workspace.site / "comparison.html").write_text(page, encoding="utf-8")
    (workspace.site / "assets" / "comparison-rows.js").write_text(rows, encoding="utf-8")
    return workspace.site


def cases_shown(page: Any) -> list[str]:
    return (
        page.locator(".board").first.locator("tbody tr:not([hidden])").evaluate_all("rows => rows.map(row => row.id)")
    )


def test_a_long_table_shows_its_first_rows_and_more_when_asked(opened, many):
    page = at(opened, (many / "comparison.html").as_uri())
    first = cases_shown(page)
    assert len(first) == 50 and not [address for address in page.asked if "rows.js" in address]
    board = page.locator("#board .further").first
    assert "50 of 80" in board.inner_text()
    board.get_by_role("button", name="Show more").click()
    until(page, "document.querySelectorAll('.board tbody tr').length === 80")
    assert cases_shown(page)[:50] == first and len(set(cases_shown(page))) == 80
    assert board.is_hidden()
    assert not page.complaints
    page.context.close()


def test_sorting_filters_and_downloads_of_a_long_table_hold_all_its_rows(opened, many):
    page = at(opened, (many / "comparison.html").as_uri())
    page.locator(".board thead button", has_text="Case").first.click()
    until(page, "document.querySelector('.board tbody tr').id === 'case-small-00'")
    page.locator(".board thead button", has_text="Case").first.click()
    until(page, "document.querySelector('.board tbody tr').id === 'case-small-79'")
    assert len(cases_shown(page)) == 50
    page.locator("#board details.tv").first.evaluate("each => { each.open = true }")
    with page.expect_download() as given:
        page.locator("#board button.csv").first.click()
    assert len(Path(given.value.path()).read_text(encoding="utf-8-sig").splitlines()) == 81
    page.context.close()


def test_an_address_leads_to_a_row_that_the_page_does_not_hold_yet(opened, many):
    page = at(opened, (many / "index.html").as_uri() + "#case-small-75")
    until(
        page,
        "() => { const row = document.getElementById('case-small-75')?.getBoundingClientRect(); return row && row.top < innerHeight && row.bottom > 0 }",
    )
    page.context.close()


def test_without_scripts_a_long_table_says_where_all_cases_are(opened, many):
    page = at(opened, (many / "comparison.html").as_uri(), java_script_enabled=False)
    assert page.locator(".board tbody tr").count() == 50
    assert page.locator("#board .further a").first.get_attribute("href") == "data/scoreboard.csv"
    page.context.close()
