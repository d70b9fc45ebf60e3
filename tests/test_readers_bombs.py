"""Files that unfold, nest or run on without end, made here and bounded: refused in words, and never held in memory."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

import exports
from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import encoding, opening, read
from aftermath.captures import files
from aftermath.captures.files import WebArchiveError, read_web_archive
from capturing import wacz, warc

UNPACKED = 24 << 20
PLAIN = b"id,created_at,text\n" + b"0" * UNPACKED


def zipped(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name.replace("__", "/").replace("_DOT_", "."), content)
    return made.getvalue()


def lying(content: bytes) -> bytes:
    """A zip whose table of contents says that a member holds ten bytes."""
    whole = bytearray(zipped(posts_DOT_csv=content))
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = whole.rfind(signature) + place
        whole[at : at + 4] = (10).to_bytes(4, "little")
    return bytes(whole)


def sheet(rows: str) -> dict[str, bytes]:
    book = b'<workbook xmlns:r="r"><sheets><sheet name="Posts" r:id="r1"/></sheets></workbook>'
    links = b'<Relationships><Relationship Id="r1" Target="worksheets/s1.xml"/></Relationships>'
    return {
        "xl__workbook_DOT_xml": book,
        "xl___rels__workbook_DOT_xml_DOT_rels": links,
        "xl__worksheets__s1_DOT_xml": f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode(),
    }


def laughs() -> bytes:
    """Entities that stand for ten others each (a "billion laughs")."""
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    parts = sheet("")
    text = f'<!DOCTYPE x [<!ENTITY a0 "ha">{entities}]><worksheet><sheetData><row><c><v>&a8;</v></c></row></sheetData></worksheet>'
    return zipped(**parts | {"xl__worksheets__s1_DOT_xml": text.encode()})


def ods(cells: str) -> bytes:
    content = (
        f'<o:d xmlns:o="o" xmlns:table="t" xmlns:office="f" xmlns:text="x"><table:table>{cells}</table:table></o:d>'
    )
    return zipped(mimetype=opening.ODS, content_DOT_xml=content.encode())


def in_members(content: bytes, times: int) -> bytes:
    return zipped(**{f"{number}_DOT_csv": content for number in range(times)})


BOMBS: dict[str, Callable[[], bytes]] = {
    "gzip": lambda: gzip.compress(PLAIN),
    "gzip of many members": lambda: gzip.compress(PLAIN[: 1 << 20]) * 24,
    "gzip in gzip": lambda: gzip.compress(gzip.compress(PLAIN)),
    "Zstandard": lambda: zstandard.compress(PLAIN),
    "Zstandard of many frames": lambda: zstandard.compress(PLAIN[: 1 << 20]) * 24,
    "xz": lambda: lzma.compress(PLAIN),
    "bzip2": lambda: bz2.compress(PLAIN),
    "zip": lambda: zipped(posts_DOT_csv=PLAIN),
    "zip of many members": lambda: in_members(PLAIN[: 1 << 20], 24),
    "zip in zip": lambda: zipped(inner_DOT_zip=zipped(posts_DOT_csv=PLAIN)),
    "gzip in zip": lambda: zipped(posts_DOT_csv_DOT_gz=gzip.compress(PLAIN)),
    "zip that lies about its size": lambda: lying(PLAIN),
    "XLSX of one text": lambda: zipped(**sheet(f'<row><c t="inlineStr"><is><t>{"x" * UNPACKED}</t></is></c></row>')),
    "XLSX of many rows": lambda: zipped(**sheet('<row><c t="inlineStr"><is><t>x</t></is></c></row>' * 500_000)),
    "XLSX of entities": laughs,
    "ODS of one cell a billion times": lambda: ods(
        '<table:table-row table:number-rows-repeated="1000000000"><table:table-cell office:value-type="string">'
        "<text:p>x</text:p></table:table-cell></table:table-row>"
    ),
    "ODS of a text of spaces": lambda: ods(
        '<table:table-row><table:table-cell office:value-type="string"><text:p>a<text:s text:c="2000000000"/></text:p>'
        "</table:table-cell></table:table-row>"
    ),
}
# 32 MB come out of a bite of Zstandard at most, and are joined; a sheet has a million rows at most
MOST_MEMORY = {"Zstandard": 128 << 20, "ODS of one cell a billion times": 256 << 20}


@pytest.mark.bad_input("damaged and hostile packing")
@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.slow] * ("billion" in name)) for name in BOMBS])
def test_what_unfolds_without_end_is_refused_and_never_held(tmp_path, monkeypatch, name):
    monkeypatch.setattr(opening, "ALWAYS_ALLOWED", 1 << 20)
    (file := tmp_path / "export.bin").write_bytes(BOMBS[name]())
    tracemalloc.start()
    try:
        with pytest.raises(ArchiveError, match=r"export\.bin"):
            for _ in read(file):
                pass
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY.get(name, UNPACKED)
    finally:
        tracemalloc.stop()


@pytest.mark.bad_input("lines and JSON without end")
@pytest.mark.parametrize(
    "begins", [b"", b"id,created_at,text\n1,2017-04-10T10:22:04Z,x\n", b'{"id_str": "1", "text": "']
)
def test_a_line_of_a_hundred_megabytes_is_refused(tmp_path, begins):
    with (file := tmp_path / "posts.txt").open("wb") as made:
        made.write(begins + b"x")
        made.truncate(100 << 20)  # takes no room on the disk
    with pytest.raises(ArchiveError, match=r"posts\.txt"):
        for _ in read(file):
            pass


@pytest.mark.bad_input("lines and JSON without end")
def test_the_limit_of_a_line_is_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(encoding, "LONGEST_LINE", 1 << 20)
    posts = [json.dumps(exports.v2(str(number))) for number in range(200)]
    (file := tmp_path / "posts.ndjson").write_text("\n".join([*posts, json.dumps({"a": "x" * (3 << 20)}), *posts]))
    with pytest.raises(ArchiveError, match="a line of more than 1 MB"):
        for _ in read(file):
            pass


@pytest.mark.bad_input("lines and JSON without end")
@pytest.mark.parametrize("opens", ["[", '{"a":', '[{"data":', '{"data":[{"includes":'])
@pytest.mark.parametrize("whole", [True, False], ids=["closed", "cut"])
def test_a_document_nested_without_end_is_refused(tmp_path, opens, whole):
    closes = "".join({"[": "]", "{": "}"}[mark] for mark in reversed(opens) if mark in "[{")
    (file := tmp_path / "posts.json").write_text(opens * 100_000 + "1" + closes * 100_000 * whole)
    with pytest.raises(ArchiveError, match=r"posts\.json"):
        for _ in read(file):
            pass


@pytest.mark.bad_input("damaged and hostile packing")
@pytest.mark.parametrize("packed", [gzip.compress, zstandard.compress, lambda content: zipped(posts_DOT_csv=content)])
def test_what_stands_behind_the_end_is_named_or_left_alone(tmp_path, packed):
    """Behind a zip a comment may stand, which is not read; behind the others nothing may but another part."""
    rows = "id,created_at,text\n" + "\n".join(f"{number},2017-04-10T10:22:04Z,x" for number in range(50))
    (file := tmp_path / "export.bin").write_bytes(packed(rows.encode()) + b"id,created_at,text\n51,2017,canary7193")
    reading = read(file)
    try:
        assert sum(batch.posts.height for batch in reading) == 50
    except ArchiveError as error:
        assert "export.bin" in str(error)
        assert "canary7193" not in str(error)


# Files of web archives


@pytest.mark.bad_input("damaged and hostile packing")
def test_a_warc_that_unfolds_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "ALWAYS_ALLOWED", 1 << 20)
    page = ("https://example.org/a", "2020-01-05T10:00:00Z", b"0" * UNPACKED)
    (path := tmp_path / "pages.warc.gz").write_bytes(warc(page))
    with pytest.raises(WebArchiveError, match=r"pages\.warc\.gz unpacks to more than 250 times"):
        read_web_archive(path)
    (path := tmp_path / "pages.wacz").write_bytes(wacz({"archive/pages.warc.gz": warc(page)}))
    with pytest.raises(WebArchiveError, match=r"unpacks? to more"):
        read_web_archive(path)
    (path := tmp_path / "packed.wacz").write_bytes(zipped(archive__pages_DOT_warc=b"0" * UNPACKED))
    monkeypatch.setattr(opening, "ALWAYS_ALLOWED", 1 << 20)
    with pytest.raises(WebArchiveError, match="zip bomb"):
        read_web_archive(path)


@pytest.mark.bad_input("damaged and hostile packing")
def test_a_page_larger_than_pages_are_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LARGEST_CONTENT", 1 << 20)
    (path := tmp_path / "pages.warc").write_bytes(
        warc(("https://example.org/a", "2020-01-05T10:00:00Z", b"0" * (3 << 20)), packed=False)
    )
    with pytest.raises(WebArchiveError, match="unpacks to more than 1 MB"):
        read_web_archive(path)


def test_names_that_lead_out_of_a_wacz_are_refused(tmp_path: Path):
    (path := tmp_path / "pages.wacz").write_bytes(zipped(**{".._DOT_": b"x", "..__pages_DOT_warc": b"x"}))
    with pytest.raises(WebArchiveError, match="leads out"):
        read_web_archive(path)
