"""Tables of prices with one row of headings, as sources of them give them out.

=====================  ======================================================  ===========================
source                 headings                                                days, numbers
=====================  ======================================================  ===========================
Yahoo Finance          Date,Open,High,Low,Close,Adj Close,Volume               2017-04-10; ``null``
yfinance, one ticker   Date,Open,High,Low,Close,Volume,Dividends,Stock Splits  2017-04-10 00:00:00-04:00
Stooq                  Date,Open,High,Low,Close,Volume                         2017-04-10
Stooq, Polish          Data,Otwarcie,Najwyzszy,Najnizszy,Zamkniecie,Wolumen    2017-04-10
Stooq, whole markets   <TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,...,<CLOSE>,...     20170410
Nasdaq                 Date,Close/Last,Volume,Open,High,Low                    04/10/2017, last first; $71.52
Investing.com          Date,Price,Open,High,Low,Vol.,Change %                  04/10/2017, Apr 10, 2017; 1,480.94
Ariva                  Datum;Erster;Hoch;Tief;Schlusskurs;Stuecke;Volumen      2017-04-10; 1.480,94
onvista, comdirect     Datum;Eröffnung;Hoch;Tief;Schluss;Währung;Volumen       10.04.2017; 1.480,94
FRED                   observation_date,SP500                                  2017-04-10; empty, or ``.``
=====================  ======================================================  ===========================

The layouts are those that programs in public repositories read as of November 2026; Yahoo's page has given out no file since
September 2024. Headings of the same meaning are known in some other languages too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from aftermath.downloads.days import is_day
from aftermath.downloads.numbers import is_missing
from aftermath.downloads.sheet import Faults, Sheet

_ROLES = {
    "date": "date datum data day tag fecha 日期 timestamp observation_date datetime exchangedate",
    "ticker": "ticker symbol",
    "period": "per",
    "open": "open otwarcie eröffnung eröffn. erster eroeffnung 开盘 开盘价",
    "high": "high najwyzszy hoch tageshoch plushaut máximo 最高 最高价",
    "low": "low najnizszy tief tagestief plusbas mínimo 最低 最低价",
    "close": "close close/last price last lastprice pxlast quote zamkniecie schluss schluß schlusskurs schlußkurs kurs zuletzt "
    "dernier clôture último cierre 收盘 收盘价",
    "adjusted": "adjclose adj.close adjustedclose adjusted",
    "market": "marketclose",
}
_ROLE_OF = {word: role for role, words in _ROLES.items() for word in words.split()}
_DATE_ALONE = ("date", "observation_date")  # FRED, before and since 2024; frames of pandas
_FIRST_ROWS = 30  # among which the headings stand
_OTHERS = {"volume", "dividends", "stocksplits", "capitalgains"}


@dataclass(frozen=True)
class Quotes:
    """Where in a sheet prices stand.

    Parameters
    ----------
    label
        What the file is, after "is".
    sheet
        The rows.
    after
        Place in ``sheet.rows`` of the first row below the headings.
    headings
        Of all columns, as problems name them.
    date
        Place of the days.
    columns
        Ticker ("" where the file does not say) to what a column is (``open``, ``close``, ``adjusted``, ``market``, ...) and its place.
    ticker
        Place of the tickers, where rows of several stand one below the other.
    adjusted_alone
        Whether what is called close is the adjusted close and the quoted one is not there.
    """

    label: str
    sheet: Sheet
    after: int
    headings: list[str]
    date: int
    columns: dict[str, dict[str, int]]
    ticker: int | None = None
    adjusted_alone: bool = False


def role_of(heading: str) -> str | None:
    """What a column is by its heading: ``date``, ``close``, ``adjusted`` and so on; None for a heading that is not known."""
    bare = re.sub(r"[\s<>*]", "", heading.lower())
    return _ROLE_OF.get(bare) or _ROLE_OF.get(bare.replace("_", ""))


def quotes_in(sheet: Sheet) -> Quotes | None:
    """The prices of a table with one row of headings; None where the sheet has none.

    Raises
    ------
    DownloadError
        If two columns have a heading of the same meaning.
    """
    for place, (row, fields) in enumerate(sheet.rows[:_FIRST_ROWS]):
        roles = [role_of(heading) for heading in fields]
        if "date" not in roles:
            continue
        if "close" in roles or "adjusted" in roles:
            return _by_roles(sheet, place, row, fields, roles)
        return _one_column_each(sheet, place, fields)
    return None


def _by_roles(sheet: Sheet, place: int, row: int, fields: list[str], roles: list[str | None]) -> Quotes:
    faults = Faults(sheet.file)
    for role in ("date", "close", "adjusted", "market", "ticker"):
        same = [heading for heading, of in zip(fields, roles, strict=True) if of == role]
        if len(same) > 1:
            faults.add(
                f"has {len(same)} columns for one thing: {', '.join(same)}", "keep the one that is meant", row, same[1]
            )
    faults.settle()
    columns = {role: roles.index(role) for role in dict.fromkeys(roles) if role not in (None, "date", "ticker")}
    of_yfinance = any("splits" in heading.lower() for heading in fields)
    return Quotes(
        _label(fields),
        sheet,
        place + 1,
        fields,
        roles.index("date"),
        {"": columns},
        roles.index("ticker") if "ticker" in roles else None,
        adjusted_alone=of_yfinance and "adjusted" not in roles,
    )


def _one_column_each(sheet: Sheet, place: int, fields: list[str]) -> Quotes | None:
    """A column of closes for each ticker, as FRED gives them out; only with days below, and decimals among the numbers."""
    dates = [column for column, name in enumerate(fields) if name.lower() in _DATE_ALONE]
    names = [column for column in range(len(fields)) if column not in dates]
    if len(dates) != 1 or not names or not all(fields):
        return None
    days = [cell.text for cell in sheet.column(dates[0], place + 1)]
    texts = [cell.text for column in names for cell in sheet.column(column, place + 1) if not is_missing(cell.text)]
    decimals = sum(re.fullmatch(r"[0-9]+([.,][0-9]+)+", text) is not None for text in texts)
    if sum(map(is_day, days)) * 2 <= len(days) or decimals * 2 <= len(texts):
        return None
    columns = {fields[column]: {"close": column} for column in names}
    return Quotes("a table with a column of prices for each name", sheet, place + 1, fields, dates[0], columns)


def _label(headings: list[str]) -> str:
    """What the table is, by headings that one source alone has."""
    words = {re.sub(r"[\s*]", "", heading.lower()) for heading in headings}
    signs = {
        "a download of yfinance": {"stocksplits"},
        "a download of Yahoo Finance": {"adjclose", "volume"},
        "a download of Stooq": {"zamkniecie"},
        "a download of Stooq, of a whole market": {"<close>", "<per>"},
        "a download of Nasdaq": {"close/last"},
        "a download of Investing.com": {"price", "change%"},
        "a download of Ariva": {"erster", "schlusskurs"},
        "a table of prices with German headings": {"datum"},
    }
    return next((label for label, sign in signs.items() if sign <= words), "a table of prices")
