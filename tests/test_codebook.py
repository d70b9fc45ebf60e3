"""What the codebook asks and no schema holds: every warning in its place, and none where there is nothing to mend."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

import aftermath as am
from aftermath.case_files.case import case_ids, load_case
from aftermath.case_files.check import check
from aftermath.case_files.codebook import answers_from_before, warnings_of
from aftermath.measures.speed import speed
from aftermath.times import Latency
from aftermath.vocabulary import COUNTRY_CODES, country_name
from aftermath.wording import NO_BREAK
from aftermath.workspace import INSTALLED_FROM, Workspace
from breaking import KITCHEN, RED, Break, both, cell, copy, field, rows_of, whole
from factories import case, case_folder, event, instant, relation, score, signal, text, workspace

FOUR = "One happened. Two happened. Three happened. Four happened."


def doubled(table: str, row: int, **columns: str) -> Break:
    """Add a row at the end that is like another but for some columns."""

    def change(rows: list[list[str]]) -> None:
        record = dict(zip(rows[0], rows[row - 1], strict=True)) | columns
        rows.append([record[name] for name in rows[0]])

    return rows_of(table, change)


def summary(words: str) -> Break:
    """Another summary, in place of one that runs over several lines."""

    def broken(folder: Path) -> None:
        path = folder / "case.yaml"
        path.write_text(re.sub(r"(?ms)^summary:.*?(?=^\S)", f"summary: {words}\n", path.read_text()))

    return broken


def swapped(rows: list[list[str]]) -> None:
    rows[1], rows[2] = rows[2], rows[1]


# how to break the case of the Red Cross -> the one warning that must follow, the mend by how it begins
WARNED: dict[str, tuple[Break, str]] = {
    "three sentences": (
        summary("One happened. Two did, says Dr. A. Example. Three happened."),
        "case.yaml:22:summary  has 3 sentences  write 4 to 8 sentences",
    ),
    "nine sentences": (
        summary("It went on. " * 9),
        "case.yaml:22:summary  has 9 sentences  write 4 to 8 sentences",
    ),
    "no country": (
        field("country", "country: UK"),
        "case.yaml:5:country  'UK' is no country of ISO 3166  write its alpha-2 code, e.g. GB",
    ),
    "read too early": (
        cell("sources", 3, "read_on", "2001-01-31"),
        "sources.csv:3:published  '{published}' is after the day on which it was read, 2001-01-31  correct one",
    ),
    "text before its source": (
        cell("coverage", 2, "published", "2011-02-15"),
        "coverage.csv:2:published  '2011-02-15' is before its source, {source}, which was published {of_source}  correct one",
    ),
    "texts out of order": (
        rows_of("coverage", swapped),
        "coverage.csv:3:doc_id  d01 stands below d02  number the rows from top to bottom",
    ),
    "no notes": (whole("NOTES.md", ""), "NOTES.md  holds no notes  say what was looked for"),
    "headings alone": (
        whole("NOTES.md", "# Notes\n\n## Looked for\n"),
        "NOTES.md  holds no notes  say what was looked for",
    ),
    "the same value again, from another source": (
        doubled("signals", 2, source_id="philanthropy-2011-02-17"),
        "signals.csv:{end}:time  followers of 2011-02-15 stands in row 2 already, with the same value, unit and scope  keep",
    ),
    "an item that a coder left out": (
        rows_of("rubric", lambda rows: rows.pop(1)),
        "rubric.csv:item  coder {coder} has not coded {item}  write 0, 1, 2, na or unknown, and why",
    ),
}


@pytest.mark.bad_input("damaged tables of a case")
@pytest.mark.parametrize("name", WARNED)
def test_what_is_asked_and_not_there_is_named_in_its_place(name: str, tmp_path: Path) -> None:
    folder = copy(tmp_path, RED)
    sound = load_case(RED, Workspace(tmp_path))
    change, expected = WARNED[name]
    change(folder)
    (warning,) = warnings_of(load_case(RED, Workspace(tmp_path)))
    source = sound.coverage["source_id"][0]
    dates = dict(sound.sources.select("source_id", "published").iter_rows())
    item, coder = sound.rubric.select("item", "coder").row(0)
    line = expected.format(
        published=sound.sources["published"][1],
        source=source,
        of_source=dates[source],
        end=sound.signals["row"].max() + 1,
        item=item,
        coder=coder,
    )
    assert str(warning).removeprefix(f"casestudies/{RED}/").startswith(line)


def test_an_answer_that_may_have_come_before_clock_zero_is_a_warning_and_its_result_says_so() -> None:
    early = event("apology", -120, 60)
    made = case([event(), early], summary=FOUR)
    assert answers_from_before(made) == ("e01",)
    (warning,) = [each for each in warnings_of(made) if each.file.endswith("events.csv")]
    assert (warning.row, warning.column) == (2, "earliest")
    assert "e01 is coded as an answer although it may have come before clock zero" in warning.what
    assert "milestone" in warning.mend
    measured = speed(made)
    assert measured["apology"].latency == Latency(0, 60)
    assert "intervals begin before clock zero: e01." in measured.text
    assert "is a bound only if the act came after" in measured.context


def test_an_answer_that_a_source_puts_after_clock_zero_is_in_no_doubt() -> None:
    early = event("apology", -120, 60)
    made = case([event("exposure", 0, 10), early], summary=FOUR, relations=[relation("e02", "e01", 1)])
    assert answers_from_before(made) == ()
    assert answers_from_before(made, "none") == ("e01",)
    assert not [warning for warning in warnings_of(made) if warning.file.endswith("events.csv")]
    assert speed(made)["apology"].latency == Latency(1, 60)
    assert speed(made, relations="none").doubtful == ("e01",)


# published -> whether that source can report what cannot have happened before noon UTC on 1 January 2020
REPORTED = {"2019-12-31": False, "2020-01-01": True, "2019-12": False, "2020": True, "2019": False, "2019-12-30": False}


@pytest.mark.parametrize(("published", "possible"), REPORTED.items())
def test_a_source_that_is_older_than_what_it_reports_is_a_warning(
    tmp_path: Path, published: str, possible: bool
) -> None:
    folder = case_folder(tmp_path, events=[event()], summary=FOUR)
    cell("sources", 2, "published", published)(folder)
    found = [each for each in warnings_of(load_case(folder.name, workspace(tmp_path))) if "reports e01" in each.what]
    assert [(each.row, each.column) for each in found] == ([] if possible else [(2, "source_ids")])


def test_a_text_that_is_older_than_what_its_source_is_cited_for_is_a_warning_until_the_notes_explain_it(
    tmp_path: Path,
) -> None:
    made = {"events": [event()], "texts": [text("2019-12-30")], "summary": FOUR}
    folder = case_folder(tmp_path, **made)
    found = [each for each in warnings_of(load_case(folder.name, workspace(tmp_path))) if "reports e01" in each.what]
    assert (
        "paper-2020, published 2019-12-30, reports e01, which cannot have happened before 2020-01-01 12:00 UTC"
        in str(found[0])
    )
    assert "say in NOTES.md, naming both" in found[0].mend
    (folder / "NOTES.md").write_text(
        "# Notes\n\n- The report (paper-2020) announced\n  what was to come (e01).\n- Nothing else.\n"
    )
    assert not [each for each in warnings_of(load_case(folder.name, workspace(tmp_path))) if "reports e01" in each.what]
    (folder / "NOTES.md").write_text("# Notes\n\n- The report (paper-2020) is good.\n- So is e01.\n")
    assert [each for each in warnings_of(load_case(folder.name, workspace(tmp_path))) if "reports e01" in each.what]


@pytest.mark.parametrize(
    "other",
    [
        event("apology", 0, 60),
        event("apology", -120, -1),
        event("milestone", -120, 60),
        event("apology", -120, 60, actor="employee"),
    ],
    ids=["begins with it", "ended before it", "no answer", "of an employee alone"],
)
def test_what_cannot_be_an_early_answer_is_none(other: dict) -> None:
    made = case([event(), other])
    assert answers_from_before(made) == ()
    assert "before clock zero:" not in speed(made).text


def test_an_early_act_that_no_step_rests_on_is_not_named() -> None:
    made = case([event("exposure;acknowledgement"), event("denial", -120, 60)])
    assert answers_from_before(made) == ("e01",)
    assert speed(made).doubtful == ()


def test_sources_that_disagree_and_dates_known_in_part_are_no_slips() -> None:
    made = case(
        [event()],
        [text("2020-01-02")],
        signals=[signal(1), signal(2, source_id="other"), signal(1, "2020-01-03"), signal(1, scope="Europe")],
        summary=FOUR,
    )
    assert not [each for each in warnings_of(made) if "notes" not in each.what]


@pytest.mark.parametrize(
    ("least", "most", "warned"), [(600, None, False), (601, None, True), (None, 299, True), (None, 300, False)]
)
def test_a_likeliest_reading_that_relations_rule_out_is_a_warning(
    least: int | None, most: int | None, warned: bool
) -> None:
    later = event("apology", 0, 900, best_earliest=instant(300), best_latest=instant(600))
    made = case([event("exposure", actor="media"), later], relations=[relation("e01", "e02", least, most)])
    lines = [str(warning) for warning in warnings_of(made) if warning.column == "best_earliest"]
    assert len(lines) == warned
    assert all(
        "events.csv:3:best_earliest  the likeliest reading of e02 is one that relations.csv rules out" in line
        for line in lines
    )


def test_what_a_coder_left_open_is_one_warning_a_table() -> None:
    made = case([event()], [text("2020-01-02")], [score("T1"), score("T2", b="")])
    what = [each.what for each in warnings_of(made) if "has not coded" in each.what]
    assert what == [
        "coder a has not coded T3, T4, T5, T6, T7, T8 and 8 more",
        "coder b has not coded T2, T3, T4, T5, T6, T7 and 9 more",
    ]


@pytest.mark.parametrize("case_id", case_ids(Workspace(INSTALLED_FROM)))
def test_the_cases_keep_to_the_codebook(case_id: str) -> None:
    assert warnings_of(load_case(case_id, Workspace(INSTALLED_FROM))) == ()


def test_the_codes_of_countries_are_those_of_the_time_zone_database() -> None:
    pytest.importorskip("tzdata", reason="the list comes with the Python package of the time zone database")
    listed = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8").splitlines()
    codes = {line.partition("\t")[0] for line in listed if not line.startswith("#")}
    assert codes == COUNTRY_CODES
    assert len(COUNTRY_CODES) == 249
    assert [code for code in COUNTRY_CODES if country_name(code) == code] == []


# --- check --------------------------------------------------------------------------------------------------------


def test_warnings_stand_apart_are_counted_and_leave_a_case_sound(tmp_path: Path) -> None:
    both(field("country", "country: UK"), whole("NOTES.md", ""))(copy(tmp_path, RED))
    cell("events", 14, "earliest", "2014-02-30")(copy(tmp_path, KITCHEN))
    report = check(workspace=Workspace(tmp_path))
    assert (len(report.problems), len(report.warnings)) == (1, 2)
    lines = report.text.replace(NO_BREAK, " ").splitlines()
    assert lines[0].startswith(f"casestudies/{KITCHEN}/events.csv:14:earliest")
    assert lines[1] == "Warnings, of what the codebook asks and no schema holds:"
    assert [line.split(":")[0] for line in lines[2:4]] == [
        f"casestudies/{RED}/NOTES.md  holds no notes  say what was looked for and not found, where sources disagree, and what not to conclude",
        f"casestudies/{RED}/case.yaml",
    ]
    assert lines[4] == "2 cases checked: 1 problem, 2 warnings."
    alone = am.check([RED], Workspace(tmp_path))
    assert alone.sound
    assert alone.summary.replace(NO_BREAK, " ") == "1 case checked: no problem, 2 warnings."


def test_strict_takes_warnings_for_problems(tmp_path: Path) -> None:
    field("country", "country: UK")(copy(tmp_path, RED))
    report = check([RED], Workspace(tmp_path), strict=True)
    assert not report.sound
    assert (len(report.problems), report.warnings) == (1, ())
    assert report.summary.replace(NO_BREAK, " ") == "1 case checked: 1 problem."


def test_a_day_known_to_the_month_is_compared_as_far_as_it_is_known(tmp_path: Path) -> None:
    folder = copy(tmp_path, RED)
    sound = load_case(RED, Workspace(tmp_path))
    first = sound.coverage.row(0, named=True)
    row = dict(sound.sources.select("source_id", "row").iter_rows())[first["source_id"]]
    for published in (first["published"][:7], first["published"][:4], ""):
        cell("sources", row, "published", published)(folder)
        assert warnings_of(load_case(RED, Workspace(tmp_path))) == ()
    assert first["published"] < "2012"
    cell("sources", row, "published", "2012")(folder)
    assert {each.file.rpartition("/")[2] for each in warnings_of(load_case(RED, Workspace(tmp_path)))} == {
        "coverage.csv"
    }
