"""A class is graded: one table, one form, a page for each, and nobody's notebook stands in the way of another's."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from time import monotonic

import polars as pl
import psutil
import pytest
from typer.testing import CliRunner

from aftermath.cli import app
from aftermath.course.class_grades import ClassError, grade_all
from aftermath.course.form import COLUMNS, FormError
from aftermath.course.hints import NOT_REACHED
from aftermath.files import LinkError
from aftermath.workspace import Workspace
from classroom import found_school, hand_in, small_lesson

RIGHT = "total = base + 2"


@pytest.fixture
def school(tmp_path) -> Workspace:
    return found_school(tmp_path)


@pytest.fixture
def handed_in(school) -> Path:
    (folder := school.root / "handed_in").mkdir()
    return folder


def submit(folder: Path, name: str, **changed: str) -> Path:
    """What a student hands in; answers that are not named are blank."""
    blank = {"answer_sum": "", "answer_word": "", "essay": "YOUR ANSWER HERE"}
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return hand_in(folder, small_lesson(), **blank | changed).rename(path)


def points(folder: Path) -> dict[str, dict[str, str]]:
    text = (folder / "grades" / "points.csv").read_text(encoding="utf-8-sig")
    return {row["file"]: row for row in csv.DictReader(text.splitlines())}


def form(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((folder / "grades" / "by_hand.csv").read_text(encoding="utf-8-sig").splitlines()))


def fill_in(folder: Path, *, delimiter: str = ",", encoding: str = "utf-8-sig", **given: tuple[str, str]) -> None:
    """Fill in the form as a spreadsheet would save it: student to points and comment."""
    rows = form(folder)
    with (folder / "grades" / "by_hand.csv").open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, delimiter=delimiter)
        writer.writeheader()
        for row in rows:
            row["points"], row["comment"] = given.get(Path(row["file"]).stem, (row["points"], row["comment"]))
            writer.writerow(row)


@pytest.mark.fault("links in a build folder")
@pytest.mark.parametrize("place", ["handed_in/grades", "build", "build/grading"])
def test_what_is_graded_is_not_written_through_a_link(school, handed_in, tmp_path, place):
    submit(handed_in, "ann.ipynb", answer_sum=RIGHT)
    owned = owned_elsewhere(tmp_path, school.root / place)
    with pytest.raises(LinkError, match=rf"{Path(place).name}: is a link, to .*elsewhere.*Remove the link"):
        grade_all(handed_in, school)
    assert [path.read_text() for path in owned] == ["the teacher's"] * len(owned)
    assert len(list((tmp_path / "elsewhere").rglob("*"))) == len(owned)


@pytest.mark.fault("links in a build folder")
def test_a_page_whose_folder_is_a_link_is_named_and_the_points_are_written(school, handed_in, tmp_path):
    submit(handed_in, "b/ann.ipynb", answer_sum=RIGHT)
    submit(handed_in, "ben.ipynb")
    owned = owned_elsewhere(tmp_path, handed_in / "grades" / "feedback" / "b")
    result = grade_all(handed_in, school)
    assert [page.partition(", to ")[0] for page in result.unwritten] == ["grades/feedback/b: is a link"]
    assert set(points(handed_in)) == {"b/ann.ipynb", "ben.ipynb"}
    assert (handed_in / "grades" / "feedback" / "ben.html").is_file()
    assert {path.read_text() for path in owned} == {"the teacher's"}
    assert len(list((tmp_path / "elsewhere").rglob("*"))) == len(owned)


def owned_elsewhere(folder: Path, link: Path) -> list[Path]:
    """Files of the teacher's own in another folder, which a link leads to."""
    (elsewhere := folder / "elsewhere").mkdir()
    owned = [elsewhere / name for name in ("points.csv", "by_hand.csv", "ann.html")]
    for path in owned:
        path.write_text("the teacher's")
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(elsewhere)
    return owned


