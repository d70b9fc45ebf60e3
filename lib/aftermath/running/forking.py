"""Processes forked from one that has already imported what they need: a start in a fraction of the time.

Each process that wants some has a fork server of its own (:mod:`aftermath.running.fork_server`), started when it is first needed.
Only Linux is trusted to fork; elsewhere processes are started anew, which is slower and no different otherwise.
"""

from __future__ import annotations

import atexit
import os
import pickle
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from aftermath.running import fork_server
from aftermath.running.fork_server import NUMBER

# One thread a process: they run side by side, and sums do not depend on how work was split. Text is UTF-8, days begin at
# midnight UTC, and nothing is translated, wherever pages are made.
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "POLARS_MAX_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
}
# How somebody's terminal looks, how libraries print, warn and draw, and what Python does in other ways than usual. What says
# where packages are is left.
_TASTE = re.compile(
    r"(POLARS|PLOTLY|MPL|MATPLOTLIB|IPYTHON|RICH|CLICOLOR)_?|(COLUMNS|LINES|NO_COLOR|FORCE_COLOR|TTY_\w+)$"
    r"|PYTHON(?!(PATH|HOME|USERBASE|NOUSERSITE|SAFEPATH|PLATLIBDIR|PYCACHEPREFIX|DONTWRITEBYTECODE)$)"
)


def clean_environment() -> dict[str, str]:
    """The variables of every process in which pages are made: those of this one, without what would change a page."""
    return {name: value for name, value in os.environ.items() if not _TASTE.match(name)} | ENVIRONMENT


def can_fork() -> bool:
    """Whether this system is trusted to fork."""
    return sys.platform == "linux"


class ForkedProcess:
    """A process that was forked for us, with the names that a process of ``subprocess`` has.

    Parameters
    ----------
    channel
        Tells its number and, in the end, its status.
    """

    stdin = stdout = stderr = None

    def __init__(self, channel: socket.socket) -> None:
        self._channel, self.pid, self.returncode = channel, 0, None

    async def begin(self) -> None:
        """Wait until it is there, which may take as long as the server imports.

        Raises
        ------
        OSError
            If the server has ended.
        """
        number = await self._received()
        if not number:
            self._channel.close()
            raise ChildProcessError("the process that kernels are forked from has ended")
        self.pid = NUMBER.unpack(number)[0]

    def poll(self) -> int | None:
        """Its status, or None while it runs."""
        if self.returncode is None:
            try:
                self._take(self._channel.recv(NUMBER.size))
            except BlockingIOError:
                return None
        return self.returncode

    async def wait(self) -> int | None:
        """Its status, as soon as it has ended."""
        if self.returncode is None:
            self._take(await self._received())
        return self.returncode

    async def _received(self) -> bytes:
        import asyncio  # which takes longer than all that a build with nothing to do needs of this module

        return await asyncio.get_running_loop().sock_recv(self._channel, NUMBER.size)

    def _take(self, status: bytes) -> None:
        """A status; there is none where the server was killed, with which all that it forked ends."""
        self.returncode = NUMBER.unpack(status)[0] if status else -signal.SIGKILL
        self._channel.close()

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


class ForkServer:
    """The fork server of this process: started when it is first needed, and anew if it was killed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._modules: list[str] = []

    def load(self, modules: Iterable[str]) -> None:
        """Have it import modules before it forks again; those that it has imported already are no matter.

        Parameters
        ----------
        modules
            Their names, in the order in which they are imported. One that cannot be imported is passed over.
        """
        with self._lock:
            more = [name for name in modules if name not in self._modules]
            self._modules += more
            fork_server.send(self._at_work(), {"modules": more})

    def fork(
        self, call: Callable[[], None], environment: Mapping[str, str], folder: Path, output: int
    ) -> ForkedProcess:
        """Have it fork a process that does a call.

        Parameters
        ----------
        call
            What it does; can be pickled.
        environment
            Its variables, all of them.
        folder
            Where it works.
        output
            A file that takes what it prints.
        """
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        request = {"call": pickle.dumps(call), "environment": dict(environment), "folder": str(folder)}
        with theirs, self._lock:
            fork_server.send(self._at_work(), request, [theirs.fileno(), output])
        return ForkedProcess(ours)

    def end(self) -> None:
        """End it at once, and with it all that it forked."""
        with self._lock:
            self._end()

    def _at_work(self) -> socket.socket:
        """Our end of the socket to the server, which is started if it is not there."""
        if self._process is None or self._control is None or self._process.poll() is not None:
            self._end()
            self._control, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603 - our interpreter, our program
                    [sys.executable, "-P", fork_server.__file__],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=clean_environment(),
                    start_new_session=True,
                )
            fork_server.send(self._control, {"path": sys.path, "modules": self._modules})
        return self._control

    def _end(self) -> None:
        if self._process is not None and self._control is not None:
            self._process.kill()
            self._process.wait()
            self._control.close()
        self._process = self._control = None


SERVER = ForkServer()
atexit.register(SERVER.end)
