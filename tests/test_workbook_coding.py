"""Cases coded in workbooks: what comes of it is what typing into the files would have given."""

from __future__ import annotations

from pathlib import Path

import krippendorff
import pytest
from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner

from aftermath import cli
from aftermath.case_files.tables import ALL_SCHEMAS
from aftermath.case_files.template import new_case
from aftermath.wording import NO_BREAK
from aftermath.workbooks.errors import WorkbookError
from aftermath.workbooks.reading import ChangedInBoth, read_workbook
from aftermath.workbooks.workbook import workbook
from aftermath.workbooks.writing import READ_ME
from aftermath.workspace import Workspace
from coding import REPOSITORY, changed, contents_of, copied, records, texts, type_rows

KITCHEN, CROSS = "kitchenaid-tweet", "red-cross-tweet"
UNITS = {"stances": "doc_id", "rubric": "item"}


def begun(root: Path, case_id: str) -> Path:
    """The folder that ``aftermath new`` leaves, with the case's own case.yaml and notes, and with an empty table of prices if it has one."""
    (root / "casestudies").mkdir()
    folder = new_case(case_id, Workspace(root))
    there = REPOSITORY.case_folder(case_id)
    for name in ("case.yaml", "NOTES.md"):
        (folder / name).write_bytes((there / name).read_bytes())
    if (there / "prices.csv").exists():
        (folder / "prices.csv").write_bytes((there / "prices.csv").read_bytes().partition(b"\n")[0] + b"\n")
    return folder


def type_case(book: Workbook, case_id: str) -> None:
    """All tables of a case, and of the codes those of coder a."""
    for name in [name for name in book.sheetnames if name in ALL_SCHEMAS]:
        rows = records(REPOSITORY.case_folder(case_id) / f"{name}.csv")
        if name in UNITS:
            rows = [row for row in rows if row["coder"] == "a"]
        if name == "events":
            book[name].delete_rows(2)  # the example
        type_rows(book[name], rows, (UNITS[name], "coder") if name in UNITS else tuple(rows[0]))


def type_codes(book: Workbook, case_id: str, coder: str) -> None:
    """The codes of one coder into the workbook of this coder."""
    for name, unit in UNITS.items():
        rows = records(REPOSITORY.case_folder(case_id) / f"{name}.csv")
        own = [{key: text for key, text in row.items() if key != "coder"} for row in rows if row["coder"] == coder]
        type_rows(book[name], own, (unit,))


@pytest.mark.parametrize("case_id", [KITCHEN, CROSS, "dominos-video"])
def test_a_new_case_coded_twice_gives_the_files_that_typing_gives(case_id: str, tmp_path: Path) -> None:
    folder, workspace = begun(tmp_path, case_id), Workspace(tmp_path)
    first = workbook(case_id, tmp_path / "a.xlsx", workspace=workspace)
    read = read_workbook(changed(first, lambda book: type_case(book, case_id)), workspace=workspace)
    assert set(read.changed) == {name.removesuffix(".csv") for name in contents_of(folder) if name.endswith(".csv")}
    assert read.agreement is None
    assert "Part" not in repr(read)  # no table of what there is not

    second = workbook(case_id, tmp_path / "b.xlsx", "b", seed=7, workspace=workspace)
    read = read_workbook(changed(second, lambda book: type_codes(book, case_id, "b")), workspace=workspace)
    assert set(read.changed) == set(UNITS)
    typed = contents_of(REPOSITORY.case_folder(case_id))
    for beside in ("datapackage.json", "replay.yaml"):  # what no coder types
        typed.pop(beside, None)
    assert contents_of(folder) == typed


@pytest.mark.parametrize("case_id", REPOSITORY.case_ids())
def test_what_is_written_and_read_again_changes_no_byte(case_id: str, tmp_path: Path) -> None:
    workspace = copied(tmp_path, case_id)
    before = contents_of(workspace.case_folder(case_id))
    for coder in (None, "a", "b"):
        read = read_workbook(
            workbook(case_id, tmp_path / f"{coder}.xlsx", coder, workspace=workspace), workspace=workspace
        )
        assert (read.changed, read.remarks) == ((), ())
    assert contents_of(workspace.case_folder(case_id)) == before
    assert not (workspace.cases / ".previous").exists()


