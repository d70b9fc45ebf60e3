"""Captures from files of web archives for the sources of a case."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, time
from pathlib import Path
from urllib.parse import urlsplit

from aftermath.captures.copies import FOUND, CopiesFound, Copy, found_for, page_address
from aftermath.captures.files import Capture, read_web_archive
from aftermath.case_files.case import load_case
from aftermath.workspace import Workspace, find_workspace

NOT_IN_FILE = "not in the file"


def captures_from(path: Path | str, case_id: str, workspace: Workspace | None = None) -> CopiesFound:
    """Find sources of a case in a WARC or WACZ file, each by its address.

    Of several captures the one nearest to the day of reading is taken. **One that is damaged, or shows an error page, counts for
    nothing and is named.** The copy stays in its file: ``archived_url`` stays empty.

    Parameters
    ----------
    path
        The file.
    case_id
        The case.
    workspace
        Where it is; the workspace in force if not given.

    Returns
    -------
    CopiesFound
        What ``write`` enters.

    Raises
    ------
    CaseError
        If the case has any problem.
    WebArchiveError
        If the file is no web archive, or not what its manifest says.
    """
    case = load_case(case_id, workspace or find_workspace(to_write=True))
    archive = read_web_archive(path)
    by_address = defaultdict[tuple[str, str, str], list[Capture]](list)
    for capture in archive.captures:
        by_address[_key(capture.url)].append(capture)
    copies = []
    for source in case.sources.iter_rows(named=True):
        page = page_address(source["url"])
        there = by_address.get(_key(page), []) if page else []
        noon = datetime.combine(source["read_on"], time(12), UTC)
        sound = sorted((one for one in there if not one.fault), key=lambda one: (abs(one.time - noon), one.time))
        if sound:
            copies.append(Copy(source["source_id"], FOUND, "", sound[0].time, sound[0].sha256, archive.kind))
        else:
            faults = "; ".join(dict.fromkeys(f"{one.time:%Y-%m-%d} {one.fault}" for one in there))
            copies.append(Copy(source["source_id"], f"{NOT_IN_FILE}{f': {faults}' if there else ''}"))
    return found_for(case, copies, archive.remarks)


def _key(url: str) -> tuple[str, str, str]:
    """Host, path and query, by which servers tell pages apart."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", url, ""
    return parts.netloc.lower(), parts.path.rstrip("/"), parts.query
