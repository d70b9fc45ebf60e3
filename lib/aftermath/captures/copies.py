"""Copies of sources that were found, and how they come into ``sources.csv``: **what a coder wrote there is never written over**."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

import polars as pl

from aftermath.case_files.case import Case
from aftermath.case_files.writing import read_texts, table_checksum, write_tables
from aftermath.statistics.result import Result
from aftermath.wording import counted, listed
from aftermath.workspace import Workspace

FOUND, THERE, OTHER = "found", "entered already", "the case names another copy, which is kept"
_NAMED = 8  # sources in one line
ARCHIVE_COLUMNS = ("archived_url", "archived_at", "sha256", "retrieved_via")


@dataclass(frozen=True)
class Copy:
    """What is known of a copy of one source.

    Parameters
    ----------
    source_id
        The source.
    said
        ``found``, or in words why there is none.
    archived_url, archived_at, sha256, retrieved_via
        As ``sources.csv`` has them; empty and None where there is no copy.
    """

    source_id: str
    said: str
    archived_url: str = ""
    archived_at: datetime | None = None
    sha256: str = ""
    retrieved_via: str = ""


@dataclass(frozen=True, eq=False)
class CopiesFound(Result):
    """What was found of copies of the sources of a case; nothing is written yet.

    Parameters
    ----------
    case
        The case.
    copies
        One a source that was looked at.
    remarks
        What went wrong on the way, and how to go on; **where there is any, the search is not over**.
    seen
        Checksum of ``sources.csv`` when the case was read.
    """

    case: Case
    copies: tuple[Copy, ...]
    remarks: tuple[str, ...]
    seen: str = field(repr=False)

    @property
    def table(self) -> pl.DataFrame:
        """One row a source that was looked at."""
        schema = {"source_id": pl.String, "said": pl.String, **dict.fromkeys(ARCHIVE_COLUMNS, pl.String)}
        rows = [(copy.source_id, copy.said, *_fields(copy).values()) for copy in self.copies]
        return pl.DataFrame(rows, schema=schema, orient="row")

    @property
    def text(self) -> str:
        return self.said("would be entered in")

    def said(self, what: str) -> str:
        """What was found, in lines.

        Parameters
        ----------
        what
            Said of the copies: ``would be entered in``, or ``entered in`` once they are.
        """
        found = [copy for copy in self.copies if copy.said == FOUND]
        head = f"{counted(len(found), 'copy', 'copies')} {what} {self.case.id}/sources.csv."
        lines = [f"{copy.source_id}: {copy.archived_url or copy.retrieved_via} {copy.archived_at}" for copy in found]
        others = defaultdict[str, list[str]](list)
        for copy in self.copies:
            if copy.said not in (FOUND, THERE):
                others[copy.said].append(copy.source_id)
        return "\n".join([head, *lines, *(f"{_names(ids)}: {why}" for why, ids in others.items()), *self.remarks])

    def write(self) -> tuple[str, ...]:
        """Enter the copies that were found, all of them or none, and only where nothing stands.

        Returns
        -------
        tuple
            The names of the tables that changed.

        Raises
        ------
        CaseError, ChangedOnDisk, WriteError
            As ``write_tables`` raises them; nothing is written then.
        """
        found = {copy.source_id: _fields(copy) for copy in self.copies if copy.said == FOUND}
        if not found:
            return ()
        rows = read_texts(self.case.folder / "sources.csv").rename(str.strip)
        entered = [row | found.get(row["source_id"], {}) for row in rows.iter_rows(named=True)]
        schema = dict.fromkeys(
            (*rows.columns, *(name for name in ARCHIVE_COLUMNS if name not in rows.columns)), pl.String
        )
        workspace = Workspace(self.case.folder.resolve().parent.parent)
        table = pl.DataFrame(entered, schema=schema, orient="row").fill_null("")
        return write_tables(self.case.folder, {"sources": table}, workspace, seen={"sources": self.seen})


def _names(ids: list[str]) -> str:
    more = [f"{len(ids) - _NAMED} more"] if len(ids) > _NAMED else []
    return listed([*ids[:_NAMED], *more])


def _fields(copy: Copy) -> dict[str, str]:
    moment = copy.archived_at.isoformat(timespec="seconds") if copy.archived_at else ""
    return dict(zip(ARCHIVE_COLUMNS, (copy.archived_url, moment, copy.sha256, copy.retrieved_via), strict=True))


def found_for(case: Case, copies: Iterable[Copy], remarks: Iterable[str] = (), *, seen: str = "") -> CopiesFound:
    """Copies held against what the case says already.

    Parameters
    ----------
    case
        The case.
    copies
        What was found, one a source.
    remarks
        What went wrong.
    seen
        Checksum of ``sources.csv`` when the case was read; that of now if not given.
    """
    there = {row["source_id"]: row for row in case.sources.iter_rows(named=True)}
    held = []
    for copy in copies:
        row = there[copy.source_id]
        if copy.said == FOUND and row["archived_at"] is not None:
            same = row["archived_at"] == copy.archived_at and (row["archived_url"] or "") == copy.archived_url
            copy = Copy(
                copy.source_id, THERE if same else f"{OTHER} ({copy.archived_url or copy.retrieved_via} was found)"
            )
        held.append(copy)
    return CopiesFound(case, tuple(held), tuple(remarks), seen or table_checksum(case.folder / "sources.csv"))


def page_address(url: str | None) -> str:
    """The address of a source where it is one of the web; empty where it has none, or one of another kind.

    Examples
    --------
    >>> page_address("https://example.org/a"), page_address("mailto:press@example.org"), page_address(None)
    ('https://example.org/a', '', '')
    """
    try:
        parts = urlsplit((url or "").strip())
    except ValueError:
        return ""
    return (url or "").strip() if parts.scheme in ("http", "https") and parts.hostname and "." in parts.hostname else ""
