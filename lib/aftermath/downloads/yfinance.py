"""Tables of the Python package yfinance: headings in two or three rows, the names of prices in one and tickers in another.

``yfinance.download("GM", multi_level_index=True).to_csv()`` (0.2.51 and later, seen in 0.2.60 of May 2025) writes three::

    Price,Close,High,Low,Open,Volume
    Ticker,GM,GM,GM,GM,GM
    Date,,,,,
    2017-04-10,29.1,29.4,28.9,29.0,100

Before that the first two began with an empty field; ``group_by="ticker"`` exchanges them; ``reset_index()`` puts ``Date`` into the
first, and there are two. **Since 0.2.51 prices come adjusted for splits and dividends unless** ``auto_adjust=False`` **is said**
(https://github.com/ranaroussi/yfinance/issues/2197): then there is no ``Adj Close``, and ``Close`` is not the quoted close.
"""

from __future__ import annotations

from aftermath.downloads.price_tables import Quotes, role_of
from aftermath.downloads.sheet import Sheet

_LABEL = "a download of yfinance"
_DATES = {"date", "datetime"}
_CORNER = {"", "price", "ticker", *_DATES}  # what may stand above the days
_PRICES = {"open", "high", "low", "close", "adjusted"}


def quotes_in(sheet: Sheet) -> Quotes | None:
    """The prices of a table with two or three rows of headings; None where the sheet has none."""
    records = [fields for _, fields in sheet.rows[:3]]
    third = len(records) == 3 and [text.lower() for text in records[2] if text] in ([word] for word in _DATES)
    headings = records[: 3 if third else 2]
    if len(headings) < 2 or len({len(fields) for fields in headings}) > 1:
        return None
    names, tickers = sorted(
        headings[:2], key=lambda fields: sum(role_of(name) in _PRICES for name in fields), reverse=True
    )
    dates = [k for fields in headings for k, name in enumerate(fields) if name.lower() in _DATES] or [0]
    date = dates[0]
    if len(dates) > 1 or not {names[date].lower(), tickers[date].lower()} <= _CORNER:
        return None
    columns: dict[str, dict[str, int]] = {}
    for k, (name, ticker) in enumerate(zip(names, tickers, strict=True)):
        role = role_of(name)
        if k != date and role in _PRICES:
            if not ticker or role in columns.setdefault(ticker, {}):
                return None
            columns[ticker][role] = k
    priced = {ticker: places for ticker, places in columns.items() if {"close", "adjusted"} & set(places)}
    alone = not any("adjusted" in places for places in priced.values())
    titles = [f"{name} {ticker}".strip() for name, ticker in zip(names, tickers, strict=True)]
    titles[date] = "Date"
    return Quotes(_LABEL, sheet, len(headings), titles, date, priced, adjusted_alone=alone) if priced else None
