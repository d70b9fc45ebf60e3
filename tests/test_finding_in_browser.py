"""Search, lists, downloads and addresses as a reader meets them: from files, in a browser, by keyboard, on a phone."""

from __future__ import annotations

import csv
import functools
import http.server
import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import aftermath as am
from aftermath.comparison.gathering import Gathering
from aftermath.comparison.scoreboard import compare
from aftermath.pages import site
from aftermath.pages.templating import macro
from aftermath.workspace import INSTALLED_FROM, Workspace
from browsing import PATIENCE, browser, until, watched
from factories import case_folder, event, text
from pages import comparison_html, html_of

pytestmark = pytest.mark.slow

AXE = Path(__file__).with_name("browser") / "axe.min.js"
CASES = ("kitchenaid-tweet", "united-3411", "kuaishou-underage-mothers", "weishi-data-fabrication")
READY = "window.MiniSearch && document.querySelector('.find .found') && window.AFTERMATH_SOURCES"
QUICK = 50  # milliseconds
HOSTILE = '<img src=x onerror=alert(1)> =HYPERLINK("x")'
SEARCHED = ("munoz", "MUÑOZ", "快手", "kitchenaid apolog", "kitchanaid")  # accents, Chinese, a beginning, a slip


@pytest.fixture(scope="module")
def opened() -> Iterator[Any]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """A site of four cases: lists, search and the pages of two cases, which are made in this process."""
    workspace = Workspace(tmp_path_factory.mktemp("site"))
    (workspace.root / "casestudies").mkdir()
    (workspace.root / "casestudies" / "texts.csv").write_bytes(
        (INSTALLED_FROM / "casestudies" / "texts.csv").read_bytes()
    )
    comparison = compare(am.load_case(case_id) for case_id in CASES)
    site.write_assets(workspace.site)
    site.write_neighbours(workspace.site, comparison)
    site.write_finding(workspace, comparison, {})
    (workspace.site / "cases").mkdir()
    for case_id in CASES[:2]:
        (workspace.site / "cases" / f"{case_id}.html").write_text(html_of(case_id, INSTALLED_FROM), encoding="utf-8")
    (workspace.site / "comparison.html").write_text(
        comparison_html(comparison, Gathering(comparison.cases, ())), encoding="utf-8"
    )
    (workspace.site / "index.html").write_text("<title>Index</title>", encoding="utf-8")
    return workspace.site


def at(opened: Any, address: str, width: int = 1280, **settings: Any) -> Any:
    """A page of a browser that knows nobody, with its complaints and every address that it asked for."""
    context = opened.new_context(viewport={"width": width, "height": 900}, **settings)
    context.set_default_timeout(PATIENCE)
    page = watched(context.new_page())
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(address)
    return page


def ask(page: Any, words: str) -> list[str]:
    """Type into the search; the titles that are found."""
    page.locator(".find input").fill(words)
    until(
        page,
        "!document.querySelector('.found').hidden && document.querySelector('.found-n').textContent !== 'Loading …'",
    )
    return page.locator("#found [role=option] b").all_inner_texts()


def wait_until_seen(page: Any, anchor: str) -> None:
    """Until an element is within what the screen shows."""
    until(
        page,
        """anchor => { const box = document.getElementById(anchor)?.getBoundingClientRect();
        return box && box.height > 0 && box.top < innerHeight && box.bottom > 0 }""",
        arg=anchor,
    )


# Search


def test_the_keyboard_leads_from_a_page_to_a_row_of_another_and_opens_its_table(opened, root):
    page = at(opened, (root / "sources.html").as_uri())
    assert not [address for address in page.asked if "minisearch" in address or "search-data" in address]
    page.keyboard.press("/")
    field = page.locator(".find input")
    assert field.evaluate("each => each === document.activeElement")
    page.keyboard.type("re-accommodate munoz")
    page.wait_for_selector("#found [role=option]")
    assert field.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    active = page.locator(f"#{field.get_attribute('aria-activedescendant')}")
    assert active.get_attribute("aria-selected") == "true"
    anchor = urlsplit(active.evaluate("each => each.href")).fragment
    assert "United" in active.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/united-3411.html#*")
    wait_until_seen(page, anchor)
    page.evaluate("anchor => document.getElementById(anchor).closest('details').open = false", anchor)
    ask(page, "re-accommodate munoz")
    page.locator(f"#found [href$='#{anchor}']").click()
    wait_until_seen(page, anchor)
    assert (page.complaints, page.foreign) == ([], [])
    page.context.close()


