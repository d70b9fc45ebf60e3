"""From an executed notebook to a page: headings become sections, code is left out, finished HTML stays.

Of a notebook's outputs only those under our media type are kept; they are finished HTML. Markdown is ours, but is
escaped all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import mistune
from markupsafe import Markup

from aftermath.pages import templating
from aftermath.pages.block import PAGE_TYPE
from aftermath.pages.made_from import MadeFrom, sealed
from aftermath.problems import AftermathError

if TYPE_CHECKING:
    from nbformat import NotebookNode

LABORATORY = "laboratory"  # cells with this tag speak to whoever runs the notebook and are left out
_PROSE = '<div class="prose">{}</div>'
CLOSING = "closing"  # a section whose heading cell has this tag stands in the foot of the page


class PageError(AftermathError):
    """A notebook cannot be made into a page; the text says which cell is to blame."""


class Address(NamedTuple):
    """A page of the site in the bar at the top."""

    address: str
    label: str


PAGES = (
    Address("index.html", "Cases"),
    Address("comparison.html", "Comparison"),
    Address("multiverse.html", "Multiverse"),
    Address("claims.html", "Claims"),
    Address("trial.html", "Trial"),
    Address("sources.html", "Sources"),
    Address("methods.html", "Methods"),
    Address("marks.html", "How marks read"),
)


@dataclass(frozen=True)
class Section:
    """One section of a page.

    Parameters
    ----------
    id
        Its anchor.
    title
        Its heading.
    html
        Finished HTML below the heading.
    short
        Its label in the table of contents; the heading where not given. Empty: not listed.
    closing
        Whether it stands in the foot of the page.
    """

    id: str
    title: str
    html: str
    short: str | None = None
    closing: bool = False


def compose(
    opening: str,
    sections: Sequence[Section],
    *,
    root: str,
    title: str,
    kind: str,
    description: str = "",
    current: str = "",
    notebook: str = "",
    scripts: Sequence[str] = (),
    made: MadeFrom | None = None,
) -> str:
    """A page from finished pieces.

    Parameters
    ----------
    opening
        Finished HTML before the first section.
    sections
        The sections, in order.
    root
        Way from the page to the root of the site: empty, or ``../``.
    title, description
        Plain text; **escaped here**.
    kind
        Class of the page's body, e.g. ``case``.
    current
        Address of the page in the bar at the top, where it is one of ``PAGES``.
    notebook
        Address of the executed notebook, offered as a download.
    scripts
        Names of files in ``assets/`` that this page needs beside those of every page; they run first.
    made
        What the page was made from, for its foot.

    Returns
    -------
    str
        HTML; the same pieces give the same bytes.
    """
    text = templating.render(
        "page",
        **_pieces(opening, sections),
        root=root,
        title=title,
        kind=kind,
        description=description,
        current=current,
        notebook=notebook,
        scripts=scripts,
        made=made,
    )
    return sealed(str(text))


def render(
    notebook: Path | NotebookNode,
    *,
    root: str,
    title: str,
    kind: str,
    description: str = "",
    current: str = "",
    download: str = "",
    made: MadeFrom | None = None,
) -> str:
    """A page from an executed notebook.

    Every markdown cell that begins with ``## `` opens a section whose anchor is the id of the cell; what
    comes before the first stands at the head of the page. A cell's metadata may give ``short``, its
    label in the table of contents. Cells tagged ``laboratory`` are left out.

    Parameters
    ----------
    notebook
        A file, or a notebook in memory.
    root, title, kind, description, current
        As ``compose`` takes them.
    download
        Address of the notebook, offered as a download.
    made
        As ``compose`` takes it.

    Returns
    -------
    str

    Raises
    ------
    PageError
        If a cell failed, an output is an error, or two sections share an id.
    """
    opening, sections = divided(notebook, title)
    head = {"root": root, "title": title, "kind": kind, "description": description, "current": current}
    return compose(opening, sections, **head, notebook=download, made=made)


def divided(notebook: Path | NotebookNode, title: str = "") -> tuple[str, list[Section]]:
    """What an executed notebook shows before its first section, and its sections; it raises as ``render`` does.

    Parameters
    ----------
    notebook
        A file, or a notebook in memory.
    title
        Names a notebook in memory in errors.
    """
    if isinstance(notebook, Path):
        import nbformat  # which takes long, and is needed for files alone

        name, cells = notebook.name, nbformat.read(notebook, as_version=4).cells
    else:
        name, cells = title, notebook.cells
    _refuse_errors(cells, name)
    opening, sections = _divide(cell for cell in cells if LABORATORY not in cell.metadata.get("tags", ()))
    _refuse_twins(sections)
    return opening, sections


def markdown(text: str) -> str:
    """Markdown as HTML; HTML inside it is shown, not obeyed."""
    return str(mistune.create_markdown(escape=True)(text))


def _pieces(opening: str, sections: Sequence[Section]) -> dict[str, Any]:
    """What the template needs beside names: finished HTML marked as such."""
    marked = [
        {
            "id": section.id,
            "title": section.title,
            "short": section.title if section.short is None else section.short,
            "html": Markup(section.html),  # noqa: S704 (finished HTML)
            "closing": section.closing,
        }
        for section in sections
    ]
    return {
        "opening": Markup(opening),  # noqa: S704
        "sections": marked,
        "listed": [section for section in marked if section["short"]],
        "drawn": any("data-figure=" in html for html in (opening, *(section.html for section in sections))),
        "pages": PAGES,
    }


def _divide(cells: Iterable[NotebookNode]) -> tuple[str, list[Section]]:
    """What stands before the first section, and the sections."""
    opening: list[str] = []
    sections: list[tuple[NotebookNode, list[str]]] = []
    for cell in cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            sections.append((cell, []))
        (sections[-1][1] if sections else opening).append(_html(cell))
    return _joined(opening), [_section(heading, htmls) for heading, htmls in sections]


def _section(heading: NotebookNode, htmls: Iterable[str]) -> Section:
    return Section(
        id=heading.id,
        title=heading.source.splitlines()[0].removeprefix("## ").strip(),
        html=_joined(htmls),
        short=heading.metadata.get("short"),
        closing=CLOSING in heading.metadata.get("tags", ()),
    )


def _joined(htmls: Iterable[str]) -> str:
    return "\n".join(filter(None, htmls))


def _html(cell: NotebookNode) -> str:
    if cell.cell_type == "markdown":
        source = cell.source.partition("\n")[2] if cell.source.startswith("## ") else cell.source
        return _PROSE.format(markdown(source)) if source.strip() else ""
    finished = (output.get("data", {}).get(PAGE_TYPE) for output in cell.get("outputs", ()))
    return _joined(html for html in finished if html)


def _refuse_errors(cells: Iterable[NotebookNode], name: str) -> None:
    for number, cell in enumerate(cells, start=1):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                raise PageError(
                    f"{name}: cell {number} ({cell.get('id', 'without id')}) failed with {output.ename}: {output.evalue}. "
                    "Mend the cause and run the notebook again; no page is made from a failed run."
                )


def _refuse_twins(sections: Sequence[Section]) -> None:
    ids = [section.id for section in sections]
    twin = next((anchor for anchor in ids if ids.count(anchor) > 1), None)
    if twin is not None:
        raise PageError(f"two sections have the id {twin!r}; give each cell an id of its own")
