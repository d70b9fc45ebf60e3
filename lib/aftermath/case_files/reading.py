"""From a CSV file to a typed table, and every problem on the way.

Nothing is guessed: a field that cannot be read becomes a problem, never a null that goes unnoticed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import dataframely as dy
import polars as pl

from aftermath.case_files.desk import Desk, read_text, short
from aftermath.case_files.forms import reader_of
from aftermath.case_files.tables import ALL_SCHEMAS, file_columns

# rule of a schema -> (column it is put down at, what is wrong with {} its text, what mends it); None: as the
# column says
_RULES = {
    "primary_key": (None, "{} stands more than once", None),
    "label_twice": ("label", "{} stands more than once", None),
    "earliest_after_latest": ("earliest", "{} is after latest", "swap the two, or correct one of them"),
    "out_of_order": ("earliest", "{} comes before the row above", "sort the rows by earliest"),
    "days_out_of_order": ("date", "{} comes before the row above", "sort the rows by date"),
    "best_outside": (
        "best_earliest",
        "the likeliest reading lies outside the interval from earliest to latest",
        "move it inside, or leave both fields empty",
    ),
    "best_half_given": (
        "best_earliest",
        "only one end of the likeliest reading is given",
        "give both, or leave both empty",
    ),
    "without_reason": ("rationale", "is empty", None),
    "to_itself": ("to_event", "{} is the event itself", "name another event"),
    "no_end_given": ("at_least_seconds", "neither end is given", "give one of the two ends, or remove the row"),
    "ends_swapped": ("at_least_seconds", "{} is more than at_most_seconds", "swap the two, or correct one of them"),
    "strategy_of_another": (
        "strategies",
        "only the organisation has response strategies",
        "leave strategies empty, or make the organisation the actor",
    ),
}
_RULES_OF_GIVEN_FIELDS = ("primary_key", "label_twice")


@dataclass(frozen=True)
class Reading:
    """What could be read of one table.

    Parameters
    ----------
    frame
        The rows in the types of the schema, what could not be read being null; None where the file
        could not be laid out in columns. **Valid under the schema only if the desk has no problem.**
    complete
        Whether every row of the file is there, so that what is missing from it is missing indeed.
    """

    frame: pl.DataFrame | None
    complete: bool


def read_table(path: Path, table: str, desk: Desk) -> Reading:
    """Read and check one table.

    Parameters
    ----------
    path
        The CSV file.
    table
        Name of its schema, e.g. ``events``.
    desk
        Takes the problems.

    Returns
    -------
    Reading
        What could be read; the desk tells whether it is sound.
    """
    text = read_text(path, desk)
    rows = _parse(text, table, desk) if text is not None else None
    if rows is None:
        return Reading(None, complete=False)
    complete = not desk.problems
    typed = _typed(rows, table, desk)
    _check(typed, rows, table, desk)
    return Reading(_compact(typed), complete)


def _parse(text: str, table: str, desk: Desk) -> pl.DataFrame | None:
    """All fields as text, empty ones as null; None where the columns are not the schema's."""
    records = _records(text, desk)
    if not records or not _header_is_sound(records[0], list(file_columns(table)), desk):
        return None
    header = records[0]
    # A row without any text is a blank line that a spreadsheet has filled with commas.
    numbered = [(row, record) for row, record in enumerate(records[1:], start=2) if any(record)]
    for row, record in numbered:
        if len(record) != len(header):
            desk.put(
                f"has {len(record)} fields where the header has {len(header)}",
                "put text that has commas between quotation marks",
                row,
            )
    sound = [(row, *record) for row, record in numbered if len(record) == len(header)]
    frame = pl.DataFrame(sound, schema={"row": pl.UInt32} | dict.fromkeys(header, pl.String), orient="row")
    return frame.with_columns(pl.col(pl.String).replace("", None)).select("row", *file_columns(table))


def _records(text: str, desk: Desk) -> list[list[str]] | None:
    """The rows of the file with their fields stripped; None where it is not well formed."""
    records: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), strict=True):
            records.append([value.strip() for value in record])
    except csv.Error as error:
        desk.put(
            f"is not a well-formed CSV file ({error})",
            "close every quotation mark, or save the file again as CSV",
            len(records) + 1,
        )
        return None
    return records or [[]]


