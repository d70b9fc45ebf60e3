"""Where a visit connects to: to the addresses that were looked at, by the name that the page has, and never into a private network."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from aftermath.public import Client
from aftermath.public.visiting import NotVisited, public_places, visit
from replaying import Replay, says

PUBLIC = "93.184.216.34"
real = socket.getaddrinfo


@pytest.fixture
def server() -> Iterator[Replay]:
    replay = Replay()
    yield replay
    replay.close()


@pytest.fixture
def resolver(monkeypatch) -> Callable[..., list[str]]:
    """Stands in for the system's resolver: each look-up of a name gives the next of the answers; addresses are looked up as ever."""

    def answering(*answers: list[str] | None) -> list[str]:
        asked, left = [], list(answers)

        def getaddrinfo(host: str, port: object, *arguments: object, **named: object) -> list[tuple]:
            if host.strip("[]").replace(".", "").isdigit() or ":" in host:
                return real(host, port, *arguments, **named)
            asked.append(host)
            answer = left.pop(0) if len(left) > 1 else left[0]
            if answer is None:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return [found for place in answer for found in real(place, port, type=socket.SOCK_STREAM)]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        return asked

    return answering


def port(server: Replay) -> int:
    return server.server.server_address[1]


REBOUND = {
    "elsewhere at the second look": [[PUBLIC], ["127.0.0.1"]],
    "nowhere at the first look": [None, ["127.0.0.1"]],
    "in two places": [[PUBLIC], [PUBLIC, "127.0.0.1"]],
    "within the newer protocol": [[PUBLIC], ["::ffff:127.0.0.1"]],
}


@pytest.mark.bad_input("servers that stall, lie or lead astray")
@pytest.mark.parametrize("answers", REBOUND.values(), ids=REBOUND)
def test_a_name_that_moves_into_a_private_network_is_not_followed(server, resolver, answers):
    resolver(*answers)
    server.otherwise = says("a secret of this network")
    with pytest.raises(NotVisited, match=r"rebound\.example is in a private network"):
        visit(Client(attempts=1, timeout=2), f"http://rebound.example:{port(server)}/a")
    assert server.asked == []


@pytest.mark.bad_input("servers that stall, lie or lead astray")
@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://%31%32%37.0.0.1:{port}/a", "private network"),
        ("http://127.0.0.%31:{port}/a", "private network"),
        ("http://[::ffff:127.0.0.1]:{port}/a", "private network"),
        (f"http://{'a' * 70}.example:{{port}}/a", "no name of a host"),
        ("http://a..example:{port}/a", "no name of a host"),
    ],
)
def test_a_name_that_is_written_oddly_is_looked_at_as_it_is_asked(server, address, said):
    with pytest.raises(NotVisited, match=said):
        visit(Client(attempts=1, timeout=2), address.format(port=port(server)))
    assert server.asked == []


def test_the_address_that_was_looked_at_is_connected_to_and_the_host_keeps_its_name(server, resolver, monkeypatch):
    """The server of this machine counts as public here; the first of two addresses does not answer."""
    asked = resolver(["127.0.0.2", "127.0.0.1"], [PUBLIC])
    server.otherwise = says("a page")
    looked_at = public_places

    def allowed(host: str) -> list[str]:
        return [where[4][0] for where in socket.getaddrinfo(host, None)] if host == "page.example" else looked_at(host)

    monkeypatch.setattr("aftermath.public.visiting.public_places", allowed)
    monkeypatch.setattr("aftermath.public.visiting._must_be_public", lambda client, address: None)
    found = visit(Client(attempts=1, timeout=2), f"http://page.example:{port(server)}/a")
    assert found.body == b"a page"
    assert asked == ["page.example"]
    assert server.headers[0]["host"] == f"page.example:{port(server)}"


def test_a_certificate_must_be_that_of_the_name(monkeypatch):
    """What is said before any key is agreed on names the host, not the address."""
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def listen() -> None:
            connection, _ = listening.accept()
            with connection:
                heard.append(connection.recv(4096))

        thread = threading.Thread(target=listen)
        thread.start()
        address = f"https://page.example:{listening.getsockname()[1]}/a"
        client = Client(attempts=1, timeout=2)
        with pytest.raises(Exception, match="could not be reached, or hung up"):
            client.once(address, {}, lambda response: None, places=lambda host: ["127.0.0.1"])
        thread.join(5)
    assert b"page.example" in heard[0]


def test_a_proxy_looks_names_up_itself(server, resolver, monkeypatch):
    resolver(None)
    monkeypatch.setenv("http_proxy", server.address)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    server.otherwise = says("a page")
    assert visit(Client(attempts=1, timeout=2), "http://known-to-the-proxy.example/a").body == b"a page"
    assert server.asked == ["http://known-to-the-proxy.example/a"]
