"""Visiting a page anywhere on the web, as a reader's browser would ask for it: bounded, and never into a private network.

The client of public sources asks known services. What is visited here stands in a case, and **a case may be written by anybody**.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit

from aftermath.public.client import (
    CHUNK,
    EXCERPT,
    MOVED,
    PASSING,
    SIGNS,
    SLOW_DOWN,
    AgainError,
    Client,
    PullError,
    retry_after,
)

MOST_HOPS = 10
MOST_BYTES = 16 << 20


class NotVisited(PullError):
    """A page could not be visited; the text says why. **That says nothing of whether it is there.**"""


class RedirectCircle(NotVisited):
    """A page leads back to itself, or on without end."""


@dataclass(frozen=True)
class Visit:
    """What a page answered.

    Parameters
    ----------
    address
        Where the answer came from in the end.
    status
        Of the answer.
    headers
        Names in lower case.
    body
        The bytes as they came.
    whole
        False where the answer was longer, or took longer, than is read.
    """

    address: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool

    @cached_property
    def content(self) -> bytes:
        """The body without the packing of the transfer; as it came where that cannot be undone."""
        if self.headers.get("content-encoding", "").lower() not in ("gzip", "deflate", "x-gzip"):
            return self.body
        try:
            return zlib.decompressobj(47).decompress(self.body, MOST_BYTES)
        except zlib.error:
            return self.body


def visit(
    client: Client, address: str, *, pause: float = 1.0, rest: float = 10.0, most_bytes: int = MOST_BYTES
) -> Visit:
    """Ask for a page and follow where it leads, to other hosts too.

    Parameters
    ----------
    client
        Who asks. Each host is left in peace between two questions.
    address
        With ``http`` or ``https``.
    pause, rest
        As ``Client.get`` takes them.
    most_bytes
        How much of the answer is read.

    Raises
    ------
    NotVisited
        If it is no address of the public web, cannot be reached, or leads in a circle.
    """
    seen: list[str] = []
    address = _pointed_to("", address.strip())
    while len(seen) <= MOST_HOPS:
        if address in seen:
            raise RedirectCircle(f"{seen[0][:EXCERPT]} redirects in a circle.")
        seen.append(address)
        _must_be_public(client, address)
        found = _asked(client, address, pause, rest, most_bytes)
        location = found.headers.get("location", "")
        if found.status not in MOVED or not location:
            return found
        address = _pointed_to(address, location)
    raise RedirectCircle(f"{seen[0][:EXCERPT]} redirects more than {MOST_HOPS} times.")


def _pointed_to(address: str, location: str) -> str:
    """An address as it can be sent, of the page alone."""
    try:
        pointed_to = urldefrag(urljoin(address, location)).url
        urlsplit(pointed_to)
        return quote(pointed_to, safe=SIGNS)
    except ValueError as error:  # brackets that hold no address
        raise NotVisited(f"{location[:EXCERPT]!r} is no address of a page ({error}).") from error


def _must_be_public(client: Client, address: str) -> None:
    """Refuse what is no page, and what is a machine of a private network; the server that stands in for all is not."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NotVisited(f"{address[:EXCERPT]!r} is no address of a page.")
    if not client.instead:
        with contextlib.suppress(OSError):  # a proxy may know it
            public_places(unquote(parts.hostname))


def public_places(host: str) -> list[str]:
    """The addresses of a host in the public web, in the order in which the system would try them.

    Raises
    ------
    NotVisited
        If any of them is in a private network.
    OSError
        If there is no such host.
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise NotVisited(f"{host[:EXCERPT]!r} is no name of a host ({error}).") from error
    places = [str(where[0]) for *_, where in found]
    if not all(ipaddress.ip_address(place.partition("%")[0]).is_global for place in places):
        raise NotVisited(f"{host} is in a private network, and is not asked.")
    return places


def _asked(client: Client, address: str, pause: float, rest: float, most_bytes: int) -> Visit:
    def received(response: http.client.HTTPResponse) -> Visit:
        headers = {name.lower(): value for name, value in response.headers.items()}
        body, until = bytearray(), client.monotonic() + client.deadline
        while len(body) <= most_bytes and client.monotonic() <= until and (piece := response.read1(CHUNK)):
            body += piece
        whole = len(body) <= most_bytes and client.monotonic() <= until and not response.length
        return Visit(address, response.status, headers, bytes(body[:most_bytes]), whole)

    def ask() -> Visit:
        headers = {"Accept": "*/*", "Host": urlsplit(address).netloc}
        places = None if client.instead else public_places
        found = client.once(client.stand_in(address), headers, received, places=places)
        if found.status in PASSING:
            slow = found.status in SLOW_DOWN
            wait = retry_after(found.headers.get("retry-after", ""), client.now()) if slow else None
            raise AgainError(f"answers {found.status}", wait=wait, told_to_slow_down=slow)
        return found

    try:
        return client.patiently(ask, address, pause=pause, rest=rest, attempts=min(client.attempts, 3))
    except NotVisited:
        raise
    except PullError as error:
        raise NotVisited(str(error)) from error
    except ValueError as error:  # an address that no request can be made of
        raise NotVisited(f"{address[:EXCERPT]!r} is no address of a page ({error}).") from error
