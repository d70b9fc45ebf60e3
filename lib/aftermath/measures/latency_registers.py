"""Tables of latencies from what is there: a register of dates, or cases of our own; and the periods that they fall into.

``latencies_between`` reads registers in which a row has dates: of an event that may have gone on for a while, and of the answer.
``latencies_of`` takes cases that were coded. ``by_period`` parts either by a date.
"""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.case_files.file_problems import FileProblems, short
from aftermath.measures.latencies import BEFORE_ZERO, Latencies, LatenciesError, kept_and_aside, records_of
from aftermath.measures.speed import speed
from aftermath.measures.steps import STEPS
from aftermath.problems import AftermathError, Problem
from aftermath.statistics.result import NothingToMeasure
from aftermath.times import DAY, first_day
from aftermath.wording import listed

PERIOD = "period"  # the column of the periods
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_SWAPPED = "the end came before the beginning, which is no interval", "swap or correct the dates, or leave the row out"

Days = tuple[date, date]  # the first and the last that are meant


def latencies_between(
    source: Path | str | pl.DataFrame, begun: str, ended: str, answered: str, *, name: str = ""
) -> Latencies:
    """Read a register of dates: how long after an event the answer came.

    Clock zero is some moment from the beginning of the event to its end, so a latency is an interval as wide as the event, **and a day
    wider at either end, as no date says at which hour**. An answer while the event went on counts from zero on.

    Parameters
    ----------
    source
        A CSV file or a table. Other columns are kept, to group by.
    begun, ended, answered
        Its columns of dates: ``2018-07-01``, ``2018-07`` or ``2018``. ``ended`` empty: the event had no length. ``answered`` empty: no
        answer was seen, and how long one was waited for is not known either, so that the row says nothing but that it is later than 0.
    name
        What they are called; the name of the file if not given.

    Returns
    -------
    Latencies
        Rows that end before they begin, and rows whose answer came before the event, are set aside and named: a register is somebody else's.

    Raises
    ------
    LatenciesError
        If the file cannot be read, a column is missing, or a date is none: every problem with its row.
    NothingToMeasure
        If no row is left.

    Examples
    --------
    >>> rows = {"from": ["2020-01-01", "2020-03"], "to": ["2020-01-05", None], "told": ["2020-01-20", "2020-04-01"]}
    >>> latencies_between(pl.DataFrame(rows), "from", "to", "told").rows.select("earliest", "latest").rows() == [
    ...     (14 * 86400.0, 20 * 86400.0), (0.0, 32 * 86400.0)]
    True
    """
    problems, records = records_of(source, (begun, ended, answered))
    read = [
        tuple(_days(record, column, problems) for column in (begun, ended, answered))
        for record in records.iter_rows(named=True)
    ]
    if problems:
        raise LatenciesError(problems)
    ends, aside = [], []
    for row, (start, stop, answer) in zip(records["row"], read, strict=True):
        if start is None:
            problems.add("is empty", "write a date", row, begun)
            continue
        last = (stop or start)[1]
        if last < start[0]:
            aside.append(Problem(problems.file, row, ended, *_SWAPPED))
        elif answer and answer[1] < start[0]:
            aside.append(Problem(problems.file, row, answered, *BEFORE_ZERO))
        ends.append(_latency(start[0], last, answer))
    if problems:
        raise LatenciesError(problems)
    rows = records.drop("earliest", "latest", strict=False).with_columns(
        pl.Series(column, [pair[place] for pair in ends], dtype=pl.Float64)
        for place, column in enumerate(("earliest", "latest"))
    )
    # a day is given to both ends, so that an answer on the last day of an event is no answer before it
    return kept_and_aside(name or Path(problems.file).stem, rows, "days", aside, -DAY)


def _latency(first: date, last: date, answer: Days | None) -> tuple[float, float]:
    """From the first and the last day that may be clock zero to those of the answer, in seconds."""
    if answer is None:
        return 0.0, math.inf
    return DAY * ((answer[0] - last).days - 1), DAY * ((answer[1] - first).days + 1)


def _days(record: dict, column: str, problems: FileProblems) -> Days | None:
    """The days that a field means; None where it is empty."""
    text = record[column]
    if text is None:
        return None
    try:
        return _meant(text)
    except ValueError:
        problems.add(f"'{short(text)}' is no date", "write it as 2018-07-01, 2018-07 or 2018", record["row"], column)
    return None


