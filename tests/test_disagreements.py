"""Where the coders differ: everything that two gave and that is not the same, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

import aftermath as am
from aftermath.case_files.tables import CaseTables
from aftermath.measures.disagreements import disagreements
from aftermath.measures.rubric import coded_items
from aftermath.statistics.result import NothingToMeasure
from aftermath.wording import NO_BREAK
from factories import case, score, text


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
    page = am.report(documented).differences.html
    assert all(f'href="#{coded.unit}"' in page for coded in found.texts if coded.differs)
    assert page.count("<tr>") == len(found.differing) + 1


def test_a_case_that_nobody_coded_says_so() -> None:
    bare = am.load_case("weishi-data-fabrication")
    with pytest.raises(NothingToMeasure, match="nothing has been coded yet"):
        disagreements(bare)
    assert "othing has been coded yet" in am.report(bare).differences.html
