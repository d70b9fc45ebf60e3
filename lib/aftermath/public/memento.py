"""TimeMaps: what any web archive that speaks Memento holds of a page.

Documented in RFC 7089 (https://www.rfc-editor.org/rfc/rfc7089), sections 2.2 and 5; the format of the list is that of RFC 6690.

Request: the address of the archive's TimeMaps with that of the page behind it. Answer: links, of which those with the relation
``memento`` are captures, each with the moment it was made. **A TimeMap does not say with which status a page was answered**: a
capture may be one of "not found". Where the list is in parts, each part names the others with the days they cover.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlsplit

from aftermath.public.answers import ShapeError, midnight, tidy
from aftermath.public.client import LINKS, SIGNS
from aftermath.public.source import Argument, Query, Reading, Request, Source, only

WAYBACK = "https://web.archive.org/web/timemap/link/"
UNKNOWN = (
    "No capture there. That the page was not archived does not show that it was not there; other archives may have it."
)
_LINK = re.compile(r'\s*<([^<>\s]*)>((?:\s*;\s*[a-z*-]+\s*=\s*(?:"[^"]*"|[^\s;,"]+))*)\s*(?:,|$)', re.IGNORECASE)
_ATTRIBUTE = re.compile(r';\s*([a-z*-]+)\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE)


@dataclass(frozen=True, order=True)
class Memento:
    """A capture of a page.

    Parameters
    ----------
    time
        When it was made, to the second.
    url
        Where the archive shows it.
    status
        Of the page when it was captured; empty where the archive does not say it.
    digest
        SHA-1 of what came, in base 32; empty where the archive does not say it.
    raw
        Where the archive gives it out as it came; empty where that is not known.
    """

    time: datetime
    url: str
    status: str = ""
    digest: str = ""
    raw: str = ""


def links(body: bytes) -> Iterator[tuple[str, dict[str, str]]]:
    """The links of a list, each with its attributes.

    Raises
    ------
    ShapeError
        If it is no such list, or is cut off.

    Examples
    --------
    >>> list(links(b'<http://a.example/>; rel="original", <http://b.example/1>; rel="first memento"'))
    [('http://a.example/', {'rel': 'original'}), ('http://b.example/1', {'rel': 'first memento'})]
    """
    text, place = body.decode("utf-8", "replace").strip(), 0
    while place < len(text):
        found = _LINK.match(text, place)
        if not found:
            raise ShapeError(f"not a list of links, or cut off: {text[place : place + 60]!r}")
        named = {name.lower(): quoted or bare for name, quoted, bare in _ATTRIBUTE.findall(found.group(2))}
        yield found.group(1), named
        place = found.end()


def mementos(query: Query, bodies: Sequence[bytes]) -> list[Memento]:
    """Every capture that TimeMaps name, once, in order of time.

    Parameters
    ----------
    query, bodies
        As ``read`` takes them.
    """
    named = (link for body in bodies for link in links(body) if "memento" in link[1].get("rel", "").split())
    return sorted({Memento(_moment(said.get("datetime", "")), url) for url, said in named})


def _moment(text: str) -> datetime:
    """A date of HTTP (RFC 9110, 5.6.7)."""
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (TypeError, ValueError):
        raise ShapeError(f"{text[:60]!r} is not a moment as RFC 7089 writes it") from None


def plan(query: Query) -> list[Request]:
    """One request; further parts follow from its answer."""
    page = only(query, "url")
    return [Request(f"{only(query, 'archive')}{quote(page, safe=SIGNS)}", f"TimeMap of {page}")]


def following(request: Request, body: bytes) -> Request | None:
    """The part that begins where this one ends; None where the list is whole."""
    parts = [(url, said) for url, said in links(body) if "from" in said and "until" in said]
    ends = [_moment(said["until"]) for url, said in parts if "self" in said.get("rel", "").split()]
    later = sorted((_moment(said["from"]), url) for url, said in parts if "timemap" in said.get("rel", "").split())
    after = [url for begins, url in later if ends and begins > ends[0]]
    if not after:
        return None
    # archives name themselves with http, and answer to https
    return Request(re.sub("^http:", "https:", after[0]), request.about)


def read(query: Query, bodies: Sequence[bytes]) -> Reading:
    """Signals ``captures`` (a day) and ``first_capture`` (to the second), which may be one of "not found"."""
    found = mementos(query, bodies)
    scope = f"{query['url']}, {urlsplit(only(query, 'archive')).hostname}"
    days = [memento.time.date() for memento in found]
    values = [("captures", midnight(day), float(days.count(day)), "captures", scope) for day in dict.fromkeys(days)]
    values += [("first_capture", memento.time, 1.0, "capture", scope) for memento in found[:1]]
    return Reading(tidy(values), () if found else (UNKNOWN,))


def _page(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or "." not in (parts.hostname or "") or " " in text:
        raise ValueError("is not the address of a page, e.g. https://www.example.org/statement")
    return text


def _archive(text: str) -> str:
    if not text.startswith("https://") or not text.endswith("/"):
        raise ValueError(f"is not where an archive has its TimeMaps, e.g. {WAYBACK}")
    return text


SOURCE = Source(
    name="memento",
    title="when a page was archived by any web archive that speaks Memento (RFC 7089)",
    documentation="https://www.rfc-editor.org/rfc/rfc7089",
    citation="TimeMap of the page (RFC 7089), with the archive and the day of retrieval.",
    rights="Each archive has terms of its own for its index.",
    arguments=(
        Argument("url", "address of one page", _page),
        Argument("archive", "address of the archive's TimeMaps, up to that of the page", _archive, WAYBACK),
    ),
    plan=plan,
    read=read,
    following=following,
    absent={404: UNKNOWN},
    unit_of_time="second for the first capture, day for counts",
    pause=3.0,
    rest=60.0,
    media=LINKS,
)
