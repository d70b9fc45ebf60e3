"""The client of public sources: polite, patient, bounded, and not led astray."""

from __future__ import annotations

import gzip
import socket
import ssl
import urllib.error
from collections.abc import Iterator
from itertools import count

import pytest

from aftermath.public import Client, PullError
from aftermath.public import client as module
from replaying import Clock, Replay, breaks_off, hangs_up, in_pieces, says, until_closed

URL = "https://api.example.org/figures?day=2017-04-09"
FINE = {"items": [1]}


@pytest.fixture
def server() -> Iterator[Replay]:
    replay = Replay()
    yield replay
    replay.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


# Asking


def test_an_answer_comes_as_the_bytes_that_were_sent(server):
    body = b'\xef\xbb\xbf {"items" : [ 1 ]}\r\n'
    server.script = [says(body)]
    answer = server.client().get(URL)
    assert (answer.status, answer.body, answer.content_type) == (200, body, "application/json")
    assert server.asked == ["/figures?day=2017-04-09"]


def test_the_client_names_the_project_and_sends_nothing_else_of_its_own(server):
    server.script = [says(FINE)]
    server.client().get(URL)
    sent = server.headers[0]
    assert sent["user-agent"].startswith("Aftermath/")
    assert sent["accept-encoding"] == "identity"
    assert set(sent) <= {"host", "user-agent", "accept", "accept-encoding", "connection"}


def test_a_proxy_is_not_used_for_this_machine(server, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.script = [says(FINE)]
    assert server.client().get(URL).status == 200


@pytest.mark.parametrize("reply", [in_pieces(b'{"items"', b": [1]}"), until_closed(b'{"items": [1]}')])
def test_an_answer_without_a_length_is_whole_too(server, reply):
    server.script = [reply]
    assert server.client().get(URL).body == b'{"items": [1]}'


def test_what_it_is_called_does_not_matter_if_it_is_json(server):
    server.script = [says(FINE, content_type="text/html; charset=utf-8")]
    assert server.client().get(URL).body == b'{"items": [1]}'


# Rate


def test_questions_to_one_host_keep_their_distance(server, clock):
    server.otherwise = says(FINE)
    client = server.client(clock)
    for _ in range(3):
        client.get(URL, pause=6.0)
    assert clock.slept == [6.0, 6.0]
    client.get(URL.replace("api.", "other."), pause=6.0)  # the stand-in is one host, whatever it stands for
    assert clock.slept == [6.0, 6.0, 6.0]


def test_time_that_has_passed_anyway_is_not_waited_for_again(server, clock):
    server.otherwise = says(FINE)
    client = server.client(clock)
    client.get(URL, pause=6.0)
    clock.passed += 4.5
    client.get(URL, pause=6.0)
    clock.passed += 60
    client.get(URL, pause=6.0)
    assert clock.slept == [1.5]


# Asking again


@pytest.mark.fault("networks that fail")
@pytest.mark.parametrize("status", [408, 425, 500, 502, 504])
def test_a_trouble_that_passes_is_waited_out_longer_each_time(server, clock, status):
    server.script = [says("busy", status=status)] * 3 + [says(FINE)]
    assert server.client(clock).get(URL, pause=0.0).status == 200
    assert clock.slept == [1.0, 2.0, 4.0]


TROUBLES = {
    "hangs up": hangs_up,
    "breaks off": breaks_off(b'{"items": [', 400),
    "breaks off though it reads as whole": breaks_off(b'{"items": [1]}', 15),
    "breaks off in a piece": in_pieces(b'{"items": [1]}', ends=False),
    "no JSON": says('{"items": [1,, 2]}'),
    "cut off": until_closed(b'{"items": [1, 2'),
    "no number": says('{"items": [NaN]}'),
    "not UTF-8": says(b'{"items": "\xff"}'),
    "without end": says("[" * 200_000),
    "empty": says(b""),
    "blank": says(b" \n"),
}


@pytest.mark.fault("networks that fail")
@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES.keys())
def test_an_answer_that_is_not_whole_is_asked_for_again(server, trouble):
    server.script = [trouble, says(FINE)]
    assert server.client().get(URL).body == b'{"items": [1]}'
    assert len(server.asked) == 2


@pytest.mark.fault("networks that fail")
@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES.keys())
def test_asking_again_has_an_end(server, clock, trouble):
    server.otherwise = trouble
    with pytest.raises(PullError, match=r"asked 5.times.*run the same pull again later"):
        server.client(clock).get(URL, pause=0.0)
    assert len(server.asked) == 5
    assert clock.slept == [1.0, 2.0, 4.0, 8.0]


@pytest.mark.bad_input("broken submissions")
def test_the_error_says_what_was_wrong_last(server):
    server.otherwise = breaks_off(b'{"items": [', 400)
    with pytest.raises(PullError, match=r"127\.0\.0\.1:\d+: the answer broke off after 11 of 400 bytes"):
        server.client().get(URL)
    server.otherwise = says("", status=502)
    with pytest.raises(PullError, match="answers 502 Bad Gateway"):
        server.client().get(URL)


