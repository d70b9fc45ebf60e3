"""``aftermath build``: make every page that is out of date, in parallel."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from aftermath.building.folder import forget, prepared, remove_gone, unbuilt
from aftermath.building.jobs import Job, page_jobs, read_settings, site_job
from aftermath.building.outcome import Outcome, failures_of, write_summary
from aftermath.building.work import Work, stoppable
from aftermath.building.written import remember, unknown, written
from aftermath.workspace import OWN_PAGES, Workspace, find_workspace

if TYPE_CHECKING:
    from rich.console import Console


def build(
    cases: str | Sequence[str] = (),
    *,
    workers: int | None = None,
    force: bool = False,
    settings: Iterable[str] = (),
    workspace: Workspace | None = None,
    console: Console | None = None,
    dask: str = "",
) -> Outcome:
    """Make the pages that are out of date: one a case, the comparison, and the index.

    Parameters
    ----------
    cases
        Case ids; **all cases and the comparison where empty**.
    workers
        How many pages are made side by side; as many as there are processors if not given.
    force
        Make them even if nothing changed; **where all are made, nothing that was kept from earlier builds is used**.
    settings
        ``name=value`` texts for the notebooks' parameters.
    workspace
        Where to work; the workspace in force if not given.
    console
        Takes the progress; nothing is shown if not given.
    dask
        Address of a Dask scheduler, whose workers make the pages in place of processes of this machine.

    Returns
    -------
    Outcome
        **A page that failed is in it, not raised**; the others were made all the same.

    Raises
    ------
    Interrupted
        If the user ended the build (Ctrl-C). Finished pages are kept, the next build makes the rest.
    ClusterError
        If the cluster cannot be reached or used.
    BusyError
        If another build is at work in the folder.
    LinkError
        If the build folder, or a folder in it, is a link.
    WorkspaceError, ParameterError
        If a case or a parameter is unknown.
    WriteError
        If the build folder cannot be written.

    Examples
    --------
    >>> build(["kitchenaid-tweet"]).failures  # doctest: +SKIP
    ()
    """
    start = time.monotonic()
    workspace = workspace or find_workspace(to_write=True)
    cases = [cases] if isinstance(cases, str) else cases
    with stoppable(), prepared(workspace):
        work = Work(workspace.build, workers or os.cpu_count() or 1, force, console, dask)
        jobs = page_jobs(workspace, cases, read_settings(workspace, settings))
        removed = remove_gone(workspace)
        before, expected = unbuilt(workspace), unbuilt(workspace, coming=[job.title for job in jobs])
        evidence = {job.title: job.made.inputs["evidence"] for job in jobs if "evidence" in job.made.inputs}
        index = site_job(workspace, before, None if cases else evidence)
        strange = _noted(workspace, [*jobs, index])
        _stand_in(workspace)
        forget(workspace, everything=force and not cases)
        # The index waits for pages that are new: interrupted, the site must not link to what is not there.
        work.do([*jobs, index] if before == expected else jobs)
        failures = failures_of(work.done, workspace)
        after = unbuilt(workspace, failed=failures)
        if after != before or before != expected:
            work.do([site_job(workspace, after)])
            failures = failures_of(work.done, workspace)
        titles = [*(job.title for job in jobs), "index"]
        outcome = Outcome(
            made=tuple(title for title, done in work.done if not done.error),
            unchanged=len(titles) - len(work.done),
            removed=removed,
            failures=failures,
            seconds=time.monotonic() - start,
            index=workspace.site / "index.html",
            unknown=strange,
        )
        write_summary(outcome, workspace, titles, {title: done.seconds for title, done in work.done})
    return outcome


def _noted(workspace: Workspace, jobs: Sequence[Job]) -> tuple[str, ...]:
    """Note what the jobs are about to write; return what else is there, where no build has noted anything before."""
    logs = [workspace.build / "logs" / f"{job.title}.log" for job in jobs]
    paths = [*logs, *(path for job in jobs for path in job.products)]
    paths += [workspace.site / f"{name}.html" for name in OWN_PAGES]  # stand-ins
    strange = unknown(workspace, paths) if written(workspace) is None else ()
    remember(workspace, paths)
    return strange


def _stand_in(workspace: Workspace) -> None:
    """Let no link lead nowhere, though one case alone is built, or the build is ended early."""
    missing = [name for name in OWN_PAGES if not (workspace.site / f"{name}.html").is_file()]
    if missing:
        from aftermath.pages.not_built import write_not_built  # takes long, and is seldom needed

        for name in missing:
            write_not_built(workspace.site / f"{name}.html", name.capitalize())
