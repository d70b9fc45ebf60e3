"""Long tables: a page holds their first rows, and a file beside it the others, which a script shows when they are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from aftermath.pages.page import Section
from aftermath.pages.run import rows_file
from aftermath.pages.script import script_json
from aftermath.pages.templating import macro

SHOWN, SPARE = 50, 25  # rows of a long table that the page holds; how many more are still no reason to cut it
# as the templates of tables write a body that may be long; no row holds a table, and text of a case is escaped
_BODY = re.compile(r'<tbody data-further="([\w-]+)">(.*?)</tbody></table>', re.DOTALL)
_BETWEEN_ROWS = re.compile(r"(?<=</tr>)\s*(?=<tr)")


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

    def cut(found: re.Match[str]) -> str:
        name, body = found.groups()
        rows = _BETWEEN_ROWS.split(body)
        if len(rows) <= SHOWN + SPARE:
            return f"<tbody>{body}</tbody></table>"
        further[name] = rows[SHOWN:]
        first = f"<tbody>{''.join(rows[:SHOWN])}</tbody></table>"
        return first + str(macro("tables", "further")(name, SHOWN, len(rows), rows_file(page)))

    kept = [replace(section, html=_BODY.sub(cut, section.html)) for section in sections]
    return kept, f"window.AFTERMATH_ROWS={script_json(further)};\n"