@pytest.mark.fault("networks that fail")
def test_a_server_that_is_not_there_is_an_error_after_all_attempts(clock):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
    client = Client(sleep=clock.sleep, monotonic=clock.monotonic, now=clock.now, instead=address)
    with pytest.raises(PullError, match=r"could not be reached, or hung up .*refused"):
        client.get(URL)
    assert len(clock.slept) == 4


@pytest.mark.bad_input("servers that stall, lie or lead astray")
def test_a_server_that_never_answers_is_given_up(server):
    server.otherwise = lambda handler: handler.rfile.read(1)
    with pytest.raises(PullError, match="timed out"):
        server.client(timeout=0.02, attempts=2).get(URL)
    assert len(server.asked) == 2


@pytest.mark.bad_input("servers that stall, lie or lead astray")
def test_a_server_that_drips_without_end_is_given_up(server):
    server.otherwise = in_pieces(*[b" "] * 50)
    ticks = count(0, 40)
    client = server.client(attempts=1)
    client.monotonic = lambda: float(next(ticks))
    with pytest.raises(PullError, match=r"not whole after 3.min"):
        client.get(URL)


# Slow down


def test_retry_after_is_honoured_to_the_second(server, clock):
    server.script = [says("slow down", status=429, retry_after="37"), says(FINE)]
    server.client(clock).get(URL, pause=0.0)
    assert clock.slept == [37.0]


def test_retry_after_may_be_a_date(server, clock):
    server.script = [says("", status=503, retry_after="Sat, 01 Jun 2024 12:01:30 GMT"), says(FINE)]
    server.client(clock).get(URL, pause=0.0)
    assert clock.slept == [90.0]


@pytest.mark.bad_input("servers that stall, lie or lead astray")
@pytest.mark.parametrize("then", ["Sat, 01 Jun 2024 11:00:00 GMT", "0"])
def test_who_asks_to_slow_down_is_never_asked_again_at_once(server, clock, then):
    server.script = [says("", status=429, retry_after=then)] * 2 + [says(FINE)]
    server.client(clock).get(URL, pause=6.0, rest=20.0)
    assert clock.slept == [20.0, 40.0]


@pytest.mark.bad_input("servers that stall, lie or lead astray")
@pytest.mark.parametrize("nonsense", ["", "soon", "-5", "1e3", "²", "99999999999999", "Sat, 99 Foo 2024"])
def test_slow_down_without_a_usable_time_is_waited_for_longer_each_time(server, clock, nonsense):
    server.script = [says("", status=429, retry_after=nonsense)] * 3 + [says(FINE)]
    server.client(clock).get(URL, pause=0.0, rest=20.0)
    assert clock.slept == [20.0, 40.0, 80.0]


def test_slow_down_without_a_word_about_time(server, clock):
    server.script = [says("", status=429)] * 4 + [says(FINE)]
    server.client(clock).get(URL, pause=0.0, rest=60.0)
    assert clock.slept == [60.0, 120.0, 240.0, 300.0]


def test_slow_down_in_plain_words_with_status_200(server, clock):
    words = "Please limit requests to one every 5 seconds or contact us for larger queries."
    server.script = [says(words, content_type="text/html"), says(FINE)]
    server.client(clock).get(URL, pause=6.0, rest=20.0)
    assert clock.slept == [20.0]


def test_a_wait_beyond_patience_ends_the_pull_and_says_until_when(server, clock):
    server.script = [says("", status=429, retry_after="3600")]
    with pytest.raises(PullError, match=r"asks to wait 60.min.*again after 2024-06-01T13:00\+00:00"):
        server.client(clock).get(URL)
    assert (len(server.asked), clock.slept) == (1, [])


# What is no use asking again


@pytest.mark.bad_input("answers of public sources")
@pytest.mark.parametrize("status", [204, 400, 401, 403, 404, 410, 451, 501])
def test_a_refusal_is_final(server, status):
    server.otherwise = says(b"" if status == 204 else "No.", status=status)
    with pytest.raises(PullError, match=f"answers {status} "):
        server.client().get(URL)
    assert len(server.asked) == 1


def test_a_status_that_means_nothing_there_is_an_answer(server):
    server.script = [says({"detail": "no data"}, status=404)]
    assert server.client().get(URL, nothing_there={404: "none"}).status == 404


@pytest.mark.bad_input("answers of public sources")
def test_a_page_in_place_of_nothing_there_is_not(server):
    server.script = [says("<h1>Gone</h1>", status=404)]
    with pytest.raises(PullError, match="a web page instead of figures: 'Gone'"):
        server.client().get(URL, nothing_there={404: "none"})


@pytest.mark.bad_input("answers of public sources")
def test_a_web_page_is_not_an_answer(server):
    page = "<!doctype html><html><title>Sign in</title><p>Welcome\x1b[31m to\u202e the hotel</p>" + "x" * 5000
    server.script = [says(page, content_type="text/html")]
    with pytest.raises(PullError, match="answers with a web page instead of figures") as caught:
        server.client().get(URL)
    assert "Sign in Welcome [31m to the hotel" in str(caught.value)
    assert len(str(caught.value)) < 500
    assert str(caught.value).isprintable()


