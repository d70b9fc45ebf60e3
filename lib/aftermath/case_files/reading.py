"""From a CSV file to a typed table, and every problem on the way.

Nothing is guessed: a field that cannot be read becomes a problem, never a null that goes unnoticed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dataframely as dy
import polars as pl

from aftermath.case_files.columns import Table, file_columns, metadata_of
from aftermath.case_files.field_readers import Field, listed_words, reader_of
from aftermath.case_files.file_problems import FileProblems, read_text, short
from aftermath.case_files.tables import Prices, Signals
from aftermath.downloads import recognised
from aftermath.wording import listed

# rule of a schema -> (column it is a problem of, what is wrong with {} its text, what mends it); None: as the
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
    "fewer_than_two": ("case_ids", "{} names fewer than two cases", "a contrast needs two, as in 'one;two'"),
    "to_itself": ("to_event", "{} is the event itself", "name another event"),
    "no_end_given": ("at_least_seconds", "neither end is given", "give one of the two ends, or remove the row"),
    "ends_swapped": ("at_least_seconds", "{} is more than at_most_seconds", "swap the two, or correct one of them"),
    "strategy_of_another": (
        "strategies",
        "only the organisation has response strategies",
        "leave strategies empty, or make the organisation the actor",
    ),
}
_DOWNLOADED: dict[type[Table], str] = {Prices: "prices", Signals: "signals"}
_RULES_OF_GIVEN_FIELDS = ("primary_key", "label_twice", "fewer_than_two")


@dataclass(frozen=True)
class Reading:
    """What could be read of one table.

    Parameters
    ----------
    frame
        The rows in the types of the schema, what could not be read being null; none where the file
        could not be laid out in columns. **Valid under the schema only if the file has no problem.**
    complete
        Whether every row of the file is there, so that what is missing from it is missing indeed.
    """

    frame: pl.DataFrame
    complete: bool


def read_table(path: Path, schema: type[Table], problems: FileProblems) -> Reading:
    """Read and check one table.

    Parameters
    ----------
    path
        The CSV file.
    schema
        What it should hold, e.g. ``tables.Events``.
    problems
        Takes what is wrong.

    Returns
    -------
    Reading
        What could be read; it is sound where there is no problem.
    """
    text = read_text(path, problems)
    rows = _parse(text, schema, problems) if text is not None else None
    if rows is None:
        return Reading(schema.create_empty(), complete=False)
    complete = not problems
    typed = _typed(rows, schema, problems)
    _check(typed, rows, schema, problems)
    _check_once(typed, schema, problems)
    return Reading(_compact(typed), complete)


def _parse(text: str, schema: type[Table], problems: FileProblems) -> pl.DataFrame | None:
    """All fields as text, empty ones as null; None where the columns are not the schema's."""
    records = _records(text, problems)
    if not records or not _header_is_sound(records[0], list(file_columns(schema)), problems, _command(text, schema)):
        return None
    header = records[0]
    # A row without any text is a blank line that a spreadsheet has filled with commas.
    numbered = [(row, record) for row, record in enumerate(records[1:], start=2) if any(record)]
    for row, record in numbered:
        if len(record) != len(header):
            problems.add(
                f"has {len(record)} fields where the header has {len(header)}",
                "put text that has commas between quotation marks",
                row,
            )
    sound = [(row, *record) for row, record in numbered if len(record) == len(header)]
    frame = pl.DataFrame(sound, schema={"row": pl.UInt32} | dict.fromkeys(header, pl.String), orient="row")
    return frame.with_columns(pl.col(pl.String).replace("", None)).select("row", *file_columns(schema))


def _command(text: str, schema: type[Table]) -> Callable[[], str]:
    """What makes the table out of a file that was downloaded and put in its place as it came; nothing where it is another."""

    def said() -> str:
        table = _DOWNLOADED.get(schema)
        label = recognised(table, text) if table else None
        return f". It is {label}: `aftermath table {table} FILE --source ID` makes the table out of it" if label else ""

    return said


def _records(text: str, problems: FileProblems) -> list[list[str]] | None:
    """The rows of the file with their fields stripped; None where it is not well formed."""
    records: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), strict=True):
            records.append([value.strip() for value in record])
    except csv.Error as error:
        problems.add(
            f"is not a well-formed CSV file ({error})",
            "close every quotation mark, or save the file again as CSV",
            len(records) + 1,
        )
        return None
    return records or [[]]


def _header_is_sound(
    header: list[str], expected: list[str], problems: FileProblems, command: Callable[[], str]
) -> bool:
    columns = f"the columns are {', '.join(expected)}"
    if not set(header) & set(expected):
        mend = f"write them in the first row with commas between; {columns}"
        problems.add("does not name the columns", f"{mend}{command()}", 1)
        return False
    for column in expected:
        if column not in header:
            problems.add("this column is missing", f"add it; {columns}", 1, column)
    for column in header:
        if column not in expected:
            problems.add("is not a column of this table", f"remove or rename it; {columns}", 1, column or "(no name)")
        elif header.count(column) > 1:
            problems.add("stands more than once in the header", "keep one of the two columns", 1, column)
    return not problems


