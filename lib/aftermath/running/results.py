"""Numbers that a notebook hands on to whoever runs it many times: what its cell tagged ``results`` shows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from aftermath.display import Display
from aftermath.problems import AftermathError
from aftermath.running.parameters import Values
from aftermath.statistics.result import Result
from aftermath.wording import counted

RESULTS_TYPE = "application/vnd.aftermath.results+json"
RESULTS = "results"  # the tag of the cell

_KINDS = {str(kind): kind for kind in (pl.Int64, pl.Float64, pl.Boolean, pl.String, pl.Null)}


class ResultsError(AftermathError):
    """A notebook hands on no results, or results that cannot be read."""


@dataclass(frozen=True, eq=False)
class Results:
    """A table that is handed on. Pages leave it out; the laboratory shows it.

    Parameters
    ----------
    table
        Whole numbers, numbers, truths and texts.
    """

    table: pl.DataFrame

    def __repr__(self) -> str:
        return self._display.plain()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        plain = (
            f"{counted(self.table.height, 'row')} of {', '.join(self.table.columns)}"  # laid out only where it is read
        )
        return {RESULTS_TYPE: self.as_json, "text/html": str(self._display.html()), "text/plain": plain}

    @property
    def _display(self) -> Display:
        return Display(tables={"": self.table})

    @property
    def as_json(self) -> dict[str, list]:
        """The columns in order, for JSON; **what is infinite or no number is missing there**."""
        columns = []
        for column in self.table.iter_columns():
            values = [None if isinstance(value, float) and not math.isfinite(value) else value for value in column]
            columns.append({"name": column.name, "kind": str(column.dtype), "values": values})
        return {"columns": columns}

    @classmethod
    def from_json(cls, handed: Mapping, name: str) -> Results:
        """Results as ``as_json`` gives them.

        Parameters
        ----------
        handed
            The columns.
        name
            How errors name the notebook.

        Raises
        ------
        ResultsError
            If they cannot be read.
        """
        try:
            columns = [pl.Series(one["name"], one["values"], _KINDS[one["kind"]]) for one in handed["columns"]]
            return cls(pl.DataFrame(columns))
        except (KeyError, TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
            raise ResultsError(
                f"{name}: its results cannot be read ({type(error).__name__}: {str(error).partition(chr(10))[0]}). "
                "Let the cell tagged `results` show what am.results(...) returns."
            ) from error

    def beside(self, values: Values, name: str) -> Results:
        """The results as they stand beside the parameters they were made with: a column that only repeats one is left out.

        Parameters
        ----------
        values
            Name of a parameter to its value.
        name
            How errors name the notebook.

        Raises
        ------
        ResultsError
            If a column has the name of a parameter, or is called ``point``, and holds something else.
        """
        repeated = [column for column in self.table.columns if column in values]
        other = [column for column in repeated if any(value != values[column] for value in self.table[column])]
        if other or "point" in self.table.columns:
            clash = ", ".join(repr(column) for column in other or ["point"])
            raise ResultsError(
                f"{name}: its results have a column {clash}, a name that is taken. Give it another name."
            )
        return Results(self.table.drop(repeated))


def results(of: Result | pl.DataFrame) -> Results:
    """Hand on a result or a table to a sweep, by showing it in a cell tagged ``results``.

    Parameters
    ----------
    of
        A result or a table. Integers, floats, booleans and texts keep their kind; lists become texts with blanks
        between, **and all else becomes text**.

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


def _simple(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if kind.is_integer():
        return column.cast(pl.Int64)
    if kind.is_float():
        return column.cast(pl.Float64)
    if isinstance(kind, pl.List):
        return column.cast(pl.List(pl.String)).list.join(" ")
    return column if kind in (pl.Boolean, pl.Null) else column.cast(pl.String)


def hands_on(notebook: Mapping) -> bool:
    """Whether a notebook, executed or not, has a cell tagged ``results``."""
    return bool(_cells(notebook))


def _cells(notebook: Mapping) -> list[Mapping]:
    return [cell for cell in notebook["cells"] if RESULTS in cell.get("metadata", {}).get("tags", ())]


def read_results(notebook: Mapping, name: str) -> Results:
    """What an executed notebook hands on.

    Parameters
    ----------
    notebook
        The executed notebook.
    name
        How errors name it.

    Returns
    -------
    Results

    Raises
    ------
    ResultsError
        If no cell is tagged ``results``, or it shows nothing that ``am.results`` made.
    """
    outputs = [output.get("data", {}) for cell in _cells(notebook) for output in cell.get("outputs", ())]
    shown = [data[RESULTS_TYPE] for data in outputs if RESULTS_TYPE in data]
    if len(shown) != 1:
        raise ResultsError(
            f"{name}: {len(shown)} results are handed on, where a sweep needs one. Let one cell tagged `results` "
            "show am.results(...) of a result or a table."
        )
    return Results.from_json(shown[0], name)
