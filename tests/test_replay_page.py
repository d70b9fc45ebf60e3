"""The page of a replay: what is to come is in no element, a keyboard plays it, nothing leaves it, and it is light and quick."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import aftermath as am
from aftermath.pages.made_from import MadeFrom, read_made_from, seal_holds
from aftermath.pages.replay import no_replay_page, playable, replay_page, table_of
from aftermath.pages.site import write_site
from aftermath.replaying.play import Play
from aftermath.replaying.script import script_of
from aftermath.workspace import Workspace
from browsing import until
from factories import case, case_folder, event
from moments import items, moment_shown, told_too_early
from pages import Page

AXE = Path(__file__).with_name("browser") / "axe.min.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PLAYABLE = [name for name in am.case_ids() if name != "weishi-data-fabrication"]
LIGHT_ENOUGH, QUICK_ENOUGH = 400_000, 500  # bytes, milliseconds
HOUR = 3600
EIGHT = [event("exposure"), *(event("update", hour * HOUR) for hour in range(1, 8))]
# what a reader might see: everything in the body but scripts and sheets, folded or not
VISIBLE = """() => { const body = document.body.cloneNode(true);
body.querySelectorAll("script, style, noscript").forEach(each => each.remove()); return body.textContent }"""


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("replays")
    for case_id in PLAYABLE:
        (folder / f"{case_id}.html").write_text(replay_page(script_of(case_id)), encoding="utf-8")
    return folder


# Without a browser


@pytest.mark.parametrize("case_id", PLAYABLE)
def test_what_is_to_come_is_in_no_element_and_the_page_is_light(site, case_id):
    source = (site / f"{case_id}.html").read_text(encoding="utf-8")
    assert len(source.encode()) < LIGHT_ENOUGH
    shown = re.sub(r"<style>.*?</style>", "", source, flags=re.DOTALL)
    page = Page(shown)
    assert not [
        item.words for item in items(case_id) if len(item.words) > 20 and item.words in " ".join(page.text.split())
    ]


def test_the_table_is_the_script_in_words(site):
    script = script_of("kitchenaid-tweet")
    source = (site / "kitchenaid-tweet.html").read_text(encoding="utf-8")
    held = re.search(r'<script type="application/json" id="replay-table">(.*?)</script>', source, re.DOTALL)
    table = json.loads(held.group(1))
    assert table == json.loads(json.dumps(table_of(script)))
    assert [moment["clock"] for moment in table["moments"]] == [moment.clock for moment in script.moments]
    assert [bool(moment["decision"]) for moment in table["moments"]] == [
        bool(moment.decision) for moment in script.moments
    ]


def test_text_of_a_case_ends_no_script_and_opens_no_element():
    hostile = "</script><img src=x onerror=alert(1)>"
    made = case(
        [*EIGHT, event("apology", 2.5 * HOUR, speaker=hostile, summary=hostile)], organisation=hostile, title=hostile
    )
    page = Page(replay_page(script_of(made)))
    assert "img" not in [tag for tag, _ in page.elements]
    assert len(page.scripts) == 3


def test_a_page_says_what_it_was_made_from_and_is_the_same_every_time():
    made = MadeFrom({"evidence of kitchenaid-tweet": "a" * 64})
    page = replay_page(script_of("kitchenaid-tweet"), made)
    assert read_made_from(page) == made
    assert seal_holds(page)
    assert page == replay_page(script_of("kitchenaid-tweet"), made)


def test_a_case_without_a_record_has_a_page_that_says_why(tmp_path):
    page = Page(no_replay_page("Weishi", "no crisis is on record, so there is nothing to replay."))
    assert "There is no replay of this case." in page.text
    assert "No crisis is on record" in page.text
    assert not playable(am.load_case("weishi-data-fabrication"))
    assert playable(am.load_case("kitchenaid-tweet"))


def test_the_site_has_a_replay_for_every_case_and_links_those_that_can_be_played(tmp_path):
    case_folder(tmp_path, "whole-case", events=EIGHT)
    case_folder(tmp_path, "short-case", events=EIGHT[:3])
    (case_folder(tmp_path, "broken-case") / "events.csv").unlink()
    workspace = Workspace(tmp_path)
    write_site(workspace, made=MadeFrom({"evidence of whole-case": "b" * 64, "evidence of short-case": "c" * 64}))
    pages = {path.stem: path.read_text(encoding="utf-8") for path in (workspace.site / "replay").glob("*.html")}
    assert sorted(pages) == ["broken-case", "short-case", "whole-case"]
    assert 'id="replay-table"' in pages["whole-case"]
    assert "Has 3\u00a0dated events; a replay needs at least 8" in Page(pages["short-case"]).text
    assert "could not be loaded" in pages["broken-case"]
    assert read_made_from(pages["whole-case"]).inputs == {"evidence of whole-case": "b" * 64}
    index = (workspace.site / "index.html").read_text(encoding="utf-8")
    links = Page(index).links
    assert "replay/whole-case.html" in links
    assert "replay/short-case.html" not in links
    assert "replay/whole-case.html" in read_made_from(index).files


# In a browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser on this machine: {', '.join(BROWSERS)}")
    pytest.importorskip("playwright", reason="playwright is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()


def opened(browser: Any, path: Path, width: int, height: int = 844, **settings: Any) -> Any:
    """A page of a browser that knows nobody, with what its console complained of and whom it asked."""
    page = browser.new_context(viewport={"width": width, "height": height}, **settings).new_page()
    page.complaints, page.asked = [], []
    page.on("console", lambda said: page.complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(path.as_uri())
    return page


def tab_to(page: Any, name: str) -> None:
    """Press Tab until a control of this name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if (
            page.evaluate("(document.activeElement.closest('label') || document.activeElement).innerText.trim()")
            == name
        ):
            return
    raise AssertionError(f"no key leads to {name}")


