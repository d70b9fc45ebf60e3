"""What a notebook cell shows: one block of a page, with a figure or without.

It carries finished HTML for the pages under a media type of their own, which pages pick out, and something fit for the
laboratory beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    import plotly.graph_objects as go

PAGE_TYPE = "application/vnd.aftermath.page+html"
PLOTLY_TYPE = "application/vnd.plotly.v1+json"

# the pages have a sheet; in the laboratory a few rules make the same HTML fit to read
IN_THE_LABORATORY = (
    "<style>.aftermath .sr{display:none}.aftermath .cards{display:grid;grid-template-columns:repeat(4,1fr);gap:1.5rem}"
    ".aftermath .big{font-size:1.5rem;font-weight:600;margin:0}.aftermath .lead{font-size:1.15rem;max-width:42em}"
    ".aftermath .facts{display:flex;gap:2rem}.aftermath :is(dd,figure){margin:0}.aftermath .prose{max-width:42em}"
    ".aftermath svg.pip,.aftermath .badge svg{width:14px;height:14px}.aftermath .tscroll{max-height:24rem;overflow:auto}"
    ".aftermath :is(.me,.pf,.rngb,.la){fill:#0a5a8c}.aftermath .rngb{opacity:.3}.aftermath .st{fill:#7c8792}"
    ".aftermath :is(.axis,.tk,.ci0,.ci1,.cens,.pd){stroke:#7c8792}.aftermath :is(.po,.cens,.few,.hollow,.pend)"
    "{fill:none;stroke:#0a5a8c}.aftermath .pf{fill:#0a5a8c}.aftermath .tick{font:11px sans-serif;fill:currentColor}"
    ".aftermath :is(td,th){text-align:left;vertical-align:top}.aftermath .who{display:block;opacity:.7}</style>"
)
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
    """

    html: Markup
    figure: go.Figure | None = None
    data: Mapping[str, Any] | None = None

    def __repr__(self) -> str:
        return f"Block({len(self.html)} characters of HTML)"

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for output in self.outputs:
            display(output, raw=True)

    @property
    def outputs(self) -> list[dict[str, Any]]:
        """What a cell shows, media type to content: the page's part once, and what a laboratory shows in its place."""
        if self.data is None:
            return [{PAGE_TYPE: str(self.html), "text/html": _laboratory(self.html)}]
        above, below = _DRAWING.split(self.html, maxsplit=1)
        return [
            {PAGE_TYPE: str(self.html), "text/html": _laboratory(above)},
            {PAGE_TYPE: "", PLOTLY_TYPE: dict(self.data)},
            {PAGE_TYPE: "", "text/html": _laboratory(below)},
        ]


def _laboratory(html: str) -> str:
    return f'{IN_THE_LABORATORY}<div class="aftermath">{html}</div>'
