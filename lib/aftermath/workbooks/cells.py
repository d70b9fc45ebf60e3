"""From a cell, as a spreadsheet program left it, to the text that belongs into a table."""

from __future__ import annotations

import re
import sys
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time
from zoneinfo import ZoneInfo

import dataframely as dy
from openpyxl.cell import Cell
from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel

from aftermath.case_files.columns import metadata_of
from aftermath.case_files.file_problems import UNPRINTABLE, short
from aftermath.workbooks.packing import CONTROL, NOTHING, UNDERSCORE
from aftermath.workbooks.sheets import plain

LONGEST_CELL = 32_767  # characters that a cell holds
_LARGEST = sys.float_info.max
_SPACES = re.compile(r"[\u00a0\u2007\u202f\u2009\ufeff\u200b]")
_QUOTES = re.compile(r"[\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb]")
_DASHES = re.compile(r"[\u2010-\u2015\u2212]")
_DAY_NUMBERS = range(10_000, 100_000)  # as which Excel keeps the days from 1927 to 2173
_WITHOUT_OFFSET = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)")
_OTHER_DAY = re.compile(r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}")


class Refused(ValueError):
    """A cell from which no text can be taken without guessing.

    Attributes
    ----------
    what, mend
        As a ``Problem`` has them.
    """

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what, self.mend = what, mend


def kind_of(column: dy.Column) -> str:
    """What a column holds: words, id, text, instant, day, day_or_instant, partial_date, whole or number."""
    for kind, name in {
        dy.Datetime: "instant",
        dy.Date: "day",
        dy.Int8: "whole",
        dy.Int64: "whole",
        dy.Float64: "number",
        dy.List: "words",
    }.items():
        if isinstance(column, kind):
            return name
    known = metadata_of(column)
    if "words" in known:
        return "words"
    if "format" in known:
        return str(known["format"])
    is_id = isinstance(column, dy.String) and (column.regex or not column.check) and "max_length" not in known
    return "id" if is_id else "text"


def escaped(text: str) -> str:
    """Text as a cell holds it: what a spreadsheet program would take for an escape is escaped itself."""
    return re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)


def stored(value: object) -> str:
    """What a cell holds as text, signs for which the format has an escape among it."""
    return plain("" if value is None else str(value).replace(NOTHING, "").replace(UNDERSCORE, "_"))


def text_of(cell: Cell, column: dy.Column, zone: str | None) -> str:
    """The text of a cell.

    Parameters
    ----------
    cell
        Of a sheet of a table.
    column
        The column of the table.
    zone
        IANA name of the time zone of the case, for what to write in place of a time without offset; None where it is not known.

    Returns
    -------
    str
        Without blanks at its ends; days that are dates, and whole numbers that have become ``2.0``, as they are meant.

    Raises
    ------
    Refused
        If the cell holds anything else than what is asked for: a formula, an error, a truth value, a number for an id or for text, a
        moment without offset, typographic quotes or dashes in a word.
    """
    value, kind = cell.value, kind_of(column)
    if value is None:
        return ""
    if cell.data_type == "f":
        what = f"holds a formula, '{short(str(getattr(value, 'text', value)))}'"
        raise Refused(what, "copy the cell and paste its value in place (Paste Special, Values)")
    if cell.data_type == "e":
        raise Refused(f"holds the error {short(str(value))}", "write the value, or leave the cell empty")
    if isinstance(value, bool):
        raise Refused(f"is the truth value {str(value).upper()}", f"type it as text; {metadata_of(column)['mend']}")
    if isinstance(value, int | float):
        return _number(cell, value, kind, column)
    if isinstance(value, datetime | date | time):
        return _moment(value, kind, zone)
    text = stored(value)
    if UNPRINTABLE.search(text) or CONTROL in text:
        raise Refused("holds a control character", "type the text anew")
    as_asked = isinstance(column, dy.String) and column.regex and re.fullmatch(column.regex, text)
    return text if kind == "text" or as_asked else _sober(text, kind, zone)


