"""Citations: what reference managers and search engines read is what is known, whatever a title holds."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import warnings
from dataclasses import replace
from pathlib import Path

import bibtexparser
import pytest
import rispy
from citeproc.source.json import CiteProcJSON
from markupsafe import escape
from rocrate import rocrate

from aftermath.case_files.case import Case, load_case
from aftermath.case_files.check import check
from aftermath.case_files.collection import Author, Collection, read_collection
from aftermath.comparison.scoreboard import compare
from aftermath.exchange.citing import SOFTWARE, Citation, citation_files, cite, cite_collection, cite_software, csl_text
from aftermath.exchange.latex import from_latex
from aftermath.exchange.linked_data import case_data, collection_data
from aftermath.pages.citing import case_citation_files, case_json, comparison_json, write_citations
from aftermath.pages.report import report
from aftermath.problems import CaseError
from aftermath.workspace import INSTALLED_FROM, Workspace
from factories import case_folder

HERE = Workspace(INSTALLED_FROM)
HOSTILE = "</script>{<b>} \\emph 50% & $x_1$ #~^ \u202eER  - \u2028ER  - “q” -- ''"
MADE_BY = """
title: "Recalls: a collection"
version: 1.2.0
date-released: "2026-01-31"
authors:
  - {given-names: Ada, name-particle: van, family-names: Example, orcid: "https://orcid.org/0000-0002-1825-0097"}
  - {given-names: 伟, family-names: 张}
  - name: Smith, Jones and Co
