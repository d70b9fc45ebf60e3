"""What a message may show of a file: what looks like a time, or like the name of a column.

A shifted row has a text or a name where its time should be, and a file without a header has a post in its first line. None
of them may stand in a message, in what is kept of an archive, or in a log; such a value is told by its length.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import polars as pl

from aftermath.archives.readers.date_names import WORDS
from aftermath.archives.readers.names import ENGAGEMENT, USUAL, plain
from aftermath.archives.readers.opening import printable
from aftermath.archives.readers.zones import ABBREVIATIONS

_LONGEST = 40  # characters of a time or a name
_MOST_NAMES = 40
# nothing else than these words, ciphers and marks; at the end, it may be a zone that is not known
_OF_TIMES = "|".join(sorted(map(re.escape, {*WORDS, *(zone.lower() for zone in ABBREVIATIONS)}), key=len, reverse=True))
_MARK = r"[\p{Nd}\s:;.,/\\+*=()\[\]'’\"|–−-]"
_IS_OF_TIME = rf"^{_MARK}*(?:(?i:{_OF_TIMES}){_MARK}+)*(?:(?i:{_OF_TIMES})|[0-9] ?[A-Z]{{3,5}})?{_MARK}*$"
_IS_OF_EAST = rf"^(?:{_MARK}|[年月日号時时点點分秒周週星期礼拜一二三四五六天上下午前后昨今小刚剛内])+$"
_IS_NAME = re.compile(r"[\w.:/()\[\]#&%$+*<>|-]+(?: [\w.:/()\[\]#&%$+*<>|-]+){0,4}")
_IS_WORD = re.compile(r"[^\W\d]{1,24}")
_KNOWN = frozenset(name for names in (*USUAL.values(), *ENGAGEMENT.values()) for name in names.split())


def time_shown(time: pl.Expr) -> pl.Expr:
    """The time that a line has, for a message: as it stands there if it looks like one, or else its length.

    Parameters
    ----------
    time
        Text, not null.

    Examples
    --------
    >>> times = ["4 Mar 2024, 25:61", "2024-03-04 09:30 QQQ", "3小时前", "2 hours ago", "I hate this", "@you", "bob 2024"]
    >>> for shown in pl.DataFrame({"time": times}).select(time_shown(pl.col("time"))).to_series():
    ...     print(shown)
    the time '4 Mar 2024, 25:61'
    the time '2024-03-04 09:30 QQQ'
    the time '3小时前'
    the time '2 hours ago'
    a time of 11 characters
    a time of 4 characters
    a time of 8 characters
    """
    begins = time.str.strip_chars().str.slice(0, _LONGEST)
    is_one = time.str.contains(_IS_OF_TIME) | time.str.contains(_IS_OF_EAST)
    length = time.str.len_chars().cast(pl.String)
    return (
        pl.when(is_one)
        .then(pl.concat_str(pl.lit("the time '"), begins, pl.lit("'")))
        .otherwise(pl.concat_str(pl.lit("a time of "), length, pl.lit(" characters")))
    )


def names_shown(header: Sequence[str], given: Collection[str] = ()) -> str:
    """The columns of a table, for a message. **Where none of them is known, the first line may be a post**: it is
    shown only if each cell is another word, without a digit.

    Parameters
    ----------
    header
        Names of the columns.
    given
        Columns that whoever adds the archive named.

    Examples
    --------
    >>> names_shown(["Id", "My own words", "Dear Sir, we regret that it happened to you"])
    'Id, My own words, (a name of 43 characters)'
    >>> names_shown(["I hate this", "bob"])
    '2 cells, none of which is a name that is known'
    """
    if not any(column in given or plain(column) in _KNOWN for column in header) and not _are_words(header):
        return f"{len(header)} cells, none of which is a name that is known"
    shown = [
        printable(column, _LONGEST)
        if _IS_NAME.fullmatch(column.strip()) or column in given
        else f"(a name of {len(column)} characters)"
        for column in header[:_MOST_NAMES]
    ]
    return ", ".join(shown)


def _are_words(header: Sequence[str]) -> bool:
    words = [column.strip() for column in header if column.strip()]
    return len(words) == len(set(words)) and all(map(_IS_WORD.fullmatch, words))
