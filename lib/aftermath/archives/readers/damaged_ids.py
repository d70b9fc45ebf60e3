"""Ids that a program wrote as numbers and so lost digits of: told from sound ones by their last digits.

A spreadsheet keeps 15 digits of a number and fills up with zeros. A program that takes ids for numbers keeps 53 bits of
them (pandas, R, SQL; https://docs.python.org/3/tutorial/floatingpoint.html), or 24; JavaScript and jq write such a number
with at most 17 digits and fill up with zeros (ECMA-262, Number::toString). Two posts may then bear one id, and an id leads
to no post or to another one, so an archive with such ids is refused, and nothing of it passes as a duplicate.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl

from aftermath.archives.posts import ArchiveError
from aftermath.wording import number

SHORTEST = 13  # digits of an id that is judged
LONGEST = 33
_BY_ACCIDENT = 1e-9  # below it an archive is refused
_DOUBTFUL = 1e-4  # below it what may be accident is told
_POINT_OR_PLUS = r"[.,+]"
_SCIENTIFIC = r"^\s*\d(?:[.,]\d+[eE]\+?|[eE]\+)\d+\s*$"  # ids of Reddit such as 7e12345 are none
_FLOATING = r"^\s*\d{16,}[.,]0+\s*$"
IS_FLOAT = f"{_SCIENTIFIC}|{_FLOATING}"
_WHOLE = 19  # digits that are sure to fit into 64 bits
_KEPT = 1 << 16  # observations: their lengths and last digits settle everything
_FIRST_LOOK = 20_000  # rows; then at twice as many each time
# Ids of so many digits from two to this power on: doubles lie so far apart that the shortest number ends in one zero more.
_ONE_ZERO_MORE = {17: 56, 18: 59, 19: 62}
_BY_ROUNDING = 1e-3
_ROUNDER = 0.9  # of ids with the zeros of a damage: with one zero more, they are times in whole seconds
_SHEET = "a spreadsheet keeps 15 digits of a number"
_JSON = "JavaScript, jq or the like kept the number as a float and wrote 17 digits of it"
_FLOAT = "a program (pandas, R or the like) kept the number as a float of 53 bits"
_SINGLE = "a program kept the number as a float of 24 bits"
CURE = (
    "The digits that are lost cannot be brought back: export the posts anew and never open the file in a spreadsheet, or "
    "import that column as text; a program, too, must read and write ids as text."
)


class Finding(NamedTuple):
    """Ids of one length that bear the marks of one damage.

    Parameters
    ----------
    damaged, of
        Posts with the marks, those that bear them by accident included; posts whose ids are as long.
    example, file
        One such id, and the file in which most of them are.
    cause
        What did it.
    probability
        At most that of so many marks by accident.
    """

    damaged: int
    of: int
    example: str
    file: str
    cause: str
    probability: float


class DamagedIds:
    """The ids of an archive so far, as far as they tell whether digits were lost.

    A post counts once: an id seen again at the same time is no second piece of evidence. Of more than 65,536 posts that
    many are kept, by hash, so that what is kept depends neither on their order nor on how they were cut into batches.

    Examples
    --------
    >>> from datetime import UTC, datetime, timedelta
    >>> times = pl.Series([datetime(2024, 3, 4, tzinfo=UTC) + timedelta(minutes=minute) for minute in range(40)])
    >>> sound = DamagedIds()
    >>> sound.take(pl.Series([str(1764576514667446272 + 7919 * n) for n in range(40)]), times, "sound.csv")
    >>> sound.findings()
    []
    >>> damaged = DamagedIds()
    >>> damaged.take(pl.Series([str(5008000000000117 + 7919 * n)[:15] + "0" for n in range(40)]), times, "sheet.csv")
    >>> damaged.findings()[0][:4]
    (40, 40, '5008000000000110', 'sheet.csv')
    """

    def __init__(self) -> None:
        self._rows = 0
        self._next_look = _FIRST_LOOK
        self._files: list[str] = []
        self._share = 0  # of the hashes, one in two to this power is kept
        self._kept: list[pl.DataFrame] = []

    def take(self, ids: pl.Series, times: pl.Series, file: str) -> None:
        """Take the next ids in, and judge at fixed numbers of posts, whatever the batches.

        Parameters
        ----------
        ids, times
            Of the next posts; times tell a post that comes again from two posts with one id.
        file
            Where they are from.

        Raises
        ------
        ArchiveError
            If ids are damaged.
        """
        if file not in self._files[-1:]:
            self._files.append(file)
        start = 0
        while start < len(ids):
            stop = min(len(ids), start + self._next_look - self._rows)
            self._keep(ids[start:stop], times[start:stop])
            self._rows += stop - start
            start = stop
            if self._rows == self._next_look:
                self._next_look *= 2
                self.judge()

    def judge(self) -> None:
        """Judge all ids so far; to be asked at least when the archive has ended.

        Raises
        ------
        ArchiveError
            If ids are damaged: names the file, how many, one of them, what did it and the cure.
        """
        if not (found := self.findings()):
            return
        worst = min(found, key=lambda finding: finding.probability)
        looked = " looked at" if self._share else ""
        bear = "bears" if worst.damaged == 1 else "bear"
        raise ArchiveError(
            f"{worst.file}: {number(worst.damaged)} of {number(worst.of)} ids of {len(worst.example)} digits{looked} {bear} "
            f"the mark of lost digits, e.g. {worst.example!r}: {worst.cause}. {CURE}"
        )

    def remarks(self) -> list[str]:
        """Of ids that are too few to be refused, what looks like a damage; a sentence."""
        if not (found := self.findings(_DOUBTFUL)):
            return []
        worst = min(found, key=lambda finding: finding.probability)
        return [
            f"{worst.file}: {number(worst.damaged)} of {number(worst.of)} ids of {len(worst.example)} digits end as ids do when "
            f"{worst.cause}, and hardly ever by accident. They are too few to be sure: look up some of these posts by their ids "
            "before the archive is used."
        ]

    def findings(self, least: float = _BY_ACCIDENT) -> list[Finding]:
        """What is damaged so far: a finding for each length of ids and each kind of damage.

        Parameters
        ----------
        least
            Probability by accident from which on nothing is found.
        """
        found: list[Finding] = []
        if not self._kept:
            return found
        for same in self._gathered().partition_by("digits", maintain_order=True):
            values = same["value"].to_numpy()
            for damaged, trial in _trials(values, int(same["digits"][0])):
                if (probability := tail(*trial[:3])) < least:
                    bearing = same.filter(damaged)
                    most = bearing.group_by("file").len().sort("len", "file", descending=[True, False])["file"][0]
                    example = bearing.filter(bearing["file"] == most)["id"].min()
                    assert isinstance(example, str)
                    found.append(
                        Finding(bearing.height, same.height, example, self._files[most], trial.cause, probability)
                    )
        return found

    def _keep(self, ids: pl.Series, times: pl.Series) -> None:
        digits = ids.str.len_bytes()
        long = digits.is_between(SHORTEST, LONGEST)
        if not long.any():
            return
        rows = pl.DataFrame([ids.alias("id"), digits.alias("digits"), (ids.hash(1) ^ times.hash(2)).alias("hash")])
        rows = rows.filter(long & self._chosen(rows["hash"]))
        last = rows["id"].str.tail(_WHOLE) if (digits > _WHOLE).any() else rows["id"]
        values = last.cast(pl.UInt64, strict=False).alias("value")
        file = pl.lit(len(self._files) - 1, pl.UInt32).alias("file")
        self._kept.append(rows.with_columns(values, file).drop_nulls("value"))
        if sum(part.height for part in self._kept) > 2 * _KEPT:
            self._gathered()

    def _chosen(self, hashes: pl.Series) -> pl.Series:
        return hashes <= (1 << (64 - self._share)) - 1

    def _gathered(self) -> pl.DataFrame:
        """The posts that are kept, each once; half of the hashes, and half again, where there are too many."""
        kept = pl.concat(self._kept).unique("hash", keep="first", maintain_order=True)
        while kept.height > _KEPT:
            self._share += 1
            kept = kept.filter(self._chosen(kept["hash"]))
        self._kept = [kept]
        return kept


def refuse_floats(ids: pl.Series, lines: pl.Series, file: str) -> None:
    """Refuse ids that are written as floats, e.g. 1.76458E+18 or 1764576514667446272.0.

    Parameters
    ----------
    ids, lines
        Of some posts.
    file
        Its name in messages.

    Raises
    ------
    ArchiveError
        At the first of them.
    """
    if not ids.str.contains(_POINT_OR_PLUS).any():
        return
    damaged = ids.str.contains(IS_FLOAT).fill_null(False)
    if (row := next(iter(damaged.arg_true()), None)) is not None:
        raise ArchiveError(f"{file}:{lines[row]}: the id {ids[row][:40]!r} was damaged by a spreadsheet. {CURE}")


def tail(marks: int, of: int, chance: float) -> float:
    """A bound on the probability of so many marks or more by accident.

    Chernoff's bound on the tail of the binomial distribution, in Kullback and Leibler's divergence (Arratia and Gordon
    1989, Bulletin of Mathematical Biology 51, theorem 1): never below the tail, and without scipy.

    Parameters
    ----------
    marks, of
        Ids with a mark, of how many.
    chance
        Probability of the mark in a sound id.

    Examples
    --------
    >>> tail(2, 20, 0.1), tail(20, 20, 0.1) <= 1.01e-20
    (1.0, True)
    """
    if not marks or marks <= of * chance:
        return 1.0
    divergence = marks * math.log(marks / of / chance)
    if marks < of:
        divergence += (of - marks) * math.log((1 - marks / of) / (1 - chance))
    return math.exp(-divergence)


class _Trial(NamedTuple):
    marks: int
    of: int
    chance: float
    cause: str


# Why the chances hold, whatever platform the ids are of. An id that ends in d zeros is a multiple of 2^d and of 5^d. The
# low bits of an id may be anything, and are all zero in snowflakes without a sequence; but among ids that are multiples of
# 2^d one in 5^d is a multiple of 5^d, for the time in the upper bits spreads them. Ids that are times in whole seconds end
# in more zeros than any damage leaves. Likewise, of sound ids those that end in exactly e zero bits are half as many as
# those that end in exactly e - 1, or fewer; rounding to multiples of 2^e leaves some of the first and none of the second.
def _trials(values: np.ndarray, digits: int) -> Iterator[tuple[np.ndarray, _Trial]]:
    """For each damage that ids of this length can have: which bear its marks, and what to judge them by."""
    everywhere = np.ones(len(values), bool)
    if digits > 15:
        yield from _zeros(values, everywhere, digits - 15, _SHEET)
    if 17 < digits <= _WHOLE:
        yield from _zeros(values, everywhere, digits - 17, _JSON)
    if digits in _ONE_ZERO_MORE:
        yield from _zeros(values, values >= np.uint64(1 << _ONE_ZERO_MORE[digits]), digits - 16, _JSON)
    if digits <= _WHOLE:
        odd_end = (values % np.uint64(10) != 0) & (values > 0)
        zero_bits = _exponent(values & (~values + np.uint64(1)))
        for kept, cause in ((53, _FLOAT), (24, _SINGLE)):
            lost = _exponent(values) + 1 - kept
            for width in (1, 2, 3):
                apt = odd_end & ((lost == width) if width < 3 else (lost >= width))
                marks = apt & (zero_bits == lost)
                near = apt & (zero_bits >= lost - width) & (zero_bits <= lost)
                chance = 1 / (2 ** (width + 1) - 1)
                yield apt & (zero_bits >= lost), _Trial(int(marks.sum()), int(near.sum()), chance, cause)


def _zeros(values: np.ndarray, apt: np.ndarray, lost: int, cause: str) -> Iterator[tuple[np.ndarray, _Trial]]:
    marks = apt & (values % np.uint64(10**lost) == 0)
    rounder = int((marks & (values % np.uint64(10 ** (lost + 1)) == 0)).sum())
    rounded = int((apt & (values % np.uint64(10 ** (lost - 1)) == 0)).sum())  # times in ns, known to the µs, end in 000
    by_rounding = lost > 1 and tail(int(marks.sum()), rounded, 1 / 5) > _BY_ROUNDING
    if rounder <= _ROUNDER * marks.sum() and not by_rounding:
        even = apt & (values % np.uint64(1 << lost) == 0)
        yield marks, _Trial(int(marks.sum()), int(even.sum()), 5.0**-lost, cause)


def _exponent(values: np.ndarray) -> np.ndarray:
    """Place of the highest bit, from 0."""
    return np.frexp(values.astype(np.float64))[1].astype(np.int64) - 1