def test_a_class_gets_a_table_a_form_and_pages(school, handed_in):
    submit(handed_in, "ann.ipynb", answer_sum=RIGHT, answer_word="word = 'late'", essay="They waited.")
    submit(handed_in, "group b/ben.ipynb", answer_sum="total = 41")
    (handed_in / "notes.pdf").write_bytes(b"%PDF")
    result = grade_all(handed_in, school)
    told = points(handed_in)
    assert [(name, row["tests"], row["maximum"]) for name, row in told.items()] == [
        ("ann.ipynb", "5.0", "10.0"),
        ("group b/ben.ipynb", "0.0", "10.0"),
    ]
    assert [row["status"] for row in told.values()] == ["1 answer still to be read", "1 answer left blank"]
    assert {row["by_hand"] for row in told.values()} == {""}  # nobody has given anything yet, not even zero
    assert "2 of 2 notebooks graded, 1 of them with answers still to be read" in result.text.replace("\xa0", " ")
    assert [(row["file"], row["answer"], row["maximum"], row["points"]) for row in form(handed_in)] == [
        ("ann.ipynb", "answered", "5", ""),
        ("group b/ben.ipynb", "left blank", "5", ""),
    ]
    page = (handed_in / "grades" / "feedback" / "group b" / "ben.html").read_text(encoding="utf-8")
    assert "Two, not more." in page
    assert "Left blank." in page
    assert "They waited." in (handed_in / "grades" / "feedback" / "ann.html").read_text(encoding="utf-8")
    assert "notes.pdf" in result.text
    assert result.marks.filter(pl.col("hint") == "Two, not more.")["file"].to_list() == ["group b/ben.ipynb"]


def test_points_given_by_hand_are_read_back_and_never_lost(school, handed_in):
    submit(handed_in, "ann.ipynb", answer_sum=RIGHT, essay="They waited.")
    ben = submit(handed_in, "ben.ipynb", answer_sum=RIGHT)
    grade_all(handed_in, school)
    fill_in(handed_in, ann=("4.5", "Who says so? <b>"), ben=("0", ""))
    grade_all(handed_in, school)
    told = points(handed_in)
    assert [told[name]["points"] for name in told] == ["6.5", "2.0"]
    assert [told[name]["by_hand"] for name in told] == ["4.5", "0.0"]
    assert {row["status"] for row in told.values()} == {"complete"}
    page = (handed_in / "grades" / "feedback" / "ann.html").read_text(encoding="utf-8")
    assert "Who says so? &lt;b&gt;" in page
    assert "6.5 of 10 points" in page
    ben.unlink()
    submit(handed_in, "cem.ipynb")
    grade_all(handed_in, school)
    assert [(row["file"], row["points"], row["comment"]) for row in form(handed_in)] == [
        ("ann.ipynb", "4.5", "Who says so? <b>"),
        ("cem.ipynb", "", ""),
        ("ben.ipynb", "0", ""),
    ]


@pytest.mark.fault("changes by others meanwhile")
def test_points_that_are_given_while_a_class_is_graded_are_read_as_well(school, handed_in):
    submit(handed_in, "ann.ipynb", essay="They waited.")
    grade_all(handed_in, school)
    grade_all(handed_in, school, announce=lambda line: fill_in(handed_in, ann=("4", "Soon.")))
    assert [(row["points"], row["comment"]) for row in form(handed_in)] == [("4", "Soon.")]
    assert points(handed_in)["ann.ipynb"]["by_hand"] == "4.0"


@pytest.mark.parametrize(("delimiter", "encoding"), [(";", "cp1252"), ("\t", "utf-8"), (",", "utf-8-sig")])
def test_a_form_is_read_as_spreadsheets_save_it(school, handed_in, delimiter, encoding):
    submit(handed_in, "jörg.ipynb", essay="Sie warteten.")
    grade_all(handed_in, school)
    fill_in(handed_in, delimiter=delimiter, encoding=encoding, jörg=("2,5", "Größer: wer sagt das?"))
    grade_all(handed_in, school)
    assert points(handed_in)["jörg.ipynb"]["points"] == "2.5"
    assert form(handed_in)[0]["comment"] == "Größer: wer sagt das?"


@pytest.mark.bad_input("broken submissions")
@pytest.mark.parametrize("written", ["6", "-1", "good", "nan", "inf"])
def test_points_that_cannot_be_are_named_and_nothing_is_written(school, handed_in, written):
    submit(handed_in, "ann.ipynb", answer_sum=RIGHT)
    grade_all(handed_in, school)
    fill_in(handed_in, ann=(written, ""))
    before = {path: path.read_bytes() for path in handed_in.rglob("*") if path.is_file()}
    with pytest.raises(FormError, match=rf"by_hand\.csv:2:points  '{written}' is not a number of points from 0 to 5"):
        grade_all(handed_in, school)
    assert {path: path.read_bytes() for path in handed_in.rglob("*") if path.is_file()} == before


