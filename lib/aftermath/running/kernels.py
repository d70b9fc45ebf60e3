"""Kernels of our own: the interpreter in use, a clean environment, nothing from the home folder."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import sys
import time
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.execute import raise_for_execution_errors
from traitlets import default
from zmq import ZMQError
from zmq.asyncio import Context

from aftermath.problems import AftermathError
from aftermath.running.forked_kernels import PROVISIONER
from aftermath.running.forking import ENVIRONMENT, can_fork

ENGINE = "aftermath"
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


class _Kernels(KernelSpecManager):
    """Knows Python 3 without any registration; other kernels are looked up as Jupyter does."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        if kernel_name != NATIVE_KERNEL_NAME:
            return super().get_kernel_spec(kernel_name)
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", _NO_HISTORY]
        started = {"kernel_provisioner": {"provisioner_name": PROVISIONER}} if can_fork() else {}
        return KernelSpec(argv=command, display_name="Python 3", language="python", metadata=started)


class Client(AsyncKernelClient):
    """Talks to a kernel. Unlike its base, it does not listen for a fifth of a second to messages that nobody will read."""

    def _context_default(self) -> Context:
        context = super()._context_default()
        context.reconnect_ivl = RETRY_MILLISECONDS
        return context

    async def wait_for_ready(self, timeout: float = START_SECONDS) -> None:
        """Wait until the kernel answers, and its outputs can be heard.

        Raises
        ------
        RuntimeError
            If the kernel ends, or does not answer within so many seconds.
        """
        end = time.monotonic() + timeout
        while not await self._answers():
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > end:
                raise RuntimeError(f"Kernel didn't respond in {timeout:.0f} seconds")

    async def _answers(self) -> bool:
        self.kernel_info()
        with contextlib.suppress(Empty):
            if (await self.get_shell_msg(timeout=1))["msg_type"] == "kernel_info_reply":
                await self.get_iopub_msg(timeout=0.2)  # what it prints would come here
                return True
        return False


class _Kernel(AsyncKernelManager):
    """A kernel whose files lie in a folder of its own, which subclasses name."""

    folder: Path
    root: Path

    def __init__(self, **settings: Any) -> None:
        client = f"{__name__}.{Client.__name__}"
        super().__init__(connection_file=str(self.folder / "kernel.json"), client_class=client, **settings)

    @default("kernel_spec_manager")
    def _own_kernels(self) -> KernelSpecManager:
        return _Kernels(data_dir=self.data_dir)

    async def _async_launch_kernel(self, kernel_cmd: list[str], **settings: Any) -> None:
        environment = {**settings.pop("env", os.environ), **ENVIRONMENT}
        environment |= {"AFTERMATH_ROOT": str(self.root), "IPYTHONDIR": str(self.folder / "ipython")}
        with said(self.folder).open("wb") as output:
            streams = {"stdout": output, "stderr": output}
            await super()._async_launch_kernel(kernel_cmd, env=environment, **streams, **settings)

    async def _async_wait(self, pollinterval: float = 0.1) -> None:
        await self.provisioner.wait()  # which knows at once, where the base would look ten times a second


class _Engine(NBClientEngine):
    """Papermill's engine with our kernel, and without a clock in the notebook."""

    @classmethod
    def execute_notebook(cls, nb: NotebookNode, kernel_name: str, **settings: Any) -> NotebookNode:
        raise_for_execution_errors(super().execute_notebook(nb, kernel_name, **settings), None)
        return new_notebook()  # we have the executed one already; papermill would turn it into text that nobody reads

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **settings: Any) -> Any:
        folder, root = settings["folder"], settings["root"]
        client = PapermillNotebookClient(
            nb_man,
            kernel_name=kernel_name,
            kernel_manager_class=type("Kernel", (_Kernel,), {"folder": folder, "root": root}),
            resources={"metadata": {"path": str(root)}},
            on_notebook_start=settings["on_start"],
            on_cell_execute=settings["on_cell"],
            startup_timeout=START_SECONDS,
            timeout=None,
            log=_silent,
            record_timing=False,
            coalesce_streams=True,
            store_widget_state=False,
            shutdown_kernel="immediate",
        )
        return client.execute()


papermill_engines.register(ENGINE, _Engine)


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
