"""YAML as nobody should write it: every construct in every place of every file is a named problem, and nothing else happens."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from aftermath import yaml_text
from aftermath.archives.description import load_manifest
from aftermath.archives.places import MANIFEST
from aftermath.archives.posts import ArchiveError
from aftermath.case_files.about import read_about
from aftermath.case_files.collection import collection_problems
from aftermath.case_files.file_problems import FileProblems, read_text
from aftermath.case_files.replay_file import read_staging
from aftermath.case_files.yaml_files import load_yaml
from aftermath.workspace import CITATION_FILE

# what no field takes, wherever it stands
REFUSED = {
    "a tag of a number": "!!int 7",
    "a tag of a number without one": "!!int x",
    "a tag of a huge number": f"!!int {'9' * 5000}",
    "a tag of a sexagesimal": "!!int 1:30",
    "infinity": "!!float .inf",
    "no number": "!!float .nan",
    "a tag of a truth value": "!!bool yes",
    "a tag of a truth value without one": "!!bool x",
    "a tag of nothing on something": "!!null x",
    "a tag of a time": "!!timestamp 2012-01-01",
    "a tag of a time without one": "!!timestamp x",
    "a tag of a time that there is not": "!!timestamp 2012-99-99",
    "a tag of bytes": "!!binary aGk=",
    "a tag of bytes without any": "!!binary x",
    "a set": "!!set {a, b}",
    "an ordered mapping": "!!omap [a: b]",
    "pairs": "!!pairs [a: b]",
    "text that is a list": "!!str [a]",
    "fields that are a word": "!!map x",
    "fields that are a list": "!!map [a]",
    "a list of fields": "!!seq {a: b}",
    "a list that is a word": "!!seq x",
    "a tag of a value": "!!value x",
    "a tag of a merge": "!!merge x",
    "a tag of yaml": "!!yaml x",
    "a tag of its own": "!x y",
    "a tag in full": "!<tag:example.org,2026:x> y",
    "a name of Python": "!!python/name:os.system",
    "a call of Python": "!!python/object/apply:os.system ['true']",
    "a key that is a list": "{[a]: b}",
    "a key that is fields": "{{a: b}: c}",
    "a key that is nothing": "{~: e03}",
    "an empty key": "{'': e03}",
    "a key with a tag": "{!!int x: y}",
    "a key that is a reference": "{*a : y}",
    "a key twice": "{a: b, a: c}",
    "a reference to nothing": "*a",
    "a reference to itself": "&a [*a]",
    "a merge of a reference": "{<<: *a}",
    "deep lists": "[" * 400 + "]" * 400,
    "deep fields": "{a: " * 300 + "}" * 300,
    "lists that never end": "[" * 5000,
    "an escape beyond all characters": '"\\UFFFFFFFF"',
    "an escape of no character": '"\\U7FFFFFFF"',
    "an unknown escape": '"\\q"',
    "an open quotation mark": "'x",
    "a C1 control character": "a\x80b",
    "a character that is none": "a\ufffeb",
    "a directive in the middle": "%YAML 9.9",
    "a reserved mark": "@x",
    "a second document": "x\n---\nid: y",
    "the end of a document and more": "x\n...\nid: y",
    "a tab": "\n\tx",
}
# what is well formed, and text, a list or fields: refused where the field asks for something else
SHAPES = {
    "a date": "2012-01-01",
    "a sexagesimal": "1:30",
    "a merge key": "{<<: {a: b}}",
    "an equals sign": "=",
    "lists in lists": "[[a]]",
    "fields in a list": "[{a: b}]",
    "a list in fields": "{e01: [x]}",
    "nothing in a list": "[~]",
    "nothing in fields": "{e01: }",
    "a NUL by an escape": '"\\0"',
    "digits that go on": "0" * 8 + "1" * 5000,
    "digits of another script": "١٢",
    "an anchor": "&a x",
    "a mark of byte order": "a\ufeffb",
    "folded text": ">\n    a\n    b",
    "a key like a place": "{'a[1].b': c, 'coders.a': d}",
}

CASE = "id: x\ntitle: t\n"
FIELDS = (
    "id",
    "title",
    "platforms",
    "timezone",
    "kind",
    "parent",
    "documented_claims",
    "coders",
    "clock_zero",
    "summary",
)
PLACES = {
    **{f"case.yaml, {name}": f"{name}: {{}}\n" for name in FIELDS},
    "case.yaml, a field of no name": "mood: {}\n",
    "case.yaml, an entry of a list": "aliases:\n  - {}\n",
    "case.yaml, a claim": "documented_claims:\n  - {}\n",
    "case.yaml, the origin of a claim": "documented_claims:\n  - from: {}\n",
    "case.yaml, the sources of a claim": "documented_claims:\n  - source_ids: {}\n",
    "case.yaml, a coder": "coders:\n  a: {}\n",
    "case.yaml, the codes of a coder": "coders:\n  a:\n    codes: {}\n",
    "case.yaml, all of it": "{}\n",
    **{
        f"replay.yaml, {name}": f"{name}: {{}}\n"
        for name in ("opening", "begin", "stops", "public", "words", "decisions")
    },
    "replay.yaml, an event": "public:\n  e01: {}\n",
    **{
        f"replay.yaml, {name}": f"decisions:\n  - at: e01\n    {name}: {{}}\n"
        for name in ("options", "minutes", "note")
    },
    "replay.yaml, an option": "decisions:\n  - options:\n      - {}\n",
    **{f"{CITATION_FILE}, {name}": f"title: t\n{name}: {{}}\n" for name in ("authors", "license", "keywords", "doi")},
    f"{CITATION_FILE}, an author": "title: t\nauthors:\n  - {}\n",
}


def found(place: str, text: str, folder: Path) -> list[str]:
    """The problems of a file that is read as the product reads it."""
    path = folder / place.partition(",")[0]
    path.write_text(text, encoding="utf-8")
    problems = FileProblems(path.name)
    if path.name == CITATION_FILE:
        return list(map(str, collection_problems(folder)))
    if path.name == "replay.yaml":
        read_staging(folder, problems)
    else:
        read_about(path.read_text(encoding="utf-8"), problems)
    return list(map(str, sorted(problems)))


@pytest.mark.bad_input("YAML constructs in case files")
@pytest.mark.parametrize("place", PLACES)
def test_what_no_field_takes_is_one_problem_with_line_and_character(
    place: str, tmp_path: Path, record_property: Callable[[str, int], None]
) -> None:
    record_property("trials", len(REFUSED))
    row = PLACES[place].index("{}")
    line = PLACES[place][:row].count("\n") + 1
    for name, construct in REFUSED.items():
        (problem,) = found(place, PLACES[place].replace("{}", construct, 1), tmp_path)
        where, what, mend = problem.split("  ", 2)
        assert what.startswith("is not well-formed YAML: ") or what == "holds no fields", (name, problem)
        assert mend, name
        if what != "holds no fields":
            _, at, character = where.rsplit(":", 2)
            assert line <= int(at) <= line + 2, (name, problem)
            assert int(character) > 0


OF_ARCHIVES = {
    **{
        f"manifest.yaml, {name}": f"title: t\n{name}: {{}}\n"
        for name in ("case", "retrieved", "files", "max_bad", "rows", "span", "remarks", "capped", "filter", "mood")
    },
    "manifest.yaml, a file": "files:\n  a.csv: {}\n",
    "manifest.yaml, an entry of a list": "missing:\n  - {}\n",
    "manifest.yaml, all of it": "{}\n",
}


@pytest.mark.bad_input("manifests of archives")
@pytest.mark.parametrize("place", OF_ARCHIVES)
def test_manifests_of_archives_refuse_the_same(
    place: str, tmp_path: Path, record_property: Callable[[str, int], None]
) -> None:
    record_property("trials", len(REFUSED) + len(SHAPES))
    path, content = tmp_path / MANIFEST, OF_ARCHIVES[place]
    line = content[: content.index("{}")].count("\n") + 1
    for name, construct in REFUSED.items():
        path.write_text(content.replace("{}", construct, 1), encoding="utf-8")
        with pytest.raises(ArchiveError, match=r"is no well-formed YAML \(.+\); .|holds no fields; .") as refused:
            load_manifest(tmp_path)
        if "holds no fields" not in str(refused.value):
            _, at, character, _ = str(refused.value).split(":", 3)
            assert line <= int(at) <= line + 2, (name, refused.value)
            assert int(character) > 0
    for construct in SHAPES.values():
        path.write_text(content.replace("{}", construct, 1), encoding="utf-8")
        with contextlib.suppress(ArchiveError):
            load_manifest(tmp_path)


@pytest.mark.bad_input("YAML constructs in case files")
@pytest.mark.parametrize("place", PLACES)
def test_what_has_another_shape_never_breaks_off(
    place: str, tmp_path: Path, record_property: Callable[[str, int], None]
) -> None:
    record_property("trials", len(SHAPES))
    for construct in SHAPES.values():
        for problem in found(place, PLACES[place].replace("{}", construct, 1), tmp_path):
            assert problem.count("\n") == 0
            assert len(problem) < 1000


@pytest.mark.bad_input("YAML constructs in case files")
def test_where_pyyaml_was_built_without_libyaml_the_same_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, int], None]
) -> None:
    monkeypatch.setattr(yaml_text, "_PARSER", yaml.SafeLoader)
    record_property("trials", len(REFUSED))
    for construct in REFUSED.values():
        (problem,) = found("case.yaml", f"title: {construct}\n", tmp_path)
        assert "is not well-formed YAML: " in problem


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: NO", "NO"),
        ("a: 2014", "2014"),
        ("a: 1:30", "1:30"),
        ("a: 0x1F", "0x1F"),
        ("a: .inf", ".inf"),
        ("a: 2012-01-01", "2012-01-01"),
        ("a: <<", "<<"),
        ("a: '~'", "~"),
        ("a: !!str 7", "7"),
        ("a: !!str", ""),
        ("a: ! 7", "7"),
        ("a: &x 7", "7"),
        ("a: ~", None),
        ("a: null", None),
        ("a:", None),
        ("a: !!seq [b]", ["b"]),
        ("a: !!map {b: c}", {"b": "c"}),
        ("a: |\n  b\n  c\n", "b\nc\n"),
        ("\ufeffa: b", "b"),
        ("--- # begins\na: b\n...\n", "b"),
        ("? a\n: b", "b"),
        ("'a': b", "b"),
    ],
)
@pytest.mark.parametrize("parser", ["CSafeLoader", "SafeLoader"])
def test_plain_words_stay_text(
    text: str, value: yaml_text.Value, parser: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_text, "_PARSER", getattr(yaml, parser, yaml.SafeLoader))
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    problems = FileProblems("x.yaml")
    read = read_text(tmp_path / "x.yaml", problems)
    assert read is not None
    assert load_yaml(read, problems) == {"a": value}
    assert not problems


@pytest.mark.bad_input("YAML constructs in case files")
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "latin-1"])
def test_another_encoding_is_named(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes("title: Kölner Bote\n".encode(encoding))
    problems = FileProblems("x.yaml")
    assert read_text(tmp_path / "x.yaml", problems) is None
    assert "save the file" in str(*problems)


def test_every_field_knows_its_line() -> None:
    problems = FileProblems("x.yaml")
    load_yaml("a: b\nc:\n  - d: e\n    f: [g,\n      h]\n", problems)
    assert problems.rows == {"a": 1, "c": 2, "c[1]": 3, "c[1].d": 3, "c[1].f": 4, "c[1].f[1]": 4, "c[1].f[2]": 5}


@pytest.mark.bad_input("YAML constructs in case files")
@pytest.mark.parametrize(
    "text",
    [
        "a: " + "x" * 400_000,
        "? " + "k" * 200_000 + "\n: [" + "a," * 90_000 + "]",
        "a: [" + "&x 1," * 60_000 + "]",
        "a: [" + "''," * 100_000 + "]",
        "".join(f"k{number}: v\n" for number in range(40_000)),
        "a: &a [" + "*a," * 60_000 + "]",
        "- " * 200_000,
        "? " * 200_000,
        "a: {" * 100_000,
        "#" * 450_000,
    ],
    ids=[
        "a long word",
        "a long key",
        "anchors",
        "empty words",
        "fields",
        "references",
        "lists",
        "keys",
        "mappings",
        "a comment",
    ],
)
def test_half_a_megabyte_of_anything_is_read_in_seconds(text: str) -> None:
    begun = time.process_time()
    load_yaml(text, FileProblems("x.yaml"))
    assert time.process_time() - begun < 10


@pytest.mark.bad_input("YAML constructs in case files")
def test_no_text_at_all_breaks_off(record_property: Callable[[str, int], None]) -> None:
    hypothesis = pytest.importorskip("hypothesis")
    some = hypothesis.strategies
    pieces = some.sampled_from(
        [
            *"{}[]:,-?!&*#|>'\"%@`~=\n \t",
            "a",
            "id",
            "e01",
            "!!int",
            "<<",
            "---",
            "...",
            "&a",
            "*a",
            "\\U0",
            "\u2028",
            "\x85",
            "\ufeff",
        ]
    )
    trials = []

    @hypothesis.settings(max_examples=400, deadline=None)
    @hypothesis.given(some.lists(pieces | some.text(max_size=3), max_size=30).map("".join))
    def broken(text: str) -> None:
        trials.append(text)
        problems = FileProblems("case.yaml")
        read_about(text, problems)
        assert problems  # no such text is a whole case

    broken()
    record_property("trials", len(trials))
