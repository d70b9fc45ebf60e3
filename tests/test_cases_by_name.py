"""A case by its id: in every function of the door that takes a case, and as an attribute of ``am.cases``."""

from __future__ import annotations

import inspect
import re

import polars as pl
import pytest

import aftermath as am
from aftermath.case_files.case import Case
from aftermath.case_files.cases import takes_id
from aftermath.problems import CaseError
from aftermath.statistics.result import NothingToMeasure
from aftermath.workspace import Workspace
from factories import case_folder

CASE = "kitchenaid-tweet"


def nouns() -> dict:
    doors = ((am, "am"), (am.figures, "am.figures"))
    return {f"{name}.{noun}": getattr(door, noun) for door, name in doors for noun in door.__all__ if noun != "figures"}


def first_of(function) -> inspect.Parameter | None:
    return next(iter(inspect.signature(function).parameters.values()), None) if inspect.isfunction(function) else None


TAKING = {
    name: function
    for name, function in nouns().items()
    if re.search(r"\bCase\b", str(getattr(first_of(function), "annotation", "")))
}
ONE = {name: function for name, function in TAKING.items() if "[" not in str(first_of(function).annotation)}
MORE = {"am.export": {"format": "apa", "to": "cited.txt", "again": True}}  # what is asked for beside the case


def test_functions_of_many_cases_take_their_ids_too():
    two = [am.load_case(CASE), am.cases.red_cross_tweet]
    ids = [case.id for case in two]
    assert am.compare(ids).table.equals(am.compare(two).table)
    assert am.strategies(ids).table.equals(am.strategies(two).table)
    assert am.leave_one_out(ids).table.equals(am.leave_one_out(two).table)
    with pytest.raises(CaseError, match="did you mean kitchenaid-tweet"):
        am.compare(["kitchenaid-twet"])


def test_one_id_is_an_id_and_not_its_letters():
    assert am.check(CASE).case_ids == am.check([CASE]).case_ids == (CASE,)
    assert [case.id for case in am.gather(CASE).cases] == [CASE]
    assert am.compare(CASE).table.equals(am.compare([CASE]).table)
    assert am.explore(CASE).state == am.explore(am.load_case(CASE)).state == am.explore([am.load_case(CASE)]).state


@pytest.mark.parametrize(
    "function",
    [
        lambda near: am.sources_to(near, "ris"),
        lambda near: am.codings_from(
            pl.DataFrame({"coder": ["a"], "unit": ["d01"], "item": ["stance_org"], "value": ["1"]}), near
        ),
        lambda near: am.build(near),
    ],
)
def test_a_near_miss_is_proposed_wherever_an_id_is_taken(function, tmp_path):
    with pytest.raises(
        am.AftermathError, match=r"there is no case 'kitchenaid-twet'.*: did you mean kitchenaid-tweet\?"
    ):
        function("kitchenaid-twet")


def test_the_functions_that_take_a_case_are_those_known():
    assert {"am.speed", "am.transparency", "am.tone", "am.recovery", "am.figures.timeline", "am.report"} <= set(ONE)
    assert len(ONE) >= 12


@pytest.mark.parametrize("name", ONE)
def test_a_function_that_takes_a_case_takes_its_id_too(name, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    function, more = ONE[name], MORE.get(name, {})
    assert "str" in str(first_of(function).annotation).split(" | ")
    assert "or its id" in inspect.getdoc(function) or name == "am.claims"

    def told(case):
        try:
            return str(function(case, **more))[:2000]
        except NothingToMeasure as nothing:
            return str(nothing)

    assert told(CASE) == told(am.load_case(CASE))
    with pytest.raises(CaseError, match="did you mean kitchenaid-tweet"):
        function("kitchenaid-twet", **more)
    with pytest.raises(CaseError, match="did you mean kitchenaid-tweet"):
        function(**{first_of(function).name: "kitchenaid-twet"}, **more)


def test_the_id_may_be_named_and_other_arguments_stay(monkeypatch):
    @takes_id
    def both(case: Case, *, word: str = "x") -> tuple[str, str]:
        return case.title, word

    title = am.load_case(CASE).title
    assert both(case=CASE, word="y") == (title, "y")
    assert both(am.load_case(CASE)) == (title, "x")
    with pytest.raises(TypeError):
        both()


@pytest.mark.parametrize(
    "said", ["kitchenaid-twet", "KitchenAid-Tweet", "kitchenaid_tweet", "kitchenaid", "kitchen aid tweet"]
)
def test_a_near_miss_is_proposed(said):
    with pytest.raises(CaseError, match=r"there is no such case  did you mean kitchenaid-tweet\?$"):
        am.load_case(said)


def test_what_is_near_to_nothing_gets_the_list():
    with pytest.raises(CaseError, match=r"choose one of: bytedance-neihan-duanzi, .*kitchenaid-tweet"):
        am.load_case("xyzzy")


def test_cases_are_attributes():
    assert am.cases.kitchenaid_tweet.id == CASE
    assert "kitchenaid_tweet" in dir(am.cases)
    assert all(
        getattr(am.cases, name).id == case_id for name, case_id in zip(dir(am.cases)[:2], am.case_ids(), strict=False)
    )
    with pytest.raises(AttributeError, match=r"there is no case kitchenaid_twet; did you mean kitchenaid_tweet\?"):
        am.cases.kitchenaid_twet  # noqa: B018
    assert not hasattr(am.cases, "_repr_html_")


def test_an_id_is_looked_for_in_the_workspace_that_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("AFTERMATH_ROOT", raising=False)
    folder = case_folder(tmp_path, "made-up")
    report = am.report("made-up", workspace=Workspace(tmp_path))
    assert report.of.folder == folder
