"""A table with what a reader of its file has to know: labels with units, what each column holds, and how it is cited."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import polars as pl

from aftermath.case_files.columns import Table
from aftermath.case_files.tables import ALL_SCHEMAS
from aftermath.saving.problems import SaveError
from aftermath.statistics.result import Result
from aftermath.wording import column_label

SEPARATOR = ";"  # between the parts of a list, as in the files of a case
TITLE = "Aftermath: documented crises rebuilt from archived evidence, and compared"
AUTHOR = "The Aftermath contributors"

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # what XML cannot hold, and where other files end a text
_SECONDS = "%Y-%m-%dT%H:%M:%S%.f"


@dataclass(frozen=True, eq=False)
class Described:
    """A table ready to be written.

    Parameters
    ----------
    frame
        Columns of numbers, text, words (an enumeration), yes or no, days and moments: **no lists and no durations**.
    labels
        Column to its label, with the unit.
    meanings
        Column to what it holds, where a schema says so.
    caption, note
        What it is, and what is to be known of it; the note may be empty.
    """

    frame: pl.DataFrame
    labels: dict[str, str]
    meanings: dict[str, str]
    caption: str
    note: str

    @property
    def citation(self) -> str:
        """How the table is cited."""
        return citation()

    @property
    def short_title(self) -> str:
        """The caption and what made it, for files that have room for a line."""
        return f"{self.caption} (Aftermath{_version()})"


def citation() -> str:
    """How Aftermath and its codings are cited, as in CITATION.cff."""
    number = _version()
    version_of_it = f" Version{number}." if number else ""
    return f"{AUTHOR}. {TITLE}.{version_of_it} Code: MIT licence; codings of cases: CC BY 4.0."


def _version() -> str:
    try:
        return f" {version('aftermath')}"
    except PackageNotFoundError:
        return ""


def described(what: Result | pl.DataFrame, caption: str | None = None, note: str | None = None) -> Described:
    """Describe a result or a table of a case, and make its columns such as every file can hold.

    Lists become text with ``;`` between their parts, and durations seconds.

    Parameters
    ----------
    what
        A result, whose table it is; or any table.
    caption, note
        In place of the result's name and text.

    Returns
    -------
    Described

    Raises
    ------
    SaveError
        If there is no column, or one holds what no file of a table can hold; the text names it.

    Examples
    --------
    >>> table = described(pl.DataFrame({"acts": [["recall", "apology"], []], "n": [1, 2]}))
    >>> table.frame["acts"].to_list(), table.labels
    (['recall;apology', None], {'acts': 'What was done', 'n': 'n'})
    """
    frame = what.table if isinstance(what, Result) else what
    if not frame.width:
        raise SaveError("The table has no columns, so there is nothing to save.")
    _check_parts(frame)
    schema = next((schema for schema in ALL_SCHEMAS.values() if set(schema.columns()) == set(frame.columns)), None)
    labels = {name: column_label(name) for name in frame.columns}
    labels |= {name: f"{labels[name]} (s)" for name, kind in frame.schema.items() if kind == pl.Duration}
    named = (_name(what) if isinstance(what, Result) else _first_words(schema)) if caption is None else caption
    noted = (what.text if isinstance(what, Result) else "") if note is None else note
    return Described(
        frame.select(_plain(name, kind) for name, kind in frame.schema.items()),
        labels,
        {name: column.description or "" for name, column in schema.columns().items()} if schema else {},
        _CONTROL.sub("\ufffd", named),
        _CONTROL.sub("\ufffd", noted),
    )


def _first_words(schema: type[Table] | None) -> str:
    """``Who did what, and when`` of the table of events, whose documentation begins with its file and says so."""
    return (schema.__doc__ or "").partition("``: ")[2].capitalize().rstrip(".") if schema else "Table"


def _name(what: Result) -> str:
    """``Market reaction, gm-ignition-recall`` for a ``MarketReaction``."""
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", type(what).__name__).capitalize()
    return ", ".join(filter(None, (words, getattr(what, "case_id", ""))))


def _plain(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(kind, pl.Array):
        column, kind = column.arr.to_list(), pl.List(kind.inner)
    if isinstance(kind, pl.List):
        if kind.inner.is_nested():
            raise _unfit(name, kind)
        joined = column.list.eval(pl.element().cast(pl.String).fill_null("")).list.join(SEPARATOR)
        return pl.when(joined != "").then(joined).alias(name)
    if isinstance(kind, pl.Duration):
        return column.dt.total_microseconds() / 1e6
    if isinstance(kind, pl.Categorical | pl.Enum):
        return column
    if isinstance(kind, pl.Time):
        return column.dt.to_string("%H:%M:%S%.f")
    if isinstance(kind, pl.Null):
        return column.cast(pl.String)
    if isinstance(kind, pl.Decimal):
        return column.cast(pl.Float64)
    if kind.is_nested() or isinstance(kind, pl.Binary | pl.Object):
        raise _unfit(name, kind)
    return column


def _check_parts(frame: pl.DataFrame) -> None:
    for name, kind in frame.schema.items():
        if kind == pl.List(pl.String) and frame[name].explode().str.contains(SEPARATOR, literal=True).any():
            raise SaveError(
                f"The column {name} holds lists with {SEPARATOR} inside a part, which also stands between parts."
            )


def _unfit(name: str, kind: pl.DataType) -> SaveError:
    return SaveError(f"The column {name} holds {kind}, which no table in a file can hold. Drop it, or make text of it.")


def without_control(frame: pl.DataFrame) -> pl.DataFrame:
    """The same with a sign for what cannot be shown in place of control characters."""
    return frame.with_columns(pl.col(pl.String).str.replace_all(_CONTROL.pattern, "\ufffd"))


def moments(frame: pl.DataFrame) -> pl.DataFrame:
    """The same with moments as text: ISO 8601, with the offset where there is a zone."""
    texts = {
        name: pl.col(name).dt.to_string(_SECONDS + ("%:z" if kind.time_zone else ""))
        for name, kind in frame.schema.items()
        if isinstance(kind, pl.Datetime)
    }
    return frame.with_columns(**texts)


def in_utc(frame: pl.DataFrame) -> pl.DataFrame:
    """The same with moments of a zone in UTC, without the zone, for files that know none."""
    zoned = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime) and kind.time_zone]
    return frame.with_columns(pl.col(zoned).dt.convert_time_zone("UTC").dt.replace_time_zone(None))


def zoned(frame: pl.DataFrame) -> frozenset[str]:
    """The columns whose moments have a zone."""
    return frozenset(name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime) and kind.time_zone)
