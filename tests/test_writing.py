"""Tables of a case are written whole or not at all, checked first, with what was there kept."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aftermath.case_files import writing
from aftermath.case_files.tables import ALL_SCHEMAS
from aftermath.case_files.template import new_case
from aftermath.case_files.writing import ChangedOnDisk, csv_text, read_texts, table_checksum, write_tables
from aftermath.files import WriteError
from aftermath.problems import CaseError
from aftermath.workspace import Workspace, find_workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    shutil.copytree(find_workspace().cases / "kitchenaid-tweet", tmp_path / "casestudies" / "kitchenaid-tweet")
    return Workspace(tmp_path)


@pytest.fixture
def folder(workspace: Workspace) -> Path:
    return workspace.case_folder("kitchenaid-tweet")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("case_id", find_workspace().case_ids())
def test_every_table_is_written_as_it_was_typed(case_id: str) -> None:
    for table in ALL_SCHEMAS:
        path = find_workspace().cases / case_id / f"{table}.csv"
        if path.exists():
            assert csv_text(table, read_texts(path)) == path.read_text(encoding="utf-8")


hostile = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


@pytest.mark.bad_input("damaged tables of a case")
@settings(max_examples=60)
@given(st.lists(st.tuples(*[hostile] * 5).filter(any), max_size=5))
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]) -> None:
    schema = dict.fromkeys(["doc_id", "coder", "favourability", "stance_org", "stance_response"], pl.String)
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    path = tmp_path_factory.mktemp("any") / "stances.csv"
    path.write_text(csv_text("stances", frame), encoding="utf-8", newline="")
    assert read_texts(path).equals(frame.select(pl.all().str.replace_all("\r\n?", "\n")))


def test_a_changed_row_changes_its_line_and_keeps_what_was_there(workspace: Workspace, folder: Path) -> None:
    before = contents(folder)
    rows = read_texts(folder / "rubric.csv").with_columns(
        score=pl.when((pl.col("item") == "T1") & (pl.col("coder") == "a")).then(pl.lit("1")).otherwise("score")
    )
    assert write_tables(folder, {"rubric": rows, "stances": read_texts(folder / "stances.csv")}, workspace) == (
        "rubric",
    )
    after = contents(folder)
    assert after.pop("rubric.csv") == before["rubric.csv"].replace(b"T1,a,2,", b"T1,a,1,")
    kept = before.pop("rubric.csv")
    assert after == before
    assert contents(workspace.cases / writing.PREVIOUS) == {"kitchenaid-tweet/0001/rubric.csv": kept}
    assert workspace.case_ids() == ("kitchenaid-tweet",)


def test_nothing_changes_where_a_row_is_wrong(workspace: Workspace, folder: Path) -> None:
    before = contents(workspace.root)
    rubric = read_texts(folder / "rubric.csv").with_columns(
        score=pl.when(pl.col("item") == "T1").then(pl.lit("7")).otherwise("score")
    )
    stances = read_texts(folder / "stances.csv").head(5)
    with pytest.raises(CaseError) as error:
        write_tables(folder, {"rubric": rubric, "stances": stances}, workspace)
    assert "casestudies/kitchenaid-tweet/rubric.csv:2:score  '7'" in str(error.value)
    assert contents(workspace.root) == before


def test_a_fault_that_would_come_up_elsewhere_is_told(workspace: Workspace, folder: Path) -> None:
    events = read_texts(folder / "events.csv").filter(pl.col("event_id") != "e07")
    with pytest.raises(CaseError) as error:
        write_tables(folder, {"events": events}, workspace)
    assert {problem.file for problem in error.value.problems} >= {"casestudies/kitchenaid-tweet/rubric.csv"}


def test_blanks_elsewhere_do_not_stand_in_the_way(workspace: Workspace) -> None:
    folder = new_case("my-case", workspace)
    sources = pl.DataFrame(
        {
            "source_id": ["nyt-2014-02-28"], "title": ["T"], "publisher": ["NYT"], "author": [""], "published": ["2014-02-28"],
            "url": [""], "link": ["live"], "kind": ["news"], "language": ["en"], "read": ["full"], "read_on": ["2026-01-01"],
        }
    )  # fmt: skip
    columns = ALL_SCHEMAS["sources"].columns()
    for name in ("link", "kind", "read"):
        sources = sources.with_columns(pl.lit((columns[name].metadata or {})["words"][0]).alias(name))
    assert write_tables(folder, {"sources": sources}, workspace) == ("sources",)
    assert read_texts(folder / "sources.csv").equals(sources)


@pytest.mark.fault("changes by others meanwhile")
def test_what_changed_since_it_was_read_is_not_written_over(workspace: Workspace, folder: Path) -> None:
    seen = {"stances": table_checksum(folder / "stances.csv")}
    rows = read_texts(folder / "stances.csv")
    (folder / "stances.csv").write_text(csv_text("stances", rows.head(10)), encoding="utf-8")
    before = contents(workspace.root)
    with pytest.raises(ChangedOnDisk, match=r"casestudies/kitchenaid-tweet: stances\.csv changed"):
        write_tables(folder, {"stances": rows}, workspace, seen=seen)
    assert contents(workspace.root) == before


@pytest.mark.fault("full disks and missing rights")
def test_without_a_temporary_folder_nothing_is_written_unchecked(
    workspace: Workspace, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(folder)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    rows = read_texts(folder / "stances.csv").with_columns(favourability=pl.lit("0"))
    with pytest.raises(
        WriteError, match=r"^casestudies/kitchenaid-tweet: .*No such file.* Nothing was changed: .*TMPDIR"
    ):
        write_tables(folder, {"stances": rows}, workspace)
    assert contents(folder) == before


@pytest.mark.fault("full disks and missing rights")
def test_a_file_that_cannot_be_written_puts_the_others_back(
    workspace: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(folder)
    write_whole = writing.write_whole

    def full_at_stances(path: Path, content: str | bytes) -> Path:
        if path.name == "stances.csv":
            raise WriteError(f"{path}: could not be written")
        return write_whole(path, content)

    monkeypatch.setattr(writing, "write_whole", full_at_stances)
    tables = {
        "rubric": read_texts(folder / "rubric.csv").with_columns(rationale=pl.lit("Another reason.")),
        "stances": read_texts(folder / "stances.csv").with_columns(favourability=pl.lit("0")),
    }
    with pytest.raises(WriteError):
        write_tables(folder, tables, workspace)
    assert contents(folder) == before
