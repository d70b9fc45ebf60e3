"""Worker processes that can be stopped at once, with everything that they started."""

from __future__ import annotations

import contextlib
import logging
import signal
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass

from loky import ProcessPoolExecutor

from aftermath.problems import AftermathError
from aftermath.running.forking import can_fork, end_with_parent, forking


class WorkerError(AftermathError):
    """A worker process ended in the middle of its work."""


@dataclass(frozen=True)
class Done:
    """What came of a page.

    Parameters
    ----------
    seconds
        How long it took.
    error
        What ended it; None where it was made.
    details
        The course of the error.
    """

    seconds: float
    error: Exception | None = None
    details: str = ""


class Workers(ThreadPoolExecutor):
    """A pool of worker processes, and a thread for each of them, in which the engine's tasks wait for their page.

    Parameters
    ----------
    count
        How many processes.
    folder
        Where they put temporary files; removed by whoever made it.
    stopped
        Whether the build was interrupted: then leaving the pool **ends the processes, and their kernels, at once**.
    """

    def __init__(self, count: int, folder: str, stopped: Callable[[], bool]) -> None:
        super().__init__(count)
        self.count, self.folder, self.stopped = count, folder, stopped
        self._replacing = threading.Lock()
        self.pool = self._new_pool()

    def _new_pool(self) -> Executor:
        with _forking() as context:
            pool = ProcessPoolExecutor(self.count, context=context, initializer=_prepare, initargs=(self.folder,))
        self.submit(_begin, pool)  # the processes start while the engine gets ready
        return pool

    def make(self, page: Callable[[], object]) -> Done:
        """Have a worker make a page, and wait for it.

        Parameters
        ----------
        page
            Makes it; can be sent to another process.

        Returns
        -------
        Done
            **With whatever went wrong, which is not raised.**
        """
        try:
            return self._hand_in(page).result()
        except Exception as error:
            if isinstance(error, BrokenExecutor) or type(error).__name__ == "KilledWorker":
                error = WorkerError(
                    "a worker process ended unexpectedly, perhaps for want of memory. "
                    "Run the command again, with --workers 1 if it happens again."
                )
            return Done(0.0, error)

    def _hand_in(self, page: Callable[[], object]) -> Future:
        """Give a page to the pool; one that broke is replaced first."""
        with self._replacing, _forking():  # a worker may be started for it
            try:
                return self.pool.submit(_made, page)
            except BrokenExecutor:
                if self.stopped():
                    raise
                self.pool = self._new_pool()
                return self.pool.submit(_made, page)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes: idle ones politely, or all of them where the build was interrupted."""
        self._end_pool(wait, at_once=self.stopped() or cancel_futures)
        super().shutdown(wait, cancel_futures=cancel_futures)

    def _end_pool(self, wait: bool, at_once: bool) -> None:
        self.pool.shutdown(wait=wait, kill_workers=at_once)

    def __exit__(self, kind: type | None, *_: object) -> None:
        self.shutdown(cancel_futures=kind is not None)


def _forking() -> AbstractContextManager:
    return forking() if can_fork() else contextlib.nullcontext()


def _begin(pool: Executor) -> None:
    with _forking():
        pool.submit(_nothing)


def _nothing() -> None:
    """The first thing that a pool is asked for, as it starts its processes when it is asked for something."""


def _prepare(folder: str) -> None:
    """What a worker does first. The main process alone answers Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    tempfile.tempdir = folder
    logging.getLogger().addHandler(logging.NullHandler())


def _made(page: Callable[[], object]) -> Done:
    start = time.monotonic()
    try:
        page()
    except Exception as error:
        return Done(time.monotonic() - start, error, traceback.format_exc())
    return Done(time.monotonic() - start)
