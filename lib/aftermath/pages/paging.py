"""Long tables: a page holds their first rows, and a file beside it the others, which a script shows when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from aftermath.pages.long_tables import SHOWN, shortened
from aftermath.pages.page import Section
from aftermath.pages.run import rows_file
from aftermath.pages.script import script_json
from aftermath.pages.templating import macro


def paged(sections: Iterable[Section], page: str) -> tuple[list[Section], str]:
    """Sections with the first rows of their long tables only, and the others as a script.

    Parameters
    ----------
    sections
        Of the page. A table whose body has ``data-further``, its name on the page, may be cut.
    page
        Its address on the site.

    Returns
    -------
    tuple
        The sections, and what ``rows_file`` holds: ``AFTERMATH_ROWS``, name of a table to its rows from the ``SHOWN``-th on; **none where
        no table is long**.

    Examples
    --------
    >>> rows = "".join(f"<tr><td>{number}</td></tr>" for number in range(80))
    >>> sections, script = paged([Section("all", "All", f'<table><tbody data-further="board">{rows}</tbody></table>')], "index.html")
    >>> sections[0].html.count("<tr>"), script.count("/tr>"), "The first 50 of 80 rows." in sections[0].html
    (50, 30, True)
    """
    further: dict[str, list[str]] = {}

    def beyond(name: str, rows: list[str]) -> str:
        further[name] = rows[SHOWN:]
        return str(macro("tables", "further")(name, SHOWN, len(rows), rows_file(page)))

    kept = [replace(section, html=shortened(section.html, beyond)) for section in sections]
    return kept, f"window.AFTERMATH_ROWS={script_json(further)};\n"
