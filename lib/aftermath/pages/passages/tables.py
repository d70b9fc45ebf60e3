"""The small grammar that the tables of a case page share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aftermath.pages.html import escape


def table(kind: str, caption: str, headings: Iterable[str], rows: Iterable[str], *, anchor: str = "") -> str:
    """A table of finished rows.

    Parameters
    ----------
    kind
        Its class in the sheet; may be empty.
    caption
        What it holds; read out, not shown.
    headings
        Finished HTML of the heads of the columns.
    rows
        Finished ``<tr>`` elements.
    anchor
        Its id, where something links to it.
    """
    names = f' class="{kind}"' if kind else ""
    names += f' id="{anchor}"' if anchor else ""
    head = "".join(f'<th scope="col">{heading}</th>' for heading in headings)
    return (
        f'<table{names}><caption class="sr">{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def folded(summary: str, count: str, content: str, label: str, *, unfolded: bool = False) -> str:
    """A table that can be folded away, with its count beside the handle."""
    opened = " open" if unfolded else ""
    return (
        f'<details class="tv"{opened}><summary>{escape(summary)} <span class="n">{escape(count)}</span></summary>'
        f'<div class="tscroll" tabindex="0" role="region" aria-label="{escape(label)}">{content}</div></details>'
    )


def absent(reason: str) -> str:
    """An honest sentence where there is nothing to show."""
    return f'<div class="prose"><p class="empty">{escape(reason)}</p></div>'


def rows_of(cells: Iterable[Iterable[str]], headings: Sequence[str]) -> list[str]:
    """Rows of finished cells, the first heading its row; each knows its heading, for narrow screens."""
    return [
        f'<tr><th scope="row">{head}</th>{"".join(map(_named_cell, headings[1:], rest))}</tr>' for head, *rest in cells
    ]


def _named_cell(heading: str, cell: str) -> str:
    return f'<td data-l="{heading}">{cell}</td>'
