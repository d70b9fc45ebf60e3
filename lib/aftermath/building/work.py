"""Doing jobs side by side, until all are done or the user ends it."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from aftermath.building.jobs import Job
from aftermath.building.outcome import Done, Progress
from aftermath.building.stale import stale
from aftermath.pages.preloaded import preload
from aftermath.problems import AftermathError
from aftermath.running.limits import require_files, require_memory

if TYPE_CHECKING:
    from rich.console import Console


class Interrupted(AftermathError):
    """The user ended the build; what was finished is kept."""

    status = 130  # what a shell expects after Ctrl-C


class MissingError(AftermathError):
    """A job ended well without having made all its files."""


class Work:
    """Jobs, and what became of them.

    Parameters
    ----------
    folder
        The build folder.
    workers
        How many jobs are done side by side.
    force
        Whether jobs are done that are not stale.
    console
        Takes the progress; nothing is shown where it is None.
    dask
        Address of a Dask scheduler, whose workers do the jobs; empty for this process.
    """

    def __init__(self, folder: Path, workers: int, force: bool, console: Console | None, dask: str = "") -> None:
        self.folder, self.workers, self.force, self.console, self.dask = folder, workers, force, console, dask
        self.results: dict[str, tuple[Job, Done]] = {}

    def do(self, jobs: Sequence[Job]) -> None:
        """Do those jobs that are stale, or all of them where that was asked for; one that fails stops no other."""
        due = self._due(jobs)
        if not due:
            return
        if not self.dask:
            require_files(
                min(self.workers, len(due)), beside=36
            )  # those of the process that kernels are forked from, too
            preload(len(due))
        shown = Progress(self.console, len(due)).shown() if self.console else contextlib.nullcontext()
        with shown as progress, self._executor(len(due)) as executor:
            waiting = {executor.submit(_done, job): job for job in due}
            while waiting:
                for future in wait(
                    waiting, timeout=1, return_when=FIRST_COMPLETED
                ).done:  # so that Windows hears Ctrl-C
                    job = waiting.pop(future)
                    self.results[job.key] = job, (done := _result(future))
                    if progress:
                        progress.finished(job.title, done)

    def _due(self, jobs: Sequence[Job]) -> list[Job]:
        """Those that are to be done."""
        due: list[Job] = []
        with ThreadPoolExecutor(self.workers) as looking:  # most of it is reading and checksums, which run side by side
            for job, reasons in zip(jobs, looking.map(stale, jobs), strict=True):
                if not self.force and not reasons:
                    continue
                if not due and not self.dask:
                    require_memory()
                    preload()  # which takes seconds, and need not wait for a look at the other pages
                due.append(job)
        return due

    @property
    def done(self) -> list[tuple[str, Done]]:
        """Title of each job that was done, with what came of it."""
        return [(job.title, done) for job, done in self.results.values()]

    def _executor(self, total: int) -> AbstractContextManager[Executor]:
        if not self.dask:
            return threads(min(self.workers, total))
        from aftermath.building.cluster import cluster

        return cluster(self.dask, self.folder)


@contextlib.contextmanager
def threads(count: int) -> Iterator[Executor]:
    """Threads of this process: what takes time is done by kernels, which are processes of their own.

    Parameters
    ----------
    count
        How many.
    """
    from aftermath.running.stoppable import call_off

    executor = ThreadPoolExecutor(count)
    try:
        yield executor
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        ending = threading.Thread(target=executor.shutdown)
        ending.start()
        while ending.is_alive():
            call_off()
            ending.join(0.1)
        raise
    executor.shutdown()


def _done(job: Job) -> Done:
    """Do a job. **What goes wrong is in what comes back, not raised.**"""
    start = time.monotonic()
    try:
        job.make()
        missing = [path.name for path in job.products if not path.is_file()]
        if missing:
            raise MissingError(f"{job.title} did not produce {', '.join(missing)}. Run the command again.")
    except Exception as error:
        return Done(time.monotonic() - start, error, traceback.format_exc())
    _give_back()
    return Done(time.monotonic() - start)


def _give_back() -> None:
    """Give free memory back to the system: the C library of Linux would hold what the page of many cases took."""
    if sys.platform == "linux":
        import ctypes  # where the library is another, it has no such function

        with contextlib.suppress(AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def _result(future: Future[Done]) -> Done:
    """What came of a job, also where the cluster lost it."""
    from aftermath.running.processes import WorkerError

    try:
        return future.result()
    except Exception as error:
        return Done(0.0, WorkerError() if type(error).__name__ == "KilledWorker" else error)


@contextlib.contextmanager
def stoppable(rest: str = "The next `aftermath build` makes the rest.") -> Iterator[None]:
    """Take Ctrl-C, a polite end by the system, and the end of the terminal, for the time of a build.

    Parameters
    ----------
    rest
        Says how to go on.

    Raises
    ------
    Interrupted
        If the user ended it.
    """
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        if not stopped.is_set():  # a second signal changes nothing, as the end is near
            stopped.set()
            raise KeyboardInterrupt

    before = {}
    if threading.current_thread() is threading.main_thread():
        heard = (getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP"))
        # nohup has the end of the terminal ignored, a shell the Ctrl-C of what runs behind it
        asked = [number for number in heard if number and signal.getsignal(number) != signal.SIG_IGN]
        before = {number: signal.signal(number, stop) for number in asked}
    try:
        yield
    except (KeyboardInterrupt, AftermathError) as error:
        if isinstance(error, AftermathError) and not stopped.is_set():
            raise
        raise Interrupted(
            f"Interrupted. What was finished is kept, and what was there before is as it was. {rest}"
        ) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
