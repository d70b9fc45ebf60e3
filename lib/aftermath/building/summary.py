"""``build/summary.json``: what a build did, for machines."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

from aftermath.building.outcome import Outcome
from aftermath.files import write_whole
from aftermath.workspace import Workspace


def write_summary(
    outcome: Outcome, workspace: Workspace, titles: Iterable[str], seconds: Mapping[str, float] | None = None
) -> Path:
    """Write the summary of a build, beside the site and not in it: **it holds seconds, which differ every time**.

    Parameters
    ----------
    outcome
        What the build did.
    workspace
        Where it did so.
    titles
        All pages that were considered.
    seconds
        Title to the seconds that its page took.

    Returns
    -------
    Path
        ``build/summary.json`` with ``made``, ``unchanged``, ``removed`` (titles), ``failed`` (title, reason, notebook,
        cell counted from 1, cell_id, log, problems), ``commit``, ``seconds`` and ``seconds_each``.
    """
    failed = {failure.title for failure in outcome.failures}
    summary = {
        "complete": not outcome.failures,
        "made": sorted(outcome.made),
        "unchanged": sorted(set(titles) - set(outcome.made) - failed),
        "removed": list(outcome.removed),
        "failed": [asdict(failure) for failure in sorted(outcome.failures, key=lambda failure: failure.title)],
        "commit": _commit(workspace.root),
        "seconds": round(outcome.seconds, 3),
        "seconds_each": {title: round(value, 3) for title, value in sorted((seconds or {}).items())},
    }
    return write_whole(workspace.build / "summary.json", json.dumps(summary, indent=1, ensure_ascii=False) + "\n")


def _commit(folder: Path) -> str:
    """The commit of the folder, marked where files differ from it; empty where there is none to be had."""
    command = [
        "git",
        "-C",
        str(folder),
        "describe",
        "--always",
        "--abbrev=40",
        "--exclude=*",
        "--dirty=, changed since",
    ]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout.strip()  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return ""
