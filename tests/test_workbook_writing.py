"""What a coding workbook holds: lists, notes and marks; and what a blind one must not."""

from __future__ import annotations

import html
import re
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook

from aftermath import vocabulary
from aftermath.case_files.columns import columns_in, file_columns, metadata_of
from aftermath.case_files.levels import RUBRIC_SCALES
from aftermath.case_files.tables import ALL_SCHEMAS
from aftermath.case_files.template import new_case
from aftermath.problems import CaseError
from aftermath.workbooks.errors import WorkbookError
from aftermath.workbooks.reading import read_workbook
from aftermath.workbooks.workbook import workbook
from aftermath.workspace import Workspace
from coding import REPOSITORY, contents_of, copied, headings, records, texts

KITCHEN, CROSS = "kitchenaid-tweet", "red-cross-tweet"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workbook(KITCHEN, tmp_path_factory.mktemp("written") / "k.xlsx")


@pytest.fixture(scope="module")
def blind(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workbook(KITCHEN, tmp_path_factory.mktemp("blind") / "b.xlsx", "b")


def test_a_sheet_a_table_and_every_row_in_it(written: Path) -> None:
    book = load_workbook(written)
    folder = REPOSITORY.case_folder(KITCHEN)
    tables = [name for name in ALL_SCHEMAS if (folder / f"{name}.csv").exists()]
    assert [name for name in book.sheetnames if name in ALL_SCHEMAS] == tables
    for table in tables:
        assert texts(book[table]) == records(folder / f"{table}.csv")


def test_two_writes_give_the_same_bytes(written: Path, blind: Path, tmp_path: Path) -> None:
    assert workbook(KITCHEN, tmp_path / "k.xlsx").read_bytes() == written.read_bytes()
    assert workbook(KITCHEN, tmp_path / "b.xlsx", "b").read_bytes() == blind.read_bytes()
    with zipfile.ZipFile(written) as parts:
        assert {part.date_time for part in parts.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        years = re.findall(r"(20\d\d)-\d\d-\d\dT", parts.read("docProps/core.xml").decode())
    assert set(years) == {"2000"}


def test_every_heading_has_the_definition_of_the_codebook(written: Path) -> None:
    book = load_workbook(written)
    codebook = (REPOSITORY.cases / "CODEBOOK.md").read_text(encoding="utf-8")
    for table in (name for name in book.sheetnames if name in ALL_SCHEMAS):
        for name in columns_in(ALL_SCHEMAS[table], ()):
            column = file_columns(ALL_SCHEMAS[table])[name]
            note = book[table].cell(1, headings(book[table])[name]).comment.text
            assert metadata_of(column)["mend"] in note
            assert note.startswith(column.description[0].upper() + column.description[1:])
    assert "as printed, may be empty" in book["sources"]["D1"].comment.text
    favourability = book["stances"]["C1"].comment.text
    assert "condemnation or boycott as the main content" in " ".join(codebook.split())
    assert "condemnation or boycott as the main content" in favourability


def test_the_read_me_of_a_coder_says_what_a_coder_does(written: Path, blind: Path, tmp_path: Path) -> None:
    workspace = copied(tmp_path, CROSS)
    about = workspace.case_folder(CROSS) / "case.yaml"
    coders = about.read_text(encoding="utf-8").replace("coders:\n", "coders:\n  c: {kind: person, codes: [stances]}\n")
    about.write_text(coders, encoding="utf-8")
    of_texts = workbook(CROSS, tmp_path / "c.xlsx", "c", workspace=workspace)
    said = {
        name: "\n".join(str(value) for (value,) in load_workbook(path)["Read me"].iter_rows(values_only=True))
        for name, path in (("case", written), ("b", blind), ("texts", of_texts))
    }
    moments = "write moments as 2012-10-03T21:45:00-04:00"
    assert [moments in each for each in said.values()] == [True, False, False]
    assert ["rubric: " in each and "na: cannot apply" in each for each in said.values()] == [False, True, False]
    assert ["stances: " in each for each in said.values()] == [False, True, True]
    assert not [name for name, each in said.items() if "--read FILE" not in each]
    assert "lists" not in said["b"]


def test_what_cannot_apply_is_na_and_never_empty(blind: Path) -> None:
    shown = {row["item"]: row["levels"] for row in texts(load_workbook(blind)["rubric"])}
    assert "na: nobody to redress" in shown["T9"]
    assert not [item for item, levels in shown.items() if "empty" in levels]
    assert not [scale.name for scale in RUBRIC_SCALES if "empty" in " ".join((*scale.levels.values(), scale.note))]
    assert next(scale.note for scale in RUBRIC_SCALES if scale.name == "T9").startswith("na ")


def test_the_lists_are_the_vocabularies(written: Path) -> None:
    page = load_workbook(written)["events"]
    letters = {name: page.cell(1, place).column_letter for name, place in headings(page).items()}
    rules = {str(rule.sqref).partition("2")[0]: rule for rule in page.data_validations.dataValidation}
    assert rules[letters["actor"]].formula1 == f'"{",".join(vocabulary.ACTORS)}"'
    assert rules[letters["certainty"]].formula1 == f'"{",".join(vocabulary.CERTAINTIES)}"'
    assert "; between" in rules[letters["acts"]].prompt
    assert all(act in page[f"{letters['acts']}1"].comment.text for act in vocabulary.ACTS)
    coverage = load_workbook(written)["coverage"]
    (sources,) = [rule for rule in coverage.data_validations.dataValidation if rule.type == "list"]
    assert sources.formula1.startswith("sources!$A$2:$A$")


def test_no_list_is_longer_than_a_spreadsheet_program_takes(written: Path) -> None:
    book = load_workbook(written)
    rules = [rule for page in book for rule in page.data_validations.dataValidation]
    assert len(rules) > 20
    assert max(len(rule.formula1 or "") for rule in rules) <= 257  # 255 and two quotation marks
    assert max(len(rule.prompt or "") for rule in rules) <= 255
    assert max(len(rule.error or "") for rule in rules) <= 255


def test_cells_are_text_and_blanks_are_marked(written: Path) -> None:
    book = load_workbook(written)
    for table in (name for name in book.sheetnames if name in ALL_SCHEMAS):
        page = book[table]
        assert {cell.number_format for row in page.iter_rows() for cell in row} == {"@"}
        assert {cell.data_type for row in page.iter_rows() for cell in row if cell.value is not None} == {"s"}
        assert page.freeze_panes == "B2"
        assert all(page.column_dimensions[cell.column_letter].number_format == "@" for cell in page[1])
    marks = book["events"].conditional_formatting
    marked = {str(area.sqref).partition("2")[0] for area in marks}
    needed = {
        "event_id",
        "label",
        "earliest",
        "latest",
        "actor",
        "acts",
        "channel",
        "summary",
        "source_ids",
        "certainty",
    }
    places = headings(book["events"])
    assert marked == {book["events"].cell(1, places[name]).column_letter for name in needed}


def test_text_that_looks_like_a_formula_is_text(tmp_path: Path) -> None:
    workspace = copied(tmp_path, CROSS)
    folder = workspace.case_folder(CROSS)
    path = folder / "sources.csv"
    titles = [
        '=HYPERLINK("http://x.example","y")',
        "#N/A",
        "1e5",
        "_x0041_ and _x000D_",
        "'quoted",
        "TRUE",
        "@SUM(A1)",
        "two\nlines",
    ]
    rows = records(path)
    lines = path.read_text(encoding="utf-8")
    for row, title in zip(rows, titles, strict=False):
        quoted = '"' + title.replace('"', '""') + '"'
        old = next(
            form for form in (f',"{row["title"].replace(chr(34), chr(34) * 2)}",', f",{row['title']},") if form in lines
        )
        lines = lines.replace(f"{row['source_id']}{old}", f"{row['source_id']},{quoted},", 1)
    path.write_text(lines, encoding="utf-8", newline="")
    assert [row["title"] for row in records(path)][: len(titles)] == titles
    before = contents_of(folder)
    book = workbook(CROSS, tmp_path / "x.xlsx", workspace=workspace)
    assert all(cell.data_type == "s" for cell in load_workbook(book)["sources"]["B"][: len(titles) + 1])
    assert read_workbook(book, workspace=workspace).changed == ()
    assert contents_of(folder) == before


def test_problems_stand_in_a_sheet_with_links_to_their_cells(tmp_path: Path) -> None:
    (tmp_path / "casestudies").mkdir()
    workspace = Workspace(tmp_path)
    new_case("acme-recall", workspace)
    book = load_workbook(workbook("acme-recall", tmp_path / "x.xlsx", workspace=workspace))
    rows = texts(book["problems"])
    (label,) = [
        row for row, found in enumerate(rows, start=2) if found["where"] == "events" and found["column"] == "label"
    ]
    assert rows[label - 2]["what"] == "is empty"
    assert book["problems"].cell(label, 1).hyperlink.location == "events!B2"
    assert any(row["where"] == "casestudies/acme-recall/case.yaml" for row in rows)
    assert len(texts(book["rubric"])) == 32


def test_a_table_that_has_no_columns_is_refused(tmp_path: Path) -> None:
    workspace = copied(tmp_path, CROSS)
    (workspace.case_folder(CROSS) / "events.csv").write_text("nothing\n", encoding="utf-8")
    with pytest.raises(CaseError, match=r"events.csv:1  does not name the columns"):
        workbook(CROSS, tmp_path / "x.xlsx", workspace=workspace)
    assert not (tmp_path / "x.xlsx").exists()


def test_a_workbook_that_is_there_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_text("codes")
    with pytest.raises(WorkbookError, match=r"x.xlsx  there is such a file already"):
        workbook(CROSS, path)
    assert path.read_text() == "codes"
    assert workbook(CROSS, path, again=True).read_bytes().startswith(b"PK")


# Blind


@pytest.mark.parametrize("case_id", REPOSITORY.case_ids())
def test_nothing_that_the_other_coder_decided_is_in_a_blind_workbook(case_id: str, tmp_path: Path) -> None:
    folder = REPOSITORY.case_folder(case_id)
    with zipfile.ZipFile(workbook(case_id, tmp_path / "b.xlsx", "b")) as parts:
        whole = " ".join(_words(parts.read(name).decode()) for name in parts.namelist())
    own = {row["rationale"] for row in records(folder / "rubric.csv") if row["coder"] == "b"}
    others = {row["rationale"] for row in records(folder / "rubric.csv") if row["coder"] == "a"} - own - {""}
    leaked = [text for text in others if _words(text) in whole]
    assert not leaked
    assert all(_words(row["summary"]) in whole for row in records(folder / "events.csv"))
    assert all(_words(row["abstract"]) in whole for row in records(folder / "coverage.csv"))
    addresses = {row["url"] for row in records(folder / "sources.csv")} - {""}
    assert not [url for url in addresses if url in whole]
    notes = [line for line in (folder / "NOTES.md").read_text(encoding="utf-8").splitlines() if len(line) > 60]
    assert not [line for line in notes if _words(line) in whole]


def _words(text: str) -> str:
    return " ".join(html.unescape(text).split())


def test_a_blind_workbook_has_these_columns_and_no_others(blind: Path) -> None:
    book = load_workbook(blind)
    assert {name: list(headings(book[name])) for name in book.sheetnames if name in ALL_SCHEMAS} == {
        "events": ["event_id", "label", "earliest", "latest", "actor", "channel", "speaker", "role", "summary"],
        "stances": ["doc_id", "published", "abstract", *vocabulary.STANCES],
        "rubric": ["item", "question", "levels", "score", "event_ids", "rationale"],
    }
    assert "problems" not in book.sheetnames  # they quote what was coded


def test_the_codes_of_the_coder_are_there_and_those_of_others_are_not(blind: Path, tmp_path: Path) -> None:
    stances = {
        row["doc_id"]: row for row in records(REPOSITORY.case_folder(KITCHEN) / "stances.csv") if row["coder"] == "b"
    }
    for row in texts(load_workbook(blind)["stances"]):
        assert {name: row[name] for name in vocabulary.STANCES} == {
            name: stances[row["doc_id"]][name] for name in vocabulary.STANCES
        }
    workspace = copied(tmp_path, KITCHEN)
    about = workspace.case_folder(KITCHEN) / "case.yaml"
    about.write_text(
        about.read_text(encoding="utf-8").replace("\ncoders:", "\ncoders:\n  c: {kind: person}"), encoding="utf-8"
    )
    fresh = load_workbook(workbook(KITCHEN, tmp_path / "c.xlsx", "c", workspace=workspace))
    assert {row[name] for row in texts(fresh["stances"]) for name in vocabulary.STANCES} == {""}
    assert {row["score"] + row["event_ids"] + row["rationale"] for row in texts(fresh["rubric"])} == {""}


def test_the_order_is_random_and_comes_from_the_seed(blind: Path, tmp_path: Path) -> None:
    def order(path: Path) -> tuple[list[str], list[str]]:
        book = load_workbook(path)
        return [row["event_id"] for row in texts(book["events"])], [row["doc_id"] for row in texts(book["stances"])]

    first = order(blind)
    other = order(workbook(KITCHEN, tmp_path / "other.xlsx", "b", seed=1))
    for one, two in zip(first, other, strict=True):
        assert sorted(one) == sorted(two)
        assert one != sorted(one)
        assert one != two


def test_a_coder_of_the_rubric_alone_gets_no_texts(tmp_path: Path) -> None:
    workspace = copied(tmp_path, KITCHEN)
    about = workspace.case_folder(KITCHEN) / "case.yaml"
    text = about.read_text(encoding="utf-8")
    about.write_text(text.replace("\ncoders:", "\ncoders:\n  c: {kind: person, codes: [rubric]}"), encoding="utf-8")
    book = workbook(KITCHEN, tmp_path / "c.xlsx", "c", workspace=workspace)
    assert [name for name in load_workbook(book).sheetnames if name in ALL_SCHEMAS] == ["events", "rubric"]
    assert read_workbook(book, workspace=workspace).changed == ()


def test_who_is_no_coder_gets_no_workbook(tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match=r"case.yaml  'c' is no coder of this case  use one of: a, b"):
        workbook(KITCHEN, tmp_path / "c.xlsx", "c")
    with pytest.raises(WorkbookError, match=r"'Day' cannot be the id of a coder"):
        workbook(KITCHEN, tmp_path / "c.xlsx", "Day")
    assert not (tmp_path / "c.xlsx").exists()
