"""One bad case never costs the others: it is named with its place, and cases, comparison and index go on with the rest."""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
import time
from pathlib import Path

import polars as pl
import pytest

import aftermath as am
from aftermath.building.jobs import comparison_job, methods_job, site_job, trial_job
from aftermath.case_files.about import RESERVED_IDS
from aftermath.case_files.check import check
from aftermath.case_files.columns import Table
from aftermath.case_files.evidence import contents
from aftermath.case_files.playbook_rules import RuleError, parse_rule
from aftermath.case_files.shared_tables import SHARED_SCHEMAS
from aftermath.case_files.tables import ALL_SCHEMAS
from aftermath.case_files.template import TemplateError, new_case
from aftermath.comparison.gathering import gather
from aftermath.comparison.scoreboard import Comparison, compare
from aftermath.files import fingerprint
from aftermath.pages.index import index_page, index_sections
from aftermath.workspace import OWN_PAGES, SITE_FOLDERS, SITE_PAGES, Workspace
from breaking import (
    RED,
    Break,
    add_column,
    again,
    append,
    both,
    cell,
    copy,
    data,
    drop_column,
    field,
    link_out,
    replaced,
    rows_of,
    text,
    whole,
)
from factories import case_folder

GOOD = ("first-case", "second-case")
GIGABYTES = 20 << 30


def sparse(file: str) -> Break:
    """Twenty gigabytes that take no room on the disk."""
    return lambda folder: os.truncate(_touched(folder / file), GIGABYTES)


def _touched(path: Path) -> Path:
    path.touch()
    return path


def special(file: str, kind: int) -> Break:
    return replaced(file, lambda path: os.mknod(path, kind | 0o644))


