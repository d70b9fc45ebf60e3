"""Latencies by the hundred: a table of intervals, one a row, of which no case was coded.

Registers of breaches, recalls or complaints give many latencies, each known up to an interval. ``load_latencies`` reads them,
``latency_curves`` draws their curves, ``log_rank`` asks whether groups answer equally fast, ``latency_model`` what goes with a
sooner answer.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from aftermath.case_files.file_problems import FileProblems, read_text, short
from aftermath.problems import AftermathError, Problem
from aftermath.statistics.result import NothingToMeasure, Result
from aftermath.times import DAY, HOUR, MINUTE, SECOND, YEAR
from aftermath.wording import counted, duration, listed, number

UNITS = {"seconds": SECOND, "minutes": MINUTE, "hours": HOUR, "days": DAY}
ENDS = ("earliest", "latest")
LARGEST = 100_000_000  # bytes
BEFORE_ZERO = "the answer came before zero, which is no latency", "correct the row, or leave it out"
LONGEST = 100 * YEAR  # beyond it, the unit is asked about
OWN_ROW = "row_in_file"  # what a file's own column "row" is called: ours is where a record stands
_NAMED = 5  # rows in one sentence


class LatenciesError(AftermathError):
    """A table of latencies cannot be read.

    Attributes
    ----------
    problems
        Every problem found, sorted by row and column.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple:
        return LatenciesError, (self.problems,)


@dataclass(frozen=True, eq=False)
class Latencies(Result):
    """Many latencies, each known up to an interval.

    Parameters
    ----------
    name
        What they are called, by default the name of their file.
    rows
        One row a latency: ``row`` of the file, ``earliest`` and ``latest`` in seconds, the second **infinite where no answer was
        seen**, and the other columns of the file as text, null where empty.
    unit
        A key of ``UNITS``, in which they were given.
    set_aside
        Rows that are of no use, as where the answer came before zero, and why.
    across_zero
        Rows whose answer may have come before zero; they count from zero on.
    """

    name: str
    rows: pl.DataFrame
    unit: str = "seconds"
    set_aside: tuple[Problem, ...] = ()
    across_zero: tuple[int, ...] = ()

    @property
    def table(self) -> pl.DataFrame:
        """One row a latency, as in the file, with ``earliest`` and ``latest`` in seconds; null where no answer was seen."""
        return self.rows.with_columns(pl.when(pl.col("latest").is_finite()).then("latest").alias("latest"))

    @property
    def text(self) -> str:
        earliest, latest = self.ends
        seen = np.isfinite(latest)
        widths = (latest - earliest)[seen]
        unseen, exact = int((~seen).sum()), int((widths == 0).sum())
        wide = f"half of the intervals are at most {duration(float(np.median(widths)))} wide" if len(widths) else ""
        parts = [f"{number(exact)} known exactly", f"{number(unseen)} without an answer that was seen", wide]
        said = f"{self.name}: {counted(self.rows.height, 'latency', 'latencies')}, {listed(list(filter(None, parts)))}."
        reasons: dict[str, list[int]] = {}
        for problem in self.set_aside:
            reasons.setdefault(problem.what, []).append(problem.row)
        across = _rows(self.across_zero)
        said += "".join(f" Set aside, because {why.partition(',')[0]}: {_rows(own)}." for why, own in reasons.items())
        said += _too_long(self.unit, float(latest[seen].max(initial=0)))
        return said + (f" Counted from zero on, though the answer may have come before: {across}." if across else "")

    @property
    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        """Both ends in seconds, each of shape ``(n,)``."""
        return self.rows["earliest"].to_numpy(), self.rows["latest"].to_numpy()

    def groups(self, column: str) -> list[str]:
        """The group of each latency, by a column of the file; ``not coded`` where it is empty.

        Raises
        ------
        AftermathError
            If there is no such column.
        """
        others = [name for name in self.rows.columns if name not in ("row", *ENDS)]
        if column not in others:
            raise AftermathError(
                f"{self.name} has no column {column!r} to group by. Columns: {', '.join(others) or 'none'}."
            )
        return self.rows[column].fill_null("not coded").to_list()


def load_latencies(source: Path | str | pl.DataFrame, *, unit: str = "days", name: str = "") -> Latencies:
    """Read a table of latencies.

    Parameters
    ----------
    source
        A CSV file or a table with the columns ``earliest`` and ``latest``: what a latency is at least and at most. Both the same
        where it is known exactly; **latest empty where no answer was seen**; earliest empty where it is not known, which is 0.
        Other columns are kept, to group by.
    unit
        Of both columns: ``seconds``, ``minutes``, ``hours`` or ``days``.
    name
        What they are called; the name of the file if not given.

    Returns
    -------
    Latencies
        Where an answer came before zero, the row is set aside and named.

    Raises
    ------
    LatenciesError
        If the file cannot be read, a column is missing, or an interval is none: every problem with its row.
    ValueError
        If the unit is unknown.
    NothingToMeasure
        If no row is left.

    Examples
    --------
    >>> found = load_latencies(pl.DataFrame({"earliest": [0, 3, -2], "latest": [7, None, -1], "kind": ["hack", "loss", "loss"]}))
    >>> found.rows.height, [problem.row for problem in found.set_aside]
    (2, [4])
    """
    if unit not in UNITS:
        raise ValueError(f"{unit!r} is no unit; use one of: {', '.join(UNITS)}")
    problems, records = records_of(source, ENDS)
    ends = [_end(record, problems) for record in records.select("row", *ENDS).iter_rows(named=True)]
    if problems:
        raise LatenciesError(problems)
    at = {column: [UNITS[unit] * pair[place] for pair in ends] for place, column in enumerate(ENDS)}
    rows = records.with_columns(*(pl.Series(column, values, dtype=pl.Float64) for column, values in at.items()))
    aside = [Problem(problems.file, row, "latest", *BEFORE_ZERO) for row in rows.filter(pl.col("latest") < 0)["row"]]
    return kept_and_aside(name or Path(problems.file).stem, rows, unit, aside)


