"""Archives: added, checked, refused; and what of them may stand in a repository."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

import exports
from aftermath.archives import manifest as keeping
from aftermath.archives import places
from aftermath.archives.attached import attached_series
from aftermath.archives.description import File, Manifest, load_manifest, write_manifest
from aftermath.archives.manifest import add, archive_folder, archives, read_archive, record_series, verify
from aftermath.archives.places import MANIFEST
from aftermath.archives.posts import ArchiveError
from aftermath.archives.telling import describe, listing
from aftermath.problems import AftermathError
from aftermath.workspace import Workspace

ROWS = ("id,created_at,text", *(f"{n},2017-04-{10 + n}T10:22:04Z,post {n}" for n in range(5)))


@pytest.fixture
def kept(tmp_path, monkeypatch) -> Path:
    """The folder in which the owner keeps archives."""
    folder = tmp_path / "kept"
    (folder / "tweets").mkdir(parents=True)
    monkeypatch.setenv("AFTERMATH_ARCHIVES", str(folder))
    return folder


@pytest.fixture
def file(kept) -> Path:
    path = exports.write(kept / "tweets" / "posts.csv", *ROWS)
    os.utime(path, (datetime(2017, 5, 1, 12, tzinfo=UTC).timestamp(),) * 2)
    return path


@pytest.fixture
def workspace(tmp_path, monkeypatch) -> Workspace:
    root = tmp_path / "repository"
    (root / "casestudies").mkdir(parents=True)
    monkeypatch.chdir(root)
    monkeypatch.delenv("AFTERMATH_ROOT", raising=False)
    return Workspace(root)


def written(workspace: Workspace, name: str = "tweets-2017") -> Path:
    return workspace.root / "data" / "archives" / name / MANIFEST


# Adding


def test_an_archive_is_described_and_its_files_stay_where_they_are(workspace, file):
    added = add("tweets-2017", [file], title="Tweets: of 2017", aliases=("United",), workspace=workspace)
    folder = archive_folder("tweets-2017", workspace)
    assert load_manifest(folder) == added
    assert added.location == "${AFTERMATH_ARCHIVES}/tweets"
    assert (added.posts, added.rows, added.format, added.retrieved) == (5, 5, "csv", date(2017, 5, 1))
    assert added.span == (datetime(2017, 4, 10, 10, 22, 4, tzinfo=UTC), datetime(2017, 4, 14, 10, 22, 4, tzinfo=UTC))
    assert added.columns == {"post_id": "id", "time": "created_at", "text": "text"}
    assert added.files["posts.csv"].bytes == file.stat().st_size
    assert sorted(path.name for path in folder.iterdir()) == [MANIFEST]


def test_a_manifest_names_no_path_of_a_machine_and_no_text(workspace, file, tmp_path):
    add("tweets-2017", [file], workspace=workspace)
    content = written(workspace).read_text()
    assert str(tmp_path) not in content
    assert "post 3" not in content
    assert "${AFTERMATH_ARCHIVES}/tweets" in content


def test_an_archive_is_read_again_as_it_was_added(workspace, kept):
    file = exports.write(kept / "a.csv", "nr;when;said;zone", "1;2017-04-10 06:22;hello;x", "2;2017-04-12 06:22;bye;y")
    chosen = {"post_id": "nr", "time": "when", "text": "said", "author": ""}
    more = {"filter": {"until": "2017-04-11T00:00:00+00:00", "words": "h.llo"}, "language": "en"}
    add("a", [file], columns=chosen, zone="America/New_York", workspace=workspace, **more)
    reading, batches = read_archive(archive_folder("a", workspace))
    posts = pl.concat([batch.posts for batch in batches])
    assert posts["text"].to_list() == ["hello"]
    assert posts["time"].to_list() == [datetime(2017, 4, 10, 10, 22, tzinfo=UTC)]
    assert posts["language"].to_list() == ["en"]
    assert reading.outside == 1


def test_several_files_are_one_archive_without_its_duplicates(workspace, kept, file):
    other = (
        exports.write(kept / "tweets" / "more" / "b.csv", *ROWS) if (kept / "tweets" / "more").mkdir() is None else None
    )
    added = add("tweets-2017", [file, other], workspace=workspace)
    assert set(added.files) == {"posts.csv", "more/b.csv"}
    assert (added.posts, added.left_out) == (5, {"duplicates": 5})


def test_missing_ids_are_kept_when_an_archive_is_added_again(workspace, kept, file):
    add("tweets-2017", [file], workspace=workspace, missing=["0012", "9"], title="First", rights="Twitter")
    with pytest.raises(ArchiveError, match="--again"):
        add("tweets-2017", [file], workspace=workspace)
    again = add("tweets-2017", [file], workspace=workspace, again=True, missing=["9", "10"], title="Second")
    assert again.missing == ("0012", "9", "10")
    assert (again.title, again.rights) == ("Second", "Twitter")
    assert load_manifest(archive_folder("tweets-2017", workspace)).missing == ("0012", "9", "10")


def test_ids_that_the_export_says_are_gone_are_kept(workspace, kept):
    page = {"data": [exports.v2()], "errors": [{"value": "77", "resource_type": "tweet"}]}
    assert add("v2", [exports.write(kept / "v2.json", page)], workspace=workspace).missing == ("77",)


@pytest.mark.bad_input("names that lead elsewhere")
@pytest.mark.parametrize("name", ["../up", "A b", "", ".hidden", "a/b", "a\\b", "con..x", "x" * 200])
def test_names_that_could_lead_elsewhere_are_refused(workspace, file, name):
    with pytest.raises(ArchiveError, match="is no name of an archive"):
        add(name, [file], workspace=workspace)


@pytest.mark.bad_input("manifests of archives")
def test_files_in_the_repository_are_refused_except_where_they_are_never_committed(workspace, file, monkeypatch):
    inside = exports.write(workspace.root / "posts.csv", *ROWS)
    monkeypatch.setenv("AFTERMATH_ARCHIVES", str(workspace.root))
    with pytest.raises(ArchiveError, match=r"lies in the repository.*data/archives/a/raw"):
        add("a", [inside], workspace=workspace)
    raw = workspace.root / "data" / "archives" / "a" / "raw"
    raw.mkdir(parents=True)
    added = add("a", [exports.write(raw / "posts.csv", *ROWS)], workspace=workspace)
    assert added.location == "raw"
    assert verify(archive_folder("a", workspace)).sound == ("posts.csv",)
    assert "data/archives/*/raw/" in (Path(__file__).parent.parent / ".gitignore").read_text()


def test_files_out_of_reach_of_other_machines_are_refused_with_the_cure(workspace, tmp_path, monkeypatch):
    elsewhere = exports.write(tmp_path / "posts.csv", *ROWS)
    monkeypatch.delenv("AFTERMATH_ARCHIVES", raising=False)
    with pytest.raises(ArchiveError, match=r"no path of one machine.*AFTERMATH_ARCHIVES"):
        add("a", [elsewhere], workspace=workspace)


def test_files_of_different_formats_are_two_archives(workspace, kept, file):
    other = exports.write(kept / "v1.json", exports.v1())
    with pytest.raises(ArchiveError, match=r"different formats \(csv, twitter-v1\)"):
        add("both", [file, other], workspace=workspace)


BROKEN = {
    "truncated": lambda path: path.write_bytes(b"\x1f\x8b\x08\x00\x00"),
    "damaged ids": lambda path: exports.write(path, ROWS[0], "5.7E+17,2017-04-10T10:22:04Z,x"),
    "no zone": lambda path: exports.write(path, ROWS[0], "1,2017-04-10 10:22,x"),
    "too many bad lines": lambda path: exports.write(path, *ROWS, "a,b,c,d"),
    "no post": lambda path: exports.write(path, ROWS[0]),
    "future": lambda path: exports.write(path, *ROWS, "9,2091-01-01T00:00:00Z,x"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_nothing_is_written_where_an_archive_cannot_be_read(workspace, file, fault):
    BROKEN[fault](file)
    with pytest.raises(ArchiveError):
        add("tweets-2017", [file], workspace=workspace)
    assert list(workspace.root.rglob("*")) == [workspace.root / "casestudies"]


@pytest.mark.fault("full disks and missing rights")
def test_what_was_there_is_untouched_where_writing_fails(workspace, file, monkeypatch):
    add("tweets-2017", [file], workspace=workspace, title="First")
    before = written(workspace).read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("aftermath.files.os.fsync", full)
    with pytest.raises(AftermathError, match="No space left"):
        add("tweets-2017", [file], workspace=workspace, title="Second", again=True)
    assert written(workspace).read_bytes() == before
    assert [path.name for path in written(workspace).parent.iterdir()] == [MANIFEST]


# Verifying


@pytest.mark.bad_input("manifests of archives")
def test_a_changed_file_is_refused_with_its_name_and_both_sums(workspace, file):
    before = add("tweets-2017", [file], workspace=workspace).files["posts.csv"].sha256
    folder = archive_folder("tweets-2017", workspace)
    assert verify(folder).text == "tweets-2017: 1 of its files is as recorded."
    exports.write(file, *ROWS, "9,2017-04-20T10:22:04Z,one more")
    after = keeping._sum(file).sha256
    for refusing in (verify, read_archive):
        with pytest.raises(ArchiveError, match=r"posts\.csv: has changed") as error:
            refusing(folder)
        assert before in str(error.value)
        assert after in str(error.value)


@pytest.mark.fault("damaged and lost products")
def test_a_file_that_is_gone_is_named(workspace, file):
    add("tweets-2017", [file], workspace=workspace)
    file.unlink()
    with pytest.raises(ArchiveError, match=r"posts\.csv: is missing in tweets"):
        verify(archive_folder("tweets-2017", workspace))


def test_without_the_owners_folder_the_shared_files_are_checked_and_the_posts_are_said_to_be_elsewhere(
    workspace, file, monkeypatch, tmp_path
):
    add("tweets-2017", [file], workspace=workspace)
    folder = archive_folder("tweets-2017", workspace)
    features = tmp_path / "features.parquet"
    pl.DataFrame({"scorer": ["vader 3.3.2", None]}).write_parquet(features)
    table = pl.DataFrame({"time": ["2017-04-10"], "share_negative": [0.5]})
    record_series(folder, table, features, every="1d", zone="UTC")
    monkeypatch.delenv("AFTERMATH_ARCHIVES")
    verified = verify(folder)
    assert verified.sound == ("series.csv",)
    assert "AFTERMATH_ARCHIVES is not set" in verified.text
    with pytest.raises(ArchiveError, match=r"AFTERMATH_ARCHIVES is not set.*holds tweets"):
        read_archive(folder)
    (folder / "series.csv").write_text("changed")
    with pytest.raises(ArchiveError, match=r"series\.csv: has changed"):
        verify(folder)
    manifest = load_manifest(folder)
    assert (manifest.level, manifest.scorer, manifest.every, manifest.zone) == ("series", "vader 3.3.2", "1d", "UTC")


def test_an_archive_that_is_only_raw_has_to_be_there(workspace, file, monkeypatch):
    add("tweets-2017", [file], workspace=workspace)
    monkeypatch.delenv("AFTERMATH_ARCHIVES")
    with pytest.raises(ArchiveError, match="AFTERMATH_ARCHIVES is not set"):
        verify(archive_folder("tweets-2017", workspace))


# The file


FULL = Manifest(
    title="A title: with a colon\nand # marks",
    case="united-3411",
    retrieved=date(2017, 5, 1),
    level="series",
    location="${AFTERMATH_ARCHIVES}/a/b",
    files={"x/posts.json": File("a" * 64, 12)},
    shared={"series.csv": File("b" * 64, 3)},
    format="twitter-v1",
    columns={"post_id": "id", "author": ""},
    rows=12,
    posts=10,
    span=(datetime(2017, 4, 7, tzinfo=UTC), datetime(2017, 4, 8, tzinfo=UTC)),
    left_out={"bad": 2},
    capped=True,
    capped_why="because",
    filter={"words": "(?i)united"},
    aliases=("United", "NO", "今日头条"),
    missing=("0012", "5e17", "1_000"),
)


def test_a_manifest_comes_back_as_it_was_written(tmp_path):
    for manifest in (FULL, Manifest(), Manifest(capped=False)):
        write_manifest(manifest, tmp_path)
        assert load_manifest(tmp_path) == manifest


@pytest.mark.bad_input("manifests of archives")
@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("title: [a", "is no well-formed YAML"),
        ("- a\n- b", "holds no fields"),
        ("5", "holds no fields"),
        ("colour: red", "colour is no field of a manifest"),
        ("title: [a]", "title must be text"),
        ("location: /mnt/tweets", "which only one machine has"),
        ("location: ~/tweets", "which only one machine has"),
        ("location: C:\\tweets", "which only one machine has"),
        ("location: ${HOME}/tweets", "which only one machine has"),
        ("location: ${AFTERMATH_ARCHIVES}/../x", "leads out of the folder"),
        ("files: {../secret: {sha256: " + "a" * 64 + ", bytes: 3}}", "leads out of the folder"),
        ("files: {/etc/passwd: {sha256: " + "a" * 64 + ", bytes: 3}}", "leads out of the folder"),
        ("files: {a: {sha256: zz, bytes: 3}}", "has no sha256"),
        ("files: {a: {sha256: " + "a" * 64 + ", bytes: many}}", "write a whole number"),
        ("files: [a]", "must have entries"),
        ("level: all", "is one of raw, features, series"),
        ("retrieved: yesterday", "write a date"),
        ("span: [2017-04-07, 2017-04-08]", "write a time with zone"),
        ("span: [2017-04-08T00:00:00Z, 2017-04-07T00:00:00Z]", "the earlier first"),
        ("capped: perhaps", "write true or false"),
        ("rows: -5", "write a whole number"),
        ("missing: 5", "must be a list"),
        ("a: &a [x]\nb: *a", "references"),
        ("title: !!python/object/apply:os.system [ls]", "is no well-formed YAML"),
        ("{" * 5000, "is no well-formed YAML"),
        ("title: \x00", "is no well-formed YAML"),
    ],
)
def test_a_hostile_or_mistaken_manifest_is_refused_in_words(tmp_path, content, fault):
    (tmp_path / MANIFEST).write_text(content)
    with pytest.raises(ArchiveError, match=fault):
        load_manifest(tmp_path)


SPECIAL = {
    "a named pipe": os.mkfifo if hasattr(os, "mkfifo") else None,
    "a folder": Path.mkdir,
    "a link that leads out of its folder": lambda path: path.symlink_to(os.devnull),
    "has more than 67,108,864 bytes": lambda path: (path.touch(), os.truncate(path, places.LARGEST_MANIFEST + 1)),
}


@pytest.mark.bad_input("manifests of archives")
@pytest.mark.parametrize("fault", SPECIAL)
def test_a_manifest_that_is_no_file_or_too_large_is_refused_by_name_and_not_waited_for(workspace, fault):
    if SPECIAL[fault] is None:
        pytest.skip("this system has no named pipes")
    path = written(workspace)
    path.parent.mkdir(parents=True)
    SPECIAL[fault](path)
    with pytest.raises(ArchiveError, match=f"^tweets-2017/{MANIFEST}: .*{fault}.*; "):
        load_manifest(path.parent)
    assert places.attached_files("kitchenaid-tweet", workspace)[0] == path  # it might name the case
    with pytest.raises(ArchiveError, match=f"tweets-2017/{MANIFEST}: .*{fault}"):
        attached_series("kitchenaid-tweet", workspace)


@pytest.mark.bad_input("manifests of archives")
def test_a_fault_of_a_manifest_has_its_line(tmp_path):
    (tmp_path / MANIFEST).write_text("title: Tweets\n\nlevel: all\n")
    with pytest.raises(ArchiveError, match=rf"{MANIFEST}:3: level is 'all'"):
        load_manifest(tmp_path)


@pytest.mark.bad_input("manifests of archives")
def test_every_fault_of_a_manifest_is_told_at_once(tmp_path):
    (tmp_path / MANIFEST).write_text("colour: red\nlevel: all\nrows: x\n")
    with pytest.raises(ArchiveError) as error:
        load_manifest(tmp_path)
    assert len(str(error.value).splitlines()) == 3


# Telling


def test_archives_are_listed_and_described(workspace, file):
    assert "There is no archive yet" in listing(archives(workspace))
    with pytest.raises(ArchiveError, match="none yet"):
        archive_folder("tweets-2017", workspace)
    add("tweets-2017", [file], workspace=workspace, title="Tweets", missing=["1", "2"])
    assert "5\u00a0posts  10 Apr 2017 – 14 Apr 2017  raw       Tweets" in listing(archives(workspace))
    told = describe("tweets-2017", archives(workspace)["tweets-2017"])
    assert "2 posts known to be gone" in told
    assert "not stated: ask before anything of it is passed on" in told


@pytest.mark.bad_input("hostile text on pages")
def test_text_that_would_steer_a_terminal_is_made_harmless():
    told = describe("x", Manifest(title="a\x1b[31mred\nb\u202e"))
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "a [31mred b" in told


def test_the_archives_of_this_repository_are_sound(root):
    found = archives(Workspace(root))
    assert found
    for name in found:
        assert verify(root / "data" / "archives" / name)
