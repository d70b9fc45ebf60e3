"""The coding desk while files change, and who may sit down at it."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aftermath.case_files.case import load_case
from aftermath.case_files.coders import Coder
from aftermath.case_files.levels import RUBRIC_SCALES
from aftermath.case_files.writing import ChangedOnDisk, write_tables
from aftermath.laboratory.desk import begin
from aftermath.laboratory.desk import session as desk_session
from aftermath.laboratory.desk.begin import DeskError, session_of
from aftermath.laboratory.desk.html import evidence
from aftermath.laboratory.desk.session import save, skipped, take_theirs, typed, undone, write_mine
from aftermath.laboratory.desk.view import Desk
from aftermath.problems import CaseError
from aftermath.workspace import Workspace
from desks import NAMES, TWO, at_desk, change, folder_to_code, table  # noqa: F401 (the fixture)
from factories import case_folder, text

# --- the files change meanwhile -------------------------------------------------------------------------------------


def test_two_desks_put_their_rows_side_by_side(folder: Path) -> None:
    first, second = at_desk(folder), skipped(at_desk(folder))
    other = at_desk(folder, "b")
    first = typed(first, "codes", "1 1 1\n")
    second = typed(second, "codes", "2 2 2\n")
    typed(other, "codes", "-1 -1 .\n")
    assert table(folder, "stances", "a") == table(folder, "stances", "a") | {"d03": ["1"] * 3, "d04": ["2"] * 3}
    assert len(table(folder, "stances", "b")) == 1
    assert "stances.csv was changed outside this desk" in second.message
    assert "No longer to be coded, as the files stand now: d03." in second.message
    assert (first.step.unit, second.step.unit) == ("d04", "T2")


@pytest.mark.fault("changes by others meanwhile")
@pytest.mark.parametrize(("settle", "kept"), [(take_theirs, ["1", "1", "1"]), (write_mine, ["-2", "-2", ""])])
def test_two_desks_on_the_same_text_ask_whose_codes_stand(folder: Path, settle, kept: list[str]) -> None:
    first, second = at_desk(folder), at_desk(folder)
    typed(first, "codes", "1 1 1\n")
    second = typed(second, "codes", "-2 -2 .\n")
    assert table(folder, "stances", "a")["d03"] == ["1", "1", "1"]
    assert second.message.startswith("Text d03 was coded by a outside this desk")
    assert [second.theirs[name] for name in NAMES] == ["1", "1", "1"]
    settled = settle(second)
    assert table(folder, "stances", "a")["d03"] == kept
    assert (settled.step.unit, settled.theirs) == ("d04", None)
    assert ("in place of the one that stood there" in settled.message) == (settle is write_mine)


@pytest.mark.fault("changes by others meanwhile")
def test_a_clash_is_asked_again_where_the_row_changes_once_more(folder: Path) -> None:
    second = at_desk(folder)
    first = typed(at_desk(folder), "codes", "1 1 1\n")
    second = typed(second, "codes", "0 0 0\n")
    typed(undone(first), "codes", "2 2 2\n")
    again = write_mine(second)
    assert again.theirs["favourability"] == "2"
    assert table(folder, "stances", "a")["d03"] == ["2", "2", "2"]


def test_the_same_codes_from_two_desks_are_no_clash(folder: Path) -> None:
    first, second = at_desk(folder), at_desk(folder)
    typed(first, "codes", "1 1 1\n")
    assert typed(second, "codes", "1 1 1\n").step.unit == "d04"


@pytest.mark.fault("changes by others meanwhile")
def test_an_abstract_that_changed_is_read_again_before_it_is_coded(folder: Path) -> None:
    session = at_desk(folder)
    change(folder / "coverage.csv", "word 3", "another 3")
    asked = typed(session, "codes", "1 1 1\n")
    assert asked.message.startswith("coverage.csv was changed on disk. Nothing was saved yet")
    assert "another 3" in evidence(asked)
    assert "d03" not in table(folder, "stances", "a")
    assert save(asked).step.unit == "d04"
    assert table(folder, "stances", "a")["d03"] == ["1", "1", "1"]


@pytest.mark.fault("changes by others meanwhile")
def test_a_text_that_is_gone_is_not_coded_and_one_that_is_new_is(folder: Path) -> None:
    session = at_desk(folder)
    path = folder / "coverage.csv"
    content = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*content[:3], *content[4:]]) + content[3].replace("d03", "d05").replace("word 3", "new 5"))
    session = typed(session, "codes", "1 1 1\n")
    assert "Text d03 was taken out of coverage.csv; its codes were not saved." in session.message
    assert "New in the files, and to be coded too: d05." in session.message
    assert session.step.unit == "d04"
    assert "d03" not in table(folder, "stances", "a")


@pytest.mark.fault("changes by others meanwhile")
def test_a_case_that_is_broken_meanwhile_keeps_what_is_typed(folder: Path) -> None:
    session = at_desk(folder)
    change(folder / "events.csv", "apology", "apologie")
    told = typed(session, "codes", "1 1 1\n")
    assert told.message.startswith("Nothing was saved, and what you typed stays here.")
    assert "events.csv:3:acts" in told.message
    assert (told.entry.codes, told.step.unit) == ("1 1 1", "d03")
    change(folder / "events.csv", "apologie", "apology")
    assert save(told).step.unit == "d04"


@pytest.mark.fault("full disks and missing rights")
def test_a_folder_that_cannot_be_written_any_more_keeps_what_is_typed(folder: Path) -> None:
    session = at_desk(folder)
    (folder.parent / ".previous").write_text("in the way of what is to be kept")
    told = typed(session, "codes", "1 1 1\n")
    assert "so nothing was changed" in told.message
    assert told.entry.codes == "1 1 1"
    (folder.parent / ".previous").unlink()
    assert save(told).step.unit == "d04"


def test_what_was_changed_since_is_not_taken_back(folder: Path) -> None:
    session = typed(at_desk(folder), "codes", "1 1 1\n")
    change(folder / "stances.csv", "d03,a,1,1,1", "d03,a,2,1,1")
    told = undone(session)
    assert told.message.startswith("Text d03 was changed on disk since you saved it")
    assert table(folder, "stances", "a")["d03"] == ["2", "1", "1"]


@pytest.mark.fault("changes by others meanwhile")
def test_a_row_that_comes_between_reading_and_writing_stays(folder: Path, monkeypatch) -> None:
    session, other = at_desk(folder), at_desk(folder, "b")
    moves = [lambda: typed(other, "codes", "-1 -1 .\n")]

    def interrupted(*given, **named) -> tuple[str, ...]:
        if moves:
            moves.pop()()
        return write_tables(*given, **named)

    monkeypatch.setattr(desk_session, "write_tables", interrupted)
    session = typed(session, "codes", "1 1 1\n")
    assert (session.step.unit, moves) == ("d04", [])
    assert table(folder, "stances", "a")["d03"] == ["1", "1", "1"]
    assert list(table(folder, "stances", "b").values()) == [["-1", "-1", ""]]


@pytest.mark.fault("changes by others meanwhile")
def test_files_that_never_rest_are_told_and_nothing_is_lost(folder: Path, monkeypatch) -> None:
    def refused(*_, **__) -> None:
        raise ChangedOnDisk("casestudies/small-case", ("stances",))

    monkeypatch.setattr(desk_session, "write_tables", refused)
    told = typed(at_desk(folder), "codes", "1 1 1\n")
    assert told.message.startswith("The files change faster than they can be read. Nothing was saved")
    assert (told.entry.codes, told.step.unit) == ("1 1 1", "d03")


@pytest.mark.fault("changes by others meanwhile")
def test_four_coders_at_once_lose_no_row(tmp_path: Path) -> None:
    coders = ("a", "b", "c", "d")
    folder = case_folder(
        tmp_path,
        texts=[text(a="", b="") for _ in range(3)],
        coders={coder: {"kind": "person"} for coder in coders},
    )

    def code_the_texts(coder: str) -> int:
        session = at_desk(folder, coder)
        while session.step.table == "stances":
            session = typed(session, "codes", "1 0 .\n")
        return session.done

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(code_the_texts, coders)) == [3] * 4
    assert {coder: len(table(folder, "stances", coder)) for coder in coders} == dict.fromkeys(coders, 3)


# --- who sits down --------------------------------------------------------------------------------------------------


def test_a_blind_coder_has_an_order_of_their_own_that_stays(folder: Path) -> None:
    blind, again = at_desk(folder, "b"), at_desk(folder, "b")
    assert blind.blind
    assert blind.queue == again.queue
    units = [step.unit for step in blind.queue]
    assert sorted(units[:4]) == ["d01", "d02", "d03", "d04"]
    assert sorted(units[4:]) == sorted(scale.name for scale in RUBRIC_SCALES)
    assert units != [step.unit for step in session_of(load_case("kitchenaid-tweet"), "a").queue]
    assert units[4:] != [scale.name for scale in RUBRIC_SCALES]
    coded = typed(blind, "codes", "0 0 0\n")
    assert coded.queue == blind.queue[1:]  # what is coded moves nothing else


def shown(folder: Path) -> list[str]:
    """All that a blind coder is shown, step by step."""
    widget = Desk(at_desk(folder, "b"))
    seen = []
    for _ in range(widget.session.total):
        seen.append(widget.head.value + widget.evidence.value + widget.message.value)
        seen += [part.value for levels in widget.scales for part in (levels.rule, levels.note)]
        widget.skip.click()
    return seen


def test_nothing_of_another_coder_is_shown(folder: Path) -> None:
    before = shown(folder)
    change(folder / "stances.csv", "d01,a,1", "d01,a,-2")
    change(folder / "rubric.csv", "T1,a,2", "T1,a,0")
    path = folder / "coverage.csv"
    path.write_text(re.sub(r",2020-01-02,,", ",2020-01-02,severity;recovery,", path.read_text()))
    change(
        folder / "events.csv",
        ",corrective_action,twitter,Ann Example,,,",
        ",update,twitter,Ann Example,,denial;excuse,",
    )
    assert shown(folder) == before
    assert not any("The Paper" in each or "A report" in each for each in before)


def test_who_is_not_blind_sees_the_sources(folder: Path) -> None:
    assert "The Paper" in evidence(at_desk(folder))
    assert 'href="https://example.org/paper-2020"' in evidence(at_desk(folder))


@pytest.mark.parametrize(
    ("coders", "coder", "blind"),
    [
        (TWO, "a", False),
        (TWO, "b", True),
        ({"a": {"kind": "person"}, "b": {"kind": "person"}}, "b", True),
        ({"a": {"kind": "person"}, "b": {"kind": "person", "blind": "false"}}, "b", False),
        ({"ada": {"kind": "person", "blind": "true"}}, None, True),
        (None, "c", True),
        (None, None, False),
    ],
)
def test_who_is_blind_is_said_in_the_case_and_else_all_but_the_first(tmp_path: Path, coders, coder, blind) -> None:
    folder = case_folder(tmp_path, texts=[text(a="", b="")], **({"coders": coders} if coders else {}))
    assert session_of(folder.name, coder, Workspace(tmp_path)).blind is blind


def test_a_coder_codes_only_the_tables_that_are_theirs(tmp_path: Path) -> None:
    folder = case_folder(
        tmp_path,
        texts=[text()],
        coders={"a": {"kind": "person"}, "b": {"kind": "person"}, "c": {"kind": "person", "codes": ["rubric"]}},
    )
    session = at_desk(folder, "c")
    assert ({step.table for step in session.queue}, session.total) == ({"rubric"}, 16)


@pytest.mark.parametrize(
    "block",
    [
        "coders:\n  a:\n    kind: person\n  b:\n    kind: person\n    blind: true\n",
        "coders:\n    a: {kind: person}\n    'b': {kind: person}\n",
        "coders: {a: {kind: person}, b: {kind: person}}\n",
    ],
)
def test_a_coder_who_joins_is_told_what_to_add_and_it_works(tmp_path: Path, block: str) -> None:
    folder = case_folder(tmp_path, texts=[text()])
    path = folder / "case.yaml"
    path.write_text(path.read_text(encoding="utf-8") + block, encoding="utf-8")
    with pytest.raises(DeskError, match="knows the coders a and b, and no coder c") as told:
        at_desk(folder, "c")
    line = next(line for line in str(told.value).splitlines() if line.lstrip().startswith("c: "))
    content = path.read_text(encoding="utf-8")
    added = content[:-2] + f", {line.strip()}}}\n" if content.endswith("}}\n") else content + line + "\n"
    path.write_text(added, encoding="utf-8")
    assert at_desk(folder, "c").coder == Coder("c", "person", blind=True)


@pytest.mark.parametrize("coder", ["C", "day", "../x", ""])
def test_what_cannot_be_a_coder_is_told(folder: Path, coder: str) -> None:
    with pytest.raises(DeskError, match="cannot be the id of a coder"):
        at_desk(folder, coder)


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_coded(folder: Path, monkeypatch) -> None:
    def refuse(dir: Path) -> None:
        raise PermissionError(13, "Permission denied", str(dir))

    monkeypatch.setattr(begin.tempfile, "TemporaryFile", refuse)
    with pytest.raises(
        DeskError, match=r"small-case cannot be written \(Permission denied\), so nothing that is coded"
    ):
        at_desk(folder)


def test_a_case_with_problems_is_told_as_everywhere(folder: Path) -> None:
    change(folder / "events.csv", "apology", "apologie")
    with pytest.raises(CaseError, match="apologie"):
        at_desk(folder)


def test_where_there_is_little_to_code_it_says_what_to_do(tmp_path: Path) -> None:
    folder = case_folder(tmp_path, coders=TWO)
    session = at_desk(folder)
    assert "There are no texts yet. List each text that you read in coverage.csv" in session.message
    assert "events.csv holds 1" in session.message
    assert session.step.unit == "T1"
    none = session_of(load_case("weishi-data-fabrication"))
    assert (none.step, none.total) == (None, 0)
    assert none.message == "No crisis is on record for this case, so there is nothing to code."
