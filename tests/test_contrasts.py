"""Matched contrasts: cases side by side, and no case that is not there."""

from __future__ import annotations

import pytest

import aftermath as am
from aftermath.comparison.contrasts import read_contrasts
from aftermath.workspace import find_workspace
from factories import case, case_folder, event, workspace

HEADER = "contrast,title,why,case_ids\n"


@pytest.fixture(scope="module")
def comparison():
    return am.compare(am.cases())


def written(tmp_path, text):
    made = workspace(tmp_path)
    (made.cases / "contrasts.csv").write_text(text, encoding="utf-8")
    return made


def test_every_contrast_of_the_repository_has_its_cases(comparison):
    found = am.contrasts(comparison)
    assert len(found.matched) == len(read_contrasts(find_workspace())) == 3
    assert all(len(each.entries) == len(each.contrast.case_ids) and not each.missing for each in found.matched)
    assert found.table.height == 9


def test_the_numbers_are_those_of_the_comparison(comparison):
    table = am.contrasts(comparison).matched[0].table
    rows = {row["case"]: row for row in table.iter_rows(named=True)}
    entry = comparison["us-airways-tweet"]
    row = rows[entry.name]
    assert row["transparency"] == entry.transparency.transparency.value
    assert row["empathy"] == entry.transparency.empathy.value
    assert row["favourability_last"] == entry.last_phase.mean.value
    matches = {each.case_id: each.match for each in comparison.strategies.cases}
    assert row["strategies"] == matches["us-airways-tweet"]


def test_cases_that_are_not_there_are_named_and_left_out(tmp_path):
    made = written(tmp_path, HEADER + "one,First,Alike.,here;gone\ntwo,Second,Alike.,lost;gone\n")
    found = am.contrasts(am.compare([case([event()], case_id="here")]), made)
    (matched,) = found.matched
    assert [entry.case_id for entry in matched.entries] == ["here"]
    assert matched.missing == ("gone",)
    assert "Not in this comparison: gone" in matched.text and "no contrast" in matched.text
    assert "Second" in found.text


def test_a_workspace_without_the_file_has_no_contrast_and_no_error(tmp_path):
    found = am.contrasts(am.compare([]), workspace(tmp_path))
    assert not found.matched
    assert "No case of any" in found.text
    assert found.table.is_empty()


def test_a_case_folder_beside_the_file_is_not_disturbed(tmp_path):
    case_folder(tmp_path, "here")
    case_folder(tmp_path, "there")
    made = written(tmp_path, HEADER + "one,First,Alike.,there;here\n")
    found = am.contrasts(am.compare(am.gather(workspace=made).cases), made)
    assert [entry.case_id for entry in found.matched[0].entries] == ["there", "here"]
