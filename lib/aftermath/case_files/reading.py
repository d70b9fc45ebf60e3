"""From a CSV file to a typed table, and every problem on the way.

Nothing is guessed: a field that cannot be read becomes a problem, never a null that goes unnoticed.
"""

from __future__ import annotations

import csv
import functools
import io
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import dataframely as dy
import polars as pl

from aftermath.case_files.columns import Table, columns_in, file_columns, metadata_of
from aftermath.case_files.field_readers import Field, listed_words, reader_of
from aftermath.case_files.file_problems import FileProblems, read_text, short
from aftermath.case_files.lengths import LONGEST_FIELD, SHORTEN, length_fault
from aftermath.case_files.numeric_claims import RULES as OF_NUMERIC_CLAIMS
from aftermath.case_files.tables import Prices, Signals
from aftermath.downloads import recognised
from aftermath.wording import listed

# rule of a schema -> (column it is a problem of, what is wrong with {} its text, what mends it); None: as the
# column says
_RULES = {
    "primary_key": (None, "{} stands more than once", None),
    "label_twice": ("label", "{} stands more than once", None),
    "label_over_lines": ("label", "{} goes over more than one line", "write it on one line"),
    "earliest_after_latest": ("earliest", "{} is after latest", "swap the two, or correct one of them"),
    "out_of_order": ("earliest", "{} comes before the row above", "sort the rows by earliest"),
    "copy_without_time": (
        "archived_at",
        "is empty though a copy is named",
        "write when the copy was made, or leave all empty",
    ),
    "copy_from_nowhere": ("retrieved_via", "is empty though a copy is named", None),
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
    "code_of_another": (
        "code",
        "{} is no code of this variable and unit",
        "write 0, 1, 2, na or unknown for the score of an item, a number from -2 to 2 for a text",
    ),
    "strategy_of_another": (
        "strategies",
        "only the organisation has response strategies",
        "leave strategies empty, or make the organisation the actor",
    ),
    **OF_NUMERIC_CLAIMS,
}
_DOWNLOADED: dict[type[Table], str] = {Prices: "prices", Signals: "signals"}
_NO_WORDS = "\0"  # which no text of a case holds
_GIVEN = "nullability"  # the rule of a column that a field is not null
_ONCE = "once"  # beside the rules of a schema: that no two rows say the same
MOST_ROWS = 500_000  # of a table
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
        return Reading(schema.no_rows(), complete=False)
    complete = not problems
    typed = check_rows(rows, schema, problems)
    return Reading(_compact(typed), complete)


def check_rows(
    rows: pl.DataFrame, schema: type[Table], problems: FileProblems, *, fields_only: bool = False
) -> pl.DataFrame:
    """Check rows, wherever they stand.

    Parameters
    ----------
    rows
        ``row`` and the columns of the schema as text, null where a field is empty.
    schema
        What they should hold.
    problems
        Takes what is wrong.
    fields_only
        Judge each field by itself: nothing that holds between fields or rows is looked at.

    Returns
    -------
    polars.DataFrame
        The rows in the types of the schema, what could not be read being null.
    """
    typed = _typed(rows, schema, problems)
    held = typed.select(_verdicts(schema, fields_only=fields_only)).row(0, named=True)
    held |= {
        f"{column}|{_GIVEN}": not typed[column].null_count() for column in typed.columns
    }  # quicker than as an expression
    _add_broken([name for name in schema.rules() if not held.get(name, True)], typed, rows, schema, problems)
    if not held.get(_ONCE, True):
        _add_alike(typed, schema, problems)
    return typed


