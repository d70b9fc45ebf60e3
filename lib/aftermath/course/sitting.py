"""Running a student's notebook to its end, whatever is in it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from aftermath.problems import AftermathError

TIMED_OUT = "CellTimeoutError"
LONGEST_MESSAGE = 300  # letters
SITTING = 10  # a whole notebook may take as long as so many of its slowest cells


class SittingError(AftermathError):
    """A notebook could not be run at all, e.g. because no kernel starts."""


@dataclass(frozen=True)
class Outcome:
    """How one code cell ended.

    Parameters
    ----------
    error
        Name of the exception; empty where the cell ran through.
    message
        What the exception said, on one line.
    """

    error: str = ""
    message: str = ""

    @property
    def passed(self) -> bool:
        """Whether the cell ran through."""
        return not self.error


class _ThisInterpreter(KernelSpecManager):
    """Offers one kernel: the Python that is running, whatever else is registered on the machine."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(**get_kernel_dict())


class _Sitting(NotebookClient):
    """A notebook client that keeps how cells ended and **throws their output away**.

    Grading needs none of it, and a cell that prints without end must not fill the memory.
    """

    def create_kernel_manager(self) -> AsyncKernelManager:
        connection = Path(self.resources["metadata"]["path"], ".kernel", "connection.json")
        self.km = AsyncKernelManager(connection_file=str(connection), kernel_spec_manager=_ThisInterpreter())
        return self.km

    def output(self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int) -> None:
        """Keep nothing of what a cell prints or shows."""


def sit(notebook: NotebookNode, root: Path, *, seconds: int) -> dict[int, Outcome]:
    """Run a notebook cell by cell in a kernel of its own; a cell that fails does not stop the rest.

    Parameters
    ----------
    notebook
        Is changed: cells get execution counts.
    root
        The workspace that the cells see.
    seconds
        A cell that takes longer is interrupted. One that cannot be interrupted ends the sitting, and so
        does the cell that ends after ten times this long in all.

    Returns
    -------
    dict
        Index of a code cell to its outcome. Cells that were not reached are missing.

    Raises
    ------
    SittingError
        If no kernel starts.
    KeyboardInterrupt
        If somebody presses Ctrl-C.
    """
    outcomes: dict[int, Outcome] = {}
    deadline = monotonic() + SITTING * seconds

    def note(cell_index: int, execute_reply: dict, **_: Any) -> None:
        content = execute_reply["content"]
        outcomes[cell_index] = _outcome(content)
        # after exit() the kernel dies a moment later, and nobody can say which cell it reaches
        if monotonic() > deadline or any(part.get("source") == "ask_exit" for part in content.get("payload", ())):
            raise DeadKernelError

    with tempfile.TemporaryDirectory(prefix="aftermath-", ignore_cleanup_errors=True) as folder:
        Path(folder, ".kernel").mkdir()
        environment = os.environ | {"AFTERMATH_ROOT": str(root), "IPYTHONDIR": str(Path(folder, ".kernel", "ipython"))}
        environment.pop("PYTHONOPTIMIZE", None)  # `assert` is never optimised away
        _run(_client(notebook, folder, seconds, note), environment)
    return outcomes


def _run(client: _Sitting, environment: dict[str, str]) -> None:
    """Run to the end, or to the cell that ends the session: those behind it then have no outcome."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        # the kernel is up between these lines alone, also where Ctrl-C comes in between
        with client.setup_kernel(env=environment, **quiet), contextlib.suppress(CellTimeoutError, DeadKernelError):
            client.reset_execution_trackers()
            for index, cell in enumerate(client.nb.cells):
                client.execute_cell(cell, index, execution_count=client.code_cells_executed + 1)
    except Exception as error:  # from five libraries
        raise SittingError(
            f"The notebook could not be run: {type(error).__name__}: {error}. Run the command again; "
            "if that does not help, install the environment anew, e.g. with `make course`."
        ) from error


def _client(notebook: NotebookNode, folder: str, seconds: int, note: Callable[..., None]) -> _Sitting:
    return _Sitting(
        notebook,
        timeout=seconds,
        interrupt_on_timeout=True,
        error_on_timeout={"ename": TIMED_OUT, "evalue": f"took longer than {seconds} s", "traceback": []},
        raise_on_iopub_timeout=True,
        allow_errors=True,
        shutdown_kernel="immediate",
        on_cell_executed=note,
        resources={"metadata": {"path": folder}},
    )


def _outcome(content: dict) -> Outcome:
    if content.get("status") == "ok":
        return Outcome()
    said = "".join(letter if letter.isprintable() else " " for letter in str(content.get("evalue", "")))
    return Outcome(str(content.get("ename") or "Error"), said[:LONGEST_MESSAGE])
