"""Tables of a case out of downloads: ``prices.csv`` from closing prices, ``signals.csv`` from numbers over time.

What a table needs and no file has is asked for: above all the sources. **Nothing is made up**: a day without a close is no row, and a close
is not called adjusted because the table wants one.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from aftermath.case_files.columns import file_columns
from aftermath.case_files.tables import Prices, Signals, Sources
from aftermath.downloads import ORDERS, Closes, DownloadError, read_closes, read_signals
from aftermath.downloads.series import some
from aftermath.files import write_whole
from aftermath.problems import AftermathError, Problem
from aftermath.wording import counted

_SOURCE_ID = "the source_id of a row of sources.csv, e.g. yahoo-finance-2024-03"
_MEND_ADJUSTED = (
    "name a download that has its adjusted close (--adjusted FILE), or say that there was no dividend and no split in these days "
    "(--nothing-to-adjust)"
)


_SPLIT = 1.4  # times: no dividend moves the two closes against each other by so much
_ROUNDING = 0.005  # prices with two decimals move against each other by rounding, but less


class TableError(AftermathError):
    """A table of a case cannot be made, or not be written where it was to be; nothing was written."""


@dataclass(frozen=True)
class MadeTable:
    """A table of a case, made out of downloads.

    Parameters
    ----------
    name
        ``prices`` or ``signals``.
    table
        Its rows, in the columns of the file.
    remarks
        What whoever uses them must know.
    """

    name: str
    table: pl.DataFrame
    remarks: tuple[str, ...]

    @property
    def text(self) -> str:
        """How many rows there are, and the remarks, one a line."""
        return "\n".join([f"{counted(self.table.height, 'row')} of {self.name}.csv.", *self.remarks])

    @property
    def csv(self) -> str:
        """The content of the file."""
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(self.table.columns)
        writer.writerows([_written(value) for value in row] for row in self.table.iter_rows())
        return file.getvalue()

    def write(self, path: Path | str, *, again: bool = False, append: bool = False) -> Path:
        """Write it; **what stands there is kept** unless something else is said.

        Parameters
        ----------
        path
            The file, e.g. ``casestudies/acme/prices.csv``.
        again
            Replace the file that is there.
        append
            Put the rows below those of the file that is there.

        Raises
        ------
        TableError
            If there is a file already and neither is said; if its columns are others; if it has one of the series already.
        """
        path = Path(path)
        if append and path.exists():
            return write_whole(path, _below(path, self))
        if path.exists() and not again:
            lines = "--append puts the rows below those that are there, " if self.name == "signals" else ""
            raise TableError(f"{path}: there is such a file already. {lines}--again replaces it.")
        return write_whole(path, self.csv)


def _written(value: object) -> object:
    """Numbers as short as they can be without a loss, lists with ``;`` between."""
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return ";".join(value) if isinstance(value, list) else value


def _below(path: Path, made: MadeTable) -> str:
    """The content of a file with the rows of a table below."""
    try:
        there = path.read_text(encoding="utf-8-sig")
        records = list(csv.DictReader(io.StringIO(there, newline=""), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TableError(f"{path}: cannot be read ({error}). `aftermath check` names what is wrong with it.") from error
    head, _, rows = made.csv.partition("\n")
    if there.partition("\n")[0].strip() != head:
        raise TableError(f"{path}: its first row is not {head!r}. `aftermath check` names what is wrong with it.")
    if made.name == "signals":
        definition = ["signal", "time", "scope", "source_id"]
        known = {tuple((record[name] or "").strip() for name in definition) for record in records}
        double = next((row for row in made.table.select(definition).iter_rows() if row in known), None)
        if double:
            raise TableError(
                f"{path}: {double[0]} of {double[1]} is there already, with the same scope and source. Nothing was added."
            )
    return f"{there}{'' if there.endswith(chr(10)) else chr(10)}{rows}"


def price_table(
    share: Path | str,
    *,
    sources: Sequence[str],
    market: Path | str | None = None,
    adjusted: Path | str | None = None,
    nothing_to_adjust: bool = False,
    ticker: str | None = None,
    market_ticker: str | None = None,
    decimal: str | None = None,
    dates: str | None = None,
) -> MadeTable:
    """Make ``prices.csv`` of a case out of closing prices as Yahoo, yfinance, Stooq, German portals and others give them out.

    Parameters
    ----------
    share
        The file with the closes of the organisation's share.
    sources
        ``source_id`` of each file, as in ``sources.csv``.
    market
        The file with the closes of a market index; the share's if not given, which then has both.
    adjusted
        A file with the adjusted closes of the share, where the first has none. **A file with one close does not say which it is.**
    nothing_to_adjust
        That there was no dividend and no split in these days, so that the two closes are the same.
    ticker, market_ticker
        Which share and which index, in files that have several.
    decimal
        The decimal mark, ``"."`` or ``","``, where the numbers leave it open.
    dates
        ``month-first`` or ``day-first``, where the days leave it open.

    Returns
    -------
    MadeTable
        One row for each day on which both share and index have a close.

    Raises
    ------
    DownloadError
        If a file cannot be read, or does not have what is needed; it names file, row, column and what would mend it.
    TableError
        If a source or an option is none.
    """
    _check(sources, decimal, dates)
    if adjusted is not None and nothing_to_adjust:
        raise TableError("say one of the two: --adjusted FILE, or --nothing-to-adjust")
    known = {"decimal": decimal, "dates": dates}
    share = Path(share)
    own = read_closes(share, ticker=ticker, **known)
    closes, remarks = _with_adjusted(share, own, adjusted, nothing_to_adjust, ticker, known)
    sentences = _told("Share", own)
    if market is not None or market_ticker:
        index = read_closes(Path(market or share), ticker=market_ticker, **known)
        sentences += _told("Index", index)
        level = index.table.select("date", market_close=pl.coalesce("close", "adjusted_close"))
    elif own.has("market_close"):
        level = own.table.select("date", "market_close").drop_nulls()
    else:
        _refuse(
            share,
            "has no closes of a market index",
            "name a file that has them: --market FILE; or --market-ticker, where this has",
        )
    remarks += _apart(closes, level)
    table = closes.drop("market_close").join(level, "date", validate="1:1").sort("date")
    if table.is_empty():
        _refuse(share, "shares no day with the index", "download the same days of both")
    if table["close"].equals(table["market_close"]):
        _refuse(
            share,
            "has the very closes of the index",
            "name the share first, and the index as --market or --market-ticker",
        )
    whole = table.with_columns(source_ids=pl.lit(list(sources), pl.List(pl.String)))
    return MadeTable("prices", whole.select(file_columns(Prices).keys()), (*sentences, *remarks))


def _told(name: str, read: Closes) -> list[str]:
    return [f"{name}: {remark}" for remark in (f"{read.label}.", *read.remarks)]


def _with_adjusted(
    path: Path,
    own: Closes,
    adjusted: Path | str | None,
    nothing: bool,
    ticker: str | None,
    known: dict[str, str | None],
) -> tuple[pl.DataFrame, list[str]]:
    """The closes of the share with its adjusted closes, and what must be told; refused where one of the two is not known."""
    table, sentences = own.table, []
    if nothing:
        if own.has("close") and own.has("adjusted_close") and not table["close"].equals(table["adjusted_close"]):
            _refuse(path, "has adjusted closes that are not the closes", "leave --nothing-to-adjust away")
        both = pl.coalesce("close", "adjusted_close")
        return table.with_columns(close=both, adjusted_close=both), [
            "The close is repeated as the adjusted close, as was said."
        ]
    if not own.has("close"):
        mend = f"download it again, with yfinance by auto_adjust=False; or {_MEND_ADJUSTED}"
        _refuse(path, "has the adjusted close alone, and not the close as it was quoted", mend)
    if adjusted is not None:
        other = read_closes(Path(adjusted), ticker=ticker, **known)
        sentences = _told("Adjusted", other)
        if not other.has("adjusted_close"):
            sentences.append("Adjusted: it has one close, which is taken for the adjusted one, as was said.")
        level = other.table.select("date", adjusted_close=pl.coalesce("adjusted_close", "close"))
        table = table.drop("adjusted_close").join(level, "date", "left", validate="1:1")
    if table["adjusted_close"].null_count() == table.height:
        _refuse(path, "has one close, and does not say whether it is adjusted for dividends", _MEND_ADJUSTED)
    without = table.filter(pl.col("adjusted_close").is_null()).select("row", "date").iter_rows()
    mend = "download both again, for the same days"
    problems = [Problem(path.name, row, "", f"{day} has a close and no adjusted close", mend) for row, day in without]
    if problems:
        raise DownloadError(problems)
    return table, sentences + _against_each_other(table)


def _against_each_other(table: pl.DataFrame) -> list[str]:
    """What is odd between the close and the adjusted close: they differ by dividends alone, each of which moves all days before it."""
    moved = table.sort("date").with_columns(moved=(pl.col("close") / pl.col("adjusted_close")).log().diff().abs())
    sentences = []
    often = (moved["moved"] > _ROUNDING).sum() * 10 > table.height
    if often:
        sentences.append("The close and the adjusted close do not move together: are they of one share?")
    jumps = moved.filter(pl.col("moved") > math.log(_SPLIT))
    if jumps.height and not often:
        sentences.append(
            f"The close moves against the adjusted close by more than a dividend does on {some(jumps['date'])}: a split that the close is not "
            "adjusted for, or a damaged number."
        )
    return sentences


def _apart(share: pl.DataFrame, index: pl.DataFrame) -> list[str]:
    """Days on which one of the two alone has a close."""
    first, last = share["date"].min(), share["date"].max()
    share_alone = share.join(index, "date", "anti")
    index_alone = index.filter(pl.col("date").is_between(first, last)).join(share, "date", "anti")
    return [
        f"{counted(alone.height, 'day')} on which the {name} alone has a close left out: {some(alone['date'].sort())}."
        for name, alone in (("share", share_alone), ("index", index_alone))
        if alone.height
    ]


def _refuse(path: Path, what: str, mend: str) -> NoReturn:
    raise DownloadError([Problem(path.name, 0, "", what, mend)])


def signal_table(
    file: Path | str, *, source: str, scope: str = "", zone: str = "", dates: str | None = None
) -> MadeTable:
    """Make rows of ``signals.csv`` of a case out of numbers over time as Google Trends and Wikipedia give them out.

    Parameters
    ----------
    file
        The download.
    source
        Its ``source_id``, as in ``sources.csv``.
    scope
        What the numbers cover, where the file does not say it.
    zone
        Where the clock of hours stands, where the file does not say it, e.g. ``Europe/Berlin``.
    dates
        ``month-first`` or ``day-first``, where the days leave it open.

    Returns
    -------
    MadeTable
        One row a value. **What is no number is no row**, and is told: see the remarks.

    Raises
    ------
    DownloadError
        If the file cannot be read; it names file, row, column and what would mend it.
    TableError
        If the source or an option is none.
    """
    _check([source], None, dates, zone)
    series = read_signals(Path(file), scope=scope.strip(), zone=zone, dates=dates)
    table = series.table.with_columns(source_id=pl.lit(source))
    sentences = [f"{series.label[0].upper()}{series.label[1:]}.", *series.remarks]
    if scope.strip() and not table["scope"].str.contains(scope.strip(), literal=True).any():
        sentences.append("The file says itself what it covers; the scope that was given is not used.")
    return MadeTable("signals", table.select(file_columns(Signals).keys()), tuple(sentences))


def _check(sources: Sequence[str], decimal: str | None, dates: str | None, zone: str = "") -> None:
    """What was said can be meant."""
    if not any(sources):
        raise TableError(f"say where the numbers are from: --source, {_SOURCE_ID}")
    for source in sources:
        if not re.fullmatch(Sources.source_id.regex or "", source):
            raise TableError(f"{source[:60]!r} is no source: give {_SOURCE_ID}")
    if decimal not in (None, ".", ","):
        raise TableError(f"{decimal[:60]!r} is no decimal mark: give . or ,")
    if dates not in (None, *ORDERS):
        raise TableError(f"{dates[:60]!r} is no order of days: give {' or '.join(ORDERS)}")
    try:
        if zone:
            ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise TableError(f"{zone[:60]!r} is no time zone: give one as in Europe/Berlin") from None
