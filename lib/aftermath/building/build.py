"""``aftermath build``: make every page that is out of date, in parallel."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aftermath.building.folder import forget, prepared, remove_gone, temporary, unbuilt
from aftermath.building.jobs import Job, page_jobs, read_settings, site_job
from aftermath.building.outcome import Failure, Outcome, failures_of
from aftermath.building.record import note, out_of_order
from aftermath.building.stopping import Stop, stoppable
from aftermath.building.summary import write_summary
from aftermath.running.forking import start_forking
from aftermath.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from rich.console import Console

    from aftermath.building.task_pages import Result


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
    with stoppable() as stop, prepared(workspace):
        bench = Bench(workspace.build, workers or os.cpu_count() or 1, force, stop, console, dask)
        jobs = page_jobs(workspace, cases, read_settings(workspace, settings))
        removed = remove_gone(workspace)
        forget(workspace, everything=force and not cases)
        before, expected = unbuilt(workspace), unbuilt(workspace, coming=[job.title for job in jobs])
        # The index waits for pages that are new: interrupted, the site must not link to what is not there.
        bench.make([*jobs, site_job(workspace, before)] if before == expected else jobs)
        failures = failures_of(bench.results.values(), workspace)
        after = unbuilt(workspace, failed=failures)
        if after != before or before != expected:
            bench.make([site_job(workspace, after)])
            failures = failures_of(bench.results.values(), workspace)
        titles = [*(job.title for job in jobs), "index"]
        outcome = bench.outcome(titles, removed, failures, time.monotonic() - start, workspace)
        write_summary(outcome, workspace, titles, bench.seconds)
    return outcome


class Bench:
    """Where jobs are done: keeps count of what became of them.

    Parameters
    ----------
    folder
        The engine keeps its records in it.
    workers
        How many processes.
    force
        Whether jobs are done that are not stale.
    stop
        Set when the user wants an end.
    console
        Takes the progress; nothing is shown where it is None.
    dask
        Address of a Dask scheduler; empty for processes of this machine.
    """

    def __init__(
        self, folder: Path, workers: int, force: bool, stop: Stop, console: Console | None, dask: str = ""
    ) -> None:
        self.folder, self.workers, self.force, self.stop, self.console = folder, workers, force, stop, console
        self.dask = dask
        self.results: dict[str, Result] = {}

    def make(self, jobs: Sequence[Job]) -> None:
        """Do those jobs that are stale, or all of them where that was asked for."""
        state = self.folder / ".engine"
        changed = jobs if self.force else out_of_order(jobs, state)
        if not changed:
            return
        if not self.dask:
            start_forking(len(changed))
        from aftermath.building import task_pages

        due = jobs if self.force else task_pages.stale(jobs, state)
        note([job for job in changed if job not in due], state)  # which the engine found unchanged
        done = self._run(due, state) if due else ()
        if self.stop.is_set():
            raise KeyboardInterrupt
        failed = {result.job.key for result in done if result.error}
        note([job for job in due if job.key not in failed], state)

    def _run(self, due: Sequence[Job], state: Path) -> tuple[Result, ...]:
        from aftermath.building import task_pages

        with self._progress(len(due)) as finished, temporary() as folder:
            settings = {"workers": min(self.workers, len(due)), "temporary": folder, "dask": self.dask}
            done = task_pages.run(due, state, stopped=self.stop.is_set, finished=finished, **settings)
        self.results |= {result.job.key: result for result in done}
        return done

    @contextlib.contextmanager
    def _progress(self, total: int) -> Iterator[Callable[[Result], None]]:
        if self.console is None:
            yield lambda result: None
            return
        from aftermath.building.progress import Progress

        with Progress(self.console, total).shown() as progress:
            yield progress.finished

    @property
    def seconds(self) -> dict[str, float]:
        """Title to the seconds that its page took."""
        return {result.job.title: result.seconds for result in self.results.values()}

    def outcome(
        self,
        titles: Sequence[str],
        removed: tuple[str, ...],
        failures: tuple[Failure, ...],
        seconds: float,
        workspace: Workspace,
    ) -> Outcome:
        """All in all."""
        made = tuple(result.job.title for result in self.results.values() if not result.error)
        unchanged = len(titles) - len(self.results)
        return Outcome(made, unchanged, removed, failures, seconds, workspace.site / "index.html")
