"""A case to be coded, and the coding desk at it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from aftermath.laboratory.desk.begin import session_of
from aftermath.laboratory.desk.session import Session
from aftermath.workspace import Workspace
from factories import case_folder, event, score, text

NAMES = ("favourability", "stance_org", "stance_response")
TWO = {"a": {"kind": "person", "blind": "false"}, "b": {"kind": "person", "blind": "true"}}


@pytest.fixture(name="folder")
def folder_to_code(tmp_path: Path) -> Path:
    """A case of four texts and three events, of which coder a coded two texts and T1."""
    return case_folder(
        tmp_path,
        events=[event("exposure"), event("apology", 480), event("corrective_action", 900, speaker="Ann Example")],
        texts=[text(a="1", b=""), text(a="-1", b=""), text(a="", b=""), text(a="", b="")],
        scores=[score("T1", "2", "")],
        coders=TWO,
    )


def at_desk(folder: Path, coder: str = "a") -> Session:
    return session_of(folder.name, coder, Workspace(folder.parents[1]))


def table(folder: Path, name: str, coder: str) -> dict[str, list[str]]:
    """Unit to the rest of a coder's rows, in the order of the file."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row[0]: row[2:] for row in csv.reader(file) if row[1] == coder}


def change(path: Path, before: str, after: str) -> None:
    content = path.read_text(encoding="utf-8")
    assert before in content
    path.write_text(content.replace(before, after, 1), encoding="utf-8")
