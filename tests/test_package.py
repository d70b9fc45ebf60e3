"""The data package of each case: up to date, valid for another program, and derived from the schemas."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from frictionless import Package, system, validate

from aftermath.case_files.case import load_case
from aftermath.case_files.columns import file_columns
from aftermath.case_files.package import FILE_NAME, case_package, package_text, table_schema, write_packages
from aftermath.case_files.tables import ALL_SCHEMAS, REFERENCES, SCHEMAS
from aftermath.problems import CaseError
from aftermath.workspace import INSTALLED_FROM, Workspace
from breaking import RED, cell, copy
from factories import case_folder, event, score, signal, text, workspace

HERE = Workspace(INSTALLED_FROM)
RENEW = "run `aftermath package`"


@pytest.fixture(autouse=True)
def _trusted():
    """Temporary folders have absolute paths, which frictionless distrusts."""
    with system.use_context(trusted=True):
        yield


@pytest.mark.parametrize("case_id", HERE.case_ids())
def test_committed_packages_are_up_to_date(case_id: str) -> None:
    folder = HERE.case_folder(case_id)
    committed = (folder / FILE_NAME).read_text(encoding="utf-8") if (folder / FILE_NAME).is_file() else ""
    assert committed == package_text(case_package(folder)), RENEW


@pytest.mark.parametrize("case_id", HERE.case_ids())
@pytest.mark.slow
def test_committed_packages_are_valid_for_frictionless(case_id: str) -> None:
    report = validate(str(HERE.case_folder(case_id) / FILE_NAME))
    assert report.valid, report.flatten(["fieldName", "rowNumber", "type", "note"])
    rows = {task.name: task.stats.get("rows", 0) for task in report.tasks if task.name in ALL_SCHEMAS}
    case = load_case(case_id, HERE)
    assert rows == {table: getattr(case, table).height for table in rows}
    assert set(rows) >= set(SCHEMAS)


def test_package_resources_and_schemas_declare_version_2() -> None:
    package = case_package(HERE.case_folder(RED))
    profiles = "https://datapackage.org/profiles/2.0"
    assert package["$schema"] == f"{profiles}/datapackage.json"
    assert {resource["$schema"] for resource in package["resources"]} == {f"{profiles}/dataresource.json"}
    assert {r["schema"]["$schema"] for r in package["resources"] if "schema" in r} == {f"{profiles}/tableschema.json"}
    assert package["licenses"][0]["name"] == "CC-BY-4.0"


def test_every_file_of_the_case_is_described_with_its_size_and_hash() -> None:
    package = case_package(HERE.case_folder(RED))
    paths = {resource["path"] for resource in package["resources"]}
    assert paths == {"case.yaml", "NOTES.md", *(f"{table}.csv" for table in SCHEMAS), "relations.csv"}
    assert all(resource["bytes"] > 0 and resource["hash"].startswith("sha256:") for resource in package["resources"])


@pytest.mark.parametrize("table", ALL_SCHEMAS)
def test_fields_are_those_of_the_schema_each_described(table: str) -> None:
    schema = table_schema(table)
    assert [field["name"] for field in schema["fields"]] == list(file_columns(ALL_SCHEMAS[table]))
    assert all(field["description"].endswith(".") for field in schema["fields"])


def test_references_to_one_row_are_foreign_keys_and_lists_are_explained() -> None:
    keys = {(table, *key["fields"]) for table in ALL_SCHEMAS for key in table_schema(table).get("foreignKeys", ())}
    lists = {("events", "source_ids"), ("rubric", "event_ids"), ("prices", "source_ids"), ("relations", "source_ids")}
    assert keys == set(REFERENCES) - lists
    for table, column in lists:
        field = next(field for field in table_schema(table)["fields"] if field["name"] == column)
        assert field["type"] == "list"
        assert f"{REFERENCES[table, column][0]}.csv" in field["description"]


def small(root: Path) -> Path:
    return case_folder(
        root,
        texts=[text(a="1")],
        scores=[score("T1", "2", "na")],
        signals=[signal(3)],
        events=[event(), event("apology", 60)],
    )


def test_the_same_files_give_the_same_package_wherever_they_lie(tmp_path: Path) -> None:
    first, second = small(tmp_path / "one"), small(tmp_path / "two")
    assert package_text(case_package(first)) == package_text(case_package(second))
    assert str(tmp_path) not in package_text(case_package(first))


def test_packages_are_written_once_and_again_only_when_a_case_changes(tmp_path: Path) -> None:
    folder = small(tmp_path)
    (path,) = write_packages(workspace(tmp_path))
    before = path.stat()
    assert path == folder / FILE_NAME
    assert Package(str(path)).validate().valid
    assert write_packages(workspace(tmp_path)) == [path]
    assert path.stat().st_ino == before.st_ino  # a file that is written anew is another file
    (folder / "NOTES.md").write_text("# More\n")
    write_packages(workspace(tmp_path))
    assert path.stat().st_ino != before.st_ino
    assert json.loads(path.read_text())["resources"][1]["bytes"] == 7


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "error"),
    [
        ("stances", 3, "doc_id", "d99", "foreign-key"),
        ("stances", 3, "favourability", "3", "constraint-error"),
        ("stances", 3, "favourability", "x", "type-error"),
        ("coverage", 3, "doc_id", "d01", "primary-key"),
        ("coverage", 3, "published", "soon", "constraint-error"),
        ("events", 3, "earliest", "2014-02-30", "type-error"),
        ("events", 3, "certainty", "sure", "constraint-error"),
        ("rubric", 3, "score", "3", "constraint-error"),
    ],
)
def test_another_program_finds_faults_by_the_package(
    table: str, row: int, column: str, value: str, error: str, tmp_path: Path
) -> None:
    folder = copy(tmp_path, RED)
    (path,) = write_packages(Workspace(tmp_path))
    cell(table, row, column, value)(folder)
    found = validate(str(path)).flatten(["type"])
    assert [error] in found


def test_a_case_with_a_problem_gets_no_package(tmp_path: Path) -> None:
    folder = small(tmp_path)
    (folder / "rubric.csv").unlink()
    with pytest.raises(CaseError, match=r"rubric\.csv  is missing"):
        write_packages(workspace(tmp_path))
    assert not (folder / FILE_NAME).exists()
