"""The Wayback Machine's index: when a page was archived, and when for the first time.

Documented at https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server (CDX server, resumption key).

Request: ``/cdx/search/cdx?url=&output=json&fl=timestamp,statuscode,digest&gzip=false&limit=&showResumeKey=true``. Answer: a
list of lists, the first of them the names of the fields; where there is more, the last two are ``[]`` and the key of the
next page. A page that was never archived is answered by ``[]``. The server allows some 24 requests a minute and shuts out
for an hour who goes on after a 429 (https://github.com/edgi-govdata-archiving/wayback/releases/tag/v0.5.1 and issue 137).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from aftermath.public.answers import ShapeError, instant, loaded, midnight, tidy
from aftermath.public.memento import Memento
from aftermath.public.source import Argument, Query, Reading, Request, Source, day, only

REPLAY = "https://web.archive.org/web"
API = "https://web.archive.org/cdx/search/cdx"
FIELDS = ("timestamp", "statuscode", "digest")
PAGE = 5000  # captures in an answer
UNKNOWN = (
    "No capture. That the page was not archived does not show that it was not there; "
    "an address with and without www, or with another ending, is another page to the archive."
)


def address(text: str) -> str:
    """The address of one page, with or without ``https://``; no wildcard."""
    if "*" in text:
        raise ValueError("holds a *: ask for one page")
    host = urlsplit(text if "://" in text else f"https://{text}").hostname or ""
    if "." not in host or " " in text:
        raise ValueError("is not the address of a page, e.g. https://www.example.org/statement")
    return text


def plan(query: Query) -> list[Request]:
    """One request; further pages follow from its answer."""
    limits = {"from": only(query, "start").replace("-", ""), "to": only(query, "end").replace("-", "")}
    parameters = {
        "url": query["url"],
        "output": "json",
        "fl": ",".join(FIELDS),
        "gzip": "false",
        "limit": str(PAGE),
        "showResumeKey": "true",
        **{name: value for name, value in limits.items() if value},
    }
    return [Request(f"{API}?{urlencode(parameters)}", f"captures of {query['url']}")]


def following(request: Request, body: bytes) -> Request | None:
    """The request for the next page, by the key that stands at the end of this one."""
    *_, before, last = [None, None, *_listed(body)]
    if before != [] or not isinstance(last, list) or len(last) != 1:
        return None
    parameters = dict(parse_qsl(urlsplit(request.url).query))
    parameters["resumeKey"] = unquote_plus(str(last[0]))
    return Request(f"{API}?{urlencode(parameters)}", request.about)


def _listed(body: bytes) -> list:
    document = loaded(body)
    if not isinstance(document, list):
        raise ShapeError("the answer is not a list")
    return document


def _captures(body: bytes) -> list[tuple[datetime, str, str]]:
    """When each capture was made, with which status, and the digest of what came."""
    header, *lines = _listed(body) or [list(FIELDS)]
    if header != list(FIELDS):
        raise ShapeError(f"the fields are {str(header)[:80]}, not {', '.join(FIELDS)}")
    if [] in lines:
        lines = lines[: lines.index([])]
    if not all(isinstance(line, list) and len(line) == len(FIELDS) for line in lines):
        raise ShapeError("a line has not as many fields as its heading")
    return [(instant(str(moment), "%Y%m%d%H%M%S"), str(status), str(digest)) for moment, status, digest in lines]


def mementos(query: Query, bodies: Sequence[bytes]) -> list[Memento]:
    """Every capture of the page with a status, in order of time; a "revisit" repeats what the archive has already.

    Parameters
    ----------
    query, bodies
        As ``read`` takes them.
    """
    url = only(query, "url")
    return [
        Memento(
            moment, f"{REPLAY}/{moment:%Y%m%d%H%M%S}/{url}", status, digest, f"{REPLAY}/{moment:%Y%m%d%H%M%S}id_/{url}"
        )
        for moment, status, digest in sorted(capture for body in bodies for capture in _captures(body))
    ]


def read(query: Query, bodies: Sequence[bytes]) -> Reading:
    """Signals ``captures`` (a day), ``first_capture`` and ``first_capture_of_content`` (to the second).

    ``first_capture`` is the first of any kind, a "not found" included; ``first_capture_of_content`` the first that the site
    answered with 200. **A page was public no later than its first capture of content.** Where an earlier capture says
    "not found", it was not yet public then.
    """
    captures = sorted(capture for body in bodies for capture in _captures(body))
    scope = f"{query['url']}, Wayback Machine"
    days = Counter(moment.date() for moment, *_ in captures)
    values = [("captures", midnight(moment), float(n), "captures", scope) for moment, n in days.items()]
    firsts = {
        "first_capture": captures,
        "first_capture_of_content": [capture for capture in captures if capture[1] == "200"],
    }
    values += [(name, some[0][0], 1.0, "capture", scope) for name, some in firsts.items() if some]
    return Reading(tidy(values), () if captures else (UNKNOWN,))


def _day(text: str) -> str:
    if date.fromisoformat(day(text)).year < 1996:
        raise ValueError("is before 1996, when the archive begins")
    return text


SOURCE = Source(
    name="wayback",
    title="when a page was archived by the Internet Archive, and when first, since 1996",
    documentation="https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server",
    citation="Internet Archive, Wayback Machine, capture index (CDX) of the page, with the day of retrieval.",
    rights="The index may be consulted under the Internet Archive's terms of use (https://archive.org/about/terms.php).",
    arguments=(
        Argument("url", "address of one page", address),
        Argument("start", "first day, YYYY-MM-DD", _day, ""),
        Argument("end", "last day, YYYY-MM-DD", _day, ""),
    ),
    plan=plan,
    read=read,
    following=following,
    unit_of_time="second for the first capture, day for counts",
    pause=3.0,
    rest=60.0,
)
