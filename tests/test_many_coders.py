"""Three, four and more coders: everything that two have, computed again here in plain Python."""

from __future__ import annotations

import csv
import itertools
import math
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import aftermath as am
from aftermath import vocabulary
from aftermath.case_files.case import Case, load_case
from aftermath.case_files.check import check
from aftermath.case_files.coding import uncoded
from aftermath.case_files.template import TemplateError, new_case
from aftermath.cli import app
from aftermath.comparison.choices import CHOICES, choices_with
from aftermath.comparison.multiverse import multiverse
from aftermath.pages.associations import by_choice
from aftermath.statistics.agreement import krippendorff_alpha
from aftermath.wording import NO_BREAK
from breaking import RED, copy, field, records, rows_of
from drawings import of_role, views
from factories import workspace
from pages import Page, blocks, comparison_block

FOUR = ("a", "b", "cy", "dee")
NAMES = "{a: {kind: person}, b: {kind: person, blind: true}, cy: {kind: machine}, dee: {kind: person, blind: true}}"


def third_and_fourth(rows: list[list[str]], lowest: int, highest: int, columns: range) -> None:
    """Coder cy leans one level to either side of a by turns, dee gives what b gave but for every third unit."""
    own = {coder: [row for row in rows[1:] if row[1] == coder] for coder in ("a", "b")}
    for number, row in enumerate(own["a"]):
        codes = {
            column: str(min(highest, max(lowest, int(row[column]) + number % 3 - 1)))
            for column in columns
            if row[column].lstrip("-").isdigit()
        }
        rows.append([row[0], "cy", *(codes.get(column, row[column]) for column in range(2, len(row)))])
    rows += [[row[0], "dee", *row[2:]] for number, row in enumerate(own["b"]) if number % 3]


