"""From the bytes of a CSV file to a typed table, and every problem on the way.

Nothing is guessed: a field that cannot be read becomes a problem, never a null that goes unnoticed.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import dataframely as dy
import polars as pl

from aftermath.cases.tables import SCHEMAS, file_columns
from aftermath.problems import Problem
from aftermath.times import parse_instant

_RULES = {
    "primary_key": "stands more than once",
    "earliest_after_latest": "is after latest",
    "best_outside": "the likeliest reading lies outside the interval from earliest to latest",
    "best_half_given": "only one end of the likeliest reading is given",
    "label_twice": "stands more than once",
    "out_of_order": "comes before the row above",
    "strategy_of_another": "only the organisation has response strategies",
}
_RULE_MENDS = {
    "earliest_after_latest": "swap the two, or correct one of them",
    "best_outside": "move it inside, or leave both fields empty",
    "best_half_given": "give both, or leave both empty",
    "out_of_order": "sort the rows by earliest",
    "strategy_of_another": "leave strategies empty, or make the organisation the actor",
}
_RULE_COLUMNS = {
    "earliest_after_latest": "earliest",
    "best_outside": "best_earliest",
    "best_half_given": "best_earliest",
    "label_twice": "label",
    "out_of_order": "earliest",
    "strategy_of_another": "strategies",
}


@dataclass
class Desk:
    """Where the problems of one file are put down, at most one for a field.

    Parameters
    ----------
    file
        The file's path as problems name it.
    """

    file: str
    problems: dict[tuple[int, str], Problem] = field(default_factory=dict)

    def put(self, what: str, mend: str, row: int = 0, column: str = "") -> None:
        """Put down a problem, unless the field has one already: the first is the cause."""
        self.problems.setdefault((row, column), Problem(self.file, row, column, what, mend))


def read_text(path: Path, desk: Desk) -> str | None:
    """The text of a file in UTF-8, or None with a problem put down."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        desk.put("is missing", "restore the file; `aftermath new` shows what a case folder holds")
    except UnicodeDecodeError as error:
        row = error.object[: error.start].count(b"\n") + 1
        desk.put("is not UTF-8 text", "save the file as UTF-8", row)
    except OSError as error:
        desk.put(f"cannot be read ({error.strerror})", "make it a readable file")
    return None


def read_table(path: Path, table: str, desk: Desk) -> pl.DataFrame | None:
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
    polars.DataFrame or None
        The table, valid under its schema; None where problems were put down.
    """
    text = read_text(path, desk)
    rows = _parse(text, table, desk) if text is not None else None
    if rows is None:
        return None
    typed = _typed(rows, table, desk)
    _check(typed, rows, table, desk)
    return None if desk.problems else SCHEMAS[table].validate(typed)


def _parse(text: str, table: str, desk: Desk) -> pl.DataFrame | None:
    """All fields as text, empty ones as null; None where the columns are not the schema's."""
    try:
        records = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        desk.put(
            f"is not a well-formed CSV file ({error})", "close every quotation mark, or save the file again as CSV"
        )
        return None
    header = records[0] if records else []
    if not _header_is_sound(header, list(file_columns(table)), desk):
        return None
    for row, record in enumerate(records[1:], start=2):
        if record and len(record) != len(header):
            desk.put(
                f"has {len(record)} fields where the header has {len(header)}",
                "put text that has commas between quotation marks",
                row,
            )
    sound = [(row, *record) for row, record in enumerate(records[1:], start=2) if len(record) == len(header)]
    schema = {"row": pl.UInt32} | dict.fromkeys(header, pl.String)
    frame = pl.DataFrame(sound, schema=schema, orient="row")
    return frame.with_columns(pl.col(pl.String).str.strip_chars().replace("", None)).select("row", *file_columns(table))


def _header_is_sound(header: list[str], expected: list[str], desk: Desk) -> bool:
    for column in expected:
        if column not in header:
            desk.put("this column is missing", f"add it; the columns are {', '.join(expected)}", 1, column)
    for column in header:
        if column not in expected:
            desk.put(
                "is not a column of this table",
                f"remove or rename it; the columns are {', '.join(expected)}",
                1,
                column or "(no name)",
            )
        elif header.count(column) > 1:
            desk.put("stands more than once in the header", "keep one of the two columns", 1, column)
    return not desk.problems


