"""Archives of several tables: added, told, and read again in the same way."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

import exports
from aftermath.archives import manifest
from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import Reading, read
from test_tables_rows import HEADER, rows


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """A folder of files, with a workspace elsewhere."""
    root = tmp_path / "workspace"
    (root / "casestudies").mkdir(parents=True)
    monkeypatch.chdir(root)
    monkeypatch.delenv("AFTERMATH_ROOT", raising=False)
    files = tmp_path / "files"
    files.mkdir()
    monkeypatch.setenv("AFTERMATH_ARCHIVES", str(files))
    return files


def zipped(path: Path, **members: str | bytes) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in members.items():
            packed.writestr(name.replace("__", "."), content)
    return path


def done(*files: Path, **settings: object) -> tuple[Reading, list[str]]:
    reading = read(files, **{"language": "en"} | settings)
    return reading, [text for batch in reading for text in batch.posts["text"]]


POSTS = "\n".join([HEADER, *rows(12)])
ACCOUNTS = "\n".join(
    [
        "id,name,followers_count,created_at,description",
        *(f"{n},fan,9,2010-05-04T08:00:00Z,I hate it" for n in range(20)),
    ]
)


@pytest.mark.parametrize("format", [None, "csv"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("README__txt", "A letter\nto the editor"),
        ("README__md", "# Posts\n\nCollected in May, June, and July.\n"),
        ("about__pdf", b"%PDF-1.7 ..."),
        ("logo__png", b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
        ("users__csv", ACCOUNTS),
        ("meta__json", '{"collected": "2024-03-04"}'),
        ("film__bin", b"\xff\xd8\xff" + bytes(2000)),
    ],
)
def test_what_lies_beside_the_posts_in_a_zip_is_named(tmp_path, name, content, format):
    reading, texts = done(zipped(tmp_path / "a.zip", **{name: content, "posts__csv": POSTS}), format=format)
    assert texts == [f"sorry {n}" for n in range(12)]
    assert reading.bad == 0
    assert any(name.replace("__", ".") in remark for remark in reading.remarks)
    reading, again = done(zipped(tmp_path / "b.zip", **{"posts__csv": POSTS, name: content}), format=format)
    assert again == texts


@pytest.mark.parametrize("format", [None, "twitter-v1"])
def test_a_readme_beside_posts_in_json_is_no_bad_line(tmp_path, format):
    posts = tmp_path / "posts.json"
    exports.write(posts, exports.v1(1), exports.v1(2))
    packed = zipped(tmp_path / "a.zip", README__txt="A letter\nto the editor", posts__json=posts.read_bytes())
    reading, texts = done(packed, format=format)
    assert (len(texts), reading.bad) == (2, 0)
    assert "README.txt" in reading.remarks[0]


@pytest.mark.bad_input("exports of other kinds")
def test_a_zip_in_which_nothing_is_read_is_refused(tmp_path):
    with pytest.raises(ArchiveError, match="format is not known"):
        done(zipped(tmp_path / "a.zip", README__txt="A letter", NOTES__txt="to the editor"))
    with pytest.raises(ArchiveError, match="table of accounts"):
        done(zipped(tmp_path / "a.zip", users__csv=ACCOUNTS))


@pytest.mark.bad_input("exports of other kinds")
def test_accounts_are_no_posts_unless_whoever_adds_them_says_so(tmp_path):
    users = tmp_path / "users.csv"
    users.write_text(ACCOUNTS)
    with pytest.raises(ArchiveError, match="table of accounts"):
        done(users)
    assert len(done(users, columns={"text": "description"})[1]) == 20


def test_tables_of_different_columns_are_read_again_as_they_were_added(place):
    (place / "a.csv").write_text(POSTS)
    other = [line.split(",") for line in rows(12, 9000, "glad")]
    (place / "b.csv").write_text("\n".join(["content,date,id,username", *(f"{t},{d},{i},{u}" for i, d, t, u in other)]))
    (place / "c.csv").write_text("\n".join([HEADER, *rows(12, 9500, "calm")]))
    added = manifest.add("both", [place / "a.csv", place / "b.csv", place / "c.csv"], retrieved=None)
    assert (added.posts, dict(added.columns)) == (36, {})
    _, batches = manifest.read_archive(manifest.archive_folder("both"))
    texts = [text for batch in batches for text in batch.posts["text"]]
    assert texts == [
        *(f"sorry {n}" for n in range(12)),
        *(f"glad {n}" for n in range(12)),
        *(f"calm {n}" for n in range(12)),
    ]


def test_what_is_given_holds_for_all_tables_and_is_kept_where_they_differ(place):
    (place / "a.csv").write_text(POSTS)
    (place / "b.csv").write_text("\n".join(["id,created_at,text,username", *rows(12, 9000)]))
    added = manifest.add("both", [place / "a.csv", place / "b.csv"], columns={"text": "text"})
    assert dict(added.columns) == {"text": "text"}


def test_quoting_and_the_share_of_bad_lines_are_kept(place):
    lines = [line.replace(",", "\t") for line in [HEADER, *rows(12, text='"so"')]]
    (place / "a.csv").write_text("\n".join([*lines, *["bad\tline"] * 4, lines[-1].replace("8011", "9000")]))
    with pytest.raises(ArchiveError, match="could not be read"):
        manifest.add("one", [place / "a.csv"], quoting="none")
    added = manifest.add("one", [place / "a.csv"], quoting="none", max_bad=0.25)
    assert (added.posts, added.left_out, added.quoting, added.max_bad) == (13, {"bad": 4}, "none", 0.25)
    folder = manifest.archive_folder("one")
    assert manifest.load_manifest(folder).max_bad == 0.25
    _, batches = manifest.read_archive(folder)
    assert next(iter(batches)).posts["text"][0] == '"so" 0'
    (place / "b.csv").write_text(POSTS)
    assert manifest.add("two", [place / "b.csv"], max_bad=0.0).max_bad == 0
    assert manifest.load_manifest(manifest.archive_folder("two")).max_bad == 0


@pytest.mark.bad_input("exports of other kinds")
@pytest.mark.parametrize(
    ("column", "filled", "empty", "told"),
    [
        ("parentPostId", "1764576514667446273", "", "may tell replies and is not read. If it does, say so: --column reply_to=parentPostId"),
        ("isComment", "true", "false", "may tell replies"),
        ("is_rt", "1", "0", "may tell reposts"),
        ("quotedAddress", "https://a.example/1", "", "may tell quotes"),
        ("retweets", "1", "0", ""),
        ("replies today", "12", "0", ""),
        ("reply_settings", "everyone", "everyone", ""),
        ("in_reply_to_status_id", "1764576514667446273", "", ""),
    ],
)  # fmt: skip
def test_a_column_that_may_tell_kinds_and_is_not_known_is_told(tmp_path, column, filled, empty, told):
    header = f"id,created_at,text,{column}"
    table = (f"{n},2024-03-04T09:0{n}:00Z,sorry {n},{filled if n == 2 else empty}" for n in range(1, 10))
    reading = read(exports.write(tmp_path / "posts.csv", header, *table), language="en")
    list(reading)
    of_kinds = [remark for remark in reading.remarks if "may tell" in remark]
    assert len(of_kinds) == bool(told)
    assert told in "".join(of_kinds)
