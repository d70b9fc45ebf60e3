"""Files appear whole or not at all, and are known by their contents."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from aftermath.files import WriteError, checksum, fingerprint, fingerprints, write_whole


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_text_and_bytes_are_written_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "page.html"
    assert write_whole(path, "one\r\ntwo\n…") == path
    assert path.read_bytes() == "one\r\ntwo\n…".encode()
    write_whole(path, b"\x00\xff")
    assert path.read_bytes() == b"\x00\xff"
    assert names(path.parent) == ["page.html"]


@pytest.mark.skipif(sys.platform == "win32", reason="links of POSIX")
def test_a_link_gives_way_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.write_text("own")
    (tmp_path / "page.html").symlink_to(own)
    assert not write_whole(tmp_path / "page.html", "page").is_symlink()
    assert own.read_text() == "own"


@pytest.mark.fault("full disks and missing rights")
@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
@pytest.mark.parametrize("content", [b"x" * 5000, b"x" * 4097])
def test_a_file_that_the_system_does_not_let_grow_leaves_the_old_one_and_nothing_else(
    content: bytes, tmp_path: Path
) -> None:
    path = write_whole(tmp_path / "page.html", "old")
    script = (
        "import pathlib, resource, sys\nfrom aftermath.files import WriteError, write_whole\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try:\n    write_whole(pathlib.Path(sys.argv[1]), b'x' * int(sys.argv[2]))\nexcept WriteError as error:\n    print(error)"
    )
    command = [sys.executable, "-c", script, str(path), str(len(content))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "page.html: could not be written (File too large). Free space" in done.stdout
    assert path.read_text() == "old"
    assert names(tmp_path) == ["page.html"]


@pytest.mark.fault("full disks and missing rights")
@pytest.mark.parametrize("fails", ["fsync", "replace"])
def test_a_disk_that_fills_up_leaves_the_old_file_and_nothing_else(
    fails: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_whole(tmp_path / "page.html", "old")

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(*((os, "fsync") if fails == "fsync" else (Path, "replace")), full_disk)
    with pytest.raises(WriteError, match=r"page\.html: could not be written \(No space left on device\)"):
        write_whole(path, "new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["page.html"]


@pytest.mark.fault("interruptions")
def test_an_interrupt_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_whole(tmp_path / "page.html", "old")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, "new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["page.html"]


@pytest.mark.fault("full disks and missing rights")
def test_a_folder_in_the_way_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "page.html").mkdir()
    with pytest.raises(WriteError, match=r"page\.html: could not be written"):
        write_whole(tmp_path / "page.html", "new")
    assert names(tmp_path) == ["page.html"]


@pytest.mark.fault("full disks and missing rights")
def test_a_file_where_a_folder_belongs_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("in the way")
    with pytest.raises(WriteError, match=r"page\.html: could not be written"):
        write_whole(tmp_path / "site" / "page.html", "new")


def test_a_checksum_depends_on_names_and_contents_alone(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("1")
    two.write_text("2")
    before = checksum([one, two])
    assert len(before) == 64
    assert checksum([two, one]) == before
    one.write_text("2")
    two.write_text("1")
    assert checksum([one, two]) != before


def test_a_checksum_cannot_be_had_by_moving_a_border(tmp_path: Path) -> None:
    sums = set()
    for folder, contents in (("a", ("12", "3")), ("b", ("1", "23"))):
        (tmp_path / folder).mkdir()
        paths = [tmp_path / folder / name for name in ("one", "two")]
        for path, content in zip(paths, contents, strict=True):
            path.write_text(content)
        sums.add(checksum(paths))
    assert len(sums) == 2


def test_fingerprints_of_files_are_those_of_all_and_of_each(tmp_path):
    paths = [tmp_path / name for name in ("b.csv", "a.csv", "missing.csv")]
    for path in paths[:2]:
        path.write_bytes(path.name.encode() * 3)
    together, each = fingerprints(tmp_path, paths)
    assert together == fingerprint(tmp_path, paths)
    assert list(each.items()) == [(path, fingerprint(tmp_path, [path])) for path in sorted(paths)]


def test_fingerprints_name_files_from_their_root_however_it_is_written(tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    path = tmp_path / "a" / "b.csv"
    path.write_text("b", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert fingerprint(tmp_path, [path]) == fingerprint(Path(), [Path("a/b.csv")])
    assert fingerprint(tmp_path / "a", [path]) == fingerprint(Path("/elsewhere"), [path]), (
        "of files elsewhere the name alone"
    )
    assert fingerprint(tmp_path, [path]) != fingerprint(tmp_path / "a", [path])
