"""Looking up archived copies: seen before they count, nothing asked twice, nothing of a coder's written over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aftermath.captures.copies import CopiesFound, page_address
from aftermath.captures.kept import kept_folder
from aftermath.captures.look_up import look_up_sources
from aftermath.captures.saving import SaveError, save_pages
from aftermath.captures.states import sources
from aftermath.case_files.case import Case, load_case
from aftermath.case_files.writing import ChangedOnDisk
from aftermath.problems import CaseError
from aftermath.public import PullError
from aftermath.workspace import Workspace
from capturing import ERROR, PAGE, captured_case, cdx, page, sha1, source
from factories import workspace
from replaying import Clock, Replay, by_address, says, until_closed

INDEX = "/cdx/search/cdx"
RAW = "web.archive.org/web"


@pytest.fixture
def server() -> Iterator[Replay]:
    replay = Replay()
    yield replay
    replay.close()


def look_up(case: Case, **more: object) -> CopiesFound:
    return look_up_sources(case.id, Workspace(case.folder.parent.parent), **more)


def said(found) -> dict[str, str]:
    return dict(found.table.select("source_id", "said").iter_rows())


def again(root: Path):
    return load_case("small-case", workspace(root))


def test_the_copy_nearest_to_the_day_of_reading_is_entered_with_time_and_checksum(server, tmp_path):
    case = captured_case(tmp_path, source("a", read_on="2020-02-01"))
    server.otherwise = by_address(
        {
            INDEX: cdx(
                ("20200102080000", "200", b"early"), ("20200130081500", "200", PAGE), ("20230101000000", "200", b"late")
            ),
            f"{RAW}/20200130081500id_/https://example.org/a": page(),
        }
    )
    found = look_up(case, client=server.client())
    assert found.write() == ("sources",)
    row = again(tmp_path).sources.row(1, named=True)
    assert row["archived_url"] == "https://web.archive.org/web/20200130081500/https://example.org/a"
    assert row["archived_at"] == datetime(2020, 1, 30, 8, 15, tzinfo=UTC)
    assert (row["sha256"], row["retrieved_via"]) == (hashlib.sha256(PAGE).hexdigest(), "wayback")
    assert "1 copy" in found.text.replace("\xa0", " ")
    states = sources(again(tmp_path))
    assert states.archived.source_ids == {"a"}
    assert "1 of 2 sources names an archived copy; 0 of 1 key fact can" in states.text.replace("\xa0", " ")


def test_nothing_is_asked_twice_and_the_same_is_found(server, tmp_path):
    case = captured_case(tmp_path, source("a"))
    server.otherwise = by_address({INDEX: cdx(("20200130081500", "200", PAGE)), RAW: page()})
    first = look_up(case, client=server.client())
    asked = len(server.asked)
    second = look_up(case, client=server.client())
    assert len(server.asked) == asked == 2
    assert second.table.equals(first.table)
    second.write()
    assert said(look_up(again(tmp_path), client=server.client()))["a"] == "entered already"


@pytest.mark.fault("interruptions")
def test_an_archive_that_shuts_out_for_an_hour_is_left_alone_and_the_rest_follows_later(server, tmp_path):
    case = captured_case(tmp_path, source("a"), source("b"), source("c"))
    answers = iter([cdx(("20200130081500", "200", PAGE))])
    slow = says("slow down", status=429, retry_after="3600")
    server.otherwise = by_address({INDEX: lambda handler: next(answers, slow)(handler), RAW: page()})
    clock = Clock()
    found = look_up(case, client=server.client(clock))
    assert [said(found)[name] for name in ("a", "b", "c")] == ["found", "not looked up yet", "not looked up yet"]
    assert len(server.asked) == 3  # index and copy of a, index of b; c is not asked for
    assert "asks to wait 60 min" in found.text.replace("\xa0", " ")
    assert "2024-06-01T13:00+00:00" in found.text
    found.write()
    states = sources(again(tmp_path)).table.select("source_id", "archived").rows()
    assert states[1:] == [("a", "archived"), ("b", "not looked up yet"), ("c", "not looked up yet")]
    server.otherwise = by_address({INDEX: cdx(), RAW: page()})
    later = look_up(again(tmp_path), client=server.client())
    assert [said(later)[name] for name in ("a", "b", "c")] == ["entered already", "not archived", "not archived"]
    assert later.remarks == ()
    assert len(server.asked) == 5


@pytest.mark.fault("networks that fail")
def test_a_copy_that_the_archive_does_not_give_out_now_is_seen_later(server, tmp_path):
    case = captured_case(tmp_path, source("a"), source("b"))
    slow = says("slow down", status=429, retry_after="3600")
    server.otherwise = by_address({INDEX: cdx(("20200130081500", "200", PAGE)), RAW: slow})
    found = look_up(case, client=server.client())
    assert said(found)["a"] == "archived on 2020-01-30, and the copy not seen yet"
    assert said(found)["b"] == "not looked up yet"
    assert len(server.asked) == 2
    assert found.write() == ()
    assert sources(case).table["archived"].to_list()[1] == "a copy is known and not entered"
    server.otherwise = by_address({INDEX: cdx(("20200130081500", "200", PAGE)), RAW: page()})
    later = look_up(case, client=server.client())
    assert (said(later)["a"], said(later)["b"]) == ("found", "found")


@pytest.mark.fault("networks that fail")
def test_without_a_network_nothing_is_looked_up_and_nothing_made_up(server, tmp_path):
    case = captured_case(tmp_path, source("a"), source("b"))
    client = server.client(Clock())
    server.close()
    before = (case.folder / "sources.csv").read_bytes()
    found = look_up(case, client=client)
    assert said(found) == {"paper-2020": "no address of the web", "a": "not looked up yet", "b": "not looked up yet"}
    assert found.write() == ()
    assert (case.folder / "sources.csv").read_bytes() == before
    assert sources(case).table["archived"].to_list()[1:] == ["not looked up yet"] * 2
    assert "None of 3 sources names an archived copy" in sources(case).text.replace("\xa0", " ")


@pytest.mark.bad_input("answers of web archives and pages")
@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (page(ERROR), "answers 200 with an error page: 'Page not found'"),
        (page(b"other", memento_datetime="Thu, 30 Jan 2020 08:15:00 GMT"), "another digest than the index says"),
        (page(memento_datetime="Thu, 02 Jan 2020 00:00:00 GMT"), "answered with a copy of 2020-01-02"),
        (
            page(b"", status=302, location="https://web.archive.org/web/20200130081500id_/https://example.org/a"),
            "in a circle",
        ),
        (until_closed(b"x" * 20_000_000), "has no end within"),
        (page(b"", status=404), "answers 404"),
    ],
    ids=["soft 404", "other digest", "other time", "circle", "without end", "404"],
)
def test_a_copy_that_is_none_is_named_and_not_entered(server, tmp_path, reply, why):
    case = captured_case(tmp_path, source("a"))
    body = ERROR if "error page" in why else PAGE
    server.otherwise = by_address({INDEX: cdx(("20200130081500", "200", body)), RAW: reply})
    found = look_up(case, client=server.client())
    assert why in said(found)["a"]
    assert said(found)["a"].startswith("no copy shows it")
    assert found.write() == ()
    asked = len(server.asked)
    assert look_up(case, client=server.client()).table.equals(found.table)
    assert len(server.asked) == asked


def test_the_next_copy_is_taken_where_the_nearest_is_none(server, tmp_path):
    case = captured_case(tmp_path, source("a"))
    server.otherwise = by_address(
        {
            INDEX: cdx(("20200110000000", "200", PAGE), ("20200130081500", "200", ERROR)),
            f"{RAW}/20200130081500": page(ERROR),
            f"{RAW}/20200110000000": page(),
        }
    )
    found = look_up(case, client=server.client())
    assert found.table.row(1, named=True)["archived_at"] == "2020-01-10T00:00:00+00:00"


def test_only_captures_that_the_page_answered_count(server, tmp_path):
    case = captured_case(tmp_path, source("a"))
    server.otherwise = by_address({INDEX: cdx(("20200130081500", "404", b""), ("20200131000000", "301", b""))})
    assert said(look_up(case, client=server.client()))["a"] == "not archived"
    assert sources(case).table["archived"].to_list()[1] == "not archived"


@pytest.mark.bad_input("answers of web archives and pages")
@pytest.mark.parametrize("url", [None, "https://localhost/a", "https://[broken/a"])
def test_a_source_without_an_address_of_the_web_is_not_asked_for(server, tmp_path, url):
    case = captured_case(tmp_path, source("a", url))
    assert said(look_up(case, client=server.client()))["a"] == "no address of the web"
    assert server.asked == []


@pytest.mark.bad_input("answers of web archives and pages")
@pytest.mark.parametrize(
    "url", ["ftp://example.org/a", "mailto:press@example.org", "javascript:alert(1)", "isbn:9780000000000"]
)
def test_an_address_that_is_none_of_the_web_never_comes_into_a_case(tmp_path, url):
    assert page_address(url) == ""
    for column in ("url", "archived_url"):
        row = source("a", archived_at="2020-01-01T00:00:00Z", retrieved_via="hand") | {column: url}
        with pytest.raises(CaseError, match=rf"sources\.csv:3:{column} .*http"):
            captured_case(tmp_path / column, row)


def test_what_a_coder_wrote_is_kept_and_the_other_copy_named(server, tmp_path):
    own = {"archived_url": "https://perma.cc/ABCD-1234", "archived_at": "2020-03-01T00:00:00Z", "retrieved_via": "hand"}
    case = captured_case(tmp_path, source("a", **own))
    before = (case.folder / "sources.csv").read_bytes()
    server.otherwise = by_address({INDEX: cdx(("20200130081500", "200", PAGE)), RAW: page()})
    found = look_up(case, client=server.client())
    assert said(found)["a"].startswith("the case names another copy, which is kept (https://web.archive.org/")
    assert found.write() == ()
    assert (case.folder / "sources.csv").read_bytes() == before


@pytest.mark.fault("changes by others meanwhile")
def test_a_table_that_changed_meanwhile_is_not_written_over(server, tmp_path):
    case = captured_case(tmp_path, source("a"))
    server.otherwise = by_address({INDEX: cdx(("20200130081500", "200", PAGE)), RAW: page()})
    found = look_up(case, client=server.client())
    path = case.folder / "sources.csv"
    changed = path.read_text().replace("The Paper", "The Other Paper")
    path.write_text(changed)
    with pytest.raises(ChangedOnDisk):
        found.write()
    assert path.read_text() == changed


def test_other_archives_are_asked_by_their_timemaps(server, tmp_path):
    case = captured_case(tmp_path, source("a"))
    listed = '<https://example.org/a>;rel="original",<https://arquivo.example/wayback/20200129000000/https://example.org/a>;rel="first last memento";datetime="Wed, 29 Jan 2020 00:00:00 GMT"'
    server.otherwise = by_address(
        {
            INDEX: cdx(),
            "/timemap/link/https://example.org/a": says(listed),
            "arquivo.example/wayback/2020": page(memento_datetime="Wed, 29 Jan 2020 00:00:00 GMT"),
        }
    )
    found = look_up(case, archives=["https://arquivo.example/timemap/link/"], client=server.client())
    row = found.table.row(1, named=True)
    assert (row["archived_url"], row["retrieved_via"]) == (
        "https://arquivo.example/wayback/20200129000000/https://example.org/a",
        "memento",
    )
    assert row["sha256"] == ""  # what an archive shows of its own is not what was captured


def test_again_asks_anew_about_what_has_no_copy_and_keeps_both_answers(server, tmp_path):
    case = captured_case(tmp_path, source("a"))
    server.otherwise = by_address({INDEX: cdx(), RAW: page()})
    assert said(look_up(case, client=server.client()))["a"] == "not archived"
    first = (kept_folder(case) / "a" / "wayback-1" / "pull.json").read_bytes()
    server.otherwise = by_address({INDEX: cdx(("20240601000000", "200", PAGE)), RAW: page()})
    assert said(look_up(case, client=server.client()))["a"] == "not archived"
    assert said(look_up(case, again=True, client=server.client()))["a"] == "found"
    assert (kept_folder(case) / "a" / "wayback-1" / "pull.json").read_bytes() == first
    assert said(look_up(case, client=server.client()))["a"] == "found"


@pytest.mark.bad_input("answers of web archives and pages")
def test_an_answer_that_was_changed_is_not_believed(server, tmp_path):
    case = captured_case(tmp_path, source("a"))
    server.otherwise = by_address({INDEX: cdx(), RAW: page()})
    look_up(case, client=server.client())
    (answer,) = (kept_folder(case) / "a" / "wayback-1" / "responses").iterdir()
    answer.write_bytes(b'[["timestamp","statuscode","digest"],["20200101000000","200","A"]]')
    with pytest.raises(PullError, match="is not the answer that came"):
        sources(case)


# Saving


def test_a_page_without_a_copy_is_saved_when_asked_and_the_job_taken_up_again(server, tmp_path, monkeypatch):
    monkeypatch.setenv("ARCHIVE_ORG_KEY", "access:very-secret")
    case = captured_case(tmp_path, source("a"))
    job = {"status": "success", "timestamp": "20240601120005", "original_url": "https://example.org/a"}
    status = iter([{"status": "pending"}, job, job])
    server.otherwise = by_address(
        {
            INDEX: cdx(),
            "/save/status/spn2-1": lambda handler: says(next(status))(handler),
            "/save": says({"url": "https://example.org/a", "job_id": "spn2-1"}),
            f"{RAW}/20240601120005id_/": page(),
        }
    )
    found = save_pages(look_up(case, client=server.client()), client=server.client())
    row = found.table.row(1, named=True)
    assert (row["said"], row["retrieved_via"]) == ("found", "saved")
    assert row["archived_at"] == "2024-06-01T12:00:05+00:00"
    assert server.posted == ["url=https%3A%2F%2Fexample.org%2Fa&skip_first_archive=1"]
    kept = "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    assert "very-secret" not in kept
    save_pages(look_up(case, client=server.client()), client=server.client())
    assert len(server.posted) == 1


@pytest.mark.fault("networks that fail")
def test_a_page_that_cannot_be_saved_is_named_and_the_next_one_saved(server, tmp_path, monkeypatch):
    monkeypatch.setenv("ARCHIVE_ORG_KEY", "access:secret")
    case = captured_case(tmp_path, source("a"), source("b"))
    refused = {"status": "error", "status_ext": "error:blocked-url", "message": "This host is blocked."}
    server.otherwise = by_address({INDEX: cdx(), "/save/status/1": says(refused), "/save": says({"job_id": "1"})})
    found = save_pages(look_up(case, client=server.client()), client=server.client())
    assert said(found)["a"] == said(found)["b"] == "not archived; could not be saved: This host is blocked."
    assert len(server.posted) == 2
    assert found.write() == ()


@pytest.mark.bad_input("secrets and texts that must not come out")
@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("the key access7193:secret7193 is unknown", "the key [key] is unknown"),
        ("secret7193 does not fit access7193", "[key] does not fit [key]"),
        ("\x1b[31m<b>no</b>\u202e " + "x" * 5000, "[31m no"),
        ({"secret7193": 1}, "no reason is given"),
        (["secret7193"], "no reason is given"),
    ],
)
@pytest.mark.parametrize("begun", [True, False])
def test_what_an_archive_says_of_a_page_is_fit_to_be_read(server, tmp_path, monkeypatch, message, shown, begun):
    monkeypatch.setenv("ARCHIVE_ORG_KEY", "access7193:secret7193")
    case = captured_case(tmp_path, source("a"))
    job = says({"job_id": "../1"} if begun else {"message": message})
    status = says({"status": "error", "message": message})
    server.otherwise = by_address({INDEX: cdx(), "/save/status/..%2F1": status, "/save": job})
    found = save_pages(look_up(case, client=server.client()), client=server.client())
    told = said(found)["a"]
    assert told.startswith(f"not archived; {'could not be saved' if begun else 'was not taken on'}: {shown}")
    assert "7193" not in told
    assert told.isprintable()
    assert len(told) < 300


@pytest.mark.bad_input("answers of web archives and pages")
@pytest.mark.parametrize("key", ["", "access", "access: secret"])
def test_saving_takes_a_key_of_ones_own(server, tmp_path, monkeypatch, key):
    monkeypatch.setenv("ARCHIVE_ORG_KEY", key)
    case = captured_case(tmp_path, source("a"))
    server.otherwise = by_address({INDEX: cdx()})
    with pytest.raises(SaveError, match="ARCHIVE_ORG_KEY=access:secret"):
        save_pages(look_up(case, client=server.client()), client=server.client())
    assert server.posted == []


def test_digests_are_those_of_indexes():
    assert (
        sha1(b"") == "3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"
    )  # of nothing, as it stands in every index of the Wayback Machine
