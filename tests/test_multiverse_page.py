"""The page of the multiverse: what it filters is what Python filters, in any choice; it is light, quick, and asks nobody."""

from __future__ import annotations

import csv
import io
import itertools
import random
import re
import shutil
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import aftermath as am
from aftermath.comparison.choices import CHOICES, NONE, OPENNESS
from aftermath.comparison.multiverse import Multiverse
from aftermath.comparison.specifications import Specification
from aftermath.pages.multiverse import COLUMNS, multiverse_page, packed, what_matters
from aftermath.pages.site import write_assets
from browsing import until
from pages import Page

AXE = Path(__file__).with_name("browser") / "axe.min.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LIGHT_ENOUGH, QUICK_ENOUGH = 400_000, 100  # bytes, milliseconds
TICKED = "[...document.querySelectorAll('.mv-choice input:checked')].map(box => box.closest('.mv-grid').id)"
VALUES = "Object.fromEntries(['count', 'n', 'middle', 'range', 'below', 'above', 'zero'].map(name => [name, document.getElementById('mv-' + name).dataset.value]))"


@pytest.fixture(scope="module")
def multiverse() -> Multiverse:
    return am.multiverse(am.cases())


@pytest.fixture(scope="module")
def site(multiverse, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    write_assets(folder)
    (folder / "multiverse.html").write_text(multiverse_page(multiverse), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def page(site) -> Page:
    return Page((site / "multiverse.html").read_text(encoding="utf-8"))


# Without a browser


def unpacked(held: dict[str, Any]) -> list[tuple]:
    """The rows that a packed multiverse holds, read as its description says."""
    results = [tau for tau, times in held["taus"] for _ in range(times)]
    bases = [*(len(choice["values"]) for choice in held["choices"]), held["sizes"]]
    rows = []
    for place, tau in enumerate(results):
        number, digits = int(held["codes"][place * held["width"] : (place + 1) * held["width"]], 36), []
        for base in reversed(bases):
            number, digit = divmod(number, base)
            digits.insert(0, digit)
        *values, n = digits
        rows.append((*(choice["values"][value] for choice, value in zip(held["choices"], values, strict=True)), tau, n))
    return rows


def test_what_is_packed_are_the_rows_of_the_table(multiverse):
    assert unpacked(packed(multiverse)) == multiverse.table.drop_nulls("tau_b").rows()


def test_further_coders_are_packed_as_well(multiverse):
    first = multiverse.specifications[0]
    ways = (first, Specification({**first.choices, "coder": "fourth"}, 0.9, 120))
    held = packed(Multiverse(ways))
    assert held["choices"][0]["values"] == ("first", "second", "third", "fourth", "mean")
    assert [(row[0], *row[-2:]) for row in unpacked(held)] == [
        (ways[0].choices["coder"], ways[0].tau, ways[0].n),
        ("fourth", 0.9, 120),
    ]


def test_the_page_is_light_and_the_same_every_time(multiverse, site):
    held = (site / "multiverse.html").read_bytes()
    own = [(site / "assets" / name).stat().st_size for name in ("multiverse.js", "app.js", "style.css")]
    print(f"{len(held)} bytes, {sum(own)} of scripts and sheet")
    assert len(held) + sum(own) < LIGHT_ENOUGH
    assert held == multiverse_page(multiverse).encode()


def test_every_value_of_every_choice_can_be_ticked_and_no_id_stands_twice(page):
    boxes = [attributes for tag, attributes in page.elements if tag == "input" and attributes["type"] == "checkbox"]
    assert len(boxes) == sum(value != NONE for values in CHOICES.values() for value in values)
    assert not [name for name, n in page.ids.items() if n > 1]


def test_the_page_holds_shares_and_words_without_a_script(multiverse, page):
    shares = am.variance_by_choice(multiverse)
    text = " ".join(page.text.split())
    assert " ".join(what_matters(shares).split()) in text
    assert " ".join(shares.text.split()) in text
    openness = am.variance_by_choice(am.multiverse(am.cases(), {"outcome": OPENNESS}))
    assert f"Delay against openness alone {' '.join(openness.text.split())}" in text
    assert " ".join(multiverse.text.split()) in text
    assert "data/multiverse.csv" in page.links


def test_where_nothing_could_be_computed_the_page_says_so():
    found = multiverse_page(am.multiverse(am.cases()[:2]))
    assert "there are too few cases" in Page(found).text
    assert "multiverse-data" not in found


def test_where_one_way_was_chosen_nothing_can_matter():
    one = {name: [values[-1]] for name, values in CHOICES.items()} | {"latency": ["response"], "outcome": ["imbalance"]}
    one |= {"unseen": [NONE], "shared_items": [NONE], "coefficient": [NONE], "scale": [NONE], "window": ["7 days"]}
    found = am.multiverse(am.cases(), one)
    assert len(found.computed) == 1
    assert "1 number: a spread can be shared out" in Page(multiverse_page(found)).text.replace("\u00a0", " ")


# In a browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    executable = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if executable is None:
        pytest.skip(f"no browser on this machine: {', '.join(BROWSERS)}")
    pytest.importorskip("playwright", reason="playwright is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def opened(browser, site) -> Iterator[Any]:
    """Opens the page with what follows its address, and sees that it neither complains nor asks anybody."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(120_000)
    view = context.new_page()
    complaints, asked = [], []
    view.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    view.on("pageerror", lambda error: complaints.append(str(error)))
    view.on("request", lambda request: asked.append(request.url))

    def at(address: str = "") -> Any:
        view.goto(f"{(site / 'multiverse.html').as_uri()}{address}")
        return view

    yield at
    assert complaints == []
    assert not [address for address in asked if not address.startswith((site.as_uri(), "blob:"))]
    context.close()


def chosen_by(draw: random.Random) -> dict[str, list[str]]:
    """Some choices with some of their values; now and then with none."""
    names = draw.sample(sorted(CHOICES), draw.randint(1, 6))
    known = {name: [value for value in CHOICES[name] if value != NONE] for name in names}
    return {
        name: draw.sample(values, draw.randint(draw.random() > 0.05, len(values))) for name, values in known.items()
    }


def filtered(table: pl.DataFrame, chosen: dict[str, list[str]]) -> pl.DataFrame:
    """What polars leaves of the table: a choice asks only of those that it means something for."""
    return table.filter(*(pl.col(name).is_in([*values, NONE]) for name, values in chosen.items()))


def columns(taus: list[float]) -> list[float]:
    """The medians of neighbours, as many as the drawing has room for."""
    edges = np.floor(np.arange(min(len(taus), COLUMNS) + 1) * len(taus) / min(len(taus), COLUMNS) + 0.5).astype(int)
    return [statistics.median(taus[start:end]) for start, end in itertools.pairwise(edges)]


@pytest.mark.slow
def test_a_hundred_random_choices_are_answered_as_python_answers_them(opened, multiverse):
    table = multiverse.table.drop_nulls("tau_b")
    view, draw, empty = opened(), random.Random(18), 0  # noqa: S311 - which choices are tried
    for _ in range(100):
        chosen = chosen_by(draw)
        address = "&".join(
            f"{name}={value.replace(' ', '+')}" for name, values in chosen.items() for value in values or [""]
        )
        opened(f"?{address}")
        until(
            view,
            "([names, wanted]) => names.every(name => [...document.querySelectorAll('.mv-choice')].some(choice => choice.querySelector('b').textContent === name"
            " && choice.querySelectorAll('input:checked').length === wanted[name]))",
            arg=[
                [name.replace("_", " ") for name in chosen],
                {name.replace("_", " "): len(values) for name, values in chosen.items()},
            ],
        )
        rows = filtered(table, chosen)
        answers = view.evaluate(VALUES)
        assert int(answers["count"]) == rows.height
        points = view.evaluate("document.getElementById('mv-dots').getAttribute('d')")
        if rows.is_empty():
            empty += 1
            assert points == ""
            assert view.locator("#mv-nothing").is_visible()
            continue
        taus = rows["tau_b"].to_list()
        assert float(answers["middle"]) == rows["tau_b"].median()
        assert [float(end) for end in answers["range"].split()] == [min(taus), max(taus)]
        assert [int(end) for end in answers["n"].split()] == [rows["n"].min(), rows["n"].max()]
        signs = [sum(tau < 0 for tau in taus), sum(tau > 0 for tau in taus), sum(tau == 0 for tau in taus)]
        assert [int(answers[name]) for name in ("below", "above", "zero")] == signs
        heights = [float(height) for height in re.findall(r"M\S+ (\S+)h0", points)]
        assert heights == pytest.approx([100 * (1 - tau) for tau in columns(taus)], abs=0.0051)
    assert 0 < empty < 30


@pytest.mark.slow
def test_the_file_holds_what_is_shown_and_the_first_rows_are_on_the_page(opened, multiverse):
    view = opened("?outcome=imbalance&latency=apology&coder=mean")
    view.locator("#mv-table summary").click()
    with view.expect_download() as saved:
        view.locator("#mv-save").click()
    rows = list(csv.reader(io.StringIO(Path(saved.value.path()).read_text(encoding="utf-8"))))
    wanted = filtered(
        multiverse.table.drop_nulls("tau_b"), {"outcome": ["imbalance"], "latency": ["apology"], "coder": ["mean"]}
    )
    assert rows[0] == wanted.columns
    assert [(*row[:-2], float(row[-2]), int(row[-1])) for row in rows[1:]] == wanted.rows()
    until(view, "n => document.querySelectorAll('#mv-rows tr').length === n", min(100, wanted.height))
    view.locator("#mv-rows a").first.click()
    until(view, "document.getElementById('mv-count').dataset.value === '1'")
    view.locator("#mv-table summary").click()
    until(view, "document.querySelectorAll('#mv-rows tr').length === 1")


@pytest.mark.slow
def test_the_python_that_is_shown_gives_the_same(opened):
    view = opened("?coder=mean&window=30+days&unseen=seen+only&outcome=transparency&outcome=imbalance")
    code = view.evaluate("document.getElementById('mv-code').textContent")
    known: dict[str, Any] = {}
    exec(code, known)  # noqa: S102 - what the page offers for copying
    assert len(known["found"].computed) == int(view.evaluate(VALUES)["count"])
    assert view.evaluate("document.getElementById('mv-copy').dataset.copy") == code
    assert view.locator("#mv-one").is_hidden()


@pytest.mark.slow
def test_a_keyboard_chooses_and_the_address_brings_the_view_back(opened):
    view = opened()
    view.locator("#mv-0-0 input").focus()
    view.keyboard.press("Space")
    view.keyboard.press("Tab")
    assert view.evaluate("document.activeElement.textContent") == "only first"
    for _ in range(2):
        view.keyboard.press("Tab")
    view.keyboard.press("Enter")  # only second
    assert view.evaluate("location.href").endswith("?coder=second")
    view.locator("#mv-8-2 button").press("Enter")
    ticked, answers = view.evaluate(TICKED), view.evaluate(VALUES)
    assert view.evaluate("location.href").endswith("?coder=second&window=30+days")
    again = opened(view.url[view.url.index("?") :])
    again.reload()
    assert (again.evaluate(TICKED), again.evaluate(VALUES)) == (ticked, answers)
    again.locator("#mv-reset").press("Enter")
    assert again.url.endswith("multiverse.html")
    assert again.locator("#mv-reset").is_disabled()


@pytest.mark.slow
def test_what_an_address_asks_for_and_is_not_known_is_said_and_runs_nothing(opened):
    view = opened("?coder=tenth&mood=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E&window=none&clock=exposure")
    said = view.locator("#mv-unknown").inner_text()
    assert said == "Not known here, and left aside: coder = tenth; mood = <img src=x onerror=alert(1)>; window = none."
    assert view.locator("main img").count() == 0
    assert view.locator("#mv-1-1 input").is_checked() is False


@pytest.mark.slow
def test_a_link_within_the_page_leaves_the_view_as_it_is(opened):
    view = opened("?coder=second")
    view.locator(".toc a").last.click()
    until(view, "location.hash === '#reading'")
    assert view.locator("#mv-0-0 input").is_checked() is False


@pytest.mark.slow
def test_an_answer_stands_at_once(opened):
    view = opened()
    took = view.evaluate(
        """() => [...document.querySelectorAll('.mv-only')].slice(0, 25).map(button => {
        document.getElementById('mv-reset').click(); const began = performance.now();
        button.click(); document.body.offsetHeight; return performance.now() - began })"""
    )
    print(f"answered in {sorted(round(each) for each in took)} ms")
    assert statistics.median(took) < QUICK_ENOUGH


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 768, 360])
def test_it_fits_and_axe_finds_nothing_serious(browser, site, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    view = context.new_page()
    view.goto((site / "multiverse.html").as_uri())
    view.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    until(view, "document.querySelectorAll('#mv-rows tr').length === 100")
    assert view.evaluate("document.documentElement.scrollWidth") == width
    view.evaluate(AXE.read_text(encoding="utf-8"))
    passes, violations = view.evaluate("axe.run().then(result => [result.passes.length, result.violations])")
    assert passes > 10
    assert not [
        (one["id"], one["nodes"][0]["html"][:90]) for one in violations if one["impact"] in ("serious", "critical")
    ]
    context.close()


@pytest.mark.slow
def test_without_scripts_the_page_offers_the_table(browser, site):
    context = browser.new_context(java_script_enabled=False)
    view = context.new_page()
    view.goto((site / "multiverse.html").as_uri())
    assert view.locator("noscript").inner_text().startswith("Choosing needs script.")
    assert view.locator("#mv").is_hidden()
    assert view.locator(".mv-shares").is_visible()
    context.close()
