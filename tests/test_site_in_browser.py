"""Every page of a built site in a browser: from a file and from a server, wide and narrow, light and dark, by keyboard and on paper.

The site is built here, of a few cases; ``AFTERMATH_SITE`` names one that is built already.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from aftermath.pages.serving import site_server
from browsing import browser, chromium, copy_workspace, until, watched

pytestmark = pytest.mark.slow

AXE = Path(__file__).with_name("browser") / "axe.min.js"
CASES = ("gm-ignition-recall", "kitchenaid-tweet", "united-3411", "weishi-data-fabrication")
# pages that must be there; whatever else the site holds is tried, too
PAGES = (
    *(f"cases/{case_id}.html" for case_id in CASES),
    *(f"replay/{case_id}.html" for case_id in CASES),
    *(
        "index.html",
        "comparison.html",
        "multiverse.html",
        "claims.html",
        "sources.html",
        "methods.html",
        "trial.html",
        "marks.html",
        "404.html",
    ),
)
WIDTHS = 1280, 768, 360
THINNEST = 320
PATIENCE = 120_000  # ms
SHEET = 1000  # px: how high a sheet of A4 is within its margins


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    chromium()
    if built := os.environ.get("AFTERMATH_SITE"):
        return Path(built).resolve()
    folder = copy_workspace(tmp_path_factory.mktemp("workspace"), *CASES)
    command = [sys.executable, "-m", "aftermath", "build", "--workers", "2"]
    environment = os.environ | {"AFTERMATH_ROOT": str(folder)}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return folder / "build" / "site"


@pytest.fixture(scope="module")
def served(site) -> Iterator[str]:
    """The address of a server of the site on this machine."""
    with site_server(site, port=0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.address
        server.shutdown()


@pytest.fixture(scope="module")
def opened() -> Iterator[Any]:
    with browser() as found:
        yield found


@pytest.fixture
def page(opened) -> Iterator[Any]:
    """A page of a browser that knows nobody; what it complained of and whom it asked is looked at in the end."""
    context = opened.new_context(viewport={"width": WIDTHS[0], "height": 800})
    context.set_default_timeout(PATIENCE)
    page = watched(context.new_page())
    yield page
    context.close()
    assert (page.complaints, page.foreign) == ([], [])


def pages_of(site: Path) -> list[str]:
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))


DRAW = """async () => {
    const plots = [...document.querySelectorAll(".plot[data-figure]")];
    for (const plot of plots) {
        plot.scrollIntoView({block: "center", behavior: "instant"});
        const begun = performance.now();
        while (!plot.querySelector(".main-svg") && plot.clientWidth && performance.now() - begun < 30000)
            await new Promise(done => setTimeout(done, 20));
    }
    return plots.filter(plot => plot.clientWidth && !plot.querySelector(".main-svg")).map(plot => plot.dataset.figure);
}"""

# what sticks out of the window to the right, and is in no box of its own that scrolls or cuts
OUTSIDE = """() => {
    if (document.scrollingElement.scrollWidth <= innerWidth) return [];
    const cut = node => { for (let at = node.parentElement; at && at !== document.body; at = at.parentElement)
        if (getComputedStyle(at).overflowX !== "visible" && at.getBoundingClientRect().right <= innerWidth + 0.5) return true; return false };
    const out = [...document.querySelectorAll("body *")].filter(node => node.getBoundingClientRect().right > innerWidth + 0.5);
    return [`${document.scrollingElement.scrollWidth} > ${innerWidth}`, ...out.filter(node => !cut(node)).slice(0, 4).map(node =>
        `<${node.tagName.toLowerCase()} class="${node.getAttribute("class")}"> ${(node.textContent || "").trim().slice(0, 40)}`)];
}"""
UNFOLD = "document.querySelectorAll('details').forEach(details => { details.open = true })"


def test_the_site_has_its_pages(site):
    assert set(PAGES) <= set(pages_of(site))


INJECTED = '<script>window.ran = 1</script><img src="https://example.org/seen.png" onerror="window.ran = 2"><style>body{color:red}</style>'


@pytest.mark.bad_input("hostile text on pages")
@pytest.mark.parametrize(
    "name", ["cases/kitchenaid-tweet.html", "replay/kitchenaid-tweet.html", "index.html", "404.html"]
)
def test_what_gets_into_a_page_does_not_run_and_calls_nobody(opened, site, served, name):
    source = (site / name).read_text(encoding="utf-8")
    beside = (site / name).with_suffix(".injected.htm")
    beside.write_text(source.replace("<main ", f"{INJECTED}<main ", 1), encoding="utf-8")
    try:
        for root in (site.as_uri() + "/", served):
            page = watched(opened.new_page())
            page.goto(root + beside.relative_to(site).as_posix())
            assert page.locator("img[src^='https://example.org']").count() == 1, "it is in the page"
            assert page.evaluate("window.ran") is None
            assert page.evaluate("getComputedStyle(document.body).color") != "rgb(255, 0, 0)"
            refused = [said for said in page.complaints if "Content Security Policy" in said]
            for what in ("inline script violates", "Loading the image", "inline style violates"):
                assert any(what in said for said in refused), what
            assert page.evaluate("document.documentElement.classList.contains('js')"), "and ours runs"
            page.close()
    finally:
        beside.unlink()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_runs_out_of_the_window_or_asks_another_machine(site, served, page, name):
    found = {}
    for root, scheme in ((site.as_uri() + "/", "light"), (served, "dark")):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": WIDTHS[0], "height": 800})
        page.goto(root + name)
        page.evaluate(UNFOLD)
        for width in (*WIDTHS, THINNEST):
            page.set_viewport_size({"width": width, "height": 800})
            if width == WIDTHS[-1]:
                assert page.evaluate(DRAW) == [], "all figures are drawn"
            if outside := page.evaluate(OUTSIDE):
                found[f"{urlsplit(root).scheme}, {width} px"] = outside
    assert found == {}


WALK = """async () => {
    const plots = [...document.querySelectorAll(".plot[data-figure]")].filter(plot => plot.marks && plot.marks.length);
    const silent = [], wait = milliseconds => new Promise(done => setTimeout(done, milliseconds));
    const speaks = plot => !!plot.querySelector(".hoverlayer .hovertext"), press = (plot, key) => plot.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
    for (let step = 0; step < Math.max(0, ...plots.map(plot => plot.marks.length)); step++) {
        const walking = plots.filter(plot => step < plot.marks.length);
        walking.forEach(plot => press(plot, "ArrowRight"));
        await wait(60);  // plotly shows one mark in 50 ms
        for (let more = 0; more < 50 && !walking.every(speaks); more++) await wait(40);
        walking.filter(plot => plot.at !== step || !speaks(plot))
            .forEach(plot => silent.push(`${plot.dataset.figure}, mark ${step}: ${JSON.stringify(plot.marks[step])}`));
        walking.forEach(plot => press(plot, "Escape"));
    }
    return [plots.length, silent];
}"""


def test_arrow_keys_walk_every_mark_of_every_figure(site, page):
    walked, silent = 0, {}
    for name in pages_of(site):
        page.goto((site / name).as_uri())
        page.evaluate(DRAW)
        figures, marks = page.evaluate(WALK)
        walked += figures
        if marks:
            silent[name] = marks[:5]
    assert walked > 20
    assert silent == {}


def test_a_figure_takes_the_place_that_was_kept_for_it(site, page):
    heights = """() => [...document.querySelectorAll(".plot[data-figure]")].map(plot => plot.clientHeight)"""
    for name in (name for name in pages_of(site) if "data-figure=" in (site / name).read_text(encoding="utf-8")):
        for width in (WIDTHS[0], WIDTHS[-1]):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto((site / name).as_uri())
            kept = page.evaluate(heights)
            page.evaluate(DRAW)
            assert (name, width, page.evaluate(heights)) == (name, width, kept)


def test_figures_are_drawn_when_they_come_near_and_not_before(site, page):
    drawn = "() => [...document.querySelectorAll('.plot')].map(plot => !!plot.querySelector('.main-svg'))"
    page.goto((site / "cases/gm-ignition-recall.html").as_uri())
    page.wait_for_timeout(1000)
    before = page.evaluate(drawn)
    assert not all(before)
    page.evaluate("document.querySelector('.plot[data-figure=f6]').focus({preventScroll: true})")
    assert page.evaluate(drawn)[5], "what has the focus is drawn at once"
    page.goto((site / "cases/gm-ignition-recall.html").as_uri() + "#f4")
    until(page, "document.querySelector('#f4 .main-svg')")


def test_paper_has_every_figure_whole_and_in_light_colours(site, page):
    figures = """() => [...document.querySelectorAll(".plot[data-figure]")].map(plot => ({
        paper: plot.querySelector(".main-svg")?.style.background, high: plot.getBoundingClientRect().height,
        kept: getComputedStyle(plot.closest(".fig")).breakInside}))"""
    page.emulate_media(color_scheme="dark")
    for name in ("cases/gm-ignition-recall.html", "comparison.html"):
        page.goto((site / name).as_uri())
        page.evaluate(f"addEventListener('beforeprint', () => {{ window.printed = ({figures})() }})")
        assert page.pdf(format="A4", prefer_css_page_size=True).startswith(b"%PDF-")
        printed = page.evaluate("window.printed")
        assert printed
        assert {figure["paper"] for figure in printed} == {"rgb(255, 255, 255)"}
        assert max(figure["high"] for figure in printed) < SHEET
        page.emulate_media(media="print")
        assert {figure["kept"] for figure in page.evaluate(figures)} == {"avoid"}
        page.emulate_media(media="screen")


def test_on_a_phone_the_first_tap_says_what_a_mark_is_and_the_second_follows_it(site, opened):
    context = opened.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    context.set_default_timeout(PATIENCE)
    page = watched(context.new_page())
    page.goto((site / "cases/gm-ignition-recall.html").as_uri())
    page.evaluate(DRAW)
    page.evaluate("document.querySelector('#f1 .plot').scrollIntoView({behavior: 'instant'})")
    x, y = page.evaluate(
        """() => { const boxes = [...document.querySelectorAll("#f1 .bars path")].map(path => path.getBoundingClientRect());
        const box = boxes.find(box => box.top > 120 && box.top < 700); return [box.x + box.width / 2, box.y + box.height / 2] }"""
    )
    page.touchscreen.tap(x, y)
    page.wait_for_selector("#f1 .hovertext")
    page.wait_for_timeout(1000)
    assert "#" not in page.url
    page.touchscreen.tap(x, y)
    until(page, "location.hash.startsWith('#e')")
    assert page.complaints == []
    context.close()


# what a width hides or wraps is the same in both colours, and contrast the same in both widths
@pytest.mark.parametrize(
    ("width", "scheme", "names"),
    [
        (WIDTHS[-1], "dark", PAGES),
        (WIDTHS[0], "light", (*PAGES[len(CASES) - 1 : len(CASES) + 1], *PAGES[2 * len(CASES) :])),
    ],
    ids=["narrow and dark, every page", "wide and light, one of each kind"],
)
def test_axe_finds_nothing_serious(site, page, width, scheme, names):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    found = {}
    for name in names:
        page.goto((site / name).as_uri())
        page.evaluate(AXE.read_text(encoding="utf-8"))
        passes, violations = page.evaluate(
            "axe.run({preload: false}).then(result => [result.passes.length, result.violations])"
        )
        assert passes > 10, "it has looked"
        serious = [one for one in violations if one["impact"] in ("serious", "critical")]
        if serious:
            found[name] = [f"{one['id']} ({len(one['nodes'])}) {one['nodes'][0]['html'][:160]}" for one in serious]
    assert found == {}