def test_what_was_there_is_kept(tmp_path: Path) -> None:
    workspace = copied(tmp_path, CROSS)
    folder = workspace.case_folder(CROSS)
    before = contents_of(folder)
    book = workbook(CROSS, tmp_path / "x.xlsx", workspace=workspace)
    changed(
        book,
        lambda book: type_rows(
            book["sources"], [texts(book["sources"])[0] | {"author": "Ann Example"}], ("source_id",)
        ),
    )
    assert read_workbook(book, workspace=workspace).changed == ("sources",)
    (kept,) = [path for path in (workspace.cases / ".previous" / CROSS).iterdir() if path.is_dir()]
    assert contents_of(kept) == {"sources.csv": before["sources.csv"]}
    assert records(folder / "sources.csv")[0]["author"] == "Ann Example"
    assert contents_of(folder) | {"sources.csv": b""} == before | {"sources.csv": b""}


def test_agreement_is_that_of_the_codes(tmp_path: Path) -> None:
    workspace = copied(tmp_path, KITCHEN)
    read = read_workbook(workbook(KITCHEN, tmp_path / "b.xlsx", "b", workspace=workspace), workspace=workspace)
    stances = records(workspace.case_folder(KITCHEN) / "stances.csv")
    codes = {coder: [float(row["favourability"]) for row in stances if row["coder"] == coder] for coder in "ab"}
    expected = krippendorff.alpha(
        reliability_data=list(codes.values()), level_of_measurement="ordinal", value_domain=[-2, -1, 0, 1, 2]
    )
    agreement = read.agreement.stances["favourability"]
    assert agreement.alpha == pytest.approx(expected)
    assert agreement.units == len(codes["a"])
    assert f"Favourability to the organisation: {agreement.text}" in read.text.splitlines()
    assert "AC2 = " in read.text


def test_a_third_coder_codes_blind_and_is_told_apart(tmp_path: Path) -> None:
    workspace = copied(tmp_path, CROSS)
    about = workspace.case_folder(CROSS) / "case.yaml"
    head, _, _ = about.read_text(encoding="utf-8").partition("coders:")
    about.write_text(head, encoding="utf-8", newline="\n")
    book = workbook(CROSS, tmp_path / "c.xlsx", "c", workspace=workspace)
    changed(book, lambda book: type_codes(book, CROSS, "b"))
    read_workbook(book, workspace=workspace)
    rows = records(workspace.case_folder(CROSS) / "stances.csv")
    assert [row | {"coder": "b"} for row in rows if row["coder"] == "c"] == [row for row in rows if row["coder"] == "b"]
    assert [row["coder"] for row in rows] == sorted(row["coder"] for row in rows)


# Disagreements


def disagreed(root: Path) -> tuple[Workspace, Path]:
    workspace = copied(root, KITCHEN)
    return workspace, read_workbook(
        workbook(KITCHEN, root / "k.xlsx", workspace=workspace), workspace=workspace
    ).adjudication


def test_every_disagreement_stands_there_with_the_reasons_of_both(tmp_path: Path) -> None:
    workspace, path = disagreed(tmp_path)
    rows = texts(load_workbook(path)["adjudication"])
    folder = workspace.case_folder(KITCHEN)
    given = {(row["item"], row["coder"]): row for row in records(folder / "rubric.csv")}
    items = [item for item, coder in given if coder == "a" and given[item, "a"]["score"] != given[item, "b"]["score"]]
    coded = {(row["doc_id"], row["coder"]): row for row in records(folder / "stances.csv")}
    texts_apart = [
        (doc_id, variable)
        for doc_id, coder in coded
        if coder == "a"
        for variable in ("favourability", "stance_org", "stance_response")
        if "" != coded[doc_id, "a"][variable] != coded[doc_id, "b"][variable] != ""
    ]
    assert [(row["unit"], row["variable"]) for row in rows] == [*((item, "score") for item in items), *texts_apart]
    for row in rows[: len(items)]:
        for coder in "ab":
            assert row[f"code_{coder}"] == given[row["unit"], coder]["score"]
            assert row[f"reason_{coder}"].startswith(given[row["unit"], coder]["rationale"])