def _typed(rows: pl.DataFrame, table: str, desk: Desk) -> pl.DataFrame:
    """The fields in the types of the schema; what cannot be read is put down and becomes null."""
    columns = {"row": rows["row"]}
    for name, column in file_columns(table).items():
        read = _reader(column)
        values = [
            _read_field(read, text, column, desk, row, name) for row, text in zip(rows["row"], rows[name], strict=True)
        ]
        columns[name] = pl.Series(name, values, dtype=column.dtype, strict=False)
    return pl.DataFrame(columns)


def _read_field(read: Callable, text: str | None, column: dy.Column, desk: Desk, row: int, name: str) -> object:
    if text is None:
        return [] if isinstance(column, dy.List) else None
    try:
        return read(text)
    except ValueError as error:
        desk.put(f"'{_short(text)}' {error}", column.metadata["mend"], row, name)
        return None


def _reader(column: dy.Column) -> Callable[[str], object]:
    """How to read a field of this column from its text."""
    if isinstance(column, dy.List):
        return lambda text: [word.strip() for word in text.split(";")]
    if isinstance(column, dy.Datetime):
        return parse_instant
    if isinstance(column, dy.Int8):
        return _whole_number
    if isinstance(column, dy.Float64):
        return _plain_number
    if isinstance(column, dy.Date):
        return _day
    return _FORMS.get((column.metadata or {}).get("form"), str)


def _whole_number(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,2}", text):
        raise ValueError("is not a whole number")
    return int(text)


def _plain_number(text: str) -> float:
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", text):
        raise ValueError("is not a number")
    return float(text)


def _day(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError("is not a date")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("is not a date") from None


def _day_or_instant(text: str) -> str:
    _ = parse_instant(text) if "T" in text else _day(text)
    return text


def _partial_date(text: str) -> str:
    if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", text):
        raise ValueError("is not a date")
    _day(text + "-01-01"[len(text) - 4 :])
    return text


_FORMS = {"day_or_instant": _day_or_instant, "partial_date": _partial_date}


def _check(typed: pl.DataFrame, rows: pl.DataFrame, table: str, desk: Desk) -> None:
    """Put down what the schema finds wrong with the typed table."""
    failure = SCHEMAS[table].filter(typed).failure
    if not len(failure):
        return
    texts = {record["row"]: record for record in rows.iter_rows(named=True)}
    details = failure.details()
    for record in details.iter_rows(named=True):
        for rule in (key for key in details.columns if record[key] == "invalid"):
            _put_rule(rule, texts[record["row"]], table, desk)


def _put_rule(rule: str, texts: dict, table: str, desk: Desk) -> None:
    name, _, kind = rule.partition("|")
    columns = file_columns(table)
    if rule in _RULES:
        column = _RULE_COLUMNS.get(rule, next(iter(columns)))
        what, mend = _RULES[rule], _RULE_MENDS.get(rule, columns[column].metadata["mend"])
    else:
        column = name
        what, mend = _column_fault(kind, texts[column], columns[column]), columns[column].metadata["mend"]
    shown = f"'{_short(texts[column])}' " if texts[column] and what != "is empty" else ""
    desk.put(shown + what, mend, texts["row"], column)


def _column_fault(kind: str, text: str | None, column: dy.Column) -> str:
    if text is None:
        return "is empty"
    if kind in ("min", "max"):
        return f"is not between {column.min} and {column.max}"
    if kind.endswith("vocabulary"):
        known = column.metadata["words"]
        unknown = [word for word in (part.strip() for part in text.split(";")) if word not in known]
        return f"has no word of the vocabulary in {unknown[0]!r}" if ";" in text else "is not a word of the vocabulary"
    if kind.endswith("words"):
        return f"has {len(text.split())} words"
    if kind == "max_length":
        return f"is {len(text)} characters long"
    return "is not in the form asked for"


def _short(text: str, limit: int = 60) -> str:
    """A field as a problem quotes it: one line, control characters made visible, not too long."""
    shown = "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
