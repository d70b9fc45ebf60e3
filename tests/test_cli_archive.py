"""The command ``aftermath archive``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import exports
from aftermath import cli
from aftermath.archives.description import load_manifest
from aftermath.archives.readers import FORMATS
from aftermath.archives.series import read_series

ROWS = ("nr,created_at,said", *(f"{n},2017-04-{10 + n % 3} 10:22:04,this is a very bad day" for n in range(30)))
TABLE = ("--column", "post_id=nr", "--column", "text=said", "--zone", "UTC")


@pytest.fixture
def command(monkeypatch, capsys):
    """Runs ``aftermath archive`` in this process: exit status, stdout, stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["aftermath", "archive", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code or 0, *capsys.readouterr()

    return run


@pytest.fixture
def workspace(tmp_path, monkeypatch) -> Path:
    root = tmp_path / "repository"
    (root / "casestudies").mkdir(parents=True)
    monkeypatch.chdir(root)
    monkeypatch.delenv("AFTERMATH_ROOT", raising=False)
    monkeypatch.setenv("AFTERMATH_ARCHIVES", str(tmp_path))
    monkeypatch.setenv("AFTERMATH_AUTHOR_KEY", "a key of no worth, for a test")
    return root


@pytest.fixture
def file(tmp_path) -> Path:
    return exports.write(tmp_path / "posts.csv", *ROWS)


def test_help_lists_every_command(command):
    status, out, _ = command("--help")
    assert status == 0
    for name in (
        "add",
        "preview",
        "verify",
        "list",
        "describe",
        "formats",
        "features",
        "series",
        "validate-sentiment",
        "pull",
    ):
        assert f" {name} " in out


def test_the_formats_are_listed(command):
    assert all(format in command("formats")[1] for format in FORMATS)


def test_from_a_raw_export_to_a_series(command, workspace, file, tmp_path):
    missing = exports.write(tmp_path / "gone.txt", "77", "78")
    described = ("--title", "A bad day", "--alias", "United", "--rights", "theirs", "--redistribution", "none")
    status, out, _ = command("add", "days", file, *TABLE, *described, "--missing", missing, "--language", "en")
    assert (status, out.splitlines()[0]) == (0, "days: 30 posts, 10 Apr 2017 – 12 Apr 2017, csv.")
    assert command("list")[1].split() == "days 30 posts 10 Apr 2017 – 12 Apr 2017 raw A bad day".split()
    assert "2 posts known to be gone" in command("describe", "days")[1]
    assert command("verify")[:2] == (0, "days: 1 of its files is as recorded.\n")
    status, out, err = command("series", "days")
    assert (status, err) == (1, "days: there are no features yet. Make them with `aftermath archive features days`.\n")
    assert command("features", "days", "--workers", "1")[0] == 0
    assert command("series", "days")[0] == 0
    folder = workspace / "data" / "archives" / "days"
    table = read_series(folder / "series.csv")
    assert table.filter(kind="all")["n"].to_list() == [10, 10, 10]
    assert load_manifest(folder).level == "series"
    assert command("verify", "days")[:2] == (0, "days: 2 of its files are as recorded.\n")
    assert not any(b"very bad" in path.read_bytes() for path in workspace.rglob("*") if path.is_file())


@pytest.mark.bad_input("manifests of archives")
def test_a_fault_is_one_message_without_its_course(command, workspace, file):
    status, out, err = command("add", "days", file, "--column", "post_id=nr", "--column", "text=said")
    assert (status, out) == (1, "")
    assert err.startswith("posts.csv:2: the time '2017-04-10 10:22:04' has no zone")
    assert "Traceback" not in err
    assert command("verify", "days")[0] == 1
    assert command("describe", "../days")[2].startswith("'../days' is no name of an archive")
    assert command("add", "days", file, "--column", "nonsense")[2].startswith("--column 'nonsense': write FIELD=COLUMN")


def test_a_changed_file_ends_the_command_with_both_sums(command, workspace, file):
    command("add", "days", file, *TABLE)
    file.write_text(file.read_text() + "99,2017-04-10 10:22:04,more\n")
    status, _, err = command("verify")
    assert status == 1
    assert err.count("sha256") == 2


def test_what_is_not_given_again_stays(command, workspace, file):
    command(
        "add", "days", file, *TABLE, "--title", "First", "--capped", "a hundred a search", "--retrieved", "2017-05-01"
    )
    assert command("add", "days", file, "--again", "--url", "https://example.org")[0] == 0
    manifest = load_manifest(workspace / "data" / "archives" / "days")
    assert (manifest.title, manifest.url, manifest.capped) == ("First", "https://example.org", True)
    assert (str(manifest.retrieved), manifest.zone_of_times) == ("2017-05-01", "UTC")


def test_a_list_of_missing_ids_that_cannot_be_read_is_named(command, workspace, file, tmp_path):
    (tmp_path / "gone.txt").write_bytes(b"\xff\xfe\xff")
    assert (
        "gone.txt: ids could not be read" in command("add", "days", file, *TABLE, "--missing", tmp_path / "gone.txt")[2]
    )


def test_public_sources_are_listed_with_what_they_take(command):
    assert "wikipedia" in command("pull")[1]
    assert command("pull", "wikipedia")[0] == 0
    assert command("pull", "nowhere", "a=b")[0] == 1


def test_without_a_folder_of_labelled_archives_nothing_is_validated(command, monkeypatch, tmp_path):
    monkeypatch.delenv("AFTERMATH_ARCHIVES", raising=False)
    assert "set AFTERMATH_ARCHIVES" in command("validate-sentiment")[2]
    assert command("validate-sentiment", "--folder", tmp_path)[0] == 1


# What is told


def test_a_preview_writes_nothing(command, workspace, file):
    status, out, _ = command("preview", file, *TABLE)
    assert status == 0
    assert "30 posts: 30 original." in out
    assert not (workspace / "data").exists()


def test_posts_without_a_score_are_counted_by_features_and_by_the_series(command, workspace, tmp_path):
    rows = [f"{n},2017-04-10T10:22:04Z,{'' if n < 3 else 'a bad day'},{'tlh' if n > 7 else 'en'}" for n in range(10)]
    file = exports.write(tmp_path / "posts.csv", "id,created_at,text,lang", *rows)
    out = command("add", "days", file)[1]
    assert "3 posts have no words" in out
    told = "5 posts without a score: 3 whose texts have no words; 2 in 'tlh', for which no post could be scored."
    assert told in command("features", "days", "--workers", "1")[1]
    assert told in command("series", "days")[1]
    assert "3 posts have no words" in command("describe", "days")[1]


def test_a_file_named_with_steps_up_gives_a_manifest_that_can_be_used(command, workspace, tmp_path):
    (tmp_path / "exports").mkdir()
    file = exports.write(tmp_path / "posts.csv", *ROWS)
    assert command("add", "days", tmp_path / "exports" / ".." / file.name, *TABLE)[0] == 0
    assert command("verify")[0] == command("list")[0] == command("describe", "days")[0] == 0


@pytest.mark.bad_input("manifests of archives")
def test_a_broken_manifest_hides_no_other(command, workspace, file):
    command("add", "days", file, *TABLE)
    broken = workspace / "data" / "archives" / "amiss" / "manifest.yaml"
    broken.parent.mkdir()
    broken.write_text("location: /somewhere\n", encoding="utf-8")
    for asked in ("list", "verify"):
        status, out, err = command(asked)
        assert status == 1
        assert "days" in out
        assert "amiss/manifest.yaml" in err


def test_few_bad_lines_and_what_should_be_known_are_listed(command, workspace, tmp_path):
    rows = [*ROWS[:20], "too,many,fields,here", *ROWS[20:], "Total,,"]
    file = exports.write(tmp_path / "some.csv", "Report:,Kettle", *rows)
    status, out, _ = command("add", "kettle", file, *TABLE)
    assert status == 0
    assert "1 line of 31 could not be read.\n  some.csv:22  has 4 fields, the header 3\n" in out
    assert "some.csv: 1 line before the header in line 2 is passed over.\n" in out
    assert "1 line after the last row (34) is a total or a note" in out
    status, _, err = command("add", "strict", file, *TABLE, "--max-bad", "0")
    assert status != 0
    assert "more than 0%" in err
