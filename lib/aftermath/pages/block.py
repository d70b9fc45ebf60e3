"""What a notebook cell shows: one block of a page, with a figure or without.

It carries finished HTML for the pages under a media type of their own, which pages pick out, and something fit for the
laboratory beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from aftermath.display import NO_MATHS, Displayed
from aftermath.figures import PLOTLY_TYPE
from aftermath.pages.long_tables import SHOWN, shortened
from aftermath.wording import number

if TYPE_CHECKING:
    import plotly.graph_objects as go

PAGE_TYPE = "application/vnd.aftermath.page+html"

# the pages have a sheet of their own
IN_THE_LABORATORY = Path(__file__).with_name("assets") / "laboratory.css"
_NEEDS_SCRIPT = re.compile(r"<select\b")  # what cannot be chosen from is shown as a table in its place
_WITHIN_THE_SITE = re.compile(r' href="(?!https?:)[^"]*"')  # quotation marks of a text are escaped
_DRAWING = re.compile(r'<div class="fig">.*?</noscript>', re.DOTALL)  # as figure.html.j2 writes it


@dataclass(frozen=True, eq=False)
class Block:
    """Finished HTML of a page.

    Parameters
    ----------
    html
        Safe HTML: everything that came from evidence has been escaped.
    figure
        The drawing in it, where it has one.
    data
        The drawing as the page and the laboratory are given it.
    shown
        What is shown, if it can show itself: the laboratory lets it where the HTML cannot do without the scripts of the page.
    """

    html: Markup
    figure: go.Figure | None = None
    data: Mapping[str, Any] | None = None
    shown: Displayed | None = None

    def __repr__(self) -> str:
        return f"Block({len(self.html)} characters of HTML)"

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for output in self.outputs:
            display(output, raw=True)

    @property
    def outputs(self) -> list[dict[str, Any]]:
        """What a cell shows, media type to content: the page's part once, and what a laboratory shows in its place."""
        if self.shown is not None and _NEEDS_SCRIPT.search(self.html):
            return [{PAGE_TYPE: str(self.html), "text/html": str(self.shown.display.html())}]
        if self.data is None:
            return [{PAGE_TYPE: str(self.html), "text/html": _laboratory(self.html)}]
        above, below = _DRAWING.split(self.html, maxsplit=1)
        return [
            {PAGE_TYPE: str(self.html), "text/html": _laboratory(above)},
            {PAGE_TYPE: "", PLOTLY_TYPE: dict(self.data)},
            {PAGE_TYPE: "", "text/html": _laboratory(below, sheet=False)},
        ]


def _laboratory(html: str, *, sheet: bool = True) -> str:
    style = f"<style>{_sheet()}</style>" if sheet else ""
    return f'{style}<div class="aftermath {NO_MATHS}">{_WITHIN_THE_SITE.sub("", shortened(html, _how_many))}</div>'


def _how_many(name: str, rows: Sequence[str]) -> str:
    """What stands below the first rows of a long table: the notebook would hold all of them a second time."""
    return f"<p>The first {SHOWN} of {number(len(rows))} rows; the page has all.</p>"


@cache
def _sheet() -> str:
    return IN_THE_LABORATORY.read_text(encoding="utf-8")