def test_a_response_that_one_coder_alone_saw_mentioned_is_told_there(tmp_path: Path) -> None:
    workspace, path = disagreed(tmp_path)
    coded = {
        (row["doc_id"], row["coder"]): row["stance_response"]
        for row in records(workspace.case_folder(KITCHEN) / "stances.csv")
    }
    only = [doc for doc, coder in coded if coder == "a" and (coded[doc, "a"] == "") != (coded[doc, "b"] == "")]
    book = load_workbook(path)
    lines = [str(row[0]) for row in book[READ_ME].iter_rows(values_only=True) if row[0]]
    (told,) = [line.replace(NO_BREAK, " ") for line in lines if "mentioned" in line]
    assert len(only) == 1
    assert told.startswith(f"In 1 text some saw the response mentioned and others did not: {only[0]} (")
    assert "a: not mentioned" in told or "b: not mentioned" in told


def test_what_coders_agree_on_is_kept_beside_their_codes(tmp_path: Path) -> None:
    workspace, path = disagreed(tmp_path)
    folder = workspace.case_folder(KITCHEN)
    before = contents_of(folder)
    rows = texts(load_workbook(path)["adjudication"])
    agreed = [row | {"code": row["code_a"], "reason": "Read again together."} for row in (rows[0], rows[-1])]
    changed(path, lambda book: type_rows(book["adjudication"], agreed, ("unit", "variable")))
    read = read_workbook(path, workspace=workspace)
    assert (read.changed, read.adjudication) == (("adjudication",), None)
    assert records(folder / "adjudication.csv") == [
        {name: row[name] for name in ("unit", "variable", "code", "reason")} for row in agreed
    ]
    assert {name: text for name, text in contents_of(folder).items() if name != "adjudication.csv"} == before
    again = read_workbook(workbook(KITCHEN, tmp_path / "again.xlsx", workspace=workspace), workspace=workspace)
    assert again.changed == ()
    assert again.adjudication != path  # what was typed there stays
    assert [row["code"] for row in texts(load_workbook(again.adjudication)["adjudication"]) if row["code"]] == [
        row["code"] for row in agreed
    ]


def settle(path: Path, count: int | None = None) -> None:
    """Agree on the code of coder a in the first rows of a workbook of disagreements, or in all."""
    rows = texts(load_workbook(path)["adjudication"])[:count]
    agreed = [row | {"code": row["code_a"], "reason": "Read again together."} for row in rows]
    changed(path, lambda book: type_rows(book["adjudication"], agreed, ("unit", "variable")))


def test_where_all_is_settled_no_further_workbook_is_written(tmp_path: Path) -> None:
    workspace, path = disagreed(tmp_path)
    settle(path)
    read_workbook(path, workspace=workspace)
    again = read_workbook(tmp_path / "k.xlsx", workspace=workspace)
    assert again.adjudication is None
    assert "Whatever the coders differ on is settled in adjudication.csv." in again.text
    assert sorted(each.name for each in tmp_path.glob("*.xlsx")) == ["k.xlsx", path.name]


def test_a_workbook_of_disagreements_that_nobody_saved_gives_way_and_one_that_was_saved_stays(tmp_path: Path) -> None:
    workspace, path = disagreed(tmp_path)
    rubric = workspace.case_folder(KITCHEN) / "rubric.csv"
    first, n_rows = path.read_bytes(), len(texts(load_workbook(path)["adjudication"]))
    apart = next(row for row in texts(load_workbook(path)["adjudication"]) if row["variable"] == "score")
    rows = records(rubric)
    scores = {row["coder"]: row["score"] for row in rows if row["item"] == apart["unit"]}
    rubric.write_text(
        rubric.read_text(encoding="utf-8").replace(
            f"\n{apart['unit']},b,{scores['b']},", f"\n{apart['unit']},b,{scores['a']},"
        ),
        encoding="utf-8",
    )
    second = read_workbook(tmp_path / "k.xlsx", workspace=workspace)
    assert second.adjudication == path
    assert path.read_bytes() != first
    assert len(texts(load_workbook(path)["adjudication"])) == n_rows - 1
    settle(path, 1)
    kept = path.read_bytes()
    third = read_workbook(tmp_path / "k.xlsx", workspace=workspace)
    assert (third.adjudication, path.read_bytes()) == (path.with_name(f"{KITCHEN}-adjudication-2.xlsx"), kept)
    assert third.text.splitlines()[-1].startswith(f"{third.adjudication}: ")
    assert read_workbook(tmp_path / "k.xlsx", workspace=workspace).adjudication == third.adjudication