def test_escape_closes_and_then_empties_and_what_is_typed_elsewhere_stays_there(opened, root):
    page = at(opened, (root / "sources.html").as_uri())
    page.locator(".filters [data-f=q]").press("/")
    assert page.locator(".filters [data-f=q]").input_value() == "/"
    ask(page, "apology")
    page.keyboard.press("Escape")
    assert page.locator(".found").is_hidden()
    assert page.locator(".find input").input_value() == "apology"
    page.keyboard.press("ArrowDown")
    assert page.locator(".found").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert page.locator(".find input").input_value() == ""
    page.context.close()


def test_words_are_found_however_they_are_written(opened, root):
    page = at(opened, (root / "claims.html").as_uri())
    page.locator(".find input").focus()
    until(page, READY)
    assert [words for words in SEARCHED if not ask(page, words)] == []
    page.context.close()


def test_every_event_is_found_by_its_label_and_leads_to_its_row(opened, root):
    page = at(opened, (root / "claims.html").as_uri())
    page.locator(".find input").focus()
    until(page, READY)
    ask(page, "apology")
    for case_id in ("kitchenaid-tweet", "kuaishou-underage-mothers"):
        for event_id, label in am.load_case(case_id).events.select("event_id", "label").iter_rows():
            ask(page, label)
            links = page.locator("#found [role=option]").evaluate_all(
                "each => each.map(one => one.getAttribute('href'))"
            )
            assert f"cases/{case_id}.html#{event_id}" in links, label
    page.context.close()


def test_a_pair_of_chinese_characters_is_found_inside_a_title_and_another_is_not(opened, root):
    titles = am.load_case("kuaishou-underage-mothers").sources["title"].drop_nulls().to_list()
    title = next(each for each in titles if each.startswith("快手") and len(each) > 4)
    page = at(opened, (root / "claims.html").as_uri())
    page.locator(".find input").focus()
    until(page, READY)
    assert title in ask(page, title[2:5])
    assert ask(page, "鲸鲨") == []
    assert page.locator(".found-n").inner_text() == "Nothing found."
    page.context.close()


def test_first_results_are_there_at_once(opened, root):
    page = at(opened, (root / "claims.html").as_uri())
    page.locator(".find input").focus()
    until(page, READY)
    ask(page, "warm")
    session = page.context.new_cdp_session(page)
    # of the processor: other work on the machine does not count
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(each["value"] for each in metrics if each["name"] == "TaskDuration") * 1000

    times = {}
    for words in ("k", "the", "apology", "kitchenaid apology", "快手", "united passenger"):
        before = spent()
        page.evaluate(
            """words => { const field = document.querySelector('.find input');
            for (let n = 0; n < 10; n += 1) { field.value = n % 2 ? words : words + ' '; field.dispatchEvent(new Event('input'));
            document.querySelector('.found').offsetHeight } }""",
            words,
        )
        times[words] = (spent() - before) / 10
    assert 0.1 < max(times.values()) < QUICK, times
    page.context.close()


def test_a_file_that_is_missing_is_said_to_be(opened, root, tmp_path):
    page = at(opened, "about:blank")
    page.route("**/search-data.js", lambda route: route.abort())
    page.goto((root / "claims.html").as_uri())
    page.locator(".find input").focus()
    until(page, "document.querySelector('.found-n').textContent.includes('could not be loaded')")
    page.context.close()


# Lists


