"""Case pages: what they say, where their links lead, and that evidence stays text."""

from __future__ import annotations

import re

import nbformat
import pytest

import aftermath as am
from aftermath.pages import site
from aftermath.pages.head import lead
from aftermath.pages.page import render
from aftermath.workspace import INSTALLED_FROM
from pages import Page, html_of, real_page

KITCHENAID, GM, WEISHI = "kitchenaid-tweet", "gm-ignition-recall", "weishi-data-fabrication"
NO_BREAK = "\u00a0"


@pytest.fixture
def kitchenaid() -> Page:
    return real_page(KITCHENAID)


@pytest.fixture
def gm() -> Page:
    return real_page(GM)


@pytest.fixture
def weishi() -> Page:
    return real_page(WEISHI)


@pytest.fixture(params=["kitchenaid", "gm", "weishi"])
def page(request) -> Page:
    return request.getfixturevalue(request.param)


# anchors and links


def test_anchors_are_unique(page):
    assert page.ids
    assert [anchor for anchor, count in page.ids.items() if count > 1] == []


def test_every_link_on_the_page_leads_somewhere(page):
    inside = [link for link in page.links if link.startswith("#")]
    assert len(inside) > 20
    assert [link for link in inside if link[1:] not in page.ids] == []


@pytest.mark.parametrize(("name", "case_id"), [("kitchenaid", KITCHENAID), ("gm", GM), ("weishi", WEISHI)])
def test_every_row_of_the_evidence_has_its_anchor(name, case_id, request):
    page, case = request.getfixturevalue(name), am.load_case(case_id)
    numbered = {"s": case.sources.height, "n": case.signals.height, "c": len(case.about.documented_claims)}
    expected = {*case.events["event_id"], *case.coverage["doc_id"]}
    expected |= {f"{letter}{number}" for letter, count in numbered.items() for number in range(1, count + 1)}
    assert expected <= set(page.ids)


def test_rows_lead_to_sources_and_sources_back(kitchenaid):
    row = kitchenaid.inner("e07")
    numbers = re.findall(r'href="#s(\d+)"', row)
    assert len(numbers) == 4
    for number in numbers:
        assert 'href="#e07"' in kitchenaid.inner(f"s{number}")


def test_claims_and_numbers_lead_to_sources_and_back(kitchenaid):
    for anchor in ("c2", "n1"):
        number = re.search(r'href="#s(\d+)"', kitchenaid.inner(anchor)).group(1)
        back = kitchenaid.inner(f"s{number}")
        assert f'href="#{anchor[0]}' in back


def test_contents_list_the_sections_in_order(kitchenaid):
    contents = re.search(r'<nav class="toc.*?</nav>', kitchenaid.html, re.DOTALL).group()
    listed = re.findall(r'href="#([\w-]+)"', contents)
    measures = "timeline speed open coverage differences posts market numbers alarm placebos unmeasured".split()
    assert listed == [*measures, "claims", "limits", "sources", "others", "cite"]
    places = [kitchenaid.html.index(f'id="{anchor}"') for anchor in listed]
    assert places == sorted(places)


def test_nothing_is_fetched_from_elsewhere(page):
    for tag, attributes in page.elements:
        assert not (attributes.get("src") or "").startswith(("http", "//"))
        if tag != "a":
            assert not (attributes.get("href") or "").startswith(("http", "//"))
    assert "@import" not in page.html
    assert "url(" not in page.html


def test_a_source_that_must_not_be_linked_is_text(gm, weishi):
    for page, case_id in ((gm, GM), (weishi, WEISHI)):
        case = am.load_case(case_id)
        rows = list(enumerate(case.sources.iter_rows(named=True), start=1))
        mirrors = [(number, row["url"]) for number, row in rows if row["link"] == "no" and row["url"]]
        linked = [(number, row["url"]) for number, row in rows if row["link"] == "yes" and row["url"]]
        assert mirrors or case_id == GM
        assert linked
        outside = Page(
            f"<ol>{''.join('<li ' + page.inner(f's{number}') + '</li>' for number, _ in mirrors)}</ol>"
        ).links
        assert [link for link in outside if link.startswith("http")] == []
        for number, url in linked:
            assert url in Page(f"<li {page.inner(f's{number}')}</li>").links


