"""Who coded: what case.yaml says of it, what pages say, and what nobody has coded yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from aftermath import figures, vocabulary
from aftermath.case_files.case import load_case, read_case
from aftermath.case_files.coders import OVERSTATES, Coder, coded_by, who_coded, who_coded_all
from aftermath.case_files.coding import singly_coded_texts, uncoded_items, uncoded_texts
from aftermath.comparison.scoreboard import compare
from aftermath.figures.theme import TICK
from aftermath.measures.recovery import recovery
from aftermath.measures.tone import tone
from aftermath.measures.transparency import transparency
from aftermath.pages.board import board
from aftermath.pages.report import report
from aftermath.wording import NO_BREAK
from breaking import KITCHEN, RED, copy, field, rows_of
from drawings import views
from factories import case, case_folder, score, scored, text, workspace

PEOPLE = (Coder("ada", "person", False, "two pilot cases", "2026-03"), Coder("ben", "person", True))
MIXED = (Coder("a", "machine_assisted", False), Coder("b", "machine_assisted", True))


# --- in words -----------------------------------------------------------------------------------------------------


def test_the_cases_say_what_is_on_record_and_no_more() -> None:
    documented = load_case(KITCHEN)
    assert documented.coders == documented.about.coders == MIXED
    assert load_case("weishi-data-fabrication").coders == ()
    assert who_coded(documented.coders) == (
        "Coder a: machine-assisted, not blind; coder b: machine-assisted, blind. Training and date are not stated. "
        f"{OVERSTATES}"
    )
    assert coded_by(documented.coders) == "coded by a (machine-assisted) and b (machine-assisted, blind)"


@pytest.mark.parametrize(
    ("coders", "words"),
    [
        ((), "Who coded is not stated."),
        (
            PEOPLE,
            "Coder ada: person, not blind, training: two pilot cases, coded 2026-03; coder ben: person, blind. "
            "Coder ben: training and date are not stated.",
        ),
        (PEOPLE[:1], "Coder ada: person, not blind, training: two pilot cases, coded 2026-03."),
        (
            (Coder("a"), Coder("b", "machine", True, "none", "2026")),
            f"Coder b: machine, blind, training: none, coded 2026. Coder a: person or machine, blind or not, training and date are not stated. {OVERSTATES}",
        ),
        (
            (Coder("a"), Coder("b"), Coder("c")),
            "Coders a, b and c: person or machine, blind or not, training and date are not stated.",
        ),
        (
            (Coder("m", "machine", True),),
            "Coder m: machine, blind. Training and date are not stated.",
        ),
    ],
)
def test_a_sentence_says_what_the_block_says_and_what_it_leaves_out(coders: tuple, words: str) -> None:
    assert who_coded(coders) == words


def test_agreement_of_people_carries_no_word_about_machines() -> None:
    assert OVERSTATES not in who_coded_all([PEOPLE, PEOPLE])
    assert OVERSTATES in who_coded_all([PEOPLE, MIXED])


# --- files --------------------------------------------------------------------------------------------------------


def test_three_coders_by_name(tmp_path: Path) -> None:
    folder = copy(tmp_path, RED)
    names = {"a": "ada", "b": "ben"}
    for table in ("rubric", "stances"):
        rows_of(table, lambda rows: [row.__setitem__(1, names.get(row[1], row[1])) for row in rows])(folder)
    rows_of("rubric", lambda rows: rows.append(["T1", "cy", "1", "e04", "Late."]))(folder)
    three = "{ada: {kind: person}, ben: {kind: person, blind: true}, cy: {kind: machine, codes: [rubric]}}"
    field("coders", f"coders: {three}")(folder)
    made = load_case(RED, workspace(tmp_path))
    assert [coder.id for coder in made.coders_of("rubric")] == ["ada", "ben", "cy"]
    assert [coder.id for coder in made.coders_of("stances")] == ["ada", "ben"]
    assert [pair for pair in uncoded_items(made) if pair[0] == "T1"] == []
    assert len(uncoded_items(made)) == 15
    assert uncoded_texts(made) == ()
    measured = transparency(made)
    assert measured.transparency.open.replace(NO_BREAK, " ") == "11 items not by every coder"
    columns = tone(made).texts.columns
    assert {"ada", "ben"} < set(columns)
    assert "cy" not in columns
    page = report(made)
    for part in (page.openness, page.cards):
        assert "machine-assisted" not in part.html
    assert "Coder ada" in page.rubric.html


def test_an_older_case_without_the_block_loads_and_who_coded_is_not_stated(tmp_path: Path) -> None:
    folder = copy(tmp_path, RED)
    field("coders", "")(folder)
    made = load_case(RED, workspace(tmp_path))
    assert made.about.coders == ()
    assert [coder.id for coder in made.coders] == ["a", "b"]
    assert uncoded_items(made) == ()
    assert transparency(made).transparency.value == transparency(load_case(RED)).transparency.value
    assert "who coded is not stated" in report(made).cards.html
    assert "machine" not in report(made).cards.html


def test_a_coder_whom_case_yaml_does_not_name_is_refused(tmp_path: Path) -> None:
    folder = copy(tmp_path, RED)
    field("coders", "coders: {a: {kind: person}}")(folder)
    made, problems = read_case(folder, workspace(tmp_path))
    assert made is None
    assert len(problems) == 16 + 19
    assert str(problems[0]) == (
        "casestudies/red-cross-tweet/rubric.csv:18:coder  'b' is no coder of this table in case.yaml  use one of: a, or say in "
        "case.yaml who it is"
    )


# --- what is not coded --------------------------------------------------------------------------------------------


def test_what_is_not_coded_is_listed_by_coder() -> None:
    made = case(
        scores=[score("T1", "2", ""), score("T2", "", "1")], texts=[text(a="1", b=""), text(), text(a="", b="")]
    )
    items = uncoded_items(made)
    assert len(items) == 30
    assert items[:2] == (("T2", "a"), ("T3", "a"))
    assert ("T1", "b") in items
    assert uncoded_texts(made) == (("d03", "a"), ("d01", "b"), ("d03", "b"))
    assert singly_coded_texts(made) == ("d01",)


def test_nothing_is_missing_where_no_crisis_is_on_record() -> None:
    weishi = load_case("weishi-data-fabrication")
    assert uncoded_items(weishi) == uncoded_texts(weishi) == ()


def test_texts_that_are_not_coded_or_by_one_coder_alone_are_told() -> None:
    found = tone(case(texts=[text(), text(), text(a="1", b=""), text(a="", b="")]))
    assert (found.uncoded, found.singly) == (1, 1)
    assert found.text.replace(NO_BREAK, " ").endswith(
        "not a sample. 1 text is not coded and 1 text is coded by one coder alone: what is not coded may still move every number."
    )
    assert tone(load_case(RED)).gaps == ""


def test_one_coder_is_no_gap_but_no_agreement_either() -> None:
    found = tone(case(texts=[text(a="1", b="")] * 9))
    assert (found.uncoded, found.singly, found.gaps) == (0, 0, "")
    assert not found.agreement.defined


def test_three_coders_enter_the_mean_alike() -> None:
    texts = [text(a="-1", b="-1", c="2"), text(a="1", b="", c="-2")]
    made, swapped = (
        tone(case(texts=rows)) for rows in (texts, [row | {"a": row["c"], "c": row["a"]} for row in texts])
    )
    assert made.texts["mean"].to_list() == pytest.approx([0.0, -0.5])
    assert swapped.texts["mean"].to_list() == pytest.approx([0.0, -0.5])
    assert made.singly == 0
    assert made.agreement.units == 2
    figure = figures.tone_over_time(recovery(case(texts=texts)))
    assert "coder c" in str(figure)


def test_the_ids_of_coders_change_no_number(tmp_path: Path) -> None:
    folder, names = copy(tmp_path, KITCHEN), {"a": "zoe", "b": "ben"}
    for table in ("rubric", "stances"):
        rows_of(table, lambda rows: [row.__setitem__(1, names.get(row[1], row[1])) for row in rows])(folder)
    field("coders", "coders: {zoe: {kind: person}, ben: {kind: person}}")(folder)
    made, original = load_case(KITCHEN, workspace(tmp_path)), load_case(KITCHEN)
    one, other = recovery(made), recovery(original)
    assert (one.odds_ratio, one.odds_lower) == pytest.approx((other.odds_ratio, other.odds_lower))
    assert one.tone.texts["mean"].equals(other.tone.texts["mean"])
    assert transparency(made).transparency.value == transparency(original).transparency.value


# --- the board ----------------------------------------------------------------------------------------------------

LOW = [*scored(*[("1", "1")] * 12), *scored(*[("1", "1")] * 4, prefix="E")]


def test_an_incomplete_case_leads_no_board() -> None:
    begun = case(scores=[score("T1", "2")], case_id="begun")
    half = case(scores=scored(*[("2", "2")] * 6, fill=""), case_id="half")
    made = compare([begun, half, case(scores=LOW, case_id="whole")])
    finding = made.findings[-1].text.replace(NO_BREAK, " ")
    assert finding.startswith("50 of 100 is the range of the transparency index over 1 case.")
    assert finding.endswith("1 further case not coded to the end.")
    table = made.table
    rows = {row["case_id"]: row for row in table.iter_rows(named=True)}
    assert [rows["begun"][f"transparency{end}"] for end in ("", "_lower", "_upper")] == [None, None, None]
    assert (
        rows["begun"]["transparency_reason"].replace(NO_BREAK, " ").startswith("1 of 12 items coded, fewer than 50 %")
    )
    assert (rows["half"]["transparency"], rows["half"]["transparency_lower"]) == (100, 50)
    assert [rows[name]["transparency_not_coded"] for name in ("begun", "half", "whole")] == [11, 6, 0]
    page = board(made)
    assert 'data-s="7e+09"' in page and 'data-s="50"' in page
    assert "not defined: 1 of" in page
    assert "[50–100] 6" in page


def test_an_association_takes_no_index_that_is_not_defined() -> None:
    from aftermath.comparison.variables import openness

    made = compare([case(scores=[score("T1", "2")], case_id="begun"), case(scores=LOW, case_id="whole")])
    assert list(openness(made.entries).values) == ["whole"]


def test_advice_is_not_known_to_be_followed_where_a_coder_is_missing() -> None:
    from aftermath.comparison.rules import NOT_KNOWN, rule_of

    made = case(scores=[score("T1", "2", ""), score("T2", "2")])
    (entry,) = compare([made]).entries
    assert rule_of("rubric T1")(made, entry).state == NOT_KNOWN
    assert "not coded" in rule_of("rubric T1")(made, entry).why
    assert rule_of("rubric T3")(made, entry).state == NOT_KNOWN


# --- pages and figures --------------------------------------------------------------------------------------------


def test_the_pages_of_a_case_with_gaps_say_so(tmp_path: Path) -> None:
    scores = [*scored(*[("2", "1")] * 6, ("2", ""), fill=""), *scored(("2", "2"), prefix="E", fill="")]
    case_folder(tmp_path, scores=scores, texts=[text()] * 3 + [text(a="", b="1")])
    page = report(load_case("small-case", workspace(tmp_path)))
    cards = page.cards.html.replace(NO_BREAK, " ")
    assert "5 items not coded, 1 item not by every coder" in cards
    assert "Empathy: not defined." in cards
    assert "1 of 4 items coded, fewer than 50 % of them" in page.openness.html.replace(NO_BREAK, " ")
    rubric = page.rubric.html
    assert rubric.count("not coded") >= 5
    assert "A cross is not coded." in rubric
    assert "1 text is coded by one coder alone" in page.tone.html.replace(NO_BREAK, " ")
    assert "nan" not in f"{cards}{page.openness.html}{page.results.table}".lower()


@pytest.mark.parametrize("coders", [1, 2, 3, 5])
def test_the_grid_holds_any_number_of_coders_and_shows_what_is_not_coded(coders: int) -> None:
    ids = [Coder(f"coder-{place}", "person") for place in range(coders)]
    made = case(scores=[score("T1", "2", ""), score("T2", "na", "")], coders=(Coder("a"), *ids[1:]))
    figure = figures.rubric_grid(transparency(made))
    for view in views(figure):
        (marks,) = [trace for trace in view["data"] if trace.get("meta", {}).get("role") == "mark"]
        assert len(marks["x"]) == 16 * coders
        assert marks["text"].count(vocabulary.NOT_CODED) == 16 * coders - 2
        assert max(marks["x"]) < view["layout"]["xaxis"]["range"][1] - 10
        assert len(set(zip(marks["x"], marks["y"], strict=True))) == 16 * coders
        squares = [shape for shape in view["layout"]["shapes"] if shape.get("name") == vocabulary.NOT_CODED]
        assert len(squares) == 16 * coders - 2
        assert {shape["type"] for shape in squares} == {"path"}
        assert all(note["font"].get("size", TICK) >= 11 for note in view["layout"]["annotations"])