def test_the_list_of_sources_filters_sorts_and_says_so_in_the_address(opened, root):
    united = am.load_case("united-3411").sources
    page = at(opened, (root / "sources.html").as_uri() + "?other=kept#all")
    page.locator("[data-f=case]").select_option("united-3411")
    assert page.locator(".cnt").inner_text() == f"{united.height} sources"
    page.locator("[data-f=read]").select_option("full")
    assert page.locator(".cnt").inner_text() == f"{united.filter(read='full').height} sources"
    page.locator("thead button", has_text="Published").click()
    page.locator("thead button", has_text="Published").click()
    address = urlsplit(page.url)
    assert (address.query, address.fragment) == ("other=kept&case=united-3411&read=full&sort=-published", "all")
    rows = page.locator("#sources tbody tr:not([hidden])").all_inner_texts()
    again = at(opened, page.url)
    assert again.locator("#sources tbody tr:not([hidden])").all_inner_texts() == rows
    days = united.filter(read="full")["published"].drop_nulls().sort(descending=True)
    shown = again.locator("#sources tbody tr:not([hidden]) td[data-l=Published]").evaluate_all(
        "each => each.map(one => one.lastChild.data)"
    )
    assert [day for day in shown if day != "no date"] == days.to_list()
    again.locator(".reset").click()
    assert urlsplit(again.url).query == "other=kept"
    first = am.load_case(again.locator("#sources tbody tr").first.get_attribute("data-case")).sources["title"][0]
    assert first in again.locator("#sources tbody tr").first.inner_text()
    for each in (page, again):
        assert (each.complaints, each.foreign) == ([], [])
        each.context.close()


def test_words_filter_without_regard_to_accents_and_an_unknown_choice_is_none(opened, root):
    page = at(opened, (root / "sources.html").as_uri() + "?case=nothing&q=UNÍTED%20reuters")
    shown = page.locator("#sources tbody tr:not([hidden])").all_inner_texts()
    assert shown
    assert all("united" in row.lower() and "reuters" in row.lower() for row in shown)
    page.context.close()


def test_the_scoreboard_is_sorted_and_filtered_by_its_address(opened, root):
    page = at(opened, (root / "comparison.html").as_uri() + "?country=United+States&sort=transparency#board")
    shown = page.locator(".board tbody tr:not([hidden])").evaluate_all("each => each.map(one => one.id)")
    index = {case_id: am.transparency(case_id).transparency.value for case_id in ("kitchenaid-tweet", "united-3411")}
    assert shown == [f"case-{case_id}" for case_id in sorted(index, key=index.__getitem__)]
    assert page.locator(".cnt").inner_text() == "2 cases"
    page.locator("thead button", has_text="Transparency").click()
    assert "sort=-transparency" in page.evaluate("location.href")
    page.context.close()


def test_hostile_words_stay_words_and_unsafe_addresses_are_no_links(opened, tmp_path):
    workspace = Workspace(tmp_path)
    case_folder(
        tmp_path,
        "hostile-case",
        events=[event("exposure", summary=HOSTILE, label="Whale")],
        texts=[text()],
        title=HOSTILE,
        organisation=HOSTILE,
    )
    site.write_site(workspace)
    data = workspace.site / "assets" / "sources-data.js"
    data.write_text(data.read_text(encoding="utf-8").replace("https://", "javascript:alert(1)//"), encoding="utf-8")
    page = at(opened, (workspace.site / "sources.html").as_uri())
    assert page.locator("#sources tbody tr").count() == 1
    assert not page.locator("a[href^='javascript']").count()
    ask(page, "whale")
    assert HOSTILE in page.locator("#found").inner_text()
    assert not page.locator("#found img, #sources img").count()
    assert page.complaints == []
    page.context.close()


# Tables as data


