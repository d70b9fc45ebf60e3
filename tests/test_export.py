"""Exports: each format is read by the program or checked by the rules that it is meant for."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from edtf import parse_edtf
from frictionless import system, validate
from hypothesis import given
from hypothesis import strategies as st
from rocrate.rocrate import ROCrate
from typer.testing import CliRunner

import aftermath as am
from aftermath.case_files.case import load_case
from aftermath.cli import app
from aftermath.exchange.export import FORMATS, TIMES, event_times, export, exported
from aftermath.files import WriteError
from aftermath.problems import AftermathError
from aftermath.times import Span, edtf, parse_instant
from aftermath.workspace import INSTALLED_FROM, Workspace
from factories import case_folder, event

HERE = Workspace(INSTALLED_FROM)
ZONES = ("UTC", "America/New_York", "Asia/Shanghai", "America/Sao_Paulo", "Pacific/Apia")
HOSTILE = "<img src=x onerror=alert(1)> & </script>"


@pytest.fixture(autouse=True)
def _trusted():
    """Temporary folders have absolute paths, which frictionless distrusts."""
    with system.use_context(trusted=True):
        yield


def days(text: str) -> tuple[date, date]:
    """The first and the last day that another program takes a text in EDTF for."""
    parsed = parse_edtf(text)
    return date(*parsed.lower_strict()[:3]), date(*parsed.upper_strict()[:3])


# Dates


@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2999, 1, 1)),
    st.one_of(st.just(0), st.integers(0, 200_000), st.integers(0, 10**9)),
    st.sampled_from(ZONES),
)
def test_edtf_is_of_the_standard_and_never_leaves_a_day_of_the_span_out(start: datetime, width: int, zone: str) -> None:
    earliest = start.replace(microsecond=0, tzinfo=UTC)
    span = Span(earliest, earliest + timedelta(seconds=width))
    text = edtf(span, zone)
    if not width:
        assert datetime.fromisoformat(text) == earliest
        text = text[:10]
    ends = tuple(moment.astimezone(ZoneInfo(zone)).date() for moment in (span.earliest, span.latest))
    assert days(text) == ends


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York"])
@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ("2014-02-13", "2014-02-13", "2014-02-13"),
        ("2014-02-01", "2014-02-28", "2014-02"),
        ("2012-02-01", "2012-02-28", "[2012-02-01..2012-02-28]"),
        ("2014-01-01", "2014-12-31", "2014"),
        ("2014-03-01", "2014-05-31", "[2014-03..2014-05]"),
        ("2013-01-01", "2014-12-31", "[2013..2014]"),
        ("2014-12-31", "2015-01-01", "[2014-12-31..2015-01-01]"),
    ],
)
def test_whole_days_months_and_years_are_written_as_such(first: str, last: str, text: str, zone: str) -> None:
    begin = datetime.fromisoformat(first).replace(tzinfo=ZoneInfo(zone))
    end = datetime.fromisoformat(f"{last}T23:59:59").replace(tzinfo=ZoneInfo(zone))
    span = Span(begin.astimezone(UTC), end.astimezone(UTC))
    assert edtf(span, zone) == text
    assert days(text) == (date.fromisoformat(first), date.fromisoformat(last))


def test_local_mean_time_is_written_in_utc() -> None:
    moment = parse_instant("1900-01-01T00:00:00Z")
    assert edtf(Span(moment, moment), "Asia/Shanghai") == "1900-01-01T00:00:00Z"


@pytest.mark.parametrize("case_id", HERE.case_ids())
def test_every_event_of_every_case_has_a_date_that_another_program_reads(case_id: str) -> None:
    case = load_case(case_id, HERE)
    table = event_times(case)
    assert table["event_id"].sort().to_list() == case.events["event_id"].sort().to_list()
    for event_id, earliest, latest, text in table.iter_rows():
        span = case.span(event_id)
        assert (datetime.fromisoformat(earliest), datetime.fromisoformat(latest)) == (span.earliest, span.latest)
        assert days(text[:10] if "T" in text else text) == (
            date.fromisoformat(earliest[:10]),
            date.fromisoformat(latest[:10]),
        )


# Folders


@pytest.mark.parametrize("case_id", ["united-3411", "red-cross-tweet", "weishi-data-fabrication"])
def test_frictionless_is_content_with_what_is_exported(case_id: str, tmp_path: Path) -> None:
    *_, descriptor = export(case_id, "datapackage", tmp_path)
    assert descriptor.name == "datapackage.json"
    report = validate(str(descriptor))
    assert report.valid, report.flatten(["fieldName", "rowNumber", "type", "note"])
    assert {"events", "event_times"} <= {task.name for task in report.tasks}
    package = json.loads(descriptor.read_text(encoding="utf-8"))
    assert package["id"].startswith("urn:uuid:")
    # Semantic Versioning 2.0.0, the pattern that semver.org suggests, without pre-releases
    assert re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}\+[0-9a-zA-Z-]+", package["version"])


@pytest.mark.parametrize("case_id", ["united-3411", "kitchenaid-tweet", "weishi-data-fabrication"])
def test_a_crate_is_read_by_the_library_of_the_standard_with_all_its_files(case_id: str, tmp_path: Path) -> None:
    written = export(case_id, "ro-crate", tmp_path)
    crate = ROCrate(tmp_path)
    assert crate.version == "1.2"
    assert {entity.id for entity in crate.data_entities} == {path.name for path in written[:-1]}
    root = crate.root_dataset
    assert (root["name"], str(root["datePublished"])[:10]) == (load_case(case_id, HERE).title, "2026-11-21")
    assert root["license"].id == "https://creativecommons.org/licenses/by/4.0/"
    assert root["creator"]["name"] == "The Aftermath contributors"
    for entity in crate.data_entities:
        assert int(entity["contentSize"]) == (tmp_path / entity.id).stat().st_size


@pytest.mark.parametrize("format", FORMATS)
def test_an_export_is_the_same_every_time(format: str) -> None:
    case = load_case("kitchenaid-tweet", HERE)
    assert exported(case, format) == exported(case, format)


def test_a_crate_is_refused_where_the_collection_says_neither_day_nor_licence(tmp_path: Path) -> None:
    case_folder(tmp_path)
    case = load_case("small-case", Workspace(tmp_path))
    with pytest.raises(
        AftermathError, match=r"CITATION.cff  does not say date-released and license, .*date-released: "
    ):
        exported(case, "ro-crate")
    package = json.loads(exported(case, "datapackage")["datapackage.json"])
    assert not {"id", "licenses", "contributors"} & set(package)
    assert package["version"].startswith("0.0.0+")


# Timelines


def test_a_timeline_has_every_event_and_says_what_it_loses() -> None:
    case = load_case("kitchenaid-tweet", HERE)
    timeline = json.loads(exported(case, "timelinejs")["kitchenaid-tweet.json"])
    slides = {slide["unique_id"]: slide for slide in timeline["events"]}
    assert list(slides) == case.events["event_id"].to_list()
    exact = {event_id for event_id, span in case.times().spans.items() if span.earliest == span.latest}
    assert {event_id for event_id, slide in slides.items() if "end_date" not in slide} == exact != set()
    for event_id, slide in slides.items():
        assert ("When exactly is not on record" in slide["text"]["text"]) == (event_id not in exact)
        start = datetime(**slide["start_date"], tzinfo=ZoneInfo("America/New_York"))
        assert start == case.span(event_id).earliest.replace(microsecond=0)
    title = timeline["title"]["text"]["text"]
    assert f"leaves the moment of {len(slides) - len(exact)} open" in title
    assert "no room for that" in title


@pytest.mark.bad_input("hostile text on pages")
def test_texts_of_a_case_are_no_markup_in_a_timeline(tmp_path: Path) -> None:
    case_folder(tmp_path, title=HOSTILE, summary=HOSTILE, events=[event(), event("apology", 60, summary=HOSTILE)])
    text = exported(load_case("small-case", Workspace(tmp_path)), "timelinejs")["small-case.json"].decode()
    assert "<" not in text
    assert html.unescape(json.loads(text)["title"]["text"]["headline"]) == HOSTILE


# Files


def test_nothing_that_is_there_is_replaced_unasked(tmp_path: Path) -> None:
    (tmp_path / "datapackage.json").write_text("mine")
    (tmp_path / "other.txt").write_text("mine")
    with pytest.raises(WriteError, match=r"datapackage\.json: there already"):
        export("kitchenaid-tweet", "datapackage", tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["datapackage.json", "other.txt"]
    am.export("kitchenaid-tweet", "datapackage", tmp_path, again=True)
    assert (tmp_path / "other.txt").read_text() == "mine"
    assert json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))["name"] == "kitchenaid-tweet"


def test_the_command_writes_files_and_folders_and_helps_with_slips(tmp_path: Path) -> None:
    def run(*words: str) -> object:
        return CliRunner().invoke(app, ["export", "kitchenaid-tweet", *words])

    assert run("--format", "apa").output.startswith("The Aftermath contributors. (2026). KitchenAid")
    written = run("--format", "ris", "--to", str(tmp_path / "a.ris"))
    assert (written.exit_code, (tmp_path / "a.ris").read_text(encoding="utf-8")[:10]) == (0, "TY  - DATA")
    assert "a folder of 13 files: name it by --to" in str(run("--format", "ro-crate").exception)
    assert "did you mean ro-crate?" in str(run("--format", "rocrate").exception)
    assert run("--format", "datapackage", "--to", str(tmp_path / "package")).exit_code == 0
    times = list(csv.DictReader(io.StringIO((tmp_path / "package" / TIMES).read_text(encoding="utf-8"))))
    assert times[0]["edtf"] == "2012-10-03T21:00:00-04:00"
