"""Files of web archives: written by warcio, read with their digests, and told of where they are cut off or changed."""

from __future__ import annotations

import gzip
import hashlib
import io
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders

from aftermath.captures.bounds import capture_bounds
from aftermath.captures.copies import CopiesFound
from aftermath.captures.files import WebArchiveError, read_web_archive
from aftermath.captures.importing import captures_from
from aftermath.case_files.case import Case, load_case
from aftermath.workspace import Workspace
from capturing import ERROR, PAGE, Writer, captured_case, source, wacz, warc
from factories import event, workspace

A, B = "https://example.org/a", "https://example.org/b"
THREE = (
    (A, "2020-01-05T10:00:00Z", PAGE),
    (A, "2020-02-01T09:30:15Z", b"<p>as read"),
    (B, "2020-02-03T00:00:00Z", PAGE),
)


def kept(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def taken(case: Case, path: Path) -> CopiesFound:
    return captures_from(path, case.id, Workspace(case.folder.parent.parent))


@pytest.mark.parametrize("packed", [True, False])
def test_a_warc_gives_address_time_and_digest(tmp_path, packed):
    archive = read_web_archive(kept(tmp_path, "one.warc", warc(*THREE, packed=packed)))
    assert (archive.kind, archive.remarks) == ("warc", ())
    assert [(one.url, one.time, one.sha256) for one in archive.captures] == [
        (url, datetime.fromisoformat(moment), hashlib.sha256(body).hexdigest()) for url, moment, body in THREE
    ]


def test_the_capture_nearest_to_the_day_of_reading_is_entered(tmp_path):
    case = captured_case(tmp_path, source("a"), source("c"))
    found = taken(case, kept(tmp_path, "one.warc.gz", warc(*THREE)))
    assert dict(found.table.select("source_id", "said").iter_rows())["c"] == "not in the file"
    found.write()
    row = load_case("small-case", workspace(tmp_path)).sources.row(1, named=True)
    assert (row["archived_url"], row["retrieved_via"]) == (None, "warc")
    assert row["archived_at"] == datetime(2020, 2, 1, 9, 30, 15, tzinfo=UTC)
    assert row["sha256"] == hashlib.sha256(b"<p>as read").hexdigest()


def test_what_was_packed_or_sent_in_pieces_has_the_digest_of_what_it_holds(tmp_path):
    out = io.BytesIO()
    writer = Writer(out, gzip=True)
    packed = gzip.compress(PAGE)
    pieces = b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)
    headers = [("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"), ("Content-Type", "text/html")]
    http = StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1")
    writer.write_record(writer.create_warc_record(A, "response", payload=io.BytesIO(pieces), http_headers=http))
    (capture,) = read_web_archive(kept(tmp_path, "one.warc.gz", out.getvalue())).captures
    assert (capture.sha256, capture.fault) == (hashlib.sha256(PAGE).hexdigest(), "")


@pytest.mark.bad_input("web archives (WARC, WACZ)")
@pytest.mark.parametrize("packed", [True, False])
def test_a_warc_that_is_cut_off_anywhere_says_so(tmp_path, packed, record_property):
    parts = [warc(one, packed=packed) for one in THREE]
    whole, ends = b"".join(parts), list(accumulate(map(len, parts)))
    known = read_web_archive(kept(tmp_path, "whole.warc", whole)).captures
    told = 0
    for cut in range(5, len(whole)):
        archive = read_web_archive(kept(tmp_path, "cut.warc", whole[:cut]))
        within = cut not in ends and not (not packed and any(end - 4 <= cut <= end for end in ends))
        assert bool(archive.remarks) == within, (cut, ends, archive.remarks)
        assert archive.captures == known[: len(archive.captures)]
        told += within
    assert told > len(whole) * 0.9
    record_property("trials", told)


@pytest.mark.bad_input("web archives (WARC, WACZ)")
def test_of_a_warc_that_is_cut_off_what_is_whole_is_offered_and_the_rest_named(tmp_path):
    case = captured_case(tmp_path, source("a"), source("b"))
    found = taken(case, kept(tmp_path, "cut.warc.gz", warc(*THREE)[:-40]))
    said = dict(found.table.select("source_id", "said").iter_rows())
    assert (said["a"], said["b"]) == ("found", "not in the file")
    assert "cut.warc.gz is cut off or damaged behind 2 captures" in found.text


@pytest.mark.bad_input("web archives (WARC, WACZ)")
def test_a_record_with_another_digest_counts_for_nothing(tmp_path):
    case = captured_case(tmp_path, source("b"))
    changed = warc(*THREE, packed=False)[::-1].replace(PAGE[::-1], PAGE.replace(b"sorry", b"proud")[::-1], 1)[::-1]
    found = taken(case, kept(tmp_path, "one.warc", changed))
    assert "2020-02-03 is damaged: payload digest failed" in found.text
    assert found.write() == ()