def _meant(text: str) -> Days:
    found = _DATE.fullmatch(text)
    if not found:
        raise ValueError(text)
    year, month, day = (int(part) if part else None for part in found.groups())
    first = date(year or 0, month or 1, day or 1)
    if day:
        return first, first
    return first, first.replace(month=month or 12, day=calendar.monthrange(first.year, month or 12)[1])


def latencies_of(cases: Iterable[Case], step: str = "response") -> Latencies:
    """The latencies of coded cases as a table, with what to group them by.

    Parameters
    ----------
    cases
        From ``aftermath.cases``; those without a crisis on record are left out.
    step
        Which answer, a key of ``measures.steps.STEPS``.

    Returns
    -------
    Latencies
        With the columns ``case``, ``cause``, ``crisis_type``, ``industry``, ``country`` and ``begun``, the day of clock zero. Answers that came with
        clock zero are set aside.

    Raises
    ------
    NothingToMeasure
        If no case is left.
    ValueError
        If the step is unknown.

    Examples
    --------
    >>> from aftermath.case_files.case import load_case
    >>> latencies_of([load_case("kitchenaid-tweet")]).rows["earliest"].to_list()
    [476.0]
    """
    if step not in STEPS:
        raise ValueError(f"{step!r} is no step; use one of: {', '.join(STEPS)}")
    found = [
        (row, case, zero, speed(case)[step].latency)
        for row, case in enumerate(sorted(cases, key=lambda case: case.id), start=1)
        if (zero := case.zero) is not None
    ]
    if not found:
        raise NothingToMeasure("No case has a crisis on record, so there is no latency.")
    rows = pl.DataFrame(
        [
            {
                "row": row,
                "case": case.id,
                "cause": vocabulary.CAUSES[case.about.cause or ""],
                "crisis_type": case.about.crisis_type,
                "industry": case.about.industry,
                "country": vocabulary.country_name(case.about.country),
                "begun": first_day(zero, case.about.timezone).isoformat(),
                "earliest": latency.lower,
                "latest": latency.upper,
            }
            for row, case, zero, latency in found
        ]
    )
    what = "the answer of {} came with clock zero, which says nothing of speed"
    aside = [
        Problem("cases", row, "latest", what.format(case.id), "")
        for row, case, _, latency in found
        if latency.with_zero
    ]
    return kept_and_aside("Our cases", rows, "seconds", aside)


def by_period(latencies: Latencies, column: str, days: Sequence[str]) -> Latencies:
    """Part latencies by a date, as before and after a law.

    **What came late is missing where a register ends**: of events shortly before its last day only the quick answers are in it.

    Parameters
    ----------
    latencies
        With a column of dates.
    column
        Its name.
    days
        First days of periods, ascending, as ``2018-07-01``.

    Returns
    -------
    Latencies
        With the column ``period``, **empty where a date is**, and where it leaves open on which side it falls.

    Raises
    ------
    AftermathError
        If there is no such column, or it holds what is no date.
    ValueError
        If a day is none, or they do not ascend.

    Examples
    --------
    >>> rows = {"begun": ["2018-06-30", "2018-07", "2018"], "earliest": [1, 2, 3], "latest": [2, 3, 4]}
    >>> from aftermath.measures.latencies import load_latencies
    >>> by_period(load_latencies(pl.DataFrame(rows)), "begun", ["2018-07-01"]).groups("period")
    ['2018-06-30 or earlier', '2018-07-01 or later', 'not coded']
    """
    starts = [date.fromisoformat(day) for day in days]
    if not starts or starts != sorted(set(starts)):
        raise ValueError(
            f"{listed(list(days)) or 'no day'}: give at least one first day of a period, in ascending order"
        )
    latencies.groups(column)  # raises where there is none
    problems = FileProblems(latencies.name)
    meant = [
        _days({"row": row, column: text}, column, problems)
        for row, text in latencies.rows.select("row", column).iter_rows()
    ]
    if problems:
        raise AftermathError("\n".join(map(str, problems)))
    # names that are in order of time where they are sorted
    eves = [date.fromordinal(start.toordinal() - 1).isoformat() for start in starts]
    between = [f"{day} to {eve}" for day, eve in zip(days[:-1], eves[1:], strict=True)]
    names = [f"{eves[0]} or earlier", *between, f"{days[-1]} or later"]
    return replace(
        latencies,
        rows=latencies.rows.with_columns(
            pl.Series(PERIOD, [_period(own, starts, names) for own in meant], dtype=pl.String)
        ),
    )


def _period(days: Days | None, starts: list[date], names: list[str]) -> str | None:
    places = {sum(start <= end for start in starts) for end in days or ()}
    return names[places.pop()] if len(places) == 1 else None
