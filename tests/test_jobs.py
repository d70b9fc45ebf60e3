"""Jobs: what depends on what."""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Callable

import pytest

from aftermath.building.jobs import Job, comparison_job, page_jobs, read_settings, site_job
from aftermath.running.parameters import ParameterError
from aftermath.workspace import Workspace, WorkspaceError
from tiny import CASES, REPORT, ROOT, make_workspace, touch_evidence, write_notebook

DIGIORNO, RED_CROSS, WEISHI = CASES


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return make_workspace(tmp_path)


def changed(before: Job, after: Job) -> bool:
    return before.made != after.made


def jobs_of(workspace: Workspace, *settings: str) -> dict[str, Job]:
    jobs = page_jobs(workspace, (), read_settings(workspace, settings))
    return {job.title: job for job in (*jobs, site_job(workspace, {}))}


def changes(workspace: Workspace, change: Callable[[], object], *settings: str) -> set[str]:
    before = jobs_of(workspace)
    change()
    after = jobs_of(workspace, *settings)
    return {title for title in before if changed(before[title], after[title])}


def test_there_is_one_job_a_case_and_one_for_the_comparison_the_methods_the_trial_and_the_index(workspace):
    assert list(jobs_of(workspace)) == ["comparison", "methods", *CASES, "trial", "index"]


def test_a_case_depends_on_its_own_evidence_only(workspace):
    touched = functools.partial(touch_evidence, workspace, RED_CROSS)
    assert changes(workspace, touched) == {RED_CROSS, "comparison", "trial", "index"}


def test_the_same_content_is_no_change(workspace):
    path = workspace.cases / RED_CROSS / "events.csv"
    assert changes(workspace, lambda: os.utime(path, (1, 1))) == set()
    assert changes(workspace, lambda: path.write_bytes(path.read_bytes())) == set()


def test_what_is_generated_in_a_case_folder_does_not_count(workspace):
    def generate():
        (workspace.cases / RED_CROSS / "datapackage.json").write_text("{}")
        (workspace.cases / RED_CROSS / ".hidden.csv").write_text("x")

    assert changes(workspace, generate) == set()


def test_a_lost_file_is_a_change(workspace):
    assert RED_CROSS in changes(workspace, (workspace.cases / RED_CROSS / "NOTES.md").unlink)


def test_a_notebook_concerns_the_pages_made_from_it(workspace):
    def edit(name: str) -> Callable[[], object]:
        return lambda: write_notebook(workspace.notebooks / name, REPORT, "print('new')")

    assert changes(workspace, edit("case_report.ipynb")) == set(CASES)
    # their sections are found by the search of the site
    assert changes(workspace, edit("comparison.ipynb")) == {"comparison", "index"}
    assert changes(workspace, edit("method_checks.ipynb")) == {"methods", "index"}
    assert changes(workspace, edit("trial.ipynb")) == {"trial", "index"}


def test_a_parameter_concerns_the_notebooks_that_declare_it(workspace):
    assert changes(workspace, lambda: None, "seed=3") == {*CASES, "comparison"}
    assert changes(workspace, lambda: None, "phase_days=1,2") == set(CASES)


def test_the_library_and_the_packages_are_inputs_of_every_page(workspace):
    for job in jobs_of(workspace).values():
        assert len(job.made.inputs["library"]) == 64
        assert any(version.startswith("plotly ") for version in job.made.versions)


def test_numeric_claims_concern_the_pages_that_rest_on_what_lies_beside_the_cases(workspace):
    def claim():
        (workspace.cases / "numeric_claims.csv").write_text("claim_id\n", encoding="utf-8")

    assert changes(workspace, claim) == {"comparison", "trial", "index"}


def test_a_case_dropped_in_is_picked_up_and_the_comparison_knows(workspace):
    shutil.copytree(ROOT / "casestudies" / "us-airways-tweet", workspace.cases / "us-airways-tweet")
    assert "us-airways-tweet" in jobs_of(workspace)
    assert "evidence of us-airways-tweet" in comparison_job(workspace, {}).made.inputs


def test_chosen_cases_leave_out_the_comparison_and_unknown_ones_are_named(workspace):
    jobs = page_jobs(workspace, [RED_CROSS, RED_CROSS], read_settings(workspace, ()))
    assert [job.title for job in jobs] == [RED_CROSS]
    with pytest.raises(WorkspaceError, match=rf"'no-such-case'.*{DIGIORNO}"):
        page_jobs(workspace, ["no-such-case"], read_settings(workspace, ()))


def test_a_workspace_without_a_case_is_told_how_to_begin(workspace):
    shutil.rmtree(workspace.cases)
    workspace.cases.mkdir()
    with pytest.raises(WorkspaceError, match=r"holds no case yet.*aftermath new"):
        page_jobs(workspace, (), read_settings(workspace, ()))


def test_the_methods_depend_on_the_simulation_and_on_prices_of_the_library_but_on_no_case(workspace):
    inputs = jobs_of(workspace)["methods"].made.inputs
    assert {"simulation", "prices of united-3411"} < inputs.keys()
    assert not [name for name in inputs if name.startswith("evidence")]


@pytest.mark.parametrize("name", ["comparison", "methods", "trial"])
def test_a_case_with_the_name_of_a_page_of_the_site_does_not_claim_its_files(name, workspace):
    (workspace.cases / name).mkdir()
    products = [path for job in jobs_of(workspace).values() for path in job.products]
    assert len(products) == len(set(products))


def test_settings_are_checked_against_all_notebooks_before_anything_is_made(workspace):
    with pytest.raises(ParameterError, match=r"'sede'.*seed: int = 0.*phase_days"):
        read_settings(workspace, ["sede=3"])
    with pytest.raises(ParameterError, match="seed must be int"):
        read_settings(workspace, ["seed=x"])
    with pytest.raises(ParameterError, match="case_id is set by --case"):
        read_settings(workspace, ["case_id=x"])
