"""``aftermath verify-build``: whether the pages are what the evidence, the library and the packages make of it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aftermath.building.folder import unbuilt
from aftermath.building.jobs import Job, Settings, page_jobs, site_job
from aftermath.building.reasons import differences
from aftermath.pages.made_from import MadeFrom, read_made_from, seal_holds
from aftermath.workspace import Workspace, find_workspace


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
    workspace = workspace or find_workspace()
    pages = page_jobs(workspace, (), Settings({}, {}))
    jobs = [*pages, site_job(workspace, unbuilt(workspace))]
    found = {job.title: _faults(job, workspace.site) for job in jobs}
    return Verification({title: faults for title, faults in found.items() if faults}, len(jobs))


def _faults(job: Job, site: Path) -> tuple[str, ...]:
    if not job.page.is_file():
        return (f"{job.page.name} is missing",)
    page = job.page.read_text(encoding="utf-8", errors="replace")
    made = read_made_from(page)
    if made is None:
        return (f"{job.page.name} does not say what it was made from",)
    seal = () if seal_holds(page) else (f"{job.page.name} was changed since it was made",)
    return (*seal, *differences(_as_set(job, made), made), *_files(made, site))


def _as_set(job: Job, made: MadeFrom) -> Job:
    """The job with the parameters that the page names."""
    return dataclasses.replace(job, parameters=json.dumps(dict(made.parameters), sort_keys=True))


def _files(made: MadeFrom, site: Path) -> tuple[str, ...]:
    return tuple(f"{name} {fault}" for name, sum_ in sorted(made.files.items()) if (fault := _fault(site, name, sum_)))


def _fault(site: Path, name: str, expected: str) -> str:
    path = site / name
    # A page is text that anybody may have written: no name in it leads out of the site.
    if not path.resolve().is_relative_to(site.resolve()):
        return "lies outside the site"
    if not path.is_file():
        return "is missing"
    return "" if hashlib.sha256(path.read_bytes()).hexdigest() == expected else "was changed since it was made"
