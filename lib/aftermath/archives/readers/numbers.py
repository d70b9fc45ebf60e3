"""Counts as people and platforms write them: 1,234, 1.234, 1.2K, 1,2 Mio., 1.2万, 10万+, 12.0, and counts that are hidden.

Short forms are those of the Unicode Common Locale Data Repository (release 45, ``decimalFormat-short``) for the languages
in which platforms show them, and ``w`` for 万, which pages in Chinese write. **What could be two numbers is none**: 1,234K,
and ``B`` after a space or a decimal comma (a thousand in Turkish, a billion in English, a million millions in Spanish).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import polars as pl

from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers.engagement import silent_in
from aftermath.archives.readers.opening import printable
from aftermath.wording import counted, number

_LARGEST = 1 << 53  # above it, programs that count in floats have lost digits
_LONGEST = 40
_ROUND = 3  # counts that are whole thousands, and not by accident
_HIDDEN = frozenset(
    ("", "-", "--", "hidden", "n/a", "#n/a", "na", "n.a.", "null", "none", "unknown", "隐藏", "-1", "-1.0")
)
_LIKE = {  # characters that look alike, to the one that is read
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
    **dict.fromkeys("\u2018\u2019\u02bc\u00b4`", "'"),
    "\u066b": ".",  # Arabic decimal and thousands separators
    "\u066c": "'",
}
_POWERS = {  # of ten, by the words that stand for them
    3: "k mil tsd тыс тис tys tis tūkst tukst tuh mila nghìn 千 천 ألف",
    4: "w 万 萬 만",
    5: "lakh lac लाख",
    6: "m mio mln млн milj mill mn mi tr triệu 백만 مليون",
    7: "crore cr करोड़",
    8: "亿 億 억",
    9: "b bn mrd md mld млрд mia mlrd mljrd tỷ مليار",
}
_POWER = {word: power for power, words in _POWERS.items() for word in words.split()}
_OF_SEVERAL_MEANINGS = ("b", "bn")
_NUMBER = re.compile(
    r"""\+?(?P<whole>[1-9]\d{0,2}(?:(?P<by>[ ',.])\d{3}(?:(?P=by)\d{3})*) | [1-9]\d?(?:,\d\d)+,\d{3} | \d+)
    (?:(?P<mark>[.,])(?P<part>\d+))?
    (?:e\+?(?P<power>\d{1,2}))?
    (?:(?P<gap>[ ]?)(?P<word>[^\s\d.,+']+)\.?)?\+?""",
    re.VERBOSE,
)
# forms that whole columns have: what they show of their mark, and what is taken out of them
_FREQUENT = (
    (r"^[1-9][0-9]{0,2}(?:,[0-9]{3}){1,4}$", ",t", ","),
    (r"^[1-9][0-9]{0,2}(?:\.[0-9]{3}){1,4}$", ".t", r"\."),
    (r"^[0-9]{1,15}\.00?$", ".d", r"\..*"),
)


def _zero_where(values: pl.Series, silent: pl.Series | None) -> pl.Series:
    """A column with 0 where it has nothing to say."""
    if silent is None or not silent.any():
        return values
    zero = pl.lit("0").cast(values.dtype)
    return pl.select(pl.when(silent).then(zero).otherwise(values).alias(values.name)).to_series()


class NotACount(ValueError):
    """What stands where a count should is none, or could be two."""


class _Written(NamedTuple):
    """A count, and what each mark in it does; ``number`` is None where it is hidden."""

    number: int | None
    readable: bool
    marks: tuple[str, ...] = ()


def count(value: Any) -> int | None:
    """A count from JSON.

    Parameters
    ----------
    value
        A number or text. ``1,234`` and ``1.234`` are 1234, since counts are whole.

    Returns
    -------
    int or None
        None where the platform hides it: null, nothing, a dash, -1, ``N/A``, ``hidden``.

    Raises
    ------
    NotACount
        If it cannot be read, is negative, no whole number, or too large to be exact.

    Examples
    --------
    >>> [count(written) for written in (12, 12.0, "1,234", "1.2K", "1,2 Mio.", "1.2万", "10万+", "1.2w", "-", -1)]
    [12, 12, 1234, 1200, 1200000, 12000, 100000, 12000, None, None]
    >>> count("1.2")
    Traceback (most recent call last):
    aftermath.archives.readers.numbers.NotACount: no count
    """
    if value is None or (type(value) in (int, float) and value == -1):
        return None
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is int and 0 <= value <= _LARGEST:
        return value
    written = _written(value) if type(value) is str else None
    if written is None or not written.readable:
        raise NotACount("no count")
    return written.number


@lru_cache(maxsize=4096)
def _written(text: str) -> _Written:
    if len(text) > _LONGEST:
        return _Written(None, readable=False)
    plain = (text if text.isascii() else "".join(map(ascii_of, text))).strip().casefold()
    if plain in _HIDDEN:
        return _Written(None, readable=True)
    found = _NUMBER.fullmatch(plain)
    if found is None:
        return _Written(None, readable=False)
    whole, by, mark, part, power, gap, word = found.group("whole", "by", "mark", "part", "power", "gap", "word")
    by = "," if by is None and "," in whole else by  # 1,23,456
    marks = tuple(f"{character}{role}" for character, role in ((by, "t"), (mark, "d")) if character in (",", "."))
    tens = 0 if word is None else _POWER.get(word)
    doubtful = (
        (by is not None and (by == mark or power is not None))
        or (word is not None and by in (",", ".") and mark is None and whole.count(by) == 1)
        or (word in _OF_SEVERAL_MEANINGS and (gap or mark == ","))
    )
    if tens is None or doubtful:
        return _Written(None, readable=False)
    digits = int(re.sub(r"\D", "", whole) + (part or ""))
    shift = tens + int(power or 0) - len(part or "")
    number, rest = (digits * 10**shift, 0) if shift >= 0 else divmod(digits, 10**-shift)
    sound = not rest and number <= _LARGEST
    return _Written(number if sound else None, sound, marks)


def ascii_of(character: str) -> str:
    """A character as ASCII has it: digits of all scripts, full width, spaces of all widths, dashes, quotation marks.

    Examples
    --------
    >>> "".join(map(ascii_of, "１٢३–ａé"))
    '123-aé'
    """
    if character in _LIKE:
        return _LIKE[character]
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if "\uff01" <= character <= "\uff5e":
        return chr(ord(character) - 0xFEE0)
    return " " if character.isspace() else character


class _Seen(NamedTuple):
    """Where something was seen first, as it stands there."""

    line: str
    text: str


@dataclass
class _Column:
    """What the values of a column have shown so far."""

    marks: dict[str, _Seen] = field(default_factory=dict)
    round: int = 0
    uneven: bool = False
    unreadable: int = 0
    first: str = ""
    unknown: int = 0


class Counts:
    """The columns of a table that add up to the engagement; it remembers what their values prove.

    Counts are whole, so 1,234 and 1.234 are 1234, **unless the same column proves that the mark divides off decimals**
    (12.5, 3.0, 1.2K): then two readings contradict each other, and the archive is refused, wherever the two lines stand.

    Parameters
    ----------
    names
        Of the columns; ``likes|reactions``: the larger of two, of which a post fills one.
    header
        All columns of the table, where a name may hold a bar itself.

    Attributes
    ----------
    columns
        The columns that are read, each once.

    Examples
    --------
    >>> counts = Counts(("likes", "shares"))
    >>> frame = pl.DataFrame({"likes": ["1,234", "12.0", "", "many"], "shares": [56, 0, 1, 1]})
    >>> counts.sum(frame, lambda row: f"posts.csv:{row + 2}").to_list()
    [1290, 12, None, None]
    >>> for remark in counts.remarks():
    ...     print(remark.replace(chr(160), " "))
    1 count in column 'likes' cannot be read, the first in posts.csv:5; the engagement of such a post is unknown.
    1 post has no count in column 'likes'; the engagement of such a post is unknown.
    """

    def __init__(self, names: Sequence[str], header: Sequence[str] | None = None) -> None:
        self.names = tuple(dict.fromkeys(names))  # a count is not added twice
        self._terms = [[name] if name in (header or names) else name.split("|") for name in self.names]
        self.columns = tuple(dict.fromkeys(column for term in self._terms for column in term))
        self._columns = {name: _Column() for name in self.columns}

    def sum(self, frame: pl.DataFrame, line_of: Callable[[int], str]) -> pl.Series:
        """The engagement of each row: **null where one of the counts is hidden or cannot be read**.

        Parameters
        ----------
        frame
            Has the columns: text, or what a typed file holds.
        line_of
            From a row to its file and line, for messages.

        Raises
        ------
        ArchiveError
            If two values of a column, in this frame or those before, cannot both be whole numbers.
        """
        if not self.names:
            return pl.Series("engagement", [None] * frame.height, dtype=pl.Int64)
        silent = silent_in(frame, self._terms)
        numbers = {name: self._read(_zero_where(frame[name], silent.get(name)), line_of) for name in self.columns}
        largest = [pl.max_horizontal(term) if len(term) > 1 else pl.col(term[0]) for term in self._terms]
        engagement = pl.sum_horizontal(*largest, ignore_nulls=False)
        if len(silent) == len(self.columns):  # a post that fills none of them has no engagement that is known
            numbers |= {f"{name}, silent": values.alias(f"{name}, silent") for name, values in silent.items()}
            engagement = pl.when(~pl.all_horizontal(f"{name}, silent" for name in silent)).then(engagement)
        return pl.DataFrame(list(numbers.values())).select(engagement=engagement).to_series()

    def remarks(self) -> list[str]:
        """What of the columns could not be read, and where a count is missing; a sentence each."""
        sentences: list[str] = []
        unknown = "the engagement of such a post is unknown."
        for name, column in self._columns.items():
            shown = repr(printable(name, 40))
            if column.round >= _ROUND and not column.uneven:
                sentences.append(
                    f"All {number(column.round)} counts with a point in column {shown} end in .000 and were read as thousands. If they are "
                    "decimals (12.000 for 12), write them as whole numbers."
                )
            if column.unreadable:
                what = counted(column.unreadable, "count")
                sentences.append(f"{what} in column {shown} cannot be read, the first in {column.first}; {unknown}")
            if column.unknown:
                have = "has" if column.unknown == 1 else "have"
                sentences.append(f"{counted(column.unknown, 'post')} {have} no count in column {shown}; {unknown}")
        return sentences

    def _read(self, values: pl.Series, line_of: Callable[[int], str]) -> pl.Series:
        column = self._columns[values.name]
        column.unknown += values.null_count()
        if values.dtype.is_numeric() and not values.dtype.is_decimal():
            numbers = values.cast(pl.Int64, strict=False)
            hidden = (numbers == -1).fill_null(False) & (numbers == values).fill_null(False)
            numbers = numbers.set((numbers != values).fill_null(True) | ~numbers.is_between(0, _LARGEST), None)
            unreadable = (values.is_not_null() & numbers.is_null() & ~hidden).arg_true()
            column.unknown += int(hidden.sum())
            self._note(column, len(unreadable), line_of(unreadable[0]) if len(unreadable) else "")
            return numbers
        if not (
            values.dtype == pl.String or values.dtype.is_decimal() or values.dtype in (pl.Null, pl.Categorical, pl.Enum)
        ):
            values = pl.Series(values.name, ["?"] * len(values)).set(values.is_null(), None)
        return self._of_text(column, values.cast(pl.String), line_of)

    def _of_text(self, column: _Column, text: pl.Series, line_of: Callable[[int], str]) -> pl.Series:
        plain = text.cast(pl.UInt64, strict=False)
        numbers = plain.set(plain > _LARGEST, None).cast(pl.Int64)
        for form, mark, needless in _FREQUENT:
            if not (numbers.is_null() & text.is_not_null()).any():
                return numbers
            rows = (text.str.contains(form) & numbers.is_null()).arg_true()
            if len(rows):
                self._weigh(column, text.name, mark, _Seen(line_of(rows[0]), text[rows[0]]))
                if mark == ".t":
                    thousands = text[rows].str.ends_with(".000")
                    column.round += int(thousands.sum())
                    column.uneven |= not thousands.all()
                numbers = numbers.scatter(rows, text[rows].str.replace_all(needless, "").cast(pl.Int64))
        rows = (numbers.is_null() & text.is_not_null()).arg_true()
        return numbers.scatter(rows, self._one_by_one(column, text[rows], lambda at: line_of(rows[at])))

    def _one_by_one(self, column: _Column, text: pl.Series, line_of: Callable[[int], str]) -> pl.Series:
        forms = text.alias("text").to_frame().with_row_index("row").group_by("text", maintain_order=True)
        read: dict[str, int | None] = {}
        for form, row, times in forms.agg(pl.col("row").first(), n=pl.len()).iter_rows():
            written = _written(form)
            read[form] = written.number
            for mark in written.marks:
                self._weigh(column, text.name, mark, _Seen(line_of(row), form))
            if not written.readable:
                self._note(column, times, line_of(row))
            elif written.number is None:
                column.unknown += times
        return text.replace_strict(read, return_dtype=pl.Int64)

    @staticmethod
    def _note(column: _Column, times: int, line: str) -> None:
        column.first = column.first or line
        column.unreadable += times

    @staticmethod
    def _weigh(column: _Column, name: str, mark: str, seen: _Seen) -> None:
        """Keep what a mark does, and refuse a column in which it does two things, or two marks divide thousands."""
        if mark in column.marks:
            return
        column.marks[mark] = seen
        for one, other in ((",t", ",d"), (".t", ".d"), (",t", ".t")):
            if mark in (one, other) and one in column.marks and other in column.marks:
                first, second = sorted((column.marks[one], column.marks[other]), key=lambda own: own is seen)
                raise ArchiveError(
                    f"column {printable(name, 40)!r} has {first.text.strip()!r} in {first.line} and {second.text.strip()!r} "
                    f"in {second.line}: what the mark means in one, it cannot mean in the other. Write the counts as whole "
                    "numbers, or leave the column out with --column engagement=COLUMNS."
                )
