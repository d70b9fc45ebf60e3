"""Pages for five minutes: what is to be seen stands first, is computed, and every link leads somewhere."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

import aftermath as am
from aftermath.comparison.conclusions import Conclusion, conclusions, of_multiverse
from aftermath.comparison.entry import Entry
from aftermath.comparison.gathering import gather
from aftermath.comparison.multiverse import Multiverse, Specification
from aftermath.comparison.scoreboard import Comparison, compare
from aftermath.pages import head, leads, site
from aftermath.pages.neighbours import MOST_ALIKE, alike, cases_script, groups, in_order
from aftermath.pages.nothing import Nothing
from aftermath.times import DAY, Latency
from aftermath.workspace import Workspace
from browsing import browser, until
from factories import case, case_folder, event, scored, text
from pages import Page, blocks, comparison_html, figures, html_of, real_page

HOUR = 3600
HOSTILE = '<script>alert`x`</script>"onmouseover="y\'&amp;' * 9
REAL = ("kitchenaid-tweet", "gm-ignition-recall", "united-3411", "kuaishou-underage-mothers")
TEXTS = [text(f"2020-01-{day:02}", a="1") for day in range(2, 12)]
ANSWERED = [event("exposure"), event("apology", 300, 360, speaker="Ann Example")]
UNRECORDED = {"record": "none_found"} | dict.fromkeys(("clock_zero", "exposed_by", "crisis_type", "cause"))
IDS = ("plain-case", "late-case", "hostile-case", "unseen-case")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Workspace:
    """A small workspace with all pages of its site but that of the methods, made in this process."""
    root = tmp_path_factory.mktemp("reading")
    case_folder(root, "plain-case", events=ANSWERED, texts=TEXTS, scores=scored(("2", "1"), ("1", "1")), title="Plain")
    late = [event("exposure", 9 * DAY), event("acknowledgement", 12 * DAY)]
    case_folder(root, "late-case", events=late, texts=TEXTS, country="US", platforms=["weibo", "twitter"], title="Late")
    case_folder(root, "hostile-case", events=ANSWERED, cause="misconduct", organisation="Bad", title=HOSTILE[:60])
    case_folder(root, "unseen-case", events=[event("milestone")], organisation="Unseen", title="Unseen", **UNRECORDED)
    workspace = Workspace(root)
    site.write_site(workspace)
    for case_id in IDS:
        (workspace.site / "cases").mkdir(exist_ok=True)
        (workspace.site / "cases" / f"{case_id}.html").write_text(html_of(case_id, root), encoding="utf-8")
    gathered = gather(workspace=workspace)
    page = comparison_html(compare(gathered.cases), gathered)
    (workspace.site / "comparison.html").write_text(page, encoding="utf-8")
    return workspace


@pytest.fixture(scope="module")
def comparison(made) -> Comparison:
    return compare(gather(workspace=made).cases)


def read(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))


# What opens a page


def test_every_figure_of_the_comparison_begins_with_a_sentence(made):
    found = list(figures(read(made.site / "comparison.html")))
    assert found
    assert all(0 < len(lead) <= leads.LONGEST for _, lead, _, _ in found)


def latency(seen: float | None) -> Latency:
    return Latency(0, 0, by_construction=True) if seen is None else Latency(seen, seen)


def with_steps(response: float | None, apology: float | None, lag: Latency | None) -> am.Speed:
    speed = am.speed(case(ANSWERED))
    given = {"response": latency(response), "named_apology": latency(apology)}
    steps = tuple(replace(step, latency=given.get(step.name, step.latency)) for step in speed.steps)
    return replace(speed, steps=steps, knowledge_lag=lag)


@pytest.mark.parametrize(
    ("response", "apology", "lag", "order"),
    [
        (300, 400, Latency(DAY, DAY), "response named_apology transparency favourability"),
        (None, 400, Latency(DAY, DAY), "knowledge named_apology transparency favourability"),
        (None, 400, Latency(0, 0), "named_apology transparency favourability response"),
        (None, 400, None, "named_apology transparency favourability response"),
        (None, None, None, "transparency favourability named_apology response"),
    ],
)
def test_a_case_page_is_led_by_what_says_something(response, apology, lag, order):
    assert head.verdicts(with_steps(response, apology, lag)) == order.split()


def test_without_a_speed_the_cards_keep_their_order():
    assert head.verdicts(Nothing("No clock."))[0] == "response"


def test_the_page_of_gm_opens_with_how_long_it_was_known_inside():
    cards = re.findall(r'<article class="card.*?</article>', real_page("gm-ignition-recall").html, re.DOTALL)
    first = Page(cards[0]).text.replace("\u00a0", " ")
    assert len(cards) == 4
    assert first.startswith("Known inside before the public knew9 years")
    assert "e02" in first and "First public response: 0 by construction" in first


@pytest.mark.parametrize("name", REAL)
def test_a_card_that_shows_other_numbers_than_the_model_says_why(name):
    page = real_page(name)
    card = re.findall(r'<article class="card tone.*?</article>', page.html, re.DOTALL)[0]
    numbers = re.findall(r"(?<=: )([−+]\d\.\d\d) on day [\d.,]+, ([−+]\d\.\d\d) on day", card)
    assert numbers
    assert "draws one line through all" in card
    figure = next(words for title, _, _, words in figures(page) if "trend" in title)
    assert f"ran from {numbers[0][0]} [" in figure and f"to {numbers[0][1]} [" in figure


def test_without_a_model_no_card_speaks_of_one():
    shown = blocks(case(ANSWERED, TEXTS[:3]))["cards"].html
    assert "Favourability of coverage" in shown
    assert "The model below" not in shown


def test_the_comparison_opens_with_what_follows(made):
    page = read(made.site / "comparison.html")
    order = re.findall(r'<section class="wrap g" id="([\w-]+)"', page.html)
    assert order[0] == "conclusions"
    assert "board" in order[1:]
    asked = re.findall(r'<h3>([^<]*)</h3><p class="seen">(.*?)</p>', page.section("conclusions"))
    assert len(asked) == len(re.findall("In numbers", page.section("conclusions"))) >= 5


# What choices share and what cases bear out


def shared(share: float) -> Multiverse:
    n = 200
    taus = [-0.3] * round(n * share) + [0.1] * (n - round(n * share))
    return Multiverse(tuple(Specification({"outcome": "transparency"}, tau, 9) for tau in taus))


def answers(*given: str) -> list[Conclusion]:
    return [Conclusion("?", answer, "", "") for answer in given]


@pytest.mark.parametrize(
    ("share", "given", "begins"),
    [
        (0.95, ["no direction holds"] * 2, "No direction holds, although 95 % of the specifications share their sign"),
        (
            0.95,
            ["no direction holds", "cannot be told"],
            "That 95 % of the specifications share their sign shows no direc",
        ),
        (0.95, [], "That 95 % of the specifications share their sign shows no direction by itself"),
        (0.95, ["went together"] * 2, "The sign hardly hangs on the choices: 95 % of the specifications share it, and"),
        (0.60, ["no direction holds"] * 2, "The sign turns with the choices: by outcome, 60 % of the specifications"),
    ],
)
def test_a_shared_sign_is_never_read_without_what_the_cases_bear_out(share, given, begins):
    found = of_multiverse(shared(share), answers(*given))
    assert found.lead.startswith(begins)
    assert found.lead.count(". ") == 0
    assert found.words.startswith(found.lead)
    assert "direction holds over" not in found.words


@pytest.mark.slow
def test_the_real_comparison_says_both_in_one_sentence():
    found = conclusions(compare(am.cases()), None)
    assert [one.answer for one in found[:2]] == ["no direction holds"] * 2
    assert found[-1].answer == "holds its direction"
    assert found[-1].lead.startswith("No direction holds, although")
    assert all(re.search(r"\[.* to .*\], n = ", one.lead) for one in found[:4])


# From one case to others


def test_the_index_lists_every_case_by_cause_country_and_platform(made, comparison):
    page = read(made.site / "index.html")
    for kind, found in groups(comparison.entries).items():
        for group in found:
            listed = page.html[page.html.index(f'id="{group.anchor}"') :]
            listed = listed[: listed.index("</ul>")]
            assert re.findall(r'href="cases/([\w-]+)\.html"', listed) == [entry.case_id for entry in group.entries]
        members = {entry.case_id for group in found for entry in group.entries}
        assert members == (set(IDS) - {"unseen-case"} if kind == "Cause" else set(IDS))


def test_previous_and_next_walk_the_index_and_none_is_like_itself(made, comparison):
    source = (made.site / "assets" / "cases.js").read_text(encoding="utf-8")
    around = json.loads(source.removeprefix("window.aftermathCases = ").removesuffix(";\n"))
    assert "<" not in source
    walked, at = [], next(case_id for case_id, ways in around.items() if ways["previous"] is None)
    while at:
        walked.append(at)
        at = (around[at]["next"] or {}).get("id")
    listed = re.findall(r'<tr id="case-([\w-]+)"', (made.site / "index.html").read_text(encoding="utf-8"))
    assert walked == listed == [entry.case_id for entry in in_order(comparison.entries)]
    assert all(case_id not in [other["id"] for other in ways["like"]] for case_id, ways in around.items())


def test_like_it_is_first_of_the_same_cause_then_of_platforms(comparison):
    entries = {entry.case_id: entry for entry in comparison.entries}
    found = alike(entries["late-case"], comparison.entries)
    assert [entry.case_id for entry, _ in found] == ["plain-case", "hostile-case", "unseen-case"]
    assert found[0][1].replace("\u00a0", " ") == "same cause; 1 platform in common"
    assert found[1][1].replace("\u00a0", " ") == "1 platform in common"
    far = replace(entries["plain-case"].about, id="far", cause="misconduct", country="FR", platforms=("radio",))
    assert alike(replace(entries["plain-case"], about=far), [entries["late-case"]]) == []
    assert len(alike(entries["plain-case"], comparison.entries)) <= MOST_ALIKE


def varied(entry: Entry, count: int) -> list[Entry]:
    """Entries like one, of varied causes, countries, platforms and years, from a seed."""
    generator = random.Random(0)  # noqa: S311 - no secret
    platforms = ("weibo", "twitter", "reddit", "facebook")
    return [
        replace(
            entry,
            year=generator.choice([None, 2008, 2010, 2015, 2016]),
            about=replace(
                entry.about,
                id=f"case-{number:04}",
                cause=generator.choice([None, "misconduct", "rogue_post"]),
                country=generator.choice(["US", "CN", "FR"]),
                platforms=tuple(generator.sample(platforms, generator.randint(0, 3))),
            ),
        )
        for number in range(count)
    ]


def test_those_most_like_a_case_are_those_that_the_rule_names(comparison):
    entries = in_order(varied(comparison.entries[0], 60))
    for own in entries:

        def differs(other: Entry, own: Entry = own) -> tuple[bool, int, bool]:
            common = set(own.about.platforms) & set(other.about.platforms)
            same_cause = own.about.cause is not None and own.about.cause == other.about.cause
            return not same_cause, -len(common), own.about.country != other.about.country

        others = [other for other in entries if other is not own and differs(other) != (True, 0, True)]
        expected = sorted(
            others, key=lambda other, own=own: (*differs(other), abs((own.year or 0) - (other.year or 0)))
        )
        assert [other for other, _ in alike(own, entries)] == expected[:MOST_ALIKE]


def test_what_has_no_page_is_nobodys_neighbour(comparison):
    built = [entry for entry in comparison.entries if entry.case_id != "plain-case"]
    assert "plain-case" not in cases_script(built)


def test_a_page_of_a_case_hangs_on_no_other_case(made, tmp_path):
    case_folder(
        tmp_path, "plain-case", events=ANSWERED, texts=TEXTS, scores=scored(("2", "1"), ("1", "1")), title="Plain"
    )
    assert html_of("plain-case", tmp_path) == (made.site / "cases" / "plain-case.html").read_text(encoding="utf-8")


# Links


def test_every_link_within_the_site_leads_to_a_file_and_a_place_in_it(made):
    pages = {path.relative_to(made.site).as_posix(): read(path) for path in made.site.rglob("*.html")}
    assert {"index.html", "comparison.html", "marks.html", "cases/plain-case.html", "replay/plain-case.html"} <= set(
        pages
    )
    # that of the methods, the notebooks and what is cited by are made by jobs of their own
    elsewhere = re.compile(
        r"https?:|mailto:|(?:\.\./)?(?:(?:methods|trial)\.html|notebooks/|cite/|plain-case\.ipynb)|\.\./[\w-]+\.ipynb"
    )
    missing, checked = [], 0
    for name, page in pages.items():
        for link in page.links:
            if not link or elsewhere.match(link):
                continue
            file, _, anchor = unquote(link).partition("#")
            target = (made.site / name).parent.joinpath(file).resolve() if file else made.site / name
            checked += 1
            if not target.is_file() or (
                anchor and anchor not in pages[target.relative_to(made.site.resolve()).as_posix()].ids
            ):
                missing.append((name, link))
    assert missing == []
    assert checked > 300


@pytest.mark.parametrize("name", REAL)
def test_sections_events_sources_and_claims_have_a_link_to_themselves(name):
    page, loaded = real_page(name), am.load_case(name)
    own = {
        attributes["href"]: attributes.get("aria-label")
        for tag, attributes in page.elements
        if tag == "a" and attributes.get("class") == "perma"
    }
    rows = [*loaded.events["event_id"]]
    rows += [f"s{number}" for number in range(1, loaded.sources.height + 1)]
    rows += [f"c{number}" for number in range(1, len(loaded.about.documented_claims) + 1)]
    sections = re.findall(r'<section(?: class="wrap g")? id="([\w-]+)"', page.html)
    assert {f"#{anchor}" for anchor in [*rows, *sections]} == set(own)
    assert all(label and label.startswith("Link to ") for label in own.values())
    assert len(set(own.values())) == len(own)


# In a browser


@pytest.mark.slow
def test_a_reader_finds_other_cases_opens_rows_and_prints_all_words(made):
    complaints: list[str] = []
    with browser() as opened:
        page = opened.new_page(viewport={"width": 360, "height": 800})
        page.set_default_timeout(60_000)
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto((made.site / "cases" / "plain-case.html").as_uri())
        nav: Any = page.locator("nav.others")
        assert nav.locator("li").count() >= 3
        assert HOSTILE[:60] in nav.inner_text()
        nav.get_by_role("link", name="Late").first.click()
        page.wait_for_url("**/cases/late-case.html")
        page.goto((made.site / "cases" / "plain-case.html").as_uri() + "#e02")
        until(page, "document.getElementById('e02').closest('details').open")
        link = page.locator("#e02 a.perma")
        link.focus()
        assert link.evaluate("link => getComputedStyle(link, '::before').opacity") == "1"
        words = page.locator("details.inwords")
        assert words.count() >= 2 and not words.first.evaluate("words => words.open")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert words.evaluate_all("all => all.every(words => words.open)")
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert not words.first.evaluate("words => words.open")
        assert page.evaluate(
            "[...document.querySelectorAll('.seen')].every(seen => seen.getBoundingClientRect().height > 0)"
        )
    assert complaints == []
