"""The coding desk without a browser: its rules, what is typed, and what is saved."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftermath.case_files.levels import FIRST_DAYS, IN_DOUBT, RUBRIC_SCALES, STANCE_SCALES
from aftermath.laboratory.desk.entry import NotYet, chosen, events_typed, keys_for
from aftermath.laboratory.desk.html import evidence
from aftermath.laboratory.desk.session import save, skipped, typed, undone
from aftermath.workspace import find_workspace
from desks import NAMES, TWO, at_desk, change, folder_to_code, table  # noqa: F401 (the fixture)
from factories import case_folder, rows, text

# --- the rules beside it -------------------------------------------------------------------------------------------


def codebook() -> str:
    return " ".join((find_workspace().cases / "CODEBOOK.md").read_text(encoding="utf-8").split())


def test_the_rules_are_those_of_the_codebook() -> None:
    said = codebook()
    for scale in STANCE_SCALES:
        paragraph = re.search(rf"\*{scale.name}\*: (.*?)(?= \*|$)", said)
        assert paragraph
        places = [paragraph[1].find(f"{level} {words}") for level, words in scale.levels.items() if level]
        assert -1 not in places
        assert places == sorted(places)
        assert scale.note in paragraph[1]
        assert f"| {scale.name} | {scale.question.rstrip('.')[:40].lower()}" in said.lower()
    for scale in RUBRIC_SCALES:
        cells = " | ".join(scale.levels[level] for level in ("0", "1", "2"))
        assert re.search(rf"\| {scale.name} [^|]*\| {re.escape(cells)}", said), scale.name
    assert IN_DOUBT in said
    assert all(sentence in said for sentence in re.split(r"(?<=\.) ", FIRST_DAYS))


# --- what is typed -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "codes"),
    [
        ("-1 0 .", ("-1", "0", "")),
        ("-10.", ("-1", "0", "")),
        ("+2, −2; 1", ("2", "-2", "1")),
        ("-", ()),
        ("2-", ("2",)),
        ("_ _ 1", (None, None, "1")),
        ("", ()),
    ],
)
def test_codes_are_read_as_they_stand_in_the_files(keys: str, codes: tuple) -> None:
    assert chosen(STANCE_SCALES, keys) == {
        name: code for name, code in zip(NAMES, codes, strict=False) if code is not None
    }


@pytest.mark.bad_input("codes at the coding desk")
@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("3", "“3” is no level of Favourability to the organisation: type -2, -1, 0, 1 or 2"),
        (".", "“.” is no level of Favourability"),
        ("0 0 7", "no level of Stance toward its response: type -2, -1, 0, 1, 2 or . (empty)"),
        ("0 0 0 0", "Too many codes"),
        ("0 x", "“x” is no level"),
        ("n", "“n” is no level"),
    ],
)
def test_what_is_no_code_is_told(keys: str, words: str) -> None:
    with pytest.raises(NotYet, match=re.escape(words)):
        chosen(STANCE_SCALES, keys)


@given(st.tuples(*[st.sampled_from(["-2", "-1", "0", "1", "2"])] * 2, st.sampled_from(["-2", "-1", "0", "1", "2", ""])))
def test_keys_give_the_codes_that_they_were_made_from(codes: tuple[str, ...]) -> None:
    given_codes = dict(zip(NAMES, codes, strict=True))
    assert chosen(STANCE_SCALES, keys_for(STANCE_SCALES, given_codes)) == given_codes


@pytest.mark.bad_input("codes at the coding desk")
@given(st.text(max_size=12))
def test_any_text_is_codes_or_told(keys: str) -> None:
    try:
        codes = chosen(STANCE_SCALES, keys)
    except NotYet as error:
        assert str(error)
    else:
        assert all(
            code in scale.levels for scale in STANCE_SCALES for name, code in codes.items() if name == scale.name
        )


def test_items_have_keys_for_what_has_no_number() -> None:
    scale = RUBRIC_SCALES[:1]
    assert [chosen(scale, key)["T1"] for key in ("0", "1", "2", "n", "U")] == ["0", "1", "2", "na", "unknown"]
    with pytest.raises(NotYet, match=r"“-1” is no level of Acknowledges: type 0, 1, 2, n \(na\) or u \(unknown\)"):
        chosen(scale, "-1")


def test_events_are_named_by_id_or_number() -> None:
    assert events_typed("2;e03, E3 e02", ["e01", "e02", "e03"]) == ("e02", "e03")
    with pytest.raises(NotYet, match="“9” is no event of this case"):
        events_typed("9", ["e01"])


# --- step by step --------------------------------------------------------------------------------------------------


def test_each_step_is_saved_where_a_typist_would_have_put_it(folder: Path) -> None:
    session = at_desk(folder)
    assert (session.step.unit, session.done, session.total) == ("d03", 3, 20)
    session = typed(session, "codes", "-1 0 .\n2 1 0\n")
    assert (session.message, session.done, session.step.label) == ("", 5, "T2 Takes responsibility")
    assert list(table(folder, "stances", "a")) == ["d01", "d02", "d03", "d04"]
    assert table(folder, "stances", "a")["d03"] == ["-1", "0", ""]
    assert table(folder, "stances", "a")["d04"] == ["2", "1", "0"]
    for name, value in (("codes", "2"), ("events", "2 3"), ("reason", " It said so,\nitself.\n")):
        session = typed(session, name, value)
    assert session.step.unit == "T3"
    assert table(folder, "rubric", "a")["T2"] == ["2", "e02;e03", "It said so, itself."]


def test_the_file_is_as_hand_typing_gives_it(tmp_path: Path) -> None:
    texts = [text(a="1", b=""), text(a="0", b=""), text(a="-2", b="")]
    by_hand = case_folder(tmp_path / "by-hand", texts=texts, coders=TWO)
    at_the_desk = case_folder(tmp_path / "desk", texts=[row | {"a": ""} for row in texts], coders=TWO)
    session = at_desk(at_the_desk)
    for row in rows(texts=texts)["stances"]:
        session = typed(session, "codes", " ".join(row[name] or "." for name in NAMES) + "\n")
    assert (at_the_desk / "stances.csv").read_bytes() == (by_hand / "stances.csv").read_bytes()


@pytest.mark.bad_input("codes at the coding desk")
@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"codes": "0 1\n"}, "Still to be coded: Stance toward its response."),
        ({"codes": "\n"}, "Still to be coded: Favourability"),
        ({"codes": "0 0 9\n"}, "“9” is no level"),
    ],
)
def test_what_is_wanting_is_told_and_nothing_is_written(folder: Path, entry: dict, words: str) -> None:
    before = (folder / "stances.csv").read_bytes()
    session = typed(at_desk(folder), "codes", entry["codes"])
    assert words in session.message
    assert session.entry.codes == entry["codes"].rstrip("\n")
    assert (folder / "stances.csv").read_bytes() == before


def test_a_score_needs_its_reason(folder: Path) -> None:
    session = at_desk(folder)
    while session.step.table == "stances":
        session = typed(session, "codes", "0 0 0\n")
    session = typed(typed(session, "codes", "1"), "reason", "\n")
    assert session.message.startswith("A score needs its reason")
    assert session.entry.codes == "1"


@pytest.mark.bad_input("codes at the coding desk")
def test_typing_ahead_stops_at_a_line_that_cannot_be_saved(folder: Path) -> None:
    session = typed(at_desk(folder), "codes", "0 0\n1 1 1\n")
    assert session.step.unit == "d03"
    assert table(folder, "stances", "a").keys() == {"d01", "d02"}
    assert session.entry.codes == "0 01 1 1"  # all of it is there to be seen


def test_a_pasted_reason_with_line_ends_is_not_cut_short(folder: Path) -> None:
    session = typed(at_desk(folder), "reason", "One.\nTwo.")
    assert session.entry.reason == "One. Two."


def test_what_was_saved_last_can_be_taken_back_to_the_byte(folder: Path) -> None:
    before = {name: (folder / f"{name}.csv").read_bytes() for name in ("stances", "rubric")}
    session = at_desk(folder)
    session = typed(session, "codes", "-1 0 .\n1 1 1\n")
    session = typed(typed(session, "codes", "u"), "reason", "Nobody says.\n")
    assert session.done == 6
    session = typed(session, "codes", "z")
    assert (session.step.unit, session.entry.codes, session.entry.reason) == ("T2", "u", "Nobody says.")
    session = undone(undone(session))
    assert (session.step.unit, session.entry.codes, session.done) == ("d03", "-1 0 .", 3)
    assert {name: (folder / f"{name}.csv").read_bytes() for name in before} == before
    assert undone(session).message == "In this session nothing was saved that could be taken back."


@pytest.mark.parametrize("behind", ["1 1 1\n", " 1 1 1\n", "111\n"])
def test_codes_typed_behind_those_that_were_taken_back_take_their_place(folder: Path, behind: str) -> None:
    session = typed(typed(at_desk(folder), "codes", "-1 0 .\n"), "codes", "z")
    field = session.entry.codes
    for place in range(1, len(behind) + 1):  # each key sends all that the field holds
        session = typed(session, "codes", field + behind[:place])
        assert "Too many" not in session.message
    assert session.step.unit == "d04"
    assert table(folder, "stances", "a")["d03"] == ["1", "1", "1"]


def test_what_was_taken_back_can_be_saved_as_it_was_and_half_of_a_new_set_is_not(folder: Path) -> None:
    session = typed(typed(at_desk(folder), "codes", "-1 0 .\n"), "codes", "z")
    half = typed(session, "codes", "-1 0 .2\n")
    assert "Still to be coded" in half.message
    assert "d03" not in table(folder, "stances", "a")
    assert typed(session, "codes", "-1 0 .\n").step.unit == "d04"
    assert table(folder, "stances", "a")["d03"] == ["-1", "0", ""]


def test_the_key_that_takes_back_works_behind_what_was_taken_back(folder: Path) -> None:
    session = typed(at_desk(folder), "codes", "-1 0 .\n1 1 1\n")
    session = typed(session, "codes", "z")
    session = typed(session, "codes", f"{session.entry.codes}z")
    assert (session.step.unit, session.entry.codes, session.saved) == ("d03", "-1 0 .", ())


def test_what_is_skipped_comes_again_as_it_was_left(folder: Path) -> None:
    session = typed(typed(at_desk(folder), "reason", "half a"), "codes", "s")
    assert session.step.unit == "d04"
    for _ in range(len(session.queue) - 1):
        session = skipped(session)
    assert (session.step.unit, session.entry.reason) == ("d03", "half a")


def test_a_new_session_goes_on_where_the_last_one_ended(folder: Path) -> None:
    typed(at_desk(folder), "codes", "0 0 0\n")
    again = at_desk(folder)
    assert (again.step.unit, again.done) == ("d04", 4)


def test_a_draft_in_the_file_is_on_the_desk(folder: Path) -> None:
    with (folder / "rubric.csv").open("a", encoding="utf-8") as file:
        file.write("T2,a,,e02,Perhaps.\n")
    session = typed(at_desk(folder), "codes", "0 0 0\n1 1 1\n")
    assert (session.step.unit, session.entry.events, session.entry.reason) == ("T2", "e02", "Perhaps.")
    session = typed(typed(session, "codes", "2"), "reason", "Surely.\n")
    assert table(folder, "rubric", "a")["T2"] == ["2", "e02", "Surely."]
    undone(session)
    assert table(folder, "rubric", "a")["T2"] == ["", "e02", "Perhaps."]


def test_all_is_coded(folder: Path) -> None:
    session = typed(at_desk(folder), "codes", "0 0 0\n1 1 1\n")
    while session.step:
        session = typed(typed(session, "codes", "n"), "reason", "It cannot be.\n")
    assert (session.done, session.total) == (20, 20)
    assert "Still coding: b." in evidence(session)
    assert save(session) == session
