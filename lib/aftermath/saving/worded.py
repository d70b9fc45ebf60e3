"""Tables for papers: every value as a reader sees it, under the label of its column."""

from __future__ import annotations

import math

import polars as pl

from aftermath.saving.described import Described, moments, without_control
from aftermath.wording import number

_DIGITS = ((1, 3), (100, 2), (1000, 1))  # below so much, so many decimals


def worded(table: Described) -> list[list[str]]:
    """The rows of a table as texts.

    Decimals are the same in a column, and fewer where its numbers are large; whole numbers are written out, as they may be years.
    A number that these decimals would make zero is told by them: ``<0.001``.

    Examples
    --------
    >>> from aftermath.saving.described import described
    >>> worded(described(pl.DataFrame({"year": [2012], "share": [0.0833333], "own_clock": [True], "why": [None]})))
    [['2012', '0.083', 'yes', '']]
    """
    frame = without_control(moments(table.frame))
    columns = [_column(frame[name]) for name in frame.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def _column(values: pl.Series) -> list[str]:
    if values.dtype == pl.Boolean:
        return [{True: "yes", False: "no", None: ""}[value] for value in values]
    if not values.dtype.is_float():
        minus = values.dtype.is_integer()
        return ["" if value is None else number(value).replace(",", "") if minus else str(value) for value in values]
    finite = [value for value in values if value is not None and math.isfinite(value)]
    most = max(map(abs, finite), default=0)
    whole = all(value == int(value) for value in finite)
    digits = 0 if whole else next((digits for below, digits in _DIGITS if most < below), 0)
    return [_float(value, digits) for value in values]


def _float(value: float | None, digits: int) -> str:
    if value is None or math.isnan(value):
        return ""
    if math.isinf(value):
        return number(math.copysign(1, value)).replace("1", "∞")
    least = 10**-digits
    if 0 < abs(value) < least / 2:  # what is not zero is not printed as if it were
        return f"<{number(least, digits)}" if value > 0 else f">{number(-least, digits)}"
    return number(value, digits)


def numeric(table: Described) -> list[bool]:
    """Which columns are numbers, and stand at the right."""
    return [kind.is_numeric() for kind in table.frame.schema.values()]


def widths(table: Described, rows: list[list[str]], page: int) -> list[float]:
    """What part of a page each column takes, given how many characters a line of the page has.

    Every column has room for its longest word, and what is left goes to the longest texts.
    """
    columns = [[label, *texts] for label, *texts in zip(table.labels.values(), *rows, strict=True)]
    words = [2 + max(len(word) for text in texts for word in ["", *text.split()]) for texts in columns]
    longest = [2 + max(map(len, texts[1:]), default=0) for texts in columns]
    wanted = [math.sqrt(max(0, more - word)) for word, more in zip(words, longest, strict=True)]
    share = max(0, page - sum(words)) / max(1.0, sum(wanted))
    given = [
        word + min(max(0, more - word), want * share) for word, more, want in zip(words, longest, wanted, strict=True)
    ]
    return [width / max(page, sum(given)) for width in given]
