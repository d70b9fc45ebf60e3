"""Kernels of our own: the interpreter in use, a clean environment, nothing from the home folder."""

from __future__ import annotations

import asyncio
import functools
import importlib.util
import logging
import math
import sys
import time
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from zmq import ZMQError
from zmq.asyncio import Context

from aftermath.kept import handed_on
from aftermath.problems import AftermathError
from aftermath.running.forking import SERVER, ForkedProcess, can_fork, clean_environment
from aftermath.running.limits import cell_seconds, require_files, require_memory

if TYPE_CHECKING:
    from nbformat import NotebookNode

PROVISIONER = "aftermath-forked"
START_SECONDS = 60
RETRY_MILLISECONDS = 5  # a client calls before the kernel listens, and would call again after a tenth of a second
_NO_HISTORY = "--HistoryManager.enabled=False"  # nobody will call up what was typed: no database is made for it

# What ports that clash, a kernel that dies before it answers, and one that is too slow raise.
START_FAILURES = (RuntimeError, OSError, ZMQError)

_silent = logging.getLogger("aftermath.kernels")
_silent.addHandler(logging.NullHandler())
_silent.propagate = False  # what matters of a failed start is in the error


class KernelError(AftermathError):
    """No kernel could be started: nothing of the notebook was run."""


class ForkedProvisioner(LocalProvisioner):
    """Has kernels started by a fork, which is jupyter_client's own way to have them started differently."""

    process: ForkedProcess | None = None

    async def launch_kernel(self, cmd: list[str], **settings: Any) -> KernelConnectionInfo:
        """Start the kernel.

        Parameters
        ----------
        cmd
            The command that would start it anew; **its arguments count, not its interpreter**.
        **settings
            ``cwd``, ``env`` and ``stdout`` (an open file), as a start anew would take them.
        """
        become = functools.partial(_become_kernel, cmd[cmd.index("-f") :])
        process = SERVER.fork(become, settings["env"], settings["cwd"], settings["stdout"].fileno())
        await process.begin()
        self.process, self.cwd = process, settings["cwd"]
        self.pid = self.pgid = process.pid
        return self.connection_info

    async def wait(self) -> int | None:
        """Wait for the end, and know it at once."""
        status = await self.process.wait() if self.process else 0
        self.process = None
        return status

    async def kill(self, restart: bool = False) -> None:
        """End the kernel; it has ended when this is done, so that nobody has to look at intervals."""
        await super().kill(restart)
        await self.wait()


def _become_kernel(arguments: list[str]) -> None:
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(argv=arguments)


KernelProvisionerFactory.instance().provisioners[PROVISIONER] = EntryPoint(
    PROVISIONER, f"{__name__}:{ForkedProvisioner.__name__}", KernelProvisionerFactory.GROUP_NAME
)


