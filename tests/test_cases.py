"""The real cases load, know their rows and their clock, and are found where the workspace is."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

import aftermath
from aftermath.case_files import case as case_module
from aftermath.case_files.case import case_ids, load_case
from aftermath.case_files.cases import cases
from aftermath.case_files.evidence import EVIDENCE_FILES
from aftermath.case_files.package import write_packages
from aftermath.case_files.tables import SCHEMAS
from aftermath.case_files.template import new_case
from aftermath.problems import CaseError
from aftermath.times import Span, parse_instant
from aftermath.wording import NO_BREAK
from aftermath.workspace import INSTALLED_FROM, Workspace, WorkspaceError
from breaking import RED, cell, copy, records
from factories import case, case_folder, event, instant, score, signal, text, workspace

HERE = Workspace(INSTALLED_FROM)
KNOWN = (
    "bytedance-neihan-duanzi digiorno-whyistayed dominos-video douyin-martyrs-ad douyin-minor-tipping "
    "gm-ignition-recall huoshan-vulgar-content kfc-chicken-shortage kitchenaid-tweet kuaishou-underage-mothers "
    "pepsi-jenner-ad red-cross-tweet tiktok-copyright-audio tiktok-data-transparency united-3411 "
    "us-airways-tweet weishi-data-fabrication"
).split()


@pytest.fixture(scope="module")
def every_case():
    return {case.id: case for case in cases(HERE)}


def test_the_known_cases_load(every_case) -> None:
    assert set(every_case) >= set(KNOWN)
    assert list(every_case) == sorted(every_case) == list(case_ids(HERE))


@pytest.mark.parametrize(
    ("case_id", "counts"),
    [
        ("kitchenaid-tweet", {"events": 21, "coverage": 49, "stances": 98, "rubric": 32}),
        ("gm-ignition-recall", {"events": 81, "coverage": 119, "stances": 238, "rubric": 32}),
        (RED, {"events": 13, "coverage": 19, "stances": 38, "signals": 8, "rubric": 32, "sources": 28}),
        ("weishi-data-fabrication", {"events": 8, "coverage": 4, "stances": 0, "rubric": 0, "sources": 18}),
    ],
)
def test_tables_have_the_rows_of_their_files(case_id: str, counts: dict[str, int], every_case) -> None:
    assert {table: getattr(every_case[case_id], table).height for table in counts} == counts


@pytest.mark.parametrize("case_id", [RED, "gm-ignition-recall"])
@pytest.mark.parametrize("table", SCHEMAS)
def test_every_row_knows_its_row_in_the_file(case_id: str, table: str, every_case) -> None:
    key = next(iter(column for column in SCHEMAS[table].column_names() if column != "row"))
    lines = records(HERE.case_folder(case_id) / f"{table}.csv")
    place = lines[0].index(key)
    frame = getattr(every_case[case_id], table)
    assert frame["row"].to_list() == list(range(2, len(lines) + 1))
    assert [lines[row - 1][place] for row in frame["row"]] == frame[key].to_list()


def test_rows_count_records_where_fields_hold_line_breaks(tmp_path: Path) -> None:
    copy(tmp_path, RED)
    cell("rubric", 3, "rationale", "One line.\nAnother.")(tmp_path / "casestudies" / RED)
    rubric = load_case(RED, Workspace(tmp_path)).rubric
    assert rubric.filter(pl.col("item") == "T3")["row"].to_list() == [4, 20]


def test_times_are_in_utc_and_clock_zero_is_the_exposure(every_case) -> None:
    kitchen = every_case["kitchenaid-tweet"]
    assert kitchen.zero == Span(parse_instant("2012-10-03T21:42:00-04:00"), parse_instant("2012-10-03T21:42:59-04:00"))
    assert kitchen.events.schema["earliest"] == pl.Datetime("us", "UTC")
    for each in every_case.values():
        exposures = each.events.filter(pl.col("acts").list.contains("exposure"))["event_id"].to_list()
        assert exposures == ([each.about.clock_zero] if each.about.documented else [])


def test_a_case_without_a_crisis_has_no_clock(every_case) -> None:
    weishi = every_case["weishi-data-fabrication"]
    assert (weishi.zero, weishi.about.documented) == (None, False)
    with pytest.raises(ValueError, match="weishi-data-fabrication has no clock zero: no crisis is on record"):
        weishi.since_zero(Span(datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 2, tzinfo=UTC)))


def test_a_case_finds_its_events_and_counts_from_clock_zero(every_case) -> None:
    kitchen = every_case["kitchenaid-tweet"]
    since = kitchen.since_zero(kitchen.span("e07"))
    assert (since.lower, since.upper) == (476, 535)
    with pytest.raises(KeyError, match="kitchenaid-tweet has no event e99"):
        kitchen.span("e99")


def test_a_case_introduces_itself(every_case) -> None:
    assert repr(every_case[RED]) == "Case('red-cross-tweet': 13 events, 19 texts, 28 sources)"
    assert every_case[RED].title.startswith("American Red Cross")
    assert "What a reader should not conclude" in every_case[RED].notes


# --- what a case is made of ---------------------------------------------------------------------------------------


def test_the_checksum_follows_the_content_and_nothing_else(tmp_path: Path) -> None:
    folder = copy(tmp_path, RED)
    before = load_case(RED, Workspace(tmp_path)).checksum
    assert before == load_case(RED, HERE).checksum
    (folder / "draft.txt").write_text("no evidence")
    assert load_case(RED, Workspace(tmp_path)).checksum == before
    with (folder / "NOTES.md").open("a") as notes:
        notes.write("\nMore.\n")
    assert load_case(RED, Workspace(tmp_path)).checksum != before


@pytest.mark.fault("changes by others meanwhile")
def test_a_case_that_is_saved_while_it_is_read_is_of_one_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copy(tmp_path, RED)
    read_table, saved = case_module.read_table, iter([b"second\n", b"third\n"])

    def slowly(path: Path, *rest: object) -> object:
        if path.name == "sources.csv" and (notes := next(saved, None)):  # the notes have been read by then
            (folder / "NOTES.md").write_bytes(notes)
        return read_table(path, *rest)

    monkeypatch.setattr(case_module, "read_table", slowly)
    found = load_case(RED, Workspace(tmp_path))
    assert found.notes == "third\n"
    before = found.checksum
    (folder / "NOTES.md").write_bytes(b"fourth\n")
    assert found.checksum == before, "it is that of what was read"
    assert load_case(RED, Workspace(tmp_path)).checksum != before


def test_a_small_case_loads_from_its_folder_as_it_stands_in_memory(tmp_path: Path) -> None:
    given = {
        "events": [event(), event("apology", 60, 90, speaker="Ann Example"), event("milestone", -500, actor="media")],
        "texts": [text(a="1", b="-1"), text("2020-01-09T08:00:00+00:00", b="")],
        "scores": [score("T1", "2", "na"), score("E1", "0", "", event_ids="e02")],
        "signals": [signal(3.5)],
    }
    case_folder(tmp_path, **given)
    loaded, made = load_case("small-case", workspace(tmp_path)), case(**given)
    assert loaded.about == made.about
    for table in SCHEMAS:
        assert getattr(loaded, table).equals(getattr(made, table)), table
    assert loaded.zero.earliest.isoformat() == instant(0)


# --- errors of loading --------------------------------------------------------------------------------------------


def test_loading_a_case_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    copy(tmp_path, RED)
    with pytest.raises(CaseError, match=f"casestudies/nowhere  there is no such case  choose one of: {RED}"):
        load_case("nowhere", Workspace(tmp_path))


@pytest.mark.bad_input("names that lead elsewhere")
@pytest.mark.parametrize("case_id", ["../x", "a/b", "/etc", "..", "", ".git"])
def test_loading_never_leaves_the_folder_of_cases(case_id: str) -> None:
    with pytest.raises(WorkspaceError, match="is not a case id"):
        load_case(case_id, HERE)


@pytest.mark.fault("failing pages and points")
def test_a_case_that_does_not_load_is_named_beside_those_that_do(tmp_path: Path) -> None:
    case_folder(tmp_path, "sound-case")
    for name in ("first-case", "second-case"):
        (case_folder(tmp_path, name) / "NOTES.md").unlink()
    (tmp_path / "casestudies" / "second-case" / "events.csv").unlink()
    found = cases(workspace(tmp_path))
    assert [case.id for case in found] == ["sound-case"]
    assert [problem.file for problem in found.problems] == [
        "casestudies/first-case/NOTES.md",
        "casestudies/second-case/NOTES.md",
        "casestudies/second-case/events.csv",
    ]
    said = (
        "2 case folders could not be loaded: first-case (1 problem: aftermath check first-case) and "
        "second-case (2 problems: aftermath check second-case)"
    )
    for face in (found.display.plain(300), found._repr_html_()):
        assert said in face.replace(NO_BREAK, " ")
    with pytest.raises(CaseError, match="first-case/NOTES"):
        found["first-case"]
    assert pickle.loads(pickle.dumps(found)).problems == found.problems  # noqa: S301 (our own)


def test_an_unfinished_folder_as_new_begins_it_is_named(tmp_path: Path) -> None:
    case_folder(tmp_path, "sound-case")
    new_case("solmar-bottle-recall", workspace(tmp_path))
    found = cases(workspace(tmp_path))
    count = len(found.problems)
    assert count > 1
    said = f"solmar-bottle-recall ({count} problems: aftermath check solmar-bottle-recall)"
    assert f"1 case folder could not be loaded: {said}" in repr(found).replace(NO_BREAK, " ").replace("\n", " ")


@pytest.mark.parametrize(
    "rests_on_all", [aftermath.compare, aftermath.multiverse, aftermath.strategies, aftermath.topics]
)
def test_what_rests_on_all_cases_refuses_to_do_without_one(rests_on_all: Callable, tmp_path: Path) -> None:
    case_folder(tmp_path, "sound-case")
    (case_folder(tmp_path, "first-case") / "NOTES.md").unlink()
    with pytest.raises(CaseError, match="first-case/NOTES"):
        rests_on_all(cases(workspace(tmp_path)))


@pytest.mark.parametrize("rests_on_all", [aftermath.leave_one_out, aftermath.worth_finding, write_packages])
def test_so_does_what_takes_all_cases_by_itself(
    rests_on_all: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (case_folder(tmp_path, "first-case") / "NOTES.md").unlink()
    monkeypatch.setenv("AFTERMATH_ROOT", str(tmp_path))
    with pytest.raises(CaseError, match="first-case/NOTES"):
        rests_on_all()


def test_a_workspace_may_have_no_case(tmp_path: Path) -> None:
    assert cases(workspace(tmp_path)) == ()


def test_hidden_folders_and_loose_files_are_no_cases(tmp_path: Path) -> None:
    case_folder(tmp_path)
    (tmp_path / "casestudies" / ".draft").mkdir()
    shutil.copy(INSTALLED_FROM / "casestudies" / "CODEBOOK.md", tmp_path / "casestudies")
    assert [case.id for case in cases(workspace(tmp_path))] == ["small-case"]


# --- the nouns ----------------------------------------------------------------------------------------------------


def test_the_nouns_use_the_workspace_in_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case_folder(tmp_path)
    monkeypatch.setenv("AFTERMATH_ROOT", str(tmp_path))
    assert aftermath.case_ids() == ("small-case",)
    assert [case.id for case in aftermath.cases()] == ["small-case"]
    assert aftermath.load_case("small-case").folder == tmp_path / "casestudies" / "small-case"


def test_every_file_of_the_codebook_is_evidence() -> None:
    assert set(EVIDENCE_FILES) == {"case.yaml", "NOTES.md", *(f"{table}.csv" for table in SCHEMAS)}
    assert len(SCHEMAS) == 6
