"""From the XML of a spreadsheet to the texts of its cells: what each element of XLSX and of ODS means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

_MOST_COLUMNS = 16_384
_MOST_ROWS = 1 << 20
_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}  # forms of numbers that every XLSX knows
# a bracket that is not closed goes to the end, so that many of them are passed over at once
_NO_FORM = re.compile(r'"[^"]*"|\\.|_.|\[(?!h+\]|m+\]|s+\])[^\]]*+\]?', re.IGNORECASE)
_DAY_OR_HOUR = re.compile(r"[dmyhs]", re.IGNORECASE)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LENGTH = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")
_LIKE_THOUSANDS = re.compile(r"-?\d{1,3}\.\d{3}")
_BEGIN, _BEGIN_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
_DAYS = 2_958_466  # to the end of the year 9999


class UnsoundSheet(ValueError):
    """A sheet is not as sheets are; says why, **and quotes no text of a cell**."""


class Row(NamedTuple):
    """Cells of a row as text, from the first column to the last that is filled.

    Parameters
    ----------
    number
        As the sheet numbers it, from 1.
    cells
        Blank where a cell is.
    unsolved
        Places, from 0, of cells with **a formula whose result the file does not have**, as of formulas that a program wrote and
        no spreadsheet has worked out since: they are blank for this reason alone.
    """

    number: int
    cells: list[str]
    unsolved: tuple[int, ...] = ()


def local(tag: str) -> str:
    """The name of an element or attribute without its namespace."""
    return tag.rpartition(":")[2]


class Handler:
    """What is told of elements as they begin and end, and gathers what it is after."""

    def __init__(self) -> None:
        self.found: list[Any] = []

    def taken(self) -> list[Any]:
        """What was found since the last time."""
        found, self.found = self.found, []
        return found

    def begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Text in an element."""


class Elements(Handler):
    """Every element with its attributes."""

    def begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Put down an element; of two attributes that differ in their namespace alone the first."""
        self.found.append((tag, {local(name): value for name, value in [*attributes.items()][::-1]}))


class _Texts(Handler):
    """Text between elements that hold text."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._listens = False

    def text(self, text: str) -> None:
        """Keep text where it belongs to a cell."""
        if self._listens:
            self._parts.append(text)

    def _joined(self) -> str:
        text = "".join(self._parts)
        self._parts = []
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


class SharedTexts(_Texts):
    """Texts that cells of an XLSX refer to by number, without how they are pronounced."""

    def __init__(self) -> None:
        super().__init__()
        self._spoken = 0

    def begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Listen to ``t``."""
        self._spoken += tag == "rPh"
        self._listens = tag == "t" and not self._spoken

    def end(self, tag: str) -> None:
        """A text is whole at the end of ``si``."""
        self._listens = False
        self._spoken -= tag == "rPh"
        if tag == "si":
            self.found.append(self._joined())


class XlsxRows(_Texts):
    """Rows of a sheet of an XLSX.

    Parameters
    ----------
    texts
        The shared texts.
    dated
        Of each style whether it shows numbers as days or hours.
    is_1904
        Whether days are counted from 1904 on.
    is_unsolved
        Whether the file asks to be worked out when it is opened: then a formula's 0 may stand for a result that is not there
        (XlsxWriter writes it for all of them).
    """

    def __init__(self, texts: list[str], dated: list[bool], *, is_1904: bool, is_unsolved: bool = False) -> None:
        super().__init__()
        self._texts, self._dated, self._is_1904 = texts, dated, is_1904
        self._no_results = ("", "0") if is_unsolved else ("",)
        self._row = self._column = self._spoken = 0
        self._cells: list[str] = []
        self._unsolved: list[int] = []
        self._kind = self._style = ""
        self._has_formula = self._has_value = False

    def begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A row, a cell, or what is in it."""
        if tag == "c":
            place = attributes.get("r")
            self._column = _column(place) if place else self._column + 1
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "0")
            self._has_formula = self._has_value = False
        elif tag in ("v", "t"):
            self._listens, self._has_value = not self._spoken, True
        elif tag == "f":
            self._has_formula = True
        elif tag == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._cells, self._unsolved, self._column = [], [], 0
        elif tag == "rPh":
            self._spoken += 1

    def end(self, tag: str) -> None:
        """The value of a cell, or the end of a row."""
        if tag in ("v", "t"):
            self._listens = False
        elif tag == "c":
            written = self._joined()
            if self._has_formula and self._is_without_result(written):
                self._unsolved.append(self._column - 1)
            elif value := self._value(written):
                self._cells += [""] * (self._column - 1 - len(self._cells))
                self._cells.append(value)
        elif tag == "row" and (self._cells or self._unsolved):
            self.found.append(Row(self._row, self._cells, tuple(self._unsolved)))
        elif tag == "rPh":
            self._spoken -= 1

    def _is_without_result(self, written: str) -> bool:
        """Whether a formula has none; a text that is blank is one."""
        return written in self._no_results and not (self._kind == "str" and self._has_value)

    def _value(self, written: str) -> str:
        if self._kind == "s":
            return self._texts[int(written)] if written else ""
        if self._kind == "b":
            return "true" if written == "1" else "false"
        if self._kind != "n" or not written:
            return written
        style = int(self._style)
        is_dated = style < len(self._dated) and self._dated[style]
        return _moment(written, is_1904=self._is_1904) if is_dated else _number(written)


