"""Page views of Wikipedia: the tables and JSON of the Pageviews Analysis tool, and the answers of the interface itself.

The tool (https://pageviews.wmcloud.org, ``exportCSV`` and ``exportJSON`` in ``javascripts/shared/chart_helpers.js`` of
https://github.com/MusikAnimal/pageviews, as of 2020) writes ``Date,"Cat","Dog"`` with a row a day or month (``2017-04``), and
``[{"page": "Cat", "color": ..., "sum": ..., "daily_average": ..., "2017-04-10": 12, ...}]``. It names no project and no kind of reader. **It puts 0
where the interface has nothing** (and nothing where the chart was logarithmic and the count 0), so its 0 is "no view, or not known".

The interface (https://doc.wikimedia.org/generated-data-platform/aqs/analytics-api/reference/page-views.html) answers
``{"items": [{"project", "article", "granularity", "timestamp": "2017041000", "access", "agent", "views"}]}``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from aftermath.downloads.days import read_days
from aftermath.downloads.numbers import is_missing
from aftermath.downloads.series import SCHEMA, Series, gaps, month_or_days, some, twice
from aftermath.downloads.sheet import Cell, Faults, Sheet, shown
from aftermath.wording import counted

LABEL = "a download of Wikipedia's page views"
SIGNAL, UNIT = "page_views", "views"
_COUNT = re.compile(r"[0-9]{1,15}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")
_SITE = re.compile(r"([a-z-]+\.){1,2}(org|wikipedia)|all-projects")
_FILE = re.compile(r"(File:.*|.*\.(jpe?g|png|svg|gif|tiff?|ogg|ogv|oga|webm|wav|mid|pdf))", re.IGNORECASE)
_ZEROS = "The tool writes 0 where the interface has nothing"


def table_in(sheet: Sheet) -> bool:
    """Whether a sheet is a table of the tool: days, and whole numbers under titles."""
    (_, headings), *below = sheet.rows
    if headings[0] != "Date" or len(headings) < 2 or not all(headings) or not below:
        return False
    dated = sum(_DAY.fullmatch(fields[0]) is not None for _, fields in below)
    texts = [text for _, fields in below for text in fields[1:]]
    counts = sum(is_missing(text) or _COUNT.fullmatch(text) is not None for text in texts)
    return dated * 2 > len(below) and counts * 2 > len(texts)


def read_table(sheet: Sheet, *, scope: str = "") -> Series:
    """A table of the tool as rows of ``signals.csv``.

    Parameters
    ----------
    sheet
        Its rows.
    scope
        Project and readers, which the file does not say, e.g. ``en.wikipedia, all-access, user``.

    Raises
    ------
    DownloadError
        With everything that cannot be read.
    """
    faults = Faults(sheet.file)
    headings = sheet.rows[0][1]
    sheet.check_widths(headings, 1, faults)
    _check_titles(headings[1:], faults)
    faults.settle()
    columns = {title: sheet.column(k, 1) for k, title in enumerate(headings) if k}
    return _read(sheet.column(0, 1), columns, scope, faults)


def _check_titles(titles: list[str], faults: Faults) -> None:
    for title in titles:
        if _SITE.fullmatch(title) or _FILE.fullmatch(title):
            what = "is no article: for sites and media files the tool counts views, devices or requests, and does not say which"
            faults.add(
                f"{shown(title)} {what}", "write the rows by hand, with what was counted as the signal", 1, title
            )
        elif not title.isprintable() or titles.count(title) > 1:
            faults.add(f"{shown(title)} is no title, or stands twice", "download the file again", 1, title)


def _read(cells: list[Cell], columns: Mapping[str, list[Cell]], scope: str, faults: Faults) -> Series:
    if not scope:
        faults.add(
            "does not say which project and which readers were counted",
            'say it as the page of the tool shows it: --scope "en.wikipedia, all-access, user"',
        )
    whole = [Cell(cell.row, f"{cell.text}-01" if len(cell.text) == len("2017-04") else cell.text) for cell in cells]
    days = read_days("Date", whole, None, faults)
    twice(cells, days, "Date", faults)
    known = [day for day in days if day is not None]
    step = month_or_days(cells, known)
    rows, remarks, empty = [], list(gaps(known, step)), 0
    for title, counts in columns.items():
        missing = [day for day, cell in zip(days, counts, strict=True) if is_missing(cell.text)]
        zeros = [
            day for day, cell in zip(days, counts, strict=True) if _COUNT.fullmatch(cell.text) and not int(cell.text)
        ]
        empty += len(missing)
        rows += _rows(title, counts, days, f"{scope}, {title}, {step}s", faults)
        if missing:
            remarks.append(f"{title!r}: {counted(len(missing), step)} without a count left out: {some(missing)}.")
        if zeros:
            remarks.append(
                f"{title!r}: {counted(len(zeros), step)} with 0: {some(zeros)}. {_ZEROS}: no view, or not known."
            )
    if step == "month":
        remarks.append(
            "Each time is the first day of its month. The last may not have been over when it was downloaded."
        )
    faults.settle()
    return Series(LABEL, pl.DataFrame(rows, schema=SCHEMA, orient="row").sort("scope", "time"), empty, tuple(remarks))


def _rows(title: str, cells: list[Cell], days: list[date | None], scope: str, faults: Faults) -> Iterator[tuple]:
    for cell, day in zip(cells, days, strict=True):
        if _COUNT.fullmatch(cell.text):
            yield cell.row, SIGNAL, day.isoformat() if day else None, float(cell.text), UNIT, scope
        elif not is_missing(cell.text):
            faults.add(f"{shown(cell.text)} is no count", "correct it, or download the file again", cell.row, title)


def document_in(text: str) -> Any:
    """A JSON document that holds page views, or something else of the same tools; None for a text that is neither."""
    if not re.match(r"\s*[\[{]", text):
        return None
    try:
        return json.loads(text, object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        return None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def is_known(document: Any) -> bool:
    """Whether a document is an answer of the interface, or the JSON of the tool."""
    if isinstance(document, dict):
        items = document.get("items")
        return (
            isinstance(items, list)
            and bool(items)
            and all(isinstance(item, dict) and "views" in item for item in items)
        )
    return isinstance(document, list) and bool(document) and all(map(_is_page, document))


def read_document(file: str, document: Any, *, scope: str = "") -> Series:
    """An answer of the interface, or the JSON of the tool, as rows of ``signals.csv``.

    Parameters
    ----------
    file
        As problems name it.
    document
        What the file says.
    scope
        Project and readers, which the tool's JSON does not say.

    Raises
    ------
    DownloadError
        If it is neither, or something in it cannot be read.
    """
    faults = Faults(file)
    if not is_known(document):
        mend = "download the counts by day, as CSV; tables without days (Topviews, Langviews, Massviews) are no signal"
        faults.add("is no JSON of page views by day or month", mend)
    faults.settle()
    if isinstance(document, dict):
        return _read_answer(document["items"], faults)
    pages = [(entry["page"], {key: value for key, value in entry.items() if _DAY.fullmatch(key)}) for entry in document]
    _check_titles([title for title, _ in pages], faults)
    faults.settle()
    days = sorted({day for _, counts in pages for day in counts})
    for title, counts in pages:
        for day in (day for day in days if day in counts and not _is_count(counts[day])):
            faults.add(
                f"{shown(str(counts[day]))} is no count", "correct it, or download the file again", 0, f"{title}.{day}"
            )
    faults.settle()
    cells = {title: [Cell(0, _written(counts.get(day))) for day in days] for title, counts in pages}
    return _read([Cell(k, day) for k, day in enumerate(days, start=1)], cells, scope, faults)


def _is_page(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("page"), str) and any(map(_DAY.fullmatch, entry))


def _is_count(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**15)


def _written(count: int | None) -> str:
    return "" if count is None else str(count)


def _read_answer(items: list[Any], faults: Faults) -> Series:
    rows = []
    for k, item in enumerate(items):
        try:
            rows.append((k + 1, SIGNAL, *_item(item)))
        except ValueError as error:
            faults.add(
                str(error), "ask the interface again, for daily or monthly views of an article", 0, f"items[{k}]"
            )
    faults.settle()
    table = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    seen: dict[tuple, int] = {}
    for row, time, scope in table.select("row", "time", "scope").iter_rows():
        if seen.setdefault((scope, time), row) != row:
            faults.add(
                f"{time} stands in items[{seen[scope, time] - 1}] already",
                "keep one of the two",
                0,
                f"items[{row - 1}]",
            )
    faults.settle()
    remarks = [
        sentence
        for (scope,), part in table.group_by("scope", maintain_order=True)
        for sentence in gaps(list(map(date.fromisoformat, part["time"])), scope.rpartition(", ")[2].removesuffix("s"))
    ]
    return Series(LABEL, table.sort("scope", "time"), 0, tuple(remarks))


def _item(item: Any) -> tuple[str, float, str, str]:
    """Time, views, unit and scope of one item of an answer."""
    names = ("project", "article", "access", "agent", "granularity", "timestamp")
    if not isinstance(item, dict) or not all(isinstance(item.get(name, ""), str) for name in names):
        raise ValueError("is no item of page views")
    if "views" not in item or item["views"] is None or not _is_count(item["views"]):
        raise ValueError("has no count of views")
    step = {"daily": "days", "monthly": "months"}.get(item.get("granularity", ""))
    stamp = re.fullmatch(r"([0-9]{4})([0-9]{2})([0-9]{2})00", item.get("timestamp", ""))
    if step is None or stamp is None:
        raise ValueError("is not daily or monthly, or has no time of the form 2017041000")
    try:
        day = date(*map(int, stamp.groups()))
    except ValueError:
        raise ValueError("has a time that is no day") from None
    parts = [item.get(name, "") for name in ("project", "article", "access", "agent")]
    return day.isoformat(), float(item["views"]), UNIT, ", ".join([*filter(None, parts), step])
