"""Long tables: of a table with a row a case the first rows are shown where it stands, and the others elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable

SHOWN, SPARE = 50, 25  # rows of a long table that are shown; how many more are still no reason to cut it
# as the templates of tables write a body that may be long; no row holds a table, and text of a case is escaped
_BODY = re.compile(r'<tbody data-further="([\w-]+)">(.*?)</tbody></table>', re.DOTALL)
_BETWEEN_ROWS = re.compile(r"(?<=</tr>)\s*(?=<tr)")


def shortened(html: str, beyond: Callable[[str, list[str]], str]) -> str:
    """HTML with the first rows of its long tables only.

    Parameters
    ----------
    html
        Finished HTML. A table whose body has ``data-further``, its name, may be cut.
    beyond
        What stands below a table that was cut, by its name and **all its rows**.

    Examples
    --------
    >>> rows = "".join(f"<tr><td>{number}</td></tr>" for number in range(80))
    >>> table = f'<table><tbody data-further="board">{rows}</tbody></table>'
    >>> short = shortened(table, lambda name, rows: f"<p>{name}: {len(rows)}</p>")
    >>> short.count("<tr>"), short[-24:]
    (50, '</table><p>board: 80</p>')
    """

    def cut(found: re.Match[str]) -> str:
        name, body = found.groups()
        rows = _BETWEEN_ROWS.split(body)
        if len(rows) <= SHOWN + SPARE:
            return f"<tbody>{body}</tbody></table>"
        return f"<tbody>{''.join(rows[:SHOWN])}</tbody></table>{beyond(name, rows)}"

    return _BODY.sub(cut, html)
