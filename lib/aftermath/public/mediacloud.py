"""Media Cloud story counts: stories that match a search in a collection of outlets, **with all stories of that day**.

Documented by the project's own client, https://github.com/mediacloud/api-client (``mediacloud/api.py``,
``SearchApi.story_count_over_time``), and for limits and coverage at https://www.mediacloud.org/documentation/faqs (4,000
requests a week; some endpoints 2 a minute; an outlet is there from the day its feed was first collected).

Request: ``/api/search/count-over-time?q=&start=YYYY-MM-DD&end=&platform=onlinenews-mediacloud&cs=ID,ID`` with the heading
``Authorization: Token KEY``. Answer: ``{"count_over_time": {"counts": [{"date", "count", "total_count", "ratio"}]}}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from aftermath.public.answers import ShapeError, figure, instant, loaded, rows, tidy, words
from aftermath.public.source import (
    Argument,
    Query,
    Reading,
    Request,
    Source,
    day,
    only,
    pieces,
    plain,
    settled_after,
)
from aftermath.wording import counted

API = "https://search.mediacloud.org/api/search/count-over-time"
PLATFORM = "onlinenews-mediacloud"
LATE = 7  # days within which stories still come in


def identifier(text: str) -> str:
    """The number of a collection, as in its address."""
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise ValueError("is not the number of a collection, e.g. 34412234 (United States, national)")
    return text


def plan(query: Query) -> list[Request]:
    """One request for each piece of at most a year."""
    common = {"q": query["query"], "platform": PLATFORM, "cs": ",".join(query["collection"])}
    return [
        Request(
            f"{API}?{urlencode({**common, 'start': a.isoformat(), 'end': b.isoformat()})}",
            f"stories from {a.isoformat()} to {b.isoformat()}",
            settled_after(b, LATE),
        )
        for a, b in pieces(only(query, "start"), only(query, "end"))
    ]


def read(query: Query, bodies: Sequence[bytes]) -> Reading:
    """Signals ``stories`` and ``stories_in_collection``, the denominator: **no count comes without it**."""
    scope = f"{query['query']}, Media Cloud collection {', '.join(query['collection'])}"
    table = tidy((*row, "stories", scope) for body in bodies for row in _counts(loaded(body)))
    empty = table.filter((table["signal"] == "stories_in_collection") & (table["value"] == 0)).height
    remark = f"{counted(empty, 'day')} on which the collection holds no story at all: missing, not zero."
    return Reading(table, (remark,) if empty else ())


def _counts(document: Any) -> Iterator[tuple]:
    for row in rows(document, "count_over_time", "counts"):
        moment = instant(words(row, "date")[:10], "%Y-%m-%d")
        if "total_count" not in row:
            raise ShapeError("there is no total_count, and a count without its denominator says nothing")
        matching, everything = figure(row, "count"), figure(row, "total_count")
        if matching > everything:
            raise ShapeError(f"{matching:g} stories of {everything:g} on {moment:%Y-%m-%d}")
        yield "stories", moment, matching
        yield "stories_in_collection", moment, everything


SOURCE = Source(
    name="mediacloud",
    title="stories that match a search in a collection of outlets, and all its stories, day by day",
    documentation="https://www.mediacloud.org/documentation/faqs",
    citation="Media Cloud (https://www.mediacloud.org), search, collection and days as asked, with the day of retrieval; "
    "Roberts et al. 2021, Media Cloud: Massive Open Source Collection of Global News on the Open Web, ICWSM 15.",
    rights="Counts may be published with a citation of Media Cloud, by its terms of use (https://www.mediacloud.org/); "
    "the texts of stories are their publishers' and are not pulled.",
    arguments=(
        Argument("query", "search in Media Cloud's own words, e.g. '\"united airlines\"'", plain),
        Argument("start", "first day, YYYY-MM-DD", day),
        Argument("end", "last day, YYYY-MM-DD", day),
        Argument("collection", "number of a collection of outlets", identifier, many=True),
    ),
    plan=plan,
    read=read,
    unit_of_time="day",
    pause=31.0,
    rest=60.0,
    key="MEDIACLOUD_API_KEY",
)
