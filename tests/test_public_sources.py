"""Public sources: what is asked, and how answers are read. All figures are invented; the shapes are the documented ones."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import polars as pl
import pytest

from aftermath import public
from aftermath.public import PullError
from aftermath.public.answers import ShapeError
from aftermath.public.source import SCHEMA, Reading
from recorded import (
    ANSWERS,
    DAYS,
    KEY,
    QUERIES,
    captured,
    complaint,
    complaints,
    recalls,
    stories,
    timeline,
    views,
)
from replaying import Clock, Replay, says


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Replay]:
    monkeypatch.setenv("MEDIACLOUD_API_KEY", KEY)
    replay = Replay()
    yield replay
    replay.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def values(table: pl.DataFrame) -> list[tuple]:
    return [(row["signal"], row["time"].isoformat(), row["value"]) for row in table.iter_rows(named=True)]


def read(name: str, *bodies: object, **query: str) -> Reading:
    source = public.SOURCES[name]
    return source.read(source.checked({**QUERIES[name], **query}), [as_sent(body) for body in bodies])


def as_sent(answer: object) -> bytes:
    return answer.encode() if isinstance(answer, str) else json.dumps(answer, indent=1).encode()


# Each source, from question to table


@pytest.mark.parametrize("name", sorted(public.SOURCES))
def test_a_pull_keeps_what_came_and_reads_it(name, server, clock, tmp_path):
    body = as_sent(ANSWERS[name])
    server.script = [says(body)]
    pulled = public.pull(name, QUERIES[name], tmp_path / "pull", client=server.client(clock))
    record = json.loads((tmp_path / "pull" / "pull.json").read_text())
    (row,) = record["responses"]
    assert (tmp_path / "pull" / row["file"]).read_bytes() == body
    assert Path(row["file"]).stem == hashlib.sha256(f"GET {row['url']}".encode()).hexdigest()
    assert row["sha256"] == hashlib.sha256(body).hexdigest()
    assert (row["status"], row["bytes"], row["retrieved"]) == (200, len(body), "2024-06-01T12:00:00+00:00")
    assert row["url"].startswith("https://")
    assert row["url"].endswith(server.asked[0])
    assert record["rights"] and record["citation"] and record["documentation"].startswith("https://")
    assert pulled.table.schema == SCHEMA
    assert pulled.table.height > 0
    assert set(pulled.table["unit"].str.len_chars() > 0) == set(pulled.table["scope"].str.len_chars() > 0) == {True}
    assert pulled.table["signal"].str.contains(r"^[a-z0-9][a-z0-9_]*$").all()  # as casestudies/ want them


@pytest.mark.parametrize("name", sorted(public.SOURCES))
def test_an_earlier_pull_is_read_again_without_asking(name, server, clock, tmp_path):
    server.script = [says(ANSWERS[name])]
    first = public.pull(name, QUERIES[name], tmp_path, client=server.client(clock))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    again = public.load(tmp_path)
    assert again.table.equals(first.table)
    assert (again.asked, again.kept, again.query) == (0, 1, first.query)
    assert len(server.asked) == 1
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_wikipedia(server, clock, tmp_path):
    server.script = [says(ANSWERS["wikipedia"])]
    pulled = public.pull("wikipedia", QUERIES["wikipedia"], tmp_path, client=server.client(clock))
    assert server.asked == [
        "/api/rest_v1/metrics/pageviews/per-article/en.wikipedia/all-access/user/Acme_Corporation/daily/2017040900/2017042000"
    ]
    assert values(pulled.table) == [
        ("page_views", "2017-04-09T00:00:00+00:00", 100),
        ("page_views", "2017-04-10T00:00:00+00:00", 2500),
    ]


@pytest.mark.parametrize("article", ["AC/DC", "What?", "100% #1", "抖音", "a/../b", "Guns N' Roses"])
def test_a_title_is_one_part_of_the_address(article, server, clock, tmp_path):
    server.script = [says(views())]
    public.pull("wikipedia", {"article": article, **DAYS}, tmp_path, client=server.client(clock))
    parts = server.asked[0].split("/")
    assert len(parts) == 13
    assert unquote(parts[9]) == article.replace(" ", "_")


def test_a_title_without_views_is_absent_and_not_zero(server, clock, tmp_path):
    server.script = [says({"detail": "The date(s) you used are valid, but ..."}, status=404)]
    pulled = public.pull("wikipedia", QUERIES["wikipedia"], tmp_path, client=server.client(clock))
    assert pulled.table.is_empty()
    assert pulled.table.schema == SCHEMA
    assert "it is not a zero" in pulled.remarks[0]
    assert public.load(tmp_path).remarks == pulled.remarks


def test_views_of_other_readers_are_refused():
    with pytest.raises(ShapeError, match="other readers"):
        read("wikipedia", ANSWERS["wikipedia"], agent="all-agents")


def test_gdelt_brings_the_denominator_and_the_tone(server, clock, tmp_path):
    tone = timeline("Average Tone", {"date": "20170409T000000Z", "value": -3.25})
    server.script = [says(ANSWERS["gdelt"]), says(tone)]
    query = {**QUERIES["gdelt"], "measure": ["volume", "tone"]}
    pulled = public.pull("gdelt", query, tmp_path, client=server.client(clock))
    asked = [parse_qs(urlsplit(path).query) for path in server.asked]
    assert [each["mode"] for each in asked] == [["timelinevolraw"], ["timelinetone"]]
    assert asked[0]["query"] == ['"acme" sourcelang:english']
    assert (asked[0]["startdatetime"], asked[0]["enddatetime"]) == (["20170409000000"], ["20170420235959"])
    assert clock.slept == [6.0]
    assert values(pulled.table) == [
        ("articles", "2017-04-09T00:00:00+00:00", 2),
        ("articles", "2017-04-10T00:00:00+00:00", 30),
        ("articles_monitored", "2017-04-09T00:00:00+00:00", 100),
        ("articles_monitored", "2017-04-10T00:00:00+00:00", 110),
        ("tone", "2017-04-09T00:00:00+00:00", -3.25),
    ]
    assert pulled.table["scope"].str.ends_with("every day").all()


@pytest.mark.parametrize(("second", "step"), [("011500", "15 minutes"), ("020000", "hour"), ("013000", "15 minutes")])
def test_gdelt_says_how_fine_its_steps_are(second, step):
    points = [{"date": f"20170409T{clock}Z", "value": 1, "norm": 9} for clock in ("010000", second)]
    assert read("gdelt", timeline("Article Count", *points)).table["scope"].str.ends_with(f"every {step}").all()


@pytest.mark.parametrize("body", [{}, {"timeline": []}])
def test_gdelt_without_a_match(body):
    reading = read("gdelt", body)
    assert reading.table.is_empty()
    assert "No article matched" in reading.remarks[0]


def test_gdelt_says_where_it_was_blind():
    reading = read("gdelt", timeline("Article Count", {"date": "20170409T000000Z", "value": 0, "norm": 0}))
    assert reading.remarks == ("1\u00a0step in which GDELT monitored nothing: missing, not zero.",)


def test_wayback_tells_the_first_capture_from_the_first_with_content():
    table = read("wayback", ANSWERS["wayback"]).table
    assert values(table) == [
        ("captures", "2017-04-10T00:00:00+00:00", 2),
        ("captures", "2017-04-12T00:00:00+00:00", 1),
        ("first_capture", "2017-04-10T08:30:00+00:00", 1),
        ("first_capture_of_content", "2017-04-10T09:15:00+00:00", 1),
    ]


def test_wayback_turns_pages_by_the_key_it_was_given(server, clock, tmp_path):
    key = "org%2Cexample%29%2F+20170410091500%21"
    server.script = [
        says(captured(["20170410083000", "200", "A"], more=key)),
        says(captured(["20170411000000", "200", "B"])),
    ]
    query = {**QUERIES["wayback"], **DAYS}
    pulled = public.pull("wayback", query, tmp_path, client=server.client(clock))
    first, second = (parse_qs(urlsplit(path).query) for path in server.asked)
    assert first["url"] == ["https://www.example.org/statement?id=1&x=é"]
    assert (first["from"], first["to"], first["output"], first["gzip"]) == (
        ["20170409"],
        ["20170420"],
        ["json"],
        ["false"],
    )
    assert second == {**first, "resumeKey": ["org,example)/ 20170410091500!"]}
    assert f"resumeKey={key}" in server.asked[1]
    assert clock.slept == [3.0]
    assert pulled.table.filter(signal="captures")["value"].sum() == 2
    assert public.load(tmp_path).kept == 2


@pytest.mark.bad_input("answers of public sources")
def test_pages_that_go_round_in_a_circle_end(server, clock, tmp_path):
    server.otherwise = says(captured(["20170410083000", "200", "A"], more="same"))
    with pytest.raises(PullError, match=r"has no end after 200.pages"):
        public.pull("wayback", QUERIES["wayback"], tmp_path, client=server.client(clock))
    assert len(server.asked) == 2


def test_a_page_never_archived_is_no_proof():
    reading = read("wayback", [])
    assert reading.table.is_empty()
    assert "does not show that it was not there" in reading.remarks[0]


def test_mediacloud_never_counts_without_its_denominator(server, clock, tmp_path):
    server.script = [says(ANSWERS["mediacloud"])]
    query = {**QUERIES["mediacloud"], "collection": ["34412234", "34412118"]}
    pulled = public.pull("mediacloud", query, tmp_path, client=server.client(clock))
    asked = parse_qs(urlsplit(server.asked[0]).query)
    assert asked == {
        "q": ["acme AND recall"],
        "platform": ["onlinenews-mediacloud"],
        "cs": ["34412234,34412118"],
        "start": ["2017-04-09"],
        "end": ["2017-04-20"],
    }
    assert values(pulled.table) == [
        ("stories", "2017-04-09T00:00:00+00:00", 1),
        ("stories", "2017-04-10T00:00:00+00:00", 40),
        ("stories_in_collection", "2017-04-09T00:00:00+00:00", 900),
        ("stories_in_collection", "2017-04-10T00:00:00+00:00", 1000),
    ]
    bare = {"count_over_time": {"counts": [{"date": "2017-04-09", "count": 1}]}}
    with pytest.raises(ShapeError, match="without its denominator"):
        read("mediacloud", bare)
    with pytest.raises(ShapeError, match="5 stories of 4"):
        read("mediacloud", stories(("2017-04-09", 5, 4)))
    assert "missing, not zero" in read("mediacloud", stories(("2017-04-09", 0, 0))).remarks[0]


def test_nhtsa_counts_what_is_alleged_by_the_day_of_filing(server, clock, tmp_path):
    server.script = [says(ANSWERS["nhtsa-complaints"])]
    query = QUERIES["nhtsa-complaints"]
    pulled = public.pull("nhtsa-complaints", query, tmp_path, client=server.client(clock))
    assert server.asked == ["/complaints/complaintsByVehicle?make=ACME&model=ROAD%20RUNNER&modelYear=2005"]
    assert values(pulled.table) == [
        ("complaints", "2017-12-18T00:00:00+00:00", 2),
        ("complaints", "2018-01-02T00:00:00+00:00", 1),
        ("crashes_alleged", "2017-12-18T00:00:00+00:00", 1),
        ("deaths_alleged", "2018-01-02T00:00:00+00:00", 1),
        ("fires_alleged", "2018-01-02T00:00:00+00:00", 1),
        ("injuries_alleged", "2017-12-18T00:00:00+00:00", 2),
    ]


def test_a_report_listed_twice_counts_once():
    body = complaints(complaint(1, "12/18/2017"), complaint(2, "12/18/2017"))
    assert read("nhtsa-complaints", body, body).table["value"].to_list() == [2.0]


def test_recalls_write_the_day_first_and_complaints_the_month():
    assert values(read("nhtsa-recalls", recalls(("14V047000", "07/02/2014"))).table) == [
        ("recalls", "2014-02-07T00:00:00+00:00", 1)
    ]
    with pytest.raises(ShapeError, match="'03/28/2014' is not a time"):
        read("nhtsa-recalls", recalls(("14V171000", "03/28/2014")))
    with pytest.raises(ShapeError, match="'28/03/2014' is not a time"):
        read("nhtsa-complaints", complaints(complaint(1, "28/03/2014")))


@pytest.mark.bad_input("answers of public sources")
def test_a_list_shorter_than_announced_is_refused():
    with pytest.raises(ShapeError, match="3 records are announced and 1 listed"):
        read("nhtsa-complaints", {**complaints(complaint(1, "12/18/2017")), "count": 3})


def test_a_record_without_a_date_is_left_out_and_said():
    reading = read("nhtsa-complaints", complaints(complaint(1, None, numberOfDeaths=None), complaint(2, "12/18/2017")))
    assert reading.table["value"].to_list() == [1.0]
    assert reading.remarks == ("1\u00a0complaint without a date left out.",)


def test_a_model_year_that_was_never_built_does_not_end_the_pull(server, clock, tmp_path):
    server.script = [says(ANSWERS["nhtsa-complaints"]), says({"count": 0, "results": []}, status=400)]
    query = {**QUERIES["nhtsa-complaints"], "years": ["2005-2006", "2005"]}
    pulled = public.pull("nhtsa-complaints", query, tmp_path, client=server.client(clock))
    assert len(server.asked) == 2
    assert pulled.table.height == 6
    assert "Nothing for ACME ROAD RUNNER 2006" in pulled.remarks[0]


# Answers that are not what was documented


def _leaves(document: object, path: tuple = ()) -> Iterator[tuple]:
    yield path
    inner = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for name, value in inner:
        yield from _leaves(value, (*path, name))


def _with(document: object, path: tuple, value: object) -> object:
    if not path:
        return value
    changed = copy.deepcopy(document)
    spot = changed
    for name in path[:-1]:
        spot = spot[name]
    if value is ...:
        del spot[path[-1]]
    else:
        spot[path[-1]] = value
    return changed


ODD = [
    None,
    True,
    -1,
    1e400,
    10**400,
    0.5,
    "",
    "x",
    "٢٠١٧٠٤٠٩٠٠",
    "00010101T000000Z",
    "\ud800",
    [],
    {},
    [[]],
    [None],
    ...,
]


@pytest.mark.bad_input("answers of public sources")
@pytest.mark.parametrize("name", sorted(set(public.SOURCES) - {"memento"}))
def test_an_odd_answer_is_refused_or_read_and_never_anything_else(name, record_property):
    source = public.SOURCES[name]
    query = source.checked(QUERIES[name])
    refused = 0
    for path in _leaves(ANSWERS[name]):
        for odd in ODD if path else ODD[:-1]:
            body = json.dumps(_with(ANSWERS[name], path, odd)).replace("Infinity", "1e999").encode()
            try:
                reading = source.read(query, [body])
            except ShapeError:
                refused += 1
            else:
                assert reading.table.schema == SCHEMA
                assert reading.table["value"].is_finite().all()
    assert refused > 50
    record_property("trials", refused)


@pytest.mark.bad_input("answers of public sources")
@pytest.mark.parametrize("name", sorted(public.SOURCES))
def test_an_answer_of_another_shape_is_not_kept(name, server, clock, tmp_path):
    server.script = [says({"error": "The interface has moved to version 3"})]
    with pytest.raises(PullError, match="not of the documented shape"):
        public.pull(name, QUERIES[name], tmp_path / "pull", client=server.client(clock))
    assert not (tmp_path / "pull").exists()


@pytest.mark.bad_input("answers of public sources")
@pytest.mark.parametrize("day", ["٢٠١٧٠٤٠٩٠٠", "2017 4 900", "201704090", "2017043100", "0017040900"])
def test_a_day_in_another_form_is_refused(day):
    with pytest.raises(ShapeError, match="is not a time of the form"):
        read("wikipedia", {"items": [{**views(("2017040900", 1))["items"][0], "timestamp": day}]})


@pytest.mark.bad_input("answers of public sources")
@pytest.mark.parametrize("count", [True, None, "5", -1, 10**400, [5]])
def test_a_count_that_is_no_count_is_refused(count):
    with pytest.raises(ShapeError, match="'views'"):
        read("wikipedia", views(("2017040900", count)))


@pytest.mark.bad_input("answers of public sources")
def test_two_values_for_one_day_are_refused():
    with pytest.raises(ShapeError, match="two values of page_views at 2017-04-09"):
        read("wikipedia", views(("2017040900", 1), ("2017040900", 2)))
    assert read("wikipedia", views(("2017040900", 1)), views(("2017040900", 1))).table.height == 1


def test_the_documents_name_every_source(root):
    text = (root / "docs" / "public-sources.md").read_text(encoding="utf-8")
    for name, source in public.SOURCES.items():
        assert f"`{name}`" in text
        assert source.documentation in text
