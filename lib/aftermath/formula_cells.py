"""CSV for spreadsheets: **no text in it is run as a formula**, and whoever reads it back here gets the text as it was.

A text that a spreadsheet would take for a formula gets an apostrophe before it, as OWASP advises
(https://owasp.org/www-community/attacks/CSV_Injection). So does one that has apostrophes before such a sign already, by which the
way back is unambiguous. Numbers are not touched, whether they come as numbers or as text. Tables of a case and data packages are read
by programs, and are written byte for byte as they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# the same as in assets/tables.js; the wide signs are what some spreadsheets make plain ones of
_FORMULA = r"^'*[=+\-@\t\r\n＝＋－＠]"
_NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"
_DEFUSED = r"^'('*[=+\-@\t\r\n＝＋－＠])"


def defused(text: str) -> str:
    """A text as a cell of a CSV file may hold it.

    Examples
    --------
    >>> [defused(text) for text in ("=1+1", "-1.5", "-x", "it's", "'=x")]
    ["'=1+1", '-1.5', "'-x", "it's", "''=x"]
    """
    return f"'{text}" if re.match(_FORMULA, text) and not re.fullmatch(_NUMBER, text) else text


def restored(text: str) -> str:
    """A text as it was before ``defused``; **any other stays as it is**.

    Examples
    --------
    >>> [restored(text) for text in ("'=1+1", "-1.5", "it's", "''=x")]
    ['=1+1', '-1.5', "it's", "'=x"]
    """
    return re.sub(_DEFUSED, r"\1", text)


def csv_for_spreadsheets(table: pl.DataFrame) -> str:
    """A table as CSV, its headings and texts defused.

    Parameters
    ----------
    table
        Anything that CSV can hold: no lists.

    Examples
    --------
    >>> import polars as pl
    >>> print(csv_for_spreadsheets(pl.DataFrame({"n": [-1], "text": ["=1+1"]})), end="")
    n,text
    -1,'=1+1
    """
    import polars as pl

    texts = (name for name, kind in table.schema.items() if kind in (pl.String, pl.Categorical, pl.Enum))
    columns = {name: pl.col(name).cast(pl.String) for name in texts}
    made = table.with_columns(
        pl.when(dangerous(column)).then("'" + column).otherwise(column).alias(name) for name, column in columns.items()
    )
    made.columns = [defused(name) for name in table.columns]
    return made.write_csv()


def restored_texts(table: pl.DataFrame) -> pl.DataFrame:
    """A table that ``csv_for_spreadsheets`` wrote and polars read, its texts as they were."""
    import polars.selectors as cs

    return table.with_columns(cs.string().str.replace(_DEFUSED, "${1}"))


def dangerous(column: pl.Expr) -> pl.Expr:
    """Whether texts of a column would be taken for formulas."""
    return column.str.contains(_FORMULA) & ~column.str.contains(_NUMBER)