def _parse(text: str, schema: type[Table], problems: FileProblems) -> pl.DataFrame | None:
    """All fields as text, empty ones as null; None where the columns are not the schema's."""
    records = _records(text, problems)
    if not records or not _header_is_sound(records[0], schema, problems, _command(text, schema)):
        return None
    header = records[0]
    # A row without any text is a blank line that a spreadsheet has filled with commas.
    numbered = [(row, record) for row, record in enumerate(records[1:], start=2) if any(record)]
    for row, record in numbered:
        if len(record) != len(header) and not problems.beyond(row, ""):
            problems.add(
                f"has {len(record)} fields where the header has {len(header)}",
                "put text that has commas between quotation marks",
                row,
            )
    sound = [(row, record) for row, record in numbered if len(record) == len(header)]
    texts = dict(zip(header, zip(*(record for _, record in sound), strict=True), strict=True)) if sound else {}
    left_out = ("",) * len(sound)
    columns = [
        pl.Series(name, [text or None for text in texts.get(name, left_out)], pl.String)
        for name in file_columns(schema)
    ]
    return pl.DataFrame([pl.Series("row", [row for row, _ in sound], pl.UInt32), *columns])


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
            if len(records) > MOST_ROWS:
                problems.add(f"has more than {MOST_ROWS:,} rows", "keep the codings here and put raw data elsewhere")
                return None
    except csv.Error as error:
        problems.add(
            f"is not a well-formed CSV file ({error})",
            "close every quotation mark, or save the file again as CSV",
            len(records) + 1,
        )
        return None
    return records or [[]]


def _header_is_sound(
    header: list[str], schema: type[Table], problems: FileProblems, command: Callable[[], str]
) -> bool:
    expected, needed = list(file_columns(schema)), columns_in(schema, ())
    optional = [name for name in expected if name not in needed]
    columns = f"the columns are {', '.join(needed)}{' and, where wanted, ' * bool(optional)}{', '.join(optional)}"
    if not set(header) & set(expected):
        mend = f"write them in the first row with commas between; {columns}"
        problems.add("does not name the columns", f"{mend}{command()}", 1)
        return False
    for column in needed:
        if column not in header:
            problems.add("this column is missing", f"add it; {columns}", 1, column)
    for column, times in Counter(header).items():
        if column not in expected:
            problems.add("is not a column of this table", f"remove or rename it; {columns}", 1, column or "(no name)")
        elif times > 1:
            problems.add("stands more than once in the header", "keep one of the two columns", 1, column)
    return not problems


def _typed(rows: pl.DataFrame, schema: type[Table], problems: FileProblems) -> pl.DataFrame:
    """The fields in the types of the schema; what cannot be read is a problem and becomes null."""
    numbers, columns, lists = rows["row"].to_list(), {"row": rows["row"]}, []
    for name, column in file_columns(schema).items():
        texts = rows[name].to_list()
        values = _read_column(texts, column, problems, numbers, name)
        if isinstance(column, dy.List):
            lists.append(name)
            joined = [";".join(words) or _NO_WORDS if isinstance(words, list) else None for words in values]
            columns[name] = pl.Series(joined, dtype=pl.String)
        elif column.dtype == pl.String and values == texts:
            columns[name] = rows[name]
        else:
            columns[name] = pl.Series(values, dtype=column.dtype)
    typed = pl.DataFrame(columns)
    return typed.with_columns(_words(lists)) if lists else typed


def _words(columns: Sequence[str]) -> pl.Expr:
    """Lists of words that stand joined: split all at once, which is ten times as quick as building them list by list."""
    joined = pl.col(columns)
    no_words = pl.lit([], dtype=pl.List(pl.String))
    return pl.when(joined.ne_missing(_NO_WORDS)).then(joined.str.split(";")).otherwise(no_words)


def _compact(table: pl.DataFrame) -> pl.DataFrame:
    """The same rows in the room that they need: columns built value by value keep several times as much for more to come."""
    written = io.BytesIO()
    table.write_ipc_stream(written)
    written.seek(0)
    return pl.read_ipc_stream(written)


