"""Exports as people have them: read rightly to the last number, or refused by name.

Each folder of ``exported`` holds an export in the layout of a tool, with invented content, and what must come out of it in
``expected.json``: ``args`` as ``aftermath archive add`` takes them, ``holds`` records, and ``any_of`` these results:

``posts``
    All of them; ``every`` post bears what is said there, a list names values that are equally right, and texts are compared
    apart from white space. ``or_no_engagement``: none at all is right too. ``without``: the first result lacks these posts.
``left_out``, ``duplicates``
    Records that are no posts or unreadable; posts whose id came before. With the posts they are all that the export holds.
``told``
    What must be said of it: patterns.
``refused``
    Patterns that the refusal must match.

``features`` are facts of scoring. A ``table`` takes the place of one in a copy of a case, of which ``check`` names ``problems``.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from aftermath import cli
from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import FORMATS, read
from aftermath.archives.series import read_series
from aftermath.case_files.check import check
from aftermath.workspace import Workspace
from breaking import copy
from conftest import ROOT
from made_exports import files_of

EXPORTED = ROOT / "tests" / "exported"
CASE = "gm-ignition-recall"
EXPECTED: dict[str, dict[str, Any]] = {
    folder.name: json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    for folder in sorted(EXPORTED.iterdir())
    if folder.is_dir()
}
ARCHIVES = [name for name, expected in EXPECTED.items() if "args" in expected]
TABLES = [name for name, expected in EXPECTED.items() if "table" in expected]
FIELDS = ("time", "kind", "engagement", "text", "author")


@dataclass
class Result:
    """What came of an archive: posts and counts, or a refusal."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    duplicates: int = 0
    outside: int = 0
    bad: int = 0
    missing: tuple[str, ...] = ()
    said: str = ""
    refused: str | None = None


def result_of(name: str, folder: Path) -> Result:
    """Read an export as its arguments say."""
    options = EXPECTED[name]["args"]
    given: dict[str, str] = {}
    columns: dict[str, str] = {}
    for option, value in zip(options[::2], options[1::2], strict=True):
        if option == "--column":
            column, _, source = value.partition("=")
            columns[column] = source
        else:
            given[option.removeprefix("--")] = value
    files = files_of(EXPORTED / name, folder, EXPECTED[name].get("make"))
    try:
        reading = read(files, columns=columns, **given)
        posts = [post for batch in reading for post in batch.posts.to_dicts()]
    except ArchiveError as error:
        return Result(refused=own_words(str(error), files))
    said = own_words("\n".join([*reading.facts, *reading.remarks, *map(str, reading.bad_lines)]), files)
    return Result(posts, reading.duplicates, reading.outside, reading.bad, reading.missing, said)


def own_words(said: str, files: list[Path]) -> str:
    """A message without the list of all formats and the names of the files, which name many a thing by accident."""
    for file in files:
        said = said.replace(file.name, "FILE")
    return re.sub(rf"(?m)^ *({'|'.join(map(re.escape, FORMATS))}) +.*\n?", "", said.replace("\u00a0", " "))


def posts_of(name: str, outcome: dict[str, Any]) -> list[dict[str, Any]]:
    """The posts of a result that is right."""
    if "without" not in outcome:
        return [outcome["every"] | post for post in outcome["posts"]]
    left_out = set(outcome["without"])
    return [post for post in posts_of(name, EXPECTED[name]["any_of"][0]) if post["id"] not in left_out]


def is_one_of(field: str, found: Any, right: Any) -> bool:
    """Whether a value is right, or one of those that are."""
    if isinstance(right, list):
        return any(is_one_of(field, found, each) for each in right)
    if field == "time":
        return found == datetime.fromisoformat(right)
    if field == "text" and right is None:
        return True
    if isinstance(right, dict):
        right = right["repeated"] * right["times"] + right.get("end", "")
    return found.split() == right.split() if field == "text" else found == right


