"""Tables as files: the same values in every format, with labels and citation, and nothing changed that was not said."""

from __future__ import annotations

import json
import math
import re
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import docx
import frictionless
import openpyxl
import polars as pl
import pyreadstat
import pytest

import aftermath as am
from aftermath.case_files.case import load_case
from aftermath.files import WriteError
from aftermath.formula_cells import restored_texts
from aftermath.saving import problems
from aftermath.saving.latex import escaped
from aftermath.saving.problems import SaveError
from aftermath.saving.save import TABLES
from aftermath.saving.statistical import valid_names
from saved_tables import EVERY_KIND

CASE = "kitchenaid-tweet"
FORMULAS = ["=1+1", "+49 30", "-a", "@brand", "\tx", "#N/A", "1.50", "TRUE", "plain"]

every_format = pytest.mark.parametrize("suffix", TABLES)


@pytest.fixture(scope="module")
def case():
    return load_case(CASE)


class TestEveryFormat:
    @every_format
    def test_the_same_table_gives_the_same_bytes_and_nothing_else_is_left(self, case, suffix, tmp_path):
        for thing in (case.events, am.speed(case), EVERY_KIND):
            first = am.save(thing, tmp_path / f"one{suffix}").path.read_bytes()
            assert am.save(thing, tmp_path / f"one{suffix}").path.read_bytes() == first
        beside = {"one.resource.json"} if suffix == ".csv" else set()
        assert {path.name for path in tmp_path.iterdir()} == {f"one{suffix}", *beside}

    @pytest.mark.parametrize("suffix", [".dta", ".sav", ".xlsx", ".docx"])
    def test_no_file_says_when_it_was_made(self, suffix, tmp_path):
        content = am.save(EVERY_KIND, tmp_path / f"one{suffix}").path.read_bytes()
        this_year = str(datetime.now(UTC).year).encode()
        parts = [content]
        if suffix in (".xlsx", ".docx"):
            with zipfile.ZipFile(tmp_path / f"one{suffix}") as archive:
                assert {member.date_time[0] for member in archive.infolist()} == {2000}
                parts = [archive.read("docProps/core.xml")]
        assert not any(this_year in part for part in parts)

    @every_format
    def test_a_table_without_rows_is_saved(self, case, suffix, tmp_path):
        assert am.save(case.events.clear(), tmp_path / f"none{suffix}").path.stat().st_size > 0

    @every_format
    def test_what_no_file_can_hold_is_refused_by_name(self, suffix, tmp_path):
        with pytest.raises(SaveError, match="The column odd holds"):
            am.save(pl.DataFrame({"odd": [{"a": 1}]}), tmp_path / f"odd{suffix}")
        with pytest.raises(SaveError, match="The column parts holds lists with ; inside"):
            am.save(pl.DataFrame({"parts": [["a;b", "c"]]}), tmp_path / f"odd{suffix}")
        assert not [*tmp_path.iterdir()]

    @every_format
    def test_a_file_that_cannot_be_made_leaves_the_old_one(self, suffix, tmp_path, monkeypatch):
        kept = tmp_path / f"kept{suffix}"
        kept.write_text("old")
        monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("full")))
        with pytest.raises(WriteError):
            am.save(EVERY_KIND, kept)
        assert kept.read_text() == "old"
        assert [path.name for path in tmp_path.iterdir()] == [kept.name]