def _typed(rows: pl.DataFrame, schema: type[Table], problems: FileProblems) -> pl.DataFrame:
    """The fields in the types of the schema; what cannot be read is a problem and becomes null."""
    columns = {"row": rows["row"]}
    for name, column in file_columns(schema).items():
        read = reader_of(column)
        values = [
            _read_field(read, text, column, problems, row, name)
            for row, text in zip(rows["row"], rows[name], strict=True)
        ]
        columns[name] = pl.Series(name, values, dtype=column.dtype)
    return pl.DataFrame(columns)


def _compact(table: pl.DataFrame) -> pl.DataFrame:
    """The same rows in the room that they need: columns built value by value keep several times as much for more to come."""
    written = io.BytesIO()
    table.write_ipc_stream(written)
    written.seek(0)
    return pl.read_ipc_stream(written)


def _read_field(
    read: Callable[[str], Field], text: str | None, column: dy.Column, problems: FileProblems, row: int, name: str
) -> Field | None:
    if text is None:
        return [] if isinstance(column, dy.List) else None
    try:
        return read(text)
    except ValueError as error:
        problems.add(f"'{short(text)}' {error}", metadata_of(column)["mend"], row, name)
        return None


def _check(typed: pl.DataFrame, rows: pl.DataFrame, schema: type[Table], problems: FileProblems) -> None:
    """Add what the schema finds wrong with the typed table."""
    failure = schema.filter(typed).failure
    if not len(failure):
        return
    texts = {record["row"]: record for record in rows.iter_rows(named=True)}
    details = failure.details()
    for record in details.iter_rows(named=True):
        for rule in (key for key in details.columns if record[key] == "invalid"):
            _add_rule(rule, texts[record["row"]], schema, problems)


def _check_once(typed: pl.DataFrame, schema: type[Table], problems: FileProblems) -> None:
    """Name every row that says what another says, with the first that does."""
    alike = schema.once()
    if not alike:
        return
    judged = ~pl.any_horizontal(part.is_null() for part in alike.values())
    if schema.primary_key():
        judged &= pl.struct(schema.primary_key()).is_unique()
    key = pl.struct([part.alias(name) for name, part in alike.items()])
    if not typed.select((judged & ~key.is_first_distinct()).any()).item():
        return  # the common case, at little cost
    first = typed.with_columns(first=pl.col("row").first().over(key)).filter(judged, pl.col("row") != pl.col("first"))
    for row, above in first.select("row", "first").iter_rows():
        what = f"row {above} has the same {listed(list(alike))}"
        problems.add(what, "keep one of the two rows, or write what sets them apart", row, next(iter(alike)))


def _add_rule(rule: str, texts: dict[str, Any], schema: type[Table], problems: FileProblems) -> None:
    columns = file_columns(schema)
    of_column, _, kind = rule.partition("|")
    name, what, mend = _RULES.get(rule, (of_column, None, None))
    name = name or next(iter(columns))
    text, column = texts[name], columns[name]
    if text is None and (what is None or rule in _RULES_OF_GIVEN_FIELDS):
        fault = "is empty"
    elif what is None:
        fault = _column_fault(kind, text or "", column)
    else:
        fault = what.format(f"'{short(text or '')}'")
    problems.add(fault, mend or metadata_of(column)["mend"], texts["row"], name)


def _column_fault(kind: str, text: str, column: dy.Column) -> str:
    """What is wrong with a field that breaks a rule of its column."""
    quoted = f"'{short(text)}'"
    if kind in ("min", "max") and isinstance(column, dy.Int8 | dy.Int64):
        return f"{quoted} is not between {column.min} and {column.max}"
    if kind == "min_exclusive" and isinstance(column, dy.Float64):
        return f"{quoted} is not above {column.min_exclusive:g}"
    if kind.endswith("vocabulary"):
        words = listed_words(text) if isinstance(column, dy.List) else [text]
        known = metadata_of(column)["words"]
        unknown = dict.fromkeys(f"'{short(word)}'" for word in words if word not in known)
        verb = "is not a word" if len(unknown) == 1 else "are not words"
        return f"{', '.join(unknown)} {verb} of the vocabulary"
    if kind.endswith("reserved"):
        return f"{quoted} is a name that tables of results use themselves"
    if kind.endswith("words"):
        return f"{quoted} has {len(text.split())} words"
    if kind.endswith("max_length"):
        return f"{quoted} is {len(text)} characters long"
    return f"{quoted} is not in the form asked for"
