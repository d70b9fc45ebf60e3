"""What pages say of their making: why they are out of date, whether they still hold."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import subprocess
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from aftermath.building.build import build
from aftermath.building.jobs import Job, case_job, page_jobs, read_settings
from aftermath.building.outcome import Outcome, write_summary
from aftermath.building.stale import differences, plan, stale, verify_build
from aftermath.pages.made_from import MadeFrom, Record, read_made_from, read_record, record_text, seal_holds, sealed
from aftermath.pages.page import render
from aftermath.running.log import Course, course_text
from aftermath.running.parameters import ParameterError
from aftermath.workspace import Workspace
from tiny import CASES, REPORT, SHOW, make_workspace, touch_evidence, write_notebook

DIGIORNO, RED_CROSS, WEISHI = CASES
HOSTILE = "</script><script>alert(1)</script>"


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return make_workspace(tmp_path)


def page_of(made: MadeFrom) -> str:
    notebook = new_notebook(cells=[new_markdown_cell("## Words", id="words")])
    return render(notebook, root="", title="t", kind="case", made=made)


# The foot of a page


def test_a_page_says_what_it_was_made_from_and_holds_hostile_text():
    made = MadeFrom({"evidence": "a" * 64, HOSTILE: "x"}, {"words": HOSTILE}, ("polars 2",), {"assets/a.js": "b" * 64})
    page = page_of(made)
    assert read_made_from(page) == made
    assert "alert(1)</script>" not in page
    assert page_of(made) == page


@pytest.mark.fault("damaged and lost products")
def test_the_seal_breaks_with_any_letter():
    page = page_of(MadeFrom({"evidence": "a" * 64}))
    assert seal_holds(page)
    for before, after in (("Words", "Worts"), ("a" * 64, "b" * 64), ('id="seal">', 'id="seal">0')):
        assert before in page
        assert not seal_holds(page.replace(before, after, 1))


def test_a_record_says_what_it_was_made_from_and_is_sealed():
    made = MadeFrom({"evidence": "a" * 64}, {"words": HOSTILE}, ("polars 2",), {"a.ipynb": "b" * 64})
    text = record_text(made, {"columns": []})
    assert read_record(text) == Record(made, {"columns": []}, sealed=True)
    changed = read_record(text.replace('"columns": []', '"columns": [1]'))
    assert changed is not None
    assert not changed.sealed
    assert [read_record(text) for text in ("", "[1]", "{}", '{"seal": 1}', text[:-3])] == [None] * 5


def test_a_page_without_a_foot_of_ours_is_left_alone():
    page = page_of(None)
    assert (read_made_from(page), sealed(page), seal_holds(page)) == (None, page, False)
    assert read_made_from('<script type="application/json" id="made-from">[1</script>') is None


# Reasons


def put_page(job: Job) -> None:
    """Stands in for making a page."""
    beside = [path for path in job.products if path != job.page]
    files = {f"{path.parent.name}/{path.name}": hashlib.sha256(b"made").hexdigest() for path in beside}
    for path in job.products:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("made")
    job.page.write_text(page_of(dataclasses.replace(job.made, files=files)), encoding="utf-8")


def test_every_changed_input_is_named(workspace):
    job = functools.partial(case_job, workspace, RED_CROSS)
    assert stale(job({})) == ("it was never made, or has been removed",)
    put_page(job({"seed": 1}))
    assert stale(job({"seed": 1})) == ()
    assert [*differences(read_made_from(job({}).page.read_text()), job({"seed": 1}).made)] == []
    touch_evidence(workspace, RED_CROSS)
    (workspace.cases / RED_CROSS / "NOTES.md").unlink()
    write_notebook(workspace.notebooks / "case_report.ipynb", REPORT, "print('new')")
    assert stale(job({"seed": 2})) == (
        "evidence: NOTES.md is gone",
        "evidence: events.csv changed",
        "notebook: case_report.ipynb changed",
        'parameters: {"seed": 1} before, now {"seed": 2}',
    )


def test_versions_lost_files_and_a_changed_page_are_reasons_too(workspace):
    job = case_job(workspace, RED_CROSS, {})
    put_page(job)
    newer = dataclasses.replace(job.made, versions=(*job.made.versions, "polars 99"))
    assert stale(dataclasses.replace(job, made=newer)) == ("version: polars 99 is new",)
    for executed in job.products[:2]:  # the one in build/, and the copy that is offered
        executed.write_text("by hand")
        assert stale(job) == (f"notebooks/{RED_CROSS}.ipynb was changed since it was made",)
        executed.write_text("made")
    job.products[0].unlink()
    job.page.write_text(job.page.read_text().replace("Words", "Worts"))
    assert stale(job) == (f"notebooks/{RED_CROSS}.ipynb is missing", "its page was changed by hand")
    assert verify_build(workspace).differing[RED_CROSS] == (f"{RED_CROSS}.html was changed since it was made",), (
        "only what is on the site counts"
    )
    job.page.write_text("nothing")
    assert stale(job) == ("its page does not say what it was made from",)


def test_a_file_that_a_page_does_not_name_is_not_known_to_be_its_own(workspace):
    job = case_job(workspace, RED_CROSS, {})
    put_page(job)
    job.page.write_text(page_of(job.made))
    assert stale(job) == ("another of its files was changed, or there is no record that it was finished",)


def test_a_plan_for_an_empty_folder_names_every_page_and_writes_nothing(workspace):
    planned = plan(workspace=workspace)
    assert [title for title, _ in planned.due] == ["comparison", "methods", *CASES, "trial", "index"]
    assert not workspace.build.exists()
    assert planned.text.endswith("7 to be made, 0 up to date. Nothing was made.")
    with pytest.raises(ParameterError, match="'sede'"):
        plan(settings=["sede=1"], workspace=workspace)


def snapshot(workspace: Workspace) -> dict[Path, int]:
    files = (path for path in workspace.build.rglob("*") if path.is_file())
    return {path: path.stat().st_mtime_ns for path in files}


# Verification


@pytest.mark.fault("damaged and lost products")
def test_verification_names_what_is_missing_or_differs(workspace):
    jobs = {job.title: job for job in page_jobs(workspace, (), read_settings(workspace, ()))}
    for job in jobs.values():
        put_page(job)
    found = verify_build(workspace).differing
    assert found == {"index": ("index.html is missing",)}
    path = jobs[RED_CROSS].page
    path.write_text(page_of(MadeFrom({**jobs[RED_CROSS].made.inputs, "library": "old"}, files={"../../x": "1"})))
    jobs[DIGIORNO].page.write_text(jobs[DIGIORNO].page.read_text().replace("Words", "Worts"))
    found = verify_build(workspace).differing
    assert found[DIGIORNO] == (f"{DIGIORNO}.html was changed since it was made",)
    assert "library changed" in found[RED_CROSS]
    assert "../../x lies outside the site" in found[RED_CROSS]


# Results and grids


def test_a_log_names_the_cell_that_failed_its_source_and_the_course():
    cell = new_code_cell("1/0", id="speed")
    error = new_output(
        "error", ename="ZeroDivisionError", evalue="by zero", traceback=["\x1b[31mline 1\x1b[0m", "by zero"]
    )
    course = Course([])
    course.begin("1")
    course.begin("end")
    text = course_text("notebooks/x.ipynb", {"seed": 1}, new_notebook(cells=[cell]), course, (0, error))
    assert 'parameters  {"seed": 1}' in text
    assert "s  cell 1 (speed)" in text
    assert text.endswith("failed in cell 1 (id speed):\n\n    1/0\n\nline 1\nby zero\n")


# With kernels


@pytest.mark.slow
def test_a_build_is_summed_up_verified_and_planned(workspace):
    assert build(workspace=workspace, settings=["seed=4"]).failures == ()
    assert verify_build(workspace).differing == {}
    before = snapshot(workspace)
    assert plan(workspace=workspace, settings=["seed=4"]).due == ()
    touch_evidence(workspace, RED_CROSS)
    due = dict(plan(workspace=workspace, settings=["seed=4"]).due)
    assert due[RED_CROSS] == ("evidence: events.csv changed",)
    assert due.keys() == {RED_CROSS, "comparison", "trial", "index"}
    assert due["index"] == due["comparison"] == due["trial"] == (f"evidence of {RED_CROSS} changed",)
    assert snapshot(workspace) == before
    assert verify_build(workspace).differing.keys() == due.keys()
    write_notebook(workspace.notebooks / "case_report.ipynb", REPORT, "raise ValueError('too red')", SHOW)
    build([RED_CROSS], workspace=workspace)
    summary = json.loads((workspace.build / "summary.json").read_text())
    (failed,) = summary["failed"]
    assert (failed["title"], failed["cell"], failed["cell_id"]) == (RED_CROSS, 4, "c1")
    assert failed["notebook"] == f"build/notebooks/{RED_CROSS}.ipynb"
    assert "too red" in failed["reason"]
    log = (workspace.root / failed["log"]).read_text()
    assert "    raise ValueError('too red')" in log
    assert "Traceback" in log
    assert (summary["complete"], summary["made"], summary["unchanged"]) == (False, ["index"], [])
    assert summary["commit"] == ""
    assert (workspace.build / "logs" / f"{DIGIORNO}.log").read_text().endswith("done\n")


def test_the_summary_names_the_commit_and_whether_files_differ_from_it(workspace):
    def git(*words: str) -> str:
        own = ["-c", "user.name=x", "-c", "user.email=x@y", "-c", "commit.gpgsign=false"]
        return subprocess.run(
            ["git", "-C", workspace.root, *own, *words], check=True, capture_output=True, text=True
        ).stdout

    workspace.build.mkdir()
    git("init", "-q")
    git("add", "casestudies")
    git("commit", "-qm", "evidence")
    commit, outcome = git("rev-parse", "HEAD").strip(), Outcome((), 0, (), (), 0.0, workspace.site / "index.html")
    assert json.loads(write_summary(outcome, workspace, ()).read_text())["commit"] == commit
    touch_evidence(workspace, CASES[0])
    assert json.loads(write_summary(outcome, workspace, ()).read_text())["commit"] == f"{commit}, changed since"