def steps(page: Any) -> Iterator[str]:
    """Go through a replay with the arrow keys, waiting where the class is asked; yields before each step on."""
    for _ in range(200):
        yield page.evaluate(VISIBLE)
        if page.locator("text=Start again").count():
            return
        if page.locator("#timer").count():
            page.locator("button", has_text="Wait").press("Enter")
        else:
            page.keyboard.press("ArrowRight")


@pytest.mark.slow
@pytest.mark.parametrize("case_id", PLAYABLE)
def test_nothing_dated_after_the_moment_is_in_the_visible_page(browser, site, case_id):
    page = opened(browser, site / f"{case_id}.html", 1280)
    _, *moments, debriefing = steps(page)
    assert len(moments) == len(script_of(case_id).moments)
    for shown in moments:
        wall = shown.partition("Replay")[2]
        at = moment_shown(re.sub(r"(end of the day|\d\d:\d\d)(\w+day)", r"\1 \2", wall[:400]), case_id)
        assert told_too_early(shown, case_id, at) == []
    assert items(case_id)[0].words in " ".join(debriefing.split())
    assert (page.complaints, len(page.asked)) == ([], 1)
    page.context.close()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_a_keyboard_plays_kitchenaid_from_the_first_event_to_the_debriefing(browser, site, width, height):
    page = opened(browser, site / "kitchenaid-tweet.html", width, height)
    tab_to(page, "Begin")
    page.keyboard.press("Enter")
    assert "The first debate" in page.evaluate(VISIBLE)
    tab_to(page, "Next moment")
    page.keyboard.press("Enter")
    for option in ("Apologise", "Let a named leader speak"):
        tab_to(page, option)
        page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("We are sorry, and we say so by name.")
    tab_to(page, "Decide")
    page.keyboard.press("Enter")
    shown = page.evaluate(VISIBLE)
    assert "We are sorry, and we say so by name." in shown
    assert "An unsigned apology" in shown
    assert page.evaluate("scrollY") == 0, "what is new is what is seen"
    for _ in range(60):
        if page.locator("#timer").count():
            tab_to(page, "Wait")
        elif page.locator("text=Start again").count():
            break
        else:
            last = page.locator("#next").inner_text()
            tab_to(page, last)
        page.keyboard.press("Enter")
    first = " ".join(page.locator("table").first.inner_text().split())
    step = (
        r"(?:You )?within 59 s of clock zero [^–]*8(?:–9| min –)[^)]*\) (?:Which came first )?earlier than the record"
    )
    assert re.search(f"First apology {step}", first)
    assert re.search(f"First apology by a named person {step}", first)
    assert page.evaluate("document.documentElement.scrollWidth") == width, "nothing runs out of the screen"
    assert page.complaints == []
    assert page.asked == [(site / "kitchenaid-tweet.html").as_uri()]
    page.context.close()


@pytest.mark.slow
def test_the_debriefing_of_the_page_is_that_of_the_script(browser, site):
    chosen = iter([("explain",), (), ("apologise", "leader"), ("correct", "hub")])
    play, page = Play(script_of("united-3411")), opened(browser, site / "united-3411.html", 1280)
    while not play.over:
        if play.awaited:
            options = next(chosen)
            play.choose(options)
            for name in options:
                page.locator(f"input[value={name}]").check()
            page.locator("button[type=submit]").press("Enter")
        else:
            play.forward()
            page.keyboard.press("ArrowRight")
    steps_shown, decisions_shown, *advice_shown = (
        [[" ".join(cell.split()) for cell in row] for row in table]
        for table in page.evaluate(
            "[...document.querySelectorAll('table')].map(table => [...table.tBodies[0].rows].map(row => [...row.cells].map(cell => cell.textContent)))"
        )
    )
    assert steps_shown == [[" ".join(cell.split()) for cell in dataclasses.astuple(row)] for row in play.compared]
    assert [row[1].split(" (")[0] for row in decisions_shown] == [row.chosen.split(" (")[0] for row in play.decided]
    assert [row[3] for row in decisions_shown] == [row.did for row in play.decided]
    own = [play.advice(each) for each in play.script.debriefing.advice]
    assert [row[2] for table in advice_shown for row in table] == own
    page.context.close()


