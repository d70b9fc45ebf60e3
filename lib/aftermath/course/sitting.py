"""Running a student's notebook to its end, whatever is in it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any

import zmq
import zmq.asyncio
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from aftermath.course.plain import LONGEST, MEDIA
from aftermath.course.quota import bounded
from aftermath.problems import AftermathError

TIMED_OUT = "CellTimeoutError"
LONGEST_MESSAGE = 300  # letters
KERNEL = "aftermath.course.confined_kernel"
LARGEST_MESSAGE = 16 * 1024**2  # bytes of anything that a kernel says at once
LONGEST_PATH = 60  # bytes of the folder for temporary files
# what a kernel sees of the environment: **a list of what is needed**, so that no key of a teacher is in it
_ENVIRONMENT = frozenset(
    "PATH PYTHONPATH PYTHONHOME VIRTUAL_ENV CONDA_PREFIX LD_LIBRARY_PATH DYLD_LIBRARY_PATH LANG LC_ALL LC_CTYPE TZ "
    "OMP_NUM_THREADS POLARS_MAX_THREADS SYSTEMROOT WINDIR COMSPEC PATHEXT PROCESSOR_ARCHITECTURE NUMBER_OF_PROCESSORS".split()
)
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
    answers
        What a cell that asks for answers got to hear (``plain.show``); empty where it heard nothing.
    """

    error: str = ""
    message: str = ""
    answers: str = ""

    @property
    def passed(self) -> bool:
        """Whether the cell ran through."""
        return not self.error


class _ThisInterpreter(KernelSpecManager):
    """Offers one kernel: the Python that is running, confined, whatever else is registered on the machine."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(**get_kernel_dict() | {"argv": [sys.executable, "-m", KERNEL, "-f", "{connection_file}"]})


class _Sitting(NotebookClient):
    """A notebook client that keeps how cells ended and **throws their output away**, answers apart.

    Grading needs none of it, and a cell that prints without end must not fill the memory.
    """

    answers: dict[int, str]
    context: zmq.asyncio.Context

    def create_kernel_manager(self) -> AsyncKernelManager:
        self.answers = {}
        connection = Path(self.resources["metadata"]["path"], ".kernel", "connection.json")
        self.context = zmq.asyncio.Context()
        self.context.setsockopt(zmq.MAXMSGSIZE, LARGEST_MESSAGE)
        transport = "ipc" if sys.platform == "linux" else "tcp"  # it has no network there
        self.km = AsyncKernelManager(
            connection_file=str(connection),
            kernel_spec_manager=_ThisInterpreter(),
            transport=transport,
            context=self.context,
        )
        return self.km

    def output(self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int) -> None:
        """Keep nothing of what a cell prints or shows, but for answers."""
        data = msg["content"].get("data")
        text = data.get(MEDIA) if isinstance(data, dict) else None
        if isinstance(text, str) and len(text) <= LONGEST:
            self.answers[cell_index] = text

    def handle_comm_msg(self, outs: list[NotebookNode], msg: dict[str, Any], cell_index: int) -> None:
        """Keep nothing of widgets either."""


def sit(notebook: NotebookNode, root: Path, *, seconds: int) -> dict[int, Outcome]:
    """Run a notebook cell by cell in a confined kernel of its own; a cell that fails does not stop the rest.

    Parameters
    ----------
    notebook
        Is changed: cells get execution counts.
    root
        The workspace that the cells see **a copy of**; what they do to it is thrown away with the copy.
    seconds
        A cell that takes longer is interrupted. One that cannot be interrupted ends the sitting, and so
        does the cell that ends after ten times this long in all, or that takes too much of the disk.

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

    # on Linux the kernel is spoken to by a file, whose path the system allows no more than 107 bytes
    parent = "/tmp" if sys.platform == "linux" and len(os.fsencode(tempfile.gettempdir())) > LONGEST_PATH else None  # noqa: S108
    with tempfile.TemporaryDirectory(prefix="aftermath-", dir=parent, ignore_cleanup_errors=True) as folder:
        own = Path(folder, ".kernel")  # the kernel's home, beside what the cells write
        own.mkdir()
        for part in ("casestudies", "data"):
            if (root / part).is_dir():
                shutil.copytree(root / part, Path(folder, part), ignore=shutil.ignore_patterns("raw", ".captures"))
        client = _client(notebook, folder, seconds, note)
        try:
            _run(client, _environment(own) | {"AFTERMATH_ROOT": folder})
        finally:
            client.context.destroy(linger=0)
    return {index: replace(outcome, answers=client.answers.get(index, "")) for index, outcome in outcomes.items()}


@cache
def missing_guards() -> tuple[str, ...]:
    """What this system cannot keep a notebook from, e.g. ``using the network``; empty where it keeps it from all."""
    asked = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", KERNEL, "--missing-guards"], capture_output=True, text=True, timeout=60, check=False
    )
    return tuple(filter(None, asked.stdout.splitlines()))


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.upper() in _ENVIRONMENT}
    return kept | {name: str(home) for name in ("HOME", "USERPROFILE", "IPYTHONDIR", "TMPDIR", "TEMP", "TMP")}


def _run(client: _Sitting, environment: dict[str, str]) -> None:
    """Run to the end, or to the cell that ends the session: those behind it then have no outcome."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        # the kernel is up between these lines alone, also where Ctrl-C comes in between
        with (
            client.setup_kernel(env=environment, **quiet),
            bounded(Path(environment["AFTERMATH_ROOT"]), _process(client)),
            contextlib.suppress(CellTimeoutError, DeadKernelError),
        ):
            client.reset_execution_trackers()
            for index, cell in enumerate(client.nb.cells):
                client.execute_cell(cell, index, execution_count=client.code_cells_executed + 1)
    except Exception as error:  # from five libraries
        raise SittingError(
            f"The notebook could not be run: {type(error).__name__}: {error}. Run the command again; "
            "if that does not help, install the environment anew, e.g. with `make course`."
        ) from error


def _process(client: _Sitting) -> int:
    """The number of the kernel's process, which is there."""
    provisioner = client.km.provisioner if client.km else None
    assert isinstance(provisioner, LocalProvisioner)
    assert provisioner.pid is not None
    return provisioner.pid


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
