"""A call in a process of its own: under the same environment as kernels, and ended with whoever asked for it."""

from __future__ import annotations

import asyncio
import functools
import os
import pickle
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

from aftermath.files import write_whole
from aftermath.problems import AftermathError
from aftermath.running.forking import SERVER, can_fork, clean_environment
from aftermath.running.stoppable import run

_ANEW = "import pickle, sys; sys.path[:], call = pickle.load(sys.stdin.buffer); pickle.loads(call)()"


class WorkerError(AftermathError):
    """A process ended in the middle of its work."""

    def __init__(self) -> None:
        super().__init__(
            "a worker process ended unexpectedly, perhaps for want of memory. "
            "Run the command again, with --workers 1 if it happens again."
        )

    def __reduce__(self) -> tuple:
        return WorkerError, ()


def in_process(call: Callable[[], None]) -> None:
    """Do a call in a process of its own, with one thread and a fixed seed of hashes.

    Parameters
    ----------
    call
        What is done; can be pickled.

    Raises
    ------
    WorkerError
        If the process ended before the call did.
    Exception
        Whatever the call raised.
    """
    with tempfile.TemporaryDirectory(prefix="aftermath-", ignore_cleanup_errors=True) as folder:
        answer = Path(folder, "answer")
        run((_forked if can_fork() else _anew)(functools.partial(_answered, call, answer)))
        if not answer.is_file():
            raise WorkerError
        # a folder that is ours alone and gone in a moment: only the process that we started writes there
        error, course = pickle.loads(answer.read_bytes())  # noqa: S301
    if error is not None:
        error.add_note(course)
        raise error


async def _forked(call: Callable[[], None]) -> None:
    with open(os.devnull, "ab") as output:  # noqa: PTH123 - no need for pathlib
        process = SERVER.fork(call, clean_environment(), Path.cwd(), output.fileno())
    await process.begin()
    try:
        await process.wait()
    finally:
        process.kill()


async def _anew(call: Callable[[], None]) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _ANEW, env=clean_environment(), stdin=subprocess.PIPE
    )
    try:
        await process.communicate(pickle.dumps((sys.path, pickle.dumps(call))))
    finally:
        if process.returncode is None:
            process.kill()


def _answered(call: Callable[[], None], answer: Path) -> None:
    """Do the call, and leave word how it ended."""
    error, course = None, ""
    try:
        call()
    except Exception as raised:
        error, course = raised, traceback.format_exc()
    write_whole(answer, pickle.dumps((error, course)), durable=False)
