"""Search: what is found, in which order, where it stands; against the files read with nothing but csv."""

from __future__ import annotations

import csv
import math
import re
import shutil
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

import aftermath as am
from aftermath import cli
from aftermath.comparison.search import SearchError, folded, search
from aftermath.workspace import INSTALLED_FROM, Workspace
from factories import case_folder, event, text, workspace

HERE = Workspace(INSTALLED_FROM)
FILES = {"event": "events.csv", "text": "coverage.csv", "source": "sources.csv"}


def events(*labels: str, summary: str = ".") -> list[dict[str, str]]:
    """Events with these labels, the first being the exposure."""
    acts = ["exposure", *["milestone"] * len(labels)]
    return [event(acts[n], n, label=label, summary=summary) for n, label in enumerate(labels)]


def row_of(where: str, root: Path) -> dict[str, str]:
    path, _, row = where.rpartition(":")
    with (root / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))[int(row) - 2]


def ids(found) -> list[tuple[str, str]]:
    return [(each.kind, each.id) for each in found.found]


def test_what_is_found_stands_in_the_row_that_is_named():
    found = search("recall regulator", limit=10_000)
    assert {each.kind for each in found.found} == {"event", "text", "source", "claim"}
    for each in found.found:
        if each.kind == "claim":
            path, _, line = each.where.rpartition(":")
            claim = (HERE.root / path).read_text(encoding="utf-8").splitlines()[int(line) - 1]
            assert claim.lstrip().startswith("- claim:")
            continue
        record = row_of(each.where, HERE.root)
        assert next(iter(record.values())) == each.id
        assert re.search(r"(?<![^\W_])(recall|regulator)", " ".join(record.values()).casefold().replace("_", " "))


def test_as_many_are_found_as_a_look_through_the_files_finds():
    expected = 0
    for path in HERE.cases.glob("*/coverage.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            expected += sum("boycott" in row["abstract"].casefold() for row in csv.DictReader(file))
    found = search("boycott", limit=10_000)
    assert expected > 0
    assert sum(each.kind == "text" for each in found.found) == expected
    assert found.n_found == len(found.found)


def test_everything_is_searched():
    expected = 0
    for name in FILES.values():
        for path in HERE.cases.glob(f"*/{name}"):
            with path.open(encoding="utf-8", newline="") as file:
                expected += sum(1 for _ in csv.DictReader(file))
    claims = sum(len(case.about.documented_claims) for case in am.cases())
    found = search("x")
    assert (found.n_searched, found.n_cases) == (expected + claims, len(HERE.case_ids()))
    assert f"{found.n_searched:,}" in found.text


ACTS = ("exposure", "milestone", "milestone", "milestone")


def test_the_order_is_that_of_bm25(tmp_path):
    labels = ["Recall", "Recall recall hotline", "Hotline", "Nothing of it at all"]
    case_folder(tmp_path, events=events(*labels))
    found = search("recall hotline", workspace=workspace(tmp_path))
    documents = [folded(f"{label} {act} twitter").split() for label, act in zip(labels, ACTS, strict=True)]
    documents += [["a", "report", "the", "paper"]]
    mean = sum(map(len, documents)) / len(documents)

    def bm25(words: list[str]) -> float:
        total = 0.0
        for term in ("recall", "hotline"):
            n = sum(term in document for document in documents)
            tf = words.count(term)
            total += math.log(1 + (len(documents) - n + 0.5) / (n + 0.5)) * (
                tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * len(words) / mean))
            )
        return total

    scores = {each.id: each.score for each in found.found}
    assert scores == pytest.approx({f"e{n:02}": bm25(document) for n, document in enumerate(documents[:3], start=1)})
    ranked = [each.score for each in found.found]
    assert ranked == sorted(ranked, reverse=True)


def test_equal_rows_stand_in_order_of_case_and_row(tmp_path):
    for case_id in ("b-case", "a-case"):
        case_folder(tmp_path, case_id, events=events(*(f"Hotline opened {n}" for n in range(3))))
    found = search("hotline", workspace=workspace(tmp_path))
    assert [(each.case_id, each.id) for each in found.found] == [
        (case_id, f"e0{n}") for case_id in ("a-case", "b-case") for n in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("volkswagen", "VOLKSWAGEN’s answer"),
        ("cafe", "Café closed"),
        ("CAFÉ", "cafe closed"),
        ("strasse", "Straße gesperrt"),
        ("recall", "Cars were recalled"),
        ("道歉", "公司公开道歉"),
        ("公开道歉", "公司公开道歉"),
        ("歉", "公司公开道歉"),
        ("Pepsi 道歉", "百事Pepsi道歉了"),
        ("3411", "Flight 3411"),
        ("ΑΘΗΝΑ", "Αθήνα"),
        ("ｆｕｌｌ", "full"),
    ],
)
def test_case_accents_and_scripts_do_not_matter(query, label, tmp_path):
    case_folder(tmp_path, events=events("Something else", label))
    assert ids(search(query, workspace=workspace(tmp_path))) == [("event", "e02")]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('"full responsibility"', ["e01"]),
        ("“full responsibility”", ["e01"]),
        ('"responsibility full"', []),
        ('"full respons"', []),
        ('"开道"', ["e03"]),
        ('"道开"', []),
        ('full "responsibility was"', ["e02"]),
        ('"elsewhere exposure"', []),  # a label and a coded word stand in different fields
        ('"', None),
        ('full "', ["e01", "e02"]),
    ],
)
def test_what_is_quoted_stands_as_it_is_quoted(query, found, tmp_path):
    labels = ["Takes full responsibility", "Responsibility was full", "公司公开道歉"]
    case_folder(tmp_path, events=events(*labels, summary="Elsewhere"))
    if found is None:
        with pytest.raises(SearchError, match="has no word to search for"):
            search(query, workspace=workspace(tmp_path))
    else:
        assert sorted(each.id for each in search(query, workspace=workspace(tmp_path)).found) == found


