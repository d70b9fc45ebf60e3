"""References that lack something, and files that are broken: named by line and key, and nothing is written."""

from __future__ import annotations

import time

import pytest

from aftermath.exchange import bibtex
from aftermath.exchange.reference import ExchangeError
from aftermath.exchange.references import read_references
from aftermath.exchange.sources import sources_from, sources_to
from aftermath.problems import AftermathError, CaseError
from aftermath.workspace import INSTALLED_FROM, Workspace
from bibliographies import GIVEN, SAMPLES, begun, bib, rows, written
from factories import case_folder, workspace

HERE = Workspace(INSTALLED_FROM)


@pytest.mark.bad_input("citations")
def test_what_is_not_said_is_asked_for_by_key_and_line(tmp_path):
    made = begun(tmp_path)
    with pytest.raises(ExchangeError) as raised:
        sources_from(SAMPLES / "zotero.json", "some-case", made)
    news, page = raised.value.problems
    assert (news.file, news.row, news.column) == ("zotero.json", 2, "http://zotero.org/users/1/items/AAAA1111")
    assert news.what == "does not say whether its address may be shown as a link, how much of it was read"
    assert page.what.startswith("does not say whether its address may be shown as a link, what kind of source it is")
    assert "--kind webpage=news" in page.mend
    assert rows(made.cases / "some-case") == []


@pytest.mark.bad_input("citations")
@pytest.mark.parametrize(
    ("name", "text", "line", "key", "said"),
    [
        ("a.bib", bib("title={T}", type="hologram"), 2, "k", "'hologram' is no type of BibTeX that is known"),
        (
            "a.bib",
            bib("title={T}") + "@misc{open, title={C\n" + bib("title={D}", key="l"),
            3,
            "",
            "is not a whole entry",
        ),
        ("a.bib", bib("title={T}") + bib("title={U}"), 4, "k", "has the key of the entry in line 2"),
        ("a.bib", bib("title={T}, title={U}"), 2, "k", "has a field twice: title"),
        ("a.bib", bib(r"title={T \foo U}"), 2, "k", r"has the command \foo of LaTeX"),
        ("a.bib", bib("title={T}, date={spring}"), 2, "k", "date 'spring' is not a date"),
        ("a.bib", bib("title={T}, date={2021/2023}"), 2, "k", "share no year"),
        ("a.bib", bib("title={T}, date={2021-13}"), 2, "k", "is not a date"),
        ("a.bib", bib('title="a" # b'), 2, "k", "which is no text"),
        ("a.bib", "online{k,\n title = {T},\n}", 1, "", "looks like an entry and is none"),
        ("a.bib", "", 0, "", "holds no reference"),
        ("a.bib", "nothing here", 0, "", "holds no reference"),
        ("a.bib", "@online{k, title={Müller}}".encode("cp1252"), 1, "", "is not UTF-8 text"),
        ("a.bib", "@online{k,\n title={a\x00b}}", 2, "", "holds the control character"),
        ("a.ris", "TY  - NEWS\nTI  - T\nT2  - P\n", 1, "line 1", "the record has no end"),
        ("a.ris", "TY  - NEWS\nTI  - T\nTY  - BLOG\nTI  - U\nER  - \n", 1, "line 1", "the record has no end"),
        ("a.ris", "TI  - T\nTY  - NEWS\nER  - \n", 1, "", "stands outside a record"),
        ("a.ris", "TY  - HOLO\nTI  - T\nT2  - P\nER  - \n", 1, "line 1", "'HOLO' is no type of RIS"),
        (
            "a.ris",
            "TY  - NEWS\nID  - k\nER  - \nTY  - NEWS\nID  - k\nER  - \n",
            4,
            "k",
            "has the key of the entry in line 1",
        ),
        ("a.ris", "", 0, "", "holds no reference"),
        ("a.json", "[{]", 1, "", "is not well-formed JSON"),
        ("a.json", '[\n{"id": 1},\n{"id": }]', 3, "", "is not well-formed JSON"),
        ("a.json", "{}", 1, "", "is not a list of references"),
        ("a.json", "[1]", 1, "", "is not a list of references"),
        ("a.json", "[" * 100_000, 1, "", "is not well-formed JSON"),
        ("a.json", '[{"id": "k", "type": "holo", "publisher": "P"}]', 1, "k", "'holo' is no type of CSL-JSON"),
        ("a.json", '[{"id": "k", "issued": {"date-parts": [["x"]]}}]', 1, "k", "is not a date"),
        ("a.json", "[]", 0, "", "holds no reference"),
        ("a.txt", "x", 0, "", "is of no known format"),
    ],
)
def test_a_broken_file_is_named_and_nothing_is_written(name, text, line, key, said, tmp_path):
    made = begun(tmp_path)
    before = (made.cases / "some-case" / "sources.csv").read_bytes()
    with pytest.raises(ExchangeError) as raised:
        sources_from(written(tmp_path, name, text), "some-case", made, **GIVEN)
    assert [(problem.row, problem.column) for problem in raised.value.problems] == [(line, key)]
    assert said in raised.value.problems[0].what
    assert raised.value.problems[0].mend
    assert (made.cases / "some-case" / "sources.csv").read_bytes() == before


