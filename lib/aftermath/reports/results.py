"""Numbers that a notebook hands on to whoever runs it many times: the cell tagged ``results``."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from aftermath import vocabulary
from aftermath.cases.case import Case
from aftermath.measures.result import NothingToMeasure, Result
from aftermath.measures.tone import tone
from aftermath.problems import AftermathError

RESULTS_TYPE = "application/vnd.aftermath.results+json"
RESULTS = "results"  # the tag of the cell

_KINDS = {"Int64": pl.Int64, "Float64": pl.Float64, "Boolean": pl.Boolean, "String": pl.String}


class ResultsError(AftermathError):
    """A notebook hands on no results, or results that cannot be read."""


@dataclass(frozen=True, eq=False)
class Results:
    """A table that is handed on.

    Parameters
    ----------
    table
        Whole numbers, numbers, truths and texts.
    """

    table: pl.DataFrame

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        columns = {name: [_plain(value) for value in self.table[name].to_list()] for name in self.table.columns}
        kinds = {name: str(kind) for name, kind in self.table.schema.items()}
        return {RESULTS_TYPE: {"columns": columns, "kinds": kinds}, "text/html": self.table._repr_html_()}


def results(of: Result | pl.DataFrame) -> Results:
    """Hand on a result, or a table, to a sweep: show it in a cell tagged ``results``.

    Parameters
    ----------
    of
        A result or a table. Integers, floats, booleans and texts keep their kind; **all else becomes text**.

    Returns
    -------
    Results

    Examples
    --------
    >>> results(pl.DataFrame({"n": [3], "mean": [0.5]})).table.columns
    ['n', 'mean']
    """
    table = of.table if isinstance(of, Result) else of
    return Results(table.select(_simple(name, kind) for name, kind in table.schema.items()))


def coverage_results(case: Case, phase_days: tuple[int, ...], seed: int) -> Results:
    """The coverage of a case, one row a variable and phase; no row where nothing could be measured."""
    rows = [pl.DataFrame({"variable": []}, {"variable": pl.String})]
    for variable in vocabulary.STANCES:
        with contextlib.suppress(NothingToMeasure):
            measured = tone(case, variable, phase_days=phase_days, seed=seed).table
            rows.append(measured.select(pl.lit(variable).alias("variable"), pl.exclude("texts")))
    return results(pl.concat(rows, how="diagonal"))


def _simple(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if kind.is_integer():
        return column.cast(pl.Int64)
    if kind.is_float():
        return column.cast(pl.Float64)
    if kind == pl.Boolean:
        return column
    return column.list.join(" ").cast(pl.String) if kind == pl.List(pl.String) else column.cast(pl.String)


def _plain(value: object) -> object:
    """JSON knows neither infinity nor what is no number: both are missing."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def read_results(notebook: Mapping, name: str) -> pl.DataFrame:
    """The table that an executed notebook hands on.

    Parameters
    ----------
    notebook
        The executed notebook.
    name
        How errors name it.

    Returns
    -------
    polars.DataFrame

    Raises
    ------
    ResultsError
        If no cell is tagged ``results``, or it shows nothing that ``am.results`` made.
    """
    cells = [cell for cell in notebook["cells"] if RESULTS in cell["metadata"].get("tags", ())]
    outputs = [output.get("data", {}) for cell in cells for output in cell.get("outputs", ())]
    shown = [data[RESULTS_TYPE] for data in outputs if RESULTS_TYPE in data]
    if len(shown) != 1:
        raise ResultsError(
            f"{name}: {len(shown)} results are handed on, where a sweep needs one. Tag one cell `results` and let it "
            "show am.results(...) of a result or a table."
        )
    kinds = {column: _KINDS[kind] for column, kind in shown[0]["kinds"].items()}
    return pl.DataFrame(dict(shown[0]["columns"]), schema=kinds)
