"""Closing prices of one share or index out of a download: day, close, adjusted close."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import polars as pl

from aftermath.downloads import price_tables, yfinance
from aftermath.downloads.days import read_days
from aftermath.downloads.numbers import decide, read_numbers
from aftermath.downloads.price_tables import Quotes
from aftermath.downloads.series import some
from aftermath.downloads.sheet import Cell, Faults, sheets, shown, text_of
from aftermath.wording import counted, listed

_SAID = {  # what Stooq and others answer instead of a table
    "no data": "holds no data: the source knows no such name, or has nothing for these days",
    "brak danych": "holds no data: the source knows no such name, or has nothing for these days",
    "exceeded the daily hits limit": "holds no prices: the source's limit for a day was reached",
    "przekroczony dzienny limit": "holds no prices: the source's limit for a day was reached",
}
_READ = "Yahoo Finance, yfinance, Stooq, Nasdaq, Investing.com, Ariva, onvista, FRED, and tables with a column of days and one of closes"
_DAILY = 3  # days between two rows, in the middle; a table of weeks has 7
_LONG_GAP = 7  # days; holidays are shorter in most markets
_LISTED = 5
_ROLES = ("open", "high", "low", "close", "adjusted", "market")


@dataclass(frozen=True)
class Closes:
    """Closing prices of one share or index.

    Parameters
    ----------
    label
        What the file is, after "is".
    table
        ``row`` in the file, ``date``, ``close``, ``adjusted_close`` and ``market_close``, by day; a column is null where the
        file does not have it. **A day without a close has no row.**
    left_out
        Rows without a close.
    remarks
        What whoever uses them must know.
    """

    label: str
    table: pl.DataFrame
    left_out: int
    remarks: tuple[str, ...]

    def has(self, column: str) -> bool:
        """Whether the file has this column."""
        return self.table[column].null_count() < self.table.height


def quotes_of(file: str, text: str) -> Quotes | None:
    """Where in a text prices stand; None where it is no table of prices that is known."""
    for sheet in sheets(file, text):
        for reader in (yfinance.quotes_in, price_tables.quotes_in):
            quotes = reader(sheet)
            if quotes is not None:
                return quotes
    return None


def read_closes(
    path: Path, *, ticker: str | None = None, decimal: str | None = None, dates: str | None = None
) -> Closes:
    """Read the closing prices of one share or index.

    Parameters
    ----------
    path
        The file as its source gave it out.
    ticker
        Which one, where the file has several.
    decimal
        The decimal mark, ``"."`` or ``","``; found in the numbers if not given.
    dates
        ``month-first`` or ``day-first``; found in the days if not given.

    Returns
    -------
    Closes

    Raises
    ------
    DownloadError
        If it is no table of prices that is known, or anything in it cannot be read; with all problems.
    """
    text = text_of(path, names=False)
    faults = Faults(path.name)
    quotes = quotes_of(path.name, text)
    if quotes is None:
        said = next((what for words, what in _SAID.items() if text.strip().lower().startswith(words)), None)
        faults.add(said or "is no table of prices that is known", f"download it again; read are {_READ}")
        faults.settle()
    assert quotes is not None
    return _closes(_of_ticker(quotes, ticker, faults), decimal, dates, faults)


def _of_ticker(quotes: Quotes, ticker: str | None, faults: Faults) -> Quotes:
    """The quotes of one ticker alone."""
    if quotes.ticker is not None:
        return _rows_of_ticker(quotes, quotes.ticker, ticker, faults)
    known = list(quotes.columns)
    if ticker is None and len(known) > 1:
        faults.add(f"has prices of {listed(known)}", "say which is meant: --ticker, or --market-ticker for the index")
    elif ticker is not None and known != [""] and ticker not in known:
        faults.add(f"has no prices of {shown(ticker)}", f"name one of: {', '.join(known)}")
    faults.settle()
    name = ticker if ticker in known else known[0]
    return replace(quotes, columns={name: quotes.columns[name]})


def _rows_of_ticker(quotes: Quotes, place: int, ticker: str | None, faults: Faults) -> Quotes:
    cells = quotes.sheet.column(place, quotes.after)
    known = list(dict.fromkeys(cell.text for cell in cells if cell.text))
    if ticker is None and len(known) > 1:
        faults.add(
            f"has prices of {listed(known[:_LISTED])}", "say which is meant: --ticker, or --market-ticker for the index"
        )
    elif ticker is not None and ticker not in known:
        faults.add(f"has no prices of {shown(ticker)}", f"name one of: {', '.join(known[:_LISTED])}")
    faults.settle()
    above, below = quotes.sheet.rows[: quotes.after], quotes.sheet.rows[quotes.after :]
    kept = [pair for pair, cell in zip(below, cells, strict=True) if ticker is None or cell.text in (ticker, "")]
    return replace(quotes, sheet=replace(quotes.sheet, rows=above + kept), ticker=None)


def _closes(quotes: Quotes, decimal: str | None, dates: str | None, faults: Faults) -> Closes:
    (places,) = quotes.columns.values()
    close = "close" if "close" in places else "adjusted"
    quotes.sheet.check_widths(quotes.headings, quotes.after, faults)
    days = quotes.sheet.column(quotes.date, quotes.after)
    if not days:
        faults.add("has no row below its headings", "download it again")
    faults.settle()
    frame = _frame(quotes, places, days, decimal, dates, faults)
    whole = frame.filter(pl.col(close).is_not_null()).sort("date")
    if whole.is_empty():
        faults.add("has no close in any row", "download it again", 0, quotes.headings[places[close]])
    faults.settle()
    missing = frame.filter(pl.col(close).is_null()).sort("date")
    remarks = (*_told(quotes, whole, missing), *_of_two_digits(days))
    return Closes(
        quotes.label, _named(whole, alone=quotes.adjusted_alone or close == "adjusted"), missing.height, remarks
    )


def _frame(
    quotes: Quotes, places: dict[str, int], days: list[Cell], decimal: str | None, dates: str | None, faults: Faults
) -> pl.DataFrame:
    """The prices of all rows, what is not there being null."""
    cells = {role: quotes.sheet.column(places[role], quotes.after) for role in _ROLES if role in places}
    titles = {role: quotes.headings[places[role]] for role in cells}
    mark = decide({titles[role]: column for role, column in cells.items()}, decimal, faults)
    read = {role: read_numbers(titles[role], column, mark, faults) for role, column in cells.items()}
    title = quotes.headings[quotes.date] or "Date"
    prices = {role: pl.Series(role, read.get(role, [None] * len(days)), dtype=pl.Float64) for role in _ROLES}
    place = {"row": [cell.row for cell in days], "date": read_days(title, days, dates, faults)}
    frame = pl.DataFrame(place | prices, schema_overrides={"row": pl.UInt32, "date": pl.Date})
    _check(frame, title, {role: titles[role] for role in ("close", "adjusted", "market") if role in titles}, faults)
    faults.settle()
    return frame


def _named(frame: pl.DataFrame, *, alone: bool) -> pl.DataFrame:
    """The columns by the names of ``prices.csv``; where the adjusted close alone is there, it is not called the close."""
    adjusted = pl.coalesce("adjusted", "close") if alone else pl.col("adjusted")
    close = pl.lit(None, pl.Float64) if alone else pl.col("close")
    named = close.alias("close"), adjusted.alias("adjusted_close"), pl.col("market").alias("market_close")
    return frame.select("row", "date", *named)


def _check(frame: pl.DataFrame, title: str, titles: dict[str, str], faults: Faults) -> None:
    """No price at or below zero, no day twice, one row a trading day."""
    for role, name in titles.items():
        for row, value in frame.filter(pl.col(role) <= 0).select("row", role).iter_rows():
            mend = "leave the field empty where the share was not traded, or correct it"
            faults.add(f"{value:g} is no price", mend, row, name)
    first: dict[object, int] = {}
    for row, day in frame.drop_nulls("date").select("row", "date").iter_rows():
        if first.setdefault(day, row) != row:
            faults.add(f"{day} stands in row {first[day]} already", "keep one row a day: the close", row, title)
    days = sorted(frame["date"].drop_nulls())
    between = [(after - before).days for before, after in pairwise(days)]
    if len(between) > 3 and statistics.median(between) > _DAILY:
        faults.add(
            f"has a row every {statistics.median(between):g} days",
            "download closes of days, not of weeks or months",
            0,
            title,
        )


def _told(quotes: Quotes, frame: pl.DataFrame, missing: pl.DataFrame) -> Iterator[str]:
    days = frame["date"].to_list()
    if missing.height:
        yield f"{counted(missing.height, 'day')} without a close left out: {some(missing['date'])}."
    gaps = [(a, b) for a, b in pairwise(days) if (b - a).days > _LONG_GAP]
    if gaps:
        shown_gaps = "; ".join(f"{a} to {b}" for a, b in gaps[:_LISTED])
        yield f"{counted(len(gaps), 'gap')} of more than {_LONG_GAP} days between two closes: {shown_gaps}."
    weekend = [day for day in days if day.weekday() > 4]
    if weekend:
        yield f"{counted(len(weekend), 'day')} at a weekend: {some(weekend)}. Most shares are not traded then."
    outside = frame.filter((pl.col("close") < pl.col("low") * 0.9999) | (pl.col("close") > pl.col("high") * 1.0001))
    if outside.height:
        yield f"In {counted(outside.height, 'row')} the close lies outside the day's low and high: {some(outside['date'])}."
    before = (
        [row for row, _ in quotes.sheet.rows[: quotes.after - 1]] if quotes.label != "a download of yfinance" else []
    )
    if before:
        yield f"{counted(len(before), 'row')} above the headings passed over."


def _of_two_digits(days: list) -> Iterator[str]:
    if days and re.search(r"(?<![0-9])[0-9]{1,2}[-/.][A-Za-z0-9]{1,9}[-/.][0-9]{2}(?![0-9])", days[0].text):
        yield "Years are written with two digits, and read as 1969 to 2068."