# what is done to the case, and how the problem that names it begins
FAULTS: dict[str, tuple[Break, str]] = {
    # files
    **{
        f"without {file}": (lambda folder, file=file: (folder / file).unlink(), f"{file}  is missing")
        for file in ("case.yaml", "events.csv", "coverage.csv", "stances.csv", "rubric.csv", "sources.csv", "NOTES.md")
    },
    "no file at all": (lambda folder: [path.unlink() for path in folder.iterdir()], "NOTES.md  is missing"),
    **{
        f"a folder for {file}": (replaced(file, Path.mkdir), f"{file}  is a folder, not a file")
        for file in ("case.yaml", "events.csv", "NOTES.md", "relations.csv")
    },
    "a folder for replay.yaml": (replaced("replay.yaml", Path.mkdir), "replay.yaml  is a folder"),
    "a link to nothing": (replaced("events.csv", lambda path: path.symlink_to("gone")), "events.csv  is a link to"),
    "a link to itself": (replaced("case.yaml", lambda path: path.symlink_to(path.name)), "case.yaml  cannot be read ("),
    "a link to its folder": (replaced("NOTES.md", lambda path: path.symlink_to(".")), "NOTES.md  is a folder"),
    "a link that leads out": (replaced("rubric.csv", link_out), "rubric.csv  is a link that leads out"),
    "a link to a device": (
        replaced("signals.csv", lambda path: path.symlink_to("/dev/zero")),
        "signals.csv  is a link that leads out",
    ),
    **{
        f"a pipe for {file}": (special(file, stat.S_IFIFO), f"{file}  is a named pipe, not a file")
        for file in ("case.yaml", "events.csv", "NOTES.md", "relations.csv")
    },
    "a pipe for replay.yaml": (special("replay.yaml", stat.S_IFIFO), "replay.yaml  is a named pipe"),
    "a pipe for prices.csv": (lambda folder: os.mkfifo(folder / "prices.csv"), "prices.csv  is a named pipe"),
    "a socket": (special("stances.csv", stat.S_IFSOCK), "stances.csv  is a socket, not a file"),
    **{
        f"twenty gigabytes in {file}": (
            sparse(file),
            f"{file}  has more than {'500,000' if most else '50,000,000'} bytes",
        )
        for file, most in {
            **{f"{table}.csv": 0 for table in ("events", "coverage", "stances", "signals", "rubric", "sources")},
            **{f"{table}.csv": 0 for table in ("prices", "relations", "adjudication")},
            "NOTES.md": 0,
            "case.yaml": 1,
        }.items()
    },
    "twenty gigabytes in replay.yaml": (sparse("replay.yaml"), "replay.yaml  has more than 100,000 bytes"),
    # bytes
    "UTF-16": (lambda folder: _recoded(folder / "events.csv", "utf-16"), "events.csv:1  is not UTF-8 text"),
    "a damaged byte": (data("coverage.csv", b"d02,", b"d\xff2,"), "coverage.csv:3  is not UTF-8 text"),
    "a NUL": (data("sources.csv", b"redcross", b"red\x00cross"), "sources.csv:2  holds the control character"),
    "a damaged byte in YAML": (data("case.yaml", b"Red Cross", b"Red \xe9ross"), "case.yaml:2  is not UTF-8 text"),
    "a damaged byte in notes": (append("NOTES.md", "\x00"), "NOTES.md:"),
    # YAML
    "a tag": (field("title", "title: !!timestamp soon"), "case.yaml:2:8  is not well-formed YAML: the tag !!timestamp"),
    "a truth value": (field("country", "country: !!bool x"), "case.yaml:5:10  is not well-formed YAML: the tag !!bool"),
    "an escape": (field("title", 'title: "\\UFFFFFFFF"'), "case.yaml:2:11  is not well-formed YAML"),
    "a list as fields": (field("aliases", "aliases: !!map [a]"), "case.yaml:17:10  is not well-formed YAML: the tag"),
    "a reference": (field("aliases", "aliases: &a [*a]"), "case.yaml:17:14  is not well-formed YAML: references"),
    "a merge": (append("case.yaml", "<<: {a: b}\n"), "case.yaml:38:<<  is not a field"),
    "a key of nothing": (append("case.yaml", "~: x\n"), "case.yaml:38:1  is not well-formed YAML: a key is no text"),
    "depth": (field("title", f"title: {'[' * 5000}"), "case.yaml:2:28  is not well-formed YAML: it is nested"),
    "a second document": (append("case.yaml", "---\n"), "case.yaml:38:1  is not well-formed YAML: a second"),
    "no fields": (whole("case.yaml", "words\n"), "case.yaml  holds no fields"),
    "an option that is a list": (
        whole("replay.yaml", "decisions: [{at: e01, options: [[wait]]}]\n"),
        "replay.yaml:1:decisions[1].options  [['wait']] is not",
    ),
    "minutes without end": (
        whole("replay.yaml", f"decisions: [{{at: e01, minutes: '{'0' * 8}1{'0' * 4400}'}}]\n"),
        "replay.yaml:1:decisions[1].minutes  '000000001",
    ),
    "an event of nothing": (whole("replay.yaml", "public: {~: e01}\n"), "replay.yaml:1:10  is not well-formed YAML"),
    # fields
    "an id": (field("id", "id: other"), "case.yaml:1:id  'other' is not the name of the folder"),
    "a zone": (field("timezone", "timezone: Mars/Olympus"), "case.yaml:11:timezone  'Mars/Olympus' is not"),
    "a clock": (field("clock_zero", "clock_zero: e99"), "case.yaml:21:clock_zero  'e99' is not the exposure"),
    "a coder": (field("coders", "coders: [a]"), "case.yaml:31:coders  ['a'] is not what belongs here"),
    "a claim": (field("documented_claims", "documented_claims: [x]"), "case.yaml:30:documented_claims[1]  'x' is not"),
    "a field missing": (text("case.yaml", "country: US\n", ""), "case.yaml:country  this field is missing"),
    # tables
    "no rows and no header": (whole("events.csv", ""), "events.csv:1  does not name the columns"),
    "a column missing": (drop_column("events", "acts"), "events.csv:1:acts  this column is missing"),
    "a column too many": (add_column("stances", "mood"), "stances.csv:1:mood  is not a column"),
    "a column twice": (add_column("rubric", "score"), "rubric.csv:1:score  stands more than once"),
    "an open quotation mark": (append("coverage.csv", '"open\n'), "coverage.csv:"),
    "a row too short": (append("signals.csv", "followers\n"), "signals.csv:"),
    "a time": (cell("events", 2, "earliest", "soon"), "events.csv:2:earliest  'soon' is not a date"),
    "a time without zone": (cell("events", 2, "latest", "2011-02-15T23:24:00"), "events.csv:2:latest  '2011-02-15T23:"),
    "times swapped": (cell("events", 2, "latest", "1999-01-01T00:00:00Z"), "events.csv:2:earliest  '2011-02-15T23:24"),
    "a word": (cell("events", 3, "acts", "dancing"), "events.csv:3:acts  'dancing' is not a word of the vocabulary"),
    "an actor": (cell("events", 3, "actor", ""), "events.csv:3:actor  is empty"),
    "a row twice": (again("events", 2), "events.csv:2:event_id  'e01' stands more than once"),
    "a source that is not there": (cell("coverage", 2, "source_id", "gone"), "coverage.csv:2:source_id  'gone' is not"),
    "a stance": (cell("stances", 2, "favourability", "9" * 400), "stances.csv:2:favourability  '999"),
    "a number": (cell("signals", 2, "value", "1e999"), "signals.csv:2:value  '1e999' is too large"),
    "a coder unknown": (cell("rubric", 2, "coder", "zoe"), "rubric.csv:2:coder  'zoe' is no coder of this table"),
    "a day": (cell("sources", 2, "read_on", "2026-02-30"), "sources.csv:2:read_on  '2026-02-30' is not a date"),
    "an address": (cell("sources", 2, "url", "javascript:x"), "sources.csv:2:url  'javascript:x' is not in the form"),
    "rows upside down": (rows_of("events", lambda rows: rows.insert(1, rows.pop())), "events.csv:3:earliest  '2011-"),
    "two exposures": (cell("events", 3, "acts", "exposure"), "events.csv:3:acts  e02 is a second exposure"),
    "everything": (
        both(whole("case.yaml", ""), whole("events.csv", ""), whole("rubric.csv", "x")),
        "case.yaml  holds no",
    ),
}
POSIX = ("a pipe", "a socket", "a link", "twenty")  # what Windows has otherwise, or not at all


