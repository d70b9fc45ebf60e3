"""How to cite a page, and what it was made from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from aftermath.case_files.case import Case

_SHORT = 12  # digits of a checksum that are shown


@dataclass(frozen=True)
class EvidenceFile:
    """A file of a case: its name, its rows where it is a table, and its SHA-256."""

    name: str
    rows: int | None
    digest: str


def citation(case: Case) -> str:
    """How to cite the page, as plain text: the checksum names the evidence, so no date is needed."""
    return f"Aftermath {library_version()}. {case.title}. Case report, evidence SHA-256 {case.checksum[:_SHORT]}."


def library_version() -> str:
    """The version of the library, ``unreleased`` where it is not installed."""
    try:
        return version("aftermath")
    except PackageNotFoundError:
        return "unreleased"


def evidence_files(case: Case) -> list[EvidenceFile]:
    """Every file that the page is made from."""
    return [
        EvidenceFile(
            name,
            getattr(case, name.removesuffix(".csv")).height if name.endswith(".csv") else None,
            hashlib.sha256((case.folder / name).read_bytes()).hexdigest(),
        )
        for name in case.files
    ]