class TestWhereTo:
    def test_an_unknown_suffix_is_answered_by_the_known_ones(self, case, tmp_path):
        with pytest.raises(SaveError, match=r"x\.xls: a table is saved as \.csv, .* or \.sav; '\.xls' is none of them"):
            am.save(case.events, tmp_path / "x.xls")
        with pytest.raises(SaveError, match="the name has no suffix"):
            am.save(case.events, tmp_path / "x")

    def test_a_picture_of_a_table_is_refused_with_the_way_to_a_figure(self, case, tmp_path):
        with pytest.raises(SaveError, match=r"Speed is a table.*am\.save\(am\.figures"):
            am.save(am.speed(case), tmp_path / "speed.svg")

    def test_a_figure_is_no_table_and_a_case_neither(self, case, tmp_path):
        with pytest.raises(SaveError, match=r"a figure is saved as \.svg, \.pdf, \.png or \.html"):
            am.save(am.figures.timeline(case), tmp_path / "timeline.csv")
        with pytest.raises(SaveError, match="Case is neither a figure nor a result nor a table"):
            am.save(case, tmp_path / "case.xlsx")

    @pytest.mark.parametrize(
        ("of", "mend"),
        [
            (lambda case: case, r"am.save\(case.events, ...\)"),
            (lambda case: case.events.lazy(), r"\.collect\(\)"),
            (lambda case: case.events["label"], r"\.to_frame\(\)"),
            (lambda case: pytest.importorskip("pandas").DataFrame({"n": [1]}), r"polars.from_pandas"),
            (lambda case: {"n": [1]}, r"polars.DataFrame"),
            (lambda case: [case.events], "each of its members"),
        ],
    )
    def test_what_is_nearly_a_table_is_refused_with_the_way_to_one(self, case, of, mend, tmp_path):
        with pytest.raises(SaveError, match=mend):
            am.save(of(case), tmp_path / "x.csv")

    def test_the_overview_of_all_cases_is_saved_as_the_table_that_it_shows(self, tmp_path):
        saved = am.save(am.cases(), tmp_path / "cases.csv")
        assert pl.read_csv(saved.path)["case_id"].to_list() == [case.id for case in am.cases()]

    @every_format
    def test_a_table_without_columns_is_refused(self, suffix, tmp_path):
        with pytest.raises(SaveError, match="has no columns"):
            am.save(pl.DataFrame(), tmp_path / f"x{suffix}")
        assert not list(tmp_path.iterdir())

    def test_nothing_is_saved_among_the_files_of_a_case(self, case):
        before = (case.folder / "events.csv").read_bytes()
        with pytest.raises(SaveError, match="holds the files of a case"):
            am.save(case.events, case.folder / "events.csv")
        assert (case.folder / "events.csv").read_bytes() == before

    @pytest.mark.parametrize("place", ["kitchenaid-tweet/for_paper/events.csv", "texts.csv"])
    def test_nor_below_them_nor_beside_the_cases(self, case, place):
        path = case.folder.parent / place
        before = path.read_bytes() if path.exists() else None
        with pytest.raises(SaveError, match="which nothing is saved among"):
            am.save(case.events, path)
        assert (path.read_bytes() if path.exists() else None) == before

    @pytest.mark.parametrize(("suffix", "module"), [(".dta", "pyreadstat"), (".docx", "docx")])
    def test_a_missing_package_is_named_with_the_command(self, case, suffix, module, tmp_path, monkeypatch):
        monkeypatch.setattr(problems, "find_spec", lambda name: None)
        with pytest.raises(SaveError, match=rf'{module} is needed.*pip install "aftermath\[export\]"'):
            am.save(case.events, tmp_path / f"x{suffix}")


