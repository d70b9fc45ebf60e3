"""One polite client: slow enough, patient but not without end, and never led to another host.

The standard library's ``urllib.request`` asks: nothing to install, and nothing sent that is not written here (no cookies,
no credentials from ``.netrc``, no compression).
"""

from __future__ import annotations

import http.client
import re
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NoReturn, TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

from aftermath.problems import AftermathError
from aftermath.public.answers import ShapeError, loaded
from aftermath.public.exchange import LOOPBACK, Places, SlowError, opener
from aftermath.wording import counted, duration, number

AGENT = "Aftermath/0.1 (workbench for research on crisis communication)"
SLOW_DOWN = (429, 503)
PASSING = (408, 425, 500, 502, 504, *SLOW_DOWN)
MOVED = (301, 302, 303, 307, 308)
MOST_HOPS = 3
LONGEST_REST = 300.0
CHUNK = 1 << 16
SIGNS = "!#$%&'()*+,/:;=?@[]~"  # what may stand in an address as it is, an escape included (RFC 3986)
JSON, LINKS = "application/json", "application/link-format"
EXCERPT = 200

Answered = TypeVar("Answered")


class PullError(AftermathError):
    """A public source could not be asked, refused, or answered something else. What came before is kept."""


class AgainError(Exception):
    """A trouble that may pass: ``Client.patiently`` asks again. ``wait`` is how many seconds the source asks for, None where it does not say."""

    def __init__(self, why: str, *, wait: float | None = None, told_to_slow_down: bool = False) -> None:
        super().__init__(why)
        self.wait, self.told_to_slow_down = wait, told_to_slow_down


@dataclass(frozen=True)
class Answer:
    """What came.

    Parameters
    ----------
    status
        Of the answer.
    body
        The bytes as they came.
    content_type
        As the source named it; **it is not trusted**.
    headers
        Names in lower case.
    """

    status: int
    body: bytes
    content_type: str
    headers: Mapping[str, str]


