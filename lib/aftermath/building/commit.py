"""Which commit of git a workspace is at, **without running what its git configuration names**.

The configuration of a repository may name programs: filters, hooks, fsmonitor, textconv, pagers. A workspace may come from
anybody, so it is only located by git, and compared by git in a folder of our own, whose configuration is empty.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

SECONDS = 5
_SHA256 = 64  # digits of a commit where git counts by SHA-256


def commit_of(folder: Path) -> str:
    """The commit of a folder, marked where files that git knows differ from it.

    Parameters
    ----------
    folder
        Lies in a work tree of git, or in none.

    Returns
    -------
    str
        The commit, followed by ``, changed since`` or, where git could not say, ``, perhaps changed since``; empty where
        there is none to be had. Submodules are not looked into.
    """
    # rev-parse reads the configuration, but neither index nor files: it runs nothing that is named there
    off = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")
    places = ("--show-toplevel", "--git-path", "objects", "--git-path", "index")
    located = _git(folder, *off, "rev-parse", *places, "HEAD")
    if not located or located.returncode or len(located.stdout.splitlines()) != 4:
        return ""
    root, objects, index, commit = located.stdout.splitlines()
    with tempfile.TemporaryDirectory(prefix="aftermath-", ignore_cleanup_errors=True) as own:
        _empty_repository(Path(own), "sha256" if len(commit) == _SHA256 else "sha1")
        environment = {
            "GIT_DIR": own,
            "GIT_WORK_TREE": root,
            "GIT_OBJECT_DIRECTORY": str(folder / objects),
            "GIT_INDEX_FILE": str(folder / index),
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        options = ("--quiet", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all")
        compared = _git(Path(root), "diff", *options, commit, "--", environment=environment)
    changed = {0: "", 1: ", changed since"}
    return commit + changed.get(compared.returncode if compared else -1, ", perhaps changed since")


def _empty_repository(folder: Path, digest: str) -> None:
    """What git takes for a repository: nothing is in it, and nothing is set."""
    for name in ("objects", "refs"):
        (folder / name).mkdir()
    (folder / "HEAD").write_text("ref: refs/heads/none\n", encoding="utf-8")
    config = f"[core]\nrepositoryformatversion = 1\n[extensions]\nobjectFormat = {digest}\n"
    (folder / "config").write_text(config, encoding="utf-8")


def _git(
    folder: Path, *words: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str] | None:
    """What git answers in a folder; None where there is no git, or it takes too long."""
    quiet = {
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_TERMINAL_PROMPT": "0",
    }
    settings = {**os.environ, **quiet, **(environment or {})}
    command = ["git", "--no-pager", "-C", str(folder), *words]
    options = {"capture_output": True, "encoding": "utf-8", "errors": "surrogateescape", "timeout": SECONDS}
    try:
        return subprocess.run(command, env=settings, check=False, **options)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
