"""Tables for Stata and SPSS: labels of variables and of values, and the citation."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from textwrap import wrap
from typing import Any

import polars as pl

from aftermath.measures.stances import STANCE_LEVELS
from aftermath.saving.described import Described, in_utc, without_control, zoned
from aftermath.saving.problems import SaveError, needs
from aftermath.saving.written import Written, without_infinite

_EXACT = 2**53  # both keep numbers as doubles
_LABEL, _FILE_LABEL, _NOTE = 80, {".dta": 80, ".sav": 64}, 80  # characters, bytes, characters of a line
_NAME = {".dta": 32, ".sav": 64}
_STATA_118 = (
    14  # what pyreadstat calls the format that every Stata from 14 on reads; its default is read by Stata/MP alone
)
_DATES = {
    ".dta": re.compile(rb"(?<=<timestamp>\x11)\d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d"),
    ".sav": re.compile(rb"(?<=Y@)\d\d [A-Z][a-z]{2} \d\d\d\d:\d\d:\d\d"),
}
_DATED = {".dta": b"01 Jan 2000 00:00", ".sav": b"01 Jan 0000:00:00"}
_RESERVED = frozenset(
    "all and by eq ge gt le lt ne not or to with aggregate array boolean break byte case catch class colvector complex const "
    "continue default delegate delete do double else eltypedef end enum explicit export external float for friend function "
    "global goto if in inline int local long namespace new null numeric pointer pragma private protected quad return rowvector "
    "short signed static str strl struct switch template this throw try typedef union unsigned using vector version virtual "
    "void volatile while".split()
)


def as_stata(table: Described, name: str) -> Written:
    """A file for Stata 14 and later. Stata knows no missing text: an empty one stands in its place."""
    return _written(table, ".dta")


def as_spss(table: Described, name: str) -> Written:
    """A file for SPSS, with note and citation among its documents."""
    return _written(table, ".sav")


def _written(table: Described, suffix: str) -> Written:
    needs("pyreadstat", f"a {suffix} file")
    import pyreadstat

    frame, remarks = without_infinite(without_control(in_utc(table.frame)))
    _check_exact(frame)
    names = valid_names(frame.columns, _NAME[suffix])
    utc = zoned(table.frame)
    labels = {
        names[name]: _cut(label + (" (UTC)" if name in utc else ""), _LABEL) for name, label in table.labels.items()
    }
    values = {names[name]: labelled for name in frame.columns if (labelled := _value_labels(name, frame.schema[name]))}
    options: dict[str, Any] = {"column_labels": labels, "variable_value_labels": values}
    options["file_label"] = _cut(table.short_title, _FILE_LABEL[suffix])
    if suffix == ".sav":
        floats = frame.select(pl.selectors.float()).columns
        options["variable_format"] = {names[name]: "F12.4" for name in floats}
        options["note"] = [line for text in (table.note, table.citation) for line in _lines(text)]
    else:
        options["version"] = _STATA_118
        frame = frame.with_columns(pl.col(pl.String).fill_null(""))
    write: Callable[..., None] = pyreadstat.write_sav if suffix == ".sav" else pyreadstat.write_dta
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{suffix}"
        write(_coded(frame).rename(names), path, **options)
        content = _DATES[suffix].sub(_DATED[suffix], path.read_bytes(), count=1)
    changed = tuple(f"{name} is called {new} there" for name, new in names.items() if name != new)
    return Written(content, (*remarks, *changed))


def _check_exact(frame: pl.DataFrame) -> None:
    for name in frame.select(pl.selectors.integer()).columns:
        ends = [abs(end) for end in (frame[name].min(), frame[name].max()) if isinstance(end, int)]
        if max(ends, default=0) > _EXACT:
            raise SaveError(
                f"The column {name} holds numbers beyond {_EXACT:,}, which Stata and SPSS keep inexactly. "
                f'Make text of it first: table.with_columns(pl.col("{name}").cast(pl.String))'
            )


def valid_names(names: Iterable[str], longest: int) -> dict[str, str]:
    """Names of variables as Stata and SPSS take them, each once in any case of letters.

    Parameters
    ----------
    names
        Of columns.
    longest
        Bytes that a name may have; all that is not a plain letter, digit or ``_`` becomes ``_``.

    Examples
    --------
    >>> valid_names(["n", "if", "coder_m-1", "coder_m.1", "2nd"], 32)
    {'n': 'n', 'if': 'if_', 'coder_m-1': 'coder_m_1', 'coder_m.1': 'coder_m_2', '2nd': 'v2nd'}
    """
    given: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
        plain = plain if plain[:1].isalpha() else f"v{plain}"
        plain = (f"{plain}_" if plain.lower() in _RESERVED or re.fullmatch(r"str\d+", plain) else plain)[:longest]
        count = 1
        while plain.lower() in taken:
            count += 1
            stem = plain[: longest - len(f"_{count}")]
            plain = f"{re.sub(r'_[0-9]+$', '', stem)}_{count}"
        taken.add(plain.lower())
        given[name] = plain
    return given


def _coded(frame: pl.DataFrame) -> pl.DataFrame:
    """Yes and no as 1 and 0, and words of an enumeration as numbers from 1."""
    words = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Enum)]
    return frame.with_columns(
        pl.col(pl.Boolean).cast(pl.Int8),
        pl.col(words).to_physical().cast(pl.Int32) + 1,
        pl.col(pl.Categorical).cast(pl.String),
    )


def _value_labels(name: str, kind: pl.DataType) -> dict[int | float, str]:
    if isinstance(kind, pl.Enum):
        return dict(enumerate(kind.categories.to_list(), start=1))
    if kind == pl.Boolean:
        return {0: "no", 1: "yes"}
    from aftermath.figures.tone import LEVEL_LABELS

    return (
        dict(zip(STANCE_LEVELS, LEVEL_LABELS[name], strict=True)) if name in LEVEL_LABELS and kind.is_integer() else {}
    )


def _cut(text: str, longest: int) -> str:
    """At most so many bytes, with an ellipsis where something is missing."""
    if len(text.encode()) <= longest:
        return text
    return text.encode()[: longest - len("…".encode())].decode(errors="ignore") + "…"


def _lines(text: str) -> list[str]:
    """Lines of at most so many bytes as SPSS keeps of one."""
    fitting = (
        lines for width in range(_NOTE, 0, -1) if (lines := wrap(text, width)) == [_cut(line, _NOTE) for line in lines]
    )
    return next(fitting, [])
