"""Pairs that hang on a single relation: by hand, and on the record against leaving rows out of the files themselves."""

from __future__ import annotations

import itertools
import shutil

import polars as pl
import pytest

import aftermath as am
from aftermath.case_files.relations import BELIEVED
from aftermath.comparison.leave_one_out import leave_one_out
from aftermath.comparison.pairwise import pairwise, separable
from aftermath.measures.steps import STEPS
from aftermath.times import HOUR
from aftermath.workspace import Workspace
from conftest import ROOT
from factories import case, event, relation

LEFT_OUT_OF = ("digiorno-whyistayed", "tiktok-copyright-audio", "tiktok-data-transparency", "us-airways-tweet")
DAY_LONG = [event("exposure"), event("apology", 0, 24 * HOUR)]


@pytest.fixture(scope="module")
def cases():
    return am.cases()


@pytest.fixture(scope="module")
def speeds(cases):
    return {which: [am.speed(one, relations=which) for one in cases if one.zero] for which in BELIEVED}


@pytest.mark.parametrize("step", STEPS)
def test_counts_are_those_of_speed_under_each_belief(cases, speeds, step):
    found = leave_one_out(cases, step)
    for which, measured in speeds.items():
        assert found.told_apart[which] == pairwise(measured, step).separable
        assert found.told_apart[which] == separable([speed[step].latency for speed in measured])
    assert found.pairs == 120


@pytest.mark.slow
def test_a_pair_hangs_on_a_row_if_the_case_read_without_it_is_not_told_apart(cases, speeds, tmp_path):
    """Every row of these cases is left out of the file, and the case read again."""
    shutil.copytree(ROOT / "casestudies", tmp_path / "casestudies")
    expected = {step: {} for step in ("response", "direct_reply", "acknowledgement")}
    for case_id in LEFT_OUT_OF:
        path = tmp_path / "casestudies" / case_id / "relations.csv"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        for row in range(2, len(lines) + 1):
            path.write_text("".join(lines[: row - 1] + lines[row:]), encoding="utf-8")
            without = am.speed(am.load_case(case_id, Workspace(tmp_path)))
            for step, rows in expected.items():
                whole = {speed.case_id: speed[step].latency for speed in speeds["all"]}
                own = whole.pop(case_id)
                rows[case_id, row] = sorted(
                    tuple(sorted((case_id, other)))
                    for other, latency in whole.items()
                    if separable([own, latency]) > separable([without[step].latency, latency])
                )
        path.write_text("".join(lines), encoding="utf-8")
    for step, rows in expected.items():
        found = {(row.case_id, row.row): list(row.pairs) for row in leave_one_out(cases, step).rows}
        assert {place: pairs for place, pairs in found.items() if place[0] in LEFT_OUT_OF} == {
            place: pairs for place, pairs in rows.items() if pairs
        }


def test_a_vague_relation_that_tells_two_cases_apart_by_hand():
    vague = case(DAY_LONG, relations=[relation("e01", "e02", 5400, 43200, rule="a-few-hours")], case_id="vague")
    fast = case([event("exposure"), event("apology", 60)], case_id="fast")
    found = leave_one_out([vague, fast])
    assert dict(found.told_apart) == {
        "all": 1,
        "without vague words": 0,
        "without disputed": 1,
        "documented only": 1,
        "none": 0,
    }
    (row,) = found.rows
    assert (row.case_id, row.row, row.vague) == ("vague", 2, True)
    assert row.words.replace("\u00a0", " ") == "“a few hours”, read as 90 min – 12 h"
    assert found.hanging == found.hanging_on_vague_words == (("fast", "vague"),)
    assert "1 pair hangs on a single relation, 1 of them on vague words (“a few hours”" in found.text.replace(
        "\u00a0", " "
    )


def test_two_rows_that_each_suffice_bear_no_pair_alone():
    twice = [relation("e01", "e02", 5400, 43200, rule="a-few-hours"), relation("e01", "e02", 3600, None, rule="bound")]
    both = case(DAY_LONG, relations=twice, case_id="both")
    fast = case([event("exposure"), event("apology", 60)], case_id="fast")
    found = leave_one_out([both, fast])
    assert (found.told_apart["all"], found.told_apart["none"], found.rows) == (1, 0, ())
    assert "No pair hangs on a single relation" in found.text


def test_a_row_on_another_answer_counts_where_it_keeps_that_from_being_the_first():
    """By clock times the second answer may have come at once; that it did not is what makes the lower end, which rests on the first."""
    answers = [event("exposure"), event("denial", 60, 24 * HOUR), event("apology", 2 * HOUR, 3 * HOUR)]
    slow = case(answers, relations=[relation("e01", "e02", 4 * 3600)], case_id="slow")
    fast = case([event("exposure"), event("apology", 90)], case_id="fast")
    found = leave_one_out([slow, fast])
    assert (found.told_apart["all"], found.told_apart["none"]) == (1, 0)
    assert [(row.case_id, row.row) for row in found.rows] == [("slow", 2)]


def test_a_case_that_relations_put_at_clock_zero_is_named_with_its_pairs():
    printed = case(DAY_LONG, relations=[relation("e01", "e02", 0, 0, rule="together")], case_id="printed")
    late = case([event("exposure"), event("apology", 48 * HOUR)], case_id="late")
    found = leave_one_out([printed, late])
    assert (found.told_apart["all"], found.told_apart["none"]) == (0, 1)
    assert (found.at_zero, found.told_at_zero) == (("printed",), 1)
    assert "1 (1 of them with printed, which relations put at clock zero)" in found.text


def test_tables_hold_what_the_words_say(cases):
    found = leave_one_out(cases)
    assert found.table["n"].to_list() == [len(row.pairs) for row in found.rows]
    assert found.by_belief["told_apart"].to_list() == list(found.told_apart.values())
    assert found.table.height == len(found.rows)
    stated = {case.id: case.relations for case in cases}
    for row in found.table.iter_rows(named=True):
        (rule,) = stated[row["case_id"]].filter(pl.col("row") == row["row"])["rule"]
        assert row["rule"] == rule
    pairs = set(itertools.chain.from_iterable(row.pairs for row in found.rows))
    assert len(pairs) == len(found.hanging)
    assert f"{len(pairs)}\u00a0pairs hang on a single relation" in found.text


def test_no_case_and_an_unknown_step():
    assert leave_one_out([]).table.is_empty()
    assert leave_one_out([]).hanging == ()
    with pytest.raises(ValueError, match="'shrug' is not a step"):
        leave_one_out([], "shrug")


def test_without_cases_all_of_the_workspace_are_asked(cases):
    assert am.leave_one_out(step="apology") == leave_one_out(cases, "apology")


def test_the_finding_says_what_clock_times_alone_tell(cases):
    comparison = am.compare(cases)
    (finding,) = [one for one in comparison.findings if "told apart" in one.words]
    assert f"clock times alone tell {comparison.leave_one_out().told_apart['none']}" in finding.words
    assert comparison.leave_one_out() is comparison.leave_one_out("response")
