"""One row of a table of codes: found, put in its place, taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from aftermath.case_files.coding import UNITS
from aftermath.laboratory.desk.steps import Step

Row = Mapping[str, str]


def row_of(rows: pl.DataFrame, step: Step, coder: str) -> Row | None:
    """A coder's row of a text or an item; None where there is none."""
    found = rows.filter(pl.col(UNITS[step.table]) == step.unit, pl.col("coder") == coder)
    return found.row(0, named=True) if found.height else None


def with_row(rows: pl.DataFrame, step: Step, row: Row | None, coder: str, units: Sequence[str]) -> pl.DataFrame:
    """A table with one row of a coder put in, or taken out where ``row`` is None; **all others stay where they are**.

    Parameters
    ----------
    rows
        The table as text.
    step, row, coder
        What was coded, the new row, and by whom.
    units
        All texts or items in order: a new row goes below the same coder's row of the nearest one before it, or at the end of
        the table.

    Examples
    --------
    >>> table = pl.DataFrame({"doc_id": ["d01", "d03", "d01"], "coder": ["a", "a", "b"]})
    >>> more = with_row(table, Step("stances", "d02"), {"doc_id": "d02", "coder": "a"}, "a", ["d01", "d02", "d03"])
    >>> more.rows()
    [('d01', 'a'), ('d02', 'a'), ('d03', 'a'), ('d01', 'b')]
    """
    unit = UNITS[step.table]
    records = rows.to_dicts()
    own = {record[unit]: place for place, record in enumerate(records) if record["coder"] == coder}
    place = own.get(step.unit)
    if place is not None:
        records[place : place + 1] = [] if row is None else [dict(row)]
    elif row is not None:
        order = {name: number for number, name in enumerate(units)}
        here = order[step.unit]
        above = [own[name] + 1 for name in own if order.get(name, here) < here]
        below = [own[name] for name in own if order.get(name, here) > here]
        records.insert(max(above) if above else min(below, default=len(records)), dict(row))
    return pl.DataFrame(records, schema=rows.schema)
