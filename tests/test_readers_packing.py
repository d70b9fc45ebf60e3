"""Packed files: what is read through, and what is refused before it does harm."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import stat
import tarfile
import zipfile
from pathlib import Path

import polars as pl
import pytest

import exports
from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import detect, opening, read

ROWS = ("id,created_at,text", *(f"{number},2017-04-10T10:22:04Z,x" for number in range(50)))
zipfile_class = zipfile.ZipFile
CONTENT = "\n".join(ROWS).encode()


def count(*files: Path) -> int:
    return sum(batch.posts.height for batch in read(files))


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name.replace("__", "/"), content)
    return path


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "export.bin"


def test_gzip_and_zip_are_read_through_whatever_the_name(file):
    file.write_bytes(gzip.compress(CONTENT))
    assert (detect(file), count(file)) == ("csv", 50)
    file.write_bytes(gzip.compress(CONTENT[:1000]) + gzip.compress(CONTENT[1000:]))
    assert count(file) == 50
    zipped(file, **{"posts.csv": CONTENT})
    assert (detect(file), count(file)) == ("csv", 50)
    zipped(file, **{"folder__posts.csv.gz": gzip.compress(CONTENT)})
    assert (detect(file), count(file)) == ("csv", 50)


def test_every_member_of_a_zip_is_read_but_what_systems_leave_behind(file):
    second = CONTENT.replace(b"\n", b"\n9")
    junk = {"__MACOSX/._posts.csv": b"\x00\x05", ".DS_Store": b"\x00\x00", "empty.csv": b"", "folder/": b""}
    with zipfile.ZipFile(file, "w") as packed:
        for name, content in {"a.csv": CONTENT, "b.csv": second, **junk}.items():
            packed.writestr(name, content)
    assert count(file) == 100


def test_a_zip_of_many_members_is_opened_once(file, monkeypatch):
    members = {
        f"{number}.csv": f"id,created_at,text\n{number},2017-04-10T10:22:04Z,x".encode() for number in range(300)
    }
    zipped(file, **members)
    opened = []
    monkeypatch.setattr(opening.zipfile, "ZipFile", lambda *given: opened.append(given) or zipfile_class(*given))
    assert count(file) == 300
    assert len(opened) == 1


@pytest.mark.parametrize("pack", [gzip.compress, None])
def test_a_parquet_file_inside_another_is_read(file, pack):
    inside = io.BytesIO()
    pl.DataFrame({"id": ["1"], "created_at": ["2017-04-10T10:22:04Z"], "text": ["x"]}).write_parquet(inside)
    zipped(file, **{"posts.parquet": inside.getvalue()}) if pack is None else file.write_bytes(pack(inside.getvalue()))
    assert (detect(file), count(file)) == ("parquet", 1)


# Cut short and damaged


@pytest.mark.bad_input("damaged and hostile packing")
@pytest.mark.parametrize("format", ["csv", "ndjson"])
def test_a_truncated_gzip_says_how_many_posts_were_whole(file, format):
    number = 60_000
    rows = (f"{n},2017-04-10T10:22:04Z,{hash_like(n)}" for n in range(number))
    head = ["id,created_at,text"]
    if format == "ndjson":
        head, rows = (
            [],
            (
                f'{{"id_str":"{n}","created_at":"{exports.TIME}","text":"{hash_like(n)}","user":null}}'
                for n in range(number)
            ),
        )
    whole = gzip.compress("\n".join([*head, *rows]).encode(), compresslevel=1)
    file.write_bytes(whole[: len(whole) // 2])
    reading = read(file)
    with pytest.raises(ArchiveError, match=r"cut short.*posts before that were whole.*Get the file anew") as error:
        list(reading)
    assert f"{reading.posts:,}\u00a0posts before" in str(error.value)
    assert number // 4 < reading.posts < number


def hash_like(number: int) -> int:
    return number * 2654435761 % 2**64


@pytest.mark.bad_input("damaged and hostile packing")
@pytest.mark.parametrize(
    "harm",
    [
        lambda whole: whole[:15],
        lambda whole: whole[:-3],
        lambda whole: whole[:40] + b"\xff" * 9 + whole[49:],
        lambda whole: whole[:-8] + b"\x00" * 8,
        lambda whole: whole + b"something else",
    ],
)
def test_damaged_gzip_is_refused_in_words(file, harm):
    file.write_bytes(harm(gzip.compress(CONTENT)))
    with pytest.raises(ArchiveError, match=r"export\.bin: the (file ends in the middle|packed file is damaged)"):
        count(file)


@pytest.mark.bad_input("damaged and hostile packing")
@pytest.mark.parametrize("cut", [10, 100, -30, -5])
def test_damaged_zip_is_refused_in_words(file, cut):
    whole = zipped(file, **{"posts.csv": CONTENT}).read_bytes()
    file.write_bytes(whole[:cut])
    with pytest.raises(ArchiveError, match=r"export\.bin"):
        count(file)


@pytest.mark.bad_input("damaged and hostile packing")
def test_a_zip_whose_content_does_not_fit_its_sum_is_refused(file):
    whole = bytearray(zipped(file, **{"posts.csv": os.urandom(500)}).read_bytes())
    whole[200] ^= 255
    file.write_bytes(whole)
    with pytest.raises(ArchiveError, match="damaged"):
        count(file)


# Unsafe


@pytest.mark.bad_input("damaged and hostile packing")
@pytest.mark.parametrize(
    "name", ["../posts.csv", "a/../../posts.csv", "/etc/posts.csv", "C:\\posts.csv", "..\\posts.csv", "\\\\host\\share"]
)
def test_members_whose_names_lead_out_of_the_zip_are_refused(file, name):
    zipped(file, **{"good.csv": CONTENT})
    with zipfile.ZipFile(file, "a") as packed:
        entry = zipfile.ZipInfo("posts.csv")
        entry.filename = entry.orig_filename = name
        packed.writestr(entry, CONTENT)
    with pytest.raises(ArchiveError, match=r"leads out of the zip.*not safe"):
        count(file)


@pytest.mark.bad_input("damaged and hostile packing")
def test_links_in_a_zip_are_refused(file):
    link = zipfile.ZipInfo("posts.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr(link, "/etc/passwd")
    with pytest.raises(ArchiveError, match="leads out of the zip"):
        count(file)


@pytest.mark.bad_input("damaged and hostile packing")
def test_a_locked_zip_and_one_with_two_members_of_a_name_are_refused(file):
    whole = bytearray(zipped(file, **{"posts.csv": CONTENT}).read_bytes())
    central = whole.rfind(b"PK\x01\x02")
    whole[6] |= 1
    whole[central + 8] |= 1
    file.write_bytes(whole)
    with pytest.raises(ArchiveError, match="locked by a password"):
        count(file)
    with zipfile.ZipFile(file, "w") as packed, pytest.warns(UserWarning, match="Duplicate name"):
        packed.writestr("posts.csv", CONTENT)
        packed.writestr("posts.csv", CONTENT)
    with pytest.raises(ArchiveError, match="same name"):
        count(file)


@pytest.fixture
def small_limits(monkeypatch):
    monkeypatch.setattr(opening, "ALWAYS_ALLOWED", 1 << 20)


BOMB = b"a,b,c\n" + b"0" * (30 << 20)


@pytest.mark.bad_input("damaged and hostile packing")
def test_bombs_are_refused_before_they_unfold(file, small_limits):
    zipped(file, **{"posts.csv": BOMB})
    with pytest.raises(ArchiveError, match="zip bomb"):
        detect(file)
    file.write_bytes(gzip.compress(BOMB))
    with pytest.raises(ArchiveError, match="zip bomb"):
        count(file)


@pytest.mark.bad_input("damaged and hostile packing")
def test_bombs_that_lie_about_their_size_or_hide_inside_another_file_are_refused(file, small_limits):
    zipped(file, **{"posts.csv.gz": gzip.compress(BOMB)})
    with pytest.raises(ArchiveError, match="zip bomb"):
        count(file)
    many = {f"{number}.csv": BOMB[: 2 << 20] for number in range(3)}
    with pytest.raises(ArchiveError, match="zip bomb"):
        count(zipped(file, **many))


@pytest.mark.bad_input("damaged and hostile packing")
def test_a_total_size_has_a_limit_too(file, monkeypatch):
    monkeypatch.setattr(opening, "MOST_UNPACKED", 1000)
    file.write_bytes(gzip.compress(CONTENT))
    with pytest.raises(ArchiveError, match="unpack to more"):
        count(file)


@pytest.mark.bad_input("damaged and hostile packing")
def test_what_is_packed_otherwise_is_named_with_what_to_do(file):
    with tarfile.open(file, "w:gz") as packed:
        entry = tarfile.TarInfo("posts.csv")
        entry.size = len(CONTENT)
        packed.addfile(entry, io.BytesIO(CONTENT))
    with pytest.raises(ArchiveError, match=r"is a tar file. Unpack it"):
        count(file)
    file.write_bytes(lzma.compress(CONTENT))
    with pytest.raises(ArchiveError, match="is an xz file"):
        count(file)
    zipped(file, **{"[Content_Types].xml": b"<x/>", "word__document.xml": b"<x/>"})
    with pytest.raises(ArchiveError, match=r"text document \(.docx\).*damages long ids"):
        count(file)


def test_nothing_is_left_on_the_disk(file, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    inside = io.BytesIO()
    pl.DataFrame({"id": ["1"], "created_at": ["no time"], "text": ["x"]}).write_parquet(inside)
    zipped(file, **{"posts.parquet": inside.getvalue()})
    with pytest.raises(ArchiveError, match="could not be read"):
        count(file)
    assert list(scratch.iterdir()) == []
