"""``adjudication.csv``: what coders agreed on where they differ. It is checked, described, shown among the files, and used by no measure."""

from __future__ import annotations

from pathlib import Path

import pytest

import aftermath as am
from aftermath.case_files.case import Case, load_case
from aftermath.case_files.check import check
from aftermath.case_files.package import case_package
from aftermath.case_files.tables import OPTIONAL_SCHEMAS
from aftermath.measures.disagreements import disagreements
from aftermath.measures.tone import tone
from aftermath.measures.transparency import transparency
from aftermath.vocabulary import STANCES
from aftermath.wording import MINUS, NO_BREAK
from aftermath.workspace import Workspace
from coding import copied
from tiny import ROOT

CASE = "red-cross-tweet"
HEADER = "unit,variable,code,reason\n"
FAULTS = {
    "d99,favourability,1,Why.": "2:unit  'd99' is not in coverage.csv",
    "T13,score,1,Why.": "2:code  '1' is no code of this variable and unit",
    "d01,score,1,Why.": "2:code  '1' is no code of this variable and unit",
    "T1,score,-1,Why.": "2:code  '-1' is no code of this variable and unit",
    "d01,favourability,na,Why.": "2:code  'na' is no code of this variable and unit",
    "d01,tone,1,Why.": "2:variable  'tone' is not a word of the vocabulary",
    "d01,stance_org,1,": "2:reason  is empty",
    "d01,stance_org,,Why.": "2:code  is empty",
    "d01,stance_org,1,Why.\nd01,stance_org,0,Why.": "3:unit  'd01' stands more than once",
}


def with_rows(root: Path, rows: str) -> Path:
    folder = copied(root, CASE).case_folder(CASE)
    (folder / "adjudication.csv").write_text(HEADER + rows + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("rows", FAULTS)
def test_a_fault_is_told(rows: str, tmp_path: Path) -> None:
    with_rows(tmp_path, rows)
    problems = check([CASE], Workspace(tmp_path)).problems
    assert f"casestudies/{CASE}/adjudication.csv:{FAULTS[rows]}" in [str(each).rsplit("  ", 1)[0] for each in problems]


def test_what_was_agreed_on_moves_no_measure(tmp_path: Path) -> None:
    before = load_case(CASE, copied(tmp_path / "before", CASE))
    with_rows(tmp_path / "after", "T1,score,0,Read again.\nd01,favourability,-2,Read again.")
    after = load_case(CASE, Workspace(tmp_path / "after"))
    assert (before.adjudication.height, after.adjudication.height) == (0, 2)
    for measure in (transparency, tone):
        assert measure(after).text == measure(before).text
        assert measure(after).table.equals(measure(before).table)
    coded, again = disagreements(before), disagreements(after)
    assert again.text.startswith(coded.text)
    assert again.table.select(coded.table.columns).equals(coded.table)
    assert after.checksum != before.checksum


def settling(case: Case, count: int) -> str:
    """Rows that settle the first so many disagreements of a case, with the code of its first coder."""
    names = {label: name for name, label in STANCES.items()}
    rows = [
        f"{unit},{names.get(question, 'score')},{code.replace(MINUS, '-').replace('+', '')},Read <b>again</b> ({unit})."
        for unit, question, code, *_ in disagreements(case).table.rows()
    ]
    return "\n".join(rows[:count])


@pytest.mark.parametrize("count", [1, None])
def test_what_was_settled_stands_beside_the_codes(count: int | None, tmp_path: Path) -> None:
    before = load_case(CASE)
    differing = disagreements(before).table
    settled = count or differing.height
    with_rows(tmp_path, settling(before, settled))
    after = load_case(CASE, Workspace(tmp_path))
    found = disagreements(after)
    assert found.text.replace(NO_BREAK, " ").endswith(
        f" {settled} of {differing.height} {'was' if settled == 1 else 'were'} settled since."
    )
    assert found.table.columns == [*differing.columns, "agreed", "reason"]
    assert found.table["agreed"].to_list() == [
        *differing["coder_a"].head(settled),
        *[None] * (differing.height - settled),
    ]
    assert found.table["reason"][0] == f"Read <b>again</b> ({differing['unit'][0]})."
    page = am.report(after).show(found).html
    assert "None of them was settled" not in page
    assert "settled since" in page and "Read &lt;b&gt;again&lt;/b&gt; (" in page
    assert page.count("Read &lt;b&gt;") == settled


def test_where_nothing_was_settled_the_page_says_so_and_has_no_column_for_it() -> None:
    page = am.report(load_case(CASE)).show(disagreements(load_case(CASE))).html
    assert (
        "None of them was settled: both readings stay in the record, and the bounds and intervals above hold them."
        in page
    )
    assert "settled since" not in page and "Agreed" not in page
    prose = (ROOT / "notebooks" / "case_report.ipynb").read_text(encoding="utf-8")
    assert "settled" not in prose


def test_it_is_in_the_package_of_the_case(tmp_path: Path) -> None:
    folder = with_rows(tmp_path, "T1,score,0,Read again.")
    resources = {resource["name"]: resource for resource in case_package(folder)["resources"]}
    assert [field["name"] for field in resources["adjudication"]["schema"]["fields"]] == [
        "unit",
        "variable",
        "code",
        "reason",
    ]


@pytest.mark.parametrize("table", OPTIONAL_SCHEMAS)
def test_a_case_has_every_table_by_its_name(table: str) -> None:
    assert getattr(load_case(CASE), table).columns
