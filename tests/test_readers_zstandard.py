"""Zstandard files: read through frame by frame, and refused where they are cut short, damaged or made to do harm."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zipfile
from pathlib import Path

import polars as pl
import pytest
import zstandard

import exports
from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import detect, opening, read
from aftermath.archives.readers.zstandard_frames import ZstandardFile
from platform_items import reddit_comment

hypothesis = pytest.importorskip("hypothesis")
from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

COMMENTS = [reddit_comment(f"k{number}", f"{number * 2654435761 % 2**64} words") for number in range(500)]
PASSED_OVER = b"\x5a\x2a\x4d\x18" + (7).to_bytes(4, "little") + b"nothing"


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "RC_kettles.zst"


@pytest.fixture
def content(tmp_path) -> bytes:
    return exports.write(tmp_path / "plain", *COMMENTS).read_bytes()


def count(file: Path) -> int:
    return sum(batch.posts.height for batch in read(file))


def packed(content: bytes, **settings: int) -> bytes:
    """As a stream packs it: its length is not known in advance."""
    parameters = zstandard.ZstdCompressionParameters(**settings)
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    return compressor.compress(content) + compressor.flush()


def test_one_frame_or_many_are_read_through_whatever_the_name(file, content):
    for whole in (
        zstandard.compress(content),
        packed(content, write_checksum=1),
        packed(content[:9000]) + packed(b"") + zstandard.compress(content[9000:]),
        PASSED_OVER + packed(content[:77]) + PASSED_OVER + packed(content[77:]) + PASSED_OVER,
    ):
        file.write_bytes(whole)
        assert (detect(file), count(file)) == ("reddit", 500)


def test_windows_of_two_gigabytes_are_read_as_dumps_of_reddit_have_them(file, content):
    whole = packed(content, window_log=31)
    assert zstandard.get_frame_parameters(whole).window_size == 1 << 31
    file.write_bytes(whole)
    assert count(file) == 500


def test_members_of_a_zip_may_be_packed_so(file, content):
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as together:
        together.writestr("RC_kettles.zst", zstandard.compress(content))
        together.writestr("RS_kettles.ndjson.gz", gzip.compress(content.replace(b'"k', b'"m')))
    assert count(file) == 1000


def test_tables_and_parquet_are_read_from_it_too(file):
    rows = pl.DataFrame({"id": ["1"], "created_at": ["2017-04-10T10:22:04Z"], "text": ["x"]})
    inside = io.BytesIO()
    rows.write_parquet(inside)
    for kind, plain in (("csv", rows.write_csv().encode()), ("parquet", inside.getvalue())):
        file.write_bytes(zstandard.compress(plain))
        assert (detect(file), count(file)) == (kind, 1)


@pytest.mark.bad_input("damaged and hostile packing")
@pytest.mark.parametrize("kept", [0.999, 0.5, 0.01])
def test_one_that_was_cut_short_says_so_with_what_was_whole(file, content, kept):
    whole = packed(content)
    file.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(
        ArchiveError, match=r"RC_kettles\.zst: the file ends in the middle; it was cut short.*before that"
    ):
        count(file)


@pytest.mark.bad_input("damaged and hostile packing")
def test_posts_before_the_end_of_a_cut_file_are_counted(file, content):
    file.write_bytes(packed(content) + packed(content)[:-9])
    with pytest.raises(ArchiveError, match=r"500\sposts before that were whole"):
        count(file)


@pytest.mark.bad_input("damaged and hostile packing")
def test_cut_anywhere_it_is_told(content, record_property):
    whole = packed(content[:3000]) + PASSED_OVER
    ends = {len(packed(content[:3000])), len(whole)}
    cuts = set(range(1, len(whole))) - ends
    record_property("trials", len(cuts))
    for length in cuts:
        stream = ZstandardFile(io.BytesIO(whole[:length]))
        with pytest.raises(EOFError):
            while stream.read1(1 << 20):
                pass


@pytest.mark.bad_input("damaged and hostile packing")
@pytest.mark.parametrize(
    "harm",
    [
        lambda whole: whole[:60] + b"\xff" * 9 + whole[69:],
        lambda whole: whole[:-4] + b"\x00" * 4,
        lambda whole: whole + b"something else",
        lambda whole: whole[:4] + b"\xff" + whole[5:],
    ],
)
def test_damage_is_named(file, content, harm):
    file.write_bytes(harm(packed(content, write_checksum=1)))
    with pytest.raises(ArchiveError, match=r"RC_kettles\.zst: the (file ends in the middle|packed file is damaged)"):
        count(file)


@pytest.mark.bad_input("damaged and hostile packing")
def test_a_bomb_is_refused_before_it_unfolds(file, monkeypatch):
    monkeypatch.setattr(opening, "ALWAYS_ALLOWED", 1 << 20)
    file.write_bytes(packed(b"0" * (200 << 20)))
    tracemalloc.start()
    try:
        with pytest.raises(ArchiveError, match="zip bomb"):
            count(file)
        assert tracemalloc.get_traced_memory()[1] < 120 << 20
    finally:
        tracemalloc.stop()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as together:
        together.writestr("posts.zst", packed(b"0" * (30 << 20)))
    with pytest.raises(ArchiveError, match="zip bomb"):
        count(file)


@pytest.mark.bad_input("damaged and hostile packing")
def test_one_inside_another_is_named(file, content):
    file.write_bytes(zstandard.compress(zstandard.compress(content)))
    with pytest.raises(ArchiveError, match=r"is a Zstandard file inside another.*Unpack it"):
        count(file)


@given(st.lists(st.binary(max_size=3000), max_size=4), st.integers(1, 5000))
def test_content_comes_out_as_it_went_in_in_pieces_of_any_size(parts, size):
    stream = ZstandardFile(io.BytesIO(b"".join(map(zstandard.compress, parts))))
    pieces = list(iter(lambda: stream.read1(size), b""))
    assert b"".join(pieces) == b"".join(parts)
    assert all(len(piece) == size for piece in pieces[:-1])