def records_of(source: Path | str | pl.DataFrame, columns: Iterable[str]) -> tuple[FileProblems, pl.DataFrame]:
    """The records of a file or a table as text, null where empty, with their ``row``; and where their problems are to be noted.

    Parameters
    ----------
    source
        A CSV file or a table.
    columns
        Those that it must have.

    Raises
    ------
    LatenciesError
        If it cannot be read, or a column is missing.
    """
    is_table = isinstance(source, pl.DataFrame)
    problems = FileProblems("table" if is_table else Path(source).name)
    records = _of_table(source) if is_table else _of_file(Path(source), problems)
    if not problems:
        known = [column for column in records.columns if column != "row"]
        for column in (column for column in columns if column not in known):
            problems.add("has no such column", f"name one that is there: {listed(known) or 'there is none'}", 1, column)
    if problems:
        raise LatenciesError(problems)
    return problems, records


def kept_and_aside(
    name: str, rows: pl.DataFrame, unit: str, aside: Sequence[Problem], across: float = 0.0
) -> Latencies:
    """Rows with both ends in seconds as latencies, without those that were set aside.

    Parameters
    ----------
    name, unit
        As of ``Latencies``.
    rows
        With ``row``, ``earliest`` and ``latest``.
    aside
        Why some are of no use, by their rows.
    across
        Seconds: an ``earliest`` below it is an answer that may have come before zero.

    Raises
    ------
    NothingToMeasure
        If none is left.
    """
    used = rows.filter(~pl.col("row").is_in([problem.row for problem in aside]))
    if used.is_empty():
        raise NothingToMeasure(f"{name}: holds no latency that could be used.")
    crossing = tuple(used.filter(pl.col("earliest") < across)["row"])
    return Latencies(name, used.with_columns(pl.col("earliest").clip(0)), unit, tuple(aside), crossing)


def _of_table(table: pl.DataFrame) -> pl.DataFrame:
    """A table as a file would give it: all text, with the row that each record would have there."""
    texts = table.drop("row", strict=False).select(pl.all().cast(pl.String))
    return texts.with_row_index("row", offset=2)


def _of_file(path: Path, problems: FileProblems) -> pl.DataFrame:
    text = read_text(path, problems, largest=LARGEST)
    try:
        header, *rows = list(csv.reader(io.StringIO(text or "", newline=""), strict=True)) or [[]]
    except csv.Error as error:
        problems.add(f"is not a well-formed CSV file ({error})", "save it again as CSV")
        return pl.DataFrame()
    names = [OWN_ROW if cell.strip() == "row" else cell.strip() for cell in header]
    if text is not None and (len(set(names)) < len(names) or not all(names)):
        problems.add("names a column twice, or not at all", "give each column a name of its own", 1)
    numbered = [(row, record) for row, record in enumerate(rows, start=2) if any(cell.strip() for cell in record)]
    for row, record in numbered:
        if len(record) != len(names):
            problems.add(f"has {len(record)} fields where the header has {len(names)}", "make them as many", row)
    if problems:
        return pl.DataFrame()
    schema = {"row": pl.UInt32} | dict.fromkeys(names, pl.String)
    records = [(row, *(cell.strip() or None for cell in record)) for row, record in numbered]
    return pl.DataFrame(records, schema=schema, orient="row")


def _end(record: dict, problems: FileProblems) -> tuple[float, float]:
    """Both ends of one latency."""
    found = []
    for column, unknown in zip(ENDS, (0.0, math.inf), strict=True):
        try:
            found.append(float(record[column]) if record[column] is not None else unknown)
        except ValueError:
            found.append(math.nan)
        if not math.isfinite(found[-1]) and record[column] is not None:
            problems.add(
                f"'{short(record[column])}' is no number", "write a number, or leave it empty", record["row"], column
            )
    earliest, latest = found
    if latest < earliest and record["earliest"] is not None:
        problems.add(
            f"{latest:g} is before the earliest, {earliest:g}",
            "swap the ends, or correct them",
            record["row"],
            "latest",
        )
    return earliest, latest


def _too_long(unit: str, longest: float) -> str:
    """That a latency is longer than anybody waits, as where the unit is another; empty where none is."""
    return f" The longest is {duration(longest)}: are they in {unit}?" if longest > LONGEST else ""


def _rows(rows: Iterable[int]) -> str:
    """``row 4``, or ``rows 4, 9 and 12 more``."""
    numbers = [str(row) for row in rows]
    more = [f"{len(numbers) - _NAMED} more"] if len(numbers) > _NAMED else []
    return f"{'row' if len(numbers) == 1 else 'rows'} {listed([*numbers[:_NAMED], *more])}" if numbers else ""
