"""Where the coders differ: what each of them gave, in one table."""

from __future__ import annotations

from aftermath.measures.disagreements import Disagreements
from aftermath.pages.html import escape, table_html
from aftermath.pages.passages.references import References
from aftermath.pages.passages.tables import absent, folded
from aftermath.wording import counted

_UNFOLDED = 16  # a table of so many rows is read, a longer one is looked up


def differences(result: Disagreements, references: References) -> str:
    """How often the coders differ, and every case of it; each text is a link to its row."""
    rows = result.table.height
    if not rows:
        return absent(result.text)
    title = "Where the coders differ"
    content = table_html(result.table, title, linker=references.linker, headings={"unit": "Item or text"})
    count = counted(rows, "disagreement")
    return f'<div class="prose"><p>{escape(result.text)}</p></div>' + folded(
        title, count, content, title, unfolded=rows <= _UNFOLDED
    )