def _number(cell: Cell, value: float, kind: str, column: dy.Column) -> str:
    shown = f"{value:g}" if abs(value) < 1e15 else short(str(value))
    if not abs(value) <= _LARGEST:  # nor is it infinite, or no number
        raise Refused(f"is the number {shown}", metadata_of(column)["mend"])
    if kind == "whole" or (kind == "words" and not isinstance(column, dy.List)):
        if float(value).is_integer():
            return str(int(value))
        raise Refused(f"is the number {shown}", metadata_of(column)["mend"])
    if kind == "number":
        if "%" in cell.number_format:
            raise Refused(f"is shown as a percentage and is {shown}", "format the cell as text, and write the number")
        return repr(float(value)).removesuffix(".0")
    if kind == "partial_date" and float(value).is_integer() and 1000 <= value <= 9999:
        return str(int(value))
    if kind in ("day", "day_or_instant", "partial_date", "instant") and int(value) in _DAY_NUMBERS:
        book = cell.parent.parent
        moment = from_excel(value, book.epoch if book else WINDOWS_EPOCH)
        meant = f"{moment:%Y-%m-%d}" if kind != "instant" else f"{moment:%Y-%m-%dT%H:%M:%S} and the offset"
        raise Refused(f"is {shown}, a date as Excel counts days", f"write {meant} as text, if that is meant")
    mend = f"format the cell as text and type it anew; {metadata_of(column)['mend']}"
    raise Refused(f"is the number {shown}, and text is asked for", mend)


def _moment(value: datetime | date | time, kind: str, zone: str | None) -> str:
    if isinstance(value, datetime) and kind in ("day", "day_or_instant", "partial_date") and value.time() == time():
        return f"{value:%Y-%m-%d}"
    if isinstance(value, datetime) and kind in ("instant", "day_or_instant"):
        seconds = value.replace(microsecond=0)
        raise Refused(f"is {seconds:%Y-%m-%d %H:%M:%S}, a time without offset", _with_offset(seconds, zone))
    if isinstance(value, datetime):
        raise Refused(f"is {value:%Y-%m-%d %H:%M:%S}, a date of Excel", "format the cell as text and type it anew")
    raise Refused(f"is {value}, a time of Excel without a day", "format the cell as text and type day, time and offset")


def _with_offset(moment: datetime, zone: str | None) -> str:
    """What to write for a moment in the zone of the case; both readings where a clock was put back, and none where it was put forward."""
    if zone is None or moment.year in (MINYEAR, MAXYEAR):  # of which a part lies outside the calendar elsewhere
        return "write it as text with its offset, e.g. 2014-02-28T00:00:00-05:00"
    local = [moment.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1)]
    if any(one.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != moment for one in local):
        return f"that time was skipped in {zone}, where clocks were put forward: write it as text with the offset meant"
    readings = " or ".join(dict.fromkeys(one.isoformat(timespec="seconds") for one in local))
    return f"write {readings} as text, if the clock of {zone} is meant"


def _sober(text: str, kind: str, zone: str | None) -> str:
    """Text of words, ids, days and numbers: without what word processing makes of blanks, quotation marks and hyphens."""
    text = plain(_SPACES.sub(" ", text))
    if _QUOTES.search(text):
        meant = plain(_QUOTES.sub("", text))
        raise Refused(f"'{short(text)}' has typographic quotation marks", f"write {short(meant)} without them")
    if _DASHES.search(text):
        meant = _DASHES.sub("-", text)
        raise Refused(f"'{short(text)}' has a dash in place of a hyphen", f"write {short(meant)}")
    if kind in ("instant", "day_or_instant"):
        match = _WITHOUT_OFFSET.fullmatch(text)
        if match:
            try:
                moment = datetime.fromisoformat(f"{match.group(1)}T{match.group(2).zfill(5)}")
            except ValueError:
                return text  # is told as what is no time at all
            raise Refused(f"'{text}' is a time without offset", _with_offset(moment, zone))
    if kind in ("instant", "day", "day_or_instant", "partial_date") and _OTHER_DAY.fullmatch(text):
        return _day(text)
    if kind == "whole" and re.fullmatch(r"[+-]?[0-9]+\.0+", text):
        return text.partition(".")[0]
    return text


def _day(text: str) -> str:
    """A day as the codebook writes it; other ways of writing one leave open which number is the month."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return text
    raise Refused(f"'{text}' leaves open which number is the day and which the month", "write YYYY-MM-DD")
