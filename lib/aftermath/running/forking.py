"""Processes forked from one that has already imported what pages need.

The standard library's fork server is started once and imports :mod:`aftermath.running.preloaded`, and for many pages
:mod:`aftermath.running.preloaded_for_many` too; workers and kernels are then forked from it. It only ever imports: **no
computation and no pool of threads exists in it**, so that nothing can be held by a thread that a fork leaves behind.
Only Linux is trusted to fork; elsewhere processes are started anew, which is slower and no different otherwise.
"""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import types
from collections.abc import Iterator, Mapping
from multiprocessing import resource_tracker
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.forkserver import ForkServer

PRELOADED = "aftermath.running.preloaded"
PRELOADED_FOR_MANY = "aftermath.running.preloaded_for_many"
MANY = 7  # pages from which on it pays to import once what only some of them need

# One thread a process: they run side by side, and sums do not depend on how work was split.
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "POLARS_MAX_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}

_starting = threading.RLock()


def can_fork() -> bool:
    """Whether this process may ask for forked ones: on Linux, unless it was told to have no children."""
    return sys.platform == "linux" and not multiprocessing.current_process().daemon


def start_forking(pages: int = 1) -> None:
    """Have the server begin to import, so that it is ready when the first process is asked for.

    Parameters
    ----------
    pages
        How many are likely to be made: for a few, packages that only some pages need are left to these. **A server that was
        started for a few is ended where many are to be made**, unless somebody works with it.
    """
    if can_fork():
        needed = PRELOADED_FOR_MANY if pages >= MANY else PRELOADED
        if needed == PRELOADED_FOR_MANY and not multiprocessing.active_children():
            end_forking(PRELOADED)
        with forking(needed):
            pass


def end_forking(preloaded: str = "") -> None:
    """End the server at once, even if it is still importing; **processes that were forked from it are no longer followed**.

    Parameters
    ----------
    preloaded
        End it only if this is the module that it imports; in any case if not given.
    """
    from multiprocessing.forkserver import _forkserver as server

    with _starting, _undisturbed():
        if server._forkserver_pid and preloaded in ("", *server._preload_modules):
            os.kill(server._forkserver_pid, signal.SIGKILL)
            with contextlib.suppress(OSError):  # the folder of its socket is gone, at the end of a program
                server._stop()


@contextlib.contextmanager
def forking(preloaded: str = PRELOADED) -> Iterator[BaseContext]:
    """The context in which processes are forked, with the server at work.

    While it is held, the program that runs is hidden: a fork must not run the caller's script once more.

    Parameters
    ----------
    preloaded
        The module that a server imports; **one that is at work already stays as it is**.

    Yields
    ------
    multiprocessing.context.BaseContext

    Raises
    ------
    ValueError
        If this system cannot fork; ask ``can_fork`` first.
    """
    context = multiprocessing.get_context("forkserver")
    from multiprocessing import forkserver

    with _starting, _environment(ENVIRONMENT), _without_main():
        _keep_inherited(forkserver._forkserver)
        if forkserver._forkserver._forkserver_address is None:
            context.set_forkserver_preload([preloaded])
            atexit.register(end_forking)  # one that still imports would go on for a while
        resource_tracker.ensure_running()  # before, as to start it lets Ctrl-C through again
        with _undisturbed():
            forkserver._forkserver.ensure_running()
        yield context


def _keep_inherited(server: ForkServer) -> None:
    """Let a forked process ask the server that it came from. Python has handed it the address, yet would start another."""
    if multiprocessing.parent_process() and server._forkserver_address and server._forkserver_pid is None:
        server.ensure_running = lambda: None


@contextlib.contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C waits, and whoever is started meanwhile does not hear it at all: it is for the main process."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def hear_again() -> None:
    """Have a forked process hear interruptions that are sent to it, as any other does."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def end_with_parent() -> None:
    """End this process as soon as the one that asked for it has ended, **however that ended**."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True, name="parent").start()


def _follow(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
