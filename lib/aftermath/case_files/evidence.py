"""The files that a case rests on, and what they said when they were read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from aftermath.case_files.about import About
from aftermath.case_files.file_problems import LARGEST
from aftermath.case_files.replay_file import REPLAY_FILE
from aftermath.case_files.tables import OPTIONAL_SCHEMAS, SCHEMAS, CaseTables
from aftermath.files import fingerprint

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


def contents(folder: Path) -> str:
    """Checksum of the files that a case is read from, as they lie there.

    **Empty where one is too large or cannot be read**, which ``read_case`` says.
    """
    files = [folder / name for name in (*evidence_files(folder), REPLAY_FILE)]
    try:
        too_large = any(path.is_file() and path.stat().st_size > LARGEST for path in files)
        return "" if too_large else fingerprint(folder, files)
    except OSError:
        return ""
