"""Sweeps without kernels: a point is run by a function that counts, and hands on made-up numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import nbformat
import polars as pl
from nbformat.v4 import new_code_cell, new_notebook, new_output

from aftermath.files import write_whole
from aftermath.running.execute import CellError
from aftermath.running.results import results
from aftermath.workspace import Workspace
from tiny import write_notebook

UNLUCKY = 13  # the seed at which a cell fails
SILENT = 14  # the seed at which nothing is handed on


def tagged(path: Path, parameters: str, *cells: str) -> Path:
    """A notebook whose last cell is tagged ``results``."""
    write_notebook(path, parameters, *cells)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].metadata["tags"] = ["results"]
    nbformat.write(notebook, path)
    return path


def handed_on(table: pl.DataFrame, **tags: list[str]) -> dict:
    """An executed notebook that hands on a table, after its way through a file."""
    data = json.loads(json.dumps(results(table)._repr_mimebundle_()))
    outputs = [new_output("display_data", data)]
    cell = new_code_cell("am.results(x)", id="c", metadata={"tags": ["results"]} | tags, outputs=outputs)
    return json.loads(nbformat.writes(new_notebook(cells=[cell])))


def count_run(notebook: Path, target: Path, values: Mapping[str, object], workspace: Workspace, log_name: str) -> dict:
    """Stands in for ``execute``: notes the values of the point, and hands on made-up numbers."""
    with (workspace.root / "runs").open("a", encoding="utf-8") as file:
        file.write(json.dumps(dict(values)) + "\n")
    write_whole(target, "half")
    if values["seed"] == UNLUCKY:
        raise CellError(workspace.relative(target), 3, "c1", "ValueError: too red")
    table = pl.DataFrame({"z": [values["seed"] * 2, None], "a": ["x", values.get("case_id", "y")]})
    executed = handed_on(table) if values["seed"] != SILENT else new_notebook()
    write_whole(target, json.dumps(executed))
    return executed


def runs(workspace: Workspace) -> list[dict]:
    """The values of all points that were run since the last time this was asked."""
    log = workspace.root / "runs"
    lines = log.read_text(encoding="utf-8").splitlines() if log.is_file() else []
    log.unlink(missing_ok=True)
    return [json.loads(line) for line in lines]
