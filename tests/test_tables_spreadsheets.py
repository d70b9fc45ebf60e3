"""XLSX and ODS: what a cell holds, in the digits that it has, and which sheet is read."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

import workbooks
from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import Reading, detect, read
from workbooks import CLOCK, DAY, MOMENT, OWN, number, ods_cell

HEADER = ["id", "created_at", "text", "likes"]
TIME = "2024-03-04T09:00:00Z"


def rows(count: int) -> list[list[str]]:
    return [[str(8000 + n), TIME, f"sorry {n}", number(str(n))] for n in range(count)]


def opened(path: Path, **settings: object) -> tuple[Reading, list[dict]]:
    reading = read(path, **{"language": "en"} | settings)
    return reading, [post for batch in reading for post in batch.posts.to_dicts()]


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "posts.xlsx"


@pytest.mark.parametrize("write", [workbooks.xlsx, workbooks.ods])
def test_posts_of_a_spreadsheet(file, write):
    table = [[*row[:3], ""] for row in rows(12)]
    write(file, {"Posts": [HEADER, *table]})
    reading, posts = opened(file)
    assert detect(file) == "spreadsheet"
    assert [(post["post_id"], post["text"]) for post in posts] == [(str(8000 + n), f"sorry {n}") for n in range(12)]
    assert (reading.lines, reading.bad, reading.remarks) == (12, 0, ())


@pytest.mark.parametrize("digits", ["1764576514667446273", "17645765146674463271234", "8000"])
@pytest.mark.parametrize("write", ["xlsx", "ods"])
def test_numbers_are_handed_over_in_the_digits_that_they_have(file, write, digits):
    cell = number(digits) if write == "xlsx" else ods_cell("float", "value", digits, "1,76E+018")
    getattr(workbooks, write)(file, {"Posts": [HEADER, [cell, TIME, "sorry"]]})
    assert opened(file)[1][0]["post_id"] == digits


def test_ids_that_a_spreadsheet_has_rounded_are_refused(file):
    workbooks.xlsx(file, {"Posts": [HEADER, [number("1.76457651466745E+18"), TIME, "sorry"]]})
    with pytest.raises(ArchiveError, match="damaged by a spreadsheet"):
        opened(file)


@pytest.mark.parametrize(
    ("cell", "is_1904", "instant"),
    [
        (number("45355.375", MOMENT), False, "2024-03-04T09:00:00+00:00"),
        (number("45355.374999999993", MOMENT), False, "2024-03-04T09:00:00+00:00"),
        (number("43893.375", MOMENT), True, "2024-03-04T09:00:00+00:00"),
        (number("45355", DAY), False, "2024-03-04T00:00:00+00:00"),
        (workbooks.Raw('<c t="d"><v>2024-03-04T09:00:00</v></c>'), False, "2024-03-04T09:00:00+00:00"),
    ],
)
def test_days_are_read_as_they_are_shown_and_have_no_zone(file, cell, is_1904, instant):
    workbooks.xlsx(file, {"Posts": [HEADER, ["8000", cell, "sorry"]]}, is_1904=is_1904)
    assert opened(file, zone="UTC")[1][0]["time"].isoformat() == instant
    with pytest.raises(ArchiveError, match="zone"):
        opened(file)


def test_a_number_whose_form_only_looks_like_a_day_stays_a_number(file):
    workbooks.xlsx(file, {"Posts": [HEADER, [number("8000", OWN), TIME, number("0.375", CLOCK)]]})
    post = opened(file)[1][0]
    assert (post["post_id"], post["text"]) == ("8000", "09:00:00")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (ods_cell("string", "string-value", "x", "as shown"), "as shown"),
        (ods_cell("date", "date-value", "2024-03-04T09:00:00", "4.3.24"), "2024-03-04T09:00:00"),
        (ods_cell("time", "time-value", "PT09H05M00S", "9:05"), "09:05:00"),
        (ods_cell("boolean", "boolean-value", "true", "WAHR"), "true"),
        (ods_cell("percentage", "value", "0.5", "50 %"), "0.5"),
        (
            workbooks.Raw(
                "<table:table-cell><office:annotation><text:p>n</text:p></office:annotation><text:p>a<text:s text:c='2'/>b</text:p></table:table-cell>"
            ),
            "a  b",
        ),
        ("one\ntwo", "one\ntwo"),
    ],
)
def test_cells_of_ods(file, cell, text):
    workbooks.ods(file, {"Posts": [HEADER, ["8000", TIME, cell]]})
    assert opened(file)[1][0]["text"] == text


def test_texts_of_xlsx_are_whole(file):
    written = "a & <b>\n\u9053\u6b49 \U0001f602 _x000D_ end"
    workbooks.xlsx(file, {"Posts": [HEADER, ["8000", TIME, written]]})
    assert opened(file)[1][0]["text"] == written.replace("_x000D_", "\r")
    inline = workbooks.Raw('<c t="inlineStr"><is><r><t>so</t></r><r><t>rry</t></r><rPh><t>-</t></rPh></is></c>')
    workbooks.xlsx(file, {"Posts": [HEADER, ["8000", TIME, inline]]})
    assert opened(file)[1][0]["text"] == "sorry"


def test_what_stands_around_the_rows_is_told_as_in_other_tables(file):
    above, below = [["Report", "Kettle"], [], ["From", "Monday"]], [[], ["Total", "", "", number("66")]]
    workbooks.xlsx(file, {"Posts": [*above, HEADER, *rows(12), HEADER, ["9000", TIME, "x", number("5")], *below]})
    reading, posts = opened(file)
    assert (len(posts), reading.bad) == (13, 0)
    assert [remark.split(": ", 1)[1] for remark in reading.remarks] == [
        "3\xa0lines before the header in line 4 are passed over.",
        "the header comes again in row 17; rows are read by the one above them.",
        "1\xa0line after the last row (20) is a total or a note, no posts.",
    ]


def test_cells_beyond_the_header_are_a_fault_of_their_row(file):
    table = rows(12)
    table[4] = [*table[4], "", "beyond"]
    workbooks.xlsx(file, {"Posts": [HEADER, *table]})
    reading, posts = opened(file)
    assert (len(posts), str(reading.bad_lines[0])) == (11, "posts.xlsx:6  has 6 cells, the header 4")


@pytest.mark.parametrize("write", [workbooks.xlsx, workbooks.ods])
def test_the_first_sheet_that_holds_posts_is_read_and_the_others_are_named(file, write):
    table = [row[:3] for row in rows(3)]
    write(file, {"About": [["Brand", "Kettle"], ["Mentions", "12"]], "Posts": [HEADER[:3], *table], "Empty": []})
    reading, posts = opened(file)
    assert len(posts) == 3
    assert reading.remarks == ("posts.xlsx!Posts is read; other sheets are not: About, Empty",)


def test_a_spreadsheet_without_posts_is_refused(file):
    workbooks.xlsx(file, {"About": [["Brand", "Mentions"], ["Kettle", "12"]]})
    with pytest.raises(ArchiveError, match="no column with ids"):
        opened(file)


def test_a_spreadsheet_inside_a_zip_is_read(tmp_path):
    inside = workbooks.xlsx(tmp_path / "a.xlsx", {"Posts": [HEADER, *rows(3)]})
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as packed:
        packed.write(inside, "a.xlsx")
        packed.writestr("README.txt", "A letter")
    reading, posts = opened(tmp_path / "all.zip")
    assert len(posts) == 3
    assert "README.txt" in reading.remarks[0]


@pytest.mark.bad_input("exports of other kinds")
@pytest.mark.parametrize(
    ("part", "kind"),
    [("word/document.xml", ".docx"), ("ppt/presentation.xml", ".pptx"), ("xl/workbook.bin", ".xlsb")],
)
def test_other_office_documents_are_refused_by_name(file, part, kind):
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("[Content_Types].xml", "<x/>")
        packed.writestr(part, "<x/>")
    with pytest.raises(ArchiveError, match=rf"\({kind}\).*XLSX and ODS are read"):
        opened(file)
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(ArchiveError, match=r"\.xls, \.doc\).*locked by a password.*XLSX"):
        opened(file)


# Files that are made to do harm


@pytest.mark.bad_input("formula cells in exports")
def test_two_cells_far_apart_take_no_room_between_them(file):
    sheet = '<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="3000"><c r="ZZ3000"><v>3</v></c></row></sheetData></worksheet>'
    workbooks.xlsx(file, {"Posts": []}, s1=sheet)
    with pytest.raises(ArchiveError):
        opened(file)
    content = (
        '<o:d xmlns:o="o" xmlns:table="t" xmlns:office="f"><table:table><table:table-row table:number-rows-repeated="2">'
        '<table:table-cell table:number-columns-repeated="20000" office:value-type="float" office:value="1"/>'
        "</table:table-row></table:table></o:d>"
    )
    workbooks.ods(file, {}, content)
    with pytest.raises(ArchiveError, match="more than 16384 columns"):
        opened(file)


@pytest.mark.bad_input("formula cells in exports")
@pytest.mark.parametrize(
    "sheet",
    [
        "<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet/>",
        "<worksheet><sheetData><row><c",
        '<worksheet><sheetData><row r="x"/></sheetData></worksheet>',
        '<worksheet><sheetData><row><c r="ZZZZZ1"><v>1</v></c></row></sheetData></worksheet>',
        '<worksheet><sheetData><row><c t="s"><v>77</v></c></row></sheetData></worksheet>',
        '<worksheet><sheetData><row><c t="s"><v>-1</v></c></row></sheetData></worksheet>',
        "<a>" * 500,
        "",
    ],
)
def test_hostile_sheets_are_refused_in_words(file, sheet):
    workbooks.xlsx(file, {"Posts": [HEADER]}, s1=sheet or " ")
    with pytest.raises(ArchiveError):
        opened(file)


@pytest.mark.bad_input("damaged and hostile packing")
def test_a_spreadsheet_with_bytes_changed_is_read_or_refused_but_never_a_traceback(file):
    whole = workbooks.xlsx(file, {"Posts": [HEADER, *rows(12)]}).read_bytes()
    for at in range(0, len(whole), 7):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            opened(file)
        except ArchiveError:
            continue


@pytest.mark.bad_input("damaged and hostile packing")
def test_a_bomb_of_texts_is_refused(file):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("xl/workbook.xml", "<x/>")
        zipped.writestr("xl/sharedStrings.xml", b"<sst>" + b" " * (80 << 20))
    file.write_bytes(packed.getvalue())
    with pytest.raises(ArchiveError, match="zip bomb"):
        opened(file)


@pytest.mark.bad_input("formula cells in exports")
@pytest.mark.parametrize("write", ["xlsx", "ods"])
def test_a_point_in_a_number_is_no_mark_between_thousands_and_in_a_text_it_is(file, write):
    as_number = number("1.234") if write == "xlsx" else ods_cell("float", "value", "1.234", "1.234")

    def written(*cells: str) -> Path:
        table = [[str(7 + n), TIME, "x", cell] for n, cell in enumerate(cells)]
        return getattr(workbooks, write)(file, {"Posts": [HEADER, *table]})

    reading, posts = opened(written(as_number, "3"))
    assert [post["engagement"] for post in posts] == [None, 3]
    assert "1\xa0count in column 'likes' cannot be read, the first in posts.xlsx!Posts:2" in reading.remarks[0]
    assert [post["engagement"] for post in opened(written("1.234", "3"))[1]] == [1234, 3]
    with pytest.raises(ArchiveError, match="what the mark means in one"):
        opened(written(as_number, "2.345"))


# Formulas whose results are not in the file

FORMULA = '<f>UPPER("sorry")</f>'
CURE = "save it there and add it again"


@pytest.mark.bad_input("formula cells in exports")
@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (f"<c>{FORMULA}</c>", None),
        (f"<c>{FORMULA}<v></v></c>", None),
        (f"<c>{FORMULA}<v/></c>", None),
        (f'<c t="str">{FORMULA}</c>', None),
        ('<c><f t="shared" si="0"/></c>', None),
        (f'<c t="str">{FORMULA}<v></v></c>', ""),
        (f'<c t="str">{FORMULA}<v>SORRY</v></c>', "SORRY"),
        (f"<c>{FORMULA}<v>0</v></c>", "0"),
    ],
)
def test_a_formula_of_xlsx_without_a_result_is_blank_and_told(file, cell, text):
    workbooks.xlsx(file, {"Posts": [HEADER, ["7", TIME, workbooks.Raw(cell), number("3")], *rows(12)]})
    reading, posts = opened(file)
    assert posts[0]["text"] == (text or "")
    told = "posts.xlsx!Posts: 1\xa0cell of column 'text', the first in row 2, was read as blank"
    assert [remark.split(":", 2)[0] + ":" + remark.split(":", 2)[1] for remark in reading.remarks] == (
        [told] * (text is None)
    )
    assert all(CURE in remark for remark in reading.remarks)


@pytest.mark.bad_input("formula cells in exports")
def test_a_formula_that_is_0_in_a_file_that_asks_to_be_worked_out_has_no_result(file):
    cells = [workbooks.Raw(f"<c>{FORMULA}<v>{value}</v></c>") for value in (0, 5)]
    table = [["7", TIME, "sorry", cells[0]], ["6", TIME, "sorry", cells[1]], ["5", TIME, "sorry", number("0")]]
    workbooks.xlsx(file, {"Posts": [HEADER, *table]}, is_unsolved=True)
    reading, posts = opened(file)
    assert [post["engagement"] for post in posts] == [None, 5, 0]
    assert any("1\xa0cell of column 'likes', the first in row 2" in remark for remark in reading.remarks)


@pytest.mark.bad_input("formula cells in exports")
@pytest.mark.parametrize(
    ("cell", "is_told"),
    [
        ("<table:table-cell table:formula='of:=[.A1]'/>", True),
        ("<table:table-cell table:formula='of:=[.A1]' office:value-type='float'/>", True),
        ("<table:table-cell table:formula='of:=[.A1]' office:value-type='string'><text:p/></table:table-cell>", False),
        ("<table:table-cell/>", False),
    ],
)
def test_a_formula_of_ods_without_a_result_is_blank_and_told(file, cell, is_told):
    table = [["7", TIME, workbooks.Raw(cell), "3"], *([*row[:3], "2"] for row in rows(12))]
    workbooks.ods(file, {"Posts": [HEADER, *table]})
    reading, posts = opened(file)
    assert (posts[0]["text"], posts[0]["engagement"]) == ("", 3)
    assert len(reading.remarks) == is_told
    assert all(
        "1\xa0cell of column 'text', the first in row 2, was read as blank" in remark for remark in reading.remarks
    )


@pytest.mark.bad_input("formula cells in exports")
def test_formulas_in_columns_that_are_not_read_are_not_told_and_totals_are_no_posts(file):
    formula = workbooks.Raw(f"<c>{FORMULA}</c>")
    table = [[*row, formula] for row in rows(12)]
    workbooks.xlsx(file, {"Posts": [[*HEADER, "note"], *table, ["", "", "", formula], ["Total", "", "", formula]]})
    reading, posts = opened(file)
    assert (len(posts), reading.bad) == (12, 0)
    assert [remark.split(": ", 1)[1] for remark in reading.remarks] == [
        "2\xa0lines after the last row (14, 15) are totals or notes, no posts."
    ]


@pytest.mark.bad_input("formula cells in exports")
@pytest.mark.parametrize(
    ("place", "why"), [(0, "has no id"), (1, "has no time"), (2, "none of 12\xa0posts has any words")]
)
def test_a_table_of_formulas_without_results_is_refused_with_the_cure(file, place, why):
    formula = workbooks.Raw(f"<c>{FORMULA}</c>")
    workbooks.xlsx(file, {"Posts": [HEADER, *([*row[:place], formula, *row[place + 1 :]] for row in rows(12))]})
    with pytest.raises(ArchiveError) as refused:
        opened(file)
    assert why in str(refused.value)
    assert CURE in str(refused.value)


def test_what_spreadsheet_programs_of_python_write_is_seen(file):
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADER)
    for n in range(12):
        sheet.append([str(8000 + n), TIME, '=UPPER("sorry")' if n % 2 else "so sorry", n])
    book.save(file)
    reading, posts = opened(file)
    assert [post["text"] for post in posts] == ["so sorry", ""] * 6
    assert "6\xa0cells of column 'text', the first in row 3, were read as blank" in reading.remarks[0]