class OwnKernels(KernelSpecManager):
    """Knows Python 3 without any registration; other kernels are looked up as Jupyter does."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """How a kernel is started."""
        if kernel_name != NATIVE_KERNEL_NAME:
            return super().get_kernel_spec(kernel_name)
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", _NO_HISTORY]
        started = {"kernel_provisioner": {"provisioner_name": PROVISIONER}} if can_fork() else {}
        return KernelSpec(argv=command, display_name="Python 3", language="python", metadata=started)


async def run_cells(
    notebook: NotebookNode,
    kernel: str,
    folder: Path,
    root: Path,
    on_start: Callable[[], None],
    on_cell: Callable[..., None],
) -> None:
    """Run all cells of a notebook in a kernel of its own, and put what they show into it.

    Parameters
    ----------
    notebook
        The notebook, which takes the outputs.
    kernel
        Name of the kernel.
    folder
        Takes the files of the kernel, and what it says outside its cells.
    root
        The folder that it works in.
    on_start
        Called when the kernel answers.
    on_cell
        Called with ``cell_index`` as a code cell begins.

    Raises
    ------
    RuntimeError, OSError, ZMQError
        If the kernel does not start.
    CellExecutionError, DeadKernelError, TooLongError, NoAnswerError
        If a cell fails, ends the kernel, runs longer than it may, or is not answered.
    LimitError
        If the limit of a cell cannot be read, or too few files may be open, or too little memory be had.
    """
    seconds = cell_seconds()
    require_memory()
    require_files()
    context = Context()
    context.reconnect_ivl = RETRY_MILLISECONDS
    manager = AsyncKernelManager(
        kernel_name=kernel,
        kernel_spec_manager=OwnKernels(),
        connection_file=str(folder / "kernel.json"),
        context=context,
        log=_silent,
    )
    own = {"AFTERMATH_ROOT": str(root), "IPYTHONDIR": str(folder / "ipython")}
    try:
        with said(folder).open("wb") as output:
            environment = {**clean_environment(), **handed_on(), **own}
            await manager.start_kernel(cwd=str(root), env=environment, stdout=output, stderr=output)
        await _run_cells(notebook, manager, manager.client(context=context), seconds, on_start, on_cell)
    finally:
        await manager.shutdown_kernel(now=True)
        context.destroy(linger=0)


async def _run_cells(
    notebook: NotebookNode,
    manager: AsyncKernelManager,
    client: AsyncKernelClient,
    seconds: float,
    on_start: Callable[[], None],
    on_cell: Callable[..., None],
) -> None:
    from nbclient.exceptions import DeadKernelError

    from aftermath.running.cells import ANSWER_SECONDS, Cells  # while the kernel starts

    client.start_channels(stdin=False, hb=False, control=False)
    try:
        notebook.metadata.language_info = await _language(client)
        on_start()
        cells = Cells(
            notebook,
            manager,
            on_cell_execute=on_cell,
            timeout=math.ceil(seconds),
            iopub_timeout=ANSWER_SECONDS,
            raise_on_iopub_timeout=True,
            log=_silent,
            record_timing=False,
            coalesce_streams=True,
            store_widget_state=False,
        )
        cells.kc = client
        for index, cell in enumerate(notebook.cells):
            await cells.async_execute_cell(cell, index)
    except DeadKernelError:
        task = asyncio.current_task()
        if task and task.cancelling():  # nbclient takes it for a death of the kernel that we were called off
            raise asyncio.CancelledError from None
        raise
    finally:
        client.stop_channels()


async def _language(client: AsyncKernelClient) -> dict[str, Any]:
    """What the kernel says of its language as soon as it answers and its outputs can be heard.

    Raises
    ------
    RuntimeError
        If it ends, or does not answer in time.
    """
    end = time.monotonic() + START_SECONDS
    while True:
        client.kernel_info()
        try:
            reply = await client.get_shell_msg(timeout=1)
            if reply["msg_type"] == "kernel_info_reply":
                await client.get_iopub_msg(timeout=0.2)  # what it prints would come here
                return reply["content"]["language_info"]
        except Empty:
            pass
        if not await client.is_alive():
            raise RuntimeError("Kernel died before replying to kernel_info")
        if time.monotonic() > end:
            raise RuntimeError(f"Kernel didn't respond in {START_SECONDS} seconds")


def said(folder: Path) -> Path:
    """The file that takes what a kernel says outside its cells."""
    return folder / "kernel.txt"


def last_words(folder: Path) -> str:
    """The last line that a kernel said before it died, in brackets; empty if it said nothing."""
    path = said(folder)
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n") if path.is_file() else []
    spoken = [line.strip() for line in lines if line.strip()]
    return f" ({spoken[-1]})" if spoken else ""


def require_kernel(name: str, notebook: str) -> None:
    """See that a notebook's kernel can be had, before anything is started.

    Parameters
    ----------
    name
        The kernel that the notebook names.
    notebook
        How errors name the notebook.

    Raises
    ------
    KernelError
        If the kernel, or the package of the Python kernel, is not installed; the error says what would mend it.
    """
    if name != NATIVE_KERNEL_NAME and name not in KernelSpecManager().find_kernel_specs():
        raise KernelError(
            f"{notebook}: asks for the kernel {name!r}, which is not installed. Open the notebook in JupyterLab, "
            "choose Kernel > Change Kernel > Python 3 and save, or install that kernel."
        )
    if name == NATIVE_KERNEL_NAME and importlib.util.find_spec("ipykernel") is None:
        raise KernelError(
            f"{notebook}: the Python kernel (package ipykernel) is not installed in {sys.executable}. "
            "Install the environment anew, e.g. with make."
        )
