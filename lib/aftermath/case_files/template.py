"""A new case folder: everything that a case holds, with the blanks left to fill in."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from aftermath import vocabulary
from aftermath.case_files.about import ID_LENGTH, field_hints, is_case_id
from aftermath.case_files.tables import SCHEMAS, file_columns
from aftermath.files import WriteError
from aftermath.problems import AftermathError
from aftermath.workspace import Workspace, WorkspaceError, find_workspace

WIDTH = 100
EXAMPLE_EVENT = {"event_id": "e01", "acts": "exposure"}
# Every row of the rubric is there from the start, so that what is not coded yet shows.
CODERS = {coder: dict.fromkeys(("kind", "blind", "training", "date")) for coder in ("a", "b")}
NOTES = """# Notes

## Looked for and not found

## Where sources disagree

## What a reader should not conclude
"""


class TemplateError(AftermathError):
    """The case could not be started; nothing was written."""


def new_case(case_id: str, workspace: Workspace | None = None) -> Path:
    """Start a case: a folder that passes ``check`` but for the blanks, each of which check names with a hint.

    The one row of ``events.csv`` is the exposure, clock zero, which every documented crisis has. ``rubric.csv`` has a row for
    every item and each of two coders, without a score: not coded.

    Parameters
    ----------
    case_id
        Name of the folder: lower-case words with hyphens.
    workspace
        Where to put it; the workspace in force if not given, or a new one in the working directory.

    Returns
    -------
    Path
        The folder. **It appears whole or not at all.**

    Raises
    ------
    TemplateError
        If the id cannot be used or is taken.
    WriteError
        If the disk is full or the folder cannot be written.
    """
    workspace = workspace or _workspace()
    _refuse(case_id, workspace)
    folder = workspace.case_folder(case_id)
    with _appearing(folder) as beside:
        (beside / "case.yaml").write_text(_about(case_id), encoding="utf-8", newline="\n")
        for table in (*SCHEMAS, "relations"):  # many sources relate events; few cases have a share
            (beside / f"{table}.csv").write_text(_table(table), encoding="utf-8", newline="\n")
        (beside / "NOTES.md").write_text(NOTES, encoding="utf-8", newline="\n")
    return folder


def _workspace() -> Workspace:
    try:
        return find_workspace()
    except WorkspaceError:
        return Workspace(Path.cwd())


def _refuse(case_id: str, workspace: Workspace) -> None:
    if not is_case_id(case_id):
        raise TemplateError(
            f"{case_id!r} cannot be the id of a case: write lower-case words with hyphens, at most {ID_LENGTH} "
            "characters and no name that the site uses itself, e.g. kitchenaid-tweet"
        )
    # Where case is not told apart, "Index" stands in the way of "index" too.
    taken = workspace.cases.is_dir() and any(path.name.lower() == case_id for path in workspace.cases.iterdir())
    if taken:
        raise TemplateError(f"{workspace.relative(workspace.cases / case_id)} exists already: choose another id")


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """A hidden folder beside the place, which takes the place once it is filled."""
    beside = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        yield beside
        beside.chmod(0o755)  # temporary folders are born private
        beside.rename(folder)
    except OSError as error:
        raise WriteError(
            f"{folder}: could not be written ({error.strerror or error}). "
            "Free space or make the folder writable, then run the command again; nothing was left behind."
        ) from error
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)


def _about(case_id: str) -> str:
    """``case.yaml`` with what is known filled in, and a comment over each field."""
    known = {
        "id": case_id,
        "kind": "episode",
        "record": "documented",
        "clock_zero": EXAMPLE_EVENT["event_id"],
        "documented_claims": [],
        "coders": CODERS,
    }
    parts = ["# What this case is about. casestudies/CODEBOOK.md defines every field.\n"]
    for name, hint in field_hints().items():
        value = yaml.safe_dump({name: known.get(name)}, sort_keys=False).replace(" null\n", "\n")
        parts.append(f"{_comment(hint)}{value}")
    return "\n".join(parts)


def _comment(hint: str) -> str:
    return textwrap.indent(textwrap.fill(hint, WIDTH, break_on_hyphens=False), "# ") + "\n"


def _table(table: str) -> str:
    """The header, in events the one row that every case has, and in the rubric all rows that a case should have."""
    file = io.StringIO()
    writer = csv.DictWriter(file, list(file_columns(table)), restval="", lineterminator="\n")
    writer.writeheader()
    if table == "events":
        writer.writerow(EXAMPLE_EVENT)
    if table == "rubric":
        writer.writerows({"item": item, "coder": coder} for coder in CODERS for item in vocabulary.RUBRIC_ITEMS)
    return file.getvalue()
