"""The data package of a case: what its files hold, for anyone who reads them without Aftermath.

Everything in ``datapackage.json`` is derived from the schemas, ``case.yaml``, the collection's citation file and the files
themselves, so that nothing is written twice. After a change of a case, ``aftermath package`` brings the packages up to date.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import dataframely as dy

from aftermath.case_files.case import Case, load_case
from aftermath.case_files.cases import cases, complete
from aftermath.case_files.collection import licence_address, read_collection
from aftermath.case_files.columns import columns_in, file_columns, metadata_of
from aftermath.case_files.tables import ALL_SCHEMAS, REFERENCES
from aftermath.case_files.writing import header_of
from aftermath.files import write_whole
from aftermath.workspace import Workspace, find_workspace

FILE_NAME = "datapackage.json"
PROFILES = "https://datapackage.org/profiles/2.0"

_FORMAT_PATTERNS = {
    "partial_date": r"[0-9]{4}(-[0-9]{2}){0,2}",
    "day_or_instant": r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}([+-][0-9]{2}:[0-9]{2}|Z))?",
}
_TYPES = {
    dy.List: {"type": "list", "delimiter": ";", "itemType": "string"},
    dy.Datetime: {"type": "datetime"},
    dy.Date: {"type": "date"},
    dy.Int8: {"type": "integer"},
    dy.Int64: {"type": "integer"},
    dy.Float64: {"type": "number"},
    dy.String: {"type": "string"},
}


def case_package(folder: Path) -> dict:
    """Describe a case folder as a Frictionless Data Package, version 2.

    Parameters
    ----------
    folder
        The case folder.

    Returns
    -------
    dict
        What belongs in its ``datapackage.json``; the same for the same files.

    Raises
    ------
    CaseError
        If the case has any problem, or the collection's citation file cannot be used.

    References
    ----------
    Data Package standard, version 2.0, https://datapackage.org.

    Examples
    --------
    >>> package = case_package(find_workspace().case_folder("kitchenaid-tweet"))
    >>> [resource["name"] for resource in package["resources"]][:3]
    ['about', 'notes', 'sources']
    """
    return _package(load_case(folder.name, Workspace(folder.resolve().parent.parent)))


def write_packages(workspace: Workspace | None = None) -> list[Path]:
    """Bring the ``datapackage.json`` of every case up to date.

    Parameters
    ----------
    workspace
        Whose cases; the workspace in force if not given.

    Returns
    -------
    list of Path
        All of them, sorted; **those that were up to date are not touched**.

    Raises
    ------
    CaseError
        If any case has a problem; then nothing is written.
    """
    packages = {
        case.folder / FILE_NAME: package_text(_package(case))
        for case in complete(cases(workspace or find_workspace(to_write=True)))
    }
    for path, text in packages.items():
        if not path.is_file() or path.read_bytes() != text.encode():
            write_whole(path, text)
    return list(packages)


def package_text(package: dict) -> str:
    """A package as it stands in its file."""
    return json.dumps(package, indent=2, ensure_ascii=False) + "\n"


def _package(case: Case) -> dict:
    about, collection = case.about, read_collection(case.folder.parent)
    words = ["crisis communication", about.industry, about.cause, about.crisis_type, *about.platforms]
    # what the collection does not say is left out
    said = {
        "id": collection.id_of(case.id),
        "version": collection.version_of(case.checksum),
        "licenses": [{"name": name, "path": licence_address(name)} for name in collection.licence],
        "contributors": [{"title": author.name, "roles": ["creator"]} for author in collection.authors],
    }
    return {
        "$schema": f"{PROFILES}/datapackage.json",
        "name": about.id,
        "title": about.title,
        "description": about.summary,
        "keywords": list(dict.fromkeys(word.replace("_", " ") for word in words if word)),
        **{name: value for name, value in said.items() if value},
        "sources": [{"title": f"The {case.sources.height} texts that sources.csv lists", "path": "sources.csv"}],
        "resources": [
            _file(case, "about", "case.yaml", "yaml", "application/yaml", "What the case is about."),
            _file(case, "notes", "NOTES.md", "md", "text/markdown", "What was not found, and where sources disagree."),
            *(_table(case, table) for table in ALL_SCHEMAS if f"{table}.csv" in case.files),
        ],
    }


def _file(case: Case, name: str, path: str, kind: str, mediatype: str, description: str) -> dict:
    return file_resource(name, path, (case.folder / path).read_bytes(), kind, mediatype, description)


def file_resource(name: str, path: str, content: bytes, kind: str, mediatype: str, description: str) -> dict:
    """Describe a file as a Data Resource.

    Parameters
    ----------
    name, path
        What it is called in the package, and where it lies.
    content
        What it holds; its size and SHA-256 are stated.
    kind, mediatype
        Its suffix and its media type.
    description
        What it is, in a sentence.
    """
    return {
        "$schema": f"{PROFILES}/dataresource.json",
        "name": name,
        "path": path,
        "description": description,
        "format": kind,
        "mediatype": mediatype,
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }


def _table(case: Case, table: str) -> dict:
    description = (ALL_SCHEMAS[table].__doc__ or "").partition(": ")[2]
    described = _file(case, table, f"{table}.csv", "csv", "text/csv", _sentence(description))
    return described | {"type": "table", "schema": table_schema(table, header_of(case.folder / f"{table}.csv"))}


def table_schema(table: str, header: Iterable[str] | None = None) -> dict:
    """The Table Schema of one of the tables.

    Parameters
    ----------
    table
        Its name, e.g. ``events``.
    header
        The columns that its file has, of which optional ones may be missing; all if not given.

    Returns
    -------
    dict
        Fields with types and constraints, primary key, and a foreign key for each column that names
        **one** row of another table. Lists of ids cannot be foreign keys; their description says what they name.

    Examples
    --------
    >>> table_schema("stances")["primaryKey"]
    ['doc_id', 'coder']
    """
    columns = file_columns(ALL_SCHEMAS[table])
    named = columns if header is None else columns_in(ALL_SCHEMAS[table], header)
    schema = {
        "$schema": f"{PROFILES}/tableschema.json",
        "fields": [_field(table, name, columns[name]) for name in named],
        "missingValues": [""],
    }
    primary_key = list(ALL_SCHEMAS[table].primary_key())
    foreign_keys = [
        {"fields": [column], "reference": {"resource": target, "fields": [key]}}
        for (source, column), (target, key) in REFERENCES.items()
        if source == table and not isinstance(file_columns(ALL_SCHEMAS[table])[column], dy.List)
    ]
    keys = {"primaryKey": primary_key, "foreignKeys": foreign_keys}
    return schema | {name: key for name, key in keys.items() if key}


def _field(table: str, name: str, column: dy.Column) -> dict:
    kind = next(described for kind, described in _TYPES.items() if isinstance(column, kind))
    constraints = _constraints(column)
    # Words that a constraint lists need not stand in the description as well.
    hint = "" if "enum" in constraints else _sentence(metadata_of(column)["mend"])
    target = REFERENCES.get((table, name)) if isinstance(column, dy.List) else None
    names = f"Each stands in {target[0]}.csv as {target[1]}." if target else ""
    field = {
        "name": name,
        **kind,
        "description": " ".join(filter(None, (_sentence(column.description or ""), names, hint))),
    }
    return field | ({"constraints": constraints} if constraints else {})


def _constraints(column: dy.Column) -> dict:
    required = column.min_length if isinstance(column, dy.List) else not column.nullable
    constraints: dict[str, Any] = {"required": True} if required else {}
    if isinstance(column, dy.List):
        return constraints
    metadata = metadata_of(column)
    pattern = (getattr(column, "regex", None) or "").removeprefix("^").removesuffix("$")
    given = {
        "enum": metadata.get("words"),
        "pattern": _FORMAT_PATTERNS.get(metadata.get("format", ""), pattern),
        "maxLength": metadata.get("max_length"),
        "minimum": getattr(column, "min", None),
        "exclusiveMinimum": getattr(column, "min_exclusive", None),
        "maximum": getattr(column, "max", None),
    }
    return constraints | {name: value for name, value in given.items() if value not in (None, "")}


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:].rstrip('.')}."
