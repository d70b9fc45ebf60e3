"""Days as sources write them: one form for a whole column, and a refusal where it may be two."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from aftermath.downloads.sheet import Cell, Faults, shown

_CLOCK = r"(?:[T ]+(?P<clock>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?)?"
_YEAR = r"(?P<year>[0-9]{4}|[0-9]{2})"
_FORMS = {
    "year first": r"(?P<year>[0-9]{4})([-/.])(?P<month>[0-9]{1,2})\2(?P<day>[0-9]{1,2})",
    "compact": r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
    "month-first": rf"(?P<month>[0-9]{{1,2}})([/-])(?P<day>[0-9]{{1,2}})\2{_YEAR}",
    "day-first": rf"(?P<day>[0-9]{{1,2}})([/.-])(?P<month>[0-9]{{1,2}})\2{_YEAR}",
    "month in words": r"(?P<word>[A-Za-z]{3,9})\.? (?P<day>[0-9]{1,2}), (?P<year>[0-9]{4})",
    "day and month in words": rf"(?P<day>[0-9]{{1,2}})([- ])(?P<word>[A-Za-z]{{3,9}})\2{_YEAR}",
}
ORDERS = ("month-first", "day-first")
_PATTERNS = {name: re.compile(form + _CLOCK) for name, form in _FORMS.items()}
_MONTHS = {
    name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)
}
_SERIAL = re.compile(r"[1-9][0-9]{4}(?:\.[0-9]+)?")
_YEARS = range(1800, 2101)  # others are damage
EPOCHS = date(1899, 12, 30), date(1904, 1, 1)  # of Excel, and of Excel on a Mac of old


def day_in(form: str, text: str) -> date:
    """A day in one form.

    Parameters
    ----------
    form
        A key of the forms that are known, e.g. ``"month-first"``.
    text
        As the source writes it; a time of day is passed over, unless it is **midnight of another zone**.

    Raises
    ------
    ValueError
        If it is not in this form. The text completes a sentence that begins with the field.

    Examples
    --------
    >>> day_in("month-first", "01/17/2013").isoformat(), day_in("day-first", "17.1.13").isoformat()
    ('2013-01-17', '2013-01-17')
    """
    match = _PATTERNS[form].fullmatch(text)
    if match is None:
        raise ValueError("is not a date like the others")
    parts = match.groupdict()
    if parts["offset"] and not re.fullmatch(r"0?0:00(:00(\.0+)?)?", parts["clock"]):
        raise ValueError("is a time of another zone, in which it may be another day")
    month = _MONTHS.get(parts["word"][:3].lower(), 0) if "word" in parts else int(parts["month"])
    try:
        day = date(_year(parts["year"]), month, int(parts["day"]))
    except ValueError:
        raise ValueError("is not a date") from None
    if day.year not in _YEARS:
        raise ValueError("is not a date")
    return day


def _year(digits: str) -> int:
    """Two digits are 1969 to 2068, as in POSIX."""
    return int(digits) if len(digits) == 4 else int(digits) + (1900 if int(digits) >= 69 else 2000)


def is_day(text: str) -> bool:
    """Whether a field is a day in any form that is known."""
    return any(_reads(form, text) is not None for form in _PATTERNS)


def _reads(form: str, text: str) -> date | None:
    try:
        return day_in(form, text)
    except ValueError:
        return None


def is_serial(text: str) -> bool:
    """Whether a field may be a day as a spreadsheet counts them: 41702 is 2014-03-04."""
    return _SERIAL.fullmatch(text) is not None


def read_days(name: str, cells: Sequence[Cell], order: str | None, faults: Faults) -> list[date | None]:
    """The days of a column, in the one form in which most of them can be read.

    Parameters
    ----------
    name
        The heading.
    cells
        The fields.
    order
        ``month-first`` or ``day-first``, where somebody has said it.
    faults
        Takes every field that is not in this form, numbers of days as a spreadsheet counts them, and an order that stays open.

    Returns
    -------
    list
        None where there is a problem.
    """
    forms = [form for form in _PATTERNS if order is None or form not in ORDERS or form == order]
    read = {form: [_reads(form, cell.text) for cell in cells] for form in forms}
    most = max(sum(day is not None for day in days) for days in read.values())
    best = [form for form in forms if sum(day is not None for day in read[form]) == most]
    if most * 2 < len(cells):
        _unknown(name, cells, faults)
    elif len({tuple(read[form]) for form in best}) > 1:
        cell = cells[0]
        faults.add(
            f"{shown(cell.text)} may be month and day or day and month, and no other settles it",
            f"say which it is: --dates {ORDERS[0]} or --dates {ORDERS[1]}",
            cell.row,
            name,
        )
    else:
        for cell in (cell for cell, day in zip(cells, read[best[0]], strict=True) if day is None):
            faults.add(
                f"{shown(cell.text)} {_why(best[0], cell.text)}", "correct it, or remove the row", cell.row, name
            )
    return read[best[0]]


def _why(form: str, text: str) -> str:
    try:
        day_in(form, text)
    except ValueError as error:
        return str(error)
    return ""


def _unknown(name: str, cells: Sequence[Cell], faults: Faults) -> None:
    cell = cells[0]
    serial = next((cell for cell in cells if is_serial(cell.text)), None)
    if serial is None:
        reasons = [_why(form, cell.text) for form in _PATTERNS]
        what = next((reason for reason in reasons if "zone" in reason), "is not a date")
        faults.add(f"{shown(cell.text)} {what}", "give days as YYYY-MM-DD", cell.row, name)
        return
    usual, old = (epoch + timedelta(days=int(float(serial.text))) for epoch in EPOCHS)
    faults.add(
        f"{shown(serial.text)} is a day as a spreadsheet counts them: {usual}, or {old} where it counts from 1904",
        "give the column the form YYYY-MM-DD in the spreadsheet, and save it again",
        serial.row,
        name,
    )
