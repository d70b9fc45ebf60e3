"""A server on this machine that replays what public sources answer, and misbehaves on request; and a clock that needs no time."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aftermath.public import Client

Reply = Callable[[BaseHTTPRequestHandler], None]


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self, start: datetime = datetime(2024, 6, 1, 12, tzinfo=UTC)) -> None:
        self.start, self.passed, self.slept = start, 0.0, []

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.slept.append(seconds)
        self.passed += seconds

    def monotonic(self) -> float:
        return self.passed

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.passed)


class Replay:
    """The server: what it will say, in this order, and what it was asked."""

    def __init__(self) -> None:
        self.script: list[Reply] = []
        self.otherwise: Reply | None = None
        self.asked: list[str] = []
        self.posted: list[str] = []
        self.headers: list[dict[str, str]] = []
        replay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 5

            def do_GET(self) -> None:
                self.close_connection = True
                replay.asked.append(self.path)
                replay.headers.append({name.lower(): value for name, value in self.headers.items()})
                reply = replay.script.pop(0) if replay.script else replay.otherwise
                (reply or says("nothing more in the script", status=418))(self)

            def do_POST(self) -> None:
                replay.posted.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.do_GET()

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:  # a client that hangs up is part of the play
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)

    def client(self, clock: Clock | None = None, **options: object) -> Client:
        clock = clock or Clock()
        given = {"timeout": 5.0, "instead": self.address, **options}
        return Client(sleep=clock.sleep, monotonic=clock.monotonic, now=clock.now, **given)


def _send(handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes) -> None:
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", "Connection": "close", **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def says(content: object, *, status: int = 200, **headers: str) -> Reply:
    """An answer as it should be: bytes, text, or anything that JSON can write."""
    body = content if isinstance(content, bytes) else content.encode() if isinstance(content, str) else None
    body = json.dumps(content).encode() if body is None else body
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return lambda handler: _send(handler, status, {"Content-Length": str(len(body)), **named}, body)


def by_address(replies: dict[str, Reply]) -> Reply:
    """The first reply whose key the host with the path begins with; 404 where there is none."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        asked = f"{handler.headers['Host']}{handler.path}"
        place = (
            asked if not asked.startswith("127.0.0.1") else handler.path
        )  # the client of sources does not say the host
        found = next((replies[key] for key in replies if place.startswith(key)), says("none", status=404))
        found(handler)

    return reply


def breaks_off(body: bytes, announced: int) -> Reply:
    """Announces more than it sends."""
    return lambda handler: _send(handler, 200, {"Content-Length": str(announced)}, body)


def in_pieces(*pieces: bytes, ends: bool = True) -> Reply:
    """Chunked, with no length announced; without its end where it breaks off."""
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + (b"0\r\n\r\n" if ends else b"")
    return lambda handler: _send(handler, 200, {"Transfer-Encoding": "chunked"}, body)


def until_closed(body: bytes) -> Reply:
    """No length at all: the end of the connection is the end of the answer."""
    return lambda handler: _send(handler, 200, {}, body)


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    """Resets the connection without a word."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
