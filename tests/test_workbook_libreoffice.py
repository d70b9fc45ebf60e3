"""LibreOffice opens a workbook and saves it without loss."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from openpyxl import load_workbook

from aftermath.case_files.tables import ALL_SCHEMAS
from aftermath.workbooks.reading import read_workbook
from aftermath.workbooks.workbook import workbook
from aftermath.workspace import Workspace
from coding import REPOSITORY, changed, contents_of, copied, records, texts, type_rows

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
KITCHEN, CROSS = "kitchenaid-tweet", "red-cross-tweet"
BLIND = (KITCHEN, CROSS, "kuaishou-underage-mothers")  # a blind one is a part of the whole

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed here: no soffice on the path"),
]


def saved(folder: Path, *paths: Path) -> list[Path]:
    """The files as LibreOffice saves them after opening them."""
    profile = (folder / "profile").as_uri()
    out = folder / "saved"
    command = [
        SOFFICE,
        f"-env:UserInstallation={profile}",
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
        out,
        *paths,
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return [out / path.name for path in paths]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Path]:
    """Workbooks of every case, blind ones of a few, and what LibreOffice makes of them."""
    folder = tmp_path_factory.mktemp("office")
    written = [
        workbook(case_id, folder / f"{case_id}-{coder or 'all'}.xlsx", coder)
        for coder, case_ids in ((None, REPOSITORY.case_ids()), ("b", BLIND))
        for case_id in case_ids
    ]
    return dict(zip(written, saved(folder, *written), strict=True))


def test_what_libreoffice_saves_changes_no_byte_of_any_case(both: dict[Path, Path], tmp_path: Path) -> None:
    workspace = copied(tmp_path, *REPOSITORY.case_ids())
    assert len(both) == len(REPOSITORY.case_ids()) + len(BLIND)
    for path in both.values():
        read = read_workbook(path, workspace=workspace)
        assert (read.changed, read.remarks) == ((), ()), path.name
    for case_id in REPOSITORY.case_ids():
        assert contents_of(workspace.case_folder(case_id)) == contents_of(REPOSITORY.case_folder(case_id))


def test_lists_notes_marks_and_formats_are_there_afterwards(both: dict[Path, Path]) -> None:
    path = next(path for path in both if path.name == f"{KITCHEN}-all.xlsx")
    before, after = load_workbook(path), load_workbook(both[path])
    for table in (name for name in before.sheetnames if name in ALL_SCHEMAS):
        one, other = before[table], after[table]
        assert [cell.comment.text for cell in one[1]] == [cell.comment.text for cell in other[1]]
        assert {rule.formula1 for rule in one.data_validations.dataValidation if rule.type == "list"} == {
            rule.formula1.replace("'", "") for rule in other.data_validations.dataValidation if rule.type == "list"
        }
        assert {str(rule.sqref) for rule in one.data_validations.dataValidation} == {
            str(rule.sqref) for rule in other.data_validations.dataValidation
        }
        assert {str(area.sqref) for area in one.conditional_formatting} == {
            str(area.sqref) for area in other.conditional_formatting
        }
        assert {cell.number_format for row in other.iter_rows() for cell in row} == {"@"}


def test_hostile_text_and_new_codes_come_through_libreoffice(tmp_path: Path) -> None:
    workspace = copied(tmp_path, CROSS)
    folder = workspace.case_folder(CROSS)
    titles = [
        '=HYPERLINK("x","y")',
        "_x0041_ _x000D_ _x005F_x0041_",
        "x005F_",
        "1e5",
        "007",
        "2011-02-16",
        "TRUE",
        " =1+1",
        "a\nb",
        "＝ 中文 😀",
    ]
    book = workbook(CROSS, tmp_path / "x.xlsx", workspace=workspace)
    rows = records(folder / "sources.csv")

    def type_titles(path: Path) -> Path:
        def change(book: object) -> None:
            page = book["sources"]
            given = [row | {"title": title} for row, title in zip(texts(page), titles, strict=False)]
            type_rows(page, given, ("source_id",))

        return changed(path, change)

    type_titles(book)
    # a person types the signs, and the program writes its escape for them
    typed = {"_x0041_ _x000D_ _x005F_x0041_": "A \r _x0041_"}
    first = read_workbook(book, workspace=workspace)
    assert first.changed == ("sources",)
    now = [row["title"] for row in records(folder / "sources.csv")]
    meant = [typed.get(title, title).strip().replace("\r", "\n") for title in titles]
    assert now[: len(titles)] == meant
    assert len(rows) == len(now)
    again = workbook(CROSS, tmp_path / "y.xlsx", workspace=workspace)
    before = contents_of(folder)
    (office,) = saved(tmp_path, again)
    assert read_workbook(office, workspace=workspace).changed == ()
    assert contents_of(folder) == before


def test_an_opendocument_spreadsheet_is_refused_by_name(tmp_path: Path) -> None:
    book = workbook(CROSS, tmp_path / "x.xlsx")
    command = [SOFFICE, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    for kind, message in (("ods", r"x.ods  is an OpenDocument spreadsheet"), ("xls", r"x.xls  is an .xls workbook")):
        subprocess.run(
            [*command, "--convert-to", kind, "--outdir", tmp_path, book], check=True, capture_output=True, timeout=300
        )
        with pytest.raises(Exception, match=message):
            read_workbook(tmp_path / f"x.{kind}", workspace=Workspace(REPOSITORY.root))