@pytest.mark.bad_input("broken submissions")
def test_a_form_without_a_column_is_refused(school, handed_in):
    submit(handed_in, "ann.ipynb")
    grade_all(handed_in, school)
    (handed_in / "grades" / "by_hand.csv").write_text("file,points\nann.ipynb,3\n")
    with pytest.raises(FormError, match="this column is missing"):
        grade_all(handed_in, school)


def test_what_did_not_change_is_not_run_again(school, handed_in):
    path = submit(handed_in, "ann.ipynb", answer_sum=RIGHT)
    first = grade_all(handed_in, school)
    began = monotonic()
    assert grade_all(handed_in, school).graded == first.graded
    assert monotonic() - began < 0.5  # no kernel starts so fast
    path.write_text(path.read_text(encoding="utf-8").replace("base + 2", "base + 3"), encoding="utf-8")
    assert grade_all(handed_in, school).table["tests"].to_list() == [0]
    for kept in (school.build / "grading").iterdir():
        kept.write_text("{}")
    assert grade_all(handed_in, school).table["tests"].to_list() == [0]
    assert grade_all(handed_in, school, anew=True).table["tests"].to_list() == [0]


def test_a_session_that_ended_early_is_run_again(school, handed_in):
    ending = "import os\nos._exit(3)\ntotal = 42"
    submit(handed_in, "ann.ipynb", answer_sum=ending)
    assert {mark.hint for mark in grade_all(handed_in, school).graded[0].grade.marks if mark.failed} == {NOT_REACHED}
    assert not list((school.build / "grading").glob("*.json"))


def test_a_lesson_that_changed_is_graded_anew(school, handed_in):
    submit(handed_in, "ann.ipynb", answer_sum=RIGHT)
    assert grade_all(handed_in, school).table["tests"].to_list() == [2]
    lesson = school.notebooks / "course" / "small.ipynb"
    lesson.write_text(lesson.read_text(encoding="utf-8").replace("total == 42", "total == 43"), encoding="utf-8")
    assert grade_all(handed_in, school).table["tests"].to_list() == [0]


def children() -> set[int]:
    return {process.pid for process in psutil.Process().children(recursive=True)}


EVIL = {
    "loops": "while True:\n    pass",
    "cannot be interrupted": "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    pass",
    "prints": "while True:\n    print('x' * 10_000)",
    "warns": "import sys\nwhile True:\n    sys.stderr.write('x' * 10_000)",
    "imports": "import a_package_that_is_not_there\ntotal = 42",
    "deletes": "import os, shutil\nshutil.rmtree(os.environ['AFTERMATH_ROOT'], ignore_errors=True)\ntotal = 42",
    "deletes the school": "import shutil\nshutil.rmtree(SCHOOL)\ntotal = 42",
    "overwrites the table": "open(SCHOOL + '/handed_in/grades/points.csv', 'w')\ntotal = 42",
    "starts a program": "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\ntotal = 42",
    "asks": "total = int(input('how many? '))",
    "ends": "import os\nos._exit(3)",
    "fills the disk": "with open('large', 'wb') as file:\n    file.truncate(1 << 40)",
    "shows without end": "while True:\n    display({'text/plain': 'x' * 1_000_000}, raw=True)",
    "fills the memory": "total = [0] * 10**12",
}


