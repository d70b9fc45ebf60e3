"""``aftermath build``: make every page that is out of date, in parallel."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from aftermath.tasks.folder import prepared, remove_gone, temporary
from aftermath.tasks.jobs import Job, page_jobs, read_settings, site_job
from aftermath.tasks.outcome import Failure, Outcome, failure_of
from aftermath.tasks.stopping import Stop, stoppable
from aftermath.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from rich.console import Console

    from aftermath.tasks.task_pages import Result


def build(
    cases: Sequence[str] = (),
    *,
    workers: int | None = None,
    force: bool = False,
    settings: Iterable[str] = (),
    workspace: Workspace | None = None,
    console: Console | None = None,
) -> Outcome:
    """Make the pages that are out of date: one a case, the comparison, and the index.

    Parameters
    ----------
    cases
        Case ids; **all cases and the comparison where empty**.
    workers
        How many pages are made side by side; as many as there are processors if not given.
    force
        Make them even if nothing changed.
    settings
        ``name=value`` texts for the notebooks' parameters.
    workspace
        Where to work; the workspace in force if not given.
    console
        Takes the progress; nothing is shown if not given.

    Returns
    -------
    Outcome
        **A page that failed is in it, not raised**; the others were made all the same.

    Raises
    ------
    Interrupted
        If the user ended the build (Ctrl-C). Finished pages are kept, the next build makes the rest.
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
        bench = _Bench(workspace, workers or os.cpu_count() or 1, force, stop, console)
        jobs = page_jobs(workspace, cases, read_settings(workspace, settings))
        removed = remove_gone(workspace)
        before, expected = _unbuilt(workspace), _unbuilt(workspace, coming=jobs)
        # The index waits for pages that are new: interrupted, the site must not link to what is not there.
        bench.make([*jobs, site_job(workspace, before)] if before == expected else jobs)
        unbuilt = _unbuilt(workspace, failed=bench.failures)
        if unbuilt != before or before != expected:
            bench.make([site_job(workspace, unbuilt)])
    return bench.outcome(len(jobs) + 1, removed, time.monotonic() - start)


def _unbuilt(workspace: Workspace, coming: Iterable[Job] = (), failed: Iterable[Failure] = ()) -> dict[str, str]:
    """Cases without a page, with the reason; those with problems are left to the site, which lists them itself."""
    expected = {job.title for job in coming}
    reasons = {failure.title: failure.reason for failure in failed}
    broken = {failure.title for failure in failed if failure.problems}
    return {
        case_id: reasons.get(case_id, "Its page was not built yet.")
        for case_id in workspace.case_ids()
        if case_id not in expected | broken and not (workspace.site / "cases" / f"{case_id}.html").is_file()
    }


class _Bench:
    """Where jobs are done: keeps count of what became of them."""

    def __init__(self, workspace: Workspace, workers: int, force: bool, stop: Stop, console: Console | None) -> None:
        self.workspace, self.workers, self.force, self.stop, self.console = workspace, workers, force, stop, console
        self.results: dict[str, Result] = {}

    def make(self, jobs: Sequence[Job]) -> None:
        """Do those jobs that are stale, or all of them where that was asked for."""
        from aftermath.tasks import task_pages

        state = self.workspace.build / ".engine"
        due = jobs if self.force else task_pages.stale(jobs, state)
        if not due:
            return
        with self._progress(len(due)) as finished, temporary() as folder:
            settings = {"workers": min(self.workers, len(due)), "temporary": folder}
            done = task_pages.run(due, state, stopped=self.stop.is_set, finished=finished, **settings)
        self.results |= {result.job.key: result for result in done}
        if self.stop.is_set():
            raise KeyboardInterrupt

    @contextlib.contextmanager
    def _progress(self, total: int) -> Iterator[Callable[[Result], None]]:
        if self.console is None:
            yield lambda result: None
            return
        from aftermath.tasks.progress import Progress

        with Progress(self.console, total).shown() as progress:
            yield progress.finished

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What could not be made."""
        return tuple(failure_of(result, self.workspace) for result in self.results.values() if result.error)

    def outcome(self, total: int, removed: tuple[str, ...], seconds: float) -> Outcome:
        """All in all."""
        made = tuple(result.job.title for result in self.results.values() if not result.error)
        unchanged = total - len(self.results)
        return Outcome(made, unchanged, removed, self.failures, seconds, self.workspace.site / "index.html")
