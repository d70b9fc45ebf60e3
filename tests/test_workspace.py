"""Where the cases are: chosen, above the working directory, or where the library was installed from."""

from __future__ import annotations

from pathlib import Path

import pytest

from aftermath.workspace import INSTALLED_FROM, Workspace, WorkspaceError, find_workspace


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with ``casestudies/``; AFTERMATH_ROOT is not set."""
    monkeypatch.delenv("AFTERMATH_ROOT", raising=False)
    root = tmp_path / "project"
    (root / "casestudies" / "some-case").mkdir(parents=True)
    (root / "notes" / "deep").mkdir(parents=True)
    return root


@pytest.mark.parametrize("below", [".", "notes", "notes/deep", "casestudies/some-case"])
def test_the_nearest_folder_upwards_is_the_workspace(below: str, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(made / below)
    assert find_workspace().root == made.resolve()


def test_the_inner_of_two_workspaces_is_nearer(made: Path) -> None:
    inner = made / "notes"
    (inner / "casestudies").mkdir()
    assert find_workspace(inner / "deep").root == inner.resolve()


def test_aftermath_root_comes_before_everything(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = tmp_path / "chosen"
    (chosen / "casestudies").mkdir(parents=True)
    monkeypatch.setenv("AFTERMATH_ROOT", str(chosen))
    monkeypatch.chdir(made)
    assert find_workspace().root == chosen.resolve()


def test_aftermath_root_may_be_relative_or_at_home(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(made.parent)
    monkeypatch.setenv("AFTERMATH_ROOT", "project")
    assert find_workspace().root == made.resolve()
    monkeypatch.setenv("HOME", str(made.parent))
    monkeypatch.setenv("USERPROFILE", str(made.parent))
    monkeypatch.setenv("AFTERMATH_ROOT", "~/project")
    assert find_workspace().root == made.resolve()


def test_a_wrong_aftermath_root_is_an_error_and_nothing_else_is_taken(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERMATH_ROOT", str(tmp_path / "nowhere"))
    monkeypatch.chdir(made)
    with pytest.raises(WorkspaceError, match=r"no folder casestudies/ in AFTERMATH_ROOT=.*nowhere"):
        find_workspace()


def test_an_empty_aftermath_root_counts_as_none(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERMATH_ROOT", "")
    monkeypatch.chdir(made)
    assert find_workspace().root == made.resolve()


def test_elsewhere_the_folder_installed_from_is_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AFTERMATH_ROOT", raising=False)
    assert find_workspace(tmp_path).root == INSTALLED_FROM
    assert (INSTALLED_FROM / "casestudies" / "CODEBOOK.md").is_file()


def test_without_any_workspace_the_error_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AFTERMATH_ROOT", raising=False)
    monkeypatch.setattr("aftermath.workspace.INSTALLED_FROM", tmp_path / "gone")
    with pytest.raises(WorkspaceError, match="name one by AFTERMATH_ROOT, or begin one: `aftermath init FOLDER`"):
        find_workspace(tmp_path)


def test_a_file_called_casestudies_is_no_workspace(made: Path) -> None:
    (made / "notes" / "casestudies").write_text("")
    assert find_workspace(made / "notes").root == made.resolve()


def test_the_folders_of_a_workspace(made: Path) -> None:
    workspace = Workspace(made)
    assert workspace.cases == made / "casestudies"
    assert workspace.site == made / "build" / "site"
    assert workspace.notebooks == INSTALLED_FROM / "notebooks"
    (made / "notebooks").mkdir()
    assert workspace.notebooks == made / "notebooks"


def test_problems_name_paths_from_the_workspace_or_whole(made: Path, tmp_path: Path) -> None:
    workspace = Workspace(made)
    assert workspace.relative(made / "casestudies" / "x" / "events.csv") == "casestudies/x/events.csv"
    assert workspace.relative(tmp_path / "elsewhere") == (tmp_path / "elsewhere").as_posix()


def test_case_ids_are_sorted_folders_without_the_hidden_ones(made: Path) -> None:
    for name in ("b-case", "a-case", ".hidden"):
        (made / "casestudies" / name).mkdir()
    (made / "casestudies" / "CODEBOOK.md").write_text("")
    assert Workspace(made).case_ids() == ("a-case", "b-case", "some-case")
    assert Workspace(made / "nowhere").case_ids() == ()


@pytest.mark.bad_input("names that lead elsewhere")
@pytest.mark.parametrize("case_id", ["", ".", "..", "../x", "a/b", "/etc/passwd", ".git", "x" * 300])
def test_an_id_that_leads_elsewhere_is_refused(case_id: str, made: Path) -> None:
    with pytest.raises(WorkspaceError, match="is not a case id: write the name of a folder in casestudies/"):
        Workspace(made).case_folder(case_id)
