"""References in and out: exports as reference managers write them, round trips of hostile titles, and broken files."""

from __future__ import annotations

import io
import json
import unicodedata

import bibtexparser
import pytest
import rispy
from bibtexparser import middlewares
from typer.testing import CliRunner

pytest.importorskip("hypothesis")
from hypothesis import example, given
from hypothesis import strategies as st

from aftermath import cli
from aftermath.exchange import bibtex, csl, ris
from aftermath.exchange.latex import from_latex, to_latex
from aftermath.exchange.reference import ExchangeError
from aftermath.exchange.references import FORMATS, read_references
from aftermath.exchange.sources import sources_from, sources_to
from aftermath.vocabulary import SOURCE_KINDS
from aftermath.workspace import INSTALLED_FROM, Workspace
from bibliographies import GIVEN, SAMPLES, begun, bib, rows, written

HERE = Workspace(INSTALLED_FROM)


# Exports as they come


def test_zoteros_bibtex():
    pump, review, thesis = read_references(SAMPLES / "zotero.bib").entries
    assert pump.title == "PumpWorks apologises: 50% of orders & the <recall>"
    assert pump.url == "https://news.example.org/a_b/pump?x=1&y=%20z#top"
    assert pump.author == "Jóhn Smith; Press Association; Änne Müller"
    assert (pump.publisher, pump.published, pump.accessed) == ("The Example Gazette", "2021-10", "2026-11-20")
    assert (pump.key, pump.line, pump.type, pump.language) == ("smith_pumpworks_2021", 2, "misc", "en-GB")
    assert (review.title, review.publisher) == ("Crisis response in vitro: a “review”", "Journal of Invented Studies")
    assert (thesis.publisher, thesis.line) == ("University of Examples", 30)


def test_better_bibtex():
    recall, day = read_references(SAMPLES / "better.bib").entries
    assert recall.title == "ACME Recalls 1 000 Pumps – and Says So"
    assert (recall.author, recall.publisher, recall.published) == ("ACME Corp.", "ACME", "2022-03-04")
    assert (day.title, day.type) == ("The Third Day of “Pumpgate”", "article (newspaper)")
    assert (day.published, day.language) == ("2022-03", "en")


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (r"{$\mu$}m and {$\alpha$}-{{GaN}}", "μm and α-GaN"),
        (r"H$_{2}$O at \$5 and \$6", "H2O at $5 and $6"),
        (r"\href{https://example.org/x}{The page}", "The page"),
        (r"\c{c}a \'\i{} \^{} {\v s} \aa\ b", "ça í ^ š å b"),
        (r"``a'' `b' c---d~e", "“a” `b' c—d e"),
    ],
)
def test_latex_is_read(written, text):
    assert from_latex(written) == text


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Doe, Jane and Roe, R. and others", "Jane Doe; R. Roe; others"),
        ("van Doe, Jr., Jane", "Jane van Doe, Jr."),
        ("family=Medici, given=Lorenzo, prefix=de, useprefix=true", "Lorenzo de Medici"),
        ("{Sales and Marketing, Inc.} and Jane Doe", "Sales and Marketing, Inc.; Jane Doe"),
        ("{The {X} and Y} and Doe,\n  Jane", "The X and Y; Jane Doe"),
    ],
)
def test_authors_are_read_as_they_are_printed(written, printed, tmp_path):
    path = tmp_path / "a.bib"
    path.write_text(f"% a note = {{of no concern}}\n@book{{k, title={{T}}, author={{{written}}}}}")
    assert read_references(path).entries[0].author == printed


def test_zoteros_ris():
    news, blog = read_references(SAMPLES / "zotero.ris").entries
    assert news.title == 'PumpWorks apologises: "never again"'
    assert news.author == "Jóhn Smith; Press Association"
    assert news.url == "https://news.example.org/pump;jsessionid=1?x=1&y=2"
    assert (news.published, news.accessed, news.language) == ("2021-10-03", "2026-11-20", "en-GB")
    assert (blog.title, blog.author, blog.published, blog.line) == ("泵业道歉", "王小明", "2021-10", 18)


def test_zoteros_csl_json():
    news, page = read_references(SAMPLES / "zotero.json").entries
    assert news.title == "PumpWorks apologises & 3 < 4"
    assert news.author == "Jóhn Smith; Press Association"
    assert (news.published, news.accessed, news.publisher) == ("2021-10-03", "2026-11-20", "The Example Gazette")
    assert (page.published, page.type, page.line) == ("2021-10", "webpage", 15)


def test_another_reader_reads_the_same_of_the_ris():
    others = rispy.loads((SAMPLES / "zotero.ris").read_text(encoding="utf-8"))
    ours = read_references(SAMPLES / "zotero.ris").entries
    assert [entry.title for entry in ours] == [other["title"] for other in others]
    assert [entry.publisher for entry in ours] == [other["secondary_title"] for other in others]


