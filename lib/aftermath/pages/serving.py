"""A preview of the built site, as a web server shows it: **for this machine alone, and for nothing but the site**."""

from __future__ import annotations

import functools
import http.server
import os
import posixpath
import re
import socket
import sys
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote, urlsplit

from aftermath.problems import AftermathError

HOST = "127.0.0.1"
PORT = 8000
NOT_FOUND = "404.html"
# what a page may need, said whatever the system's own list has
_TYPES = {
    ".bib": "application/x-bibtex; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ipynb": "application/x-ipynb+json",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".ris": "application/x-research-info-systems; charset=utf-8",
    ".svg": "image/svg+xml",
}


class SiteError(AftermathError):
    """The site cannot be shown; the text says why."""


class SiteHandler(http.server.SimpleHTTPRequestHandler):
    """Answers for the files of a site: no listings, nothing outside, nothing hidden."""

    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, **_TYPES}  # noqa: RUF012 (as the base class has it)
    server_version = "aftermath"

    def send_head(self) -> BytesIO | BinaryIO | None:
        """The head of an answer, and the file that follows."""
        if not self._meant_for_this_machine():
            self.send_error(HTTPStatus.FORBIDDEN, "Only this machine is answered, by its own name")
            return None
        path = self._within()
        if path is None:
            return self._not_found()
        if path.is_file():
            self.path = quote(f"/{path.relative_to(self._site).as_posix()}")
        return super().send_head()  # which leads from a folder to its address with a slash

    def end_headers(self) -> None:
        """Nothing is kept by the browser: the next build is seen at once."""
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def list_directory(self, path: str | os.PathLike[str]) -> None:
        """No folder is listed."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, format: str, *args: object) -> None:
        """Only what went wrong is told."""
        if len(args) > 1 and str(args[1]).startswith(("4", "5")):
            sys.stderr.write(f"{args[1]}  {self.path!a}\n")

    @property
    def _site(self) -> Path:
        return Path(self.directory).resolve()

    def _meant_for_this_machine(self) -> bool:
        """Whether the address names this machine: a page elsewhere could have another name lead here."""
        try:
            return urlsplit(f"//{self.headers.get('Host', '')}").hostname in (HOST, "localhost")
        except ValueError:
            return False

    def _within(self) -> Path | None:
        """The file that is asked for, or a folder without its slash; None where it lies outside the site, is hidden, or is not there."""
        try:
            asked = unquote(urlsplit(self.path).path, errors="strict")
            parts = [part for part in posixpath.normpath(f"/{asked}").split("/") if part]
            if re.search(r"[\0\\:]", asked) or any(part.startswith(".") for part in parts):
                return None
            path = self._site.joinpath(*parts, *(["index.html"] if asked.endswith("/") else []))
            return path if path.exists() and path.resolve().is_relative_to(self._site) else None
        except (OSError, ValueError):  # such as a name that is too long
            return None

    def _not_found(self) -> BytesIO | None:
        """The site's own page for what is not there, or a plain answer."""
        page = self._site / NOT_FOUND
        if not page.is_file():
            self.send_error(HTTPStatus.NOT_FOUND, "There is no such page on this site")
            return None
        content = page.read_bytes()
        self.send_response(HTTPStatus.NOT_FOUND)
        self.send_header("Content-Type", self.guess_type(NOT_FOUND))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        return BytesIO(content)


class SiteServer(http.server.ThreadingHTTPServer):
    """Serves a site to this machine; an answer that a browser does not wait for is no fault."""

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """Tell of an error, unless the browser has gone."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"http://{HOST}:{self.server_address[1]}/"


def site_server(site: Path, port: int = PORT) -> SiteServer:
    """A server for a site, listening on this machine alone; ``serve_forever`` runs it.

    Parameters
    ----------
    site
        The root of the site.
    port
        Where it listens; 0 takes any that is free.

    Raises
    ------
    SiteError
        If there is no site yet, or the port cannot be had.
    """
    if site.is_symlink() or site.parent.is_symlink():
        raise SiteError(
            f"{site}: is a link, or lies in one, and only what a build wrote here is shown. Remove the link."
        )
    if not (site / "index.html").is_file():
        raise SiteError(f"{site}: there is no site yet. `aftermath build` makes it.")
    try:
        return SiteServer((HOST, port), functools.partial(SiteHandler, directory=str(site)))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SiteError(
            f"port {port} cannot be had ({reason}). Name another by --port, or 0 for any that is free."
        ) from error
