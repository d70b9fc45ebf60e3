"""Unique words go in as authors, texts, ids and keys; a small workspace is worked through; **none of them comes out**.

Quotations of public sources in a case folder are meant to be read, and are not among them.
"""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

import aftermath as am
import exports
from aftermath import cli
from aftermath.course.lesson import as_text
from aftermath.running.quoted import without_values
from classroom import hand_in, small_lesson
from tiny import REPORT, write_notebook

ROOT = Path(__file__).resolve().parent.parent
CASE = "red-cross-tweet"
AUTHOR, HANDLE, TEXT, BROKEN, ID = (
    "Quillfeather-Zorn",
    "zornquill7193",
    "plumbaginous",
    "verdigrisly",
    871930571937193571,
)
OF_ARCHIVES = {
    "author": AUTHOR,
    "handle": HANDLE,
    "text": TEXT,
    "text of a bad line": BROKEN,
    "id": str(ID),
}
KEYS = {
    "MEDIACLOUD_API_KEY": "canarykey7193environment",
    "ARCHIVE_ORG_KEY": "access7193:canarysecret",
    "AFTERMATH_AUTHOR_KEY": "canarykey7193ofauthors",
}
KEY_IN_FILE = "canarykey7193inafile"
CANARIES = OF_ARCHIVES | KEYS | {"key in a file": KEY_IN_FILE}
SENTENCE = f"the {TEXT} kettle made me very sad"
FAILS = """import polars as pl
posts = pl.read_csv("{}", separator=";", infer_schema=False)
posts["said"].cast(pl.Int64)"""
LOOKS = "import os\nraise ValueError(str(dict(os.environ)))"


class Worked:
    """A workspace, and everything that its commands said."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self.folder, self.root, self.said = folder, folder / "ours", list[tuple[str, str]]()
        self.monkeypatch, self.capfd = monkeypatch, capfd
        shutil.copytree(ROOT / "casestudies" / CASE, self.root / "casestudies" / CASE)
        for name, value in KEYS.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AFTERMATH_ROOT", str(self.root))
        monkeypatch.setenv("AFTERMATH_ARCHIVES", str(folder))
        monkeypatch.chdir(self.root)

    def run(self, *arguments: str | Path, status: int = 0) -> None:
        self.monkeypatch.setattr(sys, "argv", ["aftermath", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = "\n".join(self.capfd.readouterr())
        self.said.append((f"what {arguments[:3]} says", said))
        assert (ended.value.code or 0) == status, said
        assert "Traceback" not in said

    def texts(self) -> Iterator[tuple[str, str]]:
        """What was said and written, by command and file."""
        yield from self.said
        for path in self.root.rglob("*"):
            if path.is_file():
                name, content = path.relative_to(self.root).as_posix(), path.read_bytes()
                if path.suffix == ".parquet":
                    features = io.BytesIO(content)
                    content += str(pl.read_parquet(features).to_dicts()).encode()
                yield name, content.decode("utf-8", errors="replace")

    def leaks(self) -> list[str]:
        return [f"{what} in {name}" for name, text in self.texts() for what, word in CANARIES.items() if word in text]


def table(path: Path, *, header: bool = True) -> Path:
    """Posts of the days of the case; the 31st is broken, and has a text in the place of a time and of a number."""
    posts = [
        f"{ID + n};2011-02-{15 + n % 3} 10:{n:02}:04;@{HANDLE};{AUTHOR};{SENTENCE} number {n};{n}" for n in range(60)
    ]
    posts.insert(30, f"{ID + 99};the {BROKEN} day;@{HANDLE};{AUTHOR};x;{BROKEN}")
    return exports.write(path, *["nr;created_at;who;name;said;likes"] * header, *posts)


def tweets(path: Path) -> Path:
    """Posts as the second interface gave them, with authors and broken lines."""
    author = {"id": "77", "username": HANDLE, "name": AUTHOR}
    posts = [
        exports.v2(str(ID + n), f"{SENTENCE} {n}", author_id="77", author=author, lang="en") for n in range(1, 150)
    ]
    broken = ['{"id": "9", "text": "' + BROKEN, json.dumps(exports.v2("9", BROKEN, created_at=BROKEN))]
    return exports.write(path, *map(json.dumps, posts), *broken)


def use_archives(worked: Worked) -> None:
    posts, key = table(worked.folder / "posts.csv"), worked.folder / "author-key"
    mapped = [part for pair in ("post_id=nr", "text=said", "author=who") for part in ("--column", pair)]
    described = ("--zone", "UTC", "--language", "en", "--case", CASE, "--title", "Kettles", "--redistribution", "none")
    bare = table(worked.folder / "bare.csv", header=False)
    worked.run("archive", "add", "bare", bare, "--zone", "UTC", status=1)
    worked.run("archive", "add", "kettles", posts, *mapped[:4], "--zone", "UTC", "--max-bad", "0", status=1)
    worked.run("archive", "add", "kettles", posts, *mapped, *described)
    worked.run("archive", "add", "tweets", tweets(worked.folder / "tweets.ndjson"), "--max-bad", "0.05")
    for command in ("list", "verify"):
        worked.run("archive", command)
    worked.run("archive", "describe", "kettles")
    key.write_text(KEY_IN_FILE)
    key.chmod(0o644)
    worked.run("archive", "features", "kettles", "--key", key, status=1)
    key.chmod(0o600)
    with worked.monkeypatch.context() as short:
        short.setenv("AFTERMATH_AUTHOR_KEY", KEYS["AFTERMATH_AUTHOR_KEY"][:9])
        worked.run("archive", "features", "kettles", status=1)
    worked.run("archive", "features", "kettles", "--key", key, "--workers", "1")
    worked.run("archive", "features", "tweets", "--workers", "1")
    worked.run("archive", "series", "kettles")
    posts.write_text(posts.read_text() + f"{ID};2011-02-15 10:00:04;@{HANDLE};{AUTHOR};{SENTENCE};1\n")
    worked.run("archive", "verify", status=1)
    worked.run("archive", "features", "kettles", "--key", key, status=1)


def grade_a_notebook(worked: Worked) -> None:
    lesson = worked.root / "notebooks" / "course" / "small.ipynb"
    lesson.parent.mkdir(parents=True)
    lesson.write_text(as_text(small_lesson()), encoding="utf-8")
    (handed_in := worked.folder / "handed_in").mkdir()
    hand_in(handed_in, small_lesson(), answer_sum=LOOKS, answer_word="word = open(base)")
    worked.run("grade", handed_in)
    shutil.copytree(handed_in / "grades", worked.root / "build" / "grades")


def fail_in_a_cell(worked: Worked) -> None:
    """A notebook of one's own stumbles over the texts of an archive."""
    write_notebook(worked.root / "notebooks" / "case_report.ipynb", REPORT, FAILS.format(worked.folder / "posts.csv"))
    worked.run("build", "--case", CASE, "--workers", "1", status=1)
    assert "conversion from" in (worked.root / "build" / "logs" / f"{CASE}.log").read_text()


