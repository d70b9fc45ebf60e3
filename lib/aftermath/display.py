"""What an object shows of itself: HTML in a laboratory, plain lines in a terminal. Headings, units and fields are in words."""

from __future__ import annotations

import io
import math
import re
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from aftermath.wording import DASH, column_label, counted, day_text, duration, moment, number

if TYPE_CHECKING:
    import jinja2
    import polars as pl
    from rich.console import RenderableType

ROWS = {"html": 200, "plain": 30}  # a longer table is cut, and says how many rows it has
WIDTH = 100  # characters, where there is no terminal to ask
_FEW = 12  # rows that are seen at a glance
_BETWEEN = 2  # characters from one column to the next
# MathJax passes over elements of this class: JupyterLab would set "$3 bn after $5 bn" as mathematics
NO_MATHS = "mathjax_ignore"
_PROSE = 300  # characters, from which on a column is too narrow
_FIGURES = 3  # of the largest number of a column


def without_maths(html: str) -> Markup:
    """Finished HTML as JupyterLab shows it, whose **dollar signs are dollar signs**; what is empty stays empty.

    Examples
    --------
    >>> print(without_maths("<p>$3 bn after $5 bn</p>"))
    <div class="mathjax_ignore"><p>$3 bn after $5 bn</p></div>
    """
    return Markup(f'<div class="{NO_MATHS}">{html}</div>' if html.strip() else "")  # noqa: S704 - finished before


def fields(column: pl.Series, beside: Iterable[pl.Series] = ()) -> list[str]:
    """The fields of a column in words: its numbers with as many decimals as the largest needs for three figures.

    Parameters
    ----------
    column
        Any values.
    beside
        Columns of the same measure, e.g. the ends of its interval, which have as many decimals.

    Examples
    --------
    >>> import polars as pl
    >>> fields(pl.Series("share", [0.105263, 0.5, None])), fields(pl.Series("n", [1200.0, 7.0]))
    (['0.105', '0.500', '–'], ['1,200', '7'])
    >>> fields(pl.Series("value", [1234.5, 0.0777])), fields(pl.Series("sources", [["a", "b"], []]))
    (['1,234', '0.0777'], ['a; b', '–'])
    """
    values = column.to_list()
    numbers = [*_finite(column), *(number for other in beside for number in _finite(other))]
    digits = _decimals(numbers)
    lost = any(0 < abs(value) < 0.5 * 10**-digits for value in numbers)  # then each has figures of its own
    return [
        _words(
            value, _decimals([value]) if lost and isinstance(value, float) else digits, grouped=column.name != "year"
        )
        for value in values
    ]


def _finite(column: pl.Series) -> list[float]:
    return [value for value in column.to_list() if isinstance(value, float) and math.isfinite(value)]


def _decimals(numbers: Sequence[float]) -> int:
    largest = max((abs(number) for number in numbers if math.isfinite(number)), default=0.0)
    if not largest or all(number == int(number) for number in numbers if math.isfinite(number)):
        return 0
    return min(max(_FIGURES - 1 - math.floor(math.log10(largest)), 0), 9)


def _words(value: Any, digits: int, *, grouped: bool) -> str:
    match value:
        case None | "" | []:
            return DASH
        case bool():
            return "yes" if value else "no"
        case float() if math.isnan(value):
            return DASH
        case float() if math.isinf(value):
            return "∞" if value > 0 else "−∞"
        case int() | float():
            return number(value, digits if isinstance(value, float) else 0) if grouped else str(value)
        case datetime():
            return f"{moment(value, 'UTC')}{f':{value:%S}' if value.second else ''} UTC"
        case date():
            return day_text(value)
        case timedelta():
            return duration(value.total_seconds())
        case list() | tuple():
            return "; ".join(_words(part, digits, grouped=grouped) for part in value)
        case _:
            return _printable(str(value))


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() or character == "\n" else " " for character in text)


