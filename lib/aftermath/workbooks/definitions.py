"""What the codebook says of columns and of items of the rubric, taken from its text so that it is written once."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aftermath.case_files.columns import file_columns
from aftermath.case_files.tables import ALL_SCHEMAS
from aftermath.workspace import INSTALLED_FROM, Workspace

_ROW = re.compile(r"^\|(.+)\|$")
_ITEM = re.compile(r"[TE][0-9]+(?= )")
_PARAGRAPH = re.compile(r"^\*(\w+)\*: ", re.MULTILINE)


@dataclass(frozen=True)
class Definitions:
    """What the codebook says.

    Parameters
    ----------
    columns
        (table, column) to its meaning; every column of every table has one.
    items
        Item of the rubric to what 0, 1 and 2 stand for; **empty where there is no codebook**.
    """

    columns: dict[tuple[str, str], str]
    items: dict[str, tuple[str, str, str]]


def definitions(workspace: Workspace) -> Definitions:
    """Read the codebook of a workspace, or the one that came with the library.

    Parameters
    ----------
    workspace
        Its ``casestudies/CODEBOOK.md`` comes first. What no codebook says is said as the schema of the table has it.

    Examples
    --------
    >>> from aftermath.workspace import find_workspace
    >>> known = definitions(find_workspace())
    >>> known.columns["coverage", "doc_id"], known.items["E3"]
    ('d01, ...', ('none', 'some', 'answers people individually'))
    """
    files = (folder / "CODEBOOK.md" for folder in (workspace.cases, INSTALLED_FROM / "casestudies"))
    text = next((path.read_text(encoding="utf-8") for path in files if path.is_file()), "")
    columns, items = _tables(text)
    for name, rule in _paragraphs(text):
        if ("stances", name) in columns:
            columns["stances", name] += f".\n\n{rule}"
    described = {
        (table, name): columns.get((table, name)) or column.description or name
        for table, schema in ALL_SCHEMAS.items()
        for name, column in file_columns(schema).items()
    }
    return Definitions(described, items)


def _tables(text: str) -> tuple[dict[tuple[str, str], str], dict[str, tuple[str, str, str]]]:
    """The rows of all tables of the codebook, under the heading that names their file."""
    columns: dict[tuple[str, str], str] = {}
    items: dict[str, tuple[str, str, str]] = {}
    table = ""
    for line in text.splitlines():
        heading = re.match(r"## (\w+)\.csv", line)
        table = heading.group(1) if heading else table
        row = _ROW.match(line)
        first, *cells = [_plain(cell) for cell in row.group(1).split("|")] if row else [""]
        item = _ITEM.match(first)
        if item and len(cells) == 3:
            items[item.group()] = (cells[0], cells[1], cells[2])
        elif len(cells) == 1:
            columns |= {(table, name): cells[0] for name in re.split(r", ", first)}
    return columns, items


def _paragraphs(text: str) -> list[tuple[str, str]]:
    """What is said in a paragraph that begins with the name of a variable."""
    blocks = (block for block in text.split("\n\n") if _PARAGRAPH.match(block))
    return [(block[1:].partition("*")[0], _plain(" ".join(block.partition(": ")[2].split()))) for block in blocks]


def _plain(cell: str) -> str:
    """Markdown without its marks."""
    return re.sub(r"[`]|\*\*", "", cell).strip()
