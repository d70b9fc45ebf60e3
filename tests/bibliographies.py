"""What tests of references share: samples, a new case, and its rows."""

from __future__ import annotations

import csv
from pathlib import Path

from aftermath.case_files.template import new_case
from aftermath.workspace import Workspace
from factories import workspace

SAMPLES = Path(__file__).parent / "references"
GIVEN = {"kind": "news", "read": "full", "read_on": "2026-11-22", "link": "yes", "language": "en"}


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "sources.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def written(tmp_path: Path, name: str, text: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def begun(tmp_path: Path) -> Workspace:
    made = workspace(tmp_path)
    new_case("some-case", made)
    return made


def bib(body: str, type: str = "online", key: str = "k") -> str:
    return f"\n@{type}{{{key}, organization={{P}}, {body}}}\n"
