"""Beginning a workspace: by `init` and by `new`, where it is allowed, and never elsewhere."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from aftermath import cli
from aftermath.building.build import build
from aftermath.case_files.beginning import EXAMPLES, BeginningError, begin_workspace
from aftermath.case_files.check import check
from aftermath.case_files.package import write_packages
from aftermath.case_files.template import new_case
from aftermath.exchange.sources import sources_from
from aftermath.workspace import INSTALLED_FROM, Workspace, WorkspaceError, find_workspace

SAMPLE = Path(__file__).parent / "references" / "better.bib"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch) -> Path:
    """An empty working directory, and no AFTERMATH_ROOT."""
    monkeypatch.delenv("AFTERMATH_ROOT", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["mine", "Meine Fälle 危机", "a/b c", "there"])
def test_a_workspace_is_begun(name, elsewhere):
    (elsewhere / "there").mkdir()
    run = CliRunner().invoke(cli.app, ["init", name])
    assert run.exit_code == 0, run.output
    root = elsewhere / name
    report = check(workspace=Workspace(root))
    assert (report.case_ids, report.problems, report.warnings) == (("kitchenaid-tweet", "red-cross-tweet"), (), ())
    begun = contents(root)
    assert set(begun) >= {"README.md", ".gitignore", ".github/workflows/check.yml", "casestudies/CODEBOOK.md"}
    assert begun["casestudies/CODEBOOK.md"] == (INSTALLED_FROM / "casestudies" / "CODEBOOK.md").read_bytes()
    assert "notebooks/start_here.ipynb" in begun


def test_what_its_first_notebook_tells_to_do_can_be_done_there(elsewhere):
    begun = begin_workspace(elsewhere / "cases").root
    cells = json.loads((begun / "notebooks" / "start_here.ipynb").read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells)
    before, _, in_repository = text.partition("In the project's repository there is more")
    assert in_repository
    assert all((begun / "notebooks" / name).is_file() for name in re.findall(r"[\w/]+\.ipynb", before))
    assert set(re.findall(r"[a-z]+(?:-[a-z0-9]+)+(?=[\"'])", before)) <= {*EXAMPLES, "my-case"}
    assert ".venv" not in text and "make reports" not in text  # of the repository alone
    ran = {
        command: CliRunner().invoke(cli.app, [command, "--help"]).exit_code
        for command in re.findall(r"!aftermath (\w+)", text)
    }
    assert len(ran) >= 4 and set(ran.values()) == {0}


def test_the_afternoon_that_is_described_needs_nothing_that_a_begun_workspace_has_not():
    page = (INSTALLED_FROM / "docs" / "adding-a-case.md").read_text(encoding="utf-8")
    afternoon = page.partition("## One afternoon")[2].partition("## What goes where")[0]
    typed = re.findall(r"^\$ (\w+ \w+)", afternoon, re.MULTILINE)
    assert len(typed) > 8 and {line.split()[0] for line in typed} == {"aftermath"}
    assert "`make " not in afternoon


def test_the_examples_say_whose_they_are(elsewhere):
    root = begin_workspace("mine").root
    for case_id in Workspace(root).case_ids():
        assert "Creative Commons Attribution 4.0" in (root / "casestudies" / case_id / "LICENSE").read_text()
        assert f"casestudies/{case_id}/" in (root / "README.md").read_text()
    assert "Aftermath collection" in (root / "README.md").read_text()


def test_every_text_that_a_claim_of_an_example_is_from_is_there(elsewhere):
    root = begin_workspace("mine").root
    with (root / "casestudies" / "texts.csv").open(encoding="utf-8", newline="") as file:
        texts = {row["text_id"] for row in csv.DictReader(file)}
    said = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in root.glob("casestudies/*/case.yaml")]
    assert {claim["from"] for about in said for claim in about["documented_claims"]} <= texts


def test_examples_may_be_left_out(elsewhere):
    assert CliRunner().invoke(cli.app, ["init", "mine", "--no-examples"]).exit_code == 0
    assert Workspace(elsewhere / "mine").case_ids() == ()
    assert "There is no case to check" in check(workspace=Workspace(elsewhere / "mine")).summary


def test_the_checks_for_github_run_the_command_on_the_cases(elsewhere):
    root = begin_workspace("mine").root
    steps = yaml.safe_load((root / ".github/workflows/check.yml").read_text())["jobs"]["cases"]["steps"]
    runs = [step["run"] for step in steps if "run" in step]
    assert runs[1:] == ["python -m aftermath check", "python -m aftermath build"]
    assert "build/" in (root / ".gitignore").read_text().splitlines()


def test_a_folder_with_hidden_files_alone_counts_as_empty(elsewhere):
    (elsewhere / ".git").mkdir()
    assert begin_workspace(".").root == elsewhere
    assert (elsewhere / "README.md").is_file()


@pytest.mark.parametrize("there", ["notes.docx", "casestudies/x.txt", "README.md"])
def test_a_folder_that_is_not_empty_is_said_to_be_and_left_alone(there, elsewhere):
    path = elsewhere / "mine" / there
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    with pytest.raises(BeginningError, match=f"mine: is not empty; it holds {there.split('/')[0]}"):
        begin_workspace("mine")
    assert contents(elsewhere) == {f"mine/{there}": b"mine"}


def test_of_much_that_is_there_some_is_named(elsewhere):
    for name in "abcdefg":
        (elsewhere / name).touch()
    with pytest.raises(BeginningError, match="it holds a, b, c, d, e and 2\u00a0more"):
        begin_workspace(".")


def test_a_hidden_file_of_the_same_name_is_not_written_over(elsewhere):
    (elsewhere / "mine").mkdir()
    (elsewhere / "mine" / ".gitignore").write_text("mine")
    with pytest.raises(BeginningError, match=r"has \.gitignore already"):
        begin_workspace("mine")
    assert contents(elsewhere) == {"mine/.gitignore": b"mine"}


def test_a_workspace_in_a_workspace_or_in_place_of_a_file_is_refused(elsewhere):
    begin_workspace("mine")
    with pytest.raises(BeginningError, match="lies inside the workspace"):
        begin_workspace("mine/inner")
    (elsewhere / "file").write_text("")
    with pytest.raises(BeginningError, match="is a file where a folder is needed"):
        begin_workspace("file")


def test_new_in_an_empty_folder_begins_a_workspace_there(elsewhere):
    assert new_case("small-crisis") == elsewhere / "casestudies" / "small-crisis"
    assert (elsewhere / "casestudies" / "CODEBOOK.md").is_file()
    assert find_workspace(to_write=True).root == elsewhere


@pytest.mark.parametrize("name", ["named", "not there yet"])
def test_new_begins_a_workspace_in_the_folder_that_is_named(name, elsewhere, monkeypatch):
    (elsewhere / "named").mkdir()
    (elsewhere / "named" / "notes.txt").write_text("mine")
    monkeypatch.setenv("AFTERMATH_ROOT", str(elsewhere / name))
    assert new_case("small-crisis") == elsewhere / name / "casestudies" / "small-crisis"
    assert (elsewhere / "named" / "notes.txt").read_text() == "mine"


def test_new_elsewhere_writes_nothing_and_says_what_to_do(elsewhere):
    (elsewhere / "thesis.docx").write_text("mine")
    before = {path.name for path in (INSTALLED_FROM / "casestudies").iterdir()}
    run = CliRunner().invoke(cli.app, ["new", "small-crisis"])
    assert isinstance(run.exception, WorkspaceError)
    assert "`aftermath init FOLDER`" in str(run.exception)
    assert {path.name for path in (INSTALLED_FROM / "casestudies").iterdir()} == before
    assert contents(elsewhere) == {"thesis.docx": b"mine"}


@pytest.mark.parametrize(
    "write",
    [
        lambda: build(["kitchenaid-tweet"]),
        write_packages,
        lambda: sources_from(SAMPLE, "kitchenaid-tweet"),
    ],
    ids=["build", "package", "sources"],
)
def test_what_writes_never_falls_back_to_what_came_with_the_library(write):
    with pytest.raises(WorkspaceError, match="begin one: `aftermath init FOLDER`"):
        write()


def test_what_reads_still_does():
    assert find_workspace().root == INSTALLED_FROM
    assert check(["kitchenaid-tweet"]).sound


def test_a_notebook_of_ones_own_comes_before_that_of_the_library(elsewhere):
    workspace = begin_workspace("mine")
    assert workspace.notebook("start_here.ipynb") == workspace.root / "notebooks" / "start_here.ipynb"
    assert workspace.notebook("case_report.ipynb") == INSTALLED_FROM / "notebooks" / "case_report.ipynb"
    assert workspace.notebook("course") == INSTALLED_FROM / "notebooks" / "course"
    assert workspace.notebook("none.ipynb") == workspace.root / "notebooks" / "none.ipynb"
    assert set(workspace.notebook_names) >= {"case_report.ipynb", "start_here.ipynb"}
