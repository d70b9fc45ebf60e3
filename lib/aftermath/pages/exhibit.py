"""What a notebook cell shows: an exhibit (a figure with its anatomy) or a passage of a page.

Both carry finished HTML for the pages under a media type of their own, which pages pick
out, and something fit for the laboratory beside it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from aftermath.pages.block import IN_THE_LABORATORY, PAGE_TYPE
from aftermath.pages.html import Linker, escape, plain, table_html
from aftermath.statistics.result import Result
from aftermath.wording import counted

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True)
class Passage:
    """Finished HTML of a page.

    Parameters
    ----------
    html
        Safe HTML: everything that came from evidence has been escaped.
    """

    html: str

    def __repr__(self) -> str:
        return f"Passage({len(self.html)} characters of HTML)"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {PAGE_TYPE: self.html, "text/html": _laboratory(self.html)}


@dataclass(frozen=True)
class Exhibit:
    """A figure with its number and title, how to read it, the drawing, words and a table.

    Parameters
    ----------
    id
        Anchor on the page, e.g. ``f1``.
    title, how
        What it shows, and how to read it.
    figure
        The drawing.
    words
        The same numbers in words.
    table
        The same numbers as a finished HTML table.
    rows
        What the table holds, e.g. ``21 events``.
    legend
        Finished HTML between the caption and the drawing.
    linker
        Makes links of row ids in the words.
    unfolded
        Whether the table view is open from the start.
    """

    id: str
    title: str
    how: str
    figure: go.Figure
    words: str
    table: str
    rows: str
    legend: str = ""
    linker: Linker | None = None
    unfolded: bool = False

    @property
    def html(self) -> str:
        """The finished ``<figure>``, in the order: title, how, drawing, words, table."""
        return self._html(self._data)

    @property
    def _data(self) -> dict:
        return json.loads(self.figure.to_json())

    def _html(self, data: dict) -> str:
        number = self.id.removeprefix("f")
        return (
            f'<figure id="{self.id}" aria-labelledby="{self.id}-t">'
            f'<figcaption><h3 id="{self.id}-t"><span class="fnum">Figure {number}</span> {escape(self.title)}</h3>'
            f'<p class="how">{escape(self.how)}</p></figcaption>{self.legend}{self._drawing(data)}'
            f'<div class="under"><b class="wl">In words</b><p class="words">{self._words}</p></div>{self._table_view}'
            f"</figure>"
        )

    @property
    def _words(self) -> str:
        return self.linker.text(self.words) if self.linker else escape(self.words)

    def _drawing(self, data: dict) -> str:
        # "</" would end the script element early, whatever text of a case it stands in
        written = json.dumps(data, sort_keys=True, ensure_ascii=False).replace("</", "<\\/")
        label = plain(f"{self.title}. {self.words}")
        return (
            f'<div class="fig"><div class="plot" data-figure="{self.id}" role="img" aria-label="{label}"></div>'
            f'<script type="application/json" id="{self.id}-data">{written}</script></div>'
            '<noscript><p class="how">The drawing needs script; the table below holds the same numbers.</p></noscript>'
        )

    @property
    def _table_view(self) -> str:
        return (
            f'<details class="tv"{" open" if self.unfolded else ""}><summary>Table view <span class="n">{escape(self.rows)}</span></summary>'
            f'<div class="tscroll" tabindex="0" role="region" aria-label="Table for figure {self.id.removeprefix("f")}">'
            f"{self.table}</div></details>"
        )

    def _ipython_display_(self) -> None:
        from IPython.display import display

        data = self._data  # plotly takes its time to write it
        display({"application/vnd.plotly.v1+json": data, PAGE_TYPE: self._html(data)}, raw=True)
        below = f"<p>{escape(self.words)}</p><details><summary>Table view</summary>{self.table}</details>"
        display({"text/html": _laboratory(below), PAGE_TYPE: ""}, raw=True)


def _laboratory(html: str) -> str:
    return f'{IN_THE_LABORATORY}<div class="aftermath">{html}</div>'


def exhibit(
    result: Result,
    figure: go.Figure,
    *,
    id: str,
    title: str,
    how: str,
    words: str | None = None,
    table: str | pl.DataFrame | None = None,
    rows: str | None = None,
    legend: str = "",
    linker: Linker | None = None,
) -> Exhibit:
    """Show a result: drawing, words and table **from the same frozen object**.

    Parameters
    ----------
    result
        What was measured.
    figure
        Its drawing, from ``aftermath.figures``.
    id, title, how, legend, linker
        See ``Exhibit``.
    words, table, rows
        The result's own text and table where not given; a table may be a frame or finished HTML.

    Returns
    -------
    Exhibit
    """
    frame = result.table if table is None else table
    finished = frame if isinstance(frame, str) else table_html(frame, title, linker=linker)
    n = counted(frame.height, "row") if isinstance(frame, pl.DataFrame) else ""
    return Exhibit(id, title, how, figure, words or result.text, finished, rows or n, legend, linker)
