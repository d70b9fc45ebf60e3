"""Small pieces of HTML. Evidence is hostile text: whatever comes from a case passes ``escape``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape as _escape

import polars as pl

from aftermath.case_files.case import Case
from aftermath.wording import NO_BREAK

_ROW_ID = re.compile(r"\b[ed]\d{2,}\b")


def escape(text: object) -> str:
    """Text made safe for content and attributes; nothing for None."""
    return "" if text is None else _escape(str(text), quote=True)


@dataclass(frozen=True)
class Linker:
    """Turns the ids of events and texts into links to the rows they name.

    Parameters
    ----------
    known
        The ids that exist; others stay plain text.
    page
        Where the rows are: empty on the case's own page, else its address.
    """

    known: frozenset[str]
    page: str = ""

    @classmethod
    def of(cls, case: Case, page: str = "") -> Linker:
        """A linker for the rows of one case."""
        return cls(frozenset(case.events["event_id"]) | frozenset(case.coverage["doc_id"]), page)

    def link(self, row_id: str) -> str:
        """A link to one row, or the escaped id where there is no such row."""
        if row_id not in self.known:
            return escape(row_id)
        return f'<a class="ev-l" href="{escape(self.page)}#{row_id}">{row_id}</a>'

    def links(self, row_ids: Iterable[str]) -> str:
        """Links with spaces between."""
        return " ".join(map(self.link, row_ids))

    def text(self, text: str) -> str:
        """Text escaped, with every id of a row in it made a link."""
        parts, end = [], 0
        for match in _ROW_ID.finditer(text):
            parts += [escape(text[end : match.start()]), self.link(match.group())]
            end = match.end()
        return "".join([*parts, escape(text[end:])])


def table_html(
    frame: pl.DataFrame,
    caption: str,
    *,
    linker: Linker | None = None,
    headings: Mapping[str, str] | None = None,
) -> str:
    """A frame as an accessible table: the first column heads its row, numbers are set flush right.

    Parameters
    ----------
    frame
        Any frame of scalars; nulls are shown as an empty cell.
    caption
        What the table holds; read out, not shown.
    linker
        Makes links of row ids in text columns.
    headings
        Column to heading; a column's name with spaces where not given.
    """
    headings = headings or {}
    words = {name: headings.get(name, name.replace("_", " ").capitalize()) for name in frame.columns}
    head = "".join(f'<th scope="col">{escape(words[name])}</th>' for name in frame.columns)
    body = "".join(_row(record, frame.schema, linker) for record in frame.iter_rows(named=True))
    return (
        f'<table><caption class="sr">{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _row(record: Mapping, schema: pl.Schema, linker: Linker | None) -> str:
    (_, value), *rest = record.items()
    cells = [f'<th scope="row">{_content(value, linker)}</th>']
    for name, content in rest:
        numeric = ' class="num"' if schema[name].is_numeric() else ""
        cells.append(f"<td{numeric}>{_content(content, linker)}</td>")
    return f"<tr>{''.join(cells)}</tr>"


def _content(value: object, linker: Linker | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return escape(f"{value:,.4g}".replace("-", "\u2212"))
    if isinstance(value, str) and linker is not None:
        return linker.text(value)
    return escape(value)


def plain(text: str) -> str:
    """Text for an attribute or a title: no-break spaces made ordinary, then escaped."""
    return escape(text.replace(NO_BREAK, " "))