def faults_of(name: str, outcome: dict[str, Any], result: Result) -> list[str]:
    """Where a result differs from one that is right, its posts by their ids."""
    if "refused" in outcome or result.refused is not None:
        if "refused" not in outcome:
            return [f"refused: {result.refused}"]
        if result.refused is None:
            return ["not refused"]
        return [f"the refusal lacks {word}" for word in outcome["refused"] if not re.search(word, result.refused)]
    right = posts_of(name, outcome)
    found = {post["post_id"]: post for post in result.posts}
    faults = [] if len(found) == len(result.posts) else ["an id stands twice"]
    no_counts = outcome.get("or_no_engagement") and all(post["engagement"] is None for post in result.posts)
    for post in right:
        ids = post["id"] if isinstance(post["id"], list) else [post["id"]]
        there = next((found.pop(each) for each in ids if each in found), None)
        if there is None:
            faults.append(f"{ids[0]} is not there")
            continue
        compared = [each for each in FIELDS if each in post and not (no_counts and each == "engagement")]
        faults += [
            f"{ids[0]}: {each} is {str(there[each])[:70]!r}, not {str(post[each])[:70]!r}"
            for each in compared
            if not is_one_of(each, there[each], post[each])
        ]
    faults += [f"{each} should not be there" for each in found]
    left_out = outcome.get("left_out", 0)
    counts = {"duplicates": outcome.get("duplicates", 0), "outside": 0, "bad": min(result.bad, left_out)}
    faults += [f"{count}: {getattr(result, count)}" for count, due in counts.items() if getattr(result, count) != due]
    faults += [f"{word} is not told" for word in outcome.get("told", ()) if not re.search(word, result.said)]
    if "missing" in outcome and sorted(result.missing) != outcome["missing"]:
        faults.append(f"{len(result.missing)} posts are known to be gone")
    return faults


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_export_is_read_rightly_or_refused_by_name(name, tmp_path):
    result = result_of(name, tmp_path)
    faults = [faults_of(name, outcome, result) for outcome in EXPECTED[name]["any_of"]]
    assert not all(faults), "\n\nor ".join("\n".join(each[:8]) for each in faults)


def perfect(name: str, outcome: dict[str, Any]) -> Result:
    """A result as it should be; of values that are equally right the first."""

    def first(value: Any) -> Any:
        return value[0] if isinstance(value, list) else value

    posts = [
        {"author": None, **{field: first(value) for field, value in post.items()}, "post_id": first(post["id"])}
        for post in posts_of(name, outcome)
    ]
    for post in posts:
        text = post["text"] or ""
        post["text"] = text["repeated"] * text["times"] + text.get("end", "") if isinstance(text, dict) else text
        post["time"] = datetime.fromisoformat(post["time"])
    return Result(posts, outcome.get("duplicates", 0), missing=tuple(outcome.get("missing", ())))


WRONGS: dict[str, Callable[[Result], object]] = {
    "a post is missing": lambda result: result.posts.pop(),
    "a post stands twice": lambda result: result.posts.append(result.posts[0]),
    "a post that is none": lambda result: result.posts.append(result.posts[0] | {"post_id": "none"}),
    "another id": lambda result: result.posts[-1].update(post_id="7"),
    "another kind": lambda result: result.posts[-1].update(kind="no kind"),
    "a count too many": lambda result: result.posts[-1].update(engagement=1_000_003),
    "hours later": lambda result: result.posts[-1].update(time=result.posts[-1]["time"] + timedelta(hours=3)),
    "posts left out as duplicates": lambda result: setattr(result, "duplicates", result.duplicates + 1),
    "more bad lines than there are": lambda result: setattr(result, "bad", 1_000),
}


@pytest.mark.parametrize("wrong", WRONGS)
def test_what_is_wrong_would_be_seen(wrong):
    for name in ARCHIVES:
        for outcome in EXPECTED[name]["any_of"]:
            if "refused" not in outcome:
                outcome = {**outcome, "told": []}
                result = perfect(name, outcome)
                assert faults_of(name, outcome, result) == []
                WRONGS[wrong](result)
                assert faults_of(name, outcome, result), name


