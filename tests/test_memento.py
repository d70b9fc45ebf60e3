"""TimeMaps as RFC 7089 has them: read as the standard prints them, followed through their parts, refused where they are cut off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import polars as pl
import pytest

from aftermath import public
from aftermath.public import memento
from aftermath.public.answers import ShapeError
from recorded import QUERIES, TIMEMAP
from replaying import Replay, says

QUERY = memento.SOURCE.checked(QUERIES["memento"])


@pytest.fixture
def server() -> Iterator[Replay]:
    replay = Replay()
    yield replay
    replay.close()


def test_a_timemap_reads_as_the_standard_prints_it():
    first, *_, last = memento.mementos(QUERY, [TIMEMAP.encode()])
    assert (first.time, first.url) == (
        datetime(2000, 6, 20, 18, 2, 59, tzinfo=UTC),
        "http://arxiv.example.net/web/20000620180259/http://a.example.org",
    )
    assert last.time == datetime(2009, 10, 27, 20, 49, 54, tzinfo=UTC)
    table = memento.read(QUERY, [TIMEMAP.encode()]).table
    assert table.filter(pl.col("signal") == "captures")["value"].to_list() == [1.0, 2.0, 1.0]


def test_a_timemap_in_parts_is_followed_to_its_end(server, tmp_path):
    def part(number: int, after: str) -> str:
        at = f"http://arxiv.example.net/timemap/{number}/http://a.example.org"
        self = f'<{at}>;rel="self";from="Tue, 0{number} Jun 2004 00:00:00 GMT";until="Tue, 0{number} Jun 2004 12:00:00 GMT"'
        return f'{self},<{at}/m>;rel="memento";datetime="Tue, 0{number} Jun 2004 06:00:00 GMT"{after}'

    onward = ',<http://arxiv.example.net/timemap/2/http://a.example.org>;rel="timemap";from="Wed, 02 Jun 2004 00:00:00 GMT";until="Wed, 02 Jun 2004 12:00:00 GMT"'
    server.script = [says(part(1, onward)), says(part(2, ""))]
    pulled = public.pull("memento", QUERY, tmp_path, client=server.client())
    assert [address.partition("/http")[0] for address in server.asked] == ["/web/timemap/link", "/timemap/2"]
    assert pulled.table.filter(pl.col("signal") == "captures").height == 2


@pytest.mark.bad_input("answers of web archives and pages")
def test_a_timemap_that_is_cut_off_is_refused():
    whole = TIMEMAP.strip()
    parts = [whole[:end] for end in range(1, len(whole))]
    cut = [part for part in parts if part.count('"') % 2 or part.rfind("<") > part.rfind(">")]
    assert len(cut) > len(whole) / 2
    for part in cut:
        with pytest.raises(ShapeError, match="cut off"):
            list(memento.links(part.encode()))