class TestPlain:
    def test_lists_are_joined_as_in_the_files_of_the_case(self, case, tmp_path):
        saved = pl.read_csv(am.save(case.events, tmp_path / "events.csv").path, infer_schema=False)
        written = pl.read_csv(case.folder / "events.csv", infer_schema=False)
        ids = saved["event_id"].to_list()
        assert ids == case.events["event_id"].to_list()
        in_file = {row["event_id"]: row for row in written.iter_rows(named=True)}
        for row in saved.iter_rows(named=True):
            for name in ("acts", "channel", "strategies", "source_ids", "summary", "actor"):
                assert row[name] == in_file[row["event_id"]][name]
            assert datetime.fromisoformat(row["earliest"]) == datetime.fromisoformat(
                in_file[row["event_id"]]["earliest"]
            )

    def test_another_program_finds_that_the_description_fits(self, case, tmp_path):
        for name, thing in {"events": case.events, "kinds": EVERY_KIND, "speed": am.speed(case)}.items():
            saved = am.save(thing, tmp_path / f"{name}.csv")
            (described,) = saved.beside
            descriptor = json.loads(described.read_text(encoding="utf-8"))
            report = frictionless.Resource.from_descriptor(descriptor, basepath=str(tmp_path)).validate()
            assert report.valid, report.flatten(["message"])

    def test_the_description_has_labels_meanings_and_the_citation(self, case, tmp_path):
        (described,) = am.save(case.events, tmp_path / "events.csv").beside
        descriptor = json.loads(described.read_text(encoding="utf-8"))
        earliest = next(field for field in descriptor["schema"]["fields"] if field["name"] == "earliest")
        assert earliest["title"] == "Earliest"
        assert earliest["description"] == "earliest moment at which it can have happened"
        assert descriptor["title"] == "Who did what, and when"
        assert "The Aftermath contributors" in descriptor["citation"]

    @pytest.mark.bad_input("formula cells in exports")
    def test_no_text_is_a_formula_and_those_with_an_apostrophe_are_said(self, tmp_path):
        saved = am.save(pl.DataFrame({"text": FORMULAS, "n": range(len(FORMULAS))}), tmp_path / "x.csv")
        written = pl.read_csv(saved.path, infer_schema=False)
        assert written["text"].to_list() == [
            "'=1+1",
            "'+49 30",
            "'-a",
            "'@brand",
            "'\tx",
            "#N/A",
            "1.50",
            "TRUE",
            "plain",
        ]
        assert restored_texts(written)["text"].to_list() == FORMULAS
        assert [remark.split(":")[0] for remark in saved.remarks] == ["text"]
        assert am.save(pl.DataFrame({"text": ["-0.5", "a=b"]}), tmp_path / "y.csv").remarks == ()

    def test_parquet_describes_itself(self, tmp_path):
        path = am.save(EVERY_KIND, tmp_path / "kinds.parquet", caption="Kinds", note="Made up.").path
        metadata = pl.read_parquet_metadata(path)
        assert (metadata["title"], metadata["description"]) == ("Kinds", "Made up.")
        fields = json.loads(metadata["schema"])["fields"]
        assert {field["name"]: field["title"] for field in fields}["lower_seconds"] == "Lower end (s)"
        read = pl.read_parquet(path)
        assert read["acts"].to_list() == ["recall;apology", None, "denial"]
        assert read["gap"].to_list() == [90.0, None, -86400.0]
        assert read["earliest"].dtype == EVERY_KIND["earliest"].dtype


class TestWorkbook:
    @pytest.mark.bad_input("formula cells in exports")
    def test_text_stays_text(self, tmp_path):
        path = am.save(pl.DataFrame({"text": FORMULAS}), tmp_path / "x.xlsx").path
        cells = [row[0] for row in openpyxl.load_workbook(path)["Table"].iter_rows(min_row=2)]
        assert [(cell.value, cell.data_type) for cell in cells] == [(text, "s") for text in FORMULAS]

    def test_days_and_moments_are_such_and_what_cannot_be_counted_is_text(self, tmp_path):
        path = am.save(EVERY_KIND.with_columns(big=pl.Series([2**60, 7, None])), tmp_path / "x.xlsx").path
        sheet = openpyxl.load_workbook(path)["Table"]
        names = [cell.value for cell in sheet[1]]
        first = dict(zip(names, [cell.value for cell in sheet[2]], strict=True))
        third = dict(zip(names, [cell.value for cell in sheet[4]], strict=True))
        assert first["earliest"] == datetime(2012, 10, 4, 1, 42, 7)
        assert (first["read_on"], third["read_on"]) == (datetime(2012, 10, 4), "1899-12-30")
        assert (first["big"], sheet.cell(3, len(names)).value) == (str(2**60), 7)
        assert (first["gap"], first["coders_differ"], first["kind"]) == (90, True, "reply")

    def test_the_second_sheet_says_what_the_columns_are(self, case, tmp_path):
        sheet = openpyxl.load_workbook(am.save(case.events, tmp_path / "x.xlsx").path)["About"]
        rows = {row[0]: row[1:] for row in sheet.iter_rows(values_only=True)}
        assert rows["earliest"] == ("Earliest (UTC)", "earliest moment at which it can have happened")
        assert any("The Aftermath contributors" in str(name) for name in rows)

    def test_a_text_longer_than_a_cell_is_refused_by_row_and_column(self, tmp_path):
        with pytest.raises(SaveError, match=r"Row 3 of text: a cell holds 32,767 characters, and this text has 40,000"):
            am.save(pl.DataFrame({"text": ["a", "b" * 40_000]}), tmp_path / "x.xlsx")

    def test_control_characters_are_shown_as_unreadable(self, tmp_path):
        path = am.save(pl.DataFrame({"text": ["a\x00b\x0bc"]}), tmp_path / "x.xlsx", note="\x01").path
        assert openpyxl.load_workbook(path)["Table"]["A2"].value == "a\ufffdb\ufffdc"