def _recoded(path: Path, encoding: str) -> None:
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Comparison]:
    """Two sound cases, and their comparison."""
    root = tmp_path_factory.mktemp("good")
    for case_id in GOOD:
        case_folder(root, case_id)
    return root, compare(gather(workspace=Workspace(root)).cases)


@pytest.mark.bad_input("a bad case beside good ones")
@pytest.mark.parametrize("name", FAULTS)
def test_it_is_named_and_the_others_go_on(name: str, good: tuple[Path, Comparison], tmp_path: Path) -> None:
    if sys.platform == "win32" and name.startswith(POSIX):
        pytest.skip("not on Windows")
    shutil.copytree(good[0], tmp_path, dirs_exist_ok=True)
    workspace, (broken, named) = Workspace(tmp_path), FAULTS[name]
    broken(copy(tmp_path, RED))
    problems = check((), workspace).problems
    said = [str(problem).removeprefix(f"casestudies/{RED}/") for problem in problems]
    assert any(line.startswith(named) for line in said), said[:5]
    assert {problem.file.split("/")[1] for problem in problems} == {RED}
    cases = am.cases(workspace)
    assert [case.id for case in cases] == list(GOOD)
    assert cases.left_out == {RED: problems}
    gathered = gather(workspace=workspace)
    assert [case.id for case in gathered.cases] == list(GOOD)
    assert [(failure.case_id, failure.problems) for failure in gathered.failures] == [(RED, problems)]
    page = index_page(good[1], index_sections(good[1], gathered, {}))
    assert all(case_id in page for case_id in (*GOOD, RED))


def test_there_are_at_least_sixty_faults() -> None:
    assert len(FAULTS) >= 60


