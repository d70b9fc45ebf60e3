"""Verifying pages and copies: alive, changed, gone, or not reached; and what a visit never does."""

from __future__ import annotations

import gzip
import hashlib
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from aftermath.captures.states import sources
from aftermath.captures.verify import Verified, verify_sources
from aftermath.case_files.case import Case
from aftermath.public import Client, visiting
from aftermath.public.visiting import NotVisited, RedirectCircle, visit
from aftermath.workspace import Workspace
from capturing import ERROR, PAGE, captured_case, page, source
from replaying import Clock, Replay, breaks_off, by_address, hangs_up, says, until_closed

COPY = {
    "archived_url": "https://web.archive.org/web/20200130081500/https://example.org/a",
    "archived_at": "2020-01-30T08:15:00+00:00",
    "sha256": hashlib.sha256(PAGE).hexdigest(),
    "retrieved_via": "wayback",
}
AT = "Thu, 30 Jan 2020 08:15:00 GMT"


@pytest.fixture
def server() -> Iterator[Replay]:
    replay = Replay()
    yield replay
    replay.close()


def verify(case: Case, **more: object) -> Verified:
    return verify_sources(case.id, Workspace(case.folder.parent.parent), **more)


def states(verified) -> dict[tuple[str, str], str]:
    return {(row["source_id"], row["what"]): row["state"] for row in verified.table.iter_rows(named=True)}


REPLIES = {
    "alive": (page(), "alive", ""),
    "alive though packed": (page(gzip.compress(PAGE), content_encoding="gzip"), "alive", ""),
    "changed": (page(b"<title>We are very sorry</title>"), "changed", "other bytes"),
    "404": (page(ERROR, status=404), "gone", "answers 404"),
    "410": (page(status=410), "gone", "answers 410"),
    "soft 404": (page(ERROR), "gone", "answers 200 with an error page"),
    "soft 404 in German": (page(b"<h1>Seite nicht gefunden</h1>"), "gone", "error page"),
    "soft 404 in GBK": (page("<meta charset=gb2312><title>页面不存在</title>".encode("gbk")), "gone", "error page"),
    "kept out": (page(b"<title>Just a moment...</title>"), "not reached", "keeps readers out"),
    "forbidden": (page(status=403), "not reached", "answers 403"),
    "busy": (page(status=503), "not reached", "answers 503"),
    "shut out": (says("slow", status=429, retry_after="3600"), "not reached", "asks to wait 60"),
    "hangs up": (hangs_up, "not reached", "could not be reached"),
    "breaks off": (breaks_off(b"<title>We are sorry", 400), "not reached", "has no end within"),
    "without end": (until_closed(b"x" * 20_000_000), "not reached", "has no end within"),
    "circle": (page(status=302, location="https://example.org/a"), "gone", "redirects in a circle"),
    "nowhere": (page(status=302, location="ftp://example.org/a"), "not reached", "no address of a page"),
}


@pytest.mark.bad_input("answers of web archives and pages")
@pytest.mark.parametrize(("reply", "state", "why"), REPLIES.values(), ids=REPLIES.keys())
def test_a_page_is_what_its_answer_says(server, tmp_path, reply, state, why):
    case = captured_case(tmp_path, source("a", **COPY))
    server.otherwise = by_address(
        {"example.org/a": reply, "web.archive.org/web/20200130081500id_/": page(memento_datetime=AT)}
    )
    verified = verify(case, client=server.client())
    assert states(verified) == {("a", "page"): state, ("a", "copy"): "alive"}
    row = verified.table.row(0, named=True)
    assert why in row["said"]
    assert sources(case).table.row(1, named=True)["page"] == state


def test_a_page_that_leads_to_the_front_page_is_gone(server, tmp_path):
    case = captured_case(tmp_path, source("a"))
    server.otherwise = by_address({"example.org/a": page(status=301, location="/"), "example.org/": page()})
    verified = verify(case, client=server.client())
    assert states(verified)["a", "page"] == "gone"
    assert "leads to the front page" in verified.text
    assert "Gone, and no copy is named: a." in verified.text


def test_a_page_may_lead_to_another_host(server, tmp_path):
    case = captured_case(tmp_path, source("a"))
    server.otherwise = by_address(
        {"example.org/a": page(status=301, location="https://new.example/a"), "new.example/a": page()}
    )
    assert states(verify(case, client=server.client()))["a", "page"] == "alive"


@pytest.mark.bad_input("answers of web archives and pages")
@pytest.mark.parametrize(
    ("reply", "state", "why"),
    [
        (page(b"<p>tampered"), "changed", "has another digest than sources.csv says"),
        (page(memento_datetime="Fri, 31 Jan 2020 08:15:00 GMT"), "changed", "answered with a copy of 2020-01-31"),
        (page(ERROR, status=404), "gone", "answers 404"),
        (page(ERROR), "gone", "error page"),
    ],
)
def test_a_copy_is_held_against_what_the_case_says(server, tmp_path, reply, state, why):
    case = captured_case(tmp_path, source("a", **COPY))
    before = (case.folder / "sources.csv").read_bytes()
    server.otherwise = by_address({"example.org/a": page(), "web.archive.org/": reply})
    verified = verify(case, client=server.client())
    assert states(verified)["a", "copy"] == state
    assert why in verified.text
    assert (case.folder / "sources.csv").read_bytes() == before


