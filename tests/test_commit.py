"""Which commit a workspace is at, whatever programs its git configuration names."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from aftermath.building.commit import commit_of
from aftermath.building.outcome import Outcome, write_summary
from aftermath.workspace import Workspace
from tiny import CASES, make_workspace

POSIX = pytest.mark.skipif(os.name == "nt", reason="programs of POSIX")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "work", CASES[:2])


PROGRAMS = "filter.trap.clean filter.trap.smudge filter.trap.process filter.a=b.clean diff.trap.textconv diff.trap.command diff.external core.fsmonitor core.pager core.sshCommand core.editor core.askPass core.alternateRefsCommand core.gitProxy gpg.program credential.helper sequence.editor".split()


def git(folder: Path, *words: str) -> str:
    own = ["-c", "user.name=x", "-c", "user.email=x@y", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *own, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.strip()


@pytest.fixture
def trapped(workspace: Workspace, tmp_path: Path) -> tuple[Workspace, Path]:
    """A workspace under git whose configuration names programs that would write a file, each its own."""
    for name in ("a.txt", "b.txt"):
        (workspace.root / name).write_text("this is text")
    (workspace.root / ".gitattributes").write_text("a.txt filter=trap diff=trap\nb.txt filter=a=b\n")
    git(workspace.root, "init", "-q")
    git(workspace.root, "add", "-A")
    git(workspace.root, "commit", "-qm", "all")
    marks = tmp_path / "marks"
    marks.mkdir()
    included = tmp_path / "work" / ".git" / "more"
    for name in PROGRAMS:
        trap = f"touch '{marks / name}'; cat"
        git(
            workspace.root,
            "config",
            "--file",
            str(included if name.startswith("filter") else ".git/config"),
            name,
            f'sh -c "{trap}"',
        )
    git(workspace.root, "config", "include.path", "more")
    for name in ("diff", "describe", "rev-parse", "status"):
        git(workspace.root, "config", f"alias.{name}", f"!touch '{marks / 'alias'}'")
    for name in ("post-index-change", "post-checkout", "reference-transaction", "fsmonitor-watchman"):
        hook = workspace.root / ".git" / "hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch '{marks / name}'\n")
        hook.chmod(0o755)
    for name in ("a.txt", "b.txt"):  # git has to look at their contents again
        os.utime(workspace.root / name, (0, 0))
    return workspace, marks


@POSIX
@pytest.mark.bad_input("programs in a workspace's git configuration")
@pytest.mark.parametrize("changed", [False, True])
def test_no_program_runs_that_a_git_configuration_names(trapped, changed, record_property):
    workspace, marks = trapped
    record_property("trials", len(PROGRAMS) + 5)
    head = workspace.root / ".git" / "refs" / "heads"
    (commit,) = (path.read_text().strip() for path in head.iterdir())
    if changed:
        (workspace.root / "a.txt").write_text("this is other")
    outcome = Outcome((), 0, (), (), 0.0, workspace.site / "index.html")
    summary = json.loads(write_summary(outcome, workspace, ()).read_text())
    assert summary["commit"] == commit + (", changed since" if changed else "")
    assert list(marks.iterdir()) == []
    subprocess.run(["git", "-C", workspace.root, "status"], capture_output=True, timeout=60, check=False)
    assert list(marks.iterdir()), "the traps are live: git alone springs them"


@POSIX
def test_the_commit_of_a_work_tree_beside_its_repository(workspace, tmp_path):
    (workspace.root / "a.txt").write_text("this is text")
    git(workspace.root, "init", "-q")
    assert commit_of(workspace.root) == "", "nothing was committed yet"
    git(workspace.root, "add", "-A")
    git(workspace.root, "commit", "-qm", "all")
    git(workspace.root, "pack-refs", "--all")
    git(workspace.root, "worktree", "add", "-q", str(tmp_path / "beside"))
    commit = git(workspace.root, "rev-parse", "HEAD")
    assert commit_of(tmp_path / "beside" / "casestudies") == commit
    (tmp_path / "beside" / "a.txt").write_text("other")
    assert commit_of(tmp_path / "beside") == f"{commit}, changed since"
    assert commit_of(workspace.root) == commit
    (workspace.root / ".git" / "index").write_bytes(b"no index")
    assert commit_of(workspace.root) == f"{commit}, perhaps changed since"


@POSIX
def test_without_git_there_is_no_commit(workspace, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert commit_of(workspace.root) == ""
