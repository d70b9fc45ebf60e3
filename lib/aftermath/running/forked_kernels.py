"""Kernels forked from a process that has already imported what pages need: a start in a fraction of the time.

They come through a provisioner, which is jupyter_client's own way to have kernels started differently.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

from aftermath.running.forking import end_with_parent, forking, hear_again

PROVISIONER = "aftermath-forked"


class ForkedProvisioner(LocalProvisioner):
    """Starts kernels by a fork, and is otherwise as the provisioner of local kernels."""

    async def launch_kernel(self, cmd: list[str], **settings: Any) -> Any:
        """Start the kernel.

        Parameters
        ----------
        cmd
            The command that would start it anew; **its arguments count, not its interpreter**.
        **settings
            ``cwd``, ``env`` and ``stdout`` (an open file), as a start anew would take them.
        """
        output = Path(settings["stdout"].name)
        start = cmd[cmd.index("-f") :], settings.get("cwd"), dict(settings["env"]), output
        with forking() as context:
            process = context.Process(target=_serve, args=start)
            process.start()
        self.process = _Kernel(process)
        self.pid = self.pgid = process.pid
        self.cwd = settings.get("cwd", Path.cwd())
        return self.connection_info

    async def wait(self) -> int | None:
        """Wait for the end without looking at intervals, which would cost a tenth of a second a page."""
        status = await asyncio.to_thread(self.process.wait) if self.process else 0
        self.process = None
        return status


class _Kernel:
    """A forked process with the names that a process of ``subprocess`` has."""

    stdin = stdout = stderr = None

    def __init__(self, process: Any) -> None:
        self._process, self.pid = process, process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self) -> int | None:
        self._process.join()
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()

    def terminate(self) -> None:
        self._process.terminate()


def _serve(arguments: list[str], folder: str | None, environment: Mapping[str, str], output: Path) -> None:
    """What a forked process does: it becomes a kernel, with a clean environment and a group of its own."""
    os.setsid()  # Ctrl-C on the terminal is for the build, not for its kernels
    if not output.parent.is_dir():
        return  # whoever asked has been stopped meanwhile, and its folder was cleared away
    with output.open("ab") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder or ".")
    end_with_parent()
    hear_again()
    sys.modules["debugpy"] = None  # no debugger is ever attached, and to import it takes a third of the start
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(argv=arguments)


KernelProvisionerFactory.instance().provisioners[PROVISIONER] = EntryPoint(
    PROVISIONER, f"{__name__}:{ForkedProvisioner.__name__}", KernelProvisionerFactory.GROUP_NAME
)