class TestStataAndSpss:
    def test_names_are_valid_and_what_became_of_them_is_said(self, tmp_path):
        long = "information_hub_by_clock_lower_seconds"
        frame = pl.DataFrame({long: [1.0], f"{long}_2": [2.0], "if": [3], "coder_m-1": [4], "All": [5]})
        saved = am.save(frame, tmp_path / "x.dta")
        _, about = pyreadstat.read_dta(saved.path)
        assert about.column_names == [
            "information_hub_by_clock_lower_s", "information_hub_by_clock_lower_2", "if_", "coder_m_1", "All_",
        ]  # fmt: skip
        assert f"{long} is called information_hub_by_clock_lower_s there" in saved.remarks
        assert len(saved.remarks) == 5
        _, in_spss = pyreadstat.read_sav(am.save(frame, tmp_path / "x.sav").path)
        assert in_spss.column_names == [long, f"{long}_2", "if_", "coder_m_1", "All_"]

    def test_any_names_become_valid_ones_each_once(self):
        names = ["x" * 40 + end for end in ("a", "b", "c")] + [
            "Ä",
            "ä",
            "",
            "_x",
            "1",
            "str5",
            "with",
            "WITH",
            "A",
            "a",
        ]
        for longest in (32, 64):
            made = [*valid_names(names, longest).values()]
            assert len({name.lower() for name in made}) == len(names)
            assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) and len(name) <= longest for name in made)

    def test_the_file_is_one_that_every_stata_reads(self, tmp_path):
        assert b"<release>118</release>" in am.save(EVERY_KIND, tmp_path / "x.dta").path.read_bytes()[:100]

    def test_long_labels_are_cut_where_a_letter_ends(self, tmp_path):
        for suffix, read, most in ((".dta", pyreadstat.read_dta, 80), (".sav", pyreadstat.read_sav, 64)):
            path = am.save(EVERY_KIND, tmp_path / f"x{suffix}", caption="Überschrift é " * 9).path
            label = read(path)[1].file_label
            assert label.endswith("…") and most - 4 < len(label.encode()) <= most

    def test_spss_has_note_and_citation(self, tmp_path):
        path = am.save(EVERY_KIND, tmp_path / "x.sav", note="α = 0.81, 中文 " * 12).path
        notes = " ".join(pyreadstat.read_sav(path)[1].notes)
        assert notes.count("中文") == 12
        assert "The Aftermath contributors" in notes

    @pytest.mark.parametrize("suffix", [".dta", ".sav"])
    def test_a_text_does_not_end_at_a_control_character(self, suffix, tmp_path):
        path = am.save(pl.DataFrame({"text": ["a\x00b", None]}), tmp_path / f"x{suffix}").path
        assert {".dta": pyreadstat.read_dta, ".sav": pyreadstat.read_sav}[suffix](path)[0]["text"][0] == "a\ufffdb"

    @pytest.mark.parametrize("suffix", [".dta", ".sav"])
    def test_numbers_that_would_change_are_refused_and_infinite_ones_are_said(self, suffix, tmp_path):
        with pytest.raises(SaveError, match=r"The column tweet holds numbers beyond 9,007,199,254,740,992"):
            am.save(pl.DataFrame({"tweet": [2**53 + 1]}), tmp_path / f"x{suffix}")
        saved = am.save(pl.DataFrame({"upper": [math.inf, 1.0, math.nan], "n": [2**53, 1, 0]}), tmp_path / f"x{suffix}")
        read = {".dta": pyreadstat.read_dta, ".sav": pyreadstat.read_sav}[suffix](saved.path)[0]
        assert read["upper"].isna().tolist() == [True, False, True]
        assert read["n"].tolist() == [2**53, 1, 0]
        assert saved.remarks == ("upper: infinite in 1\u00a0row, left empty here",)


