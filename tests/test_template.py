"""A new case: all there but for the blanks, each blank named, and nothing half written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from aftermath.case_files.about import field_hints
from aftermath.case_files.case import load_case
from aftermath.case_files.check import check
from aftermath.case_files.coding import uncoded_items
from aftermath.case_files.evidence import EVIDENCE_FILES
from aftermath.case_files.template import TemplateError, new_case
from aftermath.files import WriteError
from aftermath.problems import AftermathError
from aftermath.vocabulary import RUBRIC_ITEMS
from aftermath.workspace import Workspace
from breaking import both, cell, field, records
from factories import workspace

BLANK_FIELDS = {
    "title": "title: A small crisis",
    "organisation": "organisation: Example",
    "industry": "industry: toys",
    "country": "country: GB",
    "platforms": "platforms: [twitter]",
    "languages": "languages: [en]",
    "timezone": "timezone: Europe/London",
    "aliases": "aliases: [Example]",
    "exposed_by": "exposed_by: own_post",
    "crisis_type": "crisis_type: accidental",
    "cause": "cause: rogue_post",
    "summary": "summary: It posted, and it apologised.",
}
BLANK_CELLS = {
    "label": "The post",
    "earliest": "2024-02-28T10:00:00+00:00",
    "latest": "2024-02-28T10:00:59+00:00",
    "actor": "organisation",
    "channel": "twitter",
    "summary": "A post goes out.",
    "source_ids": "paper-2024-02-28",
    "certainty": "documented",
}
BLANK_CODERS = ("coders.a.kind", "coders.a.blind", "coders.b.kind", "coders.b.blind")
CODERS = "coders: {a: {kind: person, blind: false}, b: {kind: machine, blind: true}}"
SOURCE = "paper-2024-02-28,A report,The Paper,,2024-02-28,https://example.org/,yes,news,en,full,2024-05-01\n"


def test_check_names_every_blank_with_a_hint_and_nothing_else(tmp_path: Path) -> None:
    new_case("small-crisis", workspace(tmp_path))
    problems = check(workspace=workspace(tmp_path)).problems
    blanks = {(Path(problem.file).name, problem.column) for problem in problems}
    assert blanks == {
        *(("case.yaml", name) for name in (*BLANK_FIELDS, *BLANK_CODERS)),
        *(("events.csv", name) for name in BLANK_CELLS),
    }
    assert {problem.what for problem in problems} == {"is empty", "is empty although the crisis is documented"}
    assert all(problem.mend and problem.row for problem in problems)


def test_filling_the_blanks_gives_a_case_that_loads(tmp_path: Path) -> None:
    folder = new_case("small-crisis", workspace(tmp_path))
    both(*(field(name, line) for name, line in BLANK_FIELDS.items()), field("coders", CODERS))(folder)
    both(*(cell("events", 2, name, value) for name, value in BLANK_CELLS.items()))(folder)
    with (folder / "sources.csv").open("a") as file:
        file.write(SOURCE)
    case = load_case("small-crisis", workspace(tmp_path))
    assert case.zero.seconds == 59
    assert case.about.clock_zero == "e01"
    assert case.events["acts"].to_list() == [["exposure"]]
    assert [(coder.id, coder.kind, coder.blind) for coder in case.coders] == [
        ("a", "person", False),
        ("b", "machine", True),
    ]
    assert uncoded_items(case) == tuple((item, coder) for coder in "ab" for item in RUBRIC_ITEMS)


def test_the_rubric_of_a_new_case_can_be_filled_in_step_by_step(tmp_path: Path) -> None:
    folder = new_case("small-crisis", workspace(tmp_path))
    both(*(field(name, line) for name, line in BLANK_FIELDS.items()), field("coders", CODERS))(folder)
    both(*(cell("events", 2, name, value) for name, value in BLANK_CELLS.items()))(folder)
    with (folder / "sources.csv").open("a") as file:
        file.write(SOURCE)
    cell("rubric", 2, "score", "2")(folder)
    (problem,) = check(workspace=workspace(tmp_path)).problems
    assert str(problem).startswith("casestudies/small-crisis/rubric.csv:2:rationale  is empty  write one sentence")
    cell("rubric", 2, "rationale", "It said so.")(folder)
    case = load_case("small-crisis", workspace(tmp_path))
    assert case.rubric.select("row", "item", "coder", "score").rows() == [(2, "T1", "a", "2")]
    assert len(uncoded_items(case)) == 31


def test_what_the_folder_holds(tmp_path: Path) -> None:
    folder = new_case("small-crisis", workspace(tmp_path))
    assert folder == tmp_path / "casestudies" / "small-crisis"
    assert {path.name for path in folder.iterdir()} == {*EVIDENCE_FILES, "relations.csv"}
    assert [path.name for path in folder.parent.iterdir()] == ["small-crisis"]
    assert len(records(folder / "events.csv")) == 2
    rubric = records(folder / "rubric.csv")
    assert [row[:3] for row in rubric[1:]] == [[item, coder, ""] for coder in "ab" for item in RUBRIC_ITEMS]
    notes = (folder / "NOTES.md").read_text()
    for heading in ("Looked for and not found", "Where sources disagree", "What a reader should not conclude"):
        assert f"\n## {heading}\n" in notes


def test_every_field_of_case_yaml_has_a_comment(tmp_path: Path) -> None:
    lines = (new_case("small-crisis", workspace(tmp_path)) / "case.yaml").read_text().splitlines()
    fields = [number for number, line in enumerate(lines) if line and line[0] not in "# "]
    assert [lines[number].partition(":")[0] for number in fields] == list(field_hints())
    assert all(lines[number - 1].startswith("# ") for number in fields)
    assert max(map(len, lines)) <= 102


@pytest.mark.parametrize(
    "case_id",
    ["", "../x", "a/b", "Upper", "under_score", "-dash", "dash-", "dot.", ".hidden", "x" * 81, "a b", "ü", "a\0b"],
)
def test_a_bad_id_is_refused(case_id: str, tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="cannot be the id of a case: write lower-case words with hyphens"):
        new_case(case_id, workspace(tmp_path))
    assert list(tmp_path.rglob("*")) == [tmp_path / "casestudies"]


@pytest.mark.parametrize("case_id", ["comparison", "index", "marks", "con", "nul", "lpt1"])
def test_a_reserved_name_is_refused(case_id: str, tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="no name that the site uses itself"):
        new_case(case_id, workspace(tmp_path))


@pytest.mark.parametrize("taken", ["small-crisis", "Small-Crisis"])
def test_an_id_that_exists_is_refused_and_left_alone(taken: str, tmp_path: Path) -> None:
    there = tmp_path / "casestudies" / taken
    there.mkdir(parents=True)
    with pytest.raises(TemplateError, match="casestudies/small-crisis exists already: choose another id"):
        new_case("small-crisis", workspace(tmp_path))
    assert list(there.iterdir()) == []


@pytest.mark.parametrize("fails", ["write_text", "rename"])
def test_a_failure_in_the_middle_leaves_nothing_behind(
    fails: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = getattr(Path, fails)

    def full_disk(path: Path, *arguments: object, **options: object) -> object:
        if path.name == "rubric.csv" or fails == "rename":
            raise OSError(28, "No space left on device")
        return genuine(path, *arguments, **options)

    monkeypatch.setattr(Path, fails, full_disk)
    with pytest.raises(WriteError, match="No space left on device"):
        new_case("small-crisis", workspace(tmp_path))
    monkeypatch.undo()
    assert list((tmp_path / "casestudies").iterdir()) == []
    assert new_case("small-crisis", workspace(tmp_path)).is_dir()


def test_a_new_case_is_readable_by_others(tmp_path: Path) -> None:
    assert new_case("small-crisis", workspace(tmp_path)).stat().st_mode & 0o777 == 0o755


def test_the_workspace_in_force_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERMATH_ROOT", str(workspace(tmp_path).root))
    assert new_case("small-crisis") == tmp_path / "casestudies" / "small-crisis"


def test_without_a_workspace_one_is_made_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AFTERMATH_ROOT", raising=False)
    monkeypatch.setattr("aftermath.workspace.INSTALLED_FROM", tmp_path / "nowhere")
    monkeypatch.chdir(tmp_path)
    assert new_case("small-crisis") == tmp_path / "casestudies" / "small-crisis"


def test_a_workspace_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "casestudies").write_text("a file in the way")
    with pytest.raises(AftermathError, match="could not be written"):
        new_case("small-crisis", Workspace(tmp_path))


def test_the_new_case_can_be_taken_away_again(tmp_path: Path) -> None:
    shutil.rmtree(new_case("small-crisis", workspace(tmp_path)))
    assert new_case("small-crisis", workspace(tmp_path)).is_dir()
