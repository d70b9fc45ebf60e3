"""Checking cases: all problems at once, nothing half loaded, and what does no harm is accepted."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from aftermath.case_files.case import load_case, read_case
from aftermath.case_files.check import check
from aftermath.problems import CaseError
from aftermath.wording import NO_BREAK
from aftermath.workspace import Workspace
from breaking import KITCHEN, RED, Break, append, both, cell, copy, field, rows_of, text, whole


@pytest.mark.bad_input("damaged case.yaml")
def test_the_line_that_the_issue_of_a_bad_date_promises(tmp_path: Path) -> None:
    folder = copy(tmp_path, RED, "x")
    both(field("id", "id: x"), cell("events", 14, "earliest", "2014-02-30"))(folder)
    _, problems = read_case(folder, Workspace(tmp_path))
    assert [str(problem) for problem in problems] == [
        "casestudies/x/events.csv:14:earliest  '2014-02-30' is not a date  "
        "write an ISO 8601 instant with offset, e.g. 2014-02-28T00:00:00-05:00"
    ]


MANY = both(
    field("title", "title:"),
    field("clock_zero", "clock_zero: e02"),
    cell("events", 3, "actor", "nobody"),
    cell("events", 9, "source_ids", "nobody-2011"),
    cell("events", 14, "earliest", "2014-02-30"),
    cell("sources", 5, "read_on", "soon"),
    cell("stances", 8, "favourability", "3"),
    cell("rubric", 2, "event_ids", "e99"),
    cell("coverage", 3, "abstract", "too short"),
    lambda folder: (folder / "NOTES.md").unlink(),
)


@pytest.mark.bad_input("damaged tables of a case")
def test_all_problems_of_all_files_are_listed_at_once_and_in_order(tmp_path: Path) -> None:
    folder = copy(tmp_path, RED)
    MANY(folder)
    _, problems = read_case(folder, Workspace(tmp_path))
    places = [str(problem).split("  ")[0].removeprefix(f"casestudies/{RED}/") for problem in problems]
    assert places == [
        "NOTES.md",
        "case.yaml:2:title",
        "case.yaml:21:clock_zero",
        "coverage.csv:3:abstract",
        "events.csv:3:actor",
        "events.csv:9:source_ids",
        "events.csv:14:earliest",
        "rubric.csv:2:event_ids",
        "sources.csv:5:read_on",
        "stances.csv:8:favourability",
    ]


@pytest.mark.bad_input("damaged tables of a case")
def test_nothing_is_half_loaded(tmp_path: Path) -> None:
    MANY(copy(tmp_path, RED))
    with pytest.raises(CaseError) as raised:
        load_case(RED, Workspace(tmp_path))
    assert len(raised.value.problems) == 10
    assert str(raised.value).count("\n") == 9


def lines_ends(folder: Path) -> None:
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def byte_order_mark(folder: Path) -> None:
    for path in folder.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())


SOUND: dict[str, Break] = {
    "line ends of Windows": lines_ends,
    "a byte order mark": byte_order_mark,
    "both": both(lines_ends, byte_order_mark),
    "blank lines, as spreadsheets leave them": append("events.csv", "\n,,,,,,,,,,,,,,\n"),
    "spaces around words": cell("events", 10, "acts", " acknowledgement ; explanation "),
    "columns in another order": rows_of("rubric", lambda rows: [row.reverse() for row in rows]),
    "a line break inside a field": cell("rubric", 3, "rationale", "One line.\nAnother line."),
    "a country that YAML takes for a truth value": field("country", "country: NO"),
    "a title that YAML takes for a date": field("title", "title: 2014-02-30"),
    "a link inside the folder": both(
        lambda folder: (folder / "NOTES.md").rename(folder / "notes-elsewhere.md"),
        lambda folder: (folder / "NOTES.md").symlink_to("notes-elsewhere.md"),
    ),
    "a file that is nobody's": whole("draft.txt", "a note to self"),
    "no notes in the notes": whole("NOTES.md", ""),
}


@pytest.mark.parametrize("name", SOUND)
def test_what_does_no_harm_is_accepted(name: str, tmp_path: Path) -> None:
    folder = copy(tmp_path, RED)
    SOUND[name](folder)
    case, problems = read_case(folder, Workspace(tmp_path))
    assert problems == ()
    assert (case.events.height, case.rubric.height) == (13, 32)


@pytest.mark.bad_input("damaged case.yaml")
def test_words_that_yaml_would_change_stay_text(tmp_path: Path) -> None:
    both(field("country", "country: NO"), field("title", "title: 2014-02-30"))(copy(tmp_path, RED))
    about = load_case(RED, Workspace(tmp_path)).about
    assert (about.country, about.title) == ("NO", "2014-02-30")


# --- check --------------------------------------------------------------------------------------------------------


def test_check_reports_on_the_cases_asked_for(tmp_path: Path) -> None:
    copy(tmp_path, RED)
    cell("events", 14, "earliest", "2014-02-30")(copy(tmp_path, KITCHEN))
    workspace = Workspace(tmp_path)
    assert check([RED], workspace).sound
    assert not check([KITCHEN], workspace).sound
    report = check(workspace=workspace)
    assert report.case_ids == (KITCHEN, RED)
    assert len(report.problems) == 1
    assert report.text.splitlines()[-1].replace(NO_BREAK, " ") == "2 cases checked: 1 problem."


def test_check_names_a_case_that_is_not_there_and_those_that_are(tmp_path: Path) -> None:
    copy(tmp_path, RED)
    (problem,) = check(["nowhere"], Workspace(tmp_path)).problems
    assert str(problem) == f"casestudies/nowhere  there is no such case  choose one of: {RED}"


@pytest.mark.bad_input("names that lead elsewhere")
@pytest.mark.parametrize("name", ["../x", "..", ".", "", "a/b", "/etc", ".hidden", "x" * 5000, "a\0b", "a\nb", "ü"])
def test_check_never_leaves_the_folder_of_cases(name: str, tmp_path: Path) -> None:
    copy(tmp_path, RED)
    outside = tmp_path / "x"
    shutil.copytree(tmp_path / "casestudies" / RED, outside)
    (problem,) = check([name], Workspace(tmp_path)).problems
    assert problem.file.startswith("casestudies")
    assert problem.what in (f"{name!r} is not a case id", "there is no such case")
    assert str(problem).isprintable()


@pytest.mark.bad_input("names that lead elsewhere")
def test_a_folder_whose_name_cannot_be_an_id_is_told_to_change_it(tmp_path: Path) -> None:
    copy(tmp_path, RED, "My Case")
    (problem,) = check(workspace=Workspace(tmp_path)).problems
    assert str(problem).endswith(
        "case.yaml:1:id  'red-cross-tweet' is not the name of the folder  "
        "rename the folder to red-cross-tweet, or give both another name"
    )


def test_check_without_a_case_says_how_to_make_one(tmp_path: Path) -> None:
    (tmp_path / "casestudies").mkdir()
    report = check(workspace=Workspace(tmp_path))
    assert report.sound
    assert report.text == "There is no case to check: make one with `aftermath new`."


@pytest.mark.bad_input("hostile text on pages")
def test_hostile_text_stays_on_the_line_of_its_problem(tmp_path: Path) -> None:
    folder = copy(tmp_path, RED)
    both(
        cell("events", 10, "certainty", "sure\nevents.csv:1  all is well  \u202e"),
        text("case.yaml", "country: US", 'country: US\n"mood\\nline": sad'),
    )(folder)
    _, problems = read_case(folder, Workspace(tmp_path))
    assert len(problems) == 2
    assert all(str(problem).isprintable() for problem in problems)