@pytest.mark.slow
@pytest.mark.bad_input("secrets and texts that must not come out")
def test_no_canary_comes_out(tmp_path, monkeypatch, capfd, record_property):
    record_property("trials", len(CANARIES))
    worked = Worked(tmp_path, monkeypatch, capfd)
    use_archives(worked)
    worked.run("build", "--workers", "1")
    assert "Kettles" in (worked.root / "build" / "site" / "cases" / f"{CASE}.html").read_text(encoding="utf-8")
    worked.run("replay", CASE, "--notes")
    worked.run("sources", "state", CASE)
    explorer = am.explore(CASE)
    worked.said.append(("the explorer", f"{explorer!r} {explorer.state} {explorer.code}"))
    grade_a_notebook(worked)
    fail_in_a_cell(worked)
    assert worked.leaks() == []
    (worked.root / "build" / "leak.txt").write_text(f"as {HANDLE} said", encoding="utf-8")
    assert worked.leaks() == ["handle in build/leak.txt"]  # it would be found


QUOTING = {
    "polars, a cast": lambda: pl.Series("said", [SENTENCE, f"a ] {SENTENCE}\n"]).cast(pl.Int64),
    "polars, an enum": lambda: pl.Series("said", [SENTENCE]).cast(pl.Enum(["x"])),
    "polars, a time": lambda: pl.Series("said", [SENTENCE]).str.to_datetime("%Y"),
    "polars, integers": lambda: pl.Series("said", [SENTENCE]).str.to_integer(),
    "polars, a table": lambda: pl.read_csv(
        io.StringIO(f"a,b\n1,2\n{SENTENCE},3\n"), schema={"a": pl.Int64, "b": pl.Int64}
    ),
    "polars, a series": lambda: pl.Series([1, SENTENCE], dtype=pl.Int64),
    "int": lambda: int(SENTENCE),
    "float": lambda: float(SENTENCE),
    "a moment": lambda: __import__("datetime").datetime.fromisoformat(SENTENCE),
    "a form of times": lambda: __import__("datetime").datetime.strptime(SENTENCE, "%Y"),
    "the rest of a time": lambda: __import__("datetime").datetime.strptime(f"2017{SENTENCE}", "%Y"),
}


@pytest.mark.bad_input("secrets and texts that must not come out")
@pytest.mark.parametrize("quoting", QUOTING.values(), ids=QUOTING)
def test_what_an_error_quotes_of_the_data_is_left_out(quoting):
    with pytest.raises(Exception, match=TEXT) as raised:
        quoting()
    said = without_values(str(raised.value))
    assert TEXT not in said
    assert "[not shown]" in said


@pytest.mark.parametrize("said", ["'e77' is not in events.csv", "name 'total' is not defined", ""])
def test_other_errors_are_as_they_were(said):
    assert without_values(said) == said