@dataclass
class Client:
    """Asks, waits, asks again, and gives up with a reason.

    Parameters
    ----------
    sleep, monotonic, now
        How time passes; exchanged in tests.
    attempts
        How often one question is put, at most.
    timeout, deadline
        Seconds without a byte; seconds until the headers are there, interim answers before them among them, and as many for the body.
    most_bytes
        The longest answer that is read.
    patience
        The longest wait, in seconds, that a source may ask for; beyond it the pull stops and says when to go on.
    instead
        Address of a server **on this machine** that stands in for every source, e.g. ``http://127.0.0.1:8000``.
    agent
        How the client names itself.
    """

    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    attempts: int = 5
    timeout: float = 30.0
    deadline: float = 180.0
    most_bytes: int = 64 << 20
    patience: float = 600.0
    instead: str = ""
    agent: str = AGENT
    _free: dict[str, float] = field(default_factory=dict, repr=False)

    def get(
        self,
        url: str,
        *,
        pause: float = 1.0,
        rest: float = 10.0,
        headers: Mapping[str, str] | None = None,
        nothing_there: Mapping[int, str] | None = None,
        media: str = JSON,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer to one question: whole, of the kind asked for, and with a status that means an answer.

        Parameters
        ----------
        url
            Address with ``https``; plain ``http`` only to this machine.
        pause
            Seconds between two questions to one host, at least.
        rest
            Seconds to wait after "slow down" without a ``Retry-After``; doubled each time.
        headers
            To send besides; their values never show up in an error.
        nothing_there
            Statuses besides 200 that are answers.
        media
            ``JSON``, or ``LINKS`` for a list of links (RFC 6690).
        form
            Fields to post; a question without them is put by GET.

        Raises
        ------
        PullError
            After the last attempt, or at once where asking again is no use.
        """
        address = self._address(url)
        expected = {200, *(nothing_there or {})}
        data = urlencode(form).encode() if form is not None else None
        sent = dict(headers or {})

        def ask() -> Answer:
            return self._judged(self._asked(address, {"Accept": media, **sent}, data), expected, address, sent, media)

        return self.patiently(ask, address, pause=pause, rest=rest, attempts=self.attempts)

    def patiently(
        self, ask: Callable[[], Answered], address: str, *, pause: float, rest: float, attempts: int
    ) -> Answered:
        """What ``ask`` gives in the end: troubles that may pass are waited out.

        Parameters
        ----------
        ask
            Asks once; **raises AgainError** where asking again may help.
        address, attempts
            Where it asks, as questions to one host keep their distance; and how often, at most.
        pause, rest
            As ``get`` takes them.

        Raises
        ------
        PullError
            After the last attempt.
        """
        attempt = 0
        while True:
            self._take_turn(urlsplit(address).netloc, pause)
            try:
                return ask()
            except AgainError as trouble:
                attempt += 1
                if attempt >= attempts:
                    raise PullError(
                        f"{_host(address)}: {trouble}; asked {counted(attempts, 'time')}. "
                        "What came before is kept: run the same pull again later."
                    ) from None
                self.sleep(self._rest(trouble, attempt - 1, pause, rest, address))

    # When to ask

    def _take_turn(self, host: str, pause: float) -> None:
        wait = self._free.get(host, 0.0) - self.monotonic()
        if wait > 0:
            self.sleep(wait)
        self._free[host] = self.monotonic() + pause

    def _rest(self, trouble: AgainError, attempt: int, pause: float, rest: float, address: str) -> float:
        """Seconds to wait: what the source asks for, or twice as long each time."""
        if trouble.wait is None:
            return min(LONGEST_REST, (rest if trouble.told_to_slow_down else max(1.0, pause)) * 2**attempt)
        if trouble.wait > self.patience:
            later = (self.now() + timedelta(seconds=min(trouble.wait, 1e8))).isoformat(timespec="minutes")
            raise PullError(
                f"{_host(address)}: asks to wait {duration(trouble.wait)}. "
                f"What came before is kept: run the same pull again after {later}."
            )
        return trouble.wait

    # Asking

    def stand_in(self, url: str) -> str:
        """The address that is asked in place of another: that of the server that stands in for all, where there is one."""
        if not self.instead:
            return url
        there = urlsplit(self.instead)
        if there.hostname not in LOOPBACK:
            raise PullError(f"{self.instead} is not on this machine: only 127.0.0.1 may stand in for a source")
        return urlsplit(url)._replace(scheme=there.scheme, netloc=there.netloc).geturl()

    def _address(self, url: str) -> str:
        parts = urlsplit(self.stand_in(url))
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise PullError(f"{parts.geturl()[:EXCERPT]} is not https: only this machine is asked without")
        return parts.geturl()

    def _asked(self, address: str, headers: Mapping[str, str], data: bytes | None) -> Answer:
        """The answer after at most a few hops **on the same host**."""
        start = address
        for _ in range(1 + MOST_HOPS):
            answer = self.once(address, headers, self._received, data)
            if answer.status not in MOVED:
                return answer
            target = _target(address, answer.headers.get("location", ""))
            if _origin(target) != _origin(start):
                raise PullError(
                    f"{_host(start)}: answers {answer.status} and points to {target[:EXCERPT]!r}, another host, which is "
                    "not followed. If you are behind a login page, log in; if the source has moved, its module must be told."
                )
            address = target
        raise PullError(f"{_host(start)}: redirects in a circle. Try again later.")

    def once(
        self,
        address: str,
        headers: Mapping[str, str],
        received: Callable[[http.client.HTTPResponse], Answered],
        data: bytes | None = None,
        places: Places | None = None,
    ) -> Answered:
        """What one answer says, whatever its status: no redirect is followed.

        Parameters
        ----------
        address
            With ``http`` or ``https``: **it is asked as it stands**.
        headers, data
            To send besides, and to post.
        received
            Reads the answer.
        places
            Where its host may be (``exchange.opener``).

        Raises
        ------
        AgainError
            If it cannot be reached, or hangs up.
        """
        named = {"User-Agent": self.agent, "Accept-Encoding": "identity", **headers}
        request = urllib.request.Request(address, data, named)  # noqa: S310 - the caller has checked the scheme
        until = self.monotonic() + self.deadline
        asking = opener(lambda: until - self.monotonic(), address, places)
        try:
            with asking.open(request, timeout=self.timeout) as response:
                return received(response)
        except SlowError:
            raise AgainError(f"sent no whole headers in {duration(self.deadline)}, or too many") from None
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            _explained(error, address)

    def _received(self, response: http.client.HTTPResponse) -> Answer:
        headers = {name.lower(): value for name, value in response.headers.items()}
        body = self._body(response)
        if headers.get("content-encoding", "identity").lower() not in ("", "identity"):
            raise PullError("the answer is compressed, though that was not asked for. Try again later.")
        return Answer(response.status, body, headers.get("content-type", ""), headers)

    def _body(self, response: http.client.HTTPResponse) -> bytes:
        announced, body, until = response.length, bytearray(), self.monotonic() + self.deadline
        while announced is None or len(body) < announced:
            if max(len(body), announced or 0) > self.most_bytes:
                raise PullError(f"the answer is longer than {number(self.most_bytes)} bytes. Ask for fewer days.")
            if self.monotonic() > until:
                raise AgainError(f"the answer was not whole after {duration(self.deadline)}")
            if not (piece := response.read1(CHUNK)):
                break
            body += piece
        if announced is not None and len(body) < announced:
            raise AgainError(f"the answer broke off after {number(len(body))} of {number(announced)} bytes")
        return bytes(body)

    # Judging

    def _judged(
        self, answer: Answer, expected: set[int], address: str, headers: Mapping[str, str], media: str
    ) -> Answer:
        """The answer, if it is one."""
        if answer.status in PASSING:
            slow = answer.status in SLOW_DOWN
            wait = retry_after(answer.headers.get("retry-after", ""), self.now()) if slow else None
            raise AgainError(f"answers {_status(answer.status)}", wait=wait, told_to_slow_down=slow)
        said = without_keys(excerpt(answer.body), headers)
        if answer.status not in expected:
            cure = "Check the query." if answer.status < 500 else "Try again later."
            if answer.status in (401, 403):
                cure = "If the source needs a key, check it; else it does not want to be asked from here."
            raise PullError(f"{_host(address)}: answers {_status(answer.status)}: {said!r}. {cure}")
        if media == JSON:
            _must_be_json(answer.body, said, address)
        return answer


def _must_be_json(body: bytes, said: str, address: str) -> None:
    begins = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if not begins:
        raise AgainError("the answer is empty")
    if begins in (b"{", b"["):
        try:
            loaded(body)
        except ShapeError as error:
            raise AgainError(f"the answer is {error}") from None
    elif "limit requests" in said.lower():  # GDELT says so in plain words with status 200
        raise AgainError("asks for fewer requests", told_to_slow_down=True)
    else:
        what = "a web page" if begins == b"<" else "words"
        raise PullError(
            f"{_host(address)}: answers with {what} instead of figures: {said!r}. "
            "Mend the query if that is what it says; else try again later."
        )


def _explained(error: Exception, address: str) -> NoReturn:
    reason = getattr(error, "reason", None) or error
    if isinstance(reason, ssl.SSLCertVerificationError):
        raise PullError(
            f"{_host(address)}: its certificate cannot be verified ({reason.verify_message}). "
            "Set the clock of this machine right, or ask who runs the network why it stands in between."
        ) from error
    raise AgainError(f"could not be reached, or hung up ({excerpt(str(reason).encode())})") from error


def retry_after(text: str, now: datetime) -> float | None:
    """Seconds to wait by a ``Retry-After``: a number, or a date; None where it says nothing usable (RFC 9110, 10.2.3).

    **What asks to slow down and names no time to come says nothing usable**: its clock is wrong, or its answer is old.
    """
    if re.fullmatch(r"[0-9]{1,9}", text.strip()):
        return float(text) or None
    try:
        then = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    wait = (then - now).total_seconds()
    return wait if wait > 0 else None


def _status(status: int) -> str:
    return f"{status} {http.client.responses.get(status, '')}".strip()


def _host(address: str) -> str:
    return urlsplit(address).netloc


def _target(address: str, location: str) -> str:
    try:
        return urljoin(address, location)
    except ValueError:  # an address in brackets that is none
        return location


def _origin(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc


def without_keys(text: str, headers: Mapping[str, str]) -> str:
    """A text without the keys that were sent, whole or by their halves (``access:secret``)."""
    keys = {value.split()[-1] for value in headers.values() if value.strip()}
    for part in sorted({part for key in keys for part in (key, *key.split(":")) if part}, key=len, reverse=True):
        text = text.replace(part, "[key]")
    return text


def excerpt(body: bytes) -> str:
    """The first words of an answer, fit for a terminal: no tags, nothing that cannot be seen."""
    text = re.sub(r"<[^>]{0,500}>", " ", body[: 10 * EXCERPT].decode("utf-8", "replace"))
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:EXCERPT]