@pytest.mark.slow
def test_going_back_shows_less_and_a_reload_loses_nothing(browser, site):
    page = opened(browser, site / "kitchenaid-tweet.html", 1280)
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.locator("#timer").count(), "a decision is not stepped over"
    page.locator("#statement").fill("Half a sentence")
    page.locator("#statement").press("ArrowLeft")
    assert page.locator("#timer").count(), "an arrow in a text moves its cursor"
    page.reload()
    assert page.locator("#statement").input_value() == "Half a sentence"
    page.locator("button", has_text="Back").press("Enter")
    assert "A joke about the death" not in page.evaluate(VISIBLE)
    page.context.close()


@pytest.mark.slow
def test_time_that_runs_out_is_a_wait_and_a_pause_stops_it(browser, site):
    page = opened(browser, site / "united-3411.html", 1280)
    page.clock.install()
    page.reload()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    page.clock.run_for(60_000)
    assert page.locator("#timer").inner_text() == "4:00 left"
    page.locator("#pause").press("Enter")
    page.clock.run_for(600_000)
    assert page.locator("#timer").inner_text() == "4:00 left, paused"
    page.locator("#pause").press("Enter")
    page.locator("#statement").fill("Too late.")
    page.clock.run_for(241_000)
    shown = page.evaluate(VISIBLE)
    assert "Wait (the time had run out)" in shown
    assert "Too late." in shown
    page.context.close()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_who_writes_sees_how_much_time_is_left(browser, site, width, height):
    page = opened(browser, site / "united-3411.html", width, height)
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    page.locator("#statement").focus()
    place = page.locator("#timer").bounding_box()
    assert place["y"] >= 0 and place["y"] + place["height"] <= height
    assert place["x"] + place["width"] <= page.locator(".lect").bounding_box()["x"]
    page.context.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ("as staged", "5:00 left"),
        ("1 minute", "1:00 left"),
        ("10 minutes", "10:00 left"),
        ("no limit", "thinking for 0:00"),
    ],
)
def test_the_limit_that_the_lecturer_chooses_holds(browser, site, chosen, shown):
    page = opened(browser, site / "united-3411.html", 1280)
    page.clock.install(time=0)
    page.clock.pause_at(1000)  # ms; a clock that is only installed goes on
    page.reload()
    assert page.locator("#limit option:checked").inner_text() == "as staged"
    page.locator("#limit").select_option(label=chosen)
    for _ in range(2):
        page.locator("#next").press("Enter")
    assert page.locator("#timer").inner_text() == shown
    page.context.close()


@pytest.mark.slow
def test_the_lecturers_list_is_there_only_while_it_is_open(browser, site):
    page = opened(browser, site / "kitchenaid-tweet.html", 1280)
    page.keyboard.press("ArrowRight")
    tab_to(page, "Lecturer")
    page.keyboard.press("Enter")
    assert "An unsigned apology" in page.evaluate(VISIBLE)
    page.keyboard.press("Escape")
    until(page, "!document.getElementById('ahead').hasChildNodes()")
    assert "An unsigned apology" not in page.evaluate(VISIBLE)
    page.context.close()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious(browser, site, width, scheme):
    page = opened(browser, site / "kitchenaid-tweet.html", width, color_scheme=scheme)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = {}
    for number, _ in enumerate(steps(page)):
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        found |= {f"{number}: {each}": "" for each in _serious(page)}
    page.locator(".lect").press("Enter")
    found |= {f"lecturer: {each}": "" for each in _serious(page)}
    assert list(found) == []
    page.context.close()


def _serious(page: Any) -> list[str]:
    passes, violations = page.evaluate("axe.run().then(result => [result.passes.length, result.violations])")
    assert passes > 10, "it has looked"
    return [
        f"{each['id']} {each['nodes'][0]['html'][:90]}"
        for each in violations
        if each["impact"] in ("serious", "critical")
    ]


@pytest.mark.slow
def test_a_page_is_interactive_at_once(browser, site):
    took = []
    for _ in range(5):
        page = opened(browser, site / "gm-ignition-recall.html", 390)
        assert page.locator("#next").is_enabled()
        took.append(page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"))
        page.context.close()
    print(f"interactive after {[round(each) for each in took]} ms")
    assert statistics.median(took) < QUICK_ENOUGH