def _read_column(
    texts: Sequence[str | None], column: dy.Column, problems: FileProblems, rows: Iterable[int], name: str
) -> list[Field | None]:
    """What the fields of a column say. Each text is read once, as many stand in many rows."""
    read = reader_of(column)
    if read is str and max(map(len, filter(None, texts)), default=0) <= LONGEST_FIELD:
        return list(texts)
    empty, known = [] if isinstance(column, dy.List) else None, {}
    for row, text in zip(rows, texts, strict=True):
        if text and text not in known and (value := _read_field(read, text, column, problems, row, name)) is not None:
            known[text] = value
    return [known.get(text) if text else empty for text in texts]


def _read_field(
    read: Callable[[str], Field], text: str, column: dy.Column, problems: FileProblems, row: int, name: str
) -> Field | None:
    if fault := length_fault(text):
        problems.add(fault, SHORTEN, row, name)
        return None
    try:
        return read(text)
    except ValueError as error:
        if not problems.beyond(row, name):
            problems.add(f"'{short(text)}' {error}", metadata_of(column)["mend"], row, name)
        return None


@functools.cache
def _verdicts(schema: type[Table], *, fields_only: bool) -> list[pl.Expr]:
    """Whether each rule of the schema holds in all rows, and under ``_ONCE`` whether no two say the same.

    Without those of what is null: columns know how many nulls they have, and words, which are split from text, never are.
    """
    rules = {
        name: rule
        for name, rule in schema.rules().items()
        if ("|" in name or not fields_only)  # of a field: column|kind
        and not name.endswith(_GIVEN)
    }
    if schema.once() and not fields_only:
        key = pl.struct([part.alias(name) for name, part in schema.once().items()])
        rules[_ONCE] = key.is_first_distinct() | ~_judged(schema)
    return [rule.all().alias(name) for name, rule in rules.items()]


def _judged(schema: type[Table]) -> pl.Expr:
    """Which rows are held against others: those that lack nothing of what must stand once, under an id of their own."""
    judged = ~pl.any_horizontal(part.is_null() for part in schema.once().values())
    return judged & pl.struct(schema.primary_key()).is_unique() if schema.primary_key() else judged


def _add_broken(
    broken: Sequence[str], typed: pl.DataFrame, rows: pl.DataFrame, schema: type[Table], problems: FileProblems
) -> None:
    """Add what the rules of the schema find wrong with the typed table."""
    rules, places = schema.rules(), {row: place for place, row in enumerate(rows["row"])} if broken else {}
    for name in broken:
        column = _RULES.get(name, (None,))[0] or (
            name.partition("|")[0] if "|" in name else next(iter(file_columns(schema)))
        )
        for row in typed["row"].filter(typed.select(~rules[name]).to_series()):
            if not problems.beyond(row, column):
                _add_rule(name, column, row, rows[column][places[row]], schema, problems)


def _add_alike(typed: pl.DataFrame, schema: type[Table], problems: FileProblems) -> None:
    """Name every row that says what another says, with the first that does."""
    alike = schema.once()
    first = typed.with_columns(first=pl.col("row").first().over(list(alike.values()))).filter(
        _judged(schema), pl.col("row") != pl.col("first")
    )
    for row, above in first.select("row", "first").iter_rows():
        what = f"row {above} has the same {listed(list(alike))}"
        problems.add(what, "keep one of the two rows, or write what sets them apart", row, next(iter(alike)))


def _add_rule(rule: str, name: str, row: int, text: str | None, schema: type[Table], problems: FileProblems) -> None:
    _, what, mend = _RULES.get(rule, (name, None, None))
    column = file_columns(schema)[name]
    if text is None and (what is None or rule in _RULES_OF_GIVEN_FIELDS):
        fault = "is empty"
    elif what is None:
        fault = _column_fault(rule.partition("|")[2], text or "", column)
    else:
        fault = what.format(f"'{short(text or '')}'")
    problems.add(fault, mend or metadata_of(column)["mend"], row, name)


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
