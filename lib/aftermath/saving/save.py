"""Taking figures and tables out of the laboratory: one noun, and the suffix of the file says which kind."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from aftermath.case_files.cases import Cases
from aftermath.files import write_whole
from aftermath.saving.problems import SaveError
from aftermath.saving.written import Written
from aftermath.statistics.result import Result
from aftermath.wording import listed

if TYPE_CHECKING:
    from plotly.basedatatypes import BaseFigure

FIGURES = (".svg", ".pdf", ".png", ".html")
# suffix -> (module of this package, its function from a description and a name to what is written)
_TABLES = {
    ".csv": ("plain", "as_csv"),
    ".parquet": ("plain", "as_parquet"),
    ".xlsx": ("workbook", "as_workbook"),
    ".tex": ("latex", "as_latex"),
    ".docx": ("document", "as_document"),
    ".dta": ("statistical", "as_stata"),
    ".sav": ("statistical", "as_spss"),
}
TABLES = (*_TABLES,)

# what people have in hand instead, and how they get to a table or a figure
_INSTEAD = {
    "aftermath.Case": "Save a table of it: am.save(case.events, ...)",
    "pandas.DataFrame": "Make a table of polars of it: polars.from_pandas(...)",
    "polars.LazyFrame": "Collect it first: .collect()",
    "polars.Series": "Make a table of it: .to_frame()",
    "builtins.list": "Save each of its members under a name of its own.",
    "builtins.tuple": "Save each of its members under a name of its own.",
    "builtins.dict": "Make a table of it: polars.DataFrame(...)",
}

_WIDTHS = (20.0, 1000.0)  # mm: from a stamp to a poster
_PAGE = 257  # mm: an A4 page without its margins is this high


@dataclass(frozen=True)
class Saved:
    """What was saved.

    Parameters
    ----------
    path
        The file.
    beside
        Files that belong to it.
    remarks
        What its reader would not expect.
    """

    path: Path
    beside: tuple[Path, ...] = ()
    remarks: tuple[str, ...] = ()

    def __fspath__(self) -> str:
        return fspath(self.path)

    def __str__(self) -> str:
        files = listed([str(path.resolve()) for path in (self.path, *self.beside)])
        return "\n".join([f"Saved {files}.", *(f"{remark}." for remark in self.remarks)])

    __repr__ = __str__


def save(
    what: BaseFigure | Result | Cases | pl.DataFrame,
    path: str | PathLike[str],
    *,
    width_mm: float = 174,
    theme: str | None = None,
    caption: str | None = None,
    note: str | None = None,
) -> Saved:
    """Save a figure or a table, in the format that the suffix names.

    A figure becomes ``.svg``, ``.pdf`` or ``.png`` (300 dpi), drawn by a Chrome or Chromium on the machine, or ``.html``, a page
    of its own. A table becomes ``.csv`` (with a description beside it), ``.parquet``, ``.xlsx``, ``.tex``, ``.docx``, ``.dta``
    (Stata) or ``.sav`` (SPSS). Labels with units, and the citation, are in the file or beside it. A PDF has its fonts inside, an SVG
    names them. The same thing gives the same bytes. **A file that was there is replaced, whole or not at all.**

    Parameters
    ----------
    what
        A figure of plotly; or a result or ``am.cases()``, whose table is saved; or a table, e.g. ``case.events``. Lists become text with ``;``
        between their parts, durations seconds.
    path
        Where to.
    width_mm
        Of a picture on paper, in mm: 84 is one column of a journal, 174 two. The figure is laid out for this width, its text
        is of 9 pt.
    theme
        ``print``: colours that differ in grey as well, and hatching; ``screen``: as in the laboratory. Pictures are for print
        where it is not given; HTML is for the screen.
    caption, note
        What stands above and below, in place of the result's name and text.

    Returns
    -------
    Saved
        Where it is, and what its reader would not expect.

    Raises
    ------
    SaveError
        If the suffix names no format for it, a package or a browser is missing, or the format cannot hold it.
    WriteError
        If the place cannot be written.

    Examples
    --------
    >>> import aftermath as am, tempfile
    >>> case = am.load_case("kitchenaid-tweet")
    >>> folder = Path(tempfile.mkdtemp())
    >>> [path.name for path in am.save(case.events, folder / "events.csv").beside]
    ['events.resource.json']
    """
    path = Path(path)
    _refuse_among_cases(path)
    if isinstance(what, Cases):
        return _save_table(what.table, path, "Cases" if caption is None else caption, note)
    if isinstance(what, Result | pl.DataFrame):
        return _save_table(what, path, caption, note)
    if hasattr(what, "to_plotly_json"):
        return _save_figure(what, path, width_mm, theme, caption, note)
    mend = next((mend for kind, mend in _INSTEAD.items() if kind in map(_full_name, type(what).__mro__)), "")
    raise SaveError(
        f"{type(what).__name__} is neither a figure nor a result nor a table, so it cannot be saved. {mend}".rstrip()
    )


def _refuse_among_cases(path: Path) -> None:
    """Nothing is saved in a folder of a case, below one, or beside them: there it would be taken for data, or replace some."""
    parents = path.resolve().parents
    of_case = next((folder for folder in parents if (folder / "case.yaml").exists()), None)
    if of_case or parents[0].name == "casestudies":
        held = "the files of a case" if of_case else "cases and what they share"
        raise SaveError(f"{of_case or parents[0]} holds {held}, which nothing is saved among. Choose another folder.")


def _full_name(kind: type) -> str:
    return f"{kind.__module__.partition('.')[0]}.{kind.__name__}"


def _save_table(what: Result | pl.DataFrame, path: Path, caption: str | None, note: str | None) -> Saved:
    from aftermath.saving.described import described

    if path.suffix.lower() in FIGURES:
        raise SaveError(
            f"{path.name}: {type(what).__name__} is a table, which is saved as {listed(TABLES, 'or')}. For a picture save a "
            f"figure of it: am.save(am.figures....(...), {path.name!r})"
        )
    module, function = _TABLES[_known(path, TABLES, "A table")]
    write: Callable[..., Written] = getattr(importlib.import_module(f"aftermath.saving.{module}"), function)
    written = write(described(what, caption, note), path.stem)
    beside = [(path.with_name(path.stem + end), content) for end, content in written.beside]
    for place, content in [*beside, (path, written.content)]:
        write_whole(place, content)
    return Saved(path, tuple(place for place, _ in beside), written.remarks)


def _save_figure(
    figure: BaseFigure, path: Path, width_mm: float, theme: str | None, caption: str | None, note: str | None
) -> Saved:
    from aftermath.saving.described import citation
    from aftermath.saving.interactive import page
    from aftermath.saving.pictures import picture
    from aftermath.saving.print_layout import THEMES

    suffix = _known(path, FIGURES, "A figure")
    if theme not in (None, *THEMES):
        raise SaveError(f"There is no theme {theme!r}; choose {listed(THEMES, 'or')}.")
    if not isinstance(width_mm, int | float) or not _WIDTHS[0] <= width_mm <= _WIDTHS[1]:
        raise SaveError(f"width_mm is a width in mm, from {_WIDTHS[0]:g} to {_WIDTHS[1]:g}, not {width_mm!r}.")
    caption = caption or path.stem.replace("_", " ")
    if suffix == ".html":
        write_whole(path, page(figure, caption, note or "", citation()))
        return Saved(path)
    drawn, height = picture(figure, suffix, width_mm, theme or "print", caption)
    tall = (f"it is {height:.0f} mm high, which is more than a page; take fewer rows, or a greater width_mm",)
    return Saved(write_whole(path, drawn), remarks=tall if height > _PAGE else ())


def _known(path: Path, suffixes: tuple[str, ...], kind: str) -> str:
    suffix = path.suffix.lower()
    if suffix not in suffixes:
        named = f"{suffix!r} is none of them" if suffix else "the name has no suffix"
        raise SaveError(f"{path.name}: {kind.lower()} is saved as {listed(suffixes, 'or')}; {named}.")
    return suffix
