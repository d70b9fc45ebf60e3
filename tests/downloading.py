"""Invented prices and numbers in the layouts of their sources, as people download them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path


@dataclass(frozen=True)
class Quote:
    """One trading day."""

    day: date
    open: float
    high: float
    low: float
    close: float
    adjusted: float


def trading_days(first: date, count: int) -> list[date]:
    """Weekdays from a day on."""
    days = (first + timedelta(days=k) for k in range(2 * count + 9))
    return [day for day in days if day.weekday() < 5][:count]


# closes 70.25, 70.50, ..., of which a dividend of 2 % makes the adjusted ones
QUOTES = [
    Quote(day, 70 + k / 4, 71.5 + k / 4, 69.5 + k / 4, 70.25 + k / 4, (70.25 + k / 4) * 0.98)
    for k, day in enumerate(trading_days(date(2017, 4, 3), 20))
]
INDEX = [
    Quote(day, 2350.5 + k, 2360.25 + k, 2340.5 + k, 2355.75 + k, 2355.75 + k)
    for k, day in enumerate(trading_days(date(2017, 4, 3), 20))
]


def lines(header: str, rows: Sequence[Sequence[object]], separator: str = ",") -> str:
    """A table below its headings."""
    return f"{header}\n" + "".join(f"{separator.join(map(str, row))}\n" for row in rows)


def german(value: float) -> str:
    """1.234,50."""
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


def quoted(*values: object) -> list[str]:
    return [f'"{value}"' for value in values]


def yahoo(quotes: list[Quote]) -> str:
    rows = [(q.day, q.open, q.high, q.low, q.close, f"{q.adjusted:.6f}", 1000) for q in quotes]
    return lines("Date,Open,High,Low,Close,Adj Close,Volume", rows)


def stooq(quotes: list[Quote]) -> str:
    return lines("Date,Open,High,Low,Close,Volume", [(q.day, q.open, q.high, q.low, q.close, 1000) for q in quotes])


def stooq_polish(quotes: list[Quote]) -> str:
    rows = [(q.day, q.open, q.high, q.low, q.close, 1000) for q in quotes]
    return lines("Data,Otwarcie,Najwyzszy,Najnizszy,Zamkniecie,Wolumen", rows).replace("\n", "\r\n")


def stooq_market(quotes: list[Quote]) -> str:
    rows = [("GM.US", "D", f"{q.day:%Y%m%d}", "000000", q.open, q.high, q.low, q.close, 1000, 0) for q in quotes]
    return lines("<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>", rows)


def nasdaq(quotes: list[Quote]) -> str:
    rows = [
        (f"{q.day:%m/%d/%Y}", f"${q.close}", 1000, f"${q.open}", f"${q.high}", f"${q.low}") for q in reversed(quotes)
    ]
    return lines("Date,Close/Last,Volume,Open,High,Low", rows)


def investing(quotes: list[Quote]) -> str:
    rows = [
        quoted(f"{q.day:%b %d, %Y}", *(f"{n:,.2f}" for n in (q.close, q.open, q.high, q.low)), "32.94M", "-0.29%")
        for q in reversed(quotes)
    ]
    return "\ufeff" + lines('"Date","Price","Open","High","Low","Vol.","Change %"', rows)


def ariva(quotes: list[Quote]) -> str:
    rows = [(q.day, *map(german, (q.open, q.high, q.low, q.close)), "", "1.234.567") for q in quotes]
    return lines("Datum;Erster;Hoch;Tief;Schlusskurs;Stuecke;Volumen", rows, ";")


def onvista(quotes: list[Quote]) -> str:
    rows = [(f"{q.day:%d.%m.%Y}", *map(german, (q.open, q.high, q.low, q.close)), "EUR", 0) for q in quotes]
    return lines("Datum;Eröffnung;Hoch;Tief;Schluss;Währung;Volumen", rows, ";")


def comdirect(quotes: list[Quote]) -> str:
    rows = [(f"{q.day:%d.%m.%Y}", *map(german, (q.open, q.high, q.low, q.close)), "0,00") for q in reversed(quotes)]
    name = '"KESSEL AG (WKN: 000000 Börse: Xetra)"\n\n'
    return name + lines("Datum;Eröffnung;Hoch;Tief;Schluss;Volumen", rows, ";")


def fred(quotes: list[Quote]) -> str:
    return lines("observation_date,SP500", [(q.day, q.close) for q in quotes])


def yfinance(quotes: list[Quote], ticker: str = "GM") -> str:
    """As from 0.2.51 on, with ``auto_adjust=False``."""
    rows = [(q.day, f"{q.adjusted:.6f}", q.close, q.high, q.low, q.open, 1000) for q in quotes]
    names = "Price,Adj Close,Close,High,Low,Open,Volume"
    return lines(f"{names}\nTicker{f',{ticker}' * 6}\nDate,,,,,,", rows)


def yfinance_adjusted(quotes: list[Quote], ticker: str = "GM") -> str:
    """The same as it comes if nothing is said: the close is the adjusted one."""
    rows = [(q.day, f"{q.adjusted:.6f}", q.high * 0.98, q.low * 0.98, q.open * 0.98, 1000) for q in quotes]
    return lines(f"Price,Close,High,Low,Open,Volume\nTicker{f',{ticker}' * 5}\nDate,,,,,", rows)


def yfinance_without_names(quotes: list[Quote]) -> str:
    """As long as the rows of headings had no names, before 0.2.51, and as many tickers as were asked for."""
    rows = [(q.day, f"{q.adjusted:.6f}", q.close, 1000) for q in quotes]
    return lines(",Adj Close,Close,Volume\n,GM,GM,GM\nDate,,,", rows)


def yfinance_two_rows(quotes: list[Quote]) -> str:
    """After ``reset_index()``: the days are a column like the others, and there is no third row."""
    rows = [(k, q.day, f"{q.adjusted:.6f}", q.close) for k, q in enumerate(quotes)]
    return lines(",Date,Adj Close,Close\n,,GM,GM", rows)


def yfinance_history(quotes: list[Quote]) -> str:
    """``Ticker("GM").history()``: one row of headings, and the adjusted close alone."""
    rows = [(f"{q.day} 00:00:00-04:00", q.open, q.high, q.low, f"{q.adjusted:.6f}", 1000, 0.0, 0.0) for q in quotes]
    return lines("Date,Open,High,Low,Close,Volume,Dividends,Stock Splits", rows)


def yfinance_wide(share: list[Quote], index: list[Quote], *, by_ticker: bool = False) -> str:
    """Share and index in one file; ``group_by="ticker"`` exchanges the first two rows."""
    closes = {quote.day: quote.close for quote in index}
    rows = [(q.day, f"{q.adjusted:.6f}", q.close, closes.get(q.day, ""), closes.get(q.day, "")) for q in share]
    names, tickers = "Price,Adj Close,Close,Adj Close,Close", "Ticker,GM,GM,^GSPC,^GSPC"
    first, second = (tickers, names) if by_ticker else (names, tickers)
    return lines(f"{first}\n{second}\nDate,,,,", rows)


# what a file with one share looks like -> rows of headings, and whether it has the adjusted close too
LAYOUTS: dict[str, tuple[Callable[[list[Quote]], str], int, bool]] = {
    "a download of Yahoo Finance": (yahoo, 1, True),
    "a table of prices": (stooq, 1, False),
    "a download of Stooq": (stooq_polish, 1, False),
    "a download of Stooq, of a whole market": (stooq_market, 1, False),
    "a download of Nasdaq": (nasdaq, 1, False),
    "a download of Investing.com": (investing, 1, False),
    "a download of Ariva": (ariva, 1, False),
    "a table of prices with German headings": (onvista, 1, False),
    "a table of prices with German headings, below a name": (comdirect, 3, False),
    "a table with a column of prices for each name": (fred, 1, False),
    "a download of yfinance": (yfinance, 3, True),
    "a download of yfinance, in rows without names": (yfinance_without_names, 3, True),
    "a download of yfinance, in two rows": (yfinance_two_rows, 2, True),
}


def written(folder: Path, text: str | bytes, name: str = "download.csv") -> Path:
    """A file with this content."""
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def reordered(text: str, order: Sequence[int], separator: str) -> str:
    """A table with its columns in another order."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=separator, lineterminator="\n")
    for record in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=separator):
        writer.writerow([record[k] for k in order] if len(record) == len(order) else record)
    return file.getvalue()


def trends(
    terms: dict[str, list[str]], times: Sequence[str], word: str = "Week", above: str = "Category: All categories\n\n"
) -> str:
    """Interest over time as Google Trends gives it out."""
    rows = [(time, *values) for time, *values in zip(times, *terms.values(), strict=True)]
    return above + lines(",".join([word, *terms]), rows)


def weeks(count: int, first: date = date(2024, 3, 3)) -> list[str]:
    return [(first + timedelta(days=7 * k)).isoformat() for k in range(count)]
