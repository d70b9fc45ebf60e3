"""Pages for tests: notebooks run in this process, and pages read as a browser would."""

from __future__ import annotations

import ast
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from unittest import mock

import nbformat
from nbformat.v4 import new_output

import aftermath as am
from aftermath.case_files.case import Case, load_case
from aftermath.comparison.gathering import Gathering
from aftermath.comparison.scoreboard import Comparison
from aftermath.pages.block import PAGE_TYPE, Block
from aftermath.pages.head import lead
from aftermath.pages.page import compose, divided, render
from aftermath.pages.paging import paged
from aftermath.workspace import INSTALLED_FROM, Workspace

_VOID = {"meta", "link", "br", "input", "img", "hr", "line", "rect", "path", "circle"}


@dataclass
class Page(HTMLParser):
    """A page, parsed: its elements, ids, links and text."""

    html: str
    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    text: str = ""
    scripts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._inside: list[str] = []
        self.feed(self.html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._inside.append(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        if tag in self._inside:
            while self._inside.pop() != tag:
                pass

    def handle_data(self, data):
        if self._inside and self._inside[-1] == "script":
            self.scripts[-1] += data
        else:
            self.text += data

    @property
    def ids(self) -> Counter:
        """Every id with how often it stands."""
        return Counter(attributes["id"] for _, attributes in self.elements if attributes.get("id"))

    @property
    def links(self) -> list[str]:
        """Where every ``<a>`` leads."""
        return [attributes.get("href") or "" for tag, attributes in self.elements if tag == "a"]

    @property
    def classes(self) -> set[str]:
        """Every class that an element has."""
        return {word for _, attributes in self.elements for word in (attributes.get("class") or "").split()}

    def section(self, anchor: str) -> str:
        """The source of a section of the page."""
        return self._until("</section>", anchor)

    def figure(self, anchor: str) -> str:
        """The source of a figure of the page."""
        return self._until("</figure>", anchor)

    def _until(self, end: str, anchor: str) -> str:
        start = self.html.rindex("<", 0, self.html.index(f'id="{anchor}"'))
        return self.html[start : self.html.index(end, start)]

    def inner(self, anchor: str) -> str:
        """The source from an anchor to the end of its row, item or section."""
        start = self.html.index(f'id="{anchor}"')
        ends = [self.html.find(end, start) for end in ("</tr>", "</li>", "</section>", "</figure>")]
        return self.html[start : min(end for end in ends if end >= 0)]


def run_here(notebook: Path, case_id: str, root: Path) -> nbformat.NotebookNode:
    """Run a notebook's cells in this process, for a case of the workspace at ``root``."""
    node = nbformat.read(notebook, as_version=4)
    names: dict[str, object] = {}
    with mock.patch.dict(os.environ, AFTERMATH_ROOT=str(root)):
        for cell in node.cells:
            if cell.cell_type == "code":
                shown = _run(cell.source, names)
                cell.outputs = [new_output("display_data", _shown(shown))] if shown is not None else []
                names["case_id"] = case_id
    return node


def blocks(case: Case, **parameters: float | list[int]) -> dict[str, Any]:
    """What the cells of the report notebook show for a case, whether it was read or made: by their ids."""
    values = {"seed": 0, "phase_days": [7, 30], "interval_level": 0.95} | parameters
    names = {"am": am, "case": case, "report": am.report(case, **values), **values}
    node = nbformat.read(INSTALLED_FROM / "notebooks" / "case_report.ipynb", as_version=4)
    cells = [cell for cell in node.cells if cell.cell_type == "code" and cell.id not in ("parameters", "load")]
    # a case that was made has no files
    return {cell.id: _run(cell.source, names) for cell in cells if case.as_read or cell.id not in ("citation", "files")}


def comparison_blocks(comparison: Comparison, *ids: str, gathered: Gathering | None = None) -> dict[str, Block]:
    """What the cells of the comparison's notebook show, by their ids: all of them, or some in the order of the page."""
    node = nbformat.read(INSTALLED_FROM / "notebooks" / "comparison.ipynb", as_version=4)
    names = {
        "am": am,
        "partial": partial,
        "comparison": comparison,
        "report": am.report(comparison),
        "gathered": gathered or Gathering(comparison.cases, ()),
        "seed": comparison.seed,
        "phase_days": list(comparison.phase_days),
    }
    return {cell.id: _run(cell.source, names) for cell in _shown_cells(node) if not ids or cell.id in ids}


def comparison_block(comparison: Comparison, cell_id: str) -> Block:
    """What one cell of the comparison's notebook shows."""
    return comparison_blocks(comparison, cell_id)[cell_id]


def comparison_html(comparison: Comparison, gathered: Gathering) -> str:
    """The source of the comparison's page, made in this process."""
    return comparison_files(comparison, gathered)[0]


def comparison_files(comparison: Comparison, gathered: Gathering) -> tuple[str, str]:
    """The source of the comparison's page, made in this process, and the script that holds its further rows."""
    node = nbformat.read(INSTALLED_FROM / "notebooks" / "comparison.ipynb", as_version=4)
    shown = comparison_blocks(comparison, gathered=gathered)
    for cell in _shown_cells(node):
        cell.outputs = [new_output("display_data", {PAGE_TYPE: shown[cell.id].html})]
    opening, sections = divided(node)
    sections, rows = paged(sections, "comparison.html")
    head = {"root": "", "title": "Comparison", "kind": "comparison", "current": "comparison.html"}
    return compose(opening, sections, **head), rows


def _shown_cells(node: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in node.cells if cell.cell_type == "code" and not cell.metadata.get("tags")]


def figures(page: Page) -> Iterator[tuple[str, str, str, str]]:
    """Of each figure its title, its lead, the text alternative of its drawing, and its words, as a reader sees them."""
    for source in re.findall(r"<figure.*?</figure>", page.html, re.DOTALL):
        label = re.search(r'class="plot"[^>]* aria-label="([^"]*)"', source)[1]
        parts = [re.search(rf"{mark}(.*?)</", source)[1] for mark in (r"</span> ", r'<p class="seen">')]
        words = re.search(r'<details class="inwords">.*?<p class="words">(.*?)</p></details>', source, re.DOTALL)[1]
        plain = [re.sub(r"<[^>]+>", "", part) for part in (*parts, label, words)]
        yield tuple(unescape(part).replace("\u00a0", " ") for part in plain)  # type: ignore[misc]


def words_of(block: Block) -> str:
    """What a figure says in words."""
    return unescape(re.search(r'<p class="words">(.*?)</p>', block.html)[1])


def _run(source: str, names: dict[str, object]) -> object:
    """Run the source of a cell; the value of its last line where that is an expression."""
    *steps, last = ast.parse(source).body
    if not isinstance(last, ast.Expr):
        steps, last = [*steps, last], None
    exec(compile(ast.Module(steps, []), "<cell>", "exec"), names)  # noqa: S102 (our own notebooks)
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names) if last else None  # noqa: S307


def _shown(result: object) -> dict[str, object]:
    """What a cell shows: its part of the page, or, for sweeps, its numbers."""
    return {PAGE_TYPE: result.html} if hasattr(result, "html") else result._repr_mimebundle_()


def html_of(case_id: str, root: Path) -> str:
    """The source of the page of a case, made in this process as the build makes it."""
    case = load_case(case_id, Workspace(root))
    name = "case_report" if case.about.documented else "case_without_record"
    node = run_here(INSTALLED_FROM / "notebooks" / f"{name}.ipynb", case_id, root)
    description = lead(case.about.summary)
    return render(
        node, root="../", title=case.title, kind="case", description=description, download=f"../{case_id}.ipynb"
    )


@cache
def real_page(case_id: str) -> Page:
    """The page of a case of the repository, made once."""
    return Page(html_of(case_id, INSTALLED_FROM))


def copy_case(case_id: str, root: Path) -> Path:
    """A case folder of the repository, copied to the workspace at ``root``."""
    return Path(shutil.copytree(INSTALLED_FROM / "casestudies" / case_id, root / "casestudies" / case_id))
