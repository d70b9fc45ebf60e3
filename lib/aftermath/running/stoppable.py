"""Work that another thread may call off, whatever it waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Value = TypeVar("Value")

_at_work: dict[asyncio.Task[Any], asyncio.AbstractEventLoop] = {}


def run(work: Coroutine[Any, Any, Value]) -> Value:
    """Do work to its end, also where this thread runs a loop of its own, as that of a notebook does.

    Parameters
    ----------
    work
        What is done.

    Raises
    ------
    asyncio.CancelledError
        If it was called off; all that it had opened is closed then.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(_noted(work))
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(asyncio.run, _noted(work)).result()


async def _noted(work: Coroutine[Any, Any, Value]) -> Value:
    loop = asyncio.get_running_loop()
    task = loop.create_task(work)
    _at_work[task] = loop
    try:
        return await task
    finally:
        del _at_work[task]


def call_off() -> None:
    """Call off all work of this process that is not called off yet; it ends soon after."""
    for task, loop in list(_at_work.items()):
        if not task.cancelling():
            loop.call_soon_threadsafe(task.cancel)