def test_without_a_copy_a_page_is_held_against_its_last_visit(server, tmp_path):
    case = captured_case(tmp_path, source("a"))
    client = server.client()
    server.script = [page(), page(), page(b"<p>another")]
    seen = [states(verify(case, client=client))["a", "page"] for _ in range(3)]
    assert seen == ["alive", "alive", "changed"]


@pytest.mark.parametrize(
    "title",
    [
        "Missing plane not found after two weeks - The Paper",
        "Flight 404 lands",
        "404 jobs lost",
        "Rescuers cannot find survivors",
        "Vermisste nicht gefunden",
        "L'avion reste introuvable",
        "抖音：违规视频已被删除",
        "Access denied: how a hotel shut its guests out",
    ],
)
def test_news_of_what_was_not_found_is_no_error_page(server, tmp_path, title):
    case = captured_case(tmp_path, source("a"))
    server.otherwise = page(f"<meta charset=utf-8><title>{title}</title><h1>{title}</h1>".encode())
    assert states(verify(case, client=server.client()))["a", "page"] == "alive"


@pytest.mark.bad_input("answers of web archives and pages")
@pytest.mark.parametrize(
    "title",
    [
        "404",
        "Error 404 (Not Found)!!1",
        "Page not found | The Paper",
        "Sorry, the page you are looking for cannot be found",
        "We can’t find that page",
        "This content is no longer available",
        "Seite wurde nicht gefunden",
        "Page introuvable",
        "该内容已被发布者删除",
    ],
)
def test_headings_of_error_pages_are_known(server, tmp_path, title):
    case = captured_case(tmp_path, source("a"))
    server.otherwise = page(f"<meta charset=utf-8><title>{title}</title>".encode())
    assert states(verify(case, client=server.client()))["a", "page"] == "gone"


# Visits


@pytest.mark.bad_input("answers of web archives and pages")
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]"])
def test_a_private_network_is_not_asked(host):
    with pytest.raises(NotVisited, match="private network"):
        visit(Client(), f"http://{host}/latest/meta-data")


@pytest.mark.bad_input("answers of web archives and pages")
@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "ftp://example.org/a", "javascript:alert(1)", "https://", "no address"]
)
def test_what_is_no_page_is_not_visited(server, address):
    with pytest.raises(NotVisited, match="no address of a page"):
        visit(server.client(), address)
    assert server.asked == []


@pytest.mark.bad_input("servers that stall, lie or lead astray")
def test_a_visit_that_takes_too_long_ends(server):
    clock = Clock()

    def trickles(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(200):
            handler.wfile.write(b"x" * 10)
            handler.wfile.flush()
            clock.passed += 1
            time.sleep(0.002)

    server.otherwise = trickles
    found = visit(server.client(clock, deadline=20.0), "https://example.org/a")
    assert not found.whole
    assert 0 < len(found.body) < 2000


@pytest.mark.bad_input("servers that stall, lie or lead astray")
def test_interim_answers_without_end_are_no_visit(server):
    def interim(handler: BaseHTTPRequestHandler) -> None:
        for _ in range(2000):
            handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 64)

    server.otherwise = interim
    with pytest.raises(NotVisited, match="sent no whole headers"):
        visit(server.client(attempts=1), "https://example.org/a")


@pytest.mark.bad_input("servers that stall, lie or lead astray")
@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("http://169.254.169.254/x", "private network"),
        ("//127.0.0.1/x", "private network"),
        ("http://[::1]/x", "private network"),
        ("file:///etc/passwd", "no address of a page"),
        ("http://[bad/x", "no address of a page"),
        ("https://", "no address of a page"),
    ],
)
def test_where_a_page_leads_is_looked_at_as_well(server, monkeypatch, target, said):
    server.otherwise = page(status=302, location=target)
    first, looked_at = "93.184.216.34", visiting.public_places

    def places(host: str) -> list[str]:
        return ["127.0.0.1"] if host == first else looked_at(host)

    monkeypatch.setattr(visiting, "public_places", places)
    with pytest.raises(NotVisited, match=said):
        visit(server.client(instead=""), f"http://{first}:{server.server.server_address[1]}/a")
    assert len(server.asked) == 1


@pytest.mark.bad_input("servers that stall, lie or lead astray")
def test_an_address_that_is_none_is_refused_in_words(server):
    with pytest.raises(NotVisited, match="no address of a page"):
        visit(server.client(), "http://[bad/x")


@pytest.mark.bad_input("servers that stall, lie or lead astray")
def test_a_chain_that_never_ends_ends(server):
    def onward(handler: BaseHTTPRequestHandler) -> None:
        page(status=302, location=f"https://example.org{handler.path}x")(handler)

    server.otherwise = onward
    with pytest.raises(RedirectCircle, match="more than 10 times"):
        visit(server.client(), "https://example.org/a")
    assert len(server.asked) == 11


@pytest.mark.bad_input("answers of web archives and pages")
def test_what_is_packed_without_end_is_unpacked_only_so_far(server):
    server.otherwise = page(gzip.compress(b"\0" * 50_000_000), content_encoding="gzip")
    assert len(visit(server.client(), "https://example.org/a").content) <= 16 << 20


def test_a_visit_says_the_host_and_the_address_as_it_can_be_sent(server):
    server.otherwise = page()
    visit(server.client(), "https://example.org/é?x=%20#part")
    assert server.asked == ["/%C3%A9?x=%20"]
    assert server.headers[0]["host"] == "example.org"
