"""A new case folder: everything that a case holds, with the blanks left to fill in."""

from __future__ import annotations

import csv
import io
import secrets
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import yaml

from aftermath import vocabulary
from aftermath.case_files.about import ID_LENGTH, field_hints, is_case_id
from aftermath.case_files.beginning import workspace_to_write
from aftermath.case_files.coders import CODER_ID_HINT, is_coder_id
from aftermath.case_files.columns import columns_in
from aftermath.case_files.tables import ALL_SCHEMAS, SCHEMAS
from aftermath.files import WriteError
from aftermath.problems import AftermathError
from aftermath.workspace import Workspace

WIDTH = 100
EXAMPLE_EVENT = {"event_id": "e01", "acts": "exposure"}
CODERS = ("a", "b")
NOTES = """# Notes

## Looked for and not found

## Where sources disagree

## What a reader should not conclude
"""


class TemplateError(AftermathError):
    """The case could not be started; nothing was written."""


def new_case(case_id: str, workspace: Workspace | None = None, coders: Sequence[str] = CODERS) -> Path:
    """Start a case: a folder that passes ``check`` but for the blanks, each of which check names with a hint.

    The one row of ``events.csv`` is the exposure, clock zero, which every documented crisis has. ``rubric.csv`` has a row for
    every item and coder, without a score: not coded.

    Parameters
    ----------
    case_id
        Name of the folder: lower-case words with hyphens.
    workspace
        Where to put it; the workspace in force if not given, or a new one (see ``workspace_to_write``).
    coders
        Who is to code it, by their ids: two as a rule.

    Returns
    -------
    Path
        The folder. **It appears whole or not at all.**

    Raises
    ------
    TemplateError
        If the id cannot be used or is taken, or a coder's cannot be used.
    WorkspaceError
        If there is no workspace, and the working directory is not empty.
    WriteError
        If the disk is full or the folder cannot be written.
    """
    workspace = workspace or workspace_to_write()
    _refuse(case_id, coders, workspace)
    folder = workspace.case_folder(case_id)
    with _appearing(folder) as beside:
        (beside / "case.yaml").write_text(_about(case_id, coders), encoding="utf-8", newline="\n")
        for table in (*SCHEMAS, "relations"):  # many sources relate events; few cases have a share
            (beside / f"{table}.csv").write_text(_table(table, coders), encoding="utf-8", newline="\n")
        (beside / "NOTES.md").write_text(NOTES, encoding="utf-8", newline="\n")
    return folder


def _refuse(case_id: str, coders: Sequence[str], workspace: Workspace) -> None:
    if not is_case_id(case_id):
        raise TemplateError(
            f"{case_id!r} cannot be the id of a case: write lower-case words with hyphens, at most {ID_LENGTH} "
            "characters and no name that the site uses itself, e.g. kitchenaid-tweet"
        )
    unfit = next((coder for coder in coders if not is_coder_id(coder) or coders.count(coder) > 1), None)
    if unfit is not None or not coders:
        raise TemplateError(f"{unfit or ''!r} cannot be the id of a coder: {CODER_ID_HINT}, and each once, e.g. a,b,c")
    # Where case is not told apart, "Index" stands in the way of "index" too.
    taken = workspace.cases.is_dir() and any(path.name.lower() == case_id for path in workspace.cases.iterdir())
    if taken:
        raise TemplateError(f"{workspace.relative(workspace.cases / case_id)} exists already: choose another id")


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """A hidden folder beside the place, which takes the place once it is filled."""
    beside = folder.with_name(f".{folder.name}.{secrets.token_hex(8)}")
    try:
        beside.mkdir(parents=True)  # as the user's umask has it: temporary folders would be born private
        yield beside
        beside.rename(folder)
    except OSError as error:
        raise WriteError(
            f"{folder}: could not be written ({error.strerror or error}). "
            "Free space or make the folder writable, then run the command again; nothing was left behind."
        ) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _about(case_id: str, coders: Sequence[str]) -> str:
    """``case.yaml`` with what is known filled in, and a comment over each field."""
    known = {
        "id": case_id,
        "kind": "episode",
        "record": "documented",
        "clock_zero": EXAMPLE_EVENT["event_id"],
        "documented_claims": [],
        "coders": {coder: dict.fromkeys(("kind", "blind", "training", "date")) for coder in coders},
    }
    parts = ["# What this case is about. casestudies/CODEBOOK.md defines every field.\n"]
    for name, hint in field_hints().items():
        value = yaml.safe_dump({name: known.get(name)}, sort_keys=False).replace(" null\n", "\n")
        comment = textwrap.indent(textwrap.fill(hint, WIDTH, break_on_hyphens=False), "# ")
        parts.append(f"{comment}\n{value}")
    return "\n".join(parts)


def _table(table: str, coders: Sequence[str]) -> str:
    """The header, in events the one row that every case has, and in the rubric all rows that a case should have."""
    file = io.StringIO()
    writer = csv.DictWriter(file, columns_in(ALL_SCHEMAS[table], ()), restval="", lineterminator="\n")
    writer.writeheader()
    if table == "events":
        writer.writerow(EXAMPLE_EVENT)
    if table == "rubric":  # every row is there from the start, so that what is not coded yet shows
        writer.writerows({"item": item, "coder": coder} for coder in coders for item in vocabulary.RUBRIC_ITEMS)
    return file.getvalue()