@pytest.mark.parametrize("name", ARCHIVES)
def test_every_record_of_an_export_is_accounted_for_in_what_is_expected(name):
    for outcome in EXPECTED[name]["any_of"]:
        if "refused" not in outcome:
            right = posts_of(name, outcome)
            assert len(right) + outcome.get("left_out", 0) + outcome.get("duplicates", 0) == EXPECTED[name]["holds"]
            assert len({str(post["id"]) for post in right}) == len(right)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_a_case_that_came_from_elsewhere_is_named(name, tmp_path):
    folder = copy(tmp_path, CASE)
    files_of(EXPORTED / name, folder, EXPECTED[name].get("make"))
    said = check([CASE], Workspace(tmp_path)).text.replace("\u00a0", " ")
    faults = [[f for f in outcome["problems"] if not re.search(f, said)] for outcome in EXPECTED[name]["any_of"]]
    assert not all(faults), f"not named: {faults}\n{said[:2000]}"
    assert not any(re.search(never, said) for never in EXPECTED[name].get("never", ()))


def test_a_case_is_sound_before_a_table_is_replaced(tmp_path):
    copy(tmp_path, CASE)
    assert check([CASE], Workspace(tmp_path)).sound


@pytest.fixture
def command(monkeypatch, capsys, tmp_path):
    """Runs ``aftermath archive`` in a workspace of its own: exit status, and what was said."""
    root = tmp_path / "repository"
    (root / "casestudies").mkdir(parents=True)
    monkeypatch.chdir(root)
    monkeypatch.delenv("AFTERMATH_ROOT", raising=False)
    monkeypatch.setenv("AFTERMATH_ARCHIVES", str(tmp_path))
    monkeypatch.setenv("AFTERMATH_AUTHOR_KEY", "a key of no worth, for a test")

    def run(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["aftermath", "archive", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), "".join(capsys.readouterr())

    return run


def is_refused_rightly(name: str, said: str, files: list[Path]) -> bool:
    """Whether a refusal is one of those that are right, in words that say why."""
    refusals = [outcome["refused"] for outcome in EXPECTED[name]["any_of"] if "refused" in outcome]
    return any(all(re.search(word, own_words(said, files)) for word in words) for words in refusals)


@pytest.mark.parametrize(
    "name", [name for name in ARCHIVES if any("told" in each for each in EXPECTED[name]["any_of"])]
)
def test_who_adds_an_export_is_told_what_matters(name, command, tmp_path):
    files = files_of(EXPORTED / name, tmp_path, EXPECTED[name].get("make"))
    status, said = command("add", "x", *files, *EXPECTED[name]["args"])
    if status:
        assert is_refused_rightly(name, said, files), said
        return
    count = re.search(r"x: (\d+) post", said.replace("\u00a0", " "))
    outcomes = [outcome for outcome in EXPECTED[name]["any_of"] if "refused" not in outcome]
    fitting = [
        outcome.get("told", ()) for outcome in outcomes if count and len(posts_of(name, outcome)) == int(count[1])
    ]
    assert any(all(re.search(word, own_words(said, files)) for word in words) for words in fitting), said


@pytest.mark.parametrize("name", [name for name in ARCHIVES if "features" in EXPECTED[name]])
def test_an_export_is_scored_as_its_texts_are(name, command, tmp_path):
    expected = EXPECTED[name]
    right = expected["features"]
    files = files_of(EXPORTED / name, tmp_path, expected.get("make"))
    status, said = command("add", "x", *files, *expected["args"])
    if status:
        assert is_refused_rightly(name, said, files), said
        return
    status, of_features = command("features", "x", "--workers", "1")
    assert status == 0, of_features
    _, of_series = command("series", "x")
    features = pl.read_parquet(Path("build/archives/x/features.parquet"))
    scored = features["sentiment"].drop_nulls()
    assert features.height == right["volume"]
    if "scored" in right:
        assert is_one_of("scored", len(scored), right["scored"])
    if "signs" in right:
        assert "".join("-" if score < 0 else "+" for score in scored) == right["signs"]
    if "authors" in right:
        assert features["author"].drop_nulls().n_unique() == right["authors"]
    if "share_negative" in right:
        whole = read_series(Path("data/archives/x/series.csv")).filter(kind="all")
        assert sum(whole["negative"]) / sum(whole["n"]) == right["share_negative"]
    told = "\n".join((said, of_features, of_series))
    assert all(re.search(word, told) for word in right.get("told", ())), told
