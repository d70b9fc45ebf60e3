"""Where the coders differ: everything that two gave and that is not the same, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

import aftermath as am
from aftermath.case_files.tables import CaseTables
from aftermath.measures.disagreements import disagreements
from aftermath.measures.rubric import coded_items
from aftermath.pages.coverage import recovery_words
from aftermath.statistics.result import NothingToMeasure
from aftermath.wording import NO_BREAK
from factories import case, score, text
from pages import Page


def test_every_difference_is_listed_with_what_each_gave() -> None:
    scores = [score("T1", a="2", b="2"), score("T3", a="0", b="2"), score("E1", a="na", b="1")]
    texts = [text("2020-01-02", a="-1", b="-2"), text("2020-01-03", a="1", b="1")]
    found = disagreements(case(scores=scores, texts=texts))
    gave = [(unit, a, b) for unit, _, a, b in found.table.rows()]
    assert gave[:2] == [("T3", "0", "2"), ("E1", "na", "1")]
    assert ("−1", "−2") in [(a, b) for _, a, b in gave[2:]]
    assert found.text.replace(NO_BREAK, " ").startswith("The coders differ on 2 of 3 items of the rubric and on ")


def test_what_one_coder_left_out_is_no_disagreement() -> None:
    found = disagreements(case(scores=[score("T1", a="2", b=""), score("T2", a="0", b="1")], texts=[text(a="1", b="")]))
    assert found.table["unit"].to_list() == ["T2"]
    assert "1 of 1" in found.text.replace(NO_BREAK, " ")
    alone = disagreements(case(scores=[score("T1", a="2", b="")]))
    assert alone.table.is_empty()
    assert "nothing can be compared" in alone.text


def test_whether_the_response_is_mentioned_is_a_decision_too() -> None:
    texts = [
        text(a="1", stance_response_a="", stance_response_b="0"),
        text(a="1", stance_response_a="1", stance_response_b="-1"),
        text(a="1"),  # not mentioned, to both
        text(a="1", b="", stance_response_a="1"),  # coded by one alone
    ]
    found = disagreements(case(texts=texts))
    assert [(coded.unit, coded.codes) for coded in found.mentioned] == [("d01", {"a": "not mentioned", "b": "0"})]
    assert "In 1 text (d01) only one of them saw the response mentioned." in found.text.replace(NO_BREAK, " ")
    assert found.table["unit"].to_list() == ["d02"]
    three = disagreements(case(texts=[texts[0] | {"c": "1", "stance_response_c": "0"}]))
    assert "(d01) some of them, and not all, saw the response mentioned." in three.text
    assert "mentioned" not in disagreements(case(texts=texts[1:])).text


def test_any_number_of_coders_has_a_column_each() -> None:
    two = case(scores=[score("T1", a="2", b="2"), score("T2", a="0", b="0")])
    third = two.rubric.filter(pl.col("coder") == "a").with_columns(coder=pl.lit("cy"), score=pl.lit("1"))
    rubric = pl.concat([two.rubric, third])
    found = disagreements(replace(two, tables=CaseTables.cast(two.tables.to_dict() | {"rubric": rubric})))
    assert found.table.columns == ["unit", "question", "coder_a", "coder_b", "coder_cy"]
    assert found.table.rows()[1][2:] == ("0", "0", "1")


@pytest.mark.parametrize("case_id", ["kitchenaid-tweet", "pepsi-jenner-ad"])
def test_the_items_of_real_cases_are_those_that_the_rubric_marks(case_id: str) -> None:
    documented = am.load_case(case_id)
    found = am.disagreements(documented)
    assert [coded.unit for coded in found.differing if coded in found.items] == [
        item.item for item in coded_items(documented) if item.differs
    ]
    page = am.report(documented).show(found).html
    assert all(f'href="#{coded.unit}"' in page for coded in found.texts if coded.differs)
    assert page.count("<tr>") == len(found.differing) + 1


def test_a_case_that_nobody_coded_says_so() -> None:
    bare = am.load_case("weishi-data-fabrication")
    with pytest.raises(NothingToMeasure, match="nothing has been coded yet"):
        disagreements(bare)
    report = am.report(bare)
    assert "othing has been coded yet" in report.show(report.attempt(am.disagreements, bare)).html


def test_of_a_case_that_one_coder_coded_it_is_said_once_that_nothing_is_known_of_agreement() -> None:
    alone = am.load_case("kitchenaid-tweet").coded_by("a")
    open_, report = am.transparency(alone), am.report(alone)
    page = report.show(open_, figure=am.figures.rubric_grid).html
    for words in (open_.text, Page(page).text):
        assert words.count("nothing is known of their agreement") == 1
        assert not [unsaid for unsaid in ("α", "Gwet", "fewer than two units", "same score on 0") if unsaid in words]
    assert f"coder a {open_.transparency.value:.0f})" in open_.text.replace(NO_BREAK, " ")
    words = recovery_words([am.recovery(alone, variable) for variable in ("favourability", "stance_org")])
    assert words.count("agreement") == 1 and "No text was coded by more than one coder" in words
    assert "Agreement of the coders: agreement not defined" not in am.tone(alone).text
    assert am.tone(alone).text.count("greement") == 1


def test_of_a_case_that_two_coded_the_coefficients_stay() -> None:
    found = am.transparency(am.load_case("kitchenaid-tweet"))
    assert found.text.count("α = ") == 3 and "nothing is known" not in found.text