class TestForPapers:
    def test_latex_has_rules_caption_labels_and_note(self, case, tmp_path):
        text = am.save(am.speed(case), tmp_path / "speed.tex").path.read_text(encoding="utf-8")
        assert text.index(r"\caption{Speed, kitchenaid-tweet}") < text.index(r"\toprule") < text.index(r"\midrule")
        assert "Lower end (s)" in text and "The Aftermath contributors" in text
        assert text.count("\\\\\n") == 1 + am.speed(case).table.height
        columns = len(am.speed(case).table.columns)
        assert {line.count(" & ") for line in text.splitlines() if line.endswith(r"\\")} == {columns - 1}

    def test_what_is_not_zero_is_not_printed_as_zero(self, tmp_path):
        values = pl.DataFrame({"p": [0.0004, 0.0, -0.0001, 0.25], "days": [1500.0, 0.2, 1.0, 2.0]})
        rows = [
            line.split(" & ")
            for line in am.save(values, tmp_path / "x.tex").path.read_text().splitlines()
            if "&" in line
        ]
        assert [row[0] for row in rows[1:]] == [r"\textless{}0.001", "0.000", r"\textgreater{}$-$0.001", "0.250"]
        assert rows[2][1].startswith(r"\textless{}1 ")

    def test_nothing_in_a_text_is_a_command(self, tmp_path):
        hostile = r"\input{/etc/passwd} $x$ 5% & _a_ #1 ~^ {}"
        text = am.save(pl.DataFrame({"text": [hostile]}), tmp_path / "x.tex").path.read_text(encoding="utf-8")
        assert escaped(hostile) in text
        plain = re.sub(r"\\(textbackslash|textasciitilde|textasciicircum)\{\}|\\[&%$#_{}]", "", escaped(hostile))
        assert not re.search(r"[\\&%$#_{}~^]", plain)

    def test_a_document_has_a_real_table_with_repeated_headings(self, case, tmp_path):
        tone = am.tone(case, "favourability")
        document = docx.Document(str(am.save(tone, tmp_path / "tone.docx").path))
        (grid,) = document.tables
        assert [cell.text for cell in grid.rows[0].cells][:2] == ["Phase", "n"]
        assert [row.cells[0].text for row in grid.rows][1:] == tone.table["phase"].to_list()
        assert document.paragraphs[0].style.name == "Caption"
        assert document.paragraphs[0].text == "Tone, kitchenaid-tweet"
        assert "tblHeader" in grid.rows[0]._tr.xml
        assert document.core_properties.created.replace(tzinfo=None) == datetime(2000, 1, 1)
        assert any("The Aftermath contributors" in paragraph.text for paragraph in document.paragraphs)

    def test_control_characters_do_not_break_a_document(self, tmp_path):
        path = am.save(pl.DataFrame({"text": ["a\x00b", "c\nd"]}), tmp_path / "x.docx", caption="\x02" + 300 * "a").path
        assert [row.cells[0].text for row in docx.Document(str(path)).tables[0].rows][1:] == ["a\ufffdb", "c\nd"]


def test_the_citation_is_that_of_the_project(root: Path, tmp_path):
    cff = (root / "CITATION.cff").read_text(encoding="utf-8")
    metadata = pl.read_parquet_metadata(am.save(EVERY_KIND, tmp_path / "x.parquet").path)
    for field in ("title", "version"):
        assert re.search(rf'^{field}: "?(.*?)"?$', cff, re.M)[1] in metadata["citation"]
    assert re.search(r"- name: (.*)", cff)[1] in metadata["citation"]


def test_a_day_stays_a_day_in_every_reading(tmp_path):
    frame = pl.DataFrame({"day": [date(2012, 10, 3)]})
    assert pl.read_csv(am.save(frame, tmp_path / "x.csv").path, try_parse_dates=True)["day"].to_list() == [
        date(2012, 10, 3)
    ]
    assert pl.read_parquet(am.save(frame, tmp_path / "x.parquet").path).equals(frame)


def test_what_was_saved_says_where_it_lies_with_what_is_beside_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = str(am.save(pl.DataFrame({"a": [1]}), "a.csv"))
    assert said.splitlines()[0] == f"Saved {tmp_path / 'a.csv'} and {tmp_path / 'a.resource.json'}."