class OdsRows(_Texts):
    """Rows of a sheet of an ODS.

    Parameters
    ----------
    number
        Of the sheet, from 0.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self._wanted, self._table = number, -1
        self._row = self._empty = self._noted = self._paragraphs = 0
        self._rows = self._repeated = 1
        self._cells: list[str] = []
        self._unsolved: list[int] = []
        self._value: str | None = None
        self._is_unsolved = False

    def begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A row, a cell, or what is in it."""
        if tag == "table":
            self._table += 1
        if self._table != self._wanted:
            return
        if tag == "table-row":
            self._rows = int(_of(attributes, "number-rows-repeated") or 1)
            self._cells, self._unsolved, self._empty = [], [], 0
        elif tag in ("table-cell", "covered-table-cell"):
            self._repeated = int(_of(attributes, "number-columns-repeated") or 1)
            self._value, self._parts, self._paragraphs = _ods_value(attributes), [], 0
            kind = _of(attributes, "value-type")  # of a formula that was worked out it is known
            self._is_unsolved = _of(attributes, "formula") is not None and kind != "string"
        elif tag == "annotation":
            self._noted += 1
        elif tag == "p" and not self._noted:
            self._parts += ["\n"] if self._paragraphs else []
            self._paragraphs += 1
            self._listens = True
        elif self._listens and tag in ("s", "tab", "line-break"):
            count = min(int(_of(attributes, "c") or 1), 1000)
            self._parts.append({"s": " " * count, "tab": "\t", "line-break": "\n"}[tag])

    def end(self, tag: str) -> None:
        """The value of a cell, or the end of a row."""
        if self._table != self._wanted:
            return
        if tag == "p":
            self._listens = False
        elif tag == "annotation":
            self._noted -= 1
        elif tag in ("table-cell", "covered-table-cell"):
            self._put("".join(self._parts) if self._value is None else self._value)
        elif tag == "table-row":
            number, self._row = self._row + 1, self._row + self._rows
            if self._cells or self._unsolved:
                last = min(self._row, _MOST_ROWS)
                self.found += [Row(place, self._cells, tuple(self._unsolved)) for place in range(number, last + 1)]

    def _put(self, value: str) -> None:
        self._parts = []
        if not value:
            first = len(self._cells) + self._empty
            self._unsolved += range(first, min(first + self._repeated, _MOST_COLUMNS)) if self._is_unsolved else ()
            self._empty += self._repeated
            return
        if len(self._cells) + self._empty + self._repeated > _MOST_COLUMNS:
            raise UnsoundSheet(f"more than {_MOST_COLUMNS} columns in row {self._row + 1}")
        self._cells += [""] * self._empty + [value] * self._repeated
        self._empty = 0


def dated_styles(elements: Iterable[tuple[str, Mapping[str, str]]]) -> list[bool]:
    """Of each style of an XLSX whether it shows numbers as days or hours.

    Parameters
    ----------
    elements
        Of its table of styles.
    """
    forms: dict[str, str] = {}
    dated: list[bool] = []
    inside = False
    for tag, attributes in elements:
        if tag == "numFmt":
            forms[attributes.get("numFmtId", "")] = _NO_FORM.sub("", attributes.get("formatCode", ""))
        elif tag in ("cellXfs", "cellStyles", "dxfs"):
            inside = tag == "cellXfs"
        elif tag == "xf" and inside:
            number = attributes.get("numFmtId", "0")
            of_file = bool(_DAY_OR_HOUR.search(forms.get(number, "")))
            dated.append(of_file if number in forms else int(number) in _DATES)
    return dated


def _column(place: str) -> int:
    """The number of a column by its letters: ``B7`` is in the second."""
    column = 0
    for letter in place:
        if letter.isdigit():
            break
        column = column * 26 + ord(letter.upper()) - 64
    if not 0 < column <= _MOST_COLUMNS:
        raise UnsoundSheet(f"a cell in the place {place[:20]!r}")
    return column


def _moment(written: str, *, is_1904: bool) -> str:
    """A number of days as an instant **without zone**, as a spreadsheet has none; a day alone where it has no hours.

    A spreadsheet keeps about a microsecond of an hour, so that 9:00 may be 8:59:59.9999997: it is rounded to milliseconds.
    """
    days = float(written)
    if not 0 <= days < _DAYS:
        return written
    if days < 1 and not is_1904:
        moment = _BEGIN + timedelta(milliseconds=round(days * 86_400_000))
        return moment.isoformat(timespec="auto")[11:]
    begin = _BEGIN_1904 if is_1904 else _BEGIN
    early = not is_1904 and days < 61  # a spreadsheet takes 1900 for a leap year
    moment = begin + timedelta(days=early, milliseconds=round(days * 86_400_000))
    return moment.date().isoformat() if days.is_integer() else moment.isoformat(timespec="auto")


def _number(written: str) -> str:
    """A number in its own digits; 1.234 as 1.2340, since as a text it could be 1,234, and as a number it is not."""
    return f"{written}0" if _LIKE_THOUSANDS.fullmatch(written) else written


def _of(attributes: Mapping[str, str], name: str) -> str | None:
    return next((value for key, value in attributes.items() if local(key) == name), None)


def _ods_value(attributes: Mapping[str, str]) -> str | None:
    """The value of a cell as it is kept; None where it is the text that is shown."""
    kind = _of(attributes, "value-type")
    if kind in ("float", "percentage", "currency"):
        value = _of(attributes, "value")
        return None if value is None else _number(value)
    if kind == "date":
        return _of(attributes, "date-value")
    if kind == "boolean":
        return _of(attributes, "boolean-value")
    if kind == "time" and (length := _LENGTH.fullmatch(_of(attributes, "time-value") or "")):
        return f"{int(length[1]):02}:{int(length[2]):02}:{int(length[3]):02}"
    return None
