"""What pages cost a browser: ``python benchmarks/pages_in_browser.py [FOLDER OTHER]``.

Processor time of scripts until a page is at rest, and of its longest task, as Chromium counts them; the median of several visits, each
in a context that knows nothing. Two folders are visited by turns in one run, so that the ratio holds on a busy machine too. Without
folders it visits the site that is built. What somebody waits for who uses a long table is measured by the clock (``first_answer``).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from aftermath.workspace import find_workspace

PAGES = ("comparison.html", "cases/gm-ignition-recall.html", "cases/united-3411.html")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
VISITS = 5
PATIENCE = 120_000  # ms
QUIET = 1500  # ms without a task of a page, after which it is at rest


class Cost(NamedTuple):
    """What a visit costs, in milliseconds of processor time: all scripts, everything of the page, and its longest task."""

    scripts: float
    everything: float
    longest: float


class Answer(NamedTuple):
    """What somebody waits for, in milliseconds by the clock.

    ``usable``: until the scripts of the page have run. ``answer``: from the first act to the last change that it makes. ``longest``: the
    longest task. ``processor``: processor time of the page until it is at rest.
    """

    usable: float
    answer: float
    longest: float
    processor: float


# what asks for rows that the page does not hold
FIRST_ACTS: dict[str, Callable[[Any], object]] = {
    "index.html": lambda tab: tab.locator("button.more").first.click(),
    "comparison.html": lambda tab: tab.locator(".filters select").first.select_option(index=1),
}
_TASKS = (
    "window.tasks = []; new PerformanceObserver(list => list.getEntries().forEach(task => window.tasks.push(task.duration)))"
    ".observe({type: 'longtask', buffered: true});"
)
_CHANGES = (
    "for (const kind of ['input', 'click']) document.addEventListener(kind, () => { window.began ??= performance.now() }, true);"
    "new MutationObserver(() => { if (window.began) window.changed = performance.now() })"
    ".observe(document, {subtree: true, childList: true, characterData: true, attributes: true});"
)


def can_browse() -> bool:
    """Whether there is a browser, and what drives it."""
    return importlib.util.find_spec("playwright") is not None and any(map(shutil.which, BROWSERS))


@contextmanager
def browser() -> Iterator[Any]:
    """A browser without a window."""
    from playwright.sync_api import sync_playwright

    executable = next(path for name in BROWSERS if (path := shutil.which(name)))
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def _tab(opened: Any, script: str = "") -> Iterator[tuple[Any, Any]]:
    """A tab that knows nothing, in which a script runs before those of a page, and what counts for it."""
    context = opened.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE)
    tab = context.new_page()
    client = context.new_cdp_session(tab)
    tab.add_init_script(script)
    client.send("Performance.enable", {"timeDomain": "threadTicks"})
    yield tab, client
    context.close()


@contextmanager
def traced(opened: Any, tab: Any) -> Iterator[list[dict[str, Any]]]:
    """What all threads of a browser do meanwhile; filled at the end."""
    client = opened.new_browser_cdp_session()
    events: list[dict[str, Any]] = []
    ended: list[bool] = []
    client.on("Tracing.dataCollected", lambda part: events.extend(part["value"]))
    client.on("Tracing.tracingComplete", lambda _: ended.append(True))
    client.send("Tracing.start", {"traceConfig": {"includedCategories": ["toplevel", "devtools.timeline"]}})
    yield events
    client.send("Tracing.end")
    while not ended:
        tab.wait_for_timeout(20)
    client.detach()


def longest_task(events: Sequence[dict[str, Any]], address: str) -> float:
    """Milliseconds of processor time of the longest task on the main thread of the page at an address."""
    pages = {event["pid"] for event in events if event.get("args", {}).get("beginData", {}).get("url") == address}
    main = {
        (e["pid"], e["tid"]) for e in events if e["name"] == "thread_name" and e["args"]["name"] == "CrRendererMain"
    }
    times = [
        event["tdur"]
        for event in events
        if event["name"].endswith("RunTask")
        and event["pid"] in pages
        and (event["pid"], event["tid"]) in main
        and "tdur" in event
    ]
    return max(times) / 1000


def visit(opened: Any, page: Path) -> Cost:
    """Open a page from its file, wait until it is at rest, and count."""
    with _tab(opened) as (tab, client), traced(opened, tab) as events:
        tab.goto(page.as_uri())
        spent, before = _metrics(client), None
        while before is None or spent["ScriptDuration"] - before["ScriptDuration"] > 0.005:
            tab.wait_for_timeout(QUIET)
            before, spent = spent, _metrics(client)
    return Cost(1000 * spent["ScriptDuration"], 1000 * spent["TaskDuration"], longest_task(events, page.as_uri()))


def first_answer(opened: Any, page: Path) -> Answer:
    """Open a page from its file, do what ``FIRST_ACTS`` says as soon as it can be done, and wait until nothing changes any more."""
    with _tab(opened, _TASKS + _CHANGES) as (tab, client):
        tab.goto(page.as_uri(), wait_until="domcontentloaded")
        FIRST_ACTS[page.name](tab)
        state = "JSON.stringify([performance.now(), window.began ?? 0, window.changed ?? 0, window.tasks])"
        now = changed = began = 0.0
        tasks: list[float] = []
        while not changed or now - changed < QUIET:
            tab.wait_for_timeout(QUIET / 5)
            now, began, changed, tasks = json.loads(tab.evaluate(state))
        usable = tab.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
        spent = _metrics(client)["TaskDuration"]
    return Answer(usable, changed - began, max(tasks, default=0.0), 1000 * spent)


def _metrics(client: Any) -> dict[str, float]:
    return {metric["name"]: metric["value"] for metric in client.send("Performance.getMetrics")["metrics"]}


def measured(opened: Any, sites: Sequence[Path], page: str, visits: int) -> list[Cost]:
    """The median cost of a page in each site, visited by turns."""
    costs = [[visit(opened, site / page) for site in sites] for _ in range(visits)]
    return [Cost(*(median(values) for values in zip(*of_site, strict=True))) for of_site in zip(*costs, strict=True)]


def line(page: str, costs: Sequence[Cost]) -> str:
    """What a page costs in each site, and how many times the second the first costs."""
    texts = [f"scripts {cost.scripts:5.0f} ms, longest task {cost.longest:5.0f} ms" for cost in costs]
    if len(costs) == 2:
        first, second = costs
        texts.append(f"ratio {first.scripts / second.scripts:.1f}, {first.longest / max(1.0, second.longest):.1f}")
    return f"{page:32} {'  '.join(texts)}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sites", nargs="*", type=Path, metavar="FOLDER", help="sites; the one that is built by default")
    parser.add_argument("--visits", type=int, default=VISITS, help=f"visits of each page, {VISITS} by default")
    options = parser.parse_args()
    sites = [site.resolve() for site in options.sites] or [find_workspace().site]
    if not can_browse():
        print(f"Not measured: that takes playwright and one of {', '.join(BROWSERS)}.")
        return
    with browser() as opened:
        for page in PAGES:
            if all((site / page).is_file() for site in sites):
                print(line(page, measured(opened, sites, page, options.visits)))
            else:
                print(f"{page:32} not built")


if __name__ == "__main__":
    main()
