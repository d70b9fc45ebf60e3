"""The process that kernels are forked from, as a program of its own that needs the standard library alone.

It imports what it is told to (a module may make ready what every page needs), and forks a process for each request; it starts no
thread, so that nothing can be held by a thread that a fork leaves behind. Requests come through the socket that is its standard input: a size, then so
many bytes of a pickled dictionary. That socket has no name, and only the process that started us holds its other end: nobody else
can hand us a pickle. **When nobody holds the other end any more, it ends whatever it forked, and itself.**
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pickle
import select
import signal
import socket
import struct
import sys
import threading
import traceback
from typing import Any

SIZE = struct.Struct("!Q")  # opens a request
NUMBER = struct.Struct("!i")  # what goes back for each process: its number, and once it has ended its status
# objects between two searches for garbage, here and in what is forked: most of what pages are made from stays until their end
BETWEEN_SEARCHES = 20_000
HUNG_UP = select.POLLHUP if hasattr(select, "poll") else 0


def send(control: socket.socket, request: dict[str, Any], files: list[int] | None = None) -> None:
    """Send a request.

    Parameters
    ----------
    control
        Our end of the server's standard input.
    request
        ``path``: where modules are looked for; ``modules``: names to import; or a process to fork: ``call`` (pickled),
        ``environment``, ``folder``.
    files
        For a process: the socket that is told of it, and the file that takes what it prints.
    """
    content = pickle.dumps(request)
    socket.send_fds(control, [SIZE.pack(len(content))], files or [])
    control.sendall(content)


def receive(control: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """The next request and its files.

    Raises
    ------
    EOFError
        If there will be no other.
    """
    size, files, _, _ = socket.recv_fds(control, SIZE.size, 2)
    if len(size) < SIZE.size:
        raise EOFError
    content, missing = b"", SIZE.unpack(size)[0]
    while missing:
        part = control.recv(missing)
        if not part:
            raise EOFError
        content, missing = content + part, missing - len(part)
    return pickle.loads(content), files  # noqa: S301 - of whoever started us


class Server:
    """Imports, forks and tells of ends.

    Parameters
    ----------
    control
        Brings the requests.
    """

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.children: dict[int, socket.socket] = {}  # number of a process -> who is told of it
        self.lifeline = os.pipe()  # nobody ever writes: it closes for the children when we end, however we end
        self.ends, self._end = os.pipe()
        os.set_blocking(self._end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._end, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Do what is asked until nobody is left to ask, then end what was forked."""
        try:
            while True:
                ready, _, _ = select.select([self.control, self.ends], [], [])
                if self.ends in ready:
                    os.read(self.ends, 4096)
                    self.tell_of_ends()
                if self.control in ready:
                    self.do(*receive(self.control))
        except (EOFError, ConnectionError):
            for number in self.children:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(number, signal.SIGKILL)

    def do(self, request: dict[str, Any], files: list[int]) -> None:
        """What a request asks for."""
        if "path" in request:
            sys.path[:] = request["path"]
        for name in request.get("modules", ()):
            self.see_that_somebody_is_there()
            with contextlib.suppress(Exception):  # who needs it imports it again, and is told
                importlib.import_module(name)
        if "call" in request:
            self.fork(request, socket.socket(fileno=files[0]), files[1])

    def see_that_somebody_is_there(self) -> None:
        """Raise ``EOFError`` if the other end is closed: imports take a while."""
        poll = select.poll()
        poll.register(self.control, 0)
        if any(event & HUNG_UP for _, event in poll.poll(0)):
            raise EOFError

    def fork(self, request: dict[str, Any], reply: socket.socket, output: int) -> None:
        """Fork a process that does a call and ends."""
        gc.freeze()  # or the first search for garbage in the child would copy all that they share
        number = os.fork()
        if not number:
            self.be_child(request, reply, output)
        os.close(output)
        self.children[number] = reply
        with contextlib.suppress(OSError):  # whoever asked has been stopped meanwhile
            reply.sendall(NUMBER.pack(number))

    def tell_of_ends(self) -> None:
        """Say which processes have ended, and how."""
        for number, reply in list(self.children.items()):
            ended, status = os.waitpid(number, os.WNOHANG)
            if ended:
                with contextlib.suppress(OSError), reply:
                    reply.sendall(NUMBER.pack(os.waitstatus_to_exitcode(status)))
                del self.children[number]

    def be_child(self, request: dict[str, Any], reply: socket.socket, output: int) -> None:
        """What a forked process does: leave everything behind that is the server's, do its call, and end."""
        status = 1
        try:
            os.setsid()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for held in (self.control, reply, *self.children.values()):
                held.close()
            for held in (self.ends, self._end, self.lifeline[1]):
                os.close(held)
            for stream in (1, 2):
                os.dup2(output, stream)
            os.close(output)
            threading.Thread(target=end_with, args=(self.lifeline[0],), daemon=True, name="lifeline").start()
            os.environ.clear()
            os.environ.update(request["environment"])
            os.chdir(request["folder"])
            pickle.loads(request["call"])()  # noqa: S301 - of whoever started us
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else bool(end.code)
        except BaseException:
            traceback.print_exc()
        finally:
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(Exception):
                    stream.flush()
            os._exit(status)


def end_with(lifeline: int) -> None:
    """End this process as soon as the server has ended."""
    os.read(lifeline, 1)
    os._exit(1)


def main() -> None:
    """Serve whoever started us."""
    gc.set_threshold(BETWEEN_SEARCHES)
    control = socket.socket(fileno=os.dup(0))
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - no need for pathlib
        os.dup2(nothing.fileno(), 0)
    Server(control).serve()


if __name__ == "__main__":
    main()
