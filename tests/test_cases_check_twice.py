"""What stands twice under two names, and lengths in characters: named in broken copies of a real case."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftermath.case_files.case import read_case
from aftermath.case_files.check import check
from aftermath.case_files.package import case_package, table_schema
from aftermath.case_files.tables import ALL_SCHEMAS, LABEL_LENGTH
from aftermath.workspace import INSTALLED_FROM, Workspace
from breaking import KITCHEN, RED, Break, assert_named, both, cell, copy, fault, records, rows_of, text

KEEP = "keep one of the two rows, or write what sets them apart"
SIGNAL = "has the same signal, time, scope and source_id"


def copied(table: str, row: int, **changed: str) -> Break:
    """Repeat a row below itself, with other fields."""

    def change(rows: list[list[str]]) -> None:
        new = [changed.get(name, value) for name, value in zip(rows[0], rows[row - 1], strict=True)]
        rows.insert(row, new)

    return rows_of(table, change)


def turned(rows: list[list[str]]) -> None:
    """Say a statement about two events again, counted from the other one."""
    start, end, at_least, at_most, *rest = rows[1]
    rows.append([end, start, f"-{at_most}", f"-{at_least}", *rest])


FAULTS = {
    "a signal twice": fault(copied("signals", 2), f"signals.csv:3:signal  row 2 {SIGNAL}  {KEEP}"),
    "a signal with two values": fault(
        copied("signals", 2, value="1", unit="accounts (about)"), f"signals.csv:3:signal  row 2 {SIGNAL}  {KEEP}"
    ),
    "a signal thrice": fault(
        both(copied("signals", 2), copied("signals", 2)),
        f"signals.csv:3:signal  row 2 {SIGNAL}  {KEEP}",
        f"signals.csv:4:signal  row 2 {SIGNAL}  {KEEP}",
    ),
    "a signal of one moment in two zones": fault(
        both(
            cell("signals", 2, "time", "2011-02-15T23:24:00-05:00"),
            copied("signals", 2, time="2011-02-16T04:24:00Z"),
        ),
        f"signals.csv:3:signal  row 2 {SIGNAL}  {KEEP}",
    ),
    "a source under two ids": fault(
        copied("sources", 2, source_id="redcross-again"),
        f"sources.csv:3:url  row 2 has the same url, title, publisher, author and published  {KEEP}",
    ),
    "a text under two ids": fault(
        copied("coverage", 20, doc_id="d20"),
        f"coverage.csv:21:abstract  row 20 has the same abstract, source_id and published  {KEEP}",
    ),
    "a relation counted from the other event": fault(
        rows_of("relations", turned),
        f"relations.csv:{{end}}:from_event  row 2 has the same from_event, to_event, rule, at_least_seconds and at_most_seconds  {KEEP}",
    ),
    "a word of a list twice": fault(
        cell("coverage", 2, "frames", "leadership;lesson; leadership"),
        "coverage.csv:2:frames  'leadership;lesson; leadership' names 'leadership' more than once  use these words",
    ),
    "a source of an event twice": fault(
        cell("events", 2, "source_ids", "e; e"),
        "events.csv:2:source_ids  'e; e' names 'e' more than once  name ids with ; between",
    ),
    "a claim twice": fault(
        text(
            "case.yaml",
            "documented_claims:\n",
            "documented_claims:\n"
            + 2
            * "- claim: She answered.\n  from: a-text\n  verdict: supported\n  why: So.\n  source_ids: [cnn-2012-10-03]\n",
        ),
        "case.yaml:39:documented_claims[2].claim  documented_claims[1] is the same claim of the same text  keep one",
        case_id=KITCHEN,
    ),
}


@pytest.mark.bad_input("damaged tables of a case")
@pytest.mark.parametrize("name", FAULTS)
def test_what_would_count_twice_is_named_with_both_places(name: str, tmp_path: Path) -> None:
    named = FAULTS[name]
    end = len(records(INSTALLED_FROM / "casestudies" / named.case_id / "relations.csv")) + 1
    assert_named(fault(named.broken, *(line.format(end=end) for line in named.lines), case_id=named.case_id), tmp_path)


APART = {
    "another source": copied("signals", 2, source_id="philanthropy-2011-02-17", value="269000"),
    "another scope": copied("signals", 2, scope="@RedCross on Twitter, about"),
    "another day": copied("signals", 2, time="2011-02-16"),
    "a day, and a moment of it": copied("signals", 2, time="2011-02-15T00:00:00Z"),
    "two texts of one source": copied(
        "coverage",
        20,
        doc_id="d20",
        abstract="Another text of the same page and day, which says " + "something else " * 9,
    ),
    "one report in two papers": copied("coverage", 20, doc_id="d20", source_id="redcross-2011-02-16"),
    "two undated pages of one publisher, without title and address": both(
        copied("sources", 2, source_id="one", title="", url="", link="no"),
        copied("sources", 2, source_id="two", title="", url="", link="no"),
    ),
    "two pages of one title": copied("sources", 2, source_id="one", url="https://redcrosschat.org/2011/02/16/second/"),
}


@pytest.mark.parametrize("name", APART)
def test_what_is_set_apart_by_a_column_may_stand(name: str, tmp_path: Path) -> None:
    folder = copy(tmp_path, RED)
    APART[name](folder)
    assert read_case(folder, Workspace(tmp_path))[1] == ()


def test_rows_that_cannot_be_read_are_not_said_to_be_alike(tmp_path: Path) -> None:
    folder = copy(tmp_path, RED)
    both(copied("signals", 2, time="soon"), copied("signals", 2, time="late"))(folder)
    _, problems = read_case(folder, Workspace(tmp_path))
    assert [(problem.row, problem.column) for problem in problems] == [(3, "time"), (4, "time")]


def test_the_cases_of_the_record_hold_nothing_twice() -> None:
    assert check(workspace=Workspace(INSTALLED_FROM)).problems == ()


def test_every_table_says_what_must_not_stand_twice() -> None:
    """By an id that is each once, or by what two rows may not share; an id of our own needs both."""
    for name, schema in ALL_SCHEMAS.items():
        assert schema.primary_key() or schema.once(), name


# Lengths

CHARACTERS = {"Latin": "a", "Cyrillic": "\u0436", "Chinese": "\u8d26", "beyond the first plane": "\U0001f600"}


@pytest.mark.parametrize("script", CHARACTERS)
@pytest.mark.parametrize("length", [15, LABEL_LENGTH, LABEL_LENGTH + 1])
def test_labels_are_measured_in_characters(script: str, length: int, tmp_path: Path) -> None:
    folder = copy(tmp_path, RED)
    label = CHARACTERS[script] * length
    cell("events", 9, "label", label)(folder)
    _, problems = read_case(folder, Workspace(tmp_path))
    long = (
        f"'{label}' is {length} characters long  write 2 to 5 words, at most {LABEL_LENGTH} characters, each label once"
    )
    assert [str(problem).split(":label  ")[1] for problem in problems] == ([] if length <= LABEL_LENGTH else [long])


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=2 * LABEL_LENGTH))
def test_the_check_and_the_package_measure_alike(label: str) -> None:
    """A Table Schema's maxLength counts characters, as Python does (https://datapackage.org/standard/table-schema/)."""
    (described,) = (field for field in table_schema("events")["fields"] if field["name"] == "label")
    column = ALL_SCHEMAS["events"].columns()["label"]
    held = column.validation_rules(pl.col("label"))["check__max_length"]
    passed = pl.DataFrame({"label": [label]}).select(held).item()
    assert passed == (len(label) <= described["constraints"]["maxLength"])


def test_a_chinese_label_is_in_the_package(tmp_path: Path) -> None:
    folder = copy(tmp_path, RED)
    cell("events", 9, "label", CHARACTERS["Chinese"] * LABEL_LENGTH)(folder)
    assert case_package(folder)["name"] == RED