def test_a_word_that_nobody_wrote_is_named_with_words_near_to_it():
    found = search("appology recall zzzyx")
    assert set(found.unknown) == {"appology", "zzzyx"}
    assert "apology" in found.unknown["appology"]
    assert found.unknown["zzzyx"] == ()
    assert "No row has the word “appology”. Near to it: apology" in found.text
    assert found.n_found > 0


def test_a_word_that_only_shares_letters_is_not_near(tmp_path):
    case_folder(tmp_path, events=events("Plan outlined", "Apology printed"))
    found = search("hotline appology", workspace=workspace(tmp_path))
    assert found.unknown == {"hotline": (), "appology": ("apology",)}
    assert "outlined" not in found.text


def test_cases_that_do_not_load_are_named_and_the_rest_is_searched(tmp_path):
    case_folder(tmp_path, "a-case", events=[event(label="Hotline opened")])
    broken = case_folder(tmp_path, "b-case", events=[event(label="Hotline opened")])
    (broken / "events.csv").write_text("nonsense")
    found = search("hotline", workspace=workspace(tmp_path))
    assert [each.case_id for each in found.found] == ["a-case"]
    assert (found.n_cases, [failure.case_id for failure in found.failures]) == (1, ["b-case"])
    assert "Not searched because of problems in the folder: b-case." in found.text


def test_what_is_saved_is_found_at_once(tmp_path):
    folder = case_folder(tmp_path, events=[event(label="Hotline opened")])
    assert search("hotline", workspace=workspace(tmp_path)).n_found == 1
    path = folder / "events.csv"
    path.write_text(path.read_text().replace("Hotline", "Helpline"))
    assert search("hotline", workspace=workspace(tmp_path)).n_found == 0
    assert search("helpline", workspace=workspace(tmp_path)).n_found == 1


def test_places_on_pages_are_named_where_the_page_is_built(tmp_path):
    shutil.copytree(HERE.cases / "kitchenaid-tweet", tmp_path / "casestudies" / "kitchenaid-tweet")
    assert {each.page for each in search("apology", workspace=Workspace(tmp_path)).found} == {""}
    page = tmp_path / "build" / "site" / "cases" / "kitchenaid-tweet.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>")
    found = search("debate apology accountability", workspace=Workspace(tmp_path), limit=1000).found
    anchors = {(each.kind, each.page.removeprefix("build/site/cases/kitchenaid-tweet.html#")) for each in found}
    sources = row_ids(tmp_path / "casestudies" / "kitchenaid-tweet" / "sources.csv")
    assert anchors == {
        (each.kind, f"s{sources.index(each.id) + 1}" if each.kind == "source" else each.id) for each in found
    }
    assert {kind for kind, _ in anchors} >= {"event", "text", "source"}


def row_ids(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [next(iter(row.values())) for row in csv.DictReader(file)]


def test_the_table_has_a_row_for_each_and_the_limit_holds():
    found = search("apology", limit=3)
    assert found.table["rank"].to_list() == [1, 2, 3]
    assert found.n_found > 3
    assert "the best 3 shown" in found.text
    assert found.table.columns == ["rank", "case", "kind", "id", "text", "where", "page", "score"]
    assert search("apology", ["kitchenaid-tweet"]).table["case"].unique().to_list() == ["kitchenaid-tweet"]
    assert search("zzzyx").table.height == 0


@pytest.mark.bad_input("hostile text on pages")
def test_hostile_text_is_escaped_in_the_laboratory(tmp_path):
    case_folder(tmp_path, events=[event(label="<script>alert(1)</script>")], texts=[text()])
    assert "<script>" not in search("alert", workspace=workspace(tmp_path))._repr_html_()
    assert "<script>" not in search("<script>alert", workspace=workspace(tmp_path))._repr_html_()


def test_an_empty_workspace_can_be_searched(tmp_path):
    found = search("anything", workspace=workspace(tmp_path))
    assert (found.n_found, found.n_searched, found.unknown) == (0, 0, {})
    assert found.text.replace("\u00a0", " ") == "0 rows of 0 cases searched for anything: none found."


def test_the_command_takes_what_the_shell_quoted_for_a_phrase(tmp_path, monkeypatch):
    case_folder(tmp_path, events=events("Takes full responsibility", "Responsibility was full"))
    monkeypatch.setenv("AFTERMATH_ROOT", str(workspace(tmp_path).root))

    def found(*words: str) -> int:
        return CliRunner().invoke(cli.app, ["search", *words]).output.count("events.csv:")

    assert (found("full responsibility"), found("twitter", "full responsibility"), found('"full responsibility"')) == (
        2,
        1,
        1,
    )


def test_searching_again_is_quick():
    search("recall hotline")
    times = []
    for _ in range(9):
        begun = time.process_time()
        search("apology regulator recall appologyy")
        times.append(time.process_time() - begun)
    assert min(times) < 0.05