@pytest.mark.bad_input("citations")
def test_an_unknown_type_may_be_given_a_kind(tmp_path):
    path = written(tmp_path, "a.bib", bib("title={T}", type="hologram"))
    found = sources_from(path, "some-case", begun(tmp_path), **GIVEN | {"kind": ["hologram=trade"]})
    assert found.rows["kind"].to_list() == ["trade"]


@pytest.mark.bad_input("citations")
def test_a_kind_for_a_type_that_no_entry_has_is_named_with_the_types_that_are_there(tmp_path):
    made = begun(tmp_path)
    text = bib("title={T}, url={https://a.example/x}") + bib("title={U}", "report", "r")
    path = written(tmp_path, "a.bib", text)
    with pytest.raises(ExchangeError) as raised:
        sources_from(path, "some-case", made, **GIVEN | {"kind": ["webpage=trade", "online=news"]})
    unused, report = raised.value.problems
    assert str(unused) == (
        "a.bib  --kind webpage=trade: no reference is of type 'webpage'  the types in this file are online and report: "
        "name one of them, or leave it out"
    )
    assert (report.column, report.what) == ("r", "does not say what kind of source it is")
    assert rows(made.cases / "some-case") == []


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        (
            bib("title={T}", "article"),
            "--kind article=academic if that is a scholarly journal, else =news, =trade, ...",
        ),
        (bib("title={T}"), "--kind online=news, company, blog, ..."),
    ],
)
def test_an_article_may_be_of_a_scholarly_journal(text, mend, tmp_path):
    with pytest.raises(ExchangeError) as raised:
        sources_from(written(tmp_path, "a.bib", text), "some-case", begun(tmp_path), **GIVEN | {"kind": ()})
    assert [problem.mend for problem in raised.value.problems] == [mend]


@pytest.mark.bad_input("citations")
@pytest.mark.parametrize(
    "option", [{"kind": "novel"}, {"kind": ["online=novel"]}, {"read": "twice"}, {"link": "maybe"}]
)
def test_an_option_that_is_no_word_of_the_codebook_is_refused(option, tmp_path):
    with pytest.raises(AftermathError, match="is not a word of the vocabulary"):
        sources_from(SAMPLES / "better.bib", "some-case", begun(tmp_path), **GIVEN | option)


def test_utf_16_that_says_so_is_read(tmp_path):
    path = written(tmp_path, "a.bib", bib("title={Müller 道歉}").encode("utf-16"))
    assert read_references(path).entries[0].title == "Müller 道歉"


@pytest.mark.bad_input("citations")
def test_a_case_that_is_none_is_named(tmp_path):
    with pytest.raises(AftermathError, match="there is no case 'nowhere'"):
        sources_from(SAMPLES / "better.bib", "nowhere", begun(tmp_path), **GIVEN)


@pytest.mark.bad_input("citations")
def test_a_row_that_the_codebook_refuses_is_not_written(tmp_path):
    made = begun(tmp_path)
    path = written(tmp_path, "a.bib", bib("title={T}, url={ftp://example.org}"))
    with pytest.raises(CaseError, match="write an address that begins with http"):
        sources_from(path, "some-case", made, **GIVEN).write()
    assert rows(made.cases / "some-case") == []


def test_what_cannot_be_exported_is_said(tmp_path):
    with pytest.raises(AftermathError, match="'marc' is no format of references: choose one of bibtex, ris, csl"):
        sources_to("kitchenaid-tweet", "marc", HERE)
    folder = case_folder(tmp_path)
    (folder / "sources.csv").write_text((folder / "sources.csv").read_text().replace(",news,", ",novel,"))
    with pytest.raises(CaseError, match="'novel' is not a word of the vocabulary"):
        sources_to("small-case", "ris", workspace(tmp_path))


@pytest.mark.bad_input("citations")
@pytest.mark.parametrize("author", ["a and " * 40_000 + "b", "$" * 60_000, "\\x" * 30_000, "{" * 20_000 + "}" * 20_000])
def test_what_was_made_to_take_long_does_not(author):
    begun_at = time.process_time()
    bibtex.read_bibtex(f"@book{{k, author={{{author}}}, title={{{author}}}}}", bibtex.FileProblems("x"))
    assert time.process_time() - begun_at < 10


def test_without_an_address_there_is_nothing_to_link(tmp_path):
    path = written(tmp_path, "a.bib", bib("title={T}"))
    assert sources_from(path, "some-case", begun(tmp_path), **GIVEN | {"link": ""}).rows["link"].to_list() == ["no"]
