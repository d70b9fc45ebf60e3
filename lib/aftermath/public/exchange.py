"""One request and its answer over HTTP, as the standard library has it, with **bounds that the library lacks**.

The library waits anew for every byte, reads interim answers (100) without end, and takes others (103) for the answer itself.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import urllib.request
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

LARGEST_HEAD = 1 << 20  # bytes, interim answers among them
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
Places = Callable[[str], Sequence[str]]  # the addresses of a host that may be connected to


class SlowError(Exception):
    """Headers, or what came before them, had no end in time."""


class _EveryStatus(urllib.request.HTTPErrorProcessor):
    """Hands on every answer, errors and redirects too: what to do about them is decided by who asks, not in the library."""

    def http_response(
        self, request: urllib.request.Request, response: http.client.HTTPResponse
    ) -> http.client.HTTPResponse:
        return response

    https_response = http_response


class _Arriving(io.RawIOBase):
    """The bytes that come over a socket; until the headers are read, only so long and so many."""

    def __init__(self, connection: socket.socket, left: Callable[[], float]) -> None:
        self.raw = connection.makefile("rb", buffering=0)
        self.connection, self.left, self.most = connection, left, LARGEST_HEAD
        self.timeout, self.in_head = connection.gettimeout(), True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self.in_head:
            left = self.left()
            if left <= 0 or self.most <= 0:
                raise SlowError
            self.connection.settimeout(min(left, self.timeout or left))
        try:
            read = self.raw.readinto(buffer)
        except TimeoutError:
            if self.in_head and self.left() <= 0:
                raise SlowError from None
            raise
        self.most -= read or 0
        return read

    def head_is_read(self) -> None:
        self.in_head = False
        self.connection.settimeout(self.timeout)

    def close(self) -> None:
        self.raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    """An answer whose headers come in time, whatever interim answers come before them."""

    def __init__(self, sock: socket.socket, *arguments: Any, left: Callable[[], float], **named: Any) -> None:
        super().__init__(sock, *arguments, **named)
        self.arriving = _Arriving(sock, left)
        self.fp.close()
        self.fp = io.BufferedReader(self.arriving)

    def begin(self) -> None:
        super().begin()
        while 100 <= self.status < 200:
            answer: Any = self
            answer.headers = answer.msg = None  # as before the first
            super().begin()
        self.arriving.head_is_read()


class _Placed(http.client.HTTPConnection):
    """Connects to the addresses that were looked at: a name that is looked up twice may be elsewhere the second time."""

    places: Places

    def connect(self) -> None:
        name = self.host
        *others, last = self.places(name)
        try:
            for self.host in others:
                with contextlib.suppress(OSError):
                    return super().connect()
            self.host = last
            return super().connect()
        finally:
            self.host = name  # which the certificate must have


class _SecurelyPlaced(http.client.HTTPSConnection, _Placed):
    """The same, before anything is said of keys."""


class _InTime(urllib.request.AbstractHTTPHandler):
    """What both handlers do with a connection."""

    left: Callable[[], float]
    places: Places | None

    def do_open(self, http_class: Any, req: urllib.request.Request, **arguments: Any) -> http.client.HTTPResponse:
        def connection(*where: Any, **named: Any) -> http.client.HTTPConnection:
            made = http_class(*where, **named)
            made.response_class = partial(_Answer, left=self.left)
            if isinstance(made, _Placed) and self.places:
                made.places = self.places
            return made

        if self.places:
            http_class = _SecurelyPlaced if issubclass(http_class, http.client.HTTPSConnection) else _Placed

        return super().do_open(connection, req, **arguments)


class _Plain(_InTime, urllib.request.HTTPHandler):
    pass


class _Secure(_InTime, urllib.request.HTTPSHandler):
    pass


def opener(left: Callable[[], float], address: str, places: Places | None) -> urllib.request.OpenerDirector:
    """What opens one address.

    Parameters
    ----------
    left
        Seconds that are left until the headers must be there.
    address
        Its proxy is that of the system's settings; this machine is asked without.
    places
        Gives the addresses of a host, which **alone are connected to**, or raises; None where any will do. A proxy looks names
        up itself, and is not told.
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    directly = host in LOOPBACK or parts.scheme not in urllib.request.getproxies() or urllib.request.proxy_bypass(host)
    handlers: list[Any] = [_EveryStatus(), _Plain(), _Secure()]
    for handler in handlers[1:]:
        handler.left, handler.places = left, places if directly else None
    return urllib.request.build_opener(*handlers, *([urllib.request.ProxyHandler({})] if directly else []))