def test_plain_words_are_shown(server):
    server.script = [says("Your query was too short or too long.", content_type="text/html")]
    with pytest.raises(
        PullError, match=r"answers with words instead of figures: 'Your query was too short or too long\.'"
    ):
        server.client().get(URL)


@pytest.mark.bad_input("answers of public sources")
def test_an_answer_that_is_too_long_is_not_read_on(server):
    server.script = [breaks_off(b"[", 10**12)]
    with pytest.raises(PullError, match="longer than 1,000 bytes"):
        server.client(most_bytes=1000).get(URL)
    server.script = [in_pieces(*[b"[" * 4096] * 500)]
    with pytest.raises(PullError, match="longer than 1,000 bytes"):
        server.client(most_bytes=1000).get(URL)
    assert len(server.asked) == 2


def test_an_answer_of_just_the_longest_length_is_read(server):
    body = b"[" + b" " * 998 + b"]"
    server.script = [says(body), in_pieces(body)]
    client = server.client(most_bytes=1000)
    assert client.get(URL).body == client.get(URL).body == body


@pytest.mark.bad_input("answers of public sources")
def test_a_compressed_answer_is_refused(server):
    server.script = [says(gzip.compress(b"[]"), content_encoding="gzip")]
    with pytest.raises(PullError, match="compressed"):
        server.client().get(URL)


@pytest.mark.bad_input("secrets and texts that must not come out")
def test_a_key_never_shows_up_in_an_error(server):
    server.otherwise = says('{"detail": "Invalid token abc123secret."}', status=401)
    with pytest.raises(PullError, match=r"Invalid token \[key\]") as caught:
        server.client().get(URL, headers={"Authorization": "Token abc123secret"})
    assert "abc123secret" not in str(caught.value)
    assert server.headers[0]["authorization"] == "Token abc123secret"


@pytest.mark.fault("networks that fail")
def test_a_certificate_that_cannot_be_verified_is_final(monkeypatch, clock):
    class Opener:
        def open(self, *_: object, **__: object) -> None:
            raise urllib.error.URLError(ssl.SSLCertVerificationError(1, "self-signed"))

    monkeypatch.setattr(ssl.SSLCertVerificationError, "verify_message", "self-signed certificate", raising=False)
    monkeypatch.setattr(module, "opener", lambda left, address, places: Opener())
    with pytest.raises(PullError, match="certificate cannot be verified"):
        Client(sleep=clock.sleep).get(URL)
    assert clock.slept == []


# Not led astray


@pytest.mark.bad_input("answers of public sources")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_another_host_is_not_followed(server, status):
    elsewhere = Replay()
    elsewhere.otherwise = says(FINE)
    try:
        server.otherwise = says("", status=status, location=f"{elsewhere.address}/figures")
        with pytest.raises(PullError, match="another host, which is not followed"):
            server.client().get(URL, headers={"Authorization": "Token secret"})
    finally:
        elsewhere.close()
    assert (len(server.asked), elsewhere.asked) == (1, [])


@pytest.mark.bad_input("answers of public sources")
@pytest.mark.parametrize(
    "location",
    [
        "http://localhost:{port}/x",
        "https://127.0.0.1:{port}/x",
        "//example.org/x",
        "file:///etc/passwd",
        "http://[bad/x",
    ],
)
def test_neither_is_another_name_or_scheme(server, location):
    server.otherwise = says("", status=302, location=location.format(port=server.server.server_address[1]))
    with pytest.raises(PullError, match="not followed"):
        server.client().get(URL)
    assert len(server.asked) == 1


def test_another_place_on_the_same_host_is_followed(server):
    server.script = [says("", status=301, location="/v2/figures"), says(FINE)]
    assert server.client().get(URL).status == 200
    assert server.asked == ["/figures?day=2017-04-09", "/v2/figures"]


@pytest.mark.bad_input("answers of public sources")
@pytest.mark.parametrize("location", [{"location": "/figures?day=2017-04-09"}, {}])
def test_a_circle_is_left(server, location):
    server.otherwise = says("", status=302, **location)
    with pytest.raises(PullError, match="in a circle"):
        server.client().get(URL)
    assert len(server.asked) == 4


@pytest.mark.bad_input("answers of public sources")
@pytest.mark.parametrize(
    "url", ["http://example.org/x", "ftp://127.0.0.1/x", "file:///etc/passwd", "http://127.0.0.1.evil.org/"]
)
def test_only_https_is_spoken_except_to_this_machine(url, clock):
    with pytest.raises(PullError, match="not https"):
        Client(sleep=clock.sleep).get(url)


def test_only_this_machine_may_stand_in_for_a_source(clock):
    with pytest.raises(PullError, match="only 127"):
        Client(sleep=clock.sleep, instead="https://example.org").get(URL)
