"""GDELT DOC 2.0 timelines: how much of the online news that GDELT monitors matches a search, and its tone.

Documented at https://blog.gdeltproject.org/gdelt-doc-2-0-api-debuts/ (modes ``TimelineVolRaw`` and ``TimelineTone``).

Request: ``/api/v2/doc/doc?query=&mode=timelinevolraw&format=json&startdatetime=YYYYMMDDHHMMSS&enddatetime=...``. Answer:
``{"timeline": [{"series": "Article Count", "data": [{"date": "20180115T000000Z", "value": 2, "norm": 100}]}]}``; ``norm``
is the number of all articles monitored in that step. A faulty query, and a request that came too soon ("limit requests to
one every 5 seconds"), are answered **in plain words with status 200**. A range over a week comes by the day, a shorter one
by the hour or the quarter of an hour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

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
    plain,
    settled_after,
    several,
    since,
)
from aftermath.wording import counted

API = "https://api.gdeltproject.org/api/v2/doc/doc"
FIRST = date(2017, 1, 1)
MODES = {"volume": "timelinevolraw", "tone": "timelinetone"}
STEPS = {"day": timedelta(days=1), "hour": timedelta(hours=1), "15 minutes": timedelta(minutes=15)}
NO_MATCH = "No article matched. In a small language or a small place that may say more about GDELT than about the news."


def plan(query: Query) -> list[Request]:
    """For each measure one request for each piece of at most a year."""
    return [
        Request(
            f"{API}?{urlencode(_parameters(only(query, 'query'), MODES[measure], a, b))}",
            f"{measure} from {a.isoformat()} to {b.isoformat()}",
            settled_after(b, 1),
        )
        for measure in several(query, "measure")
        for a, b in pieces(only(query, "start"), only(query, "end"))
    ]


def _parameters(text: str, mode: str, first: date, last: date) -> dict[str, str]:
    return {
        "query": text,
        "mode": mode,
        "format": "json",
        "startdatetime": f"{first:%Y%m%d}000000",
        "enddatetime": f"{last:%Y%m%d}235959",
    }


def read(query: Query, bodies: Sequence[bytes]) -> Reading:
    """Signals ``articles``, ``articles_monitored`` (the denominator) and ``tone``.

    ``tone`` is GDELT's own average, below 0 where words with a negative ring prevail.
    """
    steps = [row for body in bodies for row in _series(loaded(body))]
    step = _step({moment for _, moment, *_ in steps})
    table = tidy((*row, f"{query['query']}, online news monitored by GDELT, every {step}") for row in steps)
    blind = table.filter((table["signal"] == "articles_monitored") & (table["value"] == 0)).height
    remarks = [f"{counted(blind, 'step')} in which GDELT monitored nothing: missing, not zero."] if blind else []
    return Reading(table, tuple(remarks if table.height else [*remarks, NO_MATCH]))


def _series(document: Any) -> Iterator[tuple]:
    for line in rows(document, "timeline") if document != {} else ():  # {} is how "no match" is said
        name = words(line, "series")
        for point in rows(line, "data"):
            moment = instant(words(point, "date"), "%Y%m%dT%H%M%SZ")
            if name == "Article Count":
                yield "articles", moment, figure(point, "value"), "articles"
                yield "articles_monitored", moment, figure(point, "norm"), "articles"
            elif name == "Average Tone":
                yield "tone", moment, figure(point, "value", least=-100), "mean tone"
            else:
                raise ShapeError(f"the series {name!r} is not known")


def _step(moments: set[datetime]) -> str:
    """The step of which all distances between points are multiples."""
    distances = [b - a for a, b in pairwise(sorted(moments))]
    for name, step in STEPS.items():
        if not any(distance % step for distance in distances):
            return name
    raise ShapeError("points are less than 15 minutes apart")


SOURCE = Source(
    name="gdelt",
    title="articles that match a search, all articles monitored, and their tone, since January 2017",
    documentation="https://blog.gdeltproject.org/gdelt-doc-2-0-api-debuts/",
    citation="The GDELT Project, DOC 2.0 API (https://www.gdeltproject.org/), search and days as asked, with the day of retrieval.",
    rights="Free for any use with a citation of the GDELT Project and a link to it (https://www.gdeltproject.org/about.html).",
    arguments=(
        Argument("query", "search, e.g. '\"united airlines\" sourcelang:english'", plain),
        Argument("start", "first day, YYYY-MM-DD", since(FIRST, "when this archive begins")),
        Argument("end", "last day, YYYY-MM-DD", since(FIRST, "when this archive begins")),
        Argument("measure", "volume or tone", one_of(*MODES), "volume", many=True),
    ),
    plan=plan,
    read=read,
    unit_of_time="day; an hour or 15 minutes in short ranges",
    pause=6.0,
    rest=20.0,
)
