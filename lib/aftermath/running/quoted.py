"""What errors of libraries quote of the data in hand is left out: **a log, an executed notebook and a message may be passed on, and a
row of an archive may not**."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

_SAYS = "[not shown]"
# how polars and Python word an error, up to the value
_QUOTES: Sequence[re.Pattern[str]] = [
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"(failed in column .{0,200}? for \d+ out of \d+ values: )\[.*",
        r"(parsing failed for \d+ value\(s\): )\[.*",
        r"(could not parse )`.*",
        r"(found value of type \w+: ).*",
        r"(invalid literal for int\(\) with base \d+: ).*",
        r"(could not convert string to (?:float|complex): ).*",
        r"(time data ).*(?= does not match format)",
        r"(Invalid isoformat string: ).*",
        r"(unconverted data remains: ).*",
    )
]


def without_values(text: str) -> str:
    """An error's text without the values that it quotes; others are as they were.

    Examples
    --------
    >>> without_values("invalid literal for int() with base 10: 'They dragged him'")
    'invalid literal for int() with base 10: [not shown]'
    """
    for pattern in _QUOTES:
        text = pattern.sub(rf"\1{_SAYS}", text)
    return text


def leave_values_out(cell: NotebookNode) -> None:
    """Change the errors among the outputs of a cell so that they quote nothing."""
    for output in cell.get("outputs", ()):
        if output.output_type == "error":
            output.evalue = without_values(output.evalue)
            output.traceback = [without_values(line) for line in output.traceback]
