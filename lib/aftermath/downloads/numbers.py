"""Numbers as people and programs write them: which mark is the decimal one is decided over all of them, never one by one."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence

from aftermath.downloads.sheet import Cell, Faults, shown

# how sources say that there is no number: empty, pandas, Yahoo, Nasdaq, Stooq in English and Polish, FRED, Excel
MISSING = {"", "null", "none", "nan", "n/a", "na", "n/d", "b/d", ".", "-", "--", "–", "—", "#n/a"}
_MONEY = re.compile(r"^[$€£¥]\s*|\s*(?:[$€£¥]|USD|EUR|GBP|CHF|PLN|JPY|CNY|HKD)$")
_SPACES = re.compile(r"(?<=[0-9])[ '’\u00a0\u2009\u202f](?=[0-9]{3}(?![0-9]))")  # between thousands
_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-][0-9]{2})?")  # an exponent as pandas and Excel write it
_THOUSANDS = {
    ".": re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?"),
    ",": re.compile(r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]+)?"),
}


def is_missing(text: str) -> bool:
    """Whether a field says that there is no number."""
    return text.strip().lower() in MISSING


def number(text: str, decimal: str) -> float:
    """A number whose decimal mark is known; thousands may be marked with the other one, a space or an apostrophe.

    Raises
    ------
    ValueError
        If it is none. The text completes a sentence that begins with the field.

    Examples
    --------
    >>> number("1.867,63", ","), number("$1,867.63", "."), number("1 867,63 €", ",")
    (1867.63, 1867.63, 1867.63)
    """
    bare = _bare(text)
    if _THOUSANDS[decimal].fullmatch(bare):
        bare = bare.replace("," if decimal == "." else ".", "")
    elif decimal == "," and "." in bare:
        raise ValueError("is not a number with a decimal comma")
    bare = bare.replace(decimal, ".")
    if not _PLAIN.fullmatch(bare):
        raise ValueError("is not a number" if decimal == "." else "is not a number with a decimal comma")
    return float(bare)


def _bare(text: str) -> str:
    return _SPACES.sub("", _MONEY.sub("", text.strip()))


def readings(text: str) -> dict[str, float]:
    """What a field is with each decimal mark with which it is a number.

    Examples
    --------
    >>> readings("1.234"), readings("29,49"), readings("29..49")
    ({'.': 1.234, ',': 1234.0}, {',': 29.49}, {})
    """
    read = {}
    for decimal in ".,":
        with contextlib.suppress(ValueError):
            read[decimal] = number(text, decimal)
    return read


def decide(columns: dict[str, Sequence[Cell]], given: str | None, faults: Faults) -> str:
    """The decimal mark of some columns; a problem where they do not settle it.

    Parameters
    ----------
    columns
        Heading to fields.
    given
        The mark, where somebody has said it.
    faults
        Takes the problem.
    """
    if given:
        return given
    settling: dict[str, tuple[str, Cell]] = {}  # mark -> a field that has no other
    undecided: list[tuple[str, Cell]] = []
    for name, cell in ((name, cell) for name, cells in columns.items() for cell in cells):
        read = readings(cell.text)
        if len(read) == 1:
            settling.setdefault(next(iter(read)), (name, cell))
        elif len(set(read.values())) > 1:
            undecided.append((name, cell))
    if len(settling) > 1:
        (_, first), (name, cell) = sorted(settling.values(), key=lambda pair: pair[1].row)
        what = f"has another decimal mark than {shown(first.text)} in row {first.row}"
        faults.add(
            f"{shown(cell.text)} {what}",
            "correct the one that is wrong, or put the parts into files of their own",
            cell.row,
            name,
        )
    elif undecided and not settling:
        name, cell = undecided[0]
        what = "may be a thousand or a decimal number, and no other settles it"
        faults.add(f"{shown(cell.text)} {what}", 'say which it is: --decimal "." or --decimal ","', cell.row, name)
    return next(iter(settling), ".")


def read_numbers(name: str, cells: Sequence[Cell], decimal: str, faults: Faults) -> list[float | None]:
    """The numbers of a column, None where it says that there is none; what cannot be read is a problem."""
    values: list[float | None] = []
    for cell in cells:
        value = None
        if not is_missing(cell.text):
            try:
                value = number(cell.text, decimal)
            except ValueError as error:
                faults.add(
                    f"{shown(cell.text)} {error}",
                    "correct it from the source, or download the file again",
                    cell.row,
                    name,
                )
        values.append(value)
    return values
