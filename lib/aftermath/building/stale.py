"""Why a page is out of date: held against what it says of itself, and the files against their checksums in it.

The build, ``--dry-run``, ``verify-build`` and sweeps all ask this; nothing else remembers what was made from what.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aftermath.building.folder import unbuilt
from aftermath.building.jobs import Job, Settings, page_jobs, read_settings, site_job
from aftermath.pages.made_from import MadeFrom, read_made_from, read_record, seal_holds
from aftermath.workspace import Workspace, find_workspace

NEVER_MADE = "it was never made, or has been removed"
SILENT = "its page does not say what it was made from"
CHANGED = "its page was changed by hand"
UNKNOWN = "another of its files was changed, or there is no record that it was finished"
_SHORT = 40  # a value that is longer, or a checksum, is not shown


def stale(job: Job) -> tuple[str, ...]:
    """Why a job is to be done.

    Parameters
    ----------
    job
        The job, made from the inputs as they are.

    Returns
    -------
    tuple of str
        The reasons, each naming what differs; **empty where the page is up to date**.
    """
    links = [f"{path.name} is a link" for path in job.products if path.is_symlink()]
    if links:  # a build writes files, and the next one replaces the link by one
        return tuple(links)
    if not job.page.is_file():
        return (NEVER_MADE,)
    text = job.page.read_text(encoding="utf-8", errors="replace")
    if job.page.suffix == ".json":
        record = read_record(text)
        made, sealed = (record.made, record.sealed) if record else (None, False)
    else:
        made, sealed = read_made_from(text), seal_holds(text)
    if made is None:
        return (SILENT,)
    reasons = [*differences(made, job.made), *_files(job, made), *([] if sealed else [CHANGED])]
    return tuple(dict.fromkeys(reasons))


def differences(before: MadeFrom, now: MadeFrom) -> Iterator[str]:
    """What differs between what a page was made from and what it would be made from now: a sentence a difference.

    Parameters
    ----------
    before
        What the page says.
    now
        What holds.
    """
    yield from _changed(before.inputs, now.inputs)
    were, are = (json.dumps(dict(made.parameters), sort_keys=True) for made in (before, now))
    if were != are:
        yield f"parameters: {were} before, now {are}"
    yield from (f"version: {version} is new" for version in now.versions if version not in before.versions)


def _changed(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    names = [name for name in sorted(before.keys() | now.keys()) if before.get(name) != now.get(name)]
    for name in names:
        # The sum over a kind of input is left out where the file of that kind is named.
        if not any(other.startswith(f"{name}: ") for other in names):
            yield _sentence(name, before.get(name), now.get(name))


def _sentence(name: str, before: str | None, now: str | None) -> str:
    if before is None:
        return f"{name} is new"
    if now is None:
        return f"{name} is gone"
    return f"{name} changed" + (f" from {before} to {now}" if max(len(before), len(now)) < _SHORT else "")


def _files(job: Job, made: MadeFrom) -> Iterator[str]:
    """What is wrong with the files that belong to a page, and are named in it from the root of the site."""
    site, sums = _site(job), _Sums()
    for path in job.products:
        name = path.relative_to(site if path.is_relative_to(site) else site.parent).as_posix()
        if path == job.page:
            continue
        if not path.is_file():
            yield f"{name} is missing"
        elif name not in made.files:
            yield UNKNOWN
        elif sums.of(name, path) != made.files[name]:
            yield f"{name} was changed since it was made"
    within = os.path.realpath(site)
    for name in sorted(made.files):
        # A page is text that anybody may have written: no name in it leads out of the site.
        if not Path(os.path.realpath(site / name)).is_relative_to(within):
            yield f"{name} lies outside the site"


class _Sums:
    """Checksums of files; a copy of the last one, which is the larger part of what lies on a site, has its checksum."""

    def __init__(self) -> None:
        self._name, self._content, self._sum = "", b"", ""

    def of(self, name: str, path: Path) -> str:
        """The checksum of a file; one of the name of the last is looked at for whether it is the same, which is sooner done."""
        content = path.read_bytes()
        if name != self._name or content != self._content:
            self._name, self._content, self._sum = name, content, hashlib.sha256(content).hexdigest()
        return self._sum


def _site(job: Job) -> Path:
    """The folder that files are named from: that of the page, or the one above where it lies in ``cases/``."""
    return job.page.parent.parent if job.page.parent.name == "cases" else job.page.parent


# What a build would do


@dataclass(frozen=True)
class Plan:
    """What a build would do.

    Parameters
    ----------
    due
        Title of each page that would be made, with the reasons.
    unchanged
        How many pages are up to date.
    """

    due: tuple[tuple[str, tuple[str, ...]], ...]
    unchanged: int

    @property
    def text(self) -> str:
        """One line a page, and a count."""
        lines = [f"{title}: {'; '.join(reasons)}" for title, reasons in self.due]
        return "\n".join([*lines, f"{len(self.due)} to be made, {self.unchanged} up to date. Nothing was made."])


def plan(
    cases: Sequence[str] = (),
    *,
    force: bool = False,
    settings: Iterable[str] = (),
    workspace: Workspace | None = None,
) -> Plan:
    """Say what a build would make, and why.

    Parameters
    ----------
    cases, force, settings, workspace
        As ``build`` takes them.

    Returns
    -------
    Plan
        **Nothing is written.**

    Raises
    ------
    WorkspaceError, ParameterError
        If a case or a parameter is unknown.
    """
    workspace = workspace or find_workspace(to_write=True)
    pages = page_jobs(workspace, cases, read_settings(workspace, settings))
    jobs = [*pages, site_job(workspace, unbuilt(workspace, coming=[job.title for job in pages]))]
    reasons = {job.title: ("it was asked for (--force)",) if force else stale(job) for job in jobs}
    due = tuple((title, found) for title, found in reasons.items() if found)
    return Plan(due, len(jobs) - len(due))


# Whether what was made still holds


@dataclass(frozen=True)
class Verification:
    """How the pages stand to what they were made from.

    Parameters
    ----------
    differing
        Title of each page that differs, with what differs.
    count
        How many pages were looked at.
    """

    differing: Mapping[str, tuple[str, ...]]
    count: int

    @property
    def text(self) -> str:
        """One line a page that differs, or that all is well."""
        lines = [f"{title}: {'; '.join(found)}" for title, found in self.differing.items()]
        sound = f"{self.count - len(lines)} of {self.count} pages are what their inputs, parameters and versions say."
        return "\n".join([*lines, sound])


def verify_build(workspace: Workspace | None = None) -> Verification:
    """Recompute every checksum that the pages carry, and compare.

    The parameters are those that a page names: a build with others than the defaults is as sound.

    Parameters
    ----------
    workspace
        Whose site; the workspace in force if not given.

    Returns
    -------
    Verification
        **No notebook is run**: that the same inputs give the same bytes is what a second build shows.
    """
    workspace = workspace or find_workspace(to_write=True)
    pages = page_jobs(workspace, (), Settings({}, {}))
    jobs = [*pages, site_job(workspace, _unbuilt_as_said(workspace))]
    faults: dict[str, tuple[str, ...]] = {}
    for job in jobs:  # a case may have taken the name of another page
        faults[job.title] = faults.get(job.title, ()) + _faults(job, workspace.site)
    return Verification({title: found for title, found in faults.items() if found}, len(jobs))


def _unbuilt_as_said(workspace: Workspace) -> dict[str, str]:
    """Cases without a page, with the reasons that the index gives: why a page failed, only its build could say.

    Of cases that it does not name, those with problems are left out, as builds leave them to the index.
    """
    from aftermath.case_files.case import read_case  # loads polars, which who finds nothing to do need not wait for

    index = workspace.site / "index.html"
    made = read_made_from(index.read_text(encoding="utf-8", errors="replace")) if index.is_file() else None
    try:
        reasons = json.loads(made.inputs["unbuilt"]) if made else {}
    except (KeyError, ValueError, RecursionError):
        reasons = {}
    said = reasons if isinstance(reasons, dict) else {}
    return {
        case_id: str(said.get(case_id, ""))
        for case_id in unbuilt(workspace)
        if case_id in said or not read_case(workspace.case_folder(case_id), workspace)[1]
    }


def _faults(job: Job, site: Path) -> tuple[str, ...]:
    """Why a page of the site does not hold; **only what lies on the site counts**, and the parameters are those that it names."""
    made = read_made_from(job.page.read_text(encoding="utf-8", errors="replace")) if job.page.is_file() else None
    products = tuple(path for path in job.products if path.is_relative_to(site))
    now = dataclasses.replace(job.made, parameters=made.parameters) if made else job.made
    words = {
        NEVER_MADE: f"{job.page.name} is missing",
        SILENT: f"{job.page.name} does not say what it was made from",
        CHANGED: f"{job.page.name} was changed since it was made",
    }
    return tuple(words.get(reason, reason) for reason in stale(dataclasses.replace(job, made=now, products=products)))