@pytest.mark.bad_input("special files and names")
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are Unicode")
def test_a_folder_whose_name_is_no_text_is_named_and_the_others_go_on(
    good: tuple[Path, Comparison], tmp_path: Path
) -> None:
    shutil.copytree(good[0], tmp_path, dirs_exist_ok=True)
    workspace = Workspace(tmp_path)
    shutil.copytree(copy(tmp_path, RED), os.fsdecode(os.fsencode(tmp_path) + b"/casestudies/caf\xe9"))
    (problem,) = check((), workspace).problems
    assert str(problem) == (
        "casestudies/caf\\xe9  the name of the folder is not UTF-8 text  rename it: lower-case words with hyphens"
    )
    gathered = gather(workspace=workspace)
    assert [case.id for case in gathered.cases] == sorted([*GOOD, RED])
    assert [failure.case_id for failure in gathered.failures] == ["caf\\xe9"]
    comparison = compare(gathered.cases)
    assert "caf\\xe9" in index_page(comparison, index_sections(comparison, gathered, {}))


@pytest.mark.bad_input("special files and names")
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are Unicode")
def test_a_file_whose_name_is_no_text_has_a_fingerprint(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.csv"))
    path.write_bytes(b"x")
    before = fingerprint(tmp_path, [path])
    path.write_bytes(b"y")
    assert fingerprint(tmp_path, [path]) != before


@pytest.mark.bad_input("special files and names")
@pytest.mark.skipif(sys.platform == "win32", reason="not on Windows")
@pytest.mark.parametrize(
    "make",
    [os.mkfifo, lambda path: path.symlink_to("gone"), lambda path: path.symlink_to(path.name)],
    ids=["a pipe", "a link to nothing", "a link to itself"],
)
def test_what_is_neither_folder_nor_file_beside_the_cases_is_named(make, tmp_path: Path) -> None:
    case_folder(tmp_path, GOOD[0])
    make(tmp_path / "casestudies" / "stray")
    (problem,) = check((), Workspace(tmp_path)).problems
    assert str(problem).startswith("casestudies/stray  is neither a case folder nor a file")
    assert len(am.cases(Workspace(tmp_path))) == 1


@pytest.mark.bad_input("special files and names")
@pytest.mark.parametrize("file", ["playbook.csv", "contrasts.csv", "texts.csv", "numeric_claims.csv", "CITATION.cff"])
@pytest.mark.skipif(sys.platform == "win32", reason="not on Windows")
def test_files_beside_the_cases_are_never_waited_for_nor_read_whole(file: str, tmp_path: Path) -> None:
    case_folder(tmp_path, GOOD[0])
    path = tmp_path / "casestudies" / file
    os.mkfifo(path)
    (problem,) = check((), Workspace(tmp_path)).problems
    assert str(problem).startswith(f"casestudies/{file}  is a named pipe, not a file")
    path.unlink()
    os.truncate(_touched(path), GIGABYTES)
    (problem,) = check((), Workspace(tmp_path)).problems
    assert f"{file}  has more than" in str(problem)


@pytest.mark.bad_input("special files and names")
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("file", ["case.yaml", "events.csv", "NOTES.md"])
def test_a_file_that_may_not_be_read_is_named(file: str, tmp_path: Path) -> None:
    folder = case_folder(tmp_path, GOOD[0])
    (folder / file).chmod(0)
    (problem,) = check((), Workspace(tmp_path)).problems
    assert str(problem).startswith(f"casestudies/{GOOD[0]}/{file}  cannot be read (Permission denied)")


def test_what_lies_beside_the_files_of_a_case_is_not_read_for_the_comparison(tmp_path: Path) -> None:
    folder = case_folder(tmp_path, GOOD[0])
    before = contents(folder)
    os.truncate(_touched(folder / "raw.csv"), GIGABYTES)
    assert contents(folder) == before
    assert [case.id for case in gather(workspace=Workspace(tmp_path)).cases] == [GOOD[0]]


@pytest.mark.bad_input("damaged tables of a case")
@pytest.mark.parametrize("row", ["x\n", "d999,zoe,9,9,9\n"], ids=["short rows", "bad fields"])
def test_a_hundred_thousand_bad_rows_are_a_hundred_problems_and_a_count(row: str, tmp_path: Path) -> None:
    folder = copy(tmp_path, RED)
    header = (folder / "stances.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "stances.csv").write_text(f"{header}\n{row * 100_000}", encoding="utf-8")
    begun = time.process_time()
    problems = check((), Workspace(tmp_path)).problems
    assert time.process_time() - begun < 20
    assert len(problems) == 101
    assert re.search(r"stances.csv  has [0-9,]{6,} further problems beside the first 100  ", str(problems[0]))
    assert [problem.row for problem in problems[1:]] == sorted(problem.row for problem in problems[1:])


@pytest.mark.bad_input("ids that the site uses itself")
@pytest.mark.parametrize("case_id", [*OWN_PAGES, *SITE_PAGES, *SITE_FOLDERS, "con", "lpt1"])
def test_no_case_takes_a_name_of_the_site(case_id: str, tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="cannot be the id of a case"):
        new_case(case_id, Workspace(tmp_path))
    case_folder(tmp_path, case_id)
    (problem,) = check((), Workspace(tmp_path)).problems
    assert str(problem).startswith(f"casestudies/{case_id}/case.yaml:1:id  '{case_id}' is not what belongs here")
    assert gather(workspace=Workspace(tmp_path)).cases == ()


def test_all_that_the_site_holds_has_a_reserved_name(tmp_path: Path) -> None:
    case_folder(tmp_path, GOOD[0])
    site = Workspace(tmp_path).site
    jobs = [
        comparison_job(Workspace(tmp_path), {}),
        methods_job(Workspace(tmp_path)),
        trial_job(Workspace(tmp_path)),
        site_job(Workspace(tmp_path), {}),
    ]
    held = {path.relative_to(site).parts[0] for job in jobs for path in job.products if path.is_relative_to(site)}
    assert len(held) > 8
    assert {name.removesuffix(".html") for name in held} <= RESERVED_IDS


def test_texts_and_cases_that_are_not_there_are_warnings(tmp_path: Path) -> None:
    claim = {"claim": "c", "from": "gone", "verdict": "partly", "why": "w", "source_ids": ["paper-2020"]}
    case_folder(tmp_path, GOOD[0], documented_claims=[claim])
    beside = tmp_path / "casestudies"
    (beside / "texts.csv").write_text("text_id,title,language,kind,about\nguide,,,,\n")
    (beside / "playbook.csv").write_text("advice_id,text_id,advice,indicator,rule\na1,lost,x,y,consistent\n")
    (beside / "contrasts.csv").write_text(f"contrast,title,why,case_ids\none,One,Alike.,{GOOD[0]};nobody\n")
    report = check((), Workspace(tmp_path))
    assert report.problems == ()
    said = [str(warning).removeprefix("casestudies/") for warning in report.warnings if "is not in" in warning.what]
    assert [line.split("  ")[:2] for line in said] == [
        ["contrasts.csv:2:case_ids", "'nobody' is not in casestudies/"],
        ["first-case/case.yaml:22:documented_claims[1].from", "'gone' is not in texts.csv"],
        ["playbook.csv:2:text_id", "'lost' is not in texts.csv"],
    ]


@pytest.mark.bad_input("damaged tables of a case")
@pytest.mark.parametrize(
    "rule",
    [
        "latency response 0 min",
        f"latency response {'9' * 400} h",
        "cause rumour: cause rumour: consistent",
        "rubric " + "T1 " * 200,
    ],
)
def test_what_no_rule_can_ask_is_refused(rule: str) -> None:
    with pytest.raises(RuleError):
        parse_rule(rule)


@pytest.mark.parametrize(
    "schema", [*ALL_SCHEMAS.values(), *SHARED_SCHEMAS.values()], ids=lambda schema: schema.__name__
)
def test_the_rules_of_a_table_are_those_of_dataframely(schema: type[Table]) -> None:
    empty = dict.fromkeys(schema.column_names())
    typed = pl.DataFrame([empty, empty], schema={name: column.dtype for name, column in schema.columns().items()})
    details = schema.filter(typed).failure.details().drop(schema.column_names())
    ours = typed.select(rule.alias(name) for name, rule in schema.rules().items())
    assert set(ours.columns) == set(details.columns)
    for name in ours.columns:
        assert [held == "valid" for held in details[name]] == ours[name].to_list(), name
