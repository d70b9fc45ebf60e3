"""Times as digits alone: days and times run together, and counts since 1970.

What a number is follows from how many digits it has: no post is from before 1980, so a count of seconds has nine or ten, of
milliseconds twelve or thirteen, of microseconds fifteen or sixteen, of nanoseconds eighteen or nineteen. Eight, ten, twelve,
fourteen and seventeen digits that begin with 19 or 20 are a day and a time run together (``202403040900`` as milliseconds
would be in 1976). **Ten digits can be both**: such an archive is refused where other numbers in it prove the contrary.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

import polars as pl

INSTANT = pl.Datetime("us", "UTC")
_NUMBER = r"^[0-9]{8,19}(?:\.[0-9]*)?$"
_SCIENTIFIC = r"^[0-9][.,][0-9]{6,}[eE]\+?[0-9]{1,2}$"  # with fewer digits, a spreadsheet has rounded it
_MICROSECONDS = {9: 1_000_000, 10: 1_000_000, 12: 1_000, 13: 1_000, 15: 1, 16: 1}  # in a unit, by the number's digits
_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)  # a number that lost a digit counts to 1975
_SECONDS = round(_EARLIEST.timestamp()), 1_899_999_999  # in ten digits, what begins with 19 may be a year
_TOGETHER = {8: "", 10: "0000", 12: "00", 14: "", 17: ""}  # digits to what is added for seconds


class Counted(NamedTuple):
    """What numbers say of the time.

    Parameters
    ----------
    since_1970
        Instants, where they count since 1970.
    local
        Days and times run together.
    timed
        Whether there is a time of day in the latter.
    kinds
        What numbers of nine and ten digits are, to the first such row.
    """

    since_1970: pl.Series
    local: pl.Series
    timed: pl.Series
    kinds: dict[str, int]


def from_digits(text: pl.Series) -> Counted:
    """Times that are numbers; all null where they are none.

    Parameters
    ----------
    text
        Without spaces at its ends, in small letters.

    Examples
    --------
    >>> counted = from_digits(pl.Series(["1709542800", "1.7095428e9", "202403040900", "20240304", "1709542800123.5"]))
    >>> counted.since_1970.dt.to_string("%F %T%.f").to_list()
    ['2024-03-04 09:00:00', '2024-03-04 09:00:00', None, None, '2024-03-04 09:00:00.123500']
    >>> counted.local.dt.to_string("%F %R").to_list(), counted.timed.to_list()
    ([None, None, '2024-03-04 09:00', '2024-03-04 00:00', None], [False, False, True, False, False])
    """
    nothing = pl.Series([None], dtype=pl.Datetime("us")).new_from_index(0, len(text))
    untimed = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(text))
    numbers = text.cast(pl.Int64, strict=False)
    # a column of seconds, which is the most frequent
    if len(text) and (numbers.is_between(*_SECONDS) & (text.str.len_bytes() <= 10)).fill_null(False).all():
        return Counted((numbers * 1_000_000).cast(INSTANT), nothing, untimed, {"seconds since 1970": 0})
    if not (text.str.contains(_NUMBER) | text.str.contains(_SCIENTIFIC)).any():
        return Counted(nothing.dt.replace_time_zone("UTC"), nothing, untimed, {})
    digits, fraction = pl.col("digits"), pl.col("fraction")
    table = pl.DataFrame({"text": text}).select(
        number=pl.when(pl.col("text").str.contains(_NUMBER))
        .then("text")
        .when(pl.col("text").str.contains(_SCIENTIFIC))
        .then(
            pl.col("text")
            .str.replace(",", ".")
            .cast(pl.Float64, strict=False)
            .cast(pl.Decimal(38, 3), strict=False)
            .cast(pl.String)
        )
    )
    table = table.select(
        digits=pl.col("number").str.extract(r"^(\d+)"), fraction=pl.col("number").str.extract(r"\.(\d*[1-9])0*$")
    ).with_columns(n=digits.str.len_bytes())
    table = table.with_columns(local=_together())
    is_date = pl.col("local").is_not_null()
    unit = pl.col("n").replace_strict(_MICROSECONDS, default=None, return_dtype=pl.Int64)
    count = digits.cast(pl.Int64, strict=False)
    micro = count * unit + (("0." + fraction).cast(pl.Float64, strict=False).fill_null(0.0) * unit).round().cast(
        pl.Int64
    )
    instant = pl.when(pl.col("n") >= 18).then(count // 1000).otherwise(micro).cast(INSTANT)
    read = table.select(
        pl.when(~is_date & (instant >= _EARLIEST)).then(instant).alias("since_1970"),
        "local",
        timed=(is_date & (pl.col("n") > 8)).fill_null(False),
        hour=(is_date & (pl.col("n") == 10)).fill_null(False),
        seconds=(~is_date & pl.col("n").is_in([9, 10])).fill_null(False),
    )
    kinds = {"year, month, day, hour": read["hour"], "seconds since 1970": read["seconds"]}
    found = {kind: int(rows.arg_max() or 0) for kind, rows in kinds.items() if rows.any()}
    return Counted(read["since_1970"], read["local"], read["timed"], found)


def _together() -> pl.Expr:
    """A day and a time run together; null where the number is none."""
    digits, n = pl.col("digits"), pl.col("n")
    written = (
        pl.when(n == 8)
        .then(digits + "000000")
        .otherwise(digits.str.slice(0, 14) + n.replace_strict(_TOGETHER, default=None, return_dtype=pl.String))
    )
    written = pl.when(n == 17).then(written + "." + digits.str.slice(14)).otherwise(written + ".0")
    cut = written.str.replace(r"^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})\.", "$1-$2-$3 $4:$5:$6.")
    fits = pl.col("fraction").is_null() & digits.str.contains("^(?:19|20)")
    return pl.when(fits).then(cut.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us"))
