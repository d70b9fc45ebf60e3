"""Archived copies in ``sources.csv``: optional columns that files may lack, kept by everything that writes the table, shown on the page."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from frictionless import system, validate
from openpyxl import Workbook

import aftermath as am
from aftermath import cli
from aftermath.captures import look_up
from aftermath.case_files.case import load_case
from aftermath.case_files.package import write_packages
from aftermath.case_files.writing import header_of, read_texts, write_tables
from aftermath.exchange.references import FORMATS
from aftermath.exchange.sources import sources_from, sources_to
from aftermath.problems import CaseError
from aftermath.workbooks.reading import read_workbook
from aftermath.workbooks.workbook import workbook as coding_workbook
from capturing import PAGE, captured_case, cdx, page, source, warc
from coding import REPOSITORY, changed, contents_of, copied, headings, records
from factories import case_folder, workspace
from pages import Page
from replaying import Replay, by_address

RED = "red-cross-tweet"
COPY = {
    "archived_url": "https://web.archive.org/web/20200130081500/https://example.org/a?x=1,2&y={3}",
    "archived_at": "2020-01-30T08:15:00+00:00",
    "sha256": "0" * 64,
    "retrieved_via": "wayback",
}
COLUMNS = tuple(COPY)


@pytest.fixture
def server() -> Iterator[Replay]:
    replay = Replay()
    yield replay
    replay.close()


def entered(folder: Path, place, row: int = 0) -> dict[str, str]:
    """A copy in one row of ``sources.csv``; returns it."""
    table = read_texts(folder / "sources.csv").to_dicts()
    table = [
        dict.fromkeys(COLUMNS, "") | record | (COPY if number == row else {}) for number, record in enumerate(table)
    ]
    write_tables(folder, {"sources": frame(table)}, place)
    return table[row]


def frame(table: list[dict[str, str]]) -> pl.DataFrame:
    return pl.DataFrame(table, schema=dict.fromkeys(table[0], pl.String), orient="row")


# Files from before


def test_every_case_of_the_collection_is_as_it_was():
    for case_id in REPOSITORY.case_ids():
        path = REPOSITORY.case_folder(case_id) / "sources.csv"
        assert (
            set(COLUMNS).isdisjoint(header_of(path))
            or load_case(case_id, REPOSITORY).sources["archived_at"].is_not_null().any()
        )


def test_a_file_without_the_columns_keeps_its_bytes_through_workbook_tables_and_package(tmp_path):
    place = copied(tmp_path, RED)
    folder = place.case_folder(RED)
    before = contents_of(folder)
    book = coding_workbook(RED, tmp_path / "red.xlsx", workspace=place)
    read_workbook(book, workspace=place)
    rows = read_texts(folder / "sources.csv")
    assert (
        write_tables(folder, {"sources": frame([dict.fromkeys(COLUMNS, "") | row for row in rows.to_dicts()])}, place)
        == ()
    )
    write_packages(place)
    assert contents_of(folder) == before


def test_the_package_names_the_columns_that_the_file_has(tmp_path):
    place = copied(tmp_path, RED)
    folder = place.case_folder(RED)
    entered(folder, place)
    write_packages(place)
    package = json.loads((folder / "datapackage.json").read_text())
    schema = next(resource["schema"] for resource in package["resources"] if resource["name"] == "sources")
    assert [field["name"] for field in schema["fields"]] == list(header_of(folder / "sources.csv"))
    assert [field["name"] for field in schema["fields"]][-4:] == list(COLUMNS)
    with system.use_context(trusted=True):  # a temporary folder has an absolute path
        report = validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["fieldName", "rowNumber", "type", "note"])


# Everything that writes the table


def test_a_workbook_has_the_columns_that_the_file_has_and_gives_them_back(tmp_path):
    place = copied(tmp_path, RED)
    folder = place.case_folder(RED)
    entered(folder, place)
    book = coding_workbook(RED, tmp_path / "red.xlsx", workspace=place)

    def correct(opened: Workbook) -> None:
        sheet = opened["sources"]
        assert list(headings(sheet))[-4:] == list(COLUMNS)
        sheet.cell(2, headings(sheet)["title"]).value = "Another title"
        sheet.cell(3, headings(sheet)["archived_at"]).value = "2020-02-02T00:00:00Z"
        sheet.cell(3, headings(sheet)["retrieved_via"]).value = "hand"

    assert read_workbook(changed(book, correct), workspace=place).changed == ("sources",)
    first, second, *_ = records(folder / "sources.csv")
    assert (first["title"], first["archived_url"]) == ("Another title", COPY["archived_url"])
    assert (second["archived_at"], second["retrieved_via"]) == ("2020-02-02T00:00:00Z", "hand")


def test_a_workbook_from_before_leaves_copies_alone_that_came_meanwhile(tmp_path):
    place = copied(tmp_path, RED)
    folder = place.case_folder(RED)
    book = coding_workbook(RED, tmp_path / "red.xlsx", workspace=place)
    entered(folder, place)

    def correct(opened: Workbook) -> None:
        sheet = opened["sources"]
        assert set(COLUMNS).isdisjoint(headings(sheet))
        sheet.cell(2, headings(sheet)["title"]).value = "Another title"

    read_workbook(changed(book, correct), workspace=place)
    first = records(folder / "sources.csv")[0]
    assert first["title"] == "Another title"
    assert {name: first[name] for name in COLUMNS} == COPY


@pytest.mark.parametrize("format", FORMATS)
def test_references_carry_copies_there_and_back(format, tmp_path):
    place = copied(tmp_path / "here", RED)
    entered(place.case_folder(RED), place)
    path = tmp_path / f"out{FORMATS[format].suffixes[0]}"
    path.write_text(sources_to(RED, format, place), encoding="utf-8")
    made = workspace(tmp_path)
    folder = made.case_folder("empty")
    case_folder(tmp_path, "empty")
    sources_from(path, "empty", made).write()
    there = {row["source_id"]: row for row in records(folder / "sources.csv")}
    for row in records(place.case_folder(RED) / "sources.csv"):
        assert there[row["source_id"]] == row


# What is refused


@pytest.mark.bad_input("damaged tables of a case")
@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"archived_at": ""}, "archived_at  is empty though a copy is named"),
        ({"retrieved_via": ""}, "retrieved_via  is empty though a copy is named"),
        ({"retrieved_via": "guess"}, "retrieved_via  'guess' is not a word of the vocabulary"),
        ({"archived_at": "2020-01-30"}, "archived_at  '2020-01-30'"),
        ({"sha256": "ABC"}, "sha256  'ABC'"),
        ({"archived_url": "javascript:alert(1)"}, "archived_url  'javascript"),
    ],
)
def test_half_a_copy_is_refused_by_its_place(tmp_path, columns, message):
    with pytest.raises(CaseError) as error:
        captured_case(tmp_path, source("a", **COPY | columns))
    assert f"sources.csv:3:{message}" in str(error.value)


def test_one_column_alone_may_be_there(tmp_path):
    folder = captured_case(tmp_path, source("a")).folder
    text = (folder / "sources.csv").read_text().splitlines()
    short = [",".join(line.split(",")[:11]) for line in text]
    (folder / "sources.csv").write_text(
        "\n".join([short[0] + ",archived_at,retrieved_via", *(f"{line},," for line in short[1:])]) + "\n"
    )
    case = load_case("small-case", workspace(tmp_path))
    assert case.sources["sha256"].to_list() == [None, None]


# The page


def section(case) -> Page:
    shown = am.report(case, seed=0, phase_days=[7, 30], interval_level=0.95).show(case, "sources")
    return Page(str(shown.html))


def test_the_page_shows_both_addresses_and_how_much_is_archived(tmp_path):
    case = captured_case(
        tmp_path, source("a", **COPY), source("b"), source("paper-2020", "https://paper.example/", **COPY)
    )
    shown = section(case)
    assert shown.links.count(COPY["archived_url"]) == 2
    assert "https://example.org/a" in shown.links
    text = shown.text.replace("\xa0", " ")
    assert "archived copy of 30 Jan 2020" in text
    assert "2 of 3 sources name an archived copy; 1 of 1 key fact can be read in one." in text


@pytest.mark.bad_input("hostile text on pages")
def test_a_copy_of_an_unsafe_address_is_no_link_and_one_in_a_file_says_so(tmp_path):
    unsafe = source("a", **COPY, link="no")
    in_file = source("b", archived_at=COPY["archived_at"], retrieved_via="warc")
    shown = section(captured_case(tmp_path, unsafe, in_file))
    assert COPY["archived_url"] not in shown.links
    assert f"not linked: {COPY['archived_url']}" in shown.text
    assert "archived copy of 30 Jan 2020, in a file" in shown.text


@pytest.mark.bad_input("hostile text on pages")
def test_hostile_addresses_stay_text(tmp_path):
    hostile = COPY | {"archived_url": 'https://web.archive.org/"onmouseover="alert(1)"/<script>alert(1)</script>'}
    shown = section(captured_case(tmp_path, source("a", **hostile)))
    assert hostile["archived_url"] in shown.links
    assert shown.scripts == []
    assert not [attributes for _, attributes in shown.elements if "onmouseover" in attributes]


# The command


@pytest.fixture
def command(monkeypatch, capsys, tmp_path) -> Callable[..., tuple[int, str]]:
    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setenv("AFTERMATH_ROOT", str(tmp_path))
        monkeypatch.setattr(sys, "argv", ["aftermath", "sources", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), capsys.readouterr().out

    return run


def test_commands_from_nothing_to_a_state(server, tmp_path, command, monkeypatch):
    monkeypatch.setattr(look_up, "Client", server.client)
    captured_case(tmp_path, source("a"), source("b"))
    server.otherwise = by_address({"/cdx/search/cdx": cdx(("20200130081500", "200", PAGE)), "web.archive.org/": page()})
    assert command("state", "small-case")[1].startswith("small-case: None of 3 sources names an archived copy.")
    code, out = command("look-up", "small-case", "--dry-run")
    assert (code, out.splitlines()[0]) == (0, "2 copies would be entered in small-case/sources.csv.")
    assert set(COLUMNS).isdisjoint(
        name for row in records(tmp_path / "casestudies/small-case/sources.csv") for name, text in row.items() if text
    )
    (tmp_path / "b.warc").write_bytes(warc(("https://example.org/b", "2020-02-01T00:00:00Z", PAGE)))
    code, out = command("import-captures", str(tmp_path / "b.warc"), "--case", "small-case")
    assert (code, out.splitlines()[0]) == (0, "1 copy entered in small-case/sources.csv.")
    code, out = command("look-up", "small-case")
    assert (code, out.splitlines()[0]) == (0, "1 copy entered in small-case/sources.csv.")
    assert "b: the case names another copy, which is kept" in out
    assert command("state")[1].startswith("small-case: 2 of 3 sources name an archived copy;")
    assert command("bounds", "small-case")[1].startswith("2 sources of small-case with a capture whose time is known.")


@pytest.mark.fault("interruptions")
def test_a_search_that_broke_off_ends_with_1(server, tmp_path, command, monkeypatch):
    client = server.client()
    server.close()
    monkeypatch.setattr(look_up, "Client", lambda: client)
    captured_case(tmp_path, source("a"))
    code, out = command("look-up", "small-case")
    assert code == 1
    assert "a: not looked up yet" in out
    assert "wayback: asked no more." in out
