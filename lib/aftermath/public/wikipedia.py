"""Wikipedia page views: how often an article was opened, day by day.

Documented at https://wikitech.wikimedia.org/wiki/Analytics/AQS/Pageviews (the endpoint ``per-article``) and
https://doc.wikimedia.org/generated-data-platform/aqs/analytics-api/reference/page-views.html.

Request: ``/metrics/pageviews/per-article/{project}/{access}/{agent}/{article}/daily/{start}/{end}``, spaces in the title
written as underscores and everything else percent-encoded. Answer: ``{"items": [{"project", "article", "granularity",
"timestamp": "2015100100", "access", "agent", "views"}]}``. Status 404 means "no data", and not why there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from urllib.parse import quote

from aftermath.public.answers import ShapeError, figure, instant, loaded, rows, tidy, words
from aftermath.public.source import (
    Argument,
    Query,
    Reading,
    Request,
    Source,
    one_of,
    only,
    pieces,
    settled_after,
    since,
)

API = "https://wikimedia.org/api/rest_v1/metrics/pageviews/per-article"
FIRST = date(2015, 7, 1)


def project(text: str) -> str:
    """A Wikimedia project as the interface names it.

    Examples
    --------
    >>> project("zh.wikipedia.org")
    'zh.wikipedia'
    """
    short = text.lower().removesuffix(".org")
    if not re.fullmatch(r"[a-z][a-z-]{0,20}\.[a-z]{3,20}", short):
        raise ValueError("is not a project: write a language and a project, e.g. en.wikipedia")
    return short


def title(text: str) -> str:
    """An article's title with underscores, as its address has it."""
    if text in {".", ".."}:
        raise ValueError("is not a title")
    return text.replace(" ", "_")


def plan(query: Query) -> list[Request]:
    """One request for each piece of at most a year."""
    where = "/".join(quote(only(query, name), safe="") for name in ("project", "access", "agent", "article"))
    return [
        Request(
            f"{API}/{where}/daily/{a:%Y%m%d}00/{b:%Y%m%d}00",
            f"{query['article']} from {a.isoformat()} to {b.isoformat()}",
            settled_after(b, 1),
        )
        for a, b in pieces(only(query, "start"), only(query, "end"))
    ]


def read(query: Query, bodies: Sequence[bytes]) -> Reading:
    """Signal ``page_views``. **A day without a row is a day without data, not a day without views.**"""
    scope = ", ".join(only(query, name) for name in ("project", "article", "access", "agent"))
    return Reading(
        tidy(
            ("page_views", instant(words(item, "timestamp"), "%Y%m%d%H"), figure(item, "views"), "views", scope)
            for item in _items(query, bodies)
        )
    )


def _items(query: Query, bodies: Sequence[bytes]) -> Iterator[dict]:
    for body in bodies:
        for item in rows(loaded(body), "items"):
            if words(item, "granularity") != "daily":
                raise ShapeError("the answer is not daily")
            if words(item, "agent") != query["agent"] or words(item, "access") != query["access"]:
                raise ShapeError("the answer is about other readers than were asked for")
            yield item


SOURCE = Source(
    name="wikipedia",
    title="page views of an article, day by day, since July 2015",
    documentation="https://wikitech.wikimedia.org/wiki/Analytics/AQS/Pageviews",
    citation="Wikimedia Foundation, Pageview API (Analytics Query Service), article and days as asked, with the day of retrieval.",
    rights="Counts are released under CC0 1.0.",
    arguments=(
        Argument("article", "title as it stands above the article, e.g. 'United Airlines'", title),
        Argument("start", "first day, YYYY-MM-DD", since(FIRST, "when this count begins")),
        Argument("end", "last day, YYYY-MM-DD", since(FIRST, "when this count begins")),
        Argument("project", "language and project, e.g. zh.wikipedia", project, "en.wikipedia"),
        Argument(
            "agent",
            "whose views: user leaves out what is known to be automatic",
            one_of("user", "all-agents", "spider", "automated"),
            "user",
        ),
        Argument(
            "access",
            "by which way",
            one_of("all-access", "desktop", "mobile-web", "mobile-app"),
            "all-access",
        ),
    ),
    plan=plan,
    read=read,
    unit_of_time="day",
    pause=0.5,
    rest=10.0,
    absent={
        404: "no such article under this very title, or it did not exist then, or it was not opened once. "
        "It does not say which; it is not a zero."
    },
)