def test_an_export_becomes_rows_of_a_new_case(tmp_path):
    made = begun(tmp_path)
    found = sources_from(
        SAMPLES / "zotero.json", "some-case", made, kind=["webpage=company"], read="full", link="yes", language="en"
    )
    assert rows(made.cases / "some-case") == []
    assert found.write() == ("sources",)
    news, page = rows(made.cases / "some-case")
    assert news == {
        "source_id": "the-example-gazette-2021-10-03",
        "title": "PumpWorks apologises & 3 < 4",
        "publisher": "The Example Gazette",
        "author": "Jóhn Smith; Press Association",
        "published": "2021-10-03",
        "url": "https://news.example.org/pump",
        "link": "yes",
        "kind": "news",
        "language": "en-GB",
        "read": "full",
        "read_on": "2026-11-20",
    }
    assert (page["source_id"], page["kind"], page["language"]) == ("acme-2021-10", "company", "en")


def test_a_second_time_nothing_is_added_and_it_is_told(tmp_path):
    made = begun(tmp_path)
    sources_from(SAMPLES / "better.bib", "some-case", made, **GIVEN).write()
    before = (made.cases / "some-case" / "sources.csv").read_bytes()
    again = sources_from(SAMPLES / "better.bib", "some-case", made, **GIVEN)
    assert again.known == {"acmeRecall2022": "acme-2022-03-04", "poeThirdDay2022": "daily-example-2022-03"}
    assert "acmeRecall2022 is there already: acme-2022-03-04." in again.text
    assert again.write() == ()
    assert (made.cases / "some-case" / "sources.csv").read_bytes() == before


def test_ids_never_clash(tmp_path):
    made = begun(tmp_path)
    entries = [f"@online{{k{n}, title={{T{n}}}, organization={{ACME & Söhne}}, date={{2022-01-01}}}}" for n in range(3)]
    sources_from(written(tmp_path, "a.bib", "\n".join(entries)), "some-case", made, **GIVEN).write()
    ids = [row["source_id"] for row in rows(made.cases / "some-case")]
    assert ids == ["acme-sohne-2022-01-01", "acme-sohne-2022-01-01-2", "acme-sohne-2022-01-01-3"]
    more = written(tmp_path, "b.bib", "@online{z, title={New}, organization={ACME Söhne}, date={2022-01-01}}")
    assert sources_from(more, "some-case", made, **GIVEN).rows["source_id"].to_list() == ["acme-sohne-2022-01-01-4"]


def test_the_same_address_or_the_same_title_publisher_and_date_is_one_source(tmp_path):
    made = begun(tmp_path)
    text = """@online{a, title={One}, organization={P}, date={2022}, url={https://Example.org/x/}}
@online{b, title={Two}, organization={P}, date={2022}, url={https://example.org/x}}
@online{c, title={ONE}, organization={P}, date={2022}}
@online{d, title={One}, organization={P}, date={2022}, url={https://example.org/y}}"""
    found = sources_from(written(tmp_path, "a.bib", text), "some-case", made, **GIVEN)
    assert (found.rows["title"].to_list(), found.known) == (["One", "One"], {"b": "p-2022", "c": "p-2022"})


def test_a_language_that_is_none_is_named_unless_another_is_given(tmp_path):
    path, made = written(tmp_path, "a.bib", bib("title={T}, langid={klingon tongue}")), begun(tmp_path)
    with pytest.raises(ExchangeError, match=r"does not say its language \('klingon tongue' is none that is known\)"):
        sources_from(path, "some-case", made, **GIVEN | {"language": ""})
    assert sources_from(path, "some-case", made, **GIVEN).rows["language"].to_list() == ["en"]


# Round trips


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("case_id", ["kitchenaid-tweet", "kuaishou-underage-mothers", "gm-ignition-recall"])
def test_the_sources_of_a_case_come_back_as_they_were(format, case_id, tmp_path):
    made = begun(tmp_path)
    path = written(tmp_path, f"out{FORMATS[format].suffixes[0]}", sources_to(case_id, format, HERE))
    sources_from(path, "some-case", made).write()
    assert rows(made.cases / "some-case") == rows(HERE.cases / case_id)


HOSTILE = st.text(
    st.one_of(
        st.sampled_from("\\{}$&#_%~^`'\"-@,=;:<>[]()|/ "),
        st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs", "Cn"]),
    ),
    max_size=40,
).map(str.strip)


@pytest.mark.bad_input("citations")
@given(
    titles=st.lists(HOSTILE, min_size=1, max_size=3, unique=True), name=HOSTILE, format=st.sampled_from(list(FORMATS))
)
@example(["t"], "Ana Pérez; } and {; a and b; \\", "bibtex")
@example(["t"], "Ana Pérez; Solmar, S.A.;  ; {", "bibtex")
@example(["t"], "given=x, family=y; z and {a}", "bibtex")
def test_hostile_titles_come_back_as_they_were(titles, name, format):
    made = [
        dict.fromkeys(("author", "published", "url"), "")
        | {"source_id": f"p-nd-{n}", "title": title, "publisher": name or "P", "author": name, "link": "yes"}
        | {"kind": list(SOURCE_KINDS)[n], "language": "en", "read": "full", "read_on": "2024-01-02"}
        for n, title in enumerate(titles)
    ]
    problems = bibtex.FileProblems("x")
    entries = FORMATS[format].read(FORMATS[format].write(made), problems)
    assert list(problems) == []
    back = [(entry.key, entry.title, entry.publisher, entry.author, entry.own["kind"]) for entry in entries]
    assert back == [tuple(row[name] for name in ("source_id", "title", "publisher", "author", "kind")) for row in made]