@dataclass(frozen=True)
class Display:
    """What is shown of an object.

    Parameters
    ----------
    title
        One line above the rest; none if empty.
    text
        Sentences; an empty line between paragraphs.
    tables
        Caption to table. One without a caption (``""``) stands open.
    folded
        Whether tables with a caption are folded in the laboratory, until somebody unfolds them; **a terminal names them only**.
    """

    title: str = ""
    text: str = ""
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    folded: bool = False

    def html(self) -> Markup:
        """HTML for a laboratory: escaped, in its colours, with nothing that is loaded from elsewhere."""
        paragraphs = [part for part in self.text.split("\n\n") if part.strip()]
        tables = [_Cut(caption, table, "html", self.folded) for caption, table in self.tables.items()]
        content = _template().render(ignored=NO_MATHS, title=self.title, paragraphs=paragraphs, tables=tables)
        return Markup(content)  # noqa: S704 - autoescaped

    def plain(self, width: int | None = None) -> str:
        """Lines for a terminal.

        Parameters
        ----------
        width
            Characters in a line; those of the terminal if not given.
        """
        from rich.console import Console
        from rich.text import Text

        width = width or shutil.get_terminal_size((WIDTH, 0)).columns
        # in a notebook rich would display what it prints, which is nothing here, as an output of its own
        to = Console(file=io.StringIO(), width=width, color_system=None, legacy_windows=False, force_jupyter=False)
        parts = [_printable(self.title), _printable(self.text)]
        for caption, table in self.tables.items():
            cut = _Cut(caption, table, "plain", self.folded)
            parts += ["", cut.caption, *([] if caption and self.folded else [cut.lines(width)]), cut.count]
        with to.capture() as said:
            for part in parts:
                to.print(Text(part) if isinstance(part, str) else part)
        lines = "\n".join(line.rstrip() for line in said.get().splitlines())
        return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")


def _measure(column: str) -> str:
    """The name of a column without the end of an interval that it may be."""
    return re.sub(r"_?(?<![a-z])(lower|upper)(?![a-z])", "", column) or "estimate"


class _Cut:
    """A table as it is shown, no longer than is good to read."""

    def __init__(self, caption: str, table: pl.DataFrame, where: str, folded: bool) -> None:
        self.caption = _printable(caption)
        self.folded = folded
        shown = table.head(ROWS[where]).drop("row", strict=False)
        kinds = [Markup(' class="number"') if column.dtype.is_numeric() else Markup("") for column in shown]
        self.headings = list(zip((column_label(_printable(name)) for name in shown.columns), kinds, strict=True))
        columns = [
            fields(column, [other for other in shown if _measure(other.name) == _measure(column.name)])
            for column in shown
        ]
        self.rows = [list(zip(row, kinds, strict=True)) for row in zip(*columns, strict=True)]
        rest = f", of which these are the first {shown.height}" if shown.height < table.height else ""
        self.count = f"{counted(table.height, 'row')}{rest}" if not table.height or table.height > _FEW else ""

    def lines(self, width: int) -> RenderableType:
        """Rows beside each other, or one field a line where the columns do not fit."""
        from rich.box import SIMPLE_HEAD
        from rich.cells import cell_len
        from rich.table import Table
        from rich.text import Text

        columns = [[name, *(row[place][0] for row in self.rows)] for place, (name, _) in enumerate(self.headings)]
        texts = [max(map(cell_len, column)) for column in columns]
        words = [max(cell_len(word) for text in column for word in text.split(" ")) for column in columns]
        room = width - _BETWEEN * (len(columns) - 1) - sum(words)
        if room >= 0 and max(texts, default=0) <= _PROSE:
            table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
            for (name, kind), wide in zip(self.headings, _shared(words, texts, room), strict=True):
                table.add_column(Text(name), justify="right" if kind else "left", width=wide)
            for row in self.rows:
                table.add_row(*(Text(field) for field, _ in row))
            return table
        below = Table.grid(padding=(0, 2, 0, 0))
        for row in self.rows:
            for (name, _), (words, _) in zip(self.headings, row, strict=True):
                below.add_row(Text(name), Text(words))
            below.add_row("", "")
        return below


def _shared(least: Sequence[int], most: Sequence[int], room: int) -> list[int]:
    """Widths between the least and the most that columns can use: what is left goes around evenly, first to who needs little."""
    widths = list(least)
    by_need = sorted(range(len(least)), key=lambda column: most[column] - least[column])
    for place, column in enumerate(by_need):
        more = min(most[column] - least[column], room // (len(by_need) - place))
        widths[column] += more
        room -= more
    return widths


class Displayed(ABC):
    """What shows itself: in a terminal by ``repr``, in a laboratory by HTML."""

    @property
    @abstractmethod
    def display(self) -> Display:
        """What is shown of it."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "__repr__" not in cls.__dict__:
            cls.__repr__ = Displayed.__repr__  # a dataclass keeps the one that is there

    def __repr__(self) -> str:
        return self.display.plain()

    def _repr_html_(self) -> str:
        return str(self.display.html())


@cache
def _template() -> jinja2.Template:
    from aftermath.templates import template_environment

    return template_environment(Path(__file__).parent).get_template("display.html.j2")
