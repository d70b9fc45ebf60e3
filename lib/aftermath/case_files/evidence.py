"""The files that a case rests on, and what they said when they were read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from aftermath.case_files.about import About
from aftermath.case_files.tables import OPTIONAL_SCHEMAS, SCHEMAS, CaseTables

EVIDENCE_FILES = ("case.yaml", *(f"{table}.csv" for table in SCHEMAS), "NOTES.md")
OPTIONAL_FILES = tuple(f"{table}.csv" for table in OPTIONAL_SCHEMAS)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the files of a case said when they were read.

    Parameters
    ----------
    folder, about, tables, notes
        As a ``Case`` takes them.
    checksum
        SHA-256 over the files.
    """

    folder: Path
    about: About
    tables: CaseTables
    notes: str
    checksum: str


def evidence_files(folder: Path) -> tuple[str, ...]:
    """The names of the evidence files of a case folder: those that every case has, then the optional ones it has."""
    return (*EVIDENCE_FILES, *(name for name in OPTIONAL_FILES if os.path.lexists(folder / name)))
