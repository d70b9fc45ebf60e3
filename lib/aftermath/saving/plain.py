"""Tables as CSV, described by a file beside it, and as Parquet, which describes itself."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import polars as pl

from aftermath.case_files.collection import licence_address
from aftermath.case_files.package import PROFILES
from aftermath.formula_cells import csv_for_spreadsheets, dangerous
from aftermath.saving.described import Described, moments
from aftermath.saving.written import Written

LICENCE = "CC-BY-4.0"  # of codings, as the citation says


def as_csv(table: Described, name: str) -> Written:
    """Plain CSV in UTF-8, as R, pandas and others read it, **with an apostrophe before texts that a spreadsheet would run**.

    The file beside it, ``<name>.resource.json``, is a Data Resource of the Data Package standard: labels, types, citation.
    """
    frame = moments(table.frame)
    descriptor = json.dumps(_resource(table, f"{name}.csv"), indent=2, ensure_ascii=False) + "\n"
    return Written(csv_for_spreadsheets(frame).encode(), _formulas(frame), ((".resource.json", descriptor.encode()),))


def _formulas(frame: pl.DataFrame) -> tuple[str, ...]:
    """A remark on texts that got an apostrophe."""
    found = frame.select(dangerous(pl.selectors.string())).sum()
    columns = [name for name in found.columns if found[name][0]]
    if not columns:
        return ()
    return (
        f"{', '.join(columns)}: some texts begin with = + - @ or a tab, which a spreadsheet would take for formulas; "
        "an apostrophe stands before them, and none in .parquet and .xlsx, where text stays text",
    )


def as_parquet(table: Described, name: str) -> Written:
    """Parquet, with caption, note, citation and the columns' labels in its metadata; ``schema`` is a Table Schema."""
    described = _resource(table, f"{name}.parquet")
    metadata = {key: described[key] for key in ("title", "description", "citation") if key in described}
    metadata["schema"] = json.dumps(described["schema"], ensure_ascii=False)
    made = BytesIO()
    table.frame.write_parquet(made, metadata=metadata)
    return Written(made.getvalue())


def _resource(table: Described, path: str) -> dict[str, Any]:
    name = "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in path.rpartition(".")[0].lower())
    words = {"title": table.caption, "description": table.note, "citation": table.citation}
    return {
        "$schema": f"{PROFILES}/dataresource.json",
        "name": name,
        "type": "table",
        "path": path,
        "format": path.rpartition(".")[2],
        **({"encoding": "utf-8"} if path.endswith(".csv") else {}),
        **{key: word for key, word in words.items() if word},
        "licenses": [{"name": LICENCE, "path": licence_address(LICENCE)}],
        "schema": {
            "$schema": f"{PROFILES}/tableschema.json",
            "fields": [_field(table, column) for column in table.frame.columns],
            "missingValues": [""],
        },
    }


def _field(table: Described, name: str) -> dict[str, Any]:
    kind = table.frame.schema[name]
    meaning = table.meanings.get(name)
    words = kind.categories.to_list() if isinstance(kind, pl.Enum) else None
    return {
        "name": name,
        "type": _type(kind),
        "title": table.labels[name],
        **({"description": meaning} if meaning else {}),
        **({"constraints": {"enum": words}} if words else {}),
    }


def _type(kind: pl.DataType) -> str:
    if kind.is_integer():
        return "integer"
    if kind.is_float():
        return "number"
    return {pl.Boolean: "boolean", pl.Date: "date", pl.Datetime: "datetime"}.get(kind.base_type(), "string")