def four_coders(root: Path, case_id: str = RED, names: str = NAMES) -> Path:
    folder = copy(root, case_id)
    rows_of("rubric", lambda rows: third_and_fourth(rows, 0, 2, range(2, 3)))(folder)
    rows_of("stances", lambda rows: third_and_fourth(rows, -2, 2, range(2, 5)))(folder)
    field("coders", f"coders: {names}")(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return four_coders(tmp_path_factory.mktemp("four"))


@pytest.fixture(scope="module")
def made(folder: Path) -> Case:
    return load_case(RED, workspace(folder.parents[1]))


def given_codes(folder: Path, table: str, column: int) -> dict[str, dict[str, str]]:
    """Unit to coder to code, where one was given."""
    codes: dict[str, dict[str, str]] = {}
    for row in records(folder / f"{table}.csv")[1:]:
        if row[column]:
            codes.setdefault(row[0], {})[row[1]] = row[column]
    return codes


def ordinal_alpha(units: list[list[float]], levels: list[float]) -> float:
    """Krippendorff's alpha as his textbook computes it: by the matrix of coincidences, pair of codes by pair."""
    coincidences: Counter[tuple[float, float]] = Counter()
    for codes in units:
        for one, other in itertools.permutations(codes, 2):
            coincidences[one, other] += 1 / (len(codes) - 1)
    of_level = {level: sum(n for (one, _), n in coincidences.items() if one == level) for level in levels}
    total = sum(of_level.values())

    def distance(one: float, other: float) -> float:
        low, high = sorted((one, other))
        between = sum(of_level[level] for level in levels if low <= level <= high)
        return (between - (of_level[low] + of_level[high]) / 2) ** 2

    observed = sum(n * distance(*pair) for pair, n in coincidences.items())
    expected = sum(of_level[one] * of_level[other] * distance(one, other) for one in levels for other in levels)
    return 1 - (total - 1) * observed / expected if expected else math.nan


@given(st.lists(st.lists(st.sampled_from([0, 1, 2, None]), min_size=5, max_size=5), min_size=5, max_size=14))
@settings(max_examples=80, deadline=None)
def test_alpha_of_five_coders_with_gaps_is_that_of_the_coincidences(units: list[list[float | None]]) -> None:
    agreement = krippendorff_alpha(list(zip(*units, strict=True)), (0, 1, 2), draws=0)
    comparable = [[code for code in unit if code is not None] for unit in units]
    comparable = [unit for unit in comparable if len(unit) > 1]
    expected = ordinal_alpha(comparable, [0, 1, 2]) if comparable else math.nan
    assert agreement.units == len(comparable)
    assert agreement.same == sum(len(set(unit)) == 1 for unit in comparable)
    assert agreement.alpha == pytest.approx(expected, abs=1e-9, nan_ok=True)


def test_the_case_loads_and_check_names_what_the_fourth_left_open(folder: Path, made: Case) -> None:
    assert [coder.id for coder in made.coders_of("stances")] == list(FOUR)
    found = check(workspace=workspace(folder.parents[1]))
    assert found.problems == ()
    said = [problem.what for problem in found.warnings if problem.file.endswith(("rubric.csv", "stances.csv"))]
    assert [what.split(" has")[0] for what in said] == ["coder dee"] * 2
    assert uncoded(made, "rubric", "dee") == tuple(vocabulary.RUBRIC_ITEMS)[::3]
    assert uncoded(made, "stances", "cy") == ()


def test_the_index_is_the_mean_over_all_four_and_its_bounds_hold_each_of_them(folder: Path, made: Case) -> None:
    found = am.transparency(made)
    scores = given_codes(folder, "rubric", 2)
    means = []
    for item in vocabulary.TRANSPARENCY_ITEMS:
        numbers = [int(score) for score in scores[item].values() if score.isdigit()]
        means += [sum(numbers) / len(numbers)] if numbers else []
    assert found.transparency.value == pytest.approx(50 * sum(means) / len(means))
    assert list(found.transparency.by_coder) == list(FOUR)
    assert found.transparency.lower <= found.transparency.value <= found.transparency.upper
    assert all(f"coder {coder} " in found.text.replace(NO_BREAK, " ") for coder in FOUR)
    differing = [item for item, codes in scores.items() if len(set(codes.values())) > 1]
    assert [item.item for item in found.items if item.differs] == differing
    assert set(found.table["coder"]) == set(FOUR)


def test_agreement_is_over_all_pairs_of_coders(folder: Path, made: Case) -> None:
    scores = given_codes(folder, "rubric", 2)
    numbers = [[int(code) for code in codes.values() if code.isdigit()] for codes in scores.values()]
    units = [unit for unit in numbers if len(unit) > 1]
    assert am.transparency(made).agreement.alpha == pytest.approx(ordinal_alpha(units, [0, 1, 2]))
    stances = given_codes(folder, "stances", 2)
    units = [[int(code) for code in codes.values()] for codes in stances.values()]
    assert am.tone(made).agreement.alpha == pytest.approx(ordinal_alpha(units, [-2, -1, 0, 1, 2]))
    over_cases = am.compare([made, load_case("kitchenaid-tweet"), load_case("pepsi-jenner-ad")]).reliability
    of_others = [
        [int(code) for code in codes.values()]
        for case_id in ("kitchenaid-tweet", "pepsi-jenner-ad")
        for codes in given_codes(load_case(case_id).folder, "stances", 2).values()
    ]
    expected = ordinal_alpha([*units, *of_others], [-2, -1, 0, 1, 2])
    assert over_cases.stances["favourability"].alpha == pytest.approx(expected)
    assert "cy (machine)" in over_cases.text


def test_tone_takes_each_text_at_the_mean_of_its_coders(folder: Path, made: Case) -> None:
    found = am.tone(made)
    codes = given_codes(folder, "stances", 2)
    for row in found.texts.iter_rows(named=True):
        own = [int(code) for code in codes[row["doc_id"]].values()]
        assert row["mean"] == pytest.approx(sum(own) / len(own))
        assert {coder for coder in FOUR if row[coder] is not None} == set(codes[row["doc_id"]])
    assert found.partly == sum(len(own) == 3 for own in codes.values()) > 0
    assert am.recovery(made).text


def test_disagreements_have_a_column_a_coder(folder: Path, made: Case) -> None:
    table = am.disagreements(made).table
    assert table.columns == ["unit", "question", *(f"coder_{coder}" for coder in FOUR)]
    scores = given_codes(folder, "rubric", 2)
    of_items = {row[0]: dict(zip(FOUR, row[2:], strict=True)) for row in table.rows() if row[0] in scores}
    expected = {item: codes for item, codes in scores.items() if len(set(codes.values())) > 1}
    assert {item: {c: v for c, v in codes.items() if v is not None} for item, codes in of_items.items()} == expected


def test_figures_draw_every_coder(made: Case) -> None:
    measured = am.transparency(made)
    for view in views(am.figures.rubric_grid(measured)):
        (marks,) = of_role(view, "mark")
        assert len(marks["text"]) == 4 * len(vocabulary.RUBRIC_ITEMS)
    drawn = [view["data"] for view in views(am.figures.tone_over_time(am.tone(made)))]
    assert all("coder dee" in str(data) and "coder cy" in str(data) for data in drawn)


def test_the_page_shows_all_four(made: Case) -> None:
    shown = blocks(made)
    rubric = Page(shown["figure-rubric"].html).text
    assert all(f"Coder {coder}" in rubric for coder in FOUR)
    assert "cy (machine)" in Page(shown["cards"].html).text
    coverage = Page(shown["figure-tone"].html).text
    for codes in list(given_codes(made.folder, "stances", 2).values())[:3]:
        assert " / ".join(codes.get(coder, "–").replace("-", "−") for coder in FOUR) in coverage
    differing = Page(shown["list-differences"].html).text
    assert all(coder in differing for coder in FOUR)


def test_the_multiverse_asks_of_each_coder_where_a_case_has_more(tmp_path: Path, made: Case) -> None:
    others = [load_case(case_id) for case_id in ("kitchenaid-tweet", "pepsi-jenner-ad", "united-3411")]
    assert multiverse([made, *others]).choices == CHOICES  # nothing can be compared over the one case that has a third
    # whoever stands first gives what they gave standing third
    turned = "{cy: {kind: machine}, dee: {kind: person}, a: {kind: person}, b: {kind: person}}"
    four_coders(tmp_path, names=turned)
    for case in others:
        four_coders(tmp_path, case.id, turned)
    both = [
        [load_case(case_id, workspace(root)) for case_id in (RED, *(case.id for case in others))]
        for root in (tmp_path, _all_four(tmp_path / "straight", [case.id for case in others]))
    ]
    first, third = (
        {
            tuple(value for name, value in way.choices.items() if name != "coder"): (way.tau, way.n)
            for way in multiverse(cases, {"coder": [place]}).computed
        }
        for cases, place in zip(both, ("first", "third"), strict=True)
    )
    found = multiverse(both[1])
    assert found.choices["coder"] == ("first", "second", "third", "fourth", "mean")
    assert {row[1] for row in by_choice(found)} >= {"third", "fourth"}
    assert first == third
    assert len(first) > 1000


def _all_four(root: Path, others: list[str]) -> Path:
    for case_id in (RED, *others):
        four_coders(root, case_id)
    return root


def test_a_coder_whom_no_case_has_is_no_choice(made: Case) -> None:
    assert choices_with(12)["coder"][-2:] == ("ninth", "mean")
    with pytest.raises(ValueError, match="'third' is no choice"):
        multiverse([load_case("kitchenaid-tweet")], {"coder": ["third"]})


def test_the_comparison_says_who_coded(made: Case) -> None:
    compared = am.compare([made, load_case("kitchenaid-tweet"), load_case("pepsi-jenner-ad")])
    html = comparison_block(compared, "agreement-table").html
    assert "cy (machine)" in Page(html).text
    assert am.figures.specification_curve(compared.multiverse)


def test_a_new_case_has_a_row_an_item_for_each_of_its_coders(tmp_path: Path) -> None:
    folder = new_case("small-crisis", workspace(tmp_path), coders=["ada", "ben", "cy"])
    with (folder / "rubric.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert Counter(row["coder"] for row in rows) == dict.fromkeys(["ada", "ben", "cy"], 16)
    assert "  cy:\n    kind:\n" in (folder / "case.yaml").read_text(encoding="utf-8")


@pytest.mark.bad_input("codes at the coding desk")
@pytest.mark.parametrize("coders", [["a", "a"], ["A"], ["mean"], [""], []])
def test_a_new_case_refuses_what_cannot_be_a_coder(tmp_path: Path, coders: list[str]) -> None:
    with pytest.raises(TemplateError, match="cannot be the id of a coder: write a lower-case letter"):
        new_case("small-crisis", workspace(tmp_path), coders=coders)
    assert not (tmp_path / "casestudies" / "small-crisis").exists()


def test_the_command_takes_coders(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("AFTERMATH_ROOT", str(workspace(tmp_path).root))
    done = CliRunner().invoke(app, ["new", "small-crisis", "--coders", "ada, ben,cy"])
    assert done.exit_code == 0
    rows = records(tmp_path / "casestudies" / "small-crisis" / "rubric.csv")[1:]
    assert Counter(row[1] for row in rows) == dict.fromkeys(["ada", "ben", "cy"], 16)