@pytest.mark.bad_input("web archives (WARC, WACZ)")
@pytest.mark.parametrize(("body", "status"), [(ERROR, "200 OK"), (PAGE, "404 Not Found"), (PAGE, "302 Found")])
def test_a_capture_of_an_error_page_counts_for_nothing(tmp_path, body, status):
    case = captured_case(tmp_path, source("a"))
    found = taken(case, kept(tmp_path, "one.warc", warc((A, "2020-02-01T00:00:00Z", body), status=status)))
    assert found.table["said"].to_list()[1].startswith("not in the file: 2020-02-01 answers")
    assert found.write() == ()


@pytest.mark.bad_input("web archives (WARC, WACZ)")
@pytest.mark.parametrize("content", [b"", b"hello", b"WARC", b"\x1f\x8bnot packed", b"PK\x03\x04 not a zip"])
def test_what_is_no_web_archive_is_refused_or_empty(tmp_path, content):
    path = kept(tmp_path, "odd.warc", content)
    try:
        archive = read_web_archive(path)
    except WebArchiveError as error:
        assert "odd.warc" in str(error)
    else:
        assert archive.captures == ()
        assert archive.remarks


# WACZ

FILES = {
    "archive/data.warc.gz": warc(*THREE),
    "pages/pages.jsonl": b'{"format": "json-pages-1.0"}\n',
    "indexes/index.cdx": b"",
}


def test_a_wacz_is_read_once_its_manifest_holds(tmp_path):
    case = captured_case(tmp_path, source("a"), source("b"))
    found = taken(case, kept(tmp_path, "one.wacz", wacz(FILES)))
    assert found.table["retrieved_via"].to_list()[1:] == ["wacz", "wacz"]
    assert found.remarks == ()
    assert found.write() == ("sources",)


OTHER = "sha256:" + "0" * 64
BROKEN = {
    "another digest": (
        wacz(FILES, digests={"archive/data.warc.gz": OTHER}),
        "data.warc.gz has another digest than its manifest",
    ),
    "another manifest": (wacz(FILES, digests={"datapackage.json": OTHER}), "datapackage.json has another digest"),
    "another algorithm": (wacz(FILES, digests={"indexes/index.cdx": "md5:1"}), "sha256 is what can be checked"),
    "an archive nobody names": (wacz(FILES, unnamed=["archive/data.warc.gz"]), "is not in datapackage.json"),
    "no manifest": (wacz(FILES).replace(b"datapackage.json", b"datapackage.jsom"), "has no datapackage.json"),
    "cut off": (wacz(FILES)[:-30], "no whole WACZ"),
}


@pytest.mark.bad_input("web archives (WARC, WACZ)")
@pytest.mark.parametrize(("content", "why"), BROKEN.values(), ids=BROKEN.keys())
def test_a_wacz_that_is_not_what_it_says_is_refused_whole(tmp_path, content, why):
    case = captured_case(tmp_path, source("a"))
    before = (case.folder / "sources.csv").read_bytes()
    with pytest.raises(WebArchiveError, match=why):
        taken(case, kept(tmp_path, "one.wacz", content))
    assert (case.folder / "sources.csv").read_bytes() == before


@pytest.mark.bad_input("web archives (WARC, WACZ)")
def test_a_cut_off_warc_inside_a_sound_wacz_is_named(tmp_path):
    archive = read_web_archive(kept(tmp_path, "one.wacz", wacz({**FILES, "archive/data.warc.gz": warc(*THREE)[:-40]})))
    assert len(archive.captures) == 2
    assert "archive/data.warc.gz is cut off or damaged" in archive.remarks[0]


# Times


def test_a_capture_bounds_the_time_of_what_it_reports_and_changes_nothing(tmp_path):
    copy = {"archived_at": "2020-01-02T00:00:00Z", "retrieved_via": "hand"}
    events = [
        event("exposure", 0, 60),
        event("apology", 100, 5 * 86_400, source_ids="a"),
        event("explanation", 3 * 86_400, 4 * 86_400, source_ids="a"),
    ]
    case = captured_case(tmp_path, source("a", published="2020-01-03", **copy), events=events)
    before = {path.name: path.read_bytes() for path in case.folder.iterdir()}
    bounds = capture_bounds(case)
    found = [(row["row"], row["finding"], row["proposed_latest"]) for row in bounds.table.iter_rows(named=True)]
    assert found == [
        ("a", "captured before its date of publication", None),
        ("e02", "would end earlier", datetime(2020, 1, 2, tzinfo=UTC)),
        ("e03", "captured before it can have happened", None),
    ]
    assert "read it before you change" in bounds.text
    assert {path.name: path.read_bytes() for path in case.folder.iterdir()} == before


def test_a_day_of_publication_may_have_begun_before_that_of_utc(tmp_path):
    copy = {"archived_at": "2020-01-02T11:00:00Z", "retrieved_via": "hand"}
    case = captured_case(tmp_path, source("a", published="2020-01-03", **copy))
    assert capture_bounds(case).table.height == 0


def test_without_captures_no_time_changes(tmp_path):
    assert "No time would change" in capture_bounds(captured_case(tmp_path, source("a"))).text