def download(page: Any, button: Any) -> tuple[str, list[list[str]]]:
    """What a button downloads: the name of the file, and its rows as Python's own reader has them."""
    with page.expect_download() as given:
        button.click()
    content = Path(given.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return given.value.suggested_filename, list(
        csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    )


def test_events_are_downloaded_as_data_under_the_name_of_their_table(opened, root):
    events = am.load_case("united-3411").events
    page = at(opened, (root / "cases/united-3411.html").as_uri() + "#e01")
    view = page.locator("details.tv", has=page.locator("table.evt"))
    name, rows = download(page, view.locator("button.csv"))
    assert name == "united-3411-every-event-of-the-case.csv"
    heads, *rows = rows
    assert [row[0] for row in rows] == events["event_id"].to_list()
    assert {len(row) for row in rows} == {len(heads)} == {4}
    for row, label, summary in zip(rows, events["label"], events["summary"], strict=True):
        assert row[3].startswith(f"{label}. {summary}".replace("\u00a0", " "))
        assert "; sources" in row[3]
        assert row[1].count("; ") >= 1, "latency and time stand apart"
    page.context.close()


def test_only_what_is_shown_is_downloaded(opened, root):
    page = at(opened, (root / "sources.html").as_uri() + "?case=kitchenaid-tweet&read=full")
    name, rows = download(page, page.locator("button.csv"))
    assert name == "sources-sources.csv"
    assert len(rows) - 1 == am.load_case("kitchenaid-tweet").sources.filter(read="full").height
    page.context.close()


def test_formulas_are_defused_numbers_are_numbers_and_quotes_are_kept(opened, root, tmp_path):
    cells = ["=1+1", "+cmd", "@x", "-2 of 3", "−1,234.5", "12,345", 'say "so"', "a\u00a0b", "1,2", "-3"]
    row = macro("tables", "row")(["h"] * (len(cells) + 1), ["first", *cells])
    page = at(opened, (root / "claims.html").as_uri())
    page.locator("#claims tbody").evaluate("(each, row) => { each.innerHTML = row }", str(row))
    _, rows = download(page, page.locator("button.csv"))
    assert rows[1] == ["first", "'=1+1", "'+cmd", "'@x", "'-2 of 3", "-1234.5", "12345", 'say "so"', "a b", "1,2", "-3"]
    page.context.close()


# Every page


@pytest.mark.parametrize("width", [1280, 768, 320])
@pytest.mark.parametrize("name", ["sources", "claims", "404"])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_pages_fit_complain_of_nothing_ask_nobody_and_keep_nobody_out(opened, root, name, width, colours):
    page = at(opened, (root / f"{name}.html").as_uri(), width, color_scheme=colours)
    page.wait_for_load_state("load")
    until(page, "!!document.querySelector('.find')")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.locator(".find input").focus()
    ask(page, "apology")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    box = page.locator(".found").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "axe.run(document, {resultTypes: ['violations'], preload: false}).then(found => found.violations)"
    )
    serious = {
        fault["id"]: [node["html"][:160] for node in fault["nodes"][:3]]
        for fault in found
        if fault["impact"] in ("serious", "critical")
    }
    assert serious == {}
    assert (page.complaints, page.foreign) == ([], [])
    page.context.close()


class _Host(http.server.SimpleHTTPRequestHandler):
    """A static host as they are: where there is no file it shows 404.html, under the address that was asked for."""

    def send_error(self, code, message=None, explain=None):
        content = (Path(self.directory) / "site" / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("missing", ["nothing.html", "cases/nothing.html", "cases/much/deeper/nothing"])
def test_the_page_for_what_is_missing_finds_the_site_from_any_depth(opened, root, missing):
    handler = functools.partial(_Host, directory=str(root.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        begin = f"http://127.0.0.1:{server.server_port}/site/"
        page = at(opened, begin + missing)
        until(page, "begin => document.querySelector('main a').href === begin + 'index.html'", arg=begin)
        page.wait_for_selector("script[src$='search.js']", state="attached")
        until(
            page,
            "fetch && performance.getEntriesByType('resource').some(each => each.name.endsWith('assets/search.js'))",
        )
        page.locator(".find input").focus()
        page.keyboard.type("grandmother")
        page.wait_for_selector("#found [role=option]")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{begin}cases/**")
        assert page.foreign == []
        page.context.close()
        server.shutdown()
