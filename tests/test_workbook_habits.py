"""What spreadsheet programs and hands do to a workbook that can only be meant in one way; and folders that change meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from aftermath.cli import app
from aftermath.files import WriteError
from aftermath.workbooks import reading
from aftermath.workbooks.reading import ChangedInBoth, WorkbookRead, read_workbook
from aftermath.workbooks.workbook import workbook
from aftermath.workspace import Workspace
from coding import changed, contents_of, copied, headings, records, type_rows

CASE = "red-cross-tweet"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return copied(tmp_path, CASE)


@pytest.fixture
def book(workspace: Workspace) -> Path:
    return workbook(CASE, workspace.root / "x.xlsx", workspace=workspace)


def put(sheet: str, row: int, column: str, value: object) -> Callable[[Workbook], object]:
    return lambda book: setattr(book[sheet].cell(row, headings(book[sheet])[column]), "value", value)


def rows_of(workspace: Workspace, table: str) -> list[dict[str, str]]:
    return records(workspace.case_folder(CASE) / f"{table}.csv")


def same(read: WorkbookRead) -> bool:
    return read.changed == ()


# What is meant in one way


def test_numbers_and_days_are_read_as_they_are_meant(workspace: Workspace, book: Path) -> None:
    before = {table: rows_of(workspace, table) for table in ("stances", "rubric", "sources", "signals", "coverage")}

    def retype(book: Workbook) -> None:
        """As if all cells had been formatted anew: numbers as floats, days as dates."""
        for table, columns in {
            "stances": ("favourability", "stance_org"),
            "rubric": ("score",),
            "signals": ("value",),
        }.items():
            for number, row in enumerate(before[table], start=2):
                for column in columns:
                    if row[column].lstrip("-").replace(".", "").isdigit():
                        put(table, number, column, float(row[column]))(book)
        for number, row in enumerate(before["sources"], start=2):
            put("sources", number, "read_on", datetime.fromisoformat(row["read_on"]))(book)
        for number, row in enumerate(before["coverage"], start=2):
            put("coverage", number, "published", datetime.fromisoformat(row["published"]))(book)

    assert same(read_workbook(changed(book, retype), workspace=workspace))


def test_a_day_counted_from_1904_is_that_day(workspace: Workspace, book: Path) -> None:
    def other_epoch(book: Workbook) -> None:
        book.epoch = datetime(1904, 1, 1)
        put("sources", 2, "read_on", 44885)(book)

    with pytest.raises(Exception, match=r"is 44885, a date as Excel counts days  write 2026-11-21 as text"):
        read_workbook(changed(book, other_epoch), workspace=workspace)


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\n", "\t ", "\u202f"])
def test_blanks_around_a_text_are_no_part_of_it(workspace: Workspace, book: Path, blank: str) -> None:
    def pad(book: Workbook) -> None:
        for page in (book["events"], book["sources"], book["rubric"]):
            for row in page.iter_rows(min_row=2):
                for cell in (cell for cell in row if cell.value is not None):
                    cell.value = f"{blank}{cell.value}{blank}"

    assert same(read_workbook(changed(book, pad), workspace=workspace))


def test_order_of_sheets_and_columns_means_nothing(workspace: Workspace, book: Path) -> None:
    def reorder(book: Workbook) -> None:
        book.move_sheet("rubric", -4)
        page = book["events"]
        rows = [list(row) for row in page.iter_rows(values_only=True)]
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(reversed(row), start=1):
                page.cell(number, place).value = value
        book["coverage"].title = " Coverage "

    assert same(read_workbook(changed(book, reorder), workspace=workspace))


@pytest.mark.parametrize("column", ["label", "summary", "latest"])
def test_events_may_be_sorted_by_any_column(workspace: Workspace, book: Path, column: str) -> None:
    def sort(book: Workbook) -> None:
        page = book["events"]
        by = headings(page)[column] - 1
        rows = sorted((list(row) for row in page.iter_rows(min_row=2, values_only=True)), key=lambda row: str(row[by]))
        for number, row in enumerate(reversed(rows), start=2):
            for place, value in enumerate(row, start=1):
                page.cell(number, place).value = value

    read = read_workbook(changed(book, sort), workspace=workspace)
    assert same(read)
    assert "events: the rows were sorted by earliest; ids stay as they are." in read.remarks


def test_a_new_event_comes_into_its_place_in_time_and_keeps_its_id(workspace: Workspace, book: Path) -> None:
    before = rows_of(workspace, "events")
    new = before[0] | {"event_id": "e99", "label": "Typed at the end", "acts": "milestone", "strategies": ""}
    new |= {"earliest": before[2]["earliest"], "latest": before[2]["earliest"], "best_earliest": "", "best_latest": ""}
    read = read_workbook(
        changed(book, lambda book: type_rows(book["events"], [new], ("event_id",))), workspace=workspace
    )
    assert read.changed == ("events",)
    after = rows_of(workspace, "events")
    assert [row for row in after if row["event_id"] != "e99"] == before
    moments = [datetime.fromisoformat(row["earliest"]) for row in after]
    assert moments == sorted(moments)
    assert after[-1]["event_id"] != "e99"


def test_what_is_not_seen_is_read_and_told(workspace: Workspace, book: Path) -> None:
    def hide(book: Workbook) -> None:
        book["events"].row_dimensions[3].hidden = True
        book["sources"].auto_filter.ref = "A1:K10"
        for row in (2, 4):
            book["sources"].row_dimensions[row].hidden = True
        book["events"].column_dimensions["H"].hidden = True
        book["coverage"].sheet_state = "hidden"

    read = read_workbook(changed(book, hide), workspace=workspace)
    assert same(read)
    assert read.remarks == (
        "sources: rows 2 and 4 hidden by a filter, and read.",
        "events: row 3 hidden, and read.",
        "events: column acts hidden, and read.",
        "coverage: the sheet is hidden, and read.",
    )


def test_notes_are_passed_over_and_told(workspace: Workspace, book: Path) -> None:
    def add(book: Workbook) -> None:
        book.create_sheet("Notes of Ann")["A1"] = "x"
        page = book["events"]
        page.cell(1, page.max_column + 1, "notes to myself")
        page.cell(2, page.max_column, "look again")
        page.cell(1, page.max_column + 2, " ")

    read = read_workbook(changed(book, add), workspace=workspace)
    assert same(read)
    assert read.remarks == (
        "The sheet 'Notes of Ann' holds notes and was not read.",
        "events: the column 'notes to myself' holds notes and was not read.",
    )


def test_rows_below_a_gap_are_read_and_told(workspace: Workspace, book: Path) -> None:
    def gap(book: Workbook) -> None:
        book["sources"].insert_rows(5, 3)

    read = read_workbook(changed(book, gap), workspace=workspace)
    assert same(read)
    assert read.remarks == ("sources: rows 5 to 7 are empty; what stands below was read.",)


def test_evidence_that_was_changed_is_told(workspace: Workspace) -> None:
    blind = workbook(CASE, workspace.root / "b.xlsx", "b", workspace=workspace)
    read = read_workbook(changed(blind, put("stances", 2, "abstract", "Another text.")), workspace=workspace)
    assert same(read)
    assert read.remarks[0].startswith(
        "stances: what was coded is not what the folder says now, or was changed in the sheet: d"
    )


def test_rows_are_added_moved_and_removed(workspace: Workspace, book: Path) -> None:
    before = rows_of(workspace, "signals")

    def edit(book: Workbook) -> None:
        page = book["signals"]
        values = [cell.value for cell in page[2]]
        page.delete_rows(3)
        for place, value in enumerate(["likes", *values[1:]], start=1):
            page.cell(len(before) + 4, place, value)

    read = read_workbook(changed(book, edit), workspace=workspace)
    assert read.changed == ("signals",)
    assert rows_of(workspace, "signals") == [before[0], *before[2:], before[0] | {"signal": "likes"}]


# A folder that changed meanwhile


def in_folder(workspace: Workspace, table: str, old: str, new: str) -> None:
    path = workspace.case_folder(CASE) / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="")


def title(workspace: Workspace, row: int) -> str:
    return rows_of(workspace, "sources")[row]["title"]


def test_changes_of_other_rows_are_kept_on_both_sides(workspace: Workspace, book: Path) -> None:
    first = rows_of(workspace, "sources")[0]
    in_folder(workspace, "sources", title(workspace, 0), "Changed in the folder")
    read = read_workbook(changed(book, put("sources", 3, "title", "Changed in the workbook")), workspace=workspace)
    assert [title(workspace, row) for row in (0, 1)] == ["Changed in the folder", "Changed in the workbook"]
    assert read.remarks == (
        f"sources.csv changed since the workbook was written, in other rows, which stay as they are: {first['source_id']}.",
    )


def test_a_row_that_both_changed_is_told_and_either_can_be_kept(workspace: Workspace, book: Path) -> None:
    source_id = rows_of(workspace, "sources")[0]["source_id"]
    in_folder(workspace, "sources", title(workspace, 0), "Changed in the folder")
    before = contents_of(workspace.case_folder(CASE))
    changed(book, put("sources", 2, "title", "Changed in the workbook"))
    message = (
        rf"^x.xlsx:sources:2:source_id  {source_id} was changed in both since the workbook was written or last read: title is "
        r"'Changed in the workbook' here and 'Changed in the folder' in the folder  .*--keep workbook, or --keep folder$"
    )
    with pytest.raises(ChangedInBoth, match=message):
        read_workbook(book, workspace=workspace)
    assert contents_of(workspace.case_folder(CASE)) == before
    assert same(read_workbook(book, keep="folder", workspace=workspace))
    assert title(workspace, 0) == "Changed in the folder"


def test_the_workbook_can_be_kept(workspace: Workspace, book: Path) -> None:
    in_folder(workspace, "sources", title(workspace, 0), "Changed in the folder")
    changed(book, put("sources", 2, "title", "Changed in the workbook"))
    assert read_workbook(book, keep="workbook", workspace=workspace).changed == ("sources",)
    assert title(workspace, 0) == "Changed in the workbook"
    with pytest.raises(Exception, match=r"'both' is nothing to keep  say workbook or folder"):
        read_workbook(book, keep="both", workspace=workspace)


def test_a_row_that_is_gone_on_one_side_and_changed_on_the_other_is_told(workspace: Workspace, book: Path) -> None:
    path = workspace.case_folder(CASE) / "signals.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([lines[0], *lines[2:]]), encoding="utf-8", newline="")
    changed(book, put("signals", 2, "unit", "pieces"))
    with pytest.raises(ChangedInBoth, match=r"was removed from the folder and changed in the workbook since"):
        read_workbook(book, workspace=workspace)


def test_a_workbook_can_be_read_again_and_again(workspace: Workspace, book: Path) -> None:
    changed(book, put("sources", 2, "title", "First"))
    assert read_workbook(book, workspace=workspace).changed == ("sources",)
    changed(book, put("sources", 2, "title", "Second"))
    in_folder(workspace, "sources", title(workspace, 1), "Changed in the folder")
    assert read_workbook(book, workspace=workspace).changed == ("sources",)
    assert [title(workspace, row) for row in (0, 1)] == ["Second", "Changed in the folder"]
    assert same(read_workbook(book, workspace=workspace))
    in_folder(workspace, "sources", "Second", "Third")
    changed(book, put("sources", 2, "title", "Fourth"))
    with pytest.raises(ChangedInBoth, match="'Fourth' here and 'Third' in the folder"):
        read_workbook(book, workspace=workspace)


def test_two_coders_at_once_do_not_disturb_each_other(workspace: Workspace) -> None:
    books = {coder: workbook(CASE, workspace.root / f"{coder}.xlsx", coder, workspace=workspace) for coder in "ab"}
    codes = {
        coder: {row["doc_id"]: row for row in rows_of(workspace, "stances") if row["coder"] == coder} for coder in "ab"
    }
    for coder, path in books.items():
        opposite = "2" if coder == "a" else "-2"
        read = read_workbook(changed(path, put("stances", 2, "favourability", opposite)), workspace=workspace)
        assert (read.changed, read.remarks) == (("stances",), ())
    now = {
        coder: {row["doc_id"]: row for row in rows_of(workspace, "stances") if row["coder"] == coder} for coder in "ab"
    }
    for coder in "ab":
        differing = [doc_id for doc_id, row in now[coder].items() if row != codes[coder][doc_id]]
        assert len(differing) == 1


def test_a_code_that_is_taken_back_is_not_coded(workspace: Workspace) -> None:
    blind = workbook(CASE, workspace.root / "b.xlsx", "b", workspace=workspace)
    before = rows_of(workspace, "stances")

    def clear(book: Workbook) -> None:
        for column in ("favourability", "stance_org", "stance_response"):
            put("stances", 2, column, None)(book)

    read = read_workbook(changed(blind, clear), workspace=workspace)
    assert read.changed == ("stances",)
    now = rows_of(workspace, "stances")
    (gone,) = [row for row in before if row not in now]
    assert gone["coder"] == "b"
    assert [row for row in before if row != gone] == now


@pytest.mark.fault("full disks and missing rights")
def test_a_full_disk_leaves_everything_as_it_was(
    workspace: Workspace, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents_of(workspace.case_folder(CASE))

    def full(*_: object, **__: object) -> None:
        raise WriteError("the disk is full")

    monkeypatch.setattr(reading, "write_tables", full)
    changed(book, put("sources", 2, "title", "New"))
    with pytest.raises(WriteError):
        read_workbook(book, workspace=workspace)
    assert contents_of(workspace.case_folder(CASE)) == before


# The command


def run(workspace: Workspace, *arguments: str) -> tuple[int, str, BaseException | None]:
    answer = CliRunner().invoke(app, ["workbook", *arguments], env={"AFTERMATH_ROOT": str(workspace.root)})
    return answer.exit_code, answer.output, answer.exception


def test_the_command_writes_and_reads(workspace: Workspace) -> None:
    path = workspace.root / "of b.xlsx"
    assert run(workspace, CASE, "--coder", "b", "--to", str(path)) == (0, f"{path}\n", None)
    status, output, _ = run(workspace, "--read", str(path))
    assert status == 0
    assert output.startswith(f"Coder b of {CASE}: nothing to change.\nAll transparency items: α = ")
    assert f"{CASE}-adjudication.xlsx: every disagreement, with the reasons of each." in output


def test_the_command_says_what_does_not_go_together(workspace: Workspace) -> None:
    assert "name a case to write its workbook" in str(run(workspace)[2])
    assert "--read takes no other option" in str(run(workspace, "--read", "x.xlsx", "--coder", "b")[2])


def test_the_door_offers_both(workspace: Workspace) -> None:
    import aftermath as am

    path = am.workbook(CASE, workspace.root / "door.xlsx", workspace=workspace)
    assert "nothing to change" in am.read_workbook(path, workspace=workspace).text
