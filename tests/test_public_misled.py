"""Servers that mislead the client of public sources: heads and interim answers without end, lies about length, texts in the wrong place."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from time import monotonic, sleep

import pytest

from aftermath.public import PullError
from aftermath.public.answers import ShapeError, figure, instant, words
from replaying import Clock, Replay, Reply, says

URL = "https://api.example.org/figures?day=2017-04-09"


@pytest.fixture
def server() -> Iterator[Replay]:
    replay = Replay()
    yield replay
    replay.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


# Headers, and what comes before them

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
WHOLE = HEAD + b"Content-Length: 2\r\n\r\n[]"


def sends(*pieces: bytes, every: float = 0.0) -> Reply:
    """Bytes as they are, from the first line of the answer on."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        for piece in pieces:
            handler.wfile.write(piece)
            sleep(every)

    return reply


def without_end(before: bytes, piece: bytes) -> Reply:
    """Sends a piece again and again until nobody listens; at most some megabytes."""
    return sends(before, *[piece * 64] * 2000)


INTERIM = {
    "continue": b"HTTP/1.1 100 Continue\r\n\r\n",
    "processing": b"HTTP/1.1 102 Processing\r\n\r\n",
    "early hints": b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n",
}
every_interim = pytest.mark.parametrize("interim", INTERIM.values(), ids=INTERIM)


@every_interim
def test_interim_answers_are_passed_over(server, interim):
    server.script = [sends(interim * 3 + WHOLE)]
    assert server.client(attempts=1).get(URL).body == b"[]"


@pytest.mark.bad_input("servers that stall, lie or lead astray")
@every_interim
def test_interim_answers_have_an_end(server, interim):
    server.otherwise = without_end(b"", interim)
    with pytest.raises(PullError, match=r"sent no whole headers in 3.min, or too many"):
        server.client(attempts=1).get(URL)


@pytest.mark.bad_input("servers that stall, lie or lead astray")
@pytest.mark.parametrize(("before", "piece"), [(HEAD, b"X: y\r\n"), (HEAD + b"X: ", b"y"), (b"", b"H")])
def test_headers_have_an_end(server, before, piece):
    server.otherwise = without_end(before, piece)
    with pytest.raises(PullError, match=r"sent no whole headers|could not be reached, or hung up"):
        server.client(attempts=1).get(URL)


@pytest.mark.bad_input("servers that stall, lie or lead astray")
@pytest.mark.parametrize(
    "pieces",
    [[*map(bytes, zip(WHOLE, strict=True))], [INTERIM["continue"]] * 60, [HEAD, *[b"X-Wait: 1\r\n"] * 60]],
    ids=["headers that drip", "interim answers", "one header after another"],
)
def test_the_deadline_holds_for_headers(server, pieces):
    """With each byte the library waits anew: it would have waited for all of them."""
    server.otherwise = sends(*pieces, every=0.02)
    client = server.client(attempts=1, deadline=0.2)
    client.monotonic = monotonic
    with pytest.raises(PullError, match=r"sent no whole headers in 0"):
        client.get(URL)


@pytest.mark.bad_input("servers that stall, lie or lead astray")
def test_the_deadline_holds_for_bodies(server):
    server.otherwise = sends(HEAD + b"Content-Length: 100\r\n\r\n", *[b" "] * 60, every=0.02)
    client = server.client(attempts=1, deadline=0.2)
    client.monotonic = monotonic
    with pytest.raises(PullError, match="not whole after"):
        client.get(URL)


@pytest.mark.bad_input("servers that stall, lie or lead astray")
def test_pieces_have_an_end(server):
    server.otherwise = without_end(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n")
    with pytest.raises(PullError, match="longer than 1,000 bytes"):
        server.client(most_bytes=1000, attempts=1).get(URL)


@pytest.mark.bad_input("broken submissions")
@pytest.mark.parametrize("length", [b"-5", b"1e3", b"0x2", b"99999999999999999999", b"1, 2"])
def test_lies_about_the_length_cost_no_more_than_the_answer(server, length):
    server.otherwise = sends(HEAD + b"Content-Length: " + length + b"\r\nConnection: close\r\n\r\n[]")
    client = server.client(attempts=1, timeout=1.0)
    try:
        assert client.get(URL).body == b"[]"
    except PullError as error:
        assert "longer than" in str(error)  # the only one that is a length


@pytest.mark.bad_input("servers that stall, lie or lead astray")
@pytest.mark.parametrize("retry_after", ["0", "7", "Sat, 01 Jun 2024 11:00:00 GMT", "soon"])
def test_slow_down_for_ever_has_an_end(server, clock, retry_after):
    server.otherwise = says("", status=429, retry_after=retry_after)
    with pytest.raises(PullError, match=r"answers 429 Too Many Requests; asked 5.times"):
        server.client(clock).get(URL)
    assert len(server.asked) == 5
    assert min(clock.slept) >= 7


@pytest.mark.bad_input("secrets and texts that must not come out")
@pytest.mark.parametrize(
    "read",
    [
        lambda: figure({"n": "They dragged canary7193"}, "n"),
        lambda: figure({"n": ["canary7193"]}, "n"),
        lambda: words({"n": {"text": "canary7193"}}, "n"),
        lambda: words({"n": ["canary7193"]}, "n"),
        lambda: instant("on canary7193", "%Y%m%d"),
    ],
)
def test_no_message_quotes_what_may_be_a_text(read):
    with pytest.raises(ShapeError, match=r"a text of|a list|an object") as caught:
        read()
    assert "canary7193" not in str(caught.value)
