"""Worker processes that can be stopped at once, with everything that they started."""

from __future__ import annotations

import contextlib
import functools
import logging
import signal
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import AbstractContextManager
from typing import Any

from loky import ProcessPoolExecutor

from aftermath.problems import AftermathError
from aftermath.reports.forking import can_fork, end_with_parent, forking


class WorkerError(AftermathError):
    """A worker process ended in the middle of its work."""


class Workers(Executor):
    """A pool of worker processes.

    Parameters
    ----------
    count
        How many processes.
    folder
        Where they put temporary files; removed by whoever made it.
    stopped
        Whether the build was interrupted: then leaving the pool **ends the processes, and their kernels, at once**.
    finished
        Called with the keyword arguments of a submission, its result or exception, and its seconds.
    """

    def __init__(
        self, count: int, folder: str, stopped: Callable[[], bool], finished: Callable[[dict, Any, float], None]
    ) -> None:
        self.count, self.folder, self.stopped, self.finished = count, folder, stopped, finished
        self.pool = self._new_pool()

    def _new_pool(self) -> ProcessPoolExecutor:
        with _forking() as context:
            return ProcessPoolExecutor(self.count, context=context, initializer=_prepare, initargs=(self.folder,))

    def submit(self, function: Callable, /, *args: Any, **settings: Any) -> Future:
        """Hand in a call; a pool that broke is replaced first."""
        outer: Future = Future()
        call = functools.partial(_timed, function, args, settings)
        with _forking():  # a worker may be started for it
            try:
                inner = self.pool.submit(call)
            except BrokenExecutor:
                self.pool = self._new_pool()
                inner = self.pool.submit(call)
        inner.add_done_callback(lambda future: self._hand_over(future, outer, settings))
        return outer

    def _hand_over(self, inner: Future, outer: Future, settings: dict) -> None:
        if inner.cancelled():
            outer.cancel()
            return
        error, (result, seconds) = inner.exception(), (None, 0.0)
        if error is None:
            result, seconds = inner.result()
        elif isinstance(error, BrokenExecutor) or type(error).__name__ == "KilledWorker":
            error = WorkerError(
                "a worker process ended unexpectedly, perhaps for want of memory. "
                "Run the command again, with --workers 1 if it happens again."
            )
        if not self.stopped():
            self.finished(settings, error or result, seconds)
        if error is None:
            outer.set_result(result)
        else:
            outer.set_exception(error)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes: idle ones politely, or all of them where the build was interrupted."""
        self.pool.shutdown(wait=wait, kill_workers=self.stopped() or cancel_futures)

    def __exit__(self, kind: type | None, *_: object) -> None:
        self.shutdown(cancel_futures=kind is not None)


def _forking() -> AbstractContextManager:
    return forking() if can_fork() else contextlib.nullcontext()


def _prepare(folder: str) -> None:
    """What a worker does first. The main process alone answers Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    tempfile.tempdir = folder
    logging.getLogger().addHandler(logging.NullHandler())


def _timed(function: Callable, args: tuple, settings: dict) -> tuple[Any, float]:
    start = time.monotonic()
    return function(*args, **settings), time.monotonic() - start
