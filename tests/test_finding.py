"""What things are found by: pages of all claims and all sources, data of the search, and what a page says to other programs."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import nbformat
import polars as pl
import pytest

import aftermath as am
from aftermath.building.jobs import site_job
from aftermath.case_files.case import Case
from aftermath.comparison.gathering import gather
from aftermath.comparison.scoreboard import compare
from aftermath.pages import site
from aftermath.pages.all_claims import claims_page
from aftermath.pages.all_sources import COLUMNS, sources_data, sources_page
from aftermath.pages.made_from import MadeFrom, seal_holds
from aftermath.pages.not_found import not_found_page
from aftermath.pages.search_index import search_data
from aftermath.workspace import INSTALLED_FROM, Workspace
from factories import case, case_folder, event, text
from pages import Page, real_page

HOSTILE = '</script><script>alert`x`</script>"onmouseover="y'
REAL = ("kitchenaid-tweet", "weishi-data-fabrication")  # the second has no crisis on record


def claim(words: str, verdict: str) -> dict:
    """A claim as ``case.yaml`` holds it."""
    return {"claim": words, "from": "a-text", "verdict": verdict, "why": "See e01.", "source_ids": ["paper-2020"]}


def given(script: str) -> dict:
    """What a script of data hands to the browser."""
    return json.loads(re.fullmatch(r"window\.\w+=(.*);\n", script, re.DOTALL)[1])


def sources_of(cases: list[Case]) -> list[dict]:
    """The sources as the page is given them."""
    names = {case.id: case.title for case in cases}
    data = given(sources_data(cases, names))
    rows = [dict(zip(data["columns"], row, strict=True)) for row in data["sources"]]
    return [row | {"case": data["cases"][row["case"]][0]} for row in rows]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Workspace:
    """A workspace with claims, hostile words and a case that was not built yet."""
    root = tmp_path_factory.mktemp("finding")
    answered = [event("exposure"), event("apology", 300, speaker=HOSTILE, summary=HOSTILE)]
    case_folder(
        root,
        "claimed-case",
        events=answered,
        texts=[text()],
        documented_claims=[claim(HOSTILE, "contradicted"), claim("Two", "partly")],
    )
    case_folder(root, "hostile-case", events=answered, texts=[text(abstract=" ".join([HOSTILE] * 20))], title=HOSTILE)
    case_folder(root, "unbuilt-case", events=answered, title="Not yet")
    site.write_site(
        Workspace(root), unbuilt={"unbuilt-case": ""}, made=MadeFrom({"evidence of claimed-case": "a" * 64})
    )
    return Workspace(root)


def page(made: Workspace, name: str) -> Page:
    return Page((made.site / name).read_text(encoding="utf-8"))


# Sources


@pytest.mark.parametrize("case_id", REAL)
def test_every_source_leads_to_its_place_on_the_page_of_its_case_and_to_what_rests_on_it(case_id):
    known, ids = am.load_case(case_id), real_page(case_id).ids
    rows = sources_of([known])
    assert [row["title"] for row in rows] == [title or "" for title in known.sources["title"]]
    for row in rows:
        assert f"s{row['number']}" in ids
        anchors = [use if isinstance(use, str) else use[0] for use in row["uses"]]
        assert set(anchors) <= set(ids)
    cited = {source_id for ids_of in known.events["source_ids"] for source_id in ids_of}
    by_id = dict(zip(known.sources["source_id"], rows, strict=True))
    assert all(any(use[0] == "e" for use in by_id[source_id]["uses"] if isinstance(use, str)) for source_id in cited)


def test_an_address_that_is_not_to_be_linked_says_so_and_a_capture_is_handed_on_where_the_table_has_one():
    known = am.load_case("kitchenaid-tweet")
    rows = sources_of([known])
    assert [bool(row["linked"]) for row in rows] == (known.sources["link"] == "yes").to_list()
    assert {row["archived_url"] for row in rows} == {""}
    capture = pl.lit("https://web.archive.org/web/2012/https://example.org/").alias("archived_url")
    tables = SimpleNamespace(
        **{name: getattr(known.tables, name) for name in ("events", "coverage", "signals", "prices")}
    )
    tables.sources = known.sources.with_columns(
        capture, pl.lit(datetime(2012, 10, 4, 12, tzinfo=UTC)).alias("archived_at")
    )
    archived = dataclasses.replace(known, tables=tables)
    row = sources_of([archived])[0]
    assert (row["archived_url"], row["archived_at"]) == (
        "https://web.archive.org/web/2012/https://example.org/",
        "2012-10-04",
    )


def test_menus_of_the_sources_offer_what_there_is_and_without_script_cases_are_linked(made):
    shown = page(made, "sources.html")
    assert {attributes["data-f"] for tag, attributes in shown.elements if "data-f" in attributes} == {
        *("q", "case", "publisher", "kind", "language", "read", "archived")
    }
    assert "cases/claimed-case.html#sources" in shown.links
    assert "2\u00a0sources" in shown.text
    data = given((made.site / "assets" / "sources-data.js").read_text(encoding="utf-8"))
    assert tuple(data["columns"]) == COLUMNS


# Claims


def test_all_claims_stand_with_verdict_reason_and_links_to_rows(made):
    shown = page(made, "claims.html")
    assert (
        "2\u00a0claims from 1\u00a0text about 1\u00a0case: one partly and one contradicted by what was read."
        in shown.text
    )
    assert HOSTILE in shown.text
    assert {"cases/claimed-case.html#c1", "cases/claimed-case.html#e01", "cases/claimed-case.html#s1"} <= set(
        shown.links
    )
    rows = [attributes for tag, attributes in shown.elements if tag == "tr" and attributes.get("data-verdict")]
    assert [row["data-verdict"] for row in rows] == ["contradicted", "partly"]


def test_a_site_without_claims_says_so():
    plain = case()
    shown = Page(claims_page([plain], {plain.id: plain.title}, Workspace(INSTALLED_FROM)))
    assert "No text that was read makes a claim about a case." in shown.text
    assert "There is no claim to put to the test" in shown.text
    assert "table" not in [tag for tag, _ in shown.elements]


def test_claims_of_the_collection_are_those_of_the_ledgers():
    cases = list(am.cases())
    shown = Page(claims_page(cases, {one.id: one.title for one in cases}, Workspace(INSTALLED_FROM)))
    anchors = {f"{one.id}-c{number}" for one in cases for number in range(1, len(am.claims(one).claims) + 1)}
    assert anchors
    assert {name for name in shown.ids if re.search(r"-c\d+$", name)} == anchors
    # the title of a text, not its id
    assert "short-video-crisis-deck" not in shown.text
    assert "短视频平台危机公关策略与用户维护" in shown.text


# Search


@pytest.mark.parametrize("case_id", REAL)
def test_everything_that_is_found_of_a_case_has_its_anchor_on_the_page(case_id):
    known, ids = am.load_case(case_id), real_page(case_id).ids
    data = given(search_data([known], {case_id: known.title}, Workspace(INSTALLED_FROM)))
    of_case = [document for document in data["documents"] if document[1] == 0]
    assert data["pages"][0][0] == f"cases/{case_id}.html"
    assert {anchor for _, _, anchor, _, _ in of_case} - {""} <= set(ids)
    kinds = [document[0] for document in of_case]
    expected = {
        "case": 1,
        "event": known.events.height,
        "text": known.coverage.height,
        "claim": len(known.about.documented_claims),
    }
    assert {kind: kinds.count(kind) for kind in expected} == expected


def test_sections_are_found_under_the_anchors_that_the_notebooks_give_them():
    data = given(search_data([], {}, Workspace(INSTALLED_FROM)))
    found = {(data["pages"][page][0], anchor): title for _, page, anchor, title, _ in data["documents"]}
    for address, name in (
        ("comparison.html", "comparison"),
        ("methods.html", "method_checks"),
        ("trial.html", "trial"),
    ):
        notebook = nbformat.read(INSTALLED_FROM / "notebooks" / f"{name}.ipynb", as_version=4)
        headings = {cell.id: cell.source for cell in notebook.cells if cell.source.startswith("## ")}
        anchors = {anchor for page, anchor in found if page == address and not anchor.startswith("claim-")}
        assert anchors == set(headings) - {"cite", "provenance"}
        assert all(headings[anchor].startswith(f"## {found[address, anchor]}") for anchor in anchors)


def test_the_search_is_light():
    cases = list(am.cases())
    names = {one.id: one.title for one in cases}
    scripts = search_data(cases, names, Workspace(INSTALLED_FROM)), sources_data(cases, names)
    library = (site.ASSETS / "minisearch.js").read_bytes()
    assert sum(len(gzip.compress(content)) for content in (*(script.encode() for script in scripts), library)) < 400_000


def test_the_library_is_unchanged_and_its_licence_stands_beside_it():
    digest = hashlib.sha256((site.ASSETS / "minisearch.js").read_bytes()).hexdigest()
    assert digest == "03c27931eb603af1d3358579e9885eafdb6a2f5fa9929557b3e77d7e99d06d03", "dist/umd/index.js of 7.2.0"
    assert "Copyright 2022 Luca Ongaro" in (site.ASSETS / "minisearch.LICENSE.txt").read_text(encoding="utf-8")


# The site


def test_a_case_without_a_page_is_not_found(made):
    for name in ("claims.html", "sources.html", "assets/search-data.js", "assets/sources-data.js"):
        assert "unbuilt-case" not in (made.site / name).read_text(encoding="utf-8")


@pytest.mark.bad_input("hostile text on pages")
def test_text_of_a_case_ends_no_script_and_opens_no_element(made):
    for name in ("search-data.js", "sources-data.js"):
        assert "<" not in (made.site / "assets" / name).read_text(encoding="utf-8")
    for name in ("claims.html", "sources.html"):
        assert not [attributes for _, attributes in page(made, name).elements if "onmouseover" in attributes]
        assert "alert" not in "".join(page(made, name).scripts)


def test_all_files_of_the_site_are_products_of_its_job(made):
    job = site_job(made, {"unbuilt-case": ""})
    written = {path for path in made.site.rglob("*") if path.is_file()}
    assert written == set(job.products)
    index = (made.site / "index.html").read_text(encoding="utf-8")
    assert all(path.relative_to(made.site).as_posix() in index for path in written - {job.page})


def test_pages_are_sealed_and_the_same_every_time(made):
    assert all(seal_holds((made.site / name).read_text(encoding="utf-8")) for name in ("claims.html", "sources.html"))
    comparison = compare(gather(workspace=made).cases)
    before = {path: path.read_bytes() for path in site.write_finding(made, comparison, {})}
    assert before == {path: path.read_bytes() for path in site.write_finding(made, comparison, {})}


def test_a_page_says_to_other_programs_what_it_is_and_invents_no_address(made):
    for name in ("index.html", "claims.html", "404.html"):
        shown = page(made, name)
        said = {
            attributes.get("property"): attributes["content"]
            for tag, attributes in shown.elements
            if tag == "meta" and attributes.get("property")
        }
        assert said["og:site_name"] == "Aftermath"
        assert said["og:title"] in re.search("<title>(.*?) · Aftermath", shown.html)[1]
        assert not [word for word in said.values() if "://" in word]
    links = [attributes for tag, attributes in page(made, "claims.html").elements if tag == "link"]
    icons = [link["href"] for link in links if link["rel"] == "icon"]
    assert icons == ["assets/favicon.ico", "assets/favicon.svg"]
    assert all((made.site / name).is_file() for name in icons)


def test_the_page_for_what_is_missing_needs_no_file_to_be_read(made):
    shown = page(made, "404.html")
    assert not [attributes for tag, attributes in shown.elements if tag == "script" and attributes.get("src")]
    assert not [
        attributes for tag, attributes in shown.elements if tag == "link" and attributes.get("rel") == "stylesheet"
    ]
    assert {"index.html", "claims.html", "sources.html"} <= set(shown.links)
    assert Page(not_found_page("p{}")).ids.keys() >= {"main"}


def test_all_pages_are_in_the_menu(made):
    assert {
        "index.html",
        "comparison.html",
        "claims.html",
        "sources.html",
        "methods.html",
        "trial.html",
        "marks.html",
    } <= set(page(made, "claims.html").links)


def test_the_page_of_sources_stays_small_whatever_the_cases_hold():
    known = am.load_case("kitchenaid-tweet")
    many = [
        dataclasses.replace(known, about=dataclasses.replace(known.about, id=f"copy-{number}")) for number in range(100)
    ]
    assert len(sources_page(many, {one.id: one.title for one in many}).encode()) < 150_000


def test_lists_link_only_to_pages_of_the_site(made):
    for name in ("claims.html", "sources.html"):
        for link in page(made, name).links:
            target = Path(link.partition("#")[0])
            assert (
                link.startswith("#")
                or target.parts[0] == "cases"
                or target.name in {"comparison.html", "methods.html", "trial.html"}
                or (made.site / target).is_file()
            )