@pytest.mark.slow
@pytest.mark.bad_input("cheats and harm in notebooks")
def test_a_class_with_evil_notebooks_is_graded_to_the_end(school, handed_in, record_property):
    record_property("trials", len(EVIL))
    (school.root / "casestudies" / "kept.txt").write_text("kept")
    for name, source in EVIL.items():
        submit(
            handed_in,
            f"{name}.ipynb",
            answer_sum=source.replace("SCHOOL", repr(str(school.root))),
            answer_word="word = 'late'",
        )
    submit(handed_in, "z honest.ipynb", answer_sum=RIGHT, answer_word="word = 'late'")
    (handed_in / "broken.ipynb").write_text("{")
    before = {path: path.read_bytes() for path in school.root.rglob("*") if path.is_file()}
    began, running = monotonic(), children()
    result = grade_all(handed_in, school, seconds=2)
    assert monotonic() - began < 120
    assert children() <= running  # no kernel, and nothing that one started, is left
    after = {path: path.read_bytes() for path in school.root.rglob("*") if path.is_file()}
    assert {path: after.get(path) for path in before} == before
    assert {path.relative_to(school.root).parts[0] for path in after.keys() - before.keys()} == {"handed_in", "build"}
    told = points(handed_in)
    assert told["z honest.ipynb"]["tests"] == "5.0"
    assert told["broken.ipynb"]["status"].startswith("is not a notebook")
    reached = {name: told[f"{name}.ipynb"]["tests"] for name in EVIL}
    assert reached.pop("deletes") == "5.0"  # of its own copy
    assert {reached.pop(name) for name in ("cannot be interrupted", "ends")} == {"0.0"}
    assert set(reached.values()) == {"3.0"}, reached
    hints = dict(result.marks.filter(pl.col("cell") == "test-sum").select("file", "hint").iter_rows())
    assert "ModuleNotFoundError: No module named 'a_package_that_is_not_there'" in hints["imports.ipynb"]
    assert "nothing may be changed outside its folder" in hints["deletes the school.ipynb"]


HOSTILE = "<script>alert(1)</script>"


@pytest.mark.bad_input("cheats and harm in notebooks")
def test_nothing_of_a_submission_is_taken_for_html_or_a_formula(school, handed_in):
    name = "=HYPERLINK(1)<img src=x onerror=alert(1)>.ipynb"
    submit(handed_in, name, answer_sum=f"raise ValueError({HOSTILE!r})", essay=f"{HOSTILE}\n{{{{ 7 * 7 }}}}")
    grade_all(handed_in, school)
    assert list(points(handed_in)) == [f"'{name}"]
    fill_in(handed_in, **{f"'{Path(name).stem}": ("1", HOSTILE)})
    assert grade_all(handed_in, school).table["points"].to_list() == [1]
    (page,) = (handed_in / "grades" / "feedback").iterdir()
    told = page.read_text(encoding="utf-8")
    assert not re.search(r"<(script|img)", told)
    assert told.count("&lt;script&gt;") == 3  # the hint, the answer and the comment
    assert (
        '<pre class="answer">&lt;script&gt;alert(1)&lt;/script&gt;\n{{ 7 * 7 }}</pre>' in told
    )  # line for line as written
    assert "{{ 7 * 7 }}" in told


def test_a_folder_without_notebooks_says_what_belongs_there(school, handed_in):
    (handed_in / ".ipynb_checkpoints").mkdir()
    submit(handed_in, ".ipynb_checkpoints/ann.ipynb")
    with pytest.raises(ClassError, match=r"Put the \.ipynb files"):
        grade_all(handed_in, school)


def test_grading_twice_writes_the_same_bytes(school, handed_in):
    submit(handed_in, "ann.ipynb", answer_sum=RIGHT, essay="They waited.")
    written = []
    for _ in range(2):
        grade_all(handed_in, school, anew=True)
        written.append({path: path.read_bytes() for path in (handed_in / "grades").rglob("*") if path.is_file()})
    assert written[0] == written[1]
    assert len(written[0]) == 3


def test_the_command_grades_a_folder_and_tells_of_each(school, handed_in, monkeypatch):
    monkeypatch.setenv("AFTERMATH_ROOT", str(school.root))
    submit(handed_in, "ann.ipynb", answer_sum=RIGHT)
    (handed_in / "ben.ipynb").write_text(json.dumps({"cells": [], "metadata": {"aftermath": {"lesson": "none"}}}))
    ran = CliRunner().invoke(app, ["grade", str(handed_in)])
    assert ran.exit_code == 0, ran.output
    assert "ann.ipynb: 2 of 5 points from the tests of small" in ran.output
    assert "ben.ipynb answers 'none', which is no lesson here." in ran.output
    assert ran.output.count("which is no lesson here") == 1
    assert "1 of 2 notebooks graded" in ran.output