def test_foreign_titles_carry_their_language(weishi):
    assert 'lang="zh"' in weishi.inner("s10")


# what the pages say


def test_kitchenaid_by_the_minute(kitchenaid):
    text = kitchenaid.text.replace(NO_BREAK, " ")
    assert "8–9 min" in text
    assert "7 min 56 s to 8 min 55 s" in text
    assert "8 min – 2 h 27 min" in text
    assert "known to the minute" in text
    assert "69 of 100" in text


def test_an_alpha_never_stands_without_its_warning(kitchenaid, gm):
    for page in (kitchenaid, gm):
        for block in ("cards", "open", "f3", "f4"):
            start = page.html.index('class="cards"') if block == "cards" else page.html.index(f'id="{block}"')
            part = page.html[start : page.html.index("</section>", start)]
            assert "α" in part
            assert "machine-assisted" in part


def test_gm_is_zero_by_construction_and_says_why(gm):
    cards = gm.html[gm.html.index('class="cards"') : gm.html.index('class="toc')]
    assert "0 by construction" in cards
    assert "own announcement: the time to a first response is zero by construction" in Page(cards).text
    assert (
        cards.index("Known inside before the public knew")
        < cards.index(f"9{NO_BREAK}years")
        < cards.index("0 by construction")
    )


def test_a_series_is_flagged_where_speed_is_shown():
    page = Page(html_of("douyin-minor-tipping", INSTALLED_FROM))
    assert page.text.count("A series of incidents: the clock is that of the first.") == 2


def test_a_case_without_a_record_has_verdicts_and_no_measure(weishi):
    text = weishi.text.replace(NO_BREAK, " ")
    assert "No record found" in text
    assert "Unsupported" in text
    assert "数据造假" in text
    assert not {"cards", "plot"} & weishi.classes
    for word in ("α", "index", "Favourability", "clock zero"):
        assert word not in text.replace("clock_zero", "")


def test_tables_do_without_script(kitchenaid):
    for figure, row in {"f1": "e01", "f2": "e08", "f3": "T12", "f4": "d01"}.items():
        start = kitchenaid.html.index(f'<figure id="{figure}"')
        part = kitchenaid.html[start : kitchenaid.html.index("</figure>", start)]
        table = part[part.index('<details class="tv"') :]
        assert row in table
        assert "<noscript>" in part


def test_rubric_rows_where_coders_differ_are_marked(kitchenaid):
    marked = re.findall(r'<tr class="diff">.*?</tr>', kitchenaid.html)
    assert [re.search(r"[TE]\d+", row).group() for row in marked] == ["T3"]
    assert "coders differ" in marked[0]


def test_code_and_laboratory_cells_are_left_out(page):
    assert "import aftermath" not in page.html
    assert "run all cells" not in page.text


def test_every_class_is_known_to_the_sheet(page):
    sheet = "".join((site.ASSETS / name).read_text(encoding="utf-8") for name in site.SHEETS)
    unstyled = {
        "case",
        "plot",
        "sc",
        "s0",
        "s1",
        "s2",
        "none",
        "vd",
        "resp",
        "named",
        "open",
        "tone",
        "sig",
        "evt",
        "cvt",
    }
    assert {name for name in page.classes - unstyled if not re.search(rf"\.{re.escape(name)}(?![\w-])", sheet)} == set()


def test_the_same_case_gives_the_same_bytes(kitchenaid):
    assert html_of(KITCHENAID, INSTALLED_FROM) == kitchenaid.html


@pytest.mark.slow
def test_a_kernel_gives_what_the_process_gives(kitchenaid, monkeypatch):
    nbclient = pytest.importorskip("nbclient")
    monkeypatch.setenv("AFTERMATH_ROOT", "")
    case = am.load_case(KITCHENAID)
    node = nbformat.read(INSTALLED_FROM / "notebooks/case_report.ipynb", as_version=4)
    nbclient.NotebookClient(node, timeout=120).execute()
    made = render(
        node,
        root="../",
        title=case.title,
        kind="case",
        description=lead(case.about.summary),
        download=f"../{KITCHENAID}.ipynb",
    )
    assert made == kitchenaid.html
