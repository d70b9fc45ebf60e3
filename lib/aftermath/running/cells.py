"""Cells, run one by one by nbclient: none longer than it may, and none waited for that will not be answered."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from aftermath.problems import AftermathError
from aftermath.running.limits import CELL_SECONDS

ANSWER_SECONDS = 60  # between the last output of a cell and the word that it is done, which come together


class TooLongError(AftermathError):
    """A cell ran longer than it may."""


class NoAnswerError(AftermathError):
    """A kernel is there, and its answer to a cell, or a part of it, is lost."""


class Cells(NotebookClient):
    """The cells of a notebook, and the kernel that they are run by, as ``NotebookClient`` takes them."""

    _answer_due: asyncio.TimerHandle | None = None
    _answer_lost = False

    async def async_execute_cell(
        self, cell: NotebookNode, cell_index: int, execution_count: int | None = None, store_history: bool = True
    ) -> NotebookNode:
        """Run a cell.

        Raises
        ------
        TooLongError
            If it runs longer than ``timeout``.
        NoAnswerError
            If the kernel has done it, and its answer or its outputs do not come.
        DeadKernelError
            If the kernel ends in the middle.
        CellExecutionError
            If it fails.
        """
        start = time.monotonic()
        try:
            return await super().async_execute_cell(cell, cell_index, execution_count, store_history)
        except CellTimeoutError:
            if self.timeout and time.monotonic() - start >= self.timeout:
                raise TooLongError(
                    f"the cell ran longer than {self.timeout:g} seconds. "
                    f"Let it do less, or allow more: {CELL_SECONDS}={2 * self.timeout:g}"
                ) from None
            raise NoAnswerError(_lost("outputs")) from None
        except DeadKernelError:
            if self._answer_lost:
                raise NoAnswerError(_lost("answer")) from None
            raise DeadKernelError(
                "the kernel ended in the middle of the cell; where nothing in the cell ends it, memory ran out. "
                "Run the command again, with --workers 1 if it happens again"
            ) from None
        finally:
            if self._answer_due:
                self._answer_due.cancel()

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Take what the kernel says of a cell. Once it is idle again, its answer is due."""
        try:
            return super().process_message(msg, cell, cell_index)
        except CellExecutionComplete:
            self._answer_due = asyncio.get_running_loop().call_later(ANSWER_SECONDS, self._give_up)
            raise

    def _give_up(self) -> None:
        """Wait no longer; whoever runs the cells ends the kernel."""
        if self.task_poll_for_reply and not self.task_poll_for_reply.done():
            self._answer_lost = True
            self.task_poll_for_reply.cancel()


def _lost(what: str) -> str:
    return (
        f"the kernel ran the cell, and its {what} did not come within {ANSWER_SECONDS} seconds, perhaps for want of memory. "
        "Run the command again, with --workers 1 if it happens again"
    )