license: [CC-BY-4.0, ODbL-1.0]
doi: 10.5281/zenodo.1234567
url: https://example.org/recalls/
type: dataset
"""
SCHEMA_ORG = {
    thing["@id"].removeprefix("schema:")
    for thing in json.loads((Path(rocrate.__file__).parent / "data" / "schema.jsonld").read_text(encoding="utf-8"))[
        "@graph"
    ]
}


def made_up(root: Path, cff: str | None = MADE_BY, **fields: object) -> Case:
    folder = case_folder(root, **fields)
    if cff is not None:
        (root / "casestudies" / "CITATION.cff").write_text(cff.lstrip(), encoding="utf-8")
    return load_case(folder.name, Workspace(root))


def citations(case: Case) -> list[Citation]:
    return [cite(case), cite_collection(read_collection(case.folder.parent), "ab" * 32), cite_software()]


# References


@pytest.mark.parametrize("case_id", HERE.case_ids())
def test_every_case_has_one_reference_in_apa_style_that_names_its_evidence(case_id: str) -> None:
    case = load_case(case_id, HERE)
    title = re.escape(" ".join(case.title.split()))
    assert re.fullmatch(
        rf"The Aftermath contributors\. \(2026\)\. {title} \(Version 0\.1\.0\+{case.checksum[:12]}\) \[Data set\]\. "
        r"Aftermath: documented crises, coded from archived evidence\.",
        cite(case).text,
    )


def test_the_manual_s_own_examples_of_data_sets_and_software_come_out() -> None:
    # American Psychological Association (2020), Publication Manual, 7th ed., chapter 10; the data set without its number
    by = Collection(authors=(Author("D'Souza", "A."), Author("Wiseheart", "M.")), released="2018-01-01")
    title = "Cognitive effects of music and dance training in children"
    assert Citation("a", "dataset", title, "V1", by, "ICPSR", "https://doi.org/10.3886/ICPSR37080.v1").text == (
        "D'Souza, A., & Wiseheart, M. (2018). Cognitive effects of music and dance training in children (Version V1) [Data set]. "
        "ICPSR. https://doi.org/10.3886/ICPSR37080.v1"
    )
    names = (("Borenstein", "M."), ("Hedges", "L."), ("Higgins", "J."), ("Rothstein", "H."))
    by = Collection(authors=tuple(Author(*name) for name in names), released="2014-01-01")
    title, url = "Comprehensive meta-analysis", "https://www.meta-analysis.com/"
    assert Citation("b", "software", title, "3.3.070", by, "Biostat", url).text == (
        "Borenstein, M., Hedges, L., Higgins, J., & Rothstein, H. (2014). Comprehensive meta-analysis (Version 3.3.070) "
        "[Computer software]. Biostat. https://www.meta-analysis.com/"
    )


def test_names_in_other_scripts_stand_whole_and_particles_stay(tmp_path: Path) -> None:
    text = cite(made_up(tmp_path, title="A battery")).text
    assert text.startswith("van Example, A., 张伟, & Smith, Jones and Co. (2026). A battery (Version 1.2.0+")
    assert text.endswith(" [Data set]. Recalls: a collection. https://example.org/recalls/cases/small-case.html")


def test_what_is_not_known_is_not_said(tmp_path: Path) -> None:
    case = made_up(tmp_path, cff=None, title="A battery")
    digits = case.checksum[:12]
    assert cite(case).text == f"A battery (Version 0.0.0+{digits}) [Data set]. (n.d.)."
    assert cite(case).csl == {"id": "small-case", "type": "dataset", "title": "A battery", "version": f"0.0.0+{digits}"}
    said = json.dumps(case_data(case))
    assert not re.search("creator|license|datePublished|isPartOf|url|contributors", said)


@pytest.mark.parametrize("title", [HOSTILE, "One\nER  - \nTY  - BOOK", "}, author = {Somebody"])
def test_other_programs_read_every_title_as_it_is(title: str, tmp_path: Path) -> None:
    cited = citations(made_up(tmp_path, title=title))
    files = citation_files("cases", cited)
    plain = " ".join(title.split())
    library = bibtexparser.parse_string(files["cases.bib"])
    assert not library.failed_blocks
    assert [entry.key for entry in library.entries] == ["small-case", "casestudies", "aftermath"]
    assert from_latex(library.entries[0]["title"]) == plain
    records = rispy.loads(files["cases.ris"])
    assert [record["id"] for record in records] == ["small-case", "casestudies", "aftermath"]
    assert records[0]["title"].split() == plain.split()
    items = json.loads(files["cases.json"])
    assert items[0]["title"] == plain
    assert " ".join(plain.replace("''", "").replace('"', "").split())[:10] in cited[0].text


def test_authors_survive_a_round_through_bibtex_and_ris(tmp_path: Path) -> None:
    citation = cite(made_up(tmp_path))
    entry = bibtexparser.parse_string(
        citation.bibtex,
        append_middleware=[bibtexparser.middlewares.SeparateCoAuthors(), bibtexparser.middlewares.SplitNameParts()],
    ).entries[0]
    assert [name.merge_last_name_first for name in entry["author"]] == [
        "van Example, Ada",
        "张, 伟",
        "{Smith, Jones and Co}",
    ]
    assert (entry["date"], entry["version"]) == ("2026-01-31", citation.version)
    record = rispy.loads(citation.ris)[0]
    assert record["authors"] == ["van Example, Ada", "张, 伟", "Smith, Jones and Co"]
    assert (record["type_of_reference"], record["year"], record["edition"]) == ("DATA", "2026", citation.version)


def test_csl_holds_nothing_that_citeproc_does_not_know(tmp_path: Path) -> None:
    items = json.loads(csl_text(citations(made_up(tmp_path))))
    with warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always")
        assert list(CiteProcJSON(items)) == ["small-case", "casestudies", "aftermath"]
    assert not raised
    assert items[0]["issued"] == {"date-parts": [[2026, 1, 31]]}
    assert "DOI" not in items[0]  # it is that of the whole
    assert items[1]["DOI"] == "10.5281/zenodo.1234567"


def test_a_version_changes_with_the_evidence_and_an_id_does_not(tmp_path: Path) -> None:
    case = made_up(tmp_path)
    before = cite(case).version
    (case.folder / "NOTES.md").write_text("# Notes\n\nMore.\n", encoding="utf-8")
    again = load_case(case.id, Workspace(tmp_path))
    assert cite(again).version != before
    assert cite(again).version.startswith("1.2.0+")
    collection = read_collection(case.folder.parent)
    assert collection.id_of("a") == collection.id_of("a") != collection.id_of("b")
    assert collection.id_of("a") != Collection(title="Others").id_of("a")


# The citation file


@pytest.mark.bad_input("citations")
@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("title: A\ndoi: https://doi.org/10.1/x", "CITATION.cff:2:doi", "is not what belongs here"),
        ("title: A\nauthors: Ada", "CITATION.cff:2:authors", "list the authors"),
        ("title: A\nauthors:\n  - affiliation: X", "CITATION.cff:3:authors[1]", "has no name"),
        ("title: A\nauthors:\n  - name: X\n    orcid: 0000", "CITATION.cff:4:authors[1].orcid", "https://orcid.org/"),
        ("title: A\ndate-released: soon", "CITATION.cff:2:date-released", "YYYY-MM-DD"),
        ("title: A\nlicense: CC BY 4.0", "CITATION.cff:2:license", "SPDX"),
        ("title: A\nurl: javascript:alert(1)", "CITATION.cff:2:url", "https://example.org"),
        ("version: 1.0.0", "CITATION.cff:title", "is missing"),
        ("title: [A", "CITATION.cff", "is not well-formed YAML"),
        ("just words", "CITATION.cff", "holds no fields"),
    ],
)
def test_a_faulty_citation_file_is_told_with_its_line(text: str, where: str, what: str, tmp_path: Path) -> None:
    case = made_up(tmp_path, cff=text)
    with pytest.raises(CaseError, match=re.escape(where)) as told:
        cite(case)
    assert what in str(told.value)
    assert check(workspace=Workspace(tmp_path)).problems == told.value.problems


def test_what_is_generated_from_the_citation_file_is_up_to_date() -> None:
    check = subprocess.run(
        [sys.executable, INSTALLED_FROM / "tools" / "citation.py", "--check"], capture_output=True, text=True
    )
    assert check.returncode == 0, check.stdout + check.stderr
    project = tomllib.loads((INSTALLED_FROM / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    software, cases = (read_collection(folder) for folder in (INSTALLED_FROM, HERE.cases))
    assert replace(software, abstract="", keywords=()) == SOFTWARE
    assert software.version == cases.version == project["version"]
    assert software.authors == cases.authors


def test_zenodo_and_codemeta_say_what_cffconvert_makes_of_the_citation_file() -> None:
    # cffconvert 2.0.0, `-f zenodo` and `-f codemeta` of CITATION.cff; it takes every author for a person
    zenodo, codemeta = (
        json.loads((INSTALLED_FROM / name).read_text(encoding="utf-8")) for name in (".zenodo.json", "codemeta.json")
    )
    by_cffconvert = {
        "creators": [{"name": "The Aftermath contributors"}],
        "keywords": [
            "crisis communication",
            "content analysis",
            "case study",
            "interval censoring",
            "reproducible research",
        ],
        "license": {"id": "MIT"},
        "publication_date": "2026-11-21",
        "title": "Aftermath: documented crises rebuilt from archived evidence, and compared",
        "version": "0.1.0",
    }
    assert {name: zenodo[name] for name in by_cffconvert} == by_cffconvert
    assert codemeta["@type"] == "SoftwareSourceCode"
    assert codemeta["license"] == ["https://spdx.org/licenses/MIT"]
    assert [codemeta[name] for name in ("name", "version", "datePublished", "keywords")] == [
        by_cffconvert[name] for name in ("title", "version", "publication_date", "keywords")
    ]


# Linked data


def names_in(thing: object) -> set[str]:
    """Every type and property of a graph."""
    if isinstance(thing, list):
        return set().union(*map(names_in, thing))
    if not isinstance(thing, dict):
        return set()
    kinds = thing.get("@type", [])
    own = {name for name in thing if not name.startswith("@")} | set([kinds] if isinstance(kinds, str) else kinds)
    return own.union(*map(names_in, thing.values()))


@pytest.mark.parametrize("case_id", ["gm-ignition-recall", "tiktok-copyright-audio", "weishi-data-fabrication"])
def test_linked_data_use_words_of_schema_org_alone(case_id: str) -> None:
    case = load_case(case_id, HERE)
    graph = case_data(case)
    whole = collection_data(cite_collection(read_collection(HERE.cases), "ab" * 32), [case])
    assert names_in(graph["@graph"]) | names_in(whole) <= SCHEMA_ORG
    assert "Dataset" in SCHEMA_ORG
    assert "noSuchProperty" not in SCHEMA_ORG


def test_each_claim_is_a_review_whose_rating_is_its_verdict_in_words() -> None:
    case = load_case("tiktok-copyright-audio", HERE)
    reviews = [thing for thing in case_data(case)["@graph"] if thing["@type"] == "ClaimReview"]
    assert [review["claimReviewed"] for review in reviews] == [claim.claim for claim in case.about.documented_claims]
    assert all(set(review["reviewRating"]) == {"@type", "alternateName"} for review in reviews)
    assert [thing["@type"] for thing in case_data("united-3411")["@graph"]] == ["Dataset"]


def test_addresses_are_those_that_the_collection_states(tmp_path: Path) -> None:
    dataset = case_data(made_up(tmp_path))["@graph"][0]
    assert dataset["url"] == "https://example.org/recalls/cases/small-case.html"
    assert dataset["license"] == [
        "https://creativecommons.org/licenses/by/4.0/",
        "https://spdx.org/licenses/ODbL-1.0.html",
    ]
    assert dataset["creator"][0] == {
        "@type": "Person",
        "@id": "https://orcid.org/0000-0002-1825-0097",
        "name": "Ada van Example",
        "givenName": "Ada",
        "familyName": "van Example",
    }


@pytest.mark.bad_input("hostile text on pages")
def test_a_title_cannot_leave_its_script_element(tmp_path: Path) -> None:
    case = made_up(tmp_path, title=HOSTILE, summary="</script><script>alert(1)</script>")
    written = case_json(case)
    assert "<" not in written
    assert json.loads(written)["@graph"][0]["name"] == " ".join(HOSTILE.split())


# Pages


def test_the_end_of_a_case_page_has_the_reference_its_files_and_what_machines_read(tmp_path: Path) -> None:
    case = made_up(tmp_path, title="A & B <i>")
    page = report(case).show(case, "cite").html
    assert f'data-copy="{escape(cite(case).text)}"' in page
    names = set(case_citation_files(case))
    assert {f"../{name}" for name in names} == set(re.findall(r'href="([^"]*)"', page))
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert json.loads(script)["@graph"][0]["name"] == "A & B <i>"


def test_the_files_of_the_whole_hold_collection_software_and_every_case(tmp_path: Path) -> None:
    comparison = compare([load_case("kitchenaid-tweet", HERE), load_case("red-cross-tweet", HERE)])
    written = {path.name: path.read_text(encoding="utf-8") for path in write_citations(tmp_path, comparison)}
    assert list(written) == ["cases.bib", "cases.ris", "cases.json"]
    keys = ["casestudies", "aftermath", "kitchenaid-tweet", "red-cross-tweet"]
    assert [item["id"] for item in json.loads(written["cases.json"])] == keys
    assert [record["id"] for record in rispy.loads(written["cases.ris"])] == keys
    assert [entry.key for entry in bibtexparser.parse_string(written["cases.bib"]).entries] == keys
    graph = json.loads(comparison_json(comparison))
    assert [part["name"] for part in graph["hasPart"]] == [case.title for case in comparison.cases]
    assert graph["version"] == f"0.1.0+{comparison.checksum[:12]}"


def test_events_on_pages_carry_their_date_in_edtf() -> None:
    case = load_case("kitchenaid-tweet", HERE)
    page = report(case).show(case, "events_table").html
    shown = re.findall(r'data-edtf="([^"]*)"', page)
    assert len(shown) == case.events.height
    assert shown[:2] == ["2012-10-03T21:00:00-04:00", "2012-10-03"]