def _header_is_sound(header: list[str], expected: list[str], desk: Desk) -> bool:
    columns = f"the columns are {', '.join(expected)}"
    if not set(header) & set(expected):
        desk.put("does not name the columns", f"write them in the first row with commas between; {columns}", 1)
        return False
    for column in expected:
        if column not in header:
            desk.put("this column is missing", f"add it; {columns}", 1, column)
    for column in header:
        if column not in expected:
            desk.put("is not a column of this table", f"remove or rename it; {columns}", 1, column or "(no name)")
        elif header.count(column) > 1:
            desk.put("stands more than once in the header", "keep one of the two columns", 1, column)
    return not desk.problems


def _typed(rows: pl.DataFrame, table: str, desk: Desk) -> pl.DataFrame:
    """The fields in the types of the schema; what cannot be read is put down and becomes null."""
    columns = {"row": rows["row"]}
    for name, column in file_columns(table).items():
        read = reader_of(column)
        values = [
            _read_field(read, text, column, desk, row, name) for row, text in zip(rows["row"], rows[name], strict=True)
        ]
        columns[name] = pl.Series(name, values, dtype=column.dtype)
    return pl.DataFrame(columns)


def _compact(table: pl.DataFrame) -> pl.DataFrame:
    """The same rows in the room that they need: columns built value by value keep several times as much for more to come."""
    written = io.BytesIO()
    table.write_ipc_stream(written)
    written.seek(0)
    return pl.read_ipc_stream(written)


def _read_field(read: Callable, text: str | None, column: dy.Column, desk: Desk, row: int, name: str) -> object:
    if text is None:
        return [] if isinstance(column, dy.List) else None
    try:
        return read(text)
    except ValueError as error:
        desk.put(f"'{short(text)}' {error}", column.metadata["mend"], row, name)
        return None


def _check(typed: pl.DataFrame, rows: pl.DataFrame, table: str, desk: Desk) -> None:
    """Put down what the schema finds wrong with the typed table."""
    failure = ALL_SCHEMAS[table].filter(typed).failure
    if not len(failure):
        return
    texts = {record["row"]: record for record in rows.iter_rows(named=True)}
    details = failure.details()
    for record in details.iter_rows(named=True):
        for rule in (key for key in details.columns if record[key] == "invalid"):
            _put_rule(rule, texts[record["row"]], table, desk)


def _put_rule(rule: str, texts: dict, table: str, desk: Desk) -> None:
    columns = file_columns(table)
    name, _, kind = rule.partition("|")
    place, what, mend = _RULES.get(rule, (name, None, None))
    place = place or next(iter(columns))
    text, column = texts[place], columns[place]
    if text is None and (what is None or rule in _RULES_OF_GIVEN_FIELDS):
        fault = "is empty"
    elif what is None:
        fault = _column_fault(kind, text, column)
    else:
        fault = what.format(f"'{short(text or '')}'")
    desk.put(fault, mend or column.metadata["mend"], texts["row"], place)


def _column_fault(kind: str, text: str, column: dy.Column) -> str:
    """What is wrong with a field that breaks a rule of its column."""
    quoted = f"'{short(text)}'"
    if kind in ("min", "max"):
        return f"{quoted} is not between {column.min} and {column.max}"
    if kind == "min_exclusive":
        return f"{quoted} is not above {column.min_exclusive:g}"
    if kind.endswith("vocabulary"):
        return _unknown_words(reader_of(column)(text), column.metadata["words"])
    if kind.endswith("reserved"):
        return f"{quoted} is a name that tables of results use themselves"
    if kind.endswith("words"):
        return f"{quoted} has {len(text.split())} words"
    if kind == "max_length":
        return f"{quoted} is {len(text)} characters long"
    return f"{quoted} is not in the form asked for"


def _unknown_words(given: str | list[str], known: list[str]) -> str:
    words = [given] if isinstance(given, str) else given
    unknown = dict.fromkeys(f"'{short(word)}'" for word in words if word not in known)
    verb = "is not a word" if len(unknown) == 1 else "are not words"
    return f"{', '.join(unknown)} {verb} of the vocabulary"
