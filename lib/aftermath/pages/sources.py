"""What a page was made from, and what of its sources is archived."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from aftermath.captures.archived import archived
from aftermath.case_files.case import Case


@dataclass(frozen=True)
class EvidenceFile:
    """A file of a case: its name, its rows where it is a table, and its SHA-256."""

    name: str
    rows: int | None
    digest: str


def library_version() -> str:
    """The version of the library, ``unreleased`` where it is not installed."""
    try:
        return version("aftermath")
    except PackageNotFoundError:
        return "unreleased"


def archived_words(case: Case) -> str:
    """How many sources name an archived copy, and how many key facts rest on one, **by the files of the case alone**."""
    return archived(case).text


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
