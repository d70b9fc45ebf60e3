"""``aftermath build``: make every page that is out of date, in parallel."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from aftermath.building.folder import forget, prepared, remove_gone, unbuilt
from aftermath.building.jobs import page_jobs, read_settings, site_job
from aftermath.building.outcome import Outcome, failures_of, write_summary
from aftermath.building.work import Work, stoppable
from aftermath.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from rich.console import Console


def build(
    cases: Sequence[str] = (),
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
    workspace = workspace or find_workspace()
    with stoppable(), prepared(workspace):
        work = Work(workspace.build, workers or os.cpu_count() or 1, force, console, dask)
        jobs = page_jobs(workspace, cases, read_settings(workspace, settings))
        removed = remove_gone(workspace)
        forget(workspace, everything=force and not cases)
        before, expected = unbuilt(workspace), unbuilt(workspace, coming=[job.title for job in jobs])
        # The index waits for pages that are new: interrupted, the site must not link to what is not there.
        work.do([*jobs, site_job(workspace, before)] if before == expected else jobs)
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
        )
        write_summary(outcome, workspace, titles, {title: done.seconds for title, done in work.done})
    return outcome
