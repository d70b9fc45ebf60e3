"""Google Trends: interest over time, as its pages and the package pytrends give it out.

``multiTimeline.csv`` of the page that was in use from 2018 on (the layout is the same in all languages; seen in English, German and
Chinese in programs of 2020 to 2026)::

    Category: All categories

    Week,kettle recall: (United States),kettle: (Worldwide)
    2024-03-03,<1,71

Times are days, first days of weeks, months (``2004-01``) or hours (``2024-03-03T05``: **on the clock of the browser**, which the
file does not name). The page that follows it writes ``"Time","kettle recall"`` without category and region;
``pytrends`` writes ``date,kettle recall,isPartial``.

**A value is no count**: it is a share of all searches in that place and time, from 0 to 100, where 100 is the highest value *of this
download*. ``<1`` is above 0 and below 1: it is no number (0 and 1 would both be wrong), the row is left out, and the scope says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import polars as pl

from aftermath.downloads.days import is_day, read_days
from aftermath.downloads.series import SCHEMA, Series, gaps, month_or_days, some, twice
from aftermath.downloads.sheet import Cell, Faults, Sheet, shown
from aftermath.wording import counted

LABEL = "a download of Google Trends"
SIGNAL, UNIT = "search_interest", "index, 100 = highest of the download"
_TERM = re.compile(r"(?P<term>.*?)\s*[:：]\s*[(（](?P<region>[^()（）]*(?:[(（][^()（）]*[)）])?[^()（）]*)[)）]")
_CATEGORY = set(
    "category kategorie catégorie categoría categoria categorie kategoria kategori категория категорія 类别 類別 カテゴリ 카테고리".split()
)
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_HOUR = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2})(?::([0-9]{2})(?::00)?)?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_VALUE = re.compile(r"100|[1-9]?[0-9]")
_UNDER_ONE = re.compile(r"<\s?1")


@dataclass(frozen=True)
class Timeline:
    """Where in a sheet the interest over time stands.

    Parameters
    ----------
    sheet
        The rows.
    after
        Place in ``sheet.rows`` of the first row below the headings.
    time
        Place of the times.
    terms
        Place to term and region; the region is empty where the file does not say it.
    partial
        Place of ``isPartial``; None where there is none.
    """

    sheet: Sheet
    after: int
    time: int
    terms: dict[int, tuple[str, str]]
    partial: int | None = None

    @property
    def row(self) -> int:
        """Where the headings stand."""
        return self.sheet.rows[self.after - 1][0]

    @property
    def headings(self) -> list[str]:
        """All headings."""
        return self.sheet.rows[self.after - 1][1]


def is_of_trends(sheet: Sheet) -> bool:
    """Whether it is one of the downloads of Google Trends, with times or without."""
    if timeline_in(sheet) is not None:
        return True
    headings = sheet.rows[1][1] if len(sheet.rows) > 1 and _has_category(sheet) else [""]
    return headings[0] in ("TOP", "RISING") or any(map(_TERM.fullmatch, headings[1:]))


def _has_category(sheet: Sheet) -> bool:
    """Whether the first row names a category, in a language that is known."""
    first, *others = sheet.rows[0][1]
    word, colon, _ = first.replace("：", ":").partition(":")
    return bool(colon) and not any(others) and word.strip().lower() in _CATEGORY


def timeline_in(sheet: Sheet) -> Timeline | None:
    """The interest over time in a sheet; None where there is none."""
    for place, (_, fields) in enumerate(sheet.rows[:3]):
        below = sheet.rows[place + 1 :]
        if len(fields) < 2 or not below:
            continue
        matches = {k: match for k, heading in enumerate(fields) if (match := _TERM.fullmatch(heading))}
        times = [k for k in range(len(fields)) if k not in matches and _mostly_times(sheet, k, place + 1)]
        if matches and len(times) == 1:
            return Timeline(sheet, place + 1, times[0], {k: (m["term"], m["region"]) for k, m in matches.items()})
        found = _without_regions(sheet, place, fields)
        if found:
            return found
    return None


def _without_regions(sheet: Sheet, place: int, fields: list[str]) -> Timeline | None:
    """Layouts that name the terms alone: only if all values are those of Trends, and one of them is 100 or pytrends wrote them."""
    lowered = [heading.lower() for heading in fields]
    partial = lowered.index("ispartial") if "ispartial" in lowered else None
    known = "date" if partial is not None else "time"
    times = [0] if place and _has_category(sheet) else [k for k, heading in enumerate(lowered) if heading == known]
    if len(times) != 1 or not all(fields) or _is_time(fields[times[0]]):
        return None
    terms = {k: (heading, "") for k, heading in enumerate(fields) if k not in (times[0], partial)}
    texts = [cell.text for k in terms for cell in sheet.column(k, place + 1)]
    of_trends = all(_VALUE.fullmatch(text) or _UNDER_ONE.fullmatch(text) for text in texts)
    certain = partial is not None or "100" in texts
    sound = of_trends and certain and _mostly_times(sheet, times[0], place + 1)
    return Timeline(sheet, place + 1, times[0], terms, partial) if terms and sound else None


def _mostly_times(sheet: Sheet, column: int, after: int) -> bool:
    cells = sheet.column(column, after)
    return sum(_is_time(cell.text) for cell in cells) * 2 > len(cells)


def _is_time(text: str) -> bool:
    return is_day(text) or _MONTH.fullmatch(text) is not None or _HOUR.fullmatch(text) is not None


def read(timeline: Timeline, *, scope: str = "", zone: str = "", dates: str | None = None) -> Series:
    """Interest over time as rows of ``signals.csv``.

    Parameters
    ----------
    timeline
        Where it stands.
    scope
        The region, where the file does not say it.
    zone
        Where the clock of hours stands, where the file does not say it, e.g. ``Europe/Berlin``.
    dates
        ``month-first`` or ``day-first``, where days are not as Trends writes them; found in them if not given.

    Raises
    ------
    DownloadError
        With everything that cannot be read.
    """
    faults = Faults(timeline.sheet.file)
    timeline.sheet.check_widths(timeline.headings, timeline.after, faults)
    for k, heading in enumerate(timeline.headings):
        if k not in (timeline.time, timeline.partial, *timeline.terms):
            faults.add(
                "is no term with its region",
                "remove the column, or correct its heading",
                timeline.row,
                heading or "(no name)",
            )
    if not scope and not all(region for _, region in timeline.terms.values()):
        faults.add(
            "does not say for which region it was asked", 'say it: --scope "United States", --scope Worldwide', 1
        )
    faults.settle()
    cells = timeline.sheet.column(timeline.time, timeline.after)
    name = timeline.headings[timeline.time]
    times, step, remarks = _times(name, cells, zone, dates, faults)
    twice(cells, times, name, faults)
    partial = _partial(timeline, faults)
    frames, sentences = [], [*remarks]
    if partial:
        sentences.append(
            f"{counted(len(partial), 'row')} left out: its time was not over when it was asked for (isPartial)."
        )
    for place in timeline.terms:
        frame, said = _term(timeline, place, times, step, scope, partial, faults)
        frames.append(frame)
        sentences += said
    faults.settle()
    table = pl.concat(frames).sort("scope", "time", maintain_order=True)
    values = len(cells) * len(timeline.terms)
    return Series(LABEL, table, values - table.height, (*sentences, *_scale(table, len(timeline.terms))))


def _term(
    timeline: Timeline,
    place: int,
    times: Sequence[str | None],
    step: str,
    scope: str,
    partial: set[int],
    faults: Faults,
) -> tuple[pl.DataFrame, list[str]]:
    """The rows of one term, and what must be told of it."""
    term, region = timeline.terms[place]
    cells = timeline.sheet.column(place, timeline.after)
    under = [time for cell, time in zip(cells, times, strict=True) if _UNDER_ONE.fullmatch(cell.text)]
    parts = ["Google Trends", term, region or scope, f"{step}s", "values under 1 left out" if under else ""]
    whole = "; ".join(filter(None, parts))
    rows = []
    for cell, time in zip(cells, times, strict=True):
        if _VALUE.fullmatch(cell.text):
            if cell.row not in partial:
                rows.append((cell.row, SIGNAL, time, float(cell.text), UNIT, whole))
        elif not _UNDER_ONE.fullmatch(cell.text):
            what = "is no value of Google Trends, which are whole numbers from 0 to 100, or <1"
            faults.add(
                f"{shown(cell.text)} {what}",
                "correct it, or download the file again",
                cell.row,
                timeline.headings[place],
            )
    sentences = []
    if under:
        sentences.append(
            f"{term!r}: {counted(len(under), 'value')} written <1 left out ({some(under)}). That is above 0 and below 1, so the lowest "
            "values are missing from the series: a mean of what is left is too high."
        )
    zeros = sum(value == 0 for _, _, _, value, _, _ in rows)
    if zeros:
        sentences.append(f"{term!r}: {counted(zeros, 'value')} of 0: too few searches to show, not none.")
    return pl.DataFrame(rows, schema=SCHEMA, orient="row"), sentences


def _scale(table: pl.DataFrame, terms: int) -> Iterator[str]:
    yield "Values are shares of all searches, on a scale of this download alone: values of two downloads cannot be compared."
    if not table.filter(pl.col("value") == 100).height:
        yield f"No value {'of all terms ' if terms > 1 else ''}is 100: rows or columns of the download are missing, or its last row was not over."


def _partial(timeline: Timeline, faults: Faults) -> set[int]:
    """Rows whose time was not over when they were asked for."""
    if timeline.partial is None:
        return set()
    cells = timeline.sheet.column(timeline.partial, timeline.after)
    for cell in cells:
        if cell.text.lower() not in ("true", "false"):
            faults.add(
                f"{shown(cell.text)} is neither True nor False",
                "correct it",
                cell.row,
                timeline.headings[timeline.partial],
            )
    return {cell.row for cell in cells if cell.text.lower() == "true"}


def _times(
    name: str, cells: Sequence[Cell], zone: str, dates: str | None, faults: Faults
) -> tuple[list[str | None], str, list[str]]:
    """Times as ``signals.csv`` has them, what stands between two, and what must be told of them."""
    if all(_HOUR.fullmatch(cell.text) for cell in cells) and not _all_midnight(cells):
        return _hours(name, cells, zone, faults)
    texts = [Cell(cell.row, f"{cell.text}-01" if _MONTH.fullmatch(cell.text) else cell.text) for cell in cells]
    days = read_days(name, texts, dates, faults)
    known = [day for day in days if day is not None]
    step = month_or_days(cells, known)
    if step != "month":
        for cell in (cell for cell in cells if _MONTH.fullmatch(cell.text)):
            faults.add(f"{shown(cell.text)} is a month, and others are days", "download one of the two", cell.row, name)
    sentences = list(gaps(known, step))
    if step != "day":
        sentences.append(
            f"Each time is the first day of its {step}. The last may not have been over when it was downloaded."
        )
    return [day.isoformat() if day else None for day in days], step, sentences


def _all_midnight(cells: Sequence[Cell]) -> bool:
    """Whether days are written with a clock, as pytrends does."""
    return len(cells) > 1 and all(
        (match := _HOUR.fullmatch(cell.text)) and {match[2], match[3] or "00"} == {"00"} for cell in cells
    )


def _hours(name: str, cells: Sequence[Cell], zone: str, faults: Faults) -> tuple[list[str | None], str, list[str]]:
    moments: list[datetime | None] = []
    for cell in cells:
        try:
            moments.append(_moment(cell.text, zone))
        except ValueError as error:
            what, _, mend = str(error).partition("; ")
            faults.add(f"{shown(cell.text)} {what}", mend or "correct it", cell.row, name)
            moments.append(None)
    known = sorted({moment for moment in moments if moment})
    apart = {after - before for before, after in pairwise(known)}
    step = "hour" if all(not distance % timedelta(hours=1) for distance in apart) else "minute"
    missing = [b for a, b in pairwise(known) if b - a > min(apart)]
    sentences = (
        [f"{counted(len(missing), 'gap')} in the times, before {some([f'{m:%Y-%m-%dT%H:%MZ}' for m in missing])}."]
        if missing
        else []
    )
    return [f"{moment:%Y-%m-%dT%H:%M:%S}+00:00" if moment else None for moment in moments], step, sentences


def _moment(text: str, zone: str) -> datetime:
    """An hour in UTC."""
    match = _HOUR.fullmatch(text)
    assert match
    day, hour, minute, offset = match[1], match[2], match[3] or "00", match[4]
    try:
        clock = datetime.fromisoformat(f"{day}T{hour}:{minute}:00")
        moment = datetime.fromisoformat(f"{clock.isoformat()}{_offset(offset)}").astimezone(UTC) if offset else None
    except (ValueError, OverflowError):
        raise ValueError("is no time") from None
    if not is_day(day):
        raise ValueError("is no time")
    if moment:
        return moment
    if not zone:
        mend = "say where that stood: --zone Europe/Berlin"
        raise ValueError(f"has no zone: it is on the clock of the browser that downloaded it; {mend}")
    local = clock.replace(tzinfo=ZoneInfo(zone))
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        raise ValueError("is an hour in which the clock was changed; download the days before and after it apart")
    return local.astimezone(UTC)


def _offset(text: str) -> str:
    """An offset with hours and minutes."""
    digits = re.sub("[^0-9]", "", text)
    return "+00:00" if text == "Z" else f"{text[0]}{digits[:2]}:{digits[2:] or '00'}"