@pytest.mark.bad_input("citations")
@given(HOSTILE)
def test_latex_gives_back_what_it_was_given(text):
    assert from_latex(to_latex(text)) == text


@given(st.text(st.sampled_from("aeionuAcszöéçñßåøÆłžý &%_#"), max_size=20))
def test_latex_as_others_write_it_is_read(text):
    encoded = middlewares.LatexEncodingMiddleware().transform_entry(
        bibtexparser.model.Entry("misc", "k", [bibtexparser.model.Field("title", text)]), bibtexparser.Library()
    )
    assert from_latex(encoded["title"]) == unicodedata.normalize("NFC", text)


@pytest.mark.bad_input("citations")
@given(st.text(st.sampled_from('@{}",=\\\n abTYER-%#'), max_size=60))
def test_any_text_is_read_or_refused_with_a_line(text):
    for reader in (bibtex.read_bibtex, ris.read_ris, csl.read_csl):
        problems = bibtex.FileProblems("x")
        reader(text, problems)
        assert all(problem.row <= text.count("\n") + 1 for problem in problems)


def test_several_authors_are_several_to_others_too():
    names = ["Raymond Zhong", "Paul Mozur", "Iris Zhao"]
    of_three = {format: sources_to("bytedance-neihan-duanzi", format, HERE) for format in FORMATS}
    assert {"author": [{"literal": name} for name in names]}.items() <= max(
        json.loads(of_three["csl"]), key=lambda item: len(item.get("author", ()))
    ).items()
    assert names in [record.get("authors") for record in rispy.load(io.StringIO(of_three["ris"]))]
    assert "author = {{Raymond Zhong} and {Paul Mozur} and {Iris Zhao}}" in of_three["bibtex"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.bib", "@article{a, title={T}, journal={J}, year={2019}, doi={10.1000/x\\_(1)}}"),
        ("x.ris", "TY  - JOUR\nTI  - T\nT2  - J\nPY  - 2019\nDO  - 10.1000/x_(1)\nER  - \n"),
        ("x.json", '[{"type": "article-journal", "title": "T", "container-title": "J", "DOI": "10.1000/x_(1)"}]'),
    ],
)
def test_a_doi_is_the_address_of_what_has_no_other(name, text, tmp_path):
    (entry,) = read_references(written(tmp_path, name, text)).entries
    assert entry.url == "https://doi.org/10.1000/x_(1)"


def test_what_is_exported_others_can_read():
    text = sources_to("kitchenaid-tweet", "csl", HERE)
    assert {item["type"] for item in json.loads(text)} >= {"article-newspaper", "post-weblog"}
    others = rispy.load(io.StringIO(sources_to("kitchenaid-tweet", "ris", HERE)))
    assert [other.get("title", "") for other in others] == [
        row["title"] for row in rows(HERE.cases / "kitchenaid-tweet")
    ]
    library = bibtexparser.parse_string(sources_to("kitchenaid-tweet", "bibtex", HERE))
    assert (len(library.entries), library.failed_blocks) == (len(others), [])


def test_the_command_adds_and_exports(tmp_path, monkeypatch):
    made = begun(tmp_path)
    monkeypatch.setenv("AFTERMATH_ROOT", str(made.root))
    options = "--read full --link yes --kind news --language en".split()
    run = CliRunner().invoke(
        cli.app, ["sources", "import", str(SAMPLES / "better.bib"), "--case", "some-case", *options, "--dry-run"]
    )
    assert (run.exit_code, rows(made.cases / "some-case")) == (0, [])
    said = "some-case: acme-2022-03-04, daily-example-2022-03."
    assert run.output.splitlines() == [f"2 sources would be added to {said}"]
    command = ["sources", "import", str(SAMPLES / "better.bib"), "--case", "some-case", *options]
    assert CliRunner().invoke(cli.app, command).output.splitlines() == [f"2 sources added to {said}"]
    assert len(rows(made.cases / "some-case")) == 2
    told = CliRunner().invoke(cli.app, command).output.splitlines()
    assert told[0] == "Nothing to add to some-case: all 2 references are there already."
    assert len(told) == 3
    to = tmp_path / "Quellen Ä.ris"
    assert (
        CliRunner().invoke(cli.app, ["sources", "export", "some-case", "--format", "ris", "--to", str(to)]).exit_code
        == 0
    )
    assert to.read_text(encoding="utf-8") == sources_to("some-case", "ris", made)
    again = CliRunner().invoke(cli.app, ["sources", "export", "some-case", "--format", "ris", "--to", str(to)])
    assert "there is such a file already" in str(again.exception)
