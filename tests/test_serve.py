"""The preview: the site and nothing else, for this machine and nobody else."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from aftermath.pages.serving import SiteError, SiteServer, site_server


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "build" / "site"
    for name in (
        "index.html",
        "cases/a.html",
        "cases/index.html",
        "assets/app.js",
        "assets/50%.css",
        "cite/a.bib",
        "data/a.csv",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"this is {name}", encoding="utf-8")
    (folder / "assets" / ".secret").write_text("hidden")
    (tmp_path / "build" / "private.txt").write_text("private")
    (folder / "leads-out.txt").symlink_to(tmp_path / "build" / "private.txt")
    (folder / "out").symlink_to(tmp_path / "build")
    return folder


@pytest.fixture
def server(site: Path) -> Iterator[SiteServer]:
    with site_server(site, 0) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def ask(server: SiteServer, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=30)
    connection.putrequest(method, path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, {name.title(): value for name, value in answer.getheaders()}, answer.read()
    connection.close()
    return found


@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        ("/", b"this is index.html", "text/html; charset=utf-8"),
        ("/index.html?x=1", b"this is index.html", "text/html; charset=utf-8"),
        ("/cases/a.html", b"this is cases/a.html", "text/html; charset=utf-8"),
        ("/cases/", b"this is cases/index.html", "text/html; charset=utf-8"),
        ("/assets/app.js", b"this is assets/app.js", "text/javascript; charset=utf-8"),
        ("/assets/50%25.css", b"this is assets/50%.css", "text/css; charset=utf-8"),
        ("/cases/../data/a.csv", b"this is data/a.csv", "text/csv; charset=utf-8"),
        ("/cite/a.bib", b"this is cite/a.bib", "application/x-bibtex; charset=utf-8"),
    ],
)
def test_pages_and_files_of_the_site_are_shown(path: str, content: bytes, kind: str, server: SiteServer) -> None:
    status, headers, body = ask(server, path)
    assert (status, body, headers["Content-Type"]) == (200, content, kind)
    assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert ask(server, path, "HEAD")[0] == 200


@pytest.mark.bad_input("names that lead elsewhere")
@pytest.mark.parametrize(
    "path",
    [
        "/nothing.html",
        "/../private.txt",
        "/%2e%2e/private.txt",
        "/..%2fprivate.txt",
        "/assets/..\\..\\private.txt",
        "/leads-out.txt",
        "/out/private.txt",
        "/out",
        "/assets/",
        "/assets/.secret",
        "/index.html/",
        "/%00",
        "/%ff",
        "//private.txt",
        "/" + "a" * 5_000,
    ],
)
def test_nothing_outside_hidden_or_listed_is_shown(path: str, server: SiteServer, capfd) -> None:
    status, _, body = ask(server, path)
    assert status == 404
    assert b"private" not in body.replace(b"private.txt", b"")
    assert "Traceback" not in capfd.readouterr().err


def test_a_folder_without_its_slash_leads_to_the_one_with_it(server: SiteServer) -> None:
    status, headers, _ = ask(server, "/cases")
    assert (status, headers["Location"]) == (301, "/cases/")


def test_the_site_s_own_page_says_what_is_not_there(server: SiteServer, site: Path) -> None:
    (site / "404.html").write_text("lost")
    status, headers, body = ask(server, "/nothing/at/all")
    assert (status, body, headers["Content-Type"]) == (404, b"lost", "text/html; charset=utf-8")


@pytest.mark.bad_input("names that lead elsewhere")
@pytest.mark.parametrize("host", ["example.org", "127.0.0.1.example.org", "[", ""])
def test_other_names_for_this_machine_are_not_answered(host: str, server: SiteServer) -> None:
    assert ask(server, "/", Host=host)[0] == 403


def test_only_reading_is_possible(server: SiteServer) -> None:
    assert ask(server, "/index.html", "POST")[0] == 501
    assert ask(server, "/index.html", "DELETE")[0] == 501


def test_it_listens_on_this_machine_alone(server: SiteServer) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_a_missing_site_and_a_taken_port_are_told(tmp_path: Path, site: Path) -> None:
    with pytest.raises(SiteError, match=r"there is no site yet\. `aftermath build` makes it"):
        site_server(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SiteError, match=f"port {port} cannot be had .* --port"):
            site_server(site, port)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_the_command_says_where_and_ends_with_ctrl_c(site: Path, tmp_path: Path) -> None:
    (tmp_path / "casestudies").mkdir()
    own = {**os.environ, "AFTERMATH_ROOT": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "aftermath", "serve", "--port", "0"]
    with subprocess.Popen(command, env=own, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        said = running.stdout.readline()
        address = said.split()[0].removeprefix("http://").rstrip("/")
        connection = http.client.HTTPConnection(address, timeout=30)
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"this is index.html"
        connection.close()
        running.send_signal(signal.SIGINT)
        rest, errors = running.communicate(timeout=60)
    assert (running.returncode, rest, errors) == (0, "Ended.\n", "")
