"""``aftermath build --dry-run``: what would run, and why. Nothing is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aftermath.building.folder import unbuilt
from aftermath.building.jobs import Job, page_jobs, read_settings, site_job
from aftermath.building.reasons import why
from aftermath.workspace import Workspace, find_workspace


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
        **Nothing is written**, but for the engine's own memory of checksums where there was one before.

    Raises
    ------
    WorkspaceError, ParameterError
        If a case or a parameter is unknown.
    """
    workspace = workspace or find_workspace()
    pages = page_jobs(workspace, cases, read_settings(workspace, settings))
    jobs = [*pages, site_job(workspace, unbuilt(workspace, coming=[job.title for job in pages]))]
    due = jobs if force else _stale(jobs, workspace)
    reasons = [(job.title, ("it was asked for (--force)",) if force else why(job)) for job in due]
    return Plan(tuple(reasons), len(jobs) - len(due))


def _stale(jobs: Sequence[Job], workspace: Workspace) -> Sequence[Job]:
    from aftermath.building import task_pages

    state = workspace.build / ".engine"
    return task_pages.stale(jobs, state) if (state / "pytask.lock").is_file() else jobs
