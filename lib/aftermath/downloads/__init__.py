"""Downloads of numbers: files as sources of prices, searches and page views give them out, read or refused by name.

Each source is a module that knows its layout, where the layout is documented or was seen, and what its numbers are not. Nothing here knows
what a case is: ``case_files.from_downloads`` makes tables of cases out of what is read.

Examples
--------
>>> recognised("prices", "Date,Open,High,Low,Close,Adj Close,Volume\\n2017-04-10,1,1,1,1,1,9\\n")
'a download of Yahoo Finance'
>>> recognised("signals", "Category: All categories\\n\\nDay,kettle: (Worldwide)\\n2024-03-01,<1\\n")
'a download of Google Trends'
"""

from __future__ import annotations

from pathlib import Path

from aftermath.downloads import google_trends, page_views
from aftermath.downloads.closes import Closes, quotes_of, read_closes
from aftermath.downloads.days import ORDERS
from aftermath.downloads.series import Series
from aftermath.downloads.sheet import DownloadError, Faults, sheets, text_of

__all__ = ["ORDERS", "Closes", "DownloadError", "Series", "read_closes", "read_signals", "recognised"]

_READ = "Google Trends (interest over time), Wikipedia's page views (CSV, JSON), and answers of the page view interface"


def recognised(table: str, text: str) -> str | None:
    """What a text is, if it is a download that can be made into a table of a case.

    Parameters
    ----------
    table
        ``prices`` or ``signals``.
    text
        The content of a file.

    Returns
    -------
    str or None
        For example ``a download of Stooq``; None where it is nothing that is known.
    """
    if table == "prices":
        try:
            quotes = quotes_of("", text)
        except DownloadError:  # two columns for one thing: it is one, and the command says what is wrong
            return "a table of prices"
        return quotes.label if quotes else None
    if page_views.is_known(page_views.document_in(text)):
        return page_views.LABEL
    for sheet in sheets("", text):
        if google_trends.is_of_trends(sheet):
            return google_trends.LABEL
        if page_views.table_in(sheet):
            return page_views.LABEL
    return None


def read_signals(path: Path, *, scope: str = "", zone: str = "", dates: str | None = None) -> Series:
    """Read numbers over time.

    Parameters
    ----------
    path
        The file as its source gave it out.
    scope
        What the numbers cover, where the file does not say it.
    zone
        Where the clock of hours stands, where the file does not say it.
    dates
        ``month-first`` or ``day-first``; found in the days if not given.

    Returns
    -------
    Series

    Raises
    ------
    DownloadError
        If it is no download that is known, or anything in it cannot be read; with all problems.
    """
    text = text_of(path, names=True)
    document = page_views.document_in(text)
    if document is not None:
        return page_views.read_document(path.name, document, scope=scope)
    faults = Faults(path.name)
    for sheet in sheets(path.name, text):
        timeline = google_trends.timeline_in(sheet)
        if timeline is not None:
            return google_trends.read(timeline, scope=scope, zone=zone, dates=dates)
        if page_views.table_in(sheet):
            return page_views.read_table(sheet, scope=scope)
        if google_trends.is_of_trends(sheet):
            faults.add("is a download of Google Trends without times", "download interest over time: multiTimeline.csv")
    faults.add("is no download of numbers over time that is known", f"download it again; read are {_READ}")
    faults.settle()
    raise AssertionError("a fault was added")