def test_the_workbook_of_disagreements_can_be_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, path = disagreed(tmp_path)
    monkeypatch.setenv("AFTERMATH_ROOT", str(workspace.root))
    monkeypatch.chdir(workspace.root)
    path.rename(tmp_path / "by-reading.xlsx")
    run = CliRunner().invoke(cli.app, ["workbook", KITCHEN, "--adjudicate"])
    assert (run.exit_code, run.output) == (0, f"{KITCHEN}-adjudication.xlsx\n")
    assert path.read_bytes() == (tmp_path / "by-reading.xlsx").read_bytes()
    assert workbook(KITCHEN, path, adjudicate=True) == path  # nobody has saved it
    settle(path, 1)
    with pytest.raises(WorkbookError, match="there is such a file already"):
        workbook(KITCHEN, path, adjudicate=True)
    for options in (["--coder", "b"], ["--seed", "3"]):
        run = CliRunner().invoke(cli.app, ["workbook", KITCHEN, "--adjudicate", *options])
        assert "is of all coders" in str(run.exception)
    rubric = workspace.case_folder(KITCHEN) / "rubric.csv"
    for table in (rubric, rubric.with_name("stances.csv")):
        lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
        table.write_text("".join(line for line in lines if ",b," not in line), encoding="utf-8")
    with pytest.raises(WorkbookError, match="no two coders differ on anything that both have coded"):
        workbook(KITCHEN, tmp_path / "none.xlsx", adjudicate=True)


def test_a_code_without_a_reason_is_not_agreed_on(tmp_path: Path) -> None:
    workspace, path = disagreed(tmp_path)
    row = texts(load_workbook(path)["adjudication"])[1]
    changed(path, lambda book: type_rows(book["adjudication"], [row | {"code": row["code_b"]}], ("unit", "variable")))
    with pytest.raises(Exception, match=rf"{path.name}:adjudication:3:reason  is empty"):
        read_workbook(path, workspace=workspace)
    assert not (workspace.case_folder(KITCHEN) / "adjudication.csv").exists()


@pytest.mark.fault("changes by others meanwhile")
def test_two_copies_of_one_workbook_do_not_undo_each_other(tmp_path: Path) -> None:
    workspace = copied(tmp_path / "workspace", CROSS)
    first = workbook(CROSS, tmp_path / "first.xlsx", workspace=workspace)
    second = tmp_path / "second.xlsx"
    second.write_bytes(first.read_bytes())

    def says(event: str, words: str) -> dict[str, str]:
        return {"event_id": event, "summary": words}

    read_workbook(
        changed(first, lambda book: type_rows(book["events"], [says("e02", "Of the first.")], ("event_id",))),
        workspace=workspace,
    )
    changed(second, lambda book: type_rows(book["events"], [says("e03", "Of the second.")], ("event_id",)))
    before = contents_of(workspace.case_folder(CROSS))
    with pytest.raises(
        ChangedInBoth, match="e02 is as it was when the workbook was written, as it would be in another copy"
    ):
        read_workbook(second, workspace=workspace)
    assert contents_of(workspace.case_folder(CROSS)) == before
    read_workbook(second, keep="folder", workspace=workspace)
    summaries = {row["event_id"]: row["summary"] for row in records(workspace.case_folder(CROSS) / "events.csv")}
    assert (summaries["e02"], summaries["e03"]) == ("Of the first.", "Of the second.")
